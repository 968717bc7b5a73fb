"""Counting resources by type, in a plan and in the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from terraformer.hcl import scan
from terraformer.types import TerraformConfig, VerificationReport

__all__ = ["declared_types", "lost", "planned_types"]


def planned_types(report: VerificationReport) -> dict[str, int]:
    """How many managed resources of each type exist once the plan is carried out (data sources and deletions aside)."""
    counts = Counter(
        change.type
        for change in report.changes
        if not set(change.actions) <= {"delete", "forget", "read"} and not _is_data(change.address)
    )
    return dict(sorted(counts.items()))


def _is_data(address: str) -> bool:
    return address.startswith("data.") or ".data." in address


def declared_types(config: TerraformConfig) -> dict[str, int]:
    """How many resource blocks of each type the configuration holds, local modules included (each once)."""
    tree = scan(config.files, config.root)
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for module in tree.modules.values():
        if module.dir in seen:
            continue
        seen.add(module.dir)
        counts.update(block.type for block in module.resources)
    return dict(sorted(counts.items()))


def lost(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """How many fewer of each type there are after. A resource that was renamed is not lost."""
    return {t: n - after.get(t, 0) for t, n in sorted(before.items()) if after.get(t, 0) < n}
