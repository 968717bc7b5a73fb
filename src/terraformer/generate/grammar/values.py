# ruff: noqa: ARG001, ARG005 - makers share one signature
"""Values for arguments: from the prompt where it gives them, else realistic ones of the argument's class.

Everything here returns HCL expressions as grammar nodes. Classes are told by the argument's name, reviewed by hand;
what has no class gets a short string of the model's own making.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from terraformer.generate.grammar.facts import PromptFacts, stem, words_of
from terraformer.generate.grammar.gbnf import Chars, Node, alt, lit, quoted, seq
from terraformer.generate.grammar.scene import Scene, principal_of
from terraformer.generate.grammar.select import TypeChoice
from terraformer.generate.grammar.units import in_units_of, names_unit, unit_of
from terraformer.provider.schema import Attribute

__all__ = ["expression_text", "list_of", "name_values", "said", "string_value", "typed_default"]

_GENERIC: Final = frozenset(
    [
        "name", "type", "key", "value", "description", "id", "arn", "state", "status", "content", "source", "mode",
        "version", "format", "action", "size", "rule", "policy", "filter", "target", "role", "bucket", "path",
        "domain", "user", "group", "owner", "label", "title", "comment",
    ]
)  # fmt: skip


def hcl_string(text: str) -> str:
    """A quoted HCL string: JSON's escapes are HCL's, and template starts are escaped by doubling."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


expression_text = hcl_string


def list_of(items: Sequence[str | Node]) -> Node:
    parts: list[Node | str] = ["["]
    for i, item in enumerate(items):
        parts.extend([", " if i else "", item])
    return seq(*parts, "]")


# what the prompt says -----------------------------------------------------------------------------------------


def said(facts: PromptFacts, path: str, attribute: Attribute) -> list[str] | None:
    """HCL expressions of the value that the prompt gives to this argument, or None."""
    leaf = path.rsplit(".", 1)[-1]
    words = words_of(leaf)
    kind = attribute.type if isinstance(attribute.type, str) else (attribute.type or [""])[0]
    if kind not in ("string", "number", "bool", "list", "set"):
        return None
    generic = len(words) == 1 and words[0] in _GENERIC
    if generic and kind != "number":
        words_here: Sequence[Sequence[str]] = (
            [words] if re.search(rf"\b{re.escape(leaf)}\s*(?:=|:)", facts.text) else []
        )
    else:
        words_here = [words, *([words[:-1]] if len(words) > 2 and words[-1] in ("enabled", "id", "name") else [])]
    measured = kind == "number" and len(words) > 2 and unit_of(leaf) is not None
    for sought in (*words_here, words[:-1]) if measured else words_here:
        for start, end in facts.find(sought, gap=1 if len(sought) > 1 else 0):
            if sought is not words and measured and not _amount_follows(facts, end):
                continue
            if facts.negated(facts.tokens[start].start) and kind != "bool":
                continue
            value = _value_near(facts, start, end, kind, attribute)
            if value is not None:
                return value
    return None


def _amount_follows(facts: PromptFacts, end: int) -> bool:
    """Whether a number with a unit comes next: the words are then the argument's though they leave out its unit."""
    place = facts.tokens[end - 1].end
    amount = re.match(r"(?i)[\s:=]*(?:is|of|to|set to|as)?\s*\d+(?:\.\d+)?", facts.text[place : place + 40])
    return amount is not None and names_unit(facts.text[place + amount.end() :])


def _value_near(facts: PromptFacts, start: int, end: int, kind: str, attribute: Attribute) -> list[str] | None:
    place = facts.tokens[end - 1].end
    close = facts.text[place : place + 60]
    values = list(facts.values_after(place, words=5))
    if kind == "number":
        m = re.match(
            r"(?i)\W*(?:is|of|to|set to|as|=|:|at|should be|value)*\W*(?:set\s+to\s+)?\W*(\d+(?:\.\d+)?)\b", close
        )
        if m:
            return [in_units_of(attribute.name, m[1], close[m.end() :])]
        before = facts.number_before(start)
        return [before] if before is not None and re.fullmatch(r"\d+", before) else None
    if kind == "bool":
        around = facts.text[max(0, facts.tokens[start].start - 25) : place + 40].lower()
        if values and values[0].kind == "bool" and values[0].start - place < 25:
            return [values[0].text]
        if re.search(r"\b(disabl\w*|without|no|not|false)\b", around[: 25 + place - facts.tokens[start].start]):
            return ["false"]
        return ["true"] if len(words_of(attribute.name)) > 1 else None
    quoted_values = [v for v in values if v.kind == "quoted"]
    if not quoted_values:
        return None
    first = quoted_values[0]
    lead = facts.text[place : first.start]
    if not re.fullmatch(
        r"(?i)[\s(]*(?:(?:name|value|attribute|parameter|should|be|is|set|to|as|of|with|the|a|an|=|:|,|namespace)[\s('\"]*)*",
        lead,
    ):
        return None
    if kind == "string":
        return [hcl_string(first.text)]
    return [f"[{', '.join(hcl_string(v.text) for v in quoted_values)}]"]


# names --------------------------------------------------------------------------------------------------------

_LOWER_HYPHEN: Final = re.compile(
    r"^(aws_s3_bucket|aws_db_|aws_rds_|aws_neptune_|aws_docdb_|aws_redshift|aws_elasticache_|aws_dax_|aws_memorydb_|"
    r"aws_opensearch|aws_elasticsearch|aws_lb|aws_elb|aws_alb|aws_cognito_user_pool_domain|aws_ecr_|aws_lightsail|"
    r"aws_codeartifact|aws_sagemaker|aws_efs|aws_backup|aws_batch|aws_cloudformation|aws_dms|aws_emr|aws_grafana|aws_msk)"
)
_NOUNS: Final = {
    "aws_s3_bucket": "bucket",
    "aws_db_instance": "db",
    "aws_lambda_function": "function",
    "aws_lb": "lb",
    "aws_lb_target_group": "tg",
    "aws_cloudwatch_event_rule": "rule",
    "aws_security_group": "sg",
}


def hyphened(text: str) -> str:
    """Lower case letters, digits and single hyphens, beginning with a letter."""
    name = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9-]+", "-", text.lower())).strip("-")
    if not name or not name[0].isalpha():
        name = f"a-{name}".strip("-")
    return name


def name_values(choice: TypeChoice, scene: Scene, *, style: str = "") -> list[str]:
    """Candidates for the resource's name: the prompt's own, else made of the prompt's words. Not quoted.

    ``style``: "hyphen" (lower case and hyphens), "underscore" (lower case and underscores), "word" (letters and digits
    only), "" (as the type of the resource asks).
    """
    if not style and _LOWER_HYPHEN.match(choice.type):
        style = "hyphen"
    siblings = scene.by_key.get(choice.key, [choice])
    number = siblings.index(choice) + 1 if choice in siblings else 1
    suffix = f"-{number}" if len(siblings) > 1 and not choice.name else ""
    if choice.name:
        raw = [choice.name]
    else:
        noun = _NOUNS.get(choice.type, words_of(choice.type)[-1])
        own = [w for w in scene.facts.own_words if w != noun and len(w) < 16]
        raw = [f"{w}-{noun}{suffix}" for w in own[:3]] + [f"example-{noun}{suffix}", f"my-{noun}{suffix}"]
    limit = 28 if choice.type in ("aws_lb", "aws_lb_target_group", "aws_elb", "aws_alb") else 40
    out = []
    for name in raw:
        if style == "hyphen":
            name = hyphened(name)[:limit].strip("-")
            if choice.type == "aws_s3_bucket" and len(name) < 3:
                name = f"{name}-bucket"
        elif style == "underscore":
            name = re.sub(r"\W+", "_", name.lower()).strip("_")[:limit]
            name = name if name[:1].isalpha() else f"a_{name}"
        elif style == "word":
            name = re.sub(r"[^A-Za-z0-9]", "", name)[:limit]
            name = name if name[:1].isalpha() else f"a{name}"
        else:
            name = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60]
        out.append(name or "example")
    return list(dict.fromkeys(out))


# strings by class ---------------------------------------------------------------------------------------------

Maker = Callable[[TypeChoice, str, Scene], "Node | None"]


def _one_of(*texts: str) -> Maker:
    return lambda choice, path, scene: alt([hcl_string(t) for t in texts])


def _named(style: str = "") -> Maker:
    return lambda choice, path, scene: alt([hcl_string(n) for n in name_values(choice, scene, style=style)])


def _description(choice: TypeChoice, path: str, scene: Scene) -> Node:
    noun = " ".join(words_of(choice.type)[1:])
    words = list(scene.facts.own_words[:2])
    return alt(
        [hcl_string(t) for t in dict.fromkeys((f"Managed {noun}", f"{noun} for {' '.join(words) or 'example'}"))]
    )


def _region(choice: TypeChoice, path: str, scene: Scene) -> Node:
    return lit(hcl_string((scene.facts.regions or ("us-east-1",))[0]))


def region_of(scene: Scene) -> str:
    """The provider's region: the one that the prompt names first."""
    if scene.facts.regions:
        return scene.facts.regions[0]
    return scene.facts.zones[0][:-1] if scene.facts.zones else "us-east-1"


def _zone(choice: TypeChoice, path: str, scene: Scene) -> Node:
    siblings = scene.by_key.get(choice.key, [choice])
    number = siblings.index(choice) if choice in siblings else 0
    zones = scene.facts.zones or tuple(f"{region_of(scene)}{c}" for c in "abc")
    return lit(hcl_string(zones[number % len(zones)]))


def _cidr(choice: TypeChoice, path: str, scene: Scene) -> Node:
    siblings = scene.by_key.get(choice.key, [choice])
    number = siblings.index(choice) if choice in siblings else 0
    given = scene.facts.cidrs
    vpcs = scene.by_key.get("aws_vpc", [])
    if choice.type == "aws_vpc":
        wide = [c for c in given if int(c.rsplit("/", 1)[1]) <= 24]
        return lit(hcl_string(wide[number] if number < len(wide) else f"10.{number}.0.0/16"))
    if choice.type == "aws_subnet":
        narrow = list(given[len(vpcs) :]) if len(given) > len(vpcs) else []
        base = (
            given[0].split(".")[:2]
            if given
            else ["10", str(min(number, max(0, len(vpcs) - 1)) if len(vpcs) > 1 else 0)]
        )
        return lit(hcl_string(narrow[number] if number < len(narrow) else f"{base[0]}.{base[1]}.{number + 1}.0/24"))
    return lit(hcl_string(given[0] if given else "10.0.0.0/16"))


def _arn(choice: TypeChoice, path: str, scene: Scene) -> Node:
    if scene.facts.arns:
        return alt([hcl_string(a) for a in scene.facts.arns])
    leaf = path.rsplit(".", 1)[-1]
    region = region_of(scene)
    for pattern, arn in _ARNS:
        if re.search(pattern, leaf):
            return lit(hcl_string(arn.format(region=region)))
    service = choice.type.split("_")[1].replace("v2", "")
    noun = words_of(leaf)[0] if words_of(leaf)[0] != "arn" else "resource"
    return lit(hcl_string(f"arn:aws:{service}:{region}:123456789012:{noun}/example"))


_ARNS: Final = (
    (r"kms|encryption_key|cmk", "arn:aws:kms:{region}:123456789012:key/12345678-1234-1234-1234-123456789012"),
    (r"role", "arn:aws:iam::123456789012:role/example"),
    (
        r"certificate_authority",
        "arn:aws:acm-pca:{region}:123456789012:certificate-authority/12345678-1234-1234-1234-123456789012",
    ),
    (r"certificate", "arn:aws:acm:{region}:123456789012:certificate/12345678-1234-1234-1234-123456789012"),
    (r"sns|topic|notification", "arn:aws:sns:{region}:123456789012:example"),
    (r"sqs|queue", "arn:aws:sqs:{region}:123456789012:example"),
    (r"lambda|function", "arn:aws:lambda:{region}:123456789012:function:example"),
    (r"bucket|s3", "arn:aws:s3:::example-bucket"),
    (r"log_group|cloudwatch", "arn:aws:logs:{region}:123456789012:log-group:example"),
    (r"stream", "arn:aws:kinesis:{region}:123456789012:stream/example"),
    (r"table", "arn:aws:dynamodb:{region}:123456789012:table/example"),
    (r"secret|credential", "arn:aws:secretsmanager:{region}:123456789012:secret:example-AbCdEf"),
    (r"user", "arn:aws:iam::123456789012:user/example"),
    (r"policy", "arn:aws:iam::123456789012:policy/example"),
    (r"load_balancer", "arn:aws:elasticloadbalancing:{region}:123456789012:loadbalancer/app/example/50dc6c495c0c9188"),
    (r"target_group", "arn:aws:elasticloadbalancing:{region}:123456789012:targetgroup/example/943f017f100becff"),
    (r"instance", "arn:aws:ec2:{region}:123456789012:instance/i-0123456789abcdef0"),
    (r"vpc", "arn:aws:ec2:{region}:123456789012:vpc/vpc-0123456789abcdef0"),
    (r"subnet", "arn:aws:ec2:{region}:123456789012:subnet/subnet-0123456789abcdef0"),
    (r"security_group", "arn:aws:ec2:{region}:123456789012:security-group/sg-0123456789abcdef0"),
    (r"file_system", "arn:aws:elasticfilesystem:{region}:123456789012:file-system/fs-0123456789abcdef0"),
    (r"cluster", "arn:aws:ecs:{region}:123456789012:cluster/example"),
    (r"domain", "arn:aws:es:{region}:123456789012:domain/example"),
)

_IDS: Final = (
    (r"vpc_id$", "vpc-0123456789abcdef0"),
    (r"subnet_ids?$", "subnet-0123456789abcdef0"),
    (r"security_group_ids?$|security_groups$", "sg-0123456789abcdef0"),
    (r"(^|_)ami(_id)?$|image_id$", "ami-0c55b159cbfafe1f0"),
    (r"instance_ids?$", "i-0123456789abcdef0"),
    (r"volume_id$", "vol-0123456789abcdef0"),
    (r"snapshot_id$", "snap-0123456789abcdef0"),
    (r"network_interface_ids?$", "eni-0123456789abcdef0"),
    (r"route_table_ids?$", "rtb-0123456789abcdef0"),
    (r"transit_gateway_id$", "tgw-0123456789abcdef0"),
    (r"transit_gateway_attachment_id$", "tgw-attach-0123456789abcdef0"),
    (r"transit_gateway_route_table_id$", "tgw-rtb-0123456789abcdef0"),
    (r"internet_gateway_id$|^gateway_id$", "igw-0123456789abcdef0"),
    (r"allocation_id$", "eipalloc-0123456789abcdef0"),
    (r"file_system_id$", "fs-0123456789abcdef0"),
    (r"access_point_id$", "fsap-0123456789abcdef0"),
    (r"prefix_list_id$", "pl-0123456789abcdef0"),
    (r"vpc_endpoint_ids?$", "vpce-0123456789abcdef0"),
    (r"vpn_gateway_id$", "vgw-0123456789abcdef0"),
    (r"customer_gateway_id$", "cgw-0123456789abcdef0"),
    (r"account_ids?$|owner_id$|owner_account$|account$|bucket_owner$|aws_account$", "123456789012"),
    (r"zone_id$", "Z1234567890ABCDEFGHIJ"),
    (r"organization_id$|org_id$", "o-a1b2c3d4e5"),
    (r"organizational_unit_id$|^ou_id$", "ou-ab12-cdefgh34"),
    (r"directory_id$", "d-1234567890"),
    (r"workspace_id$", "ws-12345678-1234-1234-1234-123456789012"),
    (r"kms_key(_id)?$|key_id$", "12345678-1234-1234-1234-123456789012"),
    (r"user_pool_id$", "us-east-1_aBcDeFgHi"),
    (r"identity_store_id$", "d-1234567890"),
    (r"detector_id$", "12abc34d567e8fa901bc2d34e56789f0"),
    (r"server_id$", "s-01234567890abcdef"),
)

ASSUME: Final = (
    'jsonencode({{\n    Version = "2012-10-17"\n    Statement = [{{\n      Effect    = "Allow"\n'
    '      Action    = "sts:AssumeRole"\n'
    '      Principal = {{ Service = "{service}" }}\n    }}]\n  }})'
)


def assume_policy(choice: TypeChoice, scene: Scene) -> str:
    """A trust policy for the service that uses the role."""
    return ASSUME.format(service=principal_of(choice, scene))


def policy_document(choice: TypeChoice, path: str, scene: Scene) -> Node:
    """A policy document by jsonencode: of the resource it hangs on, or for what the prompt talks about."""
    key, action, principal = "*", "s3:GetObject", ""
    if choice.type in ("aws_s3_bucket_policy", "aws_s3_bucket"):
        bucket = scene.ref("aws_s3_bucket", "arn")
        key, action, principal = (
            (f'"${{{bucket}}}/*"' if bucket else '"*"'),
            "s3:GetObject",
            '{ AWS = "arn:aws:iam::123456789012:root" }',
        )
        if re.search(r"(?i)\bpublic\b", scene.facts.text):
            principal = '"*"'
    elif choice.type == "aws_sns_topic_policy":
        key, action, principal = (
            scene.ref("aws_sns_topic", "arn") or '"*"',
            "sns:Publish",
            '{ Service = "events.amazonaws.com" }',
        )
    elif choice.type == "aws_sqs_queue_policy":
        key, action, principal = (
            scene.ref("aws_sqs_queue", "arn") or '"*"',
            "sqs:SendMessage",
            '{ Service = "sns.amazonaws.com" }',
        )
    elif choice.type.startswith("aws_iam_"):
        key, action = '"*"', _action(scene)
    else:
        service = choice.type.split("_")[1]
        key, action, principal = '"*"', f"{service}:*", '{ AWS = "arn:aws:iam::123456789012:root" }'
    if key == "*":
        key = '"*"'
    who = f"\n      Principal = {principal}" if principal else ""
    return lit(
        f'jsonencode({{\n    Version = "2012-10-17"\n    Statement = [{{\n      Effect   = "Allow"{who}\n'
        f'      Action   = ["{action}"]\n'
        f"      Resource = {key}\n    }}]\n  }})"
    )


_ACTIONS: Final = (
    ("kinesis", "kinesis:*"),
    ("dynamodb", "dynamodb:*"),
    ("s3", "s3:*"),
    ("bucket", "s3:*"),
    ("sqs", "sqs:*"),
    ("sns", "sns:*"),
    ("codebuild", "codebuild:*"),
    ("lambda", "lambda:InvokeFunction"),
    ("log", "logs:*"),
    ("ec2", "ec2:Describe*"),
)


def _action(scene: Scene) -> str:
    return next((action for word, action in _ACTIONS if word in scene.facts.stems), "s3:ListBucket")


_CLASSES: Final[tuple[tuple[str, Maker], ...]] = (
    (r"assume_role_policy$", lambda c, p, s: lit(assume_policy(c, s))),
    (
        r"(^|_|\.)(policy|policy_document|access_policies|resource_policy|policy_text|inline_policy|access_policy)$",
        policy_document,
    ),
    (r"(^|\.)bucket$|bucket_name$", lambda c, p, s: alt([hcl_string(n) for n in name_values(c, s, style="hyphen")])),
    (r"description$|comment$", _description),
    (r"availability_zone$", _zone),
    (r"(^|_|\.)region(_name)?$|source_region$", _region),
    (r"cidr_block$|(^|_)cidr$|cidr_ipv4$|ip_range$|cidr_ip$|address_prefix$|client_cidr_block$", _cidr),
    (r"ipv6_cidr|cidr_ipv6", _one_of("2001:db8:1234:1a00::/56")),
    (r"arns?$|_arn_", _arn),
    (
        r"email(_address)?$|email_identity$",
        lambda c, p, s: lit(hcl_string((s.facts.emails or ("admin@example.com",))[0])),
    ),
    (r"phone_number$", _one_of("+12065550100")),
    (
        r"schedule_expression$|(^|_)schedule$|cron_expression$",
        lambda c, p, s: alt(
            [hcl_string(s.facts.schedule)]
            if s.facts.schedule
            else ['"rate(5 minutes)"', '"cron(0 12 * * ? *)"', '"rate(1 day)"']
        ),
    ),
    (r"maintenance_window$", _one_of("sun:05:00-sun:06:00")),
    (r"backup_window$|snapshot_window$", _one_of("03:00-04:00")),
    (
        r"instance_class$",
        lambda c, p, s: alt([hcl_string(t) for t in s.facts.instance_types] or ['"db.r5.large"', '"db.t3.medium"']),
    ),
    (
        r"instance_type$",
        lambda c, p, s: alt([hcl_string(t) for t in s.facts.instance_types] or ['"t3.micro"', '"t3.small"']),
    ),
    (r"node_type$", lambda c, p, s: alt([hcl_string(t) for t in s.facts.instance_types] or ['"cache.t3.micro"'])),
    (r"(master_)?user_?name$", lambda c, p, s: lit(hcl_string(c.name or "exampleuser"))),
    (r"(^|_)password$", _one_of("ChangeMe12345")),
    (
        r"domain_name$|fqdn$|(^|\.)domain$|server_hostname$|host_?name$|dns_name$",
        lambda c, p, s: lit(hcl_string((s.facts.domains or ("example.com",))[0])),
    ),
    (r"url$|uri$|endpoint$|issuer$", _one_of("https://example.com")),
    (r"ip_address$|peer_address$|(^|\.)ip$|ipv4$", _one_of("203.0.113.12")),
    (r"service_name$", lambda c, p, s: _named()(c, p, s)),
    (r"path$|prefix$", _one_of("/example")),
    (r"http_method$", _one_of("GET", "POST", "ANY")),
    (r"(^|_)version$", _one_of("1.0")),
    (r"time_?zone$", _one_of("UTC")),
    (r"language_code$|locale_id$", _one_of("en-US")),
    (r"currency_code$", _one_of("USD")),
    (r"(^|\.)(priority)$", _one_of("1")),
    (r"release_label$", _one_of("emr-6.15.0")),
    (r"timestamp$|(start|end|expir\w*)_(time|date)$|valid_until$", _one_of("2030-01-01T00:00:00Z")),
    (
        r"public_key$",
        _one_of("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINuiyvncbjJ/xhKYE9HvViuCMK0YZaKWoSE43C6BsQAt admin@example.com"),
    ),
    (
        r"certificate_body$|(^|_)certificate$|ca_certificate$|certificate_pem$",
        _one_of("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
    ),
    (r"(identifier|_id|suffix)$", _named("hyphen")),
    (r"(database|schema|table|catalog|index)_?name$", _named("underscore")),
    (
        r"name$|label$|alias$|title$|family$|reference$|creation_token$|token$|namespace$|group$|key$|caller_reference$|path_part$",
        _named(),
    ),
    (
        r"(json|definition|configuration|body|content|document|template|template_body|template_url|pattern|parameters|spec|properties|metadata)$",
        _one_of("{}"),
    ),
)


def string_value(choice: TypeChoice, path: str, scene: Scene, attribute: Attribute) -> Node:
    """An expression for a string argument that the prompt says nothing about."""
    leaf = path.rsplit(".", 1)[-1]
    for pattern, identity in _IDS:
        if re.search(pattern, leaf):
            return lit(hcl_string(identity))
    for pattern, maker in _CLASSES:
        if re.search(pattern, path if pattern.startswith(r"(^|\.)") else leaf):
            node = maker(choice, path, scene)
            if node is not None:
                return node
    words = [w for w in scene.facts.own_words if len(w) < 16][:3]
    return alt([*(hcl_string(w) for w in words), '"example"', quoted(Chars("a-z", 3, 10))])


def enum_value(attribute: Attribute, facts: PromptFacts) -> list[str]:
    """The known values, those that the prompt's words name alone when there are such."""
    values = [v for v in attribute.enum if isinstance(v, (str, int, float, bool))]
    named = [v for v in values if isinstance(v, str) and _mentioned(v, facts)]
    chosen = named or values
    return [hcl_string(v) if isinstance(v, str) else str(v).lower() for v in chosen][:40]


def _mentioned(value: str, facts: PromptFacts) -> bool:
    words = tuple(
        stem(w) for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", value.replace("_", " ").replace("-", " "))
    )
    if any(q.text.lower() == value.lower() for q in facts.quoted):
        return True
    return bool(words) and sum(map(len, words)) > 2 and facts.mentions(words, gap=0)


def typed_default(choice: TypeChoice, path: str, scene: Scene, attribute: Attribute) -> Node:
    """A value of the argument's type where nothing better is known."""
    return _typed(attribute.type, choice, path, scene, attribute)


def _typed(cty: Any, choice: TypeChoice, path: str, scene: Scene, attribute: Attribute) -> Node:
    if cty == "string" or cty == "dynamic" or cty is None:
        return string_value(choice, path, scene, attribute)
    if cty == "number":
        return number_value(path, scene)
    if cty == "bool":
        return alt(["true", "false"])
    kind, inner = cty[0], cty[1]
    if kind in ("list", "set"):
        return seq("[", _typed(inner, choice, path, scene, attribute), "]")
    if kind == "map":
        leaf = path.rsplit(".", 1)[-1]
        if leaf == "tags":
            return seq("{\n    Name = ", alt([hcl_string(n) for n in name_values(choice, scene)]), "\n  }")
        return seq("{\n    example = ", _typed(inner, choice, path, scene, attribute), "\n  }")
    if kind == "tuple":
        return list_of([_typed(t, choice, path, scene, attribute) for t in inner])
    optional = set(cty[2]) if len(cty) > 2 else set()
    parts: list[Node | str] = ["{\n"]
    for name, member in inner.items():
        if name in optional:
            continue
        parts.extend([f"    {name} = ", _typed(member, choice, f"{path}.{name}", scene, attribute), "\n"])
    return seq(*parts, "  }")


_NUMBERS: Final = (
    (r"(^|_)port$|_port$", ("80", "443", "8080")),
    (r"asn$", ("64512", "65000")),
    (r"vlan$", ("100",)),
    (r"ttl$|_seconds$|period$|timeout", ("300", "60")),
    (r"(min|minimum)_?", ("1",)),
    (r"(max|maximum)_?", ("3",)),
    (r"retention|_days$|_in_days$", ("7", "30")),
    (r"priority$|weight$", ("1",)),
    (r"percent|threshold", ("50", "80")),
    (r"size|storage|capacity|_gb$", ("20", "100")),
    (r"memory", ("512",)),
    (r"cpu|units", ("256",)),
)


def number_value(path: str, scene: Scene) -> Node:
    leaf = path.rsplit(".", 1)[-1]
    for pattern, values in _NUMBERS:
        if re.search(pattern, leaf):
            return alt(values)
    return alt(["1", "2", "3"])
