"""Three hundred rows of the full-scale sets, proven anew with real Terraform and Rego.

tests/sample holds a hundred rows of each dataset, drawn at random from what `recipes/data_full.sh` made (docs/LOG.md says
at which commit). If the verifier's judgement changes, they tell.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from terraformer.cli.app import run
from terraformer.data.intents import Intent, policy_of
from terraformer.data.records import read_records
from terraformer.types import RecordKind

SAMPLE = Path(__file__).parents[1] / "sample"
KINDS = {"tf-gen": RecordKind.GENERATION, "tf-mutn": RecordKind.MUTATION, "tf-repair": RecordKind.REPAIR}


def rules(rego: str) -> set[str]:
    """The names of the rules (the values of a map may stand in another order)."""
    return set(re.findall(r"^default (is_\w+)", rego, re.M))


@pytest.mark.parametrize("dataset", KINDS)
def test_rows_hold(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "validate", str(SAMPLE / f"{dataset}.parquet"), "--mutants", "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["records"] == 100
    assert outcome["failures"] == []
    judged = outcome["mutants"]
    assert judged["share of records"] >= 0.95


@pytest.mark.parametrize("dataset", KINDS)
def test_rows_are_whole(dataset: str) -> None:
    records = list(read_records(SAMPLE / f"{dataset}.parquet", kind=KINDS[dataset]))
    assert len({r.id for r in records}) == len(records) == 100
    assert {r.split for r in records} >= {"train", "test"}
    assert len({r.source for r in records}) >= 40
    assert len({r.family for r in records}) >= 10
    for record in records:
        assert record.intent is not None
        again = policy_of(Intent.from_dict(record.intent, record.id[:12]))
        assert rules(again.text) == rules(record.policies[0].text) != set()
        assert record.versions["core"]
        assert record.licence
