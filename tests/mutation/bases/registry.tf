resource "aws_ecr_repository" "api" {
  name = "platform/api"
}

resource "aws_ecr_repository" "jobs" {
  name = "platform/jobs"
}

resource "aws_ecs_cluster" "platform" {
  name = "platform"
}

resource "aws_cloudwatch_log_group" "platform" {
  name              = "/ecs/platform"
  retention_in_days = 30
}

resource "aws_sns_topic" "deployments" {
  name = "platform-deployments"
}
