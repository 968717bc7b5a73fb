"""Options of an evaluation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from terraformer.errors import SettingsError
from terraformer.types import Stage
from terraformer.verify import VerifySettings
from terraformer.verify.settings import DEFAULT_STAGES

__all__ = ["EvalSettings"]


@dataclass(frozen=True, slots=True)
class EvalSettings:
    """What is asked of the model, and how it is graded: all that a resumed run must share with the one before.

    ``samples`` independent answers to every task, for pass@k: sample 0 at ``temperature``, the others at
    ``sample_temperature``. ``rounds`` repairs at most in each. ``best_of`` first answers of which the loop's verifier
    picks one, inside a sample. ``policy_feedback`` shows the policies' findings to the loop, which leaks the test: by
    default the loop sees what compile and deploy find, and the policies judge afterwards. ``difficulty`` is (lowest,
    highest), ``limit`` the number of tasks. ``stages`` are those of grading; the loop knows compile and deploy only.
    ``max_tokens`` and ``model_timeout`` (seconds) bound a reply; ``timeout`` one verification. ``schema_chars`` and
    ``examples`` are what a chat model is told besides, ``strategy`` whether the model is held to a grammar
    (GenerateSettings).

    Raises SettingsError when a value is out of range.
    """

    samples: int = 1
    rounds: int = 0
    temperature: float = 0.0
    sample_temperature: float = 0.8
    seed: int = 0
    best_of: int = 1
    policy_feedback: bool = False
    stages: tuple[Stage, ...] = DEFAULT_STAGES
    difficulty: tuple[int, int] | None = None
    limit: int | None = None
    core: str = "auto"
    timeout: float = 30.0
    max_tokens: int = 4096
    model_timeout: float = 300.0
    strategy: str = "auto"
    schema_chars: int = 16_000
    examples: int = 2

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= 1000:
            raise SettingsError(f"samples must be between 1 and 1000, not {self.samples}")
        if not 0 <= self.rounds <= 50:
            raise SettingsError(f"rounds must be between 0 and 50, not {self.rounds}")
        if not 1 <= self.best_of <= 100:
            raise SettingsError(f"best_of must be between 1 and 100, not {self.best_of}")
        for name in ("temperature", "sample_temperature"):
            if not 0.0 <= getattr(self, name) <= 2.0:
                raise SettingsError(f"{name} must be between 0 and 2, not {getattr(self, name)}")
        if self.samples > 1 and self.sample_temperature == 0:
            raise SettingsError("sample_temperature must be above 0: samples at 0 are no independent answers")
        if self.difficulty is not None and not 1 <= self.difficulty[0] <= self.difficulty[1] <= 6:
            raise SettingsError(f"difficulty must be a range within 1 to 6, not {self.difficulty}")
        if self.limit is not None and self.limit < 1:
            raise SettingsError(f"limit must be at least 1, not {self.limit}")
        stages = tuple(Stage(s) for s in self.stages)
        object.__setattr__(self, "stages", stages)
        if stages[: len(DEFAULT_STAGES)] != DEFAULT_STAGES:
            raise SettingsError("stages of an evaluation are compile, deploy, policy, then lint and security if wanted")
        self.grading()

    def grading(self) -> VerifySettings:
        """Settings of the harness's own verification. Nothing comes from the cache: seconds are those of real work."""
        return VerifySettings(core=self.core, stages=self.stages, timeout=self.timeout, keep_plan=False, cache=False)

    def looping(self) -> VerifySettings:
        """Settings of the verification that the loop sees."""
        stages = DEFAULT_STAGES if self.policy_feedback else DEFAULT_STAGES[:2]
        return self.grading().replace(stages=stages)

    def sample_seed(self, task: str, sample: int) -> int:
        """The seed of a sample: the run's own for the first, one of its own for each other."""
        if sample == 0:
            return self.seed
        digest = hashlib.sha256(f"{self.seed}\0{task}\0{sample}".encode()).digest()
        return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF

    def sample_temperature_of(self, sample: int) -> float:
        return self.temperature if sample == 0 else self.sample_temperature

    def to_dict(self) -> dict[str, Any]:
        """As it is written to run.json."""
        return {
            "samples": self.samples,
            "rounds": self.rounds,
            "temperature": self.temperature,
            "sample_temperature": self.sample_temperature,
            "seed": self.seed,
            "best_of": self.best_of,
            "policy_feedback": self.policy_feedback,
            "stages": [s.value for s in self.stages],
            "difficulty": list(self.difficulty) if self.difficulty else None,
            "limit": self.limit,
            "core": self.core,
            "timeout": self.timeout,
            "max_tokens": self.max_tokens,
            "model_timeout": self.model_timeout,
            "strategy": self.strategy,
            "schema_chars": self.schema_chars,
            "examples": self.examples,
        }
