"""The taxonomy as a page's tables: docs/guide/faults.md holds them, and a test compares."""

from __future__ import annotations

from terraformer.data.faults.breaking import shares
from terraformer.data.faults.registry import GROUPS, all_faults

__all__ = ["tables"]


def tables() -> str:
    """A Markdown table for each group of kinds: kind, what it is, the certificates it leads to, how often it is
    drawn."""
    parts: list[str] = []
    drawn = shares()
    for group, (title, _) in GROUPS.items():
        faults = [f for f in all_faults().values() if f.group == group]
        share = sum(drawn[f.kind] for f in faults)
        parts.append(f"### {title}\n\n{len(faults)} kinds, {share:.0%} of all draws.\n")
        parts.append("| kind | what | certificates | draws |\n|---|---|---|---|")
        for f in faults:
            codes = ", ".join(f"`{c}`" for c in sorted(f.codes))
            parts.append(f"| `{f.kind}` | {f.what} | {codes} | {drawn[f.kind]:.2%} |")
        parts.append("")
    return "\n".join(parts)
