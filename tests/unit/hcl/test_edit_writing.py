"""From two configurations to edits, to text, and back."""

from __future__ import annotations

import random

import pytest

from terraformer.hcl.edit import apply_edits
from terraformer.hcl.edit_reply import parse_edits
from terraformer.hcl.edit_writing import edits_between, render_edits
from terraformer.types import TerraformConfig

TEXT = "".join(
    f'resource "aws_sqs_queue" "q{n}" {{\n  name                       = "queue-{n}"\n'
    f"  visibility_timeout_seconds = 30\n  message_retention_seconds  = 3600\n}}\n\n"
    for n in range(6)
).removesuffix("\n")


def there_and_back(before: TerraformConfig, after: TerraformConfig) -> str:
    edits = edits_between(before, after)
    text = render_edits(edits)
    assert apply_edits(before, edits).config == after
    reply = parse_edits(text, known=before.files)
    assert not reply.problem
    assert apply_edits(before, reply.edits).config == after
    return text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"queue-3"', '"jobs"'),
        ("  visibility_timeout_seconds = 30\n", ""),
        ("}\n\n", "}\n"),
        ('resource "aws_sqs_queue" "q2" {\n', 'resource "aws_sqs_queue" "q2" {\n  fifo_queue = true\n'),
        ("= 3600", "= 7200"),
    ],
)
def test_small_changes(old: str, new: str) -> None:
    before = TerraformConfig.from_text(TEXT)
    once = there_and_back(before, TerraformConfig.from_text(TEXT.replace(old, new, 1)))
    assert len(once) < len(TEXT) / 2
    there_and_back(before, TerraformConfig.from_text(TEXT.replace(old, new)))
    there_and_back(before, TerraformConfig.from_text(TEXT + "\n" + TEXT.replace("q", "r")))


def test_files_come_and_go() -> None:
    before = TerraformConfig({"main.tf": TEXT.encode(), "old.tf": b"locals {\n}\n"})
    after = TerraformConfig({"main.tf": TEXT.encode(), "outputs.tf": b'output "x" {\n  value = 1\n}\n'})
    text = there_and_back(before, after)
    assert "DELETE FILE: old.tf" in text
    assert text.count("SEARCH") == 1


def test_no_difference_no_edit() -> None:
    config = TerraformConfig.from_text(TEXT)
    assert edits_between(config, config) == ()


@pytest.mark.parametrize("end", ["\n\n\n", "\r\n"])
def test_ends_of_files(end: str) -> None:
    before, after = TerraformConfig.from_text(TEXT), TerraformConfig.from_text(TEXT.rstrip("\n") + end)
    assert apply_edits(before, edits_between(before, after)).config == after


def test_any_lines_changed_anywhere() -> None:
    rng = random.Random(5)
    for _ in range(60):
        lines = TEXT.splitlines()
        for _ in range(rng.randint(1, 4)):
            at = rng.choice([n for n, line in enumerate(lines) if " = " in line])
            match rng.choice("rdi"):
                case "r":
                    lines[at] = f"{lines[at].split(' = ')[0]} = {rng.randint(0, 99)}"
                case "d":
                    del lines[at]
                case _:
                    lines.insert(at, f"  new_{rng.randint(0, 9)} = 1")
        there_and_back(TerraformConfig.from_text(TEXT), TerraformConfig.from_text("\n".join(lines) + "\n"))
