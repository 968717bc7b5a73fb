"""Policies: written as heredocs or jsonencode, turned into aws_iam_policy_document."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from tree_sitter import Node

from terraformer.data.intents import Demand, RefersTo, Subject
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.base import Change, Say, Target
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.naming import GENERIC, Code
from terraformer.data.mutation.syntax import Argument

_PATHS: Final = ("policy", "assume_role_policy", "access_policies", "key_policy", "inline_policy")


@dataclass(frozen=True)
class _Raw:
    """An expression as written."""

    text: str


class _NotReadable(Exception):
    """The expression is no policy that can be told from its text."""


def _policies(t: Target) -> list[Argument]:
    return [
        a
        for n in _PATHS
        if (a := t.block.arguments.get(n)) is not None
        and (a.text.startswith(("<<", "jsonencode(")) or a.text.startswith('"{'))
    ]


@operator(
    "refactoring",
    when=lambda t: t.instances > 0 and not t.block.repeated and bool(_policies(t)),
    weight=2.2,
    structural=True,
)
def policy_to_document(t: Target) -> Change | None:
    argument = t.pick(*_policies(t))
    try:
        document = _document(t, argument)
        text = _render(document)
    except (_NotReadable, ValueError, KeyError, TypeError):
        return None
    suffix = "assume" if argument.name == "assume_role_policy" else ""
    label = t.label if t.label not in GENERIC else suffix if suffix else t.type.split("_")[-1]
    label = t.base.fresh(
        "data",
        f"{label}_{suffix}" if suffix and label != suffix and t.rng.random() < 0.6 else label,
        "aws_iam_policy_document",
    )
    draft = t.draft().splice(
        t.block.file, argument.value_start, argument.value_end, f"data.aws_iam_policy_document.{label}.json"
    )
    at = draft.comment_start(t.block)
    draft.splice(t.block.file, at, at, f'data "aws_iam_policy_document" "{label}" {{\n{text}\n}}\n\n')
    what = {"assume_role_policy": "{trust policy|assume role policy}", "policy": "{policy|policy document}"}.get(
        argument.name, "policy"
    )
    form = (
        "heredoc"
        if argument.text.startswith("<<")
        else "jsonencode"
        if argument.text.startswith("json")
        else "JSON string"
    )
    return t.change(
        draft,
        Say(
            f"{{{{rewrite|convert}} the {what} of <it> {{as|to}} an aws_iam_policy_document{{ data source|}}"
            f"|{{use|write}} an aws_iam_policy_document {{data source |}}for the {what} of <it> instead of {{the"
            f"|a}} {form}"
            f"|replace the {form} in <it> {{by|with}} an aws_iam_policy_document{{ data source|}}}}",
            f"the {what} of <it> should be an aws_iam_policy_document{{ data source|}}",
            (
                "Inline JSON is hard to review.",
                "We use the data source for all our policies.",
                "The JSON had a typo more than once.",
            ),
            {"label": Code(label)},
        ),
        demands=[
            Demand(Subject.DATA, "aws_iam_policy_document"),
            Demand(
                Subject.RESOURCE,
                t.type,
                t.label,
                having=(RefersTo(Refer(data="aws_iam_policy_document"), (argument.name,)),),
            ),
        ],
        silent=True,
    )


def _document(t: Target, argument: Argument) -> dict[str, Any]:
    """The policy as data; text in it is as written between quotes, interpolations and all."""
    text = argument.text
    if text.startswith("<<"):
        lines = text.split("\n")
        found = json.loads("\n".join(lines[1:-1]), strict=False)
        return dict(_escaped(found))
    if text.startswith('"'):
        if not isinstance(argument.value, str):
            raise _NotReadable
        return dict(_escaped(json.loads(argument.value)))
    call = argument.node.named_children[0]
    arguments = next(c for c in call.children if c.type == "function_arguments")
    found = _read(t, next(c for c in arguments.children if c.type == "expression"))
    if not isinstance(found, dict):
        raise _NotReadable
    return found


def _escaped(value: Any) -> Any:
    """Text out of JSON as it must stand between the quotes of HCL; interpolations stay."""
    if isinstance(value, str):
        if "%{" in value or ("${" in value and '"' in value):
            raise _NotReadable
        return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    if isinstance(value, dict):
        return {k: _escaped(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_escaped(v) for v in value]
    return value


def _read(t: Target, node: Node) -> Any:
    content = t.syntax.files[t.block.file].content

    def text(n: Node) -> str:
        return content[n.start_byte : n.end_byte].decode("utf-8", "replace")

    while (
        node.type in ("expression", "collection_value", "literal_value", "template_expr")
        and len(node.named_children) == 1
    ):
        node = node.named_children[0]
    match node.type:
        case "object":
            found = {}
            for element in (c for c in node.children if c.type == "object_elem"):
                key, value = element.child_by_field_name("key"), element.child_by_field_name("val")
                if key is None or value is None or not re.fullmatch(r'"?[\w:.-]+"?', text(key).strip()):
                    raise _NotReadable
                found[text(key).strip().strip('"')] = _read(t, value)
            return found
        case "tuple":
            return [_read(t, c) for c in node.children if c.type == "expression"]
        case "string_lit" | "quoted_template":
            return text(node)[1:-1]
        case "bool_lit":
            return text(node)
        case "numeric_lit":
            return text(node)
        case _:
            raw = text(node).strip()
            if "\n" in raw or raw.startswith("["):
                raise _NotReadable
            return _Raw(raw)


_KNOWN: Final = frozenset(
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"]
)


def _render(document: dict[str, Any]) -> str:
    if set(document) - {"Version", "Statement", "Id"} or document.get("Version", "2012-10-17") != "2012-10-17":
        raise _NotReadable
    statements = document["Statement"]
    blocks = [_statement(s) for s in (statements if isinstance(statements, list) else [statements])]
    head = [f'  policy_id = "{document["Id"]}"\n'] if "Id" in document else []
    return "\n\n".join([*head, *blocks])


def _statement(statement: dict[str, Any]) -> str:
    if not isinstance(statement, dict) or set(statement) - _KNOWN:
        raise _NotReadable
    lines: list[str] = []
    if statement.get("Sid"):
        lines.append(f"sid = {_one(statement['Sid'])}")
    if statement.get("Effect") != "Allow":
        lines.append(f"effect = {_one(statement['Effect'])}")
    for key, name in (
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ):
        if key in statement:
            lines.append(f"{name} = {_several(statement[key])}")
    parts = ["\n".join(f"    {line}" for line in lines)]
    for key, name in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        if key not in statement:
            continue
        value = statement[key]
        pairs = {"*": "*"} if value == "*" else value
        if not isinstance(pairs, dict):
            raise _NotReadable
        for kind, identifiers in pairs.items():
            parts.append(
                f'    {name} {{\n      type        = "{kind}"\n      identifiers = {_several(identifiers)}\n    }}'
            )
    for test, pairs in (statement.get("Condition") or {}).items():
        for variable, values in pairs.items():
            parts.append(
                f'    condition {{\n      test     = "{test}"\n      variable = "{variable}"\n'
                f"      values   = {_several(values)}\n    }}"
            )
    return "  statement {\n" + "\n\n".join(p for p in parts if p) + "\n  }"


def _one(value: Any) -> str:
    if isinstance(value, _Raw):
        return value.text
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return '"true"' if value else '"false"'
    raise _NotReadable


def _several(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(v, (dict, list)) for v in values):
        raise _NotReadable
    if any(isinstance(v, _Raw) and not re.match(r"[\w.\[\]\"*-]+$", v.text) for v in values):
        raise _NotReadable
    return f"[{', '.join(_one(v) for v in values)}]"
