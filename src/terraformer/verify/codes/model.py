"""What is told about a certificate code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from terraformer.types import Severity, Stage

__all__ = ["CodeInfo"]


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """One code: its page in docs/certificates is written from this.

    ``bad`` is a configuration (file name -> text) that gets the code and ``good`` the same without the fault; both are
    None where the code needs more than a configuration to appear (``how`` then says what). ``policies`` (file name ->
    Rego) and ``settings`` (keyword arguments of VerifySettings) belong to both examples.
    """

    code: str
    title: str
    stage: Stage
    why: str
    fix: str
    severity: Severity = Severity.ERROR
    bad: Mapping[str, str] | None = None
    good: Mapping[str, str] | None = None
    policies: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    how: str = ""
