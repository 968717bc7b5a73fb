"""What a request asks to be done to which blocks, found without a model: the frame that a grammar over edits fills.

Lexical, as the choice of types is (grammar/select.py): existing blocks are found by label, type and literal; arguments
by their names and by the values that the request gives; new blocks by the types that the request names and the
configuration lacks. NOT covered: changes that follow from others (a policy for a new key), refactoring, renaming of
labels, anything that has to be thought out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from terraformer.generate.grammar.choices import Schemas, TypeChoice
from terraformer.generate.grammar.closure import wanted_by
from terraformer.generate.grammar.constraints import Constraints
from terraformer.generate.grammar.facts import PromptFacts, stem, words_of
from terraformer.generate.grammar.select import select_types
from terraformer.generate.grammar.units import in_units_of
from terraformer.generate.grammar.values import enum_value, hcl_string, said
from terraformer.hcl import NOT_LITERAL
from terraformer.hcl.merge import parts_of
from terraformer.hcl.scan import parse_file
from terraformer.hcl.syntax import NativeBody, NativeFile
from terraformer.provider.schema import Attribute, Block
from terraformer.types import TerraformConfig

__all__ = ["Alteration", "EditPlan", "Existing", "make_plan"]

MAX_NEW: Final = 8
MAX_OFFERED: Final = 24
_DELETE: Final = re.compile(r"\b(?:remove|delete|drop|destroy|get rid of|take away|decommission)\b", re.I)
_NEW: Final = re.compile(r"\b(?:another|second|third|new|additional|extra|more|one more)\b", re.I)
_FROM_TO: Final = re.compile(
    r"""\bfrom\s+["'`]?(?P<a>[\w./:@-]{1,100})["'`]?\s+to\s+["'`]?(?P<b>[\w./:@-]{0,100}[\w])["'`]?"""
    r"""|\breplace\s+["'`]?(?P<c>[\w./:@-]{1,100})["'`]?\s+(?:with|by)\s+["'`]?(?P<d>[\w./:@-]{0,100}[\w])["'`]?"""
    r"""|["'`]?(?P<f>[\w./:@-]{0,100}[\w])["'`]?\s+instead of\s+["'`]?(?P<e>[\w./:@-]{0,100}[\w])["'`]?""",
    re.I,
)
_TAG: Final = re.compile(
    r"""["'`]?(?P<key>[A-Za-z][\w:-]{0,60})["'`]?\s*(?:=>?|:|\bof\b|\bwith (?:the )?value\b|\bset to\b|\bto\b)\s*"""
    r"""["'`]?(?P<value>[\w./@-]{1,100}?)["'`]?(?=[\s,.;)]|$)"""
)
_UNITS: Final = frozenset(
    [
        "second",
        "minute",
        "hour",
        "day",
        "in",
        "mb",
        "gb",
        "size",
        "byte",
        "count",
        "limit",
        "retention",
        "period",
        "number",
    ]
)
"""Words of argument names that requests leave out, or say as a unit."""
_SPOKEN: Final = (
    (r"\bsubscribe\b", "subscription of"),
    (r"\bencrypt(?:ion|ed|s)?(?: at rest)?\b", "encrypted"),
    (r"\be-mail\b", "email"),
    (r"\bIMDS ?v2\b", "metadata options http tokens required"),
)
"""Ways to say what the schemas name otherwise."""
_INDEFINITE: Final = re.compile(
    r"\b(?:an?|another|new|one)\s+(?:(?!the\b|for\b|of\b|in\b|on\b|to\b)\S+\s+){0,3}$", re.I
)
_ADDING: Final = re.compile(r"\b(?:add|create|attach|provision|introduce|set up|deploy)\b", re.I)
_STRONG: Final = 3.0
"""Score of a block that the request surely means: its label and what it is."""
_NAMING: Final = ("name", "bucket", "identifier", "function_name", "family", "cluster_identifier")
_ON: Final = re.compile(r"\b(?:enable|enabled|turn(?:ed)? on|switch(?:ed)? on|activate)\b", re.I)
_OFF: Final = re.compile(r"\b(?:disable|disabled|turn(?:ed)? off|switch(?:ed)? off|deactivate|no longer)\b", re.I)


@dataclass(frozen=True, slots=True)
class Existing:
    """A block of the configuration: as a choice of type (what the grammar's value makers know), and where it is."""

    choice: TypeChoice
    path: str
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Alteration:
    """An argument of an existing block that gets one of ``values`` (HCL expressions). ``path`` is dotted; ``inside``
    tells whether the nested blocks on the way exist already. ``optional``: a guess, which may be left out."""

    target: Existing
    path: str
    values: tuple[str, ...]
    inside: bool = True
    optional: bool = False


@dataclass(frozen=True, slots=True)
class EditPlan:
    """``remove`` are addresses; ``new`` choices whose bodies the schema grammar writes; ``existing`` everything that
    they may refer to, the blocks that the request means first. Where nothing was understood, ``instead`` are arguments
    of which the model picks one."""

    facts: PromptFacts
    existing: tuple[Existing, ...]
    alterations: tuple[Alteration, ...] = ()
    new: tuple[TypeChoice, ...] = ()
    remove: tuple[str, ...] = ()
    instead: tuple[Alteration, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.alterations or self.new or self.remove)


def make_plan(config: TerraformConfig, request: str, schemas: Schemas) -> EditPlan:
    """The plan for a request. Deterministic; ``empty`` when nothing of the request was understood."""
    planner = _Planner(config, request, schemas)
    plan = planner.plan()
    return replace(plan, instead=tuple(planner.anything())) if plan.empty else plan


class _Planner:
    def __init__(self, config: TerraformConfig, request: str, schemas: Schemas) -> None:
        self.config, self.schemas = config, schemas
        self.request = request[:20_000]
        for pattern, spelling in _SPOKEN:
            self.request = re.sub(pattern, spelling, self.request, flags=re.I)
        self.facts = PromptFacts(self.request)
        # What a value is changed from is no value to be set.
        self.wished = PromptFacts(re.sub(r"(?i)\bfrom\s+\S+\s+to\b", "to", self.request))
        self.words = {stem(w) for w in re.findall(r"[A-Za-z][A-Za-z0-9]*|\d+", self.facts.text)}

    @cached_property
    def files(self) -> dict[str, NativeFile]:
        found = {p: parse_file(p, c) for p, c in self.config.module_files.items() if p.endswith(".tf")}
        return {p: f for p, f in found.items() if isinstance(f, NativeFile)}

    @cached_property
    def existing(self) -> list[Existing]:
        found: list[Existing] = []
        for path in self.files:
            content = self.config.files[path]
            for part in parts_of(content, path):
                if part.key[0] not in ("resource", "data") or len(part.key) != 3:
                    continue
                kind, type_, label = part.key
                key = f"data.{type_}" if kind == "data" else type_
                if not self.schemas.has("resource", key):
                    continue
                text = content[part.start : part.end].decode("utf-8", "replace")
                choice = TypeChoice(kind, type_, label, "", True, "exists")
                found.append(Existing(choice, path, self._score(type_, label, text), text))
        return sorted(found, key=lambda e: -e.score)

    def _score(self, type_: str, label: str, text: str) -> float:
        score = 0.0
        labels = {stem(w) for w in re.findall(r"[A-Za-z]+|\d+", label)}
        own = [w for w in words_of(type_) if w != "aws"]
        if labels & self.words and label not in ("this", "main", "default"):
            score += 2.0 * len(labels & self.words) / len(labels)
        if own and own[-1] in self.words:
            score += 1.0
        score += len(set(own) & self.words) / max(1, len(own))
        lower = self.request.lower()
        if re.search(rf"(?<![\w-]){re.escape(label.lower())}(?![\w-])", lower) and len(label) > 2:
            score += 2.0
        if f"{type_}.{label}" in self.request:
            score += 6.0
        elif type_ in self.request:
            score += 2.0
        for quoted in self.facts.quoted:
            if f'"{quoted.text}"' in text or quoted.text == label:
                score += 2.0
        return score

    def targets(self, keys: Collection[str] | None = None) -> list[Existing]:
        """The blocks that the request means best, of some types where given; several when they are equal."""
        of = [e for e in self.existing if keys is None or e.choice.key in keys]
        best = of[0].score if of else 0.0
        if best < 1.0:
            return of if keys is not None and len(of) == 1 else []  # the only one of a type that the request names
        every = re.search(r"\b(?:all|every|each|both)\b", self.request, re.I) is not None
        return [e for e in of if (e.score >= max(1.0, best * 0.5) if every else e.score >= best - 1e-9)]

    # --- the plan

    def plan(self) -> EditPlan:
        plan = EditPlan(self.facts, tuple(self.existing))
        if _DELETE.search(self.request) and (gone := self._removed()):
            return replace(plan, remove=gone)
        if renamed := self._renamed():
            return replace(plan, alterations=renamed)
        chosen = [
            c for c in select_types(self.facts, self.schemas) if c.asked and c.why != "best match of the schema search"
        ]
        present = {e.choice.key for e in self.existing}
        fresh = [c for c in chosen if c.key not in present or self._another(c)]
        strong = [e for e in self.existing if e.score >= _STRONG]
        if strong and not _ADDING.search(self.request):
            # Words that also are types of their own ("records" of a stream) mean what exists.
            fresh = [c for c in fresh if self._introduced(c) or self._belongs(c, strong)]
        named = {c.key for c in fresh if c.name}
        fresh = [c for c in fresh if c.name or c.key not in named]
        alterations = [*self._tags(), *self._from_to()]
        met = [c.key for c in chosen if c.key in present and c not in fresh]
        targets = self._targets_of(met) or ([] if fresh else self.targets()[:1] or self._likeliest())
        for target in targets:
            known = {(a.target.choice.address, a.path) for a in alterations}
            alterations.extend(a for a in self._spoken(target) if (target.choice.address, a.path) not in known)
        fresh = [c for c in fresh if not self._is_said_inside(c, targets)]
        adding = _NEW.search(self.request) or _ADDING.search(self.request)
        if alterations and not adding:
            # What an existing block says now needs no new one, unless it is a setting of that block.
            fresh = [c for c in fresh if any(c.type.startswith(t.choice.type + "_") for t in targets)]
        fresh = self._closed([*fresh, *self._encryption(targets)])
        if not alterations and not fresh:
            alterations = list(self._guesses(targets or self.targets()[:1]))
        return replace(plan, alterations=tuple(alterations), new=tuple(fresh))

    def _introduced(self, choice: TypeChoice) -> bool:
        """Whether the request speaks of it as of something new: with "a", "another", "new", or by its type's name."""
        if choice.type in self.request:
            return True
        noun = words_of(choice.type)[-1]
        for i, _ in self.facts.find([noun]):
            if _INDEFINITE.search(
                self.facts.text[max(0, self.facts.tokens[i].start - 60) : self.facts.tokens[i].start]
            ):
                return True
        return False

    @staticmethod
    def _belongs(choice: TypeChoice, strong: Sequence[Existing]) -> bool:
        return any(choice.type.startswith(e.choice.type + "_") for e in strong)

    def _renamed(self) -> tuple[Alteration, ...]:
        told = re.search(r"""\brenam\w+\b.{0,200}?\b(?:to|as|into)\s+["'`]?([\w.-]*\w)""", self.request, re.I)
        target = next(iter(self.targets()), None)
        if told is None or target is None:
            return ()
        names = self.schemas.block(target.choice.key).attributes
        argument = next((n for n in _NAMING if n in names), None)
        return (Alteration(target, argument, (hcl_string(told[1]),)),) if argument else ()

    def _encryption(self, targets: Sequence[Existing]) -> list[TypeChoice]:
        """The encryption of a bucket is a resource of its own."""
        key = "aws_s3_bucket_server_side_encryption_configuration"
        buckets = [t for t in targets if t.choice.key == "aws_s3_bucket"]
        if not buckets or not self.facts.mentions(("encrypted",)) or not self.schemas.has("resource", key):
            return []
        return [
            TypeChoice("resource", key, t.choice.label, "", True, "encryption of a bucket")
            for t in buckets
            if not any(e.choice.key == key and t.choice.address + "." in e.text for e in self.existing)
        ]

    def _likeliest(self) -> list[Existing]:
        """The best block, where it is better than all others."""
        if not self.existing or self.existing[0].score <= 0.3:
            return []
        rivals = self.existing[1:2]
        return self.existing[:1] if not rivals or rivals[0].score < self.existing[0].score else []

    def _targets_of(self, keys: Sequence[str]) -> list[Existing]:
        found: list[Existing] = []
        for key in dict.fromkeys(keys):
            found.extend(self.targets({key}))
        return found

    def _removed(self) -> tuple[str, ...]:
        found = self.targets()
        if not found or found[0].score < 2.0:
            return ()
        gone = [e.choice.address for e in found]
        # What says only how the removed block is set goes with it.
        for other in self.existing:
            refers = any(re.search(rf"(?<![\w.]){re.escape(a)}\b", other.text) for a in gone)
            if (
                refers
                and other.choice.address not in gone
                and any(other.choice.type.startswith(e.choice.type + "_") for e in found)
            ):
                gone.append(other.choice.address)
        outputs = []
        for path in self.files:
            content = self.config.files[path]
            for part in parts_of(content, path):
                text = content[part.start : part.end].decode("utf-8", "replace")
                if part.key[0] == "output" and any(re.search(rf"(?<![\w.]){re.escape(a)}\b", text) for a in gone):
                    outputs.append(part.address)
        return (*gone, *outputs)

    def _another(self, choice: TypeChoice) -> bool:
        """Whether a further block of a type that exists is asked for."""
        words = words_of(choice.type)[1:]
        nouns = [words[-1], *(("bucket",) if choice.type == "aws_s3_bucket" else ())]
        for noun in nouns:
            for i, _ in self.facts.find([noun]):
                before = self.facts.text[max(0, self.facts.tokens[i].start - 40) : self.facts.tokens[i].start]
                if _NEW.search(before) or _INDEFINITE.search(before):
                    return choice.label not in {e.choice.label for e in self.existing if e.choice.key == choice.key}
        return False

    def _is_said_inside(self, choice: TypeChoice, targets: Sequence[Existing]) -> bool:
        """Whether a "new" type is what an existing block has as nested block or argument already."""
        for target in targets:
            extra = choice.type.removeprefix(target.choice.type + "_")
            if extra != choice.type and re.search(rf"^\s*{re.escape(extra)}\s*[{{=]", target.text, re.M):
                return True
        return False

    def _closed(self, fresh: Sequence[TypeChoice]) -> list[TypeChoice]:
        """New blocks with those that they must refer to and that are not there; labels unique."""
        chosen = [e.choice for e in self.existing] + list(fresh)
        added = list(fresh)
        queue = list(fresh)
        while queue and len(added) < MAX_NEW:
            choice = queue.pop(0)
            for key, _, why in wanted_by(choice, self.facts, self.schemas, chosen):
                if any(c.key == key for c in chosen) or not self.schemas.has("resource", key):
                    continue
                kind, name = ("data", key[5:]) if key.startswith("data.") else ("resource", key)
                new = TypeChoice(kind, name, "main", "", False, why)
                chosen.append(new)
                added.insert(0, new)
                queue.append(new)
        taken = {e.choice.address for e in self.existing}
        out: list[TypeChoice] = []
        anchor = next((e for e in self.existing if e.score >= 1.0), None)
        for choice in added[:MAX_NEW]:
            label = choice.label
            if label == "main" and anchor is not None and choice.type.startswith(anchor.choice.type + "_"):
                label = anchor.choice.label  # the settings of a block bear its label
            number = 2
            while f"{choice.key}.{label}" in taken:
                label = f"{choice.label}_{number}"
                number += 1
            taken.add(f"{choice.key}.{label}")
            out.append(replace(choice, label=label))
        return out

    # --- alterations

    def _body(self, target: Existing) -> NativeBody | None:
        body = self.files[target.path].body
        for block in body.blocks(target.choice.kind, 2):
            if block.labels == (target.choice.type, target.choice.label) and isinstance(block.body, NativeBody):
                return block.body
        return None

    def _spoken(self, target: Existing) -> Iterator[Alteration]:
        """Arguments that the request names together with a value: by their own words, else by a unit or the like."""
        body = self._body(target)
        if body is None:
            return
        schema = self.schemas.block(target.choice.key)
        for own_words in (True, False):
            found = list(self._in_block(target, schema, body, "", 2, own_words))
            if found:
                yield from found
                return

    def _in_block(
        self, target: Existing, schema: Block, body: NativeBody, prefix: str, depth: int, own_words: bool
    ) -> Iterator[Alteration]:
        for name, attribute in schema.attributes.items():
            if not (attribute.optional or attribute.required) or attribute.deprecated or attribute.write_only:
                continue
            if name in ("id", "tags", "tags_all", "region"):
                continue
            path = f"{prefix}{name}"
            values = self._named(path, attribute, target) if own_words else self._by_unit(path, attribute)
            if values:
                yield Alteration(target, path, tuple(values))
        for name, nested in schema.blocks.items() if depth else ():
            inner = next((b.body for b in body.blocks(name, 0)), None)
            if isinstance(inner, NativeBody):
                yield from self._in_block(target, nested.block, inner, f"{prefix}{name}.", depth - 1, own_words)
            elif own_words and self.facts.mentions(words_of(name), gap=1):
                on, off = _ON.search(self.request), _OFF.search(self.request)
                old = target.choice.type == "aws_s3_bucket"  # whose settings are resources of their own
                if (on or off) and "enabled" in nested.block.attributes and not old:
                    value = "false" if off is not None and on is None else "true"
                    yield Alteration(target, f"{prefix}{name}.enabled", (value,), inside=False)
                    continue
                # A block that is not there yet: only with all that it cannot do without.
                found = list(self._in_block(target, nested.block, _EMPTY, f"{prefix}{name}.", 0, True))
                given = {a.path.rpartition(".")[2] for a in found}
                if found and all(n in given for n, a in nested.block.attributes.items() if a.required):
                    yield from (replace(a, inside=False) for a in found)

    def _by_unit(self, path: str, attribute: Attribute) -> list[str]:
        spoken = said(self.wished, path, attribute)
        if spoken is None or (
            attribute.enum and attribute.type == "string" and not all(s.strip('"') in attribute.enum for s in spoken)
        ):
            return []
        return spoken

    def _named(self, path: str, attribute: Attribute, target: Existing) -> list[str]:
        """Values of an argument whose words stand in the request."""
        words = words_of(attribute.name)
        parent = words_of(path.split(".")[-2]) if "." in path else words_of(target.choice.type)
        on, off = _ON.search(self.request), _OFF.search(self.request)
        enum = [str(v) for v in attribute.enum or ()] or self._allowed(target.choice, path, attribute)
        if words in (("status",), ("state",)) and {"enabled", "disabled", "suspended"} & {v.lower() for v in enum}:
            wanted = ("disabled", "suspended") if off is not None and on is None else ("enabled",)
            topic = [w for w in parent if w not in ("configuration", "aws", "setting")]
            if (on or off) and self.facts.mentions(topic, gap=1):
                return [hcl_string(v) for v in enum if v.lower() in wanted]
            return []
        core = [w for w in words if w not in _UNITS and not (w in ("enabled", "enable") and len(words) > 1)]
        encrypted = attribute.type == "bool" and {"encrypted", "encryption"} & set(words) and "encrypted" in self.words
        if attribute.type == "string" and enum and "encryption" in words and "encrypted" in self.words:
            return [hcl_string(v) for v in enum if re.search(rf"\b{re.escape(v)}\b", self.request, re.I)]
        if not core or not (encrypted or self.facts.mentions(core, gap=2)):
            return []
        if attribute.type == "bool":
            asked = on or off or re.search(r"\b(?:make|set|use|with|should|must|add|turn)\b", self.request, re.I)
            if not (asked or encrypted):
                return []
            return ["false" if off is not None and on is None else "true"]
        if attribute.type == "number":
            number = self._number_near(core, path.rpartition(".")[2])
            return [number] if number is not None else []
        if attribute.type != "string":
            return []
        lower = self.request.lower()
        meant = [v for v in enum if re.search(rf"(?<![\w.]){re.escape(v.lower())}(?![\w]|\.\d)", lower)]
        if enum:
            return [hcl_string(v) for v in meant if v.lower() not in words]
        return said(self.wished, path, attribute) or self._value_after(core)

    def _value_after(self, core: Sequence[str]) -> list[str]:
        """What stands after "to" behind the words: a quoted text, or one that looks like a value ("a.b", "4x")."""
        for _, end in self.wished.find(list(core), gap=2):
            rest = self.wished.text[self.wished.tokens[end - 1].end :][:80]
            told = re.match(
                r"""[^.;]{0,50}?\b(?:to|as|=)\s*(?:"([^"\n]{1,60})"|'([^'\n]{1,60})'|([\w./:@-]{1,60}\w))""", rest
            )
            if told is None:
                continue
            value = told[1] or told[2] or told[3]
            if told[3] is None or re.search(r"[\d./_-]|[a-z][A-Z]|^[A-Z_]+$", value):
                return [hcl_string(value)]
        return []

    def _allowed(self, choice: TypeChoice, path: str, attribute: Attribute) -> list[str]:
        """The few values that the provider takes, where it is known for that."""
        if attribute.type != "string":
            return []
        checks = Constraints(self.schemas.source_of(choice.key), choice.kind, choice.type)
        return [str(v) for v in checks.allowed(path)]

    def _number_near(self, core: Sequence[str], argument: str) -> str | None:
        """The number nearest to the words, in tokens, in the argument's unit; what follows them counts as nearer."""
        tokens = self.wished.tokens
        best: tuple[int, str] | None = None
        for start, end in self.wished.find(list(core), gap=2):
            for k, token in enumerate(tokens):
                if not re.fullmatch(r"\d+(?:\.\d+)?", token.text):
                    continue
                distance = (k - end) * 2 if k >= end else (start - k) * 2 + 1
                if best is None or distance < best[0]:
                    best = (distance, in_units_of(argument, token.text, self.wished.text[token.end :]))
        return best[1] if best is not None else None

    def _from_to(self) -> Iterator[Alteration]:
        """ "from A to B": wherever A stands as a literal, in the blocks that the request means first."""
        for match in _FROM_TO.finditer(self.request):
            groups = match.groupdict()
            old = groups["a"] or groups["c"] or groups["e"]
            new = groups["b"] or groups["d"] or groups["f"]
            if not old or not new:
                continue
            for target in self.targets() or self.existing[:20]:
                body = self._body(target)
                if body is None:
                    continue
                found = list(_holding(body, old, "", 3))
                for path, literal in found:
                    number = isinstance(literal, (int, float)) and not isinstance(literal, bool)
                    fits = re.fullmatch(r"-?\d+(?:\.\d+)?", new) if number else True
                    if fits:
                        yield Alteration(target, path, (new if number else hcl_string(new),))
                if found:
                    break

    def _tags(self) -> Iterator[Alteration]:
        told = re.search(r"\b(?:tag|tags|tagged|label|labels|labelled)\b", self.request, re.I)
        if told is None:
            return
        after = self.request[told.end() :]
        pairs = {
            m["key"]: m["value"].rstrip(".")
            for m in _TAG.finditer(after)
            if m["key"].lower()
            not in ("tag", "tags", "value", "key", "the", "to", "and", "with", "resource", "resources", "bucket")
        }
        if not pairs:
            named = re.search(
                r"""["'`]?([A-Za-z][\w:-]{0,60})["'`]?\s+tags?\b[^.]{0,200}?\b(?:to|of|=)\s*["'`]?([\w./@-]+)""",
                self.request,
            )
            if named is None:
                return
            if {named[1].lower(), named[2].lower()} & {"the", "a", "an", "all", "every", "each", "its", "image"}:
                return
            pairs = {named[1]: named[2].rstrip(".")}
        every = re.search(r"\b(?:all|every|each|everything)\b", self.request, re.I) is not None
        targets = [e for e in self.existing if e.choice.kind == "resource"] if every else self.targets()
        for target in targets:
            block = self.schemas.block(target.choice.key)
            if "tags" not in block.attributes:
                continue
            body = self._body(target)
            known = body.attribute("tags") if body is not None else None
            yield Alteration(
                target, "tags", (_with_tags(known.text if known else "", known.literal if known else {}, pairs),)
            )

    def anything(self) -> Iterator[Alteration]:
        """Simple arguments of the likeliest blocks, with the values that they have and those that the request holds."""
        numbers = list(dict.fromkeys(re.findall(r"(?<![\w.])\d+(?![\w.])", self.wished.text)))[:4]
        texts = [hcl_string(q.text) for q in self.facts.quoted][:4]
        on, off = _ON.search(self.request), _OFF.search(self.request)
        offered = 0
        for target in self.existing:
            body = self._body(target)
            for name, expression in body.attributes() if body is not None else ():
                value = expression.literal
                if value is NOT_LITERAL or value is None or isinstance(value, (list, dict)) or offered >= MAX_OFFERED:
                    continue
                more = texts
                if isinstance(value, bool):
                    more = ["true"] if on else ["false"] if off else []
                elif isinstance(value, (int, float)):
                    more = numbers
                offered += 1
                yield Alteration(target, name, tuple(dict.fromkeys([expression.text, *more])))

    def _guesses(self, targets: Sequence[Existing]) -> Iterator[Alteration]:
        """Nothing was understood but the block: simple arguments that share most words with the request."""
        for target in targets[:1]:
            ranked: list[tuple[float, str, list[str]]] = []
            for name, attribute in self.schemas.block(target.choice.key).attributes.items():
                if not attribute.optional or attribute.deprecated or name in ("tags", "tags_all", "region", "id"):
                    continue
                words = set(words_of(name)) - {"enable", "enabled"}
                shared = words & (self.words - set(words_of(target.choice.type)))
                values: list[str] = []
                if attribute.type == "bool":
                    values = ["false"] if _OFF.search(self.request) else ["true"]
                elif attribute.enum and attribute.type == "string":
                    values = enum_value(attribute, self.facts)
                elif attribute.type == "number" and (number := re.search(r"\b\d+\b", self.wished.text)):
                    values = [in_units_of(name, number[0], self.wished.text[number.end() :])]
                if shared and values:
                    ranked.append((len(shared) / len(words) + 0.1 * len(shared), name, values))
            ranked.sort(key=lambda r: (-r[0], r[1]))
            for place, (_, name, values) in enumerate(ranked[:2]):
                yield Alteration(target, name, tuple(values), optional=place > 0)


_EMPTY: Final = NativeBody(NativeFile("", b""), None)


def _holding(body: NativeBody, old: str, prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Paths of arguments whose literal value is ``old``."""
    for name, expression in body.attributes():
        value = expression.literal
        if value is NOT_LITERAL or isinstance(value, (bool, list, dict)) or value is None:
            continue
        if str(value) == old:
            yield f"{prefix}{name}", value
    if depth:
        seen: set[str] = set()
        for block in body.all_blocks():
            # Of several blocks of one name the grammar over edits can only name the first.
            if not block.labels and block.type not in seen and isinstance(block.body, NativeBody):
                seen.add(block.type)
                yield from _holding(block.body, old, f"{prefix}{block.type}.", depth - 1)


def _with_tags(text: str, literal: Any, pairs: dict[str, str]) -> str:
    """The tags' expression with further pairs: a map where it is one, else merge(...)."""
    added = "".join(f"    {_key(k)} = {json.dumps(v)}\n" for k, v in pairs.items())
    if not text:
        return "{\n" + added + "  }"
    if isinstance(literal, dict):
        kept = "".join(
            f"    {_key(k)} = {hcl_string(v) if isinstance(v, str) else json.dumps(v)}\n"
            for k, v in literal.items()
            if k not in pairs
        )
        return "{\n" + kept + added + "  }"
    if text.startswith("{") and "\n" in text and "#" not in text:
        return text.rstrip()[:-1].rstrip() + "\n" + added + "  }"
    inline = ", ".join(f"{_key(k)} = {json.dumps(v)}" for k, v in pairs.items())
    return f"merge({text}, {{ {inline} }})"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][\w-]*", name) else json.dumps(name)
