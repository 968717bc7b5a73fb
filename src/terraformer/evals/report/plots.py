"""The plots of a report, as SVG to be put into a page: drawn by matplotlib, coloured by the page's own style sheet.

Axes and text take the page's colours (``currentColor``, ``--line``), so that a plot is readable on a light and on a
dark page. The same figures give the same bytes.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from terraformer.figures import bare_figure

__all__ = ["SERIES_COLOURS", "Line", "Point", "bars", "horizontal_bars", "lines"]

SERIES_COLOURS: Final = ("#2a78d6", "#c4622d", "#1f8a70", "#8b5fbf", "#b58900", "#5b6b7b")
"""Told apart with the usual kinds of colour blindness; after the sixth run they repeat."""

_TEXT, _LINE = "#010203", "#040506"  # stand-ins, replaced by the page's colours


@dataclass(frozen=True, slots=True)
class Point:
    """One value in [0, 1] with its 95% interval; ``of`` is the denominator. None is a gap."""

    value: float | None
    low: float | None = None
    high: float | None = None
    of: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A run's values, one for each place on the axis. ``dashed`` sets a second curve of the same run apart."""

    label: str
    points: tuple[Point, ...]
    colour: str
    dashed: bool = False


def bars(groups: Sequence[str], series: Sequence[Line], *, title: str, y_label: str) -> str:
    """Grouped bars with intervals. Shares, drawn as percentages from 0 to 100."""
    figure, axes = _figure(max(5.0, 0.42 * len(groups) * max(1, len(series)) + 2.0), 3.0)
    width = 0.8 / max(1, len(series))
    for number, line in enumerate(series):
        for place, point in enumerate(line.points):
            if point.value is None:
                continue
            x = place - 0.4 + width * (number + 0.5)
            axes.bar(x, 100 * point.value, width * 0.92, color=line.colour)
            if point.low is not None and point.high is not None:
                axes.plot([x, x], [100 * point.low, 100 * point.high], color=_TEXT, linewidth=1)
    axes.set_xticks(range(len(groups)), groups)
    axes.set_ylim(0, 100)
    axes.set_ylabel(y_label)
    return _svg(figure, title)


def lines(ticks: Sequence[str], series: Sequence[Line], *, title: str, x_label: str, y_label: str) -> str:
    """Curves of shares over rounds or samples, in percent."""
    figure, axes = _figure(5.5, 3.0)
    for line in series:
        known = [(x, 100 * p.value) for x, p in enumerate(line.points) if p.value is not None]
        axes.plot(
            [x for x, _ in known],
            [y for _, y in known],
            color=line.colour,
            linestyle="--" if line.dashed else "-",
            marker="o",
            markersize=4,
            linewidth=2,
        )
    axes.set_xticks(range(len(ticks)), ticks)
    axes.set_ylim(0, 100)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    return _svg(figure, title)


def horizontal_bars(names: Sequence[str], series: Sequence[Line], *, title: str, x_label: str) -> str:
    """Bars side by side for long names, the first on top. Shares, in percent, on an axis that fits them."""
    figure, axes = _figure(6.5, max(1.6, 0.24 * len(names) * max(1, len(series)) + 0.7))
    height = 0.8 / max(1, len(series))
    for number, line in enumerate(series):
        for place, point in enumerate(line.points):
            if point.value is not None:
                axes.barh(place - 0.4 + height * (number + 0.5), 100 * point.value, height * 0.92, color=line.colour)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel(x_label)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=_LINE, linewidth=0.8)
    return _svg(figure, title)


def _figure(width: float, height: float) -> tuple[Any, Any]:
    figure, axes = bare_figure(width, height, text=_TEXT, line=_LINE, size=9)
    axes.grid(visible=True, axis="y", color=_LINE, linewidth=0.8)
    return figure, axes


def _svg(figure: Any, title: str) -> str:
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "terraformer", "font.family": "sans-serif"}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, flags=re.DOTALL)
    text = re.sub(r"font-family: [^;\"]+", "font-family: inherit", text)
    text = text.replace(_TEXT, "currentColor").replace(_LINE, "var(--line)")
    # Ids are unique in a figure only; several share a page.
    salt = f"plot-{zlib.crc32(title.encode()):x}"
    text = re.sub(r'\bid="([^"]+)"', rf'id="{salt}-\1"', text)
    text = re.sub(r'(url\(#|href="#)', rf"\g<1>{salt}-", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(title, quote=True)}" ', 1)
