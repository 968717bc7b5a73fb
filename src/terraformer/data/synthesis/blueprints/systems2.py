"""Systems for data and operations, of eight to twenty resources."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.monitoring import alerts
from terraformer.data.synthesis.blueprints.serverless import function
from terraformer.data.synthesis.blueprints.storage import bucket, encryption, lifecycle, private
from terraformer.data.synthesis.blueprints.streaming import role_for, stream
from terraformer.data.synthesis.blueprints.systems import watch
from terraformer.data.synthesis.expressions import Json, Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene


@blueprint("s3", "glue", "athena", "firehose", weight=5)
def lake_pipeline(s: Scene) -> None:
    """From events to tables: delivery into a raw bucket, a job that cleans, a catalog, queries."""
    s.purpose = s.pick("for our data platform", "for product analytics", "for the analysts", "")
    raw = bucket(s, "{raw bucket|S3 bucket for raw data}", "raw")
    clean = bucket(s, "{curated bucket|S3 bucket for curated data}", "curated")
    for store in (raw, clean):
        if s.may(0.7):
            private(s, store, s.may(0.6))
        if s.may(0.4):
            encryption(s, store, said=s.may(0.7))
    if s.may(0.5):
        lifecycle(s, raw)
    access = role_for(s, "firehose.amazonaws.com", "firehose")
    parts.role_policy(s, access, ("s3:PutObject", "s3:ListBucket"), (raw.ref("arn"), Template(raw.ref("arn"), "/*")))
    pipe = s.resource("aws_kinesis_firehose_delivery_stream", "{Firehose delivery stream|Firehose stream}", "events")
    pipe.named("name", resource_name(s, "events")).implied("destination", "extended_s3")
    into = pipe.block(
        "extended_s3_configuration",
        Say(
            np="the raw bucket as destination",
            do="deliver to the raw bucket",
            that="{delivers|writes} to the raw bucket",
            demand=parts.refers(raw, "extended_s3_configuration", "bucket_arn"),
        ),
    )
    into.link("role_arn", access, "arn").link("bucket_arn", raw, "arn")
    if s.may(0.5):
        into.set("buffering_interval", s.pick(60, 120, 300), Say(np="{a |}buffering interval of <v> seconds"))
    if s.may(0.4):
        into.set("compression_format", "GZIP", Say(np="GZIP compression", do="compress {records|it} with GZIP"))
    database = s.resource("aws_glue_catalog_database", "{Glue database|Glue catalog database}", "lake")
    database.named("name", resource_name(s, "lake", "_"))
    worker = parts.execution_role(s, "glue", "glue")
    parts.attach(s, worker, "service-role/AWSGlueServiceRole")
    files = (Template(raw.ref("arn"), "/*"), Template(clean.ref("arn"), "/*"))
    parts.role_policy(s, worker, ("s3:GetObject", "s3:PutObject"), files)
    finder = s.resource("aws_glue_crawler", "{Glue crawler|crawler}", "raw").named(
        "name", resource_name(s, "raw-crawler")
    )
    finder.link("database_name", database, "name", Say(do="write tables to <it>", np="<it> as {its |}target"))
    finder.link("role", worker, "arn")
    if s.may(0.5):
        finder.set(
            "schedule",
            "cron(0 2 * * ? *)",
            Say(np="a run every night at 2", do="run it every night at 2", that="runs every night at 2"),
        )
    finder.block("s3_target").set(
        "path",
        Template("s3://", raw.ref("bucket"), "/"),
        Say(
            np="the raw bucket as what it crawls",
            do="crawl the raw bucket",
            that="crawls the raw bucket",
            demand=parts.refers(raw, "path"),
        ),
    )
    if s.may(0.7):
        job = s.resource("aws_glue_job", "{Glue job|Glue ETL job}", "clean").named("name", resource_name(s, "clean"))
        job.link("role_arn", worker, "arn").set("glue_version", s.pick("4.0", "5.0"), None)
        job.set("worker_type", s.pick("G.1X", "G.2X"), None).set("number_of_workers", s.pick(2, 5, 10), None)
        job.block("command").set("script_location", Template("s3://", clean.ref("bucket"), "/jobs/clean.py"), False)
    if s.may(0.7):
        group_ = s.resource("aws_athena_workgroup", "{Athena workgroup|workgroup in Athena}", "analysts")
        group_.named("name", resource_name(s, "analysts"))
        group_.block("configuration").block("result_configuration").set(
            "output_location",
            Template("s3://", clean.ref("bucket"), "/athena/"),
            Say(
                np="results in the curated bucket",
                do="{keep|write} its results in the curated bucket",
                demand=parts.refers(clean, "output_location"),
            ),
        )


@blueprint("iot", "kinesis", "s3", "dynamodb", weight=3)
def device_ingest(s: Scene) -> None:
    """Messages of devices into a stream, an archive and a table."""
    s.purpose = s.pick("for our sensors", "for the machines in our plants", "for vehicle telemetry", "")
    role = s.pick("telemetry", "readings", "positions")
    flow = stream(s, role)
    store = bucket(s, "{archive bucket|S3 bucket for the archive}", "archive")
    if s.may(0.5):
        lifecycle(s, store)
    access = role_for(s, "iot.amazonaws.com", "iot")
    parts.role_policy(s, access, ("kinesis:PutRecord",), (flow.ref("arn"),))
    rule = s.resource("aws_iot_topic_rule", "{IoT topic rule|IoT rule}", role).named("name", f"{role}_rule")
    query = "SELECT * FROM 'devices/+/?'".replace("?", role)
    rule.set("enabled", True, False)
    rule.set(
        "sql",
        query,
        Say(np=f"the query {query}", do=f"select with {query}", demand=Attribute(("sql",), Operator.EQUALS, query)),
        extract=False,
    )
    rule.set("sql_version", "2016-03-23", False, extract=False)
    out = rule.block("kinesis")
    out.link(
        "stream_name",
        flow,
        "name",
        Say(np="<it> as {its |}target", that="forwards messages to <it>", do="forward messages to <it>"),
    )
    out.link("role_arn", access, "arn").set("partition_key", "${topic()}", False, extract=False)
    writer = role_for(s, "firehose.amazonaws.com", "firehose")
    parts.role_policy(
        s, writer, ("s3:PutObject", "s3:GetBucketLocation"), (store.ref("arn"), Template(store.ref("arn"), "/*"))
    )
    parts.role_policy(
        s, writer, ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"), (flow.ref("arn"),)
    )
    pipe = s.resource("aws_kinesis_firehose_delivery_stream", "{Firehose delivery stream|Firehose stream}", "archive")
    pipe.named("name", resource_name(s, "archive")).implied("destination", "extended_s3")
    source = pipe.block(
        "kinesis_source_configuration",
        Say(
            np="the data stream as source",
            do="read from the data stream",
            that="reads from the data stream",
            demand=parts.refers(flow, "kinesis_source_configuration", "kinesis_stream_arn"),
        ),
    )
    source.link("kinesis_stream_arn", flow, "arn").link("role_arn", writer, "arn")
    into = pipe.block(
        "extended_s3_configuration",
        Say(
            np="the archive bucket as destination",
            do="deliver to the archive bucket",
            that="writes to the archive bucket",
            demand=parts.refers(store, "extended_s3_configuration", "bucket_arn"),
        ),
    )
    into.link("bucket_arn", store, "arn").link("role_arn", writer, "arn")
    into.set("prefix", f"{role}/", Say(np="the prefix <v>") if s.may(0.5) else False)
    if s.may(0.7):
        latest = s.resource("aws_dynamodb_table", "DynamoDB table", "latest").named(
            "name", resource_name(s, f"{role}-latest")
        )
        latest.set("billing_mode", "PAY_PER_REQUEST", Say(np="on-demand capacity", that="is billed per request"))
        latest.set("hash_key", "device_id", Say(np="{the |}partition key <v>"))
        key = latest.block("attribute")
        key.set("name", "device_id", False, extract=False).set("type", "S", False, extract=False)
        main, execution = function(s, "processor", share=0.3)
        parts.role_policy(s, execution, ("dynamodb:PutItem",), (latest.ref("arn"),))
        parts.role_policy(
            s,
            execution,
            ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream", "kinesis:ListShards"),
            (flow.ref("arn"),),
        )
        tie = s.resource(
            "aws_lambda_event_source_mapping",
            "",
            "processor",
            of=main,
            say=Say(
                np="the data stream as event source",
                do="trigger it from the data stream",
                that="reads from the data stream",
            ),
        )
        tie.link("event_source_arn", flow, "arn", Say(implied=True)).link("function_name", main, "arn")
        tie.set("starting_position", s.pick("LATEST", "TRIM_HORIZON"), None)
    if s.may(0.4):
        watch(
            s,
            alerts(s),
            flow,
            "AWS/Kinesis",
            "WriteProvisionedThroughputExceeded",
            "StreamName",
            "name",
            "on throttled writes",
        )


@blueprint("cloudwatch", "sns", weight=4)
def observability(s: Scene) -> None:
    """Logs, what is counted in them, alarms, and who hears of it."""
    s.purpose = s.pick("for our production services", "for the on-call team", "")
    topic = alerts(s)
    apps = s.some(["api", "web", "worker", "billing"], 2, 3)
    found: list[Node] = []
    for app in apps:
        logs = s.resource("aws_cloudwatch_log_group", f"{{CloudWatch log group|log group}} for the {app}", app)
        logs.named("name", f"/{project(s)}/{app}")
        logs.set("retention_in_days", s.pick(7, 14, 30, 90), None)
        count = s.resource(
            "aws_cloudwatch_log_metric_filter",
            "",
            f"{app}_errors",
            of=logs,
            say=Say(np="a metric filter that counts ERROR", do="count ERROR lines by a metric filter"),
        )
        count.named("name", f"{app}-errors", False).link("log_group_name", logs, "name", Say(implied=True))
        count.implied("pattern", "ERROR")
        made = count.block("metric_transformation")
        made.set("name", f"{app.capitalize()}Errors", False, extract=False)
        made.set("namespace", project(s).capitalize(), False, extract=False).set("value", "1", False, extract=False)
        bell = s.resource("aws_cloudwatch_metric_alarm", f"alarm on errors of the {app}", f"{app}_errors")
        bell.named("alarm_name", resource_name(s, f"{app}-errors"))
        bell.implied("metric_name", f"{app.capitalize()}Errors").set("namespace", project(s).capitalize(), False)
        bell.set("statistic", "Sum", False).set("comparison_operator", "GreaterThanThreshold", False)
        bell.set("threshold", s.pick(1, 5, 10, 20), Say(np="a threshold of <v>", that="fires above <v>"))
        bell.set("period", s.pick(60, 300), False).set("evaluation_periods", 1, False)
        bell.link("alarm_actions", topic, "arn", Say(do="notify the topic", that="notifies the topic"), wrap=True)
        found.append(bell)
    if s.may(0.5):
        whole = s.resource("aws_cloudwatch_composite_alarm", "composite alarm", "all").named(
            "alarm_name", resource_name(s, "any-errors")
        )
        rule: list[object] = []
        for n, bell in enumerate(found):
            rule += [" OR " if n else "", "ALARM(", bell.ref("alarm_name"), ")"]
        whole.set(
            "alarm_rule",
            Template(*rule),
            Say(
                np="a rule over all alarms",
                that="fires when one of the alarms does",
                do="fire when one of them does",
                demand=parts.refers(found[0], "alarm_rule"),
            ),
        )
        whole.link("alarm_actions", topic, "arn", wrap=True)
    if s.may(0.6):
        board = s.resource("aws_cloudwatch_dashboard", "{CloudWatch dashboard|dashboard}", "main").named(
            "dashboard_name", resource_name(s, "overview")
        )
        widget = {
            "type": "metric",
            "width": 12,
            "height": 6,
            "properties": {
                "metrics": [[project(s).capitalize(), f"{a.capitalize()}Errors"] for a in apps],
                "period": 300,
                "stat": "Sum",
                "region": s.region,
                "title": "Errors",
            },
        }
        board.set(
            "dashboard_body",
            Json({"widgets": [widget]}),
            Say(
                np="a widget {of|with} the error counts",
                do="show the error counts",
                that="shows the error counts",
                demand=Attribute(("dashboard_body",), Operator.INCLUDES, f"{apps[0].capitalize()}Errors"),
            ),
        )
    if s.may(0.5):
        event = s.resource("aws_cloudwatch_event_rule", "{EventBridge rule|event rule}", "health").named(
            "name", resource_name(s, "aws-health")
        )
        event.set(
            "event_pattern",
            Json({"source": ["aws.health"]}),
            Say(
                np="events of AWS Health",
                post="for AWS Health events",
                demand=Attribute(("event_pattern",), Operator.INCLUDES, "aws.health"),
            ),
        )
        to = s.resource(
            "aws_cloudwatch_event_target",
            "",
            "health",
            of=event,
            say=Say(np="the topic as {its |}target", do="send them to the topic", that="notifies the topic"),
        )
        to.link("rule", event, "name").link("arn", topic, "arn", Say(implied=True))
