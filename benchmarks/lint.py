"""How many configurations pass lint, which rules object, and what linting costs.

    python benchmarks/lint.py FILE.csv [--preset recommended|all] [--tool builtin|auto|tflint] [--json]

FILE is IaC-Eval's table (the column "Reference output" is HCL), or a .jsonl whose lines have "hcl". "No error" is lint
as the report counts it; "no issue" is a run of TFLint that prints nothing. Files that are no valid HCL are not linted:
they count as not passed over all, and not at all over the compilable ones.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from _common import finish, parser
from terraformer import TerraformConfig, VerificationReport, VerifierPool, VerifySettings
from terraformer.types import Stage
from terraformer.verify.settings import CheckSettings

_WARM_UP = 8


def read(path: Path) -> list[TerraformConfig]:
    """The configurations of a table or of JSON lines."""
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as handle:
        if path.suffix == ".jsonl":
            texts = [json.loads(line).get("hcl") for line in handle]
        else:
            texts = [row.get("Reference output") for row in csv.DictReader(handle)]
    return [TerraformConfig.from_text(text) for text in texts if text and text.strip()]


def rates(reports: list[VerificationReport]) -> dict[str, Any]:
    """Counts and shares of reports."""
    total = len(reports)
    no_error = sum(r.lint_passed is True for r in reports)
    no_issue = sum(r.lint_issues == 0 for r in reports)
    bundled = sum(
        r.lint_passed is not None and not any(str(c.rule).startswith("terraform_") for c in r.certificates)
        for r in reports
    )
    return {
        "total": total,
        "no_error": no_error,
        "no_issue": no_issue,
        "no_issue_of_tflints_rules": bundled,
        "no_error_share": round(no_error / total, 4) if total else None,
        "no_issue_share": round(no_issue / total, 4) if total else None,
    }


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("table", type=Path, help="IaC-Eval's data as CSV, or JSON lines")
    options.add_argument("--preset", choices=("recommended", "all"), default="recommended")
    options.add_argument("--tool", choices=("builtin", "auto", "tflint"), default="builtin")
    args = options.parse_args()
    try:
        configs = read(args.table)
    except (OSError, ValueError, AttributeError) as error:
        print(f"{args.table}: {error}", file=sys.stderr)
        return 1
    lint = CheckSettings(only=("*",) if args.preset == "all" else (), tool=args.tool)
    settings = VerifySettings(
        core=args.core, stages=(Stage.COMPILE, Stage.LINT), lint=lint, cache=False, keep_plan=False
    )
    with VerifierPool(args.jobs or None, settings) as pool:
        list(pool.verify_many(configs[:_WARM_UP]))
        reports = list(pool.verify_many(configs))
    milliseconds = sorted(1000 * s.seconds for r in reports if (s := r.stage(Stage.LINT)) is not None)
    found = [c for r in reports for c in r.certificates if c.stage is Stage.LINT]
    touched = Counter(rule for r in reports for rule in {c.rule for c in r.certificates if c.stage is Stage.LINT})
    issues = Counter(c.rule for c in found)
    result = {
        "preset": args.preset,
        "tool": args.tool,
        "all": rates(reports),
        "compilable": rates([r for r in reports if r.compilable]),
        "not_linted": sum(r.lint_passed is None and not r.tool_errors for r in reports),
        "tool_errors": sum(bool(r.tool_errors) for r in reports),
        "issues": len(found),
        "rules": {str(rule): {"configurations": touched[rule], "issues": n} for rule, n in issues.most_common()},
        "lint_ms": {
            "median": round(statistics.median(milliseconds), 2),
            "p95": round(milliseconds[int(0.95 * (len(milliseconds) - 1))], 2),
            "max": round(milliseconds[-1], 2),
        },
    }
    for name in ("all", "compilable"):
        part = result[name]
        print(
            f"{name:<11} {part['total']:>5} configurations: {part['no_error']} without an error, "
            f"{part['no_issue']} without any issue "
            f"({part['no_issue_of_tflints_rules']} without one of TFLint's own rules)"
        )
    print(f"not linted (no valid HCL): {result['not_linted']}; tool errors: {result['tool_errors']}")
    for rule, counts in result["rules"].items():
        print(f"  {rule:<50} {counts['configurations']:>5} configurations, {counts['issues']:>6} issues")
    ms = result["lint_ms"]
    print(f"lint: median {ms['median']} ms, p95 {ms['p95']} ms, max {ms['max']} ms a configuration")
    finish("lint", result, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
