"""What an evaluation leaves in its folder OUT, and how to read it.

    OUT/run.json          RunInfo: benchmark, data, model, settings, versions
    OUT/tasks.jsonl       TaskInfo, one line a task: prompt, policies, reference
    OUT/references.jsonl  ReferenceVerdict, one line a task: the reference's own verdict, whether its policy is sound
    OUT/traces.jsonl      SampleRecord, one line a finished (task, sample), every attempt with its grade
    OUT/summary.json      terraformer.evals.metrics: the flat summary and all figures

Lines are only ever appended, each on the disk before the next. A last line that is torn (the machine or the process
died) is no line. A sample that failed by a model's or a tool's fault is tried again on resume: of several lines for
one (task, sample) the last counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, cast

from terraformer.errors import UsageError
from terraformer.evals.counting import declared_types, planned_types
from terraformer.types import Policy, RuleResult, Stage, StageStatus, TerraformConfig, VerificationReport
from terraformer.types.report import to_jsonable

__all__ = [
    "FORMAT_VERSION",
    "REFERENCES",
    "RUN",
    "SUMMARY",
    "TASKS",
    "TRACES",
    "AttemptRecord",
    "Grade",
    "ReferenceVerdict",
    "RunInfo",
    "SampleRecord",
    "SampleStatus",
    "Soundness",
    "TaskInfo",
    "read_references",
    "read_run",
    "read_samples",
    "read_summary",
    "read_tasks",
]

FORMAT_VERSION: Final = "1.0"
"""Of all files of OUT; the number before the point changes when a reader would misunderstand."""

RUN: Final = "run.json"
TASKS: Final = "tasks.jsonl"
REFERENCES: Final = "references.jsonl"
TRACES: Final = "traces.jsonl"
SUMMARY: Final = "summary.json"


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What was run. Two runs are the same, and may be resumed, when all but ``started`` and the name of the data is
    equal.

    ``model`` is "" where the references were graded. ``data`` is the name as given, ``data_sha256`` that of its
    content. ``settings``: samples, rounds, temperature (of sample 0), sample_temperature (of the others), seed,
    best_of, policy_feedback, stages, difficulty ([lowest, highest] or None), limit, timeout, core. ``versions``:
    terraformer, python, core, and one for every bundle. ``total`` tasks were chosen of ``available`` in the data.
    """

    benchmark: str
    data: str
    data_sha256: str
    model: str
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    total: int
    available: int
    started: str = ""
    format_version: str = FORMAT_VERSION

    @property
    def references(self) -> bool:
        """Whether the references were graded instead of a model's answers."""
        return not self.model

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunInfo:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """A task as it was asked. ``id`` is the benchmark's own (a row's index, a record's id). ``reference`` and
    ``before`` map file names to text, None where there is none. ``reference_root`` and ``before_root`` are the
    directories of their root modules."""

    id: str
    kind: str
    prompt: str
    difficulty: int | None
    resource_types: tuple[str, ...]
    services: tuple[str, ...]
    policies: tuple[Policy, ...]
    reference: Mapping[str, str] | None
    before: Mapping[str, str] | None = None
    intent: Any = None
    reference_root: str = "."
    before_root: str = "."

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TaskInfo:
        values = dict(data)
        values["policies"] = tuple(Policy(p["name"], p["text"]) for p in data["policies"])
        values["resource_types"] = tuple(data["resource_types"])
        values["services"] = tuple(data["services"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Grade:
    """What verification, with the benchmark's policies, says of one configuration.

    Each verdict is None where it was not established: the tools failed, the stage was not asked for, or the policy
    cannot be read. ``correct`` is False for what does not deploy. ``rule_share`` is the share of the policy's rules
    that passed, 0 for what does not deploy, None where the policy says nothing. ``lint_clean``: no lint finding of any
    severity; what is no HCL passes neither. ``preserved`` (mutations): nothing changed that the request does not ask
    for. ``planned`` counts the planned resources by type (None without a plan), ``declared`` the resource blocks in
    the source.
    ``certificates`` and ``tool_errors`` are plain data as in VerificationReport.to_dict; certificates of lint and
    security are there too. ``change`` (mutations) is the ChangeSummary as plain data.
    """

    compile: bool | None
    deploy: bool | None
    correct: bool | None
    rule_share: float | None
    rules: tuple[RuleResult, ...] = ()
    lint: bool | None = None
    lint_clean: bool | None = None
    security_share: float | None = None
    preserved: bool | None = None
    planned: Mapping[str, int] | None = None
    declared: Mapping[str, int] = field(default_factory=dict)
    certificates: tuple[Mapping[str, Any], ...] = ()
    tool_errors: tuple[Mapping[str, Any], ...] = ()
    change: Mapping[str, Any] | None = None

    @property
    def masked(self) -> bool:
        """Whether compile or deploy was not established: a failure of the tools, which scores nothing."""
        return self.compile is None or self.deploy is None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the certificates of severity error, sorted, each once."""
        return tuple(sorted({str(c["code"]) for c in self.certificates if c.get("severity") == "error"}))

    @classmethod
    def of(
        cls,
        report: VerificationReport,
        config: TerraformConfig,
        *,
        rules: int = 0,
        preserved: bool | None = None,
        change: Mapping[str, Any] | None = None,
    ) -> Grade:
        """The grade that a report stands for. ``rules`` is how many rules the policies have: the denominator of the
        share where nothing was planned."""
        deploy = report.deployable
        share: float | None = None
        if report.rules:
            share = sum(r.passed for r in report.rules) / len(report.rules)
        elif deploy is False and rules:
            share = 0.0
        lint, clean = report.lint_passed, None
        linted = report.stage(Stage.LINT)
        if linted is not None and linted.status is StageStatus.SKIPPED:
            lint = clean = False  # it is no HCL: nothing to lint, and surely not clean
        elif lint is not None:
            clean = not any(c.stage is Stage.LINT for c in report.certificates)
        return cls(
            compile=report.compilable,
            deploy=deploy,
            correct=report.correct,
            rule_share=share,
            rules=report.rules,
            lint=lint,
            lint_clean=clean,
            security_share=report.security_pass_share,
            preserved=preserved,
            planned=planned_types(report) if deploy else None,
            declared=declared_types(config),
            certificates=tuple(c.to_dict() for c in report.certificates),
            tool_errors=tuple(to_jsonable(e) for e in report.tool_errors),
            change=change,
        )

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Grade:
        values = dict(data)
        values["rules"] = tuple(RuleResult(**r) for r in data["rules"])
        values["certificates"] = tuple(data["certificates"])
        values["tool_errors"] = tuple(data["tool_errors"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One round of a sample. ``files`` is None (and ``problem`` says why) where the reply held no configuration.

    ``grade`` is the harness's, with the benchmark's policies, whatever the loop saw; None without a configuration.
    ``sample`` (one of best-of-n), ``origin`` and ``standing`` are those of terraformer.types.Attempt.
    ``kept`` is the attempt that the loop held for its best after this round (strict keep-best by what the loop sees),
    None when there was none yet. ``seconds`` is the round's wall clock in the loop, waiting for the model included.
    """

    round: int
    messages: tuple[Mapping[str, str], ...]
    reply: str
    files: Mapping[str, str] | None
    problem: str
    kept: int | None
    grade: Grade | None
    seconds: float = 0.0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    sample: int = 0
    origin: str = "model"
    standing: str = ""

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AttemptRecord:
        values = dict(data)
        values["messages"] = tuple(data["messages"])
        values["grade"] = Grade.from_dict(data["grade"]) if data["grade"] is not None else None
        return cls(**values)


class SampleStatus(StrEnum):
    DONE = "done"
    MODEL_ERROR = "model-error"  # the model gave no answer: masked, tried again on resume
    TOOL_ERROR = "tool-error"  # the tools failed: masked, tried again on resume


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """One answer to one task: the whole trace.

    ``best`` is the attempt that is the answer; None when no reply held a configuration (a failure of the answer).
    ``stopped`` says why the loop ended. ``error`` is one line, for a status other than done. ``model_seconds`` and
    ``verify_seconds`` are time in the model and in the loop's verifications (not waiting for one's turn, not the
    harness's own grading); ``calls`` counts the model's completions, more than the attempts with best-of-n.
    """

    task: str
    sample: int
    status: SampleStatus
    seed: int | None
    temperature: float
    attempts: tuple[AttemptRecord, ...] = ()
    best: int | None = None
    stopped: str = ""
    error: str = ""
    seconds: float = 0.0
    model_seconds: float = 0.0
    verify_seconds: float = 0.0
    calls: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    @property
    def key(self) -> tuple[str, int]:
        return (self.task, self.sample)

    @property
    def done(self) -> bool:
        return self.status is SampleStatus.DONE

    @property
    def answer(self) -> AttemptRecord | None:
        """The attempt that counts."""
        return self.attempts[self.best] if self.best is not None else None

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SampleRecord:
        values = dict(data)
        values["status"] = SampleStatus(data["status"])
        values["attempts"] = tuple(AttemptRecord.from_dict(a) for a in data["attempts"])
        return cls(**values)


class Soundness(StrEnum):
    """Whether a task's policy can be trusted to judge."""

    SOUND = "sound"  # the reference passes it
    UNPROVEN = "unproven"  # there is no reference, or it cannot be planned here: nothing is known against the policy
    SYNTAX = "syntax"  # broken: the policy is not Rego, or has no rule to judge by
    CONTRADICTION = "contradiction"  # broken: the task's own reference does not pass it
    MASKED = "masked"  # the tools failed on the reference: not known

    @property
    def broken(self) -> bool:
        return self in (Soundness.SYNTAX, Soundness.CONTRADICTION)


@dataclass(frozen=True, slots=True)
class ReferenceVerdict:
    """The reference's own verdict. ``grade`` is None where a task has no reference. ``detail`` is one line."""

    task: str
    soundness: Soundness
    detail: str
    rules: int
    grade: Grade | None
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ReferenceVerdict:
        values = dict(data)
        values["soundness"] = Soundness(data["soundness"])
        values["grade"] = Grade.from_dict(data["grade"]) if data["grade"] is not None else None
        return cls(**values)


# --- reading ---------------------------------------------------------------------------------------------------------


def read_run(out: Path) -> RunInfo:
    """Raises UsageError when OUT is no evaluation's folder, or one of a later version."""
    path = Path(out) / RUN
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        info = RunInfo.from_dict(data)
    except FileNotFoundError:
        raise UsageError(f"{out}: no {RUN} in it; name a folder that terraformer eval has written") from None
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{path}: not the {RUN} of an evaluation: {' '.join(str(error).split())}") from None
    if info.format_version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise UsageError(f"{path}: format {info.format_version}, this program reads {FORMAT_VERSION}")
    return info


def read_tasks(out: Path) -> dict[str, TaskInfo]:
    """By id, in the order of the data."""
    return {t.id: t for t in (_made(TaskInfo.from_dict, data, where) for data, where in _lines(Path(out) / TASKS))}


def read_references(out: Path) -> dict[str, ReferenceVerdict]:
    """By task; those that are not graded yet are missing."""
    path = Path(out) / REFERENCES
    return {v.task: v for v in (_made(ReferenceVerdict.from_dict, data, where) for data, where in _lines(path))}


def read_samples(out: Path) -> Iterator[SampleRecord]:
    """Every (task, sample) once, its last line, in the order of the file. Reads one line at a time."""
    path = Path(out) / TRACES
    last: dict[tuple[str, int], int] = {}
    for number, (data, where) in enumerate(_lines(path)):
        try:
            last[(data["task"], data["sample"])] = number
        except (KeyError, TypeError):
            raise UsageError(f"{where}: not a line of an evaluation's traces") from None
    for number, (data, where) in enumerate(_lines(path)):
        if last.get((data["task"], data["sample"])) == number:
            yield _made(SampleRecord.from_dict, data, where)


def read_summary(out: Path) -> dict[str, Any]:
    """summary.json as it stands. Raises UsageError when the run has none: it was not finished."""
    path = Path(out) / SUMMARY
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{out}: no {SUMMARY} in it; run the same terraformer eval again to finish it") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not JSON: {error}") from None
    if not isinstance(data, dict):
        raise UsageError(f"{path}: not the summary of an evaluation")
    return data


def _lines(path: Path) -> Iterator[tuple[Any, str]]:
    """The whole lines of a file as data, each with its place. A last line without its end is torn, and left out."""
    try:
        with path.open("rb") as handle:
            for number, line in enumerate(handle, 1):
                if not line.endswith(b"\n"):
                    return
                where = f"{path}:{number}"
                try:
                    yield json.loads(line), where
                except ValueError as error:
                    raise UsageError(f"{where}: not JSON: {error}") from None
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


def _made(make: Any, data: Any, where: str) -> Any:
    try:
        return make(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{where}: not a line of an evaluation: {type(error).__name__}: {error}") from None


def _plain(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", to_jsonable(value))
