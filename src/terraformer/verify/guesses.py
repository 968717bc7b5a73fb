"""Other values for variables whose made-up value was refused: by a validation block, or by the provider's own checks.

A configuration must not fail for a value that it never chose. So a refused placeholder is replaced by one that fits the
argument it is used in (an allowed value of its enum, one of the right form), then by other common ones; when nothing
fits, the verdict stays open and a warning names the variable. Only arguments that take the variable as it is
(``name = var.x``) tell the form; inside a larger expression the common values are tried.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from terraformer.hcl import Module
from terraformer.provider import placeholders
from terraformer.provider.bundle import Bundle
from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Diagnostic
from terraformer.provider.run import RunRecord
from terraformer.provider.schema import Attribute, Block, attribute_type
from terraformer.provider.validators import validate_resource
from terraformer.types import Certificate, Severity, Stage
from terraformer.verify.certificates import code_of, recorded_finding
from terraformer.verify.snippets import snippet_of
from terraformer.verify.variables import COMMON_STRINGS, VariablePlan

__all__ = ["Guesses"]

_MAX_TRIES = 24
_FITTING = 4
_COMMON: Mapping[str, tuple[Any, ...]] = {
    "string": COMMON_STRINGS,
    "number": (1, 0, 2, 3, 5, 8, 10, 20, 30, 80, 100, 443, 1024, 3600, 8080),
    "bool": (True, False),
}
_USE = re.compile(r"(?<![\w.])var\.([A-Za-z_][\w-]*)")
_WHOLE = re.compile(r"=\s*var\.([A-Za-z_][\w-]*)\s*$")


class Guesses:
    """The search for one run. ``refused`` and ``improve`` look at the diagnostics of the last plan."""

    def __init__(self, given: VariablePlan, bundles: Mapping[str, Bundle]) -> None:
        self._given = given
        self._bundles = bundles
        self._tries = 0
        self._options: dict[str, list[Any]] = {}

    def refused(self, diagnostics: Sequence[Mapping[str, Any]], record: RunRecord) -> list[str]:
        """Names of the variables whose made-up value these errors are about."""
        names: dict[str, None] = {}
        for diagnostic in diagnostics:
            names.update(dict.fromkeys(self._about(diagnostic, record)))
        return list(names)

    def improve(self, diagnostics: Sequence[Mapping[str, Any]], record: RunRecord, root: Module) -> bool:
        """Put other values in place of those that were refused; False when there is nothing (more) to try.

        Raises OSError when the disk is full.
        """
        self._tries += 1
        if self._tries > _MAX_TRIES:
            return False  # every try is a plan of its own
        types = {v.name: (v.type_expr or "string").strip() for v in root.variables}
        changed = False
        for diagnostic in diagnostics:
            for name in self._about(diagnostic, record):
                if name not in self._options:
                    kind = types.get(name, "string")
                    common = _COMMON.get("string" if kind == "any" else kind, ())
                    self._options[name] = [*self._fitting(diagnostic, record), *common]
                options = self._options[name]
                while options:
                    value = options.pop(0)
                    if value != self._given.placeholders[name]:
                        self._given.placeholders[name] = value
                        changed = True
                        break
        if changed:
            self._given.write()
        return changed

    def _about(self, diagnostic: Mapping[str, Any], record: RunRecord) -> list[str]:
        if diagnostic.get("severity") != "error" or not self._given.placeholders:
            return []
        summary, detail = str(diagnostic.get("summary", "")), str(diagnostic.get("detail", ""))
        snippet = diagnostic.get("snippet") or {}
        code = str(snippet.get("code") or "")
        if code_of("error", summary, detail) == "variable-validation":
            text = f"{snippet.get('context') or ''} {code} {detail}"
            values = " ".join(str(v.get("traversal")) for v in snippet.get("values") or [] if isinstance(v, Mapping))
            return [
                name
                for name in self._given.placeholders
                if f'variable "{name}"' in text or f"var.{name}" in f"{text} {values}".split()
            ]
        if _checked(diagnostic, record) is None:
            return []
        return [name for name in dict.fromkeys(_USE.findall(code)) if name in self._given.placeholders]

    def _fitting(self, diagnostic: Mapping[str, Any], record: RunRecord) -> list[Any]:
        """Values for the very argument that refused the variable, [] when it is not known."""
        code = str((diagnostic.get("snippet") or {}).get("code") or "")
        checked = _checked(diagnostic, record)
        if checked is None or not _WHOLE.search(code):
            return []
        kind, type_name, finding = checked
        for source, bundle in self._bundles.items():
            if kind not in ("resource", "data", "ephemeral") or not bundle.has(kind, type_name):
                continue
            names = [step for step in finding.path if isinstance(step, str)]
            attribute = _attribute(bundle.schema(kind, type_name).block, names)
            if attribute is None or not names:
                return []
            return _values_for(bundle, source, kind, type_name, names, attribute)
        return []

    def no_value(self, name: str, root: Module, config: Any, reasons: Sequence[Mapping[str, Any]]) -> Certificate:
        """The warning for a variable that no made-up value fits."""
        variable = next(v for v in root.variables if v.name == name)
        if variable.validations:
            why = f"Its validation refuses every value that was tried. Condition: {variable.validations[0].condition}"
        else:
            told = next((str(r.get("summary", "")) for r in reasons), "")
            why = f"Every value that was tried is refused where it is used: {told}"
        return Certificate(
            Stage.DEPLOY,
            Severity.WARNING,
            "variable-value-missing",
            f"No value for variable {name}, and none could be made up",
            why[:2000],
            variable.header,
            f"var.{name}",
            snippet=snippet_of(config, variable.header),
            fix=f"Pass a value: --var {name}=..., or give the variable a default.",
        )


def _checked(diagnostic: Mapping[str, Any], record: RunRecord) -> tuple[str, str, Diagnostic] | None:
    """The provider's own finding that Terraform reports here."""
    return recorded_finding(record.diagnostics, str(diagnostic.get("summary", "")), str(diagnostic.get("detail", "")))


def _values_for(
    bundle: Bundle, source: str, kind: str, type_name: str, names: list[str], attribute: Attribute
) -> list[Any]:
    """Values of the right form for an attribute that the provider's own checks accept, the most telling first."""
    context = ProviderContext(source, bundle.version)
    cty = attribute_type(attribute)
    shaped = placeholders.value_for(source, type_name, attribute.name, cty, seed=attribute.name, ctx=context)
    hints = bundle.hints(type_name, kind).get(".".join(names)) or {}
    bounds = [value for check in hints.get("checks", ()) for value in check[1:2] if check]
    members = [v for bound in bounds for v in (bound if isinstance(bound, list) else [bound])]
    simple = _COMMON.get(cty, ()) if isinstance(cty, str) else ()
    schema = bundle.schema(kind, type_name)

    def accepted(value: Any) -> bool:
        held = _holding(schema.block, names, value)
        found = validate_resource(source, kind, type_name, held, schema, context)
        return not any(
            [s for s in other.path if isinstance(s, str)] == names and other.severity == "error" for other in found
        )

    candidates = [v for v in (*attribute.enum, *members, shaped, *simple) if _is_of(v, cty)]
    return [value for value in candidates if accepted(value)][:_FITTING]


def _is_of(value: Any, cty: Any) -> bool:
    if cty == "string":
        return isinstance(value, str)
    if cty == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return value is not None


def _holding(block: Block, names: Sequence[str], value: Any) -> dict[str, Any]:
    """An object of the block's type that is null but for the attribute at the path."""
    held: dict[str, Any] = dict.fromkeys(block.attributes)
    held.update((name, None if b.nesting in ("single", "group") else []) for name, b in block.blocks.items())
    name, rest = names[0], names[1:]
    if not rest:
        held[name] = value
    elif name in block.blocks:
        nested = block.blocks[name]
        inner = _holding(nested.block, rest, value)
        held[name] = inner if nested.nesting in ("single", "group") else [inner]
    return held


def _attribute(block: Block, names: Sequence[str]) -> Attribute | None:
    for position, name in enumerate(names):
        if name in block.blocks:
            block = block.blocks[name].block
            continue
        attribute = block.attributes.get(name)
        while attribute is not None and attribute.nested is not None and position + 1 < len(names):
            position += 1
            attribute = attribute.nested.attributes.get(names[position])
        return attribute
    return None
