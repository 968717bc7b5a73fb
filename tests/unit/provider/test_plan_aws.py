"""What the AWS provider plans beyond its schema; every expectation was seen in plans of the real provider 5.100.0."""

from __future__ import annotations

import json
from typing import Any

import pytest

from terraformer.provider import bundle
from terraformer.provider.context import ProviderContext
from terraformer.provider.plan import plan_change
from terraformer.provider.state import conform
from terraformer.provider.values import UNKNOWN, Unknown

SOURCE = "hashicorp/aws"


def planned(type_name: str, **arguments: Any) -> dict[str, Any]:
    shipped = bundle.load(SOURCE)
    schema = shipped.resource(type_name)
    config = conform(arguments, schema.block)
    ctx = ProviderContext(SOURCE, shipped.version, {"region": "us-east-1"})
    found = plan_change(schema, None, config, config, ctx).planned
    assert found is not None
    return found


def unknown(value: Any) -> bool:
    return isinstance(value, Unknown)


def test_a_collection_with_an_unknown_element_is_unknown_as_a_whole() -> None:
    found = planned("aws_instance", ami="ami-1", vpc_security_group_ids=[UNKNOWN, "sg-1"], tags={"a": UNKNOWN})
    assert unknown(found["vpc_security_group_ids"])
    assert unknown(found["tags"])
    rule = {"from_port": 1, "to_port": 1, "protocol": "TCP", "security_groups": [UNKNOWN]}
    (ingress,) = planned("aws_security_group", ingress=[rule])["ingress"]
    assert unknown(ingress["security_groups"])
    assert ingress["protocol"] == "tcp"


def test_empty_collections() -> None:
    assert planned("aws_vpc", tags={})["tags"] is None
    assert planned("aws_vpc", tags={"a": None, "b": "c"})["tags"] == {"b": "c"}
    assert unknown(planned("aws_lb", subnets=[])["subnets"])
    assert planned("aws_iam_group_membership", users=[])["users"] is None
    assert planned("aws_autoscaling_group", termination_policies=[])["termination_policies"] == []


def test_blocks_that_are_computed_are_unknown_at_any_depth() -> None:
    assert unknown(planned("aws_cognito_user_pool", name="x")["sms_configuration"])
    (cluster,) = planned("aws_opensearch_domain", cluster_config=[{"instance_type": "t"}])["cluster_config"]
    assert unknown(cluster["cold_storage_options"])
    assert planned("aws_db_instance", identifier="x")["restore_to_point_in_time"] == []


POLICY = '{ "Version": "2012-10-17", "Statement": [ {"Resource": "<*>", "Action": "s3:*", "Effect": "Allow"} ] }'


def test_json_is_written_down_normalised() -> None:
    statement = r'[{"Action":"s3:*","Effect":"Allow","Resource":"\u003c*\u003e"}]'
    assert planned("aws_iam_policy", policy=POLICY)["policy"] == f'{{"Statement":{statement},"Version":"2012-10-17"}}'
    legacy = planned("aws_iam_role_policy", policy=POLICY)["policy"]
    assert legacy == f'{{"Version":"2012-10-17","Statement":{statement}}}'
    assert planned("aws_iam_policy", policy="not JSON")["policy"] == "not JSON"


def test_container_definitions_as_the_api_structures_read_them() -> None:
    given = [
        {"name": "b", "image": "n", "cpu": 0, "links": None, "Essential": True, "mistake": 1},
        {"name": "a", "image": "n", "environment": [{"name": "z", "value": "1"}, {"name": "a", "value": "2"}]},
    ]
    text = planned("aws_ecs_task_definition", family="f", container_definitions=json.dumps(given))
    assert json.loads(text["container_definitions"]) == [
        {"environment": [{"name": "a", "value": "2"}, {"name": "z", "value": "1"}], "image": "n", "name": "a"},
        {"essential": True, "image": "n", "name": "b"},
    ]
    odd = planned("aws_ecs_task_definition", family="f", container_definitions='[{"name":"a","cpu":"10"}]')
    assert odd["container_definitions"] == "[]"


@pytest.mark.parametrize(
    ("type_name", "argument", "given", "expected"),
    [
        ("aws_route53_zone", "name", "*.Example.com.", r"\052.example.com"),
        ("aws_route53_record", "name", "*.Example.com.", "*.example.com"),
        ("aws_elasticache_cluster", "cluster_id", "Cache", "cache"),
        ("aws_lb_listener", "protocol", "https", "HTTPS"),
        ("aws_security_group_rule", "protocol", "all", "-1"),
        ("aws_key_pair", "public_key", " ssh-rsa AAAA \n", "ssh-rsa AAAA"),
        ("aws_launch_configuration", "user_data", "eHg=", "dd7b7b74ea160e049dd128478e074ce47254bde8"),
    ],
)
def test_state_functions(type_name: str, argument: str, given: str, expected: str) -> None:
    assert planned(type_name, **{argument: given})[argument] == expected


def test_arguments_that_belong_to_another_kind_of_load_balancer_are_left_out() -> None:
    application, network = planned("aws_lb"), planned("aws_lb", load_balancer_type="network")
    assert application["idle_timeout"] == 60
    assert application["enable_cross_zone_load_balancing"] is None
    assert network["idle_timeout"] is None
    assert network["enable_cross_zone_load_balancing"] is False
    (logs,) = planned("aws_lb", access_logs=[{"bucket": "b", "prefix": "p"}])["access_logs"]
    assert (logs["bucket"], logs["prefix"], logs["enabled"]) == ("", None, False)


def test_lifecycle_rules() -> None:
    rules = [
        {"id": "a", "status": "Enabled", "filter": [{}], "expiration": [{"days": 3}]},
        {"id": "b", "status": "Enabled", "filter": [{"tag": [{"key": "k", "value": "v"}]}]},
        {"id": "c", "status": "Enabled", "filter": [{"prefix": UNKNOWN}]},
    ]
    found = planned("aws_s3_bucket_lifecycle_configuration", bucket="b", rule=rules)
    first, second, third = found["rule"]
    assert found["transition_default_minimum_object_size"] == "all_storage_classes_128K"
    assert first["prefix"] == first["filter"][0]["prefix"] == ""
    assert first["expiration"][0]["expired_object_delete_marker"] is False
    assert second["filter"][0]["prefix"] is None
    assert unknown(third["filter"][0]["prefix"])


def test_names_of_a_requested_certificate() -> None:
    found = planned(
        "aws_acm_certificate",
        domain_name="example.com",
        subject_alternative_names=["www.example.com"],
        validation_method="DNS",
    )
    assert sorted(found["subject_alternative_names"]) == ["example.com", "www.example.com"]
    assert {o["domain_name"] for o in found["domain_validation_options"]} == {"example.com", "www.example.com"}
    assert unknown(planned("aws_acm_certificate", domain_name=UNKNOWN)["subject_alternative_names"])
