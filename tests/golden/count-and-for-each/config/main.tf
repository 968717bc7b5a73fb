variable "names" {
  type    = set(string)
  default = ["a", "b"]
}
resource "aws_sqs_queue" "each" {
  for_each = var.names
  name     = each.key
}
resource "aws_sqs_queue" "counted" {
  count = 2
  name  = "counted-${count.index}"
}
output "urls" {
  value = [for q in aws_sqs_queue.each : q.url]
}
output "first" {
  value = aws_sqs_queue.counted[0].arn
}
