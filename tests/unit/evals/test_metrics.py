"""The figures against values worked out by hand, and their properties."""

from __future__ import annotations

import itertools
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terraformer.evals.metrics import (
    Outcome,
    figure,
    interval,
    mean_pass_at_k,
    outcome,
    outcome_of,
    pass_at_k,
    quantile,
)
from terraformer.evals.records import (
    AttemptRecord,
    Grade,
    ReferenceVerdict,
    SampleRecord,
    SampleStatus,
    Soundness,
)


@pytest.mark.parametrize(
    ("n", "c", "k", "expected"),
    [(1, 0, 1, 0.0), (1, 1, 1, 1.0), (4, 1, 1, 0.25), (4, 2, 2, 5 / 6), (5, 1, 3, 0.6), (10, 3, 5, 1 - 21 / 252)],
)
def test_pass_at_k_by_hand(n: int, c: int, k: int, expected: float) -> None:
    assert pass_at_k(n, c, k) == pytest.approx(expected)


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_draws_that_hold_a_right_answer(case: tuple[int, int, int]) -> None:
    n, c, k = case
    draws = list(itertools.combinations([True] * c + [False] * (n - c), k))
    assert pass_at_k(n, c, k) == pytest.approx(sum(any(d) for d in draws) / len(draws))
    assert pass_at_k(n, c, k) == pytest.approx(1 - comb(n - c, k) / comb(n, k))
    assert 0.0 <= pass_at_k(n, c, k) <= 1.0
    if k < n:
        assert pass_at_k(n, c, k) <= pass_at_k(n, c, k + 1) + 1e-12


@pytest.mark.parametrize(("n", "c", "k"), [(0, 0, 1), (3, 4, 1), (3, 1, 4), (3, 1, 0), (3, -1, 1)])
def test_pass_at_k_refuses_nonsense(n: int, c: int, k: int) -> None:
    with pytest.raises(ValueError, match="pass@k"):
        pass_at_k(n, c, k)


def test_quantile() -> None:
    assert quantile([], 0.5) is None
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([0.0, 10.0], 0.95) == pytest.approx(9.5)
    assert quantile([7.0], 0.95) == 7.0


def test_figure_has_both_denominators() -> None:
    found = figure({"a": [True, False], "b": [None, True], "c": [None, None]})
    assert (found.value, found.n, found.of, found.total) == (2 / 3, 2, 3, 6)
    assert found.of_all == pytest.approx(2 / 6)
    assert (found.low, found.high) == (None, None)
    nothing = figure({"a": [None]})
    assert (nothing.value, nothing.of, nothing.total, nothing.of_all) == (None, 0, 1, 0.0)
    assert figure({}).of_all is None


def test_mean_pass_at_k_by_hand() -> None:
    values = {"a": [True, False, False, False], "b": [True, True, None, None], "c": [False, False, False, False]}
    found = mean_pass_at_k(values, 2)
    assert found.value == pytest.approx((0.5 + 1.0 + 0.0) / 3)
    assert (found.of, found.total, found.unit) == (3, 3, "tasks")
    # Of b only two samples are scored: it has no pass@3, unless its masked samples count as wrong.
    assert mean_pass_at_k(values, 3).of == 2
    assert mean_pass_at_k(values, 3, masked_fail=True).value == pytest.approx((0.75 + 1.0 + 0.0) / 3)
    assert mean_pass_at_k(values, 1, masked_fail=True).value == pytest.approx(figure(values).of_all)


SHARES = st.dictionaries(
    st.text(max_size=3), st.lists(st.one_of(st.none(), st.booleans()), max_size=4), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None)
@given(SHARES, st.integers(0, 5))
def test_intervals_hold_and_are_the_same_for_a_seed(values: dict[str, list[bool | None]], seed: int) -> None:
    found = figure(values, seed=seed, resamples=100)
    assert found == figure(values, seed=seed, resamples=100)
    if found.of:
        assert found.low is not None and found.high is not None and found.value is not None
        assert 0.0 <= found.low <= found.high <= 1.0
        scored = [v for task in values.values() for v in task if v is not None]
        if len(set(scored)) == 1:
            assert (found.low, found.high) == (float(scored[0]), float(scored[0]))


def test_interval_is_wider_for_fewer_tasks_and_covers_the_share() -> None:
    few = interval([(1, 1), (0, 1)] * 5, seed=1)
    many = interval([(1, 1), (0, 1)] * 200, seed=1)
    assert few[0] is not None and few[1] is not None and many[0] is not None and many[1] is not None
    assert few[0] < many[0] < 0.5 < many[1] < few[1]
    # The binomial interval of 200 of 400 is 0.45 to 0.55.
    assert many[0] == pytest.approx(0.45, abs=0.015) and many[1] == pytest.approx(0.55, abs=0.015)
    assert interval([], seed=1) == (None, None)


def test_samples_of_one_task_are_no_more_evidence_than_one() -> None:
    tasks = {str(i): [bool(i % 2)] for i in range(20)}
    copied = {task: values * 10 for task, values in tasks.items()}
    assert figure(tasks, seed=3).low == figure(copied, seed=3).low


# --- what an answer is worth ---


def grade(
    compile: bool | None = True, deploy: bool | None = True, correct: bool | None = True, share: float | None = 1.0
) -> Grade:
    return Grade(compile, deploy, correct, share)


def sample(status: SampleStatus, graded: Grade | None, best: int | None = 0) -> SampleRecord:
    attempt = AttemptRecord(0, (), "", {"main.tf": ""} if graded else None, "", best, graded)
    return SampleRecord("t", 0, status, 0, 0.0, (attempt,), best)


def verdict(soundness: Soundness, rules: int = 2) -> ReferenceVerdict:
    return ReferenceVerdict("t", soundness, "", rules, None)


def test_a_model_error_scores_nothing() -> None:
    assert outcome(sample(SampleStatus.MODEL_ERROR, grade()), None) == Outcome()


def test_no_configuration_is_a_wrong_answer_not_a_masked_one() -> None:
    found = outcome(sample(SampleStatus.DONE, None, None), verdict(Soundness.SOUND))
    assert (found.compile, found.deploy, found.correct, found.rule_share) == (False, False, False, 0.0)
    assert found.security_share is None


def test_a_policy_that_cannot_be_read_judges_nobody() -> None:
    for answer in (sample(SampleStatus.DONE, None, None), sample(SampleStatus.DONE, grade(correct=None, share=None))):
        found = outcome(answer, verdict(Soundness.SYNTAX, 0))
        assert found.correct is None and found.rule_share is None
        assert found.compile is not None
    assert outcome(sample(SampleStatus.DONE, grade()), verdict(Soundness.CONTRADICTION)).correct is True


def test_what_the_tools_did_establish_counts() -> None:
    found = outcome(sample(SampleStatus.TOOL_ERROR, grade(True, None, None, None)), verdict(Soundness.SOUND))
    assert (found.compile, found.deploy, found.correct) == (True, None, None)
    assert outcome_of(None, None).compile is False


def test_security_applies_where_a_check_looked_or_the_tool_failed() -> None:
    nothing_to_check = grade()
    failed = Grade(True, True, True, 1.0, tool_errors=({"kind": "security", "message": "", "stage": "security"},))
    checked = Grade(True, True, True, 1.0, security_share=0.5)
    found = [outcome(sample(SampleStatus.DONE, g), None).security_applies for g in (nothing_to_check, failed, checked)]
    assert found == [False, True, True]
