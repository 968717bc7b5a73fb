resource "aws_sqs_queue" "there" {
  provider = aws.europe
  name     = "jobs"
}
