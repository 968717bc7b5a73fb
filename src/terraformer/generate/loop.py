"""The main loop: ask, take the configuration out of the reply, verify, and repair with the findings.

The algorithm, for ``generate``, ``repair`` and ``mutate`` alike (``drive``; what differs is in the Strategy, the
verifier and the guard):

1. ``settings.samples`` independent first answers, in parallel as far as the model allows. Each is verified as it
   arrives. As soon as one is clean and all samples before it are known not to be, it is the result and nothing else is
   awaited; so the result does not depend on which answer came first.
2. Otherwise the best is kept (``ranking.score``; of equals the first sample), and repaired in at most
   ``settings.rounds`` rounds with what verification found.
3. Strict keep-best: what is kept is only ever replaced by something strictly better, every repair starts from it, and
   the guard's findings (resources dropped to silence a finding) make an attempt worse than any honest one.
4. The loop stops when an attempt is clean, when the rounds are used, or when it goes in circles.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from terraformer.errors import ModelError, UsageError
from terraformer.generate.choosing import choose_strategy
from terraformer.generate.compact_strategy import CompactStrategy, is_compact
from terraformer.generate.dropping import PromptGuard
from terraformer.generate.free_then_held import Demands
from terraformer.generate.ranking import deceptive, findings_key, is_better, is_clean, score, standing
from terraformer.generate.sampling import first_attempts
from terraformer.generate.settings import GenerateSettings
from terraformer.generate.strategy import ChatStrategy, Request, Strategy
from terraformer.generate.tracing import TraceWriter
from terraformer.hcl.split import split_files
from terraformer.models.base import Model
from terraformer.types import Attempt, Certificate, Policy, Task, TerraformConfig, Trace, VerificationReport

__all__ = [
    "Event",
    "Formatter",
    "Guard",
    "Verifier",
    "check_prompt",
    "default_formatter",
    "default_verifier",
    "drive",
    "generate",
]

CUT_OFF = "the answer was cut off before its end: give a shorter one that is complete"
MAX_PROMPT = 100_000
"""Characters; a longer request is refused rather than cut."""


class Verifier(Protocol):
    """Verifies a configuration: ``terraformer.verify.verify``, a pool's method, or a test's.

    Called from several threads at once where samples are drawn in parallel.
    """

    def __call__(self, config: TerraformConfig, *, policies: Sequence[Policy] = ()) -> VerificationReport: ...


Formatter = Callable[[TerraformConfig], TerraformConfig]


class Guard(Protocol):
    """Says what a repair took away from the best attempt so far, as certificates (``ranking.PRESERVATION_CODES``)."""

    def __call__(
        self, best: TerraformConfig, found: VerificationReport | None, new: TerraformConfig, /
    ) -> tuple[Certificate, ...]: ...


@dataclass(frozen=True, slots=True)
class Event:
    """What the loop is doing, for a progress display.

    ``kind``: "asking" (a round begins), "token" (``text`` is a piece of the reply), "verifying", "attempt" (``attempt``
    is complete), "stopped" (``text`` says why). With several samples, those of the first round come from threads.
    """

    kind: str
    round: int
    text: str = ""
    attempt: Attempt | None = None
    sample: int = 0


def generate(
    prompt: str,
    *,
    model: Model,
    policies: Sequence[Policy] = (),
    settings: GenerateSettings | None = None,
    verifier: Verifier | None = None,
    formatter: Formatter | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Trace:
    """Generate a configuration for the prompt, verify it and repair it in at most ``settings.rounds`` rounds.

    ``Trace.stopped`` is "clean" (no finding left), "rounds" (all used), "repeated" (the same configuration or the same
    findings came twice), "exhausted" (the strategy had nothing else to try), "tool-error" (verification failed by our
    own fault, twice, with no finding that could be repaired), "model-error: ..." (the model failed in a repair) or
    "interrupted" (KeyboardInterrupt: what was reached so far is returned, and on disk already).

    The policies judge the answer; their text is not shown to the model, only what they find.

    Every answer is formatted as by ``terraform fmt`` before it is verified, so that findings point into what is
    returned: by ``formatter`` (a pool's ``format``), or where neither it nor a verifier is given by the shared pool.

    Raises UsageError for an empty or huge prompt, ModelError when the model fails in the first round.
    """
    settings = settings or GenerateSettings()
    check_prompt(prompt)
    if formatter is None and verifier is None:
        formatter = default_formatter()
    return drive(
        Task(prompt, tuple(policies)),
        model=model,
        strategy=_strategy(prompt, model, settings),
        settings=settings,
        verifier=verifier,
        on_event=on_event,
        guard=PromptGuard(prompt),
        finish=_finisher(settings, formatter),
    )


def default_formatter() -> Formatter:
    """``terraform fmt`` in the pool that ``terraformer.verify.verify`` uses."""

    def call(config: TerraformConfig) -> TerraformConfig:
        from terraformer.verify.pool import default_pool

        return default_pool().format(config)

    return call


def _finisher(settings: GenerateSettings, formatter: Formatter | None) -> Formatter:
    """What is done to every answer before it is verified: blocks into the files asked for, formatting."""

    def finish(config: TerraformConfig) -> TerraformConfig:
        if settings.files == "split":
            config = TerraformConfig(split_files(config.files, config.root), config.root)
        return formatter(config) if formatter is not None else config

    return finish


def check_prompt(prompt: str, what: str = "say what infrastructure is wanted") -> None:
    """Raises UsageError for an empty or huge request."""
    if not prompt.strip():
        raise UsageError(f"the prompt is empty: {what}")
    if len(prompt) > MAX_PROMPT:
        raise UsageError(f"the prompt has {len(prompt)} characters, more than {MAX_PROMPT}")


def drive(
    task: Task,
    *,
    model: Model | None,
    strategy: Strategy,
    settings: GenerateSettings,
    verifier: Verifier | None = None,
    on_event: Callable[[Event], None] | None = None,
    guard: Guard | None = None,
    finish: Formatter | None = None,
    given: Sequence[Attempt] = (),
) -> Trace:
    """Run the loop with any strategy. ``given`` are attempts that exist already (a configuration to be repaired):
    there are then no first answers, and the first round repairs the best of them. ``finish`` is applied to every
    configuration read from a reply, before it is verified. Without a model, the strategy must have nothing to ask.

    The verifier is called with the task's policies; one that adds findings of its own (what a change must not touch)
    makes the loop repair those too. Raises ModelError when the model fails before there is any attempt.
    """
    verifier = verifier or default_verifier(settings)
    run = _Run(task, model, strategy, settings, verifier, on_event or _ignore, guard, finish)
    try:
        return run.run(given)
    finally:
        run.trace_writer.close()


def _ignore(_event: Event) -> None:
    pass


def default_verifier(settings: GenerateSettings) -> Verifier:
    """Verification by ``terraformer.verify.verify`` with the settings' options."""

    def call(config: TerraformConfig, *, policies: Sequence[Policy] = ()) -> VerificationReport:
        from terraformer.verify import verify

        return verify(config, policies=policies, settings=settings.verify)

    return call


def _strategy(prompt: str, model: Model, settings: GenerateSettings) -> Strategy:
    def held() -> Strategy:
        from terraformer.generate.grammar.strategy import GrammarStrategy

        return GrammarStrategy(prompt, settings, compact=is_compact(model))

    return choose_strategy(
        model,
        settings,
        compact=lambda: CompactStrategy(prompt, settings),
        chat=lambda: ChatStrategy(prompt, settings),
        held=held,
        demands=Demands(prompt),
    )


class _Run:
    def __init__(
        self,
        task: Task,
        model: Model | None,
        strategy: Strategy,
        settings: GenerateSettings,
        verifier: Verifier,
        on_event: Callable[[Event], None],
        guard: Guard | None,
        finish: Formatter | None,
    ) -> None:
        self.task, self.model, self.strategy, self.settings = task, model, strategy, settings
        self.verifier, self.on_event, self.guard, self.finish = verifier, on_event, guard, finish
        self.attempts: list[Attempt] = []
        self.best: int | None = None
        self.name = model.name if model is not None else "none"
        self.trace_writer = TraceWriter(settings.trace_file, task, self.name)

    def run(self, given: Sequence[Attempt]) -> Trace:
        stopped = "interrupted"
        try:
            stopped = self._start(given)
        except KeyboardInterrupt:
            pass
        except ModelError as error:
            self.trace_writer.end(self._trace(f"model-error: {error}"))
            raise
        trace = self._trace(stopped)
        self.trace_writer.end(trace)
        self.on_event(Event("stopped", len(self.attempts), stopped))
        return trace

    def _trace(self, stopped: str) -> Trace:
        return Trace(self.task, self.name, tuple(self.attempts), self.best, stopped)

    def _start(self, given: Sequence[Attempt]) -> str:
        if given:
            for attempt in given:
                self._record(attempt)
        else:
            self._first_round()
        if self.best is None and not self.attempts:
            return "exhausted"
        # A strategy sees one chain: the answer that is repaired, and its repairs; other samples are none of its matter.
        start = self.best if self.best is not None else 0
        chain = list(self.attempts) if given else [self.attempts[start]]
        # Of what was there before any model, nothing can be a repetition.
        if (reason := self._stop(self.attempts[start], () if given else chain[:-1])) is not None:
            return reason
        for number in range(1, self.settings.rounds + 1):
            best = self.attempts[self.best] if self.best is not None else None
            place = next((i for i, a in enumerate(chain) if a is best), None)
            request = self.strategy.repair(chain, place)
            if request is None:
                return "exhausted"
            try:
                attempt = self._ask(request, number, chain[-1].sample)
            except ModelError as error:
                self._record(_failed(request, error, number, chain[-1].sample))
                return f"model-error: {error}"
            attempt = self._guarded(attempt)
            chain.append(self._record(attempt))
            if (reason := self._stop(chain[-1], chain[:-1])) is not None:
                return reason
        return "rounds"

    def _first_round(self) -> None:
        """The samples of the first round. Raises ModelError when the model failed in all of them."""
        requests = [self._first_request(sample) for sample in range(self.settings.samples)]
        failures: dict[int, ModelError] = {}

        def ask(sample: int, proceed: Callable[[], None]) -> Attempt:
            request = requests[sample]
            try:
                return self._ask(request, 0, sample, proceed)
            except ModelError as error:
                failures[sample] = error
                return _failed(request, error, 0, sample)

        for attempt in first_attempts(len(requests), ask, is_clean, getattr(self.model, "max_parallel", 1)):
            self._record(attempt)
        if failures and len(failures) == len(self.attempts):
            raise failures[min(failures)]

    def _first_request(self, sample: int) -> Request:
        request = self.strategy.first()
        if sample == 0:
            return request
        sampling = request.sampling
        # Samples differ: the later ones are drawn, not the likeliest, and each has a seed of its own.
        temperature = sampling.temperature if sampling.temperature > 0 else 0.8
        return replace(
            request, sampling=replace(sampling, temperature=temperature, seed=(sampling.seed or 0) + 1_000 * sample)
        )

    def _record(self, attempt: Attempt) -> Attempt:
        """Keep the attempt, on disk too, and let it be the best if it is better (of equal samples, the first)."""
        best = self.attempts[self.best] if self.best is not None else None
        if not attempt.standing:
            attempt = replace(attempt, standing=standing(attempt, best))
        self.attempts.append(attempt)
        # The finding that a certain fix was for is gone, or it would not be here; what that brought to light was there.
        fixed = attempt.origin == "fixes" and not deceptive(attempt.report)
        if fixed:
            attempt = self.attempts[-1] = replace(attempt, standing="better")
        if attempt.config is not None and (
            best is None or fixed or is_better(attempt, best) or _earlier(attempt, best)
        ):
            self.best = len(self.attempts) - 1
        self.trace_writer.attempt(attempt)
        self.on_event(Event("attempt", attempt.round, attempt=attempt, sample=attempt.sample))
        return attempt

    def _ask(self, request: Request, number: int, sample: int, proceed: Callable[[], None] = lambda: None) -> Attempt:
        """One call of the model, read and verified. ``proceed`` raises when nobody waits for the answer any more."""
        if self.model is None:
            raise ModelError("there is no model")
        started = time.monotonic()
        self.on_event(Event("asking", number, sample=sample))

        def on_token(text: str) -> None:
            proceed()
            self.on_event(Event("token", number, text, sample=sample))

        completion = self.model.complete(request.messages, request.sampling, grammar=request.grammar, on_token=on_token)
        proceed()
        extraction = request.read(completion.text)
        config: TerraformConfig | None = None
        problem = extraction.problem
        if extraction.files:
            try:
                config = TerraformConfig(extraction.files, self.task.before.root if self.task.before else ".")
            except ValueError as error:
                problem = f"a file of the answer has an unusable name: {error}"
        if completion.finish_reason == "length":
            if problem:
                problem += " (the answer was cut off at its length limit)"
            elif request.needs_all:
                problem = CUT_OFF
        report = None
        if config is not None:
            if self.finish is not None:
                config = self.finish(config)
            self.on_event(Event("verifying", number, sample=sample))
            report = self._verify(config)
            # Without a limit reached, a fence that is not closed means nothing as long as what is there is whole.
            if extraction.truncated and report.errors and not problem:
                problem = CUT_OFF
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
            sample=sample,
        )

    def _guarded(self, attempt: Attempt) -> Attempt:
        """The attempt with the guard's findings in its report."""
        best = self.attempts[self.best] if self.best is not None else None
        if self.guard is None or best is None or best.config is None or attempt.config is None:
            return attempt
        found = self.guard(best.config, best.report, attempt.config)
        if not found or attempt.report is None:
            return attempt
        return replace(attempt, report=replace(attempt.report, certificates=(*found, *attempt.report.certificates)))

    def _verify(self, config: TerraformConfig) -> VerificationReport:
        report = self.verifier(config, policies=self.task.policies)
        if report.tool_errors:  # they may pass: a worker that died, a full disk
            report = self.verifier(config, policies=self.task.policies)
        return report

    def _stop(self, attempt: Attempt, before: Sequence[Attempt]) -> str | None:
        report = attempt.report
        if is_clean(attempt):
            return "clean"
        if report is not None and report.tool_errors and not report.errors:
            return "tool-error"
        if getattr(self.strategy, "undecided", False):
            return None
        if attempt.config is not None and any(b.config == attempt.config for b in before):
            return "repeated"
        if report is not None and report.errors:
            key = findings_key(report)
            if any(b.report is not None and findings_key(b.report) == key for b in before):
                return "repeated"
        elif attempt.config is None and any(b.config is None and b.reply == attempt.reply for b in before):
            return "repeated"
        return None


def _earlier(attempt: Attempt, best: Attempt) -> bool:
    """Whether it is an equal first answer of an earlier sample: the choice must not depend on who was faster."""
    return attempt.round == best.round == 0 and attempt.sample < best.sample and score(attempt) == score(best)


def _failed(request: Request, error: ModelError, number: int, sample: int) -> Attempt:
    """What is left of a call that failed: the question, and the part of a reply that had arrived."""
    return Attempt(
        round=number,
        messages=tuple(dict(m) for m in request.messages),
        reply=str(getattr(error, "partial", "")),
        config=None,
        report=None,
        problem=f"the model failed: {error}",
        sample=sample,
        standing="none",
    )
