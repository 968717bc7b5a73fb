"""AWS values that a plan takes and AWS surely refuses, and those that it is about to give up.

Sources: the names and severities of tflint-ruleset-aws for the rules that it has; AWS's documentation of instance
types, Lambda runtimes (state of November 2026), bucket naming rules, security group protocols, IAM policy grammar and
availability zones. Only what is sure is an error: a value that merely is in no list may be newer than the list. Values
are literals, local values and, in the root module, defaults of variables.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from terraformer.hcl.syntax import Block, Body, Expression
from terraformer.provider.data_sources.aws_regions import REGIONS
from terraformer.types import Severity
from terraformer.verify.lint.model import Issue, Rule
from terraformer.verify.lint.source import LintModule, block_address

__all__ = ["AWS_RULES"]

_EC2_TYPE = re.compile(
    r"(?=[a-z0-9-]*\d)[a-z][a-z0-9-]*\.(?:nano|micro|small|medium|large|xlarge|[1-9]\d*xlarge|metal|metal-\d+xl)"
)
_OLD_EC2 = frozenset(["c1", "c2", "c3", "cc2", "cg1", "cr1", "g2", "hi1", "hs1", "i2", "m1", "m2", "m3", "r3", "t1"])
_OLD_RDS = frozenset(["m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2"])
_OLD_CACHE = frozenset(["c1", "m1", "m2", "m3", "r3", "t1"])
_WRONG_ENGINES = {
    "postgresql": "postgres",
    "postgre": "postgres",
    "postgressql": "postgres",
    "pgsql": "postgres",
    "psql": "postgres",
    "maria": "mariadb",
    "maria-db": "mariadb",
    "my-sql": "mysql",
    "mssql": "sqlserver-ex, sqlserver-web, sqlserver-se or sqlserver-ee",
    "sqlserver": "sqlserver-ex, sqlserver-web, sqlserver-se or sqlserver-ee",
    "sql-server": "sqlserver-ex, sqlserver-web, sqlserver-se or sqlserver-ee",
    "oracle": "oracle-se2 or oracle-ee",
    "db2": "db2-se or db2-ae",
    "aurora-postgres": "aurora-postgresql",
}
_ENDED_RUNTIMES = frozenset(
    f"{language}{version}"
    for language, versions in (
        ("dotnet", "5.0 6 7 8 9"),
        ("dotnetcore", "1.0 2.0 2.1 3.1"),
        ("go", "1.x"),
        ("java", "8"),
        ("nodejs", "4.3 4.3-edge 6.10 8.10 10.x 12.x 14.x 16.x 18.x 20.x"),
        ("python", "2.7 3.6 3.7 3.8 3.9 3.10"),
        ("ruby", "2.5 2.7 3.2"),
        ("provided", ".al2"),
    )
    for version in versions.split()
) | {"nodejs", "provided"}
_BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_BUCKET_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_BUCKET_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_PROTOCOLS = frozenset({"all", "tcp", "udp", "icmp", "icmpv6"})
_SID = re.compile(r'(?<![\w-])"?Sid"?\s*[=:]\s*"([^"\n]*)"')
_ZONE_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d+")

Judge = Callable[[str], tuple[str, str] | None]
"""Message and fix for a value that is wrong, None for one that is not."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where values are looked for: an argument of a resource type, or of a block in it."""

    type: str
    argument: str
    block: str = ""


def _values(module: LintModule, spots: Sequence[_Spot]) -> Iterator[tuple[Block, str, Expression, str]]:
    """Resource, path, expression and string value of every spot that has a known value."""
    for _, resource in module.blocks("resource", 2):
        for spot in spots:
            if spot.type != resource.labels[0]:
                continue
            bodies: list[tuple[str, Body]] = [("", resource.body)]
            if spot.block:
                inner = resource.body.blocks(spot.block, 0)
                bodies = [(f"{spot.block}[{i}].", block.body) for i, block in enumerate(inner)]
            for path, body in bodies:
                found = body.attribute(spot.argument)
                if found is not None:
                    value = module.value_of(found)
                    if isinstance(value, int) and not isinstance(value, bool):
                        value = str(value)
                    if isinstance(value, str) and value:
                        yield resource, f"{path}{spot.argument}", found, value


def _rule(
    name: str,
    severity: Severity,
    title: str,
    why: str,
    fix: str,
    spots: Sequence[_Spot],
    judge: Judge,
) -> Rule:
    """A rule on single values."""

    def check(module: LintModule) -> Iterator[Issue]:
        for resource, path, expression, value in _values(module, spots):
            wrong = judge(value)
            if wrong is not None:
                address = block_address(resource)
                yield Issue(wrong[0], expression.range, address, address, path, wrong[1])

    def subjects(module: LintModule) -> list[str]:
        return [block_address(resource) for resource, _, _, _ in _values(module, spots)]

    return Rule(name, severity, True, title, why, fix, check, subjects, tflint=False, everywhere=True)


def _shown(value: str) -> str:
    return value if len(value) <= 80 else f"{value[:77]}..."


# --- judges ---------------------------------------------------------------------------------------------------------


def _instance_type(value: str) -> tuple[str, str] | None:
    if _EC2_TYPE.fullmatch(value):
        return None
    better = value.removeprefix("db.").removeprefix("cache.")
    hint = f"Write {better}." if better != value and _EC2_TYPE.fullmatch(better) else "Write a type like t3.micro."
    return f'"{_shown(value)}" is an invalid instance type: no EC2 type has that form', hint


def _prefixed(prefix: str, what: str, example: str) -> Judge:
    def judge(value: str) -> tuple[str, str] | None:
        if value.startswith(prefix) and " " not in value:
            return None
        hint = f"Write {prefix}{value}." if _EC2_TYPE.fullmatch(value) else f"Write one like {example}."
        return f'"{_shown(value)}" is an invalid {what}: it begins with {prefix}', hint

    return judge


def _engine(value: str) -> tuple[str, str] | None:
    right = _WRONG_ENGINES.get(value.lower())
    return (f'"{value}" is an invalid engine', f"Write {right}.") if right else None


def _old(prefix: str, families: frozenset[str], what: str) -> Judge:
    def judge(value: str) -> tuple[str, str] | None:
        if not value.startswith(prefix) or value.removeprefix(prefix).split(".", 1)[0] not in families:
            return None
        return f'"{_shown(value)}" is previous generation {what}', f"Use a current {what}, such as {prefix}t4g.micro."

    return judge


def _runtime(value: str) -> tuple[str, str] | None:
    if value not in _ENDED_RUNTIMES:
        return None
    return f'The "{value}" runtime has reached end of support', "Use a runtime that Lambda still supports."


def _bucket(value: str) -> tuple[str, str] | None:
    wrong = ""
    if not 3 <= len(value) <= 63:
        wrong = "must be between 3 and 63 characters long"
    elif not _BUCKET.fullmatch(value):
        wrong = "hold small letters, digits, dots and hyphens only, and begin and end with a letter or digit"
    elif ".." in value:
        wrong = "must not have two dots side by side"
    elif value.startswith(_BUCKET_PREFIXES) or value.endswith(_BUCKET_SUFFIXES):
        wrong = "must not begin or end with a reserved word"
    else:
        try:
            ipaddress.IPv4Address(value)
            wrong = "must not look like an IP address"
        except ValueError:
            return None
    better = re.sub(r"[^a-z0-9.-]+", "-", value.lower()).strip(".-")
    hint = f'Write bucket = "{better}".' if better != value and _bucket(better) is None else "Choose another name."
    return f'"{_shown(value)}" is an invalid bucket name: bucket names {wrong}', hint


def _protocol(value: str) -> tuple[str, str] | None:
    if value.lower() in _PROTOCOLS or re.fullmatch(r"-1|\d{1,3}", value):
        return None
    return (
        f'"{_shown(value)}" is an invalid protocol',
        'Write "tcp", "udp", "icmp", "icmpv6", "-1" (all) or the number of a protocol; HTTP, HTTPS and SSH are "tcp".',
    )


def _parameter_group(value: str) -> tuple[str, str] | None:
    if not value.startswith("default"):
        return None
    return f'"{_shown(value)}" is default parameter group. You cannot edit it.', "Use a parameter group of your own."


# --- rules that look at more than one value -------------------------------------------------------------------------

_POLICIES = ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")


def _policies(module: LintModule) -> Iterator[tuple[Block, Expression]]:
    for _, resource in module.blocks("resource", 2):
        policy = resource.body.attribute("policy") if resource.labels[0] in _POLICIES else None
        if policy is not None:
            yield resource, policy


def policy_sid(module: LintModule) -> Iterator[Issue]:
    for resource, policy in _policies(module):
        for sid in _SID.findall(policy.text):
            if sid and "${" not in sid and "%{" not in sid and not re.fullmatch(r"[a-zA-Z0-9]+", sid):
                address = block_address(resource)
                better = "".join(word[:1].upper() + word[1:] for word in re.findall(r"[a-zA-Z0-9]+", sid))
                yield Issue(
                    f'The policy\'s sid ("{_shown(sid)}") does not match "^[a-zA-Z0-9]+$".',
                    policy.range,
                    address,
                    address,
                    "policy",
                    f'Write Sid = "{_shown(better)}".' if better else "Leave the Sid out.",
                )


def _with_policies(module: LintModule) -> list[str]:
    return [block_address(resource) for resource, _ in _policies(module)]


def _zones(module: LintModule) -> Iterator[tuple[Block, str, Expression, str]]:
    """Availability zones that are known, of resources and data sources of AWS."""
    for _, resource in module.blocks("resource", 2):
        if not resource.labels[0].startswith("aws_"):
            continue
        for argument in ("availability_zone", "availability_zones"):
            found = resource.body.attribute(argument)
            if found is None:
                continue
            value = module.value_of(found)
            for zone in value if isinstance(value, list) else [value]:
                if isinstance(zone, str) and zone:
                    yield resource, argument, found, zone


def _region(module: LintModule, resource: Block) -> str:
    """The region that a resource is made in, where it is certain; else ""."""
    own = resource.body.attribute("region")
    if own is not None:
        return own.literal if isinstance(own.literal, str) else ""
    if module.module.key:
        return ""  # the provider is the caller's
    name, _, alias = (resource.body.reference("provider") or "aws").partition(".")
    for _, block in module.blocks("provider", 1):
        found = block.body.attribute("alias")
        theirs = found.literal if found is not None else ""
        if block.labels[0] == name and theirs == alias:
            region = block.body.attribute("region")
            return region.literal if region is not None and isinstance(region.literal, str) else ""
    return ""


def availability_zone(module: LintModule) -> Iterator[Issue]:
    told: set[tuple[str, str]] = set()
    for resource, argument, expression, zone in _zones(module):
        message, fix = "", ""
        if (block_address(resource), argument) in told:
            continue  # the first of a list's zones stands for all
        if zone in REGIONS:
            message = f'"{zone}" is a region, not an availability zone'
            fix = f"Write {zone}a, or take a name of data.aws_availability_zones."
        else:
            region = _region(module, resource)
            match = _ZONE_REGION.match(zone)
            if region in REGIONS and match and match[0] in REGIONS and match[0] != region:
                message = f'availability zone "{_shown(zone)}" is not in region {region}'
                fix = f"Use a zone of {region}, such as {region}a, or another provider."
        if message:
            address = block_address(resource)
            told.add((address, argument))
            yield Issue(message, expression.range, address, address, argument, fix)


def _with_zones(module: LintModule) -> list[str]:
    return [block_address(resource) for resource, _, _, _ in _zones(module)]


def certificate_lifecycle(module: LintModule) -> Iterator[Issue]:
    for _, resource in module.blocks("resource", 2):
        if resource.labels[0] != "aws_acm_certificate":
            continue
        lifecycle = resource.body.blocks("lifecycle", 0)
        found = [block.body.attribute("create_before_destroy") for block in lifecycle]
        if not any(e is not None and e.literal in (True, "true") for e in found):
            address = block_address(resource)
            yield Issue(
                "resource `aws_acm_certificate` needs to contain `create_before_destroy = true` in `lifecycle` block",
                resource.header,
                address,
                address,
            )


def _certificates(module: LintModule) -> list[str]:
    return [block_address(r) for _, r in module.blocks("resource", 2) if r.labels[0] == "aws_acm_certificate"]


_SURE = "Terraform plans it, and AWS refuses it when it is applied."
_PREVIOUS = (
    "AWS keeps previous generations for those who have them: they cost more for less and are not in all regions."
)

AWS_RULES: tuple[Rule, ...] = (
    _rule(
        "aws_instance_invalid_type",
        Severity.ERROR,
        "An EC2 instance type does not exist",
        f"An EC2 instance type is a family with its generation, a dot and one of the known sizes. {_SURE}",
        "Write a type that exists, such as t3.micro.",
        [
            _Spot("aws_instance", "instance_type"),
            _Spot("aws_launch_template", "instance_type"),
            _Spot("aws_launch_configuration", "instance_type"),
            _Spot("aws_spot_instance_request", "instance_type"),
        ],
        _instance_type,
    ),
    _rule(
        "aws_db_instance_invalid_type",
        Severity.ERROR,
        "An RDS instance class does not exist",
        f"Classes of RDS begin with db. {_SURE}",
        "Write a class such as db.t4g.micro.",
        [_Spot("aws_db_instance", "instance_class"), _Spot("aws_rds_cluster_instance", "instance_class")],
        _prefixed("db.", "instance class", "db.t4g.micro"),
    ),
    _rule(
        "aws_db_instance_invalid_engine",
        Severity.ERROR,
        "An RDS engine does not exist",
        f"The engine's name is one that RDS does not know. {_SURE}",
        "Write an engine such as postgres, mysql or mariadb.",
        [_Spot("aws_db_instance", "engine"), _Spot("aws_rds_cluster", "engine")],
        _engine,
    ),
    _rule(
        "aws_elasticache_cluster_invalid_type",
        Severity.ERROR,
        "An ElastiCache node type does not exist",
        f"Node types of ElastiCache begin with cache. {_SURE}",
        "Write a node type such as cache.t4g.micro.",
        [_Spot("aws_elasticache_cluster", "node_type")],
        _prefixed("cache.", "node type", "cache.t4g.micro"),
    ),
    _rule(
        "aws_elasticache_replication_group_invalid_type",
        Severity.ERROR,
        "An ElastiCache node type does not exist",
        f"Node types of ElastiCache begin with cache. {_SURE}",
        "Write a node type such as cache.t4g.micro.",
        [_Spot("aws_elasticache_replication_group", "node_type")],
        _prefixed("cache.", "node type", "cache.t4g.micro"),
    ),
    _rule(
        "aws_instance_previous_type",
        Severity.WARNING,
        "An EC2 instance type is of a previous generation",
        _PREVIOUS,
        "Use a type of the current generation.",
        [_Spot("aws_instance", "instance_type")],
        _old("", _OLD_EC2, "instance type"),
    ),
    _rule(
        "aws_db_instance_previous_type",
        Severity.WARNING,
        "An RDS instance class is of a previous generation",
        _PREVIOUS,
        "Use a class of the current generation.",
        [_Spot("aws_db_instance", "instance_class")],
        _old("db.", _OLD_RDS, "instance type"),
    ),
    _rule(
        "aws_elasticache_cluster_previous_type",
        Severity.WARNING,
        "An ElastiCache node type is of a previous generation",
        _PREVIOUS,
        "Use a node type of the current generation.",
        [_Spot("aws_elasticache_cluster", "node_type")],
        _old("cache.", _OLD_CACHE, "node type"),
    ),
    _rule(
        "aws_elasticache_replication_group_previous_type",
        Severity.WARNING,
        "An ElastiCache node type is of a previous generation",
        _PREVIOUS,
        "Use a node type of the current generation.",
        [_Spot("aws_elasticache_replication_group", "node_type")],
        _old("cache.", _OLD_CACHE, "node type"),
    ),
    _rule(
        "aws_lambda_function_deprecated_runtime",
        Severity.WARNING,
        "A Lambda runtime has reached its end of support",
        "Lambda patches such a runtime no more, and by and by refuses new functions and updates with it (state of "
        "November 2026).",
        "Use a runtime that is supported.",
        [_Spot("aws_lambda_function", "runtime")],
        _runtime,
    ),
    _rule(
        "aws_s3_bucket_name",
        Severity.ERROR,
        "A bucket's name is one that S3 does not allow",
        f"S3's naming rules are checked when the bucket is made. {_SURE}",
        "Choose a name by the rules: 3 to 63 small letters, digits, dots and hyphens.",
        [_Spot("aws_s3_bucket", "bucket")],
        _bucket,
    ),
    _rule(
        "aws_security_group_invalid_protocol",
        Severity.ERROR,
        "A security group rule names a protocol that does not exist",
        f"EC2 takes tcp, udp, icmp, icmpv6, -1 or a protocol's number. {_SURE}",
        "Name the transport protocol.",
        [_Spot("aws_security_group", "protocol", "ingress"), _Spot("aws_security_group", "protocol", "egress")],
        _protocol,
    ),
    _rule(
        "aws_security_group_rule_invalid_protocol",
        Severity.ERROR,
        "A security group rule names a protocol that does not exist",
        f"EC2 takes tcp, udp, icmp, icmpv6, -1 or a protocol's number. {_SURE}",
        "Name the transport protocol.",
        [
            _Spot("aws_security_group_rule", "protocol"),
            _Spot("aws_vpc_security_group_ingress_rule", "ip_protocol"),
            _Spot("aws_vpc_security_group_egress_rule", "ip_protocol"),
        ],
        _protocol,
    ),
    _rule(
        "aws_db_instance_default_parameter_group",
        Severity.INFO,
        "A database uses the default parameter group",
        "The parameters of a default group cannot be changed; to change one later, the group must be replaced.",
        "Use a parameter group of your own.",
        [_Spot("aws_db_instance", "parameter_group_name")],
        _parameter_group,
    ),
    _rule(
        "aws_elasticache_cluster_default_parameter_group",
        Severity.INFO,
        "A cache uses the default parameter group",
        "The parameters of a default group cannot be changed; to change one later, the group must be replaced.",
        "Use a parameter group of your own.",
        [_Spot("aws_elasticache_cluster", "parameter_group_name")],
        _parameter_group,
    ),
    _rule(
        "aws_elasticache_replication_group_default_parameter_group",
        Severity.INFO,
        "A cache uses the default parameter group",
        "The parameters of a default group cannot be changed; to change one later, the group must be replaced.",
        "Use a parameter group of your own.",
        [_Spot("aws_elasticache_replication_group", "parameter_group_name")],
        _parameter_group,
    ),
    Rule(
        "aws_iam_policy_sid_invalid_characters",
        Severity.ERROR,
        True,
        "A statement's Sid holds characters that IAM does not allow",
        f"The Sid of a statement in an IAM policy holds letters and digits only. {_SURE}",
        "Write the Sid without blanks, hyphens and other marks.",
        policy_sid,
        _with_policies,
        tflint=False,
        everywhere=True,
    ),
    Rule(
        "aws_invalid_availability_zone",
        Severity.ERROR,
        True,
        "An availability zone is not in the region, or is no zone",
        f"A zone is a region's name with a letter behind it, and must lie in the provider's region. {_SURE}",
        "Name a zone of the region.",
        availability_zone,
        _with_zones,
        tflint=False,
        everywhere=True,
    ),
    Rule(
        "aws_acm_certificate_lifecycle",
        Severity.WARNING,
        True,
        "A certificate is destroyed before its successor is there",
        "A certificate in use cannot be destroyed, so that a change which replaces it fails without "
        "create_before_destroy.",
        "Add lifecycle { create_before_destroy = true } to the resource.",
        certificate_lifecycle,
        _certificates,
        tflint=False,
        everywhere=True,
    ),
)
