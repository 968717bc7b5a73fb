"""Reading what a command is given: configurations, policies, variables, standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from terraformer.errors import UsageError
from terraformer.types import Policy, TerraformConfig

if TYPE_CHECKING:
    from terraformer.verify import VerifySettings

__all__ = ["config_from", "policies_from", "prompt_from", "read_bytes", "settings_from", "stdin_bytes"]

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
) -> VerifySettings:
    """Options of the command line as settings. Raises UsageError (SettingsError) naming the option."""
    from terraformer.verify import VerifySettings

    variables: dict[str, str] = {}
    for item in var:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--var {item!r}: write it as name=value")
        variables[name.strip()] = value
    return VerifySettings(
        core=core,
        vars=variables,
        var_files=tuple((path.name, read_bytes(path, "variable file")) for path in var_file),
        state=read_bytes(state, "state file") if state is not None else None,
        strict_vars=strict_vars,
        strict_versions=strict_versions,
        timeout=timeout,
        cache=cache,
        keep_plan=keep_plan,
    )
