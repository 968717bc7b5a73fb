"""Two pieces of Go semantics that the providers' exact outputs hang on: encoding/json, and the SDK's set order.

Sources: Go's encoding/json (HTML escaping, struct and map order are the caller's), terraform-plugin-sdk
helper/schema/{set,serialize}.go. NOT covered: float formatting of exotic numbers (Go switches to exponents at 1e21
and below 1e-6, Python elsewhere; numbers have no place in IAM policies).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["go_json", "go_json_error", "hash_code", "set_order", "string_set", "string_set_hash"]

_HTML = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"},
)


def go_json(value: Any, *, indent: int | None = None) -> str:
    """``value`` as Go's json.Marshal (or MarshalIndent with two spaces and no prefix when ``indent`` is 2) writes it.

    Dict order is kept: callers sort what Go sorts (maps) and keep what Go keeps (struct fields).
    """
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return text.translate(_HTML)


def go_json_error(text: str, error: json.JSONDecodeError) -> str:
    """Go's wording of a JSON syntax error, as near as Python's position allows."""
    if not text.strip() or error.pos >= len(text.rstrip()):
        return "unexpected end of JSON input"
    char = text[error.pos]
    where = "looking for beginning of value"
    if "property name" in error.msg:
        where = "looking for beginning of object key string"
    elif "':' delimiter" in error.msg:
        where = "after object key"
    elif "',' delimiter" in error.msg:
        where = "after object key:value pair" if _inside_object(text, error.pos) else "after array element"
    elif "Extra data" in error.msg:
        where = "after top-level value"
    shown = "'\\''" if char == "'" else f"'{char}'"
    return f"invalid character {shown} {where}"


def _inside_object(text: str, position: int) -> bool:
    depth: list[str] = []
    quoted = escaped = False
    for char in text[:position]:
        if quoted:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                quoted = False
        elif char == '"':
            quoted = True
        elif char in "{[":
            depth.append(char)
        elif char in "}]" and depth:
            depth.pop()
    return bool(depth) and depth[-1] == "{"


def hash_code(text: str) -> int:
    """The SDK's string hash: CRC-32 (IEEE) of the UTF-8 bytes, never negative."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def set_order(items: Iterable[Any], serialise: Callable[[Any], str]) -> list[Any]:
    """The items of an SDK set in the order in which the provider sees them: by hash code *as text*; equal ones once."""
    coded: dict[str, Any] = {}
    for item in items:
        coded.setdefault(str(hash_code(serialise(item))), item)
    return [coded[code] for code in sorted(coded)]


def string_set(items: Iterable[Any]) -> list[str]:
    """A set of strings in SDK order; null elements are empty strings, as the SDK reads them."""
    return set_order(("" if i is None else str(i) for i in items), lambda s: s + ";")


def string_set_hash(items: Iterable[Any]) -> str:
    """How a set of strings goes into the hash of the block that holds it."""
    return "{" + "".join(s + ";" for s in string_set(items)) + "};"
