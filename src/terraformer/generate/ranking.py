"""Which of two attempts is better, and whether the loop is going in circles."""

from __future__ import annotations

from typing import Final

from terraformer.types import Attempt, VerificationReport

__all__ = ["PRESERVATION_CODES", "deceptive", "findings_key", "is_better", "is_clean", "score", "standing"]

PRESERVATION_CODES: Final = frozenset({"dropped-resource", "collateral-change"})
"""Certificates of what an attempt took away or changed without being asked to."""


def deceptive(report: VerificationReport | None) -> bool:
    """Whether what the report praises was bought by taking away what nobody asked to be taken away."""
    return report is not None and any(c.code in PRESERVATION_CODES for c in report.errors)


def score(attempt: Attempt) -> tuple[float, float, int]:
    """Compared left to right, larger is better: stage reached, share of policy rules passed, minus number of errors.

    Stage reached: 0 no configuration, 0.5 one that is deceptive, 1 any other, 2 compilable, 3 deployable, 4 no error in
    any stage asked for (3.5 when its reply was cut off, so that something is missing). A verdict that the tools could
    not establish counts as not reached, so that an unscored attempt never replaces one that was scored higher. A
    deceptive one never replaces one that is not, whatever it reached.
    """
    report = attempt.report
    if attempt.config is None:
        return (0, 0.0, 0)
    if report is None:
        return (1, 0.0, -1_000_000)
    reached = 1.0
    if report.compilable:
        reached = 3.0 if report.deployable else 2.0
    if report.passed and reached == 3:
        reached = 3.5 if attempt.problem else 4.0
    if deceptive(report):
        reached = 0.5
    elif any(c.code == "nothing-changed" for c in report.errors):
        reached = 0.7  # below any honest try at the change that was asked for
    share = sum(r.passed for r in report.rules) / len(report.rules) if report.rules else 0.0
    return (reached, share, -len(report.errors))


def is_clean(attempt: Attempt) -> bool:
    """Nothing is left to repair: no finding, no tool error, and the reply was whole."""
    return attempt.report is not None and attempt.report.passed and not attempt.problem


def is_better(attempt: Attempt, than: Attempt) -> bool:
    """Strictly better: a tie keeps what is there."""
    return score(attempt) > score(than)


def standing(attempt: Attempt, best: Attempt | None) -> str:
    """``Attempt.standing`` of an attempt beside the best one before it."""
    if attempt.config is None:
        return "none"
    if deceptive(attempt.report):
        return "deceptive"
    if best is None:
        return "first"
    new, old = score(attempt), score(best)
    return "better" if new > old else "worse" if new < old else "equal"


def findings_key(report: VerificationReport) -> frozenset[tuple[str, str, str, str]]:
    """What was found wrong, apart from where in the file it stands: equal keys mean that a repair changed nothing."""
    return frozenset((c.code, c.address or "", c.attribute_path or "", c.rule or c.summary) for c in report.errors)
