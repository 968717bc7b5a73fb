variable "untyped" {
  default = "not looked at"
}

resource "aws_s3_bucket" "this" {
  bucket = "Store"
  acl    = "private"

  versioning {
    enabled = true
  }
}
