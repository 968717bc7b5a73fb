resource "random_id" "suffix" {
  byte_length = 8
  lifecycle {
    prevent_destroy = true
  }
}
resource "aws_iam_group" "team" {
  name = "team"
  path = "/"
}
