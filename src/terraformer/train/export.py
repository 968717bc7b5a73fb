"""From a run to what llama.cpp loads: a low-rank adapter over the base, or the whole model.

Whatever was trained (one adapter, one over another, all weights), the adapter that is written is the best one of its
rank for the difference between the tuned weights and the base (truncated singular value decomposition, matrix by
matrix): exact for a LoRA run of at most that rank, an approximation otherwise, whose kept share is reported. What the
adapter does not cover (embeddings, norms) counts as lost.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from terraformer.errors import UsageError
from terraformer.train.bases import LoraSettings
from terraformer.train.gguf_files import Factors, write_adapter, write_model
from terraformer.train.runs import load_model, load_tokenizer, open_run

__all__ = ["LowRank", "export_run", "low_rank"]


@dataclass(frozen=True)
class LowRank:
    """``factors`` by parameter; ``kept`` is the share of the difference's Frobenius norm that they hold, over all
    parameters, ``kept_covered`` over those that an adapter can cover."""

    factors: dict[str, Factors]
    kept: float
    kept_covered: float


def low_rank(base: Any, tuned: Any, rank: int, targets: tuple[str, ...] = LoraSettings().targets) -> LowRank:
    """The best adapter of this rank from one model to the other. Raises UsageError when they are not of one shape, or
    are equal."""
    before, after = base.state_dict(), tuned.state_dict()
    if {k: v.shape for k, v in before.items()} != {k: v.shape for k, v in after.items()}:
        raise UsageError("the two models are not of one shape: no adapter leads from one to the other")
    factors: dict[str, Factors] = {}
    total = covered = kept = 0.0
    tied = bool(base.config.tie_word_embeddings)
    for name, value in after.items():
        if tied and name == "lm_head.weight":
            continue
        difference = value.detach().float() - before[name].detach().float()
        size = float(difference.square().sum())
        total += size
        if name.removesuffix(".weight").rpartition(".")[2] not in targets or difference.ndim != 2:
            continue
        covered += size
        u, s, v = torch.linalg.svd(difference, full_matrices=False)
        r = min(rank, len(s))
        root = s[:r].sqrt()
        a, b = root[:, None] * v[:r], u[:, :r] * root
        if r < rank:
            a = torch.cat([a, a.new_zeros(rank - r, a.shape[1])])
            b = torch.cat([b, b.new_zeros(b.shape[0], rank - r)], 1)
        kept += float(s[:r].square().sum())
        factors[name] = (a, b)
    if not covered:
        raise UsageError("the two models have equal weights where an adapter could differ: nothing was learnt")
    return LowRank(factors, math.sqrt(kept / total), math.sqrt(kept / covered))


def export_run(
    directory: Path, out: Path, *, form: str = "", rank: int | None = None, quantisation: str = ""
) -> dict[str, Any]:
    """Write the run's model to ``out``; what is not given is the recipe's. Returns figures to be told.

    Raises UsageError when the run has no base to be an adapter of, or is of an architecture that is not known.
    """
    run = open_run(directory)
    settings = run.recipe.export
    chosen, chosen_rank = form or settings.form, rank or settings.rank
    kind = quantisation or settings.quantisation
    if chosen not in ("adapter", "model"):
        raise UsageError(f"form {chosen!r}: choose adapter or model")
    if not out.parent.is_dir():
        raise UsageError(f"{out.parent}: there is no such directory")
    tuned = load_model(directory)
    told: dict[str, Any] = {"form": chosen, "quantisation": kind, "weights of": str(run.weights())}
    if chosen == "adapter":
        base = load_model(directory, tuned=False)
        found = low_rank(base, tuned, chosen_rank)
        write_adapter(out, found.factors, tuned.config, kind, base=_origin(directory))
        told |= {
            "rank": chosen_rank,
            "kept of the difference": round(found.kept, 4),
            "kept where it applies": round(found.kept_covered, 4),
        }
    else:
        write_model(out, tuned, load_tokenizer(directory), kind)
    told["bytes"] = out.stat().st_size
    told["sha256"] = hashlib.sha256(out.read_bytes()).hexdigest()
    return told


def _origin(directory: Path) -> str:
    run = open_run(directory)
    start = Path(run.started_from)
    return _origin(start) if (start / "run.json").exists() else start.name
