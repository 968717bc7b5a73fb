"""TF-Gen: generation records of this project (terraformer.data.records), usually the test split.

A record is judged by its policies; one that has none by those of its intent.
"""

from __future__ import annotations

from pathlib import Path

from terraformer.data.intents import Intent, policy_of
from terraformer.data.intents.form import intent_from_dict
from terraformer.data.records import read_records
from terraformer.data.services import services_of
from terraformer.evals.benchmarks.base import Benchmark, EvalTask, TaskKind, sha256_of
from terraformer.evals.counting import declared_types
from terraformer.types import Policy, Record, RecordKind

__all__ = ["intent_of", "load", "policies_of"]


def load(data: str) -> Benchmark:
    """The generation records of a parquet file or a directory of them. Raises UsageError as read_records does."""
    tasks = tuple(_task(record, data) for record in read_records(data, kind=RecordKind.GENERATION))
    return Benchmark("tf-gen", data, sha256_of(Path(data)), tasks)


def intent_of(record: Record, where: str) -> Intent | None:
    """Raises UsageError when the record's intent is not one."""
    if record.intent is None:
        return None
    return intent_from_dict(record.intent, f"{where}: record {record.id[:12]}: intent")


def policies_of(record: Record, intent: Intent | None) -> tuple[Policy, ...]:
    """The record's policies, or that of its intent."""
    if record.policies or intent is None:
        return record.policies
    return (policy_of(intent),)


def _task(record: Record, where: str) -> EvalTask:
    types = record.resource_types or tuple(declared_types(record.after))
    return EvalTask(
        id=record.id,
        kind=TaskKind.GENERATION,
        prompt=record.prompt,
        policies=policies_of(record, intent_of(record, where)),
        reference=record.after,
        intent=record.intent,
        difficulty=record.difficulty,
        resource_types=types,
        services=record.services or services_of(types),
    )
