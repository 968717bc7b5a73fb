"""A configuration's files as blocks, arguments and references, each with its place in bytes: what operators look at.

Read only; edits are collected by ``draft.Draft``. All modules whose files are in the configuration are read: a block
knows the directory it stands in. Files in JSON syntax are not read, and stay as they are.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tree_sitter import Node

from terraformer.hcl.syntax import NativeFile
from terraformer.hcl.tree import NOT_LITERAL
from terraformer.types import TerraformConfig

__all__ = ["Argument", "HclBlock", "Reference", "Syntax"]


@dataclass(frozen=True, eq=False)
class Argument:
    """``name = expression``. ``text`` is the expression as written, ``value`` its value where it is a literal, else
    NOT_LITERAL; ``start``/``end`` the bytes of all of it, ``value_start``/``value_end`` those of the expression."""

    name: str
    text: str
    value: Any
    start: int
    end: int
    value_start: int
    value_end: int
    node: Node = field(repr=False)

    @property
    def literal(self) -> bool:
        return self.value is not NOT_LITERAL


@dataclass(frozen=True, eq=False)
class HclBlock:
    """A block. ``inner_start``/``inner_end`` are the bytes between its braces; ``parent`` the block around it."""

    file: str
    kind: str
    labels: tuple[str, ...]
    start: int
    end: int
    inner_start: int
    inner_end: int
    arguments: dict[str, Argument]
    blocks: tuple[HclBlock, ...]
    label_ranges: tuple[tuple[int, int], ...]

    @property
    def type(self) -> str:
        """The resource's or data source's type; else the first label."""
        return self.labels[0] if self.labels else ""

    @property
    def label(self) -> str:
        """The name given to it in the code (the last label)."""
        return self.labels[-1] if self.labels else ""

    @property
    def address(self) -> str:
        """How other blocks of the module call it: "aws_sqs_queue.jobs", "data.aws_ami.x", "var.region",
        "module.vpc", "output.url"; of others kind and labels ("provider.aws", "locals")."""
        match self.kind:
            case "resource":
                return ".".join(self.labels)
            case "variable":
                return f"var.{self.label}"
            case _:
                return ".".join((self.kind, *self.labels))

    @property
    def directory(self) -> str:
        return posixpath.dirname(self.file) or "."

    def value(self, name: str) -> Any:
        """An argument's literal value; NOT_LITERAL where it is none or absent."""
        found = self.arguments.get(name)
        return NOT_LITERAL if found is None else found.value

    def text(self, name: str) -> str:
        """An argument's expression as written, "" where it is absent."""
        found = self.arguments.get(name)
        return "" if found is None else found.text

    def inner(self, kind: str) -> tuple[HclBlock, ...]:
        """The nested blocks of a kind, not those of ``dynamic``."""
        return tuple(b for b in self.blocks if b.kind == kind)

    def first(self, *kinds: str) -> HclBlock | None:
        """The one that a path of nested block kinds leads to, the first of each; None where there is none."""
        here: HclBlock | None = self
        for kind in kinds:
            found = here.inner(kind) if here is not None else ()
            here = found[0] if found else None
        return here

    def has(self, name: str) -> bool:
        """It has the argument or nested block, or a ``dynamic`` block of that kind."""
        return name in self.arguments or any(
            b.kind == name or (b.kind == "dynamic" and b.label == name) for b in self.blocks
        )

    @property
    def repeated(self) -> str:
        """ "count", "for_each" or ""."""
        return next((n for n in ("count", "for_each") if n in self.arguments), "")

    def walk(self) -> Iterator[HclBlock]:
        """It and all blocks in it."""
        stack = [self]
        while stack:
            here = stack.pop()
            yield here
            stack.extend(reversed(here.blocks))


@dataclass(frozen=True, eq=False)
class Reference:
    """A reference in an expression. ``parts`` are its names without keys ("aws_iam_role", "app", "arn"), ``address``
    those that name a block ("aws_iam_role.app", "var.region", "local.tags", "data.aws_ami.x", "module.vpc");
    ``address_end`` is where these end. ``keyed``: an instance key, index or splat follows the address. ``block`` is the
    top-level block that it stands in, ``argument`` the name of the innermost argument."""

    file: str
    start: int
    end: int
    address_end: int
    address: str
    parts: tuple[str, ...]
    keyed: bool
    template: bool
    block: HclBlock
    argument: str


class Syntax:
    """The files of a configuration, read. ``readable`` is False where one of them is no well-formed HCL."""

    def __init__(self, config: TerraformConfig) -> None:
        self.config = config
        self.readable = True
        self.files: dict[str, NativeFile] = {}
        self.blocks: list[HclBlock] = []
        self._references: list[Reference] | None = None
        for path in sorted(config.files):
            if not path.endswith((".tf", ".tofu")):
                continue
            file = NativeFile(path, config.files[path])
            self.files[path] = file
            if file.has_errors:
                self.readable = False
                continue
            body = _body(file.node)
            self.blocks.extend(_block(file, n) for n in (body.children if body else ()) if n.type == "block")

    def text(self, file: str, start: int, end: int) -> str:
        return self.config.files[file][start:end].decode("utf-8", "replace")

    def source(self, block: HclBlock) -> str:
        """A block as it is written."""
        return self.text(block.file, block.start, block.end)

    @cached_property
    def root_blocks(self) -> tuple[HclBlock, ...]:
        """The top-level blocks of the root module."""
        root = self.config.root or "."
        return tuple(b for b in self.blocks if posixpath.normpath(b.directory) == posixpath.normpath(root))

    def of(self, kind: str, type: str = "") -> list[HclBlock]:
        """The root module's blocks of a kind ("resource", "data", "variable", "output", "module", ...)."""
        return [b for b in self.root_blocks if b.kind == kind and (not type or b.type == type)]

    def find(self, address: str) -> HclBlock | None:
        """The root module's block with an address ("aws_sqs_queue.jobs", "var.region", "output.url")."""
        return next((b for b in self.root_blocks if b.address == address), None)

    @cached_property
    def locals(self) -> dict[str, tuple[HclBlock, Argument]]:
        """The root module's local values: the block that each stands in, and its definition."""
        return {name: (b, a) for b in self.of("locals") for name, a in b.arguments.items()}

    def references(self, address: str = "", *, within: HclBlock | None = None) -> list[Reference]:
        """The root module's references to an address (to anything where it is ""), in the order of files."""
        if self._references is None:
            self._references = [r for b in self.root_blocks for r in _references(self.files[b.file], b)]
        return [
            r
            for r in self._references
            if (not address or r.address == address)
            and (within is None or (r.file == within.file and within.start <= r.start < within.end))
        ]

    def names(self, kind: str, type: str = "") -> set[str]:
        """The labels that are taken among blocks of a kind (and type)."""
        return {b.label for b in self.of(kind, type)}


def _body(node: Node) -> Node | None:
    return next((c for c in node.children if c.type == "body"), None)


def _block(file: NativeFile, node: Node) -> HclBlock:
    labels: list[str] = []
    ranges: list[tuple[int, int]] = []
    inner_start = inner_end = node.end_byte
    kind = ""
    body: Node | None = None
    for child in node.children:
        match child.type:
            case "identifier" if not kind:
                kind = file.text(child)
            case "identifier":
                labels.append(file.text(child))
                ranges.append((child.start_byte, child.end_byte))
            case "string_lit":
                labels.append(file.text(child).strip('"'))
                ranges.append((child.start_byte, child.end_byte))
            case "block_start":
                inner_start = child.end_byte
            case "block_end":
                inner_end = child.start_byte
            case "body":
                body = child
    arguments: dict[str, Argument] = {}
    blocks: list[HclBlock] = []
    for child in body.children if body is not None else ():
        if child.type == "attribute":
            found = _argument(file, child)
            arguments[found.name] = found
        elif child.type == "block":
            blocks.append(_block(file, child))  # nesting is bounded by what Terraform accepted: it planned
    return HclBlock(
        file.name,
        kind,
        tuple(labels),
        node.start_byte,
        node.end_byte,
        inner_start,
        inner_end,
        arguments,
        tuple(blocks),
        tuple(ranges),
    )


def _argument(file: NativeFile, node: Node) -> Argument:
    value = next((c for c in node.children if c.type == "expression"), node)
    name = file.text(node.children[0])
    return Argument(
        name,
        file.text(value),
        file.literal(value),
        node.start_byte,
        node.end_byte,
        value.start_byte,
        value.end_byte,
        value,
    )


_LEADING = {"data": 3, "ephemeral": 3}


def _references(file: NativeFile, block: HclBlock) -> Iterator[Reference]:
    root = file.node.descendant_for_byte_range(block.start, block.end)
    stack: list[tuple[Node, str, bool]] = [(root, "", False)] if root is not None else []
    found: list[Reference] = []
    while stack:
        node, argument, template = stack.pop()
        if node.start_byte >= block.end or node.end_byte <= block.start:
            continue
        if node.type == "attribute":
            argument = file.text(node.children[0])
        elif node.type == "template_interpolation":
            template = True
        children = node.children
        for at, child in enumerate(children):
            if child.type != "variable_expr":
                if child.children:
                    stack.append((child, argument, template))
                continue
            parts = [file.text(child)]
            if node.type == "expression" and node.parent is not None and node.parent.type == "object_elem":
                first = node.parent.child_by_field_name("key")
                if first is not None and first.start_byte == node.start_byte and len(children) == 1:
                    continue  # a key of an object
            end = address_end = child.end_byte
            wanted = _LEADING.get(parts[0], 2)
            keyed = False
            for follower in children[at + 1 :]:
                if follower.type == "get_attr":
                    parts.append(file.text(follower.children[-1]))
                    end = follower.end_byte
                    if len(parts) <= wanted:
                        address_end = end
                elif follower.type in ("index", "splat"):
                    keyed = keyed or len(parts) == wanted
                    parts.extend(file.text(n.children[-1]) for n in _attributes(follower))
                    end = follower.end_byte
                else:
                    break
            address = ".".join(parts[:wanted])
            found.append(
                Reference(
                    file.name,
                    child.start_byte,
                    end,
                    address_end,
                    address,
                    tuple(parts),
                    keyed,
                    template,
                    block,
                    argument,
                )
            )
    yield from sorted(found, key=lambda r: r.start)


def _attributes(node: Node) -> Iterator[Node]:
    """The attributes that a splat takes."""
    if node.type == "splat":
        for child in node.children:
            yield from (n for n in child.children if n.type == "get_attr")


_NAME = re.compile(r"[^\W\d][\w-]*")
