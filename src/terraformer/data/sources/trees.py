"""File trees to collect from: a directory, and a git repository without a work tree.

Git is only asked to list and to give objects: no hooks, no network, no lazy fetching from a repository's remote. The
working tree of a checkout is read from disk, its commit and name from git where it is installed.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from terraformer.errors import ToolFailure, UsageError

__all__ = ["DirectoryTree", "FileTree", "GitTree", "open_tree"]

_SKIPPED: Final = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".terraform", ".terragrunt-cache"}
)
_GIT_ENVIRONMENT: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
_TIMEOUT: Final = 120.0


class FileTree(Protocol):
    """Regular files below one top, by relative POSIX path. ``name`` is the repository's ("owner/name") or the
    directory's, ``commit`` the full hash or ""."""

    name: str
    commit: str

    def paths(self) -> dict[str, int]:
        """Every file with its size in bytes, sorted by path."""
        ...

    def read(self, path: str) -> bytes:
        """Raises KeyError when there is no such file."""
        ...

    def close(self) -> None: ...


def open_tree(path: Path, name: str = "", *, most: int = 50_000) -> FileTree:
    """A directory, a checkout or a bare repository. ``name`` replaces the name found; ``most`` bounds the files looked
    at. Raises UsageError when it is none of them, ToolFailure when git failed."""
    if not path.is_dir():
        raise UsageError(f"{path}: no such directory")
    if (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir():
        return GitTree(path, name, most=most)
    return DirectoryTree(path, name, most=most)


class DirectoryTree:
    """A directory, read as it is; symbolic links are not followed."""

    def __init__(self, path: Path, name: str = "", *, most: int = 50_000) -> None:
        self.path = path.resolve()
        self.most = most
        self.commit = ""
        found = ""
        if (self.path / ".git").exists():
            try:
                self.commit = _git(["-C", str(self.path), "rev-parse", "HEAD"]).decode().strip()
                found = _repository(_git(["-C", str(self.path), "config", "--get", "remote.origin.url"]).decode())
            except ToolFailure:
                pass  # git is not here, or there is no commit or remote yet: the directory is all the same
        self.name = name or found or self.path.name

    def paths(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for current, directories, names in os.walk(self.path, followlinks=False):
            here = Path(current)
            directories[:] = sorted(d for d in directories if d not in _SKIPPED and not (here / d).is_symlink())
            for name in sorted(names):
                file = here / name
                if file.is_symlink() or not file.is_file():
                    continue
                found[file.relative_to(self.path).as_posix()] = file.stat().st_size
                if len(found) > self.most:
                    raise UsageError(f"{self.path}: more than {self.most:,} files; name directories inside it instead")
        return dict(sorted(found.items()))

    def read(self, path: str) -> bytes:
        try:
            return (self.path / path).read_bytes()
        except OSError as error:
            raise KeyError(f"{path}: {error.strerror}") from None

    def close(self) -> None:
        pass


class GitTree:
    """The last commit of a repository without a work tree (``git clone --bare`` or a mirror)."""

    def __init__(self, path: Path, name: str = "", *, most: int = 50_000) -> None:
        self.path = path.resolve()
        self._base = ["--git-dir", str(self.path)]
        self.commit = _git([*self._base, "rev-parse", "HEAD"]).decode().strip()
        try:
            found = _repository(_git([*self._base, "config", "--get", "remote.origin.url"]).decode())
        except ToolFailure:
            found = ""
        self.name = name or found or self.path.name.removesuffix(".git")
        self._objects: dict[str, tuple[str, int]] = {}
        for mode, id_, size, file in _listing(_git([*self._base, "ls-tree", "-r", "-l", "-z", self.commit])):
            if mode.startswith("100") and not _SKIPPED.intersection(file.split("/")[:-1]):
                self._objects[file] = (id_, size)
            if len(self._objects) > most:
                raise UsageError(f"{path}: more than {most:,} files")
        self._process: subprocess.Popen[bytes] | None = None

    def paths(self) -> dict[str, int]:
        return {path: size for path, (_, size) in sorted(self._objects.items())}

    def read(self, path: str) -> bytes:
        id_, _ = self._objects[path]
        if self._process is None:
            try:
                self._process = subprocess.Popen(
                    ["git", *self._base, "cat-file", "--batch"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, **_GIT_ENVIRONMENT},
                )
            except OSError as error:
                raise ToolFailure(f"git could not be started: {error}") from error
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        try:
            stdin.write(id_.encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise ToolFailure(f"{self.path}: git stopped: {error}") from error
        head = stdout.readline().split()
        if len(head) != 3 or head[1] != b"blob":
            raise KeyError(f"{path}: not among the repository's objects")
        size = int(head[2])
        content = stdout.read(size)
        stdout.read(1)
        if len(content) != size:
            raise ToolFailure(f"{self.path}: git stopped in the middle of an object")
        return content

    def close(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.stdin is not None:
            process.stdin.close()
        if process.stdout is not None:
            process.stdout.close()
        process.wait(timeout=10)


def _git(arguments: list[str]) -> bytes:
    try:
        done = subprocess.run(
            ["git", *arguments],
            capture_output=True,
            env={**os.environ, **_GIT_ENVIRONMENT},
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolFailure(f"git could not be run: {error}") from error
    if done.returncode:
        raise ToolFailure(f"git {' '.join(arguments[-2:])} failed: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout


def _repository(url: str) -> str:
    """ "owner/name" of a remote's URL."""
    match = re.search(r"[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?\s*\Z", url.strip())
    return match[1] if match else ""


def _listing(output: bytes) -> Iterator[tuple[str, str, int, str]]:
    for entry in output.split(b"\0"):
        head, tab, path = entry.partition(b"\t")
        fields = head.decode().split()
        # A size that is no number: the object is not here (a partial copy).
        if tab and len(fields) == 4 and fields[1] == "blob" and fields[3].isdigit():
            yield fields[0], fields[2], int(fields[3]), path.decode("utf-8", "surrogateescape")
