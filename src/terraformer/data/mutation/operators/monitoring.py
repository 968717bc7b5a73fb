"""Monitoring: log groups, alarms on what is there, trails, budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from terraformer.data.intents import Attribute, Block, Operator, RefersTo
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.additions import (
    WHY_SAFE,
    append,
    ascii_name,
    changeable,
    encrypted_with_key,
    one_of,
    put,
    refers,
    resource,
)
from terraformer.data.mutation.base import Change, Say, Target, added, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.naming import Words


@operator("logs", "aws_cloudwatch_log_group", weight=1.3)
def log_retention(t: Target) -> Change | None:
    current = t.values.get("retention_in_days") or 0
    days = t.another((3, 7, 14, 30, 60, 90, 180, 365), current)
    words = {365: "a year", 7: "a week"}.get(days, "") if t.rng.random() < 0.25 else ""
    return put(
        t,
        "retention_in_days",
        days,
        "{{keep|retain} {the logs|logs} in <it> for <amount>|{set|change} the retention of <it> to "
        "<amount>|{delete|expire} logs in <it> after <amount>}",
        "logs in <it> should be kept for <amount>",
        ("Logs are kept forever and cost a lot.", "Our retention policy changed.", "Nobody looks at older logs.")
        if not current or days < current
        else ("The auditors want to see older logs.", "Last time the logs we needed were gone."),
        amount=Words(words or f"{days} days"),
    )


@operator("logs", "aws_cloudwatch_log_group", weight=0.8)
def log_encryption(t: Target) -> Change | None:
    return encrypted_with_key(t, "{encrypt {<it>|the logs in <it>} with <key>|use <key> to encrypt <it>}")


@operator("logs", "aws_cloudwatch_log_group", weight=0.9)
def log_metric(t: Target) -> Change | None:
    """A metric filter for a word in the logs."""
    if t.block.repeated or not t.instances:
        return None
    pattern, label, metric = t.pick(
        ("ERROR", "errors", "ErrorCount"),
        ("Exception", "exceptions", "ExceptionCount"),
        ("timeout", "timeouts", "TimeoutCount"),
    )
    namespace = t.pick("App", "Custom", "Logs")
    if t.base.satellites(t.address, "aws_cloudwatch_log_metric_filter"):
        return None
    fresh = t.base.fresh("resource", label, "aws_cloudwatch_log_metric_filter")
    lines = (
        f'  name           = "{label}"\n  log_group_name = {t.address}.name\n  pattern        = "{pattern}"\n\n'
        f'  metric_transformation {{\n    name      = "{metric}"\n    namespace = "{namespace}"\n    '
        f'value     = "1"\n  }}'
    )
    return t.change(
        append(t.draft(), t, resource("aws_cloudwatch_log_metric_filter", fresh, lines)),
        Say(
            "{add|create} a metric filter {to|for} <it> that counts {lines|messages|log lines} with "
            "<pattern> {as|in} the metric <metric> in the namespace <namespace>",
            "{lines|messages} with <pattern> in <it> should be counted {as|in} the metric <metric> in "
            "the namespace <namespace>",
            ("We want an alarm on this later.",),
            {"pattern": pattern, "metric": metric, "namespace": namespace},
        ),
        added(
            "aws_cloudwatch_log_metric_filter",
            refers(t, "log_group_name"),
            Attribute(("pattern",), Operator.INCLUDES, pattern),
            equals("metric_transformation.name", metric),
            equals("metric_transformation.namespace", namespace),
        ),
    )


@dataclass(frozen=True)
class _Metric:
    """A metric that people watch: ``words`` what is too much (or too little) of it."""

    namespace: str
    name: str
    dimension: str
    attribute: str
    statistic: str
    thresholds: tuple[int, ...]
    words: str
    unit: str = ""
    label: str = ""


_METRICS: Final[dict[str, tuple[_Metric, ...]]] = {
    "aws_instance": (
        _Metric(
            "AWS/EC2", "CPUUtilization", "InstanceId", "id", "Average", (70, 80, 90), "the average CPU", "%", "cpu"
        ),
        _Metric(
            "AWS/EC2",
            "StatusCheckFailed",
            "InstanceId",
            "id",
            "Maximum",
            (0,),
            "the number of failed status checks",
            "",
            "status",
        ),
    ),
    "aws_lambda_function": (
        _Metric(
            "AWS/Lambda",
            "Errors",
            "FunctionName",
            "function_name",
            "Sum",
            (0, 1, 5, 10),
            "the number of errors",
            "",
            "errors",
        ),
        _Metric(
            "AWS/Lambda",
            "Throttles",
            "FunctionName",
            "function_name",
            "Sum",
            (0, 5, 10),
            "the number of throttles",
            "",
            "throttles",
        ),
    ),
    "aws_sqs_queue": (
        _Metric(
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            "QueueName",
            "name",
            "Maximum",
            (100, 500, 1000),
            "the number of visible messages",
            "",
            "backlog",
        ),
        _Metric(
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            "QueueName",
            "name",
            "Maximum",
            (300, 600, 3600),
            "the age of the oldest message",
            " seconds",
            "age",
        ),
    ),
    "aws_db_instance": (
        _Metric(
            "AWS/RDS",
            "CPUUtilization",
            "DBInstanceIdentifier",
            "identifier",
            "Average",
            (70, 80, 90),
            "the average CPU",
            "%",
            "cpu",
        ),
        _Metric(
            "AWS/RDS",
            "DatabaseConnections",
            "DBInstanceIdentifier",
            "identifier",
            "Average",
            (50, 100, 200),
            "the average number of connections",
            "",
            "connections",
        ),
    ),
    "aws_dynamodb_table": (
        _Metric(
            "AWS/DynamoDB",
            "ReadThrottleEvents",
            "TableName",
            "name",
            "Sum",
            (0, 10),
            "the number of throttled reads",
            "",
            "throttled_reads",
        ),
    ),
    "aws_autoscaling_group": (
        _Metric(
            "AWS/EC2",
            "CPUUtilization",
            "AutoScalingGroupName",
            "name",
            "Average",
            (60, 70, 80),
            "the average CPU",
            "%",
            "cpu",
        ),
    ),
    "aws_kinesis_stream": (
        _Metric(
            "AWS/Kinesis",
            "GetRecords.IteratorAgeMilliseconds",
            "StreamName",
            "name",
            "Maximum",
            (60000, 300000),
            "the iterator age",
            " ms",
            "iterator_age",
        ),
    ),
    "aws_sfn_state_machine": (
        _Metric(
            "AWS/States",
            "ExecutionsFailed",
            "StateMachineArn",
            "arn",
            "Sum",
            (0, 1, 5),
            "the number of failed executions",
            "",
            "failed",
        ),
    ),
}


@operator("alarms", *_METRICS, weight=1.1)
def add_alarm(t: Target) -> Change | None:
    """On a metric of a resource; to a topic of the configuration where it has one."""
    if t.block.repeated or not t.instances:
        return None
    metric: _Metric = t.pick(*_METRICS[t.type])
    for block in t.base.satellites(t.address, "aws_cloudwatch_metric_alarm"):
        if t.base.values(block.address).get("metric_name") in (metric.name, None):
            return None
    threshold = t.pick(*metric.thresholds)
    minutes = t.pick(1, 5, 10, 15)
    topic = one_of(t, "aws_sns_topic") if t.rng.random() < 0.7 else None
    label = t.base.fresh("resource", f"{t.label}_{metric.label}", "aws_cloudwatch_metric_alarm")
    name = ascii_name(t, metric.label.replace("_", "-"))
    lines = (
        f'  alarm_name          = "{name}"\n  namespace           = "{metric.namespace}"\n'
        f'  metric_name         = "{metric.name}"\n  statistic           = "{metric.statistic}"\n'
        f'  comparison_operator = "GreaterThanThreshold"\n  threshold           = {threshold}\n'
        f"  period              = {minutes * 60}\n  evaluation_periods  = 1\n"
    )
    lines += f"  alarm_actions       = [{topic.address}.arn]\n" if topic is not None else ""
    lines += f"\n  dimensions = {{\n    {metric.dimension} = {t.address}.{metric.attribute}\n  }}"
    exactly = t.rng.random() < 0.3
    what = f"{{{metric.words}|the metric {metric.name}}}" if exactly else metric.words
    over = "{for|over}"
    period = "{<n> minutes|<seconds> seconds}" if minutes > 1 else "{a minute|60 seconds}"
    also = ", and notify <topic>" if topic is not None else ""
    return t.change(
        append(t.draft(), t, resource("aws_cloudwatch_metric_alarm", label, lines)),
        Say(
            f"{{add|create}} {{a CloudWatch alarm|an alarm}} for when {what} of <it> is above "
            f"<threshold>{metric.unit} {over} {period}{also}",
            f"{{there should be|we should have}} {{a CloudWatch alarm|an alarm}} for when {what} of <it> "
            f"is above <threshold>{metric.unit} {over} {period}"
            + (", and it should notify <topic>" if topic is not None else ""),
            ("We only hear of problems from our customers.", "Nobody noticed the last outage for hours."),
            {
                "threshold": threshold,
                "n": minutes,
                "seconds": minutes * 60,
                **({"topic": t.base.thing(topic.address)} if topic is not None else {}),
            },
        ),
        added(
            "aws_cloudwatch_metric_alarm",
            equals("namespace", metric.namespace),
            equals("metric_name", metric.name),
            equals("threshold", threshold),
            equals("period", minutes * 60),
            equals("comparison_operator", "GreaterThanThreshold"),
            refers(t, "dimensions"),
            *([refers(topic, "alarm_actions")] if topic is not None else []),
        ),
        touches=[topic.address] if topic is not None else [],
    )


@operator("alarms", "aws_cloudwatch_metric_alarm", weight=1.1)
def alarm_action(t: Target) -> Change | None:
    """An alarm that tells nobody."""
    topic = one_of(t, "aws_sns_topic")
    if not t.instances or t.block.has("alarm_actions") or (topic is None and t.block.repeated):
        return None
    if topic is not None:
        return t.change(
            t.draft().set(t.block, "alarm_actions", f"[{topic.address}.arn]"),
            Say(
                "{let <it> notify <topic>|send <it> to <topic>|{add|set} <topic> as the alarm action of <it>}",
                "<it> should notify <topic>",
                ("The alarm fires, but nobody hears of it.",),
                {"topic": t.base.thing(topic.address)},
            ),
            t.updated("alarm_actions", having=(refers(topic, "alarm_actions"),)),
            touches=[topic.address],
        )
    label = t.base.fresh("resource", "alerts", "aws_sns_topic")
    draft = t.draft().set(t.block, "alarm_actions", f"[aws_sns_topic.{label}.arn]")
    return t.change(
        append(draft, t, resource("aws_sns_topic", label, '  name = "alerts"\n')),
        Say(
            "{create|add} an SNS topic and {let <it> notify it|use it as the alarm action of <it>}",
            "<it> should notify a new SNS topic",
            ("The alarm fires, but nobody hears of it.",),
        ),
        added("aws_sns_topic"),
        t.updated("alarm_actions", having=(RefersTo(Refer(type="aws_sns_topic"), ("alarm_actions",)),)),
    )


@operator("alarms", "aws_cloudwatch_metric_alarm")
def alarm_threshold(t: Target) -> Change | None:
    current = t.values.get("threshold")
    if not isinstance(current, (int, float)) or not changeable(t, "threshold"):
        return None
    percent = "Utilization" in str(t.values.get("metric_name"))
    options = (60, 70, 75, 80, 85, 90, 95) if percent else (1, 2, 5, 10, 20, 50, 100)
    new = t.another([o for o in options if percent or (current and 0.2 <= o / current <= 5)], int(current))
    return put(
        t,
        "threshold",
        new,
        "{{change|set} the threshold of <it> {from <old> |}to <value>|use <value> as the threshold of "
        "<it>{ instead of <old>|}}",
        "the threshold of <it> should be <value>{, not <old>|}",
        ("It fires all the time.",) if new is not None and new > current else ("It fires too late.",),
        old=int(current) if float(current).is_integer() else current,
    )


@operator("trail", "aws_cloudtrail")
def trail_validation(t: Target) -> Change | None:
    if t.values.get("enable_log_file_validation"):
        return None
    return put(
        t,
        "enable_log_file_validation",
        True,
        "{{enable|turn on} log file validation {for|of|on} <it>|make sure that {nobody can change the "
        "log files of <it> unnoticed|changes of the log files of <it> can be detected}}",
        "log file validation should be {on|enabled} for <it>",
        WHY_SAFE,
    )


@operator("trail", "aws_cloudtrail")
def trail_regions(t: Target) -> Change | None:
    if t.values.get("is_multi_region_trail"):
        return None
    return put(
        t,
        "is_multi_region_trail",
        True,
        "{{record|log} {the events|events} of all regions {with|in} <it>|{make <it>|turn <it> into} a "
        "multi-region trail}",
        "<it> should {record|log} the events of all regions",
        WHY_SAFE,
    )


# It fits every configuration, so that it is drawn among the general ones: else it would be the service operator of all
# that have no other.
@operator("budget", on="configuration", weight=0.2, structural=True)
def add_budget(t: Target) -> Change | None:
    if t.syntax.of("resource", "aws_budgets_budget") or not t.syntax.of("provider"):
        return None
    if not any(b.type.startswith("aws_") for b in t.syntax.of("resource")):
        return None
    amount = t.pick(50, 100, 200, 500, 1000)
    percent = t.pick(80, 90, 100)
    mail = t.pick("finance@example.com", "ops@example.com", "cloud-costs@example.org")
    text = resource(
        "aws_budgets_budget",
        t.base.fresh("resource", "monthly", "aws_budgets_budget"),
        f'  name         = "monthly"\n  budget_type  = "COST"\n  limit_amount = "{amount}"\n  limit_unit  '
        f' = "USD"\n  time_unit    = "MONTHLY"\n\n'
        f'  notification {{\n    comparison_operator        = "GREATER_THAN"\n    threshold               '
        f'   = {percent}\n    threshold_type             = "PERCENTAGE"\n'
        f'    notification_type          = "ACTUAL"\n    subscriber_email_addresses = ["{mail}"]\n  }}',
    )
    files = [b.file for b in t.base.resources]
    if not files:
        return None
    return t.change(
        t.draft().append(text, file=max(set(files), key=files.count)),
        Say(
            "{add|create|set up} a monthly {cost budget|AWS budget|budget} of {$<amount>|<amount> USD} "
            "that {mails|sends an email to|notifies} <mail> when {the actual costs are above <percent>% "
            "of it|more than <percent>% of it is actually spent}",
            "there should be a monthly {cost |}budget of {$<amount>|<amount> USD} that notifies <mail> "
            "when the actual costs are above <percent>% of it",
            ("The last bill was a surprise.",),
            {"amount": amount, "percent": percent, "mail": mail},
        ),
        added(
            "aws_budgets_budget",
            equals("limit_unit", "USD"),
            equals("time_unit", "MONTHLY"),
            equals("budget_type", "COST"),
            Attribute(("limit_amount",), Operator.MATCHES, rf"^{amount}(\.0+)?$"),
            Block(
                ("notification",),
                (
                    equals("threshold", percent),
                    equals("notification_type", "ACTUAL"),
                    Attribute(("subscriber_email_addresses",), Operator.CONTAINS, mail),
                ),
            ),
        ),
    )
