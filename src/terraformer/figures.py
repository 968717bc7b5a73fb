"""Plots by matplotlib (the extra ``eval``) as all of the project's pages have them: nothing but axes and data."""

from __future__ import annotations

from typing import Any

from terraformer.errors import UsageError

__all__ = ["bare_figure"]


def bare_figure(width: float, height: float, *, text: str, line: str, size: int) -> tuple[Any, Any]:
    """(figure, axes) of so many inches, transparent, without a frame: words in the colour ``text``, axes in ``line``,
    numbers beside the axes of ``size`` points. Raises UsageError without matplotlib."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("plots need matplotlib: pip install 'terraformer-iac[eval]'") from None
    with rc_context({"text.color": text, "axes.labelcolor": text, "xtick.color": text, "ytick.color": text}):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
    figure.patch.set_visible(False)
    axes.patch.set_visible(False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(line)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=size)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)
    return figure, axes
