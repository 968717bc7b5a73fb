"""What collecting gives: one self-contained configuration with its origin and licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from terraformer.data.sources.licences import PERMISSIVE
from terraformer.errors import SettingsError
from terraformer.types import TerraformConfig

__all__ = ["PROBLEMS", "SourceConfig", "SourceSettings"]

PROBLEMS = {
    "licence": "no licence, or one that is not allowed",
    "secret": "a key, token or password is in it",
    "too-large": "more files or bytes than the limits",
    "not-text": "a file is not UTF-8 text",
    "remote-module": "it calls a module that is not beside it",
    "missing-module": "it calls a local module that is not there",
    "empty": "no resource, data source or module call",
    "duplicate": "the same configuration came before",
    "unreadable": "a row or file that cannot be read",
}
"""Why a configuration is not to be used, and what that means."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Options of collecting.

    ``allow`` are the SPDX identifiers that may be used; ``licence`` is the licence of what states none (for one's own
    code; "" for unknown, which is not allowed). ``max_files``, ``max_bytes`` bound one configuration,
    ``max_file_bytes`` a file, ``max_scanned`` the files looked at in one directory or repository. ``called`` also gives
    modules that others call, as configurations of their own (``SourceConfig.called``).

    Raises SettingsError when a limit is not positive.
    """

    allow: frozenset[str] = PERMISSIVE
    licence: str = ""
    max_files: int = 60
    max_bytes: int = 200_000
    max_file_bytes: int = 100_000
    max_scanned: int = 50_000
    called: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "allow", frozenset(self.allow))
        for name in ("max_files", "max_bytes", "max_file_bytes", "max_scanned"):
            if getattr(self, name) <= 0:
                raise SettingsError(f"{name} must be greater than zero, not {getattr(self, name)!r}")


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One configuration from outside.

    ``files`` and ``root`` as in TerraformConfig. ``origin`` is "repo@commit:path" ("repo:path" without a commit),
    ``licence`` an SPDX expression, "" unknown. ``problem`` is a key of PROBLEMS, "" for one that may be used,
    ``detail`` one line more about it (never a secret). ``called`` tells that other modules of the same source call it.
    """

    files: Mapping[str, bytes]
    origin: str
    licence: str = ""
    problem: str = ""
    detail: str = ""
    root: str = "."
    called: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        return not self.problem

    @property
    def config(self) -> TerraformConfig:
        """Raises ValueError for paths that are not relative and normalised (never where there is no problem)."""
        return TerraformConfig(self.files, self.root)
