"""The provider host: every provider that a process serves to Terraform, each on its own unix socket.

Terraform is told of them through TF_REATTACH_PROVIDERS (go-plugin's reattach mechanism), so there is no provider
binary, no download and no handshake. Each provider configuration (the default one and every alias) opens its own
connection, and settings belong to the connection: that is how two aliases keep apart on one socket
(internal/command/meta_providers.go, unmanagedProviderFactory).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from terraformer.errors import ToolFailure
from terraformer.provider.http2 import GrpcServer
from terraformer.provider.run import INTERNAL_MARKER, ReadAssumption, RunRecord, RunSpec, value_digest
from terraformer.provider.service import ProviderService

__all__ = [
    "INTERNAL_MARKER",
    "ProviderHost",
    "ReadAssumption",
    "RunRecord",
    "RunSpec",
    "reattach_json",
    "socket_path",
    "value_digest",
]

_MAX_SOCKET_PATH = 100  # sun_path holds 108 bytes on Linux, 104 on macOS


def socket_path(directory: Path, source: str) -> Path:
    """Where the provider of ``source`` listens."""
    return directory / (source.replace("/", "-") + ".sock")


def reattach_json(
    directory: Path, sources: Sequence[str], *, registry: str = "registry.terraform.io", pid: int | None = None
) -> str:
    """The value of TF_REATTACH_PROVIDERS for sockets in ``directory``.

    It can be made before the host exists. ``pid`` (default: this process) must be alive for as long as Terraform
    runs, since go-plugin gives up a provider whose process is gone; and go-plugin kills that process when its socket
    does not answer, so it must never be somebody else's. Terraform in process goes on looking once a second whether
    it lives, for every provider of every run, and opens a descriptor each time that only its garbage collector closes:
    give minus the id of a process *group* there (kill(2) takes it, pidfd_open(2) does not), if the process leads one.
    """
    return json.dumps(
        {
            f"{registry}/{source}" if source.count("/") == 1 else source: {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": os.getpid() if pid is None else pid,
                "Test": True,
                "Addr": {"Network": "unix", "String": str(socket_path(directory, source))},
            }
            for source in sources
        }
    )


class ProviderHost:
    """Serves ``sources`` ("hashicorp/aws", ...) from sockets in ``directory``, for one run after the other.

    A context manager. One thread serves all of them; sources that a configuration does not use cost nothing but an
    open socket. Not safe for two runs at once: a process runs one Terraform at a time.
    ``registry`` and ``pid`` are those of ``reattach_json``. Raises ToolFailure when a socket cannot be made.
    """

    def __init__(
        self,
        directory: Path,
        sources: Sequence[str],
        *,
        registry: str = "registry.terraform.io",
        pid: int | None = None,
    ) -> None:
        self.directory = Path(directory)
        self.sources = tuple(sources)
        self._registry = registry
        self._pid = pid
        self._service = ProviderService()
        self._server = GrpcServer(self._service.open_session, self._service.call)
        try:
            for source in self.sources:
                path = socket_path(self.directory, source)
                if len(str(path)) > _MAX_SOCKET_PATH:
                    raise ToolFailure(f"socket path is too long, choose a shorter temporary directory: {path}")
                self._server.listen(path, source)
        except OSError as problem:
            self._server.close()
            raise ToolFailure(f"provider socket in {self.directory}: {problem}") from problem
        except ToolFailure:
            self._server.close()
            raise
        self._server.start()

    @property
    def reattach(self) -> str:
        """The value of TF_REATTACH_PROVIDERS."""
        return reattach_json(self.directory, self.sources, registry=self._registry, pid=self._pid)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return self._server.connections

    def begin(self, spec: RunSpec) -> None:
        """Say what is served from now on. Connections of an earlier run are closed."""
        self._server.drop_connections()
        self._service.begin(spec)

    def end(self) -> RunRecord:
        """Close the run's connections (Terraform in process leaves them open) and return what was noted."""
        self._server.drop_connections()
        return self._service.end()

    def close(self) -> None:
        """Stop serving and remove the sockets. Idempotent."""
        self._server.close()

    def __enter__(self) -> ProviderHost:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
