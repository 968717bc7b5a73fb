"""Which split a record belongs to: train, validation, test, or that of the held-out services.

Unit of a split is a *combination*: for a generation the blueprint (or repository file) with the voice of its prompt,
for a mutation or repair the blueprint with its operators or faults. A combination is in one split, by a hash of its
name alone, so that validation and test hold combinations that were never seen in training, whatever the number of
records, and a record of a further run goes where those of the first went. Of mutations and repairs, whose
configurations are changed or broken several times, half of validation and test are whole blueprints (or files): all
that is made of those goes there. A record that touches a held-out service is in "heldout-service".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from terraformer.data.cleaning.settings import CleaningSettings
from terraformer.data.services import services_of
from terraformer.errors import UsageError
from terraformer.types import Record, RecordKind

__all__ = ["HELD_OUT", "SPLITS", "Wanted", "combination_of", "scenario_of", "split_of"]

HELD_OUT: Final = "heldout-service"
SPLITS: Final = ("train", "validation", "test", HELD_OUT)


def combination_of(record: Record) -> str:
    """The unit of splits that a record belongs to."""
    done: Sequence[str] = ()
    if record.kind is not RecordKind.GENERATION:
        done = _names(record, "operators" if record.kind is RecordKind.MUTATION else "faults")
    return _combination(record.source, done if any(done) else (record.family,))


def scenario_of(record: Record) -> str:
    """What a record was made of, "" where it does not tell: records of one scenario share names and numbers, and those
    of one changed or broken configuration that configuration. All of them go to one split."""
    if record.kind is RecordKind.MUTATION and record.before is not None:
        return f"base {record.before.id}"
    scenario = record.metadata.get("scenario")
    if scenario is not None:
        return f"{record.source} {scenario}"
    return f"base {record.after.id}" if record.kind is RecordKind.REPAIR else ""


def split_of(record: Record, settings: CleaningSettings) -> str:
    if not set(settings.held_out).isdisjoint((*record.services, *services_of(record.resource_types))):
        return HELD_OUT
    return _split_by_name(record.kind, record.source, combination_of(record), settings)


def _split_by_name(kind: RecordKind, source: str, combination: str, settings: CleaningSettings) -> str:
    """The split that names alone tell, which is known before there is a record: "train", "validation" or "test"."""
    if kind is RecordKind.GENERATION:
        return _drawn(combination, settings) or "train"
    return _drawn(f"all of {source}", settings, 0.5) or _drawn(combination, settings, 0.5) or "train"


class Wanted:
    """Records of one split, for makers that were asked for no others: a large test set without the rest.

    Shares and held-out services are those of the default ``CleaningSettings``. Raises UsageError for a split that there
    is not.
    """

    def __init__(self, split: str) -> None:
        if split and split not in SPLITS:
            raise UsageError(f"there is no split {split!r}: choose one of {', '.join(SPLITS)}")
        self._split, self._settings = split, CleaningSettings()

    def may_be(self, kind: RecordKind, source: str, names: Iterable[str]) -> bool:
        """Whether a record with this voice, or of these operators, can be one of the split. Asked before it is
        verified, which is what costs."""
        if self._split in ("", HELD_OUT):
            return True
        return _split_by_name(kind, source, _combination(source, names), self._settings) == self._split

    def has(self, record: Record) -> bool:
        return not self._split or split_of(record, self._settings) == self._split


def _combination(source: str, names: Iterable[str]) -> str:
    return f"{source} {'+'.join(sorted(set(names)))}"


def _drawn(name: str, settings: CleaningSettings, scale: float = 1.0) -> str:
    """ "test" or "validation" with their shares (times ``scale``), else ""."""
    drawn = int.from_bytes(hashlib.sha256(f"split {name}".encode()).digest()[:8]) / 2**64
    if drawn < scale * settings.test:
        return "test"
    return "validation" if drawn < scale * (settings.test + settings.validation) else ""


def _names(record: Record, key: str) -> Sequence[str]:
    found = record.metadata.get(key, ())
    return [found] if isinstance(found, str) else [str(name) for name in found]
