"""Enough of a Go evaluator to read schema declarations: literals, constants, helper functions, simple statements.

Values are Python's str / int / float / bool / None / list, and the records below for what stays symbolic. Code whose
course depends on run-time state is not followed: conditions that cannot be evaluated skip their block.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .go_source import MODULE, FileScope, SourceTree, Symbol

__all__ = ["UNKNOWN", "Call", "Evaluator", "Func", "Lit", "Method", "Ref", "attribute_constant", "statements_of"]


@dataclass(slots=True)
class Lit:
    """A composite literal: ``type`` as written with the package alias resolved to its last element."""

    type: str
    fields: dict[str, Any] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    entries: list[tuple[Any, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """A call that stays symbolic: ``fn`` "import/path.Name"."""

    fn: str
    args: list[Any]
    types: list[str] = field(default_factory=list)
    scope: FileScope | None = None


@dataclass(slots=True)
class Method:
    """A method call on a symbolic value."""

    of: Any
    name: str
    args: list[Any]


@dataclass(slots=True)
class Ref:
    """A name of a package that is not at hand: "import/path.Name"."""

    name: str


@dataclass(slots=True)
class Func:
    """A function value with its surroundings."""

    symbol: Symbol | None
    node: Any
    scope: FileScope
    env: dict[str, Any]

    @property
    def name(self) -> str:
        """Path and name; a closure goes by the name of the function around it."""
        if self.symbol is not None:
            return f"{self.scope.package.path}.{self.symbol.name}"
        around = self.node.parent
        while around is not None and around.type != "function_declaration":
            around = around.parent
        name = around.child_by_field_name("name").text.decode() if around is not None else "func"
        return f"{self.scope.package.path}.{name}"


UNKNOWN = Ref("?")

# Functions of the provider that are primitives of ours: never looked into.
_OPAQUE = (
    "internal/verify",
    "internal/enum",
    "internal/slices",
    "internal/maps",
    "internal/sdkv2/types/nullable",
    "internal/framework/types",
    "internal/framework/validators",
    "internal/framework/validators/stringvalidator",
    "internal/framework/validators/boolvalidator",
    "internal/framework/validators/objectvalidator",
    "internal/framework/validators/listvalidator",
    "internal/framework/validators/int32validator",
    "internal/conns",
    "internal/create",
)
_INITIALISMS = (
    "CloudWatch",
    "OpenSearch",
    "ARNs",
    "IDs",
    "ARN",
    "DNS",
    "IAM",
    "ID",
    "IOPS",
    "IP",
    "JSON",
    "KMS",
    "S3",
    "SNS",
    "TTL",
    "URI",
    "URL",
    "VPC",
    "DB",
    "EBS",
    "AMI",
    "AWS",
    "CIDR",
    "HTTP",
    "SSL",
    "TLS",
)


def attribute_constant(name: str) -> str:
    """The attribute that a ``names.AttrX`` constant stands for ("VPCSecurityGroupIDs" -> "vpc_security_group_ids")."""
    pattern = "|".join(_INITIALISMS) + r"|[A-Z][a-z0-9]*|[0-9]+"
    return "_".join(re.findall(pattern, name)).lower()


class Evaluator:
    """Evaluates expressions of one source tree. Not thread-safe; memoises package-level variables."""

    def __init__(self, tree: SourceTree) -> None:
        self.tree = tree
        self._vars: dict[tuple[str, str], Any] = {}
        self._depth = 0
        self.resolver: Callable[[Any], Any] | None = None

    # -- names ---------------------------------------------------------------------------------------------------

    def global_(self, path: str, name: str) -> Any:
        """A package-level name of this module: a variable's value, or a Func."""
        package = self.tree.package(MODULE + path)
        if package is None:
            return UNKNOWN
        key = (path, name)
        if key in self._vars:
            return self._vars[key]
        symbol = package.symbol("var", name)
        if symbol is not None:
            if path in ("internal/verify", "internal/framework/types"):
                return Ref(f"{path}.{name}")
            self._vars[key] = UNKNOWN
            value = self.eval(symbol.node, symbol.scope, {}) if symbol.node is not None else UNKNOWN
            self._vars[key] = value
            return value
        symbol = package.symbol("func", name)
        if symbol is not None:
            return Func(symbol, symbol.node, symbol.scope, {})
        if path == "names" and name.startswith("Attr"):
            return attribute_constant(name[4:])
        return Ref(f"{path}.{name}")

    def _qualified(self, path: str, name: str) -> Any:
        if path.startswith(MODULE):
            return self.global_(path[len(MODULE) :], name)
        if path == "math":
            return {
                "MaxInt32": 2**31 - 1,
                "MaxInt64": 2**63 - 1,
                "MinInt32": -(2**31),
                "MaxUint32": 2**32 - 1,
                "MaxInt": 2**63 - 1,
                "MaxInt16": 2**15 - 1,
                "MaxUint16": 2**16 - 1,
            }.get(name, Ref(f"math.{name}"))
        if path == "github.com/hashicorp/terraform-plugin-sdk/v2/helper/id" and name == "UniqueIDSuffixLength":
            return 26
        return Ref(f"{path}.{name}")

    # -- expressions ---------------------------------------------------------------------------------------------

    def eval(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        if node is None:
            return UNKNOWN
        method = getattr(self, f"_{node.type}", None)
        return method(node, scope, env) if method else UNKNOWN

    def _identifier(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        name = node.text.decode()
        if name in env:
            return env[name]
        if name in ("true", "false"):
            return name == "true"
        return self.global_(scope.package.path, name)

    _field_identifier = _identifier
    _type_identifier = _identifier

    def _true(self, *_: Any) -> bool:
        return True

    def _false(self, *_: Any) -> bool:
        return False

    def _nil(self, *_: Any) -> None:
        return None

    def _interpreted_string_literal(self, node: Any, *_: Any) -> Any:
        text = node.text.decode()
        try:
            return ast.literal_eval(text)
        except (SyntaxError, ValueError):
            return text[1:-1]

    def _raw_string_literal(self, node: Any, *_: Any) -> str:
        return str(node.text.decode()[1:-1])

    def _int_literal(self, node: Any, *_: Any) -> int:
        text = node.text.decode().replace("_", "")
        return int(text, 8) if re.fullmatch(r"0[0-7]+", text) else int(text, 0)

    def _float_literal(self, node: Any, *_: Any) -> float:
        return float(node.text.decode().replace("_", ""))

    def _rune_literal(self, node: Any, *_: Any) -> Any:
        return ast.literal_eval(node.text.decode())

    def _parenthesized_expression(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        return self.eval(node.named_children[0], scope, env)

    def _literal_element(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        return self.eval(node.named_children[0], scope, env)

    def _unary_expression(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        value = self.eval(node.child_by_field_name("operand"), scope, env)
        operator = node.child_by_field_name("operator").type
        if operator == "-" and isinstance(value, int | float):
            return -value
        if operator == "!":
            return not value if isinstance(value, bool) else UNKNOWN
        return value

    def _binary_expression(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        left = self.eval(node.child_by_field_name("left"), scope, env)
        right = self.eval(node.child_by_field_name("right"), scope, env)
        operator = node.child_by_field_name("operator").type
        plain = (str, int, float, bool)
        if isinstance(left, plain) and isinstance(right, plain):
            try:
                match operator:
                    case "+":
                        return left + right  # type: ignore[operator]
                    case "-":
                        return left - right  # type: ignore[operator]
                    case "*":
                        return left * right  # type: ignore[operator]
                    case "/":
                        return left // right if isinstance(left, int) and isinstance(right, int) else left / right  # type: ignore[operator]
                    case "==":
                        return left == right
                    case "!=":
                        return left != right
                    case "<<":
                        return left << right  # type: ignore[operator]
            except (TypeError, ZeroDivisionError):
                return UNKNOWN
        return UNKNOWN

    def _selector_expression(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        operand, name = node.child_by_field_name("operand"), node.child_by_field_name("field").text.decode()
        if operand.type == "identifier":
            alias = operand.text.decode()
            if alias not in env and alias in scope.imports:
                return self._qualified(scope.imports[alias], name)
        value = self.eval(operand, scope, env)
        if isinstance(value, Lit) and name in value.fields:
            return value.fields[name]
        return Ref(f"?.{name}")

    def _index_expression(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        value = self.eval(node.child_by_field_name("operand"), scope, env)
        index = self.eval(node.child_by_field_name("index"), scope, env)
        if isinstance(value, Lit):
            for k, v in value.entries:
                if k == index:
                    return v
        return value if isinstance(value, Ref | Func) else UNKNOWN

    def _type_instantiation_expression(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        return self.eval(node.named_children[0], scope, env)

    def _type_conversion_expression(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        return self.eval(node.child_by_field_name("operand"), scope, env)

    def _func_literal(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Func:
        return Func(None, node, scope, env)

    def _composite_literal(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        type_node = node.child_by_field_name("type")
        return self._literal(_type_text(type_node, scope), node.child_by_field_name("body"), scope, env)

    def _literal(self, type_text: str, body: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        lit = Lit(type_text)
        inner = ""
        if type_text.startswith(("map[", "[]", "[...]")):
            inner = type_text.split("]", 1)[1]
        is_map, is_list = type_text.startswith("map["), type_text.startswith("[")

        def value_of(element: Any) -> Any:
            target = element.named_children[0] if element.type == "literal_element" else element
            if target.type == "literal_value":
                return self._literal(inner.lstrip("*"), target, scope, env)
            return self.eval(target, scope, env)

        for element in body.named_children:
            if element.type == "keyed_element":
                key_node, value_node = element.named_children[0], element.named_children[-1]
                target = key_node.named_children[0] if key_node.type == "literal_element" else key_node
                if is_map or is_list:
                    lit.entries.append((self.eval(target, scope, env), value_of(value_node)))
                else:
                    lit.fields[target.text.decode()] = value_of(value_node)
            elif element.type == "literal_element" or element.type != "comment":
                lit.items.append(value_of(element))
        if is_list and not lit.entries:
            return lit.items
        return lit

    # -- calls ---------------------------------------------------------------------------------------------------

    def _call_expression(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        fn_node = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        types: list[str] = []
        type_arguments = node.child_by_field_name("type_arguments")
        if type_arguments is not None:
            types = [_type_text(t, scope) for t in type_arguments.named_children]
        if fn_node.type in ("index_expression", "type_instantiation_expression"):
            base, *rest = fn_node.named_children
            types, fn_node = [_type_text(t, scope) for t in rest], base
        if fn_node.type == "parenthesized_expression":
            fn_node = fn_node.named_children[0]
        args: list[Any] = []
        for argument in arguments.named_children if arguments else []:
            if argument.type == "variadic_argument":
                value = self.eval(argument.named_children[0], scope, env)
                args.extend(value if isinstance(value, list) else [Method(value, "...", [])])
            elif argument.type != "comment":
                args.append(self.eval(argument, scope, env))
        if fn_node.type == "identifier" and fn_node.text.decode() not in env:
            builtin = self._builtin(fn_node.text.decode(), args)
            if builtin is not NotImplemented:
                return builtin
        if fn_node.type in ("slice_type", "qualified_type", "map_type"):
            return args[0] if args else UNKNOWN
        if fn_node.type == "selector_expression":
            operand = fn_node.child_by_field_name("operand")
            is_package = (
                operand.type == "identifier"
                and operand.text.decode() in scope.imports
                and operand.text.decode() not in env
            )
            if not is_package:
                receiver = self.eval(operand, scope, env)
                return self._method(receiver, fn_node.child_by_field_name("field").text.decode(), args, operand, scope)
        target = self.eval(fn_node, scope, env)
        if isinstance(target, Func):
            path = target.scope.package.path
            if target.symbol is not None and (path in _OPAQUE or path.startswith("internal/framework/types")):
                return Call(target.name, args, types, scope)
            return self.call(target, args, types)
        if isinstance(target, Ref):
            return self._external(target.name, args, types, scope)
        return UNKNOWN

    def _method(self, receiver: Any, name: str, args: list[Any], operand: Any, scope: FileScope) -> Any:
        if isinstance(receiver, Ref | Call | Method | Lit):
            return Method(receiver, name, args)
        if isinstance(receiver, str) and name == "Values":
            # awstypes.X("").Values(): the conversion was folded away, its type is in the text.
            match = re.match(r"([\w.]+)\(", operand.text.decode())
            if match:
                alias, _, type_name = match[1].rpartition(".")
                qualified = (
                    f"{scope.imports.get(alias, alias)}.{type_name}" if alias else f"{scope.package.path}.{type_name}"
                )
                return Call("enum-values", [], [qualified], scope)
        if isinstance(receiver, str) and name == "String":
            return receiver
        return Method(receiver, name, args)

    def _builtin(self, name: str, args: list[Any]) -> Any:
        if name == "append" and args and isinstance(args[0], list):
            return [*args[0], *args[1:]]
        if name == "append" and args and isinstance(args[0], Call | Method):
            return [Method(args[0], "...", []), *args[1:]]
        if name in ("string", "int", "int32", "int64", "float64", "float32", "any", "bool") and len(args) == 1:
            return args[0]
        if name == "make":
            return Lit("map[string]?")
        if name == "len" and args and isinstance(args[0], list | str):
            return len(args[0])
        return NotImplemented

    def _external(self, fn: str, args: list[Any], types: list[str], scope: FileScope) -> Any:
        if fn in ("maps.Clone", "slices.Clone") and args:
            if isinstance(args[0], Lit):
                return Lit(args[0].type, dict(args[0].fields), list(args[0].items), list(args[0].entries))
            return args[0]
        if fn == "fmt.Sprintf" and args and all(isinstance(a, str | int) for a in args):
            try:
                return re.sub(r"%[vq]", "%s", args[0]) % tuple(args[1:])
            except (TypeError, ValueError):
                return UNKNOWN
        if fn in ("sync.OnceValue", "internal/sync.OnceValue") and args and isinstance(args[0], Func):
            return args[0]
        if fn == "slices.Concat":
            return [x for a in args for x in (a if isinstance(a, list) else [Method(a, "...", [])])]
        if (
            fn == "strings.Join"
            and len(args) == 2
            and isinstance(args[0], list)
            and all(isinstance(a, str) for a in args[0])
        ):
            return str(args[1]).join(args[0])
        if fn.startswith("github.com/aws/aws-sdk-go-v2/") and len(args) == 1 and isinstance(args[0], str) and args[0]:
            return args[0]
        if fn == "github.com/aws/aws-sdk-go-v2/aws.String" and args:
            return args[0]
        if fn.startswith("github.com/aws/aws-sdk-go-v2/") and args == [""]:
            return Call("enum-type", [], [fn], scope)
        return Call(fn, args, types, scope)

    def call(self, fn: Func, args: list[Any], types: list[str] | None = None) -> Any:
        """Run a function's body; a Call record when that leads nowhere."""
        self._depth += 1
        try:
            if self._depth > 24:
                return UNKNOWN
            env = dict(fn.env)
            names = _parameters(fn.node)
            for i, (name, variadic) in enumerate(names):
                env[name] = list(args[i:]) if variadic else (args[i] if i < len(args) else UNKNOWN)
            body = fn.node.child_by_field_name("body")
            if fn.symbol is not None and fn.symbol.kind == "func":
                for name, bound in zip(_type_parameters(fn.node), types or [], strict=False):
                    env[name] = Ref(bound)
            result = self.run(body, fn.scope, env)
            return Call(fn.name, args, types or [], fn.scope) if result is _NOTHING else result
        finally:
            self._depth -= 1

    # -- statements ----------------------------------------------------------------------------------------------

    def run(self, block: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        """Run a block in env; its returned value, or _NOTHING."""
        for statement in statements_of(block):
            result = self._statement(statement, scope, env)
            if result is not _NOTHING:
                return result
        return _NOTHING

    def _statement(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        kind = node.type
        if kind == "return_statement":
            if not node.named_children:
                return None
            expressions = node.named_children[0].named_children
            return self.eval(expressions[0], scope, env) if expressions else None
        if kind in ("short_var_declaration", "assignment_statement"):
            self._assign(node, scope, env)
        elif kind == "var_declaration":
            for spec in [n for n in node.named_children if n.type == "var_spec"]:
                value = spec.child_by_field_name("value")
                type_node = spec.child_by_field_name("type")
                empty: Any = [] if type_node is not None and type_node.text.startswith(b"[]") else UNKNOWN
                env[spec.child_by_field_name("name").text.decode()] = (
                    self.eval(value.named_children[0], scope, env) if value else empty
                )
        elif kind == "if_statement":
            condition = self.eval(node.child_by_field_name("condition"), scope, env)
            if condition is True:
                return self.run(node.child_by_field_name("consequence"), scope, env)
            alternative = node.child_by_field_name("alternative")
            if condition is False and alternative is not None:
                return (
                    self._statement(alternative, scope, env)
                    if alternative.type == "if_statement"
                    else self.run(alternative, scope, env)
                )
            if not isinstance(condition, bool):
                _forget(node, env)
        elif kind == "for_statement":
            return self._for(node, scope, env)
        elif kind == "expression_statement":
            call = node.named_children[0]
            if call.type == "call_expression" and call.child_by_field_name("function").text in (
                b"delete",
                b"maps.Copy",
            ):
                a, b = (self.eval(n, scope, env) for n in call.child_by_field_name("arguments").named_children[:2])
                if isinstance(a, Lit) and call.child_by_field_name("function").text == b"delete":
                    a.entries = [(k, v) for k, v in a.entries if k != b]
                elif isinstance(a, Lit) and isinstance(b, Lit):
                    a.entries.extend(b.entries)
        return _NOTHING

    def _assign(self, node: Any, scope: FileScope, env: dict[str, Any]) -> None:
        lefts = node.child_by_field_name("left").named_children
        rights = node.child_by_field_name("right").named_children
        for left, right in zip(lefts, rights, strict=False):
            value = self.eval(right, scope, env)
            if left.type == "identifier":
                env[left.text.decode()] = value
            elif left.type == "selector_expression":
                owner = self.eval(left.child_by_field_name("operand"), scope, env)
                if isinstance(owner, Lit):
                    owner.fields[left.child_by_field_name("field").text.decode()] = value
            elif left.type == "index_expression":
                owner = self.eval(left.child_by_field_name("operand"), scope, env)
                key = self.eval(left.child_by_field_name("index"), scope, env)
                if isinstance(owner, Lit) and isinstance(key, str):
                    owner.entries = [(k, v) for k, v in owner.entries if k != key] + [(key, value)]

    def _for(self, node: Any, scope: FileScope, env: dict[str, Any]) -> Any:
        clause = next((c for c in node.named_children if c.type == "range_clause"), None)
        if clause is None:
            _forget(node.child_by_field_name("body"), env)
            return _NOTHING
        over = self.eval(clause.child_by_field_name("right"), scope, env)
        if isinstance(over, Call | Method) and self.resolver is not None:
            # enum.Values[T]() and its like.
            try:
                over = self.resolver(over)
            except LookupError:
                over = UNKNOWN
        if not isinstance(over, list | Lit) or any(isinstance(v, Method) and v.name == "..." for v in _members(over)):
            # What a loop over an unknown collection would have gathered is unknown, not empty.
            _forget(node.child_by_field_name("body"), env)
            return _NOTHING
        left = clause.child_by_field_name("left")
        names = [n.text.decode() for n in left.named_children] if left else []
        pairs = list(enumerate(over)) if isinstance(over, list) else list(over.entries) if isinstance(over, Lit) else []
        for key, value in pairs[:500]:
            env |= dict(zip(names, (key, value), strict=False))
            result = self.run(node.child_by_field_name("body"), scope, env)
            if result is not _NOTHING:
                return result
        return _NOTHING


_NOTHING = Ref("nothing")


def _members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _forget(node: Any, env: dict[str, Any]) -> None:
    """Make unknown every variable that a skipped piece of code assigns to."""
    if node is None:
        return
    if node.type in ("assignment_statement", "inc_statement", "dec_statement"):
        left = node.child_by_field_name("left") or node
        for target in left.named_children:
            if target.type == "identifier" and target.text.decode() in env:
                env[target.text.decode()] = UNKNOWN
    for child in node.named_children:
        if child.type != "func_literal":
            _forget(child, env)


def statements_of(block: Any) -> list[Any]:
    """A block's statements, without the list node between and without comments."""
    found: list[Any] = []
    for child in block.named_children:
        found += child.named_children if child.type == "statement_list" else [child]
    return [s for s in found if s.type != "comment"]


def _parameters(node: Any) -> list[tuple[str, bool]]:
    found = []
    parameters = node.child_by_field_name("parameters")
    for p in parameters.named_children if parameters else []:
        names = [n.text.decode() for n in p.children_by_field_name("name")]
        found += [(n, p.type == "variadic_parameter_declaration") for n in names]
    return found


def _type_parameters(node: Any) -> list[str]:
    parameters = node.child_by_field_name("type_parameters")
    return [
        n.text.decode()
        for p in (parameters.named_children if parameters else [])
        for n in p.children_by_field_name("name")
    ]


def _type_text(node: Any, scope: FileScope) -> str:
    """A type as text; the alias of an imported package replaced by its import path."""
    text = node.text.decode() if node is not None else ""
    return re.sub(r"\b([A-Za-z_]\w*)\.([A-Za-z_]\w*)", lambda m: f"{scope.imports.get(m[1], m[1])}.{m[2]}", text)
