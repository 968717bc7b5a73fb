"""The intent: what a prompt demands of the plan, machine-readable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from terraformer.data.intents.conditions import Condition, Count, Quantifier

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
    count: Count = Count()
    quantifier: Quantifier = Quantifier.SOME
    distinct: Distinct | None = None
    name: str = ""
    text: str = ""


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

    ``type`` and ``address`` (a pattern as in ``types.address_matches``, the new address where there is one) choose them,
    "" for any; ``previous`` is a pattern of the address before (for ``MOVED``). ``before`` must be met by their values
    in the state, ``having`` by the planned ones (conditions on values only: Attribute, Block, Not, AnyOf, AllOf).
    ``paths`` (``UPDATED`` and ``REPLACED``) are what differs: each must, and, unless the rest is free, nothing else
    may, but for what the provider computes; none means that any argument may.
    """

    action: ChangeAction
    type: str = ""
    address: str = ""
    previous: str = ""
    before: tuple[Condition, ...] = ()
    having: tuple[Condition, ...] = ()
    paths: tuple[tuple[str, ...], ...] = ()
    count: Count = Count()
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChangeIntent:
    """What must be different, and whether all other resources must stay as they are (``rest_unchanged``)."""

    demands: tuple[ChangeDemand, ...] = ()
    rest_unchanged: bool = True


@dataclass(frozen=True, slots=True)
class Intent:
    """What a prompt demands. ``demands`` are judged on a plan; ``change``, for a mutation, on the plan of the
    configuration after against the state of the one before (``demands`` then too)."""

    demands: tuple[Demand, ...] = ()
    change: ChangeIntent | None = None
    title: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; what has its default is left out. The inverse is ``from_dict``."""
        from terraformer.data.intents.form import intent_to_dict

        return intent_to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str = "intent") -> Intent:
        """Strict reading. Raises UsageError, one line that begins with ``where`` and names the key and the mend."""
        from terraformer.data.intents.form import intent_from_dict

        return intent_from_dict(data, where)
