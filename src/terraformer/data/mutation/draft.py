"""Edits of a configuration's text, collected and then applied at once: what no edit touches stays byte for byte."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from terraformer.data.mutation.syntax import Argument, HclBlock, Syntax
from terraformer.types import TerraformConfig

__all__ = ["Draft", "EditConflict", "literal"]


class EditConflict(Exception):
    """Two edits touch the same bytes, or an edit cannot be made in this text: the operator gives up."""


def literal(value: Any, indent: int = 2) -> str:
    """A value as an HCL expression, ``terraform fmt`` clean when it stands at that depth of ``indent`` blanks."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return '"' + text.replace("${", "$${").replace("%{", "%%{") + '"'
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        pad = " " * indent
        lines = [f"{pad}  {key_text(k)} = {literal(v, indent + 2)}" for k, v in value.items()]
        return "\n".join(["{", *lines, f"{pad}}}"])
    if isinstance(value, Sequence):
        if any(isinstance(v, (Mapping, list, tuple)) for v in value):
            pad = " " * indent
            return "\n".join(["[", *(f"{pad}  {literal(v, indent + 2)}," for v in value), f"{pad}]"])
        return "[" + ", ".join(literal(v) for v in value) + "]"
    raise TypeError(f"{value!r} is no value of HCL")


def key_text(key: str) -> str:
    """A key of an object, quoted where it must be."""
    return key if re.fullmatch(r"[^\W\d][\w-]*", key) else literal(key)


class Draft:
    """Splices of the original text. Places are those of ``syntax``; nothing moves until ``config()``."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax
        self._splices: dict[str, list[tuple[int, int, str]]] = {}
        self._new: dict[str, str] = {}
        self._gone: set[str] = set()
        self._added: dict[str, list[str]] = {}

    # --- bytes -------------------------------------------------------------------------------------------------------

    def splice(self, file: str, start: int, end: int, text: str) -> Draft:
        """Replace bytes. Raises EditConflict where another edit touches them."""
        for a, b, _ in self._splices.setdefault(file, []):
            if (start < b and a < end) or (start == end == a == b):
                raise EditConflict(f"two edits at byte {start} of {file}")
        self._splices[file].append((start, end, text))
        return self

    # --- arguments and nested blocks ---------------------------------------------------------------------------------

    def set(self, block: HclBlock, name: str, expression: str) -> Draft:
        """Give an argument another expression (HCL text), or add it after the last one that stands before any nested
        block."""
        found = block.arguments.get(name)
        if found is not None:
            return self.splice(block.file, found.value_start, found.value_end, expression)
        return self.insert_argument(block, f"{name} = {expression}")

    def insert_argument(self, block: HclBlock, line: str) -> Draft:
        """Add a line of an argument to a block, at the end of its first run of arguments, before ``tags``,
        ``depends_on`` and the like where these end it."""
        text = self.syntax.config.files[block.file]
        pad = self.indent_of(block) + "  "
        line = line.replace("\n", "\n" + pad) if "\n" in line and not line.split("\n")[1].startswith(" ") else line
        last: Argument | None = None
        first_block = min((b.start for b in block.blocks), default=block.inner_end)
        ordered = sorted(block.arguments.values(), key=lambda a: a.start)
        for argument in ordered:
            if argument.start > first_block:
                break
            if argument.name in _LATE and last is not None:
                break
            last = argument
        if last is None:
            if not text[block.inner_start : block.inner_end].strip():
                return self._fill(block, pad + line)
            at = block.inner_start
            between = "" if not block.blocks or min(b.start for b in block.blocks) != first_block else "\n"
            return self.splice(block.file, at, at, f"\n{pad}{line}{between if not ordered else ''}")
        at = _line_end(text, last.end)
        return self.splice(block.file, at, at, f"\n{pad}{line}")

    def insert_block(self, block: HclBlock, text: str, *, after: HclBlock | None = None) -> Draft:
        """Add a nested block (HCL text without indentation), at the end of the block or after another nested one."""
        content = self.syntax.config.files[block.file]
        pad = self.indent_of(block) + "  "
        body = _indented(text, pad)
        if after is not None:
            at = _line_end(content, after.end)
            return self.splice(block.file, at, at, f"\n\n{body}")
        if not content[block.inner_start : block.inner_end].strip():
            return self._fill(block, body)
        last = max([a.end for a in block.arguments.values()] + [b.end for b in block.blocks], default=block.inner_start)
        at = _line_end(content, last)
        return self.splice(block.file, at, at, f"\n\n{body}")

    def set_path(self, block: HclBlock, path: str, expression: str) -> Draft:
        """``set`` by a path through nested blocks ("versioning_configuration.status"), the first of each kind; those
        that are missing are made."""
        *kinds, name = path.split(".")
        here = block
        for at, kind in enumerate(kinds):
            inner = here.first(kind)
            if inner is None:
                if here.has(kind):
                    raise EditConflict(f"{kind} is dynamic or an argument")
                text = f"{name} = {expression}"
                for missing in reversed(kinds[at:]):
                    text = f"{missing} {{\n" + _indented(text, "  ") + "\n}"
                return self.insert_block(here, text)
            here = inner
        return self.set(here, name, expression)

    def unset(self, block: HclBlock, name: str) -> Draft:
        """Take an argument out, with its line."""
        found = block.arguments[name]
        return self._cut(block.file, found.start, found.end)

    def delete(self, block: HclBlock) -> Draft:
        """Take a block out, with the comments right above it and one group of blank lines."""
        return self._cut(block.file, block.start, block.end)

    def comment_start(self, block: HclBlock) -> int:
        """Where the comment right above a block begins; its own start where there is none."""
        content = self.syntax.config.files[block.file]
        return _with_comments(content, _line_start(content, block.start))

    def _cut(self, file: str, start: int, end: int) -> Draft:
        content = self.syntax.config.files[file]
        begin = _with_comments(content, _line_start(content, start))
        if content[_line_start(content, start) : start].strip():  # something else on its line
            raise EditConflict(f"no line of its own at byte {start} of {file}")
        stop = _line_end(content, end)
        if content[end:stop].strip() and not content[end:stop].strip().startswith((b"#", b"//")):
            raise EditConflict(f"no line of its own at byte {start} of {file}")
        stop = min(stop + 1, len(content))
        before_blank = begin == 0 or content[:begin].endswith((b"\n\n", b"{\n"))
        if before_blank:  # of the blank lines around, one group is left
            while content[stop : stop + 1] == b"\n":
                stop += 1
        if not content[stop:].strip() or re.match(rb"[ \t]*\}", content[stop:]):  # the last one takes those before it
            while begin >= 2 and content[:begin].endswith(b"\n\n"):
                begin -= 1
        return self.splice(file, begin, stop, "")

    def _fill(self, block: HclBlock, text: str) -> Draft:
        pad = self.indent_of(block)
        return self.splice(block.file, block.inner_start, block.inner_end, f"\n{text}\n{pad}")

    def indent_of(self, block: HclBlock) -> str:
        content = self.syntax.config.files[block.file]
        line = content[_line_start(content, block.start) : block.start].decode("utf-8", "replace")
        return line[: len(line) - len(line.lstrip(" \t"))]

    # --- maps --------------------------------------------------------------------------------------------------------

    def set_key(self, block: HclBlock, name: str, key: str, expression: str) -> Draft:
        """Give a key of an object argument (``tags``) another value, or add it at the end; the argument is made where
        it is absent. An expression that is no object gets a ``merge`` around it."""
        found = block.arguments.get(name)
        pad = self.indent_of(block)
        if found is None:
            entry = f"{name} = {{\n{pad}    {key_text(key)} = {expression}\n{pad}  }}"
            if block.arguments or block.blocks:
                return self._insert_last(block, f"{pad}  {entry}")
            return self._fill(block, f"{pad}  {entry}")
        obj = _object(found)
        if obj is None:
            if found.text.startswith("merge(") and found.text.endswith(")"):
                return self._into_merge(block, found, key, expression)
            wrapped = f"merge({found.text}, {{\n{pad}    {key_text(key)} = {expression}\n{pad}  }})"
            return self.splice(block.file, found.value_start, found.value_end, wrapped)
        return self._into_object(block.file, obj, key, expression, pad + "  ")

    def _insert_last(self, block: HclBlock, text: str) -> Draft:
        """After everything in the block but lifecycle and depends_on."""
        content = self.syntax.config.files[block.file]
        ends = [a.end for a in block.arguments.values() if a.name not in ("depends_on",)]
        ends += [b.end for b in block.blocks if b.kind != "lifecycle"]
        if not ends:
            raise EditConflict("nothing to stand after")
        at = _line_end(content, max(ends))
        return self.splice(block.file, at, at, f"\n\n{text}")

    def _into_object(self, file: str, obj: Any, key: str, expression: str, pad: str) -> Draft:
        content = self.syntax.config.files[file]
        elements = [c for c in obj.children if c.type == "object_elem"]
        for element in elements:
            name, value = element.child_by_field_name("key"), element.child_by_field_name("val")
            if name is not None and value is not None and _text(content, name).strip().strip('"') == key:
                return self.splice(file, value.start_byte, value.end_byte, expression)
        if not elements:
            return self.splice(
                file, obj.start_byte, obj.end_byte, f"{{\n{pad}  {key_text(key)} = {expression}\n{pad}}}"
            )
        last = elements[-1]
        if b"\n" not in content[obj.start_byte : obj.end_byte]:
            return self.splice(file, last.end_byte, last.end_byte, f", {key_text(key)} = {expression}")
        at = _line_end(content, last.end_byte)
        comma = "," if content[last.end_byte : at].strip().startswith(b",") else ""
        return self.splice(file, at, at, f"\n{pad}  {key_text(key)} = {expression}{comma}")

    def _into_merge(self, block: HclBlock, found: Argument, key: str, expression: str) -> Draft:
        call = found.node.named_children[0] if found.node.named_children else None
        arguments = next((c for c in call.children if c.type == "function_arguments"), None) if call else None
        parts = [c for c in arguments.children if c.type == "expression"] if arguments is not None else []
        obj = _object_of(parts[-1]) if parts else None
        if obj is None:
            pad = self.indent_of(block)
            inner = f", {{\n{pad}    {key_text(key)} = {expression}\n{pad}  }})"
            return self.splice(block.file, found.value_end - 1, found.value_end, inner)
        return self._into_object(block.file, obj, key, expression, self.indent_of(block) + "  ")

    def unset_key(self, block: HclBlock, name: str, key: str) -> Draft:
        """Take a key out of an object argument; the argument too where it was the only one."""
        obj = _object(block.arguments[name])
        if obj is None:
            raise EditConflict(f"{name} is no object")
        content = self.syntax.config.files[block.file]
        elements = [c for c in obj.children if c.type == "object_elem"]
        for element in elements:
            found = element.child_by_field_name("key")
            if found is None or _text(content, found).strip().strip('"') != key:
                continue
            if len(elements) == 1:
                return self.unset(block, name)
            if b"\n" not in content[obj.start_byte : obj.end_byte]:
                raise EditConflict("an object in one line")
            return self._cut(block.file, element.start_byte, element.end_byte)
        raise EditConflict(f"{name} has no key {key}")

    # --- blocks and files --------------------------------------------------------------------------------------------

    def append(self, text: str, *, near: HclBlock | None = None, file: str = "") -> Draft:
        """Add a top-level block (HCL text): right after another one, or at the end of a file (by default that in which
        ``near`` would stand; a new file where it does not exist)."""
        if near is not None:
            content = self.syntax.config.files[near.file]
            at = _line_end(content, near.end)
            for spliced in self._splices.setdefault(near.file, []):
                if spliced[0] == spliced[1] == at:  # several after the same one, in order
                    self._splices[near.file].remove(spliced)
                    self._splices[near.file].append((at, at, f"{spliced[2]}\n\n{text.strip()}"))
                    return self
            return self.splice(near.file, at, at, f"\n\n{text.strip()}")
        if file in self.syntax.config.files:
            self._added.setdefault(file, []).append(text.strip())
        else:
            self._new[file] = f"{self._new[file]}\n{text.strip()}\n" if file in self._new else text.strip() + "\n"
        return self

    def remove_file(self, file: str) -> Draft:
        self._gone.add(file)
        return self

    def home(self, kind: str) -> str:
        """The file in which a new variable, output, local or provider would stand: the conventional one where it is
        there, else the one that holds others of the kind, else main.tf or the largest."""
        root = self.syntax.config.root or "."
        files = [
            f for f in self.syntax.files if posixpath.normpath(posixpath.dirname(f) or ".") == posixpath.normpath(root)
        ]
        prefix = "" if root in ("", ".") else f"{root}/"
        holding = [b.file for b in self.syntax.of(kind)]
        if holding:
            return max(set(holding), key=lambda f: (holding.count(f), f))
        for name in (*_HOMES.get(kind, ()), "main.tf"):
            if prefix + name in files:
                return prefix + name
        return max(files, key=lambda f: len(self.syntax.config.files[f])) if files else prefix + "main.tf"

    def config(self) -> TerraformConfig:
        """The configuration with all edits made."""
        files: dict[str, bytes] = {}
        for path, content in self.syntax.config.files.items():
            if path in self._gone:
                continue
            for start, end, text in sorted(self._splices.get(path, ()), key=lambda s: (s[0], s[1]), reverse=True):
                content = content[:start] + text.encode() + content[end:]
            for text in self._added.get(path, ()):
                rest = content.rstrip(b"\n")
                content = (rest + b"\n\n" if rest else b"") + text.encode() + b"\n"
            files[path] = content
        for path, text in self._new.items():
            files[path] = text.encode()
        return TerraformConfig(files, self.syntax.config.root)


_LATE = frozenset(["tags", "depends_on", "provider_meta"])
_HOMES = {
    "variable": ("variables.tf",),
    "output": ("outputs.tf",),
    "locals": ("locals.tf",),
    "provider": ("providers.tf", "provider.tf"),
    "terraform": ("versions.tf", "terraform.tf", "providers.tf"),
    "moved": ("moved.tf",),
}


def _object(argument: Argument) -> Any:
    return _object_of(argument.node)


def _object_of(node: Any) -> Any:
    while node is not None and node.type in ("expression", "collection_value"):
        named = node.named_children
        node = named[0] if len(named) == 1 else None
    return node if node is not None and node.type == "object" else None


def _text(content: bytes, node: Any) -> str:
    return content[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _line_start(content: bytes, at: int) -> int:
    return content.rfind(b"\n", 0, at) + 1


def _line_end(content: bytes, at: int) -> int:
    """The end of the byte's line, before its newline."""
    found = content.find(b"\n", at)
    end = len(content) if found < 0 else found
    return end - 1 if content[end - 1 : end] == b"\r" and end > at else end


def _with_comments(content: bytes, start: int) -> int:
    """Including the comment lines right above."""
    while start > 0:
        above = _line_start(content, start - 1)
        if not content[above:start].strip().startswith((b"#", b"//")):
            break
        start = above
    return start


def _indented(text: str, pad: str) -> str:
    return "\n".join(pad + line if line else line for line in text.strip("\n").split("\n"))
