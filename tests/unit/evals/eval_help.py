"""A small benchmark of our own, in the format of IaC-Eval's table, and answers to it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from terraformer.evals.benchmarks import EvalTask, load
from terraformer.evals.records import SampleRecord, read_samples
from terraformer.evals.runner import run_evaluation, run_info
from terraformer.evals.settings import EvalSettings
from terraformer.models.mock import MockModel

COLUMNS = ("index", "Resource", "Prompt", "Rego intent", "Difficulty", "Reference output", "Intent")


def queue(delay: int = 30, name: str = "jobs", more: str = "") -> str:
    return f'resource "aws_sqs_queue" "jobs" {{\n  name          = "{name}"\n  delay_seconds = {delay}\n}}\n{more}'


TOPIC = 'resource "aws_sns_topic" "news" {\n  name = "news"\n}\n'
BAD = 'resource "aws_sqs_queue" "jobs" {\n  nam = "jobs"\n}\n'

QUEUE_POLICY = """package terraform.validation

default is_valid_queue = false

default is_valid_delay = false

is_valid_queue {
    input.resource_changes[_].type == "aws_sqs_queue"
}

is_valid_delay {
    input.resource_changes[_].change.after.delay_seconds == 30
}
"""
TOPIC_POLICY = """package terraform.validation

default is_valid_topic = false

is_valid_topic {
    input.resource_changes[_].type == "aws_sns_topic"
}
"""


def row(index: str, prompt: str, policy: str, difficulty: str, reference: str) -> dict[str, str]:
    return dict(zip(COLUMNS, (index, "", prompt, policy, difficulty, reference, ""), strict=True))


QUEUE = row("q", "A queue for jobs with a delay of 30 seconds", QUEUE_POLICY, "1", queue())
TOPIC_ROW = row("t", "A topic for the news", TOPIC_POLICY, "2", TOPIC)
SYNTAX = row("s", "A topic named syntax", "package p\n\nis_valid_x {", "2", TOPIC)
CONTRADICTION = row("c", "A queue that contradicts", QUEUE_POLICY, "3", queue(60))
UNPROVEN = row("u", "A topic from a module", TOPIC_POLICY, "4", BAD)
ROWS = (QUEUE, TOPIC_ROW, SYNTAX, CONTRADICTION, UNPROVEN)


def written(path: Path, rows: Sequence[Mapping[str, str]] = ROWS, columns: Sequence[str] = COLUMNS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def reply(text: str) -> str:
    return f"```hcl\n{text}```"


def answers(**texts: str | dict[str, Any]) -> list[dict[str, Any]]:
    """A script that answers each prompt that holds the word with the text, again and again."""
    return [
        {"match": word, "repeat": True, **(text if isinstance(text, dict) else {"reply": reply(text)})}
        for word, text in texts.items()
    ]


GOOD_ANSWERS = answers(delay=queue(), news=TOPIC, syntax=TOPIC, contradicts=queue(), module=TOPIC)


def run(
    table: Path,
    out: Path,
    script: Sequence[str | Mapping[str, Any]] | None = GOOD_ANSWERS,
    benchmark: str = "iac-eval",
    **settings: Any,
) -> list[SampleRecord]:
    """Run the evaluation (of the references where there is no script) and read back what it left."""
    chosen = EvalSettings(**settings)
    tasks: tuple[EvalTask, ...] = load(benchmark, str(table)).chosen(limit=chosen.limit, difficulty=chosen.difficulty)
    model = MockModel(script, name="mock:test") if script is not None else None
    info = run_info(load(benchmark, str(table)), tasks, model.name if model else "", chosen)
    run_evaluation(tasks, info, out, model=model, settings=chosen, jobs=2)
    return list(read_samples(out))


def script_file(path: Path, script: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text(json.dumps(list(script)))
    return path
