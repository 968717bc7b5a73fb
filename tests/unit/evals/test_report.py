"""Reports: what they say is what the traces hold; nothing in them comes from or goes to anywhere else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from eval_help import BAD, GOOD_ANSWERS, ROWS, answers, queue, reply, row, run, written

from terraformer.cli.app import run as main
from terraformer.errors import UsageError
from terraformer.evals.report import write_report
from terraformer.evals.report.build import build
from terraformer.evals.report.pages import pages_of
from terraformer.evals.report.plots import Line, Point, bars
from terraformer.evals.summary import load_run

HOSTILE = "</pre></script><img src=x onerror=alert(1)> | `{{ 7 * 7 }}` & \x00"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """References; a model that is right, wrong and then repaired, and silent; one that is always right."""
    place = tmp_path_factory.mktemp("report")
    table = written(place / "tasks.csv")
    run(table, place / "references", None, stages=("compile", "deploy", "policy", "lint"))
    weak = [
        *answers(news={"reply": "I am sorry, I cannot help with that."}, syntax=BAD, contradicts=queue(5)),
        {"match": "findings", "reply": reply(queue()), "repeat": True},
        {"match": "delay", "reply": reply(BAD), "repeat": True},
        {"match": "module", "error": "no such model", "repeat": True},
    ]
    weak.sort(key=lambda e: e["match"] != "findings")
    run(table, place / "weak", weak, rounds=1)
    run(table, place / "strong", GOOD_ANSWERS, samples=2)
    return place / "references", place / "weak", place / "strong"


class _Page(HTMLParser):
    """Tags that are open, ids, links and what is loaded."""

    VOID = frozenset(("meta", "link", "input", "br", "img", "path", "use", "hr"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        if (ident := values.get("id")) is not None:
            self.ids.append(ident)
        if tag == "a":
            self.links.append(values.get("href") or "")
        if tag in ("script", "img", "link", "iframe") and (where := values.get("src") or values.get("href")):
            self.loaded.append(where)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def parsed(text: str) -> _Page:
    page = _Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


def test_html_is_whole_and_self_contained(folders: tuple[Path, ...], tmp_path: Path) -> None:
    text = write_report(folders, tmp_path).html.read_text("utf-8")
    page = parsed(text)
    assert page.loaded == ["data:,"]
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//|@import|url\(["']?http""", text)
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and (link == "#" or link[1:] in page.ids) for link in page.links)
    assert "svg" in page.tags and "font-family: 'DejaVu" not in text
    assert sum(i.startswith("task-") and not i.endswith("-h") for i in page.ids) == len(ROWS)


def test_figures_are_those_of_the_traces(folders: tuple[Path, ...], tmp_path: Path) -> None:
    text = write_report(folders, tmp_path).markdown.read_text("utf-8")
    rows: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, *cells = (c.strip() for c in line.strip().strip("|").split("|"))
        rows.setdefault(name, cells)  # the first table is the one over all tasks
    # References: one cannot be planned, one contradicts its policy, one has a policy that cannot be read.
    assert rows["Correctness"][0].startswith("50.0% (2 of 4)")
    assert rows["Deployability"][0].startswith("80.0% (4 of 5)")
    # The weak model: one apology; a failure of the model is not scored.
    assert rows["Deployability"][1].startswith("75.0% (3 of 4)")
    assert rows["pass@2"][:2] == ["", ""] and rows["pass@2"][2].startswith("100.0% (4 of 4)")
    assert rows["Lint pass rate"][0] and rows["Lint pass rate"][1:] == ["", ""]
    assert "1 samples are not scored: 1 failures of the model, 0 of tools." in text
    assert "- s: syntax:" in text and "- c: contradiction:" in text
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):  # every table is one
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1


def test_pages_show_what_happened(folders: tuple[Path, ...]) -> None:
    pages = {p.task.id: p for p in pages_of([(f.name, load_run(f)) for f in folders])}
    references, weak, strong = pages["q"].runs
    assert [references.verdict, weak.verdict, strong.verdict] == ["correct", "correct", "correct"]
    assert [a.verdict for a in weak.samples[0].attempts] == ["fails", "correct"]
    first, second = weak.samples[0].attempts
    assert (first.shown, second.shown) == ("files", "diff") and '-  nam = "jobs"' in second.text
    assert strong.counts == "2 of 2"
    assert pages["t"].runs[1].verdict == "empty" and pages["t"].runs[1].samples[0].attempts[0].shown == "reply"
    assert pages["u"].runs[1].verdict == "masked" and "no such model" in pages["u"].runs[1].samples[0].error
    assert pages["s"].runs[2].verdict == "unjudged"
    assert pages["c"].runs[1].codes == ["policy-rule-failed"] and pages["q"].runs[1].codes == []


def test_runs_are_compared_on_the_same_tasks(folders: tuple[Path, ...]) -> None:
    report = build(folders)
    found = {p.name: p for p in report.paired}["mock:test (weak) and mock:test (strong)"]
    assert (found.tasks, found.first, found.second) == (3, 0, 2)
    assert found.difference.startswith("+66.7 [")


def test_text_of_others_stays_text(tmp_path: Path) -> None:
    table = written(
        tmp_path / "t.csv", [row("x<y>", f"A delay {HOSTILE.replace(chr(0), '')}", "package p\n", "1", queue())]
    )
    run(table, tmp_path / "run", answers(delay=queue(more=f"# {HOSTILE}\n")))
    done = write_report([tmp_path / "run"])
    text = done.html.read_text("utf-8")
    page = parsed(text)
    assert "img" not in page.tags and "<img" not in text and text.count("<script") == 1
    assert "{{ 7 * 7 }}" in text and "49" not in re.findall(r"`(\d+)`", text)
    assert "<img" not in done.markdown.read_text("utf-8")


def test_the_same_runs_give_the_same_bytes(folders: tuple[Path, ...], tmp_path: Path) -> None:
    first, second = write_report(folders, tmp_path / "a"), write_report(folders, tmp_path / "b")
    assert first.html.read_bytes() == second.html.read_bytes()
    assert first.markdown.read_bytes() == second.markdown.read_bytes()


def test_an_unfinished_run_says_so(folders: tuple[Path, ...], tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.mkdir()
    for name in ("run.json", "tasks.jsonl", "references.jsonl"):
        (part / name).write_bytes((folders[2] / name).read_bytes())
    lines = (folders[2] / "traces.jsonl").read_bytes().splitlines(keepends=True)
    (part / "traces.jsonl").write_bytes(b"".join(lines[:3]) + lines[3][:20])
    report = build([part])
    assert "Unfinished: 7 of 10 samples were not run." in report.runs[0].warnings
    parsed(write_report([part]).html.read_text("utf-8"))


def test_wrong_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "report", str(tmp_path)]) == 1
    assert f"{tmp_path}: no run.json in it" in capsys.readouterr().err
    with pytest.raises(UsageError, match="at least one"):
        build([])
    (tmp_path / "run.json").write_text(json.dumps({"benchmark": 1}))
    assert main(["eval", "report", str(tmp_path)]) == 1
    assert "not the run.json" in capsys.readouterr().err


def test_command(folders: tuple[Path, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "report", *map(str, folders), "--out", str(tmp_path / "new" / "place")]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"Wrote {tmp_path}/new/place/report.html"
    (tmp_path / "file").write_text("")
    assert main(["eval", "report", str(folders[0]), "--out", str(tmp_path / "file")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_plot_leaves_gaps_for_what_is_not_known() -> None:
    line = Line("a", (Point(0.5, 0.25, 0.75, 4), Point(None)), "#112233")
    drawn = bars(("1", "2"), [line], title="<t>", y_label="%")
    assert drawn.count("#112233") == 1 and "&lt;t&gt;" in drawn and "#010203" not in drawn
