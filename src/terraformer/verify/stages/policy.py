"""The policy stage: Rego over the plan JSON, with a verdict, one result for every rule, and certificates.

Two manners are understood, in one file even:

* IaC-Eval: any package; boolean rules without arguments. A rule that no other rule uses is an entry point and must be
  true; so must rules named as validity checks (``is_valid_*``, ``*_valid``, ``valid*``, ``allow``), used or not. An
  entry point that is undefined did not pass. (IaC-Eval's own runner evaluates ``data`` and fails on any ``false``.)
* conftest: sets named ``deny*`` and ``violation*`` must be empty, ``warn*`` gives warnings; members are strings or
  objects with ``msg``, and if they like ``address``, ``attribute`` and ``fix`` (the certificate has them then).

Rules named ``test_*`` are left out. Each policy is judged by itself; one that imports another's package sees it.
A policy that cannot be parsed, or has no such rule, is a tool error: it says nothing about the configuration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from terraformer.errors import PolicyError
from terraformer.types import Certificate, Policy, RuleResult, Severity, Stage, ToolError
from terraformer.verify.stages import explain
from terraformer.verify.stages.rego import RegoModule, Rule, evaluate, read_policy

__all__ = ["PolicyOutcome", "check_policies", "entry_points"]

_CONFTEST = re.compile(r"(deny|violation|warn)(_[A-Za-z0-9]+)*")
_VALIDITY = re.compile(r"is_valid(_\w+)?|\w*_valid|valid(_\w+)?|allow|allowed|is_configuration_valid")


@dataclass(slots=True)
class PolicyOutcome:
    """``passed`` is None when nothing could be judged."""

    rules: list[RuleResult] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    tool_errors: list[ToolError] = field(default_factory=list)

    @property
    def passed(self) -> bool | None:
        if any(not r.passed for r in self.rules):
            return False
        return None if self.tool_errors or not self.rules else True


def check_policies(policies: Sequence[Policy], plan: str, parsed: Mapping[str, Any]) -> PolicyOutcome:
    """Judge a plan. ``plan`` is the plan JSON as text, ``parsed`` the same as data (for explanations)."""
    outcome = PolicyOutcome()
    modules: list[RegoModule] = []
    for policy in policies:
        try:
            modules.append(read_policy(policy))
        except PolicyError as error:
            outcome.tool_errors.append(ToolError("policy-invalid", str(error), Stage.POLICY))
    for module in modules:
        helpers = [m for m in modules if m is not module and _imports(module, m)]
        if entry_points(module) or not any(_imports(m, module) for m in modules):  # else a library of the others
            _check(module, helpers, plan, parsed, outcome)
    return outcome


def _imports(module: RegoModule, other: RegoModule) -> bool:
    return other.package != module.package and other.package in module.policy.text


def entry_points(module: RegoModule) -> list[Rule]:
    """The rules that decide, in the order of the file."""
    used: set[str] = set()
    for rule in module.rules.values():
        used |= rule.uses - {rule.name}
    chosen: list[Rule] = []
    for rule in module.rules.values():
        if rule.name.startswith("test_"):
            continue
        if (_CONFTEST.fullmatch(rule.name) and rule.kind in ("set", "value", "boolean")) or (
            rule.kind == "boolean" and (rule.name not in used or _VALIDITY.fullmatch(rule.name))
        ):
            chosen.append(rule)
    return chosen


def _check(
    module: RegoModule,
    helpers: Sequence[RegoModule],
    plan: str,
    parsed: Mapping[str, Any],
    outcome: PolicyOutcome,
) -> None:
    entries = entry_points(module)
    if not entries:
        if not module.rules or all(r.kind == "function" for r in module.rules.values()):
            return  # a library for other policies
        outcome.tool_errors.append(
            ToolError(
                "policy-invalid",
                f"policy {module.policy.name} has no rule to judge by: name one allow, valid, is_valid_* or deny",
                Stage.POLICY,
            )
        )
        return
    values, problems = evaluate(module, helpers, plan)
    used: set[str] = set()
    for rule in module.rules.values():
        used |= rule.uses - {rule.name}
    failed: list[Rule] = []
    for rule in entries:
        value = _lookup(values, rule.name)
        path = f"{module.package}.{rule.name}"
        if _CONFTEST.fullmatch(rule.name) and not isinstance(value, bool):
            _conftest(module, rule, path, value, problems, outcome)
            continue
        if _CONFTEST.fullmatch(rule.name):
            value = not value  # deny { ... } as a boolean
        if value is None and rule.name in used and not rule.has_default:
            continue  # a helper that never became true: its user is judged
        passed = value is True
        message = "" if passed else problems.get(rule.name, "is false" if value is False else "is undefined")
        outcome.rules.append(RuleResult(module.policy.name, path, passed, message))
        if not passed:
            failed.append(rule)
    failed.sort(key=lambda r: r.name not in used)  # what others build on is explained first
    if failed:
        outcome.certificates.extend(explain.explain(module, helpers, failed, problems, plan, parsed))


def _lookup(values: Mapping[str, Any], name: str) -> Any:
    node: Any = values
    for step in name.split("."):
        if not isinstance(node, Mapping) or step not in node:
            return None
        node = node[step]
    return node


def _conftest(
    module: RegoModule, rule: Rule, path: str, value: Any, problems: Mapping[str, str], outcome: PolicyOutcome
) -> None:
    if rule.name in problems:
        outcome.tool_errors.append(
            ToolError("policy-engine", f"{path} cannot be evaluated: {problems[rule.name]}", Stage.POLICY)
        )
        return
    members = value if isinstance(value, list) else [] if value is None else [value]
    warning = rule.name.startswith("warn")
    messages = sorted({_message(m) for m in members})
    outcome.rules.append(
        RuleResult(module.policy.name, path, warning or not messages, "; ".join(messages)[:2000] if messages else "")
    )
    for member in sorted(members, key=_message):
        message = _message(member)
        details = {k: v for k, v in member.items() if k != "msg"} if isinstance(member, dict) else {}
        address = next(
            (str(details[k]) for k in ("address", "resource", "addr") if isinstance(details.get(k), str)), None
        )
        outcome.certificates.append(
            Certificate(
                Stage.POLICY,
                Severity.WARNING if warning else Severity.ERROR,
                "policy-warning" if warning else "policy-denied",
                message.splitlines()[0][:300] if message else f"{path} is not empty",
                f"Policy {module.policy.name}, rule {path}:\n{message}",
                address=address or explain.address_in(message),
                rule=path,
                attribute_path=str(details["attribute"]) if details.get("attribute") else None,
                fix=str(details.get("fix") or "Change the configuration so that the policy no longer objects."),
                notes={"policy": module.policy.name, **({"metadata": details} if details else {})},
            )
        )


def _message(member: Any) -> str:
    if isinstance(member, str):
        return member
    if isinstance(member, dict):
        for key in ("msg", "message", "reason"):
            if isinstance(member.get(key), str):
                return str(member[key])
    return repr(member)
