"""``terraformer mutate``: what it prints and writes, and its exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from terraformer.cli.app import run

MAIN = """\
# Logs.
resource "aws_s3_bucket" "logs" {
  bucket = "the-logs"
}

resource "aws_sqs_queue" "jobs" {
  name          = "jobs"
  delay_seconds = 5 # short
}
"""
REQUEST = "Set the delay of the jobs queue to 10 seconds."
GOOD = "main.tf\n<<<<<<< SEARCH\n  delay_seconds = 5\n=======\n  delay_seconds = 10\n>>>>>>> REPLACE\n"
DELETING = GOOD + "\nDELETE BLOCK: aws_s3_bucket.logs\n"
NO_SETTINGS = ["--no-settings", "--rounds", "0"]


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("TERRAFORMER_DEBUG", raising=False)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    found = tmp_path / "live"
    found.mkdir()
    (found / "main.tf").write_text(MAIN)
    (found / "unrelated.txt").write_text("mine\n")
    return found


def mock(tmp_path: Path, *replies: object) -> str:
    script = tmp_path / "replies.json"
    script.write_text(json.dumps(list(replies)))
    return f"mock:{script}"


def test_the_diff_and_what_differs_are_printed_and_nothing_is_written(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["mutate", str(directory), REQUEST, "--model", mock(tmp_path, GOOD), *NO_SETTINGS]) == 0
    out = capsys.readouterr().out
    assert "-  delay_seconds = 5 # short\n+  delay_seconds = 10 # short\n" in out
    assert "  ~ aws_sqs_queue.jobs changed\n      delay_seconds: 5 -> 10\n1 changed.\n" in out
    assert "1 attempt, clean" in out
    assert (directory / "main.tf").read_text() == MAIN


def test_write(directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mutate", str(directory), REQUEST, "--model", mock(tmp_path, GOOD), "--write", *NO_SETTINGS]) == 0
    assert f"Wrote {directory / 'main.tf'}\n" in capsys.readouterr().out
    assert (directory / "main.tf").read_text() == MAIN.replace("= 5 #", "= 10 #")
    assert sorted(p.name for p in directory.iterdir()) == ["main.tf", "unrelated.txt"]


def test_findings_are_two_and_not_written_unless_forced(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["mutate", str(directory), REQUEST, "--model", mock(tmp_path, DELETING), "--write", *NO_SETTINGS]
    assert run(command) == 2
    out = capsys.readouterr().out
    assert "  - aws_s3_bucket.logs removed" in out
    assert "collateral" in out or "aws_s3_bucket.logs" in out
    assert "Wrote" not in out
    assert (directory / "main.tf").read_text() == MAIN
    assert run([*command, "--force"]) == 2
    assert "aws_s3_bucket" not in (directory / "main.tf").read_text()


def test_allow(directory: Path, tmp_path: Path) -> None:
    command = ["mutate", str(directory), REQUEST, "--model", mock(tmp_path, DELETING), *NO_SETTINGS]
    assert run([*command, "--allow", "aws_s3_bucket.*"]) == 0


def test_json(directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--model", mock(tmp_path, GOOD), "--format", "json", "--write", *NO_SETTINGS]
    assert run(["mutate", str(directory), REQUEST, *options]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["passed"] is True
    assert document["stopped"] == "clean"
    assert document["written"] == [str(directory / "main.tf")]
    assert document["mutation"]["files"] == ["main.tf"]
    (change,) = document["mutation"]["summary"]["resources"]
    assert change["kind"] == "changed"


def test_a_dirty_target_is_refused(directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init"], cwd=directory, check=True, capture_output=True)
    command = ["mutate", str(directory), REQUEST, "--model", mock(tmp_path, GOOD), "--write", *NO_SETTINGS]
    assert run(command) == 1
    captured = capsys.readouterr()
    assert "delay_seconds: 5 -> 10" in captured.out
    assert captured.err.count("\n") == 1
    assert "main.tf: is not under version control yet; nothing was written" in captured.err
    assert (directory / "main.tf").read_text() == MAIN
    assert run([*command, "--force"]) == 0
    assert (directory / "main.tf").read_text() != MAIN


def test_an_answer_without_an_edit(directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["mutate", str(directory), REQUEST, "--model", mock(tmp_path, "I am sorry."), *NO_SETTINGS]
    assert run(command) == 2
    assert capsys.readouterr().out.startswith("No change that could be applied:\n  the reply holds no edit")
    assert run([*command, "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["passed"] is False


def test_policies(directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "delay.rego").write_text(
        "package main\n\nimport rego.v1\n\ndeny contains msg if {\n  some r in input.planned_values.root_module.resources\n"
        '  r.values.delay_seconds > 9\n  msg := "too slow"\n}\n'
    )
    options = ["--model", mock(tmp_path, GOOD), "--policy", str(tmp_path / "p"), *NO_SETTINGS]
    assert run(["mutate", str(directory), REQUEST, *options]) == 2
    assert "too slow" in capsys.readouterr().out


def test_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Pipe(io.TextIOWrapper):
        def isatty(self) -> bool:
            return False

    command = ["mutate", "-", REQUEST, "--model", mock(tmp_path, GOOD), *NO_SETTINGS]
    monkeypatch.setattr(sys, "stdin", Pipe(io.BytesIO(MAIN.encode())))
    assert run(command) == 0
    assert run([*command, "--write"]) == 1
    assert "standard input" in capsys.readouterr().err


def test_the_trace(directory: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    options = ["--model", mock(tmp_path, "no", GOOD), "--trace", str(trace), "--rounds", "2", "--no-settings"]
    assert run(["mutate", str(directory), REQUEST, *options]) == 0
    assert [json.loads(line)["kind"] for line in trace.read_text().splitlines()] == [
        "task",
        "attempt",
        "attempt",
        "end",
    ]


@pytest.mark.parametrize("error", ["a model that fails", "interrupted"])
def test_failures_are_one_line(
    error: str, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from terraformer.models.mock import MockModel

    model = mock(tmp_path, {"error": "the key was refused"})
    if error == "interrupted":

        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(MockModel, "complete", interrupt)
    assert run(["mutate", str(directory), REQUEST, "--model", model, "--write", *NO_SETTINGS]) == 1
    captured = capsys.readouterr()
    told = captured.err + captured.out
    assert "Traceback" not in told
    assert ("the key was refused" if error != "interrupted" else "interrupted") in told
    assert (directory / "main.tf").read_text() == MAIN


def test_colours(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run(["mutate", str(directory), REQUEST, "--model", mock(tmp_path, GOOD), *NO_SETTINGS]) == 0
    out = capsys.readouterr().out
    assert "\x1b[31m-  delay_seconds = 5 # short\x1b[0m\n\x1b[32m+  delay_seconds = 10 # short\x1b[0m\n" in out
