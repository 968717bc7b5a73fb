"""Candidates that were proven: formatted by Terraform, deployed without a warning, and found to meet their intent."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from terraformer._version import __version__
from terraformer.data.intents import evaluate, policy_of
from terraformer.data.making import Rejection
from terraformer.data.synthesis.instances import Candidate, candidates
from terraformer.data.synthesis.registry import Blueprint, all_blueprints, longtail_blueprints
from terraformer.errors import ToolFailure
from terraformer.types import Policy, Severity, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool

__all__ = [
    "Proven",
    "difficulty_of",
    "draw_blueprint",
    "draw_proven",
    "problem_of",
    "prove",
    "types_of",
    "versions_of",
]


@dataclass(frozen=True)
class Proven:
    """A candidate whose configuration (``config``, formatted) deploys without a warning and meets ``candidate.intent``,
    by Terraform, by its Rego (``policies``) and judged directly. ``report`` holds the plan."""

    candidate: Candidate
    config: TerraformConfig
    policies: tuple[Policy, ...]
    report: VerificationReport

    @property
    def plan(self) -> Mapping[str, Any]:
        assert self.report.plan is not None
        return self.report.plan


def prove(candidate: Candidate, pool: VerifierPool) -> Proven | Rejection:
    """Verify a candidate. Raises ToolFailure when the tools failed."""
    source = candidate.scenario.blueprint
    config = pool.format(candidate.config)
    policies = (policy_of(candidate.intent),)
    report = pool.verify(config, policies=policies)
    problem = problem_of(report)
    if problem is not None:
        return Rejection(problem[0], source, problem[1])
    assert report.plan is not None
    unmet = next((v for v in evaluate(candidate.intent, report.plan) if not v.passed), None)
    if unmet is not None:  # Rego and the direct judgement disagree
        return Rejection("intent", source, unmet.sentence)
    return Proven(candidate, config, policies, report)


def problem_of(report: VerificationReport) -> tuple[str, str] | None:
    """The first thing that keeps a configuration out of a dataset: (reason, one line), None where there is nothing.

    Warnings count: an example must not teach what is deprecated. Raises ToolFailure when the tools failed.
    """
    if report.tool_errors:
        raise ToolFailure(f"the verifier failed: {report.tool_errors[0].message}")
    for c in report.certificates:
        if c.severity is not Severity.INFO:
            reason = str(c.stage) if c.severity is Severity.ERROR else "warning"
            return f"{reason}:{c.code}", f"{c.address or ''} {c.summary}".strip()
    if report.plan is None:
        return "no-plan", "the verification gave no plan"
    return None


def draw_blueprint(rng: random.Random, *, longtail: float = 0.12) -> Blueprint:
    """One blueprint by weight; with the share ``longtail``, one that is derived from a schema."""
    tail = longtail_blueprints()
    chosen = tail if tail and rng.random() < longtail else all_blueprints()
    names = list(chosen)
    return chosen[rng.choices(names, [chosen[n].weight for n in names])[0]]


def draw_proven(rng: random.Random, pool: VerifierPool, *, longtail: float = 0.12) -> Proven | Rejection:
    """A random proven candidate: something to change or to break."""
    chosen = draw_blueprint(rng, longtail=longtail)
    return prove(next(candidates(chosen, rng.randrange(1 << 40))), pool)


def types_of(*plans: Mapping[str, Any]) -> tuple[str, ...]:
    """The types of managed resources in some plans, sorted."""
    return tuple(
        sorted({c["type"] for plan in plans for c in plan.get("resource_changes", ()) if c.get("mode") == "managed"})
    )


def difficulty_of(plan: Mapping[str, Any], rules: int) -> int:
    """From 1 to 6, as benchmarks of the field grade: how many resources are planned and how much is demanded of them.

    Level by resource instances (1, 2, 4, 7, 11, more), one more where there are over four demands a resource.
    """
    count = sum(1 for c in plan.get("resource_changes", ()) if c.get("mode") == "managed")
    level: int = next((n for n, most in enumerate((1, 2, 4, 7, 11), 1) if count <= most), 6)
    return min(6, level + (rules > 4 * max(1, count)))


def versions_of(*reports: VerificationReport) -> dict[str, str]:
    """What verified: the tool's, Terraform core's and the bundles' versions."""
    found: dict[str, str] = {"terraformer": __version__}
    for report in reports:
        found["core"] = report.core
        found.update(report.bundles)
    return found
