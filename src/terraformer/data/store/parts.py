"""A part: the records of a run of consecutive units, as one parquet file and what is told about it.

The parquet file has the columns of ``data.records``, and ``unit`` (the unit that gave the row) besides.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from terraformer.data.making import Made
from terraformer.data.records import from_row, pyarrow, record_schema, to_row
from terraformer.errors import ToolFailure, UsageError
from terraformer.types import Record

__all__ = ["TOOL_FAILURE", "Part", "PartBuilder", "PartInfo", "PartSpec", "read_part", "read_part_table"]

TOOL_FAILURE: Final = "tool-failure"
"""The reason of a unit that was given up because the tools failed, again and again."""

_EXAMPLES = 3
_BATCH = 200


@dataclass(frozen=True, slots=True)
class PartSpec:
    """What the parts of a run are made from. Part ``k`` holds the units from ``k * units`` to below ``(k+1) * units``.

    ``dataset`` is a name of ``data.making.MAKERS``; ``options`` are the maker's, JSON data.
    """

    dataset: str
    seed: int
    options: Mapping[str, Any] = field(default_factory=dict)
    units: int = 200

    def __post_init__(self) -> None:
        if self.units < 1:
            raise UsageError(f"a part has at least one unit, not {self.units}")

    def span(self, number: int) -> range:
        """The units of a part."""
        return range(number * self.units, (number + 1) * self.units)


@dataclass(frozen=True, slots=True)
class PartInfo:
    """What is told about a part, in the file beside it.

    ``records`` is the number of rows, before duplicates are dropped; ``rejected`` the candidates that did not become
    records, as (unit, reason, source); ``examples`` the details of a few by reason. ``tool_failures`` are units given
    up because the tools failed: with any, the part is not what the same seed gives elsewhere. ``started`` is in
    seconds since 1970, ``seconds`` the time it took, ``by`` the host and process; ``code`` a digest of the program's
    sources. ``size`` (bytes) and ``sha256`` are the parquet file's.
    """

    part: int
    units: tuple[int, int]
    records: int
    rejected: tuple[tuple[int, str, str], ...]
    examples: Mapping[str, list[str]]
    tool_failures: int
    started: float
    seconds: float
    by: str
    code: str
    size: int
    sha256: str

    def to_json(self) -> bytes:
        data = asdict(self)
        data["started_at"] = datetime.fromtimestamp(self.started, UTC).isoformat(timespec="seconds")
        return json.dumps(data, ensure_ascii=False, indent=None).encode("utf-8", "backslashreplace") + b"\n"

    @classmethod
    def from_json(cls, text: bytes) -> PartInfo:
        """Raises ValueError, TypeError or KeyError when it is none."""
        data = json.loads(text)
        data["units"] = tuple(data["units"])
        data["rejected"] = tuple((int(u), str(r), str(s)) for u, r, s in data["rejected"])
        return cls(**{f.name: data[f.name] for f in fields(cls)})


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part: the content of its parquet file, and what is told about it."""

    info: PartInfo
    data: bytes


class PartBuilder:
    """Collects what the units of a part gave, in their order."""

    def __init__(self, number: int, units: range) -> None:
        pa = pyarrow()
        self.number = number
        self.units = units
        self.records = 0
        self.tool_failures = 0
        self._rejected: list[tuple[int, str, str]] = []
        self._examples: dict[str, list[str]] = {}
        self._started = datetime.now(UTC).timestamp()
        self._schema = part_schema()
        self._sink = BytesIO()
        self._writer = pa.parquet.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, unit: int, made: Made) -> None:
        """Raises UsageError when a record cannot be stored."""
        for record in made.records:
            self._rows.append({**to_row(record), "unit": unit})
        self.records += len(made.records)
        for rejection in made.rejections:
            self._rejected.append((unit, rejection.reason, rejection.source))
            examples = self._examples.setdefault(rejection.reason, [])
            if len(examples) < _EXAMPLES:
                examples.append(f"unit {unit}: {rejection.source}: {rejection.detail}"[:400])
            self.tool_failures += rejection.reason == TOOL_FAILURE
        if len(self._rows) >= _BATCH:
            self._flush()

    def finish(self, *, by: str, code: str) -> Part:
        """The part. Nothing may be added after."""
        self._flush()
        self._writer.close()
        data = self._sink.getvalue()
        info = PartInfo(
            self.number,
            (self.units.start, self.units.stop),
            self.records,
            tuple(self._rejected),
            self._examples,
            self.tool_failures,
            round(self._started, 3),
            round(datetime.now(UTC).timestamp() - self._started, 3),
            by,
            code,
            len(data),
            hashlib.sha256(data).hexdigest(),
        )
        return Part(info, data)

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pyarrow().Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def part_schema() -> Any:
    """That of records, with the column ``unit``."""
    pa = pyarrow()
    return record_schema().append(pa.field("unit", pa.int64(), False))


def read_part(path: Path) -> Iterator[tuple[int, Record]]:
    """The unit and the record of every row of a part, in order. Raises ToolFailure when the file is broken."""
    names = part_schema().names
    pa = pyarrow()
    try:
        with pa.parquet.ParquetFile(path) as handle:
            for batch in handle.iter_batches(batch_size=_BATCH, columns=names):
                for row in batch.to_pylist():
                    yield row["unit"], from_row(row)
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise ToolFailure(f"{path}: a broken part, remove it and it is made again: {error}") from None


def read_part_table(path: Path) -> Any:
    """The rows of a part as a pyarrow table with the columns of records only. Raises ToolFailure when it is broken."""
    pa = pyarrow()
    try:
        return pa.parquet.read_table(path, columns=record_schema().names, partitioning=None)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ToolFailure(f"{path}: a broken part, remove it and it is made again: {error}") from None


def tally(rejected: Iterable[tuple[int, str, str]]) -> Counter[str]:
    """How many candidates were rejected for which reason."""
    return Counter(reason for _, reason, _ in rejected)
