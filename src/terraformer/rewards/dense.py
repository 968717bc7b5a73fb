"""A reward that tells failures apart, where the published one sees steps only.

Terms, each bounded (defaults in ``DenseSettings``):

    proof      [0, 2]      not compilable: up to ``compile_most`` the fewer errors there are for each block;
                           not deployable: from 0.5 up to 0.5 + ``deploy_most`` likewise;
                           deployable: 1 + the share of policy rules passed, of which ``whole`` waits for all of them.
                           Stages earn ``deploys`` at most instead of 1 where that is set, the rules the rest.
                           For changes, which deploy from the start, stages earn ``idle`` at most; the rest is for the
                           rules that doing nothing does not meet, as far as those that it meets are still met
    substance  [0, 1]      a factor on proof: how many of the expected resource instances are there. What declares or
                           plans nothing earns nothing, whatever it passes
    lint       [0, lint]   only where deployable and the stage was run: fewer findings for each block
    security   [0, security]   likewise: the share of security checks passed
    length     [-length, 0]    beyond ``slack`` times the size of a known right answer
    copy       [-copy, 0]      what the context was handed back for

The sum is monotone in the stage reached and in the rules passed with the answer's facts held fixed, and does not change
with white space. Not covered: whether an answer that passes says more than was asked; a policy's own holes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from terraformer.rewards.facts import AnswerFacts, Expectation
from terraformer.rewards.paper import SUMMARY, rule_share
from terraformer.types import Severity, Stage, VerificationReport

__all__ = ["DenseReward", "DenseSettings", "dense_reward"]

_PROOF = (Stage.COMPILE, Stage.DEPLOY)
_NOTHING = (("no-op",), ("read",), ("delete",), ("forget",))


@dataclass(frozen=True, slots=True)
class DenseSettings:
    """The most that each term gives or takes. ``slack`` is a ratio of sizes, ``copied_from`` the share of copied text
    from which on copying costs, up to all of ``copy`` for a whole copy. ``deploys`` is what an answer that deploys and
    meets no rule earns, ``idle`` the same for a change that does nothing of what was asked; ``whole`` is the share of
    the rules' part that is paid only where every rule passes.

    Raises ValueError when a deployable answer could earn less than one that is not.
    """

    compile_most: float = 0.4
    deploy_most: float = 0.3
    lint: float = 0.05
    security: float = 0.05
    length: float = 0.1
    slack: float = 2.0
    copy: float = 0.2
    copied_from: float = 0.9
    deploys: float = 1.0
    idle: float = 0.25
    whole: float = 0.0

    def __post_init__(self) -> None:
        if min(self.compile_most, self.deploy_most, self.lint, self.security, self.length, self.copy) < 0:
            raise ValueError("the terms of a dense reward are given as sizes, not below 0")
        if self.compile_most >= 0.5 or self.deploy_most >= 0.5:
            raise ValueError("compile_most and deploy_most must be below 0.5, or a later stage would not pay")
        for name in ("deploys", "idle", "whole"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [0, 1]")
        if self.slack < 1 or not 0 <= self.copied_from < 1:
            raise ValueError("slack is at least 1 and copied_from in [0, 1)")


@dataclass(frozen=True, slots=True)
class DenseReward:
    """The terms, and their sum ``total`` = proof * substance + lint + security + length + copy."""

    proof: float
    substance: float
    lint: float = 0.0
    security: float = 0.0
    length: float = 0.0
    copy: float = 0.0

    @property
    def total(self) -> float:
        return self.proof * self.substance + self.lint + self.security + self.length + self.copy

    def terms(self) -> dict[str, float]:
        """By name, for curves."""
        return {name: getattr(self, name) for name in self.__slots__}


def dense_reward(
    report: VerificationReport,
    facts: AnswerFacts,
    expected: Expectation | None = None,
    settings: DenseSettings | None = None,
    nothing: VerificationReport | None = None,
) -> DenseReward | None:
    """The reward's terms, None when the tools failed or a verdict was not established.

    ``nothing`` is the report of doing nothing, of requests for a change: what it passes is not paid for. The
    lint and security terms need these stages in the report; they are 0 without them.
    """
    wanted, chosen = expected or Expectation(), settings or DenseSettings()
    if report.tool_errors or report.compilable is None or (report.compilable and report.deployable is None):
        return None
    substance = _substance(report, facts, wanted)
    length = _length(facts, wanted, chosen)
    copy = _copy(facts, wanted, chosen)
    scale = chosen.idle if nothing is not None else chosen.deploys
    if not report.compilable:
        return DenseReward(scale * chosen.compile_most * _sparse(report, facts), substance, length=length, copy=copy)
    if not report.deployable:
        proof = scale * (0.5 + chosen.deploy_most * _sparse(report, facts))
        return DenseReward(proof, substance, length=length, copy=copy)
    lint = security = 0.0
    if report.lint_issues is not None:
        lint = chosen.lint * substance * max(0.0, 1 - report.lint_issues / max(1, facts.blocks))
    if report.security_pass_share is not None:
        security = chosen.security * substance * report.security_pass_share
    rules = rule_share(report) if nothing is None else _gained(report, nothing)
    rules = (1 - chosen.whole) * rules + chosen.whole * (rules >= 1)
    return DenseReward(scale + (2 - scale) * rules, substance, lint, security, length, copy)


def _gained(report: VerificationReport, nothing: VerificationReport) -> float:
    """Of the rules that doing nothing fails the share that passes, times that of the others which still do."""
    passed = {(r.policy, r.rule) for r in nothing.rules if r.passed}
    open_ = [r.passed for r in report.rules if (r.policy, r.rule) not in passed and not r.rule.endswith(SUMMARY)]
    met = [r.passed for r in report.rules if (r.policy, r.rule) in passed and not r.rule.endswith(SUMMARY)]
    if not open_:  # nothing is left to do, or one rule sums all of it up
        return rule_share(report)
    return sum(open_) / len(open_) * (sum(met) / len(met) if met else 1.0)


def _sparse(report: VerificationReport, facts: AnswerFacts) -> float:
    """Near 1 with few errors for the size of the answer, 0 where nothing could be read."""
    errors = sum(c.severity is Severity.ERROR and c.stage in _PROOF for c in report.certificates)
    return facts.blocks / (facts.blocks + max(1, errors)) if facts.blocks else 0.0


def _substance(report: VerificationReport, facts: AnswerFacts, expected: Expectation) -> float:
    """Declared where it does not deploy, planned where it does (``count = 0`` declares and plans nothing). Only types
    that are expected count, each up to its number: filling up with others does not pay."""
    there: Mapping[str, int] = facts.resources
    if report.deployable:
        there = Counter(c.type for c in report.changes if c.actions not in _NOTHING)
    if expected.resources is None:
        return 1.0 if any(there.values()) else 0.0
    wanted = sum(expected.resources.values())
    return sum(min(there.get(t, 0), n) for t, n in expected.resources.items()) / wanted if wanted else 1.0


def _length(facts: AnswerFacts, expected: Expectation, settings: DenseSettings) -> float:
    if not expected.characters:
        return 0.0
    beyond = facts.characters / expected.characters - settings.slack
    return -settings.length * min(1.0, max(0.0, beyond) / settings.slack)


def _copy(facts: AnswerFacts, expected: Expectation, settings: DenseSettings) -> float:
    if not expected.copying or facts.copied <= settings.copied_from:
        return 0.0
    return -settings.copy * (facts.copied - settings.copied_from) / (1 - settings.copied_from)
