"""The kit for a machine with a GPU, all of it at toy size on a CPU: packed, received, trained, evaluated, exported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

for needed in ("torch", "transformers", "gguf", "pyarrow", "zstandard"):
    pytest.importorskip(needed, reason="the extras `train` and `data` are not installed")

from support.toy_records import write_dataset  # noqa: E402

KIT = Path(__file__).parents[2] / "recipes" / "gpu"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_dry_run(tmp_path: Path) -> None:
    write_dataset(tmp_path / "set")
    environment = {**os.environ, "PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}
    command = ["bash", str(KIT / "dry_run.sh"), str(tmp_path / "set"), str(tmp_path / "place")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1700)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("dry run: all of it works\n")
    assert "24 of 24 right answers pass" in done.stdout
    assert "stopped with a checkpoint" in done.stdout
    assert "rl    validation       x4: correct" in done.stdout


def test_a_damaged_part_is_noticed(tmp_path: Path) -> None:
    part = tmp_path / "part-1"
    part.mkdir()
    (part / "000.bin").write_bytes(b"abc")
    told = (
        '{"part": 1, "of": 1, "pieces": [{"name": "kit.tar.zst", "at": 0, "size": 3}], "sha256": {"kit.tar.zst": "0"}}'
    )
    (part / "part.json").write_text(told)
    environment = {**os.environ, "KIT": str(tmp_path / "kit")}
    done = subprocess.run(
        [sys.executable, str(KIT / "receive.py"), str(part)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "damaged on the way" in done.stderr
