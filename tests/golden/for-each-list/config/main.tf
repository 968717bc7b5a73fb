resource "aws_sqs_queue" "a" {
  for_each = ["a", "b"]
  name     = each.value
}
