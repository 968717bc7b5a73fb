"""A module's files as lint rules look at them: parsed once, walked once.

The walk is iterative and visits every node once, so its time is linear in the size of the files. What is gathered per
place (comments, index steps, calls) is bounded by the size of the input, which the verification bounds.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tree_sitter import Node

from terraformer.hcl import NOT_LITERAL, ModuleTree, is_override
from terraformer.hcl.json_syntax import JsonFile, JsonNode
from terraformer.hcl.scan import parse_file
from terraformer.hcl.syntax import Block, Body, Expression, NativeFile
from terraformer.types import Position, SourceRange, TerraformConfig

__all__ = ["Facts", "LintFile", "LintModule", "Place", "block_address", "unwrapped"]

MAX_TEMPLATES = 20_000
_LABELS = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "module": 1,
    "variable": 1,
    "output": 1,
    "provider": 1,
    "check": 1,
    "locals": 0,
    "terraform": 0,
    "moved": 0,
    "import": 0,
    "removed": 0,
}
# Nodes below which there is nothing to find.
_LEAVES = frozenset(
    {
        "identifier",
        "template_literal",
        "literal_value",
        "string_lit",
        "numeric_lit",
        "heredoc_start",
        "heredoc_identifier",
        "block_start",
        "block_end",
        "tuple_start",
        "tuple_end",
        "object_start",
        "object_end",
        "quoted_template_start",
        "quoted_template_end",
        "template_interpolation_start",
        "template_interpolation_end",
        "template_directive_start",
        "template_directive_end",
        "get_attr",
        "ellipsis",
        "strip_marker",
    }
)
_STATIC_REFERENCE = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*){1,2}")
_VALUE = re.compile(r"(var|local)\s*\.\s*([^\W\d][\w-]*)")
_WRAP = b"x = <<TERRAFORMER_JSON\n"
_FUNCTION = re.compile(r"provider::([\w-]+)::")

Reference = tuple[str, str, str]
"""Root and the next two attribute steps of a reference, "" where there is none: ("data", "aws_ami", "ubuntu")."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a native file, or a string of a JSON file with the text found in it."""

    file: LintFile
    node: Node | None
    text: str
    json: JsonNode | None = None

    @property
    def range(self) -> SourceRange:
        if self.json is not None:
            return self.file.json_range(self.json, self.node)
        assert self.node is not None
        return self.file.native.range(self.node)

    @property
    def byte(self) -> int:
        if self.json is not None:
            return self.range.start.byte
        return self.node.start_byte if self.node is not None else 0


@dataclass(slots=True)
class Facts:
    """What one walk gathers. Places in the order of the file, as good as."""

    references: set[Reference] = field(default_factory=set)
    own_validation: set[Reference] = field(default_factory=set)
    comments: list[Node] = field(default_factory=list)
    legacy_indexes: list[Place] = field(default_factory=list)
    legacy_splats: list[Place] = field(default_factory=list)
    wrapped: list[tuple[Place, bool]] = field(default_factory=list)
    lookups: list[Place] = field(default_factory=list)
    comparisons: list[tuple[Place, str, str]] = field(default_factory=list)
    objects: list[Node] = field(default_factory=list)
    workspaces: list[Place] = field(default_factory=list)
    provider_functions: list[tuple[str, Place]] = field(default_factory=list)


class LintFile:
    """One file of a module."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.content = content
        self.parsed = parse_file(name, content)
        self.override = is_override(name)
        self._blocks: dict[tuple[str, int], list[Block]] = {}

    @property
    def is_json(self) -> bool:
        return isinstance(self.parsed, JsonFile)

    @property
    def native(self) -> NativeFile:
        assert isinstance(self.parsed, NativeFile)
        return self.parsed

    @cached_property
    def body(self) -> Body:
        return self.parsed.body

    def blocks(self, type_: str, labels: int) -> list[Block]:
        """The file's blocks of a type with that many labels; read once."""
        found = self._blocks.get((type_, labels))
        if found is None:
            found = self._blocks[type_, labels] = self.body.blocks(type_, labels)
        return found

    @cached_property
    def start(self) -> SourceRange:
        first = Position(1, 1, 0)
        return SourceRange(self.name, first, first)

    def json_range(self, node: JsonNode, inside: Node | None = None) -> SourceRange:
        """The range of a string or, where nothing in it is escaped, of the node of the template in it."""
        assert isinstance(self.parsed, JsonFile)
        raw = self.parsed.source(node.start + 1, node.end - 1)
        if inside is None or raw != node.value:
            return self.parsed.range(node.start, node.end)
        content = raw.encode("utf-8", "replace")
        start, end = (
            node.start + 1 + len(content[: byte - len(_WRAP)].decode("utf-8", "replace"))
            for byte in (inside.start_byte, inside.end_byte)
        )
        return self.parsed.range(start, end)

    @cached_property
    def _spans(self) -> tuple[list[int], list[tuple[int, str]]]:
        """Starts of the top-level blocks with their ends and addresses, in order."""
        found: list[tuple[int, int, str]] = []
        for type_, labels in _LABELS.items():
            for block in self.blocks(type_, labels):
                address = block_address(block)
                if address:
                    found.append((block.range.start.byte, block.range.end.byte, address))
        found.sort()
        return [start for start, _, _ in found], [(end, address) for _, end, address in found]

    def address_at(self, byte: int) -> str:
        """The address of the top-level block that a byte lies in, "" where there is none with an address."""
        starts, rest = self._spans
        index = bisect_right(starts, byte) - 1
        if index < 0:
            return ""
        end, address = rest[index]
        return address if byte < end else ""

    @cached_property
    def facts(self) -> Facts:
        facts = Facts()
        if isinstance(self.parsed, JsonFile):
            self._walk_json(facts)
        else:
            _walk(self, self.parsed, self.parsed.node, facts, self._validations(), None)
        return facts

    def _validations(self) -> list[tuple[int, int, str]]:
        """Byte ranges of the expressions of validation blocks, with the variable's name."""
        found: list[tuple[int, int, str]] = []
        for block in self.blocks("variable", 1):
            for validation in block.body.blocks("validation", 0):
                for name in ("condition", "error_message"):
                    expression = validation.body.attribute(name)
                    if expression is not None:
                        found.append((expression.range.start.byte, expression.range.end.byte, block.labels[0]))
        return sorted(found)

    def _walk_json(self, facts: Facts) -> None:
        assert isinstance(self.parsed, JsonFile)
        root = self.parsed.root
        stack: list[tuple[JsonNode, tuple[str, ...]]] = [(root, ())] if root is not None else []
        left = MAX_TEMPLATES
        while stack:
            node, path = stack.pop()
            if node.kind == "object":
                for key, start, end, inner in node.value:
                    below = (*path, key) if len(path) < 3 else path
                    stack.append((inner, below))
                    if "${" in key or "%{" in key:
                        left -= 1
                        if left > 0:
                            self._template(facts, key, JsonNode("scalar", key, start, end), "")
            elif node.kind == "array":
                stack.extend((n, path) for n in node.value)
            elif isinstance(node.value, str):
                own = path[1] if len(path) == 3 and path[0] == "variable" and path[2] == "validation" else ""
                if "${" in node.value or "%{" in node.value:
                    left -= 1
                    if left > 0:
                        self._template(facts, node.value, node, own)
                elif len(node.value) < 300 and _STATIC_REFERENCE.fullmatch(node.value):
                    root_name, first, *rest = node.value.split(".")
                    facts.references.add((root_name, first, rest[0] if rest else ""))

    def _template(self, facts: Facts, text: str, node: JsonNode, own: str) -> None:
        wrapped = NativeFile(self.name, _WRAP + text.encode("utf-8", "replace") + b"\nTERRAFORMER_JSON\n")
        inside = Facts()
        spans = [(0, len(wrapped.content), own)] if own else []
        _walk(self, wrapped, wrapped.node, inside, spans, node)
        facts.references |= inside.references
        facts.own_validation |= inside.own_validation
        # Of the places, those that TFLint looks for in JSON: the rest is native syntax's alone.
        facts.legacy_indexes.extend(inside.legacy_indexes)
        facts.workspaces.extend(inside.workspaces)
        facts.provider_functions.extend(inside.provider_functions)


def _walk(
    owner: LintFile,
    file: NativeFile,
    top: Node,
    facts: Facts,
    validations: list[tuple[int, int, str]],
    json: JsonNode | None,
) -> None:
    content = file.content
    starts = [start for start, _, _ in validations]

    def place(node: Node) -> Place:
        return Place(owner, node, content[node.start_byte : node.end_byte].decode("utf-8", "replace"), json)

    def reference(kids: Sequence[Node], index: int) -> None:
        steps: list[str] = []
        for step in kids[index + 1 : index + 3]:
            if step.type != "get_attr":
                break
            steps.append(content[step.start_byte : step.end_byte].decode("utf-8", "replace").strip(". \t\r\n"))
        if not steps:
            return
        node = kids[index]
        root = content[node.start_byte : node.end_byte].decode("utf-8", "replace")
        found = (root, steps[0], steps[1] if len(steps) > 1 else "")
        if root == "var" and starts:
            at = bisect_right(starts, node.start_byte) - 1
            if at >= 0 and node.start_byte < validations[at][1] and validations[at][2] == steps[0]:
                facts.own_validation.add(found)
                return
        elif root == "terraform" and steps[0] == "workspace":
            facts.workspaces.append(place(node))
        facts.references.add(found)

    stack = [(top, False)]
    while stack:
        node, is_key = stack.pop()
        kids = node.named_children
        for index, kid in enumerate(kids):
            kind = kid.type
            if kind in _LEAVES:
                continue
            if kind == "variable_expr":
                reference(kids, index)
                continue
            if kind == "comment":
                facts.comments.append(kid)
                continue
            if kind == "legacy_index":
                facts.legacy_indexes.append(place(kid))
                continue
            if kind == "attr_splat":
                facts.legacy_splats.append(place(kid.children[0]))
            elif kind == "quoted_template":
                if _is_wrap(kid):
                    facts.wrapped.append((place(kid), is_key))
            elif kind == "function_call":
                _call(kid, content, facts, place)
            elif kind == "binary_operation":
                _comparison(kid, content, facts, place)
            elif kind == "object":
                facts.objects.append(kid)
            # Keys of objects: the template straight below one is written in another way when it is mended.
            below = (kind == "expression" and node.type == "object_elem" and index == 0) or (
                is_key and kind == "template_expr"
            )
            stack.append((kid, below))


def _is_wrap(node: Node) -> bool:
    """Whether a quoted template is one interpolation and nothing else (not even a blank)."""
    interpolations = [k for k in node.named_children if k.type == "template_interpolation"]
    return (
        len(interpolations) == 1
        and interpolations[0].start_byte == node.start_byte + 1
        and interpolations[0].end_byte == node.end_byte - 1
    )


def _call(node: Node, content: bytes, facts: Facts, place: Callable[[Node], Place]) -> None:
    name_node = node.children[0]
    name = content[name_node.start_byte : name_node.end_byte]
    if name == b"lookup":
        arguments = next((k for k in node.named_children if k.type == "function_arguments"), None)
        if arguments is not None:
            given = [k for k in arguments.named_children if k.type == "expression"]
            if len(given) == 2:
                facts.lookups.append(place(node))
    elif name.startswith(b"provider::"):
        match = _FUNCTION.match(name.decode("utf-8", "replace"))
        if match:
            facts.provider_functions.append((match[1], place(node)))


def _comparison(node: Node, content: bytes, facts: Facts, place: Callable[[Node], Place]) -> None:
    kids = [k for k in node.children if k.type != "comment"]
    at = next((i for i, k in enumerate(kids) if k.type in ("==", "!=")), None)
    if at is None:
        return
    left, right = kids[:at], kids[at + 1 :]
    other = right if _is_empty_tuple(left) else left if _is_empty_tuple(right) else None
    if other:
        text = content[other[0].start_byte : other[-1].end_byte].decode("utf-8", "replace")
        facts.comparisons.append((place(node), text, kids[at].type))


def _is_empty_tuple(nodes: Sequence[Node]) -> bool:
    if len(nodes) != 1 or nodes[0].type != "collection_value":
        return False
    inner = nodes[0].named_children
    return (
        len(inner) == 1
        and inner[0].type == "tuple"
        and not any(k.type == "expression" for k in inner[0].named_children)
    )


def block_address(block: Block) -> str:
    """How a block is spoken of: "aws_s3_bucket.logs", "data.aws_ami.ubuntu", "var.region", "provider.aws"."""
    kind, labels = block.type, block.labels
    if kind == "resource":
        return ".".join(labels)
    if kind in ("data", "ephemeral"):
        return ".".join((kind, *labels))
    if kind == "variable":
        return f"var.{labels[0]}"
    if kind in ("output", "module", "check"):
        return f"{kind}.{labels[0]}"
    if kind == "provider":
        alias = block.body.attribute("alias")
        suffix = f".{alias.literal}" if alias is not None and isinstance(alias.literal, str) else ""
        return f"provider.{labels[0]}{suffix}"
    return ""


class LintModule:
    """One module, by its key in the tree ("" the root). ``prefix`` stands before its addresses."""

    def __init__(self, config: TerraformConfig, tree: ModuleTree, key: str = "") -> None:
        self.config = config
        self.tree = tree
        self.module = tree.modules[key]
        self.prefix = "".join(f"module.{name}." for name in key.split(".")) if key else ""
        self._blocks: dict[tuple[str, int, bool], list[tuple[LintFile, Block]]] = {}
        # A parse error without a range is about a file as a whole: too large, or no text.
        self.readable = not any(e.range is None for e in self.module.parse_errors)
        self.files = [LintFile(name, config.files[name]) for name in sorted(self.module.files)] if self.readable else []
        self.readable = self.readable and not any(f.parsed.has_errors for f in self.files)

    def blocks(self, type_: str, labels: int, *, overrides: bool = False) -> list[tuple[LintFile, Block]]:
        """The module's blocks of a type. Those of override files only when asked for: they change others."""
        key = (type_, labels, overrides)
        found = self._blocks.get(key)
        if found is None:
            found = self._blocks[key] = [
                (file, block)
                for file in self.files
                if overrides or not file.override
                for block in file.blocks(type_, labels)
            ]
        return found

    @cached_property
    def data_blocks(self) -> list[Block]:
        """Data sources, those that stand in check blocks included."""
        found = [block for _, block in self.blocks("data", 2)]
        for _, check in self.blocks("check", 1):
            found.extend(check.body.blocks("data", 2))
        return found

    @cached_property
    def references(self) -> set[Reference]:
        """Every reference in the module, save those that a variable's validation makes to the variable itself."""
        return set().union(*(f.facts.references for f in self.files)) if self.files else set()

    @cached_property
    def known_values(self) -> dict[tuple[str, str], Any]:
        """Literal values by ("var", name) (defaults in the root module; not of sensitive ones) and ("local", name)."""
        found: dict[tuple[str, str], Any] = {}
        if not self.module.key:
            for variable in self.module.variables:
                if variable.has_default and not variable.sensitive and not variable.ephemeral:
                    found["var", variable.name] = variable.default
        for _, block in self.blocks("locals", 0):
            for name, expression in block.body.attributes():
                found["local", name] = expression.literal
        return found

    def value_of(self, expression: Expression) -> Any:
        """The value of a literal or of a bare reference to a known value; NOT_LITERAL for everything else."""
        if expression.literal is not NOT_LITERAL:
            return expression.literal
        text = unwrapped(expression.text) or expression.text
        match = _VALUE.fullmatch(text) if len(text) < 300 else None
        return self.known_values.get((match[1], match[2]), NOT_LITERAL) if match else NOT_LITERAL


def unwrapped(text: str) -> str:
    """The inside of "${...}" (with or without the quotes), "" when the text is no such thing."""
    inner = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if not (inner.startswith("${") and inner.endswith("}")):
        return ""
    return inner[2:-1].removeprefix("~").removesuffix("~").strip()
