"""The folder of a curation run: settings, a journal with a line for every finished configuration, and the result.

    OUT/run.json        sources, settings, model, versions
    OUT/journal.jsonl   one line for each configuration that is through, with its records and costs; only appended to
    OUT/data/*.parquet  the records, in the order of the sources; written when the run is over
    OUT/report.json     yields by stage, costs, reasons, repositories and licences

A line is on the disk before the next configuration counts; a torn last line (kill -9, power) is cut off when the run
goes on, and what it stood for is done again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from terraformer.errors import ToolFailure, UsageError
from terraformer.files import lock_directory, replace_file

__all__ = ["JOURNAL", "RECORDS", "REPORT", "RUN", "Journal"]

RUN: Final = "run.json"
JOURNAL: Final = "journal.jsonl"
RECORDS: Final = "data/records.parquet"
REPORT: Final = "report.json"


class Journal:
    """The folder OUT, held by one process until ``close``. Raises UsageError for a folder with another run or other
    things in it, ToolFailure when the disk fails."""

    def __init__(self, out: Path, identity: Mapping[str, Any]) -> None:
        self.out = out
        self._handle: IO[bytes] | None = None
        self._lock = lock_directory(out, "another curation is writing there; wait for it, or name another --out")
        try:
            self._open(identity)
        except BaseException:
            self._lock.close()
            raise

    def _open(self, identity: Mapping[str, Any]) -> None:
        path = self.out / RUN
        if path.exists():
            try:
                found = json.loads(path.read_bytes())
            except (OSError, ValueError) as error:
                raise UsageError(f"{path}: cannot be read: {error}") from None
            for key, value in identity.items():
                if json.loads(json.dumps(value)) != found.get(key):
                    raise UsageError(
                        f"{self.out}: holds a curation with other {key}; name another --out, or give the same again"
                    )
        else:
            foreign = sorted(p.name for p in self.out.iterdir() if not p.name.startswith("."))
            if foreign:
                raise UsageError(f"{self.out}: holds other things than a curation ({foreign[0]}); name another --out")
            self.write(RUN, identity)
        journal = self.out / JOURNAL
        try:
            self._handle = journal.open("a+b")
            _cut_torn_line(self._handle)
        except OSError as error:
            raise ToolFailure(f"{journal}: {error.strerror or error}") from error

    def entries(self) -> Iterator[dict[str, Any]]:
        """The finished configurations, in the order in which they were finished."""
        with (self.out / JOURNAL).open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield json.loads(line)
                except ValueError:
                    raise UsageError(f"{self.out / JOURNAL}:{number}: not JSON: the journal was changed") from None

    def append(self, entry: Mapping[str, Any]) -> None:
        handle = self._handle
        assert handle is not None
        try:
            handle.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            handle.flush()
            os.fsync(handle.fileno())
        except OSError as error:
            raise ToolFailure(f"{self.out / JOURNAL}: cannot be written: {error.strerror or error}") from error

    def write(self, name: str, data: Mapping[str, Any]) -> None:
        try:
            replace_file(self.out / name, json.dumps(data, indent=1, ensure_ascii=False).encode() + b"\n")
        except OSError as error:
            raise ToolFailure(f"{self.out / name}: cannot be written: {error.strerror or error}") from error

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None
        self._lock.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def _cut_torn_line(handle: IO[bytes]) -> None:
    end = size = handle.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - 65_536)
        handle.seek(start)
        at = handle.read(end - start).rfind(b"\n")
        if at >= 0:
            end = start + at + 1
            break
        end = start
    if end < size:
        handle.truncate(end)
    handle.seek(0, os.SEEK_END)
