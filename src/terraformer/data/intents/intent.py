"""The intent: what a prompt demands of the plan, machine-readable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from terraformer.data.intents.conditions import (
    ONE_OR_MORE,
    AllOf,
    AnyOf,
    Attribute,
    Block,
    Condition,
    Count,
    DependsOn,
    Not,
    PolicyStatement,
    Quantifier,
    ReferredBy,
    RefersTo,
    Repeated,
    UsesProvider,
)
from terraformer.errors import UsageError

__all__ = [
    "VERSION",
    "ChangeAction",
    "ChangeDemand",
    "ChangeIntent",
    "Demand",
    "Distinct",
    "Intent",
    "Subject",
]

VERSION = 1


class Subject(StrEnum):
    """What a demand is about.

    ``RESOURCE`` and ``DATA`` are instances (those of ``count``, ``for_each`` and of child modules counted one by one);
    ``OUTPUT`` and ``VARIABLE`` those of the root module, ``PROVIDER`` the provider configurations, ``MODULE`` the
    module calls, nested ones too.

    Paths of conditions: of resources and data sources their arguments and attributes; of outputs ``value``,
    ``description``, ``sensitive``; of variables ``default``, ``value`` (given or made up), ``type`` (of the value:
    string, number, bool, list or map), ``description``, ``sensitive``; of providers their arguments where these are
    constants or root variables, ``alias`` and ``version``; of module calls ``source``, ``version`` and the arguments
    that are constants or root variables.
    """

    RESOURCE = "resource"
    DATA = "data"
    OUTPUT = "output"
    VARIABLE = "variable"
    PROVIDER = "provider"
    MODULE = "module"


@dataclass(frozen=True, slots=True)
class Distinct:
    """The values at ``path`` of the subjects that meet the demand are at least ``least`` different ones."""

    path: tuple[str, ...]
    least: int = 2


@dataclass(frozen=True, slots=True)
class Demand:
    """One sentence of the prompt, and one rule ``is_valid_<name>``.

    Of the subjects with this ``type`` (resources and data sources) and ``label`` (a glob: the block's name, the
    output's, variable's, provider's or module's; "" for any) that meet ``where``: with ``SOME`` so many as ``count``
    says meet all of ``having``; with ``EVERY`` they all do, and so many there are. ``module`` is a glob of the module's
    address ("module.vpc"), None for anywhere, "" for the root module.

    ``name`` is the rule's name, made up where empty; ``text`` replaces the sentence.
    """

    subject: Subject = Subject.RESOURCE
    type: str = ""
    label: str = ""
    module: str | None = None
    where: tuple[Condition, ...] = ()
    having: tuple[Condition, ...] = ()
    count: Count = ONE_OR_MORE
    quantifier: Quantifier = Quantifier.SOME
    distinct: Distinct | None = None
    name: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        typed = self.subject in (Subject.RESOURCE, Subject.DATA)
        if typed and not self.type:
            raise UsageError(f'a {self.subject} demand needs a "type"')
        if not typed and self.type:
            raise UsageError(f"a demand of the subject {self.subject} has no type: choose by label")
        if not typed and self.module is not None and self.subject is not Subject.MODULE:
            raise UsageError(f"a demand of the subject {self.subject} has no module")
        _check_name(self.name)
        if self.distinct is not None and (self.distinct.least < 1 or not self.distinct.path):
            raise UsageError("distinct: it needs a path, and a number of 1 or more")
        _check_conditions((*self.where, *self.having), self.subject, inner=False)


def _check_name(name: str) -> None:
    if name and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(f"name {name!r}: a rule's name has small letters, digits and underscores")


def _check_conditions(conditions: Iterable[Condition], subject: Subject, *, inner: bool) -> None:
    """``inner``: conditions of a block, or of the state before, where only values can be asked for."""
    for condition in conditions:
        match condition:
            case Attribute():
                continue
            case Block(having=having):
                _check_conditions(having, subject, inner=True)
                continue
            case Not(condition=one):
                _check_conditions((one,), subject, inner=inner)
                continue
            case AnyOf(conditions=several) | AllOf(conditions=several):
                _check_conditions(several, subject, inner=inner)
                continue
            case _ if inner:
                raise UsageError(f"{type(condition).__name__}: of a block, or of what was, only values can be asked")
            case RefersTo(target=target):
                _check_conditions(target.having, Subject.RESOURCE, inner=False)
                continue
            case PolicyStatement() | DependsOn() | UsesProvider() | Repeated():
                allowed: tuple[Subject, ...] = (Subject.RESOURCE, Subject.DATA)
            case ReferredBy(having=having):
                allowed = (Subject.RESOURCE, Subject.DATA)
                _check_conditions(having, Subject.RESOURCE, inner=False)
        if subject not in allowed:
            raise UsageError(f"{type(condition).__name__}: it cannot be asked of the subject {subject}")


class ChangeAction(StrEnum):
    """What must happen to resource instances, as the plan of the configuration after, against the state of the one
    before, tells. ``UPDATED`` in place; ``MOVED`` to another address and else the same; ``UNCHANGED`` not at all."""

    ADDED = "added"
    REMOVED = "removed"
    UPDATED = "updated"
    REPLACED = "replaced"
    MOVED = "moved"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ChangeDemand:
    """So many resource instances as ``count`` says undergo ``action``.

    ``type`` and ``address`` (a pattern: ``*`` any text, ``?`` one character; without instance keys it means all
    instances; the new address where there is one) choose them, "" for any; ``previous`` is a pattern of the address
    before (for ``MOVED``). ``before`` must be met by their values in the state (conditions on values only: Attribute,
    Block, Not, AnyOf, AllOf), ``having`` after it. ``paths`` (``UPDATED`` and ``REPLACED``) are what differs: each
    must, and, unless the rest is free, nothing else may, but for what the provider computes; none means that any
    argument may.
    """

    action: ChangeAction
    type: str = ""
    address: str = ""
    previous: str = ""
    before: tuple[Condition, ...] = ()
    having: tuple[Condition, ...] = ()
    paths: tuple[tuple[str, ...], ...] = ()
    count: Count = ONE_OR_MORE
    name: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name)
        if not (self.type or self.address or self.previous):
            raise UsageError(f'{self.action}: name a "type" or an "address"')
        if self.paths and self.action not in (ChangeAction.UPDATED, ChangeAction.REPLACED):
            raise UsageError(f"paths: what is {self.action} has none")
        if self.previous and self.action is not ChangeAction.MOVED:
            raise UsageError(f"previous: only what is moved has one, not what is {self.action}")
        if self.before and self.action is ChangeAction.ADDED:
            raise UsageError("before: what is added was not there")
        if self.having and self.action is ChangeAction.REMOVED:
            raise UsageError("having: what is removed has no values after; ask for those before")
        _check_conditions(self.before, Subject.RESOURCE, inner=True)
        _check_conditions(self.having, Subject.RESOURCE, inner=False)


@dataclass(frozen=True, slots=True)
class ChangeIntent:
    """What must be different, and whether all other resources must stay as they are (``rest_unchanged``).

    Then no output may go either, but ``removed_outputs``. An update of which the configuration says nothing, since
    it only follows from another one that is asked for (what the provider computes, an attribute of a resource that is
    replaced), is none.
    """

    demands: tuple[ChangeDemand, ...] = ()
    rest_unchanged: bool = True
    removed_outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What a prompt demands. ``demands`` are judged on a plan; ``change``, for a mutation, on the plan of the
    configuration after against the state of the one before (``demands`` then too)."""

    demands: tuple[Demand, ...] = ()
    change: ChangeIntent | None = None
    title: str = ""

    def __post_init__(self) -> None:
        if not self.demands and (self.change is None or not (self.change.demands or self.change.rest_unchanged)):
            raise UsageError("an intent that demands nothing")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; what has its default is left out. The inverse is ``from_dict``."""
        from terraformer.data.intents.form import intent_to_dict

        return intent_to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str = "intent") -> Intent:
        """Strict reading. Raises UsageError, one line that begins with ``where`` and names the key and the mend."""
        from terraformer.data.intents.form import intent_from_dict

        return intent_from_dict(data, where)
