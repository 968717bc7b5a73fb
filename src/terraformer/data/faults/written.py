"""A configuration as it was written: its blocks, arguments and references with exact bytes and what the schemas say of
them. What faults look at, and how they say what they change.

Native syntax only (``.tf``); what does not parse has no blocks. Nothing is evaluated.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from tree_sitter import Node

from terraformer.data.intents import Intent
from terraformer.errors import BundleError
from terraformer.hcl import NOT_LITERAL
from terraformer.hcl.syntax import NativeFile
from terraformer.provider import bundle
from terraformer.provider import schema as schemas
from terraformer.types import TerraformConfig

__all__ = [
    "Argument",
    "Block",
    "Edit",
    "Reference",
    "Written",
    "bundle_of",
    "edited",
    "folders_of",
    "hints_of",
    "schema_of",
]

META = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"})
"""Names that Terraform itself gives a meaning in resource and data blocks."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes ``start`` to ``end`` of ``file`` become ``text``."""

    file: str
    start: int
    end: int
    text: str


@dataclass(eq=False, slots=True)
class Argument:
    """``name = value`` in a block. Offsets are bytes; ``value`` is the expression's node, ``literal`` its value where
    it is a literal, else NOT_LITERAL. ``attribute`` is what the schema says of it, None where it says nothing."""

    name: str
    file: str
    start: int
    end: int
    value: Node
    literal: Any
    text: str
    owner: Block

    @property
    def attribute(self) -> schemas.Attribute | None:
        return self.owner.schema.attributes.get(self.name) if self.owner.schema is not None else None

    @property
    def path(self) -> tuple[str, ...]:
        """Names of the nested blocks around it and its own."""
        return (*self.owner.path, self.name)


@dataclass(eq=False, slots=True)
class Block:
    """A block at any depth. ``inner`` is the first byte after its brace, ``close`` that of its closing brace;
    ``schema`` describes its body, ``nesting`` how its parent's schema describes it (None at the top, and for what no
    schema knows). Of a ``dynamic`` block the ``content`` has the schema."""

    type: str
    labels: tuple[str, ...]
    file: str
    start: int
    end: int
    inner: int
    close: int
    header_end: int
    parent: Block | None
    schema: schemas.Block | None = None
    nesting: schemas.NestedBlock | None = None
    arguments: list[Argument] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    @property
    def top(self) -> Block:
        found = self
        while found.parent is not None:
            found = found.parent
        return found

    @property
    def path(self) -> tuple[str, ...]:
        names: list[str] = []
        found: Block | None = self
        while found is not None and found.parent is not None:
            if found.type == "dynamic" and found.labels:
                names.append(found.labels[0])
            elif not (found.type == "content" and found.parent.type == "dynamic"):
                names.append(found.type)
            found = found.parent
        return tuple(reversed(names))

    @property
    def address(self) -> str:
        """As it is referred to: "aws_s3_bucket.logs", "data.aws_ami.x", "var.region", "module.vpc"; else its type."""
        match self.type, self.labels:
            case "resource", (type_, name):
                return f"{type_}.{name}"
            case "data", (type_, name):
                return f"data.{type_}.{name}"
            case ("variable", (name,)):
                return f"var.{name}"
            case (("module" | "output"), (name,)):
                return f"{self.type}.{name}"
        return self.type

    def argument(self, name: str) -> Argument | None:
        return next((a for a in self.arguments if a.name == name), None)

    def walk(self) -> Iterator[Block]:
        """Itself and all blocks in it, in order."""
        stack = [self]
        while stack:
            found = stack.pop()
            yield found
            stack.extend(reversed(found.blocks))


@dataclass(frozen=True, eq=False, slots=True)
class Reference:
    """``aws_vpc.main[0].id`` in an expression: ``steps`` are its names, ``spans`` their bytes (without dots);
    ``keys`` the bytes of what is between name and attribute in brackets, None without. ``quoted``: inside a template.
    """

    file: str
    start: int
    end: int
    steps: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    key: tuple[int, int] | None
    block: Block
    argument: Argument
    quoted: bool

    @property
    def kind(self) -> str:
        """ "resource", "data", "var", "local", "module", "each", "count", "self", "path" or "terraform"."""
        head = self.steps[0]
        known = ("data", "var", "local", "module", "each", "count", "self", "path", "terraform")
        return head if head in known else "resource"

    @property
    def address(self) -> str:
        size = {"resource": 2, "data": 3, "var": 2, "local": 2, "module": 2}.get(self.kind, 2)
        return ".".join(self.steps[:size])

    @property
    def attributes(self) -> int:
        """Index in ``steps`` of the first attribute."""
        return {"data": 3}.get(self.kind, 2)

    @property
    def whole(self) -> bool:
        """Whether the argument's value is this reference alone."""
        return (self.argument.value.start_byte, self.argument.value.end_byte) == (self.start, self.end)


class Written:
    """One module of a configuration, parsed: the files of ``folder``. ``intent`` is what was asked for, None where that
    is not known."""

    def __init__(self, config: TerraformConfig, intent: Intent | None = None, folder: str | None = None) -> None:
        self.config = config
        self.intent = intent
        self.folder = config.root if folder is None else folder
        self.files: dict[str, NativeFile] = {}
        self.blocks: list[Block] = []
        for name in sorted(config.files):
            if not name.endswith(".tf") or (posixpath.dirname(name) or ".") != self.folder:
                continue
            file = NativeFile(name, config.files[name])
            self.files[name] = file
            if not file.has_errors:
                body = next((c for c in file.node.children if c.type == "body"), None)
                if body is not None:
                    _read(self.blocks, file, body)

    # --- looking -----------------------------------------------------------------------------------------------------

    @cached_property
    def resources(self) -> list[Block]:
        return [b for b in self.blocks if b.type == "resource" and len(b.labels) == 2]

    @cached_property
    def data(self) -> list[Block]:
        return [b for b in self.blocks if b.type == "data" and len(b.labels) == 2]

    @cached_property
    def variables(self) -> dict[str, Block]:
        return {b.labels[0]: b for b in self.blocks if b.type == "variable" and len(b.labels) == 1}

    @cached_property
    def outputs(self) -> list[Block]:
        return [b for b in self.blocks if b.type == "output" and len(b.labels) == 1]

    @cached_property
    def known(self) -> list[Block]:
        """Resources and data sources with a schema."""
        return [b for b in (*self.resources, *self.data) if b.schema is not None]

    @cached_property
    def bodies(self) -> list[Block]:
        """All blocks with a schema, nested ones too."""
        return [b for top in self.known for b in top.walk() if b.schema is not None]

    @cached_property
    def arguments(self) -> list[Argument]:
        """All arguments that a schema knows."""
        return [a for b in self.bodies for a in b.arguments if a.attribute is not None]

    @cached_property
    def references(self) -> list[Reference]:
        return [r for top in self.blocks for b in top.walk() for a in b.arguments for r in _references(a)]

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """Of every top-level block's label, the labels of all that it depends on, directly or not; the label of a
        provider block is the provider's name."""
        direct: dict[str, set[str]] = {}
        for block in self.blocks:
            if block.labels:
                near = direct.setdefault(block.labels[-1], set())
                if block.type in ("resource", "data"):
                    near.add(block.labels[0].partition("_")[0])
        for reference in self.references:
            if reference.block.labels and reference.kind in ("resource", "data", "var", "module"):
                direct.setdefault(reference.block.labels[-1], set()).add(reference.address.rpartition(".")[2])
        found: dict[str, frozenset[str]] = {}
        for label in direct:
            seen: set[str] = set()
            stack = list(direct[label])
            while stack:
                near_label = stack.pop()
                if near_label not in seen:
                    seen.add(near_label)
                    stack.extend(direct.get(near_label, ()))
            found[label] = frozenset(seen)
        return found

    def referring(self, address: str) -> list[Reference]:
        return [r for r in self.references if r.address == address]

    def open_block(self, argument: Argument) -> bool:
        """Whether the outermost nested block around an argument, or another of that name, holds something that is known
        only after apply: the provider's SDK then checks nothing in it."""
        block = argument.owner
        if block.parent is None:
            return False
        name = argument.path[0]
        return any(
            r.block is block.top and r.kind in ("resource", "data", "module") and r.argument.path[0] == name
            for r in self.references
        )

    def declared(self, address: str) -> Block | None:
        return next((b for b in self.blocks if b.address == address), None)

    def literal(self, argument: Argument) -> tuple[Any, Argument]:
        """The value of an argument, through a variable's default too, and the argument that holds it. NOT_LITERAL where
        it cannot be told."""
        if argument.literal is not NOT_LITERAL:
            return argument.literal, argument
        name = re.fullmatch(r"var\.(\w+)", argument.text)
        if name and (variable := self.variables.get(name[1])) and (default := variable.argument("default")):
            return default.literal, default
        return NOT_LITERAL, argument

    def text(self, file: str, start: int, end: int) -> str:
        return self.config.files[file][start:end].decode("utf-8", "replace")

    def name(self) -> str:
        """The file that a reply of one file would be."""
        return next((f for f in self.files if posixpath.basename(f) == "main.tf"), next(iter(self.files), "main.tf"))

    # --- saying what changes -----------------------------------------------------------------------------------------

    def replace(self, part: Argument | Block, text: str) -> Edit:
        return Edit(part.file, part.start, part.end, text)

    def rename(self, argument: Argument, name: str) -> Edit:
        return Edit(argument.file, argument.start, argument.start + len(argument.name.encode()), name)

    def retype(self, block: Block, name: str) -> Edit:
        return Edit(block.file, block.start, block.start + len(block.type.encode()), name)

    def value(self, argument: Argument, text: str) -> Edit:
        return Edit(argument.file, argument.value.start_byte, argument.value.end_byte, text)

    def label(self, block: Block, number: int, text: str) -> Edit:
        """Another text (in quotes) for one of a block's labels."""
        head = self.config.files[block.file][block.start : block.header_end].decode()
        found = list(re.finditer(r'"[^"]*"|(?<=\s)[\w-]+', head))[-len(block.labels) :][number]
        before = len(head[: found.start()].encode())
        return Edit(block.file, block.start + before, block.start + before + len(found[0].encode()), text)

    def places(self, edits: Sequence[Edit]) -> frozenset[str]:
        """The labels of the top-level blocks that edits touch."""
        return frozenset(
            b.labels[-1]
            for b in self.blocks
            if b.labels and any(e.file == b.file and b.start <= e.start <= b.end for e in edits)
        )

    def gone(self, part: Argument | Block) -> Edit:
        """Without the part, its lines and, of a block, the blank line before it."""
        content = self.config.files[part.file]
        start, end = part.start, part.end
        while start and content[start - 1 : start] in (b" ", b"\t"):
            start -= 1
        rest = re.compile(rb"[ \t]*(?:#[^\n]*)?\r?\n").match(content, end)
        if rest and (start == 0 or content[start - 1 : start] == b"\n"):
            end = rest.end()
            before = re.compile(rb"\n[ \t]*\r?\n\Z").search(content, max(0, start - 4), start)
            after = re.compile(rb"[ \t]*(?:\r?\n|\}|\Z)").match(content, end)
            if before and after:  # no two blank lines, none before a brace or the end
                start = before.start() + 1
        else:
            start = part.start
        return Edit(part.file, start, end, "")

    def add(self, block: Block, text: str, *, after: Argument | Block | None = None) -> Edit:
        """Lines in a block, after a part of it or at its end; they are indented as its contents are."""
        depth, up = 1, block.parent
        while up is not None:
            depth, up = depth + 1, up.parent
        pad = "  " * depth
        rows = "\n".join(pad + row if row else "" for row in text.split("\n"))
        content = self.config.files[block.file]
        if after is not None:
            line_end = content.find(b"\n", after.end)
            if 0 <= line_end <= block.close:
                return Edit(block.file, line_end, line_end, f"\n{rows}")
        at = block.close
        while content[at - 1 : at] in (b" ", b"\t"):
            at -= 1
        if content[at - 1 : at] == b"\n" and at > block.inner:
            return Edit(block.file, at, at, f"{rows}\n")
        return Edit(block.file, block.close, block.close, f"\n{rows}\n{pad[2:]}")

    def append(self, text: str, file: str = "") -> Edit:
        """A block of its own at the end of a file."""
        name = file or self.name()
        content = self.config.files[name]
        return Edit(name, len(content), len(content), ("" if content.endswith(b"\n") else "\n") + f"\n{text}\n")


def folders_of(config: TerraformConfig) -> list[str]:
    """The directories of a configuration that hold modules, the root module's first."""
    found = {posixpath.dirname(name) or "." for name in config.files if name.endswith(".tf")}
    return sorted(found, key=lambda f: (f != config.root, f))


def edited(config: TerraformConfig, edits: Sequence[Edit]) -> TerraformConfig:
    """The configuration with all edits, which must not overlap. Raises ValueError when they do."""
    changed: dict[str, bytes | None] = {}
    for file in {e.file for e in edits}:
        content, last = config.files[file], len(config.files[file]) + 1
        for edit in sorted((e for e in edits if e.file == file), key=lambda e: (e.start, e.end), reverse=True):
            if edit.end > last or edit.start > edit.end:
                raise ValueError("edits overlap")
            content = content[: edit.start] + edit.text.encode() + content[edit.end :]
            last = edit.start
        changed[file] = content
    return config.with_files(changed)


@lru_cache(maxsize=4096)
def _provider(type_: str) -> str | None:
    return bundle.provider_for_type(type_)


def schema_of(kind: str, type_: str) -> schemas.Block | None:
    """The schema of a resource or data source type, None where none is known."""
    source = _provider(type_)
    if source is None:
        return None
    try:
        held = bundle.load(source) if source not in _HELD else _HELD[source]
    except BundleError:
        return None
    _HELD[source] = held
    return held.schema(kind, type_).block if held.has(kind, type_) else None


_HELD: dict[str, bundle.Bundle] = {}


def bundle_of(type_: str) -> bundle.Bundle | None:
    """The bundle that serves a type of this prefix."""
    schema_of("resource", type_)
    return _HELD.get(_provider(type_) or "")


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(found: list[Block], file: NativeFile, body: Node) -> None:
    stack: list[tuple[Node, Block | None]] = [(c, None) for c in reversed(body.children) if c.type == "block"]
    while stack:
        node, parent = stack.pop()
        block, inside = _block(file, node, parent)
        if block is None:
            continue
        (found if parent is None else parent.blocks).append(block)
        if inside is None:
            continue
        for child in inside.children:
            if child.type == "attribute" and (argument := _argument(file, child, block)) is not None:
                block.arguments.append(argument)
        stack.extend((c, block) for c in reversed(inside.children) if c.type == "block")


def _block(file: NativeFile, node: Node, parent: Block | None) -> tuple[Block | None, Node | None]:
    kids = node.children
    start = next((c for c in kids if c.type == "block_start"), None)
    end = next((c for c in reversed(kids) if c.type == "block_end"), None)
    if start is None or end is None:
        return None, None
    heads = [c for c in kids if c.start_byte < start.start_byte and c.type in ("identifier", "string_lit")]
    labels = [file.text(c).strip('"') for c in heads[1:]]
    schema, nesting = _schema(file.text(heads[0]), labels, parent)
    block = Block(
        file.text(heads[0]),
        tuple(labels),
        file.name,
        node.start_byte,
        node.end_byte,
        start.end_byte,
        end.start_byte,
        heads[-1].end_byte,
        parent,
        schema,
        nesting,
    )
    return block, next((c for c in kids if c.type == "body"), None)


def _schema(
    type_: str, labels: Sequence[str], parent: Block | None
) -> tuple[schemas.Block | None, schemas.NestedBlock | None]:
    if parent is None:
        known = type_ in ("resource", "data") and len(labels) == 2
        return (schema_of(type_, labels[0]) if known else None), None
    if parent.type == "dynamic":
        return (parent.nesting.block if type_ == "content" and parent.nesting else None), None
    if parent.schema is None:
        return None, None
    nesting = parent.schema.blocks.get(labels[0] if type_ == "dynamic" and labels else type_)
    return (None if type_ == "dynamic" or nesting is None else nesting.block), nesting


def _argument(file: NativeFile, node: Node, owner: Block) -> Argument | None:
    value = next((c for c in node.children if c.type == "expression"), None)
    first = node.child(0)
    if value is None or first is None:
        return None
    end = value.end_byte  # a heredoc's line end belongs to it
    return Argument(
        file.text(first),
        file.name,
        node.start_byte,
        max(end, node.end_byte),
        value,
        file.literal(value),
        file.text(value),
        owner,
    )


def _references(argument: Argument) -> Iterator[Reference]:
    stack: list[tuple[Node, bool]] = [(argument.value, False)]
    while stack:
        node, quoted = stack.pop()
        quoted = quoted or node.type in ("quoted_template", "heredoc_template")
        kids = node.children
        for i, child in enumerate(kids):
            if child.type == "variable_expr":
                found = _reference(argument, kids, i, quoted)
                if found is not None:
                    yield found
        stack.extend((c, quoted) for c in reversed(kids) if c.named_child_count)


def _reference(argument: Argument, kids: Sequence[Node], at: int, quoted: bool) -> Reference | None:
    def step(node: Node) -> tuple[str, tuple[int, int]]:
        name = node.named_children[0]
        return (name.text or b"").decode(), (name.start_byte, name.end_byte)

    head = kids[at]
    steps = [((head.text or b"").decode(), (head.start_byte, head.end_byte))]
    key: tuple[int, int] | None = None
    end = head.end_byte
    for node in kids[at + 1 :]:
        if node.type == "get_attr":
            steps.append(step(node))
        elif node.type == "index" and len(steps) >= 2 and key is None:
            key = (node.start_byte, node.end_byte)
        elif node.type == "splat" and len(steps) >= 2 and key is None:
            inner = node.children[0]
            attributes = [c for c in inner.children if c.type == "get_attr"]
            key = (node.start_byte, attributes[0].start_byte if attributes else node.end_byte)
            steps += [step(c) for c in attributes]
        elif node.type not in ("index", "splat"):
            break
        end = node.end_byte
    if len(steps) < 2:
        return None
    return Reference(
        argument.file,
        head.start_byte,
        end,
        tuple(s[0] for s in steps),
        tuple(s[1] for s in steps),
        key,
        argument.owner.top,
        argument,
        quoted,
    )


def hints_of(type_: str, kind: str) -> Mapping[str, Any]:
    """Facts about arguments by dotted path (conflicts, groups), {} when there are none."""
    held = bundle_of(type_)
    return held.hints(type_, kind) if held is not None else {}
