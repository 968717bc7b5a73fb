"""Parts made on a Ray cluster, by the same code in the same way; this process writes them.

The package must be installed, in the same version, on every node; nothing else is shared, no file system either.
Needs the extra ``ray``.
"""

from __future__ import annotations

import atexit
import importlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from terraformer.data.executors.base import ATTEMPTS, MakingProgress, PartMaker
from terraformer.data.store.parts import Part, PartSpec
from terraformer.errors import TerraformerError, ToolFailure, UsageError

__all__ = ["RayExecutor"]


_QUIET: Final = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
"""Nothing is reported to anybody; and no warning about accelerators, which are not used."""


class RayExecutor:
    """``address`` is what ``ray.init`` takes ("auto", "ray-head:6379"); "" starts a cluster of this machine alone, or
    uses the one that is initialised. ``jobs`` is how many parts are under way at once (default: one a CPU of the
    cluster, as it grows or shrinks). What a dead node was making is made again elsewhere.

    Raises UsageError when Ray is not installed, ToolFailure when the cluster cannot be reached.
    """

    name = "ray"

    def __init__(self, address: str = "", jobs: int | None = None) -> None:
        for name, value in _QUIET.items():
            os.environ.setdefault(name, value)
        try:
            self._ray = importlib.import_module("ray")
        except ImportError as error:
            raise UsageError(f"--executor ray needs Ray: pip install 'terraformer-iac[ray]' ({error})") from None
        if jobs is not None and jobs < 1:
            raise UsageError(f"at least one job is needed, not {jobs}")
        self._jobs = jobs
        if not self._ray.is_initialized():
            local = {} if address else {"include_dashboard": False, **({"num_cpus": jobs} if jobs else {})}
            try:
                self._ray.init(address=address or "local", log_to_driver=False, logging_level="warning", **local)
            except (ConnectionError, RuntimeError, ValueError, OSError) as error:
                raise ToolFailure(f"the Ray cluster {address or 'of this machine'} cannot be used: {error}") from None
            atexit.register(self._ray.shutdown)

    @property
    def jobs(self) -> int:
        return self._jobs or max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def run(self, spec: PartSpec, take: Callable[[], int | None]) -> Iterator[Part | MakingProgress]:
        """As ``Executor.run``; there are no news of parts under way."""
        ray = self._ray
        make = ray.remote(num_cpus=1, max_retries=ATTEMPTS)(_make)
        under_way: dict[Any, int] = {}
        failures: Counter[int] = Counter()
        try:
            while True:
                while len(under_way) < self.jobs:
                    number = take()
                    if number is None:
                        break
                    under_way[make.remote(spec, number)] = number
                if not under_way:
                    return
                ready, _ = ray.wait(list(under_way), num_returns=1)
                for reference in ready:
                    number = under_way.pop(reference)
                    try:
                        outcome = ray.get(reference)
                    except ray.exceptions.RayError as error:  # its worker, its node or its object was lost
                        failures[number] += 1
                        if failures[number] >= ATTEMPTS:
                            raise ToolFailure(f"part {number} cannot be made on the Ray cluster: {error}") from None
                        under_way[make.remote(spec, number)] = number
                        continue
                    if isinstance(outcome, Part):
                        yield outcome
                    elif outcome[0] == "usage":
                        raise UsageError(outcome[1])
                    else:
                        raise ToolFailure(f"part {number} cannot be made: {outcome[1]}")
        finally:
            for reference in under_way:
                ray.cancel(reference, force=True)


_maker: PartMaker | None = None


def _make(spec: PartSpec, number: int) -> Part | tuple[str, str]:
    """A task: one part. A worker process of Ray keeps its verifier between tasks."""
    global _maker
    try:
        if _maker is None or _maker.spec != spec:
            if _maker is not None:
                _maker.close()
            else:
                atexit.register(_close)
            _maker = PartMaker(spec)
        return _maker.make(number)
    except TerraformerError as error:
        return ("usage" if isinstance(error, UsageError) else "failed"), str(error)


def _close() -> None:
    if _maker is not None:
        _maker.close()
