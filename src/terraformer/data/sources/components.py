"""A file with several independent examples, taken apart into one configuration each.

Documentation and scanners' test files put variants of the same thing side by side ("pass", "fail", "fail2"); nobody
asks for all of them at once. Where resources of one type stand in most of several groups that do not refer to each
other, each group becomes a configuration with the variables, locals, data sources and settings that it uses; labels and
comments that tell a test's verdict ("fail2", "# checkov:skip=...") go.
NOT covered: configurations of several files or modules, and files with errors: they stay whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from terraformer.data.sources.model import SourceConfig
from terraformer.hcl.merge import Part, parts_of
from terraformer.hcl.syntax import NativeFile

__all__ = ["components"]

_MOST: Final = 40
_TELLTALE: Final = re.compile(r"(?i)(not_?|known_|un)?(pass(ed)?|fail(ed|ure)?|ok|ko|bad|good|unknown)[_\d]*")
_VERDICT: Final = re.compile(
    rb"(?im)^[ \t]*(?:#|//)[ \t]*(?:(?:pass|fail|checkov|tfsec|trivy|kics|ok\b|bad\b|good\b|not ok)[^\n]*)\n"
    rb"|[ \t]+(?:#|//)[ \t]*(?:pass|fail|checkov:|tfsec:|trivy:)[^\n\"]*(?=\n)"
)
_REFERENCE: Final = re.compile(r"\b((?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*)")


def components(source: SourceConfig) -> Iterator[SourceConfig]:
    """The configuration, or the independent ones in it; origins then end in "#1", "#2", ..."""
    if not source.usable or len(source.files) != 1 or source.root != ".":
        yield source
        return
    ((name, content),) = source.files.items()
    if not name.endswith(".tf") or NativeFile(name, content).has_errors:
        yield source
        return
    parts = parts_of(content, name)
    groups = _groups(parts, content)
    if len(groups) < 2:
        yield source
        return
    for number, chosen in enumerate(groups[:_MOST], 1):
        text = b"\n\n".join(content[p.start : p.end].rstrip() for n, p in enumerate(parts) if n in chosen) + b"\n"
        labels = [parts[n].key for n in chosen if parts[n].key[0] == "resource" and len(parts[n].key) == 3]
        yield replace(source, files={name: _plain(text, labels)}, origin=f"{source.origin}#{number}")


def _groups(parts: tuple[Part, ...], content: bytes) -> list[set[int]]:
    """The parts of each independent group with what they use; [] where the file is one thing."""
    by_address: dict[str, int] = {}
    for n, part in enumerate(parts):
        if part.key[0] in ("resource", "data", "module") and len(part.key) > 1:
            by_address.setdefault(part.address, n)
        elif part.key[0] == "variable" and len(part.key) == 2:
            by_address.setdefault(f"var.{part.key[1]}", n)
    texts = [content[p.start : p.end].decode("utf-8", "replace") for p in parts]
    uses = [{by_address[r] for r in _REFERENCE.findall(t) if r in by_address} - {n} for n, t in enumerate(texts)]
    resources = [n for n, p in enumerate(parts) if p.key[0] in ("resource", "module")]
    if len(resources) < 2 or any(p.key[0] in ("moved", "import", "removed", "check") for p in parts):
        return []
    group = {n: n for n in resources}

    def root(n: int) -> int:
        while group[n] != n:
            n = group[n]
        return n

    for n in resources:
        stack, seen = [n], {n}
        while stack:  # through data sources and variables, which may refer to resources in their turn
            for used in uses[stack.pop()]:
                if used in group:
                    group[root(n)] = root(used)
                elif used not in seen and parts[used].key[0] == "data":
                    seen.add(used)
                    stack.append(used)
    found: dict[int, set[int]] = {}
    for n in resources:
        found.setdefault(root(n), set()).add(n)
    types = Counter(t for members in found.values() for t in {parts[n].key[1] for n in members})
    # Variants of one thing: most groups have it. Roles and the like are beside everything.
    variants = max((n for type_, n in types.items() if not type_.startswith(("aws_iam_", "random_"))), default=0)
    alike = len(types) == 1 or (variants > 1 and 2 * variants > len(found))
    if len(found) < 2 or not alike:
        return []
    shared = {n for n, p in enumerate(parts) if p.key[0] in ("terraform", "provider", "locals")}
    groups: list[set[int]] = []
    for members in found.values():
        chosen = set(members) | shared
        stack = list(chosen)
        while stack:
            for used in uses[stack.pop()]:
                if used not in chosen and used not in group:
                    chosen.add(used)
                    stack.append(used)
        if any(uses[n] & (set(group) - members) for n in chosen):
            return []  # shared locals lead from one group into another: they belong together
        groups.append(chosen | _outputs(parts, uses, members, set(group)))
    return sorted(groups, key=min)


def _outputs(parts: tuple[Part, ...], uses: list[set[int]], members: set[int], resources: set[int]) -> set[int]:
    """The outputs that show this group alone."""
    return {
        n
        for n, part in enumerate(parts)
        if part.key[0] == "output" and uses[n] & members and not uses[n] & (resources - members)
    }


def _plain(text: bytes, labels: list[tuple[str, ...]]) -> bytes:
    """Without what told an example's verdict: labels such as "fail2", comments for scanners."""
    text = _VERDICT.sub(b"", text)
    types = Counter(key[1] for key in labels)
    for _, type_, label in labels:
        if types[type_] == 1 and _TELLTALE.fullmatch(label):
            type_b, label_b = re.escape(type_).encode(), re.escape(label).encode()
            text = re.sub(rb'(\bresource\s+"?' + type_b + rb'"?\s+)"?' + label_b + rb'"?(?=[\s{])', rb'\1"this"', text)
            text = re.sub(
                rb"\b(?<![.\w-])" + type_b + rb"\." + label_b + rb"(?![\w-])", type_.encode() + b".this", text
            )
    return text
