"""Records proven anew, with real Terraform and Rego: each way of tampering with a row is found, and told as what it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from terraformer.cli.app import run
from terraformer.data.intents import Intent, policy_of
from terraformer.data.records import record_schema, to_row, write_records
from terraformer.data.validation import Checked, check_record
from terraformer.types import Policy, Record, RecordKind, Severity, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

BUCKET = """
resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}
"""
DEMANDS = {
    "version": 1,
    "demands": [
        {"type": "aws_s3_bucket", "having": [{"path": "bucket", "equals": "acme-logs"}], "name": "bucket"},
        {
            "type": "aws_s3_bucket_versioning",
            "having": [{"path": "versioning_configuration.status", "equals": "Enabled"}],
            "name": "versioned",
        },
    ],
}
CHANGE = {
    "version": 1,
    "demands": [],
    "change": {
        "demands": [
            {
                "action": "updated",
                "address": "aws_s3_bucket_versioning.logs",
                "paths": ["versioning_configuration.status"],
                "having": [{"path": "versioning_configuration.status", "equals": "Enabled"}],
                "name": "versioned",
            }
        ]
    },
}


def config(*pairs: tuple[str, str]) -> TerraformConfig:
    text = BUCKET
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return TerraformConfig({"main.tf": text.encode()})


def policies(demands: dict[str, Any]) -> tuple[Policy, ...]:
    return (policy_of(Intent.from_dict(demands)),)


SUSPENDED = ("Enabled", "Suspended")
RENAMED = ("acme-logs", "acme-audit")
MISSPELT = ("  bucket = aws_s3_bucket.logs.id", "  bucket = aws_s3_bucket.log.id")
WRONG_VALUE = ("Enabled", "Sometimes")
DEPRECATED = ('bucket = "acme-logs"', 'bucket = "acme-logs"\n  acl    = "private"')

GENERATION = Record(
    RecordKind.GENERATION, "A versioned bucket acme-logs.", config(), intent=DEMANDS, policies=policies(DEMANDS)
)
MUTATION = Record(
    RecordKind.MUTATION,
    "Turn versioning on.",
    config(),
    before=config(SUSPENDED),
    intent=CHANGE,
    policies=policies(CHANGE),
)


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(cache=False)) as found:
        yield found


@pytest.fixture(scope="module")
def repair(pool: VerifierPool) -> Record:
    broken = config(MISSPELT)
    report = pool.verify(broken, policies=GENERATION.policies)
    assert report.errors
    return replace(
        GENERATION,
        kind=RecordKind.REPAIR,
        prompt="Mend it.",
        before=broken,
        certificates=tuple(c for c in report.certificates if c.severity is not Severity.INFO),
    )


def checked(record: Record, pool: VerifierPool, identity: str = "") -> Checked:
    return check_record(identity or record.id, record, pool, with_mutants=True)


def test_sound_records_hold(pool: VerifierPool, repair: Record) -> None:
    for record in (GENERATION, MUTATION, repair):
        outcome = checked(record, pool)
        assert outcome.problems == () and not outcome.tool_error
        assert outcome.mutants == outcome.exact > 0


def weaker(name: str) -> tuple[Policy, ...]:
    """A policy of which one rule is always met."""
    (policy,) = GENERATION.policies
    start = policy.text.index(f"\nis_valid_{name} if {{")
    body = policy.text[start : policy.text.index("\n}", start)]
    return (Policy(policy.name, policy.text.replace(body, f"\nis_valid_{name} if {{\n\ttrue")),)


# What was done to a sound generation, and the checks that notice it.
TAMPERED: dict[str, tuple[Callable[[Record], Record], set[str]]] = {
    "another value in the configuration": (lambda r: replace(r, after=config(SUSPENDED)), {"policy", "intent"}),
    "a resource is gone": (
        lambda r: replace(r, after=config((BUCKET[BUCKET.index('resource "aws_s3_bucket_v') :], ""))),
        {"policy", "intent"},
    ),
    "it does not compile": (lambda r: replace(r, after=config(MISSPELT)), {"after"}),
    "the provider refuses a value": (lambda r: replace(r, after=config(WRONG_VALUE)), {"after"}),
    "a deprecated argument": (lambda r: replace(r, after=config(DEPRECATED)), {"after"}),
    "a policy that asks for something else": (
        lambda r: replace(r, policies=policies(json.loads(json.dumps(DEMANDS).replace("acme-logs", "acme-data")))),
        {"policy"},
    ),
    "an intent that asks for something else": (
        lambda r: replace(r, intent=json.loads(json.dumps(DEMANDS).replace("acme-logs", "acme-data"))),
        {"intent"},
    ),
    "no intent": (lambda r: replace(r, intent=None), {"intent"}),
    "a nonsensical intent": (lambda r: replace(r, intent={"demands": [{"kind": 3}]}), {"intent"}),
    "no policy": (lambda r: replace(r, policies=()), {"policy"}),
    "a policy that is no Rego": (
        lambda r: replace(r, policies=(Policy("p.rego", "package (("),)),
        {"policy"},
    ),
    "a policy with a rule that is always met": (lambda r: replace(r, policies=weaker("versioned")), {"mutant"}),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_generation_that_was_tampered_with_is_found(how: str, pool: VerifierPool) -> None:
    tamper, checks = TAMPERED[how]
    record = tamper(GENERATION)
    found = {p.check for p in checked(record, pool).problems}
    assert found == checks
    # Also when the id is not made new.
    assert {p.check for p in checked(record, pool, GENERATION.id).problems} == {*found, "id"}


MUTATIONS: dict[str, tuple[Callable[[Record], Record], set[str]]] = {
    "nothing was done": (lambda r: replace(r, after=r.before), {"policy", "intent"}),
    "something else was done too": (lambda r: replace(r, after=config(RENAMED)), {"policy", "intent"}),
    "it was so before": (
        lambda r: replace(r, before=config(), intent=DEMANDS, policies=policies(DEMANDS)),
        {"no-change"},
    ),
    "the one before does not deploy": (lambda r: replace(r, before=config(WRONG_VALUE)), {"before"}),
    "the one after does not deploy": (lambda r: replace(r, after=config(WRONG_VALUE)), {"after", "policy", "intent"}),
    "a new warning": (lambda r: replace(r, after=config(DEPRECATED)), {"after", "policy", "intent"}),
}


@pytest.mark.parametrize("how", MUTATIONS)
def test_a_mutation_that_was_tampered_with_is_found(how: str, pool: VerifierPool) -> None:
    tamper, checks = MUTATIONS[how]
    assert {p.check for p in checked(tamper(MUTATION), pool).problems} == checks


def test_a_repair_that_was_tampered_with_is_found(repair: Record, pool: VerifierPool) -> None:
    def checks(record: Record) -> set[str]:
        return {p.check for p in checked(record, pool).problems}

    assert checks(replace(repair, before=config())) == {"certificates"}  # nothing is broken
    assert checks(replace(repair, before=config(WRONG_VALUE))) == {"certificates"}  # something else is
    assert checks(replace(repair, certificates=())) == {"certificates"}
    assert checks(replace(repair, after=repair.before)) == {"after"}  # nothing was mended
    assert checks(replace(repair, after=config(SUSPENDED))) == {"policy", "intent"}  # at the cost of the demand


def test_the_command_lists_what_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = replace(GENERATION, after=config(SUSPENDED))
    data = tmp_path / "data.parquet"
    write_records(data, [GENERATION, MUTATION, wrong])
    assert run(["data", "validate", str(data), "--jobs", "1"]) == 2
    out = capsys.readouterr().out
    assert "3 records (2 generation, 1 mutation): 1 do not hold" in out
    assert wrong.id in out and "policy: " in out
    assert run(["data", "validate", str(data), "--jobs", "1", "--kind", "mutation", "--mutants", "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["records"] == 1 and outcome["failed"] == 0
    assert outcome["mutants"]["share of records"] == 1.0


def test_the_command_finds_a_row_that_was_changed_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pyarrow as pa

    row = to_row(GENERATION)
    row["prompt"] = "A versioned bucket of any name."
    pq.write_table(pa.Table.from_pylist([row], schema=record_schema()), tmp_path / "data.parquet")
    assert run(["data", "validate", str(tmp_path), "--json"]) == 2
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["failed by check"] == {"id": 1}
    assert outcome["failures"][0]["id"] == GENERATION.id
