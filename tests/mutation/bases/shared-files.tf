resource "aws_efs_file_system" "home" {
  creation_token = "home"
}

resource "aws_efs_file_system" "models" {
  creation_token = "models"
  encrypted      = true
}

resource "aws_kms_key" "files" {
  description = "Shared files"
}

resource "aws_s3_bucket" "snapshots" {
  bucket = "files-snapshots"
}
