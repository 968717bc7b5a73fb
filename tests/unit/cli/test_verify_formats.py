"""verify's formats: exit codes in all of them, files written whole, paths that are right from where one stands."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from terraformer.cli.app import run
from terraformer.types import ToolError
from terraformer.verify import pool

GOOD = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'
BAD = 'resource "aws_sqs_queue" "jobs" {\n  nam = "jobs"\n}\n'
FORMATS = ("text", "json", "sarif", "junit", "github", "markdown")
WARN = 'package p\n\nimport rego.v1\n\nwarn contains "not nice" if true\n'


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    work = tmp_path / "work"
    for name, text in {"good/main.tf": GOOD, "bad/main.tf": BAD, "warn.rego": WARN}.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text)
    monkeypatch.chdir(work)


READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "json": json.loads,
    "sarif": json.loads,
    "junit": lambda text: ElementTree.fromstring(text.encode()),
    "github": str,
    "markdown": str,
}


@pytest.mark.parametrize("format_", FORMATS)
def test_exit_codes_hold(format_: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, code in (
        (["good"], 0),
        (["bad"], 2),
        (["good", "bad"], 2),
        (["bad", "--fail-on", "never"], 0),
        (["good", "--policy", "warn.rego"], 0),
        (["good", "--policy", "warn.rego", "--fail-on", "warning"], 2),
        (["good", "--policy", "warn.rego", "--fail-on", "info"], 2),
    ):
        assert run(["verify", *arguments, "--format", format_]) == code, arguments
        READERS[format_](capsys.readouterr().out)
    monkeypatch.setenv("PATH", "")
    broken = ["good", "--core", "terraform"]  # there is none: a failure of the tools
    assert run(["verify", *broken, "--format", format_]) == 1
    out = capsys.readouterr().out
    READERS[format_](out)
    assert "core-missing" in out
    assert run(["verify", *broken, "--format", format_, "--fail-on", "never"]) == 1
    capsys.readouterr()
    assert run(["verify", "nowhere", "--format", format_]) == 1
    assert capsys.readouterr().out == ""


def test_findings_win_over_tool_errors(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    real = pool.VerifierPool.verify_many

    def with_tool_error(self: Any, *arguments: Any, **named: Any) -> Any:
        import dataclasses

        for report in real(self, *arguments, **named):
            yield dataclasses.replace(report, tool_errors=(ToolError("internal", "oops"),))

    monkeypatch.setattr(pool.VerifierPool, "verify_many", with_tool_error)
    for format_ in FORMATS:
        assert run(["verify", "good", "bad", "--format", format_]) == 2
        assert run(["verify", "good", "--format", format_]) == 1


def test_text_says_why_warnings_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "good", "--policy", "warn.rego", "--fail-on", "warning"]) == 2
    assert "findings of severity warning or worse" in capsys.readouterr().err


@pytest.mark.parametrize(("format_", "words"), [("github", "0 passed, 1 failed"), ("markdown", "❌ terraformer")])
def test_what_fails_is_told_as_failed(format_: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    warned = ["verify", "good", "--policy", "warn.rego", "--format", format_]
    assert run(warned) == 0
    assert words not in capsys.readouterr().out
    assert run([*warned, "--fail-on", "warning"]) == 2
    assert words in capsys.readouterr().out
    assert run(["verify", "bad", "--format", format_, "--fail-on", "never"]) == 0
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("format_", FORMATS)
def test_output_goes_to_a_file(format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "bad", "--format", format_, "--output", "out"]) == 2
    assert capsys.readouterr().out == ""
    text = Path("out").read_text("utf-8")
    READERS[format_](text)
    assert "unsupported-argument" in text
    assert "\x1b" not in text
    assert sorted(p.name for p in Path().iterdir()) == ["bad", "good", "out", "warn.rego"]
    assert stat.S_IMODE(Path("out").stat().st_mode) == 0o666 & ~umask()


def umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def test_output_replaces_as_a_whole_and_keeps_links_and_modes(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("old")
    target.chmod(0o600)
    Path("link").symlink_to(target)
    assert run(["verify", "good", "--format", "json", "--output", "link"]) == 0
    assert Path("link").is_symlink()
    assert json.loads(target.read_text())["passed"] is True
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_output_to_something_that_is_no_file(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "good", "--format", "json", "--output", "/dev/stdout"]) == 0
    assert json.loads(capfd.readouterr().out)["passed"] is True
    assert Path("/dev/stdout").exists()


def test_several_reports_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    extra = [item for f in FORMATS for item in ("--report", f"{f}=out.{f}")]
    assert run(["verify", "good", "bad", *extra]) == 2
    out = capsys.readouterr().out
    assert out.endswith("2 configurations: 1 passed, 1 failed.\n")
    for format_ in FORMATS:
        text = Path(f"out.{format_}").read_text("utf-8")
        READERS[format_](text)
        assert "unsupported-argument" in text
    assert Path("out.text").read_text("utf-8").endswith("2 configurations: 1 passed, 1 failed.\n")


def test_the_plan_is_in_a_json_report_beside_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "good", "--include-plan", "--report", "json=r.json"]) == 0
    assert json.loads(Path("r.json").read_text())["reports"][0]["plan"]["resource_changes"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output", "good"], "--output good: is a directory"),
        (["--output", "no/where"], "there is no directory no"),
        (["--report", "sarif"], "write it as FORMAT=FILE"),
        (["--report", "xml=x"], "write it as FORMAT=FILE"),
        (["--report", "sarif=no/x"], "there is no directory no"),
        (["--fail-on", "errors"], "--fail-on"),
        (["--stages", "lnt"], 'did you mean "lint"'),
        (["--stages", ""], "names no stage"),
        (["--stages", "compile", "--policy", "warn.rego"], "add it with --stages"),
        (["--relative-to", "nowhere"], "no such directory"),
    ],
)
def test_wrong_use_is_told_before_any_work(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", "bad", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert words in err


# --- paths ------------------------------------------------------------------------------------------------------------


def places(capsys: pytest.CaptureFixture[str], *arguments: str) -> set[str]:
    """The file of the finding, as each format names it."""
    found = set()
    capsys.readouterr()
    assert run(["verify", *arguments, "--format", "sarif"]) == 2
    [result] = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    found.add(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
    assert run(["verify", *arguments, "--format", "junit"]) == 2
    found.update(c.get("file", "") for c in ElementTree.fromstring(capsys.readouterr().out).iter("testcase"))
    assert run(["verify", *arguments, "--format", "github"]) == 2
    found.add(capsys.readouterr().out.partition("file=")[2].partition(",")[0])
    assert run(["verify", *arguments, "--format", "markdown"]) == 2
    found.add(capsys.readouterr().out.partition("at `")[2].partition(":")[0])
    return found - {""}


def test_paths_are_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    work = Path.cwd()
    Path("bad/queue.txt").write_text(BAD)
    assert places(capsys, "bad") == {"bad/main.tf"}
    assert places(capsys, "./bad/") == {"bad/main.tf"}
    assert places(capsys, "good/../bad") == {"bad/main.tf"}
    assert places(capsys, str(work / "bad")) == {"bad/main.tf"}
    assert places(capsys, "bad/main.tf") == {"bad/main.tf"}
    assert places(capsys, "bad/queue.txt") == {"bad/queue.txt"}
    Path("link").symlink_to("bad")
    assert places(capsys, "link") == {"link/main.tf"}
    monkeypatch.chdir("bad")
    assert places(capsys, ".") == {"main.tf"}
    assert places(capsys, ".", "--relative-to", "..") == {"bad/main.tf"}
    monkeypatch.setenv("GITHUB_WORKSPACE", str(work))
    assert places(capsys, ".") == {"bad/main.tf"}
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "elsewhere"))
    assert places(capsys, ".") == {"main.tf"}


def test_paths_of_modules_above_the_root(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    Path("live/prod").mkdir(parents=True)
    Path("live/prod/main.tf").write_text('module "m" {\n  source = "../../bad"\n}\n')
    assert places(capsys, "live/prod") == {"bad/main.tf"}
    monkeypatch.chdir("live/prod")
    work = Path.cwd().parents[1]
    assert run(["verify", ".", "--format", "sarif"]) == 2
    [result] = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": f"file://{work}/bad/main.tf"}


def test_standard_input_has_a_name(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import io
    import sys

    class Pipe(io.TextIOWrapper):
        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Pipe(io.BytesIO(BAD.encode())))
    assert run(["verify", "-", "--format", "github"]) == 2
    assert capsys.readouterr().out.startswith("::error file=stdin,line=2,")


def test_hostile_directory_names(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\n::error::%0A|`<b>é"
    Path(name).mkdir()
    (Path(name) / "main.tf").write_text(BAD)
    for format_ in FORMATS:
        assert run(["verify", name, "good", "--format", format_]) == 2
        out = capsys.readouterr().out
        READERS[format_](out)
        assert not [line for line in out.splitlines() if line.startswith("::error::")]


# --- GitHub's summary --------------------------------------------------------------------------------------------------


def test_the_step_summary_is_appended_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run(["verify", "bad", "--format", "json"]) == 2
    assert summary.read_text() == "before\n"
    assert run(["verify", "bad", "--format", "github"]) == 2
    assert summary.read_text("utf-8").startswith("before\n## ❌ terraformer\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "where"))
    assert run(["verify", "bad", "--format", "github"]) == 1
    assert "GITHUB_STEP_SUMMARY" in capsys.readouterr().err
