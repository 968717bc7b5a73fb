"""Scratch directories that never outlive their owner.

Each lies in a directory of the user's under the system's temporary directory, beside a lock file that its owner holds
(flock). A directory whose lock can be taken belonged to a process that is gone, however it went, and is removed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
from pathlib import Path

from terraformer.errors import ToolFailure

__all__ = ["Scratch", "base_directory", "sweep"]

_MAX_PATH = 60  # socket paths below it must fit into 100 bytes


def base_directory() -> Path:
    """The user's directory for scratch, made when missing. Raises ToolFailure when it is somebody else's."""
    parent = tempfile.gettempdir()
    if len(parent) > _MAX_PATH:
        parent = "/tmp"  # noqa: S108
    base = Path(parent) / f"terraformer-{os.getuid()}"
    try:
        base.mkdir(mode=0o700, exist_ok=True)
        found = base.lstat()
    except OSError as error:
        raise ToolFailure(f"no scratch directory at {base}: {error.strerror}") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ToolFailure(f"{base} is not a private directory of this user: remove it, or set TMPDIR")
    return base


class Scratch:
    """One scratch directory; ``close`` removes it. A context manager."""

    def __init__(self) -> None:
        base = base_directory()
        name = secrets.token_hex(6)
        self._lock_path = base / f"{name}.lock"
        try:
            # The lock comes first: a directory without a held lock may be swept by anybody at any time.
            self._lock = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self.path = base / name
            self.path.mkdir(mode=0o700)
        except OSError as error:
            raise ToolFailure(f"no scratch directory in {base}: {error.strerror}") from None
        self._open = True

    def close(self) -> None:
        """Remove the directory. Idempotent."""
        if not self._open:
            return
        self._open = False
        shutil.rmtree(self.path, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._lock_path.unlink()
        os.close(self._lock)

    def __enter__(self) -> Scratch:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def sweep() -> int:
    """Remove what dead processes left behind; how many directories that were."""
    removed = 0
    try:
        entries = list(base_directory().glob("*.lock"))
    except (OSError, ToolFailure):
        return 0
    for lock in entries:
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            continue
        shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(handle)
        removed += 1
    return removed
