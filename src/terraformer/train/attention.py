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


def _attend(
    _module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    *,
    document_bounds: Sequence[int],
    **_: Any,
) -> tuple[Tensor, None]:
    """Tensors (1, heads, T, size); no prompt caches."""
    grouped = query.shape[1] != key.shape[1]
    parts = [
        functional.scaled_dot_product_attention(
            query[:, :, start:end],
            key[:, :, start:end],
            value[:, :, start:end],
            dropout_p=dropout,
            is_causal=True,
            scale=scaling,
            enable_gqa=grouped,
        )
        for start, end in itertools.pairwise(document_bounds)
    ]
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None


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

    def attend(start: int, end: int, first: int, last: int, mask: Tensor | None) -> Tensor:
        reply = [key[:, :, start:end]], [value[:, :, start:end]]
        keys, values = (
            torch.cat([whole[:, :, first:last], *own], dim=2) if last > first else own[0]
            for whole, own in zip((key, value), reply, strict=True)
        )
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
        parts.append(attend(start, end, 0, 0, None))
        for first, last in replies:
            seen = torch.ones(last - first, end - start + last - first, dtype=torch.bool, device=query.device)
            parts.append(attend(first, last, start, end, seen.tril(end - start)))
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None
