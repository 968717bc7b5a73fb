resource "random_id" "suffix" {
  byte_length = 4
}
resource "aws_iam_group" "team" {
  name = "team"
  path = "/"
}
