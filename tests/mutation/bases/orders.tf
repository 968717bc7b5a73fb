resource "aws_sqs_queue" "orders" {
  name                       = "shop-orders"
  visibility_timeout_seconds = 60
}

resource "aws_sqs_queue" "refunds" {
  name = "shop-refunds"
}

resource "aws_sns_topic" "shipped" {
  name = "shop-shipped"
}

resource "aws_dynamodb_table" "carts" {
  name         = "shop-carts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "cart_id"

  attribute {
    name = "cart_id"
    type = "S"
  }
}

output "orders_url" {
  value = aws_sqs_queue.orders.url
}
