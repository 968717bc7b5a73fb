"""TF-Mutn: mutation records of this project (terraformer.data.records), usually the test split.

A record's policies judge the plan of the answer against the state of the configuration before; a record without any is
judged by its intent's. What the request allows to differ is the record's ``metadata["scope"]`` (a ChangeScope as plain
data), else its intent's, else derived from the words of the request.
"""

from __future__ import annotations

from pathlib import Path

from terraformer.data.intents import change_scope
from terraformer.data.records import read_records
from terraformer.data.services import services_of
from terraformer.errors import UsageError
from terraformer.evals.benchmarks.base import Benchmark, EvalTask, TaskKind, sha256_of
from terraformer.evals.benchmarks.tf_gen import intent_of, policies_of
from terraformer.evals.counting import declared_types
from terraformer.types import ChangeScope, Record, RecordKind

__all__ = ["load"]


def load(data: str) -> Benchmark:
    """The mutation records of a parquet file or a directory of them. Raises UsageError as read_records does."""
    tasks = tuple(_task(record, data) for record in read_records(data, kind=RecordKind.MUTATION))
    return Benchmark("tf-mutn", data, sha256_of(Path(data)), tasks)


def _task(record: Record, where: str) -> EvalTask:
    intent = intent_of(record, where)
    scope = change_scope(intent) if intent is not None and intent.change is not None else None
    if (given := record.metadata.get("scope")) is not None:
        try:
            scope = ChangeScope.from_dict(given)
        except (TypeError, ValueError, AttributeError) as error:
            raise UsageError(f"{where}: record {record.id[:12]}: its scope is not a ChangeScope: {error}") from None
    types = record.resource_types or tuple(declared_types(record.after))
    return EvalTask(
        id=record.id,
        kind=TaskKind.MUTATION,
        prompt=record.prompt,
        policies=policies_of(record, intent),
        reference=record.after,
        before=record.before,
        scope=scope,
        intent=record.intent,
        difficulty=record.difficulty,
        resource_types=types,
        services=record.services or services_of(types),
    )
