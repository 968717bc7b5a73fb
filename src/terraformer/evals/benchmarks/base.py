"""A benchmark as the harness sees it: tasks, whatever file they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from terraformer.errors import UsageError
from terraformer.evals.records import TaskInfo
from terraformer.types import ChangeScope, Policy, TerraformConfig

__all__ = ["Benchmark", "EvalTask", "TaskKind", "load", "sha256_of"]


class TaskKind(StrEnum):
    GENERATION = "generation"
    MUTATION = "mutation"


@dataclass(frozen=True, slots=True)
class EvalTask:
    """One task. ``id`` is unique in its benchmark. ``policies`` judge the answer; of a mutation they judge the plan of
    the answer against the state of ``before``. ``scope`` says what a mutation may touch (None: derived from the words).
    ``reference`` is the benchmark's own answer, None where it has none."""

    id: str
    kind: TaskKind
    prompt: str
    policies: tuple[Policy, ...]
    reference: TerraformConfig | None
    before: TerraformConfig | None = None
    scope: ChangeScope | None = None
    intent: Any = None
    difficulty: int | None = None
    resource_types: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def info(self) -> TaskInfo:
        """The task as it is written to OUT."""
        return TaskInfo(
            id=self.id,
            kind=self.kind.value,
            prompt=self.prompt,
            difficulty=self.difficulty,
            resource_types=self.resource_types,
            services=self.services,
            policies=self.policies,
            reference=texts(self.reference),
            before=texts(self.before),
            intent=self.intent,
            reference_root=self.reference.root if self.reference else ".",
            before_root=self.before.root if self.before else ".",
        )


def texts(config: TerraformConfig | None) -> Mapping[str, str] | None:
    return {path: config.text(path) for path in sorted(config.files)} if config is not None else None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """``data`` is the file (or data set) as it was named, ``sha256`` of its content."""

    name: str
    data: str
    sha256: str
    tasks: tuple[EvalTask, ...]

    def chosen(self, *, difficulty: tuple[int, int] | None = None, limit: int | None = None) -> tuple[EvalTask, ...]:
        """The tasks of some difficulties, the first ``limit`` of them. Raises UsageError when none is left."""
        tasks = self.tasks
        if difficulty is not None:
            low, high = difficulty
            tasks = tuple(t for t in tasks if t.difficulty is not None and low <= t.difficulty <= high)
        tasks = tasks[: limit or None]
        if not tasks:
            raise UsageError(f"{self.data}: no task is left of {len(self.tasks)}; choose other difficulties")
        return tasks


def load(name: str, data: str) -> Benchmark:
    """The benchmark of that name with its data: a file, or for iac-eval "hf" (the Hugging Face hub).

    Raises UsageError when there is no such benchmark or its data cannot be read.
    """
    from terraformer.evals.benchmarks.iac_eval import load as iac_eval
    from terraformer.evals.benchmarks.tf_gen import load as tf_gen
    from terraformer.evals.benchmarks.tf_mutn import load as tf_mutn

    loaders: dict[str, Callable[[str], Benchmark]] = {"iac-eval": iac_eval, "tf-gen": tf_gen, "tf-mutn": tf_mutn}
    if name not in loaders:
        raise UsageError(f'there is no benchmark "{name}" (available: {", ".join(loaders)})')
    benchmark = loaders[name](data)
    if not benchmark.tasks:
        raise UsageError(f"{data}: holds no task")
    return benchmark


def sha256_of(path: Path) -> str:
    """Of a file; of a directory, of its parquet files' names and contents."""
    digest = hashlib.sha256()
    try:
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        for file in files:
            if path.is_dir():
                digest.update(file.name.encode() + b"\0")
            with file.open("rb") as handle:
                while chunk := handle.read(1 << 20):
                    digest.update(chunk)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()
