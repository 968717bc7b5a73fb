"""A tokenizer of our own, for models that are trained from nothing: byte-level BPE learnt on the dialogues' texts.

Words of it may span spaces and lines, as in SuperBPE (arXiv 2503.13423): what HCL writes over and over is one token
(an argument up to its value with its indentation, the head of an IAM policy). Types and the words of names and values
are tokens by themselves, without the space or dash before them, so that what a request says can be copied; digits are
split off by threes. A configuration takes a third of the tokens of a general vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from terraformer.errors import UsageError
from terraformer.train.dialogues import Dialogue

__all__ = ["SPECIAL", "learn_vocabulary", "texts", "tokenizer_of"]

SPLITTING: Final = (r"\p{N}+", r"(?=(\d{3})+(?!\d))")
"""How text is split before merging: llama.cpp's "superbpe"."""
_PIECES: Final = "|".join(
    (
        # Frames that hardly vary.
        r"terraform \{\n(?:  required_version += \")?",
        r"[ ]*required_providers \{\n[ ]*aws += \{\n[ ]*source += \"hashicorp/aws\"\n(?:[ ]*version += \"[~>=]+ )?",
        r"provider \"[a-z]+\" \{\n  region += \"",
        r"\"?\n[ ]*assume_role_policy += jsonencode\(\{\n[ ]*Version += \"",
        r"\"\n[ ]*Statement += \[\n?[ ]*\{\n[ ]*Effect += \"Allow\"\n",
        r"[ ]*Principal += \{\n[ ]*Service += \"",
        r"\.amazonaws\.com\"\n[ ]*\}\n",
        r"[ ]*Action += \"sts:AssumeRole\"\n",
        r"[ ]*type += (?:string|number|bool|list\(string\))\n",
        r"(?:(?:main|variables|outputs)\.tf\n)?<<<<<<< SEARCH\n|=======\n|>>>>>>> REPLACE\n",
        r"(?:us|eu|ap|ca|sa)-(?:north|south|east|west|central|northeast|southeast)-",
        # Headers of blocks up to the name, arguments up to the value.
        r"(?:resource|data|output|variable) \"",
        r"\"?\n[ ]*[A-Za-z_][A-Za-z0-9_]*[ ]*= ?"
        r"(?:\"(?:\$\{)?|\{\n|\[|jsonencode\(\{\n|true|false|var\.|local\.|data\.)?",
        # Types, words, numbers, and all between them. A word is the same tokens wherever it stands: in a request, in
        # quotes, behind a dash.
        r"(?:aws|google|azurerm|kubernetes|random|data)_[a-z0-9_]+",
        r"\.(?:id|arn|name)\b",
        r"[A-Za-z]+",
        r"\p{N}{1,3}",
        r"[^A-Za-z\p{N}]+",
    )
)
"""What a token may be part of, while the vocabulary is learnt."""
_LONGEST_TOKEN: Final = 160
SPECIAL: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
"""The first words of the vocabulary, in this order."""


def learn_vocabulary(source: Iterable[str], size: int) -> Any:
    """A Hugging Face tokenizer of at most ``size`` words (all 256 bytes are among them), which splits text as SuperBPE
    does; llama.cpp knows that way. Raises UsageError without transformers or when ``size`` is too small."""
    if size < 256 + len(SPECIAL):
        raise UsageError(f"a vocabulary of {size} words is too small: it needs {256 + len(SPECIAL)} at least")
    tokenizers = _tokenizers()
    raw = tokenizers.Tokenizer(tokenizers.models.BPE())
    splits = tokenizers.pre_tokenizers
    whole = splits.ByteLevel(add_prefix_space=False, use_regex=False)
    raw.pre_tokenizer = splits.Sequence([splits.Split(tokenizers.Regex(_PIECES), "isolated"), whole])
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL),
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=_LONGEST_TOKEN,
        show_progress=False,
    )
    raw.train_from_iterator(source, trainer)
    return _wrapped(raw)


def tokenizer_of(words: Sequence[str], merges: Sequence[str], special: Sequence[str]) -> Any:
    """The tokenizer of a vocabulary that ``learn_vocabulary`` learnt, from its words in order, its merges ("a b") and
    the special ones among its words. Raises UsageError without transformers or when they do not fit together."""
    tokenizers = _tokenizers()
    try:
        model = tokenizers.models.BPE(
            vocab={word: n for n, word in enumerate(words)}, merges=[tuple(m.split(" ", 1)) for m in merges]
        )
    except Exception as error:  # the library raises no narrower one
        raise UsageError(f"words and merges do not fit together: {error}") from None
    raw = tokenizers.Tokenizer(model)
    raw.add_special_tokens(list(special))
    return _wrapped(raw)


def _wrapped(raw: Any) -> Any:
    """As transformers want it, splitting text as SuperBPE does."""
    import tokenizers
    import transformers

    splits = tokenizers.pre_tokenizers
    whole = splits.ByteLevel(add_prefix_space=False, use_regex=False)
    raw.pre_tokenizer = splits.Sequence([*(splits.Split(tokenizers.Regex(r), "isolated") for r in SPLITTING), whole])
    raw.decoder = tokenizers.decoders.ByteLevel()
    make: Any = transformers.PreTrainedTokenizerFast
    return make(
        tokenizer_object=raw, bos_token=SPECIAL[0], eos_token=SPECIAL[2], pad_token=SPECIAL[2], unk_token=SPECIAL[0]
    )


def _tokenizers() -> Any:
    try:
        import tokenizers
        import transformers  # noqa: F401 - needed to wrap what is made
    except ImportError as error:
        raise UsageError(f"training needs transformers: pip install 'terraformer-iac[train]' ({error})") from None
    return tokenizers


def texts(dialogues: Iterable[Dialogue], most: int) -> Iterable[str]:
    """The texts of the first dialogues, up to ``most`` characters in all."""
    total = 0
    for dialogue in dialogues:
        for text in (*(m["content"] for m in dialogue.messages), dialogue.reply):
            total += len(text)
            yield text
        if total >= most:
            return
