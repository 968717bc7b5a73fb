"""Completing a configuration that was torn out of its surroundings, without a model.

A file of a repository, or an example in a documentation, refers to what stands elsewhere. What is not declared becomes
a variable of the root module: ``var.name`` gets its declaration, ``aws_iam_role.app.arn`` is replaced by
``var.app_role_arn``. Provider versions that no installed bundle meets lose their constraint; the deprecated
``data.aws_region.x.name`` and ``managed_policy_arns`` get their current forms. Nothing else is changed, and what was
changed is told.
NOT covered: references inside child modules, whole objects (``aws_vpc.main`` without an attribute), and everything that
is wrong in itself.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Final

from terraformer.hcl import is_configuration_file, scan
from terraformer.types import Certificate, Severity, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool

__all__ = ["Completed", "complete", "completed"]

_TRAVERSAL: Final = re.compile(
    r"(?P<data>data\.)?(?P<type>[A-Za-z][\w-]*)\.(?P<name>[A-Za-z_][\w-]*)(?P<key>\[[^\]\n]*\])?"
    r"(?P<rest>(?:\.(?:[A-Za-z_][\w-]*|\d+|\*)(?:\[[^\]\n]*\])?)*)"
)
_VARIABLE: Final = re.compile(r"var\.([A-Za-z_][\w-]*)")
_VERSION: Final = re.compile(rb"^[ \t]*version[ \t]*=[ \t]*\"[^\"\n]*\"[ \t]*,?[ \t]*\n", re.M)
_REQUIRED: Final = re.compile(rb"\brequired_providers\s*\{")
_REGION: Final = re.compile(rb"(\bdata\.aws_region\.[A-Za-z_][\w-]*(?:\[[^\]\n]*\])?)\.(?:name|id)\b")
_STRINGS: Final = frozenset(
    ["id", "arn", "name", "key", "url", "endpoint", "bucket", "invoke_arn", "zone_id", "dns_name", "role_arn"]
)
_LISTS: Final = frozenset(["ids", "arns", "names", "zones"])
_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Completed:
    """``config`` verified as ``report`` says; ``changes`` tell what was done, a line each."""

    config: TerraformConfig
    report: VerificationReport
    changes: tuple[str, ...] = ()


def completed(config: TerraformConfig, pool: VerifierPool) -> Completed:
    """Verify a configuration, completed where that is what it lacks. Raises nothing for what is wrong with it."""
    report = pool.verify(config)
    changes: list[str] = []
    for _ in range(_ROUNDS):
        better, done = complete(config, report)
        if not done:
            break
        config, report = better, pool.verify(better)
        changes.extend(done)
    return Completed(config, report, tuple(dict.fromkeys(changes)))


def complete(config: TerraformConfig, report: VerificationReport) -> tuple[TerraformConfig, tuple[str, ...]]:
    """The configuration with what the report calls undeclared as variables; the same one and () where there is nothing
    of the kind, or something else is wrong with it that this cannot mend."""
    edits: dict[str, dict[tuple[int, int], bytes]] = {}
    declared: dict[str, str] = {}
    changes: list[str] = []
    names: dict[str, str] = {}
    added_blocks: dict[str, list[bytes]] = {}
    known = {v.name for v in scan(config.files, config.root).modules[""].variables}
    regions = False
    for c in report.certificates:
        if c.severity is Severity.INFO or c.code == "provider-version":
            continue
        if c.code == "deprecated" and c.severity is not Severity.ERROR:
            if c.attribute_path == "managed_policy_arns":
                attached = _attachments(config, c)
                if attached is not None:
                    edits.setdefault(attached[0], {})[attached[1]] = attached[2]
                    added_blocks.setdefault(attached[0], []).append(attached[3])
                    changes.append(f"replaced managed_policy_arns of {c.address} by attachments")
            else:
                regions = True  # perhaps: data.aws_region has other names for its name since version 6
            continue
        if c.code != "undeclared-reference":
            if c.severity is Severity.ERROR:
                return config, ()
            continue
        place = c.range
        if place is None or (posixpath.dirname(place.file) or ".") != config.root or not place.file.endswith(".tf"):
            return config, ()
        content = config.files[place.file]
        text = content[place.start.byte :].decode("utf-8", "replace")
        variable = _VARIABLE.match(text)
        if variable is not None:
            declared.setdefault(variable[1], _type_of(variable[1]))
            changes.append(f"declared var.{variable[1]}")
            continue
        match = _TRAVERSAL.match(text)
        if match is None or match["type"] in ("local", "each", "count", "self", "path", "terraform"):
            return config, ()
        if match["type"] != "module" and not match["rest"]:
            return config, ()
        name = names.get(match[0]) or _name_of(match)
        if match[0] not in names and (name in known or name in names.values()):
            name = _name_of(match, long=True)
            while name in known or name in names.values():
                name += "_value"
        names[match[0]] = name
        declared.setdefault(name, _type_of(name))
        end = place.start.byte + len(match[0].encode())
        edits.setdefault(place.file, {})[place.start.byte, end] = f"var.{name}".encode()
        changes.append(f"replaced {match[0]} by var.{name}")
    files: dict[str, bytes | None] = {}
    for file, places in edits.items():
        content = config.files[file]
        for (start, end), new in sorted(places.items(), reverse=True):
            content = content[:start] + new + content[end:]
        for block in added_blocks.get(file, ()):
            content = content.rstrip(b"\n") + b"\n\n" + block
        files[file] = content
    if declared:
        target = _home(config)
        present = files.get(target, config.files.get(target, b"")) or b""
        blocks = [f'variable "{n}" {{\n{f"  type = {t}" if t else ""}\n}}\n' for n, t in declared.items()]
        added = "\n".join(b.replace("{\n\n}", "{\n}") for b in blocks).encode()
        files[target] = present.rstrip(b"\n") + (b"\n\n" if present.strip() else b"") + added
    if any(c.code == "provider-version" for c in report.certificates):
        for path in config.files:
            if is_configuration_file(path) and path.endswith(".tf"):
                content = files.get(path) or config.files[path]
                free = _without_versions(content)
                if free != content:
                    files[path] = free
                    changes.append("dropped provider version constraints")
    if regions:
        for path in config.files:
            content = files.get(path) or config.files[path]
            if path.endswith(".tf") and (current := _REGION.sub(rb"\1.region", content)) != content:
                files[path] = current
                changes.append("replaced the deprecated name of data.aws_region")
    return (config.with_files(files), tuple(changes)) if files else (config, ())


def _attachments(config: TerraformConfig, found: Certificate) -> tuple[str, tuple[int, int], bytes, bytes] | None:
    """The deprecated ``managed_policy_arns`` of a role as resources of their own: the file, the bytes to take out, what
    stands there instead, and the new blocks. None where the list is more than literals and references, the role is
    repeated, or has attachments already."""
    match = re.fullmatch(r"aws_iam_role\.([A-Za-z_][\w-]*)", found.address or "")
    place = found.range
    if match is None or place is None or not place.file.endswith(".tf"):
        return None
    label, content = match[1], config.files[place.file]
    start = content.rfind(b"\n", 0, place.start.byte) + 1
    end = content.find(b"\n", place.end.byte) + 1 or len(content)
    if not re.fullmatch(rb"\s*managed_policy_arns\s*=\s*", content[start : place.start.byte]):
        return None
    inner = content[place.start.byte : place.end.byte].decode("utf-8", "replace").strip()
    items = [i.strip() for i in inner[1:-1].split(",") if i.strip()]
    simple = re.compile(r"\"[^\"\n]*\"|[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+")
    if not (inner.startswith("[") and inner.endswith("]")) or not items or not all(map(simple.fullmatch, items)):
        return None
    everything = b"\n".join(config.files.values())
    if f'"aws_iam_role_policy_attachment" "{label}'.encode() in everything or content[end:].startswith(b"  count"):
        return None
    role = re.search(rb'resource\s+"aws_iam_role"\s+"' + label.encode() + rb'"\s*\{(.*)', content, re.S)
    if role is None or re.match(rb"\s*(count|for_each)\b", role[1]):
        return None
    blocks = []
    for number, item in enumerate(items, 1):
        name = label if len(items) == 1 else f"{label}_{number}"
        blocks.append(
            f'resource "aws_iam_role_policy_attachment" "{name}" {{\n  role       = aws_iam_role.{label}.name\n'
            f"  policy_arn = {item}\n}}\n"
        )
    return place.file, (start, end), b"", "\n".join(blocks).encode()


def _home(config: TerraformConfig) -> str:
    """Where new variables go: variables.tf, or the one file that there is."""
    own = [p for p in config.module_files if p.endswith(".tf")]
    wanted = posixpath.normpath(posixpath.join(config.root, "variables.tf"))
    return own[0] if len(own) == 1 else wanted


def _name_of(match: re.Match[str], *, long: bool = False) -> str:
    """A variable's name for a reference: the block's label, what it is, and the attribute."""
    label = match["name"].replace("-", "_").lower()
    attributes = re.findall(r"[A-Za-z_][\w-]*", re.sub(r"\[[^\]]*\]", "", match["rest"]))
    last = attributes[-1].replace("-", "_") if attributes else ""
    many = "s" if "[*]" in match[0] or ".*" in match[0] else ""
    if match["type"] == "module":
        return "_".join(filter(None, (label, last))) + many
    words = match["type"].lower().split("_")[1:] or [match["type"].lower()]
    noun = words if long else words[-2:] if words[-1] in _VAGUE else words[-1:]
    parts = [] if label in _PLAIN_LABELS and not long else [label]
    parts += [w for w in noun if w not in label.split("_")]
    if last and last not in parts:
        parts.append(last)
    return "_".join(parts) + many


_VAGUE: Final = frozenset(["group", "policy", "key", "domain", "configuration", "set", "table", "instance", "rule"])
"""Words that tell little of what it is: "kms_key", "log_group"."""
_PLAIN_LABELS: Final = frozenset(["this", "main", "default", "example", "test", "pass", "fail", "foo", "bar"])


def _type_of(name: str) -> str:
    last = name.rsplit("_", 1)[-1]
    return "string" if last in _STRINGS else "list(string)" if last in _LISTS else ""


def _without_versions(content: bytes) -> bytes:
    """Without the version lines inside required_providers."""
    for match in reversed(list(_REQUIRED.finditer(content))):
        depth, at = 1, match.end()
        while at < len(content) and depth:
            depth += {0x7B: 1, 0x7D: -1}.get(content[at], 0)
            at += 1
        inner = re.sub(
            rb",?[ \t]*\bversion[ \t]*=[ \t]*\"[^\"\n]*\"", b"", _VERSION.sub(b"", content[match.end() : at])
        )
        content = content[: match.end()] + inner + content[at:]
    return content
