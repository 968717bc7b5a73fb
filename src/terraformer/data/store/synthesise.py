"""Making a dataset: parts by an executor, until there are enough records; then its shards."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from terraformer.data.cleaning import Cleaner, CleaningSettings
from terraformer.data.store.assemble import SHARD_RECORDS, Selection, complete_manifest, write_dataset
from terraformer.data.store.parts import Part
from terraformer.data.store.run import RunStore
from terraformer.errors import UsageError

if TYPE_CHECKING:
    from terraformer.data.executors.base import Executor, MakingProgress

__all__ = ["Progress", "part_size_for", "synthesise"]

_FEED_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. ``phase`` is "reading" (parts that were there), "making" or "writing"; ``records`` those of
    the dataset so far, with those of parts that are not judged yet; ``rejected`` and ``dropped`` belong to the judged.
    ``made`` counts the records made by this call."""

    phase: str
    records: int
    count: int
    made: int = 0
    candidates: int = 0
    rejected: int = 0
    dropped: int = 0
    tool_failures: int = 0


def part_size_for(count: int, jobs: int) -> int:
    """Units in a part: so many that a part takes seconds, so few that all jobs have work up to the end."""
    return max(4, min(200, count // (8 * max(1, jobs))))


def synthesise(
    out: Path,
    dataset: str,
    count: int,
    *,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    executor: Executor,
    cleaning: CleaningSettings | None = None,
    part_size: int | None = None,
    shard_records: int = SHARD_RECORDS,
    jobs: int = 1,
    command: str = "",
    on_progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """Make a dataset of exactly ``count`` records in ``out``, or go on with one, and return its manifest.

    The same arguments give the same set of records, whatever the executor and however often it was stopped; with a
    greater ``count`` the set grows. The manifest's "records" are fewer than ``count`` when hardly any new ones come.
    Raises UsageError as ``RunStore``, ToolFailure when the tools fail; what was made is kept then.
    """
    if count < 1:
        raise UsageError(f"at least one record is needed, not {count}")
    cleaning = cleaning or CleaningSettings()
    requested = {"count": count, "cleaning": {**cleaning.to_dict(), "benchmarks": _digests(cleaning.benchmarks)}}
    told = on_progress or (lambda _: None)
    with RunStore(
        out, dataset, seed, options or {}, part_size=part_size, default_part_size=part_size_for(count, jobs)
    ) as store:
        if (manifest := complete_manifest(out, requested)) is not None:
            return manifest
        selection = Selection(count, Cleaner(cleaning))
        _Making(store, selection, told).run(executor)

        def on_records(written: int) -> None:
            told(Progress("writing", written, selection.kept))

        return write_dataset(
            store, selection, requested=requested, command=command, shard_records=shard_records, on_records=on_records
        )


def _digests(files: Sequence[Path]) -> dict[str, str]:
    found = {}
    for path in files:
        try:
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    return found


class _Making:
    def __init__(self, store: RunStore, selection: Selection, told: Callable[[Progress], None]) -> None:
        self._store = store
        self._selection = selection
        self._told = told
        self._made = 0
        self._failures = 0
        self._under_way: dict[int, int] = {}  # part: records so far
        self._waiting: dict[int, int] = {}  # finished, out of order: records
        self._next = 0

    def run(self, executor: Executor) -> None:
        """Make parts until there are enough records. Those that are there are read meanwhile, where more are needed."""
        selection = self._selection
        self._waiting = {n: self._store.info(n).records for n in sorted(self._store.done)}
        while True:
            events = executor.run(self._store.spec, self._take)
            try:
                for event in events:
                    self._note(event)
                    self._feed("making", _FEED_SECONDS)
                    if selection.over():
                        return
            finally:
                close = getattr(events, "close", None)
                if close is not None:
                    close()
            self._feed("reading")
            if selection.over():
                return

    def _note(self, event: Part | MakingProgress) -> None:
        if not isinstance(event, Part):
            self._under_way[event.part] = event.records
            return
        self._store.put(event)
        self._made += event.info.records
        self._under_way.pop(event.info.part, None)
        self._waiting[event.info.part] = event.info.records
        self._failures += event.info.tool_failures

    def _take(self) -> int | None:
        """The next part that is not there, unless those that are or will be are probably enough."""
        selection = self._selection
        while self._next in self._store.done:
            self._next += 1
        if selection.over():
            return None
        if selection.next_part or self._waiting:
            parts = selection.next_part + len(self._waiting)
            a_part = (selection.candidates + sum(self._waiting.values())) / parts
            coming = a_part * len(self._under_way) + sum(self._waiting.values())
            share = selection.kept / selection.candidates if selection.candidates else 1.0
            if selection.kept + coming * share >= 1.05 * selection.count + 5:
                return None
        number, self._next = self._next, self._next + 1
        self._under_way[number] = 0
        return number

    def _feed(self, phase: str, seconds: float = float("inf")) -> None:
        """Judge finished parts, in order, for about so long."""
        store, selection = self._store, self._selection
        until = time.monotonic() + seconds
        while not selection.over() and selection.next_part in store.done and time.monotonic() < until:
            number = selection.next_part
            selection.feed(store.info(number), store.read(number))
            self._waiting.pop(number, None)
            self._tell(phase)
        self._tell(phase)

    def _tell(self, phase: str) -> None:
        selection = self._selection
        coming = sum(self._waiting.values()) + sum(self._under_way.values())
        self._told(
            Progress(
                phase,
                min(selection.count, selection.kept + coming),
                selection.count,
                self._made + sum(self._under_way.values()),
                selection.candidates,
                sum(selection.rejected.values()),
                sum(selection.dropped.values()),
                self._failures,
            )
        )
