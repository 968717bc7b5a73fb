"""What arguments of other clouds refer to."""

from __future__ import annotations

__all__ = ["cloud_target"]


def cloud_target(type: str, leaf: str) -> tuple[str, str] | None:
    """(type, attribute), None for a value of its own."""
    del type, leaf
    return None
