"""An intent in plain English: one sentence for every rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from terraformer.data.intents.conditions import (
    AllOf,
    AnyOf,
    Attribute,
    Block,
    Condition,
    Count,
    DependsOn,
    Not,
    Operator,
    PolicyStatement,
    Quantifier,
    ReferredBy,
    RefersTo,
    Repeated,
    Target,
    UsesProvider,
)
from terraformer.data.intents.form import path_text
from terraformer.data.intents.intent import ChangeAction, ChangeDemand, Demand, Intent, Subject

__all__ = ["explain"]

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NOUNS = {
    Subject.DATA: ("data source", "data sources"),
    Subject.OUTPUT: ("output", "outputs"),
    Subject.VARIABLE: ("variable", "variables"),
    Subject.PROVIDER: ("provider configuration", "provider configurations"),
    Subject.MODULE: ("module call", "module calls"),
}
_WORDS = {
    Operator.EQUALS: "is",
    Operator.AT_LEAST: "is at least",
    Operator.AT_MOST: "is at most",
    Operator.STARTS_WITH: "starts with",
    Operator.ENDS_WITH: "ends with",
    Operator.INCLUDES: "has the text",
    Operator.CONTAINS: "contains",
    Operator.HAS_KEY: "has the key",
}
_CHANGES = {
    ChangeAction.ADDED: "added",
    ChangeAction.REMOVED: "removed",
    ChangeAction.UPDATED: "updated in place",
    ChangeAction.REPLACED: "replaced",
    ChangeAction.MOVED: "moved",
    ChangeAction.UNCHANGED: "left unchanged",
}


def explain(intent: Intent) -> tuple[str, ...]:
    """One sentence for every rule, in their order (that of ``evaluate``)."""
    found = [d.text or _sentence(_demand(d)) for d in intent.demands]
    if intent.change is not None:
        found.extend(d.text or _sentence(_change(d)) for d in intent.change.demands)
        if intent.change.rest_unchanged:
            found.append("Nothing else is added, removed, replaced, moved or updated.")
    return tuple(" ".join(text.split()) for text in found)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _how_many(count: Count) -> str:
    if count.most is None:
        return f"at least {_number(count.least)}"
    if count.least == count.most:
        return "no" if count.least == 0 else f"exactly {_number(count.least)}"
    if count.least == 0:
        return f"at most {_number(count.most)}"
    return f"{_number(count.least)} to {_number(count.most)}"


def _plural(count: Count) -> bool:
    return (count.most if count.most is not None else count.least) > 1


def _noun(demand: Demand, plural: bool) -> str:
    if demand.subject is Subject.RESOURCE:
        noun = f"{demand.type} resources" if plural else demand.type
    else:
        noun = _NOUNS[demand.subject][plural]
        noun = f"{demand.type} {noun}" if demand.type else noun
    if demand.label:
        quoted = json.dumps(demand.label)
        noun = f"{noun} named {'like ' if set('*?') & set(demand.label) else ''}{quoted}"
    if demand.module is not None:
        noun = f"{noun} in {demand.module or 'the root module'}"
    return noun


def _demand(demand: Demand) -> str:
    plural = _plural(demand.count)
    where = f" where {_clauses(demand.where)}" if demand.where else ""
    if demand.quantifier is Quantifier.EVERY:
        text = f"for every {_noun(demand, False)}{where}, {_clauses(demand.having) or 'all is well'}"
        if (demand.count.least, demand.count.most) != (0, None):
            verb = "are" if plural else "is"
            text += f" (and there {verb} {_how_many(demand.count)})"
    else:
        conditions = (*demand.where, *demand.having)
        text = f"there {'are' if plural else 'is'} {_how_many(demand.count)} {_noun(demand, plural)}"
        text += f" where {_clauses(conditions)}" if conditions else ""
    if demand.distinct is not None:
        text += (
            f", with at least {_number(demand.distinct.least)} different values of {path_text(demand.distinct.path)}"
        )
    return text


def _change(demand: ChangeDemand) -> str:
    plural = _plural(demand.count)
    noun = (
        f"{demand.type} resources" if demand.type and plural else demand.type or ("resources" if plural else "resource")
    )
    text = f"{_how_many(demand.count)} {noun}"
    if demand.previous:
        text += f" at {demand.previous}"
    elif demand.address:
        text += f" at {demand.address}"
    if demand.before:
        text += f" where before {_clauses(demand.before)}"
    text += f" {'are' if plural else 'is'} {_CHANGES[demand.action]}"
    if demand.previous and demand.address:
        text += f" to {demand.address}"
    if demand.paths:
        text += f" in {_and([path_text(p) for p in demand.paths])}"
    if demand.having:
        text += f", and then {_clauses(demand.having)}"
    return text


def _and(parts: Sequence[str], word: str = "and") -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _clauses(conditions: Iterable[Condition], word: str = "and") -> str:
    return _and([_clause(c) for c in conditions], word)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k} = {_value(w)}" for k, w in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _clause(condition: Condition) -> str:
    match condition:
        case Attribute():
            return _attribute(condition)
        case Block():
            return _block(condition)
        case PolicyStatement():
            return _policy(condition)
        case RefersTo(target=target, path=path):
            return f"{path_text(path) if path else 'it'} refers to {_target(target)}"
        case ReferredBy(type=type_, path=path, having=having):
            text = f"some {type_} refers to it" + (f" in {path_text(path)}" if path else "")
            return text + (f" and has {_clauses(having)}" if having else "")
        case DependsOn(type=type_):
            return f"depends_on names some {type_}"
        case UsesProvider(provider=provider):
            return f"its provider is {provider}"
        case Repeated(by=by):
            return f"it is repeated by {'count or for_each' if by == 'any' else by}"
        case Not(condition=inner):
            return f"it is not so that {_clause(inner)}"
        case AnyOf(conditions=several):
            return f"either {_clauses(several, 'or')}" if len(several) > 1 else _clauses(several)
        case AllOf(conditions=several):
            return _clauses(several)


def _attribute(c: Attribute) -> str:
    name = path_text(c.path)
    if c.path[-1] == "*":
        name = f"some member of {path_text(c.path[:-1])}"
    match c.operator:
        case Operator.SET:
            return f"{name} is set"
        case Operator.ABSENT:
            return f"{name} is not set"
        case Operator.ONE_OF:
            text = f"{name} is {_and([_value(w) for w in c.value], 'or')}"
        case Operator.MATCHES:
            text = f"{name} matches {c.value}"
        case Operator.LENGTH_AT_LEAST | Operator.LENGTH_AT_MOST:
            bound = "least" if c.operator is Operator.LENGTH_AT_LEAST else "most"
            text = f"{name} has at {bound} {_number(c.value)} member{'' if c.value == 1 else 's'}"
        case Operator.CONTAINS | Operator.HAS_KEY if isinstance(c.value, (tuple, list)):
            text = f"{name} {_WORDS[c.operator]} {_and([_value(w) for w in c.value])}"
        case _:
            text = f"{name} {_WORDS[c.operator]} {_value(c.value)}"
    return f"{text} (or is known only after apply)" if c.unknown else text


def _block(c: Block) -> str:
    name = f"{path_text(c.path)} document" if c.json else f"{path_text(c.path)} block"
    inner = _clauses(c.having)
    if c.quantifier is Quantifier.EVERY:
        text = f"in every {name} {inner or 'all is well'}"
        return text if (c.count.least, c.count.most) == (0, None) else f"{text} (of {_how_many(c.count)})"
    if (c.count.least, c.count.most) == (1, None):
        return f"in some {name} {inner}" if inner else f"it has a {name}"
    if c.count == Count.none():
        return f"in no {name} {inner}" if inner else f"it has no {name}"
    text = f"it has {_how_many(c.count)} {name}{'s' if _plural(c.count) else ''}"
    return f"{text} where {inner}" if inner else text


def _policy(c: PolicyStatement) -> str:
    verb = {"Allow": "allows", "Deny": "denies"}.get(c.effect, "has a statement on")
    text = f"{path_text(c.path)} {verb} {_and(c.actions) or ('actions' if c.effect else 'something')}"
    text += " and nothing else in that statement" if c.only else ""
    text += f" on {_and(c.resources)}" if c.resources else ""
    who = ["anyone" if kind == i == "*" else f"{kind} {i}" for kind, several in c.principals.items() for i in several]
    text += f" to {_and(who)}" if who else ""
    tests = [f"{p.test} of {p.variable}" + (f" with {p.value}" if p.value is not None else "") for p in c.conditions]
    text += f" under the condition {_and(tests)}" if tests else ""
    return f"{text} (or is known only after apply)" if c.unknown else text


def _target(target: Target) -> str:
    if target.variable:
        return f"var.{target.variable}"
    if target.local:
        return f"local.{target.local}"
    if target.module:
        return f"module.{target.module}"
    kind = target.type or f"data source {target.data}"
    text = f"{kind}.{target.label}" if target.label else f"some {kind}"
    text = f"the {target.attribute} of {text}" if target.attribute else text
    return f"{text} where {_clauses(target.having)}" if target.having else text
