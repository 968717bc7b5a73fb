"""What an argument of a scenario can hold: plain values, references between its nodes, templates, JSON and IAM documents.

Everything is abstract until a ``Rendering`` (one choice of names and style) turns it into HCL text; the text is left
unaligned, for ``terraform fmt`` to finish.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from terraformer.data.synthesis.scenario import Node

__all__ = [
    "Call",
    "Document",
    "Expression",
    "Json",
    "Names",
    "Raw",
    "Ref",
    "Statement",
    "Template",
    "Value",
    "expressions_in",
    "hcl",
]


class Names(Protocol):
    """What an expression asks of a rendering."""

    def address(self, node: Node, attribute: str, every: bool = False) -> str:
        """How the configuration refers to an attribute of a node ("aws_s3_bucket.logs.arn"): of its first instance, or
        of ``every`` one as a list. Without an attribute, the block itself."""
        ...


class Expression:
    """Base of all values that are not plain data."""

    def hcl(self, names: Names) -> str:
        raise NotImplementedError


Value = Any
"""None, bool, int, float, str, list, dict of these, or an Expression."""


@dataclass(frozen=True, eq=False)
class Ref(Expression):
    """An attribute of another node; ``key`` adds what follows ("[0]", ".id"); ``every`` is the list over all instances."""

    node: Node
    attribute: str
    every: bool = False

    def hcl(self, names: Names) -> str:
        return names.address(self.node, self.attribute, self.every)


@dataclass(frozen=True, eq=False)
class Raw(Expression):
    """HCL as it is; ``{0}``, ``{1}`` stand for references."""

    text: str
    refs: tuple[Expression, ...] = ()

    def hcl(self, names: Names) -> str:
        parts = [r.hcl(names) for r in self.refs]
        return re.sub(r"\{(\d)\}", lambda m: parts[int(m[1])], self.text)


@dataclass(frozen=True, eq=False)
class Template(Expression):
    """A string with references in it: Template(bucket.ref("arn"), "/*")."""

    parts: tuple[Any, ...]

    def __init__(self, *parts: Any) -> None:
        object.__setattr__(self, "parts", parts)

    def hcl(self, names: Names) -> str:
        inner = "".join(
            "${" + part.hcl(names) + "}" if isinstance(part, Expression) else quoted(str(part))[1:-1]
            for part in self.parts
        )
        return f'"{inner}"'


@dataclass(frozen=True, eq=False)
class Call(Expression):
    """A function call."""

    name: str
    arguments: tuple[Any, ...]

    def hcl(self, names: Names) -> str:
        inner = ", ".join(hcl(a, names) for a in self.arguments)
        return f"{self.name}({inner}\n)" if inner.endswith("\nEOT") else f"{self.name}({inner})"


@dataclass(frozen=True, eq=False)
class Json(Expression):
    """A JSON string made by ``jsonencode``."""

    value: Any

    def hcl(self, names: Names) -> str:
        return f"jsonencode({hcl(self.value, names)})"


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement of an IAM policy document. ``principals`` maps a type ("Service") to identifiers; {"*": ["*"]} is
    anyone. ``conditions`` are (test, variable, values)."""

    actions: Sequence[str]
    resources: Sequence[Value] = ()
    effect: str = "Allow"
    principals: Mapping[str, Sequence[Value]] | None = None
    conditions: Sequence[tuple[str, str, Sequence[Value]]] = ()
    sid: str = ""


@dataclass(frozen=True, eq=False)
class Document(Expression):
    """An IAM policy document: written as ``jsonencode`` or a heredoc; a rendering may turn it into a
    data.aws_iam_policy_document instead (``Rendering.document``)."""

    statements: tuple[Statement, ...]

    def __init__(self, *statements: Statement) -> None:
        object.__setattr__(self, "statements", statements)

    @property
    def data(self) -> dict[str, Any]:
        """As JSON data, references in it left as they are."""
        found: list[dict[str, Any]] = []
        for s in self.statements:
            entry: dict[str, Any] = {}
            if s.sid:
                entry["Sid"] = s.sid
            entry["Effect"] = s.effect
            if s.principals is not None:
                principals = {k: _one(v) for k, v in s.principals.items()}
                entry["Principal"] = "*" if principals == {"*": "*"} else principals
            entry["Action"] = _one(s.actions)
            if s.resources:
                entry["Resource"] = _one(s.resources)
            if s.conditions:
                conditions: dict[str, dict[str, Any]] = {}
                for test, variable, values in s.conditions:
                    conditions.setdefault(test, {})[variable] = _one(values)
                entry["Condition"] = conditions
            found.append(entry)
        return {"Version": "2012-10-17", "Statement": found}

    def hcl(self, names: Names) -> str:
        return f"jsonencode({hcl(self.data, names)})"

    def heredoc(self, names: Names) -> str:
        """The document as JSON text in a heredoc, references interpolated."""
        return "<<-EOT\n" + _json_text(self.data, names, 0) + "\nEOT"


def _one(values: Sequence[Value]) -> Any:
    items = list(values)
    return items[0] if len(items) == 1 else items


def _json_text(value: Any, names: Names, depth: int) -> str:
    pad, inner = "  " * depth, "  " * (depth + 1)
    if isinstance(value, Mapping):
        rows = [f'{inner}"{k}": {_json_text(v, names, depth + 1)}' for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{pad}}}"
    if isinstance(value, (list, tuple)):
        rows = [inner + _json_text(v, names, depth + 1) for v in value]
        return "[\n" + ",\n".join(rows) + f"\n{pad}]"
    if isinstance(value, Template):
        return '"' + "".join("${" + p.hcl(names) + "}" if isinstance(p, Expression) else p for p in value.parts) + '"'
    if isinstance(value, Expression):
        return '"${' + value.hcl(names) + '}"'
    return json.dumps(value)


def hcl(value: Value, names: Names) -> str:
    """A value as HCL text."""
    if isinstance(value, Expression):
        return value.hcl(names)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        if "\n" in value:
            return "<<-EOT\n" + value.rstrip("\n").replace("${", "$${") + "\nEOT"
        return quoted(value)
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        return "{\n" + "\n".join(f"{_key(k)} = {hcl(v, names)}" for k, v in value.items()) + "\n}"
    if isinstance(value, (list, tuple)):
        parts = [hcl(v, names) for v in value]
        if any("\n" in p for p in parts) or sum(map(len, parts)) > 90:
            return "[\n" + ",\n".join(parts) + ("," if parts and not parts[-1].endswith("EOT") else "") + "\n]"
        return "[" + ", ".join(parts) + "]"
    raise TypeError(f"no HCL for {type(value).__name__}")


def expressions_in(value: Value) -> Iterator[Expression]:
    """Every expression in a value, also those inside others."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from expressions_in(key)
            yield from expressions_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from expressions_in(inner)
    elif isinstance(value, Expression):
        yield value
        if isinstance(value, Raw):
            yield from expressions_in(value.refs)
        elif isinstance(value, Template):
            yield from expressions_in(value.parts)
        elif isinstance(value, Call):
            yield from expressions_in(value.arguments)
        elif isinstance(value, Json):
            yield from expressions_in(value.value)
        elif isinstance(value, Document):
            for s in value.statements:
                yield from expressions_in((s.resources, s.principals or {}, [c[2] for c in s.conditions]))


def quoted(text: str) -> str:
    """A quoted template without interpolation."""
    body = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return '"' + body.replace("${", "$${").replace("%{", "%%{") + '"'


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][\w-]*", key) else quoted(key)
