"""The configuration to change, and one target in it: what an operator is given."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from terraformer.data.intents import (
    Attribute,
    ChangeAction,
    ChangeDemand,
    Condition,
    Count,
    Demand,
    Operator,
)
from terraformer.data.mutation.draft import Draft
from terraformer.data.mutation.naming import Names, Thing
from terraformer.data.mutation.syntax import HclBlock, Syntax
from terraformer.provider import bundle
from terraformer.provider.schema import Block
from terraformer.types import TerraformConfig
from terraformer.types.change import bare_address

__all__ = ["Base", "Change", "Say", "Target", "added", "equals", "may_be_added", "moved", "removed", "schema_of"]


@lru_cache(maxsize=4096)
def schema_of(type: str, kind: str = "resource") -> Block | None:
    """The schema of a type's arguments; None for a type of a provider without bundle."""
    source = bundle.provider_for_type(type)
    if source is None:
        return None
    found = bundle.load(source)
    try:
        return (found.resource(type) if kind == "resource" else found.data_source(type)).block
    except KeyError:
        return None


class Base:
    """A configuration that plans: its text (``syntax``), its ``plan`` JSON, and how people call the things in it.

    ``plan`` is that of the configuration before any change; of what an operator changed already it tells what was.
    """

    def __init__(self, config: TerraformConfig, plan: Mapping[str, Any]) -> None:
        self.config = config
        self.plan = plan
        self.syntax = Syntax(config)

    def after(self, config: TerraformConfig) -> Base:
        """The same with the text changed."""
        return Base(config, self.plan)

    @cached_property
    def names(self) -> Names:
        return Names(self.syntax, self.instances_by_address)

    @cached_property
    def changes(self) -> list[Mapping[str, Any]]:
        return [c for c in self.plan.get("resource_changes") or () if c.get("mode") == "managed"]

    @cached_property
    def instances_by_address(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for entry in self.changes:
            bare = bare_address(str(entry["address"]))
            found[bare] = found.get(bare, 0) + 1
        return found

    @cached_property
    def _values(self) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for entry in self.changes:
            found.setdefault(bare_address(str(entry["address"])), entry["change"].get("after") or {})
        return found

    def values(self, address: str) -> Mapping[str, Any]:
        """The planned values of a resource (of its first instance); {} for one that is not planned."""
        return self._values.get(address, {})

    @property
    def resources(self) -> list[HclBlock]:
        """The root module's resources."""
        return self.syntax.of("resource")

    def thing(self, address: str) -> Thing:
        """What people call a resource, data source, variable, output or module."""
        return self.names.thing(address)

    def fresh(self, kind: str, wanted: str, type: str = "") -> str:
        """A label that is not taken among blocks of a kind (and type): the wanted one, or with a number after it."""
        taken = self.syntax.names(kind, type) if kind != "local" else set(self.syntax.locals)
        name, number = wanted, 2
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        return name

    def referring(self, address: str) -> list[HclBlock]:
        """The root module's blocks that refer to an address, each once, in the order of the files; not itself."""
        found: dict[int, HclBlock] = {}
        for reference in self.syntax.references(address):
            if reference.block.address != address:
                found.setdefault(id(reference.block), reference.block)
        return list(found.values())

    def referred(self, block: HclBlock) -> set[str]:
        """The addresses that a block refers to."""
        return {r.address for r in self.syntax.references(within=block)}

    def satellites(self, address: str, type: str) -> list[HclBlock]:
        """The resources of a type that refer to an address (the versioning of a bucket)."""
        return [b for b in self.referring(address) if b.kind == "resource" and b.type == type]


@dataclass(frozen=True)
class Say:
    """How a change is asked for. ``{a|b}`` are alternatives, ``<name>`` stands for one of ``values``.

    ``do`` is an imperative without full stop, beginning with a small letter: "{enable|turn on} versioning on <it>".
    ``should``: a sentence of how it is afterwards, without full stop, beginning with a small letter: "<it> should keep
    old versions". ``why``: whole sentences of background that demand nothing ("The auditors asked for it."); one is
    chosen at times. ``values``: a ``Thing`` (in the words of whoever asks, by name, label or address), or any JSON
    value (text is quoted as that person quotes; for text that must stand as it is, use ``Code``). ``<it>`` is the
    target without being given; ``<its>``, ``<them>``, ``<is>`` and ``<has>`` agree with it in number.
    """

    do: str
    should: str = ""
    why: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Change:
    """What an operator made of a target: the text after, the words, and what they demand.

    ``demands`` are of the plan after, ``change`` of what happens to resources; nothing else may change.
    ``removed_outputs`` go along. ``touches`` are the addresses of the blocks that it is about or whose meaning it
    changes: two changes of one request never touch the same. ``silent``: no resource is to change, a refactoring.
    """

    config: TerraformConfig
    say: Say
    it: Thing | None = None
    demands: tuple[Demand, ...] = ()
    change: tuple[ChangeDemand, ...] = ()
    removed_outputs: tuple[str, ...] = ()
    touches: frozenset[str] = frozenset()
    silent: bool = False


@dataclass(frozen=True)
class Target:
    """One block of a configuration (``block``), or the configuration as a whole (then there is none), and chance."""

    base: Base
    rng: random.Random
    whole: HclBlock | None = None

    @property
    def block(self) -> HclBlock:
        assert self.whole is not None, "an operator on the configuration has no block"
        return self.whole

    @property
    def syntax(self) -> Syntax:
        return self.base.syntax

    @property
    def type(self) -> str:
        return self.block.type

    @property
    def label(self) -> str:
        return self.block.label

    @property
    def address(self) -> str:
        return self.block.address

    @property
    def values(self) -> Mapping[str, Any]:
        """The planned values: what arguments come to, whatever expressions they are written as."""
        return self.base.values(self.address)

    @property
    def instances(self) -> int:
        return self.base.instances_by_address.get(self.address, 0)

    @property
    def schema(self) -> Block:
        return schema_of(self.type, self.block.kind) or Block()

    @property
    def it(self) -> Thing:
        return self.base.thing(self.address)

    # --- making ------------------------------------------------------------------------------------------------------

    def draft(self) -> Draft:
        return Draft(self.syntax)

    def pick(self, *options: Any) -> Any:
        return self.rng.choice(options)

    def another(self, options: Iterable[Any], current: Any) -> Any:
        """One of the options that is not the present value; None where there is no other."""
        left = [o for o in options if o != current and str(o) != str(current)]
        return self.rng.choice(left) if left else None

    def change(
        self,
        draft: Draft,
        say: Say | str,
        *change: ChangeDemand,
        demands: Iterable[Demand] = (),
        removed_outputs: Iterable[str] = (),
        touches: Iterable[str] = (),
        silent: bool = False,
        should: str = "",
        **values: Any,
    ) -> Change:
        """The change that a draft makes. ``say`` may be the imperative alone, with ``should`` and the values that its
        ``<names>`` stand for. The target's own address is touched without being named."""
        words = say if isinstance(say, Say) else Say(say, should, values=values)
        own = (self.address,) if self.whole is not None else ()
        return Change(
            draft.config(),
            words,
            self.it if self.whole is not None else None,
            tuple(demands),
            change,
            tuple(removed_outputs),
            frozenset((*own, *touches)),
            silent,
        )

    def updated(self, *paths: str, having: Iterable[Condition] = (), **values: Any) -> ChangeDemand:
        """The demand that arguments of the target differ afterwards, all its instances, and have these values (names
        with ``__`` for the dots of a path; a value None only says that it differs, ``ABSENT`` that it is gone)."""
        named = {name.replace("__", "."): value for name, value in values.items()}
        steps = tuple(dict.fromkeys(tuple(p.split(".")) for p in (*paths, *named)))
        conditions = [equals(path, value) for path, value in named.items() if value is not None]
        return ChangeDemand(
            ChangeAction.UPDATED,
            self.type,
            self.address,
            having=(*conditions, *having),
            paths=steps,
            count=Count(max(1, self.instances)),
        )

    def replaced(self, *paths: str, having: Iterable[Condition] = (), **values: Any) -> ChangeDemand:
        """As ``updated``, where the provider cannot change it in place."""
        found = self.updated(*paths, having=having, **values)
        return ChangeDemand(
            ChangeAction.REPLACED, found.type, found.address, having=found.having, paths=found.paths, count=found.count
        )

    def unchanged(self) -> ChangeDemand:
        """The demand that nothing happens to the target."""
        return ChangeDemand(ChangeAction.UNCHANGED, self.type, self.address, count=Count(max(1, self.instances)))


ABSENT = object()
"""As a value of ``updated``: the argument is not there any more."""


def equals(path: str | tuple[str, ...], value: Any) -> Condition:
    """The condition that the value at a path ("a.b") is this one (a list: has the same members)."""
    steps = tuple(path.split(".")) if isinstance(path, str) else path
    if value is ABSENT:
        return Attribute(steps, Operator.ABSENT)
    return Attribute(steps, Operator.EQUALS, value)


def added(
    type: str, *conditions: Condition, address: str = "", count: int = 1, text: str = "", **values: Any
) -> ChangeDemand:
    """The demand that exactly so many resources of a type are added, with these values. ``address`` only where the
    request says the label."""
    having = [equals(n.replace("__", "."), v) for n, v in values.items()]
    return ChangeDemand(
        ChangeAction.ADDED, type, address, having=(*having, *conditions), count=Count.exactly(count), text=text
    )


def may_be_added(type: str) -> ChangeDemand:
    """Resources of a type may be added, or not: what a good answer may need, and the request does not name."""
    return ChangeDemand(ChangeAction.ADDED, type, count=Count(0), text=f"Resources of the type {type} may be added.")


def removed(address: str, *, type: str = "", count: int = 1) -> ChangeDemand:
    """The demand that a resource goes away (all its ``count`` instances)."""
    return ChangeDemand(ChangeAction.REMOVED, type, address, count=Count(count))


def moved(old: str, new: str, count: int = 1) -> ChangeDemand:
    """The demand that a resource is known by a new address afterwards, and is else the same."""
    return ChangeDemand(ChangeAction.MOVED, address=new, previous=old, count=Count(count))
