"""Rollouts: many replies to many prompts at once, as token ids, with where each token lies in the text."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from terraformer.train.decoding import LlamaDecoder, can_decode
from terraformer.train.tokens import ChatTemplate, Tokenizer

__all__ = ["DecodingTokenizer", "Rollout", "RolloutSettings", "offsets_of", "padded", "sample"]


class DecodingTokenizer(Tokenizer, Protocol):
    """A tokenizer that also reads ids back."""

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = ...) -> str: ...


@dataclass(frozen=True, slots=True)
class RolloutSettings:
    """``tokens`` bounds a reply; ``rows`` how many are decoded side by side. On CUDA, ``static`` decodes with a cache
    of fixed size, for which transformers captures the step once: prompts are then padded to multiples of ``bucket``
    and batches to ``rows``, so that few shapes are met. Where that fails a growing cache is used."""

    tokens: int = 1024
    temperature: float = 1.0
    top_p: float = 1.0
    rows: int = 64
    static: bool = True
    bucket: int = 256


@dataclass(frozen=True, slots=True)
class Rollout:
    """One reply. ``ids`` with the token that ends it where it ``finished``; ``text`` without."""

    prompt: tuple[int, ...]
    ids: tuple[int, ...]
    text: str
    finished: bool


def sample(
    model: Any,
    tokenizer: DecodingTokenizer,
    template: ChatTemplate,
    prompts: Sequence[Sequence[int]],
    settings: RolloutSettings,
    seed: int,
) -> list[Rollout]:
    """One reply for each prompt (repeat a prompt for several), in order. The same seed gives the same replies on the
    same device. Temperature 0 is greedy. Prompts of like length are decoded together; a Llama on a CPU by a decoder of
    our own (train/decoding.py)."""
    device = next(model.parameters()).device
    static = settings.static and device.type == "cuda" and not _broken
    end = tokenizer.encode(template.end, add_special_tokens=False)[0]
    order = sorted(range(len(prompts)), key=lambda n: len(prompts[n]))
    found: dict[int, Rollout] = {}
    torch.manual_seed(seed)
    was_training = model.training
    model.eval()
    if settings.top_p >= 1 and can_decode(model):
        replies = LlamaDecoder(model).decode(
            [prompts[n] for n in order],
            end=end,
            tokens=settings.tokens,
            temperature=settings.temperature,
            rows=settings.rows,
            seed=seed,
        )
        model.train(was_training)
        by_place = {n: _rollout(tokenizer, prompts[n], ids, end) for n, ids in zip(order, replies, strict=True)}
        return [by_place[n] for n in range(len(prompts))]
    with torch.inference_mode():
        for start in range(0, len(order), settings.rows):
            chosen = order[start : start + settings.rows]
            ids, mask = padded([prompts[n] for n in chosen], end, settings, fixed=static)
            try:
                out = _generate(model, ids.to(device), mask.to(device), end, settings, static=static)
            except (RuntimeError, TypeError, ValueError, AttributeError) as error:
                if not static or isinstance(error, torch.OutOfMemoryError):
                    raise
                _broken.append(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
                warnings.warn(f"no static cache here, a growing one is used: {_broken[0]}", stacklevel=2)
                static = False
                ids, mask = padded([prompts[n] for n in chosen], end, settings, fixed=False)
                out = _generate(model, ids.to(device), mask.to(device), end, settings, static=False)
            for row, n in enumerate(chosen):
                found[n] = _rollout(tokenizer, prompts[n], out[row, ids.shape[1] :].tolist(), end)
    model.train(was_training)
    return [found[n] for n in range(len(prompts))]


_broken: list[str] = []
"""Why a static cache does not work in this process; empty as long as it does."""


def padded(
    prompts: Sequence[Sequence[int]], filler: int, settings: RolloutSettings, *, fixed: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """(ids, mask), both (rows, width), prompts at the right end. ``fixed`` makes the shape one of few: rows beyond the
    prompts repeat the last one."""
    width, rows = max(len(p) for p in prompts), len(prompts)
    if fixed:
        width, rows = -(-width // settings.bucket) * settings.bucket, settings.rows
    ids = torch.full((rows, width), filler, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row in range(rows):
        prompt = prompts[min(row, len(prompts) - 1)]
        ids[row, width - len(prompt) :] = torch.tensor(list(prompt))
        mask[row, width - len(prompt) :] = 1
    return ids, mask


def _generate(
    model: Any, ids: torch.Tensor, mask: torch.Tensor, end: int, settings: RolloutSettings, *, static: bool
) -> torch.Tensor:
    options: dict[str, Any] = {"do_sample": settings.temperature > 0}
    if settings.temperature > 0:
        options |= {"temperature": settings.temperature, "top_p": settings.top_p, "top_k": 0}
    if static:
        options["cache_implementation"] = "static"
    autocast = ids.device.type == "cuda"
    with torch.autocast("cuda", dtype=torch.bfloat16) if autocast else nullcontext():
        out: torch.Tensor = model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=settings.tokens,
            pad_token_id=end,
            eos_token_id=end,
            **options,
        )
    return out


def _rollout(tokenizer: DecodingTokenizer, prompt: Sequence[int], ids: list[int], end: int) -> Rollout:
    finished = end in ids
    kept = ids[: ids.index(end)] if finished else ids
    text = tokenizer.decode(kept, skip_special_tokens=False)
    return Rollout(tuple(prompt), tuple([*kept, end] if finished else kept), text, finished)


def offsets_of(tokenizer: DecodingTokenizer, rollout: Rollout) -> list[tuple[int, int]]:
    """The characters of each token in the text, in order; the token that ends the reply lies after the last one."""
    kept = rollout.ids[:-1] if rollout.finished else rollout.ids
    lengths = [len(tokenizer.decode([i], skip_special_tokens=False)) for i in kept]
    if sum(lengths) == len(rollout.text):
        ends: list[int] = []
        at = 0
        for length in lengths:
            at += length
            ends.append(at)
    else:  # characters of several tokens
        ends = [len(tokenizer.decode(kept[: n + 1], skip_special_tokens=False)) for n in range(len(kept))]
    starts = [0, *ends][: len(ends)]
    found = [(min(a, b), b) for a, b in zip(starts, ends, strict=True)]
    if rollout.finished:
        found.append((len(rollout.text), len(rollout.text)))
    return found
