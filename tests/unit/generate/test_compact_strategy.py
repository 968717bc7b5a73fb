"""Models that speak the short form of dialogue are asked in it, by generate, mutate and repair alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from terraformer.errors import UsageError
from terraformer.generate import generate
from terraformer.generate.compact_strategy import CompactStrategy, is_compact
from terraformer.generate.copying import copying_grammar
from terraformer.generate.grammar.facts import PromptFacts
from terraformer.generate.mutation import MutateSettings, mutate
from terraformer.generate.settings import GenerateSettings
from terraformer.models.base import Completion, Message, SamplingSettings
from terraformer.models.embedded import from_argument
from terraformer.models.gguf_header import read_header
from terraformer.types import (
    Attempt,
    Certificate,
    Policy,
    Severity,
    Stage,
    StageResult,
    StageStatus,
    TerraformConfig,
    VerificationReport,
)

BROKEN = 'resource "aws_sqs_queue" "jobs" {\n  nam = "jobs"\n}\n'
EDIT = 'main.tf\n<<<<<<< SEARCH\n  nam = "jobs"\n=======\n  name = "jobs"\n>>>>>>> REPLACE\n'


class Scripted:
    """Replies in turn, and remembers what it was asked."""

    name, supports_grammar, dialogue = "scripted", True, "compact"

    def __init__(self, *replies: str) -> None:
        self.replies, self.asked = list(replies), []

    def complete(
        self,
        messages: Sequence[Message],
        settings: SamplingSettings | None = None,
        *,
        grammar: str | None = None,
        on_token: Callable[[str], None] | None = None,
    ) -> Completion:
        self.asked.append((messages, settings, grammar))
        return Completion(self.replies.pop(0))

    def close(self) -> None:
        pass


def error() -> Certificate:
    return Certificate(Stage.COMPILE, Severity.ERROR, "unsupported-argument", "Unsupported argument", "nam is none.")


def verifier(config: TerraformConfig, *, policies: Sequence[Policy] = ()) -> VerificationReport:
    wrong = " nam =" in config.text("main.tf")
    status = StageStatus.FAILED if wrong else StageStatus.PASSED
    stages = [StageResult(Stage.COMPILE, status)] + ([] if wrong else [StageResult(Stage.DEPLOY, status)])
    return VerificationReport(config.id, tuple(stages), (error(),) if wrong else ())


def test_generate_and_repair_by_edits() -> None:
    model = Scripted(BROKEN, "I do not know.", EDIT)
    trace = generate("A queue jobs.", model=model, verifier=verifier, settings=GenerateSettings(strategy="chat"))
    assert trace.stopped == "clean"
    assert trace.config is not None
    assert 'name = "jobs"' in trace.config.text("main.tf")
    first, second, third = model.asked
    assert [m["content"] for m in first[0]] == ["A queue jobs."]
    assert first[2] is None  # free writing: it has learnt the language
    assert second[0][0]["content"].startswith("A queue jobs.\n\n# main.tf\nresource")
    assert "Findings:\n- Unsupported argument. nam is none." in second[0][0]["content"]
    assert second[1].temperature == 0 < third[1].temperature  # the likeliest answer was of no use: another is drawn


def test_what_is_too_long_to_be_shown_again_is_drawn_again() -> None:
    model = Scripted(BROKEN.replace("\n}", f'\n  policy = "{5_000 * "x"}"\n}}'), GOOD)
    trace = generate("A queue jobs.", model=model, verifier=verifier, settings=GenerateSettings(strategy="chat"))
    assert trace.stopped == "clean"
    assert [m[0]["content"] for m, _, _ in model.asked] == 2 * ["A queue jobs."]
    assert model.asked[0][1].temperature == 0 < model.asked[1][1].temperature


def test_an_answer_that_is_none_is_drawn_again() -> None:
    strategy = CompactStrategy("A queue.", GenerateSettings())
    attempt = Attempt(0, (), "no", None, None, problem="the reply holds no configuration")
    request = strategy.repair([attempt], None)
    assert request is not None
    assert request.messages == strategy.first().messages
    assert request.sampling.temperature > 0


def test_changes_are_edits_of_what_is_there() -> None:
    before = TerraformConfig.from_text(BROKEN)
    request = CompactStrategy("Name it properly.", GenerateSettings(), before).first()
    assert "# main.tf" in request.messages[0]["content"]
    assert b'name = "jobs"' in request.read(EDIT).files["main.tf"]
    assert request.read("nothing").problem
    with pytest.raises(UsageError, match="nothing to ask"):
        CompactStrategy(" ", GenerateSettings(), before).first()


GOOD = BROKEN.replace("nam", "name")


def test_free_answers_first_then_the_grammar() -> None:
    model = Scripted(BROKEN, BROKEN, GOOD)
    trace = generate("An SQS queue named 'jobs'.", model=model, verifier=verifier)
    assert trace.stopped == "clean"
    assert trace.config is not None
    assert [g is not None for _, _, g in model.asked] == [False, False, True]
    assert model.asked[0][1].temperature == 0 < model.asked[1][1].temperature
    assert {m[0]["content"] for m, _, _ in model.asked} == {"An SQS queue named 'jobs'."}
    assert len(generate("An SQS queue named 'jobs'.", model=Scripted(GOOD), verifier=verifier).attempts) == 1


def test_what_verifies_but_lacks_what_was_named_does_not_count() -> None:
    model = Scripted(GOOD, GOOD, GOOD)
    trace = generate("An S3 bucket and an SQS queue named 'jobs'.", model=model, verifier=verifier)
    assert "the answer has no aws_s3_bucket, which the request names" in trace.attempts[0].problem
    assert model.asked[2][2] is not None


def test_values_that_were_given_must_be_there() -> None:
    model = Scripted(GOOD, GOOD.replace('"jobs"\n', '"jobs"\n  visibility_timeout_seconds = 60\n'))
    trace = generate("An SQS queue named 'jobs', visible again after 60 s.", model=model, verifier=verifier)
    assert trace.attempts[0].problem == 'the answer has no "60", which the request names'
    assert trace.best == 1
    assert [g for _, _, g in model.asked] == [None, None]


def test_values_of_a_request() -> None:
    facts = PromptFacts(
        'A VPC "main" with 10.0.0.0/16 in eu-west-1, e.g. for /srv/app_data and ops@example.com, and 2 of t3.micro: '
        'send to devices/+/positions. It\'s not public, without a tag "Owner".'
    )
    assert facts.literals == (
        "main",
        "10.0.0.0/16",
        "eu-west-1",
        "srv/app_data",
        "ops@example.com",
        "2",
        "t3.micro",
        "devices/+/positions",
    )


def test_one_attempt_alone_is_held_to_the_grammar() -> None:
    for request, rounds in (
        ("An SQS queue named 'jobs'.", 0),
        ("An SQS queue named 'jobs'. " + "Please. " * 600, 3),
        ("An SQS queue for jobs.", 3),  # gives no value that a free answer could be told by
    ):
        model = Scripted(GOOD)
        generate(request, model=model, verifier=verifier, settings=GenerateSettings(rounds=rounds))
        assert model.asked[0][2] is not None


def test_changes_are_written_freely_then_under_the_grammar() -> None:
    before = TerraformConfig.from_text(GOOD + "\n")
    edit = 'main.tf\n<<<<<<< SEARCH\n  name = "jobs"\n=======\n  name = "tasks"\n>>>>>>> REPLACE\n'
    model = Scripted("I do not know.", "No.", edit)
    trace = mutate(before, "Rename the queue to tasks.", model=model, settings=MutateSettings())
    assert trace.config is not None
    assert "tasks" in trace.config.text("main.tf")
    free, again, held = (g for _, _, g in model.asked)
    assert free == again == copying_grammar(before)
    assert held not in (None, free)
    assert [settings.tell_forced for _, settings, _ in model.asked] == [False, False, True]
    once = Scripted(edit)
    mutate(before, "Rename the queue to tasks.", model=once, settings=MutateSettings(rounds=0))
    assert once.asked[0][2] == free  # a single attempt is better spent on this
    freely = Scripted(edit)
    mutate(before, "Rename the queue to tasks.", model=freely, settings=MutateSettings(strategy="chat"))
    assert freely.asked[0][2] is None


def test_todays_models_are_asked_as_before() -> None:
    assert not is_compact(from_argument("base"))
    assert not is_compact(None)


def test_headers_of_gguf_files(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF\x03\x00\x00\x00 cut short")
    assert read_header(tmp_path / "x.gguf", ("general.type",)) == {}
    gguf = pytest.importorskip("gguf", reason="gguf is not installed")
    writer = gguf.GGUFWriter(str(tmp_path / "a.gguf"), "llama")
    writer.add_type("adapter")
    writer.add_array("some", ["a", "b"])
    writer.add_float32("adapter.lora.alpha", 4.0)
    writer.add_string("terraformer.dialogue", "compact")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    keys = ("general.type", "terraformer.dialogue", "none")
    assert read_header(tmp_path / "a.gguf", keys) == {"general.type": "adapter", "terraformer.dialogue": "compact"}
    model = from_argument(str(tmp_path / "a.gguf"))
    assert (model.name, model.dialogue) == ("embedded:a.gguf", "compact")
