"""README and docs say what the program does: their commands are run, their output and generated pages compared.

TERRAFORMER_UPDATE_DOCS=1 writes the outputs into the pages anew.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "guide").glob("*.md"))]
CONSOLE = re.compile(
    r"(?P<head>```console\n\$ (?P<command>terraformer [^\n]*)\n)(?P<output>.*?)(?P<tail>```\n)", re.DOTALL
)
COMMANDS = [
    (page, match["command"]) for page in PAGES if page.is_file() for match in CONSOLE.finditer(page.read_text("utf-8"))
]


def run(command: str, cache: Path) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(cache),
        "XDG_CACHE_HOME": str(cache),
        "NO_COLOR": "1",
        "COLUMNS": "102",
        "LC_ALL": "C.UTF-8",
    }
    words = shlex.split(command)[1:]
    done = subprocess.run(
        [sys.executable, "-c", "from terraformer.cli import main; main()", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    assert done.returncode in (0, 2)
    return done.stdout


def normal(text: str) -> str:
    return re.sub(r" +\d+ ms", " N ms", text).rstrip("\n")


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=[f"{p.name}: {c}" for p, c in COMMANDS])
def test_commands_print_what_the_page_shows(page: Path, command: str, tmp_path: Path) -> None:
    shown = run(command, tmp_path)
    text = page.read_text("utf-8")
    match = next(m for m in CONSOLE.finditer(text) if m["command"] == command)
    if os.environ.get("TERRAFORMER_UPDATE_DOCS"):
        text = text[: match.start("output")] + shown.rstrip("\n") + "\n" + text[match.end("output") :]
        page.write_text(text, "utf-8")
        return
    assert normal(shown) == normal(match["output"])


def test_the_readme_shows_both_kinds_of_result() -> None:
    assert len([c for p, c in COMMANDS if p.name == "README.md"]) >= 2


def test_generated_pages_are_up_to_date() -> None:
    pages = dict(runpy.run_path(str(ROOT / "docs" / "generate.py"))["all_pages"]())
    stale = [path.name for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
    assert stale == [], "run make docs"


def test_every_certificate_that_golden_cases_show_has_a_page() -> None:
    codes = {
        certificate["code"]
        for result in (ROOT / "tests" / "golden").glob("*/result.json")
        for certificate in json.loads(result.read_text("utf-8"))["certificates"]
    }
    assert codes
    assert [c for c in sorted(codes) if not (ROOT / "docs" / "certificates" / f"{c}.md").is_file()] == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = (*PAGES, ROOT / "CONTRIBUTING.md", *(ROOT / "docs" / "certificates").glob("*.md"))
    link = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in link.findall(page.read_text("utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_python_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert example is not None
    exec(compile(example[1], "README.md", "exec"), {})
    assert capsys.readouterr().out.split() == ["True", "True", "[]"]
