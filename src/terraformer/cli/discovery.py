"""Which directories are root modules, which modules they use, and which of them a set of changed files touches."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from terraformer.errors import UsageError
from terraformer.hcl import is_configuration_file, scan

__all__ = ["ModuleDir", "Workspace", "discover"]

MAX_DIRECTORIES = 20_000
MAX_FILE = 16 << 20
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv"})
_MODULE_PATH = re.compile(r'\s*"\$\{path\.(?:module|root)\}/([^"$%{}]+)"')


@dataclass(frozen=True, slots=True)
class ModuleDir:
    """A directory with Terraform files. ``calls`` are the directories of the local modules that it names, ``reads`` the
    files that its functions read by a literal path, ``links`` the targets of files that are symbolic links. All are
    absolute, resolved paths; those called or read need not exist. ``has_backend`` marks what can only be a root."""

    path: Path
    calls: frozenset[Path] = frozenset()
    reads: frozenset[Path] = frozenset()
    links: frozenset[Path] = frozenset()
    has_backend: bool = False


@dataclass(frozen=True)
class Workspace:
    """The module directories below a directory, by path."""

    top: Path
    modules: dict[Path, ModuleDir]

    @cached_property
    def roots(self) -> tuple[Path, ...]:
        """The root modules, sorted: what no other module calls, or has a backend. Of modules that only call each other
        in a circle all are roots, so that none goes unverified."""
        called = {target for module in self.modules.values() for target in module.calls if target != module.path}
        roots = {path for path, module in self.modules.items() if path not in called or module.has_backend}
        reached: set[Path] = set()
        for root in roots:
            reached |= self.uses(root)
        roots |= self.modules.keys() - reached
        return tuple(sorted(roots))

    def uses(self, root: Path) -> set[Path]:
        """The directories of a module and of all modules that it calls, those that are not there included."""
        found: set[Path] = set()
        pending = [root]
        while pending:
            path = pending.pop()
            if path not in found:
                found.add(path)
                module = self.modules.get(path)
                pending.extend(module.calls if module is not None else ())
        return found

    def touched(self, changed: Iterable[Path]) -> tuple[Path, ...]:
        """The root modules that changed files (absolute, resolved; they need not exist any more) matter to: those with
        a file in or below the directory of a module that they use, or that read one of the files."""
        files = set(changed)
        gone = {path.parent for path in files if is_configuration_file(path.name)}
        homes = self.modules.keys() | gone
        owners = {owner for path in files if (owner := next((p for p in path.parents if p in homes), None))}
        found: list[Path] = []
        for root in self.roots:
            used = self.uses(root)
            modules = [self.modules[path] for path in used if path in self.modules]
            if used & owners or any(module.reads & files or module.links & files for module in modules):
                found.append(root)
        return tuple(found)


def discover(top: Path, within: Sequence[Path] | None = None) -> Workspace:
    """The module directories below ``top``, and those that they call, wherever these lie.

    Hidden directories (.terraform, .git), node_modules and virtual environments are passed over, symbolic links to
    directories are not followed. ``within`` limits the walk to some directories below ``top``. Raises UsageError when
    there are far too many.
    """
    top = top.resolve()
    modules: dict[Path, ModuleDir] = {}
    pending: list[Path] = []
    count = 0
    for start in dict.fromkeys(path.resolve() for path in (within or (top,))):
        for current, names, files in os.walk(start, followlinks=False):
            count += 1
            if count > MAX_DIRECTORIES:
                raise UsageError(
                    f"{start}: more than {MAX_DIRECTORIES:,} directories; name those with the root modules"
                )
            directory = Path(current)
            names[:] = sorted(
                n for n in names if not n.startswith(".") and n not in _SKIPPED and not _venv(directory / n)
            )
            if directory not in modules and any(is_configuration_file(name) for name in files):
                modules[directory] = _module(directory, files)
                pending.extend(modules[directory].calls)
    while pending:
        directory = pending.pop()
        if directory in modules or not directory.is_dir() or len(modules) >= MAX_DIRECTORIES:
            continue
        names = [entry.name for entry in os.scandir(directory) if entry.is_file()]
        if any(is_configuration_file(name) for name in names):
            modules[directory] = _module(directory, names)
            pending.extend(modules[directory].calls)
    return Workspace(top, modules)


def _venv(directory: Path) -> bool:
    return (directory / "pyvenv.cfg").is_file()


def _module(directory: Path, names: Sequence[str]) -> ModuleDir:
    files: dict[str, bytes] = {}
    links: set[Path] = set()
    for name in sorted(names):
        path = directory / name
        if path.is_symlink():
            links.add(path.resolve())
        if is_configuration_file(name):
            try:
                if path.stat().st_size <= MAX_FILE:
                    files[name] = path.read_bytes()
            except OSError:
                continue  # verification will tell
    calls: set[Path] = set()
    reads: set[Path] = set()
    has_backend = False
    for module in scan(files, ".").modules.values():
        has_backend = has_backend or bool(module.backend_ranges)
        calls.update(_below(directory, c.source) for c in module.module_calls if c.is_local and c.source is not None)
        for call in module.file_calls:
            inside = _MODULE_PATH.match(call.argument)
            literal = call.literal if call.literal is not None else inside[1] if inside is not None else None
            if literal and not literal.startswith(("/", "~")) and "\0" not in literal:
                reads.add(_below(directory, literal))
    return ModuleDir(directory, frozenset(calls), frozenset(reads), frozenset(links), has_backend)


def _below(directory: Path, relative: str) -> Path:
    return Path(posixpath.normpath(posixpath.join(directory.as_posix(), relative.replace("\0", "")))).resolve()
