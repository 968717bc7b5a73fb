"""Codes of the compile stage: what `terraform validate` finds, and what makes validation impossible."""

from __future__ import annotations

from terraformer.types import Severity, Stage
from terraformer.verify.codes.model import CodeInfo

__all__ = ["COMPILE_CODES"]

_QUEUE = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'


def _code(
    code: str,
    title: str,
    why: str,
    fix: str,
    bad: str | dict[str, str] | None,
    good: str | dict[str, str] | None,
    *,
    stage: Stage = Stage.COMPILE,
    **more: object,
) -> CodeInfo:
    def files(example: str | dict[str, str] | None) -> dict[str, str] | None:
        return {"main.tf": example} if isinstance(example, str) else example

    return CodeInfo(code, title, stage, why, fix, bad=files(bad), good=files(good), **more)  # type: ignore[arg-type]


COMPILE_CODES: tuple[CodeInfo, ...] = (
    _code(
        "syntax-error",
        "The file is not valid HCL",
        "Terraform's parser stopped: a brace, quote, comma or equals sign is missing or misplaced.",
        "Look at the place that is named and just before it; close what was opened last.",
        'resource "aws_sqs_queue" "jobs" {\n  name = "jobs\n}\n',
        _QUEUE,
    ),
    _code(
        "unsupported-argument",
        "The block has no such argument",
        "The provider's schema knows no argument of this name here. It may be misspelt, belong into a nested block, "
        "or come "
        "from another resource type or provider version.",
        "Use the argument that is suggested, move it into the block that has it, or remove it.",
        'resource "aws_sqs_queue" "jobs" {\n  queue_name = "jobs"\n}\n',
        _QUEUE,
    ),
    _code(
        "unsupported-block",
        "The block has no such nested block",
        "The provider's schema knows no nested block of this name here; it may be an argument, or a resource of its "
        "own.",
        "Write it as an argument (with =), use the suggested block, or the separate resource type.",
        'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n  encryption {\n    enabled = true\n  }\n}\n',
        'resource "aws_sqs_queue" "jobs" {\n  name                    = "jobs"\n  sqs_managed_sse_enabled = true\n}\n',
    ),
    _code(
        "missing-argument",
        "A required argument is missing",
        "The schema requires the argument and the block does not set it.",
        "Add it; the certificate shows its type and lists the others that are required.",
        'resource "aws_subnet" "a" {\n  cidr_block = "10.0.1.0/24"\n}\n',
        'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n\nresource "aws_subnet" "a" {\n  vpc_id     = '
        'aws_vpc.main.id\n  cidr_block = "10.0.1.0/24"\n}\n',
    ),
    _code(
        "missing-block",
        "A required block is missing",
        "The schema requires at least one block of this type.",
        "Add the block; the certificate shows its shape.",
        'resource "aws_s3_bucket_versioning" "v" {\n  bucket = "logs-of-ours"\n}\n',
        'resource "aws_s3_bucket_versioning" "v" {\n  bucket = "logs-of-ours"\n  versioning_configuration {\n    '
        "status = "
        '"Enabled"\n  }\n}\n',
    ),
    _code(
        "too-many-blocks",
        "A block stands too often",
        "The schema admits fewer blocks of this type.",
        "Merge them into one, or use several resources.",
        'resource "aws_s3_bucket_versioning" "v" {\n  bucket = "logs-of-ours"\n  versioning_configuration {\n    '
        "status = "
        '"Enabled"\n  }\n  versioning_configuration {\n    mfa_delete = "Disabled"\n    status = "Enabled"\n  }\n}\n',
        'resource "aws_s3_bucket_versioning" "v" {\n  bucket = "logs-of-ours"\n  versioning_configuration {\n    '
        "status     = "
        '"Enabled"\n    mfa_delete = "Disabled"\n  }\n}\n',
    ),
    _code(
        "invalid-resource-type",
        "The provider has no such resource type",
        "The type is misspelt, was removed, or is a data source.",
        "Use the type that is suggested.",
        'resource "aws_sqs_queues" "jobs" {\n  name = "jobs"\n}\n',
        _QUEUE,
    ),
    _code(
        "invalid-data-source-type",
        "The provider has no such data source",
        "The type is misspelt, or is a resource type only.",
        "Use the data source that is suggested, or a resource.",
        'data "aws_caller" "me" {}\n',
        'data "aws_caller_identity" "me" {}\n',
    ),
    _code(
        "invalid-ephemeral-type",
        "The provider has no such ephemeral resource",
        "The type is misspelt, or is no ephemeral resource.",
        "Use the type that is suggested, or a data source.",
        'ephemeral "aws_secretsmanager_secret" "s" {\n}\n',
        'ephemeral "aws_secretsmanager_secret_version" "s" {\n  secret_id = "jobs/password"\n}\n',
    ),
    _code(
        "undeclared-reference",
        "Something is referred to that is not declared",
        "An expression names a resource, variable, local value or module that the module does not have.",
        "Correct the name, or declare what is named.",
        'resource "aws_sqs_queue" "jobs" {\n  name = var.queue\n}\n',
        'variable "queue" {\n  type    = string\n  default = "jobs"\n}\n\nresource "aws_sqs_queue" "jobs" {\n  name = '
        "var.queue\n}\n",
    ),
    _code(
        "unsupported-attribute",
        "The object has no such attribute",
        "An expression reads an attribute that the resource or value does not have.",
        "Use the attribute that is suggested.",
        _QUEUE + '\noutput "address" {\n  value = aws_sqs_queue.jobs.queue_url\n}\n',
        _QUEUE + '\noutput "address" {\n  value = aws_sqs_queue.jobs.url\n}\n',
    ),
    _code(
        "wrong-type",
        "A value has the wrong type",
        "The value cannot be converted to the type that the argument or expression takes.",
        "Write a value of the type that the certificate names.",
        'resource "aws_sqs_queue" "jobs" {\n  name          = "jobs"\n  delay_seconds = "soon"\n}\n',
        'resource "aws_sqs_queue" "jobs" {\n  name          = "jobs"\n  delay_seconds = 5\n}\n',
    ),
    _code(
        "invalid-reference",
        "An expression that refers to something is not well-formed",
        "A reference needs a resource type and a name, or a scope such as var, local, each or path.",
        "Write it out: aws_sqs_queue.jobs.arn, var.name, local.name. Text goes into quotes.",
        'resource "aws_sqs_queue" "jobs" {\n  name = jobs\n}\n',
        _QUEUE,
    ),
    _code(
        "duplicate-declaration",
        "Two things of one kind have the same name",
        "Names are unique in a module: for resources by type and name, for variables, outputs, locals and modules by "
        "name.",
        "Rename one of the two, or remove it.",
        _QUEUE + "\n" + _QUEUE,
        _QUEUE,
    ),
    _code(
        "duplicate-argument",
        "An argument is set twice",
        "A block sets each argument once.",
        "Keep one of the two.",
        'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n  name = "tasks"\n}\n',
        _QUEUE,
    ),
    _code(
        "cycle",
        "Things depend on each other in a circle",
        "Terraform needs an order; resources that refer to each other have none.",
        "Move one of the references into a resource of its own (a rule, an attachment).",
        'resource "aws_security_group" "a" {\n  name = "a"\n  ingress {\n    from_port       = 0\n    to_port         '
        "= 0\n    "
        'protocol        = "-1"\n    security_groups = [aws_security_group.b.id]\n  }\n}\n\nresource '
        '"aws_security_group" "b" '
        '{\n  name = "b"\n  ingress {\n    from_port       = 0\n    to_port         = 0\n    protocol        = "-1"\n '
        "   "
        "security_groups = [aws_security_group.a.id]\n  }\n}\n",
        'resource "aws_security_group" "a" {\n  name = "a"\n}\n\nresource "aws_security_group" "b" {\n  name = "b"\n  '
        "ingress "
        '{\n    from_port       = 0\n    to_port         = 0\n    protocol        = "-1"\n    security_groups = '
        "[aws_security_group.a.id]\n  }\n}\n",
    ),
    _code(
        "missing-instance-key",
        "A reference does not say which instance it means",
        "With count or for_each a resource has several instances.",
        'Name one ([0], ["key"]) or all of them ([*]).',
        'resource "aws_sqs_queue" "jobs" {\n  count = 2\n  name  = "jobs-${count.index}"\n}\n\noutput "address" {\n  '
        "value = "
        "aws_sqs_queue.jobs.url\n}\n",
        'resource "aws_sqs_queue" "jobs" {\n  count = 2\n  name  = "jobs-${count.index}"\n}\n\noutput "addresses" {\n '
        " value = "
        "aws_sqs_queue.jobs[*].url\n}\n",
    ),
    _code(
        "unknown-function",
        "There is no such function",
        "Terraform's language has no function of this name; users cannot define any.",
        "Use a function of the language, or of a provider (provider::name::function).",
        'resource "aws_sqs_queue" "jobs" {\n  name = lowercase("JOBS")\n}\n',
        'resource "aws_sqs_queue" "jobs" {\n  name = lower("JOBS")\n}\n',
    ),
    _code(
        "invalid-function-argument",
        "A function cannot take this argument",
        "The argument has the wrong type or value, or there are too many or too few.",
        "Correct the argument; the detail says what the function takes.",
        'resource "aws_vpc" "main" {\n  cidr_block = cidrsubnet("10.0.0.0/16", 20, 1)\n}\n',
        'resource "aws_vpc" "main" {\n  cidr_block = cidrsubnet("10.0.0.0/8", 8, 1)\n}\n',
    ),
    _code(
        "variables-not-allowed",
        "A literal value is needed here",
        "Some places are read before anything is evaluated: backends, module sources, variable defaults, lifecycle "
        "settings.",
        "Write the value out.",
        'locals {\n  name = "jobs"\n}\n\nvariable "queue" {\n  default = local.name\n}\n',
        'variable "queue" {\n  default = "jobs"\n}\n',
    ),
    _code(
        "invalid-default",
        "A variable's default does not fit its type",
        "The default must be convertible to the variable's type constraint.",
        "Change the default or the type.",
        'variable "size" {\n  type    = number\n  default = "large"\n}\n',
        'variable "size" {\n  type    = number\n  default = 5\n}\n',
    ),
    _code(
        "invalid-name",
        "A name is not an identifier",
        "Names begin with a letter or underscore and hold letters, digits, underscores and dashes.",
        "Choose another name.",
        'resource "aws_sqs_queue" "jobs queue" {\n  name = "jobs"\n}\n',
        _QUEUE,
    ),
    _code(
        "sensitive-output",
        "An output shows a sensitive value",
        "A root module output that depends on a sensitive value must say so.",
        "Set sensitive = true on the output.",
        'variable "token" {\n  type      = string\n  sensitive = true\n  default   = "abc"\n}\n\noutput "token" {\n  '
        "value = "
        "var.token\n}\n",
        'variable "token" {\n  type      = string\n  sensitive = true\n  default   = "abc"\n}\n\noutput "token" {\n  '
        "value     "
        "= var.token\n  sensitive = true\n}\n",
    ),
    _code(
        "module-not-available",
        "A module's files are not on disk",
        "Verification uses no network: a module from a registry or a repository is used when it was installed into "
        ".terraform/modules before; a local one when its directory is part of what is verified.",
        "Write the resources out, run `terraform init` in the directory first, or correct the local path.",
        'module "network" {\n  source  = "terraform-aws-modules/vpc/aws"\n  version = "5.0.0"\n}\n',
        {
            "main.tf": 'module "network" {\n  source = "./network"\n}\n',
            "network/main.tf": 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n',
        },
    ),
    _code(
        "module-provider-mismatch",
        "A module is given another provider than it needs",
        "The providers argument of a module call must name, for every provider configuration that the module "
        "requires, one of "
        "the same provider.",
        "Pass the right provider configuration, or none.",
        {
            "main.tf": 'module "queue" {\n  source = "./queue"\n}\n',
            "queue/main.tf": "terraform {\n  required_providers {\n    aws = {\n      source                = "
            '"hashicorp/aws"\n      configuration_aliases = [aws.main]\n    }\n  }\n}\n\nresource "aws_sqs_queue" '
            '"jobs" {\n  '
            "provider = aws.main\n}\n",
        },
        {
            "main.tf": 'provider "aws" {\n  region = "us-east-1"\n}\n\nmodule "queue" {\n  source    = "./queue"\n  '
            "providers "
            "= {\n    aws.main = aws\n  }\n}\n",
            "queue/main.tf": "terraform {\n  required_providers {\n    aws = {\n      source                = "
            '"hashicorp/aws"\n      configuration_aliases = [aws.main]\n    }\n  }\n}\n\nresource "aws_sqs_queue" '
            '"jobs" {\n  '
            "provider = aws.main\n}\n",
        },
    ),
    _code(
        "provider-not-configured",
        "A provider configuration is missing",
        "A resource names a provider configuration (an alias) that no provider block declares.",
        "Declare the provider block with that alias, or use the default one.",
        'resource "aws_sqs_queue" "jobs" {\n  provider = aws.west\n  name     = "jobs"\n}\n',
        'provider "aws" {\n  alias  = "west"\n  region = "us-west-2"\n}\n\nresource "aws_sqs_queue" "jobs" {\n  '
        "provider = "
        'aws.west\n  name     = "jobs"\n}\n',
    ),
    _code(
        "provider-unknown",
        "No schema of this provider is installed",
        "The configuration needs a provider that the package ships no schema bundle for. Where no required_providers "
        "names it, "
        "Terraform infers it from the type's first word, so a misspelt type looks like this too.",
        "Correct the type's prefix; or capture the schema of a real provider once: "
        "`terraform providers schema -json | terraformer schema capture -`.",
        'resource "s3_bucket" "logs" {\n  bucket = "logs-of-ours"\n}\n',
        'resource "aws_s3_bucket" "logs" {\n  bucket = "logs-of-ours"\n}\n',
    ),
    _code(
        "provider-version",
        "The provider version asked for is not installed",
        "No bundle satisfies the version constraint of required_providers, so the newest one was used. Arguments that "
        "changed "
        "between the versions are judged by the one that was used.",
        "Widen the constraint, or capture the schema of the version that you use. With strict versions this is an "
        "error.",
        'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "~> '
        '2.7"\n    }\n  '
        "}\n}\n\n" + _QUEUE,
        'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = ">= '
        '5.0"\n    }\n  '
        "}\n}\n\n" + _QUEUE,
        severity=Severity.WARNING,
    ),
    _code(
        "provider-invalid",
        "A provider requirement or configuration is not well-formed",
        "A provider block, required_providers entry or provider argument does not have the form that Terraform reads.",
        'Write required_providers entries as name = { source = "namespace/name", version = "..." }.',
        'terraform {\n  required_providers {\n    aws = {\n      sauce = "hashicorp/aws"\n    }\n  }\n}\n',
        'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n',
    ),
    _code(
        "version-mismatch",
        "required_version does not admit the Terraform that verified",
        "The configuration was verified all the same: the constraint is checked, but does not stop verification.",
        "Widen the constraint, or verify with another core (--core). With strict versions this is an error.",
        'terraform {\n  required_version = "~> 0.12.0"\n}\n\n' + _QUEUE,
        'terraform {\n  required_version = ">= 1.0"\n}\n\n' + _QUEUE,
        severity=Severity.WARNING,
    ),
    _code(
        "invalid-version-constraint",
        "A version constraint cannot be read",
        "A constraint is an operator and a version, several separated by commas.",
        'Write it like ">= 1.5" or "~> 5.0".',
        'terraform {\n  required_version = "one point five"\n}\n\n' + _QUEUE,
        'terraform {\n  required_version = ">= 1.5"\n}\n\n' + _QUEUE,
    ),
    _code(
        "no-configuration",
        "There is no Terraform file",
        "The root module's directory holds no .tf or .tf.json file.",
        "Write the configuration into a file whose name ends in .tf.",
        {"notes.txt": "a bucket, please\n"},
        _QUEUE,
    ),
    _code(
        "invalid-encoding",
        "A Terraform file is not text",
        "Terraform files are UTF-8; this one holds zero bytes or is otherwise binary.",
        "Write the file as plain UTF-8 text.",
        'resource "aws_sqs_queue" "jobs" {\n  name = "jobs\x00"\n}\n',
        _QUEUE,
    ),
    _code(
        "input-too-large",
        "The configuration is too large",
        "Size and number of files are bounded, since configurations may come from anywhere.",
        "Leave out what Terraform does not need, or raise input_mb or max_files.",
        {"main.tf": _QUEUE, "big.tf": "# " + "x" * 1100 * 1024 + "\n"},
        _QUEUE,
        settings={"input_mb": 1},
    ),
    _code(
        "deprecated",
        "Something deprecated is used",
        "The provider still takes it, and will not for ever.",
        "Use what the message names instead.",
        'resource "aws_s3_bucket" "site" {\n  bucket = "site-4711"\n  acl    = "private"\n}\n',
        'resource "aws_s3_bucket" "site" {\n  bucket = "site-4711"\n}\n\nresource "aws_s3_bucket_acl" "site" {\n'
        '  bucket = aws_s3_bucket.site.id\n  acl    = "private"\n}\n',
        stage=Stage.DEPLOY,
        severity=Severity.WARNING,
    ),
    _code(
        "invalid-removed",
        "A removed block is not well-formed, or its resource is still there",
        "A removed block says that a resource left the configuration; the resource's block must be gone.",
        "Remove the resource's block, or the removed block.",
        _QUEUE + "\nremoved {\n  from = aws_sqs_queue.jobs\n  lifecycle {\n    destroy = false\n  }\n}\n",
        "removed {\n  from = aws_sqs_queue.jobs\n  lifecycle {\n    destroy = false\n  }\n}\n",
        stage=Stage.DEPLOY,
    ),
    _code(
        "invalid-move",
        "A moved block contradicts the configuration",
        "A moved block says that a resource has a new address; the old address must not be declared any more.",
        "Remove the old resource block, or the moved block.",
        'resource "aws_sqs_queue" "old" {\n  name = "a"\n}\n\nresource "aws_sqs_queue" "new" {\n  name = '
        '"b"\n}\n\nmoved {\n  '
        "from = aws_sqs_queue.old\n  to   = aws_sqs_queue.new\n}\n",
        'resource "aws_sqs_queue" "new" {\n  name = "b"\n}\n\nmoved {\n  from = aws_sqs_queue.old\n  to   = '
        "aws_sqs_queue.new\n}\n",
        stage=Stage.DEPLOY,
    ),
    _code(
        "terraform-error",
        "Terraform reports an error without a code of its own",
        "Whatever Terraform said is in the summary and detail.",
        "Follow the detail.",
        None,
        None,
        how="Appears for messages that this version of the package does not tell apart.",
    ),
    _code(
        "terraform-warning",
        "Terraform warns of something without a code of its own",
        "Whatever Terraform said is in the summary and detail.",
        "Follow the detail.",
        None,
        None,
        severity=Severity.WARNING,
        how="Appears for messages that this version of the package does not tell apart.",
    ),
    _code(
        "core-crash",
        "Terraform itself crashed",
        "Terraform ended with a panic on this configuration, twice, each time in a fresh process.",
        "Simplify the configuration to find the part that crashes it, and report that to Terraform.",
        None,
        None,
        how="Needs a configuration that makes this version of Terraform panic.",
    ),
)
