"""``terraformer train``: token files, supervised fine-tuning, reinforcement learning, export."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from terraformer.cli import terminal
from terraformer.errors import UsageError

if TYPE_CHECKING:
    from terraformer.train.settings import Recipe

__all__ = ["app"]

_LOG_SECONDS: Final = 30.0

app = typer.Typer(
    help="Train a model with the verifier's feedback: token files, SFT, RL, export.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RECIPE = Annotated[
    Path | None,
    typer.Option("--recipe", metavar="FILE", help="A recipe (recipes/train_*.toml).", show_default=False),
]
SET = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A setting of the recipe (sft.steps=50). May be repeated.",
        show_default=False,
    ),
]
OUT = Annotated[
    Path,
    typer.Option("--out", metavar="DIR", help="Of the run; the same command goes on there.", show_default=False),
]
DATA = Annotated[
    list[Path] | None,
    typer.Option(
        "--data", metavar="DIR", help="A dataset of `terraformer data synth`. May be repeated.", show_default=False
    ),
]
SECONDS = Annotated[
    float | None,
    typer.Option("--seconds", min=1.0, metavar="S", help="Stop then, with a checkpoint.", show_default=False),
]
JOBS = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Verifications at once (default: one a core).", show_default=False),
]
DEVICE = Annotated[str, typer.Option(metavar="NAME", help="cpu, cuda, ...; default: a GPU where there is one.")]


@app.command("tokens")
def tokens(
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA...", help="Datasets; DIR:4000 is the first 4,000 records of each split.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where token files go, by split.", show_default=False)],
    recipe: RECIPE = None,
    changes: SET = None,
) -> None:
    """Turn datasets into token files for SFT: OUT/train, OUT/validation, ..., and the tokenizer."""
    chosen = _recipe(recipe, changes)
    from terraformer.train.datasets import first_of
    from terraformer.train.runs import prepare_tokens

    parts = [first_of(text) for text in data]
    with _display("tokens") as show:
        told = prepare_tokens(
            chosen,
            [place for place, _ in parts],
            out,
            most={place: number for place, number in parts if number is not None},
            on_dialogue=lambda split, n: show(f"{split}: {n:,} dialogues", None, None),
        )
    for split, meta in told.items():
        extra = f", {meta['left out']:,} not told as dialogues" if meta["left out"] else ""
        long = meta["counts"].get("too long", 0)
        terminal.write(
            f"{split:<16} {meta['dialogues']:>9,} dialogues {meta['tokens']:>12,} tokens"
            f" ({long:,} longer than {meta['longest']}{extra})\n"
        )


@app.command("sft")
def sft(
    tokens: Annotated[Path, typer.Option(metavar="DIR", help="Token files (train tokens).", show_default=False)],
    out: OUT,
    recipe: RECIPE = None,
    changes: SET = None,
    data: DATA = None,
    seconds: SECONDS = None,
    jobs: JOBS = None,
    device: DEVICE = "",
) -> int:
    """Supervised fine-tuning. With --data, held-out requests are answered and verified while it trains."""
    chosen = _recipe(recipe, changes)
    from terraformer.train.lean import StepReport
    from terraformer.train.runs import run_sft, with_seconds

    _lean(chosen)
    with _display("sft") as show:

        def on_step(report: StepReport) -> None:
            words = f"loss {report.loss:.3f}, {report.tokens_per_second:,.0f} tokens/s"
            if report.utilisation is not None:
                words += f", MFU {report.utilisation:.0%}"
            show(words, report.step, chosen.sft.steps)

        done = run_sft(
            with_seconds(chosen, seconds),
            tokens,
            out,
            data=data or (),
            workers=_jobs(jobs),
            device=device or None,
            on_step=on_step,
        )
    return _told(out, done)


@app.command("rl")
def rl(
    model: Annotated[
        str,
        typer.Option(
            metavar="RUN", help="A run of train sft, or a base (terraformer-19m, a directory).", show_default=False
        ),
    ],
    out: OUT,
    data: DATA = None,
    recipe: RECIPE = None,
    changes: SET = None,
    tokens: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Token files (train tokens) of rl.anchor.", show_default=False),
    ] = None,
    tasks: Annotated[int, typer.Option(min=1, metavar="N", help="Requests to draw from.")] = 4096,
    seconds: SECONDS = None,
    jobs: JOBS = None,
    device: DEVICE = "",
) -> int:
    """Reinforcement learning: replies are verified, and what the verifier finds is the reward."""
    chosen = _recipe(recipe, changes)
    if not data:
        raise UsageError("name a dataset to draw requests from: --data DIR")
    from terraformer.rewards import AuditRow
    from terraformer.train.runs import run_rl, with_seconds

    _lean(chosen)
    with _display("rl") as show:

        def on_step(row: AuditRow) -> None:
            parts = [
                f"{name} {value:.2f}" for name in ("reward", "correct") if (value := getattr(row, name)) is not None
            ]
            show(", ".join([*parts, *row.warnings()]), row.step, chosen.rl.steps)

        done = run_rl(
            with_seconds(chosen, seconds),
            model,
            data,
            out,
            tokens=tokens,
            workers=_jobs(jobs),
            tasks=tasks,
            device=device or None,
            on_step=on_step,
        )
    return _told(out, done)


@app.command("export")
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run of train sft or train rl.", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="FILE.gguf", help="The file to write.", show_default=False)],
    form: Annotated[str, typer.Option(metavar="adapter|model", help="Default: the recipe's.")] = "",
    rank: Annotated[
        int | None, typer.Option(min=1, metavar="R", help="Of the adapter (default: the recipe's).", show_default=False)
    ] = None,
    quantisation: Annotated[str, typer.Option(metavar="f32|f16|q8_0", help="Default: the recipe's.")] = "",
) -> None:
    """Write a run's model as GGUF: a low-rank adapter over its base, or the whole model."""
    _needs("torch", "transformers", "gguf")
    from terraformer.train.export import export_run

    told = export_run(run, out, form=form, rank=rank, quantisation=quantisation)
    for key, value in told.items():
        terminal.write(f"{key:<24} {value}\n")


@app.command("evaluate")
def evaluate(
    model: Annotated[str, typer.Argument(metavar="RUN", help="A run, or a base.", show_default=False)],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Figures, and each reply, as JSON lines.", show_default=False)
    ],
    data: DATA = None,
    recipe: RECIPE = None,
    changes: SET = None,
    split: Annotated[str, typer.Option(metavar="NAME", help="Of the datasets.")] = "test",
    tasks: Annotated[int, typer.Option(min=1, metavar="N", help="Requests.")] = 200,
    temperature: Annotated[float, typer.Option(min=0.0, max=2.0, metavar="T", help="0: greedy.")] = 0.0,
    samples: Annotated[int, typer.Option(min=1, metavar="N", help="Replies to each request.")] = 1,
    jobs: JOBS = None,
    device: DEVICE = "",
) -> None:
    """Answer held-out requests with a model as it was trained, and verify the answers."""
    chosen = _recipe(recipe, changes)
    if not data:
        raise UsageError("name a dataset to draw requests from: --data DIR")
    from terraformer.train.runs import evaluate_model

    with _display("evaluate") as show:
        figures = evaluate_model(
            chosen,
            model,
            data,
            out,
            split=split,
            tasks=tasks,
            temperature=temperature,
            samples=samples,
            workers=_jobs(jobs),
            device=device or None,
            on_reply=lambda done, of: show("replies", done, of),
        )
    terminal.write(json.dumps(figures, indent=1) + "\n")


@app.command("compare")
def compare(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files of train evaluate, base first.", show_default=False)
    ],
) -> None:
    """A table of evaluations of the same requests, and what each gained over the one before, with 95% intervals."""
    from terraformer.train.compare import compare as run
    from terraformer.train.compare import table

    terminal.write(table(run(files)))


@app.command("plot")
def plot(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Runs to compare.", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="FILE", help="PNG or SVG.", show_default=False)],
) -> None:
    """Draw the curves of runs: losses, rewards, correctness, the audit."""
    from terraformer.train.plots import plot_runs

    plot_runs(runs, out)
    terminal.write(f"{out}\n")


def _recipe(path: Path | None, changes: list[str] | None) -> Recipe:
    _needs("torch", "transformers")
    from terraformer.train.settings import load_recipe

    return load_recipe(path, changes or ())


def _needs(*modules: str) -> None:
    missing = [m for m in modules if importlib.util.find_spec(m) is None]
    if missing:
        raise UsageError(f"training needs {' and '.join(missing)}: pip install 'terraformer-iac[train]'")


def _lean(recipe: Recipe) -> None:
    if recipe.trainer != "lean":
        raise UsageError(
            "this recipe is for several processes: accelerate launch -m terraformer.train.trl_sft, see the guide"
        )


def _jobs(jobs: int | None) -> int:
    import os

    return jobs or max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def _told(out: Path, done: bool) -> int:
    terminal.write(f"{out}: {'finished' if done else 'stopped; the same command goes on'}\n")
    return 0


@contextmanager
def _display(name: str) -> Iterator[Callable[[str, int | None, int | None], None]]:
    """A bar on a terminal; elsewhere a line now and then."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[words]}", markup=False),
    )
    logged = 0.0
    with terminal.progress(*columns) as display:
        bar = display.add_task(name, total=None, words="")

        def show(words: str, step: int | None, total: int | None) -> None:
            nonlocal logged
            display.update(bar, completed=step, total=total, words=words)
            now = time.monotonic()
            if display.disable and (now - logged >= _LOG_SECONDS or (step is not None and step == total)):
                logged = now
                sys.stderr.write(f"{name}{f' {step}/{total}' if step is not None else ''}: {words}\n")
                sys.stderr.flush()

        yield show
