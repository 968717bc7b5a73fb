"""Why a Rego rule did not hold: its first statement that fails, on which resources, and what was found instead.

The statements of a body are conjunctive, so the shortest prefix of them that has no solution ends in the one that
fails. All prefixes of a rule's bodies are added to a copy of the policy as probe rules and evaluated at once; further
probes read the addresses that were reached and the left side of a comparison. A statement that is a call or a reference
to another rule is followed, at most a few levels deep. Bounded: by the number of probes, and in time by the caller's
watchdog.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from terraformer.types import Certificate, Policy, Severity, Stage
from terraformer.verify.stages.rego import Alternative, RegoModule, Rule, new_engine, source_text

__all__ = ["address_in", "explain"]

MAX_DEPTH = 6
MAX_STATEMENTS = 200
MAX_VALUES = 5
_ADDRESS = re.compile(
    r"\b(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*(?:data\.)?[a-z][a-z0-9]*_[a-z0-9_]+\.[A-Za-z_][\w-]*(?:\[[^\]]*\])?"
)
_ATTRIBUTE = re.compile(
    r"\.(?:expressions|values|after|change\.after)((?:\.\w+|\[[^\]]*\])+)",
)


def address_in(text: str) -> str | None:
    """The first resource address that a text names."""
    found = _ADDRESS.search(text)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Failure:
    """The statement that fails. ``chain`` are the rules on the way to it; ``reached`` the resources that met all
    before.
    """

    rule: str
    statement: str
    line: int
    chain: tuple[str, ...]
    reached: tuple[str, ...] = ()
    found: tuple[Any, ...] = ()
    progress: float = 0


def explain(
    module: RegoModule,
    helpers: Sequence[RegoModule],
    failed: Sequence[Rule],
    problems: Mapping[str, str],
    plan: str,
    parsed: Mapping[str, Any],
) -> list[Certificate]:
    """One certificate for every failed rule; rules that only fail because another failed one does say so shortly."""
    prober = _Prober(module, helpers, plan)
    certificates: list[Certificate] = []
    names = {r.name for r in failed}
    seen: set[tuple[str, int]] = set()
    for rule in failed:
        path = f"{module.package}.{rule.name}"
        notes: dict[str, Any] = {"policy": module.policy.name, "line": rule.line}
        if rule.name in problems:
            certificates.append(
                _certificate(module, path, f"it cannot be evaluated: {problems[rule.name]}", "", None, None, notes)
            )
            continue
        failures = prober.failures(rule)
        # An entry point that merely repeats what a failed rule of its own certificate says is no news.
        if failures and all(any(n in names for n in f.chain if n != rule.name) for f in failures):
            fresh = [f for f in failures if (f.statement, f.line) not in seen]
            if not fresh:
                continue
            failures = fresh
        if not failures:
            certificates.append(_certificate(module, path, "no body of the rule holds", "", None, None, notes))
            continue
        seen.update((f.statement, f.line) for f in failures)
        parts = [_sentence(f, rule, parsed) for f in failures[:8]]
        first = failures[0]
        notes["conditions"] = [
            {
                "rule": f.rule,
                "line": f.line,
                "condition": f.statement,
                "reached": list(f.reached),
                "found": list(f.found),
            }
            for f in failures[:8]
        ]
        attribute = _attribute(first.statement)
        certificates.append(
            _certificate(
                module,
                path,
                f"condition not met: {_short(first.statement)}",
                "\n".join(parts),
                first.reached[0] if len(first.reached) == 1 else None,
                attribute,
                notes,
                _fix(first),
            )
        )
    return certificates


def _certificate(
    module: RegoModule,
    path: str,
    what: str,
    detail: str,
    address: str | None,
    attribute: str | None,
    notes: Mapping[str, Any],
    fix: str = "Change the configuration so that every condition of the rule holds.",
) -> Certificate:
    return Certificate(
        Stage.POLICY,
        Severity.ERROR,
        "policy-rule-failed",
        f"Policy rule {path.rsplit('.', 1)[-1]} failed: {what}",
        f"Policy {module.policy.name}, rule {path}.\n{detail}".rstrip(),
        address=address,
        attribute_path=attribute,
        rule=path,
        fix=fix,
        notes=notes,
    )


def _short(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= 120 else text[:117] + "..."


def _attribute(statement: str) -> str | None:
    found = _ATTRIBUTE.search(statement)
    if not found:
        return None
    path = re.sub(r"\.(?:constant_value|references)\b.*", "", found[1])
    return path.lstrip(".") or None


_TYPE = re.compile(r"\.type\s*==\s*\"([\w-]+)\"")


def _sentence(failure: _Failure, rule: Rule, parsed: Mapping[str, Any]) -> str:
    where = f"in {' -> '.join(failure.chain)}, " if failure.chain and failure.chain != (rule.name,) else ""
    text = f"Not met ({where}line {failure.line}): {_short(failure.statement)}"
    wanted = _TYPE.search(failure.statement)
    if wanted:
        changes = parsed.get("resource_changes") or []
        if not any(c.get("type") == wanted[1] for c in changes if isinstance(c, dict)):
            return f"{text}\n  the configuration has no resource of type {wanted[1]}"
    if failure.found:
        text += "\n  found instead: " + ", ".join(_json(v) for v in failure.found[:MAX_VALUES])
    if failure.reached:
        text += "\n  resources that met the conditions before it: " + ", ".join(failure.reached[:MAX_VALUES])
    return text


def _fix(failure: _Failure) -> str:
    wanted = _TYPE.search(failure.statement)
    if wanted:
        return f"Add a resource of type {wanted[1]} that meets the rule's other conditions."
    attribute = _attribute(failure.statement)
    where = f" of {failure.reached[0]}" if len(failure.reached) == 1 else ""
    if attribute:
        return f"Set {attribute}{where} so that this holds: {_short(failure.statement)}"
    return f"Change the configuration{where} so that this holds: {_short(failure.statement)}"


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else text[:197] + "..."


class _Prober:
    def __init__(self, module: RegoModule, helpers: Sequence[RegoModule], plan: str) -> None:
        self.module = module
        self.helpers = [h for h in helpers if h.v0 == module.v0]
        self.plan = plan
        self.budget = MAX_STATEMENTS
        self.local: set[str] = set(module.rules)
        self.raised: set[str] = set()  # probes of the last evaluation that could not be evaluated: they tell nothing

    def failures(self, rule: Rule) -> list[_Failure]:
        """The failing statement of the body that came furthest, followed into other rules where it leads there."""
        return self._rule(rule, (), (rule.name,), 0)

    def _rule(self, rule: Rule, prefix: tuple[str, ...], chain: tuple[str, ...], depth: int) -> list[_Failure]:
        best: list[_Failure] = []
        for index, body in enumerate(rule.alternatives):
            if body.is_else or self.budget <= 0:
                continue
            heads: tuple[str, ...] = prefix
            if rule.kind == "function":
                continue
            found = self._body(rule, body, heads, chain, depth)
            if found and (not best or found[0].progress > best[0].progress):
                best = found
            if index > 20:
                break
        return best

    def _body(
        self, rule: Rule, body: Alternative, prefix: tuple[str, ...], chain: tuple[str, ...], depth: int
    ) -> list[_Failure]:
        statements = list(body.texts)
        self.budget -= len(statements)
        all_statements = [*prefix, *statements]
        probes = {f"tfprobe_{i}": "\n  ".join(all_statements[: len(prefix) + i + 1]) for i in range(len(statements))}
        holds = self._evaluate({name: (name, text) for name, text in probes.items()})
        if holds is None:
            return []
        failing = next(
            (
                i
                for i in range(len(statements))
                if holds.get(f"tfprobe_{i}") is not True and f"tfprobe_{i}" not in self.raised
            ),
            None,
        )
        if failing is None:
            return []
        failures: list[_Failure] = []
        statement = body.statements[failing]
        before = tuple(all_statements[: len(prefix) + failing])
        followed = self._follow(statement, before, chain, depth)
        if followed:
            return [
                _Failure(f.rule, f.statement, f.line, f.chain, f.reached, f.found, failing + f.progress / 1000)
                for f in followed
            ]
        failures.append(
            _Failure(
                rule.name,
                statements[failing],
                body.lines[failing],
                chain,
                *self._witness(body, failing, before),
                progress=failing,
            )
        )
        return failures

    def _is_reference(self, statement: Mapping[str, Any]) -> str | None:
        expression = statement["literal"].get("Expr", {}).get("expr", {})
        name = expression.get("Var", {}).get("value")
        if name in self.local:
            return str(name)
        if "BoolExpr" in expression:  # is_valid_x == true
            inner = expression["BoolExpr"]["lhs"].get("Var", {}).get("value")
            if inner in self.local and expression["BoolExpr"]["rhs"].get("Bool", {}).get("value") is True:
                return str(inner)
        return None

    def _follow(
        self, statement: Mapping[str, Any], before: tuple[str, ...], chain: tuple[str, ...], depth: int
    ) -> list[_Failure]:
        if depth >= MAX_DEPTH or self.budget <= 0:
            return []
        name = self._is_reference(statement)
        if name is not None and name not in chain:
            rule = self.module.rules[name]
            if rule.kind == "boolean":
                return self._rule(rule, (), (*chain, name), depth + 1)
            return []
        call = statement["literal"].get("Expr", {}).get("expr", {}).get("Call")
        if call:
            return self._follow_call(call, before, chain, depth)
        return []

    def _follow_call(
        self, call: Mapping[str, Any], before: tuple[str, ...], chain: tuple[str, ...], depth: int
    ) -> list[_Failure]:
        name = call["fcn"].get("Var", {}).get("value")
        if name not in self.local or name in chain:
            return []
        rule = self.module.rules[name]
        if rule.kind != "function" or not rule.parameters:
            return []
        source = self.module.policy.text.encode("utf-8", "surrogatepass")

        def text_of(node: Mapping[str, Any]) -> str:
            return source_text(source, next(iter(node.values()))["span"])

        arguments = [text_of(p) for p in call["params"]]
        best: list[_Failure] = []
        bodies = [b for b in rule.alternatives if not b.is_else]
        for parameters, body in zip(rule.parameters, bodies, strict=False):
            if len(parameters) != len(arguments) or not all(parameters):
                continue
            # Inside the call only the parameters are visible: a set of the arguments' values, then one fresh scope.
            bound = "\n  ".join(before)
            values = ", ".join(arguments)
            domain = (
                f"tfargs := {{ tfarg | {bound}\n  tfarg := [{values}] }}" if bound else f"tfargs := {{ [{values}] }}"
            )
            prefix = (domain, "tfone := tfargs[_]", *(f"{p} := tfone[{i}]" for i, p in enumerate(parameters)))
            found = self._body(rule, body, prefix, (*chain, str(name)), depth + 1)
            if found and (not best or found[0].progress > best[0].progress):
                best = found
        return best

    def _witness(
        self, body: Alternative, failing: int, before: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Addresses that the statements before were met by, and the values on the left of a failing comparison."""
        names: list[str] = []
        for text in before:
            assigned = re.match(r"\s*([A-Za-z_]\w*)\s*:?=[^=]", text)
            some = re.match(r"\s*some\s+(?:[A-Za-z_]\w*\s*,\s*)?([A-Za-z_]\w*)\s+in\b", text)
            if assigned and not assigned[1].startswith("tf"):
                names.append(assigned[1])
            elif some:
                names.append(some[1])
        prefix = "\n  ".join(before)
        probes: dict[str, tuple[str, str]] = {}
        for i, name in enumerate(names):
            probes[f"tfwitness_{i}"] = ("tfx", f"{prefix}\n  tfx := {name}.address")
        left = self._left(body, failing)
        if left:
            probes["tffound"] = ("tfx", f"{prefix}\n  tfx := {left}")
        if not probes:
            return (), ()
        values = self._evaluate(probes, sets=True) or {}
        reached: list[str] = []
        for i in reversed(range(len(names))):
            for value in values.get(f"tfwitness_{i}") or []:
                if isinstance(value, str) and value not in reached:
                    reached.append(value)
            if reached:
                break
        found = values.get("tffound") or []
        return tuple(reached[:20]), tuple(found[:MAX_VALUES])

    def _left(self, body: Alternative, failing: int) -> str | None:
        expression = body.statements[failing]["literal"].get("Expr", {}).get("expr", {})
        for kind in ("BoolExpr", "Membership"):
            if kind in expression:
                side = expression[kind].get("lhs") or expression[kind].get("value")
                if not side:
                    return None
                span = next(iter(side.values())).get("span")
                if span:
                    source = self.module.policy.text.encode("utf-8", "surrogatepass")
                    return source_text(source, span)
        return None

    def _evaluate(self, probes: Mapping[str, tuple[str, str]], *, sets: bool = False) -> dict[str, Any] | None:
        """Values of the probes; one that cannot be evaluated is left out. None when the copy does not even parse."""
        condition = "" if self.module.v0 else " if"
        lines: list[str] = []
        for name, (value, text) in probes.items():
            if not sets:
                lines.append(f"{name}{condition} {{\n  {text}\n}}")
            elif self.module.v0:
                lines.append(f"{name}[{value}] {{\n  {text}\n}}")
            else:
                lines.append(f"{name} contains {value} if {{\n  {text}\n}}")
        probe = RegoModule(
            Policy(self.module.policy.name, self.module.policy.text + "\n\n" + "\n\n".join(lines) + "\n"),
            self.module.v0,
            self.module.package,
            self.module.rules,
        )
        try:
            engine = new_engine(probe, *self.helpers)
            engine.set_input_json(self.plan)
        except Exception:
            self.raised = set()
            if len(probes) == 1:
                return None
            merged: dict[str, Any] = {}
            raised: set[str] = set()
            for name, content in probes.items():
                alone = self._evaluate({name: content}, sets=sets)
                merged.update(alone or {})
                raised |= self.raised | ({name} if alone is None else set())
            self.raised = raised
            return merged
        values: dict[str, Any] = {}
        self.raised = set()
        for name in probes:
            try:
                answer = json.loads(engine.eval_query_as_json(f"{self.module.package}.{name}")).get("result") or []
            except Exception:
                self.raised.add(name)
                continue
            if answer:
                values[name] = answer[0]["expressions"][0]["value"]
        return values
