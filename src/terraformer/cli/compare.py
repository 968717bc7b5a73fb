"""``terraformer compare``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terraformer.cli import inputs, running, settings_file, terminal
from terraformer.cli.verify import OutputFormat
from terraformer.errors import UsageError
from terraformer.types import Certificate, ChangeKind, ChangeScope, ChangeSummary, TerraformConfig
from terraformer.types.change import address_matches
from terraformer.types.report import to_jsonable

if TYPE_CHECKING:
    from terraformer.verify import Comparison

__all__ = ["compare"]


def compare(
    context: typer.Context,
    before: Annotated[
        str,
        typer.Argument(metavar="BEFORE", help="A root module's directory or a single file; - is standard input."),
    ],
    after: Annotated[
        str,
        typer.Argument(metavar="AFTER", help="The configuration to compare with it; - is standard input."),
    ],
    preserve: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            help="Addresses that must be neither destroyed nor replaced: exit with 2 if one would be. May be repeated.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Rego policies for AFTER: a directory, a file, or builtin:NAME. May be repeated.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="How to print the changes.")] = OutputFormat.TEXT,
    var: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="An input variable of both. May be repeated.", show_default=False),
    ] = None,
    var_file: running.VAR_FILE = None,
    core: running.CORE = "auto",
    no_cache: running.NO_CACHE = False,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Limit for one configuration.")] = 30.0,
    settings: settings_file.SETTINGS = None,
    no_settings: settings_file.NO_SETTINGS = False,
) -> int:
    """Tell what applying AFTER would do where BEFORE is deployed: as real Terraform says, with nothing deployed."""
    if before == after == "-":
        raise UsageError("- (standard input) can be named once")
    force = settings_file.in_force(context, paths=[after], settings=settings, no_settings=no_settings)
    verify_settings = inputs.settings_from(
        core=force.pick("core", core),
        var=var or (),
        var_file=force.var_files(var_file or ()),
        state=None,
        strict_vars=force.pick("strict_vars", False),
        strict_versions=force.pick("strict_versions", False),
        timeout=force.pick("timeout", timeout),
        cache=not no_cache,
        keep_plan=False,
    )
    policies = force.policies(policy or ())
    old, new = inputs.config_from(before), inputs.config_from(after)
    from terraformer.verify import VerifierPool
    from terraformer.verify.compare import compare as compare_configs

    with VerifierPool(2, verify_settings) as pool, terminal.progress() as display:
        display.add_task("comparing two configurations")
        done = compare_configs(old, new, policies=policies, pool=pool)
    found = _preserved(done.summary, preserve or (), old, new)
    show = _json if output is OutputFormat.JSON else _text
    terminal.write(show(done, found) + "\n")
    if found or done.after.errors or done.findings:
        return 2
    return 1 if done.tool_errors else 0


def _preserved(
    summary: ChangeSummary, globs: Sequence[str], before: TerraformConfig, after: TerraformConfig
) -> tuple[Certificate, ...]:
    """The findings about resources that must be preserved and would not be."""
    from terraformer.verify.preservation import check

    gone = tuple(
        r
        for r in summary.resources
        if r.kind in (ChangeKind.REMOVED, ChangeKind.REPLACED) and any(address_matches(g, r.address) for g in globs)
    )
    scope = ChangeScope(expects_change=False)
    only = replace(summary, resources=gone, outputs=())
    found = check(only, scope, before=before, after=after, asked="and is to be preserved")
    return tuple(replace(c, severity=type(c.severity).ERROR) for c in found)


def _text(done: Comparison, found: Sequence[Certificate]) -> str:
    from terraformer.formatters.change_format import change_text
    from terraformer.formatters.text_format import clean

    lines = [change_text(done.summary, colour=terminal.colour(), because=done.by_text_because).rstrip("\n")]
    lines += [f"{c.severity}[{c.code}] {clean(c.summary)}" for c in (*found, *done.findings)]
    if done.after.errors:
        count = len(done.after.errors)
        lines.append(f"The configuration after has {count} error{'s' * (count > 1)} of its own, the first:")
        lines.append(f"error[{done.after.errors[0].code}] {clean(done.after.errors[0].summary)}")
    lines += [f"tool error[{e.kind}] {clean(e.message)}" for e in done.tool_errors]
    return "\n".join(lines)


def _json(done: Comparison, found: Sequence[Certificate]) -> str:
    data = {
        "summary": done.summary.to_dict(),
        "counts": done.summary.counts(),
        "by_text_because": done.by_text_because,
        "certificates": [c.to_dict() for c in (*found, *done.findings)],
        "before": done.before.to_dict(),
        "after": done.after.to_dict(),
        "tool_errors": [to_jsonable(e) for e in done.tool_errors],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)
