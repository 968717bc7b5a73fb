"""Types of resources and data sources that do not exist: misspelt, invented, named after the service, removed."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Final

from terraformer.data.faults.hand import misspelt, shuffled
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import Block, Edit, Written, schema_of

SAID: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_acm_certificate": ("aws_certificate", "aws_ssl_certificate", "aws_certificate_manager_certificate"),
    "aws_apigatewayv2_api": ("aws_api_gateway_v2_api", "aws_apigateway_http_api", "aws_http_api"),
    "aws_api_gateway_rest_api": ("aws_apigateway_rest_api", "aws_api_gateway"),
    "aws_appautoscaling_target": ("aws_autoscaling_target", "aws_application_autoscaling_target"),
    "aws_athena_workgroup": ("aws_athena_work_group",),
    "aws_autoscaling_group": ("aws_auto_scaling_group", "aws_ec2_autoscaling_group"),
    "aws_cloudfront_distribution": ("aws_cloudfront", "aws_cdn_distribution"),
    "aws_cloudwatch_event_rule": ("aws_eventbridge_rule", "aws_events_rule", "aws_event_rule"),
    "aws_cloudwatch_event_target": ("aws_eventbridge_target", "aws_events_target"),
    "aws_cloudwatch_event_bus": ("aws_eventbridge_bus", "aws_event_bus"),
    "aws_cloudwatch_log_group": ("aws_log_group", "aws_logs_group", "aws_cloudwatch_logs_group"),
    "aws_cloudwatch_metric_alarm": ("aws_cloudwatch_alarm", "aws_metric_alarm"),
    "aws_db_instance": ("aws_rds_instance", "aws_database_instance", "aws_rds_db_instance"),
    "aws_db_subnet_group": ("aws_rds_subnet_group",),
    "aws_db_parameter_group": ("aws_rds_parameter_group",),
    "aws_db_option_group": ("aws_rds_option_group",),
    "aws_db_snapshot": ("aws_rds_snapshot",),
    "aws_dynamodb_table": ("aws_dynamo_table", "aws_dynamodb"),
    "aws_dynamodb_contributor_insights": ("aws_dynamodb_table_insights",),
    "aws_ebs_volume": ("aws_volume", "aws_ec2_volume"),
    "aws_ecr_repository": ("aws_ecr_repo", "aws_ecr"),
    "aws_efs_file_system": ("aws_efs", "aws_efs_filesystem"),
    "aws_eip": ("aws_elastic_ip", "aws_ec2_eip"),
    "aws_elasticache_replication_group": ("aws_redis_cluster", "aws_elasticache_redis"),
    "aws_elastic_beanstalk_environment": ("aws_beanstalk_environment", "aws_elasticbeanstalk_environment"),
    "aws_elastic_beanstalk_application": ("aws_beanstalk_application", "aws_elasticbeanstalk_application"),
    "aws_instance": ("aws_ec2_instance", "aws_ec2", "aws_vm_instance"),
    "aws_internet_gateway": ("aws_igw", "aws_vpc_internet_gateway"),
    "aws_key_pair": ("aws_ec2_key_pair", "aws_ssh_key"),
    "aws_kinesis_firehose_delivery_stream": ("aws_firehose_delivery_stream", "aws_kinesis_firehose"),
    "aws_kinesis_stream": ("aws_kinesis_data_stream",),
    "aws_kms_key": ("aws_kms_cmk", "aws_encryption_key"),
    "aws_lambda_function": ("aws_lambda", "aws_function"),
    "aws_launch_template": ("aws_ec2_launch_template",),
    "aws_lb": ("aws_load_balancer", "aws_application_load_balancer", "aws_elbv2"),
    "aws_lb_listener": ("aws_load_balancer_listener", "aws_elb_listener"),
    "aws_lb_target_group": ("aws_target_group", "aws_elb_target_group"),
    "aws_msk_cluster": ("aws_kafka_cluster",),
    "aws_nat_gateway": ("aws_natgw", "aws_vpc_nat_gateway"),
    "aws_network_acl": ("aws_nacl", "aws_vpc_network_acl"),
    "aws_rds_cluster": ("aws_aurora_cluster", "aws_rds_aurora_cluster", "aws_db_cluster"),
    "aws_rds_cluster_instance": ("aws_aurora_cluster_instance", "aws_db_cluster_instance"),
    "aws_db_cluster_snapshot": ("aws_rds_cluster_snapshot",),
    "aws_route53_record": ("aws_dns_record", "aws_route53_recordset"),
    "aws_route53_zone": ("aws_route53_hosted_zone", "aws_hosted_zone"),
    "aws_route_table": ("aws_vpc_route_table",),
    "aws_s3_bucket": ("aws_bucket", "aws_s3"),
    "aws_s3_bucket_lifecycle_configuration": ("aws_s3_bucket_lifecycle", "aws_s3_bucket_lifecycle_rule"),
    "aws_s3_bucket_public_access_block": ("aws_s3_public_access_block", "aws_s3_bucket_access_block"),
    "aws_s3_bucket_server_side_encryption_configuration": ("aws_s3_bucket_encryption", "aws_s3_bucket_sse"),
    "aws_s3_bucket_website_configuration": ("aws_s3_bucket_website",),
    "aws_s3_bucket_cors_configuration": ("aws_s3_bucket_cors",),
    "aws_s3_bucket_versioning": ("aws_s3_bucket_version", "aws_s3_versioning"),
    "aws_s3_object": ("aws_s3_file", "aws_s3_bucket_file"),
    "aws_secretsmanager_secret": ("aws_secret", "aws_secrets_manager_secret"),
    "aws_security_group": ("aws_vpc_security_group", "aws_ec2_security_group"),
    "aws_sfn_state_machine": (
        "aws_step_functions_state_machine",
        "aws_stepfunctions_state_machine",
        "aws_step_function",
    ),
    "aws_sns_topic": ("aws_sns",),
    "aws_sns_topic_subscription": ("aws_sns_subscription",),
    "aws_sqs_queue": ("aws_sqs", "aws_queue"),
    "aws_ssm_parameter": ("aws_parameter", "aws_ssm_parameter_store"),
    "aws_subnet": ("aws_vpc_subnet",),
    "aws_vpc_endpoint": ("aws_endpoint",),
    "aws_vpc_security_group_ingress_rule": ("aws_security_group_ingress_rule", "aws_security_group_ingress"),
    "aws_vpc_security_group_egress_rule": ("aws_security_group_egress_rule", "aws_security_group_egress"),
    "aws_wafv2_web_acl": ("aws_waf_v2_web_acl", "aws_wafv2_acl"),
    "aws_ami": ("aws_ec2_ami", "aws_ami_id", "aws_image"),
    "aws_availability_zones": ("aws_azs", "aws_zones"),
    "aws_caller_identity": ("aws_account", "aws_account_id", "aws_identity"),
    "aws_iam_policy_document": ("aws_policy_document", "aws_iam_document"),
    "aws_region": ("aws_current_region",),
    "archive_file": ("archive_zip", "archive_zip_file"),
    "random_password": ("random_secret",),
    "random_id": ("random_suffix", "random_identifier"),
}
"""What those who write from memory call a type."""

_ENDINGS = ("_configuration", "_config", "_settings", "_attachment", "_association", "_policy", "_rule", "_group")


def _renamed(written: Written, block: Block, name: str, rng: random.Random) -> Broken:
    """The block under another type; what refers to it mostly follows, as a writer who believes in the type would."""
    old = block.labels[0]
    edits = [written.label(block, 0, f'"{name}"')]
    if rng.random() < 0.8:
        at = 1 if block.type == "data" else 0
        edits += [Edit(r.file, *r.spans[at], name) for r in written.referring(block.address)]
    return Broken(tuple(edits), f"{old} -> {name}")


def _free(kind: str, name: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", name) is not None and schema_of(kind, name) is None


@fault("type-guessed", "A resource type as the service or people call it", "invalid-resource-type", weight=6)
def guessed(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.resources if b.schema is not None]):
        for name in shuffled(rng, SAID.get(block.labels[0], ())):
            if _free("resource", name):
                return _renamed(written, block, name, rng)
    return None


@fault("type-invented", "A resource type of the right pattern that does not exist", "invalid-resource-type", weight=5)
def invented(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.resources if b.schema is not None]):
        type_ = block.labels[0]
        stem = next((type_.removesuffix(e) for e in _ENDINGS if type_.endswith(e)), type_)
        words = type_.split("_")
        names = [stem + e for e in ("", *_ENDINGS)]
        names += ["_".join(words[:i] + words[i + 1 :]) for i in range(1, len(words)) if len(words) > 2]
        for name in shuffled(rng, dict.fromkeys(names)):
            if name != type_ and _free("resource", name) and name.startswith(words[0] + "_"):
                return _renamed(written, block, name, rng)
    return None


@fault("type-misspelt", "A resource type with a slip", "invalid-resource-type", weight=2)
def misspelt_type(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.resources if b.schema is not None]):
        provider, _, rest = block.labels[0].partition("_")
        name = f"{provider}_{misspelt(rest, rng).lower().replace('-', '_')}"
        if _free("resource", name):
            return _renamed(written, block, name, rng)
    return None


@fault("data-type-guessed", "A data source that does not exist", "invalid-data-source-type", weight=2)
def data_guessed(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.data if b.schema is not None]):
        type_ = block.labels[0]
        provider, _, rest = type_.partition("_")
        slip = f"{provider}_{misspelt(rest, rng).lower().replace('-', '_')}"
        for name in (*shuffled(rng, SAID.get(type_, ())), slip):
            if _free("data", name):
                return _renamed(written, block, name, rng)
    return None


@fault(
    "data-for-resource",
    "A data source of a type that is only a resource",
    "invalid-data-source-type",
    "missing-argument",
    "unsupported-argument",
    weight=1,
)
def data_for_resource(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.resources if b.schema is not None]):
        if schema_of("data", block.labels[0]) is None:
            head = len(block.type)
            edits = [Edit(block.file, block.start, block.start + head, "data")]
            edits += [Edit(r.file, r.start, r.start, "data.") for r in written.referring(block.address)]
            return Broken(tuple(edits), f"data {block.labels[0]}")
    return None
