"""Statistics of a dataset: read as a stream, from the records themselves and from what the run that made them tells.

statistics = collect(Path("DIR"))                       # JSON data, documented at ``collect``
statistics = collect(Path("DIR"), against=Path("dev.csv"))
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from terraformer.data.card.constructs import CONSTRUCTS, Constructs, constructs_of
from terraformer.data.card.language import Worded, compare_prompts, measure_prompts, quantiles
from terraformer.data.cleaning import CleaningSettings, read_tasks
from terraformer.data.cleaning.near import NearDuplicates
from terraformer.data.cleaning.splits import combination_of, scenario_of
from terraformer.data.records import RECORD_VERSION, read_records
from terraformer.errors import UsageError
from terraformer.types import Record

__all__ = ["collect", "data_directory", "shards_of"]

_SERVICES_MOST: Final = 400
_RESOURCES: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)
"""Upper bounds of the classes of resources in a configuration; the last one is open."""


def data_directory(path: Path) -> Path:
    """Where the shards are: DIR/data of a run, or DIR itself. Raises UsageError where there are none."""
    if path.is_file() or _has_shards(path):
        return path
    if _has_shards(path / "data"):
        return path / "data"
    if (path / "parts").is_dir():
        raise UsageError(f"{path}: not assembled yet: its run of data synth is not finished")
    raise UsageError(f"{path}: holds no dataset: no .parquet file there or in {path / 'data'}")


def shards_of(path: Path) -> list[Path]:
    """The parquet files of a dataset, in the order in which they are read."""
    place = data_directory(path)
    return [place] if place.is_file() else sorted(p for p in place.glob("*.parquet") if not p.name.startswith("."))


def _has_shards(path: Path) -> bool:
    return path.is_dir() and any(not p.name.startswith(".") for p in path.glob("*.parquet"))


def collect(
    path: Path, *, against: Path | None = None, near: bool = True, on_record: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Statistics of the dataset in a directory (of a run, or with parquet files) or of one file, as JSON data.

    Keys: "records", "distinct_ids", "record_version"; "kinds", "splits", "split_kinds", "difficulty", "licences",
    "repositories" (repository, commit and licence of what was found), "families", "operators", "faults",
    "fault_codes" (codes of certificates), "services", "resource_types",
    "data_sources" (counts of records by name); "resource_blocks" (blocks by type); "sources" (how many, by what kind,
    the largest); "versions"; "resources" (quantiles and classes of resource blocks in a configuration); "constructs"
    (share of configurations with each); "sizes" (quantiles of files, lines, characters and tokens of the answer, of
    the intent's demands, of certificates); "prompts" (``measure_prompts``) and "prompts_by_split"; "audit"
    (``compare_prompts`` with the prompts of ``against``, whose own measures are its "reference"); "duplicates" (shares
    of records that have an earlier one's request, answer, or both; None unless ``near``); "separation" (what splits
    share: combinations, scenarios, near duplicates; and the services that one split alone has); "manifest" (what the
    run tells, None without).

    Raises UsageError when there is no dataset, or ``against`` is no benchmark.
    """
    reference = [Worded.of(task.prompt) for task in read_tasks(against)] if against is not None else None
    gathered = _Gathered(NearDuplicates(CleaningSettings().near) if near else None)
    number = 0
    for number, record in enumerate(read_records(data_directory(path), check=False), 1):
        gathered.add(record)
        if on_record is not None:
            on_record(number)
    if not number:
        raise UsageError(f"{path}: the dataset has no records")
    found = gathered.result()
    if reference is not None and against is not None:
        found["audit"] = {
            "against": against.name,
            "reference": measure_prompts(reference),
            **compare_prompts(gathered.prompts, reference),
        }
    found["manifest"] = _manifest(path)
    return found


@dataclass
class _Gathered:
    """What is counted while records go by."""

    near: NearDuplicates | None
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    sizes: dict[str, list[float]] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)
    prompts: list[Worded] = field(default_factory=list)
    by_split: dict[str, list[int]] = field(default_factory=dict)
    ids: set[bytes] = field(default_factory=set)
    alike: Counter[str] = field(default_factory=Counter)
    instances: Counter[str] = field(default_factory=Counter)
    combinations: dict[int, set[str]] = field(default_factory=dict)
    scenarios: dict[int, set[str]] = field(default_factory=dict)
    services: dict[str, set[str]] = field(default_factory=dict)
    splits: list[str] = field(default_factory=list)

    def add(self, record: Record) -> None:
        self.ids.add(bytes.fromhex(record.id)[:16])
        self.by_split.setdefault(record.split or "none", []).append(len(self.prompts))
        self.prompts.append(Worded.of(record.prompt))
        metadata = record.metadata
        self._count("kinds", [record.kind.value])
        self._count("splits", [record.split or "none"])
        self._count("split_kinds", [f"{record.split or 'none'} {record.kind.value}"])
        self._count("difficulty", [str(record.difficulty) if record.difficulty is not None else "none"])
        self._count("licences", [record.licence or "none"])
        self._count("repositories", _repository(record))
        self._count("families", [record.family or "none"])
        self._count("sources", [record.source or "none"])
        self._count("operators", _names(metadata.get("operators")))
        self._count("faults", _names(metadata.get("faults")))
        self._count("fault_codes", {c.code for c in record.certificates})
        self._count("services", record.services)
        self._count("versions", [f"{name} {version}" for name, version in record.versions.items()])
        constructs = constructs_of(record.after)
        self._count("resource_types", constructs.resources)
        self._count("data_sources", constructs.data)
        self.instances.update(constructs.resources)
        self.used.update(constructs.used)
        self._sizes(record, constructs)
        if self.near is not None:
            seen = self.near.look(record)
            self.alike["request"] += bool(seen.requests)
            self.alike["answer"] += bool(seen.answers)
            self.alike["both"] += bool(seen.requests & seen.answers)
            self.alike["crossing"] += any(self.splits[n] != record.split for n in seen.requests | seen.answers)
            self.near.keep(seen)
        self.splits.append(record.split)
        self.services.setdefault(record.split or "none", set()).update(record.services)
        self.combinations.setdefault(hash(combination_of(record)), set()).add(record.split)
        if scenario := scenario_of(record):
            self.scenarios.setdefault(hash(scenario), set()).add(record.split)

    def _sizes(self, record: Record, constructs: Constructs) -> None:
        demands = record.intent.get("demands", ()) if record.intent is not None else ()
        for name, value in (
            ("resources", constructs.resources.total()),
            ("files", constructs.files),
            ("lines", constructs.lines),
            ("characters", constructs.characters),
            ("tokens", constructs.tokens),
            ("demands", len(demands)),
            ("certificates", len(record.certificates)),
        ):
            self.sizes.setdefault(name, []).append(value)

    def _count(self, name: str, found: Iterable[str]) -> None:
        self.counts.setdefault(name, Counter()).update(set(found))

    def result(self) -> dict[str, Any]:
        total = len(self.prompts)
        counts = {name: _ordered(counter) for name, counter in self.counts.items() if name != "sources"}
        sources = self.counts["sources"]
        resources = self.sizes.pop("resources")
        return {
            "records": total,
            "distinct_ids": len(self.ids),
            "record_version": RECORD_VERSION,
            **counts,
            "sources": {
                "count": len(sources),
                "by_kind": _ordered(_by_kind(sources)),
                "largest": dict(sources.most_common(20)),
                "records_each": quantiles(list(sources.values())),
            },
            "resource_blocks": dict(self.instances.most_common(_SERVICES_MOST)),
            "resources": {**quantiles(resources), "classes": _classes(resources)},
            "constructs": {name: round(self.used[name] / total, 4) for name in CONSTRUCTS},
            "sizes": {name: quantiles(values) for name, values in self.sizes.items()},
            "prompts": measure_prompts(self.prompts),
            "prompts_by_split": {
                split: measure_prompts([self.prompts[n] for n in numbers])
                for split, numbers in sorted(self.by_split.items())
            }
            if len(self.by_split) > 1
            else {},
            "audit": None,
            "separation": {
                "combinations": len(self.combinations),
                "combinations_in_several_splits": sum(len(splits) > 1 for splits in self.combinations.values()),
                "scenarios": len(self.scenarios),
                "scenarios_in_several_splits": sum(len(splits) > 1 for splits in self.scenarios.values()),
                "crossing": self.alike["crossing"] if self.near is not None else None,
                "services_alone": self._services_alone(),
            },
            "duplicates": {
                "similarity": CleaningSettings().near,
                **{name: round(self.alike[name] / total, 4) for name in ("request", "answer", "both")},
            }
            if self.near is not None
            else None,
        }

    def _services_alone(self) -> dict[str, list[str]]:
        """The services of each split that no other has; of the largest split they say nothing."""
        if len(self.by_split) < 2:
            return {}
        largest = max(self.by_split, key=lambda split: len(self.by_split[split]))
        return {
            split: sorted(own.difference(*(other for name, other in self.services.items() if name != split)))
            for split, own in sorted(self.services.items())
            if split != largest
        }


def _repository(record: Record) -> list[str]:
    """Where a configuration that nobody of us wrote comes from: repository, commit where it is known, licence."""
    name, colon, _ = record.source.partition(":")
    if not colon or name == "blueprint":
        return []
    return [f"{name} ({record.licence or 'no licence'})"]


def _names(found: Any) -> list[str]:
    return [found] if isinstance(found, str) else [str(name) for name in found or ()]


def _ordered(counter: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _by_kind(sources: Mapping[str, int]) -> Counter[str]:
    """Records by where they come from: "blueprint", "longtail" (blueprints derived from schemas), "repository"."""
    found: Counter[str] = Counter()
    for source, count in sources.items():
        name = source.partition(":")[0]
        kind = "repository" if "@" in source or "/" in name else name or "none"
        found["longtail" if source.startswith("blueprint:longtail.") else kind] += count
    return found


def _classes(values: Iterable[float]) -> dict[str, int]:
    bounds = list(zip((0, *_RESOURCES), (*_RESOURCES, None), strict=True))
    names = [
        f"{low + 1}"
        if high is not None and high - low == 1
        else f"{low + 1}-{high}"
        if high is not None
        else f"{low + 1}+"
        for low, high in bounds
    ]
    counts = Counter(
        names[next(n for n, (_, high) in enumerate(bounds) if high is None or value <= high)] for value in values
    )
    return {name: counts[name] for name in names}


def _manifest(path: Path) -> dict[str, Any] | None:
    """What the run tells that made the dataset: yield, reasons of rejection, speed; None without."""
    for place in (path, path.parent):
        with contextlib.suppress(OSError, ValueError):
            found = json.loads((place / "manifest.json").read_bytes())
            if isinstance(found, dict) and str(found.get("format", "")).startswith("terraformer.data."):
                return found
    return None
