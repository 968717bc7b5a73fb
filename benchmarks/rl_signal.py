"""How much of a policy gradient is signal, by which weights and by which update rule.

    python benchmarks/rl_signal.py --data runs/tf-gen [--data ...] [--model M] [--tasks N] [--group G] [--temperature T]

Rollouts to N training requests, half of the requests for one gradient of the share of right replies, half for another.
An update made from one half (``rule``: the gradient itself, scaled; AdamW's first step, large entries clipped; Muon's
orthogonalised one) is worth its product with the *other* half's gradient: ``gain``, in right replies, to first order,
for weights that are moved by one (root mean square). What it costs is how far the model's answers elsewhere are moved:
``kl``, in nats a token of known answers, of the same step, to second order. ``score`` = gain^2 / kl is what a rule and
a group of weights are chosen by: at a KL of k the gain is sqrt(score k) for one step, and sqrt(n score k) for n steps
with rollouts of their own. The gains of both halves' updates are nearly one number (their product is almost
symmetric), so what is signal and what is luck only several seeds tell. Writes a result.
"""

from __future__ import annotations

import argparse
import copy
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from _common import finish, parser
from terraformer.train.datasets import sample_tasks
from terraformer.train.dialogues import reply_of
from terraformer.train.judging import Judge, Judged, RlTask
from terraformer.train.losses import group_advantages
from terraformer.train.passes import Pass, passes
from terraformer.train.precision import autocast
from terraformer.train.runs import load_model, load_tokenizer
from terraformer.train.sampling import Rollout, RolloutSettings, sample
from terraformer.train.tokens import ChatTemplate, encode_reply
from terraformer.verify import VerifierPool, VerifySettings

CPU = torch.device("cpu")
PART = 12
LONGEST = 384
Gradient = list[Tensor]


def plain(gradient: Tensor) -> Tensor:
    return gradient


def clipped(gradient: Tensor) -> Tensor:
    return (gradient / gradient.square().mean().sqrt().clamp(min=1e-12)).clamp(-3, 3)


def orthogonal(gradient: Tensor) -> Tensor:
    left, _, right = torch.linalg.svd(gradient, full_matrices=False)
    found = left @ right
    return found / found.square().mean().sqrt()


RULES: dict[str, Callable[[Tensor], Tensor]] = {"gradient": plain, "adamw": clipped, "muon": orthogonal}
GROUPS: dict[str, tuple[str, ...]] = {
    "all": ("",),
    "matrices": ("proj",),
    "attention: query, key": ("q_proj", "k_proj"),
    "attention: value, output": ("v_proj", "o_proj"),
    "inner layers": ("gate_proj", "up_proj", "down_proj"),
    "norms": ("norm",),
    "head": ("lm_head",),
}


class Asked:
    """The requests of a run, and the model's replies to them."""

    def __init__(self, name: str, temperature: float, group: int) -> None:
        self.tokenizer, self.model = load_tokenizer(name), load_model(name).eval()
        self.low = copy.deepcopy(self.model).to(torch.bfloat16)
        self.template = ChatTemplate()
        self.group = group
        self.settings = RolloutSettings(tokens=LONGEST, temperature=temperature, rows=96)
        self.right = self.replies = 0

    def prompt(self, task: RlTask) -> list[int]:
        return self.tokenizer.encode(self.template.prompt(self.tokenizer, task.messages), add_special_tokens=False)

    def fits(self, task: RlTask) -> bool:
        return len(self.prompt(task)) <= LONGEST

    def draw(self, options: argparse.Namespace, known: int) -> tuple[list[RlTask], list[RlTask]]:
        """Training requests, and ``known`` others whose answers are known."""

        def fits(task: RlTask) -> bool:
            return task.difficulty <= options.hardest and self.fits(task)

        tasks = sample_tasks(options.data, "train", options.tasks + known, seed=options.seed, fits=fits)
        random.Random(options.seed).shuffle(tasks)
        return tasks[: options.tasks], tasks[options.tasks :]

    def answer(
        self, tasks: Sequence[RlTask], judge: Judge, seed: int
    ) -> tuple[list[RlTask], list[Rollout], list[Judged]]:
        """A group of replies to each: the task of each reply, the reply and what became of it."""
        each = [task for task in tasks for _ in range(self.group)]
        prompts = [self.prompt(task) for task in each]
        rollouts = sample(self.low, self.tokenizer, self.template, prompts, self.settings, seed)
        judged = judge.judge([(task, r.text) for task, r in zip(each, rollouts, strict=True)])
        self.right, self.replies = self.right + sum(j.correct for j in judged), self.replies + len(judged)
        return each, rollouts, judged

    def gradient(self, tasks: Sequence[RlTask], judge: Judge, seed: int) -> Gradient:
        """Of the mean share of right replies, by rollouts."""
        self.model.zero_grad()
        parts = [tasks[n : n + PART] for n in range(0, len(tasks), PART)]
        for number, part in enumerate(parts):
            _, rollouts, judged = self.answer(part, judge, seed + number)
            right = torch.tensor([float(j.correct) for j in judged]).view(-1, self.group)
            advantages = group_advantages(right, scale=False).flatten().tolist()
            chosen = [(r, [a] * len(r.ids)) for r, a in zip(rollouts, advantages, strict=True) if a]
            for batch in passes([r for r, _ in chosen], [a for _, a in chosen], 8, share=True):
                with autocast(CPU, "bfloat16"):
                    logprobs = batch.logprobs(self.model, self.settings.temperature)
                (logprobs * batch.advantages * batch.mask).sum().div(len(rollouts) * len(parts)).backward()
        return [torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in self.model.parameters()]

    def known(self, tasks: Sequence[RlTask]) -> list[Pass]:
        found = []
        for task in tasks:
            if task.after is None:
                continue
            try:
                ids = encode_reply(self.tokenizer, self.template, reply_of(task.before, task.after))
            except ValueError:
                continue
            if len(ids) <= LONGEST:
                found.append(Rollout(tuple(self.prompt(task)), tuple(ids), "", True))
        return list(passes(found, [[0.0] * len(r.ids) for r in found], 8, share=True))


def told_by(model: Any, parts: Sequence[Pass]) -> list[Tensor]:
    """Log-probabilities (K, V) of each pass."""
    with torch.no_grad():
        return [part.logits(model)[0].float().log_softmax(-1) for part in parts]


def divergence(model: Any, chosen: Sequence[int], update: Gradient, parts: Sequence[Pass], base: list[Tensor]) -> float:
    """Nats a token for weights moved by one, from a step that costs about a thousandth."""
    size, told = 1e-4, 0.0
    for _ in range(6):
        moved = copy.deepcopy(model)
        with torch.no_grad():
            for n, p in enumerate(moved.parameters()):
                if n in chosen:
                    p += size * update[n]
        pairs = list(zip(base, told_by(moved, parts), strict=True))
        told = sum(float((a.exp() * (a - b)).sum()) for a, b in pairs) / sum(len(a) for a, _ in pairs)
        if 2e-4 < told < 5e-3:
            return told / size**2
        size *= min(10.0, (1e-3 / max(told, 1e-9)) ** 0.5)
    raise SystemExit(f"no size of step was found whose KL is near 0.001 nats a token (last: {told:.2g})")


def rollout_parser(description: str, *, tasks: int, temperature: float) -> argparse.ArgumentParser:
    """With the options of what is asked of which model; the defaults of two of them differ."""
    made = parser(description)
    made.add_argument("--model", default="terraformer-19m")
    made.add_argument("--data", type=Path, action="append", required=True)
    made.add_argument("--tasks", type=int, default=tasks)
    made.add_argument("--group", type=int, default=8)
    made.add_argument("--temperature", type=float, default=temperature)
    made.add_argument("--hardest", type=int, default=5)
    made.add_argument("--seed", type=int, default=0)
    return made


def main() -> int:
    options = rollout_parser(__doc__ or "", tasks=48, temperature=0.5).parse_args()
    asked = Asked(options.model, options.temperature, options.group)
    tasks, others = asked.draw(options, 32)
    with VerifierPool(options.jobs or None, VerifySettings(core=options.core)) as pool:
        judge = Judge(pool)
        halves = [asked.gradient(tasks[start::2], judge, 1_000 * (start + 1)) for start in (0, 1)]
    names = [name for name, _ in asked.model.named_parameters()]
    parts = asked.known(others)
    base = told_by(asked.model, parts)
    rows = []
    for rule, apply in RULES.items():
        stepped = [
            [apply(g) if rule != "muon" or "proj" in name else g for name, g in zip(names, half, strict=True)]
            for half in halves
        ]
        for group, marks in GROUPS.items():
            chosen = [n for n, name in enumerate(names) if any(mark in name for mark in marks)]
            if rule == "muon" and not all("proj" in names[n] for n in chosen):
                continue
            updates = [list(half) for half in stepped]
            if rule == "gradient":  # its length means nothing: root mean square one
                entries = sum(halves[0][n].numel() for n in chosen)
                for update in updates:
                    length = sum(float(update[n].square().sum()) for n in chosen) ** 0.5
                    for n in chosen:
                        update[n] = update[n] * (entries**0.5 / max(length, 1e-12))
            gains = [sum(float((halves[1 - h][n] * updates[h][n]).sum()) for n in chosen) for h in (0, 1)]
            costs = [divergence(asked.model, chosen, update, parts, base) for update in updates]
            gain, kl = sum(gains) / 2, sum(costs) / 2
            row = {
                "rule": rule,
                "weights": group,
                "gain": gain,
                "halves": gains,
                "kl": kl,
                "score": gain * abs(gain) / kl,
            }
            rows.append(row)
            told = f"gain {gain:9.2f} kl {kl:9.3g} score {row['score']:.4f}"
            print(f"{rule:9} {group:26} {told}", flush=True)
    finish("rl-signal", {"replies": asked.replies, "right": asked.right / max(1, asked.replies), "rows": rows}, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
