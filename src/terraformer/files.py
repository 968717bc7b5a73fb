"""Files that are written whole or not at all. Imports no room."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

__all__ = ["replace_file", "staged"]


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
