"""Frozen records that every room shares. This room imports no other."""

from terraformer.types.change import (
    AttributeChange,
    ChangeKind,
    ChangeScope,
    ChangeSummary,
    OutputChange,
    ResourceChange,
)
from terraformer.types.config import TerraformConfig
from terraformer.types.record import Record, RecordKind
from terraformer.types.report import (
    Assumption,
    Certificate,
    CheckResult,
    PlannedChange,
    Position,
    RuleResult,
    Severity,
    SourceRange,
    Stage,
    StageResult,
    StageStatus,
    ToolError,
    VerificationReport,
)
from terraformer.types.task import Attempt, Policy, Task, Trace

__all__ = [
    "Assumption",
    "Attempt",
    "AttributeChange",
    "Certificate",
    "ChangeKind",
    "ChangeScope",
    "ChangeSummary",
    "CheckResult",
    "OutputChange",
    "PlannedChange",
    "Policy",
    "Position",
    "Record",
    "RecordKind",
    "ResourceChange",
    "RuleResult",
    "Severity",
    "SourceRange",
    "Stage",
    "StageResult",
    "StageStatus",
    "Task",
    "TerraformConfig",
    "ToolError",
    "Trace",
    "VerificationReport",
]
