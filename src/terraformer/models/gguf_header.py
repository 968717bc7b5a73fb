"""The first metadata of a GGUF file, read without any library.

Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian. Only text values
are returned; what lies behind the first large array (the vocabulary) is not looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

__all__ = ["read_header"]

_SIZES: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_MOST: Final = 1 << 20


def read_header(path: Path, keys: Sequence[str]) -> dict[str, str]:
    """The text values of these keys, as far as they are there; {} for what is no GGUF file. Raises OSError."""
    found: dict[str, str] = {}
    with path.open("rb") as file:
        try:
            magic, version, _tensors, count = struct.unpack("<4sIQQ", file.read(24))
            if magic != b"GGUF" or version not in (2, 3):
                return found
            for _ in range(count):
                if found.keys() >= set(keys):
                    break
                name = _text(file)
                (kind,) = struct.unpack("<I", file.read(4))
                if kind == _STRING:
                    value = _text(file)
                    if name in keys:
                        found[name] = value
                elif kind in _SIZES:
                    file.seek(_SIZES[kind], 1)
                elif kind == _ARRAY and not _skipped(file):
                    break
        except (struct.error, UnicodeDecodeError, ValueError):
            pass  # cut short or damaged: whoever loads it says so
    return found


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _MOST:
        raise ValueError("a text of this length is no metadata")
    return file.read(length).decode()


def _skipped(file: BinaryIO) -> bool:
    """Whether the array was small enough to be passed over."""
    kind, length = struct.unpack("<IQ", file.read(12))
    if length > 1_000:
        return False
    if kind in _SIZES:
        file.seek(_SIZES[kind] * length, 1)
        return True
    if kind != _STRING:
        return False
    for _ in range(length):
        _text(file)
    return True
