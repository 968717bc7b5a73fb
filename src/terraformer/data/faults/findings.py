"""What of a report goes with a broken configuration, and under which options it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from terraformer.types import Certificate, Severity

__all__ = ["MAX_CERTIFICATES", "MAX_TEXT", "bounded", "settings_of"]

MAX_CERTIFICATES: Final = 12
MAX_TEXT: Final = 2000
_SETTINGS: Final = ("strict_vars", "strict_versions")


def settings_of(metadata: Mapping[str, Any]) -> dict[str, bool]:
    """The options of verification under which a record's certificates were found (for VerifySettings.replace)."""
    return {name: bool(metadata.get(name)) for name in _SETTINGS}


def bounded(certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """The errors, then warnings; at most twelve, with texts of at most 2000 characters."""
    ordered = sorted(certificates, key=lambda c: (c.severity is not Severity.ERROR, c.severity is Severity.INFO))
    return tuple(
        replace(
            c,
            summary=_cut(c.summary),
            detail=_cut(c.detail),
            snippet=c.snippet if c.snippet is None else _cut(c.snippet),
            fix=c.fix if c.fix is None else _cut(c.fix),
            notes=c.notes if len(str(c.notes)) <= MAX_TEXT else {},
        )
        for c in ordered[:MAX_CERTIFICATES]
        if c.severity is not Severity.INFO
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
