"""From replies to rewards: read the configuration out of a reply, verify it, score it.

The one place where training meets the verifier; the lean loop and the TRL trainers both judge here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from terraformer.data.intents import Intent, Subject
from terraformer.errors import UsageError
from terraformer.generate.compact import compact_messages
from terraformer.hcl import extract
from terraformer.hcl.edit import Edit, apply_edits
from terraformer.hcl.edit_reply import parse_edits
from terraformer.models.base import Message
from terraformer.rewards import (
    AnswerFacts,
    DenseSettings,
    Expectation,
    Span,
    answer_facts,
    blamed_spans,
    dense_reward,
    misplaced_spans,
    paper_reward,
    sound_spans,
)
from terraformer.types import Policy, Record, RecordKind, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool

__all__ = ["REWARDS", "Judge", "Judged", "ReadReply", "RlTask", "read_reply", "task_of"]

REWARDS: Final = ("dense", "paper")


@dataclass(frozen=True, slots=True)
class RlTask:
    """A request to roll out. ``messages`` is what the model is shown; ``before`` the configuration that edits apply to;
    ``change`` says that the policies judge the plan against the state of ``before``. ``turn`` counts repairs of the
    model's own attempts, from 0; ``after`` is a known right answer, where there is one."""

    id: str
    kind: RecordKind
    prompt: str
    messages: tuple[Message, ...]
    policies: tuple[Policy, ...]
    expected: Expectation
    before: TerraformConfig | None = None
    change: bool = False
    difficulty: int = 1
    turn: int = 0
    after: TerraformConfig | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One reply, scored. ``reward`` is None where the tools failed. ``blamed`` and ``sound`` are characters of the
    reply; both empty where nothing was located. ``nothing`` is the report of doing nothing, for a change that is paid
    by the dense reward."""

    reward: float | None
    config: TerraformConfig | None
    facts: AnswerFacts
    report: VerificationReport | None
    terms: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""
    blamed: tuple[Span, ...] = ()
    sound: tuple[Span, ...] = ()
    nothing: VerificationReport | None = None

    @property
    def correct(self) -> bool:
        return bool(self.report is not None and self.report.correct)


def task_of(record: Record) -> RlTask:
    """The task of a record. Raises ValueError when it has no policy: there would be nothing to be paid for."""
    if not record.policies:
        raise ValueError(f"record {record.id[:12]} has no policy")
    facts = answer_facts(record.after)
    if record.kind is RecordKind.MUTATION:
        expected = Expectation({}, facts.characters, copying=True)
    else:
        demanded = _demanded(record)
        resources = {t: n for t, n in facts.resources.items() if t in demanded} or dict(facts.resources)
        expected = Expectation(resources, facts.characters)
    return RlTask(
        record.id,
        record.kind,
        record.prompt,
        compact_messages(record.prompt, record.before, record.certificates),
        record.policies,
        expected,
        record.before,
        record.kind is RecordKind.MUTATION,
        record.difficulty or 1,
        after=record.after,
    )


def _demanded(record: Record) -> set[str]:
    if record.intent is None:
        return set()
    intent = Intent.from_dict(record.intent, record.id[:12])
    return {d.type for d in intent.demands if d.subject is Subject.RESOURCE and d.type}


@dataclass(frozen=True, slots=True)
class ReadReply:
    """``config`` None: ``problem`` says what is wrong with the reply, ``misplaced`` where, as far as that is known."""

    config: TerraformConfig | None
    problem: str = ""
    edits: tuple[Edit, ...] = ()
    misplaced: tuple[Span, ...] = ()


def read_reply(task: RlTask, reply: str) -> ReadReply:
    """The configuration that a reply comes to. Never raises."""
    if task.before is None:
        found = extract(reply)
        if found.problem or not found.files:
            return ReadReply(None, found.problem or "the reply holds no configuration")
        return ReadReply(TerraformConfig(dict(found.files)))
    told = parse_edits(reply, known=task.before.files)
    if told.problem:
        return ReadReply(None, told.problem)
    result = apply_edits(task.before, told.edits)
    misplaced = misplaced_spans(reply, told.edits, task.before, result.failed)
    return ReadReply(result.config, result.problem, told.edits, misplaced)


class Judge:
    """Scores replies with a pool's workers side by side. ``reward`` is one of REWARDS."""

    def __init__(self, pool: VerifierPool, reward: str = "dense", settings: DenseSettings | None = None) -> None:
        if reward not in REWARDS:
            raise UsageError(f"there is no reward {reward!r}: choose one of {', '.join(REWARDS)}")
        self._pool, self._reward, self._settings = pool, reward, settings
        self._states: dict[str, bytes | None] = {}
        self._nothing: dict[str, VerificationReport] = {}

    def judge(self, pairs: Sequence[tuple[RlTask, str]]) -> list[Judged]:
        """One result for each (task, reply), in order. Never raises because of what a reply holds."""
        read = [read_reply(task, reply) for task, reply in pairs]
        pending: list[Future[VerificationReport] | None] = []
        self._prepare({task.id: task for task, _ in pairs if task.change}.values())
        for (task, _), own in zip(pairs, read, strict=True):
            pending.append(self._submit(task, own.config) if own.config is not None else None)
        return [
            self._scored(task, reply, own, future.result() if future is not None else None)
            for (task, reply), own, future in zip(pairs, read, pending, strict=True)
        ]

    def _prepare(self, tasks: Iterable[RlTask]) -> None:
        """Of each task's configuration before: its state, and where it is paid against, what doing nothing passes."""
        if len(self._states) > 4_096:  # before it is seen what is missing
            self._states.clear()
            self._nothing.clear()
        missing = [t for t in tasks if t.id not in self._states and t.before is not None]
        futures = [(t, self._pool.submit_apply(t.before)) for t in missing if t.before is not None]
        for task, future in futures:
            self._states[task.id] = future.result().state
        if self._reward != "dense":
            return
        idle = [(t.id, self._submit(t, t.before)) for t in missing if t.before is not None]
        for name, report in idle:
            if report is not None:
                self._nothing[name] = report.result()

    def _submit(self, task: RlTask, config: TerraformConfig) -> Future[VerificationReport] | None:
        if not task.change:
            return self._pool.submit(config, policies=task.policies)
        state = self._states.get(task.id)
        return self._pool.submit_change(config, state, policies=task.policies) if state is not None else None

    def _scored(self, task: RlTask, reply: str, read: ReadReply, report: VerificationReport | None) -> Judged:
        config = read.config
        context = [task.before.text(p) for p in task.before.files] if task.before is not None else []
        facts = answer_facts(config, context)
        if config is None:  # no configuration at all: as bad as one that does not compile
            return Judged(0.0, None, facts, None, {}, read.problem, blamed=read.misplaced)
        if report is None:
            return Judged(None, config, facts, None, {}, "the configuration before could not be applied")
        terms: dict[str, float] = {}
        nothing = self._nothing.get(task.id)
        dense = dense_reward(report, facts, task.expected, self._settings, nothing)
        if dense is not None:
            terms = dense.terms()
        value = paper_reward(report) if self._reward == "paper" else dense.total if dense is not None else None
        return Judged(
            value,
            config,
            facts,
            report,
            terms,
            blamed=blamed_spans(reply, config, report, read.edits),
            sound=sound_spans(reply, config, report, read.edits),
            nothing=nothing,
        )
