"""The JSON syntax of Terraform (.tf.json), with positions: an iterative reader that keeps duplicate keys.

Source: HCL JSON syntax specification (hashicorp/hcl, json/spec.md) and Terraform's "JSON Configuration Syntax". The
standard json module gives no positions and drops duplicate keys, which in this syntax are several blocks.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from terraformer.hcl.syntax import MAX_EXACT_COLUMN, Block, Body, Call, Expression, NativeFile, graphemes
from terraformer.hcl.tree import NOT_LITERAL, ParseError
from terraformer.types import Position, SourceRange

__all__ = ["JsonFile", "JsonNode"]

MAX_TEMPLATES = 20_000
_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
    r"|(?P<word>true|false|null)|(?P<mark>[{}\[\],:]))"
)
_WORDS = {"true": True, "false": False, "null": None}


class JsonNode:
    """``kind`` is "object", "array" or "scalar". ``value`` is a list of (key, key start, key end, node), a list of
    nodes, or the plain value. ``start`` and ``end`` index the text."""

    __slots__ = ("end", "kind", "start", "value")

    def __init__(self, kind: str, value: Any, start: int, end: int = 0) -> None:
        self.kind = kind
        self.value = value
        self.start = start
        self.end = end

    def plain(self, depth: int = 0) -> Any:
        """As plain Python data; NOT_LITERAL when nested too deeply or when a string holds a template."""
        if depth > 24:
            return NOT_LITERAL
        if self.kind == "scalar":
            if isinstance(self.value, str) and ("${" in self.value or "%{" in self.value):
                return NOT_LITERAL
            return self.value
        if self.kind == "array":
            items = [n.plain(depth + 1) for n in self.value]
            return NOT_LITERAL if any(i is NOT_LITERAL for i in items) else items
        pairs = {k: n.plain(depth + 1) for k, _, _, n in self.value}
        return NOT_LITERAL if any(v is NOT_LITERAL for v in pairs.values()) else pairs


class JsonError(ValueError):
    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def parse(text: str) -> JsonNode:
    """Raises JsonError with the place. No recursion: depth costs memory, not stack."""
    pos = 0
    holder = JsonNode("array", [], 0)
    stack: list[JsonNode] = [holder]
    keys: list[tuple[str, int, int] | None] = [None]
    expect = "value"
    while True:
        match = _TOKEN.match(text, pos)
        if match is None:
            rest = text[pos:].strip()
            if not rest and expect == "end":
                return holder.value[0]  # type: ignore[no-any-return]
            raise JsonError("the file ends too early" if not rest else "not valid JSON", len(text) if not rest else pos)
        kind = match.lastgroup or ""
        lexeme, start, pos = match[kind], match.start(kind), match.end()
        if expect == "end":
            raise JsonError("something follows the end of the JSON value", start)
        top = stack[-1]
        if expect in ("key", "key-or-end"):
            if lexeme == "}" and expect == "key-or-end":
                expect = _close(stack, keys, pos)
                continue
            if kind != "string":
                raise JsonError("a property name in quotes is expected", start)
            keys[-1] = (_string(lexeme, start), start, pos)
            expect = "colon"
        elif expect == "colon":
            if lexeme != ":":
                raise JsonError('":" is expected after a property name', start)
            expect = "value"
        elif expect == "comma-or-end":
            if lexeme == ",":
                expect = "key" if top.kind == "object" else "value"
            elif lexeme == ("}" if top.kind == "object" else "]"):
                expect = _close(stack, keys, pos)
            else:
                raise JsonError('"," or a closing bracket is expected', start)
        else:
            if lexeme == "]" and expect == "value-or-end":
                expect = _close(stack, keys, pos)
                continue
            if kind == "mark" and lexeme not in "{[":
                raise JsonError("a value is expected", start)
            if lexeme in ("{", "["):
                node = JsonNode("object" if lexeme == "{" else "array", [], start)
                stack.append(node)
                keys.append(None)
                expect = "key-or-end" if lexeme == "{" else "value-or-end"
                continue
            _add(top, keys, JsonNode("scalar", _scalar(kind, lexeme, start), start, pos))
            expect = "end" if top is holder else "comma-or-end"


def _string(lexeme: str, at: int) -> str:
    try:
        return str(json.loads(lexeme))
    except ValueError:
        raise JsonError("a string with a bad escape", at) from None


def _scalar(kind: str, lexeme: str, at: int) -> Any:
    if kind == "string":
        return _string(lexeme, at)
    if kind == "word":
        return _WORDS[lexeme]
    try:
        return int(lexeme) if lexeme.lstrip("-").isdigit() and len(lexeme) < 4000 else float(lexeme)
    except ValueError:
        raise JsonError("not a number", at) from None


def _add(parent: JsonNode, keys: list[tuple[str, int, int] | None], node: JsonNode) -> None:
    if parent.kind == "object":
        key = keys[-1] or ("", 0, 0)
        parent.value.append((*key, node))
    else:
        parent.value.append(node)


def _close(stack: list[JsonNode], keys: list[tuple[str, int, int] | None], pos: int) -> str:
    node = stack.pop()
    keys.pop()
    node.end = pos
    _add(stack[-1], keys, node)
    return "end" if len(stack) == 1 else "comma-or-end"


class JsonFile:
    """One .tf.json file. A file that is no JSON has an empty body and one error."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._text = content.decode("utf-8-sig", "replace")
        self._shift = 3 if content.startswith(b"\xef\xbb\xbf") else 0
        self._ascii = self._text.isascii()
        self._lines = [0, *(m.end() for m in re.finditer("\n", self._text))]
        self._line_bytes = self._lines if self._ascii else _byte_offsets(self._text, self._lines)
        self._error: ParseError | None = None
        self.root: JsonNode | None = None
        try:
            root = parse(self._text)
            if root.kind == "scalar":
                raise JsonError("the top of the file must be an object", root.start)
            self.root = root
        except JsonError as error:
            self._error = ParseError(name, str(error), self.range(error.at, error.at))

    @property
    def has_errors(self) -> bool:
        return self._error is not None

    def errors(self) -> list[ParseError]:
        return [self._error] if self._error else []

    def position(self, at: int) -> Position:
        line = bisect_right(self._lines, at) - 1
        start = self._lines[line]
        if self._ascii:
            return Position(line + 1, at - start + 1, at + self._shift)
        prefix = self._text[start:at]
        column = graphemes(prefix) if len(prefix) <= MAX_EXACT_COLUMN else len(prefix)
        byte = self._line_bytes[line] + len(prefix.encode("utf-8", "replace")) + self._shift
        return Position(line + 1, column + 1, byte)

    def range(self, start: int, end: int) -> SourceRange:
        return SourceRange(self.name, self.position(start), self.position(end))

    def source(self, start: int, end: int) -> str:
        """The file's text between two indexes, as written."""
        return self._text[start:end]

    def text(self, node: JsonNode) -> str:
        """A string's own text (what the HCL expression would be), else the JSON as written."""
        return node.value if isinstance(node.value, str) else self._text[node.start : node.end]

    @property
    def body(self) -> Body:
        return JsonBody(self, [self.root] if self.root is not None else [])

    def calls(self) -> Iterator[Call]:
        """Function calls in the templates that strings may hold. Their range is that of the string."""
        stack = [self.root] if self.root is not None else []
        left = MAX_TEMPLATES
        while stack:
            node = stack.pop()
            if node.kind == "object":
                stack.extend(n for _, _, _, n in node.value)
            elif node.kind == "array":
                stack.extend(node.value)
            elif isinstance(node.value, str) and ("${" in node.value or "%{" in node.value) and left > 0:
                left -= 1
                wrapped = NativeFile(
                    self.name,
                    b"x = <<TERRAFORMER_JSON_STRING\n"
                    + node.value.encode("utf-8", "replace")
                    + b"\nTERRAFORMER_JSON_STRING\n",
                )
                for call in wrapped.calls():
                    yield Call(call.name, call.arguments, call.first, self.range(node.start, node.end))


class JsonBody(Body):
    """The objects that make up one body (several when the syntax gives an array of objects)."""

    __slots__ = ("_objects", "file")

    def __init__(self, file: JsonFile, nodes: list[JsonNode]) -> None:
        self.file = file
        self._objects = _objects(nodes)

    def _pairs(self) -> Iterator[tuple[str, int, int, JsonNode]]:
        for node in self._objects:
            for pair in node.value:
                if pair[0] != "//":
                    yield pair

    def blocks(self, type_: str, labels: int) -> list[Block]:
        found: list[Block] = []
        for key, key_start, key_end, node in self._pairs():
            if key == type_:
                self._labelled(found, type_, (), labels, node, key_start, key_end)
        return found

    def _labelled(
        self, out: list[Block], type_: str, so_far: tuple[str, ...], left: int, node: JsonNode, start: int, end: int
    ) -> None:
        if left == 0:
            bodies = node.value if node.kind == "array" else [node]
            for body in bodies:
                if body.kind == "object":
                    whole, header = self.file.range(start, body.end), self.file.range(start, end)
                    out.append(Block(type_, so_far, JsonBody(self.file, [body]), whole, header))
            return
        for holder in _objects([node]):
            for key, key_start, key_end, inner in holder.value:
                if key != "//":
                    self._labelled(out, type_, (*so_far, key), left - 1, inner, key_start, key_end)

    def _expression(self, node: JsonNode) -> Expression:
        return Expression(self.file.text(node), node.plain(), self.file.range(node.start, node.end))

    def attribute(self, name: str) -> Expression | None:
        return next((self._expression(n) for k, _, _, n in self._pairs() if k == name), None)

    def node(self, name: str) -> JsonNode | None:
        return next((n for k, _, _, n in self._pairs() if k == name), None)

    def attribute_range(self, name: str) -> SourceRange | None:
        return next((self.file.range(s, n.end) for k, s, _, n in self._pairs() if k == name), None)

    def attributes(self) -> Iterator[tuple[str, Expression]]:
        for key, _, _, node in self._pairs():
            yield key, self._expression(node)

    def reference(self, name: str) -> str:
        text = super().reference(name)
        return text[2:-1].strip() if text.startswith("${") and text.endswith("}") else text


def _byte_offsets(text: str, lines: list[int]) -> list[int]:
    offsets = [0]
    for start, end in pairwise(lines):
        offsets.append(offsets[-1] + len(text[start:end].encode("utf-8", "replace")))
    return offsets


def _objects(nodes: list[JsonNode]) -> list[JsonNode]:
    """The objects among the nodes and, one array deep, inside them."""
    found: list[JsonNode] = []
    for node in nodes:
        if node.kind == "object":
            found.append(node)
        elif node.kind == "array":
            found.extend(n for n in node.value if n.kind == "object")
    return found
