"""What people call the things of a configuration: by what they are, what they are for, their name, or their address.

A ``Thing`` knows all the ways in which it can be called without being confused with another; whoever asks (a
``Person``) chooses among them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from terraformer.data.mutation.nouns import NOUNS, SERVICES
from terraformer.data.mutation.syntax import HclBlock, Syntax
from terraformer.data.synthesis.wording import plural_of, type_noun

__all__ = ["GENERIC", "Code", "Names", "Person", "Thing", "Words", "label_words", "noun_of"]

GENERIC: Final = frozenset(
    [
        "main",
        "this",
        "default",
        "primary",
        "example",
        "test",
        "foo",
        "bar",
        "my",
        "a",
        "b",
        "c",
        "d",
        "e",
        "f",
        "one",
        "two",
        "resource",
        "pass",
        "fail",
        "item",
        "self",
        "the",
        "res",
    ]
)
"""Labels that tell nothing."""

_NAME_ARGUMENTS: Final = (
    "name", "bucket", "identifier", "cluster_identifier", "function_name", "table_name", "cluster_name", "domain_name",
    "replication_group_id", "cluster_id", "alarm_name", "user_name", "zone_name", "repository_name", "domain",
)  # fmt: skip


@dataclass(frozen=True)
class Code:
    """Text that is a name in the code (a label, a variable's name, an address)."""

    text: str


@dataclass(frozen=True)
class Words:
    """Text that is said as it is."""

    text: str


@dataclass(frozen=True)
class Thing:
    """``forms`` are the ways to call it, best first, each (kind, text): "noun" (the bucket), "label" (the logs bucket),
    "name" (the bucket "acme-logs"), "address" (aws_s3_bucket.logs). ``noun`` is without article."""

    address: str
    noun: str
    number: int = 1
    forms: tuple[tuple[str, str], ...] = ()

    @property
    def plural(self) -> bool:
        return self.number > 1


@dataclass
class Person:
    """Whoever asks: ``exact`` people write addresses; ``quote`` is how they set off names from words ("" for not at
    all). The same thing is called the same way within a request."""

    rng: random.Random
    exact: bool = False
    quote: str = '"'
    ticks: bool = False
    literals: set[str] = field(default_factory=set)
    _called: dict[str, str] = field(default_factory=dict)

    @classmethod
    def drawn(cls, rng: random.Random) -> Person:
        return cls(rng, rng.random() < 0.15, rng.choice(('"', '"', "'", "", "`")), rng.random() < 0.3)

    def call(self, thing: Thing) -> str:
        if thing.address not in self._called:
            self._called[thing.address] = self._chosen(thing)
        return self._called[thing.address]

    def _chosen(self, thing: Thing) -> str:
        forms = dict(thing.forms)
        if self.exact and "address" in forms:
            return self.code(forms["address"])
        weights = {"noun": 5.0, "label": 3.0, "name": 2.5, "address": 0.8}
        kinds = [k for k in forms if k in weights]
        kind = self.rng.choices(kinds, [weights[k] for k in kinds])[0]
        if kind == "name":
            noun, _, name = forms[kind].partition("\x00")
            self.literals.add(name)
            link = self.rng.choice((" ", " ", " named ", " called "))
            return f"the {noun}{link}{self.text(name)}"
        if kind == "address":
            return self.code(forms[kind])
        return forms[kind]

    def code(self, text: str) -> str:
        self.literals.add(text)
        return f"`{text}`" if self.ticks else text

    def text(self, value: str) -> str:
        """A value that is text, set off as this person does."""
        self.literals.add(value)
        quote = self.quote
        if not re.fullmatch(r"[\w.:/@*-]+", value) and quote != "`":
            quote = '"' if '"' not in value else "'"
        return f"{quote}{value}{quote}"

    def value(self, value: Any) -> str:
        """Any value in words."""
        match value:
            case Thing():
                return self.call(value)
            case Code():
                return self.code(value.text)
            case Words():
                return value.text
            case bool():
                return "true" if value else "false"
            case str():
                return self.text(value)
            case list() | tuple():
                parts = [self.value(v) for v in value]
                return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
            case dict():
                return ", ".join(f"{k} = {self.value(v)}" for k, v in value.items())
            case float() if value.is_integer():
                return str(int(value))
        return str(value)


def noun_of(type: str) -> str:
    """What people call a resource of a type ("bucket"), without article."""
    if type in NOUNS:
        return NOUNS[type]
    words = type_noun(type).split(" ")
    service = SERVICES.get(words[0].lower(), words[0])
    rest = words[1:]
    if rest and rest[0].lower() == service.split(" ")[-1].lower():
        rest = rest[1:]
    return " ".join([service, *rest]).strip()


def label_words(label: str) -> str:
    """A label in words, "" where it tells nothing."""
    words = [w for w in re.split(r"[_-]+", label) if w]
    if (
        not words
        or len(words) > 4
        or all(w.lower() in GENERIC or w.isdigit() for w in words)
        or max(map(len, words)) > 14
    ):
        return ""
    return " ".join(words)


class Names:
    """How the blocks of a configuration's root module are called."""

    def __init__(self, syntax: Syntax, instances: Mapping[str, int]) -> None:
        self._syntax = syntax
        self._instances = instances
        self._things: dict[str, Thing] | None = None

    def thing(self, address: str) -> Thing:
        if self._things is None:
            self._things = self._all()
        found = self._things.get(address)
        return found if found is not None else Thing(address, address, 1, (("address", address),))

    def _all(self) -> dict[str, Thing]:
        blocks = [*self._syntax.of("resource"), *self._syntax.of("data")]
        forms: dict[str, list[tuple[str, str]]] = {}
        taken: dict[str, set[str]] = {}
        for block in blocks:
            for kind, text in self._forms(block):
                forms.setdefault(block.address, []).append((kind, text))
                taken.setdefault(text.lower(), set()).add(block.address)
        nouns = [(b.address, self._noun(b)) for b in blocks]
        found: dict[str, Thing] = {}
        for block in blocks:
            noun = self._noun(block)
            number = self._instances.get(block.address, 1)
            clear = [
                (kind, text)
                for kind, text in forms[block.address]
                if len(taken[text.lower()]) == 1
                and not (
                    kind == "noun"
                    and any(a != block.address and (n == noun or n.endswith(f" {noun}")) for a, n in nouns)
                )
            ]
            found[block.address] = Thing(block.address, noun, number, tuple(clear))
        for block in self._syntax.root_blocks:
            if block.kind in ("variable", "output", "module"):
                found[block.address] = Thing(
                    block.address,
                    block.kind,
                    1,
                    (("noun", f"the {block.label} {block.kind}"), ("label", f"the {block.kind} {block.label}")),
                )
        return found

    def _noun(self, block: HclBlock) -> str:
        noun = noun_of(block.type)
        if block.kind == "data":
            return f"{noun} data source"
        return plural_of(noun) if self._instances.get(block.address, 1) > 1 else noun

    def _forms(self, block: HclBlock) -> list[tuple[str, str]]:
        noun = self._noun(block)
        forms = [("noun", f"the {noun}"), ("address", block.address)]
        words = label_words(block.label)
        if words:
            shown = words.lower() if words.islower() else words
            have = {w.lower() for w in re.split(r"[ _-]+", noun)}
            telling = [w for w in shown.split(" ") if w.lower() not in have]
            if telling:
                forms.append(("label", f"the {' '.join(telling)} {noun}"))
        for argument in _NAME_ARGUMENTS:
            name = block.value(argument)
            if isinstance(name, str) and 1 < len(name) <= 60 and block.kind == "resource" and not block.repeated:
                forms.append(("name", f"{noun}\x00{name}"))
                break
        return forms
