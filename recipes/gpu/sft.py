"""Supervised fine-tuning on the machine with the GPU, in the form that check.py chose."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace

from common import KIT, recipe

from terraformer.train.lean import StepReport
from terraformer.train.runs import run_sft

chosen = recipe(sys.argv[1:])
probe = json.loads((KIT / "probe.json").read_text()) if (KIT / "probe.json").exists() else {}
told = {name: probe[name] for name in ("rows", "accumulate", "masked") if name in probe}
# As many steps as the time allows at the rate that was measured, at most the recipe's: the learning rate falls to its
# floor just when the time is over. CALLS says over how many calls.
seconds = float(os.environ.get("SECONDS_LEFT", chosen.sft.seconds or 0.0)) or None
steps = chosen.sft.steps
plan = KIT / "sft-steps.json"
if plan.exists():
    steps = json.loads(plan.read_text())
elif seconds and probe.get("tokens_per_second"):
    per_step = chosen.sft.block * told.get("rows", chosen.sft.rows) * told.get("accumulate", chosen.sft.accumulate)
    calls = int(os.environ.get("CALLS", "1"))
    steps = max(10, min(steps, int(0.88 * calls * seconds * probe["tokens_per_second"] / per_step)))
    plan.write_text(json.dumps(steps))
chosen = replace(chosen, sft=replace(chosen.sft, **told, steps=steps, seconds=seconds))
print(f"{steps} steps, {told}, at most {seconds} seconds", flush=True)
last = time.monotonic()


def on_step(report: StepReport) -> None:
    global last
    if time.monotonic() - last >= 5 or report.step in (1, steps):
        last = time.monotonic()
        mfu = f", MFU {report.utilisation:.0%}" if report.utilisation is not None else ""
        words = f"step {report.step}/{steps}: loss {report.loss:.4f}, {report.tokens_per_second:,.0f} tokens/s{mfu}"
        print(words, flush=True)


done = run_sft(chosen, KIT / "tokens", KIT / "runs/sft", peak=probe.get("peak"), on_step=on_step)
print("finished" if done else "stopped with a checkpoint: the same call goes on")
