"""Messaging: queues, topics, streams."""

from __future__ import annotations

from terraformer.data.intents import RefersTo
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.additions import (
    WHY_SAFE,
    append,
    ascii_name,
    beside,
    changeable,
    get,
    one_of,
    put,
    refers,
    resource,
)
from terraformer.data.mutation.base import Change, Say, Target, added, equals, may_be_added
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.naming import Words


@operator("messaging", "aws_sqs_queue", weight=1.2)
def queue_retention(t: Target) -> Change | None:
    current = t.values.get("message_retention_seconds") or 345600
    days = t.another((1, 2, 3, 4, 5, 7, 10, 14), current / 86400)
    return put(
        t,
        "message_retention_seconds",
        days * 86400,
        "{{keep|retain} {the |}messages in <it> for <days> days|{set|change} the {message |}retention of "
        "<it> to <days> days}",
        "messages in <it> should be kept for <days> days",
        ("The consumer was down over a long weekend.", "Old messages are of no use to anyone."),
        days=days,
    )


@operator("messaging", "aws_sqs_queue", weight=1.1)
def queue_visibility(t: Target) -> Change | None:
    new = t.another((45, 60, 90, 120, 300, 600, 900), t.values.get("visibility_timeout_seconds"))
    return put(
        t,
        "visibility_timeout_seconds",
        new,
        "{{set|change} the visibility timeout of <it> to <value> seconds|{hide messages of <it>|keep "
        "messages in <it> invisible} for <value> seconds {after|once} they are received}",
        "<it> should have a visibility timeout of <value> seconds",
        ("Messages are processed twice.", "The consumer takes longer now."),
    )


@operator("messaging", "aws_sqs_queue")
def queue_long_polling(t: Target) -> Change | None:
    if t.values.get("receive_wait_time_seconds"):
        return None
    new = t.pick(5, 10, 20)
    return put(
        t,
        "receive_wait_time_seconds",
        new,
        "{{enable|turn on|use} long polling {on|for} <it> with a wait time of <value> seconds|{set|"
        "change} the receive wait time of <it> to <value> seconds|let receivers of <it> wait {up to |"
        "}<value> seconds for messages}",
        "<it> should use long polling with a wait time of <value> seconds",
        ("Empty receives cost us money.",),
    )


@operator("messaging", "aws_sqs_queue", weight=1.2)
def queue_encryption(t: Target) -> Change | None:
    if t.values.get("kms_master_key_id") or not t.instances or not changeable(t, "kms_master_key_id"):
        return None
    if "kms_master_key_id" in t.block.arguments or t.block.has("sqs_managed_sse_enabled"):
        return None
    return _encrypted(t, "queue")


@operator("messaging", "aws_sns_topic", weight=1.2)
def topic_encryption(t: Target) -> Change | None:
    if t.values.get("kms_master_key_id") or not t.instances or "kms_master_key_id" in t.block.arguments:
        return None
    return _encrypted(t, "topic")


def _encrypted(t: Target, what: str) -> Change | None:
    """With a new key, one of the configuration, or the one that AWS manages."""
    way = t.pick("aws", "new", "existing")
    key = one_of(t, "aws_kms_key") if way == "existing" else None
    service = "sqs" if what == "queue" else "sns"
    if way == "aws" or (way == "existing" and key is None):
        return put(
            t,
            "kms_master_key_id",
            f"alias/aws/{service}",
            f"{{encrypt <it> with the {{AWS managed {service.upper()} key|AWS managed key <value>|key "
            f"<value>}}|use the AWS managed key <value> {{for|to encrypt}} <it>}}",
            "<it> should be encrypted with the {AWS managed key|key} <value>",
            WHY_SAFE,
        )
    if key is not None:
        return t.change(
            t.draft().set(t.block, "kms_master_key_id", f"{key.address}.id"),
            Say(
                "{encrypt {<it>|the messages in <it>} with <key>|use <key> to encrypt <it>}",
                "<it> should be encrypted with <key>",
                WHY_SAFE,
                {"key": t.base.thing(key.address)},
            ),
            t.updated(
                "kms_master_key_id",
                having=(refers(key, "kms_master_key_id"),),
            ),
            touches=[key.address],
        )
    label = t.base.fresh("resource", t.label, "aws_kms_key")
    draft = t.draft().set(t.block, "kms_master_key_id", f"aws_kms_key.{label}.id")
    return t.change(
        append(draft, t, resource("aws_kms_key", label, f'  description = "Encrypts the {what} {t.label}"\n')),
        Say(
            "{encrypt {<it>|the messages in <it>} with {a new|a new customer managed} KMS key|create a "
            "KMS key and {use it to encrypt <it>|encrypt <it> with it}}",
            "<it> should be encrypted with a {new KMS key|KMS key of our own}",
            WHY_SAFE,
        ),
        added("aws_kms_key"),
        t.updated("kms_master_key_id", having=(RefersTo(Refer(type="aws_kms_key"), ("kms_master_key_id",)),)),
    )


@operator("messaging", "aws_sqs_queue", weight=1.4)
def queue_dead_letters(t: Target) -> Change | None:
    if t.block.repeated or not t.instances or t.block.has("redrive_policy") or t.block.has("redrive_allow_policy"):
        return None
    if t.base.satellites(t.address, "aws_sqs_queue_redrive_policy") or t.base.satellites(t.address, "aws_sqs_queue"):
        return None
    if any(x in t.label for x in ("dead", "dlq", "dl", "failed")):
        return None
    fifo = t.values.get("fifo_queue") is True
    number = t.pick(2, 3, 5, 10)
    label = t.base.fresh("resource", f"{t.label}_dead_letters", "aws_sqs_queue")
    name = ascii_name(t, "dead-letters") + (".fifo" if fifo else "")
    queue = f'  name       = "{name}"\n' + ("  fifo_queue = true\n" if fifo else "")
    draft = t.draft().set(
        t.block,
        "redrive_policy",
        f"jsonencode({{\n    deadLetterTargetArn = aws_sqs_queue.{label}.arn\n    maxReceiveCount     = "
        f"{number}\n  }})",
    )
    return t.change(
        append(draft, t, resource("aws_sqs_queue", label, queue)),
        Say(
            "{{add|create} a dead-letter queue for <it>, {to which messages go after <n> receives|for "
            "messages that were received <n> times}|give <it> a dead-letter queue after <n> {attempts|"
            "receives}|{move|send} messages that {fail|were received} <n> times in <it> to a {new |"
            "}dead-letter queue}",
            "messages in <it> should go to a {new |}dead-letter queue after <n> receives",
            ("A bad message blocks the consumer for hours.", "Messages that fail are tried forever."),
            {"n": number},
        ),
        added("aws_sqs_queue"),
        t.updated(
            "redrive_policy",
            having=(RefersTo(Refer(type="aws_sqs_queue"), ("redrive_policy",)),),
        ),
        may_be_added("aws_sqs_queue_redrive_allow_policy"),
    )


@operator("messaging", "aws_sns_topic", weight=1.4)
def topic_subscription(t: Target) -> Change | None:
    """By mail, webhook, or a queue of the configuration."""
    new = beside(t, "aws_sns_topic_subscription")
    if new is None or not new.alone or t.values.get("fifo_topic"):
        return None
    kind = t.pick("email", "email", "https", "sms")
    endpoint, do = {
        "email": (
            t.pick("oncall@example.com", "ops@example.com", "platform@example.org", "alerts@example.net"),
            "{subscribe <endpoint> {to <it> by {mail|e-mail|email}|by {mail|email} to <it>}|send {the "
            "messages of|everything that is published to} <it> to <endpoint> by {mail|email}|add an "
            "email subscription for <endpoint> to <it>}",
        ),
        "https": (
            t.pick("https://hooks.example.com/alerts", "https://api.example.org/events"),
            "{subscribe {the webhook |the HTTPS endpoint |}<endpoint> to <it>|{send|post} {the messages "
            "of|what is published to} <it> to <endpoint>{ over HTTPS|}|add an HTTPS subscription for "
            "<endpoint> to <it>}",
        ),
        "sms": (
            "+15555550100",
            "{subscribe {the phone number |}<endpoint> to <it> by {SMS|text message}|"
            "send the messages of <it> to <endpoint> by {SMS|text message}}",
        ),
    }[kind]
    label = t.base.fresh(
        "resource", {"email": "mail", "https": "webhook", "sms": "phone"}[kind], "aws_sns_topic_subscription"
    )
    lines = f'  topic_arn = {t.address}.arn\n  protocol  = "{kind}"\n  endpoint  = "{endpoint}"\n'
    return t.change(
        append(t.draft(), t, resource("aws_sns_topic_subscription", label, lines)),
        Say(
            do,
            "<endpoint> should {be subscribed to|receive the messages of} <it> "
            + {"email": "by {mail|email}", "https": "over HTTPS", "sms": "by SMS"}[kind],
            ("A colleague wants to be told too.",) if kind != "https" else ("Our chat has a webhook for it.",),
            {"endpoint": endpoint},
        ),
        added(
            "aws_sns_topic_subscription",
            refers(t, "topic_arn"),
            equals("protocol", kind),
            equals("endpoint", endpoint),
        ),
    )


@operator("messaging", "aws_sns_topic_subscription", weight=0.9)
def subscription_raw(t: Target) -> Change | None:
    if t.values.get("protocol") not in ("sqs", "https", "http", "firehose") or t.values.get("raw_message_delivery"):
        return None
    return put(
        t,
        "raw_message_delivery",
        True,
        "{{enable|turn on|use} raw message delivery {for|on} <it>|deliver {the |}messages of <it> raw, "
        "without the SNS envelope}",
        "{the |}messages of <it> should be delivered raw{, without the SNS envelope|}",
        ("The consumer should not have to unwrap every message.",),
    )


@operator("streaming", "aws_kinesis_stream", weight=1.2)
def stream_shards(t: Target) -> Change | None:
    current = t.values.get("shard_count")
    if not isinstance(current, (int, float)) or get(t.values, "stream_mode_details.stream_mode") == "ON_DEMAND":
        return None
    new = t.another((1, 2, 3, 4, 6, 8), int(current))
    return put(
        t,
        "shard_count",
        new,
        "{{scale|change|resize} <it> {from <old> |}to <value> shards|use <value> shards {in|for} <it>|"
        "give <it> <value> shards{ instead of <old>|}}",
        "<it> should have <value> shards",
        ("Producers are throttled.",) if new > current else ("Most of the shards are idle.",),
        old=int(current),
    )


@operator("streaming", "aws_kinesis_stream")
def stream_retention(t: Target) -> Change | None:
    hours = t.another((24, 48, 72, 168), int(t.values.get("retention_period") or 24))
    words = (
        f"{hours} hours"
        if hours < 168 and t.rng.random() < 0.6
        else {24: "a day", 48: "two days", 72: "three days", 168: "a week"}[hours]
    )
    return put(
        t,
        "retention_period",
        hours,
        "{{keep|retain} {the |}records {in|of} <it> for <amount>|{set|change} the retention {period |}of "
        "<it> to <amount>}",
        "records in <it> should be kept for <amount>",
        ("The consumer was down for a day and we lost records.",) if hours > 24 else ("We don't need old records.",),
        amount=Words(words),
    )


@operator("streaming", "aws_kinesis_stream")
def stream_encryption(t: Target) -> Change | None:
    if (
        t.values.get("encryption_type") == "KMS"
        or not changeable(t, "encryption_type")
        or not changeable(t, "kms_key_id")
    ):
        return None
    if t.block.has("kms_key_id"):
        return None
    draft = t.draft()
    if t.block.has("encryption_type"):
        draft.set(t.block, "encryption_type", '"KMS"').set(t.block, "kms_key_id", '"alias/aws/kinesis"')
    else:
        draft.insert_argument(t.block, 'encryption_type = "KMS"\n  kms_key_id      = "alias/aws/kinesis"')
    return t.change(
        draft,
        Say(
            "{encrypt <it> with {the AWS managed key <key>|<key>}|{enable|turn on} {server-side |"
            "}encryption {of|for} <it> with the key <key>}",
            "<it> should be encrypted with the {AWS managed key|key} <key>",
            WHY_SAFE,
            {"key": "alias/aws/kinesis"},
        ),
        t.updated(
            "encryption_type",
            "kms_key_id",
            having=(equals("encryption_type", "KMS"), equals("kms_key_id", "alias/aws/kinesis")),
        ),
    )
