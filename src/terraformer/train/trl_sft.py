"""Supervised fine-tuning by TRL, for several GPUs: the same token files and the same loss as the lean loop.

    accelerate launch -m terraformer.train.trl_sft --recipe recipes/train_paper.toml --tokens DIR --out DIR

What accelerate is told (DeepSpeed, FSDP, number of processes) is its own settings' matter. ``[trl.sft]`` of the recipe
is handed to ``SFTConfig`` as it is. Tested at toy size on one CPU; untested on several devices.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from terraformer.errors import UsageError
from terraformer.train.bases import LoraSettings, base_tokenizer, load_base
from terraformer.train.settings import Recipe, load_recipe
from terraformer.train.tokens import TokenFile, open_tokens

__all__ = ["lora_config", "main", "needed", "sft_trainer", "token_dataset"]


def needed(module: str) -> Any:
    """A module of the extra ``train-trl``. Raises UsageError when it cannot be imported."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UsageError(f"this needs TRL: pip install 'terraformer-iac[train-trl]' ({error})") from None


def token_dataset(file: TokenFile, longest: int) -> Any:
    """The dialogues as a ``datasets.Dataset`` with ``input_ids`` and ``completion_mask``, which TRL takes as it is."""
    datasets = needed("datasets")

    def rows() -> Iterator[dict[str, list[int]]]:
        for index in range(len(file)):
            ids, prompt = file.dialogue(index)
            if len(ids) <= longest:
                yield {"input_ids": ids.tolist(), "completion_mask": [0] * prompt + [1] * (len(ids) - prompt)}

    return datasets.Dataset.from_list(list(rows()))


def lora_config(settings: LoraSettings) -> Any:
    """peft's own, None without a rank."""
    if not settings.rank:
        return None
    import peft

    return peft.LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=list(settings.targets),
        task_type="CAUSAL_LM",
    )


def sft_trainer(
    recipe: Recipe,
    model: Any,
    tokenizer: Any,
    tokens: TokenFile,
    out: Path,
    *,
    validation: TokenFile | None = None,
    options: Mapping[str, Any] | None = None,
) -> Any:
    """A ``trl.SFTTrainer`` over the recipe's ``sft``. ``options`` go over what the recipe says."""
    trl = needed("trl")
    sft = recipe.sft
    chosen: dict[str, Any] = {
        "output_dir": str(out),
        "per_device_train_batch_size": sft.rows,
        "gradient_accumulation_steps": sft.accumulate,
        "max_steps": sft.steps,
        "learning_rate": sft.rate,
        "warmup_steps": max(1, round(sft.warmup * sft.steps)),
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": {"min_lr_rate": sft.floor},
        "weight_decay": sft.weight_decay,
        "adam_beta2": sft.beta2,
        "max_grad_norm": sft.clip,
        "seed": sft.seed,
        "bf16": sft.dtype == "bfloat16",
        "max_length": sft.block,
        "packing": False,
        "completion_only_loss": True,
        "gradient_checkpointing": False,
        "logging_steps": 1,
        "save_total_limit": sft.keep,
        "save_steps": max(1, sft.validate_every or 500),
        "eval_strategy": "steps" if validation is not None and sft.validate_every else "no",
        "eval_steps": sft.validate_every or None,
        "report_to": [],
        **dict(recipe.trl.get("sft", {})),
        **dict(options or {}),
    }
    return trl.SFTTrainer(
        model=model,
        args=trl.SFTConfig(**chosen),
        train_dataset=token_dataset(tokens, sft.block),
        eval_dataset=token_dataset(validation, sft.block) if validation is not None else None,
        processing_class=tokenizer,
        peft_config=lora_config(sft.lora),
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="terraformer.train.trl_sft", description="Supervised fine-tuning by TRL.")
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--tokens", type=Path, required=True, help="of `terraformer train tokens`")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    recipe = load_recipe(given.recipe, given.changes)
    tokenizer = base_tokenizer(given.tokens / "tokenizer")
    scratch = recipe.base.scratch
    model = load_base(recipe.base.model, scratch=scratch, vocabulary=-(-len(tokenizer) // 64) * 64)
    held = given.tokens / "validation"
    trainer = sft_trainer(
        recipe,
        model,
        tokenizer,
        open_tokens(given.tokens / "train"),
        given.out,
        validation=open_tokens(held) if held.is_dir() else None,
    )
    found = sorted(given.out.glob("checkpoint-*"))
    trainer.train(resume_from_checkpoint=bool(found))
    trainer.save_model(str(given.out / "best"))
    tokenizer.save_pretrained(given.out / "best")


if __name__ == "__main__":
    main()
