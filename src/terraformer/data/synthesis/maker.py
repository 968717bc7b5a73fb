"""TF-Gen instances: a request, its intent and a configuration that meets it."""

from __future__ import annotations

from dataclasses import replace

from terraformer.data.cleaning.splits import Wanted
from terraformer.data.making import Made, Rejection, unit_rng
from terraformer.data.services import services_of
from terraformer.data.synthesis.instances import Candidate, candidates
from terraformer.data.synthesis.language import prompt_of, voice_of
from terraformer.data.synthesis.registry import get_blueprint
from terraformer.data.synthesis.verified import Proven, difficulty_of, draw_blueprint, prove, types_of, versions_of
from terraformer.types import Record, RecordKind
from terraformer.verify import VerifierPool

__all__ = ["GenerationMaker"]

_CLONES = ((1, 2, 3), (5, 4, 2))
"""How many configurations a scenario gets, and how often."""


class GenerationMaker:
    """A unit is one scenario: one to three configurations in different styles, each with a prompt of its own wording;
    at times one prompt has two of the configurations as its answers, or one configuration answers two prompts.

    ``blueprint`` restricts to one blueprint, ``longtail`` is the share of those derived from schemas, ``split`` restricts
    to records of one split.
    """

    kind = RecordKind.GENERATION

    def __init__(self, longtail: float = 0.12, blueprint: str = "", split: str = "") -> None:
        self._longtail = float(longtail)
        self._wanted = Wanted(split)
        self._only = get_blueprint(blueprint) if blueprint else None

    def make(self, seed: int, unit: int, pool: VerifierPool) -> Made:
        rng = unit_rng("tf-gen", seed, unit)
        chosen = self._only or draw_blueprint(rng, longtail=self._longtail)
        clones = rng.choices(*_CLONES)[0]
        records: list[Record] = []
        rejections: list[Rejection] = []
        first: Candidate | None = None
        for n, candidate in enumerate(candidates(chosen, rng.randrange(1 << 40), clones=clones)):
            if n and first is not None and rng.random() < 0.3:  # another answer to the same prompt
                candidate = replace(candidate, prompt=first.prompt, voice=first.voice)
            if not self._wanted.may_be(self.kind, _source(candidate), (candidate.voice,)):
                continue
            proven = prove(candidate, pool)
            if isinstance(proven, Rejection):
                rejections.append(proven)
                continue
            first = first or candidate
            records.append(self._record(proven, seed))
            if rng.random() < 0.2:  # the same asked in other words
                scenario, again = candidate.scenario, 100 + n
                other = replace(candidate, prompt=prompt_of(scenario, again), voice=voice_of(scenario, again))
                if other.prompt != candidate.prompt:
                    records.append(self._record(replace(proven, candidate=other), seed))
        return Made(tuple(r for r in records if self._wanted.has(r)), tuple(rejections))

    def _record(self, proven: Proven, seed: int) -> Record:
        candidate = proven.candidate
        types = types_of(proven.plan)
        return Record(
            RecordKind.GENERATION,
            candidate.prompt,
            proven.config,
            intent=candidate.intent.to_dict(),
            policies=proven.policies,
            resource_types=types,
            services=services_of(types),
            difficulty=difficulty_of(proven.plan, len(proven.report.rules)),
            source=_source(candidate),
            family=candidate.voice,
            licence="Apache-2.0",
            seed=seed,
            versions=versions_of(proven.report),
            metadata={"scenario": candidate.scenario.seed},
        )


def _source(candidate: Candidate) -> str:
    return f"blueprint:{candidate.scenario.blueprint}"
