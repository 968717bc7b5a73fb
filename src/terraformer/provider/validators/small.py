"""Whole-resource checks at validation time that facts cannot say, and those of small providers.

Keys are (source, kind, type); a check gets the decoded configuration and the provider context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Diagnostic

__all__ = ["CHECKS"]

CHECKS: Final[dict[tuple[str, str, str], Callable[[Mapping[str, Any], ProviderContext], list[Diagnostic]]]] = {}
