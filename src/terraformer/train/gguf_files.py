"""GGUF files for llama.cpp: LoRA adapters and whole models of the Llama architecture, with their vocabulary.

Tensor names and the order of rows follow llama.cpp's ``convert_hf_to_gguf.py`` and ``convert_lora_to_gguf.py`` (MIT):
rotary pairs lie next to each other there, so rows of the query and key projections are permuted. Not covered: other
architectures than Llama; vocabularies other than byte-level BPE that splits words as GPT-2, SmolLM or SuperBPE do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from terraformer.errors import UsageError
from terraformer.train.vocabulary import SPLITTING, tokenizer_of

__all__ = ["DIALOGUE_KEY", "QUANTISATIONS", "Factors", "gguf_names", "read_tokenizer", "write_adapter", "write_model"]

QUANTISATIONS: Final = ("f32", "f16", "q8_0")
DIALOGUE_KEY: Final = "terraformer.dialogue"
"""Metadata: the form of dialogue that the model was trained on ("compact")."""
BASE_KEY: Final = "terraformer.base"
Factors = tuple[Tensor, Tensor]
"""``a`` (r, inputs) and ``b`` (outputs, r): the difference is ``b @ a``."""

_LAYER: Final = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_OWN: Final = "superbpe"
"""llama.cpp's name of the way in which vocabularies of our own split text (train/vocabulary.py)."""
_TOP: Final = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
_CHATML: Final = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + "
    "'\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def gguf_names(parameter: str) -> str:
    """The GGUF name of a Hugging Face Llama parameter. Raises UsageError for one that has none."""
    stem = parameter.removesuffix(".weight")
    if stem in _TOP:
        return f"{_TOP[stem]}.weight"
    if stem.startswith("model.layers."):
        number, _, rest = stem.removeprefix("model.layers.").partition(".")
        if rest in _LAYER:
            return f"blk.{number}.{_LAYER[rest]}.weight"
    raise UsageError(f"{parameter}: GGUF export knows the Llama architecture only")


def write_adapter(
    path: Path, factors: Mapping[str, Factors], model_config: Any, quantisation: str = "f16", *, base: str = ""
) -> None:
    """A LoRA over parameters by their Hugging Face names, of scale 1. Matrices whose rows are no multiple of 32 stay
    f16 under q8_0. The file appears whole. Raises UsageError."""
    writer, library = _writer(quantisation)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    rank = max(a.shape[0] for a, _ in factors.values())
    writer.add_float32("adapter.lora.alpha", float(rank))
    writer.add_string(DIALOGUE_KEY, "compact")
    writer.add_string(BASE_KEY, base)
    for name, (a, b) in factors.items():
        if a.shape[0] != rank:
            raise UsageError(f"{name}: adapters of different ranks cannot be written to one file")
        target = gguf_names(name)
        _add(writer, library, f"{target}.lora_a", a, quantisation)
        _add(writer, library, f"{target}.lora_b", _permuted(target, b, model_config), quantisation)
    _finish(writer, path)


def write_model(
    path: Path, model: Any, tokenizer: Any, quantisation: str = "q8_0", *, name: str = "terraformer"
) -> None:
    """A whole model with its vocabulary; norms stay f32. The file appears whole. Raises UsageError."""
    config = model.config
    if config.model_type != "llama":
        raise UsageError(f"GGUF export knows the Llama architecture only, not {config.model_type}")
    writer, library = _writer(quantisation)
    writer.add_type("model")
    writer.add_name(name)
    writer.add_string(DIALOGUE_KEY, "compact")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_freq_base(_theta(config))
    writer.add_rope_dimension_count(_head(config))
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    kinds = {"f32": "ALL_F32", "f16": "MOSTLY_F16", "q8_0": "MOSTLY_Q8_0"}
    writer.add_file_type(getattr(library.LlamaFileType, kinds[quantisation]))
    _vocabulary(writer, library, tokenizer, config.vocab_size)
    tied = bool(config.tie_word_embeddings)
    for parameter, value in model.state_dict().items():
        if tied and parameter == "lm_head.weight":
            continue
        target = gguf_names(parameter)
        _add(writer, library, target, _permuted(target, value, config), "f32" if value.ndim < 2 else quantisation)
    _finish(writer, path)


def read_tokenizer(path: Path) -> Any | None:
    """The tokenizer of a model that ``write_model`` wrote with a vocabulary of our own; None for other ways of
    splitting words, which transformers read. Raises UsageError for what is no GGUF file."""
    library = _library()
    try:
        fields = library.GGUFReader(path).fields
        told = {name: field.contents() for name, field in fields.items() if name.startswith("tokenizer.ggml.")}
    except (OSError, ValueError, IndexError) as error:
        raise UsageError(f"{path}: cannot be read as a GGUF file: {error}") from None
    if told.get("tokenizer.ggml.pre") != _OWN:
        return None
    words, types = told["tokenizer.ggml.tokens"], told["tokenizer.ggml.token_type"]
    special = [word for word, kind in zip(words, types, strict=True) if kind == library.TokenType.CONTROL]
    known = [word for word, kind in zip(words, types, strict=True) if kind != library.TokenType.UNUSED]
    return tokenizer_of(known, told["tokenizer.ggml.merges"], special)


def _library() -> Any:
    try:
        import gguf
    except ImportError as error:
        raise UsageError(f"GGUF files need gguf: pip install 'terraformer-iac[train]' ({error})") from None
    return gguf


def _writer(quantisation: str) -> tuple[Any, Any]:
    if quantisation not in QUANTISATIONS:
        raise UsageError(f"quantisation {quantisation!r}: choose one of {', '.join(QUANTISATIONS)}")
    library = _library()
    return library.GGUFWriter(None, "llama"), library


def _add(writer: Any, library: Any, name: str, value: Tensor, quantisation: str) -> None:
    data = np.ascontiguousarray(value.detach().to("cpu", torch.float32).numpy())
    if quantisation == "q8_0" and data.shape[-1] % 32 == 0:
        kind = library.GGMLQuantizationType.Q8_0
        writer.add_tensor(name, library.quants.quantize(data, kind), raw_dtype=kind)
    elif quantisation == "f32":
        writer.add_tensor(name, data)
    else:
        writer.add_tensor(name, data.astype(np.float16))


def _finish(writer: Any, path: Path) -> None:
    scratch = path.with_name(f".{path.name}.part")
    try:
        writer.write_header_to_file(scratch)
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        scratch.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        scratch.unlink(missing_ok=True)


def _head(config: Any) -> int:
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)


def _theta(config: Any) -> float:
    told = getattr(config, "rope_parameters", None) or {}
    return float(told.get("rope_theta") or getattr(config, "rope_theta", None) or 10_000.0)


def _permuted(target: str, value: Tensor, config: Any) -> Tensor:
    heads = 0
    if "attn_q" in target:
        heads = config.num_attention_heads
    elif "attn_k" in target:
        heads = config.num_key_value_heads
    if not heads:
        return value
    rows, columns = value.shape
    return value.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def _vocabulary(writer: Any, library: Any, tokenizer: Any, size: int) -> None:
    told = json.loads(tokenizer.backend_tokenizer.to_str())
    if told["model"]["type"] != "BPE":
        raise UsageError(f"GGUF export knows byte-level BPE only, not a {told['model']['type']} vocabulary")
    words = {int(n): w for w, n in told["model"]["vocab"].items()}
    special = {int(t["id"]): t for t in told["added_tokens"]}
    kinds = library.TokenType
    tokens, types = [], []
    for n in range(size):
        if n in special:
            tokens.append(special[n]["content"])
            types.append(kinds.CONTROL if special[n]["special"] else kinds.USER_DEFINED)
        elif n in words:
            tokens.append(words[n])
            types.append(kinds.NORMAL)
        else:
            tokens.append(f"[PAD{n}]")
            types.append(kinds.UNUSED)
    merges = [m if isinstance(m, str) else " ".join(m) for m in told["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_splitting(told["pre_tokenizer"]))
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    for name, add in (
        ("bos_token_id", writer.add_bos_token_id),
        ("eos_token_id", writer.add_eos_token_id),
        ("pad_token_id", writer.add_pad_token_id),
        ("unk_token_id", writer.add_unk_token_id),
    ):
        value = getattr(tokenizer, name, None)
        if value is not None:
            add(int(value))
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(_CHATML)


def _splitting(told: Mapping[str, Any] | None) -> str:
    """llama.cpp's name of the way of splitting words before BPE."""
    steps = (told or {}).get("pretokenizers") or [told or {}]
    kinds = [s.get("type") for s in steps]
    if kinds == ["ByteLevel"]:
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"]:
        return "smollm"
    patterns = [str(s.get("pattern", {}).get("Regex", "")) for s in steps[:2]]
    if kinds == ["Split", "Split", "ByteLevel"] and tuple(patterns) == SPLITTING:
        return _OWN
    raise UsageError(f"GGUF export does not know how {kinds} split words: use llama.cpp's convert_hf_to_gguf.py")
