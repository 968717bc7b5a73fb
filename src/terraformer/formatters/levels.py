"""What counts as failed: findings from a severity on."""

from __future__ import annotations

from collections.abc import Iterable

from terraformer.types import Certificate, Severity, VerificationReport

__all__ = ["at_or_above", "verdict"]

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def at_or_above(certificates: Iterable[Certificate], level: str) -> tuple[Certificate, ...]:
    """The findings whose severity is ``level`` ("error", "warning", "info") or worse; none for "never"."""
    if level == "never":
        return ()
    wanted = _ORDER[: _ORDER.index(Severity(level)) + 1]
    return tuple(c for c in certificates if c.severity in wanted)


def verdict(report: VerificationReport, fail_on: str = "error") -> int:
    """How a report is told to a person: 0 passed, 1 could not be verified, 2 failed. Errors are told as failed whatever
    the exit code ("never") is to be."""
    if at_or_above(report.certificates, "error" if fail_on == "never" else fail_on):
        return 2
    return 1 if report.tool_errors else 0
