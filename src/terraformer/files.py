"""Files that are written whole or not at all. Imports no room."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from terraformer.errors import UsageError

__all__ = ["LOCK", "lock_directory", "replace_directory", "replace_file", "staged"]

LOCK = ".lock"
"""The file by which a directory is held."""


def replace_file(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file: a reader sees the old one or the new one, whatever happens. Raises OSError."""
    temporary = staged(path, content, mode)
    try:
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def staged(path: Path, content: bytes, mode: int) -> Path:
    """The content in a new file beside ``path``, on the disk and with this mode, to be moved there. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=".terraformer-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        temporary.chmod(mode)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return temporary


@contextlib.contextmanager
def replace_directory(path: Path) -> Iterator[Path]:
    """A new directory beside ``path``, moved there when the block ends without an error; one that was there goes away
    only then. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".terraformer-", dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        if path.exists():
            old = Path(tempfile.mkdtemp(prefix=".terraformer-", dir=path.parent))
            path.rename(old / path.name)
            temporary.rename(path)
            shutil.rmtree(old, ignore_errors=True)
        else:
            temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def lock_directory(path: Path, taken: str) -> IO[bytes]:
    """Make the directory where it is missing and hold it: one process at a time, until the handle is closed or the
    process ends, however it ends. Raises UsageError, one line, when it cannot be written to, or when another process
    holds it (``taken`` says of whom and what to do)."""
    import fcntl  # of the systems that have it: all else in this module works without

    try:
        path.mkdir(parents=True, exist_ok=True)
        handle = (path / LOCK).open("ab")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written to: {error.strerror or error}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise UsageError(f"{path}: {taken}") from None
    return handle
