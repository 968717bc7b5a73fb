"""Whole runs with a scripted model and real Terraform: grading, soundness, masking, resuming, refusing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from eval_help import BAD, GOOD_ANSWERS, QUEUE, ROWS, TOPIC, TOPIC_ROW, answers, queue, reply, run, script_file, written

from terraformer.errors import ModelError, UsageError
from terraformer.evals.records import (
    REFERENCES,
    TRACES,
    SampleStatus,
    Soundness,
    read_references,
    read_run,
    read_samples,
    read_tasks,
)
from terraformer.evals.settings import EvalSettings
from terraformer.evals.summary import Prices, load_run, summarise


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return written(tmp_path / "table.csv")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_run_leaves_everything(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    samples = {s.task: s for s in run(table, out)}
    verdicts = read_references(out)
    assert {t: v.soundness for t, v in verdicts.items()} == {
        "q": Soundness.SOUND,
        "t": Soundness.SOUND,
        "s": Soundness.SYNTAX,
        "c": Soundness.CONTRADICTION,
        "u": Soundness.UNPROVEN,
    }
    assert verdicts["c"].detail == "the reference does not pass is_valid_delay"
    assert "is not valid Rego" in verdicts["s"].detail
    assert "unsupported-argument" in verdicts["u"].detail
    assert all(s.status is SampleStatus.DONE for s in samples.values())
    grade = samples["q"].attempts[0].grade
    assert grade is not None
    assert (grade.compile, grade.deploy, grade.correct, grade.rule_share) == (True, True, True, 1.0)
    assert grade.planned == {"aws_sqs_queue": 1} == grade.declared
    unread = samples["s"].attempts[0].grade
    assert unread is not None and (unread.deploy, unread.correct, unread.rule_share) == (True, None, None)
    assert read_run(out).total == 5 and not read_run(out).references
    assert list(read_tasks(out)) == ["q", "t", "s", "c", "u"]


def test_summary_in_numbers(table: Path, tmp_path: Path) -> None:
    script = answers(delay=queue(10), news=TOPIC, syntax=TOPIC, contradicts="no idea", module=BAD)
    script[3] = {**script[3], "reply": "I am sorry."}
    for entry in script:
        entry.update(prompt_tokens=100, completion_tokens=10)
    run(table, tmp_path / "out", script)
    found = summarise(load_run(tmp_path / "out"), prices=Prices(2.0, 10.0))
    assert (found["total"], found["sound_total"], found["broken_policies"]) == (5, 3, 2)
    # q: one of two rules; t: right; s: cannot be judged; c: no configuration; u: does not compile.
    assert (found["compile"], found["deploy"], found["correct"]) == (0.6, 0.6, 0.2)
    assert found["pass_at_1"] == found["correct"]
    assert found["sound_correct"] == pytest.approx(1 / 3, abs=1e-6)
    assert found["rule_share"] == pytest.approx((0.5 + 1 + 0 + 0) / 5)
    assert (found["masked"], found["unjudged"], found["sound_unjudged"]) == (0, 1, 0)
    correct = found["details"]["all"]["correct"]
    assert (correct["n"], correct["of"], correct["total"]) == (1, 4, 5)
    assert found["details"]["by_difficulty"]["2"]["correct"]["of"] == 1
    assert found["details"]["by_service"]["sns"]["tasks"] == 2
    assert {(f["stage"], f["code"]): f["samples"] for f in found["details"]["failures"]} == {
        ("policy", "policy-rule-failed"): 1,
        ("answer", "no-configuration"): 1,
        ("compile", "unsupported-argument"): 1,
    }
    assert (found["prompt_tokens"], found["completion_tokens"]) == (500, 50)
    assert found["cost"] == pytest.approx(5 * (100 * 2.0 + 10 * 10.0) / 1e6)
    only = summarise(load_run(tmp_path / "out"), only_sound=True)
    assert (only["total"], only["all_total"], only["sound_total"]) == (3, 5, 3)
    assert only["correct"] == only["sound_correct"] and only["all_correct"] == 0.2
    assert only["cost"] is None
    assert all(not r["comparable"] for r in only["details"]["published"])


def test_references_are_graded_without_a_model(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(table, out, None)
    found = summarise(load_run(out))
    assert found["model"] == "references" and read_run(out).references
    assert (found["compile"], found["correct"], found["sound_correct"]) == (0.8, 0.4, pytest.approx(2 / 3, abs=1e-6))


def test_policies_are_hidden_from_the_loop_unless_asked(tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", [QUEUE])
    script = [{"match": "policy rule", "repeat": True, "reply": reply(queue())}, *answers(delay=queue(10))]
    (blind,) = run(table, tmp_path / "blind", script, rounds=2)
    assert [a.round for a in blind.attempts] == [0] and blind.stopped == "clean"
    assert blind.answer is not None and blind.answer.grade is not None and blind.answer.grade.correct is False
    assert not any("is_valid" in m["content"] for a in blind.attempts for m in a.messages)
    (shown,) = run(table, tmp_path / "shown", script, rounds=2, policy_feedback=True)
    assert [a.round for a in shown.attempts] == [0, 1]
    assert shown.answer is not None and shown.answer.grade is not None and shown.answer.grade.correct is True
    assert "is_valid_delay" in shown.attempts[1].messages[-1]["content"]
    found = summarise(load_run(tmp_path / "shown"))
    curve = found["details"]["repair_curve"]
    assert [p["attempts"] for p in curve] == [1, 1, 0]
    assert [p["best"]["correct"]["value"] for p in curve] == [0.0, 1.0, 1.0]
    assert found["details"]["repairs"]["improved"]["n"] == 1 and found["policy_feedback"] is True


def test_every_attempt_of_a_repair_is_graded(tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", [QUEUE])
    script = [{"reply": reply(BAD)}, {"reply": reply(queue(10))}]
    (sample,) = run(table, tmp_path / "out", script, rounds=3)
    grades = [(a.grade.compile, a.grade.deploy, a.grade.correct) for a in sample.attempts if a.grade is not None]
    assert grades == [(False, False, False), (True, True, False)]
    assert [a.kept for a in sample.attempts] == [0, 1] and sample.best == 1
    assert sample.calls == 2


def test_independent_samples(tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", [QUEUE, TOPIC_ROW])
    samples = run(table, tmp_path / "out", samples=3, seed=7)
    assert sorted(s.key for s in samples) == [(t, n) for t in "qt" for n in range(3)]
    first = [s for s in samples if s.sample == 0]
    assert {(s.temperature, s.seed) for s in first} == {(0.0, 7)}
    others = [s for s in samples if s.sample]
    assert {s.temperature for s in others} == {0.8} and len({s.seed for s in others}) == 4
    found = summarise(load_run(tmp_path / "out"))
    assert {k: v for k, v in found.items() if k.startswith("pass_at_")} == {f"pass_at_{k}": 1.0 for k in (1, 2, 3)}


def test_model_errors_are_masked_counted_and_tried_again(tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", [QUEUE, TOPIC_ROW])
    failing = answers(delay={"error": "overloaded", "retryable": True}, news=TOPIC)
    samples = {s.task: s for s in run(table, tmp_path / "out", failing)}
    assert samples["q"].status is SampleStatus.MODEL_ERROR and "overloaded" in samples["q"].error
    found = summarise(load_run(tmp_path / "out"))
    assert (found["model_errors"], found["masked"], found["correct"]) == (1, 1, 0.5)
    correct = found["details"]["all"]["correct"]
    assert (correct["value"], correct["n"], correct["of"], correct["total"]) == (1.0, 1, 1, 2)
    again = {s.task: s for s in run(table, tmp_path / "out", answers(delay=queue()))}  # only q is asked for
    assert again["q"].status is SampleStatus.DONE and again["t"].done
    assert [line["task"] for line in lines(tmp_path / "out" / TRACES)].count("q") == 2
    assert summarise(load_run(tmp_path / "out"))["correct"] == 1.0


def test_a_model_that_never_answers_ends_the_run(tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", [QUEUE])
    with pytest.raises(ModelError, match=r"failed in each of the first 10 samples: .*no key"):
        run(table, tmp_path / "out", answers(delay={"error": "no key"}), samples=30)
    assert len(list(read_samples(tmp_path / "out"))) >= 10


def test_tool_errors_are_masked(tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", [QUEUE])
    program = tmp_path / "terraform"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    (sample,) = run(table, tmp_path / "out", core=str(program))
    assert sample.status is SampleStatus.TOOL_ERROR and sample.error
    found = summarise(load_run(tmp_path / "out"))
    assert found["tool_errors"] == 1 and found["masked"] == 1 and found["correct"] == 0.0
    assert found["details"]["all"]["correct"]["value"] is None
    assert found["details"]["soundness"]["counts"]["masked"] == 1


def test_another_run_in_the_folder_is_refused(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(table, out)
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    for settings, words in (({"rounds": 2}, r"settings rounds \(0, not 2\)"), ({"limit": 2}, "limit")):
        with pytest.raises(UsageError, match=words) as caught:
            run(table, out, **settings)
        assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="model"):
        run(table, out, None)
    with pytest.raises(UsageError, match="data"):
        run(written(tmp_path / "other.csv", ROWS[:4]), out)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(UsageError, match=r"holds other things than an evaluation \(notes.txt\)"):
        run(table, tmp_path / "mine")


def test_a_finished_run_asks_nothing_again(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(table, out)
    before = (out / TRACES).read_bytes(), (out / REFERENCES).read_bytes()
    run(table, out, [])
    assert ((out / TRACES).read_bytes(), (out / REFERENCES).read_bytes()) == before


def test_a_torn_last_line_is_done_again(table: Path, tmp_path: Path) -> None:
    run(table, tmp_path / "out")
    whole = (tmp_path / "out" / TRACES).read_bytes()
    for cut in (1, 40, len(whole) - 10):
        out = tmp_path / str(cut)
        shutil.copytree(tmp_path / "out", out)
        torn = whole[:-cut]
        (out / TRACES).write_bytes(torn)
        (out / REFERENCES).write_bytes((out / REFERENCES).read_bytes()[:-1])
        kept = torn.rfind(b"\n") + 1
        assert len(list(read_samples(out))) == torn.count(b"\n") < 5
        samples = run(table, out)
        assert sorted(s.task for s in samples) == ["c", "q", "s", "t", "u"]
        assert (out / TRACES).read_bytes().startswith(torn[:kept])
        assert len(lines(out / TRACES)) == 5 == len(lines(out / REFERENCES))


def test_killed_and_interrupted_and_resumed(tmp_path: Path) -> None:
    """A real process, ended by kill -9 and then by control-C; the end is as if nothing had happened."""
    table, out = written(tmp_path / "t.csv"), tmp_path / "out"
    script = script_file(tmp_path / "replies.json", GOOD_ANSWERS)
    command = [
        *(sys.executable, "-c", "from terraformer.cli import main; main()", "eval", "iac-eval", "--data", str(table)),
        *("--model", f"mock:{script}", "--samples", "4", "--out", str(out), "--jobs", "2"),
    ]
    seen = b""
    for count, how, code in ((2, signal.SIGKILL, -9), (9, signal.SIGINT, 130)):
        ended, error = _ended_after(command, out / TRACES, count, how)
        assert ended == code, error
        now = (out / TRACES).read_bytes()
        whole = now[: now.rfind(b"\n") + 1]
        assert whole.startswith(seen)
        assert whole.count(b"\n") >= count
        seen = whole
    assert "the same command goes on from there" in error and "Traceback" not in error
    assert not (out / "summary.json").exists()
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (out / TRACES).read_bytes().startswith(seen)
    keys = [(line["task"], line["sample"]) for line in lines(out / TRACES)]
    assert sorted(keys) == sorted((t, s) for t in "qtscu" for s in range(4))
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (summary["finished_samples"], summary["sound_pass_at_4"], summary["compile"]) == (20, 1.0, 1.0)


def _ended_after(command: Sequence[str], traces: Path, count: int, how: signal.Signals) -> tuple[int, str]:
    """Start it, end it when it has written so many lines; exit code and standard error."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            if traces.exists() and traces.read_bytes().count(b"\n") >= count:
                break
            time.sleep(0.005)
        process.send_signal(how)
        _, error = process.communicate(timeout=120)
    return process.returncode, error


def test_settings_that_make_no_sense() -> None:
    for wrong in (
        {"samples": 0},
        {"rounds": 51},
        {"temperature": 3.0},
        {"samples": 2, "sample_temperature": 0.0},
        {"difficulty": (3, 2)},
        {"limit": 0},
        {"stages": ("compile", "deploy")},
    ):
        with pytest.raises(UsageError):
            EvalSettings(**wrong)  # type: ignore[arg-type]
