"""What verify verifies: --recursive, --changed-since and --changed-files, with real git repositories."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from terraformer.cli.app import run
from terraformer.cli.discovery import discover

GOOD = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'
CHILD = 'variable "name" {\n  default = "jobs"\n}\n' + GOOD.replace('"jobs"\n}', "var.name\n}")


def call(source: str, name: str = "it") -> str:
    return f'module "{name}" {{\n  source = "{source}"\n}}\n'


FILES = {
    "live/prod/main.tf": call("../../modules/queue") + GOOD,
    "live/prod/notes/read.md": "x",
    "live/dev/main.tf": 'locals {\n  text = file("${path.module}/../../shared/words.txt")\n}\n' + GOOD,
    "live/other/main.tf": GOOD,
    "live/other/.terraform/modules/x/main.tf": GOOD,
    ".hidden/main.tf": GOOD,
    "modules/queue/main.tf": call("./inner") + CHILD,
    "modules/queue/inner/main.tf": CHILD,
    "modules/queue/inner/templates/a.tpl": "a",
    "shared/words.txt": "words\n",
    "docs/readme.md": "x\n",
}
ROOTS = ["live/dev", "live/other", "live/prod"]


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)


def git(top: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=top, check=True, capture_output=True, text=True).stdout.strip()


def write(top: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)


def commit(top: Path) -> None:
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "x")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "repo"
    write(top, FILES)
    (top / ".gitignore").write_text(".terraform/\n*.ignored\n")
    git(top, "init", "-q", "-b", "main")
    commit(top)
    monkeypatch.chdir(top)
    return top


def verified(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    capsys.readouterr()
    assert run(["verify", *arguments, "--format", "json", "--stages", "compile", "--fail-on", "never"]) == 0
    return [report["path"] for report in json.loads(capsys.readouterr().out)["reports"]]


# --- --recursive ------------------------------------------------------------------------------------------------------


def test_roots_below_a_directory(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(capsys, ".", "--recursive") == ROOTS
    assert verified(capsys, "live/dev", "live", "--recursive") == ROOTS
    assert verified(capsys, "modules", "--recursive") == ["modules/queue"]
    assert verified(capsys, str(repo / "live/dev"), "--recursive") == ["live/dev"]


def test_roots_from_elsewhere_are_absolute(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    assert verified(capsys, "../repo/live/dev", "--recursive") == [str(repo / "live/dev")]


def test_no_root_below(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "docs", "--recursive"]) == 1
    assert capsys.readouterr().err == "terraformer: docs: no root module in this directory or below it\n"


def test_a_circle_of_modules_and_a_called_module_with_a_backend_are_roots(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a/main.tf": call("../b"),
            "b/main.tf": call("../a"),
            "c/main.tf": call("../d") + call("../c", "self"),
            "d/main.tf": 'terraform {\n  backend "s3" {}\n}\n',
        },
    )
    assert [p.name for p in discover(tmp_path).roots] == ["a", "b", "c", "d"]


# --- --changed-since --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "roots"),
    [
        ("live/prod/main.tf", ["live/prod"]),
        ("live/prod/notes/read.md", ["live/prod"]),
        ("live/prod/new.tfvars", ["live/prod"]),
        ("modules/queue/main.tf", ["live/prod"]),
        ("modules/queue/inner/main.tf", ["live/prod"]),
        ("modules/queue/inner/templates/a.tpl", ["live/prod"]),
        ("shared/words.txt", ["live/dev"]),
        ("live/new/main.tf", ["live/new"]),
        ("docs/readme.md", []),
        ("docs/new.md", []),
        ("live/dev/x.ignored", []),
    ],
)
@pytest.mark.parametrize("how", ["untracked or changed", "staged", "committed"])
def test_what_a_change_touches(
    changed: str, roots: list[str], how: str, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = git(repo, "rev-parse", "HEAD")
    old = (repo / changed).read_text() if (repo / changed).exists() else ""
    write(repo, {changed: old + ("# more\n" if changed.endswith(".tf") else "\n")})
    if how != "untracked or changed":
        git(repo, "add", "-A")
    if how == "committed":
        git(repo, "commit", "-q", "--allow-empty", "-m", "x")
    assert verified(capsys, "--changed-since", before) == roots


def test_nothing_changed_is_clean_with_a_line(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--changed-since", "HEAD"]) == 0
    out, err = capsys.readouterr()
    assert out == "Nothing to verify.\n"
    assert err == "terraformer: no root module changed since HEAD: nothing to verify\n"
    for format_ in ("json", "sarif", "junit", "github", "markdown"):
        assert run(["verify", "--changed-since", "HEAD", "--format", format_]) == 0
        assert capsys.readouterr().out


def test_deleted_directories(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repo, "rm", "-r", "-q", "live/dev")
    assert verified(capsys, "--changed-since", "HEAD") == []
    git(repo, "rm", "-r", "-q", "modules/queue/inner")
    assert verified(capsys, "--changed-since", "HEAD") == ["live/prod"]
    assert not (repo / "modules/queue/inner").exists()


def test_a_rename_touches_both_ends(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repo, "mv", "live/dev/main.tf", "live/other/more.tf")
    (repo / "live/dev/rest.tf").write_text(GOOD)
    commit(repo)
    (repo / "live/other/main.tf").unlink()
    assert verified(capsys, "--changed-since", "HEAD~1") == ["live/dev", "live/other"]


def test_only_what_this_branch_changed(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repo, "checkout", "-q", "-b", "mine")
    write(repo, {"live/dev/main.tf": GOOD})
    commit(repo)
    git(repo, "checkout", "-q", "main")
    write(repo, {"live/other/main.tf": GOOD + "# theirs\n"})
    commit(repo)
    git(repo, "checkout", "-q", "mine")
    assert verified(capsys, "--changed-since", "main") == ["live/dev"]


def test_paths_limit_and_subdirectories_work(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(repo, {f"{root}/more.tf": "# more\n" for root in ROOTS})
    assert verified(capsys, "--changed-since", "HEAD") == ROOTS
    assert verified(capsys, "live/dev", "live/prod", "--changed-since", "HEAD") == ["live/dev", "live/prod"]
    assert verified(capsys, "live/dev/main.tf", "live/dev/more.tf", "--changed-since", "HEAD") == ["live/dev/more.tf"]
    monkeypatch.chdir(repo / "live" / "prod")
    assert verified(capsys, "--changed-since", "HEAD") == ["."]
    assert verified(capsys, "../dev", "--changed-since", "HEAD") == [str(repo / "live/dev")]
    monkeypatch.chdir(repo / "docs")
    assert verified(capsys, "--changed-since", "HEAD") == []


def test_a_called_module_is_verified_when_it_is_named(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repo, {"modules/queue/inner/more.tf": "# more\n"})
    assert verified(capsys, "modules/queue", "--changed-since", "HEAD") == ["modules/queue"]
    assert verified(capsys, "modules/queue", "live/dev", "--changed-since", "HEAD") == ["modules/queue"]
    assert verified(capsys, "modules", "--changed-since", "HEAD") == []


def test_a_change_of_settings_or_policies_touches_all(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repo, {"rules/p.rego": "package p\n", "terraformer.toml": "policies = ['rules']\n"})
    assert verified(capsys, "--changed-since", "HEAD") == ROOTS
    commit(repo)
    assert verified(capsys, "--changed-since", "HEAD") == []
    write(repo, {"rules/p.rego": "package p\n\nx := 1\n"})
    assert verified(capsys, "--changed-since", "HEAD") == ROOTS
    assert verified(capsys, "--changed-since", "HEAD", "--no-settings") == []


def test_odd_file_names(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = 'live/a b"\n\té'
    write(repo, {f"{name}/main.tf": GOOD})
    assert verified(capsys, "--changed-since", "HEAD") == [name]


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD..HEAD", "", " ", "@{99999}", "-", "HEAD:docs"])
def test_unknown_revisions(revision: str, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", f"--changed-since={revision}"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "no such revision" in err
    assert sorted(p.name for p in repo.iterdir() if p.is_file()) == [".gitignore"]


def test_where_there_is_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"main.tf": GOOD})
    assert run(["verify", ".", "--changed-since", "main"]) == 1
    err = capsys.readouterr().err
    assert "not a git repository" in err
    assert err.count("\n") == 1
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["verify", ".", "--changed-since", "main"]) == 1
    assert "git, which is not on PATH" in capsys.readouterr().err


def test_paths_of_another_repository(repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "away", {"main.tf": GOOD})
    assert run(["verify", "live", str(tmp_path / "away"), "--changed-since", "HEAD"]) == 1
    assert "is not in the repository" in capsys.readouterr().err


def test_a_shallow_clone_without_the_branching_point(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(repo, {"live/dev/more.tf": "# more\n"})
    commit(repo)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo}", str(clone))
    monkeypatch.chdir(clone)
    assert run(["verify", "--changed-since", "HEAD~1"]) == 1
    assert "not a shallow clone" in capsys.readouterr().err
    git(clone, "fetch", "-q", "--depth", "1", "origin", git(repo, "rev-parse", "HEAD~1"))
    assert verified(capsys, "--changed-since", "FETCH_HEAD") == ["live/dev"]


# --- --changed-files --------------------------------------------------------------------------------------------------


def test_files_stand_for_their_root_modules(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ["live/prod/main.tf", "modules/queue/inner/main.tf", "live/dev/main.tf", "live/dev/x.tfvars"]
    assert verified(capsys, "--changed-files", *files) == ["live/dev", "live/prod"]
    assert verified(capsys, "--changed-files", "docs/readme.md") == []
    assert verified(capsys, "--changed-files", str(repo / "live/dev/main.tf")) == ["live/dev"]
    (repo / "live/dev/main.tf").unlink()
    (repo / "live/dev/rest.tf").write_text(GOOD)
    assert verified(capsys, "--changed-files", "live/dev/main.tf") == ["live/dev"]


def test_links_between_modules(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "live/other/linked.tf").symlink_to("../../shared/common.tf")
    (repo / "shared/common.tf").write_text("locals {}\n")
    assert "live/other" in verified(capsys, "--changed-files", "shared/common.tf")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--changed-files", "live"], "live: is a directory"),
        (["--changed-files", "-"], "standard input"),
        (["--changed-files", "../x.tf"], "is not below"),
        (["--changed-files"], "Missing argument"),
        (["--changed-files", "--recursive", "live"], "exclude each other"),
        (["--changed-files", "--changed-since", "HEAD"], "exclude each other"),
        (["-", "--changed-since", "HEAD"], "standard input"),
        (["nowhere", "--changed-since", "HEAD"], "nowhere: no such file or directory"),
    ],
)
def test_wrong_use(arguments: list[str], words: str, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert words in err
