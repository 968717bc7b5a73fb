"""Figures that others have published for IaC-Eval, as lines of reference.

They are quoted, not reproduced, and none was measured as ours are: another Terraform, real providers and credentials,
OPA of its day, other prompts, repair with other feedback. ``comparable`` is therefore False throughout, with the
reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from terraformer.types.report import to_jsonable

__all__ = ["PUBLISHED", "PublishedResult", "published_for"]


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """``value`` is a share in [0, 1]; ``approximate`` where only "about" is known."""

    benchmark: str
    system: str
    metric: str
    value: float
    year: int
    approximate: bool
    protocol: str
    why_not_comparable: str
    comparable: bool = False

    def to_dict(self) -> dict[str, Any]:
        data: dict[str, Any] = to_jsonable(self)
        return data


_ALL: Final = "all 458 tasks, real AWS provider and credentials"
PUBLISHED: Final = (
    PublishedResult(
        "iac-eval", "GPT-4", "pass@1", 0.1936, 2024, False, f"one answer, {_ALL}",
        "provider and Terraform of 2024; tasks whose policy crashed count as wrong",
    ),
    PublishedResult(
        "iac-eval", "Claude 3.7 Sonnet", "pass@1", 0.41, 2025, True, "one answer, as reported by others",
        "second-hand; versions and prompts are not known",
    ),
    PublishedResult(
        "iac-eval", "Claude 4 Sonnet, multi-turn", "pass@1", 0.59, 2025, True,
        "several turns with the verifier's feedback, the policies' included",
        "policy feedback shows the test to the model; compare with --policy-feedback only",
    ),
    PublishedResult(
        "iac-eval", "multi-agent GPT-5", "pass@1", 0.74, 2025, True, "several agents with tools and feedback",
        "several agents and turns with feedback; compare with --policy-feedback only",
    ),
)  # fmt: skip


def published_for(benchmark: str) -> tuple[PublishedResult, ...]:
    """The published figures of a benchmark."""
    return tuple(r for r in PUBLISHED if r.benchmark == benchmark)
