"""Where compilers get their sources: wheels from the package index, through pip.

``pip download --no-deps`` into a cache folder; nothing is installed or run. A prebuilt provider wheel holds a jsii
tarball whose every .js file ends with an inline source map; its ``sourcesContent`` is the TypeScript that the provider
generator wrote (npm package @cdktn/provider-generator, src/get/generator).
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_dir

from terraformer.errors import BundleError

__all__ = ["SourceFile", "WheelInfo", "fetch_wheel", "inspect_wheel", "typescript_sources", "wheel_name"]

_MAP = b"sourceMappingURL=data:application/json;base64,"
_LIB = re.compile(r"package/lib/(?P<module>[^/]+)/(?P<file>(?:index|index-structs/structs\d+))\.js")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One TypeScript file: ``module`` is its folder ("s3-bucket"), ``file`` "index" or "index-structs/structsN"."""

    module: str
    file: str
    text: str


@dataclass(frozen=True, slots=True)
class WheelInfo:
    """What a prebuilt provider wheel says of itself."""

    source: str
    provider_version: str
    wheel_version: str
    sha256: str


def wheel_name(source: str) -> str:
    """Distribution name of the prebuilt provider: "hashicorp/google-beta" -> "cdktn-provider-google-beta"."""
    return "cdktn-provider-" + source.rsplit("/", 1)[-1].lower()


def default_cache() -> Path:
    return Path(user_cache_dir("terraformer")) / "wheels"


def fetch_wheel(distribution: str, version: str | None = None, cache: Path | None = None) -> Path:
    """The wheel's path, downloaded once. ``version`` None means the newest.

    Raises BundleError when pip cannot get it (no network, no such version).
    """
    cache = cache or default_cache()
    cache.mkdir(parents=True, exist_ok=True)
    stem = distribution.replace("-", "_")
    if version is not None:
        kept = sorted(cache.glob(f"{stem}-{version}-*.whl"))
        if kept:
            return kept[0]
    wanted = f"{distribution}=={version}" if version else distribution
    with tempfile.TemporaryDirectory(dir=cache) as fresh:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"),
                *("--disable-pip-version-check", "--ignore-requires-python", "--dest", fresh, wanted),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        got = sorted(Path(fresh).glob(f"{stem}-*.whl"))
        if done.returncode or not got:
            lines = done.stderr.splitlines() or ["pip got no wheel"]
            reason = next((x for x in reversed(lines) if "ERROR" in x), lines[-1])
            raise BundleError(f"cannot download {wanted}: {reason.strip()}")
        return got[0].replace(cache / got[0].name)


def _jsii_tarball(wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [n for n in archive.namelist() if re.fullmatch(r"[^/]+/_jsii/[^/]+\.jsii\.tgz", n)]
            if len(names) != 1:
                raise BundleError(f"{wheel.name} is no prebuilt provider wheel: it holds {len(names)} jsii tarballs")
            return archive.read(names[0])
    except (OSError, zipfile.BadZipFile) as problem:
        raise BundleError(f"{wheel} cannot be read: {problem}") from None


def _typescript(javascript: bytes) -> str | None:
    start = javascript.rfind(_MAP)
    if start < 0:
        return None
    content = json.loads(base64.b64decode(javascript[start + len(_MAP) :].strip()))["sourcesContent"]
    return content[0] if content else None


def typescript_sources(wheel: Path) -> Iterator[list[SourceFile]]:
    """The TypeScript of one module (resource, data source, provider) after the other, in the tarball's order."""
    pending: dict[str, list[SourceFile]] = {}
    with tarfile.open(fileobj=io.BytesIO(_jsii_tarball(wheel)), mode="r:gz") as archive:
        for member in archive:
            # anchored: "opensearch-package/..." has "package/" in it too
            match = _LIB.fullmatch(member.name)
            if match is None or not member.isfile():
                continue
            handle = archive.extractfile(member)
            text = _typescript(handle.read()) if handle else None
            if text is None:
                raise BundleError(f"{wheel.name}: {member.name} has no inline source map")
            pending.setdefault(match["module"], []).append(SourceFile(match["module"], match["file"], text))
    for module in sorted(pending):
        yield pending.pop(module)


def inspect_wheel(wheel: Path, provider_module: list[SourceFile]) -> WheelInfo:
    """Source and version of the provider, from the metadata that the generator wrote into the provider class."""
    text = "".join(f.text for f in provider_module)
    source = re.search(r"terraformProviderSource: '([^']+)'", text)
    version = re.search(r"providerVersion: '([^']+)'", text)
    if not source or not version:
        raise BundleError(f"{wheel.name}: the provider module names no source and version")
    return WheelInfo(
        source=source[1],
        provider_version=version[1],
        wheel_version=wheel.name.split("-")[1],
        sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
    )
