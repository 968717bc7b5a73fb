package buckets

import rego.v1

default is_valid_public_access := false

# Every bucket has a public access block that blocks everything.
is_valid_public_access if {
  every bucket in [r | some r in resources; r.type == "aws_s3_bucket"] {
    some block in resources
    block.type == "aws_s3_bucket_public_access_block"
    block.values.block_public_acls == true
    block.values.block_public_policy == true
    block.values.ignore_public_acls == true
    block.values.restrict_public_buckets == true
  }
}

resources := input.planned_values.root_module.resources
