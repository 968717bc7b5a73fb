"""The lint stage as a whole: settings, ignore comments, places, verdicts, what it does with hostile or broken files."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from terraformer.errors import SettingsError
from terraformer.hcl import scan
from terraformer.types import Severity, Stage, StageStatus, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.settings import CheckSettings
from terraformer.verify.stages.lint import check_lint
from terraformer.verify.stages.outcome import SourceOutcome

STAGES = (Stage.COMPILE, Stage.DEPLOY, Stage.LINT)


def lint(files: str | Mapping[str, str], **settings: object) -> SourceOutcome:
    given = {"main.tf": files} if isinstance(files, str) else files
    config = TerraformConfig({name: text.encode() for name, text in given.items()})
    return check_lint(config, scan(config.files), CheckSettings(**settings))  # type: ignore[arg-type]


def rules(outcome: SourceOutcome) -> list[str]:
    return sorted({str(c.rule) for c in outcome.certificates})


UNTIDY = 'variable "A" {}\n// old\noutput "o" { value = "${local.x}" }\nlocals { x = 1 }\n'


# --- settings -------------------------------------------------------------------------------------------------------


def test_the_recommended_preset_is_the_default() -> None:
    assert rules(lint(UNTIDY)) == [
        "terraform_deprecated_interpolation",
        "terraform_required_version",
        "terraform_typed_variables",
        "terraform_unused_declarations",
    ]


def test_only_reaches_every_rule() -> None:
    assert "terraform_naming_convention" in rules(lint(UNTIDY, only=("*",)))
    assert rules(lint(UNTIDY, only=("terraform_comment_*",))) == ["terraform_comment_syntax"]


def test_skipped_rules_are_neither_reported_nor_counted() -> None:
    outcome = lint(UNTIDY, skip=("terraform_typed_variables", "terraform_required_*"))
    assert rules(outcome) == ["terraform_deprecated_interpolation", "terraform_unused_declarations"]
    assert not any(c.check.startswith("terraform_required") for c in outcome.checks)


def test_a_severity_of_its_own_enables_a_rule() -> None:
    outcome = lint(UNTIDY, severities=(("terraform_naming_convention", "error"), ("*", "info")))
    assert {c.severity for c in outcome.certificates if c.rule == "terraform_naming_convention"} == {Severity.ERROR}
    assert {c.severity for c in outcome.certificates if c.rule == "terraform_typed_variables"} == {Severity.INFO}
    assert "terraform_comment_syntax" not in rules(outcome)


def test_an_unknown_tool_is_refused(pool: VerifierPool) -> None:
    settings = VerifySettings(stages=STAGES, lint=CheckSettings(tool="eslint"), cache=False)
    with pytest.raises(SettingsError, match="auto, tflint, builtin, not 'eslint'"):
        pool.verify(TerraformConfig.from_text(UNTIDY), settings=settings)


# --- verdicts -------------------------------------------------------------------------------------------------------


def test_every_object_has_a_verdict() -> None:
    outcome = lint('variable "a" {}\nvariable "b" {\n  type = string\n}\n', only=("terraform_typed_variables",))
    assert [(c.address, c.passed) for c in outcome.checks] == [("var.a", False), ("var.b", True)]
    assert all(c.stage is Stage.LINT for c in outcome.checks)


def test_warnings_do_not_fail_the_stage_and_errors_do(pool: VerifierPool) -> None:
    builtin = CheckSettings(tool="builtin")
    settings = VerifySettings(stages=STAGES, lint=builtin, cache=False)
    untidy = pool.verify(TerraformConfig.from_text(UNTIDY), settings=settings)
    assert untidy.lint_passed is True
    assert untidy.lint_issues == 4
    wrong = pool.verify(
        TerraformConfig.from_text('resource "aws_s3_bucket" "b" {\n  bucket = "A B"\n}\n'), settings=settings
    )
    assert wrong.lint_passed is False
    assert wrong.deployable is True
    assert wrong.exit_code == 2
    tidy = pool.verify(TerraformConfig.from_text('terraform {\n  required_version = ">= 1.5"\n}\n'), settings=settings)
    assert (tidy.lint_passed, tidy.lint_issues) == (True, 0)
    assert tidy.checks
    assert all(c.passed for c in tidy.checks)


def test_without_the_stage_there_is_no_verdict(pool: VerifierPool) -> None:
    report = pool.verify(TerraformConfig.from_text(UNTIDY), settings=VerifySettings(cache=False))
    assert report.lint_passed is None
    assert report.lint_issues is None


@pytest.mark.parametrize(
    "files",
    [
        {"main.tf": 'resource "a" "b" {\n'},
        {"main.tf": 'variable "a" {}\n', "x.tf": "locals {{{\n"},
        {"main.tf.json": '{"variable": '},
        {"main.tf": "\x00\x01"},
    ],
)
def test_files_with_syntax_errors_are_not_judged(files: dict[str, str]) -> None:
    assert lint(files) == SourceOutcome(skipped=True)


def test_a_skipped_stage_is_said_to_be_skipped(pool: VerifierPool) -> None:
    settings = VerifySettings(stages=STAGES, lint=CheckSettings(tool="builtin"), cache=False)
    report = pool.verify(TerraformConfig.from_text('variable "a" {\n'), settings=settings)
    stage = report.stage(Stage.LINT)
    assert stage is not None
    assert stage.status is StageStatus.SKIPPED
    assert report.lint_passed is None
    assert report.tool_errors == ()


def test_nothing_is_judged_in_an_empty_configuration() -> None:
    assert lint({"readme.md": "hello"}).skipped


# --- ignore comments ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('variable "a" {} # tflint-ignore: terraform_typed_variables\n', []),
        ('# tflint-ignore: terraform_typed_variables\nvariable "a" {}\n', []),
        ('// tflint-ignore: terraform_typed_variables\nvariable "a" {}\n', []),
        ('/* tflint-ignore: terraform_typed_variables */\nvariable "a" {}\n', []),
        ('# tflint-ignore: x, terraform_typed_variables # because\nvariable "a" {}\n', []),
        ('# tflint-ignore: all\nvariable "a" {}\n', []),
        ('# tflint-ignore: terraform_typed_variables\n\nvariable "a" {}\n', ["var.a"]),
        ('# tflint-ignore: terraform_naming_convention\nvariable "a" {}\n', ["var.a"]),
        ('# tflint-ignore: terraform_typed_variables\nvariable "a" {}\nvariable "b" {}\n', ["var.b"]),
        ('# tflint-ignore-file: terraform_typed_variables\n\n\nvariable "a" {}\nvariable "b" {}\n', []),
        ('\n# tflint-ignore-file: terraform_typed_variables\n\nvariable "a" {}\n', ["var.a"]),
        ('locals { x = "# tflint-ignore: all" }\nvariable "a" {}\n', ["var.a"]),
    ],
)
def test_ignore_comments(text: str, left: list[str]) -> None:
    outcome = lint(text, only=("terraform_typed_variables",))
    assert [c.address for c in outcome.certificates] == left
    assert [c.address for c in outcome.checks if not c.passed] == left


def test_ignoring_a_json_file() -> None:
    document = {"//": "tflint-ignore-file: terraform_typed_variables", "variable": {"a": {}}}
    files = {"main.tf.json": json.dumps(document), "other.tf": 'variable "b" {}\n'}
    assert [c.address for c in lint(files, only=("terraform_typed_variables",)).certificates] == ["var.b"]


# --- places ---------------------------------------------------------------------------------------------------------


def test_findings_are_whole() -> None:
    text = 'locals {\n  é = "ü"\n  名 = ["日本 ${local.é.0}"]\n}\noutput "o" {\n  value = "${local.名}"\n}\n'
    outcome = lint(text, only=("terraform_deprecated_*",))
    first, second = outcome.certificates
    assert first.range is not None
    assert second.range is not None
    assert text.encode()[first.range.start.byte : first.range.end.byte] == b".0"
    assert (first.range.start.line, first.range.start.column) == (3, 21)
    assert first.snippet == '  名 = ["日本 ${local.é.0}"]'
    assert first.fix == "Write [0] instead of .0."
    assert text.encode()[second.range.start.byte : second.range.end.byte].decode() == '"${local.名}"'
    assert second.address == "output.o"
    assert all(c.detail and c.fix and c.stage is Stage.LINT for c in outcome.certificates)


def test_places_in_json() -> None:
    text = '{\n  "output": {\n    "o": {\n      "value": "${aws_vpc.a.0.id}"\n    }\n  }\n}\n'
    (found,) = lint({"main.tf.json": text}, only=("terraform_deprecated_index",)).certificates
    assert found.range is not None
    assert text[found.range.start.byte : found.range.end.byte] == ".0"
    assert found.address == "output.o"
    escaped = text.replace("${", "\\t${")
    (found,) = lint({"main.tf.json": escaped}, only=("terraform_deprecated_index",)).certificates
    assert found.range is not None
    assert escaped[found.range.start.byte : found.range.end.byte] == '"\\t${aws_vpc.a.0.id}"'


def test_tflints_rules_look_at_the_root_module_only() -> None:
    files = {"main.tf": 'module "m" {\n  source = "./m"\n}\n', "m/main.tf": 'variable "a" {}\n'}
    assert lint(files, only=("terraform_typed_variables",)).certificates == ()


def test_values_are_judged_in_local_modules_too() -> None:
    files = {
        "main.tf": 'module "a" {\n  source = "./m"\n}\nmodule "b" {\n  source = "./m"\n}\n',
        "m/main.tf": 'resource "aws_s3_bucket" "b" {\n  bucket = "A"\n}\n',
    }
    (found,) = lint(files, only=("aws_*",)).certificates
    assert found.address == "module.a.aws_s3_bucket.b"
    assert found.range is not None
    assert found.range.file == "m/main.tf"


# --- hostile input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "locals {\n  x = " + "[" * 20_000 + "]" * 20_000 + "\n}\n",
        "locals {\n  x = " + "(" * 20_000 + "1" + ")" * 20_000 + "\n}\n",
        "locals {\n" + "".join(f'  x{i} = "${{var.a{i}}}"\n' for i in range(20_000)) + "}\n",
        "".join(f'variable "v{i}" {{}}\n' for i in range(15_000)),
        "locals {\n  x = { " + ", ".join("a = 1" for _ in range(20_000)) + " }\n}\n",
        "locals {\n  x = a" + ".0" * 50_000 + "\n}\n",
        'locals {\n  x = "' + "${a}" * 50_000 + '"\n}\n',
        "# tflint-ignore: all\n" * 20_000,
        "locals {\n  x = " + " == ".join(["[]"] * 10_000) + "\n}\n",
        'resource "aws_iam_policy" "p" {\n  policy = "' + 'Sid = \\"' * 20_000 + '"\n}\n',
        'module "m" {\n  source = "git::' + "a@" * 20_000 + '"\n  providers = {' + "a = b, " * 5_000 + "}\n}\n",
        'resource "aws_s3_bucket" "b" {\n  bucket = "' + "a.-" * 50_000 + '"\n}\n',
    ],
    ids=lambda text: text[:25].strip(),
)
def test_hostile_files_are_bounded(text: str) -> None:
    outcome = lint(text, only=("*",))  # quadratic time would be minutes, and the suite's own limit ends that
    assert len(outcome.certificates) < 2_500
