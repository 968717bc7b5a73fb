"""From two configurations to the edits that lead from one to the other, and their text as a model writes it.

    edits = edits_between(before, after)         # apply_edits(before, edits) gives after, byte for byte
    text = render_edits(edits)                   # parse_edits reads it

The search texts are as short as they can be: the changed lines, with lines around them until only one place fits.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

from terraformer.hcl.edit import Edit, apply_edits
from terraformer.types import TerraformConfig

__all__ = ["edits_between", "render_edits"]

_LARGEST: Final = 5_000
"""Lines of a file from which on it is written whole: the comparison is quadratic."""


def edits_between(before: TerraformConfig, after: TerraformConfig) -> tuple[Edit, ...]:
    """The edits that make ``after`` of ``before``, file by file in the order of their paths.

    A file of which nothing stays is deleted and written anew; so are all changed files when smaller edits would not
    give exactly ``after``. Raises ValueError when the files are not UTF-8 text, and when no edits that a reply
    can hold make the difference.
    """
    edits: list[Edit] = []
    for path in sorted({*before.files, *after.files}):
        old, new = before.files.get(path), after.files.get(path)
        if old == new:
            continue
        if new is None:
            edits.append(Edit("delete", path))
        elif old is None:
            edits.append(_new(path, new.decode()))
        else:
            edits += _of_file(path, old.decode(), new.decode())
    if apply_edits(before, edits).config != after:
        gone = [p for p in sorted(before.files) if before.files[p] != after.files.get(p)]
        fresh = [p for p in sorted(after.files) if before.files.get(p) != after.files[p]]
        edits = [*(Edit("delete", p) for p in gone), *(_new(p, after.files[p].decode()) for p in fresh)]
        if apply_edits(before, edits).config != after:
            raise ValueError("no edits make this difference")
    return tuple(edits)


def render_edits(edits: Sequence[Edit]) -> str:
    """The edits as SEARCH/REPLACE blocks, whole files in fences and lines that delete, in their order."""
    parts: list[str] = []
    for edit in edits:
        match edit.kind:
            case "replace":
                search, text = (part and part.removesuffix("\n") + "\n" for part in (edit.search, edit.text))
                parts.append(f"{edit.file}\n<<<<<<< SEARCH\n{search}=======\n{text}>>>>>>> REPLACE")
            case "file":
                parts.append(f"{edit.file}\n```hcl\n{edit.text.rstrip()}\n```")
            case "delete":
                parts.append(f"DELETE FILE: {edit.file}")
            case "remove":
                parts.append(f"DELETE BLOCK: {edit.search}")
    return "\n\n".join(parts)


def _new(path: str, text: str) -> Edit:
    """An edit with an empty search text makes a file that is not there."""
    return Edit("replace", path, text)


def _of_file(path: str, old: str, new: str) -> list[Edit]:
    before, after = old.splitlines(), new.splitlines()
    if not old.strip() or max(len(before), len(after)) > _LARGEST:
        return _rewritten(path, new)
    hunks = [
        list(span)
        for tag, *span in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    merged: list[list[int]] = []
    for hunk in hunks:
        widened = _unique(before, hunk)
        # Hunks whose lines around them meet become one: an edit must find its place after the ones before it.
        while merged and widened[0] <= merged[-1][1]:
            last = merged.pop()
            widened = _unique(before, [last[0], widened[1], last[2], widened[3]])
        merged.append(widened)
    kept = sum(hunk[1] - hunk[0] for hunk in merged)
    if len(before) > 3 and kept >= len(before):
        return _rewritten(path, new)
    edits = []
    for a, b, c, d in merged:
        edits.append(Edit("replace", path, "\n".join(after[c:d]), "\n".join(before[a:b])))
    return edits


def _rewritten(path: str, text: str) -> list[Edit]:
    return [Edit("delete", path), _new(path, text)]


def _unique(before: Sequence[str], hunk: Sequence[int]) -> list[int]:
    """The hunk with as many lines around it as make its old text unique and begin and end in lines that are not blank
    (blank lines do not count where an edit looks for its place)."""
    a, b, c, d = hunk
    up = False
    while True:
        blank_above, blank_below = a == b or not before[a].strip(), a == b or not before[b - 1].strip()
        if not (blank_above or blank_below) and _places(before, before[a:b]) == 1:
            return [a, b, c, d]
        if a == 0 and b == len(before):
            return [a, b, c, d]
        up = not up if blank_above == blank_below else blank_above
        if a > 0 and (up or b == len(before)):
            a, c = a - 1, c - 1
        else:
            b, d = b + 1, d + 1


def _places(lines: Sequence[str], wanted: Sequence[str]) -> int:
    bare = [line.strip() for line in wanted if line.strip()]
    size = len(bare)
    stripped = [line.strip() for line in lines if line.strip()]
    return sum(stripped[n : n + size] == bare for n in range(len(stripped) - size + 1))
