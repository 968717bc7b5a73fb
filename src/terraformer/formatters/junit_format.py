"""Reports as JUnit XML: the dialect that GitLab, Jenkins and others read.

A test suite for each configuration; in it a test case for each stage, policy rule, and lint or security check. A
finding is a failure, a failure of our own an error, what was not run is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from terraformer.formatters.entry import Entry, at_or_above, one_line, tool_message
from terraformer.formatters.text_format import clean
from terraformer.types import Certificate, Stage, StageResult, StageStatus

__all__ = ["junit"]

MAX_TEXT = 100_000
# What XML 1.0 cannot hold in any form (section 2.2).
_INVALID = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(entries: Sequence[Entry], *, fail_on: str = "error") -> str:
    """An XML document that ends in a newline. ``fail_on`` is the severity from which a finding is a failure; those
    below it are in the test case's output."""
    root = Element("testsuites", {"name": "terraformer"})
    for entry in entries:
        root.append(_suite(entry, fail_on))
    totals = {
        key: sum(int(suite.get(key, "0")) for suite in root) for key in ("tests", "failures", "errors", "skipped")
    }
    for key, value in totals.items():
        root.set(key, str(value))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(entry: Entry, fail_on: str) -> Element:
    report = entry.report
    name = _attribute(entry.name or "configuration")
    suite = Element("testsuite", {"name": name})
    for result in report.stages:
        _stage(suite, entry, result, fail_on)
        if result.stage is Stage.POLICY:
            for rule in report.rules:
                found = [c for c in report.certificates if c.stage is Stage.POLICY and c.rule == rule.rule]
                found = [c for c in found if c.notes.get("policy", rule.policy) == rule.policy]
                _check(suite, entry, f"policy: {rule.policy}: {rule.rule}", found, rule.passed, rule.message, fail_on)
        elif result.stage in (Stage.LINT, Stage.SECURITY):
            for check in dict.fromkeys(c.check for c in report.checks if c.stage is result.stage):
                found = [c for c in report.certificates if c.stage is result.stage and c.rule == check]
                _check(suite, entry, f"{result.stage.value}: {check}", found, True, "", fail_on)
    named = {result.stage for result in report.stages if result.status is StageStatus.ERROR}
    for error in report.tool_errors:
        if error.stage not in named:
            case = _case(suite, f"tool: {error.kind}")
            _child(case, "error", error.kind, one_line(error.message, 200), tool_message(error))
    cases = list(suite)
    suite.set("tests", str(len(cases)))
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{sum(result.seconds for result in report.stages):.3f}")
    return suite


def _stage(suite: Element, entry: Entry, result: StageResult, fail_on: str) -> None:
    case = _case(suite, result.stage.value, seconds=result.seconds)
    found = [c for c in entry.report.certificates if c.stage is result.stage]
    if result.status is StageStatus.ERROR:
        errors = [e for e in entry.report.tool_errors if e.stage in (result.stage, None)] or entry.report.tool_errors
        kind = errors[0].kind if errors else "unknown"
        message = one_line(errors[0].message, 200) if errors else "the stage could not be run"
        _child(case, "error", kind, message, "\n".join(tool_message(e) for e in errors))
        return
    if result.status is StageStatus.SKIPPED and not found:
        SubElement(case, "skipped", {"message": "not asked for, or an earlier stage failed"})
        return
    _findings(case, entry, found, fail_on)


def _check(
    suite: Element,
    entry: Entry,
    name: str,
    found: Sequence[Certificate],
    passed: bool,
    message: str,
    fail_on: str,
) -> None:
    case = _case(suite, name)
    if found:
        _findings(case, entry, found, fail_on)
    elif not passed and fail_on != "never":
        _child(case, "failure", "error", one_line(message, 200) or "the rule failed", message)


def _findings(case: Element, entry: Entry, found: Sequence[Certificate], fail_on: str) -> None:
    failures = at_or_above(found, fail_on)
    if failures:
        first = failures[0]
        more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
        _child(case, "failure", first.code, one_line(first.summary, 200) + more, _texts(entry, failures))
        place = entry.place(first)
        if place is not None:
            case.set("file", _attribute(place.path))
            if place.range is not None:
                case.set("line", str(place.range.start.line))
    rest = [c for c in found if c not in failures]
    if rest:
        SubElement(case, "system-out").text = _content(_texts(entry, rest))


def _texts(entry: Entry, found: Iterable[Certificate]) -> str:
    parts: list[str] = []
    for certificate in found:
        place = entry.place(certificate)
        where = ""
        if place is not None:
            where = one_line(place.path)
            if place.range is not None:
                where += f":{place.range.start.line}:{place.range.start.column}"
            where += ": "
        lines = [f"{where}{certificate.severity.value}: {one_line(certificate.summary)} [{certificate.code}]"]
        if certificate.address:
            lines.append(f"  with {one_line(certificate.address)}")
        if certificate.snippet:
            lines.extend(f"  | {row}" for row in clean(certificate.snippet).splitlines())
        if certificate.detail:
            lines.extend(f"  {row}" for row in clean(certificate.detail).splitlines())
        if certificate.fix:
            lines.extend(f"  {row}" for row in f"Fix: {clean(certificate.fix)}".splitlines())
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _case(suite: Element, name: str, *, seconds: float = 0.0) -> Element:
    return SubElement(
        suite, "testcase", {"classname": suite.get("name", ""), "name": _attribute(name), "time": f"{seconds:.3f}"}
    )


def _child(case: Element, tag: str, kind: str, message: str, content: str) -> None:
    SubElement(case, tag, {"type": _attribute(kind), "message": _attribute(message)}).text = _content(content)


def _attribute(text: str) -> str:
    return _INVALID.sub("\ufffd", one_line(text, 1000))


def _content(text: str) -> str:
    shown = _INVALID.sub("\ufffd", clean(text))
    return shown if len(shown) <= MAX_TEXT else shown[:MAX_TEXT] + "\n..."
