"""Losses that every trainer of this room shares. Tensors: B rows of T tokens, V words of the vocabulary."""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from terraformer.train.packing import IGNORED

__all__ = ["group_advantages", "grpo_loss", "head_loss", "learnt_loss", "target_logprobs", "token_logprobs"]

_CHUNK: Final = 256


def learnt_loss(
    logits: Tensor, targets: Tensor, count: Tensor | float | None = None, weights: Tensor | None = None
) -> Tensor:
    """Mean cross entropy of the learnt tokens, in nats.

    ``logits`` (B, N, V) predict ``targets`` (B, N), at any positions (none are needed of a prompt's tokens); a target
    is IGNORED where nothing is learnt. ``count`` replaces the number of learnt tokens that the sum is divided by: that
    of the whole step where gradients are accumulated, so that each token weighs the same. ``weights`` (B, N) weigh the
    tokens; the divisor stays as it is.
    """
    flat, goals = logits.reshape(-1, logits.shape[-1]).float(), targets.reshape(-1)
    if weights is None:
        total = functional.cross_entropy(flat, goals, ignore_index=IGNORED, reduction="sum")
    else:
        each = functional.cross_entropy(flat, goals, ignore_index=IGNORED, reduction="none")
        total = (each * weights.reshape(-1)).sum()
    divisor = count if count is not None else (targets != IGNORED).sum().clamp(min=1)
    return total / divisor


def head_loss(
    hidden: Tensor,
    head: Tensor,
    targets: Tensor,
    count: Tensor | float | None = None,
    weights: Tensor | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """``learnt_loss`` of the logits ``hidden`` @ ``head``.T, (B, N, D) and (V, D), which are never all there at once.

    Some hundred tokens at a time are multiplied in ``dtype``, and both gradients taken on the way: on a CPU, whose
    caches hold that much, the head costs two thirds. Only the loss's first derivative is to be had. After Liger
    (arXiv 2410.10989); ``torch.nn.functional.linear_cross_entropy`` has no weights of tokens.
    """
    goals = targets.reshape(-1)
    chosen = (goals != IGNORED).nonzero()[:, 0]
    each = torch.ones(len(chosen), device=hidden.device) if weights is None else weights.reshape(-1)[chosen].float()
    divisor = count if count is not None else max(1, len(chosen))
    flat = hidden.reshape(-1, hidden.shape[-1])[chosen]
    total: Tensor = _HeadLoss.apply(flat, head, goals[chosen], each, dtype)  # type: ignore[no-untyped-call]
    return total / divisor


class _HeadLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Tensor, goals: Tensor, weights: Tensor, dtype: torch.dtype) -> Tensor:
        with torch.autocast(hidden.device.type, enabled=False):
            low, matrix = hidden.to(dtype), head.to(dtype)
            total = torch.zeros((), device=hidden.device)
            towards = torch.empty_like(low)
            of_head = torch.zeros_like(head, dtype=torch.float32) if ctx.needs_input_grad[1] else None
            for start in range(0, len(low), _CHUNK):
                rows = slice(start, start + _CHUNK)
                goal, weight = goals[rows, None], weights[rows, None]
                scores = (low[rows] @ matrix.T).float()
                norm = scores.logsumexp(1, keepdim=True)
                total += ((norm - scores.gather(1, goal)) * weight).sum()
                slope = scores.sub_(norm).exp_().mul_(weight).scatter_add_(1, goal, -weight).to(dtype)
                torch.mm(slope, matrix, out=towards[rows])
                if of_head is not None:
                    of_head += slope.T @ low[rows]
        ctx.save_for_backward(towards, of_head)
        ctx.types = hidden.dtype, head.dtype
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        towards, of_head = ctx.saved_tensors
        own, other = ctx.types
        return towards.to(own) * grad, None if of_head is None else (of_head * grad).to(other), None, None, None


def token_logprobs(logits: Tensor, ids: Tensor, temperature: float = 1.0) -> Tensor:
    """Log probabilities (B, T - 1) of the tokens ``ids`` (B, T) from the second on, at a sampling temperature."""
    return target_logprobs(logits[:, :-1], ids[:, 1:], temperature)


def target_logprobs(logits: Tensor, targets: Tensor, temperature: float = 1.0) -> Tensor:
    """Log probabilities (B, N) of ``targets`` (B, N) by ``logits`` (B, N, V) that predict them, at any positions."""
    scores = logits.float() / temperature
    return torch.gather(scores, 2, targets[:, :, None]).squeeze(2) - torch.logsumexp(scores, dim=2)


def group_advantages(rewards: Tensor, *, scale: bool = True) -> Tensor:
    """Advantages (P, G) of G rollouts of each of P prompts: reward minus the group's mean, over its deviation.

    NaN marks a masked sample: it takes no part in mean and deviation, and its advantage is 0. ``scale`` False leaves
    out the deviation (Dr. GRPO, arXiv 2503.20783). Source: GRPO (arXiv 2402.03300).
    """
    known = ~torch.isnan(rewards)
    values = torch.where(known, rewards, torch.zeros_like(rewards))
    counts = known.sum(1, keepdim=True).clamp(min=1)
    centred = torch.where(known, values - values.sum(1, keepdim=True) / counts, torch.zeros_like(values))
    if not scale:
        return centred
    deviation = (centred.square().sum(1, keepdim=True) / (counts - 1).clamp(min=1)).sqrt()
    return centred / (deviation + 1e-4)


def grpo_loss(
    logprobs: Tensor,
    old: Tensor,
    advantages: Tensor,
    mask: Tensor,
    *,
    clip_low: float = 0.2,
    clip_high: float = 0.28,
    reference: Tensor | None = None,
    beta: float = 0.0,
    normaliser: Tensor | float | None = None,
) -> tuple[Tensor, dict[str, float]]:
    """The clipped policy gradient over tokens, and what is to be watched of it.

    All (B, T): ``logprobs`` of the tokens now and ``old`` as they were sampled, ``advantages`` for each token (token
    credit makes them differ within a row), ``mask`` 1 for sampled tokens. Summed over tokens and divided by
    ``normaliser``, the number of sampled tokens by default (DAPO, arXiv 2503.14476; the higher upper clip is from there
    too). ``reference`` with ``beta`` adds the KL estimate of GRPO.
    """
    log_ratio = logprobs - old
    ratio = log_ratio.exp()
    clipped = ratio.clamp(1 - clip_low, 1 + clip_high)
    per_token = -torch.minimum(ratio * advantages, clipped * advantages)
    kl = torch.zeros_like(logprobs)
    if reference is not None and beta:
        difference = reference - logprobs
        kl = difference.exp() - difference - 1
        per_token = per_token + beta * kl
    total = mask.sum().clamp(min=1)
    loss = (per_token * mask).sum() / (normaliser if normaliser is not None else total)
    with torch.no_grad():
        outside = ((ratio < 1 - clip_low) & (advantages < 0)) | ((ratio > 1 + clip_high) & (advantages > 0))
        told = {
            "clipped": float((outside * mask).sum() / total),
            "kl": float((kl * mask).sum() / total),
            "approximate_kl": float((((-log_ratio).exp() - 1 + log_ratio) * mask).sum() / total),
            "ratio": float((ratio * mask).sum() / total),
        }
    return loss, told
