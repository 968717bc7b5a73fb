"""Configurations for validators' tests: objects of a type's schema with some arguments set."""

from __future__ import annotations

from typing import Any

from terraformer.provider import bundle, validators
from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Diagnostic
from terraformer.provider.schema import UNSET, Block
from terraformer.provider.values import UNKNOWN

SOURCE = "hashicorp/aws"
CONTEXT = ProviderContext(SOURCE, "6.0.0")


def empty(block: Block, **given: Any) -> dict[str, Any]:
    """A value of the block with these arguments; nested blocks are given as lists of dicts and completed."""
    out: dict[str, Any] = {name: given.get(name) for name in block.attributes}
    for name, nested in block.blocks.items():
        found = given.get(name)
        if isinstance(found, list):
            out[name] = [empty(nested.block, **item) if isinstance(item, dict) else item for item in found]
        elif found is not None:
            out[name] = found
        else:
            out[name] = [] if nested.nesting in ("list", "set") else {} if nested.nesting == "map" else None
    return out


def validate(type_name: str, kind: str = "resource", **given: Any) -> list[Diagnostic]:
    installed = bundle.latest(SOURCE)
    schema = installed.resource(type_name) if kind == "resource" else installed.data_source(type_name)
    return validators.validate_resource(SOURCE, kind, type_name, empty(schema.block, **given), schema, CONTEXT)


def messages(type_name: str, **given: Any) -> list[str]:
    return [f"{d.summary} {d.detail}".strip() for d in validate(type_name, **given)]


def plan(type_name: str, **given: Any) -> list[str]:
    """Complaints when this is planned to be created: defaults filled in, what is computed and unset unknown."""
    schema = bundle.latest(SOURCE).resource(type_name)
    value = empty(schema.block, **given)
    planned = dict(value)
    for name, attribute in schema.block.attributes.items():
        if planned[name] is None and attribute.default is not UNSET:
            planned[name] = attribute.default
        elif planned[name] is None and attribute.computed:
            planned[name] = UNKNOWN
    found = validators.check_plan(SOURCE, type_name, None, value, planned, CONTEXT)
    return [f"{d.summary} {d.detail}".strip() for d in found]
