"""Which resources a prompt asks for, found lexically, and which others those cannot do without.

Phrases (type names, and the reviewed vocabulary) are matched longest first; a bundle's own search answers where no
phrase does. The closure then adds what required references point to. Not covered: synonyms that neither knows, and
architecture that has to be thought out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from terraformer.generate.grammar.choices import (
    MAX_RESOURCES,
    Schemas,
    TypeChoice,
    identifier,
    label_of,
    new_choice,
    required_paths,
)
from terraformer.generate.grammar.closure import complete, needs_of
from terraformer.generate.grammar.facts import PromptFacts, Token, Value, stem, words_of
from terraformer.generate.grammar.knowledge import NEEDS
from terraformer.generate.grammar.relations import referent
from terraformer.generate.grammar.vocabulary import FILLERS, PHRASES, SERVICES, SOFT
from terraformer.provider.bundle import search

__all__ = ["Schemas", "TypeChoice", "identifier", "required_paths", "select_types"]


# phrases --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _name_phrases(types: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """Every type's words after the provider's, as a phrase."""
    out: dict[tuple[str, ...], str] = {}
    for name in types:
        words = words_of(name.split("_", 1)[1] if "_" in name else name)
        if len(words) > 1 or len(words[0]) > 4:
            out.setdefault(words, name)
    return out


@lru_cache(maxsize=1)
def _vocabulary() -> dict[tuple[str, ...], tuple[str, ...]]:
    return {tuple(stem(w) for w in phrase.split()): types for phrase, types in PHRASES.items()}


def _family(type_name: str) -> str:
    return "_".join(type_name.removeprefix("data.").split("_")[:2])


def _service_phrases(facts: PromptFacts, types: Sequence[str], *, common: bool = False) -> dict[tuple[str, ...], str]:
    """Phrases of the types of the services that the prompt names, without the service's own words.

    Single words that mean many things count only where ``common`` is true.
    """
    prefixes: list[str] = []
    for service, families_of in SERVICES.items():
        if facts.mentions([stem(w) for w in service.split()], gap=0):
            prefixes.extend(p for p in families_of if p != "aws")
    families = {t.split("_")[1] for t in types if t.count("_") > 1}
    for token in facts.tokens:
        if token.stem in families and token.stem not in (
            "vpc",
            "default",
            "instance",
            "service",
            "resource",
            "internet",
        ):
            prefixes.append(f"aws_{token.stem}")
        elif token.text.lower() in families:
            prefixes.append(f"aws_{token.text.lower()}")
    out: dict[tuple[str, ...], str] = {}
    for prefix in dict.fromkeys(prefixes):
        for name in types:
            if name.startswith(prefix + "_"):
                words = words_of(name[len(prefix) + 1 :])
                if words and words not in out and (common or len(words) > 1 or words[0] not in _TOO_COMMON):
                    out[words] = name
    return out


_TOO_COMMON: Final = frozenset(
    [
        "account", "alias", "api", "app", "application", "attachment", "attribute", "certificate", "cluster",
        "component", "configuration", "connection", "connector", "container", "data", "database", "device",
        "directory", "domain", "endpoint", "entity", "environment", "event", "filter", "group", "host", "image",
        "index", "instance", "integration", "key", "link", "location", "member", "model", "module", "name",
        "object", "operation", "package", "permission", "plan", "policy", "pool", "profile", "project", "resource",
        "role", "rule", "schema", "selection", "server", "service", "setting", "site", "snapshot", "source",
        "stage", "stack", "storage", "stream", "table", "tag", "target", "task", "template", "thing", "topic",
        "type", "user", "value", "version", "volume", "worker", "workflow", "workspace", "access", "tier", "quota",
        "function",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int  # token indices
    end: int
    types: tuple[str, ...]
    soft: bool = False


def _hits(facts: PromptFacts, types: Sequence[str]) -> list[_Hit]:
    vocabulary = _vocabulary()
    names = _name_phrases(tuple(types))
    local = _service_phrases(facts, types)
    common = _service_phrases(facts, types, common=True)
    families = {_family(t) for t in local.values()}
    tokens = facts.tokens
    quoted = [(q.start, q.end) for q in facts.quoted if _is_name(q)]
    usable = [
        i
        for i, t in enumerate(tokens)
        if t.text.lower() not in FILLERS and not any(a <= t.start < b for a, b in quoted)
    ]
    hits: list[_Hit] = []
    place = 0
    while place < len(usable):
        for length in range(min(8, len(usable) - place), 0, -1):
            span = usable[place : place + length]
            words = tuple(tokens[i].stem for i in span)
            if _broken(facts, tokens[span[0]], tokens[span[-1]]):
                continue
            found: tuple[str, ...] | None = vocabulary.get(words)
            if found is None and words in names:
                found = (names[words],)
            if found is None and words in local:
                found = (local[words],)
            if found is not None:
                own = common.get(words) or (common.get(words[-1:]) if not _names_service(words) else None)
                if own and found and _family(found[0]) not in families:
                    found = (own,)  # a database in a prompt about Lightsail is Lightsail's
                if not facts.negated(tokens[span[0]].start):
                    soft = len(words) == 1 and words[0] in SOFT
                    hits.append(_Hit(span[0], span[-1] + 1, found, soft))
                place += length - 1
                break
        place += 1
    hard = {_family(h.types[0]) for h in hits if h.types and not h.soft}
    return [h for h in hits if not (h.soft and h.types and _family(h.types[0]) in hard)]


def _names_service(words: Sequence[str]) -> bool:
    return len(words) < 2 or any(w in SERVICES for w in words[:-1])


def _is_name(value: Value) -> bool:
    """Whether the quoted text is a name rather than a word for a thing: what follows "named" and such."""
    return bool(re.search(r"[_\d-]|^\S+$", value.text))


def _broken(facts: PromptFacts, first: Token, last: Token) -> bool:
    return bool(re.search(r"[.,;:!?()\"]\s|\n", facts.text[first.start : last.end]))


def _explicit(facts: PromptFacts, schemas: Schemas) -> list[_Hit]:
    """Types that are written out ("aws_s3_bucket"), small slips of underscores forgiven."""
    hits = []
    squashed: dict[str, str] | None = None
    for m in re.finditer(r"\b(?:aws|random|tls|archive)_[a-z0-9_]+\b", facts.text.lower()):
        name = m[0].rstrip("_")
        key = name
        if not schemas.has("resource", name):
            if schemas.has("data", name):
                key = f"data.{name}"
            else:
                if squashed is None:
                    squashed = {t.replace("_", ""): t for t in schemas.main.resource_types}
                found = squashed.get(name.replace("_", ""))
                if found is None:
                    continue
                key = found
        inside = [i for i, t in enumerate(facts.tokens) if m.start() <= t.start < m.end()]
        if inside and not facts.negated(m.start()):
            hits.append(_Hit(inside[0], inside[-1] + 1, (key,)))
    return hits


# names and counts -----------------------------------------------------------------------------------------------

_NAMING: Final = re.compile(
    r"""(?ix) \b(?: named | called | with\s+(?:the\s+)?(?:\w+\s+)?name | name\s*=?\s* | labell?ed | titled
    | name\s+(?:attribute\s+|parameter\s+)?(?:is\s+)?(?:set\s+)?(?:to|as|of) | (?:id|identifier)\s*= )
    \s*(?:is|as|to|of|=|:|\()*\s*(?:with\s+value\s+)?$""",
)


def _names(facts: PromptFacts, hit: _Hit, following: int | None) -> list[tuple[str, str]]:
    """(label, name) pairs that the prompt gives to the thing at the hit, in order: quoted after it.

    The two differ where it tells a resource's label from its name argument ('called "x" whose name is set to "y"').
    """
    tokens = facts.tokens
    after = tokens[hit.end - 1].end
    limit = tokens[following].start if following is not None else len(facts.text)
    end = min(limit, after + 160)
    found: list[tuple[str, str]] = []
    sentence = re.search(r"[.;!?]\s+[A-Z]", facts.text[after:end])
    if sentence:
        end = after + sentence.start() + 1
    for q in facts.quoted:
        if not after <= q.start < end:
            continue
        lead = facts.text[after : q.start]
        if found and re.search(r"(?i)\b(?:whose|with|its|and)\W+(?:the\W+)?name\b[^\"']{0,40}$", lead):
            found[-1] = (found[-1][0], q.text)
            continue
        direct = re.fullmatch(r"(?i)[\s(]*(?:resources?\s*)?(?:with\s+value|to|as|is|=|:|\(|,)*[\s(]*", lead)
        if re.search(r"(?i)\bname\s+(?:of|for)\s+(?:the\s+|an?\s+)?$", facts.text[: tokens[hit.start].start]):
            direct = direct or re.fullmatch(r"(?i)\s*(?:should|must|will|shall)?\s*(?:be|is|=|:)\s*", lead)
        if (
            direct
            or _NAMING.search(lead.rstrip(' ("'))
            or re.search(r"(?i)\b(?:named?|called|name\w*\s+(?:\w+\s+){0,3}(?:to|as|is|value))\b[^.\"']{0,20}$", lead)
        ) or (found and re.fullmatch(r"""(?i)[^"']*["'][^"']*["']\s*(?:,|and|&|\s)+\s*""", lead[-80:])):
            found.append((q.text, q.text))
        else:
            break
    if not found:
        bare = re.match(r"(?i)\s+(?:resource\s+)?(?:named|called)\s+([A-Za-z][\w.-]*\w)", facts.text[after:end])
        if bare and stem(bare[1]) not in _NOT_NAMES:
            found.append((bare[1], bare[1]))
    return found


_NOT_NAMES: Final = frozenset(["by", "a", "an", "the", "after", "it", "with", "as", "following"])


# selection ------------------------------------------------------------------------------------------------------


def select_types(prompt: str | PromptFacts, schemas: Schemas) -> list[TypeChoice]:
    """The blocks that a configuration for the prompt consists of, what is referred to first.

    Never empty: when nothing in the prompt is known, the best answer of the bundle's search is taken.
    """
    facts = prompt if isinstance(prompt, PromptFacts) else PromptFacts(prompt)
    explicit = _explicit(facts, schemas)
    taken = {i for h in explicit for i in range(h.start, h.end)}
    hits = explicit + [h for h in _hits(facts, schemas.main.resource_types) if not taken & set(range(h.start, h.end))]
    hits.sort(key=lambda h: h.start)
    chosen = _instances(facts, hits, schemas)
    _specialise(facts, chosen, schemas)
    if not chosen:
        chosen = _searched(facts, schemas)
    complete(facts, chosen, schemas)
    _name_later(facts, hits, chosen)
    return _ordered(_shared_label(chosen), schemas)[:MAX_RESOURCES]


def _shared_label(chosen: list[TypeChoice]) -> list[TypeChoice]:
    """Where the prompt gives one name to all that it names ("example"), what it leaves unnamed is labelled so too."""
    names = {c.label for c in chosen if c.name}
    if len(names) != 1 or sum(bool(c.name) for c in chosen) < 2:
        return chosen
    shared = names.pop()
    return [replace(c, label=shared) if c.label == "main" else c for c in chosen]


def _instances(facts: PromptFacts, hits: Sequence[_Hit], schemas: Schemas) -> list[TypeChoice]:
    chosen: list[TypeChoice] = []
    counts: dict[str, int] = {}
    given: dict[str, list[tuple[str, str]]] = {}
    for number, hit in enumerate(hits):
        following = hits[number + 1].start if number + 1 < len(hits) else None
        count = facts.count_before(hit.start, hit.end - 1)
        if count == 1 and hit.types and hit.types[0] in _PLURALS and _bare_plural(facts, hit):
            count = 2
        names = _names(facts, hit, following)
        if not hit.types:  # "the environment": means what was named in full before
            noun = facts.tokens[hit.end - 1].stem
            earlier = [k for h in hits for k in h.types if words_of(k)[-1] == noun and names]
            hit = replace(hit, types=tuple(dict.fromkeys(earlier))[:1])
        for position, written in enumerate(hit.types):
            key = "data." + written[5:] if written.startswith("data:") else written
            if not schemas.has("resource", key):
                continue
            if position == 0:
                known = given.setdefault(key, [])
                known.extend(n for n in names if n not in known)
                ordinal = facts.tokens[hit.start - 1].text.lower() if hit.start else ""
                if ordinal in ("second", "another") or (
                    hit.start > 1 and facts.tokens[hit.start - 2].text.lower() == "second"
                ):
                    count = max(2, count)
            counts[key] = max(counts.get(key, 0), count, len(given.get(key, ())), 1)
    for key, count in counts.items():
        names = given.get(key, [])
        for i in range(min(count, 6)):
            label, name = names[i] if i < len(names) else ("", "")
            fresh = new_choice(key, label, i, count, asked=True, why="named in the prompt")
            chosen.append(replace(fresh, name=name))
    return chosen


_PLURALS: Final = frozenset(["aws_subnet", "aws_instance", "aws_vpc", "aws_sqs_queue", "aws_s3_bucket"])


def _bare_plural(facts: PromptFacts, hit: _Hit) -> bool:
    """Whether several are meant without saying how many ("in private subnets")."""
    noun = facts.tokens[hit.end - 1]
    before = facts.tokens[hit.start - 1].text.lower() if hit.start else ""
    known = before in ("the", "these", "those", "all", "each", "any", "every", "both") or before.isdigit()
    return noun.text.lower() != noun.stem and not known


def _name_later(facts: PromptFacts, hits: Sequence[_Hit], chosen: list[TypeChoice]) -> None:
    """Give names that the prompt gives to things which only the closure has added ('the object "x"')."""
    for number, hit in enumerate(hits):
        following = hits[number + 1].start if number + 1 < len(hits) else None
        if hit.types and any(c.key == hit.types[0] and c.asked for c in chosen):
            continue
        noun = facts.tokens[hit.end - 1].stem
        for label, name in _names(facts, hit, following):
            for i, choice in enumerate(chosen):
                if choice.name or words_of(choice.type)[-1] != noun:
                    continue
                chosen[i] = replace(choice, label=label_of(label) or choice.label, name=name)
                break


def _specialise(facts: PromptFacts, chosen: list[TypeChoice], schemas: Schemas) -> None:
    """Add satellites: a type whose name is a chosen type's and one or two words more, all said in the prompt."""
    present = {c.key for c in chosen}
    words = facts.stems
    for phrase, name in _service_phrases(facts, schemas.main.resource_types).items():
        if len(phrase) < 2 or any(w in _TOO_COMMON for w in phrase) or any(k.startswith(name) for k in present):
            continue
        if facts.mentions(phrase, gap=1):
            present.add(name)
            chosen.append(new_choice(name, "", 0, 1, asked=True, why="its words in the prompt"))
    for choice in [c for c in chosen if c.kind == "resource"]:
        base = choice.type + "_"
        for name in schemas.main.resource_types:
            if not name.startswith(base) or name in present:
                continue
            extra = words_of(name[len(base) :])
            if extra[-1] == "configuration" and len(extra) > 1:
                extra = extra[:-1]
            own = schemas.block(choice.type)
            if any(set(extra) <= set(words_of(n)) for n in (*own.blocks, *own.attributes)):
                continue  # said inside the resource itself
            strong = [w for w in extra if w not in _TOO_COMMON]
            said_all = extra and strong and all(w in words for w in extra) and facts.mentions(extra, gap=2)
            grouped = extra == ("group",) and "group" in facts.stems and "together" in facts.stems
            if said_all or grouped:
                present.add(name)
                chosen.append(new_choice(name, "", 0, 1, asked=True, why=f"a satellite of {choice.type} in the prompt"))


def _searched(facts: PromptFacts, schemas: Schemas) -> list[TypeChoice]:
    hits = search(facts.text, source=schemas.main.source, kinds=("resource",), limit=1)
    best = hits[0].type if hits else "aws_s3_bucket"
    return [new_choice(best, "", 0, 1, asked=True, why="best match of the schema search")]


# order ----------------------------------------------------------------------------------------------------------


def _ordered(chosen: Sequence[TypeChoice], schemas: Schemas) -> list[TypeChoice]:
    """Labels made unique; what is referred to stands before what refers to it."""
    seen: set[str] = set()
    unique: list[TypeChoice] = []
    for choice in chosen:
        label, n = choice.label, 2
        while f"{choice.key}.{label}" in seen:
            label = f"{choice.label}_{n}"
            n += 1
        seen.add(f"{choice.key}.{label}")
        unique.append(replace(choice, label=label))
    keys = {c.key for c in unique}
    edges: dict[str, set[str]] = {}
    for key in keys:
        try:
            block = schemas.block(key)
        except KeyError:
            continue
        paths = {p for p, _ in required_paths(block)} | {p for p, _ in needs_of(NEEDS.get(key, {}))}
        links = (referent(key, p, schemas) for p in paths)
        edges[key] = {link.type for link in links if link is not None and link.type in keys and link.type != key}
    order: list[str] = []
    visiting: set[str] = set()

    def visit(key: str) -> None:
        if key in order or key in visiting:
            return
        visiting.add(key)
        for other in sorted(edges.get(key, ())):
            visit(other)
        order.append(key)

    for choice in unique:
        visit(choice.key)
    return sorted(unique, key=lambda c: order.index(c.key))
