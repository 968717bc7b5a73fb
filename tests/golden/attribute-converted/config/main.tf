resource "aws_sqs_queue" "jobs" {
  name          = 12
  delay_seconds = "30"
  fifo_queue    = "false"
}
