"""The plots of a dataset card: PNG by matplotlib, readable on light and dark pages.

The same figures give the same bytes with the same version of matplotlib. Needs matplotlib (the extra ``eval``).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from terraformer.figures import bare_figure

__all__ = ["plots_of"]

_OURS, _REFERENCE = "#2a78d6", "#c4622d"
_TEXT, _LINE = "#6b7280", "#9aa2ad"  # of the same contrast on white and on black
_TOP: Final = 25


def plots_of(statistics: Mapping[str, Any]) -> dict[str, bytes]:
    """The plots by their files' names. A plot of which there is nothing to show is left out."""
    found: dict[str, bytes] = {}
    top = dict(list(statistics["services"].items())[:_TOP])
    if top:
        found["services.png"] = _horizontal(top, "records that have the service")
    types = dict(list(statistics["resource_types"].items())[:_TOP])
    if types:
        found["resource-types.png"] = _horizontal(types, "records that have the resource type")
    found["resources.png"] = _vertical(
        statistics["resources"]["classes"], "resource blocks in a configuration", "records"
    )
    graded = {level: n for level, n in sorted(statistics["difficulty"].items()) if level != "none"}
    if graded:
        found["difficulty.png"] = _vertical(graded, "difficulty", "records")
    constructs = {name: 100 * share for name, share in statistics["constructs"].items() if share}
    if constructs:
        ordered = dict(sorted(constructs.items(), key=lambda item: -item[1]))
        found["constructs.png"] = _horizontal(ordered, "% of configurations")
    for kind, title in (("operators", "change operator"), ("faults", "fault")):
        counts = dict(list(statistics[kind].items())[:60])
        if counts:
            found[f"{kind}.png"] = _horizontal(counts, f"records with the {title}")
    lengths = _shares(statistics["prompts"]["length_classes"])
    audit = statistics["audit"]
    reference = _shares(audit["reference"]["length_classes"]) if audit else None
    found["prompt-length.png"] = _vertical(lengths, "words of a prompt", "% of prompts", reference)
    openings = statistics["prompts"]["openings"]["1"]["top"]
    if openings:
        theirs = dict(audit["reference"]["openings"]["1"]["top"]) if audit else None
        found["openings.png"] = _horizontal(
            {word: 100 * share for word, share in openings},
            "% of prompts that begin with the word",
            {word: 100 * theirs.get(word, 0) for word, _ in openings} if theirs is not None else None,
        )
    return found


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    total = max(1, sum(counts.values()))
    return {name.replace("-", "≤ ") if name != "more" else name: 100 * n / total for name, n in counts.items()}


def _horizontal(values: Mapping[str, float], label: str, reference: Mapping[str, float] | None = None) -> bytes:
    figure, axes = _figure(6.5, 0.22 * len(values) * (1.6 if reference else 1) + 0.7)
    _draw(axes.barh, values, reference)
    axes.set_yticks(range(len(values)), list(values))
    axes.invert_yaxis()
    axes.set_xlabel(label)
    axes.grid(visible=True, axis="x", color=_LINE, linewidth=0.6, alpha=0.5)
    return _png(figure, axes, reference)


def _vertical(
    values: Mapping[str, float], x_label: str, y_label: str, reference: Mapping[str, float] | None = None
) -> bytes:
    figure, axes = _figure(6.5, 2.8)
    _draw(axes.bar, values, reference)
    axes.set_xticks(range(len(values)), list(values))
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(visible=True, axis="y", color=_LINE, linewidth=0.6, alpha=0.5)
    return _png(figure, axes, reference)


def _draw(bars: Any, values: Mapping[str, float], reference: Mapping[str, float] | None) -> None:
    places: Sequence[int] = range(len(values))
    if reference is None:
        bars(places, list(values.values()), 0.8, color=_OURS)
        return
    bars([p - 0.2 for p in places], list(values.values()), 0.4, color=_OURS, label="this dataset")
    theirs = [reference.get(name, 0) for name in values]
    bars([p + 0.2 for p in places], theirs, 0.4, color=_REFERENCE, label="reference prompts")


def _figure(width: float, height: float) -> tuple[Any, Any]:
    return bare_figure(width, height, text=_TEXT, line=_LINE, size=8)


def _png(figure: Any, axes: Any, reference: Mapping[str, float] | None) -> bytes:
    if reference is not None:
        axes.legend(frameon=False, fontsize=8, labelcolor=_TEXT)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130, transparent=True, metadata={"Software": None})
    return buffer.getvalue()
