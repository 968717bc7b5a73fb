"""The verifier of a mutation: the configuration by itself, then what differs from the one before.

Errors that were there before the change are no fault of it. They are shown as warnings, unless the request is to mend
them. What they may hide (Terraform stops at the first stage that fails) cannot be seen, before or after.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from terraformer.generate.mutation.settings import MutateSettings
from terraformer.types import (
    Certificate,
    ChangeScope,
    ChangeSummary,
    Policy,
    Severity,
    Stage,
    StageResult,
    StageStatus,
    TerraformConfig,
    VerificationReport,
)
from terraformer.verify import VerifierPool
from terraformer.verify.compare import compare
from terraformer.verify.preservation import check, scope_from_words

__all__ = ["Judge", "Judgement", "mends"]

_MENDING: Final = re.compile(
    r"\b(?:fix(?:es|ing)?|repair\w*|mend\w*|resolv\w+|debug\w*|broken|correct (?:the|this|all|every|any|its)"
    r"|(?:does|do|did|will|would|can|could)(?: not|n't|not) (?:\w+ )?(?:work|plan|validate|compile|apply|deploy|parse)"
    r"|make (?:it|this|them|the \w+) (?:\w+ )?(?:valid|work|plan|compile|pass))\b",
    re.IGNORECASE,
)


def mends(request: str) -> bool:
    """Whether the words of a request ask for errors to be mended."""
    return _MENDING.search(request) is not None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found out about one configuration beside the report."""

    summary: ChangeSummary | None
    scope: ChangeScope
    by_text_because: str


class Judge:
    """A Verifier (generate/loop.py). Thread-safe. ``judgement`` gives what was found for a configuration."""

    def __init__(
        self,
        before: TerraformConfig,
        request: str,
        settings: MutateSettings,
        pool: VerifierPool,
        scope: ChangeScope | None,
        allow: Sequence[str] = (),
    ) -> None:
        self._before, self._request, self._settings, self._pool = before, request, settings, pool
        self._scope, self._allow = scope, tuple(allow)
        self.charged = settings.existing == "all" or (settings.existing == "auto" and mends(request))
        self.before_report = pool.verify(before, settings=settings.verify)
        self._known = Counter(map(_key, self.before_report.errors))
        self._found: dict[str, Judgement] = {}

    def __call__(self, config: TerraformConfig, *, policies: Sequence[Policy] = ()) -> VerificationReport:
        report = self._pool.verify(config, policies=policies, settings=self._settings.verify)
        done = compare(
            self._before,
            config,
            policies=policies,
            settings=self._settings.verify,
            pool=self._pool,
            after_report=report,
        )
        errors = tuple(dict.fromkeys((*report.tool_errors, *done.tool_errors)))
        if errors and done.tool_errors:
            # Without a summary to be trusted nothing is said about the change.
            return replace(report, certificates=self._own(report), tool_errors=errors)
        scope = self.scope(done.summary)
        self._found[config.id] = Judgement(done.summary, scope, done.by_text_because)
        # What Terraform refuses only as a change of what is there (prevent_destroy) comes first.
        found = (*done.findings, *check(done.summary, scope, before=self._before, after=config))
        return _with(replace(report, certificates=self._own(report)), found)

    def scope(self, summary: ChangeSummary | None = None) -> ChangeScope:
        """What the request allows: as given, else by its words, and what is allowed besides."""
        scope = self._scope or scope_from_words(self._request, self._before, summary)
        if not self._allow:
            return scope
        return replace(scope, remove=(*scope.remove, *self._allow), replace=(*scope.replace, *self._allow))

    def judgement(self, config: TerraformConfig) -> Judgement | None:
        return self._found.get(config.id)

    def _own(self, report: VerificationReport) -> tuple[Certificate, ...]:
        """The certificates, those of errors that were there before as warnings."""
        if self.charged:
            return report.certificates
        left = self._known.copy()
        out: list[Certificate] = []
        for certificate in report.certificates:
            key = _key(certificate)
            if certificate.severity is Severity.ERROR and certificate.stage is not Stage.POLICY and left[key] > 0:
                left[key] -= 1
                notes = {**certificate.notes, "before_the_change": True}
                certificate = replace(certificate, severity=Severity.WARNING, notes=notes)
            out.append(certificate)
        return tuple(out)


def _key(certificate: Certificate) -> tuple[str, str, str, str]:
    """The finding apart from its place in the file, as in ``ranking.findings_key``."""
    c = certificate
    return (c.code, c.address or "", c.attribute_path or "", c.rule or c.summary)


def _with(report: VerificationReport, found: Sequence[Certificate]) -> VerificationReport:
    """The report with findings about the change, which belong to the policy stage."""
    if not found:
        return report
    stages = report.stages
    if any(c.severity is Severity.ERROR for c in found):
        done = [s.stage for s in stages]
        failed = StageResult(Stage.POLICY, StageStatus.FAILED)
        if Stage.POLICY in done:
            stages = tuple(replace(s, status=StageStatus.FAILED) if s.stage is Stage.POLICY else s for s in stages)
        else:
            stages = (*stages, failed)
    return replace(report, stages=stages, certificates=(*found, *report.certificates))
