"""The store: the same seed gives the same records, whoever makes them and however often it is killed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from store_makers import NAME

from terraformer.cli.app import run
from terraformer.data.cleaning import CleaningSettings
from terraformer.data.executors import LocalExecutor
from terraformer.data.records import read_records
from terraformer.data.store import RunStore, choose, fetch, record_files
from terraformer.data.store.synthesise import synthesise
from terraformer.errors import ToolFailure, UsageError

COUNT = 60
SEED = 3
HERE = Path(__file__).parent
Json = dict[str, Any]


def make(
    out: Path, count: int = COUNT, *, jobs: int = 1, part_size: int | None = 5, seed: int = SEED, **options: Any
) -> Json:
    return synthesise(
        out, NAME, count, seed=seed, options=options, executor=LocalExecutor(jobs), part_size=part_size, jobs=jobs
    )


def ids(out: Path) -> list[str]:
    return sorted(r.id for file in record_files(out) for r in read_records(file))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset that was made in one go, by one process."""
    out = tmp_path_factory.mktemp("whole") / "out"
    make(out)
    return out


def test_any_number_of_workers_and_any_size_of_parts_give_the_same_records(whole: Path, tmp_path: Path) -> None:
    manifest = make(tmp_path / "two", jobs=2, part_size=9)
    assert ids(tmp_path / "two") == ids(whole)
    assert manifest["content"] == json.loads((whole / "manifest.json").read_text())["content"]
    assert make(tmp_path / "other", seed=SEED + 1)["content"] != manifest["content"]


def test_the_manifest_tells_what_is_there(whole: Path) -> None:
    manifest = json.loads((whole / "manifest.json").read_text())
    found = ids(whole)
    assert manifest["records"] == len(found) == len(set(found)) == COUNT
    assert manifest["content"] == hashlib.sha256("".join(f"{i}\n" for i in found).encode()).hexdigest()
    shards = [s for split in manifest["splits"].values() for s in split["shards"]]
    assert sorted(s["file"] for s in shards) == sorted(f"data/{p.name}" for p in (whole / "data").iterdir())
    for shard in shards:
        assert hashlib.sha256((whole / shard["file"]).read_bytes()).hexdigest() == shard["sha256"]
    for split, told in manifest["splits"].items():
        for shard in told["shards"]:
            records = list(read_records(whole / shard["file"]))
            assert len(records) == shard["records"]
            assert {r.split for r in records} == {split}
    # What was made and is no record is told, and the sums are right.
    assert manifest["rejected"]["unlucky"] == len(range(1, manifest["units"], 4))
    assert manifest["dropped"]["duplicate:exact"] > 0
    dropped = sum(manifest["dropped"].values()) + sum(manifest["rejected"].values())
    assert manifest["candidates"] == COUNT + dropped
    assert manifest["yield"] == round(COUNT / manifest["candidates"], 4)
    assert manifest["tool failures"] == 0 and "warning" not in manifest


def test_a_greater_count_goes_on_and_a_smaller_one_needs_nothing_new(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert make(out, 20)["records"] == 20
    few = set(ids(out))
    assert few < set(ids(whole))
    make(out, COUNT, jobs=2)
    assert ids(out) == ids(whole)
    before = sorted(p.name for p in (out / "parts").iterdir())
    make(out, 20)
    assert set(ids(out)) == few
    assert sorted(p.name for p in (out / "parts").iterdir()) == before


def test_a_finished_dataset_is_left_alone(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    stamps = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    make(out)
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()} == stamps
    # One with a shard that is gone is written anew, from the parts that are there.
    shard = next((out / "data").iterdir())
    content = shard.read_bytes()
    shard.unlink()
    make(out)
    assert shard.read_bytes() == content


def test_other_settings_of_cleaning_are_another_dataset_of_the_same_parts(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    cleaning = CleaningSettings(test=0.5)
    manifest = synthesise(out, NAME, COUNT, seed=SEED, executor=LocalExecutor(1), cleaning=cleaning)
    assert manifest["splits"]["test"]["records"] > COUNT // 4
    assert sorted(p.name for p in (out / "parts").iterdir()) >= sorted(p.name for p in (whole / "parts").iterdir())


def command(out: Path, *more: str) -> list[str]:
    return [
        *(
            sys.executable,
            "-c",
            # What started the tests in the background may have interrupts ignored, which children inherit.
            "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
            "from terraformer.cli import main; sys.exit(main())",
            "data",
            "synth",
            NAME,
            "--count",
            str(COUNT),
            "--seed",
            str(SEED),
        ),
        *("--out", str(out), "--part-size", "5", *more),
    ]


def started(out: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(out, *more),
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def parts_of(out: Path) -> int:
    return len(list((out / "parts").glob("part-*.json")))


def wait_for_parts(process: subprocess.Popen[str], out: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while parts_of(out) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _processes() -> list[int]:
    return [int(p) for p in os.listdir("/proc") if p.isdigit()]


def _children(pid: int) -> list[int]:
    found = []
    for other in _processes():
        try:
            if int(Path(f"/proc/{other}/stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(other)
        except (OSError, IndexError):
            continue
    return found


def test_killed_three_times_at_random_moments_and_resumed_it_is_the_same_set(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    chance = random.Random()
    parts = 0
    for _ in range(3):
        process = started(out, "--jobs", "2", "--option", "seconds=0.1")
        wait_for_parts(process, out, parts + 1)
        time.sleep(chance.random() * 0.3)
        children = _children(process.pid)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        deadline = time.monotonic() + 10
        while any(Path(f"/proc/{c}").exists() for c in children):  # nobody goes on making
            assert time.monotonic() < deadline
            time.sleep(0.02)
        parts = parts_of(out)
    process = started(out, "--jobs", "2", "--option", "seconds=0.1")
    assert process.wait(60) == 0, process.communicate()
    assert ids(out) == ids(whole)
    assert not [p.name for p in out.rglob(".terraformer-*")]


def test_the_parent_alone_is_killed_and_its_workers_end(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(out, "--jobs", "2", "--option", "seconds=0.05")
    wait_for_parts(process, out, 1)
    children = _children(process.pid)
    assert children
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{c}").exists() for c in children):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_interrupt_keeps_what_is_finished(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(out, "--jobs", "2", "--option", "seconds=0.03")
    wait_for_parts(process, out, 2)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"what is finished is kept in {out}" in said
    assert "Traceback" not in said
    assert parts_of(out) >= 2
    # What is there can be read, and made into a smaller dataset at once.
    assert set(ids(out)) <= {r.id for _, r in fetch(choose(out))}
    manifest = make(out, 5, part_size=None, seconds=0.03)
    assert manifest["records"] == 5
    assert set(ids(out)) < set(ids(whole))


def test_a_worker_that_dies_is_replaced_and_its_part_made_again(whole: Path, tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    make(tmp_path / "out", jobs=2, kills=[7, 11], times=2, marks=str(marks))
    assert sorted(p.name for p in marks.iterdir()) == ["unit-11", "unit-7"]
    assert ids(tmp_path / "out") == ids(whole)


def test_a_part_that_always_kills_its_worker_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(ToolFailure, match=r"part 1 died 3 times \(signal 9\)"):
        make(tmp_path / "out", jobs=2, kills=[7])
    assert parts_of(tmp_path / "out") >= 1  # what was finished stays


def test_a_failure_of_the_tools_that_passes_changes_nothing(whole: Path, tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    manifest = make(tmp_path / "out", fails=[2, 9], times=2, marks=str(marks))
    assert manifest["tool failures"] == 0
    assert ids(tmp_path / "out") == ids(whole)


def test_a_failure_of_the_tools_that_stays_is_said_aloud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whole: Path
) -> None:
    out = tmp_path / "out"
    code = run(
        ["data", "synth", NAME, "--count", "30", "--seed", str(SEED), "--out", str(out), "--option", "fails=[2]"]
    )
    captured = capsys.readouterr()
    assert code == 0
    assert "1 units were given up because the tools failed" in captured.err
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["tool failures"] == 1 and manifest["rejected"]["tool-failure"] == 1
    assert "the disk is on fire" in manifest["rejected examples"]["tool-failure"][0]
    assert "given up because the tools failed" in manifest["warning"]


def test_a_mistake_of_a_maker_is_counted_and_costs_its_unit_only(tmp_path: Path) -> None:
    manifest = make(tmp_path / "out", breaks=[4, 6])
    assert manifest["rejected"]["maker-error:KeyError"] == 2
    assert "store_makers.py" in manifest["rejected examples"]["maker-error:KeyError"][0]
    assert manifest["records"] == COUNT


def test_when_hardly_anything_new_comes_the_run_ends_with_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["--count", "100", "--out", str(out), "--option", "last=30", "--part-size", "500", "--jobs", "1"]
    code = run(["data", "synth", NAME, *arguments])
    captured = capsys.readouterr()
    assert code == 1
    assert "gives hardly any more new records" in captured.err
    manifest = json.loads((out / "manifest.json").read_text())
    assert 20 < manifest["records"] == len(ids(out)) < 100
    assert manifest["rejected"]["nothing-left"] > 900


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": SEED + 1}, r"another seed \(3, not 4\)"),
        ({"part_size": 6}, r"another units in a part \(5, not 6\)"),
        ({"last": 5}, "another options last"),
    ],
)
def test_a_directory_of_another_run_is_refused(whole: Path, change: Json, said: str) -> None:
    with pytest.raises(UsageError, match=f"holds a run with {said}.*; name another --out") as refused:
        make(whole, **change)
    assert "\n" not in str(refused.value)


def test_a_directory_of_other_versions_is_refused(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    data = json.loads((out / "run.json").read_text())
    data["versions"]["core"] = "terraform 0.1"
    (out / "run.json").write_text(json.dumps(data))
    with pytest.raises(UsageError, match=r"another versions core \(\"terraform 0.1\", not"):
        make(out)


def test_a_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("Dear")
    with pytest.raises(UsageError, match=r"holds other things than a run \(letters.txt\)"):
        make(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(UsageError, match="is not about a run of data synth"):
        make(tmp_path)


def test_two_runs_in_one_directory_are_refused_and_a_dead_one_keeps_nothing(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(out, "--jobs", "1", "--option", "seconds=0.05")
    wait_for_parts(process, out, 1)
    with pytest.raises(UsageError, match="another process is writing there"):
        make(out, seconds=0.05)
    process.kill()
    process.communicate()
    make(out, 10, seconds=0.05)  # and with its lock still on the disk
    assert (out / ".lock").exists()


def test_what_a_kill_left_half_written_is_made_again(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    shutil.rmtree(out / "data")
    (out / "manifest.json").unlink()
    parts = out / "parts"
    (parts / "part-000001.json").unlink()  # killed between the two files of a part
    torn = parts / "part-000002.parquet"
    torn.write_bytes(torn.read_bytes()[:100])
    (parts / ".terraformer-abc").write_bytes(b"half")
    (out / ".terraformer-data").mkdir()
    (out / ".terraformer-data" / "train-00000-of-00001.parquet").write_bytes(b"half")
    with RunStore(out, NAME, SEED, {}) as store:
        assert {1, 2}.isdisjoint(store.done) and {0, 3} <= store.done
    make(out)
    assert ids(out) == ids(whole)
    assert not list(out.rglob(".terraformer-*"))


def test_a_part_whose_content_was_changed_is_refused(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (out / "manifest.json").unlink()
    first = out / "parts" / "part-000000.parquet"
    content = bytearray(first.read_bytes())
    content[len(content) // 3] ^= 0xFF
    first.write_bytes(content)
    with pytest.raises(ToolFailure, match=r"part-000000.parquet: a broken part, remove it"):
        make(out)


def test_many_shards_hold_every_record_once(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (out / "manifest.json").unlink()
    manifest = synthesise(out, NAME, COUNT, seed=SEED, executor=LocalExecutor(1), shard_records=7)
    for split, told in manifest["splits"].items():
        names = [s["file"] for s in told["shards"]]
        total = -(-told["records"] // 7)
        assert names == [f"data/{split.replace('-', '_')}-{n:05d}-of-{total:05d}.parquet" for n in range(total)]
        assert max(s["records"] for s in told["shards"]) <= 7
    assert ids(out) == ids(whole)


def test_polars_reads_the_shards(whole: Path) -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    table = polars.read_parquet(whole / "data" / "*.parquet")
    assert sorted(table["id"]) == ids(whole)
    assert table["after"][0][0].keys() == {"path", "content"}


def test_datasets_reads_the_directory(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    loaded = datasets.load_dataset(str(whole), cache_dir=str(tmp_path / "cache"))
    manifest = json.loads((whole / "manifest.json").read_text())
    assert {k: len(v) for k, v in loaded.items()} == {
        k.replace("-", "_"): v["records"] for k, v in manifest["splits"].items()
    }


def test_a_sample_is_the_same_however_the_records_are_stored(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (out / "manifest.json").unlink()
    synthesise(out, NAME, COUNT, seed=SEED, executor=LocalExecutor(1), shard_records=9)
    drawn = [p.id for p in choose(whole, sample=10, seed=4)]
    assert drawn == [p.id for p in choose(out, sample=10, seed=4)]
    assert drawn != [p.id for p in choose(out, sample=10, seed=5)]
    assert [r.id for _, r in fetch(choose(out, sample=10, seed=4))] == drawn
    assert {p.source for p in choose(whole, source="plain:1")} == {"plain:1"}
    assert len(choose(whole, sample=1000)) == COUNT


def test_show_prints_a_record(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = ids(whole)[0]
    (record,) = (r for _, r in fetch(choose(whole, identity=first)))
    assert run(["data", "show", str(whole), "--id", first[:12], "--full"]) == 0
    shown = capsys.readouterr().out
    assert record.prompt in shown
    assert record.after.text("main.tf").strip() in shown
    assert first in shown
    assert run(["data", "show", str(whole), "--random", "3", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len({row["id"] for row in rows}) == 3
    assert run(["data", "show", str(whole), "--id", "f00"]) == 1
    assert "no such record" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tf-nothing", "--count", "5"], "there is no dataset 'tf-nothing': choose one of tf-gen"),
        (["store_makers:Missing", "--count", "5"], "store_makers:Missing"),
        (["store_makers:NotAMaker", "--count", "5"], "needed"),
        (["tf-gen", "--count", "5", "--option", "colour=red"], "colour"),
        (["tf-gen", "--count", "5", "--option", "red"], "write KEY=VALUE"),
        (["tf-gen", "--count", "5", "--executor", "slurm"], "choose local or ray"),
        (["tf-gen", "--count", "5", "--ray-address", "auto"], "--ray-address goes with --executor ray"),
        (["tf-gen", "--count", "5", "--against", "missing.csv"], "missing.csv"),
    ],
)
def test_wrong_commands_are_refused_before_anything_is_written(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "synth", *arguments, "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1
    assert not (tmp_path / "out").exists()
