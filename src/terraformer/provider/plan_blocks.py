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
        "destination_flow_config.destination_connector_properties.s3 "
        "destination_flow_config.destination_connector_properties.s3.s3_output_format_config.aggregation_config "
        "destination_flow_config.destination_connector_properties.s3.s3_output_format_config.prefix_config "
        "metadata_catalog_config source_flow_config.source_connector_properties.s3 "
        "trigger_config.trigger_properties"
    ),
    "aws_apprunner_service": (
        "health_check_configuration instance_configuration network_configuration "
        "network_configuration.egress_configuration network_configuration.ingress_configuration"
    ),
    "aws_appstream_fleet": "domain_join_info vpc_config",
    "aws_appstream_image_builder": "domain_join_info vpc_config",
    "aws_appstream_stack": (
        "access_endpoints application_settings storage_connectors streaming_experience_settings user_settings"
    ),
    "aws_autoscaling_group": (
        "availability_zone_distribution capacity_reservation_specification launch_template "
        "mixed_instances_policy.instances_distribution mixed_instances_policy.launch_template.override "
        "traffic_source"
    ),
    "aws_backup_selection": "condition",
    "aws_batch_compute_environment": "compute_resources.ec2_configuration",
    "aws_budgets_budget": "cost_filter cost_types",
    "aws_ce_anomaly_subscription": "threshold_expression",
    "aws_cloudfront_distribution": "default_cache_behavior.grpc_config ordered_cache_behavior.grpc_config",
    "aws_cloudsearch_domain": "endpoint_options scaling_parameters",
    "aws_cloudtrail_event_data_store": "advanced_event_selector advanced_event_selector.field_selector",
    "aws_codedeploy_deployment_group": (
        "blue_green_deployment_config blue_green_deployment_config.green_fleet_provisioning_option"
    ),
    "aws_cognito_user_pool": (
        "account_recovery_setting.recovery_mechanism admin_create_user_config "
        "lambda_config.pre_token_generation_config password_policy sign_in_policy sms_configuration "
        "username_configuration verification_message_template"
    ),
    "aws_comprehend_document_classifier": "output_data_config",
    "aws_config_config_rule": "evaluation_mode",
    "aws_config_configuration_recorder": (
        "recording_group recording_group.exclusion_by_resource_types recording_group.recording_strategy recording_mode"
    ),
    "aws_connect_user_hierarchy_structure": (
        "hierarchy_structure.level_five hierarchy_structure.level_four hierarchy_structure.level_one "
        "hierarchy_structure.level_three hierarchy_structure.level_two"
    ),
    "aws_customerprofiles_domain": "matching.auto_merging",
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
    "aws_ecs_capacity_provider": "auto_scaling_group_provider.managed_scaling",
    "aws_ecs_cluster": "setting",
    "aws_ecs_task_set": "scale",
    "aws_efs_access_point": "root_directory root_directory.creation_info",
    "aws_efs_file_system": "protection",
    "aws_eks_cluster": "kubernetes_network_config.elastic_load_balancing remote_network_config.remote_pod_networks",
    "aws_elastic_beanstalk_configuration_template": "setting",
    "aws_elasticache_user": "authentication_mode",
    "aws_elasticsearch_domain": "auto_tune_options.maintenance_schedule cluster_config.cold_storage_options",
    "aws_elastictranscoder_pipeline": "content_config thumbnail_config",
    "aws_elastictranscoder_preset": "audio_codec_options",
    "aws_elb": "health_check",
    "aws_emr_cluster": (
        "core_instance_fleet core_instance_fleet.instance_type_configs.ebs_config core_instance_group "
        "core_instance_group.ebs_config master_instance_fleet "
        "master_instance_fleet.instance_type_configs.ebs_config master_instance_group "
        "master_instance_group.ebs_config"
    ),
    "aws_emr_instance_fleet": "instance_type_configs.ebs_config",
    "aws_emr_instance_group": "ebs_config",
    "aws_emrserverless_application": (
        "auto_start_configuration auto_stop_configuration image_configuration interactive_configuration "
        "maximum_capacity"
    ),
    "aws_fis_experiment_template": "experiment_options",
    "aws_fsx_data_repository_association": "s3 s3.auto_export_policy s3.auto_import_policy",
    "aws_fsx_lustre_file_system": "log_configuration metadata_configuration",
    "aws_fsx_ontap_file_system": "disk_iops_configuration",
    "aws_fsx_ontap_volume": (
        "snaplock_configuration.autocommit_period snaplock_configuration.retention_period "
        "snaplock_configuration.retention_period.default_retention "
        "snaplock_configuration.retention_period.maximum_retention "
        "snaplock_configuration.retention_period.minimum_retention"
    ),
    "aws_fsx_openzfs_file_system": (
        "disk_iops_configuration root_volume_configuration root_volume_configuration.user_and_group_quotas"
    ),
    "aws_fsx_openzfs_volume": "user_and_group_quotas",
    "aws_fsx_windows_file_system": "audit_log_configuration disk_iops_configuration",
    "aws_gamelift_fleet": "certificate_configuration ec2_inbound_permission",
    "aws_gamelift_script": "storage_location",
    "aws_glue_catalog_database": "create_table_default_permission",
    "aws_glue_catalog_table": "partition_index storage_descriptor.columns",
    "aws_glue_job": "execution_property notification_property",
    "aws_guardduty_detector": "datasources datasources.kubernetes datasources.malware_protection datasources.s3_logs",
    "aws_guardduty_organization_configuration": (
        "datasources datasources.kubernetes datasources.malware_protection datasources.s3_logs"
    ),
    "aws_iam_role": "inline_policy",
    "aws_imagebuilder_image": (
        "image_scanning_configuration image_scanning_configuration.ecr_configuration image_tests_configuration workflow"
    ),
    "aws_imagebuilder_image_pipeline": (
        "image_scanning_configuration image_scanning_configuration.ecr_configuration image_tests_configuration workflow"
    ),
    "aws_imagebuilder_image_recipe": "systems_manager_agent",
    "aws_instance": "instance_market_options.spot_options",
    "aws_iot_domain_configuration": "tls_config",
    "aws_iot_indexing_configuration": (
        "thing_group_indexing_configuration thing_group_indexing_configuration.managed_field "
        "thing_indexing_configuration thing_indexing_configuration.filter "
        "thing_indexing_configuration.managed_field"
    ),
    "aws_ivs_recording_configuration": "thumbnail_configuration",
    "aws_kendra_experience": "configuration configuration.content_source_configuration",
    "aws_kendra_index": (
        "capacity_units document_metadata_configuration_updates "
        "document_metadata_configuration_updates.relevance "
        "document_metadata_configuration_updates.search"
    ),
    "aws_keyspaces_keyspace": "replication_specification",
    "aws_keyspaces_table": "capacity_specification comment encryption_specification point_in_time_recovery",
    "aws_kinesis_analytics_application": "inputs.parallelism inputs.starting_position_configuration",
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
    "aws_kinesis_stream": "stream_mode_details",
    "aws_kinesisanalyticsv2_application": (
        "application_configuration application_configuration.application_snapshot_configuration "
        "application_configuration.flink_application_configuration "
        "application_configuration.flink_application_configuration.checkpoint_configuration "
        "application_configuration.flink_application_configuration.monitoring_configuration "
        "application_configuration.flink_application_configuration.parallelism_configuration "
        "application_configuration.run_configuration "
        "application_configuration.run_configuration.application_restore_configuration "
        "application_configuration.run_configuration.flink_run_configuration"
    ),
    "aws_lakeformation_data_lake_settings": "create_database_default_permissions create_table_default_permissions",
    "aws_lakeformation_permissions": "data_location database lf_tag lf_tag_policy table table_with_columns",
    "aws_lakeformation_resource_lf_tags": "database table table_with_columns",
    "aws_lambda_code_signing_config": "policies",
    "aws_lambda_event_source_mapping": (
        "amazon_managed_kafka_event_source_config self_managed_kafka_event_source_config"
    ),
    "aws_lb_listener": "mutual_authentication",
    "aws_lightsail_container_service": "private_registry_access private_registry_access.ecr_image_puller_role",
    "aws_load_balancer_policy": "policy_attribute",
    "aws_location_place_index": "data_source_configuration",
    "aws_macie2_classification_job": (
        "s3_job_definition.bucket_criteria s3_job_definition.bucket_criteria.excludes "
        "s3_job_definition.bucket_criteria.excludes.and.simple_criterion "
        "s3_job_definition.bucket_criteria.excludes.and.tag_criterion "
        "s3_job_definition.bucket_criteria.includes "
        "s3_job_definition.bucket_criteria.includes.and.simple_criterion "
        "s3_job_definition.bucket_criteria.includes.and.tag_criterion s3_job_definition.scoping "
        "s3_job_definition.scoping.excludes s3_job_definition.scoping.excludes.and.simple_scope_term "
        "s3_job_definition.scoping.excludes.and.tag_scope_term s3_job_definition.scoping.includes "
        "s3_job_definition.scoping.includes.and.simple_scope_term "
        "s3_job_definition.scoping.includes.and.tag_scope_term schedule_frequency"
    ),
    "aws_media_convert_queue": "reservation_plan_settings",
    "aws_medialive_channel": (
        "encoder_settings.audio_descriptions.audio_watermark_settings.nielsen_watermarks_settings.nielsen_cbet_settings "
        "encoder_settings.audio_descriptions.audio_watermark_settings.nielsen_watermarks_settings.nielsen_naes_ii_nw_settings "
        "encoder_settings.audio_descriptions.codec_settings encoder_settings.avail_blanking "
        "encoder_settings.caption_descriptions "
        "encoder_settings.output_groups.output_group_settings.archive_group_settings "
        "encoder_settings.output_groups.output_group_settings.frame_capture_group_settings.frame_capture_cdn_settings "
        "encoder_settings.output_groups.output_group_settings.hls_group_settings.hls_cdn_settings "
        "encoder_settings.output_groups.output_group_settings.hls_group_settings.key_provider_settings "
        "encoder_settings.video_descriptions input_attachments.input_settings maintenance"
    ),
    "aws_medialive_input": "input_devices media_connect_flows sources",
    "aws_mq_broker": "configuration maintenance_window_start_time",
    "aws_msk_cluster": (
        "broker_node_group_info.connectivity_info broker_node_group_info.connectivity_info.public_access "
        "broker_node_group_info.connectivity_info.vpc_connectivity "
        "broker_node_group_info.connectivity_info.vpc_connectivity.client_authentication "
        "broker_node_group_info.connectivity_info.vpc_connectivity.client_authentication.sasl "
        "broker_node_group_info.storage_info"
    ),
    "aws_msk_replicator": (
        "replication_info_list.topic_replication.starting_position "
        "replication_info_list.topic_replication.topic_name_configuration"
    ),
    "aws_mskconnect_connector": "capacity.autoscaling.scale_in_policy capacity.autoscaling.scale_out_policy",
    "aws_mwaa_environment": (
        "logging_configuration logging_configuration.dag_processing_logs "
        "logging_configuration.scheduler_logs logging_configuration.task_logs "
        "logging_configuration.webserver_logs logging_configuration.worker_logs"
    ),
    "aws_networkfirewall_rule_group": "rule_group",
    "aws_opensearch_domain": (
        "cluster_config.cold_storage_options cluster_config.node_options "
        "cluster_config.node_options.node_config off_peak_window_options.off_peak_window "
        "off_peak_window_options.off_peak_window.window_start_time"
    ),
    "aws_opensearch_outbound_connection": "connection_properties",
    "aws_pipes_pipe": (
        "source_parameters source_parameters.activemq_broker_parameters "
        "source_parameters.dynamodb_stream_parameters source_parameters.kinesis_stream_parameters "
        "source_parameters.managed_streaming_kafka_parameters "
        "source_parameters.rabbitmq_broker_parameters source_parameters.self_managed_kafka_parameters "
        "source_parameters.sqs_queue_parameters"
    ),
    "aws_quicksight_analysis": "parameters",
    "aws_quicksight_dashboard": "dashboard_publish_options parameters",
    "aws_quicksight_data_set": (
        "data_set_usage_configuration logical_table_map logical_table_map.data_transforms "
        "logical_table_map.data_transforms.cast_column_type_operation "
        "logical_table_map.data_transforms.create_columns_operation "
        "logical_table_map.data_transforms.filter_operation "
        "logical_table_map.data_transforms.project_operation "
        "logical_table_map.data_transforms.rename_column_operation "
        "logical_table_map.data_transforms.tag_column_operation "
        "logical_table_map.data_transforms.tag_column_operation.tags.column_description "
        "logical_table_map.data_transforms.untag_column_operation "
        "logical_table_map.source.join_instruction physical_table_map.s3_source"
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
    "aws_sagemaker_domain": (
        "default_space_settings.space_storage_settings default_user_settings.space_storage_settings"
    ),
    "aws_sagemaker_feature_group": "offline_store_config.data_catalog_config throughput_config",
    "aws_sagemaker_model": "container.model_data_source inference_execution_config primary_container.model_data_source",
    "aws_sagemaker_monitoring_schedule": "monitoring_schedule_config.schedule_config",
    "aws_sagemaker_space": "space_settings.space_storage_settings",
    "aws_sagemaker_user_profile": "user_settings.space_storage_settings",
    "aws_sagemaker_workforce": "source_ip_config",
    "aws_sagemaker_workteam": (
        "worker_access_configuration worker_access_configuration.s3_presign "
        "worker_access_configuration.s3_presign.iam_policy_constraints"
    ),
    "aws_secretsmanager_secret": "replica",
    "aws_securityhub_organization_configuration": "organization_configuration",
    "aws_sesv2_account_vdm_attributes": "dashboard_attributes guardian_attributes",
    "aws_sesv2_configuration_set": "reputation_options sending_options",
    "aws_sesv2_email_identity": "dkim_signing_attributes",
    "aws_sfn_activity": "encryption_configuration",
    "aws_signer_signing_profile": "signature_validity_period signing_material",
    "aws_spot_fleet_request": (
        "launch_specification.ebs_block_device launch_specification.ephemeral_block_device "
        "launch_specification.root_block_device"
    ),
    "aws_ssm_association": "targets",
    "aws_storagegateway_gateway": "maintenance_start_time",
    "aws_synthetics_canary": "run_config",
    "aws_timestreamwrite_table": (
        "magnetic_store_write_properties retention_properties schema schema.composite_partition_key"
    ),
    "aws_transfer_server": "protocol_details s3_storage_options",
    "aws_verifiedaccess_endpoint": "sse_specification",
    "aws_verifiedaccess_group": "sse_configuration",
    "aws_verifiedaccess_trust_provider": "sse_specification",
    "aws_vpc_endpoint": "subnet_configuration",
    "aws_vpc_peering_connection_accepter": "accepter requester",
    "aws_vpc_peering_connection_options": "accepter requester",
    "aws_vpn_connection": (
        "tunnel1_log_options tunnel1_log_options.cloudwatch_log_options tunnel2_log_options "
        "tunnel2_log_options.cloudwatch_log_options"
    ),
    "aws_workspaces_workspace": "workspace_properties",
    "aws_xray_group": "insights_configuration",
}
