resource "aws_s3_buket" "logs" {
  bucket = "logs-of-acme"
}
