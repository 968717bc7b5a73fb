"""Parts made by processes of this machine."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path

from terraformer.data.executors.base import ATTEMPTS, MakingProgress
from terraformer.data.store.parts import Part, PartSpec
from terraformer.errors import ToolFailure, UsageError
from terraformer.verify.settings import default_workers

__all__ = ["LocalExecutor"]


class LocalExecutor:
    """``jobs`` processes (default: one a core), each with a verifier of its own. One that dies is replaced, and its
    part made again."""

    name = "local"

    def __init__(self, jobs: int | None = None) -> None:
        if jobs is not None and jobs < 1:
            raise UsageError(f"at least one job is needed, not {jobs}")
        self._jobs = jobs or default_workers()

    @property
    def jobs(self) -> int:
        """Parts made at once."""
        return self._jobs

    def run(self, spec: PartSpec, take: Callable[[], int | None]) -> Iterator[Part | MakingProgress]:
        """As ``Executor.run``."""
        workers: list[_Worker] = []
        again: list[int] = []
        deaths: Counter[int] = Counter()
        try:
            while True:
                while len([w for w in workers if w.part is not None]) < self.jobs:
                    number = again.pop(0) if again else take()
                    if number is None:
                        break
                    idle = next((w for w in workers if w.part is None), None)
                    if idle is None:
                        idle = _Worker(spec)
                        workers.append(idle)
                    idle.begin(number)
                busy = {w.channel: w for w in workers if w.part is not None}
                if not busy:
                    return
                for channel in wait(list(busy)):
                    assert isinstance(channel, Connection)
                    worker = busy[channel]
                    try:
                        kind, content = channel.recv()
                    except (EOFError, OSError):
                        assert worker.part is not None
                        again.append(worker.part)
                        deaths[worker.part] += 1
                        workers.remove(worker)
                        status = worker.close()
                        if deaths[worker.part] >= ATTEMPTS:
                            raise ToolFailure(
                                f"the process that makes part {worker.part} died {ATTEMPTS} times ({status})"
                            ) from None
                        continue
                    if kind == "news":
                        yield content
                    elif kind == "part":
                        worker.part = None
                        yield content
                    elif kind == "usage":
                        raise UsageError(content)
                    else:
                        raise ToolFailure(f"part {worker.part} cannot be made: {content}")
        finally:
            for worker in workers:
                worker.close()


class _Worker:
    """A process that makes parts of one run. ``part`` is the one it makes, None while it waits."""

    def __init__(self, spec: PartSpec) -> None:
        self.part: int | None = None
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "terraformer.data.executors.worker",
                    str(theirs.fileno()),
                    str(os.getpid()),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(str(Path(p).absolute()) for p in sys.path if p and Path(p).exists()),
                },
            )
        except OSError as error:
            ours.close()
            raise ToolFailure(f"a process cannot be started: {error}") from None
        finally:
            theirs.close()
        self.channel = Connection(ours.detach())
        self._send(spec)

    def begin(self, number: int) -> None:
        self.part = number
        self._send(number)

    def close(self) -> str:
        """End the process and say how it ended. A verifier ends with the process that it belongs to."""
        self.channel.close()
        with contextlib.suppress(OSError):
            self._process.kill()
        status = self._process.wait()
        return f"signal {-status}" if status < 0 else f"status {status}"

    def _send(self, message: PartSpec | int) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the next recv tells
            self.channel.send(message)
