"""Breaking a configuration: faults drawn by weight, applied one after the other, up to three at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from terraformer.data.faults.registry import GROUPS, Broken, Fault, all_faults
from terraformer.data.faults.written import Written, edited, folders_of
from terraformer.data.intents import Intent
from terraformer.types import TerraformConfig

__all__ = ["Breakage", "break_once", "breakages"]

IN_MODULES = 0.4
"""How often a fault is tried in a child module first, where there is one."""
COMBINED = ("check", "policy", "provider")
"""Phases of which several faults show at once in one report."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """A broken configuration: ``config`` (not formatted), the ``faults`` in it and what each did (``notes``)."""

    config: TerraformConfig
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(f.kind for f in self.faults)

    @property
    def parses(self) -> bool:
        return all(f.parses for f in self.faults)

    @property
    def settings(self) -> dict[str, Any]:
        """Options of verification that the faults ask for."""
        return {k: v for f in self.faults for k, v in f.settings.items()}


@lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    """Every kind's share of all draws: the group's weight, divided by the weights within it."""
    faults = all_faults()
    sums: dict[str, float] = {}
    for fault in faults.values():
        sums[fault.group] = sums.get(fault.group, 0.0) + fault.weight
    return {k: GROUPS[f.group][1] * f.weight / sums[f.group] for k, f in faults.items()}


def _drawn(rng: random.Random, kinds: Sequence[str]) -> Iterator[Fault]:
    """Kinds in an order by weight, each once."""
    faults, weights = all_faults(), _weights()
    left = list(kinds)
    while left:
        kind = rng.choices(left, [weights[k] for k in left])[0]
        left.remove(kind)
        yield faults[kind]


def break_once(
    config: TerraformConfig, intent: Intent | None, fault: Fault, rng: random.Random
) -> tuple[TerraformConfig, Broken] | None:
    """One fault in a configuration; None where it does not apply."""
    return _applied(config, fault, rng, lambda folder: Written(config, intent, folder))


def _applied(
    config: TerraformConfig, fault: Fault, rng: random.Random, view: Callable[[str], Written]
) -> tuple[TerraformConfig, Broken] | None:
    folders = folders_of(config)
    if len(folders) > 1 and rng.random() < IN_MODULES:
        folders = [*folders[1:], folders[0]]
    for folder in folders:
        made = fault.make(view(folder), rng)
        if made is None or not made.edits:
            continue
        try:
            changed = edited(config, made.edits)
        except ValueError:  # two edits of one place
            continue
        if changed.id != config.id:
            return changed, made
    return None


def breakages(
    config: TerraformConfig,
    intent: Intent | None,
    rng: random.Random,
    *,
    count: int,
    several: float = 0.25,
    only: Sequence[str] = (),
) -> Iterator[Breakage]:
    """Up to ``count`` broken variants with different faults; with the share ``several``, two or three at once.

    ``only`` restricts the kinds. A draw that does not apply is drawn again; nothing is verified here.
    """
    views: dict[str, Written] = {}  # parsed once for all first faults

    def view(folder: str) -> Written:
        if folder not in views:
            views[folder] = Written(config, intent, folder)
        return views[folder]

    used: set[str] = set()
    seen = {config.id}
    kinds = [k for k in all_faults() if not only or k in only]
    given = 0
    for fault in _drawn(rng, kinds):
        if given >= count:
            return
        made = _applied(config, fault, rng, view)
        if made is None or made[0].id in seen or fault.kind in used:
            continue
        broken, faults, notes = made[0], [fault], [made[1].note]
        if fault.phase in COMBINED and rng.random() < several:
            more = rng.choices((1, 2), (3, 1))[0]
            allies = [k for k in kinds if k != fault.kind and all_faults()[k].phase == fault.phase and k not in used]
            for other in _drawn(rng, allies):
                if len(faults) > more:
                    break
                again = break_once(broken, intent, other, rng)
                if again is not None and again[0].id not in seen:
                    broken = again[0]
                    faults.append(other)
                    notes.append(again[1].note)
        used.update(f.kind for f in faults)
        seen.add(broken.id)
        given += 1
        yield Breakage(broken, tuple(faults), tuple(notes))
