"""Export to GGUF: what llama.cpp writes greedily is what torch writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("transformers", reason="the extra `train` is not installed")
pytest.importorskip("gguf", reason="the extra `train` is not installed")
pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")

from terraformer.errors import UsageError  # noqa: E402
from terraformer.models.base import SamplingSettings  # noqa: E402
from terraformer.models.embedded import EmbeddedModel  # noqa: E402
from terraformer.train.bases import ScratchSettings, base_tokenizer, load_base  # noqa: E402
from terraformer.train.export import low_rank  # noqa: E402
from terraformer.train.gguf_files import write_adapter, write_model  # noqa: E402
from terraformer.train.sampling import RolloutSettings, sample  # noqa: E402
from terraformer.train.tokens import ChatTemplate, render_chatml  # noqa: E402
from terraformer.train.vocabulary import learn_vocabulary  # noqa: E402

SHAPE = ScratchSettings(layers=2, width=64, heads=2, key_value_heads=1, inner=96, context=512)
TEXT = [f'resource "aws_sqs_queue" "q{n}" {{\n  name = "jobs-{n}"\n  delay_seconds = {n * 10}\n}}\n' for n in range(40)]
PROMPTS = ("A queue jobs.", "name = \"é–x\" 12345 'it's' 10.0.0.0/16 2012-10-17 65535", "  two  spaces\n\n\tand a tab")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return learn_vocabulary(TEXT, 320)


def made(tokenizer: Any, seed: int = 1) -> Any:
    torch.manual_seed(seed)
    model = load_base("", scratch=SHAPE, vocabulary=384)
    for name, parameter in model.named_parameters():  # larger than at the start: no two words are nearly as likely
        if parameter.ndim > 1:
            parameter.data.mul_(8.0 if "embed" in name else 3.0)
    return model


def greedy(model: Any, tokenizer: Any, prompt: str, tokens: int = 24) -> str:
    ids = tokenizer.encode(render_chatml([{"role": "user", "content": prompt}]), add_special_tokens=False)
    settings = RolloutSettings(tokens=tokens, temperature=0.0)
    return sample(model, tokenizer, ChatTemplate(), [ids], settings, 0)[0].text


def written(path: Path, prompt: str, adapter: Path | None = None, tokens: int = 24) -> str:
    model = EmbeddedModel(path, adapter=adapter, dialogue="compact")
    try:
        return model.complete([{"role": "user", "content": prompt}], SamplingSettings(max_tokens=tokens)).text
    finally:
        model.close()


def test_vocabulary(tokenizer: Any) -> None:
    for text in (*PROMPTS, *TEXT[:3]):
        assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text
    assert tokenizer.encode("<|im_start|>", add_special_tokens=False) == [1]
    # What every block repeats is a token, over lines; numbers are split by threes from their end.
    words = [tokenizer.decode([i]) for i in tokenizer.encode(TEXT[3], add_special_tokens=False)]
    assert any("\n" in w.strip("\n") for w in words)
    assert tokenizer.decode(tokenizer.encode("1234567", add_special_tokens=False)[:1]) == "1"
    with pytest.raises(UsageError, match="too small"):
        learn_vocabulary(TEXT, 100)


def test_a_whole_model_writes_the_same(tokenizer: Any, tmp_path: Path) -> None:
    model = made(tokenizer)
    write_model(tmp_path / "m.gguf", model, tokenizer, "f32")
    for prompt in PROMPTS:
        assert written(tmp_path / "m.gguf", prompt) == greedy(model, tokenizer, prompt)
    write_model(tmp_path / "q.gguf", model, tokenizer, "q8_0")
    assert (tmp_path / "q.gguf").stat().st_size < (tmp_path / "m.gguf").stat().st_size / 2
    assert written(tmp_path / "q.gguf", PROMPTS[0], tokens=8)


def test_training_goes_on_from_a_file(tokenizer: Any, tmp_path: Path) -> None:
    model, path = made(tokenizer), tmp_path / "m.gguf"
    write_model(path, model, tokenizer, "f32")
    again, words = load_base(path), base_tokenizer(path)
    for prompt in PROMPTS:
        assert words.encode(prompt, add_special_tokens=False) == tokenizer.encode(prompt, add_special_tokens=False)
        assert greedy(again, words, prompt) == greedy(model, tokenizer, prompt)
    # What is saved of it is a model like any other.
    again.save_pretrained(tmp_path / "saved")
    saved = load_base(tmp_path / "saved").state_dict()
    assert all(torch.equal(value, saved[name]) for name, value in again.state_dict().items())
    assert sum(p.requires_grad for p in again.parameters()) == len(list(again.parameters()))
    path.write_bytes(path.read_bytes()[:2_000])
    for read in (load_base, base_tokenizer):
        with pytest.raises(UsageError, match=r"m\.gguf"):
            read(path)


def test_the_packaged_model_can_be_gone_on_from() -> None:
    words = base_tokenizer("terraformer-19m")
    assert words.decode(words.encode(PROMPTS[1], add_special_tokens=False)) == PROMPTS[1]
    assert load_base("terraformer-19m").config.vocab_size == len(words)


def test_an_adapter_writes_the_same(tokenizer: Any, tmp_path: Path) -> None:
    base, tuned = made(tokenizer), made(tokenizer)
    torch.manual_seed(5)
    for name, parameter in tuned.named_parameters():
        if "proj" in name:
            low = torch.randn(parameter.shape[0], 4) @ torch.randn(4, parameter.shape[1])
            parameter.data.add_(low, alpha=0.08)
    found = low_rank(base, tuned, 4)
    assert found.kept == pytest.approx(1.0, abs=1e-4)
    half = low_rank(base, tuned, 2)
    assert 0.5 < half.kept < 0.99
    write_model(tmp_path / "m.gguf", base, tokenizer, "f32")
    write_adapter(tmp_path / "a.gguf", found.factors, base.config, "f32")
    for prompt in PROMPTS:
        expected = greedy(tuned, tokenizer, prompt)
        assert expected != greedy(base, tokenizer, prompt)
        assert written(tmp_path / "m.gguf", prompt, tmp_path / "a.gguf") == expected


def test_what_cannot_be_exported(tokenizer: Any, tmp_path: Path) -> None:
    model = made(tokenizer)
    with pytest.raises(UsageError, match="equal weights"):
        low_rank(model, model, 4)
    with pytest.raises(UsageError, match="quantisation"):
        write_model(tmp_path / "m.gguf", model, tokenizer, "q3")


@pytest.mark.slow
def test_smollm2_with_a_random_adapter(tmp_path: Path) -> None:
    from terraformer.models.weights import SMOLLM2, cached_path

    path = cached_path(SMOLLM2)
    if not path.exists():
        pytest.skip("the weights of the embedded model are not in the cache")
    from terraformer.train.bases import base_tokenizer

    tokenizer, base = base_tokenizer("smollm2"), load_base("smollm2")
    torch.manual_seed(5)
    factors = {
        name: (torch.randn(4, p.shape[1]) * 0.1, torch.randn(p.shape[0], 4) * 0.1)
        for name, p in base.named_parameters()
        if "q_proj" in name or "k_proj" in name or "down_proj" in name
    }
    prompt = "Tell a long story of a queue."
    plain = greedy(base, tokenizer, prompt, 12)
    state = base.state_dict()
    for name, (a, b) in factors.items():
        state[name].add_(b @ a)
    write_adapter(tmp_path / "a.gguf", factors, base.config, "f32")
    expected = greedy(base, tokenizer, prompt, 12)
    assert expected != plain
    # llama.cpp rounds activations to 8 bits over 4-bit weights: sooner or later two words are too nearly as likely.
    assert written(path, prompt, tmp_path / "a.gguf", 12) == expected
