"""Configurations a second through compile, deploy and policy; latency; memory; ratio to `terraform version`.

    python benchmarks/throughput.py [CASES.jsonl] [--json] [--runs N]

Without CASES (as for fidelity.py) a few configurations of ordinary size are used. The cache is bypassed.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from _common import finish, parser
from samples import samples
from terraformer import Policy, TerraformConfig, VerifierPool, VerifySettings


def version_seconds(times: int = 9) -> float | None:
    """Median wall time of `terraform version` in a clean environment; None without a terraform on PATH."""
    program = shutil.which("terraform")
    if program is None:
        return None
    found = []
    for _ in range(times):
        started = time.perf_counter()
        subprocess.run(
            [program, "version"],
            check=True,
            stdout=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "CHECKPOINT_DISABLE": "1"},
        )
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def resident_mb() -> float:
    """Resident memory of this process, in MB."""
    with open("/proc/self/statm", encoding="ascii") as handle:
        return int(handle.read().split()[1]) * resource.getpagesize() / 1048576


def cpu_seconds(pids: list[int]) -> float:
    """Processor time of this process and the given ones so far: it does not depend on what else the machine does."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = time.process_time()
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def import_ms(times: int = 5) -> float:
    """Median time of `import terraformer` in a fresh interpreter, less that of an interpreter that imports nothing."""

    def measure(code: str) -> float:
        found = []
        for _ in range(times):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            found.append(time.perf_counter() - started)
        return statistics.median(found)

    return (measure("import terraformer") - measure("pass")) * 1000


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("cases", type=Path, nargs="?", help="a JSON lines file of cases (config, rego)")
    options.add_argument("--runs", type=int, default=400, help="configurations in the throughput run")
    args = options.parse_args()
    if args.cases:
        lines = args.cases.read_text(encoding="utf-8").splitlines()
        cases = [json.loads(line) for line in lines if line.strip()]
        jobs: list[Any] = [(TerraformConfig.from_text(c["config"]), (Policy("policy.rego", c["rego"]),)) for c in cases]
    else:
        jobs = list(samples())
    settings = VerifySettings(core=args.core, cache=False)
    workers = args.jobs or len(os.sched_getaffinity(0))

    latencies: list[float] = []
    with VerifierPool(1, settings) as pool:
        for config, policies in jobs:  # warm
            pool.verify(config, policies=policies)
        while len(latencies) < max(120, len(jobs)):
            config, policies = jobs[len(latencies) % len(jobs)]
            started = time.perf_counter()
            report = pool.verify(config, policies=policies)
            latencies.append(time.perf_counter() - started)
            if report.tool_errors:
                print(report.tool_errors, file=sys.stderr)
                return 1
    latencies.sort()

    peak = 0.0
    done = threading.Event()
    many = [jobs[i % len(jobs)] for i in range(args.runs)]
    with VerifierPool(workers, settings) as pool:
        for _ in pool.verify_many(jobs * 2):
            pass

        def watch() -> None:
            nonlocal peak
            while not done.is_set():
                peak = max(peak, pool.resident_mb() + resident_mb())
                time.sleep(0.02)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        pids, cpu = pool.pids, cpu_seconds(pool.pids)
        started = time.perf_counter()
        count = sum(1 for _ in pool.verify_many(many))
        elapsed = time.perf_counter() - started
        cpu = cpu_seconds(pool.pids) - cpu if pool.pids == pids else float("nan")
        done.set()
        watcher.join()
    version = version_seconds()
    per_second = count / elapsed
    result = {
        "configs_per_second": round(per_second, 1),
        "p50_ms": round(statistics.median(latencies) * 1000, 2),
        "p95_ms": round(latencies[int(len(latencies) * 0.95)] * 1000, 2),
        "ratio_to_version": round(workers / per_second / version, 3) if version else None,
        "version_ms": round(version * 1000, 1) if version else None,
        "cpu_ms_per_config": round(cpu / count * 1000, 2) if cpu == cpu else None,
        "load_average": round(os.getloadavg()[0], 2),
        "workers": workers,
        "peak_mb": round(peak, 1),
        "import_ms": round(import_ms(), 1),
        "runs": count,
    }
    if not args.json:
        print(result)
    finish("throughput", result, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
