"""Evaluation during training with the real verifier: the share of held-out requests that the model answers correctly.

evaluation = Evaluation(tasks, tokenizer, template, judge, settings, directory)
LeanSft(..., evaluate=evaluation)       # best model in directory/best, ``stop`` when it no longer improves
"""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraformer.errors import UsageError
from terraformer.files import replace_directory
from terraformer.train.judging import Judge, Judged, RlTask
from terraformer.train.metrics import read_metrics
from terraformer.train.sampling import DecodingTokenizer, RolloutSettings, sample
from terraformer.train.tokens import ChatTemplate

__all__ = ["Evaluation", "EvaluationSettings", "interval", "measure"]


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """``tasks`` held-out requests of ``split``, greedily answered in at most ``tokens`` tokens, ``rows`` side by side.
    ``patience`` evaluations in a row without a gain end the training (0: never)."""

    tasks: int = 64
    split: str = "validation"
    tokens: int = 768
    rows: int = 64
    patience: int = 0

    def __post_init__(self) -> None:
        if min(self.tasks, self.patience) < 0 or min(self.tokens, self.rows) < 1:
            raise UsageError("tasks and patience must be at least 0, tokens and rows at least 1")


def interval(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share; (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    z, p = 1.959964, successes / trials
    middle = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return max(0.0, middle - half), min(1.0, middle + half)


def measure(
    model: Any,
    tasks: Sequence[RlTask],
    tokenizer: DecodingTokenizer,
    template: ChatTemplate,
    judge: Judge,
    settings: RolloutSettings,
    *,
    seed: int = 0,
) -> tuple[dict[str, Any], list[tuple[RlTask, str, Judged]]]:
    """(figures, each task with reply and verdict). What the tools could not judge is no part of the denominators."""
    began = time.monotonic()
    prompts = [tokenizer.encode(template.prompt(tokenizer, t.messages), add_special_tokens=False) for t in tasks]
    rollouts = sample(model, tokenizer, template, prompts, settings, seed)
    sampled = time.monotonic()
    judged = judge.judge([(t, r.text) for t, r in zip(tasks, rollouts, strict=True)])
    known = [(t, j) for t, j in zip(tasks, judged, strict=True) if j.reward is not None]
    count = len(known)

    def share(number: int) -> float:
        return number / count if count else 0.0

    correct = sum(j.correct for _, j in known)
    low, high = interval(correct, count)
    kinds = Counter(t.kind.value for t, _ in known)
    right = Counter(t.kind.value for t, j in known if j.correct)
    figures = {
        "tasks": count,
        "unjudged": len(tasks) - count,
        "correct": share(correct),
        "correct_low": low,
        "correct_high": high,
        "compilable": share(sum(bool(j.report and j.report.compilable) for _, j in known)),
        "deployable": share(sum(bool(j.report and j.report.deployable) for _, j in known)),
        "reward": share(1) * sum(j.reward or 0.0 for _, j in known),
        "finished": sum(r.finished for r in rollouts) / len(rollouts) if rollouts else 0.0,
        "tokens": sum(len(r.ids) for r in rollouts),
        "by_kind": {k: {"correct": right[k], "tasks": kinds[k]} for k in sorted(kinds)},
        "seconds": {"sampling": sampled - began, "verification": time.monotonic() - sampled},
    }
    return figures, [(t, r.text, j) for t, r, j in zip(tasks, rollouts, judged, strict=True)]


class Evaluation:
    """Called with (model, step) by the loops; what it returns is logged, and ``stop`` in it ends the training.

    The model of the best step is kept whole in ``directory``/best, with ``evaluation.json`` beside its weights. State
    comes back from the run's metrics, so that a resumed run knows its best.
    """

    def __init__(
        self,
        tasks: Sequence[RlTask],
        tokenizer: DecodingTokenizer,
        template: ChatTemplate,
        judge: Judge,
        settings: EvaluationSettings,
        directory: Path,
    ) -> None:
        if not tasks:
            raise UsageError("there is no task to evaluate with")
        self._tasks, self._tokenizer, self._template, self._judge = list(tasks), tokenizer, template, judge
        self._settings, self._directory = settings, directory

    def __call__(self, model: Any, step: int) -> Mapping[str, Any]:
        settings = RolloutSettings(tokens=self._settings.tokens, temperature=0.0, rows=self._settings.rows)
        figures, _ = measure(model, self._tasks, self._tokenizer, self._template, self._judge, settings)
        rows = [r for r in read_metrics(self._directory / "metrics.jsonl", "evaluation") if r["step"] < step]
        past = [_key(r) for r in rows]
        better = not past or _key(figures) > max(past)
        if better or not (self._directory / "best").exists():
            self._keep(model, step, figures)
        waited = 0 if better else len(past) - past.index(max(past))
        patience = self._settings.patience
        return {**figures, "best": better, "stop": bool(patience) and waited >= patience}

    def _keep(self, model: Any, step: int, figures: Mapping[str, Any]) -> None:
        with replace_directory(self._directory / "best") as scratch:
            model.save_pretrained(scratch, safe_serialization=True)
            (scratch / "evaluation.json").write_text(json.dumps({"step": step, **figures}, indent=1) + "\n")


def _key(row: Mapping[str, Any]) -> tuple[float, float]:
    return float(row["correct"]), float(row["reward"])
