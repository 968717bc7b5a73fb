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
RELEASES: tuple[tuple[str, str, str], ...] = (
    (".*", "region", "an argument of every resource since 6.0"),
    ("aws_instance", "user_data", "no hash since 6.0"),
    ("aws_redshift_cluster", "publicly_accessible", "false by default since 6.0"),
    ("aws_elasticache_replication_group", "auth_token_update_strategy", "no default since 6.0"),
)


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


def _unknown_text(value: object) -> str:  # noqa: ARG001
    """How json.dumps writes unknown parts; sorts last."""
    return "~(unknown)"


def show(value: Any) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    if value is None:
        return "null"
    return json.dumps(value, sort_keys=True, default=_unknown_text)[:120]


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
    return json.dumps(value, sort_keys=True, default=_unknown_text)


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


def example(
    old: Block, new: Block, *, known: bool, blocks: frozenset[str] | None, deep: int = 4, depth: int = 0
) -> dict[str, Any]:
    """A configuration: what is required, and of the optional top-level blocks those in ``blocks`` (None = all)."""
    out: dict[str, Any] = {}
    for name, attribute in old.attributes.items():
        other = new.attributes.get(name)
        if attribute.required:
            out[name] = plausible(other) if known and other is not None and other.nested is None else UNKNOWN
    if depth and not out:
        # A block without anything in it is another matter: the SDK plans even its empty lists as null.
        free = [n for n, a in old.attributes.items() if a.optional and a.type == "string" and n in new.attributes]
        out.update(dict.fromkeys(free[:1], UNKNOWN))
    for name, nested in old.blocks.items():
        if name not in new.blocks or nested.nesting not in ("list", "set"):
            continue
        wanted = nested.min_items or (depth < deep and (blocks is None or name in blocks))
        if wanted:
            out[name] = [
                example(nested.block, new.blocks[name].block, known=known, blocks=None, deep=deep, depth=depth + 1)
            ]
    return out


def examples(old: Block, new: Block) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "required", example(old, new, known=False, blocks=frozenset())
    yield "known", example(old, new, known=True, blocks=frozenset())
    yield "blocks", example(old, new, known=True, blocks=None)
    for deep in (0, 1, 2):
        yield "blocks", example(old, new, known=False, blocks=None, deep=deep)
    collections = {
        n: a.type[0]
        for n, a in old.attributes.items()
        if isinstance(a.type, list) and isinstance(a.type[1], str) and (a.optional or a.required)
    }
    base = example(old, new, known=False, blocks=frozenset())
    empty: dict[str, Any] = {n: {} if kind == "map" else [] for n, kind in collections.items()}
    yield "empty", {**base, **empty}
    unknown = {n: {"a": UNKNOWN} if kind == "map" else [UNKNOWN, "x"] for n, kind in collections.items()}
    yield "unknown", {**base, **unknown}
    for name, nested in old.blocks.items():
        if not nested.min_items and name in new.blocks and name != "timeouts":
            for deep in (1, 2, 4):
                yield "block", example(old, new, known=False, blocks=frozenset({name}), deep=deep)
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


# -- configurations ---------------------------------------------------------------------------------------------------


def read_cases(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """(name, HCL) of every configuration: JSON lines ("config" or "hcl"), CSV ("Reference output"), .tf, folders."""
    csv.field_size_limit(1 << 24)
    for path in paths:
        if path.is_dir():
            yield from read_cases(sorted([*path.glob("*.jsonl"), *path.glob("*.csv"), *path.glob("**/*.tf")]))
        elif path.suffix == ".jsonl":
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
                row = json.loads(line)
                yield f"{path.name}:{row.get('id', number)}", row.get("config") or row.get("hcl") or ""
        elif path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as handle:
                for row in csv.DictReader(handle):
                    yield f"{path.name}:{row.get('index', '')}", row.get("Reference output") or ""
        else:
            yield str(path), path.read_text(encoding="utf-8")


def shared_types(real: RealProvider, tree: Any) -> bool:
    """Whether both versions have every AWS type of a configuration."""
    bundle = bundles.load(SOURCE)
    used = tree.types_in_use()
    for types, field_, ours in (
        (used.resources, 2, bundle.resource_types),
        (used.data, 3, bundle.data_source_types),
        (used.ephemeral, 8, bundle.ephemeral_types),
    ):
        for name in types:
            if name.startswith("aws_") and (name in real.entries[field_]) != (name in ours):
                return False
    return True


def run_configurations(real: RealProvider, cases: list[tuple[str, str]], args: argparse.Namespace) -> dict[str, Any]:
    from terraformer import TerraformConfig, VerifierPool, VerifySettings
    from terraformer.hcl import scan
    from terraformer.verify.core import find_core
    from terraformer.verify.pipeline import Pipeline
    from terraformer.verify.terraform import open_terraform

    scratch = Path(tempfile.mkdtemp(prefix="tfd"))
    sources = tuple(sorted({i.source for i in bundles.installed()}))
    host = OracleHost(scratch, sources, real)
    search = os.environ.get("PATH", os.defpath)
    os.environ.clear()
    os.environ.update(
        PATH=search,
        HOME=str(scratch),
        TF_REATTACH_PROVIDERS=host.reattach,
        CHECKPOINT_DISABLE="1",
        TF_CLI_CONFIG_FILE=os.devnull,
    )
    settings = VerifySettings(
        cache=False, strict_vars=args.strict_vars, core="terraform" if args.core == "auto" else args.core
    )
    outcome = Outcome()
    verdicts: list[dict[str, Any]] = []
    skipped: list[str] = []
    try:
        jobs = []
        for name, text_ in cases:
            config = TerraformConfig.from_text(text_)
            if not shared_types(real, scan(config.files, config.root)):
                skipped.append(name)
                continue
            jobs.append((name, config))
        with VerifierPool(1, settings) as pool:
            mine = list(pool.verify_many([(c, ()) for _, c in jobs]))
        # A binary: the library would have had to find its environment when this process started.
        core = find_core("terraform" if args.core == "auto" else args.core)
        pipeline = Pipeline(
            open_terraform(core), host, str(scratch), core.label, confined=True, in_process=core.kind == "library"
        )
        for (name, config), ours in zip(jobs, mine, strict=True):
            if not real.alive:
                real.restart()
            theirs = pipeline.verify(config, (), settings, _no_progress)
            _judge(name, theirs, ours, real, outcome, verdicts)
    finally:
        host.close()
        shutil.rmtree(scratch, ignore_errors=True)
    found = summary(outcome, args.show)
    found.update(verdicts=verdicts, skipped=skipped, answered_by_us=sorted(host.substituted))
    return found


def _no_progress(stage: object) -> None:
    """Nobody watches."""


def _judge(
    name: str, theirs: Any, ours: Any, real: RealProvider, outcome: Outcome, verdicts: list[dict[str, Any]]
) -> None:
    counts = outcome.counts
    if theirs.report.tool_errors or ours.tool_errors:
        counts["tool errors"] += 1
        wrong = [f"{e.kind}: {e.message}"[:300] for e in (*theirs.report.tool_errors, *ours.tool_errors)]
        verdicts.append({"case": name, "tool errors": wrong})
        return
    counts["configurations"] += 1
    same = True
    for stage, a, b in (
        ("compile", theirs.report.compilable, ours.compilable),
        ("deploy", theirs.report.deployable, ours.deployable),
    ):
        counts[f"{stage} equal"] += a is b
        same = same and a is b
    real_said = Counter(f"{c.address or ''}: {c.summary}" for c in theirs.report.errors)
    we_said = Counter(f"{c.address or ''}: {c.summary}" for c in ours.errors)
    counts["error summaries equal"] += real_said == we_said
    if not same or real_said != we_said:
        detail = {f"{c.address or ''}: {c.summary}": c.detail[:300] for c in (*theirs.report.errors, *ours.errors)}
        verdicts.append(
            {
                "case": name,
                "same verdict": same,
                "real only": {k: detail.get(k, "") for k in real_said - we_said},
                "ours only": {k: detail.get(k, "") for k in we_said - real_said},
            }
        )
    if not same or theirs.plan is None or ours.plan is None:
        return
    bundle = bundles.load(SOURCE)
    plan = ours.plan if isinstance(ours.plan, dict) else json.loads(ours.plan)
    planned = {c["address"]: c for c in plan.get("resource_changes") or [] if c["mode"] == "managed"}
    for change in json.loads(theirs.plan).get("resource_changes") or []:
        type_ = change["type"]
        if change["mode"] != "managed" or type_ not in real.entries[2]:
            continue
        counts["resources"] += 1
        other = planned.get(change["address"])
        if other is None:
            outcome.differences[Difference(type_, change["address"], "present", "absent")] += 1
            continue
        old, new = real.block(2, type_), bundle.resource(type_).block
        differs = False
        for path, a, b in compare(old, new, _merged(change), _merged(other)):
            if release(type_, path):
                outcome.of_version[f"{type_} {path}"] += 1
                continue
            differs = True
            outcome.differences[Difference(type_, path, a, b)] += 1
        counts["resources equal"] += not differs


def _merged(change: Mapping[str, Any]) -> dict[str, Any]:
    """The planned object of a resource_changes entry, with unknown parts marked."""
    after = _overlay(change["change"].get("after"), change["change"].get("after_unknown"))
    return after if isinstance(after, dict) else {}


def _overlay(value: Any, unknown: Any) -> Any:
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict):
        base = value if isinstance(value, dict) else {}
        return {k: _overlay(base.get(k), unknown.get(k)) for k in {*base, *unknown}}
    if isinstance(unknown, list) and unknown:
        base_list = value if isinstance(value, list) else []
        size = max(len(base_list), len(unknown))
        return [
            _overlay(base_list[i] if i < len(base_list) else None, unknown[i] if i < len(unknown) else None)
            for i in range(size)
        ]
    return value


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
    options.add_argument("--strict-vars", action="store_true", help="variables without a value are errors")
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
        cases = list(read_cases(args.cases))
        if cases:
            result["configurations"] = run_configurations(real, cases, args)
    finally:
        real.close()
    if not args.json:
        print(json.dumps(result, indent=1))
    finish("plan_differential", result, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
