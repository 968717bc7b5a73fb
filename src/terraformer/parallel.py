"""Work in threads that an interrupt does not wait for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

__all__ = ["as_finished"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def as_finished(
    items: Sequence[Item], call: Callable[[Item], Result], threads: int, name: str = "terraformer-work"
) -> Iterator[Result]:
    """``call`` of each item, at most ``threads`` at once; results as they are finished, in any order.

    The threads are daemons: whoever stops asking for results waits for none of them, and no new call begins then.
    Raises what ``call`` raises.
    """
    results: queue.SimpleQueue[tuple[Result, None] | tuple[None, BaseException]] = queue.SimpleQueue()
    todo = iter(items)
    lock = threading.Lock()
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            with lock:
                try:
                    item = next(todo)
                except StopIteration:
                    return
            try:
                results.put((call(item), None))
            except BaseException as error:
                results.put((None, error))

    for number in range(min(threads, len(items))):
        threading.Thread(target=work, name=f"{name}-{number}", daemon=True).start()
    try:
        for _ in items:
            result, error = results.get()
            if error is not None:
                raise error
            yield result  # type: ignore[misc]  # of the pair, one is there
    finally:
        over.set()
