"""What arguments of the long tail refer to, and the words of that relation."""

from __future__ import annotations

import re
from typing import Final

from terraformer.data.synthesis.longtail.facts import doc_of, has_type, schema_of
from terraformer.generate.grammar.knowledge import PRINCIPALS
from terraformer.generate.grammar.relations import referent

__all__ = ["Target", "principal_of", "relation_of", "target_of"]

Target = tuple[str, str]
"""(type, attribute)."""


class _Types:
    """What ``referent`` asks of a provider."""

    def __init__(self, source: str) -> None:
        self._source = source

    def has(self, kind: str, type_name: str) -> bool:
        return kind == "resource" and has_type(self._source, type_name)


_NOTHING: Final[Target] = ("", "")

TABLE: Final[dict[tuple[str, str], Target]] = {
    ("aws_appstream_fleet_stack_association", "fleet_name"): ("aws_appstream_fleet", "name"),
    ("aws_appstream_fleet_stack_association", "stack_name"): ("aws_appstream_stack", "name"),
    ("aws_acmpca_policy", "resource_arn"): ("aws_acmpca_certificate_authority", "arn"),
    ("aws_appconfig_extension_association", "extension_arn"): ("aws_appconfig_extension", "arn"),
    ("aws_appconfig_extension_association", "resource_arn"): ("aws_appconfig_application", "arn"),
    ("aws_codebuild_resource_policy", "resource_arn"): ("aws_codebuild_report_group", "arn"),
    ("aws_dx_hosted_connection", "connection_id"): ("aws_dx_lag", "id"),
    ("aws_dx_bgp_peer", "virtual_interface_id"): ("aws_dx_private_virtual_interface", "id"),
    ("aws_bedrock_guardrail_version", "guardrail_arn"): ("aws_bedrock_guardrail", "guardrail_arn"),
    ("aws_grafana_workspace_api_key", "workspace_id"): ("aws_grafana_workspace", "id"),
    ("aws_prometheus_rule_group_namespace", "workspace_id"): ("aws_prometheus_workspace", "id"),
    ("aws_load_balancer_backend_server_policy", "load_balancer_name"): ("aws_elb", "name"),
    ("aws_load_balancer_listener_policy", "load_balancer_name"): ("aws_elb", "name"),
    ("aws_load_balancer_policy", "load_balancer_name"): ("aws_elb", "name"),
    ("aws_app_cookie_stickiness_policy", "load_balancer"): ("aws_elb", "name"),
    ("aws_lb_cookie_stickiness_policy", "load_balancer"): ("aws_elb", "id"),
    ("aws_lb_ssl_negotiation_policy", "load_balancer"): ("aws_elb", "id"),
    ("aws_proxy_protocol_policy", "load_balancer"): ("aws_elb", "name"),
    ("aws_codeartifact_domain_permissions_policy", "domain"): ("aws_codeartifact_domain", "domain"),
    ("aws_codeartifact_repository_permissions_policy", "domain"): ("aws_codeartifact_domain", "domain"),
    ("aws_codeartifact_repository_permissions_policy", "repository"): ("aws_codeartifact_repository", "repository"),
    ("aws_datapipeline_pipeline_definition", "pipeline_id"): ("aws_datapipeline_pipeline", "id"),
    ("aws_dynamodb_table_export", "table_arn"): ("aws_dynamodb_table", "arn"),
    ("aws_ec2_transit_gateway_connect", "transport_attachment_id"): ("aws_ec2_transit_gateway_vpc_attachment", "id"),
    ("aws_ecr_repository_policy", "repository"): ("aws_ecr_repository", "name"),
    ("aws_ecrpublic_repository_policy", "repository_name"): ("aws_ecrpublic_repository", "repository_name"),
    ("aws_iam_user_ssh_key", "username"): ("aws_iam_user", "name"),
    ("aws_iot_thing_principal_attachment", "thing"): ("aws_iot_thing", "name"),
    ("aws_kinesis_resource_policy", "resource_arn"): ("aws_kinesis_stream", "arn"),
    ("aws_networkmanager_global_network", "id"): _NOTHING,
    ("aws_opensearch_vpc_endpoint", "domain_arn"): ("aws_opensearch_domain", "arn"),
    ("aws_elasticsearch_vpc_endpoint", "domain_arn"): ("aws_elasticsearch_domain", "arn"),
    ("aws_quicksight_folder_membership", "folder_id"): ("aws_quicksight_folder", "folder_id"),
    ("aws_rolesanywhere_profile", "role_arns"): ("aws_iam_role", "arn"),
    ("aws_s3control_multi_region_access_point_policy", "details.name"): ("aws_s3control_multi_region_access_point", "id"),
    ("aws_secretsmanager_secret_policy", "secret_arn"): ("aws_secretsmanager_secret", "arn"),
    ("aws_ses_domain_dkim", "domain"): ("aws_ses_domain_identity", "domain"),
    ("aws_ses_domain_mail_from", "domain"): ("aws_ses_domain_identity", "domain"),
    ("aws_ses_domain_identity_verification", "domain"): ("aws_ses_domain_identity", "domain"),
    ("aws_ses_identity_policy", "identity"): ("aws_ses_domain_identity", "arn"),
    ("aws_ses_identity_notification_topic", "identity"): ("aws_ses_domain_identity", "domain"),
    ("aws_ses_receipt_rule", "rule_set_name"): ("aws_ses_receipt_rule_set", "rule_set_name"),
    ("aws_ses_active_receipt_rule_set", "rule_set_name"): ("aws_ses_receipt_rule_set", "rule_set_name"),
    ("aws_sesv2_configuration_set_event_destination", "configuration_set_name"): ("aws_sesv2_configuration_set", "configuration_set_name"),
    ("aws_sesv2_email_identity_policy", "email_identity"): ("aws_sesv2_email_identity", "email_identity"),
    ("aws_sesv2_email_identity_feedback_attributes", "email_identity"): ("aws_sesv2_email_identity", "email_identity"),
    ("aws_sesv2_email_identity_mail_from_attributes", "email_identity"): ("aws_sesv2_email_identity", "email_identity"),
    ("aws_sfn_alias", "routing_configuration.state_machine_version_arn"): ("aws_sfn_state_machine", "state_machine_version_arn"),
    ("aws_shield_protection_health_check_association", "health_check_arn"): ("aws_route53_health_check", "arn"),
    ("aws_sns_topic_data_protection_policy", "arn"): ("aws_sns_topic", "arn"),
    ("aws_sqs_queue_redrive_policy", "queue_url"): ("aws_sqs_queue", "id"),
    ("aws_sqs_queue_redrive_allow_policy", "queue_url"): ("aws_sqs_queue", "id"),
    ("aws_vpclattice_auth_policy", "resource_identifier"): ("aws_vpclattice_service", "arn"),
    ("aws_vpclattice_resource_policy", "resource_arn"): ("aws_vpclattice_service_network", "arn"),
    ("aws_vpclattice_access_log_subscription", "resource_identifier"): ("aws_vpclattice_service", "id"),
    ("aws_vpclattice_access_log_subscription", "destination_arn"): ("aws_s3_bucket", "arn"),
    ("aws_guardduty_publishing_destination", "destination_arn"): ("aws_s3_bucket", "arn"),
    ("aws_backup_vault_policy", "backup_vault_name"): ("aws_backup_vault", "name"),
    ("aws_elastic_beanstalk_configuration_template", "application"): ("aws_elastic_beanstalk_application", "name"),
    ("aws_cloudsearch_domain_service_access_policy", "domain_name"): ("aws_cloudsearch_domain", "id"),
    ("aws_elasticsearch_domain_policy", "domain_name"): ("aws_elasticsearch_domain", "domain_name"),
    ("aws_elasticsearch_domain_saml_options", "domain_name"): ("aws_elasticsearch_domain", "domain_name"),
    ("aws_opensearch_domain_saml_options", "domain_name"): ("aws_opensearch_domain", "domain_name"),
    ("aws_opensearch_authorize_vpc_endpoint_access", "domain_name"): ("aws_opensearch_domain", "domain_name"),
    ("aws_opensearch_package_association", "domain_name"): ("aws_opensearch_domain", "domain_name"),
    ("aws_amplify_webhook", "branch_name"): ("aws_amplify_branch", "branch_name"),
    ("aws_sagemaker_app", "user_profile_name"): ("aws_sagemaker_user_profile", "user_profile_name"),
    ("aws_transfer_access", "home_directory"): _NOTHING,
    ("aws_dms_certificate", "certificate_id"): _NOTHING,
    ("aws_quicksight_user", "user_name"): _NOTHING,
    ("aws_organizations_account", "role_name"): _NOTHING,
    ("aws_transfer_access", "role"): ("aws_iam_role", "arn"),
    ("aws_ssm_default_patch_baseline", "baseline_id"): ("aws_ssm_patch_baseline", "id"),
    ("aws_rds_cluster_role_association", "db_cluster_identifier"): ("aws_rds_cluster", "id"),
    ("aws_db_instance_role_association", "db_instance_identifier"): ("aws_db_instance", "identifier"),
    ("aws_iam_user_policy_attachments_exclusive", "policy_arns"): ("aws_iam_policy", "arn"),
    ("aws_iam_group_policy_attachments_exclusive", "policy_arns"): ("aws_iam_policy", "arn"),
    ("aws_iam_role_policy_attachments_exclusive", "policy_arns"): ("aws_iam_policy", "arn"),
    ("aws_iam_user_policies_exclusive", "policy_names"): ("aws_iam_user_policy", "name"),
    ("aws_iam_role_policies_exclusive", "policy_names"): ("aws_iam_role_policy", "name"),
    ("aws_iam_group_policies_exclusive", "policy_names"): ("aws_iam_group_policy", "name"),
}  # fmt: skip
"""(type, path) -> what it refers to, where the general rules say nothing or something else."""


def target_of(source: str, type: str, path: str) -> Target | None:
    """The type and attribute that an argument refers to; None for a value of its own."""
    exact = TABLE.get((type, path))
    if exact is None and source != "hashicorp/aws":
        from terraformer.data.synthesis.longtail.clouds import cloud_target

        exact = cloud_target(type, path.rpartition(".")[2])
    if exact is None and source == "hashicorp/aws":
        found = referent(type, path, _Types(source))
        exact = (found.type, found.attribute) if found is not None and not found.index else None
    if exact is None and source == "hashicorp/aws" and re.search(r"(^|_)role(_arns?)?$", path.rpartition(".")[2]):
        exact = (
            ("aws_iam_role", "arn") if "role" in doc_of(source, type, path).lower() or path.endswith("arn") else None
        )
    if exact is None or not exact[0] or exact[0].startswith("data.") or not has_type(source, exact[0]):
        return None
    target, attribute = exact
    attributes = schema_of(source, target).attributes
    if attribute not in attributes:
        leaf = path.rpartition(".")[2]
        others = (leaf,) if "arn" in leaf else (leaf, "id", "name", "arn")
        attribute = next((a for a in others if a in attributes), "")
    return (target, attribute) if attribute and target != type else None


def principal_of(type: str) -> str:
    """The service that assumes a role on behalf of a resource of the type."""
    for prefix, principal in sorted(PRINCIPALS, key=lambda p: -len(p[0])):
        if type.startswith(prefix):
            return principal
    service = type.split("_")[1]
    return f"{_SERVICES.get(service, service)}.amazonaws.com"


_SERVICES: Final = {
    "bedrockagent": "bedrock", "bedrockagentcore": "bedrock-agentcore", "bedrock": "bedrock", "ce": "ce", "msk": "kafka", "mskconnect": "kafkaconnect",
    "kinesisanalyticsv2": "kinesisanalytics", "auditmanager": "auditmanager", "chatbot": "management.chatbot", "appflow": "appflow",
    "networkfirewall": "network-firewall", "osis": "osis-pipelines", "opensearch": "es", "elasticsearch": "es", "rum": "cognito-identity",
    "sfn": "states", "iot": "iot", "location": "geo", "lakeformation": "lakeformation", "emrcontainers": "emr-containers",
    "appstream": "appstream", "workspaces": "workspaces", "rekognition": "rekognition", "ssoadmin": "sso", "m2": "m2", "prometheus": "aps",
    "securitylake": "securitylake", "fis": "fis", "finspace": "finspace", "amplify": "amplify", "swf": "swf", "cloudtrail": "cloudtrail",
    "directory": "ds", "ecr": "ecr", "synthetics": "lambda", "storagegateway": "storagegateway", "devicefarm": "devicefarm", "resiliencehub": "resiliencehub",
    "resiliencehubv2": "resiliencehub", "s3control": "s3", "s3tables": "s3tables", "s3files": "elasticfilesystem", "medialive": "medialive", "media": "mediaconvert",
}  # fmt: skip

_INSIDE: Final = re.compile(
    r"(registry|catalog|database|mesh|network|project|directory|workspace|store|space|account|namespace|folder|vault|cluster|"
    r"environment|pool|domain|bundle|collection|bus|portfolio|stack|user_pool|organization|instance|group|hub|server)$"
)


def relation_of(target: str, leaf: str) -> str:
    """How people say that something belongs to or uses the thing (``<it>``) that an argument leads to."""
    if target in ("aws_vpc", "aws_subnet") or target.endswith(
        ("_network", "_subnetwork", "_subnet", "_resource_group")
    ):
        return "in <it>"
    if target in ("aws_iam_role", "aws_iam_instance_profile"):
        return "{using|that uses|with} <it>"
    if target == "aws_kms_key":
        return "{encrypted with|using} <it>"
    if target == "aws_security_group":
        return "{with|using} <it>"
    if target == "aws_s3_bucket" or target in (
        "aws_sns_topic",
        "aws_sqs_queue",
        "aws_kinesis_stream",
        "aws_cloudwatch_log_group",
    ):
        if re.search(r"destination|target|output|result|notif", leaf):
            return "sending to <it>"
        return "{using|on|for} <it>"
    if target.endswith(("_certificate",)):
        return "with <it>"
    if _INSIDE.search(target) and not re.search(r"(polic|association|attachment|settings|config)", leaf):
        return "{in|in|for} <it>"
    return "{for|of|for} <it>"
