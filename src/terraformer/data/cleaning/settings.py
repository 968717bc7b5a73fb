"""Options of cleaning."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from terraformer.errors import UsageError

__all__ = ["HELD_OUT_SERVICES", "CleaningSettings"]

HELD_OUT_SERVICES: Final = ("appsync", "transfer", "batch", "mq", "fsx", "datasync")
"""Services of which no model sees anything in training: of middle popularity, so that there is enough to test with."""


@dataclass(frozen=True, slots=True)
class CleaningSettings:
    """``near`` is the Jaccard similarity from which two prompts, and two answers, count as the same (see
    ``features``); 0 looks for exact duplicates only. ``benchmarks`` are files with tasks that no record may overlap
    with (see ``contamination``), and ``benchmark_near`` the similarity from which prompts or configurations overlap.
    ``validation`` and ``test`` are the shares of those splits, ``held_out`` the services of the split of their own.

    Raises UsageError for shares or similarities outside of [0, 1].
    """

    near: float = 0.9
    benchmarks: tuple[Path, ...] = ()
    benchmark_near: float = 0.8
    validation: float = 0.03
    test: float = 0.03
    held_out: tuple[str, ...] = field(default=HELD_OUT_SERVICES)

    def __post_init__(self) -> None:
        for name in ("near", "benchmark_near", "validation", "test"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} is a share from 0 to 1, not {getattr(self, name)}")
        if self.validation + self.test >= 1:
            raise UsageError("validation and test leave nothing to train with")

    def to_dict(self) -> dict[str, Any]:
        """As JSON data; benchmarks by their files' names."""
        found = asdict(self)
        found["benchmarks"] = [p.name for p in self.benchmarks]
        found["held_out"] = list(self.held_out)
        return found
