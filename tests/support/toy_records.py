"""A small dataset as ``terraformer data synth`` lays it out, for tests of training."""

from __future__ import annotations

from pathlib import Path

from terraformer.data.intents import Attribute, Demand, Intent, Operator, Subject, policy_of
from terraformer.data.records import write_records
from terraformer.types import Record, RecordKind, TerraformConfig

COUNTS = {"train": 24, "validation": 4, "test": 4}


def record(number: int) -> Record:
    """A queue with a name and a timeout."""
    name, seconds = f"jobs-{number}", 30 + number
    text = f'resource "aws_sqs_queue" "jobs" {{\n  name = "{name}"\n  visibility_timeout_seconds = {seconds}\n}}\n'
    intent = Intent(
        tuple(
            Demand(Subject.RESOURCE, "aws_sqs_queue", having=(Attribute((key,), Operator.EQUALS, value),))
            for key, value in (("name", name), ("visibility_timeout_seconds", seconds))
        )
    )
    return Record(
        RecordKind.GENERATION,
        f"A queue {name} with a visibility timeout of {seconds} seconds.",
        TerraformConfig.from_text(text),
        intent=intent.to_dict(),
        policies=(policy_of(intent),),
    )


def write_dataset(directory: Path) -> None:
    (directory / "data").mkdir(parents=True)
    number = 0
    for split, count in COUNTS.items():
        records = [record(number + n) for n in range(count)]
        number += count
        write_records(directory / "data" / f"{split}-00000-of-00001.parquet", records)
