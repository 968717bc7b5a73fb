"""The embedded model under the grammar, on the prompts of an IaC-Eval-shaped CSV: one attempt each.

    python benchmarks/embedded.py ../shared/iac-eval/dev.csv [--json] [--limit N] [--seed S] [--temperature T]

The file has the columns "Prompt", "Rego intent" and "Difficulty". Prints how many of the answers compile, deploy and
are correct (every rule of the task's policy passes), and how long an answer took without its verification. Tool
failures are masked: counted apart, in none of the denominators. Writes a dated JSON file to benchmarks/results/.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from terraformer.generate import GenerateSettings, generate
from terraformer.models import SamplingSettings
from terraformer.models.embedded import EmbeddedModel
from terraformer.types import Policy
from terraformer.verify import VerifierPool, VerifySettings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON at the end")
    parser.add_argument("--limit", type=int, default=0, help="only the first N prompts")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--out", type=Path, help="directory for the configurations and traces")
    arguments = parser.parse_args()
    with arguments.file.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    rows = rows[: arguments.limit or None]
    model = EmbeddedModel(progress=_progress)
    model.prepare()
    tasks: list[dict[str, Any]] = []
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as pool:
        for number, row in enumerate(rows):
            tasks.append(_task(number, row, model, pool, arguments))
            t = tasks[-1]
            marks = "".join("+" if t[k] else "?" if t[k] is None else "-" for k in ("compile", "deploy", "correct"))
            print(f"{number:3} {marks} {t['seconds']:5.1f} s  {' '.join(row['Prompt'].split())[:90]}", file=sys.stderr)
    model.close()
    result = _summary(tasks, arguments)
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    target = Path(__file__).parent / "results" / f"embedded-{stamp}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({**result, "date": stamp, "tasks": tasks}, indent=1) + "\n", encoding="utf-8")
    print(
        f"{result['compile']}/{result['scored']} compile, {result['deploy']}/{result['scored']} deploy, "
        f"{result['correct']}/{result['scored']} correct; median {result['median_seconds']} s an answer"
    )
    if arguments.json:
        print(json.dumps(result))
    return 0


def _task(number: int, row: dict[str, str], model: EmbeddedModel, pool: VerifierPool, arguments: Any) -> dict[str, Any]:
    settings = GenerateSettings(
        rounds=0,
        strategy="grammar",
        sampling=SamplingSettings(temperature=arguments.temperature, seed=arguments.seed, timeout=300),
        trace_file=arguments.out / f"{number:03}.jsonl" if arguments.out else None,
    )
    policy = Policy(f"task-{number}.rego", row["Rego intent"])
    started = time.monotonic()
    verifying = 0.0

    def verify(config: Any, *, policies: Any = ()) -> Any:
        nonlocal verifying
        begun = time.monotonic()
        report = pool.verify(config, policies=policies)
        verifying += time.monotonic() - begun
        return report

    trace = generate(row["Prompt"], model=model, policies=(policy,), settings=settings, verifier=verify)
    seconds = time.monotonic() - started - verifying
    report = trace.report
    attempt = trace.attempts[0]
    if arguments.out and trace.config is not None:
        (arguments.out / f"{number:03}.tf").write_text(trace.config.text("main.tf"), encoding="utf-8")
    # A policy that the engine cannot run says nothing about the answer: its deployability is known all the same.
    return {
        "index": row.get("index", str(number)),
        "difficulty": row.get("Difficulty", ""),
        "compile": report.compilable if report else False,
        "deploy": report.deployable if report else False,
        "correct": report.correct if report else False,
        "tool_errors": [e.kind for e in report.tool_errors] if report else [],
        "codes": sorted({c.code for c in report.errors}) if report else [],
        "seconds": round(seconds, 2),
        "tokens": attempt.completion_tokens,
    }


def _summary(tasks: list[dict[str, Any]], arguments: Any) -> dict[str, Any]:
    scored = [t for t in tasks if t["deploy"] is not None]
    judged = [t for t in scored if t["correct"] is not None]
    seconds = sorted(t["seconds"] for t in tasks) or [0.0]
    levels = sorted({t["difficulty"] for t in tasks})
    return {
        "total": len(tasks),
        "scored": len(scored),
        "masked": len(tasks) - len(scored),
        "policy_masked": len(scored) - len(judged),
        "compile": sum(bool(t["compile"]) for t in scored),
        "deploy": sum(bool(t["deploy"]) for t in scored),
        "correct": sum(bool(t["correct"]) for t in scored),
        "correct_by_difficulty": {
            d: [
                sum(bool(t["correct"]) for t in scored if t["difficulty"] == d),
                sum(t["difficulty"] == d for t in scored),
            ]
            for d in levels
        },
        "median_seconds": round(statistics.median(seconds), 2),
        "p95_seconds": round(seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))], 2),
        "median_tokens": statistics.median([t["tokens"] or 0 for t in tasks] or [0]),
        "codes": dict(Counter(c for t in tasks for c in t["codes"]).most_common()),
        "seed": arguments.seed,
        "temperature": arguments.temperature,
        "cores": len(os.sched_getaffinity(0)),
    }


def _progress(what: str, done: int, total: int) -> None:
    if done in (0, total):
        print(f"{what}: {done / 1e6:.0f} of {total / 1e6:.0f} MB", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
