"""Kinesis, Firehose, MSK, MQ, IoT."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.storage import bucket, private
from terraformer.data.synthesis.expressions import Document, Raw, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

STREAM = "{Kinesis data stream|Kinesis stream}"


def role_for(s: Scene, principal: str, role: str) -> Node:
    """A silent role for a service that has no entry of its own among the parts."""
    node = s.resource("aws_iam_role", "", role, said=False).named(
        "name", resource_name(s, f"{role.replace('_', '-')}-role")
    )
    trust = Statement(("sts:AssumeRole",), principals={"Service": (principal,)})
    node.set("assume_role_policy", Document(trust), False)
    return node


def stream(s: Scene, role: str) -> Node:
    """A data stream, provisioned or on demand."""
    node = s.resource("aws_kinesis_stream", STREAM, role).named("name", resource_name(s, role))
    if s.may(0.35):
        node.block("stream_mode_details").set(
            "stream_mode",
            "ON_DEMAND",
            Say(np="on-demand {capacity|mode}", do="use on-demand {capacity|mode}", post="in on-demand mode"),
        )
    else:
        count = s.pick(1, 2, 3, 4, 8)
        node.set(
            "shard_count",
            count,
            Say(np=f"{count} shard{'s' * (count > 1)}", that=f"has {count} shard{'s' * (count > 1)}"),
        )
    if s.may(0.5):
        hours = s.pick(24, 48, 72, 168)
        node.set(
            "retention_period",
            hours,
            Say(
                np=f"{{a |}}retention of {hours} hours",
                that=f"keeps records for {hours} hours",
                do=f"keep records for {hours} hours",
            ),
        )
    return node


@blueprint("kinesis", weight=2)
def data_stream(s: Scene) -> None:
    """A stream with encryption, metrics and consumers."""
    s.purpose = s.pick("for click events", "for sensor data", "for log shipping", "", "")
    key = parts.kms_key(s, "stream") if s.may(0.25) else None
    main = stream(s, s.pick("clicks", "events", "telemetry", "orders"))
    if key is not None:
        s.purpose = ""
        main.implied("encryption_type", "KMS")
        main.link("kms_key_id", key, "arn", Say(post="encrypted with <it>"))
    elif s.may(0.3):
        main.set("encryption_type", "KMS", Say(np="KMS encryption", do="encrypt it with KMS")).set(
            "kms_key_id", "alias/aws/kinesis", False
        )
    if s.may(0.3):
        main.set(
            "shard_level_metrics",
            s.pick(["IncomingBytes", "OutgoingBytes"], ["IteratorAgeMilliseconds"]),
            Say(np="shard level metrics <v>", do="publish the shard level metrics <v>"),
        )
    for name in s.some(["analytics", "archive", "fraud"], 1, 2) if s.may(0.3) else ():
        consumer = s.resource("aws_kinesis_stream_consumer", "{stream consumer|enhanced fan-out consumer}", name).named(
            "name", name, True
        )
        consumer.link("stream_arn", main, "arn", Say(post="{of|on} <it>"))


@blueprint("firehose", "s3", weight=2)
def delivery_to_s3(s: Scene) -> None:
    """Records to a bucket: buffered, compressed, from a stream at times."""
    role = s.pick("clicks", "logs", "events")
    source = stream(s, role) if s.may(0.4) else None
    store = bucket(s, "{S3 bucket|bucket}", s.pick("archive", "raw", "landing"))
    if s.may(0.3):
        private(s, store)
    access = parts.execution_role(s, "firehose", "firehose")
    parts.role_policy(
        s,
        access,
        ("s3:PutObject", "s3:GetBucketLocation", "s3:ListBucket"),
        (store.ref("arn"), Template(store.ref("arn"), "/*")),
    )
    logs = parts.log_group(s, f"/aws/firehose/{role}", "firehose", said=True) if s.may(0.3) else None
    main = s.resource(
        "aws_kinesis_firehose_delivery_stream",
        "{Firehose delivery stream|Kinesis Firehose delivery stream|Firehose stream}",
        role,
    )
    main.named("name", resource_name(s, f"{role}-to-s3"))
    main.set("destination", "extended_s3", False, extract=False)
    if source is not None:
        parts.role_policy(
            s,
            access,
            ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"),
            (source.ref("arn"),),
        )
        feed = main.block("kinesis_source_configuration")
        feed.link(
            "kinesis_stream_arn",
            source,
            "arn",
            Say(np="<it> as {its |the |}source", that="reads from <it>", do="read from <it>"),
        ).link("role_arn", access, "arn")
    to = main.block("extended_s3_configuration")
    to.link(
        "bucket_arn",
        store,
        "arn",
        Say(np="<it> as {its |the |}destination", that="{writes|delivers} to <it>", do="deliver to <it>"),
    ).link("role_arn", access, "arn")
    if s.may(0.5):
        to.set("buffering_size", s.pick(5, 10, 64, 128), Say(np="a buffer {size |}of <v> MB", do="buffer <v> MB"))
    if s.may(0.5):
        to.set(
            "buffering_interval",
            s.pick(60, 120, 300, 900),
            Say(np="a buffer interval of <v> seconds", do="buffer for <v> seconds"),
        )
    if s.may(0.5):
        kind = s.pick("GZIP", "Snappy", "ZIP")
        to.set(
            "compression_format", kind, Say(np=f"{kind} compression", do=f"compress {{records|objects}} with {kind}")
        )
    if s.may(0.4):
        to.set(
            "prefix", s.pick("raw/", "events/", "data/"), Say(np="{the |}prefix <v>", do="write under the prefix <v>")
        )
        to.set("error_output_prefix", "errors/", Say(np="{the |}error prefix <v>") if s.may(0.5) else False)
    if logs is not None:
        logging = to.block(
            "cloudwatch_logging_options", Say(np="logging to the log group", do="log {errors |}to the log group")
        )
        logging.set("enabled", True, False, extract=False).link("log_group_name", logs, "name", Say(implied=True))
        logging.set("log_stream_name", "delivery", False)


@blueprint("firehose", "opensearch", "s3")
def delivery_to_search(s: Scene) -> None:
    """Records to an OpenSearch domain, failures to a bucket."""
    domain = s.resource("aws_opensearch_domain", "{OpenSearch domain|Amazon OpenSearch domain}", "logs").named(
        "domain_name", s.pick("logs", "search", "events-search")
    )
    domain.set("engine_version", s.pick("OpenSearch_2.13", "OpenSearch_2.15"), Say(np="version <v>", that="runs <v>"))
    nodes = domain.block("cluster_config")
    nodes.set(
        "instance_type",
        s.pick("t3.small.search", "m6g.large.search", "r6g.large.search"),
        Say(np="instance type <v>", that="runs on <v>"),
    )
    nodes.set("instance_count", s.pick(1, 2), None)
    disk = domain.block("ebs_options")
    disk.set("ebs_enabled", True, False, extract=False)
    disk.set("volume_size", s.pick(10, 20, 100), Say(np="<v> GB of storage", do="give it <v> GB of storage"))
    store = bucket(s, "{S3 bucket|bucket}", "failed")
    access = parts.execution_role(s, "firehose", "firehose")
    parts.role_policy(
        s, access, ("es:ESHttpPut", "es:DescribeDomain"), (domain.ref("arn"), Template(domain.ref("arn"), "/*"))
    )
    parts.role_policy(s, access, ("s3:PutObject",), (Template(store.ref("arn"), "/*"),))
    main = s.resource(
        "aws_kinesis_firehose_delivery_stream", "{Firehose delivery stream|Kinesis Firehose delivery stream}", "search"
    ).named("name", resource_name(s, "logs-to-search"))
    main.set("destination", "opensearch", False, extract=False)
    to = main.block("opensearch_configuration")
    to.link(
        "domain_arn", domain, "arn", Say(np="<it> as {its |the |}destination", that="{writes|delivers} to <it>")
    ).link("role_arn", access, "arn")
    to.set("index_name", s.pick("logs", "events"), Say(np="index {name |}<v>", do="write to the index <v>"))
    if s.may(0.5):
        mode = s.pick("FailedDocumentsOnly", "AllDocuments")
        to.set(
            "s3_backup_mode",
            mode,
            Say(
                np=f"a backup of {'failed' if mode[0] == 'F' else 'all'} documents in S3",
                do="back up failed documents" if mode[0] == "F" else "back up all documents",
            ),
        )
    backup = to.block("s3_configuration")
    backup.link("role_arn", access, "arn").link(
        "bucket_arn", store, "arn", Say(np="<it> for backups", do="use <it> for backups")
    )


@blueprint("kinesisanalytics", "kinesis", "s3")
def flink(s: Scene) -> None:
    """A Flink application, its code in a bucket."""
    code = bucket(s, "{S3 bucket|bucket}", "code")
    source = stream(s, "input") if s.may(0.5) else None
    access = parts.execution_role(s, "kinesisanalytics", "flink")
    parts.role_policy(s, access, ("s3:GetObject",), (Template(code.ref("arn"), "/*"),))
    if source is not None:
        parts.role_policy(s, access, ("kinesis:DescribeStream", "kinesis:GetRecords"), (source.ref("arn"),))
    main = s.resource(
        "aws_kinesisanalyticsv2_application",
        "{Flink application|Managed Flink application|Kinesis Data Analytics application}",
        "main",
    )
    main.named("name", resource_name(s, s.pick("sessions", "enrichment", "fraud-detection")))
    main.set(
        "runtime_environment",
        s.pick("FLINK-1_18", "FLINK-1_19", "FLINK-1_20"),
        Say(np="{the |}runtime <v>", that="runs on <v>"),
    )
    main.link("service_execution_role", access, "arn")
    inner = main.block("application_configuration")
    content = inner.block("application_code_configuration")
    content.set("code_content_type", "ZIPFILE", False, extract=False)
    jar = s.pick("app.jar", "flink-app.jar", "job.jar")
    place = content.block("code_content").block(
        "s3_content_location",
        Say(np=f"the code {jar} from the bucket", do=f"run {jar} from the bucket", that=f"runs {jar} from the bucket"),
    )
    place.link("bucket_arn", code, "arn", Say(implied=True)).implied("file_key", jar)
    flink_options = inner.block("flink_application_configuration")
    if s.may(0.6):
        size = s.pick(1, 2, 4)
        level = flink_options.block(
            "parallelism_configuration",
            Say(np=f"{{a |}}parallelism of {size}", do=f"set {{the |}}parallelism to {size}"),
        )
        level.set("configuration_type", "CUSTOM", False, extract=False).implied("parallelism", size)
        if s.may(0.5):
            level.set(
                "auto_scaling_enabled",
                True,
                Say(np="auto scaling", do="{enable|turn on} auto scaling", that="scales automatically"),
            )
    if s.may(0.4):
        every = s.pick(30000, 60000)
        check = flink_options.block(
            "checkpoint_configuration",
            Say(np=f"checkpoints every {every // 1000} seconds", do=f"checkpoint every {every // 1000} seconds"),
        )
        check.set("configuration_type", "CUSTOM", False, extract=False).set(
            "checkpointing_enabled", True, False, extract=False
        ).implied("checkpoint_interval", every)


@blueprint("kinesisvideo")
def video(s: Scene) -> None:
    """A video stream."""
    node = s.resource("aws_kinesis_video_stream", "{Kinesis video stream|Kinesis Video Stream}", "camera").named(
        "name", resource_name(s, s.pick("camera", "doorbell", "parking-lot"))
    )
    hours = s.pick(1, 24, 48, 168)
    node.set(
        "data_retention_in_hours",
        hours,
        Say(
            np=f"{{a |}}retention of {hours} hour{'s' * (hours > 1)}",
            that=f"keeps video for {hours} hour{'s' * (hours > 1)}",
        ),
    )
    if s.may(0.5):
        node.set("media_type", "video/h264", Say(np="{the |}media type <v>"))
    if s.may(0.3):
        node.set("device_name", s.pick("front-door", "gate-1"), Say(np="{the |}device name <v>"))


@blueprint("msk", "vpc", weight=2)
def kafka(s: Scene) -> None:
    """A Kafka cluster on brokers."""
    vpc, subnets = parts.network(s, 3, said=s.may(0.35))
    for n in subnets:
        n.said = vpc.said
    group = parts.security_group(s, vpc, (s.pick(9092, 9094),), "kafka", said=vpc.said and s.may(0.5))
    version = s.pick("3.6.0", "3.7.x", "3.8.x")
    settings = None
    if s.may(0.4):
        settings = s.resource("aws_msk_configuration", "{MSK configuration|broker configuration}", "main").named(
            "name", resource_name(s, "kafka-settings")
        )
        lines = s.some(
            [
                "auto.create.topics.enable=false",
                "delete.topic.enable=true",
                "log.retention.hours=168",
                "default.replication.factor=3",
            ],
            1,
            3,
        )
        settings.set("kafka_versions", [version], False)
        settings.set(
            "server_properties",
            "\n".join(lines) + "\n",
            Say(
                np=" and ".join(lines),
                do=f"set {' and '.join(lines)}",
                demand=tuple(Attribute(("server_properties",), Operator.INCLUDES, line) for line in lines),
            ),
            extract=False,
        )
    logs = parts.log_group(s, s.pick("/msk/broker", "/kafka/main"), "kafka", said=True) if s.may(0.35) else None
    main = s.resource("aws_msk_cluster", "{MSK cluster|Kafka cluster in MSK|Amazon MSK cluster}", "main").named(
        "cluster_name", resource_name(s, s.pick("events", "main", "kafka"))
    )
    main.set("kafka_version", version, Say(np="Kafka version <v>", post="on Kafka <v>", that="runs Kafka <v>"))
    count = s.pick(3, 3, 6)
    main.set("number_of_broker_nodes", count, Say(np="<v> brokers", that="has <v> brokers"))
    nodes = main.block("broker_node_group_info")
    nodes.set(
        "instance_type",
        s.pick("kafka.t3.small", "kafka.m5.large", "kafka.m7g.large"),
        Say(np="brokers of type <v>", do="use <v> brokers", that="runs on <v>"),
    )
    nodes.set(
        "client_subnets",
        [n.ref("id") for n in subnets],
        Say(
            np="the subnets for its clients",
            do="place it in the subnets",
            demand=parts.refers(subnets[0], "client_subnets"),
        )
        if vpc.said
        else False,
    )
    nodes.link("security_groups", group, "id", Say(np="<it>", that="uses <it>") if group.said else False, wrap=True)
    if s.may(0.6):
        nodes.block("storage_info").block("ebs_storage_info").set(
            "volume_size",
            s.pick(100, 200, 500, 1000),
            Say(np="<v> GB {of storage |}per broker", do="give each broker <v> GB"),
        )
    if s.may(0.5):
        mode = s.pick("TLS", "TLS", "TLS_PLAINTEXT")
        main.block("encryption_info").block("encryption_in_transit").set(
            "client_broker",
            mode,
            Say(np=f"{mode} between clients and brokers", do=f"use {mode} between clients and brokers"),
        )
    if s.may(0.3):
        main.set(
            "enhanced_monitoring",
            s.pick("PER_BROKER", "PER_TOPIC_PER_BROKER"),
            Say(np="enhanced monitoring <v>", do="set {the |}enhanced monitoring to <v>"),
        )
    if settings is not None:
        ref = main.block("configuration_info")
        ref.link("arn", settings, "arn", Say(np="<it>", that="uses <it>", do="use <it>")).set(
            "revision", settings.ref("latest_revision"), False
        )
    if logs is not None:
        out = (
            main.block("logging_info")
            .block("broker_logs")
            .block(
                "cloudwatch_logs",
                Say(
                    np="broker logs sent to the log group",
                    do="send broker logs to the log group",
                    that="logs to the log group",
                ),
            )
        )
        out.set("enabled", True, False, extract=False).link("log_group", logs, "name", Say(implied=True))
    if s.may(0.3):
        s.output(
            "bootstrap_brokers", main.ref("bootstrap_brokers_tls"), "the {bootstrap brokers|TLS bootstrap brokers}"
        )


@blueprint("msk", "vpc")
def kafka_serverless(s: Scene) -> None:
    """Kafka without brokers to size."""
    vpc, subnets = parts.network(s, 2, said=s.may(0.5), subnets_said=False)
    group = parts.security_group(s, vpc, (9098,), "kafka", said=s.may(0.5))
    main = s.resource("aws_msk_serverless_cluster", "{MSK Serverless cluster|serverless MSK cluster}", "main").named(
        "cluster_name", resource_name(s, "events")
    )
    net = main.block("vpc_config")
    net.set("subnet_ids", [n.ref("id") for n in subnets], False)
    net.link("security_group_ids", group, "id", Say(np="<it>", that="uses <it>") if group.said else False, wrap=True)
    main.block("client_authentication").block("sasl").block("iam").set(
        "enabled",
        True,
        Say(np="IAM authentication", do="{use|enable} IAM authentication", that="authenticates clients by IAM"),
    )


@blueprint("mq", weight=1.5)
def broker(s: Scene) -> None:
    """A message broker: ActiveMQ or RabbitMQ."""
    rabbit = s.may(0.6)
    name = "RabbitMQ" if rabbit else "ActiveMQ"
    main = s.resource("aws_mq_broker", "{Amazon MQ broker|MQ broker}", name.lower()).named(
        "broker_name", resource_name(s, s.pick("orders", "broker", "messages"))
    )
    main.set("engine_type", name, Say(np=f"{{the |}}engine {name}", post=f"{{with|running}} {name}"))
    main.set(
        "engine_version",
        "3.13" if rabbit else "5.18",
        Say(np="engine version <v>", that="runs version <v>") if s.may(0.6) else False,
    )
    main.set(
        "host_instance_type",
        s.pick("mq.m5.large", "mq.t3.micro" if not rabbit else "mq.m5.large"),
        Say(np="instance type <v>", that="runs on <v>", do="use an <v> instance"),
    )
    multi = s.may(0.3)
    if multi:
        mode = "CLUSTER_MULTI_AZ" if rabbit else "ACTIVE_STANDBY_MULTI_AZ"
        main.set("deployment_mode", mode, Say(np="{the |}deployment mode <v>", do="deploy it as <v>"))
    main.set(
        "publicly_accessible",
        False,
        Say(np="no public access", do="keep it private", that="is not publicly accessible") if s.may(0.4) else False,
    )
    main.set(
        "auto_minor_version_upgrade",
        True,
        Say(np="automatic minor upgrades", do="upgrade minor versions automatically") if s.may(0.3) else False,
    )
    password = s.variable(
        "broker_password", "string", "replace-this-secret", "Password of the broker's user.", said=s.may(0.4)
    )
    user = main.block("user")
    user.set("username", s.pick("admin", "app", "broker"), Say(np="the user <v>") if s.may(0.5) else False)
    user.set("password", password, False)
    if s.may(0.4):
        logs = main.block("logs", Say(np="general logs{ in CloudWatch|}", do="{enable|turn on} general logs"))
        logs.implied("general", True)
    if s.may(0.3):
        when = main.block(
            "maintenance_window_start_time",
            Say(np="maintenance on Sundays at 03:00 UTC", do="do maintenance on Sundays at 03:00 UTC"),
        )
        when.implied("day_of_week", "SUNDAY").implied("time_of_day", "03:00").set(
            "time_zone", "UTC", False, extract=False
        )


@blueprint("iot", weight=1.5)
def thing(s: Scene) -> None:
    """Devices: types, groups, certificates, what they may do."""
    role = s.pick("sensor", "thermostat", "gateway", "meter")
    kind = s.resource("aws_iot_thing_type", "{IoT thing type|thing type}", role) if s.may(0.4) else None
    if kind is not None:
        kind.named("name", role, True)
    main = s.resource("aws_iot_thing", "{IoT thing|thing in AWS IoT}", role)
    if s.may(0.25):
        count = s.pick(2, 3, 5)
        main.times(count)
        main.set("name", Raw(f'"{role}-${{count.index}}"'), False)
        return
    main.named("name", resource_name(s, f"{role}-1"))
    if kind is not None:
        main.link("thing_type_name", kind, "name", Say(post="of <it>"))
    if s.may(0.4):
        main.set("attributes", {"location": s.pick("berlin", "warehouse-2", "roof")}, Say(np="{the |}attributes <v>"))
    if s.may(0.7):
        certificate = s.resource("aws_iot_certificate", "{IoT certificate|certificate}", role)
        certificate.set("active", True, Say(post="that is active"))
        policy = s.resource("aws_iot_policy", "{IoT policy|policy}", role).named(
            "name", resource_name(s, f"{role}-policy")
        )
        actions = s.pick(("iot:Connect", "iot:Publish"), ("iot:Connect", "iot:Publish", "iot:Subscribe", "iot:Receive"))
        verbs = " and ".join(
            [", ".join(a.split(":")[1].lower() for a in actions[:-1]), actions[-1].split(":")[1].lower()]
        )
        policy.set(
            "policy",
            Document(Statement(actions, ("*",))),
            Say(
                np=f"permission to {verbs}",
                that=f"lets devices {verbs}",
                do=f"let devices {verbs}",
                demand=PolicyStatement(("policy",), "Allow", actions),
            ),
        )
        first = s.resource(
            "aws_iot_policy_attachment",
            "attachment",
            role,
            of=policy,
            say=Say(
                np="an attachment to the certificate",
                do="attach it to the certificate",
                that="is attached to the certificate",
            ),
        )
        first.link("policy", policy, "name").link("target", certificate, "arn", Say(implied=True))
        second = s.resource(
            "aws_iot_thing_principal_attachment",
            "attachment",
            role,
            of=certificate,
            say=Say(np="an attachment to the thing", do="attach {the certificate|it} to the thing"),
        )
        second.link("thing", main, "name", Say(implied=True)).link("principal", certificate, "arn")


@blueprint("iot", "sqs", "kinesis")
def topic_rule(s: Scene) -> None:
    """Messages of devices sent on by a rule."""
    kind = s.pick("sqs", "kinesis", "sns")
    role = s.pick("telemetry", "alerts", "readings")
    if kind == "sqs":
        to = s.resource("aws_sqs_queue", "{SQS queue|queue}", role).named("name", resource_name(s, role))
        action = "sqs:SendMessage"
    elif kind == "sns":
        to = s.resource("aws_sns_topic", "SNS topic", role).named("name", resource_name(s, role))
        action = "sns:Publish"
    else:
        to = stream(s, role)
        action = "kinesis:PutRecord"
    access = role_for(s, "iot.amazonaws.com", "iot_rule")
    parts.role_policy(s, access, (action,), (to.ref("arn"),))
    rule = s.resource("aws_iot_topic_rule", "{IoT topic rule|IoT rule}", role).named("name", f"{role}_rule")
    rule.set("enabled", True, False)
    query = s.pick("SELECT * FROM 'devices/+/?'", "SELECT temperature FROM '?/#' WHERE temperature > 50").replace(
        "?", role
    )
    rule.set(
        "sql",
        query,
        Say(np=f"the query {query}", do=f"select with {query}", demand=Attribute(("sql",), Operator.EQUALS, query)),
        extract=False,
    )
    rule.set("sql_version", "2016-03-23", False, extract=False)
    inner = rule.block(kind)
    inner.link(
        {"sqs": "queue_url", "sns": "target_arn", "kinesis": "stream_name"}[kind],
        to,
        {"sqs": "url", "sns": "arn", "kinesis": "name"}[kind],
        Say(
            np="<it> as {its |the |}target",
            that="{sends|forwards} messages to <it>",
            do="{send|forward} messages to <it>",
        ),
    )
    inner.link("role_arn", access, "arn")
    if kind == "sqs":
        inner.set("use_base64", False, False, extract=False)
    if kind == "kinesis":
        inner.set("partition_key", "${newuuid()}", False, extract=False)
