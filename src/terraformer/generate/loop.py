"""The main loop: ask, take the configuration out of the reply, verify, and repair with the findings.

Strict keep-best: what is kept is only ever replaced by something strictly better (``ranking.score``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from terraformer.errors import ModelError, UsageError
from terraformer.generate.ranking import findings_key, is_better
from terraformer.generate.settings import GenerateSettings
from terraformer.generate.strategy import ChatStrategy, Request, Strategy
from terraformer.generate.tracing import TraceWriter
from terraformer.models.base import Completion, Model
from terraformer.types import Attempt, Policy, Task, TerraformConfig, Trace, VerificationReport

__all__ = ["Event", "Verifier", "generate"]

MAX_PROMPT = 100_000
"""Characters; a longer request is refused rather than cut."""


class Verifier(Protocol):
    """Verifies a configuration: ``terraformer.verify.verify``, a pool's method, or a test's."""

    def __call__(self, config: TerraformConfig, *, policies: Sequence[Policy] = ()) -> VerificationReport: ...


@dataclass(frozen=True, slots=True)
class Event:
    """What the loop is doing, for a progress display.

    ``kind``: "asking" (a round begins), "token" (``text`` is a piece of the reply), "verifying", "attempt" (``attempt``
    is complete), "stopped" (``text`` says why).
    """

    kind: str
    round: int
    text: str = ""
    attempt: Attempt | None = None


def generate(
    prompt: str,
    *,
    model: Model,
    policies: Sequence[Policy] = (),
    settings: GenerateSettings | None = None,
    verifier: Verifier | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Trace:
    """Generate a configuration for the prompt, verify it and repair it in at most ``settings.rounds`` rounds.

    ``Trace.stopped`` is "clean" (no finding left), "rounds" (all used), "repeated" (the same configuration or the same
    findings came twice), "exhausted" (the strategy had nothing else to try), "tool-error" (verification failed by our
    own fault, twice, with no finding that could be repaired), "model-error: ..." (the model failed in a repair) or
    "interrupted" (KeyboardInterrupt: what was reached so far is returned, and on disk already).

    The policies judge the answer; their text is not shown to the model, only what they find.

    Raises UsageError for an empty or huge prompt, ModelError when the model fails in the first round.
    """
    settings = settings or GenerateSettings()
    if not prompt.strip():
        raise UsageError("the prompt is empty: say what infrastructure is wanted")
    if len(prompt) > MAX_PROMPT:
        raise UsageError(f"the prompt has {len(prompt)} characters, more than {MAX_PROMPT}")
    task = Task(prompt, tuple(policies))
    run = _Run(task, model, settings, verifier or _default_verifier(settings), on_event or _ignore)
    try:
        return run.run()
    finally:
        run.trace_writer.close()


def _ignore(_event: Event) -> None:
    pass


def _default_verifier(settings: GenerateSettings) -> Verifier:
    def call(config: TerraformConfig, *, policies: Sequence[Policy] = ()) -> VerificationReport:
        from terraformer.verify import verify

        return verify(config, policies=policies, settings=settings.verify)

    return call


def _strategy(task: Task, model: Model, settings: GenerateSettings) -> Strategy:
    if settings.strategy == "chat" or (settings.strategy == "auto" and not model.supports_grammar):
        return ChatStrategy(task.prompt, settings)
    if not model.supports_grammar:
        raise UsageError(f"the model {model.name} obeys no grammar: choose the strategy chat or auto")
    from terraformer.generate.grammar.strategy import GrammarStrategy

    return GrammarStrategy(task.prompt, settings)


class _Run:
    def __init__(
        self,
        task: Task,
        model: Model,
        settings: GenerateSettings,
        verifier: Verifier,
        on_event: Callable[[Event], None],
    ) -> None:
        self.task, self.model, self.settings = task, model, settings
        self.verifier, self.on_event = verifier, on_event
        self.strategy = _strategy(task, model, settings)
        self.attempts: list[Attempt] = []
        self.best: int | None = None
        self.trace_writer = TraceWriter(settings.trace_file, task, model.name)

    def run(self) -> Trace:
        try:
            stopped = self._rounds()
        except KeyboardInterrupt:
            stopped = "interrupted"
        trace = Trace(self.task, self.model.name, tuple(self.attempts), self.best, stopped)
        self.trace_writer.end(trace)
        self.on_event(Event("stopped", len(self.attempts), stopped))
        return trace

    def _rounds(self) -> str:
        request: Request | None = self.strategy.first()
        for number in range(self.settings.rounds + 1):
            if number:
                request = self.strategy.repair(self.attempts, self.best)
            if request is None:
                return "exhausted"
            try:
                attempt = self._attempt(number, request)
            except ModelError as error:
                if not self.attempts:
                    raise
                return f"model-error: {error}"
            before = list(self.attempts)
            self.attempts.append(attempt)
            if attempt.config is not None and (self.best is None or is_better(attempt, self.attempts[self.best])):
                self.best = number
            self.trace_writer.attempt(attempt)
            self.on_event(Event("attempt", number, attempt=attempt))
            if (reason := self._stop(attempt, before)) is not None:
                return reason
        return "rounds"

    def _attempt(self, number: int, request: Request) -> Attempt:
        started = time.monotonic()
        self.on_event(Event("asking", number))
        completion: Completion = self.model.complete(
            request.messages,
            request.sampling,
            grammar=request.grammar,
            on_token=lambda text: self.on_event(Event("token", number, text)),
        )
        extraction = request.read(completion.text)
        config: TerraformConfig | None = None
        problem = extraction.problem
        if extraction.files:
            try:
                config = TerraformConfig(extraction.files)
            except ValueError as error:
                problem = f"a file of the answer has an unusable name: {error}"
        if config is None and completion.finish_reason == "length":
            problem = f"{problem} (the answer was cut off at its length limit)".strip()
        report = None
        if config is not None:
            self.on_event(Event("verifying", number))
            report = self._verify(config)
        return Attempt(
            round=number,
            messages=tuple(dict(m) for m in request.messages),
            reply=completion.text,
            config=config,
            report=report,
            problem=problem,
            seconds=round(time.monotonic() - started, 3),
            prompt_tokens=completion.prompt_tokens,
            completion_tokens=completion.completion_tokens,
        )

    def _verify(self, config: TerraformConfig) -> VerificationReport:
        report = self.verifier(config, policies=self.task.policies)
        if report.tool_errors:  # they may pass: a worker that died, a full disk
            report = self.verifier(config, policies=self.task.policies)
        return report

    def _stop(self, attempt: Attempt, before: Sequence[Attempt]) -> str | None:
        report = attempt.report
        if report is not None:
            if report.passed:
                return "clean"
            if report.tool_errors and not report.errors:
                return "tool-error"
        if attempt.config is not None and any(b.config == attempt.config for b in before):
            return "repeated"
        if report is not None and report.errors:
            key = findings_key(report)
            if any(b.report is not None and findings_key(b.report) == key for b in before):
                return "repeated"
        elif attempt.config is None and any(b.config is None and b.reply == attempt.reply for b in before):
            return "repeated"
        return None
