"""Codes of what a provider checks beyond its schema: values, combinations of arguments, data sources."""

from __future__ import annotations

from terraformer.types import Severity, Stage
from terraformer.verify.codes.model import CodeInfo

__all__ = ["PROVIDER_CODES"]


def _code(
    code: str,
    title: str,
    why: str,
    fix: str,
    bad: str | None = None,
    good: str | None = None,
    *,
    stage: Stage = Stage.COMPILE,
    severity: Severity = Severity.ERROR,
    how: str = "",
) -> CodeInfo:
    return CodeInfo(
        code,
        title,
        stage,
        why,
        fix,
        severity,
        {"main.tf": bad} if bad is not None else None,
        {"main.tf": good} if good is not None else None,
        how=how,
    )


_ROLE = 'resource "aws_iam_role" "r" {{\n  name               = "r"\n  assume_role_policy = {}\n}}\n'
_POLICY = (
    'jsonencode({\n    Version   = "2012-10-17"\n    Statement = [{\n      Effect    = "Allow"\n      Action    = '
    '"sts:AssumeRole"\n      Principal = { Service = "ec2.amazonaws.com" }\n    }]\n  })'
)
_BALANCER = 'resource "aws_lb" "web" {{\n  name = "web"\n{}}}\n'

PROVIDER_CODES: tuple[CodeInfo, ...] = (
    _code(
        "value-not-allowed",
        "The value is none of those that are allowed",
        "The provider takes one of a fixed list of values here, as the service's API does.",
        "Use one of the values that the message lists.",
        'resource "aws_sqs_queue" "q" {\n  name                = "q.fifo"\n  fifo_queue          = true\n  '
        'deduplication_scope = "group"\n}\n',
        'resource "aws_sqs_queue" "q" {\n  name                = "q.fifo"\n  fifo_queue          = true\n  '
        'deduplication_scope = "messageGroup"\n}\n',
    ),
    _code(
        "value-out-of-range",
        "The number is too small or too large",
        "The provider takes numbers of a certain range here.",
        "Use a number in the range that the message names.",
        'resource "aws_sqs_queue" "q" {\n  name          = "q"\n  delay_seconds = 1000\n}\n',
        'resource "aws_sqs_queue" "q" {\n  name          = "q"\n  delay_seconds = 900\n}\n',
    ),
    _code(
        "value-invalid-length",
        "The text is too short or too long",
        "The provider bounds the length of the value.",
        "Shorten or lengthen it to what the message names.",
        'resource "aws_s3_bucket" "b" {\n  bucket = '
        '"a-name-of-far-more-than-the-sixty-three-characters-that-a-bucket-may-have"\n}\n',
        'resource "aws_s3_bucket" "b" {\n  bucket = "logs-of-ours"\n}\n',
    ),
    _code(
        "value-invalid-format",
        "The text does not have the form that is needed",
        "The provider checks names and other values against a pattern.",
        "Write the value in the form that the message names.",
        'resource "aws_elasticsearch_domain" "d" {\n  domain_name = "Search_Domain"\n}\n',
        'resource "aws_elasticsearch_domain" "d" {\n  domain_name = "search-domain"\n}\n',
    ),
    _code(
        "value-invalid-arn",
        "The value is not an ARN",
        "The provider needs an Amazon Resource Name: arn:partition:service:region:account:resource.",
        "Refer to the resource's arn attribute without quotes, or write the whole ARN.",
        'resource "aws_iam_role_policy_attachment" "a" {\n  role       = "r"\n  policy_arn = '
        '"AdministratorAccess"\n}\n',
        'resource "aws_iam_role_policy_attachment" "a" {\n  role       = "r"\n  policy_arn = '
        '"arn:aws:iam::aws:policy/AdministratorAccess"\n}\n',
    ),
    _code(
        "value-invalid-cidr",
        "The value is not a CIDR block",
        "The provider needs a network address with the length of its prefix, all further bits zero.",
        'Write it like "10.0.0.0/16".',
        'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.1/16"\n}\n',
        'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/16"\n}\n',
    ),
    _code(
        "value-invalid-json",
        "The value is not a JSON document",
        "The provider parses the value as JSON.",
        "Write it with jsonencode({ ... }), which cannot go wrong.",
        _ROLE.format('"{ Version: 2012-10-17 }"'),
        _ROLE.format(_POLICY),
    ),
    _code(
        "conflicting-arguments",
        "Two arguments exclude each other",
        "The provider admits one of these arguments, not both.",
        "Keep one of them.",
        'resource "aws_s3_bucket" "b" {\n  bucket        = "logs-of-ours"\n  bucket_prefix = "logs-"\n}\n',
        'resource "aws_s3_bucket" "b" {\n  bucket_prefix = "logs-"\n}\n',
    ),
    _code(
        "missing-one-of",
        "One of several arguments is needed",
        "The provider needs exactly one, or at least one, of a group of arguments.",
        "Set one of those that the message names.",
        _BALANCER.format(""),
        _BALANCER.format('  subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]\n'),
    ),
    _code(
        "missing-required-together",
        "An argument needs another one",
        "The provider takes these arguments only together.",
        "Add the missing one, or remove the other.",
        how="Appears for arguments that the provider requires together.",
    ),
    _code(
        "missing-required-block",
        "A block that the provider requires is missing",
        "The provider needs the block although its schema does not say so.",
        "Add the block.",
        how="Appears for providers that check for blocks themselves.",
    ),
    _code(
        "provider-check",
        "The provider refuses the value",
        "Beyond its schema, a provider checks values when it validates and plans.",
        "Follow the detail.",
        how="Appears for checks that have no code of their own.",
    ),
    _code(
        "provider-plan-check",
        "The provider refuses the plan",
        "When a provider plans a resource it checks arguments against each other.",
        "Follow the detail.",
        'resource "aws_dynamodb_table" "t" {\n  name         = "t"\n  billing_mode = "PAY_PER_REQUEST"\n  hash_key    '
        " = "
        '"customer"\n}\n',
        'resource "aws_dynamodb_table" "t" {\n  name         = "t"\n  billing_mode = "PAY_PER_REQUEST"\n  hash_key    '
        " = "
        '"customer"\n  attribute {\n    name = "customer"\n    type = "S"\n  }\n}\n',
        stage=Stage.DEPLOY,
    ),
    _code(
        "provider-invalid-region",
        "The provider block names a region that does not exist",
        "The provider knows the regions of its cloud.",
        'Use a region such as "us-east-1".',
        'provider "aws" {\n  region = "moon"\n}\n\nresource "aws_sqs_queue" "q" {\n  name = "q"\n}\n',
        'provider "aws" {\n  region = "us-east-1"\n}\n\nresource "aws_sqs_queue" "q" {\n  name = "q"\n}\n',
        stage=Stage.DEPLOY,
    ),
    _code(
        "region-unsupported",
        "The data source has no answer for this region",
        "The provider computes the value from a table of regions, and this one is not in it.",
        "Choose a region that the service covers, or write the value out.",
        stage=Stage.DEPLOY,
        how="Appears for data sources such as aws_elb_service_account in regions without an entry.",
    ),
    _code(
        "data-source",
        "A data source cannot be read",
        "The provider refuses the arguments of the data source, or finds nothing.",
        "Follow the detail.",
        stage=Stage.DEPLOY,
        how="Appears for data sources that are computed locally.",
    ),
    _code(
        "data-source-arguments",
        "A data source's arguments do not fit together",
        "The provider refuses the combination of arguments.",
        "Follow the detail.",
        how="Appears for data sources with arguments that exclude or need each other.",
    ),
    _code(
        "data-source-not-found",
        "A data source finds nothing",
        "No object that is known fits the arguments.",
        "Correct the arguments.",
        stage=Stage.DEPLOY,
        how="Appears for data sources with a closed list of answers, such as regions and availability zones.",
    ),
    _code(
        "iam-policy-document",
        "An IAM policy document cannot be built",
        "aws_iam_policy_document refuses its arguments, for instance two statements with the same sid that must not "
        "be merged.",
        "Follow the detail.",
        stage=Stage.DEPLOY,
        how="Appears for contradictory statements.",
    ),
    _code(
        "template-error",
        "A template cannot be rendered",
        "template_file or a templating data source refuses the template or a variable in it.",
        "Follow the detail; in new configurations use the function templatefile.",
        stage=Stage.DEPLOY,
        how="Appears for broken templates.",
    ),
    _code(
        "file-unreadable",
        "A file cannot be read",
        "A provider reads a file while planning, and it cannot be read or lies outside the configuration.",
        "Name a readable file below the configuration's directory.",
        stage=Stage.DEPLOY,
        how="Appears for data sources that read files.",
    ),
    _code(
        "arguments-missing",
        "A data source lacks an argument",
        "One of several arguments must say what is to be read.",
        "Add one of those that the message names.",
        stage=Stage.DEPLOY,
        how="Appears for archives without a source.",
    ),
    _code(
        "arguments-conflict",
        "A data source's arguments exclude each other",
        "Only one of several arguments may say what is to be read.",
        "Keep one of them.",
        stage=Stage.DEPLOY,
        how="Appears for archives with two sources.",
    ),
    _code(
        "tls-key",
        "A key or certificate cannot be read",
        "The tls provider parses keys and certificates while planning.",
        "Give a PEM document of the right kind.",
        stage=Stage.DEPLOY,
        how="Appears for broken PEM documents.",
    ),
    _code(
        "ami-unfiltered",
        "An AMI is looked up without owner or filter",
        "The newest image of anybody would be used.",
        "Add owners and a filter.",
        stage=Stage.DEPLOY,
        severity=Severity.WARNING,
        how="Appears for data aws_ami with most_recent and nothing else.",
    ),
    _code(
        "state-unreadable",
        "A resource of the prior state does not fit its schema",
        "The state was written by another version of the provider, or by hand.",
        "Give a state that the provider version of the bundle wrote.",
        stage=Stage.DEPLOY,
        how="Needs a prior state (--state).",
    ),
    _code(
        "move-unsupported",
        "A resource cannot be moved to another type",
        "A moved block between two types needs a provider that can convert the state.",
        "Use removed and import blocks instead.",
        stage=Stage.DEPLOY,
        how="Needs a prior state (--state).",
    ),
    _code(
        "apply-refused",
        "Something would have been applied",
        "Verification plans and never applies.",
        "This does not happen in verification.",
        stage=Stage.DEPLOY,
        how="Does not appear in verification.",
    ),
    _code(
        "read-only-attribute",
        "The attribute is set by the provider alone",
        "The schema marks it as computed: the provider decides the value when it creates the resource, and refuses to "
        "be told.",
        "Remove the argument; refer to the attribute where its value is needed.",
        'resource "aws_sqs_queue" "q" {\n  name = "q"\n  arn  = "arn:aws:sqs:us-east-1:123456789012:q"\n}\n',
        'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n\noutput "arn" {\n  value = aws_sqs_queue.q.arn\n}\n',
    ),
)
