"""Optimisers by name: AdamW, and Muon for the matrices of the blocks.

Sources: AdamW (arXiv 1711.05101); Muon (Jordan et al. 2024) with updates scaled to the size of AdamW's, so that one
learning rate serves both (arXiv 2502.16982).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor

__all__ = ["OPTIMISERS", "Several", "make_optimiser", "matrices_of", "norms_of"]

OPTIMISERS: Final = ("adamw", "muon")


class Several:
    """Several optimisers as one: each steps its own parameters; states are kept in order."""

    def __init__(self, parts: Sequence[torch.optim.Optimizer]) -> None:
        self.parts = list(parts)

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        return [group for part in self.parts for group in part.param_groups]

    def step(self) -> None:
        for part in self.parts:
            part.step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        for part in self.parts:
            part.zero_grad(set_to_none=set_to_none)

    def state_dict(self) -> dict[str, Any]:
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for part, told in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(told)


def make_optimiser(
    model: Any, name: str, *, rate: float, weight_decay: float, beta2: float, fused: bool
) -> torch.optim.Optimizer | Several:
    """``name`` is one of OPTIMISERS. Weight decay applies to matrices alone. "muon" steps the matrices between
    embedding and head with Muon, all else with AdamW."""
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    inner = matrices_of(model) & set(trained) if name == "muon" else set()

    def adamw(parameters: dict[str, Tensor]) -> torch.optim.Optimizer:
        return torch.optim.AdamW(
            [
                {"params": [p for p in parameters.values() if p.ndim >= 2], "weight_decay": weight_decay},
                {"params": [p for p in parameters.values() if p.ndim < 2], "weight_decay": 0.0},
            ],
            lr=rate,
            betas=(0.9, beta2),
            fused=fused,
        )

    if not inner:
        return adamw(trained)
    muon = torch.optim.Muon(
        [trained[n] for n in sorted(inner)], lr=rate, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw"
    )
    rest = {n: p for n, p in trained.items() if n not in inner}
    return Several([muon, adamw(rest)] if rest else [muon])


def matrices_of(model: Any) -> set[str]:
    """The names of the matrices between embedding and head."""
    return {n for n, p in model.named_parameters() if p.ndim == 2 and not ("embed" in n or "lm_head" in n)}


def norms_of(model: Any) -> set[str]:
    """The names of the norms' gains."""
    return {n for n, _ in model.named_parameters() if "norm" in n}
