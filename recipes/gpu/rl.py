"""Reinforcement learning on the machine with the GPU: rollouts there, verification on all of its cores."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from common import KIT, recipe, workers

from terraformer.rewards import AuditRow
from terraformer.train.runs import run_rl

chosen = recipe(sys.argv[1:])
seconds = float(os.environ.get("SECONDS_LEFT", chosen.rl.seconds or 0.0)) or None
chosen = replace(chosen, rl=replace(chosen.rl, seconds=seconds))


def on_step(row: AuditRow) -> None:
    figures = [
        f"{n} {v:.3f}" for n in ("reward", "correct", "deployable", "length") if (v := getattr(row, n)) is not None
    ]
    print(f"step {row.step}/{chosen.rl.steps}: {', '.join([*figures, *row.warnings()])}", flush=True)


start = os.environ.get("START", str(KIT / "runs/sft"))
out = KIT / "runs" / os.environ.get("NAME", "rl")
done = run_rl(chosen, start, [KIT / "set"], out, workers=workers(), tasks=100_000, on_step=on_step)
print("finished" if done else "stopped with a checkpoint: the same call goes on")
