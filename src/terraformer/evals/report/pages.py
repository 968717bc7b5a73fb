"""One page a task: what was asked, what each run answered, what verification said. Plain data for the templates."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from terraformer.evals.records import (
    AttemptRecord,
    Grade,
    ReferenceVerdict,
    SampleRecord,
    SampleStatus,
    TaskInfo,
)
from terraformer.evals.summary import Run
from terraformer.types import RuleResult

__all__ = ["VERDICTS", "AttemptView", "RunOfTask", "SampleView", "TaskPage", "pages_of", "verdict_of"]

VERDICTS: Final[Mapping[str, str]] = {
    "correct": "correct",
    "deploys": "deploys, policy not met",
    "unjudged": "deploys, no policy to judge by",
    "compiles": "compiles, does not deploy",
    "fails": "does not compile",
    "empty": "no configuration in the answer",
    "masked": "not scored: a model or tool failed",
    "missing": "not run",
}
"""Each verdict's key with its words, best first."""

_TEXT_LIMIT: Final = 30_000
"""Characters of one configuration, diff or reply on a page; the whole text is in the traces."""
_CERTIFICATES: Final = 40
_CERTIFICATE: Final[Mapping[str, Any]] = {"rule": None, "range": None, "detail": "", "fix": "", "summary": ""}
"""What a certificate as data leaves out."""


@dataclass(frozen=True, slots=True)
class AttemptView:
    """``text`` is the configuration (``shown`` "files"), what changed against the attempt before ("diff"), or the reply
    in which no configuration was found ("reply")."""

    round: int
    verdict: str
    kept: bool
    is_answer: bool
    shown: str
    text: str
    problem: str
    rules: tuple[RuleResult, ...]
    certificates: tuple[Mapping[str, Any], ...]
    more_certificates: int
    seconds: float
    tokens: int | None


@dataclass(frozen=True, slots=True)
class SampleView:
    sample: int
    verdict: str
    stopped: str
    error: str
    attempts: tuple[AttemptView, ...]


@dataclass(slots=True)
class RunOfTask:
    """A run's samples of one task."""

    label: str
    samples: list[SampleView] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """That of the first sample."""
        return self.samples[0].verdict if self.samples else "missing"

    @property
    def codes(self) -> list[str]:
        """Codes of errors in the answers, each once."""
        found = {
            str(c["code"])
            for s in self.samples
            for a in s.attempts
            if a.is_answer
            for c in a.certificates
            if c.get("severity") == "error" and c.get("stage") in ("compile", "deploy", "policy")
        }
        return sorted(found)

    @property
    def counts(self) -> str:
        """ "2 of 4" correct, when there are several samples."""
        scored = [s for s in self.samples if s.verdict not in ("masked", "missing")]
        return f"{sum(s.verdict == 'correct' for s in scored)} of {len(scored)}" if len(self.samples) > 1 else ""


@dataclass(slots=True)
class TaskPage:
    """``anchor`` is unique in a report. ``reference`` is the benchmark's own answer, never shown to a model."""

    anchor: str
    task: TaskInfo
    benchmark: str
    soundness: ReferenceVerdict | None
    reference_verdict: str
    before: str
    reference: str
    runs: list[RunOfTask]


def verdict_of(grade: Grade | None) -> str:
    """The key in VERDICTS of one graded configuration; None is an answer without one."""
    if grade is None:
        return "empty"
    if grade.masked:
        return "masked"
    if not grade.compile:
        return "fails"
    if not grade.deploy:
        return "compiles"
    if grade.correct is None:
        return "unjudged"
    return "correct" if grade.correct and grade.preserved is not False else "deploys"


def pages_of(runs: Sequence[tuple[str, Run]]) -> list[TaskPage]:
    """The pages of several runs with their labels: a task that several runs share is one page."""
    labels = [label for label, _ in runs]
    pages: dict[tuple[str, str, str], TaskPage] = {}
    for number, (_, run) in enumerate(runs):
        samples: dict[str, list[SampleRecord]] = {}
        for record in run.samples:
            samples.setdefault(record.task, []).append(record)
        for task in run.tasks.values():
            key = (run.info.benchmark, task.id, task.prompt)
            if key not in pages:
                pages[key] = _page(f"task-{len(pages) + 1}", key[0], task, run.verdicts.get(task.id), labels)
            pages[key].runs[number].samples = [_sample(s) for s in sorted(samples.get(task.id, []), key=_order)]
    return list(pages.values())


def _order(record: SampleRecord) -> int:
    return record.sample


def _page(
    anchor: str, benchmark: str, task: TaskInfo, reference: ReferenceVerdict | None, labels: Sequence[str]
) -> TaskPage:
    return TaskPage(
        anchor,
        task,
        benchmark,
        reference,
        verdict_of(reference.grade) if reference is not None and reference.grade is not None else "",
        joined(task.before),
        joined(task.reference),
        [RunOfTask(label) for label in labels],
    )


def _sample(record: SampleRecord) -> SampleView:
    attempts: list[AttemptView] = []
    previous: Mapping[str, str] | None = None
    for number, attempt in enumerate(record.attempts):
        attempts.append(_attempt(attempt, previous, kept=attempt.kept == number, answer=record.best == number))
        previous = attempt.files if attempt.files is not None else previous
    if record.status is not SampleStatus.DONE:
        verdict = "masked"
    else:
        verdict = verdict_of(record.answer.grade if record.answer is not None else None)
    return SampleView(record.sample, verdict, record.stopped, record.error, tuple(attempts))


def _attempt(attempt: AttemptRecord, previous: Mapping[str, str] | None, *, kept: bool, answer: bool) -> AttemptView:
    grade = attempt.grade
    if attempt.files is None:
        shown, text = "reply", attempt.reply
    elif previous is None:
        shown, text = "files", joined(attempt.files)
    else:
        shown, text = "diff", _difference(previous, attempt.files)
    certificates = grade.certificates if grade is not None else ()
    tokens = [t for t in (attempt.prompt_tokens, attempt.completion_tokens) if t is not None]
    return AttemptView(
        attempt.round,
        verdict_of(grade),
        kept,
        answer,
        shown,
        _cut(text),
        attempt.problem,
        grade.rules if grade is not None else (),
        tuple({**_CERTIFICATE, **c} for c in certificates[:_CERTIFICATES]),
        max(0, len(certificates) - _CERTIFICATES),
        attempt.seconds,
        sum(tokens) if tokens else None,
    )


def joined(files: Mapping[str, str] | None) -> str:
    """The files as one text, each under its name where there are several."""
    if not files:
        return ""
    if len(files) == 1:
        return _cut(next(iter(files.values())).strip("\n"))
    return _cut("\n\n".join(f"# {name}\n\n{text.strip(chr(10))}" for name, text in sorted(files.items())))


def _difference(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """A unified diff of all files; "" when they are equal."""
    return "\n".join(_hunks(before, after))


def _hunks(before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[str]:
    for name in sorted({*before, *after}):
        old, new = _cut(before.get(name, "")).splitlines(), _cut(after.get(name, "")).splitlines()
        yield from difflib.unified_diff(old, new, name, name, lineterm="", n=2)


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_LIMIT else text[:_TEXT_LIMIT] + "\n... (cut; the whole text is in the traces)"
