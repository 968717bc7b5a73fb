"""Records in parquet: one row each, a documented and versioned schema, read as a stream.

    with RecordWriter(path) as writer:      # the file appears at the end, whole or not at all
        writer.write(record)
    for record in read_records(path): ...   # a file, or a directory of *.parquet

Columns (version 1; ``terraformer.record.version`` in the file's metadata):

    id                  string         Record.id, content hash; checked when read
    kind                string         generation, mutation, repair
    prompt              string
    messages            list<struct<role: string, content: string>>
    before, after       list<struct<path: string, content: string>>   files; before is null for a generation
    before_root, after_root   string   directory of the root module
    intent              string         JSON, null without one
    policies            list<struct<name: string, text: string>>       Rego
    certificates        string         JSON list (repair)
    resource_types      list<string>
    services            list<string>
    difficulty          int8           1 to 6, null where not graded
    source, family, licence, split     string
    seed                int64          null where there was none
    versions, metadata  string         JSON objects

Text is UTF-8: a configuration with other bytes cannot be stored. Needs pyarrow (the extra ``eval``).
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from terraformer.errors import ToolFailure, UsageError
from terraformer.types import Certificate, Policy, Record, RecordKind, TerraformConfig
from terraformer.types.report import to_jsonable

__all__ = [
    "RECORD_VERSION",
    "RecordWriter",
    "count_records",
    "from_row",
    "open_records",
    "pyarrow",
    "read_records",
    "record_schema",
    "to_row",
    "write_records",
]

RECORD_VERSION: Final = "1"
VERSION_KEY: Final = b"terraformer.record.version"
_BATCH: Final = 256


def pyarrow() -> Any:
    """The package, with its parquet module. Raises UsageError where it is not installed."""
    try:
        package = importlib.import_module("pyarrow")
        importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise UsageError(
            f"parquet files need pyarrow, which is not installed: pip install 'terraformer-iac[eval]' ({error})"
        ) from error
    return package


def record_schema() -> Any:
    """The pyarrow schema of this version, with its metadata. Raises UsageError without pyarrow."""
    pa = pyarrow()
    files = pa.list_(pa.struct([pa.field("path", pa.string(), False), pa.field("content", pa.string(), False)]))
    names = pa.list_(pa.string())

    def text(name: str, null: bool = False) -> Any:
        return pa.field(name, pa.string(), null)

    return pa.schema(
        [
            text("id"),
            text("kind"),
            text("prompt"),
            pa.field(
                "messages",
                pa.list_(pa.struct([pa.field("role", pa.string(), False), pa.field("content", pa.string(), False)])),
                False,
            ),
            pa.field("before", files, True),
            text("before_root", True),
            pa.field("after", files, False),
            text("after_root"),
            text("intent", True),
            pa.field(
                "policies",
                pa.list_(pa.struct([pa.field("name", pa.string(), False), pa.field("text", pa.string(), False)])),
                False,
            ),
            text("certificates"),
            pa.field("resource_types", names, False),
            pa.field("services", names, False),
            pa.field("difficulty", pa.int8(), True),
            text("source"),
            text("family"),
            text("licence"),
            pa.field("seed", pa.int64(), True),
            text("versions"),
            text("split"),
            text("metadata"),
        ],
        metadata={VERSION_KEY: RECORD_VERSION.encode(), b"terraformer.record.schema": b"docs/guide/evaluation.md"},
    )


def to_row(record: Record) -> dict[str, Any]:
    """A record as a row. Raises UsageError when a file is not UTF-8 text."""
    before = record.before
    return {
        "id": record.id,
        "kind": record.kind.value,
        "prompt": record.prompt,
        "messages": [{"role": m["role"], "content": m["content"]} for m in record.messages],
        "before": _files(before) if before is not None else None,
        "before_root": before.root if before is not None else None,
        "after": _files(record.after),
        "after_root": record.after.root,
        "intent": _json(record.intent) if record.intent is not None else None,
        "policies": [{"name": p.name, "text": p.text} for p in record.policies],
        "certificates": _json([c.to_dict() for c in record.certificates]),
        "resource_types": list(record.resource_types),
        "services": list(record.services),
        "difficulty": record.difficulty,
        "source": record.source,
        "family": record.family,
        "licence": record.licence,
        "seed": record.seed,
        "versions": _json(dict(record.versions)),
        "split": record.split,
        "metadata": _json(to_jsonable(record.metadata)),
    }


def from_row(row: Mapping[str, Any], *, check: bool = True) -> Record:
    """The inverse of ``to_row``. Raises ValueError, KeyError or TypeError when the row is no record; ``check`` compares
    the id with the content."""
    record = Record(
        kind=RecordKind(row["kind"]),
        prompt=row["prompt"],
        after=_config(row["after"], row["after_root"]),
        before=_config(row["before"], row["before_root"] or ".") if row["before"] is not None else None,
        intent=_object(row["intent"], "intent") if row["intent"] is not None else None,
        policies=tuple(Policy(p["name"], p["text"]) for p in row["policies"]),
        certificates=tuple(Certificate.from_dict(c) for c in json.loads(row["certificates"])),
        messages=tuple({"role": m["role"], "content": m["content"]} for m in row["messages"]),
        resource_types=tuple(row["resource_types"]),
        services=tuple(row["services"]),
        difficulty=row["difficulty"],
        source=row["source"],
        family=row["family"],
        licence=row["licence"],
        seed=row["seed"],
        versions=_object(row["versions"], "versions"),
        split=row["split"],
        metadata=_object(row["metadata"], "metadata"),
    )
    if check and record.id != row["id"]:
        raise ValueError("its id is not the hash of its content: the row was changed")
    return record


class RecordWriter:
    """Writes one file, in row groups of ``batch`` records; it appears under its name when it is closed without an
    error, and replaces one that was there."""

    def __init__(self, path: Path | str, *, batch: int = 2_000) -> None:
        self.path = Path(path)
        self.count = 0
        self._pa = pyarrow()
        self._schema = record_schema()
        self._rows: list[dict[str, Any]] = []
        self._batch = batch
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".records-", suffix=".parquet", dir=self.path.parent)
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be written: {error.strerror or error}") from None
        os.close(handle)
        self._temporary = Path(name)
        self._writer: Any = self._pa.parquet.ParquetWriter(name, self._schema, compression="zstd")

    def write(self, record: Record) -> None:
        """Raises UsageError when the record cannot be stored, ToolFailure when the disk fails."""
        self._rows.append(to_row(record))
        self.count += 1
        if len(self._rows) >= self._batch:
            self._flush()

    def close(self) -> None:
        try:
            self._flush()
            self._writer.close()
            with self._temporary.open("rb") as handle:
                os.fsync(handle.fileno())
            self._temporary.chmod(0o644)
            self._temporary.replace(self.path)
        except OSError as error:
            self.abandon()
            raise ToolFailure(f"{self.path}: cannot be written: {error}") from error

    def abandon(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(Exception):
            self._writer.close()
        self._temporary.unlink(missing_ok=True)

    def _flush(self) -> None:
        if not self._rows:
            return
        try:
            self._writer.write_table(self._pa.Table.from_pylist(self._rows, schema=self._schema))
        except (OSError, UnicodeEncodeError) as error:
            raise ToolFailure(f"{self.path}: cannot be written: {error}") from error
        self._rows = []

    def __enter__(self) -> RecordWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


def write_records(path: Path | str, records: Iterable[Record]) -> int:
    """Write all records to one file and return how many."""
    with RecordWriter(path) as writer:
        for record in records:
            writer.write(record)
    return writer.count


def read_records(path: Path | str, *, kind: RecordKind | None = None, check: bool = True) -> Iterator[Record]:
    """The records of a file, or of all *.parquet files of a directory in the order of their names, one at a time.

    ``kind`` refuses records of another kind. Raises UsageError naming file and row for whatever is not a record of this
    version, at the latest when the row is reached.
    """
    for file in _parquet_files(Path(path)):
        yield from _read(file, kind, check)


def count_records(path: Path | str) -> int:
    """How many records there are, by the files' own footers."""
    total = 0
    for file in _parquet_files(Path(path)):
        with open_records(file) as handle:
            total += handle.metadata.num_rows
    return total


def _parquet_files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(p for p in path.glob("*.parquet") if not p.name.startswith("."))
        if not found:
            raise UsageError(f"{path}: no .parquet file in this directory")
        return found
    if not path.is_file():
        raise UsageError(f"{path}: no such file or directory")
    return [path]


@contextlib.contextmanager
def open_records(file: Path) -> Iterator[Any]:
    """A file of records as pyarrow's ParquetFile. Raises UsageError when it is none of this version."""
    pa = pyarrow()
    try:
        handle = pa.parquet.ParquetFile(file)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UsageError(f"{file}: not a parquet file: {_line(error)}") from None
    try:
        version = (handle.schema_arrow.metadata or {}).get(VERSION_KEY)
        if version is None:
            raise UsageError(f"{file}: not a file of records: its metadata has no {VERSION_KEY.decode()}")
        if version.decode("utf-8", "replace") != RECORD_VERSION:
            raise UsageError(
                f"{file}: records of version {version.decode('utf-8', 'replace')}, this program reads {RECORD_VERSION}"
            )
        wanted = record_schema()
        for column in wanted:
            index = handle.schema_arrow.get_field_index(column.name)
            if index < 0:
                raise UsageError(f"{file}: column {column.name} is missing")
            found = handle.schema_arrow.field(index).type
            if _shape(found) != _shape(column.type):
                raise UsageError(f"{file}: column {column.name} is {_shape(found)}, not {_shape(column.type)}")
        yield handle
    finally:
        handle.close()


def _shape(column_type: Any) -> str:
    """A type's name, whatever wrote it: other libraries name list items otherwise and use the large variants."""
    text = str(column_type).replace(" not null", "").replace("large_", "").replace("string_view", "string")
    return text.replace("<element:", "<item:")


def _read(file: Path, kind: RecordKind | None, check: bool) -> Iterator[Record]:
    pa = pyarrow()
    names = record_schema().names
    number = 0
    with open_records(file) as handle:
        batches = handle.iter_batches(batch_size=_BATCH, columns=names)
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError) as error:
                raise UsageError(f"{file}: broken after row {number}: {_line(error)}") from None
            if batch is None:
                return
            for row in batch.to_pylist():
                number += 1
                try:
                    record = from_row(row, check=check)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise UsageError(f"{file}: row {number} is not a record: {_line(error)}") from None
                if kind is not None and record.kind is not kind:
                    raise UsageError(f"{file}: row {number} is a {record.kind} record, not a {kind} record")
                yield record


def _files(config: TerraformConfig) -> list[dict[str, str]]:
    try:
        return [{"path": path, "content": config.files[path].decode("utf-8")} for path in sorted(config.files)]
    except UnicodeDecodeError as error:
        raise UsageError(f"a record's files must be UTF-8 text (byte {error.start})") from None


def _config(files: Iterable[Mapping[str, str]], root: str) -> TerraformConfig:
    return TerraformConfig({f["path"]: f["content"].encode("utf-8") for f in files}, root)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _object(text: str, name: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not a JSON object")
    return value


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
