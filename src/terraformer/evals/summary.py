"""The summary of a run: a flat part for scripts, and all figures in ``details``.

Flat shares are over *all* tasks and samples: what is masked counts there as not passed, so that no failure of a tool
can make a figure better. ``details`` has every figure with its denominators, masked ones left out (metrics.Figure).
"All" and "sound" (policies that are not known to be broken) are always both there.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from terraformer.evals.metrics import Figure, Outcome, figure, grouped, mean_pass_at_k, outcome, quantile
from terraformer.evals.published import published_for
from terraformer.evals.records import (
    FORMAT_VERSION,
    ReferenceVerdict,
    RunInfo,
    SampleRecord,
    SampleStatus,
    Soundness,
    TaskInfo,
    read_references,
    read_run,
    read_samples,
    read_tasks,
)
from terraformer.evals.repairs import repair_curve, repairs_summary

__all__ = ["Prices", "Run", "load_run", "summarise"]

_K: Final = (1, 2, 3, 4, 5, 10, 20, 50, 100)
SEED: Final = 0
"""Of the intervals."""


@dataclass(frozen=True, slots=True)
class Prices:
    """In money per million tokens; ``currency`` is only a label."""

    prompt: float
    completion: float
    currency: str = "USD"

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


@dataclass(frozen=True, slots=True)
class Run:
    """All that OUT holds."""

    info: RunInfo
    tasks: Mapping[str, TaskInfo]
    verdicts: Mapping[str, ReferenceVerdict]
    samples: Sequence[SampleRecord]

    @property
    def expected(self) -> int:
        """Samples a task."""
        return 1 if self.info.references else int(self.info.settings.get("samples", 1))

    @property
    def sound(self) -> tuple[str, ...]:
        """Tasks whose policy is not known to be broken."""
        return tuple(t for t in self.tasks if not (v := self.verdicts.get(t)) or not v.soundness.broken)


def load_run(out: Path | str) -> Run:
    """Read OUT. Raises UsageError when it is none."""
    folder = Path(out)
    return Run(read_run(folder), read_tasks(folder), read_references(folder), tuple(read_samples(folder)))


def summarise(run: Run, *, only_sound: bool = False, prices: Prices | None = None) -> dict[str, Any]:
    """summary.json. ``only_sound`` makes the sound tasks the flat part's own figures (then ``all_...`` has all)."""
    outcomes = _outcomes(run)
    everything, sound = tuple(run.tasks), run.sound
    flat_all, flat_sound = _flat(everything, outcomes, run), _flat(sound, outcomes, run)
    done = [s for s in run.samples if s.done]
    repairs = repairs_summary(run.samples)
    cost = _cost(run.samples, prices)
    tokens, seconds = _tokens(run.samples), _seconds(done)
    kinds = Counter(s.status for s in run.samples)
    data: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "benchmark": run.info.benchmark,
        "model": run.info.model or "references",
        "samples": run.expected,
        "rounds": 0 if run.info.references else run.info.settings.get("rounds", 0),
        "policy_feedback": bool(run.info.settings.get("policy_feedback", False)),
        "only_sound": only_sound,
        **(flat_sound if only_sound else flat_all),
        **({f"all_{k}": v for k, v in flat_all.items()} if only_sound else {}),
        **{f"sound_{k}": v for k, v in flat_sound.items()},
        "broken_policies": len(everything) - len(sound),
        "expected_samples": len(everything) * run.expected,
        "finished_samples": len(run.samples),
        "model_errors": kinds[SampleStatus.MODEL_ERROR],
        "tool_errors": kinds[SampleStatus.TOOL_ERROR],
        "regressions": repairs["regressions"]["n"],
        "deceptive_repairs": repairs["deceptive"]["n"],
        "repair_attempts": repairs["regressions"]["total"],
        "prompt_tokens": tokens["prompt"],
        "completion_tokens": tokens["completion"],
        "seconds_total": seconds["answer"]["total"],
        "seconds_median": seconds["answer"]["median"],
        "seconds_p95": seconds["answer"]["p95"],
        "cost": cost["total"],
    }
    data["details"] = {
        "all": _figures(everything, outcomes, run, SEED),
        "sound": _figures(sound, outcomes, run, SEED),
        "by_difficulty": _by(run, outcomes, lambda t: () if t.difficulty is None else (str(t.difficulty),), SEED),
        "by_service": _by(run, outcomes, lambda t: t.services, None),
        "repair_curve": repair_curve(run.samples, run.verdicts, int(data["rounds"]), seed=SEED),
        "repairs": repairs,
        "failures": _failures(done),
        "soundness": _soundness(run),
        "tokens": tokens,
        "seconds": seconds,
        "cost": cost,
        "published": [r.to_dict() for r in published_for(run.info.benchmark)],
    }
    return data


def _outcomes(run: Run) -> dict[str, list[Outcome]]:
    """By task; samples that are missing are masked."""
    found: dict[str, list[Outcome]] = {task: [] for task in run.tasks}
    for sample in run.samples:
        if sample.task in found:
            found[sample.task].append(outcome(sample, run.verdicts.get(sample.task)))
    for outcomes in found.values():
        outcomes.extend(Outcome() for _ in range(run.expected - len(outcomes)))
    return found


def _flat(tasks: Sequence[str], outcomes: Mapping[str, Sequence[Outcome]], run: Run) -> dict[str, Any]:
    figures = _raw_figures(tasks, outcomes, run, None)
    flat: dict[str, Any] = {"total": len(tasks)}
    for name in ("compile", "deploy", "correct", "rule_share"):
        flat[name] = _rounded(figures[name].of_all)
    correct = grouped(tasks, outcomes, lambda o: o.correct)
    for k in _ks(run.expected):
        flat[f"pass_at_{k}"] = _rounded(mean_pass_at_k(_flags(correct), k, masked_fail=True).value)
    for name in ("lint", "lint_of_compilable", "no_lint_issue", "preserved", "correct_and_preserved"):
        if name in figures:
            flat[name] = _rounded(figures[name].of_all)
    if "security" in figures:
        flat["security"] = _rounded(figures["security"].value)
    flat["masked"] = figures["deploy"].total - figures["deploy"].of
    flat["unjudged"] = figures["correct"].total - figures["correct"].of
    return flat


def _ks(samples: int) -> tuple[int, ...]:
    return tuple(sorted({k for k in (*_K, samples) if k <= samples}))


def _flags(by_task: Mapping[str, Sequence[float | bool | None]]) -> dict[str, list[bool | None]]:
    return {task: [None if v is None else bool(v) for v in values] for task, values in by_task.items()}


def _raw_figures(
    tasks: Sequence[str], outcomes: Mapping[str, Sequence[Outcome]], run: Run, seed: int | None
) -> dict[str, Figure]:
    stages = run.info.settings.get("stages", ())
    figures = {
        name: figure(grouped(tasks, outcomes, pick), seed=seed)
        for name, pick in (
            ("compile", lambda o: o.compile),
            ("deploy", lambda o: o.deploy),
            ("correct", lambda o: o.correct),
            ("rule_share", lambda o: o.rule_share),
        )
    }
    correct = _flags(grouped(tasks, outcomes, lambda o: o.correct))
    for k in _ks(run.expected):
        figures[f"pass_at_{k}"] = mean_pass_at_k(correct, k, seed=seed)
    if "lint" in stages:
        compiles = grouped(tasks, outcomes, lambda o: o.lint, where=lambda o: o.compile is True)
        clean = grouped(tasks, outcomes, lambda o: o.lint_clean, where=lambda o: o.compile is True)
        figures["lint"] = figure(grouped(tasks, outcomes, lambda o: o.lint), seed=seed)
        figures["lint_of_compilable"] = figure(compiles, seed=seed)
        figures["no_lint_issue"] = figure(grouped(tasks, outcomes, lambda o: o.lint_clean), seed=seed)
        figures["no_lint_issue_of_compilable"] = figure(clean, seed=seed)
    if "security" in stages:
        judged = grouped(tasks, outcomes, lambda o: o.security_share, where=lambda o: o.security_applies)
        figures["security"] = figure(judged, seed=seed)
    if any(run.tasks[t].kind == "mutation" for t in tasks):
        deploys = grouped(tasks, outcomes, lambda o: o.preserved, where=lambda o: o.deploy is True)
        figures["preserved"] = figure(deploys, seed=seed)
        figures["correct_and_preserved"] = figure(
            grouped(tasks, outcomes, lambda o: o.correct_and_preserved), seed=seed
        )
    return figures


def _figures(
    tasks: Sequence[str], outcomes: Mapping[str, Sequence[Outcome]], run: Run, seed: int | None
) -> dict[str, Any]:
    figures = _raw_figures(tasks, outcomes, run, seed)
    return {"tasks": len(tasks), **{name: f.to_dict() for name, f in figures.items()}}


def _by(
    run: Run, outcomes: Mapping[str, Sequence[Outcome]], groups: Any, seed: int | None
) -> dict[str, dict[str, Any]]:
    members: dict[str, list[str]] = {}
    for task in run.tasks.values():
        for group in groups(task):
            members.setdefault(group, []).append(task.id)
    return {group: _figures(tasks, outcomes, run, seed) for group, tasks in sorted(members.items())}


def _failures(samples: Iterable[SampleRecord]) -> list[dict[str, Any]]:
    """Codes of the findings of severity error in the answers, with how many samples and tasks have them."""
    counts: dict[tuple[str, str], list[str]] = {}
    for sample in samples:
        answer = sample.answer
        if answer is None or answer.grade is None:
            counts.setdefault(("answer", "no-configuration"), []).append(sample.task)
            continue
        for stage, code in {
            (str(c["stage"]), str(c["code"])) for c in answer.grade.certificates if c.get("severity") == "error"
        }:
            counts.setdefault((stage, code), []).append(sample.task)
    rows = [
        {"stage": stage, "code": code, "samples": len(tasks), "tasks": len(set(tasks))}
        for (stage, code), tasks in counts.items()
    ]
    return sorted(rows, key=lambda r: (-r["samples"], r["stage"], r["code"]))


def _soundness(run: Run) -> dict[str, Any]:
    counts = Counter(v.soundness.value for v in run.verdicts.values())
    broken = [
        {"task": v.task, "soundness": v.soundness.value, "detail": v.detail}
        for v in run.verdicts.values()
        if v.soundness is not Soundness.SOUND
    ]
    order = {task: n for n, task in enumerate(run.tasks)}
    return {
        "counts": {s.value: counts[s.value] for s in Soundness},
        "not_sound": sorted(broken, key=lambda b: order.get(str(b["task"]), 0)),
    }


def _tokens(samples: Sequence[SampleRecord]) -> dict[str, Any]:
    prompt = [s.prompt_tokens for s in samples if s.prompt_tokens is not None]
    completion = [s.completion_tokens for s in samples if s.completion_tokens is not None]
    return {
        "prompt": sum(prompt) if prompt else None,
        "completion": sum(completion) if completion else None,
        "median_completion": statistics.median(completion) if completion else None,
        "known_samples": len(completion),
        "samples": len(samples),
    }


def _seconds(samples: Sequence[SampleRecord]) -> dict[str, Any]:
    """Of finished samples: "answer" is model and verification without waiting, "wall" the time on the clock."""

    def stats(values: list[float]) -> dict[str, Any]:
        return {
            "total": round(sum(values), 3),
            "median": _rounded(quantile(values, 0.5), 3),
            "p95": _rounded(quantile(values, 0.95), 3),
        }

    return {
        "answer": stats([s.model_seconds + s.verify_seconds for s in samples]),
        "model": stats([s.model_seconds for s in samples]),
        "verify": stats([s.verify_seconds for s in samples]),
        "wall": stats([s.seconds for s in samples]),
        "samples": len(samples),
    }


def _cost(samples: Sequence[SampleRecord], prices: Prices | None) -> dict[str, Any]:
    """None where there is no price, or where not all samples tell their tokens."""
    known = all(s.prompt_tokens is not None and s.completion_tokens is not None for s in samples)
    if prices is None or not samples or not known:
        return {"total": None, "currency": prices.currency if prices else None}
    total = sum(prices.cost(s.prompt_tokens or 0, s.completion_tokens or 0) for s in samples)
    return {
        "total": round(total, 6),
        "currency": prices.currency,
        "prompt_price": prices.prompt,
        "completion_price": prices.completion,
    }


def _rounded(value: float | None, digits: int = 6) -> float | None:
    return None if value is None else round(value, digits)
