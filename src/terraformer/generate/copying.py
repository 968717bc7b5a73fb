"""A grammar that says only what an edit is: SEARCH copies lines of a file that have one place there; what replaces them
is free.

Small models that write edits freely fail most often at what needs no knowledge at all: a line copied wrongly, a marker
left out. Under this grammar every finished answer can be read, and its first edit be applied (later ones unless an
earlier one changed their place).

    root ::= edit ("\\n" edit){0,7}
    edit ::= PATH "<<<<<<< SEARCH" lines "=======" any lines ">>>>>>> REPLACE" | a new file | "DELETE BLOCK: " address

Source: llama.cpp, grammars/README.md, for the notation; ``hcl.edit_reply`` for the form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from terraformer.generate.grammar.gbnf import literal
from terraformer.types import TerraformConfig

__all__ = ["copying_grammar"]

_MOST_LINES: Final = 600
_MOST_CHARACTERS: Final = 40_000
_EDITS: Final = 8
_WIDEST: Final = 40
"""Lines that a text may need to stand in its file once; what needs more is no start of a SEARCH text."""


def copying_grammar(config: TerraformConfig) -> str | None:
    """The grammar of edits of this configuration; None where it is too large, or its files are no plain text with
    simple line ends."""
    files = {path: config.text(path) for path in config.files if path.endswith(".tf")}
    if not files or sum(map(len, files.values())) > _MOST_CHARACTERS:
        return None
    if any(not c.isprintable() and c not in "\n\t" for text in files.values() for c in text):
        return None
    if sum(text.count("\n") + 1 for text in files.values()) > _MOST_LINES:
        return None
    rules: list[str] = []
    edits: list[str] = []
    for number, (path, text) in enumerate(files.items()):
        starts = _runs(f"f{number}", text.splitlines(), rules)
        if starts:
            rules.append(f"f{number} ::= {' | '.join(starts)}")
            edits.append(f"{literal(path)} head f{number} tail")
    edits += ["newpath head tail", '"DELETE BLOCK: " [a-z] [a-zA-Z0-9_.-]{2,120} "\\n"']
    return "\n".join(
        [
            f'root ::= edit ("\\n" edit){{0,{_EDITS - 1}}}',
            f"edit ::= {' | '.join(edits)}",
            'head ::= "\\n<<<<<<< SEARCH\\n"',
            'tail ::= "=======\\n" line{0,120} ">>>>>>> REPLACE\\n"',
            'line ::= ([^<=>\\n] [^\\n]*)? "\\n"',
            'newpath ::= ("modules/" [a-z] [a-z0-9_-]{0,40} "/")? [a-z] [a-z0-9_-]{0,40} ".tf"',
            *rules,
            "",
        ]
    )


def _runs(name: str, lines: Sequence[str], rules: list[str]) -> list[str]:
    """Rules for runs of lines, which may end wherever they have one place in the file; the names of their starts."""
    shortest = _shortest(lines)
    for at, line in enumerate(lines):
        following = f" {name}c{at + 1}?" if at + 1 < len(lines) else ""
        rules.append(f"{name}c{at} ::= {literal(line + chr(10))}{following}")
    starts = []
    for at, count in enumerate(shortest):
        if count and any(line.strip() for line in lines[at : at + count]):
            text = "".join(line + "\n" for line in lines[at : at + count])
            end = at + count
            following = f" {name}c{end}?" if end < len(lines) else ""
            rules.append(f"{name}s{at} ::= {literal(text)}{following}")
            starts.append(f"{name}s{at}")
    return starts


def _shortest(lines: Sequence[str]) -> list[int]:
    """For each line how many from there on are needed for a text that stands in the file once; 0 where none do."""
    found = [0] * len(lines)
    for count in range(1, min(len(lines), _WIDEST) + 1):
        windows = [tuple(lines[at : at + count]) for at in range(len(lines) - count + 1)]
        often = Counter(windows)
        for at, window in enumerate(windows):
            if not found[at] and often[window] == 1:
                found[at] = count
        if all(found):
            break
    return found
