"""The TRL trainers: the same loss as the lean loop on the same batch, rewards masked, credit by token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("trl", reason="the extra `train-trl` is not installed")
pytest.importorskip("datasets", reason="the extra `train-trl` is not installed")

from support.toy_records import record  # noqa: E402
from terraformer.rewards import AnswerFacts, CreditSettings, Expectation, Span  # noqa: E402
from terraformer.train.bases import ScratchSettings, load_base  # noqa: E402
from terraformer.train.dialogues import dialogue_of  # noqa: E402
from terraformer.train.judging import Judge, Judged, RlTask  # noqa: E402
from terraformer.train.lean import LeanSft, SftSettings  # noqa: E402
from terraformer.train.lean_rl import RlSettings  # noqa: E402
from terraformer.train.packing import pack_block  # noqa: E402
from terraformer.train.sampling import RolloutSettings  # noqa: E402
from terraformer.train.settings import Recipe  # noqa: E402
from terraformer.train.tokens import open_tokens, write_tokens  # noqa: E402
from terraformer.train.trl_grpo import VerifierReward, grpo_trainer, spread  # noqa: E402
from terraformer.train.trl_sft import sft_trainer  # noqa: E402
from terraformer.train.vocabulary import learn_vocabulary  # noqa: E402
from terraformer.types import RecordKind  # noqa: E402

SHAPE = ScratchSettings(layers=1, width=32, heads=2, key_value_heads=1, inner=64, context=256)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return learn_vocabulary([record(n).after.text("main.tf") for n in range(8)], 320)


def model() -> Any:
    torch.manual_seed(3)
    return load_base("", scratch=SHAPE, vocabulary=320)


def test_the_same_loss_on_the_same_batch(tokenizer: Any, tmp_path: Path) -> None:
    write_tokens(tmp_path / "t", [dialogue_of(record(n)) for n in range(6)], tokenizer)
    tokens = open_tokens(tmp_path / "t")
    settings = SftSettings(block=256, rows=3, steps=2)
    lean = LeanSft(model(), tokens, settings, tmp_path / "lean", device="cpu")
    expected = float(lean.loss([pack_block(tokens, (0, 1, 2), 512)]))
    trainer = sft_trainer(Recipe(sft=settings), model(), tokenizer, tokens, tmp_path / "trl", options={"use_cpu": True})
    batch = trainer.data_collator([trainer.train_dataset[n] for n in range(3)])
    found = float(trainer.compute_loss(trainer.model, trainer._prepare_inputs(batch)))
    assert found == pytest.approx(expected, rel=1e-4)
    trainer.train()
    assert trainer.state.global_step == 2


class Fixed(Judge):
    """Blames the first character of a reply; the tools fail on every fourth one."""

    def __init__(self) -> None:
        self.calls = 0

    def judge(self, pairs: Sequence[tuple[RlTask, str]]) -> list[Judged]:
        found = []
        for _, reply in pairs:
            self.calls += 1
            value = None if self.calls % 4 == 0 else float(len(reply) % 3)
            found.append(Judged(value, None, AnswerFacts({}, 1, 1), None, blamed=(Span(0, 1, "x"),)))
        return found


def task(number: int) -> RlTask:
    messages = ({"role": "user", "content": f"queue {number}"},)
    return RlTask(str(number), RecordKind.GENERATION, "", messages, (), Expectation())


def test_credit_is_spread_over_tokens(tokenizer: Any) -> None:
    reward = VerifierReward([task(0)], Fixed(), tokenizer.eos_token)
    ids = [*tokenizer.encode("name = 1", add_special_tokens=False), tokenizer.eos_token_id]
    assert reward(["p"] * 2, ["name = 1<|im_end|>", "other"], task=["0", "0"]) == [2.0, 2.0]
    settings = CreditSettings()
    rows = [("0", ids), ("0", ids)]
    out = spread(torch.tensor([-1.0, 0.0]), rows, len(ids) + 2, reward, tokenizer, settings, tokenizer.eos_token_id)
    assert out.shape == (2, len(ids) + 2)
    assert out[0, 0] == -settings.blamed
    assert out[0, 1] == -settings.elsewhere
    assert (out[1] == 0).all()


def test_it_trains_with_masked_rewards(tokenizer: Any, tmp_path: Path) -> None:
    settings = RlSettings(prompts=2, group=4, steps=2, rate=1e-3, rollout=RolloutSettings(tokens=8))
    recipe = Recipe(rl=settings)
    judge = Fixed()
    trainer = grpo_trainer(recipe, model(), tokenizer, [task(n) for n in range(4)], judge, tmp_path, use_cpu=True)
    seen: list[Any] = []
    compute = trainer._compute_loss
    trainer._compute_loss = lambda m, inputs: seen.append(inputs["advantages"]) or compute(m, inputs)
    trainer.train()
    assert judge.calls == 16
    assert all(a.ndim == 2 for a in seen)
    assert any(len(set(row.tolist())) > 1 for a in seen for row in a)
    assert any((row == 0).all() for a in seen for row in a)
