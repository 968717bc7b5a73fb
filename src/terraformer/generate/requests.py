"""One call of a model, and who plans the calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from terraformer.hcl import Extraction, extract
from terraformer.models.base import Message, SamplingSettings
from terraformer.types import Attempt

__all__ = ["Request", "Strategy"]


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
