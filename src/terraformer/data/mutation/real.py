"""Real configurations to change: directories of Terraform files, or JSON lines with the text in ``hcl``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraformer.errors import UsageError
from terraformer.types import TerraformConfig
from terraformer.verify import load_config

__all__ = ["RealConfig", "real_bases"]

_MAX_BYTES = 60_000


@dataclass(frozen=True)
class RealConfig:
    """A configuration with its ``source`` ("repository@commit:path", as far as known) and ``licence`` (SPDX, "" where
    it is not known)."""

    config: TerraformConfig
    source: str
    licence: str


def real_bases(path: str | Path) -> Iterator[RealConfig]:
    """The configurations at a path, in a fixed order: rows of ``*.jsonl`` files, and directories that hold ``.tf``
    files and are no module of another one. What cannot be read is left out. Raises UsageError when there is nothing."""
    top = Path(path)
    if not top.exists():
        raise UsageError(f"{path}: there is no such file or directory")
    files = [top] if top.is_file() else sorted(top.rglob("*.jsonl"))
    found = False
    for file in files:
        for one in _rows(file):
            found = True
            yield one
    if top.is_dir():
        for directory in sorted({f.parent for f in top.rglob("*.tf")}):
            if ".terraform" in directory.parts or "modules" in directory.relative_to(top).parts:
                continue
            config = load_config(directory)
            found = True
            yield RealConfig(config, f"{top.name}:{directory.relative_to(top).as_posix()}", _licence(directory, top))
    if not found:
        raise UsageError(f'{path}: no .tf files, and no .jsonl files with "hcl" in their rows')


def _rows(file: Path) -> Iterator[RealConfig]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        try:
            row: Any = json.loads(line)
        except json.JSONDecodeError as error:
            raise UsageError(f"{file}:{number}: no JSON: {error.msg}") from None
        text = row.get("hcl") if isinstance(row, dict) else None
        if not isinstance(text, str) or not text.strip() or len(text) > _MAX_BYTES:
            continue
        origin = row.get("repo") or row.get("origin") or file.stem
        commit, place = row.get("commit") or "", row.get("path") or row.get("id") or str(number)
        source = f"{origin}{'@' + commit if commit else ''}:{place}"
        yield RealConfig(TerraformConfig.from_text(text), source, str(row.get("license") or row.get("licence") or ""))


def _licence(directory: Path, top: Path) -> str:
    """By the first lines of a licence file in the directory or above it."""
    here = directory
    while True:
        for name in ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "COPYING"):
            if (here / name).is_file():
                text = (here / name).read_text("utf-8", "replace")[:400]
                return next((spdx for words, spdx in _LICENCES if words in text), "")
        if here == top or here == here.parent:
            return ""
        here = here.parent


_LICENCES = (
    ("Apache License", "Apache-2.0"),
    ("MIT License", "MIT"),
    ("Permission is hereby granted, free of charge", "MIT"),
    ("Mozilla Public License", "MPL-2.0"),
    ("BSD 3-Clause", "BSD-3-Clause"),
    ("BSD 2-Clause", "BSD-2-Clause"),
    ("ISC License", "ISC"),
    ("GNU GENERAL PUBLIC LICENSE", "GPL"),
)
