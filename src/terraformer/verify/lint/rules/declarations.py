"""Rules on what is declared: variables, outputs, names, files, and what nothing uses.

Source: the rules of tflint-ruleset-terraform (names, severities, membership of presets and behaviour); own code.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from terraformer.hcl.syntax import Block
from terraformer.types import Severity, SourceRange
from terraformer.verify.lint.model import Issue, Rule
from terraformer.verify.lint.source import LintFile, LintModule, block_address

__all__ = ["DECLARATION_RULES"]

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


# --- documented and typed -------------------------------------------------------------------------------------------


def _overridden(module: LintModule, kind: str, attribute: str) -> set[str]:
    """Names whose attribute an override file gives."""
    return {
        block.labels[0]
        for file in module.files
        if file.override
        for block in file.body.blocks(kind, 1)
        if block.body.attribute(attribute) is not None
    }


def _undocumented(module: LintModule, kind: str) -> Iterator[Issue]:
    elsewhere = _overridden(module, kind, "description")
    for _, block in module.blocks(kind, 1):
        description = block.body.attribute("description")
        if (description is None and block.labels[0] not in elsewhere) or (
            description is not None and description.literal == ""
        ):
            address = block_address(block)
            yield Issue(
                f"`{block.labels[0]}` {kind} has no description",
                block.header,
                subject=address,
                address=address,
                fix=f'Add description = "..." to {kind} "{block.labels[0]}".',
            )


def documented_variables(module: LintModule) -> Iterator[Issue]:
    yield from _undocumented(module, "variable")


def documented_outputs(module: LintModule) -> Iterator[Issue]:
    yield from _undocumented(module, "output")


def typed_variables(module: LintModule) -> Iterator[Issue]:
    elsewhere = _overridden(module, "variable", "type")
    for _, block in module.blocks("variable", 1):
        if block.body.attribute("type") is None and block.labels[0] not in elsewhere:
            address = block_address(block)
            yield Issue(
                f"`{block.labels[0]}` variable has no type",
                block.header,
                subject=address,
                address=address,
                fix=_type_hint(block),
            )


def _type_hint(block: Block) -> str:
    default = block.body.attribute("default")
    value = default.literal if default is not None else None
    found = "bool" if isinstance(value, bool) else ""
    if not found and isinstance(value, (int, float)):
        found = "number"
    elif isinstance(value, str):
        found = "string"
    elif isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        found = "list(string)"
    elif isinstance(value, dict) and value and all(isinstance(v, str) for v in value.values()):
        found = "map(string)"
    name = block.labels[0]
    return f'Add type = {found} to variable "{name}".' if found else f'Add type = ... to variable "{name}".'


def _variables(module: LintModule) -> list[str]:
    return [f"var.{block.labels[0]}" for _, block in module.blocks("variable", 1)]


def _outputs(module: LintModule) -> list[str]:
    return [f"output.{block.labels[0]}" for _, block in module.blocks("output", 1)]


# --- unused ---------------------------------------------------------------------------------------------------------


def _aliases(module: LintModule) -> Iterator[tuple[str, str, Block]]:
    for _, block in module.blocks("provider", 1):
        alias = block.body.attribute("alias")
        if alias is not None and isinstance(alias.literal, str):
            yield block.labels[0], alias.literal, block


def _locals(module: LintModule) -> Iterator[tuple[str, SourceRange]]:
    for _, block in module.blocks("locals", 0):
        for name, expression in block.body.attributes():
            yield name, _attribute_range(block, name) or expression.range


def _attribute_range(block: Block, name: str) -> SourceRange | None:
    find = getattr(block.body, "attribute_range", None)
    return find(name) if find is not None else None


def unused_declarations(module: LintModule) -> Iterator[Issue]:
    references = module.references
    used = {(root, first) for root, first, _ in references}
    pairs = {(root, first) for root, first, second in references if not second}
    data = {(first, second) for root, first, second in references if root == "data"}
    for _, block in module.blocks("variable", 1):
        name = block.labels[0]
        if ("var", name) not in used:
            yield _unused(f'variable "{name}"', f"var.{name}", block.header)
    for block in module.data_blocks:
        type_, name = block.labels
        if (type_, name) not in data:
            yield _unused(f'data "{type_}" "{name}"', f"data.{type_}.{name}", block.header)
    for name, range_ in _locals(module):
        if ("local", name) not in used:
            yield _unused(f"local.{name}", f"local.{name}", range_)
    for name, alias, block in _aliases(module):
        if (name, alias) not in pairs:
            yield _unused(f'provider "{name}" with alias "{alias}"', f"provider.{name}.{alias}", block.header)


def _unused(what: str, address: str, range_: SourceRange) -> Issue:
    return Issue(
        f"{what} is declared but not used",
        range_,
        subject=address,
        address=address,
        fix=f"Remove {what}, or refer to it where its value is wanted.",
    )


def _declared(module: LintModule) -> list[str]:
    return [
        *_variables(module),
        *(".".join(("data", *block.labels)) for block in module.data_blocks),
        *(f"local.{name}" for name, _ in _locals(module)),
        *(f"provider.{name}.{alias}" for name, alias, _ in _aliases(module)),
    ]


# --- names ----------------------------------------------------------------------------------------------------------


def _named(module: LintModule) -> Iterator[tuple[str, str, str, SourceRange]]:
    """Kind as TFLint calls it, name, address and place of everything that has a name of its own."""
    for block in module.data_blocks:
        yield "data", block.labels[1], block_address(block), block.header
    for kind, labels in (("module", 1), ("output", 1), ("resource", 2), ("variable", 1), ("check", 1)):
        for _, block in module.blocks(kind, labels):
            yield kind, block.labels[-1], block_address(block), block.header
    for name, range_ in _locals(module):
        yield "local value", name, f"local.{name}", range_


def naming_convention(module: LintModule) -> Iterator[Issue]:
    for kind, name, address, range_ in _named(module):
        if not _SNAKE_CASE.fullmatch(name):
            better = re.sub(r"_+", "_", re.sub(r"\W", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name))).strip("_")
            yield Issue(
                f"{kind} name `{name}` must match the following format: snake_case",
                range_,
                subject=address,
                address=address,
                fix=f"Rename it to {better.lower()}, everywhere it is referred to"
                + (" (with a moved block, or the resource is replaced)." if kind in ("resource", "module") else "."),
            )


def _names(module: LintModule) -> list[str]:
    return [address for _, _, address, _ in _named(module)]


# --- files ----------------------------------------------------------------------------------------------------------


def standard_module_structure(module: LintModule) -> Iterator[Issue]:
    if not module.files or all(f.is_json for f in module.files):
        return
    names = {posixpath.basename(f.name) for f in module.files}
    variables = [(f, b) for f, b in module.blocks("variable", 1)]
    outputs = [(f, b) for f, b in module.blocks("output", 1)]
    if "main.tf" not in names:
        yield Issue("Module should include a main.tf file as the primary entrypoint", None, fix="Add a file main.tf.")
    for name, blocks in (("variables.tf", variables), ("outputs.tf", outputs)):
        if name not in names and not blocks:
            yield Issue(f"Module should include an empty {name} file", None, fix=f"Add an empty file {name}.")
    for kind, expected, blocks in (("variable", "variables.tf", variables), ("output", "outputs.tf", outputs)):
        for file, block in blocks:
            if not file.is_json and posixpath.basename(file.name) != expected:
                yield _misplaced(kind, expected, file, block)


def _misplaced(kind: str, expected: str, file: LintFile, block: Block) -> Issue:
    return Issue(
        f'{kind} "{block.labels[0]}" should be moved from {file.name} to {expected}',
        block.header,
        address=block_address(block),
        fix=f"Move the block to {expected}.",
    )


DECLARATION_RULES: tuple[Rule, ...] = (
    Rule(
        "terraform_documented_outputs",
        Severity.INFO,
        False,
        "An output has no description",
        "Whoever uses the module reads the descriptions, in its documentation and in Terraform's own messages.",
        "Give the output a description.",
        documented_outputs,
        _outputs,
    ),
    Rule(
        "terraform_documented_variables",
        Severity.INFO,
        False,
        "A variable has no description",
        "Whoever uses the module reads the descriptions; Terraform shows them when it asks for a value.",
        "Give the variable a description.",
        documented_variables,
        _variables,
    ),
    Rule(
        "terraform_typed_variables",
        Severity.WARNING,
        True,
        "A variable has no type",
        "Without a type constraint any value is taken, and a wrong one fails far from where it was given, or not at "
        "all.",
        "Give the variable a type.",
        typed_variables,
        _variables,
    ),
    Rule(
        "terraform_unused_declarations",
        Severity.WARNING,
        True,
        "Something is declared and never used",
        "A variable, data source, local value or provider alias that nothing refers to has no effect. Often a "
        "reference to it was forgotten. A reference from a variable's own validation does not count.",
        "Remove the declaration, or use it.",
        unused_declarations,
        _declared,
    ),
    Rule(
        "terraform_naming_convention",
        Severity.INFO,
        False,
        "A name is not in snake_case",
        "Names in one form (small letters, digits, single underscores between) are what the style guide asks for and "
        "what references read best with.",
        "Rename it in snake_case.",
        naming_convention,
        _names,
    ),
    Rule(
        "terraform_standard_module_structure",
        Severity.WARNING,
        False,
        "The module does not have the standard files",
        "A module is expected to have main.tf, variables.tf and outputs.tf, with all variables and outputs in theirs.",
        "Add the missing file, or move the block into the file that it belongs to.",
        standard_module_structure,
    ),
)
