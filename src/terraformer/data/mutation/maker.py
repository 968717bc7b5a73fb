"""TF-Mutn instances: a request, the configuration before, and the one after, proven to be just what was asked."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from terraformer.data.cleaning.splits import Wanted
from terraformer.data.intents.names import rule_names
from terraformer.data.making import Made, Rejection, unit_rng
from terraformer.data.mutation.applied import Accepted, AppliedBase, apply_base, judge
from terraformer.data.mutation.catalogue import get_operator
from terraformer.data.mutation.compose import Composed, compose
from terraformer.data.mutation.requests import request_of
from terraformer.data.reverse.completing import completed
from terraformer.data.reverse.maker import load_sources
from terraformer.data.services import services_of
from terraformer.data.sources import SourceConfig, parse_sources
from terraformer.data.synthesis.instances import Candidate, candidates
from terraformer.data.synthesis.registry import get_blueprint
from terraformer.data.synthesis.verified import difficulty_of, draw_blueprint, types_of, versions_of
from terraformer.errors import UsageError
from terraformer.types import Record, RecordKind
from terraformer.verify import VerifierPool

__all__ = ["MutationMaker", "apply_real", "real_configs"]

_CHANGES = ((5, 6, 7, 8), (2, 3, 3, 2))
"""How many different changes a configuration gets, and how often."""
_SMALLER = 0.6
"""How often the smaller of two synthetic configurations is taken: people change files of one screen more often than of
ten, the model is given the whole of it, and it is planned as often as it is changed."""
_MAX_BYTES = 60_000
_SPARE = 3
"""How many more are tried where some are rejected."""


class MutationMaker:
    """A unit is one configuration and five to eight different changes of it.

    The configuration is a synthetic one; with ``configs`` (what ``data.sources.collect`` takes: directories,
    repositories, JSON lines) it is a real one, the unit's number chooses which; ``licence`` is that of sources that
    state none. ``blueprint`` restricts to one blueprint, ``longtail`` is the share of those derived from schemas,
    ``operator`` restricts the first change to one operator, ``split`` to records of one split.
    """

    kind = RecordKind.MUTATION

    def __init__(
        self,
        longtail: float = 0.08,
        blueprint: str = "",
        operator: str = "",
        configs: str = "",
        licence: str = "",
        split: str = "",
    ) -> None:
        self._longtail = float(longtail)
        self._wanted = Wanted(split)
        self._only = get_blueprint(blueprint) if blueprint else None
        self._first = get_operator(operator) if operator else None
        self._real = real_configs(configs, licence) if configs else ()

    def make(self, seed: int, unit: int, pool: VerifierPool) -> Made:
        rng = unit_rng("tf-mutn", seed, unit)
        licence = "Apache-2.0"
        scenario: int | str
        if self._real:
            real = self._real[unit % len(self._real)]
            licence = real.licence
            scenario = real.origin.partition("#")[0]
            applied = apply_real(real, pool)
        else:
            drawn = [self._draw(rng), self._draw(rng)]
            if rng.random() < _SMALLER:
                drawn.sort(key=lambda each: sum(map(len, each[1].config.files.values())))
            name, candidate = drawn[0]
            scenario = candidate.scenario.seed
            applied = apply_base(pool.format(candidate.config), pool, f"blueprint:{name}")
        if isinstance(applied, Rejection):
            return Made((), (applied,))
        records: list[Record] = []
        rejections: list[Rejection] = []
        used: set[str] = set()
        seen: set[str] = set()
        wanted = rng.choices(*_CHANGES)[0]
        for attempt in range(wanted + _SPARE):
            if len(records) == wanted:
                break
            mine = random.Random(f"tf-mutn:{seed}:{unit}:{attempt}")
            try:
                composed = compose(applied.base, mine, avoid=frozenset(used), first=self._first)
            except UsageError as error:  # a demand that has no form as data: a value that is an object, say
                rejections.append(Rejection("no-intent", applied.source, str(error)))
                continue
            if composed is None:
                break
            used.update(composed.names)
            if not self._wanted.may_be(self.kind, applied.source, composed.names):
                continue
            outcome = judge(applied, composed, pool)
            if isinstance(outcome, Rejection):
                by = "+".join(composed.names)
                rejections.append(Rejection(outcome.reason, by, f"{applied.source}: {outcome.detail}"))
                continue
            prompt, voice = request_of(composed.changes, mine)
            if prompt in seen:
                continue
            seen.add(prompt)
            record = _record(applied, composed, outcome, prompt, voice, seed, licence, scenario)
            if self._wanted.has(record):
                records.append(record)
        return Made(tuple(records), tuple(rejections))

    def _draw(self, rng: random.Random) -> tuple[str, Candidate]:
        chosen = self._only or draw_blueprint(rng, longtail=self._longtail)
        return chosen.name, next(candidates(chosen, rng.randrange(1 << 40)))


def real_configs(sources: str, licence: str = "") -> tuple[SourceConfig, ...]:
    """The usable configurations of some sources, each example in a file by itself. Raises UsageError where there is
    none."""
    found = load_sources(parse_sources(sources), licence, True, _MAX_BYTES)
    if not found:
        raise UsageError(f"{sources}: no configuration that may be used (terraformer data curate says why)")
    return found


def apply_real(real: SourceConfig, pool: VerifierPool) -> AppliedBase | Rejection:
    """A real configuration, formatted and, where it refers to what stands elsewhere, completed; applied."""
    config = pool.format(real.config)
    done = completed(config, pool)
    if done.changes:
        config = pool.format(done.config)
    return apply_base(config, pool, real.origin, real=True)


def _record(
    applied: AppliedBase,
    composed: Composed,
    outcome: Accepted,
    prompt: str,
    voice: str,
    seed: int,
    licence: str,
    scenario: int | str,
) -> Record:
    after = _standing(outcome.change.plan or {})
    types = types_of(after, applied.report.plan or {})
    names = sorted(composed.names)
    return Record(
        RecordKind.MUTATION,
        prompt,
        outcome.after,
        before=applied.config,
        intent=composed.intent.to_dict(),
        policies=outcome.policies,
        resource_types=types,
        services=services_of(types),
        difficulty=difficulty_of(after, len(rule_names(composed.intent))),
        source=applied.source,
        family="+".join([*names, voice]),
        licence=licence,
        seed=seed,
        versions=versions_of(outcome.change),
        metadata={
            "operators": list(composed.names),
            "families": sorted({o.family for o in composed.operators}),
            "voice": voice,
            "scenario": scenario,
            "base": applied.source.removeprefix("blueprint:"),
            "summary": _summary(outcome),
        },
    )


def _standing(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan without what goes away."""
    gone = (["delete"], ["forget"])
    return {"resource_changes": [c for c in plan.get("resource_changes", ()) if c["change"]["actions"] not in gone]}


def _summary(outcome: Accepted) -> dict[str, int]:
    """How many resources are added, changed and so on."""
    found: dict[str, int] = {}
    for entry in (outcome.change.plan or {}).get("resource_changes", ()):
        if entry.get("mode") != "managed":
            continue
        actions = "+".join(entry["change"]["actions"])
        name = "move" if actions == "no-op" and "previous_address" in entry else actions
        if name != "no-op":
            found[name] = found.get(name, 0) + 1
    return found
