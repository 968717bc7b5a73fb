"""Options of a curation run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from terraformer.data.sources import SourceSettings
from terraformer.errors import SettingsError
from terraformer.models import SamplingSettings
from terraformer.verify import VerifySettings

__all__ = ["CurateSettings"]


@dataclass(frozen=True, slots=True)
class CurateSettings:
    """How to curate.

    ``rounds`` bounds the corrections of each stage: of a configuration that does not compile, of one that does not
    plan, and of an intent that does not hold (the paper's 5). ``prompts`` is how many requests a configuration gets,
    the first one included. ``judge``: the model may confirm that a prompt says a value in other words; without it every
    literal must stand there. ``split`` takes files with independent examples apart, ``complete`` turns what is not
    declared into variables before any model is asked. ``limit`` ends the run after so many configurations that passed
    the filters (0: no limit).

    Raises SettingsError when a value is out of range.
    """

    rounds: int = 5
    prompts: int = 3
    judge: bool = True
    split: bool = True
    complete: bool = True
    limit: int = 0
    sources: SourceSettings = field(default_factory=SourceSettings)
    sampling: SamplingSettings = field(default_factory=lambda: SamplingSettings(temperature=0.3))
    verify: VerifySettings = field(default_factory=VerifySettings)

    def __post_init__(self) -> None:
        if not 0 <= self.rounds <= 20:
            raise SettingsError(f"rounds must be between 0 and 20, not {self.rounds}")
        if not 1 <= self.prompts <= 10:
            raise SettingsError(f"prompts must be between 1 and 10, not {self.prompts}")
        if self.limit < 0:
            raise SettingsError(f"limit must be 0 or more, not {self.limit}")

    def to_dict(self) -> dict[str, Any]:
        """What the outcome for one configuration depends on (``limit`` does not: a run can go on with a higher one)."""
        return {
            "rounds": self.rounds,
            "prompts": self.prompts,
            "judge": self.judge,
            "split": self.split,
            "complete": self.complete,
            "allow": sorted(self.sources.allow),
            "licence": self.sources.licence,
            "limits": [self.sources.max_files, self.sources.max_bytes, self.sources.max_file_bytes],
            "temperature": self.sampling.temperature,
            "seed": self.sampling.seed,
            "max_tokens": self.sampling.max_tokens,
            "core": self.verify.core,
        }
