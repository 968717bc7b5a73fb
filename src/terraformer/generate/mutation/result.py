"""What a mutation came to: the diff, and what the plans say that differs."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from terraformer.types import Certificate, ChangeScope, ChangeSummary, TerraformConfig, Trace

__all__ = ["METADATA_KEY", "MutationResult", "mutation_result", "unified_diff"]

METADATA_KEY: Final = "mutation"
MAX_DIFFED_LINES: Final = 20_000


@dataclass(frozen=True, slots=True)
class MutationResult:
    """``trace.task.metadata["mutation"]``: the best attempt beside the configuration before.

    ``diff`` is a unified diff of the files ("" when nothing differs), ``files`` the paths that differ. ``summary`` says
    what differs in the plans (None when no attempt gave a configuration); ``by_text_because`` why it was made from the
    text instead. ``scope`` is what the request was taken to allow. ``existing`` are the errors that the configuration
    had before; ``charged`` tells whether they counted.
    """

    diff: str = ""
    files: tuple[str, ...] = ()
    summary: ChangeSummary | None = None
    by_text_because: str = ""
    scope: ChangeScope = field(default_factory=ChangeScope)
    existing: tuple[Certificate, ...] = ()
    charged: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "diff": self.diff,
            "files": list(self.files),
            "summary": self.summary.to_dict() if self.summary is not None else None,
            "by_text_because": self.by_text_because,
            "scope": self.scope.to_dict(),
            "existing": [c.to_dict() for c in self.existing],
            "charged": self.charged,
        }


def mutation_result(trace: Trace) -> MutationResult:
    """The record of a trace that ``mutate`` made. Raises KeyError for any other trace."""
    found = trace.task.metadata[METADATA_KEY]
    if not isinstance(found, MutationResult):
        raise KeyError(METADATA_KEY)
    return found


def changed_files(before: TerraformConfig, after: TerraformConfig) -> tuple[str, ...]:
    """The paths whose bytes differ, those of added and deleted files included, sorted."""
    paths = sorted({*before.files, *after.files})
    return tuple(p for p in paths if before.files.get(p) != after.files.get(p))


def unified_diff(before: TerraformConfig, after: TerraformConfig) -> str:
    """The differing files as a unified diff that ``git apply`` and ``patch -p1`` read.

    Lines end in \\n; a file that is not UTF-8, or has more than 20,000 lines, is named only.
    """
    return "".join(line for path in changed_files(before, after) for line in _file_diff(before, after, path))


def _file_diff(before: TerraformConfig, after: TerraformConfig, path: str) -> Iterator[str]:
    old, new = before.files.get(path), after.files.get(path)
    yield f"diff --git a/{path} b/{path}\n"
    if old is None:
        yield "new file mode 100644\n"
    if new is None:
        yield "deleted file mode 100644\n"
    sides = f"a/{path}" if old is not None else "/dev/null", f"b/{path}" if new is not None else "/dev/null"
    a, b = _lines(old or b""), _lines(new or b"")
    if a is None or b is None or len(a) + len(b) > 2 * MAX_DIFFED_LINES:
        yield f"Files {sides[0]} and {sides[1]} differ\n"
        return
    for line in difflib.unified_diff(a, b, *sides):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes) -> list[str] | None:
    """With their ends; None when it is no text."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return [line + "\n" for line in text.split("\n")[:-1]] + ([last] if (last := text.rpartition("\n")[2]) else [])
