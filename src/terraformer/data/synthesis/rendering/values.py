"""The values of arguments: as they are, or by variables, locals, parts of names, policy documents."""

from __future__ import annotations

import re

from terraformer.data.intents import Attribute
from terraformer.data.synthesis.expressions import Document, Expression, Value, hcl, quoted
from terraformer.data.synthesis.rendering.groups import (
    plain,
)
from terraformer.data.synthesis.rendering.naming import Naming, Variable
from terraformer.data.synthesis.rendering.words import described, identifier, key_text, kind_of, word_of
from terraformer.data.synthesis.scenario import Setting
from terraformer.data.synthesis.wording import type_noun

__all__ = ["RESERVED", "Values"]

RESERVED = frozenset(["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"])
_SHARED = re.compile(
    r"(cidr_blocks?|cidr|_port|port|availability_zone|domain_name|domain|email|address|endpoint|ip_range)\Z"
)
_NAMELIKE = re.compile(r"(name|identifier|bucket|family|prefix|Name|title|_id)\Z")
_VAGUE = frozenset(
    ["name", "description", "type", "path", "comment", "value", "key", "port", "protocol", "status", "mode"]
)
_SECRET = re.compile(r"password|secret|token")
_BY_STAGE = {
    "multi_az", "deletion_protection", "enable_deletion_protection", "performance_insights_enabled",
    "point_in_time_recovery_enabled", "monitoring", "skip_final_snapshot", "force_destroy", "force_delete",
    "apply_immediately", "enable_key_rotation", "ebs_optimized", "detailed_metrics_enabled",
}  # fmt: skip
"""Switches that people set by stage."""
_NOT_IN_PRODUCTION = frozenset(["skip_final_snapshot", "force_destroy", "force_delete", "apply_immediately"])


class Values(Naming):
    """Naming, with the texts of values."""

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
        inner = (
            hcl({}, self) if not rows else "{\n" + "\n".join(f"{key_text(k)} = {v}" for k, v in rows.items()) + "\n}"
        )
        style = self.style
        demand = setting.say.demand if setting.say is not None and setting.said else None
        of_one = isinstance(demand, Attribute) and demand.path[:1] == ("tags",) and len(demand.path) == 2
        if setting.path == ("tags",) and (of_one or not setting.said) and style.tags and style.tags_local:
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
        word = word_of(self._writing.type)
        of_it = name if name.startswith(word) else f"{word}_{name}"
        first = [of_it] if name in _VAGUE and not self.here.name else [name, of_it]
        label = self.labels[self._writing]
        first.append(
            f"{label}_{of_it}" if label not in (self.style.generic, word) else f"{self._writing.role or word}_{of_it}"
        )
        for candidate in (*first, *(f"{name}_{n}" for n in range(2, 30))):
            known = self.here.variables.get(candidate)
            if candidate in RESERVED or (known is not None and (known.kind, known.value) != (kind, value)):
                continue
            if known is None:
                words = f"{described(name)} of the {type_noun(self._writing.type)}."
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
        words = type_noun(f"x_{name}")
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
