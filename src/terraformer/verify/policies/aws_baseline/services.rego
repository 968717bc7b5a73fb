# Queues, topics, streams, keys, logs, trails, tags.
package terraformer.aws.services

import data.terraformer.aws.plan
import rego.v1

deny_sqs_encryption contains plan.finding(
	"sqs-encryption", queue, "sqs_managed_sse_enabled",
	"its messages are not encrypted; leave sqs_managed_sse_enabled out or set kms_master_key_id",
) if {
	some queue in plan.resources.aws_sqs_queue
	queue.change.after.sqs_managed_sse_enabled == false
	not plan.given(queue, ["kms_master_key_id"])
}

deny_sns_encryption contains plan.finding(
	"sns-encryption", topic, "kms_master_key_id",
	"its messages are not encrypted; set kms_master_key_id, \"alias/aws/sns\" for instance",
) if {
	some topic in plan.resources.aws_sns_topic
	not plan.given(topic, ["kms_master_key_id"])
}

deny_kinesis_encryption contains plan.finding(
	"kinesis-encryption", stream, "encryption_type",
	"its records are not encrypted; set encryption_type to KMS and kms_key_id to \"alias/aws/kinesis\"",
) if {
	some stream in plan.resources.aws_kinesis_stream
	not plan.value(stream, ["encryption_type"]) == "KMS"
	not plan.unknown(stream, ["encryption_type"])
}

deny_kms_rotation contains plan.finding(
	"kms-rotation", key, "enable_key_rotation",
	"the key is never rotated; set enable_key_rotation to true",
) if {
	some key in plan.resources.aws_kms_key
	not plan.on(key, ["enable_key_rotation"])
	object.get(key.change.after, "customer_master_key_spec", null) in {null, "SYMMETRIC_DEFAULT"}
	object.get(key.change.after, "key_usage", null) in {null, "ENCRYPT_DECRYPT"}
	not plan.given(key, ["custom_key_store_id"])
}

# --- logs ---------------------------------------------------------------------------------------------------------------

warn_log_group_key contains plan.finding(
	"log-group-key", group, "kms_key_id",
	"logs are encrypted with a key of AWS; set kms_key_id for a key of your own",
) if {
	some group in plan.resources.aws_cloudwatch_log_group
	not plan.given(group, ["kms_key_id"])
}

warn_log_group_retention contains plan.finding(
	"log-group-retention", group, "retention_in_days",
	"logs are kept for ever; set retention_in_days",
) if {
	some group in plan.resources.aws_cloudwatch_log_group
	not plan.unknown(group, ["retention_in_days"])
	plan.value(group, ["retention_in_days"]) in {null, 0}
}

deny_cloudtrail_off contains plan.finding(
	"cloudtrail-off", trail, "enable_logging",
	"the trail records nothing; leave enable_logging out or set it to true",
) if {
	some trail in plan.resources.aws_cloudtrail
	trail.change.after.enable_logging == false
}

deny_cloudtrail_validation contains plan.finding(
	"cloudtrail-validation", trail, "enable_log_file_validation",
	"changed log files would not be noticed; set enable_log_file_validation to true",
) if {
	some trail in plan.resources.aws_cloudtrail
	not plan.on(trail, ["enable_log_file_validation"])
}

warn_cloudtrail_regions contains plan.finding(
	"cloudtrail-regions", trail, "is_multi_region_trail",
	"it records one region only; set is_multi_region_trail to true",
) if {
	some trail in plan.resources.aws_cloudtrail
	not plan.on(trail, ["is_multi_region_trail"])
}

warn_cloudtrail_key contains plan.finding(
	"cloudtrail-key", trail, "kms_key_id",
	"its log files are not encrypted with a key of your own; set kms_key_id",
) if {
	some trail in plan.resources.aws_cloudtrail
	not plan.given(trail, ["kms_key_id"])
}

# --- tags ---------------------------------------------------------------------------------------------------------------

# Resources that cost or hold something: without tags nobody knows whose they are.
tagged := {
	"aws_alb", "aws_cloudfront_distribution", "aws_db_instance", "aws_dynamodb_table", "aws_ebs_volume",
	"aws_ecs_cluster", "aws_efs_file_system", "aws_eks_cluster", "aws_elasticache_replication_group", "aws_instance",
	"aws_kinesis_stream", "aws_kms_key", "aws_lambda_function", "aws_lb", "aws_nat_gateway", "aws_opensearch_domain",
	"aws_rds_cluster", "aws_redshift_cluster", "aws_s3_bucket", "aws_sagemaker_notebook_instance", "aws_sns_topic",
	"aws_sqs_queue", "aws_vpc",
}

warn_tags contains plan.finding(
	"tags", resource, "tags",
	"it has no tags; add tags, or default_tags to the provider",
) if {
	some type in tagged
	some resource in plan.resources[type]
	every argument in ["tags", "tags_all"] {
		not plan.given(resource, [argument])
	}
}
