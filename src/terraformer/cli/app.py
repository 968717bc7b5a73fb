"""The Typer application, and how errors become one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from terraformer._version import __version__
from terraformer.cli import compare, data, doctor, eval_report, generate, intent, mutate, repair, schema, train, verify
from terraformer.cli import eval as evaluation
from terraformer.errors import TerraformerError

__all__ = ["DEBUG_VARIABLE", "app", "run"]

DEBUG_VARIABLE = "TERRAFORMER_DEBUG"

app = typer.Typer(
    name="terraformer",
    help="Say what infrastructure you want and get Terraform that is proven to compile, plan and meet policy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("generate")(generate.generate)
app.command("mutate")(mutate.mutate)
app.command("repair")(repair.repair)
app.command("verify")(verify.verify)
app.command("compare")(compare.compare)
evaluation.app.command("report")(eval_report.report)
app.add_typer(evaluation.app, name="eval")
app.add_typer(data.app, name="data")
app.add_typer(intent.app, name="intent")
app.add_typer(schema.app, name="schema")
app.add_typer(train.app, name="train")
app.command("doctor")(doctor.doctor)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"terraformer {__version__}")
        raise typer.Exit


@app.callback(epilog="Exit codes: 0 clean, 1 tool or usage error, 2 findings.")
def _root(
    version: bool = typer.Option(False, "--version", "-V", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Run the command line with these arguments and return the exit code. No exception but KeyboardInterrupt's kin
    leaves it; TERRAFORMER_DEBUG=1 shows tracebacks."""
    command = typer.main.get_command(app)
    try:
        result = command.main(args=list(arguments), prog_name="terraformer", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except typer.Exit as done:
        return int(done.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted")
        return 130
    except BrokenPipeError:
        # The reader of the output went away (head, less): not an error; nothing more may be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        return _failed(error)


def _failed(error: Exception) -> int:
    format_message = getattr(error, "format_message", None)
    if format_message is not None:  # Typer's own usage errors
        context = getattr(error, "ctx", None)
        hint = f" (see {context.command_path} --help)" if context is not None else ""
        _say(f"{format_message()}{hint}")
    elif isinstance(error, TerraformerError):
        _say(str(error))
    elif isinstance(error, OSError) and error.strerror:
        _say(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
    else:
        _say(f"internal error: {type(error).__name__}: {error} ({DEBUG_VARIABLE}=1 shows where)")
    return 1


def _say(message: str) -> None:
    line = " ".join(message.split())
    sys.stderr.write(f"terraformer: {line.encode('ascii', 'backslashreplace').decode() if _narrow() else line}\n")


def _narrow() -> bool:
    return (sys.stderr.encoding or "ascii").lower() in ("ascii", "us-ascii", "ansi_x3.4-1968")
