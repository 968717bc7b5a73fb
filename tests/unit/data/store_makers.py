"""Makers without Terraform, for what the store and the executors do with whatever is made."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from terraformer.data.making import Made, Rejection, unit_rng
from terraformer.errors import ToolFailure
from terraformer.types import Record, RecordKind, TerraformConfig
from terraformer.verify import VerifierPool

WORDS = ("amber", "birch", "cedar", "delta", "ember", "frost", "grove", "heath", "inlet", "jetty")
NAME = "store_makers:PlainMaker"


class PlainMaker:
    """Up to three records a unit, all different but those of every seventh unit, which says what the last one said.

    ``fails``, ``kills`` and ``breaks`` are units in which the tools fail, the process dies, the maker has a mistake:
    ``times`` times each (a mark in ``marks`` remembers), 0 for always. ``last`` is the last unit that gives anything.
    """

    kind = RecordKind.GENERATION

    def __init__(
        self,
        seconds: float = 0.0,
        last: int = 1 << 40,
        fails: list[int] | None = None,
        kills: list[int] | None = None,
        breaks: list[int] | None = None,
        times: int = 0,
        marks: str = "",
    ) -> None:
        self.seconds = seconds
        self.last = last
        self.fails, self.kills, self.breaks = fails or [], kills or [], breaks or []
        self.times = times
        self.marks = marks

    def make(self, seed: int, unit: int, pool: VerifierPool) -> Made:
        time.sleep(self.seconds)
        if unit in self.fails and self._again(unit):
            raise ToolFailure("the disk is on fire")
        if unit in self.kills and self._again(unit):
            os.kill(os.getpid(), signal.SIGKILL)
        if unit in self.breaks:
            raise KeyError("a mistake")
        if unit > self.last:
            return Made(rejections=(Rejection("nothing-left", "plain"),))
        told = unit - 1 if unit % 7 == 0 and unit else unit
        rng = unit_rng("plain", seed, told)
        records = []
        for n in range(rng.randrange(4)):
            words = [rng.choice(WORDS) for _ in range(6)]
            number = rng.randrange(1 << 60)
            text = f'output "{"_".join(words)}_{number}" {{\n  value = {rng.random()}\n}}\n'
            prompt = f"Output {number} as {' '.join(words)}, {rng.random()} ({n})."
            records.append(
                Record(
                    RecordKind.GENERATION,
                    prompt,
                    TerraformConfig({"main.tf": text.encode()}),
                    intent={"version": 1},
                    source=f"plain:{told % 5}",
                    family=f"voice-{told % 11}",
                    seed=seed,
                    metadata={"scenario": told},
                )
            )
        rejections = (Rejection("unlucky", f"plain:{unit % 5}", "drawn"),) if unit % 4 == 1 else ()
        return Made(tuple(records), rejections)

    def _again(self, unit: Any) -> bool:
        """Whether it happens (once more)."""
        if not self.times:
            return True
        mark = Path(self.marks, f"unit-{unit}")
        seen = int(mark.read_text()) if mark.exists() else 0
        mark.write_text(str(seen + 1))
        return seen < self.times


class NotAMaker:
    def __init__(self, needed: int) -> None: ...
