"""One sample: a task put to a model (or answered by its reference), every attempt graded."""

from __future__ import annotations

import time
from typing import Any

from terraformer.errors import ModelError, TerraformerError
from terraformer.evals.benchmarks import EvalTask, TaskKind
from terraformer.evals.benchmarks.base import texts
from terraformer.evals.grading import Grader
from terraformer.evals.metering import Meter, MeteredModel
from terraformer.evals.records import AttemptRecord, Grade, ReferenceVerdict, SampleRecord, SampleStatus, Soundness
from terraformer.evals.settings import EvalSettings
from terraformer.generate import GenerateSettings, generate
from terraformer.generate.ranking import is_better
from terraformer.models import Model, SamplingSettings
from terraformer.types import Attempt, Trace
from terraformer.verify import VerifierPool

__all__ = ["answer", "answer_of_reference"]


def answer(
    task: EvalTask,
    sample: int,
    *,
    model: Model,
    settings: EvalSettings,
    pool: VerifierPool,
    grader: Grader,
    rules: int,
    broken: bool,
) -> SampleRecord:
    """Ask and grade. Failures of the model or the tools become the record's status; nothing is raised but
    KeyboardInterrupt and its kin. ``broken``: the task's policies cannot be read, so that no verdict is expected."""
    meter = Meter()
    started = time.monotonic()
    seed, temperature = settings.sample_seed(task.id, sample), settings.sample_temperature_of(sample)
    trace: Trace | None = None
    attempts: tuple[AttemptRecord, ...] = ()
    status, error = SampleStatus.DONE, ""
    try:
        trace = _ask(task, MeteredModel(model, meter), meter, settings, pool, seed, temperature)
        attempts = _graded(task, trace, grader, rules)
        if trace.stopped.startswith("model-error"):
            status, error = SampleStatus.MODEL_ERROR, _line(trace.stopped.partition(":")[2])
        else:
            error = _tool_error(attempts, trace.best, broken)
            status = SampleStatus.TOOL_ERROR if error else SampleStatus.DONE
    except ModelError as failure:
        status, error = SampleStatus.MODEL_ERROR, _line(str(failure))
    except TerraformerError as failure:
        status, error = SampleStatus.TOOL_ERROR, _line(str(failure))
    except Exception as failure:
        status, error = SampleStatus.TOOL_ERROR, _line(f"internal: {type(failure).__name__}: {failure}")
    return SampleRecord(
        task=task.id,
        sample=sample,
        status=status,
        seed=seed,
        temperature=temperature,
        attempts=attempts,
        best=trace.best if trace is not None else None,
        stopped=trace.stopped if trace is not None else "",
        error=error,
        seconds=round(time.monotonic() - started, 3),
        model_seconds=round(meter.model_seconds, 3),
        verify_seconds=round(meter.verify_seconds, 3),
        calls=meter.calls,
        prompt_tokens=meter.prompt_tokens,
        completion_tokens=meter.completion_tokens,
    )


def _ask(
    task: EvalTask,
    model: Model,
    meter: Meter,
    settings: EvalSettings,
    pool: VerifierPool,
    seed: int,
    temperature: float,
) -> Trace:
    policies = task.policies if settings.policy_feedback else ()
    looping = settings.looping()
    options: dict[str, Any] = {
        "rounds": settings.rounds,
        "samples": settings.best_of,
        "sampling": SamplingSettings(
            temperature=temperature, max_tokens=settings.max_tokens, seed=seed, timeout=settings.model_timeout
        ),
        "verify": looping,
        "strategy": settings.strategy,
        "schema_chars": settings.schema_chars,
        "examples": settings.examples,
    }
    if task.kind is TaskKind.MUTATION and task.before is not None:
        from terraformer.generate.mutation import MutateSettings, mutate

        # The policies of a mutation judge its plan against the state before, which no loop's policies do: they are
        # never shown. What the request allows to differ is taken from its words, as for any user.
        began = time.monotonic()
        trace = mutate(task.before, task.prompt, model=model, settings=MutateSettings(**options), pool=pool)
        meter.verify_seconds = max(0.0, time.monotonic() - began - meter.asking_seconds)
        return trace
    verify = meter.verifying(lambda config, *, policies: pool.verify(config, policies=policies, settings=looping))
    return generate(
        task.prompt,
        model=model,
        policies=policies,
        settings=GenerateSettings(**options),
        verifier=verify,
        formatter=pool.format,
    )


def _graded(task: EvalTask, trace: Trace, grader: Grader, rules: int) -> tuple[AttemptRecord, ...]:
    grades: dict[str, Grade] = {}
    records: list[AttemptRecord] = []
    kept: int | None = None
    for number, attempt in enumerate(trace.attempts):
        if attempt.config is not None and (
            kept is None or number == trace.best or is_better(attempt, trace.attempts[kept])
        ):
            kept = number
        grade = None
        if attempt.config is not None:
            if attempt.config.id not in grades:
                grades[attempt.config.id] = grader.grade(task, attempt.config, rules=rules)
            grade = grades[attempt.config.id]
        records.append(_record(attempt, kept, grade))
    return tuple(records)


def _record(attempt: Attempt, kept: int | None, grade: Grade | None) -> AttemptRecord:
    return AttemptRecord(
        round=attempt.round,
        messages=tuple(dict(m) for m in attempt.messages),
        reply=attempt.reply,
        files=texts(attempt.config),
        problem=attempt.problem,
        kept=kept,
        grade=grade,
        seconds=attempt.seconds,
        prompt_tokens=attempt.prompt_tokens,
        completion_tokens=attempt.completion_tokens,
        sample=attempt.sample,
        origin=attempt.origin,
        standing=attempt.standing,
    )


def _tool_error(attempts: tuple[AttemptRecord, ...], best: int | None, broken: bool) -> str:
    """Why the answer has no verdict by the tools' fault, "" when it has one."""
    grade = attempts[best].grade if best is not None else None
    if grade is None:
        return ""
    if not grade.masked and (broken or not grade.deploy or grade.correct is not None or not grade.tool_errors):
        return ""
    first = next(iter(grade.tool_errors), None)
    return _line(f"{first['kind']}: {first['message']}" if first else "verification gave no verdict")


def answer_of_reference(task: EvalTask, verdict: ReferenceVerdict) -> SampleRecord:
    """The reference as the answer: for ``--references``. A task without one has a masked sample."""
    grade = verdict.grade
    if grade is None or task.reference is None:
        return SampleRecord(
            task.id, 0, SampleStatus.TOOL_ERROR, None, 0.0, error="the task has no reference", seconds=verdict.seconds
        )
    attempt = AttemptRecord(0, (), "", texts(task.reference), "", 0, grade, verdict.seconds, origin="given")
    masked = verdict.soundness is Soundness.MASKED
    return SampleRecord(
        task=task.id,
        sample=0,
        status=SampleStatus.TOOL_ERROR if masked else SampleStatus.DONE,
        seed=None,
        temperature=0.0,
        attempts=(attempt,),
        best=0,
        stopped="reference",
        error=verdict.detail if masked else "",
        seconds=verdict.seconds,
        verify_seconds=verdict.seconds,
    )


def _line(text: str) -> str:
    return " ".join(text.split())[:500]
