"""Applies the reviewed override files (``overrides/<source>.toml``), the last word on every fact.

    [[change]]
    types = ["resource random_string"]         kind and type; the provider block is "provider <name>"
    path = "length"                            dotted; "" is the type itself; or paths = [...]
    set = { default = 2, force_new = true }    members of Attribute or NestedBlock; of a type: version, deprecated
    why = "..."                                where the fact comes from

    [[force_new]]                              every settable top-level argument of these types, but for some
    types = [...]
    except = [...]

A change that names a type or path which the schema does not have is an error, so that a new version of a provider shows
what has to be reviewed; ``optional_since`` = "version" on a change lets older schemas pass without.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from terraformer.errors import BundleError
from terraformer.provider.compiler.writer import BundleContent
from terraformer.provider.schema import Attribute, Block, NestedBlock
from terraformer.provider.versions import parse_version

__all__ = ["apply_overrides", "overrides_file", "read_overrides"]

FOLDER = Path(__file__).parent / "overrides"
_ATTRIBUTE_FIELDS = {f.name for f in fields(Attribute)} - {"name", "nested"}
_BLOCK_FIELDS = {"nesting", "min_items", "max_items"}


def overrides_file(source: str) -> Path | None:
    path = FOLDER / f"{source.replace('/', '__')}.toml"
    return path if path.is_file() else None


def read_overrides(path: Path) -> dict[str, Any]:
    """Raises BundleError when the file is not of the form above."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise BundleError(f"{path}: {problem}") from None
    for change in data.get("change", []):
        missing = {"types", "set", "why"} - set(change)
        if missing:
            raise BundleError(f"{path}: a change of {change.get('types')} lacks {', '.join(sorted(missing))}")
    return data


def _set_member(block: Block, path: list[str], values: Mapping[str, Any], where: str) -> Block:
    name, rest = path[0], path[1:]
    if rest:
        nested = block.blocks.get(name)
        if nested is not None:
            inner = replace(nested, block=_set_member(nested.block, rest, values, where))
            return replace(block, blocks={**block.blocks, name: inner})
        attribute = block.attributes.get(name)
        if attribute is None or attribute.nested is None:
            raise BundleError(f"{where}: there is no block {name}")
        holder = _set_member(Block(attribute.nested.attributes), rest, values, where)
        changed = replace(attribute, nested=replace(attribute.nested, attributes=holder.attributes))
        return replace(block, attributes={**block.attributes, name: changed})
    if name in block.attributes:
        _known(values, _ATTRIBUTE_FIELDS, where)
        given: dict[str, Any] = {k: tuple(v) if k == "enum" else v for k, v in values.items()}
        return replace(block, attributes={**block.attributes, name: replace(block.attributes[name], **given)})
    if name in block.blocks:
        _known(values, _BLOCK_FIELDS, where)
        changed_block: NestedBlock = replace(block.blocks[name], **values)
        return replace(block, blocks={**block.blocks, name: changed_block})
    raise BundleError(f"{where}: there is no argument {name}")


def _known(values: Mapping[str, Any], allowed: set[str], where: str) -> None:
    unknown = set(values) - allowed
    if unknown:
        raise BundleError(f"{where}: cannot set {', '.join(sorted(unknown))}")


def apply_overrides(content: BundleContent, overrides: Mapping[str, Any], where: str) -> None:
    """Change the content in place. Raises BundleError on a change that fits nothing."""
    version = parse_version(content.version)
    for rule in overrides.get("force_new", []):
        for target in rule["types"]:
            kind, type_name = target.split(" ")
            schema = content.schemas.get((kind, type_name))
            if schema is None:
                raise BundleError(f"{where}: there is no {target}")
            attributes = {
                name: replace(a, force_new=name not in rule.get("except", [])) if a.optional or a.required else a
                for name, a in schema.block.attributes.items()
            }
            content.schemas[kind, type_name] = replace(schema, block=replace(schema.block, attributes=attributes))
    for change in overrides.get("change", []):
        for target in change["types"]:
            kind, type_name = target.split(" ")
            schema = content.schemas.get((kind, type_name))
            since = change.get("optional_since")
            if since is not None and version < parse_version(since):
                continue
            if schema is None:
                raise BundleError(f"{where}: there is no {target}")
            for path in change.get("paths") or [change.get("path", "")]:
                values = dict(change["set"])
                if path:
                    block = _set_member(schema.block, path.split("."), values, f"{where}: {target} {path}")
                    schema = replace(schema, block=block)
                    continue
                if "version" in values:
                    schema = replace(schema, version=values.pop("version"))
                if values:
                    schema = replace(schema, block=replace(schema.block, **values))
            content.schemas[kind, type_name] = schema
