output "arn" {
  value = aws_sqs_queue.jobs.arn
}
