"""``terraformer mutate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terraformer.cli import inputs, running, settings_file, terminal
from terraformer.cli.verify import OutputFormat
from terraformer.errors import TerraformerError, UsageError

if TYPE_CHECKING:
    from terraformer.generate.mutation import MutationResult
    from terraformer.types import TerraformConfig, Trace

__all__ = ["mutate"]


def mutate(
    context: typer.Context,
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="The root module's directory or a single file; - is standard input.",
            show_default=False,
        ),
    ],
    request: Annotated[
        str, typer.Argument(metavar="REQUEST", help="What is to be changed, in a sentence.", show_default=False)
    ],
    model: Annotated[
        str,
        typer.Option(metavar="MODEL", help="embedded, openai:NAME, mock:FILE, or one of a plugin's."),
    ] = "embedded",
    write: Annotated[bool, typer.Option("--write", help="Write the changed files.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="With --write: write over uncommitted changes, and what failed verification."),
    ] = False,
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Rego policies that the result must meet: a directory, a file, or builtin:NAME. May be repeated.",
            show_default=False,
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            help="Addresses that may be removed or replaced besides what the request names. May be repeated.",
            show_default=False,
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=0, max=50, metavar="N", help="Repairs at most.")] = 3,
    samples: running.SAMPLES = 1,
    trace: running.TRACE = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="How to print the result.")] = OutputFormat.TEXT,
    stages: running.STAGES = "compile,deploy,policy",
    strategy: running.STRATEGY = running.StrategyName.AUTO,
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
    """Change a configuration by a sentence, verify it, and prove that nothing else changed."""
    if write and path == "-":
        raise UsageError("--write needs a directory or a file, not standard input")
    before = inputs.config_from(path)
    in_force = settings_file.in_force(context, paths=(path,), settings=settings, no_settings=no_settings)
    policies = in_force.policies(policy or ())
    from terraformer.generate.mutation import MutateSettings, mutation_result
    from terraformer.generate.mutation import mutate as run
    from terraformer.models import SamplingSettings

    chosen = MutateSettings(
        rounds=in_force.pick("rounds", rounds),
        samples=in_force.pick("samples", samples),
        sampling=SamplingSettings(temperature=temperature, seed=seed, max_tokens=max_tokens, timeout=model_timeout),
        verify=running.verify_settings(in_force, core=core, timeout=timeout, stages=stages, existing=True),
        trace_file=trace,
        strategy=strategy.value,
        schema_chars=schema_chars,
    )
    with running.running(in_force.pick("model", model), chosen.verify, workers=min(2, chosen.samples)) as with_:
        assert with_.model is not None
        found = run(
            before,
            request,
            model=with_.model,
            policies=policies,
            allow=tuple(allow or ()),
            settings=chosen,
            pool=with_.pool,
            on_event=with_.on_event,
        )
    result = mutation_result(found)
    code = running.exit_code(found)
    written: tuple[Path, ...] = ()
    refused: TerraformerError | None = None
    if write and found.config is not None and result.files:
        try:
            written = _write(path, before, found.config, passed=code == 0, force=force)
        except TerraformerError as error:
            refused = error
    if output is OutputFormat.JSON:
        terminal.write(_json(found, result, written))
    else:
        terminal.write(_text(found, result, written))
    if refused is not None and (code == 0 or not isinstance(refused, _NotVerifiedError)):
        raise refused
    return code


class _NotVerifiedError(UsageError):
    """What failed verification is not written. The findings, and their exit code, say enough."""


def _write(
    path: str, before: TerraformConfig, after: TerraformConfig, *, passed: bool, force: bool
) -> tuple[Path, ...]:
    from terraformer.generate.mutation.writing import write_changes

    if not passed and not force:
        raise _NotVerifiedError("the change did not pass verification: nothing was written")
    return write_changes(path, before, after, force=force)


def _json(trace: Trace, result: MutationResult, written: tuple[Path, ...]) -> str:
    from terraformer import formatters

    extra = {
        "model": trace.model,
        "stopped": trace.stopped,
        "attempts": len(trace.attempts),
        "best": trace.best,
        "mutation": result.to_dict(),
        "written": [str(path) for path in written],
        "problem": trace.attempts[-1].problem if trace.attempts and trace.config is None else "",
    }
    if trace.report is None:
        extra["passed"] = False
    return formatters.json([("", trace.report)] if trace.report else [], extra=extra)


def _text(trace: Trace, result: MutationResult, written: tuple[Path, ...]) -> str:
    from terraformer import formatters
    from terraformer.formatters.change_format import change_text, diff_text
    from terraformer.formatters.text_format import clean

    colour = terminal.colour()
    if trace.config is None:
        problem = (trace.attempts[-1].problem if trace.attempts else "") or trace.stopped
        told = "".join(f"  {clean(line)}\n" for line in problem.splitlines())
        return f"No change that could be applied:\n{told}\n{running.outcome(trace)}\n"
    parts = [diff_text(result.diff, colour=colour)] if result.diff else ["The files are as they were.\n"]
    if result.summary is not None:
        parts.append("\n" + change_text(result.summary, colour=colour, because=result.by_text_because))
    if trace.report is not None:
        parts.append("\n" + formatters.text(trace.report, trace.config, colour=colour, width=terminal.width()))
    parts.append(f"\n{running.outcome(trace)}\n")
    parts.extend(f"Wrote {clean(str(path))}\n" for path in written)
    return "".join(parts)
