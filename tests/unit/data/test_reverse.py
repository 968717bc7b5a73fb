"""Requests read off configurations: what they say, that all agrees, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from terraformer.data.intents import Attribute, Demand, Intent, Operator, evaluate
from terraformer.data.making import get_maker
from terraformer.data.reverse.checking import agreement, lean, missing_literals
from terraformer.data.reverse.completing import completed
from terraformer.data.reverse.maker import ReverseMaker
from terraformer.data.reverse.phrasebook import phrasebook
from terraformer.data.reverse.reading import Reading
from terraformer.data.sources import SourceConfig, components
from terraformer.data.synthesis.demands import intent_of
from terraformer.data.synthesis.language import prompt_of
from terraformer.errors import UsageError
from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool

STACK = """
provider "aws" {
  region = "eu-west-1"
}

variable "size" {
  default = "t3.small"
}

variable "image" {}

locals {
  name   = "orders-${var.size}"
  secret = var.image
}

data "aws_availability_zones" "here" {}

resource "aws_vpc" "main" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "app" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.20.1.0/24"
  availability_zone = data.aws_availability_zones.here.names[0]
}

resource "aws_instance" "app" {
  count         = 2
  ami           = var.image
  instance_type = var.size
  subnet_id     = aws_subnet.app.id
  tags = {
    Name = local.name
    From = local.secret
  }
}

resource "aws_s3_bucket" "logs" {
  bucket = "orders-logs-4711"
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "app" {
  name = "orders-app"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}

output "bucket_arn" {
  value = aws_s3_bucket.logs.arn
}
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1) as made:
        yield made


@pytest.fixture(scope="module")
def reading(pool: VerifierPool) -> Reading:
    config = TerraformConfig.from_text(STACK)
    report = pool.verify(config)
    assert report.plan is not None
    return Reading(report.plan, config, "acme/orders:main.tf")


def test_what_is_said_holds_and_stands_in_the_prompt(reading: Reading) -> None:
    seen: set[str] = set()
    for seed in range(60):
        scenario = reading.scenario(seed)
        assert scenario is not None
        intent = lean(intent_of(scenario))
        assert all(v.passed for v in evaluate(intent, reading.view))
        seen.update(json.dumps(d) for d in intent.to_dict()["demands"])
        prompt = prompt_of(scenario, seed)
        assert prompt
        if any(n.type == "aws_instance" and n.said for n in scenario.nodes):
            assert "ec2" in prompt.lower() or "instance" in prompt.lower() or "aws_instance" in prompt
    told = "\n".join(seen)
    for part in (
        "10.20.0.0/16",
        '"t3.small"',  # through a variable with a default
        "orders-logs-4711",
        "Enabled",  # the versioning of the bucket, a property of it
        "AmazonS3ReadOnlyAccess",
        "lambda.amazonaws.com",
        "eu-west-1",
        "bucket_arn",
        '"count": {"exactly": 2}' if '"exactly": 2' in told else '"at_least": 2',
        "refers_to",
    ):
        assert part in told, part
    # Values of variables without a default, of data sources, and tags that hold such are nobody's wish.
    assert '"ami"' not in told and '"availability_zone"' not in told and "From" not in told


def test_the_same_seed_says_the_same(reading: Reading) -> None:
    first, second = reading.scenario(5), reading.scenario(5)
    assert first is not None and second is not None
    assert intent_of(first) == intent_of(second)
    assert prompt_of(first, 5) == prompt_of(second, 5)
    assert len({prompt_of(s, n) for n in range(8) if (s := reading.scenario(n)) is not None}) > 4


def test_agreement_finds_what_does_not_agree(reading: Reading) -> None:
    plan = reading.view.plan
    right = Demand(type="aws_vpc", having=(Attribute(("cidr_block",), Operator.EQUALS, "10.20.0.0/16"),))
    wrong = Demand(type="aws_vpc", having=(Attribute(("cidr_block",), Operator.EQUALS, "10.0.0.0/8"),))
    found = agreement(Intent((right,)), plan)
    assert (found.problem, found.rules, found.broken) == ("", 1, 1)
    assert agreement(Intent((right, wrong)), plan).problem == "intent"
    # Four ways to say the same: none of them can be broken alone.
    same = [Demand(type="aws_vpc", having=(Attribute((n,), Operator.SET),)) for n in ("cidr_block", "tags_all")]
    blunt = agreement(Intent((Demand(type="aws_vpc"), Demand(type="aws_vpc", text="Again."), *same)), plan)
    assert blunt.problem in ("mutants", "intent")


def test_lean_leaves_out_what_is_implied() -> None:
    named = Demand(type="aws_vpc", having=(Attribute(("cidr_block",), Operator.EQUALS, "10.20.0.0/16"),))
    other = Demand(type="aws_subnet")
    assert lean(Intent((Demand(type="aws_vpc"), named, other))).demands == (named, other)
    assert lean(Intent((named, other))).demands == (named, other)


@pytest.mark.parametrize(
    ("prompt", "value", "missing"),
    [
        ("keep 7 days of backups", 7, False),
        ("keep seven days of backups", 7, False),
        ("keep 17 days of backups", 7, True),
        ("a timeout of 1.7", 7, True),
        ("retained for 4 days", 345600, False),
        ("20GB of storage", 20, False),
        ("a t20x", 20, True),
        ("1 TB of storage", 1024, False),
        ('a bucket named "Logs"', "logs", False),
        ("a bucket named logs-2", "logs", False),
        ("a bucket named blogs", "logs", True),
        ('every "rate(1 minute)"', "rate(1 minutes)", True),
    ],
)
def test_literals_of_the_intent_stand_in_the_prompt(prompt: str, value: object, missing: bool) -> None:
    intent = Intent((Demand(type="aws_x", having=(Attribute(("a",), Operator.EQUALS, value),)),))
    assert bool(missing_literals(intent, prompt)) is missing


def test_what_is_not_declared_becomes_a_variable(pool: VerifierPool) -> None:
    config = TerraformConfig.from_text(
        """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 3.0"
    }
  }
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  role          = aws_iam_role.this.arn
  runtime       = "python3.12"
  handler       = "index.handler"
  s3_bucket     = aws_s3_bucket.code.id
  s3_key        = "code.zip"
  kms_key_arn   = aws_kms_key.this.arn
}
"""
    )
    assert pool.verify(config).plan is None
    done = completed(config, pool)
    text = done.config.text("main.tf")
    assert done.report.plan is not None
    assert "role          = var.role_arn" in text
    assert "s3_bucket     = var.code_bucket_id" in text
    assert "kms_key_arn   = var.kms_key_arn" in text
    assert 'variable "name"' in text and "~> 3.0" not in text
    assert "declared var.name" in done.changes


def test_two_references_get_two_variables(pool: VerifierPool) -> None:
    config = TerraformConfig.from_text(
        'resource "aws_memorydb_cluster" "this" {\n  name = "m"\n  acl_name = "open-access"\n'
        '  node_type = "db.t4g.small"\n  security_group_ids = [aws_security_group.this.id]\n'
        "  subnet_group_name = aws_memorydb_subnet_group.this.id\n}\n"
    )
    text = completed(config, pool).config.text("main.tf")
    names = set(__import__("re").findall(r"var\.(\w+)", text))
    assert len(names) == 2


def test_deprecated_forms_that_have_one_successor(pool: VerifierPool) -> None:
    config = TerraformConfig.from_text(
        """data "aws_region" "here" {}

resource "aws_iam_policy" "own" {
  name   = "own-${data.aws_region.here.name}"
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_iam_role" "app" {
  name                = "app"
  assume_role_policy  = jsonencode({ Version = "2012-10-17", Statement = [] })
  managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess", aws_iam_policy.own.arn]
}

resource "aws_iam_role" "many" {
  count               = 2
  name                = "many-${count.index}"
  assume_role_policy  = jsonencode({ Version = "2012-10-17", Statement = [] })
  managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
}
"""
    )
    done = completed(config, pool)
    text = done.config.text("main.tf")
    assert "own-${data.aws_region.here.region}" in text
    assert text.count("managed_policy_arns") == 1  # of the role that is repeated
    assert 'resource "aws_iam_role_policy_attachment" "app_2"' in text and "policy_arn = aws_iam_policy.own.arn" in text
    assert done.report.plan is not None
    assert any("app" in c for c in done.changes)


def test_what_is_wrong_in_itself_is_left_alone(pool: VerifierPool) -> None:
    config = TerraformConfig.from_text('resource "aws_s3_bucket" "b" {\n  bukket = var.name\n}\n')
    done = completed(config, pool)
    assert done.config == config and not done.changes


def test_independent_examples_are_taken_apart() -> None:
    text = """
variable "name" {}

locals {
  env = "test"
}

# pass: encrypted
resource "aws_sqs_queue" "pass" {
  # checkov:skip=CKV_AWS_27: not now
  name              = var.name # fail if empty
  kms_master_key_id = aws_kms_key.k.arn
}

resource "aws_kms_key" "k" {}

resource "aws_sqs_queue" "fail" {
  name = "b-${local.env}"
}

output "url" {
  value = aws_sqs_queue.fail.url # of the queue
}
"""
    parts = list(components(SourceConfig({"main.tf": text.encode()}, "acme/x:main.tf", "MIT")))
    assert [p.origin for p in parts] == ["acme/x:main.tf#1", "acme/x:main.tf#2"]
    first, second = (p.config.text("main.tf") for p in parts)
    assert "aws_kms_key" in first and 'variable "name"' in first and "output" not in first
    assert 'resource "aws_sqs_queue" "this" {' in first and "pass" not in first and "checkov" not in first
    assert "name              = var.name\n" in first
    assert "value = aws_sqs_queue.this.url # of the queue" in second and "fail" not in second
    assert (
        'resource "aws_sqs_queue" "this" {' in second
        and "output" in second
        and "variable" not in second
        and "locals" in second
    )


@pytest.mark.parametrize(
    "text",
    [
        'resource "aws_sqs_queue" "a" {}\n',
        'resource "aws_sqs_queue" "a" {}\nresource "aws_sns_topic" "b" {}\n',
        'resource "aws_sqs_queue" "a" {}\nresource "aws_sqs_queue" "b" {\n  name = aws_sqs_queue.a.name\n}\n',
        'resource "aws_iam_role" "a" {}\nresource "aws_sqs_queue" "q" {}\nresource "aws_iam_role" "b" {}\n',
        'resource "aws_sqs_queue" "a" {\nresource "aws_sqs_queue" "b" {}\n',
    ],
)
def test_what_belongs_together_stays_together(text: str) -> None:
    source = SourceConfig({"main.tf": text.encode()}, "x:main.tf", "MIT")
    assert list(components(source)) == [source]


def test_the_blueprints_words_are_gathered() -> None:
    book = phrasebook()
    assert book.noun("aws_s3_bucket") and book.noun("aws_ssm_patch_baseline")
    says = book.says("aws_iam_role", ("max_session_duration",), 3600) + book.says(
        "aws_sqs_queue", ("fifo_queue",), True
    )
    assert says
    enabled = {("versioning_configuration", "status"): "Enabled"}
    found = book.feature("aws_s3_bucket_versioning", "aws_s3_bucket", enabled)
    assert found and all("suspend" not in f.say.np for f in found)
    assert not book.feature("aws_s3_bucket_versioning", "aws_s3_bucket", {})


def test_the_maker_gives_proven_records(tmp_path: Path, pool: VerifierPool) -> None:
    (tmp_path / "main.tf").write_text(STACK)
    other = tmp_path / "other"
    other.mkdir()
    (other / "main.tf").write_text('resource "aws_s3_bucket" "b" {\n  acl = "nonsense"\n  bucket = 3 +\n}\n')
    maker = get_maker("tf-gen-real", {"source": f"acme/orders={tmp_path}", "licence": "MIT"})
    assert isinstance(maker, ReverseMaker) and len(maker) == 2
    made = maker.make(7, 0, pool)
    assert len(made.records) == 3
    record = made.records[0]
    assert record.source == "acme/orders:." and record.licence == "MIT" and record.family.startswith("reverse-")
    assert record.intent is not None and record.policies and "aws_vpc" in record.resource_types
    assert record.metadata["made"] == "reverse" and record.metadata["mutants"] >= 1
    report = pool.verify(record.after, policies=record.policies)
    assert all(rule.passed for rule in report.rules) and report.rules
    again = get_maker("tf-gen-real", {"source": [f"acme/orders={tmp_path}"], "licence": "MIT"}).make(7, 0, pool)
    assert [r.id for r in again.records] == [r.id for r in made.records]
    broken = maker.make(7, 1, pool)
    assert not broken.records and broken.rejections[0].source == "acme/orders:other"
    words = maker.make(7, 2, pool)  # the first configuration again, in other words
    assert words.records and not {r.id for r in words.records} & {r.id for r in made.records}


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="source=PATH"):
        ReverseMaker()
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "b" {}\n')
    with pytest.raises(UsageError, match="no configuration"):
        ReverseMaker(source=str(tmp_path))  # no licence
    with pytest.raises(UsageError, match="tf-gen-real"):
        get_maker("tf-gen-real", {"sauce": "x"})


@pytest.mark.skipif(not Path("../shared/corpora").is_dir(), reason="../shared/corpora is not here")
def test_real_files_become_requests(pool: VerifierPool) -> None:
    maker = ReverseMaker(source="../shared/corpora/checkov_tf.jsonl")
    units = range(0, len(maker), max(1, len(maker) // 20))
    made = [maker.make(3, unit, pool) for unit in units]
    records = [r for m in made for r in m.records]
    assert sum(bool(m.records) for m in made) >= len(units) // 3
    assert {r.licence for r in records} == {"Apache-2.0"}
