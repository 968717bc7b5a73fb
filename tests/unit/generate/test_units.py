"""Amounts in other units than the argument's."""

from __future__ import annotations

import pytest

from terraformer.generate.grammar.facts import PromptFacts
from terraformer.generate.grammar.units import in_units_of, unit_of
from terraformer.generate.grammar.values import said
from terraformer.provider import bundle


@pytest.mark.parametrize(
    ("argument", "amount", "following", "expected"),
    [
        ("visibility_timeout_seconds", "5", " minutes", "300"),
        ("visibility_timeout_seconds", "5", " seconds", "5"),
        ("message_retention_seconds", "4", "-day retention", "345600"),
        ("message_retention_seconds", "1.5", " hours", "5400"),
        ("retention_in_days", "2", " weeks, please", "14"),
        ("retention_in_days", "36", " hours", "36"),  # no whole number of days
        ("buffering_size_mb", "1", " GiB", "1024"),
        ("buffering_size_mb", "5", " minutes", "5"),  # another kind of unit
        ("timeout", "5", " minutes", "5"),  # nothing says what it is counted in
        ("delay_seconds", "5", "", "5"),
    ],
)
def test_amounts(argument: str, amount: str, following: str, expected: str) -> None:
    assert in_units_of(argument, amount, following) == expected


def test_units_of_names() -> None:
    assert [unit_of(n) for n in ("retention_in_days", "delay_seconds", "days", "hash_key")] == [
        "day",
        "second",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("prompt", "argument", "expected"),
    [
        ("a queue with a visibility timeout of 2 minutes", "visibility_timeout_seconds", ["120"]),
        ("a queue with visibility_timeout_seconds = 2", "visibility_timeout_seconds", ["2"]),
        ("a queue with message retention: 4 days", "message_retention_seconds", ["345600"]),
        ("a queue with message retention for 4 consumers", "message_retention_seconds", None),
    ],
)
def test_what_a_prompt_says(prompt: str, argument: str, expected: list[str] | None) -> None:
    queue = bundle.load("hashicorp/aws").resource("aws_sqs_queue").block
    assert said(PromptFacts(prompt), argument, queue.attributes[argument]) == expected
