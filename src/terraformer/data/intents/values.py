"""Values of a plan: when two are the same, when one counts as set, and what the statements of a policy document are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["MISSING", "NUMERAL", "canonical", "elements", "filled", "number", "parse_json", "parse_statements", "size"]

MISSING: Any = object()
# A string that a number is converted to and back without loss.
NUMERAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{0,14}[1-9])?\Z")
# A string that is taken for a number by bounds; the Rego form uses the same pattern.
NUMBER_TEXT = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$"
_NUMBER = re.compile(NUMBER_TEXT.replace("$", r"\Z"))
_LIMIT = 10**15


def canonical(value: Any) -> str | None:
    """Equal for what Terraform converts into each other (80 and "80", true and "true"); None for what is no scalar."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        if not -_LIMIT < value < _LIMIT:
            return None
        text = str(int(value)) if value == int(value) else repr(value)
        return text if NUMERAL.match(text) else f"\0{text}"
    return None


def filled(value: Any) -> bool:
    """Neither missing nor null, "" or empty."""
    return value is not MISSING and value is not None and value != "" and value != [] and value != {}


def number(value: Any) -> float | int | None:
    """A number, or a string that is one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    return float(value) if isinstance(value, str) and _NUMBER.match(value) else None


def size(value: Any) -> int | None:
    return len(value) if isinstance(value, (list, dict)) else None


def elements(value: Any) -> Sequence[Any]:
    """The blocks at a value: a list's members, or the one object."""
    if isinstance(value, list):
        return value
    return (value,) if isinstance(value, Mapping) else ()


def parse_json(text: Any) -> Any:
    """The value of a JSON text; MISSING when it is none."""
    if not isinstance(text, str):
        return MISSING
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return MISSING


def _refuse(_: str) -> Any:
    raise ValueError


def _many(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else () if value is None or isinstance(value, dict) else (value,)


def parse_statements(document: Any) -> Iterator[dict[str, Any]]:
    """The statements of a policy document, in one form: of IAM's JSON (``Statement``) or of the arguments of
    data.aws_iam_policy_document (``statement``). Keys: effect, actions, resources, principals (of pairs), conditions
    (of triples)."""
    if not isinstance(document, Mapping):
        return
    for s in elements(document.get("Statement")):
        if isinstance(s, Mapping):
            yield {
                "effect": s.get("Effect", ""),
                "actions": _many(s.get("Action")),
                "resources": _many(s.get("Resource")),
                "principals": _json_principals(s.get("Principal")),
                "conditions": _json_conditions(s.get("Condition")),
            }
    for s in elements(document.get("statement")):
        if isinstance(s, Mapping):
            effect = s.get("effect")
            yield {
                "effect": "Allow" if effect is None else effect,
                "actions": _many(s.get("actions")),
                "resources": _many(s.get("resources")),
                "principals": [
                    (p.get("type"), i)
                    for p in elements(s.get("principals"))
                    if isinstance(p, Mapping)
                    for i in _many(p.get("identifiers"))
                ],
                "conditions": [
                    (c.get("test"), c.get("variable"), v)
                    for c in elements(s.get("condition"))
                    if isinstance(c, Mapping)
                    for v in _many(c.get("values"))
                ],
            }


def _json_principals(value: Any) -> list[tuple[Any, Any]]:
    if value == "*":
        return [("*", "*")]
    if not isinstance(value, dict):
        return []
    return [(kind, i) for kind, several in value.items() for i in _many(several)]


def _json_conditions(value: Any) -> list[tuple[Any, Any, Any]]:
    if not isinstance(value, dict):
        return []
    return [
        (test, variable, v)
        for test, pairs in value.items()
        if isinstance(pairs, dict)
        for variable, several in pairs.items()
        for v in _many(several)
    ]
