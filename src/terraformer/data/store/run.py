"""The directory OUT of a run, held by one process at a time.

    OUT/run.json                    what is made: dataset, seed, options, units in a part, versions
    OUT/parts/part-000123.parquet   records of units [k*U, (k+1)*U), as they were made
    OUT/parts/part-000123.json      what is told about them; written last: a part without it does not exist
    OUT/data/, OUT/manifest.json    the dataset (data.store.assemble)

Every file appears whole or not at all, so that a kill loses the parts in the making at most, and doubles nothing.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from terraformer._version import __version__
from terraformer.data.records import RECORD_VERSION
from terraformer.data.store.parts import Part, PartInfo, PartSpec, read_part, read_part_table
from terraformer.errors import ToolFailure, UsageError
from terraformer.files import LOCK, lock_directory, replace_file
from terraformer.provider.bundle import installed
from terraformer.types import Record
from terraformer.verify.core import find_core

__all__ = ["MANIFEST", "RUN", "RunStore", "read_run", "versions_in_use"]

RUN: Final = "run.json"
MANIFEST: Final = "manifest.json"
DATA: Final = "data"
PARTS: Final = "parts"
_FORMAT = "terraformer.data.run"


def versions_in_use() -> dict[str, str]:
    """What makes and verifies: the tool, Terraform core and the newest bundle of every source."""
    found = {"terraformer": __version__, "core": find_core().label}
    for info in installed():
        found.setdefault(info.source, info.version)
    return found


@dataclass(frozen=True, slots=True)
class _Identity:
    """What run.json holds: runs that differ in any of it give different sets of records, or other files of parts."""

    spec: PartSpec
    versions: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "dataset": self.spec.dataset,
            "seed": self.spec.seed,
            "options": dict(self.spec.options),
            "units in a part": self.spec.units,
            "record version": RECORD_VERSION,
            "versions": dict(self.versions),
        }


class RunStore:
    """The directory of one run, locked until ``close``; the lock ends with the process, however it ends.

    ``part_size`` None means that of the run that is there, else ``default_part_size``. Raises UsageError, in one line,
    when the directory holds a run with other settings or something else, or another process writes to it.
    """

    def __init__(
        self,
        out: Path,
        dataset: str,
        seed: int,
        options: Mapping[str, Any],
        *,
        part_size: int | None = None,
        default_part_size: int = 200,
    ) -> None:
        self.out = out
        self.parts = out / PARTS
        self._lock = lock_directory(out, "another process is writing there; wait for it, or name another --out")
        try:
            there = read_run(out) if (out / RUN).exists() else None
            if part_size is None:
                part_size = there["units in a part"] if there is not None else default_part_size
            self.spec = PartSpec(dataset, seed, dict(options), part_size)
            identity = _Identity(self.spec, versions_in_use()).to_dict()
            if there is None:
                self._begin(identity)
            elif found := _difference(there, identity):
                raise UsageError(f"{out}: holds a run with another {found}; name another --out")
            self._sweep()
            self._done = self._finished()
        except BaseException:
            self._lock.close()
            raise

    @property
    def done(self) -> frozenset[int]:
        """The numbers of the finished parts."""
        return frozenset(self._done)

    def put(self, part: Part) -> None:
        """Keep a finished part. Raises ToolFailure when the disk fails."""
        path = self.path(part.info.part)
        try:
            replace_file(path, part.data)
            replace_file(path.with_suffix(".json"), part.info.to_json())
        except OSError as error:
            raise ToolFailure(f"{path}: cannot be written: {error.strerror or error}") from error
        self._done.add(part.info.part)

    def info(self, number: int) -> PartInfo:
        """Raises ToolFailure when it cannot be read."""
        path = self.path(number).with_suffix(".json")
        try:
            return PartInfo.from_json(path.read_bytes())
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ToolFailure(f"{path}: cannot be read, remove it and it is made again: {error}") from None

    def read(self, number: int) -> Iterator[tuple[int, Record]]:
        """Unit and record of every row of a finished part."""
        return read_part(self.path(number))

    def table(self, number: int) -> Any:
        """The rows of a finished part as a pyarrow table."""
        return read_part_table(self.path(number))

    def path(self, number: int) -> Path:
        return self.parts / f"part-{number:06d}.parquet"

    def close(self) -> None:
        self._lock.close()

    def __enter__(self) -> RunStore:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _begin(self, identity: Mapping[str, Any]) -> None:
        ours = (LOCK, PARTS)
        foreign = sorted(p.name for p in self.out.iterdir() if p.name not in ours and not p.name.startswith("."))
        if foreign:
            raise UsageError(f"{self.out}: holds other things than a run ({foreign[0]}); name another --out")
        try:
            self.parts.mkdir(exist_ok=True)
            replace_file(self.out / RUN, json.dumps(identity, indent=1, ensure_ascii=False).encode() + b"\n")
        except OSError as error:
            raise ToolFailure(f"{self.out}: cannot be written: {error.strerror or error}") from error

    def _sweep(self) -> None:
        """Remove what a kill left half-written."""
        for folder in (self.out, self.parts):
            for path in folder.glob(".terraformer-*"):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _finished(self) -> set[int]:
        found = set()
        for path in self.parts.glob("part-*.json"):
            number = path.stem.removeprefix("part-")
            if not number.isdigit():
                continue
            with contextlib.suppress(OSError, ToolFailure):
                if self.path(int(number)).stat().st_size == self.info(int(number)).size:
                    found.add(int(number))
        return found


def read_run(out: Path) -> dict[str, Any]:
    """The content of OUT/run.json. Raises UsageError when it is none."""
    path = out / RUN
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise UsageError(f"{path}: is not about a run of data synth; name another --out")
    return data


def _difference(there: Mapping[str, Any], wanted: Mapping[str, Any], prefix: str = "") -> str:
    """The first thing that differs, in words; "" when nothing does."""
    for key in (*wanted, *(k for k in there if k not in wanted)):
        a, b = there.get(key), wanted.get(key)
        if a == b:
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            return _difference(a, b, f"{prefix}{key} ")
        return f"{prefix}{key} ({json.dumps(a)[:60]}, not {json.dumps(b)[:60]})"
    return ""
