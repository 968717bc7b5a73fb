"""CloudWatch: alarms, dashboards, logs; budgets, quotas."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.serverless import allow, function
from terraformer.data.synthesis.expressions import Document, Json, Raw, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

ALARM = "{CloudWatch alarm|CloudWatch metric alarm|alarm}"
_METRICS = (
    # metric, namespace, words, statistic, thresholds, dimension
    ("CPUUtilization", "AWS/EC2", "CPU {usage|utilization}", "Average", (70, 80, 90), ("InstanceId", "i-0a1b2c3d4e5f67890")),
    ("CPUUtilization", "AWS/RDS", "{RDS |database }CPU {usage|utilization}", "Average", (75, 80, 90), ("DBInstanceIdentifier", "orders")),
    ("Errors", "AWS/Lambda", "{Lambda errors|errors of the function}", "Sum", (0, 1, 5), ("FunctionName", "orders-api")),
    ("ApproximateNumberOfMessagesVisible", "AWS/SQS", "{queue depth|messages in the queue}", "Maximum", (100, 500, 1000), ("QueueName", "orders")),
    ("HTTPCode_Target_5XX_Count", "AWS/ApplicationELB", "5xx {errors|responses} of the load balancer", "Sum", (10, 50, 100), ("LoadBalancer", "app/web/50dc6c495c0c9188")),
)  # fmt: skip


def alerts(s: Scene) -> Node:
    """A topic for alarms, with someone who listens."""
    topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "alerts").named(
        "name", resource_name(s, s.pick("alerts", "alarms", "ops-alerts"))
    )
    if s.may(0.5):
        mail = f"{s.pick('ops', 'oncall', 'team', 'platform')}@example.com"
        sub = s.resource(
            "aws_sns_topic_subscription",
            "subscription",
            "email",
            of=topic,
            say=Say(np=f"an email subscription for {mail}", do=f"{{notify|mail|send mail to}} {mail}"),
        )
        sub.link("topic_arn", topic, "arn").implied("protocol", "email").implied("endpoint", mail)
    return topic


def alarm(s: Scene, topic: Node | None, choice: int) -> Node:
    metric, namespace, words, statistic, limits, (dimension, value) = _METRICS[choice]
    node = s.resource("aws_cloudwatch_metric_alarm", ALARM, metric.lower()[:24])
    node.named(
        "alarm_name",
        resource_name(s, {0: "high-cpu", 1: "db-cpu", 2: "lambda-errors", 3: "queue-depth", 4: "alb-5xx"}[choice]),
    )
    limit = s.pick(*limits)
    unit = " percent" if metric.startswith("CPU") else ""
    node.says(
        Say(
            post=f"for {words}",
            demand=(
                Attribute(("metric_name",), Operator.EQUALS, metric),
                Attribute(("namespace",), Operator.EQUALS, namespace),
            ),
        )
    )
    node.set("metric_name", metric, False, extract=False).set("namespace", namespace, False, extract=False)
    node.set("comparison_operator", "GreaterThanThreshold", False, extract=False)
    node.set(
        "threshold",
        limit,
        Say(
            np=f"a threshold of {limit}{unit}",
            that=f"fires {{above|when it is over}} {limit}{unit}",
            do=f"alarm {{above|over}} {limit}{unit}",
        ),
    )
    node.set(
        "statistic",
        statistic,
        Say(np=f"{{the |}}{statistic.lower()} as statistic", do=f"use the {statistic.lower()}")
        if s.may(0.3)
        else False,
    )
    node.set(
        "period",
        s.pick(60, 120, 300),
        Say(np="{a |}period of <v> seconds", do="use periods of <v> seconds") if s.may(0.5) else False,
    )
    periods = s.pick(1, 2, 3)
    times = f"{periods} evaluation period{'s' * (periods > 1)}"
    node.set(
        "evaluation_periods",
        periods,
        Say(np=times, do=f"evaluate {times.replace('evaluation ', '')}") if s.may(0.4) else False,
    )
    node.set(
        "dimensions",
        {dimension: value},
        Say(np=f"the dimension {dimension} = {value}", post=f"on {value}" if choice in (0, 2, 3) else "")
        if s.may(0.5)
        else False,
    )
    if s.may(0.3):
        node.set(
            "treat_missing_data",
            s.pick("notBreaching", "breaching", "ignore"),
            Say(np="missing data treated as <v>", do="treat missing data as <v>"),
        )
    if topic is not None:
        node.link(
            "alarm_actions",
            topic,
            "arn",
            Say(np="<it> as alarm action", do="{notify|send notifications to} <it>", that="{notifies|sends to} <it>"),
            wrap=True,
        )
        if s.may(0.25):
            node.link(
                "ok_actions", topic, "arn", Say(np="<it> as OK action", do="notify <it> when it is OK again"), wrap=True
            )
    return node


@blueprint("cloudwatch", "sns", weight=2)
def alarms(s: Scene) -> None:
    """One to three alarms that notify a topic, and perhaps one over them all."""
    topic = alerts(s) if s.may(0.7) else None
    chosen = s.some(range(len(_METRICS)), 1, 3)
    nodes = [alarm(s, topic, n) for n in chosen]
    if len(nodes) > 1 and s.may(0.5):
        word = s.pick(("OR", "any of the alarms fires"), ("AND", "all of the alarms fire"))
        parts_: list[object] = []
        for n, node in enumerate(nodes):
            parts_ += [f" {word[0]} " if n else "", "ALARM(", node.ref("alarm_name"), ")"]
        both = s.resource("aws_cloudwatch_composite_alarm", "composite alarm", "all").named(
            "alarm_name", resource_name(s, "service-health")
        )
        both.set(
            "alarm_rule",
            Template(*[p for p in parts_ if p]),
            Say(
                np=f"a rule that fires when {word[1]}",
                that=f"fires when {word[1]}",
                demand=(
                    parts.refers(nodes[0], "alarm_rule"),
                    Attribute(("alarm_rule",), Operator.INCLUDES, f" {word[0]} "),
                ),
            ),
        )
        if topic is not None:
            both.link("alarm_actions", topic, "arn", Say(np="<it> as alarm action", that="notifies <it>"), wrap=True)


@blueprint("cloudwatch")
def dashboard(s: Scene) -> None:
    """A dashboard with a few widgets."""
    main = s.resource("aws_cloudwatch_dashboard", "{CloudWatch dashboard|dashboard}", "main").named(
        "dashboard_name", resource_name(s, s.pick("overview", "service", "production"))
    )
    widgets = []
    chosen = s.some(range(len(_METRICS)), 1, 3)
    for n, choice in enumerate(chosen):
        metric, namespace, _, statistic, _, (dimension, value) = _METRICS[choice]
        body = {
            "metrics": [[namespace, metric, dimension, value]],
            "period": 300,
            "stat": statistic,
            "region": "us-east-1",
            "title": metric,
        }
        widgets.append({"type": "metric", "x": 0, "y": 6 * n, "width": 12, "height": 6, "properties": body})
    names = sorted({_METRICS[c][0] for c in chosen})
    demands = tuple(Attribute(("dashboard_body",), Operator.INCLUDES, n) for n in names)
    shown = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    main.set(
        "dashboard_body",
        Json({"widgets": widgets}),
        Say(np=f"{{widgets|graphs}} for {shown}", that=f"shows {shown}", do=f"show {shown}", demand=demands),
    )


@blueprint("logs", "cloudwatch", weight=2)
def log_metrics(s: Scene) -> None:
    """A log group, a metric of what is written there, an alarm on it."""
    role = s.pick("app", "api", "worker", "web")
    group = parts.log_group(
        s, s.pick(f"/app/{role}", f"/{role}/prod", resource_name(s, f"{role}-logs")), role, said=True
    )
    pattern = s.pick("ERROR", "Exception", "timeout", "OutOfMemory")
    namespace = s.pick("App", "Custom/App", "Platform")
    name = f"{pattern.capitalize()}Count"
    found = s.resource("aws_cloudwatch_log_metric_filter", "{metric filter|log metric filter}", "errors")
    found.named("name", resource_name(s, f"{role}-{pattern.lower()}"))
    found.link("log_group_name", group, "name", Say(post="on <it>"))
    found.set("pattern", pattern, Say(np="{the |}pattern <v>", that="{matches|counts} <v>"))
    metric = found.block("metric_transformation")
    metric.set("name", name, Say(np="metric name <v>") if s.may(0.4) else False, extract=False)
    metric.set("namespace", namespace, Say(np="namespace <v>") if s.may(0.4) else False, extract=False)
    metric.set("value", "1", False, extract=False)
    if s.may(0.6):
        topic = alerts(s) if s.may(0.6) else None
        node = s.resource("aws_cloudwatch_metric_alarm", ALARM, "errors").named(
            "alarm_name", resource_name(s, f"{role}-errors")
        )
        on = Say(post="on {that|the filter's} metric", demand=Attribute(("metric_name",), Operator.SET))
        node.set("metric_name", name, on, extract=False).set("namespace", namespace, False, extract=False)
        node.set("statistic", "Sum", False, extract=False).set(
            "comparison_operator", "GreaterThanOrEqualToThreshold", False, extract=False
        )
        node.set("threshold", s.pick(1, 5, 10), Say(np="{a |}threshold of <v>", that="fires at <v> or more"))
        node.set("period", s.pick(60, 300), None).set("evaluation_periods", 1, False)
        if topic is not None:
            node.link("alarm_actions", topic, "arn", Say(np="<it> as alarm action", that="notifies <it>"), wrap=True)


@blueprint("logs", "lambda", "kinesis")
def log_subscription(s: Scene) -> None:
    """What is logged sent on to a function or a stream."""
    role = s.pick("app", "api", "audit")
    group = parts.log_group(s, f"/app/{role}", role, said=True)
    depends = None
    if s.may(0.5):
        to, _ = function(s, "log-shipper", share=0.3)
        depends = allow(s, to, "logs.amazonaws.com", Template(group.ref("arn"), ":*"))
        role_node = None
    else:
        to = s.resource("aws_kinesis_stream", "{Kinesis data stream|Kinesis stream}", "logs").named(
            "name", resource_name(s, "logs")
        )
        to.set("shard_count", 1, Say(np="one shard", that="has one shard") if s.may(0.5) else False)
        role_node = s.resource("aws_iam_role", "", "logs", said=False).named(
            "name", resource_name(s, "logs-to-kinesis")
        )
        role_node.set(
            "assume_role_policy",
            Document(Statement(("sts:AssumeRole",), principals={"Service": ("logs.amazonaws.com",)})),
            False,
        )
        parts.role_policy(s, role_node, ("kinesis:PutRecord", "kinesis:PutRecords"), (to.ref("arn"),))
    sub = s.resource(
        "aws_cloudwatch_log_subscription_filter", "{subscription filter|log subscription filter}", role
    ).named("name", resource_name(s, f"{role}-logs"))
    sub.link("log_group_name", group, "name", Say(post="on <it>"))
    pattern = s.pick("", "", "ERROR", "?WARN ?ERROR")
    sub.set("filter_pattern", pattern, Say(np="filter pattern <v>", that="filters for <v>") if pattern else False)
    sub.link(
        "destination_arn",
        to,
        "arn",
        Say(
            np="<it> as destination",
            do="send everything to <it>" if not pattern else "send matches to <it>",
            that="sends to <it>",
        ),
    )
    if role_node is not None:
        sub.link("role_arn", role_node, "arn")
    if depends is not None:
        sub.depends_on = (depends,)


@blueprint("logs")
def log_groups(s: Scene) -> None:
    """Log groups, alone or one for each service; saved queries."""
    if s.may(0.45):
        names = s.some(["api", "worker", "web", "scheduler", "payments"], 2, 4)
        listed = ", ".join(names[:-1]) + f" and {names[-1]}"
        group = s.resource("aws_cloudwatch_log_group", "{CloudWatch log group|log group}", "services").each(names)
        group.set("name", Raw('"/services/${each.key}"'), False)
        group.says(
            Say(post=f"for {{the services |}}{listed}", demand=Attribute(("name",), Operator.MATCHES, "|".join(names)))
        )
        group.set("retention_in_days", s.pick(7, 14, 30, 90))
        return
    group = parts.log_group(s, s.pick("/app/api", "/ecs/web", "application-logs", "/audit/events"), said=True)
    if s.may(0.35):
        group.set(
            "log_group_class",
            "INFREQUENT_ACCESS",
            Say(
                np="the infrequent access class",
                post="of the infrequent access class",
                do="use the infrequent access class",
            ),
        )
    if s.may(0.5):
        query = s.resource(
            "aws_cloudwatch_query_definition", "{saved query|Logs Insights query|query definition}", "errors"
        ).named("name", resource_name(s, s.pick("errors", "slow-requests")))
        query.set(
            "query_string",
            "fields @timestamp, @message\n| filter @message like /ERROR/\n| sort @timestamp desc\n| limit 50\n",
            False,
            extract=False,
        )
        query.link("log_group_names", group, "name", Say(np="<it> as its log group", post="on <it>"), wrap=True)
    elif s.may(0.4):
        stream = s.resource("aws_cloudwatch_log_stream", "log stream", "main").named(
            "name", s.pick("main", "app", "instance-1")
        )
        stream.link("log_group_name", group, "name", Say(post="in <it>"))


@blueprint("budgets", "sns", weight=1.5)
def budget(s: Scene) -> None:
    """A budget that warns."""
    main = s.resource("aws_budgets_budget", "{AWS budget|budget|cost budget}", "monthly").named(
        "name", resource_name(s, s.pick("monthly", "total-cost", "team"))
    )
    limit, period = s.pick("50", "100", "500", "1000"), s.pick("MONTHLY", "MONTHLY", "QUARTERLY")
    main.set("budget_type", "COST", False, extract=False)
    main.set(
        "limit_amount",
        limit,
        Say(post=f"of {limit} {{USD|dollars|US dollars}}", np=f"a limit of {limit} {{USD|dollars}}"),
    )
    main.set("limit_unit", "USD", False, extract=False)
    main.set("time_unit", period, Say(post=f"per {'month' if period == 'MONTHLY' else 'quarter'}"))
    for share in s.some([50, 80, 100], 1, 2) if s.may(0.8) else ():
        forecast = s.may(0.3)
        mail = f"{s.pick('finance', 'ops', 'billing')}@example.com"
        kind = "forecasted" if forecast else "actual"
        warn = main.block(
            "notification",
            Say(
                np=f"a notification to {mail} at {share}% of {kind} {{spend|costs}}",
                do=f"{{notify|mail}} {mail} when {kind} costs exceed {share}%",
            ),
        )
        warn.implied("threshold", share).set("threshold_type", "PERCENTAGE", False, extract=False)
        warn.set("comparison_operator", "GREATER_THAN", False, extract=False)
        warn.implied("notification_type", kind.upper()).implied("subscriber_email_addresses", [mail])
    if s.may(0.25):
        watch = s.resource("aws_ce_anomaly_monitor", "{cost anomaly monitor|anomaly monitor}", "services").named(
            "name", resource_name(s, "services")
        )
        watch.set("monitor_type", "DIMENSIONAL", False, extract=False)
        watch.set("monitor_dimension", "SERVICE", Say(np="services as {the |}dimension", post="{by|per} service"))


@blueprint("synthetics", "s3")
def canary(s: Scene) -> None:
    """A canary that visits a page."""
    store = s.resource("aws_s3_bucket", "{S3 bucket|bucket}", "canary").named(
        "bucket", f"canary-artifacts-{s.number(1000, 99999)}"
    )
    main = s.resource("aws_synthetics_canary", "{CloudWatch Synthetics canary|synthetics canary|canary}", "heartbeat")
    main.named("name", s.pick("heartbeat", "homepage", "login-check", "api-health"))
    role = parts.execution_role(s, "lambda", "canary")
    parts.role_policy(s, role, ("s3:PutObject", "s3:GetObject"), (Template(store.ref("arn"), "/*"),))
    main.set(
        "artifact_s3_location",
        Template("s3://", store.ref("bucket"), "/"),
        Say(
            np="the bucket for its artifacts",
            do="{store|keep} {its |the |}artifacts in the bucket",
            demand=parts.refers(store, "artifact_s3_location"),
        ),
    )
    main.link("execution_role_arn", role, "arn")
    package, _ = parts.zip_package(s, "exports.handler = async () => 'ok';\n", "nodejs/node_modules/index.js", "canary")
    main.set("zip_file", package, False, extract=False).set("handler", "index.handler", False)
    main.set("runtime_version", "syn-nodejs-puppeteer-9.1", Say(np="{the |}runtime <v>") if s.may(0.4) else False)
    every, words = s.pick(
        ("rate(5 minutes)", "every {5|five} minutes"),
        ("rate(1 hour)", "{every hour|hourly}"),
        ("rate(1 minute)", "every minute"),
    )
    main.block("schedule").set(
        "expression", every, Say(np=f"a schedule of {every}", that=f"runs {words}", do=f"run it {words}")
    )
    main.set(
        "start_canary", True, Say(np="an immediate start", do="start it {at once|right away}") if s.may(0.4) else False
    )


@blueprint("servicequotas")
def quota(s: Scene) -> None:
    """A higher limit asked for."""
    service, code, words, value = s.pick(
        ("vpc", "L-F678F1CE", "VPCs per region", s.pick(10, 20, 50)),
        ("lambda", "L-B99A9384", "concurrent Lambda executions", s.pick(2000, 3000, 5000)),
        ("ec2", "L-0263D0A3", "Elastic IPs", s.pick(10, 20)),
    )
    node = s.resource("aws_servicequotas_service_quota", "{service quota|service quota request}", "limit")
    node.set("service_code", service, False, extract=False)
    node.set("quota_code", code, Say(post=f"for {words}"), extract=False)
    node.set("value", value, Say(post="of <v>", np="the value <v>"))
