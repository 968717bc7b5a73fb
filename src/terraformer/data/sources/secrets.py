"""Secrets in configurations: keys, tokens and passwords that were published by mistake must not be learnt from.

Formats of keys are those that their issuers document (AWS, GitHub, GitLab, Slack, Google, Stripe, SendGrid, Twilio,
npm, PyPI, HashiCorp, Azure, OpenAI). Beyond them, a literal is a password or token where its argument is named like one
and it looks made by chance: long, of several kinds of characters, with no word of placeholders in it.
``password = "changeme123"`` is an example, no secret.
A finding names kind, file and line, never the secret. NOT covered: secrets inside other encodings, keys of issuers not
listed that stand at an argument with an innocent name, and personal data (names, addresses).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["SecretFinding", "find_secrets"]


@dataclass(frozen=True, slots=True)
class SecretFinding:
    """Where something that looks like a secret stands. Never what it is."""

    kind: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.kind} at {self.file}:{self.line}"


_PATTERNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("aws-access-key-id", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
        ("private-key", r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----\s*(?:\\n|[\r\n])\s*[A-Za-z0-9+/=\\]{16}"),
        ("github-token", r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}\b"),
        ("gitlab-token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
        ("slack-token", r"\bxox[abprs]-[A-Za-z0-9-]{12,}"),
        ("slack-webhook", r"hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}"),
        ("google-api-key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
        ("stripe-key", r"\b[sr]k_live_[0-9A-Za-z]{20,}\b"),
        ("sendgrid-key", r"\bSG\.[\w-]{20,24}\.[\w-]{40,48}\b"),
        ("twilio-key", r"\bSK[0-9a-f]{32}\b"),
        ("npm-token", r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("pypi-token", r"\bpypi-AgEIcHlwaS5vcmc[\w-]{40,}"),
        ("terraform-token", r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}"),
        ("vault-token", r"\bhv[sb]\.[A-Za-z0-9_-]{24,}"),
        ("openai-key", r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}\b"),
        ("azure-storage-key", r"\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}"),
        ("json-web-token", r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}"),
    )
)
_URL: Final = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s/:@\"'${}<>]{1,64}:([^\s/@\"'${}<>]{6,})@[\w.-]+")
_NAMED: Final = re.compile(
    r"(?i)[\"']?([\w-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|account_?key|"
    r"credential|auth_?key)[\w-]*)[\"']?\s*[=:]\s*\"([^\"\n]*)\""
)
_VARIABLE: Final = re.compile(r"\bvariable\s+\"([\w-]+)\"\s*\{([^{}]*)\}")
_DEFAULT: Final = re.compile(r"\bdefault\s*=\s*\"([^\"\n]*)\"")
_SENSITIVE_NAME: Final = re.compile(
    r"(?i)passw(or)?d|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|account_?key|credential|auth_?key"
)
_INNOCENT_NAME: Final = re.compile(
    r"(?i)(_|^)(id|ids|arn|arns|name|names|url|uri|path|file|length|policy|type|enabled|version|label|key_name|ttl|"
    r"field|header|prefix|suffix|alias|manager|role|region|endpoint|expiration|validity|audience|description|format|"
    r"recipe|source|store|provider|scope|s)$"
)
_PLACEHOLDER: Final = re.compile(
    r"(?i)example|change|replace|your|dummy|sample|placeholder|secret|passw|test|fake|demo|todo|xxxx|1234|abcd|"
    r"foo|bar|insert|redact|\*\*\*|\.\.\.|<|\$\{|%\{|^arn:|^data\.|^var\.|^aws_|^/|^alias/|^projects/"
)
_WORDS: Final = re.compile(r"[A-Za-z]+(?:[-_./: ][A-Za-z]+)*\d{0,4}")
_AWS_SECRET: Final = re.compile(r"[A-Za-z0-9/+=]{40}")


def find_secrets(files: Mapping[str, bytes]) -> tuple[SecretFinding, ...]:
    """What looks like a secret in some files (by path), in the order of paths and lines."""
    found: set[tuple[str, int, str]] = set()
    for path in sorted(files):
        text = files[path].decode("utf-8", "replace")

        def note(kind: str, position: int, path: str = path, text: str = text) -> None:
            found.add((path, text.count("\n", 0, position) + 1, kind))

        for kind, pattern in _PATTERNS:
            for match in pattern.finditer(text):
                if "EXAMPLE" not in match[0]:  # the keys of AWS's documentation
                    note(kind, match.start())
        for match in _URL.finditer(text):
            if _by_chance(match[1]):
                note("password-in-url", match.start())
        for match in _NAMED.finditer(text):
            if not _INNOCENT_NAME.search(match[1]) and _by_chance(match[2]):
                note(_kind(match[1], match[2]), match.start())
        for match in _VARIABLE.finditer(text):
            default = _DEFAULT.search(match[2])
            named = _SENSITIVE_NAME.search(match[1]) and not _INNOCENT_NAME.search(match[1])
            if named and default is not None and _by_chance(default[1]):
                note(_kind(match[1], default[1]), match.start(2) + default.start())
    return tuple(SecretFinding(kind, path, line) for path, line, kind in sorted(found))


def _kind(name: str, value: str) -> str:
    if _AWS_SECRET.fullmatch(value):
        return "secret-access-key"
    return "password" if re.search(r"(?i)pass|pwd", name) else "token"


def _by_chance(value: str) -> bool:
    """Whether a literal looks drawn by chance: 10 characters and more of three kinds, or 20 of two, little repeated,
    and neither words nor a placeholder."""
    if len(value) < 10 or _PLACEHOLDER.search(value) or _WORDS.fullmatch(value) or " " in value:
        return False
    kinds = sum(bool(re.search(c, value)) for c in ("[a-z]", "[A-Z]", "[0-9]", r"[^A-Za-z0-9]"))
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return (kinds >= 3 and entropy > 3.0) or (kinds >= 2 and len(value) >= 20 and entropy > 3.5)
