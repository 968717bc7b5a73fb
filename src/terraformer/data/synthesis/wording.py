"""English in small: alternatives, articles, plurals, lists, acronyms."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

__all__ = [
    "ORDINALS",
    "article_of",
    "bare",
    "can_do",
    "capital",
    "expand",
    "joined",
    "plural_of",
    "tidy",
    "type_noun",
    "usable",
]


def expand(text: str, rng: random.Random) -> str:
    """``{a|b|}`` replaced by one of its alternatives, inner ones first."""
    while (match := re.search(r"\{([^{}]*)\}", text)) is not None:
        text = text[: match.start()] + rng.choice(match[1].split("|")) + text[match.end() :]
    return re.sub(r" {2,}", " ", text)


def type_noun(type: str) -> str:
    """Words for a resource type that has no noun of its own ("aws_sqs_queue" -> "SQS queue")."""
    words = type.replace("_cloudwatch_event_", "_EventBridge_").split("_")[1:]
    return " ".join(_ACRONYMS.get(w, w) for w in words)


_ACRONYMS: Final = {
    w.lower(): w
    for w in [
        "S3",
        "SQS",
        "SNS",
        "EC2",
        "ECS",
        "EKS",
        "ECR",
        "IAM",
        "VPC",
        "RDS",
        "DB",
        "KMS",
        "ACM",
        "EFS",
        "FSx",
        "API",
        "SSM",
        "WAF",
        "AMI",
        "EMR",
        "MSK",
        "DAX",
        "DMS",
        "EIP",
        "NAT",
        "ACL",
        "VPN",
        "DNS",
        "CloudWatch",
        "CloudFront",
        "CloudTrail",
        "DynamoDB",
        "ElastiCache",
        "CodeBuild",
        "CodePipeline",
        "CodeCommit",
        "AppSync",
        "Route53",
        "IP",
        "TLS",
        "SSL",
        "CIDR",
        "ARN",
        "ID",
        "HTTP",
        "HTTPS",
        "JSON",
        "CPU",
        "TTL",
        "URL",
        "SSH",
        "DLQ",
        "IoT",
        "LB",
        "EBS",
        "MQ",
        "SES",
    ]
} | {"s3tables": "S3 Tables", "s3vectors": "S3 Vectors", "s3outposts": "S3 on Outposts"}


_WORDS: Final = frozenset(
    ["NAT", "DAX", "FIFO", "SAML", "MAC", "RAM", "SAM", "LAG", "NACL", "SCRAM", "REST", "LEX", "ROSA"]
)


def article_of(noun: str) -> str:
    first = noun.split(" ")[0]
    if re.match(
        r"(?i)(aws|eks|ecs|ec2|ebs|efs|ecr|emr|s3|sqs|sns|rds|iam|ami|acm|ssm|mq|lb|http|https|ssh|elb|alb|nlb)\b",
        first.split("_")[0],
    ):
        spoken = first[0].upper()
        return "an" if spoken in "AEFHILMNORSX" else "a"
    if re.fullmatch(r"[A-Z]{2,}[xs]?", first) and first not in _WORDS:
        return "an" if first[0] in "AEFHILMNORSX" else "a"
    if re.match(r"(?i)(uni|usa|use|eu|one|user)", first):
        return "a"
    return "an" if first[:1].lower() in "aeiou" else "a"


def plural_of(noun: str) -> str:
    head, sep, tail = noun.partition(" ")
    match = re.match(r"(.*?)( (?:in|for|of|with|on|from) .*)?$", noun)
    base, rest = (match[1], match[2] or "") if match else (noun, "")
    del head, sep, tail
    if base.endswith(" resource"):
        return base + "s" + rest
    if base.startswith("aws_"):
        return base + " resources" + rest
    if base.endswith("s"):
        return base + "es" + rest
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ies" + rest
    if base.endswith(("x", "ch", "sh")):
        return base + "es" + rest
    return base + "s" + rest


def joined(parts: Sequence[str]) -> str:
    items = [p for p in parts if p]
    if len(items) < 2:
        return "".join(items)
    if len(items) == 2:
        return f"{items[0]} and {items[1]}"
    return f"{', '.join(items[:-1])}, and {items[-1]}" if len(items) % 2 else f"{', '.join(items[:-1])} and {items[-1]}"


def usable(np: str) -> bool:
    """Whether "Use ..." can precede: not "versioning turned on", "no public access", "the timeout set to 5"."""
    return re.search(r"(?i)^(no|all|any) |\b(?!need|seed|feed|speed)\w+ed$|\b(on|off|out)$| set to | = ", np) is None


_BY_PEOPLE: Final = (
    "add|create|attach|associate|put|register|point|give|set|make|install|write|build|subscribe|connect|place|restrict"
    "|protect|allocate|turn|deploy|define|let|mount|pick|name|tag|call|choose|open|bid|try|treat|leave|take|pass|limit"
)


def can_do(phrase: str) -> bool:
    """Whether a thing can do it by itself ("It should encrypt objects", not "It should add a column")."""
    return re.search(rf"(^|, | and )({_BY_PEOPLE})\b|\b(it|its|them)\b", phrase) is None


ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth")


def bare(text: str) -> str:
    """Without its article."""
    return re.sub(r"^(an?|the|its) ", "", text)


def capital(text: str) -> str:
    """With a capital at the beginning, but for names of types."""
    return text if re.match(r"[a-z]+_[a-z]", text) else text[:1].upper() + text[1:]


def tidy(text: str) -> str:
    text = re.sub(r"(?<=\S)[ \t]{2,}", " ", text) if "\n" in text else re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ([.,;]|\?(?! \*))(?=\s|$)", r"\1", text)  # not the "?" of "cron(0 3 * * ? *)"
    text = re.sub(
        r"(?<![\w.:/-])1 ((?:read |write |capacity |core |cache )?(?:second|minute|hour|day|week|month|year|node|shard|replica|unit|vCPU|task))s\b",
        r"1 \1",
        text,
    )
    text = re.sub(r"\bevery (?:an?|one|1) (second|minute|hour|day|week|month|year)\b", r"every \1", text)
    text = re.sub(r"\bopen to (?:anywhere|everywhere)\b", "open to everyone", text)
    text = re.sub(r"\bis with\b", "has", text)
    text = re.sub(r"\bare with\b", "have", text)
    return re.sub(r"\.\.+", ".", text).strip()
