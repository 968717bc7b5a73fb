"""Native HCL syntax on tree-sitter: bodies, blocks, expressions, with exact ranges. Never raises on bad HCL.

Source: HCL native syntax specification (hashicorp/hcl, hclsyntax/spec.md). Walks are iterative or bounded in depth:
tree-sitter itself keeps its stack on the heap. NOT covered: evaluation; only literals are turned into values.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import tree_sitter_hcl
from tree_sitter import Language, Node, Parser

from terraformer.hcl.tree import NOT_LITERAL, ParseError
from terraformer.types import Position, SourceRange

__all__ = ["Block", "Body", "Call", "Expression", "NativeFile", "unquote"]

MAX_LITERAL_DEPTH = 24
MAX_PARSE_ERRORS = 20
MAX_LOOSE_CALLS = 5_000
MAX_ERROR_WALK = 10_000
MAX_EXACT_COLUMN = 8192
"""Columns further right are counted in bytes: a hostile single-line file must not cost quadratic time."""
_BOM = b"\xef\xbb\xbf"
_LOOSE_CALL = re.compile(rb"\b([A-Za-z_][\w-]*(?:::[\w-]+){0,2})[ \t]*\(")
_ESCAPE = re.compile(r'\\(n|r|t|"|\\|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})|\$\$\{|%%\{')
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


@functools.cache
def _language() -> Language:
    return Language(tree_sitter_hcl.language())


# Nodes below which there is no function call.
_NO_CALLS = frozenset(
    {
        "block_end",
        "block_start",
        "comment",
        "get_attr",
        "identifier",
        "literal_value",
        "numeric_lit",
        "string_lit",
        "template_literal",
        "variable_expr",
    }
)


def unquote(text: str) -> str:
    """The value of the inside of a quoted string without interpolation (escapes as in the HCL specification)."""

    def one(match: re.Match[str]) -> str:
        found = match[1]
        if found is None:
            return match[0][1:]
        if found[0] in "uU" and len(found) > 1:
            code = int(found[1:], 16)
            return chr(code) if code < 0x110000 else "\ufffd"
        return _ESCAPES[found]

    return _ESCAPE.sub(one, text) if "\\" in text or "{" in text else text


def graphemes(text: str) -> int:
    """How many characters a person sees (extended grapheme clusters, Unicode UAX 29, the rules that matter in source
    code: combining marks, joiners, variation selectors, emoji modifiers, flags, CR LF; not Hangul or Indic
    conjuncts)."""
    count = 0
    joined = flag = False
    previous = ""
    for c in text:
        code = ord(c)
        if code < 0x300:
            if not (c == "\n" and previous == "\r"):
                count += 1
            joined = flag = False
        elif code == 0x200D:
            joined = True
            continue
        elif unicodedata.category(c) in ("Mn", "Me", "Mc") or 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:
            pass
        elif 0x1F1E6 <= code <= 0x1F1FF:
            flag = not flag
            count += flag
        else:
            count += not joined
            joined = flag = False
        previous = c
    return count


@dataclass(frozen=True, slots=True)
class Call:
    """A function call: its name without the "core::" namespace, the text of the arguments, the first one's value."""

    name: str
    arguments: str
    first: Any
    range: SourceRange


@dataclass(frozen=True, slots=True)
class Expression:
    """``text`` as written; ``literal`` its value where it is a literal, else NOT_LITERAL."""

    text: str
    literal: Any
    range: SourceRange


class Block:
    """A block: its labels, its body, its whole range and that of its header (up to the brace)."""

    __slots__ = ("body", "header", "labels", "range", "type")

    def __init__(self, type_: str, labels: tuple[str, ...], body: Body, range_: SourceRange, header: SourceRange):
        self.type = type_
        self.labels = labels
        self.body = body
        self.range = range_
        self.header = header


class Body:
    """The inside of a block or a file. The same door for native and JSON syntax (see json_syntax)."""

    def blocks(self, type_: str, labels: int) -> list[Block]:
        """The blocks of a type that have that many labels."""
        raise NotImplementedError

    def attribute(self, name: str) -> Expression | None:
        raise NotImplementedError

    def attributes(self) -> Iterator[tuple[str, Expression]]:
        """All attributes, where the body holds no blocks (``required_providers``, ``locals``)."""
        raise NotImplementedError

    def reference(self, name: str) -> str:
        """An attribute that is a reference, as text: ``provider = aws.eu`` and the old ``provider = "aws.eu"``."""
        found = self.attribute(name)
        if found is None:
            return ""
        return found.literal if isinstance(found.literal, str) else found.text


class NativeFile:
    """One parsed file of native syntax."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        # A byte order mark is legal; blanks in its place keep every byte offset.
        self.content = b"   " + content[3:] if content.startswith(_BOM) else content
        tree = Parser(_language()).parse(self.content)
        self._tree = tree
        self.node: Node = tree.root_node
        self._lines: list[int] | None = None
        self.has_errors: bool = self.node.has_error

    def position(self, byte: int, row: int, column: int) -> Position:
        """From tree-sitter's byte, row and byte column (all from 0)."""
        prefix = self.content[byte - column : byte] if column <= MAX_EXACT_COLUMN else b""
        if prefix.isascii():
            return Position(row + 1, column + 1, byte)
        return Position(row + 1, graphemes(prefix.decode("utf-8", "replace")) + 1, byte)

    def range(self, start: Node, end: Node | None = None) -> SourceRange:
        """From the start of one node to the end of another (or of itself)."""
        last = end or start
        a, b = start.start_point, last.end_point
        return SourceRange(
            self.name,
            self.position(start.start_byte, a.row, a.column),
            self.position(last.end_byte, b.row, b.column),
        )

    def span(self, start: int, end: int) -> SourceRange:
        """The range between two bytes."""
        if self._lines is None:
            self._lines = [0, *(m.end() for m in re.finditer(b"\n", self.content))]
        rows = bisect_right(self._lines, start) - 1, bisect_right(self._lines, end) - 1
        return SourceRange(
            self.name,
            self.position(start, rows[0], start - self._lines[rows[0]]),
            self.position(end, rows[1], end - self._lines[rows[1]]),
        )

    def text(self, node: Node) -> str:
        return self.content[node.start_byte : node.end_byte].decode("utf-8", "replace")

    @property
    def body(self) -> Body:
        return NativeBody(self, next((c for c in self.node.children if c.type == "body"), None))

    def calls(self) -> Iterator[Call]:
        """Every function call in the file, templates included."""
        if self.has_errors:
            # Names are all that is needed of a file that cannot be read, and an ERROR node may hide others.
            yield from self._loose_calls()
            return
        # Not a query: its time is quadratic in the number of children of a node.
        calls: list[Node] = []
        stack = [self.node]
        while stack:
            for child in stack.pop().named_children:
                kind = child.type
                if kind not in _NO_CALLS:
                    if kind == "function_call":
                        calls.append(child)
                    stack.append(child)
        for node in sorted(calls, key=lambda n: n.start_byte):
            name = next((self.text(c) for c in node.children if c.type == "identifier"), "")
            arguments = next((c for c in node.children if c.type == "function_arguments"), None)
            first = next((c for c in arguments.children if c.type == "expression"), None) if arguments else None
            yield Call(
                name.removeprefix("core::"),
                self.text(arguments).strip() if arguments else "",
                NOT_LITERAL if first is None else self.literal(first),
                self.range(node),
            )

    def _loose_calls(self) -> Iterator[Call]:
        for match in islice(_LOOSE_CALL.finditer(self.content), MAX_LOOSE_CALLS):
            name = match[1].decode("ascii").removeprefix("core::")
            yield Call(name, "", NOT_LITERAL, self.span(*match.span(1)))

    def errors(self) -> list[ParseError]:
        """The first places that tree-sitter could not make sense of."""
        if not self.has_errors:
            return []
        found: list[ParseError] = []
        stack = [self.node]
        visited = 0
        while stack and len(found) < MAX_PARSE_ERRORS and visited < MAX_ERROR_WALK:
            node = stack.pop()
            visited += 1
            if node.is_missing:
                found.append(ParseError(self.name, f"{node.type} is missing", self.range(node)))
            elif node.type == "ERROR":
                found.append(ParseError(self.name, "cannot be read as HCL", self.range(node)))
            else:
                stack.extend(c for c in reversed(node.children) if c.has_error or c.is_missing)
        return found or [ParseError(self.name, "cannot be read as HCL", self.range(self.node))]

    def literal(self, node: Node, depth: int = 0) -> Any:
        """The value of a literal expression, NOT_LITERAL for anything that needs evaluation."""
        if depth > MAX_LITERAL_DEPTH:
            return NOT_LITERAL
        kind = node.type
        named = node.named_children
        if kind in ("expression", "literal_value", "collection_value") and len(named) == 1:
            return self.literal(named[0], depth + 1)
        if kind == "string_lit":
            return unquote("".join(self.text(c) for c in named if c.type == "template_literal"))
        if kind == "numeric_lit":
            text = self.text(node)
            try:
                return int(text) if text.isdigit() and len(text) < 4000 else float(text)
            except ValueError:
                return NOT_LITERAL
        if kind == "bool_lit":
            return self.text(node) == "true"
        if kind == "null_lit":
            return None
        if kind == "operation" and len(named) == 1:
            value = self.literal(named[0], depth + 1)
            return -value if type(value) in (int, float) and self.text(node).startswith("-") else NOT_LITERAL
        if kind == "unary_operation" and len(named) == 1 and self.text(node).startswith("-"):
            value = self.literal(named[0], depth + 1)
            return -value if type(value) in (int, float) else NOT_LITERAL
        if kind == "tuple":
            items = [self.literal(c, depth + 1) for c in named if c.type == "expression"]
            return NOT_LITERAL if any(i is NOT_LITERAL for i in items) else items
        if kind == "object":
            return self._object(named, depth)
        return NOT_LITERAL

    def _object(self, named: list[Node], depth: int) -> Any:
        value: dict[str, Any] = {}
        for element in named:
            if element.type != "object_elem":
                continue
            key_node, value_node = element.child_by_field_name("key"), element.child_by_field_name("val")
            if key_node is None or value_node is None:
                return NOT_LITERAL
            key = self.literal(key_node, depth + 1)
            if key is NOT_LITERAL:
                key = self.text(key_node).strip()
                if not re.fullmatch(r"[^\W\d][\w-]*", key):
                    return NOT_LITERAL
            item = self.literal(value_node, depth + 1)
            if item is NOT_LITERAL:
                return NOT_LITERAL
            value[str(key)] = item
        return value


class NativeBody(Body):
    """A ``body`` node (None: an empty one). Its parts are read once, when first asked for."""

    __slots__ = ("_attributes", "_blocks", "_node", "file")

    def __init__(self, file: NativeFile, node: Node | None) -> None:
        self.file = file
        self._node = node
        self._attributes: dict[str, Node] | None = None
        self._blocks: list[tuple[str, Node]] = []

    def _read(self) -> dict[str, Node]:
        if self._attributes is None:
            self._attributes = {}
            stack = [self._node] if self._node is not None else []
            while stack:
                for child in stack.pop().children:
                    kind = child.type
                    if kind == "attribute":
                        first = child.child(0)
                        if first is not None:
                            self._attributes.setdefault(self.file.text(first), child)
                    elif kind == "block":
                        first = child.child(0)
                        if first is not None:
                            self._blocks.append((self.file.text(first), child))
                    elif kind in ("body", "ERROR"):
                        stack.append(child)
        return self._attributes

    def blocks(self, type_: str, labels: int) -> list[Block]:
        self._read()
        found = []
        for name, node in self._blocks:
            if name == type_:
                block = self._block(node)
                if len(block.labels) == labels:
                    found.append(block)
        return found

    def all_blocks(self) -> list[Block]:
        self._read()
        return [self._block(node) for _, node in self._blocks]

    def _block(self, node: Node) -> Block:
        file = self.file
        labels: list[str] = []
        body: Node | None = None
        type_, *rest = node.children
        last = type_
        for child in rest:
            if child.type == "string_lit":
                value = file.literal(child)
                labels.append(value if isinstance(value, str) else "")
                last = child
            elif child.type == "identifier":
                labels.append(file.text(child))
                last = child
            elif child.type == "body":
                body = child
        return Block(file.text(type_), tuple(labels), NativeBody(file, body), file.range(node), file.range(type_, last))

    def _expression(self, node: Node) -> Expression:
        value = next((c for c in node.children if c.type == "expression"), node)
        return Expression(self.file.text(value), self.file.literal(value), self.file.range(value))

    def attribute(self, name: str) -> Expression | None:
        node = self._read().get(name)
        return None if node is None else self._expression(node)

    def attribute_range(self, name: str) -> SourceRange | None:
        """The range of the whole attribute, name included."""
        node = self._read().get(name)
        return None if node is None else self.file.range(node)

    def value_node(self, name: str) -> Node | None:
        node = self._read().get(name)
        return None if node is None else next((c for c in node.children if c.type == "expression"), None)

    def attributes(self) -> Iterator[tuple[str, Expression]]:
        for name, node in self._read().items():
            yield name, self._expression(node)
