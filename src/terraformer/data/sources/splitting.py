"""A repository taken apart into configurations that stand by themselves.

Every directory with Terraform files is a module. A module that no other one calls is the root of a configuration; so is
one that is called, marked as such (it may plan on its own when its variables get made-up values). With a root come the
local modules that it calls, the variable files that Terraform loads by itself, and the files that are named in it by a
literal path (``file``, ``templatefile``, ``source_dir``): nothing else of the repository.
NOT covered: paths that are put together from several parts, Terragrunt's includes, and modules from a registry or
another repository (a problem: "remote-module").
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from terraformer.data.sources.model import SourceSettings
from terraformer.hcl import ModuleTree, is_configuration_file, scan

__all__ = ["Part", "split_tree"]

Read = Callable[[str], bytes]

_LITERAL: Final = re.compile(r'"(?:\$\{path\.(module|root|cwd)\}/?)?([^"\n\\$%{}]{1,200})"')
_AUTOMATIC: Final = re.compile(r"terraform\.tfvars(\.json)?|.+\.auto\.tfvars(\.json)?")
_MOST_BESIDE: Final = 40


@dataclass
class Part:
    """One configuration of a tree. ``path`` is the root module's directory in the tree ("." for the top), ``files`` and
    ``root`` as in TerraformConfig, relative to the modules' common ancestor ``top``."""

    path: str
    files: dict[str, bytes] = field(default_factory=dict)
    root: str = "."
    top: str = "."
    called: bool = False
    problem: str = ""
    detail: str = ""


def split_tree(paths: Mapping[str, int], read: Read, settings: SourceSettings) -> Iterator[Part]:
    """The configurations of a tree of files (path: size in bytes), in the order of their directories."""
    modules = _modules(paths, read, settings)
    below = _Directories(paths)
    called = {target for module in modules.values() for target in module.targets}
    for path in sorted(modules):
        if path in called and not settings.called:
            continue
        part = _part(path, modules, below, paths, read, settings)
        part.called = path in called
        yield part


@dataclass
class _Module:
    files: dict[str, bytes]
    targets: list[str] = field(default_factory=list)
    remote: str = ""
    missing: str = ""
    too_large: str = ""
    blocks: int = 0


def _modules(paths: Mapping[str, int], read: Read, settings: SourceSettings) -> dict[str, _Module]:
    """Every directory that holds Terraform files, read, with the directories that its calls lead to."""
    inside: dict[str, list[str]] = {}
    for path in paths:
        if is_configuration_file(path):
            inside.setdefault(posixpath.dirname(path) or ".", []).append(path)
    found: dict[str, _Module] = {}
    for directory, names in inside.items():
        module = found[directory] = _Module({})
        large = next((n for n in names if paths[n] > settings.max_file_bytes), "")
        if large:
            module.too_large = f"{posixpath.basename(large)} has {paths[large]:,} bytes"
            continue
        module.files = {n: read(n) for n in names}
        tree: ModuleTree = scan(module.files, directory)
        root = tree.modules[""]
        module.blocks = len(root.resources) + len(root.data) + len(root.module_calls)
        for call in root.module_calls:
            if call.source is None or not call.is_local:
                module.remote = module.remote or f"module {call.name!r} of {call.source or 'an unknown source'}"
                continue
            target = posixpath.normpath(posixpath.join(directory, call.source))
            if target in inside:
                module.targets.append(target)
            else:
                module.missing = module.missing or f"module {call.name!r} in {call.source}"
    return found


def _part(
    path: str,
    modules: Mapping[str, _Module],
    below: _Directories,
    paths: Mapping[str, int],
    read: Read,
    settings: SourceSettings,
) -> Part:
    closure = [path]
    for directory in closure:  # grows
        closure.extend(t for t in modules[directory].targets if t not in closure)
    part = Part(path)
    for directory in closure:
        module = modules[directory]
        for problem, detail in (
            ("too-large", module.too_large),
            ("remote-module", module.remote),
            ("missing-module", module.missing),
        ):
            if detail:
                part.problem, part.detail = problem, f"{directory}: {detail}"
                return part
    if not any(modules[d].blocks for d in closure):
        part.problem = "empty"
        return part
    names: dict[str, None] = {n: None for d in closure for n in modules[d].files}
    for directory in closure:
        for content in modules[directory].files.values():
            for name in _beside(content.decode("utf-8", "replace"), directory, path, below):
                if paths[name] <= settings.max_file_bytes and not is_configuration_file(name):
                    names[name] = None
    names.update((n, None) for n in below.here(path) if _AUTOMATIC.fullmatch(posixpath.basename(n)))
    size = sum(paths[n] for n in names)
    if len(names) > settings.max_files or size > settings.max_bytes:
        part.problem, part.detail = "too-large", f"{len(names)} files, {size:,} bytes"
        return part
    part.top = _common([posixpath.dirname(n) or "." for n in names])
    part.root = posixpath.relpath(path, part.top)
    for name in sorted(names):
        key = posixpath.relpath(name, part.top)
        part.files[key] = modules[owner].files[name] if (owner := _owner(name, modules)) else read(name)
    binary = next((n for n, content in part.files.items() if _binary(content)), None)
    if binary is not None:
        part.problem, part.detail, part.files = "not-text", binary, {}
    return part


def _owner(name: str, modules: Mapping[str, _Module]) -> str:
    directory = posixpath.dirname(name) or "."
    return directory if directory in modules and name in modules[directory].files else ""


def _binary(content: bytes) -> bool:
    try:
        return "\x00" in content.decode("utf-8")
    except UnicodeDecodeError:
        return True


class _Directories:
    """Which files lie in a directory, and below it."""

    def __init__(self, paths: Mapping[str, int]) -> None:
        self.files: dict[str, list[str]] = {}
        self.parents: dict[str, set[str]] = {}
        for path in paths:
            directory = posixpath.dirname(path) or "."
            self.files.setdefault(directory, []).append(path)
            while directory != ".":
                above = posixpath.dirname(directory) or "."
                self.parents.setdefault(above, set()).add(directory)
                directory = above
        self.all = paths

    def here(self, directory: str) -> list[str]:
        return self.files.get(directory, [])

    def under(self, directory: str) -> list[str]:
        found: list[str] = []
        stack = [directory]
        while stack and len(found) <= _MOST_BESIDE:
            one = stack.pop()
            found.extend(self.files.get(one, ()))
            stack.extend(sorted(self.parents.get(one, ())))
        return found

    def is_directory(self, path: str) -> bool:
        return path in self.files or path in self.parents


def _beside(text: str, directory: str, root: str, below: _Directories) -> Iterator[str]:
    """The files of the tree that literals of a module name: by ``path.module``, ``path.root`` or relative to the root
    module, from which Terraform runs."""
    for match in _LITERAL.finditer(text):
        base = directory if match[1] == "module" else root
        literal = match[2].strip()
        plain = match[1] is None
        if posixpath.isabs(literal) and plain:
            continue
        target = posixpath.normpath(posixpath.join(base, literal.lstrip("/")))
        if target.startswith(".."):
            continue
        if target in below.all:
            yield target
        elif target not in (".", directory, root) and below.is_directory(target) and (not plain or "/" in literal):
            inside = below.under(target)
            if len(inside) <= _MOST_BESIDE and not any(is_configuration_file(n) for n in inside):
                yield from inside


def _common(directories: list[str]) -> str:
    parts = [[] if d == "." else d.split("/") for d in directories]
    shared: list[str] = []
    for steps in zip(*parts, strict=False):
        if len(set(steps)) > 1:
            break
        shared.append(steps[0])
    return "/".join(shared) or "."
