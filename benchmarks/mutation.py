"""Changes by the embedded model under the grammar over edits, on the requests of benchmarks/mutation_cases.

    python benchmarks/mutation.py [--model embedded] [--rounds N] [--json] [--no-save]

Each configuration NAME.tf has its requests in NAME.json, with what must differ: values of resources, types of added
ones, addresses of removed ones, and nothing else among what was there. The planner of edits was developed on shop and
web, so their figures are optimistic; data was written afterwards and never tuned on. Counts over all requests of a
file: applied (the answer could be read and applied), verified (it compiles and plans), preserved (something differs,
and nothing that the request does not allow), right (and what must differ does, and no other resource that was there).
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from _common import finish, parser
from terraformer.errors import TerraformerError
from terraformer.generate.mutation import MutateSettings, mutate, mutation_result
from terraformer.models import SamplingSettings, get_model
from terraformer.types import ChangeSummary, TerraformConfig, Trace
from terraformer.verify import VerifierPool, VerifySettings

CASES = Path(__file__).parent / "mutation_cases"
COUNTED = ("applied", "verified", "preserved", "right")


def main() -> int:
    made = parser(__doc__ or "")
    made.add_argument("--model", default="embedded")
    made.add_argument("--rounds", type=int, default=3)
    args = made.parse_args()
    model = get_model(args.model)
    result: dict[str, Any] = {"model": args.model, "rounds": args.rounds}
    with VerifierPool(args.jobs or 1, VerifySettings(core=args.core, keep_plan=False)) as pool:
        for file in sorted(CASES.glob("*.json")):
            config = TerraformConfig({"main.tf": file.with_suffix(".tf").read_bytes()})
            tasks = [_task(case, config, model, pool, args) for case in json.loads(file.read_text("utf-8"))]
            result[file.stem] = {
                "total": len(tasks),
                **{key: sum(bool(t[key]) for t in tasks) for key in COUNTED},
                "median_seconds": round(statistics.median(t["seconds"] for t in tasks), 2),
                "tasks": tasks,
            }
            told = ", ".join(f"{result[file.stem][key]}/{len(tasks)} {key}" for key in COUNTED)
            print(f"{file.stem}: {told}; median {result[file.stem]['median_seconds']} s a request")
    model.close()
    finish("mutation", result, args)
    return 0


def _task(case: dict[str, Any], config: TerraformConfig, model: Any, pool: VerifierPool, args: Any) -> dict[str, Any]:
    settings = MutateSettings(
        rounds=args.rounds,
        sampling=SamplingSettings(seed=0, timeout=300),
        verify=VerifySettings(core=args.core, keep_plan=False, cache=False),
    )
    started = time.monotonic()
    found = {"request": case["request"], **dict.fromkeys(COUNTED, False), "stopped": "", "attempts": 0}
    try:
        trace = mutate(config, case["request"], model=model, settings=settings, pool=pool)
    except TerraformerError as error:
        found["stopped"] = str(error)
    else:
        found.update(_judged(trace, case), stopped=trace.stopped, attempts=len(trace.attempts))
    found["seconds"] = round(time.monotonic() - started, 2)
    marks = "".join("+" if found[key] else "-" for key in COUNTED)
    print(f"{marks} {found['seconds']:5.1f} s  {case['request']}  [{found['stopped'][:80]}]", file=sys.stderr)
    return found


def _judged(trace: Trace, case: dict[str, Any]) -> dict[str, bool]:
    report = trace.report
    if trace.config is None or report is None:
        return {}
    summary = mutation_result(trace).summary
    verified = report.deployable is True
    preserved = verified and not report.errors
    right = preserved and summary is not None and not summary.by_text and _is_right(summary, case)
    return {"applied": True, "verified": verified, "preserved": preserved, "right": right}


def _is_right(summary: ChangeSummary, case: dict[str, Any]) -> bool:
    changed = {r.address: r for r in (*summary.changed, *summary.replaced)}
    wanted = case.get("changed", {})
    if set(changed) != set(wanted) or {r.address for r in summary.removed} != set(case.get("removed", ())):
        return False
    if not set(case.get("added", ())) <= {r.type for r in summary.added}:
        return False
    for address, values in wanted.items():
        found = {a.path: a for a in changed[address].attributes}
        for path, value in values.items():
            whole = next((a for p, a in found.items() if p == path or p.startswith((path + ".", path + "["))), None)
            if whole is None or (value is not None and whole.after != value):
                return False
    return bool(wanted or case.get("added") or case.get("removed"))


if __name__ == "__main__":
    raise SystemExit(main())
