"""Codes of the deploy and policy stages: what `terraform plan` finds, limits, and what policies find."""

from __future__ import annotations

from terraformer.types import Severity, Stage
from terraformer.verify.codes.model import CodeInfo

__all__ = ["DEPLOY_CODES"]

_QUEUE = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'


def _code(
    code: str,
    title: str,
    why: str,
    fix: str,
    bad: str | None,
    good: str | None,
    *,
    stage: Stage = Stage.DEPLOY,
    **more: object,
) -> CodeInfo:
    return CodeInfo(
        code,
        title,
        stage,
        why,
        fix,
        bad={"main.tf": bad} if bad is not None else None,
        good={"main.tf": good} if good is not None else None,
        **more,  # type: ignore[arg-type]
    )


DEPLOY_CODES: tuple[CodeInfo, ...] = (
    _code(
        "variable-value-missing",
        "A variable has no value",
        "A root module variable without a default was given no value. Without strict variables a typed value is made "
        "up and "
        "listed as an assumption; where the variable's validation refuses all of them, this is a warning and the plan "
        "is not "
        "judged.",
        "Give the variable a default, or pass --var name=value.",
        'variable "queue" {\n  type = string\n}\n\nresource "aws_sqs_queue" "jobs" {\n  name = var.queue\n}\n',
        'variable "queue" {\n  type    = string\n  default = "jobs"\n}\n\nresource "aws_sqs_queue" "jobs" {\n  name = '
        "var.queue\n}\n",
        settings={"strict_vars": True},
    ),
    _code(
        "variable-validation",
        "A variable's value does not meet its validation",
        "The condition of a validation block is false for the value, or the value does not fit the type.",
        "Change the value or the condition.",
        'variable "stage" {\n  type    = string\n  default = "qa"\n  validation {\n    condition     = '
        'contains(["dev", '
        '"prod"], var.stage)\n    error_message = "The stage is dev or prod."\n  }\n}\n\nresource "aws_sqs_queue" '
        '"jobs" {\n  '
        "name = var.stage\n}\n",
        'variable "stage" {\n  type    = string\n  default = "dev"\n  validation {\n    condition     = '
        'contains(["dev", '
        '"prod"], var.stage)\n    error_message = "The stage is dev or prod."\n  }\n}\n\nresource "aws_sqs_queue" '
        '"jobs" {\n  '
        "name = var.stage\n}\n",
    ),
    _code(
        "undeclared-variable",
        "A value is given for a variable that does not exist",
        "A variables file sets a name that the root module does not declare.",
        "Declare the variable, or remove the value.",
        _QUEUE,
        _QUEUE + '\nvariable "stage" {\n  type = string\n}\n',
        severity=Severity.WARNING,
        settings={"var_files": (("values.tfvars", b'stage = "dev"\n'),)},
    ),
    _code(
        "remote-state",
        "The state of another configuration is needed",
        "A terraform_remote_state data source reads a state over the network, which verification does not use. The "
        "configuration is validated; whether it deploys is left open.",
        "Pass the values as variables instead, or use the local backend with a state file inside the configuration.",
        'data "terraform_remote_state" "network" {\n  backend = "s3"\n  config = {\n    bucket = "states"\n    key    '
        "= "
        '"network"\n    region = "us-east-1"\n  }\n}\n',
        'variable "vpc_id" {\n  type    = string\n  default = "vpc-0123456789abcdef0"\n}\n',
        severity=Severity.WARNING,
    ),
    _code(
        "file-not-found",
        "A file that the configuration reads is not there",
        "A function such as file() or templatefile() names a file that is not in the configuration's directory.",
        "Add the file, or write its content inline.",
        'resource "aws_sqs_queue" "jobs" {\n  name   = "jobs"\n  policy = file("${path.module}/policy.json")\n}\n',
        'resource "aws_sqs_queue" "jobs" {\n  name   = "jobs"\n  policy = jsonencode({ Version = "2012-10-17", '
        "Statement = "
        "[] })\n}\n",
        stage=Stage.COMPILE,
    ),
    _code(
        "file-access",
        "The configuration reads outside its directory",
        "Functions may only read files inside the configuration's own directory: a configuration may come from "
        "anywhere.",
        "Copy the file into the configuration's directory and name it below ${path.module}.",
        'output "users" {\n  value = file("/etc/passwd")\n}\n',
        'output "users" {\n  value = "alice"\n}\n',
        stage=Stage.COMPILE,
    ),
    _code(
        "invalid-index",
        "A list or map has no such element",
        "The expression asks for an element that the value does not have.",
        "Use an index or key that exists, or try() and lookup() with a default.",
        'locals {\n  zones = ["us-east-1a"]\n}\n\nresource "aws_ebs_volume" "data" {\n  availability_zone = '
        "local.zones[1]\n  "
        "size              = 10\n}\n",
        'locals {\n  zones = ["us-east-1a"]\n}\n\nresource "aws_ebs_volume" "data" {\n  availability_zone = '
        "local.zones[0]\n  "
        "size              = 10\n}\n",
        stage=Stage.COMPILE,
    ),
    _code(
        "null-value",
        "A value that is null is used as if it were not",
        "The expression reads an attribute or element of null, or gives null where a value is needed.",
        "Give the value a default, or test it first.",
        'variable "settings" {\n  type    = object({ name = string })\n  default = null\n}\n\nresource '
        '"aws_sqs_queue" "jobs" '
        "{\n  name = var.settings.name\n}\n",
        'variable "settings" {\n  type    = object({ name = string })\n  default = { name = "jobs" }\n}\n\nresource '
        '"aws_sqs_queue" "jobs" {\n  name = var.settings.name\n}\n',
    ),
    _code(
        "invalid-count",
        "count is not a whole number that is known",
        "Terraform must know the number of instances when it plans: it cannot depend on what only apply tells, and "
        "cannot be "
        "negative or null.",
        "Let count depend on variables, locals and data that are known when planning.",
        _QUEUE + '\nresource "aws_sqs_queue" "more" {\n  count = length(aws_sqs_queue.jobs.url)\n}\n',
        _QUEUE + '\nresource "aws_sqs_queue" "more" {\n  count = 2\n}\n',
    ),
    _code(
        "invalid-for-each",
        "for_each is not a map or set of strings that is known",
        "Terraform must know the keys when it plans; a list has none.",
        "Use toset([...]) or a map, with keys that are known when planning.",
        'resource "aws_sqs_queue" "jobs" {\n  for_each = ["a", "b"]\n  name     = each.key\n}\n',
        'resource "aws_sqs_queue" "jobs" {\n  for_each = toset(["a", "b"])\n  name     = each.key\n}\n',
        stage=Stage.COMPILE,
    ),
    _code(
        "condition-failed",
        "A precondition, postcondition or check of the configuration's own failed",
        "The configuration states a condition about itself, and the plan shows it to be false.",
        "Change the configuration so that the condition holds, or correct the condition.",
        'variable "size" {\n  type    = number\n  default = 0\n}\n\nresource "aws_sqs_queue" "jobs" {\n  name = '
        '"jobs"\n  '
        'lifecycle {\n    precondition {\n      condition     = var.size > 0\n      error_message = "The size is '
        'positive."\n '
        "   }\n  }\n}\n",
        'variable "size" {\n  type    = number\n  default = 1\n}\n\nresource "aws_sqs_queue" "jobs" {\n  name = '
        '"jobs"\n  '
        'lifecycle {\n    precondition {\n      condition     = var.size > 0\n      error_message = "The size is '
        'positive."\n '
        "   }\n  }\n}\n",
    ),
    _code(
        "prevent-destroy",
        "The plan would destroy what must not be destroyed",
        "A resource of the prior state has prevent_destroy and the change replaces or removes it.",
        "Change something that does not replace it, or take prevent_destroy out first.",
        None,
        None,
        how="Needs a prior state (--state).",
    ),
    _code(
        "invalid-import",
        "An import block cannot be carried out",
        "An import block names a resource that the configuration does not declare, or an id that is not known.",
        "Declare the resource, or correct the block.",
        'import {\n  to = aws_sqs_queue.jobs\n  id = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"\n}\n',
        _QUEUE,
    ),
    _code(
        "state-invalid",
        "The prior state cannot be read",
        "The file given as state is not a Terraform state, or one of another version.",
        "Give the state as `terraform state pull` prints it.",
        None,
        None,
        how="Needs a broken state file (--state).",
    ),
    _code(
        "resource-limit",
        "Verification was stopped at a limit",
        "Time, memory and output of a run are bounded. A plan that takes longer than the limit counts as failed.",
        "Reduce count, for_each, range() and string sizes; or raise the limit in the settings.",
        None,
        None,
        how="Needs a configuration that takes very long or much memory, such as count = 1000000000.",
    ),
    _code(
        "policy-rule-failed",
        "A policy rule is not met",
        "A boolean Rego rule that decides about the plan is false or undefined. The certificate names the first "
        "condition that "
        "does not hold, the resources that met those before it, and what was found.",
        "Change the configuration so that the condition holds.",
        _QUEUE,
        'resource "aws_sqs_queue" "jobs" {\n  name                    = "jobs"\n  sqs_managed_sse_enabled = true\n}\n',
        stage=Stage.POLICY,
        policies={
            "encryption.rego": "package queues\n\nimport rego.v1\n\ndefault is_valid_queue := false\n\nis_valid_queue "
            "if {\n  "
            'some resource in input.planned_values.root_module.resources\n  resource.type == "aws_sqs_queue"\n  '
            "resource.values.sqs_managed_sse_enabled == true\n}\n"
        },
    ),
    _code(
        "policy-denied",
        "A policy objects",
        "A deny or violation rule in the manner of conftest has a message about this plan.",
        "Follow the message.",
        _QUEUE,
        'resource "aws_sqs_queue" "jobs" {\n  name                    = "jobs"\n  sqs_managed_sse_enabled = true\n}\n',
        stage=Stage.POLICY,
        policies={
            "deny.rego": "package main\n\nimport rego.v1\n\ndeny contains msg if {\n  some change in "
            "input.resource_changes\n "
            ' change.type == "aws_sqs_queue"\n  not change.change.after.sqs_managed_sse_enabled\n  msg := sprintf("%s '
            "is not "
            'encrypted", [change.address])\n}\n'
        },
    ),
    _code(
        "policy-warning",
        "A policy warns",
        "A warn rule in the manner of conftest has a message about this plan. It does not make the configuration fail.",
        "Follow the message, or leave it.",
        _QUEUE,
        'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n  tags = { team = "data" }\n}\n',
        stage=Stage.POLICY,
        severity=Severity.WARNING,
        policies={
            "warn.rego": "package main\n\nimport rego.v1\n\nwarn contains msg if {\n  some change in "
            "input.resource_changes\n "
            ' change.change.after.tags == null\n  msg := sprintf("%s has no tags", [change.address])\n}\n'
        },
    ),
)
