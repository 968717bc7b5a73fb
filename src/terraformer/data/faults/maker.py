"""TF-Repair instances: a request, a broken configuration with what verification says of it, and the proven one."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from terraformer.data.faults.breaking import Breakage, breakages
from terraformer.data.faults.findings import bounded
from terraformer.data.faults.registry import Fault, get_fault
from terraformer.data.intents import Intent
from terraformer.data.making import Made, Rejection, unit_rng
from terraformer.data.mutation.maker import real_configs
from terraformer.data.services import services_of
from terraformer.data.synthesis.instances import candidates
from terraformer.data.synthesis.registry import get_blueprint
from terraformer.data.synthesis.verified import (
    difficulty_of,
    draw_proven,
    problem_of,
    prove,
    types_of,
    versions_of,
)
from terraformer.errors import ToolFailure
from terraformer.types import Certificate, Policy, Record, RecordKind, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool

__all__ = ["RepairMaker", "found_faults"]

_ABOUT = (3, 4, 5, 6)

REQUESTS: Final = (
    "Fix this Terraform configuration so that it plans.",
    "terraform plan fails with the errors below. Please correct the configuration.",
    "This does not work. Mend it, and change nothing else.",
    "Can you repair the configuration? Keep everything that is right as it is.",
    "Make this pass terraform validate and terraform plan.",
    "I get errors from this code, what is wrong with it? Please fix them.",
    "fix the errors",
    "Correct the mistakes in my Terraform code without changing what it builds.",
    "Something is off in this configuration. Find it and give me a working version.",
    "Our pipeline rejects this configuration, see the findings. Please make it deploy.",
    "Resolve the reported problems with as few changes as possible.",
    "Please debug this Terraform: it used to work before I edited it.",
)
"""What is asked where nobody knows what the configuration was written for (real ones)."""


@dataclass(frozen=True)
class _Base:
    """What is broken: a proven configuration and all that its records share."""

    prompt: str
    family: str
    config: TerraformConfig
    intent: Intent | None
    policies: tuple[Policy, ...]
    report: VerificationReport
    source: str
    licence: str
    metadata: Mapping[str, Any]

    @property
    def plan(self) -> Mapping[str, Any]:
        return self.report.plan or {}


class RepairMaker:
    """A unit is one proven configuration, broken in three to six ways, some of them in two or three places at
    once. What verification does not notice is no record, and is counted.

    ``longtail`` is the share of blueprints derived from schemas, ``blueprint`` restricts to one, ``faults`` (kinds
    separated by commas) to some kinds. ``several`` is the share of combinations. With ``configs``
    (what ``data.sources.collect`` takes: directories, repositories, JSON lines) real configurations are broken, the
    unit's number chooses which; ``licence`` is that of sources that state none. Their requests only ask for repair, and
    there are no demands to miss.
    """

    kind = RecordKind.REPAIR

    def __init__(
        self,
        longtail: float = 0.12,
        blueprint: str = "",
        faults: str = "",
        several: float = 0.4,
        configs: str = "",
        licence: str = "",
    ) -> None:
        self._longtail = float(longtail)
        self._only = get_blueprint(blueprint) if blueprint else None
        self._kinds = tuple(get_fault(kind.strip()).kind for kind in faults.split(",") if kind.strip())
        self._several = float(several)
        self._real = real_configs(configs, licence) if configs else ()

    def make(self, seed: int, unit: int, pool: VerifierPool) -> Made:
        rng = unit_rng("tf-repair", seed, unit)
        base = self._base(unit, rng, pool)
        if isinstance(base, Rejection):
            return Made((), (base,))
        records: list[Record] = []
        rejections: list[Rejection] = []
        for broken, config, report in self._verified(base, rng, pool):
            made = self._record(base, broken, config, report, seed)
            if isinstance(made, Record):
                records.append(made)
            else:
                rejections.append(made)
        return Made(tuple(records), tuple(rejections))

    # --- what is broken ----------------------------------------------------------------------------------------------

    def _base(self, unit: int, rng: random.Random, pool: VerifierPool) -> _Base | Rejection:
        if self._real:
            return self._real_base(unit, rng, pool)
        if self._only is not None:
            proven = prove(next(candidates(self._only, rng.randrange(1 << 40))), pool)
        else:
            proven = draw_proven(rng, pool, longtail=self._longtail)
        if isinstance(proven, Rejection):
            return proven
        candidate = proven.candidate
        return _Base(
            candidate.prompt,
            candidate.voice,
            proven.config,
            candidate.intent,
            proven.policies,
            proven.report,
            f"blueprint:{candidate.scenario.blueprint}",
            "Apache-2.0",
            {"scenario": candidate.scenario.seed},
        )

    def _real_base(self, unit: int, rng: random.Random, pool: VerifierPool) -> _Base | Rejection:
        chosen = self._real[unit % len(self._real)]
        config = pool.format(chosen.config)
        report = pool.verify(config)
        problem = problem_of(report)
        if problem is not None:
            return Rejection(problem[0], chosen.origin, problem[1])
        prompt = rng.choice(REQUESTS)
        scenario = {"scenario": chosen.origin.partition("#")[0]}
        return _Base(prompt, "repair", config, None, (), report, chosen.origin, chosen.licence, scenario)

    # --- what verification says --------------------------------------------------------------------------------------

    def _verified(
        self, base: _Base, rng: random.Random, pool: VerifierPool
    ) -> Iterator[tuple[Breakage, TerraformConfig, VerificationReport]]:
        """The variants, formatted where they parse, with their reports; the next ones are made meanwhile."""
        waiting: list[tuple[Breakage, TerraformConfig, Future[VerificationReport]]] = []
        count = rng.choice(_ABOUT)
        for broken in breakages(base.config, base.intent, rng, count=count, several=self._several, only=self._kinds):
            config = pool.format(broken.config) if broken.parses else broken.config
            settings = pool.settings.replace(**{**broken.settings, "keep_plan": False})
            waiting.append((broken, config, pool.submit(config, policies=base.policies, settings=settings)))
        for broken, config, future in waiting:
            yield broken, config, future.result()

    def _record(
        self, base: _Base, broken: Breakage, config: TerraformConfig, report: VerificationReport, seed: int
    ) -> Record | Rejection:
        if report.tool_errors:
            raise ToolFailure(f"the verifier failed: {report.tool_errors[0].message}")
        kinds, note = "+".join(broken.kinds), "; ".join(broken.notes)
        if config.id == base.config.id:
            return Rejection(f"no-change:{kinds}", base.source, note)
        if not report.errors:
            return Rejection(f"not-caught:{kinds}", base.source, note)
        unseen = found_faults(broken, report.errors)
        if unseen:
            told = ", ".join(sorted({c.code for c in report.errors}))
            reason = "unexpected" if len(broken.faults) == 1 else "hidden"
            return Rejection(f"{reason}:{'+'.join(f.kind for f in unseen)}", base.source, f"{note}: {told}"[:300])
        types = types_of(base.plan)
        rules = len(base.report.rules)
        difficulty = min(6, difficulty_of(base.plan, rules) + len(broken.faults) - 1)
        metadata = {
            **base.metadata,
            "faults": list(broken.kinds),
            "notes": list(broken.notes),
            "stage": str(report.errors[0].stage),
            **broken.settings,
        }
        return Record(
            RecordKind.REPAIR,
            base.prompt,
            base.config,
            before=config,
            intent=base.intent.to_dict() if base.intent is not None else None,
            policies=base.policies,
            certificates=bounded(report.certificates),
            resource_types=types,
            services=services_of(types),
            difficulty=difficulty,
            source=base.source,
            family="+".join([*broken.kinds, base.family]),
            licence=base.licence,
            seed=seed,
            versions=versions_of(base.report),
            metadata=metadata,
        )


_LOCAL: Final = frozenset({"arguments", "blocks", "types", "values"})
"""Groups whose findings are about the very block that was broken."""


def found_faults(broken: Breakage, errors: Sequence[Certificate]) -> list[Fault]:
    """The faults for which no finding of their own is there: each must have one of its codes, in one of its stages,
    that is not needed for another; of several faults, where that can be told, about its block."""
    faults = broken.faults
    several = len(faults) > 1

    def fit(fault: Fault, places: frozenset[str], c: Certificate) -> bool:
        if c.code not in fault.codes or c.stage not in fault.stages:
            return False
        told = several and fault.group in _LOCAL and places and c.address
        return not told or any(re.search(rf"\.{re.escape(p)}(?:\[|$)", c.address or "") for p in places)

    fits = [[i for i, c in enumerate(errors) if fit(f, broken.places[n], c)] for n, f in enumerate(faults)]
    taken: dict[int, int] = {}

    def place(fault: int, tried: set[int]) -> bool:
        for i in fits[fault]:
            if i in tried:
                continue
            tried.add(i)
            if i not in taken or place(taken[i], tried):
                taken[i] = fault
                return True
        return False

    return [f for n, f in enumerate(faults) if not place(n, set())]
