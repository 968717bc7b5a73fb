terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"

  default_tags {
    tags = {
      service = "shop"
    }
  }
}

data "aws_availability_zones" "all" {
  state = "available"
}

module "network" {
  source = "./network"
  zones  = slice(data.aws_availability_zones.all.names, 0, 2)
}

resource "aws_s3_bucket" "assets" {
  bucket = "assets-of-the-shop"
}

resource "aws_s3_bucket_public_access_block" "assets" {
  bucket                  = aws_s3_bucket.assets.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
