"""What differs between two configurations (ChangeSummary), and what a request allows to differ (ChangeScope)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from terraformer.types.report import Severity, to_jsonable

__all__ = [
    "AttributeChange",
    "ChangeKind",
    "ChangeScope",
    "ChangeSummary",
    "OutputChange",
    "ResourceChange",
    "address_matches",
    "bare_address",
]


class ChangeKind(StrEnum):
    """What happens to a resource. ``MOVED`` is a changed address and nothing else; a resource that is moved and changed
    is ``CHANGED`` with a ``previous_address``."""

    ADDED = "added"
    CHANGED = "changed"
    REPLACED = "replaced"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One value that differs. ``path`` is written as in HCL references ("versioning_configuration[0].status").

    ``before`` and ``after`` are JSON values; None where there was or will be none, where the value is ``sensitive``
    (then never shown) or where ``after`` is ``unknown`` (known only after apply). ``forces_replacement``: the provider
    cannot change it in place.
    """

    path: str
    before: Any = None
    after: Any = None
    sensitive: bool = False
    unknown: bool = False
    forces_replacement: bool = False


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One managed resource instance. ``address`` is the one in the new configuration (the old one when removed).

    ``attributes`` lists what differs for ``CHANGED`` and ``REPLACED``; for ``ADDED`` and ``REMOVED`` what the
    configuration set, as far as known. ``looks_renamed_from`` / ``looks_renamed_to`` name the resource of the same type
    and equal configuration at the other address: a rename without a ``moved`` block, which destroys and creates.
    ``follows`` names blocks whose own change is all that this change (or replacement) comes from, as far as direct
    references in the configuration tell. ``forgotten``: a ``removed`` block with ``destroy = false`` takes it out of
    the state and leaves it running.
    """

    address: str
    type: str
    kind: ChangeKind
    attributes: tuple[AttributeChange, ...] = ()
    previous_address: str | None = None
    looks_renamed_from: str | None = None
    looks_renamed_to: str | None = None
    forgotten: bool = False
    follows: tuple[str, ...] = ()

    @property
    def block(self) -> str:
        """The address without instance keys: that of the block ("module.vpc.aws_subnet.public")."""
        return bare_address(self.address)

    @property
    def replace_paths(self) -> tuple[str, ...]:
        """Paths of the attributes that force the replacement."""
        return tuple(a.path for a in self.attributes if a.forces_replacement)


@dataclass(frozen=True, slots=True)
class OutputChange:
    """One output of the root module; ``kind`` is ``ADDED``, ``CHANGED`` or ``REMOVED``."""

    name: str
    kind: ChangeKind
    before: Any = None
    after: Any = None
    sensitive: bool = False
    unknown: bool = False

    @property
    def address(self) -> str:
        return f"output.{self.name}"


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """Everything that differs, resources and outputs each in the order of their addresses.

    ``by_text`` is True when no plan could tell and blocks were compared by their text (then attributes are expressions
    as written, what forces a replacement is not known, and resources stand for blocks, not for instances).
    """

    resources: tuple[ResourceChange, ...] = ()
    outputs: tuple[OutputChange, ...] = ()
    by_text: bool = False

    def of(self, kind: ChangeKind) -> tuple[ResourceChange, ...]:
        """The resources of one kind."""
        return tuple(r for r in self.resources if r.kind is kind)

    @property
    def added(self) -> tuple[ResourceChange, ...]:
        return self.of(ChangeKind.ADDED)

    @property
    def changed(self) -> tuple[ResourceChange, ...]:
        return self.of(ChangeKind.CHANGED)

    @property
    def replaced(self) -> tuple[ResourceChange, ...]:
        return self.of(ChangeKind.REPLACED)

    @property
    def removed(self) -> tuple[ResourceChange, ...]:
        return self.of(ChangeKind.REMOVED)

    @property
    def moved(self) -> tuple[ResourceChange, ...]:
        return self.of(ChangeKind.MOVED)

    @property
    def empty(self) -> bool:
        """Nothing differs."""
        return not self.resources and not self.outputs

    def find(self, address: str) -> ResourceChange | None:
        """The change of the resource with this (new) address."""
        return next((r for r in self.resources if r.address == address), None)

    def counts(self) -> dict[str, int]:
        """How many resources of each kind, all kinds named."""
        return {str(kind): len(self.of(kind)) for kind in ChangeKind}

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; empty fields are left out."""
        return {
            "resources": [_sparse(r) for r in self.resources],
            "outputs": [_sparse(o) for o in self.outputs],
            "by_text": self.by_text,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ChangeSummary:
        """The inverse of ``to_dict``. Raises KeyError, TypeError or ValueError when the data is not such a form."""
        return cls(
            tuple(
                ResourceChange(
                    **{
                        **r,
                        "kind": ChangeKind(r["kind"]),
                        "attributes": tuple(AttributeChange(**a) for a in r.get("attributes", ())),
                        "follows": tuple(r.get("follows", ())),
                    }
                )
                for r in data["resources"]
            ),
            tuple(OutputChange(**{**o, "kind": ChangeKind(o["kind"])}) for o in data["outputs"]),
            bool(data.get("by_text", False)),
        )


@dataclass(frozen=True, slots=True)
class ChangeScope:
    """What a request allows to differ: patterns of addresses (see ``address_matches``), outputs as "output.NAME".

    What may be removed or replaced must be named; so must what may be renamed (``move``, either address). ``change``
    and ``add`` default to everything; findings about what lies outside them have the severity ``elsewhere``.
    A resource that may be replaced may be changed too. ``expects_change``: an answer without any difference is a
    finding. ``source`` says in a word where the scope comes from ("words", "intent", "given").
    """

    remove: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    change: tuple[str, ...] = ("*",)
    add: tuple[str, ...] = ("*",)
    move: tuple[str, ...] = ("*",)
    elsewhere: Severity = Severity.WARNING
    expects_change: bool = True
    source: str = "given"

    def may_remove(self, address: str) -> bool:
        return _any(self.remove, address)

    def may_replace(self, address: str) -> bool:
        return _any(self.replace, address)

    def may_change(self, address: str) -> bool:
        return _any(self.change, address) or _any(self.replace, address)

    def may_add(self, address: str) -> bool:
        return _any(self.add, address)

    def may_move(self, old: str, new: str) -> bool:
        return _any(self.move, old) or _any(self.move, new)

    def to_dict(self) -> dict[str, Any]:
        found = to_jsonable(self)
        assert isinstance(found, dict)
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ChangeScope:
        """The inverse of ``to_dict``; fields that are absent have their defaults."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        if "elsewhere" in values:
            values["elsewhere"] = Severity(values["elsewhere"])
        return cls(**values)


def address_matches(pattern: str, address: str) -> bool:
    """Whether a pattern names an address.

    ``*`` stands for any text, dots included, and ``?`` for one character; nothing else is special (brackets are those
    of instance keys). A pattern without instance keys matches all instances, and one that names a module all inside
    it: "aws_subnet.public" matches "aws_subnet.public[0]", "module.vpc" matches 'module.vpc["a"].aws_subnet.public'.
    """
    compiled = _compiled(pattern)
    if compiled.fullmatch(address):
        return True
    bare = bare_address(address)
    if "[" not in pattern and compiled.fullmatch(bare):
        return True
    if not pattern.startswith("module."):
        return False
    return any(
        compiled.fullmatch(text[:at]) is not None
        for text in ((address,) if "[" in pattern else (address, bare))
        for at in (m.start() for m in re.finditer(r"\.(?=module\.)|(?<=[\w\])-])\.(?=\w+\.)", text))
    )


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    special = {"*": ".*", "?": "."}
    return re.compile("".join(special.get(c) or re.escape(c) for c in pattern), re.DOTALL)


def _any(patterns: Iterable[str], address: str) -> bool:
    return any(address_matches(p, address) for p in patterns)


def bare_address(address: str) -> str:
    """An address without its instance keys, which may hold any character in quotes."""
    out: list[str] = []
    depth = i = 0
    quoted = False
    while i < len(address):
        c = address[i]
        if quoted:
            if c == "\\":
                i += 1
            elif c == '"':
                quoted = False
        elif c == '"' and depth:
            quoted = True
        elif c == "[":
            depth += 1
        elif c == "]" and depth:
            depth -= 1
        elif not depth:
            out.append(c)
        i += 1
    return "".join(out)


def _sparse(value: ResourceChange | OutputChange) -> dict[str, Any]:
    """As plain values, without fields that are None, False or empty; an attribute keeps its before and after."""
    found = to_jsonable(value)
    attributes = [{k: v for k, v in a.items() if v is not None and v is not False} for a in found.pop("attributes", ())]
    for plain, change in zip(attributes, getattr(value, "attributes", ()), strict=True):
        for name in ("before", "after"):
            if getattr(change, name) is False:
                plain[name] = False
    if not found.get("follows"):
        found.pop("follows", None)
    sparse = {k: v for k, v in found.items() if v is not None and (v is not False or k in ("before", "after"))}
    return {**sparse, "attributes": attributes} if attributes else sparse
