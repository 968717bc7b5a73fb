"""Figures of base, SFT and RL on held-out requests, with 95% intervals; replies go to OUT as JSON lines."""

from __future__ import annotations

import sys

from common import KIT, OUT, recipe, workers

from terraformer.train.datasets import shards
from terraformer.train.runs import evaluate_model

names = [a for a in sys.argv[1:] if "=" not in a] or ["base", "sft", "rl"]
chosen = recipe([a for a in sys.argv[1:] if "=" in a])
splits = [s for s in shards([KIT / "set"]) if s != "train"]
for name in names:
    model = chosen.base.model if name == "base" else str(KIT / "runs" / name)
    if (name == "base" and chosen.base.scratch is not None) or (name != "base" and not (KIT / "runs" / name).exists()):
        continue
    for split in splits:
        for samples, temperature in ((1, 0.0), (4, 0.8)):
            if samples > 1 and name == "base":
                continue
            figures = evaluate_model(
                chosen,
                model,
                [KIT / "set"],
                OUT / f"{name}-{split}-{samples}.jsonl",
                split=split,
                tasks=chosen.evaluation.tasks if samples == 1 else max(1, chosen.evaluation.tasks // 4),
                temperature=temperature,
                samples=samples,
                workers=workers(),
            )
            print(
                f"{name:<5} {split:<16} x{samples}: correct {figures['correct']:.1%} "
                f"[{figures['correct_low']:.1%}, {figures['correct_high']:.1%}] of {figures['tasks']}, "
                f"solved {figures['solved']:.1%}, deployable {figures['deployable']:.1%}, "
                f"by kind {figures['by_kind']}, sampling {figures['seconds']['sampling']:.0f} s",
                flush=True,
            )
