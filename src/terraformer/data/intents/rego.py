"""An intent as Rego v1: one ``is_valid_*`` rule for every demand, and ``is_configuration_valid`` for all of them.

The text is meant to be read: each rule has its English sentence above it, and only the helper functions that are used
follow at the end. It runs in OPA 1.x and in regorus; the same verdicts as ``evaluate`` (property-tested in regorus).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from terraformer.data.intents.changes import address_glob
from terraformer.data.intents.conditions import Count, Quantifier
from terraformer.data.intents.intent import ChangeAction, ChangeDemand, ChangeIntent, Demand, Intent, Subject
from terraformer.data.intents.names import rule_names
from terraformer.data.intents.patterns import glob_pattern
from terraformer.data.intents.rego_conditions import RuleWriter, literal, raw
from terraformer.data.intents.rego_helpers import with_helpers
from terraformer.data.intents.sentences import explain
from terraformer.errors import UsageError
from terraformer.types import Policy

__all__ = ["PACKAGE", "policy_of", "to_rego"]

PACKAGE = "terraformer.intent"
_SUBJECTS = {
    Subject.RESOURCE: ("resource", "resources", "change.after"),
    Subject.DATA: ("source", "data_sources", "change.after"),
    Subject.OUTPUT: ("output", "outputs", "values"),
    Subject.VARIABLE: ("variable", "variables", "values"),
    Subject.PROVIDER: ("provider", "providers", "values"),
    Subject.MODULE: ("call", "module_calls", "values"),
}
_ACTIONS = {
    ChangeAction.ADDED: 'resource.change.actions == ["create"]',
    ChangeAction.REMOVED: 'resource.change.actions in [["delete"], ["forget"]]',
    ChangeAction.UPDATED: 'resource.change.actions == ["update"]',
    ChangeAction.REPLACED: (
        'resource.change.actions in [["delete", "create"], ["create", "delete"], ["create", "forget"]]'
    ),
    ChangeAction.MOVED: 'resource.change.actions in [["no-op"], ["update"]]',
    ChangeAction.UNCHANGED: 'resource.change.actions == ["no-op"]',
}


def to_rego(intent: Intent, *, package: str = PACKAGE) -> str:
    """The Rego module. Raises UsageError when the package's name is none."""
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", package, re.ASCII):
        raise UsageError(f"package {package!r}: words of letters, digits and underscores, with dots between them")
    names = rule_names(intent)
    sentences = explain(intent)
    needs: set[str] = set()
    rules: list[str] = []
    helpers: list[str] = []
    number = 0
    for demand in intent.demands:
        writer = RuleWriter(names[number], needs)
        rules.append(_rule(names[number], sentences[number], _demand(demand, writer)))
        helpers.extend(writer.functions)
        number += 1
    if intent.change is not None:
        asked: list[str] = []
        for change in intent.change.demands:
            writer = RuleWriter(names[number], needs)
            lines, name = _change(change, writer, names[number])
            rules.append(_rule(names[number], sentences[number], lines))
            helpers.extend(writer.functions)
            asked.append(name)
            number += 1
        if intent.change.rest_unchanged:
            lines, functions = _rest(intent.change, asked, needs)
            rules.append(_rule(names[number], sentences[number], lines))
            helpers.extend(functions)
    head = [f"package {package}", "import rego.v1"]
    if intent.title:
        head.insert(0, "\n".join(f"# {line}" for line in intent.title.splitlines()))
    everything = _rule("is_configuration_valid", "The configuration meets every demand.", list(names))
    return "\n\n".join([*head, everything, *rules, *helpers, *with_helpers(needs)]) + "\n"


def policy_of(intent: Intent, *, name: str = "intent.rego", package: str = PACKAGE) -> Policy:
    """The Rego as a policy that ``verify`` takes."""
    return Policy(name, to_rego(intent, package=package))


def _rule(name: str, sentence: str, lines: Sequence[str]) -> str:
    return f"# {sentence}\ndefault {name} := false\n\n{name} if {{\n{indent(lines)}\n}}"


def indent(lines: Iterable[str]) -> str:
    return "\n".join(f"\t{part}" for line in lines for part in line.split("\n"))


def _bounds(expression: str, count: Count) -> list[str]:
    if count.least == count.most:
        return [f"{expression} == {count.least}"]
    found = [f"{expression} >= {count.least}"] if count.least or count.most is None else []
    return found if count.most is None else [*found, f"{expression} <= {count.most}"]


def _demand(demand: Demand, writer: RuleWriter) -> list[str]:
    subject, collection, values = _SUBJECTS[demand.subject]
    writer.need(collection)
    scope = f"{subject}.{values}"
    chosen = [f"some {subject} in {collection}"]
    if demand.type:
        chosen.append(f"{subject}.type == {literal(demand.type)}")
    if demand.label:
        chosen.append(_glob(f"{subject}.name", demand.label))
    if demand.module is not None:
        if demand.subject is Subject.MODULE:
            chosen.append(_glob(f"{subject}.module_address", demand.module))
        else:
            writer.need("module_of", "bare")
            chosen.append(_glob(f"module_of({subject})", demand.module))
    chosen += writer.conditions(demand.where, subject, scope, ())
    having = writer.conditions(demand.having, subject, scope, ())
    if demand.quantifier is Quantifier.EVERY and having:
        lines = [_comprehension("chosen", "[", subject, chosen), *_bounds("count(chosen)", demand.count)]
        lines.append(f"every {subject} in chosen {{\n{indent(having)}\n}}")
    elif demand.count == Count() and demand.distinct is None:
        return [*chosen, *having]
    else:
        lines = [
            _comprehension("found", "{", f"{subject}.address", [*chosen, *having]),
            *_bounds("count(found)", demand.count),
        ]
    if demand.distinct is not None:
        writer.need("scalar")
        inner, value = writer.value_at(scope, demand.distinct.path)
        lines.append(
            _comprehension("different", "{", "value", [*chosen, *having, *inner, f"value := {value}"], "scalar(value)")
        )
        lines.append(f"count(different) >= {demand.distinct.least}")
    return lines


def _comprehension(name: str, bracket: str, head: str, lines: Sequence[str], *more: str) -> str:
    closing = {"[": "]", "{": "}"}[bracket]
    return f"{name} := {bracket}{head} |\n{indent([*lines, *more])}\n{closing}"


def _glob(expression: str, glob: str) -> str:
    if set("*?") & set(glob):
        return f"regex.match({raw(glob_pattern(glob).rego)}, {expression})"
    return f"{expression} == {literal(glob)}"


# ----------------------------------------------------------------------------------------------------------- change


def _address(expression: str, pattern: str) -> str:
    if not set("*?") & set(pattern):
        return f"{expression} == {literal(pattern)}"
    return f"regex.match({raw(address_glob(pattern)[0])}, {expression})"


def _change(demand: ChangeDemand, writer: RuleWriter, rule: str) -> tuple[list[str], str]:
    """The rule's lines, and the name of the function that tells which resources it is about."""
    writer.need("changes")
    lines = [_ACTIONS[demand.action]]
    if demand.action is ChangeAction.MOVED:
        lines.append('"previous_address" in object.keys(resource)')
    elif demand.action is ChangeAction.UNCHANGED:
        lines.append('not "previous_address" in object.keys(resource)')
    if demand.type:
        lines.append(f"resource.type == {literal(demand.type)}")
    for pattern, field in ((demand.address, "address"), (demand.previous, "previous_address")):
        if pattern:
            expression = f"resource.{field}"
            if "[" not in pattern:
                writer.need("bare")
                expression = f"bare({expression})"
            lines.append(_address(expression, pattern))
    lines += writer.conditions(demand.before, "resource", "resource.change.before", None)
    name = f"asked_{rule.removeprefix('is_valid_')}"
    writer.functions.append(f"{name}(resource) if {{\n{indent(lines)}\n}}")
    meeting = ["some resource in changes", f"{name}(resource)"]
    if demand.having:
        meeting.append("is_object(resource.change.after)")
        meeting += writer.conditions(demand.having, "resource", "resource.change.after", ())
    for path in demand.paths:
        writer.need("differs")
        meeting.append(f"differs(resource, {literal(list(path))})")
    if demand.count == Count():
        return meeting, name
    found = _comprehension("found", "{", "resource.address", meeting)
    return [found, *_bounds("count(found)", demand.count)], name


def _rest(change: ChangeIntent, names: Sequence[str], needs: set[str]) -> tuple[list[str], list[str]]:
    needs.update(("changes",))
    asked = list(zip(names, change.demands, strict=True))
    still = 'moved_as_asked(resource) if not "previous_address" in object.keys(resource)'
    functions = [f"# A resource that did not move, or was to.\n{still}"]
    functions += [
        f"moved_as_asked(resource) if {name}(resource)" for name, d in asked if d.action is ChangeAction.MOVED
    ]
    bodies = [['resource.change.actions in [["no-op"], ["read"]]']]
    bodies += [[f"{name}(resource)"] for name, d in asked if not d.paths and d.action is not ChangeAction.MOVED]
    with_paths = [(name, d) for name, d in asked if d.paths]
    needs.add("unasked")
    if with_paths:
        sets = [
            f"\t{{path | {name}(resource); some path in {literal([list(p) for p in d.paths])}}},"
            for name, d in with_paths
        ]
        functions.append("paths_asked(resource) := union({\n" + "\n".join(sets) + "\n})")
        bodies.append(
            [
                _ACTIONS[ChangeAction.REPLACED],
                "asked := paths_asked(resource)",
                "count(asked) > 0",
                "count(unasked(resource, asked)) == 0",
            ]
        )
        bodies.append([_ACTIONS[ChangeAction.UPDATED], "count(unasked(resource, paths_asked(resource))) == 0"])
    else:
        bodies.append([_ACTIONS[ChangeAction.UPDATED], "count(unasked(resource, set())) == 0"])
    bodies.append(
        [_ACTIONS[ChangeAction.REPLACED], "count(drawn_along(resource)) > 0", "count(unasked(resource, set())) == 0"]
    )
    accounted = [f"accounted_for(resource) if {{\n{indent(['moved_as_asked(resource)', *b])}\n}}" for b in bodies]
    accounted[0] = (
        f"# Nothing happens to the resource, or what is asked for, or what follows from that.\n{accounted[0]}"
    )
    functions += accounted
    lines = [
        "collateral := {resource.address |\n\tsome resource in changes\n\tnot accounted_for(resource)\n}",
        "count(collateral) == 0",
        'lost := {name |\n\tsome name, output in object.get(input, "output_changes", {})\n'
        '\toutput.actions == ["delete"]\n}',
        f"count(lost - {_names(change.removed_outputs)}) == 0" if change.removed_outputs else "count(lost) == 0",
    ]
    return lines, functions


def _names(names: Sequence[str]) -> str:
    return "{" + ", ".join(json.dumps(n) for n in names) + "}"
