"""What providers deprecate, and AWS values: sure errors are found, and values that are right are left alone."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from terraformer.hcl import scan
from terraformer.types import Certificate, Severity, Stage, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.settings import CheckSettings
from terraformer.verify.stages.lint import check_lint


def lint(rule: str, files: str | Mapping[str, str]) -> tuple[Certificate, ...]:
    given = {"main.tf": files} if isinstance(files, str) else files
    config = TerraformConfig({name: text.encode() for name, text in given.items()})
    outcome = check_lint(config, scan(config.files), CheckSettings(only=(rule,)))
    assert outcome.tool_errors == ()
    assert not outcome.skipped
    assert sum(not c.passed for c in outcome.checks) == len({c.address for c in outcome.certificates})
    return outcome.certificates


def resource(type_: str, *lines: str) -> str:
    return f'resource "{type_}" "x" {{\n' + "".join(f"  {line}\n" for line in lines) + "}\n"


# --- deprecated -----------------------------------------------------------------------------------------------------


def test_deprecated_arguments_and_types() -> None:
    text = resource("aws_s3_bucket_object", 'bucket = "b"', 'key = "k"', "acl = null")
    assert sorted(str(c.attribute_path) for c in lint("provider_deprecated_argument", text)) == ["bucket", "key"]
    (found,) = lint("provider_deprecated_type", text)
    assert found.severity is Severity.WARNING
    assert found.address == "aws_s3_bucket_object.x"
    assert found.fix is not None
    assert "aws_s3_object" in found.fix


def test_deprecated_blocks_static_dynamic_and_in_json() -> None:
    text = resource(
        "aws_s3_bucket",
        "versioning {",
        "enabled = true",
        "}",
        'dynamic "lifecycle_rule" {',
        "for_each = [1]",
        "content {",
        "enabled = true",
        "}",
        "}",
    )
    found = lint("provider_deprecated_block", text)
    assert [c.attribute_path for c in found] == ["lifecycle_rule[0]", "versioning[0]"]
    assert found[1].fix == "Use aws_s3_bucket_versioning instead."
    document = {"resource": {"aws_s3_bucket": {"x": {"versioning": {"enabled": True}}}}}
    (of_json,) = lint("provider_deprecated_block", {"main.tf.json": json.dumps(document)})
    assert of_json.attribute_path == "versioning[0]"


def test_what_a_child_module_uses_is_reported_under_its_address() -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n}\n',
        "m/main.tf": resource("aws_s3_bucket", 'acl = "private"'),
    }
    (found,) = lint("provider_deprecated_argument", files)
    assert found.address == "module.m.aws_s3_bucket.x"


def test_a_provider_without_a_bundle_is_passed_over() -> None:
    text = 'terraform {\n  required_providers {\n    x = { source = "nobody/x" }\n  }\n}\n' + resource(
        "x_thing", "a = 1"
    )
    assert lint("provider_deprecated_*", text) == ()


def test_terraforms_own_warning_is_not_told_twice(pool: VerifierPool) -> None:
    config = TerraformConfig.from_text(resource("aws_s3_bucket", 'bucket = "example"', 'acl = "private"'))

    def codes(*stages: Stage) -> list[str]:
        lint = CheckSettings(only=("provider_*",), tool="builtin")
        settings = VerifySettings(stages=stages, lint=lint, cache=False)
        return [c.code for c in pool.verify(config, settings=settings).certificates]

    assert codes(Stage.COMPILE, Stage.DEPLOY) == ["deprecated"]
    assert codes(Stage.COMPILE, Stage.DEPLOY, Stage.LINT) == ["provider-deprecated-argument"]


# --- values of AWS --------------------------------------------------------------------------------------------------


def found(rule: str, type_: str, argument: str, value: str) -> list[Severity]:
    return [c.severity for c in lint(rule, resource(type_, f'{argument} = "{value}"'))]


@pytest.mark.parametrize(
    "value",
    [
        *("t3.micro", "m7i-flex.large", "c7gn.16xlarge", "u-6tb1.112xlarge", "u7in-16tb.224xlarge", "mac2-m2pro.metal"),
        *(
            "p4d.24xlarge",
            "m7i.metal-48xl",
            "t1.micro",
            "hpc6a.48xlarge",
            "x2iedn.metal",
            "inf1.xlarge",
            "u-9tb1.metal",
        ),
        "m99z.1024xlarge",
    ],
)
def test_instance_types_that_exist_or_may(value: str) -> None:
    assert found("aws_instance_invalid_type", "aws_instance", "instance_type", value) == []


@pytest.mark.parametrize(
    "value", ["t3", "t3.tiny", "T3.micro", "db.t3.micro", "t3 micro", "micro", "t3_micro", "t3.0xlarge"]
)
def test_instance_types_that_cannot_exist(value: str) -> None:
    assert found("aws_instance_invalid_type", "aws_instance", "instance_type", value) == [Severity.ERROR]


@pytest.mark.parametrize(
    ("rule", "type_", "argument", "good", "bad"),
    [
        ("aws_db_instance_invalid_type", "aws_db_instance", "instance_class", "db.r5.2xlarge.tpc2.mem4x", "t3.micro"),
        ("aws_db_instance_invalid_type", "aws_rds_cluster_instance", "instance_class", "db.serverless", "r5.large"),
        ("aws_db_instance_invalid_engine", "aws_db_instance", "engine", "postgres", "postgresql"),
        ("aws_db_instance_invalid_engine", "aws_db_instance", "engine", "custom-sqlserver-ee", "SQLServer"),
        ("aws_db_instance_invalid_engine", "aws_rds_cluster", "engine", "aurora-postgresql", "aurora-postgres"),
        ("aws_elasticache_cluster_invalid_type", "aws_elasticache_cluster", "node_type", "cache.t3.micro", "t3.micro"),
        (
            "aws_elasticache_replication_group_invalid_type",
            "aws_elasticache_replication_group",
            "node_type",
            "cache.r7g.large",
            "r7g.large",
        ),
        ("aws_security_group_rule_invalid_protocol", "aws_security_group_rule", "protocol", "TCP", "http"),
        ("aws_security_group_rule_invalid_protocol", "aws_security_group_rule", "protocol", "-1", "any"),
        ("aws_security_group_rule_invalid_protocol", "aws_security_group_rule", "protocol", "47", "1000"),
        (
            "aws_security_group_rule_invalid_protocol",
            "aws_vpc_security_group_ingress_rule",
            "ip_protocol",
            "udp",
            "ssh",
        ),
    ],
)
def test_values_that_aws_refuses(rule: str, type_: str, argument: str, good: str, bad: str) -> None:
    assert found(rule, type_, argument, good) == []
    assert found(rule, type_, argument, bad) == [Severity.ERROR]


@pytest.mark.parametrize(
    ("rule", "type_", "argument", "good", "old"),
    [
        ("aws_instance_previous_type", "aws_instance", "instance_type", "m5.large", "m3.large"),
        ("aws_instance_previous_type", "aws_instance", "instance_type", "t2.micro", "t1.micro"),
        ("aws_db_instance_previous_type", "aws_db_instance", "instance_class", "db.t3.micro", "db.t2.micro"),
        (
            "aws_elasticache_cluster_previous_type",
            "aws_elasticache_cluster",
            "node_type",
            "cache.t3.micro",
            "cache.m1.small",
        ),
        (
            "aws_elasticache_replication_group_previous_type",
            "aws_elasticache_replication_group",
            "node_type",
            "cache.m5.large",
            "cache.r3.large",
        ),
        ("aws_lambda_function_deprecated_runtime", "aws_lambda_function", "runtime", "python3.13", "python3.8"),
        ("aws_lambda_function_deprecated_runtime", "aws_lambda_function", "runtime", "provided.al2023", "provided"),
        ("aws_lambda_function_deprecated_runtime", "aws_lambda_function", "runtime", "nodejs22.x", "nodejs14.x"),
    ],
)
def test_values_that_are_old(rule: str, type_: str, argument: str, good: str, old: str) -> None:
    assert found(rule, type_, argument, good) == []
    assert found(rule, type_, argument, old) == [Severity.WARNING]


@pytest.mark.parametrize(
    "rule",
    [
        "aws_db_instance_default_parameter_group",
        "aws_elasticache_cluster_default_parameter_group",
        "aws_elasticache_replication_group_default_parameter_group",
    ],
)
def test_default_parameter_groups(rule: str) -> None:
    type_ = rule.removesuffix("_default_parameter_group")
    assert found(rule, type_, "parameter_group_name", "default.redis7") == [Severity.INFO]
    assert found(rule, type_, "parameter_group_name", "mine") == []


@pytest.mark.parametrize("name", ["abc", "my-bucket.example.com", "a1b", "x" * 63, "10.0.0", "1.2.3.4.5"])
def test_bucket_names_that_are_right(name: str) -> None:
    assert found("aws_s3_bucket_name", "aws_s3_bucket", "bucket", name) == []


@pytest.mark.parametrize(
    "name",
    [
        "ab",
        "x" * 64,
        "My-Bucket",
        "a_b",
        "-ab",
        "ab-",
        "a..b",
        "192.168.5.4",
        "xn--ab",
        "a b",
        "ab-s3alias",
        "sthree-x",
    ],
)
def test_bucket_names_that_are_wrong(name: str) -> None:
    assert found("aws_s3_bucket_name", "aws_s3_bucket", "bucket", name) == [Severity.ERROR]


def test_a_better_bucket_name_is_proposed() -> None:
    (certificate,) = lint("aws_s3_bucket_name", resource("aws_s3_bucket", 'bucket = "My_Logs Bucket"'))
    assert certificate.fix == 'Write bucket = "my-logs-bucket".'


def test_values_come_from_defaults_and_locals_and_else_are_not_guessed() -> None:
    text = (
        'variable "bad" {\n  default = "A"\n}\nvariable "none" {}\nlocals {\n  bad = "B"\n  made = "C${var.none}"\n}\n'
        + "".join(
            f'resource "aws_s3_bucket" "x{i}" {{\n  bucket = {value}\n}}\n'
            for i, value in enumerate(("var.bad", "local.bad", "local.made", "var.none", '"C-${var.none}"', "null"))
        )
    )
    assert [c.address for c in lint("aws_s3_bucket_name", text)] == ["aws_s3_bucket.x0", "aws_s3_bucket.x1"]


def test_the_default_of_a_modules_variable_is_its_callers_business() -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  name   = "fine-name"\n}\n',
        "m/main.tf": 'variable "name" {\n  default = "A"\n}\nresource "aws_s3_bucket" "b" {\n  bucket = var.name\n}\n',
    }
    assert lint("aws_s3_bucket_name", files) == ()


def test_protocols_of_rules_inside_a_security_group() -> None:
    text = resource(
        "aws_security_group",
        "ingress {",
        'protocol = "tcp"',
        "}",
        "ingress {",
        'protocol = "https"',
        "}",
        "egress {",
        "protocol = -1",
        "}",
    )
    (certificate,) = lint("aws_security_group_invalid_protocol", text)
    assert certificate.attribute_path == "ingress[1].protocol"


@pytest.mark.parametrize(
    ("sid", "wrong"),
    [("ReadObjects", False), ("", False), ("read objects", True), ("a-b", True), ("${var.x}-a", False)],
)
def test_sids(sid: str, wrong: bool) -> None:
    text = resource("aws_iam_policy", f'policy = jsonencode({{ Statement = [{{ Sid = "{sid}", Action = "*" }}] }})')
    assert bool(lint("aws_iam_policy_sid_invalid_characters", text)) is wrong
    heredoc = resource("aws_iam_role_policy", f'policy = <<EOT\n{{"Statement": [{{"Sid": "{sid}"}}]}}\nEOT')
    assert bool(lint("aws_iam_policy_sid_invalid_characters", heredoc)) is wrong
    elsewhere = resource("aws_s3_bucket_policy", f'policy = jsonencode({{ Statement = [{{ Sid = "{sid}" }}] }})')
    assert lint("aws_iam_policy_sid_invalid_characters", elsewhere) == ()


PROVIDERS = (
    'provider "aws" {\n  region = "eu-central-1"\n}\n'
    'provider "aws" {\n  alias  = "us"\n  region = "us-east-1"\n}\n'
    'provider "aws" {\n  alias  = "var"\n  region = var.region\n}\n'
)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (('availability_zone = "eu-central-1a"',), False),
        (('availability_zone = "us-east-1a"',), True),
        (('availability_zone = "us-east-1a"', "provider = aws.us"), False),
        (('availability_zone = "us-east-1a"', "provider = aws.var"), False),
        (('availability_zone = "us-east-1a"', 'region = "us-east-1"'), False),
        (('availability_zone = "us-east-1a"', "region = var.region"), False),
        (('availability_zone = "us-east-1a"', 'region = "us-east-2"'), True),
        (('availability_zone = "eu-central-1-ham-1a"',), False),
        (('availability_zone = "us-west-2-lax-1a"',), True),
        (('availability_zone = "eu-central-1"',), True),
        (('availability_zones = ["eu-central-1a", "eu-central-1b"]',), False),
        (('availability_zones = ["eu-central-1a", "eu-west-1b"]',), True),
        (('availability_zone = "xx-new-9a"',), False),
        (('availability_zone = "${var.region}a"',), False),
    ],
)
def test_availability_zones(lines: tuple[str, ...], wrong: bool) -> None:
    certificates = lint("aws_invalid_availability_zone", PROVIDERS + resource("aws_subnet", *lines))
    assert bool(certificates) is wrong


def test_without_a_known_region_zones_are_not_compared() -> None:
    assert lint("aws_invalid_availability_zone", resource("aws_subnet", 'availability_zone = "us-east-1a"')) == ()


def test_certificates_are_made_before_they_are_destroyed() -> None:
    rule = "aws_acm_certificate_lifecycle"
    assert len(lint(rule, resource("aws_acm_certificate", 'domain_name = "x.com"'))) == 1
    assert len(lint(rule, resource("aws_acm_certificate", "lifecycle {", "create_before_destroy = false", "}"))) == 1
    assert lint(rule, resource("aws_acm_certificate", "lifecycle {", "create_before_destroy = true", "}")) == ()
