"""The decoder for CPUs writes what transformers writes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("transformers", reason="the extra `train` is not installed")

from terraformer.train.bases import LoraSettings, ScratchSettings, load_base, with_lora  # noqa: E402
from terraformer.train.decoding import LlamaDecoder, can_decode  # noqa: E402

END = 2


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(3)
    made = load_base("", scratch=ScratchSettings(2, 64, 4, 2, 96, 512), vocabulary=64).eval()
    for parameter in made.parameters():
        if parameter.ndim > 1:
            parameter.data.mul_(5.0)
    return made


def expected(model: Any, prompt: list[int], tokens: int) -> list[int]:
    out = model.generate(
        input_ids=torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt)),
        max_new_tokens=tokens,
        do_sample=False,
        pad_token_id=END,
        eos_token_id=END,
    )
    found: list[int] = out[0, len(prompt) :].tolist()
    return found


@pytest.mark.parametrize("rows", [1, 3, 16])
def test_greedy_replies_are_the_same(model: Any, rows: int) -> None:
    torch.manual_seed(4)
    prompts = [torch.randint(3, 64, (n,)).tolist() for n in (1, 5, 9, 9, 70, 33, 2)]
    prompts.insert(3, prompts[2])
    got = LlamaDecoder(model).decode(prompts, end=END, tokens=80, temperature=0, rows=rows, seed=0)
    assert got == [expected(model, p, 80) for p in prompts]
    assert any(END in reply for reply in got)
    assert any(len(reply) == 80 for reply in got)
    short = LlamaDecoder(model).decode(prompts, end=END, tokens=1, temperature=0, rows=rows, seed=0)
    assert short == [reply[:1] for reply in got]


def test_drawn_replies(model: Any) -> None:
    prompt = [5, 6, 7]
    call = {"end": -1, "tokens": 2, "temperature": 1.5, "rows": 64}
    drawn = LlamaDecoder(model).decode([prompt] * 3_000, seed=1, **call)
    assert drawn == LlamaDecoder(model).decode([prompt] * 3_000, seed=1, **call)
    assert drawn != LlamaDecoder(model).decode([prompt] * 3_000, seed=2, **call)
    with torch.no_grad():
        first = torch.softmax(model(torch.tensor([prompt])).logits[0, -1] / 1.5, -1)
        likely = int(first.argmax())
        second = torch.softmax(model(torch.tensor([[*prompt, likely]])).logits[0, -1] / 1.5, -1)
    counts = Counter(reply[0] for reply in drawn)
    after = Counter(reply[1] for reply in drawn if reply[0] == likely)
    for told, found in ((first, counts), (second, after)):
        total = sum(found.values())
        for token in range(64):
            share = float(told[token])
            assert found[token] / total == pytest.approx(share, abs=5 * (share * (1 - share) / total) ** 0.5 + 0.002)


def test_what_it_is_for(model: Any) -> None:
    pytest.importorskip("peft", reason="the extra `train` is not installed")
    assert can_decode(model)
    other = load_base("", scratch=ScratchSettings(1, 32, 2, 1, 32, 64), vocabulary=64)
    assert not can_decode(with_lora(other, LoraSettings(rank=2)))
