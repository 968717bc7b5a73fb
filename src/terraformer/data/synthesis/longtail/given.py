"""Reviewed values of the long tail: where a type wants a combination that its schema does not tell.

``GIVEN[type]`` maps names to a value, a tuple of values to choose from, a dict (a block) or a list of them, a function of
the scene, or "@" (filled like a required argument). ``AVOID[type]`` are optional paths that are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from terraformer.data.synthesis.expressions import Call, Document, Json, Statement, Value
from terraformer.data.synthesis.scenario import Scene

__all__ = ["AVOID", "GIVEN"]

Make = Callable[[Scene], Value]


def var(name: str, description: str, kind: str = "string") -> Make:
    """An input variable without a default: for what a configuration should not hold."""

    def make(s: Scene) -> Value:
        known = next((v for v in s.variables if v.name == name), None)
        return known or s.variable(name, kind, None, description)

    return make


def doc(*actions: str, principal: str = "111122223333", service: str = "") -> Make:
    """A policy document for one account or service."""
    who = {"Service": (service,)} if service else {"AWS": (f"arn:aws:iam::{principal}:root",)}
    return lambda s: Document(Statement(tuple(s.some(actions, 1)), ("*",), principals=who))


def json(*values: Any) -> Make:
    """One of some JSON documents."""
    return lambda s: Json(s.pick(*values))


def pick(*values: Any) -> Make:
    """One of some values, lists among them."""
    return lambda s: s.pick(*values)


def some(*values: str) -> Make:
    """A few of some texts."""
    return lambda s: s.some(values, 1, 3)


_ALARM_RULES = {
    "groups": [
        {
            "name": "availability",
            "rules": [{"alert": "HighErrorRate", "expr": "rate(http_errors_total[5m]) > 0.05", "for": "10m"}],
        }
    ]
}
_LISTENER = {"port": (80, 8080), "protocol": "HTTP"}
_FIXED = {
    "type": "fixed-response",
    "fixed_response": {"content_type": "text/plain", "message_body": "Not found", "status_code": "404"},
}
_PORTS = (80, 443, 8080)

GIVEN: Final[dict[str, dict[str, Any]]] = {
    "aws_accessanalyzer_archive_rule": {"filter": {"criteria": ("resourceType", "isPublic", "status"), "exists": "true"}},
    "aws_acmpca_certificate": {
        "certificate_signing_request": var("certificate_signing_request", "Certificate signing request in PEM format."),
        "signing_algorithm": ("SHA256WITHRSA", "SHA512WITHRSA"), "validity": {"type": ("YEARS", "MONTHS"), "value": ("1", "2", "5")},
    },
    "aws_acmpca_certificate_authority_certificate": {"certificate": var("ca_certificate", "Certificate of the certificate authority in PEM format.")},
    "aws_alb": {"load_balancer_type": "application", "name": "@", "subnets": "@", "internal": (True, False)},
    "aws_lb": {"load_balancer_type": "application", "name": "@", "subnets": "@"},
    "aws_alb_target_group": {"name": "@", "port": _PORTS, "protocol": ("HTTP", "HTTPS"), "vpc_id": "@"},
    "aws_lb_target_group": {"name": "@", "port": _PORTS, "protocol": ("HTTP", "HTTPS"), "vpc_id": "@"},
    "aws_alb_listener": {"load_balancer_arn": "@", **_LISTENER, "default_action": _FIXED},
    "aws_lb_listener": {"load_balancer_arn": "@", **_LISTENER, "default_action": _FIXED},
    "aws_alb_listener_rule": {
        "listener_arn": "@", "priority": (10, 50, 100), "action": _FIXED,
        "condition": {"path_pattern": {"values": pick(["/admin/*"], ["/api/*"], ["/static/*"])}},
    },
    "aws_api_gateway_authorizer": {"name": "@", "rest_api_id": "@", "type": "COGNITO_USER_POOLS", "provider_arns": var("user_pool_arns", "ARNs of the Cognito user pools.", "list(string)")},
    "aws_api_gateway_documentation_part": {"location": {"type": "API"}, "properties": json({"description": "Public API of the shop"}, {"description": "Orders API"})},
    "aws_api_gateway_gateway_response": {"response_type": ("UNAUTHORIZED", "ACCESS_DENIED", "DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"), "status_code": ("401", "403", "429", "500")},
    "aws_apigatewayv2_model": {"content_type": "application/json", "schema": json({"$schema": "http://json-schema.org/draft-04/schema#", "title": "Order", "type": "object"})},
    "aws_appautoscaling_scheduled_action": {
        "service_namespace": "dynamodb", "resource_id": ("table/orders", "table/sessions"), "scalable_dimension": ("dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits"),
        "schedule": ("cron(0 8 * * ? *)", "rate(1 day)", "cron(0 20 * * ? *)"), "scalable_target_action": {"min_capacity": (1, 5), "max_capacity": (10, 50)},
    },
    "aws_appfabric_app_authorization": {
        "app": ("SLACK", "ZOOM", "OKTA", "GITHUB"), "auth_type": "apiKey", "credential": {"api_key_credential": {"api_key": var("api_key", "API key of the application.")}},
        "tenant": {"tenant_display_name": ("acme", "corp"), "tenant_identifier": ("acme", "T01ABCDEF")},
    },
    "aws_appfabric_ingestion": {"app": ("SLACK", "ZOOM", "OKTA", "GITHUB"), "ingestion_type": "auditLog", "tenant_id": ("acme", "T01ABCDEF")},
    "aws_appintegrations_event_integration": {"eventbridge_bus": "default", "event_filter": {"source": ("aws.partner/zendesk.com", "aws.partner/salesforce.com")}},
    "aws_appsync_function": {"code": None, "data_source": var("data_source_name", "Name of the AppSync data source."), "request_mapping_template": '{"version": "2018-05-29"}', "response_mapping_template": "$util.toJson($ctx.result)"},
    "aws_appsync_type": {"format": "SDL", "definition": ("type Mutation { putPost(id: ID!, title: String!): Post }", "type Query { getOrder(id: ID!): Order }")},
    "aws_athena_prepared_statement": {"workgroup": "primary", "query_statement": ("SELECT * FROM orders WHERE customer_id = ?", "SELECT count(*) FROM events WHERE day = ?")},
    "aws_autoscaling_group_tag": {"tag": {"key": ("Environment", "Team", "CostCenter"), "value": ("production", "platform", "4711"), "propagate_at_launch": (True, False)}},
    "aws_backup_global_settings": {"global_settings": pick({"isCrossAccountBackupEnabled": "true"}, {"isCrossAccountBackupEnabled": "false"})},
    "aws_backup_region_settings": {"resource_type_opt_in_preference": pick({"DynamoDB": True, "EFS": True, "RDS": True}, {"Aurora": True, "EBS": True, "EC2": True})},
    "aws_bedrock_custom_model": {
        "base_model_identifier": "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-express-v1", "hyperparameters": {"epochCount": "1", "batchSize": "1", "learningRate": "0.005"},
        "training_data_config": {"s3_uri": "s3://acme-training-data/train.jsonl"}, "output_data_config": {"s3_uri": "s3://acme-training-data/output/"},
    },
    "aws_bedrock_guardrail": {
        "blocked_input_messaging": ("Sorry, I cannot answer this question.", "This request is not allowed."), "blocked_outputs_messaging": ("Sorry, I cannot answer this question.", "This answer was blocked."),
        "content_policy_config": {"filters_config": {"type": ("HATE", "VIOLENCE", "INSULTS", "MISCONDUCT"), "input_strength": ("HIGH", "MEDIUM"), "output_strength": ("HIGH", "MEDIUM")}},
    },
    "aws_budgets_budget_action": {
        "action_threshold": {"action_threshold_type": "PERCENTAGE", "action_threshold_value": (80, 90, 100)}, "action_type": "APPLY_IAM_POLICY", "approval_model": ("AUTOMATIC", "MANUAL"),
        "notification_type": ("ACTUAL", "FORECASTED"), "definition": {"iam_action_definition": {"policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll", "roles": ["developer"]}},
        "subscriber": {"address": ("finance@example.com", "ops@example.com"), "subscription_type": "EMAIL"},
    },
    "aws_ce_anomaly_subscription": {
        "frequency": ("DAILY", "WEEKLY"), "monitor_arn_list": var("monitor_arns", "ARNs of the anomaly monitors.", "list(string)"),
        "subscriber": {"type": "EMAIL", "address": ("finance@example.com", "billing@example.com")},
        "threshold_expression": {"dimension": {"key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "match_options": ["GREATER_THAN_OR_EQUAL"], "values": pick(["100"], ["250"])}},
    },
    "aws_chime_voice_connector_origination": {"route": {"host": ("203.0.113.10", "198.51.100.7"), "port": (5060, 8081), "protocol": ("TCP", "UDP"), "priority": (1, 2), "weight": (1, 5)}},
    "aws_chime_voice_connector_termination": {"calling_regions": pick(["US"], ["US", "CA"]), "cidr_allow_list": pick(["203.0.113.0/27"], ["198.51.100.16/28"])},
    "aws_chimesdkvoice_sip_rule": {"trigger_type": "RequestUriHostname", "trigger_value": ("voice.example.com", "sip.example.com"), "target_applications": {"priority": 1, "aws_region": "us-east-1"}},
    "aws_cleanrooms_collaboration": {
        "creator_member_abilities": pick(["CAN_QUERY", "CAN_RECEIVE_RESULTS"], ["CAN_QUERY"]), "creator_display_name": ("Acme", "Example Corp"), "query_log_status": ("ENABLED", "DISABLED"),
        "description": ("Joint campaign measurement", "Audience overlap with partners"),
    },
    "aws_cleanrooms_configured_table": {"analysis_method": "DIRECT_QUERY", "allowed_columns": pick(["customer_id", "country"], ["email_hash", "segment", "day"]), "table_reference": {"database_name": "analytics", "table_name": ("customers", "events")}},
    "aws_cloudcontrolapi_resource": {"type_name": "AWS::ECS::Cluster", "desired_state": json({"ClusterName": "batch"}, {"ClusterName": "web"})},
    "aws_cloudformation_type": {"schema_handler_package": ("s3://acme-extensions/handler.zip",), "type": "RESOURCE", "type_name": "Acme::Network::Peering"},
    "aws_cloudformation_stack": {"name": "@", "template_body": json({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}, {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}})},
    "aws_cloudformation_stack_set": {"name": "@", "template_body": json({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})},
    "aws_cloudfrontkeyvaluestore_key": {"key": ("theme", "feature_flag", "redirect"), "value": ("dark", "on", "https://www.example.com")},
    "aws_cloudwatch_contributor_insight_rule": {"rule_definition": json({"Schema": {"Name": "CloudWatchLogRule", "Version": 1}, "LogGroupNames": ["/app/access"], "LogFormat": "JSON", "Contribution": {"Keys": ["$.ip"], "Filters": []}, "AggregateOn": "Count"})},
    "aws_cloudwatch_event_permission": {"principal": ("111122223333", "444455556666"), "statement_id": ("PartnerAccount", "DevAccess")},
    "aws_cloudwatch_log_delivery_source": {"log_type": ("APPLICATION_LOGS", "EVENT_LOGS"), "resource_arn": var("resource_arn", "ARN of the resource that writes the logs.")},
    "aws_cloudwatch_log_account_policy": {"policy_type": "SUBSCRIPTION_FILTER_POLICY", "policy_document": json({"DestinationArn": "arn:aws:kinesis:us-east-1:123456789012:stream/logs", "FilterPattern": "ERROR"})},
    "aws_codecommit_approval_rule_template": {"content": json({"Version": "2018-11-08", "DestinationReferences": ["refs/heads/main"], "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 2}]})},
    "aws_codepipeline_webhook": {"authentication": "GITHUB_HMAC", "target_action": "Source", "authentication_configuration": {"secret_token": var("webhook_secret", "Secret of the webhook.")}, "filter": {"json_path": "$.ref", "match_equals": "refs/heads/{Branch}"}},
    "aws_cognito_identity_provider": {"provider_name": "Google", "provider_type": "Google", "provider_details": {"authorize_scopes": "email", "client_id": "acme-web", "client_secret": "replace-me"}},
    "aws_comprehend_document_classifier": {"language_code": ("en", "de", "es"), "input_data_config": {"s3_uri": "s3://acme-training/documents.csv"}},
    "aws_comprehend_entity_recognizer": {"language_code": ("en", "de", "es"), "input_data_config": {"entity_types": {"type": ("PRODUCT", "ORDER_ID")}, "documents": {"s3_uri": "s3://acme-training/documents.txt"}, "entity_list": {"s3_uri": "s3://acme-training/entities.csv"}}},
    "aws_computeoptimizer_recommendation_preferences": {"resource_type": "Ec2Instance", "scope": {"name": "AccountId", "value": ("111122223333", "123456789012")}, "enhanced_infrastructure_metrics": ("Active", "Inactive")},
    "aws_config_organization_custom_policy_rule": {"policy_runtime": "guard-2.x.x", "policy_text": "rule versioning_on { configuration.status == 'Enabled' }", "trigger_types": ["ConfigurationItemChangeNotification"]},
    "aws_config_conformance_pack": {"template_body": json({"Resources": {"Rule": {"Type": "AWS::Config::ConfigRule", "Properties": {"ConfigRuleName": "ebs-encrypted", "Source": {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}}}}})},
    "aws_config_organization_conformance_pack": {"template_body": json({"Resources": {"Rule": {"Type": "AWS::Config::ConfigRule", "Properties": {"ConfigRuleName": "ebs-encrypted", "Source": {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}}}}})},
    "aws_connect_vocabulary": {"language_code": ("en-US", "de-DE"), "content": "Phrase\tIPA\tSoundsLike\tDisplayAs\nAcme\t\tack-mee\tACME"},
    "aws_controltower_control": {"control_identifier": ("arn:aws:controltower:us-east-1::control/AWS-GR_EC2_VOLUME_INUSE_CHECK", "arn:aws:controltower:us-east-1::control/AWS-GR_ENCRYPTED_VOLUMES"), "target_identifier": var("organizational_unit_arn", "ARN of the organizational unit.")},
    "aws_cur_report_definition": {"s3_region": "us-east-1", "s3_prefix": ("cur", "reports"), "format": "textORcsv", "compression": ("GZIP", "ZIP"), "additional_schema_elements": ["RESOURCES"], "time_unit": ("DAILY", "HOURLY", "MONTHLY")},
    "aws_datazone_environment_blueprint_configuration": {"enabled_regions": pick(["us-east-1"], ["us-east-1", "eu-west-1"]), "environment_blueprint_id": var("environment_blueprint_id", "ID of the environment blueprint.")},
    "aws_datazone_environment_profile": {"aws_account_region": "us-east-1", "aws_account_id": ("111122223333", "123456789012"), "environment_blueprint_identifier": var("environment_blueprint_id", "ID of the environment blueprint.")},
    "aws_directory_service_radius_settings": {"radius_servers": pick(["10.0.0.5"], ["10.0.0.5", "10.0.1.5"]), "shared_secret": var("radius_secret", "Shared secret of the RADIUS servers."), "radius_port": 1812, "authentication_protocol": ("PAP", "CHAP", "MS-CHAPv2"), "display_label": ("MFA", "RADIUS"), "radius_retries": (2, 4), "radius_timeout": (5, 20)},
    "aws_drs_replication_configuration_template": {"staging_area_tags": {"Name": "drs-staging"}, "ebs_encryption": "DEFAULT", "default_large_staging_disk_type": ("GP3", "GP2"), "data_plane_routing": ("PRIVATE_IP", "PUBLIC_IP"), "pit_policy": [{"interval": 10, "retention_duration": 60, "units": "MINUTE", "enabled": True, "rule_id": 1}]},
    "aws_dsql_cluster_policy": {"policy": doc("dsql:DbConnect", "dsql:GetCluster")},
    "aws_dx_connection": {"location": ("EqDC2", "EqSe2", "TIPD16"), "bandwidth": ("1Gbps", "10Gbps")},
    "aws_dx_lag": {"location": ("EqDC2", "EqSe2", "TIPD16"), "connections_bandwidth": ("1Gbps", "10Gbps")},
    "aws_dx_hosted_public_virtual_interface": {"address_family": "ipv4", "customer_address": "175.45.176.1/30", "amazon_address": "175.45.176.2/30", "route_filter_prefixes": pick(["210.52.109.0/24"], ["175.45.176.0/22"])},
    "aws_dx_public_virtual_interface": {"address_family": "ipv4", "customer_address": "175.45.176.1/30", "amazon_address": "175.45.176.2/30", "route_filter_prefixes": pick(["210.52.109.0/24"], ["175.45.176.0/22"])},
    "aws_dynamodb_tag": {"resource_arn": var("table_arn", "ARN of the table."), "key": ("Environment", "Team"), "value": ("production", "platform")},
    "aws_ec2_tag": {"resource_id": var("resource_id", "ID of the resource to tag."), "key": ("Environment", "Team", "CostCenter"), "value": ("production", "platform", "4711")},
    "aws_ecs_tag": {"resource_arn": var("cluster_arn", "ARN of the ECS cluster."), "key": ("Environment", "Team"), "value": ("production", "platform")},
    "aws_organizations_tag": {"resource_id": var("organizational_unit_id", "ID of the organizational unit."), "key": ("Environment", "Team"), "value": ("production", "platform")},
    "aws_secretsmanager_tag": {"secret_id": "@", "key": ("Environment", "Team"), "value": ("production", "platform")},
    "aws_transfer_tag": {"resource_arn": var("server_arn", "ARN of the Transfer Family server."), "key": ("Environment", "Team"), "value": ("production", "platform")},
    "aws_servicecatalog_tag_option": {"key": ("Environment", "CostCenter"), "value": ("production", "4711")},
    "aws_ecs_account_setting_default": {"name": ("containerInsights", "serviceLongArnFormat", "taskLongArnFormat"), "value": "enabled"},
    "aws_ecs_capacity_provider": {"name": "@", "auto_scaling_group_provider": {"auto_scaling_group_arn": var("auto_scaling_group_arn", "ARN of the Auto Scaling group."), "managed_scaling": {"status": "ENABLED", "target_capacity": (80, 100)}}},
    "aws_elasticache_global_replication_group": {"global_replication_group_id_suffix": ("orders", "sessions"), "primary_replication_group_id": var("primary_replication_group_id", "ID of the primary replication group.")},
    "aws_elb_attachment": {"elb": var("load_balancer_name", "Name of the classic load balancer."), "instance": var("instance_id", "ID of the instance.")},
    "aws_emr_security_configuration": {"name": "@", "configuration": json({"EncryptionConfiguration": {"EnableInTransitEncryption": False, "EnableAtRestEncryption": True, "AtRestEncryptionConfiguration": {"S3EncryptionConfiguration": {"EncryptionMode": "SSE-S3"}}}})},
    "aws_emr_studio": {"default_s3_location": ("s3://acme-emr-studio/workspaces", "s3://analytics-studio/notebooks"), "auth_mode": "IAM"},
    "aws_emr_studio_session_mapping": {"identity_type": ("USER", "GROUP"), "identity_name": ("jane@example.com", "data-engineers")},
    "aws_finspace_kx_scaling_group": {"host_type": ("kx.sg.4xlarge", "kx.sg.32xlarge"), "availability_zone_id": "use1-az2"},
    "aws_finspace_kx_volume": {"az_mode": "SINGLE", "type": "NAS_1", "availability_zones": ["use1-az2"], "nas1_configuration": {"size": (1200, 2400), "type": ("SSD_250", "SSD_1000")}},
    "aws_fis_experiment_template": {
        "description": ("Stop one instance", "Reboot a tagged instance"), "action": {"name": "stop", "action_id": ("aws:ec2:stop-instances", "aws:ec2:reboot-instances"), "target": {"key": "Instances", "value": "one-instance"}},
        "stop_condition": {"source": "none"}, "target": {"name": "one-instance", "resource_type": "aws:ec2:instance", "selection_mode": "COUNT(1)", "resource_tag": {"key": "chaos", "value": "ready"}},
    },
    "aws_fms_policy": {"name": "@", "exclude_resource_tags": (True, False), "remediation_enabled": (True, False), "resource_type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "security_service_policy_data": {"type": "WAFV2", "managed_service_data": json({"type": "WAFV2", "defaultAction": {"type": "ALLOW"}, "preProcessRuleGroups": [], "postProcessRuleGroups": []})}},
    "aws_glue_data_quality_ruleset": {"ruleset": ("Rules = [Completeness \"order_id\" > 0.95]", "Rules = [RowCount > 0, IsUnique \"id\"]")},
    "aws_glue_user_defined_function": {"name": "@", "class_name": ("com.example.udf.Normalize", "com.acme.hive.MaskEmail"), "owner_name": ("analytics", "jane"), "database_name": "@", "owner_type": ("GROUP", "USER")},
    "aws_glue_classifier": {"name": "@", "csv_classifier": {"delimiter": (",", ";"), "contains_header": ("PRESENT", "UNKNOWN", "ABSENT"), "header": pick(["order_id", "amount"], ["id", "name", "email"])}},
    "aws_guardduty_filter": {"name": "@", "action": ("ARCHIVE", "NOOP"), "rank": (1, 2), "finding_criteria": {"criterion": {"field": ("severity",), "greater_than_or_equal": ("4", "7")}}},
    "aws_guardduty_ipset": {"location": ("https://s3.amazonaws.com/acme-security/trusted.txt",), "format": "TXT", "activate": (True, False)},
    "aws_guardduty_threatintelset": {"location": ("https://s3.amazonaws.com/acme-security/threats.txt",), "format": "TXT", "activate": (True, False)},
    "aws_iam_saml_provider": {"name": "@", "saml_metadata_document": var("saml_metadata", "SAML metadata document of the identity provider.")},
    "aws_iam_server_certificate": {"name": "@", "certificate_body": var("certificate_body", "Certificate in PEM format."), "private_key": var("private_key", "Private key in PEM format.")},
    "aws_iam_signing_certificate": {"user_name": "@", "certificate_body": var("certificate_body", "Certificate in PEM format.")},
    "aws_imagebuilder_container_recipe": {"container_type": "DOCKER", "parent_image": ("amazonlinux:latest", "ubuntu:22.04"), "version": "1.0.0", "target_repository": {"service": "ECR", "repository_name": ("app", "web")}, "component": {"component_arn": "arn:aws:imagebuilder:us-east-1:aws:component/update-linux/x.x.x"}, "dockerfile_template_data": "FROM {{{ imagebuilder:parentImage }}}\n{{{ imagebuilder:environments }}}\n{{{ imagebuilder:components }}}"},
    "aws_invoicing_invoice_unit": {"invoice_receiver": ("111122223333", "444455556666"), "rule": {"linked_accounts": ["123456789012"]}},
    "aws_iot_ca_certificate": {"active": (True, False), "allow_auto_registration": (True, False), "ca_certificate_pem": var("ca_certificate", "CA certificate in PEM format."), "certificate_mode": "SNI_ONLY"},
    "aws_iot_event_configurations": {"event_configurations": pick({"THING": True, "THING_GROUP": False}, {"THING": True, "JOB": True, "CERTIFICATE": False})},
    "aws_iot_provisioning_template": {"name": "@", "template_body": json({"Parameters": {"SerialNumber": {"Type": "String"}}, "Resources": {"thing": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Ref": "SerialNumber"}}}}})},
    "aws_kms_ciphertext": {"plaintext": var("plaintext", "Text to encrypt.")},
    "aws_lakeformation_permissions": {"principal": "arn:aws:iam::123456789012:role/analyst", "permissions": some("ALTER", "DESCRIBE", "DROP"), "database": {"name": ("sales", "orders")}},
    "aws_lakeformation_resource_lf_tag": {"lf_tag": {"key": ("module", "domain"), "value": ("orders", "customers")}, "database": {"name": ("sales", "orders")}},
    "aws_lakeformation_resource_lf_tags": {"lf_tag": {"key": ("module", "domain"), "value": ("orders", "customers")}, "database": {"name": ("sales", "orders")}},
    "aws_lambda_invocation": {"function_name": "@", "input": json({"action": "warm-up"}, {"key": "value"})},
    "aws_lambda_layer_version_permission": {"layer_name": ("shared-utils", "runtime-deps"), "version_number": (1, 2), "principal": ("111122223333", "*"), "action": "lambda:GetLayerVersion", "statement_id": ("dev-account", "share")},
    "aws_lb_trust_store": {"ca_certificates_bundle_s3_bucket": ("acme-trust-stores",), "ca_certificates_bundle_s3_key": ("ca.pem", "bundle.pem")},
    "aws_lb_trust_store_revocation": {"trust_store_arn": "@", "revocations_s3_bucket": ("acme-trust-stores",), "revocations_s3_key": ("crl.pem",)},
    "aws_lex_slot_type": {"enumeration_value": [{"value": "lilies", "synonyms": ["Lirium"]}, {"value": "tulips"}], "value_selection_strategy": ("ORIGINAL_VALUE", "TOP_RESOLUTION")},
    "aws_lightsail_domain_entry": {"type": ("A",), "target": ("203.0.113.10", "198.51.100.7"), "name": ("www", "api")},
    "aws_location_map": {"configuration": {"style": ("VectorEsriNavigation", "VectorEsriStreets", "VectorHereExplore")}},
    "aws_location_place_index": {"data_source": ("Here", "Esri", "Grab")},
    "aws_location_route_calculator": {"data_source": ("Here", "Esri", "Grab")},
    "aws_memorydb_multi_region_cluster": {"multi_region_cluster_name_suffix": ("orders", "sessions"), "node_type": "db.r7g.xlarge"},
    "aws_memorydb_user": {"user_name": ("app-user", "reporting", "orders-rw"), "access_string": ("on ~* &* +@all", "on ~app:* &* +@read"), "authentication_mode": {"type": "password", "passwords": lambda s: [var("user_password", "Password of the user.")(s)]}},
    "aws_mq_configuration": {"name": "@", "engine_type": "ActiveMQ", "engine_version": ("5.17.6", "5.18"), "data": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<broker xmlns="http://activemq.apache.org/schema/core">\n</broker>'},
    "aws_msk_scram_secret_association": {"cluster_arn": "@", "secret_arn_list": var("secret_arns", "ARNs of the secrets.", "list(string)")},
    "aws_osis_resource_policy": {"policy": doc("osis:CreatePipelineEndpoint", "osis:Ingest"), "resource_arn": var("pipeline_arn", "ARN of the pipeline.")},
    "aws_iam_user_login_profile": {"user": "@", "password_length": (20, 24), "password_reset_required": (True, False)},
    "aws_acmpca_certificate_authority": {"type": "ROOT", "certificate_authority_configuration": {"key_algorithm": ("RSA_2048", "RSA_4096"), "signing_algorithm": "SHA512WITHRSA", "subject": {"common_name": ("example.com", "corp.example.com")}}},
    "aws_bedrockagent_knowledge_base": {
        "name": "@", "role_arn": "@", "knowledge_base_configuration": {"type": "VECTOR", "vector_knowledge_base_configuration": {"embedding_model_arn": ("arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0", "arn:aws:bedrock:us-east-1::foundation-model/cohere.embed-english-v3")}},
        "storage_configuration": {"type": "OPENSEARCH_SERVERLESS", "opensearch_serverless_configuration": {"collection_arn": var("collection_arn", "ARN of the OpenSearch Serverless collection."), "vector_index_name": ("documents", "bedrock-index"), "field_mapping": {"vector_field": "embedding", "text_field": "text", "metadata_field": "metadata"}}},
    },
    "aws_apigatewayv2_routing_rule": {"domain_name": "@", "priority": (1, 10, 50), "action": {"invoke_api": {"api_id": "@", "stage": ("prod", "v1")}}, "condition": {"match_base_paths": {"any_of": pick(["orders"], ["users"])}}},
    "aws_appconfig_deployment": {"configuration_version": ("1", "2")},
    "aws_appsync_source_api_association": {"merged_api_id": var("merged_api_id", "ID of the merged API."), "source_api_id": var("source_api_id", "ID of the source API.")},
    "aws_ce_cost_category": {"rule_version": "CostCategoryExpression.v1", "rule": {"value": ("production", "staging"), "rule": {"dimension": {"key": "LINKED_ACCOUNT_NAME", "values": pick(["-prod"], ["-stg"]), "match_options": ["ENDS_WITH"]}}}},
    "aws_codestarnotifications_notification_rule": {"detail_type": ("BASIC", "FULL"), "event_type_ids": some("codecommit-repository-comments-on-commits", "codecommit-repository-pull-request-created", "codecommit-repository-pull-request-merged"), "name": "@", "resource": var("repository_arn", "ARN of the repository.")},
    "aws_cognito_user_pool_ui_customization": {"user_pool_id": "@", "css": (".label-customizable {font-weight: 400;}", ".submitButton-customizable {background-color: #1f6feb;}")},
    "aws_emrcontainers_job_template": {"name": "@", "job_template_data": {"release_label": ("emr-7.5.0-latest", "emr-6.15.0-latest"), "execution_role_arn": "@", "job_driver": {"spark_sql_job_driver": {"entry_point": "s3://acme-jobs/report.sql"}}}},
    "aws_lambda_function_scaling_config": {"function_name": "@", "qualifier": ("live", "$LATEST.PUBLISHED")},
    "aws_lex_bot": {"name": ("OrderFlowers", "BookTrip"), "child_directed": (True, False), "abort_statement": {"message": {"content": ("Sorry, I am not able to assist at this time",), "content_type": "PlainText"}}, "intent": {"intent_name": ("OrderFlowers", "BookHotel"), "intent_version": "1"}},
    "aws_msk_vpc_connection": {"authentication": ("SASL_IAM", "SASL_SCRAM", "TLS"), "target_cluster_arn": var("cluster_arn", "ARN of the MSK cluster."), "client_subnets": var("client_subnets", "IDs of the client's subnets.", "list(string)"), "security_groups": "@", "vpc_id": "@"},
    "aws_mskconnect_connector": {
        "name": "@", "kafkaconnect_version": ("2.7.1", "3.7.x"), "connector_configuration": {"connector.class": "com.example.SinkConnector", "tasks.max": "1", "topics": "orders"}, "capacity": {"provisioned_capacity": {"mcu_count": (1, 2), "worker_count": (1, 2)}},
        "kafka_cluster": {"apache_kafka_cluster": {"bootstrap_servers": var("bootstrap_servers", "Bootstrap servers of the cluster."), "vpc": {"security_groups": "@", "subnets": "@"}}}, "kafka_cluster_client_authentication": {"authentication_type": ("NONE", "IAM")},
        "kafka_cluster_encryption_in_transit": {"encryption_type": ("TLS", "PLAINTEXT")}, "plugin": {"custom_plugin": {"arn": var("plugin_arn", "ARN of the custom plugin."), "revision": 1}}, "service_execution_role_arn": "@",
    },
    "aws_mskconnect_custom_plugin": {"content_type": ("ZIP", "JAR"), "location": {"s3": {"file_key": ("plugins/debezium.zip", "plugins/sink.zip")}}},
    "aws_mskconnect_worker_configuration": {"properties_file_content": "key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.storage.StringConverter"},
    "aws_network_acl_rule": {"network_acl_id": "@", "rule_number": (100, 200), "protocol": "tcp", "rule_action": ("allow", "deny"), "cidr_block": ("0.0.0.0/0", "10.0.0.0/8"), "from_port": (443,), "to_port": (443,), "egress": (True, False)},
    "aws_networkfirewall_logging_configuration": {"firewall_arn": "@", "logging_configuration": {"log_destination_config": {"log_destination": {"logGroup": "/network/firewall"}, "log_destination_type": "CloudWatchLogs", "log_type": ("ALERT", "FLOW")}}},
    "aws_networkfirewall_resource_policy": {"resource_arn": var("rule_group_arn", "ARN of the rule group to share."), "policy": doc("network-firewall:ListRuleGroups", "network-firewall:CreateFirewallPolicy")},
    "aws_networkmanager_connect_attachment": {"edge_location": ("us-east-1", "eu-west-1"), "options": {"protocol": ("GRE", "NO_ENCAP")}},
    "aws_networkmanager_dx_gateway_attachment": {"edge_locations": pick(["us-east-1"], ["us-east-1", "eu-west-1"])},
    "aws_networkmonitor_probe": {"destination": ("10.1.1.10", "192.0.2.25"), "protocol": "ICMP", "source_arn": var("subnet_arn", "ARN of the subnet that probes.")},
    "aws_notifications_event_rule": {"event_type": ("EC2 Instance State-change Notification", "CloudWatch Alarm State Change"), "source": ("aws.ec2", "aws.cloudwatch"), "regions": pick(["us-east-1"], ["us-east-1", "us-west-2"])},
    "aws_notifications_notification_hub": {"notification_hub_region": ("us-east-1", "us-west-2", "eu-west-1")},
    "aws_oam_link": {"label_template": ("$AccountName", "$AccountEmail"), "resource_types": some("AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"), "sink_identifier": "@"},
    "aws_odb_cloud_exadata_infrastructure": {"shape": ("Exadata.X9M", "Exadata.X11M"), "compute_count": 2, "storage_count": 3, "availability_zone_id": "use1-az4", "display_name": ("exadata-main", "odb-prod")},
    "aws_opensearchserverless_lifecycle_policy": {"name": "@", "type": "retention", "policy": json({"Rules": [{"ResourceType": "index", "Resource": ["index/logs/*"], "MinIndexRetention": "81d"}]}, {"Rules": [{"ResourceType": "index", "Resource": ["index/events/*"], "MinIndexRetention": "30d"}]})},
    "aws_organizations_resource_policy": {"content": doc("organizations:DescribeOrganization", "organizations:ListAccounts")},
    "aws_osis_pipeline": {"pipeline_name": "@", "min_units": 1, "max_units": (2, 4), "pipeline_configuration_body": 'version: "2"\nlog-pipeline:\n  source:\n    http:\n      path: "/logs"\n  sink:\n    - s3:\n        bucket: "acme-logs"\n'},
    "aws_pinpoint_gcm_channel": {"application_id": "@", "api_key": var("gcm_api_key", "API key of the messaging service.")},
    "aws_pinpointsmsvoicev2_keyword": {"origination_identity_arn": var("phone_number_arn", "ARN of the phone number."), "keyword": ("INFO", "PROMO"), "keyword_message": ("Thanks for your interest. We will call you back.", "Reply STOP to opt out.")},
    "aws_prometheus_alert_manager_definition": {"definition": "alertmanager_config: |\n  route:\n    receiver: 'default'\n  receivers:\n    - name: 'default'\n"},
    "aws_prometheus_query_logging_configuration": {"workspace_id": "@", "destination": {"cloudwatch_logs": {"log_group_arn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/prometheus/queries:*"}, "filters": {"qsp_threshold": (1000, 5000)}}},
    "aws_prometheus_rule_group_namespace": {"data": "groups:\n  - name: availability\n    rules:\n      - record: job:http_requests:rate5m\n        expr: sum by (job) (rate(http_requests_total[5m]))\n"},
    "aws_proxy_protocol_policy": {"load_balancer": "@", "instance_ports": pick(["25"], ["443"], ["25", "587"])},
    "aws_quicksight_vpc_connection": {"subnet_ids": var("subnet_ids", "IDs of at least two subnets.", "list(string)"), "name": "@", "vpc_connection_id": "@", "role_arn": "@"},
    "aws_ram_permission": {"policy_template": json({"Effect": "Allow", "Action": ["backup:ListProtectedResourcesByBackupVault"]}), "resource_type": "backup:BackupVault"},
    "aws_redshift_authentication_profile": {"authentication_profile_content": json({"AllowDBUserOverride": "1", "App_ID": "analytics"})},
    "aws_redshift_hsm_configuration": {"description": ("HSM of the data warehouse",), "hsm_ip_address": ("10.0.0.12",), "hsm_partition_name": "aws", "hsm_partition_password": var("hsm_password", "Password of the HSM partition."), "hsm_server_public_certificate": var("hsm_certificate", "Public certificate of the HSM.")},
    "aws_redshiftdata_statement": {"database": ("dev", "analytics"), "cluster_identifier": var("cluster_identifier", "Identifier of the Redshift cluster."), "db_user": ("admin", "loader"), "sql": ("CREATE GROUP analysts", "CREATE SCHEMA staging")},
    "aws_resiliencehubv2_assertion": {"text": ("Orders survive the loss of one zone", "The API answers within one second")},
    "aws_route53_traffic_policy": {"document": json({"AWSPolicyFormatVersion": "2015-10-01", "RecordType": "A", "StartEndpoint": "endpoint-1", "Endpoints": {"endpoint-1": {"Type": "value", "Value": "203.0.113.10"}}})},
    "aws_route53recoverycontrolconfig_safety_rule": {"asserted_controls": var("routing_control_arns", "ARNs of the routing controls.", "list(string)"), "wait_period_ms": (5000, 10000), "rule_config": {"inverted": (True, False), "threshold": (1, 2), "type": ("ATLEAST", "AND")}},
    "aws_route53recoveryreadiness_resource_set": {"resource_set_type": "AWS::CloudWatch::Alarm", "resources": {"resource_arn": var("alarm_arn", "ARN of the alarm.")}},
    "aws_s3control_object_lambda_access_point": {"name": "@", "configuration": {"supporting_access_point": var("access_point_arn", "ARN of the access point."), "transformation_configuration": {"actions": ["GetObject"], "content_transformation": {"aws_lambda": {"function_arn": var("function_arn", "ARN of the Lambda function.")}}}}},
    "aws_s3files_file_system_policy": {"policy": doc("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite")},
    "aws_sagemaker_model_card": {"content": json({"model_overview": {"model_description": "Predicts churn"}}, {"model_overview": {"model_description": "Ranks search results"}}), "model_card_status": ("Draft", "PendingReview", "Approved")},
    "aws_sagemaker_studio_lifecycle_config": {"studio_lifecycle_config_name": "@", "studio_lifecycle_config_app_type": ("JupyterServer", "KernelGateway", "JupyterLab"), "studio_lifecycle_config_content": lambda s: Call("base64encode", (s.pick("#!/bin/bash\npip install pandas", "#!/bin/bash\nset -e"),))},
    "aws_savingsplans_savings_plan": {"commitment": ("1.0", "5.0"), "savings_plan_offering_id": var("offering_id", "ID of the savings plan offering.")},
    "aws_schemas_schema": {"type": "OpenApi3", "content": json({"openapi": "3.0.0", "info": {"version": "1.0.0", "title": "Order"}, "paths": {}, "components": {"schemas": {"Order": {"type": "object"}}}})},
    "aws_security_group_rule": {"type": ("ingress", "egress"), "from_port": (443,), "to_port": (443,), "protocol": "tcp", "cidr_blocks": pick(["10.0.0.0/8"], ["0.0.0.0/0"]), "security_group_id": "@"},
    "aws_securityhub_aggregator_v2": {"region_linking_mode": ("ALL_REGIONS",)},
    "aws_securityhub_configuration_policy_association": {"policy_id": "@", "target_id": ("111122223333", "444455556666")},
    "aws_securityhub_insight": {"group_by_attribute": ("AwsAccountId", "ResourceId", "SeverityLabel"), "filters": {"severity_label": {"comparison": "EQUALS", "value": ("HIGH", "CRITICAL")}}},
    "aws_securitylake_custom_log_source": {"source_name": ("app-events", "proxy-logs"), "event_classes": pick(["FILE_ACTIVITY"], ["HTTP_ACTIVITY"]), "configuration": {"crawler_configuration": {"role_arn": "@"}, "provider_identity": {"external_id": ("partner", "siem"), "principal": ("111122223333", "444455556666")}}},
    "aws_securitylake_subscriber": {"subscriber_identity": {"principal": ("111122223333", "444455556666"), "external_id": ("partner", "siem")}, "source": {"aws_log_source_resource": {"source_name": ("ROUTE53", "VPC_FLOW", "CLOUD_TRAIL_MGMT"), "source_version": "2.0"}}, "access_type": "S3"},
    "aws_serverlessapplicationrepository_cloudformation_stack": {"application_id": "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser", "capabilities": ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"]},
    "aws_servicecatalog_constraint": {"type": "LAUNCH", "parameters": json({"RoleArn": "arn:aws:iam::123456789012:role/launch"})},
    "aws_servicecatalog_portfolio_share": {"principal_id": ("111122223333", "444455556666"), "type": "ACCOUNT"},
    "aws_servicecatalogappregistry_attribute_group": {"attributes": json({"app": "shop", "team": "web"}, {"owner": "platform", "tier": "1"})},
    "aws_servicequotas_service_quota": {"quota_code": "L-F678F1CE", "service_code": "vpc", "value": (10, 20)},
    "aws_servicequotas_template": {"quota_code": "L-F678F1CE", "service_code": "vpc", "region": "us-east-1", "value": (10, 20)},
    "aws_signer_signing_profile_permission": {"action": ("signer:StartSigningJob", "signer:GetSigningProfile"), "principal": ("111122223333", "444455556666")},
    "aws_sns_platform_application": {"platform": ("GCM", "APNS"), "platform_credential": var("platform_credential", "Credential of the push service."), "platform_principal": None},
    "aws_ssm_service_setting": {"setting_id": ("arn:aws:ssm:us-east-1:123456789012:servicesetting/ssm/parameter-store/high-throughput-enabled",), "setting_value": ("true", "false")},
    "aws_ssmcontacts_contact": {"type": ("PERSONAL", "ESCALATION"), "alias": ("on-call", "jane", "platform-escalation")},
    "aws_ssmcontacts_contact_channel": {"type": "EMAIL", "delivery_address": {"simple_address": ("oncall@example.com", "jane@example.com")}},
    "aws_ssoadmin_account_assignment": {"instance_arn": var("instance_arn", "ARN of the Identity Center instance."), "permission_set_arn": "@", "principal_id": var("group_id", "ID of the group."), "principal_type": ("GROUP",), "target_id": ("111122223333", "444455556666"), "target_type": "AWS_ACCOUNT"},
    "aws_ssoadmin_instance_access_control_attributes": {"instance_arn": var("instance_arn", "ARN of the Identity Center instance."), "attribute": {"key": ("department", "name"), "value": {"source": pick(["${path:name.givenName}"], ["${path:enterprise.department}"])}}},
    "aws_storagegateway_cached_iscsi_volume": {"gateway_arn": "@", "network_interface_id": "10.0.0.10", "target_name": ("backups", "archive"), "volume_size_in_bytes": (5368709120, 10737418240)},
    "aws_storagegateway_stored_iscsi_volume": {"gateway_arn": "@", "network_interface_id": "10.0.0.10", "target_name": ("backups", "archive"), "disk_id": var("disk_id", "ID of the gateway's disk."), "preserve_existing_data": (True, False)},
    "aws_swf_domain": {"workflow_execution_retention_period_in_days": ("30", "7", "90")},
    "aws_transfer_agreement": {"access_role": var("access_role_arn", "ARN of the access role."), "base_directory": ("/shared/partner", "/as2/inbox"), "local_profile_id": var("local_profile_id", "ID of the local profile."), "partner_profile_id": var("partner_profile_id", "ID of the partner's profile.")},
    "aws_transfer_certificate": {"certificate": var("certificate", "Certificate in PEM format."), "usage": ("SIGNING", "ENCRYPTION")},
    "aws_transfer_host_key": {"host_key_body": var("host_key", "Private host key.")},
    "aws_verifiedpermissions_schema": {"definition": {"value": json({"Shop": {"entityTypes": {}, "actions": {}}})}},
    "aws_vpc_endpoint_connection_notification": {"connection_events": some("Accept", "Reject", "Connect", "Delete"), "vpc_endpoint_service_id": var("vpc_endpoint_service_id", "ID of the endpoint service."), "connection_notification_arn": var("topic_arn", "ARN of the SNS topic.")},
    "aws_vpc_ipam": {"operating_regions": {"region_name": lambda s: s.region}},
    "aws_vpc_ipam_resource_discovery": {"operating_regions": {"region_name": lambda s: s.region}},
    "aws_vpc_network_performance_metric_subscription": {"source": ("us-east-1", "us-west-2"), "destination": ("eu-west-1", "eu-central-1")},
    "aws_waf_web_acl": {"name": "@", "metric_name": ("WebAcl", "ShopAcl"), "default_action": {"type": ("ALLOW", "BLOCK")}},
    "aws_wafregional_web_acl": {"name": "@", "metric_name": ("WebAcl", "ShopAcl"), "default_action": {"type": ("ALLOW", "BLOCK")}},
    "aws_wafv2_web_acl_logging_configuration": {"resource_arn": "@", "log_destination_configs": pick(["arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-main"], ["arn:aws:s3:::aws-waf-logs-acme"])},
    "aws_workspaces_connection_alias": {"connection_string": ("desktop.example.com", "workspaces.example.com")},
    "aws_workspaces_directory": {"directory_id": var("directory_id", "ID of the directory.")},
    "aws_workspacesweb_browser_settings": {"browser_policy": json({"chromePolicies": {"DefaultDownloadSetting": {"value": "2"}}})},
    "aws_workspacesweb_identity_provider": {"identity_provider_type": "SAML", "identity_provider_details": {"MetadataURL": "https://idp.example.com/metadata.xml"}},
    "aws_workspacesweb_network_settings": {"subnet_ids": var("subnet_ids", "IDs of at least two subnets.", "list(string)"), "security_group_ids": "@", "vpc_id": "@"},
    "aws_xray_group": {"group_name": "@", "filter_expression": ("responsetime > 5", "error = true", "fault = true")},
    "aws_xray_sampling_rule": {"rule_name": "@", "priority": (100, 1000, 9999), "reservoir_size": (1, 5), "fixed_rate": (0.05, 0.1), "host": "*", "http_method": ("*", "GET"), "service_name": "*", "service_type": "*", "url_path": ("*", "/api/*"), "resource_arn": "*", "version": 1},
    "aws_eks_access_policy_association": {
        "cluster_name": "@", "principal_arn": var("principal_arn", "ARN of the role that gets access."), "access_scope": {"type": "cluster"},
        "policy_arn": ("arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"),
    },
    "aws_network_acl_association": {"network_acl_id": "@", "subnet_id": "@"},
    "aws_timestreamquery_scheduled_query": {
        "name": "@", "query_string": "SELECT region, avg(cpu) AS cpu, bin(time, 1h) AS hour FROM metrics.hosts GROUP BY region, bin(time, 1h)", "schedule_configuration": {"schedule_expression": ("rate(1 hour)", "rate(1 day)")},
        "error_report_configuration": {"s3_configuration": {"bucket_name": "acme-query-errors"}}, "notification_configuration": {"sns_configuration": {"topic_arn": "@"}},
        "target_configuration": {"timestream_configuration": {"database_name": "metrics", "table_name": "hourly", "time_column": "hour", "dimension_mapping": {"dimension_value_type": "VARCHAR", "name": "region"}, "multi_measure_mappings": {"target_multi_measure_name": "hosts", "multi_measure_attribute_mapping": {"measure_value_type": "DOUBLE", "source_column": "cpu"}}}},
    },
}  # fmt: skip

AVOID: Final[dict[str, frozenset[str]]] = {
    "aws_alb_listener": frozenset(
        (
            "certificate_arn",
            "ssl_policy",
            "alpn_policy",
            "mutual_authentication",
            "protocol",
            "tcp_idle_timeout_seconds",
        )
    ),
    "aws_appstream_stack": frozenset(("application_settings",)),
    "aws_m2_environment": frozenset(("storage_configuration",)),
    "aws_vpc_ipv6_cidr_block_association": frozenset(("ipv6_netmask_length", "ipv6_ipam_pool_id")),
}
