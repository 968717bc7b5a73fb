"""The compiled facts of one provider's validators, read lazily by type.

A file is: one line of JSON (format, source, version, notice, index: kind -> type -> [offset, length], dictionary's
length), a zstd dictionary, and one zstd frame of JSON a type. Held in memory compressed; later reads need no file.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, Final

import zstandard

__all__ = ["FactsFile", "write"]

FORMAT: Final = "terraformer-validators-1"
NOTICE: Final = (
    "Facts (names, bounds, enumeration members, patterns) about the validation that hashicorp/terraform-provider-aws "
    "declares in its schemas, (c) HashiCorp / IBM and contributors, Mozilla Public License 2.0, and members of "
    "enumerations from botocore's service models, (c) Amazon.com, Inc., Apache License 2.0. No code is contained."
)


class FactsFile:
    """Trees of checks by type. Thread-safe. Raises ValueError for a file of another format."""

    def __init__(self, data: bytes) -> None:
        end = data.index(b"\n")
        header = json.loads(data[:end])
        if header.get("format") != FORMAT:
            raise ValueError(f"not a validators' facts file of format {FORMAT}")
        self.source: str = header["source"]
        self.version: str = header["version"]
        self._index: dict[str, dict[str, list[int]]] = header["index"]
        start = end + 1 + header["dictionary"]
        self._body = data[start:]
        self._dictionary = zstandard.ZstdCompressionDict(data[end + 1 : start])
        self._cache: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> FactsFile:
        return cls(path.read_bytes())

    def types(self, kind: str) -> tuple[str, ...]:
        return tuple(sorted(self._index.get(kind, {})))

    def tree(self, kind: str, type_name: str) -> dict[str, Any] | None:
        """The type's tree of checks; None when it has none."""
        key = (kind, type_name)
        if key in self._cache:
            return self._cache[key]
        place = self._index.get(kind, {}).get(type_name)
        tree: dict[str, Any] | None = None
        if place is not None:
            with self._lock:
                frame = self._body[place[0] : place[0] + place[1]]
                tree = json.loads(zstandard.ZstdDecompressor(dict_data=self._dictionary).decompress(frame))
        if len(self._cache) > 512:
            self._cache.clear()
        self._cache[key] = tree
        return tree


def write(path: Path, source: str, version: str, trees: dict[str, dict[str, Any]]) -> None:
    """Write a facts file; the same input gives the same bytes."""
    texts = {
        (kind, name): json.dumps(tree, separators=(",", ":"), sort_keys=True).encode()
        for kind, types in sorted(trees.items())
        for name, tree in sorted(types.items())
    }
    dictionary = zstandard.train_dictionary(65_536, list(texts.values()))
    compressor = zstandard.ZstdCompressor(level=19, dict_data=dictionary)
    index: dict[str, dict[str, list[int]]] = {}
    body = bytearray()
    for (kind, name), text in texts.items():
        frame = compressor.compress(text)
        index.setdefault(kind, {})[name] = [len(body), len(frame)]
        body += frame
    raw = dictionary.as_bytes()
    header = {
        "format": FORMAT,
        "source": source,
        "version": version,
        "notice": NOTICE,
        "dictionary": len(raw),
        "index": index,
    }
    path.write_bytes(json.dumps(header, separators=(",", ":")).encode() + b"\n" + raw + bytes(body))
