"""The strategy for models that were trained on the short form of dialogue (``compact``): ``model.dialogue`` says so.

First answers are whole configurations, or edits where there is a configuration before; repairs are edits of the best
attempt, asked for with its findings, as in training. What is too long to be shown again is drawn anew instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from terraformer.errors import UsageError
from terraformer.generate.compact import LONGEST, compact_messages
from terraformer.generate.copying import copying_grammar
from terraformer.generate.requests import Request, redrawn
from terraformer.generate.settings import GenerateSettings
from terraformer.hcl import Extraction, apply_edits, parse_edits
from terraformer.models.base import Model
from terraformer.types import Attempt, Certificate, TerraformConfig

__all__ = ["CompactStrategy", "is_compact", "may_copy"]


def is_compact(model: Model | None) -> bool:
    """Whether the model was trained on the short form."""
    return getattr(model, "dialogue", "") == "compact"


def may_copy(model: Model, settings: GenerateSettings) -> bool:
    """Whether edits are held to what can be applied: where the model obeys a grammar and may be held to one."""
    return model.supports_grammar and settings.strategy != "chat"


class CompactStrategy:
    """A Strategy (generate/requests.py). ``before`` is the configuration that the request is about, if any. Where an
    attempt could not be read or was no better, the next one is drawn instead of the likeliest. ``copying`` holds edits
    to what can be applied (generate/copying.py)."""

    def __init__(
        self,
        prompt: str,
        settings: GenerateSettings,
        before: TerraformConfig | None = None,
        *,
        copying: bool = False,
    ) -> None:
        self._prompt, self._settings, self._before, self._copying = prompt, settings, before, copying

    def first(self) -> Request:
        if self._before is None:
            return Request(compact_messages(self._prompt), self._settings.sampling)
        if not self._prompt.strip():
            raise UsageError("there is nothing to ask for")
        return self._edits(self._before, (), 0)

    def repair(self, attempts: Sequence[Attempt], best: int | None) -> Request | None:
        last = attempts[-1]
        number = last.round + 1
        kept = attempts[best] if best is not None else last
        errors = kept.report.errors if kept.report is not None else ()
        if kept.config is not None and not errors:
            return None
        if kept.config is not None:
            request = self._edits(kept.config, errors, number if last is not kept else 0)
            if sum(len(m["content"]) for m in request.messages) <= LONGEST:
                return request
        return replace(self.first(), sampling=redrawn(self._settings.sampling, number))

    def _edits(self, base: TerraformConfig, errors: Sequence[Certificate], number: int) -> Request:
        messages = compact_messages(self._prompt, base, errors)
        sampling = redrawn(self._settings.sampling, number) if number else self._settings.sampling
        grammar = copying_grammar(base) if self._copying else None
        # Its tokens reach over the ends of lines: of 100 changes it met 13 this way, and 1 where these were told.
        sampling = replace(sampling, tell_forced=False)
        return Request(messages, sampling, grammar, _reader(base), needs_all=False)


def _reader(base: TerraformConfig) -> Callable[[str], Extraction]:
    def read(reply: str) -> Extraction:
        found = parse_edits(reply, known=tuple(base.files))
        if found.problem:
            return Extraction(problem=found.problem, truncated=found.truncated)
        done = apply_edits(base, found.edits)
        if done.config is None:
            return Extraction(problem=done.problem, truncated=found.truncated)
        return Extraction(done.config.files, "", found.truncated)

    return read
