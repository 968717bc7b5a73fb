"""Breaking a configuration: faults drawn by weight, applied one after the other, up to three at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from terraformer.data.faults.registry import GROUPS, Broken, Fault, all_faults
from terraformer.data.faults.written import Written, edited, folders_of
from terraformer.data.intents import Intent
from terraformer.types import TerraformConfig

__all__ = ["Breakage", "break_once", "breakages", "shares"]

IN_MODULES = 0.4
"""How often a fault is tried in a child module first, where there is one."""
COMBINED = ("check", "policy", "provider")
"""Phases of which several faults show at once in one report."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """A broken configuration: ``config`` (not formatted), the ``faults`` in it, what each did (``notes``) and the
    labels of the blocks that it did it to (``places``)."""

    config: TerraformConfig
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    places: tuple[frozenset[str], ...] = ()

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


def shares() -> dict[str, float]:
    """How often each kind is drawn, as a share of all draws, were all of them to apply."""
    weights = _weights()
    whole = sum(weights.values())
    return {kind: weight / whole for kind, weight in weights.items()}


@lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    """The group's weight, divided by the weights within it."""
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


@dataclass(frozen=True, slots=True)
class _Done:
    config: TerraformConfig
    broken: Broken
    places: frozenset[str]


def break_once(
    config: TerraformConfig, intent: Intent | None, fault: Fault, rng: random.Random
) -> tuple[TerraformConfig, Broken] | None:
    """One fault in a configuration; None where it does not apply."""
    done = _applied(config, fault, rng, _viewer(config, intent))
    return None if done is None else (done.config, done.broken)


def _applied(config: TerraformConfig, fault: Fault, rng: random.Random, view: Callable[[str], Written]) -> _Done | None:
    folders = folders_of(config)
    if len(folders) > 1 and rng.random() < IN_MODULES:
        folders = [*folders[1:], folders[0]]
    for folder in folders:
        written = view(folder)
        made = fault.make(written, rng)
        if made is None or not made.edits:
            continue
        try:
            changed = edited(config, made.edits)
        except ValueError:  # two edits of one place
            continue
        if changed.id != config.id:
            return _Done(changed, made, written.places(made.edits))
    return None


def breakages(
    config: TerraformConfig,
    intent: Intent | None,
    rng: random.Random,
    *,
    count: int,
    several: float = 0.4,
    only: Sequence[str] = (),
) -> Iterator[Breakage]:
    """Up to ``count`` broken variants with different faults; with the share ``several``, two or three at once.

    ``only`` restricts the kinds. A draw that does not apply is drawn again; nothing is verified here.
    """
    view = _viewer(config, intent)  # parsed once for all first faults
    used: set[str] = set()
    seen = {config.id}
    kinds = [k for k in all_faults() if not only or k in only]
    given = 0
    for fault in _drawn(rng, kinds):
        if given >= count:
            return
        first = None if fault.kind in used else _applied(config, fault, rng, view)
        if first is None or first.config.id in seen:
            continue
        done, faults = [first], [fault]
        current = (first, _viewer(first.config, intent))
        if fault.phase in COMBINED and rng.random() < several:
            more = rng.choices((1, 2), (3, 1))[0]
            allies = [k for k in kinds if k != fault.kind and all_faults()[k].phase == fault.phase and k not in used]
            for other in _drawn(rng, allies):
                if len(faults) > more:
                    break
                if current[0] is not done[-1]:
                    current = (done[-1], _viewer(done[-1].config, intent))
                again = _applied(done[-1].config, other, rng, current[1])
                if again is None or again.config.id in seen:
                    continue
                if all(_both_show(f, d.places, other, again.places, view) for f, d in zip(faults, done, strict=True)):
                    done.append(again)
                    faults.append(other)
        used.update(f.kind for f in faults)
        seen.add(done[-1].config.id)
        given += 1
        yield Breakage(
            done[-1].config, tuple(faults), tuple(d.broken.note for d in done), tuple(d.places for d in done)
        )


def _viewer(config: TerraformConfig, intent: Intent | None) -> Callable[[str], Written]:
    """A configuration's modules by folder ("" the root's), each parsed when first asked for."""

    @cache
    def view(folder: str) -> Written:
        return view(config.root) if not folder else Written(config, intent, folder)

    return view


_TOGETHER = frozenset(
    {"unsupported-argument", "unsupported-block", "missing-argument", "missing-block", "too-many-blocks"}
)
"""What Terraform says all at once of one block."""


def _both_show(
    one: Fault, there: frozenset[str], other: Fault, here: frozenset[str], view: Callable[[str], Written]
) -> bool:
    """Whether the findings of two faults are likely to show together. Terraform does not come to what depends on a
    block with an error, nor to a block's values when its arguments are wrong."""
    if one.phase == "policy":
        return not there & here
    if there & here:
        return one.codes <= _TOGETHER and other.codes <= _TOGETHER
    above = view("").above
    return not any(b in above.get(a, ()) or a in above.get(b, ()) for a in there for b in here)
