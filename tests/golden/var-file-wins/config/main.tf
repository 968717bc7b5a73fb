variable "size" {
  type = number
  validation {
    condition     = var.size < 100
    error_message = "Below one hundred."
  }
}
resource "aws_sqs_queue" "jobs" {
  name          = "jobs"
  delay_seconds = var.size
}
