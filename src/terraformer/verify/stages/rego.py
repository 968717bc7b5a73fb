"""One Rego module in regorus: syntax version, what its rules are, and evaluation.

Source: the Rego language reference (openpolicyagent.org, v0 and v1 syntax) and microsoft/regorus.
Not covered: ``http.send``, ``opa.runtime`` and whatever else of OPA's built-in functions regorus lacks; a rule that
needs one is undefined, and said to be.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import regorus

from terraformer.errors import PolicyError
from terraformer.types import Policy

__all__ = ["Alternative", "RegoModule", "Rule", "evaluate", "new_engine", "read_policy", "source_text"]

_BACKTRACE = re.compile(r"\n+Stack backtrace:.*", re.S)
_V1_ONLY = re.compile(r"^\s*import\s+rego\.v1\b|^[^#\n\"]*\b(?:if\s*\{|contains\s+[\w{\"\[])", re.M)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One body of a rule (several bodies are alternatives): its statements' texts and lines."""

    statements: tuple[Mapping[str, Any], ...]
    texts: tuple[str, ...]
    lines: tuple[int, ...]
    is_else: bool = False


@dataclass(slots=True)
class Rule:
    """All definitions of one name. ``kind`` is "boolean", "value", "set", "object" or "function"."""

    name: str
    kind: str = "boolean"
    has_default: bool = False
    line: int = 0
    parameters: tuple[tuple[str, ...], ...] = ()
    alternatives: list[Alternative] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)
    negated: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class RegoModule:
    """A parsed policy. ``package`` is its path ("data.terraform.validation"); ``v0`` its syntax version."""

    policy: Policy
    v0: bool
    package: str
    rules: Mapping[str, Rule]

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(self.package.split(".")[1:])


def clean_message(error: BaseException) -> str:
    """regorus's message without its backtrace, on few lines."""
    return _BACKTRACE.sub("", str(error)).strip()


def one_line(error: BaseException) -> str:
    """``file:line:column: message`` of a regorus error."""
    text = clean_message(error)
    place = re.search(r"-->\s*(.+:\d+:\d+)", text)
    message = re.search(r"^error:\s*(.+)", text, re.M)
    what = message[1].strip() if message else " ".join(text.split())
    return f"{place[1]}: {what}" if place else what


class _Engines(threading.local):
    """Engines with their policies parsed, which costs more than judging a plan. An engine belongs to its thread."""

    def __init__(self) -> None:
        self.kept: OrderedDict[tuple[bool, tuple[Policy, ...]], Any] = OrderedDict()

    def keep(self, key: tuple[bool, tuple[Policy, ...]], engine: Any) -> None:
        self.kept[key] = engine
        if len(self.kept) > _MAX_ENGINES:
            self.kept.popitem(last=False)


_engines = _Engines()
_MAX_ENGINES = 32


def new_engine(*modules: RegoModule) -> Any:
    """An engine with the given modules, all of one syntax version."""
    key = (modules[0].v0, tuple(m.policy for m in modules))
    parsed = _engines.kept.get(key)
    if parsed is None:
        parsed = regorus.Engine()
        parsed.set_rego_v0(modules[0].v0)
        parsed.set_gather_prints(True)
        for module in modules:
            parsed.add_policy(module.policy.name, module.policy.text)
        _engines.keep(key, parsed)
    return parsed.clone()


@lru_cache(maxsize=256)
def read_policy(policy: Policy) -> RegoModule:
    """Parse a policy in the syntax version that fits it. Raises PolicyError naming file, line and reason."""
    likely_v1 = bool(_V1_ONLY.search(policy.text))
    errors: dict[bool, str] = {}
    for v0 in (False, True) if likely_v1 else (True, False):
        try:
            package, tree, declares = _parse(policy, v0)
            hoisted = _hoisted(tree, policy.text.encode("utf-8", "surrogatepass")) if declares else None
            if hoisted is not None:
                policy = Policy(policy.name, hoisted)
                package, tree, _ = _parse(policy, v0)
        except RecursionError:
            raise PolicyError(f"policy {policy.name}: nested too deeply") from None
        except Exception as error:
            errors[v0] = one_line(error)
            continue
        return RegoModule(policy, v0, package, _rules(tree, policy.text.encode("utf-8", "surrogatepass")))
    message = errors[not likely_v1]
    raise PolicyError(f"policy {policy.name} is not valid Rego: {message}")


def _parse(policy: Policy, v0: bool) -> tuple[str, dict[str, Any], bool]:
    """Package, syntax tree, and whether there may be a ``some x`` (without ``in``) anywhere."""
    engine = regorus.Engine()
    engine.set_rego_v0(v0)
    engine.set_gather_prints(True)
    package = engine.add_policy(policy.name, policy.text)
    text = engine.get_ast_as_json()
    _engines.keep((v0, (policy,)), engine)  # parsed, so that it need not be again
    return package, json.loads(text)[0]["ast"], '"SomeVars"' in text


def _hoisted(tree: Any, text: bytes) -> str | None:
    """The policy with every ``some x`` moved to the first ``some`` of its body; None when there is nothing to move.

    regorus 0.13 takes a ``some`` that is reached a second time in backtracking for a second declaration and gives up.
    Lines stay the same. A variable that the body uses before its ``some`` is another one until then, and stays where it
    is.
    """
    edits: list[tuple[int, int, bytes]] = []
    stack: list[Any] = [tree["rules"]]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
            continue
        if not isinstance(node, dict):
            continue
        stack.extend(_inner(node))
        statements = node.get("stmts")
        if not isinstance(statements, list):
            continue
        declared = [(n, s) for n, s in enumerate(statements) if "SomeVars" in s["literal"]]
        later = [
            (n, s)
            for n, s in declared[1 if declared and declared[0][0] == 0 else 0 :]
            if n and not {v[1] for v in _some_names(s, text)} & set(_variables(statements[:n]))
        ]
        if not later:
            continue
        names = ", ".join(name for _, s in later for _, name in _some_names(s, text))
        first = statements[0]["span"]
        if declared[0][0] == 0:
            edits.append((first["end"], first["end"], f", {names}".encode()))
        else:
            edits.append((first["start"], first["start"], f"some {names}; ".encode()))
        edits.extend((s["span"]["start"], s["span"]["end"], b"true") for _, s in later)
    if not edits:
        return None
    data = bytearray(text)
    for start, end, new in sorted(edits, reverse=True):
        data[start:end] = new + b"\n" * data[start:end].count(b"\n")
    return data.decode("utf-8", "replace")


def _some_names(statement: Mapping[str, Any], text: bytes) -> list[tuple[int, str]]:
    """(start, name) of the variables of a ``some`` statement."""
    spans = statement["literal"]["SomeVars"]["vars"]
    return [(s["start"], text[s["start"] : s["end"]].decode("utf-8", "replace")) for s in spans]


def _head_name(reference: Mapping[str, Any]) -> str | None:
    """The dotted name of a rule's head, None when it has a computed part (m[k] = v)."""
    if "Var" in reference:
        return str(reference["Var"]["value"])
    if "RefDot" in reference:
        inner = _head_name(reference["RefDot"]["refr"])
        return None if inner is None else f"{inner}.{reference['RefDot']['field'][1]}"
    return None


def _base_name(reference: Mapping[str, Any]) -> str:
    while "Var" not in reference:
        inner = next(iter(reference.values()))
        if "refr" not in inner:
            return ""
        reference = inner["refr"]
    return str(reference["Var"]["value"])


def _inner(node: Mapping[str, Any]) -> list[Any]:
    """What a node of the syntax tree holds, without places (most of it) and plain values."""
    return [v for k, v in node.items() if k != "span" and k != "Var" and isinstance(v, (dict, list))]


def _variables(node: Any) -> Iterator[str]:
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if "Var" in item:
                yield str(item["Var"]["value"])
            stack.extend(_inner(item))
        elif isinstance(item, list):
            stack.extend(item)


def _negations(node: Any) -> Iterator[Any]:
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if "NotExpr" in item:
                yield item["NotExpr"]
            stack.extend(_inner(item))
        elif isinstance(item, list):
            stack.extend(item)


def source_text(text: bytes, span: Mapping[str, Any]) -> str:
    """The text of a span. regorus leaves the quotes out of a string's span, and so out of what ends or starts in
    one.
    """
    start, end = int(span["start"]), int(span["end"])
    part = text[start:end]
    quotes: tuple[bytes, ...] = (b'"', b"`")
    for quote in quotes:
        if part.replace(b"\\\\", b"").replace(b"\\" + quote, b"").count(quote) % 2 == 0:
            if text[start - 1 : start] == quote and text[end : end + 1] == quote and quote not in part:
                return text[start - 1 : end + 1].decode("utf-8", "replace")
        elif text[end : end + 1] == quote:
            end += 1
        elif text[start - 1 : start] == quote:
            start -= 1
    return text[start:end].decode("utf-8", "replace")


def _rules(tree: Mapping[str, Any], text: bytes) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for entry in tree["rules"]:
        if "Default" in entry:
            name = _head_name(entry["Default"]["refr"])
            if name is not None:
                rule = found.setdefault(name, Rule(name))
                rule.has_default = True
                rule.line = rule.line or entry["Default"]["span"]["line"]
                if "Bool" not in entry["Default"]["value"]:
                    rule.kind = "value"
            continue
        spec = entry["Spec"]
        ((head_kind, head),) = spec["head"].items()
        name = _head_name(head["refr"])
        if name is None:
            name, kind = _base_name(head["refr"]), "object"
        elif head_kind == "Func":
            kind = "function"
        elif head_kind == "Set":
            kind = "set"
        else:
            assigned = head.get("assign")
            kind = "boolean" if assigned is None or "Bool" in assigned["value"] else "value"
        rule = found.setdefault(name, Rule(name))
        if kind != "boolean" or not rule.alternatives:
            rule.kind = kind if rule.kind == "boolean" else rule.kind
        rule.line = spec["span"]["line"]
        if kind == "function":
            rule.parameters = (*rule.parameters, tuple(str(a.get("Var", {}).get("value", "")) for a in head["args"]))
        uses, negated = _mentions(spec, head, text)
        rule.uses |= uses
        rule.negated |= negated
        for body in spec["bodies"]:
            statements = body["query"]["stmts"]
            spans = [s["span"] for s in statements]
            rule.alternatives.append(
                Alternative(
                    tuple(statements),
                    tuple(source_text(text, s) for s in spans),
                    tuple(s["line"] for s in spans),
                    bool(body["is_else"]),
                )
            )
    return found


_mentioned: dict[bytes, tuple[frozenset[str], frozenset[str]]] = {}
_MAX_MENTIONED = 2048


def _mentions(spec: Mapping[str, Any], head: Mapping[str, Any], text: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a rule mentions, and those under a negation. They follow from its text, and many policies share
    their helpers."""
    key = text[spec["span"]["start"] : spec["span"]["end"]]
    found = _mentioned.get(key)
    if found is None:
        uses = frozenset(_variables([spec["bodies"], head.get("assign"), head.get("key")]))
        negated = frozenset(name for node in _negations(spec["bodies"]) for name in _variables(node))
        if len(_mentioned) >= _MAX_MENTIONED:
            _mentioned.clear()
        found = _mentioned[key] = (uses, negated)
    return found


def evaluate(module: RegoModule, helpers: Sequence[RegoModule], plan: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The value of every rule of the module's package that is defined, and messages of rules that could not be
    evaluated.

    OPA takes an error of a built-in function as "undefined"; regorus raises, so on an error each rule is evaluated
    alone and the one that fails is undefined.
    """
    same = [h for h in helpers if h.v0 == module.v0]
    engine = new_engine(module, *same)
    engine.set_input_json(plan)
    try:
        return _value(engine.eval_query_as_json(module.package)) or {}, {}
    except Exception:
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for name, rule in module.rules.items():
            if rule.kind in ("function", "object"):
                continue
            try:
                value = _value(engine.eval_query_as_json(f"{module.package}.{name}"))
            except Exception as error:
                problems[name] = one_line(error)
                continue
            if value is not None:
                values[name] = value
        return values, problems


def _value(answer: str) -> Any:
    results = json.loads(answer).get("result") or []
    return results[0]["expressions"][0]["value"] if results else None
