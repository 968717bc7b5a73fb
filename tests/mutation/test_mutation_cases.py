"""More than 200 mutation cases: preservation and intent tell right answers from wrong ones.

Each case is a base configuration (bases/*.tf), a request, the right answer, and a wrong one of each kind: nothing done,
only a comment added, done and something else broken, done and something else replaced, done and something else deleted,
and, where something should be updated, just that deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from mutation_operators import Case, Wrong, cases

from terraformer.data.intents import Intent, change_scope, evaluate
from terraformer.types import Certificate, Severity, TerraformConfig, VerificationReport
from terraformer.verify import Applied, VerifierPool
from terraformer.verify.changes import summarise
from terraformer.verify.compare import compare
from terraformer.verify.preservation import check, scope_from_words

BASES = sorted(path.stem for path in (Path(__file__).parent / "bases").glob("*.tf"))


@cache
def cases_of(name: str) -> tuple[Case, ...]:
    return tuple(cases(name, (Path(__file__).parent / "bases" / f"{name}.tf").read_text("utf-8")))


def intent_of(case: Case) -> Intent:
    mutation = case.mutation
    return Intent.from_dict(
        {
            "version": 1,
            "title": mutation.request,
            "demands": list(mutation.demands),
            "change": {"demands": list(mutation.change), "removed_outputs": list(mutation.removed_outputs)},
        }
    )


def test_there_are_enough() -> None:
    every = [case for name in BASES for case in cases_of(name)]
    assert len(every) >= 200
    assert len({case.name for case in every}) == len(every)
    assert all({w.kind for w in case.wrong} >= {"nothing", "else-broken", "replaced", "deleted"} for case in every)


class Judged:
    """One answer beside the configuration before: the findings by intent and by words, and the intent's verdict."""

    def __init__(self, case: Case, text: str, before: Applied, change: VerificationReport) -> None:
        assert before.state is not None, before.problem
        assert change.plan is not None, change.errors
        old, new = TerraformConfig.from_text(case.before), TerraformConfig.from_text(text)
        summary = summarise(change.plan, before=before.report.plan, drift=before.drift)
        intent = intent_of(case)
        self.by_intent = check(summary, change_scope(intent), before=old, after=new)
        self.by_words = check(summary, scope_from_words(case.mutation.request, old, summary), before=old, after=new)
        self.meets = [v.rule for v in evaluate(intent, change.plan) if not v.passed] == []


def errors(found: Sequence[Certificate]) -> set[tuple[str, str]]:
    return {(c.code, c.address or "") for c in found if c.severity is Severity.ERROR}


def judge_all(pool: VerifierPool, name: str) -> list[str]:
    """Everything that is told wrongly, in words."""
    before = pool.apply(TerraformConfig.from_text(cases_of(name)[0].before))
    assert before.state is not None, before.problem

    known: dict[str, VerificationReport] = {}

    def judged(case: Case, text: str) -> Judged:
        assert before.state is not None
        change = known.get(text)
        if change is None:
            change = known[text] = pool.submit_change(TerraformConfig.from_text(text), before.state).result()
        return Judged(case, text, before, change)

    def one(case: Case) -> list[str]:
        told: list[str] = []
        right = judged(case, case.mutation.after)
        if right.by_intent or errors(right.by_words) or not right.meets:
            told.append(f"{case.name}: right: {right.by_intent} {errors(right.by_words)} {right.meets}")
        for wrong in case.wrong:
            told += [
                f"{case.name}: {wrong.kind}: {problem}" for problem in problems(case, wrong, judged(case, wrong.text))
            ]
        return told

    with ThreadPoolExecutor(4) as threads:
        return [line for lines in threads.map(one, cases_of(name)) for line in lines]


def problems(case: Case, wrong: Wrong, judged: Judged) -> list[str]:
    found: list[str] = []
    if judged.meets:
        found.append("the intent is met")
    for source, certificates in (("intent", judged.by_intent), ("words", judged.by_words)):
        told = errors(certificates)
        if wrong.address:
            # By the words alone, what is only changed elsewhere is at most a warning.
            if (source == "intent" or wrong.kind != "else-broken") and not any(
                code == wrong.code and address.split("[")[0] == wrong.address for code, address in told
            ):
                found.append(f"{source}: {wrong.code} of {wrong.address} is not told: {told}")
        elif (case.mutation.plan_differs or source == "words") and (wrong.code, "") not in told:
            # A scope does not know of demands on variables: there the intent's own rule fails.
            found.append(f"{source}: {wrong.code} is not told: {told}")
    return found


@pytest.mark.parametrize("name", BASES)
def test_right_and_wrong_answers_are_told_apart(pool: VerifierPool, name: str) -> None:
    assert judge_all(pool, name) == []


@pytest.mark.parametrize("name", BASES[:3])
def test_compare_says_the_same(pool: VerifierPool, name: str) -> None:
    case = cases_of(name)[0]
    before, after = TerraformConfig.from_text(case.before), TerraformConfig.from_text(case.mutation.after)
    compared = compare(before, after, pool=pool)
    assert compared.tool_errors == ()
    assert compared.after.deployable is True
    assert not compared.summary.by_text
    assert check(compared.summary, change_scope(intent_of(case)), before=before, after=after) == ()
    assert compare(before, before, pool=pool).summary.empty
