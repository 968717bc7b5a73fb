"""The check of a request made from a configuration: prompt, intent, Rego and plan must agree.

* The plan meets the intent, judged directly and by Rego in the verification.
* Every literal that the intent demands stands in the prompt, word for word or as the number's word.
* Rules tell plans apart: plans that break one demand (``mutants``) fail just that rule, directly and by Rego.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from terraformer.data.intents import (
    AllOf,
    AnyOf,
    Attribute,
    Block,
    Condition,
    Demand,
    Intent,
    Not,
    Operator,
    PlanView,
    PolicyStatement,
    Quantifier,
    Subject,
    evaluate,
    mutants,
    policy_of,
)
from terraformer.types import Policy
from terraformer.verify.stages.rego import evaluate as evaluate_rego
from terraformer.verify.stages.rego import read_policy

__all__ = ["Agreement", "agreement", "condition_literals", "lean", "literals_of", "missing_literals", "rego_verdicts"]

_NUMBERS: Final = {
    1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten",
    11: "eleven", 12: "twelve", 20: "twenty", 30: "thirty", 60: "sixty", 90: "ninety", 100: "hundred",
}  # fmt: skip
_MAX_PLAN: Final = 400_000
_SUFFIX: Final = "[kmgt]i?b?|ms|s|sec|mins?|h|hrs?|d|days?|%|x"
"""Units that stand right behind a number."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """``problem`` is "" where all agree, else "intent", "rego" or "mutants" with ``detail``. ``rules`` and ``broken``:
    how many rules there are, and how many of them a mutant breaks alone."""

    problem: str = ""
    detail: str = ""
    rules: int = 0
    broken: int = 0


def agreement(intent: Intent, plan: Mapping[str, Any]) -> Agreement:
    """Whether intent, its Rego and the plan agree, and the rules are sharp: half of them at least can be broken alone.

    Of plans over 400 kB of JSON no mutants are made (``broken`` is then -1).
    """
    verdicts = evaluate(intent, PlanView(plan))
    rules = len(verdicts)
    unmet = next((v for v in verdicts if not v.passed), None)
    if unmet is not None:
        return Agreement("intent", unmet.sentence, rules)
    text = json.dumps(plan)
    policy = policy_of(intent)
    wrong = [rule for rule, passed in rego_verdicts(policy, text).items() if not passed]
    if wrong:
        return Agreement("rego", f"{wrong[0]} fails where the plan meets it", rules)
    if len(text) > _MAX_PLAN:
        return Agreement(rules=rules, broken=-1)
    broken = 0
    for rule, mutant in mutants(intent, plan).items():
        failing = [r for r, passed in rego_verdicts(policy, json.dumps(mutant)).items() if not passed]
        if failing != [rule]:
            return Agreement("rego", f"a plan that breaks {rule} fails {', '.join(failing) or 'nothing'}", rules)
        broken += 1
    if 2 * broken < rules:
        return Agreement("mutants", f"of {rules} rules only {broken} can be broken alone", rules, broken)
    return Agreement(rules=rules, broken=broken)


def rego_verdicts(policy: Policy, plan: str) -> dict[str, bool]:
    """The verdict of every rule ``is_valid_*`` of a policy on a plan (JSON text)."""
    module = read_policy(policy)
    values, _ = evaluate_rego(module, (), plan)
    return {name: values.get(name) is True for name in module.rules if name.startswith("is_valid_")}


def lean(intent: Intent) -> Intent:
    """Without the demands that another one implies ("a bucket" beside "a bucket named logs"): no rule of theirs could
    ever be broken alone."""
    kept = list(intent.demands)
    for demand in intent.demands:
        if any(other is not demand and _implies(other, demand) for other in kept):
            kept = [d for d in kept if d is not demand]
    return replace(intent, demands=tuple(kept))


def _implies(strong: Demand, weak: Demand) -> bool:
    return (
        strong.subject is weak.subject
        and strong.type == weak.type
        and weak.label in ("", strong.label)
        and weak.module is None
        and not weak.where
        and weak.quantifier is strong.quantifier is Quantifier.SOME
        and weak.distinct is None
        and weak.count.most is None
        and weak.count.least <= strong.count.least
        and all(c in strong.having for c in weak.having)
        and weak.subject in (Subject.RESOURCE, Subject.DATA)
    )


def literals_of(intent: Intent) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The scalars that conditions name, with the path that they are asked at."""
    for demand in intent.demands:
        for condition in (*demand.where, *demand.having):
            yield from condition_literals(condition)


def condition_literals(condition: Condition, around: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The scalars that one condition names, with their paths (``around`` in front)."""
    match condition:
        case Attribute(path=path, operator=operator, value=value):
            if operator in (Operator.SET, Operator.ABSENT, Operator.MATCHES):
                return
            several = value.items() if isinstance(value, Mapping) else None
            if several is not None:
                for key, one in several:
                    yield (*around, *path), key
                    yield (*around, *path), one
            else:
                for one in value if isinstance(value, (tuple, list)) else (value,):
                    yield (*around, *path), one
        case Block(path=path, having=having):
            for inner in having:
                yield from condition_literals(inner, (*around, *path))
        case PolicyStatement(path=path, actions=actions, resources=resources):
            # That a role is assumed is what its being a role says.
            told = [a for a in actions if not (a == "sts:AssumeRole" and path[-1] == "assume_role_policy")]
            yield from (((*around, *path), a) for a in (*told, *resources))
        case Not(condition=inner):
            yield from condition_literals(inner, around)
        case AnyOf(conditions=several_) | AllOf(conditions=several_):
            for inner in several_:
                yield from condition_literals(inner, around)
        case _:
            return


def missing_literals(
    intent: Intent, prompt: str, spoken: Mapping[tuple[tuple[str, ...], str], str] | None = None
) -> tuple[str, ...]:
    """What the intent demands word for word and the prompt does not say: "path: value".

    Booleans are said by other words and left out, as are the values in ``spoken`` ((path, value): told by words of
    their own).
    """
    plain = _plain(prompt)
    found = []
    for path, value in literals_of(intent):
        if isinstance(value, bool) or (spoken is not None and (path, str(value)) in spoken):
            continue
        if not _said(value, plain):
            found.append(f"{'.'.join(path)}: {value}")
    return tuple(dict.fromkeys(found))


def _in_other_units(number: int) -> Iterator[str]:
    """How people say it: 345600 (seconds) as "4 days", 1024 (GB) as "1 TB", 604800 as "one week"."""
    for size, units in _UNITS:
        if number >= size and number % size == 0:
            count = number // size
            for unit in units:
                for shown in {str(count), _NUMBERS.get(count, str(count)), *(("a", "an") if count == 1 else ())}:
                    yield f"{shown} {unit}".lower()
                    yield f"{shown} {unit}s".lower()


_UNITS: Final = (
    (60, ("minute", "hour")),
    (3600, ("hour",)),
    (86400, ("day",)),
    (604800, ("week",)),
    (24, ("day",)),
    (7, ("week",)),
    (30, ("month",)),
    (365, ("year",)),
    (12, ("year",)),
    (1440, ("day",)),
    (1024, ("GB", "GiB", "TB", "TiB", "MB", "MiB", "KB", "KiB", "vCPU")),
    (1000, ("GB", "TB")),
    (1024 * 1024, ("MB", "MiB", "TB")),
    (256, ("vCPU",)),
)
"""What larger unit so many of a smaller one are (seconds, minutes, hours, days, months, megabytes, ...)."""


def _plain(text: str) -> str:
    return f" {' '.join(text.lower().split())} "


def _said(value: Any, plain: str) -> bool:
    text = " ".join(str(value).lower().split())
    if isinstance(value, (int, float)) or re.fullmatch(r"-?\d+(\.\d+)?", text):
        number = float(text)
        forms = {text, text.removesuffix(".0")}
        if number == int(number):
            forms.add(f"{int(number):,}")
            forms.add(_NUMBERS.get(int(number), text))
            forms.update(_in_other_units(int(number)))
        return any(re.search(rf"(?<![\w.]){re.escape(f)}(?:{_SUFFIX})?(?!\w|\.\d)", plain) for f in forms)
    return re.search(rf"(?<![a-z0-9]){re.escape(text)}(?![a-z0-9])", plain) is not None
