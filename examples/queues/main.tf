# Orders of the shop, and what becomes of those that fail.
resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 30 # six times the consumer's timeout
}

resource "aws_sqs_queue" "failed" {
  name = "orders-failed"
}
