"""Findings on Terraform found in the wild that are not about missing context, to be read by eye.

    python benchmarks/precision.py CORPUS.jsonl [--json] [--show CODE]

Each line of CORPUS holds one file (``content``, ``text``, ``config`` or ``code``; ``path`` where known). The files are
parts of modules: what they refer to and do not hold (variables, resources, modules, files) is filled in or left out of
the count. What remains is printed: a finding there is either a fault of the file or a fault of ours.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from _common import finish, parser
from terraformer import TerraformConfig, VerificationReport, VerifierPool, VerifySettings

CONTEXT = frozenset(
    {
        "undeclared-reference",
        "module-not-available",
        "file-not-found",
        "file-missing",
        "provider-unknown",
        "provider-not-configured",
        "module-provider-mismatch",
        "undeclared-variable",
        "variable-value-missing",
        "version-mismatch",
        "provider-version",
    }
)
_TEXTS = ("hcl", "content", "text", "config", "code")
_VARIABLE = re.compile(r"\bvar\.([A-Za-z_][\w-]*)")
_DECLARED = re.compile(r'^\s*variable\s+"?([\w-]+)"?', re.M)


def with_variables(text: str) -> TerraformConfig:
    """The file together with declarations (of any type) for the variables that it uses and does not declare."""
    missing = sorted(set(_VARIABLE.findall(text)) - set(_DECLARED.findall(text)))
    declared = "".join(f'variable "{name}" {{}}\n' for name in missing)
    files = {"main.tf": text.encode("utf-8", "surrogatepass")}
    if declared:
        files["declared_here.tf"] = declared.encode()
    return TerraformConfig(files)


def content_of(record: dict[str, Any]) -> str:
    """The file's text, whatever the corpus calls it."""
    for key in _TEXTS:
        if isinstance(record.get(key), str):
            return str(record[key])
    raise ValueError(f"no text in a record with {', '.join(record)}")


def findings(report: VerificationReport) -> list[dict[str, Any]]:
    """What is not about missing context."""
    return [
        {
            "code": c.code,
            "severity": str(c.severity),
            "summary": c.summary,
            "detail": " ".join(c.detail.split())[:300],
            "address": c.address,
            "snippet": c.snippet,
        }
        for c in report.certificates
        if c.code not in CONTEXT
    ]


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("corpus", type=Path, help="a JSON lines file of Terraform files")
    options.add_argument("--show", default="", help="print only findings of codes that match this pattern")
    args = options.parse_args()
    try:
        records = [json.loads(line) for line in args.corpus.read_text(encoding="utf-8").splitlines() if line.strip()]
        records = [r for r in records if any(r.get(k) for k in _TEXTS)]
        configs = [with_variables(content_of(r)) for r in records]
    except (OSError, ValueError) as error:
        print(f"{args.corpus}: {error}", file=sys.stderr)
        return 1
    totals: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    shown: list[dict[str, Any]] = []
    with VerifierPool(args.jobs or None, VerifySettings(core=args.core, cache=False, keep_plan=False)) as pool:
        for number, (record, report) in enumerate(zip(records, pool.verify_many(configs), strict=True)):
            totals["files"] += 1
            totals["compile"] += report.compilable is True
            totals["deploy"] += report.deployable is True
            totals["tool_errors"] += bool(report.tool_errors)
            found = findings(report)
            totals["with_findings"] += bool(found)
            if report.deployable is not True and not found and not report.tool_errors:
                totals["context_only"] += 1
            for finding in found:
                codes[finding["code"]] += 1
                shown.append({"file": number, "path": record.get("path", ""), **finding})
            shown.extend(
                {"file": number, "code": f"tool-error {e.kind}", "summary": e.message[:500]} for e in report.tool_errors
            )
    result = {**totals, "codes": dict(codes.most_common()), "findings": shown}
    if not args.json:
        for item in shown:
            if re.search(args.show, item["code"]):
                print(f"#{item['file']} [{item['code']}] {item['summary']}\n    {item.get('detail', '')}")
                if item.get("snippet"):
                    print("    | " + str(item["snippet"]).replace("\n", "\n    | "))
        print({k: v for k, v in result.items() if k != "findings"})
    finish(f"precision-{args.corpus.stem}", result, args, saved={k: v for k, v in result.items() if k != "findings"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
