"""Merge a rewritten file, or some rewritten blocks, onto the original: what means the same keeps its bytes.

Two blocks or arguments mean the same when their tokens are equal apart from white space, comments and the commas that
newlines may stand for. Inside a changed block the same holds for its arguments and nested blocks, so that comments and
formatting of what did not change survive there too. The original's order is kept; new parts stand after the part that
they follow in the new text.

Source: HCL native syntax specification (hashicorp/hcl, hclsyntax/spec.md). NOT covered: elements of maps and lists are
not merged one by one (a changed expression is taken whole); files that cannot be read are merged line by line.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tree_sitter import Node

from terraformer.hcl.locate import align, eol_of, split_lines
from terraformer.hcl.syntax import NativeFile

__all__ = ["Merged", "Part", "is_elision", "merge", "parts_of", "without"]

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 12
_BOM: Final = b"\xef\xbb\xbf"
_RAW: Final = frozenset({"quoted_template", "heredoc_template", "string_lit"})
_PARTIAL: Final = frozenset({"locals", "terraform"})
"""Blocks whose arguments are independent declarations: a snippet that names one says nothing of the others."""
_ELIDED: Final = re.compile(
    r"^\s*(?:#+|//+|/\*+)?\s*(?:\.{3}|…|\[\.{3}\]|(?:#|//).*(?:\.{3}|…|\b(?:unchanged|existing|remain\w*|"
    r"same as (?:before|above)|as before|omitted|rest of|keep\w* the)\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A top-level block or argument of a file: its key (block type and labels; ("=", name) for an argument), its bytes
    in the file from ``start`` to ``end``, and its ``header`` as written."""

    key: tuple[str, ...]
    start: int
    end: int

    @property
    def address(self) -> str:
        """How a person names it: "aws_s3_bucket.logs", "data.aws_ami.x", "variable.region", "locals"."""
        type_, *labels = self.key
        if type_ == "resource":
            return ".".join(labels)
        return ".".join((type_, *labels))


@dataclass(frozen=True, slots=True)
class Merged:
    """``content`` is the merged file; ``deleted``, ``changed`` and ``added`` name top-level parts; ``hidden`` those
    that the new text has but that may not be touched. ``unreadable`` says why nothing could be merged."""

    content: bytes
    deleted: tuple[Part, ...] = ()
    changed: tuple[Part, ...] = ()
    added: tuple[Part, ...] = ()
    hidden: tuple[Part, ...] = ()
    unreadable: str = ""


def parts_of(content: bytes, name: str = "x.tf") -> tuple[Part, ...]:
    """The top-level parts of a file of native syntax, in its order. Never raises."""
    file = NativeFile(name, content[:MAX_BYTES])
    return tuple(Part(i.key, i.start, i.end) for i in _items(_Source(file), _body(file.node)))


def merge(
    original: bytes,
    new: bytes,
    *,
    complete: bool,
    name: str = "main.tf",
    touchable: Callable[[Part], bool] | None = None,
) -> Merged:
    """The new text merged onto the original.

    ``complete``: the new text is the whole file, what it lacks is deleted; otherwise it holds just the blocks that it
    adds or rewrites. ``touchable`` tells which parts of the original may be altered (those that the author has seen).
    """
    new = new.removeprefix(_BOM)
    if name.endswith(".json"):
        return _merge_json(original, new)
    if len(original) > MAX_BYTES or len(new) > MAX_BYTES:
        return Merged(original, unreadable=f"{name} is too long to be merged")
    old_file, new_file = NativeFile(name, original), NativeFile(name, new)
    if new_file.has_errors or (complete and old_file.has_errors):
        if not complete:
            error = next(iter(new_file.errors()), None)
            line = f" near line {error.range.start.line}" if error is not None and error.range is not None else ""
            return Merged(original, unreadable=f"the new text for {name} is not well-formed HCL{line}")
        return Merged(_merge_lines(original, new))
    return _Merge(_Source(old_file, original), _Source(new_file, new), complete, touchable or (lambda _: True)).run()


def without(content: bytes, part: Part, name: str = "main.tf") -> bytes:
    """The file without one of its parts, and without the comments right above it."""
    source = _Source(NativeFile(name, content), content)
    item = next(
        (i for i in _items(source, _body(source.file.node)) if (i.start, i.end) == (part.start, part.end)), None
    )
    if item is None:
        return content
    work = _Merge(source, _Source(NativeFile(name, b"")), complete=True, touchable=lambda _: True)
    work._delete(item, top=True)
    return _spliced(content, work.splices)


# --- reading ---------------------------------------------------------------------------------------------------------


class _Source:
    """A parsed file with its lines."""

    def __init__(self, file: NativeFile, content: bytes | None = None) -> None:
        self.file = file
        self.content = file.content if content is None else content
        self.starts = [0, *(m.end() for m in re.finditer(b"\n", self.content))]

    def row(self, byte: int) -> int:
        return bisect_right(self.starts, byte) - 1

    def line(self, row: int) -> bytes:
        end = self.starts[row + 1] if row + 1 < len(self.starts) else len(self.content)
        return self.content[self.starts[row] : end]

    def line_end(self, byte: int) -> int:
        """After the newline of the byte's line."""
        row = self.row(byte)
        return self.starts[row + 1] if row + 1 < len(self.starts) else len(self.content)

    def indent(self, byte: int) -> bytes:
        line = self.line(self.row(byte))
        if self.starts[self.row(byte)] == 0:
            line = line.removeprefix(_BOM)
        return line[: len(line) - len(line.lstrip(b" \t"))]


@dataclass(slots=True)
class _Item:
    key: tuple[str, ...]
    start: int
    end: int
    node: Node
    tokens: bytes
    is_block: bool


def _body(node: Node) -> Node | None:
    return next((c for c in node.children if c.type == "body"), None)


def _items(source: _Source, body: Node | None) -> list[_Item]:
    found: list[_Item] = []
    stack = [body] if body is not None else []
    while stack:
        for child in stack.pop().children:
            if child.type in ("attribute", "block"):
                key = _key(source.file, child)
                found.append(
                    _Item(
                        key,
                        child.start_byte,
                        child.end_byte,
                        child,
                        _tokens(source.file, child),
                        child.type == "block",
                    )
                )
            elif child.type in ("ERROR", "body"):
                stack.append(child)
    return sorted(found, key=lambda i: i.start)


def _key(file: NativeFile, node: Node) -> tuple[str, ...]:
    first = node.child(0)
    name = file.text(first) if first is not None else ""
    if node.type == "attribute":
        return ("=", name)
    labels: list[str] = []
    body: Node | None = None
    for child in node.children[1:]:
        if child.type == "string_lit":
            labels.append(file.text(child).strip('"'))
        elif child.type == "identifier":
            labels.append(file.text(child))
        elif child.type == "body":
            body = child
    if name in _IDENTIFIED and body is not None:
        for attribute in body.children:
            head = attribute.child(0) if attribute.type == "attribute" else None
            if head is not None and file.text(head) in _IDENTIFIED[name]:
                labels.append(re.sub(r"\s+", "", file.text(attribute)))
    return (name, *labels)


_IDENTIFIED: Final = {
    "provider": ("alias",),
    "moved": ("from", "to"),
    "import": ("to",),
    "removed": ("from",),
}
"""Blocks that several of a kind may stand in a module, told apart by these arguments."""


def _tokens(file: NativeFile, node: Node) -> bytes:
    """What the node means, as a digest: its tokens without white space, comments and commas."""
    digest = hashlib.blake2b(digest_size=16)
    stack = [node]
    while stack:
        current = stack.pop()
        kind = current.type
        if kind in ("comment", ","):
            continue
        if kind in _RAW or not current.children:
            text = file.content[current.start_byte : current.end_byte]
            digest.update((b"=" if kind == ":" else text.replace(b"\r\n", b"\n")) + b"\x00")
        elif kind == "conditional":
            # Its colon is none of an object's.
            digest.update(b"?:\x00")
            stack.extend(reversed(current.children))
        else:
            stack.extend(reversed(current.children))
    return digest.digest()


def is_elision(line: str) -> bool:
    """Whether a line stands for text that was left out ("# ... rest unchanged")."""
    return len(line) < 200 and _ELIDED.match(line) is not None


# --- merging ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Merge:
    old: _Source
    new: _Source
    complete: bool
    touchable: Callable[[Part], bool]
    splices: list[tuple[int, int, bytes]] = field(default_factory=list)
    eol: bytes = b"\n"
    new_lines: frozenset[bytes] = frozenset()
    old_lines: frozenset[bytes] = frozenset()

    def run(self) -> Merged:
        self.eol = eol_of(self.old.content.decode("utf-8", "replace")).encode()
        self.new_lines = frozenset(line.strip() for line in self.new.content.split(b"\n"))
        self.old_lines = frozenset(line.strip() for line in self.old.content.split(b"\n"))
        old_items = _items(self.old, _body(self.old.file.node))
        new_items = _items(self.new, _body(self.new.file.node))
        hidden = [i for i in old_items if not self.touchable(_part(i))]
        hidden_keys = {i.key for i in hidden}
        visible_keys = {i.key for i in old_items} - hidden_keys
        refused = [
            _part(i)
            for i in new_items
            if i.key in hidden_keys
            and i.key not in visible_keys
            and not any(h.key == i.key and h.tokens == i.tokens for h in hidden)
        ]
        new_items = [i for i in new_items if i.key not in hidden_keys or i.key in visible_keys]
        pairs = _pair([i for i in old_items if self.touchable(_part(i))], new_items, self.complete)
        changed = [o for o, n in pairs.items_pairs() if o.tokens != n.tokens]
        unreadable = next((o for o in changed if o.node.has_error), None)
        if unreadable is not None:
            return Merged(self.old.content, unreadable=f"{_part(unreadable).address} is not well-formed in the file")
        for o, n in pairs.items_pairs():
            if o.tokens != n.tokens:
                self._change(o, n, 0)
        deleted = [o for o in pairs.only_old if self.complete]
        for o in deleted:
            self._delete(o, top=True)
        self._insert(pairs, new_items, old_items, None, last=False)
        content = _spliced(self.old.content, self.splices)
        return Merged(
            content,
            tuple(map(_part, deleted)),
            tuple(map(_part, changed)),
            tuple(map(_part, pairs.only_new)),
            tuple(refused),
        )

    def _change(self, old: _Item, new: _Item, depth: int) -> None:
        if not old.is_block:
            self._change_attribute(old, new)
            return
        old_rows = self.old.row(old.start), self.old.row(old.end - 1)
        new_rows = self.new.row(new.start), self.new.row(new.end - 1)
        if depth >= MAX_DEPTH or old_rows[0] == old_rows[1] or new_rows[0] == new_rows[1] or _labels_differ(old, new):
            self.splices.append((old.start, old.end, self._reindented(old, new, new.start, new.end)))
            return
        old_items = _items(self.old, _body(old.node))
        new_items = _items(self.new, _body(new.node))
        text = self.new.content[new.start : new.end].decode("utf-8", "replace")
        elided = any(is_elision(line) and line.strip().encode() not in self.old_lines for line in text.split("\n"))
        deleting = (self.complete or old.key[0] not in _PARTIAL or depth > 0) and not elided
        if self._own_lines(self.old, old_items, old) and self._own_lines(self.new, new_items, new):
            pairs = _pair(old_items, new_items, deleting)
            for o, n in pairs.items_pairs():
                if o.tokens != n.tokens:
                    self._change(o, n, depth + 1)
            if deleting:
                for o in pairs.only_old:
                    self._delete(o, top=False)
            self._insert(pairs, new_items, old_items, old, last=not deleting)
        else:
            self.splices.append((old.start, old.end, self._reindented(old, new, new.start, new.end)))

    @staticmethod
    def _own_lines(source: _Source, items: Sequence[_Item], block: _Item) -> bool:
        """Whether every part begins on a line of its own: else the block is taken whole."""
        rows = [source.row(block.start)]
        for item in items:
            if source.row(item.start) <= rows[-1]:
                return False
            rows.append(source.row(item.end - 1))
        return source.row(block.end - 1) > rows[-1]

    def _change_attribute(self, old: _Item, new: _Item) -> None:
        a = next((c for c in old.node.children if c.type == "expression"), None)
        b = next((c for c in new.node.children if c.type == "expression"), None)
        if a is None or b is None:
            self.splices.append((old.start, old.end, self._reindented(old, new, new.start, new.end)))
            return
        self.splices.append((a.start_byte, a.end_byte, self._reindented(old, new, b.start_byte, b.end_byte)))

    def _delete(self, item: _Item, *, top: bool) -> None:
        start, end = self._span(self.old, item)
        lead = self.old.content[start : item.start].split(b"\n")
        if any(line.strip() in self.new_lines for line in lead if line.strip()):
            start = self.old.starts[self.old.row(item.start)]
        if start > item.start or self.old.content[start : item.start].strip().startswith(b"}"):
            start = item.start
        # Of the blank lines around, one group is left.
        row = self.old.row(start)
        blank_before = row == 0 or not self.old.line(row - 1).strip()
        if top and blank_before:
            while end < len(self.old.content) and not self.old.line(self.old.row(end)).strip():
                end = self.old.line_end(end)
        if top and end == len(self.old.content):  # the last one takes the blank lines before it along
            while row > 0 and start == self.old.starts[row] and not self.old.line(row - 1).strip():
                row -= 1
                start = self.old.starts[row]
        self.splices.append((start, end, b""))

    def _span(self, source: _Source, item: _Item) -> tuple[int, int]:
        """The item with its comments: those right above it, and the rest of its last line."""
        row = source.row(item.start)
        start = source.starts[row]
        first = start + (len(_BOM) if start == 0 and source.content.startswith(_BOM) else 0)
        if source.content[first : item.start].strip():
            start = item.start  # something else begins the line
        else:
            start = first
            while row > 0:
                above = source.line(row - 1).strip()
                if source.starts[row - 1] == 0:
                    above = above.removeprefix(_BOM)
                one_line = above.startswith(b"/*") and above.endswith(b"*/") and above.count(b"*/") == 1
                if not (above.startswith((b"#", b"//")) or one_line):
                    break
                row -= 1
                start = source.starts[row] + (len(_BOM) if row == 0 and source.content.startswith(_BOM) else 0)
        end = source.line_end(item.end - 1) if item.end > item.start else source.line_end(item.end)
        rest = source.content[item.end : end].strip()
        if rest and not rest.startswith((b"#", b"//")) and not (rest.startswith(b"/*") and rest.endswith(b"*/")):
            end = item.end
        return start, end

    def _insert(
        self,
        pairs: _Pairs,
        new_items: Sequence[_Item],
        old_items: Sequence[_Item],
        block: _Item | None,
        *,
        last: bool,
    ) -> None:
        """New parts, each after the part that precedes it in the new text; what nothing precedes there comes first, or
        (``last``) after the arguments of the original, nested blocks after everything."""
        partner = {id(n): o for o, n in pairs.items_pairs()}
        fresh = {id(n) for n in pairs.only_new}
        anchor: _Item | None = None
        runs: list[tuple[_Item | None, list[_Item]]] = []
        for item in new_items:
            if id(item) in fresh:
                if anchor is None and last and old_items:
                    arguments = [o for o in old_items if not o.is_block]
                    place = arguments[-1] if arguments and not item.is_block else old_items[-1]
                    if not (item.is_block or arguments):
                        runs.append((None, [item]))
                    elif runs and runs[-1][0] is place:
                        runs[-1][1].append(item)
                    else:
                        runs.append((place, [item]))
                elif runs and runs[-1][0] is anchor:
                    runs[-1][1].append(item)
                else:
                    runs.append((anchor, [item]))
            elif id(item) in partner:
                anchor = partner[id(item)]
        for anchor, run in runs:
            self._insert_run(anchor, run, old_items, block)

    def _insert_run(
        self, anchor: _Item | None, run: Sequence[_Item], old_items: Sequence[_Item], block: _Item | None
    ) -> None:
        old = self.old
        texts: list[bytes] = []
        indent = self._body_indent(old_items, block)
        for item in run:
            start, end = self._span(self.new, item)
            while start < item.start and is_elision(self.new.line(self.new.row(start)).decode("utf-8", "replace")):
                start = min(self.new.line_end(start), item.start)  # what stands for other text is none of the item's
            text = self._moved(self.new.content[start:end].rstrip(), self.new.indent(item.start), indent)
            if not text.startswith((b" ", b"\t")):
                text = indent + text
            row = self.new.row(start)
            blank = block is None or (row > 0 and not self.new.line(row - 1).strip())
            texts.append((self.eol if blank else b"") + text + self.eol)
        joined = b"".join(texts)
        if anchor is not None:
            at = self._span(old, anchor)[1]
        elif block is not None:
            brace = next((c for c in block.node.children if c.type == "block_start"), None)
            at = old.line_end(brace.end_byte - 1 if brace is not None else block.start)
            joined = joined.removeprefix(self.eol)
        elif old_items and self.complete:
            at = self._span(old, old_items[0])[0]
            self.splices.append((at, at, joined.removeprefix(self.eol) + self.eol))
            return
        else:
            at = len(old.content)
        before = old.content[:at]
        if at == len(old.content) and not before.endswith(b"\n") and before.strip(b"\xef\xbb\xbf \t\r\n"):
            joined = self.eol + joined.rstrip(b"\r\n")  # the file had no final newline, and has none
        elif block is None and (not before.removeprefix(_BOM).strip() or before.endswith((b"\n\n", b"\n\r\n"))):
            joined = joined.removeprefix(self.eol)
        self.splices.append((at, at, joined))

    def _body_indent(self, items: Sequence[_Item], block: _Item | None) -> bytes:
        if block is None:
            return b""
        if items:
            return self.old.indent(items[0].start)
        outer = self.old.indent(block.start)
        return outer + (b"\t" if b"\t" in outer else b"  ")

    def _reindented(self, old: _Item, new: _Item, start: int, end: int) -> bytes:
        text = self.new.content[start:end]
        return self._moved(text, self.new.indent(new.start), self.old.indent(old.start))

    def _moved(self, text: bytes, own: bytes, wanted: bytes) -> bytes:
        """With the line ends of the file, and moved from one indentation to another (heredocs stay as they are)."""
        lines = text.replace(b"\r\n", b"\n").split(b"\n")
        if own != wanted and b"<<" not in text:
            lines = [
                wanted + line[len(own) :] if line.startswith(own) and line.strip() and (i or own) else line
                for i, line in enumerate(lines)
            ]
        return self.eol.join(lines)


def _part(item: _Item) -> Part:
    return Part(item.key, item.start, item.end)


def _labels_differ(old: _Item, new: _Item) -> bool:
    return old.key != new.key


def _spliced(content: bytes, splices: Sequence[tuple[int, int, bytes]]) -> bytes:
    out: list[bytes] = []
    place = 0
    for start, end, text in sorted(splices, key=lambda s: (s[0], s[1])):
        if start < place:
            start = place
        out.append(content[place:start])
        out.append(text)
        place = max(place, end)
    out.append(content[place:])
    return b"".join(out)


@dataclass(slots=True)
class _Pairs:
    both: list[tuple[_Item, _Item]] = field(default_factory=list)
    only_old: list[_Item] = field(default_factory=list)
    only_new: list[_Item] = field(default_factory=list)

    def items_pairs(self) -> Iterator[tuple[_Item, _Item]]:
        return iter(self.both)


def _pair(old: Sequence[_Item], new: Sequence[_Item], complete: bool) -> _Pairs:
    """Which new item is which old one: by key, and among several of one key by equal tokens, then by place."""
    groups: dict[tuple[str, ...], tuple[list[_Item], list[_Item]]] = {}
    for item in old:
        groups.setdefault(item.key, ([], []))[0].append(item)
    for item in new:
        groups.setdefault(item.key, ([], []))[1].append(item)
    pairs = _Pairs()
    for key, (olds, news) in groups.items():
        if not complete and key and key[0] == "locals" and len(olds) > 1:
            olds = sorted(olds, key=lambda o: -len(_names(o) & _names(news[0]))) if news else olds
        _pair_group(olds, news, pairs)
    pairs.both.sort(key=lambda p: p[0].start)
    pairs.only_new.sort(key=lambda i: i.start)
    return pairs


def _names(item: _Item) -> frozenset[bytes]:
    body = _body(item.node)
    return frozenset(
        first.text or b"" for c in (body.children if body else ()) if c.type == "attribute" and (first := c.child(0))
    )


def _pair_group(olds: Sequence[_Item], news: Sequence[_Item], pairs: _Pairs) -> None:
    if len(olds) == 1 and len(news) == 1:
        pairs.both.append((olds[0], news[0]))
        return
    places: dict[bytes, list[int]] = {}
    for i, item in enumerate(olds):
        places.setdefault(item.tokens, []).append(i)
    last = -1
    gaps: list[tuple[int, int, int, int]] = []
    equal_old, equal_new = -1, -1
    for j, item in enumerate(news):
        known = places.get(item.tokens, [])
        at = bisect_left(known, last + 1)
        if at < len(known):
            i = known[at]
            pairs.both.append((olds[i], item))
            gaps.append((equal_old + 1, i, equal_new + 1, j))
            last = equal_old = i
            equal_new = j
    gaps.append((equal_old + 1, len(olds), equal_new + 1, len(news)))
    for i1, i2, j1, j2 in gaps:
        shared = min(i2 - i1, j2 - j1)
        pairs.both.extend(zip(olds[i1 : i1 + shared], news[j1 : j1 + shared], strict=True))
        pairs.only_old.extend(olds[i1 + shared : i2])
        pairs.only_new.extend(news[j1 + shared : j2])


# --- what cannot be read ---------------------------------------------------------------------------------------------


def _merge_lines(original: bytes, new: bytes) -> bytes:
    """Lines that are equal but for trailing blanks and line ends keep their bytes."""
    bom = _BOM if original.startswith(_BOM) else b""
    old_text = original.removeprefix(_BOM).decode("utf-8", "surrogateescape")
    old_lines = split_lines(old_text)
    new_lines = split_lines(new.decode("utf-8", "surrogateescape"))
    eol = eol_of(old_text)
    out: list[str] = []
    for tag, i1, i2, j1, j2 in align([line.rstrip() for line in old_lines], [line.rstrip() for line in new_lines]):
        if tag == "equal":
            out.extend(old_lines[i1:i2])
        else:
            out.extend(line.rstrip("\r\n") + eol for line in new_lines[j1:j2])
    out = [line if line.endswith("\n") else line + eol for line in out]
    if out and old_lines and not old_lines[-1].endswith("\n") and out[-1].rstrip("\r\n") == old_lines[-1]:
        out[-1] = old_lines[-1]
    return bom + "".join(out).encode("utf-8", "surrogateescape")


def _merge_json(original: bytes, new: bytes) -> Merged:
    try:
        if json.loads(original) == json.loads(new):
            return Merged(original)
    except (ValueError, RecursionError):
        pass
    return Merged(_merge_lines(original, new))
