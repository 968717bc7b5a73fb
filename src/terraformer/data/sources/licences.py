"""Licences: which one a text is, and which ones allow that a configuration becomes part of a dataset.

A licence text is told by sentences that only that licence has (as its authors published it; SPDX License List 3.x gives
the identifiers). Anything else is "": not recognised, and so not allowed. SPDX expressions are understood as far as
people write them: ``OR``, ``AND``, ``WITH`` and parentheses.
NOT covered: licences named only in a README, REUSE's ``.reuse/dep5``, and terms added in the middle of a known text
(apart from the Commons Clause).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

__all__ = ["PERMISSIVE", "allowed", "detect", "is_licence_file", "licence_of_files", "normalise", "spdx_headers"]

PERMISSIVE: Final = frozenset(
    [
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "PostgreSQL",
        "Unlicense",
        "Zlib",
    ]
)
"""What a dataset may hold by default: use, change and redistribution with notice at most."""

_TEXTS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("LicenseRef-Commons-Clause", ("commons clause",)),
    ("AGPL-3.0-only", ("gnu affero general public license version 3",)),
    ("LGPL-3.0-only", ("gnu lesser general public license version 3",)),
    ("LGPL-2.1-only", ("gnu lesser general public license version 2.1",)),
    ("GPL-3.0-only", ("gnu general public license version 3",)),
    ("GPL-2.0-only", ("gnu general public license version 2",)),
    ("BUSL-1.1", ("business source license 1.1",)),
    ("SSPL-1.0", ("server side public license version 1",)),
    ("Elastic-2.0", ("elastic license 2.0",)),
    ("EPL-2.0", ("eclipse public license - v 2.0",)),
    ("EUPL-1.2", ("european union public licence v. 1.2",)),
    ("MPL-2.0", ("mozilla public license version 2.0",)),
    ("MPL-2.0", ("mozilla public license, version 2.0",)),
    ("CC-BY-NC-SA-4.0", ("attribution-noncommercial-sharealike 4.0",)),
    ("CC-BY-NC-4.0", ("attribution-noncommercial 4.0",)),
    ("CC-BY-SA-4.0", ("attribution-sharealike 4.0",)),
    ("CC-BY-4.0", ("attribution 4.0 international",)),
    ("CC0-1.0", ("cc0 1.0 universal",)),
    ("Apache-2.0", ("apache license version 2.0", "reproduction, and distribution")),
    ("Apache-2.0", ("licensed under the apache license, version 2.0",)),
    ("Unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("BSL-1.0", ("boost software license - version 1.0",)),
    ("BSD-4-Clause", ("redistribution and use in source and binary forms", "all advertising materials")),
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "to endorse or promote products")),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms",)),
    (
        "MIT",
        (
            "permission is hereby granted, free of charge, to any person obtaining a copy",
            "this permission notice shall be included",
        ),
    ),
    (
        "MIT-0",
        (
            "permission is hereby granted, free of charge, to any person obtaining a copy",
            'the software is provided "as is"',
        ),
    ),
    (
        "ISC",
        (
            "permission to use, copy, modify, and distribute this software for any purpose",
            "provided that the above copyright notice",
        ),
    ),
    (
        "ISC",
        (
            "permission to use, copy, modify, and/or distribute this software for any purpose",
            "provided that the above copyright notice",
        ),
    ),
    ("0BSD", ("permission to use, copy, modify, and/or distribute this software for any purpose",)),
    ("PostgreSQL", ("permission to use, copy, modify, and distribute this software and its documentation",)),
    ("Zlib", ("altered source versions must be plainly marked as such",)),
)
"""Identifier and the sentences that all must be there, most telling ones first."""

_NAMES: Final = {
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "mit license": "MIT",
    "the mit license": "MIT",
    "expat": "MIT",
    "mit no attribution": "MIT-0",
    "bsd 2-clause": "BSD-2-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "the unlicense": "Unlicense",
    "isc license": "ISC",
    "cc0": "CC0-1.0",
    "gpl-2.0": "GPL-2.0-only",
    "gpl-3.0": "GPL-3.0-only",
    "agpl-3.0": "AGPL-3.0-only",
    "lgpl-3.0": "LGPL-3.0-only",
    "mozilla public license 2.0": "MPL-2.0",
}
"""What corpora and hosting services write in place of identifiers, in small letters."""

_FILE: Final = re.compile(
    r"(?i)(un)?licen[sc]e([-_.][\w.-]+)?|copying([-_.][\w.-]+)?|(mit|apache)[-_.]licen[sc]e(\.\w+)?"
)
_HEADER: Final = re.compile(rb"SPDX-License-Identifier:[ \t]*([A-Za-z0-9 ().+-]{2,120})")
_TOKEN: Final = re.compile(r"\(|\)|[A-Za-z0-9][\w.+:-]*")
_UNKNOWN: Final = frozenset(["", "other", "unknown", "none", "null", "noassertion", "no license", "n/a"])


def normalise(name: str) -> str:
    """An SPDX identifier or expression for what a corpus calls a licence; "" for none ("other", "NOASSERTION")."""
    text = " ".join(name.split())
    if text.lower() in _UNKNOWN:
        return ""
    known = {i.lower(): i for i in (*PERMISSIVE, *(i for i, _ in _TEXTS))}
    lower = text.lower()
    return known.get(lower) or _NAMES.get(lower) or text


def detect(text: str) -> str:
    """The SPDX identifier of a licence's text, "" where it is not recognised."""
    plain = " ".join(re.sub(r"[\"“”]", '"', text.lower()).replace("*", " ").replace("#", " ").split())
    return next((name for name, phrases in _TEXTS if all(p in plain for p in phrases)), "")


def is_licence_file(name: str) -> bool:
    """Whether a file of this (base) name is where a licence is put."""
    return _FILE.fullmatch(name) is not None


def licence_of_files(files: Mapping[str, bytes]) -> str:
    """The licence that some licence files (by name) state together: one identifier, or an ``AND`` of several; "" when
    there is none, or one of them is not recognised."""
    found: list[str] = []
    for name in sorted(files):
        one = detect(files[name].decode("utf-8", "replace"))
        if not one:
            return ""
        found.append(one)
    return " AND ".join(dict.fromkeys(found))


def spdx_headers(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The expressions that files state in ``SPDX-License-Identifier`` comments, each once."""
    found = (m[1].decode("ascii").strip() for content in files.values() for m in _HEADER.finditer(content))
    return tuple(dict.fromkeys(found))


def allowed(expression: str, allow: Collection[str] = PERMISSIVE) -> bool:
    """Whether an SPDX expression leaves a choice that ``allow`` holds. What cannot be read is not allowed."""
    tokens = _TOKEN.findall(expression)
    if not tokens or "".join(tokens) != re.sub(r"\s", "", expression):
        return False
    try:
        value, rest = _either(tokens, allow)
    except IndexError:
        return False
    return value and not rest


def _either(tokens: list[str], allow: Collection[str]) -> tuple[bool, list[str]]:
    value, rest = _both(tokens, allow)
    while rest and rest[0].upper() == "OR":
        other, rest = _both(rest[1:], allow)
        value = value or other
    return value, rest


def _both(tokens: list[str], allow: Collection[str]) -> tuple[bool, list[str]]:
    value, rest = _one(tokens, allow)
    while rest and rest[0].upper() == "AND":
        other, rest = _one(rest[1:], allow)
        value = value and other
    return value, rest


def _one(tokens: list[str], allow: Collection[str]) -> tuple[bool, list[str]]:
    if tokens[0] == "(":
        value, rest = _either(tokens[1:], allow)
        return value and rest[0] == ")", rest[1:]
    value = normalise(tokens[0]) in allow
    rest = tokens[1:]
    if rest and rest[0].upper() == "WITH":  # an exception only ever allows more
        rest = rest[2:]
    return value, rest
