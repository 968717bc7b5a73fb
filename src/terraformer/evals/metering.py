"""A model and a verifier that count what they cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from terraformer.models import Completion, Message, Model, SamplingSettings
from terraformer.types import Policy, TerraformConfig, VerificationReport

__all__ = ["Meter", "MeteredModel"]


@dataclass(slots=True)
class Meter:
    """Seconds in the model and in verification, completions and tokens of one sample. Thread-safe.

    ``asking_seconds`` is the time of the calls on the clock, waiting for one's turn included.
    """

    model_seconds: float = 0.0
    asking_seconds: float = 0.0
    verify_seconds: float = 0.0
    calls: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def completion(self, completion: Completion, elapsed: float) -> None:
        # A model that queues its callers says itself how long it worked.
        seconds = completion.seconds if completion.seconds > 0 else elapsed
        with self._lock:
            self.calls += 1
            self.model_seconds += seconds
            self.asking_seconds += elapsed
            self.prompt_tokens = _sum(self.prompt_tokens, completion.prompt_tokens)
            self.completion_tokens = _sum(self.completion_tokens, completion.completion_tokens)

    def verifying(self, verify: Callable[..., VerificationReport]) -> Callable[..., VerificationReport]:
        """The same verifier, counted."""

        def call(config: TerraformConfig, *, policies: Sequence[Policy] = ()) -> VerificationReport:
            started = time.monotonic()
            try:
                return verify(config, policies=policies)
            finally:
                with self._lock:
                    self.verify_seconds += time.monotonic() - started

        return call


def _sum(total: int | None, more: int | None) -> int | None:
    return total if more is None else more + (total or 0)


class MeteredModel:
    """A model whose completions are counted by a meter; everything else is the model's own."""

    def __init__(self, model: Model, meter: Meter) -> None:
        self._model, self._meter = model, meter
        self.name = model.name
        self.supports_grammar = model.supports_grammar

    def complete(
        self,
        messages: Sequence[Message],
        settings: SamplingSettings | None = None,
        *,
        grammar: str | None = None,
        on_token: Callable[[str], None] | None = None,
    ) -> Completion:
        started = time.monotonic()
        completion = self._model.complete(messages, settings, grammar=grammar, on_token=on_token)
        self._meter.completion(completion, time.monotonic() - started)
        return completion

    def close(self) -> None:
        """The model is the caller's to close."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)
