"""``terraformer repair``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terraformer.cli import inputs, running, settings_file, terminal
from terraformer.cli.verify import OutputFormat
from terraformer.errors import TerraformerError, UsageError

if TYPE_CHECKING:
    from terraformer.types import TerraformConfig, Trace

__all__ = ["repair"]


def repair(
    context: typer.Context,
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="The root module's directory or a single file; - is standard input.",
            show_default=False,
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Mends what has no certain fix: openai:NAME, mock:FILE, embedded:FILE, or one of a plugin's. Without "
            "one, only certain fixes are made.",
            show_default=False,
        ),
    ] = None,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Certain fixes only, whatever the settings file says.")
    ] = False,
    prompt: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="What the configuration is for, as a hint for the model.", show_default=False
        ),
    ] = "",
    write: Annotated[bool, typer.Option("--write", help="Write the repaired files.")] = False,
    force: Annotated[bool, typer.Option("--force", help="With --write: write over uncommitted changes.")] = False,
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Rego policies that it must meet: a directory, a file, or builtin:NAME. May be repeated.",
            show_default=False,
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=0, max=50, metavar="N", help="Repairs of the model at most.")] = 3,
    trace: running.TRACE = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="How to print the result.")] = OutputFormat.TEXT,
    stages: running.STAGES = "compile,deploy,policy",
    schema_chars: running.SCHEMA_CHARS = 16_000,
    seed: running.SEED = None,
    temperature: running.TEMPERATURE = 0.0,
    max_tokens: running.MAX_TOKENS = 4096,
    model_timeout: running.MODEL_TIMEOUT = 120.0,
    core: running.CORE = "auto",
    timeout: running.TIMEOUT = 30.0,
    settings: settings_file.SETTINGS = None,
    no_settings: settings_file.NO_SETTINGS = False,
) -> int:
    """Make a configuration pass verification: certain fixes first, then a model's edits; nothing is deleted."""
    if write and path == "-":
        raise UsageError("--write needs a directory or a file, not standard input")
    if model is not None and no_model:
        raise UsageError("--model and --no-model exclude each other")
    before = inputs.config_from(path)
    in_force = settings_file.in_force(
        context, paths=[path] if path != "-" else [], settings=settings, no_settings=no_settings
    )
    policies = in_force.policies(policy or ())
    from terraformer.generate import GenerateSettings
    from terraformer.generate import repair as run
    from terraformer.models import SamplingSettings

    chosen = GenerateSettings(
        rounds=in_force.pick("rounds", rounds),
        sampling=SamplingSettings(temperature=temperature, seed=seed, max_tokens=max_tokens, timeout=model_timeout),
        verify=running.verify_settings(in_force, core=core, timeout=timeout, stages=stages, existing=True),
        trace_file=trace,
        schema_chars=schema_chars,
    )
    with running.running(None if no_model else in_force.pick("model", model), chosen.verify) as with_:
        found = run(
            before,
            model=with_.model,
            prompt=prompt,
            policies=policies,
            settings=chosen,
            pool=with_.pool,
            on_event=with_.on_event,
        )
    written: tuple[Path, ...] = ()
    refused: TerraformerError | None = None
    if write and found.config is not None and found.config != before:
        from terraformer.generate.mutation.writing import write_changes

        try:
            written = write_changes(path, before, found.config, force=force)
        except TerraformerError as error:
            refused = error
    show = _json if output is OutputFormat.JSON else _text
    terminal.write(show(found, before, written))
    if refused is not None:
        raise refused
    return running.exit_code(found)


def _json(trace: Trace, before: TerraformConfig, written: tuple[Path, ...]) -> str:
    from terraformer import formatters
    from terraformer.generate.mutation import unified_diff

    config = trace.config
    extra = {
        "model": trace.model,
        "stopped": trace.stopped,
        "attempts": len(trace.attempts),
        "best": trace.best,
        "fixes": _fixes(trace),
        "diff": unified_diff(before, config) if config is not None else "",
        "written": [str(path) for path in written],
    }
    return formatters.json([("", trace.report)] if trace.report else [], extra=extra)


def _fixes(trace: Trace) -> list[str]:
    """The certain fixes that were made, where they are part of the result."""
    made = [a for a in trace.attempts if a.origin == "fixes" and a.standing in ("first", "better")]
    return made[0].reply.splitlines() if made else []


def _text(trace: Trace, before: TerraformConfig, written: tuple[Path, ...]) -> str:
    from terraformer import formatters
    from terraformer.formatters.change_format import diff_text
    from terraformer.formatters.text_format import clean
    from terraformer.generate.mutation import unified_diff

    colour = terminal.colour()
    parts: list[str] = []
    config = trace.config or before
    diff = unified_diff(before, config)
    parts.append(diff_text(diff, colour=colour) if diff else "The files are as they were.\n")
    fixes = _fixes(trace)
    if fixes:
        parts.append("\nCertain fixes\n" + "".join(f"  {clean(line)}\n" for line in fixes))
    if trace.report is not None:
        parts.append("\n" + formatters.text(trace.report, config, colour=colour, width=terminal.width()))
    parts.append(f"\n{running.outcome(trace)}\n" if trace.model != "none" else f"\n{_alone(trace)}\n")
    parts.extend(f"Wrote {clean(str(path))}\n" for path in written)
    return "".join(parts)


def _alone(trace: Trace) -> str:
    """How a run without a model ended."""
    if trace.stopped == "no-model":
        return "no model: what has no certain fix is left (--model names one that may mend it)"
    return f"no model, {trace.stopped}"
