locals {
  regions = toset(["berlin", "lisbon"])
}

resource "aws_dynamodb_table" "stock" {
  for_each     = local.regions
  name         = "stock-${each.key}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "sku"

  attribute {
    name = "sku"
    type = "S"
  }
}

resource "aws_sns_topic" "restock" {
  name = "restock"
}

resource "aws_sqs_queue" "restock" {
  name = "restock"
}

resource "aws_sns_topic_subscription" "restock" {
  topic_arn = aws_sns_topic.restock.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.restock.arn
}

resource "aws_cloudwatch_log_group" "stock" {
  name              = "/stock/changes"
  retention_in_days = 30
}
