"""One type's schema in a few lines for a language model.

    aws_sqs_queue
      optional: delay_seconds number 0..900, fifo_queue bool, kms_master_key_id, name, policy json, tags map(string)
      not together: name / name_prefix
      exports: id, arn, url

``*`` marks required arguments in blocks; a bare name is a string; "a"|"b" are allowed values, 1..9 bounds. Deprecated
arguments are left out unless they are required. Where a whole type is too long, inner blocks lose their optional
arguments first, then optional blocks are named only, then optional arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from terraformer.generate.grammar.constraints import Constraints
from terraformer.provider.bundle import Bundle
from terraformer.provider.schema import Attribute, Block, CtyType, NestedBlock

__all__ = ["LEGEND", "LEVELS", "excerpt"]

LEGEND: Final = (
    "a bare name is a string, name* is required, [T] a list or set, {...} an object (write name = {...}), block a "
    'nested block (write name {...}), "a"|"b" the allowed values, 1..9 bounds; exports can only be referred to'
)
LEVELS: Final = 5
"""Levels of detail, 0 the fullest."""
_MAX_VALUES: Final = 12
_MAX_EXPORTS: Final = 10
_HIDDEN: Final = frozenset({"id", "region", "tags_all", "timeouts", "labels_all"})
_KEEP_DEPTH: Final = (3, 2, 1, 0, 0)


@lru_cache(maxsize=512)
def excerpt(bundle: Bundle, kind: str, type_name: str, level: int = 0) -> str:
    """The lines for one type at a level of detail. Raises KeyError when the bundle has no such type."""
    block = bundle.schema(kind, type_name).block
    writer = _Writer(Constraints(bundle.source, kind, type_name), level)
    title = f"data {type_name}" if kind == "data" else type_name
    return "\n".join([title, *(f"  {line}" for line in writer.lines(block))])


class _Writer:
    def __init__(self, constraints: Constraints, level: int) -> None:
        self._constraints, self._level = constraints, level

    def lines(self, block: Block) -> Iterator[str]:
        required, optional, exports = self._split(block, "")
        if required:
            yield "required: " + ", ".join(r.replace("*", "", 1) for r in required)
        if optional:
            shown = [o.split(" ", 1)[0] for o in optional] if self._level >= 3 else optional
            if self._level < 4 or len(optional) <= 8:
                yield "optional: " + ", ".join(shown)
        named: list[str] = []
        for name, nested in block.blocks.items():
            if name in _HIDDEN or nested.block.deprecated:
                continue
            if self._level >= 2 and nested.min_items == 0:
                named.append(name)
                continue
            yield f"block {self._block(name, nested, name + '.', _KEEP_DEPTH[self._level])}"
        if named:
            yield "blocks: " + ", ".join(named)
        yield from self._relations(block)
        if exports:
            more = ", ..." if len(exports) > _MAX_EXPORTS else ""
            yield "exports: " + ", ".join(exports[:_MAX_EXPORTS]) + more

    def _split(self, block: Block, prefix: str) -> tuple[list[str], list[str], list[str]]:
        required: list[str] = []
        optional: list[str] = []
        exports: list[str] = []
        for name, attribute in block.attributes.items():
            if attribute.required or (not prefix and self._constraints.required(name)):
                required.append(self._attribute(name, attribute, prefix, star=True))
            elif attribute.optional:
                if name not in _HIDDEN and not attribute.deprecated:
                    optional.append(self._attribute(name, attribute, prefix))
            elif name not in _HIDDEN and not attribute.deprecated:
                exports.append(name)
        computed = block.attributes.get("id")
        if computed is not None and not prefix:
            exports.insert(0, "id")
        exports.sort(key=lambda n: (n not in ("id", "arn"), n != "id"))
        return required, optional, exports

    def _attribute(self, name: str, attribute: Attribute, prefix: str, *, star: bool = False) -> str:
        values = self._values(prefix + name, attribute)
        type_text = self._nested(name, attribute, prefix) if attribute.nested is not None else _type(attribute.type)
        parts = [name + ("*" if star else "")]
        if values:
            in_list = isinstance(attribute.type, list) and attribute.type[0] in ("list", "set")
            parts.append(f"[{values}]" if in_list else values)
        elif attribute.type == "string" and self._constraints.is_json(prefix + name):
            parts.append("json")
        elif type_text:
            parts.append(type_text)
        low, high = self._constraints.bounds(prefix + name)
        if not values and (low is not None or high is not None):
            parts.append(f"{_number(low)}..{_number(high)}")
        return " ".join(parts)

    def _nested(self, name: str, attribute: Attribute, prefix: str) -> str:
        nested = attribute.nested
        if nested is None:
            return ""
        inner = Block(attributes=nested.attributes)
        required, optional, _ = self._split(inner, f"{prefix}{name}.")
        shown = required if self._level >= 2 else [*required, *optional]
        depth = prefix.count(".")
        body = "{" + ", ".join(shown if depth < 3 else required) + "}"
        return {"single": body, "map": f"map({body})"}.get(nested.nesting, f"[{body}]")

    def _values(self, path: str, attribute: Attribute) -> str:
        element = isinstance(attribute.type, list) and attribute.type[0] in ("list", "set")
        values = self._constraints.allowed(path, element=element) or list(attribute.enum)
        if len(values) < 2 or attribute.type == "bool" or self._level >= 3:
            return ""
        more = ""
        if len(values) > _MAX_VALUES:
            # Lists of versions grow at their end; of others the first ones are as good as any.
            tail = any(ch.isdigit() for v in values for ch in str(v))
            values = values[-_MAX_VALUES:] if tail else values[:_MAX_VALUES]
            more = "|..."
        return "|".join(f'"{v}"' if isinstance(v, str) else _number(v) for v in values) + more

    def _block(self, name: str, nested: NestedBlock, prefix: str, depth: int) -> str:
        bounds = []
        if nested.min_items:
            bounds.append("required" if nested.min_items == 1 else f"min {nested.min_items}")
        if nested.max_items:
            bounds.append(f"max {nested.max_items}")
        head = f"{name} ({', '.join(bounds)})" if bounds else name
        required, optional, _ = self._split(nested.block, prefix)
        # What is required is always said, optional matters as deep as the level allows.
        shown = [*required, *optional] if depth > 0 and self._level < 2 else required
        if self._level == 1 and depth < 2:
            shown = required or optional[:6]
        for inner_name, inner in nested.block.blocks.items():
            if inner.block.deprecated or inner_name in _HIDDEN:
                continue
            if depth > 0 or inner.min_items:
                shown.append("block " + self._block(inner_name, inner, f"{prefix}{inner_name}.", depth - 1))
            else:
                shown.append(f"block {inner_name}")
        return f"{head} {{{', '.join(shown)}}}"

    def _relations(self, block: Block) -> Iterator[str]:
        if self._level >= 4:
            return
        usable = {
            n for n, a in block.attributes.items() if (a.required or a.optional) and not a.deprecated
        } | block.blocks.keys()
        seen: set[frozenset[str]] = set()
        for group in self._constraints.groups(""):
            names = frozenset(group & usable)
            if len(names) > 1 and names not in seen:
                seen.add(names)
                yield "one of: " + " / ".join(sorted(names))
        if self._level >= 2:
            return
        for name in sorted(usable):
            others = {o for o in self._constraints.conflicts("", name) if o in usable}
            for other in sorted(others):
                pair = frozenset({name, other})
                if pair not in seen and not any(pair <= g for g in seen) and len(seen) < 8:
                    seen.add(pair)
                    yield f"not together: {name} / {other}"


def _type(cty: CtyType, depth: int = 0) -> str:
    """ "" for a string; [number], map(string), {a, b number}."""
    if isinstance(cty, str):
        return {"string": "", "dynamic": "any"}.get(cty, cty)
    kind, inner = cty[0], cty[1]
    if kind in ("list", "set"):
        return f"[{_type(inner, depth) or 'string'}]"
    if kind == "map":
        return f"map({_type(inner, depth) or 'string'})"
    if kind == "object":
        if depth > 2:
            return "{...}"
        return "{" + ", ".join(f"{n} {_type(t, depth + 1)}".strip() for n, t in inner.items()) + "}"
    return "any"


def _number(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
