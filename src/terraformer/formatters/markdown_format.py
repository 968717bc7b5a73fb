"""Reports as GitHub flavoured Markdown, for the comment on a pull request or a job's summary.

Whatever comes from a configuration is escaped: it can make no link, mention, table cell, heading or HTML. Stage times
are left out, so that the text changes only where the result does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from terraformer.formatters.entry import Entry, one_line, tool_message
from terraformer.formatters.levels import verdict
from terraformer.formatters.text_format import clean, summary
from terraformer.types import Assumption, Certificate, Severity, Stage, StageResult, StageStatus, VerificationReport

__all__ = ["markdown"]

LIMIT = 60_000
"""Characters; GitHub takes 65,536 in a comment."""
MAX_ASSUMPTIONS = 50
MAX_SNIPPET_LINES = 12
_MARKS = {StageStatus.PASSED: "✅", StageStatus.FAILED: "❌", StageStatus.SKIPPED: "⏭️", StageStatus.ERROR: "⚠️"}
_TITLES = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Notes"}
# An underscore inside a word begins no emphasis.
_SPECIAL = re.compile(r"""[\\`*\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])""")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_AUTOMATIC = re.compile(r"@(?=\w)|#(?=\d)|:(?=//)|\bwww(?=\.)|\bGH(?=-\d)|\bmailto(?=:)|\bxmpp(?=:)", re.IGNORECASE)


def markdown(entries: Sequence[Entry], *, fail_on: str = "error", limit: int = LIMIT) -> str:
    """A document that ends in a newline. A configuration with findings of the severity ``fail_on`` or worse has failed.

    What would make it longer than ``limit`` characters is left out, the last first, and the document says how many
    parts that were.
    """
    parts = list(_parts(entries, fail_on))
    out: list[str] = []
    size = 0
    for number, part in enumerate(parts):
        if size + len(part) > limit - 200 and number:
            left = len(parts) - number
            out.append(f"\n*{left} more part{'s' * (left != 1)} left out, this text would be too long.*\n")
            break
        out.append(part)
        size += len(part)
    return "".join(out)


def _parts(entries: Sequence[Entry], fail_on: str) -> Iterator[str]:
    reports = [entry.report for entry in entries]
    yield f"## {_mark(reports, fail_on)} terraformer\n\n{summary(reports, fail_on=fail_on)}\n"
    for entry in entries:
        yield _head(entry, fail_on)
        for severity, title in _TITLES.items():
            found = [c for c in entry.report.certificates if c.severity is severity]
            for number, certificate in enumerate(found):
                heading = f"\n#### {title} ({len(found)})\n" if number == 0 else ""
                yield heading + _finding(entry, certificate)
        for error in entry.report.tool_errors:
            yield f"\n**Tool error** {code(error.kind)}: a failure of the verifier, not a finding.\n" + block(
                tool_message(error)
            )
        if entry.report.assumptions:
            yield _assumptions(entry.report.assumptions)


def _mark(reports: Sequence[VerificationReport], fail_on: str) -> str:
    verdicts = {verdict(report, fail_on) for report in reports}
    return _MARKS[StageStatus.FAILED if 2 in verdicts else StageStatus.ERROR if 1 in verdicts else StageStatus.PASSED]


def _head(entry: Entry, fail_on: str) -> str:
    report = entry.report
    told = {0: "passed", 1: "could not be verified", 2: "failed"}[verdict(report, fail_on)]
    name = f"{code(entry.name)} " if entry.name else "Configuration "
    rows = "".join(
        f"| {result.stage.value} | {_MARKS[result.status]} {result.status.value} | {_note(result, report)} |\n"
        for result in report.stages
    )
    plan = ""
    if report.changes:
        add, change, destroy = (
            sum(action in c.actions for c in report.changes) for action in ("create", "update", "delete")
        )
        plan = f"\n**Plan**: {add} to add, {change} to change, {destroy} to destroy.\n"
    return f"\n### {name}{told}\n\n| stage | result | |\n|---|---|---|\n{rows}{plan}"


def _note(result: StageResult, report: VerificationReport) -> str:
    counts = [
        f"{n} {word}{'s' * (n != 1)}"
        for severity, word in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note"))
        if (n := sum(c.stage is result.stage and c.severity is severity for c in report.certificates))
    ]
    if result.stage is Stage.POLICY and report.rules:
        counts.insert(0, f"{sum(r.passed for r in report.rules)} of {len(report.rules)} rules")
    checks = [c for c in report.checks if c.stage is result.stage]
    if checks:
        counts.insert(0, f"{sum(c.passed for c in checks)} of {len(checks)} checks")
    return ", ".join(counts)


def _finding(entry: Entry, certificate: Certificate) -> str:
    place = entry.place(certificate)
    where = ""
    if place is not None:
        where = place.path
        if place.range is not None:
            where += f":{place.range.start.line}:{place.range.start.column}"
    facts = [code(certificate.code)]
    if certificate.rule:
        facts.append(f"rule {code(certificate.rule)}")
    if where:
        facts.append(f"at {code(where)}")
    if certificate.address:
        facts.append(f"with {code(certificate.address)}")
    parts = [f"\n- **{prose(certificate.summary)}** {', '.join(facts)}\n"]
    body = ""
    if certificate.snippet and place is not None and place.exact:
        rows = certificate.snippet.splitlines()
        cut = ["..."] if len(rows) > MAX_SNIPPET_LINES else []
        body += block("\n".join(rows[:MAX_SNIPPET_LINES] + cut), "hcl")
    if certificate.detail and certificate.detail.strip() != certificate.summary.strip():
        body += block(certificate.detail)
    if certificate.fix:
        body += f"\n**Fix**: {prose(certificate.fix)}\n"
    parts.append("".join(f"  {line}\n" if line else "\n" for line in body.splitlines()))
    return "".join(parts)


def _assumptions(assumptions: Sequence[Assumption]) -> str:
    rows = "".join(
        f"| {code(a.address, cell=True)} | {code(a.attribute, cell=True)} | {code(_value(a.value), cell=True)} "
        f"| {prose(a.why)} |\n"
        for a in assumptions[:MAX_ASSUMPTIONS]
    )
    more = len(assumptions) - MAX_ASSUMPTIONS
    rest = f"\n... and {more} more.\n" if more > 0 else ""
    return (
        f"\n<details><summary>Assumptions ({len(assumptions)}): values that the plan had to make up</summary>\n\n"
        f"| what | attribute | value | why |\n|---|---|---|---|\n{rows}{rest}\n</details>\n"
    )


def _value(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 80 else shown[:77] + "..."


def prose(text: str) -> str:
    """Text on one line, in which nothing is markup: what could begin any is escaped, and what GitHub itself would turn
    into a mention, a reference or a link is broken up by an empty comment. Not for the beginning of a line."""
    shown = one_line(text, 2000)
    shown = _SPECIAL.sub(lambda m: _ENTITIES.get(m[0], f"\\{m[0]}"), shown)
    return _AUTOMATIC.sub(lambda m: f"{m[0]}<!-- -->", shown)


def code(text: str, *, cell: bool = False) -> str:
    """Text as code on one line; with ``cell`` for a table, whose cells end at a bar even inside code."""
    shown = one_line(text, 400)
    if not shown:
        return ""
    ticks = "`" * (_longest_ticks(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown.replace('|', chr(92) + '|') if cell else shown}{pad}{ticks}"


def _longest_ticks(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def block(text: str, language: str = "text") -> str:
    """Text as a block of code, whatever is in it."""
    shown = clean(text).strip("\n")[:8000]
    fence = "`" * max(3, _longest_ticks(shown) + 1)
    return f"\n{fence}{language}\n{shown}\n{fence}\n"
