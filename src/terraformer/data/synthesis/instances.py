"""From a blueprint and a seed to candidates: one intent, several prompts, several configurations. Nothing is verified here."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from terraformer.data.intents import Intent
from terraformer.data.synthesis.demands import intent_of
from terraformer.data.synthesis.language import prompt_of, voice_of
from terraformer.data.synthesis.registry import Blueprint, scenario_of
from terraformer.data.synthesis.rendering import Style, render
from terraformer.data.synthesis.scenario import Scenario
from terraformer.provider import bundle
from terraformer.types import TerraformConfig

__all__ = ["Candidate", "candidates", "taggable"]


@dataclass(frozen=True)
class Candidate:
    """A request and one answer to it; ``config`` is not formatted and not verified yet."""

    scenario: Scenario
    prompt: str
    intent: Intent
    config: TerraformConfig
    voice: str = ""
    """The family of the prompt."""


@lru_cache(maxsize=4096)
def taggable(type: str) -> bool:
    """Whether a resource type takes ``tags`` as a map of strings."""
    source = bundle.provider_for_type(type)
    if source is None:
        return False
    attribute = bundle.load(source).resource(type).block.attributes.get("tags")
    return attribute is not None and attribute.optional and attribute.type == ["map", "string"]


def candidates(chosen: Blueprint, seed: int, *, clones: int = 1) -> Iterator[Candidate]:
    """``clones`` configurations in different styles, each with a prompt of its own wording, all of one intent."""
    scenario = scenario_of(chosen, seed)
    intent = intent_of(scenario)
    for clone in range(clones):
        style = Style.drawn(random.Random(f"{chosen.name}:{seed}:style:{clone}"))
        yield Candidate(
            scenario,
            prompt_of(scenario, clone),
            intent,
            render(scenario, style, clone, taggable),
            voice_of(scenario, clone),
        )
