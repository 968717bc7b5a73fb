"""Regular expressions and globs that mean the same in Python, in OPA (Go's RE2) and in regorus (Rust's regex).

The three differ in classes like ``\\d`` (Unicode or ASCII), in ``$`` before a last newline and in brackets within
brackets, and Python has what the others have not (look-around, back references, possessive repetition).
``compile_pattern`` takes the part that all have, spells the classes out, and refuses the rest. Not covered: ``\\b``,
Unicode classes, flags other than a leading ``(?i)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from terraformer.errors import UsageError

__all__ = ["Pattern", "compile_pattern", "glob_pattern"]

_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": "\\t\\n\\f\\r "}
_BOUNDS = re.compile(r"\{(\d{1,3})(?:,(\d{0,3}))?\}")
_QUANTIFIERS = "*+?"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, searched for anywhere in a text: as Rego writes it, and compiled for Python."""

    rego: str
    python: re.Pattern[str]


@lru_cache(maxsize=4096)
def compile_pattern(text: str) -> Pattern:
    """Raises UsageError, one line with the place and the mend, where the engines would not agree."""
    rego: list[str] = []
    python: list[str] = []
    at = 0
    if text.startswith("(?i)"):
        rego.append("(?i)")
        python.append("(?i)")
        at = 4
    while at < len(text):
        char = text[at]
        piece = mine = char
        step = 1
        if char == "\\":
            piece = mine = _escape(text, at)
            step = 2
        elif char == "[":
            piece, step = _class(text, at)
            mine = piece
        elif char == "(" and text[at + 1 : at + 2] == "?":
            if text[at + 2 : at + 3] != ":":
                raise _refused(text, at, "only (?:...) and a leading (?i) are understood after (?")
            piece = mine = "(?:"
            step = 3
        elif char == "$":
            mine = r"\Z"
        elif char == "{" and (bounds := _BOUNDS.match(text, at)):
            piece = mine = bounds[0]
            step = len(bounds[0])
        elif char in "{}]":
            piece = mine = f"\\{char}"
        if (char in _QUANTIFIERS or (char == "{" and step > 1)) and text[at + step : at + step + 1] in ("*", "+", "{"):
            raise _refused(text, at, "a repetition of a repetition")
        rego.append(piece)
        python.append(mine)
        at += step
    try:
        compiled = re.compile("".join(python))
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(f"pattern {text!r}: {error}") from None
    return Pattern("".join(rego), compiled)


def _refused(text: str, at: int, why: str) -> UsageError:
    return UsageError(f"pattern {text!r}, character {at + 1}: {why}")


def _escape(text: str, at: int, *, within: bool = False) -> str:
    char = text[at + 1 : at + 2]
    if char in _CLASSES and char:
        return _CLASSES[char] if within else f"[{_CLASSES[char]}]"
    if char and char.lower() in _CLASSES and not within:
        return f"[^{_CLASSES[char.lower()]}]"
    if char and (
        char in "ntr" or (char.isascii() and not char.isalnum() and char not in "_<> " and char.isprintable())
    ):
        return f"\\{char}"
    raise _refused(text, at, f"\\{char} is not understood by every engine: spell it out")


def _class(text: str, at: int) -> tuple[str, int]:
    """A bracket expression, and how many characters it takes."""
    start = at
    out = ["["]
    at += 1
    if text[at : at + 1] == "^":
        out.append("^")
        at += 1
    if text[at : at + 1] in ("]", ""):
        raise _refused(text, start, "an empty bracket expression; write \\] for the bracket itself")
    while text[at : at + 1] != "]":
        if at >= len(text):
            raise _refused(text, start, "a bracket expression that does not end")
        char = text[at]
        if char == "\\":
            out.append(_escape(text, at, within=True))
            at += 2
            continue
        if text[at : at + 2] in ("--", "&&", "~~", "||"):
            raise _refused(text, at, f"{char}{char} in brackets means different things: escape it")
        out.append(f"\\{char}" if char in "[&~^" else char)
        at += 1
    return "".join(out) + "]", at + 1 - start


@lru_cache(maxsize=4096)
def glob_pattern(glob: str, *, dots: bool = True) -> Pattern:
    """A glob (``*`` any text, ``?`` one character) as a pattern of the whole text; ``dots`` False: no dot in them."""
    wild = {"*": ".*" if dots else "[^.]*", "?": "." if dots else "[^.]"}
    body = "".join(wild.get(c) or (c if c.isalnum() or c in "_-" else re.escape(c)) for c in glob)
    return Pattern(f"^{body}$", re.compile(f"^{body}\\Z"))
