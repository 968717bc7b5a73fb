"""The Model protocol: all that the loop needs of a language model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

__all__ = ["Completion", "Message", "Model", "SamplingSettings"]

Message = Mapping[str, str]
"""{"role": "system" | "user" | "assistant", "content": text}, as in the chat APIs."""


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """``max_tokens`` bounds the reply; ``seed`` makes it repeatable where the model can; ``timeout`` is in seconds.
    ``tell_forced``: a model that is run here may be told what a grammar forces, instead of writing it. That saves most
    of the time under a tight grammar; one that was trained on such texts, in tokens that reach over the ends of what is
    forced, does better without."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 4096
    seed: int | None = None
    timeout: float = 120.0
    tell_forced: bool = True


@dataclass(frozen=True, slots=True)
class Completion:
    """``finish_reason`` is "stop", "length" or "error"; token counts are None where the model does not tell them."""

    text: str
    finish_reason: str = "stop"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float = 0.0


@runtime_checkable
class Model(Protocol):
    """A language model. ``supports_grammar`` tells whether ``grammar`` (GBNF) is obeyed.

    Raises ModelError when no reply could be had (after the model's own retries).
    """

    name: str
    supports_grammar: bool

    def complete(
        self,
        messages: Sequence[Message],
        settings: SamplingSettings | None = None,
        *,
        grammar: str | None = None,
        on_token: Callable[[str], None] | None = None,
    ) -> Completion: ...

    def close(self) -> None: ...
