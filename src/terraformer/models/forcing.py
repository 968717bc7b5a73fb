"""Following a grammar beside the model: what it leaves open, and what it forces.

Most of a reply under a tight grammar is forced: one continuation is possible, and deciding it token by token is wasted
time. ``Follower`` reads a GBNF grammar and a text, character by character, and tells the longest text that must come
next; the caller puts that into the prompt, where it costs a fraction, and asks the model for what is open.

Source: llama.cpp, grammars/README.md. Covered: rules, literals, character classes (negated ones too), groups,
alternatives and repetitions. Not covered: ``.``, comments and token references (GrammarUnsupported); such a grammar is
left to the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

__all__ = ["Follower", "GrammarUnsupported", "parse_grammar"]

_MAX_STATES: Final = 4096


class GrammarUnsupported(Exception):
    """The grammar has something that is not followed here, or is too wide to be followed quickly."""


@dataclass(frozen=True, slots=True, eq=False)
class _Literal:
    text: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class _Class:
    ranges: tuple[tuple[str, str], ...]
    negated: bool
    source: str

    def takes(self, char: str) -> bool:
        return any(low <= char <= high for low, high in self.ranges) is not self.negated


@dataclass(frozen=True, slots=True, eq=False)
class _Sequence:
    parts: tuple[_Node, ...]
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    options: tuple[_Node, ...]
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class _Repeat:
    item: _Node
    low: int
    high: int | None
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    name: str
    source: str


_Node = _Literal | _Class | _Sequence | _Choice | _Repeat | _Rule
_Stack = tuple[tuple[_Node, int], ...]
"""What is still to come, innermost last; the number is the place inside: characters of a literal that are read, parts
of a sequence that are begun, items of a repetition that are begun."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """The rules by name; ``texts`` are their right sides, ``uses`` the rules that each refers to."""

    rules: dict[str, _Node] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    uses: dict[str, frozenset[str]] = field(default_factory=dict)


_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_DEFINITION: Final = re.compile(r"^[ \t]*([A-Za-z][A-Za-z0-9-]*)[ \t]*::=", re.M)
_COUNT: Final = re.compile(r"\{\s*(\d+)\s*(,\s*(\d*)\s*)?\}")


@lru_cache(maxsize=16)
def parse_grammar(text: str) -> Grammar:
    """Raises GrammarUnsupported for what is not covered, malformed grammars included (the server explains those)."""
    grammar = Grammar()
    marks = list(_DEFINITION.finditer(text))
    if not marks or text[: marks[0].start()].strip():
        raise GrammarUnsupported("no rule")
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        body = text[mark.end() : following.start() if following else len(text)].strip()
        if mark[1] in grammar.rules:
            raise GrammarUnsupported(f"rule {mark[1]} is defined twice")
        reader = _Reader(body)
        grammar.rules[mark[1]] = reader.whole()
        grammar.texts[mark[1]] = body
        grammar.uses[mark[1]] = frozenset(reader.names)
    for names in grammar.uses.values():
        if missing := names - grammar.rules.keys():
            raise GrammarUnsupported(f"rule {min(missing)} is not defined")
    if "root" not in grammar.rules or any("root" in names for names in grammar.uses.values()):
        raise GrammarUnsupported("root is missing, or refers to itself")
    return grammar


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.names: set[str] = set()

    def whole(self) -> _Node:
        node = self.choice(0)
        if self.at != len(self.text):
            raise GrammarUnsupported(f"cannot read {self.text[self.at : self.at + 20]!r}")
        return node

    def choice(self, depth: int) -> _Node:
        if depth > 50:
            raise GrammarUnsupported("nested too deeply")
        self.space()
        start = self.at
        options = [self.sequence(depth)]
        while self.peek() == "|":
            self.at += 1
            options.append(self.sequence(depth))
        source = self.text[start : self.at].strip()
        return options[0] if len(options) == 1 else _Choice(tuple(options), source)

    def sequence(self, depth: int) -> _Node:
        self.space()
        start = self.at
        parts: list[_Node] = []
        while (char := self.peek()) and char not in "|)":
            parts.append(self.repeated(self.atom(char, depth)))
            self.space()
        source = self.text[start : self.at].strip() or '""'
        return parts[0] if len(parts) == 1 else _Sequence(tuple(parts), source)

    def atom(self, char: str, depth: int) -> _Node:
        start = self.at
        if char == '"':
            self.at += 1
            characters = []
            while self.peek() not in ('"', ""):
                characters.append(self.character())
            self.expect('"')
            return _Literal("".join(characters), self.text[start : self.at])
        if char == "[":
            self.at += 1
            negated = self.peek() == "^"
            self.at += negated
            ranges = []
            while self.peek() not in ("]", ""):
                low = high = self.character()
                if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                    self.at += 1
                    high = self.character()
                ranges.append((low, high))
            self.expect("]")
            return _Class(tuple(ranges), negated, self.text[start : self.at])
        if char == "(":
            self.at += 1
            node = self.choice(depth + 1)
            self.space()
            self.expect(")")
            return _Sequence((node,), self.text[start : self.at])
        if name := _NAME.match(self.text, self.at):
            self.at = name.end()
            self.names.add(name[0])
            return _Rule(name[0], name[0])
        raise GrammarUnsupported(f"cannot read {self.text[start : start + 20]!r}")

    def repeated(self, node: _Node) -> _Node:
        while True:
            char = self.peek()
            if char and char in "?*+":
                self.at += 1
                low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[char]
            elif char == "{" and (count := _COUNT.match(self.text, self.at)):
                self.at = count.end()
                low = int(count[1])
                high = low if count[2] is None else int(count[3]) if count[3] else None
            else:
                return node
            node = _Repeat(node, low, high, f"({node.source}){_counted(low, high)}")

    def character(self) -> str:
        char = self.text[self.at]
        self.at += 1
        if char != "\\":
            return char
        escape = self.text[self.at : self.at + 1]
        self.at += 1
        if length := {"x": 2, "u": 4, "U": 8}.get(escape):
            digits = self.text[self.at : self.at + length]
            self.at += length
            try:
                return chr(int(digits, 16))
            except (ValueError, OverflowError):
                raise GrammarUnsupported(f"bad escape \\{escape}{digits}") from None
        if escape in _ESCAPES:
            return _ESCAPES[escape]
        if escape in ('"', "\\", "[", "]", "-", "^"):
            return escape
        raise GrammarUnsupported(f"bad escape \\{escape}")

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def expect(self, char: str) -> None:
        if self.peek() != char:
            raise GrammarUnsupported(f"{char} expected")
        self.at += 1

    def space(self) -> None:
        while self.peek() and self.peek() in " \t\r\n":
            self.at += 1


def _counted(low: int, high: int | None) -> str:
    return f"{{{low},{'' if high is None else high}}}"


class Follower:
    """Where a text stands in a grammar's language.

    Raises GrammarUnsupported when the grammar is too ambiguous to be followed. The alternatives that are still open are
    kept side by side, so an ambiguous grammar is followed rightly, not only one that a single character decides.
    """

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._open = self._closed([((grammar.rules["root"], 0),)])

    @property
    def finished(self) -> bool:
        """Whether the text is complete and nothing may follow it."""
        return self._open == {()}

    @property
    def may_end(self) -> bool:
        """Whether the text is complete as it stands."""
        return () in self._open

    def is_forced(self, length: int) -> bool:
        """Whether the next ``length`` characters are forced, or what is left of the text is. Does not read on."""
        before = self._open
        try:
            return len(self.forced()) >= length or self.finished
        finally:
            self._open = before

    def feed(self, text: str) -> bool:
        """Read on; False when the grammar does not allow it (the follower is of no use then)."""
        for char in text:
            self._open = self._closed(_after(stack) for stack in self._open if stack and _takes(stack[-1], char))
            if not self._open:
                return False
        return True

    def forced(self) -> str:
        """Read on over what must come next, and tell what that was; "" where there is a choice, ending included."""
        pieces: list[str] = []
        while True:
            if len(self._open) == 1:
                (stack,) = self._open
                if stack and isinstance(stack[-1][0], _Literal):
                    literal, place = stack[-1]
                    assert isinstance(literal, _Literal)
                    pieces.append(literal.text[place:])
                    self._open = self._closed([stack[:-1]])
                    continue
            following = {_only(stack) for stack in self._open}
            if len(following) != 1 or None in following:
                return "".join(pieces)
            (char,) = following
            pieces.append(char or "")
            self.feed(char or "")

    def rest(self) -> str:
        """The grammar of what may follow."""
        options = [" ".join(_remaining(node, place) for node, place in reversed(stack)) for stack in self._open]
        text = " | ".join(option or '""' for option in options)
        pending = [name for stack in self._open for node, place in stack for name in self._names(node)]
        needed: dict[str, None] = {}
        while pending:
            name = pending.pop()
            if name not in needed:
                needed[name] = None
                pending.extend(self._grammar.uses[name])
        rules = [f"{name} ::= {body}" for name, body in self._grammar.texts.items() if name in needed]
        return "\n".join([f"root ::= {text}", *rules]) + "\n"

    def _names(self, node: _Node) -> Iterable[str]:
        if isinstance(node, _Rule):
            yield node.name
        elif isinstance(node, (_Sequence, _Choice)):
            for part in node.parts if isinstance(node, _Sequence) else node.options:
                yield from self._names(part)
        elif isinstance(node, _Repeat):
            yield from self._names(node.item)

    def _closed(self, stacks: Iterable[_Stack]) -> set[_Stack]:
        """The stacks whose next step is a character, or the end, that the given ones lead to without one."""
        found: set[_Stack] = set()
        seen: set[_Stack] = set()
        pending = list(stacks)
        while pending:
            stack = pending.pop()
            if stack in seen:
                continue
            seen.add(stack)
            if len(seen) > _MAX_STATES or len(stack) > 500:
                raise GrammarUnsupported("too many alternatives are open at once")
            if not stack:
                found.add(stack)
                continue
            below, (node, place) = stack[:-1], stack[-1]
            if isinstance(node, _Literal):
                if place < len(node.text):
                    found.add(stack)
                else:
                    pending.append(below)
            elif isinstance(node, _Class):
                found.add(stack)
            elif isinstance(node, _Sequence):
                if place < len(node.parts):
                    later = ((node, place + 1),) if place + 1 < len(node.parts) else ()
                    pending.append((*below, *later, (node.parts[place], 0)))
                else:
                    pending.append(below)
            elif isinstance(node, _Choice):
                pending.extend((*below, (option, 0)) for option in node.options)
            elif isinstance(node, _Repeat):
                if place >= node.low:
                    pending.append(below)
                if node.high is None:
                    pending.append((*below, (node, min(place + 1, node.low)), (node.item, 0)))
                elif place < node.high:
                    pending.append((*below, (node, place + 1), (node.item, 0)))
            else:
                pending.append((*below, (self._grammar.rules[node.name], 0)))
        return found


def _takes(top: tuple[_Node, int], char: str) -> bool:
    node, place = top
    if isinstance(node, _Literal):
        return node.text[place] == char
    return isinstance(node, _Class) and node.takes(char)


def _after(stack: _Stack) -> _Stack:
    node, place = stack[-1]
    if isinstance(node, _Literal) and place + 1 < len(node.text):
        return (*stack[:-1], (node, place + 1))
    return stack[:-1]


def _only(stack: _Stack) -> str | None:
    """The one character that may come next, None when there are several or the text may end."""
    if not stack:
        return None
    node, place = stack[-1]
    if isinstance(node, _Literal):
        return node.text[place]
    if isinstance(node, _Class) and not node.negated and len(node.ranges) == 1 and len(set(node.ranges[0])) == 1:
        return node.ranges[0][0]
    return None


_OUT: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _remaining(node: _Node, place: int) -> str:
    if isinstance(node, _Literal):
        return '"' + re.sub(r'[\\"\n\t\r]', lambda m: _OUT[m[0]], node.text[place:]) + '"'
    if isinstance(node, _Sequence):
        return " ".join(f"({p.source})" if isinstance(p, _Choice) else p.source for p in node.parts[place:]) or '""'
    if isinstance(node, _Repeat):
        high = None if node.high is None else node.high - place
        return f"({node.item.source}){_counted(max(0, node.low - place), high)}" if high != 0 else '""'
    return f"({node.source})" if isinstance(node, _Choice) else node.source
