"""Attention without a mask over the whole row, which computes, and throws away, what no part sees of another.

Two rows of several parts: dialogues that were packed, each attended to by itself; and a prompt with several replies,
each of which attends to the prompt and to itself, so that the prompt is computed once. On a CPU this is half of a step
of a small model, and more than half of a policy-gradient pass over groups of short replies. CUDA has faster kernels
for masks of fixed shape.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["BRANCHES", "DOCUMENTS", "Branches", "bounds_of", "by_branches", "by_documents", "can_attend"]

DOCUMENTS: Final = "documents"
BRANCHES: Final = "branches"
"""The names under which transformers finds them."""

Branches = Sequence[tuple[int, int, Sequence[tuple[int, int]]]]
"""Of each prompt of a row where it begins and ends, and its replies. Nothing lies between them."""


def bounds_of(positions: Tensor) -> list[int]:
    """Where the dialogues of one row begin, and its length at last. ``positions`` (T,) begin anew at 0 with each."""
    return [*(positions == 0).nonzero()[:, 0].tolist(), len(positions)]


def can_attend(model: Any) -> bool:
    """Whether the model's architecture chooses its attention by name, and is one that this was tested with."""
    return getattr(_inner(model).config, "model_type", "") == "llama"


@contextlib.contextmanager
def by_documents(model: Any) -> Iterator[None]:
    """Within, a forward pass over one row attends dialogue by dialogue, given ``document_bounds``. Outside the model
    attends as before: what is sampled from it needs caches and masks."""
    with _attending(model, DOCUMENTS, _attend):
        yield


@contextlib.contextmanager
def by_branches(model: Any) -> Iterator[None]:
    """Within, a forward pass over one row attends reply by reply, given ``branches`` and the ``position_ids`` of each
    reply from the end of its prompt on."""
    with _attending(model, BRANCHES, _attend_branches):
        yield


@contextlib.contextmanager
def _attending(model: Any, name: str, function: Any) -> Iterator[None]:
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    ALL_ATTENTION_FUNCTIONS.register(name, function)  # type: ignore[no-untyped-call]
    config = _inner(model).config
    before = config._attn_implementation
    config._attn_implementation = name
    try:
        yield
    finally:
        config._attn_implementation = before


def _inner(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _attend(*tensors: Any, document_bounds: Sequence[int], **more: Any) -> tuple[Tensor, None]:
    """Dialogues are prompts without replies."""
    alone: Branches = [(start, end, ()) for start, end in itertools.pairwise(document_bounds)]
    return _attend_branches(*tensors, branches=alone, **more)


def _attend_branches(
    _module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    *,
    branches: Branches,
    **_: Any,
) -> tuple[Tensor, None]:
    """Tensors (1, heads, T, size); no prompt caches."""
    grouped = query.shape[1] != key.shape[1]

    def attend(start: int, end: int, prompt: tuple[int, int] | None = None) -> Tensor:
        keys, values, mask = key[:, :, start:end], value[:, :, start:end], None
        if prompt is not None:
            first, last = prompt
            keys = torch.cat([key[:, :, first:last], keys], dim=2)
            values = torch.cat([value[:, :, first:last], values], dim=2)
            seen = torch.ones(end - start, keys.shape[2], dtype=torch.bool, device=query.device)
            mask = seen.tril(last - first)
        return functional.scaled_dot_product_attention(
            query[:, :, start:end],
            keys,
            values,
            attn_mask=mask,
            dropout_p=dropout,
            is_causal=mask is None,
            scale=scaling,
            enable_gqa=grouped,
        )

    parts = []
    for start, end, replies in branches:
        parts.append(attend(start, end))
        parts += [attend(first, last, (start, end)) for first, last in replies]
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None
