"""A curation run: collect, filter, and take every configuration through the stages, in parallel and resumable."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from terraformer._version import __version__
from terraformer.data.curation.item import STAGES, Cost, Outcome, curate_one
from terraformer.data.curation.journal import RECORDS, REPORT, Journal
from terraformer.data.curation.settings import CurateSettings
from terraformer.data.records import RecordWriter, from_row, to_row
from terraformer.data.sources import SourceConfig, collect, components, parse_sources
from terraformer.errors import ModelError, ToolFailure, UsageError
from terraformer.models import Model
from terraformer.parallel import as_finished
from terraformer.verify import VerifierPool
from terraformer.verify.settings import default_workers

__all__ = ["Progress", "curate"]

_HOPELESS: Final = 5
"""Configurations in a row, from the first on, for which the model could not be had: the rest would fare no better."""
_TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: ``done`` of ``total`` configurations are through, ``records`` were made so far."""

    done: int
    total: int
    records: int
    cost: Mapping[str, Any]
    origin: str = ""


def curate(
    sources: str | Path | Iterable[str | Path],
    out: Path,
    *,
    model: Model,
    settings: CurateSettings | None = None,
    jobs: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """Curate the sources into OUT and return the report (also OUT/report.json).

    What is in OUT's journal is not done again; so a run that was stopped in any way goes on, and one with a higher
    ``limit``, or whose sources hold more by now, does what is new. ``jobs`` configurations are under way at once
    (default: two, or as many as the model takes).

    Costs are those of configurations that are through; what was asked about one that has to be tried again is not in
    them.

    Raises UsageError for sources that cannot be read or an OUT that holds something else, ModelError when the model
    could not be had for each of the first configurations, ToolFailure when the disk fails. KeyboardInterrupt may end it
    at any time.
    """
    chosen = settings or CurateSettings()
    told = on_progress or (lambda _progress: None)
    names = parse_sources(sources)
    identity = {"sources": list(names), "settings": chosen.to_dict(), "model": model.name}
    with Journal(out, {**identity, "terraformer": __version__}) as journal:
        work, filtered = _work(names, chosen)
        known = {entry["item"]: entry for entry in journal.entries()}
        todo = [(key, source) for key, source in work if key not in known]
        missed: Counter[str] = Counter()
        last = ""
        count = len(work) - len(todo)
        records = sum(len(known[key]["records"]) for key, _ in work if key in known)
        cost = _total(known[key]["cost"] for key, _ in work if key in known)
        told(Progress(count, len(work), records, cost.to_dict()))
        started = time.monotonic()
        parallel = jobs or max(2, int(getattr(model, "max_parallel", 1)))
        prepare = getattr(model, "prepare", None)
        if prepare is not None and todo:
            prepare()  # weights are fetched and loaded before anything waits for them
        with VerifierPool(min(default_workers(), parallel), chosen.verify) as pool:
            failures = 0

            def one(item: tuple[str, SourceConfig]) -> tuple[str, Outcome | Exception]:
                return item[0], _tried(item[1], model, chosen, pool)

            for key, outcome in as_finished(todo, one, parallel, "terraformer-curate"):
                if isinstance(outcome, ModelError):
                    missed["model-error"] += 1
                    last = str(outcome)
                    failures = failures + 1 if failures >= 0 else failures
                    if failures >= _HOPELESS:
                        raise ModelError(
                            f"{model.name} failed for each of the first {failures} configurations: {outcome}"
                        )
                    continue
                if isinstance(outcome, ToolFailure):
                    missed["tool-failure"] += 1
                    last = str(outcome)
                    continue
                if isinstance(outcome, Exception):
                    raise outcome
                failures = -1
                entry = _entry(key, outcome)
                journal.append(entry)
                known[key] = entry
                count += 1
                records += len(outcome.records)
                cost = _total((cost.to_dict(), outcome.cost.to_dict()))
                told(Progress(count, len(work), records, cost.to_dict(), outcome.origin))
        entries = [known[key] for key, _ in work if key in known]
        written = _write(out / RECORDS, entries)
        report = _report(filtered, entries, missed, last, written, model.name, time.monotonic() - started, len(todo))
        journal.write(REPORT, report)
        return report


def _work(names: Sequence[str], settings: CurateSettings) -> tuple[list[tuple[str, SourceConfig]], dict[str, Any]]:
    """The configurations to curate with their keys, and what the filters did."""
    problems: Counter[str] = Counter()
    found: list[tuple[str, SourceConfig]] = []
    seen: set[str] = set()
    total = 0
    for source in collect(names, settings.sources):
        total += 1
        if not source.usable:
            problems[source.problem] += 1
            continue
        for part in components(source) if settings.split else (source,):
            key = hashlib.sha256(f"{part.origin}\0{part.config.id}".encode()).hexdigest()[:24]
            if part.config.id not in seen:
                seen.add(part.config.id)
                found.append((key, part))
        if settings.limit and len(found) >= settings.limit:
            del found[settings.limit :]
            break
    if not found:
        told = ", ".join(f"{n} {problem}" for problem, n in problems.most_common()) or "no configuration at all"
        raise UsageError(f"{', '.join(names)}: nothing to curate: {told}")
    return found, {"collected": total, "filtered": dict(problems.most_common()), "configurations": len(found)}


def _tried(source: SourceConfig, model: Model, settings: CurateSettings, pool: VerifierPool) -> Outcome | Exception:
    failure: Exception = ToolFailure("not tried")
    for _ in range(_TRIES):
        try:
            return curate_one(source, model, settings, pool)
        except ModelError as error:
            return error
        except ToolFailure as error:
            failure = error
        except UsageError as error:  # a configuration that nothing can be done with
            outcome = Outcome(source.origin, source.licence, metadata=dict(source.metadata))
            outcome.reason, outcome.detail = "unusable", str(error)
            return outcome
    return failure


def _entry(key: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "item": key,
        "origin": outcome.origin,
        "licence": outcome.licence,
        "reached": outcome.reached,
        "reason": outcome.reason,
        "detail": outcome.detail[:500],
        "rounds": outcome.rounds,
        "cost": outcome.cost.to_dict(),
        "metadata": {k: v for k, v in outcome.metadata.items() if k in ("repository", "commit", "path")},
        "records": [to_row(record) for record in outcome.records],
    }


def _total(costs: Iterable[Mapping[str, Any]]) -> Cost:
    found = Cost()
    for one in costs:
        found.calls += one["calls"]
        found.prompt_tokens += one["prompt_tokens"]
        found.completion_tokens += one["completion_tokens"]
        found.untold += one["untold"]
        found.seconds += one["seconds"]
    return found


def _write(path: Path, entries: Sequence[Mapping[str, Any]]) -> int:
    """The records of all entries, in the order of the sources, each id once."""
    seen: set[str] = set()
    with RecordWriter(path) as writer:
        for entry in entries:
            for row in entry["records"]:
                if row["id"] not in seen:
                    seen.add(row["id"])
                    writer.write(from_row(row))
    return len(seen)


def _report(
    filtered: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]],
    missed: Mapping[str, int],
    last: str,
    written: int,
    model: str,
    seconds: float,
    fresh: int,
) -> dict[str, Any]:
    reached = Counter(stage for entry in entries for stage in entry["reached"])
    reasons = Counter(entry["reason"] for entry in entries if entry["reason"])
    repositories: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if not entry["records"]:
            continue
        meta = entry["metadata"]
        name = meta.get("repository") or entry["origin"].partition(":")[0]
        one = repositories.setdefault(name, {"commits": [], "licences": [], "records": 0})
        for key, value in (("commits", meta.get("commit", "")), ("licences", entry["licence"])):
            if value and value not in one[key]:
                one[key].append(value)
        one["records"] += len(entry["records"])
    rounds: dict[str, dict[str, int]] = {}
    for entry in entries:
        for stage, number in entry["rounds"].items():
            counted = rounds.setdefault(stage, {})
            counted[str(number)] = counted.get(str(number), 0) + 1
    return {
        **filtered,
        "finished": len(entries),
        "missed": dict(missed),
        "last error": last,
        "stages": {stage: reached[stage] for stage in STAGES},
        "reasons": dict(reasons.most_common()),
        "rounds": {stage: dict(sorted(counted.items())) for stage, counted in sorted(rounds.items())},
        "records": written,
        "model": model,
        "cost": _total(entry["cost"] for entry in entries).to_dict(),
        "seconds": round(seconds, 1),
        "fresh": fresh,
        "repositories": dict(sorted(repositories.items())),
    }
