# ruff: noqa: E501 - one line a type
"""How the AWS provider writes down single string arguments: the StateFunc of its schemas, which plans show too.

A JSON policy is planned with sorted keys and without spaces, a zone name in lower case without its last dot, and so on.
Facts found by benchmarks/plan_differential.py's provider, version 5.100.0; the functions follow
terraform-plugin-sdk helper/structure (NormalizeJsonString), internal/verify/json.go (LegacyPolicyNormalize),
internal/service/{ecs,route53,rds,elasticache,autoscaling} of terraform-provider-aws. Go writes JSON with <, >, & escaped.

NOT covered: numbers beyond 1e21; unknown members deep inside of ECS container definitions (the real one drops them).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

__all__ = ["StateFunc", "same_policy", "state_functions"]

StateFunc = Callable[[str], str]

# Arguments whose state is normalised JSON (structure.NormalizeJsonString in their StateFunc), paths dotted.
_JSON = {
    "aws_acmpca_certificate": "api_passthrough",
    "aws_acmpca_policy": "policy",
    "aws_api_gateway_domain_name": "policy",
    "aws_api_gateway_model": "schema",
    "aws_api_gateway_rest_api": "policy",
    "aws_api_gateway_rest_api_policy": "policy",
    "aws_apigatewayv2_model": "schema",
    "aws_backup_vault_policy": "policy",
    "aws_batch_job_definition": "container_properties ecs_properties node_properties",
    "aws_cloudformation_stack": "policy_body template_body",
    "aws_cloudsearch_domain_service_access_policy": "access_policy",
    "aws_cloudwatch_dashboard": "dashboard_body",
    "aws_cloudwatch_event_archive": "event_pattern",
    "aws_cloudwatch_event_bus_policy": "policy",
    "aws_cloudwatch_log_account_policy": "policy_document",
    "aws_cloudwatch_log_data_protection_policy": "policy_document",
    "aws_cloudwatch_log_destination_policy": "access_policy",
    "aws_cloudwatch_log_resource_policy": "policy_document",
    "aws_codeartifact_domain_permissions_policy": "policy_document",
    "aws_codeartifact_repository_permissions_policy": "policy_document",
    "aws_codebuild_resource_policy": "policy",
    "aws_codecommit_approval_rule_template": "content",
    "aws_connect_contact_flow": "content",
    "aws_connect_contact_flow_module": "content",
    "aws_controltower_landing_zone": "manifest_json",
    "aws_dms_s3_endpoint": "external_table_definition",
    "aws_ecr_lifecycle_policy": "policy",
    "aws_ecr_registry_policy": "policy",
    "aws_ecr_repository_creation_template": "lifecycle_policy repository_policy",
    "aws_ecr_repository_policy": "policy",
    "aws_ecrpublic_repository_policy": "policy",
    "aws_efs_file_system_policy": "policy",
    "aws_elasticsearch_domain": "access_policies",
    "aws_elasticsearch_domain_policy": "access_policies",
    "aws_emr_cluster": "additional_info configurations_json",
    "aws_emr_instance_group": "configurations_json",
    "aws_evidently_launch": "metric_monitors.metric_definition.event_pattern",
    "aws_evidently_segment": "pattern",
    "aws_fms_policy": "security_service_policy_data.managed_service_data",
    "aws_glacier_vault": "access_policy",
    "aws_glacier_vault_lock": "policy",
    "aws_glue_crawler": "configuration",
    "aws_glue_resource_policy": "policy",
    "aws_grafana_workspace": "configuration",
    "aws_iam_policy": "policy",
    "aws_iam_role": "assume_role_policy",
    "aws_iot_policy": "policy",
    "aws_kendra_data_source": "configuration.template_configuration.template",
    "aws_kms_external_key": "policy",
    "aws_kms_key": "policy",
    "aws_kms_key_policy": "policy",
    "aws_kms_replica_key": "policy",
    "aws_media_store_container_policy": "policy",
    "aws_msk_cluster_policy": "policy",
    "aws_networkfirewall_resource_policy": "policy",
    "aws_networkmanager_core_network": "base_policy_document",
    "aws_networkmanager_core_network_policy_attachment": "policy_document",
    "aws_oam_sink_policy": "policy",
    "aws_opensearch_domain": "access_policies",
    "aws_opensearch_domain_policy": "access_policies",
    "aws_organizations_resource_policy": "content",
    "aws_rds_custom_db_engine_version": "manifest",
    "aws_redshift_authentication_profile": "authentication_profile_content",
    "aws_redshift_resource_policy": "policy",
    "aws_redshiftserverless_resource_policy": "policy",
    "aws_s3_access_point": "policy",
    "aws_s3_bucket": "policy website.routing_rules",
    "aws_s3_bucket_policy": "policy",
    "aws_s3_bucket_website_configuration": "routing_rules",
    "aws_s3control_access_point_policy": "policy",
    "aws_s3control_bucket_policy": "policy",
    "aws_s3control_multi_region_access_point_policy": "details.policy",
    "aws_s3control_object_lambda_access_point_policy": "policy",
    "aws_sagemaker_flow_definition": "human_loop_activation_config.human_loop_activation_conditions_config.human_loop_activation_conditions",
    "aws_sagemaker_model_package_group_policy": "resource_policy",
    "aws_schemas_registry_policy": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_ses_identity_policy": "policy",
    "aws_sesv2_email_identity_policy": "policy",
    "aws_sns_topic": "delivery_policy policy",
    "aws_sns_topic_data_protection_policy": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_sns_topic_subscription": "delivery_policy filter_policy redrive_policy replay_policy",
    "aws_sqs_queue": "policy redrive_allow_policy redrive_policy",
    "aws_sqs_queue_policy": "policy",
    "aws_sqs_queue_redrive_allow_policy": "redrive_allow_policy",
    "aws_sqs_queue_redrive_policy": "redrive_policy",
    "aws_ssoadmin_permission_set_inline_policy": "inline_policy",
    "aws_transfer_access": "policy",
    "aws_transfer_user": "policy",
    "aws_vpc_endpoint": "policy",
    "aws_vpc_endpoint_policy": "policy",
    "aws_vpclattice_auth_policy": "policy",
    "aws_vpclattice_resource_policy": "policy",
}

# Lower and upper case.
_LOWER = {
    "aws_dax_cluster": "cluster_name maintenance_window",
    "aws_db_instance": "engine maintenance_window",
    "aws_docdb_cluster": "preferred_maintenance_window",
    "aws_docdb_cluster_instance": "preferred_maintenance_window",
    "aws_elasticache_cluster": "cluster_id maintenance_window",
    "aws_elasticache_parameter_group": "name",
    "aws_elasticache_replication_group": "maintenance_window replication_group_id",
    "aws_elasticache_subnet_group": "name",
    "aws_emrserverless_application": "type",
    "aws_neptune_cluster": "preferred_maintenance_window",
    "aws_neptune_cluster_instance": "preferred_maintenance_window",
    "aws_rds_cluster": "preferred_maintenance_window",
    "aws_rds_cluster_instance": "preferred_maintenance_window",
    "aws_redshift_cluster": "preferred_maintenance_window",
}
_UPPER = {
    "aws_alb_listener": "protocol",
    "aws_appsync_datasource": "type",
    "aws_batch_compute_environment": "compute_resources.allocation_strategy compute_resources.type state type",
    "aws_dynamodb_table": "stream_view_type",
    "aws_lb_listener": "protocol",
    "aws_route53_health_check": "type",
}


def _go_numbers(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e21 else number


def _load(text: str) -> Any:
    return json.loads(text, parse_int=_go_numbers, parse_float=_go_numbers, parse_constant=_refuse)


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _escape(text: str) -> str:
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _json(text: str) -> str:
    """NormalizeJsonString; what is no JSON stays as it is."""
    try:
        return _escape(_dump(_load(text))) if text else text
    except (ValueError, RecursionError, OverflowError):
        return text


def _event_pattern(text: str) -> str:
    try:
        return _dump(_load(text)) if text else text
    except (ValueError, RecursionError, OverflowError):
        return text


_VERSION = re.compile(r'(?s)^(\{\n?)(.*?)(,\s*)?(  )?("Version":\s*"2012-10-17")(,)?(\n)?(.*?)(\})')


def _legacy_policy(text: str) -> str:
    """LegacyPolicyNormalize: "Version" goes first."""
    normal = _json(text)
    moved = _VERSION.sub(lambda m: "".join(m[i] or "" for i in (1, 4, 5, 3, 2, 6, 7, 8, 9)), normal, count=1)
    try:
        json.loads(moved)
    except (ValueError, RecursionError):
        return normal
    return moved


def same_policy(one: str, other: str) -> bool:
    """Whether two IAM policies say the same in another order (SuppressEquivalentPolicyDiffs, hashicorp/awspolicyequivalence):
    statements, actions, resources, principals and values of conditions are sets. NOT covered: principals in other forms."""
    if '"Statement"' not in one or '"Statement"' not in other:
        return False
    try:
        return bool(_policy_form(json.loads(one)) == _policy_form(json.loads(other)))
    except (ValueError, RecursionError, AttributeError, TypeError):
        return False


def _policy_form(policy: Any) -> Any:
    def several(value: Any) -> Any:
        return sorted(map(str, value if isinstance(value, list) else [value]))

    def statement(given: Mapping[str, Any]) -> str:
        found = dict(given)
        for name in ("Action", "NotAction", "Resource", "NotResource"):
            if name in found:
                found[name] = several(found[name])
        for name in ("Principal", "NotPrincipal"):
            if isinstance(found.get(name), Mapping):
                found[name] = {kind: several(who) for kind, who in found[name].items()}
        if isinstance(found.get("Condition"), Mapping):
            found["Condition"] = {t: {k: several(v) for k, v in c.items()} for t, c in found["Condition"].items()}
        return _dump(found)

    statements = policy["Statement"]
    rest = {k: v for k, v in policy.items() if k != "Statement"}
    return rest, sorted(map(statement, statements if isinstance(statements, list) else [statements]))


_CONTAINER = frozenset(
    "name image cpu memory memoryReservation links portMappings essential entryPoint command environment "  # noqa: SIM905
    "environmentFiles mountPoints volumesFrom linuxParameters secrets dependsOn startTimeout stopTimeout hostname user "
    "workingDirectory disableNetworking privileged readonlyRootFilesystem dnsServers dnsSearchDomains extraHosts "
    "dockerSecurityOptions interactive pseudoTerminal dockerLabels ulimits logConfiguration healthCheck systemControls "
    "resourceRequirements firelensConfiguration credentialSpecs repositoryCredentials restartPolicy "
    "versionConsistency".split()
)
_CASELESS = {name.lower(): name for name in _CONTAINER}
_FREE = frozenset({"dockerLabels", "options"})  # maps whose keys are the user's


def _members(value: Any, key: str = "") -> Any:
    """Without nulls, with member names as the API writes them."""
    if isinstance(value, list):
        return [_members(item) for item in value]
    if isinstance(value, Mapping):
        if key in _FREE:
            return dict(value)
        named = {name[:1].lower() + name[1:]: item for name, item in value.items() if item is not None}
        return {name: _members(item, name) for name, item in named.items()}
    return value


def _containers(text: str) -> str:
    """The definitions as the ECS API structures read them: known members, sorted; "[]" where they cannot be read."""
    try:
        given = json.loads(text)
        if not isinstance(given, list):
            return "[]"
        found = []
        for item in given:
            known = {_CASELESS.get(k.lower()): v for k, v in item.items() if v is not None}
            known.pop(None, None)
            if known.get("cpu") == 0:
                del known["cpu"]  # no pointer in the API's structure: zero is absent
            found.append(_members(known))
        for container in found:
            for name in ("environment", "secrets"):
                if isinstance(container.get(name), list):
                    container[name].sort(key=lambda entry: str(entry.get("name") or ""))
            for name in ("cpu", "memory", "memoryReservation", "startTimeout", "stopTimeout"):
                if not isinstance(container.get(name, 0), int):
                    return "[]"
            for entry in container.get("environment") or []:
                if not isinstance(entry.get("value", ""), str):
                    return "[]"
            for entry in container.get("portMappings") or []:
                if not all(isinstance(entry.get(name, 0), int) for name in ("containerPort", "hostPort")):
                    return "[]"
        found.sort(key=lambda container: str(container.get("name") or ""))
        return _escape(_dump(found))
    except (ValueError, RecursionError, AttributeError, TypeError):
        return "[]"


def _no_dot(text: str) -> str:
    return text[:-1] if text.endswith(".") else text


def _record_name(text: str) -> str:
    return _no_dot(text).lower()


def _zone_name(text: str) -> str:
    """normalizeDomainName: what is not a letter, digit, "-", "_" or "." as an octal escape."""
    return "".join(c if c.isalnum() or c in "-_." else f"\\{ord(c):03o}" for c in _no_dot(text).lower())


def _user_data(text: str) -> str:
    """SHA-1 of the (decoded, where it is base64) user data."""
    try:
        content = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        content = text.encode("utf-8", "surrogatepass")
    return hashlib.sha1(content, usedforsecurity=False).hexdigest() if text else text


_OTHERS: dict[str, dict[str, StateFunc]] = {
    "aws_cloudwatch_event_rule": {"event_pattern": _event_pattern},
    "aws_cloudwatch_log_metric_filter": {"pattern": str.strip},
    "aws_ecs_task_definition": {"container_definitions": _containers},
    "aws_iam_group_policy": {"policy": _legacy_policy},
    "aws_iam_role": {"inline_policy.policy": _legacy_policy},
    "aws_iam_role_policy": {"policy": _legacy_policy},
    "aws_iam_server_certificate": {
        "certificate_body": str.strip,
        "certificate_chain": str.strip,
        "private_key": str.strip,
    },
    "aws_iam_user_policy": {"policy": _legacy_policy},
    "aws_key_pair": {"public_key": str.strip},
    "aws_launch_configuration": {"user_data": _user_data},
    "aws_route53_record": {"alias.name": _zone_name, "name": _record_name},
    "aws_route53_resolver_rule": {"domain_name": _no_dot},
    "aws_route53_traffic_policy_instance": {"name": _record_name},
    "aws_route53_zone": {"name": _zone_name},
    "aws_ses_email_identity": {"email": _no_dot},
    "aws_spot_fleet_request": {"launch_specification.user_data": _user_data},
}


@cache
def state_functions(type_name: str) -> Mapping[str, StateFunc]:
    """The functions of a resource type by dotted path; none as a rule. They are idempotent but for user data."""
    found: dict[str, StateFunc] = dict(_OTHERS.get(type_name, {}))
    for table, function in ((_JSON, _json), (_LOWER, str.lower), (_UPPER, str.upper)):
        found.update(dict.fromkeys(table.get(type_name, "").split(), function))
    return found
