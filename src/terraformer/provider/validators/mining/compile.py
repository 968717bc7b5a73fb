"""From mined facts to the data file that the validators read.

    python -m terraformer.provider.validators.mining.compile FACTS.json PROVIDER_VERSION SOURCE OUT

Drops what cannot be checked: validators that were not understood, patterns that Python's engine cannot express or takes
too long over, and "exactly one of" groups beside attributes that the installed schema bundle knows and the facts do not
(a newer provider may have widened the group).
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from terraformer.provider import bundle as bundles
from terraformer.provider.schema import Block
from terraformer.provider.validators import custom, formats
from terraformer.provider.validators.facts_file import write

__all__ = ["compile_facts"]

_RELATIONS = {"conflicts_with": "c", "exactly_one_of": "1", "at_least_one_of": "+", "required_with": "r"}
_FRAMEWORK_RELATIONS = ("x1", "xc", "xr", "x+", "c0", "c1", "c+")


def compile_facts(facts: dict[str, Any], source: str) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """Trees of checks by kind and type, and counts of what was kept and dropped."""
    bundle = bundles.latest(source)
    counts: dict[str, int] = {}
    out: dict[str, dict[str, Any]] = {}
    for kind in ("resource", "data", "ephemeral"):
        out[kind] = {}
        read = {"resource": bundle.resource, "data": bundle.data_source, "ephemeral": bundle.ephemeral}[kind]
        for type_name, entry in facts[kind].items():
            try:
                block = read(type_name).block
            except KeyError:
                continue
            tree = _Compiler(entry, block, counts).run()
            if tree is not None:
                out[kind][type_name] = tree
    out["provider"] = {}
    for name, entry in facts.get("provider", {}).items():
        tree = _Compiler(entry, bundle.provider_schema().block, counts).run()
        if tree is not None:
            out["provider"][name] = tree
    return out, counts


class _Compiler:
    def __init__(self, entry: dict[str, Any], block: Block, counts: dict[str, int]) -> None:
        self.entry = entry
        self.block = block
        self.counts = counts
        self.framework = entry["sdk"] == "framework"
        self.attributes = {k: v for k, v in entry["attributes"].items() if k != "?"}
        self.known = set(self.attributes) | set(entry["attributes"].get("?", []))

    def run(self) -> dict[str, Any] | None:
        root: dict[str, Any] = {}
        for path, facts in sorted(self.attributes.items()):
            node = self.node(path, facts)
            if not node:
                continue
            place = root
            steps = path.split(".")
            for step in steps[:-1]:
                place = place.setdefault("n", {}).setdefault(step, {})
            place.setdefault("n", {}).setdefault(steps[-1], {}).update(node)
        relations = [
            r for r in self.entry.get("config_validators", []) if r[0] != "fn" and not _wild(r[1]) and self.complete("")
        ]
        if relations:
            root["v"] = relations
        if not root:
            return None
        root["f"] = 1 if self.framework else 0
        return root

    def note(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def complete(self, prefix: str) -> bool:
        """Whether the facts know every argument of the block that a path prefix ("a.b." or "") leads to."""
        block: Block | None = self.block
        for step in [s for s in prefix.split(".") if s]:
            nested = block.blocks.get(step) if block is not None else None
            block = nested.block if nested is not None else None
        if block is None:
            return True
        settable = [n for n, a in block.attributes.items() if a.required or a.optional]
        own = {"id", "region", "tags_all", "tags", "timeouts"}
        return all(f"{prefix}{n}" in self.known or n in own for n in [*settable, *block.blocks])

    def node(self, path: str, facts: dict[str, Any]) -> dict[str, Any]:
        node: dict[str, Any] = {}
        prefix = path.rpartition(".")[0]
        prefix = f"{prefix}." if prefix else ""
        checks = [c for c in (self.spec(c) for c in facts.get("checks", [])) if c is not None]
        relations = [c for c in checks if c[0] in _FRAMEWORK_RELATIONS]
        relations = [c for c in relations if c[0] not in ("x1", "x+") or self.complete(prefix)]
        plain = [c for c in checks if c[0] not in _FRAMEWORK_RELATIONS]
        if plain:
            node["k"] = plain
        if relations:
            node["x"] = relations
        elements = [c for c in (self.spec(c) for c in facts.get("elem_checks", [])) if c is not None]
        if elements:
            node["e"] = elements
        objects = [c for c in (self.spec(c) for c in facts.get("object_checks", [])) if c is not None]
        objects = [c for c in objects if self.complete(f"{path}.")]
        if objects:
            node["o"] = objects
        for name, letter in _RELATIONS.items():
            keys = facts.get(name)
            if not keys:
                continue
            if name in ("exactly_one_of", "at_least_one_of") and not self.complete(prefix):
                self.note(f"dropped {name}: newer attributes beside it")
                continue
            node[letter] = keys
        return node

    def spec(self, spec: list[Any]) -> list[Any] | None:
        """The specification cleaned of what cannot be checked; None when nothing is left."""
        kind = spec[0]
        if kind == "ok":
            return None
        if kind == "fn":
            if spec[1] in custom.CHECKS:
                self.note("custom")
                return spec
            self.note("dropped fn")
            return None
        if kind in ("all", "any"):
            inner = [self.spec(s) for s in spec[1:]]
            kept = [s for s in inner if s is not None]
            if kind == "any" and len(kept) != len(inner):
                return None
            return [kind, *kept] if len(kept) > 1 else (kept[0] if kept else None)
        if kind in ("values", "keys"):
            inner_spec = self.spec(spec[1])
            return [kind, inner_spec] if inner_spec is not None else None
        if kind in ("enum", "fwenum", "ienum", "nums") and not spec[1]:
            self.note("dropped empty enumeration")
            return None
        if kind in ("re", "nre") and not usable(spec[1]):
            self.note("dropped pattern")
            return None
        if kind == "reject":
            steps = [step for step in spec[1:] if step[0] == "unless" or _usable_condition(step[1])]
            if not all(_usable_condition(step[1]) for step in steps) or not any(s[0] != "unless" for s in steps):
                self.note("dropped condition")
                return None
            spec = ["reject", *steps]
        if kind in _FRAMEWORK_RELATIONS and _wild(spec[1]):
            self.note("dropped wildcard relation")
            return None
        self.note(kind)
        return spec


def _wild(paths: list[list[Any]]) -> bool:
    return any("*" in p for p in paths)


def _usable_condition(node: list[Any]) -> bool:
    if node[0] == "match":
        return usable(node[1])
    return all(_usable_condition(n) for n in node[1:] if isinstance(n, list))


_TIMED: dict[str, bool] = {}


def usable(pattern: str) -> bool:
    """Whether Python can run a Go pattern, also on texts made to be slow (Python backtracks, RE2 does not)."""
    if pattern not in _TIMED:
        _TIMED[pattern] = _timed(pattern)
    return _TIMED[pattern]


def _timed(pattern: str) -> bool:
    regex = formats.go_regex(pattern)
    if regex is None:
        return False
    if not re.search(r"[*+}]\)?[*+{?]|\)[*+{]", pattern):
        return True
    seeds = ["a", "0", "-", "a-", "a.", "aa:", "/a", "A", " ", "_", "a/", "0.", ":", "arn:aws:a:"]
    for seed in seeds:
        for size in (8, 16, 24, 28):
            start = time.perf_counter()
            regex.search(seed * size + "\x00")
            if time.perf_counter() - start > 0.02:
                return False
    return True


def main(arguments: list[str]) -> int:
    facts_path, version, source, out = arguments
    facts = json.loads(Path(facts_path).read_text(encoding="utf-8"))
    trees, counts = compile_facts(facts, source)
    write(Path(out), source, version, trees)
    print(json.dumps({k: len(v) for k, v in trees.items()} | counts, indent=1, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
