resource "aws_s3_bucket_versioning" "logs" {
  bucket = "logs-of-acme"
  versioning_configuration {
    status = "Enabled"
  }
  versioning_configuration {
    status = "Suspended"
  }
}
