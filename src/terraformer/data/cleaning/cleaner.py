"""Records in, records of a clean dataset out, one at a time."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

from terraformer.data.cleaning.contamination import Benchmarks
from terraformer.data.cleaning.near import NearDuplicates
from terraformer.data.cleaning.settings import CleaningSettings
from terraformer.data.cleaning.splits import scenario_of, split_of
from terraformer.types import Record

__all__ = ["Cleaner"]


class Cleaner:
    """Admits records in the order in which they come: which ones, and to which split, depends on the records and their
    order alone. Not thread-safe. Memory: about 1.2 KB a record that was admitted.

        cleaner = Cleaner(CleaningSettings(benchmarks=(Path("dev.csv"),)))
        for record in records:
            admitted = cleaner.admit(record)
            if isinstance(admitted, str): ...      # the reason why not
            else: store(admitted)                  # the record with its split

    Reasons: "duplicate:exact" (of the same id), "duplicate:near" (nothing new beside an earlier record of its split),
    "split:scenario" (its scenario is in another split), "split:near" (an earlier record of another split has nearly the
    same request or answer), "contaminated:words", "contaminated:prompt", "contaminated:configuration" (overlaps with a
    benchmark). ``counts`` has how many were admitted to each split, and refused for each reason.

    Raises UsageError when a benchmark cannot be read, or numpy is not installed.
    """

    def __init__(self, settings: CleaningSettings | None = None) -> None:
        self.settings = settings or CleaningSettings()
        self.counts: Counter[str] = Counter()
        self._ids: set[bytes] = set()
        self._scenarios: dict[bytes, str] = {}
        self._benchmarks = Benchmarks(self.settings.benchmarks, self.settings.benchmark_near)
        self._near = NearDuplicates(self.settings.near) if self.settings.near else None

    def admit(self, record: Record) -> Record | str:
        """The record with its split, or the reason why it is left out. A record that has a split keeps it."""
        split = record.split or split_of(record, self.settings)
        outcome = self._reason(record, split)
        self.counts[outcome or split] += 1
        return outcome or replace(record, split=split)

    def _reason(self, record: Record, split: str) -> str:
        key = bytes.fromhex(record.id)[:16]
        if key in self._ids:
            return "duplicate:exact"
        overlap = self._benchmarks.overlap(record)
        if overlap is not None:
            return f"contaminated:{overlap.kind}"
        scenario = scenario_of(record)
        name = hashlib.sha256(scenario.encode()).digest()[:16]
        if scenario and self._scenarios.get(name, split) != split:
            return "split:scenario"
        if self._near is not None:
            like = self._near.add(record, split)
            if like is not None:
                return "duplicate:near" if like.both and like.split == split else "split:near"
        self._ids.add(key)
        if scenario:
            self._scenarios[name] = split
        return ""
