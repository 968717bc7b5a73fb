"""GRPO by TRL with the verifier as reward and token credit, for several GPUs and vLLM.

    accelerate launch -m terraformer.train.trl_grpo --recipe recipes/train_paper.toml --model DIR --data DIR --out DIR

``VerifierReward`` judges completions with the same ``Judge`` as the lean loop; where the tools failed it returns None,
which TRL masks. ``TokenCreditTrainer`` spreads each advantage over the tokens. Every process has workers of its own.
Not covered here: multi-turn repairs, the curriculum, known answers in the groups and supervised tokens besides, which
the lean loop has. Tested at toy size on one CPU; untested on several devices and with vLLM.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from terraformer.rewards import CreditSettings, token_credit
from terraformer.train.datasets import sample_tasks
from terraformer.train.judging import Judge, Judged, RlTask
from terraformer.train.runs import load_model, load_tokenizer
from terraformer.train.sampling import Rollout, offsets_of
from terraformer.train.settings import Recipe, load_recipe
from terraformer.train.tokens import ChatTemplate
from terraformer.train.trl_sft import lora_config, needed
from terraformer.verify import VerifierPool

__all__ = ["VerifierReward", "credit_trainer", "grpo_trainer", "main", "spread", "task_dataset"]

_REMEMBERED: Final = 4096


class VerifierReward:
    """A reward function of TRL: prompts and completions as text, the dataset's column ``task`` tells which request."""

    __name__ = "verifier"

    def __init__(self, tasks: Sequence[RlTask], judge: Judge, end: str) -> None:
        self._tasks, self._judge, self._end = {t.id: t for t in tasks}, judge, end
        self._judged: dict[tuple[str, str], Judged] = {}

    def __call__(
        self, prompts: Sequence[str], completions: Sequence[str], task: Sequence[str], **_: Any
    ) -> list[float | None]:
        del prompts
        if len(self._judged) > _REMEMBERED:
            self._judged.clear()
        replies = [c.removesuffix(self._end) for c in completions]
        judged = self._judge.judge([(self._tasks[t], reply) for t, reply in zip(task, replies, strict=True)])
        self._judged.update({(t, r): j for t, r, j in zip(task, replies, judged, strict=True)})
        return [j.reward for j in judged]

    def verdict(self, task: str, reply: str) -> Judged | None:
        """What was found of a reply that was judged lately."""
        return self._judged.get((task, reply))


def spread(
    advantages: Tensor,
    rows: Sequence[tuple[str, Sequence[int]]],
    width: int,
    reward: VerifierReward,
    tokenizer: Any,
    settings: CreditSettings,
    end: int,
) -> Tensor:
    """Advantages (B, T) of (B,): each row's (task, completion ids) by where its certificates point."""
    out = advantages[:, None].repeat(1, width)
    for row, (task, ids) in enumerate(rows):
        finished = bool(ids) and ids[-1] == end
        text = tokenizer.decode(list(ids[:-1] if finished else ids), skip_special_tokens=False)
        judged = reward.verdict(task, text)
        value = float(advantages[row])
        if judged is None or not judged.blamed or not value:
            continue
        offsets = offsets_of(tokenizer, Rollout((), tuple(ids), text, finished))
        credit = token_credit(offsets, value, judged.blamed, judged.sound, settings)
        out[row, : len(ids)] = torch.tensor(list(credit), dtype=out.dtype, device=out.device)
    return out


def credit_trainer() -> Any:
    """The subclass of ``trl.GRPOTrainer``. Raises UsageError without TRL."""
    trl = needed("trl")

    class TokenCreditTrainer(trl.GRPOTrainer):  # type: ignore[misc, name-defined]
        """Gives the loss an advantage for each token. ``credit`` None leaves them even."""

        credit: CreditSettings | None = None
        verifier: VerifierReward | None = None

        def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
            out: dict[str, Any] = super()._generate_and_score_completions(inputs)
            if self.credit is None or self.verifier is None:
                return out
            ids, mask = out["completion_ids"], out["completion_mask"]
            rows = [(example["task"], ids[n][: int(mask[n].sum())].tolist()) for n, example in enumerate(inputs)]
            end = self.processing_class.eos_token_id
            out["advantages"] = spread(
                out["advantages"], rows, ids.shape[1], self.verifier, self.processing_class, self.credit, end
            )
            return out

    return TokenCreditTrainer


def task_dataset(tasks: Sequence[RlTask], tokenizer: Any, template: ChatTemplate) -> Any:
    """Prompts as text (so that no other template is put over ours), and the requests' ids."""
    datasets = needed("datasets")
    return datasets.Dataset.from_list([{"prompt": template.prompt(tokenizer, t.messages), "task": t.id} for t in tasks])


def grpo_trainer(
    recipe: Recipe, model: Any, tokenizer: Any, tasks: Sequence[RlTask], judge: Judge, out: Path, **options: Any
) -> Any:
    """A trainer over the recipe's ``rl``; ``options`` go over what the recipe says to ``trl.GRPOConfig``."""
    trl = needed("trl")
    rl = recipe.rl
    falls = rl.floor < 1
    chosen: dict[str, Any] = {
        "output_dir": str(out),
        "per_device_train_batch_size": rl.prompts * rl.group,
        "num_generations": rl.group,
        "max_steps": rl.steps,
        "learning_rate": rl.rate,
        "lr_scheduler_type": "polynomial" if falls else "constant_with_warmup",
        "lr_scheduler_kwargs": {"lr_end": rl.rate * rl.floor, "power": 1.0} if falls else {},
        "warmup_steps": rl.warmup,
        "weight_decay": rl.weight_decay,
        "max_grad_norm": rl.clip,
        "epsilon": rl.clip_low,
        "epsilon_high": rl.clip_high,
        "beta": rl.beta,
        "num_iterations": rl.passes,
        "temperature": rl.rollout.temperature,
        "top_p": rl.rollout.top_p,
        "max_completion_length": rl.rollout.tokens,
        "scale_rewards": "group" if rl.scale else "none",
        "loss_type": "dapo",
        "seed": rl.seed,
        "bf16": rl.dtype == "bfloat16",
        "gradient_checkpointing": False,
        "logging_steps": 1,
        "save_total_limit": rl.keep,
        "report_to": [],
        **dict(recipe.trl.get("grpo", {})),
        **options,
    }
    template = ChatTemplate(recipe.base.template, tokenizer.eos_token)
    reward = VerifierReward(tasks, judge, tokenizer.eos_token)
    trainer = credit_trainer()(
        model=model,
        args=trl.GRPOConfig(**chosen),
        reward_funcs=[reward],
        train_dataset=task_dataset(tasks, tokenizer, template),
        processing_class=tokenizer,
        peft_config=lora_config(rl.lora),
    )
    trainer.credit, trainer.verifier = rl.credit, reward
    return trainer


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="terraformer.train.trl_grpo", description="GRPO by TRL with the verifier.")
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--model", required=True, help="a directory of a model")
    parser.add_argument("--data", type=Path, action="append", required=True, help="a dataset; may be repeated")
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=8, help="verifications at once, in each process")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    recipe = load_recipe(given.recipe, given.changes)
    tokenizer = load_tokenizer(given.model)
    tasks = sample_tasks(given.data, "train", given.tasks, seed=recipe.rl.seed)
    with VerifierPool(workers=given.workers) as pool:
        judge = Judge(pool, recipe.reward, recipe.dense)
        trainer = grpo_trainer(recipe, load_model(given.model), tokenizer, tasks, judge, given.out)
        trainer.train(resume_from_checkpoint=any(given.out.glob("checkpoint-*")))
        trainer.save_model(str(given.out / "best"))
        tokenizer.save_pretrained(given.out / "best")


if __name__ == "__main__":
    main()
