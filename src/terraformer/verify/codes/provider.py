"""Codes of what a provider checks beyond its schema; each validator's own code is listed where it is defined."""

from __future__ import annotations

from terraformer.types import Stage
from terraformer.verify.codes.model import CodeInfo

__all__ = ["PROVIDER_CODES"]

PROVIDER_CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "provider-check",
        "The provider refuses the value",
        Stage.COMPILE,
        "Beyond its schema, a provider checks values when it validates and plans: names, ranges, documents, and arguments that "
        "exclude or need each other.",
        "Follow the detail.",
        how="Appears for checks that have no code of their own.",
    ),
)
