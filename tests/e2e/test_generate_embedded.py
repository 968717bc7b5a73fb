"""A sentence in, verified Terraform out, with the embedded model. Skipped where its weights cannot be had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from terraformer.errors import ModelError
from terraformer.generate import GenerateSettings, generate, write_config
from terraformer.generate.compact_strategy import is_compact
from terraformer.models import SamplingSettings
from terraformer.models.embedded import EmbeddedModel, from_argument, packaged_model
from terraformer.types import Trace
from terraformer.verify import VerifierPool, VerifySettings, load_config

ASK = ({"role": "user", "content": "Name a colour."},)


@pytest.fixture(scope="module")
def model() -> Iterator[EmbeddedModel]:
    made = EmbeddedModel()
    try:
        made.prepare()
    except ModelError as error:
        pytest.skip(f"the embedded model is not to be had: {error}")
    yield made
    made.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as made:
        yield made


def bucket(model: EmbeddedModel, pool: VerifierPool, settings: GenerateSettings) -> Trace:
    return generate(
        "a private S3 bucket with versioning",
        model=model,
        settings=settings,
        verifier=pool.verify,
        formatter=pool.format,
    )


def test_a_private_bucket_with_versioning(pool: VerifierPool, tmp_path: Path) -> None:
    model = from_argument("")  # the one that comes with the package: nothing is fetched
    assert packaged_model() is not None and is_compact(model)
    settings = GenerateSettings(sampling=SamplingSettings(seed=1, timeout=240), trace_file=tmp_path / "trace.jsonl")
    trace = bucket(model, pool, settings)
    assert trace.stopped == "clean", trace.report
    assert trace.config is not None and pool.format(trace.config) == trace.config
    # The README shows this answer.
    shown = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert trace.config.text("main.tf") in shown
    text = trace.config.text("main.tf")
    assert re.search(r'resource "aws_s3_bucket_versioning"', text) and 'status = "Enabled"' in text
    write_config(trace.config, tmp_path / "out")
    assert pool.verify(load_config(tmp_path / "out")).passed
    again = bucket(model, pool, settings)
    assert again.config == trace.config
    model.close()


def test_the_untrained_base_gives_a_bucket_too(model: EmbeddedModel, pool: VerifierPool) -> None:
    settings = GenerateSettings(sampling=SamplingSettings(seed=1, timeout=240))
    trace = bucket(model, pool, settings)
    assert trace.stopped == "clean" and len(trace.attempts) == 1
    assert trace.config is not None and 'status = "Enabled"' in trace.config.text("main.tf")


def test_the_grammar_is_obeyed_and_the_seed_repeats(model: EmbeddedModel) -> None:
    grammar = 'root ::= "colour: " [a-z]{3,8} "\\n"'
    hot = SamplingSettings(temperature=1.5, seed=7, max_tokens=30, timeout=120)
    replies = [model.complete(ASK, hot, grammar=grammar) for _ in range(3)]
    assert len({r.text for r in replies}) == 1 and re.fullmatch(r"colour: [a-z]{3,8}\n", replies[0].text)
    assert replies[0].prompt_tokens and replies[0].completion_tokens and replies[0].finish_reason == "stop"


def test_tokens_arrive_one_by_one_and_the_reply_is_bounded(model: EmbeddedModel) -> None:
    seen: list[str] = []
    settings = SamplingSettings(max_tokens=5, timeout=120)
    reply = model.complete(ASK, settings, on_token=seen.append)
    assert "".join(seen) == reply.text and len(seen) > 1
    assert reply.finish_reason in ("length", "stop") and (reply.completion_tokens or 0) <= 5


def test_failures_are_clear(model: EmbeddedModel) -> None:
    with pytest.raises(ModelError, match="refuses the grammar"):
        model.complete(ASK, grammar="root ::= (")
    with pytest.raises(ModelError, match="context"):
        model.complete([{"role": "user", "content": "word " * 20_000}])
    with pytest.raises(ModelError, match="took more than"):
        model.complete(ASK, SamplingSettings(timeout=0.01, max_tokens=500), grammar="root ::= [a-z ]{500}")

    class Stop(Exception):
        pass

    def interrupt(_text: str) -> None:
        raise Stop

    with pytest.raises(Stop):  # an interrupt ends the reply, and the model is usable afterwards
        model.complete(ASK, SamplingSettings(max_tokens=500, timeout=120), on_token=interrupt)
    assert model.complete(ASK, SamplingSettings(max_tokens=2, timeout=120)).text


def test_closed_models_load_again(model: EmbeddedModel) -> None:
    model.close()
    model.close()
    assert model.complete(ASK, SamplingSettings(max_tokens=2, timeout=120)).text
