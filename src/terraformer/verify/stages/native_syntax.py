"""JSON syntax of Terraform written as native syntax, for tools that read only that.

Source: "JSON Configuration Syntax" of Terraform's language reference. Without a schema an object may be a block or an
attribute: inside resources, data sources and providers it becomes a block (a list of objects several), save for
attributes known as maps, and an attribute everywhere else. Comments ("//") and meaning for people are lost, so this is
for reading by tools only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["native_syntax"]

_NAME = re.compile(r"[A-Za-z_][\w-]*")
_MAPS = frozenset(
    {
        "annotations",
        "default_tags",
        "environment_variables",
        "headers",
        "inputs",
        "keepers",
        "labels",
        "metadata",
        "options",
        "parameters",
        "request_parameters",
        "response_parameters",
        "settings",
        "tags",
        "tags_all",
        "triggers",
        "variables",
    }
)
_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "check": 1}
_BLOCKS = frozenset({"resource", "data", "ephemeral", "provider", "terraform"})
_MAX_DEPTH = 60


def native_syntax(content: bytes) -> bytes:
    """The same configuration in native syntax. Raises ValueError when it is not a JSON configuration."""
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    lines: list[str] = []
    for part in _objects(data):
        for keyword, value in part.items():
            if keyword != "//":
                _labelled(lines, keyword, (), value, _LABELS.get(keyword, 0))
    return "\n".join([*lines, ""]).encode("utf-8", "surrogatepass")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            raise ValueError("an object is needed where a block is")
        yield item


def _labelled(lines: list[str], keyword: str, labels: tuple[str, ...], value: Any, missing: int) -> None:
    for item in _objects(value):
        if missing:
            for label, inner in item.items():
                if label != "//":
                    _labelled(lines, keyword, (*labels, label), inner, missing - 1)
            continue
        lines.append(" ".join([keyword, *(_string(label) for label in labels), "{"]))
        _body(lines, item, keyword, 1)
        lines.append("}")


def _body(lines: list[str], body: dict[str, Any], keyword: str, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    indent = "  " * depth
    for name, value in body.items():
        if name == "//" or not _NAME.fullmatch(name):
            continue
        if keyword == "variable" and name == "type" and isinstance(value, str):
            lines.append(f"{indent}type = {value}")
        elif keyword in _BLOCKS and name not in _MAPS and _is_block(value):
            for item in _objects(value):
                lines.append(f"{indent}{name} {{")
                _body(lines, item, keyword, depth + 1)
                lines.append(f"{indent}}}")
        else:
            lines.append(f"{indent}{name} = {_value(value, depth)}")


def _is_block(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(isinstance(i, dict) and all(_NAME.fullmatch(k) for k in i if k != "//") for i in items)


def _value(value: Any, depth: int) -> str:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(v, depth + 1) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(k)} = {_value(v, depth + 1)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def _string(text: str) -> str:
    """A quoted template; HCL knows fewer escapes than JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\\b", "\\u0008").replace("\\f", "\\u000c")
