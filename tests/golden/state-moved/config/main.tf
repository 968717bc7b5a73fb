moved {
  from = aws_iam_group.team
  to   = aws_iam_group.people
}
resource "random_id" "suffix" {
  byte_length = 4
}
resource "aws_iam_group" "people" {
  name = "team"
}
