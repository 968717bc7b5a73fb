"""The words of all blueprints, gathered for use on configurations that no blueprint made.

Every blueprint is built a few times; what it says of a type's settings, references and satellites goes into one book.
A phrase with the value in it (``<v>``) fits every value. A phrase without one ("versioning enabled") fits just the
value it was said of, and only where no number or quoted text in it belongs to something else. Phrases with a demand of
their own stay where they are.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from terraformer.data.reverse.words import NOUNS
from terraformer.data.synthesis.expressions import Expression, Ref
from terraformer.data.synthesis.registry import all_blueprints, scenario_of
from terraformer.data.synthesis.scenario import Node, Say, Setting

__all__ = ["Feature", "Phrasebook", "phrasebook"]

_BUILDS: Final = 6
_TELLING: Final = frozenset(
    [
        "public",
        "private",
        "first",
        "second",
        "third",
        "primary",
        "secondary",
        "main",
        "replica",
        "app",
        "bastion",
        "dead",
        "letter",
        "dead-letter",
        "alb",
        "nlb",
        "ecs",
        "mysql",
        "postgres",
        "postgresql",
        "mariadb",
        "oracle",
        "redis",
        "memcached",
        "valkey",
        "http",
        "https",
        "tcp",
        "udp",
        "fifo",
        "network",
        "application",
        "gateway",
        "interface",
        "cname",
        "alias",
        "a",
        "aaaa",
        "mx",
        "txt",
        "spot",
        "serverless",
        "fargate",
        "termination",
        "internal",
        "external",
        "web",
        "default",
        "custom",
        "encrypted",
        "managed",
        "scheduled",
        "nightly",
        "daily",
        "central",
        "shared",
        "source",
        "target",
        "log",
        "logs",
        "audit",
        "backup",
        "archive",
        "image",
        "images",
        "inbound",
        "outbound",
        "its",
        "own",
        "new",
        "additional",
        "client",
        "old",
        "isolated",
        "database",
        "read",
        "write",
        "writer",
        "reader",
        "worker",
        "master",
        "primary-region",
        "secure",
        "small",
        "large",
        "standard",
        "express",
        "provisioned",
        "on-demand",
        "windows",
        "linux",
        "arm",
        "gpu",
        "cluster-wide",
        "global",
        "regional",
        "local",
    ]
)
"""Words in nouns that say more than what type it is."""


@dataclass(frozen=True)
class Feature:
    """What a satellite is called as a property of ``owner``, where its settings ``implied`` have these values."""

    owner: str
    say: Say
    implied: tuple[tuple[tuple[str, ...], Any], ...]


@dataclass
class Phrasebook:
    nouns: dict[str, str] = field(default_factory=dict)
    general: dict[tuple[str, tuple[str, ...]], list[Say]] = field(default_factory=dict)
    special: dict[tuple[str, tuple[str, ...], Any], list[Say]] = field(default_factory=dict)
    links: dict[tuple[str, tuple[str, ...], str], list[Say]] = field(default_factory=dict)
    features: dict[str, list[Feature]] = field(default_factory=dict)

    def noun(self, type: str) -> str:
        return NOUNS.get(type) or self.nouns.get(type, "")

    def says(self, type: str, path: tuple[str, ...], value: Any) -> list[Say]:
        """Phrases for a setting, those made for the value first."""
        key = _key(value)
        own = self.special.get((type, path, key), []) if key is not None else []
        return own or self.general.get((type, path), [])

    def feature(self, type: str, owner: str, values: Mapping[tuple[str, ...], Any]) -> list[Feature]:
        """What may be said of a satellite whose known settings are ``values``."""
        return [
            f
            for f in self.features.get(type, [])
            if f.owner == owner and all(p in values and _same(values[p], v) for p, v in f.implied)
        ]


@lru_cache(maxsize=1)
def phrasebook() -> Phrasebook:
    """The book; built on first use (about a second)."""
    book = Phrasebook()
    nouns: dict[str, Counter[str]] = defaultdict(Counter)
    for chosen in all_blueprints().values():
        for seed in range(_BUILDS):
            for node in scenario_of(chosen, seed).nodes:
                if node.mode == "resource":
                    _read(book, node, nouns)
    for type_, counted in nouns.items():
        most = max(counted.values())
        best = [n for n, count in sorted(counted.items(), key=lambda c: (-c[1], c[0]))[:3] if 2 * count >= most]
        book.nouns[type_] = "{" + "|".join(best) + "}" if len(best) > 1 else best[0]
    return book


def _read(book: Phrasebook, node: Node, nouns: dict[str, Counter[str]]) -> None:
    for noun in _flat(node.noun):
        words = noun.lower().split()
        if (
            noun
            and len(words) <= 5
            and not _TELLING.intersection(words)
            and not re.search(r"['\"\d<>]| for | in | on ", noun)
        ):
            nouns[node.type][noun] += 1
    implied: list[tuple[tuple[str, ...], Any]] = []
    plain = True
    for setting in node.settings():
        say = setting.say
        if say is None:
            continue
        if say.implied:
            if say.demand is not None:
                plain = False
            elif not (isinstance(setting.value, Expression) or _refers(setting.value)):
                implied.append((setting.path, setting.value))
            continue
        _read_setting(book, node, setting, say)
    owner = node.feature_of
    if any(isinstance(n, Node) and n is not owner for s in node.settings() for n in _nodes(s.value)):
        return  # its words may be about something third
    say = node.say
    if owner is None or say is None or not plain or say.implied or say.demand is not None:
        return
    if implied and _clean(say, [v for _, v in implied]):
        known = book.features.setdefault(node.type, [])
        one = Feature(owner.type, say, tuple(implied))
        if one not in known:
            known.append(one)


def _read_setting(book: Phrasebook, node: Node, setting: Setting, say: Say) -> None:
    if say.demand is not None or not setting.path[-1] or node.name is setting:
        return
    value = setting.value
    if isinstance(value, list) and len(value) == 1:
        value = value[0] if isinstance(value[0], Ref) else value
    forms = [f for f in (say.np, say.do, say.that, say.post) if f]
    if isinstance(value, Ref):
        target: Node = value.node
        if target.mode == "resource" and all("<it>" in f and not re.search(r"[\d'\"]", f) for f in forms):
            _add(book.links, (node.type, setting.path, target.type), say)
        return
    if isinstance(value, Expression) or any("<it>" in f for f in forms):
        return
    if not say.value and all("<v>" in f for f in forms):
        if not any(re.search(r"\d|['\"]", f) for f in forms):
            _add(book.general, (node.type, setting.path), say)
    elif (key := _key(setting.value)) is not None and _clean(say, [setting.value]):
        _add(book.special, (node.type, setting.path, key), say)


def _add(table: dict[Any, list[Say]], key: Any, say: Say) -> None:
    known = table.setdefault(key, [])
    if say not in known and len(known) < 6:
        known.append(say)


def _clean(say: Say, values: list[Any]) -> bool:
    """Whether all numbers and quoted texts in the words are those of the values."""
    own = sorted({str(w) for v in values for w in (v if isinstance(v, list) else [v])}, key=len, reverse=True)
    for form in (say.np, say.do, say.that, say.post, say.value):
        text = form
        for one in own:
            if len(one) > 1 or one.isdigit():
                text = text.replace(one, " ")
        if re.search(
            r"\d|[\"“]|<it>|\b(each|both|all) of\b",
            re.sub(r"\b(S3|EC2|Route ?53|SHA-?256|AES-?256|IPv[46]|v2|X-Ray)\b", "", text),
        ):
            return False
    return True


def _flat(text: str) -> list[str]:
    """Every reading of a text with alternatives (at most 40)."""
    pending: list[str] = [text]
    found: list[str] = []
    while pending and len(found) < 40:
        one = pending.pop(0)
        match = re.search(r"\{([^{}]*)\}", one)
        if match is None:
            found.append(" ".join(one.split()))
        else:
            pending.extend(one[: match.start()] + a + one[match.end() :] for a in match[1].split("|"))
    return found


def _nodes(value: Any) -> list[Any]:
    """The nodes that a value refers to directly."""
    items = value if isinstance(value, list) else [value]
    return [v.node for v in items if isinstance(v, Ref)]


def _refers(value: Any) -> bool:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(v, Expression) or _refers(v) for v in items)


def _key(value: Any) -> Any:
    """A value as a key; None for what is no scalar or list of scalars."""
    if isinstance(value, (list, tuple)):
        parts = [_key(v) for v in value]
        return None if None in parts else ("list", *sorted(map(repr, parts)))
    if isinstance(value, (bool, int, float, str)):
        return str(value).lower() if isinstance(value, (bool, int, float)) else value
    return None


def _same(a: Any, b: Any) -> bool:
    return _key(a) is not None and _key(a) == _key(b)
