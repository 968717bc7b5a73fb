# Data that comes in, and what becomes of it.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-north-1"
}

resource "aws_kms_key" "data" {
  description = "Data at rest"
}

resource "aws_s3_bucket" "raw" {
  bucket = "raw-data-of-ours"
}

resource "aws_s3_bucket" "reports" {
  bucket = "reports-of-ours"
  tags   = { Team = "analytics" }
}

resource "aws_sns_topic" "arrivals" {
  name = "arrivals"
}

resource "aws_sqs_queue" "arrivals" {
  name          = "arrivals"
  delay_seconds = 0
}

resource "aws_glue_catalog_database" "lake" {
  name = "lake"
}

resource "aws_athena_workgroup" "analysts" {
  name = "analysts"

  configuration {
    enforce_workgroup_configuration = false
  }
}

resource "aws_efs_file_system" "models" {
  creation_token   = "models"
  performance_mode = "generalPurpose"
}

resource "aws_secretsmanager_secret" "warehouse" {
  name                    = "warehouse"
  recovery_window_in_days = 30
}

resource "aws_iam_role" "loader" {
  name                 = "loader"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "glue.amazonaws.com" } }]
  })
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  schedule_expression = "cron(0 2 * * ? *)"
  state               = "ENABLED"
}

resource "aws_redshift_cluster" "warehouse" {
  cluster_identifier  = "warehouse"
  node_type           = "ra3.large"
  number_of_nodes     = 2
  cluster_type        = "multi-node"
  master_username     = "admin"
  manage_master_password = true
  skip_final_snapshot = true
}
