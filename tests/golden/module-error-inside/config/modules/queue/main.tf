resource "aws_sqs_queue" "this" {
  nam = "x"
}
