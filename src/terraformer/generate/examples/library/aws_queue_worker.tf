# Request: A Python function "resize" that works off a queue of image jobs; jobs that fail five times land in a second queue. Logs are kept for two weeks.

provider "aws" {
  region = "us-east-1"
}

resource "aws_sqs_queue" "failed" {
  name                      = "image-jobs-failed"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "jobs" {
  name                       = "image-jobs"
  visibility_timeout_seconds = 360

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.failed.arn
    maxReceiveCount     = 5
  })
}

data "archive_file" "resize" {
  type        = "zip"
  output_path = "${path.module}/resize.zip"

  source {
    filename = "main.py"
    content  = <<-EOT
      def handler(event, context):
          for record in event["Records"]:
              print(record["body"])
    EOT
  }
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "resize" {
  name               = "resize"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role_policy_attachment" "queue" {
  role       = aws_iam_role.resize.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
}

resource "aws_cloudwatch_log_group" "resize" {
  name              = "/aws/lambda/resize"
  retention_in_days = 14
}

resource "aws_lambda_function" "resize" {
  function_name    = "resize"
  role             = aws_iam_role.resize.arn
  runtime          = "python3.13"
  handler          = "main.handler"
  filename         = data.archive_file.resize.output_path
  source_code_hash = data.archive_file.resize.output_base64sha256
  timeout          = 60

  depends_on = [aws_cloudwatch_log_group.resize]
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.resize.arn
  batch_size       = 10
}
