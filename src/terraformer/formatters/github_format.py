"""Reports as workflow commands of GitHub Actions: annotations on the changed lines.

Escaping as the runner undoes it (actions/toolkit, packages/core/src/command.ts): percent, carriage return and newline
in messages, colon and comma too in properties. GitHub shows ten annotations of each level for a step, so errors come
first; the log has all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from terraformer.formatters.entry import Entry, Place, one_line, tool_message
from terraformer.formatters.text_format import clean, summary
from terraformer.types import Certificate, Severity

__all__ = ["github"]

MAX_MESSAGE = 4000
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(entries: Sequence[Entry], *, fail_on: str = "error") -> str:
    """One workflow command a line, then a line for the log; ends in a newline. ``fail_on`` is the severity from which a
    configuration counts as failed there; annotations have the findings' own."""
    lines: list[str] = []
    for severity, command in _COMMANDS.items():
        if severity is Severity.ERROR:
            lines += [
                _command("error", {"title": f"Tool error: {error.kind}"}, _prefixed(entry, tool_message(error)))
                for entry in entries
                for error in entry.report.tool_errors
            ]
        for entry in entries:
            for certificate in entry.report.certificates:
                if certificate.severity is severity:
                    lines.append(_annotation(entry, certificate, command))
    lines.append("terraformer: " + summary([entry.report for entry in entries], fail_on=fail_on))
    return "\n".join(lines) + "\n"


def _annotation(entry: Entry, certificate: Certificate, command: str) -> str:
    place = entry.place(certificate)
    message = certificate.summary
    if certificate.address:
        message += f"\nwith {certificate.address}"
    if certificate.detail and certificate.detail.strip() != certificate.summary.strip():
        message += f"\n\n{certificate.detail}"
    if certificate.fix:
        message += f"\n\nFix: {certificate.fix}"
    properties = _where(place) if place is not None else {}
    if place is None:
        message = _prefixed(entry, message)
    properties["title"] = f"{one_line(certificate.summary, 120)} [{certificate.code}]"
    return _command(command, properties, message)


def _where(place: Place) -> dict[str, str]:
    properties = {"file": place.path}
    where = place.range
    if where is None:
        return properties
    start, end = where.start, where.end
    # The end is exclusive: one at the beginning of a line means the line before.
    last = end.line - 1 if end.column == 1 and end.line > start.line else end.line
    properties["line"] = str(start.line)
    if last <= start.line:
        properties["col"] = str(start.column)
        properties["endLine"] = str(start.line)
        if end.line == start.line:
            properties["endColumn"] = str(max(start.column, end.column - 1))
    else:
        properties["endLine"] = str(last)  # columns are not accepted for several lines
    return properties


def _prefixed(entry: Entry, message: str) -> str:
    return f"{one_line(entry.name)}: {message}" if entry.name else message


def _command(name: str, properties: dict[str, str], message: str) -> str:
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    text = clean(message).strip()
    if len(text) > MAX_MESSAGE:
        text = text[:MAX_MESSAGE] + "..."
    return f"::{name} {shown}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")
