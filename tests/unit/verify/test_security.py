"""The security stage: Checkov's verdicts as certificates and checks, and what happens when it cannot give any."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from terraformer.hcl import scan
from terraformer.types import Certificate, Severity, Stage, StageStatus, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.settings import CheckSettings
from terraformer.verify.stages import checkov_runner
from terraformer.verify.stages.native_syntax import native_syntax
from terraformer.verify.stages.security import check_security

STAGES = (Stage.COMPILE, Stage.DEPLOY, Stage.SECURITY)
KEY = 'resource "aws_kms_key" "main" {\n  description         = "data"\n  enable_key_rotation = false\n}\n'
ALL = CheckSettings()
ROTATION = CheckSettings(only=("CKV_AWS_7",))


def run(
    pool: VerifierPool, files: str | dict[str, str], security: CheckSettings = ALL, **options: object
) -> VerificationReport:
    given = {"main.tf": files} if isinstance(files, str) else files
    config = TerraformConfig({name: text.encode() for name, text in given.items()})
    settings = VerifySettings(cache=False, stages=STAGES, security=security)
    return pool.verify(config, settings=settings.replace(**options))


def findings(report: VerificationReport) -> list[Certificate]:
    return [c for c in report.certificates if c.stage is Stage.SECURITY]


def status(report: VerificationReport) -> StageStatus:
    found = report.stage(Stage.SECURITY)
    assert found is not None
    return found.status


def test_a_finding_says_what_where_and_how_to_mend_it(pool: VerifierPool) -> None:
    report = run(pool, KEY, ROTATION)
    assert report.tool_errors == ()
    (found,) = findings(report)
    assert (found.code, found.rule, found.severity) == ("security-finding", "CKV_AWS_7", Severity.ERROR)
    assert found.address == "aws_kms_key.main"
    assert found.attribute_path == "enable_key_rotation"
    assert found.range is not None
    assert (found.range.start.line, found.range.start.column) == (3, 3)
    assert found.snippet == "  enable_key_rotation = false"
    assert found.fix == "Set enable_key_rotation to true."
    assert report.deployable is True
    assert report.secure is False
    assert report.security_pass_share == 0.0


def test_the_pass_share_counts_every_check_that_applies(pool: VerifierPool) -> None:
    report = run(pool, KEY)
    checks = {(c.check, c.address): c.passed for c in report.checks}
    assert checks[("CKV_AWS_7", "aws_kms_key.main")] is False
    assert any(checks.values())
    assert report.security_pass_share == sum(checks.values()) / len(checks)
    assert {c.rule for c in findings(report)} == {check for (check, _), passed in checks.items() if not passed}


def test_a_check_that_a_comment_skips_counts_neither_way(pool: VerifierPool) -> None:
    skipped = KEY.replace("{\n", "{\n  #checkov:skip=CKV_AWS_7:rotated by hand\n")
    report = run(pool, skipped, ROTATION)
    assert findings(report) == []
    assert report.checks == ()
    assert report.security_pass_share is None


def test_settings_choose_checks_and_severities(pool: VerifierPool) -> None:
    assert "CKV_AWS_7" not in {c.check for c in run(pool, KEY, CheckSettings(skip=("CKV_AWS_?",))).checks}
    softer = CheckSettings(only=("CKV_AWS_7",), severities=(("CKV_AWS_*", Severity.WARNING),))
    report = run(pool, KEY, softer)
    assert [c.severity for c in findings(report)] == [Severity.WARNING]
    assert status(report) is StageStatus.PASSED
    assert report.secure is True
    assert report.security_pass_share == 0.0


MODULE = {
    "main.tf": 'module "a" {\n  source = "./m"\n  rotate = true\n}\n\nmodule "b" {\n  source = "./m"\n}\n',
    "m/main.tf": 'variable "rotate" {\n  type    = bool\n  default = false\n}\n\n'
    'resource "aws_kms_key" "main" {\n  count               = 2\n  enable_key_rotation = var.rotate\n}\n',
    "examples/main.tf": KEY,
}


def test_modules_are_checked_as_called_and_nothing_else_of_the_directory(pool: VerifierPool) -> None:
    report = run(pool, MODULE, ROTATION)
    assert {(c.address, c.passed) for c in report.checks} == {
        ("module.a.aws_kms_key.main[0]", True),
        ("module.a.aws_kms_key.main[1]", True),
        ("module.b.aws_kms_key.main[0]", False),
        ("module.b.aws_kms_key.main[1]", False),
    }
    assert {(c.range.file, c.range.start.line) for c in findings(report) if c.range} == {("m/main.tf", 8)}


def test_variables_come_from_files_beside_the_root_module(pool: VerifierPool) -> None:
    files = {
        "main.tf": 'variable "rotate" {\n  type = bool\n}\n' + KEY.replace("false", "var.rotate"),
        "ours.auto.tfvars": "rotate = true\n",
    }
    assert [c.passed for c in run(pool, files, ROTATION).checks] == [True]


def test_json_syntax_is_checked_too(pool: VerifierPool) -> None:
    text = '{"resource": {"aws_kms_key": {"main": {"enable_key_rotation": false}}}}'
    report = run(pool, {"main.tf.json": text}, ROTATION)
    (found,) = findings(report)
    assert found.address == "aws_kms_key.main"
    assert found.range is not None and found.range.file == "main.tf.json"


def test_provider_blocks_have_addresses(pool: VerifierPool) -> None:
    text = (
        'provider "aws" {\n  alias      = "west"\n  region     = "us-west-2"\n'
        '  access_key = "AKIAIOSFODNN7EXAMPLE"\n  secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"\n}\n'
    )
    (found,) = findings(run(pool, text, CheckSettings(only=("CKV_AWS_41",))))
    assert found.address == "provider.aws.west"
    assert found.range is not None and found.range.start.line == 1


def test_what_is_no_hcl_has_no_verdict(pool: VerifierPool) -> None:
    report = run(pool, "resource {\n" + KEY)
    assert report.compilable is False
    assert status(report) is StageStatus.SKIPPED
    assert report.secure is None
    truncated = KEY + 'locals {\n  a = "' + "$${abcdef:" * 8 + "\n\n"
    assert status(run(pool, truncated)) is StageStatus.SKIPPED
    deep = run(pool, "locals {\n  a = " + "[" * 3000 + "]" * 3000 + "\n}\n")
    assert deep.compilable is False
    assert deep.secure is None


def test_a_scan_that_does_not_end_is_a_tool_error_and_leaves_the_other_verdicts(pool: VerifierPool) -> None:
    bomb = KEY.replace('"data"', "local.x") + 'locals {\n  x = "y"\n  z = pow(9, pow(9, 9))\n}\n'
    report = run(pool, bomb, timeout=1.5)
    assert [(e.kind, e.stage) for e in report.tool_errors] == [("security-limit", Stage.SECURITY)]
    assert report.compilable is not None
    assert report.secure is None
    assert status(run(pool, KEY, ROTATION)) is StageStatus.FAILED


def test_only_those_who_ask_for_the_stage_load_checkov() -> None:
    config = TerraformConfig({"main.tf": KEY.encode()})
    with VerifierPool(1, VerifySettings(cache=False)) as own:
        assert own.verify(config).deployable is True
        (pid,) = own.pids
        assert "rustworkx" not in Path(f"/proc/{pid}/maps").read_text()


def test_without_the_extra_the_mend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkov_runner, "_loaded", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    config = TerraformConfig({"main.tf": KEY.encode()})
    outcome = check_security(config, scan(config.files, config.root), CheckSettings())
    (error,) = outcome.tool_errors
    assert error.kind == "security-missing"
    assert "pip install 'terraformer-iac[security]'" in error.message
    assert outcome.checks == ()


SILENT = """
import logging, os, sys
connections = []
sys.addaudithook(lambda event, args: connections.append(args) if event in ("socket.connect", "socket.getaddrinfo") else None)
before = (dict(os.environ), list(logging.getLogger().handlers), logging.getLogger().level, logging.root.manager.disable)
from terraformer.hcl import scan
from terraformer.verify.settings import CheckSettings
from terraformer.verify.stages.security import check_security
files = {"main.tf": b'module "vpc" {\\n  source  = "terraform-aws-modules/vpc/aws"\\n  version = "5.0.0"\\n}\\n'
         b'module "git" {\\n  source = "git::https://example.com/vpc.git"\\n}\\nresource "aws_kms_key" "k" {\\n  x = \\n}\\n'}
files["other.tf"] = b'resource "aws_kms_key" "k" {}\\n'
from terraformer.types import TerraformConfig
config = TerraformConfig(files)
assert check_security(config, scan(files), CheckSettings()).skipped
del files["main.tf"]
assert check_security(TerraformConfig(files), scan(files), CheckSettings()).checks
from pathlib import Path
Path("outside.tf").write_text('resource "aws_kms_key" "outside" {}\\n')
text = 'module "up" {\\n  source = "../"\\n}\\nmodule "far" {\\n  source = "%s"\\n}\\n' % os.getcwd()
outside = TerraformConfig({"main.tf": text.encode()})
checks = check_security(outside, scan(outside.files), CheckSettings()).checks
assert not [c for c in checks if "aws_kms_key" in c.address], checks
os.unlink("outside.tf")
assert connections == [], connections
assert (dict(os.environ), list(logging.getLogger().handlers), logging.getLogger().level, logging.root.manager.disable) == before
"""


def test_it_is_silent_and_offline(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONWARNINGS": "default"}
    done = subprocess.run(
        [sys.executable, "-c", SILENT], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "native"),
    [
        ('{"variable": {"n": {"type": "list(string)", "default": ["a"]}}}', b"type = list(string)"),
        ('{"resource": {"t": {"n": [{"rule": [{"a": 1}, {"a": null}]}]}}}', b"rule {\n    a = null\n  }"),
        ('{"resource": {"t": {"n": {"tags": {"A b": "${var.x}"}}}}}', b'tags = {"A b" = "${var.x}"}'),
        ('[{"//": "words"}, {"locals": {"a": true, "//": "b"}}]', b"locals {\n  a = true\n}"),
        (
            '{"provider": {"aws": [{"alias": "w", "assume_role": {"role_arn": "r"}}]}}',
            b'assume_role {\n    role_arn = "r"',
        ),
    ],
)
def test_native_syntax(text: str, native: bytes) -> None:
    assert native in native_syntax(text.encode())


@pytest.mark.parametrize("text", ["[", "1", '{"resource": 1}', '{"resource": {"t": 1}}', "[" * 5000, "\udcff"])
def test_native_syntax_of_what_is_no_configuration(text: str) -> None:
    with pytest.raises(ValueError):
        native_syntax(text.encode("utf-8", "surrogateescape"))
