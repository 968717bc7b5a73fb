"""Configurations that mean harm: bounded in time, memory, output and reach; and workers that die."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from terraformer.types import Severity, Stage, StageStatus, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool, VerifySettings, load_config
from terraformer.verify.scratch import sweep

SETTINGS = VerifySettings(cache=False, timeout=6, memory_mb=512)
PLAIN = 'output "answer" {\n  value = 42\n}\n'


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, SETTINGS) as made:
        yield made


def codes(report: VerificationReport) -> set[str]:
    return {c.code for c in report.errors}


def assert_answered(report: VerificationReport, *expected: str) -> None:
    assert report.tool_errors == ()
    assert codes(report) & set(expected), report.errors
    assert report.deployable is False
    assert report.exit_code == 2


def still_works(pool: VerifierPool) -> bool:
    return pool.verify(TerraformConfig.from_text(PLAIN)).deployable is True


def test_ten_megabytes_of_text(pool: VerifierPool) -> None:
    assert_answered(pool.verify(TerraformConfig.from_text("lorem ipsum " * 900_000)), "input-too-large")


def test_megabytes_of_nonsense_within_the_limit(pool: VerifierPool) -> None:
    report = pool.verify(TerraformConfig.from_text('x = "\n' * 300_000))
    assert report.compilable is False
    assert report.tool_errors == ()
    assert len(report.certificates) < 1000


def test_binary(pool: VerifierPool) -> None:
    assert_answered(pool.verify(TerraformConfig({"main.tf": bytes(range(256)) * 2000})), "invalid-encoding")
    assert_answered(pool.verify(TerraformConfig({"main.tf": b"\xff\xfe\xfd" * 2000})), "invalid-encoding")


@pytest.mark.parametrize(
    "text",
    [
        "locals {\n  a = " + "(" * 100_000 + "1" + ")" * 100_000 + "\n}\n",
        "locals {\n  a = " + "[" * 100_000 + "]" * 100_000 + "\n}\n",
        "locals {\n  a = " + "[" * 1_000_000,
        "a {\n" * 100_000 + "}\n" * 100_000,
        "locals {\n  a = " + '"${' * 50_000 + "1" + '}"' * 50_000 + "\n}\n",
    ],
    ids=["parentheses", "lists", "unclosed", "blocks", "templates"],
)
def test_deep_nesting(pool: VerifierPool, text: str) -> None:
    assert_answered(pool.verify(TerraformConfig.from_text(text)), "resource-limit")


def test_nesting_just_below_the_bound_is_planned(pool: VerifierPool) -> None:
    report = pool.verify(TerraformConfig.from_text("locals {\n  a = " + "(" * 500 + "1" + ")" * 500 + "\n}\n"))
    assert report.deployable is True


@pytest.mark.parametrize(
    "text",
    [
        'resource "terraform_data" "a" {\n  count = 1000000000\n}\n',
        'output "a" {\n  value = length(range(1000000000))\n}\n',
        'output "a" {\n  value = format("%2000000000s", "a")\n}\n',
        'locals {\n  a0 = "xxxxxxxxxxxxxxxx"\n'
        + "".join(f'  a{i + 1} = "${{local.a{i}}}${{local.a{i}}}"\n' for i in range(40))
        + '}\n\noutput "a" {\n  value = local.a40\n}\n',
        "locals {\n  r = range(1000)\n  x = [for a in local.r : [for b in local.r : [for c in local.r : a * b * "
        "c]]]\n}\n"
        'output "a" {\n  value = length(local.x)\n}\n',
    ],
    ids=["count", "range", "padding", "doubling", "loops"],
)
def test_huge_values_end_at_a_limit(pool: VerifierPool, text: str) -> None:
    started = time.monotonic()
    report = pool.verify(TerraformConfig.from_text(text))
    assert_answered(report, "resource-limit", "invalid-function-argument")
    assert time.monotonic() - started < 60
    assert still_works(pool)


def test_a_plan_over_its_time_failed_to_deploy_but_compiles(pool: VerifierPool) -> None:
    report = pool.verify(TerraformConfig.from_text('resource "terraform_data" "a" {\n  count = 1000000000\n}\n'))
    assert report.compilable is True
    assert report.deployable is False
    assert [c.stage for c in report.errors] == [Stage.DEPLOY]


@pytest.mark.parametrize(
    "expression",
    [
        'file("/etc/passwd")',
        'file("../../../../../../../../etc/passwd")',
        'filebase64("/etc/hostname")',
        'file("/proc/self/environ")',
        'file("/proc/1/environ")',
        'templatefile("/etc/passwd", {})',
        'filesha256("/etc/passwd")',
        'file("${path.module}/../../../../../../../etc/passwd")',
        f'file("{sys.executable}")',
        f'file("{os.path.realpath(__file__)}")',
    ],
)
def test_files_outside_cannot_be_read(pool: VerifierPool, expression: str) -> None:
    report = pool.verify(TerraformConfig.from_text(f'output "x" {{\n  value = {expression}\n}}\n'))
    assert report.deployable is False
    assert codes(report) & {"file-access", "file-not-found"}, report.errors


def test_directories_outside_cannot_be_listed(pool: VerifierPool) -> None:
    report = pool.verify(TerraformConfig.from_text('output "x" {\n  value = try(fileset("/etc", "*"), [])\n}\n'))
    assert report.plan is not None
    assert report.plan["planned_values"]["outputs"]["x"].get("value", []) == []


def test_files_inside_can_be_read(pool: VerifierPool) -> None:
    config = TerraformConfig(
        {"main.tf": b'output "x" {\n  value = file("${path.module}/data/motd.txt")\n}\n', "data/motd.txt": b"hello"}
    )
    report = pool.verify(config)
    assert report.plan is not None
    assert report.plan["planned_values"]["outputs"]["x"]["value"] == "hello"


def test_symbolic_links_out_of_the_directory_are_not_followed(pool: VerifierPool, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("hunter2")
    inside = tmp_path / "configuration"
    inside.mkdir()
    (inside / "main.tf").write_text('output "x" {\n  value = [file("key"), file("dir/key"), file("/etc/passwd")]\n}\n')
    (inside / "key").symlink_to(secret / "key")
    (inside / "dir").symlink_to(secret)
    config = load_config(inside)
    assert set(config.files) == {"main.tf"}
    report = pool.verify(config)
    assert report.deployable is False
    assert "hunter2" not in str(report.to_dict(include_plan=True))


def test_the_users_environment_is_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("TF_VAR_stage", "hunter2")
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-destroy")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/does/not/exist")
    text = 'variable "stage" {\n  type = string\n}\n\noutput "stage" {\n  value = var.stage\n}\n'
    with VerifierPool(1, SETTINGS) as pool:
        report = pool.verify(TerraformConfig.from_text(text))
        environment = Path(f"/proc/{pool.pids[0]}/environ").read_bytes()
    assert report.deployable is True, report
    assert b"hunter2" not in environment
    assert "hunter2" not in str(report.to_dict(include_plan=True))


def test_provisioners_are_checked_and_never_run(pool: VerifierPool, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = (
        'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "touch '
        + str(marker)
        + '"\n  }\n}\n'
    )
    assert pool.verify(TerraformConfig.from_text(text)).deployable is True
    assert pool.verify(TerraformConfig.from_text(text.replace("command", "comand"))).compilable is False
    assert not marker.exists()


def test_external_and_http_data_sources_run_nothing(pool: VerifierPool, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = f"""
data "external" "program" {{
  program = ["touch", "{marker}"]
}}

data "http" "page" {{
  url = "http://127.0.0.1:9/"
}}

output "page" {{
  value = [data.http.page.response_body, data.external.program.result]
}}
"""
    report = pool.verify(TerraformConfig.from_text(text))
    assert not marker.exists()
    assert report.tool_errors == ()
    if report.compilable is False:
        assert codes(report) == {"provider-unknown"}
    else:
        assert report.deployable is True, report.errors
        assert {a.address for a in report.assumptions} >= {"data.external.program", "data.http.page"}


@pytest.mark.parametrize(
    "source",
    [
        "git::https://example.com/modules.git//vpc?ref=v1",
        "github.com/example/modules",
        "terraform-aws-modules/vpc/aws",
        "https://example.com/module.zip",
        "s3::https://example.com/module.zip",
    ],
)
def test_modules_from_elsewhere_are_a_finding(pool: VerifierPool, source: str) -> None:
    report = pool.verify(TerraformConfig.from_text(f'module "m" {{\n  source = "{source}"\n}}\n'))
    assert_answered(report, "module-not-available")


def test_the_network_cannot_be_reached(pool: VerifierPool) -> None:
    # A remote state is read by Terraform itself, with sockets of its own. The backend is computed, so that nothing notices.
    text = (
        'data "terraform_remote_state" "s" {\n  backend = lower("HTTP")\n  config = {\n    address = '
        '"http://127.0.0.1:9/"\n  }\n}\n'
    )
    report = pool.verify(TerraformConfig.from_text(text))
    assert report.deployable is False
    assert "address family not supported" in str(report.errors)
    assert still_works(pool)


def test_a_remote_state_is_not_waited_for(pool: VerifierPool) -> None:
    text = 'data "terraform_remote_state" "s" {\n  backend = "s3"\n  config = {\n    bucket = "b"\n    key = "k"\n    region = "eu-west-1"\n  }\n}\n'
    report = pool.verify(TerraformConfig.from_text(text))
    assert (report.compilable, report.deployable) == (True, None)
    assert [c.code for c in report.certificates] == ["remote-state"]


def _core(tmp_path: Path, plan: str) -> str:
    """A stand-in for a Terraform binary: answers `version`, and does what it is told on `plan` and `validate`."""
    path = tmp_path / "terraform"
    path.write_text(
        "#!/bin/sh\n"
        'for word in "$@"; do case "$word" in\n'
        'version) echo \'{"terraform_version": "1.99.0"}\'; exit 0;;\n'
        f"plan|validate) {plan};;\n"
        "esac; done\n"
    )
    path.chmod(0o755)
    return str(path)


def test_a_core_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    core = _core(tmp_path, "sleep 1000 & sleep 1000; exit 0")
    with VerifierPool(1, VerifySettings(cache=False, core=core, timeout=1)) as pool:
        future = pool.submit(TerraformConfig.from_text(PLAIN))
        for _ in range(200):
            if pool.pids:
                break
            time.sleep(0.01)
        report = future.result(60)
    assert codes(report) == {"resource-limit"}
    assert report.deployable is False
    assert _processes("sleep 1000") == []


def test_a_core_that_fails_without_a_word_is_a_tool_error(tmp_path: Path) -> None:
    core = _core(tmp_path, "echo 'panic: runtime error' >&2; exit 2")
    with VerifierPool(1, VerifySettings(cache=False, core=core)) as pool:
        report = pool.verify(TerraformConfig.from_text(PLAIN))
    assert report.certificates == () or all(c.code == "core-crash" for c in report.certificates)
    assert report.compilable is not True
    assert report.tool_errors or codes(report) == {"core-crash"}


def test_a_core_that_prints_without_end_is_stopped(tmp_path: Path) -> None:
    core = _core(tmp_path, "exec yes '{}'")
    with VerifierPool(1, VerifySettings(cache=False, core=core, timeout=10, output_mb=1)) as pool:
        report = pool.verify(TerraformConfig.from_text(PLAIN))
    assert codes(report) == {"resource-limit"}


def test_a_core_that_is_no_terraform_is_a_tool_error() -> None:
    with VerifierPool(1, VerifySettings(cache=False, core="/bin/true")) as pool:
        report = pool.verify(TerraformConfig.from_text(PLAIN))
    assert report.certificates == ()
    assert report.tool_errors
    assert report.compilable is None
    assert report.exit_code == 1


def _processes(text: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if text.encode() in (entry / "cmdline").read_bytes().replace(b"\0", b" "):
                    found.append(int(entry.name))
    return found


def test_a_worker_killed_in_the_middle_of_a_run_is_replaced() -> None:
    slow = TerraformConfig.from_text('resource "terraform_data" "a" {\n  count = 3000\n}\n')
    with VerifierPool(1, VerifySettings(cache=False, timeout=60)) as pool:
        pool.verify(TerraformConfig.from_text(PLAIN))
        (first,) = pool.pids
        future = pool.submit(slow)
        time.sleep(0.1)
        os.kill(first, signal.SIGKILL)
        report = future.result(120)
        (second,) = pool.pids
    assert report.deployable is True
    assert report.tool_errors == ()
    assert second != first


def test_workers_killed_again_and_again_are_a_tool_error_never_a_finding() -> None:
    endless = TerraformConfig.from_text(
        "locals {\n  r = range(1000)\n  x = [for a in local.r : [for b in local.r : [for c in local.r : a * b * c]]]\n}\n"
        'output "a" {\n  value = length(local.x)\n}\n'
    )
    with VerifierPool(1, VerifySettings(cache=False, timeout=60, memory_mb=4000)) as pool:
        pool.verify(TerraformConfig.from_text(PLAIN))
        future = pool.submit(endless)
        killed: set[int] = set()
        while not future.done():
            for pid in pool.pids:
                if pid not in killed and len(killed) < 2:
                    time.sleep(0.5)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                    killed.add(pid)
            time.sleep(0.05)
        report = future.result()
        assert report.certificates == ()
        assert [e.kind for e in report.tool_errors] == ["worker"]
        assert report.compilable is None
        assert still_works(pool)


def test_a_killed_parent_leaves_no_worker_and_no_scratch() -> None:
    program = textwrap.dedent(
        """
        import sys, time
        from terraformer.types import TerraformConfig
        from terraformer.verify import VerifierPool, VerifySettings
        pool = VerifierPool(2, VerifySettings(cache=False))
        pool.verify(TerraformConfig.from_text(""))
        pool.submit(TerraformConfig.from_text('resource "terraform_data" "a" { count = 100000 }'))
        print(*pool.pids, *(p.scratch for p in pool._processes.values()), flush=True)
        time.sleep(60)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    words = parent.stdout.readline().split()
    pids = [int(w) for w in words if w.isdigit()]
    scratch = [Path(w) for w in words if not w.isdigit()]
    assert pids
    assert all(p.exists() for p in scratch)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while any(_alive(p) for p in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_alive(p) for p in pids)
    sweep()
    assert not any(p.exists() for p in scratch)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_full_disk_is_a_tool_error(monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a tmpfs needs root")
    small = Path(tempfile.mkdtemp())  # a short path: sockets lie in it
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)], capture_output=True).returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        monkeypatch.setattr(tempfile, "tempdir", None)
        monkeypatch.setenv("TMPDIR", str(small))
        config = TerraformConfig({"main.tf": PLAIN.encode(), "data.bin": b"x" * 1_000_000})
        with VerifierPool(1, VerifySettings(cache=False)) as pool:
            report = pool.verify(config)
            assert report.certificates == ()
            assert [e.kind for e in report.tool_errors] == ["disk-full"], report.tool_errors
            assert report.deployable is None
            assert still_works(pool)
    finally:
        monkeypatch.undo()
        subprocess.run(["umount", "-l", str(small)], check=False, capture_output=True)
        small.rmdir()


def test_hundreds_of_runs_leak_nothing(pool: VerifierPool) -> None:
    def load() -> tuple[int, int, int, int]:
        (pid,) = pool.pids
        files = len(os.listdir("/proc/self/fd"))
        theirs = len(os.listdir(f"/proc/{pid}/fd"))
        threads = threading.active_count()
        # The worker's own scratch directory only: other processes of the user keep theirs beside it.
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        scratch = next(e for e in environment if e.startswith(b"TERRAFORMER_SCRATCH=")).split(b"=", 1)[1]
        left = sum(1 for p in Path(os.fsdecode(scratch)).rglob("*") if "/run/" in str(p))
        return files, theirs, threads, left

    configs = [
        TerraformConfig.from_text(
            f'resource "aws_sqs_queue" "a" {{\n  name = "q{i}"\n}}\n\noutput "n" {{\n  value = {i}\n}}\n'
        )
        for i in range(20)
    ]
    broken = TerraformConfig.from_text('output "x" {\n  value = local.missing\n}\n')
    for config in configs:
        pool.verify(config)
    before, pid, resident = load(), pool.pids, pool.resident_mb()
    for i in range(300):
        report = pool.verify(broken if i % 10 == 0 else configs[i % 20])
        assert report.deployable is (i % 10 != 0)
    after = load()
    assert pool.pids == pid
    for one, other in zip(before, after, strict=True):
        # Terraform closes the plan files that it has shown when Go collects garbage; a leak would be one for each run.
        assert other <= one + 25
    assert pool.resident_mb() < resident + 80


def test_a_hostile_policy_is_a_tool_error(pool: VerifierPool) -> None:
    from terraformer.types import Policy

    policy = Policy(
        "slow.rego",
        "package main\n\nimport rego.v1\n\nallow if {\n  count([1 | some a in numbers.range(1, 100000); some b in numbers.range(1, "
        "100000); a == b]) > 0\n}\n",
    )
    report = pool.verify(TerraformConfig.from_text(PLAIN), policies=(policy,), settings=SETTINGS.replace(timeout=2))
    assert report.deployable is True
    assert report.correct is None
    assert [e.kind for e in report.tool_errors] == ["policy-limit"]
    assert all(c.severity is not Severity.ERROR for c in report.certificates)
    policy_stage = report.stage(Stage.POLICY)
    assert policy_stage is not None
    assert policy_stage.status is StageStatus.ERROR
