"""``terraformer intent``: what a prompt demands, as sentences, as Rego, and checked against a configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from terraformer.cli import inputs, terminal
from terraformer.errors import ToolFailure, UsageError

if TYPE_CHECKING:
    from terraformer.data.intents import Intent, Verdict

__all__ = ["app"]

app = typer.Typer(
    help="Intents: show, to-rego, check. An intent is a JSON or TOML file.", no_args_is_help=True, rich_markup_mode=None
)

_File = Annotated[
    Path, typer.Argument(metavar="FILE", help="The intent: JSON, or TOML when it ends in .toml.", show_default=False)
]


@app.command()
def show(
    file: _File,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say what an intent demands: one sentence for every rule."""
    from terraformer.data.intents import explain, load_intent, rule_names

    intent = load_intent(file)
    rows = list(zip(rule_names(intent), explain(intent), strict=True))
    if as_json:
        data = {"title": intent.title, "rules": [{"rule": r, "sentence": s} for r, s in rows]}
        terminal.write(json.dumps(data, indent=2) + "\n")
        return
    terminal.write(f"{intent.title}\n\n" if intent.title else "")
    terminal.write("".join(f"{rule}\n{_wrapped(sentence, 2)}" for rule, sentence in rows))


@app.command("to-rego")
def to_rego(
    file: _File,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it (default: standard output).")
    ] = None,
    package: Annotated[str, typer.Option(metavar="NAME", help="The package of the module.")] = "terraformer.intent",
) -> None:
    """Compile an intent to Rego v1, for terraformer verify --policy, OPA or conftest."""
    from terraformer.data.intents import load_intent
    from terraformer.data.intents import to_rego as compiled

    text = compiled(load_intent(file), package=package)
    if out is None:
        terminal.write(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{out}: cannot write the policy: {error.strerror}") from None
    terminal.write(f"Wrote {out}\n")


@app.command()
def check(
    file: _File,
    path: Annotated[
        str,
        typer.Argument(
            metavar="[PATH]",
            help="A configuration: the root module's directory or a single file; - is standard input.",
            show_default=False,
        ),
    ] = "",
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A plan in JSON (terraform show -json) instead of PATH.", show_default=False),
    ] = None,
    before: Annotated[
        str,
        typer.Option(metavar="PATH", help="The configuration before, for an intent of a change.", show_default=False),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Judge a configuration, or a plan, by an intent. Exit code 2 when a demand is not met."""
    from terraformer.data.intents import evaluate, load_intent

    intent = load_intent(file)
    if (plan is None) == (not path):
        raise UsageError("give either a configuration (PATH) or a plan (--plan FILE)")
    data = _plan_from(plan) if plan is not None else _planned(intent, path, before)
    verdicts = evaluate(intent, data)
    if as_json:
        rows = [{"rule": v.rule, "sentence": v.sentence, "passed": v.passed, "found": list(v.found)} for v in verdicts]
        terminal.write(json.dumps({"passed": all(v.passed for v in verdicts), "rules": rows}, indent=2) + "\n")
    else:
        terminal.write("".join(map(_line, verdicts)))
        met = sum(v.passed for v in verdicts)
        terminal.write(f"\n{met} of {len(verdicts)} demands are met\n")
    if not all(v.passed for v in verdicts):
        raise typer.Exit(2)


def _line(verdict: Verdict) -> str:
    found = f"    found: {', '.join(verdict.found[:8])}\n" if verdict.found and not verdict.passed else ""
    return f"{'met' if verdict.passed else 'NOT met'}  {verdict.rule}\n{_wrapped(verdict.sentence, 4)}{found}"


def _wrapped(text: str, indent: int) -> str:
    import textwrap

    pad = " " * indent
    lines = textwrap.wrap(text, terminal.width() - indent, break_long_words=False, break_on_hyphens=False)
    return "".join(f"{pad}{line}\n" for line in lines)


def _plan_from(path: Path) -> Any:
    try:
        return json.loads(inputs.read_bytes(path, "plan"))
    except ValueError as error:
        raise UsageError(f"{path}: not a plan in JSON: {error}") from None


def _planned(intent: Intent, path: str, before: str) -> Any:
    """The plan that the intent is judged by. What does not plan is a finding, told like those of ``verify``."""
    from terraformer import formatters
    from terraformer.verify import compare, verify

    config = inputs.config_from(path)
    if intent.change is not None and not before:
        raise UsageError("the intent is of a change: name the configuration before with --before PATH")
    if before:
        comparison = compare(inputs.config_from(before), config)
        report = comparison.change or (comparison.before if comparison.before.errors else comparison.after)
    else:
        report = verify(config)
    if report.plan is None:
        if not report.errors:
            reason = report.tool_errors[0].message if report.tool_errors else "no plan"
            raise ToolFailure(f"{path}: cannot be planned: {reason}")
        terminal.write(formatters.text(report, config, colour=terminal.colour()))
        raise typer.Exit(2)
    return report.plan
