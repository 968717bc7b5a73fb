"""terraformer compare: the summary, what must be preserved, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from terraformer.cli.app import run

BEFORE = """
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_s3_bucket" "data" {
  bucket = "acme-data"
}
"""


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    work = tmp_path / "work"
    files = {
        "before.tf": BEFORE,
        "update.tf": BEFORE.replace('name = "jobs"', 'name = "jobs"\n  delay_seconds = 5'),
        "replace.tf": BEFORE.replace("acme-data", "acme-other"),
        "broken.tf": BEFORE.replace("bucket =", "bukket ="),
        "deny.rego": 'package main\nimport rego.v1\ndeny contains "no" if true\n',
    }
    work.mkdir()
    for name, text in files.items():
        (work / name).write_text(text)
    monkeypatch.chdir(work)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["before.tf", "before.tf", "--preserve", "*"], 0),
        (["before.tf", "update.tf"], 0),
        (["before.tf", "update.tf", "--preserve", "*"], 0),
        (["before.tf", "replace.tf"], 0),
        (["before.tf", "replace.tf", "--preserve", "aws_sqs_queue.*"], 0),
        (["before.tf", "replace.tf", "--preserve", "aws_s3_bucket.data"], 2),
        (["before.tf", "broken.tf"], 2),
        (["broken.tf", "before.tf"], 0),
        (["before.tf", "update.tf", "--policy", "deny.rego"], 2),
        (["before.tf", "nowhere.tf"], 1),
        (["-", "-"], 1),
        (["before.tf"], 1),
    ],
)
def test_exit_codes(arguments: list[str], code: int) -> None:
    assert run(["compare", *arguments]) == code
    if code != 1:
        assert run(["compare", *arguments, "--format", "json"]) == code


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    run(["compare", "before.tf", "replace.tf", "--preserve", "*"])
    shown = capsys.readouterr().out
    assert "aws_s3_bucket.data replaced (forced by bucket)" in shown
    assert '"acme-data" -> "acme-other"' in shown
    assert "error[collateral-change] aws_s3_bucket.data would be destroyed" in shown
    run(["compare", "broken.tf", "before.tf"])
    assert "by the text of the blocks" in capsys.readouterr().out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    run(["compare", "before.tf", "replace.tf", "--preserve", "aws_s3_bucket.*", "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    assert data["counts"] == {"added": 0, "changed": 0, "replaced": 1, "removed": 0, "moved": 0}
    assert data["summary"]["resources"][0]["attributes"][0]["path"] == "bucket"
    assert [c["code"] for c in data["certificates"]] == ["collateral-change"]
    assert data["after"]["deployable"] is True
    assert data["tool_errors"] == []
