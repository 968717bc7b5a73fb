"""MinHash with locality sensitive hashing over sets of features; candidates are checked by their exact similarity.

Broder, "On the resemblance and containment of documents" (1997), with the banding of Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", chapter 3. 96 hash functions in 12 bands of 8 rows: a pair of Jaccard similarity 0.9 is a
candidate with probability 0.998, one of 0.85 with 0.97, of 0.8 with 0.89. The hash functions are fixed, so that what
is found depends on the records and their order alone, whatever versions of libraries are installed.

Needs numpy (it comes with the extra ``data``).
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Collection, Iterator
from typing import Any, Final

from terraformer.errors import UsageError

__all__ = ["BANDS", "ROWS", "Index", "hashes", "jaccard", "signature", "union"]

BANDS: Final = 12
ROWS: Final = 8
_EMPTY: Final = 0xFFFFFFFF


def numpy() -> Any:
    """Raises UsageError without numpy."""
    try:
        return importlib.import_module("numpy")
    except ImportError as error:
        raise UsageError(
            f"near duplicates need numpy, which is not installed: pip install 'terraformer-iac[data]' ({error})"
        ) from error


def _functions() -> tuple[Any, Any]:
    """Multipliers and offsets of the hash functions: odd 64-bit numbers from a fixed splitmix64 sequence."""
    np = numpy()
    state, drawn = 0x7E44AF0E4, []
    for _ in range(2 * BANDS * ROWS):
        state = (state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        drawn.append((z ^ (z >> 31)) | 1)
    both = np.array(drawn, dtype=np.uint64)
    return both[: BANDS * ROWS, None], both[BANDS * ROWS :, None]


_FUNCTIONS: list[Any] = []


def hashes(features: Collection[str]) -> Any:
    """The features as sorted distinct 32-bit numbers (uint32 array)."""
    np = numpy()
    return np.unique(np.fromiter((zlib.crc32(f.encode()) for f in features), np.uint32, len(features)))


def signature(features: Any) -> Any:
    """The minima of a set of hashed features under all hash functions (uint32 array of BANDS * ROWS)."""
    np = numpy()
    if not _FUNCTIONS:
        _FUNCTIONS.extend(_functions())
    if not len(features):
        return np.full(BANDS * ROWS, _EMPTY, np.uint32)
    a, b = _FUNCTIONS
    return ((a * features.astype(np.uint64)[None, :] + b) >> np.uint64(32)).min(axis=1).astype(np.uint32)


def union(*signatures: Any) -> Any:
    """The signature of the union of sets with these signatures."""
    return numpy().minimum.reduce(signatures)


def jaccard(a: Any, b: Any) -> float:
    """Of two arrays from ``hashes``; 1 for two empty ones."""
    np = numpy()
    if not len(a) or not len(b):
        return 1.0 if len(a) == len(b) else 0.0
    places = np.searchsorted(b, a)
    places[places == len(b)] = 0
    shared = int((b[places] == a).sum())
    return shared / (len(a) + len(b) - shared)


class Index:
    """Signatures by number (0, 1, 2, ... in the order in which they are added), to be found by likeness.

    About 100 bytes a signature: for each band its hash, and the number of the one before in the same slot.
    """

    def __init__(self) -> None:
        self._np = numpy()
        self._count = 0
        self._keys: Any = None
        self._before: Any = None
        self._heads: Any = None
        self._grow(1 << 10)

    def __len__(self) -> int:
        return self._count

    def find(self, keys: Any) -> set[int]:
        """The numbers of those that share a band; ``keys`` from ``band_keys``."""
        found: set[int] = set()
        mask = self._heads.shape[1] - 1
        for band in range(BANDS):
            key = int(keys[band])
            heads, befores, known = self._heads[band], self._before[band], self._keys[band]
            number = int(heads[key & mask])
            while number >= 0:
                if int(known[number]) == key:
                    found.add(number)
                number = int(befores[number])
        return found

    def add(self, keys: Any) -> int:
        if self._count == self._keys.shape[1]:
            self._grow(self._count * 2)
        number = self._count
        mask = self._heads.shape[1] - 1
        bands = self._np.arange(BANDS)
        slots = keys & mask
        self._keys[:, number] = keys
        self._before[:, number] = self._heads[bands, slots]
        self._heads[bands, slots] = number
        self._count += 1
        return number

    def _grow(self, size: int) -> None:
        np = self._np
        keys = np.zeros((BANDS, size), np.uint32)
        before = np.full((BANDS, size), -1, np.int32)
        heads = np.full((BANDS, size), -1, np.int32)
        if self._count:
            keys[:, : self._count] = self._keys[:, : self._count]
            for band in range(BANDS):
                slots = keys[band, : self._count] & (size - 1)
                order = np.argsort(slots, kind="stable")
                same = slots[order][1:] == slots[order][:-1]
                before[band, order[1:][same]] = order[:-1][same]
                heads[band, slots[order]] = order  # the last of a slot stays
        self._keys, self._before, self._heads = keys, before, heads


def band_keys(signature: Any) -> Any:
    """One 32-bit number for each band (uint32 array of BANDS)."""
    np = numpy()
    return np.array([zlib.crc32(row.tobytes()) for row in signature.reshape(BANDS, ROWS)], np.uint32)


class Sets:
    """Many arrays from ``hashes`` one behind the other in one buffer."""

    def __init__(self) -> None:
        self._np = numpy()
        self._values = self._np.zeros(1 << 16, self._np.uint32)
        self._ends: Any = self._np.zeros(1 << 10, self._np.int64)
        self._count = 0

    def add(self, values: Any) -> int:
        np = self._np
        start = int(self._ends[self._count - 1]) if self._count else 0
        while start + len(values) > len(self._values):
            self._values = np.concatenate([self._values, np.zeros_like(self._values)])
        if self._count == len(self._ends):
            self._ends = np.concatenate([self._ends, np.zeros_like(self._ends)])
        self._values[start : start + len(values)] = values
        self._ends[self._count] = start + len(values)
        self._count += 1
        return self._count - 1

    def __getitem__(self, number: int) -> Any:
        if not 0 <= number < self._count:
            raise IndexError(number)
        start = int(self._ends[number - 1]) if number else 0
        return self._values[start : int(self._ends[number])]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return (self[n] for n in range(self._count))
