"""A fresh model with induction heads copies what it sees again, and goes on doing so in llama.cpp."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("transformers", reason="the extra `train` is not installed")

from terraformer.errors import UsageError  # noqa: E402
from terraformer.train.bases import ScratchSettings, load_base  # noqa: E402
from terraformer.train.decoding import LlamaDecoder  # noqa: E402

SHAPE = ScratchSettings(3, 384, 6, 2, 96, 512, theta=1e6, induction=True)


def test_it_copies_before_it_has_learnt() -> None:
    model = load_base("", scratch=SHAPE, vocabulary=2048).eval()
    torch.manual_seed(0)
    once = torch.randint(3, 2048, (4, 120))
    with torch.no_grad():
        guesses = model(torch.cat([once, once], 1)).logits.argmax(-1)
    again = guesses[:, 122:239] == once[:, 3:]
    assert again.float().mean() > 0.97
    assert (guesses[:, :119] == once[:, 1:]).float().mean() < 0.05


def test_prompts_are_followed_through_caches() -> None:
    model = load_base("", scratch=SHAPE, vocabulary=2048).eval()
    torch.manual_seed(1)
    once = torch.randint(3, 2048, (60,)).tolist()
    reply = LlamaDecoder(model).decode([[*once, *once[:4]]], end=-1, tokens=30, temperature=0, rows=1, seed=0)[0]
    assert reply == once[4:34]


@pytest.mark.parametrize(
    "change",
    [
        {"width": 192, "heads": 3, "key_value_heads": 1},
        {"heads": 12},
        {"key_value_heads": 6},
        {"theta": 1e3},
        {"layers": 1},
    ],
    ids=str,
)
def test_shapes_without_room(change: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="induction heads need"):
        load_base("", scratch=replace(SHAPE, **change), vocabulary=64)


def test_it_copies_in_llama_cpp(tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="the extra `train` is not installed")
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")
    from terraformer.models.base import Message, SamplingSettings
    from terraformer.models.embedded import EmbeddedModel
    from terraformer.train.gguf_files import write_model
    from terraformer.train.sampling import RolloutSettings, sample
    from terraformer.train.tokens import ChatTemplate, render_chatml
    from terraformer.train.vocabulary import learn_vocabulary

    text = "kappa gamma omega alpha theta delta beta sigma"
    tokenizer = learn_vocabulary([text] * 20, 330)
    model = load_base("", scratch=SHAPE, vocabulary=384)
    write_model(tmp_path / "m.gguf", model, tokenizer, "f32")
    told: list[Message] = [{"role": "user", "content": f"assistant\n{text} {text}"}]
    ids = tokenizer.encode(render_chatml(told), add_special_tokens=False)
    expected = sample(model, tokenizer, ChatTemplate(), [ids], RolloutSettings(tokens=24, temperature=0.0), 0)[0].text
    embedded = EmbeddedModel(tmp_path / "m.gguf", dialogue="compact")
    try:
        found = embedded.complete(told, SamplingSettings(max_tokens=24)).text
    finally:
        embedded.close()
    assert found == expected
    assert found.startswith(text[:20])  # what followed "assistant" the last time
