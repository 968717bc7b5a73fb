"""Judging changes by real Terraform: the configuration before is applied once, hermetically; each one after is planned
against that state."""

from __future__ import annotations

from dataclasses import dataclass

from terraformer.data.intents import PlanView, change_scope, evaluate, policy_of
from terraformer.data.making import Rejection
from terraformer.data.mutation.base import Base
from terraformer.data.mutation.compose import Composed
from terraformer.errors import ToolFailure
from terraformer.types import Policy, Severity, Stage, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool, preservation
from terraformer.verify.changes import summarise

_QUIET = (["no-op"], ["read"])

__all__ = ["Accepted", "AppliedBase", "apply_base", "judge"]


@dataclass(frozen=True)
class AppliedBase:
    """A configuration that deploys, its ``state`` after a hermetic apply, and the plan of it against that state
    (``still``: nothing changes)."""

    config: TerraformConfig
    base: Base
    source: str
    state: bytes
    report: VerificationReport
    still: PlanView


@dataclass(frozen=True)
class Accepted:
    """A change that does what is asked and nothing else: ``after`` is formatted, ``report`` its own verification,
    ``change`` that of the change, with the policies' verdicts."""

    after: TerraformConfig
    policies: tuple[Policy, ...]
    report: VerificationReport
    change: VerificationReport


def apply_base(
    config: TerraformConfig, pool: VerifierPool, source: str, report: VerificationReport | None = None
) -> AppliedBase | Rejection:
    """Apply a formatted configuration. ``report`` is its verification where it is at hand. Raises ToolFailure."""
    applied = pool.apply(config)
    _raise(applied.report)
    errors = [c for c in applied.report.certificates if c.severity is Severity.ERROR]
    if errors:
        return Rejection(f"before:{errors[0].code}", source, errors[0].summary)
    if applied.state is None or applied.report.plan is None:
        return Rejection("before:apply", source, applied.problem)
    if applied.drift is not None:
        return Rejection("before:drift", source, "it changes again and again")
    still = pool.submit_change(config, applied.state).result()
    _raise(still)
    if still.plan is None:
        return Rejection("before:no-plan", source)
    moving = [e["address"] for e in still.plan.get("resource_changes", ()) if e["change"]["actions"] not in _QUIET]
    if moving:
        return Rejection("before:unstable", source, f"{moving[0]} changes without a change")
    base = Base(config, (report or applied.report).plan or applied.report.plan)
    if not base.syntax.readable:
        return Rejection("before:syntax", source, "a file that cannot be read as HCL")
    return AppliedBase(config, base, source, applied.state, report or applied.report, PlanView(still.plan))


def judge(applied: AppliedBase, composed: Composed, pool: VerifierPool) -> Accepted | Rejection:
    """Whether a change does what its intent says and nothing else: by Terraform, its Rego and directly.

    Raises ToolFailure when the tools failed."""
    source = applied.source
    after = pool.format(composed.config)
    if after == applied.config:
        return Rejection("no-change", source, "the text is the same")
    policies = (policy_of(composed.intent),)
    verifying = pool.submit(after)
    changing = pool.submit_change(after, applied.state, policies=policies)
    report, change = verifying.result(), changing.result()
    _raise(report)
    _raise(change)
    known = {(c.code, c.summary) for c in applied.report.certificates}
    for c in report.certificates:
        if c.severity is Severity.ERROR or (c.severity is Severity.WARNING and (c.code, c.summary) not in known):
            kind = str(c.stage) if c.severity is Severity.ERROR else "warning"
            return Rejection(f"after:{kind}:{c.code}", source, f"{c.address or ''} {c.summary}".strip())
    for c in change.certificates:
        if c.severity is Severity.ERROR and c.stage is not Stage.POLICY:
            return Rejection(f"change:{c.code}", source, f"{c.address or ''} {c.summary}".strip())
    if change.plan is None or report.plan is None:
        return Rejection("no-plan", source)
    unmet = next((v for v in evaluate(composed.intent, change.plan) if not v.passed), None)
    if unmet is not None:
        return Rejection("intent", source, f"{unmet.sentence} {', '.join(unmet.found)}".strip())
    if change.correct is not True:
        failed = next((r.rule for r in change.rules if not r.passed), "no rule was judged")
        return Rejection("policy", source, failed)  # Rego and the direct judgement disagree
    if all(v.passed for v in evaluate(composed.intent, applied.still)):
        return Rejection("no-change", source, "the configuration before meets the intent already")
    summary = summarise(change.plan, before=applied.report.plan)
    found = preservation.check(summary, change_scope(composed.intent), before=applied.config, after=after)
    if found:
        return Rejection(f"preservation:{found[0].code}", source, found[0].summary)
    return Accepted(after, policies, report, change)


def _raise(report: VerificationReport) -> None:
    if report.tool_errors:
        raise ToolFailure(f"the verifier failed: {report.tool_errors[0].message}")
