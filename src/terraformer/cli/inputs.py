"""Reading what a command is given: configurations, policies, variables, standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from terraformer.errors import UsageError
from terraformer.types import Policy, Stage, TerraformConfig

if TYPE_CHECKING:
    from terraformer.verify.settings import CheckSettings, VerifySettings

__all__ = [
    "config_from",
    "location_of",
    "policies_from",
    "prompt_from",
    "read_bytes",
    "settings_from",
    "stdin_bytes",
    "var_files_from",
]

MAX_STDIN = 64 << 20


def stdin_bytes() -> bytes:
    """All of standard input. Raises UsageError when it is a terminal (nothing was piped) or far too much."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError('"-" reads standard input: pipe something into the command')
    data = sys.stdin.buffer.read(MAX_STDIN + 1)
    if len(data) > MAX_STDIN:
        raise UsageError(f"standard input: more than {MAX_STDIN >> 20} MB")
    return data


def config_from(path: str) -> TerraformConfig:
    """The configuration at a path; "-" is one file on standard input, in HCL or, when it begins with {, JSON syntax."""
    if path != "-":
        from terraformer.verify import load_config

        return load_config(path)
    data = stdin_bytes()
    name = "main.tf.json" if data.lstrip().startswith(b"{") else "main.tf"
    return TerraformConfig({name: data})


def location_of(path: str, config: TerraformConfig, base: Path) -> tuple[str, str]:
    """Where a configuration lies: (its top directory, its only file where the path is a file), POSIX paths relative to
    ``base``, absolute where they lie outside. Standard input is the file "stdin"."""
    if path == "-":
        return "", "stdin"
    given = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as the user wrote them
    if given.is_file():
        return "", _relative(given, base)
    if config.root == ".":
        return _relative(given, base), ""
    top = given.resolve()
    for _ in config.root.split("/"):
        top = top.parent
    return _relative(top, base), ""


def _relative(path: Path, base: Path) -> str:
    for one, other in ((path, base), (path.resolve(), base.resolve())):
        if one.is_relative_to(other):
            return one.relative_to(other).as_posix()
    return path.as_posix()


def policies_from(paths: Sequence[Path]) -> tuple[Policy, ...]:
    if not paths:
        return ()
    from terraformer.verify import load_policies

    return tuple(policy for path in paths for policy in load_policies(path))


def prompt_from(words: str) -> str:
    if words != "-":
        return words
    try:
        return stdin_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"standard input: not UTF-8 text (byte {error.start})") from None


def read_bytes(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot read the {what}: {error.strerror}") from None


def var_files_from(paths: Sequence[Path]) -> tuple[tuple[str, bytes], ...]:
    """Variable files as VerifySettings takes them. Raises UsageError for one that cannot be read."""
    return tuple((path.name, read_bytes(path, "variable file")) for path in paths)


def settings_from(
    *,
    core: str,
    var: Sequence[str],
    var_file: Sequence[Path],
    state: Path | None,
    strict_vars: bool,
    strict_versions: bool,
    timeout: float,
    cache: bool,
    keep_plan: bool,
    stages: Sequence[Stage] | None = None,
    lint: CheckSettings | None = None,
    security: CheckSettings | None = None,
) -> VerifySettings:
    """Options of the command line as settings. Raises UsageError (SettingsError) naming the option."""
    from terraformer.verify.settings import DEFAULT_STAGES, CheckSettings, VerifySettings

    variables: dict[str, str] = {}
    for item in var:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--var {item!r}: write it as name=value")
        variables[name.strip()] = value
    return VerifySettings(
        core=core,
        vars=variables,
        var_files=var_files_from(var_file),
        state=read_bytes(state, "state file") if state is not None else None,
        strict_vars=strict_vars,
        strict_versions=strict_versions,
        timeout=timeout,
        cache=cache,
        keep_plan=keep_plan,
        stages=tuple(stages) if stages is not None else DEFAULT_STAGES,
        lint=lint or CheckSettings(),
        security=security or CheckSettings(),
    )
