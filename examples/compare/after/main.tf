# Orders wait in a queue, receipts lie in a bucket.
resource "aws_sqs_queue" "orders" {
  name                       = "shop-orders"
  visibility_timeout_seconds = 120
}

resource "aws_s3_bucket" "receipts" {
  bucket = "shop-receipts-eu"
}

resource "aws_s3_bucket_versioning" "receipts" {
  bucket = aws_s3_bucket.receipts.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_sns_topic" "dispatched" {
  name = "shop-shipped"
}

moved {
  from = aws_sns_topic.shipped
  to   = aws_sns_topic.dispatched
}
