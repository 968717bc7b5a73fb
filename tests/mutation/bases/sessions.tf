resource "aws_dynamodb_table" "sessions" {
  name         = "login-sessions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "session_id"

  attribute {
    name = "session_id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "devices" {
  name         = "login-devices"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "device_id"

  attribute {
    name = "device_id"
    type = "S"
  }
}

resource "aws_cloudwatch_log_group" "logins" {
  name              = "/login/audit"
  retention_in_days = 90
}
