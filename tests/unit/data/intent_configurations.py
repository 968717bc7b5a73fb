"""Configurations whose real plans the tests judge intents by."""

from __future__ import annotations

from typing import Any

from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool

MAIN = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      team = "data"
    }
  }
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

variable "region" {
  type        = string
  description = "Where to."
  default     = "eu-central-1"
}

variable "azs" {
  type    = list(string)
  default = ["eu-central-1a", "eu-central-1b"]
}

locals {
  bucket = aws_s3_bucket.logs.id
}

data "aws_caller_identity" "me" {}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "tls" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["${aws_s3_bucket.logs.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket" "logs" {
  bucket        = "acme-logs-2024"
  force_destroy = true

  tags = {
    Name = "logs"
    env  = "prod"
  }
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "tls" {
  bucket = local.bucket
  policy = data.aws_iam_policy_document.tls.json
}

resource "aws_s3_bucket" "copy" {
  provider = aws.west
  bucket   = "acme-logs-copy"
}

resource "aws_kms_key" "main" {
  description             = "logs"
  deletion_window_in_days = 10
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.main.arn
    }
  }
}

resource "aws_iam_role" "app" {
  name                 = "app"
  max_session_duration = 7200
  assume_role_policy   = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "app" {
  role = aws_iam_role.app.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:ListBucket"]
      Resource = "*"
    }]
  })
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "app" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, count.index)
  availability_zone = var.azs[count.index]
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0", "10.0.0.0/8"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "app" {
  for_each               = { one = 0 }
  ami                    = data.aws_ami.linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.app[each.value].id
  vpc_security_group_ids = [aws_security_group.web.id]
  depends_on             = [aws_iam_role.app]

  root_block_device {
    volume_size = 20
    encrypted   = true
  }
}

resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([
    { name = "web", image = "nginx:1.27", memory = 512, essential = true },
    { name = "log", image = "fluent-bit", memory = 128, essential = false },
  ])
}

module "queue" {
  source = "./queue"
  name   = "jobs"
  key    = aws_kms_key.main.arn
}

output "bucket_arn" {
  description = "Of the logs."
  value       = aws_s3_bucket.logs.arn
}

output "queue" {
  value     = module.queue.url
  sensitive = true
}

output "bucket" {
  value = aws_s3_bucket.logs.bucket
}
"""

QUEUE = """
variable "name" {}

variable "key" {}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  kms_master_key_id          = var.key
  visibility_timeout_seconds = 60
}

output "url" {
  value = aws_sqs_queue.this.url
}
"""

TABLES = """
variable "tables" {
  type = map(object({ key = string, ttl = optional(bool, false) }))
  default = {
    users  = { key = "id" }
    events = { key = "id", ttl = true }
  }
}

resource "aws_dynamodb_table" "this" {
  for_each     = var.tables
  name         = each.key
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = each.value.key

  attribute {
    name = each.value.key
    type = "S"
  }

  ttl {
    attribute_name = "expires"
    enabled        = each.value.ttl
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_sns_topic" "alarms" {
  name = "alarms"
}

resource "aws_cloudwatch_metric_alarm" "reads" {
  for_each            = aws_dynamodb_table.this
  alarm_name          = "${each.key}-reads"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2
  metric_name         = "ConsumedReadCapacityUnits"
  namespace           = "AWS/DynamoDB"
  period              = 300
  statistic           = "Sum"
  threshold           = 1000.5
  alarm_actions       = [aws_sns_topic.alarms.arn]

  dimensions = {
    TableName = each.value.name
  }
}

output "tables" {
  value = { for k, t in aws_dynamodb_table.this : k => t.name }
}
"""

CONFIGURATIONS: dict[str, dict[str, str]] = {
    "services": {"main.tf": MAIN, "queue/main.tf": QUEUE},
    "tables": {"main.tf": TABLES},
    "nested": {
        "main.tf": 'module "outer" {\n  source = "./outer"\n  count  = 2\n  name   = "jobs-${count.index}"\n}\n',
        "outer/main.tf": 'variable "name" {}\nmodule "queue" {\n  source   = "../queue"\n  name     = var.name\n'
        '  for_each = toset(["a.b]"])\n  key      = "alias/aws/sqs"\n}\noutput "url" {\n  value = module.queue\n}\n',
        "queue/main.tf": QUEUE,
    },
}


def config_of(files: dict[str, str]) -> TerraformConfig:
    return TerraformConfig({name: text.encode() for name, text in files.items()})


def plan_of(pool: VerifierPool, files: dict[str, str]) -> dict[str, Any]:
    report = pool.verify(config_of(files))
    assert report.plan is not None, [c.summary for c in report.errors]
    return dict(report.plan)
