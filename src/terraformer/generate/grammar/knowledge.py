"""What a resource of a type needs beside its required arguments, and sensible values: reviewed by hand (AWS).

``NEEDS[type]`` maps argument names to what they get when the prompt says nothing else:

- a string: an HCL expression; a tuple of strings: the model chooses among them;
- "@auto": the argument is written, with the value that its name and type suggest (a name, a reference, ...);
- "@ref": likewise, and the resource that it refers to is added to the configuration when it is missing;
- a dict: one nested block; a list of dicts: several.

Sources: the provider's documentation of each resource (registry documentation of hashicorp/aws 6.x), AWS's service
documentation for engines, versions and managed policies.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["INLINE_POLICIES", "MANAGED_POLICIES", "NEEDS", "PRINCIPALS"]

Need = str | tuple[str, ...] | dict[str, Any] | list[dict[str, Any]]

_INSTANCE_TYPES = ('"t3.micro"', '"t3.small"', '"t2.micro"')
_SUBNET_VPC = {"vpc_config": {"subnet_ids": "@ref"}}
_ANY_EGRESS = {"from_port": "0", "to_port": "0", "protocol": '"-1"', "cidr_blocks": '["0.0.0.0/0"]'}

NEEDS: Final[dict[str, dict[str, Need]]] = {
    "aws_vpc": {"cidr_block": "@auto", "enable_dns_support": "true", "enable_dns_hostnames": "true"},
    "aws_subnet": {"vpc_id": "@ref", "cidr_block": "@auto", "availability_zone": "@auto"},
    "aws_default_subnet": {"availability_zone": "@auto"},
    "aws_internet_gateway": {"vpc_id": "@ref"},
    "aws_egress_only_internet_gateway": {"vpc_id": "@ref"},
    "aws_nat_gateway": {"allocation_id": "@ref", "subnet_id": "@ref"},
    "aws_eip": {"domain": '"vpc"'},
    "aws_route_table": {"vpc_id": "@ref"},
    "aws_route_table_association": {"subnet_id": "@ref", "route_table_id": "@ref"},
    "aws_route": {"destination_cidr_block": '"0.0.0.0/0"', "gateway_id": "aws_internet_gateway.main.id"},
    "aws_network_acl": {"vpc_id": "@ref"},
    "aws_network_acl_rule": {
        "rule_number": "100", "protocol": '"tcp"', "rule_action": '"allow"', "cidr_block": '"0.0.0.0/0"',
        "from_port": "443", "to_port": "443",
    },
    "aws_security_group": {
        "name": "@auto", "description": "@auto", "vpc_id": "@auto", "ingress": "@ingress", "egress": _ANY_EGRESS,
    },
    "aws_security_group_rule": {
        "type": ('"ingress"', '"egress"'), "from_port": "443", "to_port": "443", "protocol": '"tcp"',
        "cidr_blocks": '["0.0.0.0/0"]',
    },
    "aws_vpc_security_group_ingress_rule": {
        "ip_protocol": '"tcp"', "from_port": "443", "to_port": "443", "cidr_ipv4": "@auto", "security_group_id": "@ref",
    },
    "aws_vpc_security_group_egress_rule": {
        "ip_protocol": '"-1"', "cidr_ipv4": '"0.0.0.0/0"', "security_group_id": "@ref",
    },
    "aws_vpc_peering_connection": {"vpc_id": "@ref", "peer_vpc_id": "@ref2", "auto_accept": "true"},
    "aws_vpc_endpoint": {"vpc_id": "@ref", "service_name": ('"com.amazonaws.us-east-1.s3"',)},
    "aws_vpc_dhcp_options": {"domain_name_servers": '["AmazonProvidedDNS"]'},
    "aws_flow_log": {
        "vpc_id": "@ref", "traffic_type": '"ALL"', "log_destination": "@ref", "iam_role_arn": "@ref",
    },
    "aws_network_interface": {"subnet_id": "@ref"},
    "aws_customer_gateway": {"bgp_asn": "65000", "ip_address": '"203.0.113.12"', "type": '"ipsec.1"'},
    "aws_vpn_connection": {"vpn_gateway_id": "@ref", "customer_gateway_id": "@ref", "type": '"ipsec.1"'},
    "aws_vpn_gateway": {"vpc_id": "@ref"},
    "aws_ec2_managed_prefix_list": {"address_family": '"IPv4"', "max_entries": "5", "name": "@auto"},
    "aws_ec2_client_vpn_endpoint": {
        "client_cidr_block": '"10.100.0.0/16"', "server_certificate_arn": "@ref",
        "authentication_options": {"type": '"certificate-authentication"', "root_certificate_chain_arn": "@certificate"},
        "connection_log_options": {"enabled": "false"},
    },
    "aws_instance": {"ami": "@ref", "instance_type": _INSTANCE_TYPES, "subnet_id": "@auto", "vpc_security_group_ids": "@auto"},
    "aws_spot_instance_request": {"ami": "@ref", "instance_type": _INSTANCE_TYPES},
    "data.aws_ami": {"most_recent": "true", "owners": "@owners", "filter": "@amifilter"},
    "data.aws_availability_zones": {"state": '"available"'},
    "data.aws_iam_policy_document": {"statement": {"actions": '["s3:GetObject"]', "resources": '["*"]'}},
    "data.archive_file": {
        "type": '"zip"', "output_path": '"${path.module}/function.zip"',
        "source": {
            "content": (
                '"def handler(event, context):\\n    return {\\"statusCode\\": 200}\\n"',
            ),
            "filename": '"index.py"',
        },
    },
    "aws_key_pair": {"key_name": "@auto", "public_key": "@publickey"},
    "aws_launch_template": {"name": "@auto", "image_id": "@ref", "instance_type": _INSTANCE_TYPES},
    "aws_launch_configuration": {"image_id": "@ref", "instance_type": _INSTANCE_TYPES},
    "aws_autoscaling_group": {
        "min_size": "1", "max_size": ("2", "3"), "desired_capacity": "1", "vpc_zone_identifier": "@ref",
        "launch_template": {"id": "aws_launch_template.main.id", "version": '"$Latest"'},
    },
    "aws_autoscaling_policy": {"autoscaling_group_name": "@ref", "adjustment_type": '"ChangeInCapacity"', "scaling_adjustment": "1"},
    "aws_autoscaling_schedule": {"autoscaling_group_name": "@ref", "scheduled_action_name": "@auto", "recurrence": '"0 8 * * *"', "min_size": "1", "max_size": "2", "desired_capacity": "1"},
    "aws_autoscaling_attachment": {"autoscaling_group_name": "@ref", "lb_target_group_arn": "@ref"},
    "aws_ebs_volume": {"availability_zone": "@auto", "size": ("8", "20", "40")},
    "aws_ebs_snapshot": {"volume_id": "@ref"},
    "aws_volume_attachment": {"device_name": '"/dev/sdh"', "volume_id": "@ref", "instance_id": "@ref"},
    "aws_placement_group": {"strategy": '"cluster"'},
    "aws_lambda_function": {
        "function_name": "@auto", "role": "@ref", "handler": "@handler", "runtime": "@runtime", "filename": "@code",
    },
    "aws_lambda_permission": {
        "action": '"lambda:InvokeFunction"', "function_name": "@ref", "principal": "@invoker", "source_arn": "@invokerarn",
    },
    "aws_lambda_alias": {"name": "@auto", "function_name": "@ref", "function_version": '"$LATEST"'},
    "aws_lambda_layer_version": {"layer_name": "@auto", "filename": "@code", "compatible_runtimes": '["python3.12"]'},
    "aws_lambda_function_url": {"function_name": "@ref", "authorization_type": ('"NONE"', '"AWS_IAM"')},
    "aws_lambda_event_source_mapping": {"event_source_arn": "@source", "function_name": "@ref"},
    "aws_iam_role": {"name": "@auto", "assume_role_policy": "@auto"},
    "aws_iam_policy": {"name": "@auto", "policy": "@auto"},
    "aws_iam_role_policy": {"name": "@auto", "role": "@ref", "policy": "@auto"},
    "aws_iam_role_policy_attachment": {"role": "@ref", "policy_arn": "@managed"},
    "aws_iam_user_policy": {"name": "@auto", "user": "@ref", "policy": "@auto"},
    "aws_iam_user_policy_attachment": {"user": "@ref", "policy_arn": "@managed"},
    "aws_iam_group_policy": {"name": "@auto", "group": "@ref", "policy": "@auto"},
    "aws_iam_group_policy_attachment": {"group": "@ref", "policy_arn": "@managed"},
    "aws_iam_policy_attachment": {"name": "@auto", "policy_arn": "@managed", "roles": "@ref"},
    "aws_iam_instance_profile": {"name": "@auto", "role": "@ref"},
    "aws_iam_group_membership": {"name": "@auto", "users": "@ref", "group": "@ref"},
    "aws_iam_openid_connect_provider": {"url": '"https://token.actions.githubusercontent.com"', "client_id_list": '["sts.amazonaws.com"]'},
    "aws_iam_saml_provider": {"name": "@auto", "saml_metadata_document": "@saml"},
    "aws_iam_account_password_policy": {
        "minimum_password_length": "14", "require_lowercase_characters": "true", "require_numbers": "true",
        "require_uppercase_characters": "true", "require_symbols": "true",
    },
    "aws_iam_virtual_mfa_device": {"virtual_mfa_device_name": "@auto"},
    "aws_s3_bucket": {"bucket": "@auto"},
    "aws_s3_bucket_versioning": {"bucket": "@ref", "versioning_configuration": {"status": ('"Enabled"',)}},
    "aws_s3_bucket_public_access_block": {
        "bucket": "@ref", "block_public_acls": "true", "block_public_policy": "true", "ignore_public_acls": "true",
        "restrict_public_buckets": "true",
    },
    "aws_s3_bucket_ownership_controls": {
        "bucket": "@ref",
        "rule": {"object_ownership": ('"BucketOwnerPreferred"', '"ObjectWriter"', '"BucketOwnerEnforced"')},
    },
    "aws_s3_bucket_acl": {"bucket": "@ref", "acl": ('"private"', '"public-read"', '"public-read-write"', '"authenticated-read"', '"log-delivery-write"')},
    "aws_s3_bucket_policy": {"bucket": "@ref", "policy": "@auto"},
    "aws_s3_bucket_website_configuration": {
        "bucket": "@ref", "index_document": {"suffix": "@index"}, "error_document": {"key": '"error.html"'},
    },
    "aws_s3_bucket_request_payment_configuration": {"bucket": "@ref", "payer": ('"BucketOwner"', '"Requester"')},
    "aws_s3_bucket_accelerate_configuration": {"bucket": "@ref", "status": ('"Enabled"', '"Suspended"')},
    "aws_s3_bucket_logging": {"bucket": "@ref", "target_bucket": "@ref2", "target_prefix": '"log/"'},
    "aws_s3_bucket_cors_configuration": {
        "bucket": "@ref",
        "cors_rule": {"allowed_methods": '["GET", "PUT", "POST"]', "allowed_origins": '["*"]', "allowed_headers": '["*"]', "max_age_seconds": "3000"},
    },
    "aws_s3_bucket_lifecycle_configuration": {
        "bucket": "@ref",
        "rule": {
            "id": "@auto", "status": ('"Enabled"',), "filter": {"prefix": '""'},
            "transition": {"days": "30", "storage_class": ('"STANDARD_IA"', '"GLACIER"', '"INTELLIGENT_TIERING"', '"ONEZONE_IA"', '"DEEP_ARCHIVE"', '"GLACIER_IR"')},
            "expiration": {"days": "365"},
        },
    },
    "aws_s3_bucket_server_side_encryption_configuration": {
        "bucket": "@ref",
        "rule": {"apply_server_side_encryption_by_default": {"sse_algorithm": ('"AES256"', '"aws:kms"')}},
    },
    "aws_s3_bucket_metric": {"bucket": "@ref", "name": "@auto"},
    "aws_s3_bucket_analytics_configuration": {
        "bucket": "@ref", "name": "@auto",
        "storage_class_analysis": {
            "data_export": {"destination": {"s3_bucket_destination": {"bucket_arn": "@ref2"}}},
        },
    },
    "aws_s3_bucket_inventory": {
        "bucket": "@ref", "name": "@auto", "included_object_versions": ('"All"', '"Current"'),
        "schedule": {"frequency": ('"Daily"', '"Weekly"')},
        "destination": {"bucket": {"format": ('"CSV"', '"ORC"', '"Parquet"'), "bucket_arn": "@ref2"}},
    },
    "aws_s3_bucket_notification": {"bucket": "@ref", "@notify": "@notify"},
    "aws_s3_bucket_intelligent_tiering_configuration": {
        "bucket": "@ref", "name": "@auto", "tiering": {"access_tier": ('"ARCHIVE_ACCESS"', '"DEEP_ARCHIVE_ACCESS"'), "days": "180"},
    },
    "aws_s3_bucket_object_lock_configuration": {
        "bucket": "@ref", "rule": {"default_retention": {"mode": ('"COMPLIANCE"', '"GOVERNANCE"'), "days": "5"}},
    },
    "aws_s3_bucket_replication_configuration": {
        "bucket": "@ref", "role": "aws_iam_role",
        "rule": {"id": "@auto", "status": '"Enabled"', "destination": {"bucket": "@ref2", "storage_class": ('"STANDARD"',)}},
    },
    "aws_s3_object": {"bucket": "@ref", "key": "@auto", "content": "@content"},
    "aws_s3_bucket_object": {"bucket": "@ref", "key": "@auto", "content": "@content"},
    "aws_s3_access_point": {"bucket": "@ref", "name": "@auto"},
    "aws_efs_file_system": {"creation_token": "@auto"},
    "aws_efs_mount_target": {"file_system_id": "@ref", "subnet_id": "@ref", "security_groups": "@auto"},
    "aws_efs_access_point": {"file_system_id": "@ref"},
    "aws_efs_backup_policy": {"file_system_id": "@ref", "backup_policy": {"status": '"ENABLED"'}},
    "aws_fsx_lustre_file_system": {"storage_capacity": "1200", "subnet_ids": "@ref", "deployment_type": '"SCRATCH_2"'},
    "aws_glacier_vault": {"name": "@auto"},
    "aws_glacier_vault_lock": {"complete_lock": "false"},
    "aws_backup_plan": {
        "name": "@auto",
        "rule": {
            "rule_name": "@auto", "target_vault_name": "@ref", "schedule": "@schedule",
            "lifecycle": {"delete_after": "14"},
        },
    },
    "aws_backup_vault": {"name": "@auto"},
    "aws_backup_selection": {"name": "@auto", "iam_role_arn": "@ref", "plan_id": "@ref", "resources": "@backedup"},
    "aws_dlm_lifecycle_policy": {
        "description": "@auto", "execution_role_arn": "@ref", "state": '"ENABLED"',
        "policy_details": {
            "resource_types": '["VOLUME"]', "target_tags": '{ Snapshot = "true" }',
            "schedule": {"name": "@auto", "create_rule": {"interval": "24", "times": '["23:45"]'}, "retain_rule": {"count": "14"}},
        },
    },
    "aws_db_instance": {
        "identifier": "@auto", "allocated_storage": "@storage", "engine": "@engine", "engine_version": "@engineversion",
        "instance_class": "@dbclass", "db_name": "@dbname", "username": "@dbuser", "password": "@password",
        "skip_final_snapshot": "true",
    },
    "aws_db_parameter_group": {"name": "@auto", "family": "@dbfamily"},
    "aws_db_option_group": {"engine_name": '"mysql"', "major_engine_version": '"8.0"'},
    "aws_db_subnet_group": {"name": "@auto", "subnet_ids": "@ref"},
    "aws_db_snapshot": {"db_instance_identifier": "@ref", "db_snapshot_identifier": "@auto"},
    "aws_db_proxy": {
        "name": "@auto", "engine_family": ('"MYSQL"', '"POSTGRESQL"'), "role_arn": "@ref", "vpc_subnet_ids": "@ref",
        "auth": {"auth_scheme": '"SECRETS"', "iam_auth": '"DISABLED"', "secret_arn": "@ref"},
    },
    "aws_db_event_subscription": {"sns_topic": "@auto"},
    "aws_rds_cluster": {
        "cluster_identifier": "@auto", "engine": ('"aurora-mysql"', '"aurora-postgresql"'), "master_username": "@dbuser",
        "master_password": "@password", "database_name": "@dbname", "skip_final_snapshot": "true",
    },
    "aws_rds_cluster_instance": {"cluster_identifier": "@ref", "instance_class": '"db.r6g.large"', "engine": "@cluster.engine"},
    "aws_rds_cluster_parameter_group": {"name": "@auto", "family": '"aurora-mysql8.0"'},
    "aws_rds_global_cluster": {"global_cluster_identifier": "@auto", "engine": '"aurora-mysql"'},
    "aws_dynamodb_table": {
        "name": "@auto", "billing_mode": '"PAY_PER_REQUEST"', "hash_key": '"id"', "attribute": {"name": '"id"', "type": '"S"'},
    },
    "aws_dynamodb_global_table": {"name": "@auto", "replica": {"region_name": '"us-east-1"'}},
    "aws_dynamodb_table_item": {
        "table_name": "@ref", "hash_key": "@ref", "item": 'jsonencode({ id = { S = "item-1" }, count = { N = "1" } })',
    },
    "aws_dynamodb_table_replica": {"global_table_arn": "aws_dynamodb_table.main.arn"},
    "aws_dynamodb_contributor_insights": {"table_name": "@ref"},
    "aws_dynamodb_resource_policy": {"resource_arn": "aws_dynamodb_table.main.arn"},
    "aws_dax_cluster": {"cluster_name": "@auto", "iam_role_arn": "@ref", "node_type": '"dax.r4.large"', "replication_factor": "1"},
    "aws_dax_parameter_group": {"name": "@auto", "parameters": {"name": ('"query-ttl-millis"', '"record-ttl-millis"'), "value": ('"100000"', '"300000"')}},
    "aws_dax_subnet_group": {"name": "@auto", "subnet_ids": "@ref"},
    "aws_elasticache_cluster": {
        "cluster_id": "@auto", "engine": ('"redis"', '"memcached"'), "node_type": '"cache.t3.micro"', "num_cache_nodes": "1",
    },
    "aws_elasticache_replication_group": {
        "replication_group_id": "@auto", "description": "@auto", "node_type": '"cache.t3.micro"', "num_cache_clusters": "2",
        "engine": '"redis"',
    },
    "aws_elasticache_global_replication_group": {
        "global_replication_group_id_suffix": "@auto", "primary_replication_group_id": "aws_elasticache_replication_group.main.id",
    },
    "aws_elasticache_subnet_group": {"name": "@auto", "subnet_ids": "@ref"},
    "aws_elasticache_parameter_group": {"name": "@auto", "family": '"redis7"'},
    "aws_elasticache_user": {
        "user_id": "@auto", "user_name": "@auto", "access_string": '"on ~* +@all"', "engine": '"redis"', "passwords": '["password1234567890"]',
    },
    "aws_elasticache_user_group": {"engine": '"redis"', "user_group_id": "@auto", "user_ids": "@auto"},
    "aws_elasticache_serverless_cache": {"engine": ('"redis"', '"valkey"', '"memcached"'), "name": "@auto"},
    "aws_memorydb_cluster": {"acl_name": '"open-access"', "name": "@auto", "node_type": '"db.t4g.small"', "subnet_group_name": "@auto"},
    "aws_memorydb_user": {"access_string": '"on ~* &* +@all"', "user_name": "@auto", "authentication_mode": {"type": '"password"', "passwords": '["password1234567890"]'}},
    "aws_neptune_cluster": {"cluster_identifier": "@auto", "engine": '"neptune"', "skip_final_snapshot": "true", "backup_retention_period": "5"},
    "aws_neptune_cluster_instance": {"cluster_identifier": "@ref", "instance_class": '"db.r5.large"', "engine": '"neptune"'},
    "aws_neptune_subnet_group": {"name": "@auto", "subnet_ids": "@ref"},
    "aws_neptune_parameter_group": {"name": "@auto", "family": '"neptune1.3"'},
    "aws_neptune_cluster_parameter_group": {"name": "@auto", "family": '"neptune1.3"'},
    "aws_neptune_event_subscription": {"sns_topic_arn": "@ref"},
    "aws_docdb_cluster": {
        "cluster_identifier": "@auto", "master_username": "@dbuser", "master_password": "@password", "skip_final_snapshot": "true",
    },
    "aws_docdb_cluster_instance": {"cluster_identifier": "@ref", "instance_class": '"db.r5.large"'},
    "aws_docdb_cluster_parameter_group": {"name": "@auto", "family": '"docdb5.0"'},
    "aws_redshift_cluster": {
        "cluster_identifier": "@auto", "database_name": "@dbname", "master_username": "@dbuser", "master_password": "@bigpassword",
        "node_type": ('"ra3.large"', '"ra3.xlplus"', '"dc2.large"'), "cluster_type": '"single-node"', "skip_final_snapshot": "true",
    },
    "aws_redshift_subnet_group": {"name": "@auto", "subnet_ids": "@ref"},
    "aws_redshift_parameter_group": {"name": "@auto", "family": '"redshift-1.0"'},
    "aws_redshift_event_subscription": {"name": "@auto", "sns_topic_arn": "@ref"},
    "aws_redshiftserverless_namespace": {"namespace_name": "@auto"},
    "aws_redshiftserverless_workgroup": {"namespace_name": "@ref", "workgroup_name": "@auto"},
    "aws_opensearch_domain": {
        "domain_name": "@auto", "engine_version": '"OpenSearch_2.11"', "cluster_config": {"instance_type": '"t3.small.search"'},
        "ebs_options": {"ebs_enabled": "true", "volume_size": "10"},
    },
    "aws_elasticsearch_domain": {
        "domain_name": "@auto", "elasticsearch_version": '"7.10"', "cluster_config": {"instance_type": '"t3.small.elasticsearch"'},
        "ebs_options": {"ebs_enabled": "true", "volume_size": "10"},
    },
    "aws_lightsail_instance": {
        "name": "@auto", "availability_zone": "@auto", "blueprint_id": ('"amazon_linux_2"', '"ubuntu_22_04"'), "bundle_id": '"nano_3_0"',
    },
    "aws_lightsail_static_ip": {"name": "@auto"},
    "aws_lightsail_static_ip_attachment": {"static_ip_name": "@ref", "instance_name": "@ref"},
    "aws_lightsail_database": {
        "relational_database_name": "@auto", "availability_zone": "@auto", "master_database_name": "@dbname",
        "master_password": "@password", "master_username": "@dbuser", "blueprint_id": "@lightsaildb", "bundle_id": '"micro_2_0"',
        "skip_final_snapshot": "true",
    },
    "aws_lightsail_disk": {"name": "@auto", "size_in_gb": ("8", "32"), "availability_zone": "@auto"},
    "aws_lightsail_disk_attachment": {"disk_name": "@ref", "instance_name": "@ref", "disk_path": '"/dev/xvdf"'},
    "aws_lightsail_bucket": {"name": "@auto", "bundle_id": '"small_1_0"'},
    "aws_lightsail_container_service": {"name": "@auto", "power": '"nano"', "scale": "1"},
    "aws_lightsail_lb": {"name": "@auto", "instance_port": "80", "health_check_path": '"/"'},
    "aws_lightsail_certificate": {"name": "@auto", "domain_name": "@auto"},
    "aws_lightsail_distribution": {
        "name": "@auto", "bundle_id": '"small_1_0"', "origin": {"name": "@auto", "region_name": '"us-east-1"'},
        "default_cache_behavior": {"behavior": '"cache"'},
    },
    "aws_lightsail_instance_public_ports": {"instance_name": "@ref", "port_info": {"protocol": '"tcp"', "from_port": "80", "to_port": "80"}},
    "aws_eks_cluster": {"name": "@auto", "role_arn": "@ref", "vpc_config": {"subnet_ids": "@ref"}, "depends_on": "@attachments"},
    "aws_eks_node_group": {
        "cluster_name": "@ref", "node_group_name": "@auto", "node_role_arn": "@ref", "subnet_ids": "@ref",
        "scaling_config": {"desired_size": "1", "max_size": "2", "min_size": "1"},
        "depends_on": "@attachments",
    },
    "aws_eks_fargate_profile": {
        "cluster_name": "@ref", "fargate_profile_name": "@auto", "pod_execution_role_arn": "@ref", "subnet_ids": "@ref",
        "selector": {"namespace": "@auto"},
    },
    "aws_eks_addon": {"cluster_name": "@ref", "addon_name": ('"vpc-cni"', '"coredns"', '"kube-proxy"', '"aws-ebs-csi-driver"')},
    "aws_ecs_cluster": {"name": "@auto"},
    "aws_ecs_service": {
        "name": "@auto", "cluster": "@ref", "task_definition": "@ref", "desired_count": ("1", "2"), "launch_type": '"FARGATE"',
        "network_configuration": {"subnets": "@ref"},
    },
    "aws_ecs_task_definition": {
        "family": "@auto", "requires_compatibilities": '["FARGATE"]', "network_mode": '"awsvpc"', "cpu": '"256"', "memory": '"512"',
        "execution_role_arn": "@ref",
        "container_definitions": (
            'jsonencode([{ name = "app", image = "nginx:latest", essential = true, portMappings = [{ containerPort = 80 }] }])',
        ),
    },
    "aws_ecr_repository": {"name": "@auto"},
    "aws_ecr_lifecycle_policy": {
        "repository": "@ref",
        "policy": 'jsonencode({ rules = [{ rulePriority = 1, selection = { tagStatus = "untagged", countType = "imageCountMoreThan", countNumber = 10 }, action = { type = "expire" } }] })',
    },
    "aws_apprunner_service": {
        "service_name": "@auto",
        "source_configuration": {
            "auto_deployments_enabled": "false",
            "image_repository": {
                "image_identifier": '"public.ecr.aws/aws-containers/hello-app-runner:latest"', "image_repository_type": '"ECR_PUBLIC"',
            },
        },
    },
    "aws_batch_compute_environment": {
        "type": '"MANAGED"', "service_role": "@ref",
        "compute_resources": {"type": '"FARGATE"', "max_vcpus": "16", "subnets": "@ref", "security_group_ids": "@ref"},
    },
    "aws_batch_job_definition": {
        "name": "@auto", "type": '"container"',
        "container_properties": 'jsonencode({ image = "busybox", command = ["echo", "hello"], resourceRequirements = [{ type = "VCPU", value = "1" }, { type = "MEMORY", value = "512" }] })',
    },
    "aws_batch_job_queue": {
        "name": "@auto", "priority": "1", "state": '"ENABLED"',
        "compute_environment_order": {"order": "1", "compute_environment": "@ref"},
    },
    "aws_lb": {"name": "@auto", "internal": "false", "load_balancer_type": ('"application"', '"network"'), "subnets": "@ref", "security_groups": "@auto"},
    "aws_lb_target_group": {"name": "@auto", "port": "80", "protocol": '"HTTP"', "vpc_id": "@ref"},
    "aws_lb_listener": {"load_balancer_arn": "@ref", "port": "80", "protocol": '"HTTP"', "default_action": "@lbaction"},
    "aws_lb_listener_rule": {
        "listener_arn": "@ref", "priority": "100", "action": {"type": '"forward"', "target_group_arn": "@ref"},
        "condition": {"path_pattern": {"values": '["/static/*"]'}},
    },
    "aws_lb_target_group_attachment": {"target_group_arn": "@ref", "target_id": "@ref", "port": "80"},
    "aws_elb": {
        "name": "@auto", "availability_zones": '["us-east-1a", "us-east-1b"]',
        "listener": {"instance_port": "80", "instance_protocol": '"http"', "lb_port": "80", "lb_protocol": '"http"'},
    },
    "aws_route53_zone": {"name": "@auto"},
    "aws_route53_record": {"zone_id": "@ref", "name": "@record", "type": "@recordtype", "ttl": "300", "records": "@records"},
    "aws_route53_health_check": {"fqdn": "@auto", "port": "80", "type": '"HTTP"', "resource_path": '"/"', "failure_threshold": "3", "request_interval": "30"},
    "aws_route53_resolver_endpoint": {
        "direction": ('"INBOUND"', '"OUTBOUND"'), "security_group_ids": "@ref",
        "ip_address": [{"subnet_id": "@ref"}, {"subnet_id": "@ref2"}],
    },
    "aws_route53_zone_association": {"zone_id": "@ref", "vpc_id": "@ref"},
    "aws_acm_certificate": {"domain_name": "@auto", "validation_method": '"DNS"'},
    "aws_cloudfront_distribution": {
        "enabled": "true",
        "origin": {"domain_name": "@ref", "origin_id": '"primary"'},
        "default_cache_behavior": {
            "allowed_methods": '["GET", "HEAD"]', "cached_methods": '["GET", "HEAD"]', "target_origin_id": '"primary"',
            "viewer_protocol_policy": ('"redirect-to-https"', '"allow-all"', '"https-only"'),
            "forwarded_values": {"query_string": "false", "cookies": {"forward": '"none"'}},
        },
        "restrictions": {"geo_restriction": {"restriction_type": '"none"'}},
        "viewer_certificate": {"cloudfront_default_certificate": "true"},
    },
    "aws_cloudfront_origin_access_control": {
        "name": "@auto", "origin_access_control_origin_type": '"s3"', "signing_behavior": '"always"', "signing_protocol": '"sigv4"',
    },
    "aws_sns_topic": {"name": "@auto"},
    "aws_sns_topic_subscription": {"topic_arn": "@ref", "protocol": "@subprotocol", "endpoint": "@subendpoint"},
    "aws_sns_topic_policy": {"arn": "@ref", "policy": "@auto"},
    "aws_sqs_queue": {"name": "@auto"},
    "aws_sqs_queue_policy": {"queue_url": "@ref", "policy": "@auto"},
    "aws_cloudwatch_event_rule": {"name": "@auto", "schedule_expression": "@schedule"},
    "aws_cloudwatch_event_target": {"rule": "@ref", "arn": "@target"},
    "aws_cloudwatch_event_permission": {"principal": '"123456789012"', "statement_id": '"AllowAccount"'},
    "aws_cloudwatch_metric_alarm": {
        "alarm_name": "@auto", "comparison_operator": '"GreaterThanOrEqualToThreshold"', "evaluation_periods": "2",
        "metric_name": '"CPUUtilization"', "namespace": '"AWS/EC2"', "period": "120", "statistic": '"Average"', "threshold": "80",
    },
    "aws_cloudwatch_composite_alarm": {"alarm_rule": '"ALARM(cpu) OR ALARM(memory)"'},
    "aws_cloudwatch_dashboard": {
        "dashboard_name": "@auto",
        "dashboard_body": 'jsonencode({ widgets = [{ type = "text", x = 0, y = 0, width = 6, height = 3, properties = { markdown = "Overview" } }] })',
    },
    "aws_cloudwatch_log_group": {"name": "@auto", "retention_in_days": ("7", "14", "30")},
    "aws_cloudwatch_log_stream": {"name": "@auto", "log_group_name": "@ref"},
    "aws_cloudwatch_log_metric_filter": {
        "name": "@auto", "pattern": '"ERROR"', "log_group_name": "@ref",
        "metric_transformation": {"name": '"ErrorCount"', "namespace": '"App"', "value": '"1"'},
    },
    "aws_cloudwatch_log_destination": {"target_arn": "aws_kinesis_stream.main.arn"},
    "aws_scheduler_schedule": {
        "name": "@auto", "schedule_expression": "@schedule", "flexible_time_window": {"mode": '"OFF"'},
        "target": {"arn": "@target", "role_arn": "@ref"},
    },
    "aws_sfn_state_machine": {
        "name": "@auto", "role_arn": "@ref",
        "definition": 'jsonencode({ StartAt = "Done", States = { Done = { Type = "Pass", End = true } } })',
    },
    "aws_api_gateway_rest_api": {"name": "@auto"},
    "aws_api_gateway_resource": {"rest_api_id": "@ref", "parent_id": "@ref", "path_part": "@auto"},
    "aws_api_gateway_method": {"rest_api_id": "@ref", "resource_id": "@ref", "http_method": ('"GET"', '"POST"', '"ANY"'), "authorization": '"NONE"'},
    "aws_api_gateway_integration": {
        "rest_api_id": "@ref", "resource_id": "@ref", "http_method": "@method", "type": "@integration", "integration_http_method": "@integrationmethod",
        "uri": "@integrationuri",
    },
    "aws_api_gateway_method_response": {"rest_api_id": "@ref", "resource_id": "@ref", "http_method": "@method", "status_code": '"200"'},
    "aws_api_gateway_integration_response": {"rest_api_id": "@ref", "resource_id": "@ref", "http_method": "@method", "status_code": '"200"'},
    "aws_api_gateway_deployment": {"rest_api_id": "@ref", "depends_on": "@methods"},
    "aws_api_gateway_stage": {"rest_api_id": "@ref", "deployment_id": "@ref", "stage_name": ('"dev"', '"prod"', '"test"')},
    "aws_api_gateway_authorizer": {"name": "@auto", "rest_api_id": "@ref", "authorizer_uri": "aws_lambda_function.main.invoke_arn"},
    "aws_apigatewayv2_api": {"name": "@auto", "protocol_type": ('"HTTP"',)},
    "aws_apigatewayv2_integration": {"api_id": "@ref", "integration_type": '"AWS_PROXY"', "integration_uri": "aws_lambda_function.main.invoke_arn"},
    "aws_apigatewayv2_route": {"api_id": "@ref", "route_key": '"GET /items"'},
    "aws_apigatewayv2_stage": {"api_id": "@ref", "name": '"$default"', "auto_deploy": "true"},
    "aws_appsync_graphql_api": {"name": "@auto", "authentication_type": ('"API_KEY"', '"AWS_IAM"')},
    "aws_kinesis_stream": {"name": "@auto", "shard_count": "1"},
    "aws_kinesis_video_stream": {"name": "@auto", "data_retention_in_hours": "1"},
    "aws_kinesis_analytics_application": {"name": "@auto"},
    "aws_kinesisanalyticsv2_application": {"name": "@auto", "runtime_environment": ('"FLINK-1_18"', '"SQL-1_0"'), "service_execution_role": "@ref"},
    "aws_kinesis_firehose_delivery_stream": {
        "name": "@auto", "destination": '"extended_s3"', "extended_s3_configuration": {"role_arn": "@ref", "bucket_arn": "@ref"},
    },
    "aws_msk_cluster": {
        "cluster_name": "@auto", "kafka_version": '"3.5.1"', "number_of_broker_nodes": "2",
        "broker_node_group_info": {
            "instance_type": '"kafka.m5.large"', "client_subnets": "@ref", "security_groups": "@ref",
            "storage_info": {"ebs_storage_info": {"volume_size": "100"}},
        },
    },
    "aws_msk_serverless_cluster": {
        "cluster_name": "@auto", "vpc_config": {"subnet_ids": "@ref"}, "client_authentication": {"sasl": {"iam": {"enabled": "true"}}},
    },
    "aws_msk_configuration": {"name": "@auto", "kafka_versions": '["3.5.1"]', "server_properties": '"auto.create.topics.enable = true\\n"'},
    "aws_mq_broker": {
        "broker_name": "@auto", "engine_type": ('"ActiveMQ"', '"RabbitMQ"'), "engine_version": '"5.18"', "host_instance_type": '"mq.t3.micro"',
        "auto_minor_version_upgrade": "true",
        "user": {"username": '"exampleuser"', "password": '"MindTheGap12345"'},
    },
    "aws_kms_key": {"description": "@auto", "deletion_window_in_days": ("7", "10", "30"), "enable_key_rotation": "true"},
    "aws_kms_alias": {"name": "@auto", "target_key_id": "@ref"},
    "aws_secretsmanager_secret": {"name": "@auto"},
    "aws_secretsmanager_secret_version": {"secret_id": "@ref", "secret_string": 'jsonencode({ username = "admin", password = "ChangeMe12345" })'},
    "aws_secretsmanager_secret_rotation": {"secret_id": "@ref", "rotation_lambda_arn": "@ref", "rotation_rules": {"automatically_after_days": "30"}},
    "aws_ssm_parameter": {"name": "@auto", "type": ('"String"', '"SecureString"'), "value": '"example-value"'},
    "aws_ssm_document": {
        "name": "@auto", "document_type": '"Command"',
        "content": 'jsonencode({ schemaVersion = "1.2", description = "Check the network", parameters = {}, runtimeConfig = { "aws:runShellScript" = { properties = [{ id = "0.aws:runShellScript", runCommand = ["ip addr"] }] } } })',
    },
    "aws_ssm_maintenance_window": {"name": "@auto", "schedule": '"cron(0 16 ? * TUE *)"', "duration": "3", "cutoff": "1"},
    "aws_wafv2_web_acl": {
        "name": "@auto", "scope": ('"REGIONAL"', '"CLOUDFRONT"'), "default_action": {"allow": {}},
        "visibility_config": {"cloudwatch_metrics_enabled": "true", "metric_name": '"requests"', "sampled_requests_enabled": "true"},
    },
    "aws_wafv2_ip_set": {"name": "@auto", "scope": '"REGIONAL"', "ip_address_version": '"IPV4"', "addresses": '["192.0.2.0/24"]'},
    "aws_wafv2_rule_group": {
        "name": "@auto", "scope": '"REGIONAL"', "capacity": "2",
        "visibility_config": {"cloudwatch_metrics_enabled": "true", "metric_name": '"requests"', "sampled_requests_enabled": "true"},
    },
    "aws_cognito_user_pool": {"name": "@auto"},
    "aws_cognito_user_pool_client": {"name": "@auto", "user_pool_id": "@ref"},
    "aws_cognito_identity_pool": {"identity_pool_name": "@auto", "allow_unauthenticated_identities": "false"},
    "aws_cloudtrail": {"name": "@auto", "s3_bucket_name": "@ref"},
    "aws_codebuild_project": {
        "name": "@auto", "service_role": "@ref", "artifacts": "@artifacts",
        "environment": {
            "compute_type": '"BUILD_GENERAL1_SMALL"', "image": '"aws/codebuild/amazonlinux2-x86_64-standard:5.0"', "type": '"LINUX_CONTAINER"',
        },
        "source": {"type": '"GITHUB"', "location": '"https://github.com/example/repository.git"', "git_clone_depth": "1"},
    },
    "aws_codepipeline": {
        "name": "@auto", "role_arn": "@ref", "artifact_store": {"location": "@ref", "type": '"S3"'},
        "stage": [
            {
                "name": '"Source"',
                "action": {
                    "name": '"Source"', "category": '"Source"', "owner": '"AWS"', "provider": '"S3"', "version": '"1"',
                    "output_artifacts": '["source"]', "configuration": '{ S3Bucket = "source-bucket-example", S3ObjectKey = "source.zip" }',
                },
            },
            {
                "name": '"Build"',
                "action": {
                    "name": '"Build"', "category": '"Build"', "owner": '"AWS"', "provider": '"CodeBuild"', "version": '"1"',
                    "input_artifacts": '["source"]', "configuration": '{ ProjectName = "example-build" }',
                },
            },
        ],
    },
    "aws_codecommit_repository": {"repository_name": "@auto"},
    "aws_codedeploy_app": {"name": "@auto", "compute_platform": ('"Server"', '"Lambda"', '"ECS"')},
    "aws_codedeploy_deployment_group": {"app_name": "@ref", "deployment_group_name": "@auto", "service_role_arn": "@ref"},
    "aws_codeartifact_domain": {"domain": "@auto"},
    "aws_codeartifact_repository": {"repository": "@auto", "domain": "aws_codeartifact_domain.main.domain"},
    "aws_athena_workgroup": {"name": "@auto"},
    "aws_athena_database": {"name": "@dbname", "bucket": "@ref"},
    "aws_glue_catalog_database": {"name": "@dbname"},
    "aws_glue_catalog_table": {"name": "@dbname", "database_name": "@ref"},
    "aws_glue_job": {"name": "@auto", "role_arn": "@ref", "command": {"script_location": '"s3://example-bucket/script.py"'}},
    "aws_glue_crawler": {
        "name": "@auto", "database_name": "@ref", "role": "aws_iam_role.main.arn", "s3_target": {"path": '"s3://example-bucket/data"'},
    },
    "aws_emr_cluster": {
        "name": "@auto", "release_label": '"emr-6.15.0"', "applications": '["Spark"]', "service_role": "@ref",
        "ec2_attributes": {"instance_profile": "@ref", "subnet_id": "@ref"},
        "master_instance_group": {"instance_type": '"m5.xlarge"'}, "core_instance_group": {"instance_type": '"m5.xlarge"', "instance_count": "1"},
    },
    "aws_sagemaker_notebook_instance": {"name": "@auto", "role_arn": "@ref", "instance_type": ('"ml.t3.medium"', '"ml.t2.medium"')},
    "aws_sagemaker_model": {
        "name": "@auto", "execution_role_arn": "@ref",
        "primary_container": {"image": '"174872318107.dkr.ecr.us-west-2.amazonaws.com/kmeans:1"'},
    },
    "aws_sagemaker_endpoint": {"name": "@auto", "endpoint_config_name": "@ref"},
    "aws_sagemaker_endpoint_configuration": {
        "name": "@auto",
        "production_variants": {
            "variant_name": '"variant-1"', "model_name": "@ref", "initial_instance_count": "1", "instance_type": '"ml.t2.medium"',
        },
    },
    "aws_sagemaker_human_task_ui": {"human_task_ui_name": "@auto", "ui_template": {"content": "@html"}},
    "aws_sagemaker_image": {"image_name": "@auto", "role_arn": "@ref"},
    "aws_sagemaker_domain": {
        "domain_name": "@auto", "auth_mode": '"IAM"', "vpc_id": "@ref", "subnet_ids": "@ref",
        "default_user_settings": {"execution_role": "@ref"},
    },
    "aws_elastic_beanstalk_application": {"name": "@auto"},
    "aws_elastic_beanstalk_environment": {
        "name": "@auto", "application": "@ref", "solution_stack_name": '"64bit Amazon Linux 2023 v4.3.0 running Python 3.11"',
        "setting": "@ebsetting", "version_label": "@ebversion",
    },
    "aws_elastic_beanstalk_application_version": {"name": "@auto", "application": "@ref", "bucket": "@ref", "key": "@ref"},
    "aws_chime_voice_connector": {"name": "@auto", "require_encryption": "true"},
    "aws_chime_voice_connector_group": {"name": "@auto", "connector": "@connectors"},
    "aws_chime_voice_connector_logging": {"voice_connector_id": "@ref", "enable_sip_logs": "true"},
    "aws_chime_voice_connector_origination": {
        "voice_connector_id": "@ref", "disabled": "false",
        "route": {"host": '"127.0.0.1"', "port": "8081", "protocol": '"TCP"', "priority": "1", "weight": "1"},
    },
    "aws_chime_voice_connector_streaming": {"voice_connector_id": "@ref", "disabled": "false", "data_retention": "7"},
    "aws_chime_voice_connector_termination": {"voice_connector_id": "@ref", "calling_regions": '["US", "CA"]', "cidr_allow_list": '["50.35.78.96/31"]'},
    "aws_chime_voice_connector_termination_credentials": {
        "voice_connector_id": "@ref", "credentials": {"username": '"test"', "password": '"test!123456"'},
    },
    "aws_connect_instance": {
        "identity_management_type": '"CONNECT_MANAGED"', "inbound_calls_enabled": "true", "outbound_calls_enabled": "true", "instance_alias": "@auto",
    },
    "aws_lexv2models_bot": {
        "name": "@auto", "role_arn": "@ref", "idle_session_ttl_in_seconds": "300", "data_privacy": {"child_directed": "false"},
    },
    "aws_lex_bot": {
        "name": '"OrderFlowers"', "child_directed": "false",
        "abort_statement": {"message": {"content": '"Sorry, I am not able to assist at this time"', "content_type": '"PlainText"'}},
        "intent": {"intent_name": "aws_lex_intent.main.name", "intent_version": '"1"'},
    },
    "aws_lex_intent": {"name": '"OrderFlowers"', "fulfillment_activity": {"type": '"ReturnIntent"'}},
    "aws_lex_slot_type": {"name": '"FlowerTypes"', "enumeration_value": {"value": '"lilies"'}},
    "aws_kendra_index": {"name": "@auto", "role_arn": "@ref"},
    "aws_dms_replication_instance": {"replication_instance_id": "@auto", "replication_instance_class": '"dms.t3.micro"', "allocated_storage": "20"},
    "aws_transfer_server": {"identity_provider_type": '"SERVICE_MANAGED"'},
    "aws_budgets_budget": {"name": "@auto", "budget_type": '"COST"', "limit_amount": '"100"', "limit_unit": '"USD"', "time_unit": '"MONTHLY"'},
    "aws_cloudformation_stack": {
        "name": "@auto",
        "template_body": 'jsonencode({ Resources = { Topic = { Type = "AWS::SNS::Topic" } } })',
    },
    "aws_config_config_rule": {"name": "@auto", "source": {"owner": '"AWS"', "source_identifier": '"S3_BUCKET_VERSIONING_ENABLED"'}},
    "aws_config_configuration_recorder": {"role_arn": "@ref"},
    "aws_cloud9_environment_ec2": {"name": "@auto", "instance_type": '"t3.small"', "image_id": '"amazonlinux-2023-x86_64"'},
    "aws_amplify_app": {"name": "@auto"},
    "aws_guardduty_detector": {"enable": "true"},
    "aws_ses_email_identity": {"email": "@auto"},
    "aws_ses_domain_identity": {"domain": "@auto"},
    "aws_service_discovery_private_dns_namespace": {"name": "@auto", "vpc": "aws_vpc.main.id"},
    "aws_appautoscaling_target": {
        "max_capacity": "4", "min_capacity": "1", "resource_id": '"table/example"', "scalable_dimension": '"dynamodb:table:ReadCapacityUnits"',
        "service_namespace": '"dynamodb"',
    },
    "random_password": {"length": "16", "special": "false"},
    "random_string": {"length": "16", "special": "false"},
    "random_id": {"byte_length": "8"},
    "random_pet": {"length": "2"},
    "tls_private_key": {"algorithm": '"RSA"', "rsa_bits": "4096"},
}  # fmt: skip

PRINCIPALS: Final[tuple[tuple[str, str], ...]] = (
    # type of the resource that uses a role -> the service that assumes it; longest prefix first
    ("aws_eks_cluster", "eks.amazonaws.com"),
    ("aws_eks_node_group", "ec2.amazonaws.com"),
    ("aws_eks_fargate_profile", "eks-fargate-pods.amazonaws.com"),
    ("aws_ecs_task_definition", "ecs-tasks.amazonaws.com"),
    ("aws_ecs", "ecs.amazonaws.com"),
    ("aws_iam_instance_profile", "ec2.amazonaws.com"),
    ("aws_instance", "ec2.amazonaws.com"),
    ("aws_lambda", "lambda.amazonaws.com"),
    ("aws_codebuild", "codebuild.amazonaws.com"),
    ("aws_codepipeline", "codepipeline.amazonaws.com"),
    ("aws_codedeploy", "codedeploy.amazonaws.com"),
    ("aws_backup", "backup.amazonaws.com"),
    ("aws_kinesis_firehose", "firehose.amazonaws.com"),
    ("aws_kinesis_analytics", "kinesisanalytics.amazonaws.com"),
    ("aws_kinesisanalyticsv2", "kinesisanalytics.amazonaws.com"),
    ("aws_sagemaker", "sagemaker.amazonaws.com"),
    ("aws_dax", "dax.amazonaws.com"),
    ("aws_elastic_beanstalk", "elasticbeanstalk.amazonaws.com"),
    ("aws_sfn", "states.amazonaws.com"),
    ("aws_cloudwatch_event", "events.amazonaws.com"),
    ("aws_scheduler", "scheduler.amazonaws.com"),
    ("aws_pipes", "pipes.amazonaws.com"),
    ("aws_api_gateway", "apigateway.amazonaws.com"),
    ("aws_apigatewayv2", "apigateway.amazonaws.com"),
    ("aws_appsync", "appsync.amazonaws.com"),
    ("aws_rds", "rds.amazonaws.com"),
    ("aws_db_proxy", "rds.amazonaws.com"),
    ("aws_db_instance", "monitoring.rds.amazonaws.com"),
    ("aws_redshift", "redshift.amazonaws.com"),
    ("aws_glue", "glue.amazonaws.com"),
    ("aws_emr", "elasticmapreduce.amazonaws.com"),
    ("aws_batch_job", "ecs-tasks.amazonaws.com"),
    ("aws_batch", "batch.amazonaws.com"),
    ("aws_flow_log", "vpc-flow-logs.amazonaws.com"),
    ("aws_s3_bucket_replication", "s3.amazonaws.com"),
    ("aws_lexv2models", "lexv2.amazonaws.com"),
    ("aws_lex", "lex.amazonaws.com"),
    ("aws_cloudtrail", "cloudtrail.amazonaws.com"),
    ("aws_config", "config.amazonaws.com"),
    ("aws_ssm", "ssm.amazonaws.com"),
    ("aws_dlm", "dlm.amazonaws.com"),
    ("aws_transfer", "transfer.amazonaws.com"),
    ("aws_iot", "iot.amazonaws.com"),
    ("aws_cognito", "cognito-identity.amazonaws.com"),
    ("aws_kendra", "kendra.amazonaws.com"),
    ("aws_apprunner", "tasks.apprunner.amazonaws.com"),
    ("aws_imagebuilder", "ec2.amazonaws.com"),
    ("aws_launch", "ec2.amazonaws.com"),
    ("aws_cloudformation", "cloudformation.amazonaws.com"),
    ("aws_neptune", "rds.amazonaws.com"),
    ("aws_sns", "sns.amazonaws.com"),
    ("aws_s3", "s3.amazonaws.com"),
    ("aws_dms", "dms.amazonaws.com"),
    ("aws_datasync", "datasync.amazonaws.com"),
    ("aws_amplify", "amplify.amazonaws.com"),
    ("aws_grafana", "grafana.amazonaws.com"),
)

MANAGED_POLICIES: Final[dict[str, tuple[str, ...]]] = {
    # type of the resource that uses the role -> AWS managed policies that it wants (path below policy/)
    "aws_eks_cluster": ("AmazonEKSClusterPolicy",),
    "aws_eks_node_group": ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"),
    "aws_eks_fargate_profile": ("AmazonEKSFargatePodExecutionRolePolicy",),
    "aws_ecs_task_definition": ("service-role/AmazonECSTaskExecutionRolePolicy",),
    "aws_lambda_function": ("service-role/AWSLambdaBasicExecutionRole",),
    "aws_backup_selection": ("service-role/AWSBackupServiceRolePolicyForBackup",),
    "aws_elastic_beanstalk_environment": ("AWSElasticBeanstalkWebTier",),
    "aws_codebuild_project": ("AWSCodeBuildAdminAccess",),
    "aws_batch_compute_environment": ("service-role/AWSBatchServiceRole",),
    "aws_glue_job": ("service-role/AWSGlueServiceRole",),
    "aws_glue_crawler": ("service-role/AWSGlueServiceRole",),
    "aws_emr_cluster": ("service-role/AmazonElasticMapReduceRole",),
    "aws_sagemaker_notebook_instance": ("AmazonSageMakerFullAccess",),
    "aws_sagemaker_model": ("AmazonSageMakerFullAccess",),
    "aws_sagemaker_domain": ("AmazonSageMakerFullAccess",),
    "aws_dax_cluster": ("AmazonDynamoDBFullAccess",),
    "aws_iam_instance_profile": ("AmazonSSMManagedInstanceCore",),
    "aws_db_instance": ("service-role/AmazonRDSEnhancedMonitoringRole",),
}

INLINE_POLICIES: Final[dict[str, str]] = {
    # word in the prompt or type prefix -> action of a policy statement made up for it
    "s3": "s3:*",
    "dynamodb": "dynamodb:*",
    "kinesis": "kinesis:*",
    "logs": "logs:*",
    "ec2": "ec2:Describe*",
    "sqs": "sqs:*",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
}
