"""Reports about runs that were stopped, crashed or never began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from terraformer.types import (
    Certificate,
    Severity,
    Stage,
    StageResult,
    StageStatus,
    TerraformConfig,
    ToolError,
    VerificationReport,
)
from terraformer.verify.settings import VerifySettings

__all__ = ["cacheable", "extend", "failed", "padded", "resource_limit"]


def resource_limit(stage: Stage, what: str) -> Certificate:
    """The certificate of a configuration that needs more than a run may take."""
    return Certificate(
        stage,
        Severity.ERROR,
        "resource-limit",
        f"Verification was stopped: {what}",
        "A run is bounded in time, memory and output. A configuration of ordinary size that reaches a bound repeats "
        "something very often: a huge count, range, string or number of instances, or very deep nesting.",
        fix="Reduce count, for_each, range() and string sizes; or raise the limit in the settings.",
    )


def cacheable(report: VerificationReport) -> bool:
    """Not what depends on the moment: failures of the tools, and limits of time or memory."""
    return not report.tool_errors and all(c.code not in ("resource-limit", "core-crash") for c in report.certificates)


def failed(
    config: TerraformConfig, settings: VerifySettings, kind: str, message: str, has_policies: bool
) -> VerificationReport:
    """A report that says that the tools failed before the first stage."""
    stages = [StageResult(settings.stages[0], StageStatus.ERROR)]
    stages += [StageResult(s, StageStatus.SKIPPED) for s in settings.stages[1:]]
    del has_policies
    return VerificationReport(config.id, tuple(stages), tool_errors=(ToolError(kind, message, settings.stages[0]),))


def padded(report: VerificationReport, settings: VerifySettings) -> VerificationReport:
    """A report of fewer stages with the rest of those asked for as skipped."""
    known = {s.stage: s for s in report.stages}
    stages = tuple(known.get(s, StageResult(s, StageStatus.SKIPPED)) for s in settings.stages)
    return replace(report, stages=stages)


def extend(
    before: VerificationReport | None,
    config: TerraformConfig,
    settings: VerifySettings,
    earlier: Sequence[Stage],
    stage: Stage,
    status: StageStatus,
    certificate: Certificate | None,
    error: ToolError | None,
) -> VerificationReport:
    """``before`` (None: nothing could be established) with the outcome of the stage that was stopped."""
    base = before or VerificationReport(config.id, tuple(StageResult(s, StageStatus.SKIPPED) for s in earlier))
    known = {s.stage: s for s in base.stages}
    known[stage] = StageResult(stage, status, settings.timeout if status is StageStatus.FAILED else 0.0)
    stages = tuple(known.get(s, StageResult(s, StageStatus.SKIPPED)) for s in settings.stages)
    return replace(
        base,
        stages=stages,
        certificates=(*base.certificates, *((certificate,) if certificate else ())),
        tool_errors=(*base.tool_errors, *((error,) if error else ())),
    )
