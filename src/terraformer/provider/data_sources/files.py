"""Reading and writing files for data sources: only inside the sandbox, never through a link that leaves it, bounded."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from terraformer.provider.context import ProviderContext

__all__ = ["MAX_BYTES", "FileProblem", "checksums", "read_file", "resolve", "write_file"]

MAX_BYTES = 64 * 1024 * 1024
"""No data source reads or writes more than this, in all of its files together."""


class FileProblem(Exception):
    """A file that cannot be had. ``missing`` is True when there is none; the text is Go's wording where it has one."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class _Sums:
    md5: str
    sha1: str
    sha256: str
    sha512: str
    base64sha256: str
    base64sha512: str


def checksums(data: bytes) -> _Sums:
    """The hashes that the archive and local providers publish; hexadecimal unless named base64."""
    sha256, sha512 = hashlib.sha256(data), hashlib.sha512(data)
    return _Sums(
        hashlib.md5(data, usedforsecurity=False).hexdigest(),
        hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        sha256.hexdigest(),
        sha512.hexdigest(),
        base64.b64encode(sha256.digest()).decode(),
        base64.b64encode(sha512.digest()).decode(),
    )


def resolve(name: str, ctx: ProviderContext) -> Path | None:
    """The real path of ``name`` (relative ones against the working directory), None when it is outside the sandbox."""
    if "\0" in name:
        return None
    sandbox = os.path.realpath(ctx.sandbox)
    path = os.path.realpath(Path(ctx.workdir, name))
    inside = path == sandbox or path.startswith(sandbox.rstrip("/") + "/")
    return Path(path) if inside else None


def read_file(name: str, ctx: ProviderContext, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file inside the sandbox. Raises FileProblem."""
    path = resolve(name, ctx)
    if path is None:
        raise FileProblem(f"open {name}: outside the configuration's directory, which is not read")
    try:
        # A fifo or device must not block the run: open without waiting, then look at what it is.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise FileProblem(f"open {name}: no such file or directory", missing=True) from None
    except OSError as error:
        raise FileProblem(f"open {name}: {(error.strerror or str(error)).lower()}") from None
    try:
        kind = os.fstat(handle).st_mode
        if stat.S_ISDIR(kind):
            raise FileProblem(f"read {name}: is a directory")
        if not stat.S_ISREG(kind):
            raise FileProblem(f"read {name}: not a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    finally:
        os.close(handle)
    if len(data) > limit:
        raise FileProblem(f"read {name}: larger than the {limit} bytes that a verification reads")
    return data


def write_file(name: str, data: bytes, ctx: ProviderContext) -> bool:
    """Write a file inside the sandbox, making its directories; False when the path is outside of it.

    Raises FileProblem when the file system refuses.
    """
    path = resolve(name, ctx)
    if path is None:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise FileProblem(f"open {name}: {(error.strerror or str(error)).lower()}") from None
    return True
