"""Examples for a prompt: verified pairs of request and configuration, written for this project.

``library/*.tf`` holds one pair each; its first line is ``# Request: ...``. Tests plan every one of them. For a prompt
the nearest are chosen lexically: BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over
their requests, plus the resource types that prompt and example share, weighted by how rare these are in the library.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from terraformer.hcl import scan
from terraformer.provider.bundle_search import tokens

__all__ = ["Example", "library", "nearest", "render_examples"]

FOLDER: Final = Path(__file__).parent / "library"
_MARK: Final = "# Request: "
_HEAD: Final = "Examples of requests and answers (for style and structure; their names and values are not yours):"
_K1: Final = 1.2
_B: Final = 0.5


@dataclass(frozen=True, slots=True)
class Example:
    """``types`` are the resource types of the configuration, ``clouds`` the providers' local names."""

    name: str
    request: str
    text: str
    types: frozenset[str]
    clouds: frozenset[str]

    def render(self) -> str:
        return f"Request: {self.request}\n\n```hcl\n{self.text.rstrip()}\n```"


@lru_cache(maxsize=1)
def library() -> tuple[Example, ...]:
    """All examples, by name. Raises ValueError when a file of the library has no request."""
    found = []
    for path in sorted(FOLDER.glob("*.tf")):
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        if not first.startswith(_MARK):
            raise ValueError(f"{path}: the first line must be {_MARK!r} and the request")
        text = rest.lstrip("\n")
        types = scan({"main.tf": text.encode()}).types_in_use().resources
        clouds = frozenset(t.split("_", 1)[0] for t in types)
        found.append(Example(path.stem, first.removeprefix(_MARK).strip(), text, types, clouds))
    return tuple(found)


def nearest(prompt: str, limit: int, types: Sequence[str] = ()) -> list[Example]:
    """At most ``limit`` examples, the nearest first; those that share nothing with the prompt are left out.

    ``types`` are the types that the answer probably consists of, the most important first; without any of the clouds
    that they belong to, an example is not taken. Deterministic.
    """
    examples = library()
    words = [Counter(tokens(e.request)) for e in examples]
    average = sum(w.total() for w in words) / max(1, len(words))
    frequency = Counter(t for w in words for t in w)
    of_types = Counter(t for e in examples for t in e.types)
    clouds = {t.split("_", 1)[0] for t in types if not t.startswith("data.")}
    asked = dict.fromkeys(tokens(prompt[:8_000]))

    def rarity(count: int) -> float:
        return math.log(1 + (len(examples) - count + 0.5) / (count + 0.5))

    scored = []
    for example, counts in zip(examples, words, strict=True):
        if clouds and not clouds & example.clouds:
            continue
        norm = _K1 * (1 - _B + _B * counts.total() / average)
        score = sum(rarity(frequency[t]) * counts[t] * (_K1 + 1) / (counts[t] + norm) for t in asked if counts[t])
        # A type that stands earlier is more surely wanted.
        score += sum(rarity(of_types[t]) / (1 + 0.15 * i) for i, t in enumerate(types) if t in example.types)
        if score > 0:
            scored.append((-score, example.name, example))
    return [example for _, _, example in sorted(scored)[:limit]]


def render_examples(prompt: str, limit: int, *, budget: int, types: Sequence[str] = ()) -> str:
    """The nearest examples as text for a prompt, in at most ``budget`` characters; "" when none fits."""
    parts: list[str] = []
    room = budget - len(_HEAD)
    for example in nearest(prompt, limit * 3, types):
        text = example.render()
        if len(text) + 2 <= room and len(parts) < limit:
            parts.append(text)
            room -= len(text) + 2
    return "\n\n".join([_HEAD, *parts]) if parts else ""
