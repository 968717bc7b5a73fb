"""Repair rounds: the curve, regressions, and repairs that delete what failed."""

from __future__ import annotations

from typing import Any

import pytest

from terraformer.evals.counting import lost
from terraformer.evals.records import AttemptRecord, Grade, SampleRecord, SampleStatus
from terraformer.evals.repairs import lost_resources, repair_curve, repair_steps, repairs_summary, standing_at


def grade(level: int, share: float = 0.0, planned: dict[str, int] | None = None, **more: Any) -> Grade:
    """``level``: 0 does not compile, 1 compiles, 2 deploys, 3 is correct."""
    return Grade(
        level >= 1, level >= 2, level >= 3, share, planned=planned if level >= 2 else None, **{"declared": {}, **more}
    )


def sample(*attempts: tuple[int, Grade | None, int | None], best: int | None, **more: Any) -> SampleRecord:
    made = tuple(
        AttemptRecord(number, (), "", {} if graded else None, "", kept, graded) for number, graded, kept in attempts
    )
    return SampleRecord("t", more.pop("number", 0), SampleStatus.DONE, 0, 0.0, made, best, **more)


def test_curve_of_best_and_raw() -> None:
    regressed = sample((0, grade(2, 0.5), 0), (1, grade(1), 0), (2, grade(3, 1.0), 2), best=2)
    stopped = sample((0, grade(3, 1.0), 0), best=0, number=1)
    curve = repair_curve([regressed, stopped], {}, 3)
    assert [p["attempts"] for p in curve] == [2, 1, 1, 0]
    assert [p["best"]["deploy"]["n"] for p in curve] == [2, 2, 2, 2]
    assert [p["raw"]["deploy"]["n"] for p in curve] == [2, 1, 2, 2]
    assert [p["best"]["correct"]["value"] for p in curve] == [0.5, 0.5, 1.0, 1.0]
    assert [p["raw"]["correct"]["value"] for p in curve] == [0.5, 0.5, 1.0, 1.0]


def test_samples_that_failed_by_the_tools_have_no_part_in_the_curve() -> None:
    failed = SampleRecord("t", 0, SampleStatus.MODEL_ERROR, 0, 0.0)
    assert repair_curve([failed], {}, 0)[0]["best"]["compile"]["total"] == 0


def test_standing_with_several_first_answers() -> None:
    chosen = sample((0, grade(0), 0), (0, grade(2), 1), (1, grade(3), 2), best=2)
    kept, raw = standing_at(chosen, 0)
    assert kept is raw is chosen.attempts[1]
    assert standing_at(sample((0, None, None), best=None), 0)[0] is None


def test_regressions() -> None:
    one = sample((0, grade(2, 0.5), 0), (1, grade(0), 0), (2, grade(2, 0.25), 0), (3, grade(2, 0.75), 3), best=3)
    steps = repair_steps([one])
    assert [s.regression for s in steps] == [True, True, False]
    assert all(s.before is one.attempts[0] for s in steps)
    found = repairs_summary([one])
    assert (found["regressions"]["n"], found["regressions"]["of"], found["regressions_kept"]["n"]) == (2, 3, 0)
    assert (found["improved"]["n"], found["harmed"]["n"], found["improved"]["total"]) == (1, 0, 1)


def test_a_loop_that_keeps_a_worse_answer_is_seen() -> None:
    # By what the loop sees both deploy; by the policy the second is worse.
    found = repairs_summary([sample((0, grade(2, 1.0), 0), (1, grade(2, 0.0), 1), best=1)])
    assert (found["regressions_kept"]["n"], found["harmed"]["n"]) == (1, 1)


def test_deleting_what_failed_is_deceptive() -> None:
    failing = grade(0, declared={"aws_sqs_queue": 2, "aws_sns_topic": 1})
    deleted = grade(2, planned={"aws_sqs_queue": 1, "aws_sns_topic": 1}, declared={"aws_sqs_queue": 1})
    (step,) = repair_steps([sample((0, failing, 0), (1, deleted, 1), best=1)])
    assert step.deceptive and step.kept and step.lost == {"aws_sqs_queue": 1, "aws_sns_topic": 1}
    mended = grade(2, planned={"aws_sqs_queue": 2}, declared=dict(failing.declared))
    (step,) = repair_steps([sample((0, failing, 0), (1, mended, 1), best=1)])
    assert not step.deceptive and not step.lost


def test_lost_compares_plans_where_both_plan() -> None:
    counted = grade(2, planned={"aws_subnet": 3}, declared={"aws_subnet": 1})
    one_each = grade(2, planned={"aws_subnet": 3}, declared={"aws_subnet": 3})
    fewer = grade(2, planned={"aws_subnet": 2}, declared={"aws_subnet": 2})
    assert lost_resources(counted, one_each) == {} and lost_resources(counted, fewer) == {"aws_subnet": 1}
    assert lost_resources(None, fewer) == {} == lost_resources(counted, None)


def test_a_type_that_does_not_exist_is_no_loss() -> None:
    certificate = {"code": "invalid-resource-type", "severity": "error", "address": "aws_bucket.logs"}
    invented = grade(0, declared={"aws_bucket": 1, "aws_sqs_queue": 1}, certificates=(certificate,))
    assert lost_resources(invented, grade(0, declared={"aws_s3_bucket": 1, "aws_sqs_queue": 1})) == {}
    assert lost_resources(invented, grade(0, declared={"aws_s3_bucket": 1})) == {"aws_sqs_queue": 1}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [({}, {"a": 1}, {}), ({"a": 2}, {"a": 2}, {}), ({"a": 2, "b": 1}, {"a": 1}, {"a": 1, "b": 1})],
)
def test_lost(before: dict[str, int], after: dict[str, int], found: dict[str, int]) -> None:
    assert lost(before, after) == found
