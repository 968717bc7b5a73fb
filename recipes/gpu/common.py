"""Shared by the scripts of this directory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import torch

from terraformer.train.settings import Recipe, load_recipe

KIT = Path(os.environ["KIT"])
OUT = Path(os.environ["OUT"])
CUDA = torch.cuda.is_available()


def recipe(arguments: list[str]) -> Recipe:
    """The kit's recipe with changes such as sft.steps=10."""
    return load_recipe(KIT / "recipe.toml", arguments)


def workers() -> int:
    return max(1, len(os.sched_getaffinity(0)))


def matmul_rate(size: int = 8192, repeats: int = 10) -> float:
    """Floating-point operations a second of a bf16 matrix product on random data (float32 and small on a CPU)."""
    if not CUDA:
        size, repeats = 256, 3
    device = "cuda" if CUDA else "cpu"
    kind = torch.bfloat16 if CUDA else torch.float32
    a, b = (torch.randn(size, size, device=device, dtype=kind) for _ in range(2))
    for _ in range(3):
        a @ b
    _wait()
    began = time.perf_counter()
    for _ in range(repeats):
        a @ b
    _wait()
    return 2 * size**3 * repeats / (time.perf_counter() - began)


def _wait() -> None:
    if CUDA:
        torch.cuda.synchronize()
