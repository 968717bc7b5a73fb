"""Prompts: one scenario said in the ways in which people say such things.

A prompt is made of *items* (said nodes with their modifiers; ``telling``) put into one of several *voices* (``voices``),
with values spelt as this person spells them (``spelling``). Which words and which order is chance; what is demanded is
said at least once, and words that would demand something are never added.
"""

from __future__ import annotations

import random
import re

from terraformer.data.synthesis.scenario import Scenario
from terraformer.data.synthesis.spelling import guarded
from terraformer.data.synthesis.telling import Teller
from terraformer.data.synthesis.voices import VOICES, literal_pattern
from terraformer.data.synthesis.wording import tidy

__all__ = ["VOICES", "prompt_of", "voice_of"]

_CARELESS = frozenset(["order", "request", "phrase", "benchmark", "question", "specification"])
"""Voices that some people write without care."""


def prompt_of(scenario: Scenario, seed: int, voice: str | None = None) -> str:
    """A prompt for the scenario. The same seed gives the same words. ``voice`` is a key of VOICES."""
    rng = _rng(scenario, seed)
    drawn = _drawn(rng)
    chosen = voice or drawn
    teller = Teller(scenario, rng)
    front = _front(teller) if chosen in ("order", "benchmark") else ""
    text = _elsewhere(tidy(teller.resolve(VOICES[chosen][1](teller))), scenario)
    if front and re.match(r"[A-Z][a-z]+ ", text):
        text = f"{front} {text[:1].lower()}{text[1:]}"
    if chosen in _CARELESS and rng.random() < 0.24:
        text = _careless(text, teller)
    return text


_CLOUDS = {"google": "GCP", "azurerm": "Azure", "kubernetes": "Kubernetes"}


def _elsewhere(text: str, scenario: Scenario) -> str:
    """Nobody speaks of AWS who builds in another cloud only."""
    providers = {n.type.partition("_")[0] for n in scenario.nodes}
    cloud = next((name for provider, name in _CLOUDS.items() if provider in providers and "aws" not in providers), "")
    if not cloud:
        return text
    text = re.sub(r"\bAWS\b", cloud, text).replace("from CloudFormation", "from the console")
    return re.sub(r"\baws\b(?!_)", cloud.lower(), text)


def voice_of(scenario: Scenario, seed: int) -> str:
    """The voice that ``prompt_of`` draws for this seed."""
    return _drawn(_rng(scenario, seed))


def _rng(scenario: Scenario, seed: int) -> random.Random:
    return random.Random(f"{scenario.blueprint}:{scenario.seed}:words:{seed}")


def _drawn(rng: random.Random) -> str:
    return rng.choices(list(VOICES), [weight for weight, _ in VOICES.values()])[0]


def _front(t: Teller) -> str:
    """What some people say before the order: the tool, the cloud, the region."""
    chance = t.rng.random()
    if t.scenario.region_said and not t.scenario.providers and chance < 0.3:
        t.region_first = True
        return f"{t.region_phrase()},"
    if chance > 0.93:
        return t.say("{Using Terraform,|With Terraform,|Use Terraform to|In Terraform,}")
    if chance > 0.91 and all(n.type.startswith("aws_") for n in t.scenario.said_nodes):
        return t.say("{In AWS,|On AWS,|In my AWS account,}")
    return ""


def _careless(text: str, t: Teller) -> str:
    """One or two marks of somebody who does not read again what he wrote; values stay as they are."""
    kept = literal_pattern(t)
    marks = t.rng.sample(("small", "end", "articles", "slip", "an"), t.rng.choice((1, 1, 2)))
    if "small" in marks and not text.startswith(("I ", "I'")):
        text = text[:1].lower() + text[1:]
    if "end" in marks:
        text = text.rstrip(".")
    if "articles" in marks:
        text = guarded(
            text,
            lambda part: re.sub(r"\b(the|an?) (?=\w{3})", lambda m: "" if t.rng.random() < 0.5 else m[0], part),
            kept,
        )
    if "an" in marks:
        text = re.sub(r"\ban (?=S3|SQS|SNS|IAM|RDS|EC2|ECS|EKS|AWS|API)", "a ", text)
    if "slip" in marks:
        words = list(re.finditer(r"(?<=[a-z] )[a-z]{7,}(?= )", re.sub(kept, lambda m: "#" * len(m[0]), text)))
        if words:
            m = t.rng.choice(words)
            at = t.rng.randrange(m.start() + 1, m.end() - 2)
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text
