"""``terraformer intent`` through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from terraformer.cli.app import run
from terraformer.verify import load_config, verify

INTENT = {
    "version": 1,
    "demands": [
        {
            "type": "aws_sqs_queue",
            "having": [{"path": "visibility_timeout_seconds", "at_least": 60}],
            "name": "timeout",
        },
        {"type": "aws_sns_topic", "count": 0, "name": "no_topic"},
    ],
}
CHANGE = {"version": 1, "change": {"demands": [{"action": "added", "type": "aws_sns_topic", "name": "topic"}]}}
QUEUE = (
    'resource "aws_sqs_queue" "jobs" {\n  name                       = "jobs"\n  visibility_timeout_seconds = 60\n}\n'
)
TOPIC = 'resource "aws_sns_topic" "done" {\n  name = "done"\n}\n'


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "intent.json").write_text(json.dumps(INTENT), "utf-8")
    (tmp_path / "change.json").write_text(json.dumps(CHANGE), "utf-8")
    for name, text in (("queue", QUEUE), ("both", QUEUE + TOPIC), ("broken", QUEUE + "nonsense {}\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text, "utf-8")
    return tmp_path


def test_show(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["intent", "show", str(files / "intent.json")]) == 0
    assert capsys.readouterr().out == (
        "is_valid_timeout\n  There is at least one aws_sqs_queue where visibility_timeout_seconds is at least 60.\n"
        "is_valid_no_topic\n  There is no aws_sns_topic.\n"
    )
    assert run(["intent", "show", str(files / "intent.json"), "--json"]) == 0
    assert [r["rule"] for r in json.loads(capsys.readouterr().out)["rules"]] == [
        "is_valid_timeout",
        "is_valid_no_topic",
    ]


def test_to_rego_is_a_policy_for_verify(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = files / "policy.rego"
    assert run(["intent", "to-rego", str(files / "intent.json"), "--out", str(policy), "--package", "a.b"]) == 0
    assert capsys.readouterr().out == f"Wrote {policy}\n"
    assert policy.read_text("utf-8").startswith("package a.b\n")
    assert run(["verify", str(files / "queue"), "--policy", str(policy)]) == 0
    assert run(["verify", str(files / "both"), "--policy", str(policy)]) == 2
    assert "is_valid_no_topic" in capsys.readouterr().out
    assert run(["intent", "to-rego", str(files / "intent.json")]) == 0
    assert "package terraformer.intent\n" in capsys.readouterr().out


def test_check_a_configuration_and_a_plan(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["intent", "check", str(files / "intent.json"), str(files / "queue")]) == 0
    assert "2 of 2 demands are met" in capsys.readouterr().out
    assert run(["intent", "check", str(files / "intent.json"), str(files / "both"), "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert not told["passed"]
    assert [(r["rule"], r["passed"], r["found"]) for r in told["rules"]] == [
        ("is_valid_timeout", True, ["aws_sqs_queue.jobs"]),
        ("is_valid_no_topic", False, ["aws_sns_topic.done"]),
    ]
    plan = files / "plan.json"
    plan.write_text(json.dumps(verify(load_config(files / "both")).plan), "utf-8")
    assert run(["intent", "check", str(files / "intent.json"), "--plan", str(plan)]) == 2
    assert "NOT met  is_valid_no_topic" in capsys.readouterr().out


def test_check_a_change(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change, queue, both = str(files / "change.json"), str(files / "queue"), str(files / "both")
    assert run(["intent", "check", change, both, "--before", queue]) == 0
    assert run(["intent", "check", change, queue, "--before", both]) == 2
    assert "aws_sns_topic.done" in capsys.readouterr().out
    assert run(["intent", "check", change, both]) == 1
    assert "--before PATH" in capsys.readouterr().err


def test_what_does_not_plan_is_a_finding(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["intent", "check", str(files / "intent.json"), str(files / "broken")]) == 2
    assert "nonsense" in capsys.readouterr().out


def test_usage_errors_are_one_line(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    intent = str(files / "intent.json")
    (files / "bad.json").write_text('{"version": 1, "demands": [{"typ": "a"}]}', "utf-8")
    (files / "plan.json").write_text("{}", "utf-8")
    for arguments, words in (
        (["check", intent], "either a configuration (PATH) or a plan"),
        (["check", intent, "--plan", str(files / "plan.json")], "not a plan in JSON"),
        (["check", intent, "--plan", intent + "x"], "cannot read the plan"),
        (["show", str(files / "bad.json")], 'unknown key "typ"; did you mean "type"?'),
        (["to-rego", intent, "--out", str(files / "no" / "where.rego")], "cannot write the policy"),
        (["to-rego", intent, "--package", "1"], "package '1'"),
    ):
        assert run(["intent", *arguments]) == 1
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
