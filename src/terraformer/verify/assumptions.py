"""What the provider host made up during a run, at the addresses that it was made up for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from terraformer.hcl import ModuleTree
from terraformer.provider.bundle import Bundle
from terraformer.provider.schema import implied_type
from terraformer.provider.server import ReadAssumption, RunRecord, value_digest
from terraformer.types import Assumption

__all__ = ["read_assumptions"]


_INDEX = r"(?:\[(?:[^\[\]\n]|\[[^\]\n]*\])*\]|\.\*|\.\d+)*"
_DATA = re.compile(rf"\bdata\.([\w-]+)\.([\w-]+){_INDEX}(?:\.([A-Za-z_][\w-]*))?")
_SELF = re.compile(rf"\bself{_INDEX}\.([A-Za-z_][\w-]*)")
_WHOLE = "*"


def read_assumptions(
    record: RunRecord,
    plan: Mapping[str, Any],
    tree: ModuleTree,
    bundles: Mapping[str, Bundle],
    files: Mapping[str, bytes] | None = None,
) -> list[Assumption]:
    """The record knows types and values, not addresses (Terraform tells a provider none): the plan has both.

    A data source is found by the digest of its whole value, else by the one attribute's value. What is in no plan (an
    ephemeral resource, data that is only read when applying) is listed at every address of its type in the
    configuration.
    """
    if not record.assumptions:
        return []
    by_digest: dict[tuple[str, str], list[str]] = {}
    by_type: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for address, type_, values in _data_instances(plan):
        by_type.setdefault(type_, []).append((address, values))
        digest = _digest(type_, values, bundles)
        if digest:
            by_digest.setdefault((type_, digest), []).append(address)
    found: dict[tuple[str, str, str], Assumption] = {}
    uses = _uses(tree, files or {})
    for made_up in record.assumptions:
        addresses = (
            by_digest.get((made_up.type, made_up.state_digest))
            or [a for a, values in by_type.get(made_up.type, ()) if values.get(made_up.attribute) == made_up.value]
            or _declared(made_up, tree)
        )
        for address in addresses:
            if made_up.kind == "data" and files is not None and not _refers(address, made_up.attribute, uses):
                continue
            found.setdefault(
                (address, made_up.attribute, repr(made_up.value)),
                Assumption(address, made_up.attribute, made_up.value, made_up.why),
            )
    return [found[key] for key in sorted(found)]


def _uses(tree: ModuleTree, files: Mapping[str, bytes]) -> dict[tuple[str, str], set[str]]:
    """Attributes referred to, by (module key, address of the data source without keys); _WHOLE for all of them."""
    found: dict[tuple[str, str], set[str]] = {}
    for module in tree.modules.values():
        for name in module.files:
            text = files.get(name, b"").decode("utf-8", "replace")
            for type_, label, attribute in _DATA.findall(text):
                found.setdefault((module.key, f"data.{type_}.{label}"), set()).add(attribute or _WHOLE)
            found.setdefault((module.key, ""), set()).update(_SELF.findall(text))
    return found


def _refers(address: str, attribute: str, uses: Mapping[tuple[str, str], set[str]]) -> bool:
    steps = re.findall(r"module\.([\w-]+)(?:\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\])?\.", address)
    bare = re.search(r"data\.[\w-]+\.[\w-]+", address)
    if bare is None:
        return True
    key = ".".join(steps)
    named = uses.get((key, bare[0]), set())
    return attribute in named or _WHOLE in named or attribute in uses.get((key, ""), set())


def _declared(made_up: ReadAssumption, tree: ModuleTree) -> list[str]:
    prefix = {"data": "data.", "ephemeral": "ephemeral."}.get(made_up.kind, "")
    return [
        "".join(f"module.{s}." for s in module.key.split(".") if s) + block.address
        for module in tree.modules.values()
        for block in module.blocks
        if block.type == made_up.type and (block.kind == made_up.kind or made_up.kind not in ("data", "ephemeral"))
    ] or [f"{prefix}{made_up.type}"]


def _digest(type_: str, values: Mapping[str, Any], bundles: Mapping[str, Bundle]) -> str:
    for bundle in bundles.values():
        if type_ in bundle.data_source_types:
            return value_digest(values, implied_type(bundle.data_source(type_).block))
    return ""


def _data_instances(plan: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    stack = [plan.get("prior_state", {}).get("values", {}).get("root_module", {})]
    stack.append(plan.get("planned_values", {}).get("root_module", {}))
    while stack:
        module = stack.pop()
        for resource in module.get("resources") or []:
            if resource.get("mode") == "data":
                yield str(resource["address"]), str(resource["type"]), resource.get("values") or {}
        stack.extend(module.get("child_modules") or [])
