"""Attention that keeps the dialogues of a packed row apart without a mask: each is attended to by itself.

A mask over the whole row makes attention compute, and throw away, what no dialogue sees of another; on a CPU that is
half of a step of a small model. Used by the lean trainer where a row is one packed block; CUDA has faster kernels for
masks of fixed shape.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["DOCUMENTS", "bounds_of", "by_documents", "can_attend"]

DOCUMENTS: Final = "documents"
"""The name under which transformers finds the attention."""


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
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    ALL_ATTENTION_FUNCTIONS.register(DOCUMENTS, _attend)  # type: ignore[no-untyped-call]
    config = _inner(model).config
    before = config._attn_implementation
    config._attn_implementation = DOCUMENTS
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
