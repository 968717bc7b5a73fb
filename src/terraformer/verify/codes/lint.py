"""Codes of the lint stage: one for each rule, with its words from ``verify.lint`` and examples of its own.

TFLint's findings have the same codes, since its rules have the same names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from terraformer.types import Stage
from terraformer.verify.codes.model import CodeInfo
from terraformer.verify.lint.engine import RULES
from terraformer.verify.lint.model import Rule
from terraformer.verify.settings import CheckSettings

__all__ = ["LINT_CODES"]

Files = Mapping[str, str]

_QUEUE = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'
_VARIABLE = 'variable "stage" {\n  type    = string\n  default = "dev"\n}\n\n'
_NAMES = 'variable "names" {\n  type    = list(string)\n  default = ["jobs"]\n}\n\n'
_TAGS = 'variable "tags" {\n  type    = map(string)\n  default = { stage = "dev" }\n}\n\n'


def _main(text: str) -> Files:
    return {"main.tf": text}


def _queue(argument: str) -> Files:
    return _main(f'resource "aws_sqs_queue" "jobs" {{\n  {argument}\n}}\n')


def _module(source: str, version: str = "") -> Files:
    """A call of a module that is installed already, as `terraform init` leaves it."""
    more = f'\n  version = "{version}"' if version else ""
    manifest = {
        "Modules": [
            {"Key": "", "Source": "", "Dir": "."},
            {"Key": "network", "Source": source, **({"Version": "1.2.3"} if version else {}), "Dir": "modules/network"},
        ]
    }
    if source.count("/") == 2 and "::" not in source:
        manifest["Modules"][1]["Source"] = f"registry.terraform.io/{source}"
        manifest["Modules"][1]["Version"] = "1.2.3"
    return {
        "main.tf": f'module "network" {{\n  source{"  " if version else ""} = "{source}"{more}\n}}\n',
        "modules/network/main.tf": 'resource "aws_vpc" "this" {\n  cidr_block = "10.0.0.0/16"\n}\n',
        ".terraform/modules/modules.json": json.dumps(manifest, indent=2) + "\n",
    }


def _resource(type_: str, name: str, *lines: str) -> str:
    inside = "".join(f"  {line}\n" for line in lines)
    return f'resource "{type_}" "{name}" {{\n{inside}}}\n'


def _aws(type_: str, name: str, argument: str, bad: str, good: str, *lines: str) -> tuple[Files, Files]:
    """Two configurations that differ in one string."""
    return (
        _main(_resource(type_, name, f'{argument} = "{bad}"', *lines)),
        _main(_resource(type_, name, f'{argument} = "{good}"', *lines)),
    )


_DATABASE = (
    "allocated_storage   = 20",
    'username            = "app"',
    "manage_master_user_password = true",
    "skip_final_snapshot = true",
)
_CACHE = ('cluster_id = "sessions"', 'engine = "redis"', "num_cache_nodes = 1")
_GROUP = ('replication_group_id = "sessions"', 'description = "Sessions"')
_FUNCTION = (
    'function_name = "report"',
    'role = "arn:aws:iam::123456789012:role/report"',
    'handler = "main.handler"',
    's3_bucket = "example-code"',
    's3_key = "report.zip"',
)
_REGION = 'provider "aws" {\n  region = "eu-central-1"\n}\n\n'


def _rule_of(protocol: str) -> Files:
    return _main(
        _resource(
            "aws_security_group",
            "web",
            'name = "web"',
            "ingress {",
            "  from_port   = 443",
            "  to_port     = 443",
            f'  protocol    = "{protocol}"',
            '  cidr_blocks = ["10.0.0.0/8"]',
            "}",
        )
    )


def _sid(sid: str) -> Files:
    return _main(
        _resource(
            "aws_iam_policy",
            "read",
            'name = "read"',
            "policy = jsonencode({",
            '  Version = "2012-10-17"',
            "  Statement = [{",
            f'    Sid      = "{sid}"',
            '    Effect   = "Allow"',
            '    Action   = "s3:GetObject"',
            '    Resource = "arn:aws:s3:::example/*"',
            "  }]",
            "})",
        )
    )


_EXAMPLES: dict[str, tuple[Files, Files]] = {
    "terraform_comment_syntax": (_main(f"// The work queue\n{_QUEUE}"), _main(f"# The work queue\n{_QUEUE}")),
    "terraform_deprecated_index": (
        _main(f'{_NAMES}resource "aws_sqs_queue" "jobs" {{\n  name = var.names.0\n}}\n'),
        _main(f'{_NAMES}resource "aws_sqs_queue" "jobs" {{\n  name = var.names[0]\n}}\n'),
    ),
    "terraform_deprecated_interpolation": (
        _main(f'{_VARIABLE}resource "aws_sqs_queue" "jobs" {{\n  name = "${{var.stage}}"\n}}\n'),
        _main(f'{_VARIABLE}resource "aws_sqs_queue" "jobs" {{\n  name = var.stage\n}}\n'),
    ),
    "terraform_deprecated_lookup": (
        _main(f'{_TAGS}resource "aws_sqs_queue" "jobs" {{\n  name = lookup(var.tags, "stage")\n}}\n'),
        _main(f'{_TAGS}resource "aws_sqs_queue" "jobs" {{\n  name = var.tags["stage"]\n}}\n'),
    ),
    "terraform_documented_outputs": (
        _main(f'{_QUEUE}\noutput "queue_url" {{\n  value = aws_sqs_queue.jobs.url\n}}\n'),
        _main(
            f'{_QUEUE}\noutput "queue_url" {{\n  description = "Where jobs are sent."\n'
            "  value       = aws_sqs_queue.jobs.url\n}\n"
        ),
    ),
    "terraform_documented_variables": (
        _main(f'{_VARIABLE}resource "aws_sqs_queue" "jobs" {{\n  name = "jobs-${{var.stage}}"\n}}\n'),
        _main(
            'variable "stage" {\n  description = "The environment, a part of all names."\n  type        = string\n'
            '  default     = "dev"\n}\n\n'
            'resource "aws_sqs_queue" "jobs" {\n  name = "jobs-${var.stage}"\n}\n'
        ),
    ),
    "terraform_empty_list_equality": (
        _main(f'{_NAMES}resource "aws_sqs_queue" "jobs" {{\n  count = var.names == [] ? 0 : 1\n  name  = "jobs"\n}}\n'),
        _main(
            f'{_NAMES}resource "aws_sqs_queue" "jobs" {{\n  count = length(var.names) == 0 ? 0 : 1\n'
            '  name  = "jobs"\n}\n'
        ),
    ),
    "terraform_json_syntax": (
        {"main.tf.json": '[{"resource": {"aws_sqs_queue": {"jobs": {"name": "jobs"}}}}]\n'},
        {"main.tf.json": '{"resource": {"aws_sqs_queue": {"jobs": {"name": "jobs"}}}}\n'},
    ),
    "terraform_map_duplicate_keys": (
        _queue('tags = {\n    team = "data"\n    cost = "42"\n    team = "web"\n  }'),
        _queue('tags = {\n    team = "data"\n    cost = "42"\n  }'),
    ),
    "terraform_module_pinned_source": (
        _module("git::https://git.example.com/network.git"),
        _module("git::https://git.example.com/network.git?ref=v1.2.3"),
    ),
    "terraform_module_shallow_clone": (
        _module("git::https://git.example.com/network.git?ref=v1.2.3"),
        _module("git::https://git.example.com/network.git?depth=1&ref=v1.2.3"),
    ),
    "terraform_module_version": (_module("example/network/aws"), _module("example/network/aws", "~> 1.2")),
    "terraform_naming_convention": (
        _main('resource "aws_sqs_queue" "jobQueue" {\n  name = "jobs"\n}\n'),
        _main('resource "aws_sqs_queue" "job_queue" {\n  name = "jobs"\n}\n'),
    ),
    "terraform_required_providers": (
        _main(_QUEUE),
        _main(
            'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n'
            f'      version = "~> 6.0"\n    }}\n  }}\n}}\n\n{_QUEUE}'
        ),
    ),
    "terraform_required_version": (
        _main(_QUEUE),
        _main(f'terraform {{\n  required_version = ">= 1.5"\n}}\n\n{_QUEUE}'),
    ),
    "terraform_standard_module_structure": (
        _main(f'{_VARIABLE}resource "aws_sqs_queue" "jobs" {{\n  name = var.stage\n}}\n'),
        {
            "main.tf": 'resource "aws_sqs_queue" "jobs" {\n  name = var.stage\n}\n',
            "variables.tf": _VARIABLE.rstrip() + "\n",
            "outputs.tf": "# None yet.\n",
        },
    ),
    "terraform_typed_variables": (
        _main('variable "stage" {\n  default = "dev"\n}\n\nresource "aws_sqs_queue" "jobs" {\n  name = var.stage\n}\n'),
        _main(f'{_VARIABLE}resource "aws_sqs_queue" "jobs" {{\n  name = var.stage\n}}\n'),
    ),
    "terraform_unused_declarations": (
        _main(_VARIABLE + _QUEUE),
        _main(f'{_VARIABLE}resource "aws_sqs_queue" "jobs" {{\n  name = "jobs-${{var.stage}}"\n}}\n'),
    ),
    "terraform_unused_required_providers": (
        _main(
            'terraform {\n  required_providers {\n    random = {\n      source  = "hashicorp/random"\n'
            f'      version = ">= 3.0"\n    }}\n  }}\n}}\n\n{_QUEUE}'
        ),
        _main(_QUEUE),
    ),
    "terraform_workspace_remote": (
        _main(
            'terraform {\n  required_version = ">= 1.0"\n\n  backend "remote" {\n    organization = "example"\n\n'
            '    workspaces {\n      prefix = "app-"\n    }\n  }\n}\n\n'
            'resource "aws_sqs_queue" "jobs" {\n  name = "jobs-${terraform.workspace}"\n}\n'
        ),
        _main(
            'terraform {\n  required_version = ">= 1.1"\n\n  backend "remote" {\n    organization = "example"\n\n'
            '    workspaces {\n      prefix = "app-"\n    }\n  }\n}\n\n'
            'resource "aws_sqs_queue" "jobs" {\n  name = "jobs-${terraform.workspace}"\n}\n'
        ),
    ),
    "provider_deprecated_argument": (
        _main('resource "aws_s3_bucket" "logs" {\n  bucket = "example-logs"\n  acl    = "private"\n}\n'),
        _main('resource "aws_s3_bucket" "logs" {\n  bucket = "example-logs"\n}\n'),
    ),
    "provider_deprecated_block": (
        _main(
            'resource "aws_s3_bucket" "logs" {\n  bucket = "example-logs"\n\n'
            "  versioning {\n    enabled = true\n  }\n}\n"
        ),
        _main(
            'resource "aws_s3_bucket" "logs" {\n  bucket = "example-logs"\n}\n\n'
            'resource "aws_s3_bucket_versioning" "logs" {\n  bucket = aws_s3_bucket.logs.id\n\n'
            '  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
        ),
    ),
    "provider_deprecated_type": (
        _main(
            'resource "aws_s3_bucket_object" "page" {\n  bucket  = "example-site"\n  key     = "index.html"\n'
            '  content = "Hello"\n}\n'
        ),
        _main(
            'resource "aws_s3_object" "page" {\n  bucket  = "example-site"\n  key     = "index.html"\n'
            '  content = "Hello"\n}\n'
        ),
    ),
    "aws_instance_invalid_type": _aws(
        "aws_instance", "web", "instance_type", "t3.tiny", "t3.micro", 'ami = "ami-0123456789abcdef0"'
    ),
    "aws_instance_previous_type": _aws(
        "aws_instance", "web", "instance_type", "m3.medium", "m7g.medium", 'ami = "ami-0123456789abcdef0"'
    ),
    "aws_db_instance_invalid_type": _aws(
        "aws_db_instance", "main", "instance_class", "t3.micro", "db.t3.micro", 'engine = "postgres"', *_DATABASE
    ),
    "aws_db_instance_previous_type": _aws(
        "aws_db_instance", "main", "instance_class", "db.t2.micro", "db.t4g.micro", 'engine = "postgres"', *_DATABASE
    ),
    "aws_db_instance_invalid_engine": _aws(
        "aws_db_instance", "main", "engine", "postgresql", "postgres", 'instance_class = "db.t4g.micro"', *_DATABASE
    ),
    "aws_db_instance_default_parameter_group": _aws(
        "aws_db_instance",
        "main",
        "parameter_group_name",
        "default.postgres16",
        "app-postgres16",
        'engine = "postgres"',
        'instance_class = "db.t4g.micro"',
        *_DATABASE,
    ),
    "aws_elasticache_cluster_invalid_type": _aws(
        "aws_elasticache_cluster", "sessions", "node_type", "t3.micro", "cache.t3.micro", *_CACHE
    ),
    "aws_elasticache_cluster_previous_type": _aws(
        "aws_elasticache_cluster", "sessions", "node_type", "cache.m3.medium", "cache.m7g.large", *_CACHE
    ),
    "aws_elasticache_cluster_default_parameter_group": _aws(
        "aws_elasticache_cluster",
        "sessions",
        "parameter_group_name",
        "default.redis7",
        "app-redis7",
        'node_type = "cache.t4g.micro"',
        *_CACHE,
    ),
    "aws_elasticache_replication_group_invalid_type": _aws(
        "aws_elasticache_replication_group", "sessions", "node_type", "t3.micro", "cache.t3.micro", *_GROUP
    ),
    "aws_elasticache_replication_group_previous_type": _aws(
        "aws_elasticache_replication_group", "sessions", "node_type", "cache.m3.medium", "cache.m7g.large", *_GROUP
    ),
    "aws_elasticache_replication_group_default_parameter_group": _aws(
        "aws_elasticache_replication_group",
        "sessions",
        "parameter_group_name",
        "default.redis7",
        "app-redis7",
        'node_type = "cache.t4g.micro"',
        *_GROUP,
    ),
    "aws_lambda_function_deprecated_runtime": _aws(
        "aws_lambda_function", "report", "runtime", "python3.8", "python3.13", *_FUNCTION
    ),
    "aws_s3_bucket_name": _aws("aws_s3_bucket", "logs", "bucket", "Example_Logs", "example-logs"),
    "aws_security_group_invalid_protocol": (_rule_of("https"), _rule_of("tcp")),
    "aws_security_group_rule_invalid_protocol": _aws(
        "aws_security_group_rule",
        "web",
        "protocol",
        "https",
        "tcp",
        'type = "ingress"',
        "from_port = 443",
        "to_port = 443",
        'cidr_blocks = ["10.0.0.0/8"]',
        'security_group_id = "sg-0123456789abcdef0"',
    ),
    "aws_iam_policy_sid_invalid_characters": (_sid("read objects"), _sid("ReadObjects")),
    "aws_invalid_availability_zone": (
        _main(
            _REGION
            + _resource(
                "aws_subnet",
                "a",
                'vpc_id = "vpc-0123456789abcdef0"',
                'cidr_block = "10.0.1.0/24"',
                'availability_zone = "us-east-1a"',
            )
        ),
        _main(
            _REGION
            + _resource(
                "aws_subnet",
                "a",
                'vpc_id = "vpc-0123456789abcdef0"',
                'cidr_block = "10.0.1.0/24"',
                'availability_zone = "eu-central-1a"',
            )
        ),
    ),
    "aws_acm_certificate_lifecycle": (
        _main(_resource("aws_acm_certificate", "site", 'domain_name = "www.example.com"', 'validation_method = "DNS"')),
        _main(
            _resource(
                "aws_acm_certificate",
                "site",
                'domain_name = "www.example.com"',
                'validation_method = "DNS"',
                "lifecycle {",
                "  create_before_destroy = true",
                "}",
            )
        ),
    ),
}


def _how(rule: Rule) -> str:
    if not rule.tflint:
        return f"The rule's name is `{rule.name}`. It is run by default, whether TFLint is installed or not."
    if rule.recommended:
        return f"The rule's name is `{rule.name}`, as in TFLint, whose recommended preset it belongs to."
    return (
        f"The rule's name is `{rule.name}`, as in TFLint. It does not belong to the recommended preset: it is run when "
        "the settings name it (`only`, or a severity of its own)."
    )


LINT_CODES: tuple[CodeInfo, ...] = tuple(
    CodeInfo(
        rule.code,
        rule.title,
        Stage.LINT,
        rule.why,
        rule.fix,
        rule.severity,
        *_EXAMPLES[rule.name],
        settings={"stages": ("compile", "deploy", "lint"), "lint": CheckSettings(only=(rule.name,), tool="builtin")},
        how=_how(rule),
    )
    for rule in RULES.values()
)
