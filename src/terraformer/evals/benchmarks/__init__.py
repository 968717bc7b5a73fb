"""The benchmarks: where tasks come from."""

from __future__ import annotations

from typing import Final

from terraformer.evals.benchmarks.base import Benchmark, EvalTask, TaskKind, load

__all__ = ["BENCHMARKS", "Benchmark", "EvalTask", "TaskKind", "load"]

BENCHMARKS: Final = ("iac-eval", "tf-gen", "tf-mutn")
