"""What people call a resource type and its arguments, where nobody wrote it down: derived from their names.

A type's noun is its service's name (``SERVICES``, with the brand that people at times put before it) and the rest of its
words; ``NOUNS`` has those for which that gives nothing that a person would say.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from terraformer.data.synthesis.longtail.clouds import CLOUD_NOUNS
from terraformer.data.synthesis.longtail.nouns import NOUNS, SERVICES

__all__ = ["kind_of", "main_noun_of", "noun_of", "plain_noun", "service_of", "spoken", "spoken_value"]

_CASE: Final[dict[str, str]] = {
    w.lower(): w
    for w in ["ACL", "ACM", "ADM", "AMI", "AMQP", "API", "APNs", "ARN", "ASN", "AZ", "BGP", "CA", "CIDR", "CMK", "CNAME", "CPU", "CSV", "CVE", "DB", "DHCP", "DKIM", "DLQ", "DMARC", "DNS", "EBS", "EC2", "ECR", "ECS", "EFS", "EKS", "EIP", "ENI", "FIFO", "FSx", "GB", "GCM", "GPU", "HDFS", "HLS", "HSM", "HTML", "HTTP", "HTTPS", "IAM", "ICMP", "ID", "IdP", "IdC", "IOPS", "IP", "IPAM", "IPv4", "IPv6", "IPSet", "IOT", "JDBC", "JSON", "JWT", "KMS", "LAG", "LDAP", "LDAPS", "MAC", "MACsec", "MB", "MFA", "MIME", "MQ", "MSK", "MTU", "NAT", "NFS", "OIDC", "ONTAP", "OpenZFS", "OTel", "OU", "PEM", "QoS", "RADIUS", "RAM", "RDS", "REST", "RSA", "S3", "SAML", "SASL", "SCIM", "SCRAM", "SDK", "SES", "SFTP", "SIP", "SKU", "SLA", "SMB", "SMS", "SMTP", "SNI", "SNS", "SQL", "SQS", "SSH", "SSL", "SSM", "SSO", "TCP", "TLS", "TTL", "UDP", "UI", "URI", "URL", "USD", "UTC", "UUID", "VDM", "VLAN", "VM", "VNI", "VPC", "VPN", "WAF", "XML", "XSS", "YAML", "JMX", "ETL", "SLO", "KX", "CNI", "NLB", "ALB", "ELB", "TGW", "VGW", "SAN", "CNAME", "CRL", "CSR", "Lambda", "Kinesis", "Kafka", "Redis", "Spark", "Hadoop", "Hive", "CloudWatch", "CloudFormation", "CloudFront", "CloudTrail", "DynamoDB", "GitHub", "Slack", "Lustre", "Windows", "Linux", "Azure", "Google", "Kubernetes", "Helm", "Prometheus", "Grafana", "OpenSearch", "Redshift", "Firehose", "Route53", "Glue", "Athena", "Neptune", "PostgreSQL", "MySQL", "MongoDB", "Oracle", "Docker", "NetBIOS", "OAuth", "OAuth2", "GraphQL", "WebSocket", "JavaScript", "Bedrock", "SageMaker", "Cognito", "EventBridge", "GuardDuty", "Macie", "Inspector", "Teams", "Pinpoint", "AppConfig", "AppSync", "Outposts", "Exadata", "Snowflake", "Salesforce", "Beanstalk", "VPCs", "IPs", "ACLs", "ARNs", "IDs", "URLs", "AZs", "DDoS", "CUR", "DRT", "RUM", "FPGA", "XRay", "SaaS", "GPUs", "QLDB", "Greengrass"]
} | {"drt": "DRT", "x509": "X.509", "otel": "OTel", "cmk": "CMK", "unix": "Unix", "active": "active", "teams": "Teams"}  # fmt: skip
_FILLER: Final = frozenset(
    ("configuration", "config", "settings", "options", "properties", "spec", "details", "block", "params", "initialize")
)
_BARE: Final = frozenset(
    ("type", "mode", "enabled", "name", "value", "status", "state", "key", "id", "arn", "size", "version", "enable", "unit",
     "level", "format", "path", "port", "protocol", "duration", "interval", "count", "min", "max", "threshold", "percentage",
     "action", "scope", "priority", "weight", "period", "timeout", "description", "target", "source", "method", "domain",
     "pattern", "policy", "minimum", "maximum", "unit_type", "behavior", "behaviour", "expression", "order", "match", "prefix",
     "permission", "values", "url", "uri", "text", "title", "operator", "comparison", "from", "to", "exact", "rate")
)  # fmt: skip
"""Names that say nothing without the block around them."""


def words(text: str) -> str:
    """An identifier's words, acronyms and names in their own case."""
    told = " ".join(_CASE.get(w, w) for w in text.split("_") if w)
    for plain, better in _HYPHENS:
        told = told.replace(plain, better)
    return told


_HYPHENS: Final = (
    ("rate based", "rate-based"), ("cross account", "cross-account"), ("opt in", "opt-in"), ("opt out", "opt-out"), ("on demand", "on-demand"),
    ("site to site", "site-to-site"), ("multi region", "multi-region"), ("multi AZ", "multi-AZ"), ("read only", "read-only"), ("LF tag", "LF-tag"), ("lf tag", "LF-tag"),
    ("real time", "real-time"), ("point in time", "point-in-time"), ("server side", "server-side"), ("client side", "client-side"),
    ("cost optimization hub", "Cost Optimization Hub"), ("self managed", "self-managed"), ("customer managed", "customer-managed"),
    ("third party", "third-party"), ("ip set", "IP set"), ("IPSet", "IP set"), ("user defined", "user-defined"), ("field level", "field-level"),
)  # fmt: skip


@lru_cache(maxsize=8192)
def _parts(type: str) -> tuple[str, str, str]:
    """(provider, key of SERVICES or "", the rest of the type's words)."""
    provider, _, rest = type.partition("_")
    pieces = rest.split("_")
    for length in range(min(4, len(pieces)), 0, -1):
        key = f"{provider}_" + "_".join(pieces[:length])
        if key in SERVICES:
            return provider, key, "_".join(pieces[length:])
    return provider, "", rest


def service_of(type: str) -> str:
    """The service's name as people say it, without its brand ("Direct Connect"); "" where it has none."""
    cloud = {"google": "Google Cloud", "azurerm": "Azure", "kubernetes": "Kubernetes"}.get(type.partition("_")[0])
    if cloud is not None:
        return cloud
    return SERVICES.get(_parts(type)[1], "").removeprefix("AWS ").removeprefix("Amazon ")


def plain_noun(type: str) -> str:
    """The noun without alternatives and brand, for a description or a name."""
    return re.sub(r"\{([^{}|]*)[^{}]*\}", r"\1", noun_of(type)).strip()


@lru_cache(maxsize=8192)
def noun_of(type: str) -> str:
    """What people call a resource of the type, with ``{a|b}`` alternatives, without article, in the singular."""
    if type in NOUNS or type in CLOUD_NOUNS:
        return NOUNS.get(type) or CLOUD_NOUNS[type]
    _, key, rest = _parts(type)
    tail = _singular(words(rest.removesuffix("_v2")))
    full = SERVICES.get(key, "")
    if not full:
        return tail
    bare = full.removeprefix("AWS ").removeprefix("Amazon ")
    brand = full[: len(full) - len(bare)]
    if not tail:
        return bare
    if tail.lower().startswith(bare.lower()):
        return tail
    return f"{{{bare}|{bare}|{bare}|{brand}{bare}}} {tail}" if brand else f"{bare} {tail}"


_PLACE: Final = re.compile(
    r"Azure|GCP|Google|Cloud|GCS|BigQuery|Pub/Sub|GKE|Compute Engine|GCE|Spanner|Memorystore|Filestore|Artifact|Secret Manager|Kubernetes|"
    r"k8s|App Service|Log Analytics|Application Insights|Service Bus|Event Hubs|Cosmos|AKS|ACR|NSG|VNet|Recovery|Map|Set\b|PVC|PDB"
)


def main_noun_of(type: str) -> str:
    """The noun of the thing that a request is about: of other clouds, one that tells which cloud it is."""
    noun = noun_of(type)
    provider = type.partition("_")[0]
    if provider == "aws":
        return noun
    brand = {"google": "GCP", "azurerm": "Azure"}.get(provider, "Kubernetes")
    options = noun[1:-1].split("|") if noun.startswith("{") and noun.endswith("}") else [noun]
    telling = [o if _PLACE.search(o) else f"{brand} {o}" for o in options]
    return "{" + "|".join(dict.fromkeys(telling)) + "}"


def _singular(tail: str) -> str:
    """ "encryption settings" -> "encryption configuration": so that "a ..." can be said."""
    for plural, single in (
        (r"settings$", "configuration"),
        (r"options$", "configuration"),
        (r"preferences$", "configuration"),
        (r"attributes$", "configuration"),
        (r"(\w+) association$", r"\1 association"),
        (r"config$", "configuration"),
    ):
        found = re.sub(plural, single, tail)
        if found != tail:
            return found
    return tail


def kind_of(type: str) -> str:
    """One or two short words for names and labels ("fleet", "profile")."""
    _, key, rest = _parts(type)
    pieces = [p for p in (rest or key.partition("_")[2]).split("_") if p and p not in ("v1", "v2", "resource")]
    while len(pieces) > 1 and pieces[-1] in _FILLER | {"association", "attachment", "exclusive"}:
        pieces.pop()
    if (
        len(pieces) > 1
        and pieces[-2] not in ("based", "by", "of", "to", "for", "in")
        and (len(pieces[-1]) < 5 or pieces[-1] in ("group", "rule", "table", "profile", "policy"))
    ):
        return "_".join(pieces[-2:])
    return pieces[-1] if pieces else "main"


def spoken(path: tuple[str, ...]) -> str:
    """The words for an argument as one identifier: its own, with those of the block around where alone they say nothing."""
    leaf = path[-1]
    if len(path) > 1 and (leaf in _BARE or "_" not in leaf):
        around = [w for w in path[-2].split("_") if w not in _FILLER]
        if (
            around
            and re.search(r"[^su]s$", around[-1])
            and around[-1] not in ("dns", "https", "ios", "aws", "ecs", "eks")
        ):
            around[-1] = around[-1].removesuffix("s")  # "containers.image" is a container's image
        if leaf in around:
            return leaf
        if around and around[-1] == leaf.split("_")[0]:
            around.pop()
        return "_".join([*around, leaf]) if around else leaf
    return leaf


def in_case(text: str) -> str:
    """Acronyms and names of a phrase in their own case; alternatives and placeholders stay."""
    return re.sub(r"(?<![<\w])[a-z][a-z0-9]*(?![>\w])", lambda m: _CASE.get(m[0], m[0]), text)


_SHOUTED: Final = re.compile(r"[A-Z][A-Z]+(?:_[A-Z]+)*")


def spoken_value(value: str) -> str | None:
    """A constant as people would write it in a sentence ("ON_DEMAND" -> "on-demand"); None where it is better kept."""
    if not _SHOUTED.fullmatch(value) or len(value) < 5 or len(value) > 24:
        return None
    pieces = value.lower().split("_")
    if any(p in _CASE and p not in ("active", "teams") for p in pieces) or len(pieces) > 3:
        return None
    return " ".join(pieces)
