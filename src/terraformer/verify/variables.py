"""Values for root module variables: what the user gave, and typed placeholders for the rest."""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraformer.hcl import Module, VariableRef
from terraformer.hcl.scan import parse_file
from terraformer.types import Assumption, Certificate, Severity, Stage, TerraformConfig
from terraformer.verify.settings import VerifySettings

__all__ = ["COMMON_STRINGS", "VariablePlan", "assumptions", "given_names", "plan_variables", "value_for_condition"]


@dataclass(slots=True)
class VariablePlan:
    """``arguments`` for the command line, ``placeholders`` the values made up, ``certificates`` about missing ones."""

    arguments: list[str] = field(default_factory=list)
    placeholders: dict[str, Any] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    path: str = ""
    renamed: dict[str, str] = field(default_factory=dict)

    def write(self) -> None:
        """Write the placeholders' file (again, when a value was changed)."""
        if self.placeholders:
            Path(self.path).write_text(json.dumps(self.placeholders), encoding="utf-8")


def _names_in(path: str, content: bytes) -> Iterable[str]:
    """Names that a .tfvars file sets."""
    if path.endswith(".json"):
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            return ()
        return tuple(data) if isinstance(data, dict) else ()
    return tuple(name for name, _ in parse_file(path, content).body.attributes())


def given_names(config: TerraformConfig, settings: VerifySettings) -> set[str]:
    """Variables with a value: from settings, terraform.tfvars(.json) and *.auto.tfvars(.json) of the root module."""
    names = set(settings.vars)
    for name, content in settings.var_files:
        names.update(_names_in(name, content))
    for path, content in config.files.items():
        if (posixpath.dirname(path) or ".") != config.root:
            continue
        base = posixpath.basename(path)
        if base in ("terraform.tfvars", "terraform.tfvars.json") or base.endswith(
            (".auto.tfvars", ".auto.tfvars.json")
        ):
            names.update(_names_in(path, content))
    return names


def plan_variables(
    root: Module,
    config: TerraformConfig,
    settings: VerifySettings,
    directory: str,
    placeholder: Any,
) -> VariablePlan:
    """Decide about every variable of the root module. ``placeholder(variable)`` gives a typed value (JSON).

    Raises OSError when the disk is full.
    """
    plan = VariablePlan(path=f"{directory}/placeholders.tfvars.json")
    given = given_names(config, settings)
    for variable in root.variables:
        if variable.has_default or variable.name in given:
            continue
        if settings.strict_vars:
            plan.certificates.append(
                Certificate(
                    Stage.DEPLOY,
                    Severity.ERROR,
                    "variable-value-missing",
                    f"No value for required variable {variable.name}",
                    f'The root module variable "{variable.name}" has no default and was given no value.',
                    variable.header,
                    address=f"var.{variable.name}",
                    fix=f"Give the variable a default, or pass --var {variable.name}=...",
                )
            )
            continue
        value = value_for_condition(variable)
        if value is None:
            value = placeholder(variable)
        plan.placeholders[variable.name] = value
    if plan.placeholders:
        plan.write()
        plan.arguments.append(f"-var-file={plan.path}")
    for index, (name, content) in enumerate(settings.var_files):
        suffix = ".tfvars.json" if name.endswith(".json") else ".tfvars"
        path = f"{directory}/given-{index}{suffix}"
        Path(path).write_bytes(content)
        plan.renamed[path] = name
        plan.arguments.append(f"-var-file={path}")
    plain = {k: v for k, v in settings.vars.items() if not isinstance(v, str)}
    if plain:
        path = f"{directory}/given.tfvars.json"
        Path(path).write_text(json.dumps(plain), encoding="utf-8")
        plan.arguments.append(f"-var-file={path}")
    plan.arguments.extend(f"-var={k}={v}" for k, v in settings.vars.items() if isinstance(v, str))
    return plan


def assumptions(plan: VariablePlan, root: Module) -> list[Assumption]:
    """What was made up for variables, in the order of their names; values of sensitive ones are shown all the same,
    since they were made up."""
    by_name: Mapping[str, VariableRef] = {v.name: v for v in root.variables}
    return [
        Assumption(
            f"var.{name}",
            "",
            value,
            f"no value was given; made up for type {by_name[name].type_expr or 'any'}",
        )
        for name, value in sorted(plan.placeholders.items())
    ]


# --- values that meet a validation block ----------------------------------------------------------------------------

_LIST = re.compile(r"contains\(\s*(\[[^\]]*\])\s*,\s*(?:\w+\(\s*)*var\.(\w+)")
_EQUAL = re.compile(r"(?:var\.(\w+)\s*==\s*(\"[^\"$]*\"|-?\d+(?:\.\d+)?|true|false))")
_AT_LEAST = re.compile(r"(?<![\w(.])(?:var\.(\w+)|tonumber\(var\.(\w+)\))\s*(>=?)\s*(-?\d+(?:\.\d+)?)")
_AT_MOST = re.compile(r"(?<![\w(.])(?:var\.(\w+)|tonumber\(var\.(\w+)\))\s*(<=?)\s*(-?\d+(?:\.\d+)?)")
_LENGTH = re.compile(r"length\(\s*(?:\w+\(\s*)*var\.\w+\s*\)*\s*(>=?|==)\s*(\d+)")
_CIDR = re.compile(r"cidr(?:host|netmask|subnet)\(\s*var\.\w+")
_REGEX = re.compile(r"regex(?:all)?\(\s*\"((?:[^\"\\]|\\.)*)\"\s*,\s*(?:\w+\(\s*)*var\.\w+")
_PREFIX = re.compile(r"startswith\(\s*var\.\w+\s*,\s*\"([^\"$]*)\"")
_SUBSTR = re.compile(r"substr\(\s*var\.\w+\s*,\s*0\s*,\s*\d+\s*\)\s*==\s*\"([^\"$]*)\"")


def value_for_condition(variable: VariableRef) -> Any:
    """A value read off the variable's validation conditions, None when they name none. Heuristics: Terraform judges
    it.
    """
    kind = (variable.type_expr or "string").strip()
    scalar = kind in ("string", "number", "bool", "any")
    for validation in variable.validations:
        text = validation.condition
        listed = _LIST.search(text)
        if listed:
            value = _first_literal(listed[1])
            if value is not None:
                return value if scalar else [value] if kind.startswith(("list", "set")) else None
        if not scalar:
            continue
        for found in (_PREFIX.search(text), _SUBSTR.search(text)):
            if found:
                return _with_prefix(found[1])
        if _CIDR.search(text):
            return "10.0.0.0/16"
        pattern = _REGEX.search(text)
        if pattern:
            value = example_of(pattern[1].replace("\\\\", "\\"))
            if value is not None:
                return value
        if kind == "number":
            low, high = _AT_LEAST.search(text), _AT_MOST.search(text)
            if low:
                number = float(low[4]) + (1 if low[3] == ">" else 0)
                return int(number) if number.is_integer() else number
            if high:
                number = float(high[4]) - (1 if high[3] == "<" else 0)
                return int(number) if number.is_integer() else number
        equal = _EQUAL.search(text)
        if equal:
            return json.loads(equal[2])
        length = _LENGTH.search(text)
        if length and kind == "string":
            wanted = int(length[2]) + (1 if length[1] == ">" else 0)
            return "example-value-"[: max(wanted, 1)] if wanted <= 14 else "x" * min(wanted, 4096)
    return None


def _first_literal(text: str) -> Any:
    found = re.search(r'"((?:[^"\\$]|\\.)*)"|(-?\d+(?:\.\d+)?)', text)
    if not found:
        return None
    return ast.literal_eval(found[0])


def _with_prefix(prefix: str) -> str:
    known = {"ami-": "ami-0123456789abcdef0", "vpc-": "vpc-0123456789abcdef0", "subnet-": "subnet-0123456789abcdef0"}
    if prefix.startswith("arn:aws:iam"):
        return "arn:aws:iam::123456789012:role/example"
    return known.get(prefix, f"{prefix}example")


COMMON_STRINGS = (
    "example",
    "my-example",
    "example1",
    "10.0.0.0/16",
    "10.0.0.1",
    "us-east-1",
    "us-east-1a",
    "t3.micro",
    "db.t3.micro",
    "123456789012",
    "arn:aws:iam::123456789012:role/example",
    "arn:aws:s3:::example",
    "ami-0123456789abcdef0",
    "vpc-0123456789abcdef0",
    "subnet-0123456789abcdef0",
    "sg-0123456789abcdef0",
    "user@example.com",
    "example.com",
    "https://example.com",
    "2030-01-01T00:00:00Z",
    "1.0.0",
    "1.30",
    "cron(0 12 * * ? *)",
    "rate(1 day)",
    "Example1",
    "EXAMPLE",
    "Example-Passw0rd!",
    "a",
    "1",
)


def example_of(pattern: str) -> str | None:
    """A string that matches a regular expression (RE2 as far as Python reads it), None when none of the guesses
    does.
    """
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    for guess in COMMON_STRINGS:
        if len(pattern) <= 500 and compiled.search(guess):
            return guess
    built = _build(pattern)
    return built if built is not None and compiled.search(built) else None


def _build(pattern: str) -> str | None:
    """The shortest string of a pattern, walked through the standard library's own parse of it."""
    import re._parser as parser  # type: ignore[import-not-found]

    def emit(items: Any, depth: int) -> str:
        if depth > 20:
            raise ValueError
        out = ""
        for op, argument in items:
            name = str(op)
            if name == "LITERAL":
                out += chr(argument)
            elif name == "NOT_LITERAL":
                out += "a" if chr(argument) != "a" else "b"
            elif name == "ANY":
                out += "a"
            elif name == "IN":
                out += member(argument)
            elif name in ("MAX_REPEAT", "MIN_REPEAT"):
                low, high, inner = argument
                count = min(max(low, 1 if high else 0), 200)
                out += emit(inner, depth + 1) * (low if low else min(count, 1))
            elif name == "SUBPATTERN":
                out += emit(argument[-1], depth + 1)
            elif name == "BRANCH":
                out += emit(argument[1][0], depth + 1)
            elif name in ("AT", "ASSERT", "ASSERT_NOT"):
                continue
            else:
                raise ValueError
            if len(out) > 4096:
                raise ValueError
        return out

    def member(items: Any) -> str:
        op, argument = items[0]
        name = str(op)
        if name == "LITERAL":
            return chr(argument)
        if name == "RANGE":
            return chr(argument[0])
        if name == "CATEGORY":
            return {"CATEGORY_DIGIT": "1", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " "}.get(str(argument), "a")
        if name == "NEGATE":
            for candidate in "a1-_ ":
                if not any(
                    (str(o) == "LITERAL" and chr(a) == candidate)
                    or (str(o) == "RANGE" and a[0] <= ord(candidate) <= a[1])
                    for o, a in items[1:]
                ):
                    return candidate
        raise ValueError

    try:
        return emit(parser.parse(pattern), 0)
    except (ValueError, re.error, OverflowError, RecursionError, TypeError):
        return None
