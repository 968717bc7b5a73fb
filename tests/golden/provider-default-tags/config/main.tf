provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = {
      team = "red"
    }
  }
}

resource "aws_sqs_queue" "jobs" {
  name                    = "jobs"
  sqs_managed_sse_enabled = true
}
