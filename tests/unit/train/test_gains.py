"""What one model gained over another, from the files of two evaluations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from terraformer.errors import UsageError
from terraformer.train.compare import compare, difference, table


def write(path: Path, right: dict[str, list[bool | None]], kind: str = "generation") -> Path:
    rows = [
        {
            "id": key,
            "kind": kind,
            "reward": None if value is None else 2.0 * value,
            "compilable": True,
            "deployable": bool(value),
            "correct": bool(value),
        }
        for key, values in right.items()
        for value in values
    ]
    path.write_text("\n".join(json.dumps(line) for line in [{"model": path.stem}, *rows]))
    return path


def test_a_gain_is_paired_by_request(tmp_path: Path) -> None:
    before = write(tmp_path / "base.jsonl", {f"t{n}": [n % 10 == 0] for n in range(100)})
    after = write(tmp_path / "sft.jsonl", {f"t{n}": [n % 10 < 4] for n in range(100)})
    first, second = compare([before, after])
    assert first["gain"] is None
    assert (first["correct"], second["correct"]) == (0.1, 0.4)
    gain = second["gain"]
    assert gain.value == pytest.approx(0.3)
    assert 0.2 < gain.low < 0.3 < gain.high < 0.4
    assert "+30.0 (+2" in table([first, second])


def test_no_gain_has_an_interval_around_nothing() -> None:
    one = {f"t{n}": float(n % 2) for n in range(60)}
    other = {f"t{n}": float(n % 4 < 2) for n in range(60)}
    found = difference(one, other)
    assert found is not None
    assert found.low < 0 < found.high
    assert difference(one, {"other": 1.0}) is None


def test_samples_of_a_request_stay_together(tmp_path: Path) -> None:
    told = compare([write(tmp_path / "a.jsonl", {"x": [True, False, None], "y": [False, False, False]})])[0]
    assert told["correct"] == pytest.approx(0.25)  # half of the two that could be judged, and none
    assert told["requests"] == 2
    assert told["pass@3"] == 0.0  # of the one request that has three


def test_the_first_that_deploys_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write(path, {"x": [False, True, False], "y": [False, False, False], "z": [True, False, False]})
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1]["deployable"] = True  # x: the first sample deploys, and is wrong
    path.write_text("\n".join(json.dumps(line) for line in lines))
    told = compare([path])[0]
    assert told["chosen"] == pytest.approx(1 / 3)
    assert told["pass@3"] == pytest.approx(2 / 3)
    assert " | 33.3% | 66.7% |" in table([told])
    assert compare([write(tmp_path / "b.jsonl", {"x": [True]})])[0]["chosen"] is None


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("{}\n[]\n")
    with pytest.raises(UsageError, match=r"x\.jsonl"):
        compare([tmp_path / "x.jsonl"])
