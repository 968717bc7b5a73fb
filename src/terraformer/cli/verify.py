"""``terraformer verify``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terraformer.cli import inputs, reporting, running, settings_file, targets, terminal
from terraformer.cli.reporting import FailOn, ReportFormat, exit_code
from terraformer.errors import UsageError
from terraformer.types import Policy, Stage

if TYPE_CHECKING:
    from terraformer.formatters import Entry
    from terraformer.verify import VerifySettings

__all__ = ["OutputFormat", "exit_code", "verify"]


class OutputFormat(StrEnum):
    """Formats of the commands whose result is more than a report."""

    TEXT = "text"
    JSON = "json"


def verify(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Root module directories or single files, each a configuration of its own; - is standard input.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Rego policies: a directory, a file, or builtin:NAME. May be repeated.",
            show_default=False,
        ),
    ] = None,
    stages: running.STAGES = "compile,deploy,policy",
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit with 2 for findings of this severity or worse.")
    ] = FailOn.ERROR,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Every root module in or below the directories named.")
    ] = False,
    changed_since: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="Only root modules, in or below the paths (default: here), that changes since a git revision touch.",
            show_default=False,
        ),
    ] = None,
    changed_files: Annotated[
        bool, typer.Option("--changed-files", help="The paths are files: verify the root modules that use them.")
    ] = False,
    output: Annotated[ReportFormat, typer.Option("--format", help="How to print the report.")] = ReportFormat.TEXT,
    output_file: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="Write the report there instead of printing it.", show_default=False
        ),
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT=FILE", help="A further report. May be repeated.", show_default=False),
    ] = None,
    relative_to: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="What paths in sarif, junit, github and markdown are relative to (default: the workspace of a GitHub "
            "workflow, else the working directory).",
            show_default=False,
        ),
    ] = None,
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
    var_file: running.VAR_FILE = None,
    core: running.CORE = "auto",
    strict_vars: Annotated[
        bool,
        typer.Option(
            "--strict-vars/--no-strict-vars", help="A variable without a value is an error, not an assumption."
        ),
    ] = False,
    strict_versions: Annotated[
        bool,
        typer.Option("--strict-versions/--no-strict-versions", help="A version mismatch is an error, not a warning."),
    ] = False,
    include_plan: Annotated[
        bool, typer.Option("--include-plan", help="With --format json: Terraform's plan JSON in the report.")
    ] = False,
    no_cache: running.NO_CACHE = False,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Limit for one configuration.")] = 30.0,
    settings: settings_file.SETTINGS = None,
    no_settings: settings_file.NO_SETTINGS = False,
) -> int:
    """Prove that configurations compile, would deploy and meet policy: no credentials, no providers, no network."""
    given = list(paths or ())
    _check_selection(given, recursive, changed_since, changed_files)
    force = settings_file.in_force(context, paths=given, settings=settings, no_settings=no_settings)
    chosen_format = ReportFormat(force.pick("format", output.value, parameter="output"))
    level = FailOn(force.pick("fail_on", fail_on.value))
    extra = [reporting.report_file(option) for option in report or ()]
    if output_file is not None:
        reporting.checked_file(output_file, "--output")
    base = reporting.report_base(relative_to)
    selected = force.stages(stages)
    policies = _policies(force, policy or (), selected)
    plan_wanted = include_plan and (chosen_format, *(r.format for r in extra)).count(ReportFormat.JSON) > 0
    verify_settings = inputs.settings_from(
        core=force.pick("core", core),
        var=var or (),
        var_file=force.var_files(var_file or ()),
        state=state,
        strict_vars=force.pick("strict_vars", strict_vars),
        strict_versions=force.pick("strict_versions", strict_versions),
        timeout=force.pick("timeout", timeout),
        cache=not no_cache,
        keep_plan=plan_wanted,
        stages=selected,
        lint=force.checks("lint"),
        security=force.checks("security"),
    )
    watched = (*force.inputs(), *(policy or ()), *(var_file or ()))
    if changed_since is not None:
        wanted = targets.since(changed_since, given, watched)
        nothing = f"no root module changed since {changed_since}"
    elif changed_files:
        wanted = targets.of_files(given, watched)
        nothing = "no root module uses these files"
    else:
        wanted = targets.below(given) if recursive else given
        nothing = ""
    if not wanted:
        sys.stderr.write(f"terraformer: {nothing}: nothing to verify\n")
    stream = chosen_format is ReportFormat.TEXT and output_file is None
    entries = _verify(wanted, policies, verify_settings, jobs, base, stream=stream)
    if not stream:
        text = reporting.render(chosen_format, entries, fail_on=level, include_plan=include_plan)
        reporting.emit(output_file, text)
    elif len(entries) != 1:
        from terraformer import formatters

        shown = formatters.summary([e.report for e in entries], colour=terminal.colour(), fail_on=level.value)
        terminal.write(("\n" if entries else "") + shown + "\n")
    for file in extra:
        text = reporting.render(file.format, entries, fail_on=level, include_plan=include_plan)
        reporting.write_file(file.path, text)
    if chosen_format is ReportFormat.GITHUB:
        reporting.step_summary(entries, level)
    code = exit_code([entry.report for entry in entries], level)
    if code == 2 and not any(entry.report.errors for entry in entries):
        sys.stderr.write(f"terraformer: there are findings of severity {level.value} or worse\n")
    return code


def _check_selection(paths: Sequence[str], recursive: bool, changed_since: str | None, changed_files: bool) -> None:
    if changed_since is not None and changed_files:
        raise UsageError("--changed-since and --changed-files exclude each other")
    if changed_files and recursive:
        raise UsageError("--changed-files and --recursive exclude each other")
    if not paths and changed_since is None:
        raise UsageError("Missing argument 'PATH': name a root module's directory (see terraformer verify --help)")
    if paths.count("-") > 1:
        raise UsageError("- (standard input) can be named once")
    if "-" in paths and changed_since is not None:
        raise UsageError("--changed-since is about files in a repository, not standard input")


def _policies(
    force: settings_file.SettingsInForce, given: Sequence[Path], stages: Sequence[Stage]
) -> tuple[Policy, ...]:
    if Stage.POLICY in stages:
        return force.policies(given)
    if given:
        raise UsageError(f"--policy: the stage policy is not among {', '.join(stages)}; add it with --stages")
    return ()


def _verify(
    paths: Sequence[str],
    policies: Sequence[Policy],
    settings: VerifySettings,
    jobs: int | None,
    base: Path,
    *,
    stream: bool,
) -> list[Entry]:
    """Verify configurations in the order of their paths; with ``stream`` each text is printed when it is there."""
    # All are read before the first is verified: a wrong path must not come to light after minutes of work.
    configs = [(path, inputs.config_from(path)) for path in paths]
    entries: list[Entry] = []
    if not configs:
        return entries
    from terraformer import formatters
    from terraformer.verify import VerifierPool
    from terraformer.verify.settings import default_workers

    workers = min(jobs or default_workers(), len(configs))
    with VerifierPool(workers, settings) as pool, terminal.progress() as display:
        task = display.add_task(f"verifying {len(configs)} configuration{'s' * (len(configs) > 1)}")
        done = pool.verify_many((config for _, config in configs), policies=policies)
        for (path, config), report in zip(configs, done, strict=True):
            top, file = inputs.location_of(path, config, base)
            entries.append(formatters.Entry(path, report, config, top, file))
            display.update(task, description=f"verified {len(entries)} of {len(configs)}")
            if stream:
                name = reporting.shown_name(path) if len(configs) > 1 else ""
                shown = formatters.text(report, config, colour=terminal.colour(), width=terminal.width(), name=name)
                display.stop()
                terminal.write(shown + ("\n" if len(entries) < len(configs) else ""))
                display.start()
    return entries
