removed {
  from = aws_iam_group.team
  lifecycle {
    destroy = false
  }
}
resource "random_id" "suffix" {
  byte_length = 4
}
