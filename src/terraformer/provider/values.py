"""Terraform values in Python, and their msgpack form on the wire.

A value is None (null), UNKNOWN (or another Unknown with refinements), bool, str, int / float (numbers; a decimal that
binary floats cannot hold travels as its string), list (list, tuple, set) or dict (map, object).
Wire form: msgpack, unknown = ext type 0, refined unknown = ext type 12, "dynamic" = [type as JSON bytes, value]
(tfplugin6 DynamicValue; go-cty's msgpack package).
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgpack

__all__ = ["UNKNOWN", "Unknown", "contains_unknown", "decode", "encode", "is_known"]


class Unknown:
    """A value that is known only after apply. Compare with ``is_known``, never with ==."""

    __slots__ = ("refinements",)

    def __init__(self, refinements: bytes | None = None) -> None:
        self.refinements = refinements

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("the truth of an unknown value is unknown: test with is_known first")


UNKNOWN: Final = Unknown()


def is_known(value: Any) -> bool:
    """True for null too: only the top of the value is looked at."""
    return not isinstance(value, Unknown)


def contains_unknown(value: Any) -> bool:
    """Whether any part of the value is unknown."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, dict):
        return any(contains_unknown(v) for v in value.values())
    if isinstance(value, list):
        return any(contains_unknown(v) for v in value)
    return False


def _ext(code: int, data: bytes) -> Unknown:
    return Unknown(data) if code == 12 else UNKNOWN


def decode(data: bytes, cty: Any) -> Any:
    """Decode a msgpack DynamicValue of the given type. Raises ValueError when the bytes are not such a value."""
    if not data:
        return None
    raw = msgpack.unpackb(data, ext_hook=_ext, strict_map_key=False, raw=False)
    return _undynamic(raw, cty) if _has_dynamic(cty) else raw


def encode(value: Any, cty: Any) -> bytes:
    """Encode for the wire: dict keys that the object type lacks are dropped, those that the value lacks are null."""
    return bytes(msgpack.packb(_wire(value, cty), use_bin_type=False))


def _has_dynamic(cty: Any) -> bool:
    if isinstance(cty, str):
        return cty == "dynamic"
    kind, inner = cty[0], cty[1]
    if kind == "object":
        return any(_has_dynamic(t) for t in inner.values())
    if kind == "tuple":
        return any(_has_dynamic(t) for t in inner)
    return _has_dynamic(inner)


def _undynamic(value: Any, cty: Any) -> Any:
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(cty, str):
        if cty != "dynamic":
            return value
        inner_type = json.loads(value[0])
        return _undynamic(value[1], inner_type)
    kind, inner = cty[0], cty[1]
    if kind == "object":
        return {k: _undynamic(v, inner[k]) for k, v in value.items()}
    if kind == "map":
        return {k: _undynamic(v, inner) for k, v in value.items()}
    if kind == "tuple":
        return [_undynamic(v, t) for v, t in zip(value, inner, strict=False)]
    return [_undynamic(v, inner) for v in value]


def _infer(value: Any) -> Any:
    """The cty type that a plain value has on its own (for "dynamic")."""
    if value is None or isinstance(value, Unknown):
        return "dynamic"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return ["object", {k: _infer(v) for k, v in value.items()}]
    return ["tuple", [_infer(v) for v in value]]


def _wire(value: Any, cty: Any) -> Any:
    if isinstance(value, Unknown):
        if value.refinements is None:
            return msgpack.ExtType(0, b"\x00")
        return msgpack.ExtType(12, value.refinements)
    if value is None:
        return None
    if isinstance(cty, str):
        if cty == "dynamic":
            inferred = _infer(value)
            return [json.dumps(inferred, separators=(",", ":")).encode(), _wire(value, inferred)]
        if cty == "number" and isinstance(value, bool):
            raise ValueError("a bool where a number is expected")
        if cty == "number" and isinstance(value, int) and not -(2**63) <= value < 2**64:
            return str(value)
        return value
    kind, inner = cty[0], cty[1]
    if kind == "object":
        return {k: _wire(value.get(k), t) for k, t in inner.items()}
    if kind == "map":
        return {k: _wire(v, inner) for k, v in value.items()}
    if kind == "tuple":
        return [_wire(v, t) for v, t in zip(value, inner, strict=True)]
    return [_wire(v, inner) for v in value]
