"""What ``terraformer verify`` is to verify: the paths as they are, or the root modules found from them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from terraformer.cli.changes import changed_since
from terraformer.cli.discovery import discover
from terraformer.errors import UsageError

__all__ = ["below", "of_files", "since", "working_path"]


def below(paths: Sequence[str]) -> list[str]:
    """``--recursive``: the root modules below each directory; files and standard input as they are.

    Raises UsageError where there is none.
    """
    found: list[str] = []
    for path in paths:
        directory = Path(path)
        if path == "-" or not directory.is_dir():
            found.append(path)
            continue
        roots = discover(directory).roots
        inside = [r for r in roots if r.is_relative_to(directory.resolve())]
        if not inside:
            raise UsageError(f"{path}: no root module in this directory or below it")
        found.extend(working_path(root) for root in inside)
    return list(dict.fromkeys(found))


def since(revision: str, paths: Sequence[str], inputs: Iterable[Path] = ()) -> list[str]:
    """``--changed-since``: the root modules at or below the paths (the working directory where none is named) that
    files changed since a revision matter to. A change of the settings file, or of a policy or variable file that it
    names (``inputs``), matters to all of them."""
    given = [Path(path) for path in paths] or [Path.cwd()]
    for path in given:
        if not path.exists():
            raise UsageError(f"{path}: no such file or directory")
    directory = given[0] if given[0].is_dir() else given[0].parent
    top, changed = changed_since(revision, directory)
    outside = next((p for p in given if not p.resolve().is_relative_to(top)), None)
    if outside is not None:
        raise UsageError(f"{outside}: is not in the repository {top}; name paths of one repository")
    workspace = discover(top)
    resolved = [path.resolve() for path in given]
    everything = _matters(inputs, changed)
    touched = set(workspace.roots if everything else workspace.touched(changed))
    found: list[str] = []
    for path, real in zip(given, resolved, strict=True):
        if real.is_file():
            if everything or real in changed:
                found.append(str(path))
            continue
        found.extend(working_path(root) for root in workspace.roots if root in touched and root.is_relative_to(real))
        if paths and real in workspace.modules and real not in workspace.roots:
            # A module that others call, named by the user: a configuration of its own here.
            used = workspace.uses(real)
            if everything or any(parent in used for file in changed for parent in file.parents):
                found.append(working_path(real))
    return list(dict.fromkeys(found))


def of_files(files: Sequence[str], inputs: Iterable[Path] = ()) -> list[str]:
    """``--changed-files``: the root modules that the files matter to, in the repository around the working directory
    (in the working directory itself where there is none). Files need not exist: they may have been deleted."""
    if "-" in files:
        raise UsageError("--changed-files takes files, not standard input")
    here = Path.cwd().resolve()
    top = next((d for d in (here, *here.parents) if (d / ".git").exists()), here)
    changed: list[Path] = []
    for name in files:
        path = Path(name)
        if path.is_dir():
            raise UsageError(f"{name}: is a directory; --changed-files takes files")
        changed.append(path.parent.resolve() / path.name)
    outside = next((path for path in changed if not path.is_relative_to(top)), None)
    if outside is not None:
        raise UsageError(f"{outside}: is not below {top}")
    workspace = discover(top)
    roots = workspace.roots if _matters(inputs, changed) else workspace.touched(changed)
    return [working_path(root) for root in roots]


def working_path(path: Path) -> str:
    """A path as a person in the working directory would write it."""
    relative = os.path.relpath(path, Path.cwd().resolve())
    return str(path) if Path(relative).parts[:1] == ("..",) else relative


def _matters(inputs: Iterable[Path], changed: Sequence[Path]) -> bool:
    files = set(changed)
    for path in inputs:
        real = path.resolve()
        if real in files or any(file.suffix == ".rego" and real in file.parents for file in files):
            return True
    return False
