"""``terraformer data export``: a dataset in the forms that other tools read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from terraformer.cli import terminal
from terraformer.cli.data_stats import counting
from terraformer.errors import UsageError

__all__ = ["export"]


def export(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="A dataset: the directory of a run, or of .parquet files.", show_default=False
        ),
    ],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="chat-jsonl|hf",
            help="Chat messages, a JSON object a line; or a directory for datasets.load_dataset, with its card.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="PATH", help="The file or directory to write.", show_default=False)],
    split: Annotated[
        list[str] | None,
        typer.Option(metavar="SPLIT", help="Only of this split. May be repeated.", show_default=False),
    ] = None,
    system: Annotated[bool, typer.Option("--system/--no-system", help="Messages with the system prompt.")] = True,
    schema_chars: Annotated[
        int, typer.Option(min=0, metavar="N", help="Characters of schema excerpts in the messages.")
    ] = 0,
    examples: Annotated[int, typer.Option(min=0, max=10, metavar="N", help="Examples in the messages.")] = 0,
    messages: Annotated[
        bool, typer.Option("--messages", help="hf: fill the column messages with the chat form.")
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="hf: prompts of people, for the card.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="What was written, as JSON.")] = False,
) -> None:
    """Write a dataset as chat messages, or as a directory of Hugging Face's layout.

    The messages are those that generate, mutate and repair send to a model; a mutation and a repair are answered by
    SEARCH/REPLACE blocks. An answer that is not read back as the record's configuration is left out, and counted.
    """
    from terraformer.data.card import data_directory
    from terraformer.data.export import ChatSettings, export_chat, export_hf
    from terraformer.data.records import count_records

    settings = ChatSettings(system=system, schema_chars=schema_chars, examples=examples)
    splits = tuple(split or ())
    with counting("exporting", count_records(data_directory(path))) as told:
        if form == "chat-jsonl":
            done = export_chat(path, out, splits=splits, settings=settings, on_record=told)
        elif form == "hf":
            chats = settings if messages else None
            done = export_hf(path, out, splits=splits, messages=chats, against=against, on_record=told)
        else:
            raise UsageError(f"--format {form!r}: choose chat-jsonl or hf")
    if as_json:
        terminal.write(json.dumps({"written": dict(done.written), "left out": dict(done.left_out)}) + "\n")
        return
    terminal.write(f"Wrote {out}: {done.written.total():,} records\n")
    terminal.write("".join(f"  {name:<16} {n:>9,}\n" for name, n in done.written.most_common()))
    terminal.write("".join(f"  left out: {reason:<16} {n:>9,}\n" for reason, n in done.left_out.most_common()))
