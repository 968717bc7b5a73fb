"""One configuration on its way through the stages: verified, described, agreed, cloned, graded."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from terraformer.data.curation.dialogue import (
    AnswerProblem,
    Description,
    again_messages,
    clone_messages,
    describe_messages,
    judge_messages,
    read_clones,
    read_description,
    read_judgement,
)
from terraformer.data.curation.settings import CurateSettings
from terraformer.data.intents import Intent, PlanView, Subject, evaluate, policy_of
from terraformer.data.reverse.checking import agreement, lean, literals_of, missing_literals
from terraformer.data.reverse.completing import completed
from terraformer.data.services import services_of
from terraformer.data.sources import SourceConfig
from terraformer.data.synthesis.verified import difficulty_of, problem_of, types_of, versions_of
from terraformer.errors import ToolFailure
from terraformer.generate import GenerateSettings, repair
from terraformer.models import Completion, Message, Model, SamplingSettings
from terraformer.types import Record, RecordKind, Stage, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool

__all__ = ["STAGES", "Cost", "Outcome", "curate_one"]

STAGES: Final = ("compiled", "deployed", "described", "agreed", "recorded")
"""What a configuration can reach, in order. "deployed": it plans without a warning; "described": prompt and intent of
the right form; "agreed": prompt, Rego and plan agree; "recorded": there are records of it."""


@dataclass
class Cost:
    """What the model was asked. Token counts are lower bounds where the model does not tell them (``untold`` calls)."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    untold: int = 0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "untold": self.untold,
            "seconds": round(self.seconds, 3),
        }


@dataclass
class Outcome:
    """How far one configuration came: ``reached`` are its stages, ``reason`` why it went no further ("" at the end)."""

    origin: str
    licence: str
    reached: list[str] = field(default_factory=list)
    reason: str = ""
    detail: str = ""
    records: list[Record] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)
    rounds: dict[str, int] = field(default_factory=dict)
    """Corrections by stage that were needed ("compile", "deploy", "policy")."""
    metadata: dict[str, Any] = field(default_factory=dict)


class _Metered:
    """A model whose calls are counted for one configuration."""

    def __init__(self, model: Model, cost: Cost) -> None:
        self._model, self._cost = model, cost
        self._lock = threading.Lock()
        self.name = model.name
        self.supports_grammar = False

    def complete(
        self,
        messages: Sequence[Message],
        settings: SamplingSettings | None = None,
        *,
        grammar: str | None = None,
        on_token: Callable[[str], None] | None = None,
    ) -> Completion:
        del grammar
        done = self._model.complete(messages, settings, on_token=on_token)
        with self._lock:
            self._cost.calls += 1
            self._cost.prompt_tokens += done.prompt_tokens or 0
            self._cost.completion_tokens += done.completion_tokens or 0
            self._cost.untold += done.prompt_tokens is None or done.completion_tokens is None
            self._cost.seconds += done.seconds
        return done

    def close(self) -> None:
        """The model belongs to the run."""


def curate_one(source: SourceConfig, model: Model, settings: CurateSettings, pool: VerifierPool) -> Outcome:
    """Take one configuration through all stages. Raises ModelError when the model could not be had, ToolFailure when
    the tools failed: then nothing is known of it, and it is to be tried again."""
    outcome = Outcome(source.origin, source.licence, metadata=dict(source.metadata))
    metered = _Metered(model, outcome.cost)
    found = _corrected(source, metered, settings, pool, outcome)
    if found is None:
        return outcome
    config, report = found
    description = _described(config, report, metered, settings, outcome)
    if description is None:
        return outcome
    policies = (policy_of(description.intent),)
    final = pool.verify(config, policies=policies, settings=settings.verify)
    problem = problem_of(final)
    if problem is not None:  # judged directly and by Rego in this process before: the tools disagree
        outcome.reason, outcome.detail = f"policy:{problem[0]}", problem[1]
        return outcome
    outcome.reached.append("agreed")
    prompts = [description.prompt, *_cloned(description, metered, settings)]
    outcome.records = [
        _record(prompt, number, description.intent, config, final, source, outcome, model.name)
        for number, prompt in enumerate(prompts)
    ]
    outcome.reached.append("recorded")
    return outcome


# --- the configuration ------------------------------------------------------------------------------------------------


def _corrected(
    source: SourceConfig, model: _Metered, settings: CurateSettings, pool: VerifierPool, outcome: Outcome
) -> tuple[TerraformConfig, VerificationReport] | None:
    """The configuration as it deploys without a warning, corrected stage by stage where it did not."""
    config = pool.format(source.config)
    if settings.complete:
        done = completed(config, pool)
        if done.changes:
            config = pool.format(done.config)
            outcome.metadata["completed"] = list(done.changes)
    full = settings.verify.replace(keep_plan=True)
    stages = (("compile", (Stage.COMPILE,)), ("deploy", (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY)))
    for name, upto in stages:
        report = pool.verify(config, settings=full.replace(stages=upto))
        if problem_of_errors(report) and not (source.called and name == "deploy"):
            trace = repair(
                config,
                model=model,
                settings=GenerateSettings(
                    rounds=settings.rounds, sampling=settings.sampling, verify=full.replace(stages=upto)
                ),
                pool=pool,
            )
            if trace.stopped.startswith("model-error"):
                raise _model_error(trace.stopped)
            if trace.config is not None:
                config = pool.format(trace.config)
            outcome.rounds[name] = sum(a.origin == "model" for a in trace.attempts)
            report = pool.verify(config, settings=full.replace(stages=upto))
        errors = problem_of_errors(report)
        if errors is not None:
            outcome.reason, outcome.detail = errors
            return None
        outcome.reached.append("compiled" if name == "compile" else "deployed")
    problem = problem_of(report)
    if problem is not None or report.plan is None:
        outcome.reached.pop()
        outcome.reason, outcome.detail = problem or ("no-plan", "")
        return None
    if not types_of(report.plan):
        outcome.reason = "no-resource"
        return None
    return config, report


def problem_of_errors(report: VerificationReport) -> tuple[str, str] | None:
    """The first error: (reason, one line). Raises ToolFailure when the tools failed."""
    if report.tool_errors:
        raise ToolFailure(f"the verifier failed: {report.tool_errors[0].message}")
    for c in report.errors:
        return f"{c.stage}:{c.code}", f"{c.address or ''} {c.summary}".strip()
    return None


def _model_error(stopped: str) -> Exception:
    from terraformer.errors import ModelError

    return ModelError(stopped.partition(": ")[2] or stopped, retryable=True)


# --- prompt and intent ------------------------------------------------------------------------------------------------


def _described(
    config: TerraformConfig, report: VerificationReport, model: _Metered, settings: CurateSettings, outcome: Outcome
) -> Description | None:
    """A prompt and an intent that agree with the plan, asked for again with what is wrong, up to ``rounds`` times."""
    assert report.plan is not None
    addresses = [c["address"] for c in report.plan.get("resource_changes", ()) if c.get("mode") == "managed"]
    first = messages = describe_messages(config, addresses)
    problem = ""
    for round_ in range(settings.rounds + 1):
        outcome.rounds["policy"] = round_
        done = model.complete(messages, settings.sampling)
        reply = done.text
        try:
            if done.finish_reason == "length":
                raise AnswerProblem("the answer was cut off: make it shorter, with fewer demands")
            description = read_description(reply)
            if "described" not in outcome.reached:
                outcome.reached.append("described")
            description = Description(description.prompt, lean(description.intent))
            _agree(description, config, report, model, settings, outcome)
        except AnswerProblem as error:
            problem = str(error)
            messages = again_messages(first, reply, problem)
            continue
        return description
    outcome.reason = "disagreement" if "described" in outcome.reached else "no-description"
    outcome.detail = problem
    return None


def _agree(
    description: Description,
    config: TerraformConfig,
    report: VerificationReport,
    model: _Metered,
    settings: CurateSettings,
    outcome: Outcome,
) -> None:
    """Raises AnswerProblem where prompt, intent and plan do not agree."""
    assert report.plan is not None
    intent, prompt = description.intent, description.prompt
    unmet = [v.sentence for v in evaluate(intent, PlanView(report.plan)) if not v.passed]
    if unmet:
        raise AnswerProblem(
            "the plan of this configuration does not meet these demands of the intent: "
            + " ".join(unmet[:5])
            + " Mend the path or the value, or leave the demand out (of intent and prompt)."
        )
    found = agreement(intent, report.plan)
    if found.problem == "mutants":
        raise AnswerProblem(
            "several demands say the same: give each thing one demand, with all its conditions in it, and leave out "
            "demands that others imply"
        )
    if found.problem:
        raise AnswerProblem(f"the intent cannot be judged ({found.detail}): ask for plain values")
    outcome.metadata["mutants"] = found.broken
    untested = _untested(prompt, intent, config)
    if untested:
        raise AnswerProblem(
            f"the prompt names {', '.join(untested[:5])}, and nothing in the intent demands it: add the condition, or "
            "leave it out of the prompt"
        )
    missing = missing_literals(intent, prompt)
    if not missing:
        return
    if settings.judge:
        answer = model.complete(judge_messages(prompt, missing), replace(settings.sampling, temperature=0.0)).text
        said = read_judgement(answer, len(missing))
        outcome.metadata["judged"] = [m for m, yes in zip(missing, said, strict=True) if yes]
        missing = tuple(m for m, yes in zip(missing, said, strict=True) if not yes)
    if missing:
        raise AnswerProblem(
            f"the intent demands what the prompt does not say: {'; '.join(missing[:5])}. Say it in the prompt word for "
            "word, or leave it out of the intent"
        )


def _untested(prompt: str, intent: Intent, config: TerraformConfig) -> list[str]:
    """What the prompt quotes and the configuration has as a literal, and no demand names."""
    known = {str(value).lower() for _, value in literals_of(intent)}
    known |= {d.label.lower() for d in intent.demands} | {d.type.lower() for d in intent.demands}
    text = "\n".join(config.text(p) for p in config.files if p.endswith((".tf", ".tfvars", ".json")))
    quoted = re.findall(r"[\"'`“]([\w./:@-]{2,80})[\"'`”]", prompt)
    return list(dict.fromkeys(f'"{one}"' for one in quoted if one.lower() not in known and f'"{one}"' in text))


def _cloned(description: Description, model: _Metered, settings: CurateSettings) -> list[str]:
    """Further prompts that say the same literals. A model that gives none costs nothing but the asking."""
    wanted = settings.prompts - 1
    if wanted < 1:
        return []
    spoken = missing_literals(description.intent, description.prompt)
    literals = list(dict.fromkeys(str(v) for _, v in literals_of(description.intent) if not isinstance(v, bool)))
    labels = [d.label for d in description.intent.demands if d.label and d.subject is not Subject.PROVIDER]
    found: list[str] = []
    for _ in range(2):
        ask = clone_messages(description.prompt, [*literals, *labels], wanted - len(found))
        reply = model.complete(ask, settings.sampling).text
        try:
            several = read_clones(reply)
        except AnswerProblem:
            continue
        for prompt in several:
            lost = set(missing_literals(description.intent, prompt)) - set(spoken)
            lost |= {label for label in labels if label.lower() not in prompt.lower()}
            if not lost and prompt != description.prompt and prompt not in found:
                found.append(prompt)
        if len(found) >= wanted:
            break
    return found[:wanted]


def _record(
    prompt: str,
    number: int,
    intent: Intent,
    config: TerraformConfig,
    report: VerificationReport,
    source: SourceConfig,
    outcome: Outcome,
    model: str,
) -> Record:
    assert report.plan is not None
    types = types_of(report.plan)
    return Record(
        RecordKind.GENERATION,
        prompt,
        config,
        intent=intent.to_dict(),
        policies=(policy_of(intent),),
        resource_types=types,
        services=services_of(types),
        difficulty=difficulty_of(report.plan, len(report.rules)),
        source=source.origin,
        family="curated" if number == 0 else "curated-clone",
        licence=source.licence,
        versions=versions_of(report),
        metadata={**outcome.metadata, "made": "curated", "model": model, "rounds": dict(outcome.rounds)},
    )
