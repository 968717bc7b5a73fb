"""Configurations of ordinary size with a policy each, so that the speed benchmark needs no data of its own."""

from __future__ import annotations

from terraformer import Policy, TerraformConfig

__all__ = ["samples"]

_BUCKET = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

provider "aws" {
  region = "eu-central-1"
  default_tags { tags = { team = "data" } }
}

resource "aws_s3_bucket" "reports" {
  bucket_prefix = "reports-"
}

resource "aws_s3_bucket_versioning" "reports" {
  bucket = aws_s3_bucket.reports.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_public_access_block" "reports" {
  bucket                  = aws_s3_bucket.reports.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
"""
_NETWORK = """
provider "aws" { region = "us-east-1" }

variable "zones" {
  type    = list(string)
  default = ["us-east-1a", "us-east-1b"]
}

resource "aws_vpc" "main" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "public" {
  count             = length(var.zones)
  vpc_id            = aws_vpc.main.id
  availability_zone = var.zones[count.index]
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "public" {
  count          = length(aws_subnet.public)
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
_FUNCTION = """
provider "aws" { region = "us-west-2" }

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "worker" {
  name               = "worker"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = 120
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = aws_iam_role.worker.arn
  s3_bucket     = "code-of-ours"
  s3_key        = "worker.zip"
  handler       = "worker.main"
  runtime       = "python3.12"
  environment { variables = { QUEUE = aws_sqs_queue.jobs.url } }
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.worker.arn
}
"""
_TABLE = """
provider "aws" { region = "us-east-1" }

resource "aws_kms_key" "table" {
  description         = "key of the table"
  enable_key_rotation = true
}

resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "customer"
  range_key    = "at"
  attribute {
    name = "customer"
    type = "S"
  }
  attribute {
    name = "at"
    type = "N"
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.table.arn
  }
}
"""
_POLICY = """package terraform.validation

default is_configuration_valid = false

default is_valid_{name} = false

is_valid_{name} {{
  some i
  resource := input.configuration.root_module.resources[i]
  resource.type == "{type}"
}}

is_configuration_valid {{ is_valid_{name} }}
"""


def samples() -> list[tuple[TerraformConfig, tuple[Policy, ...]]]:
    """Four pairs of a configuration and its policy."""
    pairs = (
        (_BUCKET, "aws_s3_bucket"),
        (_NETWORK, "aws_vpc"),
        (_FUNCTION, "aws_lambda_function"),
        (_TABLE, "aws_kms_key"),
    )
    return [
        (
            TerraformConfig.from_text(text),
            (Policy("policy.rego", _POLICY.format(name=type_.removeprefix("aws_"), type=type_)),),
        )
        for text, type_ in pairs
    ]
