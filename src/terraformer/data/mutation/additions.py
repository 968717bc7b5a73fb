"""What operators for services share: settings that may not be written yet, and resources that belong to another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from terraformer.data.intents import Block, ChangeDemand, Condition, RefersTo
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.base import Change, Say, Target, added, equals
from terraformer.data.mutation.draft import Draft, literal
from terraformer.data.mutation.syntax import HclBlock

__all__ = [
    "WHY_SAFE",
    "Beside",
    "append",
    "ascii_name",
    "beside",
    "block_with",
    "changeable",
    "encrypted_with_key",
    "every",
    "existing",
    "get",
    "ignored",
    "one_of",
    "put",
    "refers",
    "resource",
]

WHY_SAFE = (
    "The security review asked for it.",
    "This came up in the last audit.",
    "Our compliance team insists on it.",
    "It is in our security baseline.",
)


def get(values: Mapping[str, Any], path: str) -> Any:
    """The planned value at a path through nested blocks, the first of each; None where there is none."""
    here: Any = values
    for step in path.split("."):
        if isinstance(here, list):
            here = here[0] if here else None
        if not isinstance(here, Mapping):
            return None
        here = here.get(step)
    return here


def ignored(t: Target, name: str) -> bool:
    """Changes of the argument are ignored by its ``lifecycle``."""
    lifecycle = t.block.first("lifecycle")
    found = lifecycle.text("ignore_changes") if lifecycle is not None else ""
    return found == "all" or re.search(rf"\b{name}\b", found) is not None


def changeable(t: Target, path: str) -> bool:
    """The argument is a plain value in the text, or not written at all: setting it changes nothing else."""
    *kinds, name = path.split(".")
    if ignored(t, (kinds or [name])[0]) or not t.instances:
        return False
    here = t.block
    for kind in kinds:
        if len(here.inner(kind)) > 1 or (here.has(kind) and here.first(kind) is None):
            return False
        inner = here.first(kind)
        if inner is None:
            return True
        here = inner
    found = here.arguments.get(name)
    return found is None or found.literal


def put(
    t: Target,
    path: str,
    value: Any,
    do: str,
    should: str = "",
    why: tuple[str, ...] = (),
    *,
    text: str = "",
    touches: Iterable[str] = (),
    **values: Any,
) -> Change | None:
    """Give an argument (of a nested block) a value that is said; ``text`` is its HCL where it is no literal. None where
    it has the value, or where its value stands elsewhere."""
    if value is None or not changeable(t, path) or same(get(t.values, path), value):
        return None
    name = path.split(".")[0]
    whole = t.block.first(*path.split(".")[:-1]) is None
    demand = t.updated(name if whole else path, having=(equals(path, value),))
    draft = t.draft().set_path(t.block, path, text or literal(value))
    return t.change(draft, Say(do, should, why, {"value": value, **values}), demand, touches=touches)


def same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


@dataclass(frozen=True)
class Beside:
    """How a resource that belongs to the target, one for each of its instances, is written: the lines that its block
    begins with, ``ref`` for the target's instance (``f"{ref}.id"``), and a free label."""

    head: str
    ref: str
    label: str
    count: int

    @property
    def alone(self) -> bool:
        return not self.head


def beside(t: Target, type: str, label: str = "") -> Beside | None:
    """None for a target that has no instance."""
    if not t.instances:
        return None
    fresh = t.base.fresh("resource", label or t.label, type)
    match t.block.repeated:
        case "count":
            return Beside(f"  count = length({t.address})\n\n", f"{t.address}[count.index]", fresh, t.instances)
        case "for_each":
            return Beside(f"  for_each = {t.address}\n\n", "each.value", fresh, t.instances)
    return Beside("", t.address, fresh, 1)


def existing(t: Target, type: str, argument: str) -> HclBlock | bool | None:
    """The resource of a type that belongs to the target by that argument; False where there is none; None where one
    may be, but it cannot be told (or where it is repeated): then an operator gives up."""
    found = t.base.satellites(t.address, type)
    if found:
        own = [b for b in found if any(r.address == t.address and r.argument == argument for r in _within(t, b))]
        return own[0] if len(own) == 1 and not own[0].repeated else None
    others = t.syntax.of("resource", type)
    for other in others:
        if not any(r.argument == argument and r.address.startswith("aws_") for r in _within(t, other)):
            return None
    return False


def _within(t: Target, block: HclBlock) -> list[Any]:
    return t.syntax.references(within=block)


def refers(t: Target | HclBlock, path: str = "", attribute: str = "") -> Condition:
    """The condition that an argument refers to a block of the configuration."""
    block = t.block if isinstance(t, Target) else t
    steps = tuple(path.split(".")) if path else ()
    return RefersTo(Refer(type=block.type, label=block.label, attribute=attribute), steps)


def one_of(t: Target, type: str, *, but: Iterable[str] = ()) -> HclBlock | None:
    """One of the configuration's resources of a type, not repeated and planned; None where there is none."""
    left = [
        b
        for b in t.syntax.of("resource", type)
        if not b.repeated and b.address not in (*but, t.address) and t.base.instances_by_address.get(b.address)
    ]
    return t.rng.choice(left) if left else None


def encrypted_with_key(t: Target, do: str) -> Change | None:
    """``kms_key_id`` is a key of the configuration; ``do`` asks for it, with <it> and <key>."""
    key = one_of(t, "aws_kms_key")
    if key is None or t.block.has("kms_key_id") or not t.instances:
        return None
    return t.change(
        t.draft().set(t.block, "kms_key_id", f"{key.address}.arn"),
        Say(do, "<it> should be encrypted with <key>", WHY_SAFE, {"key": t.base.thing(key.address)}),
        t.updated("kms_key_id", having=(refers(key, "kms_key_id"),)),
        touches=[key.address],
    )


def resource(type: str, label: str, body: str) -> str:
    return f'resource "{type}" "{label}" {{\n{body.rstrip()}\n}}'


def block_with(path: str, **values: Any) -> Condition:
    """The condition that one of the blocks has these values (names with ``__`` for dots)."""
    return Block(tuple(path.split(".")), tuple(equals(n.replace("__", "."), v) for n, v in values.items()))


def ascii_name(t: Target, suffix: str = "") -> str:
    """A name for a new thing that belongs to the target, as its label tells."""
    base = re.sub(r"[^a-z0-9]+", "-", t.label.lower()).strip("-") or "main"
    return f"{base}-{suffix}" if suffix else base


def append(draft: Draft, t: Target, *texts: str) -> Draft:
    """New resources right after the target."""
    for text in texts:
        draft.append(text, near=t.block)
    return draft


def every(t: Target, type: str, *conditions: Condition) -> ChangeDemand:
    """One resource of a type is added for each instance of the target."""
    return added(type, *conditions, count=t.instances)
