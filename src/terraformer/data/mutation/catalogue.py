"""The operators by name: registering, finding those that apply to a configuration."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from terraformer.data.mutation.base import Base, Change, Target
from terraformer.data.mutation.draft import EditConflict
from terraformer.data.mutation.syntax import HclBlock
from terraformer.errors import UsageError

__all__ = [
    "KINDS",
    "ChangeOperator",
    "all_operators",
    "get_operator",
    "operator",
    "operators_for",
    "targets_of",
    "try_operator",
]

Build = Callable[[Target], Change | None]

KINDS: Final = ("resource", "data", "variable", "output", "configuration")


@dataclass(frozen=True)
class ChangeOperator:
    """A way of changing configurations. ``family`` groups operators that ask for the same kind of thing ("tags",
    "refactoring", "encryption", "s3"). ``on`` is the kind of block that it changes, or "configuration"; ``types`` are
    those it applies to, () for any; ``weight`` says how often it is drawn, relative to others that apply.
    ``structural``: it is about Terraform's language rather than a service."""

    name: str
    family: str
    build: Build
    on: str = "resource"
    types: frozenset[str] = frozenset()
    when: Callable[[Target], bool] | None = None
    weight: float = 1.0
    structural: bool = False

    def applies(self, target: Target) -> bool:
        """Whether it is worth trying, always the same for a target; ``build`` has the last word."""
        if self.types and (target.whole is None or target.type not in self.types):
            return False
        return self.when is None or self.when(target)


_REGISTERED: dict[str, ChangeOperator] = {}
_LOADED = False
_NO_CHANCE = random.Random(0)
_APPLYING: WeakKeyDictionary[Base, dict[str, list[HclBlock | None]]] = WeakKeyDictionary()


def operator(
    family: str,
    *types: str,
    on: str = "resource",
    when: Callable[[Target], bool] | None = None,
    weight: float = 1.0,
    structural: bool = False,
) -> Callable[[Build], Build]:
    """Register a function as the operator of its name. ``types`` are those it applies to, none for all of ``on``."""
    if on not in KINDS:
        raise ValueError(f"on {on!r}: one of {', '.join(KINDS)}")

    def register(build: Build) -> Build:
        name = build.__name__
        if name in _REGISTERED:
            raise ValueError(f"two operators are called {name}")
        _REGISTERED[name] = ChangeOperator(name, family, build, on, frozenset(types), when, weight, structural)
        return build

    return register


def all_operators() -> dict[str, ChangeOperator]:
    """Every operator by name, sorted; imports their modules on first use."""
    global _LOADED
    if not _LOADED:
        from terraformer.data.mutation import operators

        for module in pkgutil.iter_modules(operators.__path__):
            importlib.import_module(f"{operators.__name__}.{module.name}")
        _LOADED = True
    return dict(sorted(_REGISTERED.items()))


def get_operator(name: str) -> ChangeOperator:
    """Raises UsageError when there is none of this name."""
    found = all_operators().get(name)
    if found is None:
        raise UsageError(f"there is no change operator {name!r}: one of {', '.join(all_operators())}")
    return found


def targets_of(chosen: ChangeOperator, base: Base, rng: random.Random) -> list[Target]:
    """The targets in a configuration that an operator is worth trying on, in an order by chance."""
    found = [Target(base, rng, block) for block in _blocks_for(chosen, base)]
    rng.shuffle(found)
    return found


def operators_for(base: Base) -> list[ChangeOperator]:
    """The operators that are worth trying on a configuration."""
    return [o for o in all_operators().values() if _blocks_for(o, base)]


def _blocks_for(chosen: ChangeOperator, base: Base) -> list[HclBlock | None]:
    """Kept for each configuration: several changes are drawn of one."""
    known = _APPLYING.setdefault(base, {})
    if chosen.name not in known:
        blocks: Iterable[HclBlock | None] = (None,) if chosen.on == "configuration" else base.syntax.of(chosen.on)
        known[chosen.name] = [b for b in blocks if chosen.applies(Target(base, _NO_CHANCE, b))]
    return known[chosen.name]


def try_operator(chosen: ChangeOperator, target: Target) -> Change | None:
    """The change that an operator makes of a target; None where it does not apply after all."""
    try:
        change = chosen.build(target)
    except EditConflict:
        return None
    if change is None or change.config == target.base.config:
        return None
    return change
