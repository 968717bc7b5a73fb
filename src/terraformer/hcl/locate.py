"""Find the lines that a search text means in a file, and replace them while keeping every byte that did not change.

A match is looked for strictly first (equal lines), then ever more loosely: trailing blanks, indentation, blanks inside
lines with typographic quotes and blank lines, comments; at last inside one line. At every step it must be the only one.
All steps take time linear in the lengths, the alignment of search and replacement is bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

__all__ = ["Found", "align", "closest", "eol_of", "find", "replace_lines", "split_lines"]

MAX_ALIGNED: Final = 250_000
"""Largest product of line counts that is aligned exactly; longer texts are replaced as a whole between their common
beginning and end."""

_QUOTES: Final = str.maketrans(
    {"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " "}
)
_TRAILING_COMMENT: Final = re.compile(r'^((?:[^"#/]|"(?:[^"\\]|\\.)*"|/(?![/*]))*)(?:#|//).*$')
_GAP: Final = "\x00"


def split_lines(text: str) -> list[str]:
    """Lines with their ends; only \\n ends a line (a \\r before it belongs to the end)."""
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def eol_of(text: str) -> str:
    """The line end that the text uses most."""
    crlf = text.count("\r\n")
    return "\r\n" if crlf * 2 > text.count("\n") else "\n"


def _exact(line: str) -> str:
    return line.rstrip("\r\n")


def _trailing(line: str) -> str:
    return line.rstrip()


def _indentation(line: str) -> str:
    return line.strip()


def _blanks(line: str) -> str:
    return re.sub(r"\s+", "", line.translate(_QUOTES)) if len(line) < 10_000 else line.strip()


def _comments(line: str) -> str:
    bare = line.strip()
    if bare.startswith(("#", "//")) or (bare.startswith("/*") and bare.endswith("*/")):
        return ""
    if len(line) < 2_000 and (found := _TRAILING_COMMENT.match(bare)):
        bare = found[1]
    return _blanks(bare)


_LEVELS: Final[tuple[tuple[Callable[[str], str], bool], ...]] = (
    (_exact, False),
    (_trailing, False),
    (_indentation, False),
    (_blanks, True),
    (_comments, True),
)
"""How lines are compared, and whether lines that become empty are left out of the comparison."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a search text was found: lines ``start`` to ``end`` (exclusive), or, with ``columns``, a part of one line.

    ``rows`` maps the index of each search line that took part to its file line. ``count`` is the number of places
    (1 for a match; 0 or more than 1: no match, ``lines`` then names the first lines of the places, from 0).
    """

    count: int
    start: int = 0
    end: int = 0
    rows: tuple[tuple[int, int], ...] = ()
    columns: tuple[int, int] | None = None
    lines: tuple[int, ...] = ()
    kept_blank: bool = True


def find(lines: Sequence[str], wanted: Sequence[str], visible: Sequence[tuple[int, int]] | None = None) -> Found:
    """The one place in ``lines`` that ``wanted`` means. ``visible`` restricts it to ranges of lines."""
    if not any(w.strip() for w in wanted):
        return Found(0)
    for number, (key, dropping) in enumerate(_LEVELS):
        found = _at_level(lines, wanted, visible, key, dropping, trim=number > 0)
        if found.count:
            return found
    return _inside_line(lines, wanted, visible)


def _rows(count: int, visible: Sequence[tuple[int, int]] | None) -> list[int]:
    """The visible lines, -1 for a gap between two ranges."""
    if visible is None:
        return list(range(count))
    rows: list[int] = []
    for start, end in sorted(visible):
        if rows:
            rows.append(-1)
        rows.extend(range(max(0, start), min(count, end)))
    return rows


def _at_level(
    lines: Sequence[str],
    wanted: Sequence[str],
    visible: Sequence[tuple[int, int]] | None,
    key: Callable[[str], str],
    dropping: bool,
    *,
    trim: bool,
) -> Found:
    rows = _rows(len(lines), visible)
    keys = [_GAP if r < 0 else key(lines[r]) for r in rows]
    needles = [(i, key(w)) for i, w in enumerate(wanted)]
    if dropping:
        kept = [(r, k) for r, k in zip(rows, keys, strict=True) if k]
        rows, keys = [r for r, _ in kept], [k for _, k in kept]
        needles = [(i, k) for i, k in needles if k]
    elif trim:
        while needles and not needles[0][1]:
            needles.pop(0)
        while needles and not needles[-1][1]:
            needles.pop()
    if not needles:
        return Found(0)
    hay = "\n" + "\n".join(keys) + "\n"
    needle = "\n" + "\n".join(k for _, k in needles) + "\n"
    places: list[int] = []
    at = hay.find(needle)
    while at >= 0 and len(places) < 5:
        places.append(at)
        at = hay.find(needle, at + 1)
    if not places:
        return Found(0)
    offsets = [0]
    for k in keys:
        offsets.append(offsets[-1] + len(k) + 1)
    firsts = [bisect_right(offsets, p) - 1 for p in places]
    if len(places) > 1:
        return Found(len(places), lines=tuple(rows[f] for f in firsts))
    matched = rows[firsts[0] : firsts[0] + len(needles)]
    pairs = tuple((i, r) for (i, _), r in zip(needles, matched, strict=True))
    return Found(1, matched[0], matched[-1] + 1, pairs, kept_blank=not dropping)


def _inside_line(lines: Sequence[str], wanted: Sequence[str], visible: Sequence[tuple[int, int]] | None) -> Found:
    texts = [w.strip() for w in wanted if w.strip()]
    if len(texts) != 1:
        return Found(0)
    text = texts[0]
    places: list[tuple[int, int]] = []
    for row in _rows(len(lines), visible):
        if row < 0:
            continue
        line = lines[row]
        at = line.find(text)
        while at >= 0 and len(places) < 5:
            before, after = line[at - 1 : at], line[at + len(text) : at + len(text) + 1]
            if not (_word(before) and _word(text[:1])) and not (_word(after) and _word(text[-1:])):
                places.append((row, at))
            at = line.find(text, at + 1)
    if len(places) != 1:
        return Found(len(places), lines=tuple(row for row, _ in places))
    row, at = places[0]
    return Found(1, row, row + 1, (), (at, at + len(text)))


def _word(text: str) -> bool:
    return bool(text) and (text.isalnum() or text in "_-")


def replace_lines(lines: Sequence[str], found: Found, wanted: Sequence[str], new: Sequence[str], eol: str) -> list[str]:
    """The lines of the file with the place replaced. Lines that ``wanted`` and ``new`` share keep the file's bytes;
    new lines take the file's indentation and line ends."""
    if found.columns is not None:
        line = lines[found.start]
        text = eol.join(_exact(n) for n in new).strip()
        changed = line[: found.columns[0]] + text + line[found.columns[1] :]
        if not text and not changed.strip():
            return [*lines[: found.start], *lines[found.end :]]
        return [*lines[: found.start], changed, *lines[found.end :]]
    row_of = dict(found.rows)
    taking = [i for i in range(len(wanted)) if i in row_of]
    old = [wanted[i] for i in taking]
    fresh: list[tuple[str, int]] = []  # the line, and how many blank ones stand before it
    if found.kept_blank:
        first, last = taking[0], taking[-1]
        before, after = first, len(wanted) - 1 - last  # blank lines around the search text that did not take part
        trimmed = list(new)
        while before and trimmed and not trimmed[0].strip():
            trimmed.pop(0)
            before -= 1
        while after and trimmed and not trimmed[-1].strip():
            trimmed.pop()
            after -= 1
        fresh = [(n, 0) for n in trimmed]
    else:
        blank = 0
        for line in new:
            if line.strip():
                fresh.append((line, blank))
                blank = 0
            else:
                blank += 1
    indents = _indents(lines, wanted, found)
    out: list[str] = []
    place = found.start
    for tag, i1, i2, j1, j2 in align([_trailing(o) for o in old], [_trailing(n) for n, _ in fresh]):
        if tag == "equal":
            end = row_of[taking[i2 - 1]] + 1
            out.extend(lines[place:end])
            place = end
            continue
        if i1 < i2:
            out.extend(lines[place : row_of[taking[i1]]])
            place = row_of[taking[i2 - 1]] + 1
        paired = not found.kept_blank and i2 - i1 == j2 - j1  # what the search text left out goes on
        for number, (line, blank) in enumerate(fresh[j1:j2]):
            out.extend([eol] * blank)
            rest = _left_out(lines[row_of[taking[i1 + number]]], old[i1 + number], line) if paired else ""
            out.append(_indented(_exact(line), indents) + rest + eol)
    out.extend(lines[place : found.end])
    at_end = found.end == len(lines) and bool(lines) and not lines[-1].endswith("\n")
    out = [line if line.endswith("\n") else line + eol for line in out]
    if at_end and out:
        out[-1] = _exact(out[-1])
    return [*lines[: found.start], *out, *lines[found.end :]]


def _left_out(line: str, wanted: str, new: str) -> str:
    """The comment at the end of a file's line where neither the search text nor its replacement has one."""
    found, named, fresh = (_TRAILING_COMMENT.match(_exact(t)) if len(t) < 2_000 else None for t in (line, wanted, new))
    if found is None or named is not None or fresh is not None or not found[1].strip():
        return ""
    return _exact(line)[len(found[1].rstrip()) :]


def _indents(lines: Sequence[str], wanted: Sequence[str], found: Found) -> dict[str, str]:
    """From the indentation of search lines to that of the file lines which they match."""
    seen: dict[str, str] = {}
    for i, row in found.rows:
        if wanted[i].strip():
            seen.setdefault(_indent(wanted[i]), _indent(lines[row]))
    return seen


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _indented(line: str, indents: dict[str, str]) -> str:
    own = _indent(line)
    if not line.strip() or not indents:
        return line
    if own in indents:
        return indents[own] + line[len(own) :]
    nearest = max((i for i in indents if own.startswith(i)), key=len, default=None)
    if nearest is None:
        return line
    return indents[nearest] + line[len(nearest) :]


def align(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Opcodes as of difflib: ("equal" or "replace", i1, i2, j1, j2), in bounded time."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    out: list[tuple[str, int, int, int, int]] = []
    if start:
        out.append(("equal", 0, start, 0, start))
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if a or b:
        if len(a) * len(b) <= MAX_ALIGNED:
            for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=len(a) * len(b) > 10_000).get_opcodes():
                kind = "equal" if tag == "equal" else "replace"
                out.append((kind, i1 + start, i2 + start, j1 + start, j2 + start))
        else:
            out.append(("replace", start, len(old) - end, start, len(new) - end))
    if end:
        out.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return out


def closest(lines: Sequence[str], wanted: Sequence[str], visible: Sequence[tuple[int, int]] | None = None) -> str:
    """The part of the file that shares most lines with the search text, as a hint; "" when none does."""
    index = {k: i for i, w in reversed(list(enumerate(wanted))) if len(k := _blanks(w)) > 3}
    votes: Counter[int] = Counter()
    for row in _rows(len(lines), visible):
        if row >= 0 and (i := index.get(_blanks(lines[row]))) is not None:
            votes[row - i] += 1
    if not votes:
        return ""
    start = max(0, max(votes, key=lambda offset: (votes[offset], -offset)))
    shown = lines[start : start + min(len(wanted) + 2, 14)]
    return "\n".join(_exact(line)[:200] for line in shown)
