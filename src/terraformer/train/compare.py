"""Comparing evaluations of several models on the same requests: what one gained over another, and how sure that is.

    comparison = compare([Path("base.jsonl"), Path("sft.jsonl"), Path("rl.jsonl")])

Differences are paired by request: a bootstrap over requests, of which all samples stay together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from terraformer.errors import UsageError
from terraformer.evals.metrics import interval, pass_at_k

__all__ = ["Difference", "Evaluated", "compare", "difference", "read_evaluation", "table"]

RESAMPLES: Final = 10_000
SHARES: Final = ("compilable", "deployable", "correct")


@dataclass(frozen=True)
class Evaluated:
    """A file of ``train evaluate``. ``by_request`` holds, for each request, its samples' rows (without those that the
    tools could not judge)."""

    name: str
    figures: Mapping[str, Any]
    by_request: Mapping[str, Sequence[Mapping[str, Any]]]

    def share(self, what: str, kind: str = "") -> dict[str, float]:
        """Of each request the share of its samples that are ``what``; of one kind of task only, where it is given."""
        chosen = {k: v for k, v in self.by_request.items() if v and (not kind or v[0]["kind"] == kind)}
        return {k: sum(bool(r[what]) for r in rows) / len(rows) for k, rows in chosen.items()}

    def pass_at(self, k: int, kind: str = "") -> dict[str, float]:
        """pass@k of each request that has so many samples."""
        chosen = {i: v for i, v in self.by_request.items() if len(v) >= k and (not kind or v[0]["kind"] == kind)}
        return {i: pass_at_k(len(rows), sum(r["correct"] for r in rows), k) for i, rows in chosen.items()}

    def chosen(self, kind: str = "") -> dict[str, float]:
        """Of each request whether the first sample that deploys is correct: best-of-n as it can be had where nobody
        knows the policies, chosen by the verifier's first two stages. Without any that deploys it is the first."""
        rows = {i: v for i, v in self.by_request.items() if v and (not kind or v[0]["kind"] == kind)}
        return {i: float(next((r for r in v if r["deployable"]), v[0])["correct"]) for i, v in rows.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """Of two means over ``requests`` that both have: ``value``, and its 95% interval from ``low`` to ``high``."""

    value: float
    low: float
    high: float
    requests: int


def read_evaluation(path: Path) -> Evaluated:
    """Raises UsageError when the file is none of ``train evaluate``."""
    try:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        figures, rows = lines[0], lines[1:]
        by_request: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            kept = by_request.setdefault(row["id"], [])
            if row["reward"] is not None:
                kept.append({"kind": row["kind"], **{name: bool(row[name]) for name in SHARES}})
        return Evaluated(path.stem, figures, by_request)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: not a file of terraformer train evaluate: {error}") from None


def difference(one: Mapping[str, float], other: Mapping[str, float], *, seed: int = 0) -> Difference | None:
    """The mean of ``other`` minus that of ``one`` over the requests of both, None without any. Percentile bootstrap of
    paired differences."""
    shared = sorted(set(one) & set(other))
    if not shared:
        return None
    values = [other[k] - one[k] for k in shared]
    low, high = interval([(value, 1) for value in values], seed=seed, resamples=RESAMPLES)
    assert low is not None and high is not None
    return Difference(sum(values) / len(values), low, high, len(values))


def compare(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """One entry for each file: means of its shares, and what it gained in correctness over the file before it, for all
    kinds of tasks together and each by itself. Raises UsageError as ``read_evaluation`` does."""
    found: list[dict[str, Any]] = []
    before: Evaluated | None = None
    for path in paths:
        this = read_evaluation(path)
        kinds = sorted({rows[0]["kind"] for rows in this.by_request.values() if rows})
        most = max((len(r) for r in this.by_request.values()), default=0)
        for kind in ["", *kinds] if len(kinds) > 1 else [""]:
            correct = this.share("correct", kind)
            gain = difference(before.share("correct", kind), correct) if before else None
            found.append(
                {
                    "name": this.name,
                    "kind": kind or (kinds[0] if len(kinds) == 1 else "all"),
                    "requests": len(correct),
                    "samples": most,
                    **{what: _mean(this.share(what, kind)) for what in SHARES},
                    f"pass@{most}": _mean(this.pass_at(most, kind)) if most > 1 else None,
                    "chosen": _mean(this.chosen(kind)) if most > 1 else None,
                    "gain": gain,
                }
            )
        before = this
    return found


def table(entries: Sequence[Mapping[str, Any]]) -> str:
    """Markdown."""
    lines = [
        "| evaluation | tasks | requests x samples | compilable | deployable | correct | first that deploys | any of the samples | gain over the one before (95%) |",  # noqa: E501
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for entry in entries:
        gain: Difference | None = entry["gain"]
        told = f"{100 * gain.value:+.1f} ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})" if gain is not None else ""
        any_of = next((v for k, v in entry.items() if k.startswith("pass@")), None)
        lines.append(
            f"| {entry['name']} | {entry['kind']} | {entry['requests']} x {entry['samples']} | "
            + " | ".join(f"{entry[what]:.1%}" for what in SHARES)
            + "".join(f" | {f'{value:.1%}' if value is not None else ''}" for value in (entry["chosen"], any_of))
            + f" | {told} |"
        )
    return "\n".join(lines) + "\n"


def _mean(values: Mapping[str, float]) -> float:
    return sum(values.values()) / len(values) if values else 0.0
