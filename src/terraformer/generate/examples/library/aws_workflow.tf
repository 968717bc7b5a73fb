# Request: A Step Functions workflow that charges an order and then ships it, with two functions that exist; a failed charge ends it.

variable "charge_arn" {
  description = "ARN of the function that charges"
  type        = string
  default     = "arn:aws:lambda:us-east-1:123456789012:function:charge"
}

variable "ship_arn" {
  description = "ARN of the function that ships"
  type        = string
  default     = "arn:aws:lambda:us-east-1:123456789012:function:ship"
}

provider "aws" {
  region = "us-east-1"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["states.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "workflow" {
  name_prefix        = "orders-"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "invoke" {
  name = "invoke"
  role = aws_iam_role.workflow.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = [var.charge_arn, var.ship_arn]
    }]
  })
}

resource "aws_sfn_state_machine" "orders" {
  name     = "orders"
  role_arn = aws_iam_role.workflow.arn

  definition = jsonencode({
    StartAt = "Charge"
    States = {
      Charge = {
        Type     = "Task"
        Resource = var.charge_arn
        Next     = "Ship"
        Catch    = [{ ErrorEquals = ["States.ALL"], Next = "Refused" }]
      }
      Ship = {
        Type     = "Task"
        Resource = var.ship_arn
        End      = true
      }
      Refused = {
        Type = "Fail"
      }
    }
  })
}
