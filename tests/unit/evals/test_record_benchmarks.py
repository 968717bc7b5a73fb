"""tf-gen and tf-mutn: records of our own, written here, graded by their policies or intents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from eval_help import QUEUE_POLICY, TOPIC, answers, queue, run

from terraformer.data.records import write_records
from terraformer.errors import UsageError
from terraformer.evals.benchmarks import EvalTask, load
from terraformer.evals.grading import Grader
from terraformer.evals.records import Grade, Soundness
from terraformer.evals.settings import EvalSettings
from terraformer.evals.summary import load_run, summarise
from terraformer.types import Policy, Record, TerraformConfig
from terraformer.verify import VerifierPool

pytest.importorskip("pyarrow", reason="pyarrow is of the extra eval")

BEFORE = queue(10) + "\n" + TOPIC
AFTER = queue(30) + "\n" + TOPIC
INTENT = {
    "version": 1,
    "change": {
        "demands": [
            {
                "action": "updated",
                "type": "aws_sqs_queue",
                "address": "aws_sqs_queue.jobs",
                "having": [{"path": "delay_seconds", "equals": 30}],
            }
        ],
        "rest_unchanged": True,
    },
}


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def generation(**changes: Any) -> Record:
    values: dict[str, Any] = {
        "kind": "generation",
        "prompt": "A queue for jobs with a delay of 30 seconds",
        "after": TerraformConfig.from_text(queue()),
        "policies": (Policy("p.rego", QUEUE_POLICY),),
        "difficulty": 1,
    }
    return Record(**{**values, **changes})


CHANGE_POLICY = """package terraform.validation

default is_valid_update = false

is_valid_update {
    some i
    input.resource_changes[i].address == "aws_sqs_queue.jobs"
    input.resource_changes[i].change.actions == ["update"]
    input.resource_changes[i].change.after.delay_seconds == 30
}
"""


def mutation(**changes: Any) -> Record:
    values: dict[str, Any] = {
        "kind": "mutation",
        "prompt": "Raise the delay of the jobs queue to 30 seconds",
        "before": TerraformConfig.from_text(BEFORE),
        "after": TerraformConfig.from_text(AFTER),
        "policies": (Policy("p.rego", CHANGE_POLICY),),
    }
    return Record(**{**values, **changes})


def test_tf_gen(tmp_path: Path) -> None:
    write_records(tmp_path / "r.parquet", [generation()])
    (task,) = load("tf-gen", str(tmp_path)).tasks
    assert task.resource_types == ("aws_sqs_queue",) and task.services == ("sqs",)
    (sample,) = run(tmp_path / "r.parquet", tmp_path / "out", benchmark="tf-gen")
    assert sample.answer is not None and sample.answer.grade is not None and sample.answer.grade.correct is True
    assert summarise(load_run(tmp_path / "out"))["correct"] == 1.0


def test_an_intent_judges_where_there_is_no_policy(tmp_path: Path) -> None:
    intent = {"version": 1, "demands": [{"type": "aws_sqs_queue"}]}
    write_records(tmp_path / "r.parquet", [generation(policies=(), intent=intent)])
    (task,) = load("tf-gen", str(tmp_path / "r.parquet")).tasks
    assert "aws_sqs_queue" in task.policies[0].text
    write_records(tmp_path / "b.parquet", [generation(policies=(), intent={"version": 2})])
    with pytest.raises(UsageError, match=r'b.parquet: record .*: intent: "version" is 2'):
        load("tf-gen", str(tmp_path / "b.parquet"))


def test_kinds_are_not_mixed(tmp_path: Path) -> None:
    write_records(tmp_path / "r.parquet", [mutation()])
    with pytest.raises(UsageError, match="row 1 is a mutation record, not a generation record"):
        load("tf-gen", str(tmp_path / "r.parquet"))


@pytest.mark.parametrize(
    ("text", "correct", "preserved"),
    [
        (AFTER, True, True),
        (BEFORE, False, True),
        (queue(30), True, False),
        (AFTER.replace('"news"', '"gazette"', 1), True, False),
        (AFTER.replace('name = "news"', 'name = "gazette"'), True, False),
    ],
    ids=["right", "nothing-done", "deleted", "renamed", "replaced"],
)
def test_tf_mutn_tells_right_from_wrong(tmp_path: Path, text: str, correct: bool, preserved: bool) -> None:
    write_records(tmp_path / "r.parquet", [mutation()])
    (task,) = load("tf-mutn", str(tmp_path / "r.parquet")).tasks
    grade = graded(task, text)
    assert (grade.compile, grade.deploy) == (True, True)
    assert (grade.correct, grade.preserved) == (correct, preserved)
    assert grade.change is not None


def graded(task: EvalTask, text: str) -> Grade:
    settings = EvalSettings().grading()
    with VerifierPool(1, settings) as pool:
        grader = Grader(pool, settings)
        assert grader.reference(task).soundness is Soundness.SOUND
        return grader.grade(task, TerraformConfig.from_text(text))


def test_a_mutation_by_a_model(tmp_path: Path) -> None:
    write_records(tmp_path / "r.parquet", [mutation()])
    (sample,) = run(tmp_path / "r.parquet", tmp_path / "out", answers(delay=AFTER), benchmark="tf-mutn")
    assert sample.answer is not None and sample.answer.files is not None
    found = summarise(load_run(tmp_path / "out"))
    assert (found["correct"], found["preserved"], found["correct_and_preserved"]) == (1.0, 1.0, 1.0)
    assert found["details"]["all"]["preserved"]["of"] == 1


def test_an_intent_of_a_change_is_exact_about_the_rest(tmp_path: Path) -> None:
    write_records(tmp_path / "r.parquet", [mutation(policies=(), intent=INTENT)])
    (task,) = load("tf-mutn", str(tmp_path / "r.parquet")).tasks
    assert task.scope is not None and task.scope.change[0] == "aws_sqs_queue.jobs"
    more = AFTER.replace('name = "news"', 'name = "news"\n  display_name = "The news"')
    grade = graded(task, more)
    assert (grade.correct, grade.preserved) == (False, False)
    assert graded(task, AFTER).correct is True


def test_a_scope_that_is_none(tmp_path: Path) -> None:
    write_records(tmp_path / "r.parquet", [mutation(metadata={"scope": {"removes": ["x"]}})])
    with pytest.raises(UsageError, match="its scope is not a ChangeScope"):
        load("tf-mutn", str(tmp_path / "r.parquet"))


def test_an_answer_that_does_not_deploy(tmp_path: Path) -> None:
    write_records(tmp_path / "r.parquet", [mutation()])
    bad = AFTER.replace("delay_seconds", "delay")
    (task,) = load("tf-mutn", str(tmp_path / "r.parquet")).tasks
    grade = graded(task, bad)
    assert (grade.compile, grade.deploy, grade.correct) == (False, False, False)
    assert grade.rule_share == 0.0 and not grade.masked
