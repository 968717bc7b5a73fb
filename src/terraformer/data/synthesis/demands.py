"""From a scenario to its intent: what is said is demanded, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from terraformer.data.intents import (
    Attribute,
    Block,
    Condition,
    Count,
    Demand,
    Intent,
    Operator,
    RefersTo,
    Subject,
    Target,
)
from terraformer.data.synthesis.expressions import Ref
from terraformer.data.synthesis.scenario import Body, Node, Scenario, Setting, condition_of

__all__ = ["intent_of"]


def intent_of(scenario: Scenario) -> Intent:
    """One demand for each said node, one for the number of each type that is said more than once, and those of outputs,
    variables and the region."""
    demands: list[Demand] = []
    said = scenario.said_nodes
    for node in said:
        demands.append(
            Demand(
                Subject.DATA if node.mode == "data" else Subject.RESOURCE,
                node.type,
                node.label if node.label_said else "",
                having=tuple(_conditions(node)),
                count=Count(max(1, node.instances)),
            )
        )
    totals = Counter[tuple[str, str]]()
    for node in said:
        totals[node.mode, node.type] += node.instances
    several = Counter((n.mode, n.type) for n in said)
    for (mode, kind), number in totals.items():
        if several[mode, kind] > 1:
            subject = Subject.DATA if mode == "data" else Subject.RESOURCE
            demands.append(Demand(subject, kind, count=Count(number)))
    if scenario.region_said:
        demands.append(
            Demand(Subject.PROVIDER, label="aws", having=(Attribute(("region",), Operator.EQUALS, scenario.region),))
        )
    demands.extend(Demand(Subject.OUTPUT, label=o.name) for o in scenario.outputs if o.said)
    demands.extend(Demand(Subject.VARIABLE, label=v.name) for v in scenario.variables if v.said)
    intent = Intent(tuple(d for n, d in enumerate(demands) if d not in demands[:n]))
    return Intent.from_dict(intent.to_dict(), f"the intent of {scenario.blueprint}")  # as it is read from a dataset


def _conditions(body: Body) -> list[Condition]:
    """The conditions of a body, paths relative to it."""
    depth = len(body.path)
    found: list[Condition] = []
    names = Counter(item[0] for item in body.items if not isinstance(item, Setting))
    for item in body.items:
        if isinstance(item, Setting):
            if item.said:
                found.extend(_of_setting(item, depth))
            continue
        name, block = item
        inner = _conditions(block)
        own = block.say.demand if block.say is not None and block.said else None
        if own is not None:
            found.extend(own if isinstance(own, tuple) else (own,))
        elif block.said and not inner:
            found.append(Block((name,)))
        if len(inner) == 1 and isinstance(inner[0], (Attribute, RefersTo)) and names[name] == 1 and inner[0].path:
            found.append(replace(inner[0], path=(name, *inner[0].path)))
        elif inner:
            plain = [c for c in inner if not isinstance(c, RefersTo)]
            # References are looked up in the configuration, from the resource on.
            found.extend(replace(c, path=(name, *c.path)) for c in inner if isinstance(c, RefersTo))
            if plain:
                found.append(Block((name,), tuple(plain)))
    return found


def _of_setting(setting: Setting, depth: int) -> list[Condition]:
    demand = setting.say.demand if setting.say is not None else None
    if demand is not None:
        return list(demand) if isinstance(demand, tuple) else [demand]
    value = setting.value
    target = _target(value)
    if target is not None:
        return [RefersTo(target, setting.path[depth:])]
    condition = condition_of(setting)
    if not isinstance(condition, Attribute):
        return []
    return [replace(condition, path=setting.path[depth:])]


def _target(value: object) -> Target | None:
    if isinstance(value, list) and len(value) == 1:
        return _target(value[0])
    if isinstance(value, Ref):
        node: Node = value.node
        return Target(data=node.type) if node.mode == "data" else Target(type=node.type)
    return None
