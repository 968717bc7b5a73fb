"""Protocol buffers, as much of them as the plugin protocol needs, without a generated module.

A message is read into {field number: [values]}, where a value is int (varint), bytes (length-delimited) or the raw
bytes of a fixed-width field, and written by joining fields. The messages of the plugin protocol are a few fields around
opaque bytes, so this costs less per call than generated classes, and a worker does without their memory.
Source: https://protobuf.dev/programming-guides/encoding/. Not covered: groups (deprecated, unused by the protocol).
"""

from __future__ import annotations

__all__ = ["Fields", "data", "first_bytes", "first_int", "integer", "parse", "text", "varint"]

Fields = dict[int, list[int | bytes]]


def varint(number: int) -> bytes:
    """A base-128 varint; negative numbers in 64-bit two's complement, as int64 fields have them."""
    if number < 0:
        number += 1 << 64
    if number < 0x80:
        return bytes((number,))
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def data(field: int, content: bytes) -> bytes:
    """A length-delimited field (bytes, embedded message); written even when empty."""
    return varint(field << 3 | 2) + varint(len(content)) + content


def text(field: int, content: str) -> bytes:
    """A string field; nothing when empty, which is the default. Lone surrogates become "?"."""
    return data(field, content.encode("utf-8", "replace")) if content else b""


def integer(field: int, number: int) -> bytes:
    """A varint field (int64, bool, enum); nothing when 0, which is the default."""
    return varint(field << 3) + varint(number) if number else b""


def parse(message: bytes) -> Fields:
    """The fields of a message in order of appearance. Raises ValueError when it is cut off or malformed."""
    fields: Fields = {}
    position, end = 0, len(message)
    value: int | bytes
    while position < end:
        tag, position = _read_varint(message, position)
        wire_type = tag & 7
        if wire_type == 2:
            length, position = _read_varint(message, position)
            stop = position + length
            value = message[position:stop]
            position = stop
        elif wire_type == 0:
            value, position = _read_varint(message, position)
        elif wire_type in (1, 5):
            stop = position + (8 if wire_type == 1 else 4)
            value = message[position:stop]
            position = stop
        else:
            raise ValueError(f"protobuf wire type {wire_type} is not supported")
        if position > end:
            raise ValueError("protobuf message is cut off")
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def first_bytes(fields: Fields, field: int) -> bytes:
    """The (last, as protobuf has it) value of a bytes, string or message field; b"" when absent."""
    values = fields.get(field)
    if not values:
        return b""
    value = values[-1]
    if not isinstance(value, bytes):
        raise ValueError(f"protobuf field {field} is a number, not bytes")
    return value


def first_int(fields: Fields, field: int) -> int:
    """The value of a varint field as a signed 64-bit number; 0 when absent."""
    values = fields.get(field)
    if not values:
        return 0
    value = values[-1]
    if not isinstance(value, int):
        raise ValueError(f"protobuf field {field} is bytes, not a number")
    return value - (1 << 64) if value >= 1 << 63 else value


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    try:
        byte = message[position]
        position += 1
        if byte < 0x80:
            return byte, position
        number = byte & 0x7F
        shift = 7
        while True:
            byte = message[position]
            position += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number, position
            shift += 7
            if shift > 63:
                raise ValueError("protobuf varint is too long")
    except IndexError:
        raise ValueError("protobuf message is cut off") from None
