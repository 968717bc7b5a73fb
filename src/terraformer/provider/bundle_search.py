"""Lexical search over resource and data source types: BM25 over fields, from an index built with the bundle.

A type's document has the words of its name (weight 6), its aliases and service's name in the aliases table (5), its
summary (2), its top-level attribute and block names (1) and the names inside its blocks (0.5, first two levels).
Scoring is BM25F: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with field
weights folded into one term frequency. A small prior prefers the types that are written most.
Not covered: typing errors, synonyms that the aliases table does not have, languages other than English.

Index section: ``{"docs": [[kind, type, length], ...], "terms": "a\\nb", "ends": [..]}`` as one JSON line, then for
every term its postings: document numbers (u16) and weights in quarters (u8), as two arrays.
"""

from __future__ import annotations

import json
import math
import re
import struct
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from terraformer.provider.schema import Block, ResourceSchema

__all__ = ["SearchIndex", "build_index", "tokens"]

ALIAS_WEIGHT: Final = 4.0
K1: Final = 1.2
B: Final = 0.35  # long documents are types with many arguments: a mild normalisation serves best
_WORD = re.compile(r"[a-z]+\d*[a-z]*|\d+")
_STOP_WORDS: Final = """
a about after all also an and any are as at be been but by can could create created creates creating define do each
ensure for from had has have i if in into is it its make me my need needs new no not of on one only or our provision
provisions set setup should so some such sure terraform that the their them then there these they this to up us use used
using want was we when where which will with would write you your
"""
_STOP: Final = frozenset(_STOP_WORDS.split())


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ns", "ws", "ks")):
        return word[:-1]
    return word


def tokens(text: str) -> list[str]:
    """Lower-case words, stop words dropped, plurals cut. Underscores and punctuation part words."""
    return [_stem(w) for w in _WORD.findall(text.lower().replace("'s ", " ")) if w not in _STOP]


@dataclass(frozen=True, slots=True)
class _Aliases:
    """The hand-made table: what people say (as tokens, blanks around) -> (kind, type, weight); how common types are."""

    phrases: tuple[tuple[str, tuple[tuple[str, str, float], ...]], ...]
    popular: Mapping[str, int]


@lru_cache(maxsize=1)
def _aliases() -> _Aliases:
    text = (Path(__file__).parent / "search_aliases.json").read_text(encoding="utf-8")
    table = json.loads(text)
    phrases = []
    for phrase, targets in table["phrases"].items():
        found = []
        for target, weight in targets.items():
            kind, _, bare = target.rpartition(" ")
            found.append((kind or "resource", bare, float(weight)))
        phrases.append((f" {' '.join(tokens(phrase))} ", tuple(found)))
    return _Aliases(tuple(phrases), table["popular"])


def _names(block: Block, depth: int, weight: float, into: dict[str, float]) -> None:
    for name in (*block.attributes, *block.blocks):
        if name in ("id", "arn", "tags", "tags_all", "region", "timeouts"):
            continue
        for token in tokens(name.replace("_", " ")):
            into[token] = into.get(token, 0.0) + weight
    if depth:
        for nested in block.blocks.values():
            _names(nested.block, depth - 1, weight / 2, into)


def build_index(
    schemas: Mapping[tuple[str, str], ResourceSchema],
    docs: Mapping[tuple[str, str], Mapping[str, str]],
) -> bytes:
    """The index section's bytes for the resource and data source types of one bundle."""
    keys = sorted(k for k in schemas if k[0] in ("resource", "data"))
    postings: dict[str, list[tuple[int, int]]] = {}
    table = []
    for number, (kind, name) in enumerate(keys):
        weights: dict[str, float] = {}
        for token in tokens(name.split("_", 1)[-1].replace("_", " ")):
            weights[token] = weights.get(token, 0.0) + 6.0
        for token in tokens(docs.get((kind, name), {}).get("", "")[:300]):
            weights[token] = weights.get(token, 0.0) + 2.0
        inner: dict[str, float] = {}
        _names(schemas[kind, name].block, 1, 1.0, inner)
        for token, weight in inner.items():
            weights[token] = weights.get(token, 0.0) + min(weight, 3.0)
        for token, weight in weights.items():
            postings.setdefault(token, []).append((number, min(255, max(1, round(weight * 4)))))
        table.append([kind, name, round(sum(weights.values()))])
    terms = sorted(postings)
    ends: list[int] = []
    numbers, scores = array("H"), array("B")
    for term in terms:
        for number, score in postings[term]:
            numbers.append(number)
            scores.append(score)
        ends.append(len(numbers))
    head = json.dumps({"docs": table, "terms": "\n".join(terms), "ends": ends}, separators=(",", ":")).encode()
    return b"".join([struct.pack("<II", len(head), len(numbers)), head, _little(numbers), scores.tobytes()])


def _little(numbers: array[int]) -> bytes:
    import sys

    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


class SearchIndex:
    """The index of one bundle."""

    def __init__(self, data: bytes) -> None:
        length, count = struct.unpack_from("<II", data)
        head = json.loads(data[8 : 8 + length])
        self.docs: list[list[Any]] = head["docs"]
        names = head["terms"].split("\n") if head["terms"] else []
        ends: list[int] = head["ends"]
        self.terms = {t: (ends[i - 1] if i else 0, ends[i]) for i, t in enumerate(names)}
        self.numbers = array("H")
        self.numbers.frombytes(_little_in(data[8 + length : 8 + length + 2 * count]))
        self.scores = data[8 + length + 2 * count :]
        self.average = sum(d[2] for d in self.docs) / max(1, len(self.docs))
        self.by_name = {(d[0], d[1]): i for i, d in enumerate(self.docs)}

    def search(self, query: str, kinds: Sequence[str]) -> Iterable[tuple[float, str, str]]:
        """(score, kind, type) of every type that shares a word or alias with the query, unsorted."""
        found: dict[int, float] = {}
        words = tokens(query.replace("_", " "))
        for token in dict.fromkeys(words):
            span = self.terms.get(token)
            if span is None:
                continue
            start, end = span
            idf = math.log(1 + (len(self.docs) - (end - start) + 0.5) / (end - start + 0.5))
            for i in range(start, end):
                number = self.numbers[i]
                tf = self.scores[i] / 4
                norm = K1 * (1 - B + B * self.docs[number][2] / self.average)
                found[number] = found.get(number, 0.0) + idf * tf * (K1 + 1) / (tf + norm)
        table = _aliases()
        text = " " + " ".join(words) + " "
        for phrase, targets in table.phrases:
            if phrase in text:
                for kind, bare, weight in targets:
                    place = self.by_name.get((kind, bare))
                    if place is not None:
                        found[place] = found.get(place, 0.0) + ALIAS_WEIGHT * weight
        popular = table.popular
        for number, score in found.items():
            kind, name, _ = self.docs[number]
            if kind in kinds:
                prior = 1.0 + 0.25 * popular.get(name, 0)
                yield (score * prior * (1.0 if kind == "resource" else 0.7), kind, name)


def _little_in(data: bytes) -> bytes:
    import sys

    if sys.byteorder == "big":
        numbers = array("H", data)
        numbers.byteswap()
        return numbers.tobytes()
    return data
