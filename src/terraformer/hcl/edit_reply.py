"""Read edits out of a model's reply: SEARCH/REPLACE blocks, whole files, unified diffs, deletions.

    reply = parse_edits(text, known=config.files)      # reply.edits, or reply.problem for the model

A SEARCH/REPLACE block (the form that aider made known) stands under the path of its file:

    main.tf
    <<<<<<< SEARCH
      acl = "private"
    =======
      acl = "log-delivery-write"
    >>>>>>> REPLACE

Lines of their own delete: "DELETE FILE: old.tf", "DELETE BLOCK: aws_sqs_queue.jobs". Without any such block a unified
diff is looked for, else files in code fences (as ``extract`` reads them), whole or just some of their blocks.
Bounded: 4 MiB of reply, 200 edits, 1 MiB of new text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from terraformer.hcl.edit import Edit
from terraformer.hcl.extract import (
    EMPTY,
    FILE_NAME,
    MAX_REPLY,
    UNFINISHED,
    extract,
    name_before,
    safe_path,
    without_thinking,
)

__all__ = ["EditReply", "parse_edits"]

MAX_EDITS: Final = 200
MAX_TEXT: Final = 1 << 20

_HEAD: Final = re.compile(
    r"^[ \t>]{0,20}<{5,9}[ \t]*(?:(?:SEARCH|ORIGINAL|HEAD|BEFORE)\b)?[ \t:]*(?P<rest>[^\n<>]{0,200})$", re.I
)
_DIVIDER: Final = re.compile(r"^[ \t>]{0,20}={5,9}[ \t]*$")
_TAIL: Final = re.compile(r"^[ \t]{0,20}>{5,9}(?!>)[^\n]{0,200}$")
_FENCE: Final = re.compile(r"^[ \t>]{0,20}(?:`{3,}|~{3,})(?P<info>[^`\n]{0,300})$")
_DELETE: Final = re.compile(
    r"^[ \t]*(?:[#>*-]+[ \t]*)?(?:\*\*)?(?:DELETE|REMOVE)(?:[ \t]+FILE)?[ \t]*:?(?:\*\*)?[ \t]+"
    r"[`'\"]?(?P<name>[^`'\"\n]{1,200}?)[`'\"]?[ \t]*$"
)
_REMOVE: Final = re.compile(
    r"^[ \t]*(?:[#>*-]+[ \t]*)?(?:\*\*)?(?:DELETE|REMOVE)[ \t]+BLOCK[ \t]*:?(?:\*\*)?[ \t]+"
    r"[`'\"]?(?P<address>[\w.-]{1,200})[`'\"]?[ \t]*$"
)
_HUNK: Final = re.compile(r"^@@(?:[ \t]|$)")

NO_EDITS: Final = (
    "the reply holds no edit: answer with SEARCH/REPLACE blocks, each under the name of its file, or with whole files"
)


@dataclass(frozen=True, slots=True)
class EditReply:
    """``problem`` says what is wrong with the reply, for the model; then the edits are not to be used.

    ``truncated``: the reply was cut off.
    """

    edits: tuple[Edit, ...] = ()
    problem: str = ""
    truncated: bool = False


def parse_edits(reply: str, known: Collection[str] = ()) -> EditReply:
    """The edits of a reply, in its order; never raises. ``known`` are the existing paths, to recognise their names."""
    text = reply[:MAX_REPLY].replace("\r\n", "\n")
    if not text.strip():
        return EditReply(problem=EMPTY)
    text = without_thinking(text)
    if not text.strip():
        return EditReply(problem=UNFINISHED, truncated=True)
    found = _Blocks(known).read(text)
    edits, problem, truncated = found.edits, found.problem, found.truncated
    if not edits and not problem and (hunks := _diff(found.rest)):
        edits = hunks
    elif "```" in found.rest:  # new files, whole, beside blocks
        inside = extract(found.rest, keep_directories=True)
        edits.extend(
            Edit("file", path, content.decode("utf-8", "replace"), complete=True)
            for path, content in inside.files.items()
            if edits and path not in known and path in found.rest and path != "main.tf"
        )
    edits.extend(found.deletions)
    if not edits and not problem:
        taken = extract(text, keep_directories=True)
        if not taken.files:
            return EditReply(problem=NO_EDITS, truncated=taken.truncated)
        truncated = taken.truncated
        for path, content in taken.files.items():
            # "main.tf" is what the extraction calls a file without a name.
            named = path != "main.tf" or "main.tf" in text
            edits.append(
                Edit(
                    "file",
                    path if named else "",
                    content.decode("utf-8", "replace"),
                    complete=False if truncated else None,
                )
            )
        if truncated:
            problem = "the reply was cut off before its end: answer with smaller edits"
    if len(edits) > MAX_EDITS or sum(len(e.text) + len(e.search) for e in edits) > 2 * MAX_TEXT:
        return EditReply(
            problem=f"the reply holds too much: at most {MAX_EDITS} edits and {MAX_TEXT >> 20} MiB of text"
        )
    return EditReply(tuple(edits), problem, truncated)


class _Blocks:
    """A reader of SEARCH/REPLACE blocks, line by line; what lies outside of them is kept as ``rest_lines``."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = known
        self.edits: list[Edit] = []
        self.deletions: list[Edit] = []
        self.rest_lines: list[str] = []
        self.problem = ""
        self.truncated = False
        self._name = ""
        self._age = 0

    @property
    def rest(self) -> str:
        return "\n".join(self.rest_lines)

    def read(self, text: str) -> _Blocks:
        lines = text.split("\n")
        i = 0
        while i < len(lines) and len(self.edits) <= MAX_EDITS:
            head = _HEAD.match(lines[i])
            if head is None or self._is_heredoc(lines[i]):
                self._outside(lines[i])
                i += 1
                continue
            i = self._block(lines, i, head["rest"])
        return self

    @staticmethod
    def _is_heredoc(line: str) -> bool:
        return not line.lstrip(" \t>").startswith("<<<<<")

    def _outside(self, line: str) -> None:
        self.rest_lines.append(line)
        if not line.strip():
            return
        if fence := _FENCE.match(line):
            name = self._path(fence["info"])
            if name:
                self._name, self._age = name, 0
            return
        if removed := _REMOVE.match(line):
            self.deletions.append(Edit("remove", "", search=removed["address"]))
            return
        if (gone := _DELETE.match(line)) and (path := self._known(gone["name"])):
            self.deletions.append(Edit("delete", path))
            return
        name = self._known(line.strip().strip("`*#:>- \t'\"")) or safe_path(name_before([line]))
        if name:
            self._name, self._age = name, 0
        else:
            self._age += 1

    def _known(self, text: str) -> str:
        text = text.strip().removeprefix("./")
        return text if text in self.known else ""

    def _path(self, text: str) -> str:
        text = text.strip()
        for word in (text, text.rpartition(" ")[2], text.partition(":")[2]):
            if path := self._known(word.strip("`*'\"")):
                return path
        named = FILE_NAME.search(text[:300])
        return safe_path(named[0]) if named else ""

    def _block(self, lines: Sequence[str], start: int, rest: str) -> int:
        """Read the block whose head is at ``start``; the index of the line after it."""
        name = self._path(rest) or (self._name if self._age <= 6 else "")
        if not name and self.edits:
            name = self.edits[-1].file
        search: list[str] = []
        text: list[str] = []
        divided = ended = False
        i = start + 1
        while i < len(lines):
            line = lines[i]
            if not divided and _DIVIDER.match(line):
                divided = True
            elif divided and _TAIL.match(line):
                ended = True
                i += 1
                break
            elif _HEAD.match(line) and not self._is_heredoc(line):
                break
            else:
                (text if divided else search).append(line)
            i += 1
        at_end = i >= len(lines)
        number = len(self.edits) + 1
        if not divided:
            # A block that stops before its divider: cut off, or never meant as one.
            self.problem = self.problem or (
                f"SEARCH/REPLACE block {number} has no ======= line: write <<<<<<< SEARCH, the old text, =======, the "
                "new text, >>>>>>> REPLACE"
            )
            self.truncated = self.truncated or at_end
            return i
        if not ended:
            fence = next((k for k, line in enumerate(text) if _closes(line)), None)
            if fence is not None:
                i = start + 1 + len(search) + 1 + fence
                text = text[:fence]
            elif at_end:
                self.truncated = True
                self.problem = self.problem or (
                    f"the reply was cut off inside SEARCH/REPLACE block {number}: answer again, with smaller blocks"
                )
                return i
        self.edits.append(Edit("replace", name, _joined(text), _joined(search)))
        self._name, self._age = name, 0
        return i


def _closes(line: str) -> bool:
    fence = _FENCE.match(line)
    return fence is not None and not fence["info"].strip()


def _joined(lines: Sequence[str]) -> str:
    """The lines of one half of a block, without a fence that was put around them."""
    kept = list(lines)
    while kept and _FENCE.match(kept[0]):
        kept.pop(0)
    while kept and _FENCE.match(kept[-1]):
        kept.pop()
    return "".join(line + "\n" for line in kept)


def _diff(text: str) -> list[Edit]:
    """The hunks of a unified diff as replacements; their line numbers are not trusted."""
    lines = text.split("\n")
    edits: list[Edit] = []
    old = new = ""
    i = 0
    while i < len(lines) and len(edits) <= MAX_EDITS:
        line = lines[i]
        if line.startswith("--- ") and i + 1 < len(lines) and lines[i + 1].startswith("+++ "):
            old, new = _side(line), _side(lines[i + 1])
            if new == "/dev/null" and old:
                edits.append(Edit("delete", old))
            i += 2
            continue
        if not _HUNK.match(line) or not (old or new) or new == "/dev/null":
            i += 1
            continue
        i += 1
        before: list[str] = []
        after: list[str] = []
        while i < len(lines):
            line = lines[i]
            if line[:1] == "-" and not (
                line.startswith("--- ") and lines[i + 1 : i + 2] and lines[i + 1].startswith("+++ ")
            ):
                before.append(line[1:])
            elif line[:1] == "+":
                after.append(line[1:])
            elif line[:1] in (" ", "\t") or (not line and i + 1 < len(lines)):
                before.append(line[1:] if line.startswith(" ") else line)
                after.append(line[1:] if line.startswith(" ") else line)
            elif not line.startswith("\\"):
                break
            i += 1
        if old == "/dev/null" or not any(b.strip() for b in before):
            edits.append(Edit("file", new, "".join(a + "\n" for a in after), complete=old == "/dev/null"))
        else:
            edits.append(Edit("replace", new, "".join(a + "\n" for a in after), "".join(b + "\n" for b in before)))
    return edits


def _side(line: str) -> str:
    name = line[4:].split("\t")[0].strip()
    if name == "/dev/null":
        return name
    return name[2:] if name.startswith(("a/", "b/")) else name
