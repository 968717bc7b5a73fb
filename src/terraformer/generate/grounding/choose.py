"""Which types a language model should be told about: those that a configuration for the request probably consists of.

In this order: types written out in the request or named by findings; for AWS the grammar's own selection (what the
words ask for, then what those cannot do without), companions that are rarely named in words, and the schema search;
for other clouds that the request names, the schema search in their bundles. Not covered: architecture that has to be
thought out, and languages other than English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from terraformer.errors import BundleError
from terraformer.generate.grammar.facts import PromptFacts
from terraformer.generate.grammar.select import select_types
from terraformer.generate.grammar.strategy import schemas
from terraformer.provider import bundle
from terraformer.provider.bundle import Bundle

__all__ = ["Candidate", "candidates", "named_types"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A type to tell about; ``why`` is "named", "asked", "needed", "companion" or "search"."""

    source: str
    kind: str
    type: str
    why: str


_CLOUDS: Final = {
    "hashicorp/google": r"google|gcp|gke|gcs|bigquery|cloud\s?run|pub/?sub",
    "hashicorp/azurerm": r"azure|azurerm|aks",
    "hashicorp/azuread": r"azure ?ad|azuread|entra",
    "hashicorp/kubernetes": r"kubernetes|k8s|kubectl",
    "hashicorp/helm": r"helm",
    "hashicorp/vault": r"hashicorp vault|vault (?:policy|mount|secret engine|server)",
    "integrations/github": r"github",
    "kreuzwerker/docker": r"docker (?:container|image|network|volume)s? (?:locally|on this)",
    "hashicorp/random": r"random",
    "hashicorp/tls": r"self-signed|tls private key",
}
_MAIN_CLOUDS: Final = ("hashicorp/google", "hashicorp/azurerm", "hashicorp/kubernetes")
_AWS: Final = re.compile(
    r"(?i)\b(?:aws|amazon|ec2|s3|vpc|lambda|dynamodb|rds|iam|sqs|sns|eks|ecs|route ?53|cloudfront)\b"
)
_TYPE_NAME: Final = re.compile(r"\b[a-z][a-z0-9]*_[a-z0-9_]+\b")
_SEARCHED: Final = 10
_SEARCHED_OTHER: Final = 8

_COMPANIONS: Final[dict[str, tuple[str, ...]]] = {
    "aws_lambda_function": (
        "aws_iam_role",
        "aws_iam_role_policy_attachment",
        "data.aws_iam_policy_document",
        "data.archive_file",
        "aws_lambda_permission",
        "aws_iam_policy",
    ),
    "aws_iam_role": ("aws_iam_role_policy_attachment", "aws_iam_role_policy", "data.aws_iam_policy_document"),
    "aws_vpc": ("aws_subnet", "aws_security_group", "aws_internet_gateway", "aws_route_table"),
    "aws_subnet": ("aws_vpc", "data.aws_availability_zones", "aws_route_table_association"),
    "aws_route_table": ("aws_route_table_association", "aws_route"),
    "aws_internet_gateway": ("aws_route_table", "aws_route_table_association"),
    "aws_nat_gateway": ("aws_eip", "aws_internet_gateway"),
    "aws_security_group": ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"),
    "aws_instance": ("data.aws_ami", "aws_security_group", "aws_subnet", "aws_vpc", "aws_key_pair"),
    "aws_launch_template": ("data.aws_ami", "aws_autoscaling_group"),
    "aws_autoscaling_group": ("aws_launch_template", "aws_autoscaling_policy", "aws_cloudwatch_metric_alarm"),
    "aws_lb": ("aws_lb_listener", "aws_lb_target_group", "aws_security_group", "aws_subnet"),
    "aws_db_instance": ("aws_db_subnet_group", "aws_security_group", "aws_vpc", "aws_subnet"),
    "aws_rds_cluster": ("aws_rds_cluster_instance", "aws_db_subnet_group"),
    "aws_eks_cluster": (
        "aws_eks_node_group",
        "aws_iam_role",
        "aws_iam_role_policy_attachment",
        "aws_subnet",
        "aws_vpc",
    ),
    "aws_ecs_service": ("aws_ecs_cluster", "aws_ecs_task_definition", "aws_iam_role", "aws_lb_target_group"),
    "aws_ecs_task_definition": ("aws_ecs_cluster", "aws_iam_role", "aws_cloudwatch_log_group"),
    "aws_s3_bucket": (
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_versioning",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_object",
    ),
    "aws_s3_bucket_acl": ("aws_s3_bucket_ownership_controls",),
    "aws_cloudfront_distribution": ("aws_s3_bucket", "aws_cloudfront_origin_access_control", "aws_s3_bucket_policy"),
    "aws_cloudwatch_event_rule": ("aws_cloudwatch_event_target", "aws_lambda_permission"),
    "aws_api_gateway_rest_api": (
        "aws_api_gateway_resource",
        "aws_api_gateway_method",
        "aws_api_gateway_integration",
        "aws_api_gateway_deployment",
        "aws_api_gateway_stage",
    ),
    "aws_apigatewayv2_api": (
        "aws_apigatewayv2_integration",
        "aws_apigatewayv2_route",
        "aws_apigatewayv2_stage",
        "aws_lambda_permission",
    ),
    "aws_sfn_state_machine": ("aws_iam_role", "aws_iam_role_policy"),
    "aws_codebuild_project": ("aws_iam_role", "aws_iam_role_policy"),
    "aws_codepipeline": ("aws_codebuild_project", "aws_s3_bucket", "aws_iam_role", "aws_iam_role_policy"),
    "aws_kinesis_firehose_delivery_stream": ("aws_s3_bucket", "aws_iam_role", "aws_iam_role_policy"),
    "aws_sns_topic": ("aws_sns_topic_subscription", "aws_sns_topic_policy"),
    "aws_sqs_queue": ("aws_sqs_queue_policy",),
    "aws_route53_zone": ("aws_route53_record", "aws_vpc"),
    "aws_elastic_beanstalk_environment": (
        "aws_elastic_beanstalk_application",
        "aws_iam_instance_profile",
        "aws_iam_role",
        "aws_iam_role_policy_attachment",
    ),
    "aws_iam_group": ("aws_iam_group_membership", "aws_iam_user", "aws_iam_group_policy_attachment"),
    "aws_efs_file_system": ("aws_efs_mount_target", "aws_subnet"),
    "aws_msk_cluster": ("aws_security_group", "aws_subnet", "aws_vpc", "aws_kms_key"),
    "aws_redshift_cluster": ("aws_redshift_subnet_group", "aws_iam_role"),
    "aws_elasticache_replication_group": ("aws_elasticache_subnet_group", "aws_security_group"),
    "aws_cognito_user_pool": ("aws_cognito_user_pool_client",),
    "aws_backup_plan": ("aws_backup_vault", "aws_backup_selection", "aws_iam_role"),
    "aws_sagemaker_endpoint": ("aws_sagemaker_endpoint_configuration", "aws_sagemaker_model", "aws_iam_role"),
    "aws_glue_crawler": ("aws_glue_catalog_database", "aws_iam_role", "aws_s3_bucket"),
    "google_compute_instance": ("google_compute_network", "google_compute_subnetwork", "google_compute_firewall"),
    "google_container_cluster": ("google_container_node_pool", "google_compute_network", "google_compute_subnetwork"),
    "azurerm_linux_virtual_machine": (
        "azurerm_resource_group",
        "azurerm_virtual_network",
        "azurerm_subnet",
        "azurerm_network_interface",
    ),
    "azurerm_kubernetes_cluster": ("azurerm_resource_group",),
    "azurerm_storage_account": ("azurerm_resource_group", "azurerm_storage_container"),
    "kubernetes_deployment_v1": ("kubernetes_service_v1", "kubernetes_namespace_v1"),
}
"""What is written together, from how these services are used; none of it is named in a request as a rule."""


def named_types(text: str) -> list[tuple[str, str, str]]:
    """(source, kind, type) of every type of an installed provider that is written out in the text, in order."""
    found: dict[tuple[str, str, str], None] = {}
    for match in _TYPE_NAME.finditer(text[:200_000]):
        name = match[0]
        owner = _owner(name)
        if owner is None:
            continue
        before = text[max(0, match.start() - 8) : match.start()]
        kind = "data" if re.search(r"\bdata[.\s\"]*$", before) or not owner.has("resource", name) else "resource"
        if owner.has(kind, name):
            found[owner.source, kind, name] = None
    return list(found)


@lru_cache(maxsize=1024)
def _owner(type_name: str) -> Bundle | None:
    try:
        source = bundle.provider_for_type(type_name)
        owner = bundle.latest(source) if source is not None else None
    except BundleError:
        return None
    return owner if owner is not None and (owner.has("resource", type_name) or owner.has("data", type_name)) else None


def candidates(request: str, first: Sequence[tuple[str, str, str]] = ()) -> list[Candidate]:
    """The types to tell about, the most important first; ``first`` are (source, kind, type) that go before all."""
    found: dict[tuple[str, str], Candidate] = {}

    def add(source: str, kind: str, type_name: str, why: str) -> None:
        found.setdefault((kind, type_name), Candidate(source, kind, type_name, why))

    for source, kind, name in (*first, *named_types(request)):
        add(source, kind, name, "named")
    others = [s for s, words in _CLOUDS.items() if re.search(rf"(?i)\b(?:{words})\b", request)]
    others += [c.source for c in found.values() if c.source not in (*others, "hashicorp/aws")]
    others = list(dict.fromkeys(others))
    has_aws = _AWS.search(request) is not None or any(c.source == "hashicorp/aws" for c in found.values())
    has_aws = has_aws or not any(s in _MAIN_CLOUDS for s in others)
    if has_aws:
        for candidate in _aws(request):
            add(candidate.source, candidate.kind, candidate.type, candidate.why)
    for source in others:
        for hit in _search(request, source, _SEARCHED_OTHER):
            add(*hit)
    for _ in range(2):
        _companions(found)
    if has_aws:
        for hit in _search(request, "hashicorp/aws", _SEARCHED):
            add(*hit)
    rank = {"named": 0, "asked": 1, "needed": 2, "companion": 3, "search": 4}
    return sorted(found.values(), key=lambda c: rank[c.why])


def _aws(request: str) -> Iterator[Candidate]:
    try:
        known = schemas()
    except BundleError:
        return
    chosen = select_types(PromptFacts(request), known)
    for choice in chosen:
        try:
            source = known.source_of(choice.key)
        except KeyError:
            continue
        yield Candidate(source, choice.kind, choice.type, "asked" if choice.asked else "needed")


def _companions(found: dict[tuple[str, str], Candidate]) -> None:
    for candidate in list(found.values()):
        for key in _COMPANIONS.get(candidate.type, ()) if candidate.kind == "resource" else ():
            kind, name = ("data", key[5:]) if key.startswith("data.") else ("resource", key)
            owner = _owner(name)
            if owner is not None and owner.has(kind, name):
                found.setdefault((kind, name), Candidate(owner.source, kind, name, "companion"))


def _search(request: str, source: str, limit: int) -> Iterator[tuple[str, str, str, str]]:
    try:
        hits = bundle.search(request[:4_000], source=source, kinds=("resource",), limit=limit)
    except BundleError:
        return
    for hit in hits:
        yield hit.source, hit.kind, hit.type, "search"
