"""What the benchmark scripts share: arguments, the result line, dated result files."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def parser(description: str) -> argparse.ArgumentParser:
    """An argument parser with the options that all benchmarks have."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--json", action="store_true", help="print the result as one line of JSON, last")
    made.add_argument("--jobs", type=int, default=0, help="workers (default: one a core)")
    made.add_argument("--core", default="auto", help="Terraform core, as for `terraformer verify`")
    made.add_argument("--no-save", action="store_true", help="do not write benchmarks/results")
    return made


def finish(name: str, result: dict[str, Any], args: argparse.Namespace, *, saved: dict[str, Any] | None = None) -> None:
    """Write the dated result file and print the result. ``saved`` is what the file holds where the result quotes from
    the files that were looked at: those are not ours to keep.
    """
    if not args.no_save:
        RESULTS.mkdir(exist_ok=True)
        now = datetime.datetime.now(datetime.UTC)
        record = {
            "benchmark": name,
            "date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "python": platform.python_version(),
            "cores": len(os.sched_getaffinity(0)),
            "result": result if saved is None else saved,
        }
        path = RESULTS / f"{name}-{now:%Y-%m-%d}.json"
        path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    if args.json:
        print(json.dumps(result))
