resource "aws_sqs_queue" "shards" {
  count = 2
  name  = "import-${count.index}"
}

resource "aws_sns_topic" "done" {
  name = "import-done"
}

resource "aws_s3_bucket" "drop" {
  bucket = "import-drop"
}

resource "aws_cloudwatch_log_group" "imports" {
  name              = "/import/shards"
  retention_in_days = 7
}
