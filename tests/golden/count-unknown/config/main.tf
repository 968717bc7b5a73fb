resource "aws_sqs_queue" "a" {
  name = "a"
}
resource "aws_sqs_queue" "b" {
  count = length(aws_sqs_queue.a.arn)
  name  = "b-${count.index}"
}
