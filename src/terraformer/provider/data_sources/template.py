"""template_file: variables put into a template, and the simple functions of them.

Source: terraform-provider-template; the HCL template language (spec/hclsyntax "Templates"). Covered exactly: literal
text, ``$${`` and ``%%{`` escapes, ``${name}``, ``${function(name or "literal", ...)}`` for a few string functions, and
``~`` strip markers around these. Any other expression or directive (``%{ if }``, ``%{ for }``, operators, other
functions) is NOT evaluated: it is left out of the made-up ``rendered``, which is then listed as assumed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from terraformer.provider.data_sources.files import FileProblem, read_file
from terraformer.provider.data_sources.gosemantics import go_json
from terraformer.provider.data_sources.reading import Reader, Reading

__all__ = ["CHECKS", "READERS"]

_MAX_OUTPUT = 4 * 1024 * 1024

_FUNCTIONS: dict[str, tuple[int, Callable[..., str]]] = {
    "upper": (1, str.upper),
    "lower": (1, str.lower),
    "trimspace": (1, str.strip),
    "chomp": (1, lambda s: re.sub(r"(\r\n|\r|\n)+\Z", "", s)),
    "base64encode": (1, lambda s: base64.b64encode(s.encode()).decode()),
    "base64sha256": (1, lambda s: base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()),
    "sha256": (1, lambda s: hashlib.sha256(s.encode()).hexdigest()),
    "md5": (1, lambda s: hashlib.md5(s.encode(), usedforsecurity=False).hexdigest()),
    "jsonencode": (1, go_json),
    "tostring": (1, str),
    "trimprefix": (2, str.removeprefix),
    "trimsuffix": (2, str.removesuffix),
}

_TOKEN = re.compile(r'\s*(?:(?P<name>[A-Za-z_][\w-]*)|(?P<text>"(?:[^"\\$%]|\\.)*")|(?P<mark>[(),]))')


class _TemplateError(Exception):
    """What HCL says of the template."""


class _NotCovered(Exception):
    """An expression that only HCL itself can evaluate."""


def _check(reading: Reading) -> None:
    if reading.value.get("template") is not None and reading.value.get("filename") is not None:
        for name, other in (("template", "filename"), ("filename", "template")):
            reading.error("Conflicting configuration arguments", f'"{name}": conflicts with {other}', (name,))


def _template_file(reading: Reading) -> None:
    template, filename = reading.text("template"), reading.text("filename")
    if not template and filename:
        try:
            template = read_file(filename, reading.ctx).decode("utf-8", "replace")
        except FileProblem as problem:
            if not problem.missing:
                reading.error(str(problem), path=("filename",), code="file-unreadable")
                return
            template = filename  # the provider takes a name that is no file for the template itself
    variables = {str(k): v if isinstance(v, str) else _text(v) for k, v in (reading.get("vars") or {}).items()}
    try:
        rendered, skipped = render(template, variables)
    except _TemplateError as error:
        reading.error(f"failed to render {filename}: {error}", code="template-error")
        return
    why = f"the template has expressions that are not evaluated here: {skipped[0]}" if skipped else None
    reading.set("rendered", rendered, why)
    reading.set("id", hashlib.sha256(rendered.encode("utf-8", "surrogatepass")).hexdigest(), why)


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value)


def render(template: str, variables: dict[str, str]) -> tuple[str, list[str]]:
    """The rendered text, and the sequences that could not be evaluated and were left out.

    Raises _TemplateError for unknown variables and unclosed sequences.
    """
    out: list[str] = []
    skipped: list[str] = []
    position, strip, size = 0, False, 0
    marker = re.compile(r"\$\$\{|%%\{|[$%]\{")
    while True:
        found = marker.search(template, position)
        literal = template[position : found.start() if found else len(template)]
        if strip:
            literal = literal.lstrip()
        strip = False
        out.append(literal)
        size += len(literal)
        if found is None:
            break
        if len(found[0]) == 3:
            out.append(found[0][1:])
            position = found.end()
            continue
        end = _sequence_end(template, found.end())
        if end is None:
            raise _TemplateError(
                f"<template_file>:{_place(template, found.start())}: Unclosed template interpolation sequence"
            )
        inner = template[found.end() : end]
        position = end + 1
        if inner.startswith("~"):
            inner = inner[1:]
            out[-1] = out[-1].rstrip()
        if inner.endswith("~"):
            inner, strip = inner[:-1], True
        try:
            if found[0] == "%{":
                raise _NotCovered
            out.append(_evaluate(inner, variables, _place(template, found.end())))
            size += len(out[-1])
        except _NotCovered:
            skipped.append(template[found.start() : position][:60])
        if size > _MAX_OUTPUT:
            raise _TemplateError("the rendered template is larger than a verification allows")
    return "".join(out), skipped


def _place(template: str, offset: int) -> str:
    line = template.count("\n", 0, offset) + 1
    return f"{line},{offset - template.rfind(chr(10), 0, offset)}"


def _sequence_end(template: str, start: int) -> int | None:
    """Where the ``}`` is that closes a sequence: braces and quoted strings inside are skipped."""
    depth, quoted, i = 0, False, start
    while i < len(template):
        char = template[i]
        if quoted:
            if char == "\\":
                i += 1
            elif char == '"':
                quoted = False
        elif char == '"':
            quoted = True
        elif char == "{":
            depth += 1
        elif char == "}":
            if depth == 0:
                return i
            depth -= 1
        i += 1
    return None


def _evaluate(text: str, variables: dict[str, str], place: str) -> str:
    tokens: list[tuple[str, str]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        token = _TOKEN.match(text, position)
        if token is None or token.lastgroup is None:
            raise _NotCovered
        tokens.append((token.lastgroup, token[token.lastgroup]))
        position = token.end()
    value, rest = _expression(tokens, 0, variables, place, 0)
    if rest != len(tokens):
        raise _NotCovered
    return value


def _expression(
    tokens: list[tuple[str, str]], at: int, variables: dict[str, str], place: str, depth: int
) -> tuple[str, int]:
    if at >= len(tokens) or depth > 20:
        raise _NotCovered
    kind, text = tokens[at]
    if kind == "text":
        try:
            return str(json.loads(text)), at + 1
        except ValueError:
            raise _NotCovered from None
    if kind != "name":
        raise _NotCovered
    if tokens[at + 1 : at + 2] != [("mark", "(")]:
        if text in ("true", "false"):
            return text, at + 1
        if text == "null":
            raise _NotCovered
        if text not in variables:
            raise _TemplateError(f'<template_file>:{place}: Unknown variable; There is no variable named "{text}".')
        return variables[text], at + 1
    if text not in _FUNCTIONS:
        raise _NotCovered
    arity, function = _FUNCTIONS[text]
    arguments: list[str] = []
    at += 2
    while True:
        value, at = _expression(tokens, at, variables, place, depth + 1)
        arguments.append(value)
        mark = tokens[at] if at < len(tokens) else ("", "")
        at += 1
        if mark == ("mark", ")"):
            break
        if mark != ("mark", ","):
            raise _NotCovered
    if len(arguments) != arity:
        raise _NotCovered
    return function(*arguments), at


READERS: dict[str, Reader] = {"template_file": _template_file}
CHECKS: dict[str, Reader] = {"template_file": _check}
