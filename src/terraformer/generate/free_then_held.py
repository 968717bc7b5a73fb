"""The strategy for models that were trained here: write freely as long as that goes well, then under the grammar.

What such a model writes freely fits requests like those that it has learnt, with more detail than a grammar compiled
from the request knows of; of others it may leave out half, or make up types. So a free answer counts only if it
verifies and holds what the request names. Otherwise it is drawn anew, and at last the grammar decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from terraformer.errors import UsageError
from terraformer.generate.compact import LONGEST
from terraformer.generate.requests import Request, Strategy, redrawn
from terraformer.generate.settings import GenerateSettings
from terraformer.hcl import Extraction, scan
from terraformer.types import Attempt

if TYPE_CHECKING:
    from terraformer.generate.grammar.facts import PromptFacts

__all__ = ["Demands", "FreeThenHeld"]

DRAWS: Final = 2
"""Free answers before the grammar, the first one among them."""


class FreeThenHeld:
    """A Strategy (generate/requests.py). ``held`` is made when it is needed: after ``DRAWS`` free answers, or at once
    where only one attempt is allowed (``rounds`` 0) and ``least`` is not 1, or the request is too long. Raises
    UsageError where that cannot be made at once."""

    def __init__(
        self,
        free: Strategy,
        held: Callable[[], Strategy],
        settings: GenerateSettings,
        check: Callable[[Extraction], Extraction] | None = None,
        *,
        least: int = 0,
    ) -> None:
        self._free, self._make, self._settings, self._check = free, held, settings, check
        told = sum(len(m["content"]) for m in free.first().messages)
        self._draws = min(DRAWS, max(least, settings.rounds)) if told <= LONGEST else 0
        self._held: Strategy | None = None
        self._start = 0

    @property
    def undecided(self) -> bool:
        """Whether the grammar has not been asked yet."""
        return self._held is None

    def first(self) -> Request:
        if not self._draws:
            self._held = self._make()
            return self._held.first()
        return self._drawn(0)

    def repair(self, attempts: Sequence[Attempt], best: int | None) -> Request | None:
        if self._held is not None:
            place = best - self._start if best is not None and best >= self._start else None
            return self._held.repair(attempts[self._start :], place)
        if len(attempts) < self._draws:
            return self._drawn(len(attempts))
        try:
            self._held, self._start = self._make(), len(attempts)
        except UsageError:  # nothing that a grammar could offer: the free answers were all there is
            return None
        return self._held.first()

    def _drawn(self, number: int) -> Request:
        request = self._free.first()
        read, check = request.read, self._check
        if check is not None:
            request = replace(request, read=lambda reply: check(read(reply)))
        return replace(request, sampling=redrawn(request.sampling, number)) if number else request


class Demands:
    """What a request names as it is to stand in the answer: found when it is asked for, and once."""

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt

    @cached_property
    def _facts(self) -> PromptFacts:
        from terraformer.generate.grammar.facts import PromptFacts

        return PromptFacts(self._prompt)

    @cached_property
    def _kinds(self) -> frozenset[str]:
        from terraformer.generate.grammar.select import select_types
        from terraformer.generate.grammar.strategy import schemas

        return frozenset(c.key for c in select_types(self._facts, schemas()) if c.asked)

    @property
    def values(self) -> tuple[str, ...]:
        """The values that it gives. A request that gives none says in a few words what the grammar's vocabulary knows
        well, and nothing tells a free answer to it that is right from one that is not."""
        return self._facts.literals

    def check(self, found: Extraction) -> Extraction:
        """Each kind of resource that the request names, by the words that the grammar knows, must be in an answer, and
        each value. What is missing becomes the extraction's problem."""
        if found.problem or not found.files:
            return found
        used = scan(found.files).types_in_use()
        there = used.resources | {f"data.{name}" for name in used.data}
        text = b"\n".join(found.files.values()).decode("utf-8", "replace").lower()
        missing = sorted(self._kinds - there) or [f'"{v}"' for v in self.values if not _stands(v.lower(), text)]
        if not missing:
            return found
        return replace(found, problem=f"the answer has no {', '.join(missing)}, which the request names")


def _stands(value: str, text: str) -> bool:
    return value in text or value.replace("-", "_") in text  # names of blocks are written so
