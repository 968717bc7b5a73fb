resource "aws_vpc" "main" {
  cidr_block = "10.0.0.1/16"
}
resource "aws_sqs_queue" "jobs" {
  name          = "jobs"
  delay_seconds = 1000
}
resource "aws_iam_policy" "read" {
  name   = "read"
  policy = "not json"
}
resource "aws_s3_bucket" "logs" {
  bucket        = "logs-of-acme"
  bucket_prefix = "logs"
}
