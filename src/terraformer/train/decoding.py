"""Decoding many replies side by side on a CPU, for models of the Llama architecture.

transformers decodes a batch until its longest reply is done, and spends more on keeping caches than on a small model
itself. Here a row that is finished makes room for the next prompt, a prompt that is asked for several times in a row is
read once, and what is left of a batch is closed up as it thins out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["LlamaDecoder", "can_decode"]

_ROUND: Final = 64
"""Cache lengths grow by so many tokens."""


def can_decode(model: Any) -> bool:
    """Whether the model is a Llama on a CPU with rotary positions that are not scaled, without adapters or biases."""
    config = getattr(model, "config", None)
    if getattr(config, "model_type", "") != "llama" or next(model.parameters()).device.type != "cpu":
        return False
    rope = getattr(config, "rope_parameters", None) or {}
    if rope.get("rope_type", "default") != "default" or getattr(config, "attention_bias", False):
        return False
    return not getattr(config, "mlp_bias", False) and not any("lora_" in n for n, _ in model.named_parameters())


class LlamaDecoder:
    """Holds the model's weights as they are now: make one for each round of sampling."""

    def __init__(self, model: Any) -> None:
        config = model.config
        inner = model.model
        self._heads, self._pairs = config.num_attention_heads, config.num_key_value_heads
        self._size = getattr(config, "head_dim", None) or config.hidden_size // self._heads
        self._eps = config.rms_norm_eps
        self._embedding = inner.embed_tokens.weight.detach()
        self._dtype = self._embedding.dtype
        self._norm = inner.norm.weight.detach()
        self._head = model.lm_head.weight.detach()
        self._layers = [
            (
                layer.input_layernorm.weight.detach(),
                torch.cat([getattr(layer.self_attn, f"{n}_proj").weight.detach() for n in "qkv"]),
                layer.self_attn.o_proj.weight.detach(),
                layer.post_attention_layernorm.weight.detach(),
                torch.cat([layer.mlp.gate_proj.weight.detach(), layer.mlp.up_proj.weight.detach()]),
                layer.mlp.down_proj.weight.detach(),
            )
            for layer in inner.layers
        ]
        self._frequencies = inner.rotary_emb.inv_freq.float()

    @torch.inference_mode()
    def decode(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        end: int,
        tokens: int,
        temperature: float,
        rows: int,
        seed: int,
    ) -> list[list[int]]:
        """The ids of one reply for each prompt, in order, the token ``end`` with them where it was written; at most
        ``tokens`` each. ``rows`` bounds how many are decoded side by side; temperature 0 is greedy. The same call gives
        the same replies."""
        random = torch.Generator().manual_seed(seed)
        waiting = deque(range(len(prompts)))
        replies: list[list[int]] = [[] for _ in prompts]
        batch = _Batch(len(self._layers), self._pairs, self._size, self._dtype)
        read: tuple[tuple[int, ...], Tensor, Tensor, Tensor] | None = None
        while waiting or batch.owners:
            while waiting and len(batch.owners) < rows:
                n = waiting.popleft()
                prompt = tuple(prompts[n])
                if read is None or read[0] != prompt:
                    read = (prompt, *self._read(prompt))
                _, keys, values, logits = read
                first = int(_drawn(logits[None], temperature, random)[0])
                replies[n].append(first)
                if first != end and tokens > 1:
                    batch.admit(n, first, keys, values)
            batch.settle()
            if not batch.owners:
                continue
            drawn = _drawn(self._step(batch), temperature, random)
            batch.last = drawn
            done: list[int] = []
            for row, token in enumerate(drawn.tolist()):
                n = batch.owners[row]
                replies[n].append(token)
                if token == end or len(replies[n]) >= tokens:
                    done.append(row)
            batch.remove(done)
        return replies

    def _read(self, prompt: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
        """(keys, values (layers, heads, T, size), logits (V,) of what follows) of a prompt."""
        hidden = self._embedding[torch.tensor(list(prompt))]
        cosine, sine = self._rotation(torch.arange(len(prompt)))
        keys, values = [], []
        for norm, together, out, norm2, wide, narrow in self._layers:
            q, k, v = self._projected(functional.rms_norm(hidden, norm.shape, norm, self._eps), together)
            q, k = _turned(q, cosine, sine), _turned(k, cosine, sine)
            q, k, v = q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1)
            keys.append(k)
            values.append(v)
            seen = functional.scaled_dot_product_attention(
                q[None], k[None], v[None], is_causal=True, enable_gqa=self._heads != self._pairs
            )[0]
            hidden = hidden + seen.transpose(0, 1).reshape(len(prompt), -1) @ out.T
            hidden = hidden + self._mixed(functional.rms_norm(hidden, norm2.shape, norm2, self._eps), wide, narrow)
        last = functional.rms_norm(hidden[-1], self._norm.shape, self._norm, self._eps)
        return torch.stack(keys), torch.stack(values), (last @ self._head.T).float()

    def _step(self, batch: _Batch) -> Tensor:
        """Logits (rows, V) after the batch's last tokens, which are written into its cache."""
        rows = len(batch.owners)
        hidden = self._embedding[batch.last]
        cosine, sine = self._rotation(batch.lengths)
        span = int(batch.lengths.max()) + 1
        hide = torch.arange(span)[None] > batch.lengths[:, None]
        bias = torch.zeros(rows, 1, 1, span, dtype=self._dtype).masked_fill_(hide[:, None, None], float("-inf"))
        at = torch.arange(rows)
        group = self._heads // self._pairs
        for n, (norm, together, out, norm2, wide, narrow) in enumerate(self._layers):
            q, k, v = self._projected(functional.rms_norm(hidden, norm.shape, norm, self._eps), together)
            q, k = _turned(q, cosine, sine), _turned(k, cosine, sine)
            batch.keys[n][at, :, batch.lengths] = k
            batch.values[n][at, :, batch.lengths] = v
            keys, values = batch.keys[n][:rows, :, :span], batch.values[n][:rows, :, :span]
            grouped = q.view(rows, self._pairs, group, self._size)
            weights = grouped @ keys.transpose(2, 3) * self._size**-0.5 + bias
            seen = torch.softmax(weights, -1) @ values
            hidden = hidden + seen.reshape(rows, -1) @ out.T
            hidden = hidden + self._mixed(functional.rms_norm(hidden, norm2.shape, norm2, self._eps), wide, narrow)
        batch.lengths += 1
        last = functional.rms_norm(hidden, self._norm.shape, self._norm, self._eps)
        logits: Tensor = last @ self._head.T
        return logits.float()

    def _projected(self, hidden: Tensor, together: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys, values (T, heads, size)."""
        found = (hidden @ together.T).view(len(hidden), -1, self._size)
        first, second = self._heads, self._heads + self._pairs
        return found[:, :first], found[:, first:second], found[:, second:]

    def _mixed(self, hidden: Tensor, wide: Tensor, narrow: Tensor) -> Tensor:
        gate, up = (hidden @ wide.T).chunk(2, -1)
        mixed: Tensor = (functional.silu(gate) * up) @ narrow.T
        return mixed

    def _rotation(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        angles = positions[:, None].float() * self._frequencies[None]
        both = torch.cat([angles, angles], -1)[:, None]
        return both.cos().to(self._dtype), both.sin().to(self._dtype)


class _Batch:
    """Rows being decoded. ``owners`` are the prompts' numbers, ``last`` and ``lengths`` (rows,) the last token and how
    many tokens the cache holds; ``keys`` and ``values`` (layers, rows, heads, T, size)."""

    def __init__(self, layers: int, heads: int, size: int, dtype: torch.dtype) -> None:
        self._shape = (layers, heads, size)
        self.owners: list[int] = []
        self.last = torch.zeros(0, dtype=torch.long)
        self.lengths = torch.zeros(0, dtype=torch.long)
        self.keys = torch.zeros(layers, 0, heads, 0, size, dtype=dtype)
        self.values = self.keys.clone()
        self._new: list[tuple[int, int, Tensor, Tensor]] = []

    def admit(self, owner: int, token: int, keys: Tensor, values: Tensor) -> None:
        """A prompt that was read, (layers, heads, T, size), and the first token of its reply; in force after
        ``settle``."""
        self._new.append((owner, token, keys, values))
        self.owners.append(owner)

    def settle(self) -> None:
        """Make room for the admitted and for one more token in each row."""
        old = len(self.lengths)
        longest = max([int(self.lengths.max()) if old else 0, *(k.shape[2] for _, _, k, _ in self._new)])
        if self._new or longest + 1 > self.keys.shape[3]:
            layers, heads, size = self._shape
            span = max(self.keys.shape[3], -(-(longest + 1) // _ROUND) * _ROUND)
            for name in ("keys", "values"):
                before: Tensor = getattr(self, name)
                after = before.new_zeros(layers, len(self.owners), heads, span, size)
                after[:, :old, :, : before.shape[3]] = before
                setattr(self, name, after)
            for row, (_, _, keys, values) in enumerate(self._new, old):
                self.keys[:, row, :, : keys.shape[2]] = keys
                self.values[:, row, :, : values.shape[2]] = values
            self.last = torch.cat([self.last, torch.tensor([t for _, t, _, _ in self._new], dtype=torch.long)])
            held = torch.tensor([k.shape[2] for _, _, k, _ in self._new], dtype=torch.long)
            self.lengths = torch.cat([self.lengths, held])
            self._new = []

    def remove(self, rows: Sequence[int]) -> None:
        """Close up the rows that are left."""
        if not rows:
            return
        gone = set(rows)
        kept = torch.tensor([n for n in range(len(self.owners)) if n not in gone], dtype=torch.long)
        self.owners = [self.owners[n] for n in kept.tolist()]
        self.last, self.lengths = self.last[kept], self.lengths[kept]
        span = int(self.lengths.max()) + 1 if len(kept) else 0
        self.keys, self.values = self.keys[:, kept, :, :span], self.values[:, kept, :, :span]


def _turned(heads: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotary positions, as transformers lays them out. ``heads`` (T, heads, size)."""
    half = heads.shape[-1] // 2
    return heads * cosine + torch.cat([-heads[..., half:], heads[..., :half]], -1) * sine


def _drawn(logits: Tensor, temperature: float, random: torch.Generator) -> Tensor:
    """One token for each row of (rows, V)."""
    if temperature <= 0:
        return logits.argmax(-1)
    sums = torch.softmax(logits / temperature, -1).cumsum(-1)
    marks = torch.rand(len(logits), 1, generator=random) * sums[:, -1:]
    return torch.searchsorted(sums, marks, right=True)[:, 0].clamp(max=logits.shape[-1] - 1)
