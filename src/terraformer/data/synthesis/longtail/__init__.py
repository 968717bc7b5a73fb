"""Blueprints derived from provider schemas, for the types that no written blueprint is about."""

from __future__ import annotations

import json
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from terraformer.data.synthesis.longtail.building import Unfillable, build
from terraformer.data.synthesis.longtail.words import service_of
from terraformer.data.synthesis.registry import Blueprint
from terraformer.data.synthesis.scenario import Scene

__all__ = ["TYPES", "Unfillable", "blueprint_of", "blueprints", "left_out", "written"]

TYPES = Path(__file__).parent / "types.json"
"""By provider: the types that written blueprints were about, those that are covered ("full", or "plain" where optional arguments do not combine), and those left
out with the reason. Written by ``benchmarks/longtail.py --write``."""

_WEIGHTS = {"hashicorp/aws": 1.0, "hashicorp/google": 0.6, "hashicorp/azurerm": 0.6, "hashicorp/kubernetes": 0.6}


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = json.loads(TYPES.read_text("utf-8"))
    return loaded


def blueprint_of(source: str, type: str, *, plain: bool = False) -> Blueprint:
    """The blueprint of one type, named "longtail.TYPE". Its ``build`` raises Unfillable where it cannot be filled."""
    return Blueprint(
        f"longtail.{type}",
        (service_of(type) or type.split("_")[1],),
        partial(_build, source, type, plain),
        _WEIGHTS[source],
    )


def _build(source: str, type: str, plain: bool, s: Scene) -> None:
    build(s, source, type, plain=plain)


def blueprints() -> dict[str, Blueprint]:
    """By name, sorted."""
    found = [
        blueprint_of(source, type, plain=how == "plain")
        for source, table in _table().items()
        for type, how in table["covered"].items()
    ]
    return {b.name: b for b in sorted(found, key=lambda b: b.name)}


def left_out() -> dict[str, str]:
    """The types that are not covered, each with a reason."""
    return {type: why for table in _table().values() for type, why in table["left_out"].items()}


def written() -> frozenset[str]:
    """The types that written blueprints were about when the table was made."""
    return frozenset(type for table in _table().values() for type in table["written"])
