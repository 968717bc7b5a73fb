"""Changes put together: one to three operators on different targets, one intent for all of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from terraformer.data.intents import ChangeAction, ChangeDemand, ChangeIntent, Demand, Intent
from terraformer.data.mutation.base import Base, Change
from terraformer.data.mutation.catalogue import ChangeOperator, operators_for, targets_of, try_operator
from terraformer.types import TerraformConfig

__all__ = ["DEPTHS", "Composed", "compose"]

DEPTHS = ((1, 2, 3), (11, 6, 3))
"""How many operators a change is made of, and how often."""
_TRIES = 12
_SERVICE = 0.55
"""The share of operators that are about a service, where several apply, rather than about Terraform's language."""
_EACH = 0.12


@dataclass(frozen=True)
class Composed:
    """What is asked for: ``config`` is the text after (not formatted yet), ``intent`` all that is demanded."""

    operators: tuple[ChangeOperator, ...]
    changes: tuple[Change, ...]
    config: TerraformConfig
    intent: Intent

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(o.name for o in self.operators)

    @classmethod
    def of(cls, made: Sequence[tuple[ChangeOperator, Change]]) -> Composed:
        """The changes in the order in which they were made, each on the text that the one before left."""
        changes = tuple(c for _, c in made)
        demands: list[Demand] = []
        for change in changes:
            demands.extend(d for d in change.demands if d not in demands)
        asked: list[ChangeDemand] = []
        for change in changes:
            asked.extend(d for d in change.change if d not in asked)
        outputs = tuple(dict.fromkeys(o for c in changes for o in c.removed_outputs))
        intent = Intent(tuple(demands), ChangeIntent(tuple(asked), True, outputs))
        intent = Intent.from_dict(intent.to_dict(), "the intent of a change")  # as it is read from a dataset
        return cls(tuple(o for o, _ in made), changes, changes[-1].config, intent)


def compose(
    base: Base,
    rng: random.Random,
    *,
    depth: int = 0,
    avoid: frozenset[str] = frozenset(),
    first: ChangeOperator | None = None,
) -> Composed | None:
    """One change of a configuration by so many operators (drawn where ``depth`` is 0), fewer where no more apply; None
    where none does. ``avoid`` are the names of operators that were used already; ``first`` is one to begin with."""
    wanted = depth or rng.choices(*DEPTHS)[0]
    made: list[tuple[ChangeOperator, Change]] = []
    here = base
    for _ in range(_TRIES):
        if len(made) == wanted:
            break
        if first is not None and not made:
            options = [first]
        else:
            used = avoid | {o.name for o, _ in made}
            options = [o for o in operators_for(here) if o.name not in used]
        found = _draw(options, here, rng, [c for _, c in made])
        if found is None:
            break
        made.append(found)
        here = base.after(found[1].config)
    return Composed.of(made) if made else None


def _draw(
    options: Sequence[ChangeOperator], base: Base, rng: random.Random, before: Sequence[Change]
) -> tuple[ChangeOperator, Change] | None:
    """An operator by weight that makes a change of one of its targets, which does not meet those made before."""
    service = [o for o in options if not o.structural]
    general = [o for o in options if o.structural]
    share = min(_SERVICE, _EACH * len(service))  # what fits everywhere (a budget) is not asked for everywhere
    for group in (service, general) if rng.random() < share else (general, service):
        left = list(group)
        while left:
            chosen = left.pop(rng.choices(range(len(left)), [o.weight for o in left])[0])
            for target in targets_of(chosen, base, rng)[:4]:
                if target.whole is not None and any(target.address in c.touches for c in before):
                    continue
                change = try_operator(chosen, target)
                if change is not None and not any(_clash(change, other) for other in before):
                    return chosen, change
    return None


def _clash(one: Change, other: Change) -> bool:
    """The two are about the same thing, or what one demands might be counted for the other."""
    if one.touches & other.touches or set(one.removed_outputs) & set(other.removed_outputs):
        return True
    added = [{d.type for d in c.change if d.action is ChangeAction.ADDED} for c in (one, other)]
    return bool(added[0] & added[1])
