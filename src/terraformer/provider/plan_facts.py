"""What is known of single resource types beyond their schema, for planning. Facts only, no code.

``computed_blocks``: blocks that are optional *and* computed in the provider. The schema that Terraform sees has no such
flag for blocks, but the plan shows them as unknown when the configuration has none.
    Dotted paths name blocks inside of blocks. plan_blocks.py has those found by comparing plans.
``force_new``: arguments whose change replaces the resource, where the bundle does not tell (captured schemas never do).
``defaults``: defaults of the provider's own schema, where the bundle does not tell.
``element_defaults``: the same inside ``list/set(object)`` attributes that may be written as blocks.
``nested_defaults``: what is planned for arguments (dotted paths) that the configuration leaves out, whether or not
    the schema calls them computed.

Sources: the schema definitions in terraform-provider-aws (internal/service/*), -random, -tls, -local, -time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from terraformer.provider import plan_blocks, plan_defaults

__all__ = ["Facts", "facts_for"]


@dataclass(frozen=True, slots=True)
class Facts:
    computed_blocks: frozenset[str] = frozenset()
    force_new: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    element_defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    nested_defaults: Mapping[str, Any] = field(default_factory=dict)


_COMPUTED_BLOCKS = {
    "aws_ami": "ebs_block_device ephemeral_block_device",
    "aws_ami_copy": "ebs_block_device ephemeral_block_device",
    "aws_ami_from_instance": "ebs_block_device ephemeral_block_device",
    "aws_autoscaling_group": "mixed_instances_policy",
    "aws_dynamodb_table": "point_in_time_recovery server_side_encryption warm_throughput",
    "aws_ecs_service": "",
    "aws_eks_cluster": "access_config kubernetes_network_config upgrade_policy",
    "aws_eks_node_group": "node_repair_config update_config",
    "aws_elasticache_replication_group": "",
    "aws_instance": (
        "capacity_reservation_specification cpu_options ebs_block_device enclave_options ephemeral_block_device "
        "instance_market_options maintenance_options metadata_options network_interface primary_network_interface "
        "private_dns_name_options root_block_device secondary_network_interface"
    ),
    "aws_spot_instance_request": (
        "capacity_reservation_specification cpu_options ebs_block_device enclave_options ephemeral_block_device "
        "maintenance_options metadata_options network_interface private_dns_name_options root_block_device"
    ),
    "aws_lambda_function": "ephemeral_storage logging_config tracing_config",
    "aws_launch_configuration": "ebs_block_device metadata_options root_block_device",
    "aws_launch_template": "metadata_options",
    "aws_lb": "subnet_mapping",
    "aws_alb": "subnet_mapping",
    "aws_lb_target_group": "health_check stickiness target_failover target_group_health target_health_state",
    "aws_alb_target_group": "health_check stickiness target_failover target_group_health target_health_state",
    "aws_msk_cluster": "",
    "aws_network_interface": "attachment",
    "aws_opensearch_domain": (
        "advanced_security_options auto_tune_options cluster_config domain_endpoint_options ebs_options "
        "encrypt_at_rest node_to_node_encryption off_peak_window_options software_update_options"
    ),
    "aws_elasticsearch_domain": (
        "advanced_security_options auto_tune_options cluster_config domain_endpoint_options ebs_options "
        "encrypt_at_rest node_to_node_encryption"
    ),
    "aws_rds_cluster": "",
    "aws_redshift_cluster": "",
    "aws_route53_zone": "",
    "aws_s3_bucket": (
        "cors_rule grant lifecycle_rule logging object_lock_configuration replication_configuration "
        "server_side_encryption_configuration versioning website"
    ),
    "aws_sfn_state_machine": "encryption_configuration logging_configuration tracing_configuration",
    "aws_vpc_endpoint": "dns_options",
    "aws_vpc_peering_connection": "accepter requester",
}

_FORCE_NEW = {
    "aws_acm_certificate": "validation_method certificate_authority_arn key_algorithm",
    "aws_api_gateway_resource": "rest_api_id",
    "aws_api_gateway_method": "rest_api_id resource_id http_method",
    "aws_autoscaling_group": "name name_prefix",
    "aws_cloudwatch_log_group": "name name_prefix log_group_class",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_cognito_user_pool": "alias_attributes username_attributes",
    "aws_db_instance": "engine username db_name character_set_name kms_key_id availability_zone storage_encrypted "
    "snapshot_identifier timezone nchar_character_set_name",
    "aws_db_subnet_group": "name name_prefix",
    "aws_dynamodb_table": "name hash_key range_key local_secondary_index",
    "aws_ebs_volume": "availability_zone encrypted kms_key_id snapshot_id outpost_arn",
    "aws_ecr_repository": "name encryption_configuration",
    "aws_ecs_cluster": "name",
    "aws_ecs_service": "name cluster launch_type scheduling_strategy",
    "aws_ecs_task_definition": "family container_definitions cpu memory network_mode execution_role_arn task_role_arn "
    "requires_compatibilities volume placement_constraints runtime_platform ephemeral_storage pid_mode ipc_mode",
    "aws_efs_file_system": "creation_token encrypted kms_key_id performance_mode availability_zone_name",
    "aws_efs_mount_target": "file_system_id subnet_id ip_address",
    "aws_eks_cluster": "name role_arn encryption_config kubernetes_network_config",
    "aws_eks_node_group": "cluster_name node_group_name node_role_arn subnet_ids instance_types ami_type "
    "capacity_type disk_size remote_access",
    "aws_elasticache_cluster": "cluster_id engine subnet_group_name replication_group_id port",
    "aws_elasticache_subnet_group": "name",
    "aws_elastic_beanstalk_environment": "name cname_prefix",
    "aws_iam_group_policy_attachment": "group policy_arn",
    "aws_iam_instance_profile": "name name_prefix path",
    "aws_iam_policy": "name name_prefix path description",
    "aws_iam_role": "name name_prefix path",
    "aws_iam_role_policy": "name name_prefix role",
    "aws_iam_role_policy_attachment": "role policy_arn",
    "aws_iam_user_policy_attachment": "user policy_arn",
    "aws_instance": "ami availability_zone subnet_id key_name associate_public_ip_address private_ip tenancy "
    "placement_group network_interface ephemeral_block_device hibernation",
    "aws_internet_gateway_attachment": "vpc_id internet_gateway_id",
    "aws_key_pair": "key_name key_name_prefix public_key",
    "aws_kinesis_stream": "name",
    "aws_kms_alias": "name name_prefix",
    "aws_kms_key": "customer_master_key_spec key_usage multi_region custom_key_store_id",
    "aws_lambda_function": "function_name package_type",
    "aws_lambda_permission": "action function_name principal source_arn source_account statement_id "
    "statement_id_prefix qualifier",
    "aws_launch_configuration": "name image_id instance_type key_name security_groups user_data user_data_base64 "
    "iam_instance_profile spot_price ebs_optimized enable_monitoring root_block_device ebs_block_device",
    "aws_launch_template": "name name_prefix",
    "aws_lb": "name name_prefix internal load_balancer_type",
    "aws_lb_listener": "load_balancer_arn",
    "aws_lb_listener_rule": "listener_arn",
    "aws_lb_target_group": "name name_prefix port protocol vpc_id target_type protocol_version",
    "aws_lb_target_group_attachment": "target_group_arn target_id port availability_zone",
    "aws_nat_gateway": "allocation_id subnet_id connectivity_type private_ip",
    "aws_network_acl_rule": "network_acl_id rule_number egress protocol rule_action cidr_block from_port to_port",
    "aws_rds_cluster": "cluster_identifier engine master_username database_name kms_key_id storage_encrypted "
    "availability_zones snapshot_identifier",
    "aws_rds_cluster_instance": "identifier cluster_identifier engine availability_zone",
    "aws_redshift_cluster": "cluster_subnet_group_name master_username",
    "aws_route": "route_table_id destination_cidr_block destination_ipv6_cidr_block",
    "aws_route53_record": "zone_id name",
    "aws_route53_zone": "name delegation_set_id",
    "aws_route_table": "vpc_id",
    "aws_route_table_association": "subnet_id gateway_id",
    "aws_s3_bucket": "bucket bucket_prefix object_lock_enabled",
    "aws_s3_bucket_acl": "bucket",
    "aws_s3_bucket_policy": "bucket",
    "aws_s3_bucket_public_access_block": "bucket",
    "aws_s3_bucket_server_side_encryption_configuration": "bucket",
    "aws_s3_bucket_versioning": "bucket",
    "aws_s3_object": "bucket key",
    "aws_secretsmanager_secret": "name name_prefix",
    "aws_security_group": "name name_prefix description vpc_id",
    "aws_security_group_rule": "type from_port to_port protocol cidr_blocks ipv6_cidr_blocks prefix_list_ids "
    "security_group_id source_security_group_id self",
    "aws_sns_topic": "name name_prefix fifo_topic",
    "aws_sns_topic_subscription": "topic_arn protocol endpoint",
    "aws_sqs_queue": "name name_prefix fifo_queue",
    "aws_ssm_parameter": "name",
    "aws_subnet": "vpc_id cidr_block availability_zone availability_zone_id ipv6_native outpost_arn",
    "aws_vpc": "cidr_block ipv4_ipam_pool_id",
    "aws_vpc_endpoint": "service_name vpc_id vpc_endpoint_type",
    "aws_vpc_peering_connection": "peer_vpc_id vpc_id peer_owner_id peer_region",
    "aws_vpn_gateway": "availability_zone amazon_side_asn",
    "null_resource": "triggers",
    "time_sleep": "triggers",
    "time_static": "triggers rfc3339",
    "local_file": "filename content content_base64 sensitive_content source file_permission directory_permission",
    "local_sensitive_file": "filename content content_base64 source file_permission directory_permission",
    "random_id": "byte_length keepers prefix",
    "random_integer": "min max keepers seed",
    "random_password": "length keepers upper min_upper lower min_lower numeric number min_numeric special min_special "
    "override_special",
    "random_pet": "length keepers prefix separator",
    "random_shuffle": "input keepers result_count seed",
    "random_string": "length keepers upper min_upper lower min_lower numeric number min_numeric special min_special "
    "override_special",
    "random_uuid": "keepers",
    "tls_private_key": "algorithm rsa_bits ecdsa_curve",
    "tls_self_signed_cert": "private_key_pem validity_period_hours allowed_uses is_ca_certificate subject dns_names "
    "ip_addresses uris set_subject_key_id set_authority_key_id",
}

_RANDOM_TEXT = {
    "lower": True, "upper": True, "numeric": True, "number": True, "special": True,
    "min_lower": 0, "min_upper": 0, "min_numeric": 0, "min_special": 0,
}  # fmt: skip

_DEFAULTS: dict[str, dict[str, Any]] = {
    **plan_defaults.AWS,
    "random_password": _RANDOM_TEXT,
    "random_string": _RANDOM_TEXT,
    "random_pet": {"length": 2, "separator": "-"},
    "tls_private_key": {"rsa_bits": 2048, "ecdsa_curve": "P224"},
    "tls_self_signed_cert": {
        "early_renewal_hours": 0, "is_ca_certificate": False, "set_subject_key_id": False,
        "set_authority_key_id": False,
    },
    "tls_locally_signed_cert": {
        "early_renewal_hours": 0, "is_ca_certificate": False, "set_subject_key_id": False,
    },
    "local_file": {"file_permission": "0777", "directory_permission": "0777"},
    "local_sensitive_file": {"file_permission": "0700", "directory_permission": "0700"},
}  # fmt: skip

_RULE = {"description": "", "self": False}
_ELEMENT_DEFAULTS: dict[str, dict[str, dict[str, Any]]] = {
    "aws_security_group": {"ingress": _RULE, "egress": _RULE},
    "aws_default_security_group": {"ingress": _RULE, "egress": _RULE},
}

_NONE = Facts()
_FACTS = {
    type_name: Facts(
        frozenset(f"{_COMPUTED_BLOCKS.get(type_name, '')} {plan_blocks.COMPUTED_BLOCKS.get(type_name, '')}".split()),
        frozenset(_FORCE_NEW.get(type_name, "").split()),
        _DEFAULTS.get(type_name, {}),
        _ELEMENT_DEFAULTS.get(type_name, {}),
        plan_defaults.NESTED.get(type_name, {}),
    )
    for type_name in {
        *_COMPUTED_BLOCKS,
        *plan_blocks.COMPUTED_BLOCKS,
        *_FORCE_NEW,
        *_DEFAULTS,
        *_ELEMENT_DEFAULTS,
        *plan_defaults.NESTED,
    }
}


def facts_for(type_name: str) -> Facts:
    """The facts about a resource type; empty ones when nothing is known."""
    return _FACTS.get(type_name, _NONE)
