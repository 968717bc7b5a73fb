"""Header decompression for HTTP/2 (RFC 7541), the receiving side only.

The sending side of our server needs no state: its few headers are literals without indexing.
The Huffman code of RFC 7541 appendix B is canonical, so the lengths of its codes define it.
"""

from __future__ import annotations

import functools
from collections import deque

__all__ = ["HeaderDecoder", "HeaderError", "literal"]

_STATIC_TEXT = """
:authority :method=GET :method=POST :path=/ :path=/index.html :scheme=http :scheme=https :status=200 :status=204
:status=206 :status=304 :status=400 :status=404 :status=500 accept-charset accept-encoding=gzip,_deflate
accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control
content-disposition content-encoding content-language content-length content-location content-range content-type
cookie date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since
last-modified link location max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after
server set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate
"""
_STATIC: tuple[tuple[bytes, bytes], ...] = tuple(
    (name.encode(), value.replace("_", " ").encode())
    for name, _, value in (entry.partition("=") for entry in _STATIC_TEXT.split())
)

# Code lengths in bits of the symbols 0 to 256 (256 = end of string), RFC 7541 appendix B.
_LENGTHS = bytes.fromhex(
    "0d171c1c1c1c1c1c1c181e1c1c1e1c1c1c1c1c1c1c1c1e1c1c1c1c1c1c1c1c1c060a0a0c0d06080b0a0a080b080606060505"
    "050606060606060607080f060c0a0d06070707070707070707070707070707070707070707070807080d130d0e060f050605"
    "06050606060507070606060506070605050607070707070f0b0e0d1c14161414161616171617171717171817181816171817"
    "1717171516171617171816151416161717151716161815161717151516151716171714161616171616171a1a141316171619"
    "1a1a1a1b1b1a181913151a1b1b1a1b1815151a1a1c1b1b1b14181415161515171616191918181a171a1b1a1a1b1b1b1b1b1c"
    "1b1b1b1b1b1a1e"
)


def _codes() -> dict[tuple[int, int], int]:
    """(length, code) -> symbol, by the canonical rule: codes count up in order of length, then of symbol."""
    table: dict[tuple[int, int], int] = {}
    code = last = 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(_LENGTHS)):
        code <<= length - last
        last = length
        table[length, code] = symbol
        code += 1
    return table


_CODES = _codes()


class HeaderError(ValueError):
    """A header block that breaks RFC 7541: the connection cannot go on, its table is out of step."""


@functools.lru_cache(maxsize=512)
def _huffman(coded: bytes) -> bytes:
    out = bytearray()
    code = length = 0
    for byte in coded:
        for shift in range(7, -1, -1):
            code = code << 1 | byte >> shift & 1
            length += 1
            symbol = _CODES.get((length, code))
            if symbol is not None:
                if symbol == 256:
                    raise HeaderError("end of string inside a Huffman string")
                out.append(symbol)
                code = length = 0
            elif length > 30:
                raise HeaderError("invalid Huffman code")
    if length > 7 or code != (1 << length) - 1:
        raise HeaderError("invalid Huffman padding")
    return bytes(out)


def _integer(block: bytes, position: int, prefix: int) -> tuple[int, int]:
    """An integer with an N-bit prefix, and the position after it (RFC 7541 section 5.1)."""
    mask = (1 << prefix) - 1
    value = block[position] & mask
    position += 1
    if value < mask:
        return value, position
    shift = 0
    while True:
        byte = block[position]
        position += 1
        value += (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 28:
            raise HeaderError("header integer is too long")


def _string(block: bytes, position: int) -> tuple[bytes, int]:
    coded = block[position] & 0x80
    length, position = _integer(block, position, 7)
    stop = position + length
    if stop > len(block):
        raise HeaderError("header string is cut off")
    raw = block[position:stop]
    return (_huffman(raw) if coded else raw), stop


class HeaderDecoder:
    """Decodes the header blocks of one connection, in order: it keeps the dynamic table."""

    def __init__(self, limit: int = 4096) -> None:
        self._limit = self._size_limit = limit
        self._table: deque[tuple[bytes, bytes]] = deque()
        self._size = 0

    def decode(self, block: bytes) -> list[tuple[bytes, bytes]]:
        """(name, value) pairs of a whole header block. Raises HeaderError when it is malformed."""
        headers: list[tuple[bytes, bytes]] = []
        position, end = 0, len(block)
        try:
            while position < end:
                byte = block[position]
                if byte & 0x80:  # indexed
                    index, position = _integer(block, position, 7)
                    headers.append(self._entry(index))
                elif byte & 0xE0 == 0x20:  # table size update
                    size, position = _integer(block, position, 5)
                    if size > self._limit:
                        raise HeaderError("header table larger than allowed")
                    self._size_limit = size
                    self._evict()
                else:  # literal: with indexing (01), without (0000) or never indexed (0001)
                    indexing = byte & 0x40
                    index, position = _integer(block, position, 6 if indexing else 4)
                    if index:
                        name = self._entry(index)[0]
                    else:
                        name, position = _string(block, position)
                    value, position = _string(block, position)
                    headers.append((name, value))
                    if indexing:
                        self._table.appendleft((name, value))
                        self._size += len(name) + len(value) + 32
                        self._evict()
        except IndexError:
            raise HeaderError("header block is cut off") from None
        return headers

    def _entry(self, index: int) -> tuple[bytes, bytes]:
        if 0 < index <= 61:
            return _STATIC[index - 1]
        if 61 < index <= 61 + len(self._table):
            return self._table[index - 62]
        raise HeaderError(f"header index {index} is out of the table")

    def _evict(self) -> None:
        while self._size > self._size_limit and self._table:
            name, value = self._table.pop()
            self._size -= len(name) + len(value) + 32


def literal(name: bytes, value: bytes) -> bytes:
    """A header as a literal without indexing and without Huffman code."""
    return b"\x00" + _length(len(name)) + name + _length(len(value)) + value


def _length(number: int) -> bytes:
    if number < 127:
        return bytes((number,))
    out = bytearray(b"\x7f")
    number -= 127
    while number > 127:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
