variable "name" {
  type = string
}
variable "tags" {
  type = map(string)
}
resource "aws_sqs_queue" "jobs" {
  name = var.name
  tags = var.tags
}
