"""Edits under the grammar that copies: whatever a model writes can be read, and its SEARCH text has one place."""

from __future__ import annotations

import random

import pytest

from support.gbnf import draw
from terraformer.generate.copying import copying_grammar
from terraformer.hcl import apply_edits, parse_edits
from terraformer.types import TerraformConfig

MAIN = """resource "aws_sqs_queue" "jobs" {
  name = "jobs \\\\ \\"x\\""

  tags = {
    Team = "web"
  }
}

resource "aws_sqs_queue" "dead" {
  name = "dead"

  tags = {
    Team = "web"
  }
}
"""
CONFIG = TerraformConfig({"main.tf": MAIN.encode(), "providers.tf": b'provider "aws" {\n\tregion = "eu-west-1"\n}'})


def test_every_first_edit_can_be_applied() -> None:
    grammar = copying_grammar(CONFIG)
    assert grammar is not None
    rng = random.Random(1)
    replaced = 0
    for _ in range(300):
        reply = draw(grammar, rng)
        found = parse_edits(reply, known=tuple(CONFIG.files))
        assert not found.problem, reply
        first = found.edits[0]
        if first.kind == "remove":  # of an address that was made up here
            continue
        done = apply_edits(CONFIG, [first])
        assert done.config is not None, (reply, done.problem)
        if first.file in CONFIG.files:
            replaced += 1
    assert replaced > 100


def test_lines_that_repeat_are_widened() -> None:
    grammar = copying_grammar(CONFIG)
    assert grammar is not None
    rules = dict(line.split(" ::= ", 1) for line in grammar.strip().splitlines())
    assert rules["f0s8"].startswith(r'"resource \"aws_sqs_queue\" \"dead\" {\n" f0c9?')
    assert rules["f0s3"].startswith(r'"  tags = {\n    Team = \"web\"\n  }\n}\n\n')  # until the second one has its end
    assert "f0s11" not in rules  # no text from here on is there once only


@pytest.mark.parametrize(
    "files",
    [
        {"main.tf": b"x = 1\r\n"},
        {"main.tf": b"x = \x07\n"},
        {"main.tf": b"a = 1\n" * 700},
        {"notes.txt": b"x"},
        {"main.tf": b"x" * 50_000},
    ],
)
def test_what_no_grammar_is_made_for(files: dict[str, bytes]) -> None:
    assert copying_grammar(TerraformConfig(files)) is None
