"""Checkpoints of a run: weights (or adapter), optimiser and state, written whole, resumed only with equal settings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from terraformer.errors import UsageError
from terraformer.files import replace_directory
from terraformer.train.optimisers import Several

__all__ = ["Checkpoints", "load_weights"]

_STATE = "state.json"


class Checkpoints:
    """Directories ``step-0000100`` under ``directory``; the ``keep`` latest stay."""

    def __init__(self, directory: Path, keep: int) -> None:
        self.directory, self._keep = directory, keep

    def all(self) -> list[Path]:
        """The checkpoints, oldest first."""
        return sorted(self.directory.glob("step-*"))

    def save(
        self,
        step: int,
        model: Any,
        optimiser: torch.optim.Optimizer | Several,
        identity: Mapping[str, Any],
        state: Mapping[str, Any],
    ) -> Path:
        """Write one, and remove those beyond ``keep``."""
        target = self.directory / f"step-{step:07d}"
        with replace_directory(target) as scratch:
            model.save_pretrained(scratch / "model", safe_serialization=True)
            torch.save(optimiser.state_dict(), scratch / "optimiser.pt")
            (scratch / _STATE).write_text(json.dumps({"settings": dict(identity), **state}, indent=1) + "\n")
        for old in self.all()[: -self._keep]:
            shutil.rmtree(old, ignore_errors=True)
        return target

    def restore(
        self, model: Any, optimiser: torch.optim.Optimizer | Several, identity: Mapping[str, Any], device: torch.device
    ) -> dict[str, Any] | None:
        """Load the latest into model and optimiser and return its state; None without any. Raises UsageError when it is
        of a run with other settings."""
        found = self.all()
        if not found:
            return None
        state: dict[str, Any] = json.loads((found[-1] / _STATE).read_text())
        if state["settings"] != identity:
            keys = sorted({*identity, *state["settings"]})
            different = [k for k in keys if state["settings"].get(k) != identity.get(k)]
            raise UsageError(
                f"{self.directory.parent}: holds a run with other settings ({', '.join(different)}): "
                "choose another directory"
            )
        load_weights(model, found[-1] / "model", device)
        optimiser.load_state_dict(torch.load(found[-1] / "optimiser.pt", map_location=device, weights_only=True))
        return state


def load_weights(model: Any, directory: Path, device: torch.device) -> None:
    """Load safetensors into a model: an adapter's into the adapter."""
    from safetensors.torch import load_file

    weights: dict[str, Tensor] = {}
    for file in sorted(directory.glob("*.safetensors")):
        weights.update(load_file(str(file), device=str(device)))
    if (directory / "adapter_config.json").exists():
        import peft

        peft.set_peft_model_state_dict(model, weights)
    else:
        model.load_state_dict(weights, strict=False)
        model.tie_weights()
