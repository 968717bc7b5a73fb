"""TFLint on PATH: a stand-in that prints what TFLint's JSON formatter prints, run as the real one is."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from terraformer.types import Severity, Stage, StageStatus, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool, VerifySettings, sandbox
from terraformer.verify.cache import cache_key
from terraformer.verify.core import Core
from terraformer.verify.lint import tflint
from terraformer.verify.settings import CheckSettings

STAGES = (Stage.COMPILE, Stage.DEPLOY, Stage.LINT)
Install = Callable[[str], Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a shell script in the place of TFLint."""

    def put(script: str) -> Path:
        program = tmp_path / "bin" / "tflint"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        return program

    return put


def issue(rule: str, message: str, start: tuple[int, int], end: tuple[int, int], **more: Any) -> dict[str, Any]:
    """One issue as TFLint's formatter/json.go writes it."""
    return {
        "rule": {
            "name": rule,
            "severity": more.get("severity", "warning"),
            "link": f"https://example.com/docs/rules/{rule}.md",
        },
        "message": message,
        "range": {
            "filename": more.get("filename", "main.tf"),
            "start": {"line": start[0], "column": start[1]},
            "end": {"line": end[0], "column": end[1]},
        },
        "callers": [],
        "fixable": False,
        "fixed": False,
    }


def prints(*issues: dict[str, Any], errors: list[dict[str, Any]] | None = None, status: int = 0) -> str:
    return f"cat <<'END'\n{json.dumps({'issues': list(issues), 'errors': errors or []})}\nEND\nexit {status}"


def verify(pool: VerifierPool, text: str | dict[str, bytes], root: str = ".", **more: Any) -> VerificationReport:
    config = TerraformConfig.from_text(text) if isinstance(text, str) else TerraformConfig(text, root)
    chosen = CheckSettings(**{k: v for k, v in more.items() if k in ("only", "skip", "severities", "tool")})
    rest = {k: v for k, v in more.items() if k not in ("only", "skip", "severities", "tool")}
    settings = VerifySettings(**{"stages": STAGES, "lint": chosen, "cache": False, **rest})
    return pool.verify(config, settings=settings)


def lint_status(report: VerificationReport) -> StageStatus:
    found = report.stage(Stage.LINT)
    assert found is not None
    return found.status


UNUSED = 'variable "größe" {\n  type = string\n  default = "x"\n}\nlocals { bad = "A" }\nresource "aws_s3_bucket" "b" {\n  bucket = local.bad\n}\n'


def test_its_issues_take_the_place_of_our_own(pool: VerifierPool, install: Install) -> None:
    install(
        prints(issue("terraform_unused_declarations", 'variable "größe" is declared but not used', (1, 1), (1, 17)))
    )
    report = verify(pool, UNUSED)
    assert report.tool_errors == ()
    ours = [(c.rule, c.severity) for c in report.certificates if c.stage is Stage.LINT]
    # The builtin rules would report missing versions; AWS values are ours, TFLint or not.
    assert sorted(ours) == [
        ("aws_s3_bucket_name", Severity.ERROR),
        ("terraform_unused_declarations", Severity.WARNING),
    ]
    assert lint_status(report) is StageStatus.FAILED
    (found,) = (c for c in report.certificates if c.rule == "terraform_unused_declarations")
    assert found.code == "terraform-unused-declarations"
    assert found.address == "var.größe"
    assert found.range is not None
    assert UNUSED.encode()[found.range.start.byte : found.range.end.byte].decode() == 'variable "größe"'
    assert found.snippet == 'variable "größe" {'
    assert found.detail
    assert found.fix
    assert str(found.notes["link"]).endswith("terraform_unused_declarations.md")
    verdicts = {c.check: c.passed for c in report.checks if c.check.startswith("terraform_")}
    assert verdicts["terraform_unused_declarations"] is False
    assert verdicts["terraform_required_version"] is True
    assert "terraform_naming_convention" not in verdicts


def test_it_is_run_with_settings_of_ours(pool: VerifierPool, install: Install) -> None:
    install(
        'config=$(for a in "$@"; do case $a in --config=*) echo ${a#--config=};; esac; done)\n'
        'said=$(echo "ARGS $* FILES $(find . -type f | sort) CONFIG $(cat $config) HOME $HOME TOKEN $AWS_SECRET_ACCESS_KEY"'
        " | tr '\\n\"' ' _')\n"
        'printf \'{"issues":[{"rule":{"name":"seen","severity":"warning","link":""},"message":"%s","range":'
        '{"filename":"main.tf","start":{"line":1,"column":1},"end":{"line":1,"column":1}}}],"errors":[]}\' "$said"'
    )
    os.environ["AWS_SECRET_ACCESS_KEY"] = "secret-of-the-user"
    try:
        files = {
            "main.tf": b'module "m" {\n  source = "./m"\n}\n',
            "m/main.tf": b"locals {}\n",
            ".tflint.hcl": b'plugin "evil" {\n  enabled = true\n}\n',
            ".tflint.d/plugins/evil": b"#!/bin/sh\n",
        }
        report = verify(pool, files)
    finally:
        del os.environ["AWS_SECRET_ACCESS_KEY"]
    assert report.tool_errors == ()
    (said,) = (c.summary for c in report.certificates if c.rule == "seen")
    arguments, _, rest = said.partition(" FILES ")
    names, _, rest = rest.partition(" CONFIG ")
    assert "--format=json" in arguments
    assert "--force" in arguments
    assert "--config=/" in arguments
    assert names.split() == ["./m/main.tf", "./main.tf"]
    assert "preset  = _recommended_" in rest
    assert "evil" not in said
    assert "secret-of-the-user" not in said
    assert str(Path.home()) + " " not in rest


def test_rules_beyond_the_preset_are_asked_for(pool: VerifierPool, install: Install) -> None:
    install(
        'for a in "$@"; do case $a in --config=*) grep -q \'"all"\' ${a#--config=} || exit 1;; esac; done\n'
        + prints(
            issue("terraform_naming_convention", "resource name `A` must match", (1, 1), (1, 2), severity="info"),
            issue("terraform_typed_variables", "`a` variable has no type", (1, 1), (1, 2)),
        )
    )
    report = verify(pool, "locals {}\n", only=("terraform_naming_*",), severities=(("terraform_naming_*", "error"),))
    assert [(c.rule, c.severity) for c in report.certificates] == [("terraform_naming_convention", Severity.ERROR)]
    assert report.lint_passed is False


def test_a_root_below_the_top(pool: VerifierPool, install: Install) -> None:
    install(
        'case "$*" in *--chdir=env/dev*) ;; *) exit 3;; esac\n'
        + prints(
            issue("terraform_typed_variables", "a", (1, 1), (1, 13), filename="env/dev/main.tf"),
            issue("terraform_typed_variables", "b", (1, 1), (1, 13), filename="main.tf"),
        )
    )
    files = {"env/dev/main.tf": b'variable "a" {}\n', "m/main.tf": b"locals {}\n"}
    report = verify(pool, files, "env/dev", only=("terraform_*",))
    places = [c.range.file for c in report.certificates if c.stage is Stage.LINT and c.range is not None]
    assert places == ["env/dev/main.tf", "env/dev/main.tf"]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            prints(
                errors=[{"summary": "", "message": "Failed to initialize plugins; x", "severity": "error"}], status=1
            ),
            "Failed to initialize plugins; x",
        ),
        (
            prints(
                errors=[
                    {
                        "summary": "Invalid expression",
                        "message": "Expected the start",
                        "severity": "error",
                        "range": {
                            "filename": "main.tf",
                            "start": {"line": 2, "column": 1},
                            "end": {"line": 2, "column": 2},
                        },
                    }
                ],
                status=1,
            ),
            "main.tf:2: Invalid expression: Expected the start",
        ),
        ("echo 'panic: runtime error' >&2; exit 2", "TFLint ended with status 2: panic: runtime error"),
        ("echo '[]'", "TFLint ended with status 0: no output that can be read"),
        ('echo \'{"issues": [{"rule": 1}], "errors": []}\'', "TFLint's output cannot be read"),
        ("exit 0", "TFLint ended with status 0"),
    ],
)
def test_its_failures_are_tool_errors(pool: VerifierPool, install: Install, script: str, message: str) -> None:
    install(script)
    report = verify(pool, "locals {}\n")
    (error,) = report.tool_errors
    assert (error.kind, error.stage) == ("tflint", Stage.LINT)
    assert error.message.startswith(message)
    assert lint_status(report) is StageStatus.ERROR
    assert report.lint_passed is None
    assert report.deployable is True


def test_a_stalled_tflint_is_ended(pool: VerifierPool, install: Install) -> None:
    install("sleep 600 & wait")
    report = verify(pool, "locals {}\n", timeout=2.0)
    assert [e.message for e in report.tool_errors] == ["TFLint took longer than 2 seconds"]
    assert report.deployable is True


def test_endless_output_is_ended(pool: VerifierPool, install: Install) -> None:
    install("yes '{'")
    report = verify(pool, "locals {}\n", output_mb=1)
    assert [e.message for e in report.tool_errors] == ["TFLint printed more than 1 MB"]


def test_it_is_confined(pool: VerifierPool, install: Install, tmp_path: Path) -> None:
    if not sandbox.landlock_abi():
        pytest.skip("this kernel has no Landlock")
    secret = tmp_path / "secret"
    secret.write_text("top secret", "utf-8")
    install(
        f"cat {secret} && leak=yes\ncat /etc/passwd && leak=yes\necho x > {tmp_path}/written\n"
        f'printf \'{{"issues":[{{"rule":{{"name":"seen","severity":"warning","link":""}},"message":"leak:%s","range":'
        '{"filename":"main.tf","start":{"line":1,"column":1},"end":{"line":1,"column":1}}}],"errors":[]}\' "$leak"'
    )
    report = verify(pool, "locals {}\n")
    assert report.tool_errors == ()
    assert [c.summary for c in report.certificates if c.rule == "seen"] == ["leak:"]
    assert not (tmp_path / "written").exists()


def test_files_that_do_not_parse_are_left_to_compiling(pool: VerifierPool, install: Install) -> None:
    install(prints(errors=[{"summary": "Argument or block definition required", "message": "x", "severity": "error"}]))
    report = verify(pool, "locals {\n")
    assert report.tool_errors == ()
    assert lint_status(report) is StageStatus.SKIPPED


def test_the_builtin_rules_can_be_chosen(pool: VerifierPool, install: Install) -> None:
    install("exit 7")
    report = verify(pool, "locals {}\n", tool="builtin")
    assert report.tool_errors == ()
    assert [c.rule for c in report.certificates] == ["terraform_required_version"]


def test_without_it_asking_for_it_is_a_tool_error(pool: VerifierPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflint, "find_tflint", lambda: None)
    report = verify(pool, "locals {}\n", tool="tflint")
    (error,) = report.tool_errors
    assert error.kind == "tflint-missing"
    assert "choose the builtin lint tool" in error.message


def test_auto_means_whatever_is_there(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = VerifySettings(stages=STAGES)
    monkeypatch.setattr(tflint, "find_tflint", lambda: None)
    assert tflint.resolve(settings).lint.tool == "builtin"
    monkeypatch.undo()
    install(prints())
    assert tflint.resolve(settings).lint.tool == "tflint"
    assert tflint.resolve(VerifySettings()).lint.tool == "auto"


def test_another_tflint_is_another_cache_entry(install: Install) -> None:
    settings = VerifySettings(stages=STAGES, lint=CheckSettings(tool="tflint"))
    core = Core("", "", "", "")
    config = TerraformConfig.from_text("locals {}\n")
    install(prints())
    first = cache_key(config, (), settings, core)
    assert cache_key(config, (), settings, core) == first
    install(prints() + "\n# newer")
    assert cache_key(config, (), settings, core) != first
