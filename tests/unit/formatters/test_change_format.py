"""A change for a person: every kind, nothing secret, nothing that a terminal obeys."""

from __future__ import annotations

from terraformer.formatters.change_format import change_text, diff_text
from terraformer.types import ChangeSummary
from terraformer.types.change import AttributeChange, ChangeKind, OutputChange, ResourceChange


def of(kind: ChangeKind, *attributes: AttributeChange, **more: object) -> ResourceChange:
    return ResourceChange(f"aws_x.{kind}", "aws_x", kind, attributes, **more)  # type: ignore[arg-type]


def test_every_kind() -> None:
    summary = ChangeSummary(
        (
            of(ChangeKind.ADDED),
            of(ChangeKind.CHANGED, AttributeChange("a[0].b", 1, "x"), AttributeChange("c", None, unknown=True)),
            of(ChangeKind.MOVED, previous_address="aws_x.old"),
            of(ChangeKind.REMOVED),
            of(ChangeKind.REPLACED, AttributeChange("name", "a", "b", forces_replacement=True)),
        ),
        (OutputChange("url", ChangeKind.CHANGED, "a", unknown=True), OutputChange("new", ChangeKind.ADDED)),
    )
    assert change_text(summary) == (
        "  + aws_x.added added\n"
        "  ~ aws_x.changed changed\n"
        '      a[0].b: 1 -> "x"\n'
        "      c: null -> (known after apply)\n"
        "  > aws_x.moved moved from aws_x.old\n"
        "  - aws_x.removed removed\n"
        "-/+ aws_x.replaced replaced (forced by name)\n"
        '      name: "a" -> "b"\n'
        '  ~ output.url changed: "a" -> (known after apply)\n'
        "  + output.new added\n"
        "1 added, 1 changed, 1 replaced, 1 removed, 1 moved.\n"
    )


def test_secrets_are_not_shown() -> None:
    summary = ChangeSummary(
        (of(ChangeKind.CHANGED, AttributeChange("password", "old", "new", sensitive=True)),),
        (OutputChange("key", ChangeKind.CHANGED, "old", "new", sensitive=True),),
    )
    told = change_text(summary)
    assert "password: (sensitive)" in told
    assert "old" not in told
    assert "new" not in told


def test_nothing_and_text_only() -> None:
    assert change_text(ChangeSummary()) == "No resource and no output differs.\n"
    told = change_text(ChangeSummary((of(ChangeKind.ADDED),), by_text=True), because="the one before does not plan")
    assert told.endswith("Compared by the text of the blocks, not by plans: the one before does not plan.\n")


def test_long_values_and_many_arguments_are_cut() -> None:
    many = [AttributeChange(f"a{i}", "x" * 500, None) for i in range(40)]
    told = change_text(ChangeSummary((of(ChangeKind.CHANGED, *many),)))
    assert "and 28 more" in told
    assert max(map(len, told.splitlines())) < 100


def test_diffs_are_coloured_and_harmless() -> None:
    diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\x1b[2J\r\n+b\u202e\r\n"
    plain = diff_text(diff)
    assert "\x1b" not in plain
    assert plain.splitlines()[4:] == ["-a\\u001b[2J", "+b\\u202e"]
    assert "\x1b[32m+b\\u202e\x1b[0m\n" in diff_text(diff, colour=True)
