"""Losses that every trainer of this room shares. Tensors: B rows of T tokens, V words of the vocabulary."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from terraformer.train.packing import IGNORED

__all__ = ["group_advantages", "grpo_loss", "learnt_loss", "target_logprobs", "token_logprobs"]


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
