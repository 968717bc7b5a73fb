"""Comparisons: is a configuration equal to itself, and how long does a pair take?

    python benchmarks/compare.py [FILE.csv|FILE.jsonl ...] [--json] [--limit N]

Every configuration that deploys is compared with itself: whatever is found is noise of ours. Then each is compared with
itself plus one queue, with its state at hand (warm) as when one configuration is changed again and again. Without files
the base configurations of tests/mutation are used. A .csv has a column "Reference output", a .jsonl "config" or "hcl".
One worker; the cache on disk is bypassed.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _common import finish, parser
from terraformer import TerraformConfig, VerifierPool, VerifySettings
from terraformer.verify.changes import summarise
from terraformer.verify.compare import compare

BASES = Path(__file__).parent.parent / "tests" / "mutation" / "bases"
ONE_MORE = b'\nresource "aws_sqs_queue" "benchmark_one_more" {\n  name = "one-more"\n}\n'


def configurations(paths: list[str]) -> Iterator[tuple[str, TerraformConfig]]:
    """(source, configuration) of every file."""
    if not paths:
        for file in sorted(BASES.glob("*.tf")):
            yield "bases", TerraformConfig.from_text(file.read_text("utf-8"))
    for path in map(Path, paths):
        if path.suffix == ".csv":
            csv.field_size_limit(1 << 30)
            with path.open(encoding="utf-8", newline="") as handle:
                texts = [row["Reference output"] for row in csv.DictReader(handle)]
        else:
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
            texts = [row.get("config") or row.get("hcl") or "" for row in rows]
        for text in texts:
            if text:
                yield path.name, TerraformConfig.from_text(text)


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Median and 95th percentile, in milliseconds."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    return {
        "p50_ms": round(statistics.median(ordered) * 1000, 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
    }


def main() -> int:
    made = parser(__doc__ or "")
    made.add_argument("files", nargs="*")
    made.add_argument("--limit", type=int, default=0)
    args = made.parse_args()
    counts: Counter[str] = Counter()
    times: dict[str, list[float]] = {"apply": [], "compare": [], "change_warm": []}
    noisy: list[str] = []
    settings = VerifySettings(core=args.core, cache=False)
    with VerifierPool(1, settings) as pool:
        for number, (source, config) in enumerate(configurations(args.files)):
            if args.limit and number >= args.limit:
                break
            counts["all"] += 1
            started = time.perf_counter()
            applied = pool.apply(config)
            seconds = time.perf_counter() - started
            if applied.report.deployable is not True:
                continue
            counts["deploys"] += 1
            times["apply"].append(seconds)
            counts["drifts"] += applied.drift is not None
            started = time.perf_counter()
            done = compare(config, config, pool=pool)
            times["compare"].append(time.perf_counter() - started)
            counts["tool_errors"] += bool(done.tool_errors)
            counts["by_text"] += done.summary.by_text
            if done.summary.empty and not done.summary.by_text:
                counts["equal"] += 1
            else:
                noisy.append(f"{source}: {done.by_text_because or [r.address for r in done.summary.resources]}")
            if applied.state is None:
                continue
            name = next(iter(config.module_files))
            after = config.with_files({name: config.files[name] + ONE_MORE})
            started = time.perf_counter()
            change = pool.submit_change(after, applied.state).result()
            if change.plan is not None:
                summary = summarise(change.plan, before=applied.report.plan, drift=applied.drift)
                times["change_warm"].append(time.perf_counter() - started)
                counts["one_added"] += [r.address for r in summary.resources] == ["aws_sqs_queue.benchmark_one_more"]
    result: dict[str, Any] = {**dict(counts), **{name: percentiles(found) for name, found in times.items()}}
    for line in noisy[:20]:
        print(line, file=sys.stderr)
    print(json.dumps(result, indent=2))
    finish("compare", result, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
