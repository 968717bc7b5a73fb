"""``terraformer data curate``: real configurations made into records, with a model."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from terraformer.cli import running, terminal

if TYPE_CHECKING:
    from terraformer.data.curation import Progress

__all__ = ["curate"]

_LOG_SECONDS: Final = 30.0


def curate(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Directories, git checkouts or mirrors (NAME=PATH names one), JSON lines with HCL in them.",
            show_default=False,
        ),
    ],
    model: Annotated[
        str, typer.Option(metavar="MODEL", help="Any model (openai:gpt-5, openai:NAME@URL, ...).", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Where everything is kept; the same command goes on there.", show_default=False
        ),
    ],
    licence: Annotated[
        str, typer.Option("--licence", "--license", metavar="SPDX", help="Of sources that state none: your own code.")
    ] = "",
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="SPDX", help="A further licence that may be used. May be repeated.", show_default=False),
    ] = None,
    prompts: Annotated[int, typer.Option(min=1, max=10, metavar="N", help="Requests for each configuration.")] = 3,
    rounds: Annotated[int, typer.Option(min=0, max=20, metavar="N", help="Corrections at most, of each stage.")] = 5,
    limit: Annotated[
        int, typer.Option(min=0, metavar="N", help="Only the first N configurations; 0: all of them.")
    ] = 0,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=256, metavar="N", help="Configurations under way at once.", show_default=False),
    ] = None,
    no_judge: Annotated[
        bool, typer.Option("--no-judge", help="Values must stand in a prompt word for word; the model is not asked.")
    ] = False,
    no_split: Annotated[
        bool, typer.Option("--no-split", help="Files with independent examples in them stay whole.")
    ] = False,
    no_complete: Annotated[
        bool, typer.Option("--no-complete", help="What is not declared is left to the model to mend.")
    ] = False,
    temperature: running.TEMPERATURE = 0.3,
    seed: running.SEED = None,
    max_tokens: running.MAX_TOKENS = 4096,
    model_timeout: running.MODEL_TIMEOUT = 120.0,
    core: running.CORE = "auto",
    timeout: running.TIMEOUT = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> int:
    """Make records of real configurations: filter by licence and secrets, verify, correct with the model, have it write
    request and intent, and keep what agrees with the plan.

    Stopped in any way, the same command goes on. The records are in OUT/data, the report in OUT/report.json.
    """
    from terraformer.data.curation import CurateSettings
    from terraformer.data.curation import curate as run
    from terraformer.data.sources import PERMISSIVE, SourceSettings, normalise
    from terraformer.models import SamplingSettings, get_model
    from terraformer.verify import VerifySettings

    settings = CurateSettings(
        rounds=rounds,
        prompts=prompts,
        judge=not no_judge,
        split=not no_split,
        complete=not no_complete,
        limit=limit,
        sources=SourceSettings(
            allow=PERMISSIVE | {normalise(a) for a in allow or ()}, licence=normalise(licence) if licence else ""
        ),
        sampling=SamplingSettings(temperature=temperature, seed=seed, max_tokens=max_tokens, timeout=model_timeout),
        verify=VerifySettings(core=core, timeout=timeout),
    )
    chosen = get_model(model)
    try:
        with _progress() as told:
            report = run(sources, out, model=chosen, settings=settings, jobs=jobs, on_progress=told)
    except KeyboardInterrupt:
        sys.stderr.write(f"terraformer: what is finished is kept in {out}; the same command goes on from there\n")
        raise
    finally:
        chosen.close()
    terminal.write(json.dumps(report, ensure_ascii=False) + "\n" if as_json else _table(report, out))
    if report["missed"]:
        told_ = ", ".join(f"{n} by a {name.replace('-', ' ')}" for name, n in report["missed"].items())
        sys.stderr.write(
            f"terraformer: not done: {told_} ({report['last error']}); the same command tries them again\n"
        )
        return 1
    return 0


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal; elsewhere a line now and then."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("curating"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}", markup=False),
    )
    logged = time.monotonic()
    with terminal.progress(*columns) as display:
        bar = display.add_task("curating", total=None, told="")

        def told(news: Progress) -> None:
            nonlocal logged
            tokens = news.cost["prompt_tokens"] + news.cost["completion_tokens"]
            words = f"{news.records:,} records, {news.cost['calls']:,} calls, {tokens:,} tokens"
            display.update(bar, total=news.total, completed=news.done, told=words)
            now = time.monotonic()
            if display.disable and now - logged >= _LOG_SECONDS:
                logged = now
                sys.stderr.write(f"curating: {news.done:,} of {news.total:,} configurations, {words}\n")
                sys.stderr.flush()

        yield told


def _table(report: Mapping[str, Any], out: Path) -> str:
    """Yields by stage, reasons and costs."""
    rows = [("collected", report["collected"], "")]
    rows += [(f"  {reason}", -n, "filtered") for reason, n in report["filtered"].items()]
    whole = report["configurations"]
    rows.append(("configurations", whole, ""))
    rows += [(stage, n, f"{n / whole:.1%}") for stage, n in report["stages"].items()]
    lines = [f"{out}: {report['records']:,} records"]
    lines += [f"  {name:<28} {n:>9,}  {share}".rstrip() for name, n, share in rows]
    if report["reasons"]:
        lines.append("not taken, and why")
        lines += [f"  {reason:<44} {n:>9,}" for reason, n in report["reasons"].items()]
    cost = report["cost"]
    made = max(1, report["records"])
    lines.append(
        f"{report['model']}: {cost['calls']:,} calls, {cost['prompt_tokens']:,} + {cost['completion_tokens']:,} tokens "
        f"({(cost['prompt_tokens'] + cost['completion_tokens']) / made:,.0f} a record)"
        + (f"; {cost['untold']:,} calls whose tokens the model did not tell" if cost["untold"] else "")
    )
    lines.append("repositories")
    for name, one in report["repositories"].items():
        commits = ", ".join(c[:12] for c in one["commits"]) or "no commit known"
        lines.append(f"  {name} ({commits}; {', '.join(one['licences'])}): {one['records']:,}")
    return "\n".join(lines) + "\n"
