"""The parts of a prompt: what is said of one thing, and what can be asked of a phrase."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from terraformer.data.synthesis.scenario import Node, Setting
from terraformer.data.synthesis.wording import bare, usable

__all__ = ["MARK", "Item", "Mention", "Modifier", "distinct", "has_value", "is_thing", "rank", "strings_in", "telling"]

_KIND: Final = ("of type ", "of class ", "on db.", "running ", "on a ")
MARK: Final = re.compile(r"\x04(\d+)\x05")
"""A mention of a node, resolved when the whole text stands."""


@dataclass
class Modifier:
    """One said setting or feature, its forms filled in."""

    np: str = ""
    do: str = ""
    that: str = ""
    post: str = ""

    @property
    def text(self) -> str:
        return self.np or self.do or self.that or self.post


@dataclass
class Item:
    """One said node with what is said of it. ``name`` is its name as written, "" where none is said."""

    node: Node
    noun: str
    number: int
    name: str = ""
    post: list[str] = field(default_factory=list)
    modifiers: list[Modifier] = field(default_factory=list)

    @property
    def texts(self) -> Iterator[str]:
        yield from self.post
        for m in self.modifiers:
            yield from (m.np, m.do, m.that, m.post)


@dataclass
class Mention:
    node: Node
    text: str
    plural: bool
    named: bool


def rank(post: str) -> int:
    """The place of what follows a noun: "a replica of the database on db.t3.small with ..." reads best so."""
    if post.startswith(("of \x04", "for \x04")):
        return 0
    return 1 if post.startswith(_KIND) else 3 if post.startswith("with") else 2


def is_thing(np: str) -> bool:
    """Whether it is something by itself, which one can include: no size, no name, no state."""
    return usable(np) and re.match(r"(an?|two|three) ", np) is not None and _VALUE.search(np) is None


_VALUE: Final = re.compile(
    r"[\d\"'`=]|\b(type|class|version|size|storage|name|mode|block|range|runtime|code|access|price|value|period|retention)\b"
)


def has_value(np: str) -> bool:
    """Whether it gives a value: a size, a name, a number."""
    return _VALUE.search(np) is not None


def strings_in(value: Any) -> Iterator[str]:
    """All texts within a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for v in value:
            yield from strings_in(v)
    elif isinstance(value, dict):
        for k, v in value.items():
            yield k
            yield from strings_in(v)


def distinct(modifiers: Iterable[Modifier]) -> list[Modifier]:
    """Without what is said twice ("provisioned throughput" before "provisioned throughput of 64 MiB/s")."""
    found: list[Modifier] = []
    texts = [bare(m.np) for m in modifiers if m.np]
    for m in modifiers:
        short = bare(m.np)
        if short and any(t.startswith((f"{short} of ", f"{short} set ")) for t in texts):
            continue
        if m not in found:
            found.append(m)
    return found


def telling(node: Node) -> bool:
    """Whether a node's noun says something that is demanded (a "public subnet")."""
    return any(isinstance(i, Setting) and i.said and i.say is not None and i.say.implied for i in node.items)
