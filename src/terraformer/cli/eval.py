"""``terraformer eval``: benchmarks, graded by real Terraform and Rego, offline.

The settings file is not read: what a figure stands for must be on the command line and in OUT/run.json.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from terraformer.cli import running, settings_file, terminal
from terraformer.errors import UsageError
from terraformer.types import Stage

if TYPE_CHECKING:
    from terraformer.evals.records import RunInfo
    from terraformer.evals.runner import Progress
    from terraformer.evals.settings import EvalSettings
    from terraformer.evals.summary import Prices

__all__ = ["app"]

app = typer.Typer(
    help="Measure a model on a benchmark, offline: what compiles, deploys and is correct.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_COMMANDS: Final = {
    "iac-eval": "Measure a model on IaC-Eval (its table as CSV, or hf for the Hugging Face hub).",
    "tf-gen": "Measure a model on generation records (a parquet file, or a directory of them).",
    "tf-mutn": "Measure a model on mutation records (a parquet file, or a directory of them).",
}


def _command(benchmark: str) -> Callable[..., int]:
    """The command of one benchmark. All have the same options."""

    def command(
        data: Annotated[str, typer.Option(metavar="FILE", help="The benchmark's data.", show_default=False)],
        model: Annotated[
            str, typer.Option(metavar="MODEL", help="embedded, openai:NAME, mock:FILE, or one of a plugin's.")
        ] = "embedded",
        references: Annotated[
            bool, typer.Option("--references", help="Grade the benchmark's own references; no model is asked.")
        ] = False,
        samples: Annotated[
            int, typer.Option(min=1, max=1000, metavar="N", help="Independent answers to every task, for pass@k.")
        ] = 1,
        rounds: Annotated[int, typer.Option(min=0, max=5, metavar="N", help="Repairs at most, in each sample.")] = 0,
        best_of: Annotated[
            int,
            typer.Option(min=1, max=100, metavar="N", help="First answers in a sample, of which the verifier picks."),
        ] = 1,
        policy_feedback: Annotated[
            bool,
            typer.Option(
                "--policy-feedback",
                help="Show the policies' findings to the repair loop, as the paper's multi-turn setting does. "
                "This leaks the test; the default loop sees what compile and deploy find.",
            ),
        ] = False,
        difficulty: Annotated[
            str | None, typer.Option(metavar="1-3", help="Only tasks of these difficulties.", show_default=False)
        ] = None,
        limit: Annotated[
            int | None, typer.Option(min=1, metavar="N", help="Only the first N tasks.", show_default=False)
        ] = None,
        only_sound: Annotated[
            bool,
            typer.Option("--only-sound", help="Headline figures without the tasks whose policy is broken."),
        ] = False,
        temperature: Annotated[
            float, typer.Option(min=0.0, max=2.0, metavar="T", help="Of the first sample of a task.")
        ] = 0.0,
        sample_temperature: Annotated[
            float, typer.Option(min=0.0, max=2.0, metavar="T", help="Of its other samples.")
        ] = 0.8,
        seed: Annotated[int, typer.Option(metavar="N", help="Seeds of all samples derive from it.")] = 0,
        stages: running.STAGES = "compile,deploy,policy",
        jobs: Annotated[
            int | None,
            typer.Option(
                min=1,
                max=256,
                metavar="N",
                help="Samples under way at once (default: 2, or what the model takes).",
                show_default=False,
            ),
        ] = None,
        out: Annotated[
            Path | None,
            typer.Option(
                metavar="DIR",
                help="Where everything is kept; the same command goes on there (default: runs/BENCHMARK-MODEL-DATE).",
                show_default=False,
            ),
        ] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print the flat summary as the last line, in JSON.")
        ] = False,
        price: Annotated[
            str | None,
            typer.Option(
                metavar="IN,OUT",
                help="Price of a million prompt and completion tokens, for the cost.",
                show_default=False,
            ),
        ] = None,
        max_tokens: running.MAX_TOKENS = 4096,
        model_timeout: running.MODEL_TIMEOUT = 300.0,
        strategy: running.STRATEGY = running.StrategyName.AUTO,
        schema_chars: running.SCHEMA_CHARS = 16_000,
        examples: running.EXAMPLES = 2,
        core: running.CORE = "auto",
        timeout: running.TIMEOUT = 30.0,
    ) -> int:
        from terraformer.evals.settings import EvalSettings

        settings = EvalSettings(
            samples=1 if references else samples,
            rounds=0 if references else rounds,
            temperature=temperature,
            sample_temperature=sample_temperature,
            seed=seed,
            best_of=1 if references else best_of,
            policy_feedback=policy_feedback and not references,
            stages=_stages(stages),
            difficulty=_difficulty(difficulty),
            limit=limit,
            core=core,
            timeout=timeout,
            max_tokens=max_tokens,
            model_timeout=model_timeout,
            strategy=strategy.value,
            schema_chars=schema_chars,
            examples=examples,
        )
        return _evaluate(
            benchmark, data, "" if references else model, settings, out, jobs, only_sound, as_json, _prices(price)
        )

    command.__doc__ = _COMMANDS[benchmark]
    return command


for _name in _COMMANDS:
    app.command(_name)(_command(_name))


def _evaluate(
    benchmark: str,
    data: str,
    model_name: str,
    settings: EvalSettings,
    out: Path | None,
    jobs: int | None,
    only_sound: bool,
    as_json: bool,
    prices: Prices | None,
) -> int:
    from terraformer.cli.eval_output import table
    from terraformer.evals.benchmarks import load
    from terraformer.evals.runner import run_evaluation, run_info
    from terraformer.evals.store import write_summary
    from terraformer.evals.summary import load_run, summarise
    from terraformer.models import get_model

    loaded = load(benchmark, data)
    tasks = loaded.chosen(difficulty=settings.difficulty, limit=settings.limit)
    info = run_info(loaded, tasks, model_name, settings)
    folder = out or _default_out(benchmark, model_name, info)
    model = get_model(model_name) if model_name else None
    try:
        with _progress(model) as told:
            run_evaluation(tasks, info, folder, model=model, settings=settings, jobs=jobs, on_progress=told)
    except KeyboardInterrupt:
        sys.stderr.write(f"terraformer: what is finished is kept in {folder}; the same command goes on from there\n")
        raise
    finally:
        if model is not None:
            model.close()
    summary = summarise(load_run(folder), only_sound=only_sound, prices=prices)
    write_summary(folder, summary)
    terminal.write(table(summary, folder, colour=terminal.colour(), width=terminal.width()))
    if as_json:
        flat = {k: v for k, v in summary.items() if k != "details"}
        terminal.write(json.dumps({**flat, "out": str(folder)}) + "\n")
    return 1 if summary["model_errors"] or summary["tool_errors"] else 0


def _default_out(benchmark: str, model: str, info: RunInfo) -> Path:
    """A folder named after the run: the first that is free, or holds this very run unfinished."""
    from terraformer.evals.records import RUN, SUMMARY, read_run
    from terraformer.evals.store import difference

    name = re.sub(r"[^A-Za-z0-9._-]+", "-", model).strip("-") or "references"
    base = f"{benchmark}-{name}-{datetime.now(UTC).date().isoformat()}"
    for number in range(1, 1000):
        folder = Path("runs") / (base if number == 1 else f"{base}-{number}")
        if not folder.exists():
            return folder
        unfinished = (folder / RUN).is_file() and not (folder / SUMMARY).exists()
        if unfinished and not difference(read_run(folder), info):
            return folder
    raise UsageError(f"runs/{base}: there are too many runs of this name; name a folder with --out")


@contextmanager
def _progress(model: Any) -> Iterator[Callable[[Progress], None]]:
    """Bars on standard error, and the download of a model's weights."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with terminal.progress(*columns) as display:
        bars: dict[str, Any] = {}
        seen = {"correct": 0, "judged": 0, "failed": 0}

        def told(progress: Progress) -> None:
            if progress.phase not in bars:
                bars[progress.phase] = display.add_task(progress.phase, total=progress.total)
            words = progress.phase
            if progress.sample is not None:
                answer = progress.sample.answer
                verdict = answer.grade.correct if answer is not None and answer.grade is not None else None
                seen["judged"] += verdict is not None
                seen["correct"] += verdict is True
                seen["failed"] += not progress.sample.done
                words += f", {seen['correct']} of {seen['judged']} correct"
                words += f", {seen['failed']} failed" if seen["failed"] else ""
            display.update(bars[progress.phase], completed=progress.done, total=progress.total, description=words)

        def on_download(what: str, done: int, total: int) -> None:
            if what not in bars:
                bars[what] = display.add_task(what, total=max(1, total >> 20))
            display.update(bars[what], completed=done >> 20)

        if hasattr(model, "progress"):
            model.progress = on_download
        yield told


def _stages(text: str) -> tuple[Stage, ...]:
    """The stages named, and those that every evaluation has."""
    try:
        chosen = settings_file.parse_stages(text)
    except ValueError as error:
        raise UsageError(f"--stages: {error}") from None
    if Stage.SECURITY in chosen and importlib.util.find_spec("checkov") is None:
        raise UsageError("--stages security needs Checkov: pip install 'terraformer-iac[security]'")
    proofs = (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY)
    return (*proofs, *(s for s in (Stage.LINT, Stage.SECURITY) if s in chosen))


def _difficulty(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"\s*([1-6])\s*(?:-\s*([1-6])\s*)?", text)
    if not found or int(found[2] or found[1]) < int(found[1]):
        raise UsageError(f"--difficulty {text!r}: write one difficulty, or a range such as 1-3 (they are 1 to 6)")
    return int(found[1]), int(found[2] or found[1])


def _prices(text: str | None) -> Prices | None:
    if text is None:
        return None
    from terraformer.evals.summary import Prices

    try:
        prompt, completion = (float(part) for part in text.split(","))
    except ValueError:
        prompt = completion = -1.0
    if not (0 <= prompt < 1e6 and 0 <= completion < 1e6):
        raise UsageError(f"--price {text!r}: write two numbers, such as 2.5,10")
    return Prices(prompt, completion)
