"""What a rendering decides before it writes, and the addresses of things, in the root module and others."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from terraformer.data.synthesis.expressions import Ref, Value, expressions_in, hcl, quoted
from terraformer.data.synthesis.names import PROJECTS, STAGES
from terraformer.data.synthesis.rendering.groups import (
    Group,
    bare_references,
    groups_of,
    plain,
    references_of,
)
from terraformer.data.synthesis.rendering.modules import attribute_type, homes_of
from terraformer.data.synthesis.rendering.style import Style
from terraformer.data.synthesis.rendering.words import free, identifier, passed, sentence, shared_name, word_of
from terraformer.data.synthesis.scenario import Node, Scenario, Setting, VariableNode
from terraformer.data.synthesis.wording import type_noun

__all__ = ["Module", "Naming", "Variable"]

_SHARED = re.compile(
    r"(cidr_blocks?|cidr|_port|port|availability_zone|domain_name|domain|email|address|endpoint|ip_range)\Z"
)
_PART_OF = re.compile(
    r"_(association|attachment|route|policy|permission|versioning|configuration|block|rule|acl|controls|validation|target"
    r"|version|listener|integration|deployment|stage|method|response|cluster|instance|function)\Z"
)
"""Types of resources without which the rest makes no sense: nobody switches them off."""


@dataclass
class Variable:
    """A variable of a module: its type, its default as HCL ("" for none) and what else it declares."""

    kind: str
    default: str
    description: str
    value: Value = None
    validation: tuple[str, str] | None = None
    sensitive: bool = False


@dataclass
class Module:
    """One module of the configuration; "" is the root. ``inputs`` are what the root passes to it."""

    name: str
    taken: set[tuple[str, str, str]] = field(default_factory=set)
    variables: dict[str, Variable] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name to (expression, description)."""
    locals: dict[str, str] = field(default_factory=dict)
    documents: list[tuple[str, str]] = field(default_factory=list)
    """(the type of the node that uses it, text)."""
    nodes: list[tuple[Node, str]] = field(default_factory=list)


class Naming:
    """What a rendering decides before it writes, and what it calls things. ``here`` is the module that is being
    written, ``_writing`` the node."""

    _writing: Node

    def __init__(self, scenario: Scenario, style: Style, rng: random.Random, taggable: Callable[[str], bool]) -> None:
        self.scenario, self.style, self.rng, self.taggable = scenario, style, rng, taggable
        self.homes = homes_of(scenario, style.modules, rng) if style.modules else {}
        self.modules = {"": Module("")}
        for node in scenario.nodes:
            self.modules.setdefault(self.homes.get(node, ""), Module(self.homes.get(node, "")))
        self.root = self.here = self.modules[""]
        for variable in scenario.variables:
            self.root.variables[variable.name] = Variable(
                variable.type,
                "" if variable.default is None else hcl(variable.default, self),
                variable.description,
                variable.default,
            )
        self.groups: dict[Node, Group] = {}
        self.toggles: dict[Node, str] = {}
        self.labels: dict[Node, str] = {}
        self._each: dict[Setting, str] = {}
        self._shared: dict[str, str] = {}
        self._prefix = self._stage = ""
        self._find_structure()
        self._find_names()
        if style.shared:
            self._find_shared()

    # --- what the rendering decides before it writes --------------------------------------------------------------------

    def _find_structure(self) -> None:
        style, scenario = self.style, self.scenario
        bare = bare_references(scenario)
        if style.repetition:
            for home in self.modules:
                usable = [n for n in scenario.nodes if n not in bare and self.homes.get(n, "") == home]
                for group in groups_of(scenario, usable, style.repetition):
                    self.groups.update((n, group) for n in group.nodes)
        if style.toggles and len(scenario.nodes) > 1:
            first = next(iter(scenario.said_nodes), None)
            used = {n for node in scenario.nodes for n in references_of(node)}
            used |= {e.node for o in scenario.outputs for e in expressions_in(o.value) if isinstance(e, Ref)}
            for node in scenario.nodes:
                free = not (node.repeat or node.label_said or node in bare or node in used or node in self.groups)
                free = free and not _PART_OF.search(node.type) and node is not first
                if free and node.mode == "resource" and len(self.toggles) < 2 and self.rng.random() < style.toggles / 2:
                    self.toggles[node] = ""

    def _find_names(self) -> None:
        """The parts that names share: a project before, a stage behind."""
        texts = [
            s.value
            for n in self.scenario.nodes
            for s in n.settings()
            if isinstance(s.value, str) and s.name == s.path[-1]
        ]
        names = [t for t in texts if re.fullmatch(r"[A-Za-z0-9][\w.-]+", t)]
        before = Counter(m[1] for t in names if (m := re.match(r"([a-z]+)[-_.]", t)) and m[1] in PROJECTS)
        behind = Counter(m[1] for t in names if (m := re.search(r"[-_]([a-z]+)\Z", t)) and m[1] in STAGES)
        if self.style.naming:
            self._prefix = before.most_common(1)[0][0] if before else ""
            self._stage = behind.most_common(1)[0][0] if behind else ""

    def _find_shared(self) -> None:
        """Values of one meaning that are written more than once become locals of the root module."""
        seen: Counter[str] = Counter()
        names: dict[str, str] = {}
        for node in self.scenario.nodes:
            if self.homes.get(node):
                continue
            for s in node.settings():
                if not s.name or not _SHARED.search(s.name) or not plain(s.value) or isinstance(s.value, bool):
                    continue
                if s.value in ("0.0.0.0/0", "::/0") or (isinstance(s.value, int) and not 1024 < s.value < 65535):
                    continue
                text = hcl(s.value, self)
                seen[text] += 1
                anywhere = text in ('["0.0.0.0/0"]', '["::/0"]')
                names.setdefault(text, "anywhere" if anywhere else shared_name(s))
        taken: set[str] = set()
        for text, number in seen.items():
            if number > 1 and len(taken) < 3 and names[text] not in taken and self.rng.random() < self.style.shared:
                taken.add(names[text])
                self._shared[text] = names[text]

    # --- names ----------------------------------------------------------------------------------------------------------

    def name_all(self) -> None:
        for node in self.scenario.nodes:
            group = self.groups.get(node)
            if group is not None and node is not group.nodes[0]:
                self.labels[node] = self.labels[group.nodes[0]]
            else:
                self.labels[node] = self._label(node, group is not None)

    def _label(self, node: Node, shared: bool) -> str:
        taken = self.modules[self.homes.get(node, "")].taken
        wished: list[str] = []
        if node.label and not shared:
            wished.append(node.label)
        if shared:
            wished += [self.style.generic if self.style.labels == "generic" else "this", word_of(node.type)]
        elif self.style.labels == "name" and node.name is not None and isinstance(node.name.value, str):
            bare = (
                re.sub(rf"\A{self._prefix}[-_.]|[-_]{self._stage or '!'}\Z", "", node.name.value)
                if self._prefix
                else node.name.value
            )
            wished.append(identifier(bare))
        if self.style.labels == "generic" or (self.homes.get(node) and self.style.labels == "role" and not node.role):
            wished.append(self.style.generic)
        if node.role and not shared:
            wished.append(identifier(node.role))
        wished += [self.style.generic, identifier(node.type.partition("_")[2])]
        for label in wished:
            if label and (node.mode, node.type, label) not in taken:
                taken.add((node.mode, node.type, label))
                return label
        number = 2
        while (node.mode, node.type, f"{wished[0]}_{number}") in taken:
            number += 1
        label = f"{wished[0]}_{number}"
        taken.add((node.mode, node.type, label))
        return label

    def address(self, node: Node, attribute: str, every: bool = False) -> str:
        home = self.homes.get(node, "")
        if home == self.here.name:
            return self._address(node, attribute, every)
        return self._across(home, [node], attribute, every, self._address(node, attribute, every))

    def variable(self, node: VariableNode) -> str:
        return self.symbol(f"var.{node.name}", node.name, node.type, node.description)

    def symbol(self, text: str, name: str, kind: str, description: str) -> str:
        """What stands for a symbol of the root module here: itself, or an input that it is passed by."""
        if not self.here.name:
            return text
        if name not in self.here.variables:
            self.here.variables[name] = Variable(kind, "", description)
            self.here.inputs[name] = text
        return f"var.{name}"

    def _address(self, node: Node, attribute: str, every: bool) -> str:
        base = f"{'data.' if node.mode == 'data' else ''}{node.type}.{self.labels[node]}"
        if not attribute:
            return base
        group = self.groups.get(node)
        if group is not None and not every:
            at = group.nodes.index(node)
            return f"{base}[{at if group.by == 'count' else quoted(group.keys[at])}].{attribute}"
        if every and (node.by if group is None else group.by) == "for_each" and (node.repeat or group):
            return f"[for item in {base} : item.{attribute}]"
        if every:
            return f"{base}[*].{attribute}" if node.repeat or group else f"[{base}.{attribute}]"
        if node.repeat:
            return f"{base}[0].{attribute}" if node.by == "count" else f"{base}[{quoted(node.repeat[0])}].{attribute}"
        return f"{base}[0].{attribute}" if node in self.toggles else f"{base}.{attribute}"

    def _across(self, home: str, nodes: Sequence[Node], attribute: str, every: bool, text: str) -> str:
        """A reference from one module into another, by an output of that and an input of this one."""
        node = nodes[0]
        many = every or len(nodes) > 1
        kind = attribute_type(node.mode, node.type, attribute) or "string"
        wished = passed(node, self.labels[node], attribute, many, self._alone(node) or (many and len(nodes) > 1))
        if home:
            name = free(wished, lambda n: n in self.modules[home].outputs and self.modules[home].outputs[n][0] != text)
            described = f"{sentence(attribute, many)} of the {type_noun(node.type)}{'s' if many else ''}"
            self.modules[home].outputs[name] = (text, described)
            text = f"module.{home}.{name}"
        if not self.here.name:
            return text
        name = free(
            wished,
            lambda n: n in self.here.variables and self.here.inputs.get(n) != text,
        )
        if name not in self.here.variables:
            words = f"{sentence(attribute, many)} of the {type_noun(node.type)}{'s' if many else ''}."
            self.here.variables[name] = Variable(f"list({kind})" if many else kind, "", words)
            self.here.inputs[name] = text
        return f"var.{name}"

    def _alone(self, node: Node) -> bool:
        return sum(n.type == node.type and self.homes.get(n) == self.homes.get(node) for n in self.scenario.nodes) == 1

    def _together(self, values: Sequence[Value]) -> str | None:
        """A list of one attribute of several nodes: of a whole group, or of nodes of another module."""
        if not all(isinstance(v, Ref) and not v.every and v.attribute for v in values):
            return None
        nodes, attribute = [v.node for v in values], values[0].attribute
        if len(nodes) < 2 or any(v.attribute != attribute or v.node.type != nodes[0].type for v in values):
            return None
        home = self.homes.get(nodes[0], "")
        if any(self.homes.get(n, "") != home for n in nodes):
            return None
        group = self.groups.get(nodes[0])
        if group is not None and set(group.nodes) == set(nodes):
            text = self._address(nodes[0], attribute, True)
        elif home != self.here.name and home:
            text = "[" + ", ".join(self._address(n, attribute, False) for n in nodes) + "]"
        else:
            return None
        return text if home == self.here.name else self._across(home, nodes, attribute, True, text)
