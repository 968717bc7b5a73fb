"""What a stage that reads the source (lint, security) gives back."""

from __future__ import annotations

from dataclasses import dataclass

from terraformer.types import Certificate, CheckResult, ToolError

__all__ = ["SourceOutcome"]


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """Findings, every check's verdict on every object it looked at, and failures of the tool itself.

    ``skipped``: the source could not be judged (it is no valid HCL, which compiling reports), so there is no verdict.
    """

    certificates: tuple[Certificate, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    tool_errors: tuple[ToolError, ...] = ()
    skipped: bool = False
