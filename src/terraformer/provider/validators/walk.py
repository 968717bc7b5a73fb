"""Runs a type's tree of checks over a configuration, as terraform-plugin-sdk/v2 and terraform-plugin-framework do.

Tree nodes (facts_file): n children by name; k checks, e checks of the elements, o checks of nested objects; c conflicts
with, 1 exactly one of, + at least one of, r required with (SDK addresses "a.0.b"); x relations of the framework
([kind, paths], a path is [levels up | null for the root, step...]); v relations of the whole resource; f 1 = framework.

Sources: terraform-plugin-sdk/v2 helper/schema/schema.go (schemaMap.validate*), terraform/resource.go
(ResourceConfig.Get), terraform-plugin-framework-validators internal/schemavalidator, resourcevalidator.
Unknown values: the SDK looks at no part of an argument or block that contains an unknown value anywhere; the framework
skips just the unknown values. NOT covered: relations through list indices or "*" in framework paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraformer.provider.diagnostics import Diagnostic, Path
from terraformer.provider.schema import Block
from terraformer.provider.validators import checks
from terraformer.provider.values import contains_unknown, is_known

__all__ = ["validate"]

_MISSING: Any = object()
_MAX_DIAGNOSTICS = 100

_CODES = {
    "arn": "value-invalid-arn",
    "fwarn": "value-invalid-arn",
    "json": "value-invalid-json",
    "fwjson": "value-invalid-json",
    "policy": "value-invalid-json",
    "jsonyaml": "value-invalid-json",
    "cidr": "value-invalid-cidr",
    "cidrnet": "value-invalid-cidr",
    "cidr4net": "value-invalid-cidr",
    "cidr6net": "value-invalid-cidr",
    "cidrnetwork": "value-invalid-cidr",
    "enum": "value-not-allowed",
    "fwenum": "value-not-allowed",
    "ienum": "value-not-allowed",
    "notin": "value-not-allowed",
    "num": "value-out-of-range",
    "nums": "value-not-allowed",
    "len": "value-invalid-length",
    "runes": "value-invalid-length",
    "size": "value-invalid-length",
    "re": "value-invalid-format",
    "nre": "value-invalid-format",
    "reject": "value-invalid-format",
}


def validate(tree: Mapping[str, Any], value: Mapping[str, Any], block: Block) -> list[Diagnostic]:
    """Complaints about a configuration (the decoded object of the type's block), in a fixed order."""
    walker = _Framework(value) if tree.get("f") else _Sdk(value, block)
    walker.walk(tree, value, block)
    return walker.found[:_MAX_DIAGNOSTICS]


def code_of(spec: list[Any]) -> str:
    """The certificate code of a check: that of its first telling part."""
    if spec[0] in ("all", "any", "values", "keys"):
        inner = [s for s in spec[1:] if isinstance(s, list)]
        return code_of(inner[0]) if inner else "provider-check"
    return _CODES.get(spec[0], "provider-check")


class _Sdk:
    def __init__(self, root: Mapping[str, Any], block: Block) -> None:
        self.root = root
        self.block = block
        self.found: list[Diagnostic] = []

    def walk(self, tree: Mapping[str, Any], value: Mapping[str, Any], block: Block) -> None:
        self.members(tree["n"], value, block, (), "")

    def members(
        self, nodes: Mapping[str, Any], value: Mapping[str, Any], block: Block | None, path: Path, prefix: str
    ) -> None:
        for name, node in nodes.items():
            # An attribute that this version of the schema lacks cannot be set, nor named in a group.
            if name not in value:
                continue
            self.member(name, node, value[name], block, path, prefix)

    def member(
        self, name: str, node: Mapping[str, Any], raw: Any, block: Block | None, path: Path, prefix: str
    ) -> None:
        key = f"{prefix}{name}"
        nested = block.blocks.get(name) if block is not None else None
        present = raw is not None and not (
            nested is not None and nested.nesting in ("list", "set", "map") and raw in ([], {})
        )
        here = (*path, name) if path is not None else ()
        if "1" in node and not self.exactly_one(key, node["1"], here):
            return
        if "+" in node and not self.at_least_one(key, node["+"], here):
            return
        if not present:
            return
        if "r" in node:
            keys = sorted({*node["r"], key})
            if any(self.get(k) is _MISSING for k in keys):
                self.error(
                    "Missing required argument",
                    f'"{key}": all of `{",".join(keys)}` must be specified',
                    here,
                    "missing-required-together",
                )
                return
        if contains_unknown(raw):
            return
        for other in node.get("c", ()):
            found = self.get(other)
            if found is not _MISSING and is_known(found):
                self.error(
                    "Conflicting configuration arguments",
                    f'"{key}": conflicts with {other}',
                    here,
                    "conflicting-arguments",
                )
                return
        self.typed(
            node,
            raw,
            nested.block if nested is not None else None,
            nested.nesting if nested is not None else "",
            here,
            key,
        )

    def typed(self, node: Mapping[str, Any], raw: Any, block: Block | None, nesting: str, path: Path, key: str) -> None:
        children = node.get("n")
        if children is not None:
            items = raw if isinstance(raw, list) else [raw]
            for i, item in enumerate(items):
                if isinstance(item, dict):
                    place = path if nesting in ("set", "single", "group") else (*path, i)
                    # What lies in a set has no path of its own.
                    self.members(children, item, block, place, f"{key}.{i}.")
        elif isinstance(raw, list):
            for spec in node.get("e", ()):
                for i, item in enumerate(raw):
                    if item is not None:
                        self.report(spec, item, f"{key}.{i}", path)
        for spec in node.get("k", ()):
            if isinstance(raw, list) and spec[0] not in ("size", "values", "nonulls", "unique"):
                continue
            self.report(spec, raw, key, path)

    def report(self, spec: list[Any], value: Any, key: str, path: Path) -> None:
        for message in checks.run(spec, value, key):
            self.error(message, "", path, code_of(spec))

    def error(self, summary: str, detail: str, path: Path, code: str) -> None:
        self.found.append(Diagnostic("error", summary, detail, path, code))

    def exactly_one(self, key: str, group: list[str], path: Path) -> bool:
        keys = sorted({*group, key})
        specified: list[str] = []
        unknown = False
        for k in keys:
            found = self.get(k)
            if found is _MISSING:
                continue
            if contains_unknown(found):
                unknown = True
            else:
                specified.append(k)
        if not specified and not unknown:
            self.error(
                "Invalid combination of arguments",
                f'"{key}": one of `{",".join(keys)}` must be specified',
                path,
                "missing-one-of",
            )
            return False
        if len(specified) > 1:
            self.error(
                "Invalid combination of arguments",
                f'"{key}": only one of `{",".join(keys)}` can be specified, but `{",".join(specified)}` were.',
                path,
                "conflicting-arguments",
            )
            return False
        return True

    def at_least_one(self, key: str, group: list[str], path: Path) -> bool:
        keys = sorted({*group, key})
        if any(self.get(k) is not _MISSING for k in keys):
            return True
        self.error(
            "Missing required argument", f'"{key}": one of `{",".join(keys)}` must be specified', path, "missing-one-of"
        )
        return False

    def get(self, key: str) -> Any:
        """ResourceConfig.Get: the value at an address like "a.0.b", _MISSING where there is none."""
        value: Any = self.root
        block: Block | None = self.block
        for part in key.split("."):
            if isinstance(value, dict):
                value = value.get(part)
                nested = block.blocks.get(part) if block is not None else None
                block = nested.block if nested is not None else None
                if value is None or (nested is not None and value in ([], {})):
                    return _MISSING
            elif isinstance(value, list):
                if not part.isdigit() or int(part) >= len(value):
                    return _MISSING
                value = value[int(part)]
                if value is None:
                    return _MISSING
            else:
                # An unknown above: the SDK finds a string there and no further value.
                return _MISSING
        return value


class _Framework:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.found: list[Diagnostic] = []

    def walk(self, tree: Mapping[str, Any], value: Mapping[str, Any], block: Block) -> None:
        self.members(tree.get("n", {}), value, block, (), [value])
        for kind, paths in tree.get("v", ()):
            self.whole(kind, paths)

    def members(
        self, nodes: Mapping[str, Any], value: Mapping[str, Any], block: Block | None, path: Path, parents: list[Any]
    ) -> None:
        for name, node in nodes.items():
            if name not in value:
                continue
            raw = value[name]
            nested = block.blocks.get(name) if block is not None else None
            if nested is not None and raw in ([], {}):
                raw = None  # NullifyCollectionBlocks
            here: Path = (*path, name)
            key = ".".join(str(p) for p in here)
            for relation in node.get("x", ()):
                self.relation(relation, raw, key, here, parents)
            if not is_known(raw):
                continue
            if raw is None:
                if any(spec[0] == "required" for spec in node.get("k", ())):
                    self.error(
                        "Invalid Block",
                        f"Attribute {key} must have a configuration value as the provider has marked it as required",
                        here,
                        "missing-required-block",
                    )
                continue
            for spec in node.get("k", ()):
                self.report(spec, raw, key, here)
            for spec in node.get("e", ()):
                self.report(["values", spec], raw, key, here)
            if "n" in node or "o" in node:
                self.descend(node, raw, nested, block, name, here, parents)

    def descend(
        self,
        node: Mapping[str, Any],
        raw: Any,
        nested: Any,
        block: Block | None,
        name: str,
        path: Path,
        parents: list[Any],
    ) -> None:
        inner: Block | None = nested.block if nested is not None else None
        nesting = nested.nesting if nested is not None else ""
        if not nesting and block is not None and name in block.attributes:
            attribute = block.attributes[name].nested
            if attribute is not None:
                nesting = attribute.nesting
        items: list[tuple[Path, Any]]
        if isinstance(raw, list):
            items = [(path if nesting == "set" else (*path, i), v) for i, v in enumerate(raw)]
        elif isinstance(raw, dict) and nesting == "map":
            items = [((*path, k), v) for k, v in raw.items()]
        else:
            items = [(path, raw)]
        for place, item in items:
            if not isinstance(item, dict):
                continue
            # Two levels up from an attribute of an element: the element, then the collection.
            below = [*parents, raw, item] if isinstance(raw, list) or nesting == "map" else [*parents, item]
            for relation in node.get("o", ()):
                self.children(relation, item, place)
            self.members(node.get("n", {}), item, inner, place, below)

    def report(self, spec: list[Any], value: Any, key: str, path: Path) -> None:
        for message in checks.run(spec, value, key):
            self.error("Invalid Attribute Value", message, path, code_of(spec))

    def error(self, summary: str, detail: str, path: Path, code: str) -> None:
        self.found.append(Diagnostic("error", summary, detail, path, code))

    def resolve(self, path: list[Any], parents: list[Any]) -> Any:
        """The value at a framework path, None when null or absent; empty collections of blocks count as null."""
        ups, *steps = path
        value: Any = self.root
        if ups is not None:
            if ups < 1 or ups > len(parents):
                return None
            value = parents[-ups]
        for step in steps:
            if isinstance(value, list):
                value = value[0] if value else None
            if not isinstance(value, dict):
                return None if is_known(value) else value
            value = value.get(step)
        return None if value in ([], {}) and not isinstance(value, str) else value

    def relation(self, relation: list[Any], raw: Any, key: str, path: Path, parents: list[Any]) -> None:
        kind, paths = relation
        names = [".".join(str(s) for s in p[1:]) for p in paths]
        others = [self.resolve(p, parents) for p in paths]
        if kind == "xc":
            if raw is None:
                return
            for name, other in zip(names, others, strict=True):
                if other is not None and is_known(other) and name != key.rpartition(".")[2]:
                    self.error(
                        "Invalid Attribute Combination",
                        f'Attribute "{name}" cannot be specified when "{key}" is specified',
                        path,
                        "conflicting-arguments",
                    )
        elif kind == "xr":
            if raw is None:
                return
            for name, other in zip(names, others, strict=True):
                if other is None:
                    self.error(
                        "Invalid Attribute Combination",
                        f'Attribute "{name}" must be specified when "{key}" is specified',
                        path,
                        "missing-required-together",
                    )
        elif kind in ("x1", "x+"):
            own = key.rpartition(".")[2]
            values = [
                raw,
                *(o for p, o, n in zip(paths, others, names, strict=True) if not (n == own and p[0] in (1, None))),
            ]
            if any(not is_known(v) for v in values):
                return
            count = sum(v is not None for v in values)
            shown = ",".join(sorted({own, *names}))
            if count == 0:
                self.error(
                    "Invalid Attribute Combination",
                    f"No attribute specified when one (and only one) of [{shown}] is required"
                    if kind == "x1"
                    else f"At least one attribute out of [{shown}] must be specified",
                    path,
                    "missing-one-of",
                )
            elif count > 1 and kind == "x1":
                self.error(
                    "Invalid Attribute Combination",
                    f"{count} attributes specified when one (and only one) of [{shown}] is required",
                    path,
                    "conflicting-arguments",
                )

    def children(self, relation: list[Any], item: Mapping[str, Any], path: Path) -> None:
        """ExactlyOneOfChildren and its kin: paths relative to the object itself."""
        kind, paths = relation
        names = [str(p[-1]) for p in paths]
        values = [None if item[n] in ([], {}) else item[n] for n in names if n in item]
        if len(values) != len(names) or any(not is_known(v) for v in values):
            return
        count = sum(v is not None for v in values)
        shown = ",".join(names)
        if count == 0 and kind in ("c1", "c+"):
            self.error(
                "Invalid Attribute Combination",
                f"No attribute specified when one of [{shown}] is required",
                path,
                "missing-one-of",
            )
        elif count > 1 and kind in ("c1", "c0"):
            self.error(
                "Invalid Attribute Combination",
                f"{count} attributes specified when at most one of [{shown}] is allowed",
                path,
                "conflicting-arguments",
            )

    def whole(self, kind: str, paths: list[list[Any]]) -> None:
        """resourcevalidator.ExactlyOneOf, Conflicting, AtLeastOneOf, RequiredTogether."""
        values = [self.resolve(p, []) for p in paths]
        if any(not is_known(v) for v in values):
            return
        names = [".".join(str(s) for s in p[1:]) for p in paths]
        shown = ", ".join(names)
        count = sum(v is not None for v in values)
        if kind == "exactly_one_of" and count == 0:
            self.error(
                "Missing Attribute Configuration",
                f"Exactly one of these attributes must be configured: [{shown}]",
                (),
                "missing-one-of",
            )
        elif kind in ("exactly_one_of", "conflicting") and count > 1:
            how = "Exactly one" if kind == "exactly_one_of" else "Only one"
            self.error(
                "Invalid Attribute Combination",
                f"{how} of these attributes must be configured: [{shown}]",
                (),
                "conflicting-arguments",
            )
        elif kind == "at_least_one_of" and count == 0:
            self.error(
                "Missing Attribute Configuration",
                f"At least one of these attributes must be configured: [{shown}]",
                (),
                "missing-one-of",
            )
        elif kind == "required_together" and 0 < count < len(values):
            self.error(
                "Invalid Attribute Combination",
                f"These attributes must be configured together: [{shown}]",
                (),
                "missing-required-together",
            )
