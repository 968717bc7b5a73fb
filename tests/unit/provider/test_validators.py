"""Validators through their public door: what the AWS provider rejects and, above all, what it accepts."""

from __future__ import annotations

import json

import pytest
from validator_help import CONTEXT, SOURCE, messages, validate

from terraformer.provider import bundle, validators
from terraformer.provider.values import UNKNOWN

ARN = "arn:aws:iam::123456789012:role/app"


@pytest.mark.parametrize(
    ("type_name", "given"),
    [
        ("aws_vpc", {"cidr_block": "10.0.0.0/16"}),
        ("aws_subnet", {"vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24"}),
        ("aws_subnet", {"vpc_id": "vpc-1", "ipv6_cidr_block": "2001:db8:0:0::/64"}),
        ("aws_instance", {"ami": "ami-0123456789abcdef0", "instance_type": "t3.micro", "tenancy": "dedicated"}),
        ("aws_iam_role", {"name": "app", "assume_role_policy": '{"Version":"2012-10-17","Statement":[]}'}),
        ("aws_iam_role", {"name": "app", "assume_role_policy": '\n  {"Version":"2012-10-17","Statement":[]}\n'}),
        ("aws_iam_role", {"assume_role_policy": "{}", "path": "/service/", "permissions_boundary": ""}),
        (
            "aws_lambda_function",
            {"function_name": "app", "role": ARN, "filename": "app.zip", "timeout": 900, "memory_size": 10240},
        ),
        ("aws_lambda_function", {"function_name": "app", "role": UNKNOWN, "s3_bucket": UNKNOWN, "s3_key": UNKNOWN}),
        (
            "aws_sqs_queue",
            {"name": "jobs", "delay_seconds": 0, "redrive_policy": "", "kms_master_key_id": "alias/aws/sqs"},
        ),
        (
            "aws_db_instance",
            {
                "identifier": "db-1",
                "instance_class": "db.t3.micro",
                "backup_window": "03:00-04:00",
                "monitoring_interval": 0,
            },
        ),
        ("aws_db_instance", {"instance_class": "db.t3.micro", "maintenance_window": "Mon:03:00-Mon:04:00"}),
        ("aws_lb", {"name": "web", "subnets": ["subnet-1"], "load_balancer_type": "network"}),
        ("aws_route53_record", {"zone_id": "Z1", "name": "a", "type": "A", "ttl": 300, "records": ["1.2.3.4"]}),
        ("aws_s3_bucket", {"bucket": "My_Old.Bucket"}),
        (
            "aws_dynamodb_table_item",
            {"table_name": "t", "hash_key": "id", "item": '{"id":{"S":"1"},"n":{"N":"2"},"l":{"L":[{"BOOL":true}]}}'},
        ),
        (
            "aws_ecs_task_definition",
            {
                "family": "a",
                "container_definitions": '[{"name":"a","image":"nginx","cpu":256,"portMappings":[{"containerPort":80}]}]',
            },
        ),
        (
            "aws_elb",
            {
                "health_check": [
                    {
                        "healthy_threshold": 2,
                        "unhealthy_threshold": 2,
                        "interval": 30,
                        "target": "HTTP:80/",
                        "timeout": 5,
                    }
                ],
                "listener": [],
            },
        ),
        (
            "aws_mq_broker",
            {
                "broker_name": "b",
                "engine_type": "ActiveMQ",
                "engine_version": "5.18",
                "host_instance_type": "mq.t3.micro",
            },
        ),
        ("aws_cloudwatch_log_group", {"retention_in_days": 0, "name": "/aws/lambda/app"}),
        ("aws_security_group", {"name": "web"}),
        ("aws_cloudwatch_event_rule", {"event_pattern": '{"source": ["aws.ec2"]}'}),
        ("aws_dynamodb_table", {"name": "t", "billing_mode": "PAY_PER_REQUEST", "read_capacity": 0, "hash_key": "id"}),
        ("aws_dynamodb_table", {"name": "t", "stream_enabled": False, "ttl": [{"enabled": False}]}),
        ("aws_cognito_user_pool", {"name": "p", "email_verification_message": "Your code: {####}"}),
    ],
)
def test_what_the_provider_accepts_passes(type_name: str, given: dict[str, object]) -> None:
    assert messages(type_name, **given) == []


@pytest.mark.parametrize(
    ("type_name", "given", "said"),
    [
        ("aws_vpc", {"cidr_block": "10.0.0.1/16"}, "expected 10.0.0.0/16"),
        ("aws_vpc", {"cidr_block": "10.0.0.0/8"}, "significant bits"),
        ("aws_subnet", {"vpc_id": "v", "cidr_block": "10.0.1.7/24"}, 'did you mean "10.0.1.0/24"'),
        ("aws_instance", {"tenancy": "shared"}, "to be one of"),
        ("aws_lambda_function", {"function_name": "a", "role": "app", "filename": "a.zip"}, "is an invalid ARN"),
        (
            "aws_lambda_function",
            {"function_name": "a", "role": ARN},
            "one of `filename,image_uri,s3_bucket` must be specified",
        ),
        ("aws_lambda_function", {"function_name": "a", "role": ARN, "filename": "a", "s3_bucket": "b"}, "only one of"),
        (
            "aws_lambda_function",
            {"function_name": "a", "role": ARN, "filename": "a", "timeout": 901},
            "in the range (1 - 900)",
        ),
        ("aws_iam_role", {"assume_role_policy": "[]"}, "contains a JSON array"),
        ("aws_iam_role", {"assume_role_policy": '{"Version":'}, "invalid JSON policy"),
        ("aws_sqs_queue", {"name": "a", "name_prefix": "b"}, "conflicts with"),
        ("aws_sqs_queue", {"policy": "{"}, "invalid JSON"),
        ("aws_db_instance", {"identifier": "My_DB", "instance_class": "x"}, 'must match "^[0-9a-z-]+$"'),
        ("aws_db_instance", {"identifier": "a--b", "instance_class": "x"}, 'must not match "--"'),
        ("aws_db_instance", {"instance_class": "x", "backup_window": "3-4"}, "hh24:mi-hh24:mi"),
        ("aws_lb", {"name": "internal-web", "subnets": ["s"]}, "internal-"),
        ("aws_lb", {"name": "w" * 33, "subnets": ["s"]}, "at most 32 characters"),
        (
            "aws_dynamodb_table_item",
            {"table_name": "t", "hash_key": "id", "item": '{"id":"1"}'},
            "unexpected raw attribute type: string",
        ),
        (
            "aws_dynamodb_table_item",
            {"table_name": "t", "hash_key": "id", "item": '{"id":{"N":1}}'},
            "(float64) for data type descriptor: N",
        ),
        ("aws_ecs_task_definition", {"family": "a", "container_definitions": "{}"}, "cannot unmarshal object"),
        (
            "aws_ecs_task_definition",
            {"family": "a", "container_definitions": '[{"name":"a","cpu":"256"}]'},
            "cannot unmarshal string",
        ),
        (
            "aws_elb",
            {
                "health_check": [
                    {
                        "target": "HTTP:80",
                        "interval": 30,
                        "timeout": 5,
                        "healthy_threshold": 2,
                        "unhealthy_threshold": 2,
                    }
                ]
            },
            "must contain a path",
        ),
        ("aws_mq_broker", {"user": [{"username": "admin", "password": "short"}]}, "12 to 250 characters"),
        ("aws_cloudwatch_log_group", {"retention_in_days": 8}, "to be one of"),
        ("aws_security_group", {"name": "sg-web"}, 'must not match "^sg-'),
        ("aws_s3_bucket", {"bucket": "a", "bucket_prefix": "b"}, "conflicts with"),
        ("aws_cloudwatch_event_rule", {"event_pattern": "{source:x}"}, "invalid JSON"),
        (
            "aws_dynamodb_table",
            {"name": "t", "billing_mode": "PAY_PER_REQUEST", "read_capacity": 5},
            "cannot be specified",
        ),
        ("aws_dynamodb_table", {"name": "t", "stream_enabled": True}, '"stream_view_type" must be specified'),
        ("aws_dynamodb_table", {"name": "t", "ttl": [{"enabled": True}]}, "attribute_name"),
        ("aws_api_gateway_account", {"cloudwatch_role_arn": "x"}, "cannot be parsed as an ARN"),
    ],
)
def test_what_the_provider_rejects_is_said(type_name: str, given: dict[str, object], said: str) -> None:
    assert any(said in message for message in messages(type_name, **given)), messages(type_name, **given)


def test_unknown_values_are_never_rejected() -> None:
    """Every argument of every type unknown: nothing can be said, whatever the provider checks."""
    installed = bundle.latest(SOURCE)
    complaints = {}
    for type_name in installed.resource_types:
        schema = installed.resource(type_name)
        value = dict.fromkeys(schema.block.attributes, UNKNOWN) | dict.fromkeys(schema.block.blocks, UNKNOWN)
        found = validators.validate_resource(SOURCE, "resource", type_name, value, schema, CONTEXT)
        # Groups of which all members are set are in conflict only once their values are known.
        if [d for d in found if d.code != "missing-one-of"]:
            complaints[type_name] = found[0]
    assert complaints == {}


def test_a_block_with_an_unknown_part_is_left_alone_as_the_sdk_does() -> None:
    target = {"interval": 30, "timeout": 5, "healthy_threshold": 2, "unhealthy_threshold": 2}
    assert messages("aws_elb", health_check=[{**target, "target": "nonsense"}]) != []
    assert messages("aws_elb", health_check=[{**target, "target": "nonsense", "interval": UNKNOWN}]) == []


def test_framework_checks_look_at_the_known_parts_of_a_block() -> None:
    found = messages("aws_s3_bucket_lifecycle_configuration", bucket=UNKNOWN, rule=[{"id": UNKNOWN, "status": "On"}])
    assert any("Enabled" in m for m in found)


def test_paths_end_at_sets_and_name_list_elements() -> None:
    paths = {
        d.path
        for d in validate("aws_s3_bucket_lifecycle_configuration", bucket="b", rule=[{"id": "", "status": "Enabled"}])
    }
    assert ("rule", 0, "id") in paths


def test_codes_tell_the_kind_of_complaint() -> None:
    codes = {d.code for d in validate("aws_sqs_queue", name="a", name_prefix="b", policy="{", delay_seconds=901)}
    assert codes == {"conflicting-arguments", "value-invalid-json", "value-out-of-range"}


def test_data_sources_and_provider_blocks_are_checked_too() -> None:
    assert validate("aws_iam_policy_document", "data", source_json="{") != []
    schema = bundle.latest(SOURCE).provider_schema()
    value = dict.fromkeys(schema.block.attributes) | {name: [] for name in schema.block.blocks}
    assert validators.validate_provider(SOURCE, value, schema) == []
    value |= {"allowed_account_ids": ["123456789012"], "forbidden_account_ids": ["210987654321"]}
    assert "conflicts with" in validators.validate_provider(SOURCE, value, schema)[0].detail


def test_regions_that_do_not_exist_are_refused_at_configuration() -> None:
    assert validators.check_configure(SOURCE, {"region": "eu-central-1"}) == []
    assert validators.check_configure(SOURCE, {"region": UNKNOWN}) == []
    assert validators.check_configure(SOURCE, {"region": "xx-1", "skip_region_validation": True}) == []
    assert validators.check_configure(SOURCE, {"region": "us-east-9"})[0].summary == "invalid AWS Region: us-east-9"


def test_other_providers_pass() -> None:
    schema = bundle.latest(SOURCE).resource("aws_vpc")
    assert (
        validators.validate_resource("hashicorp/other", "resource", "aws_vpc", {"cidr_block": "x"}, schema, CONTEXT)
        == []
    )


def test_every_resource_type_with_facts_can_be_checked_empty() -> None:
    """An empty configuration raises at most complaints about groups of which one is needed."""
    installed = bundle.latest(SOURCE)
    known = validators.facts(SOURCE)
    assert known is not None and len(known.types("resource")) > 1400
    codes = set()
    for type_name in known.types("resource"):
        codes |= {d.code for d in validate(type_name)}
    assert codes <= {"missing-one-of", "missing-required-block", "missing-required-together"}
    assert installed.version


def test_facts_state_where_they_come_from() -> None:
    known = validators.facts(SOURCE)
    assert known is not None
    assert known.source == SOURCE and known.version
    assert json.dumps(known.tree("resource", "aws_sqs_queue")).count("900") == 1
    assert known.tree("resource", "aws_no_such_type") is None
