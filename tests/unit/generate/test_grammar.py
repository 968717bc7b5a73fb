"""Retrieval and the grammar: what a prompt retrieves, and that the language holds only configurations that deploy."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from terraformer.generate.grammar import (
    GrammarSettings,
    PromptFacts,
    Schemas,
    compile_grammar,
    configuration,
    render,
    sample,
    schemas,
    select_types,
)
from terraformer.generate.grammar.constraints import example_of
from terraformer.generate.grammar.gbnf import Chars, alt, lit, optional, quoted, seq
from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings


@pytest.fixture(scope="module")
def bundles() -> Schemas:
    return schemas()


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as made:
        yield made


def types_of(prompt: str, bundles: Schemas) -> list[str]:
    return [c.key for c in select_types(prompt, bundles)]


def text_of(prompt: str, bundles: Schemas, seed: int = 0, settings: GrammarSettings | None = None) -> str:
    facts = PromptFacts(prompt)
    return sample(configuration(select_types(facts, bundles), bundles, facts, settings), random.Random(seed))


def test_gbnf() -> None:
    tree = seq("a ", quoted(Chars("a-z", 1, 3)), optional(lit("\n\\")), alt(["x", "y", "x"]), alt(["x", "y"]))
    assert render(tree) == 'root ::= "a \\"" [a-z]{1,3} "\\"" ("\\n\\\\")? r1 r1\nr1 ::= "x" | "y"\n'
    assert sample(tree, random.Random(3)) == sample(tree, random.Random(3))
    assert alt(["one", "one"]) == lit("one")
    with pytest.raises(ValueError, match="at least one option"):
        alt([])


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a private S3 bucket with versioning", {"aws_s3_bucket", "aws_s3_bucket_versioning", "aws_s3_bucket_public_access_block"}),
        ("A Lambda function that reads from an SQS queue", {"aws_lambda_function", "aws_sqs_queue", "aws_iam_role", "aws_lambda_event_source_mapping"}),
        ("an aws_sns_topic and an aws_sqs_queue", {"aws_sns_topic", "aws_sqs_queue", "aws_sns_topic_subscription"}),
        ("Redshift cluster in a VPC", {"aws_redshift_cluster", "aws_vpc"}),
        ("a managed mysql database on Lightsail", {"aws_lightsail_database"}),
        ("an Aurora cluster", {"aws_rds_cluster"}),
        ("hourly backups", set()),
    ],
)  # fmt: skip
def test_retrieval(prompt: str, expected: set[str], bundles: Schemas) -> None:
    found = types_of(prompt, bundles)
    assert expected <= set(found) and found


def test_what_is_not_wanted_is_not_there(bundles: Schemas) -> None:
    assert "aws_nat_gateway" not in types_of("a VPC with two subnets, without a NAT gateway", bundles)


def test_names_counts_and_values_come_from_the_prompt(bundles: Schemas) -> None:
    text = text_of('Two queues named "orders" and "returns", and a VPC with CIDR 10.7.0.0/16 in eu-west-1', bundles)
    assert 'resource "aws_sqs_queue" "orders"' in text and 'name = "returns"' in text
    assert '"10.7.0.0/16"' in text and 'region = "eu-west-1"' in text
    text = text_of("A PostgreSQL 16 database with 50 GB of storage on a db.t3.medium", bundles)
    for part in ('engine = "postgres"', 'engine_version = "16"', "allocated_storage = 50", '"db.t3.medium"'):
        assert part in text
    text = text_of("Run a Lambda function every 10 minutes with Python 3.13", bundles)
    assert '"rate(10 minutes)"' in text and '"python3.13"' in text


def test_references_point_to_what_is_there(bundles: Schemas) -> None:
    text = text_of("an EKS cluster with a node group", bundles)
    assert "role_arn = aws_iam_role." in text and "cluster_name = aws_eks_cluster." in text
    assert text.count('resource "aws_subnet"') == 2 and "eks.amazonaws.com" in text


def test_grammar_is_deterministic_and_small(bundles: Schemas) -> None:
    facts = PromptFacts("an encrypted EFS file system with mount targets in two subnets")
    first = compile_grammar(select_types(facts, bundles), bundles, facts, GrammarSettings())
    again = PromptFacts(facts.prompt)
    assert first == compile_grammar(select_types(again, bundles), bundles, again, GrammarSettings())
    assert first.startswith("root ::= ") and len(first) < 20_000


def test_settings_of_repairs_are_obeyed(bundles: Schemas) -> None:
    prompt = "an EBS volume"
    plain = text_of(prompt, bundles)
    assert "size = " in plain
    address = "aws_ebs_volume.main"
    dropped = GrammarSettings(dropped=frozenset({(address, "size"), (address, "availability_zone")}))
    text = text_of(prompt, bundles, settings=dropped)
    assert "size = " not in text and "availability_zone = " in text  # a required argument stays
    avoided = GrammarSettings(avoided={(address, "size"): frozenset({"8", "20"})})
    assert {text_of(prompt, bundles, s, avoided).split("size = ")[1].split()[0] for s in range(8)} == {"40"}
    assert text_of(prompt, bundles, settings=GrammarSettings(without=frozenset({address}))).count("resource") == 0


PROMPTS = (
    "a private S3 bucket with versioning",
    "a static website on S3 behind CloudFront",
    "a VPC with two public subnets, an internet gateway and a NAT gateway",
    "an ECS Fargate service behind an application load balancer",
    "a Lambda function triggered by an SQS queue",
    "an API Gateway REST API in front of a Lambda function",
    "an encrypted PostgreSQL database in private subnets",
    "an Aurora cluster with two instances",
    "a DynamoDB table with point-in-time recovery and a TTL",
    "an EKS cluster with a node group and a Fargate profile",
    "an ElastiCache Redis cluster",
    "a Redshift cluster with a subnet group",
    "a Kinesis stream that Firehose delivers to a bucket",
    "an MSK cluster",
    "an OpenSearch domain",
    "a SageMaker notebook instance",
    "a CodeBuild project with its role",
    "a Step Functions state machine",
    "an SNS topic with an e-mail subscription to ops@example.com",
    "a CloudWatch alarm on CPU usage and a log group",
    "a Route 53 zone example.org with an MX record",
    "an auto scaling group with a launch template",
    "a Cognito user pool with a client",
    "a WAF web ACL for a load balancer",
    "a KMS key with an alias and a secret in Secrets Manager",
    "an ECR repository with a lifecycle policy",
    "an AWS Batch job queue",
    "a Glue crawler over a bucket",
    "a VPC peering connection between two VPCs",
    "a transit gateway attached to a VPC",
)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_samples_deploy(prompt: str, bundles: Schemas, pool: VerifierPool) -> None:
    report = pool.verify(TerraformConfig.from_text(text_of(prompt, bundles, seed=7)))
    assert not report.tool_errors, report.tool_errors
    assert report.deployable, [(c.code, c.address, c.attribute_path, c.summary) for c in report.errors]


@pytest.mark.parametrize(
    "prompt",
    ["", "?!", "\x00\ud800", "aws_" * 3000, '"' * 500, "two " * 400 + "buckets", "名前 " * 300, "aws_no_such_thing"],
)
def test_any_text_is_a_prompt(prompt: str, bundles: Schemas) -> None:
    facts = PromptFacts(prompt)
    chosen = select_types(facts, bundles)
    assert 0 < len(chosen) <= 16
    assert render(configuration(chosen, bundles, facts))


@pytest.mark.parametrize(
    "pattern", [r"^fsvol-[0-9a-f]{17,}$", r"^[A-Za-z]{1}[0-9A-Za-z_]{0,255}$", r"^(a|b)\d+\.x$", r"^[^\s]+$"]
)
def test_examples_of_patterns(pattern: str) -> None:
    import re

    assert any(re.search(pattern, made) for made in example_of(pattern))


def test_patterns_that_cannot_be_read() -> None:
    assert example_of("(") == []


def test_repair_compiles_another_grammar(pool: VerifierPool) -> None:
    from terraformer.generate import GenerateSettings, generate
    from terraformer.models import SamplingSettings
    from terraformer.models.mock import MockModel

    wrong = (
        'provider "aws" {\n  region = "us-east-1"\n}\n\nresource "aws_ebs_volume" "main" {\n'
        '  availability_zone = "us-east-1a"\n  size = "many"\n}\n'
    )
    model = MockModel([wrong, wrong.replace('  size = "many"\n', "  size = 8\n")], supports_grammar=True)
    settings = GenerateSettings(sampling=SamplingSettings(seed=5))
    trace = generate("an EBS volume", model=model, settings=settings, verifier=pool.verify)
    first, second = model.calls
    assert trace.stopped == "clean" and trace.best == 1
    assert first.grammar is not None and "size = " in first.grammar
    assert second.grammar is not None and "size = " not in second.grammar and "availability_zone = " in second.grammar
    assert (first.settings.seed, second.settings.seed) == (5, 6) and second.settings.temperature > 0
    assert first.messages == second.messages  # findings are for the grammar: such a model does not read them
