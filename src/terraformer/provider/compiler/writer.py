"""Writes bundle files: the counterpart of terraformer.provider.bundle_format, whose docstring gives the layout."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import zstandard

from terraformer.provider.bundle_format import (
    DATA,
    EPHEMERAL,
    MAGIC,
    PROVIDER,
    RESOURCE,
    SUFFIX,
    encode_record,
    join_names,
)
from terraformer.provider.bundle_search import build_index
from terraformer.provider.schema import Block, ResourceSchema

__all__ = ["BundleContent", "bundle_name", "docs_from_schema", "write_bundle"]

CHUNK_BYTES: Final = 48_000
LEVEL: Final = 19


@dataclass(slots=True)
class BundleContent:
    """Everything that goes into a bundle.

    ``docs``: (kind, type) -> dotted path -> text, "" being the type's summary. ``hints``: (kind, type) -> facts for
    validators, hint quality only. ``provenance``: where the facts come from, for NOTICE and ``schema list``.
    """

    source: str
    version: str
    schemas: dict[tuple[str, str], ResourceSchema]
    functions: dict[str, Any] = field(default_factory=dict)
    docs: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    hints: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)


def bundle_name(source: str, version: str) -> str:
    """File name of a bundle: "hashicorp/aws", "6.69.1" -> "hashicorp__aws__6.69.1.tfbundle"."""
    return f"{source.replace('/', '__')}__{version}{SUFFIX}"


class _Sections:
    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.compressor = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True)

    def add(self, data: bytes) -> list[int]:
        packed = self.compressor.compress(data)
        place = [self.size, len(packed)]
        self.parts.append(packed)
        self.size += len(packed)
        return place


class _Chunks:
    """Packs records into chunks; ``places`` are [chunk, offset, length]."""

    def __init__(self, sections: _Sections) -> None:
        self.sections = sections
        self.table: list[list[int]] = []
        self.buffer = bytearray()

    def add(self, record: bytes) -> list[int]:
        place = [len(self.table), len(self.buffer), len(record)]
        self.buffer += record
        if len(self.buffer) >= CHUNK_BYTES:
            self.flush()
        return place

    def flush(self) -> None:
        if self.buffer:
            self.table.append(self.sections.add(bytes(self.buffer)))
            self.buffer = bytearray()


def encode_bundle(content: BundleContent) -> bytes:
    sections = _Sections()
    chunks = _Chunks(sections)
    kinds = (PROVIDER, RESOURCE, DATA, EPHEMERAL)
    types = {kind: sorted(t for k, t in content.schemas if k == kind) for kind in kinds}
    loc: dict[str, list[list[int]]] = {kind: [] for kind in kinds}
    for kind in kinds:
        for name in types[kind]:
            loc[kind].append(chunks.add(encode_record(content.schemas[kind, name])))
        chunks.flush()
    doc_chunks = _Chunks(sections)
    docs: dict[str, list[list[int]]] = {}
    for kind in kinds:
        texts = [content.docs.get((kind, name)) or {} for name in types[kind]]
        if any(texts):
            docs[kind] = [
                doc_chunks.add(json.dumps(t, separators=(",", ":"), ensure_ascii=False).encode()) if t else []
                for t in texts
            ]
        doc_chunks.flush()
    hints = {f"{kind} {name}": value for (kind, name), value in sorted(content.hints.items()) if value}
    header = {
        "source": content.source,
        "version": content.version,
        "types": {kind: join_names(types[kind]) for kind in kinds},
        "loc": loc,
        "chunks": chunks.table,
        "docs": docs,
        "doc_chunks": doc_chunks.table,
        "search": sections.add(build_index(content.schemas, content.docs)),
        "hints": sections.add(json.dumps(hints, separators=(",", ":")).encode()) if hints else None,
        "functions": content.functions,
        "provenance": content.provenance,
    }
    packed = sections.compressor.compress(json.dumps(header, separators=(",", ":")).encode())
    return b"".join([MAGIC, struct.pack("<I", len(packed)), packed, *sections.parts])


def write_bundle(content: BundleContent, out_dir: Path) -> Path:
    """Write the bundle atomically into ``out_dir`` and return its path. Raises OSError when that cannot be done."""
    data = encode_bundle(content)
    out_dir.mkdir(parents=True, exist_ok=True)
    target = out_dir / bundle_name(content.source, content.version)
    handle, temporary = tempfile.mkstemp(prefix=".bundle-", dir=out_dir)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    return target


def docs_from_schema(schemas: Mapping[tuple[str, str], ResourceSchema]) -> dict[tuple[str, str], dict[str, str]]:
    """The docs that schemas carry in their ``doc`` members (captured ones do), by dotted path."""

    def walk(block: Block, prefix: str, into: dict[str, str]) -> None:
        if block.doc:
            into[prefix.rstrip(".")] = block.doc
        pending = [(prefix, block.attributes)]
        while pending:
            here, attributes = pending.pop()
            for name, attribute in attributes.items():
                if attribute.doc:
                    into[here + name] = attribute.doc
                if attribute.nested is not None:
                    pending.append((f"{here}{name}.", attribute.nested.attributes))
        for name, nested in block.blocks.items():
            walk(nested.block, f"{prefix}{name}.", into)

    docs = {}
    for key, schema in schemas.items():
        found: dict[str, str] = {}
        walk(schema.block, "", found)
        if found:
            docs[key] = found
    return docs
