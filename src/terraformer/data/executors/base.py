"""What executors share: their interface, and how one process makes a part."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

import terraformer
from terraformer.data.making import Made, Rejection, get_maker
from terraformer.data.store.parts import TOOL_FAILURE, Part, PartBuilder, PartSpec
from terraformer.errors import TerraformerError, ToolFailure
from terraformer.verify import VerifierPool, VerifySettings

__all__ = ["ATTEMPTS", "Executor", "MakingProgress", "PartMaker", "code_digest"]

ATTEMPTS: Final = 3
"""How often a unit is tried when the tools fail, and a part when the process that makes it dies."""

_CODE: Final = ("data", "generate", "hcl", "provider", "types", "verify")
"""The rooms that what is made depends on."""


@dataclass(frozen=True, slots=True)
class MakingProgress:
    """How far a part is that is being made."""

    part: int
    units: int
    records: int


class Executor(Protocol):
    """Makes parts, ``jobs`` at a time."""

    @property
    def jobs(self) -> int: ...

    def run(self, spec: PartSpec, take: Callable[[], int | None]) -> Iterator[Part | MakingProgress]:
        """The parts whose numbers ``take`` gives, each as soon as it is finished, and news of those under way.

        ``take`` is asked whenever there is room for one more, and gives None while no other part is wanted; the
        iterator ends when none is wanted and none is under way. Closing it abandons those. Raises ToolFailure when a
        part cannot be made, however often it is tried.
        """
        ...


class PartMaker:
    """Makes parts in this process, with a verifier of its own. A context manager."""

    def __init__(self, spec: PartSpec) -> None:
        self.spec = spec
        self._maker = get_maker(spec.dataset, spec.options)
        self._pool: VerifierPool | None = None
        self._by = f"{socket.gethostname()}:{os.getpid()}"

    def make(self, number: int, progress: Callable[[MakingProgress], None] | None = None) -> Part:
        """Raises UsageError when a record cannot be stored."""
        units = self.spec.span(number)
        builder = PartBuilder(number, units)
        for done, unit in enumerate(units, 1):
            builder.add(unit, self._unit(unit))
            if progress is not None:
                progress(MakingProgress(number, done, builder.records))
        return builder.finish(by=self._by, code=code_digest())

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def __enter__(self) -> PartMaker:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _unit(self, unit: int) -> Made:
        """What a unit gives. Whatever depends on the moment is tried again with a fresh verifier."""
        failure = ""
        for _ in range(ATTEMPTS):
            if self._pool is None:
                self._pool = VerifierPool(1, VerifySettings(cache=False))
            try:
                made = self._maker.make(self.spec.seed, unit, self._pool)
            except ToolFailure as error:
                failure = str(error)
                with contextlib.suppress(Exception):
                    self.close()
                continue
            except TerraformerError:
                raise
            except Exception as error:  # a maker's mistake: the same each time, so a rejection like others, and counted
                return Made(rejections=(Rejection(f"maker-error:{type(error).__name__}", "", _where(error)),))
            limits = [r for r in made.rejections if r.reason.endswith(":resource-limit")]
            if not limits:
                return made
            failure = f"{limits[0].source}: {limits[0].detail}"
            self.close()
        return Made(rejections=(Rejection(TOOL_FAILURE, "", failure),))


def _where(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{error} ({Path(last.filename).name}:{last.lineno})"


@lru_cache(maxsize=1)
def code_digest() -> str:
    """A digest of the sources that what is made depends on, 12 hex digits: parts of different programs are told."""
    root = Path(terraformer.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).parts[0] in _CODE:
            with contextlib.suppress(OSError):
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
