resource "aws_kms_key" "vault" {
  description = "Secrets of the billing service"
}

resource "aws_secretsmanager_secret" "gateway" {
  name       = "billing/gateway"
  kms_key_id = aws_kms_key.vault.arn
}

resource "aws_ssm_parameter" "currency" {
  name  = "/billing/currency"
  type  = "String"
  value = "EUR"
}

resource "aws_sqs_queue" "invoices" {
  name = "billing-invoices"
}

resource "aws_sns_topic" "receipts" {
  name = "billing-receipts"
}
