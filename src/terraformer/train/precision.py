"""The type that forward passes are computed in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import torch

__all__ = ["DTYPES", "autocast"]

DTYPES: Final = ("auto", "float32", "bfloat16")


def autocast(device: torch.device, wanted: str) -> AbstractContextManager[Any]:
    """``wanted`` is one of DTYPES; "auto" is bfloat16 on CUDA and float32 elsewhere."""
    if wanted == "bfloat16" or (wanted == "auto" and device.type == "cuda"):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()
