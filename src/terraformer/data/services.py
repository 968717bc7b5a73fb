"""The service that a resource type belongs to, under the name that people use for it ("s3", "vpc", "lambda").

AWS type names begin with their service as a rule; the table holds the exceptions (aws_instance, aws_lb,
aws_cloudwatch_event_rule) and short names for long ones. Services of other clouds carry their provider's name first
("google-compute"); providers that are no clouds are one service each ("random", "tls").
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

__all__ = ["service_of", "services_of"]

_PREFIXES: Final[dict[str, tuple[str, ...]]] = {
    "ec2": (
        "instance", "ami", "ebs", "eip", "key_pair", "launch_template", "launch_configuration", "placement_group",
        "spot", "volume_attachment", "ec2", "snapshot_create_volume_permission", "host",
    ),
    "autoscaling": ("autoscaling",),
    "application-autoscaling": ("appautoscaling", "autoscalingplans"),
    "elb": ("lb", "alb", "elb", "app_cookie_stickiness_policy", "load_balancer", "proxy_protocol_policy"),
    "vpc": (
        "vpc", "subnet", "route", "route_table", "main_route_table_association", "internet_gateway", "nat_gateway",
        "egress_only_internet_gateway", "network_acl", "default_network_acl", "default_route_table",
        "default_security_group", "default_subnet", "default_vpc", "security_group", "network_interface", "flow_log",
        "customer_gateway", "vpn", "ec2_managed_prefix_list", "ec2_network_insights", "ec2_subnet_cidr_reservation",
        "availability_zone", "eip_association", "ec2_carrier_gateway", "ec2_instance_connect_endpoint",
    ),
    "transit-gateway": ("ec2_transit_gateway",),
    "rds": ("db", "rds"),
    "eventbridge": ("cloudwatch_event", "scheduler", "pipes", "schemas"),
    "cloudwatch": ("cloudwatch", "cloudwatch_log", "oam", "rum", "synthetics", "applicationinsights"),
    "step-functions": ("sfn",),
    "api-gateway": ("api_gateway", "apigatewayv2"),
    "elastic-beanstalk": ("elastic_beanstalk",),
    "firehose": ("kinesis_firehose",),
    "kinesis-analytics": ("kinesis_analytics", "kinesisanalyticsv2"),
    "kinesis-video": ("kinesis_video",),
    "secrets-manager": ("secretsmanager",),
    "opensearch": ("elasticsearch", "opensearch", "opensearchserverless"),
    "s3": ("s3", "s3control", "canonical_user_id", "s3outposts", "s3tables"),
    "route53": ("route53", "route53domains", "route53profiles", "route53_resolver"),
    "lex": ("lex", "lexv2models"),
    "waf": ("waf", "wafregional", "wafv2"),
    "service-discovery": ("service_discovery",),
    "sso": ("ssoadmin", "identitystore"),
    "sts": ("caller_identity", "partition", "region", "arn", "billing_service_account", "default_tags"),
    "direct-connect": ("dx",),
    "storage-gateway": ("storagegateway",),
    "global-accelerator": ("globalaccelerator",),
    "pinpoint": ("pinpoint", "pinpointsmsvoicev2"),
    "ses": ("ses", "sesv2"),
    "cloudfront": ("cloudfront", "cloudfrontkeyvaluestore"),
    "bedrock": ("bedrock", "bedrockagent", "bedrockagentcore"),
    "ecr": ("ecr", "ecrpublic"),
    "servicecatalog": ("servicecatalog", "servicecatalogappregistry"),
    "lambda": ("lambda",),
    "workspaces": ("workspaces", "workspacesweb"),
    "redshift": ("redshift", "redshiftdata", "redshiftserverless"),
    "neptune": ("neptune", "neptunegraph"),
    "organizations": ("organizations",),
    "vpc-lattice": ("vpclattice",),
    "verified-access": ("verifiedaccess",),
}  # fmt: skip
_EXACT: Final = {
    "aws_eip_association": "ec2",
    "aws_vpc_lattice": "vpc-lattice",
    "aws_lb_cookie_stickiness_policy": "elb",
    "aws_lb_ssl_negotiation_policy": "elb",
    "aws_route": "vpc",
}
_CLOUDS: Final = ("google", "azurerm", "azuread", "kubernetes", "oci", "alicloud")
_BY_PREFIX: Final = sorted(
    ((prefix, service) for service, prefixes in _PREFIXES.items() for prefix in prefixes),
    key=lambda item: -len(item[0]),
)


def service_of(resource_type: str) -> str:
    """The service of a resource's or data source's type; for an unknown AWS type the first word of its name."""
    if resource_type in _EXACT:
        return _EXACT[resource_type]
    provider, _, rest = resource_type.partition("_")
    if provider == "aws" and rest:
        for prefix, service in _BY_PREFIX:
            if rest == prefix or rest.startswith(f"{prefix}_"):
                return service
        return rest.partition("_")[0]
    return f"{provider}-{rest.partition('_')[0]}" if provider in _CLOUDS and rest else provider


def services_of(resource_types: Iterable[str]) -> tuple[str, ...]:
    """The services of some types, each once, sorted."""
    return tuple(sorted({service_of(t) for t in resource_types}))
