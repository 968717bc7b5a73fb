"""Ten thousand runs in a row: processes, sockets, files and memory must not grow.

    python benchmarks/soak.py [--runs 10000] [--json]

One worker, cache bypassed, good and bad configurations and policies in turn. Prints what was open at the start (after a
warm-up) and at the end. The worker is replaced by a fresh one every couple of thousand runs, as in real use; memory is
measured over the whole time.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from _common import finish, parser
from samples import samples
from terraformer import TerraformConfig, VerifierPool, VerifySettings
from terraformer.verify.scratch import base_directory


def measure(pool: VerifierPool) -> dict[str, Any]:
    """What is open now, here and in the worker."""
    (pid,) = pool.pids
    own = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return {
        "parent_files": len(os.listdir("/proc/self/fd")),
        "worker_files": len(os.listdir(f"/proc/{pid}/fd")),
        "worker_threads": len(os.listdir(f"/proc/{pid}/task")),
        "parent_threads": threading.active_count(),
        "scratch_entries": sum(1 for _ in base_directory().rglob("*")),
        "parent_mb": round(int(own) * os.sysconf("SC_PAGE_SIZE") / 1048576, 1),
        "worker_mb": round(pool.resident_mb(), 1),
    }


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=10_000)
    args = options.parse_args()
    jobs: list[Any] = list(samples())
    jobs.append((TerraformConfig.from_text('resource "aws_sqs_queue" "q" {\n  nme = "x"\n}\n'), ()))
    jobs.append((TerraformConfig.from_text('output "x" {\n  value = file("/etc/passwd")\n}\n'), ()))
    history: list[dict[str, Any]] = []
    workers: set[int] = set()
    failures = 0
    started = time.perf_counter()
    with VerifierPool(1, VerifySettings(core=args.core, cache=False)) as pool:
        for number in range(args.runs):
            config, policies = jobs[number % len(jobs)]
            report = pool.verify(config, policies=policies)
            failures += bool(report.tool_errors)
            workers.update(pool.pids)
            if pool.pids and (number == 300 or (number and number % max(1, args.runs // 20) == 0)):
                history.append({"run": number, **measure(pool)})
        last = pool.pids
    left = [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    result = {
        "runs": args.runs,
        "seconds": round(time.perf_counter() - started, 1),
        "tool_errors": failures,
        "workers_used": len(workers),
        "workers_left": len(left),
        "last_worker_gone": not any(Path(f"/proc/{p}").exists() for p in last),
        "scratch_left": sum(1 for _ in base_directory().iterdir()),
        "first": history[0],
        "last": history[-1],
        "peak_worker_mb": max(h["worker_mb"] for h in history),
        "peak_parent_mb": max(h["parent_mb"] for h in history),
        "history": history,
    }
    if not args.json:
        for line in history:
            print(line)
        print({k: v for k, v in result.items() if k != "history"})
    finish("soak", result, args)
    return 1 if failures or left else 0


if __name__ == "__main__":
    sys.exit(main())
