"""Arguments that others make required while planning; messages as the real provider 5.100.0 gave them."""

from __future__ import annotations

from typing import Any

import pytest

from terraformer.provider import bundle, validators
from terraformer.provider.context import ProviderContext
from terraformer.provider.plan import plan_change
from terraformer.provider.state import conform
from terraformer.provider.values import UNKNOWN

SOURCE = "hashicorp/aws"
TABLE = {"name": "x", "hash_key": "a", "attribute": [{"name": "a", "type": "S"}]}
INTERFACE = {"address_family": "ipv4", "bgp_asn": 1, "connection_id": "c", "name": "x", "vlan": 1}


def refused(type_name: str, arguments: dict[str, Any]) -> list[str]:
    shipped = bundle.load(SOURCE)
    schema = shipped.resource(type_name)
    config = conform(arguments, schema.block)
    ctx = ProviderContext(SOURCE, shipped.version, {"region": "us-east-1"})
    planned = plan_change(schema, None, config, config, ctx).planned
    assert planned is not None
    return [d.summary for d in validators.check_plan(SOURCE, type_name, None, config, planned, ctx)]


@pytest.mark.parametrize(
    ("type_name", "arguments", "message"),
    [
        ("aws_dynamodb_table", {**TABLE, "read_capacity": 5}, "write_capacity must be at least 1"),
        ("aws_vpc_ipam", {"operating_regions": [{"region_name": "us-west-2"}]}, "must include us-east-1"),
        ("aws_lightsail_instance", {"availability_zone": "us-west-2a"}, "within the same region"),
        ("aws_workspaces_directory", {}, "`directory_id` must be set"),
        ("aws_iot_authorizer", {"name": "x"}, '"token_key_name" is required'),
        ("aws_appstream_stack", {"application_settings": [{"enabled": True}]}, "settings_group must be set"),
        ("aws_dx_public_virtual_interface", {**INTERFACE, "customer_address": "x"}, "'amazon_address' must be set"),
    ],
)
def test_refused(type_name: str, arguments: dict[str, Any], message: str) -> None:
    found = refused(type_name, arguments)
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    ("type_name", "arguments"),
    [
        ("aws_dynamodb_table", {**TABLE, "billing_mode": "PAY_PER_REQUEST"}),
        ("aws_dynamodb_table", {**TABLE, "billing_mode": UNKNOWN}),
        ("aws_dynamodb_table", {**TABLE, "read_capacity": UNKNOWN, "write_capacity": 1}),
        ("aws_vpc_ipam", {"operating_regions": [{"region_name": UNKNOWN}]}),
        ("aws_lightsail_instance", {"availability_zone": "us-east-1b"}),
        ("aws_workspaces_directory", {"directory_id": UNKNOWN}),
        ("aws_iot_authorizer", {"name": "x", "signing_disabled": True}),
        ("aws_appstream_stack", {"application_settings": [{"enabled": True, "settings_group": UNKNOWN}]}),
        ("aws_dx_public_virtual_interface", {**INTERFACE, "address_family": "ipv6"}),
    ],
)
def test_admitted(type_name: str, arguments: dict[str, Any]) -> None:
    assert refused(type_name, arguments) == []
