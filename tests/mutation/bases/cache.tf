resource "aws_elasticache_cluster" "hot" {
  cluster_id      = "hot"
  engine          = "memcached"
  node_type       = "cache.t3.micro"
  num_cache_nodes = 1
}

resource "aws_cloudwatch_log_group" "cache" {
  name              = "/cache/hot"
  retention_in_days = 7
}

resource "aws_sqs_queue" "invalidations" {
  name = "cache-invalidations"
}

resource "aws_dynamodb_table" "cold" {
  name         = "cache-cold"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "key"

  attribute {
    name = "key"
    type = "S"
  }
}
