"""Following a grammar: what is forced is what every text of the language has there."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terraformer.generate.grammar import gbnf
from terraformer.models.forcing import Follower, GrammarUnsupported, parse_grammar


def follower(text: str) -> Follower:
    return Follower(parse_grammar(text))


def composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    parts = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        parts.map(as_sequence), parts.map(gbnf.alt), st.builds(gbnf.Many, inner, st.integers(0, 1), st.integers(1, 3))
    )


def as_sequence(parts: list[Any]) -> Any:
    return gbnf.seq(*parts)


LEAVES = st.one_of(
    st.text('ab"\\\n{', min_size=1, max_size=5).map(gbnf.lit),
    st.builds(gbnf.Chars, st.sampled_from(["a-c", "x", "a-z0-9_"]), st.integers(0, 2), st.integers(2, 3)),
)
NODES = st.recursive(LEAVES, composed, max_leaves=12)


@settings(max_examples=150, deadline=None)
@given(NODES, st.integers(0, 1000))
def test_every_text_of_the_language_is_followed(tree: Any, seed: int) -> None:
    text = gbnf.sample(tree, random.Random(seed))
    walk = follower(gbnf.render(tree))
    at = 0
    while True:
        forced = walk.forced()
        assert text.startswith(forced, at)
        at += len(forced)
        # What is left is a language of its own, to which the rest of the text belongs.
        rest = follower(walk.rest())
        assert rest.feed(text[at:]) and rest.may_end
        if at == len(text):
            break
        assert not walk.finished
        assert walk.feed(text[at])
        at += 1
    assert walk.may_end
    assert not walk.feed("\x00")


@pytest.mark.parametrize(
    ("grammar", "given_text", "forced"),
    [
        ('root ::= "resource \\"" ("a" | "b") "\\" {"', "", 'resource "'),
        ('root ::= ("alpha" | "alps") "!"', "", "alp"),
        ('root ::= ("alpha" | "alps") "!"', "alps", "!"),
        ('root ::= [a-z]{2,3} "."', "abc", "."),
        ('root ::= [a-z]{2,3} "."', "ab", ""),
        ('root ::= [x]{3} "\\n" r1\nr1 ::= "a" | "b"', "", "xxx\n"),
        ('root ::= "a" "b"?', "a", ""),
        ('root ::= "a"+ "b"', "", "a"),
        ('root ::= [^"]* "\\""', "abc", ""),
    ],
)
def test_forced(grammar: str, given_text: str, forced: str) -> None:
    walk = follower(grammar)
    assert walk.feed(given_text)
    assert walk.is_forced(len(forced))
    assert walk.forced() == forced
    assert walk.finished or not walk.is_forced(1)


def test_an_endless_repetition_is_followed() -> None:
    walk = follower('root ::= ("ab" | "ac")* "."')
    assert walk.forced() == ""
    for piece in ("ab", "ac", "ab"):
        assert walk.feed(piece[0])
        assert walk.forced() == "" and walk.feed(piece[1])
    assert walk.feed(".") and walk.finished


@pytest.mark.parametrize(
    "grammar",
    [
        "",
        "nonsense",
        'root ::= "a',
        "root ::= missing",
        'root ::= "a" root',
        "root ::= .",
        'r ::= "a"',
        'root ::= ("a"',
    ],
)
def test_what_is_not_covered_is_said(grammar: str) -> None:
    with pytest.raises(GrammarUnsupported):
        parse_grammar(grammar)
