"""Statistics, the linguistic audit and the dataset card: all of it counted, nothing told that was not."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from dataset_records import generation, made, mutation, one

from terraformer.cli.app import run
from terraformer.data.card import collect, data_directory, terminal_text, write_card
from terraformer.data.card.constructs import CONSTRUCTS, constructs_of
from terraformer.data.card.language import (
    TRAITS,
    Worded,
    compare_prompts,
    distinct,
    divergence,
    entropy,
    measure_prompts,
    quantiles,
    self_repetition,
)
from terraformer.data.card.render import split_files
from terraformer.data.records import record_schema, write_records
from terraformer.errors import UsageError
from terraformer.types import Certificate, Record, RecordKind, Severity, Stage, TerraformConfig

pytest.importorskip("pyarrow")
yaml = pytest.importorskip("yaml")

DEV = Path(__file__).parents[4] / "shared" / "iac-eval" / "dev.csv"
FINDING = Certificate(
    stage=Stage.COMPILE, code="unsupported-argument", summary="Unsupported argument", severity=Severity.ERROR
)

CONFIGURATION = """terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

variable "names" {
  type = list(string)

  validation {
    condition     = length(var.names) > 0
    error_message = "At least one."
  }
}

locals {
  upper = [for n in var.names : upper(n)]
}

data "aws_region" "here" {}

resource "aws_sqs_queue" "jobs" {
  for_each = toset(local.upper)

  name = "jobs-${each.key}" # one each

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_sqs_queue" "more" {
  count = 2
  name  = "more"
  policy = <<-EOT
    resource "aws_fake" "in_a_text" {
    }
  EOT
}

moved {
  from = aws_sqs_queue.less
  to   = aws_sqs_queue.more
}

output "urls" {
  value = aws_sqs_queue.more[*].url
}
"""


@pytest.fixture(scope="module")
def records() -> list[Record]:
    splits = ("train", "train", "train", "validation", "test", "heldout-service")
    rows = [replace(r, split=splits[n // 3 % 6]) for n, r in enumerate(made(90, every=12))]
    before = 'resource "aws_sqs_queue" "q" {\n  nam = "q"\n}\n'
    after = before.replace("nam ", "name ")
    other = {"split": "train", "licence": "MIT", "source": "someone/infra@0123abc:main.tf", "family": "note"}
    return [
        *rows,
        mutation("Call it q.", before, after, metadata={"operators": ["rename", "tag"]}, **other),
        Record(
            RecordKind.REPAIR, "Fix it.", one(after), one(before), certificates=(FINDING,), split="test",
            source="blueprint:longtail.aws_sqs_queue", licence="MIT", metadata={"faults": ["argument-misspelt"]},
        ),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, records: list[Record]) -> Path:
    folder = tmp_path_factory.mktemp("run")
    for split in {r.split for r in records}:
        name = f"{split.replace('-', '_')}-00000-of-00001.parquet"
        write_records(folder / "data" / name, [r for r in records if r.split == split])
    manifest = {
        "format": "terraformer.data.manifest", "dataset": "tf-gen", "command": "terraformer data synth tf-gen",
        "candidates": 100, "units": 50, "yield": 0.92, "content": "c0ffee", "rejected": {"intent": 3},
        "dropped": {"duplicate:near": 5}, "making": {"records a second": 20.5, "records a worker second": 11},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


# --- statistics ------------------------------------------------------------------------------------------------------


def test_everything_is_counted(dataset: Path, records: list[Record]) -> None:
    s = collect(dataset)
    assert (s["records"], s["distinct_ids"]) == (len(records), len({r.id for r in records}))
    assert s["splits"] == Counter(r.split for r in records)
    assert s["kinds"] == {"generation": 90, "mutation": 1, "repair": 1}
    assert s["split_kinds"]["test repair"] == 1
    assert s["services"] == Counter(name for r in records for name in r.services)
    assert s["families"]["note"] >= 1
    assert s["difficulty"] == Counter(str(r.difficulty) if r.difficulty else "none" for r in records)
    assert (s["operators"], s["faults"]) == ({"rename": 1, "tag": 1}, {"argument-misspelt": 1})
    assert s["fault_codes"] == {"unsupported-argument": 1}
    assert s["licences"] == {"Apache-2.0": 90, "MIT": 2}
    assert s["repositories"] == {"someone/infra@0123abc (MIT)": 1}
    assert s["sources"]["by_kind"] == {"blueprint": 90, "longtail": 1, "repository": 1}
    types = Counter(t for r in records for t in {*re.findall(r'^resource "(\w+)"', all_text(r), re.M)})
    assert s["resource_types"] == types
    assert sum(s["resources"]["classes"].values()) == len(records)
    assert s["sizes"]["files"]["max"] == max(len(r.after.files) for r in records)
    assert s["sizes"]["demands"]["max"] == max(len((r.intent or {}).get("demands", ())) for r in records)
    assert s["prompts"]["prompts"] == len(records) and set(s["prompts_by_split"]) == set(s["splits"])
    assert s["manifest"]["yield"] == 0.92 and s["audit"] is None
    json.dumps(s)


def all_text(record: Record) -> str:
    return "\n".join(record.after.text(p) for p in sorted(record.after.files))


def test_what_splits_share_is_counted(tmp_path: Path) -> None:
    text = CONFIGURATION
    rows = [
        generation("Make the queues for our jobs.", text, split="train", family="a", source="x", services=("sqs",)),
        generation("Make the queues for our jobs!", text, split="test", family="a", source="x", services=("mq",)),
        generation("Something else", 'output "x" {\n  value = 1\n}\n', split="test", family="b", source="x"),
    ]
    write_records(tmp_path / "all.parquet", rows)
    s = collect(tmp_path)
    assert s["separation"] == {
        "combinations": 2,
        "combinations_in_several_splits": 1,
        "scenarios": 0,
        "scenarios_in_several_splits": 0,
        "crossing": 1,
        "services_alone": {"train": ["sqs"]},
    }
    assert s["duplicates"] == {"similarity": 0.9, "request": 0.3333, "answer": 0.3333, "both": 0.3333}
    assert collect(tmp_path, near=False)["duplicates"] is None


def test_constructs() -> None:
    found = constructs_of(TerraformConfig({"main.tf": CONFIGURATION.encode()}))
    assert found.used == {
        "version constraint", "provider block", "provider alias", "variable", "variable with validation", "local", "for",
        "data source", "for_each", "interpolation", "comment", "lifecycle", "count", "heredoc", "moved", "output", "splat",
    }  # fmt: skip
    assert found.used <= set(CONSTRUCTS)
    assert found.resources == {"aws_sqs_queue": 2} and found.data == {"aws_region": 1}
    small = constructs_of(TerraformConfig({"a.tf": b'module "m" {\n  source = "./m"\n}\n', "m/b.tf": b"# x\n"}))
    assert small.used == {"module", "several files", "comment"} and small.files == 2


@pytest.mark.parametrize(
    ("files", "said"), [((), "holds no dataset"), (("parts/part-000000.parquet",), "not assembled yet")]
)
def test_what_is_no_dataset_is_said(tmp_path: Path, files: tuple[str, ...], said: str) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(UsageError, match=said):
        data_directory(tmp_path)


# --- the audit -------------------------------------------------------------------------------------------------------


def worded(*prompts: str) -> list[Worded]:
    return [Worded.of(p) for p in prompts]


def test_measures_of_words() -> None:
    some = worded("Create a bucket", "Create a queue", "make a bucket")
    assert distinct(some, 1) == round(5 / 9, 4) and distinct(some, 2) == round(4 / 6, 4)
    assert distinct([], 1) == 0.0
    same = worded("one two three four five", "one two three four six", "seven eight nine ten")
    assert self_repetition(same, 4) == pytest.approx((0.5 + 0.5 + 0) / 3, abs=1e-4)
    assert entropy({"a": 1, "b": 1, "c": 2}) == 1.5 and entropy({}) == 0.0
    assert quantiles([1, 2, 3, 4])["median"] == 3 and quantiles([])["max"] == 0
    assert divergence({"a": 3}, {"a": 30}) == 0.0 and divergence({"a": 1}, {"b": 1}) == 1.0
    half = divergence({"a": 1}, {"a": 1, "b": 1})
    assert (
        half
        == divergence({"a": 1, "b": 1}, {"a": 1})
        == pytest.approx(0.5 * (math.log2(1 / 0.75) + 0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25)))
    )
    assert divergence({}, {"a": 1}) == 1.0 and divergence({}, {}) == 0.0


@pytest.mark.parametrize(
    ("prompt", "traits"),
    [
        ("Create an S3 bucket.", {"imperative", "number"}),
        ("please set up a queue", {"imperative", "polite", "lower-case"}),
        ("How do I make a queue?", {"question", "first-person"}),
        ("We need Terraform for 'logs'. It is urgent.", {"first-person", "terraform", "several-sentences", "quotes"}),
        ("I need:\n- a queue\n- a topic", {"first-person", "list", "several-lines"}),
        ("aws_sqs_queue, that's all", {"resource-type", "lower-case"}),
    ],
)
def test_traits(prompt: str, traits: set[str]) -> None:
    assert {name for name, (_, test) in TRAITS.items() if test(Worded.of(prompt))} - {"several-sentences"} == traits - {
        "several-sentences"
    }
    assert TRAITS["several-sentences"][1](Worded.of(prompt)) == ("several-sentences" in traits or "\n" in prompt)


def test_measures_of_a_collection() -> None:
    found = measure_prompts(worded("Create a bucket", "Create a queue", "Create a queue", "x " * 300))
    assert (found["prompts"], found["distinct_prompts"], found["vocabulary"]) == (4, 3, 5)
    assert found["openings"]["2"]["top"][0] == ["create a", 0.75]
    assert found["length_classes"]["-5"] == 3 and found["length_classes"]["more"] == 1
    assert sum(found["length_classes"].values()) == 4


def test_a_collection_is_not_far_from_itself_and_far_from_another(records: list[Record]) -> None:
    prompts = [Worded.of(r.prompt) for r in records]
    near = compare_prompts(prompts[::2], prompts[1::2])
    far = compare_prompts(prompts, worded(*(f"kindly {'very ' * (n % 3)}quickly {n}" for n in range(30))))
    assert near["divergences"]["length"]["to_reference"] < 0.35 < far["divergences"]["length"]["to_reference"]
    assert far["divergences"]["first word"]["to_reference"] == 1.0
    assert near["vocabulary"]["running_words"] > 0.8 > 0.5 > far["vocabulary"]["running_words"]
    assert far["vocabulary"]["missing"][:2] == ["very", "kindly"] or far["vocabulary"]["missing"][0] == "kindly"
    assert far["size"] == 30 and near["size"] == 46
    outside = [n for n, m in far["measures"].items() if not m["low"] <= m["reference"] <= m["high"]]
    assert "median words" in outside and "distinct-2" in outside
    assert far["divergences"]["words"]["by_chance"] < far["divergences"]["words"]["to_reference"]
    assert compare_prompts(prompts, prompts) == compare_prompts(prompts, prompts)


# --- the card --------------------------------------------------------------------------------------------------------


def test_the_card(dataset: Path, tmp_path: Path) -> None:
    reference = tmp_path / "people.txt"
    reference.write_text("\n\n".join(f"Create {n} queues for my jobs" for n in range(2, 12)))
    statistics = collect(dataset, against=reference)
    card = write_card(dataset, statistics).read_text("utf-8")
    header, body = card.removeprefix("---\n").split("\n---\n", 1)
    told = yaml.safe_load(header)
    assert told["license"] == "other" and "mit" in told["license_name"] and told["size_categories"] == ["n<1K"]
    [configuration] = told["configs"]
    splits = {f["split"]: f["path"] for f in configuration["data_files"]}
    assert list(splits) == ["train", "validation", "test", "heldout_service"]
    for pattern in splits.values():
        assert len(list(dataset.glob(pattern))) == 1
    assert body.lstrip().startswith("# TF-Gen: Terraform, verified")
    for image in re.findall(r"\]\((images/[\w-]+\.png)\)", body):
        assert (dataset / image).read_bytes().startswith(b"\x89PNG")
    assert {p.name for p in (dataset / "images").iterdir()} == {
        Path(i).name for i in re.findall(r"\]\((images/[\w-]+\.png)\)", body)
    }
    for words in (
        "92.0% became records",
        "| duplicate:near | 5 |",
        "Audit against 10 prompts of people.txt",
        "`c0ffee`",
    ):
        assert words in body
    for field in record_schema():
        row = next(line for line in body.splitlines() if line.startswith(f"| `{field.name}` |"))
        assert not row.endswith("|  |"), f"{field.name} is not told of"
    assert json.loads((dataset / "statistics.json").read_text("utf-8")) == json.loads(json.dumps(statistics))
    assert "audit against 10 prompts" in terminal_text(statistics)


def test_splits_by_the_names_of_shards() -> None:
    names = [
        "test-00000-of-00001.parquet",
        "train-00000.parquet",
        "train-00001.parquet",
        "heldout-service-00000.parquet",
    ]
    assert split_files(names) == {
        "train": "train-*.parquet", "test": "test-*.parquet", "heldout_service": "heldout-service-*.parquet",
    }  # fmt: skip
    assert split_files([*names, "other.parquet"]) == {} == split_files([])


def test_the_command(dataset: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["data", "stats", str(dataset), "--json", "--no-near"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 92
    assert run(["data", "stats", str(dataset), "--card", "--title", "Mine"]) == 0
    assert "92 records" in capsys.readouterr().out
    assert "# Mine\n" in (dataset / "README.md").read_text("utf-8")
    assert run(["data", "stats", str(tmp_path)]) == 1
    assert "holds no dataset" in capsys.readouterr().err
    assert run(["data", "stats", str(dataset / "data" / "train-00000-of-00001.parquet"), "--card"]) == 1
    assert "a card belongs to a directory" in capsys.readouterr().err


@pytest.mark.skipif(not DEV.is_file(), reason="needs ../shared/iac-eval/dev.csv")
def test_against_peoples_prompts(dataset: Path) -> None:
    audit = collect(dataset, against=DEV, near=False)["audit"]
    assert audit["reference_prompts"] == audit["size"] == 60
    assert audit["reference"]["words"]["median"] == 13
