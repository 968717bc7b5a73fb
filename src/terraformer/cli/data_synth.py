"""``terraformer data synth``: make a dataset."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from terraformer.cli import terminal
from terraformer.errors import UsageError

if TYPE_CHECKING:
    from terraformer.data.cleaning import CleaningSettings
    from terraformer.data.executors import Executor
    from terraformer.data.store.synthesise import Progress

__all__ = ["synth"]

_LOG_SECONDS: Final = 30.0
_REASONS: Final = 8


def synth(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="tf-gen, tf-gen-real, tf-mutn or tf-repair.", show_default=False)
    ],
    count: Annotated[
        int, typer.Option("--count", min=1, metavar="N", help="How many records; exactly so many.", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Where everything is kept; the same command goes on there.", show_default=False
        ),
    ],
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed gives the same records.")] = 0,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, max=1024, metavar="N", help="Parts made at once (default: one a core).", show_default=False
        ),
    ] = None,
    executor: Annotated[
        str, typer.Option(metavar="local|ray", help="Processes of this machine, or a Ray cluster.")
    ] = "local",
    ray_address: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help='Of the Ray cluster ("auto", HOST:PORT); default: one of this machine alone.'
        ),
    ] = "",
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE", help="An option of the dataset's maker (blueprint=storage.bucket). May be repeated."
        ),
    ] = None,
    part_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100_000,
            metavar="UNITS",
            help="Scenarios in a part, which a kill may cost (default: up to 200). The records do not depend on it.",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A benchmark that no record may overlap with. May be repeated.", show_default=False
        ),
    ] = None,
    near: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, metavar="J", help="Similarity of near duplicates, which are dropped; 0: none."),
    ] = 0.9,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> int:
    """Make a dataset of verified records: OUT/data/*.parquet by split, and OUT/manifest.json.

    Stopped in any way, the same command goes on; with a greater --count it makes more. The records depend on the
    dataset, --option, --seed, --count, --against and --near alone, not on jobs or the executor.
    """
    from terraformer.data.cleaning import CleaningSettings
    from terraformer.data.making import get_maker
    from terraformer.data.store.synthesise import synthesise

    options = _options(option or ())
    get_maker(dataset, options)  # refuses a wrong name or option before anything is written
    chosen = _executor(executor, ray_address, jobs)
    cleaning = CleaningSettings(near=near, benchmarks=tuple(against or ()))
    command = _command(dataset, count, seed, out, options, cleaning)
    try:
        with _progress() as told:
            manifest = synthesise(
                out,
                dataset,
                count,
                seed=seed,
                options=options,
                executor=chosen,
                cleaning=cleaning,
                part_size=part_size,
                jobs=chosen.jobs,
                command=command,
                on_progress=told,
            )
    except KeyboardInterrupt:
        sys.stderr.write(f"terraformer: what is finished is kept in {out}; the same command goes on from there\n")
        raise
    terminal.write(json.dumps(manifest) + "\n" if as_json else _summary(manifest, out))
    if manifest["tool failures"]:
        sys.stderr.write(f"terraformer: {manifest['warning']}\n")
    if manifest["records"] < count:
        sys.stderr.write(
            f"terraformer: {dataset} with these options gives hardly any more new records: {manifest['records']} of "
            f"{count} were found in {manifest['units']} units\n"
        )
        return 1
    return 0


def _options(given: Sequence[str]) -> dict[str, Any]:
    """KEY=VALUE, the value as JSON where it is, else as text."""
    found: dict[str, Any] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key.isidentifier():
            raise UsageError(f"--option {text!r}: write KEY=VALUE, such as longtail=0.2")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found


def _executor(name: str, address: str, jobs: int | None) -> Executor:
    from terraformer.data.executors import LocalExecutor, RayExecutor

    if name == "local":
        if address:
            raise UsageError("--ray-address goes with --executor ray")
        return LocalExecutor(jobs)
    if name == "ray":
        return RayExecutor(address, jobs)
    raise UsageError(f"--executor {name!r}: choose local or ray")


def _command(
    dataset: str, count: int, seed: int, out: Path, options: Mapping[str, Any], cleaning: CleaningSettings
) -> str:
    """What makes the same set again, as one types it."""
    words = ["terraformer", "data", "synth", dataset, "--count", str(count), "--seed", str(seed)]
    for key, value in sorted(options.items()):
        words += ["--option", f"{key}={value if isinstance(value, str) else json.dumps(value)}"]
    if cleaning.near != 0.9:
        words += ["--near", str(cleaning.near)]
    for path in cleaning.benchmarks:
        words += ["--against", path.name]
    return shlex.join([*words, "--out", out.name])


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal; elsewhere a line now and then."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
    )
    rate = _Rate()
    logged = time.monotonic()
    phase = ""
    with terminal.progress(*columns) as display:
        bar = display.add_task("starting", total=None, rate="")

        def told(news: Progress) -> None:
            nonlocal logged, phase
            words = rate.words(news)
            display.update(bar, description=news.phase, total=news.count, completed=news.records, rate=words)
            now = time.monotonic()
            if display.disable and news.phase != "writing" and (now - logged >= _LOG_SECONDS or news.phase != phase):
                logged = now
                sys.stderr.write(f"{news.phase}: {news.records:,} of {news.count:,} records{words and ', '}{words}\n")
                sys.stderr.flush()
            phase = news.phase

        yield told


class _Rate:
    """How fast records are made, over the last minutes."""

    _WINDOW = 180.0

    def __init__(self) -> None:
        self._points: list[tuple[float, int, int]] = []

    def words(self, news: Progress) -> str:
        if news.phase != "making":
            return ""
        now = time.monotonic()
        self._points.append((now, news.made, news.records))
        while len(self._points) > 2 and self._points[1][0] < now - self._WINDOW:
            self._points.pop(0)
        then, made, records = self._points[0]
        if now - then < 1:
            return ""
        told = [f"{(news.made - made) / (now - then):.1f}/s"]
        tried = news.candidates + news.rejected
        if tried:
            told.append(f"yield {(news.candidates - news.dropped) / tried:.1%}")
        if news.records > records:
            seconds = int((news.count - news.records) * (now - then) / (news.records - records))
            told.append(f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d} left")
        if news.tool_failures:
            told.append(f"{news.tool_failures} tool failures")
        return ", ".join(told)


def _summary(manifest: Mapping[str, Any], out: Path) -> str:
    making = manifest["making"]
    lines = [f"{out}: {manifest['records']:,} records of {manifest['dataset']}"]
    lines += [f"  {name:<16} {split['records']:>9,}" for name, split in manifest["splits"].items()]
    tried = manifest["candidates"]
    lines.append(f"yield {manifest['yield']:.1%}: {manifest['records']:,} of {tried:,} candidates")
    for title in ("rejected", "dropped"):
        reasons = list(manifest[title].items())
        lines += [f"  {title} {reason:<40} {n:>7,}" for reason, n in reasons[:_REASONS]]
        if rest := reasons[_REASONS:]:
            lines.append(f"  {title} for {len(rest)} other reasons (manifest.json) {sum(n for _, n in rest):>14,}")
    lines.append(
        f"made at {making['records a second']} records a second "
        f"({making['records a worker second']} a second and worker), {making['wall seconds']:,.0f} seconds in all"
    )
    lines.append(f"content {manifest['content']}")
    return "\n".join(lines) + "\n"
