"""Writing reports: in any format, to standard output or to files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from terraformer.cli import terminal
from terraformer.errors import UsageError
from terraformer.files import replace_file
from terraformer.types import VerificationReport

if TYPE_CHECKING:
    from terraformer.formatters import Entry

__all__ = ["FailOn", "ReportFile", "ReportFormat", "exit_code", "render", "report_base", "report_file", "write_file"]

WORKSPACE_VARIABLE = "GITHUB_WORKSPACE"
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"


class ReportFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"


class FailOn(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ReportFile:
    format: ReportFormat
    path: Path


def exit_code(reports: Sequence[VerificationReport], fail_on: FailOn = FailOn.ERROR) -> int:
    """Of several reports: findings of the severity or worse (2) win over tool errors (1)."""
    from terraformer.formatters import at_or_above

    if any(at_or_above(report.certificates, fail_on.value) for report in reports):
        return 2
    return 1 if any(report.tool_errors for report in reports) else 0


def report_file(option: str) -> ReportFile:
    """``--report FORMAT=FILE``. Raises UsageError."""
    name, equals, path = option.partition("=")
    known = [f.value for f in ReportFormat]
    if not equals or not path or name not in known:
        raise UsageError(f"--report {option!r}: write it as FORMAT=FILE, with FORMAT one of {', '.join(known)}")
    return ReportFile(ReportFormat(name), checked_file(Path(path), "--report"))


def checked_file(path: Path, option: str) -> Path:
    """A path that can be written, told before the work is done. Raises UsageError."""
    if path.is_dir():
        raise UsageError(f"{option} {path}: is a directory; name a file")
    if not path.parent.is_dir():
        raise UsageError(f"{option} {path}: there is no directory {path.parent}")
    return path


def report_base(relative_to: Path | None) -> Path:
    """The directory that paths in reports are relative to: the one asked for; the workspace of a GitHub workflow where
    the working directory lies in it, since annotations are matched with the repository's paths; else the working
    directory."""
    if relative_to is not None:
        if not relative_to.is_dir():
            raise UsageError(f"--relative-to {relative_to}: no such directory")
        return Path(os.path.abspath(relative_to))  # noqa: PTH100 - links stay as the user wrote them
    here = Path.cwd()
    workspace = os.environ.get(WORKSPACE_VARIABLE)
    if workspace and here.resolve().is_relative_to(Path(workspace).resolve()):
        return Path(workspace)
    return here


def render(
    format_: ReportFormat,
    entries: Sequence[Entry],
    *,
    fail_on: FailOn = FailOn.ERROR,
    include_plan: bool = False,
    colour: bool = False,
    width: int = 100,
) -> str:
    """The reports in a format; ends in a newline."""
    from terraformer import formatters

    match format_:
        case ReportFormat.JSON:
            return formatters.json([(e.name, e.report) for e in entries], include_plan=include_plan)
        case ReportFormat.SARIF:
            return formatters.sarif(entries, exit_code=exit_code([e.report for e in entries], fail_on))
        case ReportFormat.JUNIT:
            return formatters.junit(entries, fail_on=fail_on.value)
        case ReportFormat.GITHUB:
            return formatters.github(entries, fail_on=fail_on.value)
        case ReportFormat.MARKDOWN:
            return formatters.markdown(entries, fail_on=fail_on.value)
        case ReportFormat.TEXT:
            several = len(entries) > 1
            parts = [
                formatters.text(
                    e.report, e.config, colour=colour, width=width, name=shown_name(e.name) if several else ""
                )
                for e in entries
            ]
            if several or not entries:
                parts.append(
                    formatters.summary([e.report for e in entries], colour=colour, fail_on=fail_on.value) + "\n"
                )
            return "\n".join(parts)


def shown_name(path: str) -> str:
    return "standard input" if path == "-" else path


def write_file(path: Path, text: str) -> None:
    """Write a file as a whole: a reader sees the old one or the new one. What is no regular file (a pipe, /dev/stdout)
    is written to. Raises UsageError."""
    data = text.encode("utf-8", "replace")
    try:
        special = path.is_absolute() and path.parts[1:2] in (("dev",), ("proc",))
        if special or (path.exists() and not path.is_file()):
            with path.open("wb") as stream:
                stream.write(data)
            return
        target = path.resolve()
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        replace_file(target, data, mode)
    except OSError as error:
        raise UsageError(f"{path}: cannot write the report: {error.strerror}") from None


def step_summary(entries: Sequence[Entry], fail_on: FailOn) -> None:
    """Append the reports as Markdown to the summary of a GitHub workflow's step, where there is one."""
    from terraformer import formatters

    path = os.environ.get(SUMMARY_VARIABLE)
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8", errors="replace") as file:
            file.write(formatters.markdown(entries, fail_on=fail_on.value))
    except OSError as error:
        raise UsageError(f"{path}: cannot write the step's summary ({SUMMARY_VARIABLE}): {error.strerror}") from None


def emit(output: Path | None, text: str) -> None:
    if output is None:
        terminal.write(text)
    else:
        write_file(output, text)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
