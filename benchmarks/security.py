"""The share of security checks that configurations pass, which checks object, and what the stage costs.

    python benchmarks/security.py FILE.csv [--json]

FILE is IaC-Eval's table (the column "Reference output" is HCL). The paper's figure is the mean of the pass shares of
single configurations; those to which no check applies have none and are counted apart. Times are of one worker after
a first round over all files, with and without the stage (without: compile and deploy), in wall clock milliseconds. The
policy library builtin:aws-baseline is judged, too: its objections, and its own milliseconds of processor time on the
plans.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _common import finish, parser
from terraformer import TerraformConfig, VerificationReport, VerifierPool, VerifySettings, load_policies
from terraformer.types import Stage
from terraformer.verify.stages.policy import check_policies

_PROOF = (Stage.COMPILE, Stage.DEPLOY)


def timed(pool: VerifierPool, configs: Sequence[TerraformConfig]) -> tuple[list[VerificationReport], dict[str, float]]:
    """Reports of a second round over all configurations, and milliseconds of each."""
    for config in configs:
        pool.verify(config)
    reports: list[VerificationReport] = []
    milliseconds: list[float] = []
    for config in configs:
        started = time.perf_counter()
        reports.append(pool.verify(config))
        milliseconds.append(1000 * (time.perf_counter() - started))
    return reports, spread(milliseconds)


def spread(milliseconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    return {
        "mean": round(statistics.fmean(ordered), 1),
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 1),
        "max": round(ordered[-1], 1),
    }


def baseline(reports: Sequence[VerificationReport]) -> dict[str, Any]:
    """The built-in library on the plans of those that deploy."""
    library = load_policies("builtin:aws-baseline")
    plans = [(json.dumps(r.plan), r.plan) for r in reports if r.plan is not None]
    found: Counter[str] = Counter()
    passed = errors = 0
    milliseconds: list[float] = []
    for number, (text, plan) in enumerate([*plans, *plans]):
        started = time.process_time()
        outcome = check_policies(library, text, plan)
        if number < len(plans):
            continue
        milliseconds.append(1000 * (time.process_time() - started))
        errors += len(outcome.tool_errors)
        passed += outcome.passed is True
        found.update(str(c.rule).rpartition(".")[2] for c in outcome.certificates)
    return {
        "plans": len(plans),
        "passed": passed,
        "tool_errors": errors,
        "processor_ms": spread(milliseconds) if milliseconds else {},
        "objections": dict(found.most_common()),
    }


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("table", type=Path, help="IaC-Eval's data, as CSV")
    args = options.parse_args()
    csv.field_size_limit(1 << 30)
    try:
        with args.table.open(encoding="utf-8", newline="") as handle:
            texts = [row.get("Reference output") or "" for row in csv.DictReader(handle)]
    except OSError as error:
        print(f"{args.table}: {error.strerror}", file=sys.stderr)
        return 1
    configs = [TerraformConfig.from_text(text) for text in texts if text.strip()]
    if not configs:
        print(f"{args.table}: no configuration in the column 'Reference output'", file=sys.stderr)
        return 1
    plain = VerifySettings(core=args.core, cache=False, stages=_PROOF)
    with VerifierPool(1, plain) as pool:
        proved, without = timed(pool, configs)
    secured = plain.replace(stages=(*_PROOF, Stage.SECURITY), keep_plan=False)
    with VerifierPool(1, secured) as pool:
        started = time.perf_counter()
        pool.verify(configs[0])
        start = time.perf_counter() - started
        reports, with_stage = timed(pool, configs)
        resident = pool.resident_mb()
    shares = [r.security_pass_share for r in reports if r.security_pass_share is not None]
    checks = [c for r in reports for c in r.checks]
    stage_ms = [1000 * s.seconds for r in reports if (s := r.stage(Stage.SECURITY)) is not None]
    found = Counter(str(c.rule) for r in reports for c in r.certificates if c.stage is Stage.SECURITY)
    result: dict[str, Any] = {
        "total": len(reports),
        "judged": len(shares),
        "pass_share_mean": round(statistics.fmean(shares), 4) if shares else None,
        "pass_share_median": round(statistics.median(shares), 4) if shares else None,
        "pass_share_of_all_checks": round(sum(c.passed for c in checks) / len(checks), 4) if checks else None,
        "secure": sum(r.secure is True for r in reports),
        "tool_errors": sum(len(r.tool_errors) for r in reports),
        "checks": len(checks),
        "findings": dict(found.most_common()),
        "ms_without": without,
        "ms_with": with_stage,
        "ms_stage": spread(stage_ms),
        "first_seconds": round(start, 2),
        "load_average": round(os.getloadavg()[0], 1),
        "worker_mb": round(resident),
        "baseline": baseline(proved),
    }
    if not args.json:
        for name, value in result.items():
            print(f"{name:26} {value}")
    finish("security", result, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
