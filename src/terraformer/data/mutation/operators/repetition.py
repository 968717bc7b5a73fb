"""Repeated things: count and for_each, copies that become one block, blocks that become dynamic ones."""

from __future__ import annotations

import re
from typing import Any, Final

from terraformer.data.intents import ChangeAction, ChangeDemand, Count, Demand, Subject
from terraformer.data.mutation.base import Change, Say, Target, added, equals, moved
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import GENERIC, Code, Words
from terraformer.data.mutation.operators.structure import clear, label_from
from terraformer.data.mutation.operators.variables import argument_words, declare
from terraformer.data.mutation.syntax import HclBlock, Reference
from terraformer.data.synthesis.wording import plural_of
from terraformer.hcl.tree import NOT_LITERAL

_NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 8: "eight"}
_ALIKE: Final = frozenset(
    [
        "aws_instance",
        "aws_eip",
        "aws_ebs_volume",
        "aws_kms_key",
        "aws_rds_cluster_instance",
        "aws_docdb_cluster_instance",
        "aws_neptune_cluster_instance",
        "aws_redshift_cluster_snapshot",
        "aws_spot_instance_request",
        "aws_codecommit_approval_rule",
        "aws_network_interface",
    ]
)
"""Types of which several may be the same in everything."""


def _several(t: Target, number: int) -> str:
    return _NUMBERS.get(number, str(number)) if t.rng.random() < 0.6 else str(number)


@operator("scaling", when=lambda t: t.type in _ALIKE and clear(t) and not t.block.repeated, weight=1.2, structural=True)
def add_count(t: Target) -> Change | None:
    names = (
        "identifier",
        "name",
        "name_prefix",
        "cluster_snapshot_identifier",
        "private_ip",
        "instance",
        "network_interface",
    )
    if any(t.block.has(n) for n in names):
        return None
    number = t.pick(2, 2, 3, 3, 4, 5)
    draft = t.draft()
    content = t.syntax.config.files[t.block.file]
    pad = "  "
    first = content.find(b"\n", t.block.inner_start)
    draft.splice(t.block.file, t.block.inner_start, first, f"\n{pad}count = {number}\n") if t.block.arguments else None
    touched: set[str] = set()
    for reference in t.syntax.references(t.address):
        if reference.keyed or reference.block is t.block or len(reference.parts) < 3:
            return None
        draft.splice(reference.file, reference.address_end, reference.address_end, "[0]")
        touched.add(reference.block.address)
    return t.change(
        draft,
        Say(
            "{{run|create|have} <n> <nouns> {instead of {just |}one|rather than one}|turn <it> into <n> with count"
            "|scale <it> {out |}to <n>}",
            "there should be <n> <nouns> {instead of one|rather than one}",
            ("One is not enough any more.", "We need more capacity.", "The load has grown."),
            {"n": Words(_several(t, number)), "nouns": Words(plural_of(t.it.noun))},
        )
        if len(t.syntax.of("resource", t.type)) == 1
        else Say(
            "{scale <it> {out |}to <n>|turn <it> into <n> {with count|of the same kind}}",
            values={"n": Words(_several(t, number))},
        ),
        added(t.type, address=t.address, count=number - 1),
        moved(t.address, t.address),
        touches=touched,
    )


@operator(
    "scaling",
    when=lambda t: clear(t) and isinstance(t.block.value("count"), int) and t.block.value("count") > 1,
    weight=1.4,
    structural=True,
)
def change_count(t: Target) -> Change | None:
    old = t.block.value("count")
    new = t.another((2, 3, 4, 5, 6, old + 1, old + 2, max(1, old - 1)), old)
    if new is None or any(b.kind != "output" for b in t.base.referring(t.address)):
        return None
    draft = t.draft().set(t.block, "count", str(new))
    more = new > old
    demand = (
        added(t.type, address=t.address, count=new - old)
        if more
        else ChangeDemand(ChangeAction.REMOVED, t.type, t.address, count=Count.exactly(old - new))
    )
    noun = t.it.noun
    return t.change(
        draft,
        Say(
            "{{increase|raise} the number of <nouns> {from <old> |}to <new>|{create"
            "|have} <new> <nouns> instead of <old>|{scale|go} from <old> to <new> <nouns>}"
            if more
            else "{{reduce|lower} the number of <nouns> {from <old> |}to <new>"
            "|{keep|have} {only |}<new> <nouns> instead of <old>|{scale|go} down from <old> to <new> <nouns>}",
            "there should be <new> <nouns>{, not <old>| instead of <old>}",
            ("One is down for maintenance at times.", "The load has grown.")
            if more
            else ("We are paying for more than we use.",),
            {"old": Words(str(old)), "new": Words(_several(t, new)), "nouns": Words(noun)},
        )
        if len(t.syntax.of("resource", t.type)) == 1
        else Say("change the count of <it> from <old> to <new>", values={"old": old, "new": new}),
        demand,
    )


def _index(t: Target, reference: Reference) -> int | None:
    """The number in "[2]" after the address; None for anything else."""
    content = t.syntax.config.files[reference.file]
    match = re.match(rb"\[(\d+)\]", content[reference.address_end :])
    return int(match[1]) if match else None


# --- keys ------------------------------------------------------------------------------------------------------------

_KEYS: Final = (
    "archive",
    "reports",
    "search",
    "billing",
    "metrics",
    "audit",
    "staging",
    "images",
    "exports",
    "eu",
    "mobile",
)


def _toset(block: HclBlock) -> list[str] | None:
    """The keys of ``for_each = toset([...])`` with literal strings."""
    found = block.arguments.get("for_each")
    if found is None or not re.fullmatch(r"toset\(\s*\[[^\[\]{}()$]*\]\s*\)", found.text):
        return None
    keys = re.findall(r'"([^"]*)"', found.text)
    return keys if keys and found.text.count('"') == 2 * len(keys) else None


@operator("scaling", when=lambda t: clear(t) and _toset(t.block) is not None, weight=1.8, structural=True)
def add_key(t: Target) -> Change | None:
    keys = _toset(t.block) or []
    new = t.another(_KEYS, None)
    if new in keys or re.search(r"\beach\.value\.|cidr|lookup\(|index\(|regions?|zone", t.syntax.source(t.block)):
        return None
    if not all(re.fullmatch(r"[a-z][a-z0-9_-]*", k) for k in keys):
        return None
    found = t.block.arguments["for_each"]
    if "\n" in found.text:
        return None
    at = found.value_start + found.text.rindex('"') + 1
    draft = t.draft().splice(t.block.file, at, at, f', "{new}"')
    return t.change(
        draft,
        Say(
            "{add <new> to {the keys of |}<it>|extend <it> {by|with} {one more|another one}, <new>}",
            "<it> should include <new>{, too|}",
            ("Another team joins us.",),
            {"new": new},
        ),
        added(t.type, address=f'{t.address}["{new}"]'),
    )


@operator("scaling", when=lambda t: clear(t) and len(_toset(t.block) or ()) > 1, weight=1.4, structural=True)
def remove_key(t: Target) -> Change | None:
    keys = [k for k in _toset(t.block) or () if len(k) > 1]
    if len(keys) < 2:
        return None
    old = t.pick(*keys)
    found = t.block.arguments["for_each"]
    if "\n" in found.text or any(r.keyed for r in t.syntax.references(t.address)):
        return None
    if any(r.block.kind == "resource" for r in t.syntax.references(t.address)):
        return None
    left = ", ".join(f'"{k}"' for k in _toset(t.block) or () if k != old)
    draft = t.draft().set(t.block, "for_each", f"toset([{left}])")
    return t.change(
        draft,
        Say(
            "{remove <old> from|drop <old> from|take <old> out of} <it>",
            "<it> should not include <old> any more",
            ("It is not used any more.",),
            {"old": old},
        ),
        ChangeDemand(ChangeAction.REMOVED, t.type, f'{t.address}["{old}"]'),
    )


# --- from one form to another ----------------------------------------------------------------------------------------


@operator(
    "refactoring",
    when=lambda t: clear(t) and isinstance(t.block.value("count"), int) and 1 < t.block.value("count") < 7,
    weight=1.8,
    structural=True,
)
def count_to_for_each(t: Target) -> Change | None:
    number = t.block.value("count")
    draft = t.draft()
    keys = [str(i) for i in range(number)]
    found = t.block.arguments["count"]
    draft.splice(t.block.file, found.start, found.end, f"for_each = toset([{', '.join(literal(k) for k in keys)}])")
    content = t.syntax.config.files[t.block.file]
    for reference in t.syntax.references("count.index", within=t.block):
        start, end = reference.start, reference.end
        alone = content[start - 2 : start] == b"${" and content[end : end + 1] == b"}"
        draft.splice(reference.file, start, end, "each.key" if alone else "tonumber(each.key)")
    touched: set[str] = set()
    for reference in t.syntax.references(t.address):
        if reference.block is t.block:
            return None
        index = _index(t, reference)
        raw = t.syntax.config.files[reference.file]
        if index is not None:
            length = len(str(index)) + 2
            draft.splice(reference.file, reference.address_end, reference.address_end + length, f'["{index}"]')
        elif raw[reference.address_end : reference.address_end + 3] == b"[*]":
            draft.splice(reference.file, reference.start, reference.address_end, f"values({t.address})")
        else:
            return None
        touched.add(reference.block.address)
    blocks = [f'moved {{\n  from = {t.address}[{k}]\n  to   = {t.address}["{k}"]\n}}' for k in keys]
    draft.append("\n\n".join(blocks), near=t.block)
    return t.change(
        draft,
        Say(
            "{{switch|change|convert} <it> from count to for_each{, with moved blocks|, without recreating <them>|}"
            "|use for_each instead of count for <it>{, without recreating anything| and add moved blocks}}",
            "<it> should use for_each instead of count{, without being recreated|}",
            ("Removing one in the middle would recreate all that follow.", "With count, the order matters too much."),
            {},
        ),
        # The plan doesn't show for_each where it is a constant: keys that are text do.
        moved(f"{t.address}[*]", f'{t.address}["*"]', number),
        touches=touched,
        silent=True,
    )


def _shape(block: HclBlock) -> tuple[Any, ...] | None:
    """What two blocks must share to be one with for_each: arguments and nested blocks, plain strings left out."""
    if block.repeated or block.has("provider") or block.has("dynamic"):
        return None
    return (block.type, tuple(block.arguments), tuple(b.kind for b in block.blocks))


@operator("refactoring", on="configuration", weight=3.0, structural=True)
def copies_to_for_each(t: Target) -> Change | None:
    """Resources that differ in some plain values only become one with for_each."""
    groups: dict[tuple[Any, ...], list[HclBlock]] = {}
    for block in t.base.resources:
        shape = _shape(block)
        if shape is not None and clear(Target(t.base, t.rng, block)):
            groups.setdefault(shape, []).append(block)
    for blocks in (g for g in groups.values() if 1 < len(g) < 6):
        made = _together(t, blocks)
        if made is not None:
            return made
    return None


def _together(t: Target, blocks: list[HclBlock]) -> Change | None:
    first = blocks[0]
    differing: dict[str, list[Any]] = {}
    for name in first.arguments:
        texts = {b.text(name) for b in blocks}
        if len(texts) == 1:
            continue
        values = [b.value(name) for b in blocks]
        if any(not isinstance(v, (str, int, float)) for v in values):
            return None
        differing[name] = values
    for n in range(len(first.blocks)):
        if len({re.sub(r"\s+", " ", t.syntax.source(b.blocks[n])) for b in blocks}) > 1:
            return None
    if not differing or len(differing) > 4:
        return None
    if any(r.address in {b.address for b in blocks} for b in blocks for r in t.syntax.references(within=b)):
        return None
    labels = [b.label for b in blocks]
    wanted = t.pick(*_common_label(labels, first.type))
    label = t.base.fresh("resource", wanted, first.type)
    address = f"{first.type}.{label}"
    draft = t.draft()
    raw = t.syntax.source(first).encode()
    edits = [(first.label_ranges[1], f'"{label}"')]
    single = len(differing) == 1
    for name in differing:
        argument = first.arguments[name]
        edits.append(((argument.value_start, argument.value_end), "each.value" if single else f"each.value.{name}"))
    for (start, end), text in sorted(edits, reverse=True):
        raw = raw[: start - first.start] + text.encode() + raw[end - first.start :]
    if single:
        ((name, values),) = differing.items()
        if all(isinstance(v, str) for v in values) and values == labels and len(set(values)) == len(values):
            each = f"toset([{', '.join(literal(v) for v in values)}])"
        else:
            each = literal(dict(zip(labels, values, strict=True)))
    else:
        each = literal({k: {n: differing[n][i] for n in differing} for i, k in enumerate(labels)})
    body = raw.decode()
    head, _, rest = body.partition("{\n")
    body = f"{head}{{\n  for_each = {each}\n\n{rest}"
    keys = labels
    draft.splice(
        first.file,
        first.start,
        first.end,
        body
        + "".join(
            f'\n\nmoved {{\n  from = {b.address}\n  to   = {address}["{k}"]\n}}'
            for b, k in zip(blocks, keys, strict=True)
        ),
    )
    for block in blocks[1:]:
        draft.delete(block)
    touched = {b.address for b in blocks}
    for block, key in zip(blocks, keys, strict=True):
        for reference in t.syntax.references(block.address):
            draft.splice(reference.file, reference.start, reference.address_end, f'{address}["{key}"]')
            touched.add(reference.block.address)
    things = [t.base.thing(b.address) for b in blocks]
    noun = plural_of(things[0].noun)
    count = _NUMBERS.get(len(blocks), str(len(blocks)))
    all_of_them = len(t.syntax.of("resource", first.type)) == len(blocks)
    whom = f"the {count} {noun}" if all_of_them else "<things>"
    return t.change(
        draft,
        Say(
            f"{{{{merge|combine|turn}} {whom} into {{one"
            f"|a single}} resource <new> with for_each, {{using moved blocks|without recreating them"
            f"|keeping what is there}}"
            f"|{{use|write}} one <new> with for_each {{instead of|for}} {whom}{{ and add moved blocks"
            f"|, without recreating anything}}}}",
            f"{whom} should be {{one|a single}} resource with for_each, <new>, {{and nothing should be recreated"
            f"|with moved blocks}}",
            (
                "There is too much copy and paste in here.",
                "There will be more of them soon.",
                "They are all the same but for a few values.",
            ),
            {"new": Code(address), "things": things},
        ),
        *(moved(b.address, f'{address}["*"]') for b in blocks),
        touches=[address, *touched],
        silent=True,
    )


def _common_label(labels: list[str], type: str) -> list[str]:
    parts = [set(label.split("_")) for label in labels]
    shared = [w for w in labels[0].split("_") if all(w in p for p in parts)]
    found = ["_".join(shared)] if shared and label_from("_".join(shared)) else []
    found.append("all")
    word = type.split("_")[-1]
    found.append(word if word.endswith("s") else f"{word}s")
    return [f for f in found if f not in GENERIC]


# --- dynamic blocks --------------------------------------------------------------------------------------------------


@operator("refactoring", when=lambda t: t.instances > 0, weight=1.6, structural=True)
def dynamic_blocks(t: Target) -> Change | None:
    """Nested blocks that differ in one value become a dynamic block over a variable."""
    kinds: dict[str, list[HclBlock]] = {}
    for block in t.block.blocks:
        kinds.setdefault(block.kind, []).append(block)
    for kind, blocks in kinds.items():
        if len(blocks) < 2 or kind in ("dynamic", "provisioner", "lifecycle") or any(b.blocks for b in blocks):
            continue
        if any(tuple(b.arguments) != tuple(blocks[0].arguments) for b in blocks):
            continue
        varying = [n for n in blocks[0].arguments if len({b.text(n) for b in blocks}) > 1]
        values = [blocks[0].value(n) for n in varying]
        if not varying or any(v is NOT_LITERAL for v in values):
            continue
        columns = {n: [b.value(n) for b in blocks] for n in varying}
        series = columns[varying[0]]
        if any(c != series for c in columns.values()) or not all(isinstance(v, (str, int)) for v in series):
            continue
        if len(set(map(str, series))) != len(series):
            continue
        word = (
            "ports" if "port" in varying[0] else plural_of(varying[0]) if not varying[0].endswith("s") else varying[0]
        )
        role = t.label if t.label not in GENERIC else kind
        name = t.pick(f"{kind}_{word}", f"{role}_{word}", *([f"open_{word}"] if word == "ports" else []))
        if t.syntax.find(f"var.{name}") is not None:
            continue
        last = blocks[-1]
        if any(b.start > blocks[0].start and b.end < last.end and b.kind != kind for b in t.block.blocks):
            continue
        draft = t.draft()
        inner = [f"    {n} = {f'{kind}.value' if n in varying else blocks[0].text(n)}" for n in blocks[0].arguments]
        text = "\n".join([f'dynamic "{kind}" {{', f"  for_each = var.{name}", "", "  content {", *inner, "  }", "}"])
        text = text.replace("\n", "\n  ").replace("\n  \n", "\n\n")
        draft.splice(t.block.file, blocks[0].start, last.end, text)
        numbers = all(isinstance(v, int) for v in series)
        declare(
            draft,
            t,
            name,
            series,
            "list(number)" if numbers else "list(string)",
            f"{argument_words(name)[:1].upper()}{argument_words(name)[1:]}.",
        )
        return t.change(
            draft,
            Say(
                "{{replace|rewrite} the {repeated |}<kind> blocks of <it> {by|with|as} a dynamic block over {the"
                "|a} variable <name>{, whose default is <v>| with the default <v>}"
                "|{use|write} a dynamic block for the <kind> blocks of <it>, {with"
                "|driven by} a variable <name> that defaults to <v>}",
                "the <kind> blocks of <it> should come from one dynamic block over {the"
                "|a} variable <name> with the default <v>",
                ("The list will get longer.", "We want to set them from outside."),
                {"kind": Code(kind), "name": Code(name), "v": series},
            ),
            demands=[Demand(Subject.VARIABLE, label=name, having=(equals("default", series),))],
            touches=[f"var.{name}"],
            silent=True,
        )
    return None
