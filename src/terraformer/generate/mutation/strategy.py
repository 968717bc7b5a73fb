"""How a chat model is asked for edits, round after round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from terraformer.generate.grounding import ground
from terraformer.generate.mutation.context import Context, mentioned_addresses, select_context
from terraformer.generate.mutation.prompts import SYSTEM, first_message, repair_message, unusable_message
from terraformer.generate.mutation.result import unified_diff
from terraformer.generate.mutation.settings import MutateSettings
from terraformer.generate.prompts import render_certificates
from terraformer.generate.ranking import deceptive
from terraformer.generate.strategy import Request
from terraformer.hcl import Extraction, apply_edits, parse_edits
from terraformer.models.base import Message
from terraformer.types import Attempt, TerraformConfig

__all__ = ["EditStrategy", "reader"]

UNTOUCHED: Final = "nothing-changed"


def reader(base: TerraformConfig, context: Context) -> Callable[[str], Extraction]:
    """Reads a reply as edits of ``base``; only shown lines can be edited."""

    def read(reply: str) -> Extraction:
        found = parse_edits(reply, known=tuple(base.files))
        if found.problem:
            return Extraction(problem=found.problem, truncated=found.truncated)
        done = apply_edits(base, found.edits, shown=context.shown)
        if done.config is None:
            return Extraction(problem=done.problem, truncated=found.truncated)
        return Extraction(done.config.files, "", found.truncated)

    return read


class EditStrategy:
    """A Strategy (generate/strategy.py): first the request, then repairs.

    A repair builds on the best attempt. Where that took away what it must not, or did nothing, the change starts again
    from the configuration before. An answer that could not be applied is shown again with what was wrong.
    """

    def __init__(self, before: TerraformConfig, request: str, settings: MutateSettings) -> None:
        self._before, self._request, self._settings = before, request, settings
        room = settings.prompt_chars - len(SYSTEM) - len(request) - 1_000
        schemas = ""
        if settings.schema_chars:
            schemas = ground(request, budget=min(settings.schema_chars, max(0, room // 3))).text
        self._room = max(2_000, room - len(schemas))
        self._context = select_context(before, request, self._room)
        self._first = first_message(request, self._context, schemas)

    def first(self) -> Request:
        return self._ask(self._first, self._before, self._context)

    def repair(self, attempts: Sequence[Attempt], best: int | None) -> Request | None:
        last = attempts[-1]
        if last.config is None:
            return self._once_more(last, last.problem)
        kept = attempts[best] if best is not None else last
        report = kept.report
        if kept.config is None or report is None or deceptive(report) or self._idle(kept):
            errors = last.report.errors if last.report is not None else ()
            return self._once_more(last, render_certificates(errors, last.config, self._room // 6))
        findings = render_certificates(report.errors, kept.config, self._room // 6)
        if last is not kept and last.report is not None and last.report.errors:
            worse = render_certificates(last.report.errors, last.config, self._room // 10)
            findings += f"\n\nYour last repair of it was not better; avoid what it ran into:\n\n{worse}"
        diff = unified_diff(self._before, kept.config)
        diff = diff if len(diff) <= self._room // 4 else diff[: self._room // 4] + "\n(cut for length)"
        extra = mentioned_addresses([findings, diff])
        room = max(2_000, self._room - len(findings) - len(diff))
        context = select_context(kept.config, self._request, room, extra=extra)
        messages = repair_message(self._request, context, diff.rstrip("\n").replace("```", "'''"), findings)
        return self._ask(messages, kept.config, context)

    def _once_more(self, last: Attempt, problem: str) -> Request:
        """The same request from the start, with the answer that was refused."""
        reply = last.reply if len(last.reply) <= self._room // 3 else last.reply[: self._room // 3] + "\n(cut)"
        if self._context.whole:
            return self._ask(unusable_message(self._request, self._first, reply, problem), self._before, self._context)
        context = select_context(
            self._before, self._request, self._room, extra=mentioned_addresses([last.reply, problem])
        )
        messages = unusable_message(self._request, self._first[:1], reply, problem, context)
        return self._ask(messages, self._before, context)

    def _idle(self, attempt: Attempt) -> bool:
        return attempt.report is not None and any(c.code == UNTOUCHED for c in attempt.report.errors)

    def _ask(self, messages: tuple[Message, ...], base: TerraformConfig, context: Context) -> Request:
        return Request(messages, self._settings.sampling, None, reader(base, context))
