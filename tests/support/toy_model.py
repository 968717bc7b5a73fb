"""A toy model and tokenizer for tests of training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from terraformer.train.bases import ScratchSettings, load_base

TOY = ScratchSettings(layers=2, width=32, heads=2, key_value_heads=1, inner=64, context=256)
WORDS = 300
MARKERS = ("<|im_start|>", "<|im_end|>")


class Bytes:
    """A tokenizer of bytes, with one token for each marker."""

    def encode(self, text: str, *, add_special_tokens: bool = True) -> list[int]:
        for n, marker in enumerate(MARKERS):
            text = text.replace(marker, chr(0xE000 + n))
        ids: list[int] = []
        for c in text:
            ids += [256 + ord(c) - 0xE000] if 0xE000 <= ord(c) <= 0xE001 else list(c.encode())
        return ids

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        out = bytearray()
        for i in ids:
            out += bytes([i]) if i < 256 else MARKERS[i - 256].encode() if i < 258 else b"?"
        return out.decode("utf-8", "replace")

    def apply_chat_template(self, conversation: object, **_: object) -> str:
        return str(conversation)

    def __len__(self) -> int:
        return WORDS


def toy(seed: int = 1) -> Any:
    torch.manual_seed(seed)
    return load_base("", scratch=TOY, vocabulary=WORDS)
