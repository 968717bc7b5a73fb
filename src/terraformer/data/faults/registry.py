"""The kinds of faults by name: what each does, where verification notices it, and how often models err that way."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from terraformer.data.faults.written import Edit, Written
from terraformer.errors import UsageError
from terraformer.types import Stage

__all__ = ["GROUPS", "Broken", "Fault", "all_faults", "fault", "get_fault"]

GROUPS: Final[dict[str, tuple[str, float]]] = {
    "arguments": ("Arguments of a resource, data source or nested block", 34.0),
    "blocks": ("Nested blocks", 10.0),
    "types": ("Types of resources and data sources", 6.0),
    "values": ("Values that the provider refuses", 8.0),
    "references": ("References", 12.0),
    "expressions": ("Functions, files, quoting, templates", 6.0),
    "declarations": ("Variables, outputs, providers, versions, duplicates", 6.0),
    "structure": ("count, for_each, lifecycle, dependencies", 4.0),
    "replies": ("What a reply does to a file: cut off, prose, fences, syntax", 6.0),
    "demands": ("It deploys, but misses what was asked for", 34.0),
}
"""Groups of kinds: title and weight. The weights follow what models get wrong (see docs/guide/faults.md)."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What a fault did: ``edits`` of the configuration, and ``note``, it in a few words ("name -> db_name")."""

    edits: tuple[Edit, ...]
    note: str = ""


Breaker = Callable[[Written, random.Random], "Broken | None"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind. ``codes`` are the codes of the certificates that it leads to, one of which must be among the findings;
    ``stages`` those that may report them. ``weight`` counts within the group. ``parses`` is False where what comes out
    is not to be formatted (HCL that does not parse). ``settings`` are options of verification under which alone it is
    noticed (VerifySettings). ``make`` gives None where the kind does not apply.

    ``phase`` orders what Terraform does: findings of one phase hide those of the later ones, so only faults of one
    phase are combined.
    """

    kind: str
    group: str
    what: str
    codes: frozenset[str]
    stages: tuple[Stage, ...]
    weight: float
    phase: str
    parses: bool
    settings: Mapping[str, Any]
    make: Breaker


_REGISTERED: dict[str, Fault] = {}


def fault(
    kind: str,
    what: str,
    *codes: str,
    weight: float = 1.0,
    stages: tuple[Stage, ...] = (Stage.COMPILE,),
    phase: str = "check",
    parses: bool = True,
    settings: Mapping[str, Any] | None = None,
) -> Callable[[Breaker], Breaker]:
    """Register a function as a fault, in the group named after its module.

    ``phase`` is "parse" (HCL), "load" (Terraform's own structure), "check" (schemas, references), "provider" (its
    checks), "graph" (cycles), "plan" or "policy".
    """

    def register(make: Breaker) -> Breaker:
        if kind in _REGISTERED:
            raise ValueError(f"two faults are called {kind}")
        group = make.__module__.rpartition(".")[2]
        if group not in GROUPS:
            raise ValueError(f"{make.__module__} is no group of faults")
        _REGISTERED[kind] = Fault(
            kind, group, what, frozenset(codes), stages, weight, phase, parses, dict(settings or {}), make
        )
        return make

    return register


@lru_cache(maxsize=1)
def all_faults() -> Mapping[str, Fault]:
    """Every fault by kind, in the order of groups and names; imports their modules on first use."""
    from terraformer.data.faults import kinds

    for module in pkgutil.iter_modules(kinds.__path__):
        importlib.import_module(f"{kinds.__name__}.{module.name}")
    order = list(GROUPS)
    return MappingProxyType(dict(sorted(_REGISTERED.items(), key=lambda item: (order.index(item[1].group), item[0]))))


def get_fault(kind: str) -> Fault:
    """Raises UsageError when there is none of this name."""
    found = all_faults().get(kind)
    if found is None:
        raise UsageError(f"there is no fault {kind!r}: see docs/guide/faults.md")
    return found
