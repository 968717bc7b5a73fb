"""Independent first answers: one after the other, or in parallel threads where the model allows it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from terraformer.types import Attempt

__all__ = ["first_attempts"]

Ask = Callable[[int, Callable[[], None]], Attempt]


class _Unwanted(BaseException):
    """Ends a call whose answer nobody waits for. No Exception: no model's error handling may take it for its own."""


def first_attempts(samples: int, ask: Ask, is_clean: Callable[[Attempt], bool], parallel: int) -> Iterator[Attempt]:
    """The attempts of samples 0 to n-1 as they are finished, at most ``parallel`` of them under way at once.

    Ends early when a clean one has been yielded and all samples before it too: it is then the first clean one, whatever
    the others turn out to be. ``ask(sample, proceed)`` makes one attempt and may call ``proceed`` at any time: it
    raises in threads that are no longer awaited. Those that never call it end by themselves, in daemon threads.

    Whatever else ``ask`` raises is raised here.
    """
    if samples == 1 or parallel <= 1:
        for sample in range(samples):
            attempt = ask(sample, lambda: None)
            yield attempt
            if is_clean(attempt):
                return
        return
    yield from _parallel(samples, ask, is_clean, parallel)


def _parallel(samples: int, ask: Ask, is_clean: Callable[[Attempt], bool], parallel: int) -> Iterator[Attempt]:
    results: queue.SimpleQueue[tuple[int, Attempt | BaseException]] = queue.SimpleQueue()
    todo = iter(range(samples))
    lock = threading.Lock()
    over = threading.Event()

    def proceed() -> None:
        if over.is_set():
            raise _Unwanted

    def work() -> None:
        while not over.is_set():
            with lock:
                sample = next(todo, None)
            if sample is None:
                return
            try:
                results.put((sample, ask(sample, proceed)))
            except _Unwanted:
                return
            except BaseException as error:
                results.put((sample, error))
                return

    for number in range(min(samples, parallel)):
        threading.Thread(target=work, name=f"terraformer-sample-{number}", daemon=True).start()
    clean: dict[int, bool] = {}
    try:
        while len(clean) < samples:
            sample, outcome = results.get()
            if isinstance(outcome, BaseException):
                raise outcome
            clean[sample] = is_clean(outcome)
            yield outcome
            first = next((s for s in sorted(clean) if clean[s]), None)
            if first is not None and all(s in clean for s in range(first)):
                return
    finally:
        over.set()
