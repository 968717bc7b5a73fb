"""Go packages as lazily parsed symbol tables.

Two layouts are read: a plain checkout (``*.go`` files; tests skipped), and an *index* of it with one file a symbol
(``func.NAME.goindex``, ``method.TYPE.NAME.goindex``, ``var.NAME.goindex``, ``type.NAME.goindex``, each with the package
clause as a full import path, the imports and one declaration), which is much smaller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

__all__ = ["FileScope", "Package", "SourceTree", "Symbol"]

MODULE = "github.com/hashicorp/terraform-provider-aws/"


@dataclass(frozen=True, slots=True)
class FileScope:
    """What an identifier in a file may refer to: its package and its imports (alias -> import path)."""

    package: Package
    imports: dict[str, str]
    text: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A declaration: ``kind`` is "func", "method", "var" (constants too) or "type"; ``node`` its syntax node.

    For "var", ``node`` is the value expression (None without one) and ``type_text`` the declared type.
    """

    kind: str
    name: str
    node: Any
    scope: FileScope
    type_text: str = ""


class Package:
    """One directory of Go sources; symbols are parsed on first use."""

    def __init__(self, tree: SourceTree, path: str, directory: Path) -> None:
        self.tree = tree
        self.path = path
        self.directory = directory
        self._symbols: dict[str, Symbol | None] = {}

    @cached_property
    def files(self) -> frozenset[str]:
        return frozenset(p.name for p in self.directory.iterdir()) if self.directory.is_dir() else frozenset()

    @cached_property
    def _plain(self) -> dict[str, Symbol]:
        """Symbols of ordinary .go files, all at once."""
        found: dict[str, Symbol] = {}
        for name in sorted(self.files):
            if name.endswith(".go") and not name.endswith("_test.go"):
                found.update(self.tree.parse(self, (self.directory / name).read_bytes()))
        return found

    def symbol(self, kind: str, name: str) -> Symbol | None:
        """``name`` is "Type.Method" for methods."""
        key = f"{kind}.{name}"
        if key not in self._symbols:
            symbol = self._plain.get(key)
            if symbol is None and f"{key}.goindex" in self.files:
                text = (self.directory / f"{key}.goindex").read_bytes()
                if kind == "var":
                    text = _as_var(text)
                symbol = self.tree.parse(self, text).get(key)
            self._symbols[key] = symbol
        return self._symbols[key]

    def names(self, kind: str) -> list[str]:
        indexed = [
            f[len(kind) + 1 : -len(".goindex")]
            for f in self.files
            if f.startswith(kind + ".") and f.endswith(".goindex")
        ]
        plain = [k[len(kind) + 1 :] for k in self._plain if k.startswith(kind + ".")]
        return sorted({*indexed, *plain})


def _as_var(text: bytes) -> bytes:
    """An index keeps a variable as the bare specification of its block: put the keyword back."""
    head, _, rest = _split(text)
    return head + b"\nvar " + rest.lstrip() if not rest.lstrip().startswith((b"var ", b"const ")) else text


def _split(text: bytes) -> tuple[bytes, bytes, bytes]:
    match = re.match(rb"\s*package [^\n]*\n(?:import \((?:[^)]*)\)\n|import [^\n]*\n)?", text)
    end = match.end() if match else 0
    return text[:end], b"", text[end:]


class SourceTree:
    """All packages below a directory. ``root`` is the module's root (holds ``internal/``)."""

    def __init__(self, root: Path) -> None:
        import tree_sitter_go  # type: ignore[import-not-found,unused-ignore]
        from tree_sitter import Language, Parser

        self.root = root
        self._parser = Parser(Language(tree_sitter_go.language()))
        self._packages: dict[str, Package] = {}

    def package(self, import_path: str) -> Package | None:
        """The package at an import path of this module, or None for another module's."""
        if not import_path.startswith(MODULE):
            return None
        path = import_path[len(MODULE) :]
        if path not in self._packages:
            self._packages[path] = Package(self, path, self.root / path)
        return self._packages[path]

    def services(self) -> list[Package]:
        """The packages below internal/service."""
        found = [
            self.package(f"{MODULE}internal/service/{p.name}")
            for p in sorted((self.root / "internal/service").iterdir())
        ]
        return [p for p in found if p is not None]

    def parse(self, package: Package, text: bytes) -> dict[str, Symbol]:
        # An index writes the import path into the package clause, which is no Go.
        text = re.sub(rb"^(\s*package )[^\n]*/([^\n/]+)$", rb"\1\2", text, count=1, flags=re.M)
        root = self._parser.parse(text).root_node
        imports: dict[str, str] = {}
        scope = FileScope(package, imports, text)
        found: dict[str, Symbol] = {}
        for node in root.children:
            if node.type == "import_declaration":
                for spec in _descend(node, "import_spec"):
                    path = _text(spec.child_by_field_name("path")).strip('"')
                    alias = spec.child_by_field_name("name")
                    imports[_text(alias) if alias else _default_alias(path)] = path
            elif node.type == "function_declaration":
                name = _text(node.child_by_field_name("name"))
                found[f"func.{name}"] = Symbol("func", name, node, scope)
            elif node.type == "method_declaration":
                receiver = re.sub(r"[()*\s]|\[.*", "", _text(node.child_by_field_name("receiver")).split()[-1])
                name = f"{receiver}.{_text(node.child_by_field_name('name'))}"
                found[f"method.{name}"] = Symbol("method", name, node, scope)
            elif node.type == "type_declaration":
                for spec in node.named_children:
                    name_node = spec.child_by_field_name("name")
                    if name_node:
                        found[f"type.{_text(name_node)}"] = Symbol("type", _text(name_node), spec, scope)
            elif node.type in ("var_declaration", "const_declaration"):
                for spec in [*_descend(node, "var_spec"), *_descend(node, "const_spec")]:
                    names = [_text(c) for c in spec.children_by_field_name("name") if c.type == "identifier"]
                    value = spec.child_by_field_name("value")
                    values = value.named_children if value else []
                    type_node = spec.child_by_field_name("type")
                    for i, name in enumerate(names):
                        node_ = values[i] if i < len(values) else None
                        found[f"var.{name}"] = Symbol("var", name, node_, scope, _text(type_node) if type_node else "")
        return found


def _default_alias(path: str) -> str:
    parts = path.split("/")
    last = parts[-2] if re.fullmatch(r"v\d+", parts[-1]) and len(parts) > 1 else parts[-1]
    return last.removeprefix("go-") if last.startswith("go-") else last


def _text(node: Any) -> str:
    return node.text.decode("utf-8", "replace") if node is not None else ""


def _descend(node: Any, kind: str) -> list[Any]:
    if node.type == kind:
        return [node]
    return [hit for child in node.named_children for hit in _descend(child, kind)]
