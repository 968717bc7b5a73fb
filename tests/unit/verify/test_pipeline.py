"""What a verification finds and how it says so, through the public door and real Terraform."""

from __future__ import annotations

import asyncio
import json

import pytest

from terraformer.errors import SettingsError
from terraformer.types import Policy, Severity, Stage, StageStatus, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool, VerifySettings

BUCKET = 'resource "aws_s3_bucket" "logs" {\n  bucket = "logs-of-ours"\n}\n'


def config(text: str = BUCKET, **files: str) -> TerraformConfig:
    named = {name.replace("__", "/"): content for name, content in files.items()}
    return TerraformConfig({"main.tf": text.encode(), **{k: v.encode() for k, v in named.items()}})


def files(**named: str) -> TerraformConfig:
    return TerraformConfig({k: v.encode() for k, v in named.items()})


def test_a_bucket_compiles_and_deploys(pool: VerifierPool) -> None:
    report = pool.verify(config())
    assert (report.compilable, report.deployable, report.correct) == (True, True, None)
    assert report.certificates == ()
    assert [(c.address, c.actions) for c in report.changes] == [("aws_s3_bucket.logs", ("create",))]
    assert report.plan is not None
    assert report.plan["planned_values"]["root_module"]["resources"][0]["values"]["bucket"] == "logs-of-ours"
    assert "hashicorp/aws" in report.bundles
    assert report.core.startswith("terraform 1.")
    assert report.exit_code == 0


def test_certificate_has_place_snippet_address_and_fix(pool: VerifierPool) -> None:
    text = '# a comment\n\nresource "aws_s3_bucket" "logs" {\n  bucket      = "logs-of-ours"\n  versionning = true\n}\n'
    (found,) = pool.verify(config(text)).certificates
    assert found.code == "unsupported-argument"
    assert found.stage is Stage.COMPILE
    assert found.range is not None
    assert (found.range.file, found.range.start.line, found.range.start.column) == ("main.tf", 5, 3)
    assert text.encode()[found.range.start.byte : found.range.end.byte] == b"versionning"
    assert found.address == "aws_s3_bucket.logs"
    assert found.attribute_path == "versionning"
    assert found.snippet == "  versionning = true"
    assert found.fix is not None
    assert "versioning" in found.fix


def test_attribute_path_names_nested_blocks(pool: VerifierPool) -> None:
    text = """
resource "aws_security_group" "web" {
  name = "web"
  ingress {
    from_port = 1
    to_port   = 1
    protocol  = "tcp"
  }
  ingress {
    from_port = "many"
    to_port   = 2
    protocol  = "tcp"
  }
}
"""
    (found,) = pool.verify(config(text)).errors
    assert found.code == "wrong-type"
    assert found.attribute_path == "ingress[1].from_port"


def test_an_argument_written_as_a_block_and_back(pool: VerifierPool) -> None:
    text = """
resource "aws_s3_bucket_versioning" "v" {
  bucket                   = "logs-of-ours"
  versioning_configuration = { status = "Enabled" }
}
"""
    found = pool.verify(config(text)).errors
    assert any("block, not an argument" in (c.fix or "") for c in found), found
    text = 'resource "aws_s3_bucket" "b" {\n  tags {\n    team = "data"\n  }\n}\n'
    found = pool.verify(config(text)).errors
    assert any("argument, not a block" in (c.fix or "") for c in found), found


def test_order_of_certificates_is_that_of_the_places(pool: VerifierPool) -> None:
    text = "".join(f'resource "aws_sqs_queue" "q{i}" {{\n  nme{i} = "x"\n}}\n' for i in range(8))
    reports = [pool.verify(config(text)) for _ in range(3)]
    lines = [c.range.start.line for c in reports[0].certificates if c.range]
    assert lines == sorted(lines)
    assert len(lines) == 8
    assert reports[0].certificates == reports[1].certificates == reports[2].certificates


def test_configurations_do_not_see_each_others_types(pool: VerifierPool) -> None:
    one, other = 'resource "aws_sns_topic" "t" {\n}\n', 'resource "aws_sqs_queue" "q" {\n}\n'
    for text in (one, other, BUCKET, one, 'provider "aws" {\n  region = "us-east-1"\n}\n' + other, one, other):
        assert pool.verify(config(text)).deployable is True


def test_deploy_fails_where_only_the_plan_knows(pool: VerifierPool) -> None:
    text = (
        'variable "n" {\n  type    = number\n  default = -1\n}\n\nresource "terraform_data" "a" {\n  count = var.n\n}\n'
    )
    report = pool.verify(config(text))
    assert (report.compilable, report.deployable) == (True, False)
    assert [c.stage for c in report.errors] == [Stage.DEPLOY]


def test_later_stages_are_skipped(pool: VerifierPool) -> None:
    policy = Policy("p.rego", "package main\n\nimport rego.v1\n\nallow if true\n")
    report = pool.verify(config('resource "aws_s3_bucket" "b" {\n  nope = 1\n}\n'), policies=(policy,))
    assert [s.status for s in report.stages] == [StageStatus.FAILED, StageStatus.SKIPPED, StageStatus.SKIPPED]
    assert (report.compilable, report.deployable, report.correct) == (False, False, False)


def test_stages_can_be_chosen(pool: VerifierPool) -> None:
    report = pool.verify(config(), settings=VerifySettings(cache=False, stages=(Stage.COMPILE,)))
    assert [s.stage for s in report.stages] == [Stage.COMPILE]
    assert report.compilable is True
    assert report.deployable is None
    with pytest.raises(SettingsError):
        VerifySettings(stages=(Stage.DEPLOY,))


# --- variables ---------------------------------------------------------------------------------------------------


def test_variables_without_a_value_get_a_typed_one_and_are_listed(pool: VerifierPool) -> None:
    text = """
variable "name" { type = string }
variable "size" { type = number }
variable "zones" { type = list(string) }
variable "settings" { type = object({ enabled = bool, tags = map(string) }) }
variable "anything" {}

output "all" { value = [var.name, var.size, var.zones, var.settings, var.anything] }
"""
    report = pool.verify(config(text))
    assert report.deployable is True, report
    assert {a.address for a in report.assumptions} == {
        f"var.{n}" for n in ("name", "size", "zones", "settings", "anything")
    }


def test_strict_variables(pool: VerifierPool) -> None:
    report = pool.verify(
        config('variable "name" {\n  type = string\n}\n'), settings=VerifySettings(cache=False, strict_vars=True)
    )
    assert (report.compilable, report.deployable) == (True, False)
    assert [c.code for c in report.errors] == ["variable-value-missing"]


@pytest.mark.parametrize(
    ("type_", "condition"),
    [
        ("string", 'contains(["dev", "prod"], var.x)'),
        ("string", 'can(regex("^[a-z]{3}-[0-9]{2}$", var.x))'),
        ("string", "can(cidrhost(var.x, 0))"),
        ("string", 'startswith(var.x, "arn:aws:iam::")'),
        ("string", 'length(var.x) > 4 && substr(var.x, 0, 4) == "ami-"'),
        ("number", "var.x >= 1024 && var.x <= 65535"),
        ("number", "var.x > 0"),
        ("bool", "var.x == true"),
        ("string", 'var.x == "only-this"'),
    ],
)
def test_made_up_values_meet_validations(pool: VerifierPool, type_: str, condition: str) -> None:
    text = (
        f'variable "x" {{\n  type = {type_}\n  validation {{\n    condition     = {condition}\n    error_message = '
        f'"No."\n  '
        '}\n}\n\noutput "x" {\n  value = var.x\n}\n'
    )
    report = pool.verify(config(text))
    assert report.deployable is True, report.certificates


def test_a_validation_that_nothing_meets_is_no_verdict(pool: VerifierPool) -> None:
    text = (
        'variable "x" {\n  type = string\n  validation {\n    condition     = sha256(var.x) == "abc"\n    '
        "error_message = "
        '"No."\n  }\n}\n\noutput "x" {\n  value = var.x\n}\n'
    )
    report = pool.verify(config(text))
    assert report.compilable is True
    assert report.deployable is None
    assert [(c.code, c.severity) for c in report.certificates] == [("variable-value-missing", Severity.WARNING)]
    assert report.exit_code == 0


def test_values_that_were_given_win(pool: VerifierPool) -> None:
    text = (
        'variable "a" {}\nvariable "b" {}\nvariable "c" {}\nvariable "d" {}\nvariable "e" { type = list(number) }\n'
        'output "all" { value = [var.a, var.b, var.c, var.d, var.e] }\n'
    )
    made = TerraformConfig(
        {
            "main.tf": text.encode(),
            "terraform.tfvars": b'a = "tfvars"\nb = "tfvars"\n',
            "more.auto.tfvars.json": b'{"b": "auto"}',
        }
    )
    settings = VerifySettings(
        cache=False, vars={"d": "given", "e": [1, 2]}, var_files=(("x.tfvars", b'c = "file"\nd = "file"\n'),)
    )
    report = pool.verify(made, settings=settings)
    assert report.plan is not None, report
    assert report.plan["planned_values"]["outputs"]["all"]["value"] == ["tfvars", "auto", "file", "given", [1, 2]]
    assert report.assumptions == ()


# --- layout ------------------------------------------------------------------------------------------------------


def test_local_modules(pool: VerifierPool) -> None:
    made = TerraformConfig(
        {
            "main.tf": b'module "queues" {\n  source = "./modules/queues"\n  names  = ["a", "b"]\n}\n\noutput "urls" {\n  value '
            b"= module.queues.arns\n}\n",
            "modules/queues/main.tf": b'variable "names" {\n  type = set(string)\n}\n\nmodule "one" {\n  source   = "../one"\n  '
            b'for_each = var.names\n  name     = each.key\n}\n\noutput "arns" {\n  value = [for m in module.one : m.arn]\n}\n',
            "modules/one/main.tf": b'variable "name" {\n  type = string\n}\n\nresource "aws_sqs_queue" "q" {\n  name = '
            b'var.name\n}\n\noutput "arn" {\n  value = aws_sqs_queue.q.arn\n}\n',
        }
    )
    report = pool.verify(made)
    assert report.deployable is True, report
    assert [c.address for c in report.changes] == [
        'module.queues.module.one["a"].aws_sqs_queue.q',
        'module.queues.module.one["b"].aws_sqs_queue.q',
    ]


def test_findings_in_modules_name_their_file(pool: VerifierPool) -> None:
    made = TerraformConfig(
        {
            "env/prod/main.tf": b'module "q" {\n  source = "../../modules/q"\n}\n',
            "modules/q/main.tf": b'resource "aws_sqs_queue" "q" {\n  nme = "x"\n}\n',
        },
        "env/prod",
    )
    (found,) = pool.verify(made).errors
    assert found.range is not None
    assert found.range.file == "modules/q/main.tf"
    assert found.address == "module.q.aws_sqs_queue.q"
    assert found.snippet == '  nme = "x"'


def test_installed_registry_modules_are_used(pool: VerifierPool) -> None:
    manifest = {
        "Modules": [
            {"Key": "", "Source": "", "Dir": "."},
            {
                "Key": "q",
                "Source": "registry.terraform.io/example/queue/aws",
                "Version": "1.2.0",
                "Dir": ".terraform/modules/q",
            },
        ]
    }
    made = TerraformConfig(
        {
            "main.tf": b'module "q" {\n  source  = "example/queue/aws"\n  version = "~> 1.0"\n}\n',
            ".terraform/modules/modules.json": json.dumps(manifest).encode(),
            ".terraform/modules/q/main.tf": b'resource "aws_sqs_queue" "q" {\n  name = "x"\n}\n',
        }
    )
    report = pool.verify(made)
    assert report.deployable is True, report
    assert [c.address for c in report.changes] == ["module.q.aws_sqs_queue.q"]


def test_json_syntax(pool: VerifierPool) -> None:
    text = json.dumps(
        {
            "terraform": {"backend": {"s3": {"bucket": "b"}}, "required_version": "~> 0.11.0"},
            "resource": {"aws_sqs_queue": {"q": {"name": "jobs"}}},
        },
        indent=2,
    )
    report = pool.verify(files(**{"main.tf.json": text}))
    assert report.deployable is True, report
    assert [c.code for c in report.certificates] == ["version-mismatch"]


def test_backends_are_ignored_and_places_stay_true(pool: VerifierPool) -> None:
    text = """terraform {
  required_version = "~> 1.9.8"
  backend "s3" {
    bucket = "state-of-ours" # ü
    key    = "k"
  }
}

resource "aws_sqs_queue" "q" { nme = "x" }
"""
    report = pool.verify(config(text))
    error = report.errors[0]
    assert error.range is not None
    assert text.encode()[error.range.start.byte : error.range.end.byte] == b"nme"
    assert "version-mismatch" in {c.code for c in report.certificates}
    cloud = 'terraform {\n  cloud {\n    organization = "o"\n    workspaces {\n      name = "w"\n    }\n  }\n}\n'
    assert pool.verify(config(cloud)).deployable is True


def test_strict_versions(pool: VerifierPool) -> None:
    text = 'terraform {\n  required_version = "~> 0.12.0"\n}\n'
    assert pool.verify(config(text)).compilable is True
    report = pool.verify(config(text), settings=VerifySettings(cache=False, strict_versions=True))
    assert report.compilable is False
    assert [(c.code, c.severity) for c in report.certificates] == [("version-mismatch", Severity.ERROR)]


def test_two_provider_configurations(pool: VerifierPool) -> None:
    text = """
provider "aws" { region = "us-east-1" }
provider "aws" {
  alias  = "eu"
  region = "eu-west-1"
}
resource "aws_sqs_queue" "a" {}
resource "aws_sqs_queue" "b" { provider = aws.eu }
"""
    report = pool.verify(config(text))
    assert report.plan is not None, report
    regions = {r["name"]: r["values"].get("region") for r in report.plan["planned_values"]["root_module"]["resources"]}
    assert regions == {"a": "us-east-1", "b": "eu-west-1"}


def test_prior_state_gives_an_update(pool: VerifierPool) -> None:
    state = {
        "version": 4,
        "terraform_version": "1.9.0",
        "serial": 1,
        "lineage": "0b4ab0f5-0000-0000-0000-000000000000",
        "outputs": {},
        "resources": [
            {
                "mode": "managed",
                "type": "terraform_data",
                "name": "a",
                "provider": 'provider["terraform.io/builtin/terraform"]',
                "instances": [
                    {
                        "schema_version": 0,
                        "attributes": {
                            "id": "1",
                            "input": {"value": "old", "type": "string"},
                            "output": {"value": "old", "type": "string"},
                            "triggers_replace": None,
                        },
                    }
                ],
            }
        ],
    }
    settings = VerifySettings(cache=False, state=json.dumps(state).encode())
    report = pool.verify(config('resource "terraform_data" "a" {\n  input = "new"\n}\n'), settings=settings)
    assert [(c.address, c.actions) for c in report.changes] == [("terraform_data.a", ("update",))], report
    report = pool.verify(config('output "x" {\n  value = 1\n}\n'), settings=settings)
    assert [(c.address, c.actions) for c in report.changes] == [("terraform_data.a", ("delete",))], report
    for broken in (b"{", b"[]", b"{}"):
        with pytest.raises(SettingsError, match="not a Terraform state file"):
            VerifySettings(state=broken)


# --- the pool ----------------------------------------------------------------------------------------------------


async def test_asynchronous_calls(pool: VerifierPool) -> None:
    reports = await asyncio.gather(
        *(pool.verify_async(config(f'output "n" {{\n  value = {i}\n}}\n')) for i in range(6))
    )
    assert all(r.deployable for r in reports)
    many = [r async for r in pool.verify_many_async([config(), config("nonsense")])]
    assert [r.deployable for r in many] == [True, False]


def test_many_keep_their_order_and_tell_progress(pool: VerifierPool) -> None:
    configs = [config(f'output "n" {{\n  value = {i}\n}}\n') for i in range(25)]
    told: list[int] = []
    found = list(pool.verify_many(iter(configs), progress=told.append))
    assert [r.config_id for r in found] == [c.id for c in configs]
    assert told == list(range(1, 26))


def test_many_read_only_a_little_ahead(pool: VerifierPool) -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield config(f'output "n" {{\n  value = {taken}\n}}\n')

    stream = pool.verify_many(endless())  # type: ignore[arg-type]
    for _ in range(3):
        assert next(stream).deployable is True
    stream.close()  # type: ignore[attr-defined]
    assert taken < 30


def test_a_closed_pool_says_so() -> None:
    from terraformer.errors import ToolFailure

    closed = VerifierPool(1)
    closed.close()
    closed.close()
    with pytest.raises(ToolFailure):
        closed.verify(config(), settings=VerifySettings(cache=False))


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(SettingsError):
        VerifySettings(timeout=0)
    with pytest.raises(SettingsError):
        VerifySettings(memory_mb=10)
    with pytest.raises(SettingsError):
        VerifySettings(vars={"a": object()})
    with pytest.raises(SettingsError):
        VerifierPool(0)
    with VerifierPool(1) as made, pytest.raises(SettingsError):
        made.verify(config(), settings=VerifySettings(core="/no/such/terraform"))


def test_reports_survive_json(pool: VerifierPool) -> None:
    report = pool.verify(config('resource "aws_s3_bucket" "b" {\n  nope = 1\n}\n'))
    again = VerificationReport.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again == report


def test_stages_tell_their_time(pool: VerifierPool) -> None:
    report = pool.verify(config())
    deploy = report.stage(Stage.DEPLOY)
    assert deploy is not None
    assert deploy.seconds > 0


def test_made_up_data_is_listed_at_its_address(pool: VerifierPool) -> None:
    made = TerraformConfig(
        {
            "main.tf": b'data "aws_ami" "a" {\n  owners = ["amazon"]\n}\n\ndata "aws_ami" "b" {\n  owners = ["self"]\n}\n\n'
            b'module "m" {\n  source = "./m"\n}\n\noutput "ids" {\n  value = [data.aws_ami.a.id, data.aws_ami.b.id]\n}\n',
            "m/main.tf": b'data "aws_vpc" "v" {\n  default = true\n}\n\noutput "v" {\n  value = data.aws_vpc.v.id\n}\n',
        }
    )
    report = pool.verify(made)
    assert report.plan is not None, report
    ids = {a.address: a.value for a in report.assumptions if a.attribute == "id"}
    assert set(ids) == {"data.aws_ami.a", "data.aws_ami.b", "module.m.data.aws_vpc.v"}
    assert report.plan["planned_values"]["outputs"]["ids"]["value"] == [ids["data.aws_ami.a"], ids["data.aws_ami.b"]]
    assert all(a.why for a in report.assumptions)


def test_made_up_values_suit_the_arguments_that_they_are_used_in(pool: VerifierPool) -> None:
    text = """
variable "boundary" { type = string }
variable "how" {}
variable "size" { type = number }
resource "aws_iam_role" "r" {
  permissions_boundary = var.boundary
  assume_role_policy   = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = aws_iam_role.r.arn
  package_type  = var.how
  memory_size   = var.size
  s3_bucket     = "code"
  s3_key        = "f.zip"
  handler       = "a.b"
  runtime       = "python3.12"
}
"""
    report = pool.verify(config(text))
    assert report.deployable is True, report.certificates
    made = {a.address: a.value for a in report.assumptions}
    assert made["var.boundary"].startswith("arn:aws:iam::")
    assert made["var.how"] in ("Zip", "Image")
    assert made["var.size"] >= 128


def test_a_value_that_the_provider_refuses_in_every_form_is_no_verdict(pool: VerifierPool) -> None:
    text = 'variable "x" { type = string }\nresource "aws_vpc" "v" {\n  cidr_block = "${var.x}/no"\n}\n'
    report = pool.verify(config(text))
    assert report.compilable is True
    assert report.deployable is None
    assert [c.code for c in report.certificates] == ["variable-value-missing"]


def test_a_wrong_value_of_the_configuration_itself_stays_a_finding(pool: VerifierPool) -> None:
    text = (
        'variable "x" { type = string }\nresource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/99"\n}\n'
        'resource "aws_vpc" "w" {\n  cidr_block = var.x\n}\n'
    )
    report = pool.verify(config(text))
    assert report.compilable is False
    assert [c.code for c in report.errors] == ["value-invalid-cidr"]
