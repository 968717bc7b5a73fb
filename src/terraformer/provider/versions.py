"""Versions and version constraints as Terraform reads them.

Source: https://developer.hashicorp.com/terraform/language/expressions/version-constraints and the hashicorp/go-version
library. Versions order by their numeric segments, a prerelease before its release, build metadata ignored. A constraint
that names no prerelease never matches one; one that does matches prereleases of the same segments only.
Not covered: more than the operators =, !=, >, >=, <, <=, ~>.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import total_ordering

__all__ = ["Constraint", "Version", "matches", "parse_constraints", "parse_version"]

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.~-]+))?(?:\+[0-9A-Za-z.~-]+)?")
_CONSTRAINT = re.compile(r"\s*(=|!=|>=|<=|~>|>|<|)\s*(\S+)\s*")


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """``segments`` are padded to three; ``written`` is how many the text had (``~>`` depends on it)."""

    segments: tuple[int, ...]
    prerelease: str = ""
    written: int = field(default=3, compare=False)

    def _key(self) -> tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]:
        parts = tuple(
            (not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in self.prerelease.split(".")
        )
        return (self.segments, not self.prerelease, parts if self.prerelease else ())

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __str__(self) -> str:
        text = ".".join(map(str, self.segments))
        return f"{text}-{self.prerelease}" if self.prerelease else text


@dataclass(frozen=True, slots=True)
class Constraint:
    operator: str
    version: Version

    def allows(self, version: Version) -> bool:
        mine = self.version
        if self.operator == "=":
            return version == mine
        if self.operator == "!=":
            return version != mine
        if version.prerelease and (not mine.prerelease or version.segments != mine.segments):
            return False
        if self.operator == ">":
            return version > mine
        if self.operator == "<":
            return version < mine
        if self.operator == ">=":
            return version >= mine
        if self.operator == "<=":
            return version <= mine
        # "~>": every written segment but the last must be equal
        fixed = max(mine.written - 1, 1)
        return version >= mine and version.segments[:fixed] == mine.segments[:fixed]


def parse_version(text: str) -> Version:
    """Raises ValueError when the text is no version."""
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a version such as 1.2.3")
    numbers = tuple(int(part) for part in match[1].split("."))
    return Version(numbers + (0,) * (3 - len(numbers)), match[2] or "", len(numbers))


def parse_constraints(text: str) -> tuple[Constraint, ...]:
    """Comma separated constraints; an empty text allows everything. Raises ValueError when one cannot be read."""
    constraints = []
    for part in text.split(","):
        if not part.strip():
            if text.strip():
                raise ValueError(f"{text!r} has an empty part between its commas")
            continue
        match = _CONSTRAINT.fullmatch(part)
        if match is None:
            raise ValueError(f"{part.strip()!r} is not a version constraint such as ~> 5.0")
        constraints.append(Constraint(match[1] or "=", parse_version(match[2])))
    return tuple(constraints)


def matches(version: str, constraints: str) -> bool:
    """Whether the version satisfies all constraints. Raises ValueError as the parsers do."""
    parsed = parse_version(version)
    wanted = parse_constraints(constraints)
    if parsed.prerelease and not wanted:
        return False
    return all(c.allows(parsed) for c in wanted)
