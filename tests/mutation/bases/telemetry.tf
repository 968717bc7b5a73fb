resource "aws_kinesis_stream" "clicks" {
  name        = "telemetry-clicks"
  shard_count = 2
}

resource "aws_kinesis_stream" "views" {
  name        = "telemetry-views"
  shard_count = 1
}

resource "aws_s3_bucket" "raw" {
  bucket = "telemetry-raw"
}

resource "aws_cloudwatch_metric_alarm" "lag" {
  alarm_name          = "telemetry-lag"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 3
  metric_name         = "GetRecords.IteratorAgeMilliseconds"
  namespace           = "AWS/Kinesis"
  period              = 60
  statistic           = "Maximum"
  threshold           = 60000
}
