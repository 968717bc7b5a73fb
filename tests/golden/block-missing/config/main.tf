resource "aws_s3_bucket_versioning" "logs" {
  bucket = "logs-of-acme"
}
