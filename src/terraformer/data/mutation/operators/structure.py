"""The shape of a configuration: names in the code, what is there and what not, what depends on what."""

from __future__ import annotations

import re
from typing import Any, Final

from terraformer.data.intents import Condition, Demand, DependsOn, RefersTo, Subject
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.base import Base, Change, Say, Target, added, equals, moved, removed
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import GENERIC, Code, Words
from terraformer.data.mutation.syntax import HclBlock
from terraformer.hcl.tree import NOT_LITERAL

NAME_ARGUMENTS: Final = (
    "name",
    "bucket",
    "identifier",
    "cluster_identifier",
    "function_name",
    "replication_group_id",
    "cluster_id",
    "alarm_name",
    "repository_name",
    "domain",
    "family",
)
"""Arguments that hold the name of a resource."""

_LABELS: Final = (
    "primary",
    "main",
    "app",
    "core",
    "shared",
    "service",
    "web",
    "internal",
    "backend",
    "platform",
    "base",
)
_NAMES: Final = (
    "archive",
    "reports",
    "backup",
    "orders",
    "invoices",
    "staging",
    "events",
    "audit",
    "metrics",
    "uploads",
    "search",
    "billing",
)

_TIDY: Final = (
    "The names in our code have grown over the years.",
    "The label tells nobody what it is for.",
    "I'm cleaning up the names in this module.",
    "We have naming conventions for our Terraform code now.",
)


def clear(t: Target) -> bool:
    """Nothing about it is done by blocks like moved or import already, and it is planned."""
    mentioned = any(
        r.address == t.address and r.block.kind in ("moved", "removed", "import")
        for r in t.syntax.references(t.address)
    )
    return t.instances > 0 and not mentioned


def name_of(block: HclBlock) -> tuple[str, str]:
    """The argument that holds its name and the name, where it is a literal; else ("", "")."""
    for argument in NAME_ARGUMENTS:
        value = block.value(argument)
        if isinstance(value, str) and value:
            return argument, value
    return "", ""


def label_from(name: str) -> str:
    """A label made of a name ("acme-orders.fifo" -> "acme_orders_fifo"), "" where it makes none."""
    label = re.sub(r"\W+", "_", name).strip("_").lower()
    return label if re.fullmatch(r"[a-z]\w{1,40}", label) else ""


@operator("refactoring", when=clear, weight=1.5, structural=True)
def rename_resource(t: Target) -> Change | None:
    """Another label, with a moved block."""
    own = label_from(name_of(t.block)[1])
    options = [*([own] * 3 if own else []), *_LABELS, f"{t.label}_v2"]
    if t.label not in GENERIC:
        options += [f"app_{t.label}", f"{t.label}_default", f"{t.label}_main"]
    taken = t.syntax.names("resource", t.type)
    options = [o for o in options if o not in taken and len(o) < 40]
    if not options:
        return None
    new = t.pick(*options)
    target = f"{t.type}.{new}"
    draft = t.draft()
    start, end = t.block.label_ranges[1]
    draft.splice(t.block.file, start, end, f'"{new}"')
    touched: set[str] = set()
    for reference in t.syntax.references(t.address):
        text = t.syntax.text(reference.file, reference.start, reference.address_end)
        if text != t.address:
            return None
        draft.splice(reference.file, reference.start, reference.address_end, target)
        touched.add(reference.block.address)
    block = f"moved {{\n  from = {t.address}\n  to   = {target}\n}}"
    if t.syntax.of("moved"):
        draft.append(block, near=t.syntax.of("moved")[-1])
    elif t.rng.random() < 0.5:
        draft.append(block, near=t.block)
    else:
        draft.append(block, file=t.block.file)
    return t.change(
        draft,
        Say(
            "{rename {the resource|the Terraform resource|} <old> to <new>{ in the code"
            "|}{, without recreating <them>|, and keep the real resource|, with a moved block}"
            "|call {the resource|the block} <old> <label> instead{, and add a moved block"
            "|, without destroying anything}"
            "|{change|set} the {Terraform |resource |}label of <old> to <label>{ with a moved block"
            "|, without recreating <them>}}",
            "<old> should be {called|named} <new>{ in the state, too|}, {with a moved block|without being recreated}",
            _TIDY,
            {"old": Code(t.address), "new": Code(target), "label": Code(new)},
        ),
        moved(t.address, target, t.instances),
        touches=[target, *touched],
        silent=True,
    )


# --- removing --------------------------------------------------------------------------------------------------------

_ATTACHED: Final = {
    "aws_iam_role": ("aws_iam_role_policy", "aws_iam_role_policy_attachment"),
    "aws_iam_user": ("aws_iam_access_key",),
    "aws_iam_group": ("aws_iam_group_membership",),
    "aws_security_group": ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"),
    "aws_kms_key": ("aws_kms_alias",),
    "aws_lb": ("aws_lb_listener",),
    "aws_lambda_function": ("aws_lambda_permission",),
}


def _belongs(block: HclBlock, to: HclBlock) -> bool:
    if block.kind != "resource":
        return False
    return block.type.startswith(f"{to.type}_") or block.type in _ATTACHED.get(to.type, ())


@operator("removal", when=clear, weight=1.6, structural=True)
def remove_resource(t: Target) -> Change | None:
    """A resource goes, with what belongs to it alone, and its outputs."""
    base = t.base
    going: dict[str, HclBlock] = {t.address: t.block}
    outputs: dict[str, HclBlock] = {}
    queue = [t.block]
    while queue:
        block = queue.pop()
        for other in base.referring(block.address):
            if other.address in going or other.address in outputs:
                continue
            if other.kind == "output":
                outputs[other.address] = other
            elif _belongs(other, t.block) or (block is not t.block and _belongs(other, block)):
                going[other.address] = other
                queue.append(other)
            else:
                return None
    if len(going) > 5 or len(going) >= len(base.resources):
        return None
    # Data sources that nothing but these needed would be left over.
    for data in t.syntax.of("data"):
        users = base.referring(data.address)
        if users and all(u.address in going or u.address in outputs for u in users):
            going[data.address] = data
    draft = t.draft()
    for block in (*going.values(), *outputs.values()):
        draft.delete(block)
    resources = [b for b in going.values() if b.kind == "resource"]
    if any(not base.instances_by_address.get(b.address) for b in resources):
        return None
    more = [b for b in resources if b is not t.block]
    tail = (
        "{ and everything that belongs to <them>| together with what belongs to <them>"
        "|, including everything attached to <them>}"
        if more
        else ""
    )
    if outputs and not more:
        tail = "{ and <its> output| together with <its> output|}" if len(outputs) == 1 else "{ and <its> outputs|}"
    return t.change(
        draft,
        Say(
            "{{remove|delete|drop} <it>"
            + tail
            + "|get rid of <it>"
            + tail
            + "|take <it>"
            + tail
            + " out of the configuration"
            "|{delete|remove} <it>"
            + tail
            + ", {we don't need <them> any more|<they> <is> not used any more|<they> <is> no longer needed}}",
            "<it> {is no longer needed and should go|should be removed|should go away}" if not more else "",
            (
                "We are cleaning up.",
                "The project behind it was cancelled.",
                "We want to save some money.",
                "It was only an experiment.",
            ),
        ),
        *(removed(b.address, count=base.instances_by_address[b.address]) for b in resources),
        removed_outputs=[b.label for b in outputs.values()],
        touches=[*going, *outputs],
    )


# --- adding another one ----------------------------------------------------------------------------------------------

_SINGLE: Final = (
    "policy_attachment",
    "association",
    "_attachment",
    "_rule",
    "_version",
    "aws_subnet",
    "aws_route",
    "aws_vpc",
    "_permission",
    "_record",
)


@operator("creation", when=clear, weight=1.4, structural=True)
def another_like(t: Target) -> Change | None:
    """Another resource with the settings of one that is there, under a name of its own."""
    argument, name = name_of(t.block)
    if not argument or t.block.repeated or any(part in t.type for part in _SINGLE) or t.type.endswith("_policy"):
        return None
    if any(_belongs(b, t.block) for b in t.base.referring(t.address)) or t.block.has("dynamic"):
        return None
    if (
        len(t.syntax.source(t.block)) > 1500
        or t.block.text("policy")
        or any(isinstance(a.value, str) and name in a.value and a.name != argument for a in t.block.arguments.values())
    ):
        return None
    word = t.pick(*_NAMES)
    new = _varied(name, word)
    label = t.base.fresh("resource", label_from(new) if t.rng.random() < 0.5 else word, t.type)
    if not label or new == name:
        return None
    source = t.syntax.source(t.block)
    offset = t.block.start
    edits = [
        (t.block.label_ranges[1], f'"{label}"'),
        ((t.block.arguments[argument].value_start, t.block.arguments[argument].value_end), literal(new)),
    ]
    tags = t.block.arguments.get("tags")
    if tags is not None and isinstance(tags.value, dict) and tags.value.get("Name"):
        return None
    raw = source.encode()
    for (start, end), text in sorted(edits, reverse=True):
        raw = raw[: start - offset] + text.encode() + raw[end - offset :]
    draft = t.draft().append(raw.decode(), near=t.block)
    having = _settings(t.block, t.values, argument)
    return t.change(
        draft,
        Say(
            "{add {another|one more|a second} <noun> {like <it>|with the same settings as <it>}, {named|called} <new>"
            "|create {another|one more} <noun> {named|called} <new> {that is configured like <it>"
            "|with the settings of <it>}"
            "|{duplicate|copy} <it> {as|under the name} <new>}",
            "there should be {another|a second} <noun>, <new>, with the settings of <it>",
            (
                "It worked well, so the next team wants the same.",
                "We need the same thing once more.",
                "Another team asked for one of their own.",
            ),
            {"new": new, "noun": Words(t.it.noun)},
        ),
        added(t.type, equals(argument, new), *having),
    )


def _varied(name: str, word: str) -> str:
    """A name like another one, for something else."""
    suffix = ".fifo" if name.endswith(".fifo") else ""
    stem = name.removesuffix(".fifo")
    if "/" in stem:
        head, _, last = stem.rpartition("/")
        return f"{head}/{word}" if last != word else f"{head}/{word}2"
    parts = re.split(r"[-_]", stem)
    separator = "_" if "_" in stem and "-" not in stem else "-"
    if "." in stem:
        return f"{word}.{stem}"
    if len(parts) > 1:
        parts[-1 if len(parts) == 2 else -2] = word
        return separator.join(parts) + suffix
    return f"{stem}{separator}{word}{suffix}"


def _settings(block: HclBlock, values: Any, name: str) -> list[Condition]:
    """What a copy has in common: the plain settings, as planned."""
    found: list[Condition] = []
    for argument in block.arguments.values():
        if argument.name in (name, "tags", "provider") or argument.value is NOT_LITERAL or argument.value is None:
            continue
        planned = values.get(argument.name)
        if isinstance(planned, (str, int, float, bool)) and len(str(planned)) < 80 and planned != "":
            found.append(equals(argument.name, planned))
    return found[:8]


# --- dependencies ----------------------------------------------------------------------------------------------------


def depends(base: Base, start: str, goal: str) -> bool:
    """Whether a block refers to another one, by way of any others."""
    graph: dict[str, set[str]] = {}
    for reference in base.syntax.references():
        graph.setdefault(_node(reference.block, reference.argument), set()).add(reference.address)
    seen = {start}
    stack = [start]
    while stack:
        for follower in graph.get(stack.pop(), ()):
            if follower == goal:
                return True
            if follower not in seen:
                seen.add(follower)
                stack.append(follower)
    return False


def _node(block: HclBlock, argument: str) -> str:
    return f"local.{argument}" if block.kind == "locals" else block.address


@operator("dependencies", when=lambda t: clear(t) and not t.block.has("depends_on"), weight=0.7, structural=True)
def add_depends_on(t: Target) -> Change | None:
    others = [b for b in t.base.resources if b is not t.block and t.base.instances_by_address.get(b.address)]
    t.rng.shuffle(others)
    for other in others[:6]:
        if (
            other.type == t.type
            or depends(t.base, other.address, t.address)
            or depends(t.base, t.address, other.address)
        ):
            continue
        if t.syntax.of("locals") and any(r.address.startswith("local.") for r in t.syntax.references(within=other)):
            continue
        draft = t.draft()
        at = max([a.end for a in t.block.arguments.values()] + [b.end for b in t.block.blocks], default=0)
        if not at:
            return None
        content = t.syntax.config.files[t.block.file]
        line = content.find(b"\n", at)
        draft.splice(t.block.file, line, line, f"\n\n  depends_on = [{other.address}]")
        return t.change(
            draft,
            Say(
                "{make <it> {explicitly depend|depend} on <other>|{create"
                "|provision} <it> only after <other>{, with depends_on|}"
                "|add a depends_on {for|on} <other> to <it>|add an explicit dependency {of|from} <it> on <other>}",
                "<it> should {explicitly |}depend on <other>",
                (
                    "The apply fails now and then since the order is not right.",
                    "Terraform doesn't see this dependency by itself.",
                ),
                {"other": t.base.thing(other.address)},
            ),
            demands=[Demand(Subject.RESOURCE, t.type, t.label, having=(DependsOn(other.type),))],
            touches=[other.address],
            silent=True,
        )
    return None


@operator("references", when=clear, weight=1.5, structural=True)
def literal_to_reference(t: Target) -> Change | None:
    """A name that is written out becomes a reference to the resource that has it."""
    names: dict[str, tuple[HclBlock, str]] = {}
    for block in t.base.resources:
        held, name = name_of(block)
        if len(name) < 4 or block is t.block or block.repeated or block.type == t.type:
            continue
        if name in names and block.type.startswith(names[name][0].type):
            continue  # the versioning of a bucket has the bucket's name, too
        if name in names and not names[name][0].type.startswith(block.type):
            return None
        names[name] = (block, held)
    for inner in t.block.walk():
        if inner.kind in ("lifecycle", "dynamic", "content"):
            continue
        for argument in inner.arguments.values():
            value = argument.value
            if not isinstance(value, str) or value not in names or argument.name in ("name", "Name"):
                continue
            block, attribute = names[value]
            if depends(t.base, block.address, t.address):
                continue
            draft = t.draft().splice(
                t.block.file, argument.value_start, argument.value_end, f"{block.address}.{attribute}"
            )
            path = (*([] if inner is t.block else [inner.kind]), argument.name)
            if inner is not t.block and inner not in t.block.blocks:
                continue
            return t.change(
                draft,
                Say(
                    "{{use|put} a reference to <other> instead of the hard-coded <value> in <it>"
                    "|replace the hard-coded {name|value} <value> in <it> {by|with} a reference to <other>"
                    "|let the <arg> of <it> refer to <other> instead of repeating {its name|the name|<value>}}",
                    "<it> should refer to <other> rather than repeat {its name|the name|<value>}",
                    (
                        "Hard-coded names keep biting us.",
                        "Terraform can't see the dependency while the name is hard-coded.",
                    ),
                    {"other": t.base.thing(block.address), "value": value, "arg": Code(argument.name)},
                ),
                demands=[
                    Demand(
                        Subject.RESOURCE,
                        t.type,
                        t.label,
                        having=(RefersTo(Refer(type=block.type, label=block.label), path),),
                    )
                ],
                touches=[block.address],
                silent=True,
            )
    return None
