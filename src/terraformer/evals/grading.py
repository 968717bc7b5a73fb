"""Grading: a configuration under a task's policies, and whether those policies can be trusted.

Grading is the harness's own and sees the benchmark's policies whatever the loop was shown.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from terraformer.errors import PolicyError
from terraformer.evals.benchmarks import EvalTask, TaskKind
from terraformer.evals.records import Grade, ReferenceVerdict, Soundness
from terraformer.types import Policy, Severity, Stage, TerraformConfig
from terraformer.types.report import to_jsonable
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.compare import compare
from terraformer.verify.preservation import check, scope_from_words
from terraformer.verify.stages.policy import entry_points
from terraformer.verify.stages.rego import read_policy

__all__ = ["Grader", "policy_problem", "rule_count"]

_BROKEN_POLICY = frozenset({"policy-invalid", "policy-engine"})


def policy_problem(policies: Sequence[Policy]) -> str:
    """Why the policies cannot judge anything, in one line; "" when they can."""
    rules = 0
    for policy in policies:
        try:
            rules += len(entry_points(read_policy(policy)))
        except PolicyError as error:
            return " ".join(str(error).split())
    return "" if rules else "no policy has a rule to judge by"


def rule_count(policies: Sequence[Policy]) -> int:
    """How many rules judge; 0 when the policies cannot be read."""
    try:
        return sum(len(entry_points(read_policy(policy))) for policy in policies)
    except PolicyError:
        return 0


class Grader:
    """Grades configurations in a pool. Thread-safe. ``settings`` name the stages; the policy stage is added."""

    def __init__(self, pool: VerifierPool, settings: VerifySettings) -> None:
        stages = (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY, *_source_stages(settings))
        self._pool = pool
        self._settings = settings.replace(stages=stages, keep_plan=False)

    def grade(self, task: EvalTask, config: TerraformConfig, *, rules: int | None = None) -> Grade:
        """The grade of a configuration; once more when the tools failed, which may have been by chance."""
        count = rule_count(task.policies) if rules is None else rules
        grade = self._grade(task, config, count)
        if grade.masked:
            grade = self._grade(task, config, count)
        return grade

    def _grade(self, task: EvalTask, config: TerraformConfig, rules: int) -> Grade:
        if task.kind is TaskKind.MUTATION:
            return self._mutation(task, config, rules)
        report = self._pool.verify(config, policies=task.policies, settings=self._settings)
        return Grade.of(report, config, rules=rules)

    def _mutation(self, task: EvalTask, config: TerraformConfig, rules: int) -> Grade:
        """The answer by itself, then its plan against the state of the configuration before."""
        before = task.before
        if before is None:
            raise ValueError(f"task {task.id} has no configuration before")
        stages = tuple(s for s in self._settings.stages if s is not Stage.POLICY)
        done = compare(
            before,
            config,
            change_policies=task.policies,
            settings=self._settings.replace(stages=stages),
            pool=self._pool,
        )
        change = done.change
        grade = Grade.of(done.after, config, rules=rules, change=done.summary.to_dict())
        errors = tuple(to_jsonable(e) for e in done.tool_errors)
        planning = [e for e in (change.tool_errors if change is not None else ()) if e.stage is not Stage.POLICY]
        if done.tool_errors and (change is None or planning or done.before.tool_errors):
            return replace(grade, deploy=None, correct=None, rule_share=None, tool_errors=errors)
        scope = task.scope or scope_from_words(task.prompt, before, done.summary)
        found = check(done.summary, scope, before=before, after=config)
        preserved = not any(c.severity is Severity.ERROR and c.code == "collateral-change" for c in found)
        certificates = (*grade.certificates, *(c.to_dict() for c in (*done.findings, *found)))
        deploy = grade.deploy and not done.findings
        grade = replace(grade, deploy=deploy, preserved=preserved, certificates=certificates, tool_errors=errors)
        if not deploy:
            return replace(grade, correct=False if task.policies and rules else None)
        if change is None or change.plan is None or not task.policies:
            return replace(grade, correct=None)
        found_by_policy = (c.to_dict() for c in change.certificates if c.stage is Stage.POLICY)
        return replace(
            grade,
            correct=change.correct,
            rule_share=sum(r.passed for r in change.rules) / len(change.rules) if change.rules else None,
            rules=change.rules,
            certificates=(*grade.certificates, *found_by_policy),
        )

    def reference(self, task: EvalTask) -> ReferenceVerdict:
        """The verdict on a task's own reference, and so on its policy."""
        started = time.monotonic()
        problem = policy_problem(task.policies)
        rules = rule_count(task.policies)
        grade = self.grade(task, task.reference, rules=rules) if task.reference is not None else None
        soundness, detail = _soundness(task, grade, problem)
        return ReferenceVerdict(task.id, soundness, detail, rules, grade, round(time.monotonic() - started, 3))


def _soundness(task: EvalTask, grade: Grade | None, problem: str) -> tuple[Soundness, str]:
    if not task.policies:
        return Soundness.UNPROVEN, "the task has no policy"
    if problem:
        return Soundness.SYNTAX, problem
    if grade is None:
        return Soundness.UNPROVEN, "the task has no reference"
    broken = next((e for e in grade.tool_errors if e["kind"] in _BROKEN_POLICY), None)
    if broken is not None:
        return Soundness.SYNTAX, " ".join(str(broken["message"]).split())
    if grade.masked or (grade.deploy and grade.correct is None):
        error = next(iter(grade.tool_errors), None)
        return Soundness.MASKED, " ".join(str(error["message"]).split()) if error else "the tools gave no verdict"
    if not grade.deploy:
        stage = "compile" if not grade.compile else "deploy"
        return Soundness.UNPROVEN, f"the reference does not {stage}: {', '.join(grade.codes)}"
    if not grade.correct:
        failed = [r.rule.rpartition(".")[2] for r in grade.rules if not r.passed]
        return Soundness.CONTRADICTION, f"the reference does not pass {', '.join(failed)}"
    return Soundness.SOUND, ""


def _source_stages(settings: VerifySettings) -> tuple[Stage, ...]:
    return tuple(s for s in settings.stages if s in (Stage.LINT, Stage.SECURITY))
