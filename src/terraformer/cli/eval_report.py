"""``terraformer eval report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from terraformer.cli import terminal

__all__ = ["report"]


def report(
    runs: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of evaluation runs, compared in this order.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to write (default: the first run's folder).", show_default=False),
    ] = None,
) -> int:
    """Compare runs: report.html (one self-contained file, a page for every task) and report.md."""
    from terraformer.evals.report import write_report

    written = write_report(runs, out)
    terminal.write(f"Wrote {written.html}\nWrote {written.markdown}\n")
    return 0
