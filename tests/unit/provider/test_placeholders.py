"""Made-up values have the type and the shape that their attribute promises."""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from typing import Any

import pytest

from terraformer.provider import placeholders
from terraformer.provider.context import ProviderContext
from terraformer.provider.placeholder_variables import parse_type
from terraformer.provider.schema import ResourceSchema, block_from_json

CTX = ProviderContext("hashicorp/aws", "6.0.0", {"region": "eu-west-1"})
ARN = re.compile(r"arn:aws:[a-z0-9-]+:(eu-west-1)?:(\d{12})?:.+")


def value(
    type_name: str, attribute: str, cty: Any = "string", *, source: str = "hashicorp/aws", seed: str = "s"
) -> Any:
    return placeholders.value_for(source, type_name, attribute, cty, seed=seed, ctx=CTX)


@pytest.mark.parametrize(
    ("type_name", "attribute", "pattern"),
    [
        ("aws_vpc", "id", r"vpc-[0-9a-f]{17}"),
        ("aws_instance", "subnet_id", r"subnet-[0-9a-f]{17}"),
        ("aws_instance", "vpc_security_group_id", r"sg-[0-9a-f]{17}"),
        ("aws_ami", "id", r"ami-[0-9a-f]{17}"),
        ("aws_ami", "image_id", r"ami-[0-9a-f]{17}"),
        ("aws_nat_gateway", "allocation_id", r"eipalloc-[0-9a-f]{17}"),
        ("aws_route53_zone", "zone_id", r"Z[A-Z0-9]{20}"),
        ("aws_kms_key", "key_id", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("aws_iam_role", "arn", r"arn:aws:iam::123456789012:role/.+"),
        ("aws_lambda_function", "role_arn", r"arn:aws:iam::123456789012:role/.+"),
        ("aws_lambda_function", "arn", r"arn:aws:lambda:eu-west-1:123456789012:function:.+"),
        ("aws_db_instance", "kms_key_arn", r"arn:aws:kms:eu-west-1:123456789012:key/.+"),
        ("aws_s3_bucket", "arn", r"arn:aws:s3:::.+"),
        ("aws_lb", "arn", r"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/.+/[0-9a-f]{16}"),
        ("aws_lb_target_group", "arn", r"arn:aws:elasticloadbalancing:.+:targetgroup/.+"),
        ("aws_vpc", "arn", r"arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-[0-9a-f]{17}"),
        ("aws_ecr_repository", "repository_url", r"123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com/.+"),
        ("aws_subnet", "availability_zone", r"eu-west-1a"),
        ("aws_caller_identity", "account_id", r"123456789012"),
        ("aws_cognito_user_pool", "id", r"eu-west-1_\w{9}"),
        ("aws_cloudfront_distribution", "id", r"E[A-Z0-9]{13}"),
    ],
)
def test_aws_shapes(type_name: str, attribute: str, pattern: str) -> None:
    assert re.fullmatch(pattern, value(type_name, attribute)), value(type_name, attribute)


def test_every_arn_attribute_gets_an_arn() -> None:
    for type_name in ("aws_sqs_queue", "aws_unheard_of", "aws_msk_cluster", "aws_ec2_transit_gateway", "aws_x"):
        for attribute in ("arn", "target_arn", "kms_key_arn", "source_arn", "stream_arn"):
            assert ARN.fullmatch(value(type_name, attribute)), (type_name, attribute)


def test_ids_and_arns_of_one_object_agree() -> None:
    assert value("aws_vpc", "arn").endswith("/" + value("aws_vpc", "id"))
    assert value("aws_vpc", "id", seed="a") != value("aws_vpc", "id", seed="b")
    assert value("aws_vpc", "id", seed="a") == value("aws_vpc", "id", seed="a")


def test_values_that_other_functions_parse() -> None:
    ipaddress.ip_network(value("aws_vpc", "cidr_block"))
    ipaddress.ip_address(value("aws_instance", "private_ip"))
    ipaddress.ip_address(value("aws_instance", "public_ip"))
    json.loads(value("aws_iam_role", "assume_role_policy"))
    data = value("aws_eks_cluster", "certificate_authority", ["list", ["object", {"data": "string"}]])[0]["data"]
    assert base64.b64decode(data).startswith(b"-----BEGIN CERTIFICATE-----")
    assert value("tls_private_key", "private_key_pem", source="hashicorp/tls").startswith("-----BEGIN RSA PRIVATE KEY")
    key = value("tls_private_key", "public_key_openssh", source="hashicorp/tls").split()
    assert base64.b64decode(key[1])[4:15] == b"ssh-ed25519"


def test_collections() -> None:
    assert len(set(value("aws_subnets", "ids", ["list", "string"]))) == 2
    assert value("aws_vpc", "tags", ["map", "string"]) == {}
    found = value("aws_x", "item", ["object", {"vpc_id": "string", "port": "number", "enabled": "bool"}])
    assert found["vpc_id"].startswith("vpc-") and found["port"] == 443 and found["enabled"] is True


def test_google_and_azure() -> None:
    link = value("google_compute_network", "self_link", source="hashicorp/google")
    assert link.startswith("https://www.googleapis.com/compute/v1/projects/") and "/global/networks/" in link
    subnet = value("azurerm_subnet", "id", source="hashicorp/azurerm")
    pattern = (
        r"/subscriptions/[\w-]{36}/resourceGroups/[\w-]+/providers/Microsoft.Network/virtualNetworks/.+/subnets/.+"
    )
    assert re.fullmatch(pattern, subnet)


def test_fill_lists_what_it_made_up() -> None:
    block = block_from_json(
        {"attributes": {"name": {"type": "string", "required": True}, "vpc_id": {"type": "string", "computed": True}}}
    )
    schema = ResourceSchema("ephemeral", "aws_x", block)
    filled, why = placeholders.fill("hashicorp/aws", schema, {"name": "n", "vpc_id": None}, seed="s", ctx=CTX)
    assert filled["name"] == "n" and filled["vpc_id"].startswith("vpc-")
    assert set(why) == {"vpc_id"}


# --- variables ---


@pytest.mark.parametrize(
    ("name", "type_expr", "pattern"),
    [
        ("vpc_id", "string", r"vpc-[0-9a-f]{17}"),
        ("vpc_id", None, r"vpc-[0-9a-f]{17}"),
        ("vpc_security_group_id", "string", r"sg-[0-9a-f]{17}"),
        ("vpc_cidr", "string", r"10\.0\.0\.0/16"),
        ("ami_id", "string", r"ami-[0-9a-f]{17}"),
        ("aws_region", "string", r"us-east-1"),
        ("region", None, r"us-east-1"),
        ("instance_type", "string", r"t3\.micro"),
        ("db_instance_class", "string", r"db\.t3\.micro"),
        ("kms_key_arn", "string", r"arn:aws:kms:us-east-1:\d{12}:key/.+"),
        ("execution_role_arn", "string", r"arn:aws:iam::\d{12}:role/.+"),
        ("bucket_name", "string", r"[a-z0-9.-]{3,63}"),
        ("email", "string", r"\S+@\S+\.\S+"),
        ("availability_zone", "string", r"us-east-1a"),
        ("domain_name", "string", r"example\.com"),
        ("environment", "string", r"dev"),
    ],
)
def test_strings_by_name(name: str, type_expr: str | None, pattern: str) -> None:
    assert re.fullmatch(pattern, placeholders.variable_placeholder(name, type_expr))


def test_a_password_meets_the_usual_rules() -> None:
    password = placeholders.variable_placeholder("db_password", "string")
    assert 12 <= len(password) <= 41
    assert all(re.search(p, password) for p in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"))
    assert not set(password) & set("/@\" '")


@pytest.mark.parametrize(
    ("name", "type_expr", "expected"),
    [
        ("tags", None, {}),
        ("tags", "map(string)", {}),
        ("port", "number", 443),
        ("db_port", "number", 3306),
        ("enable_logs", "bool", True),
        ("deletion_protection", "bool", False),
        ("azs", "list(string)", ["us-east-1a", "us-east-1b"]),
        ("pair", "tuple([string, number])", ["example", 1]),
        ("x", "object({ port = optional(number, 3), name = string })", {"name": "example"}),
        ("instance_count", None, 2),
    ],
)
def test_values_by_type(name: str, type_expr: str | None, expected: Any) -> None:
    assert placeholders.variable_placeholder(name, type_expr) == expected


def test_lists_of_subnets_are_two_different_ones() -> None:
    for type_expr in ("list(string)", "set(string)", None, ["list", "string"]):
        found = placeholders.variable_placeholder("private_subnet_ids", type_expr)
        assert len(set(found)) == 2 and all(s.startswith("subnet-") for s in found)
    cidrs = placeholders.variable_placeholder("public_subnet_cidrs", "list(string)")
    assert all(ipaddress.ip_network(c).subnet_of(ipaddress.ip_network("10.0.0.0/16")) for c in cidrs)  # type: ignore[arg-type]


def test_objects_in_collections_have_one_element() -> None:
    text = """list(object({
      from_port = number # first
      cidrs     = list(string)
      extra     = optional(map(object({ a = string })), { x = { a = ")" } })
    }))"""
    assert parse_type(text) == [
        "list",
        [
            "object",
            {"from_port": "number", "cidrs": ["list", "string"], "extra": ["map", ["object", {"a": "string"}]]},
            ["extra"],
        ],
    ]
    found = placeholders.variable_placeholder("rules", text)
    assert len(found) == 1 and set(found[0]) == {"from_port", "cidrs"}


@pytest.mark.parametrize(
    "text", ["", "lost(string)", "list(", "object({a=})", "list(" * 5000, "object({" * 300, "}{", "(" * 9]
)
def test_types_that_cannot_be_read_count_as_any(text: str) -> None:
    assert parse_type(text) == "dynamic"
    assert placeholders.variable_placeholder("vpc_id", text).startswith("vpc-")
