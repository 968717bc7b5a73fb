"""Running an evaluation: in parallel, resumable, every trace on the disk as soon as it is known.

    with Store(...) as store: run_evaluation(benchmark, model, settings, out, ...)

The order of work is: the references' own verdicts, then all first samples, then all second ones, and so on, so that an
interrupted run is a smaller evaluation rather than a part of one.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from terraformer._version import __version__
from terraformer.errors import ModelError, ToolFailure
from terraformer.evals.answering import answer, answer_of_reference
from terraformer.evals.benchmarks import Benchmark, EvalTask
from terraformer.evals.grading import Grader
from terraformer.evals.records import (
    ReferenceVerdict,
    RunInfo,
    SampleRecord,
    SampleStatus,
    Soundness,
    read_references,
    read_samples,
)
from terraformer.evals.settings import EvalSettings
from terraformer.evals.store import Store
from terraformer.models import Model
from terraformer.parallel import as_finished
from terraformer.provider import bundle
from terraformer.verify import VerifierPool
from terraformer.verify.core import find_core
from terraformer.verify.settings import default_workers

__all__ = ["Progress", "run_evaluation", "run_info"]

_HOPELESS: Final = 10
"""Samples in a row, from the first on, whose model failed for good: the rest would too."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: ``phase`` is "references" or "samples"."""

    phase: str
    done: int
    total: int
    sample: SampleRecord | None = None


def run_info(benchmark: Benchmark, tasks: Sequence[EvalTask], model: str, settings: EvalSettings) -> RunInfo:
    """What run.json will say. ``model`` is "" for the references. Raises ToolFailure when there is no Terraform."""
    core = find_core(settings.core)
    versions = {"terraformer": __version__, "python": platform.python_version(), "core": core.label}
    for found in reversed(bundle.installed()):  # the newest of each source comes last, and stays
        versions[found.source] = found.version
    return RunInfo(
        benchmark=benchmark.name,
        data=benchmark.data,
        data_sha256=benchmark.sha256,
        model=model,
        settings=settings.to_dict(),
        versions=versions,
        total=len(tasks),
        available=len(benchmark.tasks),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def run_evaluation(
    tasks: Sequence[EvalTask],
    info: RunInfo,
    out: Path,
    *,
    model: Model | None,
    settings: EvalSettings,
    jobs: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> None:
    """Do what is not done yet of a run in OUT. ``model`` None grades the references. ``jobs`` samples are under way at
    once (default: two, or as many as the model takes).

    KeyboardInterrupt may end it at any time: all that is finished stays, and the same call goes on from there.
    Raises UsageError when OUT holds another run, ToolFailure when the disk fails, ModelError when the model failed for
    good in each of the first samples.
    """
    told = on_progress or (lambda _progress: None)
    workers = default_workers()
    with Store(out, info, (t.info() for t in tasks)) as store, VerifierPool(workers, settings.grading()) as pool:
        grader = Grader(pool, settings.grading())
        verdicts = _references(tasks, store, grader, workers, told)
        done = {s.key for s in read_samples(out) if s.done}
        if model is None:
            missing = [t for t in tasks if (t.id, 0) not in done]
            for number, task in enumerate(missing, len(tasks) - len(missing) + 1):
                record = answer_of_reference(task, verdicts[task.id])
                store.sample(record)
                told(Progress("samples", number, len(tasks), record))
            return
        _samples(tasks, verdicts, done, store, model, settings, pool, grader, jobs, told)


def _references(
    tasks: Sequence[EvalTask], store: Store, grader: Grader, workers: int, told: Callable[[Progress], None]
) -> dict[str, ReferenceVerdict]:
    """Computed once; those that the tools failed on are tried again."""
    known = {k: v for k, v in read_references(store.out).items() if v.soundness is not Soundness.MASKED}
    missing = [t for t in tasks if t.id not in known]
    count = len(tasks) - len(missing)
    for verdict in _finished(missing, grader.reference, workers):
        store.reference(verdict)
        known[verdict.task] = verdict
        count += 1
        told(Progress("references", count, len(tasks)))
    return known


def _samples(
    tasks: Sequence[EvalTask],
    verdicts: dict[str, ReferenceVerdict],
    done: set[tuple[str, int]],
    store: Store,
    model: Model,
    settings: EvalSettings,
    pool: VerifierPool,
    grader: Grader,
    jobs: int | None,
    told: Callable[[Progress], None],
) -> None:
    total = len(tasks) * settings.samples
    work = [(t, s) for s in range(settings.samples) for t in tasks if (t.id, s) not in done]
    count = total - len(work)
    told(Progress("samples", count, total))

    def one(item: tuple[EvalTask, int]) -> SampleRecord:
        task, sample = item
        verdict = verdicts[task.id]
        return answer(
            task,
            sample,
            model=model,
            settings=settings,
            pool=pool,
            grader=grader,
            rules=verdict.rules,
            broken=verdict.soundness is Soundness.SYNTAX or not task.policies,
        )

    prepare = getattr(model, "prepare", None)
    if prepare is not None and work:
        prepare()  # fetching and loading weights is no part of an answer's time
    failures = 0
    parallel = jobs or max(2, int(getattr(model, "max_parallel", 1)))
    for record in _finished(work, one, parallel):
        store.sample(record)
        count += 1
        told(Progress("samples", count, total, record))
        if failures >= 0:
            failures = failures + 1 if record.status is SampleStatus.MODEL_ERROR else -1
        if failures >= _HOPELESS:
            raise ModelError(f"{model.name} failed in each of the first {failures} samples: {record.error}")


def _finished(items: Sequence[Any], call: Callable[[Any], Any], threads: int) -> Iterator[Any]:
    def guarded(item: Any) -> Any:
        try:
            return call(item)
        except BaseException as error:
            raise ToolFailure(f"internal: {type(error).__name__}: {error}") from error

    return as_finished(items, guarded, threads, "terraformer-eval")
