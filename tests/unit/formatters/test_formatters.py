"""Reports as text and JSON."""

from __future__ import annotations

import json

import pytest

from terraformer import formatters
from terraformer.formatters.text_format import clean
from terraformer.types import (
    Assumption,
    Certificate,
    PlannedChange,
    Position,
    RuleResult,
    Severity,
    SourceRange,
    Stage,
    StageResult,
    StageStatus,
    TerraformConfig,
    ToolError,
    VerificationReport,
)

CONFIG = TerraformConfig.from_text('resource "aws_sqs_queue" "é" {\n\tnam = "x"\n}\n')
RANGE = SourceRange("main.tf", Position(2, 2, 35), Position(2, 5, 38))
FINDING = Certificate(
    Stage.COMPILE,
    Severity.ERROR,
    "unsupported-argument",
    "Unsupported argument",
    detail="No such argument.",
    range=RANGE,
    address="aws_sqs_queue.é",
    snippet='\tnam = "x"',
    fix='Did you mean "name"?',
)


def report(**changes: object) -> VerificationReport:
    values: dict[str, object] = {
        "config_id": CONFIG.id,
        "stages": (
            StageResult(Stage.COMPILE, StageStatus.FAILED, 0.012),
            StageResult(Stage.DEPLOY, StageStatus.SKIPPED),
        ),
        "certificates": (FINDING,),
    }
    return VerificationReport(**{**values, **changes})  # type: ignore[arg-type]


def test_a_finding_looks_like_terraforms() -> None:
    assert formatters.text(report(), CONFIG) == (
        "╷\n"
        "│ Error: Unsupported argument  [unsupported-argument]\n"
        "│\n"
        "│   with aws_sqs_queue.é,\n"
        '│   on main.tf line 2, in resource "aws_sqs_queue" "é":\n'
        '│   2:   nam = "x"\n'
        "│        ^^^\n"
        "│\n"
        "│ No such argument.\n"
        "│\n"
        '│ Fix: Did you mean "name"?\n'
        "╵\n"
        "\n"
        "Stages\n"
        "  compile  failed       12 ms\n"
        "  deploy   skipped\n"
    )


def test_without_the_configuration_the_snippet_is_shown() -> None:
    assert '2:   nam = "x"' in formatters.text(report())


def test_colour_underlines_the_place() -> None:
    shown = formatters.text(report(), CONFIG, colour=True)
    assert "\x1b[4mnam\x1b[0m" in shown
    assert "^^^" not in shown
    assert "\x1b" not in formatters.text(report(), CONFIG)


def test_errors_come_last() -> None:
    warning = Certificate(Stage.COMPILE, Severity.WARNING, "deprecated", "Old")
    shown = formatters.text(report(certificates=(FINDING, warning)))
    assert shown.index("Warning: Old") < shown.index("Error: Unsupported")


def test_the_summary_of_several_reports() -> None:
    warning = Certificate(Stage.COMPILE, Severity.WARNING, "deprecated", "Old")
    clean_one, warned = report(certificates=()), report(certificates=(warning,))
    broken = report(certificates=(), tool_errors=(ToolError("core", "No."),))
    assert formatters.summary([clean_one, clean_one]) == "2 configurations: 2 passed."
    assert (
        formatters.summary([clean_one, warned, report(), broken])
        == "4 configurations: 2 passed (1 with warnings), 1 failed, 1 could not be verified."
    )
    assert (
        formatters.summary([broken], colour=True)
        == "\x1b[35m1 configuration: 0 passed, 1 could not be verified.\x1b[0m"
    )


def test_summary_parts() -> None:
    shown = formatters.text(
        report(
            certificates=(),
            stages=(StageResult(Stage.POLICY, StageStatus.FAILED, 0.001),),
            rules=(RuleResult("a.rego", "data.a.allow", False), RuleResult("a.rego", "data.a.valid", True)),
            changes=(PlannedChange("a.b", "a", ("delete", "create")), PlannedChange("a.c", "a", ("update",))),
            assumptions=(Assumption("var.x", "", [1], "made up"), Assumption("data.a.b", "id", "i" * 200, "unknown")),
        )
    )
    assert "1 of 2 rules" in shown
    assert "failed  a.rego: data.a.allow" in shown
    assert "Plan: 1 to add, 1 to change, 1 to destroy." in shown
    assert "var.x  made up\n    = [1]" in shown
    assert max(len(line) for line in shown.splitlines()) < 120


def test_many_assumptions_are_cut() -> None:
    many = tuple(Assumption("data.a.b", f"attribute_{i}", i, "unknown") for i in range(40))
    shown = formatters.text(report(assumptions=many))
    assert "Assumptions (40)" in shown
    assert "and 35 more" in shown


def test_tool_errors_are_told_apart_and_without_frames() -> None:
    message = 'a worker failed: Traceback (most recent call last):\n  File "x", line 1\n    boom()\nValueError: boom\n'
    shown = formatters.text(report(certificates=(), tool_errors=(ToolError("worker", message),)))
    assert "Tool error: worker" in shown
    assert "a worker failed: ValueError: boom" in shown
    assert "boom()" not in shown
    assert "not a finding" in shown


@pytest.mark.parametrize("evil", ["\x1b[2J", "\x9b31m", "\u202e", "a\rb", "\x00", "\u2028"])
def test_nothing_that_a_terminal_obeys_gets_through(evil: str) -> None:
    config = TerraformConfig.from_text(f'resource "a" "b" {{\n\tnam = "{evil}"\n}}\n')
    finding = Certificate(
        Stage.COMPILE, Severity.ERROR, "x", f"s{evil}", f"d{evil}", RANGE, f"a{evil}", fix=f"f{evil}", rule=f"r{evil}"
    )
    assumption = Assumption(f"a{evil}", f"b{evil}", evil, f"w{evil}")
    error = ToolError("kind", f"m{evil}")
    shown = formatters.text(
        report(certificates=(finding,), assumptions=(assumption,), tool_errors=(error,)), config, name=evil
    )
    assert evil not in shown
    assert formatters.json(report(certificates=(finding,))).isascii()


def test_clean_keeps_what_is_harmless() -> None:
    assert clean("é\tü\n日本") == "é\tü\n日本"
    assert clean("a\r\nb") == "a\nb"


def test_json_gives_reports_back() -> None:
    document = json.loads(formatters.json([("a", report()), ("b", report(certificates=()))], extra={"x": 1}))
    assert document["passed"] is False
    assert document["x"] == 1
    assert [r["path"] for r in document["reports"]] == ["a", "b"]
    assert VerificationReport.from_dict(document["reports"][0]) == report()
