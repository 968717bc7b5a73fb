"""Whole blocks from a provider's Go sources, for subtrees that the prebuilt wheels leave out.

Reads terraform-plugin-sdk/v2 schemas (helper/schema: ``schema.Schema``, ``schema.Resource``) as evaluated by go_eval
and gives the Block that the SDK's ``InternalMap.CoreConfigSchema`` would: lists and sets of resources are nested
blocks, unless computed only or in attribute mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraformer.provider.compiler.go_eval import Opaque, Struct
from terraformer.provider.schema import Attribute, Block, CtyType, NestedBlock, implied_type

__all__ = ["SchemaReader"]

_SIMPLE = {"TypeString": "string", "TypeBool": "bool", "TypeInt": "number", "TypeFloat": "number"}
_COLLECTIONS = {"TypeList": "list", "TypeSet": "set", "TypeMap": "map"}


class SchemaReader:
    """Equal objects of the evaluator give the same Block, so that deep trees stay small."""

    def __init__(self) -> None:
        self.known: dict[int, Block] = {}
        self.alive: list[Any] = []  # ids stay unique while their objects live

    def nested(self, name: str, schema: Any) -> NestedBlock:
        """A nested block. Raises ValueError when the schema is not that of one."""
        if not isinstance(schema, Struct) or not isinstance(schema.fields.get("Elem"), Struct):
            raise ValueError(f"{name} is no block: {schema!r:.80}")
        fields = schema.fields
        # CoreConfigSchema: required means at least one, the lower bound of an optional block is dropped
        low = max(fields.get("MinItems") or 0, 1) if fields.get("Required") is True else 0
        nesting = _COLLECTIONS[_kind(fields)]
        return NestedBlock(name, nesting, self.block(fields["Elem"].fields["Schema"]), low, fields.get("MaxItems") or 0)

    def block(self, members: Mapping[str, Any]) -> Block:
        if id(members) in self.known:
            return self.known[id(members)]
        attributes: dict[str, Attribute] = {}
        blocks: dict[str, NestedBlock] = {}
        for name, schema in members.items():
            if not isinstance(schema, Struct):
                raise ValueError(f"{name} cannot be read: {schema!r:.80}")
            fields = schema.fields
            element = fields.get("Elem")
            of_objects = isinstance(element, Struct) and element.type.endswith("Resource")
            computed_only = fields.get("Computed") is True and not (fields.get("Optional") or fields.get("Required"))
            if of_objects and not computed_only and "ConfigMode" not in fields:
                blocks[name] = self.nested(name, schema)
            else:
                attributes[name] = Attribute(
                    name,
                    self.type_of(name, fields),
                    required=fields.get("Required") is True,
                    optional=fields.get("Optional") is True,
                    computed=fields.get("Computed") is True,
                    sensitive=fields.get("Sensitive") is True,
                )
        block = Block(attributes, blocks)
        self.known[id(members)] = block
        self.alive.append(members)
        return block

    def type_of(self, name: str, fields: Mapping[str, Any]) -> CtyType:
        kind = _kind(fields)
        if kind in _SIMPLE:
            return _SIMPLE[kind]
        if kind not in _COLLECTIONS:
            raise ValueError(f"{name} has the unknown type {kind}")
        element = fields.get("Elem")
        if not isinstance(element, Struct):
            return [_COLLECTIONS[kind], "string"]
        if element.type.endswith("Resource"):
            return [_COLLECTIONS[kind], implied_type(self.block(element.fields["Schema"]))]
        return [_COLLECTIONS[kind], self.type_of(name, element.fields)]


def _kind(fields: Mapping[str, Any]) -> str:
    kind = fields.get("Type")
    return kind.name if isinstance(kind, Opaque) else str(kind)
