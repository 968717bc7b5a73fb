"""``data curate`` over real HTTP: real configurations, a model that works well or carelessly, kills and resumption."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.scripted_openai import ScriptedOpenAI, Step, answer, status
from terraformer.cli.app import run
from terraformer.data.records import read_records
from terraformer.verify import VerifierPool

pytest.importorskip("pyarrow")

QUEUE = """resource "aws_sqs_queue" "jobs" {
  name                       = "%s"
  visibility_timeout_seconds = %d
}
"""
BROKEN = """resource "aws_sns_topic" "news" {
  name    = "news-feed"
  colour  = "green"
}
"""
MENDED = """main.tf
```hcl
<<<<<<< SEARCH
  colour  = "green"
=======
>>>>>>> REPLACE
```
"""


class Answering(ScriptedOpenAI):
    """Answers by what it is asked, so that the order of questions does not matter."""

    def __init__(self, reply: Callable[[str, str, int], str | Step]) -> None:
        super().__init__([])
        self._reply = reply

    def next_step(self, request: dict[str, Any], headers: dict[str, str]) -> Step:
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
        messages = request["messages"]
        said = self._reply(messages[0]["content"], "\n".join(m["content"] for m in messages[1:]), len(messages))
        return answer(said) if isinstance(said, str) else said


def described(prompt: str, *demands: object) -> str:
    return json.dumps({"prompt": prompt, "intent": {"version": 1, "demands": list(demands)}})


def queue_demand(name: str, seconds: int) -> dict[str, Any]:
    return {
        "type": "aws_sqs_queue",
        "having": [{"path": "name", "equals": name}, {"path": "visibility_timeout_seconds", "equals": seconds}],
    }


def able(system: str, text: str, turns: int) -> str | Step:
    """A model that does all of it well."""
    if "repair existing Terraform" in system:
        return MENDED
    if "You rewrite requests" in system:
        lines = text.split("The request:", 1)[1].strip().splitlines()
        return (
            "Sure!\n```json\n"
            + json.dumps({"prompts": [f"pls: {lines[0]}", f"Could you do this? {lines[0]}"]})
            + "\n```"
        )
    if "news-feed" in text:
        demand = {"type": "aws_sns_topic", "having": [{"path": "name", "equals": "news-feed"}]}
        return described("Create an SNS topic called news-feed.", demand)
    for number in range(20):
        if f'"queue-{number}"' in text:
            prompt = f"We need an SQS queue named queue-{number} with a visibility timeout of {30 + number} seconds."
            return described(prompt, queue_demand(f"queue-{number}", 30 + number))
    return "I cannot help with that."


def sources(top: Path, queues: int = 2, *, broken: bool = True) -> Path:
    for number in range(queues):
        (top / f"q{number}").mkdir(parents=True)
        (top / f"q{number}" / "main.tf").write_text(QUEUE % (f"queue-{number}", 30 + number))
    if broken:
        (top / "news").mkdir()
        (top / "news" / "main.tf").write_text(BROKEN)
    (top / "LICENSE").write_text(
        "MIT License\nPermission is hereby granted, free of charge, to any person obtaining a copy\n"
        "The above copyright notice and this permission notice shall be included in all copies"
    )
    return top


def command(source: Path | str, out: Path, server: ScriptedOpenAI, *more: str) -> list[str]:
    os.environ.update(server.environment)
    return ["data", "curate", str(source), "--model", "openai:test", "--out", str(out), *more]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "restored afterwards")


def test_configurations_become_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = sources(tmp_path / "infra")
    (top / "closed").mkdir()
    (top / "closed" / "main.tf").write_text("# SPDX-License-Identifier: BUSL-1.1\n" + QUEUE % ("q", 1))
    out = tmp_path / "out"
    with Answering(able) as server:
        assert run(command(f"acme/infra={top}", out, server, "--json", "--jobs", "2")) == 0
        report = json.loads(capsys.readouterr().out)
        calls = len(server.requests)
    assert report["filtered"] == {"licence": 1} and report["configurations"] == 3
    assert report["stages"] == {"compiled": 3, "deployed": 3, "described": 3, "agreed": 3, "recorded": 3}
    assert report["records"] == 9 and report["reasons"] == {}
    assert report["cost"]["calls"] == calls == 7  # one repair, three descriptions, three times clones
    assert report["cost"]["prompt_tokens"] == 100 * calls and report["cost"]["untold"] == 0
    assert report["rounds"]["compile"] == {"1": 1}
    assert report["repositories"]["acme/infra"] == {"commits": [], "licences": ["MIT"], "records": 9}
    assert json.loads((out / "report.json").read_text()) == report
    records = list(read_records(out / "data"))
    assert [r.source for r in records[:1]] == ["acme/infra:news"]
    assert {r.family for r in records} == {"curated", "curated-clone"}
    assert len({r.prompt for r in records}) == 9
    mended = records[0]
    assert "colour" not in mended.after.text("main.tf") and mended.metadata["rounds"]["compile"] == 1
    assert mended.licence == "MIT" and mended.difficulty == 1 and mended.resource_types == ("aws_sns_topic",)
    with VerifierPool(workers=1) as pool:
        for record in records:
            proof = pool.verify(record.after, policies=record.policies)
            assert proof.rules and all(rule.passed for rule in proof.rules)
    # Nothing is left to do: nobody is asked, and the result is the same.
    with Answering(able) as idle:
        assert run(command(f"acme/infra={top}", out, idle)) == 0
        assert not idle.requests
    assert list(read_records(out / "data")) == records


def test_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Answering(able) as server:
        assert run(command(sources(tmp_path / "infra", 1, broken=False), tmp_path / "out", server)) == 0
    told = capsys.readouterr().out
    assert "3 records" in told and "100.0%" in told and "2 calls" in told and "infra (no commit known; MIT): 3" in told


def test_a_higher_limit_does_what_is_new(tmp_path: Path) -> None:
    top, out = sources(tmp_path / "infra", 4, broken=False), tmp_path / "out"
    with Answering(able) as server:
        assert run(command(top, out, server, "--limit", "1", "--prompts", "1")) == 0
        assert len(list(read_records(out / "data"))) == 1 == len(server.requests)
        assert run(command(top, out, server, "--prompts", "1")) == 0
        assert len(list(read_records(out / "data"))) == 4 == len(server.requests)


def careless(kind: str) -> Callable[[str, str, int], str | Step]:
    """A model that answers wrongly first, and well when it is told what is wrong."""

    def reply(system: str, text: str, turns: int) -> str | Step:
        if "You describe" not in system or turns > 2:
            return able(system, text, turns)
        good = "Please give us an SQS queue named queue-0 with a visibility timeout of 30 seconds."
        return {
            "empty": "",
            "prose": "This is a nice queue. I would describe it as follows: a queue!",
            "cut": described(good, queue_demand("queue-0", 30))[:-40],
            "code": described('resource "aws_sqs_queue" "jobs" {}', queue_demand("queue-0", 30)),
            "list": "[1, 2, 3]",
            "no-intent": json.dumps({"prompt": good}),
            "bad-form": described(good, {"type": "aws_sqs_queue", "hving": []}),
            "bad-path": described(good, {"type": "aws_sqs_queue", "having": [{"path": "nome", "equals": "queue-0"}]}),
            "wrong-value": described(good, queue_demand("queue-0", 31)),
            "unsaid": described("An SQS queue named queue-0, please.", queue_demand("queue-0", 30)),
            "untested": described(
                'An SQS queue named "queue-0" that times out after 30 seconds.',
                {"type": "aws_sqs_queue", "having": [{"path": "visibility_timeout_seconds", "equals": 30}]},
            ),
            "change": json.dumps(
                {"prompt": good, "intent": {"demands": [queue_demand("queue-0", 30)], "change": {"demands": []}}}
            ),
        }[kind]

    return reply


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("empty", "empty"),
        ("prose", "no JSON object"),
        ("cut", "not well-formed"),
        ("code", "code"),
        ("list", "no JSON object"),
        ("no-intent", "no .intent."),
        ("bad-form", "hving"),
        ("bad-path", "does not meet"),
        ("wrong-value", "does not meet"),
        ("unsaid", "does not say"),
        ("untested", "nothing in the intent demands it"),
        ("change", "nothing to change"),
    ],
)
def test_a_careless_model_is_told_and_asked_again(tmp_path: Path, kind: str, told: str) -> None:
    top = sources(tmp_path / "infra", 1, broken=False)
    with Answering(careless(kind)) as server:
        assert run(command(top, tmp_path / "out", server, "--no-judge", "--prompts", "1")) == 0
        second = server.requests[1]["messages"]
    assert re.search(told, second[-1]["content"]), second[-1]["content"]
    (record,) = read_records(tmp_path / "out" / "data")
    assert record.metadata["rounds"]["policy"] == 1
    assert record.prompt.startswith("We need an SQS queue")


def test_a_hopeless_model_gives_no_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Answering(lambda *_: "Happy to help!") as server:
        assert run(command(sources(tmp_path / "infra"), tmp_path / "out", server, "--rounds", "2", "--json")) == 0
        asked = len(server.requests)
    report = json.loads(capsys.readouterr().out)
    assert report["records"] == 0
    assert report["reasons"] == {"no-description": 2, "compile:unsupported-argument": 1}
    assert asked == report["cost"]["calls"] and asked <= 2 * 3 + 3
    assert list(read_records(tmp_path / "out" / "data")) == []


@pytest.mark.parametrize(("judged", "records"), [(True, 1), (False, 0)])
def test_the_judge_confirms_other_words(tmp_path: Path, judged: bool, records: int) -> None:
    def reply(system: str, text: str, turns: int) -> str | Step:
        if "You check requests" in system:
            assert "visibility_timeout_seconds: 30" in text
            return json.dumps({"said": [judged]})
        return described(
            "An SQS queue named queue-0 that hides messages for half a minute.", queue_demand("queue-0", 30)
        )

    with Answering(reply) as server:
        top = sources(tmp_path / "infra", 1, broken=False)
        assert run(command(top, tmp_path / "out", server, "--prompts", "1", "--rounds", "1")) == 0
    found = list(read_records(tmp_path / "out" / "data"))
    assert len(found) == records
    assert all(r.metadata["judged"] == ["visibility_timeout_seconds: 30"] for r in found)


def test_clones_that_lose_something_are_dropped(tmp_path: Path) -> None:
    def reply(system: str, text: str, turns: int) -> str | Step:
        if "You rewrite" in system:
            lost, kept = "A queue with a timeout of 30 seconds, please.", "queue-0 in SQS, hidden for 30 seconds pls"
            return json.dumps({"prompts": [lost, kept, 7, kept, "```code```"]})
        return able(system, text, turns)

    with Answering(reply) as server:
        top = sources(tmp_path / "infra", 1, broken=False)
        assert run(command(top, tmp_path / "out", server)) == 0
    assert len(list(read_records(tmp_path / "out" / "data"))) == 2


def test_secrets_never_reach_the_model(tmp_path: Path) -> None:
    top = sources(tmp_path / "infra", 1, broken=False)
    secret = "vK9mP2nL5" + "qR8xZ7tW"
    (top / "db").mkdir()
    (top / "db" / "main.tf").write_text(f'resource "aws_db_instance" "d" {{\n  password = "{secret}"\n}}\n')
    out = tmp_path / "out"
    with Answering(able) as server:
        assert run(command(top, out, server)) == 0
        assert secret not in json.dumps(server.requests)
    assert not any(secret.encode() in p.read_bytes() for p in out.rglob("*") if p.is_file())


def test_a_model_that_is_not_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = sources(tmp_path / "infra", 2, broken=False)
    out = tmp_path / "out"
    with Answering(lambda *_: status(401, "no such key")) as server:
        assert run(command(top, out, server)) == 1
    told = capsys.readouterr()
    assert "the same command tries them again" in told.err and "Traceback" not in told.err
    assert "401" in told.err or "no such key" in told.err
    assert (out / "journal.jsonl").read_bytes() == b""
    with Answering(able) as server:  # nothing is known of them: with a model that is there, the same command does them
        assert run(command(top, out, server)) == 0
    assert len(list(read_records(out / "data"))) == 6


def test_another_run_in_the_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = sources(tmp_path / "infra", 1, broken=False)
    out = tmp_path / "out"
    with Answering(able) as server:
        assert run(command(top, out, server)) == 0
        assert run(command(top, out, server, "--rounds", "1")) == 1
        assert "other settings" in capsys.readouterr().err
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "notes.txt").write_text("mine")
        assert run(command(top, tmp_path / "full", server)) == 1
        assert "notes.txt" in capsys.readouterr().err
        assert run(command(tmp_path / "gone", tmp_path / "new", server)) == 1
        assert "no such file" in capsys.readouterr().err
        (top / "LICENSE").unlink()
        assert run(command(top, tmp_path / "none", server)) == 1
        assert "nothing to curate: 1 licence" in capsys.readouterr().err


def curate_process(source: Path, out: Path, server: ScriptedOpenAI) -> subprocess.Popen[bytes]:
    words = command(source, out, server, "--jobs", "1", "--prompts", "2")
    program = "import sys; from terraformer.cli.app import run; sys.exit(run(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", program, *words],
        env={**os.environ, **server.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_killed_and_resumed_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    top = sources(tmp_path / "infra", 5, broken=False)
    whole, out = tmp_path / "whole", tmp_path / "out"
    with Answering(able) as server:
        assert run(command(top, whole, server, "--jobs", "1", "--prompts", "2")) == 0
        journal = out / "journal.jsonl"
        for wanted in (1, 3):
            process = curate_process(top, out, server)
            for _ in range(1200):
                if journal.exists() and journal.read_bytes().count(b"\n") >= wanted:
                    break
                assert process.poll() is None or journal.read_bytes().count(b"\n") >= wanted
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with journal.open("ab") as handle:  # as if the power had gone in the middle of a line
            handle.write(b'{"item": "torn')
        done = [json.loads(line)["origin"] for line in journal.read_bytes().splitlines()[:-1]]
        before = len(server.requests)
        assert run(command(top, out, server, "--jobs", "1", "--prompts", "2")) == 0
        asked = json.dumps(server.requests[before:])
    assert all(f"queue-{origin[-1]}" not in asked for origin in done)
    first, second = ([r.id for r in read_records(d / "data")] for d in (whole, out))
    assert first == second and len(set(first)) == 10
    lines = [json.loads(line)["item"] for line in (out / "journal.jsonl").read_bytes().splitlines()]
    assert len(lines) == len(set(lines)) == 5


@pytest.mark.skipif(not Path("../shared/corpora").is_dir(), reason="../shared/corpora is not here")
def test_real_rows_with_a_model_that_knows_little(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever real files hold: a model that names the first resource type gets through where the files plan."""

    def reply(system: str, text: str, turns: int) -> str | Step:
        if "You describe" not in system:
            return "{}"
        types = re.search(r"Its plan creates: (?:module\.\w+\.)*(\w+)\.", text)
        assert types is not None
        return described(f"Please set up one {types[1]} for our team.", {"type": types[1]})

    source = "../shared/corpora/checkov_tf.jsonl"
    with Answering(reply) as server:
        code = run(
            command(source, tmp_path / "out", server, "--limit", "24", "--prompts", "1", "--rounds", "1", "--json")
        )
    report = json.loads(capsys.readouterr().out)
    assert code == 0 and report["finished"] == 24
    assert report["stages"]["deployed"] >= 8 and report["records"] >= 6
    assert report["repositories"]["bridgecrewio/checkov"]["licences"] == ["Apache-2.0"]
