"""Did a change touch only what was asked? Certificates for everything that differs outside a scope.

What Terraform itself derives from an allowed change is told apart: a subnet that must be replaced since its VPC is
replaced by request is a warning, and an argument that follows a changed reference is no finding at all.

Not covered: whether the request itself was met (that is an intent's or a policy's verdict); changes that no plan shows,
such as a local value that nothing uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from terraformer.hcl import scan
from terraformer.types import (
    AttributeChange,
    Certificate,
    ChangeKind,
    ChangeScope,
    ChangeSummary,
    OutputChange,
    ResourceChange,
    Severity,
    SourceRange,
    Stage,
    TerraformConfig,
)
from terraformer.types.change import bare_address
from terraformer.verify.scope_words import scope_from_words
from terraformer.verify.textual import block_places, text_difference, tokens

__all__ = ["check", "scope_from_words"]

_MAX_BLOCK = 4000
_MAX_LISTED = 6
_VERBS = {
    ChangeKind.ADDED: "added",
    ChangeKind.CHANGED: "changed",
    ChangeKind.REPLACED: "replaced",
    ChangeKind.REMOVED: "removed",
    ChangeKind.MOVED: "moved",
}


def check(
    summary: ChangeSummary,
    scope: ChangeScope,
    *,
    before: TerraformConfig,
    after: TerraformConfig,
    asked: str = "which the request does not ask for",
) -> tuple[Certificate, ...]:
    """The findings about a change, errors first, then in the order of addresses. ``asked`` ends their summaries.

    ``collateral-change``: something was removed, replaced or renamed that the scope does not allow (error), or changed
    or added outside of it (``scope.elsewhere``). One certificate for all instances of a block, one for a module whose
    call is gone. ``nothing-changed``: a change is expected and there is none, neither in the plan nor in the text,
    comments and layout apart (error). Stage POLICY: they are about the request, not about whether the configuration is
    valid.
    """
    sides = (
        _Sides(before, block_places(scan(before.files, before.root))),
        _Sides(after, block_places(scan(after.files, after.root))),
    )
    found = [*_resources(summary, scope, asked, *sides), *_outputs(summary, scope, asked, *sides)]
    if summary.empty and scope.expects_change:
        found += _nothing(before, after)
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return tuple(sorted(found, key=lambda c: (order[c.severity], c.address or "")))


@dataclass(frozen=True, slots=True)
class _Sides:
    """One of the two configurations with the places of its blocks."""

    config: TerraformConfig
    places: Mapping[str, SourceRange]

    def text(self, address: str) -> str | None:
        """A block as it stands there, bounded; None when it is not there."""
        place = self.places.get(address)
        if place is None:
            return None
        text = self.config.files[place.file][place.start.byte : place.end.byte].decode("utf-8", "replace")
        return text if len(text) <= _MAX_BLOCK else text[:_MAX_BLOCK] + "\n# ... (the rest is left out here)"

    def tokens(self, address: str) -> object:
        place = self.places.get(address)
        return tokens(self.config.files[place.file][place.start.byte : place.end.byte]) if place else None


# --- resources ------------------------------------------------------------------------------------------------------


def _resources(
    summary: ChangeSummary, scope: ChangeScope, asked: str, before: _Sides, after: _Sides
) -> list[Certificate]:
    outside: dict[tuple[ChangeKind, str, Severity], list[ResourceChange]] = {}
    for change in summary.resources:
        severity = _severity(change, summary, scope, before, after)
        if severity is None:
            continue
        subject = change.block
        if change.kind is ChangeKind.REMOVED:
            subject = _gone_module(subject, before, after) or subject
        outside.setdefault((change.kind, subject, severity), []).append(change)
    return [
        _certificate(kind, subject, severity, changes, asked, before, after)
        for (kind, subject, severity), changes in outside.items()
    ]


def _severity(
    change: ResourceChange, summary: ChangeSummary, scope: ChangeScope, before: _Sides, after: _Sides
) -> Severity | None:
    """None where the scope allows the change."""
    address = change.address
    old = change.previous_address or address
    match change.kind:
        case ChangeKind.REMOVED:
            return None if scope.may_remove(address) else Severity.ERROR
        case ChangeKind.REPLACED:
            if scope.may_replace(address) or scope.may_replace(old):
                return None
            if change.follows and all(_in_scope(block, summary, scope) for block in change.follows):
                return Severity.WARNING if before.tokens(change.block) == after.tokens(change.block) else Severity.ERROR
            return Severity.ERROR
        case ChangeKind.MOVED:
            return None if scope.may_move(old, address) else Severity.ERROR
        case ChangeKind.ADDED:
            return None if scope.may_add(address) else scope.elsewhere
        case ChangeKind.CHANGED:
            if scope.may_change(address) or scope.may_change(old):
                return None
            untouched = before.tokens(change.block) == after.tokens(change.block)
            follows = bool(change.follows) or all(a.unknown for a in change.attributes)
            return None if untouched and follows and change.attributes else scope.elsewhere


def _in_scope(block: str, summary: ChangeSummary, scope: ChangeScope) -> bool:
    """Whether all that happens to a block is allowed."""
    for change in summary.resources:
        if change.block != block:
            continue
        if change.kind is ChangeKind.REPLACED and not scope.may_replace(change.address):
            return False
        if change.kind is ChangeKind.CHANGED and not scope.may_change(change.address):
            return False
        if change.kind is ChangeKind.ADDED and not scope.may_add(change.address):
            return False
    return True


def _gone_module(block: str, before: _Sides, after: _Sides) -> str | None:
    """The outermost module call around a removed block that is itself gone."""
    steps = block.split(".")
    for end in range(2, len(steps), 2):
        if steps[end - 2] != "module":
            return None
        call = ".".join(steps[:end])
        if call in before.places and call not in after.places:
            return call
    return None


def _certificate(
    kind: ChangeKind,
    subject: str,
    severity: Severity,
    changes: Sequence[ResourceChange],
    asked: str,
    before: _Sides,
    after: _Sides,
) -> Certificate:
    first = changes[0]
    old_block = subject if first.previous_address is None else bare_address(first.previous_address)
    place = after.places.get(subject)
    was = before.text(old_block)
    same = before.tokens(old_block) == after.tokens(subject)
    addresses = [c.address for c in changes]
    notes: dict[str, Any] = {"change": str(kind), "addresses": addresses[:50]}
    if first.looks_renamed_to:
        notes["looks_renamed_to"] = first.looks_renamed_to
    if first.looks_renamed_from:
        notes["looks_renamed_from"] = first.looks_renamed_from
    causes = _causes(changes)
    if kind is ChangeKind.REPLACED and causes:
        notes["forced_by"] = causes
    return Certificate(
        Stage.POLICY,
        severity,
        "collateral-change",
        _headline(kind, subject, addresses, first, asked),
        _detail(kind, changes, causes),
        place,
        subject if len(addresses) > 1 or subject.startswith("module.") else addresses[0],
        causes[0] if causes and kind is ChangeKind.REPLACED else None,
        was if kind in (ChangeKind.REMOVED, ChangeKind.REPLACED) else after.text(subject),
        fix=_fix(kind, subject, old_block, first, was if not same else None, severity),
        notes=notes,
    )


def _headline(kind: ChangeKind, subject: str, addresses: Sequence[str], first: ResourceChange, asked: str) -> str:
    if kind is ChangeKind.REMOVED and first.looks_renamed_to:
        return f"{addresses[0]} would be destroyed: its block is now {bare_address(first.looks_renamed_to)}, not moved"
    what = addresses[0] if len(addresses) == 1 else f"{subject} ({len(addresses)} resources)"
    if kind is ChangeKind.REPLACED:
        return f"{what} would be destroyed and created anew, {asked}"
    if kind is ChangeKind.REMOVED and first.forgotten:
        return f"{what} is no longer managed, {asked}"
    if kind is ChangeKind.MOVED:
        return f"{first.previous_address} is moved to {what}, {asked}"
    return f"{what} is {_VERBS[kind]}, {asked}"


def _causes(changes: Iterable[ResourceChange]) -> list[str]:
    return list(dict.fromkeys(path for c in changes for path in c.replace_paths))


def _detail(kind: ChangeKind, changes: Sequence[ResourceChange], causes: Sequence[str]) -> str:
    if kind is ChangeKind.REPLACED:
        follows = sorted({block for c in changes for block in c.follows})
        shown = [a for c in changes for a in c.attributes if a.forces_replacement]
        what = f"The provider cannot change {_listed(causes)} in place. " if causes else ""
        because = f"It follows from the change of {_listed(follows)}. " if follows else ""
        return f"{what}{because}{_values(shown)}".strip()
    if kind is ChangeKind.CHANGED:
        return _values([a for c in changes for a in c.attributes])
    if kind is ChangeKind.REMOVED and changes[0].looks_renamed_to:
        return (
            "A resource of the same type with the same arguments is created under the new name. Without a moved block "
            "Terraform destroys the old one and all that is in it."
        )
    if len(changes) > 1:
        return f"Affected: {_listed([c.address for c in changes])}."
    return ""


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MAX_LISTED])
    return shown if len(names) <= _MAX_LISTED else f"{shown} and {len(names) - _MAX_LISTED} more"


def _values(attributes: Sequence[AttributeChange]) -> str:
    parts = [f"{a.path}: {_value(a, a.before)} -> {_value(a, a.after, after=True)}" for a in attributes[:_MAX_LISTED]]
    more = f" and {len(attributes) - _MAX_LISTED} more" if len(attributes) > _MAX_LISTED else ""
    return "; ".join(parts) + more


def _value(attribute: AttributeChange, value: Any, *, after: bool = False) -> str:
    if attribute.sensitive:
        return "(sensitive)"
    if after and attribute.unknown:
        return "(known after apply)"
    text = "(not set)" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _fix(kind: ChangeKind, subject: str, old: str, first: ResourceChange, was: str | None, severity: Severity) -> str:
    block = f" It was:\n\n{was}" if was else ""
    if kind is ChangeKind.REMOVED:
        if first.looks_renamed_to:
            new = bare_address(first.looks_renamed_to)
            local = new.rsplit("module.", 1)[-1].split(".", 1)[-1] if new.startswith("module.") else new
            mine = old.rsplit("module.", 1)[-1].split(".", 1)[-1] if old.startswith("module.") else old
            return (
                f"If the request asks for the new name, add:\n\nmoved {{\n  from = {mine}\n  to   = {local}\n}}\n\n"
                f"Otherwise give the block its old name {mine} again."
            )
        if was is None:
            return (
                f"Give {subject} as many instances as it had: its count, for_each, or what they depend on, has changed."
            )
        return f"Put {subject} back as it was; change only what the request asks for.{block}"
    if kind is ChangeKind.REPLACED:
        paths = _listed(list(first.replace_paths)) or "what forces the replacement"
        if severity is Severity.WARNING:
            return "Nothing to mend if the request means it: it follows from a replacement that the request asks for."
        return f"Give {paths} of {subject} its old value again.{block}"
    if kind is ChangeKind.MOVED:
        return f"Take the moved block out and call the resource {old} again."
    if kind is ChangeKind.ADDED:
        return f"Take {subject} out unless the request needs it."
    return f"Give {subject} its old arguments again where the request does not ask for others.{block}"


# --- outputs, and nothing at all ------------------------------------------------------------------------------------


def _outputs(
    summary: ChangeSummary, scope: ChangeScope, asked: str, before: _Sides, after: _Sides
) -> list[Certificate]:
    found: list[Certificate] = []
    for change in summary.outputs:
        address = change.address
        severity: Severity | None = None
        if change.kind is ChangeKind.REMOVED:
            severity = None if scope.may_remove(address) else Severity.ERROR
        elif change.kind is ChangeKind.ADDED:
            severity = None if scope.may_add(address) else scope.elsewhere
        elif before.tokens(address) != after.tokens(address):  # else it follows what it refers to
            severity = None if scope.may_change(address) else scope.elsewhere
        if severity is not None:
            found.append(_output(change, severity, asked, before, after))
    return found


def _output(change: OutputChange, severity: Severity, asked: str, before: _Sides, after: _Sides) -> Certificate:
    was = before.text(change.address)
    fixes = {
        ChangeKind.REMOVED: f"Put the output back; others may read it. It was:\n\n{was}",
        ChangeKind.ADDED: "Take the output out unless the request needs it.",
    }
    return Certificate(
        Stage.POLICY,
        severity,
        "collateral-change",
        f"Output {change.name} is {_VERBS[change.kind]}, {asked}",
        "",
        after.places.get(change.address),
        change.address,
        snippet=was if change.kind is ChangeKind.REMOVED else after.text(change.address),
        fix=fixes.get(change.kind, f"Give the output its old value again. It was:\n\n{was}"),
        notes={"change": str(change.kind), "addresses": [change.address]},
    )


def _nothing(before: TerraformConfig, after: TerraformConfig) -> list[Certificate]:
    text = text_difference(before, after)
    if text.code:
        return []
    return [
        Certificate(
            Stage.POLICY,
            Severity.ERROR,
            "nothing-changed",
            "Only comments or layout changed" if text.any else "Nothing changed",
            "The plan of the changed configuration is the same as before."
            if text.any
            else "The configuration is the same as before, byte for byte, and so is its plan.",
            fix="Change the arguments or blocks that the request is about.",
        )
    ]
