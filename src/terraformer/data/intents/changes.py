"""Judging what a change intent asks for: on ``resource_changes`` of the plan of the configuration after against the
state of the one before. The Rego of ``to_rego`` follows the same rules.

What differs in a resource are the values of ``change.before`` and ``change.after``, by paths without list positions
(so that a set whose order changes does not differ), and what is known only after apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from terraformer.data.intents.conditions import Condition
from terraformer.data.intents.intent import ChangeAction, ChangeDemand, ChangeIntent
from terraformer.data.intents.patterns import glob_pattern
from terraformer.data.intents.plan_view import Item, PlanView, bare
from terraformer.data.intents.values import filled

__all__ = ["address_glob", "differing", "judge_change", "judge_rest", "unasked"]

Steps = tuple[str, ...]
Meets = Callable[[Sequence[Condition], Item, PlanView], bool]

_REPLACING = (["delete", "create"], ["create", "delete"], ["create", "forget"])
_REMOVING = (["delete"], ["forget"])
_STAYING = (["no-op"], ["update"])
_QUIET = (["no-op"], ["read"])


def address_glob(pattern: str) -> tuple[str, bool]:
    """A pattern of addresses as a regular expression, and whether it is of addresses with instance keys."""
    return glob_pattern(pattern).rego, "[" in pattern


def _address_matches(pattern: str, address: str) -> bool:
    text = address if "[" in pattern else bare(address)
    return glob_pattern(pattern).python.search(text) is not None


def _undergoes(action: ChangeAction, entry: Mapping[str, Any]) -> bool:
    actions: list[str] = entry["change"]["actions"]
    match action:
        case ChangeAction.ADDED:
            return actions == ["create"]
        case ChangeAction.REMOVED:
            return actions in _REMOVING
        case ChangeAction.UPDATED:
            return actions == ["update"]
        case ChangeAction.REPLACED:
            return actions in _REPLACING
        case ChangeAction.MOVED:
            return actions in _STAYING and "previous_address" in entry
        case _:
            return actions == ["no-op"] and "previous_address" not in entry


def _chosen(demand: ChangeDemand, entry: Mapping[str, Any], view: PlanView, meets: Meets) -> bool:
    """The entry is one that the demand is about, whatever must hold after."""
    if not _undergoes(demand.action, entry) or (demand.type and entry["type"] != demand.type):
        return False
    if demand.address and not _address_matches(demand.address, entry["address"]):
        return False
    if demand.previous and not _address_matches(demand.previous, entry["previous_address"]):
        return False
    if not demand.before:
        return True
    # Of what was, no configuration tells more than the values.
    before = Item(entry["address"], entry["type"], entry["name"], "", entry["change"].get("before") or {})
    return meets(demand.before, before, view)


def judge_change(demand: ChangeDemand, view: PlanView, meets: Meets) -> tuple[bool, tuple[str, ...]]:
    found: list[str] = []
    for entry in view.changes:
        if not _chosen(demand, entry, view, meets):
            continue
        if demand.having:
            after = entry["change"].get("after")
            if not isinstance(after, Mapping) or not meets(demand.having, view.item_of(entry, after), view):
                continue
        if demand.paths:
            paths = differing(entry)
            if not all(any(path[: len(p)] == p for path in paths) for p in demand.paths):
                continue
        found.append(entry["address"])
    return demand.count.holds(len(set(found))), tuple(found)


def judge_rest(change: ChangeIntent, view: PlanView, meets: Meets) -> tuple[bool, tuple[str, ...]]:
    found = [e["address"] for e in view.changes if not _accounted(change, e, view, meets)]
    outputs = view.plan.get("output_changes") or {}
    found.extend(
        f"output.{name}"
        for name, output in outputs.items()
        if output["actions"] == ["delete"] and name not in change.removed_outputs
    )
    return not found, tuple(found)


def _accounted(change: ChangeIntent, entry: Mapping[str, Any], view: PlanView, meets: Meets) -> bool:
    """The entry is no change, or one that is asked for."""
    matching = [d for d in change.demands if _chosen(d, entry, view, meets)]
    if "previous_address" in entry and not any(d.action is ChangeAction.MOVED for d in matching):
        return False
    actions = entry["change"]["actions"]
    if actions in _QUIET:
        return True
    asked = [d for d in matching if d.action is not ChangeAction.MOVED]
    if actions == ["update"]:
        return any(not d.paths for d in asked) or not unasked(entry, [p for d in asked for p in d.paths], view)
    if actions in _REPLACING and asked:
        return any(not d.paths for d in asked) or not unasked(entry, [p for d in asked for p in d.paths], view)
    if actions in _REPLACING:
        return _drawn_along(entry, view) and not unasked(entry, (), view)
    return bool(asked)


def _drawn_along(entry: Mapping[str, Any], view: PlanView) -> bool:
    """An argument refers to what is changed itself: a replacement that follows from another one."""
    source = view.blocks.get(bare(entry["address"]))
    restless = _restless(view)
    return any(view.reached(source, path) & restless for path in _unknown(entry))


def _leaves(value: Any) -> set[tuple[Steps, Any]]:
    found: set[tuple[Steps, Any]] = set()
    stack: list[tuple[Steps, Any]] = [((), value)]
    while stack:
        steps, node = stack.pop()
        if isinstance(node, Mapping):
            stack.extend(((*steps, k), inner) for k, inner in node.items())
        elif isinstance(node, list):
            stack.extend((steps, inner) for inner in node)
        elif node is not None:
            found.add((steps, (isinstance(node, bool), node)))
    return found


def _unknown(entry: Mapping[str, Any]) -> set[Steps]:
    """The paths of what is known only after apply."""
    return {steps for steps, (flag, value) in _leaves(entry["change"].get("after_unknown")) if flag and value}


def differing(entry: Mapping[str, Any]) -> set[Steps]:
    """The paths at which a resource differs, or will perhaps."""
    before, after = entry["change"].get("before") or {}, entry["change"].get("after") or {}
    found = {steps for steps, _ in _leaves(before) ^ _leaves(after)}
    # Values put together anew, or blocks that are empty now.
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if (filled(old) or filled(new)) and not _same(old, new) and not any(p[:1] == (name,) for p in found):
            found.add((name,))
    return found | _unknown(entry)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def unasked(entry: Mapping[str, Any], asked: Sequence[Steps], view: PlanView) -> set[Steps]:
    """The paths that differ and are neither asked for nor a consequence: computed values (``tags_all``, and what is
    known only after apply and not written) and arguments that refer to what is changed itself."""
    source = view.blocks.get(bare(entry["address"]))
    allowed: set[Steps] = {("tags_all",), *asked}
    restless = _restless(view)
    for path in _unknown(entry):
        if not view.written(source, path) or view.reached(source, path) & restless:
            allowed.add(path)
    return {p for p in differing(entry) if not any(p[: len(a)] == a for a in allowed)}


def _restless(view: PlanView) -> set[str]:
    """Resources that were there and have values known only after apply, and data sources that are read only then, since
    something that they depend on changes: what refers to them is perhaps different."""
    waiting = {
        bare(e["address"])
        for e in view.plan.get("resource_changes") or ()
        if e.get("mode") == "data" and e.get("action_reason") == "read_because_dependency_pending"
    }
    return waiting | {
        bare(e["address"])
        for e in view.changes
        if e["change"].get("before") is not None and _unknown(e) and e["change"]["actions"] not in _QUIET
    }
