"""Reports as text, in the manner of Terraform's own diagnostics, then the stages, the plan and the assumptions."""

from __future__ import annotations

import io
import json as _json
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from terraformer.formatters.levels import verdict
from terraformer.hcl import BlockRef, Module, ModuleCall, OutputRef, ProviderBlock, VariableRef, scan
from terraformer.types import (
    Assumption,
    Certificate,
    PlannedChange,
    Severity,
    SourceRange,
    Stage,
    StageResult,
    StageStatus,
    TerraformConfig,
    ToolError,
    VerificationReport,
)

__all__ = ["clean", "summary", "text", "without_traceback"]

_Block = BlockRef | VariableRef | OutputRef | ModuleCall | ProviderBlock

MAX_SOURCE_LINES = 6
MAX_GROUPS = 30
MAX_IN_GROUP = 5
MAX_VALUE = 80
MAX_HEADLINE = 160

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_STATUS_STYLES = {
    StageStatus.PASSED: "green",
    StageStatus.FAILED: "red",
    StageStatus.SKIPPED: "dim",
    StageStatus.ERROR: "magenta",
}
_SEVERITY_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_RULE_MARK = {True: "passed", False: "failed"}


def clean(value: str) -> str:
    """Text with everything that a terminal could obey made visible: control, bidirectional and other format characters
    (newlines and tabs stay)."""
    if value.isascii() and value.isprintable():
        return value
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else f"\\u{ord(c):04x}"
        for c in value.replace("\r\n", "\n")
    )


def text(
    report: VerificationReport,
    config: TerraformConfig | None = None,
    *,
    colour: bool = False,
    width: int = 100,
    name: str = "",
) -> str:
    """A report for a person. ``config`` gives the source lines (the certificates' snippets do where it is None).

    ``colour`` adds ANSI colours; without it the place in a line is marked by carets beneath. ``name`` is printed
    first, where several configurations are verified. ``width`` is where prose is wrapped, in characters.
    """
    writer = _Writer(colour, width)
    places = _Places(config)
    if name:
        writer.line(Text(_inline(name), style="bold"))
    for severity in reversed(_SEVERITY_ORDER):  # errors last: nearest to the prompt of a terminal
        for certificate in report.certificates:
            if certificate.severity is severity:
                writer.certificate(certificate, places)
    for error in report.tool_errors:
        writer.tool_error(error)
    writer.stages(report)
    writer.assumptions(report.assumptions, planned=report.deployable is True)
    return writer.text()


def summary(reports: Sequence[VerificationReport], *, colour: bool = False, fail_on: str = "error") -> str:
    """One line about several reports, without a line end: how many passed, have findings of the severity ``fail_on`` or
    worse, could not be verified."""
    if not reports:
        return "Nothing to verify."
    verdicts = [verdict(report, fail_on) for report in reports]
    findings, failed, passed = verdicts.count(2), verdicts.count(1), verdicts.count(0)
    warned = sum(
        code == 0 and any(c.severity is Severity.WARNING for c in report.certificates)
        for code, report in zip(verdicts, reports, strict=True)
    )
    line = f"{len(reports)} configuration{'s' * (len(reports) != 1)}: {passed} passed"
    if warned:
        line += f" ({warned} with warnings)"
    if findings:
        line += f", {findings} failed"
    if failed:
        line += f", {failed} could not be verified"
    if not colour:
        return line + "."
    code = "31" if findings else "35" if failed else "32"
    return f"\x1b[{code}m{line}.\x1b[0m"


class _Places:
    """Source lines and the blocks that they lie in."""

    def __init__(self, config: TerraformConfig | None) -> None:
        self._config = config
        self._modules: Sequence[Module] | None = None

    def lines(self, certificate: Certificate) -> list[tuple[int, str]]:
        where = certificate.range
        if where is None:
            return []
        if self._config is not None and where.file in self._config.files:
            lines = self._config.text(where.file).split("\n")
            last = max(where.start.line, where.end.line - (where.end.column == 1))
            return [(n, lines[n - 1].rstrip("\r")) for n in range(where.start.line, last + 1) if 0 < n <= len(lines)]
        return list(enumerate((certificate.snippet or "").splitlines(), where.start.line))

    def block(self, where: SourceRange) -> str:
        """The header of the top-level block around a place: 'resource "aws_s3_bucket" "logs"'."""
        if self._config is None:
            return ""
        if self._modules is None:
            self._modules = tuple(scan(self._config.files, self._config.root).modules.values())
        for module in self._modules:
            blocks: Sequence[_Block] = (
                *module.blocks,
                *module.variables,
                *module.outputs,
                *module.module_calls,
                *module.provider_blocks,
            )
            for found in blocks:
                inside = found.range.file == where.file and (
                    found.range.start.byte <= where.start.byte < found.range.end.byte
                )
                if inside:
                    header = found.header
                    content = self._config.files[where.file]
                    return content[header.start.byte : header.end.byte].decode("utf-8", "replace")
        return ""


class _Writer:
    def __init__(self, colour: bool, width: int) -> None:
        self._out = io.StringIO()
        self._colour = colour
        self._width = max(40, width)
        self._console = Console(
            file=self._out,
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            width=10_000,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def text(self) -> str:
        return self._out.getvalue()

    def line(self, content: Text | str = "") -> None:
        self._console.print(content, soft_wrap=True)

    # --- diagnostics ------------------------------------------------------------

    def certificate(self, certificate: Certificate, places: _Places) -> None:
        style = _STYLES[certificate.severity]
        title = Text()
        title.append(f"{certificate.severity.value.capitalize()}: ", style=f"bold {style}")
        title.append(_one_line(certificate.summary), style="bold")
        title.append(f"  [{certificate.code}]", style="dim")
        body: list[Text] = []
        body.extend(self._where(certificate, places))
        if certificate.detail:
            body.extend([Text(), *self._prose(certificate.detail)])
        if certificate.fix:
            body.append(Text())
            body.extend(self._prose(certificate.fix, first="Fix: ", style="bold green"))
        self._box(title, body, style)

    def tool_error(self, error: ToolError) -> None:
        title = Text()
        title.append("Tool error: ", style="bold magenta")
        title.append(f"{error.kind}", style="bold")
        body = [Text(), *self._prose(without_traceback(error.message)), Text()]
        body.extend(self._prose("This is a failure of the verifier, not a finding about the configuration."))
        self._box(title, body, "magenta")

    def _box(self, title: Text, body: Sequence[Text], style: str) -> None:
        self.line(Text("╷", style=style))
        self.line(Text.assemble(("│ ", style), title))
        for content in body:
            self.line(Text.assemble(("│ " if content.plain else "│", style), content))
        self.line(Text("╵", style=style))

    def _where(self, certificate: Certificate, places: _Places) -> list[Text]:
        out: list[Text] = []
        where = certificate.range
        if certificate.address:
            out.append(Text(f"  with {_inline(certificate.address)}" + ("," if where else "")))
        if certificate.rule:
            out.append(Text(f"  rule {_inline(certificate.rule)}"))
        if where is not None:
            block = places.block(where)
            inside = f", in {_inline(block)}" if block else ""
            out.append(Text(f"  on {_inline(where.file)} line {where.start.line}{inside}:"))
            out.extend(self._source(where, places.lines(certificate)))
        return [Text(), *out] if out else []

    def _source(self, where: SourceRange, lines: Sequence[tuple[int, str]]) -> list[Text]:
        out: list[Text] = []
        digits = len(str(lines[-1][0])) if lines else 1
        for number, raw in lines[:MAX_SOURCE_LINES]:
            prefix = f"  {number:>{digits}}: "
            start = where.start.column - 1 if number == where.start.line else 0
            end = where.end.column - 1 if number == where.end.line else len(raw)
            if number != where.start.line:
                start = len(raw) - len(raw.lstrip())
            end = max(end, start)
            before, marked, after = (
                clean(part).replace("\t", "  ") for part in (raw[:start], raw[start:end], raw[end:])
            )
            row = Text(prefix)
            row.append(before)
            row.append(marked, style="underline")
            row.append(after)
            out.append(row)
            if not self._colour and len(lines) == 1 and 0 < len(marked) < len((before + marked + after).strip()):
                out.append(Text(" " * (len(prefix) + cell_len(before)) + "^" * cell_len(marked)))
        if len(lines) > MAX_SOURCE_LINES:
            out.append(Text(f"  {'':>{digits}}  ... {len(lines) - MAX_SOURCE_LINES} more lines"))
        return out

    def _prose(self, content: str, *, first: str = "", style: str = "") -> list[Text]:
        """Wrapped paragraphs; indented lines (code, lists) keep their shape."""
        out: list[Text] = []
        for raw in (first + clean(content)).strip("\n").split("\n"):
            wide = raw.startswith((" ", "\t")) or len(raw) <= self._width
            rows = [raw] if wide else textwrap.wrap(raw, self._width, break_long_words=False, break_on_hyphens=False)
            out.extend(Text(row.rstrip()) for row in rows)
        if first and out:
            out[0].stylize(style, 0, len(first.rstrip()))
        return out

    # --- summary ------------------------------------------------------------

    def stages(self, report: VerificationReport) -> None:
        if report.certificates or report.tool_errors:
            self.line()
        self.line(Text("Stages", style="bold"))
        for result in report.stages:
            row = Text(f"  {result.stage.value:<9}")
            row.append(f"{result.status.value:<8}", style=_STATUS_STYLES[result.status])
            if result.status is not StageStatus.SKIPPED and not report.cached:
                row.append(f"{result.seconds * 1000:>7.0f} ms", style="dim")
            row.append(_stage_note(result, report), style="dim")
            row.rstrip()
            self.line(row)
        failed = [rule for rule in report.rules if not rule.passed]
        if report.rules and failed:
            self.line()
            self.line(Text("Rules", style="bold"))
            for rule in report.rules:
                row = Text("  ")
                row.append(_RULE_MARK[rule.passed], style="green" if rule.passed else "red")
                row.append(f"  {_inline(rule.policy)}: {_inline(rule.rule)}")
                self.line(row)
        if report.changes:
            self.line()
            self.line(_plan_line(report.changes))

    def assumptions(self, assumptions: Sequence[Assumption], *, planned: bool) -> None:
        if not assumptions:
            if planned:
                self.line()
                self.line("Assumptions: none; the plan had to make up no value that matters here")
            return
        self.line()
        self.line(Text(f"Assumptions ({len(assumptions)}): values that the plan had to make up", style="bold"))
        groups: dict[tuple[str, str], list[Assumption]] = {}
        for item in assumptions:
            groups.setdefault((item.address, item.why), []).append(item)
        for number, ((address, why), items) in enumerate(groups.items()):
            if number == MAX_GROUPS:
                self.line(f"  ... about {len(groups) - MAX_GROUPS} more objects (all of them with --format json)")
                break
            self.line(Text.assemble("  ", _inline(address), (f"  {_inline(why)}", "dim")))
            for item in items[:MAX_IN_GROUP]:
                name = f"{_inline(item.attribute)} = " if item.attribute else "= "
                self.line(Text.assemble(f"    {name}", (_value(item.value), "cyan")))
            if len(items) > MAX_IN_GROUP:
                self.line(Text(f"    ... and {len(items) - MAX_IN_GROUP} more", style="dim"))


def _inline(value: str) -> str:
    """Text that must stay on its line: a name may hold line ends, which would begin a line of the reader's log."""
    return clean(value).replace("\n", "\\n")


def _one_line(summary: str) -> str:
    """A summary as a headline: what is too long for one is in the detail as well."""
    shown = " ".join(clean(summary).split())
    return shown if len(shown) <= MAX_HEADLINE else shown[: MAX_HEADLINE - 3] + "..."


def without_traceback(message: str) -> str:
    """A person gets the exception's line; the frames before it are in the JSON form."""
    head, found, frames = message.partition("Traceback (most recent call last):\n")
    rows = [row for row in frames.splitlines() if row and not row.startswith((" ", "\t"))]
    return head + rows[-1] if found and rows else message


def _stage_note(result: StageResult, report: VerificationReport) -> str:
    if result.stage is Stage.POLICY and report.rules:
        passed = sum(rule.passed for rule in report.rules)
        return f"   {passed} of {len(report.rules)} rules"
    checks = [c.passed for c in report.checks if c.stage is result.stage]
    if checks:
        return f"   {sum(checks)} of {len(checks)} checks"
    if result.stage is Stage.COMPILE and report.cached:
        return "   (from the cache)"
    return ""


def _plan_line(changes: Sequence[PlannedChange]) -> Text:
    add = sum("create" in c.actions for c in changes)
    change = sum("update" in c.actions for c in changes)
    destroy = sum("delete" in c.actions for c in changes)
    out = Text("Plan: ", style="bold")
    out.append(f"{add} to add, {change} to change, {destroy} to destroy.", style="not bold")
    return out


def _value(value: Any) -> str:
    shown = clean(_json.dumps(value, ensure_ascii=False, default=str))
    return shown if len(shown) <= MAX_VALUE else shown[: MAX_VALUE - 3] + "..."
