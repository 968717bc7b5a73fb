resource "aws_sqs_queue" "jobs" {
  name = "jobs"
  arn  = "arn:aws:sqs:us-east-1:123456789012:jobs"
}
