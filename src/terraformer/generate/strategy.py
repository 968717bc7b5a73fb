"""How a round is put to a model: freely, as a conversation, or under a grammar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from terraformer.generate.prompts import first_messages, repair_messages
from terraformer.generate.settings import GenerateSettings
from terraformer.hcl import Extraction, extract
from terraformer.models.base import Message, SamplingSettings
from terraformer.types import Attempt

__all__ = ["ChatStrategy", "Request", "Strategy"]


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a model, and how to take the configuration out of its reply."""

    messages: tuple[Message, ...]
    sampling: SamplingSettings
    grammar: str | None = None
    read: Callable[[str], Extraction] = extract


class Strategy(Protocol):
    """Plans the calls of one task. ``repair`` returns None when it knows nothing else to try."""

    def first(self) -> Request: ...

    def repair(self, attempts: Sequence[Attempt], best: int | None) -> Request | None: ...


class ChatStrategy:
    """For models that know Terraform: system prompt, request, and in later rounds the findings."""

    def __init__(self, prompt: str, settings: GenerateSettings) -> None:
        self._prompt, self._settings = prompt, settings

    def first(self) -> Request:
        return Request(first_messages(self._prompt), self._settings.sampling)

    def repair(self, attempts: Sequence[Attempt], best: int | None) -> Request | None:
        messages = repair_messages(self._prompt, attempts, best, budget=self._settings.prompt_chars)
        return Request(messages, self._settings.sampling)
