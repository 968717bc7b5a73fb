"""Proving records anew: what a row claims, established again by real Terraform and Rego, with nothing cached.

For every record: its id is the hash of its content. Then, by kind,

    generation   ``after`` deploys without a warning, its policies pass, and so does its intent, judged directly
    mutation     ``before`` deploys and ``after`` does, without a warning that ``before`` has not; ``after``, planned
                 against the state that ``before`` leaves, meets policies and intent, which ``before`` itself does not
    repair       ``before`` has findings, the same as the certificates of the record; ``after`` as for a generation

and, where mutants are asked for and nothing else is wrong: for each rule of the intent, a plan that breaks its demand
alone fails in Rego by that rule alone. Rules of which no such plan is found are counted, not failed
(``data.intents.mutants`` says which).
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from terraformer.data.faults.findings import bounded, settings_of
from terraformer.data.intents import Intent, PlanView, evaluate, holds, mutants, rule_names
from terraformer.errors import TerraformerError, ToolFailure
from terraformer.types import Certificate, Policy, Record, RecordKind, Severity, Stage, VerificationReport
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.stages import rego

__all__ = ["Checked", "Problem", "Totals", "check_record", "check_records"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not hold of a record: ``check`` is a short code ("id", "before", "after", "policy", "intent",
    "no-change", "certificates", "mutant"), ``detail`` one line."""

    check: str
    detail: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome for one record. ``rules`` is how many rules its intent has, ``mutants`` for how many a mutant was
    tried, ``exact`` how many of these failed just their rule. ``tool_error`` says that nothing could be established."""

    id: str
    kind: str
    source: str
    problems: tuple[Problem, ...] = ()
    rules: int = 0
    mutants: int = 0
    exact: int = 0
    tool_error: str = ""


class Totals:
    """Counts over records."""

    def __init__(self) -> None:
        self.records: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.checks: Counter[str] = Counter()
        self.failures: list[Checked] = []
        self.tool_errors: list[Checked] = []
        self.rules = self.mutants = self.exact = 0
        self.with_mutant = self.with_exact = 0

    def add(self, checked: Checked) -> None:
        self.records[checked.kind] += 1
        if checked.tool_error:
            self.tool_errors.append(checked)
            return
        if checked.problems:
            self.failed[checked.kind] += 1
            self.failures.append(checked)
            self.checks.update({p.check for p in checked.problems})
        self.rules += checked.rules
        self.mutants += checked.mutants
        self.exact += checked.exact
        self.with_mutant += checked.mutants > 0
        self.with_exact += 0 < checked.mutants == checked.exact

    @property
    def exit_code(self) -> int:
        """0 all hold, 1 when some could not be established, 2 when some do not hold."""
        return 2 if self.failures else 1 if self.tool_errors else 0

    def to_dict(self, *, with_mutants: bool) -> dict[str, Any]:
        total = sum(self.records.values())
        judged = total - len(self.tool_errors)
        data: dict[str, Any] = {
            "records": total,
            "by kind": dict(sorted(self.records.items())),
            "failed": len(self.failures),
            "failed by check": dict(sorted(self.checks.items())),
            "tool errors": [{"id": c.id, "source": c.source, "error": c.tool_error} for c in self.tool_errors],
            "failures": [
                {
                    "id": c.id,
                    "kind": c.kind,
                    "source": c.source,
                    "problems": [{"check": p.check, "detail": p.detail} for p in c.problems],
                }
                for c in self.failures
            ],
        }
        if with_mutants:
            data["mutants"] = {
                "rules": self.rules,
                "rules with a mutant": self.mutants,
                "mutants that fail just their rule": self.exact,
                "records with a mutant": self.with_mutant,
                "records whose mutants all fail just their rule": self.with_exact,
                "share of records": round(self.with_exact / judged, 4) if judged else None,
            }
        return data


def check_records(
    rows: Iterable[tuple[str, Record]], *, jobs: int | None = None, with_mutants: bool = False
) -> Iterator[Checked]:
    """Check records, each with the id that its row has, several at a time; outcomes come in their order."""
    with VerifierPool(jobs, VerifySettings(cache=False)) as pool, ThreadPoolExecutor(2 * pool.workers) as threads:
        waiting: deque[Future[Checked]] = deque()
        try:
            for identity, record in rows:
                waiting.append(threads.submit(check_record, identity, record, pool, with_mutants=with_mutants))
                if len(waiting) >= 4 * pool.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def check_record(identity: str, record: Record, pool: VerifierPool, *, with_mutants: bool = False) -> Checked:
    """Check one record, with the id that its row has. The pool should not cache."""
    checked = Checked(identity, record.kind.value, record.source)
    check = _Check(record, pool)
    try:
        if record.id != identity:
            check.fail("id", "it is not the hash of the content: the row was changed")
        plan = check.run()
        if plan is not None and check.intent is not None:
            checked = replace(checked, rules=len(rule_names(check.intent)))
            if with_mutants and not any(p.check != "id" for p in check.problems):
                tried, exact = check.mutants(plan)
                checked = replace(checked, mutants=tried, exact=exact)
    except ToolFailure as error:
        return replace(checked, tool_error=" ".join(str(error).split()))
    return replace(checked, problems=tuple(check.problems))


class _Check:
    def __init__(self, record: Record, pool: VerifierPool) -> None:
        self.record = record
        self.pool = pool
        self.problems: list[Problem] = []
        self.intent: Intent | None = None
        # A real configuration that was broken: nobody knows what it was asked for.
        self.unasked = record.kind is RecordKind.REPAIR and record.intent is None and not record.policies

    def fail(self, check: str, detail: str) -> None:
        self.problems.append(Problem(check, " ".join(detail.split())[:300]))

    def run(self) -> Mapping[str, Any] | None:
        """Check everything but mutants; the plan that the intent judges, None when there is none."""
        record = self.record
        if record.intent is not None:
            try:
                self.intent = Intent.from_dict(record.intent)
            except TerraformerError as error:
                self.fail("intent", str(error))
        elif not self.unasked:
            self.fail("intent", "there is none")
        if not record.policies and not self.unasked:
            self.fail("policy", "there is none")
        if record.kind is RecordKind.MUTATION:
            return self._mutation()
        if record.kind is RecordKind.REPAIR:
            self._broken()
        return self._answer()

    def _established(self, report: VerificationReport) -> None:
        """Failures of the tools; a policy that cannot be judged is the record's own."""
        for error in report.tool_errors:
            if error.stage is not Stage.POLICY:
                raise ToolFailure(error.message)
            self.fail("policy", error.message)

    def _answer(self) -> Mapping[str, Any] | None:
        record = self.record
        report = self.pool.verify(record.after, policies=record.policies)
        self._established(report)
        self._deploys("after", report)
        self._policies(report)
        return self._meets(report.plan)

    def _broken(self) -> None:
        record = self.record
        assert record.before is not None
        settings = self.pool.settings.replace(**settings_of(record.metadata))
        report = self.pool.verify(record.before, policies=record.policies, settings=settings)
        self._established(report)
        found, told = _codes(bounded(report.certificates)), _codes(record.certificates)
        if not told:
            self.fail("certificates", "there are none")
        elif found != told:
            self.fail("certificates", f"verification finds {_listed(found)}, the record tells {_listed(told)}")

    def _mutation(self) -> Mapping[str, Any] | None:
        record = self.record
        assert record.before is not None
        applied = self.pool.apply(record.before)
        self._established(applied.report)
        self._deploys("before", applied.report, warnings=False)
        after = self.pool.submit(record.after)
        if applied.state is None:
            self.fail("before", f"it could not be applied: {applied.problem}")
            self._established(after.result())
            return None
        still = self.pool.submit_change(record.before, applied.state).result()
        change = self.pool.submit_change(record.after, applied.state, policies=record.policies).result()
        for report in (after.result(), still, change):
            self._established(report)
        self._deploys("after", after.result(), known={(c.code, c.summary) for c in applied.report.certificates})
        for c in change.errors:
            if c.stage is not Stage.POLICY:
                self.fail("after", f"as a change: {c.code}: {c.address or ''} {c.summary}")
        self._policies(change)
        if still.plan is not None and self.intent is not None and holds(self.intent, PlanView(still.plan)):
            self.fail("no-change", "the configuration before meets the intent already")
        return self._meets(change.plan)

    def _deploys(
        self,
        which: str,
        report: VerificationReport,
        *,
        warnings: bool = True,
        known: Collection[tuple[str, str]] = (),
    ) -> None:
        for c in report.certificates:
            if c.stage is Stage.POLICY or c.severity is Severity.INFO:
                continue
            if c.severity is Severity.ERROR or (warnings and (c.code, c.summary) not in known):
                self.fail(which, f"{c.stage} {c.severity} {c.code}: {c.address or ''} {c.summary}")
        if report.deployable is not True and not any(p.check == which for p in self.problems):
            self.fail(which, "it does not deploy")

    def _policies(self, report: VerificationReport) -> None:
        for rule in report.rules:
            if not rule.passed:
                self.fail("policy", f"{rule.policy}: {rule.rule} {rule.message}")
        if self.unasked:
            return
        if report.correct is not True and not any(p.check in ("policy", "after") for p in self.problems):
            self.fail("policy", "its policies gave no verdict")

    def _meets(self, plan: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """The plan, where it meets the intent."""
        if plan is None or self.intent is None:
            return None
        unmet = [v for v in evaluate(self.intent, PlanView(plan)) if not v.passed]
        for verdict in unmet:
            self.fail("intent", f"{verdict.rule}: {verdict.sentence}")
        return None if unmet else plan

    def mutants(self, plan: Mapping[str, Any]) -> tuple[int, int]:
        """How many rules have a mutant, and how many of these fail just their rule in the Rego."""
        assert self.intent is not None
        tried = exact = 0
        for rule, mutant in mutants(self.intent, plan).items():
            tried += 1
            failed = _failing(self.record.policies, rule_names(self.intent), mutant)
            if failed == [rule]:
                exact += 1
            else:
                self.fail("mutant", f"of {rule}: the Rego fails {', '.join(failed) or 'no rule'}")
        return tried, exact


def _failing(policies: Iterable[Policy], rules: Iterable[str], plan: Mapping[str, Any]) -> list[str]:
    """The rules that do not hold of a plan, by the Rego."""
    text = json.dumps(plan)
    values: dict[str, Any] = {}
    for policy in policies:
        values.update(rego.evaluate(rego.read_policy(policy), (), text)[0])
    return [rule for rule in rules if values.get(rule) is not True]


def _codes(certificates: Iterable[Certificate]) -> Counter[tuple[str, str]]:
    return Counter((str(c.stage), c.code) for c in certificates if c.severity is not Severity.INFO)


def _listed(codes: Counter[tuple[str, str]]) -> str:
    return ", ".join(f"{stage} {code}" for stage, code in sorted(codes.elements())) or "nothing"
