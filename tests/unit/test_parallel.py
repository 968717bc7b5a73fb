"""Work in threads: results as they are finished, errors raised, nothing awaited that nobody wants."""

from __future__ import annotations

import threading

import pytest

from terraformer.parallel import as_finished


def test_results_as_they_are_finished() -> None:
    first = threading.Event()

    def call(n: int) -> int:
        if n == 0:
            assert first.wait(30)  # the first item ends last
        return n * n

    found = []
    for result in as_finished([0, 1, 2, 3], call, 2):
        found.append(result)
        if len(found) == 3:
            first.set()
    assert sorted(found) == [0, 1, 4, 9]
    assert found[-1] == 0
    assert list(as_finished([], call, 4)) == []


def test_at_most_so_many_at_once() -> None:
    lock, now, most = threading.Lock(), 0, 0
    pair = threading.Barrier(2)

    def call(_: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        pair.wait(30)  # two are under way, or this breaks
        with lock:
            now -= 1

    list(as_finished(range(6), call, 2))
    assert most == 2


def test_errors_are_raised_and_nothing_begins_afterwards() -> None:
    begun, held = [], threading.Event()

    def call(n: int) -> int:
        begun.append(n)
        if n == 0:
            raise KeyError("zero")
        held.wait(30)
        return n

    with pytest.raises(KeyError, match="zero"):
        list(as_finished(range(100), call, 2))
    held.set()
    assert len(begun) < 10
