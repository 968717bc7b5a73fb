"""Read-only attributes are refused, at any depth, known or not; null leaves them to the provider."""

from __future__ import annotations

from terraformer.provider.read_only import read_only_values
from terraformer.provider.schema import Attribute, Block, NestedBlock, NestedType
from terraformer.provider.values import UNKNOWN

READ_ONLY = Attribute("arn", "string", computed=True)
PLAIN = Attribute("name", "string", optional=True, computed=True)
INNER = Block({"arn": READ_ONLY, "name": PLAIN})
BLOCK = Block(
    {
        "arn": READ_ONLY,
        "name": PLAIN,
        "nested": Attribute("nested", optional=True, nested=NestedType("map", {"arn": READ_ONLY})),
    },
    {
        "list": NestedBlock("list", "list", INNER),
        "set": NestedBlock("set", "set", INNER),
        "one": NestedBlock("one", "single", INNER),
    },
)


def test_null_and_settable_attributes_pass() -> None:
    assert read_only_values(BLOCK, {"arn": None, "name": "x", "list": [{"arn": None, "name": "y"}], "one": None}) == []


def test_every_depth_is_seen() -> None:
    value = {
        "arn": "a",
        "nested": {"k": {"arn": "b"}},
        "list": [{"name": "x", "arn": None}, {"arn": UNKNOWN}],
        "set": [{"arn": "c"}],
        "one": {"arn": "d"},
    }
    assert {d.path for d in read_only_values(BLOCK, value)} == {
        ("arn",),
        ("nested", "k", "arn"),
        ("list", 1, "arn"),
        ("set", "arn"),
        ("one", "arn"),
    }


def test_unknown_collections_are_left_alone() -> None:
    assert read_only_values(BLOCK, {"list": UNKNOWN, "nested": UNKNOWN}) == []
