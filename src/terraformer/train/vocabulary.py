"""A tokenizer of our own, for models that are trained from nothing: byte-level BPE learnt on the dialogues' texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from terraformer.errors import UsageError
from terraformer.train.dialogues import Dialogue

__all__ = ["SPECIAL", "learn_vocabulary", "texts"]

SPECIAL: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
"""The first words of the vocabulary, in this order."""


def learn_vocabulary(source: Iterable[str], size: int) -> Any:
    """A Hugging Face tokenizer of at most ``size`` words (all 256 bytes are among them), with GPT-2's way of splitting
    words, which llama.cpp knows. Raises UsageError without transformers or when ``size`` is too small."""
    if size < 256 + len(SPECIAL):
        raise UsageError(f"a vocabulary of {size} words is too small: it needs {256 + len(SPECIAL)} at least")
    try:
        import tokenizers
        import transformers
    except ImportError as error:
        raise UsageError(f"training needs transformers: pip install 'terraformer-iac[train]' ({error})") from None
    raw = tokenizers.Tokenizer(tokenizers.models.BPE())
    raw.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    raw.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL),
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(source, trainer)
    make: Any = transformers.PreTrainedTokenizerFast
    return make(
        tokenizer_object=raw, bos_token=SPECIAL[0], eos_token=SPECIAL[2], pad_token=SPECIAL[2], unk_token=SPECIAL[0]
    )


def texts(dialogues: Iterable[Dialogue], most: int) -> Iterable[str]:
    """The texts of the first dialogues, up to ``most`` characters in all."""
    total = 0
    for dialogue in dialogues:
        for text in (*(m["content"] for m in dialogue.messages), dialogue.reply):
            total += len(text)
            yield text
        if total >= most:
            return
