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
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from terraformer.errors import UsageError
from terraformer.train.attention import bounds_of, by_documents, can_attend
from terraformer.train.bases import LoraSettings, with_lora
from terraformer.train.checkpoints import Checkpoints
from terraformer.train.losses import head_loss, learnt_loss
from terraformer.train.metrics import MetricsLog, read_metrics
from terraformer.train.optimisers import OPTIMISERS, make_optimiser
from terraformer.train.packing import IGNORED, Block, stream
from terraformer.train.precision import DTYPES, autocast
from terraformer.train.tokens import TokenFile

__all__ = ["LeanSft", "SftSettings", "StepReport", "document_mask", "learning_rate"]


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
        self._mean_reply = float((tokens.spans[:, 2] - tokens.spans[:, 1]).mean())
        self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._peak, self._evaluate, self._on_step = peak, evaluate, on_step
        torch.manual_seed(settings.seed)
        if settings.lora.rank:
            model = with_lora(model, settings.lora)
        self.model = model.to(self._device)
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
        # Dialogue by dialogue, where a forward pass is one row.
        apart = settings.masked and settings.rows == 1 and not settings.compile and self._device.type == "cpu"
        self._head = self.model.get_output_embeddings()
        self._apart = apart and can_attend(self.model) and self._head.bias is None
        self._forward = torch.compile(self.model, dynamic=False) if settings.compile else self.model

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

    def loss(self, blocks: list[Block], count: float | None = None) -> Tensor:
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


def document_mask(positions: Tensor) -> Tensor:
    """Which token sees which, boolean (B, 1, T, T): those before it in the same dialogue, and itself.

    ``positions`` (B, T) begin anew at 0 with each dialogue.
    """
    document = (positions == 0).cumsum(1)
    same = document[:, :, None] == document[:, None, :]
    size = positions.shape[1]
    causal = torch.ones(size, size, dtype=torch.bool, device=positions.device).tril()
    return (same & causal)[:, None]


def learning_rate(step: int, settings: SftSettings) -> float:
    """The rate of the step that follows ``step`` finished ones."""
    warm = max(1, round(settings.warmup * settings.steps))
    if step < warm:
        return settings.rate * (step + 1) / warm
    share = (step - warm) / max(1, settings.steps - warm)
    return settings.rate * (settings.floor + (1 - settings.floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))
