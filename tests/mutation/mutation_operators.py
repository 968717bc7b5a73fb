"""Operators that make mutation cases out of base configurations: a request, the right answer and its intent.

Each operator looks at one block of a base configuration and changes it, adds to it or takes it out, as a person would
by hand. The text is edited, never generated anew, so that everything else stays byte for byte.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

# --- editing blocks -------------------------------------------------------------------------------------------------

_HEADER = re.compile(r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}\n', re.M | re.S)


@dataclass(frozen=True)
class Resource:
    type: str
    label: str
    body: str
    start: int
    end: int

    @property
    def address(self) -> str:
        return f"{self.type}.{self.label}"


def resources(text: str) -> list[Resource]:
    return [Resource(m[1], m[2], m[3], m.start(), m.end()) for m in _HEADER.finditer(text)]


def find(text: str, address: str) -> Resource:
    return next(r for r in resources(text) if r.address == address)


def replace_body(text: str, resource: Resource, body: str) -> str:
    header = text[resource.start :].split("\n", 1)[0]
    return text[: resource.start] + f"{header}\n{body}}}\n" + text[resource.end :]


def set_argument(text: str, address: str, name: str, value: str) -> str:
    """Give a top-level argument of a block another value, or add it at the end."""
    resource = find(text, address)
    pattern = re.compile(rf"^(  {name} *= )(.*)\n", re.M)
    if pattern.search(resource.body):
        body = pattern.sub(lambda m: f"{m[1]}{value}\n", resource.body, count=1)
    else:
        body = f"{resource.body}  {name} = {value}\n"
    return replace_body(text, resource, body)


def add_inside(text: str, address: str, block: str) -> str:
    resource = find(text, address)
    return replace_body(text, resource, f"{resource.body}\n{block}")


def append(text: str, *blocks: str) -> str:
    return text.rstrip("\n") + "\n" + "".join(f"\n{b}" for b in blocks)


def remove_block(text: str, address: str) -> str:
    resource = find(text, address)
    return re.sub(r"\n{3,}", "\n\n", (text[: resource.start] + text[resource.end :]).strip("\n") + "\n")


def remove_outputs(text: str, mention: str) -> tuple[str, list[str]]:
    """Without the outputs that refer to something."""
    gone: list[str] = []

    def one(match: re.Match[str]) -> str:
        if mention not in match[0]:
            return match[0]
        gone.append(match[1])
        return ""

    return re.sub(r'\n*^output "(\w+)" \{\n.*?^\}\n', one, text, flags=re.M | re.S).rstrip("\n") + "\n", gone


def referred(text: str, address: str) -> bool:
    return bool(re.search(rf"(?<![\w.]){re.escape(address)}(?![\w])", text))


# --- operators ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutation:
    """What an operator makes of a base: the change part of the intent is a list of demands in their JSON form."""

    operator: str
    request: str
    after: str
    target: str
    change: tuple[dict[str, Any], ...] = ()
    demands: tuple[dict[str, Any], ...] = ()
    removed_outputs: tuple[str, ...] = ()
    touched: frozenset[str] = frozenset()
    plan_differs: bool = True


Operator = Callable[[str, Resource], Mutation | None]
_OPERATORS: list[tuple[str, frozenset[str], Operator]] = []


def operator(*types: str) -> Callable[[Operator], Operator]:
    """``types`` that it applies to; none: all."""

    def register(function: Operator) -> Operator:
        _OPERATORS.append((function.__name__, frozenset(types), function))
        return function

    return register


def mutations(text: str) -> Iterator[Mutation]:
    """Every mutation that any operator makes of a base; operators for any type are used on two resources of each."""
    used: Counter[str] = Counter()
    for resource in resources(text):
        for name, types, function in _OPERATORS:
            if types and resource.type not in types:
                continue
            made = function(text, resource) if len(types) < _MANY or used[name] < 2 else None
            if made is not None:
                used[name] += 1
                yield made


_MANY = 4


_WORDS = {
    "aws_s3_bucket": "bucket",
    "aws_sqs_queue": "queue",
    "aws_sns_topic": "topic",
    "aws_dynamodb_table": "table",
    "aws_cloudwatch_log_group": "log group",
    "aws_instance": "instance",
    "aws_db_instance": "database",
    "aws_lambda_function": "function",
    "aws_kms_key": "KMS key",
    "aws_iam_role": "role",
    "aws_ecr_repository": "repository",
    "aws_security_group": "security group",
    "aws_kinesis_stream": "stream",
    "aws_efs_file_system": "file system",
    "aws_lb": "load balancer",
    "aws_subnet": "subnet",
    "aws_vpc": "VPC",
    "aws_cloudwatch_metric_alarm": "alarm",
}


def the(resource: Resource) -> str:
    return f"the {resource.label.replace('_', ' ')} {_WORDS.get(resource.type, resource.type)}"


def updated(resource: Resource, *paths: str, **equals: Any) -> dict[str, Any]:
    """A demand that these arguments of a resource are changed in place, and have these values then."""
    names = [*paths, *(n.replace("__", ".") for n in equals)]
    return {
        "action": "updated",
        "address": resource.address,
        "paths": names,
        "having": [{"path": n.replace("__", "."), "equals": v} for n, v in equals.items()],
    }


def added(type_: str, **equals: Any) -> dict[str, Any]:
    having = [{"path": n.replace("__", "."), "equals": v} for n, v in equals.items()]
    return {"action": "added", "type": type_, "count": 1, "having": having}


def _set(name: str, resource: Resource, text: str, request: str, argument: str, hcl: str, value: Any) -> Mutation:
    return Mutation(
        name,
        request,
        set_argument(text, resource.address, argument, hcl),
        resource.address,
        (updated(resource, **{argument: value}),),
    )


_TAGGED = [
    "aws_s3_bucket",
    "aws_sqs_queue",
    "aws_sns_topic",
    "aws_dynamodb_table",
    "aws_cloudwatch_log_group",
    "aws_instance",
    "aws_db_instance",
    "aws_lambda_function",
    "aws_kms_key",
    "aws_ecr_repository",
    "aws_kinesis_stream",
    "aws_efs_file_system",
    "aws_lb",
    "aws_subnet",
    "aws_vpc",
    "aws_security_group",
]


@operator(*_TAGGED)
def add_tag(text: str, resource: Resource) -> Mutation | None:
    request = f'Add the tag Owner = "platform" to {the(resource)}'
    if "tags = {" in resource.body:
        body = resource.body.replace("tags = {\n", 'tags = {\n    Owner = "platform"\n', 1)
        after = replace_body(text, resource, body)
    else:
        after = add_inside(text, resource.address, '  tags = {\n    Owner = "platform"\n  }\n')
    demand = {
        "action": "updated",
        "type": resource.type,
        "address": resource.address,
        "paths": ["tags.Owner"],
        "having": [{"path": "tags.Owner", "equals": "platform"}],
    }
    return Mutation("add_tag", request, after, resource.address, (demand,))


@operator(*_TAGGED)
def rename_with_moved(text: str, resource: Resource) -> Mutation | None:
    if referred(text[: resource.start] + text[resource.end :], resource.address) or "count" in resource.body:
        return None
    new = f"{resource.label}_v2"
    header = f'resource "{resource.type}" "{resource.label}" {{'
    after = text.replace(header, f'resource "{resource.type}" "{new}" {{')
    after = append(after, f"moved {{\n  from = {resource.address}\n  to   = {resource.type}.{new}\n}}\n")
    demand = {"action": "moved", "previous": resource.address, "address": f"{resource.type}.{new}"}
    request = f"Rename the block of {the(resource)} to {new} in the code, without recreating it"
    return Mutation("rename_with_moved", request, after, resource.address, (demand,))


@operator(*_TAGGED)
def remove_resource(text: str, resource: Resource) -> Mutation | None:
    rest = remove_block(text, resource.address)
    rest, outputs = remove_outputs(rest, resource.address)
    if referred(rest, resource.address) or "count" in resource.body or "for_each" in resource.body:
        return None
    demand = {"action": "removed", "address": resource.address}
    return Mutation(
        "remove_resource",
        f"Remove {the(resource)}" + (" and its output" if outputs else ""),
        rest,
        resource.address,
        (demand,),
        removed_outputs=tuple(outputs),
    )


@operator("aws_s3_bucket", "aws_sqs_queue", "aws_sns_topic", "aws_cloudwatch_log_group")
def extract_variable(text: str, resource: Resource) -> Mutation | None:
    argument = "bucket" if resource.type == "aws_s3_bucket" else "name"
    found = re.search(rf'^  {argument} *= ("[^"$]*")$', resource.body, re.M)
    if found is None:
        return None
    name = f"{resource.label}_name"
    after = set_argument(text, resource.address, argument, f"var.{name}")
    after = append(after, f'variable "{name}" {{\n  type    = string\n  default = {found[1]}\n}}\n')
    demand = {
        "subject": "variable",
        "label": name,
        "having": [{"path": "default", "equals": found[1].strip('"')}],
    }
    request = f"Make the name of {the(resource)} a variable called {name}, with the name of today as its default"
    return Mutation("extract_variable", request, after, resource.address, (), (demand,), plan_differs=False)


# --- S3 -------------------------------------------------------------------------------------------------------------


@operator("aws_s3_bucket")
def bucket_kms(text: str, resource: Resource) -> Mutation:
    label = resource.label
    after = append(
        text,
        f'resource "aws_kms_key" "{label}_bucket" {{\n  description         = "Objects of {label}"\n'
        "  enable_key_rotation = true\n}\n",
        f'resource "aws_s3_bucket_server_side_encryption_configuration" "{label}" {{\n'
        f"  bucket = {resource.address}.id\n\n  rule {{\n    apply_server_side_encryption_by_default {{\n"
        f'      sse_algorithm     = "aws:kms"\n      kms_master_key_id = aws_kms_key.{label}_bucket.arn\n    }}\n  }}\n}}\n',
    )
    demands = (
        added("aws_kms_key", enable_key_rotation=True),
        added(
            "aws_s3_bucket_server_side_encryption_configuration",
            rule__apply_server_side_encryption_by_default__sse_algorithm="aws:kms",
        ),
    )
    return Mutation(
        "bucket_kms", f"Encrypt {the(resource)} with a new customer managed KMS key", after, resource.address, demands
    )


@operator("aws_s3_bucket")
def bucket_versioning(text: str, resource: Resource) -> Mutation:
    after = append(
        text,
        f'resource "aws_s3_bucket_versioning" "{resource.label}" {{\n  bucket = {resource.address}.id\n\n'
        '  versioning_configuration {\n    status = "Enabled"\n  }\n}\n',
    )
    demand = added("aws_s3_bucket_versioning", versioning_configuration__status="Enabled")
    return Mutation("bucket_versioning", f"Enable versioning on {the(resource)}", after, resource.address, (demand,))


@operator("aws_s3_bucket")
def bucket_block_public(text: str, resource: Resource) -> Mutation:
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    lines = "".join(f"  {n} = true\n" for n in names)
    after = append(
        text,
        f'resource "aws_s3_bucket_public_access_block" "{resource.label}" {{\n  bucket = {resource.address}.id\n'
        f"{lines}}}\n",
    )
    demand = added("aws_s3_bucket_public_access_block", **dict.fromkeys(names, True))
    return Mutation(
        "bucket_block_public", f"Block public access to {the(resource)}", after, resource.address, (demand,)
    )


# --- messaging ------------------------------------------------------------------------------------------------------


@operator("aws_sqs_queue")
def queue_retention(text: str, resource: Resource) -> Mutation:
    request = f"Keep messages in {the(resource)} for 14 days"
    return _set("queue_retention", resource, text, request, "message_retention_seconds", "1209600", 1209600)


@operator("aws_sqs_queue")
def queue_encryption(text: str, resource: Resource) -> Mutation:
    request = f"Encrypt {the(resource)} with the AWS managed SQS key"
    return _set("queue_encryption", resource, text, request, "kms_master_key_id", '"alias/aws/sqs"', "alias/aws/sqs")


@operator("aws_sqs_queue")
def queue_dead_letters(text: str, resource: Resource) -> Mutation | None:
    if "count" in resource.body:
        return None
    after = add_inside(
        text,
        resource.address,
        "  redrive_policy = jsonencode({\n"
        f"    deadLetterTargetArn = aws_sqs_queue.{resource.label}_dead.arn\n    maxReceiveCount     = 5\n  }})\n",
    )
    after = append(
        after, f'resource "aws_sqs_queue" "{resource.label}_dead" {{\n  name = "{resource.label}-dead-letters"\n}}\n'
    )
    demands = (updated(resource, "redrive_policy"), {"action": "added", "type": "aws_sqs_queue", "count": 1})
    return Mutation(
        "queue_dead_letters",
        f"Give {the(resource)} a dead-letter queue, after five receives",
        after,
        resource.address,
        demands,
    )


@operator("aws_sns_topic")
def topic_encryption(text: str, resource: Resource) -> Mutation:
    request = f"Encrypt {the(resource)} with the AWS managed SNS key"
    return _set("topic_encryption", resource, text, request, "kms_master_key_id", '"alias/aws/sns"', "alias/aws/sns")


@operator("aws_sns_topic")
def topic_subscription(text: str, resource: Resource) -> Mutation:
    after = append(
        text,
        f'resource "aws_sns_topic_subscription" "{resource.label}_mail" {{\n  topic_arn = {resource.address}.arn\n'
        '  protocol  = "email"\n  endpoint  = "ops@meadow.example"\n}\n',
    )
    demand = added("aws_sns_topic_subscription", protocol="email", endpoint="ops@meadow.example")
    request = f"Subscribe ops@meadow.example by mail to {the(resource)}"
    return Mutation("topic_subscription", request, after, resource.address, (demand,))


# --- data -----------------------------------------------------------------------------------------------------------


@operator("aws_dynamodb_table")
def table_recovery(text: str, resource: Resource) -> Mutation:
    after = add_inside(text, resource.address, "  point_in_time_recovery {\n    enabled = true\n  }\n")
    count = 2 if "for_each" in resource.body else 1
    demand = {
        "action": "updated",
        "address": resource.address,
        "paths": ["point_in_time_recovery"],
        "having": [{"path": "point_in_time_recovery.enabled", "equals": True}],
        "count": count,
    }
    request = f"Turn on point-in-time recovery for {the(resource)}"
    return Mutation("table_recovery", request, after, resource.address, (demand,))


@operator("aws_dynamodb_table")
def table_protection(text: str, resource: Resource) -> Mutation:
    request = f"Protect {the(resource)} against deletion"
    return _set("table_protection", resource, text, request, "deletion_protection_enabled", "true", True)


@operator("aws_dynamodb_table")
def table_ttl(text: str, resource: Resource) -> Mutation:
    block = '  ttl {\n    attribute_name = "expires_at"\n    enabled        = true\n  }\n'
    demand = {
        "action": "updated",
        "address": resource.address,
        "paths": ["ttl"],
        "having": [{"path": "ttl.attribute_name", "equals": "expires_at"}],
    }
    return Mutation(
        "table_ttl",
        f"Let items of {the(resource)} expire by their attribute expires_at",
        add_inside(text, resource.address, block),
        resource.address,
        (demand,),
    )


@operator("aws_db_instance")
def database_multi_az(text: str, resource: Resource) -> Mutation:
    return _set("database_multi_az", resource, text, f"Make {the(resource)} multi-AZ", "multi_az", "true", True)


@operator("aws_db_instance")
def database_backups(text: str, resource: Resource) -> Mutation:
    request = f"Keep backups of {the(resource)} for 14 days"
    return _set("database_backups", resource, text, request, "backup_retention_period", "14", 14)


@operator("aws_db_instance")
def database_size(text: str, resource: Resource) -> Mutation:
    request = f"Resize {the(resource)} to db.r6g.large"
    return _set("database_size", resource, text, request, "instance_class", '"db.r6g.large"', "db.r6g.large")


@operator("aws_db_instance")
def database_storage(text: str, resource: Resource) -> Mutation:
    request = f"Grow the storage of {the(resource)} to 200 GB"
    return _set("database_storage", resource, text, request, "allocated_storage", "200", 200)


@operator("aws_db_instance")
def database_protection(text: str, resource: Resource) -> Mutation:
    request = f"Turn on deletion protection for {the(resource)}"
    return _set("database_protection", resource, text, request, "deletion_protection", "true", True)


@operator("aws_efs_file_system")
def files_lifecycle(text: str, resource: Resource) -> Mutation:
    block = '  lifecycle_policy {\n    transition_to_ia = "AFTER_30_DAYS"\n  }\n'
    demand = {
        "action": "updated",
        "address": resource.address,
        "paths": ["lifecycle_policy"],
        "having": [{"path": "lifecycle_policy.transition_to_ia", "equals": "AFTER_30_DAYS"}],
    }
    return Mutation(
        "files_lifecycle",
        f"Move files of {the(resource)} to infrequent access after 30 days",
        add_inside(text, resource.address, block),
        resource.address,
        (demand,),
    )


@operator("aws_kinesis_stream")
def stream_shards(text: str, resource: Resource) -> Mutation:
    return _set("stream_shards", resource, text, f"Scale {the(resource)} to 4 shards", "shard_count", "4", 4)


@operator("aws_kinesis_stream")
def stream_retention(text: str, resource: Resource) -> Mutation:
    request = f"Keep the records of {the(resource)} for three days"
    return _set("stream_retention", resource, text, request, "retention_period", "72", 72)


@operator("aws_elasticache_cluster")
def cache_nodes(text: str, resource: Resource) -> Mutation:
    request = "Give the hot cache cluster three nodes"
    return _set("cache_nodes", resource, text, request, "num_cache_nodes", "3", 3)


# --- compute --------------------------------------------------------------------------------------------------------


@operator("aws_instance")
def instance_size(text: str, resource: Resource) -> Mutation:
    request = f"Change the type of {the(resource)} to m5.large"
    return _set("instance_size", resource, text, request, "instance_type", '"m5.large"', "m5.large")


@operator("aws_instance")
def instance_monitoring(text: str, resource: Resource) -> Mutation:
    return _set(
        "instance_monitoring",
        resource,
        text,
        f"Turn on detailed monitoring of {the(resource)}",
        "monitoring",
        "true",
        True,
    )


@operator("aws_instance")
def instance_address(text: str, resource: Resource) -> Mutation:
    after = append(
        text, f'resource "aws_eip" "{resource.label}" {{\n  instance = {resource.address}.id\n  domain   = "vpc"\n}}\n'
    )
    request = f"Give {the(resource)} an elastic IP"
    return Mutation("instance_address", request, after, resource.address, (added("aws_eip", domain="vpc"),))


@operator("aws_lambda_function")
def function_memory(text: str, resource: Resource) -> Mutation:
    return _set("function_memory", resource, text, f"Give {the(resource)} 512 MB of memory", "memory_size", "512", 512)


@operator("aws_lambda_function")
def function_timeout(text: str, resource: Resource) -> Mutation:
    return _set("function_timeout", resource, text, f"Let {the(resource)} run for a minute", "timeout", "60", 60)


@operator("aws_lambda_function")
def function_environment(text: str, resource: Resource) -> Mutation:
    block = '  environment {\n    variables = {\n      QUALITY = "85"\n    }\n  }\n'
    demand = {
        "action": "updated",
        "address": resource.address,
        "paths": ["environment"],
        "having": [{"path": "environment.variables.QUALITY", "equals": "85"}],
    }
    return Mutation(
        "function_environment",
        f"Set the environment variable QUALITY of {the(resource)} to 85",
        add_inside(text, resource.address, block),
        resource.address,
        (demand,),
    )


@operator("aws_lambda_function")
def function_tracing(text: str, resource: Resource) -> Mutation:
    block = '  tracing_config {\n    mode = "Active"\n  }\n'
    demand = {
        "action": "updated",
        "address": resource.address,
        "paths": ["tracing_config"],
        "having": [{"path": "tracing_config.mode", "equals": "Active"}],
    }
    return Mutation(
        "function_tracing",
        f"Turn on X-Ray tracing for {the(resource)}",
        add_inside(text, resource.address, block),
        resource.address,
        (demand,),
    )


@operator("aws_autoscaling_group")
def group_size(text: str, resource: Resource) -> Mutation:
    return _set("group_size", resource, text, "Let the web autoscaling group grow to 8 instances", "max_size", "8", 8)


@operator("aws_launch_template")
def template_type(text: str, resource: Resource) -> Mutation:
    request = "Use t3.large in the web launch template"
    return _set("template_type", resource, text, request, "instance_type", '"t3.large"', "t3.large")


@operator("aws_ecs_cluster")
def cluster_insights(text: str, resource: Resource) -> Mutation:
    block = '  setting {\n    name  = "containerInsights"\n    value = "enabled"\n  }\n'
    demand = {
        "action": "updated",
        "address": resource.address,
        "paths": ["setting"],
        "having": [{"path": "setting.value", "equals": "enabled"}],
    }
    return Mutation(
        "cluster_insights",
        "Turn on container insights for the platform cluster",
        add_inside(text, resource.address, block),
        resource.address,
        (demand,),
    )


@operator("aws_ecr_repository")
def repository_scan(text: str, resource: Resource) -> Mutation:
    block = "  image_scanning_configuration {\n    scan_on_push = true\n  }\n"
    demand = {
        "action": "updated",
        "address": resource.address,
        "paths": ["image_scanning_configuration"],
        "having": [{"path": "image_scanning_configuration.scan_on_push", "equals": True}],
    }
    return Mutation(
        "repository_scan",
        f"Scan images that are pushed to {the(resource)}",
        add_inside(text, resource.address, block),
        resource.address,
        (demand,),
    )


@operator("aws_codebuild_project")
def build_timeout(text: str, resource: Resource) -> Mutation:
    return _set("build_timeout", resource, text, "Stop builds of the site after 20 minutes", "build_timeout", "20", 20)


# --- network --------------------------------------------------------------------------------------------------------


@operator("aws_security_group")
def open_port(text: str, resource: Resource) -> Mutation:
    after = append(
        text,
        f'resource "aws_vpc_security_group_ingress_rule" "https" {{\n  security_group_id = {resource.address}.id\n'
        '  cidr_ipv4         = "0.0.0.0/0"\n  from_port         = 443\n  to_port           = 443\n'
        '  ip_protocol       = "tcp"\n}\n',
    )
    demand = added("aws_vpc_security_group_ingress_rule", from_port=443, to_port=443)
    return Mutation("open_port", f"Open port 443 of {the(resource)} to the world", after, resource.address, (demand,))


@operator("aws_vpc_security_group_ingress_rule")
def close_port(text: str, resource: Resource) -> Mutation:
    after = remove_block(text, resource.address)
    demand = {"action": "removed", "address": resource.address}
    request = "Remove the ssh ingress rule from the web security group"
    return Mutation("close_port", request, after, resource.address, (demand,))


@operator("aws_vpc_security_group_ingress_rule")
def narrow_port(text: str, resource: Resource) -> Mutation:
    request = "Allow ssh from 10.20.1.0/24 only"
    return _set("narrow_port", resource, text, request, "cidr_ipv4", '"10.20.1.0/24"', "10.20.1.0/24")


@operator("aws_vpc")
def add_subnet(text: str, resource: Resource) -> Mutation:
    after = append(
        text,
        f'resource "aws_subnet" "cache" {{\n  vpc_id            = {resource.address}.id\n'
        '  cidr_block        = "10.20.3.0/24"\n  availability_zone = "us-east-1c"\n}\n',
    )
    demand = added("aws_subnet", cidr_block="10.20.3.0/24", availability_zone="us-east-1c")
    request = f"Add a subnet 10.20.3.0/24 in us-east-1c to {the(resource)}"
    return Mutation("add_subnet", request, after, resource.address, (demand,))


@operator("aws_vpc")
def vpc_dns(text: str, resource: Resource) -> Mutation:
    request = f"Turn on DNS host names in {the(resource)}"
    return _set("vpc_dns", resource, text, request, "enable_dns_hostnames", "true", True)


@operator("aws_subnet")
def subnet_public(text: str, resource: Resource) -> Mutation:
    request = f"Give instances in {the(resource)} a public address"
    return _set("subnet_public", resource, text, request, "map_public_ip_on_launch", "true", True)


@operator("aws_lb")
def balancer_protection(text: str, resource: Resource) -> Mutation:
    request = f"Protect {the(resource)} against deletion"
    return _set("balancer_protection", resource, text, request, "enable_deletion_protection", "true", True)


@operator("aws_lb")
def balancer_timeout(text: str, resource: Resource) -> Mutation:
    request = f"Close idle connections of {the(resource)} after two minutes"
    return _set("balancer_timeout", resource, text, request, "idle_timeout", "120", 120)


@operator("aws_route53_record")
def record_ttl(text: str, resource: Resource) -> Mutation:
    return _set("record_ttl", resource, text, "Lower the TTL of the www record to a minute", "ttl", "60", 60)


# --- operations -----------------------------------------------------------------------------------------------------


@operator("aws_cloudwatch_log_group")
def log_retention(text: str, resource: Resource) -> Mutation:
    request = f"Keep {the(resource)} for half a year"
    return _set("log_retention", resource, text, request, "retention_in_days", "180", 180)


@operator("aws_cloudwatch_metric_alarm")
def alarm_threshold(text: str, resource: Resource) -> Mutation:
    request = f"Raise {the(resource)} at two minutes"
    return _set("alarm_threshold", resource, text, request, "threshold", "120000", 120000)


@operator("aws_kms_key")
def key_rotation(text: str, resource: Resource) -> Mutation:
    request = f"Rotate {the(resource)} every year"
    return _set("key_rotation", resource, text, request, "enable_key_rotation", "true", True)


@operator("aws_kms_key")
def key_alias(text: str, resource: Resource) -> Mutation:
    after = append(
        text,
        f'resource "aws_kms_alias" "{resource.label}" {{\n  name          = "alias/{resource.label}"\n'
        f"  target_key_id = {resource.address}.key_id\n}}\n",
    )
    demand = added("aws_kms_alias", name=f"alias/{resource.label}")
    return Mutation("key_alias", f"Give {the(resource)} the alias {resource.label}", after, resource.address, (demand,))


@operator("aws_iam_role")
def attach_policy(text: str, resource: Resource) -> Mutation:
    arn = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"
    after = append(
        text,
        f'resource "aws_iam_role_policy_attachment" "{resource.label}_metrics" {{\n'
        f'  role       = {resource.address}.name\n  policy_arn = "{arn}"\n}}\n',
    )
    demand = added("aws_iam_role_policy_attachment", policy_arn=arn)
    request = f"Let {the(resource)} read CloudWatch metrics with the AWS managed policy"
    return Mutation("attach_policy", request, after, resource.address, (demand,))


@operator("aws_iam_role")
def role_session(text: str, resource: Resource) -> Mutation:
    request = f"Allow sessions of two hours for {the(resource)}"
    return _set("role_session", resource, text, request, "max_session_duration", "7200", 7200)


@operator("aws_ssm_parameter")
def parameter_value(text: str, resource: Resource) -> Mutation:
    request = "Change the currency parameter to CHF"
    demand = {
        "action": "updated",
        "address": resource.address,
        "paths": ["value"],
        "having": [{"path": "value", "equals": "CHF"}],
    }
    return Mutation(
        "parameter_value", request, set_argument(text, resource.address, "value", '"CHF"'), resource.address, (demand,)
    )


@operator("aws_secretsmanager_secret")
def secret_recovery(text: str, resource: Resource) -> Mutation:
    request = "Let the gateway secret be recovered for 7 days only"
    return _set("secret_recovery", resource, text, request, "recovery_window_in_days", "7", 7)


@operator("aws_cloudwatch_event_rule")
def rule_schedule(text: str, resource: Resource) -> Mutation:
    request = "Run the nightly rule every 12 hours"
    value = "rate(12 hours)"
    return _set("rule_schedule", resource, text, request, "schedule_expression", f'"{value}"', value)


# --- repetition -----------------------------------------------------------------------------------------------------


@operator("aws_sqs_queue")
def count_to_for_each(text: str, resource: Resource) -> Mutation | None:
    if "count = 2" not in resource.body:
        return None
    body = resource.body.replace("count = 2", 'for_each = toset(["0", "1"])').replace("count.index", "each.key")
    after = replace_body(text, resource, body)
    moves = [f'moved {{\n  from = {resource.address}[{i}]\n  to   = {resource.address}["{i}"]\n}}\n' for i in range(2)]
    demand = {"action": "moved", "previous": resource.address, "address": resource.address, "count": 2}
    return Mutation(
        "count_to_for_each",
        f"Turn count of {the(resource)} into for_each, without recreating a queue",
        append(after, *moves),
        resource.address,
        (demand,),
    )


@operator("aws_sqs_queue")
def one_more(text: str, resource: Resource) -> Mutation | None:
    if "count = 2" not in resource.body:
        return None
    after = text.replace("count = 2", "count = 3")
    request = f"Add a third to {the(resource)}s"
    return Mutation("one_more", request, after, resource.address, (added(resource.type),))


@operator("aws_dynamodb_table")
def one_more_key(text: str, resource: Resource) -> Mutation | None:
    if "for_each" not in resource.body:
        return None
    after = text.replace('"berlin", "lisbon"', '"berlin", "lisbon", "oslo"')
    return Mutation(
        "one_more_key",
        "Add a stock table for oslo",
        after,
        resource.address,
        (added(resource.type, name="stock-oslo"),),
    )


# --- wrong answers --------------------------------------------------------------------------------------------------

# What a careless answer does to a resource that nobody asked about: an argument that is changed in place, and one that
# forces a replacement.
_BREAKS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "aws_s3_bucket": (("force_destroy", "true"), ("bucket", '"another-name"')),
    "aws_sqs_queue": (("delay_seconds", "30"), ("name", '"another-name"')),
    "aws_sns_topic": (("display_name", '"Other"'), ("name", '"another-name"')),
    "aws_dynamodb_table": (("deletion_protection_enabled", "true"), ("name", '"another-name"')),
    "aws_cloudwatch_log_group": (("retention_in_days", "1"), ("name", '"/another/name"')),
    "aws_kms_key": (("description", '"Other"'), ("multi_region", "true")),
    "aws_ecr_repository": (("image_tag_mutability", '"IMMUTABLE"'), ("name", '"another/name"')),
    "aws_kinesis_stream": (("shard_count", "7"), ("name", '"another-name"')),
    "aws_subnet": (("map_public_ip_on_launch", "true"), ("cidr_block", '"10.20.9.0/24"')),
    "aws_instance": (("instance_type", '"t3.nano"'), ("ami", '"ami-0fedcba9876543210"')),
}


@dataclass(frozen=True)
class Wrong:
    """An answer that must be told wrong; ``address`` is what it should not have touched ("" for doing nothing)."""

    kind: str
    text: str
    code: str
    address: str = ""


@dataclass(frozen=True)
class Case:
    name: str
    before: str
    mutation: Mutation
    wrong: tuple[Wrong, ...] = field(default=())


def cases(name: str, text: str) -> Iterator[Case]:
    """The cases of one base: each mutation with a wrong answer of every kind."""
    for mutation in mutations(text):
        yield Case(f"{name}-{mutation.operator}-{mutation.target}", text, mutation, tuple(_wrong(text, mutation)))


def _wrong(text: str, mutation: Mutation) -> Iterator[Wrong]:
    yield Wrong("nothing", text, "nothing-changed")
    yield Wrong("only-layout", "# Done as requested.\n\n" + text, "nothing-changed")
    after = mutation.after
    others = [r for r in resources(text) if r.address != mutation.target and r.type in _BREAKS]
    # What the right answer touches is no bystander.
    others = [r for r in others if find_or_none(after, r.address) == r.body]
    changed = others[len(mutation.request) % len(others)]
    (argument, value), (forcing, other) = _BREAKS[changed.type]
    yield Wrong(
        "else-broken", set_argument(after, changed.address, argument, value), "collateral-change", changed.address
    )
    yield Wrong("replaced", set_argument(after, changed.address, forcing, other), "collateral-change", changed.address)
    loose = next(r for r in others if not referred(remove_block(after, r.address), r.address))
    yield Wrong("deleted", remove_block(after, loose.address), "collateral-change", loose.address)
    # What does not meet the request is simply gone.
    if [d["action"] for d in mutation.change] == ["updated"] and "[" not in mutation.target:
        rest = remove_block(text, mutation.target)
        if not referred(rest, mutation.target):
            yield Wrong("target-deleted", rest, "collateral-change", mutation.target)


def find_or_none(text: str, address: str) -> str | None:
    return next((r.body for r in resources(text) if r.address == address), None)
