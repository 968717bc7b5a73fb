"""Grammars as trees: rendered to GBNF (llama.cpp's grammar format), or sampled from without any model.

Only literals, bounded character runs, choices, sequences and bounded repetitions: every tree describes a finite
language, so that decoding under it always ends. Source: llama.cpp, grammars/README.md.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "Alt",
    "Chars",
    "Lit",
    "Many",
    "Node",
    "Seq",
    "alt",
    "lit",
    "literal",
    "optional",
    "quoted",
    "render",
    "sample",
    "seq",
]


@dataclass(frozen=True, slots=True)
class Lit:
    """Exactly this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Chars:
    """``low`` to ``high`` characters of a class written as inside [ ] ("a-z0-9_")."""

    charset: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Alt:
    """One of these."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Seq:
    """These, one after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """``low`` to ``high`` times the item."""

    item: Node
    low: int
    high: int


Node = Lit | Chars | Alt | Seq | Many


def lit(text: str) -> Lit:
    return Lit(text)


def seq(*parts: Node | str) -> Node:
    """A sequence; strings are literals, neighbouring literals are joined, inner sequences are flattened."""
    flat: list[Node] = []

    def add(node: Node) -> None:
        if isinstance(node, Seq):
            for part in node.parts:
                add(part)
        elif isinstance(node, Lit) and flat and isinstance(flat[-1], Lit):
            flat[-1] = Lit(flat[-1].text + node.text)
        elif not (isinstance(node, Lit) and not node.text):
            flat.append(node)

    for part in parts:
        add(Lit(part) if isinstance(part, str) else part)
    return flat[0] if len(flat) == 1 else Seq(tuple(flat))


def alt(options: Iterable[Node | str]) -> Node:
    """A choice; strings are literals, duplicates are dropped, a single option is itself. Raises ValueError on none."""
    nodes = tuple(dict.fromkeys(Lit(o) if isinstance(o, str) else o for o in options))
    if not nodes:
        raise ValueError("a choice needs at least one option")
    return nodes[0] if len(nodes) == 1 else Alt(nodes)


def optional(node: Node) -> Node:
    return Many(node, 0, 1)


def quoted(node: Node | str) -> Node:
    """The node between double quotes (the text must need no escapes in HCL)."""
    return seq('"', node, '"')


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def literal(text: str) -> str:
    """The text as a literal of GBNF."""
    return '"' + re.sub(r'[\\"\n\t\r]', lambda m: _ESCAPES[m[0]], text) + '"'


def render(root: Node) -> str:
    """GBNF text with the start rule "root". Equal choices share one rule."""
    rules: dict[Node, str] = {}
    texts: list[str] = []

    def expression(node: Node) -> str:
        if isinstance(node, Lit):
            return literal(node.text)
        if isinstance(node, Chars):
            count = f"{{{node.low},{node.high}}}" if node.low != node.high else f"{{{node.low}}}"
            return f"[{node.charset}]{count}"
        if isinstance(node, Seq):
            return " ".join(expression(p) for p in node.parts)
        if isinstance(node, Many):
            inner = f"({expression(node.item)})"
            if (node.low, node.high) == (0, 1):
                return f"{inner}?"
            return f"{inner}{{{node.low},{node.high}}}"
        if node not in rules:
            rules[node] = ""  # reserved: inner choices get their numbers first
            text = " | ".join(expression(o) for o in node.options)
            name = f"r{len(texts) + 1}"
            texts.append(f"{name} ::= {text}")
            rules[node] = name
        return rules[node]

    start = expression(root)
    return "\n".join([f"root ::= {start}", *texts]) + "\n"


def sample(root: Node, rng: random.Random) -> str:
    """One text of the language, choices made evenly."""
    if isinstance(root, Lit):
        return root.text
    if isinstance(root, Chars):
        alphabet = _expand(root.charset)
        return "".join(rng.choice(alphabet) for _ in range(rng.randint(root.low, root.high)))
    if isinstance(root, Alt):
        return sample(rng.choice(root.options), rng)
    if isinstance(root, Seq):
        return "".join(sample(p, rng) for p in root.parts)
    return "".join(sample(root.item, rng) for _ in range(rng.randint(root.low, root.high)))


def _expand(charset: str) -> Sequence[str]:
    out: list[str] = []
    for first, last in re.findall(r"(.)(?:-(.))?", charset):
        out.extend(chr(c) for c in range(ord(first), ord(last or first) + 1))
    return out
