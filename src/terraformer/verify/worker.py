"""The worker process: ``python -m terraformer.verify.worker HANDLE`` with a socket to its parent.

It hosts Terraform (as a library, in this process), the provider host and the policy engine, inside the sandbox. One
request at a time; a thread of its own reads the socket, so that the end of the parent ends the worker and all its
children whatever Terraform is doing.

Everything that may be imported is imported before the sandbox closes: afterwards the standard library and site-packages
cannot be read any more, which is what keeps ``file("/...")`` of a configuration from reading them too.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pkgutil
import queue
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from terraformer.errors import TerraformerError, ToolFailure
from terraformer.types import Policy, Stage, TerraformConfig
from terraformer.types.report import to_jsonable
from terraformer.verify import protocol, sandbox
from terraformer.verify.core import Core
from terraformer.verify.settings import VerifySettings

__all__ = ["main"]

# Standard modules that libraries import inside functions.
_EARLY = [
    "base64",
    "bz2",
    "calendar",
    "csv",
    "datetime",
    "decimal",
    "difflib",
    "encodings.ascii",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.utf_8_sig",
    "fractions",
    "getpass",
    "gzip",
    "hashlib",
    "hmac",
    "html",
    "inspect",
    "io",
    "ipaddress",
    "json",
    "linecache",
    "locale",
    "lzma",
    "mimetypes",
    "pathlib",
    "pprint",
    "random",
    "re",
    "re._parser",
    "secrets",
    "shlex",
    "shutil",
    "stat",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "tarfile",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "traceback",
    "typing",
    "unicodedata",
    "urllib.parse",
    "uuid",
    "zipfile",
    "zlib",
    "zoneinfo",
]


def _import_everything() -> None:
    for name in _EARLY:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    for room in ("terraformer.types", "terraformer.hcl", "terraformer.provider", "terraformer.verify"):
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if ".compiler" in module.name or module.name.endswith((".pool", ".worker", ".cache")):
                continue
            try:
                importlib.import_module(module.name)
            except Exception:  # what needs it says so; the log keeps the reason
                traceback.print_exc()


def _load_security() -> None:
    """Checkov, whose absence the stage itself reports. Its many objects are kept out of garbage collection."""
    from terraformer.verify.stages.security import prepare_security

    with contextlib.suppress(ToolFailure):
        prepare_security()
    gc.collect()
    gc.freeze()


def _end_group() -> None:
    """Kill this worker's whole process group, itself included."""
    try:
        os.killpg(0, signal.SIGKILL)
    finally:
        os._exit(1)


def _read_requests(stream: socket.socket, requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    try:
        while (message := protocol.read_frame(stream)) is not None:
            requests.put(message)
    except (OSError, ValueError):
        pass
    _end_group()


def _start(message: dict[str, Any], scratch: Path) -> tuple[Any, list[Any]]:
    """Import, close the sandbox, start provider host and Terraform. Returns the pipeline."""
    core = Core(**message["core"])
    _import_everything()
    if message.get("security"):
        _load_security()
    from terraformer.provider import bundle
    from terraformer.provider.server import ProviderHost
    from terraformer.verify.pipeline import Pipeline
    from terraformer.verify.terraform import open_terraform

    provider_room = Path(bundle.__file__).parent
    readable: list[str | Path] = [
        provider_room,
        *bundle.cache_directories(),
        "/dev/urandom",
        "/dev/random",
        "/dev/null",
        "/dev/zero",
        "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
    ]
    binary = core.kind == "binary"
    if not binary:
        readable.append(Path(core.path).parent)
    programs = [core.path, *_loader(core.path)] if binary else []
    for source in {info.source for info in bundle.installed()}:
        bundle.load(source)  # opened while it can be, whatever directory it lies in
    state = sandbox.apply(
        readable=readable,
        executable=programs,
        writable=[scratch, "/dev/null"],
        memory_mb=2 * int(message["memory_mb"]) + 1024,
        file_mb=256,
    )
    sockets = scratch / "s"
    sockets.mkdir()
    sources = sorted({info.source for info in bundle.installed()})
    host = ProviderHost(sockets, sources, registry=core.registry)
    if os.environ.get("TF_REATTACH_PROVIDERS") != host.reattach:
        raise ToolFailure("the worker was not started with the providers that it serves")
    terraform = open_terraform(core)
    pipeline = Pipeline(
        terraform, host, str(scratch), core.label, confined=state.name == "kernel", in_process=not binary
    )
    return pipeline, [host]


def _loader(program: str) -> list[str]:
    """What a program needs to be started: for a script its interpreter and libraries; Terraform itself is static."""
    try:
        with open(program, "rb") as handle:
            head = handle.read(4)
    except OSError:
        return []
    if head == b"\x7fELF":
        return ["/lib64", "/lib", "/usr/lib", "/usr/lib64"] if _is_dynamic(program) else []
    return ["/bin", "/usr/bin", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local"]


def _is_dynamic(program: str) -> bool:
    """Whether an ELF file names an interpreter (PT_INTERP)."""
    with open(program, "rb") as handle:
        return b"/ld-linux" in handle.read(65536) or b"/ld-musl" in Path(program).read_bytes()[:65536]


def main() -> int:
    """Serve requests until the parent closes the socket."""
    handle, parent = int(sys.argv[1]), int(sys.argv[2])
    sandbox.die_with_parent(parent)
    stream = socket.socket(fileno=handle)
    scratch = Path(os.environ["TERRAFORMER_SCRATCH"])
    first = protocol.read_frame(stream)
    if first is None:
        return 0
    try:
        pipeline, keep = _start(first, scratch)
    except BaseException as error:
        text = str(error) if isinstance(error, TerraformerError) else traceback.format_exc()
        stream.sendall(protocol.pack({"kind": "failed", "message": text[-4000:]}))
        return 1
    del keep
    stream.sendall(
        protocol.pack({"kind": "ready", "core": pipeline.core, "sandbox": "kernel" if pipeline.confined else "static"})
    )
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(stream, requests), name="requests", daemon=True).start()
    while True:
        _serve(pipeline, stream, requests.get())


def _serve(pipeline: Any, stream: socket.socket, message: dict[str, Any]) -> None:
    def progress(stage: Stage) -> None:
        stream.sendall(protocol.pack({"kind": "stage", "stage": str(stage)}))

    try:
        config = TerraformConfig(message["files"], message["root"])
        policies = [Policy(name, text) for name, text in message["policies"]]
        settings = VerifySettings.from_wire(message["settings"])
        mode = protocol.RunMode(message["kind"])
        if mode is protocol.RunMode.FORMAT:
            answer = {"kind": "report", "report": {"files": pipeline.format(config)}}
        else:
            verified = pipeline.verify(config, policies, settings, progress, mode)
            report = to_jsonable(verified.report.to_dict())
            if mode is protocol.RunMode.APPLY:
                report["applied"] = [verified.state, verified.drift, verified.problem]
            answer = {"kind": "report", "report": report, "plan": verified.plan}
    except MemoryError:
        raise
    except Exception:
        answer = {"kind": "error", "message": traceback.format_exc()[-4000:]}
    stream.sendall(protocol.pack(answer))


if __name__ == "__main__":
    sys.exit(main())
