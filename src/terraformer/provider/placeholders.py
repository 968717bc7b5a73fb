# ruff: noqa: ARG005 - the rules' makers share one signature
"""Made-up values of the right type and shape, so that a later expression that needs one works.

Deterministic: the same question with the same seed has the same answer, in any process. Made to be recognisable by
shape (an ARN where an ARN belongs, vpc-... for a VPC), never to be right: whoever uses one lists it as an assumption.
Not covered: values that must exist somewhere (a real AMI id, a certificate that a browser would trust).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from terraformer.provider import placeholder_aws, placeholder_clouds
from terraformer.provider.context import ProviderContext
from terraformer.provider.placeholder_variables import variable_placeholder
from terraformer.provider.schema import ResourceSchema, attribute_type

__all__ = ["fill", "value_for", "variable_placeholder"]

_PLURAL = re.compile(r"(ids|arns|names|zones|subnets|cidr_blocks|cidrs|addresses|groups|ips|azs)$")
_MAX_DEPTH = 8


def value_for(source: str, type: str, attribute: str, cty: Any, *, seed: str, ctx: ProviderContext) -> Any:
    """A value of the cty type for the attribute of a type of a provider ("hashicorp/aws", "aws_vpc", "id").

    Lists and sets have two elements where the name says ids, names, zones or the like, else one; maps are empty.
    """
    return _value(source, type, attribute, cty, seed, ctx, 0)


def fill(
    source: str, schema: ResourceSchema, value: Mapping[str, Any], *, seed: str, ctx: ProviderContext
) -> tuple[dict[str, Any], dict[str, str]]:
    """The object with its computed nulls filled in, and for each attribute that was made up one line that says why."""
    filled = dict(value)
    made_up: dict[str, str] = {}
    for name, attribute in schema.block.attributes.items():
        if attribute.computed and filled.get(name) is None:
            cty = attribute_type(attribute)
            filled[name] = value_for(source, schema.type, name, cty, seed=seed, ctx=ctx)
            made_up[name] = "known only to the real provider; a value of the right shape stands in for it"
    return filled, made_up


def _value(source: str, type_name: str, attribute: str, cty: Any, seed: str, ctx: ProviderContext, depth: int) -> Any:
    if isinstance(cty, str):
        if cty == "string":
            return _string(source, type_name, attribute, seed, ctx)
        if cty == "number":
            return _number(attribute)
        if cty == "bool":
            return _bool(attribute)
        return None
    if depth > _MAX_DEPTH:
        return None
    kind, inner = cty[0], cty[1]
    if kind == "object":
        return {n: _value(source, type_name, n, t, f"{seed}|{attribute}", ctx, depth + 1) for n, t in inner.items()}
    if kind == "tuple":
        return [_value(source, type_name, attribute, t, f"{seed}|{i}", ctx, depth + 1) for i, t in enumerate(inner)]
    if kind == "map":
        return {}
    count = 2 if isinstance(inner, str) and _PLURAL.search(attribute) else 1
    name = _singular(attribute)
    return [_value(source, type_name, name, inner, f"{seed}|{i}" if i else seed, ctx, depth + 1) for i in range(count)]


def _singular(name: str) -> str:
    if name.endswith("addresses"):
        return name[:-2]
    if name.endswith("policies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "tags", "dns")) else name


# --- strings ---


class _Digest:
    """Endless deterministic characters out of a seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def take(self, alphabet: str, length: int) -> str:
        out: list[str] = []
        while len(out) < length:
            block = hashlib.sha256(f"{self._seed}#{self._count}".encode("utf-8", "replace")).digest()
            self._count += 1
            out += [alphabet[b % len(alphabet)] for b in block]
        return "".join(out[:length])

    def uuid(self) -> str:
        h = self.take("0123456789abcdef", 32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
_MIXED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_FIELD = re.compile(r"\{(\w+?)(\d*)\}")


def render(template: str, digest: _Digest, ctx: ProviderContext, name: str) -> str:
    """Fill a template of placeholder_aws in."""

    def fill_in(match: re.Match[str]) -> str:
        key, length = match[1], int(match[2] or 0)
        if key in ("p", "r", "a", "n"):
            return {"p": ctx.partition, "r": ctx.region, "a": ctx.account_id, "n": name}[key]
        if key == "uuid":
            return digest.uuid()
        if key == "z":
            return re.sub(r"^(..).*-(\w)\w*-(\d)$", r"\1\2\3", ctx.region)
        if key == "Z":
            return "Z" + digest.take(_UPPER, length - 1)
        if key == "U":
            return ("E" if length == 14 else "") + digest.take(_UPPER, length - (length == 14))
        alphabet = {"h": "0123456789abcdef", "H": "0123456789ABCDEF", "d": "0123456789", "w": _LOWER}[key]
        return digest.take(alphabet, length)

    return _FIELD.sub(fill_in, template)


def _string(source: str, type_name: str, attribute: str, seed: str, ctx: ProviderContext) -> str:
    # What names one object (its id, name and ARN) agrees: they are made of the same digits.
    own = attribute in ("id", "ids", "arn", "arns", "name", "names")
    digest = _Digest(f"{source}|{type_name}|{'' if own else attribute}|{seed}")
    name = f"{_short(type_name)}-{_Digest(f'{source}|{type_name}|{seed}').take(_LOWER, 6)}"
    if source == "hashicorp/aws":
        found = _aws(type_name, attribute, digest, ctx, name)
        if found is not None:
            return found
    else:
        found = placeholder_clouds.string(source, type_name, attribute, digest.uuid(), name, ctx.settings)
        if found is not None:
            return found
    return common_string(attribute, digest, ctx, name)


def _short(type_name: str) -> str:
    words = [w for w in type_name.split("_")[1:] if w] or ["example"]
    return "-".join(words)[:24].strip("-")


def _aws(type_name: str, attribute: str, digest: _Digest, ctx: ProviderContext, name: str) -> str | None:
    if re.search(r"(^|_)arns?($|_)", attribute):
        return render(placeholder_aws.arn_template(type_name, attribute), digest, ctx, name)
    if attribute in ("id", "ids") or attribute.endswith(("_id", "_ids")):
        template = placeholder_aws.id_template(type_name, attribute)
        if template is not None:
            return render(template, digest, ctx, name)
        return name if attribute in ("id", "ids") else None
    if attribute in ("region", "bucket_region", "region_name"):
        return ctx.region
    if attribute == "partition":
        return ctx.partition
    if re.search(r"(^|_)availability_zone|(^|_)az($|_)|zone_name|^zone$", attribute):
        return ctx.region + "a"
    if attribute in ("account_id", "owner", "owner_id", "registry_id"):
        return ctx.account_id
    suffix = "amazonaws.com.cn" if ctx.partition == "aws-cn" else "amazonaws.com"
    if type_name.startswith("aws_s3_bucket"):
        if attribute == "bucket_domain_name":
            return f"{name}.s3.{suffix}"
        if attribute == "bucket_regional_domain_name":
            return f"{name}.s3.{ctx.region}.{suffix}"
    if type_name.startswith(("aws_lb", "aws_alb", "aws_elb")) and attribute == "dns_name":
        return f"{name}-{digest.take('0123456789', 10)}.{ctx.region}.elb.{suffix}"
    if type_name.startswith(("aws_db_", "aws_rds_")) and attribute in ("address", "endpoint", "reader_endpoint"):
        port = ":3306" if attribute == "endpoint" and type_name.startswith("aws_db_instance") else ""
        return f"{name}.{digest.take(_LOWER, 12)}.{ctx.region}.rds.{suffix}{port}"
    if attribute in ("zone_id", "hosted_zone_id"):
        return "Z" + digest.take(_UPPER, 20)
    if attribute == "repository_url":
        return f"{ctx.account_id}.dkr.ecr.{ctx.region}.{suffix}/{name}"
    if type_name == "aws_cloudfront_distribution" and attribute == "domain_name":
        return f"d{digest.take(_LOWER, 13)}.cloudfront.net"
    if type_name.startswith("aws_eks_") and attribute == "data":
        return base64.b64encode(_pem("CERTIFICATE", digest).encode()).decode()
    if type_name.startswith("aws_eks_") and attribute in ("endpoint", "issuer"):
        cluster = digest.take("0123456789ABCDEF", 32)
        if attribute == "issuer":
            return f"https://oidc.eks.{ctx.region}.{suffix}/id/{cluster}"
        return f"https://{cluster}.gr7.{ctx.region}.eks.{suffix}"
    if attribute == "unique_id" and type_name.startswith("aws_iam_role"):
        return "AROA" + digest.take(_UPPER, 17)
    return None


def _pem(label: str, digest: _Digest) -> str:
    body = digest.take(_MIXED, 256)
    lines = "\n".join(body[i : i + 64] for i in range(0, 256, 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def _ssh_key(digest: _Digest) -> str:
    raw = hashlib.sha256(digest.take(_LOWER, 16).encode()).digest()
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + raw
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} placeholder"


_POLICY = '{"Version":"2012-10-17","Statement":[]}'

_RULES: list[tuple[re.Pattern[str], Callable[[_Digest, ProviderContext, str], str]]] = [
    (re.compile(pattern), make)
    for pattern, make in (
        (r"public_key.*(openssh|ssh)|ssh.*public_key|^public_key$", lambda d, c, n: _ssh_key(d)),
        (r"public_key_pem", lambda d, c, n: _pem("PUBLIC KEY", d)),
        (r"private_key", lambda d, c, n: _pem("RSA PRIVATE KEY", d)),
        (r"cert_request_pem", lambda d, c, n: _pem("CERTIFICATE REQUEST", d)),
        (r"cert.*_pem|certificate_(body|chain|pem)|ca_cert|^certificate$|pem$", lambda d, c, n: _pem("CERTIFICATE", d)),
        (r"sha1|md5_fingerprint|thumbprint", lambda d, c, n: d.take("0123456789abcdef", 40)),
        (r"base64sha256", lambda d, c, n: base64.b64encode(hashlib.sha256(n.encode()).digest()).decode()),
        (r"base64sha512", lambda d, c, n: base64.b64encode(hashlib.sha512(n.encode()).digest()).decode()),
        (r"sha256|code_hash|digest", lambda d, c, n: d.take("0123456789abcdef", 64)),
        (r"sha512", lambda d, c, n: d.take("0123456789abcdef", 128)),
        (r"md5|etag", lambda d, c, n: d.take("0123456789abcdef", 32)),
        (r"base64|b64", lambda d, c, n: base64.b64encode(n.encode()).decode()),
        (r"ipv6.*cidr", lambda d, c, n: "2600:1f18:1234:5600::/56"),
        (r"cidr|ip_range|address_space|address_prefix", lambda d, c, n: "10.0.0.0/16"),
        (r"ipv6", lambda d, c, n: "2600:1f18:1234:5600::10"),
        (r"public_ip$|nat_ip|elastic_ip|egress_ip", lambda d, c, n: f"203.0.113.{10 + ord(d.take(_LOWER, 1)) % 200}"),
        (r"netmask", lambda d, c, n: "255.255.255.0"),
        (r"(^|_)ip($|_address|_addr|s$)|private_ip|gateway_ip", lambda d, c, n: "10.0.0.10"),
        (r"mac_address", lambda d, c, n: "02:00:00:00:00:01"),
        (r"email", lambda d, c, n: "user@example.com"),
        (r"domain_name|^domain$|fqdn|zone_name|hostname|dns_name|(^|_)host$|dns$", lambda d, c, n: f"{n}.example.com"),
        (r"ur[li]$|ur[li]_|endpoint|website|issuer|link$", lambda d, c, n: f"https://{n}.example.com"),
        (
            r"(_|^)(date|time|timestamp)$|_at$|expir|not_(before|after)|created|updated|modified",
            lambda d, c, n: "2024-01-01T00:00:00Z",
        ),
        (r"rfc3339", lambda d, c, n: "2024-01-01T00:00:00Z"),
        (r"assume_role_policy|policy(_json|_document)?$|^json$", lambda d, c, n: _POLICY),
        (r"json$|_config$|definition$|template_body|metadata$", lambda d, c, n: "{}"),
        (r"password|secret|token|auth|passphrase", lambda d, c, n: "Placeholder-1" + d.take(_MIXED, 12)),
        (r"user(_?name)?$", lambda d, c, n: "dbadmin"),
        (r"uuid|(^|_)guid|(tenant|object|client|subscription|principal)_id", lambda d, c, n: d.uuid()),
        (r"version", lambda d, c, n: "1"),
        (r"(^|_)port$", lambda d, c, n: "443"),
        (r"(^|_)(state|status)$", lambda d, c, n: "available"),
        (r"instance_type", lambda d, c, n: "t3.micro"),
        (r"instance_class", lambda d, c, n: "db.t3.micro"),
        (r"architecture", lambda d, c, n: "x86_64"),
        (r"(^|_)region$", lambda d, c, n: c.region),
        (r"account|owner", lambda d, c, n: c.account_id),
        (r"arch$", lambda d, c, n: "amd64"),
        (r"(^|_)protocol$", lambda d, c, n: "tcp"),
        (r"description|comment", lambda d, c, n: "placeholder"),
    )
]


def common_string(attribute: str, digest: _Digest, ctx: ProviderContext, name: str) -> str:
    """By the attribute's name alone; a resource name when that says nothing."""
    for pattern, make in _RULES:
        if pattern.search(attribute):
            return make(digest, ctx, name)
    return name


_NUMBERS = (
    (r"(^|_)port$", 443),
    (r"size|storage|volume|memory|disk|capacity", 20),
    (r"retention|days|period|backup", 7),
    (r"timeout|seconds|ttl|interval", 300),
    (r"min", 1),
    (r"max", 3),
    (r"count|number|length|total|quantity|replicas|instances|version|generation", 1),
    (r"bits", 2048),
    (r"iops|throughput", 3000),
)


def _number(attribute: str) -> int:
    return next((value for pattern, value in _NUMBERS if re.search(pattern, attribute)), 1)


def _bool(attribute: str) -> bool:
    return bool(re.search(r"enabled|enable_|encrypted|active|available", attribute))
