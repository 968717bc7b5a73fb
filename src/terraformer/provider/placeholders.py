"""Made-up values of the right shape (first cut: primitives by type)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from terraformer.provider.context import ProviderContext
from terraformer.provider.schema import ResourceSchema

__all__ = ["fill", "value_for"]


def value_for(source: str, type: str, attribute: str, cty: Any, *, seed: str, ctx: ProviderContext) -> Any:
    """A deterministic value of the type for an attribute."""
    if cty == "string":
        digest = hashlib.sha256(f"{source}|{type}|{attribute}|{seed}|{ctx.region}".encode()).hexdigest()
        return f"{attribute.replace('_', '-')}-{digest[:8]}"
    return {"number": 0, "bool": False}.get(cty) if isinstance(cty, str) else None


def fill(
    source: str, schema: ResourceSchema, value: Mapping[str, Any], *, seed: str, ctx: ProviderContext
) -> tuple[dict[str, Any], dict[str, str]]:
    """The value with its computed nulls filled in, and why for each that was made up."""
    filled = dict(value)
    made_up: dict[str, str] = {}
    for name, attribute in schema.block.attributes.items():
        if attribute.computed and filled.get(name) is None and attribute.type is not None:
            filled[name] = value_for(source, schema.type, name, attribute.type, seed=seed, ctx=ctx)
            made_up[name] = "known only to the real provider"
    return filled, made_up
