# Request: When somebody stops an EC2 instance, put a message into an existing queue.

variable "queue_name" {
  description = "Queue that receives the messages"
  type        = string
  default     = "instance-changes"
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_sqs_queue" "changes" {
  name = var.queue_name
}

resource "aws_cloudwatch_event_rule" "stopped" {
  name        = "instance-stopped"
  description = "An instance was stopped"

  event_pattern = jsonencode({
    source        = ["aws.ec2"]
    "detail-type" = ["EC2 Instance State-change Notification"]
    detail        = { state = ["stopped"] }
  })
}

resource "aws_cloudwatch_event_target" "queue" {
  rule = aws_cloudwatch_event_rule.stopped.name
  arn  = aws_sqs_queue.changes.arn
}

data "aws_iam_policy_document" "queue" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.changes.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.stopped.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "queue" {
  queue_url = aws_sqs_queue.changes.id
  policy    = data.aws_iam_policy_document.queue.json
}
