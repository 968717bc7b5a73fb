"""How many IaC-Eval reference configurations compile, deploy and meet their own policy, and why the rest do not.

    python benchmarks/references.py FILE.csv [--json]

FILE is IaC-Eval's table: the columns "Reference output" (HCL) and "Rego intent" (its policy) are read. References that
call registry modules, or read files that are not there, cannot be planned hermetically: they are counted apart.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from _common import finish, parser
from terraformer import Policy, TerraformConfig, VerificationReport, VerifierPool, VerifySettings

_NOT_THERE = frozenset({"module-not-available", "file-not-found", "file-missing"})


def reasons(report: VerificationReport) -> list[str]:
    """The codes (and for policies the rules) that kept a report from passing."""
    found = [f"tool error {e.kind}: {e.message[:160]}" for e in report.tool_errors]
    for certificate in report.errors:
        what = f"{certificate.code}: {certificate.summary}"
        found.append(what if len(what) < 240 else what[:237] + "...")
    return found or ["no verdict"]


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("table", type=Path, help="IaC-Eval's data, as CSV")
    args = options.parse_args()
    csv.field_size_limit(1 << 30)
    try:
        with args.table.open(encoding="utf-8", newline="") as handle:
            rows = [row for row in csv.DictReader(handle) if (row.get("Reference output") or "").strip()]
    except OSError as error:
        print(f"{args.table}: {error.strerror}", file=sys.stderr)
        return 1
    settings = VerifySettings(core=args.core, cache=False, keep_plan=False)
    jobs = [
        (TerraformConfig.from_text(row["Reference output"]), (Policy("policy.rego", row["Rego intent"]),))
        for row in rows
    ]
    counts = {"total": len(rows), "compile": 0, "deploy": 0, "policy": 0, "not_offline": 0, "offline": 0}
    groups: dict[str, dict[str, list[str]]] = {s: defaultdict(list) for s in ("compile", "deploy", "policy")}
    not_offline: list[str] = []
    with VerifierPool(args.jobs or None, settings) as pool:
        for row, report in zip(rows, pool.verify_many(jobs), strict=True):
            name = row.get("index") or row.get("") or "?"
            counts["compile"] += report.compilable is True
            counts["deploy"] += report.deployable is True
            counts["policy"] += report.correct is True
            if report.deployable is not True and {c.code for c in report.errors} <= _NOT_THERE and report.errors:
                counts["not_offline"] += 1
                not_offline.append(f"{name}: {'; '.join(reasons(report)[:2])}")
                continue
            counts["offline"] += 1
            stage = (
                "compile" if report.compilable is not True else "deploy" if report.deployable is not True else "policy"
            )
            if stage == "policy" and report.correct is True:
                continue
            for reason in reasons(report)[:3]:
                groups[stage][reason].append(name)
    plannable = counts["deploy"]
    result: dict[str, Any] = {
        **counts,
        "deploy_share_offline": round(plannable / counts["offline"], 4) if counts["offline"] else None,
        "policy_share_of_deployed": round(counts["policy"] / plannable, 4) if plannable else None,
        "not_offline_cases": not_offline,
        "reasons": {s: dict(sorted(g.items(), key=lambda kv: -len(kv[1]))) for s, g in groups.items()},
    }
    if not args.json:
        print({k: v for k, v in result.items() if not isinstance(v, (dict, list))})
        for stage, found in result["reasons"].items():
            for reason, names in found.items():
                print(f"{stage:8} {len(names):3} {reason}  [{', '.join(names[:8])}]")
        for line in not_offline:
            print("offline ", line)
    codes = {
        stage: {
            name: sorted(reason.partition(":")[0] for reason, names in found.items() if name in names)
            for name in sorted({name for names in found.values() for name in names})
        }
        for stage, found in result["reasons"].items()
    }
    saved = {**result, "reasons": codes, "not_offline_cases": [":".join(c.split(":")[:2]) for c in not_offline]}
    finish("references", result, args, saved=saved)
    return 0


if __name__ == "__main__":
    sys.exit(main())
