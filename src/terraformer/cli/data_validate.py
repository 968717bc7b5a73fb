"""``terraformer data validate``: the claims of a dataset, proven anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from terraformer.cli import terminal
from terraformer.cli.data_show import DATA, KIND, SOURCE, SPLIT
from terraformer.errors import UsageError

if TYPE_CHECKING:
    from terraformer.data.validation import Totals
    from terraformer.types import Record

__all__ = ["validate"]

_SHOWN = 20


def validate(
    path: DATA,
    sample: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="So many random records (default: all).", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Of the sample.")] = 0,
    mutants: Annotated[
        bool,
        typer.Option("--mutants", help="Check too that plans which break one demand fail just its rule in the Rego."),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, max=256, metavar="N", help="Verifications at once (default: one a core).", show_default=False
        ),
    ] = None,
    kind: KIND = "",
    split: SPLIT = "",
    source: SOURCE = "",
    identity: Annotated[
        str, typer.Option("--id", metavar="ID", help="Only records whose id begins so.", show_default=False)
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> int:
    """Verify records again with real Terraform and Rego, nothing cached: configurations deploy, requests are met by
    their own policies, changes change, what is broken has the findings that are told.

    Exit codes: 0 all hold, 2 some do not, 1 some could not be established.
    """
    from terraformer.data.store import choose, fetch
    from terraformer.data.validation import Totals, check_records

    chosen = choose(path, sample=sample, seed=seed, identity=identity, kind=kind, split=split, source=source)
    if not chosen:
        raise UsageError(f"{path}: no such record")

    def rows() -> Iterator[tuple[str, Record]]:
        for start in range(0, len(chosen), 500):
            for place, record in fetch(chosen[start : start + 500], check=False):
                yield place.id, record

    totals = Totals()
    with terminal.progress(*_columns()) as display:
        bar = display.add_task("validating", total=len(chosen))
        for checked in check_records(rows(), jobs=jobs, with_mutants=mutants):
            totals.add(checked)
            failed = len(totals.failures)
            display.update(bar, advance=1, description=f"validating, {failed} failed" if failed else "validating")
    outcome = totals.to_dict(with_mutants=mutants)
    terminal.write(json.dumps(outcome) + "\n" if as_json else _told(totals, outcome))
    return totals.exit_code


def _columns() -> tuple[Any, ...]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    words = TextColumn("{task.description}", markup=False)
    return (words, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())


def _told(totals: Totals, outcome: dict[str, Any]) -> str:
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in outcome["by kind"].items())
    lines = [f"{outcome['records']:,} records ({kinds}): {outcome['failed']:,} do not hold"]
    lines += [f"  {check:<14} {n:>7,}" for check, n in outcome["failed by check"].items()]
    for checked in totals.failures[:_SHOWN]:
        lines.append(f"{checked.id}  {checked.kind}  {checked.source}")
        lines += [f"    {p.check}: {p.detail}" for p in checked.problems[:5]]
    if len(totals.failures) > _SHOWN:
        lines.append(f"... and {len(totals.failures) - _SHOWN} more (--json lists all)")
    for checked in totals.tool_errors[:_SHOWN]:
        lines.append(f"{checked.id}  the tools failed: {checked.tool_error}")
    if "mutants" in outcome:
        m = outcome["mutants"]
        lines.append(
            f"mutants: {m['mutants that fail just their rule']:,} of {m['rules with a mutant']:,} fail just their rule "
            f"({m['rules']:,} rules in all); {m['records whose mutants all fail just their rule']:,} records "
            f"({m['share of records'] or 0:.1%}) have a mutant for a demand and are told apart by it"
        )
    return "\n".join(lines) + "\n"
