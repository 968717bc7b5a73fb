"""The direct verdicts and those of the Rego are the same, on 10,000 and more pairs of an intent and a plan."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import regorus
from intent_configurations import CONFIGURATIONS, plan_of
from intent_generator import KINDS, Generator, Plan

from terraformer.data.intents import Intent, evaluate, to_rego
from terraformer.verify import VerifierPool, VerifySettings

SHARDS = 4
INTENTS = 500  # a shard
PLANS = 5  # an intent
REAL_PLANS = 200
assert SHARDS * INTENTS * PLANS >= 10_000

Shares = dict[str, list[int]]


def rego_values(engine: Any, plan: Plan) -> dict[str, Any]:
    engine.set_input_json(json.dumps(plan))
    values = json.loads(engine.eval_query_as_json("data.terraformer.intent"))["result"][0]["expressions"][0]["value"]
    assert isinstance(values, dict)
    return values


def engine_of(intent: Intent) -> Any:
    engine = regorus.Engine()
    engine.set_rego_v0(False)
    engine.add_policy("intent.rego", to_rego(intent))
    return engine


def agree(intent: Intent, plans: Iterator[Plan], kinds: list[str], shares: Shares) -> int:
    """Compare rule by rule; count verdicts by the kind of demand."""
    assert Intent.from_dict(json.loads(json.dumps(intent.to_dict()))) == intent
    engine = engine_of(intent)
    changes = [k for k in kinds if k.startswith("change_")]
    order = [*(k for k in kinds if k not in changes and k != "rest"), *changes]
    pairs = 0
    for plan in plans:
        verdicts = evaluate(intent, plan)
        values = rego_values(engine, plan)
        told = {v.rule: v.passed for v in verdicts}
        assert {rule: values[rule] for rule in told} == told, (intent.to_dict(), plan)
        assert values["is_configuration_valid"] is all(told.values())
        pairs += 1
        for kind, verdict in zip(order, verdicts, strict=False):
            shares[kind][verdict.passed] += 1
        if "rest" in kinds:
            shares["rest"][verdicts[-1].passed] += 1
    return pairs


def kinds_of(number: int) -> list[str]:
    """One kind for three intents of four, else two; all kinds equally often."""
    first = KINDS[number % len(KINDS)]
    return [first, KINDS[(number * 7 + 3) % len(KINDS)]] if number % 4 == 0 else [first]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_direct_and_rego_verdicts_are_equal(shard: int) -> None:
    generator = Generator(1000 + shard)
    shares: Shares = defaultdict(lambda: [0, 0])
    pairs = 0
    for number in range(INTENTS):
        kinds = kinds_of(shard * INTENTS + number)
        plan = generator.plan(kinds)
        intent = generator.intent(plan, kinds)
        plans = (plan if n == 0 else generator.mutant(plan) for n in range(PLANS))
        pairs += agree(intent, plans, kinds, shares)
    assert pairs == INTENTS * PLANS
    # No kind of demand is always met or never: the agreement says something about both.
    assert set(shares) == set(KINDS)
    assert {k: s for k, s in shares.items() if min(s) < 0.02 * sum(s)} == {}
    met = sum(s[True] for s in shares.values()) / sum(map(sum, shares.values()))
    assert 0.3 < met < 0.7


@pytest.fixture(scope="module")
def real_plans() -> list[Plan]:
    with VerifierPool(1, VerifySettings(cache=False)) as pool:
        return [plan_of(pool, files) for files in CONFIGURATIONS.values()]


def test_direct_and_rego_verdicts_are_equal_on_real_plans(real_plans: list[Plan]) -> None:
    generator = Generator(7)
    shares: Shares = defaultdict(lambda: [0, 0])
    pairs = 0
    for number in range(REAL_PLANS // 4):
        plan = real_plans[number % len(real_plans)]
        kinds = [k for k in kinds_of(number) if k in PLANNED]
        if not kinds:
            continue
        intent = generator.intent(plan, kinds)
        plans = (plan if n == 0 else generator.mutant(plan) for n in range(4))
        pairs += agree(intent, plans, kinds, shares)
    assert pairs > REAL_PLANS // 2
    met = sum(s[True] for s in shares.values()) / sum(map(sum, shares.values()))
    assert 0.2 < met < 0.8


# A configuration that is planned without a state has nothing but resources to add.
PLANNED = {k for k in KINDS if not k.startswith("change_") and k != "rest"} | {"change_added"}


def test_names_of_rules_are_those_of_the_rego() -> None:
    generator = Generator(3)
    rng = random.Random(3)
    for _ in range(50):
        intent = generator.intent(generator.plan(), rng.sample(KINDS, 3))
        text = to_rego(intent)
        assert all(f"\n{v.rule} if {{" in text for v in evaluate(intent, generator.plan()))
