"""Options of a mutation."""

from __future__ import annotations

from dataclasses import dataclass

from terraformer.errors import SettingsError
from terraformer.generate.settings import GenerateSettings

__all__ = ["MutateSettings"]


@dataclass(frozen=True, slots=True)
class MutateSettings(GenerateSettings):
    """How to change a configuration: what ``GenerateSettings`` has (``files`` and ``examples`` mean nothing here), and

    ``existing``: whether errors that the configuration had before the change count against it. "new": only new ones
    do, the others are shown as warnings. "all": every error does. "auto": "all" where the request is to mend
    something ("fix", "does not plan"), else "new". Policies are always demands on the result.

    Raises SettingsError when a value is out of range.
    """

    existing: str = "auto"

    def __post_init__(self) -> None:
        GenerateSettings.__post_init__(self)
        if self.existing not in ("auto", "new", "all"):
            raise SettingsError(f"existing must be auto, new or all, not {self.existing!r}")
