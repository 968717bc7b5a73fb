"""The reward of the TerraFormer paper (arXiv 2601.08734), as far as it is published."""

from __future__ import annotations

from terraformer.types import VerificationReport

__all__ = ["SUMMARY", "paper_reward", "rule_share"]

SUMMARY = "is_configuration_valid"
"""The rule that only sums others up ends so."""


def paper_reward(report: VerificationReport) -> float | None:
    """A number in [0, 2]: 0 not compilable, 0.5 compilable only, 1 + the share of policy rules passed where deployable.

    None when the tools failed or a verdict was not established: mask the sample. Without any rule the share is 0, since
    nothing was shown. Not covered: anything that the rules do not ask (an empty configuration earns 1 + the share of
    rules that hold of nothing; see ``dense_reward``).
    """
    if report.tool_errors or report.compilable is None:
        return None
    if not report.compilable:
        return 0.0
    if report.deployable is None:
        return None
    if not report.deployable:
        return 0.5
    return 1.0 + rule_share(report)


def rule_share(report: VerificationReport) -> float:
    """The share of policy rules that passed, in [0, 1]; 0 without rules. Rules that only sum others up
    (``is_configuration_valid``) do not count where there are others."""
    single = [r.passed for r in report.rules if not r.rule.endswith(SUMMARY)]
    counted = single or [r.passed for r in report.rules]
    return sum(counted) / len(counted) if counted else 0.0
