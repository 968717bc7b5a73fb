"""``terraformer data``: datasets, made, looked at and proven. Each command has a module of its own (data_*.py)."""

from __future__ import annotations

import typer

from terraformer.cli import data_curate, data_export, data_show, data_stats, data_synth, data_validate

__all__ = ["app"]

app = typer.Typer(
    help="Datasets of requests with verified answers: make, curate, show, validate, count, export.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("synth")(data_synth.synth)
app.command("curate")(data_curate.curate)
app.command("show")(data_show.show)
app.command("validate")(data_validate.validate)
app.command("stats")(data_stats.stats)
app.command("export")(data_export.export)
