"""Exports: conversations that are read back as the record, directories that other libraries load."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dataset_records import generation, made, mutation, one

from terraformer.cli.app import run
from terraformer.data.cleaning import HELD_OUT_SERVICES
from terraformer.data.export import ChatSettings, Unwritable, chat_of, export_chat, export_hf
from terraformer.data.records import RecordWriter, read_records, record_schema, write_records
from terraformer.errors import UsageError
from terraformer.generate.mutation.strategy import reader
from terraformer.hcl import extract
from terraformer.types import Policy, Record, RecordKind, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

pytest.importorskip("pyarrow")

QUEUE = """resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = 60
}

output "queue" {
  value = aws_sqs_queue.jobs.url
}
"""

UNWRITABLE = mutation("Take the fence away.", f"```hcl\n{QUEUE}```\n", QUEUE, split="train")
"""What no edit can say: its search text is a fence."""


@pytest.fixture(scope="module")
def broken() -> Iterator[Record]:
    """A repair with the certificates that real verification gives."""
    before = one(QUEUE.replace("visibility_timeout_seconds", "visibility_timeout"))
    with VerifierPool(1, VerifySettings(cache=False)) as pool:
        report = pool.verify(before)
    assert report.errors
    yield Record(RecordKind.REPAIR, "Fix it.", one(QUEUE), before, certificates=report.certificates, split="test")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, broken: Record) -> Path:
    """A run's directory with three splits and all three kinds."""
    folder = tmp_path_factory.mktemp("run")
    records = [replace(r, split=("train", "train", "heldout-service")[n % 3]) for n, r in enumerate(made(40, every=23))]
    change = mutation("Wait for 90 seconds.", QUEUE, QUEUE.replace("60", "90"), split="test")
    by_split: dict[str, list[Record]] = {"train": [], "heldout-service": [], "test": [broken, change]}
    for record in records:
        by_split[record.split].append(record)
    for split, rows in by_split.items():
        write_records(folder / "data" / f"{split.replace('-', '_')}-00000-of-00001.parquet", rows)
    (folder / "manifest.json").write_text(json.dumps({"format": "terraformer.data.manifest", "dataset": "tf-gen"}))
    return folder


# --- conversations ---------------------------------------------------------------------------------------------------


def test_a_generation_is_asked_as_generate_asks() -> None:
    system, user, answer = chat_of(generation("Make a queue.", QUEUE))
    assert (system["role"], user["role"], answer["role"]) == ("system", "user", "assistant")
    assert user["content"] == "Make a queue." and "one fenced code block" in system["content"]
    assert answer["content"] == f"```hcl\n{QUEUE.rstrip()}\n```"


def test_a_generation_of_several_files() -> None:
    files = {"main.tf": b'module "x" {\n  source = "./modules/x"\n}\n', "modules/x/main.tf": QUEUE.encode()}
    system, _, answer = chat_of(Record(RecordKind.GENERATION, "Make a queue.", TerraformConfig(files)))
    assert "for each file" in system["content"]
    assert set(extract(answer["content"]).files) == set(files)


def test_every_made_configuration_is_a_conversation() -> None:
    for record in made(60, every=11):
        answer = extract(chat_of(record)[-1]["content"]).files
        text = {p: re.sub(rf"^# {re.escape(p)}\n", "", c.decode()).rstrip() for p, c in answer.items()}
        wanted = {p: record.after.text(p).rstrip() for p in record.after.files}
        assert text == wanted or list(text.values()) == list(wanted.values())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"main.tf": QUEUE}, {"main.tf": QUEUE.replace("60", "90")}),
        ({"main.tf": QUEUE}, {"main.tf": QUEUE, "extra.tf": 'output "x" {\n  value = 1\n}\n'}),
        ({"main.tf": QUEUE, "extra.tf": 'output "x" {\n  value = 1\n}\n'}, {"main.tf": QUEUE}),
        ({"main.tf": QUEUE, "vars.tf": 'variable "x" {}\n'}, {"main.tf": QUEUE, "vars.tf": ""}),
        ({"main.tf": QUEUE}, {"main.tf": 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\n'}),
        ({"main.tf": QUEUE}, {"main.tf": QUEUE + QUEUE.replace("jobs", "more").replace("queue\"", "other\"")}),
    ],
)  # fmt: skip
def test_a_mutation_is_answered_by_edits_that_lead_to_its_answer(before: dict[str, str], after: dict[str, str]) -> None:
    old, new = (TerraformConfig({p: t.encode() for p, t in files.items()}) for files in (before, after))
    messages = chat_of(Record(RecordKind.MUTATION, "Change it.", new, old))
    assert [m["role"] for m in messages] == ["system", "user", "assistant"]
    assert "SEARCH/REPLACE" in messages[0]["content"] and messages[1]["content"].endswith("Request: Change it.")
    for path, text in before.items():
        assert path in messages[1]["content"] and text.strip() in messages[1]["content"]
    from terraformer.generate.mutation.context import select_context

    context = select_context(old, "Change it.", 50_000)
    found = reader(old, context)(messages[-1]["content"]).files
    assert {p: c.rstrip() for p, c in found.items() if c.strip()} == {
        p: c.rstrip() for p, c in new.files.items() if c.strip()
    }


def test_a_small_change_has_a_small_answer() -> None:
    answer = chat_of(mutation("Wait for 90 seconds.", QUEUE, QUEUE.replace("60", "90")))[-1]["content"]
    assert answer == (
        "main.tf\n```hcl\n<<<<<<< SEARCH\n  visibility_timeout_seconds = 60\n=======\n"
        "  visibility_timeout_seconds = 90\n>>>>>>> REPLACE\n```"
    )


def test_a_repair_is_told_its_findings(broken: Record) -> None:
    system, user, answer = chat_of(broken)
    assert "You repair existing Terraform" in system["content"]
    assert "visibility_timeout = 60" in user["content"] or "visibility_timeout         = 60" in user["content"]
    assert broken.certificates[0].summary.split("\n")[0][:40] in user["content"]
    assert "+" not in answer["content"] and "visibility_timeout_seconds = 60" in answer["content"]


def test_what_is_no_conversation_is_said(broken: Record) -> None:
    with pytest.raises(Unwritable, match="no-findings"):
        chat_of(replace(broken, certificates=()))
    with pytest.raises(Unwritable, match="unreadable"):
        chat_of(UNWRITABLE)


def test_settings_and_fixed_messages() -> None:
    record = generation("Make a queue.", QUEUE)
    assert [m["role"] for m in chat_of(record, ChatSettings(system=False))] == ["user", "assistant"]
    told = chat_of(record, ChatSettings(schema_chars=4_000))[0]["content"]
    assert "aws_sqs_queue" in told and len(told) > len(chat_of(record)[0]["content"])
    fixed = ({"role": "user", "content": "x"}, {"role": "assistant", "content": "y"})
    assert chat_of(replace(record, messages=fixed)) == list(fixed)


# --- files -----------------------------------------------------------------------------------------------------------


def test_chat_jsonl(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "chat.jsonl"
    seen: list[int] = []
    done = export_chat(dataset, out, on_record=seen.append)
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    records = {r.id: r for r in read_records(dataset / "data")}
    assert len(rows) == len(records) == seen[-1] == 42
    assert done.written == Counter(r.split for r in records.values()) and not done.left_out
    for row in rows:
        record = records[row["id"]]
        assert row["messages"] == chat_of(record)
        assert (row["kind"], row["split"], row["source"]) == (record.kind, record.split, record.source)


def test_only_some_splits_and_what_is_left_out(tmp_path: Path) -> None:
    rows = [generation(f"Queue {n}", QUEUE, split=("train", "heldout-service")[n % 2]) for n in range(4)]
    write_records(tmp_path / "a.parquet", [*rows, UNWRITABLE])
    done = export_chat(tmp_path, tmp_path / "x.jsonl", splits=["train"])
    assert (done.written, done.left_out) == ({"train": 2}, {"unreadable": 1})
    assert export_chat(tmp_path, tmp_path / "y.jsonl", splits=["heldout_service"]).written == {"heldout-service": 2}


def test_an_export_that_fails_leaves_the_old_file(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "chat.jsonl"
    out.write_text("old")
    with pytest.raises(UsageError, match="no record of split nowhere"):
        export_chat(dataset, out, splits=["nowhere"])
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(UsageError, match=r"bad\.parquet"):
        export_chat(tmp_path / "bad.parquet", out)
    assert out.read_text() == "old" and sorted(p.name for p in tmp_path.iterdir()) == ["bad.parquet", "chat.jsonl"]


def test_an_hf_directory_is_loaded_by_others(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "hub"
    done = export_hf(dataset, out, messages=ChatSettings(), shard_records=10)
    assert done.written.total() == 42
    names = sorted(p.name for p in (out / "data").iterdir())
    train = done.written["train"]
    assert f"train-00000-of-{-(-train // 10):05d}.parquet" in names and len(names) > 3
    assert (out / "README.md").is_file() and list((out / "images").glob("*.png"))
    assert not list(tmp_path.glob(".terraformer*"))
    with pytest.raises(UsageError, match="exists already"):
        export_hf(dataset, out)

    polars = pytest.importorskip("polars")
    frame = polars.scan_parquet(out / "data" / "*.parquet").group_by("split").len().collect()
    assert dict(frame.iter_rows()) == done.written

    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    assert {name: len(rows) for name, rows in loaded.items()} == {
        s.replace("-", "_"): n for s, n in done.written.items()
    }
    row = loaded["test"][0]
    assert row["messages"][-1]["role"] == "assistant" and row["before"][0]["path"] == "main.tf"


def test_the_command(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "test.jsonl"
    command = ["data", "export", str(dataset), "--format", "chat-jsonl", "--out", str(out), "--split", "test"]
    assert run([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"written": {"test": 2}, "left out": {}}
    assert run(command) == 0
    assert "2 records" in capsys.readouterr().out
    assert run(["data", "export", str(dataset), "--format", "csv", "--out", str(out)]) == 1
    assert "choose chat-jsonl or hf" in capsys.readouterr().err
    assert run(["data", "export", str(tmp_path / "none"), "--format", "hf", "--out", str(tmp_path / "x")]) == 1
    assert "no dataset" in capsys.readouterr().err


def test_shards_of_an_export_that_fails_are_gone(tmp_path: Path) -> None:
    with RecordWriter(tmp_path / "in" / "a.parquet") as writer:
        writer.write(UNWRITABLE)
    with pytest.raises(UsageError, match="1 unreadable"):
        export_hf(tmp_path / "in", tmp_path / "out", messages=ChatSettings())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]


# --- the guide -------------------------------------------------------------------------------------------------------

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "data.md"


def test_the_guides_example_runs(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("polars")
    # The example shows the policy, which the records of these tests lack.
    row = next(replace(r, policies=(Policy("intent", "package x"),)) for r in read_records(dataset / "data"))
    write_records(tmp_path / "runs" / "tf-gen" / "data" / "test-00000-of-00001.parquet", [row])
    [example] = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "data.md", "exec"), {})


def test_the_guides_commands_and_columns_are_those_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    guide = GUIDE.read_text("utf-8")
    for field in record_schema():
        assert re.search(rf"^\| [^|]*`{field.name}`", guide, re.M), field.name
    for service in HELD_OUT_SERVICES:
        assert {"mq": "Amazon MQ", "batch": "AWS Batch", "transfer": "Transfer Family"}.get(
            service, service
        ).lower() in guide.lower()
    commands = re.findall(r"^terraformer (data \w+)([^\n]*)$", guide, re.M)
    assert len(commands) >= 6
    for command, rest in commands:
        assert run([*command.split(), "--help"]) == 0
        known = capsys.readouterr().out
        for option in re.findall(r"--[\w-]+", rest):
            assert option in known, f"{command} {option}"
