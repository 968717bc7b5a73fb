resource "aws_sqs_queue" "jobs" {
  delay_seconds = 50
}
