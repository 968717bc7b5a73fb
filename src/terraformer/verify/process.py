"""The parent's side of one worker: start it in a clean environment, send a request, watch time and memory, kill it."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraformer.errors import ToolFailure
from terraformer.types import Stage
from terraformer.verify import protocol
from terraformer.verify.core import Core
from terraformer.verify.scratch import Scratch

__all__ = ["Died", "LimitReached", "WorkerProcess"]

_TICK = 0.02
_START_SECONDS = 60.0
_PAGE = os.sysconf("SC_PAGE_SIZE")
# What Checkov and its libraries take in a worker that has loaded them; not the configuration's doing.
SECURITY_MB = 256
_PANIC = re.compile(r"^(?:panic: .+|fatal error: .+|runtime: goroutine stack exceeds .+|!!!+ TERRAFORM CRASH.*)$", re.M)
_OUT_OF_MEMORY = re.compile(
    r"out of memory|cannot allocate memory|MemoryError|stack exceeds|Resource temporarily unavailable"
)


class LimitReached(Exception):
    """The worker was killed because the run went over a limit; ``stage`` is where it was."""

    def __init__(self, what: str, stage: Stage) -> None:
        super().__init__(what)
        self.what = what
        self.stage = stage


class Died(Exception):
    """The worker ended by itself or was killed from outside; ``panic`` is the first line of Terraform's panic, if
    any.
    """

    def __init__(self, message: str, stage: Stage, panic: str, *, memory: bool) -> None:
        super().__init__(message)
        self.stage = stage
        self.panic = panic
        self.memory = memory


@dataclass(frozen=True, slots=True)
class Answer:
    """A worker's answer: the report's plain values, the plan's bytes."""

    report: dict[str, Any]
    plan: bytes | None


# The Go runtime reads the environment that the process was started with, so TF_REATTACH_PROVIDERS must be there from
# the start; but it holds the worker's own process id. So a first, bare interpreter puts it in and becomes the worker.
_BOOTSTRAP = (
    "import os,sys;e=os.environ;e['TF_REATTACH_PROVIDERS']=e['TF_REATTACH_PROVIDERS'].replace('\"Pid\": 0','\"Pid\": "
    "%d'%os.getpid());"
    "os.execve(sys.executable,[sys.executable,*sys.argv[1:]],e)"
)


def clean_environment(scratch: Path, core: Core) -> dict[str, str]:
    """The worker's environment, built from nothing: no credentials, no TF_* and no HOME of the user's."""
    from terraformer.provider.bundle import cache_directories, installed
    from terraformer.provider.server import reattach_json

    empty = scratch / "cli.tfrc"
    sources = sorted({info.source for info in installed()})
    return {
        "TF_REATTACH_PROVIDERS": reattach_json(scratch / "s", sources, registry=core.registry, pid=0),
        "PATH": "/usr/bin:/bin",
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join(str(Path(p).absolute()) for p in sys.path if p and Path(p).exists()),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TERRAFORMER_SCRATCH": str(scratch),
        "TERRAFORMER_BUNDLE_PATH": os.pathsep.join(str(p.absolute()) for p in cache_directories()),
        "TF_CLI_CONFIG_FILE": str(empty),
        "TF_DATA_DIR": ".terraform",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        "DO_NOT_TRACK": "1",
        # The heap of a run is a few megabytes: collecting less often saves a quarter of the processor time, and the
        # limit keeps the process small.
        "GOMEMLIMIT": "192MiB",
        "GOGC": "300",
        "GOTRACEBACK": "single",
    }


class WorkerProcess:
    """One worker and its scratch directory. Belongs to one thread, the one that started it.

    ``security`` loads what the security stage needs, which takes seconds and memory: only for those who ask for it.
    Raises ToolFailure from the constructor when the worker cannot be started.
    """

    def __init__(self, core: Core, memory_mb: int, *, security: bool = False) -> None:
        self.core = core
        self.memory_mb = memory_mb
        self.security = security
        self.base_mb = SECURITY_MB if security else 0
        self.runs = 0
        self._stage = Stage.COMPILE
        self._scratch = Scratch()
        self._reader = protocol.FrameReader()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def scratch(self) -> Path:
        return self._scratch.path

    def _start(self) -> None:
        scratch = self._scratch.path
        try:
            for name in ("home", "tmp", "run"):
                (scratch / name).mkdir()
            (scratch / "cli.tfrc").write_bytes(b"")
            log = os.open(scratch / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ToolFailure(f"the scratch directory {scratch} cannot be written: {error.strerror}") from None
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    "-c",
                    _BOOTSTRAP,
                    "-P",
                    "-s",
                    "-m",
                    "terraformer.verify.worker",
                    str(theirs.fileno()),
                    str(os.getpid()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(theirs.fileno(),),
                env=clean_environment(scratch, self.core),
                cwd=scratch,
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise ToolFailure(f"a worker cannot be started: {error}") from None
        finally:
            theirs.close()
            os.close(log)
        self._socket = ours
        self._send(
            {
                "kind": "start",
                "core": dataclasses.asdict(self.core),
                "memory_mb": self.memory_mb + self.base_mb,
                "security": self.security,
            }
        )
        seconds = _START_SECONDS * (2 if self.security else 1)
        deadline = time.monotonic() + seconds
        while True:
            try:
                messages = self._receive(max(0.0, deadline - time.monotonic()))
            except Died as died:
                tail = self.log_tail().strip()[-1500:]
                raise ToolFailure(f"a worker ended while it started: {died}. {tail}".strip()) from None
            for message in messages:
                if message.get("kind") == "ready":
                    return
                raise ToolFailure(f"a worker cannot start: {str(message.get('message'))[-1500:]}")
            if time.monotonic() > deadline:
                raise ToolFailure(f"a worker did not start within {seconds:.0f} seconds")

    def _send(self, message: dict[str, Any]) -> None:
        assert self._socket is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(protocol.pack(message))

    def _receive(self, timeout: float) -> list[dict[str, Any]]:
        """Complete messages; [] when none came in time. Raises Died at the end of the stream."""
        assert self._socket is not None
        # Not select(): it refuses descriptors above 1,023, which a program with many connections soon has.
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if not poll.poll(math.ceil(timeout * 1000)):
            return []
        try:
            chunk = self._socket.recv(1 << 20)
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            raise self._died()
        try:
            return self._reader.feed(chunk)
        except ValueError as error:
            raise Died(f"the worker sent nonsense: {error}", self._stage, "", memory=False) from None

    def _died(self) -> Died:
        assert self._process is not None
        try:
            status = self._process.wait(5)
        except subprocess.TimeoutExpired:
            status = None
        log = self.log_tail()
        panic = _PANIC.search(log)
        how = f"killed by signal {-status}" if status is not None and status < 0 else f"ended with status {status}"
        return Died(
            f"the worker {how}",
            self._stage,
            panic[0].strip() if panic else "",
            memory=bool(_OUT_OF_MEMORY.search(panic[0] if panic else log[-2000:])),
        )

    def log_tail(self) -> str:
        """The beginning and the end of what the worker wrote to its standard error."""
        try:
            with open(self._scratch.path / "worker.log", "rb") as handle:
                head = handle.read(16384)
                size = os.fstat(handle.fileno()).st_size
                if size > len(head):
                    handle.seek(max(len(head), size - 16384))
                    head += b"\n" + handle.read(16384)
        except OSError:
            return ""
        return head.decode("utf-8", "replace")

    def run(self, request: dict[str, Any], *, timeout: float, memory_mb: int) -> Answer:
        """Send a verification and wait for its report. Raises LimitReached, Died (the worker is gone then),
        ToolFailure.
        """
        self._stage = Stage.COMPILE
        self.runs += 1
        started = time.monotonic()
        self._send(request)
        while True:
            for message in self._receive(_TICK):
                kind = message.get("kind")
                if kind == "stage":
                    self._stage = Stage(message["stage"])
                elif kind == "report":
                    return Answer(message["report"], message.get("plan"))
                elif kind == "error":
                    raise ToolFailure(f"internal error in a worker: {str(message.get('message'))[-3000:]}")
            elapsed = time.monotonic() - started
            if elapsed > timeout:
                self.close()
                raise LimitReached(f"it took longer than {timeout:g} seconds", self._stage)
            if elapsed >= _TICK and self.resident_mb() > memory_mb + self.base_mb:
                self.close()
                raise LimitReached(f"it needed more than {memory_mb} MB of memory", self._stage)

    def resident_mb(self) -> float:
        """Resident memory of the worker and its children, in MB."""
        if self._process is None:
            return 0.0
        if self.core.kind == "library":
            return _resident(self._process.pid)
        return sum(_resident(pid) for pid in _group(self._process.pid))

    def kill(self) -> None:
        """Kill the worker from another thread; its owner sees that it died."""
        process = self._process
        if process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill the whole process group and remove the scratch directory. Idempotent."""
        if self._process is not None:
            process, self._process = self._process, None
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._scratch.close()


def _resident(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/statm", "rb") as handle:
            return int(handle.read().split()[1]) * _PAGE / 1048576
    except (OSError, IndexError, ValueError):
        return 0.0


def _group(leader: int) -> list[int]:
    """Process ids of a process group."""
    found = [leader]
    try:
        names = [entry.name for entry in os.scandir("/proc")]
    except OSError:
        return found
    for name in names:
        if name.isdigit() and int(name) != leader:
            with contextlib.suppress(OSError, ValueError, IndexError):
                text = Path("/proc", name, "stat").read_text()
                if int(text.rsplit(")", 1)[1].split()[2]) == leader:
                    found.append(int(name))
    return found
