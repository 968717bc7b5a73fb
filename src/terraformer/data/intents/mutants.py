"""Plans that break one demand of an intent and no other: a check that its rules tell demands apart.

A mutant is made from a plan that meets the intent, by edits of what met the demand: arguments that its conditions name
get another value or none, references vanish, the resource is gone, or there is one more. An edit counts when the direct
evaluation says that just the one rule fails. Not covered: demands that no such edit breaks by itself (two that say the
same of one resource), and what a person would write instead: these are plans, not configurations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from terraformer.data.intents.evaluate import Verdict, evaluate
from terraformer.data.intents.intent import Intent
from terraformer.data.intents.plan_view import bare

__all__ = ["mutants"]


def mutants(intent: Intent, plan: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """For every rule a plan by which it alone fails; rules for which none was found are left out.

    ``plan`` is plan JSON that meets the intent. Raises ValueError when it does not.
    """
    verdicts = evaluate(intent, plan)
    if not all(v.passed for v in verdicts):
        raise ValueError("the plan does not meet the intent")
    text = json.dumps(plan)
    demands: list[Any] = [*intent.demands, *(intent.change.demands if intent.change is not None else ())]
    found: dict[str, dict[str, Any]] = {}
    for verdict, demand in zip(verdicts, demands, strict=False):
        names = sorted(_names(demand))
        for mutant in _candidates(text, verdict, names, getattr(demand, "type", "")):
            if [v.rule for v in evaluate(intent, mutant) if not v.passed] == [verdict.rule]:
                found[verdict.rule] = mutant
                break
    return found


def _names(value: Any) -> set[str]:
    """The arguments that conditions name: every step of their paths."""
    found: set[str] = set()
    stack = [value]
    while stack:
        node = stack.pop()
        if is_dataclass(node) and not isinstance(node, type):
            for field in fields(node):
                inner = getattr(node, field.name)
                if field.name == "path":
                    found.update(step for step in inner if step != "*")
                elif field.name == "paths":
                    found.update(step for path in inner for step in path)
                else:
                    stack.append(inner)
        elif isinstance(node, tuple):
            stack.extend(node)
    return found


def _candidates(text: str, verdict: Verdict, names: list[str], type_: str) -> Iterator[dict[str, Any]]:
    met = set(verdict.found)
    blocks = {bare(address) for address in met}
    for name in names:
        for change in (_other, _gone):
            plan = json.loads(text)
            if sum(change(holder, name) for holder in _values(plan, met)):
                yield plan
    for name in ("", *names):
        plan = json.loads(text)
        if sum(_forget(block, name) for block in _blocks(plan, blocks)):
            yield plan
    yield from _without(text, met)
    yield from _one_more(text, met, type_)


def _values(plan: dict[str, Any], met: set[str]) -> Iterator[Any]:
    """The values that conditions look into: planned ones, those read, and constants of providers and variables."""
    for entry in plan.get("resource_changes", ()):
        if entry["address"] in met:
            yield entry["change"].get("after")
    stack = [plan.get("prior_state", {}).get("values", {}).get("root_module", {})]
    while stack:
        module = stack.pop()
        stack.extend(module.get("child_modules", ()))
        yield from (r["values"] for r in module.get("resources", ()) if r["address"] in met)
    root = plan["configuration"].get("root_module", {})
    for kind, prefix in (("outputs", "output."), ("variables", "var.")):
        for name, block in root.get(kind, {}).items():
            if f"{prefix}{name}" in met:
                yield block
    for name, output in plan["planned_values"].get("outputs", {}).items():
        if f"output.{name}" in met:
            yield output
    for name, variable in plan.get("variables", {}).items():
        if f"var.{name}" in met:
            yield variable
    for key, provider in plan["configuration"].get("provider_config", {}).items():
        if f"provider.{key}" in met:
            yield provider
            yield provider.get("expressions")
    for call in _calls(root, ""):
        if call[0] in met:
            yield call[1]
            yield call[1].get("expressions")


def _calls(module: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, call in module.get("module_calls", {}).items():
        address = f"{prefix}module.{name}"
        yield address, call
        yield from _calls(call.get("module", {}), f"{address}.")


def _holders(value: Any) -> Iterator[dict[str, Any]]:
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def _other(value: Any, name: str) -> bool:
    """Another value at every argument of this name."""
    found = [h for h in _holders(value) if name in h]
    for holder in found:
        holder[name] = _changed(holder[name])
    return bool(found)


def _changed(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return -value - 1
    if isinstance(value, str):
        try:
            document = json.loads(value)
        except ValueError:
            return f"not {value} but another"
        return json.dumps([]) if isinstance(document, (list, dict)) else "another"
    if isinstance(value, dict) and "constant_value" in value:
        return {**value, "constant_value": _changed(value["constant_value"])}
    return "another" if value is None else type(value)()


def _gone(value: Any, name: str) -> bool:
    found = [h for h in _holders(value) if name in h]
    for holder in found:
        holder[name] = None
    return bool(found)


def _blocks(plan: dict[str, Any], blocks: set[str]) -> Iterator[dict[str, Any]]:
    root = plan["configuration"].get("root_module", {})
    modules = [("", root), *((f"{a}.", c.get("module", {})) for a, c in _calls(root, ""))]
    for prefix, module in modules:
        yield from (b for b in module.get("resources", ()) if f"{prefix}{b['address']}" in blocks)
    for name, output in root.get("outputs", {}).items():
        if f"output.{name}" in blocks:
            yield output


def _forget(block: dict[str, Any], name: str) -> bool:
    """Without the references of one argument, or without any, and without meta-arguments."""
    found = False
    if not name:
        for key in ("depends_on", "count_expression", "for_each_expression", "provider_config_key"):
            found |= block.pop(key, None) is not None
    inner = [block.get("expressions"), block.get("expression")]
    for holder in _holders([h.get(name) for h in _holders(inner)] if name else inner):
        found |= holder.pop("references", None) is not None
    return found


def _without(text: str, met: set[str]) -> Iterator[dict[str, Any]]:
    """Without one of the resources (or outputs, variables, providers, calls), then without all of them."""
    for gone in (*({address} for address in sorted(met)), met):
        plan = json.loads(text)
        plan["resource_changes"] = [c for c in plan.get("resource_changes", ()) if c["address"] not in gone]
        root = plan["configuration"].get("root_module", {})
        for kind, prefix in (("outputs", "output."), ("variables", "var."), ("module_calls", "module.")):
            if kind in root:
                root[kind] = {k: v for k, v in root[kind].items() if f"{prefix}{k}" not in gone}
        providers = plan["configuration"].get("provider_config", {})
        for key in [k for k in providers if f"provider.{k}" in gone]:
            del providers[key]
        stack = [plan.get("prior_state", {}).get("values", {}).get("root_module", {})]
        while stack:
            module = stack.pop()
            stack.extend(module.get("child_modules", ()))
            if "resources" in module:
                module["resources"] = [r for r in module["resources"] if r["address"] not in gone]
        yield plan


def _one_more(text: str, met: set[str], type_: str) -> Iterator[dict[str, Any]]:
    """One more like those that are there, or the first of its type."""
    plan = json.loads(text)
    entries = plan.setdefault("resource_changes", [])
    like = next((e for e in entries if e["address"] in met), None)
    if like is None:
        if not type_:
            return
        change: dict[str, Any] = {"actions": ["create"], "before": None, "after": {}, "after_unknown": {}}
        like = {"address": f"{type_}.extra", "mode": "managed", "type": type_, "name": "extra", "change": change}
    for number in range(1, 4):
        entries.append({**like, "address": f"{bare(like['address'])}[{number + 90}]"})
        yield json.loads(json.dumps(plan))
