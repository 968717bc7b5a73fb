"""The summary of an evaluation for a person."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from terraformer.formatters.text_format import clean

__all__ = ["table"]

_WIDTH: Final = 160
"""Of tables at least: a table that is wider than the terminal is better than one with broken cells."""

_ROWS: Final = (
    ("compile", "compilable"),
    ("deploy", "deployable"),
    ("correct", "correct (all rules)"),
    ("rule_share", "mean share of rules"),
    ("preserved", "preserved (of deployable)"),
    ("correct_and_preserved", "correct and preserved"),
    ("lint", "lint: no error"),
    ("lint_of_compilable", "lint: no error, of compilable"),
    ("no_lint_issue", "lint: no issue"),
    ("no_lint_issue_of_compilable", "lint: no issue, of compilable"),
    ("security", "security: mean pass share"),
)


def table(summary: Mapping[str, Any], out: Path, *, colour: bool, width: int) -> str:
    """Tables as text: figures over all and over sound tasks, by difficulty, by round, and what was left out."""
    from rich.console import Console
    from rich.table import Table

    details = summary["details"]
    buffer = io.StringIO()
    console = Console(
        file=buffer, width=max(_WIDTH, width), no_color=not colour, force_terminal=colour, highlight=False
    )

    def say(text: str = "") -> None:
        console.print(text, markup=False, soft_wrap=True)

    say(_headline(summary))
    main = Table(box=None, pad_edge=False, header_style="bold")
    main.add_column("")
    broken = int(summary["broken_policies"])
    for name in ("all tasks", "95%", "n of N", *(("sound tasks", "n of N") if broken else ())):
        main.add_column(name, justify="right")
    names = [*_ROWS[:3], *_passes(details["all"]), *_rest(details["all"])]
    for key, words in names:
        every, sound = details["all"][key], details["sound"][key]
        row = [words, _share(every), _interval(every), _counts(every)]
        main.add_row(*row, *((_share(sound), _counts(sound)) if broken else ()))
    console.print(main)
    if len(details["by_difficulty"]) > 1:
        say()
        levels = Table(box=None, pad_edge=False, header_style="bold")
        levels.add_column("difficulty")
        for name in ("tasks", "compilable", "deployable", "correct", "95%", "n of N"):
            levels.add_column(name, justify="right")
        for level, group in details["by_difficulty"].items():
            correct = group["correct"]
            cells = [_share(group["compile"]), _share(group["deploy"]), _share(correct)]
            levels.add_row(level, str(group["tasks"]), *cells, _interval(correct), _counts(correct))
        console.print(levels)
    if summary["rounds"]:
        say()
        console.print(_curve(details["repair_curve"]))
        say(_repairs(details["repairs"]))
    say()
    for line in _notes(summary, out):
        say(line)
    return buffer.getvalue()


def _headline(summary: Mapping[str, Any]) -> str:
    details = summary["details"]
    parts = [f"{summary['benchmark']}, {clean(str(summary['model']))}: {_n(details['all']['tasks'], 'task')}"]
    if summary["samples"] > 1:
        parts.append(f"{summary['samples']} samples each")
    if summary["rounds"]:
        sees = "compile and deploy"
        if "preserved" in details["all"]:
            sees = "compile, deploy and changes that were not asked for"
        elif summary["policy_feedback"]:
            sees = "compile, deploy and policy (which leaks the test)"
        parts.append(f"at most {_n(summary['rounds'], 'repair')}; the loop sees {sees}")
    return ", ".join(parts)


def _n(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


def _passes(group: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = sorted((int(name.rpartition("_")[2]), name) for name in group if name.startswith("pass_at_"))
    return [(name, f"pass@{k}") for k, name in names]


def _rest(group: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, words) for key, words in _ROWS[3:] if key in group]


def _share(figure: Mapping[str, Any]) -> str:
    return "-" if figure["value"] is None else f"{figure['value']:.1%}"


def _interval(figure: Mapping[str, Any]) -> str:
    return "" if figure["low"] is None else f"{figure['low']:.1%} to {figure['high']:.1%}"


def _counts(figure: Mapping[str, Any]) -> str:
    n = figure["n"]
    number = str(n) if isinstance(n, int) else f"{n:.1f}"
    masked = figure["total"] - figure["of"]
    return f"{number} of {figure['of']}" + (f" ({masked} masked)" if masked else "")


def _curve(points: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    curve = Table(box=None, pad_edge=False, header_style="bold")
    curve.add_column("round")
    for name in ("answers", "deployable, best", "raw", "correct, best", "raw"):
        curve.add_column(name, justify="right")
    for point in points:
        best, raw = point["best"], point["raw"]
        cells = [best["deploy"], raw["deploy"], best["correct"], raw["correct"]]
        curve.add_row(str(point["round"]), str(point["attempts"]), *(_share(c) for c in cells))
    return curve


def _repairs(repairs: Mapping[str, Any]) -> str:
    total = repairs["regressions"]["total"]
    if not total:
        return "No repair was needed: no answer had a finding that the loop sees."
    return (
        f"{_n(total, 'repair attempt')}: {_n(repairs['regressions']['n'], 'regression')} "
        f"({repairs['regressions_kept']['n']} kept), "
        f"{repairs['deceptive']['n']} deceptive ({repairs['deceptive_kept']['n']} kept); of "
        f"{repairs['improved']['total']} repaired answers {repairs['improved']['n']} ended better, "
        f"{repairs['harmed']['n']} worse"
    )


def _notes(summary: Mapping[str, Any], out: Path) -> list[str]:
    details = summary["details"]
    lines: list[str] = []
    if summary["model_errors"] or summary["tool_errors"]:
        lines.append(
            f"Masked: {_n(summary['model_errors'], 'model error')}, {_n(summary['tool_errors'], 'tool error')}; "
            "the same command tries these again."
        )
    counts = details["soundness"]["counts"]
    if summary["broken_policies"]:
        broken = [b for b in details["soundness"]["not_sound"] if b["soundness"] in ("syntax", "contradiction")]
        lines.append(
            f"Broken policies: {counts['syntax']} that cannot be read, {counts['contradiction']} that their own "
            f"reference does not pass ({', '.join(clean(str(b['task']))[:12] for b in broken[:12])}"
            f"{', ...' if len(broken) > 12 else ''})."
        )
    if counts["unproven"]:
        lines.append(f"Unproven policies: {counts['unproven']} (no reference that can be planned here).")
    seconds, tokens = details["seconds"]["answer"], details["tokens"]
    if seconds["median"] is not None:
        lines.append(
            f"Seconds an answer: median {seconds['median']:.2f}, p95 {seconds['p95']:.2f}, "
            f"total {seconds['total']:.0f}."
        )
    if tokens["completion"] is not None:
        cost = details["cost"]["total"]
        price = f", {cost:.4f} {details['cost']['currency']}" if cost is not None else ""
        lines.append(f"Tokens: {tokens['prompt'] or 0:,} in, {tokens['completion']:,} out{price}.")
    if details["published"]:
        quoted = ", ".join(
            f"{r['system']} " + (f"about {r['value']:.0%}" if r["approximate"] else f"{r['value']:.2%}")
            for r in details["published"]
        )
        lines.append(f"Published, not comparable (other protocols): {quoted}.")
    lines.append(f"Everything is in {clean(str(out))}.")
    return lines
