"""The whole flow through the command line, at toy size: tokens, SFT, RL, evaluation, export, curves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("transformers", reason="the extra `train` is not installed")
pytest.importorskip("gguf", reason="the extra `train` is not installed")
pytest.importorskip("pyarrow", reason="the extra `data` is not installed")

from support.toy_records import write_dataset  # noqa: E402
from terraformer.cli.app import run  # noqa: E402
from terraformer.errors import SettingsError  # noqa: E402
from terraformer.models.gguf_header import read_header  # noqa: E402
from terraformer.train.evaluation import interval  # noqa: E402
from terraformer.train.metrics import read_metrics  # noqa: E402
from terraformer.train.runs import evaluate_model, open_run  # noqa: E402
from terraformer.train.settings import load_recipe, recipe_of  # noqa: E402

RECIPE = """
[base]
longest = 400
vocabulary = 400
scratch = { layers = 1, width = 32, heads = 2, key_value_heads = 1, inner = 64, context = 512 }
[sft]
block = 400
steps = 4
rate = 1e-2
validate_every = 2
validation_blocks = 2
[rl]
prompts = 2
group = 2
steps = 2
rate = 1e-4
longest_prompt = 300
evaluate_every = 2
rollout = { tokens = 12, rows = 4 }
[evaluation]
tasks = 2
tokens = 12
[export]
form = "model"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("train")
    write_dataset(directory / "set")
    (directory / "recipe.toml").write_text(RECIPE)
    return directory


def test_from_data_to_a_file_for_llama(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, recipe = str(place / "set"), ["--recipe", str(place / "recipe.toml")]
    assert run(["train", "tokens", f"{data}:1", "--out", str(place / "few"), *recipe]) == 0
    assert json.loads((place / "few" / "train" / "meta.json").read_text())["dialogues"] == 1
    assert run(["train", "tokens", data, "--out", str(place / "tokens"), *recipe]) == 0
    assert "train" in capsys.readouterr().out

    sft = ["train", "sft", "--tokens", str(place / "tokens"), "--data", data, "--out", str(place / "sft"), *recipe]
    assert run([*sft, "--set", "sft.seconds=0.0"]) == 0  # stopped at once
    assert "goes on" in capsys.readouterr().out
    assert run(sft) == 0
    assert "finished" in capsys.readouterr().out
    rows = list(read_metrics(place / "sft" / "metrics.jsonl"))
    assert [r["step"] for r in rows if r["kind"] == "train"] == [1, 2, 3, 4]
    evaluations = [r for r in rows if r["kind"] == "evaluation"]
    assert [r["step"] for r in evaluations] == [2, 4]
    assert evaluations[0]["tasks"] == 2
    assert (place / "sft" / "best" / "evaluation.json").exists()

    further = ["train", "sft", "--tokens", str(place / "tokens"), "--out", str(place / "further"), *recipe]
    further += ["--set", "base.scratch=null", "--set", f"base.model={place / 'sft'}", "--set", "sft.steps=1"]
    assert run(further) == 0
    losses = [next(read_metrics(place / n / "metrics.jsonl", "train"))["loss"] for n in ("sft", "further")]
    assert losses[1] < losses[0] - 0.1  # it begins where the other run ended
    assert open_run(place / "further").started_from == str(place / "sft")
    capsys.readouterr()

    rl = ["train", "rl", "--model", str(place / "sft"), "--data", data, "--out", str(place / "rl"), *recipe]
    assert run(rl) == 0
    assert "finished" in capsys.readouterr().out
    assert {r["kind"] for r in read_metrics(place / "rl" / "metrics.jsonl")} == {"train", "audit", "evaluation"}
    evaluated = [r["step"] for r in read_metrics(place / "rl" / "metrics.jsonl", "evaluation")]
    assert evaluated[0] == 0 < evaluated[-1]  # what it starts from, too: a run that only loses keeps that

    out = place / "m.gguf"
    assert run(["train", "export", str(place / "rl"), "--out", str(out)]) == 0
    assert read_header(out, ("terraformer.dialogue",)) == {"terraformer.dialogue": "compact"}
    capsys.readouterr()
    assert run(["train", "export", str(place / "rl"), "--out", str(out), "--form", "adapter"]) == 1
    assert "made from nothing" in capsys.readouterr().err

    told = place / "figures.jsonl"
    evaluate = ["train", "evaluate", str(place / "sft"), "--data", data, "--out", str(told), *recipe]
    assert run([*evaluate, "--split", "validation", "--tasks", "2", "--samples", "2", "--temperature", "1"]) == 0
    figures, *replies = map(json.loads, told.read_text().splitlines())
    assert (figures["tasks"], figures["requests"], len(replies)) == (4, 2, 4)
    again = place / "again.jsonl"
    options = {"split": "validation", "tasks": 2, "samples": 2, "temperature": 1.0}
    chosen = load_recipe(place / "recipe.toml", ["evaluation.rows=2"])

    def interrupt(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate_model(chosen, place / "sft", [place / "set"], again, **options, on_reply=interrupt)
    partial = again.with_name("again.jsonl.partial")
    kept = partial.read_text().splitlines()
    assert len(kept) == 1 + 2
    partial.write_text("\n".join([kept[0], *(k.replace('"reply": "', '"reply": "KEPT ') for k in kept[1:])]))
    evaluate_model(chosen, place / "sft", [place / "set"], again, **options)
    assert [r["reply"].startswith("KEPT ") for r in map(json.loads, again.read_text().splitlines()[1:])] == [
        True,
        True,
        False,
        False,
    ]
    assert not partial.exists()
    capsys.readouterr()
    assert run(["train", "compare", str(told), str(again)]) == 0
    assert "| again | generation | 2 x 2 |" in capsys.readouterr().out

    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    assert run(["train", "plot", str(place / "sft"), str(place / "rl"), "--out", str(place / "c.png")]) == 0
    assert (place / "c.png").stat().st_size > 10_000
    (place / "rl-2").mkdir()
    (place / "rl-2/metrics.jsonl").write_text((place / "rl/metrics.jsonl").read_text())
    runs = [str(place / name) for name in ("sft", "rl", "rl-2")]
    assert run(["train", "plot", *runs, "--out", str(place / "three.png")]) == 0
    assert (place / "three.png").stat().st_size > 10_000


def test_what_is_wrong_is_said(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        (["train", "tokens", str(place), "--out", str(place / "t")], "no dataset"),
        (["train", "sft", "--tokens", str(place), "--out", str(place / "x")], "no tokenizer can be read"),
        (["train", "rl", "--model", "smollm2", "--out", str(place / "x")], "--data"),
        (["train", "export", str(place), "--out", str(place / "x.gguf")], "not the directory of a training run"),
        (["train", "compare", str(place / "recipe.toml")], "not a file of terraformer train evaluate"),
        (["train", "tokens", f"{place / 'set'}:0", "--out", str(place / "t")], "at least one record"),
        (["train", "tokens", "x", "--out", "y", "--set", "sft.step=1"], "is it steps"),
        (["train", "sft", "--tokens", "x", "--out", "y", "--set", 'trainer="trl"'], "accelerate launch"),
    ):
        assert run(arguments) == 1
        assert said in capsys.readouterr().err


def test_recipes() -> None:
    for path in sorted(Path("recipes").glob("train_*.toml")):
        recipe = load_recipe(path)
        assert recipe_of(recipe.to_dict()) == recipe
    assert load_recipe(None, ["sft.lora.rank=8", "rl.credit=false"]).rl.credit is None
    for change, said in (
        ("sft.steps=x", "must be int"),
        ("sft.steps=0", "at least 1"),
        ("sft=3", "must be a table"),
        ("nothing", "KEY=VALUE"),
        ("dense.slack=0.5", "slack"),
    ):
        with pytest.raises(SettingsError, match=said):
            load_recipe(None, [change])


def test_intervals() -> None:
    low, high = interval(5, 10)
    assert low == pytest.approx(0.2366, abs=1e-3)
    assert high == pytest.approx(0.7634, abs=1e-3)
    assert interval(0, 0) == (0.0, 1.0)
