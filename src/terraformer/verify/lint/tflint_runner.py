"""Run TFLint and read what it says: by the pool's side, beside the worker, in a sandbox of its own.

The worker cannot start programs, so the parent does: the configuration's files are written to a scratch directory
(without its ``.tflint.hcl`` and plugins: what is run is chosen here, never by the configuration) and TFLint runs over
them with its bundled rules, without network, bounded in time, memory and output. Source of the output's form: TFLint's
JSON formatter (formatter/json.go): {"issues": [{rule {name, severity, link}, message, range}], "errors": [{summary,
message, severity, range}]}; severities are error, warning, info (its "notice").

What is not covered: TFLint's provider rulesets (they are plugins and would be downloaded), and where the kernel
confines nothing (macOS) TFLint reads what it likes, with its functions that read files.
"""

from __future__ import annotations

import contextlib
import json
import os
import posixpath
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from terraformer.errors import ToolFailure
from terraformer.hcl.syntax import graphemes
from terraformer.types import (
    Certificate,
    CheckResult,
    Position,
    Severity,
    SourceRange,
    Stage,
    TerraformConfig,
    ToolError,
)
from terraformer.verify import sandbox
from terraformer.verify.lint import launch
from terraformer.verify.lint.engine import MAX_ISSUES, RULES, wanted
from terraformer.verify.lint.source import LintFile
from terraformer.verify.scratch import Scratch
from terraformer.verify.settings import CheckSettings, VerifySettings
from terraformer.verify.snippets import snippet_of
from terraformer.verify.stages.outcome import SourceOutcome

__all__ = ["read_output", "run_tflint"]

_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "notice": Severity.INFO}
_LIBRARIES = ["/bin", "/usr/bin", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local"]
_PROGRAM_BYTES = 1 << 16
_MAX_ERRORS = 5


def run_tflint(program: str | None, config: TerraformConfig, settings: VerifySettings) -> SourceOutcome:
    """What TFLint says of the root module. Its own failures are ``tool_errors``; never raises."""
    if program is None:
        return _failed("tflint-missing", "tflint is not on PATH: install it, or choose the builtin lint tool")
    try:
        with Scratch() as scratch:
            return _run(program, scratch.path, config, settings)
    except (OSError, ToolFailure) as error:
        return _failed("tflint", f"TFLint could not be run: {error}")


def _failed(kind: str, message: str) -> SourceOutcome:
    return SourceOutcome(tool_errors=(ToolError(kind, message, Stage.LINT),))


# --- running it -----------------------------------------------------------------------------------------------------


def _run(program: str, scratch: Path, config: TerraformConfig, settings: VerifySettings) -> SourceOutcome:
    top = scratch / "c"
    for name in ("c", "home", "tmp", "plugins"):
        (scratch / name).mkdir()
    _write(top, config)
    own = scratch / "tflint.hcl"
    own.write_text(_configuration(settings.lint), "utf-8")
    arguments = ["--format=json", "--force", "--no-color", f"--config={own}"]
    if config.root != ".":
        arguments.append(f"--chdir={config.root}")
    limit = settings.output_mb * 1024 * 1024
    output, log = scratch / "output", scratch / "log"
    with output.open("wb") as out, log.open("wb") as err:
        process = subprocess.Popen(
            _command(program, arguments, scratch, settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=top,
            env=_environment(scratch),
            start_new_session=True,
        )
        try:
            status = process.wait(settings.timeout)
        except subprocess.TimeoutExpired:
            return _failed("tflint", f"TFLint took longer than {settings.timeout:g} seconds")
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if output.stat().st_size >= limit:
        return _failed("tflint", f"TFLint printed more than {settings.output_mb} MB")
    try:
        data = json.loads(output.read_bytes())
        issues, errors = data["issues"], data["errors"]
        if not isinstance(issues, list) or not isinstance(errors, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        with log.open("rb") as handle:
            said = handle.read(4000).decode("utf-8", "replace")
        message = " ".join(said.split())[:500] or "no output that can be read"
        return _failed("tflint", f"TFLint ended with status {status}: {message}")
    return read_output(config, settings.lint, issues, errors)


def _write(top: Path, config: TerraformConfig) -> None:
    (top / config.root).mkdir(parents=True, exist_ok=True)
    for name, content in config.files.items():
        parts = name.split("/")
        if any(part.startswith(".tflint") for part in parts) or parts[0] == ".git":
            continue
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _configuration(settings: CheckSettings) -> str:
    """TFLint's own settings: its bundled rules, nothing else."""
    more = any(rule.tflint and not rule.recommended and wanted(rule, settings) for rule in RULES.values())
    preset = "all" if more else "recommended"
    plugin = f'plugin "terraform" {{\n  enabled = true\n  preset  = "{preset}"\n}}\n'
    return f'config {{\n  call_module_type = "none"\n}}\n\n{plugin}'


def _command(program: str, arguments: list[str], scratch: Path, settings: VerifySettings) -> list[str]:
    real = os.path.realpath(program)
    with open(real, "rb") as handle:
        head = handle.read(_PROGRAM_BYTES)
    is_static = head.startswith(b"\x7fELF") and b"/ld-linux" not in head and b"/ld-musl" not in head
    options = {
        "parent": os.getpid(),
        "program": program,
        "arguments": arguments,
        "readable": ["/dev/null", "/dev/urandom", "/dev/random", "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"],
        "executable": [program, real, *([] if is_static else _LIBRARIES)],
        "writable": [str(scratch), "/dev/null"],
        "memory_mb": 2 * settings.memory_mb + 1024,
        "file_mb": settings.output_mb,
    }
    return [sys.executable, "-I", "-S", str(launch.__file__), str(sandbox.__file__), json.dumps(options)]


def _environment(scratch: Path) -> dict[str, str]:
    """Made from nothing: neither the user's TFLint settings nor variables of Terraform reach it."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "TFLINT_PLUGIN_DIR": str(scratch / "plugins"),
        "TFLINT_DISABLE_VERSION_CHECK": "1",
        "NO_COLOR": "1",
    }


# --- reading what it says -------------------------------------------------------------------------------------------


def read_output(
    config: TerraformConfig, settings: CheckSettings, issues: list[Any], errors: list[Any]
) -> SourceOutcome:
    """TFLint's JSON as certificates, verdicts and tool errors."""
    certificates: list[Certificate] = []
    failed: set[str] = set()
    files: dict[str, LintFile] = {}
    for issue in issues[: MAX_ISSUES * len(RULES)]:
        try:
            found = _certificate(config, settings, issue, files)
        except (KeyError, TypeError, ValueError, AttributeError):
            return _failed("tflint", f"TFLint's output cannot be read: {str(issue)[:300]}")
        if found is not None:
            certificates.append(found)
            failed.add(str(found.rule))
    tool_errors = tuple(ToolError("tflint", _message(error), Stage.LINT) for error in errors[:_MAX_ERRORS])
    names = sorted(failed | {rule.name for rule in RULES.values() if rule.tflint and wanted(rule, settings)})
    checks = () if tool_errors else tuple(CheckResult(Stage.LINT, name, "", name not in failed) for name in names)
    return SourceOutcome(tuple(certificates), checks, tool_errors)


def _message(error: Any) -> str:
    if not isinstance(error, Mapping):
        return str(error)[:500]
    place = error.get("range")
    where = ""
    if isinstance(place, Mapping):
        start = place.get("start")
        where = f"{place.get('filename')}:{start.get('line') if isinstance(start, Mapping) else '?'}: "
    parts = [str(error.get(key)) for key in ("summary", "message") if error.get(key)]
    return " ".join((where + ": ".join(parts)).split())[:500] or "TFLint failed without a message"


def _certificate(
    config: TerraformConfig, settings: CheckSettings, issue: Mapping[str, Any], files: dict[str, LintFile]
) -> Certificate | None:
    """One issue; None where the settings do not want it."""
    name = str(issue["rule"]["name"])
    rule = RULES.get(name)
    if not (wanted(rule, settings) if rule is not None else settings.wants(name)):
        return None
    severity = _SEVERITIES[str(issue["rule"]["severity"]).lower()]
    place = _range(config, issue["range"])
    address = None
    if place is not None and place.file in config.files:
        file = files.get(place.file)
        if file is None:
            file = files[place.file] = LintFile(place.file, config.files[place.file])
        address = file.address_at(place.start.byte) or None
    return Certificate(
        Stage.LINT,
        settings.severity(name, severity),
        name.replace("_", "-"),
        str(issue["message"]),
        rule.why if rule is not None else "",
        place,
        address,
        None,
        snippet_of(config, place),
        rule.fix if rule is not None else None,
        name,
        {"link": str(issue["rule"]["link"])} if issue["rule"].get("link") else {},
    )


def _range(config: TerraformConfig, data: Mapping[str, Any]) -> SourceRange | None:
    """A place with its bytes; None for files that are not of the configuration (a missing one that a rule names)."""
    name = posixpath.normpath(str(data["filename"]).replace(os.sep, "/"))
    if name not in config.files:
        name = posixpath.normpath(posixpath.join(config.root, name))
    content = config.files.get(name)
    if content is None:
        return None
    start = _position(content, int(data["start"]["line"]), int(data["start"]["column"]))
    end = _position(content, int(data["end"]["line"]), int(data["end"]["column"]))
    return SourceRange(name, start, max(start, end, key=lambda p: p.byte))


def _position(content: bytes, line: int, column: int) -> Position:
    """A position from a line and a column in characters, both from 1 (0 stands for "none")."""
    line, column = max(1, line), max(1, column)
    begin = 0
    for _ in range(line - 1):
        following = content.find(b"\n", begin)
        if following < 0:
            break
        begin = following + 1
    end = content.find(b"\n", begin)
    text = content[begin : end if end >= 0 else len(content)].decode("utf-8", "replace")
    if text.isascii() or len(text) > _PROGRAM_BYTES:
        taken = text[: column - 1]
    else:
        # The longest prefix with that many characters: combining marks belong to the one before.
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if graphemes(text[:middle]) <= column - 1 else (low, middle - 1)
        taken = text[:low]
    return Position(line, column, begin + len(taken.encode("utf-8", "replace")))
