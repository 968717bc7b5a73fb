"""What a change intent allows to differ, as a ``ChangeScope`` of addresses."""

from __future__ import annotations

from collections.abc import Iterator

from terraformer.data.intents.intent import ChangeAction, ChangeDemand, ChangeIntent, Intent
from terraformer.errors import UsageError
from terraformer.types import ChangeScope, Severity

__all__ = ["change_scope"]


def change_scope(intent: Intent) -> ChangeScope:
    """The scope of an intent's change. A scope knows addresses only: arguments (``paths``), counts and conditions are
    left to the intent's own rules. Raises UsageError when the intent asks for no change."""
    change = intent.change
    if change is None:
        raise UsageError('the intent has no "change": there is nothing to take a scope from')

    def of(*actions: ChangeAction) -> tuple[str, ...]:
        found = (p for d in change.demands if d.action in actions for p in _patterns(d))
        return tuple(dict.fromkeys(found))

    move = of(ChangeAction.MOVED)
    outputs = tuple(f"output.{name}" for name in change.removed_outputs)
    if not change.rest_unchanged:
        return ChangeScope(
            of(ChangeAction.REMOVED) + outputs,
            of(ChangeAction.REPLACED),
            expects_change=_expects(change),
            source="intent",
        )
    return ChangeScope(
        remove=of(ChangeAction.REMOVED) + outputs,
        replace=of(ChangeAction.REPLACED),
        # Outputs and, by what follows from others, arguments of the rest may differ: the rules are exact about it.
        change=(*of(ChangeAction.UPDATED, ChangeAction.REPLACED), "output.*"),
        add=(*of(ChangeAction.ADDED), "output.*"),
        move=move,
        elsewhere=Severity.ERROR,
        expects_change=_expects(change),
        source="intent",
    )


def _expects(change: ChangeIntent) -> bool:
    return any(d.action is not ChangeAction.UNCHANGED and d.count.least for d in change.demands)


def _patterns(demand: ChangeDemand) -> Iterator[str]:
    for address in (demand.address, demand.previous):
        if address:
            yield address
    if not demand.address and not demand.previous:
        yield f"{demand.type}.*"
        yield f"module.*.{demand.type}.*"
