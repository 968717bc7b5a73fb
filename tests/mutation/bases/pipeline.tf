resource "aws_iam_role" "builder" {
  name = "site-builder"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
    }]
  })
}

resource "aws_codebuild_project" "site" {
  name         = "site"
  service_role = aws_iam_role.builder.arn

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }

  source {
    type     = "GITHUB"
    location = "https://github.com/meadow-example/site.git"
  }
}

resource "aws_s3_bucket" "artifacts" {
  bucket = "site-artifacts"
}

resource "aws_sns_topic" "builds" {
  name = "site-builds"
}
