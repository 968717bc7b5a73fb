"""Which of two attempts is better, and whether the loop is going in circles."""

from __future__ import annotations

from terraformer.types import Attempt, VerificationReport

__all__ = ["findings_key", "is_better", "score"]


def score(attempt: Attempt) -> tuple[int, float, int]:
    """Compared left to right, larger is better: stage reached, share of policy rules passed, minus number of errors.

    Stage reached: 0 no configuration, 1 a configuration, 2 compilable, 3 deployable, 4 no error in any stage asked for.
    A verdict that the tools could not establish counts as not reached, so that an unscored attempt never replaces one
    that was scored higher.
    """
    report = attempt.report
    if attempt.config is None:
        return (0, 0.0, 0)
    if report is None:
        return (1, 0.0, -1_000_000)
    reached = 1
    if report.compilable:
        reached = 3 if report.deployable else 2
    if report.passed and reached == 3:
        reached = 4
    share = sum(r.passed for r in report.rules) / len(report.rules) if report.rules else 0.0
    return (reached, share, -len(report.errors))


def is_better(attempt: Attempt, than: Attempt) -> bool:
    """Strictly better: a tie keeps what is there."""
    return score(attempt) > score(than)


def findings_key(report: VerificationReport) -> frozenset[tuple[str, str, str, str]]:
    """What was found wrong, apart from where in the file it stands: equal keys mean that a repair changed nothing."""
    return frozenset((c.code, c.address or "", c.attribute_path or "", c.rule or c.summary) for c in report.errors)
