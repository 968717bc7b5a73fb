"""Near duplicates among records.

Three parts of a record are compared, each as a set of features (see ``features``): the *request* is its prompt; what is
*given* the configuration before, none for a generation; the *answer* the configuration after, or for a mutation or
repair the statements that change. Parts are the same where their Jaccard similarity reaches the threshold.

- A record whose request, given and answer are all the same as an earlier one's is its near duplicate: the same asked
  and answered, up to names and an occasional statement. One prompt with two different answers, or one answer to two
  different prompts, is none.
- A record whose given and request, *or* given and answer, are the same as those of a record in another split would let
  one split tell the other's answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from terraformer.data.cleaning.features import change_features, configuration_features, prompt_features
from terraformer.data.cleaning.minhash import Index, Sets, band_keys, hashes, jaccard, signature, union
from terraformer.types import Record

__all__ = ["Like", "NearDuplicates", "Seen", "parts_of"]


@dataclass(frozen=True, slots=True)
class Like:
    """An earlier record (``number`` in the order of those that were added, ``split``) that is like the one asked about;
    ``both`` when request and answer are, else one of them."""

    number: int
    split: str
    both: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What ``look`` found: numbers of records with the same request, and with the same answer. The rest is for
    ``keep``."""

    requests: set[int]
    answers: set[int]
    parts: tuple[Any, Any, Any]
    keys: tuple[Any, ...]


def parts_of(record: Record) -> tuple[Any, Any, Any]:
    """Request, given and answer as hashed features."""
    request = hashes(prompt_features(record.prompt))
    if record.before is None:
        return request, hashes(()), hashes(configuration_features(record.after))
    given = hashes(configuration_features(record.before))
    return request, given, hashes(change_features(record.before, record.after))


_REQUEST, _GIVEN, _ANSWER = range(3)
_VIEWS: Final = ((_REQUEST, _GIVEN), (_ANSWER, _GIVEN))


class NearDuplicates:
    """Records by number, to be found by likeness. Exact where the index finds a candidate (see ``minhash``)."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._indexes = tuple(Index() for _ in _VIEWS)
        self._parts = tuple(Sets() for _ in range(3))
        self._splits: list[str] = []

    def __len__(self) -> int:
        return len(self._splits)

    def add(self, record: Record, split: str) -> Like | None:
        """Add a record unless one that is there is like it: that one, with the lowest number, duplicates first."""
        seen = self.look(record)
        both = seen.requests & seen.answers
        if both:
            number = min(both)
            return Like(number, self._splits[number], True)
        crossing = [n for n in seen.requests | seen.answers if self._splits[n] != split]
        if crossing:
            number = min(crossing)
            return Like(number, self._splits[number], False)
        self.keep(seen, split)
        return None

    def look(self, record: Record) -> Seen:
        """Which records that are there have the same given and request, and which the same given and answer."""
        parts = parts_of(record)
        signatures = [signature(p) for p in parts]
        keys = tuple(band_keys(union(*(signatures[p] for p in view))) for view in _VIEWS)
        requests, answers = (
            self._alike(parts, view, index.find(key))
            for view, index, key in zip(_VIEWS, self._indexes, keys, strict=True)
        )
        return Seen(requests, answers, parts, keys)

    def keep(self, seen: Seen, split: str = "") -> None:
        """Add the record that was looked for."""
        for part, values in zip(self._parts, seen.parts, strict=True):
            part.add(values)
        for index, key in zip(self._indexes, seen.keys, strict=True):
            index.add(key)
        self._splits.append(split)

    def _alike(self, parts: tuple[Any, Any, Any], view: tuple[int, int], candidates: set[int]) -> set[int]:
        return {n for n in candidates if all(jaccard(parts[p], self._parts[p][n]) >= self._threshold for p in view)}
