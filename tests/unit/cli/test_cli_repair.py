"""terraformer repair: what is printed, what is written, exit codes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from terraformer.cli.app import run

TYPO = '# Ours.\nresource "aws_sqs_queue" "jobs" {\n  nme = "jobs"\n}\n'
MENDED = TYPO.replace("nme", "name")
OTHER = 'resource "aws_sns_topic" "t" {\n  zzzz = 1\n}\n'


def module(directory: Path, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "main.tf").write_text(text)
    return directory


def mock(path: Path, *entries: object) -> str:
    path.write_text(json.dumps(list(entries)))
    return f"mock:{path}"


def git(directory: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], cwd=directory, check=True)


def test_shows_a_diff_and_writes_only_when_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = module(tmp_path / "m", TYPO)
    assert run(["repair", str(target)]) == 0
    shown = capsys.readouterr().out
    assert '-  nme = "jobs"' in shown and '+  name = "jobs"' in shown and "main.tf:3: nme -> name" in shown
    assert (target / "main.tf").read_text() == TYPO
    assert run(["repair", str(target), "--write"]) == 0
    assert f"Wrote {target / 'main.tf'}" in capsys.readouterr().out and (target / "main.tf").read_text() == MENDED
    assert run(["repair", str(target)]) == 0
    assert "The files are as they were." in capsys.readouterr().out


def test_what_is_left_is_told_and_what_is_better_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = module(tmp_path / "m", TYPO + OTHER)
    assert run(["repair", str(target), "--write"]) == 2
    shown = capsys.readouterr().out
    assert "zzzz" in shown and "--model" in shown and (target / "main.tf").read_text() == MENDED + OTHER


def test_a_model_mends_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = module(tmp_path / "m", TYPO + OTHER)
    edit = "main.tf\n<<<<<<< SEARCH\n  zzzz = 1\n=======\n>>>>>>> REPLACE\n"
    model = mock(tmp_path / "m.json", "I am sorry.", edit)
    assert run(["repair", str(target), "--model", model, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["passed"] and data["stopped"] == "clean" and data["fixes"] == ["main.tf:3: nme -> name"]
    assert "-  zzzz = 1" in data["diff"] and data["written"] == [] and data["attempts"] == 4


def test_dirty_files_are_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = module(tmp_path / "m", TYPO)
    git(target, "init", "-q")
    git(target, "add", "main.tf")
    assert run(["repair", str(target), "--write"]) == 1
    assert "uncommitted" in capsys.readouterr().err and (target / "main.tf").read_text() == TYPO
    git(target, "commit", "-qm", "x")
    assert run(["repair", str(target), "--write"]) == 0
    assert (target / "main.tf").read_text() == MENDED
    (target / "main.tf").write_text(TYPO)
    assert run(["repair", str(target), "--write", "--force"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-", "--write"], "standard input"),
        (["nowhere"], "nowhere"),
        ([".", "--model", "mock:x", "--no-model"], "exclude"),
        ([".", "--stages", "all,none"], "--stages"),
    ],
)
def test_bad_usage_is_one_line(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module(tmp_path, TYPO)
    monkeypatch.chdir(tmp_path)
    assert run(["repair", *words]) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_the_settings_file_names_a_model_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = module(tmp_path / "m", OTHER)
    model = mock(tmp_path / "m.json", "main.tf\n<<<<<<< SEARCH\n  zzzz = 1\n=======\n>>>>>>> REPLACE\n")
    (target / "terraformer.toml").write_text(f'model = "{model}"\n')
    monkeypatch.chdir(target)
    assert run(["repair", ".", "--no-model"]) == 2
    assert run(["repair", "."]) == 0
    assert "mock:m.json" in capsys.readouterr().out


def test_generate_with_samples_files_and_formatting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = 'variable "n" { default = "jobs" }\nresource "aws_sqs_queue" "jobs" {\n      name=var.n\n}\n'
    model = mock(tmp_path / "m.json", OTHER, odd, "never asked for")
    out = tmp_path / "out"
    words = ["generate", "a queue", "--model", model, "--samples", "3", "--files", "split", "--out", str(out)]
    assert run([*words, "--no-settings"]) == 0
    assert "2 attempts of 2 samples, clean" in capsys.readouterr().out
    assert (out / "main.tf").read_text() == 'resource "aws_sqs_queue" "jobs" {\n  name = var.n\n}\n'
    assert (out / "variables.tf").read_text() == 'variable "n" { default = "jobs" }\n'


def test_generate_takes_rounds_and_samples_from_the_settings_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "terraformer.toml").write_text("rounds = 0\nsamples = 2\n")
    monkeypatch.chdir(tmp_path)
    model = mock(tmp_path / "m.json", OTHER, OTHER, TYPO, TYPO)
    assert run(["generate", "a queue", "--model", model]) == 2
    assert "2 attempts of 2 samples, rounds" in capsys.readouterr().out
    assert run(["generate", "a queue", "--model", model, "--samples", "1", "--rounds", "1"]) == 2
    assert "of 2 samples" not in capsys.readouterr().out
