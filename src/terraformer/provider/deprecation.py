"""What a provider says about deprecated arguments, blocks and resource types that a configuration uses.

Sources: terraform-plugin-sdk helper/schema (schemaMap.validate: "Argument is deprecated"; Resource.Validate:
"Deprecated Resource") and terraform-plugin-framework internal/fwserver ("Attribute Deprecated", "Block Deprecated",
"Deprecated"). Both warn at validation, once for each value that is set; an unknown value may turn out null and is left
for the plan, which validates again. Not covered: references to deprecated attributes, of which a provider never learns
(Terraform warns of some itself).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from terraformer.provider.diagnostics import Diagnostic, Path
from terraformer.provider.read_only import items_of
from terraformer.provider.schema import Attribute, Block
from terraformer.provider.values import Unknown

__all__ = ["Deprecations", "deprecations_of"]

CODE = "deprecated"
MAX_FOUND = 50
_SUMMARIES = {
    True: ("Deprecated Resource", "Argument is deprecated", "Argument is deprecated"),
    False: ("Deprecated", "Attribute Deprecated", "Block Deprecated"),
}
# What a schema says when it knows the mark only, not the message (Terraform's JSON form has no messages).
_NO_MESSAGE = frozenset({"deprecated", "This argument is deprecated."})


@dataclass(slots=True)
class _Marks:
    """The deprecated names of one block, and the nested ones that hold some: (nesting, marks) by name."""

    attributes: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    nested: dict[str, tuple[str, _Marks]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.attributes or self.blocks or self.nested)


@dataclass(frozen=True, slots=True)
class Deprecations:
    """The deprecated parts of one schema. Most schemas have none, and cost nothing."""

    type: str
    message: str | None
    marks: _Marks

    def used(self, value: Mapping[str, Any], *, sdk: bool) -> list[Diagnostic]:
        """A warning for the type, when it is deprecated, and for each deprecated argument or block that ``value`` (a
        configuration) sets; at most fifty. ``sdk`` chooses the wording: of terraform-plugin-sdk or of the framework.
        """
        of_type, of_attribute, of_block = _SUMMARIES[sdk]
        found: list[Diagnostic] = []
        if self.message is not None:
            found.append(Diagnostic("warning", of_type, _text(self.message, self.type), (), CODE))
        if self.marks:
            for path, name, message, is_block in _walk(self.marks, value, ()):
                summary = of_block if is_block else of_attribute
                found.append(Diagnostic("warning", summary, _text(message, name), path, CODE))
                if len(found) >= MAX_FOUND:
                    break
        return found


def deprecations_of(type_name: str, block: Block) -> Deprecations:
    """Gather the deprecated parts of a schema, to be kept beside it."""
    return Deprecations(type_name, block.deprecated, _marks(block, {}))


def _marks(block: Block, done: dict[int, _Marks]) -> _Marks:
    known = done.get(id(block))  # nested blocks are shared: those of a web ACL repeat many thousand times
    if known is not None:
        return known
    found = done[id(block)] = _attribute_marks(block.attributes)
    for name, nested in block.blocks.items():
        if nested.block.deprecated:
            found.blocks[name] = nested.block.deprecated
        inner = _marks(nested.block, done)
        if inner:
            found.nested[name] = (nested.nesting, inner)
    return found


def _attribute_marks(attributes: Mapping[str, Attribute]) -> _Marks:
    found = _Marks()
    for name, attribute in attributes.items():
        if attribute.deprecated and (attribute.optional or attribute.required):
            found.attributes[name] = attribute.deprecated
        if attribute.nested is not None:
            inner = _attribute_marks(attribute.nested.attributes)
            if inner:
                found.nested[name] = (attribute.nested.nesting, inner)
    return found


def _walk(marks: _Marks, value: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str, str, bool]]:
    for name, message in marks.attributes.items():
        given = value.get(name)
        if given is not None and not isinstance(given, Unknown):
            yield (*path, name), name, message, False
    for name, message in marks.blocks.items():
        given = value.get(name)
        if not isinstance(given, Unknown) and given:
            yield (*path, name), name, message, True
    for name, (nesting, inner) in marks.nested.items():
        for step, item in items_of(value.get(name), nesting):
            yield from _walk(inner, item, (*path, name, *step))


def _text(message: str, name: str) -> str:
    return f'"{name}" is deprecated.' if message in _NO_MESSAGE else message
