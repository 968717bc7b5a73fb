"""Best-of-n: independent first answers, the verifier as judge, repair of the best; and repairs that delete."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from terraformer.errors import ModelError
from terraformer.generate import GenerateSettings, generate
from terraformer.models.base import Completion, Message, SamplingSettings
from terraformer.models.mock import MockModel
from terraformer.verify import VerifierPool, VerifySettings


def queue(name: str = "jobs", wrong: str = "") -> str:
    return f'```hcl\nresource "aws_sqs_queue" "jobs" {{\n  name = "{name}"\n{wrong}}}\n```'


GOOD, OTHER = queue(), queue("others")
UNPLANNABLE = GOOD.replace(
    '"jobs"\n}', 'tolist(["a"])[length(data.aws_region.here.name)]\n}\ndata "aws_region" "here" {}'
)
UNCOMPILABLE = queue(wrong="  delay = 3\n")
PROSE = "I am sorry, I cannot help with that."


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as made:
        yield made


class Parallel:
    """Answers by seed, in the order that ``gates`` demand: an answer waits until its gate is opened."""

    supports_grammar = False
    name = "parallel"
    max_parallel = 8

    def __init__(self, replies: Sequence[str | Exception], gates: dict[int, threading.Event] | None = None) -> None:
        self.replies, self.gates = replies, gates or {}
        self.settings: list[SamplingSettings] = []
        self.done: set[int] = set()
        self.lock = threading.Lock()

    def complete(
        self,
        messages: Sequence[Message],
        settings: SamplingSettings | None = None,
        *,
        grammar: str | None = None,
        on_token: Callable[[str], None] | None = None,
    ) -> Completion:
        assert settings is not None
        number = (settings.seed or 0) // 1000
        with self.lock:
            self.settings.append(settings)
        if number in self.gates:
            self.gates[number].wait(30)
        reply = self.replies[number]
        if isinstance(reply, Exception):
            raise reply
        return Completion(reply)

    def close(self) -> None:
        pass


def run(pool: VerifierPool, model: Any, samples: int, rounds: int = 0, **options: Any) -> Any:
    settings = GenerateSettings(samples=samples, rounds=rounds, **options)
    return generate("a queue for jobs", model=model, settings=settings, verifier=pool.verify)


def test_the_best_sample_is_kept_and_repaired(pool: VerifierPool) -> None:
    model = MockModel([PROSE, UNCOMPILABLE, UNPLANNABLE, UNCOMPILABLE, GOOD])
    trace = run(pool, model, samples=4, rounds=3)
    assert trace.stopped == "clean" and trace.best == 4 and len(trace.attempts) == 5
    assert [(a.round, a.sample) for a in trace.attempts] == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 2)]
    assert [a.standing for a in trace.attempts] == ["none", "first", "better", "worse", "better"]
    told = model.calls[4].messages
    assert "data.aws_region.here" in told[2]["content"] and len(told) == 4


def test_samples_differ_in_seed_and_temperature(pool: VerifierPool) -> None:
    model = MockModel([UNCOMPILABLE, UNCOMPILABLE, UNCOMPILABLE])
    run(pool, model, samples=3, sampling=SamplingSettings(seed=7))
    assert [(c.settings.temperature, c.settings.seed) for c in model.calls] == [(0.0, 7), (0.8, 1007), (0.8, 2007)]
    model = MockModel([UNCOMPILABLE, UNCOMPILABLE])
    run(pool, model, samples=2, sampling=SamplingSettings(temperature=0.3))
    assert [(c.settings.temperature, c.settings.seed) for c in model.calls] == [(0.3, None), (0.3, 1000)]


def test_one_after_the_other_stops_at_the_first_clean_one(pool: VerifierPool) -> None:
    model = MockModel([UNCOMPILABLE, GOOD, OTHER])
    trace = run(pool, model, samples=3)
    assert trace.stopped == "clean" and trace.best == 1 and len(model.calls) == 2


def test_of_clean_ones_the_first_in_order_wins_whoever_is_faster(pool: VerifierPool) -> None:
    first = threading.Event()
    model = Parallel([GOOD, OTHER, UNCOMPILABLE], {0: first})
    seen: list[int] = []

    def on_event(event: Any) -> None:
        if event.kind == "attempt":
            seen.append(event.sample)
            if len(seen) == 2:
                first.set()

    trace = generate(
        "a queue",
        model=model,
        settings=GenerateSettings(samples=3, rounds=0),
        verifier=pool.verify,
        on_event=on_event,
    )
    assert trace.stopped == "clean" and seen[2:] == [0] and trace.best == 2
    assert trace.config is not None and '"jobs"' in trace.config.text("main.tf")


def test_a_clean_first_sample_awaits_nobody(pool: VerifierPool) -> None:
    never = threading.Event()
    model = Parallel([GOOD, OTHER, OTHER], {1: never, 2: never})
    trace = run(pool, model, samples=3)
    never.set()
    assert trace.stopped == "clean" and trace.best == 0 and len(trace.attempts) == 1


def test_a_model_that_fails_in_some_samples(pool: VerifierPool, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    trace = run(pool, Parallel([ModelError("gone"), GOOD]), samples=2, trace_file=path)
    assert trace.stopped == "clean" and trace.config is not None
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[-1] == {"kind": "end", "best": trace.best, "stopped": "clean"}
    assert {line.get("problem") for line in lines[1:-1]} == {"the model failed: gone", ""}
    with pytest.raises(ModelError, match="first"):
        run(pool, Parallel([ModelError("first"), ModelError("second")]), samples=2, trace_file=path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 4 and lines[-1]["stopped"] == "model-error: first"


TOPIC = 'resource "aws_sns_topic" "news" {\n  name = "news"\n}\n'


def both(wrong: str = "", extra: str = "", **parts: str) -> str:
    return f"```hcl\n{parts.get('topic', TOPIC)}\n{queue(wrong=wrong).split(chr(10), 1)[1][:-3]}{extra}\n```"


def ask(pool: VerifierPool, replies: list[str], prompt: str = "an SNS topic and an SQS queue", rounds: int = 3) -> Any:
    model = MockModel(replies)
    settings = GenerateSettings(rounds=rounds, schema_chars=0, examples=0)
    return generate(prompt, model=model, settings=settings, verifier=pool.verify), model


def test_deleting_what_failed_is_no_repair(pool: VerifierPool) -> None:
    without = f"```hcl\n{TOPIC}```"
    trace, model = ask(pool, [both(wrong="  delay = 3\n"), without, both()])
    assert [a.standing for a in trace.attempts] == ["first", "deceptive", "better"] and trace.stopped == "clean"
    assert [c.code for c in trace.attempts[1].report.errors] == ["dropped-resource"]
    assert trace.attempts[1].report.deployable is True
    told = model.calls[2].messages
    assert "delay = 3" in told[2]["content"] and "aws_sqs_queue.jobs was dropped" in told[3]["content"]
    trace, _ = ask(pool, [both(wrong="  delay = 3\n"), without], rounds=1)
    assert trace.best == 0 and trace.stopped == "rounds" and not trace.report.passed


def test_switching_off_is_deleting(pool: VerifierPool) -> None:
    trace, _ = ask(pool, [both(wrong="  delay = 3\n"), both(wrong="  count = 0\n")], rounds=1)
    assert trace.attempts[1].standing == "deceptive" and trace.best == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (both(extra='resource "aws_s3_bucket_acl" "a" {\n  acl = "private"\n}\n'), both()),
        (both(extra='resource "aws_sqs_dead_letter" "a" {\n}\n'), both()),
        (both(wrong="  delay = 3\n"), both().replace('"jobs"', '"work"')),
        (both(wrong="  delay = 3\n", topic=""), both(topic="")),
        (both(extra='resource "aws_sqs_queue" "b" {\n  nam = "b"\n}\n'), both(wrong="  count = 2\n")),
    ],
    ids=["not asked for", "no such type", "renamed", "never there", "gathered"],
)
def test_other_repairs_are_honest(pool: VerifierPool, before: str, after: str) -> None:
    trace, _ = ask(pool, [before, after])
    assert trace.attempts[1].standing == "better" and trace.stopped == "clean"
