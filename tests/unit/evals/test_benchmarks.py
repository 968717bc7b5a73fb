"""Reading benchmarks: the table of IaC-Eval's format, and errors of one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from eval_help import COLUMNS, QUEUE, ROWS, SYNTAX, TOPIC, row, written

from terraformer.errors import UsageError
from terraformer.evals.benchmarks import TaskKind, load


def test_tasks_of_a_table(tmp_path: Path) -> None:
    found = load("iac-eval", str(written(tmp_path / "t.csv")))
    assert [t.id for t in found.tasks] == ["q", "t", "s", "c", "u"]
    first = found.tasks[0]
    assert first.kind is TaskKind.GENERATION and first.difficulty == 1
    assert first.resource_types == ("aws_sqs_queue",) and first.services == ("sqs",)
    assert first.policies[0].text == QUEUE["Rego intent"]
    assert first.reference is not None and "aws_sqs_queue" in first.reference.text("main.tf")
    assert len(found.sha256) == 64
    info = first.info()
    assert info.reference is not None and info.prompt == QUEUE["Prompt"] and info.before is None


def test_difficulties_and_limits(tmp_path: Path) -> None:
    found = load("iac-eval", str(written(tmp_path / "t.csv")))
    assert [t.id for t in found.chosen(difficulty=(2, 3))] == ["t", "s", "c"]
    assert [t.id for t in found.chosen(difficulty=(2, 3), limit=1)] == ["t"]
    with pytest.raises(UsageError, match="no task is left of 5"):
        found.chosen(difficulty=(6, 6))


def test_rows_are_named_by_their_place_without_an_index(tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", ROWS, COLUMNS[1:])
    assert [t.id for t in load("iac-eval", str(table)).tasks] == ["0", "1", "2", "3", "4"]


def test_a_byte_order_mark_and_a_row_without_reference(tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", [row("1", "A topic", "", "", "")])
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes())
    (task,) = load("iac-eval", str(table)).tasks
    assert (task.id, task.policies, task.reference, task.difficulty) == ("1", (), None, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", 'no column "Prompt" .found: none.'),
        (b"a,b\n1,2\n", 'no column "Prompt" .found: a, b.'),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b'Prompt,"Rego intent",Difficulty,"Reference output"\n"a\n', "not a CSV table"),
        (b'Prompt,"Rego intent",Difficulty,"Reference output"\n', "holds no task"),
    ],
)
def test_what_is_no_such_table(tmp_path: Path, content: bytes, message: str) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        load("iac-eval", str(table))
    assert str(table) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([QUEUE, QUEUE], "row 2: the index q is there twice"),
        ([QUEUE, row("x", "  ", "", "1", TOPIC)], "row 2 has no prompt"),
        ([row("x", "A topic", "", "hard", TOPIC)], "row 1: the difficulty is a number from 1 to 6, not 'hard'"),
        ([row("x", "A topic", "", "7", TOPIC)], "row 1: the difficulty"),
    ],
)
def test_rows_that_are_no_task(tmp_path: Path, rows: list[dict[str, str]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load("iac-eval", str(written(tmp_path / "t.csv", rows)))


def test_no_such_benchmark_and_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="available: iac-eval, tf-gen, tf-mutn"):
        load("iac", "x")
    for name in ("iac-eval", "tf-gen", "tf-mutn"):
        with pytest.raises(UsageError, match="no such file"):
            load(name, str(tmp_path / "missing"))


def test_the_hub_without_its_package_is_an_error_of_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UsageError, match="--data hf needs the package datasets"):
        load("iac-eval", "hf")


def test_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    class Datasets:
        @staticmethod
        def load_dataset(name: str, split: str) -> list[dict[str, str]]:
            if split != "test":
                raise ValueError(split)
            return [QUEUE, SYNTAX]

    monkeypatch.setitem(sys.modules, "datasets", Datasets)
    found = load("iac-eval", "hf")
    assert [t.id for t in found.tasks] == ["q", "s"]
    assert found.data == "hf" and len(found.sha256) == 64

    def unreachable(name: str, split: str) -> None:
        raise OSError("no\nnetwork")

    monkeypatch.setattr(Datasets, "load_dataset", unreachable)
    with pytest.raises(UsageError, match=r"cannot be had from the hub .no network.; name a CSV file"):
        load("iac-eval", "hf")
