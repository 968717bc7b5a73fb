"""Writing OUT: whole lines only, each on the disk before the next; one process at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from terraformer.errors import ToolFailure, UsageError
from terraformer.evals.records import (
    REFERENCES,
    RUN,
    SUMMARY,
    TASKS,
    TRACES,
    ReferenceVerdict,
    RunInfo,
    SampleRecord,
    TaskInfo,
    read_run,
)
from terraformer.files import LOCK, lock_directory, replace_file

__all__ = ["Store", "difference", "write_summary"]


class Store:
    """The folder OUT of one run, held until ``close``.

    A folder that holds another run is refused, and so is one that another process writes to: UsageError, one line.
    Files are only appended to or replaced as a whole; what was torn by a kill is cut off first. Raises ToolFailure
    when the disk fails.
    """

    def __init__(self, out: Path, info: RunInfo, tasks: Iterable[TaskInfo]) -> None:
        self.out = out
        self._files: dict[str, IO[bytes]] = {}
        self._lock = lock_directory(out, "another evaluation is writing there; wait for it, or name another folder")
        try:
            self.resumed = (out / RUN).exists()
            if self.resumed:
                self._same(info)
            else:
                self._new(info, tasks)
        except BaseException:
            self._lock.close()
            raise

    def _same(self, info: RunInfo) -> None:
        if found := difference(read_run(self.out), info):
            raise UsageError(f"{self.out}: holds a run with another {found}; name another folder with --out")

    def _new(self, info: RunInfo, tasks: Iterable[TaskInfo]) -> None:
        ours = (LOCK, TASKS)
        foreign = sorted(p.name for p in self.out.iterdir() if p.name not in ours and not p.name.startswith(".new-"))
        if foreign:
            raise UsageError(f"{self.out}: holds other things than an evaluation ({foreign[0]}); name another --out")
        # The tasks first: where run.json is, they are whole.
        _replace(self.out / TASKS, b"".join(_line(t.to_dict()) for t in tasks))
        _replace(self.out / RUN, json.dumps(info.to_dict(), indent=1, ensure_ascii=False).encode() + b"\n")

    def reference(self, verdict: ReferenceVerdict) -> None:
        self._append(REFERENCES, verdict.to_dict())

    def sample(self, record: SampleRecord) -> None:
        self._append(TRACES, record.to_dict())

    def close(self) -> None:
        for handle in self._files.values():
            handle.close()
        self._files = {}
        self._lock.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _append(self, name: str, data: Mapping[str, Any]) -> None:
        try:
            if name not in self._files:
                self._files[name] = _opened(self.out / name)
            handle = self._files[name]
            handle.write(_line(data))
            handle.flush()
            os.fsync(handle.fileno())
        except OSError as error:
            raise ToolFailure(f"{self.out / name}: cannot be written: {error.strerror or error}") from error


def write_summary(out: Path, data: Mapping[str, Any]) -> None:
    """Write OUT/summary.json, whole or not at all. Raises ToolFailure when the disk fails."""
    _replace(out / SUMMARY, json.dumps(data, indent=1, ensure_ascii=False).encode() + b"\n")


def _replace(path: Path, content: bytes) -> None:
    try:
        replace_file(path, content)
    except OSError as error:
        raise ToolFailure(f"{path}: cannot be written: {error.strerror or error}") from error


def _opened(path: Path) -> IO[bytes]:
    """The file for appending, without a torn last line."""
    handle = path.open("a+b")
    end = size = handle.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - 65536)
        handle.seek(start)
        at = handle.read(end - start).rfind(b"\n")
        if at >= 0:
            end = start + at + 1
            break
        end = start
    if end < size:
        handle.truncate(end)
    handle.seek(0, os.SEEK_END)
    return handle


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"


def difference(there: RunInfo, wanted: RunInfo) -> str:
    """What makes two runs different ones, in words; "" when one may be resumed as the other."""
    old, new = there.to_dict(), wanted.to_dict()
    for data in (old, new):
        for name in ("started", "data"):  # a file may be named in several ways: its content counts
            data.pop(name)
    return _difference(old, new)


def _difference(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> str:
    """The first thing that differs, in words; "" when nothing does."""
    for key in (*new, *(k for k in old if k not in new)):
        a, b = old.get(key), new.get(key)
        if a == b:
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            return _difference(a, b, f"{key} ")
        return f"{prefix}{key} ({_short(a)}, not {_short(b)})"
    return ""


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "..."
