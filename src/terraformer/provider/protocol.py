"""The messages of Terraform's plugin protocol 6 that carry schemas, functions and diagnostics.

Source: docs/plugin-protocol/tfplugin6.10.proto of hashicorp/terraform (field numbers in the comments below).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from terraformer.provider import wire
from terraformer.provider.diagnostics import Diagnostic, Path
from terraformer.provider.schema import Attribute, Block, CtyType, NestedBlock, ResourceSchema

__all__ = ["attribute_path", "diagnostic", "diagnostics", "dynamic", "function", "map_entry", "schema", "type_bytes"]

_NESTING = {"single": 1, "list": 2, "set": 3, "map": 4, "group": 5}


def type_bytes(cty: CtyType) -> bytes:
    """A cty type in the JSON form of the protocol."""
    return json.dumps(cty, separators=(",", ":")).encode()


def dynamic(msgpack: bytes) -> bytes:
    """DynamicValue: msgpack = 1."""
    return wire.data(1, msgpack)


def map_entry(field: int, key: str, value: bytes) -> bytes:
    """One entry of a ``map<string, Message>`` field: key = 1, value = 2."""
    return wire.data(field, wire.text(1, key) + wire.data(2, value))


def schema(resource: ResourceSchema) -> bytes:
    """Schema: version = 1, block = 2."""
    return wire.integer(1, resource.version) + wire.data(2, _block(resource.block))


def _block(block: Block) -> bytes:
    # Block: attributes = 2, block_types = 3, deprecated = 6
    parts = [wire.data(2, _attribute(a)) for a in block.attributes.values()]
    parts += [wire.data(3, _nested_block(b)) for b in block.blocks.values()]
    parts.append(wire.integer(6, bool(block.deprecated)))
    return b"".join(parts)


def _attribute(attribute: Attribute) -> bytes:
    # Attribute: name = 1, type = 2, required = 4, optional = 5, computed = 6, sensitive = 7, deprecated = 9,
    # nested_type = 10, write_only = 11
    if attribute.nested is not None:
        inner = b"".join(wire.data(1, _attribute(a)) for a in attribute.nested.attributes.values())
        shape = wire.data(10, inner + wire.integer(3, _NESTING[attribute.nested.nesting]))
    else:
        shape = wire.data(2, type_bytes(attribute.type))
    return (
        wire.text(1, attribute.name)
        + shape
        + wire.integer(4, attribute.required)
        + wire.integer(5, attribute.optional)
        + wire.integer(6, attribute.computed)
        + wire.integer(7, attribute.sensitive)
        + wire.integer(9, bool(attribute.deprecated))
        + wire.integer(11, attribute.write_only)
    )


def _nested_block(nested: NestedBlock) -> bytes:
    # NestedBlock: type_name = 1, block = 2, nesting = 3, min_items = 4, max_items = 5
    return (
        wire.text(1, nested.name)
        + wire.data(2, _block(nested.block))
        + wire.integer(3, _NESTING[nested.nesting])
        + wire.integer(4, nested.min_items)
        + wire.integer(5, nested.max_items)
    )


def function(declared: Mapping[str, Any]) -> bytes:
    """Function, from the form of ``terraform providers schema -json``.

    parameters = 1, variadic_parameter = 2, return = 3, summary = 4; Parameter: name = 1, type = 2,
    allow_null_value = 3, allow_unknown_values = 4.
    """

    def parameter(data: Mapping[str, Any]) -> bytes:
        return (
            wire.text(1, data.get("name", "value"))
            + wire.data(2, type_bytes(data["type"]))
            + wire.integer(3, bool(data.get("is_nullable")))
        )

    parts = [wire.data(1, parameter(p)) for p in declared.get("parameters") or ()]
    if declared.get("variadic_parameter"):
        parts.append(wire.data(2, parameter(declared["variadic_parameter"])))
    parts.append(wire.data(3, wire.data(1, type_bytes(declared["return_type"]))))
    parts.append(wire.text(4, str(declared.get("summary") or "")))
    return b"".join(parts)


def attribute_path(path: Path, cty: CtyType) -> bytes:
    """AttributePath (steps = 1) of a value of type ``cty``; it ends where the type does not have the next step.

    Step: attribute_name = 1, element_key_string = 2, element_key_int = 3. An index 0 must be written all the same:
    the step is a oneof.
    """
    steps = []
    for step in path:
        kind = cty if isinstance(cty, str) else cty[0]
        if kind == "object" and isinstance(step, str) and step in cty[1]:
            steps.append(wire.data(1, wire.text(1, step)))
            cty = cty[1][step]
        elif kind == "map" and isinstance(step, str):
            steps.append(wire.data(1, wire.data(2, step.encode("utf-8", "replace"))))
            cty = cty[1]
        elif kind == "list" and isinstance(step, int):
            steps.append(wire.data(1, b"\x18" + wire.varint(step)))
            cty = cty[1]
        else:
            break
    return b"".join(steps)


def diagnostic(found: Diagnostic, cty: CtyType) -> bytes:
    """Diagnostic: severity = 1 (1 error, 2 warning), summary = 2, detail = 3, attribute = 4."""
    path = attribute_path(found.path, cty)
    return (
        wire.integer(1, 1 if found.severity == "error" else 2)
        + wire.text(2, found.summary)
        + wire.text(3, found.detail)
        + (wire.data(4, path) if path else b"")
    )


def diagnostics(field: int, found: Iterable[Diagnostic], cty: CtyType) -> bytes:
    """A repeated Diagnostic field."""
    return b"".join(wire.data(field, diagnostic(d, cty)) for d in found)
