"""From runs to what the two reports show: the same figures, plots and words for Markdown and HTML."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from terraformer.errors import UsageError
from terraformer.evals.metrics import interval, outcome
from terraformer.evals.report.plots import SERIES_COLOURS, Line, Point
from terraformer.evals.summary import SEED, Run, load_run, summarise

__all__ = ["Cell", "Group", "Paired", "Plot", "Report", "Row", "RunView", "build"]

_ROWS: Final[tuple[tuple[str, str, str], ...]] = (
    ("compile", "Compilability", "terraform validate accepts it"),
    ("deploy", "Deployability", "terraform plan succeeds"),
    ("correct", "Correctness", "it deploys and every rule of the task's policy passes"),
    ("rule_share", "Share of rules passed", "mean over samples; 0 for what does not deploy"),
    ("pass_at_1", "pass@1", "unbiased estimate, mean over tasks"),
    ("pass_at_2", "pass@2", "unbiased estimate, mean over tasks"),
    ("pass_at_3", "pass@3", "unbiased estimate, mean over tasks"),
    ("pass_at_4", "pass@4", "unbiased estimate, mean over tasks"),
    ("pass_at_5", "pass@5", "unbiased estimate, mean over tasks"),
    ("pass_at_10", "pass@10", "unbiased estimate, mean over tasks"),
    ("lint", "Lint pass rate", "no lint finding of severity error, of all answers"),
    ("lint_of_compilable", "Lint pass rate, compilable", "no lint error, of the answers that compile"),
    ("no_lint_issue", "No lint issue at all", "no lint finding of any severity"),
    ("security", "Security checks passed", "mean over answers of the share of checks that pass"),
    ("preserved", "Preserved", "of the changes that deploy: nothing else changed"),
    ("correct_and_preserved", "Correct and preserved", "the change is right and nothing else changed"),
)
_SOUND: Final = ("compile", "deploy", "correct", "rule_share", "pass_at_1", "pass_at_4", "pass_at_5")
_CODES: Final = 14
_MAX_RUNS: Final = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one run, in words: "63.3%", "38 of 60", "[51.7, 75.0]"; all empty where it was not measured."""

    main: str = ""
    of: str = ""
    interval: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    explanation: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """``kind`` is bars, lines or horizontal_bars (functions of plots); ``heads`` and ``rows`` are its numbers."""

    kind: str
    title: str
    note: str
    ticks: tuple[str, ...]
    series: tuple[Line, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    x_label: str = ""
    y_label: str = ""


@dataclass(frozen=True, slots=True)
class Paired:
    """Two runs on the tasks that both scored, by the correctness of the first sample."""

    name: str
    tasks: int
    first: int
    second: int
    difference: str


@dataclass(frozen=True, slots=True)
class RunView:
    label: str
    colour: str
    description: str
    warnings: tuple[str, ...]
    run: Run
    summary: Mapping[str, Any]


@dataclass(slots=True)
class Report:
    title: str
    lead: str
    runs: list[RunView]
    groups: list[Group]
    plots: list[Plot]
    paired: list[Paired]
    published: list[Mapping[str, str]] = field(default_factory=list)
    footer: str = ""


def build(folders: Sequence[Path]) -> Report:
    """Read the runs and compute everything anew from their traces, whether they were finished or not.

    Raises UsageError when a folder holds no evaluation, or there are too many for one page.
    """
    if not folders:
        raise UsageError("name the folder of at least one evaluation run")
    if len(folders) > _MAX_RUNS:
        raise UsageError(f"{len(folders)} runs are too many for one report: at most {_MAX_RUNS}")
    loaded = [load_run(folder) for folder in folders]
    labels = _labels(loaded, folders)
    runs = [
        RunView(
            label,
            SERIES_COLOURS[number % len(SERIES_COLOURS)],
            _description(run),
            _warnings(summary),
            run,
            summary,
        )
        for number, (run, label) in enumerate(zip(loaded, labels, strict=True))
        for summary in (summarise(run),)
    ]
    benchmarks = list(dict.fromkeys(r.run.info.benchmark for r in runs))
    names = " and ".join(benchmarks)
    return Report(
        f"Evaluation on {names}",
        _lead(runs),
        runs,
        _groups(runs),
        [p for p in (_difficulty(runs), _repairs(runs), _failures(runs)) if p is not None],
        _paired(runs),
        _published(runs),
        "Made by terraformer eval report from the traces of these runs.",
    )


# --- words ------------------------------------------------------------------------------------------------------------


def _labels(runs: Sequence[Run], folders: Sequence[Path]) -> list[str]:
    """The model; with the folder's name where two runs would be called the same."""
    names = [run.info.model or "references" for run in runs]
    several = len({run.info.benchmark for run in runs}) > 1
    names = [f"{n} on {r.info.benchmark}" if several else n for n, r in zip(names, runs, strict=True)]
    return [f"{n} ({Path(f).resolve().name})" if names.count(n) > 1 else n for n, f in zip(names, folders, strict=True)]


def _description(run: Run) -> str:
    info = run.info
    settings = info.settings
    chosen = f"{info.total} of {info.available} tasks" if info.total != info.available else f"{info.total} tasks"
    versions = ", ".join(f"{k} {v}" for k, v in info.versions.items() if k in ("terraformer", "core"))
    if info.references:
        return f"The benchmark's own references, {chosen} of {Path(info.data).name}; {versions}."
    samples, rounds = int(settings.get("samples", 1)), int(settings.get("rounds", 0))
    parts = [
        chosen,
        f"{samples} sample{'s' * (samples != 1)} a task",
        f"at most {rounds} repair round{'s' * (rounds != 1)}" if rounds else "no repair",
    ]
    if settings.get("strategy", "auto") != "auto":
        parts.append(f"strategy {settings['strategy']}")
    if int(settings.get("best_of", 1)) > 1:
        parts.append(f"best of {settings['best_of']}")
    if rounds:
        seen = "the benchmark's policies too" if settings.get("policy_feedback") else "compile and deploy only"
        parts.append(f"repair sees {seen}")
    return f"{'; '.join(parts)}; {versions}."


def _warnings(summary: Mapping[str, Any]) -> tuple[str, ...]:
    found: list[str] = []
    missing = summary["expected_samples"] - summary["finished_samples"]
    if missing > 0:
        found.append(f"Unfinished: {missing} of {summary['expected_samples']} samples were not run.")
    masked = summary["model_errors"] + summary["tool_errors"]
    if masked:
        found.append(
            f"{masked} samples are not scored: {summary['model_errors']} failures of the model, "
            f"{summary['tool_errors']} of tools."
        )
    if summary["broken_policies"]:
        found.append(
            f"{summary['broken_policies']} tasks have a broken policy; the figures over sound tasks leave them out."
        )
    return tuple(found)


def _lead(runs: Sequence[RunView]) -> str:
    scored = [r for r in runs if r.summary["details"]["all"]["correct"]["value"] is not None]
    if not scored:
        return "No answer was judged by a policy."
    figures = [(r.label, r.summary["details"]["all"]["correct"]) for r in scored]
    return "Correct, of what could be scored: " + "; ".join(
        f"{label} {_percent(f['value'])} ({_count(f)})" for label, f in figures
    )


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}%"


def _count(figure: Mapping[str, Any]) -> str:
    n = figure["n"]
    shown = f"{n:.1f}" if isinstance(n, float) and not n.is_integer() else f"{int(n)}"
    return f"{shown} of {figure['of']}"


# --- tables -----------------------------------------------------------------------------------------------------------


def _groups(runs: Sequence[RunView]) -> list[Group]:
    groups = [_group("All tasks", "all", _ROWS, runs)]
    if any(r.summary["broken_policies"] for r in runs):
        groups.append(_group("Tasks with a sound policy", "sound", [row for row in _ROWS if row[0] in _SOUND], runs))
    if any(r.summary["repair_attempts"] for r in runs):
        groups.append(Group("Repair", _repair_rows(runs)))
    groups.append(Group("Effort", _effort_rows(runs)))
    return groups


def _group(name: str, part: str, rows: Sequence[tuple[str, str, str]], runs: Sequence[RunView]) -> Group:
    """The rows that some run has a figure for, of this part of its details."""
    return Group(
        name, tuple(_row(key, label, text, runs, part) for key, label, text in rows if _known(runs, part, key))
    )


def _known(runs: Sequence[RunView], part: str, key: str) -> bool:
    return any(key in r.summary["details"][part] for r in runs)


def _row(key: str, label: str, text: str, runs: Sequence[RunView], part: str) -> Row:
    return Row(label, text, tuple(_cell(r.summary["details"][part].get(key)) for r in runs))


def _cell(figure: Mapping[str, Any] | None) -> Cell:
    if figure is None or figure["value"] is None:
        return Cell()
    low, high = figure["low"], figure["high"]
    return Cell(
        _percent(figure["value"]),
        _count(figure),
        f"[{100 * low:.1f}, {100 * high:.1f}]" if low is not None and high is not None else "",
    )


_REPAIRS: Final = (
    ("regressions", "Repairs that were worse", "a repair attempt worse than what it started from, kept or not"),
    ("regressions_kept", "... and were kept", "always 0 under strict keep-best by what the loop sees"),
    ("deceptive", "Deceptive repairs", "better only by deleting resources"),
    ("deceptive_kept", "... and were kept", ""),
    ("improved", "Answers that repair made better", ""),
    ("harmed", "Answers that repair made worse", ""),
)


def _repair_rows(runs: Sequence[RunView]) -> tuple[Row, ...]:
    return tuple(
        Row(label, text, tuple(_cell(r.summary["details"]["repairs"].get(key)) for r in runs))
        for key, label, text in _REPAIRS
    )


def _effort_rows(runs: Sequence[RunView]) -> tuple[Row, ...]:
    def row(name: str, text: str, pick: Callable[[Mapping[str, Any]], str]) -> Row:
        return Row(name, text, tuple(Cell(pick(r.summary["details"])) for r in runs))

    def seconds(value: float | None) -> str:
        return "" if value is None else f"{1000 * value:.0f} ms" if value < 1 else f"{value:.1f} s"

    rows = (
        row(
            "Seconds an answer, median",
            "model and verification, without waiting",
            lambda d: seconds(d["seconds"]["answer"]["median"]),
        ),
        row("Seconds an answer, 95th percentile", "", lambda d: seconds(d["seconds"]["answer"]["p95"])),
        row("Verification, median", "of an answer, all rounds", lambda d: seconds(d["seconds"]["verify"]["median"])),
        row("Tokens sent", "", lambda d: _thousands(d["tokens"]["prompt"])),
        row("Tokens written", "", lambda d: _thousands(d["tokens"]["completion"])),
        row("Cost", "where the price is known", lambda d: _money(d["cost"])),
    )
    return tuple(r for r in rows if any(c.main for c in r.cells))


def _thousands(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _money(cost: Mapping[str, Any]) -> str:
    return "" if cost["total"] is None else f"{cost['total']:.2f} {cost['currency']}"


# --- plots ------------------------------------------------------------------------------------------------------------


def _point(figure: Mapping[str, Any] | None) -> Point:
    return Point(None) if figure is None else Point(figure["value"], figure["low"], figure["high"], figure["of"])


def _shown(figure: Mapping[str, Any] | None) -> str:
    cell = _cell(figure)
    return f"{cell.main} ({cell.of})" if cell.main else ""


def _difficulty(runs: Sequence[RunView]) -> Plot | None:
    levels = sorted({d for r in runs for d in r.summary["details"]["by_difficulty"]}, key=lambda d: (len(d), d))
    if not levels:
        return None
    found = {
        (r.label, d): r.summary["details"]["by_difficulty"].get(d, {}).get("correct") for r in runs for d in levels
    }
    return Plot(
        "bars",
        "Correctness by difficulty",
        "Lines are 95% intervals; few tasks make them wide.",
        tuple(levels),
        tuple(Line(r.label, tuple(_point(found[r.label, d]) for d in levels), r.colour) for r in runs),
        ("Difficulty", *(r.label for r in runs)),
        tuple((d, *(_shown(found[r.label, d]) for r in runs)) for d in levels),
        y_label="correct, %",
    )


def _repairs(runs: Sequence[RunView]) -> Plot | None:
    shown = [r for r in runs if int(r.summary["rounds"]) > 0]
    if not shown:
        return None
    rounds = range(max(int(r.summary["rounds"]) for r in shown) + 1)
    series: list[Line] = []
    heads = ["Round"]
    columns: list[list[str]] = []
    for r in shown:
        curve = {p["round"]: p for p in r.summary["details"]["repair_curve"]}
        for name, words, dashed in (("best", "best so far", False), ("raw", "that round's attempt", True)):
            figures = [curve.get(n, {}).get(name, {}).get("correct") for n in rounds]
            series.append(Line(f"{r.label}, {words}", tuple(_point(f) for f in figures), r.colour, dashed))
            heads.append(f"{r.label}, {words}")
            columns.append([_shown(f) for f in figures])
        heads.append(f"{r.label}, attempts")
        columns.append([str(curve[n]["attempts"]) if n in curve else "" for n in rounds])
    rows = [(str(n), *(column[n] for column in columns)) for n in rounds]
    return Plot(
        "lines",
        "Correctness by repair round",
        "Round 0 is the first answer. A loop that ended earlier stands where it ended.",
        tuple(str(n) for n in rounds),
        tuple(series),
        tuple(heads),
        tuple(rows),
        "repair round",
        "correct, %",
    )


def _failures(runs: Sequence[RunView]) -> Plot | None:
    shares: list[dict[str, float]] = []
    counts: list[dict[str, str]] = []
    for r in runs:
        finished = max(1, int(r.summary["finished_samples"]))
        rows = [f for f in r.summary["details"]["failures"] if f["stage"] in ("answer", "compile", "deploy", "policy")]
        shares.append({f["code"]: f["samples"] / finished for f in rows})
        counts.append({f["code"]: f"{f['samples']} of {finished}" for f in rows})
    codes = sorted({c for s in shares for c in s}, key=lambda c: (-sum(s.get(c, 0.0) for s in shares), c))[:_CODES]
    if not codes:
        return None
    return Plot(
        "horizontal_bars",
        "Failures by certificate",
        "Share of the answers that still have such a finding after the last round. An answer can have several.",
        tuple(codes),
        tuple(
            Line(r.label, tuple(Point(s.get(c, 0.0)) for c in codes), r.colour)
            for r, s in zip(runs, shares, strict=True)
        ),
        ("Certificate", *(r.label for r in runs)),
        tuple((c, *(n.get(c, "0") for n in counts)) for c in codes),
        x_label="share of answers, %",
    )


# --- comparison -------------------------------------------------------------------------------------------------------


def _paired(runs: Sequence[RunView]) -> list[Paired]:
    verdicts = [_first(r) for r in runs]
    found: list[Paired] = []
    for (a, first), (b, second) in itertools.combinations(zip(runs, verdicts, strict=True), 2):
        if a.run.info.benchmark != b.run.info.benchmark:
            continue
        shared = [key for key in first if key in second]
        if not shared:
            continue
        differences = [(float(second[k]) - float(first[k]), 1) for k in shared]
        low, high = interval(differences, seed=SEED)
        mean = sum(d for d, _ in differences) / len(shared)
        bounds = f" [{100 * low:+.1f}, {100 * high:+.1f}]" if low is not None and high is not None else ""
        found.append(
            Paired(
                f"{a.label} and {b.label}",
                len(shared),
                sum(first[k] and not second[k] for k in shared),
                sum(second[k] and not first[k] for k in shared),
                f"{100 * mean:+.1f}{bounds}",
            )
        )
    return found


def _first(view: RunView) -> dict[tuple[str, str], bool]:
    """Correctness of the first sample, by task; masked ones left out."""
    found: dict[tuple[str, str], bool] = {}
    for sample in view.run.samples:
        task = view.run.tasks.get(sample.task)
        if sample.sample == 0 and task is not None:
            correct = outcome(sample, view.run.verdicts.get(sample.task)).correct
            if correct is not None:
                found[task.id, task.prompt] = correct
    return found


def _published(runs: Sequence[RunView]) -> list[Mapping[str, str]]:
    rows: dict[str, Mapping[str, str]] = {}
    for r in runs:
        for p in r.summary["details"]["published"]:
            about = "about " if p["approximate"] else ""
            rows[f"{p['benchmark']} {p['system']}"] = {
                "name": p["system"],
                "value": f"{about}{100 * p['value']:.4g}%",
                "year": str(p["year"]),
                "comparable": "yes" if p["comparable"] else f"no: {p['why_not_comparable']}",
                "protocol": f"{p['metric']}, {p['protocol']}",
            }
    return list(rows.values())
