"""Reports of evaluation runs: one Markdown page to commit or to post, one self-contained HTML file to look into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraformer.errors import UsageError
from terraformer.evals.report import plots
from terraformer.evals.report.build import Plot, Report, build
from terraformer.evals.report.pages import VERDICTS, TaskPage, pages_of
from terraformer.files import replace_file

__all__ = ["Written", "html", "markdown", "write_report"]


@dataclass(frozen=True, slots=True)
class Written:
    """Where the two files are."""

    html: Path
    markdown: Path


def write_report(folders: Sequence[Path], target: Path | None = None) -> Written:
    """Write report.html and report.md into ``target`` (default: the first run's folder), replacing earlier ones.

    The HTML loads nothing from anywhere: style, script and plots are inside. Each file is written whole or not at all.
    Raises UsageError when a folder holds no evaluation, the extra ``eval`` is not installed, or ``target`` cannot be
    written.
    """
    report = build(folders)
    pages = pages_of([(r.label, r.run) for r in report.runs])
    place = target or Path(folders[0])
    texts = {"report.html": html(report, pages), "report.md": markdown(report, pages)}
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replace_file(place / name, text.encode())
    except OSError as error:
        raise UsageError(f"{place}: the report cannot be written: {error.strerror}") from None
    return Written(place / "report.html", place / "report.md")


def html(report: Report, pages: Sequence[TaskPage]) -> str:
    """The whole report as one HTML file."""
    environment = _environment(autoescape=True)
    loader = environment.loader
    style, script = (loader.get_source(environment, name)[0] for name in ("report.css", "report.js"))
    return str(
        environment.get_template("report.html.j2").render(
            **_context(report, pages),
            plots=[_drawn(plot) for plot in report.plots],
            style=style,
            script=script,
            verdicts=VERDICTS,
            difficulties=sorted({p.task.difficulty for p in pages if p.task.difficulty is not None}),
            codes=sorted({code for p in pages for run in p.runs for code in run.codes}),
        )
    )


def markdown(report: Report, pages: Sequence[TaskPage]) -> str:
    """The figures as Markdown, without the tasks' pages."""
    environment = _environment(autoescape=False)
    environment.filters["cell"] = _cell
    return str(environment.get_template("report.md.j2").render(**_context(report, pages), plots=report.plots))


def _context(report: Report, pages: Sequence[TaskPage]) -> dict[str, Any]:
    return {
        "title": report.title,
        "lead": report.lead,
        "runs": report.runs,
        "groups": report.groups,
        "paired": report.paired,
        "published": report.published,
        "published_note": "Quoted from others, not measured here, and got in other ways than these runs.",
        "broken": [p for p in pages if p.soundness is not None and p.soundness.soundness.broken],
        "pages": pages,
        "footer": report.footer,
    }


def _drawn(plot: Plot) -> dict[str, Any]:
    if plot.kind == "bars":
        svg = plots.bars(plot.ticks, plot.series, title=plot.title, y_label=plot.y_label)
    elif plot.kind == "lines":
        svg = plots.lines(plot.ticks, plot.series, title=plot.title, x_label=plot.x_label, y_label=plot.y_label)
    else:
        svg = plots.horizontal_bars(plot.ticks, plot.series, title=plot.title, x_label=plot.x_label)
    return {
        "title": plot.title,
        "note": plot.note,
        "svg": svg,
        "legend": plot.series if len(plot.series) > 1 else (),
        "heads": plot.heads,
        "rows": plot.rows,
    }


def _environment(*, autoescape: bool) -> Any:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise UsageError("reports need jinja2: pip install 'terraformer-iac[eval]'") from None
    return Environment(
        loader=PackageLoader("terraformer.evals.report"),
        autoescape=autoescape,  # noqa: S701 - off only for Markdown, whose values go through a filter
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _cell(text: object) -> str:
    """Text for a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
