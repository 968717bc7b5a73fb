# Request: Image repositories for api, web and worker: tags cannot be overwritten, images are scanned on push, and only the last thirty are kept.

provider "aws" {
  region = "us-east-1"
}

locals {
  services = toset(["api", "web", "worker"])
}

resource "aws_ecr_repository" "service" {
  for_each = local.services

  name                 = each.key
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "service" {
  for_each = local.services

  repository = aws_ecr_repository.service[each.key].name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep the last thirty images"
      selection = {
        tagStatus   = "any"
        countType   = "imageCountMoreThan"
        countNumber = 30
      }
      action = { type = "expire" }
    }]
  })
}
