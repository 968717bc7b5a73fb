"""Our plans against a real provider's own, resource by resource and configuration by configuration.

    python benchmarks/plan_differential.py --provider-binary PATH [CASES.jsonl|CASES.csv|FILE.tf|DIR ...] [--json]
        [--types PATTERN] [--no-types] [--show N]

The provider is a terraform-provider-aws binary that speaks plugin protocol 5; it plans offline, with made-up keys. No
network, no credentials: what would ask an API (most data sources) is answered by ours on both sides.

Types: for every resource type that both versions have, configurations are made from the schema (just what is required,
every block once, each with required arguments unknown or of a plausible value, tags) and sent to both providers'
PlanResourceChange. Configurations: each is verified by the same pipeline twice, with our provider and with the real one
in its place; verdicts, errors and ``resource_changes[].change`` are compared.

Only arguments that both versions declare alike are compared; the others, and what RELEASES lists, count as differences
of the version. NOT covered: updates and imports, data sources that ask an API, other providers.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _common import finish, parser
from _real_provider import SOURCE, OracleHost, RealProvider

from terraformer.provider import bundle as bundles
from terraformer.provider import validators
from terraformer.provider.context import ProviderContext
from terraformer.provider.http2 import RpcError
from terraformer.provider.plan import plan_change
from terraformer.provider.schema import Attribute, Block, attribute_type
from terraformer.provider.state import conform
from terraformer.provider.values import UNKNOWN, Unknown

# What the newer version changed on purpose, in the provider's upgrade guide and changelog (type, path, why).
RELEASES: tuple[tuple[str, str, str], ...] = ((".*", "region", "an argument of every resource since 6.0"),)


# -- comparing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    type: str
    path: str
    real: str
    ours: str

    @property
    def kind(self) -> str:
        return f"{_sort(self.real)} -> {_sort(self.ours)}"


def _sort(shown: str) -> str:
    if shown in ("unknown", "null", '""', "[]", "{}", "absent"):
        return shown
    return "value"


def show(value: Any) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    if value is None:
        return "null"
    return json.dumps(value, sort_keys=True, default=lambda v: "(unknown)")[:120]


def same_declaration(a: Attribute, b: Attribute) -> bool:
    def flags(x: Attribute) -> tuple[bool, ...]:
        return x.required, x.optional, x.computed, x.write_only

    return flags(a) == flags(b) and _canonical(attribute_type(a)) == _canonical(attribute_type(b))


def _canonical(cty: Any) -> Any:
    if isinstance(cty, str):
        return cty
    if cty[0] == "object":
        return ["object", {k: _canonical(v) for k, v in sorted(cty[1].items())}]
    return [cty[0], _canonical(cty[1])]


def compare(old: Block, new: Block, real: Any, ours: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(path, real, ours) where they differ; only what both blocks declare alike."""
    for name, attribute in old.attributes.items():
        other = new.attributes.get(name)
        if other is None or not same_declaration(attribute, other):
            continue
        a, b = real.get(name), ours.get(name)
        if not _equal(a, b, attribute_type(attribute)):
            yield f"{path}{name}", show(a), show(b)
    for name, nested in old.blocks.items():
        twin = new.blocks.get(name)
        if twin is None or twin.nesting != nested.nesting or name == "timeouts":
            continue
        a, b = real.get(name), ours.get(name)
        if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            if nested.nesting == "set":
                a, b = sorted(a, key=_order), sorted(b, key=_order)
            for x, y in zip(a, b, strict=True):
                if isinstance(x, Mapping) and isinstance(y, Mapping):
                    yield from compare(nested.block, twin.block, x, y, f"{path}{name}.")
                elif not _equal(x, y, "dynamic"):
                    yield f"{path}{name}", show(x), show(y)
        elif isinstance(a, Mapping) and isinstance(b, Mapping):
            yield from compare(nested.block, twin.block, a, b, f"{path}{name}.")
        elif not _equal(a, b, "dynamic"):
            yield f"{path}{name}", show(a), show(b)


def _order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=lambda v: "~")


def _equal(a: Any, b: Any, cty: Any) -> bool:
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return isinstance(a, Unknown) and isinstance(b, Unknown)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_equal(v, b[k], "dynamic") for k, v in a.items())
    if isinstance(a, list) and isinstance(b, list):
        if isinstance(cty, list) and cty[0] == "set":
            a, b = sorted(a, key=_order), sorted(b, key=_order)
        return len(a) == len(b) and all(_equal(x, y, "dynamic") for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and a == b if isinstance(a, bool) or isinstance(b, bool) else bool(a == b)


def release(type_name: str, path: str) -> str:
    for types, paths, why in RELEASES:
        if re.fullmatch(types, type_name) and re.fullmatch(paths, path):
            return why
    return ""


# -- types ------------------------------------------------------------------------------------------------------------


def plausible(attribute: Attribute) -> Any:
    if attribute.enum:
        return attribute.enum[0]
    simple = {"string": "example", "number": 1, "bool": True}
    if isinstance(attribute.type, str):
        return simple.get(attribute.type, "example")
    if attribute.type[0] in ("list", "set") and isinstance(attribute.type[1], str):
        return [simple.get(attribute.type[1], "example")]
    return {"key": "value"} if attribute.type == ["map", "string"] else UNKNOWN


def example(old: Block, new: Block, *, known: bool, blocks: frozenset[str] | None, depth: int = 0) -> dict[str, Any]:
    """A configuration: what is required, and of the optional top-level blocks those in ``blocks`` (None = all)."""
    out: dict[str, Any] = {}
    for name, attribute in old.attributes.items():
        other = new.attributes.get(name)
        if attribute.required:
            out[name] = plausible(other) if known and other is not None and other.nested is None else UNKNOWN
    for name, nested in old.blocks.items():
        if name not in new.blocks or nested.nesting not in ("list", "set"):
            continue
        wanted = nested.min_items or (depth < 4 and (blocks is None or name in blocks))
        if wanted:
            out[name] = [example(nested.block, new.blocks[name].block, known=known, blocks=None, depth=depth + 1)]
    return out


def examples(old: Block, new: Block) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "required", example(old, new, known=False, blocks=frozenset())
    yield "known", example(old, new, known=True, blocks=frozenset())
    yield "blocks", example(old, new, known=True, blocks=None)
    for name, nested in old.blocks.items():
        if not nested.min_items and name in new.blocks and name != "timeouts":
            yield "block", example(old, new, known=False, blocks=frozenset({name}))
    if "tags" in old.attributes and old.attributes["tags"].optional:
        yield "tags", {**example(old, new, known=False, blocks=frozenset()), "tags": {"Name": "x", "Empty": ""}}


@dataclass
class Outcome:
    differences: dict[Difference, int] = field(default_factory=lambda: defaultdict(int))
    of_version: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    complaints: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def run_types(real: RealProvider, pattern: str) -> Outcome:
    outcome = Outcome()
    bundle = bundles.load(SOURCE)
    settings = {"region": "us-east-1"}
    real.configure(settings)
    ctx = ProviderContext(SOURCE, bundle.version, settings)
    for type_name in sorted(set(real.entries[2]) & set(bundle.resource_types)):
        if not re.search(pattern, type_name):
            continue
        old, schema = real.block(2, type_name), bundle.resource(type_name)
        for sort, value in examples(old, schema.block):
            config, mine = conform(value, old), conform(value, schema.block)
            try:
                planned, complaints = real.plan(type_name, config)
            except RpcError as error:
                if not real.alive or "Unavailable" in str(error) or error.status == 14:
                    real.restart()
                    real.configure(settings)
                outcome.counts["provider failed"] += 1
                outcome.complaints[(type_name, "rpc", str(error)[:100])] += 1
                continue
            plan = plan_change(schema, None, mine, mine, ctx)
            found = validators.check_plan(SOURCE, type_name, None, mine, plan.planned or {}, ctx)
            refused = any(d.severity == "error" for d in found)
            if complaints or refused:
                verdict = "both" if complaints and refused else "real only" if complaints else "ours only"
                outcome.counts[f"refused: {verdict}"] += 1
                if verdict != "both":
                    said = complaints[0] if complaints else (found[0].summary, found[0].detail)
                    outcome.complaints[(type_name, verdict, " ".join(": ".join(said).split())[:160])] += 1
                continue
            outcome.counts["resources"] += 1
            wrong = False
            for path, a, b in compare(old, schema.block, planned, plan.planned):
                if release(type_name, path):
                    outcome.of_version[f"{type_name} {path}"] += 1
                    continue
                wrong = True
                outcome.differences[Difference(type_name, path, a, b)] += 1
            outcome.counts["resources equal"] += not wrong
            outcome.counts[f"{sort} total"] += 1
            outcome.counts[f"{sort} equal"] += not wrong
    return outcome


# -- main -------------------------------------------------------------------------------------------------------------


def summary(outcome: Outcome, show_most: int) -> dict[str, Any]:
    kinds: Counter[str] = Counter()
    for difference in outcome.differences:
        kinds[difference.kind] += 1
    return {
        "counts": dict(sorted(outcome.counts.items())),
        "kinds": dict(kinds.most_common()),
        "differences": [
            f"{d.type} {d.path}: real {d.real}, ours {d.ours} (x{n})"
            for d, n in sorted(outcome.differences.items(), key=lambda i: (i[0].type, i[0].path))[:show_most]
        ],
        "complaints": [f"{t} {v}: {m} (x{n})" for (t, v, m), n in sorted(outcome.complaints.items())[:show_most]],
        "of the version": dict(outcome.of_version.most_common(show_most)),
    }


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("cases", type=Path, nargs="*", help="configurations: JSON lines, CSV, .tf files or folders")
    options.add_argument("--provider-binary", type=Path, required=True)
    options.add_argument("--types", default="", help="only resource types that match this pattern")
    options.add_argument("--no-types", action="store_true", help="configurations only")
    options.add_argument("--show", type=int, default=200)
    args = options.parse_args()
    if not os.access(args.provider_binary, os.X_OK):
        print(f"{args.provider_binary}: not an executable file", file=sys.stderr)
        return 1
    real = RealProvider(args.provider_binary)
    result: dict[str, Any] = {"provider": real.version, "bundle": bundles.load(SOURCE).version}
    try:
        if not args.no_types:
            result["types"] = summary(run_types(real, args.types), args.show)
    finally:
        real.close()
    if not args.json:
        print(json.dumps(result, indent=1))
    finish("plan_differential", result, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
