from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Diagnostic


def check(source: str, type: str, prior: Mapping[str, Any] | None, value: Mapping[str, Any], planned: Mapping[str, Any], ctx: ProviderContext) -> list[Diagnostic]:
    return []
