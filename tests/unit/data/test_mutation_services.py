"""Change operators for services: accepted by real Terraform wherever they apply on a few small configurations."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from tests.unit.data.mutation_configurations import BASES

from terraformer.data.mutation.applied import Accepted, AppliedBase, apply_base, judge
from terraformer.data.mutation.base import Base
from terraformer.data.mutation.catalogue import all_operators, get_operator, targets_of, try_operator
from terraformer.data.mutation.compose import Composed
from terraformer.data.mutation.requests import request_of
from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

SERVICE = sorted(n for n, o in all_operators().items() if not o.structural)

_STORES = """\
provider "aws" {
  region = "eu-west-1"
}

resource "aws_kms_key" "store" {
  description = "Data"
}

resource "aws_s3_bucket" "uploads" {
  bucket = "acme-uploads"
}

resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"
}

resource "aws_dynamodb_table" "sessions" {
  name         = "sessions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_db_instance" "main" {
  identifier              = "acme"
  engine                  = "postgres"
  engine_version          = "16.3"
  instance_class          = "db.m6g.large"
  allocated_storage       = 50
  backup_retention_period = 7
  username                = "acme"
  password                = "not-a-secret"
  skip_final_snapshot     = true
}

resource "aws_ecr_repository" "app" {
  name = "acme/app"
}
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as pool:
        yield pool


def test_there_are_enough_service_operators() -> None:
    assert len(SERVICE) >= 80
    assert len({get_operator(n).family for n in SERVICE}) >= 20


@pytest.mark.parametrize("where", ["stores", "web", "queues"])
def test_service_operators_are_accepted_by_terraform(where: str, pool: VerifierPool) -> None:
    text = _STORES if where == "stores" else BASES[where]
    config = TerraformConfig.from_text(text)
    assert pool.format(config) == config
    applied = apply_base(config, pool, where)
    assert isinstance(applied, AppliedBase), applied
    accepted: set[str] = set()
    for name in SERVICE:
        rng = random.Random(f"{where}:{name}")
        for target in targets_of(get_operator(name), applied.base, rng)[:1]:
            change = try_operator(get_operator(name), target)
            if change is None:
                continue
            outcome = judge(applied, Composed.of([(get_operator(name), change)]), pool)
            assert isinstance(outcome, Accepted), (name, outcome)
            prompt, _ = request_of([change], rng)
            assert not set("{}|<>\x00") & set(prompt), prompt
            accepted.add(name)
    wanted = {"stores": 25, "web": 6, "queues": 3}[where]
    assert len(accepted) >= wanted, sorted(accepted)


def test_what_is_there_is_not_asked_for_again() -> None:
    text = (
        'resource "aws_s3_bucket" "a" {}\n\nresource "aws_s3_bucket_public_access_block" "a" {\n'
        "  bucket                  = aws_s3_bucket.a.id\n  block_public_acls       = true\n"
        "  block_public_policy     = true\n  ignore_public_acls      = true\n  restrict_public_buckets = true\n}\n"
    )
    flags = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    changes = [
        {"address": f"{t}.a", "mode": "managed", "type": t, "change": {"after": dict.fromkeys(flags, True)}}
        for t in ("aws_s3_bucket", "aws_s3_bucket_public_access_block")
    ]
    base = Base(TerraformConfig.from_text(text), {"resource_changes": changes})
    chosen = get_operator("bucket_public_block")
    assert [try_operator(chosen, t) for t in targets_of(chosen, base, random.Random(1))] == [None]
