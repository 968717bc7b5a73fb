"""Instances from real configurations: the request is read off the configuration, no model needed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from terraformer.data.intents import Intent, policy_of
from terraformer.data.making import Made, Rejection, unit_rng
from terraformer.data.reverse.checking import agreement, condition_literals, lean, missing_literals
from terraformer.data.reverse.completing import Completed, completed
from terraformer.data.reverse.reading import Reading
from terraformer.data.services import services_of
from terraformer.data.sources import SourceConfig, SourceSettings, collect, components, parse_sources
from terraformer.data.synthesis.demands import intent_of
from terraformer.data.synthesis.expressions import Expression
from terraformer.data.synthesis.language import prompt_of, voice_of
from terraformer.data.synthesis.scenario import Scenario
from terraformer.data.synthesis.verified import difficulty_of, problem_of, types_of, versions_of
from terraformer.errors import UsageError
from terraformer.types import Record, RecordKind
from terraformer.verify import VerifierPool

__all__ = ["ReverseMaker", "load_sources"]

_KEPT: Final = 64
_TRIES: Final = 6


@lru_cache(maxsize=4)
def load_sources(sources: tuple[str, ...], licence: str, split: bool, max_bytes: int) -> tuple[SourceConfig, ...]:
    """Every configuration of the sources that may be used, in their order. Read once in a process."""
    settings = SourceSettings(licence=licence, max_bytes=max_bytes)
    found: list[SourceConfig] = []
    seen: set[str] = set()
    for source in collect(sources, settings):
        if not source.usable:
            continue
        for part in components(source) if split else (source,):
            if part.config.id not in seen:
                seen.add(part.config.id)
                found.append(part)
    return tuple(found)


class ReverseMaker:
    """A unit is one configuration of the sources, by number (after the last one it begins again, with other words): up
    to ``prompts`` requests for it, which say more or less of it.

    ``source``: what ``data.sources.collect`` reads (several in a list, or with commas between). ``licence`` is the one
    of sources that state none. ``split`` takes files with independent examples apart; ``complete`` turns what is not
    declared into variables. Raises UsageError when there is nothing to read.
    """

    kind = RecordKind.GENERATION

    def __init__(
        self,
        source: str | list[str] = "",
        licence: str = "",
        prompts: int = 3,
        split: bool = True,
        complete: bool = True,
        max_bytes: int = 100_000,
    ) -> None:
        if not source:
            raise UsageError("tf-gen-real needs --option source=PATH: a directory, a repository or a .jsonl file")
        self.configs = load_sources(parse_sources(source), licence, bool(split), int(max_bytes))
        if not self.configs:
            raise UsageError(f"{source}: no configuration in it that may be used (terraform files, licence, secrets)")
        self._prompts, self._complete = int(prompts), bool(complete)
        self._done: OrderedDict[str, Completed] = OrderedDict()

    def __len__(self) -> int:
        """How many configurations there are: as many units, until words are all that is new."""
        return len(self.configs)

    def make(self, seed: int, unit: int, pool: VerifierPool) -> Made:
        source = self.configs[unit % len(self.configs)]
        rng = unit_rng("tf-gen-real", seed, unit)
        done = self._verified(source, pool)
        problem = problem_of(done.report)
        if problem is not None:
            return Made((), (Rejection(problem[0], source.origin, problem[1]),))
        assert done.report.plan is not None
        if not types_of(done.report.plan):
            return Made((), (Rejection("no-resource", source.origin),))
        reading = Reading(done.report.plan, done.config, source.origin)
        records: list[Record] = []
        rejections: list[Rejection] = []
        told: set[str] = set()
        failed = 0
        for _ in range(_TRIES * self._prompts):
            if len(records) >= self._prompts:
                break
            outcome = self._one(reading, done, source, rng.randrange(1 << 40), seed, pool)
            if isinstance(outcome, Rejection):
                failed += 1
                if outcome.reason != "too-little-said":
                    rejections.append(outcome)
                if failed > 2 * _TRIES:
                    break
            elif outcome.prompt not in told:
                told.add(outcome.prompt)
                records.append(outcome)
        if not records and not rejections:
            rejections.append(Rejection("too-little-said", source.origin))
        return Made(tuple(records), tuple(rejections))

    def _verified(self, source: SourceConfig, pool: VerifierPool) -> Completed:
        """The configuration, formatted, completed and verified; kept for a while."""
        key = source.config.id
        if key not in self._done:
            config = pool.format(source.config)
            done = completed(config, pool) if self._complete else Completed(config, pool.verify(config))
            if done.changes:
                config = pool.format(done.config)
                done = replace(done, config=config, report=pool.verify(config))
            self._done[key] = done
            if len(self._done) > _KEPT:
                self._done.popitem(last=False)
        return self._done[key]

    def _one(
        self, reading: Reading, done: Completed, source: SourceConfig, number: int, seed: int, pool: VerifierPool
    ) -> Record | Rejection:
        scenario = reading.scenario(number)
        if scenario is None:
            return Rejection("nothing-to-say", source.origin)
        if not _telling(scenario) and number % 4:  # "a KMS key": people ask so, but not most of the time
            return Rejection("too-little-said", source.origin)
        intent = lean(intent_of(scenario))
        plan = done.report.plan
        assert plan is not None
        found = agreement(intent, plan)
        if found.problem:
            return Rejection(f"disagreement:{found.problem}", source.origin, found.detail)
        prompt = prompt_of(scenario, number)
        missing = missing_literals(intent, prompt, spoken_of(scenario))
        if missing:
            return Rejection("disagreement:prompt", source.origin, missing[0])
        policies = (policy_of(intent),)
        report = pool.verify(done.config, policies=policies)
        problem = problem_of(report)
        if problem is not None:
            return Rejection(f"disagreement:{problem[0]}", source.origin, problem[1])
        return self._record(prompt, intent, done, source, report, seed, voice_of(scenario, number), found.broken)

    def _record(
        self,
        prompt: str,
        intent: Intent,
        done: Completed,
        source: SourceConfig,
        report: Any,
        seed: int,
        voice: str,
        broken: int,
    ) -> Record:
        types = types_of(report.plan)
        return Record(
            RecordKind.GENERATION,
            prompt,
            done.config,
            intent=intent.to_dict(),
            policies=(policy_of(intent),),
            resource_types=types,
            services=services_of(types),
            difficulty=difficulty_of(report.plan, len(report.rules)),
            source=source.origin,
            family=f"reverse-{voice}",
            licence=source.licence,
            seed=seed,
            versions=versions_of(report),
            metadata={
                **source.metadata,
                "made": "reverse",
                "mutants": broken,
                **({"changes": list(done.changes)} if done.changes else {}),
            },
        )


def _telling(scenario: Scenario) -> bool:
    """Whether more than kinds of things is said, or of several kinds."""
    nodes = scenario.said_nodes
    return len({n.type for n in nodes}) > 2 or any(s.said and s.path[-1] for n in nodes for s in n.settings())


def spoken_of(scenario: Scenario) -> Mapping[tuple[tuple[str, ...], str], str]:
    """The values that words of their own tell: those of phrases without the value, and of what a feature or a block
    implies."""
    found: dict[tuple[tuple[str, ...], str], str] = {}
    for node in scenario.said_nodes:
        for setting in node.settings():
            say = setting.say
            if not setting.said or say is None or not setting.path[-1]:
                continue
            forms = [f for f in (say.np, say.do, say.that, say.post) if f]
            if say.implied or say.value or say.demand is not None or any("<v>" not in f for f in forms):
                values = setting.value if isinstance(setting.value, list) else [setting.value]
                for value in values:
                    if not isinstance(value, Expression):
                        found[setting.path, str(value)] = setting.name
            if say.demand is not None:
                for path, value in _demanded(say.demand):
                    found[path, str(value)] = setting.name
    return found


def _demanded(demand: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    for condition in demand if isinstance(demand, tuple) else (demand,):
        yield from condition_literals(condition)
