"""What a provider tells Terraform about a value: the plugin protocol's Diagnostic."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Diagnostic", "Path"]

Path = tuple[str | int, ...]
"""Steps into a value: attribute names and map keys (str), list indices (int). Set elements end the path."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """``severity`` is "error" or "warning"; ``summary`` and ``detail`` are what Terraform prints.

    ``code`` is the certificate code that it becomes ("value-invalid-arn"); it travels to the report beside Terraform,
    which knows no codes.
    """

    severity: str
    summary: str
    detail: str = ""
    path: Path = ()
    code: str = "provider-check"
