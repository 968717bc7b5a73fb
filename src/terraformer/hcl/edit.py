"""Apply edits to a configuration so that nothing else changes (edit_reply reads them out of a model's reply).

    result = apply_edits(config, edits)          # result.config, or result.problem for the model

What no edit touches stays as it is, byte for byte: line ends, byte order mark, tabs, comments, a missing last newline.
Nothing is guessed: a search text that fits no place or several is a problem, and then nothing is applied at all.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from terraformer.hcl import locate, merge
from terraformer.hcl.extract import safe_path
from terraformer.types import TerraformConfig

__all__ = ["Edit", "EditResult", "apply_edits"]

_MAX_PROBLEMS: Final = 6


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit. ``file`` is the path as the reply names it, "" when it names none.

    ``kind`` "replace": ``search`` becomes ``text``. "file": ``text`` is a whole file or whole blocks of one (which of
    the two, ``complete`` says; None: to be judged by what it declares). "delete": the file goes away. "remove": the
    block whose address is in ``search`` goes away ("aws_sqs_queue.jobs", "variable.region").
    """

    kind: Literal["replace", "file", "delete", "remove"]
    file: str
    text: str = ""
    search: str = ""
    complete: bool | None = None


@dataclass(frozen=True, slots=True)
class EditResult:
    """``config`` is None when an edit could not be applied: ``problem`` then says which and why (several lines).

    ``changed`` are the paths whose bytes differ, sorted (added and deleted ones too). ``failed`` are the indices (from
    0) of the edits that could not be applied, as far as they were tried.
    """

    config: TerraformConfig | None
    problem: str = ""
    changed: tuple[str, ...] = ()
    failed: tuple[int, ...] = ()


# --- applying --------------------------------------------------------------------------------------------------------


def apply_edits(
    config: TerraformConfig,
    edits: Iterable[Edit],
    *,
    shown: Mapping[str, Sequence[tuple[int, int]]] | None = None,
) -> EditResult:
    """The configuration with the edits, one after the other; all of them or none.

    ``shown`` maps paths to the line ranges (from 0, end exclusive) that the author of the edits has seen; edits can
    refer to nothing else, and what was not shown is never deleted. None: everything was shown.
    """
    work = _Work(config, shown)
    problems: dict[int, str] = {}
    for number, edit in enumerate(edits):
        if len(problems) >= _MAX_PROBLEMS:
            break
        problem = work.apply(edit)
        if problem:
            problems[number] = f"Edit {number + 1}: {problem}"
    if problems:
        return EditResult(None, "\n".join(problems.values()), failed=tuple(problems))
    return work.result()


class _Work:
    def __init__(self, config: TerraformConfig, shown: Mapping[str, Sequence[tuple[int, int]]] | None) -> None:
        self.config = config
        self.changed: dict[str, bytes | None] = {}
        self.shown: dict[str, list[tuple[int, int]]] | None = (
            None if shown is None else {path: sorted(ranges) for path, ranges in shown.items()}
        )
        self.created: set[str] = set()

    def result(self) -> EditResult:
        differing = {p: c for p, c in self.changed.items() if self.config.files.get(p) != c}
        try:
            config = self.config.with_files(differing)
        except ValueError as error:
            return EditResult(None, f"a file of the answer has an unusable name: {error}")
        if not config.module_files:
            return EditResult(None, "the edits leave no Terraform file in the root module")
        return EditResult(config, "", tuple(sorted(differing)))

    def apply(self, edit: Edit) -> str:
        """Apply one edit; what went wrong, "" when nothing did."""
        if edit.kind == "delete":
            return self._delete(edit)
        if edit.kind == "remove":
            return self._remove(edit)
        if edit.kind == "file" or not edit.search.strip():
            return self._file(edit)
        return self._replace(edit)

    # --- files

    def _content(self, path: str) -> bytes | None:
        return self.changed[path] if path in self.changed else self.config.files.get(path)

    def _paths(self) -> list[str]:
        every = dict.fromkeys((*self.config.files, *self.changed))
        return [
            p
            for p in every
            if self._content(p) is not None and (self.shown is None or p in self.shown or p in self.created)
        ]

    def _resolve(self, name: str) -> str:
        """The path that a name means: an existing one where there is one, else a new one; "" when it is unusable."""
        for path in (name, name.removeprefix("./")):
            if path and self._content(path) is not None:
                return path
        safe = safe_path(name)
        root = self.config.root
        in_root = posixpath.normpath(posixpath.join(root, safe)) if safe else ""
        for path in (safe, in_root):
            if path and self._content(path) is not None:
                return path
        if not safe:
            return ""
        endings = [p for p in self.config.files if p.endswith("/" + safe) or (safe.endswith("/" + p) and "/" in p)]
        if len(endings) == 1:
            return endings[0]
        # A name without a directory, or one that lies outside the root module's, is meant inside the root module.
        return in_root if root != "." and not safe.startswith(root + "/") and "/" not in safe else safe

    def _ranges(self, path: str) -> list[tuple[int, int]] | None:
        if self.shown is None or path in self.created:
            return None
        return self.shown.get(path, [])

    def _whole(self, path: str) -> bool:
        ranges = self._ranges(path)
        content = self._content(path) or b""
        return ranges is None or (len(ranges) == 1 and ranges[0][0] <= 0 and ranges[0][1] >= content.count(b"\n") + 1)

    # --- deleted files

    def _delete(self, edit: Edit) -> str:
        path = self._resolve(edit.file)
        if not path or self._content(path) is None:
            return f"there is no file {edit.file[:100]} to delete"
        if path not in self._paths() or not self._whole(path):
            return f"{path} was not shown as a whole and cannot be deleted"
        self.changed[path] = None
        return ""

    def _remove(self, edit: Edit) -> str:
        wanted = re.sub(r"^resource\.", "", re.sub(r"^var\.", "variable.", edit.search.strip()))
        named = self._resolve(edit.file) if edit.file else ""
        found: list[tuple[str, merge.Part]] = []
        for path in [named] if named else self._paths():
            content = self._content(path)
            if content is None or not path.endswith(".tf"):
                continue
            found.extend((path, p) for p in merge.parts_of(content, path) if p.address == wanted)
        if len(found) != 1:
            many = "several blocks have" if found else "no block that was shown has"
            return f"{many} the address {edit.search[:200]}; delete it by a SEARCH of its lines and an empty REPLACE"
        path, part = found[0]
        content = self._content(path) or b""
        if not self._touchable(path, content)(part):
            return f"{part.address} in {path} was not shown in full and cannot be deleted"
        self._set(path, content, merge.without(content, part, path))
        return ""

    # --- SEARCH/REPLACE

    def _replace(self, edit: Edit) -> str:
        wanted = locate.split_lines(edit.search)
        path = self._resolve(edit.file) if edit.file else ""
        first = [path] if path and path in self._paths() else []
        others = [p for p in self._paths() if p not in first]
        found: list[tuple[str, locate.Found]] = []
        for group in (first, others):
            for candidate in group:
                place = locate.find(self._lines(candidate), wanted, self._ranges(candidate))
                if place.count:
                    found.append((candidate, place))
            if found:
                break
        where = path or edit.file[:100] or "the configuration"
        if not found:
            if self._done_already(edit, first or others):
                return ""
            told = f"the SEARCH text is not in {where}{self._restricted()}; copy the lines exactly as they are."
            return told + self._hint(wanted, first or others)
        if len(found) > 1 or found[0][1].count > 1:
            name, place = found[0]
            rows = ", ".join(str(n + 1) for n in place.lines[:5])
            places = f"{name} (lines {rows})" if place.count > 1 else " and ".join(p for p, _ in found[:3])
            return (
                f"the SEARCH text fits several places: {places}. Add the lines around it, up to the block's header, "
                "until only one place fits"
            )
        path, place = found[0]
        lines = self._lines(path)
        text = self._text(path)
        new = locate.replace_lines(lines, place, wanted, locate.split_lines(edit.text), locate.eol_of(text))
        self._put(path, "".join(new))
        self._shift(path, place.start, place.end, len(new) - len(lines))
        return ""

    def _restricted(self) -> str:
        return " as shown" if self.shown is not None else ""

    def _done_already(self, edit: Edit, paths: Sequence[str]) -> bool:
        """Whether what the edit wants is there already (a model that repeats an edit)."""
        new = locate.split_lines(edit.text)
        if sum(bool(n.strip()) for n in new) < 2:
            return False
        return any(
            place.count == 1 and place.columns is None and place.kept_blank
            for p in paths
            if (place := locate.find(self._lines(p), new, self._ranges(p)))
        )

    def _hint(self, wanted: Sequence[str], paths: Sequence[str]) -> str:
        for path in paths:
            near = locate.closest(self._lines(path), wanted, self._ranges(path))
            if near:
                return f" The nearest lines of {path} are:\n{near}"
        return ""

    def _text(self, path: str) -> str:
        content = self._content(path) or b""
        return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")

    def _lines(self, path: str) -> list[str]:
        return locate.split_lines(self._text(path))

    def _put(self, path: str, text: str) -> None:
        bom = b"\xef\xbb\xbf" if (self._content(path) or b"").startswith(b"\xef\xbb\xbf") else b""
        # A file's odd bytes stay (surrogateescape); a reply's own lone surrogates become "?".
        self.changed[path] = bom + _encoded(text)

    def _shift(self, path: str, start: int, end: int, delta: int) -> None:
        ranges = self._ranges(path)
        if ranges is None or self.shown is None:
            return
        self.shown[path] = [
            (a + delta if a >= end and a > start else a, b + delta if b >= end else b) for a, b in ranges
        ]

    # --- whole files and blocks

    def _file(self, edit: Edit) -> str:
        if not edit.file:
            return self._unnamed(edit)
        path = self._resolve(edit.file)
        if not path:
            return f"{edit.file[:100]!r} is no usable file name"
        content = self._content(path)
        new = _encoded(edit.text)
        if content is None or not content.strip():
            if self.shown is not None and path in self.config.files and path not in self.shown:
                return f"{path} was not shown and cannot be rewritten"
            self.changed[path] = new
            self.created.add(path)
            return ""
        if path not in self._paths():
            return f"{path} was not shown and cannot be rewritten"
        if not path.endswith((".tf", ".tfvars")):
            if not self._whole(path):
                return f"{path} was not shown as a whole: answer with SEARCH/REPLACE blocks"
            self.changed[path] = merge.merge(content, new, complete=True, name=f"{path}.json").content
            return ""
        return self._merge(path, content, new, edit, named=True)

    def _merge(self, path: str, content: bytes, new: bytes, edit: Edit, *, named: bool) -> str:
        complete = self._is_complete(path, content, edit, named=named) if edit.complete is None else edit.complete
        complete = complete and self._whole(path) and bool(edit.search == "")
        done = merge.merge(content, new, complete=complete, name=path, touchable=self._touchable(path, content))
        if done.unreadable:
            return done.unreadable
        if done.hidden:
            names = ", ".join(p.address for p in done.hidden[:5])
            return f"{names} in {path} was not shown in full and cannot be rewritten"
        self._set(path, content, done.content)
        return ""

    def _touchable(self, path: str, content: bytes) -> Callable[[merge.Part], bool]:
        """Whether a part of the file was shown from its first to its last line."""
        ranges = self._ranges(path)
        starts = [0, *(m.end() for m in re.finditer(b"\n", content))]

        def touchable(part: merge.Part) -> bool:
            if ranges is None:
                return True
            first = _row(starts, part.start)
            last = _row(starts, max(part.start, part.end - 1))
            return any(a <= first and last < b for a, b in ranges)

        return touchable

    def _set(self, path: str, old: bytes, new: bytes) -> None:
        ranges = self._ranges(path)
        self.changed[path] = new
        if ranges is not None and self.shown is not None:
            # What was added or grew is the author's own text.
            self.shown[path] = _shown_again(old, new, ranges)

    def _is_complete(self, path: str, content: bytes, edit: Edit, *, named: bool) -> bool:
        """Whether a rewritten file is meant as the whole of it, rather than as some of its blocks."""
        old = {p.key for p in merge.parts_of(content, path)}
        new = {p.key for p in merge.parts_of(_encoded(edit.text), path)}
        original = self._text(path)
        if any(merge.is_elision(line) and line.strip() not in original for line in edit.text.split("\n")):
            return False
        shared = len(old & new)
        if not shared:
            return False
        if named:
            return shared * 2 >= len(old)
        gone = old - new
        referred = any(_address(key) and _address(key) in edit.text for key in gone)
        return shared * 2 > len(old) and not referred

    def _unnamed(self, edit: Edit) -> str:
        """Blocks without a file name: each goes where it stands already, new ones where most of the others do."""
        files = [p for p in self.config.module_files if p.endswith(".tf") and self._content(p) is not None]
        usable = [p for p in files if p in self._paths()]
        main = posixpath.normpath(posixpath.join(self.config.root, "main.tf"))
        if not usable:
            if self._content(main) is not None:
                return f"{main} was not shown and cannot be rewritten"
            self.changed[main] = _encoded(edit.text)
            self.created.add(main)
            return ""
        if len(files) == 1:
            return self._merge(files[0], self._content(files[0]) or b"", _encoded(edit.text), edit, named=False)
        homes: dict[tuple[str, ...], str] = {}
        for path in files:
            for part in merge.parts_of(self._content(path) or b"", path):
                homes.setdefault(part.key, path)
        text = _encoded(edit.text)
        chunks: dict[str, list[bytes]] = {}
        loose: list[bytes] = []
        place = 0
        parts = merge.parts_of(text)
        for number, part in enumerate(parts):
            end = len(text) if number + 1 == len(parts) else part.end
            chunk = text[place:end]
            place = end
            home = homes.get(part.key)
            if home is None:
                loose.append(chunk)
            else:
                chunks.setdefault(home, []).append(chunk)
        if not parts:
            return "the new text holds no block that could be read as HCL"
        if loose:
            home = max(chunks, key=lambda p: len(chunks[p])) if chunks else (main if main in usable else usable[0])
            chunks.setdefault(home, []).extend(loose)
        for path, pieces in chunks.items():
            if path not in self._paths():
                return f"{path} was not shown and cannot be rewritten"
            joined = b"\n".join(piece.strip(b"\n") + b"\n" for piece in pieces)
            part_edit = Edit("file", path, joined.decode("utf-8", "replace"), complete=False)
            problem = self._merge(path, self._content(path) or b"", joined, part_edit, named=False)
            if problem:
                return problem
        return ""


def _encoded(text: str) -> bytes:
    """As UTF-8: bytes that were not UTF-8 in the file come back as they were, other lone surrogates become "?"."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udc7f\udd00-\udfff]", "?", text).encode("utf-8", "surrogateescape")


def _row(starts: Sequence[int], byte: int) -> int:
    return bisect_right(starts, byte) - 1


def _address(key: tuple[str, ...]) -> str:
    kind, *labels = key
    return {"resource": ".".join(labels), "variable": f"var.{'.'.join(labels)}"}.get(
        kind, ".".join(key) if labels else ""
    )


def _shown_again(old: bytes, new: bytes, ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The line ranges that were shown, in the merged text: shown lines that are still there, and every new line."""
    a = locate.split_lines(old.decode("utf-8", "surrogateescape"))
    b = locate.split_lines(new.decode("utf-8", "surrogateescape"))
    hidden = [not any(s <= i < e for s, e in ranges) for i in range(len(a))]
    keep = [True] * len(b)
    for tag, i1, i2, j1, _ in locate.align(a, b):
        if tag == "equal":
            for k in range(i2 - i1):
                keep[j1 + k] = not hidden[i1 + k]
    out: list[tuple[int, int]] = []
    start: int | None = None
    for i, kept in enumerate([*keep, False]):
        if kept and start is None:
            start = i
        elif not kept and start is not None:
            out.append((start, i))
            start = None
    return out
