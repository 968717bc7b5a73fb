"""Move a module's blocks into the files where people look for them: main.tf, variables.tf, outputs.tf, versions.tf.

Source: the file names of HashiCorp's Terraform style guide and standard module structure. A block moves with the
comment lines right above it and keeps its bytes; the order within a kind stays. NOT covered: configurations in JSON
syntax and override files, which stay as they are.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Final

from terraformer.hcl.merge import parts_of
from terraformer.hcl.scan import is_override
from terraformer.hcl.syntax import NativeFile

__all__ = ["split_files"]

_HOMES: Final = {
    "variable": "variables.tf",
    "output": "outputs.tf",
    "terraform": "versions.tf",
    "provider": "versions.tf",
}
_COMMENT: Final = re.compile(rb"[ \t]*(?:#|//)[^\n]*\n?\Z")


def split_files(files: Mapping[str, bytes], root: str = ".") -> dict[str, bytes]:
    """The same configuration with the root module's variables, outputs, and terraform and provider blocks in files of
    their own. Files that cannot be read, and files that nothing moves out of or into, stay as they are, byte for byte.
    """
    own = [
        name
        for name in sorted(files, key=lambda n: (posixpath.basename(n) != "main.tf", n))
        if (posixpath.dirname(name) or ".") == root and name.endswith(".tf") and not is_override(name)
    ]
    if any(NativeFile(name, files[name]).has_errors for name in own):
        return dict(files)
    moved: dict[str, list[bytes]] = {}
    result = dict(files)
    for name in own:
        rest, taken = _take(name, files[name])
        if not taken:
            continue
        for home, blocks in taken.items():
            moved.setdefault(posixpath.join(root, home) if root != "." else home, []).extend(blocks)
        result[name] = rest
    for home in sorted(moved):
        present = result.get(home, b"")
        blocks = [*([present.rstrip(b"\r\n") + b"\n"] if present.strip() else []), *moved[home]]
        result[home] = b"\n".join(blocks)
    return {name: content for name, content in result.items() if content.strip() or name not in own}


def _take(name: str, content: bytes) -> tuple[bytes, dict[str, list[bytes]]]:
    """What stays in the file, and the blocks that belong elsewhere by their home."""
    here = posixpath.basename(name)
    taken: dict[str, list[bytes]] = {}
    kept: list[bytes] = []
    position = 0
    for part in parts_of(content, name):
        home = _HOMES.get(part.key[0])
        if home is None or home == here:
            continue
        start, end = _with_comments(content, part.start, position), _line_end(content, part.end)
        taken.setdefault(home, []).append(content[start:end].rstrip(b"\r\n") + b"\n")
        kept.append(content[position:start])
        position = end
    kept.append(content[position:])
    if not taken:
        return content, {}
    # Where a block was, its blank line would stand twice.
    pieces = [kept[0].rstrip(b"\r\n"), *(k.strip(b"\r\n") for k in kept[1:])]
    rest = b"\n\n".join(p for p in pieces if p.strip())
    return (rest + b"\n" if rest else b""), taken


def _with_comments(content: bytes, start: int, floor: int) -> int:
    """Where the comment lines right above the block begin."""
    start = content.rfind(b"\n", 0, start) + 1
    while start > floor:
        line_start = content.rfind(b"\n", 0, start - 1) + 1
        if line_start < floor or not _COMMENT.match(content[line_start:start]):
            break
        start = line_start
    return max(start, floor)


def _line_end(content: bytes, end: int) -> int:
    newline = content.find(b"\n", end)
    return len(content) if newline < 0 else newline + 1
