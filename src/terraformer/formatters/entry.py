"""What the formats for continuous integration are made from: a report with where its configuration lies."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace

from terraformer.formatters.text_format import clean, without_traceback
from terraformer.hcl import ModuleTree, scan
from terraformer.types import (
    Certificate,
    SourceRange,
    TerraformConfig,
    ToolError,
    VerificationReport,
)

__all__ = ["Entry", "Place", "one_line", "tool_message"]


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


def one_line(text: str, limit: int = 0) -> str:
    """Text without line ends and without what a terminal could obey; cut at ``limit`` characters where that is set."""
    shown = " ".join(clean(text).split())
    return shown if not limit or len(shown) <= limit else shown[: limit - 3] + "..."


def tool_message(error: ToolError) -> str:
    """A tool error's message without the frames of an exception."""
    return clean(without_traceback(error.message)).strip()
