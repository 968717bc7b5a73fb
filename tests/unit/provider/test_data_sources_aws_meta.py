from __future__ import annotations

from typing import Any

import pytest
from data_source_help import FILTER, answer, attributes

from terraformer.provider.data_sources import ReadResult
from terraformer.provider.schema import Block

LISTS: dict[str, Any] = {
    "names": ["list", "string"],
    "zone_ids": ["list", "string"],
    "group_names": ["set", "string"],
    "exclude_names": ["set", "string"],
    "exclude_zone_ids": ["set", "string"],
    "all_availability_zones": "bool",
}
BLOCKS = {
    "aws_partition": Block(attributes("id:oc partition:c dns_suffix:c reverse_dns_prefix:c")),
    "aws_region": Block(attributes("id:oc name:oc region:oc endpoint:oc description:c")),
    "aws_arn": Block(attributes("arn:r id:oc partition:c service:c region:c account:c resource:c")),
    "aws_caller_identity": Block(attributes("id:oc account_id:c arn:c user_id:c")),
    "aws_default_tags": Block(attributes("id:oc tags:c", {"tags": ["map", "string"]})),
    "aws_service": Block(
        attributes(
            "id:oc dns_name:oc partition:c region:oc reverse_dns_name:oc reverse_dns_prefix:oc service_id:oc"
            " supported:c",
            {"supported": "bool"},
        )
    ),
    "aws_service_principal": Block(attributes("id:c name:c region:oc service_name:r suffix:c")),
    "aws_availability_zones": Block(
        attributes(
            "id:oc region:oc state:o names:c zone_ids:c group_names:c exclude_names:o exclude_zone_ids:o"
            " all_availability_zones:o",
            LISTS,
        ),
        {"filter": FILTER},
    ),
    "aws_availability_zone": Block(
        attributes("id:oc name:oc zone_id:oc state:oc region:oc name_suffix:c zone_type:c opt_in_status:c"),
        {"filter": FILTER},
    ),
}


def aws(type: str, region: str = "us-east-1", settings: dict[str, Any] | None = None, **value: Any) -> ReadResult:
    return answer("hashicorp/aws", type, BLOCKS[type], value, settings={"region": region, **(settings or {})})


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("eu-west-3", ("aws", "amazonaws.com", "com.amazonaws")),
        ("cn-north-1", ("aws-cn", "amazonaws.com.cn", "cn.com.amazonaws")),
        ("us-gov-west-1", ("aws-us-gov", "amazonaws.com", "com.amazonaws")),
        ("us-iso-east-1", ("aws-iso", "c2s.ic.gov", "gov.ic.c2s")),
    ],
)
def test_partition(region: str, expected: tuple[str, str, str]) -> None:
    state = aws("aws_partition", region).state
    assert (state["partition"], state["dns_suffix"], state["reverse_dns_prefix"]) == expected
    assert state["id"] == state["partition"]


def test_region() -> None:
    result = aws("aws_region", "ap-southeast-2")
    assert result.state["name"] == result.state["id"] == result.state["region"] == "ap-southeast-2"
    assert result.state["endpoint"] == "ec2.ap-southeast-2.amazonaws.com"
    assert result.state["description"] == "Asia Pacific (Sydney)"
    assert result.assumed == {}
    assert aws("aws_region", endpoint="ec2.cn-north-1.amazonaws.com.cn").state["name"] == "cn-north-1"
    assert aws("aws_region", name="middle-earth-1").failed
    assert aws("aws_region", name="eu-west-1", endpoint="ec2.eu-west-2.amazonaws.com").failed


def test_arn() -> None:
    state = aws("aws_arn", arn="arn:aws:rds:eu-west-1:123456789012:db:mysql-db").state
    assert (state["service"], state["region"], state["account"], state["resource"]) == (
        "rds",
        "eu-west-1",
        "123456789012",
        "db:mysql-db",
    )
    for bad in ("", "s3", "arn:aws:s3", "urn:aws:s3:::b"):
        result = aws("aws_arn", arn=bad)
        assert result.failed
        assert result.diagnostics[0].code == "value-invalid-arn"


def test_caller_identity_is_assumed_unless_the_provider_names_the_account() -> None:
    result = aws("aws_caller_identity")
    assert result.state["account_id"] == "123456789012"
    assert set(result.assumed) == {"account_id", "arn", "id", "user_id"}
    named = aws("aws_caller_identity", settings={"allowed_account_ids": ["210987654321"]})
    assert named.state["account_id"] == "210987654321"
    assert "account_id" not in named.assumed


def test_default_tags() -> None:
    assert aws("aws_default_tags").state["tags"] == {}
    result = aws("aws_default_tags", settings={"default_tags": [{"tags": {"team": "blue"}}]})
    assert result.state["tags"] == {"team": "blue"}
    assert result.assumed == {}


def test_service() -> None:
    state = aws("aws_service", "us-west-2", service_id="s3").state
    assert state["reverse_dns_name"] == "com.amazonaws.us-west-2.s3"
    assert state["dns_name"] == "s3.us-west-2.amazonaws.com"
    back = aws("aws_service", dns_name="ec2.cn-north-1.amazonaws.com.cn").state
    assert (back["service_id"], back["region"], back["partition"]) == ("ec2", "cn-north-1", "aws-cn")
    assert aws("aws_service").failed
    assert aws("aws_service", dns_name="a.b").failed


def test_service_principal() -> None:
    assert aws("aws_service_principal", service_name="ec2").state["name"] == "ec2.amazonaws.com"
    assert aws("aws_service_principal", "cn-north-1", service_name="logs").state["name"] == "logs.amazonaws.com.cn"
    assert aws("aws_service_principal", "cn-north-1", service_name="ec2").state["name"] == "ec2.amazonaws.com"


def test_zones_of_a_region() -> None:
    result = aws("aws_availability_zones")
    assert result.state["names"] == [f"us-east-1{letter}" for letter in "abcdef"]
    assert len(result.state["zone_ids"]) == 6
    assert result.state["id"] == "us-east-1"
    assert set(result.assumed) == {"zone_ids"}
    assert aws("aws_availability_zones", "ap-northeast-1").assumed.keys() >= {"names"}
    elsewhere = aws("aws_availability_zones", region="us-east-1", exclude_names=["us-east-1e"])
    assert "us-east-1e" not in elsewhere.state["names"]


def test_zones_of_another_region_than_the_providers() -> None:
    result = answer(
        "hashicorp/aws",
        "aws_availability_zones",
        BLOCKS["aws_availability_zones"],
        {"region": "ca-central-1"},
        settings={"region": "us-east-1"},
    )
    assert result.state["names"] == ["ca-central-1a", "ca-central-1b", "ca-central-1d"]


def test_zones_of_an_unheard_of_region_are_assumed() -> None:
    result = aws("aws_availability_zones", "eu-north-9")
    assert result.state["names"] == ["eu-north-9a", "eu-north-9b", "eu-north-9c"]
    assert "names" in result.assumed


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ({"state": "available"}, 4),
        ({"state": "unavailable"}, 0),
        ({"filter": [{"name": "opt-in-status", "values": ["opt-in-not-required"]}]}, 4),
        ({"filter": [{"name": "opt-in-status", "values": ["opted-in"]}]}, 0),
        ({"filter": [{"name": "zone-name", "values": ["us-west-2[a]", "*2b", "us-west-2?"]}]}, 4),
        ({"filter": [{"name": "zone-name", "values": ["us-west-2b"]}]}, 1),
        ({"filter": [{"name": "zone-type", "values": ["local-zone"]}], "all_availability_zones": True}, 8),
        ({"exclude_names": ["us-west-2a", "us-west-2d"]}, 2),
    ],
)
def test_zone_selection(value: dict[str, Any], count: int) -> None:
    assert len(aws("aws_availability_zones", "us-west-2", **value).state["names"]) == count


def test_an_unknown_zone_filter_is_refused() -> None:
    result = aws("aws_availability_zones", filter=[{"name": "colour", "values": ["red"]}])
    assert result.failed
    assert "colour" in result.diagnostics[0].detail


def test_one_zone() -> None:
    state = aws("aws_availability_zone", "eu-central-1", name="eu-central-1b").state
    assert state["name_suffix"] == "b"
    assert state["zone_type"] == "availability-zone"
    assert aws("aws_availability_zone", "eu-central-1").failed
    assert aws("aws_availability_zone", "eu-central-1", name="mars-1a").failed
    newer = aws("aws_availability_zone", "eu-central-1", name="eu-central-1f")
    assert not newer.failed
    assert "zone_type" in newer.assumed
