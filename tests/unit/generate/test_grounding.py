"""Schema excerpts: exact, compact, chosen by the request, within their budget."""

from __future__ import annotations

import re

import pytest

from terraformer.generate import GenerateSettings
from terraformer.generate.grounding import ground, named_types
from terraformer.generate.grounding.choose import candidates
from terraformer.generate.grounding.render import LEVELS, excerpt
from terraformer.generate.strategy import ChatStrategy, types_of_findings
from terraformer.provider import bundle
from terraformer.types import Attempt, Certificate, Severity, Stage, VerificationReport

AWS = bundle.latest("hashicorp/aws")


def test_a_small_type_in_full() -> None:
    lines = excerpt(AWS, "resource", "aws_s3_bucket_versioning").splitlines()
    assert lines[0] == "aws_s3_bucket_versioning"
    assert "  required: bucket" in lines
    block = next(line for line in lines if "versioning_configuration" in line)
    assert "(required, max 1)" in block and 'mfa_delete "Enabled"|"Disabled"' in block and "status*" in block
    assert "expected_bucket_owner" not in "\n".join(lines), "deprecated arguments are left out"


def test_values_bounds_types_groups_and_exports() -> None:
    text = excerpt(AWS, "resource", "aws_sqs_queue")
    assert "delay_seconds number 0..900" in text and "policy json" in text and "tags map(string)" in text
    assert 'deduplication_scope "messageGroup"|"queue"' in text
    assert "not together: name / name_prefix" in text
    assert re.search(r"exports: id, arn, url", text)
    text = excerpt(AWS, "resource", "aws_lambda_function")
    assert "one of: filename / image_uri / s3_bucket" in text and "required: function_name, role" in text
    assert excerpt(AWS, "data", "aws_ami").startswith("data aws_ami\n")


@pytest.mark.parametrize("type_name", ["aws_instance", "aws_db_instance", "aws_cloudfront_distribution", "aws_vpc"])
def test_what_is_said_is_in_the_schema_and_what_is_required_is_said(type_name: str) -> None:
    block = AWS.resource(type_name).block
    for level in range(LEVELS):
        text = excerpt(AWS, "resource", type_name, level)
        for name, attribute in block.attributes.items():
            if attribute.required:
                assert re.search(rf"\brequired: .*\b{name}\b", text)
        for name, nested in block.blocks.items():
            if nested.min_items:
                assert f"block {name} (" in text
        said = re.findall(r"^  (?:block |blocks: )(\w+)", text, re.M)
        assert set(said) <= set(block.blocks)


def test_levels_get_shorter() -> None:
    for type_name in ("aws_instance", "aws_cloudfront_distribution", "aws_lb_listener"):
        sizes = [len(excerpt(AWS, "resource", type_name, level)) for level in range(LEVELS)]
        assert sizes == sorted(sizes, reverse=True) and sizes[-1] < 1_500


@pytest.mark.parametrize("source", ["hashicorp/aws", "hashicorp/google", "hashicorp/azurerm", "hashicorp/kubernetes"])
def test_every_type_can_be_told(source: str) -> None:
    known = bundle.latest(source)
    for type_name in known.resource_types[::25]:
        for level in (0, LEVELS - 1):
            assert excerpt(known, "resource", type_name, level).startswith(type_name)


def test_likely_types_and_their_companions_are_chosen() -> None:
    types = ground("a Lambda function that reads an SQS queue", budget=16_000).types
    assert {
        "aws_lambda_function",
        "aws_sqs_queue",
        "aws_iam_role",
        "aws_iam_role_policy_attachment",
        "data.archive_file",
    } <= set(types)
    assert types.index("aws_sqs_queue") < types.index("aws_iam_role_policy_attachment")


@pytest.mark.parametrize(
    ("request_", "type_name"),
    [
        ("a storage bucket on Google Cloud", "google_storage_bucket"),
        ("a virtual network in Azure", "azurerm_virtual_network"),
        ("a config map in kubernetes", "kubernetes_config_map_v1"),
        ("use google_pubsub_topic for the events", "google_pubsub_topic"),
    ],
)
def test_other_clouds(request_: str, type_name: str) -> None:
    found = ground(request_, budget=8_000).types
    assert type_name in found and not any(t.startswith("aws_") for t in found)


def test_budget_and_order() -> None:
    request = "an EKS cluster in a VPC with private subnets, an RDS database and a CloudFront distribution"
    for budget in (0, 500, 2_000, 8_000, 16_000, 64_000):
        grounding = ground(request, budget=budget)
        assert len(grounding.text) <= budget
        assert grounding == ground(request, budget=budget)
    assert len(ground(request, budget=2_000).types) >= 3
    first = ground("a queue", budget=3_000, first=[("hashicorp/aws", "resource", "aws_backup_plan")])
    assert first.types[0] == "aws_backup_plan"


def test_types_are_read_out_of_text() -> None:
    text = 'resource "aws_sqs_queue" "a", data.aws_ami.x, no_such_type, data "aws_vpc" "b", google_storage_bucket.c'
    assert named_types(text) == [
        ("hashicorp/aws", "resource", "aws_sqs_queue"),
        ("hashicorp/aws", "data", "aws_ami"),
        ("hashicorp/aws", "data", "aws_vpc"),
        ("hashicorp/google", "resource", "google_storage_bucket"),
    ]
    assert candidates("make aws_backup_plan please")[0].why == "named"
    assert ground("ü" * 5_000 + "\x00" * 100, budget=4_000) is not None


def test_prompts_carry_excerpts_and_repairs_those_of_their_findings() -> None:
    settings = GenerateSettings(schema_chars=6_000, examples=1)
    strategy = ChatStrategy("a queue for jobs", settings)
    first = strategy.first().messages
    assert "aws_sqs_queue\n" in first[0]["content"] and first[0]["content"].count("Request: ") == 1
    assert first[1]["content"] == "a queue for jobs"
    found = Certificate(Stage.COMPILE, Severity.ERROR, "x", "wrong", address="aws_backup_plan.nightly")
    attempt = Attempt(0, (), "x", None, VerificationReport("", (), (found,)))
    assert types_of_findings([attempt], None) == [("hashicorp/aws", "resource", "aws_backup_plan")]
    told = strategy.repair([attempt], None)
    assert told is not None and "aws_backup_plan\n" in told.messages[0]["content"]
    plain = ChatStrategy("a queue", GenerateSettings(schema_chars=0, examples=0)).first().messages[0]["content"]
    assert "aws_sqs_queue\n" not in plain and "Request: " not in plain
