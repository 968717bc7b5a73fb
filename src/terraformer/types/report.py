"""The result of a verification: stages, certificates (findings), tool errors, assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import Any

__all__ = [
    "Assumption",
    "Certificate",
    "CheckResult",
    "PlannedChange",
    "Position",
    "RuleResult",
    "Severity",
    "SourceRange",
    "Stage",
    "StageResult",
    "StageStatus",
    "ToolError",
    "VerificationReport",
    "to_jsonable",
]


class Stage(StrEnum):
    """The stages, in the order in which they run; each is stricter than the one before."""

    COMPILE = "compile"
    DEPLOY = "deploy"
    POLICY = "policy"
    LINT = "lint"
    SECURITY = "security"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class StageStatus(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"  # not asked for, or an earlier stage failed
    ERROR = "error"  # the tools failed; see tool_errors


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file. Lines and columns count from 1 (columns in characters), ``byte`` from 0."""

    line: int
    column: int
    byte: int


@dataclass(frozen=True, slots=True)
class SourceRange:
    """``start`` inclusive, ``end`` exclusive; ``file`` is relative to the configuration's top directory."""

    file: str
    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Certificate:
    """One finding (the paper's error certificate): enough by itself to mend what it reports.

    ``code`` is stable and has a page in docs/certificates. ``attribute_path`` is written as in HCL references
    ("versioning_configuration[0].status"). ``rule`` names the policy rule or the lint / security check. ``fix`` says
    how to mend it; a repair prompt shows it. ``notes`` holds further machine-readable facts.
    """

    stage: Stage
    severity: Severity
    code: str
    summary: str
    detail: str = ""
    range: SourceRange | None = None
    address: str | None = None
    attribute_path: str | None = None
    snippet: str | None = None
    fix: str | None = None
    rule: str | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {k: v for k, v in to_jsonable(self).items() if v not in (None, {}, "")}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Certificate:
        rng = data.get("range")
        known = {f.name for f in fields(cls)}
        values = {k: v for k, v in data.items() if k in known}
        values["stage"] = Stage(data["stage"])
        values["severity"] = Severity(data["severity"])
        values["range"] = SourceRange(rng["file"], Position(**rng["start"]), Position(**rng["end"])) if rng else None
        return cls(**values)


@dataclass(frozen=True, slots=True)
class ToolError:
    """A failure of our tools, never of the configuration: it is not scored, it is masked.

    ``kind`` is stable: "worker-died", "disk-full", "core-missing", "policy-engine", "internal", ...
    """

    kind: str
    message: str
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value that the plan had to make up: ``why`` is one line for a person.

    ``address`` is a resource, data source, variable ("var.name") or provider address; ``attribute`` may be "".
    """

    address: str
    attribute: str
    value: Any
    why: str


@dataclass(frozen=True, slots=True)
class StageResult:
    stage: Stage
    status: StageStatus
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One policy rule's verdict. ``policy`` is the policy's name (a file, as a rule), ``rule`` its Rego path."""

    policy: str
    rule: str
    passed: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of the lint or security stage on one object, passed or not (a pass share needs both).

    ``check`` is the check's stable name ("terraform_unused_declarations", "CKV_AWS_18"); ``address`` the resource (or
    other block) that it looked at, "" for the whole configuration. A check that was skipped by settings is not listed.
    """

    stage: Stage
    check: str
    address: str
    passed: bool


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What the plan does to one resource. ``actions`` as in Terraform's plan JSON: ["create"], ["delete", "create"]."""

    address: str
    type: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What verification found. Findings (``certificates``) and failures of our own (``tool_errors``) never mix.

    ``compilable`` / ``deployable`` / ``correct`` are the paper's three verdicts; each is None when it was not
    established (stage not asked for, no policy, or the tools failed).
    """

    config_id: str
    stages: tuple[StageResult, ...]
    certificates: tuple[Certificate, ...] = ()
    tool_errors: tuple[ToolError, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    changes: tuple[PlannedChange, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    core: str = ""
    bundles: Mapping[str, str] = field(default_factory=dict)
    plan: Mapping[str, Any] | None = None
    cached: bool = False

    def stage(self, stage: Stage) -> StageResult | None:
        return next((s for s in self.stages if s.stage == stage), None)

    def _verdict(self, stage: Stage) -> bool | None:
        order = list(Stage)
        for result in self.stages:
            if order.index(result.stage) <= order.index(stage) and result.stage in (
                Stage.COMPILE,
                Stage.DEPLOY,
                stage,
            ):
                if result.status is StageStatus.FAILED:
                    return False
                if result.status is StageStatus.ERROR:
                    return None
        found = self.stage(stage)
        return True if found is not None and found.status is StageStatus.PASSED else None

    @property
    def compilable(self) -> bool | None:
        return self._verdict(Stage.COMPILE)

    @property
    def deployable(self) -> bool | None:
        return self._verdict(Stage.DEPLOY)

    @property
    def correct(self) -> bool | None:
        """Every policy rule passed. A configuration that does not deploy is not correct, policy given or not."""
        return self._verdict(Stage.POLICY)

    @property
    def lint_passed(self) -> bool | None:
        """No lint finding of severity error; None when the lint stage was not run or failed as a tool.

        Lint and security read the source, so they are judged whether the configuration deploys or not.
        """
        return self._own_verdict(Stage.LINT)

    @property
    def lint_issues(self) -> int | None:
        """How many lint findings there are, of any severity (0: TFLint would print nothing); None without a
        verdict."""
        if self._own_verdict(Stage.LINT) is None:
            return None
        return sum(c.stage is Stage.LINT for c in self.certificates)

    @property
    def secure(self) -> bool | None:
        """No security finding of severity error; None when the stage was not run or failed as a tool."""
        return self._own_verdict(Stage.SECURITY)

    @property
    def security_pass_share(self) -> float | None:
        """Passed security checks as a share of those that applied, in [0, 1] (the paper reports its mean over
        instances); None when the stage gave no result or no check applied."""
        checks = [c.passed for c in self.checks if c.stage is Stage.SECURITY]
        return sum(checks) / len(checks) if checks else None

    def _own_verdict(self, stage: Stage) -> bool | None:
        found = self.stage(stage)
        if found is None or found.status in (StageStatus.SKIPPED, StageStatus.ERROR):
            return None
        return found.status is StageStatus.PASSED

    @property
    def errors(self) -> tuple[Certificate, ...]:
        return tuple(c for c in self.certificates if c.severity is Severity.ERROR)

    @property
    def passed(self) -> bool:
        """No finding of severity error and no tool error."""
        return not self.errors and not self.tool_errors

    @property
    def exit_code(self) -> int:
        """0 clean, 1 tool error, 2 findings. Findings win over tool errors in later stages."""
        if self.errors:
            return 2
        return 1 if self.tool_errors else 0

    def to_dict(self, *, include_plan: bool = False) -> dict[str, Any]:
        """JSON-ready form, documented in docs/report.md. The plan, which is large, only when asked for."""
        data: dict[str, Any] = {
            "config_id": self.config_id,
            "compilable": self.compilable,
            "deployable": self.deployable,
            "correct": self.correct,
            "passed": self.passed,
            "stages": [to_jsonable(s) for s in self.stages],
            "certificates": [c.to_dict() for c in self.certificates],
            "tool_errors": [to_jsonable(e) for e in self.tool_errors],
            "assumptions": [to_jsonable(a) for a in self.assumptions],
            "rules": [to_jsonable(r) for r in self.rules],
            "changes": [to_jsonable(c) for c in self.changes],
            "checks": [to_jsonable(c) for c in self.checks],
            "core": self.core,
            "bundles": dict(self.bundles),
            "cached": self.cached,
        }
        if include_plan:
            data["plan"] = self.plan
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> VerificationReport:
        """The inverse of ``to_dict``. Raises KeyError or ValueError when the data is not such a form."""
        return cls(
            config_id=data["config_id"],
            stages=tuple(
                StageResult(Stage(s["stage"]), StageStatus(s["status"]), s.get("seconds", 0.0)) for s in data["stages"]
            ),
            certificates=tuple(Certificate.from_dict(c) for c in data["certificates"]),
            tool_errors=tuple(
                ToolError(e["kind"], e["message"], Stage(e["stage"]) if e.get("stage") else None)
                for e in data["tool_errors"]
            ),
            assumptions=tuple(Assumption(**a) for a in data["assumptions"]),
            rules=tuple(RuleResult(**r) for r in data["rules"]),
            changes=tuple(PlannedChange(c["address"], c["type"], tuple(c["actions"])) for c in data["changes"]),
            checks=tuple(
                CheckResult(Stage(c["stage"]), c["check"], c["address"], c["passed"]) for c in data.get("checks", ())
            ),
            core=data.get("core", ""),
            bundles=dict(data.get("bundles", {})),
            plan=data.get("plan"),
            cached=bool(data.get("cached", False)),
        )


def to_jsonable(value: Any) -> Any:
    """Dataclasses, enums, mappings and sequences as plain JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_jsonable(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(k): to_jsonable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_jsonable(v) for v in value]
    return value
