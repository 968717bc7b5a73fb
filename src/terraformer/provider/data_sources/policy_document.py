"""aws_iam_policy_document: the IAM policy JSON exactly as the provider writes it.

Rules from terraform-provider-aws internal/service/iam/{policy_document_data_source,policy_model}.go:

- ``source_policy_documents`` are merged in order (a Sid may occur once among them), then the document of this block,
  then ``override_policy_documents``; a later statement replaces an earlier one with the same non-empty Sid in place.
- A list of one becomes a string; longer lists of actions, resources and identifiers are sorted in reverse; those that
  come from other documents stay as they were, except identifiers.
- ``&{`` becomes ``${`` in resources, identifiers and condition values (an error in version 2008-10-17).
- The one principal ``{"*": ["*"]}`` becomes ``"*"``. Condition values keep their order.
- Struct fields in declaration order, map keys sorted, Go's HTML escaping, two spaces.

NOT covered: Go's partial decoding after a type error in a source document (any type error is an error here too, with
Go's wording for the usual cases only).
"""

from __future__ import annotations

import json
import re
from typing import Any

from terraformer.provider.data_sources.gosemantics import (
    go_json,
    go_json_error,
    hash_code,
    set_order,
    string_set,
    string_set_hash,
)
from terraformer.provider.data_sources.reading import Reading
from terraformer.provider.values import contains_unknown

__all__ = ["check", "policy_document"]

_FIELDS = (
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
)
_FIELD_OF_LOWER = {name.lower(): name for name in _FIELDS}

_Principals = list[tuple[str, "str | list[str]"]]
_Conditions = list[tuple[str, str, "str | list[str]"]]


class _DocumentError(Exception):
    """What the provider answers instead of a document."""


class _Document:
    """A policy: ``statements`` are dicts by _FIELDS, their principals and conditions still as pairs and triples."""

    def __init__(self, version: str = "", id: str = "") -> None:
        self.version = version
        self.id = id
        self.statements: list[dict[str, Any]] = []
        self._place: dict[str, int] = {}  # of the statements that came through merge, by Sid

    def merge(self, new: _Document) -> None:
        self.id = new.id or self.id
        self.version = max(self.version, new.version)
        for statement in new.statements:
            sid = statement.get("Sid")
            if sid and sid in self._place:
                self.statements[self._place[sid]] = statement
                continue
            if sid:
                self._place[sid] = len(self.statements)
            self.statements.append(statement)

    def plain(self) -> dict[str, Any]:
        out: dict[str, Any] = {}
        if self.version:
            out["Version"] = self.version
        if self.id:
            out["Id"] = self.id
        if self.statements:
            out["Statement"] = [_plain_statement(s) for s in self.statements]
        return out


def _plain_statement(statement: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in _FIELDS:
        value = statement.get(name)
        if name in ("Sid", "Effect"):
            if value:
                out[name] = value
        elif name in ("Principal", "NotPrincipal"):
            if value:
                out[name] = _plain_principals(value)
        elif name == "Condition":
            if value:
                out[name] = _plain_conditions(value)
        elif value is not None:
            out[name] = value
    return out


def _plain_principals(principals: _Principals) -> Any:
    if len(principals) == 1 and principals[0][0] == "*" and principals[0][1] in ("*", ["*"]):
        return "*"
    raw: dict[str, Any] = {}
    for kind, identifiers in principals:
        before = raw.get(kind)
        if isinstance(identifiers, list):
            start = [before] if isinstance(before, str) else before or []
            raw[kind] = start + sorted(identifiers, key=_go_key, reverse=True)
        elif before is None:
            raw[kind] = identifiers
        else:
            raw[kind] = ([before] if isinstance(before, str) else before) + [identifiers]
    return {kind: raw[kind] for kind in sorted(raw, key=_go_key)}


def _plain_conditions(conditions: _Conditions) -> dict[str, Any]:
    raw: dict[str, dict[str, list[str]]] = {}
    for test, variable, values in conditions:
        raw.setdefault(test, {}).setdefault(variable, []).extend([values] if isinstance(values, str) else values)
    return {
        test: {
            variable: raw[test][variable][0] if len(raw[test][variable]) == 1 else raw[test][variable]
            for variable in sorted(raw[test], key=_go_key)
        }
        for test in sorted(raw, key=_go_key)
    }


def _go_key(text: str) -> bytes:
    """Go compares strings by their UTF-8 bytes."""
    return text.encode("utf-8", "surrogatepass")


# -- from other documents -----------------------------------------------------------------------------------------


def _parse(text: str) -> _Document:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise _DocumentError(go_json_error(text, error)) from None
    except RecursionError:
        raise _DocumentError("exceeded max depth") from None
    if data is None:
        return _Document()
    if not isinstance(data, dict):
        raise _DocumentError(f"json: cannot unmarshal {_go_kind(data)} into Go value of type iam.IAMPolicyDoc")
    doc = _Document()
    for key, value in data.items():
        field = key.lower()
        if value is None:
            continue
        if field in ("version", "id"):
            if not isinstance(value, str):
                raise _type_error(value, field.capitalize(), "string")
            setattr(doc, field, value)
        elif field == "statement":
            if not isinstance(value, list):
                raise _type_error(value, "Statement", "[]*iam.IAMPolicyStatement")
            doc.statements = [_parse_statement(s) for s in value]
    return doc


def _parse_statement(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _type_error(data, "Statement", "iam.IAMPolicyStatement")
    statement: dict[str, Any] = {}
    for key, value in data.items():
        name = _FIELD_OF_LOWER.get(key.lower())
        if name is None:
            continue
        if name in ("Principal", "NotPrincipal"):
            statement[name] = _parse_principals(value)
        elif value is None:
            continue
        elif name in ("Sid", "Effect"):
            if not isinstance(value, str):
                raise _type_error(value, f"Statement.{name}", "string")
            statement[name] = value
        elif name == "Condition":
            statement[name] = _parse_conditions(value)
        else:
            statement[name] = _sorted_maps(value)
    return statement


def _parse_principals(value: Any) -> _Principals:
    where = "IAMPolicyStatementPrincipalSet"
    if isinstance(value, str):
        return [("*", ["*"])]
    if not isinstance(value, dict):
        raise _DocumentError(f"Unsupported data type {_go_type(value)} for {where}")
    out: _Principals = []
    # Go walks the map in random order; the keys are distinct, so the order has no effect on the output.
    for kind, identifiers in value.items():
        if isinstance(identifiers, str):
            out.append((kind, identifiers))
        elif isinstance(identifiers, list):
            for i, identifier in enumerate(identifiers):
                if not isinstance(identifier, str):
                    raise _DocumentError(
                        f"Unsupported element type {_go_type(identifier)} for {where}.Identifiers[{i}]"
                        f' (principal type "{kind}"): must be string'
                    )
            out.append((kind, list(identifiers)))
        else:
            raise _DocumentError(f"Unsupported data type {_go_type(identifiers)} for {where}.Identifiers")
    return out


def _parse_conditions(value: Any) -> _Conditions:
    field = "Go struct field IAMPolicyStatement.Statement.Condition of type"
    if not isinstance(value, dict):
        wanted = "map[string]map[string]interface {}"
        raise _DocumentError(f"json: cannot unmarshal {_go_kind(value)} into {field} {wanted}")
    for inner in value.values():
        if inner is not None and not isinstance(inner, dict):
            raise _DocumentError(f"json: cannot unmarshal {_go_kind(inner)} into {field} map[string]interface {{}}")
    out: _Conditions = []
    for test, variables in value.items():
        for variable, values in (variables or {}).items():
            if isinstance(values, bool):
                out.append((test, variable, "true" if values else "false"))
            elif isinstance(values, str):
                out.append((test, variable, [values]))
            elif isinstance(values, list):
                if not all(isinstance(v, str) for v in values):
                    raise _DocumentError(f"values of condition {test} {variable} must be strings")
                out.append((test, variable, list(values)))
            # numbers, null and objects are dropped without a word, as the provider does
    return out


def _sorted_maps(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _sorted_maps(value[k]) for k in sorted(value, key=_go_key)}
    if isinstance(value, list):
        return [_sorted_maps(v) for v in value]
    return value


def _go_kind(value: Any) -> str:
    kinds = ((bool, "bool"), (str, "string"), ((int, float), "number"), (list, "array"), (dict, "object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def _go_type(value: Any) -> str:
    types = {
        "bool": "bool",
        "string": "string",
        "number": "float64",
        "array": "[]interface {}",
        "object": "map[string]interface {}",
    }
    return types.get(_go_kind(value), "<nil>")


def _type_error(value: Any, field: str, wanted: str) -> _DocumentError:
    struct = "IAMPolicyStatement" if "." in field else "IAMPolicyDoc"
    return _DocumentError(
        f"json: cannot unmarshal {_go_kind(value)} into Go struct field {struct}.{field} of type {wanted}"
    )


# -- from the configuration -----------------------------------------------------------------------------------------


def _variables(text: str, version: str) -> str:
    if version == "2008-10-17" and "&{" in text:
        raise _DocumentError(f"found &{{ sequence in ({text}), which is not supported in document version 2008-10-17")
    return text.replace("&{", "${")


def _one_or_list(items: Any, version: str | None = None) -> str | list[str]:
    strings = sorted(string_set(items), key=_go_key, reverse=True)
    if version is not None:
        strings = [_variables(s, version) for s in strings]
    return strings[0] if len(strings) == 1 else strings


def _configured_statement(block: dict[str, Any], version: str) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": block.get("sid") or "", "Effect": block.get("effect") or "Allow"}
    for argument, field in (("actions", "Action"), ("not_actions", "NotAction")):
        if block.get(argument):
            statement[field] = _one_or_list(block[argument])
    for argument, field in (("resources", "Resource"), ("not_resources", "NotResource")):
        if block.get(argument):
            try:
                statement[field] = _one_or_list(block[argument], version)
            except _DocumentError as error:
                raise _DocumentError(f"reading {argument}: {error}") from None
    for argument, field in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        blocks = set_order(block.get(argument) or [], _principal_hash)
        try:
            principals: _Principals = [
                (p.get("type") or "", _one_or_list(p.get("identifiers") or [], version)) for p in blocks
            ]
        except _DocumentError as error:
            raise _DocumentError(f"reading {argument}: reading identifiers: {error}") from None
        if principals:
            statement[field] = principals
    conditions: _Conditions = []
    for block_ in set_order(block.get("condition") or [], _condition_hash):
        try:
            values = [_variables(v or "", version) for v in block_.get("values") or []]
        except _DocumentError as error:
            raise _DocumentError(f"reading condition: reading values: {error}") from None
        conditions.append((block_.get("test") or "", block_.get("variable") or "", values))
    if conditions:
        statement["Condition"] = conditions
    return statement


def _principal_hash(block: dict[str, Any]) -> str:
    return f"identifiers:{string_set_hash(block.get('identifiers') or [])}type:{block.get('type') or ''};"


def _condition_hash(block: dict[str, Any]) -> str:
    values = "".join((v or "") + ";" for v in block.get("values") or [])
    return f"test:{block.get('test') or ''};values:({values});variable:{block.get('variable') or ''};"


def _merge_all(reading: Reading) -> _Document:
    merged = _Document()
    seen: set[str] = set()
    writing = "writing IAM Policy Document: "
    for i, text in enumerate(reading.get("source_policy_documents") or []):
        if not text:  # the SDK reads an empty element as a missing one
            continue
        try:
            document = _parse(text)
        except _DocumentError as error:
            raise _DocumentError(f"{writing}merging source document {i}: {error}") from None
        for j, statement in enumerate(document.statements):
            sid = statement.get("Sid") or ""
            if sid in seen:
                raise _DocumentError(
                    f"{writing}merging source document {i}: duplicate Sid ({sid}) in source_policy_documents "
                    f"(statement {j}). Remove the Sid or ensure Sids are unique."
                )
            if sid:
                seen.add(sid)
        merged.merge(document)

    own = _Document(reading.text("version") or "2012-10-17", reading.text("policy_id"))
    sids: set[str] = set()
    for block in reading.blocks("statement"):
        sid = block.get("sid") or ""
        if sid in sids:
            raise _DocumentError(f"{writing}duplicate Sid ({sid}). Remove the Sid or ensure the Sid is unique.")
        if sid:
            sids.add(sid)
        own.statements.append(_configured_statement(block, own.version))
    merged.merge(own)

    for i, text in enumerate(reading.get("override_policy_documents") or []):
        if not text:  # the SDK reads an empty element as a missing one
            continue
        try:
            merged.merge(_parse(text))
        except _DocumentError as error:
            raise _DocumentError(f"{writing}merging override document {i}: {error}") from None
    return merged


def check(reading: Reading) -> None:
    """What the provider's schema refuses at validation (ValidateFunc), in the SDK's words. Unknown parts pass."""
    for name in ("source_policy_documents", "override_policy_documents"):
        for i, text in enumerate(reading.get(name) or []):
            if not isinstance(text, str) or not text:
                continue
            try:
                json.loads(text)
            except (json.JSONDecodeError, RecursionError) as error:
                why = go_json_error(text, error) if isinstance(error, json.JSONDecodeError) else "exceeded max depth"
                reading.error(
                    f'"{name}.{i}" contains an invalid JSON: {why}', path=(name, i), code="value-invalid-json"
                )
    for name in ("source_json", "override_json"):
        if reading.text(name):
            reading.error(f'expected "{name}" to be an empty string: got {reading.text(name)}', path=(name,))
    version = reading.text("version")
    if version not in ("", "2008-10-17", "2012-10-17"):
        reading.error(f'expected version to be one of ["2008-10-17" "2012-10-17"], got {version}', path=("version",))
    for i, block in enumerate(reading.blocks("statement")):
        effect, sid = block.get("effect"), block.get("sid")
        if isinstance(effect, str) and effect not in ("Allow", "Deny"):
            reading.error(
                f'expected statement.{i}.effect to be one of ["Allow" "Deny"], got {effect}',
                path=("statement", i, "effect"),
            )
        if isinstance(sid, str) and not re.fullmatch(r"[a-zA-Z0-9]*", sid):
            reading.error(
                f"invalid value for statement.{i}.sid (must only include alphanumeric characters)",
                path=("statement", i, "sid"),
            )


def policy_document(reading: Reading) -> None:
    """aws_iam_policy_document: ``json``, ``minified_json`` and ``id``, all exact."""
    if contains_unknown(reading.value):
        # Terraform core defers such a read; only a caller outside a plan gets here.
        reading.error("Invalid configuration", "A policy document can be computed from known values only.")
        return
    try:
        plain = _merge_all(reading).plain()
    except _DocumentError as error:
        reading.error(str(error), code="iam-policy-document")
        return
    text = go_json(plain, indent=2)
    reading.set("json", text)
    reading.set("minified_json", go_json(plain))
    reading.set("id", str(hash_code(text)))
    reading.set("version", "2012-10-17")
    statements = reading.blocks("statement")
    if statements:
        reading.override("statement", [_filled(s) for s in statements])


def _filled(block: dict[str, Any]) -> dict[str, Any]:
    """A statement as the SDK stores it: defaults and zero values in place of null."""
    zero: dict[str, Any] = {"effect": "Allow", "sid": ""}
    return {name: zero.get(name, []) if value is None else value for name, value in block.items()}
