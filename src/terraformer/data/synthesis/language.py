"""Prompts: one scenario said in the ways in which people say such things.

A prompt is made of *items* (said nodes with their modifiers) put into one of several *voices*: a terse order, a request in
the first person, a question, a list, a paragraph with background, a specification by resource names, a hurried note.
All voices say the same demands, each at least once; which words and which order is chance. Words that would demand
something are never added.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from terraformer.data.synthesis.expressions import Expression, Ref
from terraformer.data.synthesis.scenario import Body, Node, Say, Scenario, Setting
from terraformer.data.synthesis.wording import (
    ORDINALS,
    article_of,
    capital,
    expand,
    joined,
    plural_of,
    tidy,
    type_noun,
    usable,
)

__all__ = ["VOICES", "prompt_of", "voice_of"]

_NAMING: Final = ("named ", "called ", "with the name ")
_KIND: Final = ("of type ", "of class ", "on db.")
_NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}


_GUARD: Final = str.maketrans("{|}", "\x01\x02\x03")
_UNGUARD: Final = str.maketrans("\x01\x02\x03", "{|}")
"""Braces and bars of values are no alternatives."""


@dataclass
class _Modifier:
    """One said setting or feature, its forms filled in."""

    np: str = ""
    do: str = ""
    that: str = ""
    post: str = ""


@dataclass
class _Item:
    """One said node with what is said of it."""

    node: Node
    noun: str
    number: int
    post: list[str] = field(default_factory=list)
    modifiers: list[_Modifier] = field(default_factory=list)


def prompt_of(scenario: Scenario, seed: int, voice: str | None = None) -> str:
    """A prompt for the scenario. The same seed gives the same words. ``voice`` is a key of VOICES."""
    rng = random.Random(f"{scenario.blueprint}:{scenario.seed}:words:{seed}")
    drawn = rng.choices(list(VOICES), [weight for weight, _ in VOICES.values()])[0]
    chosen = voice or drawn
    teller = _Teller(scenario, rng)
    text = VOICES[chosen][1](teller)
    return tidy(text)


def voice_of(scenario: Scenario, seed: int) -> str:
    """The voice that ``prompt_of`` draws for this seed."""
    rng = random.Random(f"{scenario.blueprint}:{scenario.seed}:words:{seed}")
    return rng.choices(list(VOICES), [weight for weight, _ in VOICES.values()])[0]


class _Teller:
    def __init__(self, scenario: Scenario, rng: random.Random) -> None:
        self.scenario, self.rng = scenario, rng
        self.exact = rng.random() < 0.2  # this person writes argument names
        self.by_type = rng.random() < 0.15  # this person writes resource types
        self._nouns: dict[Node, str] = {}
        self.literals: set[str] = set()  # values as they were written, never to be changed
        self.items = self._items()

    def say(self, text: str, **values: str) -> str:
        for name, value in values.items():
            text = text.replace(f"<{name}>", value.translate(_GUARD))
        return expand(text, self.rng).translate(_UNGUARD)

    # --- items -------------------------------------------------------------------------------------------------------

    def _items(self) -> list[_Item]:
        items: dict[Node, _Item] = {}
        for node in self.scenario.said_nodes:
            owner = self._owner(node)
            if owner is not None and owner in items and node.say is not None:
                item = items[owner]
                if not node.say.implied:
                    item.modifiers.append(self._modifier(node.say, None))
                self._add_settings(node, item, feature=True)
            else:
                item = items[node] = _Item(node, self._noun(node), node.instances)
                self._add_settings(node, item, feature=False)
        return _merged(items.values())

    def _owner(self, node: Node) -> Node | None:
        owner = node.feature_of
        while owner is not None and owner.feature_of is not None and owner.say is not None:
            owner = owner.feature_of
        return owner

    def _noun(self, node: Node) -> str:
        """What this person calls the thing: the same word most of the time."""
        if node not in self._nouns or (node.noun and not self.by_type and self.rng.random() < 0.1):
            self._nouns[node] = self._new_noun(node)
        return self._nouns[node]

    def _new_noun(self, node: Node) -> str:
        alone = sum(n.type == node.type and n.say is None for n in self.scenario.said_nodes) <= 1
        if self.by_type and (node.say is not None or not node.noun or (alone and not _telling(node))):
            return f"{node.type}{' data source' if node.mode == 'data' else self.rng.choice((' resource', ''))}"
        return self.say(node.noun) if node.noun else type_noun(node.type)

    def _add_settings(self, body: Body, item: _Item, *, feature: bool) -> None:
        for entry in body.items:
            if isinstance(entry, Setting):
                if not entry.said or entry.say is None or entry.say.implied:
                    continue
                modifier = self._modifier(entry.say, entry)
                if modifier.post and not feature:
                    item.post.append(modifier.post)
                elif modifier.post and not (modifier.np or modifier.do or modifier.that):
                    item.modifiers.append(_Modifier(np=f"{self._noun(entry_node(body))} {modifier.post}"))
                else:
                    item.modifiers.append(modifier)
            else:
                block = entry[1]
                if block.said and block.say is not None and not block.say.implied:
                    item.modifiers.append(self._modifier(block.say, None))
                self._add_settings(block, item, feature=feature)
        if isinstance(body, Node) and body.label_said:
            item.post.append(
                self.say('{labelled|with the label|with the resource name|(Terraform name)} "<v>"', v=body.label)
            )

    def _modifier(self, say: Say, setting: Setting | None) -> _Modifier:
        value = say.value or (self.value(setting.value) if setting is not None else "")
        it = self._it(setting.value) if setting is not None else ""
        if (
            self.exact
            and setting is not None
            and not isinstance(setting.value, (Expression, dict, list))
            and not say.post
            and say.demand is None
        ):
            name = ".".join(setting.path[-2:])  # "mode" alone would tell nothing
            forms = (
                "{<n> set to <v>|<n> = <v>}"
                if isinstance(setting.value, bool)
                else "{<n> set to <v>|<n> = <v>|<n> of <v>}"
            )
            return _Modifier(
                np=self.say(forms, n=name, v=self.exact_value(setting.value)),
                do=self.say("set <n> to <v>", n=name, v=self.exact_value(setting.value)),
            )
        return _Modifier(
            *(self.say(form, v=value, it=it).strip() if form else "" for form in (say.np, say.do, say.that, say.post))
        )

    def value(self, value: Any) -> str:
        """A value in words."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            self.literals.add(value)
            if re.fullmatch(r"[\d.]+(/\d+)?|[0-9a-f:]*::/?\d*", value):  # addresses: bare, as people write them
                quote = self.rng.choice(("", "", "", '"'))
            else:
                quote = self.rng.choice(('"', '"', "'", "")) if re.fullmatch(r"[\w.-]+", value) else '"'
            return f"{quote}{value}{quote}"
        if isinstance(value, (list, tuple)):
            return joined([self.value(v) for v in value])
        if isinstance(value, dict):
            self.literals.update(value)
            return joined([f"{k} = {self.value(v)}" for k, v in value.items()])
        return str(value)

    def exact_value(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return f'"{value}"' if isinstance(value, str) else str(value)

    def _it(self, value: Any) -> str:
        """The thing that a reference leads to, as something already known or yet to come."""
        if isinstance(value, list) and value:
            value = value[0]
        if not isinstance(value, Ref):
            return ""
        node = value.node
        noun = plural_of(self._noun(node)) if value.every and node.instances > 1 else self._noun(node)
        if node.name is not None and node.name.said and isinstance(node.name.value, str) and self.rng.random() < 0.4:
            return f"the {noun} {self.value(node.name.value)}"
        same = [
            n
            for n in self.scenario.said_nodes
            if n.type == node.type and (noun.startswith(node.type) or n.noun == node.noun)
        ]
        role = node.role.replace("_", " ")
        if len(role) == 1 and role in "abcdef":  # subnets "a" and "b"
            role = ORDINALS["abcdef".index(role)]
        if len(same) > 1 and role and f" {role} ".lower() not in f" {noun} ".lower():
            return f"the {role} {noun}"
        return f"the {noun}"

    # --- phrases -----------------------------------------------------------------------------------------------------

    def phrase(self, item: _Item, *, article: bool = True) -> str:
        """The node with what follows its noun at once ("an S3 bucket named logs in ...")."""
        noun = item.noun
        if item.number > 1:
            count = _NUMBERS.get(item.number, str(item.number)) if self.rng.random() < 0.7 else str(item.number)
            head = f"{count} {plural_of(noun)}"
        elif article:
            head = f"{article_of(noun)} {noun}"
        else:
            head = noun
        return " ".join(
            [head, *sorted(item.post, key=lambda p: 0 if p.startswith(_NAMING) else 1 if p.startswith(_KIND) else 2)]
        )

    def nps(self, item: _Item) -> list[str]:
        return [m.np or (f"it should {m.do}" if m.do and not m.that else "") or "" for m in item.modifiers]

    def clause(self, item: _Item) -> str:
        """Everything about an item in one noun phrase."""
        withs: list[str] = []
        thats: list[str] = []
        for m in item.modifiers:
            if m.np and (item.number > 1 or not (m.that and self.rng.random() < 0.5)):  # "two queues that keeps"
                withs.append(m.np)
            elif m.that:
                thats.append(m.that)
            elif m.do:
                thats.append(f"is set up to {m.do}")
            elif m.post:
                withs.append(m.post)
        text = self.phrase(item)
        last = item.post[-1] if item.post else ""
        if withs and last.startswith("with ") and text.endswith(last) and not (thats and last.startswith(_NAMING)):
            # "with CIDR 10.0.0.0/16 and DNS hostnames enabled" rather than two times "with"
            text = text.removesuffix(f" {last}")
            withs.insert(0, last.removeprefix("with "))
        if withs and thats and self.rng.random() < 0.6:
            return f"{text} that {joined(thats)}, with {joined(withs)}"
        if withs:
            text += f" with {joined(withs)}"
        if thats:
            text += f"{' and' if withs else ''} that {joined(thats)}"
        return text

    def sentences(self, item: _Item) -> list[str]:
        """What is said of an item after it was named, a sentence each or two together."""
        found: list[str] = []
        pronoun = "They" if item.number > 1 else "It"
        verb = ("have", "need") if item.number > 1 else ("has", "needs")
        for m in item.modifiers:
            options: list[str] = []
            if m.do:
                options += [capital(m.do) + ".", f"Make sure to {m.do}."]
                if not re.search(r"^set |\b(it|them)\b", m.do):  # not "It should encrypt it", "It should set the ..."
                    options.append(f"{pronoun} should {m.do}.")
            if m.that:
                options.append(f"{pronoun} {m.that}." if item.number == 1 else f"Each one {m.that}.")
            if m.np:
                options += [
                    f"{pronoun} should have {m.np}.",
                    f"Make sure it has {m.np}." if item.number == 1 else f"Make sure they have {m.np}.",
                    f"{pronoun} {verb[1]} {m.np}.",
                ]
                if usable(m.np):
                    options.append(f"Use {m.np}.")
            if m.post and not options:
                options.append(f"{pronoun} should be {m.post}.")
            found.append(self.rng.choice(options))
        return found

    def extras(self) -> list[str]:
        """Outputs, variables and the region, as sentences."""
        found: list[str] = []
        s = self.scenario
        if s.region_said:
            found.append(
                self.say(
                    "{Use the <r> region|Everything goes into <r>|Region: <r>|Deploy {it |this |}{in|to} <r>}",
                    r=s.region,
                )
                + "."
            )
        for v in s.variables:
            if v.said:
                found.append(
                    self.say('{Declare|Add|Use} a{n input|} variable {"<n>"|<n>|called <n>}', n=v.name)
                    + (f" for {self.say(v.purpose)}" if v.purpose else "")
                    + "."
                )
        for o in s.outputs:
            if o.said:
                found.append(
                    self.say(
                        "{Output <w> as|Export <w> as|Add an output for <w>, {named|called}|Expose <w> in an output {named|called}}"
                        ' {"<n>"|<n>}',
                        w=self.say(o.say),
                        n=o.name,
                    )
                    + "."
                )
        return found


# --- voices -----------------------------------------------------------------------------------------------------------


def _order(t: _Teller) -> str:
    """A terse order in one or few sentences."""
    opening = t.say("{Create|Set up|Provision|Create|Define|Build|Make|Add|Generate|Deploy|Configure}")
    clauses = [t.clause(i) for i in t.items]
    if len(clauses) <= 2 or (len(clauses) == 3 and t.rng.random() < 0.5):
        text = f"{opening} {joined(clauses)}."
    else:
        text = f"{opening} {clauses[0]}."
        rest = clauses[1:]
        while rest:
            take = t.rng.randint(1, min(2, len(rest)))
            part, rest = rest[:take], rest[take:]
            text += (
                " "
                + t.say("{Also {create|add}|Add|Then {add|create}|Include|There should also be|Also set up}")
                + f" {joined(part)}."
            )
    return " ".join([text, *t.extras()])


def _request(t: _Teller) -> str:
    """In the first person."""
    opening = t.say(
        "{I need|I want|We need|I'd like|I would like to have|We want to set up|We're looking for|I have to set up|I need Terraform for"
        "|Please write Terraform {code |}for|Please {create|give me}}"
    )
    first = t.items[0]
    parts = [f"{opening} {t.phrase(first)}{(' ' + t.scenario.purpose) if t.scenario.purpose else ''}."]
    parts += t.sentences(first)
    for item in t.items[1:]:
        lead = t.say("{We also need|I also need|There should {also |}be|Next to it, {add|I want}|It comes with|Plus}")
        if t.rng.random() < 0.5:
            parts.append(f"{lead} {t.clause(item)}.")
        else:
            parts.append(f"{lead} {t.phrase(item)}.")
            parts += t.sentences(item)
    return " ".join([*parts, *t.extras()])


def _question(t: _Teller) -> str:
    opening = t.say(
        "{How {do|can|would} I {create|set up|define}|Can you {give me|define|create}|Could you {write the Terraform for|set up|give me}|"
        "What does the Terraform look like for|What would {the |}Terraform {code |}be for}"
    )
    first, rest = t.items[0], t.items[1:]
    ending = t.say("{| in Terraform| with Terraform}") if "Terraform" not in opening else ""
    parts = [f"{opening} {t.clause(first)}{ending}?"]
    parts += [t.say("{It should come with|I also want|And|There must also be}") + f" {t.clause(i)}." for i in rest]
    return " ".join([*parts, *t.extras()])


def _list(t: _Teller) -> str:
    head = t.say(
        "{Terraform for|Please create|I need|Resources|Requirements|Set up the following|Create these resources}:"
    )
    bullet = t.rng.choice(("- ", "* ", "- ", "• "))
    lines = [head]
    numbered = t.rng.random() < 0.2
    for number, item in enumerate(t.items, 1):
        mark = f"{number}. " if numbered else bullet
        lines.append(mark + t.phrase(item, article=t.rng.random() < 0.5))
        for m in item.modifiers:
            lines.append("  " + bullet + (m.np or m.do or m.that or m.post))
    lines += [bullet + e.rstrip(".") for e in t.extras()]
    return "\n".join(lines)


def _background(t: _Teller) -> str:
    purpose = t.scenario.purpose
    opening = t.say(
        "{We are moving our infrastructure to code.|Our team is setting up a new environment.|I'm new to Terraform, so please keep it readable."
        "|This is for a project that just started.|Until now we clicked this together in the console.|Our platform team asked for this in code.}"
    )
    first = t.items[0]
    want = t.say(
        "{What {we|I} need is|{We|I} need|Please write {the |a }configuration for|The configuration should define}"
    )
    parts = [opening, f"{want} {t.phrase(first)}{(' ' + purpose) if purpose else ''}.", *t.sentences(first)]
    for item in t.items[1:]:
        parts += [
            t.say("{In addition, we need|On top of that, add|We also want|Alongside, create|The setup also includes}")
            + f" {t.phrase(item)}."
        ]
        parts += t.sentences(item)
    return " ".join([*parts, *t.extras()])


def _specification(t: _Teller) -> str:
    """By the names of the resources."""
    nodes = t.scenario.said_nodes if t.rng.random() < 0.5 else [i.node for i in t.items]
    kinds = list(dict.fromkeys(n.type for n in nodes))
    opening = t.say("{Write|Generate|Create} {a Terraform configuration|Terraform code|a Terraform script|Terraform} ")
    opening += t.say("{with|that defines|using}")
    text = f"{opening} {joined([f'{k}' for k in kinds])}."
    alike = Counter(i.noun for i in t.items)
    told: Counter[str] = Counter()
    for item in t.items:
        subject = f"the {item.noun}" if item.number == 1 else f"the {plural_of(item.noun)}"
        if alike[item.noun] > 1 and item.number == 1 and told[item.noun] < len(ORDINALS):
            subject = f"the {ORDINALS[told[item.noun]]} {item.noun}"
        told[item.noun] += 1
        if item.number > 1:
            text += f" There are {item.number} {plural_of(item.noun)}."
        elif _telling(item.node) and not item.post and not any(m.np for m in item.modifiers):
            text += t.say(" {There is|Add|Include} ") + f"{article_of(item.noun)} {item.noun}."
        if item.post:
            verb = "is" if item.number == 1 else "are"
            text += f" {capital(subject)} {joined([f'{verb} {p}' for p in item.post])}."
        nps = [m.np for m in item.modifiers if m.np]
        if nps:
            text += t.say(" {Configure|Set up|Define} <s> with ", s=subject) + f"{joined(nps)}."
        known = bool(nps or item.post)  # what "it" is, is told
        for m, sentence in zip(item.modifiers, t.sentences(item), strict=True):
            if m.np:
                continue
            if not known and m.that and item.number == 1:
                sentence = f"{capital(subject)} {m.that}."
            elif not known and m.do:
                sentence = f"For {subject}, {m.do}."
            text, known = f"{text} {sentence}", True
    return " ".join([text, *t.extras()])


def _note(t: _Teller) -> str:
    """Hurried: lower case, short forms, a slip of the keyboard here and there."""
    parts = []
    for item in t.items:
        bits = [t.phrase(item, article=False), *(m.np or m.do or m.that or m.post for m in item.modifiers)]
        parts.append(", ".join(bits))
    text = t.say("{need |pls |terraform for |tf: |quick one: |}") + t.rng.choice((" + ", "; ", " and ")).join(parts)
    text = " ".join([text, *(e.rstrip(".") for e in t.extras())])
    for node in t.scenario.said_nodes:  # values that stand in phrases as they are
        for setting in node.settings():
            values = setting.value if isinstance(setting.value, list) else [setting.value]
            t.literals.update(v for v in values if isinstance(v, str) and len(v) > 3)
    literals = "|".join(rf"(?<!\w){re.escape(v)}(?!\w)" for v in sorted(t.literals, key=len, reverse=True))
    kept = r"\"[^\"]*\"|'[^']*'|\b\S*[_.:/\d=]\S*|\b\w*[a-z][A-Z]\w*|\b[A-Z]\w+-[A-Z]\w+"
    keep = re.split(rf"({literals + '|' if literals else ''}{kept})", text)
    return "".join(part if n % 2 and part not in _BRANDS else _slip(part.lower(), t.rng) for n, part in enumerate(keep))


_BRANDS: Final = frozenset(
    [
        "DynamoDB",
        "CloudWatch",
        "CloudTrail",
        "CloudFront",
        "OpenSearch",
        "DocumentDB",
        "MemoryDB",
        "ElastiCache",
        "DataSync",
        "PostgreSQL",
        "MySQL",
        "MariaDB",
        "EventBridge",
        "InfluxDB",
        "CodeBuild",
        "CodePipeline",
        "AppSync",
    ]
)
"""Names with capitals inside that people write small when in a hurry; other such words are names and stay."""


def _slip(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    for n, word in enumerate(words):
        if len(word) > 5 and word.isalpha() and rng.random() < 0.04:
            at = rng.randrange(1, len(word) - 2)
            words[n] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    short = {"with": "w/", "without": "w/o", "configuration": "config", "environment": "env", "production": "prod"}
    return " ".join(short.get(w, w) if rng.random() < 0.4 else w for w in words)


VOICES: Final[dict[str, tuple[float, Callable[[_Teller], str]]]] = {
    "order": (6, _order),
    "request": (4, _request),
    "question": (1.2, _question),
    "list": (1.5, _list),
    "background": (1.5, _background),
    "specification": (2.5, _specification),
    "note": (1, _note),
}
"""Each voice with its weight."""


# --- grammar ----------------------------------------------------------------------------------------------------------


def _merged(items: Iterable[_Item]) -> list[_Item]:
    """Neighbours of which the same is said, as one ("three subnets in the VPC")."""
    found: list[_Item] = []
    for item in items:
        last = found[-1] if found else None
        if (
            last is not None
            and not (last.modifiers or item.modifiers)
            and (last.noun, last.post) == (item.noun, item.post)
        ):
            last.number += item.number
        else:
            found.append(item)
    return found


def entry_node(body: Body) -> Node:
    """The node that a body belongs to."""
    if body.node is None:
        raise ValueError("a body without a node")
    return body.node


def _telling(node: Node) -> bool:
    """Whether a node's noun says something that is demanded (a "public subnet")."""
    return any(isinstance(i, Setting) and i.said and i.say is not None and i.say.implied for i in node.items)


"""Acronyms that are spoken as words."""
