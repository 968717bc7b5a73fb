"""Reads facts about arguments off a provider's Go sources, for the facts files that overrides are made from.

    python -m terraformer.provider.compiler.go_facts INDEX hashicorp/aws 6.58.0

``INDEX`` is the ``index`` folder of a checkout of a public terraform-provider-*-index repository. The result is
``facts/<source>__<version>.json.zst``: facts only, one object per type and dotted path:

    {"resource aws_sqs_queue": {"version": 1, "arguments": {"fifo_queue": {"default": false, "force_new": true}}}}

    default, force_new, sensitive, write_only, deprecated (message), min_items, max_items: as the schema declares them
    conflicts, exactly_one, at_least_one, required_with                       lists of dotted paths (".0." dropped)
    checks        [["IntBetween", 0, 900], ["OneOf", "a", "b"], ["Enum", "ContainerType"], ["ValidARN"], ...]:
                  the validators' names and literal arguments; for hints only
    suppress      true where a DiffSuppressFunc, StateFunc or plan modifier of the provider's own changes the plan

Sources read: terraform-plugin-sdk/v2 ``schema.Resource`` trees and terraform-plugin-framework ``Schema`` methods.
Whatever cannot be told for certain is left out.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import zstandard

from terraformer.provider.compiler.facts import FOLDER
from terraformer.provider.compiler.go_azure import azure_resources, shared_argument
from terraformer.provider.compiler.go_eval import Closure, Evaluator, Opaque, Struct
from terraformer.provider.compiler.go_splices import wafv2_splices

__all__ = ["extract"]

_REFERENCES = {
    "ConflictsWith": "conflicts",
    "ExactlyOneOf": "exactly_one",
    "AtLeastOneOf": "at_least_one",
    "RequiredWith": "required_with",
    "AlsoRequires": "required_with",
}


def snake(name: str) -> str:
    """ "AttrKMSKeyID" -> "kms_key_id": the naming rule of the provider's names package."""
    name = re.sub(r"^Attr", "", name)
    for plural in ("ARN", "ID", "CIDR", "VPC", "URL", "IP", "AMI"):
        name = re.sub(rf"{plural}s(?![a-z])", plural.capitalize() + "s", name)
    name = name.replace("VPCID", "VPCId").replace("CloudWatch", "Cloudwatch").replace("IPv", "Ipv")
    words = re.findall(r"[A-Z]+\d*(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+", name)
    return "_".join(w.lower() for w in words)


class _Enums:
    """Values of AWS SDK enum constants, from botocore's service models where they can be told without doubt."""

    SERVICES: Mapping[str, str] = {
        "cloudwatchlogs": "logs",
        "cognitoidentityprovider": "cognito-idp",
        "configservice": "config",
        "costandusagereportservice": "cur",
        "costexplorer": "ce",
        "databasemigrationservice": "dms",
        "directoryservice": "ds",
        "elasticloadbalancing": "elb",
        "elasticloadbalancingv2": "elbv2",
        "elasticsearchservice": "es",
        "eventbridge": "events",
        "lexmodelbuildingservice": "lex-models",
        "lexmodelsv2": "lexv2-models",
        "serverlessapplicationrepository": "serverlessrepo",
        "sfn": "stepfunctions",
    }

    def __init__(self) -> None:
        self.loaded: dict[str, dict[str, list[str]]] = {}
        self.names: dict[str, str] = {}

    def enums(self, service: str) -> dict[str, list[str]]:
        if not self.names:
            import botocore.loaders

            self.names = {n.replace("-", ""): n for n in botocore.loaders.Loader().list_available_services("service-2")}
        name = self.SERVICES.get(service) or self.names.get(service, service)
        if name not in self.loaded:
            found: dict[str, list[str]] = {}
            try:
                import botocore.loaders

                model = botocore.loaders.Loader().load_service_model(name, "service-2")
                for shape, body in model["shapes"].items():
                    if body.get("enum"):
                        found[shape] = list(body["enum"])
            except Exception:  # noqa: S110 - no such service: its enums stay unknown
                pass
            self.loaded[name] = found
        return self.loaded[name]

    def constant(self, service: str, name: str) -> str | None:
        """ "BillingModeProvisioned" -> "PROVISIONED"; None when two values could be meant."""

        def key(text: str) -> str:
            return re.sub(r"[^a-z0-9]", "", text.lower())

        found = {
            value
            for shape, values in self.enums(service).items()
            for value in values
            if key(shape + value) == key(name)
        }
        return found.pop() if len(found) == 1 else None


class _Reader:
    def __init__(self, index: Path, module: str) -> None:
        self.enums = _Enums()
        self.evaluator = Evaluator(index / "internal", module, self.foreign)
        self.evaluator.index = index  # packages are "internal/service/x"
        self.module = module
        self.unread: list[str] = []

    def foreign(self, target: str, name: str) -> Any:
        if target == self.module + "/names":
            return snake(name) if name.startswith("Attr") else None
        match = re.fullmatch(r"github\.com/aws/aws-sdk-go-v2/service/(\w+)/types", target)
        if match:
            return self.enums.constant(match[1], name)
        return {"math.MaxInt32": 2**31 - 1, "math.MaxInt64": 2**63 - 1}.get(f"{target}.{name}")

    # -- terraform-plugin-sdk -------------------------------------------------------------------------------------

    def sdk(self, resource: Any) -> dict[str, Any] | None:
        if not isinstance(resource, Struct):
            return None
        schema = self.schema_map(resource)
        if not isinstance(schema, dict):
            return None
        arguments: dict[str, dict[str, Any]] = {}
        self.sdk_arguments(schema, "", arguments, 0)
        result: dict[str, Any] = {"arguments": arguments}
        version = resource.fields.get("SchemaVersion")
        if isinstance(version, int) and version:
            result["version"] = version
        message = resource.fields.get("DeprecationMessage")
        if isinstance(message, str):
            result["deprecated"] = message
        return result

    def schema_map(self, resource: Struct) -> Any:
        schema = resource.fields.get("Schema")
        function = resource.fields.get("SchemaFunc")
        if schema is None and function is not None:
            if isinstance(function, Closure):
                schema = self.evaluator.run(function.node, function.package, function.imports, (), function.environment)
            elif isinstance(function, Opaque) and ":" in function.text:
                package, name = function.text.split(":", 1)
                schema = self.evaluator.call_function(package, name)
        return schema

    def sdk_arguments(
        self, schema: Mapping[str, Any], prefix: str, into: dict[str, dict[str, Any]], depth: int
    ) -> None:
        if depth > 14:
            return
        for name, body in schema.items():
            if not isinstance(body, Struct) or name.startswith("?"):
                shared = shared_argument(body)
                if shared and not name.startswith("?"):
                    into[prefix + name] = shared
                continue
            fields = body.fields
            facts: dict[str, Any] = {}
            default = fields.get("Default")
            if isinstance(default, (str, int, float, bool)):
                facts["default"] = default
            elif isinstance(default, Opaque):
                self.unread.append(f"default of {name}: {default.text}")
            for flag, key in (("ForceNew", "force_new"), ("Sensitive", "sensitive"), ("WriteOnly", "write_only")):
                if fields.get(flag) is True:
                    facts[key] = True
            for bound, key in (("MinItems", "min_items"), ("MaxItems", "max_items")):
                value = fields.get(bound)
                if key == "min_items" and fields.get("Required") is not True:
                    continue  # CoreConfigSchema drops the lower bound of optional blocks
                if isinstance(value, int) and value:
                    facts[key] = value
            if isinstance(fields.get("Deprecated"), str):
                facts["deprecated"] = fields["Deprecated"]
            for source, key in _REFERENCES.items():
                paths = fields.get(source)
                if isinstance(paths, list) and paths and all(isinstance(p, str) for p in paths):
                    facts[key] = [re.sub(r"\.0\.", ".", p) for p in paths]
            checks = [c for key in ("ValidateFunc", "ValidateDiagFunc") for c in self.checks(fields.get(key))]
            element = fields.get("Elem")
            if isinstance(element, Struct) and element.type.endswith("Schema"):
                inner = [
                    c for key in ("ValidateFunc", "ValidateDiagFunc") for c in self.checks(element.fields.get(key))
                ]
                if inner:
                    facts["element_checks"] = inner
            if checks:
                facts["checks"] = checks
            if fields.get("DiffSuppressFunc") is not None or fields.get("StateFunc") is not None:
                facts["suppress"] = True
            path = prefix + name
            if facts:
                into[path] = facts
            if isinstance(element, Struct) and element.type.endswith("Resource"):
                inner_schema = self.schema_map(element)
                if isinstance(inner_schema, dict):
                    self.sdk_arguments(inner_schema, path + ".", into, depth + 1)

    def checks(self, value: Any) -> list[list[Any]]:
        """Validators with literal arguments, flattened out of All(..); Any(..) and unknown ones are left out."""
        if not isinstance(value, Opaque):
            return []
        name = value.name.split("[", 1)[0]
        if value.arguments is None:
            return [[name.rsplit(":", 1)[-1]]] if re.fullmatch(r"[\w.:/]+", value.text) else []
        if name in ("All", "AllDiag", "ToDiagFunc"):
            return [check for argument in value.arguments for check in self.checks(argument)]
        if re.search(r"\benum\.\w*Validate\w*\[", value.text):
            return self.enum_check(value.text)
        if name in ("StringMatch", "StringDoesNotMatch", "RegexMatches"):  # the message is the provider's prose
            value = Opaque(value.text, value.arguments[:1])
        arguments = []
        for argument in value.arguments:
            if isinstance(argument, (str, int, float, bool)) or (
                isinstance(argument, list) and all(isinstance(x, (str, int, float, bool)) for x in argument)
            ):
                arguments.append(argument)
            elif isinstance(argument, Opaque) and argument.name == "MustCompile":
                if not argument.arguments or not isinstance(argument.arguments[0], str):
                    return []
                arguments.append(argument.arguments[0])
            else:
                return []
        return [[name, *arguments]]

    def enum_check(self, text: str) -> list[list[Any]]:
        """["Enum", [values]] of "..[github.com/aws/aws-sdk-go-v2/service/x/types.Name]"."""
        match = re.search(r"service/(\w+)/types\.(\w+)\]", text)
        values = self.enums.enums(match[1]).get(match[2]) if match else None
        return [["Enum", values]] if values else []

    # -- terraform-plugin-framework -------------------------------------------------------------------------------

    def framework(self, package: str, receiver: str) -> dict[str, Any] | None:
        owner = self.method_owner(package, receiver, 0)
        if owner is None:
            return None
        frame = self.evaluator.call_method(package, owner, "Schema")
        if frame is None:
            return None
        schema = None
        for value in frame.variables.values():
            if isinstance(value, Struct) and isinstance(value.fields.get("Schema"), Struct):
                schema = value.fields["Schema"]
        if schema is None:
            return None
        arguments: dict[str, dict[str, Any]] = {}
        self.framework_members(schema, "", arguments, 0)
        result: dict[str, Any] = {"arguments": arguments}
        version = schema.fields.get("Version")
        if isinstance(version, int) and version:
            result["version"] = version
        if isinstance(schema.fields.get("DeprecationMessage"), str):
            result["deprecated"] = schema.fields["DeprecationMessage"]
        return result

    def method_owner(self, package: str, receiver: str, depth: int) -> str | None:
        if self.evaluator.symbol(package, f"method.{receiver}.Schema") is not None:
            return receiver
        path = self.evaluator.index / package / f"type.{receiver}.goindex"
        if depth > 3 or not path.is_file():
            return None
        text = path.read_text(encoding="utf-8").rsplit(")\n", 1)[-1]
        for embedded in re.findall(r"^\t(\w+)$", text, re.M):
            found = self.method_owner(package, embedded, depth + 1)
            if found:
                return found
        return None

    def framework_members(self, owner: Struct, prefix: str, into: dict[str, dict[str, Any]], depth: int) -> None:
        if depth > 14:
            return
        for section in ("Attributes", "Blocks"):
            members = owner.fields.get(section)
            if not isinstance(members, dict):
                continue
            for name, body in members.items():
                if not isinstance(body, Struct) or name.startswith("?"):
                    continue
                path = prefix + name
                facts = self.framework_facts(body)
                if facts:
                    into[path] = facts
                nested = body.fields.get("NestedObject", body)
                if isinstance(nested, Struct):
                    self.framework_members(nested, path + ".", into, depth + 1)

    def framework_facts(self, body: Struct) -> dict[str, Any]:
        fields = body.fields
        facts: dict[str, Any] = {}
        for flag, key in (("Sensitive", "sensitive"), ("WriteOnly", "write_only")):
            if fields.get(flag) is True:
                facts[key] = True
        message = fields.get("DeprecationMessage")
        if message:
            facts["deprecated"] = message if isinstance(message, str) else "This argument is deprecated."
        default = fields.get("Default")
        if isinstance(default, Opaque) and default.arguments and re.search(r"default\.Static", default.text):
            value = default.arguments[0]
            if isinstance(value, (str, int, float, bool)):
                facts["default"] = value
        for modifier in fields.get("PlanModifiers") or []:
            if not isinstance(modifier, Opaque):
                continue
            if modifier.name in ("RequiresReplace", "RequiresReplaceIfConfigured"):
                facts["force_new"] = True
            elif modifier.name not in ("UseStateForUnknown", "RequiresReplaceIf", "UseNonNullStateForUnknown"):
                facts["suppress"] = True
        checks: list[list[Any]] = []
        for validator in fields.get("Validators") or []:
            if not isinstance(validator, Opaque):
                continue
            name = validator.name
            if name in _REFERENCES:
                paths = [p for a in validator.arguments or () for p in _framework_paths(a)]
                if paths:
                    facts[_REFERENCES[name]] = paths
                continue
            if name == "SizeAtMost" and validator.arguments and isinstance(validator.arguments[0], int):
                facts["at_most"] = validator.arguments[0]
            elif name == "SizeAtLeast" and validator.arguments and isinstance(validator.arguments[0], int):
                facts["at_least"] = validator.arguments[0]
            elif name == "SizeBetween" and [type(a) for a in validator.arguments or ()] == [int, int]:
                facts["at_least"], facts["at_most"] = validator.arguments or (0, 0)
            elif name == "IsRequired":
                facts["is_required"] = True
            else:
                checks += self.checks(validator)
        if checks:
            facts["checks"] = checks
        custom = fields.get("CustomType")
        if isinstance(custom, Opaque):
            if custom.name == "StringEnumType":
                facts["checks"] = [*facts.get("checks", []), *self.enum_check(custom.text)]
            elif custom.name in ("ARNType", "CIDRBlockType", "OnceAWeekWindowType", "TimeOfDayType", "RegexpType"):
                facts["checks"] = [*facts.get("checks", []), [custom.name]]
        return {k: v for k, v in facts.items() if not isinstance(v, Opaque)}

    # -- registration ---------------------------------------------------------------------------------------------

    def registered(self, index: Path) -> Iterator[tuple[str, str, str, Any]]:
        """(kind, type, package, factory) of everything that the service packages register."""
        methods = {
            "SDKResources": ("resource", "sdk"),
            "SDKDataSources": ("data", "sdk"),
            "FrameworkResources": ("resource", "framework"),
            "FrameworkDataSources": ("data", "framework"),
            "EphemeralResources": ("ephemeral", "framework"),
        }
        for folder in sorted((index / "internal/service").iterdir()):
            package = f"internal/service/{folder.name}"
            for method, (kind, style) in methods.items():
                symbol = self.evaluator.symbol(package, f"method.servicePackage.{method}")
                if symbol is None:
                    continue
                text = symbol.node.text.decode()
                for factory, type_name in re.findall(r"Factory:\s*(\w+),\s*TypeName:\s*\"(\w+)\"", text):
                    yield kind, type_name, package, (style, factory)


def _framework_paths(value: Any) -> list[str]:
    """path.MatchRoot("a").AtName("b") and path.MatchRelative().AtParent().AtName("x"), the latter as "^x"."""
    if isinstance(value, list):
        return [p for v in value for p in _framework_paths(v)]
    if not isinstance(value, Opaque):
        return []
    root = re.search(r"path\.(?:MatchRoot|Root)$", value.text)
    if root and value.arguments and isinstance(value.arguments[0], str):
        return [value.arguments[0]]
    if value.name == "AtName" and value.arguments and isinstance(value.arguments[0], str) and "AtParent" in value.text:
        return ["^" * value.text.count("AtParent") + value.arguments[0]]
    return []


def extract(index: Path, module: str) -> dict[str, Any]:
    """Facts of every resource and data source type in the index."""
    reader = _Reader(index, module)
    found: dict[str, Any] = {}
    if module.endswith("/terraform-provider-azurerm"):
        for kind, type_name, resource in azure_resources(reader.evaluator, index):
            facts = reader.sdk(resource)
            if facts is not None:
                found[f"{kind} {type_name}"] = facts
            else:
                print(f"not read: {kind} {type_name}", file=sys.stderr)
        return found
    for kind, type_name, package, (style, factory) in reader.registered(index):
        try:
            if style == "sdk":
                facts = reader.sdk(reader.evaluator.call_function(package, factory))
            else:
                made = reader.evaluator.symbol(package, f"func.{factory}")
                text = made.node.text.decode() if made else ""
                match = re.search(r"&(\w+)\{", text) or re.search(r"new\((\w+)\)|var \w+ (\w+)|:= (\w+)\{", text)
                receiver = next((g for g in match.groups() if g), "") if match else ""
                facts = reader.framework(package, receiver) if receiver else None
        except RecursionError:
            facts = None
        if facts is not None:
            found[f"{kind} {type_name}"] = facts
        else:
            print(f"not read: {kind} {type_name} ({style})", file=sys.stderr)
    if module.endswith("/terraform-provider-aws"):
        found["splices"] = wafv2_splices(reader.evaluator)
    for line in reader.unread:
        print(f"not read: {line}", file=sys.stderr)
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) != 3:
        sys.stderr.write("usage: python -m terraformer.provider.compiler.go_facts INDEX hashicorp/aws 6.58.0\n")
        return 1
    index, source, version = Path(arguments[0]), arguments[1], arguments[2]
    namespace, name = source.split("/")
    facts = extract(index, f"github.com/{namespace}/terraform-provider-{name}")
    data = json.dumps(facts, separators=(",", ":"), sort_keys=True).encode()
    target = FOLDER / f"{namespace}__{name}__{version}.json.zst"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(zstandard.ZstdCompressor(level=19).compress(data))
    sys.stderr.write(f"{len(facts)} types, {len(data)} bytes, {target.stat().st_size} compressed: {target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
