"""What a provider checks beyond its schema, turned round: which values and which arguments make it content.

From the validators' facts (terraformer.provider.validators): enumerations, bounds, patterns, arguments that are
required although the schema says optional, groups of which one must be given, and conflicts. Best effort: checks that
the facts do not have are not met on purpose.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from terraformer.provider import validators
from terraformer.provider.validators.checks import run

sre: Any = importlib.import_module("re._constants")  # the parse tree of patterns: private, stable since Python 3.11
sre_parser: Any = importlib.import_module("re._parser")

__all__ = ["Constraints", "example_of", "literal_text"]

_EMPTY: Final[Mapping[str, Any]] = {}


class Constraints:
    """The checks of one type. ``path`` is dotted, without indices."""

    def __init__(self, source: str, kind: str, type_name: str) -> None:
        facts = validators.facts(source)
        self.tree: Mapping[str, Any] = (facts.tree(kind, type_name) if facts is not None else None) or _EMPTY

    def node(self, path: str) -> Mapping[str, Any]:
        """The checks of the argument or block at that path."""
        node: Mapping[str, Any] = self.tree
        for part in path.split(".") if path else ():
            node = node.get("n", _EMPTY).get(part, _EMPTY)
        return node

    def specs(self, path: str, *, element: bool = False) -> list[list[Any]]:
        """Checks of the value at that path, or of its elements."""
        node = self.node(path)
        if not element:
            return [s for s in node.get("k", ()) if isinstance(s, list)]
        inner = [s for s in node.get("e", ()) if isinstance(s, list)]
        for spec in node.get("k", ()):
            if spec and spec[0] == "values":
                inner.extend(s for s in spec[1:] if isinstance(s, list))
        return inner

    def allowed(self, path: str, *, element: bool = False) -> list[Any]:
        """The members of the value's enumeration, [] when it has none."""
        for spec in _flat(self.specs(path, element=element)):
            if spec[0] in ("enum", "fwenum", "ienum", "nums") and isinstance(spec[1], list):
                return list(spec[1])
        return []

    def required(self, path: str) -> bool:
        """Whether it must be given although the schema may not say so."""
        return any(s[0] == "required" for s in self.specs(path))

    def accepts(self, path: str, value: Any, *, element: bool = False) -> bool:
        """Whether no check complains about the value."""
        specs = self.specs(path, element=element)
        return not any(run(s, value, path) for s in specs if s[0] not in ("required", "size"))

    def is_json(self, path: str) -> bool:
        """Whether the value must be JSON."""
        return any(s[0] in ("json", "policy", "jsonyaml") for s in _flat(self.specs(path)))

    def wants_arn(self, path: str) -> bool:
        """Whether a check of the value (or of its elements) asks for an ARN."""
        specs = [*self.specs(path), *self.specs(path, element=True)]
        return any(s[0] in ("arn", "fwarn") for s in _flat(specs))

    def bounds(self, path: str) -> tuple[float | None, float | None]:
        """The smallest and the largest number allowed."""
        low: float | None = None
        high: float | None = None
        for spec in _flat(self.specs(path)):
            if spec[0] in ("num", "nintrange") and len(spec) > 2:
                low = spec[1] if spec[1] is not None else low
                high = spec[2] if spec[2] is not None else high
        return low, high

    def text_like(self, path: str, candidates: Sequence[str], *, element: bool = False) -> list[str]:
        """Strings that pass: those of the candidates that do, else common shapes, else one made from the patterns."""
        good = [c for c in candidates if self.accepts(path, c, element=element)]
        if good:
            return good
        shapes = [*(change(c) for c in candidates for change in _CHANGES), *_SHAPES]
        for shape in shapes:
            if self.accepts(path, shape, element=element):
                return [shape]
        for pattern in _patterns(self.specs(path, element=element)):
            for made in example_of(pattern):
                if self.accepts(path, made, element=element):
                    return [made]
        return []

    def chosen(self, prefix: str, present: set[str], prefer: Callable[[str], float]) -> list[str]:
        """Names to add at this level so that every "one of" group has a member; ``present`` are those given anyway."""
        out: list[str] = []
        for group in self.groups(prefix):
            if not group & (present | set(out)):
                best = max(sorted(group), key=prefer)
                if prefer(best) > float("-inf"):
                    out.append(best)
        return out

    def conflicts(self, prefix: str, name: str) -> set[str]:
        """Names at the same level that may not stand beside this one."""
        node = self.node(f"{prefix}{name}")
        found = {p for p in (_local(o, prefix) for o in (*node.get("c", ()), *node.get("1", ()))) if p}
        for kind, paths in node.get("x", ()):
            if kind in ("x1", "xc", "x!"):
                found |= {p for p in (_framework(o) for o in paths) if p}
        if not prefix:
            for relation in self.tree.get("v", ()):
                if relation[0] in ("exactly_one_of", "conflicting"):
                    names = {str(p[-1]) for p in relation[1] if len(p) == 2}
                    if name in names:
                        found |= names
        return found - {name}

    def together(self, prefix: str, name: str) -> set[str]:
        """Names at the same level that must stand beside this one."""
        node = self.node(f"{prefix}{name}")
        found = {p for p in (_local(o, prefix) for o in node.get("r", ())) if p}
        for kind, paths in node.get("x", ()):
            if kind == "xr":
                found |= {p for p in (_framework(o) for o in paths) if p}
        if not prefix:
            for relation in self.tree.get("v", ()):
                names = {str(p[-1]) for p in relation[1] if len(p) == 2}
                if relation[0] == "required_together" and name in names:
                    found |= names
        return found - {name}

    def groups(self, prefix: str) -> Iterator[set[str]]:
        """Sets of names at this level of which one must be given."""
        children = self.node(prefix.rstrip(".")).get("n", _EMPTY)
        for name, node in children.items():
            for mark in ("1", "+"):
                if mark in node:
                    group = {p for p in (_local(o, prefix) for o in node[mark]) if p}
                    if group and len(group) == len({*node[mark]}):
                        yield group | {name}
            for kind, paths in node.get("x", ()):
                if kind in ("x1", "x+"):
                    group = {p for p in (_framework(o) for o in paths) if p}
                    if group:
                        yield group | {name}
        for kind, paths in self.node(prefix.rstrip(".")).get("o", ()):
            if kind in ("c1", "c+"):
                yield {str(p[-1]) for p in paths}
        if not prefix:
            for relation in self.tree.get("v", ()):
                if relation[0] in ("exactly_one_of", "at_least_one_of"):
                    group = {str(p[-1]) for p in relation[1] if len(p) == 2}
                    if group:
                        yield group


def _local(address: str, prefix: str) -> str:
    """The name at this level of an SDK address ("a.0.b" below "a."), "" when it lies elsewhere."""
    plain = re.sub(r"\.\d+(?=\.|$)", "", address)
    rest = plain.removeprefix(prefix) if plain.startswith(prefix) else ""
    return rest if rest and "." not in rest else ""


def _framework(path: Sequence[Any]) -> str:
    return str(path[1]) if len(path) == 2 and path[0] in (1, None) else ""


def _flat(specs: Sequence[Any]) -> Iterator[list[Any]]:
    for spec in specs:
        if isinstance(spec, list) and spec:
            if spec[0] in ("all", "any"):
                yield from _flat(spec[1:])
            elif isinstance(spec[0], str):
                yield spec


def _patterns(specs: Sequence[Any]) -> Iterator[str]:
    """Every positive pattern in the checks."""

    def conditions(node: Any, positive: bool) -> Iterator[str]:
        if not isinstance(node, list) or not node:
            return
        if node[0] == "not":
            for inner in node[1:]:
                yield from conditions(inner, not positive)
        elif node[0] == "match":
            if positive:
                yield node[1]
        else:
            for inner in node[1:]:
                yield from conditions(inner, positive)

    for spec in _flat(specs):
        if spec[0] == "re":
            yield spec[1]
        elif spec[0] == "reject":
            for part in spec[1:]:
                yield from conditions(part, False)


_CHANGES: Final[tuple[Callable[[str], str], ...]] = (
    str.lower,
    lambda s: s.replace("-", "_"),
    lambda s: s.replace("_", "-"),
    lambda s: re.sub(r"[^A-Za-z0-9]", "", s),
    lambda s: re.sub(r"[^a-z0-9]", "", s.lower()),
    lambda s: f"/{s}",
    lambda s: f"alias/{s}",
    lambda s: f"{s}-example-name",
    lambda s: f"{s}.example.com",
    lambda s: s[:20],
    lambda s: s[:8],
)
_SHAPES: Final = (
    "example",
    "Example",
    "example-name",
    "example_name",
    "examplename",
    "12345678-1234-1234-1234-123456789012",
    "123456789012",
    "10.0.0.0/16",
    "192.0.2.0/24",
    "192.0.2.10",
    "2001:db8::/56",
    "https://example.com",
    "example.com",
    "admin@example.com",
    "2030-01-01T00:00:00Z",
    "2030-01-01",
    "us-east-1",
    "{}",
    "[]",
    "100",
    "1",
    "10",
    "1.0",
    "1.0.0",
    "true",
    "ChangeMe12345",
    "arn:aws:iam::123456789012:role/example",
    "arn:aws:s3:::example-bucket",
    "s3://example-bucket/example",
    "rate(1 hour)",
    "cron(0 12 * * ? *)",
    "PT1H",
    "P1D",
    "mon:03:00-mon:04:00",
    "03:00-04:00",
    "03:00",
    "1:03:00",
    "UTC",
    "en-US",
    "USD",
    "/example",
    "example/example",
    "a1b2c3d4e5",
    "0123456789abcdef0123456789abcdef",
    "x" * 32,
    "v1",
    "SSD",
    "ALL",
    "*",
    "aws:s3",
    "example:example",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "ZXhhbXBsZQ==",
    "t3.micro",
    "64512",
    "239.0.0.1",
    "10.0.0.0/29",
    "sg-0123456789abcdef0",
)


def example_of(pattern: str) -> list[str]:
    """Texts that the pattern matches, as far as a simple reading of it goes; to be checked by the caller."""
    try:
        parsed = sre_parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return []
    return list(dict.fromkeys(_generate(parsed, extra) for extra in (0, 1, 3)))


def _generate(items: Any, extra: int) -> str:
    out: list[str] = []
    for kind, value in items:
        if kind is sre.LITERAL:
            out.append(chr(value))
        elif kind is sre.ANY:
            out.append("a")
        elif kind is sre.IN:
            out.append(_member(value))
        elif kind is sre.BRANCH:
            out.append(_generate(value[1][0], extra))
        elif kind is sre.SUBPATTERN:
            out.append(_generate(value[3], extra))
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            low, high, inner = value
            count = min(low + extra, int(high), 64)
            out.append(_generate(inner, extra) * count)
    return "".join(out)


def _member(choices: Any) -> str:
    allowed: list[str] = []
    for kind, value in choices:
        if kind is sre.NEGATE:
            return "a"
        if kind is sre.LITERAL:
            allowed.append(chr(value))
        elif kind is sre.RANGE:
            allowed.append(chr(value[0]))
        elif kind is sre.CATEGORY:
            allowed.append("1" if value is sre.CATEGORY_DIGIT else "a" if value is sre.CATEGORY_WORD else " ")
    letters = [c for c in allowed if c.isalnum()]
    return (letters or allowed or ["a"])[0]


def literal_text(expression: str) -> str | None:
    """The text of a plain HCL string literal, None for any other expression."""
    if not expression.startswith('"') or "${" in expression or "%{" in expression:
        return None
    try:
        value = json.loads(expression)
    except ValueError:
        return None
    return value if isinstance(value, str) else None
