"""The names of an intent's rules: readable, stable, and different from each other."""

from __future__ import annotations

import re
from collections.abc import Iterable

from terraformer.data.intents.conditions import (
    Attribute,
    Block,
    Condition,
    Count,
    Not,
    Operator,
    PolicyStatement,
    Quantifier,
    ReferredBy,
    RefersTo,
)
from terraformer.data.intents.intent import ChangeDemand, Demand, Intent, Subject

__all__ = ["REST", "rule_names"]

REST = "is_valid_rest_unchanged"
_LONGEST = 60


def rule_names(intent: Intent) -> tuple[str, ...]:
    """``is_valid_<name>`` for every demand, in their order; given names are kept, equal ones get a number."""
    slugs = [d.name or _slug(_demand_words(d)) for d in intent.demands]
    if intent.change is not None:
        slugs.extend(d.name or _slug(_change_words(d)) for d in intent.change.demands)
    taken = {"rest_unchanged", ""} if intent.change is not None and intent.change.rest_unchanged else {""}
    names: list[str] = []
    for slug in slugs:
        number, name = 1, slug
        while name in taken:
            number += 1
            name = f"{slug}_{number}"
        taken.add(name)
        names.append(f"is_valid_{name}")
    if intent.change is not None and intent.change.rest_unchanged:
        names.append(REST)
    return tuple(names)


def _slug(words: Iterable[str]) -> str:
    text = re.sub(r"[^a-z0-9]+", "_", "_".join(words).lower()).strip("_")
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rpartition("_")[0] or text[:_LONGEST]
    return text if text[:1].isalpha() else f"demand_{text}".strip("_")


def _demand_words(demand: Demand) -> list[str]:
    words = [] if demand.subject is Subject.RESOURCE else [str(demand.subject)]
    words += [demand.type, demand.label]
    if demand.count == Count.none() and demand.quantifier is Quantifier.SOME:
        words.insert(0, "no")
    if demand.quantifier is Quantifier.EVERY:
        words.insert(0, "every")
    words += _words((*demand.where, *demand.having))
    if demand.distinct is not None:
        words += ["distinct", demand.distinct.path[-1]]
    if words == [demand.type, demand.label] and demand.count.least != 1:
        words.append("count")
    return words


def _change_words(demand: ChangeDemand) -> list[str]:
    return [str(demand.action), demand.type or demand.address or demand.previous, *_words(demand.having)]


def _words(conditions: Iterable[Condition]) -> list[str]:
    found: list[str] = []
    for condition in conditions:
        match condition:
            case Attribute(path=path, operator=operator):
                found += [s for s in path if s != "*"][-2:]
                if operator is Operator.ABSENT:
                    found.append("absent")
            case Block(path=path, count=count):
                found += ["no", path[-1]] if count == Count.none() else [path[-1]]
            case PolicyStatement(path=path):
                found.append(path[-1])
            case RefersTo(target=target):
                found += ["to", target.type or target.data or target.variable or target.local or target.module]
            case ReferredBy(type=type_):
                found += ["by", type_]
            case Not(condition=inner):
                found += ["not", *_words((inner,))]
            case _:
                continue
    return found
