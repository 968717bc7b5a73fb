# Request: Call the existing function "nightly-report" every night at 02:30 UTC with EventBridge Scheduler.

variable "function_arn" {
  description = "ARN of the function that is called"
  type        = string
  default     = "arn:aws:lambda:us-east-1:123456789012:function:nightly-report"
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_iam_role" "scheduler" {
  name_prefix = "nightly-report-"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "invoke" {
  name = "invoke"
  role = aws_iam_role.scheduler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = var.function_arn
    }]
  })
}

resource "aws_scheduler_schedule" "nightly" {
  name                = "nightly-report"
  schedule_expression = "cron(30 2 * * ? *)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.function_arn
    role_arn = aws_iam_role.scheduler.arn
  }
}
