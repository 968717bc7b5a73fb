"""How a round is put to a model: freely, as a conversation, or under a grammar."""

from __future__ import annotations

from collections.abc import Sequence

from terraformer.generate.examples import render_examples
from terraformer.generate.grounding import Grounding, ground, named_types
from terraformer.generate.prompts import first_messages, repair_messages, system_text
from terraformer.generate.requests import Request, Strategy
from terraformer.generate.settings import GenerateSettings
from terraformer.types import Attempt

__all__ = ["ChatStrategy", "Request", "Strategy", "types_of_findings"]

TypeKey = tuple[str, str, str]
"""Provider source, kind ("resource" or "data") and type."""


class ChatStrategy:
    """For models that know Terraform: system prompt with schema excerpts and examples, request, in later rounds the
    findings. The excerpts of a repair begin with the types that the findings are about."""

    def __init__(self, prompt: str, settings: GenerateSettings) -> None:
        self._prompt, self._settings = prompt, settings

    def first(self) -> Request:
        head = first_messages(self._prompt, context=self._context(), files=self._settings.files)
        return Request(head, self._settings.sampling)

    def repair(self, attempts: Sequence[Attempt], best: int | None) -> Request | None:
        context = self._context(types_of_findings(attempts, best), examples=False)
        head = first_messages(self._prompt, context=context, files=self._settings.files)
        messages = repair_messages(self._prompt, attempts, best, budget=self._settings.prompt_chars, head=head)
        return Request(messages, self._settings.sampling)

    def _context(self, types: Sequence[TypeKey] = (), *, examples: bool = True) -> list[str]:
        """Schema excerpts and examples, in at most half of the prompt's room."""
        settings = self._settings
        room = (settings.prompt_chars - len(system_text(settings.files))) // 2
        parts = []
        grounding = Grounding("")
        if settings.schema_chars:
            grounding = ground(self._prompt, budget=min(settings.schema_chars, room), first=types)
            parts.append(grounding.text)
            room -= len(grounding.text)
        if settings.examples and examples:
            parts.append(render_examples(self._prompt, settings.examples, budget=room, types=grounding.types))
        return parts


def types_of_findings(attempts: Sequence[Attempt], best: int | None) -> list[TypeKey]:
    """(source, kind, type) of what the findings of the best and of the last attempt are about, in their order."""
    chosen = [attempts[best]] if best is not None else []
    if not chosen or attempts[-1] is not chosen[0]:
        chosen.append(attempts[-1])
    words = []
    for attempt in chosen:
        for error in attempt.report.errors if attempt.report is not None else ():
            words += [error.address or "", error.summary, error.detail]
    return named_types(" ".join(words))
