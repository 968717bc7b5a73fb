"""Outputs: added, removed, renamed, described, hidden."""

from __future__ import annotations

import re
from typing import Final

from terraformer.data.intents import Count, Demand, RefersTo, Subject
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.base import Change, Say, Target, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import GENERIC, Code, Words
from terraformer.data.mutation.operators.variables import argument_words

_SHOWN: Final = (
    "arn",
    "id",
    "url",
    "endpoint",
    "dns_name",
    "name",
    "bucket_domain_name",
    "domain_name",
    "invoke_arn",
    "public_ip",
    "private_ip",
    "key_id",
    "hosted_zone_id",
    "zone_id",
    "address",
    "repository_url",
    "invoke_url",
    "execution_arn",
    "qualified_arn",
    "reader_endpoint",
    "port",
    "website_endpoint",
    "certificate_authority",
    "unique_id",
    "bucket",
    "arn_suffix",
    "status",
    "version",
    "availability_zone",
    "cidr_block",
)
_WHY: Final = (
    "Another stack has to read it.",
    "The deployment script needs it.",
    "Our application reads it from the Terraform outputs.",
    "I always have to look it up in the console.",
)


@operator("outputs", when=lambda t: t.instances > 0 and not t.block.repeated, weight=1.6, structural=True)
def add_output(t: Target) -> Change | None:
    attributes = t.schema.attributes
    shown = [
        n
        for n in _SHOWN
        if n in attributes
        and not attributes[n].sensitive
        and attributes[n].deprecated is None
        and attributes[n].type in ("string", "number")
        and (n in ("arn", "id") or attributes[n].computed or n in t.block.arguments)
    ]
    used = {r.parts for b in t.syntax.of("output") for r in t.syntax.references(t.address, within=b)}
    shown = [n for n in shown if (*t.address.split("."), n) not in used]
    if not shown:
        return None
    attribute = t.pick(*shown[:2], *shown)
    role = t.label if t.label.lower() not in GENERIC else re.sub(r"\W+", "_", t.it.noun.lower())
    name = t.pick(f"{role}_{attribute}", f"{role}_{attribute}", f"{t.type.split('_', 1)[-1]}_{attribute}")
    if t.syntax.find(f"output.{name}") is not None or len(name) > 50:
        return None
    words = argument_words(attribute)
    lines = [f'output "{name}" {{']
    known = t.syntax.of("output")
    if any(b.has("description") for b in known) or (not known and t.rng.random() < 0.4):
        lines.append(f"  description = {literal(f'{words[:1].upper()}{words[1:]} of the {t.it.noun}.')}")
        lines.append(f"  value       = {t.address}.{attribute}")
    else:
        lines.append(f"  value = {t.address}.{attribute}")
    text = "\n".join([*lines, "}"])
    draft = t.draft()
    if known:
        draft.append(text, near=known[-1])
    else:
        draft.append(text, file=draft.home("output"))
    return t.change(
        draft,
        Say(
            "{{add|create} an output {called |named |}<name> {with|that shows|for} the <attr> of <it>|{output"
            "|export} the <attr> of <it> as <name>"
            "|{show|expose} the <attr> of <it> {as|in} an output {called |named |}<name>}",
            "{there should be an output <name> with the <attr> of <it>"
            "|the <attr> of <it> should be available as {the|an} output <name>}",
            _WHY,
            {"name": Code(name), "attr": Words(words)},
        ),
        demands=[
            Demand(
                Subject.OUTPUT,
                label=name,
                having=(RefersTo(Refer(type=t.type, label=t.label, attribute=attribute), ("value",)),),
            )
        ],
        touches=[f"output.{name}"],
    )


@operator("outputs", on="output", weight=1.0, structural=True)
def remove_output(t: Target) -> Change | None:
    return t.change(
        t.draft().delete(t.block),
        Say(
            "{{remove|delete|drop} the output <name>|stop {exporting|showing} <name>{ as an output|}|{remove"
            "|drop} the <name> output{, nobody reads it|}}",
            "the output <name> {should go|is not needed any more}",
            ("Nobody reads it.", "We show more than we have to."),
            {"name": Code(t.label)},
        ),
        demands=[Demand(Subject.OUTPUT, label=t.label, count=Count.none())],
        removed_outputs=[t.label],
        touches=t.base.referred(t.block),
    )


@operator("outputs", on="output", weight=1.0, structural=True)
def rename_output(t: Target) -> Change | None:
    words = t.label.split("_")
    options = [f"{t.label}_value", f"{t.label}_out", f"app_{t.label}", "_".join([words[-1], *words[:-1]])]
    references = [
        r for r in t.syntax.references(within=t.block) if r.address.count(".") == 1 and "_" in r.address.split(".")[0]
    ]
    if references:
        kind, label = references[0].address.split(".")
        last = references[0].parts[-1] if len(references[0].parts) > 2 else "id"
        options += [f"{kind.split('_', 1)[-1]}_{last}", f"{label}_{last}", f"{kind.split('_')[-1]}_{last}"] * 2
    options = [o for o in options if o != t.label and t.syntax.find(f"output.{o}") is None and len(o) < 45]
    if not options:
        return None
    new = t.pick(*options)
    start, end = t.block.label_ranges[0]
    having = tuple(RefersTo(Refer(type=r.parts[0], label=r.parts[1]), ("value",)) for r in references[:1])
    return t.change(
        t.draft().splice(t.block.file, start, end, f'"{new}"'),
        Say(
            "{rename the output <old> to <new>|call the output <old> <new> instead|{change"
            "|set} the name of the output <old> to <new>}",
            "the output <old> should be {called|named} <new>",
            ("The names of our outputs are not consistent.", "The module that reads it expects another name."),
            {"old": Code(t.label), "new": Code(new)},
        ),
        demands=[
            Demand(Subject.OUTPUT, label=new, having=having),
            Demand(Subject.OUTPUT, label=t.label, count=Count.none()),
        ],
        removed_outputs=[t.label],
        touches=[f"output.{new}", *t.base.referred(t.block)],
    )


@operator("outputs", on="output", when=lambda t: not t.block.has("description"), weight=0.8, structural=True)
def describe_output(t: Target) -> Change | None:
    words = argument_words(t.label)
    text = t.pick(
        f"{words[:1].upper()}{words[1:]}.",
        f"The {words}.",
        f"{words[:1].upper()}{words[1:]}, for other stacks.",
        f"{words[:1].upper()}{words[1:]} to be read by scripts.",
    )
    at = t.block.inner_start
    return t.change(
        t.draft().splice(t.block.file, at, at, f"\n  description = {literal(text)}"),
        Say(
            "{add the description <text> to the output <name>|give the output <name> the description <text>}",
            "the output <name> should have the description <text>",
            ("Our linter wants descriptions.",),
            {"name": Code(t.label), "text": text},
        ),
        demands=[Demand(Subject.OUTPUT, label=t.label, having=(equals("description", text),))],
        touches=t.base.referred(t.block),
    )


@operator("outputs", on="output", when=lambda t: not t.block.has("sensitive"), weight=0.6, structural=True)
def hide_output(t: Target) -> Change | None:
    return t.change(
        t.draft().insert_argument(t.block, "sensitive = true"),
        Say(
            "{mark|flag|declare} the output <name> as sensitive",
            "the {value of the |}output <name> should {be sensitive|not show up in logs}",
            ("It showed up in the pipeline's log.", "Our logs are public to the whole company."),
            {"name": Code(t.label)},
        ),
        demands=[Demand(Subject.OUTPUT, label=t.label, having=(equals("sensitive", True),))],
        touches=t.base.referred(t.block),
    )
