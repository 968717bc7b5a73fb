provider "aws" {
  region = "us-east-1"
}
provider "aws" {
  alias  = "europe"
  region = "eu-central-1"
}
resource "aws_sqs_queue" "here" {
  name = "jobs"
}
resource "aws_sqs_queue" "there" {
  provider = aws.europe
  name     = "jobs"
}
