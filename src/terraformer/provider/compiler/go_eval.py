"""Evaluates the small part of Go in which providers write their schemas: literals, constants, helper functions.

Contributors use it (through go_facts) to read *facts* off a provider's sources: defaults, which arguments force a
replacement, sensitive flags, bounds, conflicts. Input is a symbol index of the provider (one file per function, method,
type or variable, as the public terraform-provider-*-index repositories lay it out): ``index/internal/<package>/
{func,method,type,var}.<Name>.goindex``. Needs the ``tree-sitter-go`` package, which is no dependency of ours.

No Go is run. Whatever is not a literal, a constant, a composite of these, or a call of a function that returns such
becomes Opaque, and facts that hang on it are left out. Loops and conditions are skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Evaluator", "Opaque", "Struct"]

_IMPORT = re.compile(r'^\s*(?:(\w+|\.|_)\s+)?"([^"]+)"\s*$', re.M)
MAX_DEPTH = 60


@dataclass(slots=True)
class Opaque:
    """Something that is only known by its text: a selector ("schema.TypeString") or a call with evaluated arguments."""

    text: str
    arguments: tuple[Any, ...] | None = None

    @property
    def name(self) -> str:
        return self.text.split("[", 1)[0].rsplit(".", 1)[-1]


@dataclass(slots=True)
class Struct:
    """A composite literal with a type: ``schema.Schema{...}``."""

    type: str
    fields: dict[str, Any]


@dataclass(slots=True)
class Closure:
    node: Any
    package: str
    imports: dict[str, str]
    environment: dict[str, Any]


@dataclass(slots=True)
class _Symbol:
    node: Any
    imports: dict[str, str]
    index: int = 0


@dataclass(slots=True)
class _Frame:
    package: str
    imports: dict[str, str]
    variables: dict[str, Any] = field(default_factory=dict)
    returned: Any = None
    done: bool = False


class Evaluator:
    """``module`` is the Go module's path ("github.com/hashicorp/terraform-provider-aws"); ``foreign`` resolves
    selectors of packages outside the index: (import path, name) -> value or None."""

    def __init__(self, index: Path, module: str, foreign: Callable[[str, str], Any]) -> None:
        import tree_sitter
        import tree_sitter_go  # type: ignore[import-not-found, unused-ignore]

        self.index = index
        self.module = module
        self.foreign = foreign
        self.parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_go.language()))
        self.symbols: dict[tuple[str, str], _Symbol | None] = {}
        self.memo: dict[tuple[str, str], Any] = {}
        self.calls: dict[tuple[Any, ...], Any] = {}
        self.depth = 0

    # -- symbols --------------------------------------------------------------------------------------------------

    def symbol(self, package: str, stem: str) -> _Symbol | None:
        """``stem``: "func.resourceQueue", "method.x.Schema", "var.queueSchema"."""
        key = (package, stem)
        if key not in self.symbols:
            path = self.index / package / f"{stem}.goindex"
            self.symbols[key] = self._parse(path, stem) if path.is_file() else None
        return self.symbols[key]

    def _parse(self, path: Path, stem: str) -> _Symbol | None:
        text = path.read_text(encoding="utf-8")
        body = text.split("\n", 1)[1]
        imports: dict[str, str] = {}
        match = re.match(r"\s*import \((.*?)^\)", body, re.M | re.S) or re.match(r'\s*import ("[^"]+")', body)
        if match:
            for alias, target in _IMPORT.findall(match[1]):
                imports[alias or _package_name(target)] = target
            body = body[match.end() :]
        kind, name = stem.split(".", 1)
        stripped = body.lstrip()
        if kind == "var" and not re.match(r"(var|const)\b", stripped):
            body = f"var (\n{body}\n)"
        tree = self.parser.parse(f"package x\n{body}".encode())
        for node in tree.root_node.children:
            if kind in ("func", "method") and node.type in ("function_declaration", "method_declaration"):
                return _Symbol(node, imports)
            if kind == "var" and node.type in ("var_declaration", "const_declaration"):
                for spec in _walk(node, ("var_spec", "const_spec")):
                    names = [_text(c) for c in spec.children_by_field_name("name")]
                    if name in names:
                        return _Symbol(spec, imports, names.index(name))
        return None

    # -- public ---------------------------------------------------------------------------------------------------

    def call_function(self, package: str, name: str, arguments: tuple[Any, ...] = ()) -> Any:
        symbol = self.symbol(package, f"func.{name}")
        if symbol is None:
            return Opaque(name, arguments)
        if not all(isinstance(a, (str, int, bool)) for a in arguments):
            return self.run(symbol.node, package, symbol.imports, arguments, {})
        key = (package, name, *arguments)
        if key not in self.calls:
            self.calls[key] = Opaque(name, arguments)  # what a recursive call sees
            self.calls[key] = self.run(symbol.node, package, symbol.imports, arguments, {})
        return _fresh(self.calls[key])

    def call_method(self, package: str, receiver: str, name: str) -> _Frame | None:
        """Runs a method with opaque parameters and returns its frame (framework Schema methods assign to one)."""
        symbol = self.symbol(package, f"method.{receiver}.{name}")
        if symbol is None:
            return None
        frame = _Frame(package, symbol.imports)
        for parameter in _parameters(symbol.node):
            frame.variables[parameter] = Struct(parameter, {})
        self._block(symbol.node.child_by_field_name("body"), frame)
        return frame

    def call_closure(self, function: Closure) -> Any:
        return self.run(function.node, function.package, function.imports, (), function.environment)

    # -- statements -----------------------------------------------------------------------------------------------

    def run(
        self, node: Any, package: str, imports: dict[str, str], arguments: tuple[Any, ...], outer: dict[str, Any]
    ) -> Any:
        if self.depth > MAX_DEPTH:
            return Opaque("too deep")
        frame = _Frame(package, imports, dict(outer))
        for parameter, value in zip(_parameters(node), arguments, strict=False):
            frame.variables[parameter] = value
        self.depth += 1
        try:
            self._block(node.child_by_field_name("body"), frame)
        finally:
            self.depth -= 1
        return frame.returned if frame.done else Opaque("no value")

    def _block(self, node: Any, frame: _Frame) -> None:
        if node is None:
            return
        statements = [
            inner
            for child in node.named_children
            for inner in (child.named_children if child.type == "statement_list" else [child])
        ]
        for statement in statements:
            self._statement(statement, frame)
            if frame.done:
                return

    def _statement(self, node: Any, frame: _Frame) -> None:
        kind = node.type
        if kind == "return_statement":
            values = [self.eval(c, frame) for n in node.named_children for c in _listed(n)]
            frame.returned = values[0] if values else None
            frame.done = True
        elif kind in ("short_var_declaration", "assignment_statement"):
            left = _listed(node.child_by_field_name("left"))
            right = _listed(node.child_by_field_name("right"))
            values = [self.eval(c, frame) for c in right]
            if len(left) == len(values):
                for target, value in zip(left, values, strict=True):
                    self._assign(target, value, frame)
            else:
                for target in left:
                    self._assign(target, Opaque("multiple"), frame)
        elif kind == "var_declaration":
            for spec in _walk(node, ("var_spec",)):
                value = spec.child_by_field_name("value")
                for name in spec.children_by_field_name("name"):
                    given = self.eval(_listed(value)[0], frame) if value is not None else Opaque("zero")
                    frame.variables[_text(name)] = given
        elif kind == "expression_statement":
            self._mutating_call(node.named_children[0], frame)
        elif kind == "for_statement":
            self._for(node, frame)

    def _for(self, node: Any, frame: _Frame) -> None:
        """``for _, v := range someMap { v.Field = literal }`` over known maps and lists."""
        clause = next((c for c in node.named_children if c.type == "range_clause"), None)
        body = node.child_by_field_name("body")
        if clause is None or body is None:
            return
        over = self.eval(clause.child_by_field_name("right"), frame)
        left = clause.child_by_field_name("left")
        names = [_text(c) for c in _listed(left)] if left is not None else []
        items: list[tuple[Any, Any]]
        if isinstance(over, dict):
            items = list(over.items())
        elif isinstance(over, list):
            items = list(enumerate(over))
        else:
            return
        for key, value in items[:500]:
            for name, bound in zip(names, (key, value), strict=False):
                frame.variables[name] = bound
            self._block(body, frame)
            if frame.done:
                return

    def _assign(self, target: Any, value: Any, frame: _Frame) -> None:
        if target.type == "identifier":
            frame.variables[_text(target)] = value
        elif target.type == "selector_expression":
            owner = self.eval(target.child_by_field_name("operand"), frame)
            if isinstance(owner, Struct):
                owner.fields[_text(target.child_by_field_name("field"))] = value
        elif target.type == "index_expression":
            owner = self.eval(target.child_by_field_name("operand"), frame)
            key = self.eval(target.child_by_field_name("index"), frame)
            if isinstance(owner, dict) and isinstance(key, str):
                owner[key] = value

    def _mutating_call(self, node: Any, frame: _Frame) -> None:
        if node.type != "call_expression":
            return
        called = _text(node.child_by_field_name("function"))
        arguments = [self.eval(c, frame) for c in node.child_by_field_name("arguments").named_children]
        if called.endswith("maps.Copy") and len(arguments) == 2 and all(isinstance(a, dict) for a in arguments):
            arguments[0].update(arguments[1])
        elif called == "delete" and len(arguments) == 2 and isinstance(arguments[0], dict):
            arguments[0].pop(arguments[1], None)

    # -- expressions ----------------------------------------------------------------------------------------------

    def eval(self, node: Any, frame: _Frame) -> Any:
        kind = node.type
        if kind in _LITERALS:
            return _LITERALS[kind](_text(node))
        handler = getattr(self, f"_eval_{kind}", None)
        if handler is not None:
            return handler(node, frame)
        return Opaque(_text(node)[:200])

    def _eval_parenthesized_expression(self, node: Any, frame: _Frame) -> Any:
        return self.eval(node.named_children[0], frame)

    def _eval_unary_expression(self, node: Any, frame: _Frame) -> Any:
        operator = _text(node.child_by_field_name("operator"))
        value = self.eval(node.child_by_field_name("operand"), frame)
        if operator == "&":
            return value
        if operator == "-" and isinstance(value, (int, float)):
            return -value
        if operator == "!" and isinstance(value, bool):
            return not value
        return Opaque(_text(node)[:200])

    def _eval_binary_expression(self, node: Any, frame: _Frame) -> Any:
        left = self.eval(node.child_by_field_name("left"), frame)
        right = self.eval(node.child_by_field_name("right"), frame)
        operator = _text(node.child_by_field_name("operator"))
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if operator == "+" and (numbers or (isinstance(left, str) and isinstance(right, str))):
            return left + right
        if numbers and operator in "-*":
            return left - right if operator == "-" else left * right
        if numbers and operator == "/" and right:
            return left // right if isinstance(left, int) and isinstance(right, int) else left / right
        return Opaque(_text(node)[:200])

    def _eval_identifier(self, node: Any, frame: _Frame) -> Any:
        name = _text(node)
        if name in frame.variables:
            return frame.variables[name]
        return self.global_value(frame.package, name)

    def global_value(self, package: str, name: str) -> Any:
        key = (package, name)
        if key in self.memo:
            return _fresh(self.memo[key])
        symbol = self.symbol(package, f"var.{name}")
        if symbol is None:
            if self.symbol(package, f"func.{name}") is not None:
                return Opaque(f"{package}:{name}")
            return Opaque(name)
        self.memo[key] = Opaque(name)
        value = symbol.node.child_by_field_name("value")
        if value is not None:
            parts = _listed(value)
            if symbol.index < len(parts):
                frame = _Frame(package, symbol.imports)
                self.memo[key] = self.eval(parts[symbol.index], frame)
        return _fresh(self.memo[key])

    def _eval_selector_expression(self, node: Any, frame: _Frame) -> Any:
        operand = node.child_by_field_name("operand")
        name = _text(node.child_by_field_name("field"))
        if operand.type == "identifier" and _text(operand) not in frame.variables:
            alias = _text(operand)
            target = frame.imports.get(alias)
            if target is not None:
                if target.startswith(self.module + "/internal/"):
                    return self.global_value(target.removeprefix(self.module + "/"), name)
                value = self.foreign(target, name)
                return Opaque(f"{alias}.{name}") if value is None else value
        owner = self.eval(operand, frame)
        if isinstance(owner, Struct):
            return owner.fields.get(name, Opaque(_text(node)[:200]))
        return Opaque(_text(node)[:200])

    def _eval_index_expression(self, node: Any, frame: _Frame) -> Any:
        owner = self.eval(node.child_by_field_name("operand"), frame)
        key = self.eval(node.child_by_field_name("index"), frame)
        if isinstance(owner, dict) and isinstance(key, str) and key in owner:
            return owner[key]
        return Opaque(_text(node)[:200])

    def _eval_func_literal(self, node: Any, frame: _Frame) -> Any:
        return Closure(node, frame.package, frame.imports, frame.variables)

    def _eval_composite_literal(self, node: Any, frame: _Frame) -> Any:
        type_node = node.child_by_field_name("type")
        return self._literal(node.child_by_field_name("body"), type_node, frame)

    def _eval_literal_value(self, node: Any, frame: _Frame) -> Any:
        return self._literal(node, None, frame)

    def _literal(self, body: Any, type_node: Any, frame: _Frame) -> Any:
        type_text = _text(type_node) if type_node is not None else ""
        element_type = None
        if type_node is not None and type_node.type in ("map_type", "slice_type", "array_type"):
            element_type = type_node.child_by_field_name("value") or type_node.child_by_field_name("element")
        is_map = type_text.startswith("map[")
        keyed: dict[str, Any] = {}
        listed: list[Any] = []
        for element in body.named_children:
            if element.type == "keyed_element":
                parts = element.named_children
                if len(parts) != 2:
                    continue
                key_node, value_node = (_inner(p) for p in parts)
                if is_map:
                    key = self.eval(key_node, frame)
                else:
                    key = _text(key_node)
                value = (
                    self._literal(value_node, _deref(element_type), frame)
                    if value_node.type == "literal_value"
                    else self.eval(value_node, frame)
                )
                if isinstance(key, Opaque):
                    key = f"?{key.text}"
                if isinstance(key, str):
                    keyed[key] = value
            elif element.type == "literal_element":
                inner = _inner(element)
                listed.append(
                    self._literal(inner, _deref(element_type), frame)
                    if inner.type == "literal_value"
                    else self.eval(inner, frame)
                )
        if is_map:
            return keyed
        if type_text.startswith("["):
            return listed
        if listed and not keyed:
            return listed
        return Struct(type_text.lstrip("*&"), keyed)

    def _type_arguments(self, node: Any, frame: _Frame) -> str:
        """ "[import/path.Name]" of a generic call's type argument, its package written out."""
        given = next((c for c in node.children if c.type == "type_arguments"), None)
        if given is None:
            return ""
        text = _text(given).strip("[]")
        alias, _, name = text.partition(".")
        return f"[{frame.imports[alias]}.{name}]" if alias in frame.imports else f"[{text}]"

    def _eval_call_expression(self, node: Any, frame: _Frame) -> Any:
        function = node.child_by_field_name("function")
        argument_nodes = [c for c in node.child_by_field_name("arguments").named_children if c.type != "comment"]
        text = _text(function) + self._type_arguments(node, frame)
        arguments = tuple(self.eval(c, frame) for c in argument_nodes if not c.type.endswith("_type"))
        if text in ("string", "int", "int64", "float64", "int32", "bool") and len(arguments) == 1:
            return arguments[0]
        if text in ("sync.OnceValue", "tfsync.OnceValue") and arguments:
            return arguments[0]
        if text == "append" and arguments and isinstance(arguments[0], list):
            return [*arguments[0], *arguments[1:]]
        if text in ("maps.Clone",) and arguments and isinstance(arguments[0], dict):
            return dict(arguments[0])
        called = self.eval(function, frame) if function.type != "identifier" else None
        if function.type == "identifier":
            plain = _text(function)
            called = frame.variables.get(plain)
            if called is None:
                if self.symbol(frame.package, f"func.{plain}") is not None:
                    if self.depth > MAX_DEPTH:
                        return Opaque(text, arguments)
                    return self.call_function(frame.package, plain, arguments)
                called = self.global_value(frame.package, plain)
        if isinstance(called, Closure):
            return self.run(called.node, called.package, called.imports, arguments, called.environment)
        if function.type == "selector_expression":
            operand = function.child_by_field_name("operand")
            name = _text(function.child_by_field_name("field"))
            target = frame.imports.get(_text(operand)) if operand.type == "identifier" else None
            if target is not None and target.startswith(self.module + "/internal/"):
                package = target.removeprefix(self.module + "/")
                if self.symbol(package, f"func.{name}") is not None and self.depth <= MAX_DEPTH:
                    result = self.call_function(package, name, arguments)
                    if isinstance(result, (Struct, dict, list, str, int, float)):
                        return result
                return Opaque(text, arguments)
        return Opaque(text, arguments)


def _string(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # an escape that JSON does not have
        return Opaque(text)


_LITERALS: dict[str, Callable[[str], Any]] = {
    "interpreted_string_literal": _string,
    "raw_string_literal": lambda text: text[1:-1],
    "int_literal": lambda text: int(text.replace("_", ""), 0),
    "float_literal": float,
    "true": lambda _: True,
    "false": lambda _: False,
    "nil": lambda _: None,
}


def _fresh(value: Any) -> Any:
    """A copy of a global's top level, so that a function which adds to it does not change it for the others."""
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, Struct):
        return Struct(value.type, dict(value.fields))
    return value


def _inner(node: Any) -> Any:
    return node.named_children[0] if node.type == "literal_element" and node.named_children else node


def _deref(node: Any) -> Any:
    if node is not None and node.type == "pointer_type" and node.named_children:
        return node.named_children[0]
    return node


def _listed(node: Any) -> list[Any]:
    if node is None:
        return []
    return [c for c in node.named_children if c.type != "comment"] if node.type == "expression_list" else [node]


def _parameters(node: Any) -> list[str]:
    names = []
    parameters = node.child_by_field_name("parameters")
    for declaration in parameters.named_children if parameters is not None else ():
        names += [_text(n) for n in declaration.children_by_field_name("name")]
    return names


def _walk(node: Any, kinds: tuple[str, ...]) -> list[Any]:
    found, pending = [], [node]
    while pending:
        current = pending.pop()
        if current.type in kinds:
            found.append(current)
        else:
            pending.extend(reversed(current.named_children))
    return found


def _package_name(target: str) -> str:
    last = target.rsplit("/", 1)[-1]
    if re.fullmatch(r"v\d+", last):
        last = target.rsplit("/", 2)[-2]
    return last.replace("-", "_").removeprefix("go_")


def _text(node: Any) -> str:
    return str(node.text.decode())
