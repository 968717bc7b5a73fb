"""Records for tests of cleaning, card and export: made by blueprints, not verified."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from terraformer.data.services import services_of
from terraformer.data.synthesis.instances import candidates
from terraformer.data.synthesis.registry import all_blueprints, get_blueprint
from terraformer.types import Record, RecordKind, TerraformConfig


def made(count: int, *, every: int = 1, seed: int = 0) -> Iterator[Record]:
    """So many records, each scenario with two answers to one prompt and a third to another; the blueprints in turn,
    every ``every``-th of them."""
    names = list(all_blueprints())[::every]
    rng = random.Random(seed)
    given = 0
    while True:
        for name in names:
            first = ""
            for clone, candidate in enumerate(candidates(get_blueprint(name), rng.randrange(1 << 30), clones=3)):
                first = first or candidate.prompt
                types = candidate.scenario.types
                yield Record(
                    RecordKind.GENERATION,
                    first if clone == 1 else candidate.prompt,
                    candidate.config,
                    intent=candidate.intent.to_dict(),
                    resource_types=types,
                    services=services_of(types),
                    difficulty=1 + clone,
                    source=f"blueprint:{name}",
                    family=candidate.voice,
                    licence="Apache-2.0",
                    seed=seed,
                    versions={"terraformer": "0"},
                    metadata={"scenario": candidate.scenario.seed},
                )
                given += 1
                if given == count:
                    return


def generation(prompt: str, text: str, **other: object) -> Record:
    return replace(Record(RecordKind.GENERATION, prompt, one(text)), **other)  # type: ignore[arg-type]


def mutation(prompt: str, before: str, after: str, **other: object) -> Record:
    return replace(Record(RecordKind.MUTATION, prompt, one(after), one(before)), **other)  # type: ignore[arg-type]


def one(text: str) -> TerraformConfig:
    return TerraformConfig({"main.tf": text.encode()})
