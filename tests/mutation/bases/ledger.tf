resource "aws_db_instance" "ledger" {
  identifier                  = "ledger"
  engine                      = "postgres"
  engine_version              = "16.3"
  instance_class              = "db.t3.medium"
  allocated_storage           = 50
  username                    = "ledger"
  manage_master_user_password = true
  skip_final_snapshot         = true
}

resource "aws_kms_key" "exports" {
  description = "Exports of the ledger"
}

resource "aws_s3_bucket" "exports" {
  bucket = "ledger-exports"
}

resource "aws_sns_topic" "events" {
  name = "ledger-events"
}
