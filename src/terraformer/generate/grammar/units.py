"""Amounts with units: "5 minutes" for an argument that is counted in seconds is 300."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

__all__ = ["in_units_of", "names_unit", "unit_of"]

_TIME: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_SIZE: Final = {"byte": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}
_NAMES: Final = {
    **{name: (unit, _TIME) for unit in _TIME for name in (unit, f"{unit}s")},
    **{name: (unit, _SIZE) for unit in _SIZE for name in (unit, f"{unit}s", unit.replace("b", "ib"))},
    "min": ("minute", _TIME),
    "mins": ("minute", _TIME),
    "sec": ("second", _TIME),
    "secs": ("second", _TIME),
    "hr": ("hour", _TIME),
    "hrs": ("hour", _TIME),
}


def unit_of(argument: str) -> str | None:
    """The unit that an argument's name ends with or holds before "_in_..." ("visibility_timeout_seconds",
    "retention_in_days"): "second", "day", "mb", ...; None where the name does not tell."""
    last = argument.rpartition("_")[2]
    return _NAMES[last][0] if "_" in argument and last in _NAMES else None


def in_units_of(argument: str, amount: str, following: str) -> str:
    """The amount in the argument's unit, where ``following`` (the text after it) begins with another unit of the same
    kind and the result is whole; otherwise the amount as it is.
    """
    own = unit_of(argument)
    said = re.match(r"[\s-]*([A-Za-z]+)", following)
    if own is None or said is None or said[1].lower() not in _NAMES:
        return amount
    unit, scale = _NAMES[said[1].lower()]
    if own not in scale:
        return amount
    value = Fraction(amount) * scale[unit] / scale[own]
    return str(value.numerator) if value.denominator == 1 else amount


def names_unit(following: str) -> bool:
    """Whether the text begins with a unit."""
    said = re.match(r"[\s-]*([A-Za-z]+)", following)
    return said is not None and said[1].lower() in _NAMES
