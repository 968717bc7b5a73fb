"""An intent as JSON data or a file (JSON, TOML), and back. Reading is strict: what is not understood is said."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from terraformer.data.intents.conditions import (
    ONE_OR_MORE,
    AllOf,
    AnyOf,
    Attribute,
    Block,
    Condition,
    Count,
    DependsOn,
    Not,
    Operator,
    PolicyCondition,
    PolicyStatement,
    Quantifier,
    ReferredBy,
    RefersTo,
    Repeated,
    Target,
    UsesProvider,
)
from terraformer.data.intents.intent import (
    VERSION,
    ChangeAction,
    ChangeDemand,
    ChangeIntent,
    Demand,
    Distinct,
    Intent,
    Subject,
)
from terraformer.errors import UsageError

__all__ = ["intent_from_dict", "intent_to_dict", "load_intent", "path_text"]

MAX_DEPTH = 12
MAX_BYTES = 4 << 20
_OPERATORS = tuple(str(o) for o in Operator)
_KINDS = ("path", "block", "json", "policy", "refers_to", "referred_by", "depends_on", "provider", "repeated", "not")
_E = TypeVar("_E", bound=StrEnum)


def load_intent(path: str | Path) -> Intent:
    """Read an intent from a JSON or (``.toml``) TOML file. Raises UsageError, naming the file and the mend."""
    file = Path(path)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UsageError(f"{file}: an intent has at most {MAX_BYTES >> 20} MB")
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file}: cannot read the intent: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 text (byte {error.start})") from None
    try:
        data = tomllib.loads(text) if file.suffix.lower() == ".toml" else json.loads(text, parse_constant=_no_constant)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: not TOML: {error}") from None
    except json.JSONDecodeError as error:
        hint = "" if file.suffix.lower() == ".json" else " (a TOML file's name ends in .toml)"
        raise UsageError(f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}{hint}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file}: not JSON: {error}") from None
    return intent_from_dict(data, str(file))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


# ---------------------------------------------------------------------------------------------------------- reading


class _Reader:
    """One object of the data: every key must be taken, and errors say where they are."""

    def __init__(self, data: Any, where: str) -> None:
        self.where = where
        if not isinstance(data, Mapping):
            raise UsageError(f"{where}: must be an object, not {_a(data)}")
        self.data = data
        self.taken: list[str] = []

    def at(self, key: str | int) -> str:
        return f"{self.where}[{key}]" if isinstance(key, int) else f"{self.where}: {key}"

    def get(self, key: str, default: Any = None) -> Any:
        self.taken.append(key)
        return self.data.get(key, default)

    def text(self, key: str, default: str = "") -> str:
        value = self.get(key, default)
        if not isinstance(value, str):
            raise UsageError(f"{self.at(key)}: must be text, not {_a(value)}")
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise UsageError(f"{self.at(key)}: must be true or false, not {_a(value)}")
        return value

    def enum(self, key: str, kind: type[_E], default: _E | None = None) -> _E:
        value = self.get(key, default)
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(kind)
            raise UsageError(f"{self.at(key)}: {_shown(value)} is none of {known}") from None

    def items(self, key: str) -> list[tuple[str, Any]]:
        value = self.get(key, ())
        if isinstance(value, (Mapping, str, bytes)) or not isinstance(value, Sequence):
            raise UsageError(f"{self.at(key)}: must be a list, not {_a(value)}")
        return [(f"{self.at(key)}[{i}]", v) for i, v in enumerate(value)]

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(_text(v, where) for where, v in self.items(key))

    def path(self, key: str) -> tuple[str, ...]:
        return _path(self.get(key), self.at(key))

    def whole(self, key: str, default: int) -> int:
        value = self.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise UsageError(f"{self.at(key)}: must be a whole number of 0 or more, not {_shown(value)}")
        return value

    def end(self, also: Iterable[str] = ()) -> None:
        known = (*self.taken, *also)
        for key in self.data:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, 1)
                mend = f'; did you mean "{near[0]}"?' if near else f"; known are {', '.join(dict.fromkeys(known))}"
                raise UsageError(f'{self.where}: unknown key "{key}"{mend}')

    def build(self, make: Callable[[], Any]) -> Any:
        """What the dataclasses themselves refuse, with the place."""
        try:
            return make()
        except UsageError as error:
            raise UsageError(f"{self.where}: {error}") from None


def _a(value: Any) -> str:
    names = {bool: "a boolean", str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else names.get(type(value), type(value).__name__)


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) < 60 else text[:57] + "..."


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{where}: must be text, not {_a(value)}")
    return value


def _path(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        steps = tuple(value.replace("[*]", ".*").split("."))
    elif isinstance(value, Sequence):
        steps = tuple(_text(step, where) for step in value)
    else:
        raise UsageError(f'{where}: must be a path such as "versioning_configuration.status", not {_a(value)}')
    if not all(steps):
        raise UsageError(f"{where}: {_shown(value)} has an empty step")
    return steps


def intent_from_dict(data: Any, where: str = "intent") -> Intent:
    """See ``Intent.from_dict``."""
    reader = _Reader(data, where)
    version = reader.get("version")
    if version != VERSION or isinstance(version, bool):
        raise UsageError(f'{where}: "version" is {_shown(version)}; this release reads version {VERSION}')
    demands = tuple(_demand(v, at) for at, v in reader.items("demands"))
    change = reader.get("change")
    title = reader.text("title")
    reader.end()
    if not demands and change is None:
        raise UsageError(f'{where}: it demands nothing: add "demands" or "change"')
    made = reader.build(
        lambda: Intent(demands, None if change is None else _change(change, reader.at("change")), title)
    )
    assert isinstance(made, Intent)
    return made


def _count(value: Any, where: str) -> Count:
    if value is None:
        return ONE_OR_MORE
    if isinstance(value, int) and not isinstance(value, bool):
        value = {"exactly": value}
    reader = _Reader(value, where)
    if "exactly" in reader.data:
        number = reader.whole("exactly", 1)
        reader.end()
        return Count.exactly(number)
    least = reader.whole("at_least", 0 if "at_most" in reader.data else 1)
    most = reader.whole("at_most", 0) if "at_most" in reader.data else None
    reader.end(("exactly", "at_most"))
    made = reader.build(lambda: Count(least, most))
    assert isinstance(made, Count)
    return made


def _demand(data: Any, where: str) -> Demand:
    reader = _Reader(data, where)
    subject = reader.enum("subject", Subject, Subject.RESOURCE)
    module = reader.get("module")
    distinct = reader.get("distinct")
    fields: dict[str, Any] = {
        "subject": subject,
        "type": reader.text("type"),
        "label": reader.text("label"),
        "module": None if module is None else _text(module, reader.at("module")),
        "where": _conditions(reader, "where"),
        "having": _conditions(reader, "having"),
        "count": _count(reader.get("count"), reader.at("count")),
        "quantifier": reader.enum("quantifier", Quantifier, Quantifier.SOME),
        "name": reader.text("name"),
        "text": reader.text("text"),
    }
    if distinct is not None:
        inner = _Reader(distinct, reader.at("distinct"))
        fields["distinct"] = Distinct(inner.path("path"), inner.whole("at_least", 2))
        inner.end()
    reader.end()
    made = reader.build(lambda: Demand(**fields))
    assert isinstance(made, Demand)
    return made


def _change(data: Any, where: str) -> ChangeIntent:
    reader = _Reader(data, where)
    demands = tuple(_change_demand(v, at) for at, v in reader.items("demands"))
    rest = reader.flag("rest_unchanged", True)
    outputs = reader.texts("removed_outputs")
    reader.end()
    return ChangeIntent(demands, rest, outputs)


def _change_demand(data: Any, where: str) -> ChangeDemand:
    reader = _Reader(data, where)
    fields: dict[str, Any] = {
        "action": reader.enum("action", ChangeAction),
        "type": reader.text("type"),
        "address": reader.text("address"),
        "previous": reader.text("previous"),
        "before": _conditions(reader, "before"),
        "having": _conditions(reader, "having"),
        "paths": tuple(_path(v, at) for at, v in reader.items("paths")),
        "count": _count(reader.get("count"), reader.at("count")),
        "name": reader.text("name"),
        "text": reader.text("text"),
    }
    reader.end()
    made = reader.build(lambda: ChangeDemand(**fields))
    assert isinstance(made, ChangeDemand)
    return made


def _conditions(reader: _Reader, key: str, depth: int = 0) -> tuple[Condition, ...]:
    return tuple(_condition(v, at, depth + 1) for at, v in reader.items(key))


def _condition(data: Any, where: str, depth: int = 0) -> Condition:
    if depth > MAX_DEPTH:
        raise UsageError(f"{where}: nested more than {MAX_DEPTH} deep")
    reader = _Reader(data, where)
    made: Any = reader.build(lambda: _read_condition(reader, depth))
    reader.end()
    return made  # type: ignore[no-any-return]


def _read_condition(reader: _Reader, depth: int) -> Condition:
    data = reader.data
    if "refers_to" in data:
        path = reader.path("path") if "path" in data else ()
        return RefersTo(_target(reader.get("refers_to"), reader.at("refers_to"), depth), path)
    if "referred_by" in data:
        other = reader.get("referred_by")
        inner = _Reader({"type": other} if isinstance(other, str) else other, reader.at("referred_by"))
        path = inner.path("path") if "path" in inner.data else ()
        found = ReferredBy(inner.text("type"), path, _conditions(inner, "having", depth))
        inner.end()
        return found
    if "block" in data or "json" in data:
        json_ = "json" in data
        return Block(
            reader.path("json" if json_ else "block"),
            _conditions(reader, "having", depth),
            _count(reader.get("count"), reader.at("count")),
            reader.enum("quantifier", Quantifier, Quantifier.SOME),
            json_,
        )
    if "policy" in data:
        return _policy(reader)
    if "depends_on" in data:
        return DependsOn(reader.text("depends_on"))
    if "provider" in data:
        return UsesProvider(reader.text("provider"))
    if "repeated" in data:
        return Repeated(reader.text("repeated"))
    if "not" in data:
        return Not(_condition(reader.get("not"), reader.at("not"), depth + 1))
    for key, kind in (("any", AnyOf), ("all", AllOf)):
        if key in data:
            return kind(_conditions(reader, key, depth))
    if "path" not in data:
        raise UsageError(f"no condition: it needs one of {', '.join(_KINDS)}, any, all")
    path = reader.path("path")
    named = [o for o in _OPERATORS if o in data]
    if len(named) != 1:
        extra = [str(k) for k in data if k not in ("path", "unknown", *named)]
        near = difflib.get_close_matches(extra[0], _OPERATORS, 1) if extra else []
        mend = f'"{extra[0]}" is none; did you mean "{near[0]}"?' if near else f"one of {', '.join(_OPERATORS)}"
        raise UsageError(f"a path has exactly one test, not {len(named)}: {mend}")
    value = reader.get(named[0])
    return Attribute(
        path, Operator(named[0]), tuple(value) if isinstance(value, list) else value, reader.flag("unknown")
    )


def _target(data: Any, where: str, depth: int) -> Target:
    reader = _Reader({"type": data} if isinstance(data, str) else data, where)
    fields = {k: reader.text(k) for k in ("type", "data", "variable", "module", "local", "label", "attribute")}
    having = _conditions(reader, "having", depth)
    reader.end()
    return Target(**fields, having=having)


def _policy(reader: _Reader) -> PolicyStatement:
    path = reader.path("policy")
    principals = _Reader(reader.get("principals", {}), reader.at("principals"))
    conditions = []
    for where, value in reader.items("conditions"):
        inner = _Reader(value, where)
        wanted = inner.get("value")
        conditions.append(
            PolicyCondition(
                inner.text("test"),
                inner.text("variable"),
                None if wanted is None else _text(wanted, inner.at("value")),
            )
        )
        inner.end()
    return PolicyStatement(
        path,
        reader.text("effect"),
        reader.texts("actions"),
        reader.texts("resources"),
        {str(k): principals.texts(k) for k in principals.data},
        tuple(conditions),
        reader.flag("only"),
        reader.flag("unknown"),
    )


# ---------------------------------------------------------------------------------------------------------- writing


def path_text(path: Sequence[str]) -> str:
    """A path as one writes it: "ingress.cidr_blocks[*]"."""
    return ".".join(path).replace(".*", "[*]")


def _path_form(path: Sequence[str]) -> str | list[str]:
    text = ".".join(path)
    plain = all(step and "." not in step and "[*]" not in step for step in path)
    return text.replace(".*", "[*]") if plain and "*" not in path[:1] else list(path)


def intent_to_dict(intent: Intent) -> dict[str, Any]:
    """See ``Intent.to_dict``."""
    data: dict[str, Any] = {"version": VERSION}
    _put(data, "title", intent.title)
    _put(data, "demands", [_demand_form(d) for d in intent.demands])
    if intent.change is not None:
        change: dict[str, Any] = {"demands": [_change_form(d) for d in intent.change.demands]}
        if not intent.change.rest_unchanged:
            change["rest_unchanged"] = False
        _put(change, "removed_outputs", list(intent.change.removed_outputs))
        data["change"] = change
    return data


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    if value not in ("", [], {}, None, False):
        data[key] = value


def _put_count(data: dict[str, Any], count: Count) -> None:
    if count == ONE_OR_MORE:
        return
    if count.least == count.most:
        data["count"] = {"exactly": count.least}
        return
    data["count"] = {"at_least": count.least}
    if count.most is not None:
        data["count"]["at_most"] = count.most


def _demand_form(demand: Demand) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if demand.subject is not Subject.RESOURCE:
        data["subject"] = str(demand.subject)
    _put(data, "type", demand.type)
    _put(data, "label", demand.label)
    if demand.module is not None:
        data["module"] = demand.module
    _put(data, "where", [_form(c) for c in demand.where])
    _put(data, "having", [_form(c) for c in demand.having])
    _put_count(data, demand.count)
    if demand.quantifier is not Quantifier.SOME:
        data["quantifier"] = str(demand.quantifier)
    if demand.distinct is not None:
        data["distinct"] = {"path": _path_form(demand.distinct.path), "at_least": demand.distinct.least}
    _put(data, "name", demand.name)
    _put(data, "text", demand.text)
    return data


def _change_form(demand: ChangeDemand) -> dict[str, Any]:
    data: dict[str, Any] = {"action": str(demand.action)}
    for key in ("type", "address", "previous"):
        _put(data, key, getattr(demand, key))
    _put(data, "before", [_form(c) for c in demand.before])
    _put(data, "having", [_form(c) for c in demand.having])
    _put(data, "paths", [_path_form(p) for p in demand.paths])
    _put_count(data, demand.count)
    _put(data, "name", demand.name)
    _put(data, "text", demand.text)
    return data


def _form(condition: Condition) -> dict[str, Any]:
    data: dict[str, Any] = {}
    match condition:
        case Attribute(path, operator, value, unknown):
            shown = list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
            data = {"path": _path_form(path), str(operator): shown}
            _put(data, "unknown", unknown)
        case Block(path, having, count, quantifier, json_):
            data["json" if json_ else "block"] = _path_form(path)
            _put(data, "having", [_form(c) for c in having])
            _put_count(data, count)
            if quantifier is not Quantifier.SOME:
                data["quantifier"] = str(quantifier)
        case PolicyStatement():
            data["policy"] = _path_form(condition.path)
            _put(data, "effect", condition.effect)
            _put(data, "actions", list(condition.actions))
            _put(data, "resources", list(condition.resources))
            _put(data, "principals", {k: list(v) for k, v in condition.principals.items()})
            _put(data, "conditions", [_policy_condition_form(c) for c in condition.conditions])
            _put(data, "only", condition.only)
            _put(data, "unknown", condition.unknown)
        case RefersTo(target, path):
            names = ("type", "data", "variable", "module", "local", "label", "attribute")
            inner = {k: v for k in names if (v := getattr(target, k))}
            _put(inner, "having", [_form(c) for c in target.having])
            data["refers_to"] = inner
            if path:
                data["path"] = _path_form(path)
        case ReferredBy(type_, path, having):
            data["referred_by"] = {"type": type_}
            if path:
                data["referred_by"]["path"] = _path_form(path)
            _put(data["referred_by"], "having", [_form(c) for c in having])
        case DependsOn(type_):
            data = {"depends_on": type_}
        case UsesProvider(provider):
            data = {"provider": provider}
        case Repeated(by):
            data = {"repeated": by}
        case Not(inner_condition):
            data = {"not": _form(inner_condition)}
        case AnyOf(conditions):
            data = {"any": [_form(c) for c in conditions]}
        case AllOf(conditions):
            data = {"all": [_form(c) for c in conditions]}
    return data


def _policy_condition_form(condition: PolicyCondition) -> dict[str, Any]:
    data = {"test": condition.test, "variable": condition.variable}
    if condition.value is not None:
        data["value"] = condition.value
    return data
