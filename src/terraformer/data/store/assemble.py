"""From parts to a dataset: which rows belong to it, and the shards that hold them.

The dataset of N records is the first N, in the order of units, that the cleaner admits. So it depends on the dataset's
name, options, seed, N and the settings of cleaning alone: not on the size of parts, on who made them, in which order,
or on what else there is.

    OUT/data/train-00000-of-00003.parquet   shards by split (a "-" in a split's name is "_" here), Hugging Face's layout
    OUT/manifest.json                       digests, counts, how it was made; where it is, data/ is whole

Parts are read as a stream: a few bytes a record are held in memory, and what the cleaner holds (about 1.2 KB).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from terraformer.data.cleaning import Cleaner
from terraformer.data.records import pyarrow, record_schema
from terraformer.data.store.parts import PartInfo, tally
from terraformer.data.store.run import DATA, MANIFEST, RunStore
from terraformer.errors import ToolFailure
from terraformer.files import replace_file
from terraformer.types import Record

__all__ = ["SHARD_RECORDS", "Selection", "complete_manifest", "write_dataset"]

SHARD_RECORDS: Final = 20_000
_GROUP = 1_000
_STALL_UNITS = 1_000
_STALL_RECORDS = 5
_NEW = ".terraformer-data"
_OLD = ".terraformer-data-old"


@dataclass(slots=True)
class _Rows:
    """The rows of a part that belong to the dataset, by split."""

    by_split: dict[str, list[int]]


class Selection:
    """Which rows belong to a dataset of ``count`` records. Parts are fed in order, until it is ``full`` or
    ``stalled``: when 1,000 units in a row gave fewer than five new records, there are hardly more to come."""

    def __init__(self, count: int, cleaner: Cleaner) -> None:
        self.count = count
        self.kept = 0
        self.candidates = 0
        self.units = 0
        self.next_part = 0
        self.stalled = False
        self.dropped: Counter[str] = Counter()
        self.splits: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self.ids: list[bytes] = []
        self._cleaner = cleaner
        self._parts: list[_Rows] = []
        self._mark = (0, 0)

    @property
    def full(self) -> bool:
        return self.kept >= self.count

    def over(self) -> bool:
        """No other part is wanted."""
        return self.full or self.stalled

    @property
    def parts(self) -> list[dict[str, list[int]]]:
        """Rows by split of every part that was fed."""
        return [p.by_split for p in self._parts]

    @property
    def content(self) -> str:
        """SHA-256 over the ids, sorted, a line each: equal for equal sets of records."""
        digest = hashlib.sha256()
        for identity in sorted(self.ids):
            digest.update(identity.hex().encode() + b"\n")
        return digest.hexdigest()

    def feed(self, info: PartInfo, rows: Iterable[tuple[int, Record]]) -> None:
        """The next part."""
        assert info.part == self.next_part
        chosen: dict[str, list[int]] = {}
        self.next_part += 1
        unit = info.units[0]
        for row, (of, record) in enumerate(rows):
            if of != unit:
                self._ends_before(of)
            if self.over():
                break
            unit = of
            self.candidates += 1
            admitted = self._cleaner.admit(record)
            if isinstance(admitted, str):
                self.dropped[admitted] += 1
                continue
            chosen.setdefault(admitted.split, []).append(row)
            self.splits[admitted.split] += 1
            self.ids.append(bytes.fromhex(record.id))
            self.kept += 1
        if not self.over():
            unit = info.units[1] - 1
            self._ends_before(info.units[1])
        self.units = unit + 1
        self.rejected.update(tally(r for r in info.rejected if r[0] < self.units))
        self._parts.append(_Rows(chosen))

    def _ends_before(self, unit: int) -> None:
        """Units below ``unit`` are over: is there anything new at all?"""
        since, kept = self._mark
        if unit - since >= _STALL_UNITS:
            self.stalled = not self.full and self.kept - kept < _STALL_RECORDS
            self._mark = (unit, self.kept)


def write_dataset(
    store: RunStore,
    selection: Selection,
    *,
    requested: Mapping[str, Any],
    command: str,
    shard_records: int = SHARD_RECORDS,
    on_records: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Write OUT/data and OUT/manifest.json and return the manifest. Raises ToolFailure when the disk fails."""
    out = store.out
    staging = out / _NEW
    try:
        for leftover in (staging, out / _OLD):
            shutil.rmtree(leftover, ignore_errors=True)
        staging.mkdir()
        splits = _write_shards(store, selection, staging, shard_records, on_records)
        manifest = _manifest(store, selection, splits, requested, command)
        (out / MANIFEST).unlink(missing_ok=True)
        if (out / DATA).exists():
            (out / DATA).rename(out / _OLD)
        staging.rename(out / DATA)
        shutil.rmtree(out / _OLD, ignore_errors=True)
        replace_file(out / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        raise ToolFailure(f"{out}: cannot be written: {error.strerror or error}") from error
    return manifest


def complete_manifest(out: Path, requested: Mapping[str, Any]) -> dict[str, Any] | None:
    """The manifest of the dataset that is there, when it is the one requested and whole; else None."""
    try:
        manifest = json.loads((out / MANIFEST).read_bytes())
        if manifest["requested"] != json.loads(json.dumps(requested)):
            return None
        shards = [s for split in manifest["splits"].values() for s in split["shards"]]
        if all((out / s["file"]).stat().st_size == s["bytes"] for s in shards):
            assert isinstance(manifest, dict)
            return manifest
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


class _Shards:
    """The shards of one split."""

    def __init__(self, folder: Path, split: str, records: int, per_shard: int) -> None:
        self.count = max(1, -(-records // per_shard))
        self.per_shard = -(-records // self.count)
        self.told: list[dict[str, Any]] = []
        self._folder = folder
        self._split = split
        self._waiting: list[Any] = []
        self._rows = 0
        self._written = 0
        self._writer: Any = None
        self._path = folder

    def add(self, table: Any) -> None:
        while table.num_rows:
            room = self.per_shard - self._written - self._rows
            piece, table = table.slice(0, room), table.slice(room)
            self._waiting.append(piece)
            self._rows += piece.num_rows
            if self._written + self._rows == self.per_shard:
                self.close()
            elif self._rows >= _GROUP:
                self._flush()

    def close(self) -> None:
        """The shard under way is over."""
        self._flush()
        if self._writer is None:
            return
        self._writer.close()
        self._writer = None
        with self._path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        self.told.append(
            {
                "file": f"{DATA}/{self._path.name}",
                "records": self._written,
                "bytes": self._path.stat().st_size,
                "sha256": digest,
            }
        )
        self._written = 0

    def _flush(self) -> None:
        if not self._rows:
            return
        pa = pyarrow()
        if self._writer is None:
            name = f"{self._split.replace('-', '_')}-{len(self.told):05d}-of-{self.count:05d}.parquet"
            self._path = self._folder / name
            self._writer = pa.parquet.ParquetWriter(self._path, record_schema(), compression="zstd")
        self._writer.write_table(pa.concat_tables(self._waiting).combine_chunks(), row_group_size=_GROUP)
        self._written += self._rows
        self._waiting, self._rows = [], 0


def _write_shards(
    store: RunStore,
    selection: Selection,
    folder: Path,
    per_shard: int,
    on_records: Callable[[int], None] | None,
) -> dict[str, dict[str, Any]]:
    pa = pyarrow()
    schema = record_schema()
    place = schema.get_field_index("split")
    shards = {s: _Shards(folder, s, n, per_shard) for s, n in sorted(selection.splits.items())}
    written = 0
    try:
        for number, rows in enumerate(selection.parts):
            if not rows:
                continue
            table = store.table(number).cast(schema)
            for split, indices in rows.items():
                chosen = table.take(pa.array(indices, pa.int64()))
                named = pa.array([split] * len(indices), pa.string())
                shards[split].add(chosen.set_column(place, schema.field(place), named))
                written += len(indices)
            if on_records is not None:
                on_records(written)
        for shard in shards.values():
            shard.close()
    except pa.ArrowException as error:
        raise ToolFailure(f"{folder}: cannot be written: {error}") from None
    return {s: {"records": selection.splits[s], "shards": shard.told} for s, shard in shards.items()}


def _manifest(
    store: RunStore,
    selection: Selection,
    splits: Mapping[str, Any],
    requested: Mapping[str, Any],
    command: str,
) -> dict[str, Any]:
    infos = [store.info(number) for number in range(selection.next_part)]
    examples: dict[str, list[str]] = {}
    for info in infos:
        for reason, found in info.examples.items():
            examples.setdefault(reason, []).extend(found)
    worker_seconds = sum(i.seconds for i in infos)
    wall_seconds = _covered((i.started, i.started + i.seconds) for i in infos)
    made = sum(i.records for i in infos)
    rejected = sum(selection.rejected.values())
    failures = sum(i.tool_failures for i in infos)
    spec = store.spec
    manifest: dict[str, Any] = {
        "format": "terraformer.data.manifest",
        "command": command,
        "requested": dict(requested),
        "dataset": spec.dataset,
        "seed": spec.seed,
        "options": dict(spec.options),
        "records": selection.kept,
        "content": selection.content,
        "splits": dict(splits),
        "units": selection.units,
        "candidates": selection.candidates + rejected,
        "yield": round(selection.kept / max(1, selection.candidates + rejected), 4),
        "rejected": dict(selection.rejected.most_common()),
        "rejected examples": {reason: found[:3] for reason, found in sorted(examples.items())},
        "dropped": dict(selection.dropped.most_common()),
        "tool failures": failures,
        "making": {
            "parts": len(infos),
            "units in a part": spec.units,
            "records": made,
            "wall seconds": round(wall_seconds, 1),
            "worker seconds": round(worker_seconds, 1),
            "records a second": round(made / wall_seconds, 2) if wall_seconds else None,
            "records a worker second": round(made / worker_seconds, 2) if worker_seconds else None,
            "by": sorted({i.by.rpartition(":")[0] for i in infos}),
            "code": sorted({i.code for i in infos}),
        },
    }
    with contextlib.suppress(OSError, ValueError):
        manifest["run"] = json.loads((store.out / "run.json").read_bytes())
    if failures:
        manifest["warning"] = (
            f"{failures} units were given up because the tools failed: the same seed may give other records elsewhere"
        )
    return manifest


def _covered(intervals: Iterable[tuple[float, float]]) -> float:
    """The length of the union of intervals: time in which anybody worked."""
    total, end = 0.0, float("-inf")
    for a, b in sorted(intervals):
        if b > end:
            total += b - max(a, end)
            end = b
    return total
