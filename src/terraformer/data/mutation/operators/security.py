"""Security: keys, roles and policies, secrets, users, firewalls for the web."""

from __future__ import annotations

from typing import Final

from terraformer.data.intents import Block, PolicyStatement
from terraformer.data.mutation.additions import (
    WHY_SAFE,
    append,
    ascii_name,
    beside,
    changeable,
    encrypted_with_key,
    one_of,
    put,
    refers,
    resource,
)
from terraformer.data.mutation.base import Change, Say, Target, added, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import Code


@operator("kms", "aws_kms_key", weight=1.2)
def key_rotation(t: Target) -> Change | None:
    if t.values.get("enable_key_rotation"):
        return None
    if t.values.get("customer_master_key_spec") not in (None, "SYMMETRIC_DEFAULT"):
        return None
    if t.values.get("key_usage") not in (None, "ENCRYPT_DECRYPT"):
        return None
    return put(
        t,
        "enable_key_rotation",
        True,
        "{{enable|turn on|switch on} {automatic |}{key |}rotation {for|of} <it>|rotate <it> "
        "automatically|let AWS rotate <it>}",
        "{<it> should be rotated automatically|{key |}rotation should be {on|enabled} for <it>}",
        WHY_SAFE,
    )


@operator("kms", "aws_kms_key")
def key_alias(t: Target) -> Change | None:
    if t.base.satellites(t.address, "aws_kms_alias") or t.block.repeated or not t.instances:
        return None
    name = f"alias/{t.pick(ascii_name(t), ascii_name(t, 'key'), 'app', 'platform')}"
    label = t.base.fresh("resource", t.label, "aws_kms_alias")
    lines = f'  name          = "{name}"\n  target_key_id = {t.address}.key_id\n'
    return t.change(
        append(t.draft(), t, resource("aws_kms_alias", label, lines)),
        Say(
            "{{add|create} the alias <name> for <it>|give <it> the alias <name>}",
            "<it> should have the alias <name>",
            ("Nobody can remember the key ID.",),
            {"name": name},
        ),
        added("aws_kms_alias", equals("name", name), refers(t, "target_key_id")),
    )


@operator("kms", "aws_kms_key", weight=0.8)
def key_window(t: Target) -> Change | None:
    new = t.another((7, 10, 14, 20, 30), t.values.get("deletion_window_in_days") or 30)
    return put(
        t,
        "deletion_window_in_days",
        new,
        "{{set|change} the deletion {window|waiting period} of <it> to <value> days|wait <value> days "
        "before <it> <is> really deleted}",
        "<it> should have a deletion {window|waiting period} of <value> days",
        WHY_SAFE,
    )


_POLICIES: Final[dict[str, tuple[str, ...]]] = {
    "lambda.amazonaws.com": (
        "AWSXRayDaemonWriteAccess",
        "AmazonSQSFullAccess",
        "AmazonS3ReadOnlyAccess",
        "AmazonDynamoDBReadOnlyAccess",
    ),
    "ec2.amazonaws.com": ("AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy", "AmazonS3ReadOnlyAccess"),
    "ecs-tasks.amazonaws.com": ("AmazonSSMReadOnlyAccess", "AmazonS3ReadOnlyAccess", "AWSXRayDaemonWriteAccess"),
    "": ("ReadOnlyAccess", "AmazonS3ReadOnlyAccess", "CloudWatchReadOnlyAccess", "SecurityAudit"),
}


@operator("iam", "aws_iam_role", weight=1.5)
def attach_policy(t: Target) -> Change | None:
    """A managed policy of AWS."""
    trust = str(t.values.get("assume_role_policy") or "")
    service = next((s for s in _POLICIES if s and s in trust), "")
    policy = t.pick(*_POLICIES[service])
    arn = f"arn:aws:iam::aws:policy/{policy}"
    if t.block.has("managed_policy_arns") or any(arn.encode() in c for c in t.base.config.files.values()):
        return None
    new = beside(t, "aws_iam_role_policy_attachment")
    if new is None or not new.alone or t.base.satellites(t.address, "aws_iam_role_policy_attachments_exclusive"):
        return None
    lines = f'  role       = {t.address}.name\n  policy_arn = "{arn}"\n'
    return t.change(
        append(t.draft(), t, resource("aws_iam_role_policy_attachment", new.label, lines)),
        Say(
            "{attach the {AWS managed |managed |}policy <policy> to <it>|{add|attach} <policy> to <it>|"
            "give <it> the {AWS managed |managed |}policy <policy>}",
            "<it> should have the {AWS managed |managed |}policy <policy>",
            ("Calls fail with access denied.", "It misses a permission."),
            {"policy": Code(policy)},
        ),
        added("aws_iam_role_policy_attachment", refers(t, "role"), equals("policy_arn", arn)),
    )


_GRANTS: Final = {
    "aws_s3_bucket": (["s3:GetObject"], '"${{{}.arn}}/*"', "{read|get} {the |}objects {in|from}"),
    "aws_dynamodb_table": (["dynamodb:GetItem", "dynamodb:Query"], "{}.arn", "read items from and query"),
    "aws_sqs_queue": (["sqs:SendMessage"], "{}.arn", "send messages to"),
    "aws_sns_topic": (["sns:Publish"], "{}.arn", "publish to"),
    "aws_secretsmanager_secret": (["secretsmanager:GetSecretValue"], "{}.arn", "read"),
    "aws_ssm_parameter": (["ssm:GetParameter"], "{}.arn", "read"),
    "aws_kms_key": (["kms:Decrypt"], "{}.arn", "decrypt with"),
}


@operator("iam", "aws_iam_role", weight=1.6)
def grant_access(t: Target) -> Change | None:
    """An inline policy for something of the configuration."""
    if t.block.repeated or not t.instances or t.block.has("inline_policy"):
        return None
    things = [b for type in _GRANTS if (b := one_of(t, type)) is not None]
    if not things or t.base.satellites(t.address, "aws_iam_role_policies_exclusive"):
        return None
    thing = t.pick(*things)
    for block in t.base.referring(thing.address):
        if block.type in ("aws_iam_role_policy", "aws_iam_policy", "aws_iam_policy_document"):
            return None  # perhaps granted already
    actions, pattern, words = _GRANTS[thing.type]
    on = str(pattern).format(thing.address)
    label = t.base.fresh("resource", f"{t.label}_{thing.label}", "aws_iam_role_policy")
    body = (
        f'  name = "{ascii_name(t, "access")}"\n  role = {t.address}.id\n\n  policy = jsonencode({{\n    '
        f'Version = "2012-10-17"\n    Statement = [\n      {{\n'
        f'        Effect   = "Allow"\n        Action   = {literal(actions)}\n        Resource = {on}\n    '
        f"  }},\n    ]\n  }})"
    )
    exactly = " (<actions>)"
    return t.change(
        append(t.draft(), t, resource("aws_iam_role_policy", label, body)),
        Say(
            f"{{allow <it> to {words} <thing>{exactly}|let <it> {words} <thing>{exactly}|give <it> "
            f"permission to {words} <thing>{exactly}}} {{with|in|through}} an inline policy",
            f"<it> should be allowed to {words} <thing>{exactly} by an inline policy",
            ("Calls fail with access denied.", "The new version of the code needs it."),
            {"thing": t.base.thing(thing.address), "actions": [Code(a) for a in actions]},
        ),
        added(
            "aws_iam_role_policy",
            refers(t, "role"),
            refers(thing, "policy"),
            PolicyStatement(("policy",), "Allow", actions=tuple(actions), unknown=True),
        ),
        touches=[thing.address],
    )


@operator("iam", "aws_iam_role", weight=0.8)
def role_session(t: Target) -> Change | None:
    hours = t.another((1, 2, 4, 8, 12), (t.values.get("max_session_duration") or 3600) / 3600)
    return put(
        t,
        "max_session_duration",
        hours * 3600,
        "{{allow|permit} sessions of {up to |}<n> {hours|h} for <it>|{set|change} the maximum session "
        "duration of <it> to {<n> hours|<value> seconds}}",
        "sessions of <it> should be allowed to last {up to |}<n> hours",
        ("The jobs run longer than an hour.",) if hours > 1 else WHY_SAFE,
        n=hours,
    )


@operator("secrets", "aws_secretsmanager_secret")
def secret_recovery(t: Target) -> Change | None:
    days = t.another((0, 7, 14, 30), t.values.get("recovery_window_in_days"))
    if days == 0:
        do = (
            "{delete <it> {at once|immediately} when <they> <is> destroyed, without a recovery window|"
            "{set|change} the recovery window of <it> to 0{ days|}}"
        )
        should = "<it> should be deleted without a recovery window"
        why = ("We recreate the test environment every day and the name is still taken.",)
    else:
        do = (
            "{keep <it> for <value> days after <they> <is> deleted|{set|change} the recovery window of "
            "<it> to <value> days}"
        )
        should = "<it> should have a recovery window of <value> days"
        why = ("Someone deleted a secret that was still in use.",)
    return put(t, "recovery_window_in_days", days, do, should, why)


@operator("secrets", "aws_secretsmanager_secret", weight=0.9)
def secret_key(t: Target) -> Change | None:
    return encrypted_with_key(t, "{encrypt <it> with <key>|use <key> to encrypt <it>}")


@operator("waf", "aws_wafv2_web_acl", weight=1.3)
def firewall_rate_limit(t: Target) -> Change | None:
    if not t.instances or any(b.kind == "dynamic" for b in t.block.blocks) or t.block.has("rule_json"):
        return None
    if "rate_based_statement" in t.syntax.source(t.block):
        return None
    taken = [b.value("priority") for b in t.block.inner("rule")]
    if not all(isinstance(p, int) for p in taken):
        return None
    limit = t.pick(500, 1000, 2000, 5000)
    priority = max([0, *taken]) + 1
    rules = t.block.inner("rule")
    text = (
        f'rule {{\n  name     = "rate-limit"\n  priority = {priority}\n\n  action {{\n    block {{}}\n  '
        f"}}\n\n  statement {{\n    rate_based_statement {{\n"
        f'      limit              = {limit}\n      aggregate_key_type = "IP"\n    }}\n  }}\n\n  '
        f"visibility_config {{\n"
        '    cloudwatch_metrics_enabled = true\n    metric_name                = "rate-limit"\n    '
        "sampled_requests_enabled   = true\n  }\n}"
    )
    return t.change(
        t.draft().insert_block(t.block, text, after=rules[-1] if rules else None),
        Say(
            "{block {IP addresses|clients} that {make|send} more than <limit> requests {in five minutes |"
            "}with a rate-based rule in <it>|add a {rate-based|rate limiting} rule to <it> that blocks "
            "{IP addresses|IPs} with more than <limit> requests}",
            "<it> should block {IP addresses|clients} with more than <limit> requests{ in five minutes|}",
            ("Bots hammer our login page.", "A scraper brought us down."),
            {"limit": limit},
        ),
        t.updated(
            "rule",
            having=(
                Block(
                    ("rule",),
                    (
                        equals("statement.rate_based_statement.limit", limit),
                        equals("statement.rate_based_statement.aggregate_key_type", "IP"),
                    ),
                ),
            ),
        ),
    )


@operator("waf", "aws_wafv2_web_acl", weight=1.1)
def firewall_attach(t: Target) -> Change | None:
    """To a load balancer of the configuration."""
    if t.block.repeated or not t.instances or t.values.get("scope") != "REGIONAL":
        return None
    balancer = one_of(t, "aws_lb")
    if balancer is None or t.base.values(balancer.address).get("load_balancer_type") not in (None, "application"):
        return None
    if t.base.satellites(balancer.address, "aws_wafv2_web_acl_association"):
        return None
    label = t.base.fresh("resource", balancer.label, "aws_wafv2_web_acl_association")
    lines = f"  resource_arn = {balancer.address}.arn\n  web_acl_arn  = {t.address}.arn\n"
    return t.change(
        append(t.draft(), t, resource("aws_wafv2_web_acl_association", label, lines)),
        Say(
            "{protect <balancer> {with|by} <it>|{attach <it> to|associate <it> with} <balancer>}",
            "<balancer> should be protected by <it>",
            WHY_SAFE,
            {"balancer": t.base.thing(balancer.address)},
        ),
        added("aws_wafv2_web_acl_association", refers(balancer, "resource_arn"), refers(t, "web_acl_arn")),
        touches=[balancer.address],
    )


@operator("cognito", "aws_cognito_user_pool")
def pool_passwords(t: Target) -> Change | None:
    policy = t.block.first("password_policy")
    new = t.pick(10, 12, 14, 16)
    if policy is None or policy.value("minimum_length") == new:
        return None
    return put(
        t,
        "password_policy.minimum_length",
        new,
        "{{require|demand} passwords {with|of} at least <value> characters in <it>|{set|change} the "
        "minimum {password length|length of passwords} {of|in} <it> to <value>}",
        "passwords in <it> should have at least <value> characters",
        WHY_SAFE,
    )


@operator("cognito", "aws_cognito_user_pool")
def pool_mfa(t: Target) -> Change | None:
    if t.values.get("mfa_configuration") not in (None, "OFF") or t.block.has("software_token_mfa_configuration"):
        return None
    if not t.instances or not changeable(t, "mfa_configuration"):
        return None
    mode = t.pick("OPTIONAL", "ON")
    draft = t.draft().set(t.block, "mfa_configuration", literal(mode))
    draft.insert_block(t.block, "software_token_mfa_configuration {\n  enabled = true\n}")
    return t.change(
        draft,
        Say(
            "{require|demand} MFA with {an authenticator app|a software token|TOTP} in <it>"
            if mode == "ON"
            else "{{allow|offer} MFA with {an authenticator app|a software token|TOTP} in <it>, "
            "{optional|but don't require it}|make MFA with {an authenticator app|a software token|"
            "TOTP} optional in <it>}",
            "MFA with {an authenticator app|a software token} should be "
            + ("required" if mode == "ON" else "optional")
            + " in <it>",
            WHY_SAFE,
        ),
        t.updated(
            "mfa_configuration",
            "software_token_mfa_configuration",
            having=(equals("mfa_configuration", mode), equals("software_token_mfa_configuration.enabled", True)),
        ),
    )
