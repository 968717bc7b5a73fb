"""Rules on expressions and on how files are written.

Source: the rules of tflint-ruleset-terraform (names, severities, membership of presets and behaviour); own code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from terraformer.hcl import NOT_LITERAL
from terraformer.hcl.json_syntax import JsonFile
from terraformer.provider.versions import matches
from terraformer.types import Severity, SourceRange
from terraformer.verify.lint.model import Issue, Rule
from terraformer.verify.lint.source import LintFile, LintModule, Place, unwrapped

__all__ = ["SYNTAX_RULES"]

_NAME = re.compile(r"[^\W\d][\w-]*")
_REFERENCE = re.compile(r"(var|local)\s*\.\s*([^\W\d][\w-]*)")
_MAX_KEY = 1000
_TERRAFORM_1_0 = tuple(f"1.0.{patch}" for patch in range(12))


def _issue(place: Place, message: str, fix: str = "", replacement: str | None = None) -> Issue:
    return Issue(message, place.range, address=place.file.address_at(place.byte), fix=fix, replacement=replacement)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else f"{flat[:77]}..."


def comment_syntax(module: LintModule) -> Iterator[Issue]:
    for file in module.files:
        if file.is_json:
            continue
        for node in file.facts.comments:
            text = file.native.text(node)
            if text.startswith("#") or (text.startswith("/*") and "\n" not in text):
                continue
            if text.startswith("//"):
                replacement, fix = f"#{text[2:]}", "Begin the comment with # instead of //."
            else:
                inner = text.removeprefix("/*").removesuffix("*/")
                replacement = "\n".join(f"#{line}" for line in inner.split("\n"))
                fix = "Begin every line of the comment with #."
            place = Place(file, node, text)
            yield _issue(place, "Comments should begin with #", fix, replacement)


def deprecated_index(module: LintModule) -> Iterator[Issue]:
    message = "List items should be accessed using square brackets"
    for file in module.files:
        for place in file.facts.legacy_indexes:
            number = place.text.lstrip(". \t\r\n")
            replacement = None if file.is_json else f"[{number}]"
            yield _issue(place, message, f"Write [{_short(number)}] instead of .{_short(number)}.", replacement)
        for place in file.facts.legacy_splats:
            yield _issue(place, message, "Write [*] instead of .*.", "[*]")


def deprecated_interpolation(module: LintModule) -> Iterator[Issue]:
    for file in module.files:
        for place, is_key in file.facts.wrapped:
            inner = unwrapped(place.text)
            replacement = f"({inner})" if is_key else inner
            yield _issue(
                place,
                "Interpolation-only expressions are deprecated in Terraform v0.12.14",
                f"Write {_short(replacement)} instead of {_short(place.text)}.",
                replacement if inner else None,
            )


def deprecated_lookup(module: LintModule) -> Iterator[Issue]:
    for file in module.files:
        for place in file.facts.lookups:
            assert place.node is not None
            arguments = next(k for k in place.node.named_children if k.type == "function_arguments")
            given = [file.native.text(k).strip() for k in arguments.named_children if k.type == "expression"]
            replacement = f"{given[0]}[{given[1]}]"
            yield _issue(place, "Lookup with 2 arguments is deprecated", f"Write {_short(replacement)}.", replacement)


def empty_list_equality(module: LintModule) -> Iterator[Issue]:
    for file in module.files:
        for place, other, operator in file.facts.comparisons:
            replacement = f"length({other}) {operator} 0"
            yield _issue(
                place,
                "Comparing a collection with an empty list is invalid. To detect an empty collection, check its "
                "length.",
                f"Write {_short(replacement)}.",
                replacement,
            )


def map_duplicate_keys(module: LintModule) -> Iterator[Issue]:
    for file in module.files:
        if file.is_json:
            continue
        for node in file.facts.objects:
            seen: dict[str, Node] = {}
            for element in node.named_children:
                key = element.child_by_field_name("key") if element.type == "object_elem" else None
                if key is None:
                    continue
                name = _key(file, key, module.known_values)
                if name is None:
                    continue
                first = seen.setdefault(name, key)
                if first is not key:
                    yield _issue(
                        Place(file, key, name),
                        f"Duplicate key: {json.dumps(name, ensure_ascii=False)}, first defined at "
                        f"{_spelled(file.native.range(first))}",
                        f"Remove one of the two entries {_short(name)!r}, or give it another key: the last one wins.",
                    )


def _spelled(range_: SourceRange) -> str:
    """A range as HCL's library writes it."""
    start, end = range_.start, range_.end
    last = f"{end.column}" if end.line == start.line else f"{end.line},{end.column}"
    return f"{range_.file}:{start.line},{start.column}-{last}"


def _key(file: LintFile, node: Node, values: dict[tuple[str, str], Any]) -> str | None:
    """The key as a string; None where only Terraform could tell."""
    if node.end_byte - node.start_byte > _MAX_KEY:
        return None
    text = file.native.text(node).strip()
    value: Any = NOT_LITERAL
    if not text.startswith("("):
        if _NAME.fullmatch(text):
            return text
        value = file.native.literal(node)
    if value is NOT_LITERAL:
        while text.startswith("(") and text.endswith(")"):
            text = text[1:-1].strip()
        match = _REFERENCE.fullmatch(unwrapped(text) or text)
        if match:
            value = values.get((match[1], match[2]), NOT_LITERAL)
        elif len(text) >= 2 and text[0] == text[-1] == '"' and not any(c in text[1:-1] for c in '"$%\\'):
            value = text[1:-1]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return format(value, "g") if value != int(value) else str(int(value))
    if isinstance(value, (str, int)):
        return str(value)
    return None


def json_syntax(module: LintModule) -> Iterator[Issue]:
    for file in module.files:
        parsed = file.parsed
        if isinstance(parsed, JsonFile) and parsed.root is not None and parsed.root.kind == "array":
            start = parsed.range(parsed.root.start, parsed.root.start + 1)
            yield Issue("JSON configuration uses array syntax at root, expected object", start)


def workspace_remote(module: LintModule) -> Iterator[Issue]:
    remote = False
    constraints: list[str] = []
    for _, block in module.blocks("terraform", 0, overrides=True):
        remote = remote or any(b.labels[0] == "remote" for b in block.body.blocks("backend", 1))
        version = block.body.attribute("required_version")
        if version is not None and isinstance(version.literal, str):
            constraints.append(version.literal)
    if not remote or not constraints or not _admits_1_0(constraints):
        return
    for file in module.files:
        for place in file.facts.workspaces:
            range_ = place.range
            if place.json is None and place.node is not None:  # the whole "terraform.workspace"
                last = place.node.next_named_sibling
                range_ = file.native.range(place.node, last)
            yield Issue(
                "terraform.workspace should not be used with a 'remote' backend",
                range_,
                address=file.address_at(place.byte),
            )


def _admits_1_0(constraints: list[str]) -> bool:
    try:
        return any(all(matches(version, c) for c in constraints) for version in _TERRAFORM_1_0)
    except ValueError:
        return False


SYNTAX_RULES: tuple[Rule, ...] = (
    Rule(
        "terraform_comment_syntax",
        Severity.WARNING,
        False,
        "A comment does not begin with #",
        "Terraform reads //, /* */ and #; the style guide and terraform fmt's users write #.",
        "Begin comments with #.",
        comment_syntax,
    ),
    Rule(
        "terraform_deprecated_index",
        Severity.WARNING,
        True,
        "An item is taken with a dot (list.0, list.*.id)",
        "The form with a dot is a remnant of Terraform 0.11. It cannot hold an expression, and a splat with a "
        "dot binds what follows in a surprising way.",
        "Take the item with square brackets: list[0], list[*].id.",
        deprecated_index,
    ),
    Rule(
        "terraform_deprecated_interpolation",
        Severity.WARNING,
        True,
        'An expression is wrapped in "${...}" for nothing',
        "Since Terraform 0.12 an argument takes an expression as it is. A template that holds nothing but one "
        "interpolation is the old way to write it.",
        'Remove the quotes and "${ }" around the expression.',
        deprecated_interpolation,
    ),
    Rule(
        "terraform_deprecated_lookup",
        Severity.WARNING,
        True,
        "lookup() is called with two arguments",
        "Without a default, lookup does what an index does; that form has been deprecated since Terraform 0.7.",
        "Write map[key], or give lookup a default as its third argument.",
        deprecated_lookup,
    ),
    Rule(
        "terraform_empty_list_equality",
        Severity.WARNING,
        True,
        "Something is compared with []",
        "Two values are equal only when their types are, and [] is an empty tuple: a list or set never equals it, "
        "however empty.",
        "Compare the length with 0: length(list) == 0.",
        empty_list_equality,
    ),
    Rule(
        "terraform_map_duplicate_keys",
        Severity.WARNING,
        True,
        "A key stands twice in one map",
        "The last of the entries with the same key wins and the others are dropped without a word.",
        "Keep one entry for each key.",
        map_duplicate_keys,
    ),
    Rule(
        "terraform_json_syntax",
        Severity.WARNING,
        True,
        "The top of a .tf.json file is an array",
        "The JSON syntax of Terraform is documented with an object at the top of the file; an array happens to work.",
        "Merge the array's objects into one object; what stands several times becomes an array below its key.",
        json_syntax,
    ),
    Rule(
        "terraform_workspace_remote",
        Severity.WARNING,
        True,
        "terraform.workspace is used with the remote backend",
        'Before Terraform 1.1, runs in the remote backend always had the workspace name "default", and this '
        "configuration's required_version admits 1.0.",
        "Use a variable for the environment's name, or require Terraform 1.1 or newer.",
        workspace_remote,
    ),
)
