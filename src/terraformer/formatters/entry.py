"""What the formats for continuous integration are made from: a report with where its configuration lies."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from terraformer.formatters.text_format import clean
from terraformer.hcl import ModuleTree, scan
from terraformer.types import (
    Certificate,
    Severity,
    SourceRange,
    Stage,
    TerraformConfig,
    ToolError,
    VerificationReport,
)

__all__ = ["Entry", "Place", "at_or_above", "one_line", "tool_message"]

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Place:
    """A place for a reader's tools: ``path`` relative to the directory that the report is for (absolute where it lies
    outside), ``range`` None where only the file is known. ``exact`` is False where the place is that of the block that
    the finding is about, or the configuration's first file, rather than the finding's own."""

    path: str
    range: SourceRange | None
    exact: bool


@dataclass(slots=True)
class Entry:
    """A verified configuration.

    ``name`` is what the user called it. ``top`` is where the configuration's top directory lies, ``file`` the path of
    the only file where a single file was given; both are POSIX paths, relative to the directory that the report is for.
    """

    name: str
    report: VerificationReport
    config: TerraformConfig | None = None
    top: str = ""
    file: str = ""
    _tree: ModuleTree | None = field(default=None, repr=False, compare=False)

    def path(self, name: str) -> str:
        """The path of one of the configuration's files."""
        return self.file or posixpath.normpath(posixpath.join(self.top, name))

    def place(self, certificate: Certificate) -> Place | None:
        """Where a finding is to be shown: its own place, else the block that it is about, else the configuration's
        first file (its directory where there is none). None where nothing is known of the files."""
        if certificate.range is not None:
            where = certificate.range
            return Place(self.path(where.file), self._in_code_points(where), exact=True)
        if self.config is None:
            return None
        if certificate.address:
            if self._tree is None:
                self._tree = scan(self.config.files, self.config.root)
            found = self._tree.find(certificate.address)
            if found is not None:
                header = found[1].header
                return Place(self.path(header.file), self._in_code_points(header), exact=False)
        first = next(iter(self.config.module_files), self.config.root)
        return Place(self.path(first), None, exact=False)

    def _in_code_points(self, where: SourceRange) -> SourceRange:
        """The range with columns that count code points: Terraform's count grapheme clusters."""
        from dataclasses import replace

        content = self.config.files.get(where.file) if self.config is not None else None
        if content is None or content.isascii() or where.end.byte > len(content):
            return where

        def column(offset: int) -> int:
            start = content.rfind(b"\n", 0, offset) + 1
            return len(content[start:offset].decode("utf-8", "replace")) + 1

        return SourceRange(
            where.file,
            replace(where.start, column=column(where.start.byte)),
            replace(where.end, column=column(where.end.byte)),
        )


def at_or_above(certificates: Iterable[Certificate], level: str) -> tuple[Certificate, ...]:
    """The findings whose severity is ``level`` ("error", "warning", "info") or worse; none for "never"."""
    if level == "never":
        return ()
    wanted = _ORDER[: _ORDER.index(Severity(level)) + 1]
    return tuple(c for c in certificates if c.severity in wanted)


def one_line(text: str, limit: int = 0) -> str:
    """Text without line ends and without what a terminal could obey; cut at ``limit`` characters where that is set."""
    shown = " ".join(clean(text).split())
    return shown if not limit or len(shown) <= limit else shown[: limit - 3] + "..."


def tool_message(error: ToolError) -> str:
    """A tool error's message without the frames of an exception."""
    from terraformer.formatters.text_format import without_traceback

    return clean(without_traceback(error.message)).strip()


def stages_of(entries: Sequence[Entry]) -> tuple[Stage, ...]:
    """The stages that any of the reports tells about, in their order."""
    named = {result.stage for entry in entries for result in entry.report.stages}
    return tuple(stage for stage in Stage if stage in named)
