variable "environment" {
  type = string
}
variable "zones" {
  type = list(string)
}
variable "vpc" {
  type = object({ id = string, cidr = string })
}
resource "aws_sqs_queue" "jobs" {
  name = "jobs-${var.environment}"
}
output "zones" {
  value = [for z in var.zones : upper(z)]
}
output "vpc" {
  value = var.vpc.id
}
