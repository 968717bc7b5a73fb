"""``terraformer generate``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terraformer.cli import inputs, running, settings_file, terminal
from terraformer.cli.verify import OutputFormat

if TYPE_CHECKING:
    from terraformer.types import Trace

__all__ = ["generate"]


class Files(StrEnum):
    """How an answer is laid out."""

    SINGLE = "single"
    SPLIT = "split"


def generate(
    context: typer.Context,
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
            metavar="DIR",
            help="Rego policies that the answer must meet: a directory, a file, or builtin:NAME. May be repeated.",
            show_default=False,
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=0, max=50, metavar="N", help="Repairs at most.")] = 3,
    samples: running.SAMPLES = 1,
    files: Annotated[
        Files,
        typer.Option("--files", help="main.tf, or main.tf, variables.tf, outputs.tf and versions.tf."),
    ] = Files.SINGLE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the configuration there.", show_default=False),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="With --out: replace files that something else wrote.")
    ] = False,
    trace: running.TRACE = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="How to print the result.")] = OutputFormat.TEXT,
    stages: running.STAGES = "compile,deploy,policy",
    strategy: running.STRATEGY = running.StrategyName.AUTO,
    schema_chars: running.SCHEMA_CHARS = 16_000,
    examples: running.EXAMPLES = 2,
    seed: running.SEED = None,
    temperature: running.TEMPERATURE = 0.0,
    max_tokens: running.MAX_TOKENS = 4096,
    model_timeout: running.MODEL_TIMEOUT = 120.0,
    core: running.CORE = "auto",
    timeout: running.TIMEOUT = 30.0,
    settings: settings_file.SETTINGS = None,
    no_settings: settings_file.NO_SETTINGS = False,
) -> int:
    """Generate a configuration from a sentence, verify it, and repair it with what verification found."""
    text = inputs.prompt_from(prompt)
    in_force = settings_file.in_force(context, settings=settings, no_settings=no_settings)
    policies = in_force.policies(policy or ())
    from terraformer.generate import GenerateSettings, write_config
    from terraformer.generate import generate as run
    from terraformer.models import SamplingSettings

    chosen = GenerateSettings(
        rounds=in_force.pick("rounds", rounds),
        samples=in_force.pick("samples", samples),
        sampling=SamplingSettings(temperature=temperature, seed=seed, max_tokens=max_tokens, timeout=model_timeout),
        verify=running.verify_settings(in_force, core=core, timeout=timeout, stages=stages),
        trace_file=trace,
        strategy=strategy.value,
        schema_chars=schema_chars,
        examples=examples,
        files=files.value,
    )
    with running.running(in_force.pick("model", model), chosen.verify, workers=min(2, chosen.samples)) as with_:
        assert with_.model is not None
        found = run(
            text,
            model=with_.model,
            policies=policies,
            settings=chosen,
            verifier=with_.pool.verify,
            formatter=with_.pool.format,
            on_event=with_.on_event,
        )
    written = write_config(found.config, out, force) if out is not None and found.config is not None else ()
    if output is OutputFormat.JSON:
        terminal.write(_json(found, written))
    else:
        terminal.write(_text(found, written))
    return running.exit_code(found)


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
    parts.append(f"\n{running.outcome(trace)}\n")
    parts.extend(f"Wrote {path}\n" for path in written)
    return "".join(parts)
