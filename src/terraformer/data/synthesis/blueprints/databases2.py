"""DynamoDB, DAX, Keyspaces, Timestream."""

from __future__ import annotations

import json

from terraformer.data.intents import AnyOf, Attribute, Block, Condition, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.databases import parameters, subnet_group
from terraformer.data.synthesis.expressions import Document, Json, Raw, Statement, Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene

_KINDS = {"S": "string", "N": "number", "B": "binary"}
_TABLES = (
    ("orders", "order_id", "created_at"),
    ("users", "user_id", ""),
    ("sessions", "session_id", ""),
    ("events", "device_id", "timestamp"),
    ("products", "sku", "category"),
    ("messages", "thread_id", "sent_at"),
    ("music", "artist", "title"),
    ("games", "player_id", "score"),
)


def _attribute(node: Body, name: str, kind: str, say: bool = False) -> None:
    block = node.block("attribute")
    block.set("name", name, Say(implied=True) if say else False, extract=False)
    block.set("type", kind, Say(implied=True) if say else False, extract=False)


def table(
    s: Scene,
    noun: str = "{DynamoDB table|table in DynamoDB|DynamoDB table}",
    *,
    billing: str = "",
    sort: bool | None = None,
) -> Node:
    """A table with its keys and a billing mode."""
    role, key, range_key = s.pick(*(t for t in _TABLES if sort is None or bool(t[2]) is sort))
    node = s.resource("aws_dynamodb_table", noun, role).named("name", resource_name(s, role))
    billing = billing or s.pick("PAY_PER_REQUEST", "PAY_PER_REQUEST", "PROVISIONED")
    if billing == "PROVISIONED":
        if s.may(0.5):
            node.set(
                "billing_mode",
                billing,
                Say(np="provisioned {billing|capacity|throughput}", do="use provisioned capacity"),
            )
        read = s.pick(1, 5, 10, 20)
        write = s.pick(read, 5, 10)
        node.set("read_capacity", read, Say(np="{<v> read units|a read capacity of <v>}"))
        node.set("write_capacity", write, Say(np="{<v> write units|a write capacity of <v>}"))
    else:
        node.set(
            "billing_mode",
            billing,
            Say(
                np="{on-demand|pay-per-request} {billing|capacity}",
                do="bill it {on demand|per request}",
                that="{bills|is billed} per request",
            ),
        )
    kinds = {key: "S", range_key: "N" if range_key in ("created_at", "timestamp", "sent_at", "score") else "S"}
    typed = s.may(0.4)
    for argument, name, words in (
        ("hash_key", key, "{hash key|partition key}"),
        ("range_key", range_key, "{range key|sort key}"),
    ):
        if not name:
            continue
        text = f" of type {{{kinds[name]}|{_KINDS[kinds[name]]}}}" if typed else ""
        node.set(argument, name, Say(np=f"{{the |}}{words} <v>{text}", do=f"use <v>{text} as the {words}"))
    for name, kind in kinds.items():
        if name:
            _attribute(node, name, kind, typed)
    return node


def _extras(s: Scene, node: Node) -> None:
    if s.may(0.35):
        name = s.pick("expires_at", "ttl", "expireAt")
        block = node.block(
            "ttl",
            Say(
                np=f"TTL on {{the attribute |}}{name}",
                do=f"expire items by {{the attribute |}}{name}",
                that=f"expires items by their {name} attribute",
            ),
        )
        block.implied("attribute_name", name).implied("enabled", True)
    if s.may(0.35):
        node.block(
            "point_in_time_recovery",
            Say(np="{point-in-time recovery|PITR}{| enabled}", do="enable {point-in-time recovery|PITR}"),
        ).implied("enabled", True)
    if s.may(0.25):
        view = s.pick("NEW_AND_OLD_IMAGES", "NEW_IMAGE", "KEYS_ONLY", "OLD_IMAGE")
        node.set(
            "stream_enabled",
            True,
            Say(
                np=f"a stream {{with|of}} {view.lower().replace('_', ' ')}"
                if s.may()
                else f"streams with view type {view}",
                do=f"enable streams with {view}",
            ),
        )
        node.implied("stream_view_type", view)
    if s.may(0.25):
        node.block(
            "server_side_encryption", Say(np="{KMS|server-side} encryption", do="enable server-side encryption")
        ).implied("enabled", True)
    if s.may(0.2):
        node.set("deletion_protection_enabled", True)
    if s.may(0.15):
        node.set(
            "table_class",
            "STANDARD_INFREQUENT_ACCESS",
            Say(np="the infrequent access table class", do="use the infrequent access table class"),
        )


@blueprint("dynamodb", weight=3)
def dynamodb_table(s: Scene) -> None:
    s.purpose = s.pick("for user sessions", "for our mobile app", "for the game backend", "", "", "")
    main = table(s)
    _extras(s, main)
    if s.may(0.2):
        s.output("table_arn", main.ref("arn"), "the {table's ARN|ARN of the table}")


@blueprint("dynamodb", weight=2)
def dynamodb_indexes(s: Scene) -> None:
    """Global and local secondary indexes."""
    main = table(s, sort=True)
    provisioned = any(getattr(i, "name", "") == "read_capacity" for i in main.items)
    for name in s.some(["status", "customer_id", "email", "country"], 1, 2):
        _attribute(main, name, "S")
        label = s.pick(f"{name.replace('_', '-')}-index", f"by_{name}", f"{name.title().replace('_', '')}Index")
        projection = s.pick("ALL", "KEYS_ONLY")
        keyed = AnyOf(  # both spellings are right, the older one is deprecated
            (
                Block(("key_schema",), (Attribute(("attribute_name",), Operator.EQUALS, name),)),
                Attribute(("hash_key",), Operator.EQUALS, name),
            )
        )
        demanded: tuple[Condition, ...] = (Attribute(("name",), Operator.EQUALS, label), keyed)
        words = ""
        if s.may(0.3):
            demanded += (Attribute(("projection_type",), Operator.EQUALS, projection),)
            words = f" {{that projects|projecting}} {'everything' if projection == 'ALL' else 'only the keys'}"
        index = main.block(
            "global_secondary_index",
            Say(
                np=f"a {{global secondary index|GSI}} {label} on {name}{words}",
                do=f"add a {{global secondary index|GSI}} called {label} on {name}{words}",
                that=f"has a {{global secondary index|GSI}} {label} on {name}{words}",
                demand=Block(("global_secondary_index",), demanded),
            ),
        )
        index.set("name", label, False, extract=False).set("projection_type", projection, False, extract=False)
        schema = index.block("key_schema")
        schema.set("attribute_name", name, False, extract=False).set("key_type", "HASH", False, extract=False)
        if provisioned:
            index.set("read_capacity", 5, False).set("write_capacity", 5, False)
    if s.may(0.3):
        _attribute(main, "updated_at", "S")
        local = main.block(
            "local_secondary_index",
            Say(np="a {local secondary index|LSI} updated-index on updated_at"),
        )
        local.implied("name", "updated-index").implied("range_key", "updated_at")
        local.set("projection_type", "ALL", False, extract=False)
    if s.may(0.5):
        _extras(s, main)


@blueprint("dynamodb", "application autoscaling", weight=1.5)
def dynamodb_autoscaled(s: Scene) -> None:
    """Provisioned capacity that follows the load."""
    main = table(s, billing="PROVISIONED")
    main.lifecycle = (("ignore_changes", Raw("[read_capacity, write_capacity]")),)
    for what in s.some(["read", "write"], 1, 2):
        least, most, goal = s.pick(1, 5, 10), s.pick(50, 100, 200), s.pick(60, 70, 75, 80)
        title = what.capitalize()
        target = s.resource(
            "aws_appautoscaling_target", f"{{autoscaling target|scalable target}} for {what} capacity", what
        )
        target.implied("service_namespace", "dynamodb")
        target.implied("scalable_dimension", f"dynamodb:table:{title}CapacityUnits")
        target.set("resource_id", Template("table/", main.ref("name")), False)
        span = Say(
            np=f"a range of {least} to {most} units",
            post=f"{{between {least} and {most} units|from {least} to {most} units}}",
        )
        target.set("min_capacity", least, span).implied("max_capacity", most)
        policy = s.resource(
            "aws_appautoscaling_policy", f"{{target tracking|scaling}} policy for {what} capacity", what
        )
        policy.set("name", resource_name(s, f"{what}-scaling"), False)
        policy.set("policy_type", "TargetTrackingScaling", False, extract=False)
        for argument in ("resource_id", "scalable_dimension", "service_namespace"):
            policy.link(argument, target, argument)
        tracking = policy.block("target_tracking_scaling_policy_configuration")
        tracking.set(
            "target_value",
            goal,
            Say(
                np=f"{{a |}}target {{utilization |}}of {goal}{{%| percent}}",
                that=f"aims at {goal}{{%| percent}} utilization",
            ),
        )
        metric = tracking.block("predefined_metric_specification")
        metric.set("predefined_metric_type", f"DynamoDB{title}CapacityUtilization", False, extract=False)


@blueprint("dynamodb", weight=1.2)
def dynamodb_global(s: Scene) -> None:
    main = table(s, "{DynamoDB global table|global DynamoDB table}", billing="PAY_PER_REQUEST")
    main.set("stream_enabled", True, False).set("stream_view_type", "NEW_AND_OLD_IMAGES", False, extract=False)
    for region in s.some(["us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1"], 1, 2):
        replica = main.block(
            "replica",
            Say(np=f"a replica in {region}", do=f"replicate it to {region}", that=f"is replicated to {region}"),
        )
        replica.implied("region_name", region)
        if s.may(0.3):
            replica.set("point_in_time_recovery", True, Say(np="point-in-time recovery of the replica"))


@blueprint("dynamodb", weight=1.5)
def dynamodb_items(s: Scene) -> None:
    """A table and what is in it from the start."""
    main = table(s, sort=False, billing="PAY_PER_REQUEST")
    key = next(i.value for i in main.items if getattr(i, "name", "") == "hash_key")  # type: ignore[union-attr]
    for value in s.some(["admin", "demo", "system", "1001"], 1, 2):
        item = s.resource("aws_dynamodb_table_item", "{item|table item}", f"item_{value}")
        item.link("table_name", main, "name", "in <it>").link("hash_key", main, "hash_key")
        data = {key: {"S": value}, "active": {"BOOL": True}}
        item.set(
            "item",
            Json(data),
            Say(
                np=f'{key} "{value}"',
                post=f'with {key} "{value}"',
                demand=Attribute(("item",), Operator.MATCHES, json.dumps(value)),
            ),
        )


@blueprint("dynamodb", "kinesis", "lambda", weight=1.5)
def dynamodb_streamed(s: Scene) -> None:
    """Changes to a Kinesis stream, or to a function."""
    main = table(s)
    if s.may(0.5):
        stream = s.resource("aws_kinesis_stream", "{Kinesis stream|Kinesis data stream}", "changes").named(
            "name", resource_name(s, "table-changes")
        )
        stream.set("shard_count", s.pick(1, 2, 4), Say(np="{a |}shard count of <v>"))
        to = s.resource(
            "aws_dynamodb_kinesis_streaming_destination",
            "",
            main.role,
            of=main,
            say=Say(
                np="its changes streamed to Kinesis",
                do="stream {its|the table's} changes to {Kinesis|the Kinesis stream}",
                that="streams its changes to {Kinesis|the Kinesis stream}",
            ),
        )
        to.link("table_name", main, "name").link("stream_arn", stream, "arn", Say(implied=True))
        return
    view = s.pick("NEW_AND_OLD_IMAGES", "NEW_IMAGE")
    main.set("stream_enabled", True, Say(np=f"a stream of {view}", do=f"enable a stream of {view}"))
    main.implied("stream_view_type", view)
    role = parts.execution_role(s, "lambda", "stream")
    parts.attach(s, role, "service-role/AWSLambdaDynamoDBExecutionRole")
    package, digest = parts.zip_package(
        s, "exports.handler = async (event) => console.log(event.Records.length);\n", "index.js"
    )
    function = s.resource("aws_lambda_function", "{Lambda function|Lambda}", "stream").named(
        "function_name", resource_name(s, s.pick("stream-reader", "on-change", "table-events"))
    )
    function.link("role", role, "arn").set("handler", "index.handler", False).set(
        "runtime", s.pick("nodejs20.x", "nodejs22.x")
    )
    function.set("filename", package, False).set("source_code_hash", digest, False)
    source = s.resource("aws_lambda_event_source_mapping", "event source mapping", "stream")
    source.link("event_source_arn", main, "stream_arn", Say(post="{from|for} the table's stream"))
    source.link("function_name", function, "arn", Say(post="to <it>"))
    source.set("starting_position", s.pick("LATEST", "TRIM_HORIZON"), Say(np="starting position <v>"))
    if s.may(0.4):
        source.set("batch_size", s.pick(10, 50, 100), Say(np="{a |}batch size of <v>"))


@blueprint("dynamodb", "iam", weight=1.2)
def dynamodb_guarded(s: Scene) -> None:
    """A customer managed key, contributor insights, a resource policy."""
    main = table(s)
    if s.may(0.6):
        key = parts.kms_key(s, "dynamodb")
        block = main.block(
            "server_side_encryption", Say(np="encryption with the KMS key", do="encrypt it with the KMS key")
        )
        block.implied("enabled", True).link("kms_key_arn", key, "arn", Say(implied=True))
    if s.may(0.5):
        insights = s.resource(
            "aws_dynamodb_contributor_insights",
            "",
            main.role,
            of=main,
            say=Say(np="contributor insights{| enabled}", do="enable contributor insights"),
        )
        insights.link("table_name", main, "name")
    if len(s.nodes) == 1 or s.may(0.3):
        account = f"{s.number(100000000000, 999999999999)}"
        policy = s.resource(
            "aws_dynamodb_resource_policy",
            "",
            main.role,
            of=main,
            say=Say(
                np=f"a resource policy that lets account {account} read items",
                do=f"let account {account} read items {{by|with}} a resource policy",
            ),
        )
        policy.link("resource_arn", main, "arn")
        who = f"arn:aws:iam::{account}:root"
        policy.set(
            "policy",
            Document(Statement(("dynamodb:GetItem", "dynamodb:Query"), (main.ref("arn"),), principals={"AWS": (who,)})),
            Say(
                implied=True,
                demand=PolicyStatement(
                    ("policy",), "Allow", ("dynamodb:GetItem",), principals={"AWS": (who,)}, unknown=True
                ),
            ),
        )


@blueprint("dax", "dynamodb", "iam", weight=1.5)
def dax(s: Scene) -> None:
    """A DAX cluster for a table."""
    reads = s.may(0.6)
    if reads:
        main = table(s, billing="PAY_PER_REQUEST")
    role = parts.execution_role(s, "dax", "dax", said=s.may(0.5))
    parts.role_policy(
        s,
        role,
        ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"),
        (main.ref("arn"),) if reads else ("*",),
        said=role.said,
        words=f"{{use|read and write}} {'the table' if reads else 'DynamoDB tables'}",
    )
    cluster = s.resource("aws_dax_cluster", "{DAX cluster|DynamoDB Accelerator cluster}", "main").named(
        "cluster_name", resource_name(s, s.pick("dax", "cache"))
    )
    cluster.link("iam_role_arn", role, "arn", Say(np="<it> as its role", do="use <it>") if role.said else False)
    cluster.set("node_type", s.pick("dax.t3.small", "dax.t3.medium", "dax.r5.large"), True)
    nodes = s.pick(1, 2, 3)
    cluster.set(
        "replication_factor",
        nodes,
        Say(
            np=f"{{{nodes} node{'s' * (nodes > 1)}|a replication factor of {nodes}}}",
            that=f"has {nodes} node{'s' * (nodes > 1)}",
        ),
    )
    if s.may(0.5):
        cluster.block(
            "server_side_encryption", Say(np="encryption at rest", do="encrypt it at rest", that="is encrypted at rest")
        ).implied("enabled", True)
    if s.may(0.4):
        _, subnets = parts.network(s, 2, said=s.may(0.4))
        cluster.link(
            "subnet_group_name",
            subnet_group(s, "dax_subnet_group", subnets, said=s.may(0.6), noun="DAX subnet group"),
            "name",
            "in <it>",
        )
    if s.may(0.4):
        group = s.resource("aws_dax_parameter_group", "DAX parameter group", "main").named(
            "name", resource_name(s, "dax-params")
        )
        parameters(s, group, (("query-ttl-millis", "100000"), ("record-ttl-millis", "60000")), block="parameters")
        cluster.link("parameter_group_name", group, "name", Say(np="<it>", do="use <it>"))


# --- Keyspaces, Timestream --------------------------------------------------------------------------------------------


@blueprint("keyspaces")
def keyspaces(s: Scene) -> None:
    space = s.resource(
        "aws_keyspaces_keyspace", "{Keyspaces keyspace|keyspace in Amazon Keyspaces|Amazon Keyspaces keyspace}", "main"
    )
    space.named("name", s.pick("shop", "telemetry", f"{project(s)}_data"))
    if s.may(0.75):
        name, key, order, rest = s.pick(
            ("orders", "order_id", "", (("order_id", "uuid"), ("total", "decimal"))),
            (
                "readings",
                "device_id",
                "taken_at",
                (("device_id", "text"), ("taken_at", "timestamp"), ("value", "double")),
            ),
        )
        node = s.resource("aws_keyspaces_table", "{Keyspaces table|Cassandra table|table}", name).named(
            "table_name", name
        )
        node.link("keyspace_name", space, "name", "in <it>")
        schema = node.block("schema_definition")
        for column, kind in rest:
            inner = schema.block(
                "column",
                Say(
                    np=f"a column {column} of type {kind}",
                    that=f"has a column {column} of type {kind}",
                ),
            )
            inner.implied("name", column).implied("type", kind)
        schema.block(
            "partition_key", Say(np=f"{key} as the partition key", do=f"use {key} as the partition key")
        ).implied("name", key)
        if order:
            schema.block(
                "clustering_key",
                Say(np=f"{order} as the clustering key, descending", do=f"order by {order} descending"),
            ).implied("name", order).implied("order_by", "DESC")
        if s.may(0.4):
            node.block(
                "point_in_time_recovery", Say(np="point-in-time recovery", do="enable point-in-time recovery")
            ).implied("status", "ENABLED")
        if s.may(0.4):
            days = s.pick(7, 30)
            node.block("ttl").set("status", "ENABLED", False, extract=False)
            node.set("default_time_to_live", days * 86400, Say(np=f"a default {{time to live|TTL}} of {days} days"))


@blueprint("timestream", weight=1.2)
def influxdb(s: Scene) -> None:
    """Timestream for InfluxDB in a network."""
    vpc, subnets = parts.network(s, 2, said=s.may(0.4))
    guard = parts.security_group(s, vpc, (8086,), "influx", said=s.may(0.5), cidr="10.0.0.0/16")
    node = s.resource(
        "aws_timestreaminfluxdb_db_instance",
        "{Timestream for InfluxDB instance|InfluxDB instance in Timestream}",
        "main",
    )
    s.nodes.remove(node)
    s.nodes.insert(0, node)
    node.named("name", resource_name(s, s.pick("metrics", "sensors")))
    node.set(
        "db_instance_type",
        s.pick("db.influx.medium", "db.influx.large"),
        Say(np="instance type <v>", post="of type <v>"),
    )
    node.set("allocated_storage", s.pick(20, 50, 100), None)
    node.set("bucket", s.pick("metrics", "sensors"), Say(np="an initial bucket {named |}<v>") if s.may() else False)
    node.set("organization", s.pick("acme", "ops"), Say(np="{the |}organization <v>") if s.may() else False)
    node.set("username", "admin", False).set("password", "ChangeMe12345", False, extract=False)
    node.link(
        "vpc_security_group_ids",
        guard,
        say=Say(np="<it> attached", that="uses <it>") if guard.said else False,
        wrap=True,
    )
    node.set("vpc_subnet_ids", [n.ref("id") for n in subnets], False)
    if s.may(0.4):
        node.set(
            "deployment_type", "WITH_MULTIAZ_STANDBY", Say(np="a Multi-AZ standby", do="run it with a Multi-AZ standby")
        )


@blueprint("timestream")
def timestream(s: Scene) -> None:
    main = s.resource("aws_timestreamwrite_database", "{Timestream database|Amazon Timestream database}", "main").named(
        "database_name", resource_name(s, s.pick("metrics", "iot", "telemetry"))
    )
    if s.may(0.3):
        main.link(
            "kms_key_id",
            parts.kms_key(s, "timestream"),
            "arn",
            Say(np="encryption with <it>", post="encrypted with <it>"),
        )
    for name in s.some(["cpu", "temperature", "requests"], 1, 2):
        node = s.resource("aws_timestreamwrite_table", "{Timestream table|table}", name).named("table_name", name)
        node.link("database_name", main, "database_name", "in <it>")
        if s.may(0.7):
            hours, days = s.pick(6, 12, 24), s.pick(7, 30, 365)
            kept = node.block("retention_properties")
            kept.set(
                "memory_store_retention_period_in_hours",
                hours,
                Say(np=f"{hours} hours in {{memory|the memory store}}", do=f"keep data in memory for {hours} hours"),
            )
            kept.set(
                "magnetic_store_retention_period_in_days",
                days,
                Say(
                    np=f"{days} days {{in the magnetic store}}",
                    do=f"keep it {days} days in the magnetic store",
                ),
            )
