"""Faults: each kind really breaks something that real Terraform (or the policy) notices, and touches nothing else."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from terraformer.data.faults.breaking import Breakage, break_once
from terraformer.data.faults.catalogue import tables
from terraformer.data.faults.findings import MAX_CERTIFICATES, MAX_TEXT, bounded
from terraformer.data.faults.maker import RepairMaker, found_faults
from terraformer.data.faults.registry import GROUPS, Fault, all_faults, get_fault
from terraformer.data.faults.written import Edit, Written, edited
from terraformer.data.intents import Intent, policy_of
from terraformer.data.making import Made, get_maker
from terraformer.data.synthesis.instances import candidates
from terraformer.data.synthesis.registry import get_blueprint
from terraformer.data.validation import check_record
from terraformer.errors import UsageError
from terraformer.generate.certain import fix_certainly
from terraformer.types import Certificate, RecordKind, Severity, Stage, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.codes import CODES

DOCS = Path(__file__).parents[3] / "docs" / "guide" / "faults.md"
KINDS = tuple(all_faults())
SHARDS = 8
TRIES = 3


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(cache=False)) as found:
        yield found


@dataclass(frozen=True)
class Base:
    config: TerraformConfig
    intent: Intent


HAND = """\
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

variable "stage" {
  type    = string
  default = "dev"
}

variable "days" {
  type    = number
  default = 7
}

variable "cidrs" {
  type    = list(string)
  default = ["10.0.0.0/8", "192.168.0.0/16"]
}

locals {
  tags = {
    Stage = "dev"
    Team  = "web"
  }
  prefix = "orders"
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = local.tags
}

resource "aws_subnet" "main" {
  count = 2

  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_instance" "web" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.main[0].id

  root_block_device {
    volume_size = 20
    encrypted   = true
  }
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id

  dynamic "ingress" {
    for_each = var.cidrs
    content {
      from_port   = 443
      to_port     = 443
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}

resource "aws_iam_role" "orders" {
  name               = "orders"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "orders" {
  name = "orders"
  role = aws_iam_role.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "arn:aws:s3:::orders/*"
      },
    ]
  })
}

resource "aws_lambda_function" "orders" {
  function_name    = "orders"
  role             = aws_iam_role.orders.arn
  handler          = "main.handler"
  runtime          = "python3.13"
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  timeout          = 30

  environment {
    variables = {
      STAGE = var.stage
    }
  }

  depends_on = [aws_iam_role_policy.orders]
}

data "archive_file" "code" {
  type        = "zip"
  output_path = "${path.module}/code.zip"

  source {
    filename = "main.py"
    content  = "def handler(event, context): return event"
  }
}

resource "aws_s3_bucket" "orders" {
  bucket   = "${local.prefix}-files"
  provider = aws.west
}

resource "aws_s3_bucket_versioning" "orders" {
  bucket   = aws_s3_bucket.orders.id
  provider = aws.west

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_cors_configuration" "orders" {
  bucket   = aws_s3_bucket.orders.id
  provider = aws.west

  cors_rule {
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://orders.example.com"]
  }
}

resource "aws_s3_bucket_policy" "orders" {
  bucket   = aws_s3_bucket.orders.id
  provider = aws.west
  policy   = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Deny",
          "Principal": "*",
          "Action": "s3:*",
          "Resource": "arn:aws:s3:::orders-files/*",
          "Condition": { "Bool": { "aws:SecureTransport": "false" } }
        }
      ]
    }
  EOT
}

resource "aws_cloudwatch_log_group" "orders" {
  for_each = toset(["api", "jobs", "mail"])

  name              = "/orders/${each.key}"
  retention_in_days = var.days
}

resource "aws_eip" "web" {
  instance = aws_instance.web.id
  domain   = "vpc"
}

resource "aws_iam_role_policy_attachment" "orders" {
  role       = aws_iam_role.orders.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_sns_topic" "news" {
  name = "news"
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "email"
  endpoint  = "orders@example.com"
}

module "queue" {
  source = "./modules/queue"
  name   = "orders"
}

output "queue" {
  value = module.queue.url
}

output "role" {
  value = aws_iam_role.orders.arn
}

resource "random_password" "db" {
  length = 20
}

output "password" {
  value     = random_password.db.result
  sensitive = true
}
"""
MODULE = """\
variable "name" {
  type = string
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = 60
}

output "url" {
  value = aws_sqs_queue.this.url
}
"""
DEMANDS = {
    "version": 1,
    "demands": [
        {
            "type": "aws_vpc",
            "having": [{"path": "cidr_block", "equals": "10.0.0.0/16"}, {"path": "tags.Team", "equals": "web"}],
        },
        {"type": "aws_subnet", "count": 2, "having": [{"refers_to": {"type": "aws_vpc"}, "path": "vpc_id"}]},
        {
            "type": "aws_instance",
            "having": [
                {"path": "instance_type", "equals": "t3.micro"},
                {"path": "root_block_device.encrypted", "equals": True},
                {"path": "root_block_device.volume_size", "equals": 20},
            ],
        },
        {
            "type": "aws_iam_role_policy",
            "having": [{"policy": "policy", "effect": "Allow", "actions": ["s3:GetObject"]}],
        },
        {
            "type": "aws_s3_bucket_versioning",
            "having": [{"path": "versioning_configuration.status", "equals": "Enabled"}],
        },
        {"type": "aws_cloudwatch_log_group", "count": 3, "having": [{"path": "retention_in_days", "equals": 7}]},
        {
            "type": "aws_sns_topic_subscription",
            "having": [
                {"path": "protocol", "equals": "email"},
                {"refers_to": {"type": "aws_sns_topic"}, "path": "topic_arn"},
            ],
        },
        {
            "type": "aws_lambda_function",
            "having": [{"path": "timeout", "equals": 30}, {"refers_to": {"type": "aws_iam_role"}, "path": "role"}],
        },
        {
            "type": "aws_s3_bucket_cors_configuration",
            "having": [{"path": "cors_rule.allowed_methods", "contains": ["GET", "PUT"]}],
        },
        {"subject": "output", "label": "role"},
        {"subject": "variable", "label": "days"},
        {"subject": "provider", "label": "aws", "having": [{"path": "region", "equals": "eu-west-1"}]},
    ],
}
"""What of it is asked for: one of each kind of demand that faults of this group can miss."""


@lru_cache(maxsize=1)
def hand() -> Base:
    config = TerraformConfig({"main.tf": HAND.encode(), "modules/queue/main.tf": MODULE.encode()})
    return Base(config, Intent.from_dict(DEMANDS))


@lru_cache(maxsize=64)
def made(name: str, seed: int = 0) -> Base:
    candidate = next(candidates(get_blueprint(name), seed))
    return Base(candidate.config, candidate.intent)


def bases() -> Iterator[Base]:
    yield hand()
    for name in ("databases.rds_in_vpc", "storage3.data_lake", "serverless4.shared_bus", "databases5.redis_with_token"):
        yield from (made(name, seed) for seed in range(2))


def verified(fault: Fault, broken: TerraformConfig, base: Base, pool: VerifierPool) -> list[Certificate]:
    settings = pool.settings.replace(**fault.settings)
    report = pool.verify(broken, policies=[policy_of(base.intent)], settings=settings)
    assert not report.tool_errors, report.tool_errors
    return list(report.errors)


def test_the_base_of_these_tests_is_right(pool: VerifierPool) -> None:
    base = hand()
    report = pool.verify(base.config, policies=[policy_of(base.intent)])
    assert not report.certificates and report.correct, [c.summary for c in report.certificates]
    assert pool.format(base.config) == base.config


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_kind_applies_and_is_noticed(pool: VerifierPool, shard: int) -> None:
    """In some configuration, by a certificate with one of its codes in one of its stages."""
    unnoticed: list[str] = []
    for kind in KINDS[shard::SHARDS]:
        fault = get_fault(kind)
        noticed = applied = 0
        told: Counter[str] = Counter()
        for number, base in enumerate(bases()):
            for attempt in range(TRIES):
                done = break_once(base.config, base.intent, fault, random.Random(f"{kind}:{number}:{attempt}"))
                if done is None:
                    continue
                applied += 1
                errors = verified(fault, done[0], base, pool)
                noticed += any(c.code in fault.codes and c.stage in fault.stages for c in errors)
                told.update(f"{c.stage}:{c.code}" for c in errors)
            if noticed:
                break
        if not noticed:
            unnoticed.append(f"{kind}: applied {applied} times, told {dict(told)}")
    assert not unnoticed


def test_the_taxonomy_is_wide_enough_and_names_real_codes() -> None:
    faults = all_faults()
    assert len(faults) >= 30
    for fault in faults.values():
        assert fault.codes and fault.codes <= set(CODES), fault.kind
        assert fault.weight > 0 and fault.stages and fault.what
        assert fault.group in GROUPS
    with pytest.raises(UsageError, match="no fault"):
        get_fault("no-such-kind")


def test_the_page_has_the_tables() -> None:
    text = DOCS.read_text("utf-8")
    assert tables() in text, "docs/guide/faults.md: replace its tables by terraformer.data.faults.catalogue.tables()"


@pytest.mark.parametrize("kind", KINDS)
def test_edits_are_all_that_changes_and_the_same_each_time(kind: str) -> None:
    fault = get_fault(kind)
    for number, base in enumerate(bases()):
        for folder in (".", "modules/queue"):
            if folder != "." and "modules/queue/main.tf" not in base.config.files:
                continue
            written = Written(base.config, base.intent, folder)
            first = fault.make(written, random.Random(number))
            again = fault.make(Written(base.config, base.intent, folder), random.Random(number))
            assert first == again
            if first is None:
                continue
            assert first.note
            changed = edited(base.config, first.edits)
            assert changed.id != base.config.id
            for file in base.config.files:
                edits = sorted((e for e in first.edits if e.file == file), key=lambda e: e.start)
                # What lies between the edits is there, in order, byte for byte.
                old, new = base.config.files[file], changed.files[file]
                at = before = 0
                for edit in edits:
                    kept = old[before : edit.start]
                    assert new[at : at + len(kept)] == kept
                    at += len(kept) + len(edit.text.encode())
                    before = edit.end
                assert new[at:] == old[before:]


def test_edits_that_overlap_are_refused() -> None:
    config = TerraformConfig.from_text("locals {\n  a = 1\n}\n")
    assert edited(config, [Edit("main.tf", 0, 6, "x"), Edit("main.tf", 6, 6, "y")]).text("main.tf").startswith("xy {")
    with pytest.raises(ValueError, match="overlap"):
        edited(config, [Edit("main.tf", 0, 8, "x"), Edit("main.tf", 6, 9, "y")])


def test_nothing_is_broken_where_nothing_applies() -> None:
    for text in ("", "# nothing\n", "resource {{{\n", 'resource "x_y" "z" {}\n'):
        config = TerraformConfig.from_text(text)
        for fault in all_faults().values():
            done = break_once(config, None, fault, random.Random(1))
            assert done is None or done[0].id != config.id


def _bare(text: str) -> list[str]:
    """The lines without the blanks by which arguments are aligned."""
    return [re.sub(r"\s+", " ", row).strip() for row in text.splitlines() if row.strip()]


@lru_cache(maxsize=2)
def _units(first: int, last: int, several: float = 0.4) -> tuple[Made, ...]:
    maker = RepairMaker(longtail=0.0, several=several)
    with VerifierPool(1, VerifySettings(cache=False)) as pool:
        return tuple(maker.make(5, unit, pool) for unit in range(first, last))


def test_records_hold_what_repair_needs(pool: VerifierPool) -> None:
    units = _units(0, 6)
    records = [r for made_ in units for r in made_.records]
    assert len(records) >= 12
    assert len({r.id for r in records}) == len(records)
    for record in records:
        assert record.kind is RecordKind.REPAIR and record.before is not None and record.intent is not None
        assert record.certificates and len(record.certificates) <= MAX_CERTIFICATES
        errors = [c for c in record.certificates if c.severity is Severity.ERROR]
        assert errors and errors[0] == record.certificates[0]
        faults = [get_fault(k) for k in record.metadata["faults"]]
        assert 1 <= len(faults) <= 3 and len(faults) == len(record.metadata["notes"])
        for fault in faults:
            assert any(c.code in fault.codes and c.stage in fault.stages for c in errors)
        assert record.metadata["stage"] == str(errors[0].stage)
        assert set(record.before.files) == set(record.after.files)
    one = records[0]
    report = pool.verify(one.after, policies=one.policies)
    assert report.correct and not report.certificates


def test_before_and_after_are_near() -> None:
    records = [r for made_ in _units(0, 6) for r in made_.records]
    shares = []
    for record in records:
        assert record.before is not None
        before = [row for f in sorted(record.before.files) for row in _bare(record.before.text(f))]
        after = [row for f in sorted(record.after.files) for row in _bare(record.after.text(f))]
        shared = sum((Counter(before) & Counter(after)).values())
        shares.append(shared / max(len(after), 1))
    assert sorted(shares)[len(shares) // 2] > 0.9  # a cut-off reply and a lost resource lose more


def test_a_unit_is_a_function_of_its_number(pool: VerifierPool) -> None:
    told = _units(0, 6)[2]
    again = RepairMaker(longtail=0.0).make(5, 2, pool)
    assert [r.id for r in again.records] == [r.id for r in told.records]
    assert [[c.to_dict() for c in r.certificates] for r in again.records] == [
        [c.to_dict() for c in r.certificates] for r in told.records
    ]
    assert again.rejections == told.rejections


def test_several_faults_at_once_are_each_noticed() -> None:
    combined = [r for made_ in _units(20, 28, 1.0) for r in made_.records if len(r.metadata["faults"]) > 1]
    assert len(combined) >= 4
    for record in combined:
        assert len({get_fault(k).phase for k in record.metadata["faults"]}) == 1
        assert sum(c.severity is Severity.ERROR for c in record.certificates) >= len(record.metadata["faults"])


def test_a_fault_without_a_finding_of_its_own_is_told() -> None:
    def error(code: str, address: str) -> Certificate:
        return Certificate(Stage.COMPILE, Severity.ERROR, code, code, address=address)

    faults = (get_fault("argument-missing"), get_fault("argument-misspelt"))
    config = TerraformConfig.from_text("")
    broken = Breakage(config, faults, ("", ""), (frozenset({"a"}), frozenset({"b"})))
    missing, wrong = error("missing-argument", "aws_x.a"), error("unsupported-argument", "aws_x.b[0]")
    assert found_faults(broken, [missing, wrong]) == []
    assert found_faults(broken, [missing]) == [faults[1]]
    assert found_faults(broken, [missing, error("unsupported-argument", "aws_x.a")]) == [faults[1]]
    twice = Breakage(config, (faults[0], faults[0]), ("", ""), (frozenset({"a"}), frozenset({"a"})))
    assert len(found_faults(twice, [missing])) == 1


def test_certificates_are_bounded() -> None:
    long = Certificate(Stage.COMPILE, Severity.ERROR, "x", "s" * 9000, "d" * 9000, snippet="p" * 9000, fix="f" * 9000)
    warning = Certificate(Stage.COMPILE, Severity.WARNING, "w", "w")
    info = Certificate(Stage.COMPILE, Severity.INFO, "i", "i")
    kept = bounded([info, warning, *[long] * 30])
    assert len(kept) == MAX_CERTIFICATES and all(c.severity is Severity.ERROR for c in kept)
    assert (
        max(len(kept[0].summary), len(kept[0].detail), len(kept[0].snippet or ""), len(kept[0].fix or "")) == MAX_TEXT
    )
    assert [c.severity for c in bounded([info, warning, long])] == [Severity.ERROR, Severity.WARNING]


def test_records_are_found_valid(pool: VerifierPool, tmp_path: Path) -> None:
    """By the check that `terraformer data validate` makes: among them those that need options of verification, and real
    configurations."""
    strict = get_maker(
        "tf-repair", {"faults": "variable-no-value,version-core", "blueprint": "lookups.instance_by_variables"}
    )
    (tmp_path / "main.tf").write_text(MODULE.replace("type = string", 'type = string\n  default = "x"'))
    real = get_maker("tf-repair", {"configs": str(tmp_path), "licence": "Apache-2.0"})
    records = [*(r for m in _units(0, 6)[:2] for r in m.records), *real.make(1, 0, pool).records]
    chosen = [r for unit in range(4) for r in strict.make(2, unit, pool).records]
    assert {name for r in chosen for name in r.metadata} & {"strict_vars", "strict_versions"}
    for record in [*records, *chosen]:
        assert check_record(record.id, record, pool).problems == ()


def test_options(pool: VerifierPool, tmp_path: Path) -> None:
    only = get_maker("tf-repair", {"faults": "argument-missing, reply-fence", "blueprint": "storage.website"})
    made_ = only.make(1, 1, pool)
    assert {k for r in made_.records for k in r.metadata["faults"]} <= {"argument-missing", "reply-fence"}
    with pytest.raises(UsageError, match="no fault"):
        get_maker("tf-repair", {"faults": "nope"})
    real = tmp_path / "queue"
    real.mkdir()
    (real / "main.tf").write_text(MODULE.replace("type = string", 'type = string\n  default = "x"'))
    from_real = get_maker("tf-repair", {"configs": str(tmp_path), "licence": "Apache-2.0"})
    records = [r for unit in range(3) for r in from_real.make(1, unit, pool).records]
    assert records
    for record in records:
        assert record.intent is None and not record.policies and record.licence == "Apache-2.0"
        assert not any(k.startswith("demand-") for k in record.metadata["faults"])


def test_certain_fixes_mend_some(pool: VerifierPool) -> None:
    """The repairs that need no model take some slips back to what was there, byte for byte."""
    base = hand()
    tried = whole = same = 0
    for kind in (
        "argument-misspelt",
        "block-as-argument",
        "argument-as-block",
        "reference-variable-misspelt",
        "type-misspelt",
    ):
        for attempt in range(4):
            done = break_once(base.config, None, get_fault(kind), random.Random(f"{kind}{attempt}"))
            assert done is not None
            tried += 1
            fixed, report, told = fix_certainly(done[0], pool.verify(done[0]), pool.verify)
            whole += report.passed
            same += fixed == base.config
            assert report.passed or fixed != base.config
            assert told or fixed == done[0]
    assert tried == 20 and whole >= 10 and same >= 8, (tried, whole, same)
