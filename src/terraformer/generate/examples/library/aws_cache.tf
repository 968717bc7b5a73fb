# Request: A Redis cache of two nodes with failover, encrypted at rest and in transit, in the subnets of the application.

variable "subnet_ids" {
  description = "Subnets of the application"
  type        = list(string)
  default     = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1b2c3d4e5f60718"]
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_elasticache_subnet_group" "cache" {
  name       = "application-cache"
  subnet_ids = var.subnet_ids
}

resource "aws_elasticache_replication_group" "cache" {
  replication_group_id       = "application-cache"
  description                = "Cache of the application"
  engine                     = "redis"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  subnet_group_name          = aws_elasticache_subnet_group.cache.name
}
