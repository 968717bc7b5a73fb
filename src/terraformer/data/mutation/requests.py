"""Requests: one to three changes asked for in the ways in which people ask.

Each change brings an imperative (``Say.do``), often a sentence of how things should be (``Say.should``), and at times
some background. They are joined in a voice: an order, a wish in the first person, a question, a list, a paragraph with
its reasons, a ticket, a terse specification, a hurried note. Words that would demand something are never added, but for
one: that the rest stays as it is, which every intent of a change demands.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from terraformer.data.mutation.base import Change
from terraformer.data.mutation.naming import Person
from terraformer.data.synthesis.wording import expand, tidy

__all__ = ["VOICES", "Part", "request_of"]


def capital(text: str) -> str:
    """With a capital first letter, unless it begins with a name from the code."""
    first = text.split(" ", 1)[0]
    return text if re.search(r"[_.`\d](?=.)", first) else text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Part:
    """One change in one person's words."""

    do: str
    should: str
    why: str
    silent: bool


def request_of(changes: Sequence[Change], rng: random.Random, voice: str = "") -> tuple[str, str]:
    """The request for some changes, and its voice (a key of VOICES; drawn where none is given)."""
    drawn = rng.choices(list(VOICES), [weight for weight, _ in VOICES.values()])[0]
    chosen = voice or drawn
    person = Person.drawn(rng)
    parts = [_part(change, person) for change in changes]
    text = VOICES[chosen][1](_Teller(rng, person, parts))
    return tidy(text), chosen


def _part(change: Change, person: Person) -> Part:
    say, rng = change.say, person.rng
    values = dict(say.values or {})
    if change.it is not None:
        values.setdefault("it", change.it)
    plural = change.it is not None and change.it.plural
    agree = {
        "its": "their" if plural else "its",
        "them": "them" if plural else "it",
        "is": "are" if plural else "is",
        "has": "have" if plural else "has",
        "they": "they" if plural else "it",
    }

    def fill(text: str) -> str:
        # Alternatives first, so that what is not said leaves no trace in what this person is known to have written.
        text = expand(text, rng)
        return re.sub(
            r"<(\w+)>",
            lambda m: agree[m[1]] if m[1] in agree and m[1] not in values else person.value(values[m[1]]),
            text,
        )

    why = rng.choice(say.why) if say.why else ""
    return Part(fill(say.do).strip(), fill(say.should).strip(), fill(why).strip(), change.silent)


@dataclass
class _Teller:
    rng: random.Random
    person: Person
    parts: list[Part]

    def one(self, *options: str) -> str:
        return expand(self.rng.choice(options), self.rng)

    @property
    def silent(self) -> bool:
        return all(p.silent for p in self.parts)

    def why(self, share: float) -> str:
        """Background, sometimes, with a blank after it."""
        reasons = [p.why for p in self.parts if p.why]
        return f"{self.rng.choice(reasons)} " if reasons and self.rng.random() < share else ""

    def rest(self, share: float = 0.22) -> str:
        """That the rest stays, sometimes, with a blank before it."""
        if self.rng.random() >= share:
            return ""
        if self.silent and self.rng.random() < 0.8:
            return " " + self.one(
                "{Nothing|No resource} should be {recreated|destroyed or recreated}.",
                "The plan should {show no changes to real infrastructure|not touch any real resource}.",
                "This is {only |just |purely }a {refactoring|cleanup}, the infrastructure must stay as it is.",
                "terraform plan {should|must} not {want to change|change} any infrastructure.",
            )
        return " " + self.one(
            "{Leave|Keep} everything else {as it is|unchanged|untouched}.",
            "{Don't|Please don't|Do not} {touch|change} anything else.",
            "The rest {should stay|stays} {as it is|the same}.",
            "Nothing else should change.",
            "No other changes{ please|}.",
        )

    def sentence(self, part: Part, should: float = 0.35) -> str:
        """A change as a sentence of its own."""
        if part.should and self.rng.random() < should:
            return capital(part.should) + "."
        return capital(part.do) + "."


def _order(t: _Teller) -> str:
    dos = [p.do for p in t.parts]
    if len(dos) == 1:
        return t.sentence(t.parts[0], 0.2) + t.rest()
    if len(dos) == 2 and t.rng.random() < 0.5:
        link = t.one(" and ", ", and ", " and {also|then} ", ", and {also|then} ")
        return capital(f"{dos[0]}{link}{dos[1]}.") + t.rest()
    if len(dos) == 3 and t.rng.random() < 0.4:
        return capital(f"{dos[0]}, {dos[1]}{t.one(' and ', ', and ')}{dos[2]}.") + t.rest()
    text = capital(dos[0]) + "."
    for number, do in enumerate(dos[1:], 2):
        lead = (
            t.one("Also, ", "Also ", "Then ", "", "And ", "Next, ")
            if number < len(dos) or len(dos) == 2
            else t.one("Finally, ", "Also ", "")
        )
        text += " " + capital(f"{lead}{do}.")
    return text + t.rest()


def _wish(t: _Teller) -> str:
    why = t.why(0.45)
    text = ""
    for number, part in enumerate(t.parts):
        if number and t.rng.random() < 0.3 and part.should:
            text += " " + capital(f"{t.one('Also, ', 'In addition, ', '')}{part.should}.")
            continue
        if number == 0:
            lead = t.one(
                "I {need|want|have} to", "We {need|want|have} to", "I'd like to", "We'd like to", "Please",
                "I'd like you to",
                "I would like to", "Please", "{I want|I need} you to", "Can you please", "I was asked to",
            )  # fmt: skip
            end = "?" if lead.startswith("Can") else "."
        else:
            lead, end = (
                t.one(
                    "Please also",
                    "Also please",
                    "We {also need to|also want to|should also}",
                    "I also {need|want} to",
                    "And please",
                ),
                ".",
            )
        text += f" {lead} {part.do}{end}"
    return why + text.strip() + t.rest()


def _question(t: _Teller) -> str:
    first = t.parts[0]
    opening = t.one(
        "{Can|Could} you", "Could you please", "{Can|Could} you", "How {do|can|would} I", "Is it possible to",
        "What {do|would} I have to change to", "Would you", "How can we",
    )  # fmt: skip
    dos = [p.do for p in t.parts]
    if len(dos) == 2 and t.rng.random() < 0.5:
        return f"{t.why(0.3)}{opening} {dos[0]} and {dos[1]}?" + t.rest(0.15)
    text = f"{t.why(0.3)}{opening} {first.do}?"
    for part in t.parts[1:]:
        if part.should and t.rng.random() < 0.5:
            text += f" {t.one('And ', 'Also, ')}{part.should}."
        else:
            text += f" {t.one('Please also', 'And please', 'I also need to', 'I also want to')} {part.do}."
    return text + t.rest(0.15)


def _list(t: _Teller) -> str:
    one = len(t.parts) == 1
    head = t.one(
        "Please make the following change#:", "Change# needed:", "{To do|TODO}:", "Requested change#:",
        "I need the following change#:", "Update the configuration:", "{What has to change|What should change}:",
    ).replace("#", "" if one else "s")  # fmt: skip
    bullet = t.rng.choice(("- ", "- ", "* ", "• "))
    numbered = not one and t.rng.random() < 0.3
    lines = [head]
    for number, part in enumerate(t.parts, 1):
        mark = f"{number}. " if numbered else bullet
        text = part.should if part.should and t.rng.random() < 0.25 else part.do
        lines.append(mark + (capital(text) if t.rng.random() < 0.5 else text))
    rest = t.rest(0.3).strip()
    if rest:
        lines.append(
            (f"{len(t.parts) + 1}. " if numbered else bullet) + rest.rstrip(".") if t.rng.random() < 0.5 else rest
        )
    return "\n".join(lines)


def _background(t: _Teller) -> str:
    why = t.why(1.0) or t.one(
        "We are cleaning up our Terraform code. ", "This came up in {a|the last} {review|code review}. ",
        "I took over this configuration from a colleague. ", "Our platform team has a few new rules. ",
        "I'm not very familiar with Terraform. ", "We are getting this stack ready for a review. ",
        "This is the configuration that we run today. ",
    )  # fmt: skip
    text = ""
    for number, part in enumerate(t.parts):
        if part.should and t.rng.random() < 0.45:
            text += " " + capital(part.should) + "."
            continue
        lead = (
            t.one(
                "Please",
                "So please",
                "Could you please",
                "Therefore, please",
                "So I'd like to",
                "That's why we have to",
                "What I need is to",
            )
            if number == 0
            else t.one("Please also", "While you are at it,", "At the same time,", "We also have to", "And please")
        )
        text += f" {lead} {part.do}{'?' if lead.startswith('Could') else '.'}"
    return why + text.strip() + t.rest(0.35)


def _ticket(t: _Teller) -> str:
    """A title and a description, as in an issue tracker."""
    title = capital(t.parts[0].do)
    if len(title) > 110 or "\n" in title:
        return _background(t)
    body = [capital(p.should or p.do) + "." for p in t.parts[1:]]
    if t.parts[0].should and t.parts[0].should.lower() != t.parts[0].do.lower():
        body.insert(0, capital(t.parts[0].should) + ".")
    why = t.why(0.7).strip()
    rest = t.rest(0.4).strip()
    text = " ".join(x for x in (why, *body, rest) if x)
    label = t.one("", "", "[infra] ", "[terraform] ", "Task: ", "Change request: ")
    return f"{label}{title}\n\n{text}" if text else f"{label}{title}"


def _specification(t: _Teller) -> str:
    opening = t.one(
        "{Modify|Update|Change} the {Terraform |given |existing |}configuration {as follows|like this}:",
        "{Modify|Update|Change|Edit} the {existing |given |}Terraform {code|configuration} {to|so as to}",
        "In the {given|existing|attached} {Terraform |}configuration,",
    )  # fmt: skip
    dos = [p.do for p in t.parts]
    if opening.endswith(":"):
        return f"{opening} {'; '.join(dos)}." + t.rest(0.4)
    shoulds = [p.should for p in t.parts]
    if opening.endswith(("to", "as to")) and all(shoulds) and t.rng.random() < 0.4:
        return re.sub(r" (so as )?to$", " so that", opening) + f" {' and '.join(shoulds)}." + t.rest(0.4)
    joined = dos[0] if len(dos) == 1 else f"{', '.join(dos[:-1])} and {dos[-1]}"
    return f"{opening} {joined}." + t.rest(0.4)


def _note(t: _Teller) -> str:
    """Hurried: lower case, short forms, a slip of the keyboard here and there."""
    dos = [p.do for p in t.parts]
    text = t.one("", "pls ", "please ", "quick one: ", "hey, can you ", "need to ", "small change: ") + t.rng.choice(
        (", ", " + ", "; ", " and ")
    ).join(dos)
    if text.startswith("hey"):
        text += "?"
    if t.rng.random() < 0.15:
        text += t.one(" thx", " thanks") if text.endswith("?") else t.one(", nothing else", ", rest stays", ". thx")
    literals = sorted((x for x in t.person.literals if len(x) > 2), key=len, reverse=True)
    known = "|".join(rf"(?<!\w){re.escape(x)}(?!\w)" for x in literals)
    kept = r"\"[^\"]*\"|'[^']*'|`[^`]*`|\b\S*[_.:/\d=]\S*|\b\w*[a-z][A-Z]\w*|\b[A-Z]\w+-[A-Z]\w+"
    pieces = re.split(rf"({known + '|' if known else ''}{kept})", text)
    return "".join(p if n % 2 else _hurried(p.lower(), t.rng) for n, p in enumerate(pieces))


_SHORT: Final = {
    "with": "w/",
    "without": "w/o",
    "configuration": "config",
    "environment": "env",
    "because": "bc",
    "variable": "var",
}


def _hurried(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    for n, word in enumerate(words):
        if len(word) > 5 and word.isalpha() and rng.random() < 0.04:
            at = rng.randrange(1, len(word) - 2)
            words[n] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(_SHORT.get(w, w) if rng.random() < 0.35 else w for w in words)


VOICES: Final[dict[str, tuple[float, Callable[[_Teller], str]]]] = {
    "order": (6, _order),
    "wish": (4, _wish),
    "question": (2, _question),
    "list": (1.3, _list),
    "background": (2, _background),
    "ticket": (0.8, _ticket),
    "specification": (1.6, _specification),
    "note": (1.3, _note),
}
"""Each voice with its weight."""
