"""Loose words: "a small instance", "PostgreSQL 16", "at least 20 GB". Each has a documented meaning, and where a scenario
uses it, the intent demands just that meaning.

``loosen`` changes a finished scenario: some exact values are said loosely, and some people leave settings out that a
blueprint would have said. What is loosened or left out stays in the configurations; only prompt and intent change. The
guide's table of words (docs/guide/words.md) is ``table()``; a test keeps the two the same.

Words that demand nothing ("production", "simple", "basic") are only ever background.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis.expressions import Expression, Ref
from terraformer.data.synthesis.lexicon import say_for
from terraformer.data.synthesis.scenario import Node, Say, Scenario, Setting

__all__ = ["RULES", "Rule", "loosen", "table"]

_SHARE: Final = 0.14
"""How often a value that has a loose form is said loosely."""
_BRIEF: Final = ((0.0, 0.4, 0.7, 0.95), (8, 3, 4, 5))
"""The share of a person's optional settings that is left out, and how many people there are of each kind."""


@dataclass(frozen=True)
class Rule:
    """``arguments`` whose value matches ``value`` can be said as ``say`` makes it; ``words`` and ``meaning`` document it.
    ``explicit``: also where a blueprint gave words of its own."""

    words: str
    meaning: str
    arguments: tuple[str, ...]
    value: str
    say: Callable[[str, Any], Say]
    explicit: bool = False


def _class(words: str, pattern: str, argument_words: str) -> Callable[[str, Any], Say]:
    def say(argument: str, value: Any) -> Say:  # noqa: ARG001
        noun = argument_words
        return Say(
            np=f"a {{{words}}} {noun}",
            do=f"use a {{{words}}} {noun}",
            demand=Attribute((argument,), Operator.MATCHES, pattern),
        )

    return say


def _bound(word: str, operator: Operator, what: str, unit: str) -> Callable[[str, Any], Say]:
    def say(argument: str, value: Any) -> Say:
        return Say(
            np=what.replace("<n>", f"{word} {value} {unit}"),
            demand=Attribute((argument,), operator, int(value)),
        )

    return say


def _major(argument: str, value: Any) -> Say:
    major = str(value).split(".")[0]
    return Say(
        np=f"{{version {major}|a version {major} engine|major version {major}}}",
        that=f"runs version {major}",
        demand=Attribute((argument,), Operator.MATCHES, rf"^{major}(\.|$)"),
    )


_EC2 = ("instance_type",)
_RDS = ("instance_class",)
_CACHE = ("node_type",)

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "a small, cheap or tiny instance type",
        "a burstable type (t2, t3, t3a, t4g) of size nano, micro or small",
        _EC2,
        r"^t[234]a?g?\.(nano|micro|small)$",
        _class("small|cheap|tiny|low-cost", r"^t[234][ag]?\.(nano|micro|small)$", "instance {type|}"),
    ),
    Rule(
        "a burstable instance type",
        "any type of the families t2, t3, t3a and t4g",
        _EC2,
        r"^t[234]a?g?\.\w+$",
        _class("burstable", r"^t[234][ag]?\.", "instance type"),
    ),
    Rule(
        "a general purpose instance type",
        "any type of the m families",
        _EC2,
        r"^m\d\w*\.\w+$",
        _class("general purpose|general-purpose", r"^m\d", "instance type"),
    ),
    Rule(
        "a compute optimized instance type",
        "any type of the c families",
        _EC2,
        r"^c\d\w*\.\w+$",
        _class("compute optimized|compute-optimized", r"^c\d", "instance type"),
    ),
    Rule(
        "a memory optimized instance type",
        "any type of the r and x families",
        _EC2,
        r"^[rx]\d\w*\.\w+$",
        _class("memory optimized|memory-optimized", r"^[rx]\d", "instance type"),
    ),
    Rule(
        "a small or cheap instance class (databases)",
        "db.t2, db.t3 or db.t4g of size micro or small",
        _RDS,
        r"^db\.t[234]g?\.(micro|small)$",
        _class("small|cheap|low-cost", r"^db\.t[234]g?\.(micro|small)$", "instance {class|}"),
    ),
    Rule(
        "a burstable instance class (databases)",
        "any db.t class",
        _RDS,
        r"^db\.t\d\w*\.\w+$",
        _class("burstable", r"^db\.t\d", "instance class"),
    ),
    Rule(
        "a general purpose instance class (databases)",
        "any db.m class",
        _RDS,
        r"^db\.m\d\w*\.\w+$",
        _class("general purpose|general-purpose", r"^db\.m\d", "instance class"),
    ),
    Rule(
        "a memory optimized instance class (databases)",
        "any db.r or db.x class",
        _RDS,
        r"^db\.[rx]\d\w*\.\w+$",
        _class("memory optimized|memory-optimized", r"^db\.[rx]\d", "instance class"),
    ),
    Rule(
        "a small or cheap node type (caches)",
        "cache.t2, cache.t3 or cache.t4g of size micro or small",
        _CACHE,
        r"^cache\.t[234]g?\.(micro|small)$",
        _class("small|cheap", r"^cache\.t[234]g?\.(micro|small)$", "node {type|size}"),
    ),
    Rule(
        "version 16 (databases)",
        "this major version, with any minor version or none",
        ("engine_version",),
        r"^\d+\.\d+(\.\d+)?$",
        _major,
        explicit=True,
    ),
    Rule(
        "at least 20 GB of storage",
        "this size or more",
        ("allocated_storage",),
        r"^\d+$",
        _bound("at least", Operator.AT_LEAST, "<n> of storage", "GB"),
    ),
    Rule(
        "at least 7 days of backups",
        "this retention or a longer one",
        ("backup_retention_period",),
        r"^[1-9]\d*$",
        _bound("at least", Operator.AT_LEAST, "<n> of backups", "days"),
        explicit=True,
    ),
    Rule(
        "logs kept for at least 30 days",
        "this retention or a longer one, as a number of days",
        ("retention_in_days",),
        r"^[1-9]\d*$",
        _bound("at least", Operator.AT_LEAST, "{a retention of <n>|<n> of retention}", "days"),
    ),
    Rule(
        "at least 512 MB of memory (functions)",
        "this size or more",
        ("memory_size",),
        r"^\d+$",
        _bound("at least", Operator.AT_LEAST, "<n> of memory", "MB"),
        explicit=True,
    ),
    Rule(
        "a timeout of at most 30 seconds (functions)",
        "this timeout or a shorter one",
        ("timeout",),
        r"^[1-9]\d*$",
        _bound("at most", Operator.AT_MOST, "a timeout of <n>", "seconds"),
        explicit=True,
    ),
)
"""In the order in which they are tried; a value takes one of those that fit."""

_ELSEWHERE: Final = (
    ("Multi-AZ, highly available across zones (databases)", "`multi_az = true`"),
    ("a highly available group", "`min_size` of 2 or more"),
    ("encrypted, encryption at rest", "the service's own switch is on; which key is free unless one is named"),
    ("private, no public access (databases)", "`publicly_accessible = false`"),
    (
        "private, no public access, public access blocked (buckets)",
        "all four settings of the public access block are true",
    ),
    ("internal (load balancers)", "`internal = true`"),
    (
        "the latest Amazon Linux 2023, Ubuntu 24.04, Debian 12 image",
        "the image comes from a data source, which one is free",
    ),
    ("across different availability zones", "at least two zones among the subnets"),
    ("anywhere, everyone, the internet", "`0.0.0.0/0`"),
    ("on-demand, pay per request (tables)", "`billing_mode = PAY_PER_REQUEST`"),
    ("a week, two weeks, an hour, 1 GB", "the same amount in the argument's unit, exactly"),
    ("Frankfurt, Ireland, Oregon", "the region of this name"),
    ("production, staging, simple, basic, small project", "nothing: background"),
)
"""Words that blueprints or spellings give a meaning to."""


def loosen(scenario: Scenario) -> Scenario:
    """Some exact values said loosely, some not said at all. The same scenario gives the same result; changed in place."""
    rng = random.Random(f"{scenario.blueprint}:{scenario.seed}:loose")
    share = rng.choices(*_BRIEF)[0]
    kept = _shared(scenario)
    if share:
        _shortened(scenario, share, rng, kept)
    for node in scenario.said_nodes:
        for setting in node.settings():
            if not setting.said or setting.say is None or setting.say.implied or setting is node.name:
                continue
            if share and _optional(node, setting) and setting.value not in kept and rng.random() < share:
                setting.said = False
                continue
            if rng.random() < _SHARE:
                _loosened(node, setting, rng)
    return scenario


def _shared(scenario: Scenario) -> frozenset[str]:
    """Texts that are demanded of several resources, and said of one: who leaves them out there leaves them unsaid."""
    holders: dict[str, set[Node]] = {}
    for node in scenario.said_nodes:
        for setting in node.settings():
            if setting.said and isinstance(setting.value, str):
                holders.setdefault(setting.value, set()).add(node)
    return frozenset(text for text, nodes in holders.items() if len(nodes) > 1)


def _shortened(scenario: Scenario, share: float, rng: random.Random, kept: frozenset[str]) -> None:
    """Names, blocks and features that a brief person leaves out; nothing that others refer to or build on."""
    told = scenario.said_nodes
    held: set[Node | None] = {n.feature_of for n in told}
    held |= {ref.node for n in told for s in n.settings() for ref in _refs(s.value)}
    for node in told:
        name = node.name
        if name is not None and name.said and rng.random() < share * 0.8 and not _derived(node, told):
            name.said = name.value in kept
        owner = node.feature_of
        leaf = owner is not None and node.say is not None and node not in held and not _leans(owner)
        leaf = leaf and not any(isinstance(s.value, str) and s.said and s.value in kept for s in node.settings())
        if leaf and rng.random() < share * 0.7:
            node.said = False
            for setting in node.settings():
                setting.said = False
            for block in node.blocks():
                block.said = False
            _dropped(scenario, node)
            continue
        for block in node.blocks():
            plain = all(
                not s.said
                or (s.say is not None and s.say.implied and not (isinstance(s.value, str) and s.value in kept))
                for s in block.settings()
            )
            if block.said and plain and not any(b.said for b in block.blocks()) and rng.random() < share * 0.6:
                if node.feature_of is not None or len(block.path) > 1 or _leans(node):
                    continue
                block.said = False
                for setting in block.settings():
                    setting.said = False


def _dropped(scenario: Scenario, node: Node) -> None:
    """A feature that is not asked for is not built either, unless something refers to it."""
    others = [n for n in scenario.nodes if n is not node]
    held: set[Node | None] = {ref.node for n in others for s in n.settings() for ref in _refs(s.value)}
    held |= {ref.node for o in scenario.outputs for ref in _refs(o.value)}
    held |= {n.feature_of for n in others} | {d for n in others for d in n.depends_on}
    if node not in held:
        scenario.nodes.remove(node)


def _derived(node: Node, told: list[Node]) -> bool:
    """Whether a name tells things apart: several of one type, one called so and one so."""
    return sum(n.type == node.type for n in told) > 1


def _refs(value: Any) -> list[Ref]:
    if isinstance(value, Ref):
        return [value]
    if isinstance(value, (list, tuple)):
        return [r for v in value for r in _refs(v)]
    if isinstance(value, dict):
        return [r for v in value.values() for r in _refs(v)]
    inner = getattr(value, "parts", None) or getattr(value, "refs", None) or getattr(value, "arguments", None)
    return _refs(list(inner)) if inner else []


def _optional(node: Node, setting: Setting) -> bool:
    """A setting of its own: no relation, nothing that other words lean on, and not within a feature or block."""
    say = setting.say
    return (
        say is not None
        and len(setting.path) == 1
        and setting.name != ""
        and node.feature_of is None
        and say.demand is None
        and not say.post
        and isinstance(setting.value, (bool, int, float, str))
        and (not _leans(node) or say == say_for(node.type, setting.path, setting.value))
    )


_BY_NOUN: Final = frozenset(["engine", "load_balancer_type", "protocol_type", "type"])
"""Arguments that are demanded because the noun tells them ("PostgreSQL database", "Network Load Balancer")."""


def _leans(node: Node) -> bool:
    """Whether something of the node is demanded that only the words of another part of it may tell: a comparison
    because of "fires above 80". Such parts are not left out."""
    return any(
        isinstance(i, Setting) and i.said and i.say is not None and i.say.implied and i.name not in _BY_NOUN
        for i in node.items
    )


def _loosened(node: Node, setting: Setting, rng: random.Random) -> None:
    if (
        isinstance(setting.value, (Expression, bool, list, dict))
        or setting.say is None
        or setting.say.demand is not None
    ):
        return
    derived = setting.say == say_for(node.type, setting.path, setting.value)
    fitting = [
        r
        for r in RULES
        if setting.name in r.arguments and (derived or r.explicit) and re.search(r.value, str(setting.value))
    ]
    if setting.name == "timeout" and node.type != "aws_lambda_function":
        return
    if fitting:
        setting.say = rng.choice(fitting).say(setting.name, setting.value)


def table() -> str:
    """The words and what they mean, as Markdown."""
    rows = [(r.words, r.meaning) for r in RULES] + list(_ELSEWHERE)
    return "\n".join(["| Words | Meaning |", "|---|---|", *(f"| {words} | {meaning} |" for words, meaning in rows)])
