"""Reports as JUnit XML: the dialect that GitLab, Jenkins and others read.

A test suite for each configuration; in it a test case for each stage, or for each policy rule, lint or security check
of one that has such. A finding is a failure, a failure of our own an error, what was not run is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from terraformer.formatters.entry import Entry, one_line, tool_message
from terraformer.formatters.levels import at_or_above
from terraformer.formatters.text_format import clean
from terraformer.types import Certificate, Stage, StageResult, StageStatus, VerificationReport

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
        checks = _checks(report, result.stage)
        covered = {id(certificate) for check in checks for certificate in check.found}
        _stage(suite, entry, result, [c for c in report.certificates if id(c) not in covered], bool(checks), fail_on)
        for check in checks:
            _check(suite, entry, check, fail_on)
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


@dataclass(frozen=True, slots=True)
class _Check:
    """A policy rule, or a lint or security check, with the findings that are its own."""

    name: str
    found: tuple[Certificate, ...]
    passed: bool = True
    message: str = ""


def _checks(report: VerificationReport, stage: Stage) -> list[_Check]:
    certificates = [c for c in report.certificates if c.stage is stage]
    if stage is Stage.POLICY:
        return [
            _Check(
                f"policy: {rule.policy}: {rule.rule}",
                tuple(
                    c for c in certificates if c.rule == rule.rule and c.notes.get("policy", rule.policy) == rule.policy
                ),
                rule.passed,
                rule.message,
            )
            for rule in report.rules
        ]
    names = dict.fromkeys(c.check for c in report.checks if c.stage is stage)
    return [_Check(f"{stage.value}: {name}", tuple(c for c in certificates if c.rule == name)) for name in names]


def _stage(
    suite: Element, entry: Entry, result: StageResult, rest: Sequence[Certificate], has_checks: bool, fail_on: str
) -> None:
    """The stage's own test case. Where its checks are test cases it holds what is no check's finding (``rest``), and is
    left out when there is nothing of that."""
    found = [c for c in rest if c.stage is result.stage]
    failed = result.status in (StageStatus.ERROR, StageStatus.SKIPPED)
    if has_checks and not found and not failed:
        return
    case = _case(suite, result.stage.value, seconds=result.seconds)
    if result.status is StageStatus.ERROR:
        errors = [e for e in entry.report.tool_errors if e.stage in (result.stage, None)] or entry.report.tool_errors
        kind = errors[0].kind if errors else "unknown"
        message = one_line(errors[0].message, 200) if errors else "the stage could not be run"
        _child(case, "error", kind, message, "\n".join(tool_message(e) for e in errors))
    elif result.status is StageStatus.SKIPPED and not found:
        SubElement(case, "skipped", {"message": "not asked for, or an earlier stage failed"})
    else:
        _findings(case, entry, found, fail_on)


def _check(suite: Element, entry: Entry, check: _Check, fail_on: str) -> None:
    case = _case(suite, check.name)
    if check.found:
        _findings(case, entry, check.found, fail_on)
    elif not check.passed and fail_on != "never":
        _child(case, "failure", "error", one_line(check.message, 200) or "the rule failed", check.message)


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
