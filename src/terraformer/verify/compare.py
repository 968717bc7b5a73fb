"""What differs between two configurations, told by real Terraform.

The configuration before is applied hermetically, which gives a state; the configuration after is planned against that
state. So Terraform itself says what stays, what is updated in place (and in which attributes), what is replaced (and
why), destroyed or created, and honours ``moved`` and ``removed`` blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from terraformer.hcl import scan
from terraformer.types import Certificate, ChangeSummary, Policy, Stage, TerraformConfig, ToolError, VerificationReport
from terraformer.verify.changes import summarise
from terraformer.verify.pool import Applied, VerifierPool, default_pool
from terraformer.verify.settings import VerifySettings
from terraformer.verify.textual import compare_text

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

    @property
    def findings(self) -> tuple[Certificate, ...]:
        """Errors that the configuration after gets only as a change of the one before: a resource that
        ``prevent_destroy`` keeps from being replaced, for example. None where the one after does not deploy anyway."""
        if self.change is None or self.after.deployable is False:
            return ()
        return tuple(c for c in self.change.errors if c.stage is not Stage.POLICY)


def compare(
    before: TerraformConfig,
    after: TerraformConfig,
    *,
    policies: Sequence[Policy] = (),
    change_policies: Sequence[Policy] = (),
    settings: VerifySettings | None = None,
    pool: VerifierPool | None = None,
    after_report: VerificationReport | None = None,
) -> Comparison:
    """Compare two configurations. ``after_report`` is a report of ``after`` that is at hand already.

    ``policies`` judge the plan of ``after`` by itself; ``change_policies`` that of ``after`` against the state of
    ``before`` (``Comparison.change``), as a change intent's do.

    ``pool`` defaults to the shared one, ``settings`` to the pool's. A prior state in the settings is what ``before`` is
    applied to. Values of variables that only one of the two declares are given to that one only. Raises SettingsError
    for settings that make no sense; every other failure is in the result.
    """
    workers = pool or default_pool()
    chosen = settings or workers.settings
    mine, theirs = _own_settings(before, chosen), _own_settings(after, chosen)
    applying = workers.submit_apply(before, settings=mine.replace(keep_plan=True))
    verifying = workers.submit(after, policies=policies, settings=theirs) if after_report is None else None
    applied = applying.result()
    changing = None
    if applied.state is not None:
        changing = workers.submit_change(
            after, applied.state, policies=change_policies, settings=theirs.replace(keep_plan=True)
        )
    verified = after_report if verifying is None else verifying.result()
    assert verified is not None
    change = changing.result() if changing is not None else None
    errors = [*applied.report.tool_errors, *verified.tool_errors, *(change.tool_errors if change else ())]
    summary, because = _summary(before, after, applied, verified, change)
    report = applied.report if chosen.keep_plan else replace(applied.report, plan=None)
    return Comparison(report, verified, change, summary, because, tuple(dict.fromkeys(errors)))


def _summary(
    before: TerraformConfig,
    after: TerraformConfig,
    applied: Applied,
    verified: VerificationReport,
    change: VerificationReport | None,
) -> tuple[ChangeSummary, str]:
    if change is not None and change.plan is not None:
        return summarise(change.plan, before=applied.report.plan, drift=applied.drift), ""
    if applied.state is None:
        first = next(iter(applied.report.errors), None)
        why = applied.problem or (first.summary if first else "the tools failed")
        because = f"the configuration before does not deploy: {why}"
    else:
        failed = change if change is not None and change.errors else verified
        first = next(iter(failed.errors), None)
        because = f"the configuration after does not deploy: {first.summary if first else 'the tools failed'}"
    return compare_text(before, after), because


def _own_settings(config: TerraformConfig, settings: VerifySettings) -> VerifySettings:
    """The settings without variables that the configuration does not declare."""
    if not settings.vars:
        return settings
    declared = {v.name for v in scan(config.files, config.root).root.variables}
    return settings.replace(vars={name: value for name, value in settings.vars.items() if name in declared})
