"""How instances are made: a maker turns a seed and a unit's number into verified records.

A *unit* is the smallest piece of work: one scenario, one configuration to change, one to break. What a unit gives
depends on the maker's options, the seed and the unit's number alone, never on which worker makes it, when, or what was
made before; so any number of workers, on any machine, in any order, make the same set.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from terraformer.errors import UsageError
from terraformer.types import Record, RecordKind
from terraformer.verify import VerifierPool

__all__ = ["MAKERS", "Made", "Maker", "Rejection", "get_maker", "unit_rng"]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A candidate that did not become a record. ``reason`` is a short code that is counted ("not-deployable",
    "warning:deprecated", "policy", "no-change"); ``source`` the blueprint or origin, ``detail`` one line."""

    reason: str
    source: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What one unit gave."""

    records: tuple[Record, ...] = ()
    rejections: tuple[Rejection, ...] = ()


class Maker(Protocol):
    """Makes the records of one dataset. Constructed with the options as keyword arguments, which are JSON data."""

    kind: RecordKind

    def make(self, seed: int, unit: int, pool: VerifierPool) -> Made:
        """The unit's records, each verified with ``pool``. Raises ToolFailure when the tools failed, never because of
        what was made."""
        ...


MAKERS: Final[dict[str, str]] = {
    "tf-gen": "terraformer.data.synthesis.maker:GenerationMaker",
    "tf-gen-real": "terraformer.data.reverse.maker:ReverseMaker",
    "tf-mutn": "terraformer.data.mutation.maker:MutationMaker",
    "tf-repair": "terraformer.data.faults.maker:RepairMaker",
}
"""Dataset names and the makers of their instances."""


def get_maker(name: str, options: Mapping[str, Any] | None = None) -> Maker:
    """The maker of a dataset, or a maker of one's own by its place ("package.module:Class").

    Raises UsageError for an unknown name or options that the maker does not take."""
    place = MAKERS.get(name) or (name if ":" in name else None)
    if place is None:
        raise UsageError(f"there is no dataset {name!r}: choose one of {', '.join(MAKERS)}")
    module, _, attribute = place.partition(":")
    try:
        made = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{name}: {error}") from None
    try:
        return cast(Maker, made(**(options or {})))
    except TypeError as error:
        raise UsageError(f"{name}: {error}") from None


def unit_rng(name: str, seed: int, unit: int) -> random.Random:
    """The unit's own source of chance: the same on every platform."""
    return random.Random(f"{name}:{seed}:{unit}")
