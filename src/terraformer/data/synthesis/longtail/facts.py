"""What is known of an argument beyond its schema: the provider's checks, enumerations and the documentation's lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from terraformer.generate.grammar.constraints import Constraints
from terraformer.provider import bundle
from terraformer.provider.schema import Attribute, Block

__all__ = ["bounds_of", "checks_of", "choices_of", "doc_of", "has_type", "required_names", "schema_of"]

_EMPTY: Final[Mapping[str, Any]] = {}
_ODD: Final = re.compile(r"(?i)unknown|deprecat|deleted|deleting|legacy|invalid|undefined|^$|\s{2}|null")


@lru_cache(maxsize=512)
def checks_of(source: str, type: str) -> Constraints:
    return Constraints(source, "resource", type)


def schema_of(source: str, type: str) -> Block:
    """Raises KeyError when the provider has no such type."""
    return bundle.load(source).resource(type).block


@lru_cache(maxsize=8)
def _types(source: str) -> frozenset[str]:
    return frozenset(bundle.load(source).resource_types)


def has_type(source: str, type: str) -> bool:
    return type in _types(source)


@lru_cache(maxsize=512)
def _docs(source: str, type: str) -> Mapping[str, str]:
    try:
        return bundle.load(source).docs("resource", type)
    except KeyError:
        return _EMPTY


def doc_of(source: str, type: str, path: str) -> str:
    """What the provider's documentation says of an argument, "" when nothing."""
    return _docs(source, type).get(path, "")


@lru_cache(maxsize=512)
def _hints(source: str, type: str) -> Mapping[str, Any]:
    return bundle.load(source).hints(type)


def _hinted(source: str, type: str, path: str, name: str) -> list[Any] | None:
    for check in _hints(source, type).get(path, _EMPTY).get("checks", ()):
        if check and check[0] == name:
            return list(check[1:])
    return None


def choices_of(source: str, type: str, path: str, attribute: Attribute, *, element: bool = False) -> list[Any]:
    """The values that an argument (or each of its elements) can have; [] where they are not listed anywhere."""
    known = checks_of(source, type).allowed(path, element=element) or list(attribute.enum)
    if not known and (hinted := _hinted(source, type, path, "Enum")):
        known = list(hinted[0])
    if not known:
        own = {p.rpartition(".")[2] for p in _docs(source, type)}
        known = [v for v in _listed(doc_of(source, type, path)) if v not in own]
    usable = [v for v in known if not (isinstance(v, str) and _ODD.search(v))]
    return usable or [v for v in known if v != ""]


def _listed(doc: str) -> list[str]:
    """Values in backticks after words that announce a list of them."""
    found = re.search(
        r"(?i)(?:valid|possible|allowed|supported|accepted|available) (?:\w+ )?(?:values?|options?|types?)"
        r"(?: \w+){0,4}?:? |(?:must|can|should) be (?:one of|either|set to one of):? |\b(?:one of|either):? ",
        doc,
    )
    if found is None:
        return []
    rest = re.split(r"\.(?:\s|$)|Default", doc[found.end() :])[0]
    values = re.findall(r"`([^`\s]{1,60})`", rest)
    if len(values) < 2 or any(re.search(r"^(null|\d+d?)$|[{}<>]|^aws_|\.\.\.|://|[/.]$", v) for v in values):
        return []
    return [v.strip('"') for v in values]


def bounds_of(source: str, type: str, path: str) -> tuple[float | None, float | None]:
    """The smallest and the largest number allowed, as far as that is known."""
    low, high = checks_of(source, type).bounds(path)
    if low is None and high is None:
        if (both := _hinted(source, type, path, "IntBetween")) and len(both) == 2:
            return both[0], both[1]
        if least := _hinted(source, type, path, "IntAtLeast"):
            low = least[0]
        if most := _hinted(source, type, path, "IntAtMost"):
            high = most[0]
    return low, high


def required_names(source: str, type: str, block: Block, prefix: str) -> list[str]:
    """Arguments and blocks at this level that must be given, in the order of the schema. One of each group of which one
    must be given is left to the caller (``Constraints.groups``)."""
    checks = checks_of(source, type)
    names = [n for n, a in block.attributes.items() if a.required or checks.required(prefix + n)]
    return names + [n for n, b in block.blocks.items() if b.min_items > 0 or checks.required(prefix + n)]
