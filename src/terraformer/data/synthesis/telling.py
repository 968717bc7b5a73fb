"""What a prompt is made of: the said nodes of a scenario as items with modifiers, and one person's way to put them."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from terraformer.data.synthesis.expressions import Expression, Ref
from terraformer.data.synthesis.items import (
    MARK,
    Item,
    Mention,
    Modifier,
    distinct,
    has_value,
    is_thing,
    rank,
    strings_in,
    telling,
)
from terraformer.data.synthesis.scenario import Body, Node, Say, Scenario, Setting
from terraformer.data.synthesis.spelling import NUMBERS, Habits, respell
from terraformer.data.synthesis.wording import (
    ORDINALS,
    article_of,
    can_do,
    capital,
    expand,
    joined,
    plural_of,
    type_noun,
    usable,
)

__all__ = ["Item", "Modifier", "Teller", "telling"]

_GUARD: Final = str.maketrans("{|}", "\x01\x02\x03")
_UNGUARD: Final = str.maketrans("\x01\x02\x03", "{|}")
"""Braces and bars of values are no alternatives."""


class Teller:
    """One person telling one scenario: the words for everything, and the habits with which they are put together."""

    def __init__(self, scenario: Scenario, rng: random.Random) -> None:
        self.scenario, self.rng = scenario, rng
        self.exact = rng.random() < 0.15  # this person writes argument names
        self.by_type = rng.random() < 0.12  # this person writes resource types
        self.habits = Habits.drawn(rng)
        self.quote = rng.choices(('"', "'", "", "`"), (9, 4, 6, 1))[0]
        self.naming = rng.choices(
            (
                "{named|called}",
                "named",
                "called",
                "with the name",
                "with name",
                "(name: <v>)",
                "",
                "with name set to",
                "with name =",
            ),
            (6, 4, 3, 2, 1, 0.6, 1.2, 0.4, 0.4),
        )[0]
        self.region_first = False  # the region was told before everything else
        self.late_names = False  # names are told at the end, all together
        self._nouns: dict[Node, str] = {}
        self._mentions: list[Mention] = []
        self._embedded: dict[Node, Item] = {}
        self._leads: Counter[str] = Counter()
        self._by_role: dict[Node, str] = {}  # told from others of its kind by what it is for
        self.items = self._ordered(self._items())

    # --- words -------------------------------------------------------------------------------------------------------

    def say(self, text: str, **values: str) -> str:
        for name, value in values.items():
            text = text.replace(f"<{name}>", value.translate(_GUARD))
        return expand(text, self.rng).translate(_UNGUARD)

    def fresh(self, options: Sequence[str]) -> str:
        """One of the options, those used least in this prompt first: nobody begins every sentence alike."""
        least = min(self._leads[o] for o in options)
        chosen = self.rng.choice([o for o in options if self._leads[o] == least])
        self._leads[chosen] += 1
        return chosen

    @property
    def literals(self) -> set[str]:
        """Every value of the scenario's said parts that a text may hold: never to be changed."""
        found: set[str] = {self.scenario.region}
        found.update(v.name for v in self.scenario.variables)
        found.update(o.name for o in self.scenario.outputs)
        for node in self.scenario.said_nodes:
            found.add(node.type)
            if node.label:
                found.add(node.label)
            found.update(k for k in node.repeat if isinstance(k, str))
            for setting in node.settings():
                for text in strings_in(setting.value):
                    found.update((text, *(w for w in re.split(r"[-_]", text.lower()) if len(w) > 5)))
                found.add(setting.name)
        return {v for v in found if len(v) > 2}

    # --- items -------------------------------------------------------------------------------------------------------

    def _items(self) -> list[Item]:
        items: dict[Node, Item] = {}
        for node in self.scenario.said_nodes:
            owner = self._owner(node)
            if owner is not None and owner in items and node.say is not None:
                item = items[owner]
                if not node.say.implied:
                    item.modifiers.append(self._modifier(node.say, None))
                self._add_settings(node, item, feature=True)
            else:
                item = items[node] = Item(node, self._noun(node), node.instances)
                self._add_settings(node, item, feature=False)
        for item in items.values():
            item.modifiers = distinct(item.modifiers)
        return self._merged(items.values())

    def _merged(self, items: Iterable[Item]) -> list[Item]:
        """Neighbours of which the same is said, as one ("three subnets in the VPC")."""
        found: list[Item] = []
        for item in items:
            last = found[-1] if found else None
            if (
                last is not None
                and not (last.modifiers or item.modifiers or last.name or item.name)
                and last.noun == item.noun
                and list(map(self._meant, last.post)) == list(map(self._meant, item.post))
            ):
                last.number += item.number
            else:
                found.append(item)
        return found

    def _meant(self, text: str) -> str:
        """The text with its mentions replaced by what they lead to."""
        return MARK.sub(lambda m: f"<{self.scenario.nodes.index(self._mentions[int(m[1])].node)}>", text)

    def _ordered(self, items: list[Item]) -> list[Item]:
        """Mostly what is referred to first, then what refers to it; some tell it as it comes, and few at random."""
        way = self.rng.random()
        if len(items) < 2 or way < 0.15:
            return items
        if way > 0.96:
            return self.rng.sample(items, len(items))
        left, found = list(items), []
        while left:
            chosen = next(
                (i for i in left if not any(o is not i and o.node in self._referred(i) for o in left)), left[0]
            )
            left.remove(chosen)
            found.append(chosen)
        return found

    def _referred(self, item: Item) -> set[Node]:
        return {self._mentions[int(m)].node for text in item.texts for m in MARK.findall(text)}

    def _owner(self, node: Node) -> Node | None:
        owner = node.feature_of
        while owner is not None and owner.feature_of is not None and owner.say is not None:
            owner = owner.feature_of
        return owner

    def _noun(self, node: Node) -> str:
        """What this person calls the thing: the same word most of the time."""
        if node not in self._nouns or (node.noun and not self.by_type and self.rng.random() < 0.06):
            self._nouns[node] = self._new_noun(node)
        return self._nouns[node]

    def _new_noun(self, node: Node) -> str:
        alone = sum(n.type == node.type and n.say is None for n in self.scenario.said_nodes) <= 1
        if self.by_type and (node.say is not None or not node.noun or (alone and not telling(node))):
            return f"{node.type}{' data source' if node.mode == 'data' else self.rng.choice((' resource', ''))}"
        return self.say(node.noun) if node.noun else type_noun(node.type)

    def _add_settings(self, body: Body, item: Item, *, feature: bool) -> None:
        owner = body.node
        for entry in body.items:
            if isinstance(entry, Setting):
                if not entry.said or entry.say is None or entry.say.implied:
                    continue
                if owner is not None and entry is owner.name and isinstance(entry.value, str) and not feature:
                    if entry.name.endswith("_prefix"):
                        item.post.append(self.say("with {the |a |}name prefix <v>", v=self.value(entry.value)))
                    else:
                        item.name = self.value(entry.value)
                    continue
                modifier = self._modifier(entry.say, entry)
                if modifier.post and not feature:
                    item.post.append(modifier.post)
                elif modifier.post and not (modifier.np or modifier.do or modifier.that):
                    assert owner is not None
                    item.modifiers.append(Modifier(np=f"{self._noun(owner)} {modifier.post}"))
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

    def _modifier(self, say: Say, setting: Setting | None) -> Modifier:
        value = say.value or (self.value(setting.value) if setting is not None else "")
        it = self._it(setting.value) if setting is not None else ""
        if (
            self.exact
            and setting is not None
            and not isinstance(setting.value, (Expression, dict, list))
            and not say.post
            and say.demand is None
        ):
            return self._exactly(setting)
        forms = (self.say(f, v=value, it=it).strip() if f else "" for f in (say.np, say.do, say.that, say.post))
        return Modifier(*(respell(form, self.rng, self.habits) for form in forms))

    def _exactly(self, setting: Setting) -> Modifier:
        """By the argument's own name, and that of the block around it: "mode" alone would tell nothing."""
        name, value = setting.name, setting.value
        shown = (
            "true"
            if value is True
            else "false"
            if value is False
            else f'"{value}"'
            if isinstance(value, str)
            else value
        )
        where = f" in {setting.path[-2]}" if len(setting.path) > 1 and self.rng.random() < 0.6 else ""
        if len(setting.path) > 1 and not where:
            name = ".".join(setting.path[-2:])
        forms = "{<n> set to <v>|<n> = <v>}" if isinstance(value, bool) else "{<n> set to <v>|<n> = <v>|<n> <v>}"
        return Modifier(
            np=self.say(forms, n=name, v=str(shown)) + where,
            do=self.say("set <n> to <v>", n=name, v=str(shown)) + where,
        )

    def value(self, value: Any) -> str:
        """A value in words."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return self.quoted(value)
        if isinstance(value, (list, tuple)):
            return joined([self.value(v) for v in value])
        if isinstance(value, dict):
            sign = self.rng.choice((" = ", "=", ": "))
            return joined([f"{k}{sign}{self.value(v) if sign == ' = ' else v}" for k, v in value.items()])
        return str(value)

    def quoted(self, value: str) -> str:
        """A text as this person writes it: in quotes always, or bare where it can be mistaken for nothing else."""
        quote = self.quote if self.rng.random() < 0.9 else self.rng.choice(('"', ""))
        if re.fullmatch(r"[\d.]+(/\d+)?|[0-9a-f:]*::/?\d*|(db\.|cache\.)?[a-z]\w+\.\w+", value):
            quote = quote if self.rng.random() < 0.35 else ""  # addresses, versions, instance types: mostly bare
        elif not re.fullmatch(r"[\w.-]+", value):
            quote = quote or '"'
        elif not quote and re.fullmatch(r"[a-z]{1,4}|" + "|".join(_WORDS), value):
            quote = "" if self.rng.random() < 0.4 else '"'
        if quote and quote in value:
            quote = next((q for q in ('"', "'", "`") if q not in value), "")
        return f"{quote}{value}{quote}"

    def _short(self, noun: str) -> str:
        """A noun as it is said again: "the table" after "a table in DynamoDB", "the VPC" after "an AWS VPC"."""
        if noun.startswith("aws_"):
            return noun.removesuffix(" resource")
        short = re.sub(r"^(AWS|Amazon) (?=[A-Z]|\w+ \w)", "", noun)
        tail = re.sub(r" (in|on|from) (AWS )?[A-Z]\w*( \d+)?$", "", short)
        if tail != short and not any(n is not noun and n.endswith(tail) for n in self._nouns.values() if n != noun):
            short = tail
        return short

    def _it(self, value: Any) -> str:
        """The thing that a reference leads to, marked: what it is called depends on what was told before."""
        if isinstance(value, list) and value:
            value = value[0]
        if not isinstance(value, Ref):
            return ""
        node, plural = value.node, value.every and value.node.instances > 1
        noun = plural_of(self._noun(node)) if plural else self._noun(node)
        named = node.name is not None and node.name.said and isinstance(node.name.value, str)
        named = named and node.name is not None and not node.name.name.endswith("_prefix")
        if named and self.rng.random() < 0.25:
            assert node.name is not None
            text = self.rng.choice(
                (f"the {noun} {self.value(node.name.value)}", f"the {self.value(node.name.value)} {noun}")
            )
        else:
            same = [
                n
                for n in self.scenario.said_nodes
                if n.type == node.type and (noun.startswith(node.type) or n.noun == node.noun)
            ]
            role = node.role.replace("_", " ")
            if len(role) == 1 and role in "abcdef":  # subnets "a" and "b"
                role = ORDINALS["abcdef".index(role)]
            text = f"the {self._short(noun)}"
            if len(same) > 1 and role and f" {role} ".lower() not in f" {noun} ".lower():
                text = f"the {role} {noun}"
                if role not in ORDINALS:
                    self._by_role[node] = role
        self._mentions.append(Mention(node, text, plural, named))
        return f"\x04{len(self._mentions) - 1}\x05"

    # --- one thing within another ------------------------------------------------------------------------------------

    def embed(self, share: float = 0.6) -> None:
        """Tell some things where they are first referred to ("a queue encrypted with a KMS key named app") instead of
        by themselves."""
        if len(self.items) < 2 or self.rng.random() > share:
            return
        nouns = Counter(i.noun for i in self.items)
        hosts: set[int] = set()
        for item in list(self.items):
            if nouns[item.noun] > 1 or id(item) in hosts or any(MARK.search(t) for t in item.texts):
                continue
            if item.modifiers or any(p.startswith("with") for p in item.post):
                continue
            referring = [i for i in self.items if i is not item and item.node in self._referred(i)]
            if len(referring) != 1 or self.rng.random() < 0.35:
                continue
            uses = [self._mentions[int(m)] for text in referring[0].texts for m in MARK.findall(text)]
            if any(u.node is item.node and u.plural != (item.number > 1) for u in uses):
                continue
            hosts.add(id(referring[0]))
            self._embedded[item.node] = item
            self.items.remove(item)

    def resolve(self, text: str) -> str:
        """The text with its mentions in words."""
        told: set[Node] = set()

        def put(match: re.Match[str]) -> str:
            mention = self._mentions[int(match[1])]
            item = self._embedded.get(mention.node)
            if item is None or mention.node in told:
                return mention.text if item is None else f"the {item.noun}"
            told.add(mention.node)
            return self.phrase(item)

        while MARK.search(text):
            text = MARK.sub(put, text)
        return re.sub(r"(^|[.!?] )(the \w)", lambda m: m[1] + capital(m[2]), text)

    # --- phrases -----------------------------------------------------------------------------------------------------

    def named(self, item: Item) -> str:
        """What gives its name, after the noun; "" where it has none or names come later."""
        if not item.name or self.late_names:
            return ""
        how = self.naming
        if how == "(name: <v>)":
            return f"(name: {item.name})"
        if not how and item.name[:1] not in "\"'`":
            how = "named"
        return f"{self.say(how)} {item.name}".strip()

    def phrase(self, item: Item, *, article: bool = True, named: bool = True) -> str:
        """The node with what follows its noun at once ("an S3 bucket named logs in ...")."""
        noun = item.noun
        if item.number > 1:
            count = NUMBERS.get(item.number, str(item.number)) if self.rng.random() < 0.7 else str(item.number)
            head = f"{count} {plural_of(noun)}"
        elif article:
            role = self._by_role.get(item.node)
            if role is not None and not (item.name and role in item.name):
                noun = f"{role} {noun}"
            head = f"{article_of(noun)} {noun}"
            at = self._place(item) if role is None else 0
            if at and (at > 1 or self.rng.random() < 0.7):
                another = "another" if self.rng.random() < 0.7 else f"a {ORDINALS[min(at, 5)]}"
                head = f"{another} {noun}"
        else:
            role = self._by_role.get(item.node)
            head = f"{role} {noun}" if role is not None and not (item.name and role in item.name) else noun
        post = sorted(item.post, key=rank)
        return " ".join(p for p in (head, self.named(item) if named else "", *post) if p)

    def _place(self, item: Item) -> int:
        """How many items of the same kind come before this one."""
        kind = (item.node.type, item.node.noun)
        alike = [i for i in self.items if (i.node.type, i.node.noun) == kind]
        return next((n for n, i in enumerate(alike) if i is item), 0)

    def clause(self, item: Item, most: int = 99) -> tuple[str, list[Modifier]]:
        """An item in one noun phrase with at most so many of its modifiers, and those that did not fit."""
        withs: list[str] = []
        thats: list[str] = []
        rest: list[Modifier] = []
        many = item.number > 1  # "two queues that keeps": no
        clauses = [m for m in item.modifiers if m.that and not many]
        verbs = len(clauses) == len(item.modifiers) and self.rng.random() < 0.4
        for m in item.modifiers:
            if len(withs) + len(thats) >= most:
                rest.append(m)
            elif verbs or (m.that and not m.np and not many):
                thats.append(m.that)
            elif m.np:
                withs.append(m.np)
            elif m.post:
                withs.append(m.post)
            else:
                rest.append(m)
        if withs and (len(thats) > 1 or (thats and self.rng.random() < 0.35)):
            # "with A, B and C and that D and E" is hard to follow: the clauses become sentences
            rest += [m for m in item.modifiers if m.that in thats and not m.np]
            thats = []
        text = self.phrase(item)
        last = item.post[-1] if item.post else ""
        if withs and last.startswith("with ") and text.endswith(last) and not thats:
            # "with CIDR 10.0.0.0/16 and DNS hostnames enabled" rather than two times "with"
            text = text.removesuffix(f" {last}")
            withs.insert(0, last.removeprefix("with "))
        if withs and thats:
            return f"{text} that {joined(thats)}, with {joined(withs)}", rest
        if withs:
            opening = "with" if len(withs) < 2 else self.say("{with|with|with|with|with|with|having}")
            if all(map(is_thing, withs)):
                opening = self.say("{with|with|with|including|that includes}")
            if text.endswith(")") or " with " in text.partition(item.noun)[2][-40:]:
                opening = self.rng.choice((", with", "with")) if text.endswith(")") else "and"
            text = f"{text} {opening} {joined(withs)}"
        elif thats:
            text += f" that {joined(thats)}"
        return text, rest

    def subject(self, item: Item) -> str:
        """The item as something already known: "the bucket"."""
        noun = self._short(item.noun)
        noun = noun if item.number == 1 else plural_of(noun)
        alike = [i for i in self.items if i.noun == item.noun]
        role = self._by_role.get(item.node)
        if role is not None and item.number == 1:
            return f"the {role} {noun}"
        if len(alike) > 1:
            if item.name and not self.late_names:
                return (
                    f"{noun} {item.name}" if item.number == 1 and self.rng.random() < 0.4 else f"the {noun} {item.name}"
                )
            at = next(n for n, i in enumerate(alike) if i is item)
            if item.number == 1 and at < len(ORDINALS):
                return f"the {ORDINALS[at]} {noun}"
        return f"the {noun}"

    def sentences(self, item: Item, modifiers: Sequence[Modifier] | None = None, *, known: bool = True) -> list[str]:
        """What is said of an item after it was named, in sentences of one to four points each. ``known``: "it" is clear."""
        left = list(item.modifiers if modifiers is None else modifiers)
        found: list[str] = []
        while left:
            first = left[0]
            forms = [f for f in ("np", "do", "that") if getattr(first, f) and not (f == "that" and item.number > 1)]
            if not forms:
                found.append(f"{'They' if item.number > 1 else 'It'} should be {first.post or first.that}.")
                left.pop(0)
                continue
            form = self.rng.choices(forms, [{"np": 3, "do": 4, "that": 2}[f] for f in forms])[0]
            take = self.rng.choice((1, 1, 2, 3, 4))
            chosen = [m for m in left if getattr(m, form)][:take]
            left = [m for m in left if not any(m is c for c in chosen)]
            found.append(self._sentence(item, form, [getattr(m, form) for m in chosen], known=known))
            known = True
        return found

    def _sentence(self, item: Item, form: str, points: list[str], *, known: bool) -> str:
        many = item.number > 1
        subject = self.subject(item) if not known or self.rng.random() < 0.25 else ("they" if many else "it")
        if form == "that":
            return f"{capital(subject)} {joined(points)}."
        if form == "do":
            options = ["<d>", "Make sure to <d>", "Please <d>"]
            if can_do(joined(points)):
                options += ["<s> should <d>", "<s> must <d>", "<s> should <d>"]
            how = "<d>" if self.rng.random() < 0.35 else self.fresh(options)
            if not known and "<s>" not in how:
                how = "For <s>, <d>"
        else:
            options = [
                "<s> should have <d>",
                "<s> <needs> <d>",
                "Make sure <s> <has> <d>",
                "<s> must have <d>",
                "Ensure <s> <has> <d>",
            ]
            options += [
                "Configure <s> with <d>",
                "Set <t> up with <d>",
                "I want <t> with <d>",
                "<s> should be configured with <d>",
            ]
            if all(usable(p) for p in points):
                options += ["Use <d>", "Give <t> <d>"] if known else ["Give <t> <d>"]
                if known and all(has_value(p) for p in points):
                    options.append("Specify <d>")
                if known and all(map(is_thing, points)):
                    options.append("Include <d>")
            how = self.fresh(options)
        told = "them" if subject == "they" else subject
        text = how.replace("<needs>", "need" if many else "needs").replace("<has>", "have" if many else "has")
        text = text.replace("Configure <s>", "Configure <t>").replace("<t>", told).replace("<s>", subject)
        return capital(text.replace("<d>", joined(points))) + "."

    def points(self, item: Item) -> list[str]:
        """What is said of an item, each by itself."""
        return [m.text for m in item.modifiers]

    # --- the rest ----------------------------------------------------------------------------------------------------

    def region(self) -> str:
        """The region as a sentence without its end; "" where none is said."""
        s = self.scenario
        if not s.region_said or self.region_first:
            return ""
        one = (
            "{Use the <r> region|Everything goes into <r>|Region: <r>|Deploy {it |this |}{in|to} <r>|Region is <r>"
            "|Deploy everything in <r>|Everything should be in <r>|The region is <r>|We are in <r>}"
        )
        main = "{{Our|The} {main|primary} region is <r>|{Main|Primary} region: <r>|{Default|Main} region is <r>}"
        text = self.say(main if s.providers else one, r=s.region)
        return respell(text, self.rng, self.habits)

    def region_phrase(self) -> str:
        """The region as the beginning of a sentence."""
        text = self.say("{In <r>|In the <r> region|In region <r>}", r=self.scenario.region)
        return capital(respell(text[:1].lower() + text[1:], self.rng, self.habits))

    def extras(self) -> list[str]:
        """Outputs, variables and the region, as sentences."""
        found: list[str] = []
        region = self.region()
        if region:
            found.append(f"{region}.")
        for v in self.scenario.variables:
            if v.said:
                found.append(
                    self.say(
                        "{Declare|Add|Use|Define|There should be} a{n input|} variable {<q>|<n>|called <q>|named <q>}",
                        n=v.name,
                        q=self.quoted(v.name),
                    )
                    + (f" for {self.say(v.purpose)}" if v.purpose else "")
                    + "."
                )
        for o in self.scenario.outputs:
            if o.said:
                found.append(
                    self.say(
                        "{Output <w> as <q>|Export <w> as <q>|Add an output for <w> {named|called} <q>|Expose <w> in an output {named|called} <q>"
                        "|Also output <w> as <q>|I need <w> as an output {named |called |}<q>|<w> should be available as the output <q>}",
                        w=self.say(o.say),
                        q=self.quoted(o.name),
                    )
                    + "."
                )
        return [capital(t) for t in found]


_WORDS: Final = (
    "main",
    "default",
    "primary",
    "secondary",
    "public",
    "private",
    "shared",
    "internal",
    "network",
    "worker",
)
"""Names that would read as plain words without quotes."""
