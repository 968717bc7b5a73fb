"""Datasets of ``terraformer data synth`` as training material: records by split, tasks to roll out, token files."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from terraformer.data.records import read_records
from terraformer.errors import UsageError
from terraformer.train.dialogues import Dialogue, dialogue_of
from terraformer.train.judging import RlTask, task_of
from terraformer.train.tokens import ChatTemplate, Tokenizer, write_tokens
from terraformer.types import Record

__all__ = ["dialogues", "first_of", "make_tokens", "records", "sample_tasks", "shards"]

_SHARD: Final = re.compile(r"(?P<split>.+?)-\d+-of-\d+\.parquet")


def shards(directories: Sequence[Path]) -> dict[str, list[Path]]:
    """The parquet files of datasets by split. A directory may be a dataset's or its ``data``.

    Raises UsageError when one holds none.
    """
    found: dict[str, list[Path]] = {}
    for directory in directories:
        place = directory / "data" if (directory / "data").is_dir() else directory
        files = sorted(place.glob("*.parquet")) if place.is_dir() else []
        named = [(m["split"], f) for f in files if (m := _SHARD.fullmatch(f.name))]
        if not named:
            raise UsageError(f"{directory}: no dataset: there are no data/SPLIT-00000-of-00001.parquet files in it")
        for split, file in named:
            found.setdefault(split, []).append(file)
    return found


def first_of(text: str) -> tuple[Path, int | None]:
    """("runs/tf-gen", 4000) of "runs/tf-gen:4000", which means the first 4,000 records of each split; without a number
    all. Raises UsageError where it is 0."""
    place, colon, number = text.rpartition(":")
    if not colon or not number.isdecimal() or Path(text).exists():
        return Path(text), None
    if not int(number):
        raise UsageError(f"{text}: at least one record")
    return Path(place), int(number)


def records(directories: Sequence[Path], split: str, most: Mapping[Path, int] | None = None) -> Iterator[Record]:
    """One at a time, in the order of directories and files; ``most`` bounds how many of a directory. Raises UsageError
    when no directory has the split."""
    listed = [(directory, shards([directory])) for directory in directories]
    there = {name for _, by_split in listed for name in by_split}
    if split not in there:
        raise UsageError(f"there is no split {split!r} (there are {', '.join(sorted(there))})")
    for directory, by_split in listed:
        found = (r for file in by_split.get(split, ()) for r in read_records(file, check=False))
        yield from itertools.islice(found, (most or {}).get(directory))


def dialogues(source: Iterator[Record], told: Callable[[str], None] | None = None) -> Iterator[Dialogue]:
    """The dialogues of records; of those that have none, ``told`` hears why."""
    for record in source:
        try:
            yield dialogue_of(record)
        except ValueError as error:
            if told is not None:
                told(f"{record.id[:12]}: {error}")


def sample_tasks(
    directories: Sequence[Path],
    split: str,
    count: int | None = None,
    *,
    seed: int = 0,
    fits: Callable[[RlTask], bool] | None = None,
) -> list[RlTask]:
    """Tasks of a split: all, or so many drawn with equal chances in one pass. Records without a policy, and tasks that
    ``fits`` refuses, are left out."""
    rng = random.Random(seed)
    kept: list[tuple[int, RlTask]] = []
    seen = 0
    for record in records(directories, split):
        if not record.policies:
            continue
        place = seen
        if count is not None and seen >= count:
            place = rng.randrange(seen + 1)
            if place >= count:
                seen += 1
                continue
        task = task_of(record)
        if fits is not None and not fits(task):
            continue
        if place < len(kept):
            kept[place] = (seen, task)
        else:
            kept.append((seen, task))
        seen += 1
    return [task for _, task in sorted(kept, key=lambda pair: pair[0])]


def make_tokens(
    directories: Sequence[Path],
    out: Path,
    tokenizer: Tokenizer,
    template: ChatTemplate | None = None,
    *,
    longest: int = 2048,
    most: Mapping[Path, int] | None = None,
    on_dialogue: Callable[[str, int], None] | None = None,
) -> dict[str, Any]:
    """One token file for each split, ``out/SPLIT``, of at most so many records of a directory. Returns their meta data
    by split."""
    told: dict[str, Any] = {}
    for split in sorted(shards(directories)):
        left_out: list[str] = []

        def counted(split: str = split, left_out: list[str] = left_out) -> Iterator[Dialogue]:
            for n, dialogue in enumerate(dialogues(records(directories, split, most), left_out.append)):
                if on_dialogue is not None:
                    on_dialogue(split, n + 1)
                yield dialogue

        meta = write_tokens(out / split, counted(), tokenizer, template, longest=longest)
        told[split] = {**meta, "left out": len(left_out)}
    return told
