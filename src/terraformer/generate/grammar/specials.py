# ruff: noqa: ARG001, ARG005 - makers share one signature
"""Values that depend on the whole configuration: the "@..." marks of the reviewed table.

A maker returns what the table could have held in the mark's place (an expression, a tuple of them, a block or several),
or None: the argument is then left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from terraformer.generate.grammar.knowledge import MANAGED_POLICIES
from terraformer.generate.grammar.scene import Scene
from terraformer.generate.grammar.select import TypeChoice
from terraformer.generate.grammar.values import hcl_string, name_values

__all__ = ["from_snapshot", "resolve"]

Maker = Callable[[TypeChoice, Scene], Any]


def _text(scene: Scene) -> str:
    return scene.facts.text.lower()


# network ------------------------------------------------------------------------------------------------------

_PORTS: Final = (
    (r"\bhttps\b|\btls\b|\bssl\b", 443),
    (r"\bhttp\b|web", 80),
    (r"\bssh\b", 22),
    (r"\brdp\b", 3389),
    (r"mysql|mariadb", 3306),
    (r"postgres", 5432),
    (r"redis", 6379),
    (r"\befs\b|\bnfs\b", 2049),
)


def _ingress(choice: TypeChoice, scene: Scene) -> list[dict[str, str]]:
    text = _text(scene)
    ports = [port for pattern, port in _PORTS if re.search(pattern, text)]
    ports += [int(m) for m in re.findall(r"\bports? (\d{2,5})\b", text)]
    source = f'["{scene.facts.cidrs[0]}"]' if scene.facts.cidrs and not scene.has("aws_vpc") else '["0.0.0.0/0"]'
    return [
        {"from_port": str(p), "to_port": str(p), "protocol": '"tcp"', "cidr_blocks": source}
        for p in list(dict.fromkeys(ports))[:3] or [443]
    ]


def _lb_action(choice: TypeChoice, scene: Scene) -> dict[str, Any]:
    if "redirect" in _text(scene):
        return {"type": '"redirect"', "redirect": {"port": '"443"', "protocol": '"HTTPS"', "status_code": '"HTTP_301"'}}
    group = scene.ref("aws_lb_target_group", "arn")
    if group:
        return {"type": '"forward"', "target_group_arn": group}
    return {
        "type": '"fixed-response"',
        "fixed_response": {"content_type": '"text/plain"', "message_body": '"OK"', "status_code": '"200"'},
    }


# compute ------------------------------------------------------------------------------------------------------


def _owners(choice: TypeChoice, scene: Scene) -> str:
    text = _text(scene)
    if "ubuntu" in text:
        return '["099720109477"]'
    if "debian" in text:
        return '["136693071363"]'
    return '["amazon"]'


def _ami_filter(choice: TypeChoice, scene: Scene) -> dict[str, str]:
    text = _text(scene)
    name = "amzn2-ami-hvm-*-x86_64-gp2"
    if "ubuntu" in text:
        name = "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*"
    elif "windows" in text:
        name = "Windows_Server-2022-English-Full-Base-*"
    elif "debian" in text:
        name = "debian-12-amd64-*"
    elif "2023" in text:
        name = "al2023-ami-2023.*-x86_64"
    return {"name": '"name"', "values": f'["{name}"]'}


_RUNTIMES: Final = (
    ("python", '"python3.12"'),
    ("node", '"nodejs20.x"'),
    ("javascript", '"nodejs20.x"'),
    ("java", '"java21"'),
    ("ruby", '"ruby3.3"'),
    (r"\.net", '"dotnet8"'),
    ("golang", '"provided.al2023"'),
)


def _runtime(choice: TypeChoice, scene: Scene) -> Any:
    text = _text(scene)
    exact = re.search(r"\b(python3\.\d+|nodejs\d+\.x|java\d+|ruby\d\.\d|dotnet\d|go1\.x|provided\.al\d+)\b", text)
    if exact:
        return hcl_string(exact[0])
    if numbered := re.search(r"\bpython ?(3\.\d+)\b", text):
        return hcl_string(f"python{numbered[1]}")
    return next((runtime for word, runtime in _RUNTIMES if re.search(word, text)), ('"python3.12"', '"python3.13"'))


def _handler(choice: TypeChoice, scene: Scene) -> str:
    if m := re.search(r"(?i)handler\W+(?:\w+\W+){0,4}?[\"']?([a-z_]\w*\.[a-z_]\w*)[\"']?", scene.facts.text):
        return hcl_string(m[1])
    return '"index.handler"'


def _code(choice: TypeChoice, scene: Scene) -> str:
    given = next((p for p in scene.facts.paths if p.endswith((".zip", ".jar"))), None)
    if given:
        return hcl_string(given)
    return scene.ref("data.archive_file", "output_path") or '"function.zip"'


_INVOKERS: Final = (
    ("aws_cloudwatch_event_rule", "events.amazonaws.com", "arn"),
    ("aws_s3_bucket_notification", "s3.amazonaws.com", ""),
    ("aws_api_gateway_rest_api", "apigateway.amazonaws.com", "execution_arn"),
    ("aws_apigatewayv2_api", "apigateway.amazonaws.com", "execution_arn"),
    ("aws_sns_topic", "sns.amazonaws.com", "arn"),
    ("aws_cognito_user_pool", "cognito-idp.amazonaws.com", "arn"),
    ("aws_lexv2models_bot", "lexv2.amazonaws.com", "arn"),
    ("aws_lb_target_group", "elasticloadbalancing.amazonaws.com", "arn"),
    ("aws_s3_bucket", "s3.amazonaws.com", "arn"),
)


def _invoker(choice: TypeChoice, scene: Scene) -> str:
    return next((hcl_string(p) for key, p, _ in _INVOKERS if scene.has(key)), '"events.amazonaws.com"')


def _invoker_arn(choice: TypeChoice, scene: Scene) -> str | None:
    for key, _, attribute in _INVOKERS:
        if scene.has(key):
            if key == "aws_s3_bucket_notification":
                return scene.ref("aws_s3_bucket", "arn")
            reference = scene.ref(key, attribute)
            return f'"${{{reference}}}/*/*"' if attribute == "execution_arn" else reference
    return None


def _source(choice: TypeChoice, scene: Scene) -> str | None:
    for key, attribute in (
        ("aws_sqs_queue", "arn"),
        ("aws_kinesis_stream", "arn"),
        ("aws_dynamodb_table", "stream_arn"),
        ("aws_msk_cluster", "arn"),
    ):
        if reference := scene.ref(key, attribute):
            return reference
    return '"arn:aws:sqs:us-east-1:123456789012:example"'


def _target(choice: TypeChoice, scene: Scene) -> str:
    for key in (
        "aws_lambda_function",
        "aws_sfn_state_machine",
        "aws_sqs_queue",
        "aws_sns_topic",
        "aws_kinesis_stream",
        "aws_ecs_cluster",
        "aws_codebuild_project",
        "aws_cloudwatch_log_group",
    ):
        if reference := scene.ref(key, "arn"):
            return reference
    return '"arn:aws:sns:us-east-1:123456789012:example"'


def _schedule(choice: TypeChoice, scene: Scene) -> Any:
    if scene.facts.schedule:
        return hcl_string(scene.facts.schedule)
    if choice.type == "aws_cloudwatch_event_rule":
        return ('"rate(5 minutes)"', '"rate(1 hour)"', '"cron(0 12 * * ? *)"')
    return '"cron(0 12 * * ? *)"'


def _attachments(choice: TypeChoice, scene: Scene) -> str | None:
    found = scene.by_key.get("aws_iam_role_policy_attachment", [])
    return f"[{', '.join(c.address for c in found)}]" if found else None


def _methods(choice: TypeChoice, scene: Scene) -> str | None:
    found = [c.address for c in scene.choices if c.type == "aws_api_gateway_integration"]
    return f"[{', '.join(found)}]" if found else None


# identity -----------------------------------------------------------------------------------------------------


_POLICY_NAME: Final = re.compile(
    r"\b(?:Amazon|AWS)[A-Z]\w+(?:Policy|Access|ReadOnly|Role|Tier|Execution|Core)\w*"
    r"|\b(?:\w+FullAccess|\w+ReadOnlyAccess)\b"
)


def _managed(choice: TypeChoice, scene: Scene) -> str:
    policies: list[str] = [m[0] for m in _POLICY_NAME.finditer(scene.facts.text)]
    for user, managed in MANAGED_POLICIES.items():
        if scene.has(user):
            squashed = {p.rsplit("/", 1)[-1] for p in policies}
            policies.extend(p for p in managed if p.rsplit("/", 1)[-1] not in squashed)
    own = scene.ref("aws_iam_policy", "arn")
    siblings = scene.by_key.get(choice.key, [choice])
    index = siblings.index(choice) if choice in siblings else 0
    options: list[str] = []
    if own:
        options.append(own)
    for name in policies:
        full = (
            name
            if "/" in name
            else next((p for ps in MANAGED_POLICIES.values() for p in ps if p.endswith(f"/{name}")), name)
        )
        options.append(hcl_string(f"arn:aws:iam::aws:policy/{full}"))
    if not options:
        options = ['"arn:aws:iam::aws:policy/ReadOnlyAccess"']
    return options[index % len(options)]


# storage ------------------------------------------------------------------------------------------------------


def _notify(choice: TypeChoice, scene: Scene) -> Any:
    """Marks of blocks are (block name, content) pairs."""
    event = "s3:ObjectRemoved:*" if re.search(r"(?i)delet|remov", scene.facts.text) else "s3:ObjectCreated:*"
    block: dict[str, Any] = {}
    for key, name, attribute in (
        ("aws_sns_topic", "topic", "topic_arn"),
        ("aws_sqs_queue", "queue", "queue_arn"),
        ("aws_lambda_function", "lambda_function", "lambda_function_arn"),
    ):
        if reference := scene.ref(key, "arn"):
            block = {attribute: reference, "events": f'["{event}"]'}
            if suffix := re.search(r"(?<!\w)\.(log|jpe?g|png|txt|csv|json|pdf|mp4)\b", scene.facts.text):
                block["filter_suffix"] = hcl_string(suffix[0])
            return {name: block}
    return {}


def _index(choice: TypeChoice, scene: Scene) -> str:
    return hcl_string(next((p for p in scene.facts.paths if p.endswith((".html", ".htm"))), "index.html"))


def _content(choice: TypeChoice, scene: Scene) -> str:
    for q in scene.facts.quoted:
        if re.search(r"(?i)content\W+(?:\w+\W+){0,4}$", scene.facts.text[: q.start]):
            return hcl_string(q.text)
    return '"example content"'


def _artifacts(choice: TypeChoice, scene: Scene) -> dict[str, str]:
    bucket = scene.ref("aws_s3_bucket", "bucket")
    return {"type": '"S3"', "location": bucket} if bucket else {"type": '"NO_ARTIFACTS"'}


def _backed_up(choice: TypeChoice, scene: Scene) -> str:
    arns = [
        f"{c.address}.arn"
        for c in scene.choices
        if c.type in ("aws_instance", "aws_ebs_volume", "aws_dynamodb_table", "aws_db_instance", "aws_efs_file_system")
    ]
    return f"[{', '.join(arns)}]" if arns else '["*"]'


# databases ----------------------------------------------------------------------------------------------------

_ENGINES: Final = {
    "postgres": ("postgres", "16", "postgres16"),
    "mysql": ("mysql", "8.0", "mysql8.0"),
    "mariadb": ("mariadb", "10.11", "mariadb10.11"),
    "oracle": ("oracle-se2", "19", "oracle-se2-19"),
    "sqlserver": ("sqlserver-ex", "15.00", "sqlserver-ex-15.0"),
}


def _engine_key(scene: Scene) -> str:
    text = _text(scene)
    if re.search(r"sql ?server", text):
        return "sqlserver"
    return next((key for key in _ENGINES if key in text), "")


def _engine_version_of(scene: Scene) -> str:
    key = _engine_key(scene) or "mysql"
    text = _text(scene)
    m = re.search(
        rf"{key}\w*(?:\s+(?:engine\s+)?(?:version\s+)?)(\d+(?:\.\d+){{0,2}})\b(?!\s*(?:gb|gib|instance type))", text
    )
    m = m or re.search(rf"\b(\d+\.\d+(?:\.\d+)?)\s+{key}", text)
    m = m or re.search(r"version\s+(?:is\s+|to\s+|of\s+|=\s*)?[\"']?(\d+(?:\.\d+){0,2})", text)
    return m[1] if m else _ENGINES[key][1]


def _engine(choice: TypeChoice, scene: Scene) -> Any:
    if from_snapshot(scene):
        return None
    key = _engine_key(scene)
    return hcl_string(_ENGINES[key][0]) if key else '"mysql"'


def _engine_version(choice: TypeChoice, scene: Scene) -> Any:
    # Without a known engine the version is left to the provider: it must fit the engine that the model takes.
    if from_snapshot(scene) or not (_engine_key(scene)):
        return None
    return hcl_string(_engine_version_of(scene))


def from_snapshot(scene: Scene) -> bool:
    return bool(re.search(r"\b(from|using|of) (?:an? |the )?(?:\w+ )?snapshot", _text(scene)))


def _db_family(choice: TypeChoice, scene: Scene) -> Any:
    key = _engine_key(scene) or "mysql"
    version = _engine_version_of(scene)
    if key == "postgres":
        return hcl_string(f"postgres{version.split('.')[0]}")
    return hcl_string(f"{_ENGINES[key][0]}{'.'.join(version.split('.')[:2])}")


def _db_class(choice: TypeChoice, scene: Scene) -> Any:
    given = [t for t in scene.facts.instance_types if t.startswith("db.")]
    if given:
        return hcl_string(given[0])
    if re.search(r"memory.optimi[sz]ed", _text(scene)):
        return ('"db.r5.large"', '"db.r6g.large"')
    return ('"db.t3.micro"', '"db.t3.small"')


def _storage(choice: TypeChoice, scene: Scene) -> Any:
    if from_snapshot(scene):
        return None
    m = re.search(r"\b(\d+)\s*(?:gb|gib|gigabytes?)\b", _text(scene))
    return m[1] if m else ("20", "10")


def _db_name(choice: TypeChoice, scene: Scene) -> Any:
    if choice.type == "aws_db_instance" and (from_snapshot(scene) or _engine_key(scene) == "sqlserver"):
        return None
    for q in scene.facts.quoted:
        if re.search(r"(?i)(?:database|db)[ _]name\W+(?:\w+\W+){0,4}$", scene.facts.text[: q.start]):
            return hcl_string(re.sub(r"\W", "_", q.text))
    if choice.type in ("aws_athena_database", "aws_glue_catalog_database", "aws_glue_catalog_table"):
        return tuple(hcl_string(n) for n in name_values(choice, scene, style="underscore"))
    return ('"mydb"', '"exampledb"')


def _db_user(choice: TypeChoice, scene: Scene) -> Any:
    if choice.type == "aws_db_instance" and from_snapshot(scene):
        return None
    for q in scene.facts.quoted:
        if re.search(r"(?i)user ?name\W+(?:\w+\W+){0,4}$", scene.facts.text[: q.start]):
            return hcl_string(q.text)
    return ('"dbadmin"', '"exampleuser"')


def _password(choice: TypeChoice, scene: Scene) -> Any:
    if choice.type == "aws_db_instance" and from_snapshot(scene):
        return None
    for key in ("random_password", "random_string"):
        if reference := scene.ref(key, "result"):
            return reference
    for q in scene.facts.quoted:
        if re.search(r"(?i)password\W+(?:\w+\W+){0,4}$", scene.facts.text[: q.start]) and len(q.text) >= 8:
            return hcl_string(q.text)
    return '"ChangeMe12345"'


def _lightsail_db(choice: TypeChoice, scene: Scene) -> Any:
    text = _text(scene)
    if "postgres" in text:
        return '"postgres_15"'
    return '"mysql_8_0"' if "mysql" in text else ('"mysql_8_0"', '"postgres_15"')


# dns ----------------------------------------------------------------------------------------------------------


def _zone_name(scene: Scene) -> str | None:
    return scene.ref("aws_route53_zone", "name")


def _record_type(choice: TypeChoice, scene: Scene) -> str:
    m = re.search(r"\b(AAAA|CNAME|TXT|MX|NS|SRV|CAA|PTR|A)\b(?=\W+(?:record|type))", scene.facts.text)
    m = m or re.search(r"\b(AAAA|CNAME|TXT|MX|SRV|CAA|PTR)\b", scene.facts.text)
    if m:
        return hcl_string(m[1])
    if scene.has("aws_elastic_beanstalk_environment") or scene.has("aws_db_instance"):
        return '"CNAME"'
    return '"A"'


def _record_name(choice: TypeChoice, scene: Scene) -> Any:
    zone = _zone_name(scene)
    if zone is None:
        return ('"www.example.com"',)
    if _record_type(choice, scene) in ('"TXT"', '"MX"', '"NS"', '"CAA"'):
        return zone
    return (f'"www.${{{zone}}}"', f'"app.${{{zone}}}"')


def _records(choice: TypeChoice, scene: Scene) -> str:
    kind = _record_type(choice, scene).strip('"')
    if kind == "TXT":
        for q in scene.facts.quoted:
            if re.search(
                r"(?i)(?:verification|string|value|txt|text|content)\W+(?:\w+\W+){0,5}$", scene.facts.text[: q.start]
            ):
                return f"[{hcl_string(q.text)}]"
        return '["v=verification example"]'
    if kind == "CNAME":
        for key, attribute in (
            ("aws_elastic_beanstalk_environment", "cname"),
            ("aws_lb", "dns_name"),
            ("aws_db_instance", "address"),
            ("aws_cloudfront_distribution", "domain_name"),
        ):
            targets = scene.by_key.get(key, [])
            if targets:
                siblings = scene.by_key.get(choice.key, [choice])
                index = siblings.index(choice) if choice in siblings else 0
                return f"[{targets[index % len(targets)].address}.{attribute}]"
        return '["target.example.com"]'
    if kind == "A":
        for key, attribute in (
            ("aws_eip", "public_ip"),
            ("aws_instance", "public_ip"),
            ("aws_lightsail_static_ip", "ip_address"),
        ):
            if reference := scene.ref(key, attribute):
                return f"[{reference}]"
        ips = re.findall(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b(?!/)", scene.facts.text)
        return f"[{', '.join(hcl_string(ip) for ip in ips)}]" if ips else '["192.0.2.44"]'
    return {
        "AAAA": '["2001:db8::1"]',
        "MX": '["10 mail.example.com"]',
        "NS": '["ns1.example.com"]',
        "SRV": '["1 10 5269 xmpp.example.com"]',
        "CAA": '["0 issue \\"amazon.com\\""]',
        "PTR": '["www.example.com"]',
    }[kind]


# messaging, APIs and others -----------------------------------------------------------------------------------


def _sub_protocol(choice: TypeChoice, scene: Scene) -> str:
    if scene.facts.emails or "email" in scene.facts.stems:
        return '"email"'
    if scene.has("aws_sqs_queue"):
        return '"sqs"'
    return '"lambda"' if scene.has("aws_lambda_function") else '"email"'


def _sub_endpoint(choice: TypeChoice, scene: Scene) -> str:
    protocol = _sub_protocol(choice, scene)
    if protocol == '"sqs"':
        return scene.ref("aws_sqs_queue", "arn") or '""'
    if protocol == '"lambda"':
        return scene.ref("aws_lambda_function", "arn") or '""'
    return hcl_string((scene.facts.emails or ("alerts@example.com",))[0])


def _method(choice: TypeChoice, scene: Scene) -> str:
    return scene.ref("aws_api_gateway_method", "http_method") or '"GET"'


def _integration(choice: TypeChoice, scene: Scene) -> str:
    return '"AWS_PROXY"' if scene.has("aws_lambda_function") else '"MOCK"'


def _integration_method(choice: TypeChoice, scene: Scene) -> str | None:
    return '"POST"' if scene.has("aws_lambda_function") else None


def _integration_uri(choice: TypeChoice, scene: Scene) -> str | None:
    return scene.ref("aws_lambda_function", "invoke_arn")


def _eb_setting(choice: TypeChoice, scene: Scene) -> Any:
    profile = scene.ref("aws_iam_instance_profile", "name")
    if not profile:
        return None
    return {"namespace": '"aws:autoscaling:launchconfiguration"', "name": '"IamInstanceProfile"', "value": profile}


def _connectors(choice: TypeChoice, scene: Scene) -> list[dict[str, str]]:
    return [
        {"voice_connector_id": f"{c.address}.id", "priority": str(i)}
        for i, c in enumerate(scene.by_key.get("aws_chime_voice_connector", []), 1)
    ] or [{"voice_connector_id": '"abcdef1ghij2klmno3pqr4"', "priority": "1"}]


def _html(choice: TypeChoice, scene: Scene) -> str:
    for q in scene.facts.quoted:
        if "<" in q.text:
            return hcl_string(q.text)
    return '"<h1>Review</h1>"'


def _saml(choice: TypeChoice, scene: Scene) -> str:
    return hcl_string(
        '<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        'entityID="https://idp.example.com">' + " " * 1000 + "</md:EntityDescriptor>"
    )


_MAKERS: Final[dict[str, Maker]] = {
    "@amifilter": _ami_filter,
    "@artifacts": _artifacts,
    "@attachments": _attachments,
    "@backedup": _backed_up,
    "@bigpassword": lambda c, s: s.ref("random_password", "result") or '"MustBe8characters"',
    "@certificate": lambda c, s: (
        s.ref("aws_acm_certificate", "arn")
        or '"arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"'
    ),
    "@cluster.engine": lambda c, s: s.ref("aws_rds_cluster", "engine") or '"aurora-mysql"',
    "@code": _code,
    "@connectors": _connectors,
    "@content": _content,
    "@dbclass": _db_class,
    "@dbfamily": _db_family,
    "@dbname": _db_name,
    "@dbuser": _db_user,
    "@ebsetting": _eb_setting,
    "@ebversion": lambda c, s: s.ref("aws_elastic_beanstalk_application_version", "name"),
    "@engine": _engine,
    "@engineversion": _engine_version,
    "@handler": _handler,
    "@html": _html,
    "@index": _index,
    "@ingress": _ingress,
    "@integration": _integration,
    "@integrationmethod": _integration_method,
    "@integrationuri": _integration_uri,
    "@invoker": _invoker,
    "@invokerarn": _invoker_arn,
    "@lbaction": _lb_action,
    "@lightsaildb": _lightsail_db,
    "@managed": _managed,
    "@method": _method,
    "@methods": _methods,
    "@notify": _notify,
    "@owners": _owners,
    "@password": _password,
    "@publickey": lambda c, s: s.ref("tls_private_key", "public_key_openssh"),
    "@record": _record_name,
    "@records": _records,
    "@recordtype": _record_type,
    "@runtime": _runtime,
    "@saml": _saml,
    "@schedule": _schedule,
    "@source": _source,
    "@storage": _storage,
    "@subendpoint": _sub_endpoint,
    "@subprotocol": _sub_protocol,
    "@target": _target,
}


def resolve(mark: str, choice: TypeChoice, scene: Scene) -> Any:
    """What the mark stands for here. Raises KeyError for a mark that nobody makes."""
    return _MAKERS[mark](choice, scene)
