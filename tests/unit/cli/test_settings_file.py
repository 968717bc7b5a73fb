"""The settings file: where it is found, what it may say, and that the command line wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from terraformer.cli import settings_file
from terraformer.cli.app import run
from terraformer.errors import SettingsError
from terraformer.types import Severity, Stage

GOOD = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'
WARNS = 'variable "n" {}\nresource "aws_sqs_queue" "jobs" {\n  name = var.n\n}\n'
DENY = 'package p\n\nimport rego.v1\n\ndeny contains "never" if true\n'


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "repo"
    (top / ".git").mkdir(parents=True)
    (top / "live" / "prod").mkdir(parents=True)
    (top / "live" / "prod" / "main.tf").write_text(GOOD)
    monkeypatch.chdir(top)
    return top


def settings(path: Path, text: str, name: str = "terraformer.toml") -> Path:
    path.mkdir(parents=True, exist_ok=True)
    (path / name).write_text(text)
    return path / name


FULL = """
stages = ["policy", "lint", "security"]
fail_on = "warning"
format = "json"
policies = ["policies", "builtin:aws-baseline"]
var_files = ["prod.tfvars"]
core = "terraform"
timeout = 5
strict_vars = true
strict_versions = false
model = "openai:gpt-4o"
rounds = 2
samples = 4

[lint]
skip = ["terraform_unused_*"]
only = []
tool = "builtin"
severities = { terraform_naming_convention = "info", "terraform_*" = "warning" }

[security]
skip = ["CKV_AWS_18"]
only = ["CKV_AWS_*"]

[security.severities]
CKV_AWS_1 = "error"
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    values = settings_file.read(settings(tmp_path, FULL))
    assert set(values) == set(settings_file.KEYS)
    assert values["stages"] == tuple(Stage)
    assert values["timeout"] == 5.0
    force = settings_file.SettingsInForce(tmp_path / "terraformer.toml", values)
    assert force.checks("lint").severity("terraform_naming_convention", Severity.ERROR) is Severity.INFO
    assert force.checks("lint").severity("terraform_other", Severity.ERROR) is Severity.WARNING
    assert force.checks("lint").tool == "builtin"
    assert force.checks("security").wants("CKV_AWS_2")
    assert not force.checks("security").wants("CKV_AWS_18")


def test_a_project_file_holds_the_same(tmp_path: Path) -> None:
    own = settings_file.read(settings(tmp_path, FULL))
    head, _, tables = FULL.partition("\n[lint]")
    text = (
        "[tool.terraformer]"
        + head
        + ("\n[lint]" + tables)
        .replace("[lint]", "[tool.terraformer.lint]")
        .replace("[security", "[tool.terraformer.security")
    )
    assert settings_file.read(settings(tmp_path, text, "pyproject.toml")) == own


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fail-on = 'error'", ("'fail-on'", 'did you mean "fail_on"')),
        ("stagse = []", ("unknown key 'stagse'", 'did you mean "stages"')),
        ("zzz = 1", ("unknown key 'zzz'", "known: stages")),
        ("[lint]\nskipp = []", ("unknown key 'lint.skipp'", 'did you mean "lint.skip"')),
        ("[security]\ntool = 'x'", ("unknown key 'security.tool'",)),
        ("lint = 1", ("lint: must be a table [lint], not an integer",)),
        ("stages = ['compile', 'lnt']", ("stages: there is no stage 'lnt'", 'did you mean "lint"')),
        ("stages = []", ("stages: names no stage",)),
        ("stages = 3", ("stages: must be a list of strings",)),
        ("fail_on = 'errors'", ("fail_on: 'errors' is not known", 'did you mean "error"')),
        ("fail_on = true", ("fail_on: must be a string, not a boolean",)),
        ("format = 'xml'", ("format: 'xml' is not known",)),
        ("policies = 'p'", ("policies: must be a list of strings, not a string; write ['p']",)),
        ("policies = [1]", ("policies: must be a list of strings",)),
        ("timeout = '5'", ("timeout: must be a number of seconds, not a string",)),
        ("timeout = 0", ("timeout: must be between",)),
        ("timeout = nan", ("timeout: must be between",)),
        ("rounds = 2.5", ("rounds: must be a whole number, not a number",)),
        ("rounds = true", ("rounds: must be a whole number, not a boolean",)),
        ("samples = 0", ("samples: must be between 1 and 100",)),
        ("strict_vars = 1", ("strict_vars: must be true or false, not an integer",)),
        ("model = ''", ("model: must not be empty",)),
        ("core = './evil.sh'", ("core: './evil.sh' is none of", "--core")),
        ("[lint]\ntool = 'tf-lint'", ("lint.tool: 'tf-lint' is not known", 'did you mean "tflint"')),
        ("[lint]\nseverities = ['x']", ("lint.severities: must be a table",)),
        ("[lint.severities]\nx = 'errr'", ("lint.severities: x: 'errr' is not known", 'did you mean "error"')),
        ("stages = [", ("not valid TOML",)),
        ("a = " + "[" * 5000, ("not valid TOML",)),
    ],
)
def test_what_is_wrong_is_one_line_with_the_file_the_key_and_the_mend(
    text: str, words: tuple[str, ...], repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(repo, text)
    assert run(["verify", "live/prod"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("terraformer: terraformer.toml: ")
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_nearest_file_wins_and_the_search_ends_at_the_repository(repo: Path) -> None:
    inner = repo / "live" / "prod"
    assert settings_file.find(inner) is None
    settings(repo.parent, "fail_on = 'never'")
    assert settings_file.find(inner) is None
    top = settings(repo, "[tool.terraformer]\n", "pyproject.toml")
    assert settings_file.find(inner) == top
    settings(repo / "live", "[tool.other]\nterraformer = 1\n", "pyproject.toml")
    assert settings_file.find(inner) == top
    own = settings(repo, "")
    assert settings_file.find(inner) == own
    nearest = settings(inner, "")
    assert settings_file.find(inner) == nearest


def test_outside_of_a_repository_the_search_ends_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    own = settings(tmp_path, "")
    assert settings_file.find(inner) is None
    monkeypatch.chdir(tmp_path)
    assert settings_file.find(inner) == own


def test_a_program_may_be_named_in_a_file_that_the_user_names(tmp_path: Path) -> None:
    path = settings(tmp_path, "core = '/opt/terraform'")
    assert settings_file.read(path, named=True)["core"] == "/opt/terraform"
    with pytest.raises(SettingsError, match="--core"):
        settings_file.read(path)


def test_command_line_wins_over_the_file_and_the_file_over_the_default(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo / "live" / "prod" / "main.tf").write_text(WARNS)
    settings(repo, "strict_vars = true\nformat = 'json'\n")
    assert run(["verify", "live/prod"]) == 2
    assert json.loads(capsys.readouterr().out)["passed"] is False
    assert run(["verify", "live/prod", "--no-strict-vars"]) == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True
    assert run(["verify", "live/prod", "--format", "text", "--no-strict-vars"]) == 0
    assert capsys.readouterr().out.startswith("Stages")
    assert run(["verify", "live/prod", "--no-settings"]) == 0
    other = settings(repo / "other", "fail_on = 'never'\nstrict_vars = true\n")
    assert run(["verify", "live/prod", "--settings", str(other)]) == 0
    assert "variable-value-missing" in capsys.readouterr().out


def test_policies_and_variables_are_relative_to_the_file(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo / "live" / "prod" / "main.tf").write_text(WARNS)
    (repo / "rules").mkdir()
    (repo / "rules" / "p.rego").write_text(DENY)
    (repo / "x.tfvars").write_text('n = "jobs"\n')
    settings(repo, "policies = ['rules']\nvar_files = ['x.tfvars']\nstrict_vars = true\n")
    monkeypatch.chdir(repo / "live")
    assert run(["verify", "prod", "--format", "json"]) == 2
    [report] = json.loads(capsys.readouterr().out)["reports"]
    assert [c["code"] for c in report["certificates"]] == ["policy-denied"]
    assert run(["verify", "prod", "--format", "json", "--stages", "deploy"]) == 0
    (repo / "rules" / "p.rego").unlink()
    capsys.readouterr()
    assert run(["verify", "prod"]) == 1
    assert "terraformer.toml: policies: " in capsys.readouterr().err
    settings(repo, "var_files = ['nowhere.tfvars']")
    assert run(["verify", "prod"]) == 1
    assert "var_files: " in capsys.readouterr().err


def test_several_paths_use_the_file_of_the_directory_that_they_share(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo / "live" / "dev").mkdir()
    (repo / "live" / "dev" / "main.tf").write_text(GOOD)
    settings(repo / "live" / "dev", "format = 'junit'")
    settings(repo / "live", "format = 'json'")
    assert run(["verify", "live/dev", "live/prod"]) == 0
    assert len(json.loads(capsys.readouterr().out)["reports"]) == 2
    assert run(["verify", "live/dev"]) == 0
    assert capsys.readouterr().out.startswith("<?xml")


def test_both_options_at_once_and_files_that_are_none(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["--settings", "x.toml", "--no-settings"], "exclude each other"),
        (["--settings", "nowhere.toml"], "nowhere.toml: cannot read the settings file"),
        (["--settings", str(settings(repo, "[tool.x]", "pyproject.toml"))], "no [tool.terraformer] table"),
    ):
        assert run(["verify", "live/prod", *arguments]) == 1
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "stages"),
    [
        ("all", tuple(Stage)),
        ("compile", (Stage.COMPILE,)),
        ("lint", (Stage.COMPILE, Stage.LINT)),
        ("deploy", (Stage.COMPILE, Stage.DEPLOY)),
        ("security, policy", (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY, Stage.SECURITY)),
        (["lint", "compile"], (Stage.COMPILE, Stage.LINT)),
    ],
)
def test_stages_bring_those_that_they_need(names: str | list[str], stages: tuple[Stage, ...]) -> None:
    assert settings_file.parse_stages(names) == stages


@pytest.mark.parametrize("names", ["", "all,lint", "compile,,deploy", "Compile", []])
def test_stages_that_are_none(names: str | list[str]) -> None:
    with pytest.raises(ValueError, match="stage"):
        settings_file.parse_stages(names)


def test_doctor_names_the_file_in_force(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    assert "settings" in capsys.readouterr().out
    settings(repo, "fail_on = 'never'")
    assert run(["doctor"]) == 0
    [line] = [row for row in capsys.readouterr().out.splitlines() if row.startswith("settings")]
    assert line.split() == ["settings", "terraformer.toml", "(fail_on)"]
    settings(repo, "fail = 1")
    assert run(["doctor"]) == 1
    assert "unknown key 'fail'" in capsys.readouterr().out


def test_the_guide_has_every_key_with_its_kind_option_and_default() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "settings.md").read_text("utf-8")
    for key in settings_file.KEYS.values():
        assert settings_file.row(key) in guide, f"docs/guide/settings.md: the row of {key.name} differs; run make docs"
    assert len([r for r in guide.splitlines() if r.startswith("| `")]) == len(settings_file.KEYS)
