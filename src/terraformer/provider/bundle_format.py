"""The bundle file: what its bytes mean, and how records turn into schemas.

One file per provider and version, suffix ``.tfbundle``:

    8 bytes   magic "TFBNDL01"
    4 bytes   length of the compressed header, little endian
    header    zstd(JSON), see ``Header``
    rest      sections, each one zstd frame; offsets in the header count from the end of the header

Schemas lie in *chunks* of about 48 kB: records of neighbouring types (JSON, one after the other) compressed together,
since neighbours share most of their words. ``loc`` in the header names chunk, offset and length of each record, so one
type costs one small decompression and one JSON parse. Docs lie apart in chunks of their own, because planning never
needs them.

A record is ``{"v": schema version, "b": [block, ...]}``; equal blocks are stored once and referred to by index (the
wafv2 statements repeat thousands of times), the last one is the root:

    block      {"a": [attribute, ...], "n": [[name, nesting, block index, min, max], ...], "p": deprecation}
    attribute  [name, type, flags] or [name, type, flags, extras]
    flags      sum of the FLAG_* values below
    extras     {"d": default, "e": [enum, ...], "p": deprecation, "n": [nesting, [attribute, ...]]}

Not covered: integrity beyond zstd's own checks; a bundle is trusted like code.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

import zstandard

from terraformer.errors import BundleError
from terraformer.provider.schema import UNSET, Attribute, Block, NestedBlock, NestedType, ResourceSchema

__all__ = [
    "DATA",
    "EPHEMERAL",
    "MAGIC",
    "PROVIDER",
    "RESOURCE",
    "SUFFIX",
    "BundleFile",
    "decode_record",
    "encode_record",
]

MAGIC: Final = b"TFBNDL01"
SUFFIX: Final = ".tfbundle"

RESOURCE: Final = "resource"
DATA: Final = "data"
EPHEMERAL: Final = "ephemeral"
PROVIDER: Final = "provider"

FLAG_REQUIRED: Final = 1
FLAG_OPTIONAL: Final = 2
FLAG_COMPUTED: Final = 4
FLAG_SENSITIVE: Final = 8
FLAG_WRITE_ONLY: Final = 16
FLAG_FORCE_NEW_KNOWN: Final = 32
FLAG_FORCE_NEW: Final = 64


# --- records ---------------------------------------------------------------------------------------------------------


def _encode_attribute(a: Attribute) -> list[Any]:
    flags = (
        FLAG_REQUIRED * a.required
        + FLAG_OPTIONAL * a.optional
        + FLAG_COMPUTED * a.computed
        + FLAG_SENSITIVE * a.sensitive
        + FLAG_WRITE_ONLY * a.write_only
        + (FLAG_FORCE_NEW_KNOWN if a.force_new is not None else 0)
        + (FLAG_FORCE_NEW if a.force_new else 0)
    )
    extras: dict[str, Any] = {}
    if a.default is not UNSET:
        extras["d"] = a.default
    if a.enum:
        extras["e"] = list(a.enum)
    if a.deprecated:
        extras["p"] = a.deprecated
    if a.nested is not None:
        extras["n"] = [a.nested.nesting, [_encode_attribute(x) for _, x in sorted(a.nested.attributes.items())]]
    return [a.name, a.type, flags, extras] if extras else [a.name, a.type, flags]


def encode_record(schema: ResourceSchema) -> bytes:
    """The record of a schema, docs left out (they are stored apart)."""
    blocks: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    known: dict[int, int] = {}  # shared objects are encoded once

    def encode(block: Block) -> int:
        if id(block) in known:
            return known[id(block)]
        data: dict[str, Any] = {"a": [_encode_attribute(a) for _, a in sorted(block.attributes.items())]}
        if block.blocks:
            data["n"] = [
                [n.name, n.nesting, encode(n.block), n.min_items, n.max_items] for _, n in sorted(block.blocks.items())
            ]
        if block.deprecated:
            data["p"] = block.deprecated
        key = _compact(data)
        if key not in seen:
            seen[key] = len(blocks)
            blocks.append(data)
        known[id(block)] = seen[key]
        return seen[key]

    root = encode(schema.block)
    if root != len(blocks) - 1:  # the root equals one of its own inner blocks: impossible for a finite tree
        raise BundleError(f"the schema of {schema.type} contains itself")
    record: dict[str, Any] = {"b": blocks}
    if schema.version:
        record["v"] = schema.version
    return _compact(record).encode()


def _compact(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def _decode_attribute(data: list[Any], prefix: str, docs: Mapping[str, str]) -> Attribute:
    name = sys.intern(data[0])
    flags = data[2]
    extras = data[3] if len(data) > 3 else None
    path = prefix + name if docs else ""
    if extras is None:
        default, enum, deprecated, nested = UNSET, (), None, None
    else:
        default = extras.get("d", UNSET)
        enum = tuple(extras.get("e", ()))
        deprecated = extras.get("p")
        nested = None
        if "n" in extras:
            nesting, attributes = extras["n"]
            inner = path + "." if docs else ""
            nested = NestedType(nesting, {x[0]: _decode_attribute(x, inner, docs) for x in attributes})
    return Attribute(
        name,
        data[1],
        bool(flags & FLAG_REQUIRED),
        bool(flags & FLAG_OPTIONAL),
        bool(flags & FLAG_COMPUTED),
        bool(flags & FLAG_SENSITIVE),
        bool(flags & FLAG_WRITE_ONLY),
        deprecated,
        nested,
        default,
        bool(flags & FLAG_FORCE_NEW) if flags & FLAG_FORCE_NEW_KNOWN else None,
        enum,
        docs.get(path) if docs else None,
    )


def decode_record(
    kind: str,
    type_name: str,
    data: bytes | memoryview,
    docs: Mapping[str, str] | None = None,
) -> ResourceSchema:
    """A schema from its record.

    Equal inner blocks are one shared object, unless docs (path -> text) tell them apart.
    """
    record = json.loads(bytes(data))
    blocks: list[dict[str, Any]] = record["b"]
    documents = docs or {}
    shared: dict[int, Block] = {}

    def build(index: int, prefix: str) -> Block:
        if not documents and index in shared:
            return shared[index]
        raw = blocks[index]
        attributes = {}
        for a in raw["a"]:
            attribute = _decode_attribute(a, prefix, documents)
            attributes[attribute.name] = attribute
        nested = {}
        for name, nesting, inner, low, high in raw.get("n", ()):
            name = sys.intern(name)
            nested[name] = NestedBlock(name, nesting, build(inner, f"{prefix}{name}."), low, high)
        block = Block(attributes, nested, raw.get("p"), documents.get(prefix.rstrip(".")) if documents else None)
        if not documents:
            shared[index] = block
        return block

    return ResourceSchema(kind, type_name, build(len(blocks) - 1, ""), record.get("v", 0))


# --- the file --------------------------------------------------------------------------------------------------------


class BundleFile:
    """The raw bytes of one bundle with its header parsed. Holds no open file; not thread-safe (Bundle locks)."""

    __slots__ = ("_base", "_chunks", "_data", "_decompressor", "header", "loc", "where")

    KEEP_CHUNKS: Final = 4

    def __init__(self, data: bytes, where: str) -> None:
        self.where = where
        try:
            if data[:8] != MAGIC:
                raise ValueError("it does not begin like a bundle")
            (length,) = struct.unpack_from("<I", data, 8)
            self._decompressor = zstandard.ZstdDecompressor()
            self._base = 12 + length
            self.header: dict[str, Any] = json.loads(
                self._decompressor.decompress(data[12 : self._base], max_output_size=1 << 26)
            )
            self.loc: dict[str, dict[str, int]] = {
                kind: dict(zip(names.split("\n"), range(len(self.header["loc"][kind])), strict=True)) if names else {}
                for kind, names in self.header["types"].items()
            }
        except (ValueError, KeyError, struct.error, zstandard.ZstdError) as problem:
            raise BundleError(f"{where} is not a usable schema bundle ({problem}); build or capture it again") from None
        self._data = data
        self._chunks: dict[tuple[str, int], bytes] = {}

    def section(self, offset: int, length: int) -> bytes:
        """One decompressed section of the file."""
        start = self._base + offset
        try:
            return bytes(self._decompressor.decompress(self._data[start : start + length], max_output_size=1 << 28))
        except zstandard.ZstdError as problem:
            raise BundleError(f"{self.where} is damaged ({problem}); build or capture it again") from None

    def _slice(self, family: str, place: list[int]) -> memoryview:
        number, offset, length = place
        chunk = self._chunks.pop((family, number), None)
        if chunk is None:
            chunk = self.section(*self.header[family][number])
        self._chunks[(family, number)] = chunk  # most recently used last
        while len(self._chunks) > self.KEEP_CHUNKS:
            del self._chunks[next(iter(self._chunks))]
        return memoryview(chunk)[offset : offset + length]

    def record(self, kind: str, type_name: str) -> memoryview:
        """The record of one type. Raises KeyError when the bundle has no such type."""
        return self._slice("chunks", self.header["loc"][kind][self.loc[kind][type_name]])

    def docs(self, kind: str, type_name: str) -> dict[str, str]:
        """Docs by dotted path ("" is the type's own summary); empty when the bundle has none."""
        place = self.header["docs"].get(kind, [])
        index = self.loc[kind][type_name]
        if index >= len(place) or not place[index]:
            return {}
        result: dict[str, str] = json.loads(bytes(self._slice("doc_chunks", place[index])))
        return result

    def drop_chunks(self) -> None:
        """Forget decompressed chunks (before a fork, or to save memory)."""
        self._chunks.clear()


def join_names(names: Iterable[str]) -> str:
    return "\n".join(names)
