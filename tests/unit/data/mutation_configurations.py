"""Small configurations on which every structural change operator has something to change."""

from __future__ import annotations

__all__ = ["BASES", "LEGACY"]

_WEB = """\
terraform {
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

variable "instance_type" {
  type    = string
  default = "t3.micro"
}

variable "unused" {
  type    = string
  default = "nothing"
}

locals {
  project = "storefront"
}

# The network.
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = false

  tags = {
    Name  = "storefront"
    Owner = "web"
  }
}

resource "aws_subnet" "first" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "second" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "eu-west-1b"
}

resource "aws_security_group" "web" {
  name        = "storefront-web"
  description = "Web servers"
  vpc_id      = aws_vpc.main.id

  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "web" {
  ami                    = "ami-0abcdef1234567890"
  instance_type          = var.instance_type # what fits
  subnet_id              = aws_subnet.first.id
  vpc_security_group_ids = [aws_security_group.web.id]

  tags = {
    Project = local.project
  }
}

output "web_ip" {
  value = aws_instance.web.private_ip
}
"""

_QUEUES = """\
provider "aws" {
  region = "us-east-1"
}

variable "retention" {
  type    = number
  default = 14
}

resource "aws_sqs_queue" "orders" {
  name                       = "acme-orders"
  visibility_timeout_seconds = 30
  fifo_queue                 = false

  tags = {
    Team = "checkout"
  }
}

resource "aws_sqs_queue" "invoices" {
  name                       = "acme-invoices"
  visibility_timeout_seconds = 30
  fifo_queue                 = false

  tags = {
    Team = "checkout"
  }
}

resource "aws_cloudwatch_log_group" "jobs" {
  name              = "/acme/jobs"
  retention_in_days = var.retention
}

resource "aws_sns_topic" "teams" {
  for_each = toset(["red", "blue"])
  name     = "acme-${each.key}"
}

resource "aws_kinesis_stream" "parts" {
  count            = 2
  name             = "acme-part-${count.index}"
  shard_count      = 1
  retention_period = 24
}

resource "aws_db_instance" "main" {
  identifier              = "acme-main"
  engine                  = "postgres"
  instance_class          = "db.t3.medium"
  allocated_storage       = 50
  username                = "postgres"
  password                = "ChangeMe12345"
  backup_retention_period = 7
  deletion_protection     = false
  skip_final_snapshot     = true
}

output "orders_url" {
  description = "Where orders go."
  value       = aws_sqs_queue.orders.url
}
"""

_BUCKETS = """\
provider "aws" {
  region = "us-east-1"
}

resource "aws_s3_bucket" "logs" {
  bucket = "acme-central-logs"
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = "acme-central-logs"

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "reader" {
  name        = "log-reader"
  description = "Reads logs"

  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": "sts:AssumeRole",
          "Principal": { "Service": "lambda.amazonaws.com" }
        }
      ]
    }
  EOT
}

resource "aws_iam_role_policy" "reader" {
  name = "read-logs"
  role = aws_iam_role.reader.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "${aws_s3_bucket.logs.arn}/*"
      }
    ]
  })
}

resource "aws_lambda_function" "reader" {
  function_name = "log-reader"
  role          = aws_iam_role.reader.arn
  runtime       = "python3.12"
  handler       = "index.handler"
  s3_bucket     = "acme-code"
  s3_key        = "reader.zip"
  memory_size   = 256

  dead_letter_config {
    target_arn = "arn:aws:sqs:us-east-1:123456789012:dead"
  }
}
"""

LEGACY = """\
resource "aws_s3_bucket" "old" {
  bucket = "acme-old"
  acl    = "private"

  versioning {
    enabled = true
  }

  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "AES256"
      }
    }
  }
}
"""
"""Deploys with warnings."""

BASES = {"web": _WEB, "queues": _QUEUES, "buckets": _BUCKETS}
