variable "size" {
  type    = number
  default = 3
}
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
  lifecycle {
    precondition {
      condition     = var.size > 5
      error_message = "Too small."
    }
  }
}
check "size" {
  assert {
    condition     = var.size > 4
    error_message = "Rather small."
  }
}
