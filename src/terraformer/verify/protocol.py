"""Frames between the parent and a worker: four bytes of length, big endian, then msgpack.

Messages are plain maps with a "kind". Never pickle: a worker handles hostile input, so the parent decodes its answers
with a format that can only give data.
"""

from __future__ import annotations

import socket
import struct
from enum import StrEnum
from typing import Any

import msgpack

__all__ = ["MAX_FRAME", "FrameReader", "RunMode", "pack", "read_frame"]

MAX_FRAME = 512 * 1024 * 1024
_HEADER = struct.Struct(">I")


class RunMode(StrEnum):
    """What a worker is asked for.

    ``VERIFY`` judges a configuration. ``APPLY`` applies it too, hermetically. ``CHANGE`` plans it against a made-up
    state, whose values the provider's own rules are not asked about; ``CHECKED_CHANGE`` asks them all the same.
    ``FORMAT`` is ``terraform fmt``.
    """

    VERIFY = "verify"
    APPLY = "apply"
    CHANGE = "change"
    CHECKED_CHANGE = "checked-change"
    FORMAT = "format"


def pack(message: dict[str, Any]) -> bytes:
    """One frame."""
    body = msgpack.packb(message, use_bin_type=True, unicode_errors="surrogatepass")
    return _HEADER.pack(len(body)) + bytes(body)


def _unpack(body: bytes | bytearray) -> dict[str, Any]:
    message = msgpack.unpackb(body, raw=False, strict_map_key=False, unicode_errors="surrogatepass")
    if not isinstance(message, dict):
        raise ValueError("a frame that is not a map")
    return message


def read_frame(stream: socket.socket) -> dict[str, Any] | None:
    """Blocks for the next frame; None at the end of the stream. Raises ValueError when it is not one."""
    header = _exactly(stream, _HEADER.size)
    if header is None:
        return None
    (length,) = _HEADER.unpack(header)
    if length > MAX_FRAME:
        raise ValueError("a frame that is too long")
    body = _exactly(stream, length)
    return None if body is None else _unpack(body)


def _exactly(stream: socket.socket, count: int) -> bytearray | None:
    data = bytearray(count)
    view = memoryview(data)
    have = 0
    while have < count:
        got = stream.recv_into(view[have:], count - have)
        if got == 0:
            return None
        have += got
    return data


class FrameReader:
    """Collects frames from chunks of bytes, for a reader that must not block."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> list[dict[str, Any]]:
        """The frames that are complete with this chunk. Raises ValueError when the bytes are no frames."""
        self._buffer += chunk
        frames: list[dict[str, Any]] = []
        while len(self._buffer) >= _HEADER.size:
            (length,) = _HEADER.unpack_from(self._buffer)
            if length > MAX_FRAME:
                raise ValueError("a frame that is too long")
            end = _HEADER.size + length
            if len(self._buffer) < end:
                break
            frames.append(_unpack(bytes(self._buffer[_HEADER.size : end])))
            del self._buffer[:end]
        return frames
