"""Looking up parts by name: a plain dict for the built-in ones, entry points for those of other distributions.

A part is named "module:attribute" and imported when it is asked for, so that a part with heavy dependencies costs
nothing until it is used, and a broken plugin disturbs nobody who does not name it.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from terraformer.errors import UsageError

__all__ = ["available", "resolve"]


def available(group: str, builtin: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the built-in parts and of those installed under the entry point ``group``, sorted. Imports none."""
    return tuple(sorted({*builtin, *(point.name for point in entry_points(group=group))}))


def resolve(group: str, name: str, builtin: Mapping[str, str], *, what: str) -> Any:
    """The object that ``name`` stands for; ``what`` is what to call it in errors ("model").

    A built-in part wins over none: two parts of one name, built in or installed, are an error rather than a choice.
    Raises UsageError when there is no such part, more than one, or when it cannot be imported.
    """
    found: list[tuple[str, str, EntryPoint | None]] = []
    if name in builtin:
        found.append((builtin[name], "terraformer itself", None))
    for point in entry_points(group=group, name=name):
        owner = point.dist.name if point.dist is not None else "an unknown distribution"
        if (point.value, owner) not in [(value, by) for value, by, _ in found]:
            found.append((point.value, owner, point))
    if not found:
        names = ", ".join(available(group, builtin)) or "none"
        raise UsageError(f'there is no {what} "{name}" (available: {names})')
    if len(found) > 1:
        owners = " and ".join(f"{value} of {owner}" for value, owner, _ in found)
        raise UsageError(f'the {what} "{name}" is defined more than once: {owners}; uninstall one of them')
    value, owner, entry = found[0]
    try:
        if entry is not None:
            return entry.load()
        module, _, attribute = value.partition(":")
        return getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise UsageError(
            f'the {what} "{name}" ({value} of {owner}) cannot be loaded: {type(error).__name__}: {error}'
        ) from error
