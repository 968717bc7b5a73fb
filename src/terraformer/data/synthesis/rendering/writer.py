"""Names, values and blocks of one rendering, in the root module and in modules of its own."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from terraformer.data.synthesis.expressions import Document, Expression, Ref, Value, expressions_in, hcl, quoted
from terraformer.data.synthesis.names import PROJECTS, STAGES
from terraformer.data.synthesis.rendering.groups import (
    Group,
    bare_references,
    groups_of,
    plain,
    references_of,
    repeated_blocks,
)
from terraformer.data.synthesis.rendering.modules import attribute_type, homes_of, optional_block
from terraformer.data.synthesis.rendering.style import Style
from terraformer.data.synthesis.scenario import Body, Node, Scenario, Setting, VariableNode
from terraformer.data.synthesis.wording import type_noun

__all__ = ["Module", "Variable", "Writer", "identifier", "kind_of"]

_RESERVED = frozenset(["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"])
_SHARED = re.compile(
    r"(cidr_blocks?|cidr|_port|port|availability_zone|domain_name|domain|email|address|endpoint|ip_range)\Z"
)
_NAMELIKE = re.compile(r"(name|identifier|bucket|family|prefix|Name|title|_id)\Z")
_VAGUE = frozenset(
    ["name", "description", "type", "path", "comment", "value", "key", "port", "protocol", "status", "mode"]
)
_PART_OF = re.compile(
    r"_(association|attachment|route|policy|permission|versioning|configuration|block|rule|acl|controls|validation|target"
    r"|version|listener|integration|deployment|stage|method|response|cluster|instance|function)\Z"
)
"""Types of resources without which the rest makes no sense: nobody switches them off."""
_SECRET = re.compile(r"password|secret|token")
_BY_STAGE = {
    "multi_az", "deletion_protection", "enable_deletion_protection", "performance_insights_enabled",
    "point_in_time_recovery_enabled", "monitoring", "skip_final_snapshot", "force_destroy", "force_delete",
    "apply_immediately", "enable_key_rotation", "ebs_optimized", "detailed_metrics_enabled",
}  # fmt: skip
"""Switches that people set by stage."""
_WITHOUT_NAME = frozenset(
    f"aws_{t}"
    for t in (
        "vpc", "subnet", "internet_gateway", "nat_gateway", "eip", "route_table", "security_group", "instance",
        "vpc_endpoint", "network_acl", "ebs_volume", "ec2_transit_gateway", "vpc_peering_connection", "efs_file_system",
    )
)  # fmt: skip
"""What shows its Name tag in the console."""
_NOT_IN_PRODUCTION = frozenset(["skip_final_snapshot", "force_destroy", "force_delete", "apply_immediately"])


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


class Writer:
    """One rendering: names and what it gathers on its way. ``here`` is the module that is being written."""

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
                names.setdefault(text, "anywhere" if anywhere else _shared_name(s))
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
            wished += [self.style.generic if self.style.labels == "generic" else "this", _word(node.type)]
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
        wished = _passed(node, self.labels[node], attribute, many, self._alone(node) or (many and len(nodes) > 1))
        if home:
            name = _free(wished, lambda n: n in self.modules[home].outputs and self.modules[home].outputs[n][0] != text)
            described = f"{_sentence(attribute, many)} of the {type_noun(node.type)}{'s' if many else ''}"
            self.modules[home].outputs[name] = (text, described)
            text = f"module.{home}.{name}"
        if not self.here.name:
            return text
        name = _free(
            wished,
            lambda n: n in self.here.variables and self.here.inputs.get(n) != text,
        )
        if name not in self.here.variables:
            words = f"{_sentence(attribute, many)} of the {type_noun(node.type)}{'s' if many else ''}."
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

    # --- values ---------------------------------------------------------------------------------------------------------

    def value(self, setting: Setting) -> str:
        value = setting.value
        if setting in self._each:
            return self._each[setting]
        if isinstance(value, Document):
            if self.style.policy == "heredoc":
                return value.heredoc(self)
            if self.style.policy == "data":
                return self._data_document(setting, value)
            return value.hcl(self)
        if isinstance(value, list) and (text := self._together(value)) is not None:
            return text
        if isinstance(value, (Expression, dict)) or value is None:
            return self._tags(setting, value) if isinstance(value, dict) else hcl(value, self)
        if isinstance(value, str) and (text := self._named(setting, value)) is not None:
            return text
        if isinstance(value, str) and (text := self._zone(setting, value)) is not None:
            return text
        if not self.here.name and (name := self._shared.get(hcl(value, self))) and _SHARED.search(setting.name):
            self.root.locals[name] = hcl(value, self)
            return f"local.{name}"
        if (text := self._by_stage(setting, value)) is not None:
            return text
        share = max(self.style.variables, 0.5) if self.here.name else self.style.variables
        wanted = setting.extractable or (self.here.name and setting.node_name)
        if isinstance(value, list) and self._writing.mode == "data":
            wanted = False
        if wanted and plain(value) and self.rng.random() < share:
            return self._variable(setting, value)
        return hcl(value, self)

    def _tags(self, setting: Setting, value: dict[str, Value]) -> str:
        rows = {
            k: text if isinstance(v, str) and (text := self._interpolated(v)) is not None else hcl(v, self)
            for k, v in value.items()
        }
        inner = hcl({}, self) if not rows else "{\n" + "\n".join(f"{_key(k)} = {v}" for k, v in rows.items()) + "\n}"
        style = self.style
        if setting.path == ("tags",) and not setting.said and style.tags and style.tags_local:
            return f"merge({self.common_tags()}, {inner})"
        return inner

    def common_tags(self) -> str:
        """The tags that all resources have."""
        name = "common_tags" if self.style.generic in ("this", "default") else "tags"
        if name not in self.root.locals:
            self.root.locals[name] = ""  # its place; the text follows
            here, self.here = self.here, self.root
            pairs = {k: text if (text := self._interpolated(v)) is not None else quoted(v) for k, v in self.style.tags}
            self.root.locals[name] = "{\n" + "\n".join(f"{k} = {v}" for k, v in pairs.items()) + "\n}"
            self.here = here
        return self.symbol(f"local.{name}", "tags", "map(string)", "Tags of all resources.")

    def _named(self, setting: Setting, value: str) -> str | None:
        if not (setting.node_name or _NAMELIKE.search(setting.name)):
            return None
        return self._interpolated(value)

    def _interpolated(self, value: str) -> str | None:
        """A name with the parts that all names share taken from variables or locals."""
        rest, head, tail = value, "", ""
        if self._prefix and (value == self._prefix or re.match(rf"{self._prefix}[-_.]", value)):
            text = self._common("project", self._prefix, "Name of the project.")
            head, rest = "${" + text + "}" if text else "", value[len(self._prefix) :] if text else value
        if self._stage and re.search(rf"[-_]{self._stage}\Z", rest):
            text = self._common("environment", self._stage, "Stage that this is for.")
            if text:
                tail, rest = "${" + text + "}", rest[: -len(self._stage)]
        if not head and not tail:
            return None
        return head[2:-1] if head and not rest and not tail else f'"{head}{quoted(rest)[1:-1]}{tail}"'

    def _common(self, name: str, value: str, description: str) -> str:
        """A value of the whole configuration, as a variable or local of the root module; "" where its name is taken."""
        if self.style.naming == "locals" or (self.style.naming == "" and name != "environment"):
            if self.root.locals.setdefault(name, quoted(value)) != quoted(value):
                return ""
            return self.symbol(f"local.{name}", name, "string", description)
        known = self.root.variables.get(name)
        if known is not None and known.value != value:
            return ""
        if known is None:
            listed = (
                ["dev", "staging", "prod"] if value in ("dev", "staging", "prod") else ["test", "stg", "prd", value]
            )
            listed = list(dict.fromkeys(listed))
            check = (f"contains({hcl(listed, self)}, var.{name})", f"The environment is one of {', '.join(listed)}.")
            checked = self.style.validation and name == "environment"
            self.root.variables[name] = Variable(
                "string", quoted(value), description, value, check if checked else None
            )
        return self.symbol(f"var.{name}", name, "string", description)

    def region(self) -> str:
        """The region's variable, in the module that is being written."""
        name, value = self.style.region_variable, self.scenario.region
        known = self.root.variables.get(name)
        if known is not None and known.value != value:
            return ""
        if known is None:
            self.root.variables[name] = Variable("string", quoted(value), "AWS region.", value)
        return self.symbol(f"var.{name}", name, "string", "AWS region.")

    def _zone(self, setting: Setting, value: str) -> str | None:
        region = self.scenario.region
        if not self.style.region_variable or setting.name != "availability_zone" or not value.startswith(region):
            return None
        text = self.region()
        return f'"${{{text}}}{value[len(region) :]}"' if text else None

    def _by_stage(self, setting: Setting, value: Value) -> str | None:
        """A switch that hangs on the stage, for what the prompt does not say."""
        if not isinstance(value, bool) or setting.name not in _BY_STAGE or setting.said:
            return None
        if self.rng.random() >= self.style.conditional:
            return None
        opposite = setting.name in _NOT_IN_PRODUCTION
        known = self.root.variables.get("environment")
        stage = known.value if known is not None else self._stage or ("prod" if value is not opposite else "dev")
        if not isinstance(stage, str):
            return None
        production = stage in ("prod", "prd", "production")
        if value is not (production is not opposite):
            return None
        text = self._common("environment", stage, "Stage that this is for.")
        last = stage if production else "prd" if stage == "stg" else "prod"
        return f"{text} {'!=' if opposite else '=='} {quoted(last)}" if text else None

    def _variable(self, setting: Setting, value: Value) -> str:
        name = setting.name
        kind = kind_of(value)
        text = hcl(value, self)
        word = _word(self._writing.type)
        of_it = name if name.startswith(word) else f"{word}_{name}"
        first = [of_it] if name in _VAGUE and not self.here.name else [name, of_it]
        label = self.labels[self._writing]
        first.append(
            f"{label}_{of_it}" if label not in (self.style.generic, word) else f"{self._writing.role or word}_{of_it}"
        )
        for candidate in (*first, *(f"{name}_{n}" for n in range(2, 30))):
            known = self.here.variables.get(candidate)
            if candidate in _RESERVED or (known is not None and (known.kind, known.value) != (kind, value)):
                continue
            if known is None:
                words = f"{_described(name)} of the {type_noun(self._writing.type)}."
                check = self._validation(candidate, value)
                secret = bool(_SECRET.search(candidate)) and isinstance(value, str)
                if self.here.name:
                    self.here.variables[candidate] = Variable(kind, "", words, value, check, secret)
                    self.here.inputs[candidate] = text
                else:
                    self.here.variables[candidate] = Variable(kind, text, words, value, check, secret)
            return f"var.{candidate}"
        return text

    def _validation(self, name: str, value: Value) -> tuple[str, str] | None:
        if not self.style.validation or isinstance(value, (bool, list)) or self.rng.random() < 0.4:
            return None
        words = name.replace("_", " ")
        if isinstance(value, str) and re.fullmatch(r"\d+\.\d+\.\d+\.\d+/\d+", value):
            return f"can(cidrhost(var.{name}, 0))", f"The {words} must be a valid CIDR block."
        if isinstance(value, (int, float)):
            if value > 0:
                return f"var.{name} > 0", f"The {words} must be positive."
            return None
        if isinstance(value, str) and _NAMELIKE.search(name) and 3 <= len(value) <= 63:
            return f"length(var.{name}) >= 3 && length(var.{name}) <= 63", f"The {words} must have 3 to 63 characters."
        return None

    def _data_document(self, setting: Setting, document: Document) -> str:
        label = identifier(setting.path[-1].removesuffix("_policy").removesuffix("policy").strip("_") or "policy")
        label = {"assume_role": "assume", "policy": "policy"}.get(label, label)
        number, name = 1, label
        while ("data", "aws_iam_policy_document", name) in self.here.taken:
            number += 1
            name = f"{label}_{number}"
        self.here.taken.add(("data", "aws_iam_policy_document", name))
        lines = [f'data "aws_iam_policy_document" "{name}" {{']
        for s in document.statements:
            lines.append("statement {")
            if s.sid:
                lines.append(f"sid = {quoted(s.sid)}")
            if s.effect != "Allow":
                lines.append(f"effect = {quoted(s.effect)}")
            lines.append(f"actions = {hcl(list(s.actions), self)}")
            if s.resources:
                lines.append(f"resources = {hcl(list(s.resources), self)}")
            for kind, identifiers in (s.principals or {}).items():
                lines += [
                    "",
                    "principals {",
                    f"type = {quoted(kind)}",
                    f"identifiers = {hcl(list(identifiers), self)}",
                    "}",
                ]
            for test, variable, values in s.conditions:
                lines += ["", "condition {", f"test = {quoted(test)}", f"variable = {quoted(variable)}"]
                lines += [f"values = {hcl(list(values), self)}", "}"]
            lines += ["}", ""]
        while lines[-1] == "":
            lines.pop()
        lines.append("}")
        self.here.documents.append((self._writing.type, "\n".join(lines)))
        return f"data.aws_iam_policy_document.{name}.json"

    # --- blocks ---------------------------------------------------------------------------------------------------------

    def write_all(self) -> None:
        for node in self.scenario.nodes:
            group = self.groups.get(node)
            if group is not None and node is not group.nodes[0]:
                continue
            self.here = self.modules[self.homes.get(node, "")]
            self.here.nodes.append((node, self.node(node)))
        self.here = self.root

    def node(self, node: Node) -> str:
        self._writing = node
        word = "data" if node.mode == "data" else "resource"
        lines = [f'{word} "{node.type}" "{self.labels[node]}" {{']
        if node.repeat:
            if node.by == "count":
                lines += [f"count = {node.repeat[0]}", ""]
            else:
                lines += [f"for_each = toset({hcl(list(node.repeat), self)})", ""]
        elif node in self.groups:
            lines += [*self._repeated(self.groups[node]), ""]
        elif node in self.toggles:
            lines += [f"count = {self._switch(node)} ? 1 : 0", ""]
        if node.provider:
            lines += [f"provider = {node.provider}", ""]
        lines += self.body(node)
        tags = self._style_tags(node)
        if tags:
            lines += ["", f"tags = {tags}"]
        if node.lifecycle:
            lines += ["", "lifecycle {", *(f"{k} = {hcl(v, self)}" for k, v in node.lifecycle), "}"]
        if node.depends_on:
            names = ", ".join(dict.fromkeys(self.address(n, "") for n in node.depends_on))
            lines += ["", f"depends_on = [{names}]"]
        return "\n".join([*lines, "}"])

    def _style_tags(self, node: Node) -> str:
        """The tags of someone who tags everything, for what has none of its own; "" for none."""
        style = self.style
        own = any(isinstance(i, Setting) and i.name == "tags" for i in node.items)
        if node.mode != "resource" or own or not style.tags or style.tags_default or not self.taggable(node.type):
            return ""
        if not style.tags_local:
            return hcl(dict(style.tags), self)
        common = self.common_tags()
        if not style.tags_name or node.type not in _WITHOUT_NAME:
            return common
        by = self.groups[node].by if node in self.groups else node.by if node.repeat else ""
        each = {"for_each": "-${each.key}", "count": "-${count.index + 1}"}.get(by, "")
        word = _word(node.type).replace("_", "-")
        role = identifier(node.role).replace("_", "-") if not self.groups.get(node) else ""
        name = f"{role}-{word}" if role and role not in ("main", "this", word) else word
        project = self._prefix and self._common("project", self._prefix, "Name of the project.")
        before = f"${{{project}}}-" if project else f"{self._prefix}-" if self._prefix else ""
        return f'merge({common}, {{\nName = "{before}{name}{each}"\n}})'

    def body(self, body: Body) -> list[str]:
        lines: list[str] = []
        managed = self._writing.mode == "resource"
        dynamic = {
            name: blocks
            for name, blocks in (repeated_blocks(body).items() if self.style.dynamic and managed else ())
            if self.rng.random() < self.style.dynamic and not any(s in self._each for b in blocks for s in b.settings())
        }
        for item in body.items:
            if isinstance(item, Setting):
                if not item.name:  # words only
                    continue
                if lines and lines[-1] == "}":
                    lines.append("")
                lines.append(f"{item.name} = {self.value(item)}")
                continue
            name, block = item
            if name in dynamic and block is not dynamic[name][0]:
                continue
            if lines:
                lines.append("")
            if name in dynamic:
                lines += self._dynamic(name, dynamic[name])
            elif managed and self._optional(body, name, block):
                lines += self._switched(name, block)
            else:
                lines += [f"{name} {{", *self.body(block), "}"]
        return lines

    def _switch(self, node: Node) -> str:
        name = f"{'create' if self.style.generic in ('main', 'this') else 'enable'}_{_word(node.type)}"
        name = _free(name, lambda n: n in self.here.variables or n in self.root.variables)
        words = f"Whether to create the {type_noun(node.type)}."
        self.root.variables[name] = Variable("bool", "true", words, True)
        return self.symbol(f"var.{name}", name, "bool", words)

    def _repeated(self, group: Group) -> list[str]:
        """The head of a block that stands for several, and what its differing settings become."""
        by_key = group.by == "for_each"
        index = "each.key" if by_key else "count.index"
        for settings, other in group.follows:
            first = settings[0]
            assert isinstance(first.value, Ref)
            base = self.address(other.nodes[0], "") if self.homes.get(other.nodes[0], "") == self.here.name else ""
            self._each[first] = f"{base}[{index}].{first.value.attribute}"
        names = _distinct([s[0] for s in group.differing])
        rows = {name: [s.value for s in settings] for name, settings in zip(names, group.differing, strict=True)}
        plural = _plural(_word(group.nodes[0].type))
        if not by_key:
            return self._counted(group, rows, plural)
        for name in list(rows):  # what the key says already
            settings = group.differing[names.index(name)]
            if (text := _keyed(rows[name], group.keys)) is not None:
                self._each[settings[0]] = text
                del rows[name]
        left = [(n, group.differing[names.index(n)][0]) for n in rows]
        if not rows:
            if group.follows and not group.differing and self.rng.random() < 0.5:
                other = group.follows[0][1]
                return [f"for_each = {other.nodes[0].type}.{self.labels[other.nodes[0]]}"]
            return [f"for_each = toset({self._stored(plural, 'list(string)', list(group.keys))})"]
        if len(rows) == 1:
            name, setting = left[0]
            self._each[setting] = "each.value"
            kind = f"map({kind_of(rows[name][0])})"
            return [f"for_each = {self._stored(plural, kind, dict(zip(group.keys, rows[name], strict=True)))}"]
        for name, setting in left:
            self._each[setting] = f"each.value.{name}"
        values = {k: {n: column[at] for n, column in rows.items()} for at, k in enumerate(group.keys)}
        fields = "\n".join(f"{n} = {kind_of(column[0])}" for n, column in rows.items())
        return [f"for_each = {self._stored(plural, f'map(object({{{chr(10)}{fields}{chr(10)}}}))', values)}"]

    def _counted(self, group: Group, rows: dict[str, list[Value]], plural: str) -> list[str]:
        stored: list[str] = []
        for (name, column), settings in zip(rows.items(), group.differing, strict=True):
            kind = kind_of(column[0])
            text = self._stored(f"{_singular(plural)}_{_plural(name)}", f"list({kind})", column, always=True)
            self._each[settings[0]] = f"{text}[count.index]"
            stored.append(text)
        return [f"count = length({stored[0]})" if stored else f"count = {len(group.nodes)}"]

    def _stored(self, name: str, kind: str, value: Value, *, always: bool = False) -> str:
        """A collection where this style has such things: inline, in a local or in a variable."""
        text = _inline(value, self)
        where = self.style.collections if self.style.collections != "inline" or not always else "locals"
        if where == "inline":
            return text
        if where == "locals":
            name = _free(name, lambda n: self.here.locals.get(n, text) != text)
            self.here.locals[name] = text
            return f"local.{name}"
        name = _free(
            name,
            lambda n: (
                n in _RESERVED
                or (n in self.here.variables and self.here.variables[n].value != value)
                or (bool(self.here.name) and n in self.here.inputs and self.here.inputs[n] != text)
            ),
        )
        words = f"{_described(name)}."
        if self.here.name:
            self.here.variables[name] = Variable(kind, "", words, value)
            self.here.inputs[name] = text
        else:
            self.here.variables[name] = Variable(kind, text, words, value)
        return f"var.{name}"

    def _optional(self, body: Body, name: str, block: Body) -> bool:
        """Whether a block is one that a switch may leave out: one of its name, of plain values."""
        if not self.style.dynamic or not isinstance(body, Node) or self.rng.random() >= self.style.dynamic * 0.2:
            return False
        single = sum(not isinstance(i, Setting) and i[0] == name for i in body.items) == 1
        plainly = bool(block.items) and all(
            isinstance(i, Setting) and plain(i.value) and i not in self._each and i.name for i in block.items
        )
        return single and plainly and optional_block(body.type, name)

    def _switched(self, name: str, block: Body) -> list[str]:
        words = f"Whether to set the {name.replace('_', ' ')} of the {type_noun(self._writing.type)}."
        variable = _free(f"enable_{name}", lambda n: n in self.here.variables or n in self.root.variables)
        self.root.variables[variable] = Variable("bool", "true", words, True)
        text = self.symbol(f"var.{variable}", variable, "bool", words)
        return [f'dynamic "{name}" {{', f"for_each = {text} ? [1] : []", "", "content {", *self.body(block), "}", "}"]

    def _dynamic(self, name: str, blocks: Sequence[Body]) -> list[str]:
        columns = [
            [s for s in column if isinstance(s, Setting)]
            for column in zip(*([i for i in b.items if isinstance(i, Setting) and i.name] for b in blocks), strict=True)
        ]
        lines: dict[str, str] = {}
        differing: dict[str, list[Value]] = {}
        for settings in columns:
            values = [s.value for s in settings]
            if all(v == values[0] and type(v) is type(values[0]) for v in values):
                lines[settings[0].name] = hcl(values[0], self)
            else:
                differing[settings[0].name] = values
        plural = f"{name}_rules" if name in ("ingress", "egress") else _plural(name)
        distinct = list({repr(v): v for v in differing.values()}.values())
        if not differing:
            stored = _inline([1] * len(blocks), self)
        elif len(distinct) == 1 and not isinstance(distinct[0][0], list):
            word = "port" if "port" in next(iter(differing)) else next(iter(differing))
            owner = name if len(name) > 3 and word != name else "allowed"
            stored = self._stored(f"{owner}_{_plural(word)}", f"list({kind_of(distinct[0][0])})", distinct[0])
            lines.update((n, f"{name}.value") for n in differing)
        else:
            fields = "\n".join(f"{n} = {kind_of(v[0])}" for n, v in differing.items())
            rows = [{n: v[at] for n, v in differing.items()} for at in range(len(blocks))]
            stored = self._stored(plural, f"list(object({{\n{fields}\n}}))", rows)
            lines.update((n, f"{name}.value.{n}") for n in differing)
        order = [c[0].name for c in columns]
        return [
            f'dynamic "{name}" {{',
            f"for_each = {stored}",
            "",
            "content {",
            *(f"{n} = {lines[n]}" for n in order),
            "}",
            "}",
        ]


# --- words and texts --------------------------------------------------------------------------------------------------


def identifier(text: str) -> str:
    """A Terraform label made of a name ("my-app.logs" -> "my_app_logs"); "" where nothing is left."""
    label = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower()
    return f"r_{label}" if label[:1].isdigit() else label


def kind_of(value: Value) -> str:
    """The type that a variable of this value declares."""
    if isinstance(value, (list, tuple)):
        return f"list({kind_of(value[0])})" if value else "list(string)"
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"


def _inline(value: Value, names: Writer) -> str:
    """A collection, objects in it on one line where they are short."""
    if isinstance(value, dict) and value and all(isinstance(v, dict) for v in value.values()):
        return "{\n" + "\n".join(f"{_key(k)} = {_object(v, names)}" for k, v in value.items()) + "\n}"
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        return "[\n" + "".join(f"{_object(v, names)},\n" for v in value) + "]"
    return hcl(value, names)


def _object(value: dict[str, Value], names: Writer) -> str:
    short = "{ " + ", ".join(f"{_key(k)} = {hcl(v, names)}" for k, v in value.items()) + " }"
    return short if len(short) < 90 and "\n" not in short else hcl(value, names)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][\w-]*", key) else quoted(key)


def _keyed(values: Sequence[Value], keys: Sequence[str]) -> str | None:
    """Values that are their keys, or hold them in the same surroundings: the expression of each."""
    if list(values) == list(keys):
        return "each.key"
    if not all(isinstance(v, str) and v.count(k) == 1 and len(k) > 1 for v, k in zip(values, keys, strict=True)):
        return None
    around = {v.replace(k, "\0") for v, k in zip(values, keys, strict=True)}
    if len(around) != 1:
        return None
    before, after = around.pop().split("\0")
    if before.endswith(("$", "%")):  # "$${" is no interpolation
        return None
    return f'"{quoted(before)[1:-1]}${{each.key}}{quoted(after)[1:-1]}"'


def _distinct(settings: Sequence[Setting]) -> list[str]:
    """A name for each of some settings: their own, with the block before it where two are alike."""
    names = Counter(s.name for s in settings)
    found: list[str] = []
    for s in settings:
        name = s.name if names[s.name] == 1 else "_".join(s.path)
        found.append(_free(name, lambda n: n in found))
    return found


def _free(name: str, taken: Callable[[str], bool]) -> str:
    if not taken(name):
        return name
    return next(f"{name}_{n}" for n in range(2, 1000) if not taken(f"{name}_{n}"))


def _word(type: str) -> str:
    """The last words of a type ("aws_sqs_queue" -> "queue")."""
    words = type.split("_")[1:]
    if len(words) > 1 and words[-1] in (
        "group",
        "policy",
        "attachment",
        "association",
        "rule",
        "key",
        "gateway",
        "table",
        "zone",
        "definition",
    ):
        return "_".join(words[-2:])
    return words[-1]


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return (
        word
        if word.endswith("s") and not word.endswith("ss")
        else f"{word}es"
        if word.endswith(("x", "ss", "ch"))
        else f"{word}s"
    )


def _described(name: str) -> str:
    """The words of a name, at the beginning of a sentence."""
    words = type_noun(f"x_{name}")
    return words[:1].upper() + words[1:]


def _singular(word: str) -> str:
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _sentence(attribute: str, many: bool) -> str:
    words = _described(attribute)
    return f"{words}s" if many and not words.endswith("s") else words


def _passed(node: Node, label: str, attribute: str, many: bool, alone: bool) -> str:
    """The name under which an attribute goes from module to module ("vpc_id", "private_subnet_ids")."""
    word = _word(node.type)
    attribute = attribute.removeprefix(f"{word}_")
    if label in ("this", "main", "example", "default") and node.role and not alone:
        label = identifier(node.role)
    base = word if alone or label == word else f"{label}_{word}" if not label.endswith(word) else label
    if base.endswith(attribute):
        return _plural(base) if many else base
    return f"{base}_{_plural(attribute)}" if many else f"{base}_{attribute}"


def _shared_name(setting: Setting) -> str:
    name = setting.name
    if name in ("from_port", "to_port"):
        return "app_port"
    if name == "cidr_blocks":
        return "allowed_cidrs"
    return "domain" if name in ("domain_name", "domain") else name
