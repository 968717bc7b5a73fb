"""Looks at the machine, proves that the verifier works there, and finds the fastest form of SFT that fits.

Writes KIT/probe.json, which sft.py follows: rows of a forward pass, whether the documents of a row are kept apart by a
mask, whether the model is compiled. Each is tried for a few steps; what fails (memory, compiler) is told and left out.
"""

from __future__ import annotations

import gc
import itertools
import json
import platform
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
import transformers
from common import CUDA, KIT, matmul_rate, recipe, workers

from terraformer.train.lean import LeanSft
from terraformer.train.runs import load_model, load_tokenizer
from terraformer.train.tokens import open_tokens
from terraformer.verify import VerifierPool


def main() -> None:
    chosen = recipe(sys.argv[1:])
    print(f"Python {platform.python_version()}, torch {torch.__version__}, transformers {transformers.__version__}")
    print(f"{torch.cuda.get_device_name() if CUDA else 'no GPU'}, {workers()} cores")
    peak = matmul_rate()
    print(f"matrix product: {peak / 1e12:.1f} TFLOP/s")
    verifier()
    found = probe(chosen, peak)
    (KIT / "probe.json").write_text(json.dumps({"peak": peak, **found}, indent=1) + "\n")
    print(f"chosen: {found}")


def verifier() -> None:
    """The right answers of held-out records must pass here as they did where they were made."""
    from terraformer.train.datasets import records

    whole = (r for r in records([KIT / "set"], "train") if r.before is None)
    some = list(itertools.islice(whole, 128))
    with VerifierPool(workers=workers()) as pool:
        list(pool.verify_many([r.after for r in some[: workers()]]))
        began = time.perf_counter()
        futures = [pool.submit(r.after, policies=r.policies) for r in some]
        right = sum(bool(f.result().correct) for f in futures)
        seconds = time.perf_counter() - began
    print(f"verifier: {right} of {len(some)} right answers pass, {len(some) / seconds:.0f} a second")
    if right < 0.98 * len(some):
        sys.exit("the verifier does not agree with the records: do not train on its rewards")


def probe(chosen, peak: float) -> dict[str, object]:  # type: ignore[no-untyped-def]
    tokens = open_tokens(KIT / "tokens/train")
    total = chosen.sft.rows * chosen.sft.accumulate
    forms = [(rows, masked) for masked in (False, True) for rows in (64, 32, 16, 8) if total % rows == 0]
    if not CUDA:
        forms = [(chosen.sft.rows, True)]
    rates: dict[bool, tuple[float, int]] = {}
    for rows, masked in forms:
        if masked in rates:  # smaller ones are slower
            continue
        settings = replace(chosen.sft, rows=rows, accumulate=1, masked=masked, steps=9, validate_every=0, seconds=60.0)
        reports = []
        try:
            with tempfile.TemporaryDirectory(dir=KIT) as scratch:
                model = start(chosen)
                run = LeanSft(model, tokens, settings, Path(scratch), peak=peak, on_step=reports.append)
                run.train_steps(9)
        except Exception as error:
            print(f"rows {rows}, masked {masked}: {type(error).__name__}: {str(error)[:200]}")
            continue
        finally:
            model = run = None
            gc.collect()
            torch.cuda.empty_cache() if CUDA else None
        last = reports[-5:]
        rate = sum(r.tokens for r in last) / sum(r.seconds for r in last)
        utilisation = last[-1].utilisation or 0.0
        print(f"rows {rows}, masked {masked}: {rate:,.0f} tokens/s, MFU {utilisation:.0%}")
        rates[masked] = (rate, rows)
    if not rates:
        sys.exit("no form of SFT works here: see the errors above (try sft.compile=false)")
    # A mask is the better training; causal attention over whole rows must be much faster to be worth it.
    masked = True in rates and rates[True][0] >= 0.7 * rates.get(False, (0.0, 0))[0]
    rate, rows = rates[masked]
    return {"rows": rows, "accumulate": total // rows, "masked": masked, "tokens_per_second": rate}


def start(chosen):  # type: ignore[no-untyped-def]
    from terraformer.train.bases import load_base

    tokenizer = load_tokenizer(KIT / "tokens")
    if chosen.base.scratch is not None:
        return load_base("", scratch=chosen.base.scratch, vocabulary=-(-len(tokenizer) // 64) * 64)
    return load_model(chosen.base.model)


if __name__ == "__main__":
    main()
