"""Judging changes by real Terraform: the configuration before is applied once, hermetically; each one after is planned
against that state."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import regorus

from terraformer.data.intents import PlanView, change_scope, evaluate, policy_of
from terraformer.data.making import Rejection
from terraformer.data.mutation.base import Base
from terraformer.data.mutation.compose import Composed
from terraformer.errors import ToolFailure
from terraformer.types import Certificate, Policy, Severity, Stage, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool, preservation
from terraformer.verify.changes import summarise

_QUIET = (["no-op"], ["read"])

__all__ = ["Accepted", "AppliedBase", "apply_base", "judge"]


@dataclass(frozen=True)
class AppliedBase:
    """A configuration that deploys, its ``state`` after a hermetic apply, and the plan that changes nothing
    (``still``), which must not meet the intent of a change."""

    config: TerraformConfig
    base: Base
    source: str
    state: bytes
    report: VerificationReport
    still: PlanView


@dataclass(frozen=True)
class Accepted:
    """A change that does what is asked and nothing else: ``after`` is formatted, ``change`` the verification of the
    change, whose plan the policies accept."""

    after: TerraformConfig
    policies: tuple[Policy, ...]
    change: VerificationReport


def apply_base(
    config: TerraformConfig, pool: VerifierPool, source: str, *, real: bool = False
) -> AppliedBase | Rejection:
    """Apply a formatted configuration. A ``real`` one may have warnings, and is planned once more to see that it stays
    as it is. Raises ToolFailure when the tools failed."""
    applied = pool.apply(config)
    report = applied.report
    _raise(report)
    found = [
        c for c in report.certificates if c.severity is Severity.ERROR or (c.severity is Severity.WARNING and not real)
    ]
    if found:
        return Rejection(f"before:{found[0].code}", source, f"{found[0].address or ''} {found[0].summary}".strip())
    if applied.state is None or report.plan is None:
        return Rejection("before:apply", source, applied.problem)
    if applied.drift is not None:
        return Rejection("before:drift", source, "it changes again and again")
    if real:
        again = pool.submit_change(config, applied.state).result()
        _raise(again)
        moving = [e for e in (again.plan or {}).get("resource_changes", ()) if e["change"]["actions"] not in _QUIET]
        if again.plan is None or moving:
            return Rejection("before:unstable", source, f"{moving[0]['address'] if moving else 'it'} changes by itself")
    base = Base(config, report.plan)
    if not base.syntax.readable:
        return Rejection("before:syntax", source, "a file that cannot be read as HCL")
    return AppliedBase(config, base, source, applied.state, report, PlanView(_still(report.plan, applied.state)))


def _still(plan: Mapping[str, Any], state: bytes) -> dict[str, Any]:
    """The plan of a configuration against its own state: nothing happens to anything."""
    values: dict[tuple[str, str, str, Any], Any] = {}
    for resource in json.loads(state).get("resources", ()):
        for instance in resource.get("instances", ()):
            key = (resource.get("module", ""), resource["type"], resource["name"], instance.get("index_key"))
            values[key] = instance.get("attributes") or {}
    changes = []
    for entry in plan.get("resource_changes", ()):
        if entry.get("mode") == "managed":
            key = (entry.get("module_address", ""), entry["type"], entry["name"], entry.get("index"))
            known = values.get(key, {})
            change = {**entry["change"], "actions": ["no-op"], "before": known, "after": known, "after_unknown": {}}
            entry = {**entry, "change": change}
        changes.append(entry)
    return {**plan, "resource_changes": changes, "output_changes": {}}


def _rego_holds(policies: Iterable[Policy], plan: Mapping[str, Any]) -> bool:
    """Whether every policy's ``is_configuration_valid`` is true of a plan; what cannot be judged is not."""
    text = json.dumps(plan)
    for policy in policies:
        engine = regorus.Engine()
        try:
            package = engine.add_policy(policy.name, policy.text)
            engine.set_input_json(text)
            if engine.eval_rule(f"{package}.is_configuration_valid") is not True:
                return False
        except Exception:  # regorus raises plain ones; a policy of ours that cannot be judged gives no record
            return False
    return True


def judge(applied: AppliedBase, composed: Composed, pool: VerifierPool) -> Accepted | Rejection:
    """Whether a change does what its intent says and nothing else: by Terraform, its Rego and directly.

    Where the plan against the state has no finding with the provider's rules asked, the configuration has none by
    itself; else it is verified by itself, since a finding may come from a made-up value of the state. Raises
    ToolFailure when the tools failed."""
    source = applied.source
    after = pool.format(composed.config)
    if after == applied.config:
        return Rejection("no-change", source, "the text is the same")
    policies = (policy_of(composed.intent),)
    change = pool.submit_change(after, applied.state, checks=True).result()
    _raise(change)
    known = {(c.code, c.summary) for c in applied.report.certificates}
    if _new(change, known):
        verifying = pool.submit(after)
        change = pool.submit_change(after, applied.state).result()
        report = verifying.result()
        _raise(report)
        _raise(change)
        for c in _new(report, known):
            kind = str(c.stage) if c.severity is Severity.ERROR else "warning"
            return Rejection(f"after:{kind}:{c.code}", source, f"{c.address or ''} {c.summary}".strip())
    for c in change.certificates:
        if c.severity is Severity.ERROR and c.stage is not Stage.POLICY:
            return Rejection(f"change:{c.code}", source, f"{c.address or ''} {c.summary}".strip())
    if change.plan is None:
        return Rejection("no-plan", source)
    unmet = next((v for v in evaluate(composed.intent, change.plan) if not v.passed), None)
    if unmet is not None:
        return Rejection("intent", source, f"{unmet.sentence} {', '.join(unmet.found)}".strip())
    if not _rego_holds(policies, change.plan):
        return Rejection("policy", source, "Rego and the direct judgement disagree")
    if all(v.passed for v in evaluate(composed.intent, applied.still)):
        return Rejection("no-change", source, "the configuration before meets the intent already")
    summary = summarise(change.plan, before=applied.report.plan)
    found = preservation.check(summary, change_scope(composed.intent), before=applied.config, after=after)
    if found:
        return Rejection(f"preservation:{found[0].code}", source, found[0].summary)
    return Accepted(after, policies, change)


def _new(report: VerificationReport, known: Collection[tuple[str, str]]) -> list[Certificate]:
    """Errors, and warnings that were not there before."""
    return [
        c
        for c in report.certificates
        if c.severity is Severity.ERROR or (c.severity is Severity.WARNING and (c.code, c.summary) not in known)
    ]


def _raise(report: VerificationReport) -> None:
    if report.tool_errors:
        raise ToolFailure(f"the verifier failed: {report.tool_errors[0].message}")
