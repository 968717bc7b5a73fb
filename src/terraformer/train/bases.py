"""Loading what training starts from: a Hugging Face directory, the weights that the package fetches, or nothing."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch

from terraformer.errors import UsageError
from terraformer.models.embedded import packaged_model
from terraformer.train.gguf_files import read_tokenizer
from terraformer.train.induction import give_induction

__all__ = ["LoraSettings", "ScratchSettings", "base_tokenizer", "load_base", "with_lora"]

EMBEDDED = "smollm2"
PACKAGED = "terraformer-19m"
"""The model of the package, to go on from: its Q8_0 weights as numbers."""

_UNREADABLE: Final = (OSError, ValueError, KeyError, IndexError, struct.error)
"""What the libraries raise for files that are none of a model, or cut short."""


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """Low-rank adapters on the linear layers of every block (arXiv 2106.09685); ``rank`` 0 trains all weights."""

    rank: int = 0
    alpha: int = 32
    dropout: float = 0.0
    targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class ScratchSettings:
    """A Llama of our own, trained from nothing. ``induction`` lets it copy from the start (train/induction.py): it has
    an output head of its own then."""

    layers: int = 8
    width: int = 512
    heads: int = 8
    key_value_heads: int = 4
    inner: int = 1408
    context: int = 4096
    theta: float = 10_000.0
    induction: bool = False


def base_tokenizer(base: str | Path) -> Any:
    """The tokenizer of a base: a name, a directory, or a GGUF file. Raises UsageError when it cannot be read."""
    transformers = _transformers()
    directory, gguf = _place(base)
    own = read_tokenizer(directory / gguf) if gguf else None
    if own is not None:
        return own
    try:
        if gguf:
            return transformers.AutoTokenizer.from_pretrained(str(directory), gguf_file=gguf)
        return transformers.AutoTokenizer.from_pretrained(str(directory), local_files_only=True)
    except _UNREADABLE as error:
        raise UsageError(f"{base}: no tokenizer can be read there: {_line(error)}") from None


def load_base(
    base: str | Path, *, scratch: ScratchSettings | None = None, vocabulary: int = 0, dtype: torch.dtype = torch.float32
) -> Any:
    """A causal language model in ``dtype``. ``scratch`` makes a new one with ``vocabulary`` words instead of reading
    weights. Raises UsageError when there are none."""
    transformers = _transformers()
    if scratch is not None:
        try:
            configuration = transformers.LlamaConfig(
                vocab_size=vocabulary,
                hidden_size=scratch.width,
                intermediate_size=scratch.inner,
                num_hidden_layers=scratch.layers,
                num_attention_heads=scratch.heads,
                num_key_value_heads=scratch.key_value_heads,
                max_position_embeddings=scratch.context,
                rope_parameters={"rope_type": "default", "rope_theta": scratch.theta},
                tie_word_embeddings=not scratch.induction,
            )
        except Exception as error:  # transformers has errors of its own for each library that checks
            raise UsageError(f"base.scratch: {_line(error)}") from None
        model = transformers.LlamaForCausalLM(configuration)
        model.config._attn_implementation = "sdpa"
        if scratch.induction:
            try:
                give_induction(model)
            except ValueError as error:
                raise UsageError(f"base.scratch: {error}") from None
        return model.to(dtype)
    directory, gguf = _place(base)
    options: dict[str, Any] = {"dtype": dtype, "attn_implementation": "sdpa"}
    if gguf:
        options["gguf_file"] = gguf
    else:
        options["local_files_only"] = True
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # a bar for each tensor, that no setting switches off
            model = transformers.AutoModelForCausalLM.from_pretrained(str(directory), **options)
    except _UNREADABLE as error:
        raise UsageError(f"{base}: no model can be read there: {_line(error)}") from None
    if gguf:  # its weights are numbers like any others now, which transformers would refuse to save
        model = _plain(model)
    return model.to(dtype)


def with_lora(model: Any, settings: LoraSettings) -> Any:
    """The model with adapters to be trained, its own weights frozen. Raises UsageError without peft."""
    try:
        import peft
    except ImportError as error:
        raise UsageError(f"LoRA needs peft: pip install 'terraformer-iac[train]' ({error})") from None
    return peft.get_peft_model(
        model,
        peft.LoraConfig(
            r=settings.rank,
            lora_alpha=settings.alpha,
            lora_dropout=settings.dropout,
            target_modules=list(settings.targets),
            task_type="CAUSAL_LM",
        ),
    )


def describe(lora: LoraSettings | None, scratch: ScratchSettings | None) -> str:
    """JSON of what was chosen, for the record of a run."""
    return json.dumps({"lora": asdict(lora) if lora else None, "scratch": asdict(scratch) if scratch else None})


def _plain(model: Any) -> Any:
    """The same weights in a model that does not know of its file."""
    config = copy.deepcopy(model.config)
    del config.quantization_config
    found = type(model)(config)
    found.load_state_dict(model.state_dict())
    found.tie_weights()
    return found


def _place(base: str | Path) -> tuple[Path, str]:
    """(directory, name of a GGUF file in it or "")."""
    if str(base) == EMBEDDED:
        from terraformer.models.weights import fetch

        path = fetch()
        return path.parent, path.name
    if str(base) == PACKAGED:
        shipped = packaged_model()
        if shipped is None:
            raise UsageError(f"{PACKAGED}: this installation comes without the model")
        return shipped.parent, shipped.name
    path = Path(base)
    if path.is_file() and path.suffix == ".gguf":
        return path.parent, path.name
    if path.is_dir():
        return path, ""
    raise UsageError(f'{base}: neither "{EMBEDDED}" nor "{PACKAGED}" nor a directory of a model nor a .gguf file')


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as error:
        raise UsageError(f"training needs transformers: pip install 'terraformer-iac[train]' ({error})") from None
    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return transformers


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
