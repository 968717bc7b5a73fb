"""Defaults that the AWS provider's own schema fills in (``Default:`` in internal/service/*), for the common resources.

For schemas that do not tell defaults themselves, as those captured from a real provider; a bundle's own go first. Only
defaults of arguments that are not computed: what the API decides is unknown while planning.
"""

from __future__ import annotations

from typing import Any

__all__ = ["AWS", "NESTED"]

_LB = {
    "client_keep_alive": 3600,
    "desync_mitigation_mode": "defensive",
    "drop_invalid_header_fields": False,
    "enable_cross_zone_load_balancing": False,
    "enable_deletion_protection": False,
    "enable_http2": True,
    "enable_tls_version_and_cipher_suite_headers": False,
    "enable_waf_fail_open": False,
    "enable_xff_client_port": False,
    "enable_zonal_shift": False,
    "idle_timeout": 60,
    "load_balancer_type": "application",
    "preserve_host_header": False,
    "xff_header_processing_mode": "append",
}
_TARGET_GROUP = {
    "deregistration_delay": "300",
    "lambda_multi_value_headers_enabled": False,
    "proxy_protocol_v2": False,
    "slow_start": 0,
    "target_type": "instance",
}

AWS: dict[str, dict[str, Any]] = {
    "aws_alb": _LB,
    "aws_alb_target_group": _TARGET_GROUP,
    "aws_api_gateway_method": {"api_key_required": False},
    "aws_autoscaling_group": {
        "force_delete": False,
        "force_delete_warm_pool": False,
        "health_check_grace_period": 300,
        "ignore_failed_scaling_activities": False,
        "metrics_granularity": "1Minute",
        "protect_from_scale_in": False,
        "wait_for_capacity_timeout": "10m",
    },
    "aws_cloudfront_distribution": {
        "http_version": "http2",
        "is_ipv6_enabled": False,
        "price_class": "PriceClass_All",
        "retain_on_delete": False,
        "staging": False,
        "wait_for_deployment": True,
    },
    "aws_cloudtrail": {
        "enable_log_file_validation": False,
        "enable_logging": True,
        "include_global_service_events": True,
        "is_multi_region_trail": False,
        "is_organization_trail": False,
    },
    "aws_cloudwatch_event_rule": {"event_bus_name": "default", "force_destroy": False},
    "aws_cloudwatch_event_target": {"event_bus_name": "default", "force_destroy": False},
    "aws_cloudwatch_log_group": {"retention_in_days": 0, "skip_destroy": False},
    "aws_cloudwatch_metric_alarm": {"actions_enabled": True, "treat_missing_data": "missing"},
    "aws_db_instance": {
        "auto_minor_version_upgrade": True,
        "copy_tags_to_snapshot": False,
        "dedicated_log_volume": False,
        "delete_automated_backups": True,
        "monitoring_interval": 0,
        "performance_insights_enabled": False,
        "publicly_accessible": False,
        "skip_final_snapshot": False,
    },
    "aws_db_subnet_group": {"description": "Managed by Terraform"},
    "aws_db_parameter_group": {"description": "Managed by Terraform", "skip_destroy": False},
    "aws_dynamodb_table": {"billing_mode": "PROVISIONED"},
    "aws_ebs_volume": {"final_snapshot": False},
    "aws_ecr_repository": {"image_tag_mutability": "MUTABLE"},
    "aws_ecs_service": {
        "deployment_maximum_percent": 200,
        "deployment_minimum_healthy_percent": 100,
        "enable_ecs_managed_tags": False,
        "enable_execute_command": False,
        "scheduling_strategy": "REPLICA",
        "wait_for_steady_state": False,
    },
    "aws_ecs_task_definition": {"skip_destroy": False, "track_latest": False},
    "aws_elasticache_subnet_group": {"description": "Managed by Terraform"},
    "aws_iam_group": {"path": "/"},
    "aws_iam_instance_profile": {"path": "/"},
    "aws_iam_policy": {"path": "/"},
    "aws_iam_role": {"force_detach_policies": False, "max_session_duration": 3600, "path": "/"},
    "aws_iam_user": {"force_destroy": False, "path": "/"},
    "aws_instance": {
        "get_password_data": False,
        "source_dest_check": True,
        "user_data_replace_on_change": False,
    },
    "aws_kinesis_stream": {"encryption_type": "NONE", "enforce_consumer_deletion": False, "retention_period": 24},
    "aws_kms_key": {
        "bypass_policy_lockout_safety_check": False,
        "customer_master_key_spec": "SYMMETRIC_DEFAULT",
        "enable_key_rotation": False,
        "is_enabled": True,
        "key_usage": "ENCRYPT_DECRYPT",
    },
    "aws_lambda_function": {
        "memory_size": 128,
        "package_type": "Zip",
        "publish": False,
        "reserved_concurrent_executions": -1,
        "skip_destroy": False,
        "timeout": 3,
    },
    "aws_lb": _LB,
    "aws_lb_target_group": _TARGET_GROUP,
    "aws_nat_gateway": {"connectivity_type": "public"},
    "aws_rds_cluster": {
        "copy_tags_to_snapshot": False,
        "delete_automated_backups": True,
        "enable_global_write_forwarding": False,
        "engine_mode": "provisioned",
        "skip_final_snapshot": False,
    },
    "aws_rds_cluster_instance": {
        "auto_minor_version_upgrade": True,
        "copy_tags_to_snapshot": False,
        "monitoring_interval": 0,
        "promotion_tier": 0,
    },
    "aws_redshift_cluster": {
        "allow_version_upgrade": True,
        "automated_snapshot_retention_period": 1,
        "number_of_nodes": 1,
        "port": 5439,
        "skip_final_snapshot": False,
    },
    "aws_route53_zone": {"comment": "Managed by Terraform", "force_destroy": False},
    "aws_s3_bucket": {"force_destroy": False},
    "aws_s3_bucket_public_access_block": {
        "block_public_acls": False,
        "block_public_policy": False,
        "ignore_public_acls": False,
        "restrict_public_buckets": False,
    },
    "aws_s3_object": {"force_destroy": False},
    "aws_secretsmanager_secret": {"force_overwrite_replica_secret": False, "recovery_window_in_days": 30},
    "aws_security_group": {"description": "Managed by Terraform", "revoke_rules_on_delete": False},
    "aws_security_group_rule": {"self": False},
    "aws_sns_topic": {"content_based_deduplication": False, "fifo_topic": False},
    "aws_sqs_queue": {
        "content_based_deduplication": False,
        "delay_seconds": 0,
        "fifo_queue": False,
        "message_retention_seconds": 345600,
        "receive_wait_time_seconds": 0,
        "visibility_timeout_seconds": 30,
    },
    "aws_subnet": {
        "assign_ipv6_address_on_creation": False,
        "enable_dns64": False,
        "enable_resource_name_dns_a_record_on_launch": False,
        "enable_resource_name_dns_aaaa_record_on_launch": False,
        "ipv6_native": False,
        "map_public_ip_on_launch": False,
    },
    "aws_vpc": {"enable_dns_support": True, "instance_tenancy": "default"},
}

_BLOCK_DEVICE = {
    "ebs_block_device.delete_on_termination": True,
    "root_block_device.delete_on_termination": True,
    "network_interface.delete_on_termination": False,
}
_CLIENT_TOKENS = {
    "token_validity_units.access_token": "hours",
    "token_validity_units.id_token": "hours",
    "token_validity_units.refresh_token": "days",
}
_LISTENER = {"mutual_authentication.ignore_client_certificate_expiry": False}
_STUDIO = "r_studio_server_pro_app_settings.user_group"

# What is planned where the configuration says nothing, by dotted path, whether or not the schema calls it computed.
# Seen in plans of terraform-provider-aws 5.100.0 (benchmarks/plan_differential.py).
NESTED: dict[str, dict[str, Any]] = {
    "aws_alb_listener": _LISTENER,
    "aws_autoscaling_group": {
        "mixed_instances_policy.instances_distribution.on_demand_base_capacity": 0,
        "mixed_instances_policy.instances_distribution.on_demand_percentage_above_base_capacity": 0,
        "mixed_instances_policy.instances_distribution.spot_instance_pools": 0,
    },
    "aws_cloudwatch_contributor_managed_insight_rule": {"state": "ENABLED"},
    "aws_cognito_managed_user_pool_client": _CLIENT_TOKENS,
    "aws_cognito_user_pool_client": _CLIENT_TOKENS,
    "aws_datazone_domain": {"single_sign_on.type": "DISABLED"},
    "aws_directory_service_trust": {"trust_type": "Forest"},
    "aws_ec2_instance_metadata_defaults": {
        "http_endpoint": "no-preference",
        "http_tokens": "no-preference",
        "http_put_response_hop_limit": -1,
        "instance_metadata_tags": "no-preference",
    },
    "aws_imagebuilder_lifecycle_policy": {"status": "ENABLED"},
    "aws_lb_listener": _LISTENER,
    "aws_location_place_index": {"data_source_configuration.intended_use": "SingleUse"},
    "aws_location_tracker": {"position_filtering": "TimeBased"},
    "aws_pinpointsmsvoicev2_phone_number": {"opt_out_list_name": "Default", "two_way_channel_enabled": False},
    "aws_s3_bucket_lifecycle_configuration": {
        "transition_default_minimum_object_size": "all_storage_classes_128K",
        "rule.prefix": "",
        "rule.expiration.days": 0,
        "rule.expiration.expired_object_delete_marker": False,
        "rule.filter.and.object_size_greater_than": 0,
        "rule.filter.and.object_size_less_than": 0,
        "rule.filter.and.prefix": "",
        "rule.filter.object_size_greater_than": None,
        "rule.filter.object_size_less_than": None,
        "rule.transition.days": 0,
    },
    "aws_s3_directory_bucket": {
        "data_redundancy": "SingleAvailabilityZone",
        "location.type": "AvailabilityZone",
        "type": "Directory",
    },
    "aws_sagemaker_domain": {f"default_user_settings.{_STUDIO}": "R_STUDIO_USER"},
    "aws_sagemaker_user_profile": {f"user_settings.{_STUDIO}": "R_STUDIO_USER"},
    "aws_spot_instance_request": {
        **_BLOCK_DEVICE,
        "get_password_data": False,
        "launch_template.version": "$Default",
        "metadata_options.http_endpoint": "enabled",
        "metadata_options.http_protocol_ipv6": "disabled",
        "source_dest_check": True,
        "user_data_replace_on_change": False,
    },
    "aws_vpclattice_resource_configuration": {"type": "SINGLE"},
}
