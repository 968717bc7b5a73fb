"""Reports as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format, errata 01), for code scanning.

One run for all configurations. Certificates are results, their codes the rules; failures of our own are notifications
of the tool, never results. Locations are the user's own files; where a finding has no place of its own it is that of
the block that it is about, else the configuration's first file without a region. Not covered: code flows, fixes as
replacements, suppressions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from terraformer._version import __version__
from terraformer.formatters.entry import Entry, Place, one_line, tool_message
from terraformer.formatters.text_format import clean
from terraformer.types import Certificate, Severity, Stage
from terraformer.verify.codes import CODES

__all__ = ["sarif"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
FINGERPRINT = "terraformerFinding/v1"
INFORMATION = "https://arxiv.org/abs/2601.08734"
MAX_MESSAGE = 20_000
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")
_LINE_NUMBER = re.compile(r"\b(line|lines|column|byte) \d+", re.IGNORECASE)


def sarif(entries: Sequence[Entry], *, exit_code: int | None = None) -> str:
    """A SARIF log that ends in a newline. ``exit_code`` is what the command is going to exit with."""
    codes = sorted({c.code for entry in entries for c in entry.report.certificates})
    index = {code: number for number, code in enumerate(codes)}
    fallback = {c.code: c for entry in entries for c in reversed(entry.report.certificates)}
    seen: dict[str, int] = {}
    results = [_result(entry, c, index, seen) for entry in entries for c in entry.report.certificates]
    errors = [(entry, error) for entry in entries for error in entry.report.tool_errors]
    invocation: dict[str, Any] = {
        "executionSuccessful": not errors,
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": error.kind},
                "level": "error",
                "message": {
                    "text": _text(f"{entry.name}: {tool_message(error)}" if entry.name else tool_message(error))
                },
                **({"properties": {"stage": error.stage.value}} if error.stage is not None else {}),
            }
            for entry, error in errors
        ],
    }
    if exit_code is not None:
        invocation["exitCode"] = exit_code
    driver: dict[str, Any] = {
        "name": "terraformer",
        "version": __version__,
        "informationUri": INFORMATION,
        "rules": [_rule(code, fallback[code]) for code in codes],
    }
    if errors:
        driver["notifications"] = [{"id": kind} for kind in sorted({error.kind for _, error in errors})]
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The directory that the paths are relative to."}}},
        "results": results,
        "properties": {
            "configurations": [
                {
                    "path": clean(entry.name),
                    "compilable": entry.report.compilable,
                    "deployable": entry.report.deployable,
                    "correct": entry.report.correct,
                    "stages": {s.stage.value: s.status.value for s in entry.report.stages},
                }
                for entry in entries
            ]
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _rule(code: str, example: Certificate) -> dict[str, Any]:
    info = CODES.get(code)
    severity = info.severity if info is not None else example.severity
    stage = info.stage if info is not None else example.stage
    rule: dict[str, Any] = {
        "id": code,
        "name": "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", code)),
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": ["terraform", stage.value]},
    }
    if info is not None:
        rule["shortDescription"] = {"text": info.title}
        rule["fullDescription"] = {"text": info.why}
        rule["help"] = {
            "text": f"{info.why}\n\nHow to fix: {info.fix}",
            "markdown": f"{info.why}\n\n**How to fix**: {info.fix}",
        }
    else:
        rule["shortDescription"] = {"text": one_line(example.summary, 300) or code}
    if stage is Stage.SECURITY:
        # What code scanning sorts security findings by; a check's own score is not known.
        rule["properties"]["security-severity"] = {Severity.ERROR: "7.0", Severity.WARNING: "5.0"}.get(severity, "2.0")
    return rule


def _result(entry: Entry, certificate: Certificate, index: dict[str, int], seen: dict[str, int]) -> dict[str, Any]:
    place = entry.place(certificate)
    result: dict[str, Any] = {
        "ruleId": certificate.code,
        "ruleIndex": index[certificate.code],
        "kind": "fail",
        "level": _LEVELS[certificate.severity],
        "message": {"text": _message(certificate)},
    }
    location: dict[str, Any] = {}
    if place is not None:
        location["physicalLocation"] = _physical(certificate, place)
    if certificate.address:
        location["logicalLocations"] = [{"fullyQualifiedName": clean(certificate.address), "kind": "resource"}]
    if location:
        result["locations"] = [location]
    finding = _identity(entry, certificate, place)
    seen[finding] = seen.get(finding, 0) + 1
    result["partialFingerprints"] = {FINGERPRINT: f"{finding}:{seen[finding]}"}
    properties: dict[str, Any] = {"stage": certificate.stage.value, "configuration": clean(entry.name)}
    for key in ("address", "attribute_path", "rule", "fix"):
        value = getattr(certificate, key)
        if value:
            properties[key] = clean(value)
    result["properties"] = properties
    return result


def _physical(certificate: Certificate, place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.path)}
    where = place.range
    if where is not None:
        region: dict[str, Any] = {
            "startLine": max(1, where.start.line),
            "startColumn": max(1, where.start.column),
            "endLine": max(1, where.end.line),
            "endColumn": max(1, where.end.column),
        }
        if (region["endLine"], region["endColumn"]) < (region["startLine"], region["startColumn"]):
            region["endLine"], region["endColumn"] = region["startLine"], region["startColumn"]
        physical["region"] = region
        if certificate.snippet and place.exact:
            lines = certificate.snippet.rstrip("\n").count("\n")
            physical["contextRegion"] = {
                "startLine": region["startLine"],
                "endLine": max(region["endLine"], region["startLine"] + lines),
                "snippet": {"text": clean(certificate.snippet)[:MAX_MESSAGE]},
            }
    return physical


def _artifact(path: str) -> dict[str, str]:
    try:
        name = path.encode("utf-8", "surrogateescape")  # the bytes of the name on disk
    except UnicodeEncodeError:
        name = path.encode("utf-8", "replace")
    uri = quote(name, safe="/-._~!$&'()*+,;=@")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": ROOT}


def _message(certificate: Certificate) -> str:
    parts = [certificate.summary]
    if certificate.detail and certificate.detail.strip() != certificate.summary.strip():
        parts.append(certificate.detail)
    if certificate.fix:
        parts.append(f"Fix: {certificate.fix}")
    return _text("\n\n".join(parts))


def _text(text: str) -> str:
    """A plain text message: what reads like a link of SARIF's (section 3.11.6) is no link."""
    return _LINK.sub(r"\\[", clean(text))[:MAX_MESSAGE] or "(no message)"


def _identity(entry: Entry, certificate: Certificate, place: Place | None) -> str:
    """SHA-256 (32 hex digits) of what stays the same when lines above are added or removed."""
    parts = (
        certificate.stage.value,
        certificate.code,
        place.path if place is not None else entry.name,
        certificate.address or "",
        certificate.attribute_path or "",
        certificate.rule or "",
        " ".join((certificate.snippet or "").split()),
        _LINE_NUMBER.sub(r"\1", " ".join(certificate.summary.split())),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
