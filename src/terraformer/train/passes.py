"""Forward passes over sampled replies: the log-probability of each of their tokens.

    for batch in passes(rollouts, advantages, rows=8, share=True):
        logprobs = batch.logprobs(model, temperature)          # (B, K), like batch.mask and batch.advantages

Padded passes have one reply a row, as any model takes them. Shared ones have all replies to a prompt in one row, with
the prompt once before them: where replies are shorter than prompts that is a fraction of the tokens.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from terraformer.train.attention import Branches, by_branches
from terraformer.train.losses import target_logprobs
from terraformer.train.sampling import Rollout

__all__ = ["Pass", "padded", "passes", "shared"]


@dataclass(frozen=True, slots=True)
class Pass:
    """``ids`` (B, T), of which the logits after the places ``kept`` (K,) are needed: they tell of ``targets`` (B, K).
    ``mask`` (B, K) is 1 for sampled tokens, ``advantages`` (B, K) is each one's."""

    ids: Tensor
    kept: Tensor
    targets: Tensor
    mask: Tensor
    advantages: Tensor
    positions: Tensor | None = None
    branches: Branches | None = None

    def logits(self, model: Any) -> Tensor:
        """(B, K, V). Of prompts none are made."""
        asked: dict[str, Any] = {"input_ids": self.ids, "use_cache": False, "logits_to_keep": self.kept}
        if self.branches is None:  # right padding: causal attention never looks at it, so no mask is needed
            found: Tensor = model(**asked, attention_mask=torch.ones_like(self.ids)).logits
        else:
            with by_branches(model):
                found = model(**asked, position_ids=self.positions, branches=self.branches).logits
        return found

    def logprobs(self, model: Any, temperature: float = 1.0) -> Tensor:
        """(B, K), 0 where the mask is."""
        return target_logprobs(self.logits(model), self.targets, temperature) * self.mask


def passes(
    rollouts: Sequence[Rollout],
    advantages: Sequence[Sequence[float]],
    rows: int,
    device: torch.device | str = "cpu",
    *,
    share: bool = False,
) -> Iterator[Pass]:
    """Passes of at most ``rows`` replies each, which have one advantage a token."""
    order = list(range(len(rollouts)))
    if share:
        order.sort(key=lambda n: (len(rollouts[n].prompt), rollouts[n].prompt))
    else:
        order.sort(key=lambda n: len(rollouts[n].prompt) + len(rollouts[n].ids))
    for start in range(0, len(order), rows):
        part = order[start : start + rows]
        make = shared if share else padded
        yield make([rollouts[n] for n in part], [advantages[n] for n in part], device)


def padded(
    rollouts: Sequence[Rollout], advantages: Sequence[Sequence[float]], device: torch.device | str = "cpu"
) -> Pass:
    """One reply a row, filled up on the right."""
    width = max(len(r.prompt) + len(r.ids) for r in rollouts)
    ids = torch.zeros(len(rollouts), width, dtype=torch.long)
    mask, values = torch.zeros(len(rollouts), width), torch.zeros(len(rollouts), width)
    for row, (rollout, own) in enumerate(zip(rollouts, advantages, strict=True)):
        start, end = len(rollout.prompt), len(rollout.prompt) + len(rollout.ids)
        ids[row, :end] = torch.tensor([*rollout.prompt, *rollout.ids])
        mask[row, start:end] = 1.0
        values[row, start:end] = torch.tensor(list(own))
    kept = (mask[:, 1:] > 0).any(0).nonzero()[:, 0]
    found = (ids, kept, ids[:, kept + 1], mask[:, kept + 1], values[:, kept + 1])
    ids, kept, targets, mask, values = (t.to(device) for t in found)
    return Pass(ids, kept, targets, mask, values)


def shared(
    rollouts: Sequence[Rollout], advantages: Sequence[Sequence[float]], device: torch.device | str = "cpu"
) -> Pass:
    """One row: each prompt, and after it the replies to it that stand side by side in ``rollouts``. The model's
    attention must be one that ``attention.can_attend`` knows."""
    ids: list[int] = []
    positions: list[int] = []
    kept: list[int] = []
    targets: list[int] = []
    branches: list[tuple[int, int, list[tuple[int, int]]]] = []
    for prompt, group in itertools.groupby(rollouts, key=lambda r: r.prompt):
        start, end = len(ids), len(ids) + len(prompt)
        ids += prompt
        positions += range(len(prompt))
        replies: list[tuple[int, int]] = []
        for rollout in group:
            if not rollout.ids:
                continue
            # The last token predicts nothing that is asked for, and is left out.
            first, count = len(ids), len(rollout.ids) - 1
            ids += rollout.ids[:-1]
            positions += range(len(prompt), len(prompt) + count)
            kept += [end - 1, *range(first, first + count)]
            targets += rollout.ids
            if count:
                replies.append((first, first + count))
        branches.append((start, end, replies))
    values = [value for own in advantages for value in own]
    row, places, told = (torch.tensor([n], device=device) for n in (ids, positions, targets))
    return Pass(
        row,
        torch.tensor(kept, device=device),
        told,
        torch.ones(1, len(targets), device=device),
        torch.tensor([values], device=device),
        places,
        branches,
    )
