"""Runs of a recipe, as the command line and the GPU kit start them: where all lies, and how a later stage finds it.

    RUN/run.json        the recipe, the stage and what it started from
    RUN/tokenizer/      of the model
    RUN/metrics.jsonl   training, validation, evaluation, audit
    RUN/checkpoints/    the latest ones, to resume from
    RUN/best/           the model of the best evaluation, where there was one

The same call goes on with an unfinished run, and does nothing to a finished one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch

from terraformer.errors import UsageError
from terraformer.files import replace_file
from terraformer.rewards import AuditRow
from terraformer.train.bases import LoraSettings, base_tokenizer, load_base, with_lora
from terraformer.train.checkpoints import load_weights
from terraformer.train.datasets import dialogues, make_tokens, records, sample_tasks
from terraformer.train.evaluation import Evaluation, figures_of, measure
from terraformer.train.judging import Judge, RlTask
from terraformer.train.lean import LeanSft, StepReport
from terraformer.train.lean_rl import LeanRl
from terraformer.train.sampling import RolloutSettings
from terraformer.train.settings import Recipe, recipe_of
from terraformer.train.tokens import ChatTemplate, open_tokens
from terraformer.train.vocabulary import learn_vocabulary, texts
from terraformer.verify import VerifierPool

__all__ = [
    "Run",
    "evaluate_model",
    "load_model",
    "load_tokenizer",
    "open_run",
    "prepare_tokens",
    "run_rl",
    "run_sft",
    "with_seconds",
]

_VOCABULARY_TEXT: Final = 150_000_000
_TOKENIZER: Final = "tokenizer"


@dataclass(frozen=True, slots=True)
class Run:
    """A run's directory as found on disk. ``stage`` is "sft" or "rl"; ``started_from`` names a base or another run."""

    directory: Path
    stage: str
    started_from: str
    recipe: Recipe

    @property
    def lora(self) -> LoraSettings:
        return self.recipe.sft.lora if self.stage == "sft" else self.recipe.rl.lora

    def weights(self) -> Path:
        """The best model, else the latest checkpoint's. Raises UsageError when there is none yet."""
        if (self.directory / "best").is_dir():
            return self.directory / "best"
        found = sorted((self.directory / "checkpoints").glob("step-*"))
        if not found:
            raise UsageError(f"{self.directory}: the run has no checkpoint yet")
        return found[-1] / "model"


def open_run(directory: Path) -> Run:
    """Raises UsageError when the directory is none of a run."""
    try:
        told = json.loads((directory / "run.json").read_text())
        return Run(directory, told["stage"], told["started_from"], recipe_of(told["recipe"], str(directory)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{directory}: not the directory of a training run: {error}") from None


def prepare_tokens(
    recipe: Recipe,
    data: Sequence[Path],
    out: Path,
    *,
    most: Mapping[Path, int] | None = None,
    on_dialogue: Callable[[str, int], None] | None = None,
) -> dict[str, Any]:
    """Token files of datasets, ``out/SPLIT``, and the tokenizer they were made with; a model from scratch learns its
    vocabulary on the training split. ``most`` bounds the records of a dataset. Returns meta data by split."""
    if recipe.base.scratch is not None:
        source = texts(dialogues(records(data, "train", most)), _VOCABULARY_TEXT)
        tokenizer = learn_vocabulary(source, recipe.base.vocabulary)
    else:
        tokenizer = load_tokenizer(recipe.base.model)
    template = _template(recipe)
    told = make_tokens(data, out, tokenizer, template, longest=recipe.base.longest, most=most, on_dialogue=on_dialogue)
    tokenizer.save_pretrained(out / _TOKENIZER)
    return told


def load_model(reference: str | Path, *, dtype: torch.dtype = torch.float32, tuned: bool = True) -> Any:
    """The model of a base or of a run, adapters merged into it. ``tuned`` False gives what the run started from at its
    very beginning: the base, or for a model from scratch nothing (UsageError)."""
    path = Path(reference)
    if not (path / "run.json").exists():
        return load_base(reference, dtype=dtype)
    run = open_run(path)
    if not tuned:
        if run.started_from == "scratch":
            raise UsageError(f"{path}: the model was made from nothing: there is no base to compare with")
        return load_model(run.started_from, dtype=dtype, tuned=False)
    weights = run.weights()
    if not (weights / "adapter_config.json").exists():
        return load_base(weights, dtype=dtype)
    model = with_lora(load_model(run.started_from, dtype=dtype), run.lora)
    load_weights(model, weights, torch.device("cpu"))
    return model.merge_and_unload()


def load_tokenizer(reference: str | Path) -> Any:
    """The tokenizer of a base, a run or a directory of tokens."""
    path = Path(reference)
    return base_tokenizer(path / _TOKENIZER if (path / _TOKENIZER).is_dir() else reference)


def run_sft(
    recipe: Recipe,
    tokens: Path,
    out: Path,
    *,
    data: Sequence[Path] = (),
    workers: int = 1,
    device: str | None = None,
    peak: float | None = None,
    on_step: Callable[[StepReport], None] | None = None,
) -> bool:
    """Supervised fine-tuning on the token files of ``prepare_tokens``; whether it is finished.

    With ``data`` the model is evaluated on held-out requests with the real verifier, by ``workers`` processes.
    """
    tokenizer = load_tokenizer(tokens)
    scratch = recipe.base.scratch
    started_from = "scratch" if scratch is not None else recipe.base.model
    torch.manual_seed(recipe.sft.seed)
    _begin(out, "sft", started_from, recipe, tokenizer)
    if scratch is not None:
        model = load_base(recipe.base.model, scratch=scratch, vocabulary=_rounded(len(tokenizer)))
    else:
        model = load_model(recipe.base.model)
    training = open_tokens(tokens / "train")
    validation = open_tokens(tokens / "validation") if (tokens / "validation").is_dir() else None
    with ExitStack() as stack:
        evaluation = None
        if data and recipe.evaluation.tasks:
            judge = Judge(stack.enter_context(VerifierPool(workers=workers)), recipe.reward, recipe.dense)
            evaluation = Evaluation(
                _held_out(recipe, data, tokenizer), tokenizer, _template(recipe), judge, recipe.evaluation, out
            )
        return LeanSft(
            model,
            training,
            recipe.sft,
            out,
            validation=validation,
            device=device,
            peak=peak,
            evaluate=evaluation,
            on_step=on_step,
        ).train()


def run_rl(
    recipe: Recipe,
    model: str | Path,
    data: Sequence[Path],
    out: Path,
    *,
    tokens: Path | None = None,
    workers: int = 1,
    tasks: int = 4096,
    device: str | None = None,
    on_step: Callable[[AuditRow], None] | None = None,
) -> bool:
    """Reinforcement learning from ``model`` (a run or a base) on up to ``tasks`` requests of the training split;
    whether it is finished. ``tokens`` are those of ``rl.anchor``."""
    tokenizer = load_tokenizer(model)
    anchor = (open_tokens(tokens / "train"), recipe.sft) if tokens is not None else None
    if anchor is not None and anchor[0].meta["vocabulary"] != len(tokenizer):
        raise UsageError(f"{tokens}: tokens of another vocabulary than that of {model}")
    if recipe.rl.anchor and anchor is None:
        raise UsageError("rl.anchor needs supervised tokens (--tokens)")
    template = _template(recipe)
    _begin(out, "rl", str(model), recipe, tokenizer)
    policy = load_model(model)

    def fits(task: RlTask) -> bool:
        prompt = template.prompt(tokenizer, task.messages)
        return len(tokenizer.encode(prompt, add_special_tokens=False)) <= recipe.rl.longest_prompt

    drawn = sample_tasks(data, "train", tasks, seed=recipe.rl.seed, fits=fits)
    if not drawn:
        raise UsageError(
            f"no request of the training split has a policy and at most {recipe.rl.longest_prompt} tokens: "
            "raise rl.longest_prompt"
        )
    with VerifierPool(workers=workers) as pool:
        judge = Judge(pool, recipe.reward, recipe.dense)
        evaluation = None
        if recipe.evaluation.tasks and recipe.rl.evaluate_every:
            held = _held_out(recipe, data, tokenizer)
            evaluation = Evaluation(held, tokenizer, template, judge, recipe.evaluation, out)
        return LeanRl(
            policy,
            tokenizer,
            drawn,
            judge,
            recipe.rl,
            out,
            template=template,
            device=device,
            anchor=anchor,
            evaluate=evaluation,
            on_step=on_step,
        ).train()


def evaluate_model(
    recipe: Recipe,
    model: str | Path,
    data: Sequence[Path],
    out: Path,
    *,
    split: str = "test",
    tasks: int = 200,
    temperature: float = 0.0,
    samples: int = 1,
    workers: int = 1,
    device: str | None = None,
    seed: int = 1,
    on_reply: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Figures of a base or run on held-out requests; ``out`` gets them and every reply, as JSON lines.

    With several samples the shares are of replies, and ``solved`` is the share of requests with a correct one. Replies
    are kept in ``out``.partial as they come: the same call goes on there. ``on_reply`` hears (how many, of how many).
    """
    tokenizer, template = load_tokenizer(model), _template(recipe)
    settings = replace(recipe.evaluation, split=split, tasks=tasks)
    chosen = _held_out(replace(recipe, evaluation=settings), data, tokenizer)
    if not chosen:
        raise UsageError(f"no request of the split {split!r} has a policy and is short enough")
    # Requests of like length side by side, all samples of one together.
    chosen.sort(key=lambda t: (sum(len(m["content"]) for m in t.messages), t.id))
    each = [task for task in chosen for _ in range(samples)]
    rollout = RolloutSettings(tokens=settings.tokens, temperature=temperature, rows=settings.rows)
    identity = {"model": str(model), "split": split, "samples": samples, "temperature": temperature, "seed": seed}
    identity |= {
        "tokens": settings.tokens,
        "rows": settings.rows,
        "ids": hashlib.sha256(" ".join(t.id for t in each).encode()).hexdigest(),
    }
    partial = out.with_name(out.name + ".partial")
    rows = _begun(partial, identity)
    if len(rows) < len(each):
        policy = load_model(model).to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        with VerifierPool(workers=workers) as pool:
            judge = Judge(pool, recipe.reward, recipe.dense)
            for start in range(len(rows), len(each), settings.rows):
                part = each[start : start + settings.rows]
                rows += measure(policy, part, tokenizer, template, judge, rollout, seed=seed + start)
                replace_file(partial, "".join(json.dumps(line) + "\n" for line in [identity, *rows]).encode())
                if on_reply is not None:
                    on_reply(len(rows), len(each))
    solved = {r["id"] for r in rows if r["correct"]}
    figures = {"model": str(model), "split": split, "samples": samples, "temperature": temperature, **figures_of(rows)}
    figures["requests"], figures["solved"] = len(chosen), len(solved) / len(chosen)
    replace_file(out, "".join(json.dumps(line) + "\n" for line in [figures, *rows]).encode())
    partial.unlink(missing_ok=True)
    return figures


def _begun(partial: Path, identity: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of an evaluation that was stopped; none where it was another one."""
    try:
        lines = [json.loads(line) for line in partial.read_text().splitlines()]
    except (OSError, ValueError):
        return []
    return lines[1:] if lines and lines[0] == dict(identity) else []


def with_seconds(recipe: Recipe, seconds: float | None) -> Recipe:
    """The recipe with both stages ending a call after so many seconds."""
    if seconds is None:
        return recipe
    return replace(recipe, sft=replace(recipe.sft, seconds=seconds), rl=replace(recipe.rl, seconds=seconds))


def _held_out(recipe: Recipe, data: Sequence[Path], tokenizer: Any) -> list[RlTask]:
    settings, template = recipe.evaluation, _template(recipe)

    def fits(task: RlTask) -> bool:
        prompt = template.prompt(tokenizer, task.messages)
        return len(tokenizer.encode(prompt, add_special_tokens=False)) + settings.tokens <= 2 * recipe.base.longest

    return sample_tasks(data, settings.split, settings.tasks, seed=1, fits=fits)


def _template(recipe: Recipe) -> ChatTemplate:
    return ChatTemplate(recipe.base.template)


def _rounded(words: int) -> int:
    """Sizes that are multiples of 64 are faster on GPUs; the words beyond the tokenizer's are never used."""
    return -(-words // 64) * 64


def _begin(out: Path, stage: str, started_from: str, recipe: Recipe, tokenizer: Any) -> None:
    told: Mapping[str, Any] = {"stage": stage, "started_from": started_from, "recipe": recipe.to_dict()}
    if (out / "run.json").exists():
        old = open_run(out)
        if (old.stage, old.started_from) != (stage, started_from):
            raise UsageError(f"{out}: holds a run of {old.stage} from {old.started_from}: choose another directory")
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(out / _TOKENIZER)
    replace_file(out / "run.json", (json.dumps(told, indent=1) + "\n").encode())
