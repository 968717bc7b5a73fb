# ruff: noqa: E501 - paths of blocks
"""Nested blocks of AWS resources that are optional *and* computed: unknown in a plan of creation that has none of them.

Facts only, one line a type, paths dotted. The schema that Terraform sees has no such flag for blocks; this is what
terraform-provider-aws itself plans (``Optional: true, Computed: true`` with a resource as Elem in internal/service/*;
nested blocks inside a list follow the same rule). Found by benchmarks/plan_differential.py with version 5.100.0.
"""

from __future__ import annotations

__all__ = ["COMPUTED_BLOCKS"]

COMPUTED_BLOCKS: dict[str, str] = {
    "aws_acm_certificate": "options",
    "aws_alb_listener": "mutual_authentication",
    "aws_amplify_app": "auto_branch_creation_config cache_config",
    "aws_amplify_domain_association": "certificate_settings",
    "aws_api_gateway_domain_name": "endpoint_configuration",
    "aws_api_gateway_rest_api": "endpoint_configuration",
    "aws_appautoscaling_target": "suspended_state",
    "aws_appconfig_extension": "parameter",
    "aws_appflow_flow": (
        "destination_flow_config.destination_connector_properties.s3.s3_output_format_config.aggregation_config "
        "destination_flow_config.destination_connector_properties.s3.s3_output_format_config.prefix_config "
        "metadata_catalog_config"
    ),
    "aws_apprunner_service": "health_check_configuration instance_configuration network_configuration",
    "aws_appstream_fleet": "domain_join_info vpc_config",
    "aws_appstream_image_builder": "domain_join_info vpc_config",
    "aws_appstream_stack": (
        "access_endpoints application_settings storage_connectors streaming_experience_settings user_settings"
    ),
    "aws_autoscaling_group": (
        "availability_zone_distribution capacity_reservation_specification launch_template traffic_source"
    ),
    "aws_backup_selection": "condition",
    "aws_budgets_budget": "cost_filter cost_types",
    "aws_ce_anomaly_subscription": "threshold_expression",
    "aws_cloudfront_distribution": "default_cache_behavior.grpc_config ordered_cache_behavior.grpc_config",
    "aws_cloudsearch_domain": "endpoint_options scaling_parameters",
    "aws_cloudtrail_event_data_store": "advanced_event_selector",
    "aws_codedeploy_deployment_group": "blue_green_deployment_config",
    "aws_cognito_user_pool": (
        "admin_create_user_config password_policy sign_in_policy sms_configuration "
        "username_configuration verification_message_template"
    ),
    "aws_comprehend_document_classifier": "output_data_config",
    "aws_config_config_rule": "evaluation_mode",
    "aws_config_configuration_recorder": "recording_group recording_mode",
    "aws_datasync_location_hdfs": "qop_configuration",
    "aws_dax_parameter_group": "parameters",
    "aws_db_proxy_default_target_group": "connection_pool_config",
    "aws_dms_endpoint": "redshift_settings",
    "aws_dynamodb_table": "ttl",
    "aws_ec2_client_vpn_endpoint": (
        "client_connect_options client_login_banner_options client_route_enforcement_options"
    ),
    "aws_ec2_fleet": "fleet_instance_set",
    "aws_ec2_managed_prefix_list": "entry",
    "aws_ec2_network_insights_path": "filter_at_destination filter_at_source",
    "aws_ecs_cluster": "setting",
    "aws_ecs_task_set": "scale",
    "aws_efs_access_point": "root_directory",
    "aws_efs_file_system": "protection",
    "aws_elastic_beanstalk_configuration_template": "setting",
    "aws_elasticache_user": "authentication_mode",
    "aws_elastictranscoder_pipeline": "content_config thumbnail_config",
    "aws_elastictranscoder_preset": "audio_codec_options",
    "aws_elb": "health_check",
    "aws_emr_cluster": "core_instance_fleet core_instance_group master_instance_fleet master_instance_group",
    "aws_emr_instance_group": "ebs_config",
    "aws_emrserverless_application": (
        "auto_start_configuration auto_stop_configuration image_configuration interactive_configuration "
        "maximum_capacity"
    ),
    "aws_fis_experiment_template": "experiment_options",
    "aws_fsx_data_repository_association": "s3",
    "aws_fsx_lustre_file_system": "log_configuration metadata_configuration",
    "aws_fsx_ontap_file_system": "disk_iops_configuration",
    "aws_fsx_openzfs_file_system": "disk_iops_configuration root_volume_configuration",
    "aws_fsx_openzfs_volume": "user_and_group_quotas",
    "aws_fsx_windows_file_system": "audit_log_configuration disk_iops_configuration",
    "aws_gamelift_fleet": "certificate_configuration ec2_inbound_permission",
    "aws_gamelift_script": "storage_location",
    "aws_glue_catalog_database": "create_table_default_permission",
    "aws_glue_catalog_table": "partition_index",
    "aws_glue_job": "execution_property notification_property",
    "aws_guardduty_detector": "datasources",
    "aws_guardduty_organization_configuration": "datasources",
    "aws_iam_role": "inline_policy",
    "aws_imagebuilder_image": "image_scanning_configuration image_tests_configuration workflow",
    "aws_imagebuilder_image_pipeline": "image_scanning_configuration image_tests_configuration workflow",
    "aws_imagebuilder_image_recipe": "systems_manager_agent",
    "aws_instance": "instance_market_options.spot_options",
    "aws_iot_domain_configuration": "tls_config",
    "aws_iot_indexing_configuration": "thing_group_indexing_configuration thing_indexing_configuration",
    "aws_ivs_recording_configuration": "thumbnail_configuration",
    "aws_kendra_experience": "configuration",
    "aws_kendra_index": "capacity_units document_metadata_configuration_updates",
    "aws_keyspaces_keyspace": "replication_specification",
    "aws_keyspaces_table": "capacity_specification comment encryption_specification point_in_time_recovery",
    "aws_kinesis_firehose_delivery_stream": (
        "elasticsearch_configuration.cloudwatch_logging_options "
        "extended_s3_configuration.cloudwatch_logging_options "
        "http_endpoint_configuration.cloudwatch_logging_options "
        "iceberg_configuration.cloudwatch_logging_options "
        "opensearch_configuration.cloudwatch_logging_options "
        "opensearchserverless_configuration.cloudwatch_logging_options "
        "redshift_configuration.cloudwatch_logging_options "
        "snowflake_configuration.cloudwatch_logging_options "
        "splunk_configuration.cloudwatch_logging_options"
    ),
    "aws_kinesisanalyticsv2_application": "application_configuration",
    "aws_lakeformation_data_lake_settings": "create_database_default_permissions create_table_default_permissions",
    "aws_lakeformation_permissions": "data_location database lf_tag lf_tag_policy table table_with_columns",
    "aws_lakeformation_resource_lf_tags": "database table table_with_columns",
    "aws_lambda_code_signing_config": "policies",
    "aws_lambda_event_source_mapping": (
        "amazon_managed_kafka_event_source_config self_managed_kafka_event_source_config"
    ),
    "aws_lb_listener": "mutual_authentication",
    "aws_lightsail_container_service": "private_registry_access",
    "aws_load_balancer_policy": "policy_attribute",
    "aws_location_place_index": "data_source_configuration",
    "aws_macie2_classification_job": (
        "s3_job_definition.bucket_criteria.excludes.and.simple_criterion "
        "s3_job_definition.bucket_criteria.excludes.and.tag_criterion "
        "s3_job_definition.bucket_criteria.includes.and.simple_criterion "
        "s3_job_definition.bucket_criteria.includes.and.tag_criterion "
        "s3_job_definition.scoping.excludes.and.simple_scope_term "
        "s3_job_definition.scoping.excludes.and.tag_scope_term "
        "s3_job_definition.scoping.includes.and.simple_scope_term "
        "s3_job_definition.scoping.includes.and.tag_scope_term schedule_frequency"
    ),
    "aws_media_convert_queue": "reservation_plan_settings",
    "aws_medialive_channel": (
        "encoder_settings.audio_descriptions.audio_watermark_settings.nielsen_watermarks_settings.nielsen_cbet_settings "
        "encoder_settings.audio_descriptions.audio_watermark_settings.nielsen_watermarks_settings.nielsen_naes_ii_nw_settings "
        "encoder_settings.output_groups.output_group_settings.frame_capture_group_settings.frame_capture_cdn_settings "
        "encoder_settings.output_groups.output_group_settings.hls_group_settings.hls_cdn_settings "
        "encoder_settings.output_groups.output_group_settings.hls_group_settings.key_provider_settings "
        "maintenance"
    ),
    "aws_medialive_input": "input_devices media_connect_flows sources",
    "aws_mq_broker": "configuration maintenance_window_start_time",
    "aws_msk_cluster": (
        "broker_node_group_info.connectivity_info broker_node_group_info.connectivity_info.public_access "
        "broker_node_group_info.connectivity_info.vpc_connectivity "
        "broker_node_group_info.connectivity_info.vpc_connectivity.client_authentication "
        "broker_node_group_info.connectivity_info.vpc_connectivity.client_authentication.sasl"
    ),
    "aws_mwaa_environment": "logging_configuration",
    "aws_networkfirewall_rule_group": "rule_group",
    "aws_opensearch_outbound_connection": "connection_properties",
    "aws_pipes_pipe": "source_parameters",
    "aws_quicksight_analysis": "parameters",
    "aws_quicksight_dashboard": "dashboard_publish_options parameters",
    "aws_quicksight_data_set": (
        "data_set_usage_configuration logical_table_map "
        "logical_table_map.data_transforms.tag_column_operation.tags.column_description"
    ),
    "aws_quicksight_data_source": "ssl_properties",
    "aws_rbin_rule": "resource_tags",
    "aws_redshiftserverless_workgroup": "config_parameter price_performance_target",
    "aws_rolesanywhere_trust_anchor": "notification_settings",
    "aws_route53domains_registered_domain": "admin_contact billing_contact name_server registrant_contact tech_contact",
    "aws_rum_app_monitor": "app_monitor_configuration custom_events",
    "aws_s3_bucket_acl": "access_control_policy",
    "aws_s3_bucket_website_configuration": "routing_rule",
    "aws_sagemaker_app": "resource_spec",
    "aws_sagemaker_data_quality_job_definition": "stopping_condition",
    "aws_sagemaker_feature_group": "throughput_config",
    "aws_sagemaker_model": "inference_execution_config",
    "aws_sagemaker_workforce": "source_ip_config",
    "aws_sagemaker_workteam": "worker_access_configuration",
    "aws_secretsmanager_secret": "replica",
    "aws_securityhub_organization_configuration": "organization_configuration",
    "aws_sesv2_account_vdm_attributes": "dashboard_attributes guardian_attributes",
    "aws_sesv2_configuration_set": "reputation_options sending_options",
    "aws_sesv2_email_identity": "dkim_signing_attributes",
    "aws_sfn_activity": "encryption_configuration",
    "aws_signer_signing_profile": "signature_validity_period signing_material",
    "aws_ssm_association": "targets",
    "aws_storagegateway_gateway": "maintenance_start_time",
    "aws_synthetics_canary": "run_config",
    "aws_timestreamwrite_table": "magnetic_store_write_properties retention_properties schema",
    "aws_transfer_server": "protocol_details s3_storage_options",
    "aws_verifiedaccess_endpoint": "sse_specification",
    "aws_verifiedaccess_group": "sse_configuration",
    "aws_verifiedaccess_trust_provider": "sse_specification",
    "aws_vpc_endpoint": "subnet_configuration",
    "aws_vpc_peering_connection_accepter": "accepter requester",
    "aws_vpc_peering_connection_options": "accepter requester",
    "aws_vpn_connection": "tunnel1_log_options tunnel2_log_options",
    "aws_workspaces_workspace": "workspace_properties",
    "aws_xray_group": "insights_configuration",
}
