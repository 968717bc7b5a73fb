"""Comparing two configurations by their text, block by block: for those that Terraform cannot plan.

Blocks are compared as tokens, so comments and layout do not count. Covered: resources, module calls and outputs of
every module whose files are there. Not covered: what an expression evaluates to, how many instances a block has,
arguments in JSON syntax (the block is compared as a whole), what forces a replacement.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tree_sitter import Node

from terraformer.hcl import ModuleTree, scan
from terraformer.hcl.syntax import Body, NativeBody, NativeFile
from terraformer.types import (
    AttributeChange,
    ChangeKind,
    ChangeSummary,
    OutputChange,
    ResourceChange,
    SourceRange,
    TerraformConfig,
)

__all__ = ["TextDifference", "block_places", "compare_text", "text_difference", "tokens"]

_MAX_TOKENS = 500_000
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class TextDifference:
    """How two configurations differ as texts. ``code``: in more than comments and layout."""

    any: bool
    code: bool


def tokens(content: bytes) -> tuple[bytes, ...]:
    """The tokens of a piece of native syntax without comments and white space; one token, the text, where it is too
    long to take apart."""
    file = NativeFile("", content)
    found: list[bytes] = []
    stack: list[Node] = [file.node]
    while stack:
        node = stack.pop()
        if node.type == "comment":
            continue
        if node.child_count:
            stack.extend(reversed(node.children))
        else:
            text = file.content[node.start_byte : node.end_byte]
            if text.strip() or node.type == "template_literal":
                found.append(text)
                if len(found) > _MAX_TOKENS:
                    return (content,)
    return tuple(found)


def _normal(config: TerraformConfig, place: SourceRange) -> object:
    text = config.files[place.file][place.start.byte : place.end.byte]
    if place.file.endswith(".json"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text.split()
    return tokens(text)


def text_difference(before: TerraformConfig, after: TerraformConfig) -> TextDifference:
    """Whether two configurations differ as texts, and whether in code."""

    def files(config: TerraformConfig) -> dict[str, bytes]:
        return {n: c for n, c in config.files.items() if "/.terraform/" not in f"/{n}"}

    old, new = files(before), files(after)
    if old == new:
        return TextDifference(False, False)
    changed = [n for n in old.keys() | new.keys() if old.get(n) != new.get(n)]

    def code(content: bytes | None, name: str) -> object:
        if content is None:
            return None
        return tokens(content) if name.endswith((".tf", ".tfvars")) else content

    def merged(all_files: dict[str, bytes]) -> list[object]:
        found = [code(all_files[n], n) for n in sorted(changed) if n in all_files]
        return [f for f in found if f]

    return TextDifference(True, sorted(merged(old), key=repr) != sorted(merged(new), key=repr))


def block_places(tree: ModuleTree) -> dict[str, SourceRange]:
    """The place of every resource, module call and output, by full address ("output.x" for outputs of the root)."""
    found: dict[str, SourceRange] = {}
    for module in tree.modules.values():
        prefix = "".join(f"module.{step}." for step in module.key.split(".") if step)
        for block in module.resources:
            found[prefix + block.address] = block.range
        for call in module.module_calls:
            found[f"{prefix}module.{call.name}"] = call.range
        if not prefix:
            found.update({f"output.{output.name}": output.range for output in module.outputs})
    return found


def compare_text(before: TerraformConfig, after: TerraformConfig) -> ChangeSummary:
    """The differences block by block. ``moved`` blocks of the configuration after are honoured."""
    tree = scan(after.files, after.root)
    old, new = block_places(scan(before.files, before.root)), block_places(tree)
    moves = _moves(tree, old, new)
    resources: list[ResourceChange] = []
    outputs: list[OutputChange] = []
    for address in sorted(old.keys() | new.keys()):
        if address in moves.values():
            continue
        source = moves.get(address)
        a, b = old.get(source or address), new.get(address)
        left = _normal(before, a) if a else None
        right = _normal(after, b) if b else None
        if source is not None and isinstance(left, tuple) and isinstance(right, tuple):
            left, right = _unlabelled(left), _unlabelled(right)
        kind = (
            ChangeKind.ADDED
            if a is None
            else ChangeKind.REMOVED
            if b is None
            else ChangeKind.CHANGED
            if left != right
            else ChangeKind.MOVED
        )
        if address.startswith("output."):
            if kind is not ChangeKind.MOVED:
                outputs.append(OutputChange(address.removeprefix("output."), kind, _value(before, a), _value(after, b)))
        elif kind is not ChangeKind.MOVED or source is not None:
            attributes = _attributes(before, a, after, b) if kind is ChangeKind.CHANGED else ()
            resources.append(ResourceChange(address, _type(address), kind, attributes, previous_address=source))
    return ChangeSummary(tuple(_twins(resources, old, new, before, after)), tuple(outputs), by_text=True)


def _type(address: str) -> str:
    steps = address.split(".")
    return steps[-2]


def _moves(tree: ModuleTree, old: dict[str, SourceRange], new: dict[str, SourceRange]) -> dict[str, str]:
    """Old addresses by new ones, for the moves that happened."""
    found: dict[str, str] = {}
    for module in tree.modules.values():
        prefix = "".join(f"module.{step}." for step in module.key.split(".") if step)
        for ref in module.moved:
            source, target = prefix + ref.source.strip(), prefix + ref.target.strip()
            if source in old and source not in new and target in new and target not in old:
                found[target] = source
    return found


def _unlabelled(found: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The tokens of a block from its brace on."""
    return found[found.index(b"{") :] if b"{" in found else found


def _twins(
    resources: list[ResourceChange],
    old: dict[str, SourceRange],
    new: dict[str, SourceRange],
    before: TerraformConfig,
    after: TerraformConfig,
) -> Iterator[ResourceChange]:
    """With a note on what was renamed without a ``moved`` block."""

    def bodies(kind: ChangeKind, places: dict[str, SourceRange], config: TerraformConfig) -> dict[str, Any]:
        found = {}
        for change in resources:
            if change.kind is kind:
                body = _normal(config, places[change.address])
                found[change.address] = (change.type, _unlabelled(body) if isinstance(body, tuple) else body)
        return found

    removed = bodies(ChangeKind.REMOVED, old, before)
    added = bodies(ChangeKind.ADDED, new, after)
    pairs: dict[str, str] = {}
    for address, body in removed.items():
        twin = next((a for a, b in added.items() if b == body and a not in pairs.values()), None)
        if twin is not None:
            pairs[address] = twin
    back = {b: a for a, b in pairs.items()}
    for change in resources:
        if change.address in pairs and change.kind is ChangeKind.REMOVED:
            yield ResourceChange(change.address, change.type, change.kind, looks_renamed_to=pairs[change.address])
        elif change.address in back and change.kind is ChangeKind.ADDED:
            yield ResourceChange(change.address, change.type, change.kind, looks_renamed_from=back[change.address])
        else:
            yield change


def _text(config: TerraformConfig, place: SourceRange) -> bytes:
    return config.files[place.file][place.start.byte : place.end.byte]


def _body(config: TerraformConfig, place: SourceRange | None) -> Body | None:
    if place is None or place.file.endswith(".json"):
        return None
    top = NativeFile(place.file, _text(config, place)).body
    blocks = top.all_blocks() if isinstance(top, NativeBody) else []
    return blocks[0].body if len(blocks) == 1 else None


def _value(config: TerraformConfig, place: SourceRange | None) -> str | None:
    body = _body(config, place)
    value = body.attribute("value") if body is not None else None
    return value.text if value is not None else None


def _attributes(
    before: TerraformConfig, a: SourceRange | None, after: TerraformConfig, b: SourceRange | None
) -> tuple[AttributeChange, ...]:
    left, right = _body(before, a), _body(after, b)
    if left is None or right is None:
        return ()
    old, new = dict(_leaves(left, "", 0)), dict(_leaves(right, "", 0))

    def same(path: str) -> bool:
        x, y = old.get(path), new.get(path)
        return x is not None and y is not None and tokens(x.encode()) == tokens(y.encode())

    return tuple(
        AttributeChange(path, old.get(path), new.get(path)) for path in dict.fromkeys([*old, *new]) if not same(path)
    )


def _leaves(body: Body, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """The arguments of a block and of those inside it, by path, with their expressions as written."""
    if not isinstance(body, NativeBody) or depth > _MAX_DEPTH:
        return
    for name, expression in body.attributes():
        yield prefix + name, expression.text
    counts: dict[str, int] = {}
    for block in body.all_blocks():
        name = ".".join((block.type, *block.labels))
        index = counts.get(name, 0)
        counts[name] = index + 1
        yield f"{prefix}{name}[{index}]", ""
        yield from _leaves(block.body, f"{prefix}{name}[{index}].", depth + 1)
