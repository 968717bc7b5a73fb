"""Deprecated types, arguments and blocks are warned of where a configuration sets them, at any depth."""

from __future__ import annotations

from terraformer.provider.deprecation import MAX_FOUND, deprecations_of
from terraformer.provider.schema import Attribute, Block, NestedBlock, NestedType
from terraformer.provider.values import UNKNOWN

OLD = Attribute("old", "string", optional=True, deprecated="Use new instead.")
READ = Attribute("read", "string", computed=True, deprecated="It says nothing.")
NEW = Attribute("new", "string", optional=True)
INNER = Block({"old": OLD, "new": NEW})
BLOCK = Block(
    {
        "old": OLD,
        "read": READ,
        "new": NEW,
        "marked": Attribute("marked", "bool", optional=True, deprecated="deprecated"),
        "nested": Attribute("nested", optional=True, nested=NestedType("map", {"old": OLD})),
    },
    {
        "list": NestedBlock("list", "list", INNER),
        "set": NestedBlock("set", "set", INNER),
        "one": NestedBlock("one", "single", INNER),
        "gone": NestedBlock("gone", "list", Block({"new": NEW}, deprecated="Use list instead.")),
    },
)


def test_only_what_is_set_is_warned_of() -> None:
    found = deprecations_of("x_thing", BLOCK)
    assert found.used({"old": None, "new": "x", "list": [{"old": None, "new": "y"}], "gone": []}, sdk=True) == []
    assert found.used({"old": UNKNOWN, "list": UNKNOWN, "gone": UNKNOWN, "nested": UNKNOWN}, sdk=True) == []


def test_every_depth_is_seen() -> None:
    value = {
        "old": "",
        "nested": {"k": {"old": "b"}},
        "list": [{"new": "x", "old": None}, {"old": "c"}],
        "set": [{"old": "d"}],
        "one": {"old": "e"},
        "gone": [{"new": "f"}],
    }
    warnings = deprecations_of("x_thing", BLOCK).used(value, sdk=True)
    assert {d.path for d in warnings} == {
        ("old",),
        ("nested", "k", "old"),
        ("list", 1, "old"),
        ("set", "old"),
        ("one", "old"),
        ("gone",),
    }
    assert {(d.severity, d.summary, d.code) for d in warnings} == {("warning", "Argument is deprecated", "deprecated")}
    assert {d.detail for d in warnings} == {"Use new instead.", "Use list instead."}


def test_the_wording_is_that_of_the_providers_library() -> None:
    block = Block({"old": OLD}, {"gone": NestedBlock("gone", "set", Block(deprecated="deprecated"))}, "Use y_thing.")
    value = {"old": "a", "gone": [{}]}
    found = deprecations_of("x_thing", block)
    assert [(d.summary, d.detail) for d in found.used(value, sdk=False)] == [
        ("Deprecated", "Use y_thing."),
        ("Attribute Deprecated", "Use new instead."),
        ("Block Deprecated", '"gone" is deprecated.'),
    ]
    assert found.used(value, sdk=True)[0].summary == "Deprecated Resource"


def test_a_mark_without_a_message_names_the_argument() -> None:
    (warning,) = deprecations_of("x_thing", BLOCK).used({"marked": False}, sdk=True)
    assert warning.detail == '"marked" is deprecated.'


def test_the_number_is_bounded() -> None:
    value = {"set": [{"old": "x"}] * 500}
    assert len(deprecations_of("x_thing", BLOCK).used(value, sdk=True)) == MAX_FOUND
