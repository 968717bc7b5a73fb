"""Options of generation."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from terraformer.errors import SettingsError
from terraformer.models.base import SamplingSettings
from terraformer.verify.settings import VerifySettings

__all__ = ["GenerateSettings"]


@dataclass(frozen=True, slots=True)
class GenerateSettings:
    """How to generate.

    ``rounds`` is the largest number of repairs after the first answer (0: one attempt). ``strategy`` is "chat" (the
    model writes freely), "grammar" (it is held to a grammar compiled from the schema bundles) or "auto": grammar where
    the model supports one. ``trace_file`` receives the trace as JSON lines while it grows. ``prompt_chars`` bounds the
    text sent to a model in one round; what is cut is the previous answer's and the findings' share, never the request.

    Raises SettingsError when a value is out of range.
    """

    rounds: int = 5
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    verify: VerifySettings = field(default_factory=VerifySettings)
    strategy: str = "auto"
    trace_file: Path | None = None
    prompt_chars: int = 60_000

    def __post_init__(self) -> None:
        if not 0 <= self.rounds <= 50:
            raise SettingsError(f"rounds must be between 0 and 50, not {self.rounds}")
        if self.strategy not in ("auto", "chat", "grammar"):
            raise SettingsError(f"strategy must be auto, chat or grammar, not {self.strategy!r}")
        if self.prompt_chars < 4_000:
            raise SettingsError(f"prompt_chars must be at least 4000, not {self.prompt_chars}")
