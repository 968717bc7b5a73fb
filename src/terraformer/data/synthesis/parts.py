"""Parts that many blueprints share: roles, networks, keys, packages of code. Said or silent, as the caller wants."""

from __future__ import annotations

from collections.abc import Sequence

from terraformer.data.intents import PolicyStatement, RefersTo, Target
from terraformer.data.synthesis.expressions import Call, Document, Raw, Ref, Statement, Value
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.scenario import Node, Say, Scene, Setting

__all__ = [
    "SERVICES",
    "attach",
    "execution_role",
    "kms_key",
    "log_group",
    "network",
    "refers",
    "role_policy",
    "security_group",
    "zip_package",
]

SERVICES = {
    "lambda": ("lambda.amazonaws.com", "Lambda"),
    "ec2": ("ec2.amazonaws.com", "EC2"),
    "ecs": ("ecs-tasks.amazonaws.com", "ECS tasks"),
    "eks": ("eks.amazonaws.com", "EKS"),
    "codebuild": ("codebuild.amazonaws.com", "CodeBuild"),
    "codepipeline": ("codepipeline.amazonaws.com", "CodePipeline"),
    "firehose": ("firehose.amazonaws.com", "Firehose"),
    "glue": ("glue.amazonaws.com", "Glue"),
    "states": ("states.amazonaws.com", "Step Functions"),
    "scheduler": ("scheduler.amazonaws.com", "EventBridge Scheduler"),
    "events": ("events.amazonaws.com", "EventBridge"),
    "s3": ("s3.amazonaws.com", "S3"),
    "dms": ("dms.amazonaws.com", "DMS"),
    "backup": ("backup.amazonaws.com", "AWS Backup"),
    "batch": ("batch.amazonaws.com", "Batch"),
    "sagemaker": ("sagemaker.amazonaws.com", "SageMaker"),
    "rds-monitoring": ("monitoring.rds.amazonaws.com", "RDS monitoring"),
    "vpc-flow-logs": ("vpc-flow-logs.amazonaws.com", "VPC flow logs"),
    "apigateway": ("apigateway.amazonaws.com", "API Gateway"),
    "appsync": ("appsync.amazonaws.com", "AppSync"),
    "cloudtrail": ("cloudtrail.amazonaws.com", "CloudTrail"),
    "elasticbeanstalk": ("elasticbeanstalk.amazonaws.com", "Elastic Beanstalk"),
    "transfer": ("transfer.amazonaws.com", "Transfer"),
    "redshift": ("redshift.amazonaws.com", "Redshift"),
    "dax": ("dax.amazonaws.com", "DAX"),
    "kinesisanalytics": ("kinesisanalytics.amazonaws.com", "Kinesis Analytics"),
    "emr": ("elasticmapreduce.amazonaws.com", "EMR"),
    "ssm": ("ssm.amazonaws.com", "Systems Manager"),
    "lex": ("lexv2.amazonaws.com", "Lex"),
}
"""Service principals that assume roles: (principal, name in words)."""


def execution_role(s: Scene, service: str, role: str = "", *, said: bool = False, noun: str = "") -> Node:
    """An IAM role that a service (a key of SERVICES) may assume. Said: so is who may assume it."""
    principal, words = SERVICES[service]
    node = s.resource("aws_iam_role", noun or "IAM role", role or f"{service.replace('-', '_')}", said=said)
    node.named("name", resource_name(s, f"{role or service}-role"))
    node.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": (principal,)})),
        Say(
            that=f"{{{words} can assume|can be assumed by {words}}}".replace(f"{words} can assume|", ""),
            np=f"a trust policy {{for {words}|that lets {words} assume it}}",
            do=f"let {words} assume {{it|the role}}",
            demand=PolicyStatement(
                ("assume_role_policy",), "Allow", ("sts:AssumeRole",), principals={"Service": (principal,)}
            ),
        )
        if said
        else False,
    )
    return node


def attach(s: Scene, role: Node, policy: str, *, said: bool = False) -> Node:
    """Attach an AWS managed policy, given by its name or path ("service-role/AWSLambdaBasicExecutionRole")."""
    name = policy.rpartition("/")[2]
    node = s.resource(
        "aws_iam_role_policy_attachment",
        "policy attachment",
        role.role,
        said=said,
        of=role,
        say=Say(
            np=f"the {{managed |AWS managed |}}policy {name} {{attached|}}",
            do=f"attach {{the |}}{name} {{policy |}}to it",
        ),
    )
    node.link("role", role, "name")
    node.implied("policy_arn", f"arn:aws:iam::aws:policy/{policy}")
    return node


def role_policy(
    s: Scene, role: Node, actions: Sequence[str], resources: Sequence[Value], *, said: bool = False, words: str = ""
) -> Node:
    """An inline policy of a role. ``words`` is what it allows ("read from the table"); needed where it is said."""
    node = s.resource(
        "aws_iam_role_policy",
        "inline policy",
        role.role,
        said=said and bool(words),
        of=role,
        say=Say(
            that=f"{{can|may|is allowed to}} {words}",
            do=f"{{let it|allow it to}} {words}",
        )
        if words
        else None,
    )
    node.link("role", role, "id")
    node.set(
        "policy",
        Document(Statement(tuple(actions), tuple(resources))),
        Say(implied=True, demand=PolicyStatement(("policy",), "Allow", tuple(actions), unknown=True))
        if words
        else False,
    )
    return node


def kms_key(
    s: Scene, role: str = "main", *, said: bool = True, noun: str = "{KMS key|customer managed key|KMS key}"
) -> Node:
    node = s.resource("aws_kms_key", noun, role, said=said)
    node.set("description", s.pick("Encryption key", f"Key for {role}", f"Encrypts {role}"), False)
    if s.may(0.5):
        node.set("enable_key_rotation", True, None)
    if s.may(0.3):
        node.set("deletion_window_in_days", s.pick(7, 10, 14, 30))
    return node


def log_group(s: Scene, name: Value, role: str = "main", *, said: bool = False) -> Node:
    node = s.resource("aws_cloudwatch_log_group", "{CloudWatch log group|log group}", role, said=said)
    node.named("name", name)
    node.set("retention_in_days", s.pick(1, 3, 7, 14, 30, 60, 90, 365))
    return node


def network(
    s: Scene, subnets: int = 2, *, said: bool = False, subnets_said: bool | None = None, role: str = "main"
) -> tuple[Node, list[Node]]:
    """A VPC and its subnets, one in each availability zone in turn."""
    vpc = s.resource("aws_vpc", "VPC", role, said=said)
    second = s.pick(0, 1, 10, 20, 42, 100)
    vpc.set("cidr_block", f"10.{second}.0.0/16", None if said else False)
    if s.may(0.4):
        vpc.set("enable_dns_hostnames", True, None if said else False)
    found: list[Node] = []
    for number in range(subnets):
        subnet = s.resource(
            "aws_subnet",
            "subnet",
            ("a", "b", "c", "d", "e", "f")[number] if subnets > 1 else "main",
            said=said if subnets_said is None else subnets_said,
        )
        subnet.link("vpc_id", vpc, say="in <it>" if said else False)
        subnet.set("cidr_block", f"10.{second}.{number + 1}.0/24", None)
        subnet.set("availability_zone", f"{s.region}{'abc'[number % 3]}", None, extract=False)
        found.append(subnet)
    return vpc, found


def security_group(
    s: Scene, vpc: Node | None, ports: Sequence[int], role: str = "main", *, said: bool = False, cidr: str = ""
) -> Node:
    """A security group that lets TCP in on these ports, and everything out; "10.0.0.0/16" stands for the range of the VPC,
    where it has one of its own."""
    node = s.resource("aws_security_group", "security group", role, said=said)
    node.named("name", resource_name(s, f"{role}-sg"))
    if vpc is not None:
        node.link("vpc_id", vpc, say="in <it>" if said and vpc.said else False)
    source = cidr or s.pick("10.0.0.0/8", "0.0.0.0/0", "10.0.0.0/16")
    if source == "10.0.0.0/16" and vpc is not None:
        own = (i.value for i in vpc.items if isinstance(i, Setting) and i.name == "cidr_block")
        source = next((v for v in own if isinstance(v, str)), source)
    for port in ports:
        rule = node.block(
            "ingress",
            Say(
                np=f"{{port {port} open to|TCP port {port} open to|ingress on port {port} from}} {source}",
                do=f"{{allow|open}} {{TCP |}}port {port} from {source}",
                that=f"{{allows|lets in}} {{TCP |}}traffic on port {port} from {source}",
            )
            if said
            else None,
        )
        rule.implied("from_port", port)
        rule.implied("to_port", port)
        rule.implied("protocol", "tcp")
        rule.implied("cidr_blocks", [source])
    egress = node.block("egress")
    for name, value in (("from_port", 0), ("to_port", 0), ("protocol", "-1"), ("cidr_blocks", ["0.0.0.0/0"])):
        egress.set(name, value, False, extract=False)
    return node


def zip_package(s: Scene, source: str, filename: str, role: str = "package") -> tuple[Ref, Value]:
    """A zip made at plan time from inline source: (path, base64 SHA-256), for filename and source_code_hash."""
    node = s.data("archive_file", "", role)
    node.set("type", "zip", False, extract=False)
    word = s.pick("function", "package", "lambda", "code")
    if any(n.type == "archive_file" for n in s.nodes if n is not node):  # two archives in one file overwrite each other
        word = f"{role}-{word}".replace("_", "-")
    node.set("output_path", Raw('"${path.module}/' + word + '.zip"'), False)
    inner = node.block("source")
    inner.set("content", source, False, extract=False)
    inner.set("filename", filename, False, extract=False)
    return node.ref("output_path"), node.ref("output_base64sha256")


def refers(node: Node, *path: str) -> RefersTo:
    """The demand that the argument refers to a resource of the node's type."""
    return RefersTo(Target(data=node.type) if node.mode == "data" else Target(type=node.type), path)


def encoded(value: Value) -> Call:
    """base64encode of a value."""
    return Call("base64encode", (value,))
