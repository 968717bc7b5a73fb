"""The plan JSON as the subjects of demands: resources, data sources, outputs, variables, providers, module calls.

Source: the JSON output format of Terraform (``terraform show -json``), format 1.x. Resources and their values are those
of ``resource_changes`` (``change.after``): every instance, in all modules, in one list, deleted ones left out; what is
known only after apply is a missing key there, or null in a list. Data sources are those read during the plan
(``prior_state``) and those that wait for apply. References are those of ``configuration``.
Everything is read when it is first asked for; a plan with hundreds of resources costs microseconds until then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from terraformer.errors import UsageError

__all__ = ["Item", "PlanView", "Source", "bare"]

# The instance keys of an address; the Rego form uses the same pattern.
INSTANCE_KEYS = r'\[("([^"\\]|\\.)*"|[^\]"]*)\]'
_KEYS = re.compile(INSTANCE_KEYS)
_MODULE_ONLY = re.compile(r"module\.[^.]+")
_LOCAL = re.compile(r"^(module\.[^.]+\.)*local\.")
_DOCUMENT = re.compile(r"^(module\.[^.]+\.)*data\.aws_iam_policy_document\.[^.]+\Z")
_JSON_TYPES = {str: "string", bool: "bool", int: "number", float: "number", list: "list", dict: "map"}


def bare(address: str) -> str:
    """An address or reference without instance keys."""
    return _KEYS.sub("", address) if "[" in address else address


def _join(module: str, name: str) -> str:
    return f"{module}.{name}" if module else name


@dataclass(slots=True, eq=False)
class Source:
    """Where something is written: the module's address, its arguments' expressions, and the raw block."""

    module: str
    expressions: Mapping[str, Any]
    block: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Item:
    """One subject. ``values`` are what conditions look into, ``change`` the raw entry of ``resource_changes``."""

    address: str
    type: str
    label: str
    module: str
    values: Mapping[str, Any]
    source: Source | None = None
    change: Mapping[str, Any] = field(default_factory=dict)


class PlanView:
    """A plan JSON, indexed. Raises UsageError when the data is no plan."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        if not isinstance(plan, Mapping) or "planned_values" not in plan or "configuration" not in plan:
            raise UsageError(
                'not a plan in JSON: it has no "planned_values" and "configuration" (terraform show -json)'
            )
        self.plan = plan
        self._reached: dict[tuple[int, tuple[str, ...]], frozenset[str]] = {}

    # ------------------------------------------------------------------------------------------------- resources

    @cached_property
    def changes(self) -> list[Mapping[str, Any]]:
        """The managed entries of ``resource_changes``, without deposed objects."""
        entries = self.plan.get("resource_changes") or ()
        return [c for c in entries if c.get("mode") == "managed" and "deposed" not in c]

    @cached_property
    def resources(self) -> list[Item]:
        return [i for c in self.changes if (i := self._instance(c)) is not None]

    @cached_property
    def resources_by_type(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.resources:
            found.setdefault(item.type, []).append(item)
        return found

    def _instance(self, entry: Mapping[str, Any]) -> Item | None:
        after = entry["change"].get("after")
        if not isinstance(after, Mapping) or "forget" in entry["change"]["actions"]:
            return None
        return self.item_of(entry, after)

    def item_of(self, entry: Mapping[str, Any], values: Mapping[str, Any]) -> Item:
        address = entry["address"]
        module = bare(entry.get("module_address", ""))
        return Item(address, entry["type"], entry["name"], module, values, self.blocks.get(bare(address)), entry)

    @cached_property
    def data(self) -> list[Item]:
        entries = [c for c in self.plan.get("resource_changes") or () if c.get("mode") == "data"]
        found = [
            self.item_of(c, after) for c in entries if isinstance(after := c["change"].get("after"), Mapping)
        ]  # waiting for apply
        waiting = {c["address"] for c in entries}
        prior = ((self.plan.get("prior_state") or {}).get("values") or {}).get("root_module") or {}
        for module in _modules(prior):
            for entry in module.get("resources") or ():
                if entry.get("mode") == "data" and entry["address"] not in waiting:
                    item = self.item_of({**entry, "module_address": module.get("address", "")}, entry["values"])
                    found.append(item)
        return [i for i in found if i.source is not None]

    # --------------------------------------------------------------------------------------------- configuration

    @cached_property
    def modules(self) -> dict[str, Mapping[str, Any]]:
        """The configuration's modules by address; "" is the root."""
        found: dict[str, Mapping[str, Any]] = {}
        stack = [("", self.plan["configuration"].get("root_module") or {})]
        while stack:
            address, module = stack.pop()
            found[address] = module
            for name, call in (module.get("module_calls") or {}).items():
                if isinstance(call.get("module"), Mapping):
                    stack.append((_join(address, f"module.{name}"), call["module"]))
        return found

    @cached_property
    def blocks(self) -> dict[str, Source]:
        """The resource and data blocks by address (without instance keys)."""
        return {
            _join(address, block["address"]): Source(address, block.get("expressions") or {}, block)
            for address, module in self.modules.items()
            for block in module.get("resources") or ()
        }

    @cached_property
    def outputs(self) -> list[Item]:
        planned = self.plan["planned_values"].get("outputs") or {}
        found = []
        for name, block in (self.modules[""].get("outputs") or {}).items():
            values: dict[str, Any] = {"sensitive": block.get("sensitive", False)}
            if "description" in block:
                values["description"] = block["description"]
            if "value" in planned.get(name, ()):
                values["value"] = planned[name]["value"]
            source = Source("", {"value": block.get("expression") or {}}, block)
            found.append(Item(f"output.{name}", "", name, "", values, source))
        return found

    @cached_property
    def variables(self) -> list[Item]:
        given = self.plan.get("variables") or {}
        found = []
        for name, block in (self.modules[""].get("variables") or {}).items():
            values: dict[str, Any] = {k: block[k] for k in ("default", "description") if k in block}
            values["sensitive"] = block.get("sensitive", False)
            values["has_default"] = "default" in block
            if "value" in given.get(name, ()):
                values["value"] = value = given[name]["value"]
                if type(value) in _JSON_TYPES:
                    values["type"] = _JSON_TYPES[type(value)]
            found.append(Item(f"var.{name}", "", name, "", values, None))
        return found

    @cached_property
    def providers(self) -> list[Item]:
        found = []
        for key, provider in (self.plan["configuration"].get("provider_config") or {}).items():
            expressions = provider.get("expressions") or {}
            root = ":" not in key
            values: dict[str, Any] = {}
            for name, expression in expressions.items():
                if isinstance(expression, list):
                    values[name] = [self._known_block(b, root) for b in expression]
                else:
                    for value in self._known(expression, root):
                        values[name] = value
            for name, own in (("alias", "alias"), ("version", "version_constraint")):
                if own in provider:
                    values[name] = provider[own]
            module = key.rpartition(":")[0]
            source = Source(module, expressions, provider)
            found.append(Item(f"provider.{key}", "", provider["name"], module, values, source))
        return found

    def _known(self, expression: Any, variables: bool) -> Iterator[Any]:
        """The value of an expression that is a constant or one root variable: one, or none."""
        if not isinstance(expression, Mapping):
            return
        if "constant_value" in expression:
            yield expression["constant_value"]
        elif variables:
            references = expression.get("references")
            if isinstance(references, list) and len(references) == 1 and references[0].startswith("var."):
                variable = (self.plan.get("variables") or {}).get(references[0][4:], {})
                if "value" in variable:
                    yield variable["value"]

    def _known_block(self, block: Any, variables: bool) -> dict[str, Any]:
        if not isinstance(block, Mapping):
            return {}
        return {name: v for name, e in block.items() for v in self._known(e, variables)}

    @cached_property
    def module_calls(self) -> list[Item]:
        found = []
        for address, module in self.modules.items():
            for name, call in (module.get("module_calls") or {}).items():
                expressions = call.get("expressions") or {}
                values = {k: v for k, e in expressions.items() for v in self._known(e, False)}
                for key, own in (("source", "source"), ("version", "version_constraint")):
                    if own in call:
                        values[key] = call[own]
                source = Source(address, expressions, call)
                found.append(Item(_join(address, f"module.{name}"), "", name, address, values, source))
        return found

    # ------------------------------------------------------------------------------------------------ references

    def written(self, source: Source | None, path: Sequence[str]) -> bool:
        """The argument at the path is written with an expression that is no constant."""
        if source is None:
            return False
        wanted = tuple(path)
        return any(wanted[: len(steps)] == steps for steps, _ in _expressions(source.expressions))

    def direct(self, source: Source, path: Sequence[str]) -> frozenset[str]:
        """What the argument at the path (or under it, or around it) refers to, without following."""
        wanted = tuple(path)
        names: set[str] = set()
        for steps, references in _expressions(source.expressions):
            n = min(len(steps), len(wanted))
            if steps[:n] == wanted[:n]:
                names.update(references)
        if any(n.startswith("each.") for n in names):
            each = source.block.get("for_each_expression")
            names.update(_references(each))
        return self._symbols(source.module, names)

    def _symbols(self, module: str, names: set[str]) -> frozenset[str]:
        bares = {bare(n) for n in names}
        return frozenset(
            _join(module, n)
            for n in bares
            if not (_MODULE_ONLY.fullmatch(n) and any(o.startswith(f"{n}.") for o in bares))
        )

    @cached_property
    def edges(self) -> dict[str, frozenset[str]]:
        """What variables and outputs of modules, and policy documents, refer to in their turn."""
        found: dict[str, frozenset[str]] = {}
        for address, module in self.modules.items():
            for name, call in (module.get("module_calls") or {}).items():
                inner = _join(address, f"module.{name}")
                calling = Source(address, call.get("expressions") or {}, call)
                for argument in calling.expressions:
                    found[f"{inner}.var.{argument}"] = self.direct(calling, (argument,))
                child = call.get("module")
                outputs = (child.get("outputs") or {}) if isinstance(child, Mapping) else {}
                for output, block in outputs.items():
                    names = set(_references(block.get("expression")))
                    found[f"{inner}.{output}"] = self._symbols(inner, names)
                found[inner] = frozenset(f"{inner}.{output}" for output in outputs)
        for address, source in self.blocks.items():
            if _DOCUMENT.match(address):
                found[address] = self.direct(source, ())
        return found

    @cached_property
    def relevant(self) -> frozenset[str]:
        """The resources that the plan calls relevant: what its locals may refer to."""
        found: set[str] = set()
        for entry in self.plan.get("relevant_attributes") or ():
            address = bare(entry["resource"])
            found.add(address)
            attribute = entry.get("attribute") or ()
            if attribute and isinstance(attribute[0], str):
                found.add(f"{address}.{attribute[0]}")
        return frozenset(found)

    def reached(self, source: Source | None, path: Sequence[str] = ()) -> frozenset[str]:
        """What the argument at the path refers to, directly or by way of what is followed; addresses without keys."""
        if source is None:
            return frozenset()
        key = (id(source), tuple(path))
        if key not in self._reached:
            found = set(self.direct(source, path))
            stack = list(found)
            while stack:
                for node in self.edges.get(stack.pop(), ()):
                    if node not in found:
                        found.add(node)
                        stack.append(node)
            if any(_LOCAL.match(n) for n in found):
                found |= self.relevant
            self._reached[key] = frozenset(found)
        return self._reached[key]

    def documents(self, nodes: frozenset[str]) -> list[Mapping[str, Any]]:
        """The policy documents among the nodes whose reading waits for apply: their planned values."""
        wanted = {n for n in nodes if _DOCUMENT.match(n)}
        if not wanted:
            return []
        return [
            c["change"]["after"]
            for c in self.plan.get("resource_changes") or ()
            if c.get("mode") == "data"
            and c["type"] == "aws_iam_policy_document"
            and bare(c["address"]) in wanted
            and isinstance(c["change"].get("after"), Mapping)
        ]


def _modules(root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    stack = [root]
    while stack:
        module = stack.pop()
        yield module
        stack.extend(module.get("child_modules") or ())


def _references(expression: Any) -> list[str]:
    if not isinstance(expression, Mapping) or not isinstance(expression.get("references"), list):
        return []
    return [r for r in expression["references"] if isinstance(r, str)]


def _expressions(expressions: Any) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """The expressions of a block that refer to something: (path without list positions, references)."""
    stack: list[tuple[tuple[str, ...], Any]] = [((), expressions)]
    while stack:
        steps, node = stack.pop()
        if isinstance(node, Mapping):
            references = node.get("references")
            if isinstance(references, list):
                yield steps, [r for r in references if isinstance(r, str)]
            stack.extend(((*steps, k), v) for k, v in node.items() if isinstance(v, (Mapping, list)))
        elif isinstance(node, list):
            stack.extend((steps, v) for v in node if isinstance(v, (Mapping, list)))
