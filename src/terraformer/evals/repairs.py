"""What repair rounds bring: the curve, regressions, and repairs that only take away what failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from terraformer.evals.counting import lost
from terraformer.evals.metrics import Figure, figure, outcome_of
from terraformer.evals.records import AttemptRecord, Grade, ReferenceVerdict, SampleRecord

__all__ = ["RepairStep", "lost_resources", "repair_curve", "repair_steps", "repairs_summary", "standing_at"]

_UNKNOWN_TYPE = frozenset({"invalid-resource-type"})


def standing_at(sample: SampleRecord, number: int) -> tuple[AttemptRecord | None, AttemptRecord | None]:
    """(kept, raw) after round ``number``: the loop's best so far, and what the latest round by itself gave.

    A loop that stopped earlier stands where it stopped. Of several first answers the raw one is the one that was kept.
    """
    reached = [a for a in sample.attempts if a.round <= number]
    if not reached:
        return None, None
    last = reached[-1]
    # Once all rounds are in, the answer is what the loop says it is.
    index = sample.best if len(reached) == len(sample.attempts) else last.kept
    kept = sample.attempts[index] if index is not None else None
    return kept, (kept if last.round == 0 else last)


def repair_curve(
    samples: Sequence[SampleRecord], verdicts: Mapping[str, ReferenceVerdict], rounds: int, *, seed: int | None = None
) -> list[dict[str, Any]]:
    """For every round 0 to ``rounds``: figures of what was kept and of the raw attempt, and how many had that round."""
    curve: list[dict[str, Any]] = []
    done = [s for s in samples if s.done]
    for number in range(rounds + 1):
        point: dict[str, Any] = {
            "round": number,
            "attempts": sum(any(a.round == number for a in s.attempts) for s in done),
        }
        for name, which in (("best", 0), ("raw", 1)):
            figures: dict[str, dict[str, list[Any]]] = {"compile": {}, "deploy": {}, "correct": {}}
            for sample in done:
                found = outcome_of(standing_at(sample, number)[which], verdicts.get(sample.task))
                for what, by_task in figures.items():
                    by_task.setdefault(sample.task, []).append(getattr(found, what))
            point[name] = {what: figure(by_task, seed=seed).to_dict() for what, by_task in figures.items()}
        curve.append(point)
    return curve


@dataclass(frozen=True, slots=True)
class RepairStep:
    """One repair: the attempt that it started from, and what became of it. ``lost`` counts the resources by type that
    the new attempt has no more."""

    sample: SampleRecord
    before: AttemptRecord
    after: AttemptRecord
    kept: bool
    regression: bool
    lost: Mapping[str, int]
    deceptive: bool


def repair_steps(samples: Iterable[SampleRecord]) -> list[RepairStep]:
    """Every repair attempt whose starting point is known. A repair of an answer without a configuration is none."""
    steps: list[RepairStep] = []
    for sample in samples:
        if not sample.done:
            continue
        base: int | None = None
        for number, attempt in enumerate(sample.attempts):
            if attempt.round > 0 and base is not None:
                before = sample.attempts[base]
                steps.append(_step(sample, before, attempt, attempt.kept == number))
            base = attempt.kept
    return steps


def _step(sample: SampleRecord, before: AttemptRecord, after: AttemptRecord, kept: bool) -> RepairStep:
    missing = lost_resources(before.grade, after.grade)
    gained = _rank(after.grade) > _rank(before.grade) or _passes(after.grade) > _passes(before.grade)
    return RepairStep(
        sample=sample,
        before=before,
        after=after,
        kept=kept,
        regression=_rank(after.grade) < _rank(before.grade),
        lost=missing,
        deceptive=after.standing == "deceptive" or (bool(missing) and gained),
    )


def _rank(grade: Grade | None) -> tuple[int, float]:
    """Higher is better: stage reached, then the share of policy rules."""
    if grade is None:
        return (0, 0.0)
    if not grade.compile:
        return (1, 0.0)
    return (3 if grade.deploy else 2, grade.rule_share or 0.0)


def _passes(grade: Grade | None) -> int:
    """What the loop itself rewards, whatever the policies say: compile, deploy."""
    return 0 if grade is None else int(bool(grade.compile)) + int(bool(grade.deploy))


def lost_resources(before: Grade | None, after: Grade | None) -> dict[str, int]:
    """Resources by type that are there before and no more after, a repair that deletes what failed.

    Planned resources are compared where both plan, else the blocks in the source. What is renamed is not lost, and
    neither is a resource of a type that does not exist.
    """
    if before is None or after is None:
        return {}
    if before.planned is not None and after.planned is not None:
        return lost(before.planned, after.planned)
    unknown = {
        str(c.get("address", "")).rpartition(".")[0].rpartition(".")[2]
        for c in before.certificates
        if c.get("code") in _UNKNOWN_TYPE
    }
    return {t: n for t, n in lost(before.declared, after.declared).items() if t not in unknown}


def repairs_summary(samples: Sequence[SampleRecord]) -> dict[str, Any]:
    """Regressions and deceptive repairs, of all repair attempts; and answers that repair made worse in the end."""
    steps = repair_steps(samples)
    by_task: dict[str, dict[str, list[bool | None]]] = {}

    def count(name: str, task: str, value: bool) -> None:
        by_task.setdefault(name, {}).setdefault(task, []).append(value)

    for step in steps:
        count("regressions", step.sample.task, step.regression)
        count("regressions_kept", step.sample.task, step.regression and step.kept)
        count("deceptive", step.sample.task, step.deceptive)
        count("deceptive_kept", step.sample.task, step.deceptive and step.kept)
    repaired = [s for s in samples if s.done and any(a.round > 0 for a in s.attempts)]
    for sample in repaired:
        first = standing_at(sample, 0)[0]
        answer = sample.answer
        before, after = (a.grade if a is not None else None for a in (first, answer))
        count("improved", sample.task, _rank(after) > _rank(before))
        count("harmed", sample.task, _rank(after) < _rank(before))
    names = ("regressions", "regressions_kept", "deceptive", "deceptive_kept", "improved", "harmed")
    units = {"improved": "samples", "harmed": "samples"}
    return {name: _figure(by_task.get(name, {}), units.get(name, "attempts")).to_dict() for name in names}


def _figure(values: Mapping[str, Sequence[bool | None]], unit: str) -> Figure:
    return figure(values, unit=unit)
