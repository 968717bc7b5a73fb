"""Continuous integration: the action's steps, the pre-commit hooks and the guide's examples are really run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from action_runner import ActionRun, run_action

from terraformer.cli import settings_file

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
GUIDE = (ROOT / "docs" / "guide" / "ci.md").read_text("utf-8")
GOOD = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'
BAD = 'resource "aws_sqs_queue" "jobs" {\n  nam = "jobs"\n}\n'
WARN = 'package p\n\nimport rego.v1\n\nwarn contains "not nice" if true\n'
FILES = {
    "good/main.tf": GOOD,
    "bad/main.tf": BAD,
    "user/main.tf": 'module "m" {\n  source = "../modules/m"\n}\n',
    "modules/m/main.tf": GOOD,
    "policies/warn.rego": WARN,
    "policies-ok/ok.rego": "package p\n\nimport rego.v1\n\ndeny contains 1 if false\n",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine with terraformer on its PATH, and a pip and python that only say what they were asked for."""
    tools = tmp_path / "bin"
    tools.mkdir()
    shims = {
        "terraformer": f'exec {shlex.quote(sys.executable)} -c "from terraformer.cli import main; main()" "$@"',
        "pip": 'printf "pip %s\\n" "$@" >> "$ASKED"',
        "python": 'printf "python %s\\n" "$@" >> "$ASKED"',
    }
    for name, line in shims.items():
        (tools / name).write_text(f"#!/bin/sh\n{line}\n")
        (tools / name).chmod(0o755)
    return {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "ASKED": str(tmp_path / "asked"),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }


def git(top: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {"GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(command, cwd=top, check=True, capture_output=True, text=True, env=clean).stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    top = tmp_path / "repo"
    for name, text in FILES.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    git(tmp_path, "init", "-q", "-b", "main", "repo")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "x")
    return top


# --- the action -------------------------------------------------------------------------------------------------------


@pytest.fixture
def act(repo: Path, tmp_path: Path, environment: dict[str, str]) -> Any:
    def run(**inputs: str) -> ActionRun:
        given = {"install": "false", **{k.replace("_", "-"): v for k, v in inputs.items()}}
        workspace = {**environment, "GITHUB_WORKSPACE": str(repo)}
        return run_action(ACTION, given, cwd=repo, scratch=tmp_path / "runner", environment=workspace)

    return run


def test_the_action_is_a_composite_action_whose_scripts_hold_no_expression() -> None:
    action = yaml.safe_load(ACTION.read_text("utf-8"))
    assert action["runs"]["using"] == "composite"
    for name, spec in action["inputs"].items():
        assert isinstance(spec.get("default"), str), name
        assert spec["description"].endswith("."), name
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert step.get("shell") == ("bash" if "run" in step else None)
    text = ACTION.read_text("utf-8")
    unused = [name for name in action["inputs"] if f"inputs.{name}" not in text]
    assert unused == []


def test_the_action_annotates_summarises_and_fails(act: Any) -> None:
    done = act()
    assert done.code == 2
    assert done.ran == ["Verify", "Write the summary"]
    assert done.outputs == {"exit-code": "2", "sarif-file": ""}
    [annotation] = [line for line in done.log.splitlines() if line.startswith("::")]
    assert annotation.startswith("::error file=bad/main.tf,line=2,col=3,endLine=2,")
    assert done.summary.count("## ❌ terraformer") == 1
    for name in ("`bad` failed", "`good` passed", "`user` passed"):
        assert name in done.summary
    assert "`modules/m`" not in done.summary


def test_the_action_passes_what_is_clean(act: Any) -> None:
    done = act(path="good\nuser\n", policies="policies-ok\n\n", format="text", summary="false")
    assert done.code == 0
    assert done.outputs["exit-code"] == "0"
    assert "2 configurations: 2 passed." in done.log
    assert "1 of 1 rules" in done.log
    assert done.summary == ""


def test_the_action_tells_wrong_use_from_findings(act: Any) -> None:
    done = act(path="nowhere")
    assert (done.code, done.outputs["exit-code"]) == (1, "1")
    assert "no such file" in done.log


def test_the_action_writes_and_uploads_sarif_even_when_it_fails(act: Any, repo: Path) -> None:
    done = act(path="bad", sarif_file="out.sarif", junit_file="out.xml", upload_sarif="true", category="infra")
    assert done.code == 2
    assert done.ran[-1] == "Upload the SARIF report"
    assert done.outputs["sarif-file"] == str(repo / "out.sarif")
    assert done.used["github/codeql-action/upload-sarif@v4"] == {
        "sarif_file": str(repo / "out.sarif"),
        "category": "infra",
    }
    [run] = json.loads((repo / "out.sarif").read_text())["runs"]
    assert run["results"][0]["ruleId"] == "unsupported-argument"
    assert ElementTree.fromstring((repo / "out.xml").read_text()).get("failures") == "1"
    assert Path(act(path="bad", upload_sarif="true").outputs["sarif-file"]).is_file()


def test_the_action_verifies_what_changed(act: Any, repo: Path) -> None:
    (repo / "modules/m/more.tf").write_text("locals {}\n")
    done = act(changed_since="HEAD", format="json")
    assert done.code == 0
    assert [r["path"] for r in json.loads(done.log)["reports"]] == ["user"]
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "y")
    done = act(changed_since="HEAD")
    assert (done.code, done.outputs["exit-code"]) == (0, "0")
    assert "Nothing to verify" in done.summary
    assert act(changed_since="no-such-branch").code == 1


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"fail_on": "never", "path": "bad"}, 0),
        ({"policies": "policies", "path": "good"}, 0),
        ({"policies": "policies", "path": "good", "fail_on": "warning"}, 2),
        ({"path": "good", "stages": "compile"}, 0),
        ({"path": "good", "stages": "everything"}, 1),
        ({"path": "good", "recursive": "false", "working_directory": "."}, 0),
        ({"path": ".", "recursive": "false", "working_directory": "bad"}, 2),
        ({"working_directory": "nowhere"}, 1),
    ],
)
@pytest.mark.parametrize("format_", ["github", "sarif"])
def test_the_actions_exit_code_holds(inputs: dict[str, str], code: int, format_: str, act: Any) -> None:
    assert act(**inputs, format=format_).code == code


def test_the_action_in_a_subdirectory_names_the_repositorys_paths(act: Any) -> None:
    assert "::error file=bad/main.tf," in act(path=".", working_directory="bad").log


def test_settings_reach_the_action(act: Any, repo: Path) -> None:
    (repo / "terraformer.toml").write_text("fail_on = 'never'\n")
    assert act(path="bad").code == 0
    assert act(path="bad", settings="none").code == 2
    (repo / "other.toml").write_text("fail_on = 'info'\n")
    assert act(path="bad", settings="other.toml").code == 2


@pytest.mark.parametrize(
    "name", ["path", "changed_since", "policies", "stages", "fail_on", "format", "settings", "sarif_file", "junit_file"]
)
def test_hostile_inputs_are_never_run(name: str, act: Any, repo: Path) -> None:
    hostile = "x\"; touch pwned; echo '`touch pwned`$(touch pwned)' ; touch pwned #"
    done = act(**{"path": "good", name: hostile})
    assert not (repo / "pwned").exists()
    assert done.code in (0, 1)  # a file of that name may well be written
    assert act(**{"path": "good", name: "--output=pwned"}).code in (0, 1)
    assert not (repo / "pwned").exists()


@pytest.mark.parametrize(
    ("inputs", "asked"),
    [
        ({}, "terraformer-iac"),
        ({"version": "0.1.0", "extras": "security, eval"}, "terraformer-iac[security,eval]==0.1.0"),
        ({"version": "source", "extras": "security"}, f"{ROOT}[security]"),
        ({"version": "0.1; touch pwned"}, None),
        ({"extras": "a] @ http://evil.example #"}, None),
    ],
)
def test_what_the_action_installs(
    inputs: dict[str, str], asked: str | None, act: Any, environment: dict[str, str]
) -> None:
    done = act(install="true", path="good", **inputs)
    record = Path(environment["ASKED"])
    if asked is None:
        assert done.code == 1
        assert not record.exists()
        assert done.ran == ["Set up Python", "Install terraformer", "Write the summary"]
        return
    assert done.code == 0
    assert done.used["actions/setup-python@v6"] == {"python-version": "3.12"}
    assert record.read_text().splitlines()[-1] == f"python {asked}"


# --- pre-commit ---------------------------------------------------------------------------------------------------------


def hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text("utf-8"))}


def test_the_hooks_differ_only_in_where_terraformer_comes_from() -> None:
    own, system = hooks()["terraformer-verify"], hooks()["terraformer-verify-system"]
    differing = {key for key in own if own[key] != system[key]}
    assert differing == {"id", "description", "language"}
    assert own["require_serial"] is True  # else two processes could verify the same module
    for name in ("main.tf", "a/b.tf.json", "x.tfvars", "p.rego", "terraformer.toml", "a/terraformer.toml"):
        assert re.search(own["files"], name)
    for name in ("main.tf.bak", "readme.md", "xterraformer.toml"):
        assert not re.search(own["files"], name)


@pytest.mark.parametrize("hook", sorted(hooks()))
def test_a_hooks_entry_as_pre_commit_calls_it(hook: str, repo: Path, environment: dict[str, str]) -> None:
    entry = shlex.split(hooks()[hook]["entry"])

    def call(*files: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*entry, *files], cwd=repo, env=environment, capture_output=True, text=True, timeout=240)

    done = call("bad/main.tf", "good/main.tf")
    assert done.returncode == 2
    assert "2 configurations: 1 passed, 1 failed." in done.stdout
    done = call("modules/m/main.tf")
    assert done.returncode == 0
    assert "Plan: 1 to add" in done.stdout


def pre_commit(repo: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("pre_commit", reason="pre-commit is not installed")
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=repo,
        env={**environment, "PRE_COMMIT_HOME": str(repo.parent / "pre-commit")},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_pre_commit_itself_runs_the_hook(repo: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    source = tmp_path / "hooks"
    source.mkdir()
    (source / HOOKS.name).write_bytes(HOOKS.read_bytes())
    git(source, "init", "-q")
    git(source, "add", "-A")
    git(source, "commit", "-q", "-m", "x")
    [example] = [yaml.safe_load(b) for b in blocks("yaml") if b.startswith("repos:")]
    [entry] = example["repos"]
    entry["repo"], entry["rev"] = str(source), git(source, "rev-parse", "HEAD")
    entry["hooks"][0]["id"] = "terraformer-verify-system"  # nothing is installed: no network
    (repo / ".pre-commit-config.yaml").write_text(yaml.safe_dump(example))
    assert pre_commit(repo, environment, "validate-manifest", str(HOOKS)).returncode == 0
    assert pre_commit(repo, environment, "validate-config").returncode == 0
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "y")
    (repo / "good/main.tf").write_text(GOOD.replace('"jobs"\n', '"tasks"\n'))
    git(repo, "add", "-A")
    done = pre_commit(repo, environment, "run", "--verbose")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"terraformer verify\.+Passed", done.stdout)
    assert "Plan: 1 to add" in done.stdout
    (repo / "modules/m/main.tf").write_text(BAD)
    git(repo, "add", "-A")
    done = pre_commit(repo, environment, "run")
    assert done.returncode == 1
    assert "exit code: 2" in done.stdout
    assert "Unsupported argument" in done.stdout
    assert "user" in done.stdout
    (repo / "readme.md").write_text("x\n")
    git(repo, "reset", "-q", "--hard")
    done = pre_commit(repo, environment, "run", "--all-files")
    assert done.returncode == 1
    assert "3 configurations: 2 passed, 1 failed." in done.stdout


# --- the guide --------------------------------------------------------------------------------------------------------


def shell(script: str, cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_the_guides_shell_lines_run(repo: Path, environment: dict[str, str]) -> None:
    every, changed = blocks("bash")
    done = shell(every, repo, environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert ElementTree.fromstring((repo / "results.xml").read_text()).get("failures") == "1"
    git(repo, "checkout", "-q", "-b", "mine")
    (repo / "good/more.tf").write_text("locals {}\n")
    done = shell(changed, repo, environment)
    assert done.returncode == 0, done.stderr
    assert "`good` passed" in (repo / "comment.md").read_text("utf-8")
    assert json.loads((repo / "results.sarif").read_text())["runs"][0]["results"] == []


def test_the_readmes_lines_run(repo: Path, environment: dict[str, str]) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    [block] = re.findall(r"## In continuous integration\n\n```\n(.*?)```", readme, re.DOTALL)
    codes = [shell(line, repo, environment).returncode for line in block.splitlines()]
    assert codes == [2, 0, 2]
    assert (repo / "results.sarif").is_file()
    assert (repo / "results.xml").is_file()


def test_the_guides_workflow_is_one_of_this_action(act: Any, repo: Path) -> None:
    [workflow] = [yaml.safe_load(b) for b in blocks("yaml") if "runs-on" in b]
    [job] = workflow["jobs"].values()
    checkout, step = job["steps"]
    assert checkout["with"]["fetch-depth"] == 0
    assert step["uses"].startswith("OWNER/terraformer@")
    git(repo, "update-ref", "refs/remotes/origin/main", "HEAD")
    (repo / "bad/main.tf").write_text(BAD + "# more\n")
    given = {k.replace("-", "_"): v.replace("${{ github.base_ref }}", "main") for k, v in step["with"].items()}
    given["stages"] = "compile,deploy,policy"  # the other stages are tested elsewhere
    done = act(**given)
    assert done.code == 2
    assert "Upload the SARIF report" in done.ran
    assert "`bad` failed" in done.summary
    assert "`good`" not in done.summary


def test_the_guides_gitlab_job_runs(repo: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    [(name, job)] = [next(iter(yaml.safe_load(b).items())) for b in blocks("yaml") if "artifacts:" in b]
    assert name == "terraform"
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(repo), str(clone))
    git(clone, "checkout", "-q", "-b", "mine")
    (clone / "bad/main.tf").write_text(BAD + "# more\n")
    git(clone, "commit", "-q", "-a", "-m", "y")
    variables = {**environment, **job["variables"], "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    done = shell("\n".join(job["script"]), clone, variables)
    assert done.returncode == 2, done.stderr
    assert "terraformer-iac" in Path(environment["ASKED"]).read_text()
    results = ElementTree.fromstring((clone / job["artifacts"]["reports"]["junit"]).read_text())
    assert [suite.get("name") for suite in results] == ["bad"]


def test_the_guides_options_are_those_of_the_command() -> None:
    from typer.main import get_command

    from terraformer.cli.app import app

    known = {option for p in get_command(app).commands["verify"].params for option in p.opts}  # type: ignore[attr-defined]
    named = set(re.findall(r"(--[a-z][a-z-]*)", GUIDE)) - {"--quiet"}
    assert named <= known, named - known


def test_the_settings_guides_example_is_a_settings_file(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guide" / "settings.md").read_text("utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert tomllib.loads(example)
    (tmp_path / "terraformer.toml").write_text(example)
    assert settings_file.read(tmp_path / "terraformer.toml")["fail_on"] == "warning"


def test_links_of_the_guides_lead_somewhere() -> None:
    for page in (ROOT / "docs" / "guide").glob("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"
