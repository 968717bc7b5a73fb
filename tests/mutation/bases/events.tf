resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  schedule_expression = "rate(1 day)"
}

resource "aws_sqs_queue" "nightly" {
  name = "nightly"
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_sqs_queue.nightly.arn
}

resource "aws_kms_key" "events" {
  description = "Nightly events"
}

resource "aws_cloudwatch_log_group" "events" {
  name              = "/events/nightly"
  retention_in_days = 14
}
