"""Reports as JSON: the form that docs/report.md describes."""

from __future__ import annotations

import json as _json
from collections.abc import Mapping, Sequence
from typing import Any

from terraformer.types import VerificationReport

__all__ = ["FORMAT_VERSION", "json"]

FORMAT_VERSION = "1.0"
"""Minor versions add members; a change that could break a reader raises the major version."""


def json(
    reports: VerificationReport | Sequence[tuple[str, VerificationReport]],
    *,
    include_plan: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> str:
    """One report, or several with the paths that they are of, as a JSON document that ends in a newline.

    ``extra`` adds members at the top. Text is escaped to ASCII, so that no terminal interprets what a configuration
    says.
    """
    pairs = [("", reports)] if isinstance(reports, VerificationReport) else list(reports)
    document: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "passed": all(report.passed for _, report in pairs),
        **(extra or {}),
        "reports": [
            {**({"path": path} if path else {}), **report.to_dict(include_plan=include_plan)} for path, report in pairs
        ],
    }
    return _json.dumps(document, indent=2, ensure_ascii=True) + "\n"
