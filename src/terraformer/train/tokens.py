"""Tokenised dialogues on disk: compact, memory-mapped, the same on every machine.

A token file is a directory of ``tokens.bin`` (uint16, or uint32 for large vocabularies, little-endian: all dialogues
one after the other), ``spans.npy`` (int64, rows of start, length of the prompt, length of the whole) and ``meta.json``
(vocabulary, counts, hash). What is learnt is the reply and the token that ends it; the prompt is only read.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from terraformer.errors import UsageError
from terraformer.files import replace_directory
from terraformer.models.base import Message
from terraformer.train.dialogues import Dialogue

__all__ = [
    "CHATML",
    "ChatTemplate",
    "TokenFile",
    "Tokenizer",
    "encode",
    "encode_reply",
    "open_tokens",
    "render_chatml",
    "write_tokens",
]

VERSION = 1
CHATML = "chatml"
_TOKENS = "tokens.bin"
_IM_START, _IM_END = "<|im_start|>", "<|im_end|>"


class Tokenizer(Protocol):
    """What is needed of a Hugging Face tokenizer."""

    def encode(self, text: str, *, add_special_tokens: bool = ...) -> list[int]: ...

    def apply_chat_template(self, conversation: Any, **options: Any) -> Any: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """How messages become text. ``name`` "chatml" writes them plainly, without the system prompt that templates of
    small models put in by themselves; "model" takes the tokenizer's own template."""

    name: str = CHATML
    end: str = _IM_END

    def prompt(self, tokenizer: Tokenizer, messages: Sequence[Message]) -> str:
        """The text up to the reply."""
        if self.name == CHATML:
            return render_chatml(messages)
        return str(tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True))


def render_chatml(messages: Sequence[Message]) -> str:
    """Messages in ChatML up to where the assistant begins to write. The markers cannot be forged: within contents they
    are broken up."""
    parts = [f"{_IM_START}{m['role']}\n{_defused(m['content'])}{_IM_END}\n" for m in messages]
    return "".join(parts) + f"{_IM_START}assistant\n"


def _defused(text: str) -> str:
    return text.replace("<|im_", "<| im_")


def encode(tokenizer: Tokenizer, template: ChatTemplate, dialogue: Dialogue) -> tuple[list[int], list[int]]:
    """(token ids of the prompt, of the reply with its end)."""
    prompt = tokenizer.encode(template.prompt(tokenizer, dialogue.messages), add_special_tokens=False)
    return prompt, encode_reply(tokenizer, template, dialogue.reply)


def encode_reply(tokenizer: Tokenizer, template: ChatTemplate, reply: str) -> list[int]:
    """Token ids of a reply with its end."""
    return tokenizer.encode(_defused(reply) + template.end, add_special_tokens=False)


@dataclass(frozen=True)
class TokenFile:
    """An opened token file; ``tokens`` and ``spans`` are memory-mapped."""

    tokens: npt.NDArray[np.integer[Any]]
    spans: npt.NDArray[np.int64]
    meta: dict[str, Any]

    def __len__(self) -> int:
        return len(self.spans)

    def dialogue(self, index: int) -> tuple[npt.NDArray[np.int64], int]:
        """The ids of one dialogue, and how many of them are the prompt's."""
        start, prompt, length = (int(n) for n in self.spans[index])
        return np.asarray(self.tokens[start : start + length], dtype=np.int64), prompt


def write_tokens(
    directory: Path,
    dialogues: Iterable[Dialogue],
    tokenizer: Tokenizer,
    template: ChatTemplate | None = None,
    *,
    longest: int = 4096,
) -> dict[str, Any]:
    """Tokenise to a new directory, which appears whole; returns its meta data.

    Dialogues of more than ``longest`` tokens are left out and counted. Raises UsageError when nothing is left.
    """
    chosen = template or ChatTemplate()
    kind = "<u2" if len(tokenizer) <= 1 << 16 else "<u4"
    spans: list[tuple[int, int, int]] = []
    counts: Counter[str] = Counter()
    digest = hashlib.sha256()
    at = 0
    with replace_directory(directory) as scratch:
        with (scratch / _TOKENS).open("wb") as out:
            for dialogue in dialogues:
                prompt, reply = encode(tokenizer, chosen, dialogue)
                length = len(prompt) + len(reply)
                if length > longest:
                    counts["too long"] += 1
                    continue
                row = np.asarray([*prompt, *reply], dtype=kind).tobytes()
                digest.update(row)
                out.write(row)
                spans.append((at, len(prompt), length))
                at += length
                counts[dialogue.kind.value] += 1
                counts["prompt tokens"] += len(prompt)
        if not spans:
            raise UsageError(f"{directory}: there is no dialogue of at most {longest} tokens to write")
        table = np.asarray(spans, dtype=np.int64)
        digest.update(table.tobytes())
        meta = {
            "version": VERSION,
            "dtype": kind,
            "vocabulary": len(tokenizer),
            "template": chosen.name,
            "dialogues": len(spans),
            "tokens": at,
            "longest": longest,
            "counts": dict(counts),
            "sha256": digest.hexdigest(),
        }
        np.save(scratch / "spans.npy", table)
        (scratch / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    return meta


def open_tokens(directory: Path) -> TokenFile:
    """Raises UsageError when the directory holds no token file of this version."""
    try:
        meta = json.loads((directory / "meta.json").read_text())
        tokens = np.memmap(directory / _TOKENS, dtype=meta["dtype"], mode="r")
        spans = np.load(directory / "spans.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{directory}: not a directory of tokens: {error}") from None
    if meta.get("version") != VERSION or meta.get("tokens") != len(tokens) or meta.get("dialogues") != len(spans):
        raise UsageError(f"{directory}: tokens of another version, or cut short: make them again")
    return TokenFile(tokens, spans, meta)
