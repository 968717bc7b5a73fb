"""The figures, as pure functions: shares with their denominators, pass@k, intervals, order statistics.

Sources: the unbiased pass@k estimator of Chen et al. 2021 (arXiv 2107.03374, equation 1); percentile bootstrap
(Efron 1979) that draws whole tasks, since samples of one task are not independent.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from terraformer.evals.records import AttemptRecord, Grade, ReferenceVerdict, SampleRecord, SampleStatus, Soundness
from terraformer.types.report import to_jsonable

__all__ = [
    "Figure",
    "Outcome",
    "figure",
    "interval",
    "mean_pass_at_k",
    "outcome",
    "outcome_of",
    "pass_at_k",
    "quantile",
]

RESAMPLES = 1000
LEVEL = 0.95


def pass_at_k(n: int, c: int, k: int) -> float:
    """The chance that one of ``k`` answers drawn from ``n``, of which ``c`` are right, is right.

    1 - C(n-c, k) / C(n, k), unbiased for k samples of the model. Raises ValueError unless 1 <= k <= n and 0 <= c <= n.
    """
    if not (1 <= k <= n and 0 <= c <= n):
        raise ValueError(f"pass@k needs 1 <= k <= n and 0 <= c <= n, not n={n}, c={c}, k={k}")
    if n - c < k:
        return 1.0
    return 1.0 - math.prod(1.0 - k / i for i in range(n - c + 1, n + 1))


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which that share of the values lies, between neighbours linearly; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass(frozen=True, slots=True)
class Figure:
    """A share, or a mean of shares.

    ``value`` is ``n`` / ``of``: what passed of what could be scored (masked ones left out), None where there was
    nothing. ``total`` is how many there were in all, and ``of_all`` is ``n`` / ``total``: masked ones as failures.
    ``unit`` says what is counted ("samples", "tasks", "attempts"). ``low`` and ``high`` bound ``value`` at 95%, drawn
    by task; None where no interval was computed.
    """

    value: float | None
    n: float
    of: int
    total: int
    unit: str = "samples"
    low: float | None = None
    high: float | None = None

    @property
    def of_all(self) -> float | None:
        return self.n / self.total if self.total else None

    def to_dict(self) -> dict[str, Any]:
        data: dict[str, Any] = to_jsonable(self)
        return {**data, "of_all": self.of_all}


def figure(
    by_task: Mapping[str, Sequence[float | bool | None]],
    *,
    unit: str = "samples",
    seed: int | None = None,
    resamples: int = RESAMPLES,
) -> Figure:
    """The pooled share of values (None is masked) that are given by task; with an interval where ``seed`` is given."""
    sums = [
        (sum(float(v) for v in values if v is not None), sum(v is not None for v in values))
        for values in by_task.values()
    ]
    n, of = math.fsum(s for s, _ in sums), sum(c for _, c in sums)
    total = sum(len(values) for values in by_task.values())
    low, high = interval(sums, seed=seed, resamples=resamples) if seed is not None and of else (None, None)
    return Figure(n / of if of else None, _whole(n), of, total, unit, low, high)


def mean_pass_at_k(
    by_task: Mapping[str, Sequence[bool | None]],
    k: int,
    *,
    masked_fail: bool = False,
    seed: int | None = None,
    resamples: int = RESAMPLES,
) -> Figure:
    """The mean of pass@k over tasks. Tasks with fewer than ``k`` scored samples are left out, unless ``masked_fail``
    counts masked samples as wrong answers."""
    estimates: list[tuple[float, int]] = []
    for values in by_task.values():
        scored = [bool(v) for v in values if v is not None]
        drawn = len(values) if masked_fail else len(scored)
        estimates.append((pass_at_k(drawn, sum(scored), k), 1) if drawn >= k else (0.0, 0))
    passed, of = math.fsum(s for s, _ in estimates), sum(c for _, c in estimates)
    low, high = interval(estimates, seed=seed, resamples=resamples) if seed is not None and of else (None, None)
    return Figure(passed / of if of else None, _whole(passed), of, len(by_task), "tasks", low, high)


def interval(
    pairs: Sequence[tuple[float, int]], *, seed: int, resamples: int = RESAMPLES, level: float = LEVEL
) -> tuple[float | None, float | None]:
    """Percentile bootstrap of sum(numerators) / sum(denominators); a pair is one task. The same for the same seed."""
    if not pairs:
        return None, None
    rng = random.Random(seed)
    drawn: list[float] = []
    for _ in range(resamples):
        chosen = rng.choices(pairs, k=len(pairs))
        of = sum(c for _, c in chosen)
        if of:
            drawn.append(math.fsum(s for s, _ in chosen) / of)
    return quantile(drawn, (1 - level) / 2), quantile(drawn, (1 + level) / 2)


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value


# --- what one answer is worth ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdicts on one answer; None is masked (a failure of model or tools, or a policy that cannot be read), and
    for lint, security and preservation also "not asked for". No configuration is a failure of the answer."""

    compile: bool | None = None
    deploy: bool | None = None
    correct: bool | None = None
    rule_share: float | None = None
    lint: bool | None = None
    lint_clean: bool | None = None
    security_share: float | None = None
    security_applies: bool = False  # some check looked at something, or the tools failed
    preserved: bool | None = None

    @property
    def correct_and_preserved(self) -> bool | None:
        if self.correct is None or (self.correct and self.preserved is None):
            return None
        return self.correct and self.preserved is not False


def outcome(sample: SampleRecord, verdict: ReferenceVerdict | None) -> Outcome:
    """What a sample's answer is worth."""
    if sample.status is SampleStatus.MODEL_ERROR or (not sample.done and sample.answer is None):
        return Outcome()
    return outcome_of(sample.answer, verdict)


def outcome_of(attempt: AttemptRecord | None, verdict: ReferenceVerdict | None) -> Outcome:
    """What one attempt is worth as the answer (None: there was none)."""
    readable = verdict is None or (verdict.soundness is not Soundness.SYNTAX and verdict.rules > 0)
    if attempt is None or attempt.grade is None:
        return Outcome(
            compile=False,
            deploy=False,
            correct=False if readable else None,
            rule_share=0.0 if readable else None,
            lint=False,
            lint_clean=False,
        )
    grade: Grade = attempt.grade
    return Outcome(
        compile=grade.compile,
        deploy=grade.deploy,
        correct=grade.correct if readable else None,
        rule_share=grade.rule_share if readable else None,
        lint=grade.lint,
        lint_clean=grade.lint_clean,
        security_share=grade.security_share,
        security_applies=grade.security_share is not None
        or any(e.get("stage") == "security" for e in grade.tool_errors),
        preserved=grade.preserved,
    )


def grouped(
    tasks: Iterable[str],
    samples: Mapping[str, Sequence[Outcome]],
    pick: Callable[[Outcome], float | bool | None],
    *,
    where: Callable[[Outcome], bool] = lambda _o: True,
) -> dict[str, list[float | bool | None]]:
    """One verdict of every outcome, by task; ``where`` chooses which outcomes belong to the figure at all."""
    return {task: [pick(o) for o in samples.get(task, ()) if where(o)] for task in tasks}
