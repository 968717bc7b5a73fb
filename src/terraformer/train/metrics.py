"""Metrics of a run as JSON lines: appended, never rewritten, cut back to the step that a run resumes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from terraformer.files import replace_file

__all__ = ["MetricsLog", "read_metrics"]


class MetricsLog:
    """``path`` holds one JSON object a line, each with ``step`` and ``kind`` ("train", "validation", "audit", ...)."""

    def __init__(self, path: Path, resume_at: int = 0) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = [row for row in read_metrics(path) if int(row["step"]) <= resume_at] if path.exists() else []
        text = "".join(json.dumps(row) + "\n" for row in kept)
        replace_file(path, text.encode())

    def write(self, kind: str, step: int, values: Mapping[str, Any]) -> None:
        """Append one line; it is on its way to the disk when this returns."""
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"kind": kind, "step": step, **values}) + "\n")


def read_metrics(path: Path, kind: str | None = None) -> Iterator[dict[str, Any]]:
    """The rows, in order; a last line that was cut off is left out."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(row, dict) and "step" in row and kind in (None, row.get("kind")):
            yield row
