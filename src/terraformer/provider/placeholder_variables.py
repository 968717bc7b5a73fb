"""Values for input variables that were given none: typed by the type constraint, judged by the variable's name."""

from __future__ import annotations

import hashlib
import re
from typing import Any

__all__ = ["parse_type", "variable_placeholder"]

_MAX_DEPTH = 12


def variable_placeholder(name: str, type_expr: Any = None, description: str | None = None) -> Any:
    """A JSON-ready value for a variable.

    ``type_expr`` is the text of the type constraint ("list(string)"), a cty type in JSON form (["list", "string"]) or
    None. Deterministic. A type that cannot be read counts as "any".
    """
    cty = parse_type(type_expr) if isinstance(type_expr, str) else type_expr
    return _value(name.lower(), cty if cty is not None else "dynamic", description or "", 0)


# --- type constraints ---

_TOKEN = re.compile(
    r"\s*(?:(?:#|//)[^\n]*|/\*.*?\*/)|\s*([A-Za-z_][\w-]*|\"(?:[^\"\\]|\\.)*\"|[(){}\[\],=:]|[^\s\w])|\s+|\d+", re.S
)


def parse_type(text: str) -> Any:
    """The cty type (JSON form) of a type constraint's text; "dynamic" for any and for what cannot be read."""
    tokens = [m[1] for m in _TOKEN.finditer(text[:20000]) if m[1]]
    try:
        cty, _ = _parse(tokens, 0, 0)
    except (IndexError, ValueError):
        return "dynamic"
    return cty


def _parse(tokens: list[str], at: int, depth: int) -> tuple[Any, int]:
    if depth > _MAX_DEPTH:
        raise ValueError("type constraint is nested too deeply")
    word = tokens[at].strip('"')
    at += 1
    if word in ("string", "number", "bool"):
        return word, at
    if word == "any":
        return "dynamic", at
    if word in ("list", "set", "map"):
        if at >= len(tokens) or tokens[at] != "(":
            return [word, "dynamic"], at
        inner, at = _parse(tokens, at + 1, depth + 1)
        return [word, inner], _expect(tokens, at, ")")
    if word == "optional":
        inner, at = _parse(tokens, _expect(tokens, at, "("), depth + 1)
        return inner, _skip(tokens, at)
    if word == "object":
        at = _expect(tokens, _expect(tokens, at, "("), "{")
        types: dict[str, Any] = {}
        optional: list[str] = []
        while tokens[at] != "}":
            if tokens[at] == ",":
                at += 1
                continue
            key = tokens[at].strip('"')
            if tokens[at + 1] not in ("=", ":"):
                raise ValueError("object attribute without a type")
            if tokens[at + 2] == "optional":
                optional.append(key)
            types[key], at = _parse(tokens, at + 2, depth + 1)
        return (["object", types, optional] if optional else ["object", types]), _expect(tokens, at + 1, ")")
    if word == "tuple":
        at = _expect(tokens, _expect(tokens, at, "("), "[")
        items = []
        while tokens[at] != "]":
            if tokens[at] == ",":
                at += 1
                continue
            item, at = _parse(tokens, at, depth + 1)
            items.append(item)
        return ["tuple", items], _expect(tokens, at + 1, ")")
    raise ValueError(f"unknown type {word}")


def _expect(tokens: list[str], at: int, token: str) -> int:
    if tokens[at] != token:
        raise ValueError(f"{token} expected")
    return at + 1


def _skip(tokens: list[str], at: int) -> int:
    """The position after the bracket that closes the one we are in (an optional() default may hold anything)."""
    level = 1
    while level:
        if tokens[at] in "([{":
            level += 1
        elif tokens[at] in ")]}":
            level -= 1
        at += 1
    return at


# --- values ---


def _value(name: str, cty: Any, description: str, depth: int) -> Any:
    if cty == "string":
        return _string(name, description)
    if cty == "number":
        return _number(name)
    if cty == "bool":
        return _bool(name)
    if isinstance(cty, str):
        return _untyped(name, description)
    kind, inner = cty[0], cty[1]
    if kind == "object":
        optional = set(cty[2]) if len(cty) > 2 else set()
        return {k: _value(k.lower(), t, "", depth + 1) for k, t in inner.items() if k not in optional}
    if kind == "tuple":
        return [_value(name, t, description, depth + 1) for t in inner]
    if kind == "map":
        # A map of objects is looped over as a rule: one element shows whether the loop works.
        return {"example": _value(_singular(name), inner, "", depth + 1)} if isinstance(inner, list) else {}
    if isinstance(inner, list):
        return [_value(_singular(name), inner, "", depth + 1)]
    return _items(name, inner, description)


def _items(name: str, inner: Any, description: str) -> list[Any]:
    if inner == "number":
        return [_number(_singular(name))]
    if inner == "bool":
        return [True]
    if re.search(r"availability_zones?|(^|_)azs?$|zones$", name) and "hosted" not in name:
        return ["us-east-1a", "us-east-1b"]
    if re.search(r"cidr", name):
        if re.search(r"allowed|ingress|egress|access|whitelist|source|trusted", name):
            return ["10.0.0.0/8"]
        first = 101 if "public" in name else 201 if re.search(r"database|db", name) else 1
        return [f"10.0.{first}.0/24", f"10.0.{first + 1}.0/24"]
    if re.search(r"(public|private|database|intra|elasticache|redshift)_subnets$", name) and "id" not in name:
        first = 101 if "public" in name else 1
        return [f"10.0.{first}.0/24", f"10.0.{first + 1}.0/24"]
    singular = _singular(name)
    if re.search(r"subnet", name):
        return [_hexed("subnet-0", name + "1"), _hexed("subnet-0", name + "2")]
    value = _string(singular, description)
    return [value]


def _untyped(name: str, description: str) -> Any:
    """No type constraint: the name is all there is."""
    if re.search(r"(^|_)(tags|labels)$", name):
        return {}
    if re.search(
        r"(_ids|_arns|_list|_zones|_azs|_cidrs|_cidr_blocks|_subnets|_ports|_names|_ips|_groups)$|^(azs|subnets|ports)$",
        name,
    ):
        return _items(name, "number" if name.endswith("ports") else "string", description)
    if re.search(r"^(enabled?|create|is|has|use|allow)_|_enabled$|^enabled$", name):
        return _bool(name)
    if _NUMBER_NAME.search(name):
        return _number(name)
    return _string(name, description)


_NUMBER_NAME = re.compile(
    r"(^|_)(count|port|size|min|max|capacity|days|timeout|ttl|replicas|memory|cpu|iops|retention|throughput|length|"
    r"number|period|threshold|weight|priority)$|^(min|max|num|number)_|_(in_)?(days|seconds|minutes|gb|mb)$"
)


def _singular(name: str) -> str:
    if name.endswith("addresses"):
        return name[:-2]
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "dns", "tags")) else name


def _bool(name: str) -> bool:
    """Things to create or switch on: yes. What protects, skips or forces: no."""
    if re.search(r"protect|skip|force|disable|delete|prevent|dry_run|debug|public|existing", name):
        return False
    return bool(re.search(r"^(create|enable|use|attach|associate|assign)|enabled?$|encrypt", name))


_NUMBERS = (
    (r"ssh.*port|port.*ssh", 22), (r"(postgres|pg).*port", 5432), (r"(mysql|db|database|rds|aurora).*port", 3306),
    (r"redis.*port", 6379), (r"http_port|(app|container|server|service|target|web).*port", 80), (r"port", 443),
    (r"min", 1), (r"max.*(storage)", 100), (r"max", 3), (r"desired|count|replicas|number|num_", 2),
    (r"storage|volume|disk|size", 20), (r"retention|days|backup", 7), (r"memory", 512), (r"cpu", 256), (r"iops", 3000),
    (r"throughput", 125), (r"timeout|seconds|ttl", 300), (r"period|interval", 300), (r"threshold|percent", 80),
    (r"priority", 100), (r"weight", 100), (r"minutes", 5), (r"asn", 64512),
)  # fmt: skip


def _number(name: str) -> int:
    return next((value for pattern, value in _NUMBERS if re.search(pattern, name)), 1)


def _hexed(prefix: str, seed: str, length: int = 16) -> str:
    return prefix + hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:length]


_A = "123456789012"
_STRINGS: tuple[tuple[str, str], ...] = (
    # ARNs, before anything else that their names may say
    (r"(kms|key).*arn|cmk_arn", f"arn:aws:kms:us-east-1:{_A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    (r"(cert|acm).*arn", f"arn:aws:acm:us-east-1:{_A}:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"),
    (r"(topic|sns|alarm).*arn|alarm_action", f"arn:aws:sns:us-east-1:{_A}:example"),
    (r"(queue|sqs|dlq|dead_letter).*arn", f"arn:aws:sqs:us-east-1:{_A}:example"),
    (r"(policy|boundary).*arn", f"arn:aws:iam::{_A}:policy/example"),
    (r"(bucket|s3).*arn", "arn:aws:s3:::example-bucket-123456"),
    (r"(lambda|function).*arn", f"arn:aws:lambda:us-east-1:{_A}:function:example"),
    (r"target_group.*arn", f"arn:aws:elasticloadbalancing:us-east-1:{_A}:targetgroup/example/0123456789abcdef"),
    (
        r"listener.*arn",
        f"arn:aws:elasticloadbalancing:us-east-1:{_A}:listener/app/example/0123456789abcdef/0123456789abcdef",
    ),
    (r"(lb|balancer).*arn", f"arn:aws:elasticloadbalancing:us-east-1:{_A}:loadbalancer/app/example/0123456789abcdef"),
    (r"secret.*arn", f"arn:aws:secretsmanager:us-east-1:{_A}:secret:example-AbCdEf"),
    (r"(table|dynamo).*arn", f"arn:aws:dynamodb:us-east-1:{_A}:table/example"),
    (r"stream.*arn", f"arn:aws:kinesis:us-east-1:{_A}:stream/example"),
    (r"log.*arn", f"arn:aws:logs:us-east-1:{_A}:log-group:example"),
    (
        r"oidc.*arn",
        f"arn:aws:iam::{_A}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E",
    ),
    (r"instance_profile.*arn", f"arn:aws:iam::{_A}:instance-profile/example"),
    (r"cluster.*arn", f"arn:aws:ecs:us-east-1:{_A}:cluster/example"),
    (r"(acl|waf).*arn", f"arn:aws:wafv2:us-east-1:{_A}:regional/webacl/example/1234abcd-12ab-34cd-56ef-1234567890ab"),
    (r"user.*arn", f"arn:aws:iam::{_A}:user/example"),
    (r"(^|_)arn$|role", f"arn:aws:iam::{_A}:role/example"),
    # Azure and Google, by names that only they use
    (r"subscription_id", "00000000-0000-4000-a000-000000000001"),
    (r"(tenant|client|object|principal)_id", "00000000-0000-4000-a000-000000000002"),
    (r"resource_group_name|resource_group$", "example-resources"),
    (r"^location$|azure.*region", "eastus"),
    (r"gcp_region|google_region", "us-central1"),
    (r"gcp_zone|google_zone", "us-central1-a"),
    (r"(gcp|google)?_?project(_id)$|gcp_project", "my-project-123456"),
    # ids
    (r"account|owner_id", _A),
    (r"vpc_endpoint", "vpce-0123456789abcdef0"),
    (r"peering", "pcx-0123456789abcdef0"),
    (r"vpc_?name", "example-vpc"),
    (r"vpc_?cidr", "10.0.0.0/16"),
    (r"subnet.*cidr", "10.0.1.0/24"),
    (r"vpc(?!_security)", "vpc-0123456789abcdef0"),
    (r"subnet_group|subnet_name", "example"),
    (r"subnet", "subnet-0123456789abcdef0"),
    (r"security_group_name|sg_name", "example"),
    (r"security_group|(^|_)sg($|_)", "sg-0123456789abcdef0"),
    (r"ami_name|image_name|ami_filter", "al2023-ami-*-x86_64"),
    (r"ami_owner", "amazon"),
    (r"ami_type", "AL2_x86_64"),
    (r"(^|_)ami($|_)|image_id", "ami-0123456789abcdef0"),
    (r"image_uri|container_image|docker_image|^image$", "public.ecr.aws/nginx/nginx:latest"),
    (r"image_tag", "latest"),
    (r"route_table", "rtb-0123456789abcdef0"),
    (r"internet_gateway|igw", "igw-0123456789abcdef0"),
    (r"nat_gateway", "nat-0123456789abcdef0"),
    (r"transit_gateway|tgw", "tgw-0123456789abcdef0"),
    (r"allocation_id|eip", "eipalloc-0123456789abcdef0"),
    (r"instance_id", "i-0123456789abcdef0"),
    (r"volume_type", "gp3"),
    (r"volume_id", "vol-0123456789abcdef0"),
    (r"snapshot_id", "snap-0123456789abcdef0"),
    (r"file_system|efs_id", "fs-0123456789abcdef0"),
    (r"network_interface|eni", "eni-0123456789abcdef0"),
    (r"zone_name", "example.com"),
    (r"availability_zone|(^|_)az$", "us-east-1a"),
    (r"zone_id|hosted_zone|zone$", "Z0123456789ABCDEFGHIJ"),
    (r"distribution_id", "E1234567890ABC"),
    (r"kms_key|key_id$", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    (r"user_pool", "us-east-1_AbCdEf123"),
    # networks
    (r"cidr.*ipv6|ipv6.*cidr", "2600:1f18:1234:5600::/56"),
    (r"(my|allowed|admin|trusted|office|whitelist).*ip", "203.0.113.10/32"),
    (r"cidr|address_space|address_prefix|ip_range", "10.0.0.0/16"),
    (r"(^|_)ip$|ip_address", "10.0.0.10"),
    # kinds and versions
    (r"region", "us-east-1"),
    (r"instance_class|db_class|db_instance_type|db_instance_class", "db.t3.micro"),
    (r"node_type|cache.*type", "cache.t3.micro"),
    (r"instance_type|instance_size|machine_type|server_type", "t3.micro"),
    (r"engine_version|db_version", "8.0"),
    (r"(kubernetes|k8s|cluster|eks).*version", "1.31"),
    (r"engine", "mysql"),
    (r"runtime", "python3.12"),
    (r"handler", "index.handler"),
    (r"launch_type", "FARGATE"),
    (r"billing_mode", "PAY_PER_REQUEST"),
    (r"storage_type", "gp3"),
    (r"capacity_type", "ON_DEMAND"),
    (r"load_balancer_type|lb_type", "application"),
    (r"health_check_path|(^|_)path$", "/"),
    (r"protocol", "HTTP"),
    (r"environment|^env$|(^|_)stage($|_)|stage_name|workspace", "dev"),
    # people and secrets
    (r"email", "user@example.com"),
    (
        r"public_key|ssh_key$|ssh_pub",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9g placeholder",
    ),
    (r"key_pair|key_name|keypair|ssh_key_name", "example-key"),
    (r"access_key", "AKIAIOSFODNN7EXAMPLE"),
    (r"secret_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    (r"secret_name", "example-secret"),
    (r"password|passwd|(^|_)pass$|secret|token|credential", "Placeholder-1Passw0rd"),
    (r"user(_?name)?$|(^|_)login$|admin$", "dbadmin"),
    # names
    (r"bucket", "example-bucket-123456"),
    (r"domain|fqdn|hostname|(^|_)host$|dns", "example.com"),
    (r"repository_url|repo.*url|git.*url", "https://github.com/example/example.git"),
    (r"github.*(repo|repository)", "example/example"),
    (r"ur[li]$|endpoint|webhook", "https://example.com"),
    (r"db_?name|database_?name|^database$", "exampledb"),
    (r"(filename|file_?path|zip|archive)", "placeholder.zip"),
    (r"policy|json", '{"Version":"2012-10-17","Statement":[]}'),
    (r"user_data|script|userdata", "#!/bin/bash\n"),
    (r"schedule|cron", "rate(1 day)"),
    (r"version", "1.0"),
    (r"date|time", "2024-01-01T00:00:00Z"),
    (r"port", "443"),
    (r"description|comment", "placeholder"),
    (r"prefix|suffix", "example"),
    (r"name|project|app|application|service|cluster|function|table|queue|topic|group|label|team|owner|id", "example"),
)
_RULES = tuple((re.compile(pattern), value) for pattern, value in _STRINGS)


def _string(name: str, description: str) -> str:
    if re.search(r"role_name|iam_role$|(^|_)role$", name) and "arn" not in name and "arn" not in description.lower():
        return "example-role"
    for pattern, value in _RULES:
        if pattern.search(name):
            return value
    text = description.lower()
    for value, words in _DESCRIPTIONS:
        if re.search(words, text):
            return value
    return "example"


_DESCRIPTIONS = (
    ("us-east-1", r"aws region"),
    ("vpc-0123456789abcdef0", r"\bid of (the|a|an existing) vpc|vpc id"),
    ("subnet-0123456789abcdef0", r"subnet id"),
    (f"arn:aws:iam::{_A}:role/example", r"\barn\b"),
    ("10.0.0.0/16", r"\bcidr\b"),
)
