"""Prompts: what is demanded is said, in every voice; values only change into what is equal; the guide tells the truth."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from terraformer.data.intents import AllOf, AnyOf, Attribute, Block, Condition, Operator
from terraformer.data.synthesis.demands import intent_of
from terraformer.data.synthesis.language import VOICES, prompt_of, voice_of
from terraformer.data.synthesis.loose import RULES, Rule, loosen, table
from terraformer.data.synthesis.registry import all_blueprints, get_blueprint, scenario_of
from terraformer.data.synthesis.scenario import Scenario, Setting
from terraformer.data.synthesis.spelling import REGIONS, Habits, respell, spellings
from terraformer.data.synthesis.wording import plural_of, tidy

BLUEPRINTS = tuple(all_blueprints())
GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "words.md"


# --- every demanded literal is said -----------------------------------------------------------------------------------

_TOLD_BY_WORDS = re.compile(
    r"""(?x)^(
      [A-Z][A-Z0-9_]+                        # constants of an API: the words of the feature say which
    | arn:aws:.*                             # managed policies and principals: by name or account
    | (python|nodejs|java|dotnet|ruby)\d.*   # runtimes: "Python 3.13"
    | (cron|rate)\(.*\) | [\d*/,\ ?LA-Z-]*\*[\d*/,\ ?LA-Z-]*   # schedules: "every day at 2 AM"
    | com\.amazonaws\..* | .*\.amazonaws\.com  # services
    | L-[0-9A-F]{8}                          # quota codes
    | https?://(acs|token)\..*               # groups of grants, issuers
    | AWS.* | aws:.* | s3:.* | dynamodb:.* | rds:.* | ecs:.* | autoscaling:.* | tag:.* | alias/aws/.*
    | .*[a-z][A-Z].*                         # names of metrics and options
    )$"""
)


def literals(condition: Condition) -> Iterator[Any]:
    """The scalars that a condition demands one by one: numbers, and texts that nobody could guess."""
    if isinstance(condition, Attribute):
        if condition.operator in (Operator.SET, Operator.ABSENT, Operator.MATCHES, Operator.ONE_OF, Operator.INCLUDES):
            return
        value = condition.value
        if isinstance(value, dict):
            yield from (v for pair in value.items() for v in pair)
        elif isinstance(value, (list, tuple)):
            yield from value
        else:
            yield value
    elif isinstance(condition, Block):
        for inner in condition.having:
            yield from literals(inner)
    elif isinstance(condition, (AllOf, AnyOf)):
        for inner in condition.conditions:
            yield from literals(inner)


def guessable(value: Any) -> bool:
    """Whether the words of a feature can tell it: switches, 0 and 1, names of an API's own."""
    if isinstance(value, bool):
        return True
    if isinstance(value, (int, float)) or re.fullmatch(r"-?\d+", str(value)):
        return float(value) in (-1, 0, 1)
    # A text without a digit, dash, dot or slash is an enumeration's member or a name, and names are looked at below.
    return bool(_TOLD_BY_WORDS.match(value)) or not re.search(r"\d|[-./]", value)


ACCEPTED = {
    "24": ("daily", "a day", "every day", "every 24 hours"),
    "12": ("twice a day", "every 12 hours"),
    "6": ("tcp",),
    "17": ("udp",),
    "301": ("redirect", "www"),
    "2": ("replica", "both", "pair", "second"),
    "3": ("replicas",),
    "cloudwatch-logs": ("cloudwatch",),
    "slow-log": ("slow",),
    "engine-log": ("engine log",),
    "fixed-response": ("returns", "fixed"),
    "ipv4": ("private default scope", "pool"),
    "IPv4": ("prefix list",),
    "public.ecr.aws": ("public ecr",),
    "quay.io": ("quay",),
    "cross-az": ("over zones", "across zones", "different zones", "across availability zones"),
    "https-only": ("https",),
    "allow-all": ("http and https",),
    "::/0": ("ipv6 default route", "ipv6"),
    "extended_s3": ("bucket",),
    "arm64": ("graviton", "arm"),
    "25": ("75%", "75 percent"),
    "75": ("25%", "25 percent"),
    "TLSv1.2_2021": ("tls 1.2",),
    "HTTPCode_Target_5XX_Count": ("5xx",),
}
"""Words that mean a value where the value itself is not in the prompt."""


def normal(text: str) -> str:
    """In small letters, punctuation as spaces."""
    return f" {re.sub(r'[^a-z0-9%]+', ' ', text.lower())} "


def said(value: Any, prompt: str) -> bool:
    low, plain = prompt.lower(), normal(prompt)
    for form in (*spellings(value), *ACCEPTED.get(str(value), ())):
        if (
            (re.search(r"\W", form) and form in low)
            or normal(form) in plain
            or re.search(rf"(?<![\d.]){re.escape(form)}(?![\d])", low)
        ):
            return True
    text = str(value)
    if not isinstance(value, (int, float)) and re.search(r"[a-z]", text.lower()):
        pieces = [p for p in normal(text).split() if len(p) > 2 or p.isdigit()]
        return bool(pieces) and all(re.search(rf"{re.escape(p[:5])}", low) for p in pieces)
    return False


def missing(scenario: Scenario, prompt: str) -> list[str]:
    found = []
    for demand in intent_of(scenario).demands:
        for condition in demand.having:
            found += [
                f"{demand.type} {value!r}"
                for value in literals(condition)
                if not guessable(value) and not said(value, prompt)
            ]
        if demand.label not in ("", "aws") and demand.label not in prompt:
            found.append(demand.label)
    for node in scenario.said_nodes:
        if (
            node.name is not None
            and node.name.said
            and isinstance(node.name.value, str)
            and node.name.value not in prompt
        ):
            found.append(f"the name {node.name.value}")
    return found


@pytest.mark.parametrize("shard", range(4))
def test_every_demanded_literal_is_said(shard: int) -> None:
    """Names, numbers, addresses, types: over every blueprint, voices in turn."""
    voices = list(VOICES)
    wrong: list[str] = []
    for number, name in enumerate(BLUEPRINTS[shard::4]):
        for seed in range(3):
            scenario = scenario_of(get_blueprint(name), seed)
            voice = voices[(number + 5 * seed) % len(voices)]
            prompt = prompt_of(scenario, seed, voice)
            wrong += [f"{name} {seed} {voice}: {what}: {prompt}" for what in missing(scenario, prompt)]
    assert wrong == []


def test_the_guard_sees_what_is_left_out() -> None:
    for seed in range(12):
        scenario = scenario_of(get_blueprint("databases.rds_in_vpc"), seed)
        assert missing(scenario, prompt_of(scenario, 1)) == []
        assert missing(scenario, "Create a database.")
    assert not said(443, "a port") and said(443, "HTTPS open to all") and not said("10.0.0.0/16", "10.0.0.0/8")
    assert not said(30, "300 seconds") and said(604800, "for a week") and not said("t3.micro", "a small one")


# --- words ------------------------------------------------------------------------------------------------------------


def test_prompts_read_as_text() -> None:
    """No traces of the grammar, no doubled words, no broken articles, in any voice."""
    wrong: list[str] = []
    for number, name in enumerate(BLUEPRINTS):
        scenario = scenario_of(get_blueprint(name), 11)
        for voice in (list(VOICES)[number % len(VOICES)], voice_of(scenario, 7)):
            prompt = prompt_of(scenario, 7, voice)
            trace = re.search(r"[\x00-\x08]|<\w+>|\{\w+\||None|\[\]", prompt)
            double = re.search(r"(?i)\b(the|a|an|with|and|of|that|is|for|to) \1\b", prompt)
            article = re.search(
                r"\b[Aa]n (?:bucket|table|queue|topic|role|VPC|KMS)\b|\b[Aa] (?:instance|object|alarm)\b", prompt
            )
            wrong += [f"{name} {voice}: {m[0]!r} in {prompt}" for m in (trace, double, article) if m]
    assert wrong == []


def test_prompts_are_repeatable_and_voices_differ() -> None:
    scenario = scenario_of(get_blueprint("storage.lifecycle_bucket"), 4)
    told = {voice: prompt_of(scenario, 3, voice) for voice in VOICES}
    assert told == {
        voice: prompt_of(scenario_of(get_blueprint("storage.lifecycle_bucket"), 4), 3, voice) for voice in VOICES
    }
    assert len(set(told.values())) == len(VOICES)
    assert "\n" in told["list"] and "\n" in told["table"] and told["comment"].startswith(("# ", "// "))


def test_openings_and_lengths_vary() -> None:
    rng = random.Random(3)
    prompts = []
    for _ in range(600):
        scenario = scenario_of(get_blueprint(rng.choice(BLUEPRINTS)), rng.randrange(1 << 30))
        prompts.append(prompt_of(scenario, 0))
    openings = Counter(" ".join(p.split()[:2]).lower() for p in prompts)
    lengths = sorted(len(p.split()) for p in prompts)
    assert openings.most_common(1)[0][1] < 0.12 * len(prompts) and len(openings) > 120
    assert lengths[60] <= 18 and lengths[300] <= 55 and lengths[540] >= 60
    assert len(set(prompts)) > 0.98 * len(prompts)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        (
            "a timeout of 300 seconds",
            {"a timeout of 300 seconds", "a timeout of 5 minutes", "a timeout of five minutes"},
        ),
        ("kept for 7 days", {"kept for 7 days", "kept for seven days", "kept for a week", "kept for one week"}),
        ("20 GB of storage", {"20 GB of storage", "20GB of storage"}),
        ("at 80 percent", {"at 80 percent", "at 80%"}),
        ('named "7 days"', {'named "7 days"'}),
        ("a schedule cron(0 4 ? * MON *)", {"a schedule cron(0 4 ? * MON *)"}),
        ("a subnet in eu-west-1a", {"a subnet in eu-west-1a"}),
    ],
)
def test_values_are_only_respelt(text: str, allowed: set[str]) -> None:
    rng = random.Random(5)
    found = {respell(text, rng, Habits.drawn(rng)) for _ in range(300)}
    assert found == allowed


def test_regions_by_the_name_of_their_place() -> None:
    rng = random.Random(1)
    habits = Habits(places=1.0)
    told = {respell("a replica in eu-central-1", rng, habits) for _ in range(60)}
    assert "a replica in Frankfurt" in told and all("Frankfurt" in t for t in told)
    names = [n for group in REGIONS.values() for n in group]
    assert len(names) == len(set(names))  # a name means one region


def test_plurals_and_tidying() -> None:
    assert plural_of("bucket for logs") == "buckets for logs" and plural_of("aws_subnet") == "aws_subnet resources"
    assert plural_of("access policy") == "access policies"
    assert tidy("a thing with 1 nodes , really..") == "a thing with 1 node, really."


# --- loose words ------------------------------------------------------------------------------------------------------


def test_loose_words_demand_what_the_guide_says() -> None:
    """Every value that is said loosely meets what its words demand, and the guide's table is the code's."""
    seen: set[str] = set()
    for name in BLUEPRINTS:
        for seed in range(25):
            for node in scenario_of(get_blueprint(name), seed).said_nodes:
                for setting in node.settings():
                    rule = loosened_by(setting)
                    if rule is None or setting.say is None:
                        continue
                    seen.add(rule.words)
                    demand = setting.say.demand
                    assert isinstance(demand, Attribute)
                    if demand.operator is Operator.MATCHES:
                        assert re.search(demand.value, str(setting.value)), (name, setting.value)
                    else:
                        assert demand.value == int(setting.value), (name, setting.value)
    assert len(seen) >= len(RULES) - 4
    assert table() in GUIDE.read_text(encoding="utf-8")


def loosened_by(setting: Setting) -> Rule | None:
    """The rule by which a setting is said loosely."""
    return next(
        (
            r
            for r in RULES
            if setting.said
            and setting.name in r.arguments
            and isinstance(setting.value, (str, int))
            and re.search(r.value, str(setting.value))
            and r.say(setting.name, setting.value) == setting.say
        ),
        None,
    )


def test_loosening_is_repeatable_and_brief_people_say_less() -> None:
    lengths = []
    for seed in range(60):
        first = scenario_of(get_blueprint("databases.rds_alone"), seed)
        again = scenario_of(get_blueprint("databases.rds_alone"), seed)
        assert intent_of(first) == intent_of(again)
        lengths.append(len(prompt_of(first, 0).split()))
    assert min(lengths) < 15 < 40 < max(lengths)
    assert loosen(first) is first
