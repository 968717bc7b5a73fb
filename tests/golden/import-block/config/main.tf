import {
  to = aws_s3_bucket.logs
  id = "logs-of-acme"
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs-of-acme"
}
