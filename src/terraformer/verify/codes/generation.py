"""Codes of findings about an answer beside the one before it, made by the repair loop rather than by verification."""

from __future__ import annotations

from terraformer.types import Stage
from terraformer.verify.codes.model import CodeInfo

__all__ = ["GENERATION_CODES"]

GENERATION_CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "dropped-resource",
        "A repair deleted a resource instead of mending it",
        Stage.POLICY,
        "A repair made findings vanish by leaving out, renaming or switching off (count = 0) a resource that the "
        "configuration before it has and that is wanted: in `generate` because the prompt asks for it, in `repair` "
        "because it was there. Such an attempt is never taken as better than the one that it was to mend.",
        "Write the resource again, under its address, and mend the cause of the finding. A resource that moves to "
        "another address needs a moved block.",
        how="It takes two configurations, the one before a repair and the one after it, so it comes up only in "
        "`generate` and `repair`.",
    ),
)
