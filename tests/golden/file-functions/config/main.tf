resource "aws_sqs_queue" "jobs" {
  name   = "jobs"
  policy = templatefile("${path.module}/policy.json.tftpl", { sid = "jobs" })
}
