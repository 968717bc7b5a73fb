"""The trace on disk: JSON lines, each on the disk before the next round begins."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from terraformer.errors import ToolFailure, UsageError
from terraformer.types import Attempt, Task, Trace

__all__ = ["TraceWriter"]


class TraceWriter:
    """Writes ``{"kind": "task", ...}``, then ``{"kind": "attempt", ...}`` each, at last ``{"kind": "end", "best",
    "stopped"}``.

    A file without an end line is that of a run that was killed: its attempts are whole. Without a path it writes
    nothing.
    Raises UsageError when the file cannot be created, ToolFailure when a later write fails.
    """

    def __init__(self, path: Path | None, task: Task, model: str) -> None:
        self._file = None
        self._path = path
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("w", encoding="utf-8", errors="backslashreplace")
            except OSError as error:
                raise UsageError(f"{path}: the trace cannot be written there: {error.strerror or error}") from error
        policies = [p.name for p in task.policies]
        self._write({"kind": "task", "id": task.id, "prompt": task.prompt, "model": model, "policies": policies})

    def attempt(self, attempt: Attempt) -> None:
        self._write({"kind": "attempt", **attempt.to_dict()})

    def end(self, trace: Trace) -> None:
        self._write({"kind": "end", "best": trace.best, "stopped": trace.stopped})

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            # A pipe or a terminal cannot be synced; a full disk fails in flush already.
            if error.errno != 22:
                raise ToolFailure(f"{self._path}: the trace cannot be written: {error}") from error
