"""What every data source gets in the end: arguments echoed, defaults filled, the rest made up in the right shape.

A made-up list or set of objects has one element, a list of strings two where the values are ids or names (so that
``ids[0]`` and ``cidr_blocks[1]`` work in later expressions), a map none. All of it is listed as assumed.
"""

from __future__ import annotations

import re
from typing import Any

from terraformer.provider.data_sources.fallback import placeholder
from terraformer.provider.data_sources.reading import Reading, ReadResult, canonical
from terraformer.provider.schema import UNSET, Attribute, Block, attribute_type
from terraformer.provider.values import Unknown

__all__ = ["conform", "finish"]

_MADE_UP = "this data source is looked up in the cloud; a value of the right shape stands in for it"
_DEPTH = 12


def finish(reading: Reading) -> ReadResult:
    """Fill what the reader left open and bring everything to the schema's types."""
    block = reading.schema.block
    if not reading.failed:
        for name, attribute in block.attributes.items():
            if name in reading.settled or reading.value.get(name) is not None:
                continue
            _fill(reading, name, attribute)
        for name, nested in block.blocks.items():
            if name in reading.settled or not _only_computed(nested.block):
                continue
            if not reading.value.get(name) and nested.nesting in ("list", "set"):
                reading.set(name, [_object(reading, f"{name}[0]", nested.block, 0)], _MADE_UP)
    state = {name: conform(reading.state.get(name), cty) for name, cty in reading.types.items()}
    for name, nested in block.blocks.items():
        if state[name] is None and nested.nesting in ("list", "set", "map"):
            state[name] = {} if nested.nesting == "map" else []
    return ReadResult(state, dict(sorted(reading.assumed.items())), reading.diagnostics)


def _fill(reading: Reading, name: str, attribute: Attribute) -> None:
    if attribute.optional and not attribute.computed:
        if attribute.default is not UNSET:
            reading.set(name, attribute.default)
        return
    if not attribute.computed:
        return
    if name == "region" and reading.source == "hashicorp/aws" and attribute.type == "string":
        reading.set(name, reading.region)
        return
    if name in ("tags", "tags_all", "labels", "effective_labels", "terraform_labels"):
        reading.set(name, {}, "tags and labels of an object that exists outside the configuration are not known")
        return
    if reading.source == "hashicorp/aws" and name in ("id", "arn"):
        asked = _asked_for(reading)
        if name == "id" and "ids" in reading.types:
            reading.set(name, reading.region, _MADE_UP)  # plural data sources are named after their region
            return
        if asked and name == "id":
            reading.set(name, asked, _MADE_UP)
            return
        if asked and attribute.type == "string" and re.fullmatch(r"[\w./@+=-]+", asked):
            arn = str(_value(reading, name, attribute, 0))
            reading.set(name, re.sub(r"[A-Za-z0-9-]+$", lambda _: asked, arn), _MADE_UP)
            return
    reading.set(name, _value(reading, name, attribute, 0), _MADE_UP)


def _asked_for(reading: Reading) -> str:
    """The one required text argument that names the object ("name", "vault_name", "cluster_id"), else ""."""
    required = [
        name
        for name, attribute in reading.schema.block.attributes.items()
        if attribute.required and attribute.type == "string"
    ]
    if len(required) == 1 and re.search(r"(^|_)(name|id|identifier)$", required[0]):
        return reading.text(required[0])
    return ""


def _value(reading: Reading, path: str, attribute: Attribute, depth: int) -> Any:
    if attribute.nested is not None:
        inner = Block(attributes=attribute.nested.attributes)
        if attribute.nested.nesting == "single":
            return _object(reading, path, inner, depth)
        if attribute.nested.nesting == "map":
            return {}
        return [_object(reading, f"{path}[0]", inner, depth)]
    return _of_type(reading, path, attribute_type(attribute), depth)


def _object(reading: Reading, path: str, block: Block, depth: int) -> dict[str, Any] | None:
    if depth > _DEPTH:
        return None
    out: dict[str, Any] = {n: _value(reading, f"{path}.{n}", a, depth + 1) for n, a in block.attributes.items()}
    for name, nested in block.blocks.items():
        inner = _object(reading, f"{path}.{name}", nested.block, depth + 1)
        out[name] = inner if nested.nesting in ("single", "group") else {} if nested.nesting == "map" else [inner]
    return out


def _of_type(reading: Reading, path: str, cty: Any, depth: int) -> Any:
    name = path.rsplit(".", 1)[-1].split("[")[0]
    if isinstance(cty, str):
        return placeholder(reading, name, cty, path)
    kind, inner = cty[0], cty[1]
    if depth > _DEPTH:
        return None
    if kind == "map" or name in ("tags", "labels"):
        return {} if kind == "map" else []
    if kind == "object":
        return {n: _of_type(reading, f"{path}.{n}", t, depth + 1) for n, t in inner.items()}
    if kind == "tuple":
        return [_of_type(reading, f"{path}[{i}]", t, depth + 1) for i, t in enumerate(inner)]
    if not isinstance(inner, str):
        return [_of_type(reading, f"{path}[0]", inner, depth + 1)]
    singular = name[:-1] if name.endswith("s") else name
    count = 2 if name.endswith("s") else 1
    values = [placeholder(reading, singular, inner, f"{path}[{i}]") for i in range(count)]
    distinct: list[Any] = []
    for value in values:
        if value not in distinct:
            distinct.append(value)
    return distinct


def _only_computed(block: Block) -> bool:
    """Whether nothing in the block can be configured."""
    return all(a.computed and not a.optional and not a.required for a in block.attributes.values()) and all(
        _only_computed(n.block) for n in block.blocks.values()
    )


def conform(value: Any, cty: Any) -> Any:
    """``value`` brought to the type: unknown keys dropped, missing ones null, wrong primitives converted or null."""
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(cty, str):
        return _primitive(value, cty)
    kind, inner = cty[0], cty[1]
    if kind == "object":
        return {n: conform(value.get(n), t) for n, t in inner.items()} if isinstance(value, dict) else None
    if kind == "map":
        return {str(k): conform(v, inner) for k, v in value.items()} if isinstance(value, dict) else None
    if not isinstance(value, list):
        return None
    if kind == "tuple":
        return [conform(v, t) for v, t in zip(value, inner, strict=False)]
    items = [conform(v, inner) for v in value]
    if kind == "set":
        distinct: dict[str, Any] = {}
        for item in items:
            distinct.setdefault(canonical(item), item)
        return list(distinct.values())
    return items


def _primitive(value: Any, cty: str) -> Any:
    if cty == "dynamic":
        return value
    if cty == "string":
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, (str, int, float)) else None
    if cty == "bool":
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    try:
        return int(value) if str(value).lstrip("-").isdigit() else float(value)
    except (TypeError, ValueError):
        return None
