# Request: Users ana, ben and chloe in a group "analysts" that may read, and only read, what is in S3.

provider "aws" {
  region = "us-east-1"
}

variable "analysts" {
  description = "Names of the users"
  type        = set(string)
  default     = ["ana", "ben", "chloe"]
}

resource "aws_iam_group" "analysts" {
  name = "analysts"
}

resource "aws_iam_group_policy_attachment" "read" {
  group      = aws_iam_group.analysts.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}

resource "aws_iam_user" "analyst" {
  for_each = var.analysts

  name = each.key
}

resource "aws_iam_group_membership" "analysts" {
  name  = "analysts"
  group = aws_iam_group.analysts.name
  users = [for user in aws_iam_user.analyst : user.name]
}
