"""What is learnt in supervised fine-tuning: settings, and the loss of packed rows.

loss = CompletionLoss(model, tokens, settings, device)
loss([block, ...]).backward()
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from terraformer.errors import UsageError
from terraformer.train.attention import bounds_of, by_documents, can_attend
from terraformer.train.bases import LoraSettings
from terraformer.train.losses import head_loss, learnt_loss
from terraformer.train.optimisers import OPTIMISERS
from terraformer.train.packing import IGNORED, Block
from terraformer.train.precision import DTYPES, autocast
from terraformer.train.tokens import TokenFile

__all__ = ["CompletionLoss", "SftSettings", "document_mask"]


@dataclass(frozen=True, slots=True)
class SftSettings:
    """``block`` tokens a row, ``rows`` a forward pass, ``accumulate`` passes a step; ``steps`` in all. ``rate`` is the
    highest learning rate: linear warm-up over ``warmup`` (share of the steps), then cosine down to ``floor`` times it.
    ``seconds`` ends a call early, with a checkpoint. ``masked`` keeps the dialogues of a row apart; without it
    attention is merely causal, which is faster on some devices. ``dtype`` "auto" is bf16 autocast on CUDA and float32
    elsewhere. ``optimiser`` is "adamw" or "muon". ``prompts`` weighs the tokens of prompts against those of replies:
    a model that is made from nothing learns from them, too; 0 only reads them. ``told`` weighs the tokens of replies
    that stand in their prompt against the others: they are what a request decides. ``evenly`` weighs a reply's tokens
    by (mean length of a reply / its own length) ** ``evenly``: 0 counts tokens alike, 1 replies, so that short edits
    are heard beside long configurations.
    """

    block: int = 2048
    rows: int = 1
    accumulate: int = 1
    steps: int = 100
    rate: float = 5e-4
    warmup: float = 0.03
    floor: float = 0.1
    weight_decay: float = 0.05
    beta2: float = 0.98
    clip: float = 1.0
    seed: int = 0
    dtype: str = "auto"
    compile: bool = False
    masked: bool = True
    optimiser: str = "adamw"
    prompts: float = 0.0
    told: float = 1.0
    evenly: float = 0.0
    lora: LoraSettings = field(default_factory=LoraSettings)
    seconds: float | None = None
    checkpoint_seconds: float = 300.0
    keep: int = 2
    validate_every: int = 200
    validation_blocks: int = 32

    def __post_init__(self) -> None:
        if min(self.block, self.rows, self.accumulate, self.steps, self.keep) < 1:
            raise UsageError("block, rows, accumulate, steps and keep must be at least 1")
        if self.dtype not in DTYPES:
            raise UsageError(f"dtype {self.dtype!r}: choose one of {', '.join(DTYPES)}")
        if self.optimiser not in OPTIMISERS:
            raise UsageError(f"optimiser {self.optimiser!r}: choose one of {', '.join(OPTIMISERS)}")
        if not 0 <= self.prompts <= 1 or not 1 <= self.told <= 10:
            raise UsageError("prompts is a weight from 0 to 1, told one from 1 to 10")
        if not 0 <= self.evenly <= 1:
            raise UsageError("evenly lies between 0 (tokens count alike) and 1 (replies do)")


class CompletionLoss:
    """Of rows of ``tokens``, by ``model``, which lies on ``device``. The weights of ``settings`` count while the model
    is in training; else the loss is that of the replies' tokens."""

    def __init__(self, model: Any, tokens: TokenFile, settings: SftSettings, device: torch.device) -> None:
        self.model, self.settings, self._device = model, settings, device
        self._mean_reply = float((tokens.spans[:, 2] - tokens.spans[:, 1]).mean())
        # Dialogue by dialogue, where a forward pass is one row.
        apart = settings.masked and settings.rows == 1 and not settings.compile and device.type == "cpu"
        self._head = model.get_output_embeddings()
        self._apart = apart and can_attend(model) and self._head.bias is None
        self._forward = torch.compile(model, dynamic=False) if settings.compile else model

    def __call__(self, blocks: Sequence[Block], count: float | None = None) -> Tensor:
        """The completion loss of some rows, divided by ``count`` learnt tokens (their own number by default)."""
        ids, labels, positions, told, replies = (
            torch.from_numpy(np.stack([getattr(b, name) for b in blocks])).to(self._device, non_blocking=True)
            for name in ("ids", "labels", "positions", "told", "replies")
        )
        given: dict[str, Any] = {"input_ids": ids, "position_ids": positions, "use_cache": False}
        if self._apart:
            given |= {"attention_mask": None, "document_bounds": bounds_of(positions[0])}
        else:
            given["attention_mask"] = document_mask(positions) if self.settings.masked else torch.ones_like(ids)
        with autocast(self._device, self.settings.dtype), by_documents(self.model) if self._apart else nullcontext():
            weight = self.settings.prompts if self.model.training else 0.0
            weights = self._weights(told, replies) if self.model.training else None
            if count is None:
                count = float(max(1, sum(b.learnt for b in blocks)))
            targets = labels
            if weight:  # nothing tells what a dialogue begins with; 0 pads the row
                read = (labels == IGNORED) & (positions > 0) & (ids != 0)
                targets = torch.where(read, ids, labels)
                weights = torch.where(read, weight, 1.0 if weights is None else weights)
            own = None if weights is None else weights[:, 1:]
            if self._apart:
                hidden = self.model.get_decoder()(**given).last_hidden_state[:, :-1]
                dtype = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else hidden.dtype
                return head_loss(hidden, self._head.weight, targets[:, 1:], count, own, dtype)
            if weight or self.settings.compile:  # all logits: prompts are learnt, or shapes must never change
                return learnt_loss(self._forward(**given).logits[:, :-1], targets[:, 1:], count, own)
            kept = (labels[:, 1:] != IGNORED).any(0).nonzero()[:, 0]
            logits = self._forward(**given, logits_to_keep=kept).logits
            return learnt_loss(logits, labels[:, kept + 1], count, None if own is None else own[:, kept])

    def _weights(self, told: Tensor, replies: Tensor) -> Tensor | None:
        """What each learnt token counts; None where all count alike."""
        settings = self.settings
        if settings.told == 1 and not settings.evenly:
            return None
        heavy = torch.where(told, settings.told, 1.0)
        return heavy * (self._mean_reply / replies) ** settings.evenly


def document_mask(positions: Tensor) -> Tensor:
    """Which token sees which, boolean (B, 1, T, T): those before it in the same dialogue, and itself.

    ``positions`` (B, T) begin anew at 0 with each dialogue.
    """
    document = (positions == 0).cumsum(1)
    same = document[:, :, None] == document[:, None, :]
    size = positions.shape[1]
    causal = torch.ones(size, size, dtype=torch.bool, device=positions.device).tril()
    return (same & causal)[:, None]
