"""Reinforcement learning from the verifier, with torch and transformers alone: GRPO with token credit.

A step rolls out a group of replies for each of some tasks, has them verified, and takes one policy-gradient step.
Replies that fail become tasks of their own: the next step may show the model its attempt with the certificates (multi-
turn repair). A group may hold the known right answer as one more member, which says what to do where all replies fail.
Supervised tokens may be learnt besides, so that a small model does not forget what the reward is silent on.
Tasks are drawn by difficulty, which rises as the ones below are mastered. Resumable like the SFT loop, with the same
losses as the TRL trainer of this room.

Sources: GRPO (arXiv 2402.03300), token-level normalisation and the higher upper clip of DAPO (arXiv 2503.14476); known
answers in the groups as in LUFFY (arXiv 2504.14945), without its shaping of their probabilities; the supervised loss
beside the policy's as in InstructGPT (PPO-ptx, arXiv 2203.02155).
"""

from __future__ import annotations

import copy
import itertools
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from terraformer.errors import UsageError
from terraformer.generate.compact import compact_messages
from terraformer.rewards import Audit, AuditRow, CreditSettings, Expectation, Sample, token_credit
from terraformer.train.attention import can_attend
from terraformer.train.bases import LoraSettings, with_lora
from terraformer.train.checkpoints import Checkpoints
from terraformer.train.completion import CompletionLoss, SftSettings
from terraformer.train.dialogues import reply_of
from terraformer.train.judging import Judge, Judged, RlTask
from terraformer.train.losses import group_advantages, grpo_loss
from terraformer.train.metrics import MetricsLog, read_metrics
from terraformer.train.optimisers import OPTIMISERS, make_optimiser, matrices_of, norms_of
from terraformer.train.packing import stream
from terraformer.train.passes import Pass, passes
from terraformer.train.precision import autocast
from terraformer.train.sampling import DecodingTokenizer, Rollout, RolloutSettings, offsets_of, sample
from terraformer.train.tokens import ChatTemplate, TokenFile, encode_reply
from terraformer.types import RecordKind

__all__ = ["TUNED", "Curriculum", "LeanRl", "RlSettings"]

TUNED: Final = ("all", "matrices", "norms")


@dataclass(frozen=True, slots=True)
class RlSettings:
    """``prompts`` tasks a step, ``group`` replies each. ``passes`` over a step's rollouts (above 1 the clip matters),
    ``rows`` a forward pass. ``beta`` weighs the KL to the model that training started from; it needs LoRA, whose base
    is the reference. ``credit`` None spreads an advantage evenly. ``repairs`` is the share of a step's tasks that are
    repairs of failed attempts, ``changes`` that of requests to change a configuration (None: as often as the data have
    them). ``shown`` weighs the advantage of the known right answer, which is then one more member of each group (0: it
    is none). ``anchor`` weighs the supervised loss of ``anchored`` blocks a step. ``curriculum`` False draws tasks
    evenly. ``scale`` divides advantages by the group's deviation. ``longest_prompt`` leaves out longer tasks,
    ``hardest`` those of a higher difficulty (0: none), which would take the most time and give a small model nothing to
    compare. ``tuned`` is one of TUNED: all weights, the matrices of the blocks, or the gains of the norms alone.
    ``optimiser`` is "adamw" or "muon". The rate falls evenly towards ``floor`` of itself.
    """

    prompts: int = 8
    group: int = 8
    steps: int = 50
    rate: float = 1e-5
    warmup: int = 3
    floor: float = 1.0
    weight_decay: float = 0.0
    clip: float = 1.0
    clip_low: float = 0.2
    clip_high: float = 0.28
    beta: float = 0.0
    passes: int = 1
    rows: int = 16
    scale: bool = True
    credit: CreditSettings | None = field(default_factory=CreditSettings)
    rollout: RolloutSettings = field(default_factory=RolloutSettings)
    longest_prompt: int = 1024
    hardest: int = 0
    repairs: float = 0.25
    changes: float | None = None
    shown: float = 0.0
    anchor: float = 0.0
    anchored: int = 3
    curriculum: bool = True
    lora: LoraSettings = field(default_factory=LoraSettings)
    tuned: str = "all"
    optimiser: str = "adamw"
    dtype: str = "auto"
    seed: int = 0
    seconds: float | None = None
    checkpoint_seconds: float = 120.0
    keep: int = 2
    evaluate_every: int = 0

    def __post_init__(self) -> None:
        if min(self.prompts, self.steps, self.passes, self.rows, self.keep, self.group) < 1:
            raise UsageError("prompts, steps, passes, rows, keep and group must be at least 1")
        if self.group < 2 and not self.shown:
            raise UsageError("group must be at least 2, or there is nothing to compare (1 with rl.shown)")
        if self.anchor < 0 or self.anchored < 1:
            raise UsageError("anchor is at least 0, anchored at least 1")
        if self.shown < 0 or (self.shown and self.repairs):
            raise UsageError("shown is at least 0, and of repairs no answer is known: set rl.repairs=0")
        if self.beta and not self.lora.rank:
            raise UsageError("beta needs LoRA: without it there is no model left to compare with")
        if self.tuned not in TUNED:
            raise UsageError(f"rl.tuned {self.tuned!r}: choose one of {', '.join(TUNED)}")
        if self.optimiser not in OPTIMISERS:
            raise UsageError(f"rl.optimiser {self.optimiser!r}: choose one of {', '.join(OPTIMISERS)}")
        if self.tuned != "all" and self.lora.rank:
            raise UsageError("rl.tuned and rl.lora say both what is trained: set one of them")
        if not 0 <= self.repairs < 1:
            raise UsageError("repairs is a share of the tasks, in [0, 1)")
        if not 0 <= self.floor <= 1:
            raise UsageError("floor is a share of the rate, in [0, 1]")
        if self.changes is not None and not 0 <= self.changes <= 1:
            raise UsageError("changes is a share of the tasks, in [0, 1]")


class Curriculum:
    """Draws tasks of a level (difficulty) that is neither mastered nor hopeless.

    ``mastery`` of a level is the running share of its groups' mean reward over the highest. A level opens when the one
    below it reached ``opens``; open levels are drawn by how much there is to learn.
    """

    def __init__(self, tasks: Sequence[RlTask], opens: float = 0.6, memory: float = 0.9) -> None:
        self.levels = {
            level: [t for t in tasks if t.difficulty == level] for level in sorted({t.difficulty for t in tasks})
        }
        self.mastery: dict[int, float] = dict.fromkeys(self.levels, 0.0)
        self._opens, self._memory = opens, memory

    def draw(self, rng: random.Random, count: int) -> list[RlTask]:
        """So many tasks, distinct where there are enough."""
        if not count:
            return []
        levels = self.open()
        weights = [1.0 - 0.8 * self.mastery[level] for level in levels]
        chosen: dict[str, RlTask] = {}
        for _ in range(20 * count):
            if len(chosen) == count:
                break
            task = rng.choice(self.levels[rng.choices(levels, weights)[0]])
            chosen.setdefault(task.id, task)
        return list(chosen.values())

    def open(self) -> list[int]:
        found: list[int] = []
        for level in self.levels:
            found.append(level)
            if self.mastery[level] < self._opens:
                break
        return found

    def learn(self, task: RlTask, rewards: Sequence[float], most: float = 2.0) -> None:
        """Note how a task went. Repairs do not count."""
        if task.turn or not rewards or task.difficulty not in self.mastery:
            return
        mean = max(0.0, sum(rewards) / len(rewards) / most)
        old = self.mastery[task.difficulty]
        self.mastery[task.difficulty] = self._memory * old + (1 - self._memory) * mean


class LeanRl:
    """See the module. ``directory`` holds checkpoints, metrics.jsonl and the audit.

    ``on_step`` is called with the audit's row of each step. Raises UsageError when no task is short enough, or the
    directory holds a run with other settings.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: DecodingTokenizer,
        tasks: Sequence[RlTask],
        judge: Judge,
        settings: RlSettings,
        directory: Path,
        *,
        template: ChatTemplate | None = None,
        device: str | torch.device | None = None,
        anchor: tuple[TokenFile, SftSettings] | None = None,
        evaluate: Callable[[Any, int], Mapping[str, Any]] | None = None,
        on_step: Callable[[AuditRow], None] | None = None,
    ) -> None:
        if settings.anchor and anchor is None:
            raise UsageError("rl.anchor needs supervised tokens (--tokens)")
        self.settings, self.directory, self.step = settings, directory, 0
        self._tokenizer, self._template, self._judge = tokenizer, template or ChatTemplate(), judge
        self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._evaluate, self._on_step = evaluate, on_step
        fitting = [t for t in tasks if not settings.hardest or t.difficulty <= settings.hardest]
        fitting = [t for t in fitting if len(self._prompt(t)) <= settings.longest_prompt]
        if not fitting:
            raise UsageError(
                f"none of {len(tasks)} tasks is within rl.hardest and has a prompt of at most "
                f"{settings.longest_prompt} tokens (rl.longest_prompt)"
            )
        if not settings.curriculum:
            fitting = [replace(t, difficulty=1) for t in fitting]
        apart = settings.changes is not None
        self.curriculum = Curriculum([t for t in fitting if not (apart and t.change)])
        self.changes = Curriculum([t for t in fitting if apart and t.change])
        self._failed: list[RlTask] = []
        self._sampler: Any = None
        self.audit = Audit()
        torch.manual_seed(settings.seed)
        if settings.lora.rank:
            model = with_lora(model, settings.lora)
        elif settings.tuned != "all":
            chosen = norms_of(model) if settings.tuned == "norms" else matrices_of(model)
            for name, parameter in model.named_parameters():
                parameter.requires_grad_(name in chosen)
        self.model = model.to(self._device)
        self._trained = [p for p in self.model.parameters() if p.requires_grad]
        self._optimiser = make_optimiser(
            self.model,
            settings.optimiser,
            rate=settings.rate,
            weight_decay=settings.weight_decay,
            beta2=0.99,
            fused=False,
        )
        self._checkpoints = Checkpoints(directory / "checkpoints", settings.keep)
        state = self._checkpoints.restore(self.model, self._optimiser, self._identity(), self._device)
        if state is not None:
            self.step = int(state["step"])
            for curriculum, name in ((self.curriculum, "mastery"), (self.changes, "mastery of changes")):
                curriculum.mastery = {int(k): float(v) for k, v in state[name].items()}
        self._anchor: _Anchor | None = None
        if settings.anchor and anchor is not None:
            self._anchor = _Anchor(self.model, *anchor, settings, self._device, self.step)
        self._log = MetricsLog(directory / "metrics.jsonl", self.step)
        self.stopped = any(r.get("stop") for r in read_metrics(self._log.path, "evaluation"))

    def train(self) -> bool:
        """Train to the last step or until the time is over; returns whether it is done."""
        settings = self.settings
        start = saved = time.monotonic()
        try:
            if not self.step and self._evaluate and not any(read_metrics(self._log.path, "evaluation")):
                self._measure()  # where it starts: a run that only loses keeps that as its best
            while self.step < settings.steps and not self.stopped:
                if settings.seconds is not None and time.monotonic() - start >= settings.seconds:
                    break
                row = self._one_step()
                if self._on_step is not None:
                    self._on_step(row)
                last = self.step == settings.steps
                if self._evaluate and (last or (settings.evaluate_every and self.step % settings.evaluate_every == 0)):
                    self._measure()
                if time.monotonic() - saved >= settings.checkpoint_seconds:
                    self.checkpoint()
                    saved = time.monotonic()
        except KeyboardInterrupt:
            self.checkpoint()
            raise
        self.checkpoint()
        return self.step >= settings.steps or self.stopped

    def _measure(self) -> None:
        assert self._evaluate is not None
        self.model.eval()
        found = self._evaluate(self.model, self.step)
        self._log.write("evaluation", self.step, found)
        self.stopped = bool(found.get("stop"))

    def checkpoint(self) -> Path:
        state = {
            "step": self.step,
            "mastery": self.curriculum.mastery,
            "mastery of changes": self.changes.mastery,
        }
        return self._checkpoints.save(self.step, self.model, self._optimiser, self._identity(), state)

    # --- one step ---

    def _one_step(self) -> AuditRow:
        settings = self.settings
        began = time.monotonic()
        tasks = self._draw()
        each = [task for task in tasks for _ in range(settings.group)]
        prompts = [self._prompt(task) for task in tasks]
        rollouts = sample(
            self._merged(),
            self._tokenizer,
            self._template,
            [prompt for prompt in prompts for _ in range(settings.group)],
            settings.rollout,
            self._seed(),
        )
        sampled = time.monotonic()
        shown = [self._known(t, p) for t, p in zip(tasks, prompts, strict=True)] if settings.shown else []
        pairs = [(t, r.text) for t, r in [*zip(each, rollouts, strict=True), *zip(tasks, shown, strict=False)]]
        found = self._judge.judge(pairs)
        judged, answers = found[: len(each)], found[len(each) :]
        verified = time.monotonic()
        rewards = _rewards(judged).view(len(tasks), settings.group)
        if shown:  # one that cannot be told takes no part
            known = _rewards(answers).where(torch.tensor([bool(r.ids) for r in shown]), torch.nan)
            rewards = torch.cat([rewards, known[:, None]], 1)
        advantages = group_advantages(rewards, scale=settings.scale)
        own, others = advantages[:, : settings.group], advantages[:, settings.group :] * settings.shown
        told = self._update([*rollouts, *shown], found, torch.cat([own.flatten(), others.flatten()]))
        self.step += 1
        for n, task in enumerate(tasks):
            group = judged[n * settings.group : (n + 1) * settings.group]
            curriculum = self.changes if task.change and settings.changes is not None else self.curriculum
            curriculum.learn(task, [j.reward for j in group if j.reward is not None])
            self._remember(task, group)
        row = self.audit.update(
            self.step,
            [Sample(t.id, j.config, j.facts, j.report, j.reward, j.terms) for t, j in zip(each, judged, strict=True)],
        )
        self._log.write(
            "train",
            self.step,
            {
                **told,
                "reward": row.reward,
                "correct": sum(j.correct for j in judged) / len(judged),
                "finished": sum(r.finished for r in rollouts) / len(rollouts),
                "tokens": sum(len(r.ids) for r in rollouts),
                "idle_groups": float((advantages.abs().sum(1) == 0).float().mean()),
                "repairs": sum(t.turn > 0 for t in tasks) / len(tasks),
                "levels": self.curriculum.open(),
                "seconds": {
                    "sampling": sampled - began,
                    "verification": verified - sampled,
                    "update": time.monotonic() - verified,
                },
            },
        )
        self._log.write("audit", self.step, {**row.to_dict(), "warnings": row.warnings()})
        return row

    def _merged(self) -> Any:
        """The model to sample from: with LoRA a copy with the adapters merged into its weights, which decodes in half
        the operations; on a CPU a copy in the type that the passes are computed in."""
        low = self._device.type == "cpu" and self.settings.dtype == "bfloat16"
        if not self.settings.lora.rank:
            return copy.deepcopy(self.model).to(torch.bfloat16).requires_grad_(False) if low else self.model
        if self._sampler is None:
            self._sampler = copy.deepcopy(self.model).merge_and_unload()
            if low:
                self._sampler = self._sampler.to(torch.bfloat16)
            self._sampler.requires_grad_(False)
            return self._sampler
        inner = dict(self._sampler.named_modules())
        with torch.no_grad():
            for name, layer in self.model.get_base_model().named_modules():
                if hasattr(layer, "get_delta_weight"):
                    inner[name].weight.copy_(layer.base_layer.weight + layer.get_delta_weight("default"))
        return self._sampler

    def _draw(self) -> list[RlTask]:
        settings = self.settings
        rng = random.Random(self._seed())
        repairs = min(len(self._failed), round(settings.repairs * settings.prompts))
        chosen = rng.sample(self._failed, repairs) if repairs else []
        self._failed = []
        count = settings.prompts - repairs
        # Drawn by chance, so that a share of few tasks is kept over the steps; of what there is none, nothing.
        changes = sum(rng.random() < settings.changes for _ in range(count)) if settings.changes is not None else 0
        if not self.changes.levels or not self.curriculum.levels:
            changes = count if self.changes.levels else 0
        return [*chosen, *self.curriculum.draw(rng, count - changes), *self.changes.draw(rng, changes)]

    def _remember(self, task: RlTask, group: Sequence[Judged]) -> None:
        """The attempt of a group that came nearest becomes a task: mend this."""
        if task.turn or task.change or not self.settings.repairs:
            return
        failed = [j for j in group if j.config is not None and j.report is not None and j.report.errors]
        best = max(failed, key=lambda j: j.reward or 0.0, default=None)
        if best is None or best.config is None or best.report is None:
            return
        expected = Expectation(task.expected.resources, task.expected.characters, copying=True)
        repair = RlTask(
            f"{task.id}:repair:{best.config.id[:12]}",
            RecordKind.REPAIR,
            task.prompt,
            compact_messages(task.prompt, best.config, best.report.errors),
            task.policies,
            expected,
            best.config,
            difficulty=task.difficulty,
            turn=task.turn + 1,
        )
        if len(self._prompt(repair)) <= self.settings.longest_prompt:
            self._failed.append(repair)

    def _update(self, rollouts: Sequence[Rollout], judged: Sequence[Judged], advantages: Tensor) -> dict[str, float]:
        settings = self.settings
        rate = settings.rate * min(1.0, (self.step + 1) / max(1, settings.warmup))
        rate *= 1 - (1 - settings.floor) * self.step / settings.steps
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        credits = [self._credit(r, j, float(a)) for r, j, a in zip(rollouts, judged, advantages, strict=True)]
        # What has no advantage moves nothing: leave it out, but for the KL.
        chosen = [(r, c) for r, c in zip(rollouts, credits, strict=True) if settings.beta or any(c)]
        replies, weights = [r for r, _ in chosen], [c for _, c in chosen]
        total = float(max(1, sum(map(len, weights))))
        share = self._device.type == "cpu" and can_attend(self.model)
        parts = list(passes(replies, weights, settings.rows, self._device, share=share))
        old: dict[int, Tensor] = {}
        told: dict[str, float] = {"loss": 0.0, "norm": 0.0, "rate": rate}
        self.model.eval()  # dropout would make the old probabilities others
        for turn in range(settings.passes if parts or self._anchor else 0):
            for number, part in enumerate(parts):
                logprobs = self._logprobs(part)
                if turn == 0:
                    old[number] = logprobs.detach()
                reference = self._reference(part) if settings.beta else None
                loss, watched = grpo_loss(
                    logprobs,
                    old[number],
                    part.advantages,
                    part.mask,
                    clip_low=settings.clip_low,
                    clip_high=settings.clip_high,
                    reference=reference,
                    beta=settings.beta,
                    normaliser=total,
                )
                loss.backward()  # type: ignore[no-untyped-call]
                told["loss"] += float(loss.detach())
                weight = float(part.mask.sum()) / total / settings.passes
                for name, value in watched.items():
                    told[name] = told.get(name, 0.0) + value * weight
            if self._anchor is not None:
                told["anchor"] = self._anchor.backward()
            told["norm"] = float(torch.nn.utils.clip_grad_norm_(self._trained, settings.clip))
            self._optimiser.step()
            self._optimiser.zero_grad(set_to_none=True)
        return told

    def _credit(self, rollout: Rollout, judged: Judged, advantage: float) -> list[float]:
        if not advantage:
            return [0.0] * len(rollout.ids)
        if self.settings.credit is None or not judged.blamed:
            return [advantage] * len(rollout.ids)
        offsets = offsets_of(self._tokenizer, rollout)
        return list(token_credit(offsets, advantage, judged.blamed, judged.sound, self.settings.credit))

    def _logprobs(self, part: Pass) -> Tensor:
        with autocast(self._device, self.settings.dtype):
            return part.logprobs(self.model, self.settings.rollout.temperature or 1.0)

    def _reference(self, part: Pass) -> Tensor:
        with torch.no_grad(), self.model.disable_adapter():
            return self._logprobs(part)

    def _prompt(self, task: RlTask) -> list[int]:
        return self._tokenizer.encode(self._template.prompt(self._tokenizer, task.messages), add_special_tokens=False)

    def _known(self, task: RlTask, prompt: Sequence[int]) -> Rollout:
        """The known right answer as a reply; without tokens where there is none, or not in so many."""
        try:
            text = reply_of(task.before, task.after) if task.after is not None else ""
        except ValueError:
            text = ""
        ids = encode_reply(self._tokenizer, self._template, text) if text else []
        if len(ids) > self.settings.rollout.tokens:
            text, ids = "", []
        return Rollout(tuple(prompt), tuple(ids), text, bool(ids))

    def _seed(self) -> int:
        return self.settings.seed * 1_000_003 + self.step

    def _identity(self) -> dict[str, Any]:
        found = asdict(self.settings)
        for name in ("seconds", "checkpoint_seconds", "keep", "evaluate_every", "steps"):
            found.pop(name)
        return dict(json.loads(json.dumps(found)))


class _Anchor:
    """Blocks of supervised tokens, so many a step, in an order of their own."""

    def __init__(
        self,
        model: Any,
        tokens: TokenFile,
        learning: SftSettings,
        settings: RlSettings,
        device: torch.device,
        step: int,
    ) -> None:
        self._count, self._weight = settings.anchored, settings.anchor
        self._loss = CompletionLoss(model, tokens, replace(learning, rows=1), device)
        self._source = stream(tokens, learning.block, settings.seed, step * settings.passes * self._count)

    def backward(self) -> float:
        """Add the gradient of the next blocks' weighted loss; returns their loss."""
        blocks = [block for _, block in itertools.islice(self._source, self._count)]
        learnt = float(max(1, sum(b.learnt for b in blocks)))
        total = 0.0
        self._loss.model.train()
        for block in blocks:
            loss = self._loss([block], learnt)
            (self._weight * loss).backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        self._loss.model.eval()
        return total


def _rewards(judged: Sequence[Judged]) -> Tensor:
    """NaN where the tools failed."""
    return torch.tensor([float("nan") if j.reward is None else j.reward for j in judged])
