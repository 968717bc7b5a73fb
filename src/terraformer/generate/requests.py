"""One call of a model, and who plans the calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from terraformer.hcl import Extraction, extract
from terraformer.models.base import Message, SamplingSettings
from terraformer.types import Attempt

__all__ = ["Request", "Strategy", "redrawn"]

_TEMPERATURE: Final = 0.8


def redrawn(sampling: SamplingSettings, number: int) -> SamplingSettings:
    """The sampling of the ``number``-th try at one request: the first (0) as asked for, the likeliest where that is
    what was asked; later ones drawn, each with a seed of its own."""
    temperature = max(sampling.temperature, _TEMPERATURE) if number else sampling.temperature
    return replace(sampling, temperature=temperature, seed=(sampling.seed or 0) + number)


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a model, and how to take the configuration out of its reply.

    ``needs_all``: a reply that was cut off at its length limit is no answer, even where verification finds nothing
    wrong with what is there.
    """

    messages: tuple[Message, ...]
    sampling: SamplingSettings
    grammar: str | None = None
    read: Callable[[str], Extraction] = extract
    needs_all: bool = True


class Strategy(Protocol):
    """Plans the calls of one task. ``repair`` returns None when it knows nothing else to try. One that has another way
    still to try may say so by a true attribute ``undecided``: the loop then goes on where an answer repeats itself."""

    def first(self) -> Request: ...

    def repair(self, attempts: Sequence[Attempt], best: int | None) -> Request | None: ...
