"""``terraformer data show``: records as a person reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terraformer.cli import terminal
from terraformer.errors import TerraformerError, UsageError

if TYPE_CHECKING:
    from terraformer.types import Record, TerraformConfig

__all__ = ["DATA", "KIND", "SOURCE", "SPLIT", "show"]

DATA = Annotated[
    Path,
    typer.Argument(
        metavar="PATH", help="A dataset's directory, or a parquet file, or a directory of them.", show_default=False
    ),
]
KIND = Annotated[str, typer.Option(metavar="KIND", help="Only generation, mutation or repair.", show_default=False)]
SPLIT = Annotated[str, typer.Option(metavar="SPLIT", help="Only of this split.", show_default=False)]
SOURCE = Annotated[
    str, typer.Option(metavar="PREFIX", help="Only of sources that begin so (blueprint:storage).", show_default=False)
]


def show(
    path: DATA,
    identity: Annotated[
        str, typer.Option("--id", metavar="ID", help="The record whose id begins so.", show_default=False)
    ] = "",
    number: Annotated[int, typer.Option("--random", min=1, metavar="N", help="So many random ones.")] = 1,
    seed: Annotated[int, typer.Option(metavar="S", help="Of the choice.")] = 0,
    kind: KIND = "",
    split: SPLIT = "",
    source: SOURCE = "",
    full: Annotated[bool, typer.Option("--full", help="The Rego, certificates and all that is stored too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON lines.")] = False,
) -> None:
    """Print records: what is asked, what is there, the answer, and what the request demands."""
    from terraformer.data.records import to_row
    from terraformer.data.store import choose, fetch

    sample = None if identity else number
    chosen = choose(path, sample=sample, seed=seed, identity=identity, kind=kind, split=split, source=source)
    if not chosen:
        raise UsageError(f"{path}: no such record")
    for n, (_, record) in enumerate(fetch(chosen)):
        if as_json:
            terminal.write(json.dumps(to_row(record), ensure_ascii=False) + "\n")
        else:
            terminal.write(("\n" if n else "") + _told(record, full))


def _told(record: Record, full: bool) -> str:
    lines = [
        _title(f"{record.kind} {record.id[:16]}"),
        ", ".join([record.source, record.family, f"difficulty {record.difficulty}", record.split or "no split"]),
        ", ".join(record.resource_types),
        "",
        record.prompt,
    ]
    if record.before is not None:
        lines += _files(record.before, "before")
    if record.certificates:
        lines += ["", _rule("findings")]
        for c in record.certificates:
            where = f"{c.range.file}:{c.range.start.line}: " if c.range else ""
            lines.append(f"{where}{c.severity} {c.code}: {c.summary}")
            if full and c.fix:
                lines.append(f"    {c.fix}")
    lines += _files(record.after, "after" if record.before is not None else "")
    lines += ["", _rule("demands"), *_demands(record)]
    if full:
        for policy in record.policies:
            lines += ["", _rule(policy.name), policy.text.rstrip()]
        data = {
            "id": record.id,
            "licence": record.licence,
            "seed": record.seed,
            "versions": dict(record.versions),
            "metadata": dict(record.metadata),
            "services": record.services,
            "intent": record.intent,
        }
        lines += ["", _rule("stored"), json.dumps(data, indent=2, ensure_ascii=False)]
    return "\n".join(lines) + "\n"


def _demands(record: Record) -> list[str]:
    from terraformer.data.intents import Intent, explain

    if record.intent is None:
        return ["(no intent)"]
    try:
        return [f"- {sentence}" for sentence in explain(Intent.from_dict(record.intent))]
    except TerraformerError as error:
        return [f"(an intent that cannot be read: {error})"]


def _files(config: TerraformConfig, which: str) -> list[str]:
    lines = []
    for name in sorted(config.files):
        lines += ["", _rule(f"{which}: {name}" if which else name), config.text(name).rstrip()]
    return lines


def _title(text: str) -> str:
    return f"{'=' * 4} {text} {'=' * max(4, terminal.width() - len(text) - 6)}"


def _rule(text: str) -> str:
    return f"{'-' * 4} {text} {'-' * max(4, terminal.width() - len(text) - 6)}"
