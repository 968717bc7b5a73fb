"""Schema grounding: compact, exact excerpts of the provider schemas for a chat model's prompt.

    text = ground("a queue with a dead letter queue", budget=16_000)

What is in the excerpts is what verification checks against: same bundles, same validators.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from terraformer.errors import BundleError
from terraformer.generate.grounding.choose import Candidate, candidates, named_types
from terraformer.generate.grounding.render import LEGEND, LEVELS, excerpt
from terraformer.provider import bundle

__all__ = ["Grounding", "ground", "named_types"]

_HEAD: Final = "Exact arguments of the types that may be needed (provider schemas of today; not all have to be used).\n"
_LEAST: Final = 200
"""Characters; below this much room nothing is worth saying."""


@dataclass(frozen=True, slots=True)
class Grounding:
    """``text`` for the prompt ("" when there is nothing to say); ``types`` lists what it covers ("data.x" for data)."""

    text: str
    types: tuple[str, ...] = ()


def ground(request: str, *, budget: int, first: Sequence[tuple[str, str, str]] = ()) -> Grounding:
    """Excerpts for a request in at most ``budget`` characters; ``first`` (source, kind, type) come before all others.

    The more important types are told in full, later ones shorter: each may use a share of the room that is left, so
    that one large type does not push out ten small ones. Deterministic.
    """
    room = budget - len(_HEAD) - len(LEGEND) - 4
    if room < _LEAST:
        return Grounding("")
    chosen = candidates(request, first)
    # Everything is first told as shortly as can be, as far as there is room; then, by importance, in more detail.
    texts: dict[Candidate, str] = {}
    for candidate in chosen:
        text = _excerpt(candidate, LEVELS - 1)
        if text and len(text) + 2 <= room:
            texts[candidate] = text
            room -= len(text) + 2
    for share, whys in ((0.34, ("named", "asked")), (0.2, ("named", "asked", "needed", "companion", "search"))):
        for candidate, short in texts.items():
            if candidate.why not in whys:
                continue
            for level in range(2 if candidate.why == "search" else 0, LEVELS - 1):
                text = _excerpt(candidate, level)
                extra = len(text) - len(short)
                if extra <= room and len(text) <= max(len(short), share * budget):
                    if extra > 0:
                        texts[candidate] = text
                        room -= extra
                    break
    if not texts:
        return Grounding("")
    ordered = sorted(texts, key=lambda c: chosen.index(c))
    body = "\n\n".join(texts[c] for c in ordered)
    names = tuple(f"data.{c.type}" if c.kind == "data" else c.type for c in ordered)
    return Grounding(f"{_HEAD}{LEGEND}.\n\n{body}", names)


def _excerpt(candidate: Candidate, level: int) -> str:
    try:
        return excerpt(bundle.latest(candidate.source), candidate.kind, candidate.type, level)
    except (BundleError, KeyError):
        return ""
