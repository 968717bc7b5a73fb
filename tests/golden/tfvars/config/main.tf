variable "name" {
  type = string
}
variable "size" {
  type = number
}
resource "aws_sqs_queue" "jobs" {
  name          = var.name
  delay_seconds = var.size
}
