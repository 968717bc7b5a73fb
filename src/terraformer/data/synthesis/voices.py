"""The voices: families of ways in which people ask for infrastructure.

Each takes a Teller and gives the text. Terse orders and plain descriptions are the most frequent, as they are among
people; the rest are the forms of trackers, chats, documents and editors. All say the same demands, each at least once.
Words that would demand something are never added.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from terraformer.data.synthesis.spelling import guarded
from terraformer.data.synthesis.telling import Item, Teller, telling
from terraformer.data.synthesis.wording import ORDINALS, article_of, bare, can_do, capital, joined, plural_of

__all__ = ["VOICES", "literal_pattern", "softened"]

_VERBS: Final = (
    "{Create|Create|Create|Set up|Provision|Define|Build|Make|Add|Generate|Deploy|Configure|Write|Spin up|Implement}"
)


def _further(t: Teller, items: Sequence[Item], leads: Sequence[str] = ()) -> list[str]:
    """Further items in running text: a clause each, or the name first and the rest in sentences; small ones together."""
    parts: list[str] = []
    left = list(items)
    while left:
        take = 1
        while take < min(3, len(left)) and all(len(i.modifiers) < 2 for i in left[: take + 1]) and t.rng.random() < 0.6:
            take += 1
        some, left = left[:take], left[take:]
        options = list(leads) or [
            *(
                "Also create <c>",
                "Add <c>",
                "Then add <c>",
                "Include <c>",
                "There should also be <c>",
                "Also set up <c>",
            ),
            *("Additionally, create <c>", "In addition, set up <c>", "Then create <c>", "Set up <c> too"),
            *("Create <c> as well", "<c> is needed too", "It also needs <c>"),
        ]
        if not left and len(items) > 1 and not leads:
            options += ["Finally, add <c>", "And <c>"]
        if take > 1:
            options = [o for o in options if o.endswith("<c>")]
        lead = t.fresh(options)
        if lead.startswith("<c>") and some[0].number > 1:
            lead = "Create <c>"
        if take > 1:
            told = [t.clause(i) for i in some]
            parts.append(capital(lead.replace("<c>", joined([c for c, _ in told]))) + ".")
            for item, (_, rest) in zip(some, told, strict=True):
                parts += t.sentences(item, rest, known=False)
            continue
        item = some[0]
        short = len(item.modifiers) > 3 or t.rng.random() < 0.35 or not lead.endswith("<c>")
        clause, rest = (t.phrase(item), item.modifiers) if short else t.clause(item)
        parts += [capital(lead.replace("<c>", clause)) + ".", *t.sentences(item, rest)]
    return parts


_FOR: Final = (
    "for our team",
    "for a proof of concept",
    "for a new project",
    "for one of our customers",
    "for our staging environment",
    "for testing",
    "for a demo",
    "for the development account",
    "for a workshop",
    "for our product team",
    "for an internal tool",
    "for a client project",
)
"""What something is for where a blueprint does not tell: demands nothing."""


def _purpose(t: Teller, share: float = 0.2) -> str:
    purpose = t.scenario.purpose or (t.rng.choice(_FOR) if t.rng.random() < share else "")
    return f" {purpose}" if purpose else ""


def order(t: Teller) -> str:
    """A terse order in one or few sentences."""
    t.embed()
    opening = t.say(_VERBS)
    if t.rng.random() < 0.15:
        opening += t.say(
            " {Terraform code for|a Terraform configuration for|Terraform for|the Terraform for|a Terraform script for}"
        )
        opening = re.sub(r"^(Set up|Provision|Build|Deploy|Configure|Spin up|Add|Make)\b", "Write", opening)
    elif opening in ("Write", "Implement"):
        opening = "Create"
    light = all(len(i.modifiers) < 2 for i in t.items[:-1])
    if len(t.items) == 1:
        clause, rest = t.clause(t.items[0], most=t.rng.choice((2, 3, 4, 9)))
        return " ".join([f"{opening} {clause}.", *t.sentences(t.items[0], rest), *t.extras()])
    if light and len(t.items) <= t.rng.choice((2, 3, 4)):
        told = [t.clause(i) for i in t.items]
        details = [s for i, (_, rest) in zip(t.items, told, strict=True) for s in t.sentences(i, rest, known=False)]
        return " ".join([f"{opening} {joined([c for c, _ in told])}.", *details, *t.extras()])
    clause, rest = t.clause(t.items[0])
    parts = [f"{opening} {clause}.", *t.sentences(t.items[0], rest)]
    parts += _further(t, t.items[1:])
    return " ".join([*parts, *t.extras()])


def request(t: Teller) -> str:
    """In the first person."""
    t.embed()
    opening = t.say(
        "{I need|I want|We need|I'd like|I would like|We want to set up|I'm looking for|I have to set up|I need Terraform for"
        "|I want to create|I need to create|We'd like to have|I'm trying to set up|I want to deploy|Help me set up|Help me create"
        "|Please write Terraform {code |}for|Please {create|give me|set up|provide}}"
    )
    first = t.items[0]
    purpose = _purpose(t)
    if not purpose and len(first.modifiers) < 4 and t.rng.random() < 0.5:
        clause, rest = t.clause(first)
        parts = [f"{opening} {clause}.", *t.sentences(first, rest)]
    else:
        parts = [f"{opening} {t.phrase(first)}{purpose}.", *t.sentences(first)]
    parts += _further(
        t,
        t.items[1:],
        [
            *("We also need <c>", "I also need <c>", "There should be <c>", "I also want <c>", "Plus <c>", "Add <c>"),
            *("We'll also need <c>", "And then <c>", "Next to that, <c>", "Then there should be <c>", "Also <c>"),
        ],
    )
    return " ".join([*parts, *t.extras()])


def question(t: Teller) -> str:
    """A question, and what else there is to say."""
    t.embed(0.8)
    opening = t.say(
        "{How {do|can|would|should} I {create|set up|define|configure|provision}|Can you {give me|define|create|help me with}"
        "|Could you {write the Terraform for|set up|give me}|What does the Terraform look like for|Is there a way to {create|set up}"
        "|What's the {best|right|easiest} way to {create|set up|define}|What would {the |}Terraform {code |}be for}"
    )
    first, rest = t.items[0], t.items[1:]
    ending = t.say("{| in Terraform| with Terraform| using Terraform}") if "Terraform" not in opening else ""
    clause, more = t.clause(first, most=3)
    parts = [f"{opening} {clause}{ending}?", *t.sentences(first, more)]
    for item in rest:
        lead = t.fresh(["It should come with", "I also want", "I also need", "There must also be", "And"])
        clause, more = t.clause(item)
        parts += [f"{lead} {clause}.", *t.sentences(item, more)]
    return " ".join([*parts, *t.extras()])


def listing(t: Teller) -> str:
    """A list of things with their points."""
    head = t.say(
        "{Terraform for|Please create|I need|Resources|Requirements|Set up the following|Create these resources|What we need"
        "|Please provide Terraform for the following|Create the following in AWS|Things to create|I need these in Terraform}:"
    )
    bullet = t.rng.choice(("- ", "* ", "- ", "• "))
    numbered = t.rng.random() < 0.25
    articles = t.rng.random() < 0.4
    flat = t.rng.random() < 0.3
    capitals = t.rng.random() < 0.4
    lines = [head]
    for number, item in enumerate(t.items, 1):
        mark = f"{number}. " if numbered else bullet
        text = t.phrase(item, article=articles)
        points = t.points(item)
        if flat and points:
            text += f"{', ' if len(points) > 1 or t.rng.random() < 0.5 else ' with '}{', '.join(points)}"
            points = []
        lines.append(mark + (capital(text) if capitals else text))
        lines += ["  " + (bullet if not numbered else "- ") + p for p in points]
    lines += [bullet + capital(e.rstrip(".").removeprefix("Also ")) for e in t.extras()]
    return "\n".join(lines)


def background(t: Teller) -> str:
    """Why, and then what."""
    t.embed()
    purpose = _purpose(t, 0.3)
    opening = t.say(
        "{We are moving our infrastructure to code.|Our team is setting up a new environment.|I'm new to Terraform, so please keep it readable."
        "|This is for a project that just started.|Until now we clicked this together in the console.|Our platform team asked for this in code."
        "|We're migrating from CloudFormation.|I'm learning AWS and want to try this out.|Nothing exists in this account yet."
        "|This is part of our move to AWS.|I'm preparing a demo for next week.|We had this built by hand and lost track of it."
        "|Our previous setup was done by a contractor, and we are redoing it.|I'm writing the infrastructure for a side project."
        "|The security team wants everything in Terraform.|It is a small internal tool, nothing fancy.}"
    )
    first = t.items[0]
    want = t.say(
        "{What {we|I} need is|{We|I} need|Please write {the |a }configuration for|The configuration should define|{I'd|We'd} like"
        "|Can you write Terraform for|{We|I} want}"
    )
    end = "?" if want.startswith("Can you") else "."
    parts = [opening, f"{want} {t.phrase(first)}{purpose}{end}", *t.sentences(first)]
    parts += _further(t, t.items[1:])
    if t.rng.random() < 0.25:
        parts.append(t.say("{Thanks!|Thank you.|Thanks in advance.|Nothing else for now.}"))
        parts[-1:] = [*t.extras(), parts[-1]]
        return " ".join(parts)
    return " ".join([*parts, *t.extras()])


def specification(t: Teller) -> str:
    """By the names of the resource types."""
    if t.naming.startswith("(") or not t.naming:
        t.naming = "named"
    nodes = t.scenario.said_nodes if t.rng.random() < 0.5 else [i.node for i in t.items]
    kinds = list(dict.fromkeys(n.type for n in nodes if n.mode == "resource")) or [nodes[0].type]
    way = t.rng.random()
    if way < 0.3:
        text = t.say("{Use|Using} ") + joined(kinds)
        text += (
            t.say(", {create|set up|define|configure} ")
            if text.startswith("Using")
            else t.say(" to {create|set up|define} ")
        )
        t.embed(0.3)
        told = [t.clause(i, most=2) for i in t.items]
        text += joined([c for c, _ in told]) + "."
        details = [
            s for i, (_, rest) in zip(t.items, told, strict=True) for s in t.sentences(i, rest, known=len(told) < 2)
        ]
        return " ".join([text, *details, *t.extras()])
    if way < 0.45:
        told = [t.clause(i, most=4) for i in t.items]
        text = t.say(f"{_VERBS} ") + joined([c for c, _ in told]) + "."
        text = re.sub(r"^(Write|Implement)\b", "Create", text)
        details = [
            s for i, (_, rest) in zip(t.items, told, strict=True) for s in t.sentences(i, rest, known=len(told) < 2)
        ]
        end = (
            t.say("{Use|Use the resources|The resources to use are|Resources to use:|Do this with} ")
            if len(kinds) > 1
            else t.say("{Use|Use the resource|Do this with} ")
        )
        end = end + joined(kinds) + "."
        return " ".join([text, *details, *t.extras(), end])
    opening = t.say(
        "{Write|Generate|Create|Provide} {a Terraform configuration|Terraform code|a Terraform script|Terraform} "
    )
    opening += t.say("{with|that defines|using|that uses}")
    text = f"{opening} {joined(kinds)}."
    told_: Counter[str] = Counter()
    alike = Counter(i.noun for i in t.items)
    for item in t.items:
        text += _specified(t, item, alike, told_)
    return " ".join([text, *t.extras()])


def _specified(t: Teller, item: Item, alike: Counter[str], told: Counter[str]) -> str:
    """One item after the types were named."""
    text = ""
    subject = f"the {item.noun}" if item.number == 1 else f"the {plural_of(item.noun)}"
    if alike[item.noun] > 1 and item.number == 1 and told[item.noun] < len(ORDINALS):
        subject = f"the {ORDINALS[told[item.noun]]} {item.noun}"
    told[item.noun] += 1
    facts = [t.named(item)] if item.name else []
    facts += item.post
    if item.number > 1:
        text += t.say(" {There are|We need|Create} ") + f"{item.number} {plural_of(item.noun)}."
    elif telling(item.node) and not facts and not any(m.np for m in item.modifiers):
        text += t.say(" {There is|Add|Include} ") + f"{article_of(item.noun)} {item.noun}."
    if facts:
        verb = "is" if item.number == 1 else "are"
        if item.name and t.rng.random() < 0.4:
            text += t.say(" Name <s> <v>.", s=subject, v=item.name)
            facts = facts[1:]
        said = [f if f.startswith("with ") else f"{verb} {f}" for f in facts]
        if said:
            text += f" {capital(subject)} {joined([re.sub('^with ', 'has ' if item.number == 1 else 'have ', f) for f in said])}."
    left = [m for m in item.modifiers if m.np]
    if left:
        text += t.say(" {Configure|Set up|Define|Create} <s> with ", s=subject) + f"{joined([m.np for m in left])}."
    rest = [m for m in item.modifiers if not m.np]
    return " ".join([text, *t.sentences(item, rest, known=bool(facts or left))])


def note(t: Teller) -> str:
    """Hurried: lower case, short forms, a slip of the keyboard here and there."""
    parts = []
    for item in t.items:
        bits = [t.phrase(item, article=False), *(bare(p) for p in t.points(item))]
        parts.append(", ".join(bits))
    text = t.say("{need |pls |terraform for |tf: |quick one: |}") + t.rng.choice((" + ", "; ", " and ")).join(parts)
    text = " ".join([text, *(e.rstrip(".") for e in t.extras())])
    return softened(t, t.resolve(text), slips=0.04, shorts=0.4)


def keywords(t: Teller) -> str:
    """What one types into a search box."""
    parts = [" ".join([t.phrase(i, article=False), *(bare(p) for p in t.points(i))]) for i in t.items]
    text = t.rng.choice((", ", ", ", " + ", " / ", " | ")).join(parts)
    text = t.say("{terraform |terraform aws |aws |aws terraform |tf |}") + text
    if "terraform" not in text and t.rng.random() < 0.5:
        text += t.say("{ terraform| in terraform| terraform example| terraform config}")
    text = ", ".join([text, *(e.rstrip(".") for e in t.extras())])
    return softened(t, t.resolve(text), slips=0.01, shorts=0.1)


def phrase(t: Teller) -> str:
    """Only what it is, without a verb."""
    t.embed(0.9)
    first = t.items[: t.rng.choice((3, 4, 5))]
    told = [t.clause(i, most=4) for i in first]
    head = t.say(
        "{||||||Terraform for |Infrastructure for |A Terraform configuration with |Terraform that creates |Creates |Terraform code for }"
    )
    if len(told) > 3:
        head = head or t.say("{Terraform for |Infrastructure with |A setup with }")
    parts = [capital(head + joined([c for c, _ in told])) + "."]
    for item, (_, rest) in zip(first, told, strict=True):
        parts += t.sentences(item, rest, known=len(told) < 2)
    parts += _further(t, t.items[len(first) :])
    return " ".join([*parts, *t.extras()])


def benchmark(t: Teller) -> str:
    """A careful description: what to write, how it is set up, and the names at the end."""
    t.late_names = t.rng.random() < 0.6
    verb = t.say("{that creates|that provisions|that sets up|that defines|for|to create|to set up|which deploys}")
    opening = t.say(
        "{Provide|Write|Generate|Create|Produce|Develop} {a Terraform configuration|Terraform code|a Terraform script|the Terraform code} <w>",
        w=verb,
    )
    if t.rng.random() < 0.35:
        opening = t.say("{Configure|Create|Set up|Provision|Define|Deploy}")
    short = t.rng.choice((1, 2, 3))
    told = [t.clause(i, most=short) for i in t.items]
    parts = [f"{opening} {joined([c for c, _ in told])}."]
    for item, (_, rest) in zip(t.items, told, strict=True):
        parts += t.sentences(item, rest, known=len(told) < 2)
    parts += t.extras()
    names = [(t.subject(i), i.name) for i in t.items if i.name]
    if t.late_names and names:
        same = Counter(s for s, _ in names)
        pairs = [f"{s} {n}" for s, n in names if same[s] == 1]
        if pairs:
            parts.append(f"Name {joined(pairs)}.")
        parts += [f"{capital(s)} {t.say('{is named|is called|has the name}')} {n}." for s, n in names if same[s] > 1]
    return " ".join(parts)


def goal(t: Teller) -> str:
    """The goal first, the constraints after it."""
    t.embed()
    first = t.items[0]
    purpose = _purpose(t)
    whole = [t.phrase(i) for i in t.items]
    if len(whole) <= 4:
        opening = (
            t.say("{Goal: |The goal is |We want |The task: |Objective: |What I'm after is }")
            + joined(whole)
            + f"{purpose}."
        )
    else:
        opening = t.say("{The goal is to have |We want |I need }") + t.phrase(first) + f"{purpose}."
        opening += f" {t.say('{Besides|In addition to that|Alongside}')}: {joined(whole[1:])}."
    parts = [opening]
    must = t.rng.choice(("must", "must", "should", "has to", "needs to"))
    for item in t.items:
        many = item.number > 1
        subject = t.subject(item) if len(t.items) > 1 else ("they" if many else "it")
        modal = must if not many else {"has to": "have to", "needs to": "need to"}.get(must, must)
        points = [m.do if m.do and can_do(m.do) else f"have {m.np}" if m.np else "" for m in item.modifiers]
        told = [p for p in points if p]
        rest = [m for m, p in zip(item.modifiers, points, strict=True) if not p]
        haves = [p for p in told if p.startswith("have ")]
        others = [p for p in told if not p.startswith("have ")]
        if haves:
            others.append(f"have {joined([h.removeprefix('have ') for h in haves])}")
        if others:
            parts.append(f"{capital(subject)} {modal} {joined(others)}.")
        parts += t.sentences(item, rest, known=bool(others))
    return " ".join([*parts, *t.extras()])


def ticket(t: Teller) -> str:
    """An issue of a tracker."""
    title = joined([bare(t.phrase(i, named=False)) for i in t.items[:2]])
    title = t.say("{Title: |Title: |Summary: |[infra] |Task: |# }{Add |Create |Provision |Terraform: |}") + title
    lines = [capital(title), ""]
    purpose = _purpose(t)
    way = t.rng.random()
    if way < 0.5:
        who = t.say(
            "{a platform engineer|a developer|an engineer|a DevOps engineer|a member of the backend team|a data engineer|an SRE}"
        )
        want = joined([t.phrase(i) for i in t.items]) if len(t.items) < 4 else "the infrastructure below"
        lines.append(t.say("As <w>, I {want|need|would like} ", w=who) + f"{want}{purpose}.")
        listed = t.items if len(t.items) >= 4 else [i for i in t.items if i.modifiers]
    else:
        lines.append(
            t.say(
                "{We need the following in Terraform|Please add this to our Terraform|To be created with Terraform|Context: we manage AWS with Terraform}"
            )
            + "."
        )
        listed = t.items
    rows: list[str] = []
    box = t.rng.choice(("- ", "- ", "- [ ] ", "* "))
    for item in listed:
        points = t.points(item)
        if len(listed) == 1 and way < 0.5 and len(t.items) < 4:
            rows += [box + p for p in points]
        elif way < 0.5 and len(t.items) < 4:
            rows.append(f"{box}{t.subject(item)}: {', '.join(points)}")
        else:
            rows.append(f"{box}{t.phrase(item)}{': ' if points else ''}{', '.join(points)}")
    rows += [box + e.rstrip(".") for e in t.extras()]
    if rows:
        lines += [
            "",
            t.say("{Acceptance criteria|Acceptance criteria|Requirements|Details|Definition of done|Scope}:"),
            *rows,
        ]
    return "\n".join(lines)


def chat(t: Teller) -> str:
    """As one writes to a colleague or an assistant, thinking while writing."""
    t.embed()
    first = t.items[0]
    opening = t.say(
        "{hey, |hi! |ok so basically |so |hi, |hello, |ok |hey there, |quick question - |}"
        "{i need|i want|we need|can you make me|could you do|can you write tf for|i'm trying to get}"
    )
    clause, rest = t.clause(first, most=t.rng.choice((1, 2, 3)))
    parts = [f"{opening} {clause}", *(s.rstrip(".") for s in t.sentences(first, rest))]
    for item in t.items[1:]:
        lead = t.fresh(["oh and", "also", "and then", "plus", "and i guess", "we also need", "then"])
        clause, rest = t.clause(item)
        parts += [f"{lead} {clause}", *(s.rstrip(".") for s in t.sentences(item, rest))]
    parts += [e.rstrip(".") for e in t.extras()]
    text = t.rng.choice((". ", ". ", ", ", "... ")).join(parts)
    text += t.say("{|||. thanks!|, thx|. that's it|. cheers}")
    text = t.resolve(text)
    return softened(t, text, slips=0.02, shorts=0.15) if t.rng.random() < 0.8 else capital(text)


def table(t: Teller) -> str:
    """Keys and values."""
    lines = [
        t.say(
            "{Terraform|Generate Terraform for this|Spec|Please implement this in Terraform|Infrastructure|Requirements}:"
        ),
        "",
    ]
    plain = t.rng.random() < 0.5
    for item in t.items:
        head = t.phrase(item, article=False, named=False)
        if t.rng.random() < 0.3 and item.node.type not in head:
            head = f"{head} ({item.node.type})"
        head = head if head.startswith("aws_") else capital(head)
        lines.append(f"{head}:" if item.modifiers or item.name else head)
        if item.name:
            lines.append(f"  name: {item.name}")
        for m in item.modifiers:
            key, value = _pair(m.np)
            text = f"{key}: {value}" if key else m.text
            lines.append(f"  {text}" if plain or key else f"  - {text}")
    extras = [e.rstrip(".") for e in t.extras()]
    return "\n".join([*lines, *extras])


def _pair(np: str) -> tuple[str, str]:
    """A noun phrase as key and value, where it has both."""
    if "\x04" in np:
        return "", ""
    for pattern, value in (
        (r"(.+?) (?:set to|=) (.+)", ""),
        (r"([\w -]{3,40}?) of (\d.*|\"[^\"]*\")", ""),
        (r"([\w -]{3,40}?) (?:enabled|turned on|switched on|on)", "enabled"),
        (r"([\w -]{3,40}?) (?:disabled|turned off|switched off|off)", "disabled"),
    ):
        match = re.fullmatch(pattern, np)
        if match:
            return bare(match[1]), value or match[2]
    return "", ""


def comment(t: Teller) -> str:
    """Comments in a file, to be completed by an assistant."""
    t.embed()
    lines: list[str] = []
    verb = t.say("{Create|Define|Set up||Add|TODO: create|Resource:}")
    for item in t.items:
        clause, rest = t.clause(item, most=3)
        lines.append(capital(f"{verb} {clause}".strip()))
        lines += [s.rstrip(".") for s in t.sentences(item, rest, known=True)]
    lines += [e.rstrip(".") for e in t.extras()]
    mark = t.rng.choice(("# ", "# ", "// "))
    return "\n".join(mark + line for line in lines)


# --- a person in a hurry ----------------------------------------------------------------------------------------------

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

_SHORT: Final = {
    "with": "w/",
    "without": "w/o",
    "configuration": "config",
    "environment": "env",
    "production": "prod",
    "please": "pls",
    "because": "bc",
    "database": "db",
    "you": "u",
    "security group": "sg",
}


_MORE: Final = r"\w*"
"""What may follow a value within a word: "redirects" after "redirect"."""


def literal_pattern(t: Teller) -> str:
    """What must stay as it is: values of the scenario, and everything that looks like code or a name."""
    literals = "|".join(
        rf"(?<!\w){re.escape(v)}{_MORE if v.isalpha() and v.islower() and len(v) > 5 else ''}(?!\w)"
        for v in sorted(t.literals, key=len, reverse=True)
    )
    kept = r"\b\S*[_.:/\d=]\S*|\b\w*[a-z][A-Z]\w*|\b[A-Z]\w+-[A-Z]\w+"
    return f"{literals}|{kept}" if literals else kept


def softened(t: Teller, text: str, *, slips: float, shorts: float) -> str:
    """In small letters, with slips of the keyboard and short forms, values left alone. The text has no mentions."""
    pattern = literal_pattern(t)
    low = guarded(text, lambda part: _slip(part.lower(), t.rng, slips, shorts), pattern)
    return re.sub(rf"\b({'|'.join(_BRANDS)})\b", lambda m: m[0].lower() if t.rng.random() < 0.7 else m[0], low)


def _slip(text: str, rng: random.Random, slips: float, shorts: float) -> str:
    words = text.split(" ")
    for n, word in enumerate(words):
        if len(word) > 5 and word.isalpha() and rng.random() < slips:
            words[n] = _mistyped(word, rng)
    return " ".join(_SHORT.get(w, w) if w in _SHORT and rng.random() < shorts else w for w in words)


def _mistyped(word: str, rng: random.Random) -> str:
    """Two letters swapped, one left out or one doubled, inside the word."""
    at = rng.randrange(1, len(word) - 2)
    way = rng.random()
    if way < 0.5:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if way < 0.8:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


VOICES: Final[dict[str, tuple[float, Callable[[Teller], str]]]] = {
    "order": (8.0, order),
    "request": (2.3, request),
    "phrase": (1.8, phrase),
    "benchmark": (3.5, benchmark),
    "specification": (1.8, specification),
    "question": (0.8, question),
    "list": (1.1, listing),
    "background": (0.8, background),
    "goal": (0.9, goal),
    "note": (0.8, note),
    "keywords": (0.7, keywords),
    "chat": (0.8, chat),
    "ticket": (0.5, ticket),
    "table": (0.5, table),
    "comment": (0.4, comment),
}
"""Each voice with its weight."""
