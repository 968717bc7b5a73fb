"""Our validators against a real provider's own, case by case.

    python benchmarks/differential.py [--provider-binary PATH] [--json] [--limit N] [--show N]

Starts a terraform-provider-aws binary that speaks plugin protocol 5 (say 3.39.0; by default the newest one found in
``TERRAFORMER_PROVIDER_BINARY`` or ``~/.terraform.d``), sends it generated values through ValidateResourceTypeConfig and
compares, per attribute, "rejected" with what ``terraformer.provider.validators`` says. No network, no credentials.

Cases: (a) one argument set to a value (a fixed battery for its type, and values at the edges of our own check for it),
everything else that is required unknown at the top level, plausible inside the same block; (b) pairs of arguments that
either side may call conflicting, and none of them. Only arguments are used that both versions have with the same type.

A difference is *of the version*, and listed apart, where our check is read from the newer provider's source and

* the old one has no check, or none of that kind, on that argument (over the whole battery of values), or
* names another set of allowed values, range, length or pattern for it in its own message.

What remains counts against us. NOT covered: checks at plan time, data sources, provider blocks.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from terraformer.provider import bundle as bundles
from terraformer.provider import validators
from terraformer.provider.context import ProviderContext
from terraformer.provider.schema import Attribute, Block, NestedBlock, implied_type
from terraformer.provider.values import UNKNOWN, encode, is_known
from terraformer.provider.wire import data, parse, text

RESULTS = Path(__file__).parent / "results"
COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
SOURCE = "hashicorp/aws"
_NESTING = {1: "single", 2: "list", 3: "set", 4: "map", 5: "group"}


# -- the real provider ------------------------------------------------------------------------------------------------


class RealProvider:
    """A provider binary as a gRPC server of plugin protocol 5. Close it: the process is ended then."""

    def __init__(self, binary: Path) -> None:
        import grpc

        environment = {
            "PATH": "/usr/bin:/bin",
            "TF_PLUGIN_MAGIC_COOKIE": COOKIE,
            "PLUGIN_PROTOCOL_VERSIONS": "5",
            "TMPDIR": "/tmp",
        }
        self.process = subprocess.Popen(
            [str(binary)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        parts = line.split("|")
        if len(parts) < 5 or parts[4] != "grpc":
            self.process.kill()
            raise SystemExit(f"{binary}: no Terraform provider (it said {line!r})")
        self.channel = grpc.insecure_channel(
            f"unix:{parts[3]}",
            options=[("grpc.max_receive_message_length", 1 << 29), ("grpc.max_send_message_length", 1 << 29)],
        )
        self._schema = self._method("GetSchema")
        self._validate = self._method("ValidateResourceTypeConfig")
        self.version = (re.search(r"v?(\d+\.\d+\.\d+)", binary.name) or [None, "?"])[1]

    def _method(self, name: str) -> Any:
        identity = bytes
        return self.channel.unary_unary(
            f"/tfplugin5.Provider/{name}", request_serializer=identity, response_deserializer=identity
        )

    def schemas(self) -> dict[str, Block]:
        out: dict[str, Block] = {}
        for entry in parse(self._schema(b"", timeout=120)).get(2, []):
            fields = parse(entry)  # type: ignore[arg-type]
            out[fields[1][0].decode()] = _block(parse(fields[2][0])[2][0])  # type: ignore[union-attr,arg-type]
        return out

    def validate(self, type_name: str, value: Any, cty: Any) -> list[tuple[str, tuple[Any, ...]]]:
        """(message, path) of each error."""
        request = text(1, type_name) + data(2, data(1, encode(value, cty)))
        found = []
        for raw in parse(self._validate(request, timeout=60)).get(1, []):
            fields = parse(raw)  # type: ignore[arg-type]
            if fields.get(1, [1])[0] != 1:
                continue
            message = " ".join(f.decode() for n in (2, 3) for f in fields.get(n, []))  # type: ignore[union-attr]
            steps = [parse(s) for s in parse(fields[4][0]).get(1, [])] if 4 in fields else []  # type: ignore[arg-type]
            path = tuple(s[1][0].decode() if 1 in s else s[3][0] if 3 in s else "*" for s in steps)  # type: ignore[union-attr]
            found.append((message, path))
        return found

    def close(self) -> None:
        self.channel.close()
        self.process.terminate()
        self.process.wait(10)


def _block(raw: Any) -> Block:
    fields = parse(raw)
    attributes: dict[str, Attribute] = {}
    for entry in fields.get(2, []):
        a = parse(entry)  # type: ignore[arg-type]
        name = a[1][0].decode()  # type: ignore[union-attr]
        attributes[name] = Attribute(
            name,
            json.loads(a[2][0]),
            required=bool(a.get(4, [0])[0]),
            optional=bool(a.get(5, [0])[0]),
            computed=bool(a.get(6, [0])[0]),
        )
    blocks: dict[str, NestedBlock] = {}
    for entry in fields.get(3, []):
        b = parse(entry)  # type: ignore[arg-type]
        name = b[1][0].decode()  # type: ignore[union-attr]
        nesting = _NESTING[int(b.get(3, [2])[0])]
        blocks[name] = NestedBlock(name, nesting, _block(b[2][0]), int(b.get(4, [0])[0]), int(b.get(5, [0])[0]))
    return Block(attributes, blocks)


# -- cases ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    type: str
    path: tuple[str, ...]
    value: Any
    config: Any
    kind: str


def null_object(block: Block) -> dict[str, Any]:
    out: dict[str, Any] = dict.fromkeys(block.attributes)
    for name, nested in block.blocks.items():
        out[name] = [] if nested.nesting in ("list", "set") else {} if nested.nesting == "map" else None
    return out


def plausible(attribute: Attribute, key: str) -> Any:
    """A known value for a required neighbour: its own errors are not looked at."""
    return (
        {"string": f"x-{key}"[:40], "number": 1, "bool": True}.get(attribute.type)
        if isinstance(attribute.type, str)
        else ({} if attribute.type[0] in ("map", "object") else [])
    )


def filled(block: Block, *, known: bool) -> dict[str, Any]:
    out = null_object(block)
    for name, attribute in block.attributes.items():
        if attribute.required:
            out[name] = plausible(attribute, name) if known else UNKNOWN
    for name, nested in block.blocks.items():
        if nested.min_items and nested.nesting in ("list", "set"):
            out[name] = [filled(nested.block, known=known)]
    return out


def with_value(block: Block, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A configuration of the block with just this argument (and what its blocks require) set."""
    head, *rest = path
    out = filled(block, known=False)
    place: dict[str, Any] = out
    current = block
    while rest:
        nested = current.blocks[head]
        inner = filled(nested.block, known=True)
        place[head] = [inner] if nested.nesting in ("list", "set") else inner
        place, current = inner, nested.block
        head, *rest = rest
    place[head] = value
    return out


def conform(value: Any, block: Block) -> dict[str, Any]:
    """The same configuration as an object of another version's block."""
    out = null_object(block)
    for name in block.attributes:
        if name in value:
            out[name] = value[name]
    for name, nested in block.blocks.items():
        given = value.get(name)
        if isinstance(given, list):
            out[name] = [conform(v, nested.block) if isinstance(v, dict) else v for v in given]
        elif isinstance(given, dict):
            out[name] = conform(given, nested.block)
        elif not is_known(given):
            out[name] = given
    return out


def arguments(old: Block, new: Block, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Attribute]]:
    """Settable attributes that both versions have with one type."""
    for name, attribute in old.attributes.items():
        other = new.attributes.get(name)
        if other is None or other.type != attribute.type or not (attribute.optional or attribute.required):
            continue
        if (other.optional or other.required) and name != "id":
            yield (*prefix, name), attribute
    for name, nested in old.blocks.items():
        twin = new.blocks.get(name)
        if (
            twin is not None
            and twin.nesting == nested.nesting
            and nested.nesting in ("list", "set")
            and len(prefix) < 3
        ):
            yield from arguments(nested.block, twin.block, (*prefix, name))


_STRINGS = (
    "", "x", "terraformer", "Terraformer Value", "a_b", "a-b", "-a", "a--b", "a" * 65, "a" * 300, "a" * 3000,
    "0", "1", "-1", "true",
    "UPPER", "123456789012", "arn:aws:iam::123456789012:role/x", "arn:aws:s3:::x", "arn:aws:x", "us-east-1",
    "10.0.0.0/16", "10.0.0.1/16", "10.0.0.1", "2001:db8::/56", "::1", "{}", '{"a":1}', '{"a":', "[1]", "https://example.com/x",
    "http://example.com", "example.com", "2024-01-02T03:04:05Z", "2024-01-02", "sun:03:00-sun:04:00", "03:00-04:00",
    "aGVsbG8=", "rate(5 minutes)",
    "cron(0 12 * * ? *)", "user@example.com", "alias/x", "s3://bucket/key", "5m",
    "lt-0123456789abcdef0", "ENABLED", "Enabled", "${x}",
)  # fmt: skip
_NUMBERS = (-1, 0, 1, 5, 59, 60, 100, 1000, 65535, 65536, 100000, 10**9)


def battery(attribute: Attribute) -> list[Any]:
    cty = attribute.type
    if cty == "string":
        return list(_STRINGS)
    if cty == "number":
        return list(_NUMBERS)
    if isinstance(cty, list) and cty[0] in ("list", "set") and cty[1] in ("string", "number"):
        values = _STRINGS if cty[1] == "string" else _NUMBERS
        return [[v] for v in values]
    if isinstance(cty, list) and cty[0] == "map" and cty[1] == "string":
        return [{"a": "b"}, {"A b": "x" * 300}, {"k" * 300: "v"}]
    return []


def edges(specs: list[Any], rng: random.Random) -> Iterator[Any]:
    """Values at the edges of our own checks."""
    for spec in specs:
        kind = spec[0]
        if kind in ("all", "any", "values"):
            yield from edges([s for s in spec[1:] if isinstance(s, list)], rng)
        elif kind in ("enum", "ienum") and spec[1]:
            members = [str(v) for v in spec[1]]
            yield from rng.sample(members, min(3, len(members)))
            yield members[0].swapcase()
            yield members[0] + "x"
        elif kind == "len":
            low, high = spec[1], spec[2]
            yield from (
                "a" * n
                for n in {max(low - 1, 0), low, *((high, high + 1) if high is not None and high < 20000 else ())}
            )
        elif kind == "num":
            yield from (n for n in (spec[1], spec[2]) if n is not None)
            if spec[1] is not None:
                yield spec[1] - 1
            if spec[2] is not None:
                yield spec[2] + 1
        elif kind == "nums":
            yield from spec[1][:3]
            yield max(spec[1]) + 1


def checks_of(tree: Any, path: tuple[str, ...]) -> dict[str, Any]:
    node: Any = tree or {}
    for step in path:
        node = node.get("n", {}).get(step, {})
    return node if isinstance(node, dict) else {}


def cases_of(type_name: str, old: Block, new: Block, tree: Any, rng: random.Random) -> Iterator[Case]:
    for path, attribute in arguments(old, new):
        node = checks_of(tree, path)
        values = battery(attribute)
        collection = isinstance(attribute.type, list) and attribute.type[0] in ("list", "set")
        own = list(edges([*node.get("k", []), *node.get("e", [])], rng))
        base = attribute.type[1] if collection else attribute.type
        own = [v for v in own if isinstance(v, str) == (base == "string")]
        for value in [*values, *([v] if collection else v for v in own)]:
            yield Case(type_name, path, value, with_value(old, path, value), "value")


def relation_cases(type_name: str, old: Block, new: Block) -> Iterator[Case]:
    """Nothing, each alone and pairs of the optional top-level arguments that are in any group of ours."""
    known = validators.facts(SOURCE)
    tree = known.tree("resource", type_name) if known else None
    names = [n for n, node in (tree or {}).get("n", {}).items() if any(k in node for k in "c1+r")]
    usable = [
        n
        for n in names
        if n in new.attributes
        and n in old.attributes
        and old.attributes[n].optional
        and old.attributes[n].type == new.attributes[n].type
    ]
    empty = filled(old, known=False)
    yield Case(type_name, (), None, empty, "relations")
    for i, name in enumerate(usable[:14]):
        one = {**empty, name: _dummy(old.attributes[name])}
        yield Case(type_name, (name,), None, one, "relations")
        for other in usable[i + 1 : 14]:
            yield Case(type_name, (name, other), None, {**one, other: _dummy(old.attributes[other])}, "relations")


def _dummy(attribute: Attribute) -> Any:
    cty = attribute.type
    if isinstance(cty, str):
        return {"string": "x", "number": 1, "bool": True}.get(cty)
    if cty[0] in ("list", "set"):
        return ["x"] if cty[1] == "string" else [1] if cty[1] == "number" else []
    return {"a": "b"} if cty[1] == "string" else {}


# -- comparison -------------------------------------------------------------------------------------------------------

_KINDS = (
    ("relations", r"conflicts with|only one of|one of `|all of `|must be specified"),
    (
        "enum",
        r"to be one of|must be one of|must contain a valid|valid values|not a valid value|Invalid value|Must be one of",
    ),
    ("arn", r"\bARN\b|\barn\b"),
    ("json", r"JSON|json|policy"),
    ("cidr or ip", r"CIDR|cidr|network|IP address|IPv[46]"),
    ("length", r"length|characters|longer|shorter|empty string|at least \d+ char"),
    ("range", r"in the range|at least|at most|between|greater|less than|divisible|port"),
    ("time", r"RFC3339|timestamp|Timestamp|date|duration|format of|window|cron|rate"),
    ("account or region", r"Account ID|Region"),
    ("pattern", r"invalid value for|match|only|must|cannot|doesn't comply|contain|alphanumeric"),
)


def kind_of(message: str) -> str:
    return next((k for k, pattern in _KINDS if re.search(pattern, message)), "other")


def is_relation(message: str) -> bool:
    return bool(re.search(_KINDS[0][1], message)) and "to be one of" not in message


def at(path: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(p for p in path if isinstance(p, str) and p != "*")


def declared(messages: list[str]) -> frozenset[str]:
    """What a side's messages say is allowed: the set, range or pattern, without the value that was given."""
    found = set()
    for message in messages:
        shape = re.sub(r",? got:? .*$|, got .*", "", message, flags=re.S)
        found.add(shape)
    return frozenset(found)


@dataclass
class Verdict:
    real: list[str]
    ours: list[str]


def compare(real: RealProvider, case: Case, schema: Any, ctx: ProviderContext, cty: Any) -> Verdict:
    theirs = real.validate(case.type, case.config, cty)
    ours = validators.validate_resource(SOURCE, "resource", case.type, conform(case.config, schema.block), schema, ctx)
    own = [(f"{d.summary} {d.detail}".strip(), d.path) for d in ours if d.severity == "error"]
    if case.kind == "relations":
        return Verdict([m for m, _ in theirs if is_relation(m)], [m for m, _ in own if is_relation(m)])

    def target(messages: list[tuple[str, tuple[Any, ...]]]) -> list[str]:
        key = re.compile(rf"(?<![\w.]){re.escape('.0.'.join(case.path))}(?![\w])")
        hits = []
        for message, path in messages:
            if is_relation(message) or re.search(
                r"is required, but no definition|Too (many|few)|Not enough|Insufficient", message
            ):
                continue
            # The SDK of 2021 reports wrong paths at times (its steps share memory): the message's address is first.
            if key.search(message) or (
                not re.search(r"[a-z_]\.\d+\.[a-z_]", message) and at(path)[-1:] == case.path[-1:]
            ):
                hits.append(message)
        return hits

    return Verdict(target(theirs), target(own))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Our validators against a real provider's own.")
    parser.add_argument("--provider-binary", type=Path, default=None)
    parser.add_argument("--json", action="store_true", help="print the result as JSON on the last line")
    parser.add_argument("--limit", type=int, default=0, help="at most this many resource types")
    parser.add_argument("--show", type=int, default=0, help="print this many differences of each sort")
    options = parser.parse_args(argv)
    binary = options.provider_binary or _find()
    if binary is None or not binary.is_file():
        where = f"{binary} is no file" if binary else "none given, and none found"
        print(
            f"differential: needs a terraform-provider-aws binary ({where}); name one with --provider-binary PATH",
            file=sys.stderr,
        )
        return 1
    started = time.perf_counter()
    real = RealProvider(binary)
    try:
        result = measure(real, options.limit, options.show)
    finally:
        real.close()
    result |= {
        "date": date.today().isoformat(),
        "provider": real.version,
        "seconds": round(time.perf_counter() - started, 1),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"differential-{result['date']}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name, value in result.items():
        if name not in ("version_differences", "misses"):
            print(f"{name}: {value}")
    if options.json:
        print(json.dumps(result))
    return 0


def _find() -> Path | None:
    named = os.environ.get("TERRAFORMER_PROVIDER_BINARY")
    if named:
        return Path(named)
    found = sorted(Path("~/.terraform.d").expanduser().glob("**/terraform-provider-aws_v*"))
    return found[-1] if found else None


def measure(real: RealProvider, limit: int, show: int) -> dict[str, Any]:
    rng = random.Random(1)
    bundle = bundles.latest(SOURCE)
    known = validators.facts(SOURCE)
    assert known is not None
    ctx = ProviderContext(SOURCE, bundle.version)
    schemas = real.schemas()
    names = [n for n in sorted(schemas) if n in set(bundle.resource_types)]
    names = names[:limit] if limit else names
    totals: Counter[str] = Counter()
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    false_rejections: list[str] = []
    versions: Counter[str] = Counter()
    version_examples: dict[str, str] = {}
    misses: Counter[str] = Counter()
    used: set[str] = set()
    for type_name in names:
        old, schema = schemas[type_name], bundle.resource(type_name)
        cty = implied_type(old)
        tree = known.tree("resource", type_name)
        seen: dict[tuple[str, ...], list[tuple[Case, Verdict]]] = defaultdict(list)
        for case in [*cases_of(type_name, old, schema.block, tree, rng), *relation_cases(type_name, old, schema.block)]:
            verdict = compare(real, case, schema, ctx, cty)
            totals["cases"] += 1
            used.add(type_name)
            seen[case.path if case.kind == "value" else ("relations", *case.path)].append((case, verdict))
        for path, verdicts in seen.items():
            _score(type_name, path, verdicts, totals, by_kind, false_rejections, versions, version_examples, misses)
    rejected = totals["both"] + totals["ours only"]
    due = totals["both"] + totals["real only"]
    if show:
        for line in false_rejections[:show]:
            print("OURS ONLY", line)
        for line, count in misses.most_common(show):
            print("REAL ONLY", count, line)
        for line, count in versions.most_common(show):
            print("VERSION", count, line, version_examples[line])
    return {
        "cases": totals["cases"],
        "types": len(used),
        "both_reject": totals["both"],
        "both_accept": totals["neither"],
        "ours_only": totals["ours only"],
        "real_only": totals["real only"],
        "precision": round(totals["both"] / rejected, 5) if rejected else None,
        "recall": round(totals["both"] / due, 5) if due else None,
        "by_kind": {
            k: dict(c) | {"recall": round(c["both"] / max(c["both"] + c["real only"], 1), 3)}
            for k, c in sorted(by_kind.items())
        },
        "version_difference_cases": totals["version"],
        "version_differences": {k: [n, version_examples[k]] for k, n in versions.most_common()},
        "misses": dict(misses.most_common(200)),
        "false_rejections": false_rejections[:200],
    }


def _score(
    type_name: str,
    path: tuple[str, ...],
    verdicts: list[tuple[Case, Verdict]],
    totals: Counter[str],
    by_kind: dict[str, Counter[str]],
    false_rejections: list[str],
    versions: Counter[str],
    examples: dict[str, str],
    misses: Counter[str],
) -> None:
    """Score the cases of one argument: whether the two declare the same check is told from all of its messages."""
    old_shapes = declared([m for _, v in verdicts for m in v.real])
    new_shapes = declared([m for _, v in verdicts for m in v.ours])
    place = f"{type_name}.{'.'.join(path)}"
    for case, verdict in verdicts:
        if bool(verdict.real) == bool(verdict.ours):
            sort = "both" if verdict.real else "neither"
        else:
            sort = "real only" if verdict.real else "ours only"
        kind = kind_of((verdict.real or verdict.ours or [""])[0]) if sort != "neither" else ""
        difference = ""
        if sort in ("real only", "ours only"):
            difference = _version_difference(sort, kind, old_shapes, new_shapes)
        if difference:
            totals["version"] += 1
            key = f"{place}: {difference}"
            versions[key] += 1
            examples.setdefault(key, f"{_short(case.value)}: {(verdict.real or verdict.ours)[0][:200]}")
            continue
        totals[sort] += 1
        if kind:
            by_kind[kind][sort] += 1
        if sort == "real only":
            misses[f"{place}: {declared_short(verdict.real[0])}"] += 1
        elif sort == "ours only":
            false_rejections.append(
                f"{place} = {_short(case.value)}: {verdict.ours[0][:300]} | real of others: {sorted(old_shapes)[:2]}"
            )


def declared_short(message: str) -> str:
    return re.sub(r",? got:? .*$|, got .*", "", message, flags=re.S)[:160]


def _short(value: Any) -> str:
    shown = json.dumps(value, default=str)
    return shown if len(shown) <= 60 else shown[:57] + "..."


_BOUNDS = re.compile(
    r"one of (?:\[[^\]]*\]|'[^\n]*)|in the range \([^)]*\)|at (?:least|most) \(?-?[\d.]+\)?|between [\d.-]+ and [\d.-]+"
)


def _version_difference(sort: str, kind: str, old: frozenset[str], new: frozenset[str]) -> str:
    """Why a difference is of the version ("" when it is not): the declarations differ by what their messages say."""
    if sort == "ours only" and not old:
        return "checked by the newer provider only"
    if sort == "ours only" and kind not in {kind_of(s) for s in old}:
        return f"no check of {kind} in the older provider"
    if sort == "real only" and new and kind not in {kind_of(s) for s in new}:
        return ""
    old_bounds = {b for s in old for b in _BOUNDS.findall(s)}
    new_bounds = {b for s in new for b in _BOUNDS.findall(s)}
    if (
        old_bounds
        and new_bounds
        and old_bounds != new_bounds
        and kind in ("enum", "range", "length", "pattern", "other")
    ):
        return "another set or range is allowed"
    return ""


if __name__ == "__main__":
    sys.exit(main())
