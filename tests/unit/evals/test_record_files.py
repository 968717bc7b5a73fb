"""Records in parquet: what is written is read, whole or not at all, and errors are one line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terraformer.data import records
from terraformer.data.records import RecordWriter, count_records, read_records, record_schema, write_records
from terraformer.errors import UsageError
from terraformer.types import Certificate, Policy, Record, RecordKind, Severity, Stage, TerraformConfig

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is of the extra eval")
pa = pytest.importorskip("pyarrow")

CONFIG = TerraformConfig.from_text('resource "aws_sns_topic" "a" {}\n')
MODULES = TerraformConfig(
    {"env/main.tf": b'module "x" {\n  source = "../x"\n}\n', "x/main.tf": "# ü\n".encode()}, "env"
)


def record(**changes: Any) -> Record:
    values: dict[str, Any] = {
        "kind": "generation",
        "prompt": "A topic",
        "after": CONFIG,
        "intent": {"version": 1, "demands": []},
        "policies": (Policy("p.rego", "package p"),),
        "resource_types": ("aws_sns_topic",),
        "services": ("sns",),
        "difficulty": 1,
        "source": "topic",
        "family": "plain",
        "licence": "Apache-2.0",
        "seed": 2**40,
        "versions": {"terraformer": "0.1"},
        "split": "test",
        "metadata": {"note": ["x", 1, None]},
        "messages": ({"role": "user", "content": "A topic"},),
    }
    return Record(**{**values, **changes})


REPAIR = record(
    kind="repair",
    before=MODULES,
    certificates=(Certificate(Stage.COMPILE, Severity.ERROR, "unsupported-argument", "no", notes={"a": 1}),),
    difficulty=None,
    seed=None,
    intent=None,
)
MUTATION = record(kind="mutation", before=MODULES, policies=())


def test_round_trip(tmp_path: Path) -> None:
    given_records = [record(), MUTATION, REPAIR]
    path = tmp_path / "new" / "r.parquet"
    assert write_records(path, given_records) == 3
    assert list(read_records(path)) == given_records
    assert count_records(path) == 3
    assert [p.name for p in path.parent.iterdir()] == ["r.parquet"]


def test_a_directory_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    write_records(tmp_path / "b.parquet", [record(prompt="second")])
    write_records(tmp_path / "a.parquet", [record(prompt="first")])
    assert [r.prompt for r in read_records(tmp_path)] == ["first", "second"]
    assert count_records(tmp_path) == 2


TEXT = st.text(max_size=20)


@settings(max_examples=30, deadline=None)
@given(
    prompt=TEXT.filter(str.strip),
    files=st.dictionaries(st.sampled_from(["main.tf", "a/b.tf", "x.json"]), TEXT, min_size=1),
    seed=st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
    metadata=st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.none(), st.lists(st.booleans()))),
)
def test_any_text_survives(
    tmp_path_factory: pytest.TempPathFactory, prompt: str, files: dict[str, str], seed: int | None, metadata: Any
) -> None:
    config = TerraformConfig({name: text.encode() for name, text in files.items()})
    one = record(prompt=prompt, after=config, seed=seed, metadata=metadata)
    path = tmp_path_factory.mktemp("any") / "r.parquet"
    write_records(path, [one])
    (back,) = read_records(path)
    assert back == one and back.id == one.id


def test_many_rows_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    with RecordWriter(path, batch=100) as writer:
        for number in range(1050):
            writer.write(record(prompt=f"topic {number}"))
    assert pq.ParquetFile(path).num_row_groups == 11
    stream = read_records(path)
    assert next(stream).prompt == "topic 0"
    assert sum(1 for _ in stream) == 1049


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    write_records(path, [record()])
    with pytest.raises(UsageError, match="must be UTF-8 text"):
        write_records(path, [record(), record(after=TerraformConfig({"main.tf": b"\xff"}))])
    assert len(list(read_records(path))) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["r.parquet"]


def test_identity_is_what_is_asked_and_answered() -> None:
    assert record().id == record(source="elsewhere", split="train", metadata={}, difficulty=None).id
    for change in ({"prompt": "B"}, {"after": MODULES}, {"policies": ()}, {"intent": None}):
        assert record(**change).id != record().id
    assert REPAIR.id != record(kind="mutation", before=MODULES, intent=None).id
    assert record().task.prompt == "A topic"


@pytest.mark.parametrize(
    "wrong",
    [
        {"before": CONFIG},
        {"kind": "mutation"},
        {"kind": "repair"},
        {"kind": "other"},
        {"prompt": " "},
        {"certificates": REPAIR.certificates},
    ],
)
def test_what_does_not_fit_is_no_record(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        record(**wrong)


def table_of(rows: list[dict[str, Any]], schema: Any = None) -> Any:
    return pa.Table.from_pylist(rows, schema=schema or record_schema())


def changed(**values: Any) -> list[dict[str, Any]]:
    return [{**records.to_row(record()), **values}]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p.write_bytes(b"PAR1 no"), "not a parquet file"),
        (lambda p: pq.write_table(pa.table({"a": [1]}), p), "not a file of records"),
        (
            lambda p: pq.write_table(
                table_of(changed()).replace_schema_metadata({"terraformer.record.version": "9"}), p
            ),
            "records of version 9, this program reads 1",
        ),
        (lambda p: pq.write_table(table_of(changed()).drop_columns(["policies"]), p), "column policies is missing"),
        (
            lambda p: pq.write_table(
                table_of(changed()).set_column(17, pa.field("seed", pa.string()), pa.array(["1"])), p
            ),
            "column seed is string, not int64",
        ),
        (
            lambda p: pq.write_table(table_of(changed(prompt="other")), p),
            "row 1 is not a record: .*hash of its content",
        ),
        (lambda p: pq.write_table(table_of(changed(kind="poem")), p), "row 1 is not a record: .*'poem'"),
        (lambda p: pq.write_table(table_of(changed(intent="{")), p), "row 1 is not a record"),
        (lambda p: pq.write_table(table_of(changed(versions="[]")), p), "versions is not a JSON object"),
        (
            lambda p: pq.write_table(table_of(changed(after=[{"path": "/etc/passwd", "content": ""}])), p),
            "not a normalised relative path",
        ),
        (lambda p: p.mkdir(), "no .parquet file in this directory"),
        (lambda p: None, "no such file or directory"),
    ],
)
def test_errors_are_one_line(tmp_path: Path, make: Any, message: str) -> None:
    path = tmp_path / "r.parquet"
    make(path)
    with pytest.raises(UsageError, match=message) as caught:
        list(read_records(path))
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_another_kind_is_refused(tmp_path: Path) -> None:
    write_records(tmp_path / "r.parquet", [record(), MUTATION])
    with pytest.raises(UsageError, match="row 2 is a mutation record, not a generation record"):
        list(read_records(tmp_path / "r.parquet", kind=RecordKind.GENERATION))


def test_without_pyarrow_the_mend_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_records(tmp_path / "r.parquet", [record()])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'terraformer-iac\[eval\]'"):
        list(read_records(tmp_path / "r.parquet"))
