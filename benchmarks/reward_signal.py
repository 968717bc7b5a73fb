"""What each reward teaches: right replies and deployable ones that an update gains, by what the update was paid for.

    python benchmarks/reward_signal.py --data runs/tf-gen [--data ...] [--model M] [--tasks N] [--group G] [--folds K]

An ablation of the reward without training: all rewards see the same rollouts to N training requests, in K folds of
requests. For each fold and reward one update of the blocks' matrices (``--rule``) is made from the *other* folds'
rollouts, and multiplied with the gradients of the fold's share of right and of deployable replies: points gained, to
first order, at a step that costs 0.001 nats a token of known answers (KL). The range is one standard error over the
folds. What is not covered: what many steps lead to, as a model that learns to be paid changes what it is paid for.

    right     1 for a reply that meets all of the request, else 0
    deploys   1 for a reply that deploys, else 0
    paper     the published reward
    dense     the default of ``terraformer train rl``
    recipe    the dense reward as recipes/train_scratch_on.toml sets it: next to nothing for deploying alone
    credit    the same, each token's advantage by where the certificates point (token credit)
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from _common import finish
from rl_signal import CPU, PART, RULES, Asked, Gradient, divergence, rollout_parser, told_by
from terraformer.rewards import CreditSettings, DenseSettings, dense_reward, paper_reward, token_credit
from terraformer.train.judging import Judge, Judged, RlTask
from terraformer.train.losses import group_advantages
from terraformer.train.passes import passes
from terraformer.train.precision import autocast
from terraformer.train.sampling import Rollout, offsets_of
from terraformer.verify import VerifierPool, VerifySettings

COST = 1e-3
RECIPE = DenseSettings(compile_most=0.0, deploy_most=0.0, deploys=0.1, whole=0.8)


def of_paper(_task: RlTask, judged: Judged) -> float | None:
    return judged.reward if judged.report is None else paper_reward(judged.report)


def of_dense(settings: DenseSettings) -> Callable[[RlTask, Judged], float | None]:
    def reward(task: RlTask, judged: Judged) -> float | None:
        if judged.report is None:
            return judged.reward
        found = dense_reward(judged.report, judged.facts, task.expected, settings, judged.nothing)
        return found.total if found is not None else None

    return reward


REWARDS: dict[str, Callable[[RlTask, Judged], float | None]] = {
    "right": lambda _task, judged: float(judged.correct),
    "deploys": lambda _task, judged: float(judged.report is not None and bool(judged.report.deployable)),
    "paper": of_paper,
    "dense": of_dense(DenseSettings()),
    "recipe": of_dense(RECIPE),
    "credit": of_dense(RECIPE),
}


def gradients(asked: Asked, tasks: Sequence[RlTask], judge: Judge, seed: int) -> dict[str, Gradient]:
    """Of each reward's mean, by the same rollouts; of the blocks' matrices only."""
    chosen = [p for name, p in asked.model.named_parameters() if "proj" in name]
    found = {name: [torch.zeros_like(p) for p in chosen] for name in REWARDS}
    parts = [tasks[n : n + PART] for n in range(0, len(tasks), PART)]
    for number, part in enumerate(parts):
        each, rollouts, judged = asked.answer(part, judge, seed + number)
        paid = {name: advantages(asked, name, each, rollouts, judged) for name in REWARDS}
        moving = [n for n in range(len(rollouts)) if any(any(paid[name][n]) for name in REWARDS)]
        # The same passes for each reward, in the same order: one forward pass, and a backward one each.
        batches = zip(
            *(
                passes([rollouts[n] for n in moving], [paid[name][n] for n in moving], 8, share=True)
                for name in REWARDS
            ),
            strict=True,
        )
        for batch in batches:
            with autocast(CPU, "bfloat16"):
                logprobs = batch[0].logprobs(asked.model, asked.settings.temperature)
            for name, own in zip(REWARDS, batch, strict=True):
                gain = (logprobs * own.advantages * own.mask).sum().div(len(rollouts) * len(parts))
                for kept, told in zip(found[name], torch.autograd.grad(gain, chosen, retain_graph=True), strict=True):
                    kept += told
        print(f"{asked.replies} replies, {asked.right} right", flush=True)
    return found


def advantages(
    asked: Asked, name: str, tasks: Sequence[RlTask], rollouts: Sequence[Rollout], judged: Sequence[Judged]
) -> list[list[float]]:
    """One for each token of each reply."""
    paid = [REWARDS[name](task, j) for task, j in zip(tasks, judged, strict=True)]
    rewards = torch.tensor([float("nan") if value is None else value for value in paid]).view(-1, asked.group)
    each = group_advantages(rewards, scale=False).flatten().tolist()
    told = []
    for rollout, j, advantage in zip(rollouts, judged, each, strict=True):
        if name == "credit" and advantage and j.blamed:
            offsets = offsets_of(asked.tokenizer, rollout)
            told.append(list(token_credit(offsets, advantage, j.blamed, j.sound, CreditSettings())))
        else:
            told.append([advantage] * len(rollout.ids))
    return told


def product(one: Sequence[Tensor], other: Sequence[Tensor]) -> float:
    return sum(float((a * b).sum()) for a, b in zip(one, other, strict=True))


def main() -> int:
    arguments = rollout_parser(__doc__ or "", tasks=192, temperature=0.8)
    arguments.add_argument("--folds", type=int, default=4)
    arguments.add_argument("--rule", choices=("adamw", "muon"), default="muon")
    options = arguments.parse_args()
    asked = Asked(options.model, options.temperature, options.group)
    tasks, others = asked.draw(options, 48)
    with VerifierPool(options.jobs or None, VerifySettings(core=options.core)) as pool:
        judge = Judge(pool, "dense", RECIPE)
        folds = [
            gradients(asked, tasks[start :: options.folds], judge, options.seed * 100_000 + 1_000 * start)
            for start in range(options.folds)
        ]
    # The updates are of the matrices among all weights, which are what a divergence is told of.
    places = [n for n, (name, _) in enumerate(asked.model.named_parameters()) if "proj" in name]
    parts = asked.known(others)
    base = told_by(asked.model, parts)
    whole = [torch.zeros_like(p) for p in asked.model.parameters()]
    rows = []
    for name in REWARDS:
        points: dict[str, list[float]] = {"right": [], "deploys": []}
        costs = []
        for fold in range(options.folds):
            rest = [own[name] for n, own in enumerate(folds) if n != fold]
            update = [RULES[options.rule](torch.stack(each).sum(0)) for each in zip(*rest, strict=True)]
            for place, moved in zip(places, update, strict=True):
                whole[place] = moved
            costs.append(divergence(asked.model, places, whole, parts, base))
            size = (COST / costs[-1]) ** 0.5
            for what, told in points.items():
                told.append(100 * size * product(update, folds[fold][what]))
        row: dict[str, Any] = {"reward": name, "kl": statistics.mean(costs), "folds": points}
        for what, told in points.items():
            row[what] = statistics.mean(told)
            row[f"{what}, standard error"] = statistics.stdev(told) / len(told) ** 0.5
        rows.append(row)
        told_of = ", ".join(f"{what} {row[what]:+.2f} +- {row[f'{what}, standard error']:.2f}" for what in points)
        print(f"{name:8} {told_of} points at {COST} nats (kl {row['kl']:.3g})", flush=True)
    finish("reward-signal", {"replies": asked.replies, "right": asked.right / asked.replies, "rows": rows}, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
