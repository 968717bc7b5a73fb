resource "aws_sqs_queue" "jobs" {
  nmae = "jobs"
}
