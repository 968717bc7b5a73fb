"""From a scenario to HCL, in one of many styles: how a person would have written the same thing.

A ``Style`` is drawn from a seed: labels, tags, variables for values, locals, policies as jsonencode, heredoc or data
source, the order of files. The text is not aligned; ``terraform fmt`` does that.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from terraformer.data.synthesis.expressions import Document, Expression, Value, hcl, quoted
from terraformer.data.synthesis.scenario import Body, Node, Scenario, Setting
from terraformer.types import TerraformConfig

__all__ = ["Style", "render"]

_GENERIC = ("main", "this", "example", "default")


@dataclass(frozen=True)
class Style:
    """``labels``: "role" (what the thing is for), "generic" (main, this), "name" (from its own name). ``variables`` is
    the share of extractable values that become variables. ``policy``: jsonencode, heredoc or data."""

    labels: str = "role"
    generic: str = "main"
    variables: float = 0.0
    policy: str = "jsonencode"
    tags: tuple[tuple[str, str], ...] = ()
    tags_local: bool = False
    terraform_block: bool = True
    version: str = "~> 6.0"
    provider_block: bool = True
    descriptions: bool = True
    comments: bool = False
    outputs: bool = False
    files: str = "single"
    shuffled: bool = False

    @classmethod
    def drawn(cls, rng: random.Random) -> Style:
        """As people's habits vary."""
        tags: list[tuple[str, str]] = []
        if rng.random() < 0.4:
            tags = [
                pair
                for pair in (
                    ("Environment", rng.choice(("dev", "prod", "staging", "production", "test"))),
                    ("Project", rng.choice(("atlas", "billing", "storefront", "platform", "insights", "mobile"))),
                    ("ManagedBy", "terraform"),
                    ("Owner", rng.choice(("data-team", "platform", "web", "ops"))),
                )
                if rng.random() < 0.5
            ]
        return cls(
            labels=rng.choices(("role", "generic", "name"), (5, 3, 3))[0],
            generic=rng.choice(_GENERIC),
            variables=rng.choices((0.0, 0.15, 0.4), (6, 3, 1))[0],
            policy=rng.choices(("jsonencode", "heredoc", "data"), (6, 2, 3))[0],
            tags=tuple(tags),
            tags_local=bool(tags) and rng.random() < 0.25,
            terraform_block=rng.random() < 0.5,
            version=rng.choice(("~> 6.0", ">= 6.0", "")),
            provider_block=rng.random() < 0.8,
            descriptions=rng.random() < 0.6,
            comments=rng.random() < 0.2,
            outputs=rng.random() < 0.15,
            files=rng.choices(("single", "split"), (9, 1))[0],
        )


@dataclass
class _Writer:
    """One rendering: names and what it gathers on its way."""

    scenario: Scenario
    style: Style
    rng: random.Random
    taggable: Callable[[str], bool]
    labels: dict[Node, str] = field(default_factory=dict)
    taken: set[tuple[str, str, str]] = field(default_factory=set)
    variables: dict[str, tuple[str, Value, str]] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)

    # --- names -------------------------------------------------------------------------------------------------------

    def name_all(self) -> None:
        for node in self.scenario.nodes:
            self.labels[node] = self._label(node)

    def _label(self, node: Node) -> str:
        wished: list[str] = []
        if node.label:
            wished.append(node.label)
        if self.style.labels == "name" and node.name is not None and isinstance(node.name.value, str):
            wished.append(identifier(node.name.value))
        if self.style.labels == "generic":
            wished.append(self.style.generic)
        if node.role:
            wished.append(identifier(node.role))
        wished += [self.style.generic, identifier(node.type.partition("_")[2])]
        for label in wished:
            if label and (node.mode, node.type, label) not in self.taken:
                self.taken.add((node.mode, node.type, label))
                return label
        number = 2
        while (node.mode, node.type, f"{wished[0]}_{number}") in self.taken:
            number += 1
        label = f"{wished[0]}_{number}"
        self.taken.add((node.mode, node.type, label))
        return label

    def address(self, node: Node, attribute: str, every: bool = False) -> str:
        base = f"{'data.' if node.mode == 'data' else ''}{node.type}.{self.labels[node]}"
        if not attribute:
            return base
        if every and node.by == "for_each" and node.repeat:
            return f"[for item in {base} : item.{attribute}]"
        if every:
            return f"{base}[*].{attribute}" if node.repeat else f"[{base}.{attribute}]"
        if node.repeat:
            return f"{base}[0].{attribute}" if node.by == "count" else f"{base}[{quoted(node.repeat[0])}].{attribute}"
        return f"{base}.{attribute}"

    # --- text --------------------------------------------------------------------------------------------------------

    def value(self, setting: Setting) -> str:
        value = setting.value
        if isinstance(value, Document):
            if self.style.policy == "heredoc":
                return value.heredoc(self)
            if self.style.policy == "data":
                return self._data_document(setting, value)
            return value.hcl(self)
        if (
            setting.extractable
            and not isinstance(value, (Expression, dict, list))
            and value is not None
            and self.rng.random() < self.style.variables
        ):
            return self._variable(setting, value)
        return hcl(value, self)

    def _variable(self, setting: Setting, value: Value) -> str:
        name = setting.name
        kind = "bool" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"
        for candidate in (name, f"{setting.path[0]}_{name}", *(f"{name}_{n}" for n in range(2, 30))):
            known = self.variables.get(candidate)
            reserved = candidate in ("source", "version", "providers", "count", "for_each", "lifecycle", "depends_on")
            if not reserved and (known is None or known[:2] == (kind, value)):
                self.variables[candidate] = (kind, value, f"{name.replace('_', ' ').capitalize()}.")
                return f"var.{candidate}"
        return hcl(value, self)

    def _data_document(self, setting: Setting, document: Document) -> str:
        label = identifier(setting.path[-1].removesuffix("_policy").removesuffix("policy").strip("_") or "policy")
        label = {"assume_role": "assume", "policy": "policy"}.get(label, label)
        number, name = 1, label
        while ("data", "aws_iam_policy_document", name) in self.taken:
            number += 1
            name = f"{label}_{number}"
        self.taken.add(("data", "aws_iam_policy_document", name))
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
        self.documents.append("\n".join(lines))
        return f"data.aws_iam_policy_document.{name}.json"

    def node(self, node: Node) -> str:
        word = "data" if node.mode == "data" else "resource"
        lines = [f'{word} "{node.type}" "{self.labels[node]}" {{']
        if node.repeat:
            if node.by == "count":
                lines += [f"count = {node.repeat[0]}", ""]
            else:
                lines += [f"for_each = toset({hcl(list(node.repeat), self)})", ""]
        if node.provider:
            lines += [f"provider = {node.provider}", ""]
        lines += self.body(node)
        if node.mode == "resource" and self.style.tags and self.taggable(node.type) and not _has(node, "tags"):
            lines += [
                "",
                "tags = local.tags" if self.style.tags_local else f"tags = {hcl(dict(self.style.tags), self)}",
            ]
        if node.lifecycle:
            lines += ["", "lifecycle {", *(f"{k} = {hcl(v, self)}" for k, v in node.lifecycle), "}"]
        if node.depends_on:
            names = ", ".join(self.address(n, "") for n in node.depends_on)
            lines += ["", f"depends_on = [{names}]"]
        return "\n".join([*lines, "}"])

    def body(self, body: Body) -> list[str]:
        lines: list[str] = []
        for item in body.items:
            if isinstance(item, Setting):
                if not item.name:  # words only
                    continue
                if lines and lines[-1] == "}":
                    lines.append("")
                lines.append(f"{item.name} = {self.value(item)}")
            else:
                name, block = item
                if lines:
                    lines.append("")
                lines += [f"{name} {{", *self.body(block), "}"]
        return lines


def render(scenario: Scenario, style: Style, seed: int, taggable: Callable[[str], bool]) -> TerraformConfig:
    """The scenario's configuration in this style. ``taggable`` tells whether a resource type has ``tags``."""
    writer = _Writer(scenario, style, random.Random(f"{scenario.blueprint}:{scenario.seed}:{seed}"), taggable)
    writer.name_all()
    nodes = [(node, writer.node(node)) for node in scenario.nodes]
    head: list[str] = []
    providers = {n.type.partition("_")[0] for n in scenario.nodes} - {"terraform"}
    if style.terraform_block:
        rows: list[str] = []
        for name in sorted(providers):
            version = f"\nversion = {quoted(style.version)}" if style.version and name == "aws" else ""
            rows.append(f'{name} = {{\nsource = "hashicorp/{name}"{version}\n}}')
        head.append("terraform {\nrequired_providers {\n" + "\n".join(rows) + "\n}\n}")
    if "aws" in providers and (style.provider_block or scenario.region_said or scenario.providers):
        head.append(f'provider "aws" {{\nregion = {quoted(scenario.region)}\n}}')
    head += [
        f'provider "{name}" {{\nalias = "{alias}"\nregion = {quoted(region)}\n}}'
        for name, alias, region in scenario.providers
    ]
    if style.tags_local and any("local.tags" in text for _, text in nodes):
        head.append(f"locals {{\ntags = {hcl(dict(style.tags), writer)}\n}}")
    variables = [_variable(v.name, v.type, v.default, v.description, style) for v in scenario.variables] + [
        _variable(name, kind, value, text, style) for name, (kind, value, text) in writer.variables.items()
    ]
    outputs = [_output(o.name, hcl(o.value, writer), o.description, o.sensitive) for o in scenario.outputs]
    data = [text for node, text in nodes if node.mode == "data"] + writer.documents
    resources = [text for node, text in nodes if node.mode == "resource"]
    if style.files == "split":
        files = {"main.tf": [*data, *resources], "variables.tf": variables, "outputs.tf": outputs, "providers.tf": head}
    else:
        files = {"main.tf": [*head, *variables, *data, *resources, *outputs]}
    return TerraformConfig({name: ("\n\n".join(parts) + "\n").encode() for name, parts in files.items() if parts})


def _variable(name: str, kind: str, default: Value, description: str, style: Style) -> str:
    lines = [f'variable "{name}" {{']
    if style.descriptions and description:
        lines.append(f"description = {quoted(description)}")
    lines.append(f"type = {kind}")
    if default is not None:
        lines.append(f"default = {hcl(default, _NoNames())}")
    return "\n".join([*lines, "}"])


def _output(name: str, value: str, description: str, sensitive: bool) -> str:
    lines = [f'output "{name}" {{']
    if description:
        lines.append(f"description = {quoted(description)}")
    lines.append(f"value = {value}")
    if sensitive:
        lines.append("sensitive = true")
    return "\n".join([*lines, "}"])


class _NoNames:
    def address(self, node: Node, attribute: str, every: bool = False) -> str:  # noqa: ARG002
        raise ValueError(f"a default cannot refer to {node.type}.{attribute}")


def _has(body: Body, name: str) -> bool:
    return any(isinstance(i, Setting) and i.name == name for i in body.items)


def identifier(text: str) -> str:
    """A Terraform label made of a name ("my-app.logs" -> "my_app_logs"); "" where nothing is left."""
    label = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower()
    return f"r_{label}" if label[:1].isdigit() else label
