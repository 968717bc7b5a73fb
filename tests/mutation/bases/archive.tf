# Documents are kept for years.
resource "aws_s3_bucket" "documents" {
  bucket = "meadow-documents"
}

resource "aws_s3_bucket" "scratch" {
  bucket = "meadow-scratch"
  tags = {
    Purpose = "scratch"
  }
}

resource "aws_cloudwatch_log_group" "imports" {
  name              = "/meadow/imports"
  retention_in_days = 30
}

resource "aws_sqs_queue" "incoming" {
  name = "meadow-incoming"
}

output "documents_bucket" {
  value = aws_s3_bucket.documents.bucket
}
