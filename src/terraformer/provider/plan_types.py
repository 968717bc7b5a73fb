# ruff: noqa: ARG001 - every adjustment has the same signature
"""What single AWS resource types plan beyond their schema: suppressed differences, plan modifiers, CustomizeDiff.

``adjust`` works on the planned object of a creation or change. A DiffSuppressFunc that answers true on create leaves
the argument out of the plan: null, or the zero value where the configuration had a value of its own.
Sources: internal/service/{acm,elbv2,ec2,s3,apigateway,apigatewayv2,dynamodb} of terraform-provider-aws, and plans of
version 5.100.0 (benchmarks/plan_differential.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from terraformer.provider.values import UNKNOWN, Unknown, contains_unknown

__all__ = ["adjust"]

_Adjust = Callable[[dict[str, Any], Mapping[str, Any], bool], None]

_APPLICATION_ONLY = (
    "client_keep_alive",
    "desync_mitigation_mode",
    "drop_invalid_header_fields",
    "enable_http2",
    "enable_tls_version_and_cipher_suite_headers",
    "enable_waf_fail_open",
    "enable_xff_client_port",
    "idle_timeout",
    "preserve_host_header",
    "xff_header_processing_mode",
)


def adjust(type_name: str, planned: dict[str, Any], config: Mapping[str, Any], *, create: bool) -> None:
    """Change ``planned`` in place as the type's own code does; nothing where there is no such code here."""
    found = _TYPES.get(type_name)
    if found is not None:
        found(planned, config, create)


def _blocks(value: Any) -> list[dict[str, Any]]:
    return [b for b in value if isinstance(b, dict)] if isinstance(value, list) else []


def _load_balancer(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
    kind = planned.get("load_balancer_type")
    hidden: list[str] = []
    if not isinstance(kind, Unknown):
        if kind != "application":
            hidden += _APPLICATION_ONLY
        else:
            hidden.append("enable_cross_zone_load_balancing")
        if kind != "network":
            hidden.append("dns_record_client_routing_policy")
        if kind == "gateway":
            hidden.append("enable_zonal_shift")
    for name in hidden:
        if create and name in planned:
            planned[name] = None
    for name in ("access_logs", "connection_logs"):
        for block in _blocks(planned.get(name)):
            if create and block.get("enabled") is False:
                block["bucket"] = ""
                block["prefix"] = None


def _instance(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
    if create and (config.get("network_interface") or config.get("primary_network_interface")):
        planned["source_dest_check"] = None


def _lifecycle(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
    """The prefix of a filter that has none is empty, but null beside another condition."""
    for rule, given in zip(_blocks(planned.get("rule")), _blocks(config.get("rule")), strict=False):
        for filter_, said in zip(_blocks(rule.get("filter")), _blocks(given.get("filter")), strict=False):
            if said.get("prefix") is None:
                others = [v for k, v in said.items() if k != "prefix"]
                filter_["prefix"] = None if any(v is not None and v != [] for v in others) else ""


def _rest_api(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
    if create and planned.get("put_rest_api_mode") == "overwrite":
        planned["put_rest_api_mode"] = None


def _integration_v2(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
    if create and planned.get("passthrough_behavior") == "WHEN_NO_MATCH":
        planned["passthrough_behavior"] = None


def _table(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
    if create and planned.get("table_class") == "STANDARD":
        planned["table_class"] = None


def _protocol(value: Any) -> Any:
    """ProtocolForValue of internal/service/ec2: lower case, numbers by name where they have one."""
    if not isinstance(value, str):
        return value
    lowered = value.lower()
    if lowered in ("all", "-1"):
        return "-1"
    return {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}.get(lowered, lowered)


def _security_group(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
    for name in ("ingress", "egress"):
        for rule in _blocks(planned.get(name)):
            rule["protocol"] = _protocol(rule.get("protocol"))


def _security_group_rule(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
    planned["protocol"] = _protocol(planned.get("protocol"))


def _actions(name: str, *, forward: bool) -> _Adjust:
    """Listener (rule) actions: blocks that are not of the action's type are left out (suppressIfActionTypeNot)."""
    belongs = {
        "authenticate_cognito": "authenticate-cognito",
        "authenticate_oidc": "authenticate-oidc",
        "fixed_response": "fixed-response",
        "redirect": "redirect",
        **({"forward": "forward"} if forward else {}),
    }

    def run(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
        for action in _blocks(planned.get(name)):
            kind = action.get("type")  # an unknown type is no type yet
            if not create:
                continue
            for block, type_ in belongs.items():
                if kind != type_ and isinstance(action.get(block), list):
                    action[block] = []

    return run


def _certificate(planned: dict[str, Any], config: Mapping[str, Any], create: bool) -> None:
    """CustomizeDiff of ACM certificates that are requested: all names, and one validation option each."""
    domain = config.get("domain_name")
    if not create or not isinstance(domain, str) or config.get("private_key") is not None:
        return
    names = config.get("subject_alternative_names") or []
    if contains_unknown(names):
        return
    names = [*names, domain] if domain not in names else list(names)
    planned["subject_alternative_names"] = names
    if config.get("validation_method") == "DNS":
        planned["domain_validation_options"] = [
            {
                "domain_name": name,
                "resource_record_name": UNKNOWN,
                "resource_record_type": UNKNOWN,
                "resource_record_value": UNKNOWN,
            }
            for name in names
        ]


_TYPES: dict[str, _Adjust] = {
    "aws_acm_certificate": _certificate,
    "aws_alb": _load_balancer,
    "aws_alb_listener": _actions("default_action", forward=True),
    "aws_alb_listener_rule": _actions("action", forward=False),
    "aws_api_gateway_rest_api": _rest_api,
    "aws_apigatewayv2_integration": _integration_v2,
    "aws_default_security_group": _security_group,
    "aws_dynamodb_table": _table,
    "aws_instance": _instance,
    "aws_lb": _load_balancer,
    "aws_lb_listener": _actions("default_action", forward=True),
    "aws_lb_listener_rule": _actions("action", forward=False),
    "aws_s3_bucket_lifecycle_configuration": _lifecycle,
    "aws_security_group": _security_group,
    "aws_security_group_rule": _security_group_rule,
    "aws_spot_instance_request": _instance,
}
