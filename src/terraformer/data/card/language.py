"""The linguistic audit: how prompts are worded, and how far that is from how people word theirs.

Everything is measured on words in lower case, punctuation left out. Where two collections are compared, samples of the
smaller one's size are drawn from the larger one (with a fixed seed): distinct n-grams, entropies and divergences all
depend on how much text there is, so that figures of collections of different size say nothing side by side.

Measures: distinct-n (Li et al., "A Diversity-Promoting Objective Function for Neural Conversation Models", 2016), the
share of n-grams that are different from one another; self-repetition (after Salkar et al., "Self-Repetition in
Abstractive Neural Summarizers", 2022), the share of a prompt's 4-grams that another prompt of the sample has too; the
Shannon entropy of openings in bits; the Jensen-Shannon divergence to base 2, from 0 (the same) to 1 (nothing shared).
"""

from __future__ import annotations

import math
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["TRAITS", "Worded", "compare_prompts", "divergence", "entropy", "measure_prompts", "quantiles"]

LENGTHS: Final = (5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200)
"""Upper bounds of the classes of length in words; the last class is open."""
DRAWS: Final = 40
_SAMPLE: Final = 10_000
_TOP: Final = 20


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VERBS: Final = _words_of(
    """add allow apply assign attach authenticate author backup block bring build change code configure connect craft
    create declare decrease define delete deploy describe design disable draft drop enable encrypt ensure establish
    expose extend extract fix generate get give grant harden host implement include increase initialize install
    instantiate introduce invoke keep launch let limit lock make manage migrate modify monitor move open output place
    prepare produce protect provide provision put raise reduce register remove rename repair replace resize restrict
    rewrite rotate route run schedule script secure send set setup show spin split stand start store stream switch tag
    tie turn up update upgrade use write"""
)
_FIRST_PERSON: Final = _words_of("i i'm i'd i've i'll me my mine we we're we'd we've we'll us our ours")
_ASKING: Final = _words_of("how what which can could would will is are do does should may might")
_POLITE: Final = _words_of("please pls kindly thanks thank thx")
_WORD: Final = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d+")
_SENTENCE_END: Final = re.compile(r"[.!?](?=\s|$)|\n+")
_LIST_ITEM: Final = re.compile(r"^\s*(?:[-*•+]|\d+[.)])\s+\S", re.M)
_TYPE: Final = re.compile(r"\b(?:aws|google|azurerm|kubernetes|random|tls)_[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Worded:
    """A prompt and its words."""

    text: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, prompt: str) -> Worded:
        # Equal words are one string: a collection of prompts has few of them.
        words = (sys.intern(w.lower().replace("’", "'")) for w in _WORD.findall(prompt))
        return cls(prompt, tuple(words))


def _imperative(prompt: Worded) -> bool:
    return next((w for w in prompt.words if w not in _POLITE), "") in _VERBS


def _question(prompt: Worded) -> bool:
    return "?" in prompt.text or not _ASKING.isdisjoint(prompt.words[:1])


TRAITS: Final[dict[str, tuple[str, Callable[[Worded], bool]]]] = {
    "imperative": ("begins with a verb that orders", _imperative),
    "question": ("asks", _question),
    "first-person": ("says I, we, my or our", lambda p: not _FIRST_PERSON.isdisjoint(p.words)),
    "polite": ("says please or thanks", lambda p: not _POLITE.isdisjoint(p.words)),
    "lower-case": ("begins in lower case", lambda p: p.text.lstrip()[:1].islower()),
    "list": ("has a list", lambda p: len(_LIST_ITEM.findall(p.text)) > 1),
    "several-lines": ("has several lines", lambda p: "\n" in p.text.strip()),
    "several-sentences": ("has several sentences", lambda p: len(_SENTENCE_END.findall(p.text.strip())) > 1),
    "quotes": ("quotes a name or value", lambda p: bool(re.search(r"[\"'`“‘][^\"'`”’\n]+[\"'`”’]", p.text))),
    "number": ("has a number", lambda p: bool(re.search(r"\d", p.text))),
    "resource-type": ("names a resource type of Terraform", lambda p: _TYPE.search(p.text) is not None),
    "terraform": ("says Terraform", lambda p: "terraform" in p.text.lower()),
}
"""What a prompt may have: key -> (words, test)."""


def measure_prompts(prompts: Sequence[Worded]) -> dict[str, Any]:
    """The measures of one collection; distinct-n and self-repetition on at most 10,000 prompts of it.

    Keys: "prompts", "distinct_prompts", "words" (quantiles), "length_classes", "traits" (shares), "openings" (by number
    of words: distinct, entropy, top), "distinct" (1 to 4), "self_repetition", "vocabulary" (distinct words).
    """
    lengths = [len(p.words) for p in prompts]
    vocabulary: set[str] = set()
    for prompt in prompts:
        vocabulary.update(prompt.words)
    some = _sample(prompts, min(_SAMPLE, len(prompts)), 0)
    return {
        "prompts": len(prompts),
        "distinct_prompts": len({p.text for p in prompts}),
        "words": quantiles(lengths),
        "length_classes": _length_classes(lengths),
        "traits": {name: _share(test(p) for p in prompts) for name, (_, test) in TRAITS.items()},
        "openings": {str(n): _openings(prompts, n) for n in (1, 2, 3)},
        "distinct": {str(n): distinct(some, n) for n in (1, 2, 3, 4)},
        "self_repetition": self_repetition(some),
        "measured_on": len(some),
        "vocabulary": len(vocabulary),
    }


def compare_prompts(prompts: Sequence[Worded], reference: Sequence[Worded]) -> dict[str, Any]:
    """How far a collection is from another one, at equal size.

    "size" of the samples; "measures": for each its value in the reference, and mean and 95% interval over samples of
    the collection; "divergences" (length, first word, first two words, words): to the reference, and of disjoint
    samples of the collection among themselves, which is what chance alone gives; "vocabulary": which share of the
    reference's words (different ones, and running ones) the collection uses anywhere, and its most frequent words that
    the collection never uses.
    """
    size = min(len(prompts), len(reference))
    ours = [_sample(prompts, size, seed) for seed in range(1, DRAWS + 1)]
    theirs = [_sample(reference, size, seed) for seed in range(1, DRAWS + 1)] if size < len(reference) else [reference]
    measures = {}
    for name, measure in _MEASURES.items():
        values = sorted(measure(sample) for sample in ours)
        low, high = values[int(0.025 * len(values))], values[min(len(values) - 1, int(0.975 * len(values)))]
        measures[name] = {
            "reference": _mean([measure(sample) for sample in theirs]),
            "mean": _mean(values),
            "low": round(low, 4),
            "high": round(high, 4),
        }
    divergences = {}
    for name, distribution in _DISTRIBUTIONS.items():
        away = [divergence(distribution(a), distribution(b)) for a in ours for b in theirs]
        pairs = [_halves(prompts, size, seed) for seed in range(1, DRAWS + 1)] if 2 * size <= len(prompts) else []
        chance = [divergence(distribution(a), distribution(b)) for a, b in pairs]
        divergences[name] = {"to_reference": _mean(away), "by_chance": _mean(chance) if chance else None}
    used = {w for p in prompts for w in p.words}
    wanted = Counter(w for p in reference for w in p.words if w.isalpha())
    missing = {w: n for w, n in wanted.items() if w not in used}
    return {
        "size": size,
        "reference_prompts": len(reference),
        "measures": measures,
        "divergences": divergences,
        "vocabulary": {
            "different_words": round(1 - len(missing) / max(1, len(wanted)), 4),
            "running_words": round(1 - sum(missing.values()) / max(1, wanted.total()), 4),
            "missing": [w for w, _ in sorted(missing.items(), key=lambda item: (-item[1], item[0]))[:40]],
        },
    }


# --- measures --------------------------------------------------------------------------------------------------------


def distinct(prompts: Iterable[Worded], n: int) -> float:
    """Different n-grams by all n-grams; 0 without any."""
    grams: Counter[tuple[str, ...]] = Counter()
    for prompt in prompts:
        grams.update(_grams(prompt.words, n))
    return round(len(grams) / grams.total(), 4) if grams else 0.0


def self_repetition(prompts: Sequence[Worded], n: int = 4) -> float:
    """The mean over prompts of the share of their n-grams that another prompt has too."""
    each = [set(_grams(p.words, n)) for p in prompts]
    holders = Counter(gram for grams in each for gram in grams)
    return _mean([sum(holders[g] > 1 for g in grams) / len(grams) for grams in each if grams])


def entropy(counts: Mapping[Any, float]) -> float:
    """In bits."""
    total = sum(counts.values())
    return round(-sum(c / total * math.log2(c / total) for c in counts.values() if c), 4) if total else 0.0


def divergence(a: Mapping[Any, float], b: Mapping[Any, float]) -> float:
    """The Jensen-Shannon divergence of two distributions given by counts, to base 2; 1 when one is empty."""
    total_a, total_b = sum(a.values()), sum(b.values())
    if not total_a or not total_b:
        return float(total_a != total_b)
    found = 0.0
    for key in {*a, *b}:
        p, q = a.get(key, 0) / total_a, b.get(key, 0) / total_b
        middle = (p + q) / 2
        found += (p * math.log2(p / middle) if p else 0.0) + (q * math.log2(q / middle) if q else 0.0)
    return min(1.0, max(0.0, found / 2))


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """Mean, extremes, quartiles, and the 5th and 95th of a hundred; all 0 without values."""
    ordered = sorted(values) or [0]

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    places = {"min": 0.0, "p5": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}
    return {"mean": round(sum(ordered) / len(ordered), 2), **{name: at(share) for name, share in places.items()}}


def _length_classes(lengths: Iterable[int]) -> dict[str, int]:
    counts = Counter(next((f"-{most}" for most in LENGTHS if n <= most), "more") for n in lengths)
    names = [*(f"-{most}" for most in LENGTHS), "more"]
    return {name: counts[name] for name in names}


def _openings(prompts: Sequence[Worded], n: int) -> dict[str, Any]:
    counts = _opening_counts(prompts, n)
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_TOP]
    return {
        "distinct": len(counts),
        "entropy": entropy(counts),
        "top": [[" ".join(words), round(count / max(1, len(prompts)), 4)] for words, count in top],
    }


def _opening_counts(prompts: Iterable[Worded], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(p.words[:n]) for p in prompts)


def _word_counts(prompts: Iterable[Worded]) -> Counter[str]:
    return Counter(w for p in prompts for w in p.words if w.isalpha())


def _grams(words: Sequence[str], n: int) -> Iterable[tuple[str, ...]]:
    return (tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _share(found: Iterable[bool]) -> float:
    values = list(found)
    return round(sum(values) / len(values), 4) if values else 0.0


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _sample(prompts: Sequence[Worded], size: int, seed: int) -> list[Worded]:
    return random.Random(f"audit:{seed}").sample(prompts, size)


def _halves(prompts: Sequence[Worded], size: int, seed: int) -> tuple[list[Worded], list[Worded]]:
    drawn = _sample(prompts, 2 * size, -seed)
    return drawn[:size], drawn[size:]


_MEASURES: Final[dict[str, Callable[[Sequence[Worded]], float]]] = {
    "median words": lambda s: float(quantiles([len(p.words) for p in s])["median"]),
    "mean words": lambda s: quantiles([len(p.words) for p in s])["mean"],
    "distinct-1": lambda s: distinct(s, 1),
    "distinct-2": lambda s: distinct(s, 2),
    "distinct-3": lambda s: distinct(s, 3),
    "distinct-4": lambda s: distinct(s, 4),
    "self-repetition": self_repetition,
    "entropy of the first word": lambda s: entropy(_opening_counts(s, 1)),
    "entropy of the first two words": lambda s: entropy(_opening_counts(s, 2)),
    **{words: (lambda s, test=test: _share(map(test, s))) for words, test in TRAITS.values()},  # type: ignore[misc]
}
_DISTRIBUTIONS: Final[dict[str, Callable[[Sequence[Worded]], Mapping[Any, float]]]] = {
    "length": lambda s: _length_classes(len(p.words) for p in s),
    "first word": lambda s: _opening_counts(s, 1),
    "first two words": lambda s: _opening_counts(s, 2),
    "words": _word_counts,
}
