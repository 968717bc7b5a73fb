terraform {
  required_providers {
    aws = "~> 6.0"
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "unused"
  region = "us-east-1"
}

variable "stage" {
  default = "dev"
}

variable "kept" { # tflint-ignore: terraform_unused_declarations, terraform_typed_variables
  description = "Read by another tool."
  default     = ""
}

locals {
  name = "${var.stage}"
  tags = {
    stage = var.stage
    team  = "web"
    stage = "prod"
  }
}

data "aws_region" "here" {}

resource "aws_subnet" "a" {
  vpc_id            = "vpc-0123456789abcdef0"
  cidr_block        = "10.0.0.0/24"
  availability_zone = "us-east-1a"
  tags              = local.tags
}

resource "aws_instance" "webServer" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m3.medium"
  subnet_id     = aws_subnet.a.id

  tags = {
    Name  = lookup(local.tags, "team")
    stage = local.name
  }
}

module "store" {
  source = "./modules/store"
}

output "ip" {
  value = aws_instance.webServer.*.private_ip
}
