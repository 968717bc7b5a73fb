"""Writing a configuration into the user's directory."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Final

from terraformer.errors import ToolFailure, UsageError
from terraformer.files import replace_file
from terraformer.types import TerraformConfig

__all__ = ["write_config"]

MANIFEST: Final = ".terraformer.json"
"""Names the files that were written here and their SHA-256: these may be replaced, anything else may not."""


def write_config(config: TerraformConfig, out_dir: Path | str, overwrite: bool = False) -> tuple[Path, ...]:
    """Write the configuration's files under ``out_dir`` (created where needed) and return their paths.

    Each file is replaced atomically, and only after every check has passed. A file that exists with other content is
    replaced only if an earlier call wrote it and nobody changed it since, or if ``overwrite`` is true. Files of an
    earlier call
    that the new configuration lacks are removed under the same condition: they would be part of the module. Symbolic
    links are never followed.

    Raises UsageError naming the file that stands in the way, ToolFailure when the disk fails.
    """
    top = Path(out_dir)
    if top.exists() and not top.is_dir():
        raise UsageError(f"{top}: is not a directory; name another one")
    known = _manifest(top)
    targets = {name: top / name for name in sorted(config.files)}
    for name, path in targets.items():
        _check_parents(top, path)
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise UsageError(f"{path}: is in the way (not a plain file); remove it or name another directory")
        if path.exists() and not overwrite:
            present = _digest(path.read_bytes())
            if present != _digest(config.files[name]) and present != known.get(name):
                raise UsageError(f"{path}: exists and was not written by this command; move it or force overwriting")
    stale = [name for name in known if name not in config.files and not (top / name).is_symlink()]
    foreign = [
        path.name
        for path in (sorted(top.iterdir()) if top.is_dir() else ())
        if path.name.endswith((".tf", ".tf.json")) and path.name not in config.files and path.name not in known
    ]
    if foreign and not overwrite:
        raise UsageError(
            f"{top / foreign[0]}: another configuration lives in this directory and would become part of this one; "
            "name an empty directory or force overwriting"
        )
    try:
        top.mkdir(parents=True, exist_ok=True)
        for name, path in targets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, config.files[name])
        for name in stale:
            path = top / name
            with contextlib.suppress(FileNotFoundError):
                if _digest(path.read_bytes()) == known[name]:
                    path.unlink()
        written = {name: _digest(content) for name, content in sorted(config.files.items())}
        replace_file(top / MANIFEST, (json.dumps({"files": written}, indent=1) + "\n").encode())
    except OSError as error:
        raise ToolFailure(f"cannot write the configuration to {top}: {error}") from error
    return tuple(targets.values())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _manifest(top: Path) -> dict[str, str]:
    try:
        files = json.loads((top / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {str(name): str(digest) for name, digest in files.items() if ".." not in Path(name).parts}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _check_parents(top: Path, path: Path) -> None:
    for parent in path.relative_to(top).parents:
        place = top / parent
        if parent != Path() and (place.is_symlink() or (place.exists() and not place.is_dir())):
            raise UsageError(f"{place}: is in the way (not a plain directory); remove it or name another directory")
