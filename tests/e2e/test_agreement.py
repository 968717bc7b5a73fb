"""The figures that every change must keep, on the optional data sets beside the repository, through the benchmarks' doors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PLANS = ROOT.parent / "shared" / "real-plan" / "dev.jsonl"
REFERENCES = ROOT.parent / "shared" / "iac-eval" / "dev.csv"


def run(script: str, data: Path) -> dict[str, Any]:
    if not data.is_file():
        pytest.skip(f"the data set {data.name} does not lie beside the repository")
    command = [sys.executable, f"benchmarks/{script}", str(data), "--json", "--no-save"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_verdicts_agree_with_real_plans() -> None:
    result = run("fidelity.py", PLANS)
    assert result["disagreements"] == []
    assert (result["deploy_agree"], result["deploy_total"]) == (40, 40)
    assert (result["policy_agree"], result["policy_total"]) == (21, 21)


def test_reference_configurations_deploy() -> None:
    result = run("references.py", REFERENCES)
    assert result["total"] == 60
    assert result["deploy"] == result["offline"] >= 54
    assert result["policy"] >= 0.9 * result["deploy"]
