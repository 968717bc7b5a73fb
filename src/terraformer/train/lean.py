"""Supervised fine-tuning with torch and transformers alone: one process, one device, packed rows, exact resumption.

    run = LeanSft(model, tokens, settings, directory)
    run.train()          # until the last step, or until ``seconds`` are over; the same call goes on where it stopped

A checkpoint holds weights, optimiser and position in the data; with it a resumed run gives the losses that an
uninterrupted one would have given. Not covered: several devices (see the TRL trainer with accelerate).
"""

from __future__ import annotations

import itertools
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from terraformer.errors import UsageError
from terraformer.train.bases import with_lora
from terraformer.train.checkpoints import Checkpoints
from terraformer.train.completion import CompletionLoss, SftSettings
from terraformer.train.metrics import MetricsLog, read_metrics
from terraformer.train.optimisers import make_optimiser
from terraformer.train.packing import Block, stream
from terraformer.train.tokens import TokenFile

__all__ = ["LeanSft", "SftSettings", "StepReport", "learning_rate"]


@dataclass(frozen=True, slots=True)
class StepReport:
    """One optimiser step. ``loss`` is the mean over the step's learnt tokens, and has the
    weighted loss of the prompts' tokens in it where those are learnt; ``utilisation`` is achieved over ``peak``
    floating-point operations (MFU), None without a known peak."""

    step: int
    loss: float
    rate: float
    norm: float
    tokens: int
    learnt: int
    seconds: float
    utilisation: float | None = None

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds if self.seconds else 0.0


class LeanSft:
    """See the module. ``directory`` holds checkpoints and metrics.jsonl; a checkpoint there is resumed from.

    ``evaluate`` is called with the model after every ``validate_every`` steps and at the end; what it returns is logged
    as "evaluation", and "stop" in it ends the training. ``peak`` is the device's rate in floating-point operations a
    second, for the utilisation. Raises UsageError when the directory holds a run with other settings.
    """

    def __init__(
        self,
        model: Any,
        tokens: TokenFile,
        settings: SftSettings,
        directory: Path,
        *,
        validation: TokenFile | None = None,
        device: str | torch.device | None = None,
        peak: float | None = None,
        evaluate: Callable[[Any, int], Mapping[str, Any]] | None = None,
        on_step: Callable[[StepReport], None] | None = None,
    ) -> None:
        self.settings, self.directory, self.step = settings, directory, 0
        self._tokens, self._validation = tokens, validation
        self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._peak, self._evaluate, self._on_step = peak, evaluate, on_step
        torch.manual_seed(settings.seed)
        if settings.lora.rank:
            model = with_lora(model, settings.lora)
        self.model = model.to(self._device)
        self.loss = CompletionLoss(self.model, tokens, settings, self._device)
        self._trained = [p for p in self.model.parameters() if p.requires_grad]
        self._optimiser = make_optimiser(
            self.model,
            settings.optimiser,
            rate=settings.rate,
            weight_decay=settings.weight_decay,
            beta2=settings.beta2,
            fused=self._device.type == "cuda",
        )
        self._parameters = sum(p.numel() for p in self.model.parameters())
        self._checkpoints = Checkpoints(directory / "checkpoints", settings.keep)
        state = self._checkpoints.restore(self.model, self._optimiser, self._identity(), self._device)
        self.step = int(state["step"]) if state is not None else 0
        self._log = MetricsLog(directory / "metrics.jsonl", self.step)
        self.stopped = any(r.get("stop") for r in read_metrics(self._log.path, "evaluation"))

    # --- training ---

    def train(self) -> bool:
        """Train to the last step or until the time is over; returns whether it is done. Interrupts leave a
        checkpoint."""
        return self._train(self.settings.steps)

    def train_steps(self, count: int) -> bool:
        """Train so many steps more, at most to the last one, without a checkpoint; returns whether it was the last."""
        return self._train(min(self.settings.steps, self.step + count), checkpoints=False)

    def _train(self, until: int, *, checkpoints: bool = True) -> bool:
        settings = self.settings
        start = saved = time.monotonic()
        self.model.train()
        per_step = settings.rows * settings.accumulate
        source = stream(self._tokens, settings.block, settings.seed, self.step * per_step)
        try:
            while self.step < until and not self.stopped:
                if settings.seconds is not None and time.monotonic() - start >= settings.seconds:
                    break
                report = self._one_step(list(itertools.islice(source, per_step)))
                self._log.write("train", self.step, {**asdict(report), "tokens_per_second": report.tokens_per_second})
                if self._on_step is not None:
                    self._on_step(report)
                if settings.validate_every and self.step % settings.validate_every == 0:
                    self._validate()
                if checkpoints and time.monotonic() - saved >= settings.checkpoint_seconds:
                    self.checkpoint()
                    saved = time.monotonic()
        except KeyboardInterrupt:
            self.checkpoint()
            raise
        done = self.step >= settings.steps or self.stopped
        if self.step >= settings.steps and not (settings.validate_every and self.step % settings.validate_every == 0):
            self._validate()
        if checkpoints:
            self.checkpoint()
        return done

    def _one_step(self, blocks: list[tuple[int, Block]]) -> StepReport:
        settings = self.settings
        began = time.monotonic()
        rate = learning_rate(self.step, settings)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        learnt = max(1, sum(b.learnt for _, b in blocks))
        total = torch.zeros((), device=self._device)
        for n in range(0, len(blocks), settings.rows):
            loss = self.loss([b for _, b in blocks[n : n + settings.rows]], learnt)
            loss.backward()  # type: ignore[no-untyped-call]
            total += loss.detach()
        norm = torch.nn.utils.clip_grad_norm_(self._trained, settings.clip)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self.step += 1
        value = float(total)  # waits for the device
        seconds = time.monotonic() - began
        tokens = len(blocks) * settings.block
        utilisation = tokens / seconds * self._operations() / self._peak if self._peak else None
        used = sum(b.used for _, b in blocks)
        return StepReport(self.step, value, rate, float(norm), used, learnt, seconds, utilisation)

    def _operations(self) -> float:
        """Floating-point operations a token, forward and backward: 6 for each parameter, and attention (PaLM, appendix
        B; half of it, since it is causal)."""
        config = self.model.config
        attention: float = 6 * config.num_hidden_layers * config.hidden_size * self.settings.block
        return 6.0 * float(self._parameters) + attention

    # --- validation ---

    def validation_loss(self) -> float:
        """Mean loss over the first blocks of the validation tokens. Raises UsageError without any."""
        if self._validation is None:
            raise UsageError("there are no validation tokens")
        settings = self.settings
        count = total = 0.0
        self.model.eval()
        with torch.no_grad():
            taken: Iterator[tuple[int, Block]] = itertools.islice(
                stream(self._validation, settings.block, 0), settings.validation_blocks
            )
            for epoch, block in taken:
                if epoch:
                    break
                count += block.learnt
                total += float(self.loss([block], 1.0))
        self.model.train()
        return total / max(1.0, count)

    def _validate(self) -> None:
        if self._validation is not None:
            self._log.write("validation", self.step, {"loss": self.validation_loss()})
        if self._evaluate is not None:
            self.model.eval()
            found = self._evaluate(self.model, self.step)
            self._log.write("evaluation", self.step, found)
            self.stopped = bool(found.get("stop"))
            self.model.train()

    def checkpoint(self) -> Path:
        """Write a checkpoint of this step, whole or not at all; older ones beyond ``keep`` go away."""
        return self._checkpoints.save(self.step, self.model, self._optimiser, self._identity(), {"step": self.step})

    def _identity(self) -> dict[str, Any]:
        """What must be the same for a run to go on."""
        found = asdict(self.settings)
        for name in ("seconds", "checkpoint_seconds", "keep", "validate_every", "validation_blocks", "compile"):
            found.pop(name)
        return {**json.loads(json.dumps(found)), "tokens": self._tokens.meta["sha256"]}


def learning_rate(step: int, settings: SftSettings) -> float:
    """The rate of the step that follows ``step`` finished ones."""
    warm = max(1, round(settings.warmup * settings.steps))
    if step < warm:
        return settings.rate * (step + 1) / warm
    share = (step - warm) / max(1, settings.steps - warm)
    return settings.rate * (settings.floor + (1 - settings.floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))
