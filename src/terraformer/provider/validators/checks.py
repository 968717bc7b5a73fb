"""Checks of single values, by kind: what a specification such as ["len", 1, 64] means.

``run(spec, value, key)`` returns the complaints about a known, non-null value (strings, [] when it is accepted).
``key`` is the attribute's address as terraform-plugin-sdk writes it ("rule.0.name"); messages are worded like its.

Sources: terraform-plugin-sdk/v2 helper/validation (strings.go, int.go, float.go, network.go, web.go, time.go, map.go),
terraform-provider-aws internal/verify, internal/enum, internal/sdkv2/types/nullable,
terraform-plugin-framework-validators.
A value of another type than the check expects is accepted: type errors are Terraform's own business.
NOT covered: ["fn", NAME], a validator of the provider that was not understood, accepts everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from terraformer.provider.validators import custom, formats
from terraformer.provider.values import contains_unknown, is_known

__all__ = ["KINDS", "run"]

Spec = list[Any]

# Longer texts are not matched against patterns: no attribute of AWS needs it, and it bounds the time.
_MAX_MATCH = 65_536


def run(spec: Spec, value: Any, key: str) -> list[str]:
    """Complaints about ``value``; unknown kinds accept everything."""
    check = KINDS.get(spec[0])
    return check(spec, value, key) if check is not None else []


def _size(value: str) -> int:
    """len() of a Go string: bytes."""
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))


def _show(value: str) -> str:
    return value if len(value) <= 200 else value[:200] + "..."


def _quoted(values: list[Any], limit: int = 60) -> str:
    shown = " ".join(f'"{v}"' for v in values[:limit])
    return f"[{shown}{' ...' if len(values) > limit else ''}]"


def _text(problem: Callable[[Spec, str, str], str]) -> Callable[[Spec, Any, str], list[str]]:
    """A check of strings that returns one complaint or ""."""

    def check(spec: Spec, value: Any, key: str) -> list[str]:
        if not isinstance(value, str):
            return []
        found = problem(spec, value, key)
        return [found] if found else []

    return check


def _number(problem: Callable[[Spec, float, str], str]) -> Callable[[Spec, Any, str], list[str]]:
    def check(spec: Spec, value: Any, key: str) -> list[str]:
        if isinstance(value, bool):
            return []
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                return []
        if not isinstance(value, int | float):
            return []
        found = problem(spec, value, key)
        return [found] if found else []

    return check


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:f}"


def _len(spec: Spec, value: str, key: str) -> str:
    low, high = spec[1], spec[2]
    size = _size(value)
    if size < low or (high is not None and size > high):
        bounds = f"in the range ({low} - {high})" if high is not None else f"at least {low}"
        return f"expected length of {key} to be {bounds}, got {_show(value)}"
    return ""


def _runes(spec: Spec, value: str, key: str) -> str:
    if not spec[1] <= len(value) <= spec[2]:
        return f"expected length of {key} to be between {spec[1]} and {spec[2]} UTF-8 characters, got {len(value)}"
    return ""


def _enum(spec: Spec, value: str, key: str) -> str:
    return "" if value in spec[1] else f"expected {key} to be one of {_quoted(spec[1])}, got {_show(value)}"


def _ienum(spec: Spec, value: str, key: str) -> str:
    folded = value.casefold()
    if any(folded == str(v).casefold() for v in spec[1]):
        return ""
    return f"expected {key} to be one of {_quoted(spec[1])}, got {_show(value)}"


def _notin(spec: Spec, value: str, key: str) -> str:
    return f"expected {key} to not be any of {_quoted(spec[1])}, got {_show(value)}" if value in spec[1] else ""


def _num(spec: Spec, value: float, key: str) -> str:
    low, high = spec[1], spec[2]
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    if low is None:
        return f"expected {key} to be at most ({high}), got {_plain(value)}"
    if high is None:
        return f"expected {key} to be at least ({low}), got {_plain(value)}"
    return f"expected {key} to be in the range ({low} - {high}), got {_plain(value)}"


def _nums(spec: Spec, value: float, key: str) -> str:
    return "" if value in spec[1] else f"expected {key} to be one of {spec[1]}, got {_plain(value)}"


def _match(spec: Spec, value: str, key: str) -> str:
    regex = formats.go_regex(spec[1])
    if regex is None or len(value) > _MAX_MATCH or regex.search(value):
        return ""
    return f'invalid value for {key} (must match "{_show(spec[1])}"), got {_show(value)}'


def _no_match(spec: Spec, value: str, key: str) -> str:
    regex = formats.go_regex(spec[1])
    if regex is None or len(value) > _MAX_MATCH or not regex.search(value):
        return ""
    return f'invalid value for {key} (must not match "{_show(spec[1])}"), got {_show(value)}'


def _json(_: Spec, value: str, key: str) -> str:
    problem = formats.json_problem(value) if value else ""
    return f'"{key}" contains an invalid JSON: {problem}' if problem else ""


def _policy(_: Spec, value: str, key: str) -> str:
    """verify.ValidIAMPolicyJSON."""
    text = value.strip()
    if not text:
        return f'"{key}" is an empty string, which is not a valid JSON value'
    if not text.startswith("{"):
        kind = {
            '"': "contains a JSON-encoded string, not a JSON-encoded object",
            "[": "contains a JSON array, not a JSON object",
        }
        return f'"{key}" contains an invalid JSON policy: {kind.get(text[0], "not a JSON object")}'
    problem = formats.json_problem(value)
    if problem:
        return f'"{key}" contains an invalid JSON policy: {problem}'
    problem = formats.json_problem(text, duplicates=True)
    return f'"{key}" contains duplicate JSON keys: {problem}' if problem else ""


def _arn(_: Spec, value: str, key: str) -> str:
    problem = formats.arn_problem(value)
    return f'"{key}" ({_show(value)}) {problem}' if problem else ""


def _fwarn(_: Spec, value: str, key: str) -> str:
    """Framework ARN types: arn.IsARN, the prefix and five colons."""
    if value.startswith("arn:") and value.count(":") >= 5:
        return ""
    return f"The provided value cannot be parsed as an ARN: {key} = {_show(value)}"


def _pattern(regex: str, message: str, *, lower: bool = False) -> Callable[[Spec, str, str], str]:
    compiled = re.compile(regex, re.ASCII)

    def problem(_: Spec, value: str, key: str) -> str:
        text = value.lower() if lower else value
        return "" if compiled.fullmatch(text) else message.format(key=key, value=_show(value))

    return problem


_DAY = r"(?:[0-1][0-9]|2[0-3]):[0-5][0-9]"
_WEEK = rf"(?:sun|mon|tue|wed|thu|fri|sat):{_DAY}"


def _cidr_kind(version: int) -> Callable[[Spec, str, str], str]:
    def problem(_: Spec, value: str, _key: str) -> str:
        return formats.cidr_problem(value, version)

    return problem


def _cidr(_: Spec, value: str, key: str) -> str:
    """validation.IsCIDR: host bits may be set."""
    return (
        ""
        if formats.parse_cidr(value)
        else f'expected "{key}" to be a valid IPv4 Value, got {_show(value)}: invalid CIDR address: {_show(value)}'
    )


def _cidr_network(spec: Spec, value: str, key: str) -> str:
    """validation.IsCIDRNetwork(min, max)."""
    parsed = formats.parse_cidr(value)
    if parsed is None:
        return f"expected {key} to contain a valid Value, got: {_show(value)} (invalid CIDR address)"
    interface, network = parsed
    if interface.version == 4 and value != network:
        return f"expected {key} to contain a valid network Value, expected {network}, got {_show(value)}"
    if interface.version == 6 and not formats.same_cidr(value, network):
        return f"expected {key} to contain a valid network Value, expected {network}, got {_show(value)}"
    bits = interface.network.prefixlen
    if not spec[1] <= bits <= spec[2]:
        bounds = f"{spec[1]} and {spec[2]}"
        return f'expected "{key}" to contain a network Value with between {bounds} significant bits, got: {bits}'
    return ""


def _ip(version: int) -> Callable[[Spec, str, str], str]:
    def problem(_: Spec, value: str, key: str) -> str:
        address = formats.parse_ip(value)
        mapped = address is not None and address.version == 6 and getattr(address, "ipv4_mapped", None) is not None
        if address is None or (version and not mapped and address.version != version) or (version == 6 and mapped):
            return (
                f"expected {key} to contain a valid IP{f'v{version}' if version else ''} address, got: {_show(value)}"
            )
        return ""

    return problem


def _multicast(_: Spec, value: str, _key: str) -> str:
    address = formats.parse_ip(value)
    return "" if address is not None and address.is_multicast else f'"{_show(value)}" is not a valid multicast address'


def _rfc3339(_: Spec, value: str, key: str) -> str:
    return "" if formats.rfc3339(value) else f'expected "{key}" to be a valid RFC3339 date, got "{_show(value)}"'


def _url(spec: Spec, value: str, key: str) -> str:
    schemes = {"https": ["https"], "http": ["http", "https"]}.get(spec[0]) or spec[1]
    problem = formats.url_problem(value, schemes)
    return f'expected "{key}" {problem}, got {_show(value)}' if problem else ""


def _base64(_: Spec, value: str, key: str) -> str:
    return "" if formats.base64_ok(value) else f'"{key}" ({_show(value)}) must be base64-encoded'


def _duration(_: Spec, value: str, key: str) -> str:
    if not formats.go_duration(value):
        return f'"{key}" cannot be parsed as a duration: time: invalid duration "{_show(value)}"'
    return ""


def _integer(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[+-]?[0-9]{1,18}", value) else None


def _asn(_: Spec, value: str, key: str) -> str:
    asn = _integer(value)
    if asn is None:
        return f'"{key}" ("{_show(value)}") must be a 64-bit integer'
    if asn in (7224, 9059, 10124, 17493) or 64512 <= asn <= 65534 or 4200000000 <= asn <= 4294967294:
        return ""
    ranges = "64512 to 65534 or 4200000000 to 4294967294"
    return f'"{key}" ("{value}") must be 7224, 9059, 10124 or 17493 or in the range {ranges}'


def _asn4(_: Spec, value: str, key: str) -> str:
    asn = _integer(value)
    if asn is None:
        return f'"{key}" ("{_show(value)}") must be a 64-bit integer'
    return "" if 0 <= asn <= 4294967295 else f'"{key}" ("{value}") must be in the range 0 to 4294967295'


def _template_name(_: Spec, value: str, key: str) -> str:
    limit = 99 if key.endswith("prefix") else 125
    if not 3 <= _size(value) <= limit:
        return f'"{key}" must be between 3 and {limit} characters long, got {_show(value)}'
    return (
        ""
        if re.fullmatch(r"[0-9A-Za-z()./_\-]+", value)
        else f'"{key}" may only hold alphanumeric characters and ()./_- symbols'
    )


def _nullable(kind: str) -> Callable[[Spec, str, str], str]:
    """internal/sdkv2/types/nullable: a string that is empty or holds a value of the type."""

    def problem(spec: Spec, value: str, key: str) -> str:
        if value == "":
            return ""
        if kind == "bool":
            return (
                ""
                if value in ("true", "false")
                else f"expected {key} to be one of '', 'true', or 'false', got '{_show(value)}'"
            )
        if kind == "float":
            try:
                float(value.replace("_", "x"))
            except ValueError:
                return f"expected {key} to be a number or empty, got {_show(value)}"
            return ""
        number = _integer(value)
        if number is None:
            return (
                f"expected {key} to be an integer or empty, got {_show(value)}"
                if not re.fullmatch(r"[+-]?[0-9]+", value)
                else ""
            )
        low, high = (spec[1] if len(spec) > 1 else None), (spec[2] if len(spec) > 2 else None)
        return _num(["num", low, high], number, key)

    return problem


def _reject(spec: Spec, value: Any, key: str) -> list[str]:
    """A translated validator of the provider: ["reject", STEP...] (see mining.conditions)."""
    found: list[str] = []
    for step in spec[1:]:
        holds = _condition(step[1], value)
        if holds is None:
            return found
        if not holds:
            continue
        if step[0] == "unless":
            return found
        found.append(f'invalid value for "{key}" ({_explain(step[1])}), got {_show(str(value))}')
        if step[0] == "stop":
            return found
    return found


_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _condition(node: Spec, value: Any) -> bool | None:
    """Whether a condition holds; None when that cannot be told."""
    kind = node[0]
    if kind in ("and", "or"):
        left, right = _condition(node[1], value), _condition(node[2], value)
        if left is None or right is None:
            return None
        return (left and right) if kind == "and" else (left or right)
    if kind == "not":
        inner = _condition(node[1], value)
        return None if inner is None else not inner
    if kind == "num":
        return _COMPARE[node[1]](value, node[2]) if isinstance(value, int | float) else None
    if not isinstance(value, str):
        return None
    if kind == "match":
        regex = formats.go_regex(node[1])
        return None if regex is None or len(value) > _MAX_MATCH else regex.search(value) is not None
    if kind == "len":
        return _COMPARE[node[1]](_size(value), node[2])
    if kind == "runes":
        return _COMPARE[node[1]](len(value), node[2])
    if kind == "eq":
        return bool(value == node[1])
    if kind == "prefix":
        return value.startswith(node[1])
    if kind == "suffix":
        return value.endswith(node[1])
    if kind == "contains":
        return node[1] in value
    return None


_NEGATED = {"<": "at least", ">": "at most", "<=": "more than", ">=": "less than", "==": "not", "!=": ""}


def _explain(node: Spec) -> str:
    """What a rejecting condition demands, in words."""
    kind = node[0]
    if kind == "not":
        inner = node[1]
        words = {
            "match": "must match",
            "prefix": "must begin with",
            "suffix": "must end with",
            "contains": "must contain",
            "eq": "must be",
        }
        if inner[0] in words:
            return f'{words[inner[0]]} "{_show(inner[1])}"'
        return f"must hold: {_explain(inner)}"
    if kind == "match":
        return f'must not match "{_show(node[1])}"'
    if kind in ("len", "runes"):
        return f"must be {_NEGATED[node[1]]} {node[2]} characters long"
    if kind == "num":
        return f"must be {_NEGATED[node[1]]} {node[2]}"
    if kind in ("prefix", "suffix", "contains", "eq"):
        words = {
            "prefix": "must not begin with",
            "suffix": "must not end with",
            "contains": "must not contain",
            "eq": "must not be",
        }
        return f'{words[kind]} "{node[1]}"'
    return f"{_explain(node[1])}; {_explain(node[2])}"


def _all(spec: Spec, value: Any, key: str) -> list[str]:
    return [m for inner in spec[1:] for m in run(inner, value, key)]


def _any(spec: Spec, value: Any, key: str) -> list[str]:
    found: list[str] = []
    for inner in spec[1:]:
        messages = run(inner, value, key)
        if not messages:
            return []
        found += messages
    return found


def _elements(value: Any) -> list[Any]:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [v for v in items if v is not None and is_known(v)]


def _values(spec: Spec, value: Any, key: str) -> list[str]:
    return [m for v in _elements(value) for m in run(spec[1], v, key)]


def _keys(spec: Spec, value: Any, key: str) -> list[str]:
    return [m for k in sorted(value) for m in run(spec[1], k, f"{key}.{k}")] if isinstance(value, dict) else []


def _items(spec: Spec, value: Any, key: str) -> list[str]:
    if not isinstance(value, list | dict):
        return []
    low, high = spec[1], spec[2]
    if (low is None or len(value) >= low) and (high is None or len(value) <= high):
        return []
    bounds = (
        f"between {low} and {high}"
        if low and high is not None
        else f"at most {high}"
        if high is not None
        else f"at least {low}"
    )
    return [f"Attribute {key} must contain {bounds} elements, got: {len(value)}"]


def _nonzero(_: Spec, value: Any, key: str) -> list[str]:
    if value in ("", 0) and not isinstance(value, bool):
        return [f"{key} must not be zero value"]
    return []


def _bool(spec: Spec, value: Any, key: str) -> list[str]:
    return (
        [f"Attribute {key} must be {str(spec[1]).lower()}"] if isinstance(value, bool) and value is not spec[1] else []
    )


def _nonulls(_: Spec, value: Any, key: str) -> list[str]:
    return (
        [f"Attribute {key} must not contain null values"]
        if isinstance(value, list) and any(v is None for v in value)
        else []
    )


def _unique(_: Spec, value: Any, key: str) -> list[str]:
    if not isinstance(value, list) or contains_unknown(value):
        return []
    seen: list[Any] = []
    for item in value:
        if item in seen:
            return [f"Attribute {key} must not contain duplicate values, got: {_show(str(item))}"]
        seen.append(item)
    return []


def _fn(spec: Spec, value: Any, key: str) -> list[str]:
    check = custom.CHECKS.get(spec[1])
    return check(value, key) if check is not None else []


def _jsonyaml(_: Spec, value: str, key: str) -> str:
    """verify.ValidStringIsJSONOrYAML; only texts that look like JSON are checked, YAML is taken as it is."""
    if not re.match(r"[\t\n\f\r ]*\{", value):
        return ""
    problem = formats.json_problem(value)
    return f'"{key}" contains an invalid JSON: {problem}' if problem else ""


def _regexp(_: Spec, value: str, key: str) -> str:
    """regexp.Compile: only what no engine accepts is reported."""
    opened = value.count("(") - value.count("\\(")
    if opened and ")" not in value:
        return f'"{key}": error parsing regexp: missing closing ): `{_show(value)}`'
    return ""


KINDS: Final[dict[str, Callable[[Spec, Any, str], list[str]]]] = {
    "len": _text(_len),
    "runes": _text(_runes),
    "enum": _text(_enum),
    "fwenum": _text(lambda s, v, k: _enum(s, v, k) if v else ""),
    "ienum": _text(_ienum),
    "notin": _text(_notin),
    "re": _text(_match),
    "nre": _text(_no_match),
    "nochars": _text(
        lambda s, v, k: f'expected value of {k} to not contain any of "{s[1]}"' if set(v) & set(s[1]) else ""
    ),
    "prefix": _text(
        lambda s, v, k: "" if v.startswith(s[1]) else f"expected {k} to have prefix {s[1]}, got {_show(v)}"
    ),
    "notempty": _text(lambda _, v, k: "" if v else f'expected "{k}" to not be an empty string'),
    "notblank": _text(lambda _, v, k: "" if v.strip() else f'expected "{k}" to not be an empty string or whitespace'),
    "empty": _text(lambda _, v, k: f'expected "{k}" to be an empty string: got {_show(v)}' if v else ""),
    "num": _number(_num),
    "nums": _number(_nums),
    "nnums": _number(lambda s, v, k: f"expected {k} to not be one of {s[1]}, got {_plain(v)}" if v in s[1] else ""),
    "floatgt": _number(lambda s, v, k: "" if v > s[1] else f"expected {k} to be greater than ({s[1]}), got {v}"),
    "divisible": _number(
        lambda s, v, k: "" if v % s[1] == 0 else f"expected {k} to be divisible by {s[1]}, got: {_plain(v)}"
    ),
    "port": _number(
        lambda _, v, k: "" if 1 <= v <= 65535 else f'expected "{k}" to be a valid port number, got: {_plain(v)}'
    ),
    "port0": _number(
        lambda _, v, k: "" if 0 <= v <= 65535 else f'expected "{k}" to be a valid port number or 0, got: {_plain(v)}'
    ),
    "nonzero": _nonzero,
    "json": _text(_json),
    "fwjson": _text(
        lambda s, v, k: _json(s, v, k) if v else f'"{k}" contains an invalid JSON: unexpected end of JSON input'
    ),
    "policy": _text(_policy),
    "jsonyaml": _text(_jsonyaml),
    "arn": _text(_arn),
    "fwarn": _text(_fwarn),
    "account": _text(_pattern(r"\d{12}", '"{key}" doesn\'t look like AWS Account ID (exactly 12 digits): "{value}"')),
    "region": _text(_pattern(formats.REGION.pattern, '"{key}" doesn\'t look like AWS Region: "{value}"')),
    "principal": _text(
        lambda _, v, k: (
            ""
            if not v or re.fullmatch(r"([0-9a-z-]+\.){1,4}(amazonaws|amazon)\.com", v)
            else f'"{k}" ({_show(v)}) is an invalid Service Principal'
        )
    ),
    "cidr": _text(_cidr),
    "cidrnet": _text(_cidr_kind(0)),
    "cidr4net": _text(_cidr_kind(4)),
    "cidr6net": _text(_cidr_kind(6)),
    "cidrnetwork": _text(_cidr_network),
    "ip": _text(_ip(0)),
    "ipv4": _text(_ip(4)),
    "ipv6": _text(_ip(6)),
    "multicast": _text(_multicast),
    "rfc3339": _text(_rfc3339),
    "utc": _text(
        lambda _, v, k: (
            ""
            if formats.rfc3339(v)
            else f'"{k}" must be in RFC3339 time format "2006-01-02T15:04:05Z07:00", got "{_show(v)}"'
        )
    ),
    "utcdate": _text(_rfc3339),
    "posint": _text(_pattern(r"\d+", "invalid value for {key} (must be a positive integer value), got {value}")),
    "weekwindow": _text(
        _pattern(rf"(?:{_WEEK}-{_WEEK})?", '({value}) must satisfy the format of "ddd:hh24:mi-ddd:hh24:mi"', lower=True)
    ),
    "daywindow": _text(_pattern(rf"(?:{_DAY}-{_DAY})?", '({value}) must satisfy the format of "hh24:mi-hh24:mi"')),
    "http": _text(_url),
    "https": _text(_url),
    "url": _text(_url),
    "uuid": _text(
        _pattern(
            r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            'expected "{key}" to be a valid UUID, got {value}',
        )
    ),
    "s3uri": _text(
        _pattern(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/.*)?", "{key} must be a valid S3 URI, got {value}")
    ),
    "base64": _text(_base64),
    "goduration": _text(_duration),
    "asn": _text(_asn),
    "asn4": _text(_asn4),
    "int32str": _text(
        lambda _, v, k: (
            ""
            if (n := _integer(v)) is not None and -(2**31) <= n < 2**31
            else f'"{k}" ("{_show(v)}") must be a 32-bit integer'
        )
    ),
    "kmskey": _text(
        lambda _, v, k: "" if 1 <= _size(v) <= 2048 else f'"{k}" must be between 1 and 2048 characters long'
    ),
    "ltname": _text(_template_name),
    "ltid": _text(
        _pattern(
            r"lt-[0-9a-z]{1,252}", "\"{key}\" must begin with 'lt-' and only contain alphanumeric characters: {value}"
        )
    ),
    "regexp": _text(_regexp),
    "nbool": _text(_nullable("bool")),
    "nint": _text(_nullable("int")),
    "nintmin": _text(_nullable("int")),
    "nintrange": _text(_nullable("int")),
    "nfloat": _text(_nullable("float")),
    "bool": _bool,
    "size": _items,
    "nonulls": _nonulls,
    "unique": _unique,
    "values": _values,
    "keys": _keys,
    "all": _all,
    "any": _any,
    "reject": _reject,
    "fn": _fn,
}
