"""Which attribute refers to which resource type, and by which of its attributes.

Most references follow from names: ``rest_api_id`` in a type of aws_api_gateway means aws_api_gateway_rest_api. The
tables hold what names do not say, reviewed by hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

__all__ = ["Referent", "Types", "referent"]


class Types(Protocol):
    """What is needed of a bundle."""

    def has(self, kind: str, type_name: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Referent:
    """The type that an attribute points to; ``attribute`` is what to take of it ("" = as the attribute's name asks).

    ``index`` counts among several resources of that type: a peer is the second.
    """

    type: str
    attribute: str
    index: int = 0


_EXACT: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("aws_lambda_permission", "function_name"): ("aws_lambda_function", "function_name"),
    ("aws_lambda_function", "role"): ("aws_iam_role", "arn"),
    ("aws_s3_bucket_replication_configuration", "role"): ("aws_iam_role", "arn"),
    ("aws_s3_bucket_replication_configuration", "rule.destination.bucket"): ("aws_s3_bucket", "arn"),
    ("aws_glue_crawler", "role"): ("aws_iam_role", "arn"),
    ("aws_sagemaker_code_repository", "role"): ("aws_iam_role", "arn"),
    ("aws_iam_instance_profile", "role"): ("aws_iam_role", "name"),
    ("aws_cloudwatch_event_target", "rule"): ("aws_cloudwatch_event_rule", "name"),
    ("aws_route53_record", "zone_id"): ("aws_route53_zone", "zone_id"),
    ("aws_nat_gateway", "allocation_id"): ("aws_eip", "id"),
    ("aws_eip_association", "allocation_id"): ("aws_eip", "id"),
    ("aws_codebuild_project", "service_role"): ("aws_iam_role", "arn"),
    ("aws_elastic_beanstalk_environment", "application"): ("aws_elastic_beanstalk_application", "name"),
    ("aws_elastic_beanstalk_application_version", "application"): ("aws_elastic_beanstalk_application", "name"),
    ("aws_elastic_beanstalk_application_version", "key"): ("aws_s3_object", "key"),
    ("aws_elastic_beanstalk_configuration_template", "application"): ("aws_elastic_beanstalk_application", "name"),
    ("aws_rds_cluster_instance", "cluster_identifier"): ("aws_rds_cluster", "id"),
    ("aws_eks_node_group", "cluster_name"): ("aws_eks_cluster", "name"),
    ("aws_eks_fargate_profile", "cluster_name"): ("aws_eks_cluster", "name"),
    ("aws_ecs_service", "cluster"): ("aws_ecs_cluster", "id"),
    ("aws_ecs_service", "task_definition"): ("aws_ecs_task_definition", "arn"),
    ("aws_lb_target_group_attachment", "target_id"): ("aws_instance", "id"),
    ("aws_backup_plan", "rule.target_vault_name"): ("aws_backup_vault", "name"),
    ("aws_backup_selection", "plan_id"): ("aws_backup_plan", "id"),
    ("aws_volume_attachment", "volume_id"): ("aws_ebs_volume", "id"),
    ("aws_ebs_snapshot", "volume_id"): ("aws_ebs_volume", "id"),
    ("aws_efs_mount_target", "file_system_id"): ("aws_efs_file_system", "id"),
    ("aws_efs_access_point", "file_system_id"): ("aws_efs_file_system", "id"),
    ("aws_efs_backup_policy", "file_system_id"): ("aws_efs_file_system", "id"),
    ("aws_efs_file_system_policy", "file_system_id"): ("aws_efs_file_system", "id"),
    ("aws_sns_topic_policy", "arn"): ("aws_sns_topic", "arn"),
    ("aws_sns_topic_subscription", "topic_arn"): ("aws_sns_topic", "arn"),
    ("aws_sns_topic_subscription", "endpoint"): ("aws_sqs_queue", "arn"),
    ("aws_sqs_queue_policy", "queue_url"): ("aws_sqs_queue", "id"),
    ("aws_kms_alias", "target_key_id"): ("aws_kms_key", "key_id"),
    ("aws_secretsmanager_secret_version", "secret_id"): ("aws_secretsmanager_secret", "id"),
    ("aws_secretsmanager_secret_rotation", "rotation_lambda_arn"): ("aws_lambda_function", "arn"),
    ("aws_dynamodb_table_item", "hash_key"): ("aws_dynamodb_table", "hash_key"),
    ("aws_dynamodb_contributor_insights", "table_name"): ("aws_dynamodb_table", "name"),
    ("aws_dynamodb_table_item", "table_name"): ("aws_dynamodb_table", "name"),
    ("aws_dynamodb_kinesis_streaming_destination", "stream_arn"): ("aws_kinesis_stream", "arn"),
    ("aws_lambda_event_source_mapping", "event_source_arn"): ("aws_sqs_queue", "arn"),
    ("aws_lambda_event_source_mapping", "function_name"): ("aws_lambda_function", "arn"),
    ("aws_lambda_alias", "function_name"): ("aws_lambda_function", "function_name"),
    ("aws_lambda_function_url", "function_name"): ("aws_lambda_function", "function_name"),
    ("aws_api_gateway_integration", "resource_id"): ("aws_api_gateway_resource", "id"),
    ("aws_api_gateway_method", "resource_id"): ("aws_api_gateway_resource", "id"),
    ("aws_api_gateway_method_response", "resource_id"): ("aws_api_gateway_resource", "id"),
    ("aws_api_gateway_integration_response", "resource_id"): ("aws_api_gateway_resource", "id"),
    ("aws_api_gateway_resource", "parent_id"): ("aws_api_gateway_rest_api", "root_resource_id"),
    ("aws_api_gateway_deployment", "rest_api_id"): ("aws_api_gateway_rest_api", "id"),
    ("aws_lightsail_static_ip_attachment", "static_ip_name"): ("aws_lightsail_static_ip", "id"),
    ("aws_lightsail_static_ip_attachment", "instance_name"): ("aws_lightsail_instance", "id"),
    ("aws_lightsail_disk_attachment", "instance_name"): ("aws_lightsail_instance", "name"),
    ("aws_lightsail_disk_attachment", "disk_name"): ("aws_lightsail_disk", "name"),
    ("aws_lightsail_instance_public_ports", "instance_name"): ("aws_lightsail_instance", "name"),
    ("aws_key_pair", "public_key"): ("tls_private_key", "public_key_openssh"),
    ("aws_sagemaker_endpoint_configuration", "production_variants.model_name"): ("aws_sagemaker_model", "name"),
    ("aws_sagemaker_endpoint", "endpoint_config_name"): ("aws_sagemaker_endpoint_configuration", "name"),
    ("aws_chime_voice_connector_group", "connector.voice_connector_id"): ("aws_chime_voice_connector", "id"),
    ("aws_autoscaling_policy", "autoscaling_group_name"): ("aws_autoscaling_group", "name"),
    ("aws_autoscaling_attachment", "autoscaling_group_name"): ("aws_autoscaling_group", "id"),
    ("aws_wafv2_web_acl_association", "resource_arn"): ("aws_lb", "arn"),
    ("aws_wafv2_web_acl_association", "web_acl_arn"): ("aws_wafv2_web_acl", "arn"),
    ("aws_route_table_association", "subnet_id"): ("aws_subnet", "id"),
    ("aws_flow_log", "log_destination"): ("aws_cloudwatch_log_group", "arn"),
    ("aws_flow_log", "vpc_id"): ("aws_vpc", "id"),
    ("aws_cloudwatch_log_stream", "log_group_name"): ("aws_cloudwatch_log_group", "name"),
    ("aws_cloudwatch_log_metric_filter", "log_group_name"): ("aws_cloudwatch_log_group", "name"),
    ("aws_cloudwatch_log_subscription_filter", "log_group_name"): ("aws_cloudwatch_log_group", "name"),
    ("aws_cognito_user_pool_client", "user_pool_id"): ("aws_cognito_user_pool", "id"),
    ("aws_glue_crawler", "database_name"): ("aws_glue_catalog_database", "name"),
    ("aws_glue_catalog_table", "database_name"): ("aws_glue_catalog_database", "name"),
    ("aws_athena_database", "bucket"): ("aws_s3_bucket", "id"),
    ("aws_athena_named_query", "database"): ("aws_athena_database", "name"),
    ("aws_redshift_subnet_group", "subnet_ids"): ("aws_subnet", "id"),
    ("aws_neptune_cluster_instance", "cluster_identifier"): ("aws_neptune_cluster", "id"),
    ("aws_docdb_cluster_instance", "cluster_identifier"): ("aws_docdb_cluster", "id"),
    ("aws_redshiftserverless_workgroup", "namespace_name"): ("aws_redshiftserverless_namespace", "namespace_name"),
    ("aws_msk_cluster", "broker_node_group_info.client_subnets"): ("aws_subnet", "id"),
    ("aws_msk_cluster", "broker_node_group_info.security_groups"): ("aws_security_group", "id"),
    ("aws_cloudfront_distribution", "origin.domain_name"): ("aws_s3_bucket", "bucket_regional_domain_name"),
    ("aws_eks_addon", "cluster_name"): ("aws_eks_cluster", "name"),
    ("aws_vpn_connection", "vpn_gateway_id"): ("aws_vpn_gateway", "id"),
    ("aws_customer_gateway", "certificate_arn"): ("", ""),
    ("aws_codedeploy_deployment_group", "app_name"): ("aws_codedeploy_app", "name"),
    ("aws_codepipeline", "artifact_store.location"): ("aws_s3_bucket", "bucket"),
    ("aws_ssm_association", "name"): ("aws_ssm_document", "name"),
    ("aws_config_config_rule", "source.source_identifier"): ("", ""),
    ("aws_cloudtrail", "s3_bucket_name"): ("aws_s3_bucket", "id"),
    ("aws_api_gateway_stage", "deployment_id"): ("aws_api_gateway_deployment", "id"),
    ("aws_placement_group", "spread_level"): ("", ""),
    ("aws_iam_policy_attachment", "policy_arn"): ("aws_iam_policy", "arn"),
    ("aws_security_group_rule", "source_security_group_id"): ("", ""),
    ("aws_db_instance", "snapshot_identifier"): ("", ""),
    ("aws_lb_listener_certificate", "certificate_arn"): ("aws_acm_certificate", "arn"),
    ("aws_acm_certificate_validation", "certificate_arn"): ("aws_acm_certificate", "arn"),
    ("aws_elasticache_cluster", "subnet_group_name"): ("aws_elasticache_subnet_group", "name"),
    ("aws_elasticache_replication_group", "subnet_group_name"): ("aws_elasticache_subnet_group", "name"),
    ("aws_dax_cluster", "subnet_group_name"): ("aws_dax_subnet_group", "name"),
    ("aws_kinesis_firehose_delivery_stream", "kinesis_source_configuration.kinesis_stream_arn"): (
        "aws_kinesis_stream",
        "arn",
    ),
}
"""(type, path) -> (type, attribute). An empty type says that it refers to nothing."""

_BY_NAME: Final[tuple[tuple[str, str, str], ...]] = (
    (r"(?:.*_)?vpc_ids?", "aws_vpc", "id"),
    (
        r"(?:vpc_|client_|backend_|private_|public_|transit_)?subnet_ids?|subnets|subnet|vpc_zone_identifier",
        "aws_subnet",
        "id",
    ),
    (r"subnet_mapping\.subnet_id", "aws_subnet", "id"),
    (
        r"(?:vpc_|db_|cache_|lambda_|default_)?security_group_ids?|security_groups|vpc_security_groups",
        "aws_security_group",
        "id",
    ),
    (
        r"(?:.*_)?role_arns?|execution_role|iam_role|service_role|data_access_role|service_access_role",
        "aws_iam_role",
        "arn",
    ),
    (r"(?:.*_)?iam_role_arn|lambda_role|task_role|service_linked_role", "aws_iam_role", "arn"),
    (r"role|roles|role_name|iam_role_name", "aws_iam_role", "name"),
    (r"(?:iam_)?instance_profile(?:_name)?", "aws_iam_instance_profile", "name"),
    (
        r"(?:source_|target_|destination_|s3_|output_|logging_|log_|artifact_|data_|results_)?bucket(?:_name)?",
        "aws_s3_bucket",
        "id",
    ),
    (r"(?:.*_)?bucket_arn", "aws_s3_bucket", "arn"),
    (r"(?:.*_)?(?:kms|encryption|cmk)_?(?:master_)?key(?:_arn|_id|_identifier)?|kms_key", "aws_kms_key", "arn"),
    (r"(?:.*_)?(?:sns_)?topic_arns?", "aws_sns_topic", "arn"),
    (r"(?:.*_)?log_group_arn|cloudwatch_log_group_arn", "aws_cloudwatch_log_group", "arn"),
    (r"(?:cloudwatch_)?log_group_name", "aws_cloudwatch_log_group", "name"),
    (r"(?:.*_)?(?:lambda_)?function_arn|lambda_arn", "aws_lambda_function", "arn"),
    (r"(?:acm_|ssl_|server_|regional_)?certificate_arn", "aws_acm_certificate", "arn"),
    (r"(?:.*_)?load_balancer_arn", "aws_lb", "arn"),
    (r"(?:.*_)?target_group_arns?", "aws_lb_target_group", "arn"),
    (r"listener_arn", "aws_lb_listener", "arn"),
    (r"(?:hosted_)?zone_id", "aws_route53_zone", "zone_id"),
    (r"internet_gateway_id", "aws_internet_gateway", "id"),
    (r"nat_gateway_id", "aws_nat_gateway", "id"),
    (r"route_table_ids?", "aws_route_table", "id"),
    (r"network_interface_ids?", "aws_network_interface", "id"),
    (r"(?:.*_)?transit_gateway_id", "aws_ec2_transit_gateway", "id"),
    (r"(?:.*_)?instance_ids?|instances|instance", "aws_instance", "id"),
    (r"(?:.*_)?secret_(?:arn|id)", "aws_secretsmanager_secret", "arn"),
    (r"(?:.*_)?queue_arn", "aws_sqs_queue", "arn"),
    (r"queue_url", "aws_sqs_queue", "url"),
    (r"(?:.*_)?kinesis_stream_arn|stream_arn", "aws_kinesis_stream", "arn"),
    (r"(?:db_|rds_)?subnet_group_name|db_subnet_group", "aws_db_subnet_group", "name"),
    (r"(?:.*_)?user_pool_id", "aws_cognito_user_pool", "id"),
    (r"efs_file_system_arn|file_system_arn", "aws_efs_file_system", "arn"),
    (r"file_system_id", "aws_efs_file_system", "id"),
    (r"key_name|key_pair_name|ec2_key_name", "aws_key_pair", "key_name"),
    (r"ami|image_id|ami_id", "data.aws_ami", "id"),
    (r"allocation_id", "aws_eip", "id"),
    (r"(?:db_)?parameter_group_name", "", ""),
    (r"(?:iam_)?user(?:_name)?", "aws_iam_user", "name"),
    (r"(?:iam_)?group(?:_name)?", "aws_iam_group", "name"),
    (r"policy_arn", "aws_iam_policy", "arn"),
    (r"autoscaling_group_name", "aws_autoscaling_group", "name"),
    (r"(?:.*_)?cluster_arn", "", ""),
    (r"repository_name|repository", "", ""),
    (r"dashboard_name|rule_name|policy_name|display_name|domain_name|bucket_prefix|server_name", "", ""),
    (
        r"(?:availability_)?zone|account_id|owner_id|owner_account_id|version_id|metric_name|resource_arn|resource_id",
        "",
        "",
    ),
)

_OWN_SERVICE: Final[dict[str, dict[str, tuple[str, str]]]] = {
    # In these families a common word means something of the family's own.
    "aws_opsworks": {"instance_id": ("aws_opsworks_instance", "id"), "stack_id": ("aws_opsworks_stack", "id")},
    "aws_connect": {"instance_id": ("aws_connect_instance", "id")},
    "aws_ssoadmin": {"instance_arn": ("", "")},
    "aws_identitystore": {
        "group_id": ("aws_identitystore_group", "group_id"),
        "user_id": ("aws_identitystore_user", "user_id"),
    },
    "aws_workmail": {"user_id": ("", ""), "group_id": ("", "")},
    "aws_quicksight": {
        "user_name": ("aws_quicksight_user", "user_name"),
        "group_name": ("aws_quicksight_group", "group_name"),
    },
    "aws_cognito": {
        "identity_pool_id": ("aws_cognito_identity_pool", "id"),
        "group_name": ("aws_cognito_user_group", "name"),
    },
    "aws_transfer": {"user_name": ("aws_transfer_user", "user_name"), "server_id": ("aws_transfer_server", "id")},
    "aws_elasticache": {
        "replication_group_id": ("aws_elasticache_replication_group", "id"),
        "user_group_id": ("aws_elasticache_user_group", "user_group_id"),
        "user_id": ("aws_elasticache_user", "user_id"),
        "user_ids": ("aws_elasticache_user", "user_id"),
    },
    "aws_s3tables": {"table_bucket_arn": ("aws_s3tables_table_bucket", "arn")},
    "aws_fsx": {"file_system_id": ("", "")},
    "aws_redshift": {"cluster_identifier": ("aws_redshift_cluster", "cluster_identifier")},
    "aws_memorydb": {"user_names": ("aws_memorydb_user", "user_name")},
    "aws_lightsail": {"bucket_name": ("aws_lightsail_bucket", "name"), "instance": ("aws_lightsail_instance", "name")},
    "aws_gamelift": {"instance_role_arn": ("aws_iam_role", "arn")},
    "aws_lakeformation": {},
    "aws_devicefarm": {},
}

_SUFFIX: Final = re.compile(r"_(ids?|arns?|names?|identifiers?)$")
_SECOND: Final = re.compile(r"^(peer|destination|target|replica|secondary|accepter|backup)_")


@lru_cache(maxsize=20_000)
def _named(path: str) -> tuple[str, str] | None:
    leaf = path.rsplit(".", 1)[-1]
    for pattern, target, attribute in _BY_NAME:
        if re.fullmatch(pattern, leaf):
            return target, attribute
    return None


def referent(type_name: str, path: str, types: Types) -> Referent | None:
    """What the attribute at that dotted path of that resource type refers to; None when nothing is known."""
    exact = _EXACT.get((type_name, path))
    if exact is not None:
        return Referent(*exact) if exact[0] else None
    leaf = path.rsplit(".", 1)[-1]
    for prefix, table in _OWN_SERVICE.items():
        if (type_name == prefix or type_name.startswith(prefix + "_")) and leaf in table:
            target, attribute = table[leaf]
            return Referent(target, attribute) if target and target != type_name else None
    index = 1 if _SECOND.match(leaf) else 0
    derived = _derived(type_name, leaf, types)
    named = _named(path)
    # A type of the same family by that very name is more than a common word.
    if (
        derived is not None
        and (named is None or len(derived.type) > len(named[0]))
        and _is_family(type_name, derived.type)
    ):
        return derived
    if named is not None:
        target, attribute = named
        if not target or target == type_name:
            return None
        return Referent(target, attribute, index)
    return derived


def _is_family(own: str, other: str) -> bool:
    return own.split("_")[:2] == other.split("_")[:2]


def _derived(type_name: str, leaf: str, types: Types) -> Referent | None:
    match = _SUFFIX.search(leaf)
    if match is None:
        return None
    base = _SECOND.sub("", leaf[: match.start()])
    kind = match[1].rstrip("s")
    words = type_name.split("_")
    for length in range(len(words) - 1, 1 if len(base.split("_")) == 1 else 0, -1):
        candidate = "_".join([*words[:length], base])
        if candidate != type_name and types.has("resource", candidate):
            return Referent(candidate, {"arn": "arn", "id": "id", "name": "name", "identifier": "id"}[kind])
    return None
