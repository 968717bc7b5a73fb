"""How to mend a finding, from the provider's schema: nearest names, required arguments, a block's shape, known
values.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from terraformer.hcl import ModuleTree, split_address
from terraformer.hcl.scan import parse_file
from terraformer.provider.bundle import Bundle
from terraformer.provider.schema import Attribute, Block, ResourceSchema
from terraformer.types import SourceRange, TerraformConfig

__all__ = ["FixBook", "nearest"]

_QUOTED = re.compile(r"\"([A-Za-z_][\w.:-]*)\"")
_MAX_LISTED = 12
_PRERANK = 40


@lru_cache(maxsize=16384)
def _trigrams(text: str) -> frozenset[str]:
    padded = f"  {text} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b)


def nearest(name: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """The candidates most alike: edit distance together with the share of common words; [] when none is near."""
    words = {w for w in re.split(r"[_\-.]", name.lower()) if w}
    candidates = list(dict.fromkeys(candidates))
    if len(candidates) > _PRERANK:  # edit distance is slow: let shared trigrams choose who is compared
        mine = _trigrams(name.lower())
        candidates.sort(key=lambda c: (-_jaccard(mine, _trigrams(c.lower())), c))
        del candidates[_PRERANK:]
    scored: list[tuple[float, str]] = []
    for candidate in candidates:
        ratio = difflib.SequenceMatcher(None, name.lower(), candidate.lower(), autojunk=False)
        if ratio.real_quick_ratio() < 0.45:
            continue
        other = {w for w in re.split(r"[_\-.]", candidate.lower()) if w}
        overlap = len(words & other) / max(1, len(words | other))
        if not overlap and ratio.quick_ratio() < 0.6:
            continue
        score = 0.6 * ratio.ratio() + 0.4 * overlap
        if (words and words <= other) or (other and other <= words):
            score += 0.1
        if score >= 0.5:
            scored.append((score, candidate))
    scored.sort(key=lambda s: (-s[0], s[1]))
    best = scored[0][0] if scored else 0.0
    return [c for s, c in scored[:limit] if s >= best - 0.2]


@dataclass(slots=True)
class FixBook:
    """Answers "how is this mended" for one configuration. Looks a type up in the bundles only when asked."""

    config: TerraformConfig
    tree: ModuleTree
    bundles: Mapping[str, Bundle]
    _files: dict[str, object] = field(default_factory=dict)

    # --- where is it -------------------------------------------------------------------------------------------------

    def schema_at(self, address: str | None) -> ResourceSchema | None:
        """The schema of the resource, data source or provider that an address names."""
        if not address:
            return None
        key, rest = split_address(address)
        module = self.tree.modules.get(key)
        if module is None:
            return None
        if rest.startswith("provider."):
            name = rest.split(".")[1]
            bundle = self.bundles.get(module.source_of(name))
            return bundle.provider_schema() if bundle else None
        block = module.block(rest)
        if block is None:
            return None
        bundle = self.bundles.get(module.source_of(block.provider))
        if bundle is None:
            return None
        try:
            if block.kind == "data":
                return bundle.data_source(block.type)
            if block.kind == "ephemeral":
                return bundle.ephemeral(block.type)
            return bundle.resource(block.type)
        except KeyError:
            return None

    def block_path(self, range_: SourceRange | None) -> list[tuple[str, int]] | None:
        """Nested block names (with their index among equals) around a place inside a top-level block."""
        if range_ is None or range_.file.endswith(".json") or len(self.config.files.get(range_.file, b"")) > 1 << 20:
            return None
        if range_.file not in self._files:
            self._files[range_.file] = parse_file(range_.file, self.config.files[range_.file]).body
        body = self._files[range_.file]
        path: list[tuple[str, int]] = []
        level = 0
        while level < 64:
            level += 1
            blocks = body.all_blocks() if hasattr(body, "all_blocks") else []
            seen: dict[str, int] = {}
            for block in blocks:
                name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
                index = seen.get(name, 0)
                seen[name] = index + 1
                if block.range.start.byte <= range_.start.byte < block.range.end.byte:
                    path.append((name, index))
                    body = block.body
                    break
            else:
                break
        inner = path[1:]
        # The place is the header of the innermost block itself: it is about that block, inside the one around it.
        return [(n, i) for n, i in inner if n != "content"]

    def attribute_path(self, range_: SourceRange | None) -> str | None:
        """The attribute that a place lies in, as in a reference: "rule[0].expiration[0].days"."""
        path = self.block_path(range_)
        if path is None or range_ is None:
            return None
        content = self.config.files[range_.file]
        start = content.rfind(b"\n", 0, range_.start.byte) + 1
        line = content[start : start + 400].split(b"\n", 1)[0].decode("utf-8", "replace")
        named = re.match(r"\s*\"?([A-Za-z_][\w-]*)\"?\s*=(?!=)", line)
        steps = [f"{n}[{i}]" for n, i in path]
        if named:
            steps.append(named[1])
        return ".".join(steps) or None

    def _block_at(self, schema: ResourceSchema, range_: SourceRange | None, *, around: bool) -> tuple[Block, str]:
        """The schema of the innermost block around a place and its name; ``around``: of the block that holds it."""
        steps = [n for n, _ in self.block_path(range_) or []]
        if around and steps:
            steps = steps[:-1]
        block, name = schema.block, schema.type
        for step in steps:
            nested = block.blocks.get(step)
            if nested is None:
                break
            block, name = nested.block, step
        return block, name

    # --- what to do -------------------------------------------------------------------------------------------------

    def fix(self, code: str, summary: str, detail: str, address: str | None, range_: SourceRange | None) -> str | None:
        """A sentence or two that say how to mend it, None when there is nothing to add to the detail."""
        names = _QUOTED.findall(detail)
        schema = self.schema_at(address)
        if code == "unsupported-argument" and names:
            return self._unsupported_argument(names[0], schema, range_)
        if code == "unsupported-block" and names:
            return self._unsupported_block(names[0], schema, range_)
        if code == "missing-argument" and schema is not None:
            return self._missing(names[0] if names else "", schema, range_)
        if code == "missing-block" and schema is not None:
            name = self._block_name(summary, detail)
            block, owner = self._block_at(schema, range_, around=False)
            if name not in block.blocks:
                block, owner = self._block_at(schema, range_, around=True)
            if name in block.blocks:
                return f"Add inside {owner}:\n{shape(name, block.blocks[name].block)}"
            return None
        if code == "too-many-blocks":
            name = self._block_name(summary, detail)
            return f"Keep one {name} block and merge the others into it." if name else None
        if code in ("invalid-resource-type", "invalid-data-source-type", "invalid-ephemeral-type") and names:
            return self._type(code, names)
        if code == "undeclared-reference":
            return self._undeclared(detail, address)
        if code == "unsupported-attribute" and names:
            return self._attribute(names, detail)
        if code == "wrong-type":
            return self._wrong_type(detail, schema, range_)
        return _PLAIN.get(code)

    @staticmethod
    def _block_name(summary: str, detail: str) -> str:
        found = re.search(r"\"([\w-]+)\" blocks?", detail) or re.search(
            r"(?:Insufficient|Missing|Too many|Duplicate) (\S+) block", summary
        )
        return found[1] if found else ""

    def _unsupported_argument(self, name: str, schema: ResourceSchema | None, range_: SourceRange | None) -> str:
        if schema is None:
            return f'Remove "{name}", or use an argument that this block has.'
        block, owner = self._block_at(schema, range_, around=False)
        if name in block.blocks:
            return (
                f'"{name}" is a block, not an argument: write it without "=":\n{shape(name, block.blocks[name].block)}'
            )
        settable = [n for n, a in block.attributes.items() if a.required or a.optional]
        near = nearest(name, [*settable, *block.blocks])
        text = f"Did you mean {_either(near)}?" if near else f'Remove "{name}": {owner} has no such argument.'
        elsewhere = self._elsewhere(name, schema.block, block)
        if elsewhere:
            text += f' "{name}" belongs into the block {elsewhere}.'
        if name in block.attributes:
            text = f'"{name}" is computed by the provider and cannot be set: remove it.'
        return f"{text} {_listing(owner, settable, block)}"

    @staticmethod
    def _elsewhere(name: str, top: Block, here: Block) -> str | None:
        """Another block of the resource that has this argument: a frequent slip is to put it a level too high or
        low.
        """
        stack: list[tuple[str, Block]] = [(n, b.block) for n, b in top.blocks.items()]
        seen = 0
        while stack and seen < 400:
            seen += 1
            path, block = stack.pop(0)
            attribute = block.attributes.get(name)
            if block is not here and attribute is not None and (attribute.required or attribute.optional):
                return path
            stack.extend((f"{path}.{n}", b.block) for n, b in block.blocks.items())
        return None

    def _unsupported_block(self, name: str, schema: ResourceSchema | None, range_: SourceRange | None) -> str:
        if schema is None:
            return f'Remove the block "{name}".'
        block, owner = self._block_at(schema, range_, around=True)
        if name in block.attributes:
            attribute = block.attributes[name]
            if attribute.required or attribute.optional:
                return f'"{name}" is an argument, not a block: write {name} = {example(attribute)}'
            return f'"{name}" is computed by the provider and cannot be set: remove the block.'
        near = nearest(name, [*block.blocks, *(n for n, a in block.attributes.items() if a.required or a.optional)])
        text = f"Did you mean {_either(near)}?" if near else f'Remove "{name}": {owner} has no such block.'
        family = [t for t in self._types(schema) if t.startswith(f"{schema.type}_") and name in t]
        separate = nearest(f"{schema.type}_{name}", family, 1)
        if separate and not near:
            text = f"Use a resource of its own, {separate[0]}, instead of the block."
        known = ", ".join(sorted(block.blocks)[:_MAX_LISTED])
        return f"{text} Blocks of {owner}: {known or 'none'}."

    def _types(self, schema: ResourceSchema) -> Sequence[str]:
        for bundle in self.bundles.values():
            if schema.type in bundle.resource_types:
                return bundle.resource_types
        return ()

    def _missing(self, name: str, schema: ResourceSchema, range_: SourceRange | None) -> str:
        block, owner = self._block_at(schema, range_, around=False)
        if name and name not in block.attributes:
            block, owner = self._block_at(schema, range_, around=True)
        required = [n for n, a in block.attributes.items() if a.required]
        attribute = block.attributes.get(name)
        text = f"Add {name} = {example(attribute)}." if attribute else f"Add {name}."
        if len(required) > 1:
            text += f" Required in {owner}: {', '.join(sorted(required))}."
        return text

    def _type(self, code: str, names: Sequence[str]) -> str | None:
        wanted = names[0]
        kind = {"invalid-resource-type": "resource_types", "invalid-data-source-type": "data_source_types"}.get(
            code, "ephemeral_types"
        )
        other = "data_source_types" if kind == "resource_types" else "resource_types"
        prefix = wanted.split("_", 1)[0]
        candidates: list[str] = []
        for bundle in self.bundles.values():
            if wanted in getattr(bundle, other):
                what = "a data source" if kind == "resource_types" else "a resource"
                word = "data" if kind == "resource_types" else "resource"
                return f'{wanted} is {what}: write {word} "{wanted}" "..." instead.'
            candidates.extend(t for t in getattr(bundle, kind) if t.split("_", 1)[0] == prefix)
        near = nearest(wanted, candidates)
        return f"Did you mean {_either(near)}?" if near else None

    def _undeclared(self, detail: str, address: str | None) -> str | None:
        key = split_address(address)[0] if address else ""
        module = self.tree.modules.get(key) or self.tree.root
        named = re.search(
            r"(?:input variable with the name|local value with the name|module call named) \"([\w-]+)\"", detail
        )
        if named:
            name = named[1]
            if "input variable" in detail:
                near = nearest(name, [v.name for v in module.variables])
                hint = f"Did you mean {_either([f'var.{n}' for n in near])}? " if near else ""
                declared = f'variable "{name}" {{ type = string }}'
                return f"{hint}Otherwise declare it: {declared}" if hint else f"Declare it: {declared}"
            if "local value" in detail:
                near = nearest(name, module.locals)
                return (
                    f"Did you mean {_either([f'local.{n}' for n in near])}?"
                    if near
                    else f"Define {name} in a locals block."
                )
            near = nearest(name, [c.name for c in module.module_calls])
            return f"Did you mean {_either([f'module.{n}' for n in near])}?" if near else f'Add the module "{name}".'
        resource = re.search(
            r"(managed|data) resource \"([\w-]+)\" \"([\w-]+)\"|resource \"([\w-]+)\" \"([\w-]+)\"", detail
        )
        if resource:
            type_, name = (resource[2], resource[3]) if resource[2] else (resource[4], resource[5])
            data = resource[1] == "data"
            blocks = module.data if data else module.resources
            same = [b.address for b in blocks if b.type == type_]
            wanted = f"{'data.' if data else ''}{type_}.{name}"
            near = nearest(wanted, [b.address for b in blocks]) or same[:3]
            if near:
                return f"Did you mean {_either(near)}? Otherwise declare {wanted}."
            return (
                f'Declare it: {"data" if data else "resource"} "{type_}" "{name}" {{ ... }}, or remove the reference.'
            )
        return None

    def _attribute(self, names: Sequence[str], detail: str) -> str | None:
        found = re.search(r"(?:This object|resource|source) .*?attribute named \"([\w-]+)\"", detail, re.S)
        name = found[1] if found else names[0]
        for bundle in self.bundles.values():
            for other in names:
                for getter, types in (
                    (bundle.resource, bundle.resource_types),
                    (bundle.data_source, bundle.data_source_types),
                ):
                    if other in types:
                        block = getter(other).block
                        near = nearest(name, [*block.attributes, *block.blocks])
                        if near:
                            return f"Did you mean {_either(near)}?"
        return None

    def _wrong_type(self, detail: str, schema: ResourceSchema | None, range_: SourceRange | None) -> str | None:
        named = re.search(r"attribute \"([\w-]+)\"", detail)
        if schema is None or named is None:
            return None
        block, _ = self._block_at(schema, range_, around=False)
        attribute = block.attributes.get(named[1])
        if attribute is None:
            return None
        return f"{named[1]} takes {type_text(attribute)}: {named[1]} = {example(attribute)}"


_PLAIN = {
    "file-access": 'Read only files below the configuration\'s own directory: "${path.module}/...".',
    "file-not-found": "Add the file to the configuration's directory, or write its content inline.",
    "cycle": "Break the circle: let one of these refer to none of the others (for instance with a resource of its own "
    "for the rule or the attachment).",
    "duplicate-argument": "Keep one of the two.",
    "duplicate-declaration": "Give one of the two another name, or remove it.",
    "missing-instance-key": 'The resource uses count or for_each: name an instance, as in [0] or ["key"], or use a '
    "splat [*].",
    "invalid-count": "Let count depend only on values that are known before apply.",
    "invalid-for-each": "Let for_each be a set of strings or a map whose keys are known before apply (toset([...])).",
    "sensitive-output": "Set sensitive = true on the output, or do not refer to the sensitive value.",
    "variables-not-allowed": "Write a literal value here.",
    "provider-not-configured": "Add the provider block that the resource needs.",
}


def _either(names: Sequence[str]) -> str:
    quoted = [f'"{n}"' for n in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _listing(owner: str, settable: Sequence[str], block: Block) -> str:
    required = sorted(n for n in settable if block.attributes[n].required)
    if len(settable) <= _MAX_LISTED:
        text = f"Arguments of {owner}: {', '.join(sorted(settable)) or 'none'}."
    else:
        text = f"Required arguments of {owner}: {', '.join(required) or 'none'}."
    if block.blocks and len(block.blocks) <= _MAX_LISTED:
        text += f" Blocks: {', '.join(sorted(block.blocks))}."
    return text


def type_text(attribute: Attribute) -> str:
    """A type in words: "a string", "a list of strings", "a map of strings", "an object"."""
    if attribute.nested is not None:
        return {"single": "an object", "map": "a map of objects"}.get(
            attribute.nested.nesting, f"a {attribute.nested.nesting} of objects"
        )
    return _cty_text(attribute.type)


def _cty_text(cty: object) -> str:
    if isinstance(cty, str):
        return {"string": "a string", "number": "a number", "bool": "true or false", "dynamic": "any value"}.get(
            cty, cty
        )
    if not isinstance(cty, Sequence) or not cty:
        return "a value"
    kind = cty[0]
    if kind == "object":
        return f"an object with {', '.join(sorted(cty[1]))}"
    if kind == "tuple":
        return "a tuple"
    inner = cty[1]
    plural = (
        {"string": "strings", "number": "numbers", "bool": "booleans"}.get(inner) if isinstance(inner, str) else None
    )
    return f"a {kind} of {plural or 'objects'}"


def example(attribute: Attribute | None) -> str:
    """A value of the right type to show; a known value where the schema hints at some."""
    if attribute is None:
        return "..."
    if attribute.enum:
        shown = [f'"{v}"' if isinstance(v, str) else str(v) for v in attribute.enum[:6]]
        return " or ".join(shown)
    if attribute.nested is not None:
        return "{ ... }" if attribute.nested.nesting in ("single", "map") else "[{ ... }]"
    return _cty_example(attribute.type)


def _cty_example(cty: object) -> str:
    if isinstance(cty, str):
        return {"string": '"..."', "number": "1", "bool": "true"}.get(cty, "...")
    if not isinstance(cty, Sequence) or not cty:
        return "..."
    if cty[0] in ("list", "set", "tuple"):
        inner = _cty_example(cty[1]) if cty[0] != "tuple" else "..."
        return f"[{inner}]"
    return '{ key = "..." }' if cty[0] == "map" else "{ ... }"


def shape(name: str, block: Block, depth: int = 0) -> str:
    """A block with its required arguments and blocks, as it would be written."""
    indent = "  " * depth
    lines = [f"{indent}{name} {{"]
    lines += [f"{indent}  {n} = {example(a)}" for n, a in sorted(block.attributes.items()) if a.required]
    if depth < 4:
        lines += [shape(n, b.block, depth + 1) for n, b in sorted(block.blocks.items()) if b.min_items]
    if len(lines) == 1:
        optional = [n for n, a in sorted(block.attributes.items()) if a.optional][:4]
        lines += [f"{indent}  # optional: {', '.join(optional)}"] if optional else []
    return "\n".join([*lines, f"{indent}}}"])
