resource "aws_iam_role" "resizer" {
  name = "image-resizer"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_lambda_function" "resizer" {
  function_name = "image-resizer"
  role          = aws_iam_role.resizer.arn
  handler       = "index.handler"
  runtime       = "nodejs20.x"
  s3_bucket     = "meadow-artifacts"
  s3_key        = "resizer.zip"
  timeout       = 10
}

resource "aws_cloudwatch_log_group" "resizer" {
  name              = "/aws/lambda/image-resizer"
  retention_in_days = 7
}

resource "aws_s3_bucket" "thumbnails" {
  bucket = "meadow-thumbnails"
}
