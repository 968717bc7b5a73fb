data "aws_caller_identity" "me" {}
data "aws_region" "here" {}
data "aws_partition" "here" {}
data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.here.partition}:s3:::logs-of-acme/*"]
  }
}
resource "aws_iam_policy" "read" {
  name   = "read-${data.aws_region.here.region}-${data.aws_caller_identity.me.account_id}"
  policy = data.aws_iam_policy_document.read.json
}
