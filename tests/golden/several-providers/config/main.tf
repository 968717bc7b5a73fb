resource "random_id" "suffix" {
  byte_length = 4
}
resource "random_password" "db" {
  length = 16
}
resource "tls_private_key" "ssh" {
  algorithm = "ED25519"
}
resource "null_resource" "hook" {
  triggers = {
    suffix = random_id.suffix.hex
  }
}
resource "time_sleep" "wait" {
  create_duration = "10s"
}
resource "terraform_data" "note" {
  input = random_id.suffix.hex
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs-${random_id.suffix.hex}"
}
