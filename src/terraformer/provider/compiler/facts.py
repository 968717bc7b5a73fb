"""Applies facts files to compiled schemas: defaults, replacement, sensitive flags, bounds, deprecations, hints.

Facts files lie beside this module (``facts/<source>__<version>.json.zst``) and hold what go_facts read off the
provider's sources, in the form that its docstring gives, and under ``"splices"`` the subtrees that the prebuilt wheels
leave out, as bundle records. Facts of another version of the provider are applied where the schema still has the
argument; nothing is ever added to a schema or taken from it, splices apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import zstandard

from terraformer.provider.bundle_format import decode_record
from terraformer.provider.compiler.writer import BundleContent
from terraformer.provider.schema import UNSET, Attribute, Block, CtyType, NestedBlock

__all__ = ["apply_facts", "coerce", "facts_file", "read_facts"]

FOLDER = Path(__file__).parent / "facts"

_HINTS = (
    "checks", "element_checks", "conflicts", "exactly_one", "at_least_one", "required_with", "suppress", "at_most",
    "at_least", "is_required",
)  # fmt: skip


def facts_file(source: str) -> Path | None:
    """The newest facts file of a provider, None when there is none."""
    found = sorted(FOLDER.glob(f"{source.replace('/', '__')}__*.json.zst"))
    return found[-1] if found else None


def read_facts(path: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(zstandard.ZstdDecompressor().decompress(path.read_bytes(), 1 << 28))
    return facts


def coerce(value: Any, cty: CtyType) -> Any:
    """A default as a value of its argument's type; UNSET when it is none of that type."""
    if cty == "string":
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, (int, str)) else UNSET
    if cty == "bool":
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False}.get(value, UNSET) if isinstance(value, str) else UNSET
    if cty == "number":
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else UNSET
    return UNSET


def _enum(checks: list[list[Any]]) -> tuple[Any, ...]:
    for check in checks:
        if check[0] == "Enum" or (check[0] in ("StringInSlice", "IntInSlice") and isinstance(check[1], list)):
            return tuple(check[1])
        if check[0] == "OneOf" and len(check) > 1:
            return tuple(check[1]) if isinstance(check[1], list) else tuple(check[1:])
    return ()


def _attribute(attribute: Attribute, facts: Mapping[str, Any]) -> Attribute:
    settable = attribute.optional or attribute.required
    default = attribute.default
    if "default" in facts and attribute.optional:
        default = coerce(facts["default"], attribute.type)
    return replace(
        attribute,
        default=default,
        sensitive=attribute.sensitive or bool(facts.get("sensitive")),
        write_only=attribute.write_only or bool(facts.get("write_only")),
        deprecated=attribute.deprecated or facts.get("deprecated"),
        force_new=bool(facts.get("force_new")) if settable else None,
        enum=attribute.enum or (_enum(facts.get("checks", [])) if settable else ()),
    )


def _block(
    block: Block, facts: Mapping[str, Mapping[str, Any]], prefix: str, hints: dict[str, dict[str, Any]]
) -> Block:
    attributes = {}
    for name, attribute in block.attributes.items():
        path = prefix + name
        own = facts.get(path, {})
        attributes[name] = _attribute(attribute, own)
        extra = {k: own[k] for k in _HINTS if k in own}
        for bound in ("min_items", "max_items"):  # of a list of strings: no part of the schema
            if own.get(bound):
                extra[bound] = own[bound]
        if extra and (attribute.optional or attribute.required):
            hints[path] = extra
        if attribute.nested is not None:
            inner = _block(Block(attribute.nested.attributes), facts, f"{path}.", hints)
            nested = replace(attribute.nested, attributes=inner.attributes)
            attributes[name] = replace(attributes[name], nested=nested)
        elif not isinstance(attribute.type, str):  # members of an attribute that is written as blocks
            for member, member_facts in facts.items():
                if member.startswith(f"{path}."):
                    kept = {k: member_facts[k] for k in (*_HINTS, "default") if k in member_facts}
                    if kept:
                        hints[member] = kept
    blocks = {}
    for name, nested_block in block.blocks.items():
        path = prefix + name
        own = facts.get(path, {})
        blocks[name] = NestedBlock(
            name,
            nested_block.nesting,
            _block(nested_block.block, facts, f"{path}.", hints),
            max(nested_block.min_items, own.get("min_items", 0)) if nested_block.nesting in ("list", "set") else 0,
            nested_block.max_items or own.get("max_items", 0),
        )
        extra = {k: own[k] for k in _HINTS if k in own}
        if own.get("force_new"):
            extra["force_new"] = True
        if extra:
            hints[path] = extra
    return Block(attributes, blocks, block.deprecated, block.doc)


def apply_facts(content: BundleContent, facts: Mapping[str, Any]) -> None:
    """Change the content in place."""
    for target, record in facts.get("splices", {}).items():
        key, _, path = target.rpartition(" ")
        kind, type_name = key.split(" ")
        if (kind, type_name) in content.schemas:
            schema = content.schemas[kind, type_name]
            grafted = decode_record(kind, type_name, json.dumps(record).encode()).block
            name = path.rsplit(".", 1)[-1]
            block = _splice(schema.block, path.split("."), grafted.blocks[name])
            content.schemas[kind, type_name] = replace(schema, block=block)
    for (kind, type_name), schema in content.schemas.items():
        own = facts.get(f"{kind} {type_name}")
        if own is None:
            continue
        hints: dict[str, dict[str, Any]] = {}
        block = _block(schema.block, own["arguments"], "", hints)
        if own.get("deprecated"):
            block = replace(block, deprecated=own["deprecated"])
        version = own.get("version", 0) if kind == "resource" else 0
        content.schemas[kind, type_name] = replace(schema, block=block, version=version)
        if hints:
            content.hints[kind, type_name] = hints


def _splice(block: Block, path: list[str], graft: NestedBlock) -> Block:
    name, rest = path[0], path[1:]
    if rest:
        nested = block.blocks[name]
        inner = replace(nested, block=_splice(nested.block, rest, graft))
        return replace(block, blocks={**block.blocks, name: inner})
    attributes = {n: a for n, a in block.attributes.items() if n != name}
    return replace(block, attributes=attributes, blocks={**block.blocks, name: graft})
