"""``terraformer eval`` from the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from terraformer.cli.app import run

POLICY = """package terraform.validation

default is_valid_topic = false

is_valid_topic {
    input.resource_changes[_].type == "aws_sns_topic"
}
"""
TOPIC = 'resource "aws_sns_topic" "news" {\n  name = "news"\n}\n'


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["index", "Prompt", "Rego intent", "Difficulty", "Reference output"])
        writer.writerow(["1", "A topic for the news", POLICY, "1", TOPIC])
        writer.writerow(["2", "A broken one", "package p\n\nis_valid {", "2", TOPIC])
    return path


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "replies.json"
    reply = f"```hcl\n{TOPIC}```"
    path.write_text(json.dumps([{"reply": reply, "repeat": True, "prompt_tokens": 10, "completion_tokens": 5}]))
    return f"mock:{path}"


def test_a_run_and_its_last_line(table: Path, model: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["eval", "iac-eval", "--data", str(table), "--model", model, "--samples", "2", "--rounds", "1"]
    assert run([*arguments, "--out", "out", "--json", "--price", "1,2"]) == 0
    out = capsys.readouterr().out
    flat = json.loads(out.splitlines()[-1])
    assert (flat["total"], flat["compile"], flat["deploy"], flat["correct"]) == (2, 1.0, 1.0, 0.5)
    assert (flat["pass_at_1"], flat["pass_at_2"], flat["sound_pass_at_1"]) == (0.5, 0.5, 1.0)
    assert (flat["broken_policies"], flat["unjudged"]) == (1, 2)
    assert flat["cost"] == pytest.approx(4 * (10 + 10) / 1e6)
    assert all(not isinstance(v, (dict, list)) for v in flat.values())
    saved = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert {k: v for k, v in saved.items() if k != "details"} == {k: v for k, v in flat.items() if k != "out"}
    for words in (
        "2 tasks, 2 samples each",
        "2 of 2 (2 masked)",
        "1 that cannot be read",
        "not comparable",
        "Everything is in out",
        "at most 1 repair; the loop sees compile and deploy",
        "No repair was needed",
    ):
        assert words in out


def test_references(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "iac-eval", "--data", str(table), "--references", "--difficulty", "1", "--out", "r"]) == 0
    out = capsys.readouterr().out
    assert "references: 1 task" in out and "100.0%" in out


def test_the_folder_is_named_after_the_run_and_never_overwritten(table: Path, tmp_path: Path) -> None:
    arguments = ["eval", "iac-eval", "--data", str(table), "--references", "--limit", "1"]
    assert run(arguments) == 0 == run(arguments)
    first, second = sorted((tmp_path / "runs").iterdir())
    assert second.name == f"{first.name}-2" and first.name.startswith("iac-eval-references-")
    # One that was not finished is gone on with.
    (second / "summary.json").unlink()
    assert run(arguments) == 0
    assert (second / "summary.json").exists() and len(list((tmp_path / "runs").iterdir())) == 2


def test_masked_samples_end_in_one(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none.json").write_text('[{"error": "no answer", "repeat": true}]')
    arguments = ["eval", "iac-eval", "--data", str(table), "--model", f"mock:{tmp_path / 'none.json'}", "--out", "o"]
    assert run(arguments) == 1
    assert "2 model errors" in capsys.readouterr().out


def test_lint_and_security_figures(table: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("checkov", reason="Checkov is of the extra security")
    arguments = ["eval", "iac-eval", "--data", str(table), "--model", model, "--out", "o", "--json", "--limit", "1"]
    assert run([*arguments, "--stages", "all"]) == 0
    flat = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert flat["lint"] == 1.0 and flat["lint_of_compilable"] == 1.0
    assert 0.0 <= flat["no_lint_issue"] <= 1.0 and 0.0 <= flat["security"] < 1.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--difficulty", "7"], "--difficulty '7'"),
        (["--difficulty", "3-1"], "--difficulty '3-1'"),
        (["--difficulty", "4-6"], "no task is left of 2"),
        (["--stages", "style"], "--stages: there is no stage 'style'"),
        (["--price", "3"], "--price '3'"),
        (["--model", "nonsense"], 'there is no model "nonsense"'),
        (["--samples", "2", "--sample-temperature", "0"], "sample_temperature must be above 0"),
        (["--rounds", "6"], "--rounds"),
        (["--data", "missing.csv"], "missing.csv: no such file"),
    ],
)
def test_errors_are_one_line(
    table: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["eval", "iac-eval", "--data", str(table), "--out", "o", *arguments]) == 1
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1
    assert not (tmp_path / "o").exists()
