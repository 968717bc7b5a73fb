"""Reviewed values of the long tail: where a type wants a combination that its schema does not tell.

``GIVEN[type]`` maps names to a value, a tuple of values to choose from, a dict (a block) or a list of them, a function of
the scene, or "@" (filled like a required argument). ``AVOID[type]`` are optional paths that are left alone.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["AVOID", "GIVEN"]

GIVEN: Final[dict[str, dict[str, Any]]] = {}

AVOID: Final[dict[str, frozenset[str]]] = {}
