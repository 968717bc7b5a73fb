"""Text formats as Go's standard library and the AWS provider read them. Every function returns "" or what is wrong.

Sources: Go's net.ParseCIDR, net.ParseIP, time.Parse(RFC3339), time.ParseDuration, encoding/json, encoding/base64,
net/url; aws-sdk-go-v2/aws/arn; terraform-provider-aws internal/verify and internal/types.
NOT covered: byte offsets in messages (Go's differ from ours), and Go's exact wording of parse errors.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from datetime import datetime
from functools import lru_cache
from typing import Any

__all__ = [
    "go_regex",
    "json_problem",
    "parse_arn",
    "parse_cidr",
    "parse_ip",
]

ACCOUNT = re.compile(r"(?:aws|aws-managed|third-party|aws-marketplace|partner-managed|\d{12}|cw.{10})", re.ASCII)
PARTITION = re.compile(r"aws(?:-[a-z]+)*")
REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}", re.ASCII)
_MAX_JSON = 4 * 1024 * 1024

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}


@lru_cache(maxsize=2048)
def go_regex(pattern: str) -> re.Pattern[str] | None:
    """A Go (RE2) pattern for ``search``; None where Python's engine cannot express it (\\p{..}, \\C, late flags).

    Differences minded: ``$`` matches only at the very end, ``\\z``, POSIX classes, \\d \\w \\s are ASCII.
    """
    # Repeated classes at the ends of an unanchored pattern change nothing: "[\\p{L}]*x[\\p{L}]*" finds what "x" finds.
    pattern = re.sub(r"^\[\\p[^\]]*\]\*|\[\\p[^\]]*\]\*$", "", pattern)
    out: list[str] = []
    i, in_class, multiline = 0, False, bool(re.match(r"\(\?[a-z]*m", pattern))
    while i < len(pattern):
        c = pattern[i]
        if c == "\\" and i + 1 < len(pattern):
            n = pattern[i + 1]
            if n in "pPCQEX":
                return None
            out.append(
                r"\Z"
                if n == "z"
                else r"\x07"
                if n == "a"
                else c + n
                if n != "x" or pattern[i + 2 : i + 3] != "{"
                else ""
            )
            if out[-1] == "":
                close = pattern.find("}", i)
                if close < 0:
                    return None
                out[-1] = f"\\U{int(pattern[i + 3 : close], 16):08x}"
                i = close + 1
                continue
            i += 2
            continue
        if in_class:
            if c == "[" and pattern.startswith("[:", i):
                close = pattern.find(":]", i)
                name = pattern[i + 2 : close]
                if close < 0 or name not in _POSIX:
                    return None
                out.append(_POSIX[name])
                i = close + 2
                continue
            if c == "]":
                in_class = False
            # A bare "[" or doubled operator inside a class is literal in Go; Python warns or errs.
            out.append("\\" + c if c in "[&~|" else c)
        elif c == "[":
            in_class = True
            out.append(c)
            if pattern[i + 1 : i + 2] == "^":
                out.append("^")
                i += 1
            if pattern[i + 1 : i + 2] == "]":
                out.append(r"\]")
                i += 1
        elif c == "$" and not multiline:
            out.append(r"\Z")
        else:
            out.append(c)
        i += 1
    try:
        return re.compile("".join(out), re.ASCII)
    except (re.error, OverflowError, RecursionError):
        return None


def _constant(name: str) -> Any:
    raise ValueError(f"invalid literal {name}")


def json_problem(text: str, *, duplicates: bool = False) -> str:
    """What encoding/json.Unmarshal says of a text ("" is the callers' business). ``duplicates``: repeated keys too."""
    if len(text) > _MAX_JSON:
        return ""
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            repeated.append(next(k for i, (k, _) in enumerate(items) if any(k == o for o, _ in items[:i])))
        return found

    try:
        json.loads(text, parse_constant=_constant, object_pairs_hook=pairs if duplicates else None, parse_int=str)
    except RecursionError:
        return ""
    except ValueError as error:
        return _go_json_error(text, error)
    if repeated:
        return f"duplicate key {json.dumps(repeated[0])}"
    return ""


def _go_json_error(text: str, error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        if error.pos >= len(text.rstrip()):
            return "unexpected end of JSON input"
        return f"invalid character {text[error.pos]!r} at line {error.lineno}, column {error.colno}: {error.msg}"
    return str(error)


def parse_ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """net.ParseIP: no zone, no leading zeros in IPv4 parts."""
    if "%" in text:
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def parse_cidr(text: str) -> tuple[ipaddress.IPv4Interface | ipaddress.IPv6Interface, str] | None:
    """net.ParseCIDR: the interface and the canonical text of its network; None when it is no CIDR block."""
    address, slash, bits = text.partition("/")
    if not slash or not re.fullmatch(r"[0-9]{1,3}", bits) or (len(bits) > 1 and bits[0] == "0") or "%" in address:
        return None
    try:
        interface = ipaddress.ip_interface(text)
    except ValueError:
        return None
    return interface, str(interface.network)


def same_cidr(text: str, network: str) -> bool:
    """types.CIDRBlocksEqual: equal address and equal network, whatever the spelling."""
    parsed = parse_cidr(text)
    return parsed is not None and parsed[1] == network and str(parsed[0].ip) == network.partition("/")[0]


def cidr_problem(text: str, version: int = 0) -> str:
    """types.ValidateCIDRBlock and its IPv4 / IPv6 kin."""
    parsed = parse_cidr(text)
    if parsed is None:
        return f'"{text}" is not a valid CIDR block: invalid CIDR address: {text}'
    interface, network = parsed
    # An IPv4-mapped IPv6 address counts as IPv4 in Go.
    mapped = interface.version == 6 and getattr(interface.ip, "ipv4_mapped", None) is not None
    actual = 4 if mapped else interface.version
    if version and actual != version:
        return f'"{text}" is not a valid IPv{version} CIDR block'
    if mapped:
        return ""
    if not same_cidr(text, network):
        kind = f"IPv{version} " if version else ""
        return f'"{text}" is not a valid {kind}CIDR block; did you mean "{network}"?'
    return ""


_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[+-](\d\d):(\d\d))", re.ASCII)


def rfc3339(text: str) -> bool:
    """time.Parse(time.RFC3339, text) succeeds."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(g) for g in match.groups()[:6])
    if match[7] is not None and (int(match[7]) > 24 or int(match[8]) > 60):
        return False
    try:
        # Year 0 is a year to Go; only the day of February 29 could tell the difference.
        datetime(year or 4, month, day, hour, minute, second)
    except ValueError:
        return False
    return True


_DURATION = re.compile(r"[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)", re.ASCII)


def go_duration(text: str) -> bool:
    """time.ParseDuration(text) succeeds (overflow aside)."""
    return _DURATION.fullmatch(text) is not None


def base64_ok(text: str) -> bool:
    """base64.StdEncoding.DecodeString(text) succeeds: newlines are skipped, padding is required."""
    compact = text.replace("\n", "").replace("\r", "")
    if not compact.isascii():
        return False
    try:
        base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(compact) % 4 == 0


def parse_arn(text: str) -> tuple[str, str, str, str, str] | None:
    """arn.Parse: (partition, service, region, account, resource), or None."""
    parts = text.split(":", 5)
    return (parts[1], parts[2], parts[3], parts[4], parts[5]) if len(parts) == 6 and parts[0] == "arn" else None


def arn_problem(text: str) -> str:
    """verify.ValidARNCheck without further checks: "" is accepted."""
    if not text:
        return ""
    parsed = parse_arn(text)
    if parsed is None:
        why = "invalid prefix" if not text.startswith("arn:") else "not enough sections"
        return f"is an invalid ARN: arn: {why}"
    partition, _, region, account, resource = parsed
    if not partition:
        return "is an invalid ARN: missing partition value"
    if not PARTITION.fullmatch(partition):
        return "is an invalid ARN: invalid partition value (expecting to match regular expression: ^aws(-[a-z]+)*$)"
    if region and not REGION.fullmatch(region):
        return "is an invalid ARN: invalid region value"
    if account and not ACCOUNT.fullmatch(account):
        return "is an invalid ARN: invalid account ID value"
    if not resource:
        return "is an invalid ARN: missing resource value"
    return ""


def url_problem(text: str, schemes: list[str]) -> str:
    """validation.IsURLWithScheme."""
    if not text:
        return "url to not be empty"
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in text):
        return "to be a valid url"
    match = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", text)
    rest = text[match.end() :] if match else text
    host = re.match(r"//([^/?#]*)", rest)
    if host is None or not host[1].rpartition("@")[2]:
        return "to have a host"
    if match is None or match[1].lower() not in schemes:
        return f'to have a url with schema of: "{",".join(schemes)}"'
    return ""
