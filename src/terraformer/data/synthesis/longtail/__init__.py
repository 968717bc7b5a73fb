"""Blueprints derived from provider schemas, for the types that no written blueprint is about."""

from __future__ import annotations

from terraformer.data.synthesis.registry import Blueprint

__all__ = ["blueprints"]


def blueprints() -> dict[str, Blueprint]:
    """By name, sorted."""
    return {}
