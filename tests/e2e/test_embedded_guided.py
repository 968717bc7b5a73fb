"""The embedded model under a grammar that is followed beside it: whole, in the language, and the same for a seed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from terraformer.errors import ModelError
from terraformer.models import SamplingSettings
from terraformer.models.embedded import EmbeddedModel
from terraformer.models.forcing import Follower, parse_grammar

ASK = ({"role": "user", "content": "Name a few colours."},)


@pytest.fixture(scope="module")
def model() -> Iterator[EmbeddedModel]:
    made = EmbeddedModel()
    try:
        made.prepare()
    except ModelError as error:
        pytest.skip(f"the embedded model is not to be had: {error}")
    yield made
    made.close()


@pytest.mark.parametrize(
    "grammar",
    [
        'root ::= "colours = [\\"" ("red" | "green" | "dark blue") "\\", \\"" [a-z]{3,12} "\\"]\\n" ("# end\\n")?',
        'root ::= r1{2,3} "."\nr1 ::= "first, " | "second, " | "third, "',
        'root ::= "é" ("ü" | "日本") "é\\n"',
        'root ::= "nothing to decide\\n"',
        'root ::= "lines {\\n  " ("a = 1\\n  "){0,3} ("b" | "c") "\\n}\\n"',
    ],
)
def test_replies_are_in_the_language_and_repeat(model: EmbeddedModel, grammar: str) -> None:
    settings = SamplingSettings(temperature=0.9, seed=5)
    pieces: list[str] = []
    first = model.complete(ASK, settings, grammar=grammar, on_token=pieces.append)
    walk = Follower(parse_grammar(grammar))
    assert walk.feed(first.text) and walk.may_end
    assert "".join(pieces) == first.text and first.finish_reason == "stop"
    assert [model.complete(ASK, settings, grammar=grammar).text for _ in range(3)] == [first.text] * 3


def test_what_the_grammar_forces_is_not_written_by_the_model(model: EmbeddedModel) -> None:
    forced = "resource that nobody may choose otherwise " * 5
    reply = model.complete(ASK, SamplingSettings(), grammar=f'root ::= "{forced}" ("a" | "b")')
    assert reply.text[:-1] == forced and reply.completion_tokens == 1
    assert reply.prompt_tokens is not None and reply.prompt_tokens > 30


def test_it_writes_all_of_it_where_that_is_wanted(model: EmbeddedModel) -> None:
    grammar = 'root ::= "what is forced and yet written" ("a" | "b")'
    reply = model.complete(ASK, SamplingSettings(tell_forced=False), grammar=grammar)
    assert reply.text[:-1] == "what is forced and yet written" and (reply.completion_tokens or 0) > 5


def test_a_grammar_that_is_not_followed_is_left_to_the_server(model: EmbeddedModel) -> None:
    # A rule that calls itself: followed by the server alone.
    reply = model.complete(ASK, SamplingSettings(max_tokens=20), grammar='root ::= "a" ("b" root)?')
    assert set(reply.text) <= {"a", "b"} and reply.text.startswith("a")
    with pytest.raises(ModelError, match="refuses the grammar"):
        model.complete(ASK, SamplingSettings(), grammar="root ::= (")


def test_the_length_limit_holds(model: EmbeddedModel) -> None:
    reply = model.complete(ASK, SamplingSettings(max_tokens=6), grammar="root ::= [a-z ]{200,300}")
    assert reply.finish_reason == "length" and 0 < len(reply.text) < 200
