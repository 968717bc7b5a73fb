# Request: Store a generated 32 character password for the service account "reporter" in Secrets Manager.

provider "aws" {
  region = "us-east-1"
}

resource "random_password" "reporter" {
  length  = 32
  special = false
}

resource "aws_secretsmanager_secret" "reporter" {
  name                    = "reporter/password"
  description             = "Password of the service account reporter"
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "reporter" {
  secret_id     = aws_secretsmanager_secret.reporter.id
  secret_string = random_password.reporter.result
}
