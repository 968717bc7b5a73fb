"""Judging an intent directly, without Rego: the same verdict for every rule as the Rego of ``to_rego``.

The agreement is property-tested. A usual intent costs well under a millisecond once the plan is indexed
(``PlanView``); give the same view to several calls where there are several intents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from terraformer.data.intents import values as v
from terraformer.data.intents.changes import judge_change, judge_rest
from terraformer.data.intents.conditions import (
    AllOf,
    AnyOf,
    Attribute,
    Block,
    Condition,
    DependsOn,
    Not,
    Operator,
    PolicyStatement,
    Quantifier,
    ReferredBy,
    RefersTo,
    Repeated,
    Target,
    UsesProvider,
)
from terraformer.data.intents.intent import Demand, Intent, Subject
from terraformer.data.intents.names import rule_names
from terraformer.data.intents.patterns import compile_pattern, glob_pattern
from terraformer.data.intents.plan_view import Item, PlanView, bare
from terraformer.data.intents.sentences import explain

__all__ = ["Verdict", "evaluate", "holds"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's verdict. ``rule`` is its name ("is_valid_..."), ``found`` the addresses of what met the demand (of
    what broke it, where every subject must meet it or nothing else may change)."""

    rule: str
    sentence: str
    passed: bool
    found: tuple[str, ...] = ()


def evaluate(intent: Intent, plan: Mapping[str, Any] | PlanView) -> tuple[Verdict, ...]:
    """A verdict for every demand, in their order: those on the plan, those on the change, the one on the rest.

    Raises UsageError when ``plan`` is no plan JSON.
    """
    view = plan if isinstance(plan, PlanView) else PlanView(plan)
    outcomes = [_demand(demand, view) for demand in intent.demands]
    if intent.change is not None:
        outcomes.extend(judge_change(demand, view, _all) for demand in intent.change.demands)
        if intent.change.rest_unchanged:
            outcomes.append(judge_rest(intent.change, view, _all))
    rows = zip(rule_names(intent), explain(intent), outcomes, strict=True)
    return tuple(Verdict(rule, sentence, passed, found) for rule, sentence, (passed, found) in rows)


def holds(intent: Intent, plan: Mapping[str, Any] | PlanView) -> bool:
    """Whether the plan meets every demand (``is_configuration_valid``)."""
    return all(verdict.passed for verdict in evaluate(intent, plan))


def _subjects(demand: Demand, view: PlanView) -> Iterable[Item]:
    match demand.subject:
        case Subject.RESOURCE:
            return view.resources_by_type.get(demand.type, ())
        case Subject.DATA:
            return [i for i in view.data if i.type == demand.type]
        case Subject.OUTPUT:
            return view.outputs
        case Subject.VARIABLE:
            return view.variables
        case Subject.PROVIDER:
            return view.providers
        case _:
            return view.module_calls


def _demand(demand: Demand, view: PlanView) -> tuple[bool, tuple[str, ...]]:
    subjects = _subjects(demand, view)
    if demand.label:
        label = glob_pattern(demand.label).python
        subjects = [i for i in subjects if label.search(i.label)]
    if demand.module is not None:
        module = glob_pattern(demand.module).python
        subjects = [i for i in subjects if module.search(i.module)]
    chosen = [i for i in subjects if _all(demand.where, i, view)]
    meeting = [i for i in chosen if _all(demand.having, i, view)]
    if demand.quantifier is Quantifier.EVERY:
        broken = len(chosen) - len(meeting)
        found = tuple(i.address for i in chosen if i not in meeting) if broken else tuple(i.address for i in meeting)
        passed = not broken and demand.count.holds(len(chosen))
    else:
        found = tuple(i.address for i in meeting)
        passed = demand.count.holds(len(set(found)))
    if passed and demand.distinct is not None:
        different = {
            (isinstance(value, bool), value)
            for i in meeting
            for value in _values(i.values, demand.distinct.path)
            if isinstance(value, (str, int, float))
        }
        passed = len(different) >= demand.distinct.least
    return passed, found


# ------------------------------------------------------------------------------------------------------- conditions


def _all(conditions: Sequence[Condition], item: Item, view: PlanView) -> bool:
    return all(_meets(c, item, view, item.values, ()) for c in conditions)


def _meets(condition: Condition, item: Item, view: PlanView, scope: Any, prefix: tuple[str, ...] | None) -> bool:
    """``scope`` is the item's values or a block of them, ``prefix`` its path, None where no argument writes it."""
    match condition:
        case Attribute():
            return _attribute(condition, item, view, scope, prefix)
        case Block():
            return _block(condition, item, view, scope, prefix)
        case PolicyStatement():
            return _policy(condition, item, view)
        case RefersTo(target=target, path=path):
            return _refers(target, path, item, view)
        case ReferredBy(type=type_, path=path, having=having):
            node = bare(item.address)
            return any(
                node in view.reached(other.source, _plain(path)) and _all(having, other, view)
                for other in view.resources_by_type.get(type_, ())
            )
        case DependsOn(type=type_):
            named = item.source.block.get("depends_on", ()) if item.source else ()
            return any(name.startswith(f"{type_}.") for name in named)
        case UsesProvider(provider=provider):
            return item.source is not None and item.source.block.get("provider_config_key") == provider
        case Repeated(by=by):
            keys = ("count", "for_each") if by == "any" else (by,)
            return item.source is not None and any(f"{k}_expression" in item.source.block for k in keys)
        case Not(condition=inner):
            return not _meets(inner, item, view, scope, prefix)
        case AnyOf(conditions=several):
            return any(_meets(c, item, view, scope, prefix) for c in several)
        case AllOf(conditions=several):
            return all(_meets(c, item, view, scope, prefix) for c in several)


def _plain(path: Sequence[str]) -> tuple[str, ...]:
    return tuple(step for step in path if step != "*")


def _parents(scope: Any, steps: Sequence[str]) -> list[Any]:
    """The blocks that the steps lead to."""
    here = [scope]
    for step in steps:
        here = [e for h in here if isinstance(h, Mapping) for e in v.elements(h.get(step))]
    return here


def _values(scope: Any, path: Sequence[str]) -> list[Any]:
    """The values at a path, MISSING for blocks that lack the last step."""
    last = path[-1]
    if last == "*":
        lists = [h.get(path[-2]) for h in _parents(scope, path[:-2]) if isinstance(h, Mapping)]
        return [e for one in lists for e in v.elements(one)]
    return [h.get(last, v.MISSING) for h in _parents(scope, path[:-1]) if isinstance(h, Mapping)]


def _attribute(c: Attribute, item: Item, view: PlanView, scope: Any, prefix: tuple[str, ...] | None) -> bool:
    if c.operator is Operator.ABSENT:
        return not _set(c.path, item, view, scope, prefix)
    if c.operator is Operator.SET:
        return _set(c.path, item, view, scope, prefix)
    found = _values(scope, c.path)
    if any(_test(c.operator, c.value, value) for value in found if value is not v.MISSING):
        return True
    return c.unknown and _pending(c.path, item, view, scope, prefix)


def _set(path: tuple[str, ...], item: Item, view: PlanView, scope: Any, prefix: tuple[str, ...] | None) -> bool:
    return any(v.filled(value) for value in _values(scope, path)) or _pending(path, item, view, scope, prefix)


def _pending(path: tuple[str, ...], item: Item, view: PlanView, scope: Any, prefix: tuple[str, ...] | None) -> bool:
    """Some block lacks the argument, which the configuration writes: known only after apply."""
    if prefix is None:
        return False
    plain = _plain(path)
    missing = any(isinstance(h, Mapping) and plain[-1] not in h for h in _parents(scope, plain[:-1]))
    return missing and view.written(item.source, (*prefix, *plain))


def _test(operator: Operator, wanted: Any, value: Any) -> bool:
    match operator:
        case Operator.EQUALS if isinstance(wanted, Mapping):
            return (
                isinstance(value, Mapping)
                and value.keys() == wanted.keys()
                and all(v.canonical(value[k]) == v.canonical(w) for k, w in wanted.items())
            )
        case Operator.EQUALS if isinstance(wanted, (tuple, list)):
            return isinstance(value, list) and {v.canonical(e) for e in value} == {v.canonical(w) for w in wanted}
        case Operator.EQUALS:
            return v.canonical(value) == v.canonical(wanted)
        case Operator.ONE_OF:
            found = v.canonical(value)
            return found is not None and any(found == v.canonical(w) for w in wanted)
        case Operator.CONTAINS:
            if not isinstance(value, list):
                return False
            members = {v.canonical(e) for e in value}
            return all(v.canonical(w) in members for w in _several(wanted))
        case Operator.HAS_KEY:
            return isinstance(value, Mapping) and all(value.get(w) is not None for w in _several(wanted))
        case Operator.AT_LEAST | Operator.AT_MOST:
            amount = v.number(value)
            return amount is not None and (amount >= wanted if operator is Operator.AT_LEAST else amount <= wanted)
        case Operator.LENGTH_AT_LEAST | Operator.LENGTH_AT_MOST:
            length = v.size(value)
            return length is not None and (
                length >= wanted if operator is Operator.LENGTH_AT_LEAST else length <= wanted
            )
    if not isinstance(value, str):
        return False
    match operator:
        case Operator.MATCHES:
            return compile_pattern(wanted).python.search(value) is not None
        case Operator.STARTS_WITH:
            return value.startswith(wanted)
        case Operator.ENDS_WITH:
            return value.endswith(wanted)
        case _:
            return wanted in value


def _several(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, (tuple, list)) else (wanted,)


def _block(c: Block, item: Item, view: PlanView, scope: Any, prefix: tuple[str, ...] | None) -> bool:
    blocks: list[Any] = []
    if c.json:
        for text in _values(scope, c.path):
            blocks.extend(v.elements(v.parse_json(text)))
        inner = None
    else:
        blocks = _parents(scope, c.path)
        inner = None if prefix is None else (*prefix, *c.path)
    meeting = sum(all(_meets(h, item, view, block, inner) for h in c.having) for block in blocks)
    if c.quantifier is Quantifier.EVERY:
        return meeting == len(blocks) and c.count.holds(len(blocks))
    return c.count.holds(meeting)


def _policy(c: PolicyStatement, item: Item, view: PlanView) -> bool:
    parents = [h for h in _parents(item.values, c.path[:-1]) if isinstance(h, Mapping)]
    for text in (h[c.path[-1]] for h in parents if c.path[-1] in h):
        document = v.parse_json(text)
        if any(_statement(c, s) for s in v.parse_statements(document)):
            return True
    if not any(c.path[-1] not in h for h in parents):
        return False
    nodes = view.reached(item.source, c.path)
    documents = view.documents(nodes)
    if any(_statement(c, s) for d in documents for s in v.parse_statements(d)):
        return True
    return c.unknown and not documents and view.written(item.source, c.path)


_ACTION = re.compile(r"[a-z0-9:*?_-]+")


def _covers(listed: Any, wanted: str) -> bool:
    if not isinstance(listed, str) or not _ACTION.fullmatch(lowered := listed.lower()):
        return False
    return re.fullmatch(lowered.replace("*", ".*").replace("?", "."), wanted.lower()) is not None


def _statement(c: PolicyStatement, s: Mapping[str, Any]) -> bool:
    if c.effect and s["effect"] != c.effect:
        return False
    if not all(any(_covers(listed, wanted) for listed in s["actions"]) for wanted in c.actions):
        return False
    if c.only:
        wanted_actions = {a.lower() for a in c.actions}
        if not all(isinstance(a, str) and a.lower() in wanted_actions for a in s["actions"]):
            return False
    if not all(resource in s["resources"] for resource in c.resources):
        return False
    for kind, identifiers in c.principals.items():
        for identifier in identifiers:
            accepted = [("*", "*"), ("AWS", "*")] if (kind, identifier) == ("*", "*") else [(kind, identifier)]
            if not any(pair in s["principals"] for pair in accepted):
                return False
    return all(
        any(
            test == p.test and variable == p.variable and (p.value is None or v.canonical(value) == p.value)
            for test, variable, value in s["conditions"]
        )
        for p in c.conditions
    )


def _refers(target: Target, path: Sequence[str], item: Item, view: PlanView) -> bool:
    nodes = view.reached(item.source, _plain(path))
    if not target.having:
        pattern = re.compile(rf"^(module\.[^.]+\.)*{target_pattern(target)}\Z")
        return any(pattern.search(n) for n in nodes)
    label = glob_pattern(target.label or "*").python
    for other in view.resources_by_type.get(target.type, ()):
        if not label.search(other.label):
            continue
        node = bare(other.address)
        if target.attribute:
            node = f"{node}.{target.attribute}"
            if not any(n == node or n.startswith(f"{node}.") for n in nodes):
                continue
        elif node not in nodes:
            continue
        if _all(target.having, other, view):
            return True
    return False


def target_pattern(target: Target) -> str:
    """A regular expression of the references that lead to a target, without the modules before it."""

    def glob(text: str) -> str:
        return glob_pattern(text or "*", dots=False).rego[1:-1]

    attribute = rf"\.{re.escape(target.attribute)}(\..+)?" if target.attribute else ""
    if target.type or target.data:
        kind = re.escape(target.type) if target.type else rf"data\.{re.escape(target.data)}"
        return rf"{kind}\.{glob(target.label)}{attribute}"
    if target.variable:
        return rf"var\.{glob(target.variable)}"
    if target.local:
        return rf"local\.{glob(target.local)}"
    return rf"module\.{glob(target.module)}(\.[^.]+)?"
