"""The lines of the user's own files that a finding is about."""

from __future__ import annotations

from terraformer.types import SourceRange, TerraformConfig

__all__ = ["snippet_of"]

_MAX_LINES = 12


def snippet_of(config: TerraformConfig, range_: SourceRange | None) -> str | None:
    """The lines that a range covers, as they stand in the user's file; at most a dozen."""
    if range_ is None or range_.file not in config.files:
        return None
    content = config.files[range_.file]
    start = content.rfind(b"\n", 0, range_.start.byte) + 1
    end = content.find(b"\n", max(range_.start.byte, range_.end.byte - 1))
    lines = content[start : end if end >= 0 else len(content)][:8000].decode("utf-8", "replace").splitlines()
    if len(lines) > _MAX_LINES:
        lines = [*lines[: _MAX_LINES - 1], "..."]
    return "\n".join(lines) or None
