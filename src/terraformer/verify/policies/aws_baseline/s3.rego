# Buckets of S3.
package terraformer.aws.s3

import data.terraformer.aws.plan
import rego.v1

warn_s3_encryption contains plan.finding(
	"s3-encryption", bucket, "server_side_encryption_configuration",
	"no encryption is declared; add an aws_s3_bucket_server_side_encryption_configuration for it",
) if {
	some bucket in plan.resources.aws_s3_bucket
	not plan.given(bucket, ["server_side_encryption_configuration"])
	not attached(bucket, "aws_s3_bucket_server_side_encryption_configuration")
}

deny_s3_public_access_block contains plan.finding(
	"s3-public-access-block", bucket, "",
	"nothing blocks public access; add an aws_s3_bucket_public_access_block for it with all four settings true",
) if {
	some bucket in plan.resources.aws_s3_bucket
	not attached(bucket, "aws_s3_bucket_public_access_block")
	not plan.resources.aws_s3_account_public_access_block
}

deny_s3_public_access_block contains plan.finding(
	"s3-public-access-block", block, setting,
	sprintf("public access is possible; set %s to true", [setting]),
) if {
	some type in ["aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"]
	some block in plan.resources[type]
	some setting in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
	not plan.on(block, [setting])
}

deny_s3_public_acl contains plan.finding(
	"s3-public-acl", resource, "acl",
	sprintf("the ACL %s lets others in; use private and grant access by policy", [acl]),
) if {
	some type in ["aws_s3_bucket", "aws_s3_bucket_acl"]
	some resource in plan.resources[type]
	acl := resource.change.after.acl
	acl in {"public-read", "public-read-write", "authenticated-read", "website"}
}

deny_s3_public_policy contains plan.finding(
	"s3-public-policy", resource, "policy",
	"the policy allows every principal without a condition; name the principals",
) if {
	some type in ["aws_s3_bucket_policy", "aws_s3_bucket"]
	some resource in plan.resources[type]
	some statement in plan.statements(resource.change.after.policy)
	plan.everybody(statement)
}

warn_s3_versioning contains plan.finding(
	"s3-versioning", bucket, "versioning",
	"versions of objects are not kept; add an aws_s3_bucket_versioning with status Enabled",
) if {
	some bucket in plan.resources.aws_s3_bucket
	not plan.on(bucket, ["versioning", 0, "enabled"])
	not versioned(bucket)
}

versioned(bucket) if {
	some versioning in plan.resources.aws_s3_bucket_versioning
	plan.names(versioning, "bucket", bucket)
	kept(versioning)
}

kept(versioning) if plan.value(versioning, ["versioning_configuration", 0, "status"]) == "Enabled"

kept(versioning) if plan.unknown(versioning, ["versioning_configuration", 0, "status"])

warn_s3_logging contains plan.finding(
	"s3-logging", bucket, "logging",
	"access to it is not logged; add an aws_s3_bucket_logging for it",
) if {
	some bucket in plan.resources.aws_s3_bucket
	not plan.given(bucket, ["logging"])
	not attached(bucket, "aws_s3_bucket_logging")
	not log_target(bucket)
}

# A bucket that others log to would log itself.
log_target(bucket) if {
	some logging in plan.resources.aws_s3_bucket_logging
	plan.names(logging, "target_bucket", bucket)
}

attached(bucket, type) if {
	some other in plan.resources[type]
	plan.names(other, "bucket", bucket)
}
