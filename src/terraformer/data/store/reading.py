"""Reading datasets where they are: a parquet file, a directory of them, or the directory of a run."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraformer.data.records import from_row, open_records, pyarrow, record_schema
from terraformer.data.store.run import DATA, MANIFEST, PARTS, RUN
from terraformer.errors import UsageError
from terraformer.types import Record

__all__ = ["RowPlace", "choose", "fetch", "index", "record_files"]


def record_files(path: Path | str) -> list[Path]:
    """The parquet files of a dataset, in order: of a file, of a directory of *.parquet files, of a directory with
    data/*.parquet, or of a run that has no dataset yet (its finished parts). Raises UsageError when there is none."""
    path = Path(path)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(f"{path}: no such file or directory")
    unfinished = (path / RUN).exists() and not (path / MANIFEST).exists()
    places = [path / PARTS] if unfinished else [path, path / DATA]
    for place in places:
        found = sorted(p for p in place.glob("*.parquet") if not p.name.startswith("."))
        if unfinished:
            found = [p for p in found if p.with_suffix(".json").exists()]
        if found:
            return found
    raise UsageError(f"{path}: no .parquet file there{' yet' if unfinished else ''}")


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a record is, and what is needed to choose among records. ``row`` counts from 0 in its file."""

    file: Path
    row: int
    id: str
    kind: str
    split: str
    source: str


def index(path: Path | str) -> Iterator[RowPlace]:
    """All records of a dataset, without their contents. Raises UsageError as ``data.records.read_records``."""
    for file in record_files(path):
        with open_records(file) as handle:
            row = 0
            for batch in handle.iter_batches(batch_size=10_000, columns=["id", "kind", "split", "source"]):
                for data in batch.to_pylist():
                    yield RowPlace(file, row, data["id"], data["kind"], data["split"], data["source"])
                    row += 1


def choose(
    path: Path | str,
    *,
    sample: int | None = None,
    seed: int = 0,
    identity: str = "",
    kind: str = "",
    split: str = "",
    source: str = "",
) -> list[RowPlace]:
    """The records whose id and source begin so, of this kind and split; a random ``sample`` of them where one is
    given: the same for the same seed and set of records, however they are stored, in the order in which they were
    drawn."""
    places = [
        p
        for p in index(path)
        if p.id.startswith(identity)
        and (not kind or p.kind == kind)
        and (not split or p.split == split)
        and p.source.startswith(source)
    ]
    if sample is None:
        return places
    return random.Random(seed).sample(sorted(places, key=lambda p: p.id), min(sample, len(places)))


def fetch(places: Sequence[RowPlace], *, check: bool = True) -> Iterator[tuple[RowPlace, Record]]:
    """The records at some places, in their order; the rows of all of them are held in memory.

    Raises UsageError for rows that are no records; ``check`` compares ids with contents.
    """
    by_file: dict[Path, list[tuple[int, int]]] = {}
    for n, place in enumerate(places):
        by_file.setdefault(place.file, []).append((place.row, n))
    found = {n: data for file, rows in by_file.items() for n, data in _rows(file, rows)}
    for n, place in enumerate(places):
        try:
            yield place, from_row(found.pop(n), check=check)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(f"{place.file}: row {place.row + 1} is not a record: {error}") from None


def _rows(file: Path, wanted: list[tuple[int, int]]) -> Iterator[tuple[int, dict[str, Any]]]:
    pa = pyarrow()
    wanted = sorted(wanted)
    names = record_schema().names
    with open_records(file) as handle:
        first = at = 0
        for group in range(handle.num_row_groups):
            end = first + handle.metadata.row_group(group).num_rows
            here = []
            while at < len(wanted) and wanted[at][0] < end:
                here.append(wanted[at])
                at += 1
            if here:
                table = handle.read_row_group(group, columns=names)
                taken = table.take(pa.array([row - first for row, _ in here])).to_pylist()
                yield from zip((n for _, n in here), taken, strict=True)
            first = end
