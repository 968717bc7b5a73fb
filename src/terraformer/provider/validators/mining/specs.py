"""From evaluated Go validators to check specifications (see ``terraformer.provider.validators.checks`` for the kinds).

A validator that is not fully understood becomes ["fn", name], which checks nothing unless a hand-written check of that
name exists: too little is checked rather than too much.
"""

from __future__ import annotations

import re
from typing import Any

from .go_eval import Call, Evaluator, Func, Lit, Method, Ref, statements_of
from .go_source import MODULE, FileScope
from .sdk_enums import SdkEnums

__all__ = ["Specifier"]

Spec = list[Any]

_SDK = "github.com/hashicorp/terraform-plugin-sdk/v2/helper/validation."
_FW = re.compile(r"github\.com/hashicorp/terraform-plugin-framework-validators/(\w+)\.(\w+)")

# validation.X without arguments -> kind
_PLAIN = {
    "NoZeroValues": "nonzero",
    "StringIsJSON": "json",
    "StringIsNotEmpty": "notempty",
    "StringIsNotWhiteSpace": "notblank",
    "StringIsEmpty": "empty",
    "IsPortNumber": "port",
    "IsPortNumberOrZero": "port0",
    "IsRFC3339Time": "rfc3339",
    "IsIPAddress": "ip",
    "IsIPv4Address": "ipv4",
    # net.IP.To16 is not nil for IPv4 addresses either.
    "IsIPv6Address": "ip",
    "IsCIDR": "cidr",
    "IsURLWithHTTPS": "https",
    "IsURLWithHTTPorHTTPS": "http",
    "IsUUID": "uuid",
    "StringIsBase64": "base64",
    "StringIsValidRegExp": "regexp",
    "IsDayOfTheWeek": "weekday",
}
_VERIFY = {
    "ValidARN": "arn",
    "ValidAccountID": "account",
    "ValidIAMPolicyJSON": "policy",
    "ValidRegionName": "region",
    "ValidCIDRNetworkAddress": "cidrnet",
    "ValidIPv4CIDRNetworkAddress": "cidr4net",
    "ValidIPv6CIDRNetworkAddress": "cidr6net",
    "ValidUTCTimestamp": "utc",
    "ValidOnceAWeekWindowFormat": "weekwindow",
    "ValidOnceADayWindowFormat": "daywindow",
    "ValidLaunchTemplateName": "ltname",
    "ValidLaunchTemplateID": "ltid",
    "ValidBase64String": "base64",
    "ValidStringIsJSONOrYAML": "jsonyaml",
    "ValidKMSKeyID": "kmskey",
    "ValidAmazonSideASN": "asn",
    "Valid4ByteASN": "asn4",
    "ValidDuration": "goduration",
    "ValidServicePrincipal": "principal",
    "ValidMulticastIPAddress": "multicast",
    "IsIPv4CIDRBlockOrIPv6CIDRBlock": "anyof",
    "StringIsInt32": "int32str",
    "ValidStringDateOrPositiveInt": "dateorint",
}
_NULLABLE = {
    "ValidateTypeStringNullableBool": "nbool",
    "ValidateTypeStringNullableInt": "nint",
    "ValidateTypeStringNullableFloat": "nfloat",
    "ValidateTypeStringNullableIntAtLeast": "nintmin",
    "ValidateTypeStringNullableIntBetween": "nintrange",
    "ValidateTypeStringNullableFloatBetween": "nfloatrange",
}


class Specifier:
    """Turns evaluated validators into specifications; ``unknown`` counts what was not understood."""

    def __init__(self, evaluator: Evaluator, enums: SdkEnums) -> None:
        self.evaluator = evaluator
        evaluator.resolver = self.plain
        self.enums = enums
        self.unknown: dict[str, int] = {}

    # -- values --------------------------------------------------------------------------------------------------

    def plain(self, value: Any) -> Any:
        """A literal with the SDK's constants resolved; raises LookupError for what stays symbolic."""
        if value is None or isinstance(value, str | int | float | bool):
            return value
        if isinstance(value, list):
            return [x for v in value for x in self._spread(v)]
        if isinstance(value, Ref):
            constant = self.enums.constant(value.name)
            if constant is not None:
                return constant
        if isinstance(value, Call):
            if value.fn.startswith("github.com/aws/aws-sdk-go-v2/aws.") and len(value.args) == 1:
                return self.plain(value.args[0])
            values = self._values(value)
            if values is not None:
                return values
            if value.fn.startswith("github.com/aws/aws-sdk-go-v2/") and len(value.args) == 1:
                return self.plain(value.args[0])
        if isinstance(value, Method):
            if value.name == "String" and not value.args:
                return self.plain(value.of)
            values = self._values(value)
            if values is not None:
                return values
        raise LookupError(repr(value)[:120])

    def _spread(self, value: Any) -> list[Any]:
        if isinstance(value, Method) and value.name == "...":
            got = self.plain(value.of)
            return got if isinstance(got, list) else [got]
        return [self.plain(value)]

    def _values(self, value: Any) -> list[Any] | None:
        """enum.Values[T](), T("").Values(), enum.Slice(...), enum.EnumValues[T]()."""
        if isinstance(value, Method) and value.name == "Values":
            of = value.of
            if isinstance(of, Call) and of.fn in ("enum-type", "enum-values"):
                return self.members(of.types[0], of.scope)
            # A method expression, T.Values("").
            return self.members(of.name, None) if isinstance(of, Ref) and of.name != "?" else None
        if isinstance(value, Call):
            if value.fn == "enum-values":
                return self.members(value.types[0], value.scope)
            if value.fn in ("internal/enum.Values", "internal/enum.EnumValues") and value.types:
                return self.members(value.types[0], value.scope)
            if value.fn in ("internal/enum.Slice", "internal/enum.EnumSlice"):
                return [x for a in value.args for x in self._spread(a)]
            if value.fn == "internal/slices.AppendUnique":
                first = self.plain(value.args[0])
                if isinstance(first, list):
                    rest = [x for a in value.args[1:] for x in self._spread(a)]
                    return list(dict.fromkeys([*first, *rest]))
        return None

    def members(self, type_name: str, scope: FileScope | None) -> list[Any]:
        found = self.enums.members(type_name)
        if found is not None:
            return list(found)
        path, _, name = type_name.rpartition(".")
        if not path and scope is not None:
            path = MODULE + scope.package.path
        package = self.evaluator.tree.package(path if path.startswith(MODULE) else MODULE + path)
        symbol = package.symbol("method", f"{name}.Values") if package else None
        if symbol is not None:
            value = self.evaluator.call(Func(symbol, symbol.node, symbol.scope, {}), [])
            return list(self.plain(value))
        raise LookupError(f"enum {type_name}")

    # -- validators ----------------------------------------------------------------------------------------------

    def spec(self, value: Any) -> Spec | None:
        """The specification of a validator, or None for "no validator"."""
        if value is None:
            return None
        try:
            found = self._spec(value)
        except LookupError as error:
            self._note(f"value: {error}")
            return ["fn", "?"]
        if found[0] == "fn":
            self._note(found[1])
        return found

    def _note(self, what: str) -> None:
        self.unknown[what] = self.unknown.get(what, 0) + 1

    def _spec(self, value: Any) -> Spec:
        if isinstance(value, Call):
            return self._call(value)
        if isinstance(value, Ref):
            return self._named(value.name)
        if isinstance(value, Func):
            if value.scope.package.path == "internal/verify" and value.symbol is not None:
                return self._named(value.name)
            if value.scope.package.path == "internal/sdkv2/types/nullable" and value.symbol is not None:
                return self._named(value.name)
            return self._custom(value)
        if isinstance(value, Method):
            return ["fn", f"method {value.name}"]
        return ["fn", "?"]

    def _named(self, name: str) -> Spec:
        if name.startswith(_SDK):
            kind = _PLAIN.get(name[len(_SDK) :])
            return [kind] if kind else ["fn", f"validation.{name[len(_SDK) :]}"]
        last = name.rpartition(".")[2]
        if "internal/verify" in name and last in _VERIFY:
            return self._verify(last)
        if "nullable" in name and last in _NULLABLE:
            return [_NULLABLE[last]]
        return ["fn", name]

    def _verify(self, last: str) -> Spec:
        kind = _VERIFY[last]
        if kind == "anyof":
            return ["any", ["cidr4net"], ["cidr6net"]]
        if kind == "dateorint":
            return ["any", ["utcdate"], ["posint"]]
        return [kind]

    def _call(self, call: Call) -> Spec:
        fn, args = call.fn, call.args
        if fn.startswith(_SDK):
            return self._validation(fn[len(_SDK) :], args)
        if fn in ("internal/enum.Validate", "internal/enum.FrameworkValidate"):
            return ["enum", self.members(call.types[0], call.scope)]
        if fn in ("internal/enum.ValidateIgnoreCase", "internal/enum.FrameworkValidateIgnoreCase"):
            return ["ienum", self.members(call.types[0], call.scope)]
        name = fn.rpartition(".")[2]
        if fn.startswith("internal/sdkv2/types/nullable."):
            kind = _NULLABLE.get(name)
            return [kind, *self.plain(args)] if kind else ["fn", fn]
        if fn.startswith("internal/verify."):
            return self._verify_call(name, args, fn)
        match = _FW.fullmatch(fn)
        if match:
            return self._framework(match[1], match[2], args)
        if fn.startswith("internal/framework/validators."):
            table = {
                "AWSAccountID": ["account"],
                "AWSRegion": ["region"],
                "ARN": ["fwarn"],
                "JSON": ["fwjson"],
                "ServicePrincipal": ["principal"],
                "IPv4Address": ["ipv4"],
                "IPv6Address": ["ipv6"],
                "S3URI": ["s3uri"],
                "IPv4CIDRNetworkAddress": ["cidr4net"],
                "IPv6CIDRNetworkAddress": ["cidr6net"],
            }
            return table.get(name, ["fn", fn])
        if fn.startswith("internal/framework/validators/objectvalidator."):
            kind = {"ExactlyOneOfChildren": "c1", "AtMostOneOfChildren": "c0", "AtLeastOneOfChildren": "c+"}.get(name)
            return [kind, [self.path(p) for a in args for p in self._paths(a)]] if kind else ["fn", fn]
        if fn.startswith("internal/framework/validators/"):
            return ["fn", fn]
        return ["fn", fn]

    def _verify_call(self, name: str, args: list[Any], fn: str) -> Spec:
        if name == "ValidARNCheck":
            return ["arn"] if not args else ["all", ["arn"], ["fn", "verify.ValidARNCheck"]]
        if name == "FloatGreaterThan":
            return ["floatgt", self.plain(args[0])]
        if name == "StringUTF8LenBetween":
            return ["runes", *self.plain(args)]
        if name == "MapSizeBetween":
            return ["size", *self.plain(args)]
        if name == "MapSizeAtMost":
            return ["size", 0, self.plain(args[0])]
        if name == "MapKeysAre":
            return ["keys", self._spec(args[0])]
        if name == "MapKeyNoMatch":
            return ["fn", fn]
        if name == "StringHasPrefix":
            return ["prefix", self.plain(args[0])]
        if name in _VERIFY:
            return self._verify(name)
        return ["fn", fn]

    def _validation(self, name: str, args: list[Any]) -> Spec:
        if name in _PLAIN and not args:
            return [_PLAIN[name]]
        if name in ("ToDiagFunc", "AllDiag", "AnyDiag", "All", "Any"):
            items = [self._spec(a) for a in args]
            if name == "ToDiagFunc":
                return items[0]
            return ["any" if name.startswith("Any") else "all", *items]
        if name == "StringLenBetween":
            return ["len", *self.plain(args)]
        if name == "StringInSlice":
            return ["ienum" if self.plain(args[1]) else "enum", self._flat(args[0])]
        if name == "StringNotInSlice":
            return ["notin", self._flat(args[0])] if not self.plain(args[1]) else ["fn", "validation.StringNotInSlice"]
        if name in ("IntBetween", "FloatBetween"):
            return ["num", *self.plain(args)]
        if name in ("IntAtLeast", "FloatAtLeast"):
            return ["num", self.plain(args[0]), None]
        if name in ("IntAtMost", "FloatAtMost"):
            return ["num", None, self.plain(args[0])]
        if name == "IntInSlice":
            return ["nums", self._flat(args[0])]
        if name == "IntDivisibleBy":
            return ["divisible", self.plain(args[0])]
        if name in ("StringMatch", "StringDoesNotMatch"):
            return ["re" if name == "StringMatch" else "nre", self.pattern(args[0])]
        if name in ("StringDoesNotContainAny",):
            return ["nochars", self.plain(args[0])]
        if name == "IsCIDRNetwork":
            return ["cidrnetwork", *self.plain(args)]
        if name == "IsURLWithScheme":
            return ["url", self._flat(args[0])]
        if name == "MapKeyLenBetween":
            return ["keys", ["len", *self.plain(args)]]
        if name == "MapValueLenBetween":
            return ["values", ["len", *self.plain(args)]]
        if name == "MapKeyMatch":
            return ["keys", ["re", self.pattern(args[0])]]
        if name == "MapValueMatch":
            return ["values", ["re", self.pattern(args[0])]]
        return ["fn", f"validation.{name}"]

    def _flat(self, value: Any) -> list[Any]:
        got = self.plain(value)
        return got if isinstance(got, list) else [got]

    def _framework(self, package: str, name: str, args: list[Any]) -> Spec:
        if package in ("resourcevalidator", "datasourcevalidator", "ephemeralvalidator"):
            return ["fn", f"{package}.{name}"]
        if name in ("ExactlyOneOf", "ConflictsWith", "AlsoRequires", "AtLeastOneOf"):
            kind = {"ExactlyOneOf": "x1", "ConflictsWith": "xc", "AlsoRequires": "xr", "AtLeastOneOf": "x+"}[name]
            paths = [self.path(p) for a in args for p in self._paths(a)]
            return [kind, paths]
        if name == "PreferWriteOnlyAttribute":
            return ["ok"]
        if name in ("All", "Any"):
            return [name.lower(), *(self._spec(a) for a in args)]
        if package == "stringvalidator":
            if name == "LengthBetween":
                return ["len", *self.plain(args)]
            if name == "LengthAtMost":
                return ["len", 0, self.plain(args[0])]
            if name == "LengthAtLeast":
                return ["len", self.plain(args[0]), None]
            if name in ("UTF8LengthBetween",):
                return ["runes", *self.plain(args)]
            if name in ("UTF8LengthAtMost",):
                return ["runes", 0, self.plain(args[0])]
            if name == "OneOf":
                return ["enum", self._flat(args)]
            if name == "OneOfCaseInsensitive":
                return ["ienum", self._flat(args)]
            if name == "NoneOf":
                return ["notin", self._flat(args)]
            if name == "RegexMatches":
                return ["re", self.pattern(args[0])]
        if package in ("int64validator", "int32validator", "float64validator", "float32validator", "numbervalidator"):
            if name == "Between":
                return ["num", *self.plain(args)]
            if name == "AtLeast":
                return ["num", self.plain(args[0]), None]
            if name == "AtMost":
                return ["num", None, self.plain(args[0])]
            if name == "OneOf":
                return ["nums", self._flat(args)]
            if name == "NoneOf":
                return ["nnums", self._flat(args)]
        if package == "boolvalidator" and name == "Equals":
            return ["bool", self.plain(args[0])]
        if package in ("listvalidator", "setvalidator", "mapvalidator"):
            if name == "SizeAtMost":
                return ["size", 0, self.plain(args[0])]
            if name == "SizeAtLeast":
                return ["size", self.plain(args[0]), None]
            if name == "SizeBetween":
                return ["size", *self.plain(args)]
            if name == "IsRequired":
                return ["required"]
            if name == "NoNullValues":
                return ["nonulls"]
            if name == "UniqueValues":
                return ["unique"]
            if name.startswith("Value") and name.endswith("Are"):
                return ["values", ["all", *(self._spec(a) for a in args)]]
            if name == "KeysAre":
                return ["keys", ["all", *(self._spec(a) for a in args)]]
        return ["fn", f"{package}.{name}"]

    def _paths(self, value: Any) -> list[Any]:
        if isinstance(value, Method) and value.name == "...":
            value = value.of
        if isinstance(value, list):
            return value
        return value.items if isinstance(value, Lit) else [value]

    def path(self, value: Any) -> list[Any]:
        """A framework path expression as [levels up or None for the root, step, step, ...]."""
        steps: list[str] = []
        ups = 0
        while isinstance(value, Method):
            if value.name in ("AtName", "AtMapKey"):
                steps.append(str(self.plain(value.args[0])))
            elif value.name == "AtParent":
                ups += 1
            elif value.name in ("AtAnyListIndex", "AtAnySetValue", "AtListIndex", "AtAnyMapKey"):
                steps.append("*")
            else:
                raise LookupError(f"path step {value.name}")
            value = value.of
        if not isinstance(value, Call):
            raise LookupError("path")
        name = value.fn.rpartition(".")[2]
        if name in ("MatchRoot", "Root"):
            return [None, str(self.plain(value.args[0])), *reversed(steps)]
        if name == "MatchRelative":
            return [ups, *reversed(steps)]
        raise LookupError(f"path {name}")

    def pattern(self, value: Any) -> str:
        if isinstance(value, Call) and value.fn.endswith((".MustCompile", "regexp.MustCompile")):
            pattern = self.plain(value.args[0])
            if isinstance(pattern, str):
                return pattern
        raise LookupError(f"pattern {value!r}"[:120])

    # -- the provider's own functions ----------------------------------------------------------------------------

    def _custom(self, fn: Func) -> Spec:
        """A hand-written Go validator, where its body is a sequence of "if CONDITION { report }"."""
        from .conditions import translate

        translated = self._delegate(fn) or translate(fn, self)
        return translated if translated is not None else ["fn", fn.name]

    def _delegate(self, fn: Func) -> Spec | None:
        """A function whose whole body is "return validation.X(...)(v, k)"."""
        statements = statements_of(fn.node.child_by_field_name("body"))
        if len(statements) != 1 or statements[0].type != "return_statement" or not statements[0].named_children:
            return None
        call = statements[0].named_children[0].named_children[0]
        if call.type != "call_expression":
            return None
        inner = call.child_by_field_name("function")
        arguments = call.child_by_field_name("arguments").named_children
        parameters = fn.node.child_by_field_name("parameters").named_children
        names = [n.text for p in parameters for n in p.children_by_field_name("name")]
        if [a.text for a in arguments] != names:
            return None
        return self._spec(self.evaluator.eval(inner, fn.scope, dict(fn.env)))
