"""SQS, SNS."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.expressions import Json
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

_PURPOSES = (
    "for our order processing",
    "between the web shop and the warehouse",
    "for background jobs",
    "for image processing",
    "",
    "",
)


def queue(
    s: Scene, role: str, noun: str = "{SQS queue|queue|SQS queue|message queue in SQS}", *, said: bool = True
) -> Node:
    node = s.resource("aws_sqs_queue", noun, role, said=said)
    return node.named("name", resource_name(s, role))


@blueprint("sqs", weight=2)
def queue_alone(s: Scene) -> None:
    main = queue(s, s.pick("jobs", "orders", "events", "tasks", "emails", "uploads"))
    s.purpose = s.pick(*_PURPOSES)
    if s.may(0.6):
        main.set("visibility_timeout_seconds", s.pick(30, 45, 60, 120, 300, 600))
    if s.may(0.5):
        days = s.pick(1, 2, 4, 7, 14)
        main.set(
            "message_retention_seconds",
            days * 86400,
            Say(
                np=f"{{a |}}message retention of {{{days} day{'s' * (days > 1)}|{days * 86400} seconds}}",
                that=f"keeps messages for {days} day{'s' * (days > 1)}",
            ),
        )
    if s.may(0.3):
        main.set("delay_seconds", s.pick(5, 10, 30, 60, 90))
    if s.may(0.3):
        main.set(
            "receive_wait_time_seconds",
            s.pick(5, 10, 20),
            Say(np="long polling {of|with} <v> seconds", do="use long polling of <v> seconds"),
        )
    if s.may(0.3):
        main.set(
            "sqs_managed_sse_enabled",
            True,
            Say(np="{SQS managed encryption|SSE-SQS encryption}", that="is encrypted with SQS managed keys"),
        )


@blueprint("sqs", weight=2)
def queue_with_dead_letters(s: Scene) -> None:
    role = s.pick("jobs", "orders", "events", "payments")
    fifo = s.may(0.2)
    dead = s.resource("aws_sqs_queue", "{dead letter queue|dead-letter queue|DLQ}", f"{role}_dlq")
    main = s.resource("aws_sqs_queue", "{FIFO queue|SQS FIFO queue}" if fifo else "{SQS queue|queue}", role)
    suffix = ".fifo" if fifo else ""
    dead.named("name", resource_name(s, f"{role}-dlq") + suffix)
    main.named("name", resource_name(s, role) + suffix)
    if fifo:
        dead.implied("fifo_queue", True)
        main.implied("fifo_queue", True)
        if s.may(0.5):
            main.set("content_based_deduplication", True)
    count = s.pick(3, 4, 5, 10)
    main.set(
        "redrive_policy",
        Json({"deadLetterTargetArn": dead.ref("arn"), "maxReceiveCount": count}),
        Say(
            np=f"{{a redrive policy to|a redrive to}} {{the DLQ|it}} after {count} receives",
            do=f"move messages {{there|to the dead letter queue}} after {count} {{failed |}}receives",
            demand=parts.refers(dead, "redrive_policy"),
        ),
    )
