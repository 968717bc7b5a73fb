resource "aws_sqs_queue" "jobs" {
  name                    = "jobs"
  sqs_managed_sse_enabled = true
}
output "r" {
  value = aws_sqs_queue.jobs.queue_arn
}
