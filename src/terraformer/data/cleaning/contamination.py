"""Overlap with benchmarks: no record may tell a model what it is later tested with.

A benchmark is any file with tasks: CSV, JSON lines, parquet (one task a row), or text (one prompt a paragraph). Columns
are found by name, whatever their case: prompts in "prompt", "instruction", "question", "request", "description" or
"text"; configurations in "reference output", "reference", "output", "answer", "completion", "solution",
"configuration", "code", "hcl" or "after" (text, or a list of files). At least the prompts are needed.

A record overlaps with a task when
- "words": 13 words in a row of its prompt stand in the task's prompt, lower case and without punctuation (Brown et
  al., "Language Models are Few-Shot Learners", 2020, appendix C); for a shorter prompt, all its words in order are the
  task's whole prompt;
- "prompt": their prompts' features have a Jaccard similarity of the threshold or more (names do not count);
- "configuration": its answer's features have that similarity with the task's reference, where that one has at least
  12 statements: below, all who do a small thing write the same.

Parquet files of records are benchmarks too: the test split of one dataset keeps the records of another away.
Of these only near duplicates count, not words: prompts of one grammar share turns of phrase.
"""

from __future__ import annotations

import csv
import importlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from terraformer.data.cleaning.features import configuration_features, plain_words, prompt_features
from terraformer.data.cleaning.minhash import hashes, numpy
from terraformer.errors import UsageError
from terraformer.types import Record, TerraformConfig

__all__ = ["Benchmarks", "Overlap", "Task", "read_tasks"]

NGRAM: Final = 13
LEAST_STATEMENTS: Final = 12
_PROMPTS: Final = ("prompt", "instruction", "question", "request", "description", "text")
_REFERENCES: Final = (
    "reference output", "reference", "output", "answer", "completion", "solution", "configuration", "code", "hcl",
    "after",
)  # fmt: skip
_RECORD: Final = frozenset(("id", "kind", "after", "policies", "family", "split"))


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a benchmark; ``name`` is the file's name with the row's number, from 1. ``is_record`` where the file
    holds records of a dataset."""

    name: str
    prompt: str
    reference: TerraformConfig | None = None
    is_record: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """``kind`` is "words", "prompt" or "configuration"; ``similarity`` 1 for words."""

    task: str
    kind: str
    similarity: float


class Benchmarks:
    """The tasks of some files, to be compared with records. Raises UsageError when one cannot be read."""

    def __init__(self, paths: Iterable[Path], threshold: float = 0.8) -> None:
        self.tasks = tuple(task for path in paths for task in read_tasks(path))
        self._threshold = threshold
        self._words: dict[tuple[str, ...], int] = {}
        self._short: dict[tuple[str, ...], int] = {}
        for number, task in enumerate(self.tasks):
            if task.is_record:
                continue
            words = tuple(plain_words(task.prompt))
            if len(words) < NGRAM:
                self._short.setdefault(words, number)
            for gram in _grams(words):
                self._words.setdefault(gram, number)
        self._prompts = _Postings([hashes(prompt_features(task.prompt)) for task in self.tasks])
        references = [configuration_features(t.reference) if t.reference is not None else () for t in self.tasks]
        self._references = _Postings([hashes(f if len(f) >= LEAST_STATEMENTS else ()) for f in references])

    def overlaps(self, record: Record) -> tuple[Overlap, ...]:
        """With which tasks a record overlaps: of each kind the one that is most like it."""
        if not self.tasks:
            return ()
        found: list[Overlap] = []
        words = tuple(plain_words(record.prompt))
        number = self._short.get(words) if len(words) < NGRAM else None
        if number is None:
            number = next((self._words[gram] for gram in _grams(words) if gram in self._words), None)
        if number is not None:
            found.append(Overlap(self.tasks[number].name, "words", 1.0))
        for kind, postings, features in (
            ("prompt", self._prompts, prompt_features(record.prompt)),
            ("configuration", self._references, configuration_features(record.after)),
        ):
            number, similarity = postings.nearest(hashes(features))
            if similarity >= self._threshold:
                found.append(Overlap(self.tasks[number].name, kind, round(similarity, 4)))
        return tuple(found)

    def overlap(self, record: Record) -> Overlap | None:
        """The first overlap, None where there is none."""
        return next(iter(self.overlaps(record)), None)


class _Postings:
    """Sets of features by number, and which sets have a feature: the most similar one is found exactly."""

    def __init__(self, sets: Sequence[Any]) -> None:
        np = numpy()
        self._sizes = np.array([len(s) for s in sets], np.int64)
        owners = np.repeat(np.arange(len(sets)), self._sizes)
        features = np.concatenate([np.zeros(0, np.uint32), *sets])
        order = np.argsort(features, kind="stable")
        self._features, self._owners = features[order], owners[order]

    def nearest(self, features: Any) -> tuple[int, float]:
        """Number and Jaccard similarity of the set that is most like these features (the first of equals)."""
        np = numpy()
        starts = np.searchsorted(self._features, features, "left")
        ends = np.searchsorted(self._features, features, "right")
        known = [self._owners[a:b] for a, b in zip(starts, ends, strict=True) if a < b]
        if not known:
            return 0, 0.0
        shared = np.bincount(np.concatenate(known), minlength=len(self._sizes))
        similarities = shared / (len(features) + self._sizes - shared)
        number = int(similarities.argmax())
        return number, float(similarities[number])


def _grams(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[n : n + NGRAM]) for n in range(len(words) - NGRAM + 1))


# --- files of tasks --------------------------------------------------------------------------------------------------


def read_tasks(path: Path) -> list[Task]:
    """The tasks of a benchmark's file. Raises UsageError naming the file when it has none or cannot be read."""
    try:
        rows = list(_rows(path))
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as a benchmark: {error}") from None
    tasks = []
    for number, row in enumerate(rows, 1):
        columns = {str(key).strip().lower(): value for key, value in row.items()}
        prompt = next((columns[c] for c in _PROMPTS if isinstance(columns.get(c), str) and columns[c].strip()), None)
        if prompt is None:
            continue
        reference = next((found for c in _REFERENCES if (found := _configuration(columns.get(c))) is not None), None)
        is_record = columns.keys() >= _RECORD
        tasks.append(Task(f"{path.name}:{number}", prompt, reference, is_record))
    if not tasks:
        raise UsageError(f"{path}: no prompts found: it needs a column {', '.join(_PROMPTS[:-1])} or {_PROMPTS[-1]}")
    return tasks


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        try:
            parquet = importlib.import_module("pyarrow.parquet")
        except ImportError as error:
            raise UsageError(f"{path}: parquet needs pyarrow: pip install 'terraformer-iac[data]' ({error})") from error
        yield from parquet.read_table(path).to_pylist()
        return
    text = path.read_text("utf-8-sig")
    if suffix in (".csv", ".tsv"):
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
        yield from csv.DictReader(text.splitlines(keepends=True), delimiter="\t" if suffix == ".tsv" else ",")
    elif suffix in (".jsonl", ".ndjson", ".json"):
        found = (
            json.loads(text) if suffix == ".json" else [json.loads(line) for line in text.splitlines() if line.strip()]
        )
        for row in found if isinstance(found, list) else [found]:
            if not isinstance(row, dict):
                raise ValueError("a row is no JSON object")
            yield row
    else:
        for paragraph in re.split(r"\n\s*\n", text):
            if paragraph.strip():
                yield {"prompt": paragraph}


def _configuration(value: Any) -> TerraformConfig | None:
    """Text, a list of files with path and content, or a map from paths to contents."""
    if isinstance(value, str) and value.strip():
        return TerraformConfig({"main.tf": value.encode("utf-8", "replace")})
    if isinstance(value, list) and value and all(isinstance(f, dict) and "path" in f and "content" in f for f in value):
        value = {f["path"]: f["content"] for f in value}
    if isinstance(value, dict) and value and all(isinstance(v, str) for v in value.values()):
        return TerraformConfig({str(k): v.encode("utf-8", "replace") for k, v in value.items()})
    return None
