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
    """One panel for each thing that some run has measured. Raises UsageError without metrics or matplotlib."""
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
    figure, axes = pyplot.subplots(len(panels), 1, figsize=(8, 2.8 * len(panels)), squeeze=False)
    for (title, curves), axis in zip(panels, axes[:, 0], strict=True):
        for directory, found in rows.items():
            for curve in curves:
                points = _points(found, curve)
                if points:
                    name = f"{directory.name}: {curve[0]} {curve[1]}" if len(rows) > 1 else " ".join(curve)
                    marker = "." if len(points) < 50 else ""
                    xs, ys = [x for x, _ in points], [y for _, y in points]
                    (drawn,) = axis.plot(xs, ys, marker=marker, linewidth=1, label=name)
                    if len(points) >= 50:  # single steps say little: a running mean over them
                        drawn.set(alpha=0.25, label=None)
                        axis.plot(xs, _running_mean(ys, len(ys) // 25), color=drawn.get_color(), label=name)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("step", fontsize=8)
        axis.grid(alpha=0.3)
        axis.legend(fontsize=7)
    figure.tight_layout()
    try:
        figure.savefig(out, dpi=110)
    except (OSError, ValueError) as error:
        raise UsageError(f"{out}: {error}") from None
    finally:
        pyplot.close(figure)


def _running_mean(values: Sequence[float], width: int) -> list[float]:
    """Of each value and up to ``width`` before it."""
    return [sum(part) / len(part) for n in range(len(values)) if (part := values[max(0, n - width) : n + 1])]


def _points(rows: Sequence[dict[str, Any]], curve: tuple[str, str]) -> list[tuple[int, float]]:
    kind, name = curve
    return [(r["step"], float(r[name])) for r in rows if r.get("kind") == kind and r.get(name) is not None]
