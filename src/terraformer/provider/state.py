"""Prior state: the JSON of a state file brought to the shape of a schema (UpgradeResourceState, MoveResourceState)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from terraformer.provider.schema import Block, CtyType, attribute_type
from terraformer.provider.values import Unknown

__all__ = ["conform", "from_state_json"]


def from_state_json(raw: bytes, block: Block) -> dict[str, Any]:
    """The object that a state file's ``attributes`` stand for. Raises ValueError when it is no JSON object.

    Made by another version of the provider as a rule, so: what the schema lacks is dropped, what the state lacks is
    null, and primitives are converted where Terraform itself would convert them; what cannot be converted is null.
    """
    data = json.loads(raw or b"null")
    if not isinstance(data, dict):
        raise ValueError("the state of a resource is not a JSON object")
    return conform(data, block)


def conform(data: Mapping[str, Any], block: Block) -> dict[str, Any]:
    """Bring an object to the implied type of a block. Nested blocks that are absent become empty collections."""
    value: dict[str, Any] = {}
    for name, attribute in block.attributes.items():
        value[name] = None if attribute.write_only else _value(data.get(name), attribute_type(attribute))
    for name, nested in block.blocks.items():
        found = data.get(name)
        if nested.nesting in ("single", "group"):
            if isinstance(found, list):
                found = found[0] if found else None
            if isinstance(found, Mapping):
                value[name] = conform(found, nested.block)
            else:
                value[name] = conform({}, nested.block) if nested.nesting == "group" else None
        elif nested.nesting == "map":
            items = found if isinstance(found, Mapping) else {}
            value[name] = {k: conform(v, nested.block) for k, v in items.items() if isinstance(v, Mapping)}
        else:
            elements = found if isinstance(found, list) else [found] if isinstance(found, Mapping) else []
            value[name] = [conform(v, nested.block) for v in elements if isinstance(v, Mapping)]
    return value


def _value(value: Any, cty: CtyType) -> Any:
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(cty, str):
        return _primitive(value, cty)
    kind, inner = cty[0], cty[1]
    if kind == "object":
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        return {name: _value(value.get(name), t) for name, t in inner.items()} if isinstance(value, Mapping) else None
    if kind == "map":
        return {k: _value(v, inner) for k, v in value.items()} if isinstance(value, Mapping) else None
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list):
        return None
    if kind == "tuple":
        return [_value(v, t) for v, t in zip(value, inner, strict=False)] if len(value) == len(inner) else None
    return [_value(v, inner) for v in value]


def _primitive(value: Any, cty: str) -> Any:
    if cty == "dynamic":
        # A state file wraps values of dynamic type: {"type": ..., "value": ...}.
        if isinstance(value, Mapping) and value.keys() == {"type", "value"}:
            return _value(value["value"], value["type"])
        return value
    if isinstance(value, (dict, list)):
        return None
    if cty == "string":
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else json.dumps(value)
    if cty == "bool":
        if isinstance(value, bool):
            return value
        return {"true": True, "1": True, "false": False, "0": False}.get(str(value))
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            try:
                return float(value)
            except ValueError:
                return None
    return value
