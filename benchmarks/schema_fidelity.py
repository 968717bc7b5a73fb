"""How faithful a compiled schema is to the real one.

    python benchmarks/schema_fidelity.py ../shared/schema/aws-6.47.0.json.gz [--wheel-version 24.3.0] [--json]

TRUTH is one provider's part of `terraform providers schema -json` with its name and version, gzip or not:
``{"provider": "registry.terraform.io/hashicorp/aws", "version": "6.47.0", "resource_schemas": {..}, ...}``. The wheel
of the same provider version is fetched through pip and kept in the user's cache; for AWS 6.47.0 it is 24.3.0.

A truth file that was stripped of every member called "description" lost the *attributes* of that name too (no provider
lacks them all): then they are not looked at, and the result says so.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from terraformer.errors import BundleError
from terraformer.provider.bundle import normalize_source
from terraformer.provider.bundle_format import PROVIDER
from terraformer.provider.compiler.prebuilt import compile_wheel, enrich
from terraformer.provider.compiler.wheel import fetch_wheel, wheel_name
from terraformer.provider.schema import Attribute, Block, NestedType

KNOWN_WHEELS = {("hashicorp/aws", "6.47.0"): "24.3.0", ("hashicorp/aws", "6.69.1"): "25.8.1"}
SECTIONS = {
    "resource": "resource_schemas",
    "data": "data_source_schemas",
    "ephemeral": "ephemeral_resource_schemas",
}
SHOWN = 40


class Comparison:
    def __init__(self, blind_to: frozenset[str]) -> None:
        self.count: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = defaultdict(list)
        self.blind_to = blind_to

    def note(self, what: str, where: str) -> None:
        self.count[what] += 1
        if len(self.examples[what]) < SHOWN:
            self.examples[what].append(where)

    def visible(self, cty: Any) -> Any:
        """A type without the members that the truth is blind to."""
        if isinstance(cty, str):
            return cty
        if cty[0] == "object":
            return ["object", {n: self.visible(t) for n, t in sorted(cty[1].items()) if n not in self.blind_to}]
        if cty[0] == "tuple":
            return ["tuple", [self.visible(t) for t in cty[1]]]
        return [cty[0], self.visible(cty[1])]

    def block(self, where: str, truth: dict[str, Any], ours: Block, top: bool) -> None:
        attributes = truth.get("attributes", {})
        blocks = truth.get("block_types", {})
        for name, true in attributes.items():
            self.attribute(f"{where}.{name}", true, ours.attributes.get(name), top)
        for name in ours.attributes:
            if name not in attributes and name not in self.blind_to:
                self.note("attributes_extra", f"{where}.{name}")
        for name in ours.blocks:
            if name not in blocks and name not in self.blind_to:
                self.note("blocks_extra", f"{where}.{name}")
        for name, true in blocks.items():
            path = f"{where}.{name}"
            self.count["blocks"] += 1
            block = ours.blocks.get(name)
            if block is None:
                self.note("blocks_missing", path)
                continue
            if block.nesting != true["nesting_mode"]:
                self.note("blocks_nesting_differs", path)
            for bound, mine in (("min_items", block.min_items), ("max_items", block.max_items)):
                self.count[bound] += bool(true.get(bound))
                if true.get(bound, 0) != mine:
                    self.note(f"{bound}_differs", f"{path}: {true.get(bound, 0)} is {mine}")
            self.block(path, true["block"], block.block, False)

    def attribute(self, path: str, true: dict[str, Any], ours: Attribute | None, top: bool) -> None:
        self.count["attributes"] += 1
        if ours is None:
            self.note("attributes_missing", path)
            return
        nested = true.get("nested_type")
        if (nested is None) != (ours.nested is None):
            self.note("attributes_type_differs", path)
        elif nested is not None and ours.nested is not None:
            self.nested(path, nested, ours.nested)
        elif self.visible(true["type"]) != self.visible(ours.type):
            self.note("attributes_type_differs", path)
        flags = ("required", "optional", "computed")
        if any(bool(true.get(f)) != getattr(ours, f) for f in flags):
            self.note("attributes_flags_differ", path)
        level = "top" if top else "nested"
        for flag in ("sensitive", "write_only", "deprecated"):
            expected, given = bool(true.get(flag)), bool(getattr(ours, flag))
            if expected:
                self.count[f"{flag}_{level}"] += 1
            if expected and not given:
                self.note(f"{flag}_{level}_missed", path)
            if given and not expected:
                self.note(f"{flag}_{level}_extra", path)

    def nested(self, path: str, true: dict[str, Any], ours: NestedType) -> None:
        if true["nesting_mode"] != ours.nesting:
            self.note("attributes_type_differs", path)
        for name, inner in true["attributes"].items():
            self.attribute(f"{path}.{name}", inner, ours.attributes.get(name), False)


def names_in(value: Any) -> set[str]:
    """Every attribute and block name of a schema dump."""
    found: set[str] = set()
    pending = [value]
    while pending:
        current = pending.pop()
        for name in (*current.get("attributes", {}), *current.get("block_types", {})):
            found.add(name)
        pending.extend(b["block"] for b in current.get("block_types", {}).values())
    return found


def compare(truth: dict[str, Any], wheel_version: str | None) -> dict[str, Any]:
    source, version = normalize_source(truth["provider"]), truth["version"]
    wheel = fetch_wheel(wheel_name(source), wheel_version or KNOWN_WHEELS.get((source, version)))
    content = compile_wheel(wheel)
    enrich(content)
    if content.version != version:
        raise BundleError(
            f"{wheel.name} is of {source} {content.version}, the truth of {version}: give --wheel-version"
        )
    all_blocks = [schema["block"] for section in SECTIONS.values() for schema in truth.get(section, {}).values()]
    everything = set().union(*(names_in(b) for b in all_blocks))
    blind = frozenset() if "description" in everything else frozenset({"description"})
    comparison = Comparison(blind)
    exact = types = 0
    missing: list[str] = []
    not_compiled: dict[str, str] = {}
    versions = versions_equal = 0
    for kind, section in SECTIONS.items():
        given = truth.get(section, {})
        if kind == "ephemeral" and not any(k == kind for k, _ in content.schemas):
            if given:
                not_compiled[kind] = f"{len(given)} types: this wheel was generated before ephemeral resources were"
            continue
        for name, schema in given.items():
            types += 1
            ours = content.schemas.get((kind, name))
            if ours is None:
                missing.append(f"{kind} {name}")
                continue
            before = faults(comparison)
            comparison.block(f"{kind} {name}", schema["block"], ours.block, True)
            exact += faults(comparison) == before
            if schema.get("version"):
                versions += 1
                versions_equal += schema["version"] == ours.version
    extra = [
        f"{kind} {name}"
        for kind, name in sorted(content.schemas)
        if kind != PROVIDER and name not in truth.get(SECTIONS[kind], {})
    ]
    count = comparison.count
    sensitive = count["sensitive_top"]
    return {
        "source": source,
        "version": version,
        "wheel": wheel.name,
        "types": types,
        "types_exact": exact,
        "types_missing": missing,
        "types_not_in_truth": extra,
        "not_compiled": not_compiled,
        "attributes": count["attributes"],
        "attributes_missing": count["attributes_missing"],
        "attributes_extra": count["attributes_extra"],
        "attributes_type_differs": count["attributes_type_differs"],
        "attributes_flags_differ": count["attributes_flags_differ"],
        "blocks": count["blocks"],
        "blocks_missing": count["blocks_missing"],
        "blocks_extra": count["blocks_extra"],
        "blocks_nesting_differs": count["blocks_nesting_differs"],
        "min_items_differs": count["min_items_differs"],
        "max_items_differs": count["max_items_differs"],
        "sensitive_top": sensitive,
        "sensitive_top_recall": 1 - count["sensitive_top_missed"] / sensitive if sensitive else 1.0,
        "sensitive_top_extra": count["sensitive_top_extra"],
        "sensitive_nested": count["sensitive_nested"],
        "sensitive_nested_missed": count["sensitive_nested_missed"],
        "sensitive_nested_extra": count["sensitive_nested_extra"],
        "write_only": count["write_only_top"] + count["write_only_nested"],
        "write_only_missed": count["write_only_top_missed"] + count["write_only_nested_missed"],
        "deprecated": count["deprecated_top"] + count["deprecated_nested"],
        "deprecated_missed": count["deprecated_top_missed"] + count["deprecated_nested_missed"],
        "deprecated_extra": count["deprecated_top_extra"] + count["deprecated_nested_extra"],
        "schema_versions": versions,
        "schema_versions_equal": versions_equal,
        "not_looked_at": sorted(blind),
        "examples": dict(sorted(comparison.examples.items())),
    }


SHAPE = (
    "attributes_missing", "attributes_extra", "attributes_type_differs", "attributes_flags_differ", "blocks_missing",
    "blocks_extra", "blocks_nesting_differs",
)  # fmt: skip


def faults(comparison: Comparison) -> int:
    return sum(comparison.count[name] for name in SHAPE)


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare a compiled schema with the real one.")
    parser.add_argument("truth", type=Path)
    parser.add_argument("--wheel-version", help="version of the prebuilt provider wheel")
    parser.add_argument("--json", action="store_true", help="print the result as JSON, alone on the last line")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    try:
        raw = options.truth.read_bytes()
        truth = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
        result = compare(truth, options.wheel_version)
    except (OSError, ValueError, KeyError, BundleError) as problem:
        print(f"schema_fidelity: {options.truth}: {problem}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    target = options.out / f"schema-fidelity-{day}.json"
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name, value in result.items():
        if name != "examples":
            print(f"{name:28} {value}")
    for name, places in result["examples"].items():
        print(f"\n{name}:")
        for place in places[:10]:
            print(f"  {place}")
    if options.json:
        print(json.dumps({k: v for k, v in result.items() if k != "examples"}))
    failed = sum(result[name] for name in SHAPE) + len(result["types_missing"])
    return 0 if not failed and result["sensitive_top_recall"] >= 0.99 else 2


if __name__ == "__main__":
    sys.exit(main())
