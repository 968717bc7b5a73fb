"""Provider schemas in memory: the same content as ``terraform providers schema -json``, plus plan semantics.

Types are cty types in their JSON form: "string", "number", "bool", "dynamic", ["list", T], ["set", T], ["map", T],
["object", {name: T}] or ["object", {name: T}, [optional names]], ["tuple", [T, ...]].
Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui, docs/resource-addressing of the plugin
protocol (tfplugin6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = [
    "UNSET",
    "Attribute",
    "Block",
    "CtyType",
    "NestedBlock",
    "NestedType",
    "ProviderSchema",
    "ResourceSchema",
    "block_from_json",
    "block_to_json",
    "implied_type",
]

CtyType = Any  # str | list, as above


class _Unset:
    """Stands for "no default known", since None is a value of its own."""

    _instance: _Unset | None = None

    def __new__(cls) -> _Unset:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = _Unset()


@dataclass(frozen=True, slots=True)
class NestedType:
    """A nested attribute's object type (protocol 6): ``nesting`` is "single", "list", "set" or "map"."""

    nesting: str
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. Exactly one of ``type`` and ``nested`` is set.

    ``default`` is what the provider plans when the configuration leaves the attribute out (UNSET when unknown or
    none). ``force_new`` is None when it is not known whether a change replaces the resource. ``enum`` lists known
    values as a *hint*: never an error by itself. `
    configuration may also write as blocks.
    """

    name: str
    type: CtyType = None
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False
    write_only: bool = False
    deprecated: str | None = None
    nested: NestedType | None = None
    default: Any = UNSET
    force_new: bool | None = None
    enum: tuple[Any, ...] = ()
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class NestedBlock:
    """A nested block type: ``nesting`` is "single", "list", "set", "map" or "group"; ``max_items`` 0 = no bound."""

    name: str
    nesting: str
    block: Block
    min_items: int = 0
    max_items: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: Mapping[str, NestedBlock] = field(default_factory=dict)
    deprecated: str | None = None
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceSchema:
    """``kind`` is "resource", "data", "ephemeral" or "provider"; ``type`` e.g. "aws_s3_bucket"."""

    kind: str
    type: str
    block: Block
    version: int = 0


@dataclass(frozen=True, slots=True)
class ProviderSchema:
    """A whole provider eagerly in memory (compilers and capture use it; everything else reads a Bundle lazily)."""

    source: str
    version: str
    provider: ResourceSchema
    resources: Mapping[str, ResourceSchema]
    data_sources: Mapping[str, ResourceSchema]
    ephemeral: Mapping[str, ResourceSchema] = field(default_factory=dict)
    functions: Mapping[str, Any] = field(default_factory=dict)


def implied_type(block: Block) -> CtyType:
    """The cty object type that a value of this block has (attributes and nested blocks alike).

    Blocks of nesting "single"/"group" are objects, "list"/"set"/"map" collections of objects.
    """
    types: dict[str, CtyType] = {name: attribute_type(a) for name, a in block.attributes.items()}
    for name, nested in block.blocks.items():
        inner = implied_type(nested.block)
        types[name] = inner if nested.nesting in ("single", "group") else [nested.nesting, inner]
    return ["object", types]


def attribute_type(attribute: Attribute) -> CtyType:
    """The cty type of an attribute, nested attributes included."""
    if attribute.nested is None:
        return attribute.type
    inner: CtyType = ["object", {n: attribute_type(a) for n, a in attribute.nested.attributes.items()}]
    return inner if attribute.nested.nesting == "single" else [attribute.nested.nesting, inner]


def block_from_json(data: Mapping[str, Any]) -> Block:
    """A Block from the ``block`` member of ``terraform providers schema -json``."""
    return Block(
        attributes={n: attribute_from_json(n, a) for n, a in data.get("attributes", {}).items()},
        blocks={
            n: NestedBlock(
                n,
                b["nesting_mode"],
                block_from_json(b["block"]),
                b.get("min_items", 0),
                b.get("max_items", 0),
            )
            for n, b in data.get("block_types", {}).items()
        },
        deprecated="deprecated" if data.get("deprecated") else None,
        doc=data.get("description"),
    )


def attribute_from_json(name: str, data: Mapping[str, Any]) -> Attribute:
    nested = data.get("nested_type")
    return Attribute(
        name=name,
        type=data.get("type"),
        required=data.get("required", False),
        optional=data.get("optional", False),
        computed=data.get("computed", False),
        sensitive=data.get("sensitive", False),
        write_only=data.get("write_only", False),
        deprecated="deprecated" if data.get("deprecated") else None,
        nested=(
            NestedType(
                nested["nesting_mode"],
                {n: attribute_from_json(n, a) for n, a in nested["attributes"].items()},
            )
            if nested
            else None
        ),
        doc=data.get("description"),
    )


def block_to_json(block: Block) -> dict[str, Any]:
    """The inverse of block_from_json (what Terraform's JSON form can hold: no defaults, enums, force_new)."""

    def attribute(a: Attribute) -> dict[str, Any]:
        out: dict[str, Any] = {}
        if a.nested is not None:
            out["nested_type"] = {
                "attributes": {n: attribute(x) for n, x in a.nested.attributes.items()},
                "nesting_mode": a.nested.nesting,
            }
        else:
            out["type"] = a.type
        if a.doc:
            out["description"] = a.doc
        for flag in ("required", "optional", "computed", "sensitive", "write_only"):
            if getattr(a, flag):
                out[flag] = True
        if a.deprecated:
            out["deprecated"] = True
        return out

    data: dict[str, Any] = {}
    if block.attributes:
        data["attributes"] = {n: attribute(a) for n, a in block.attributes.items()}
    if block.blocks:
        data["block_types"] = {
            n: {
                "nesting_mode": b.nesting,
                "block": block_to_json(b.block),
                **({"min_items": b.min_items} if b.min_items else {}),
                **({"max_items": b.max_items} if b.max_items else {}),
            }
            for n, b in block.blocks.items()
        }
    if block.deprecated:
        data["deprecated"] = True
    return data
