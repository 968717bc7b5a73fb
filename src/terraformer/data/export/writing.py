"""Exports, written as a stream: whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from terraformer.data.card import collect, data_directory, write_card
from terraformer.data.export.chat import ChatSettings, Unwritable, chat_of, row_of
from terraformer.data.records import RecordWriter, read_records
from terraformer.errors import ToolFailure, UsageError
from terraformer.types import Record

__all__ = ["SHARD_RECORDS", "Exported", "export_chat", "export_hf"]

SHARD_RECORDS: Final = 20_000


@dataclass(slots=True)
class Exported:
    """How many records were written, by split, and how many were left out, by reason."""

    written: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def export_chat(
    source: Path,
    out: Path,
    *,
    splits: Collection[str] = (),
    settings: ChatSettings | None = None,
    on_record: Callable[[int], None] | None = None,
) -> Exported:
    """Write the records of a dataset (all, or those of some splits) as chat messages, one JSON object a line, replacing
    an earlier file.

    Raises UsageError when there is no dataset, no record of these splits, or ``out`` cannot be written.
    """
    done = Exported()
    try:
        handle, name = tempfile.mkstemp(prefix=".terraformer-", dir=out.parent)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror or error}") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as target:
            for number, record in enumerate(_chosen(source, splits), 1):
                try:
                    row = row_of(record, settings)
                except Unwritable as problem:
                    done.left_out[str(problem)] += 1
                else:
                    target.write(json.dumps(row, ensure_ascii=False) + "\n")
                    done.written[record.split or "none"] += 1
                if on_record is not None:
                    on_record(number)
            target.flush()
            os.fsync(target.fileno())
        _refuse_nothing(source, splits, done)
        temporary.chmod(0o644)
        temporary.replace(out)
    except OSError as error:
        raise ToolFailure(f"{out}: cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return done


def export_hf(
    source: Path,
    out: Path,
    *,
    splits: Collection[str] = (),
    messages: ChatSettings | None = None,
    against: Path | None = None,
    on_record: Callable[[int], None] | None = None,
    shard_records: int = SHARD_RECORDS,
) -> Exported:
    """Write a directory that ``datasets.load_dataset`` reads with its splits: data/SPLIT-00000-of-0000N.parquet, and
    the card with its plots. ``messages`` fills that column with the chat form; ``against`` as in ``card.collect``.

    Raises UsageError when ``out`` exists and is not empty, when there is no dataset or no record of these splits.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out}: exists already; name another place, or remove it")
    done = Exported()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".terraformer-export-", dir=out.parent))
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror or error}") from None
    try:
        with _Shards(staging / "data", shard_records) as shards:
            for number, record in enumerate(_chosen(source, splits), 1):
                if on_record is not None:
                    on_record(number)
                if messages is not None:
                    try:
                        record = replace(record, messages=tuple(chat_of(record, messages)))
                    except Unwritable as problem:
                        done.left_out[str(problem)] += 1
                        continue
                shards.write(record)
                done.written[record.split or "none"] += 1
        _refuse_nothing(source, splits, done)
        if not splits:
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(source / "manifest.json", staging / "manifest.json")
        write_card(staging, collect(staging, against=against))
        staging.chmod(0o755)
        if out.exists():
            out.rmdir()
        staging.rename(out)
    except OSError as error:
        raise ToolFailure(f"{out}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return done


class _Shards:
    """One writer for each split; shards get their final names, which tell how many there are, at the end."""

    def __init__(self, folder: Path, records: int) -> None:
        self._folder, self._records = folder, records
        self._writers: dict[str, RecordWriter] = {}
        self._finished: dict[str, list[Path]] = {}

    def write(self, record: Record) -> None:
        split = (record.split or "train").replace("-", "_")
        writer = self._writers.get(split)
        if writer is None:
            number = len(self._finished.setdefault(split, []))
            writer = self._writers[split] = RecordWriter(self._folder / f"{split}-{number:05d}.parquet")
        writer.write(record)
        if writer.count >= self._records:
            self._close(split)

    def _close(self, split: str) -> None:
        writer = self._writers.pop(split)
        writer.close()
        self._finished[split].append(writer.path)

    def __enter__(self) -> _Shards:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            for writer in self._writers.values():
                writer.abandon()
            return
        for split in list(self._writers):
            self._close(split)
        for split, paths in self._finished.items():
            for number, path in enumerate(paths):
                path.rename(path.with_name(f"{split}-{number:05d}-of-{len(paths):05d}.parquet"))


def _chosen(source: Path, splits: Collection[str]) -> Iterator[Record]:
    wanted = {s.replace("_", "-") for s in splits}
    for record in read_records(data_directory(source)):
        if not wanted or (record.split or "none").replace("_", "-") in wanted:
            yield record


def _refuse_nothing(source: Path, splits: Collection[str], done: Exported) -> None:
    if not done.written:
        which = f" of split {', '.join(splits)}" if splits else ""
        why = ", ".join(f"{n} {reason}" for reason, n in done.left_out.items())
        raise UsageError(f"{source}: no record{which} could be exported{f' ({why})' if why else ''}")
