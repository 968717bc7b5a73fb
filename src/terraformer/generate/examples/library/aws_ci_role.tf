# Request: A role that the GitHub Actions of acme/website may assume, and that may only upload to the bucket acme-website.

provider "aws" {
  region = "us-east-1"
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:acme/website:*"]
    }
  }
}

data "aws_iam_policy_document" "upload" {
  statement {
    actions   = ["s3:PutObject", "s3:DeleteObject"]
    resources = ["arn:aws:s3:::acme-website/*"]
  }

  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::acme-website"]
  }
}

resource "aws_iam_role" "deploy" {
  name               = "website-deploy"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "upload" {
  name   = "upload"
  role   = aws_iam_role.deploy.id
  policy = data.aws_iam_policy_document.upload.json
}

output "role_arn" {
  description = "For the workflow"
  value       = aws_iam_role.deploy.arn
}
