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
from terraformer.train.judging import Judge, RlTask
from terraformer.train.metrics import read_metrics
from terraformer.train.sampling import DecodingTokenizer, RolloutSettings, sample
from terraformer.train.tokens import ChatTemplate

__all__ = ["Evaluation", "EvaluationSettings", "figures_of", "interval", "measure"]


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
) -> list[dict[str, Any]]:
    """One JSON-ready row for each task: reply, reward (None where the tools failed), what it came to, seconds."""
    began = time.monotonic()
    prompts = [tokenizer.encode(template.prompt(tokenizer, t.messages), add_special_tokens=False) for t in tasks]
    rollouts = sample(model, tokenizer, template, prompts, settings, seed)
    sampled = time.monotonic()
    judged = judge.judge([(t, r.text) for t, r in zip(tasks, rollouts, strict=True)])
    seconds = ((sampled - began) / max(1, len(tasks)), (time.monotonic() - sampled) / max(1, len(tasks)))
    return [
        {
            "id": t.id,
            "kind": t.kind.value,
            "difficulty": t.difficulty,
            "reply": r.text,
            "tokens": len(r.ids),
            "finished": r.finished,
            "reward": j.reward,
            "correct": j.correct,
            "compilable": bool(j.report and j.report.compilable),
            "deployable": bool(j.report and j.report.deployable),
            "problem": [j.problem] if j.problem else [c.summary for c in (j.report.errors if j.report else ())][:3],
            "seconds": [round(n, 4) for n in seconds],
        }
        for t, r, j in zip(tasks, rollouts, judged, strict=True)
    ]


def figures_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Shares of rows of ``measure``. What the tools could not judge is no part of the denominators."""
    known = [r for r in rows if r["reward"] is not None]
    count = len(known)

    def share(number: float) -> float:
        return number / count if count else 0.0

    correct = sum(r["correct"] for r in known)
    low, high = interval(correct, count)
    kinds = Counter(r["kind"] for r in known)
    right = Counter(r["kind"] for r in known if r["correct"])
    return {
        "tasks": count,
        "unjudged": len(rows) - count,
        "correct": share(correct),
        "correct_low": low,
        "correct_high": high,
        "compilable": share(sum(r["compilable"] for r in known)),
        "deployable": share(sum(r["deployable"] for r in known)),
        "reward": share(sum(r["reward"] for r in known)),
        "finished": sum(r["finished"] for r in rows) / len(rows) if rows else 0.0,
        "tokens": sum(r["tokens"] for r in rows),
        "by_kind": {k: {"correct": right[k], "tasks": kinds[k]} for k in sorted(kinds)},
        "seconds": {
            "sampling": sum(r["seconds"][0] for r in rows),
            "verification": sum(r["seconds"][1] for r in rows),
        },
    }


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
        figures = figures_of(measure(model, self._tasks, self._tokenizer, self._template, self._judge, settings))
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
