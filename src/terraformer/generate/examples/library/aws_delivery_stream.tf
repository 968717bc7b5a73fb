# Request: Collect click events and write them to a bucket every five minutes, compressed.

provider "aws" {
  region = "us-east-1"
}

resource "aws_s3_bucket" "clicks" {
  bucket_prefix = "clicks-"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["firehose.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    actions = ["s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:ListBucket", "s3:PutObject"]

    resources = [
      aws_s3_bucket.clicks.arn,
      "${aws_s3_bucket.clicks.arn}/*",
    ]
  }
}

resource "aws_iam_role" "delivery" {
  name_prefix        = "clicks-"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "write" {
  name   = "write"
  role   = aws_iam_role.delivery.id
  policy = data.aws_iam_policy_document.write.json
}

resource "aws_kinesis_firehose_delivery_stream" "clicks" {
  name        = "clicks"
  destination = "extended_s3"

  extended_s3_configuration {
    role_arn           = aws_iam_role.delivery.arn
    bucket_arn         = aws_s3_bucket.clicks.arn
    buffering_interval = 300
    compression_format = "GZIP"
  }
}
