"""IaC-Eval (Kon et al., NeurIPS 2024): its table, as published, in CSV.

Columns: "Prompt", "Rego intent" (its policy), "Difficulty" (1 to 6), "Reference output" (HCL), "Intent" (prose),
"Resource"; a row is named by "index" where there is such a column, else by its place. The first four are needed.
The data are not part of this package. ``hf`` takes them from the Hugging Face hub where the package ``datasets`` is
installed and the hub is reached.
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from terraformer.data.services import services_of
from terraformer.errors import UsageError
from terraformer.evals.benchmarks.base import Benchmark, EvalTask, TaskKind, sha256_of
from terraformer.evals.counting import declared_types
from terraformer.types import Policy, TerraformConfig

__all__ = ["HUB_NAME", "load"]

HUB_NAME: Final = "autoiac-project/iac-eval"
_NEEDED: Final = ("Prompt", "Rego intent", "Difficulty", "Reference output")
_MAX_FIELD: Final = 16 << 20


def load(data: str) -> Benchmark:
    """The table in a CSV file, or "hf". Raises UsageError naming file and row for what is not such a table."""
    if data == "hf":
        rows = _hub()
        content = json.dumps(rows, sort_keys=True).encode()
        return Benchmark("iac-eval", "hf", hashlib.sha256(content).hexdigest(), _tasks(rows, f"hub {HUB_NAME}"))
    path = Path(data)
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name IaC-Eval's CSV, or hf for the hub")
    return Benchmark("iac-eval", data, sha256_of(path), _tasks(_rows(path), data))


def _rows(path: Path) -> list[dict[str, Any]]:
    limit = csv.field_size_limit(_MAX_FIELD)
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            header = reader.fieldnames or ()
            if missing := [name for name in _NEEDED if name not in header]:
                raise UsageError(f'{path}: no column "{missing[0]}" (found: {", ".join(header[:12]) or "none"})')
            return list(reader)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})") from None
    except csv.Error as error:
        raise UsageError(f"{path}: not a CSV table: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    finally:
        csv.field_size_limit(limit)


def _hub() -> list[dict[str, Any]]:
    try:
        datasets: Any = importlib.import_module("datasets")
    except ImportError:
        raise UsageError(
            "--data hf needs the package datasets: pip install datasets, or name a CSV file of IaC-Eval"
        ) from None
    try:
        table = datasets.load_dataset(HUB_NAME, split="test")
        return [dict(row) for row in table]
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise UsageError(f"--data hf: {HUB_NAME} cannot be had from the hub ({reason}); name a CSV file") from error


def _tasks(rows: Iterable[Mapping[str, Any]], where: str) -> tuple[EvalTask, ...]:
    tasks: list[EvalTask] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        name = str(row.get("index") or row.get("") or number - 1).strip()
        if name in seen:
            raise UsageError(f"{where}: row {number}: the index {name} is there twice")
        seen.add(name)
        prompt = (row.get("Prompt") or "").strip()
        if not prompt:
            raise UsageError(f"{where}: row {number} has no prompt")
        text = (row.get("Reference output") or "").strip()
        reference = TerraformConfig.from_text(text + "\n") if text else None
        types = tuple(declared_types(reference)) if reference else ()
        if not types:
            types = tuple(sorted(set(re.findall(r"[a-z][a-z0-9]*_\w+", row.get("Resource") or ""))))
        policy = row.get("Rego intent") or ""
        tasks.append(
            EvalTask(
                id=name,
                kind=TaskKind.GENERATION,
                prompt=prompt,
                policies=(Policy(f"task-{name}.rego", policy),) if policy.strip() else (),
                reference=reference,
                intent=(row.get("Intent") or "").strip() or None,
                difficulty=_difficulty(row.get("Difficulty"), f"{where}: row {number}"),
                resource_types=types,
                services=services_of(types),
            )
        )
    return tuple(tasks)


def _difficulty(value: Any, where: str) -> int | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    try:
        level = float(text)
    except ValueError:
        level = 0.0
    if level not in (1, 2, 3, 4, 5, 6):
        raise UsageError(f"{where}: the difficulty is a number from 1 to 6, not {text!r}")
    return int(level)
