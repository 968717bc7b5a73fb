"""Attention that keeps the dialogues of a packed row apart without a mask: each is attended to by itself.

A mask over the whole row makes attention compute, and throw away, what no dialogue sees of another; on a CPU that is
half of a step of a small model. Used by the lean trainer where a row is one packed block; CUDA has faster kernels for
masks of fixed shape.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["DOCUMENTS", "bounds_of", "use_documents"]

DOCUMENTS: Final = "documents"
"""The name under which transformers finds the attention."""


def bounds_of(positions: Tensor) -> list[int]:
    """Where the dialogues of one row begin, and its length at last. ``positions`` (T,) begin anew at 0 with each."""
    return [*(positions == 0).nonzero()[:, 0].tolist(), len(positions)]


def use_documents(model: Any) -> bool:
    """Make a transformers model attend dialogue by dialogue, given ``document_bounds`` in its forward call; whether
    it can. Raises nothing: where the architecture does not choose its attention by name, it stays as it is."""
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    ALL_ATTENTION_FUNCTIONS.register(DOCUMENTS, _attend)  # type: ignore[no-untyped-call]
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    if getattr(inner.config, "model_type", "") != "llama":
        return False
    inner.config._attn_implementation = DOCUMENTS
    return True


def _attend(
    _module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    document_bounds: Sequence[int] | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Tensors (1, heads, T, size). Without bounds the row is one dialogue, and prompt caches are not supported."""
    bounds = document_bounds or [0, query.shape[2]]
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
        for start, end in itertools.pairwise(bounds)
    ]
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None
