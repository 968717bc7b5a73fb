"""Open files: what waits holds none, and a program that has many open itself can verify all the same."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

_COMMON = """
import os, resource
from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

def config(number):
    return TerraformConfig({"main.tf": f'output "a" {{\\n  value = {number}\\n}}\\n'.encode()})

def opened():
    return len(os.listdir("/proc/self/fd"))
"""

_OUTSTANDING = (
    _COMMON
    + """
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
with VerifierPool(2, VerifySettings(cache=True)) as pool:
    first = pool.verify(config(-1))
    assert first.tool_errors == () and first.compilable is not None, first
    before = opened()
    calls = [pool.submit(config(number)) for number in range(3000)]
    waiting = sum(not call.done() for call in calls)
    assert waiting > 2000, waiting
    assert opened() <= before + 8, (before, opened())  # a second worker, the cache's files
    for call in calls[40:]:
        call.cancel()
    for call in calls:
        if not call.cancelled():
            assert call.result().tool_errors == (), call.result().tool_errors
    assert opened() <= before + 8
print("fine")
"""
)

_MANY_OPEN = (
    _COMMON
    + """
held = [os.open("/dev/null", os.O_RDONLY) for _ in range(1100)]
with VerifierPool(1, VerifySettings(cache=False)) as pool:
    report = pool.verify(config(1))
assert report.tool_errors == (), report.tool_errors
assert report.deployable is True
print("fine")
"""
)


def _run(program: str, cache: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "XDG_CACHE_HOME": cache},
    )
    return done.stdout + done.stderr[-2000:]


def test_outstanding_calls_hold_no_open_files(tmp_path: Path) -> None:
    assert _run(_OUTSTANDING, str(tmp_path)) == "fine\n"


def test_a_program_with_many_open_files_can_verify(tmp_path: Path) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 1300:
        pytest.skip("this process may not open more than 1,300 files")
    assert _run(_MANY_OPEN, str(tmp_path)) == "fine\n"
