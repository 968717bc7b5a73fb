"""TF-Gen: generation records of this project (terraformer.data.records), usually the test split."""

from __future__ import annotations

from pathlib import Path

from terraformer.data.records import read_records
from terraformer.data.services import services_of
from terraformer.evals.benchmarks.base import Benchmark, EvalTask, TaskKind, sha256_of
from terraformer.evals.counting import declared_types
from terraformer.types import Record, RecordKind

__all__ = ["load"]


def load(data: str) -> Benchmark:
    """The generation records of a parquet file or a directory of them. Raises UsageError as read_records does."""
    tasks = tuple(_task(record) for record in read_records(data, kind=RecordKind.GENERATION))
    return Benchmark("tf-gen", data, sha256_of(Path(data)), tasks)


def _task(record: Record) -> EvalTask:
    types = record.resource_types or tuple(declared_types(record.after))
    return EvalTask(
        id=record.id,
        kind=TaskKind.GENERATION,
        prompt=record.prompt,
        policies=record.policies,
        reference=record.after,
        intent=record.intent,
        difficulty=record.difficulty,
        resource_types=types,
        services=record.services or services_of(types),
    )
