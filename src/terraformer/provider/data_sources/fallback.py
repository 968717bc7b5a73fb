"""Made-up primitive values: the plan's own placeholders where they know the attribute, a plain shape otherwise."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from terraformer.provider.data_sources.reading import Reading, hex_of
from terraformer.provider.values import Unknown

__all__ = ["placeholder"]


@cache
def _value_for() -> Callable[..., Any] | None:
    name = "terraformer.provider.placeholders"
    if importlib.util.find_spec(name) is None:
        return None
    found: Callable[..., Any] = importlib.import_module(name).value_for
    return found


def placeholder(reading: Reading, name: str, cty: str, path: str) -> Any:
    """A primitive of type ``cty`` for the attribute ``name``; equal for equal (data source, configuration, path)."""
    seed = f"{reading.seed}|{path}"
    value_for = _value_for()
    if value_for is not None:
        value = value_for(reading.source, reading.type, name, cty, seed=seed, ctx=reading.ctx)
        if value is not None and not isinstance(value, Unknown):
            return value
    if cty == "bool":
        return False
    if cty == "number":
        return 0
    if cty == "dynamic":
        return None
    return _text(reading, name, seed)


def _text(reading: Reading, name: str, seed: str) -> str:
    if name == "arn" or name.endswith("_arn"):
        service = reading.type.split("_")[1] if reading.type.count("_") else "service"
        return reading.arn(service, f"{service}/{hex_of(seed, 8)}")
    if re.search(r"cidr", name):
        return "10.0.0.0/16"
    if name.endswith(("_ip", "_ip_address")) or name == "ip":
        return "10.0.0.10"
    if name.endswith(("_date", "_time", "_at")):
        return "2024-01-01T00:00:00Z"
    if name.endswith(("account_id", "owner_id")) or name == "owner":
        return reading.ctx.account_id
    if name.endswith(("policy", "_json", "document")):
        return "{}"
    return f"{name.replace('_', '-')}-{hex_of(seed, 8)}"
