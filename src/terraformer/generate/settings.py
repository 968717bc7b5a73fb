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

    ``rounds`` is the largest number of repairs after the first answer (0: one attempt). ``samples`` is the number of
    independent first answers, of which the verifier picks the best for repair. ``strategy`` is "chat" (the model writes
    freely), "grammar" (it is held to a grammar compiled from the schema bundles) or "auto": grammar where the model
    supports one. ``trace_file`` receives the trace as JSON lines while it grows.

    Of what a chat model is told: ``prompt_chars`` bounds the text sent in one round (what is cut is the previous
    answer's and the findings' share, never the request), ``schema_chars`` the schema excerpts of the likely types in
    it (0: none), ``examples`` the number of verified examples (0: none). ``files`` is "single" (main.tf) or "split"
    (main.tf, variables.tf, outputs.tf, versions.tf).

    Raises SettingsError when a value is out of range.
    """

    rounds: int = 3
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    verify: VerifySettings = field(default_factory=VerifySettings)
    strategy: str = "auto"
    trace_file: Path | None = None
    prompt_chars: int = 60_000
    samples: int = 1
    schema_chars: int = 16_000
    examples: int = 2
    files: str = "single"

    def __post_init__(self) -> None:
        if not 0 <= self.rounds <= 50:
            raise SettingsError(f"rounds must be between 0 and 50, not {self.rounds}")
        if self.strategy not in ("auto", "chat", "grammar"):
            raise SettingsError(f"strategy must be auto, chat or grammar, not {self.strategy!r}")
        if self.prompt_chars < 4_000:
            raise SettingsError(f"prompt_chars must be at least 4000, not {self.prompt_chars}")
        if not 1 <= self.samples <= 100:
            raise SettingsError(f"samples must be between 1 and 100, not {self.samples}")
        if not 0 <= self.schema_chars <= 400_000:
            raise SettingsError(f"schema_chars must be between 0 and 400000, not {self.schema_chars}")
        if not 0 <= self.examples <= 10:
            raise SettingsError(f"examples must be between 0 and 10, not {self.examples}")
        if self.files not in ("single", "split"):
            raise SettingsError(f"files must be single or split, not {self.files!r}")
