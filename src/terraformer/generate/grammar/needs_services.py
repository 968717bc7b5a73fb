"""The reviewed table of ``knowledge``: containers, delivery, messaging, operations and others."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CONTAINERS_AND_DELIVERY", "SERVICES"]

CONTAINERS_AND_DELIVERY: Final[dict[str, dict[str, Any]]] = {
    "aws_eks_cluster": {
        "name": "@auto",
        "version": ('"1.33"', '"1.32"'),
        "role_arn": "@ref",
        "vpc_config": {"subnet_ids": "@ref"},
        "depends_on": "@attachments",
    },
    "aws_eks_node_group": {
        "cluster_name": "@ref",
        "node_group_name": "@auto",
        "node_role_arn": "@ref",
        "subnet_ids": "@ref",
        "scaling_config": {"desired_size": "1", "max_size": "2", "min_size": "1"},
        "depends_on": "@attachments",
    },
    "aws_eks_fargate_profile": {
        "cluster_name": "@ref",
        "fargate_profile_name": "@auto",
        "pod_execution_role_arn": "@ref",
        "subnet_ids": "@ref",
        "selector": {"namespace": "@auto"},
    },
    "aws_eks_addon": {
        "cluster_name": "@ref",
        "addon_name": ('"vpc-cni"', '"coredns"', '"kube-proxy"', '"aws-ebs-csi-driver"'),
    },
    "aws_ecs_cluster": {"name": "@auto"},
    "aws_ecs_service": {
        "name": "@auto",
        "cluster": "@ref",
        "task_definition": "@ref",
        "desired_count": ("1", "2"),
        "launch_type": '"FARGATE"',
        "network_configuration": {"subnets": "@ref"},
    },
    "aws_ecs_task_definition": {
        "family": "@auto",
        "requires_compatibilities": '["FARGATE"]',
        "network_mode": '"awsvpc"',
        "cpu": '"256"',
        "memory": '"512"',
        "execution_role_arn": "@ref",
        "container_definitions": (
            (
                'jsonencode([{ name = "app", image = "nginx:latest", essential = true, portMappings = [{ '
                "containerPort = 80 }] }])"
            ),
        ),
    },
    "aws_ecr_repository": {"name": "@auto"},
    "aws_ecr_lifecycle_policy": {
        "repository": "@ref",
        "policy": (
            'jsonencode({ rules = [{ rulePriority = 1, selection = { tagStatus = "untagged", countType = '
            '"imageCountMoreThan", countNumber = 10 }, action = { type = "expire" } }] })'
        ),
    },
    "aws_apprunner_service": {
        "service_name": "@auto",
        "source_configuration": {
            "auto_deployments_enabled": "false",
            "image_repository": {
                "image_identifier": '"public.ecr.aws/aws-containers/hello-app-runner:latest"',
                "image_repository_type": '"ECR_PUBLIC"',
            },
        },
    },
    "aws_batch_compute_environment": {
        "type": '"MANAGED"',
        "service_role": "@ref",
        "compute_resources": {"type": '"FARGATE"', "max_vcpus": "16", "subnets": "@ref", "security_group_ids": "@ref"},
    },
    "aws_batch_job_definition": {
        "name": "@auto",
        "type": '"container"',
        "container_properties": (
            'jsonencode({ image = "busybox", command = ["echo", "hello"], '
            'resourceRequirements = [{ type = "VCPU", value = "1" }, { type = "MEMORY", value = "512" }] })'
        ),
    },
    "aws_batch_job_queue": {
        "name": "@auto",
        "priority": "1",
        "state": '"ENABLED"',
        "compute_environment_order": {"order": "1", "compute_environment": "@ref"},
    },
    "aws_lb": {
        "name": "@auto",
        "internal": "false",
        "load_balancer_type": ('"application"', '"network"'),
        "subnets": "@ref",
        "security_groups": "@auto",
    },
    "aws_lb_target_group": {"name": "@auto", "port": "80", "protocol": '"HTTP"', "vpc_id": "@ref"},
    "aws_lb_listener": {"load_balancer_arn": "@ref", "port": "80", "protocol": '"HTTP"', "default_action": "@lbaction"},
    "aws_lb_listener_rule": {
        "listener_arn": "@ref",
        "priority": "100",
        "action": {"type": '"forward"', "target_group_arn": "@ref"},
        "condition": {"path_pattern": {"values": '["/static/*"]'}},
    },
    "aws_lb_target_group_attachment": {"target_group_arn": "@ref", "target_id": "@ref", "port": "80"},
    "aws_elb": {
        "name": "@auto",
        "availability_zones": '["us-east-1a", "us-east-1b"]',
        "listener": {"instance_port": "80", "instance_protocol": '"http"', "lb_port": "80", "lb_protocol": '"http"'},
    },
    "aws_route53_zone": {"name": "@auto"},
    "aws_route53_record": {
        "zone_id": "@ref",
        "name": "@record",
        "type": "@recordtype",
        "ttl": "300",
        "records": "@records",
    },
    "aws_route53_health_check": {
        "fqdn": "@auto",
        "port": "80",
        "type": '"HTTP"',
        "resource_path": '"/"',
        "failure_threshold": "3",
        "request_interval": "30",
    },
    "aws_route53_resolver_endpoint": {
        "direction": ('"INBOUND"', '"OUTBOUND"'),
        "security_group_ids": "@ref",
        "ip_address": [{"subnet_id": "@ref"}, {"subnet_id": "@ref2"}],
    },
    "aws_route53_zone_association": {"zone_id": "@ref", "vpc_id": "@ref"},
    "aws_acm_certificate": {"domain_name": "@auto", "validation_method": '"DNS"'},
    "aws_cloudfront_distribution": {
        "enabled": "true",
        "origin": {"domain_name": "@ref", "origin_id": '"primary"'},
        "default_cache_behavior": {
            "allowed_methods": '["GET", "HEAD"]',
            "cached_methods": '["GET", "HEAD"]',
            "target_origin_id": '"primary"',
            "viewer_protocol_policy": ('"redirect-to-https"', '"allow-all"', '"https-only"'),
            "forwarded_values": {"query_string": "false", "cookies": {"forward": '"none"'}},
        },
        "restrictions": {"geo_restriction": {"restriction_type": '"none"'}},
        "viewer_certificate": {"cloudfront_default_certificate": "true"},
    },
    "aws_cloudfront_origin_access_control": {
        "name": "@auto",
        "origin_access_control_origin_type": '"s3"',
        "signing_behavior": '"always"',
        "signing_protocol": '"sigv4"',
    },
}

SERVICES: Final[dict[str, dict[str, Any]]] = {
    "aws_sns_topic": {"name": "@auto"},
    "aws_sns_topic_subscription": {"topic_arn": "@ref", "protocol": "@subprotocol", "endpoint": "@subendpoint"},
    "aws_sns_topic_policy": {"arn": "@ref", "policy": "@auto"},
    "aws_sqs_queue": {"name": "@auto"},
    "aws_sqs_queue_policy": {"queue_url": "@ref", "policy": "@auto"},
    "aws_cloudwatch_event_rule": {"name": "@auto", "schedule_expression": "@schedule"},
    "aws_cloudwatch_event_target": {"rule": "@ref", "arn": "@target"},
    "aws_cloudwatch_event_permission": {"principal": '"123456789012"', "statement_id": '"AllowAccount"'},
    "aws_cloudwatch_metric_alarm": {
        "alarm_name": "@auto",
        "comparison_operator": '"GreaterThanOrEqualToThreshold"',
        "evaluation_periods": "2",
        "metric_name": '"CPUUtilization"',
        "namespace": '"AWS/EC2"',
        "period": "120",
        "statistic": '"Average"',
        "threshold": "80",
    },
    "aws_cloudwatch_composite_alarm": {"alarm_rule": '"ALARM(cpu) OR ALARM(memory)"'},
    "aws_cloudwatch_dashboard": {
        "dashboard_name": "@auto",
        "dashboard_body": (
            'jsonencode({ widgets = [{ type = "text", x = 0, y = 0, width = 6, height = 3, properties = { '
            'markdown = "Overview" } }] })'
        ),
    },
    "aws_cloudwatch_log_group": {"name": "@auto", "retention_in_days": ("7", "14", "30")},
    "aws_cloudwatch_log_stream": {"name": "@auto", "log_group_name": "@ref"},
    "aws_cloudwatch_log_metric_filter": {
        "name": "@auto",
        "pattern": '"ERROR"',
        "log_group_name": "@ref",
        "metric_transformation": {"name": '"ErrorCount"', "namespace": '"App"', "value": '"1"'},
    },
    "aws_cloudwatch_log_destination": {"target_arn": "aws_kinesis_stream.main.arn"},
    "aws_scheduler_schedule": {
        "name": "@auto",
        "schedule_expression": "@schedule",
        "flexible_time_window": {"mode": '"OFF"'},
        "target": {"arn": "@target", "role_arn": "@ref"},
    },
    "aws_sfn_state_machine": {
        "name": "@auto",
        "role_arn": "@ref",
        "definition": 'jsonencode({ StartAt = "Done", States = { Done = { Type = "Pass", End = true } } })',
    },
    "aws_api_gateway_rest_api": {"name": "@auto"},
    "aws_api_gateway_resource": {"rest_api_id": "@ref", "parent_id": "@ref", "path_part": "@auto"},
    "aws_api_gateway_method": {
        "rest_api_id": "@ref",
        "resource_id": "@ref",
        "http_method": ('"GET"', '"POST"', '"ANY"'),
        "authorization": '"NONE"',
    },
    "aws_api_gateway_integration": {
        "rest_api_id": "@ref",
        "resource_id": "@ref",
        "http_method": "@method",
        "type": "@integration",
        "integration_http_method": "@integrationmethod",
        "uri": "@integrationuri",
    },
    "aws_api_gateway_method_response": {
        "rest_api_id": "@ref",
        "resource_id": "@ref",
        "http_method": "@method",
        "status_code": '"200"',
    },
    "aws_api_gateway_integration_response": {
        "rest_api_id": "@ref",
        "resource_id": "@ref",
        "http_method": "@method",
        "status_code": '"200"',
    },
    "aws_api_gateway_deployment": {"rest_api_id": "@ref", "depends_on": "@methods"},
    "aws_api_gateway_stage": {
        "rest_api_id": "@ref",
        "deployment_id": "@ref",
        "stage_name": ('"dev"', '"prod"', '"test"'),
    },
    "aws_api_gateway_authorizer": {
        "name": "@auto",
        "rest_api_id": "@ref",
        "authorizer_uri": "aws_lambda_function.main.invoke_arn",
    },
    "aws_apigatewayv2_api": {"name": "@auto", "protocol_type": ('"HTTP"',)},
    "aws_apigatewayv2_integration": {
        "api_id": "@ref",
        "integration_type": '"AWS_PROXY"',
        "integration_uri": "aws_lambda_function.main.invoke_arn",
    },
    "aws_apigatewayv2_route": {"api_id": "@ref", "route_key": '"GET /items"'},
    "aws_apigatewayv2_stage": {"api_id": "@ref", "name": '"$default"', "auto_deploy": "true"},
    "aws_appsync_graphql_api": {"name": "@auto", "authentication_type": ('"API_KEY"', '"AWS_IAM"')},
    "aws_kinesis_stream": {"name": "@auto", "shard_count": "1"},
    "aws_kinesis_video_stream": {"name": "@auto", "data_retention_in_hours": "1"},
    "aws_kinesis_analytics_application": {"name": "@auto"},
    "aws_kinesisanalyticsv2_application": {
        "name": "@auto",
        "runtime_environment": ('"FLINK-1_18"', '"SQL-1_0"'),
        "service_execution_role": "@ref",
    },
    "aws_kinesis_firehose_delivery_stream": {
        "name": "@auto",
        "destination": '"extended_s3"',
        "extended_s3_configuration": {"role_arn": "@ref", "bucket_arn": "@ref"},
    },
    "aws_msk_cluster": {
        "cluster_name": "@auto",
        "kafka_version": '"3.5.1"',
        "number_of_broker_nodes": "2",
        "broker_node_group_info": {
            "instance_type": '"kafka.m5.large"',
            "client_subnets": "@ref",
            "security_groups": "@ref",
            "storage_info": {"ebs_storage_info": {"volume_size": "100"}},
        },
    },
    "aws_msk_serverless_cluster": {
        "cluster_name": "@auto",
        "vpc_config": {"subnet_ids": "@ref"},
        "client_authentication": {"sasl": {"iam": {"enabled": "true"}}},
    },
    "aws_msk_configuration": {
        "name": "@auto",
        "kafka_versions": '["3.5.1"]',
        "server_properties": '"auto.create.topics.enable = true\\n"',
    },
    "aws_mq_broker": {
        "broker_name": "@auto",
        "engine_type": ('"ActiveMQ"', '"RabbitMQ"'),
        "engine_version": '"5.18"',
        "host_instance_type": '"mq.t3.micro"',
        "auto_minor_version_upgrade": "true",
        "user": {"username": '"exampleuser"', "password": '"MindTheGap12345"'},
    },
    "aws_kms_key": {
        "description": "@auto",
        "deletion_window_in_days": ("7", "10", "30"),
        "enable_key_rotation": "true",
    },
    "aws_kms_alias": {"name": "@auto", "target_key_id": "@ref"},
    "aws_secretsmanager_secret": {"name": "@auto"},
    "aws_secretsmanager_secret_version": {
        "secret_id": "@ref",
        "secret_string": 'jsonencode({ username = "admin", password = "ChangeMe12345" })',
    },
    "aws_secretsmanager_secret_rotation": {
        "secret_id": "@ref",
        "rotation_lambda_arn": "@ref",
        "rotation_rules": {"automatically_after_days": "30"},
    },
    "aws_ssm_parameter": {"name": "@auto", "type": ('"String"', '"SecureString"'), "value": '"example-value"'},
    "aws_ssm_document": {
        "name": "@auto",
        "document_type": '"Command"',
        "content": (
            'jsonencode({ schemaVersion = "1.2", description = "Check the network", parameters = {}, '
            'runtimeConfig = { "aws:runShellScript" = { properties = [{ id = "0.aws:runShellScript", '
            'runCommand = ["ip addr"] }] } } })'
        ),
    },
    "aws_ssm_maintenance_window": {
        "name": "@auto",
        "schedule": '"cron(0 16 ? * TUE *)"',
        "duration": "3",
        "cutoff": "1",
    },
    "aws_wafv2_web_acl": {
        "name": "@auto",
        "scope": ('"REGIONAL"', '"CLOUDFRONT"'),
        "default_action": {"allow": {}},
        "visibility_config": {
            "cloudwatch_metrics_enabled": "true",
            "metric_name": '"requests"',
            "sampled_requests_enabled": "true",
        },
    },
    "aws_wafv2_ip_set": {
        "name": "@auto",
        "scope": '"REGIONAL"',
        "ip_address_version": '"IPV4"',
        "addresses": '["192.0.2.0/24"]',
    },
    "aws_wafv2_rule_group": {
        "name": "@auto",
        "scope": '"REGIONAL"',
        "capacity": "2",
        "visibility_config": {
            "cloudwatch_metrics_enabled": "true",
            "metric_name": '"requests"',
            "sampled_requests_enabled": "true",
        },
    },
    "aws_cognito_user_pool": {"name": "@auto"},
    "aws_cognito_user_pool_client": {"name": "@auto", "user_pool_id": "@ref"},
    "aws_cognito_identity_pool": {"identity_pool_name": "@auto", "allow_unauthenticated_identities": "false"},
    "aws_cloudtrail": {"name": "@auto", "s3_bucket_name": "@ref"},
    "aws_codebuild_project": {
        "name": "@auto",
        "service_role": "@ref",
        "artifacts": "@artifacts",
        "environment": {
            "compute_type": '"BUILD_GENERAL1_SMALL"',
            "image": '"aws/codebuild/amazonlinux2-x86_64-standard:5.0"',
            "type": '"LINUX_CONTAINER"',
        },
        "source": {
            "type": '"GITHUB"',
            "location": '"https://github.com/example/repository.git"',
            "git_clone_depth": "1",
        },
    },
    "aws_codepipeline": {
        "name": "@auto",
        "role_arn": "@ref",
        "artifact_store": {"location": "@ref", "type": '"S3"'},
        "stage": [
            {
                "name": '"Source"',
                "action": {
                    "name": '"Source"',
                    "category": '"Source"',
                    "owner": '"AWS"',
                    "provider": '"S3"',
                    "version": '"1"',
                    "output_artifacts": '["source"]',
                    "configuration": '{ S3Bucket = "source-bucket-example", S3ObjectKey = "source.zip" }',
                },
            },
            {
                "name": '"Build"',
                "action": {
                    "name": '"Build"',
                    "category": '"Build"',
                    "owner": '"AWS"',
                    "provider": '"CodeBuild"',
                    "version": '"1"',
                    "input_artifacts": '["source"]',
                    "configuration": '{ ProjectName = "example-build" }',
                },
            },
        ],
    },
    "aws_codecommit_repository": {"repository_name": "@auto"},
    "aws_codedeploy_app": {"name": "@auto", "compute_platform": ('"Server"', '"Lambda"', '"ECS"')},
    "aws_codedeploy_deployment_group": {
        "app_name": "@ref",
        "deployment_group_name": "@auto",
        "service_role_arn": "@ref",
    },
    "aws_codeartifact_domain": {"domain": "@auto"},
    "aws_codeartifact_repository": {"repository": "@auto", "domain": "aws_codeartifact_domain.main.domain"},
    "aws_athena_workgroup": {"name": "@auto"},
    "aws_athena_database": {"name": "@dbname", "bucket": "@ref"},
    "aws_glue_catalog_database": {"name": "@dbname"},
    "aws_glue_catalog_table": {"name": "@dbname", "database_name": "@ref"},
    "aws_glue_job": {
        "name": "@auto",
        "role_arn": "@ref",
        "command": {"script_location": '"s3://example-bucket/script.py"'},
    },
    "aws_glue_crawler": {
        "name": "@auto",
        "database_name": "@ref",
        "role": "@ref",
        "s3_target": {"path": '"s3://example-bucket/data"'},
    },
    "aws_emr_cluster": {
        "name": "@auto",
        "release_label": '"emr-6.15.0"',
        "applications": '["Spark"]',
        "service_role": "@ref",
        "ec2_attributes": {"instance_profile": "@ref", "subnet_id": "@ref"},
        "master_instance_group": {"instance_type": '"m5.xlarge"'},
        "core_instance_group": {"instance_type": '"m5.xlarge"', "instance_count": "1"},
    },
    "aws_sagemaker_notebook_instance": {
        "name": "@auto",
        "role_arn": "@ref",
        "instance_type": ('"ml.t3.medium"', '"ml.t2.medium"'),
    },
    "aws_sagemaker_model": {
        "name": "@auto",
        "execution_role_arn": "@ref",
        "primary_container": {"image": '"174872318107.dkr.ecr.us-west-2.amazonaws.com/kmeans:1"'},
    },
    "aws_sagemaker_endpoint": {"name": "@auto", "endpoint_config_name": "@ref"},
    "aws_sagemaker_endpoint_configuration": {
        "name": "@auto",
        "production_variants": {
            "variant_name": '"variant-1"',
            "model_name": "@ref",
            "initial_instance_count": "1",
            "instance_type": '"ml.t2.medium"',
        },
    },
    "aws_sagemaker_human_task_ui": {"human_task_ui_name": "@auto", "ui_template": {"content": "@html"}},
    "aws_sagemaker_image": {"image_name": "@auto", "role_arn": "@ref"},
    "aws_sagemaker_domain": {
        "domain_name": "@auto",
        "auth_mode": '"IAM"',
        "vpc_id": "@ref",
        "subnet_ids": "@ref",
        "default_user_settings": {"execution_role": "@ref"},
    },
    "aws_elastic_beanstalk_application": {"name": "@auto"},
    "aws_elastic_beanstalk_environment": {
        "name": "@auto",
        "application": "@ref",
        "solution_stack_name": '"64bit Amazon Linux 2023 v4.3.0 running Python 3.11"',
        "setting": "@ebsetting",
        "version_label": "@ebversion",
    },
    "aws_elastic_beanstalk_application_version": {
        "name": "@auto",
        "application": "@ref",
        "bucket": "@ref",
        "key": "@ref",
    },
    "aws_chime_voice_connector": {"name": "@auto", "require_encryption": "true"},
    "aws_chime_voice_connector_group": {"name": "@auto", "connector": "@connectors"},
    "aws_chime_voice_connector_logging": {"voice_connector_id": "@ref", "enable_sip_logs": "true"},
    "aws_chime_voice_connector_origination": {
        "voice_connector_id": "@ref",
        "disabled": "false",
        "route": {"host": '"127.0.0.1"', "port": "8081", "protocol": '"TCP"', "priority": "1", "weight": "1"},
    },
    "aws_chime_voice_connector_streaming": {"voice_connector_id": "@ref", "disabled": "false", "data_retention": "7"},
    "aws_chime_voice_connector_termination": {
        "voice_connector_id": "@ref",
        "calling_regions": '["US", "CA"]',
        "cidr_allow_list": '["50.35.78.96/31"]',
    },
    "aws_chime_voice_connector_termination_credentials": {
        "voice_connector_id": "@ref",
        "credentials": {"username": '"test"', "password": '"test!123456"'},
    },
    "aws_connect_instance": {
        "identity_management_type": '"CONNECT_MANAGED"',
        "inbound_calls_enabled": "true",
        "outbound_calls_enabled": "true",
        "instance_alias": "@auto",
    },
    "aws_lexv2models_bot": {
        "name": "@auto",
        "role_arn": "@ref",
        "idle_session_ttl_in_seconds": "300",
        "data_privacy": {"child_directed": "false"},
    },
    "aws_lex_bot": {
        "name": '"OrderFlowers"',
        "child_directed": "false",
        "abort_statement": {
            "message": {"content": '"Sorry, I am not able to assist at this time"', "content_type": '"PlainText"'}
        },
        "intent": {"intent_name": "aws_lex_intent.main.name", "intent_version": '"1"'},
    },
    "aws_lex_intent": {"name": '"OrderFlowers"', "fulfillment_activity": {"type": '"ReturnIntent"'}},
    "aws_lex_slot_type": {"name": '"FlowerTypes"', "enumeration_value": {"value": '"lilies"'}},
    "aws_kendra_index": {"name": "@auto", "role_arn": "@ref"},
    "aws_dms_replication_instance": {
        "replication_instance_id": "@auto",
        "replication_instance_class": '"dms.t3.micro"',
        "allocated_storage": "20",
    },
    "aws_transfer_server": {"identity_provider_type": '"SERVICE_MANAGED"'},
    "aws_budgets_budget": {
        "name": "@auto",
        "budget_type": '"COST"',
        "limit_amount": '"100"',
        "limit_unit": '"USD"',
        "time_unit": '"MONTHLY"',
    },
    "aws_cloudformation_stack": {
        "name": "@auto",
        "template_body": 'jsonencode({ Resources = { Topic = { Type = "AWS::SNS::Topic" } } })',
    },
    "aws_config_config_rule": {
        "name": "@auto",
        "source": {"owner": '"AWS"', "source_identifier": '"S3_BUCKET_VERSIONING_ENABLED"'},
    },
    "aws_config_configuration_recorder": {"role_arn": "@ref"},
    "aws_cloud9_environment_ec2": {
        "name": "@auto",
        "instance_type": '"t3.small"',
        "image_id": '"amazonlinux-2023-x86_64"',
    },
    "aws_amplify_app": {"name": "@auto"},
    "aws_guardduty_detector": {"enable": "true"},
    "aws_ses_email_identity": {"email": "@auto"},
    "aws_ses_domain_identity": {"domain": "@auto"},
    "aws_service_discovery_private_dns_namespace": {"name": "@auto", "vpc": "aws_vpc.main.id"},
    "aws_appautoscaling_target": {
        "max_capacity": "4",
        "min_capacity": "1",
        "resource_id": '"table/example"',
        "scalable_dimension": '"dynamodb:table:ReadCapacityUnits"',
        "service_namespace": '"dynamodb"',
    },
    "random_password": {"length": "16", "special": "false"},
    "random_string": {"length": "16", "special": "false"},
    "random_id": {"byte_length": "8"},
    "random_pet": {"length": "2"},
    "tls_private_key": {"algorithm": '"RSA"', "rsa_bits": "4096"},
}
