"""What the provider host made up during a run, at the addresses that it was made up for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraformer.hcl import ModuleTree
from terraformer.provider.server import RunRecord
from terraformer.types import Assumption

__all__ = ["read_assumptions"]


def read_assumptions(record: RunRecord, plan: Mapping[str, Any], tree: ModuleTree) -> list[Assumption]:
    """The record knows types and values, not addresses (Terraform tells a provider none): the plan has both.

    A value is given to every data source of that type whose planned attribute equals it; where none does (the value is not
    in the plan) it is listed under the type's addresses in the configuration.
    """
    instances: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for address, type_, values in _data_instances(plan):
        instances.setdefault(type_, []).append((address, values))
    found: dict[tuple[str, str, str], Assumption] = {}
    for made_up in record.assumptions:
        addresses = [
            address
            for address, values in instances.get(made_up.type, ())
            if _lookup(values, made_up.attribute) == made_up.value
        ]
        if not addresses:
            addresses = [
                "".join(f"module.{s}." for s in m.key.split(".") if s) + b.address
                for m in tree.modules.values()
                for b in m.blocks
                if b.type == made_up.type and b.kind == made_up.kind
            ] or [f"{'data.' if made_up.kind == 'data' else ''}{made_up.type}"]
        for address in addresses:
            found.setdefault(
                (address, made_up.attribute, repr(made_up.value)),
                Assumption(address, made_up.attribute, made_up.value, made_up.why),
            )
    return [found[key] for key in sorted(found)]


def _lookup(values: Mapping[str, Any], path: str) -> Any:
    node: Any = values
    for step in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(node, Mapping):
            node = node.get(step)
        elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return node


def _data_instances(plan: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    stack = [plan.get("prior_state", {}).get("values", {}).get("root_module", {})]
    stack.append(plan.get("planned_values", {}).get("root_module", {}))
    while stack:
        module = stack.pop()
        for resource in module.get("resources") or []:
            if resource.get("mode") == "data":
                yield str(resource["address"]), str(resource["type"]), resource.get("values") or {}
        stack.extend(module.get("child_modules") or [])
