"""What the provider checks when it plans."""

from __future__ import annotations

import pytest
from validator_help import plan

from terraformer.provider.values import UNKNOWN

FORWARD = {"type": "forward", "target_group_arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1"}


@pytest.mark.parametrize(
    ("type_name", "given"),
    [
        (
            "aws_dynamodb_table",
            {
                "name": "t",
                "billing_mode": "PAY_PER_REQUEST",
                "hash_key": "id",
                "attribute": [{"name": "id", "type": "S"}],
            },
        ),
        (
            "aws_dynamodb_table",
            {
                "name": "t",
                "billing_mode": "PAY_PER_REQUEST",
                "hash_key": UNKNOWN,
                "attribute": [{"name": "id", "type": "S"}],
            },
        ),
        (
            "aws_dynamodb_table",
            {
                "name": "t",
                "billing_mode": "PAY_PER_REQUEST",
                "hash_key": "id",
                "attribute": [{"name": "id", "type": "S"}, {"name": "who", "type": "S"}],
                "global_secondary_index": [{"name": "who", "hash_key": "who", "projection_type": "ALL"}],
            },
        ),
        ("aws_sqs_queue", {"name": "jobs.fifo", "fifo_queue": True, "content_based_deduplication": True}),
        ("aws_sqs_queue", {"name": UNKNOWN}),
        ("aws_sns_topic", {"name": "alerts"}),
        ("aws_lambda_function", {"function_name": "f", "handler": "a.b", "runtime": "python3.12"}),
        ("aws_lambda_function", {"function_name": "f", "package_type": "Image", "image_uri": "x"}),
        ("aws_kinesis_stream", {"name": "s", "shard_count": 1}),
        ("aws_kinesis_stream", {"name": "s", "stream_mode_details": [{"stream_mode": "ON_DEMAND"}]}),
        ("aws_lb_target_group", {"port": 80, "protocol": "HTTP", "vpc_id": UNKNOWN, "target_type": "ip"}),
        ("aws_lb_target_group", {"target_type": "lambda"}),
        ("aws_lb_listener", {"load_balancer_arn": UNKNOWN, "default_action": [FORWARD]}),
        ("aws_lb_listener", {"default_action": [{"type": "forward", "target_group_arn": UNKNOWN}]}),
        ("aws_ebs_volume", {"availability_zone": "a", "size": 8, "type": "gp3", "throughput": 250, "iops": 4000}),
        (
            "aws_elasticache_cluster",
            {"cluster_id": "c", "engine": "redis", "engine_version": "7.1", "num_cache_nodes": 1},
        ),
        (
            "aws_elasticache_cluster",
            {"cluster_id": "c", "engine": "redis", "engine_version": "6.x", "num_cache_nodes": 1},
        ),
        (
            "aws_elasticache_cluster",
            {"cluster_id": "c", "engine": "memcached", "engine_version": "1.6.22", "num_cache_nodes": 2},
        ),
        (
            "aws_cloudwatch_metric_alarm",
            {
                "alarm_name": "a",
                "metric_name": "m",
                "statistic": "Sum",
                "comparison_operator": "x",
                "evaluation_periods": 1,
            },
        ),
        ("aws_sfn_state_machine", {"definition": '{"StartAt":"a","States":{"a":{"Type":"Pass","End":true}}}'}),
        ("aws_sfn_state_machine", {"definition": UNKNOWN}),
        ("aws_nat_gateway", {"subnet_id": "s", "allocation_id": "e", "connectivity_type": "public"}),
        (
            "aws_kinesis_firehose_delivery_stream",
            {"name": "d", "destination": "extended_s3", "extended_s3_configuration": [{}]},
        ),
    ],
)
def test_what_the_provider_plans_passes(type_name: str, given: dict[str, object]) -> None:
    assert plan(type_name, **given) == []


@pytest.mark.parametrize(
    ("type_name", "given", "said"),
    [
        (
            "aws_dynamodb_table",
            {"name": "t", "billing_mode": "PAY_PER_REQUEST", "hash_key": "id"},
            'Unmatched indexes: ["id"]',
        ),
        (
            "aws_dynamodb_table",
            {
                "name": "t",
                "billing_mode": "PAY_PER_REQUEST",
                "hash_key": "id",
                "attribute": [{"name": "id", "type": "S"}, {"name": "age", "type": "N"}],
            },
            'Unused attributes: ["age"]',
        ),
        ("aws_sqs_queue", {"name": "jobs", "fifo_queue": True}, "invalid queue name: jobs"),
        ("aws_sqs_queue", {"name": "j", "content_based_deduplication": True}, "FIFO"),
        ("aws_sns_topic", {"name": "a b"}, "invalid topic name"),
        ("aws_lambda_function", {"function_name": "f", "filename": "f.zip"}, "handler and runtime must be set"),
        ("aws_kinesis_stream", {"name": "s"}, "shard_count must be at least 1"),
        (
            "aws_kinesis_stream",
            {"name": "s", "shard_count": 1, "stream_mode_details": [{"stream_mode": "ON_DEMAND"}]},
            "must not be set",
        ),
        ("aws_lb_target_group", {"port": 80, "protocol": "HTTP"}, '"vpc_id" must be specified'),
        (
            "aws_lb_listener",
            {"default_action": [{"type": "redirect"}]},
            '"default_action[0].redirect" must be specified',
        ),
        ("aws_lb_listener_rule", {"action": [{"type": "forward"}]}, "Either"),
        ("aws_ebs_volume", {"availability_zone": "a", "type": "io1", "size": 8}, "'iops' must be set"),
        ("aws_ebs_volume", {"availability_zone": "a", "size": 8, "iops": 100}, "'iops' must not be set"),
        (
            "aws_elasticache_cluster",
            {"cluster_id": "c", "engine": "redis", "num_cache_nodes": 2},
            "does not support num_cache_nodes > 1",
        ),
        ("aws_elasticache_replication_group", {"multi_az_enabled": True}, "automatic_failover_enabled must be true"),
        (
            "aws_cloudwatch_metric_alarm",
            {"alarm_name": "a", "metric_name": "m", "comparison_operator": "x", "evaluation_periods": 1},
            "statistic",
        ),
        ("aws_sfn_state_machine", {"definition": '{"States":{"a":{"Type":"Pass","End":true}}}'}, "StartAt"),
        (
            "aws_sfn_state_machine",
            {"definition": '{"StartAt":"a","States":{"a":{"Type":"Pass","Next":"b"}}}'},
            "does not exist: b",
        ),
        (
            "aws_nat_gateway",
            {"subnet_id": "s", "allocation_id": "e", "connectivity_type": "private"},
            "allocation_id is not supported",
        ),
        (
            "aws_kinesis_firehose_delivery_stream",
            {"name": "d", "destination": "redshift"},
            "redshift_configuration is required",
        ),
        ("aws_api_gateway_authorizer", {"name": "a", "rest_api_id": "r"}, "authorizer_uri must be set"),
    ],
)
def test_what_the_provider_refuses_to_plan_is_said(type_name: str, given: dict[str, object], said: str) -> None:
    found = plan(type_name, **given)
    assert any(said in message for message in found), found
