"""``terraformer data stats``: what a dataset holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from terraformer.cli import terminal

__all__ = ["counting", "stats"]


@contextmanager
def counting(words: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar that is told how many records are done."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with terminal.progress(*columns) as display:
        bar = display.add_task(words, total=total)

        def told(number: int) -> None:
            if number % 100 == 0 or number == total:
                display.update(bar, completed=number)

        yield told


def stats(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="A dataset: the directory of a run, or of .parquet files.", show_default=False
        ),
    ],
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Prompts of people to compare those of the dataset with (CSV, JSON lines, parquet or text).",
            show_default=False,
        ),
    ] = None,
    card: Annotated[
        bool, typer.Option("--card", help="Write the dataset card into DIR: README.md, images/, statistics.json.")
    ] = False,
    title: Annotated[str, typer.Option(metavar="TEXT", help="The card's title.", show_default=False)] = "",
    near: Annotated[bool, typer.Option("--near/--no-near", help="Whether to look for near duplicates.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="All statistics as JSON.")] = False,
) -> None:
    """Count what a dataset holds: splits, services, resource types, constructs, prompts, duplicates.

    Everything is measured on the records, as a stream: about a minute for 50,000 of them.
    """
    from terraformer.data.card import collect, data_directory, terminal_text, write_card
    from terraformer.data.records import count_records

    with counting("counting", count_records(data_directory(path))) as told:
        found = collect(path, against=against, near=near, on_record=told)
    if card:
        write_card(path, found, title=title)
    terminal.write(json.dumps(found) + "\n" if as_json else terminal_text(found))
