"""Curves of runs, from their metrics.jsonl."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from terraformer.errors import UsageError
from terraformer.train.metrics import read_metrics

__all__ = ["plot_runs"]

_CURVES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("loss", (("train", "loss"), ("validation", "loss"))),
    ("correct (held out)", (("evaluation", "correct"), ("evaluation", "deployable"))),
    ("reward", (("train", "reward"), ("train", "correct"))),
    ("audit: shares", (("audit", "empty"), ("audit", "trivial"), ("audit", "lone"), ("audit", "distinct"))),
    ("length against the start", (("audit", "drift"),)),
)


def plot_runs(directories: Sequence[Path], out: Path) -> None:
    """One panel for each thing that some run has measured; of more than two runs, one for each curve. Raises UsageError
    without metrics or matplotlib."""
    try:
        import matplotlib

        matplotlib.use("agg")
        from matplotlib import pyplot
    except ImportError as error:
        raise UsageError(f"plots need matplotlib: pip install 'terraformer-iac[train]' ({error})") from None
    rows = {d: list(read_metrics(d / "metrics.jsonl")) for d in directories}
    for directory, found in rows.items():
        if not found:
            raise UsageError(f"{directory}: there is no metrics.jsonl with anything in it")
    panels = [(title, curves) for title, curves in _CURVES if any(_points(r, c) for r in rows.values() for c in curves)]
    apart = len(rows) > 2  # then a panel for each curve, and a colour for each run
    if apart:
        each = [curve for _, curves in panels for curve in curves if any(_points(r, curve) for r in rows.values())]
        panels = [(" ".join(curve), (curve,)) for curve in each]
    columns = 2 if apart else 1
    lines = -(-len(panels) // columns)
    figure, axes = pyplot.subplots(
        lines, columns, figsize=(8, (2.1 if apart else 2.8) * lines), squeeze=False, layout="constrained"
    )
    for (title, curves), axis in zip(panels, axes.flat, strict=False):
        for number, (directory, found) in enumerate(rows.items()):
            for curve in curves:
                points = _points(found, curve)
                if points:
                    names = ([directory.name] if len(rows) > 1 else []) + ([] if apart else [" ".join(curve)])
                    colour = f"C{number}" if apart else None
                    _draw(axis, points, ": ".join(names), colour)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("step", fontsize=8)
        axis.grid(alpha=0.3)
        if not apart:
            axis.legend(fontsize=7)
    for axis in axes.flat[len(panels) :]:
        axis.set_axis_off()
    if apart:
        named = {label: line for a in axes.flat for line, label in zip(*a.get_legend_handles_labels(), strict=True)}
        figure.legend(named.values(), named.keys(), loc="outside lower center", ncols=5, fontsize=8)
    try:
        figure.savefig(out, dpi=110)
    except (OSError, ValueError) as error:
        raise UsageError(f"{out}: {error}") from None
    finally:
        pyplot.close(figure)


def _draw(axis: Any, points: Sequence[tuple[int, float]], name: str, colour: str | None) -> None:
    """One curve; of many points a running mean over them besides, for single steps say little."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if len(points) < 30:
        axis.plot(xs, ys, marker=".", linewidth=1, label=name, color=colour)
        return
    (drawn,) = axis.plot(xs, ys, linewidth=1, alpha=0.25, color=colour)
    axis.plot(xs, _running_mean(ys, len(ys) // 15), color=drawn.get_color(), linewidth=1, label=name)


def _running_mean(values: Sequence[float], width: int) -> list[float]:
    """Of each value and up to ``width`` before it."""
    return [sum(part) / len(part) for n in range(len(values)) if (part := values[max(0, n - width) : n + 1])]


def _points(rows: Sequence[dict[str, Any]], curve: tuple[str, str]) -> list[tuple[int, float]]:
    kind, name = curve
    return [(r["step"], float(r[name])) for r in rows if r.get("kind") == kind and r.get(name) is not None]
