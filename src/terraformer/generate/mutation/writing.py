"""Write a changed configuration over the one that it was made from: all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from terraformer.errors import ToolFailure, UsageError
from terraformer.files import staged
from terraformer.generate.mutation.result import changed_files
from terraformer.types import TerraformConfig

__all__ = ["write_changes"]

_GIT_SECONDS: Final = 60


def write_changes(
    path: Path | str, before: TerraformConfig, after: TerraformConfig, *, force: bool = False
) -> tuple[Path, ...]:
    """Bring the files at ``path`` (a root module's directory or one file, as given to ``load_config``) from ``before``
    to ``after``; the paths written, added or removed.

    Only files that differ are touched. All are written beside their targets first, then renamed; when anything fails,
    an interruption included, what was replaced is put back. Modes are kept, symbolic links written through.

    Raises UsageError, with nothing touched, when a target has uncommitted changes (in a git work tree) or is not what
    ``before`` was read from, unless ``force``; when a new file exists already; when a file lies outside of the
    directory or is none. Raises ToolFailure when the disk fails.
    """
    targets = _targets(Path(path), before, after)
    if not targets:
        return ()
    if not force:
        _check_unchanged(targets, before)
        _check_committed([target for name, target in targets.items() if name in before.files])
    try:
        _replace_all({target: after.files.get(name) for name, target in targets.items()})
    except OSError as error:
        raise ToolFailure(
            f"{error.filename or path}: cannot be written, nothing was changed: {error.strerror}"
        ) from None
    return tuple(targets.values())


def _targets(path: Path, before: TerraformConfig, after: TerraformConfig) -> dict[str, Path]:
    names = changed_files(before, after)
    if path.is_file():
        own = next(iter(before.files))
        if foreign := [n for n in names if n != own]:
            raise UsageError(f"{path} is one file, and the change is about {foreign[0]} too: name the directory")
        return {n: path.resolve() for n in names}
    if not path.is_dir():
        raise UsageError(f"{path}: no such file or directory")
    top = path.resolve()
    if before.root != ".":
        for _ in before.root.split("/"):
            top = top.parent
    found: dict[str, Path] = {}
    for name in names:
        target = (top / name).resolve()
        if not target.is_relative_to(top):
            raise UsageError(f"{top / name}: leads outside of {top}; it is not written")
        if target.exists() and not target.is_file():
            raise UsageError(f"{target}: is in the way (not a plain file)")
        found[name] = target
    return found


def _check_unchanged(targets: Mapping[str, Path], before: TerraformConfig) -> None:
    for name, target in targets.items():
        try:
            present: bytes | None = target.read_bytes()
        except FileNotFoundError:
            present = None
        except OSError as error:
            raise UsageError(f"{target}: {error.strerror}") from None
        if present != before.files.get(name):
            how = "was there all the time" if name not in before.files else "has changed since it was read"
            raise UsageError(f"{target}: {how}; nothing was written (run the command again, or force it)")


def _check_committed(targets: Sequence[Path]) -> None:
    """No uncommitted change in files of a git work tree; where there is no git, nothing is known against writing."""
    for directory in sorted({t.parent for t in targets}):
        names = [t.name for t in targets if t.parent == directory]
        command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "status", "--porcelain=v1", "-z"]
        try:
            done = subprocess.run(
                [*command, "--untracked-files=all", "--ignore-submodules", "--", *(f":(literal){n}" for n in names)],
                cwd=directory,
                env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
                capture_output=True,
                check=False,
                timeout=_GIT_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            return
        if done.returncode == 0 and (entry := done.stdout.split(b"\0")[0]):
            what = "is not under version control yet" if entry.startswith(b"??") else "has uncommitted changes"
            name = Path(os.fsdecode(entry[3:])).name
            raise UsageError(f"{directory / name}: {what}; nothing was written (commit it first, or force it)")


def _replace_all(contents: Mapping[Path, bytes | None]) -> None:
    """Every file replaced, created or (None) removed, or none of them."""
    made: list[Path] = []
    undo: list[tuple[Path, Path | None]] = []
    directories: list[Path] = []
    try:
        fresh: dict[Path, Path] = {}
        for target, content in contents.items():
            directories.extend(_make_directory(target.parent))
            if content is not None:
                fresh[target] = _temporary(target, content)
                made.append(fresh[target])
        for target in contents:
            saved: Path | None = None
            if target.exists():
                saved = _temporary(target, target.read_bytes())
                made.append(saved)
            undo.append((target, saved))
            if target in fresh:
                fresh[target].replace(target)
            else:
                target.unlink(missing_ok=True)
    except BaseException:
        for target, saved in reversed(undo):
            with contextlib.suppress(OSError):
                if saved is None:
                    target.unlink(missing_ok=True)
                elif saved.exists():
                    saved.replace(target)
        _discard(made)
        for directory in reversed(directories):
            with contextlib.suppress(OSError):
                directory.rmdir()
        raise
    _discard(made)


def _discard(paths: Sequence[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _make_directory(directory: Path) -> Iterator[Path]:
    missing = [p for p in (directory, *directory.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir()
        yield path


def _temporary(target: Path, content: bytes) -> Path:
    """The content in a file beside the target, with the target's mode."""
    return staged(target, content, target.stat().st_mode & 0o7777 if target.exists() else 0o644)
