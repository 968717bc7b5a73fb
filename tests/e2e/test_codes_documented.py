"""Every certificate code that the provider's sources can emit is in the registry, and so has a page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from terraformer.verify.certificates import _SAME
from terraformer.verify.codes import CODES

PROVIDER = Path(__file__).parents[2] / "src" / "terraformer" / "provider"
INTERNAL = {"internal"}
"""Codes that mark failures of ours; they become tool errors and never certificates."""


def emitted(tree: ast.AST) -> Iterator[str]:
    """Literals that stand where a code stands: ``code=...``, a default of ``code``, the fifth argument of Diagnostic."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "code":
            yield from literals(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Diagnostic":
            for argument in node.args[4:5]:
                yield from literals(argument)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("error", "warning")
        ):
            for argument in node.args[3:4]:
                yield from literals(argument)
        elif isinstance(node, ast.Assign) and any(getattr(t, "id", "") in ("_CODES", "CODE") for t in node.targets):
            if isinstance(node.value, ast.Dict):
                for value in node.value.values:
                    yield from literals(value)
            else:
                yield from literals(node.value)


def literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def test_every_code_of_the_provider_has_a_page() -> None:
    found = {
        code
        for path in PROVIDER.rglob("*.py")
        if "mining" not in path.parts
        for code in emitted(ast.parse(path.read_text("utf-8")))
    }
    assert len(found) >= 15
    assert sorted({_SAME.get(code, code) for code in found} - INTERNAL - set(CODES)) == []
