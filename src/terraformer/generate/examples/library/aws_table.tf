# Request: A key-value table of game scores, keyed by player and time, paid per request, that can be listed by game in order of points; point-in-time recovery on.

provider "aws" {
  region = "us-east-1"
}

resource "aws_dynamodb_table" "scores" {
  name         = "scores"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "player"
  range_key    = "played_at"

  attribute {
    name = "player"
    type = "S"
  }

  attribute {
    name = "played_at"
    type = "S"
  }

  attribute {
    name = "game"
    type = "S"
  }

  attribute {
    name = "points"
    type = "N"
  }

  global_secondary_index {
    name            = "by-points"
    projection_type = "ALL"

    key_schema {
      attribute_name = "game"
      key_type       = "HASH"
    }

    key_schema {
      attribute_name = "points"
      key_type       = "RANGE"
    }
  }

  point_in_time_recovery {
    enabled = true
  }
}
