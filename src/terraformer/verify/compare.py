"""What differs between two configurations, told by real Terraform.

The configuration before is applied hermetically, which gives a state; the configuration after is planned against that
state. So Terraform itself says what stays, what is updated in place (and in which attributes), what is replaced (and
why), destroyed or created, and honours ``moved`` and ``removed`` blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from terraformer.types import ChangeSummary, Policy, TerraformConfig, ToolError, VerificationReport
from terraformer.verify.pool import VerifierPool
from terraformer.verify.settings import VerifySettings

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome of ``compare``.

    ``before`` is the report of the configuration before (up to the deploy stage), ``after`` that of the configuration
    after by itself, with the policies. ``change`` is the report of the configuration after planned against the state of
    the one before: its ``plan`` is what a change intent is judged by (None where there was no such state).
    ``summary.by_text`` with ``by_text_because`` (one line) says that blocks were compared by their text, since one of
    the two does not plan. ``tool_errors`` are those of all runs: with any, the summary is not to be trusted.
    """

    before: VerificationReport
    after: VerificationReport
    change: VerificationReport | None
    summary: ChangeSummary
    by_text_because: str = ""
    tool_errors: tuple[ToolError, ...] = ()


def compare(
    before: TerraformConfig,
    after: TerraformConfig,
    *,
    policies: Sequence[Policy] = (),
    settings: VerifySettings | None = None,
    pool: VerifierPool | None = None,
    after_report: VerificationReport | None = None,
) -> Comparison:
    """Compare two configurations. ``after_report`` is a report of ``after`` that is at hand already.

    ``pool`` defaults to the shared one, ``settings`` to the pool's. Raises SettingsError for settings that make no
    sense; every other failure is in the result.
    """
    raise NotImplementedError
