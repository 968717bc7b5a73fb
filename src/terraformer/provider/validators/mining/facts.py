"""Facts about a provider's attributes, read from its Go sources: what its schema message does not say.

    python -m terraformer.provider.validators.mining.facts ROOT OUT.json     # ROOT holds internal/service

The output maps "resource" / "data" / "ephemeral" to type -> {"sdk", "schema_version", "attributes": {path: facts},
"customize_diff", "config_validators", "methods"}. A path is the attribute's names joined by dots. Facts of an
attribute: type, required, optional, computed, force_new, default, sensitive, write_only, min_items, max_items,
deprecated, config_mode, checks (validators), elem_checks (those of the elements), conflicts_with, exactly_one_of,
at_least_one_of, required_with (attribute addresses as the SDK writes them).

Source: terraform-provider-aws (MPL-2.0), schema declarations of terraform-plugin-sdk/v2 and terraform-plugin-framework.
NOT covered: schemas assembled by run-time conditions, validators that are not understood (["fn", name]).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from .go_eval import Call, Evaluator, Func, Lit, Method, Ref
from .go_source import MODULE, FileScope, Package, SourceTree
from .sdk_enums import SdkEnums
from .specs import Specifier

__all__ = ["mine"]

_FLAGS = {
    "Required": "required",
    "Optional": "optional",
    "Computed": "computed",
    "ForceNew": "force_new",
    "Sensitive": "sensitive",
    "WriteOnly": "write_only",
}
_RELATIONS = {
    "ConflictsWith": "conflicts_with",
    "ExactlyOneOf": "exactly_one_of",
    "AtLeastOneOf": "at_least_one_of",
    "RequiredWith": "required_with",
}
_CUSTOM_TYPES = {
    "ARNType": ["fwarn"],
    "IAMPolicyType": ["fwjson"],
    "CIDRBlockType": ["cidrnet"],
    "OnceAWeekWindowType": ["weekwindow"],
    "OnceADayWindowType": ["daywindow"],
    "RegexpType": ["regexp"],
}


def mine(root: Path, enums: SdkEnums | None = None) -> tuple[dict[str, Any], Counter[str]]:
    """All facts below a source tree, and what was not understood (with its count)."""
    miner = _Miner(SourceTree(root), enums or SdkEnums())
    return miner.run(), Counter(miner.specifier.unknown)


class _Miner:
    def __init__(self, tree: SourceTree, enums: SdkEnums) -> None:
        self.tree = tree
        self.evaluator = Evaluator(tree)
        self.specifier = Specifier(self.evaluator, enums)

    def run(self) -> dict[str, Any]:
        out: dict[str, Any] = {"resource": {}, "data": {}, "ephemeral": {}, "provider": {}, "problems": []}
        provider = self.provider()
        if provider is not None:
            out["provider"]["aws"] = provider
        methods = (
            ("SDKResources", "resource", False),
            ("SDKDataSources", "data", False),
            ("FrameworkResources", "resource", True),
            ("FrameworkDataSources", "data", True),
            ("EphemeralResources", "ephemeral", True),
        )
        for package in self.tree.services():
            for method, kind, framework in methods:
                symbol = package.symbol("method", f"servicePackage.{method}")
                if symbol is None:
                    continue
                listed = self.evaluator.call(Func(symbol, symbol.node, symbol.scope, {}), [])
                for entry in listed if isinstance(listed, list) else []:
                    name = entry.fields.get("TypeName") if isinstance(entry, Lit) else None
                    factory = entry.fields.get("Factory") if isinstance(entry, Lit) else None
                    if not isinstance(name, str) or not isinstance(factory, Func):
                        out["problems"].append(f"{package.path}: {method}: {name}")
                        continue
                    try:
                        facts = self.framework(package, factory) if framework else self.sdk(factory)
                    except RecursionError:
                        facts = None
                    if facts is None:
                        out["problems"].append(f"{kind} {name}: no schema")
                    else:
                        out[kind][name] = facts
        return out

    def provider(self) -> dict[str, Any] | None:
        """The provider block: the schema.Provider literal that the SDK half's constructor builds."""
        package = self.tree.package(f"{MODULE}internal/provider/sdkv2")
        symbol = package.symbol("func", "NewProvider") if package is not None else None
        if symbol is None:
            return None
        env: dict[str, Any] = {}
        self.evaluator.run(symbol.node.child_by_field_name("body"), symbol.scope, env)
        candidates = [v for e in env.values() if isinstance(e, Lit) for v in (e, *e.fields.values())]
        for value in candidates:
            if isinstance(value, Lit) and value.type.endswith("schema.Provider"):
                schema = self._sdk_schema(value)
                if schema is not None:
                    attributes: dict[str, Any] = {}
                    self._sdk_attributes(schema, "", attributes, 0)
                    return {"sdk": "v2", "attributes": attributes}
        return None

    # -- SDK v2 --------------------------------------------------------------------------------------------------

    def sdk(self, factory: Func) -> dict[str, Any] | None:
        resource = self.evaluator.call(factory, [])
        if not isinstance(resource, Lit):
            return None
        schema = self._sdk_schema(resource)
        if schema is None:
            return None
        attributes: dict[str, Any] = {}
        self._sdk_attributes(schema, "", attributes, 0)
        out: dict[str, Any] = {"sdk": "v2", "attributes": attributes}
        version = resource.fields.get("SchemaVersion")
        if isinstance(version, int) and version:
            out["schema_version"] = version
        diff = resource.fields.get("CustomizeDiff")
        if diff is not None:
            out["customize_diff"] = self._names(diff)
        return out

    def _names(self, value: Any) -> list[str]:
        if isinstance(value, Call):
            inner = [n for a in value.args for n in self._names(a)]
            return inner if value.fn.endswith((".Sequence", ".All")) else [value.fn.rpartition("/")[2], *inner]
        if isinstance(value, Func):
            return [value.name]
        if isinstance(value, Ref):
            return [value.name]
        return ["?"] if isinstance(value, Method) else []

    def _sdk_schema(self, resource: Lit) -> Lit | None:
        schema = resource.fields.get("Schema")
        if schema is None and isinstance(resource.fields.get("SchemaFunc"), Func):
            schema = self.evaluator.call(resource.fields["SchemaFunc"], [])
        return schema if isinstance(schema, Lit) else None

    def _sdk_attributes(self, schema: Lit, prefix: str, out: dict[str, Any], depth: int) -> None:
        if depth > 12:
            return
        for name, value in schema.entries:
            if isinstance(value, Func):
                value = self.evaluator.call(value, [])
            if not isinstance(name, str) or not isinstance(value, Lit):
                out.setdefault("?", []).append(f"{prefix}{name}")
                continue
            facts: dict[str, Any] = {}
            fields = value.fields
            kind = fields.get("Type")
            facts["type"] = kind.name.rpartition(".Type")[2].lower() if isinstance(kind, Ref) else "?"
            for go, ours in _FLAGS.items():
                if fields.get(go) is True:
                    facts[ours] = True
            if "Default" in fields:
                try:
                    facts["default"] = self.specifier.plain(fields["Default"])
                except LookupError:
                    facts["default_unknown"] = True
            if "DefaultFunc" in fields:
                facts["default_unknown"] = True
            for go, ours in (("MaxItems", "max_items"), ("MinItems", "min_items")):
                if isinstance(fields.get(go), int) and fields[go]:
                    facts[ours] = fields[go]
            if fields.get("Deprecated"):
                facts["deprecated"] = True
            mode = fields.get("ConfigMode")
            if isinstance(mode, Ref):
                facts["config_mode"] = mode.name.rpartition("ConfigMode")[2].lower()
            if fields.get("DiffSuppressFunc") is not None:
                facts["diff_suppress"] = self._names(fields["DiffSuppressFunc"]) or True
            if fields.get("StateFunc") is not None:
                facts["state_func"] = True
            checks = self._checks([fields.get("ValidateFunc"), fields.get("ValidateDiagFunc")])
            if checks:
                facts["checks"] = checks
            for go, ours in _RELATIONS.items():
                if fields.get(go) is not None:
                    try:
                        facts[ours] = self.specifier._flat(fields[go])
                    except LookupError:
                        self.specifier.unknown[f"relation {prefix}{name}"] = 1
            path = f"{prefix}{name}"
            out[path] = facts
            elem = fields.get("Elem")
            if isinstance(elem, Func):
                elem = self.evaluator.call(elem, [])
            if isinstance(elem, Lit) and elem.type.endswith("schema.Resource"):
                nested = self._sdk_schema(elem)
                if nested is not None:
                    self._sdk_attributes(nested, f"{path}.", out, depth + 1)
            elif isinstance(elem, Lit) and elem.type.endswith("schema.Schema"):
                checks = self._checks([elem.fields.get("ValidateFunc"), elem.fields.get("ValidateDiagFunc")])
                if checks:
                    facts["elem_checks"] = checks
                inner = elem.fields.get("Type")
                if isinstance(inner, Ref):
                    facts["elem"] = inner.name.rpartition(".Type")[2].lower()

    def _checks(self, values: list[Any]) -> list[Any]:
        found = [self.specifier.spec(v) for v in values if v is not None]
        return [f for f in found if f is not None]

    # -- framework -----------------------------------------------------------------------------------------------

    def framework(self, package: Package, factory: Func) -> dict[str, Any] | None:
        value = self.evaluator.call(factory, [])
        if not isinstance(value, Lit):
            return None
        type_name = value.type.rpartition(".")[2]
        schema = self._method_output(package, type_name, "Schema", "Schema")
        if not isinstance(schema, Lit):
            return None
        attributes: dict[str, Any] = {}
        scope = factory.scope
        self._framework_attributes(schema, "", attributes, scope, 0)
        out: dict[str, Any] = {"sdk": "framework", "attributes": attributes}
        version = schema.fields.get("Version")
        if isinstance(version, int) and version:
            out["schema_version"] = version
        methods = [
            m
            for m in ("ValidateConfig", "ModifyPlan", "ConfigValidators")
            if package.symbol("method", f"{type_name}.{m}")
        ]
        if methods:
            out["methods"] = methods
        if "ConfigValidators" in methods:
            symbol = package.symbol("method", f"{type_name}.ConfigValidators")
            assert symbol is not None
            validators = self.evaluator.call(Func(symbol, symbol.node, symbol.scope, {}), [])
            out["config_validators"] = (
                [self._config_validator(v) for v in validators] if isinstance(validators, list) else [["fn", "?"]]
            )
        return out

    def _config_validator(self, value: Any) -> list[Any]:
        if isinstance(value, Call):
            name = value.fn.rpartition(".")[2]
            kind = {
                "ExactlyOneOf": "exactly_one_of",
                "Conflicting": "conflicting",
                "AtLeastOneOf": "at_least_one_of",
                "RequiredTogether": "required_together",
            }.get(name)
            if kind:
                try:
                    return [kind, [self.specifier.path(a) for a in value.args]]
                except LookupError:
                    return ["fn", value.fn]
            return ["fn", value.fn]
        return ["fn", "?"]

    def _method_output(self, package: Package, type_name: str, method: str, member: str) -> Any:
        symbol = package.symbol("method", f"{type_name}.{method}")
        if symbol is None:
            # The method may belong to an embedded type.
            declared = package.symbol("type", type_name)
            text = declared.node.text.decode() if declared is not None else ""
            for line in text.splitlines()[1:]:
                word = line.strip().lstrip("*")
                if word.isidentifier() and package.symbol("method", f"{word}.{method}"):
                    return self._method_output(package, word, method, member)
            return None
        parameters = symbol.node.child_by_field_name("parameters").named_children
        names = [n.text.decode() for p in parameters for n in p.children_by_field_name("name")]
        response = Lit("response")
        env: dict[str, Any] = {names[-1]: response, "ctx": Ref("ctx")}
        self.evaluator.run(symbol.node.child_by_field_name("body"), symbol.scope, env)
        return response.fields.get(member)

    def _framework_attributes(
        self, schema: Lit, prefix: str, out: dict[str, Any], scope: FileScope, depth: int
    ) -> None:
        if depth > 12:
            return
        for member in ("Attributes", "Blocks"):
            entries = schema.fields.get(member)
            for name, value in entries.entries if isinstance(entries, Lit) else []:
                if isinstance(value, Func):
                    value = self.evaluator.call(value, [])
                path = f"{prefix}{name}"
                if isinstance(value, Call) and "timeouts." in value.fn:
                    continue
                if not isinstance(name, str) or not isinstance(value, Lit):
                    out.setdefault("?", []).append(path)
                    continue
                out[path] = self._framework_attribute(value, member == "Blocks")
                nested = value.fields.get("NestedObject")
                if isinstance(nested, Lit):
                    self._framework_attributes(nested, f"{path}.", out, scope, depth + 1)
                elif "Attributes" in value.fields or "Blocks" in value.fields:
                    self._framework_attributes(value, f"{path}.", out, scope, depth + 1)

    def _framework_attribute(self, value: Lit, block: bool) -> dict[str, Any]:
        fields = value.fields
        facts: dict[str, Any] = {"type": value.type.rpartition(".")[2].removesuffix("Attribute").lower()}
        for go, ours in _FLAGS.items():
            if fields.get(go) is True:
                facts[ours] = True
        if block:
            facts["block"] = True
        if fields.get("DeprecationMessage"):
            facts["deprecated"] = True
        modifiers = fields.get("PlanModifiers")
        for modifier in modifiers if isinstance(modifiers, list) else []:
            text = modifier.fn if isinstance(modifier, Call) else ""
            if text.endswith((".RequiresReplace",)):
                facts["force_new"] = True
            elif "RequiresReplace" in text:
                facts["force_new_if"] = True
            elif text:
                facts.setdefault("plan_modifiers", []).append(text.rpartition("/")[2])
        default = fields.get("Default")
        if isinstance(default, Call):
            name = default.fn.rpartition(".")[2]
            if name.startswith("Static") and default.args:
                try:
                    facts["default"] = self.specifier.plain(default.args[0])
                except LookupError:
                    facts["default_unknown"] = True
            else:
                facts["default_unknown"] = True
        elif default is not None:
            facts["default_unknown"] = True
        checks = self._custom_type(fields.get("CustomType"), facts)
        element_type = self._custom_type(fields.get("ElementType"), {})
        if element_type:
            facts["elem_checks"] = element_type
        validators = fields.get("Validators")
        if isinstance(validators, list):
            checks = [*checks, *self._checks(validators)]
        nested = fields.get("NestedObject")
        inner = nested.fields.get("Validators") if isinstance(nested, Lit) else None
        if isinstance(inner, list):
            object_checks = self._checks(inner)
            if object_checks:
                facts["object_checks"] = object_checks
        # Sizes of framework blocks are validators, not part of the schema message: no min_items / max_items here.
        if checks:
            facts["checks"] = checks
        return facts

    def _custom_type(self, value: Any, facts: dict[str, Any]) -> list[Any]:
        """Checks that come with a framework custom type."""
        if isinstance(value, Method):
            # fwtypes.StringEnumType[T]().AttributeDefault(T.X)
            if value.name == "AttributeDefault" and value.args:
                try:
                    facts["default"] = self.specifier.plain(value.args[0])
                except LookupError:
                    facts["default_unknown"] = True
            return self._custom_type(value.of, facts)
        if isinstance(value, Call):
            name = value.fn.rpartition(".")[2]
            try:
                if name in ("StringEnumType",):
                    return [["fwenum", self.specifier.members(value.types[0], value.scope)]]
            except LookupError as error:
                self.specifier.unknown[str(error)] = self.specifier.unknown.get(str(error), 0) + 1
            if name in ("SetOfStringEnumType", "ListOfStringEnumType") or name in ("NewSetTypeOf", "NewListTypeOf"):
                facts["custom"] = f"{name}[{','.join(value.types)}]"
                try:
                    if value.types and "StringEnum[" not in value.types[0] and "StringEnumType" in name:
                        facts["elem_checks"] = [["fwenum", self.specifier.members(value.types[0], value.scope)]]
                except LookupError:
                    pass
        name = ""
        if isinstance(value, Ref):
            name = value.name.rpartition(".")[2]
        elif isinstance(value, Lit):
            name = value.type.rpartition(".")[2]
        elif isinstance(value, Call):
            name = value.fn.rpartition(".")[2]
        if name in _CUSTOM_TYPES:
            return [_CUSTOM_TYPES[name]]
        if name in ("ListOfARNType", "SetOfARNType"):
            facts["elem_checks"] = [["fwarn"]]
            return []
        if name == "RFC3339Type":
            return [["rfc3339"]]
        if name == "NormalizedType":
            return [["fwjson"]]
        if name in ("GoDurationType",):
            return [["goduration"]]
        if name:
            facts["custom"] = name
        return []


def main(arguments: list[str]) -> int:
    root, target = Path(arguments[0]), Path(arguments[1])
    sys.setrecursionlimit(20_000)
    facts, unknown = mine(root)
    target.write_text(json.dumps(facts, separators=(",", ":"), sort_keys=True), encoding="utf-8")
    counts = {k: len(v) for k, v in facts.items()}
    print(counts, MODULE, file=sys.stderr)
    for what, count in unknown.most_common(400):
        print(count, what, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
