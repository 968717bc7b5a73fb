"""Arguments that only the provider may set: refused in a configuration, as every provider refuses them.

Sources: terraform-plugin-sdk helper/schema (schemaMap.validate: "Value for unconfigurable attribute") and
terraform-plugin-framework internal/fwserver ("Invalid Configuration for Read-Only Attribute"); the wording is the
SDK's. Terraform itself does not check this. A null leaves the attribute to the provider; an unknown value does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraformer.provider.diagnostics import Diagnostic, Path
from terraformer.provider.schema import Attribute, Block

__all__ = ["items_of", "read_only_values"]

CODE = "read-only-attribute"
MAX_FOUND = 50


def read_only_values(block: Block, value: Mapping[str, Any]) -> list[Diagnostic]:
    """One error for every read-only attribute that a configuration sets, at any depth; at most fifty."""
    found: list[Diagnostic] = []
    for path, name in _walk(block, value, ()):
        found.append(
            Diagnostic(
                "error",
                "Value for unconfigurable attribute",
                f'Can\'t configure a value for "{name}": its value will be decided automatically based on the '
                "result of applying this configuration.",
                path,
                CODE,
            )
        )
        if len(found) == MAX_FOUND:
            break
    return found


def _walk(block: Block, value: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    yield from _attributes(block.attributes, value, path)
    for name, nested in block.blocks.items():
        for step, item in items_of(value.get(name), nested.nesting):
            yield from _walk(nested.block, item, (*path, name, *step))


def _attributes(
    attributes: Mapping[str, Attribute], value: Mapping[str, Any], path: Path
) -> Iterator[tuple[Path, str]]:
    for name, attribute in attributes.items():
        given = value.get(name)
        if given is None:
            continue
        if attribute.computed and not attribute.optional and not attribute.required:
            yield (*path, name), name
        elif attribute.nested is not None:
            for step, item in items_of(given, attribute.nested.nesting):
                yield from _attributes(attribute.nested.attributes, item, (*path, name, *step))


def items_of(value: Any, nesting: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The objects of a nested block or attribute, with the path step to each (none into a set)."""
    if nesting in ("single", "group"):
        if isinstance(value, dict):
            yield (), value
    elif nesting == "map":
        if isinstance(value, dict):
            yield from (((key,), item) for key, item in value.items() if isinstance(item, dict))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield ((index,) if nesting == "list" else ()), item
