"""Cleaning: what counts as a duplicate, what overlaps with a benchmark, which split a record is in."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from dataset_records import generation, made, mutation, one

from terraformer.data.cleaning import (
    HELD_OUT,
    HELD_OUT_SERVICES,
    Benchmarks,
    Cleaner,
    CleaningSettings,
    combination_of,
    read_tasks,
    split_of,
)
from terraformer.data.cleaning.features import change_features, configuration_features, normal_words, prompt_features
from terraformer.data.cleaning.minhash import Index, Sets, band_keys, hashes, jaccard, signature, union
from terraformer.data.cleaning.near import NearDuplicates, parts_of
from terraformer.data.cleaning.splits import scenario_of
from terraformer.errors import UsageError
from terraformer.types import Record

DEV = Path(__file__).parents[4] / "shared" / "iac-eval" / "dev.csv"

QUEUE = """
resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = 60
  message_retention_seconds  = 86400
  sqs_managed_sse_enabled    = true

  tags = {
    Team = "payments"
  }
}

resource "aws_sns_topic" "events" {
  name = "events"
}

resource "aws_sns_topic_subscription" "jobs" {
  topic_arn = aws_sns_topic.events.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.jobs.arn
}
"""
ASKED = 'Create an SQS queue "jobs" with a visibility timeout of 60 seconds and subscribe it to the topic "events".'


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(made(420, every=9))


# --- duplicates ------------------------------------------------------------------------------------------------------


def renamed(text: str) -> str:
    for old, new in (("jobs", "work-items"), ("events", "news"), ("payments", "search")):
        text = text.replace(f'"{old}"', f'"{new}"').replace(f".{old}.", f".{new}.")
    return text


def test_the_same_up_to_names_and_layout_is_a_duplicate() -> None:
    cleaner = Cleaner(CleaningSettings(test=0, validation=0))
    assert isinstance(cleaner.admit(generation(ASKED, QUEUE)), Record)
    blocks = re.findall(r"^resource.*?^}", renamed(QUEUE), re.M | re.S)
    moved = "# queues\n" + "\n\n\n".join(reversed(blocks)).replace("  ", "    ")
    assert cleaner.admit(generation(renamed(ASKED), moved)) == "duplicate:near"
    assert cleaner.admit(generation(ASKED, QUEUE)) == "duplicate:exact"
    assert cleaner.counts == {"train": 1, "duplicate:near": 1, "duplicate:exact": 1}


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        (
            ASKED,
            QUEUE.replace('protocol  = "sqs"', 'protocol  = "lambda"').replace("60", "30").replace("true", "false"),
        ),
        (ASKED.replace("SQS queue", "FIFO queue, encrypted and in the Frankfurt region, called"), QUEUE),
        ("Messages of our topic should land in a queue.", QUEUE),
        (ASKED, QUEUE + '\nresource "aws_sqs_queue" "dead" {\n  name = "dead"\n  delay_seconds = 5\n}\n'),
    ],
)
def test_another_answer_or_another_request_is_none(prompt: str, text: str) -> None:
    cleaner = Cleaner(CleaningSettings(test=0, validation=0))
    cleaner.admit(generation(ASKED, QUEUE))
    assert isinstance(cleaner.admit(generation(prompt, text)), Record)


def test_changes_are_compared_by_what_changes() -> None:
    cleaner = Cleaner(CleaningSettings(test=0, validation=0))
    longer = QUEUE.replace("86400", "1209600")
    plain = QUEUE.replace("  sqs_managed_sse_enabled    = true\n", "")
    assert isinstance(cleaner.admit(mutation("Keep messages for 14 days.", QUEUE, longer)), Record)
    again = mutation("Keep messages for 14 days.", renamed(QUEUE), renamed(longer))
    assert cleaner.admit(again) == "duplicate:near"
    assert isinstance(cleaner.admit(mutation("Turn the encryption off.", QUEUE, plain)), Record)
    # The same change of something else is an instance of its own.
    other = 'resource "aws_sqs_queue" "x" {\n  name = "x"\n  message_retention_seconds  = 86400\n}\n'
    assert isinstance(
        cleaner.admit(mutation("Keep messages for 14 days.", other, other.replace("86400", "1209600"))), Record
    )


def test_features() -> None:
    assert normal_words("Create a t3.micro named 'web-1' in aws_vpc.main, 2 x 20 GB, 10.0.0.0/16") == [
        "create", "a", "<name>", "named", "<name>", "in", "<name>", "2", "x", "20", "gb", "10.0.0.0/16",
    ]  # fmt: skip
    assert normal_words('an "aws_sqs_queue" please')[1] == "aws_sqs_queue"
    assert prompt_features("Add a bucket") == {"add", "a", "bucket", "add a", "a bucket"}
    assert configuration_features(one(QUEUE)) == configuration_features(one(renamed(QUEUE)))
    assert configuration_features(one(QUEUE)) != configuration_features(one(QUEUE.replace("60", "61")))
    twice = 'resource "a_b" "x" {\n  ingress {\n    port = 1\n  }\n  ingress {\n    port = 1\n  }\n}\n'
    assert len(configuration_features(one(twice))) == 5
    assert change_features(one(QUEUE), one(QUEUE)) == set()
    changed = change_features(one(QUEUE), one(QUEUE.replace("86400", "3600")))
    assert {f[:2] for f in changed} == {"- ", "+ "} and len(changed) == 2


def test_the_index_finds_what_comparing_everything_finds(records: list[Record]) -> None:
    threshold = 0.9
    index = NearDuplicates(threshold)
    kept: list[tuple[object, object, object]] = []
    found, expected = [], []
    changed = [
        replace(
            r, prompt=f"{r.prompt} Thanks", after=r.after.with_files({"extra.tf": b'output "x" {\n  value = 1\n}\n'})
        )
        for r in records[::7]
    ]
    for record in [*records, *changed]:
        parts = parts_of(record)
        expected.append(any(all(jaccard(a, b) >= threshold for a, b in zip(parts, k, strict=True)) for k in kept))
        found.append(index.add(record, "") is not None)
        if not found[-1]:
            kept.append(parts)
    assert found == expected
    assert len(changed) / 4 < sum(found[-len(changed) :]) < len(changed)  # some are near, others are not


def test_an_index_that_grows_finds_all_that_was_added() -> None:
    index, sets = Index(), Sets()
    for n in range(5_000):
        values = hashes({f"{n}-{i}" for i in range(3)})
        assert index.add(band_keys(signature(values))) == sets.add(values) == n
    for n in range(0, 5_000, 7):
        assert n in index.find(band_keys(signature(sets[n])))
    assert len(index) == len(sets) == 5_000
    assert not index.find(band_keys(signature(hashes({"something else"}))))


def test_signatures_estimate_similarity_and_unions() -> None:
    a = hashes({str(n) for n in range(300)})
    b = hashes({str(n) for n in range(100, 400)})
    assert jaccard(a, b) == pytest.approx(0.5, abs=0.01)
    assert (signature(a) == signature(b)).mean() == pytest.approx(0.5, abs=0.17)
    both = hashes({str(n) for n in range(400)})
    assert (union(signature(a), signature(b)) == signature(both)).all()
    assert jaccard(hashes(()), hashes(())) == 1.0 and jaccard(a, hashes(())) == 0.0


def test_what_is_admitted_depends_on_records_and_order_alone() -> None:
    script = (
        "import hashlib\n"
        "from dataset_records import made\n"
        "from terraformer.data.cleaning import Cleaner\n"
        "cleaner = Cleaner()\n"
        "told = [a if isinstance(a, str) else a.id + a.split for a in map(cleaner.admit, made(60, every=60))]\n"
        "print(hashlib.sha256(''.join(told).encode()).hexdigest())\n"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parent)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    cleaner = Cleaner()
    told = [a if isinstance(a, str) else a.id + a.split for a in map(cleaner.admit, made(60, every=60))]
    assert printed.strip() == hashlib.sha256("".join(told).encode()).hexdigest()


def test_settings_refuse_what_means_nothing() -> None:
    for wrong in ({"near": 1.2}, {"test": -0.1}, {"validation": 0.6, "test": 0.5}):
        with pytest.raises(UsageError):
            CleaningSettings(**wrong)
    assert json.dumps(CleaningSettings(benchmarks=(Path("a/dev.csv"),)).to_dict()["benchmarks"]) == '["dev.csv"]'


def test_without_a_similarity_only_exact_duplicates_fall_away() -> None:
    cleaner = Cleaner(CleaningSettings(near=0, test=0, validation=0))
    assert isinstance(cleaner.admit(generation(ASKED, QUEUE)), Record)
    assert isinstance(cleaner.admit(generation(renamed(ASKED), renamed(QUEUE))), Record)
    assert cleaner.admit(generation(ASKED, QUEUE)) == "duplicate:exact"


# --- splits ----------------------------------------------------------------------------------------------------------


def test_splits_hold_unseen_combinations_and_nothing_nearly_the_same(records: list[Record]) -> None:
    settings = CleaningSettings(validation=0.15, test=0.15)
    cleaner = Cleaner(settings)
    admitted = [a for a in map(cleaner.admit, records) if isinstance(a, Record)]
    counts = Counter(r.split for r in admitted)
    assert set(counts) == {"train", "validation", "test", HELD_OUT}
    where: dict[str, set[str]] = {}
    for record in admitted:
        where.setdefault(combination_of(record), set()).add(record.split)
        where.setdefault(scenario_of(record), set()).add(record.split)
        assert (record.split == HELD_OUT) == bool({*record.services} & {*HELD_OUT_SERVICES})
    several = {name: splits for name, splits in where.items() if len(splits - {HELD_OUT}) > 1}
    assert several == {}
    parts = [(r.split, parts_of(r)) for r in admitted]
    for split, (request, _, answer) in parts:
        if split in ("train", HELD_OUT):
            continue
        for other, (asked, _, answered) in parts:
            if other != split:
                assert jaccard(request, asked) < settings.near and jaccard(answer, answered) < settings.near


def test_shares_of_splits() -> None:
    record = generation(ASKED, QUEUE)
    drawn = Counter(
        split_of(replace(record, source=f"blueprint:x.{n % 100}", family=str(n // 100)), CleaningSettings())
        for n in range(20_000)
    )
    assert drawn["test"] / 20_000 == pytest.approx(0.03, abs=0.005)
    assert drawn["validation"] / 20_000 == pytest.approx(0.03, abs=0.005)
    assert set(drawn) == {"train", "validation", "test"}


def test_the_unit_of_splits_of_a_change_is_its_operators() -> None:
    change = mutation("Do it.", QUEUE, renamed(QUEUE), source="blueprint:a.b", family="x")
    one_way = replace(change, metadata={"operators": ["tag.add", "resize"]})
    assert combination_of(one_way) == combination_of(replace(change, metadata={"operators": ["resize", "tag.add"]}))
    assert combination_of(one_way) != combination_of(replace(change, metadata={"operators": ["resize"]}))
    assert combination_of(change) == "blueprint:a.b x"


def test_half_of_the_tests_changes_are_of_sources_of_its_own() -> None:
    change = mutation("Do it.", QUEUE, renamed(QUEUE))
    settings = CleaningSettings(validation=0.1, test=0.1)
    by_source = {
        source: Counter(
            split_of(replace(change, source=f"blueprint:{source}", metadata={"operators": [str(n)]}), settings)
            for n in range(40)
        )
        for source in range(500)
    }
    assert sum(c["test"] == 40 for c in by_source.values()) / 500 == pytest.approx(0.05, abs=0.03)
    assert sum(c["validation"] == 40 for c in by_source.values()) / 500 == pytest.approx(0.05, abs=0.03)
    assert sum(c["test"] for c in by_source.values()) / 20_000 == pytest.approx(0.1, abs=0.03)


def test_all_changes_of_one_configuration_are_in_one_split() -> None:
    cleaner = Cleaner(CleaningSettings(validation=0.3, test=0.3))
    outcomes = [
        cleaner.admit(
            mutation(
                f"Set the timeout to {n} seconds, please, and call it {n}.",
                QUEUE,
                QUEUE.replace("60", str(n)),
                source="blueprint:a.b",
                metadata={"operators": [f"operator{n}"]},
            )
        )
        for n in range(100, 140)
    ]
    assert len({o.split for o in outcomes if isinstance(o, Record)}) == 1
    assert "split:scenario" in outcomes


def test_a_held_out_service_is_in_no_other_split() -> None:
    record = generation(ASKED, QUEUE, resource_types=("aws_sqs_queue", "aws_transfer_server"))
    assert split_of(record, CleaningSettings()) == HELD_OUT
    assert split_of(record, CleaningSettings(held_out=())) != HELD_OUT
    assert split_of(generation(ASKED, QUEUE, services=("mq",)), CleaningSettings()) == HELD_OUT


def test_a_split_that_is_set_stays() -> None:
    admitted = Cleaner().admit(generation(ASKED, QUEUE, split="test"))
    assert isinstance(admitted, Record) and admitted.split == "test"


def test_nothing_crosses_from_one_split_to_another() -> None:
    cleaner = Cleaner(CleaningSettings())
    assert isinstance(cleaner.admit(generation(ASKED, QUEUE, split="train")), Record)
    same_answer = generation("Route what the topic says into a queue of ours.", renamed(QUEUE), split="test")
    assert cleaner.admit(same_answer) == "split:near"
    same_request = generation(renamed(ASKED), QUEUE.replace("sqs", "lambda"), split="test")
    assert cleaner.admit(same_request) == "split:near"
    assert isinstance(cleaner.admit(replace(same_answer, split="train")), Record)


# --- benchmarks ------------------------------------------------------------------------------------------------------

LONG = (
    "Set up a fleet of three web servers behind a load balancer in two zones, with a database that nobody outside can "
    "reach and a nightly backup that is kept for thirty days in another region."
)


def benchmark(path: Path, rows: list[dict[str, str]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows))
    elif path.suffix == ".parquet":
        pytest.importorskip("pyarrow")
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("\n\n".join(r["Prompt"] for r in rows))
    return path


@pytest.mark.parametrize("name", ["tasks.csv", "tasks.jsonl", "tasks.json", "tasks.parquet", "tasks.txt"])
def test_every_form_of_benchmark(tmp_path: Path, name: str) -> None:
    path = benchmark(
        tmp_path / name,
        [{"Prompt": LONG, "Reference output": QUEUE}, {"Prompt": "Make a\tdead letter queue", "Reference output": ""}],
    )
    found = Benchmarks([path])
    assert [t.name for t in found.tasks] == [f"{name}:1", f"{name}:2"]
    assert (found.tasks[0].reference is not None) == (path.suffix != ".txt")

    def kinds(prompt: str, text: str = 'resource "a_b" "c" {}\n') -> list[tuple[str, str]]:
        return [(o.kind, o.task) for o in found.overlaps(generation(prompt, text))]

    words = LONG.split()
    assert kinds("We need this: " + " ".join(words[3:16]).upper() + "!") == [("words", f"{name}:1")]
    assert kinds("We need this: " + " ".join(words[3:15])) == []
    assert kinds("make a dead-letter queue.") == [("words", f"{name}:2")]
    assert kinds("Make a dead letter queue now") == [("prompt", f"{name}:2")]
    assert kinds("Make a queue for dead letters") == []
    assert ("prompt", f"{name}:1") in kinds(LONG.replace("three", "five"))
    if path.suffix != ".txt":
        assert kinds("Something else", renamed(QUEUE)) == [("configuration", f"{name}:1")]


def test_small_references_are_everybodys(tmp_path: Path) -> None:
    small = 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\n'
    path = benchmark(tmp_path / "tasks.csv", [{"prompt": "A topic", "output": small}])
    assert Benchmarks([path]).overlaps(generation("Create a topic for our alerts", small)) == ()


def test_overlap_is_a_reason(tmp_path: Path) -> None:
    path = benchmark(tmp_path / "tasks.csv", [{"prompt": LONG, "output": QUEUE}])
    cleaner = Cleaner(CleaningSettings(benchmarks=(path,)))
    assert cleaner.admit(generation(LONG, QUEUE)) == "contaminated:words"
    assert cleaner.admit(generation("Another thing", QUEUE)) == "contaminated:configuration"
    assert isinstance(cleaner.admit(generation("Another thing", QUEUE.replace("aws_s", "aws_x"))), Record)


def test_a_dataset_is_a_benchmark_too(tmp_path: Path) -> None:
    """The test split of one dataset keeps another one's records away."""
    pytest.importorskip("pyarrow")
    from terraformer.data.records import write_records

    write_records(tmp_path / "test.parquet", [generation(LONG, QUEUE)])
    benchmarks = Benchmarks([tmp_path / "test.parquet"])
    assert benchmarks.tasks[0].reference == one(QUEUE)
    small = 'resource "a_b" "c" {}\n'
    assert benchmarks.overlap(generation(" ".join(LONG.split()[:16]), small)) is None  # a turn of phrase
    assert benchmarks.overlap(generation(LONG.replace("three", "five"), small)) is not None
    assert benchmarks.overlap(mutation("Do it.", small, renamed(QUEUE))) is not None


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("tasks.csv", "a,b\n1,2\n", "no prompts found"),
        ("tasks.jsonl", "{]\n", "cannot be read as a benchmark"),
        ("tasks.json", "[1]", "no JSON object"),
        ("absent.csv", None, "No such file"),
    ],
)
def test_what_is_no_benchmark_is_said(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=said) as error:
        read_tasks(tmp_path / name)
    assert name in str(error.value)


@pytest.mark.skipif(not DEV.is_file(), reason="needs ../shared/iac-eval/dev.csv")
def test_the_dev_tasks_are_kept_out() -> None:
    settings = CleaningSettings(benchmarks=(DEV,))
    cleaner = Cleaner(settings)
    tasks = read_tasks(DEV)
    assert len(tasks) == 60
    for task in tasks:
        assert task.reference is not None
        verdict = cleaner.admit(generation(task.prompt, task.reference.text("main.tf")))
        assert isinstance(verdict, str) and verdict.startswith("contaminated:"), task.name
        sloppy = task.prompt.lower().replace(",", " ").replace(".", "")
        assert str(cleaner.admit(generation(sloppy, 'resource "a_b" "c" {}\n'))).startswith("contaminated:"), task.name
    benchmarks = Benchmarks([DEV])
    found = [r.prompt for r in made(200, every=5, seed=5) if benchmarks.overlap(r) is not None]
    assert len(found) <= 2, found
