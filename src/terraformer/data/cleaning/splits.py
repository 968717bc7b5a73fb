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
from collections.abc import Sequence
from typing import Final

from terraformer.data.cleaning.settings import CleaningSettings
from terraformer.data.services import services_of
from terraformer.types import Record, RecordKind

__all__ = ["HELD_OUT", "SPLITS", "combination_of", "scenario_of", "split_of"]

HELD_OUT: Final = "heldout-service"
SPLITS: Final = ("train", "validation", "test", HELD_OUT)


def combination_of(record: Record) -> str:
    """The unit of splits that a record belongs to."""
    if record.kind is RecordKind.GENERATION:
        return f"{record.source} {record.family}"
    done = _names(record, "operators" if record.kind is RecordKind.MUTATION else "faults")
    return f"{record.source} {'+'.join(sorted(set(done))) or record.family}"


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
    if record.kind is RecordKind.GENERATION:
        return _drawn(combination_of(record), settings) or "train"
    return _drawn(f"all of {record.source}", settings, 0.5) or _drawn(combination_of(record), settings, 0.5) or "train"


def _drawn(name: str, settings: CleaningSettings, scale: float = 1.0) -> str:
    """ "test" or "validation" with their shares (times ``scale``), else ""."""
    drawn = int.from_bytes(hashlib.sha256(f"split {name}".encode()).digest()[:8]) / 2**64
    if drawn < scale * settings.test:
        return "test"
    return "validation" if drawn < scale * (settings.test + settings.validation) else ""


def _names(record: Record, key: str) -> Sequence[str]:
    found = record.metadata.get(key, ())
    return [found] if isinstance(found, str) else [str(name) for name in found]
