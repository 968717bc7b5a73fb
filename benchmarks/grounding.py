"""How many of the types that a reference uses are in the schema excerpt for its prompt, at several budgets.

    python benchmarks/grounding.py ../shared/iac-eval/dev.csv [--budgets 4000,8000,16000,32000] [--json] [--missing]

The file has the columns "Prompt", "Difficulty" and "Reference output". No model is called. Providers' own types only
(resources and data sources of installed bundles). Writes a dated JSON file to benchmarks/results/.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from terraformer.generate.grounding import ground
from terraformer.hcl import scan
from terraformer.provider import bundle


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--budgets", default="4000,8000,16000,32000")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON at the end")
    parser.add_argument("--missing", action="store_true", help="list the types missed most at the largest budget")
    arguments = parser.parse_args()
    with arguments.file.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    wanted = [_types(row["Reference output"]) for row in rows]
    result: dict[str, Any] = {"total": len(rows), "types": sum(map(len, wanted)), "budgets": {}}
    missed: Counter[str] = Counter()
    for budget in map(int, arguments.budgets.split(",")):
        seconds, sizes, shares, found = [], [], [], 0
        levels: dict[str, list[float]] = {}
        missed.clear()
        for row, types in zip(rows, wanted, strict=True):
            started = time.monotonic()
            grounding = ground(row["Prompt"], budget=budget)
            seconds.append(time.monotonic() - started)
            sizes.append(len(grounding.text))
            hit = types & set(grounding.types)
            missed.update(types - hit)
            found += len(hit)
            if types:
                shares.append(len(hit) / len(types))
                levels.setdefault(row["Difficulty"], []).append(shares[-1])
        result["budgets"][budget] = {
            "types_covered": round(found / max(1, result["types"]), 4),
            "mean_share": round(statistics.mean(shares), 4),
            "tasks_fully_covered": round(sum(s == 1 for s in shares) / len(shares), 4),
            "mean_share_by_difficulty": {d: round(statistics.mean(s), 3) for d, s in sorted(levels.items())},
            "median_chars": statistics.median(sizes),
            "median_ms": round(1000 * statistics.median(seconds), 1),
        }
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    target = Path(__file__).parent / "results" / f"grounding-{stamp}.json"
    target.write_text(json.dumps({**result, "date": stamp}, indent=1) + "\n", encoding="utf-8")
    for budget, figures in result["budgets"].items():
        print(
            f"{budget:6} characters: {figures['types_covered']:.1%} of {result['types']} types, "
            f"{figures['tasks_fully_covered']:.1%} of tasks whole, median {figures['median_chars']:.0f} characters, "
            f"{figures['median_ms']} ms"
        )
    if arguments.missing:
        print(missed.most_common(40), file=sys.stderr)
    if arguments.json:
        print(json.dumps(result))
    return 0


def _types(reference: str) -> set[str]:
    used = scan({"main.tf": reference.encode()}).types_in_use()
    names = {*used.resources, *(f"data.{t}" for t in used.data)}
    return {n for n in names if bundle.provider_for_type(n.removeprefix("data.")) is not None}


if __name__ == "__main__":
    raise SystemExit(main())
