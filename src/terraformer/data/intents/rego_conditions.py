"""Conditions as statements of a Rego body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from terraformer.data.intents import values as v
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
    UsesProvider,
)
from terraformer.data.intents.evaluate import target_pattern
from terraformer.data.intents.patterns import compile_pattern, glob_pattern

__all__ = ["RuleWriter", "access", "literal", "raw"]

_KEYWORDS = {"as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "package"}
_KEYWORDS |= {"set", "some", "true", "with"}
# Names that a variable must not take: keywords, documents, and what the text around it uses.
_RESERVED = _KEYWORDS | {"input", "data", "count", "source", "list", "text", "keys", "size", "found", "chosen", "value"}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Prefix = tuple[str, ...] | None


def literal(value: Any) -> str:
    """A JSON value as Rego writes it."""
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def raw(pattern: str) -> str:
    """A pattern as a raw string where that can be."""
    return f"`{pattern}`" if "`" not in pattern and pattern.isprintable() else literal(pattern)


def access(expression: str, name: str) -> str:
    if _IDENTIFIER.fullmatch(name) and name not in _KEYWORDS:
        return f"{expression}.{name}"
    return f"{expression}[{literal(name)}]"


def spellings(value: Any) -> list[str]:
    """The literals of all values that are equal to a scalar: 80 is also "80"."""
    text = v.canonical(value)
    if isinstance(value, bool):
        return [literal(value), literal(text)]
    if isinstance(value, (int, float)):
        own = literal(value)
        return [own, literal(text)] if text is not None and v.NUMERAL.match(text) else [own]
    found = [literal(value)]
    if value in ("true", "false"):
        found.append(str(value))
    elif v.NUMERAL.match(value) and value != "-0" and abs(float(value)) < 1e15:
        found.append(value)
    return found


def _equal(expression: str, accepted: Sequence[str]) -> str:
    if len(accepted) == 1:
        return f"{expression} == {accepted[0]}"
    return f"{expression} in {{{', '.join(accepted)}}}"


def indent(lines: Sequence[str]) -> str:
    return "\n".join(f"\t{part}" for line in lines for part in line.split("\n"))


class RuleWriter:
    """Writes the conditions of one rule. ``functions`` are those that it needed on the way, ``needs`` the helpers."""

    def __init__(self, rule: str, needs: set[str]) -> None:
        self.slug = rule.removeprefix("is_valid_")
        self.needs = needs
        self.functions: list[str] = []
        self._used: set[str] = set(_RESERVED)
        self._number = 0

    def need(self, *names: str) -> None:
        self.needs.update(names)

    def fresh(self, name: str) -> str:
        """A variable of its own for a step of a path."""
        name = re.sub(r"[^A-Za-z0-9_]", "_", name)
        if not _IDENTIFIER.fullmatch(name) or name.startswith("_"):
            name = f"part_{name.strip('_')}".rstrip("_")
        if name in self._used:
            name = f"{name}_block"
        base, number = name, 1
        while name in self._used or name in _HELPER_NAMES:
            number += 1
            name = f"{base}_{number}"
        self._used.add(name)
        return name

    def conditions(self, conditions: Sequence[Condition], subject: str, scope: str, prefix: Prefix) -> list[str]:
        """Statements that hold when all conditions are met."""
        return [line for c in conditions for line in self.condition(c, subject, scope, prefix)]

    def condition(self, condition: Condition, subject: str, scope: str, prefix: Prefix) -> list[str]:
        match condition:
            case Attribute():
                return self._attribute(condition, subject, scope, prefix)
            case Block():
                return self._block(condition, subject, scope, prefix)
            case PolicyStatement():
                return self._policy(condition, subject, scope)
            case RefersTo():
                return self._refers(condition, subject)
            case ReferredBy(type=type_, path=path, having=having):
                self.need("resources", "reached", "bare")
                other = self.fresh("other")
                return [
                    f"some {other} in resources",
                    f"{other}.type == {literal(type_)}",
                    f"bare({subject}.address) in reached({other}, {_plain(path)})",
                    *self.conditions(having, other, f"{other}.change.after", ()),
                ]
            case DependsOn(type=type_):
                self.need("block_of")
                name = self.fresh("dependency")
                return [
                    f"some {name} in block_of({subject}).block.depends_on",
                    f"startswith({name}, {literal(type_ + '.')})",
                ]
            case UsesProvider(provider=provider):
                self.need("block_of")
                return [f"block_of({subject}).block.provider_config_key == {literal(provider)}"]
            case Repeated(by=by):
                self.need("block_of")
                if by != "any":
                    return [f"block_of({subject}).block.{by}_expression"]
                return [
                    f'count({{"count_expression", "for_each_expression"}} & object.keys(block_of({subject}).block)) > 0'
                ]
            case Not(condition=inner):
                return [self._negated(self.condition(inner, subject, scope, prefix), subject, scope)]
            case AllOf(conditions=several):
                return self.conditions(several, subject, scope, prefix)
            case AnyOf(conditions=several):
                bodies = [self.condition(c, subject, scope, prefix) for c in several]
                return bodies[0] if len(bodies) == 1 else [self._function(bodies, subject, scope)]

    # ------------------------------------------------------------------------------------------------- functions

    def _function(self, bodies: Sequence[Sequence[str]], subject: str, scope: str) -> str:
        """A function with alternative bodies, and the call of it. Its parameters are what the bodies use."""
        self._number += 1
        name = f"{self.slug}_{self._number}"
        block = scope.partition(".")[0].partition("[")[0]
        text = "\n".join(line for body in bodies for line in body)
        used = [p for p in dict.fromkeys((subject, block)) if re.search(rf"\b{p}\b", text)]
        parameters = ", ".join(used) or "_"
        call = f"{name}({', '.join(used) or 'true'})"
        self.functions.append("\n\n".join(f"{name}({parameters}) if {{\n{indent(b or ['true'])}\n}}" for b in bodies))
        return call

    def _negated(self, lines: Sequence[str], subject: str, scope: str) -> str:
        if len(lines) == 1 and not lines[0].startswith(("some ", "not ", "every ")) and ":=" not in lines[0]:
            return f"not {lines[0]}"
        return f"not {self._function([lines], subject, scope)}"

    # -------------------------------------------------------------------------------------------------- attributes

    def _into(self, scope: str, steps: Sequence[str]) -> tuple[list[str], str]:
        """Statements that walk through blocks, and the variable that holds the last one."""
        lines: list[str] = []
        for step in steps:
            self.need("elements")
            name = self.fresh(step)
            lines.append(f"some {name} in elements({access(scope, step)})")
            scope = name
        return lines, scope

    def value_at(self, scope: str, path: Sequence[str]) -> tuple[list[str], str]:
        """Statements and the expression of a value."""
        if path[-1] == "*":
            lines, scope = self._into(scope, path[:-2])
            self.need("elements")
            name = self.fresh("member")
            return [*lines, f"some {name} in elements({access(scope, path[-2])})"], name
        lines, scope = self._into(scope, path[:-1])
        return lines, access(scope, path[-1])

    def _attribute(self, c: Attribute, subject: str, scope: str, prefix: Prefix) -> list[str]:
        if c.operator in (Operator.SET, Operator.ABSENT):
            lines, block = self._into(scope, c.path[:-1])
            if prefix is None:
                self.need("filled")
                lines.append(f"filled({access(block, c.path[-1])})")
            else:
                self.need("is_set")
                lines.append(f"is_set({subject}, {block}, {literal([*prefix, *c.path])})")
            return lines if c.operator is Operator.SET else [self._negated(lines, subject, scope)]
        lines, value = self.value_at(scope, c.path)
        lines += self._test(c.operator, c.value, value)
        if not c.unknown or prefix is None:
            return lines
        self.need("pending")
        path = [s for s in c.path if s != "*"]
        into, block = self._into(scope, path[:-1])
        pending = [*into, f"pending({subject}, {block}, {literal([*prefix, *path])})"]
        return [self._function([lines, pending], subject, scope)]

    def _test(self, operator: Operator, wanted: Any, value: str) -> list[str]:
        match operator:
            case Operator.EQUALS if isinstance(wanted, Mapping):
                self.need("keys")
                names = ", ".join(map(literal, wanted)) if wanted else ""
                lines = [f"keys({value}) == {f'{{{names}}}' if names else 'set()'}"]
                return lines + [_equal(access(value, k), spellings(w)) for k, w in wanted.items()]
            case Operator.EQUALS if isinstance(wanted, (tuple, list)):
                self.need("same_members")
                return [f"same_members({value}, [{', '.join(_set(spellings(w)) for w in wanted)}])"]
            case Operator.EQUALS:
                return [_equal(value, spellings(wanted))]
            case Operator.ONE_OF:
                return [f"{value} in {_set([s for w in wanted for s in spellings(w)])}"]
            case Operator.CONTAINS:
                self.need("has_member")
                several = wanted if isinstance(wanted, (tuple, list)) else (wanted,)
                return [f"has_member({value}, {_set(spellings(w))})" for w in several]
            case Operator.HAS_KEY:
                several = wanted if isinstance(wanted, (tuple, list)) else (wanted,)
                return [f"{access(value, w)} != null" for w in several]
            case Operator.AT_LEAST | Operator.AT_MOST:
                self.need("numeric")
                return [f"numeric({value}) {'>=' if operator is Operator.AT_LEAST else '<='} {literal(wanted)}"]
            case Operator.LENGTH_AT_LEAST | Operator.LENGTH_AT_MOST:
                self.need("size")
                return [f"size({value}) {'>=' if operator is Operator.LENGTH_AT_LEAST else '<='} {wanted}"]
        self.need("text")
        match operator:
            case Operator.MATCHES:
                return [f"regex.match({raw(compile_pattern(wanted).rego)}, text({value}))"]
            case Operator.STARTS_WITH:
                return [f"startswith(text({value}), {literal(wanted)})"]
            case Operator.ENDS_WITH:
                return [f"endswith(text({value}), {literal(wanted)})"]
            case _:
                return [f"contains(text({value}), {literal(wanted)})"]

    # ------------------------------------------------------------------------------------------------------ blocks

    def _block(self, c: Block, subject: str, scope: str, prefix: Prefix) -> list[str]:
        if c.json:
            self.need("parsed", "elements")
            lines, value = self.value_at(scope, c.path)
            name = self.fresh(f"{c.path[-1]}_document")
            lines = [*lines, f"some {name} in elements(parsed({value}))"]
            inner_prefix: Prefix = None
        else:
            lines, name = self._into(scope, c.path)
            inner_prefix = None if prefix is None else (*prefix, *c.path)
        having = self.conditions(c.having, subject, name, inner_prefix)
        if c.quantifier is Quantifier.SOME and c.count == Count():
            if not having:  # the variable itself is not asked for anything
                return [*lines[:-1], lines[-1].replace(f"some {name} in", "some _ in", 1)]
            return [*lines, *having]
        several = self.fresh(f"{c.path[-1]}_blocks")
        if c.quantifier is Quantifier.EVERY:
            found = [f"{several} := [{name} |\n{indent(lines)}\n]", *_count(several, c.count)]
            return [*found, f"every {name} in {several} {{\n{indent(having)}\n}}"] if having else found
        if len(having) > 1 or (having and having[0].startswith("some ")):
            # A function holds once for a block, however many ways there are to meet it.
            having = [self._function([having], subject, name)]
        return [f"{several} := [{name} |\n{indent([*lines, *having])}\n]", *_count(several, c.count)]

    # ---------------------------------------------------------------------------------------------------- policies

    def _policy(self, c: PolicyStatement, subject: str, scope: str) -> list[str]:
        self.need("statements")
        path = literal(list(c.path))
        lines, block = self._into(scope, c.path[:-1])
        statement = self.fresh("statement")
        lines = [*lines, f"some {statement} in statements({subject}, {block}, {path})"]
        if c.effect:
            lines.append(f"{statement}.effect == {literal(c.effect)}")
        for wanted in c.actions:
            self.need("covers")
            action = self.fresh("action")
            lines += [f"some {action} in {statement}.actions", f"covers({action}, {literal(wanted)})"]
        if c.only:
            self.need("text")
            action = self.fresh("listed")
            names = _set(list(dict.fromkeys(literal(a.lower()) for a in c.actions)))
            lines.append(f"every {action} in {statement}.actions {{\n\tlower(text({action})) in {names}\n}}")
        lines += [f"{literal(resource)} in {statement}.resources" for resource in c.resources]
        for kind, identifiers in c.principals.items():
            for identifier in identifiers:
                if kind == identifier == "*":
                    anyone = self.fresh("principal")
                    lines += [f"some {anyone} in {statement}.principals", f'{anyone} in [["*", "*"], ["AWS", "*"]]']
                else:
                    lines.append(f"{literal([kind, identifier])} in {statement}.principals")
        for p in c.conditions:
            entry = self.fresh("condition")
            lines += [
                f"some {entry} in {statement}.conditions",
                f"{entry}[0] == {literal(p.test)}",
                f"{entry}[1] == {literal(p.variable)}",
            ]
            if p.value is not None:
                lines.append(_equal(f"{entry}[2]", spellings(p.value)))
        if not c.unknown:
            return lines
        self.need("pending", "documents")
        into, block = self._into(scope, c.path[:-1])
        hidden = [*into, f"pending({subject}, {block}, {path})", f"count(documents({subject}, {path})) == 0"]
        return [self._function([lines, hidden], subject, scope)]

    # -------------------------------------------------------------------------------------------------- references

    def _refers(self, c: RefersTo, subject: str) -> list[str]:
        path = _plain(c.path)
        if not c.target.having:
            self.need("refers_to")
            return [f"refers_to({subject}, {path}, {raw(target_pattern(c.target))})"]
        self.need("resources", "reached", "bare")
        other = self.fresh("target")
        lines = [f"some {other} in resources", f"{other}.type == {literal(c.target.type)}"]
        if c.target.label:
            if set("*?") & set(c.target.label):
                lines.append(f"regex.match({raw(glob_pattern(c.target.label).rego)}, {other}.name)")
            else:
                lines.append(f"{other}.name == {literal(c.target.label)}")
        if c.target.attribute:
            self.need("names_attribute")
            node = self.fresh("node")
            lines += [
                f"some {node} in reached({subject}, {path})",
                f'names_attribute({node}, concat(".", [bare({other}.address), {literal(c.target.attribute)}]))',
            ]
        else:
            lines.append(f"bare({other}.address) in reached({subject}, {path})")
        return [*lines, *self.conditions(c.target.having, other, f"{other}.change.after", ())]


def _plain(path: Sequence[str]) -> str:
    return literal([step for step in path if step != "*"])


def _set(members: Sequence[str]) -> str:
    return "{" + ", ".join(dict.fromkeys(members)) + "}"


def _count(name: str, count: Count) -> list[str]:
    if count.least == count.most:
        return [f"count({name}) == {count.least}"]
    found = [f"count({name}) >= {count.least}"] if count.least or count.most is None else []
    return found if count.most is None else [*found, f"count({name}) <= {count.most}"]


# What helper functions and rules are called, and the subjects of rules.
_HELPER_NAMES = {
    "accounted_for", "bare", "blocks", "calls", "changes", "collateral", "data_sources", "different", "direct",
    "documents", "edges", "elements", "expressions", "filled", "join", "lost", "lower", "many", "modules", "numeric",
    "outputs", "parsed", "pending", "providers", "reached", "regex", "relevant", "resources", "restless", "scalar",
    "startswith", "endswith", "statements", "symbols", "unknown", "variables", "written", "module_calls", "under",
    "resource", "output", "variable", "provider", "call", "is_set", "covers", "differs", "unasked", "known",
    "is_object", "is_array", "object", "array", "concat", "json", "min", "max", "sum", "sort", "split", "replace",
    "trim", "round", "ceil", "floor", "abs", "type_name", "walk", "graph", "glob", "time", "net", "io", "http", "uuid",
    "union", "intersection", "product", "format_int", "print", "trace", "rego", "opa", "crypto", "base64", "hex",
    "yaml", "units", "rand", "semver", "substring", "indexof", "upper", "sprintf", "strings", "numbers", "bits",
    "future",
}  # fmt: skip
