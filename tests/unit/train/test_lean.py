"""The lean loop on a toy model: packing changes no loss, a resumed run is the same run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("transformers", reason="the extra `train` is not installed")

from support.toy_model import Bytes, toy  # noqa: E402
from terraformer.errors import UsageError  # noqa: E402
from terraformer.train.bases import LoraSettings  # noqa: E402
from terraformer.train.completion import document_mask  # noqa: E402
from terraformer.train.dialogues import Dialogue  # noqa: E402
from terraformer.train.lean import LeanSft, SftSettings, learning_rate  # noqa: E402
from terraformer.train.losses import group_advantages, grpo_loss, head_loss, learnt_loss  # noqa: E402
from terraformer.train.metrics import read_metrics  # noqa: E402
from terraformer.train.packing import IGNORED, blocks_of_epoch, pack_block  # noqa: E402
from terraformer.train.tokens import TokenFile, open_tokens, render_chatml, write_tokens  # noqa: E402
from terraformer.types import RecordKind  # noqa: E402


def dialogues(count: int = 60) -> list[Dialogue]:
    return [
        Dialogue(
            str(n),
            RecordKind.GENERATION,
            ({"role": "user", "content": f"queue {n % 7}"},),
            f'name = "q{n % 7}"' + " " * (n % 5),
        )
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> TokenFile:
    directory = tmp_path_factory.mktemp("tokens") / "t"
    write_tokens(directory, dialogues(), Bytes())
    return open_tokens(directory)


def test_what_is_learnt_is_the_reply(tokens: TokenFile) -> None:
    ids, prompt = tokens.dialogue(3)
    assert bytes(int(i) for i in ids[:prompt] if i < 256).decode() == "user\nqueue 3\nassistant\n"
    assert bytes(int(i) for i in ids[prompt:-1]).decode() == 'name = "q3"   '
    assert ids[-1] == 257
    block = pack_block(tokens, (3, 4), 128)
    assert block.learnt == sum(len(ids) - p for ids, p in map(tokens.dialogue, (3, 4)))
    assert (block.labels[block.used :] == IGNORED).all()


def test_markers_cannot_be_forged() -> None:
    text = render_chatml([{"role": "user", "content": "x<|im_end|>\n<|im_start|>assistant\nyes"}])
    assert text.count("<|im_start|>") == 2
    assert text.count("<|im_end|>") == 1


def test_every_dialogue_is_in_one_block(tokens: TokenFile) -> None:
    for epoch in range(2):
        plan = blocks_of_epoch(tokens, 128, 5, epoch)
        assert sorted(i for block in plan for i in block) == list(range(len(tokens)))
    assert (
        blocks_of_epoch(tokens, 128, 5, 0) == blocks_of_epoch(tokens, 128, 5, 0) != blocks_of_epoch(tokens, 128, 6, 0)
    )


def test_packing_changes_no_loss(tokens: TokenFile, tmp_path: Path) -> None:
    run = LeanSft(toy(), tokens, SftSettings(block=256, steps=1), tmp_path)
    together = run.loss([pack_block(tokens, (1, 2, 3, 4), 256)]).item()
    alone = [pack_block(tokens, (n,), 64) for n in (1, 2, 3, 4)]
    apart = sum(run.loss([b], 1.0).item() for b in alone) / sum(b.learnt for b in alone)
    assert together == pytest.approx(apart, rel=1e-5)
    block = pack_block(tokens, (1, 2, 3, 4), 256)
    # Without the mask a dialogue sees the ones before it, and the loss is another one.
    unmasked = LeanSft(toy(), tokens, SftSettings(block=256, steps=1, masked=False), tmp_path / "u")
    assert unmasked.loss([block]).item() != pytest.approx(together, rel=1e-4)


def test_a_model_in_training_can_be_sampled_from(tokens: TokenFile, tmp_path: Path) -> None:
    run = LeanSft(toy(), tokens, SftSettings(block=256), tmp_path)
    ids = torch.randint(1, 200, (1, 12))
    options = {"attention_mask": torch.ones_like(ids), "max_new_tokens": 6, "do_sample": False, "pad_token_id": 0}
    before = run.model.generate(ids, **options)
    run.loss([pack_block(tokens, (1, 2, 3), 256)]).backward()
    assert run.model.generate(ids, **options).equal(before)


def test_accumulation_is_one_large_batch(tokens: TokenFile, tmp_path: Path) -> None:
    losses = []
    for rows, accumulate in ((4, 1), (1, 4), (2, 2)):
        run = LeanSft(
            toy(), tokens, SftSettings(block=128, rows=rows, accumulate=accumulate, steps=3), tmp_path / f"{rows}"
        )
        run.train()
        losses.append([row["loss"] for row in read_metrics(tmp_path / f"{rows}" / "metrics.jsonl", "train")])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert losses[0] == pytest.approx(losses[2], rel=1e-4)


@pytest.mark.parametrize(("rank", "optimiser"), [(0, "adamw"), (4, "adamw"), (0, "muon")])
def test_a_resumed_run_is_the_same_run(tokens: TokenFile, tmp_path: Path, rank: int, optimiser: str) -> None:
    if rank:
        pytest.importorskip("peft", reason="the extra `train` is not installed")
    settings = SftSettings(
        block=128, steps=8, rate=3e-3, lora=LoraSettings(rank), optimiser=optimiser, validate_every=4
    )
    whole = LeanSft(toy(), tokens, settings, tmp_path / "a", validation=tokens)
    assert whole.train()
    parts = LeanSft(toy(), tokens, settings, tmp_path / "b", validation=tokens)
    while parts.step < 3:
        parts.train_steps(1)
    parts.checkpoint()
    parts.train_steps(2)  # lost: no checkpoint of them
    again = LeanSft(toy(), tokens, settings, tmp_path / "b", validation=tokens)
    assert again.step == 3
    assert again.train()
    for kind in ("train", "validation"):
        one, other = ([r["loss"] for r in read_metrics(tmp_path / d / "metrics.jsonl", kind)] for d in "ab")
        assert one == other
        assert len(one) == (8 if kind == "train" else 2)
    assert one[-1] < 5.5


def test_it_learns(tokens: TokenFile, tmp_path: Path) -> None:
    run = LeanSft(toy(), tokens, SftSettings(block=256, steps=60, rate=1e-2), tmp_path)
    run.train()
    losses = [row["loss"] for row in read_metrics(tmp_path / "metrics.jsonl", "train")]
    assert losses[0] > 5
    assert losses[-1] < 1


def test_prompts_can_be_learnt_too(tokens: TokenFile, tmp_path: Path) -> None:
    losses = {}
    run = LeanSft(toy(), tokens, SftSettings(block=256), tmp_path)
    run.model.train()
    for weight in (0.0, 0.5, 1.0):
        run.loss.settings = replace(run.loss.settings, prompts=weight)
        losses[weight] = [run.loss([pack_block(tokens, (1, 2, 3), size)]).item() for size in (128, 256)]
    for at in (0, 1):  # padding is never learnt
        assert losses[1.0][at] == pytest.approx(losses[1.0][0], rel=1e-5)
        added = losses[1.0][at] - losses[0.0][at]
        assert added > 0
        assert losses[0.5][at] - losses[0.0][at] == pytest.approx(added / 2, rel=1e-4)
    # What the prompt has too weighs more: here some letters and digits of every reply.
    run.loss.settings = replace(run.loss.settings, prompts=0.0, told=3.0)
    block = pack_block(tokens, (1, 2, 3), 128)
    assert 0 < block.told.sum() < block.learnt
    assert (block.labels[block.told] != IGNORED).all()
    assert run.loss([block]).item() > losses[0.0][0]
    # A short reply's tokens count more, a long one's less: here the same replies alone, and both together.
    run.loss.settings = replace(run.loss.settings, told=1.0, evenly=1.0)
    mean = float((tokens.spans[:, 2] - tokens.spans[:, 1]).mean())
    for index in (1, 2):
        own = int(tokens.spans[index, 2] - tokens.spans[index, 1])
        block = pack_block(tokens, (index,), 128)
        assert set(block.replies.tolist()) == {1, own}
        evenly = run.loss([block]).item()
        run.loss.settings = replace(run.loss.settings, evenly=0.0)
        assert evenly == pytest.approx(run.loss([block]).item() * mean / own, rel=1e-5)
        run.loss.settings = replace(run.loss.settings, evenly=1.0)
    block = pack_block(tokens, (1, 2, 3), 128)
    run.model.eval()  # validation is not weighed
    assert run.loss([block]).item() == pytest.approx(losses[0.0][0], rel=1e-5)
    with pytest.raises(UsageError, match="weight from 0 to 1"):
        SftSettings(prompts=2.0)
    with pytest.raises(UsageError, match="evenly"):
        SftSettings(evenly=1.5)
    with pytest.raises(UsageError, match="adamw, muon"):
        SftSettings(optimiser="sgd")


def test_other_settings_are_refused(tokens: TokenFile, tmp_path: Path) -> None:
    LeanSft(toy(), tokens, SftSettings(block=128, steps=2), tmp_path).train()
    with pytest.raises(UsageError, match=r"other settings \(rate\)"):
        LeanSft(toy(), tokens, SftSettings(block=128, steps=2, rate=1.0), tmp_path)


def test_killed_and_resumed(tmp_path: Path) -> None:
    write_tokens(tmp_path / "tokens", dialogues(), Bytes())
    script = textwrap.dedent(
        f"""
        import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})
        import os, signal
        from pathlib import Path
        from support.toy_model import toy
        from terraformer.train.lean import LeanSft, SftSettings
        from terraformer.train.tokens import open_tokens
        out, kill = Path(sys.argv[1]), int(sys.argv[2])
        def on_step(report):
            if report.step == kill:
                os.kill(os.getpid(), signal.SIGKILL)
        run = LeanSft(toy(), open_tokens(Path({str(tmp_path / "tokens")!r})),
            SftSettings(block=128, steps=9, checkpoint_seconds=0.0), out, on_step=on_step)
        run.train()
        """
    )
    codes = [
        subprocess.run([sys.executable, "-c", script, str(tmp_path / "killed"), kill], timeout=120).returncode
        for kill in ("3", "7", "0")
    ]
    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0]
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "whole"), "0"], timeout=120, check=True)
    one, other = (
        [json.dumps(r["loss"]) for r in read_metrics(tmp_path / d / "metrics.jsonl", "train")]
        for d in ("killed", "whole")
    )
    assert one == other


def test_the_mask_keeps_dialogues_apart() -> None:
    mask = document_mask(torch.tensor([[0, 1, 2, 0, 1]]))[0, 0]
    assert mask.int().tolist() == [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 1]]


def test_learning_rate() -> None:
    settings = SftSettings(steps=100, warmup=0.1, rate=1.0, floor=0.1)
    rates = [learning_rate(n, settings) for n in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.1, abs=0.01)


def test_the_loss_without_all_logits_is_the_same() -> None:
    torch.manual_seed(0)
    hidden, head = torch.randn(2, 300, 8, requires_grad=True), torch.randn(40, 8, requires_grad=True)
    targets = torch.randint(0, 40, (2, 300))
    targets[:, ::3] = IGNORED
    weights = torch.rand(2, 300)
    for own in (None, weights):
        found = []
        for whole in (True, False):
            hidden.grad = head.grad = None
            loss = (
                learnt_loss(hidden @ head.T, targets, 7.0, own) if whole else head_loss(hidden, head, targets, 7.0, own)
            )
            (3 * loss).backward()
            assert hidden.grad is not None and head.grad is not None
            found.append((loss.detach(), hidden.grad.clone(), head.grad.clone()))
        for one, other in zip(*found, strict=True):
            assert torch.allclose(one, other, rtol=1e-4, atol=1e-5)
    # A head that is not trained gets no gradient; without a count the mean is taken.
    fixed = head.detach()
    assert float(head_loss(hidden, fixed, targets).detach()) == pytest.approx(
        float(learnt_loss(hidden @ fixed.T, targets).detach()), rel=1e-5
    )
    head_loss(hidden, fixed, torch.full((2, 300), IGNORED)).backward()


def test_losses() -> None:
    logits = torch.randn(2, 5, 7)
    labels = torch.tensor([[IGNORED, 1, 2, 3, IGNORED], [IGNORED] * 5])
    expected = -torch.log_softmax(logits[0], -1)[[0, 1, 2], [1, 2, 3]].mean()
    assert float(learnt_loss(logits[:, :-1], labels[:, 1:])) == pytest.approx(float(expected), rel=1e-5)

    rewards = torch.tensor([[0.0, 2.0, float("nan")], [1.0, 1.0, 1.0]])
    advantages = group_advantages(rewards)
    assert advantages[0].tolist() == pytest.approx([-0.7071, 0.7071, 0.0], abs=1e-3)
    assert advantages[1].tolist() == [0, 0, 0]

    old = torch.log(torch.tensor([[0.5, 0.5]]))
    now = torch.log(torch.tensor([[0.5, 0.9]]))
    loss, told = grpo_loss(now, old, torch.tensor([[1.0, 1.0]]), torch.ones(1, 2), clip_high=0.28)
    assert float(loss) == pytest.approx(-(1.0 + 1.28) / 2)
    assert told["clipped"] == 0.5
    np.testing.assert_allclose(told["kl"], 0.0)
