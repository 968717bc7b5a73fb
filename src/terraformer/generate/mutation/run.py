"""``mutate``: change a configuration by a sentence, and prove that just that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from terraformer.errors import UsageError
from terraformer.generate.choosing import choose_strategy
from terraformer.generate.compact_strategy import CompactStrategy, is_compact, may_copy
from terraformer.generate.loop import Event, check_prompt, drive
from terraformer.generate.mutation.judge import Judge
from terraformer.generate.mutation.result import METADATA_KEY, MutationResult, changed_files, unified_diff
from terraformer.generate.mutation.settings import MutateSettings
from terraformer.generate.mutation.strategy import EditStrategy
from terraformer.generate.strategy import Strategy
from terraformer.models.base import Model
from terraformer.types import ChangeScope, Policy, Task, TerraformConfig, Trace
from terraformer.verify import VerifierPool
from terraformer.verify.pool import default_pool

__all__ = ["mutate"]


def mutate(
    config: TerraformConfig,
    request: str,
    *,
    model: Model,
    policies: Sequence[Policy] = (),
    scope: ChangeScope | None = None,
    allow: Sequence[str] = (),
    settings: MutateSettings | None = None,
    pool: VerifierPool | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Trace:
    """Change the configuration as the request says, verify it, compare it with the one before, and repair it.

    ``Trace.config`` is the whole changed configuration (the best attempt's), in which all that no edit touched is
    byte for byte as before. ``mutation_result(trace)`` is the record in ``trace.task.metadata["mutation"]``: the diff,
    what differs in the plans, and what the request was taken to allow.

    ``scope`` says what may be removed, replaced and so on; without one it is derived from the words of the request.
    ``allow`` are patterns of addresses that may be removed or replaced besides. ``policies`` judge the changed
    configuration. ``pool`` defaults to the shared one. ``Trace.stopped`` is as for ``generate``.

    Raises UsageError for an empty or huge request or a configuration without files, ModelError when the model fails in
    the first round.
    """
    settings = settings or MutateSettings()
    check_prompt(request, "say what is to be changed")
    if not config.module_files:
        raise UsageError("the configuration has no Terraform file in its root module: there is nothing to change")
    pool = pool or default_pool()
    judge = Judge(config, request, settings, pool, scope, allow)
    trace = drive(
        Task(request, tuple(policies), before=config),
        model=model,
        strategy=_strategy(config, request, model, settings),
        settings=settings,
        verifier=judge,
        on_event=on_event,
    )
    return replace(trace, task=replace(trace.task, metadata={METADATA_KEY: _result(trace, judge)}))


def _strategy(config: TerraformConfig, request: str, model: Model, settings: MutateSettings) -> Strategy:
    def held() -> Strategy:
        from terraformer.generate.mutation.grammar import GrammarEditStrategy

        return GrammarEditStrategy(config, request, settings, compact=is_compact(model))

    return choose_strategy(
        model,
        settings,
        compact=lambda: CompactStrategy(request, settings, config, copying=may_copy(model, settings)),
        chat=lambda: EditStrategy(config, request, settings),
        held=held,
    )


def _result(trace: Trace, judge: Judge) -> MutationResult:
    before, after = trace.task.before, trace.config
    existing = judge.before_report.errors
    if before is None or after is None:
        return MutationResult(scope=judge.scope(), existing=existing, charged=judge.charged)
    judged = judge.judgement(after)
    return MutationResult(
        diff=unified_diff(before, after),
        files=changed_files(before, after),
        summary=judged.summary if judged is not None else None,
        by_text_because=judged.by_text_because if judged is not None else "",
        scope=judged.scope if judged is not None else judge.scope(),
        existing=existing,
        charged=judge.charged,
    )
