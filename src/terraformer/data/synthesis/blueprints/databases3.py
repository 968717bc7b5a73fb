"""Neptune, DocumentDB, OpenSearch, DMS, and the data layer of an application."""

from __future__ import annotations

from terraformer.data.intents import PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.databases import backups_kept, encrypted, parameters, protected, subnet_group
from terraformer.data.synthesis.blueprints.storage import bucket
from terraformer.data.synthesis.expressions import Document, Json, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

_VERSION = Say(np="{engine |}version <v>", that="runs version <v>")
_EXAMPLE = "ChangeMe12345"


def _cluster(s: Scene, kind: str, noun: str, port: int, *names: str) -> Node:
    """A Neptune or DocumentDB cluster: perhaps in subnets of its own, with a parameter group, encryption, backups."""
    node = s.resource(f"aws_{kind}_cluster", noun, "main").named("cluster_identifier", resource_name(s, s.pick(*names)))
    if s.may(0.5):
        encrypted(node)
    if s.may(0.45):
        backups_kept(s, node)
    if s.may(0.25):
        protected(node)
    if s.may(0.2):
        node.set(
            "preferred_backup_window", s.pick("07:00-09:00", "02:00-03:00"), Say(np="{a |the }backup window of <v>")
        )
    node.set("skip_final_snapshot", True, False, extract=False)
    if s.may(0.55):
        vpc, subnets = parts.network(s, 2, said=s.may(0.5))
        argument = "neptune_subnet_group_name" if kind == "neptune" else "db_subnet_group_name"
        node.link(
            argument,
            subnet_group(s, f"{kind}_subnet_group", subnets, said=s.may(0.7), noun="subnet group"),
            "name",
            "in <it>",
        )
        guard = parts.security_group(s, vpc, (port,), kind, said=s.may(0.6), cidr="10.0.0.0/8")
        node.link(
            "vpc_security_group_ids",
            guard,
            say=Say(np="<it> attached", that="uses <it>") if guard.said else False,
            wrap=True,
        )
    return node


def _members(s: Scene, kind: str, of: Node, noun: str, *classes: str) -> None:
    count = s.pick(1, 1, 2, 3)
    member = s.resource(f"aws_{kind}_cluster_instance", noun, "main")
    if count > 1:
        member.times(count)
    elif s.may(0.5):
        member.named("identifier", resource_name(s, f"{kind}-1"))
    member.link("cluster_identifier", of, say="in <it>").set("instance_class", s.pick(*classes), True)


@blueprint("neptune", weight=1.5)
def neptune(s: Scene) -> None:
    """A graph database."""
    s.purpose = s.pick("for our knowledge graph", "for recommendations", "", "")
    serverless = s.may(0.3)
    node = _cluster(
        s,
        "neptune",
        "{Neptune Serverless cluster|serverless Neptune cluster}"
        if serverless
        else "{Neptune cluster|Amazon Neptune cluster}",
        8182,
        "graph",
        "neptune",
        "knowledge-graph",
    )
    node.set("engine", "neptune", False, extract=False)
    if s.may(0.35):
        node.set(
            "iam_database_authentication_enabled",
            True,
            Say(np="IAM {database |}authentication{| enabled}", do="enable IAM authentication"),
        )
    if s.may(0.3):
        version = s.pick("1.3.2.1", "1.4.1.0")
        node.set("engine_version", version, _VERSION)
        if s.may(0.6):
            group = s.resource(
                "aws_neptune_cluster_parameter_group", "{Neptune |}cluster parameter group", "main"
            ).named("name", resource_name(s, "neptune-params"))
            group.set("family", f"neptune{version[:3]}", Say(np="{the |}family <v>"))
            parameters(s, group, (("neptune_enable_audit_log", "1"), ("neptune_query_timeout", "60000")))
            node.link("neptune_cluster_parameter_group_name", group, "name", Say(np="<it>", do="use <it>"))
    if serverless:
        least, most = s.pick(1, 2, 2.5), s.pick(8, 16, 32)
        node.block(
            "serverless_v2_scaling_configuration",
            Say(
                np=f"{{capacity|scaling}} from {least} to {most} NCUs",
                do=f"scale from {least} to {most} NCUs",
                that=f"scales from {least} to {most} NCUs",
            ),
        ).implied("min_capacity", least).implied("max_capacity", most)
    noun = "{Neptune instance|cluster instance|instance}"
    if serverless:
        member = s.resource("aws_neptune_cluster_instance", noun, "main").link(
            "cluster_identifier", node, say="in <it>"
        )
        member.set("instance_class", "db.serverless", Say(np="instance class <v>") if s.may() else False, extract=False)
    else:
        _members(s, "neptune", node, noun, "db.r6g.large", "db.t4g.medium", "db.r5.large")


@blueprint("docdb", weight=1.5)
def documentdb(s: Scene) -> None:
    """A cluster with its instances."""
    s.purpose = s.pick("for our catalog", "to replace MongoDB", "", "")
    node = _cluster(
        s,
        "docdb",
        "{DocumentDB cluster|Amazon DocumentDB cluster|DocumentDB cluster}",
        27017,
        "docdb",
        "catalog",
        "documents",
    )
    node.set("engine", "docdb", False, extract=False)
    node.set(
        "master_username",
        s.pick("dbadmin", "docdbadmin"),
        Say(np="{the |}{user name|username|master user} <v>") if s.may(s.talk) else False,
    )
    if s.may(0.4):
        node.set(
            "manage_master_user_password",
            True,
            Say(
                np="the {master |}password managed {in|by} Secrets Manager",
                do="manage the master password in Secrets Manager",
            ),
        )
    else:
        node.set("master_password", _EXAMPLE, False, extract=False)
    if s.may(0.4):
        node.set("engine_version", "5.0.0", _VERSION)
        if s.may(0.6):
            group = s.resource(
                "aws_docdb_cluster_parameter_group", "{DocumentDB |cluster }parameter group", "main"
            ).named("name", resource_name(s, "docdb-params"))
            group.set("family", "docdb5.0", Say(np="{the |}family <v>"))
            parameters(s, group, (("tls", "enabled"), ("audit_logs", "enabled"), ("ttl_monitor", "enabled")))
            node.link("db_cluster_parameter_group_name", group, "name", Say(np="<it>", do="use <it>"))
    if s.may(0.25):
        logs = s.pick(["audit"], ["audit", "profiler"])
        node.set(
            "enabled_cloudwatch_logs_exports",
            logs,
            Say(
                np=f"{' and '.join(logs)} logs exported to CloudWatch",
                do=f"export the {' and '.join(logs)} logs to CloudWatch",
            ),
        )
    _members(
        s,
        "docdb",
        node,
        "{DocumentDB instance|cluster instance|instance}",
        "db.r6g.large",
        "db.t4g.medium",
        "db.r5.large",
    )
    if s.may(0.25):
        s.output("endpoint", node.ref("endpoint"), "the cluster endpoint")


@blueprint("docdb", weight=0.7)
def documentdb_elastic(s: Scene) -> None:
    node = s.resource(
        "aws_docdbelastic_cluster", "{DocumentDB elastic cluster|elastic DocumentDB cluster}", "main"
    ).named("name", resource_name(s, s.pick("elastic", "catalog")))
    node.set("shard_count", s.pick(1, 2, 4), Say(np="{a shard count of <v>|<v> shards}"))
    node.set("shard_capacity", s.pick(2, 4, 8), Say(np="{a shard capacity of <v> vCPUs|<v> vCPUs per shard}"))
    node.set("admin_user_name", "dbadmin", None).set("admin_user_password", _EXAMPLE, False, extract=False)
    node.set("auth_type", "PLAIN_TEXT", False, extract=False)
    if s.may(0.5):
        node.set(
            "kms_key_id",
            parts.kms_key(s, "docdb").ref("arn"),
            Say(np="encryption with the KMS key", do="encrypt it with the KMS key"),
        )


# --- OpenSearch -------------------------------------------------------------------------------------------------------


@blueprint("opensearch", weight=2)
def opensearch(s: Scene) -> None:
    """A search domain; the options that people ask for."""
    s.purpose = s.pick("for log analytics", "for product search", "", "")
    node = s.resource(
        "aws_opensearch_domain", "{OpenSearch domain|OpenSearch cluster|Amazon OpenSearch domain}", "search"
    )
    node.named("domain_name", resource_name(s, s.pick("search", "logs", "catalog"))[:28].rstrip("-"))
    if s.may(0.7):
        node.set(
            "engine_version",
            s.pick("OpenSearch_2.11", "OpenSearch_2.13", "OpenSearch_2.17"),
            Say(np="{engine version|version} <v>"),
        )
    shape = node.block("cluster_config")
    shape.set("instance_type", s.pick("t3.small.search", "m6g.large.search", "r6g.large.search"), True)
    count = s.pick(1, 1, 2, 3)
    shape.set(
        "instance_count",
        count,
        Say(
            np=f"{{{count} data node{'s' * (count > 1)}|{count} instance{'s' * (count > 1)}}}",
            that=f"has {count} node{'s' * (count > 1)}",
        ),
    )
    placed = s.may(0.3)  # in one subnet
    if count > 1 and not placed:
        shape.set(
            "zone_awareness_enabled",
            True,
            Say(np="zone awareness", do="{enable zone awareness|spread it over zones}") if s.may(0.5) else False,
        )
        if count == 3:
            shape.block("zone_awareness_config").set(
                "availability_zone_count", 3, Say(np="three availability zones") if s.may(0.3) else False, extract=False
            )
        if s.may(0.3):
            shape.set(
                "dedicated_master_enabled",
                True,
                Say(
                    np="dedicated master nodes",
                    do="use dedicated master nodes",
                ),
            )
            shape.set("dedicated_master_count", 3, False, extract=False).set(
                "dedicated_master_type", "m6g.large.search", False
            )
    disk = node.block("ebs_options")
    disk.set("ebs_enabled", True, False, extract=False).set(
        "volume_type", s.pick("gp3", "gp2"), Say(np="<v> volumes") if s.may(0.4) else False
    )
    disk.set("volume_size", s.pick(10, 20, 50, 100), Say(np="{<v> GB EBS volumes|EBS volumes of <v> GB}"))
    if s.may(0.5):
        node.block(
            "encrypt_at_rest", Say(np="encryption at rest", do="encrypt it at rest", that="is encrypted at rest")
        ).implied("enabled", True)
    if s.may(0.45):
        node.block(
            "node_to_node_encryption", Say(np="node-to-node encryption", do="enable node-to-node encryption")
        ).implied("enabled", True)
    if s.may(0.4):
        node.block(
            "domain_endpoint_options",
            Say(np="HTTPS {required|enforced}", do="enforce HTTPS", that="{requires|enforces} HTTPS"),
        ).implied("enforce_https", True)
    if placed:
        vpc, subnets = parts.network(s, 1, said=s.may(0.5))
        guard = parts.security_group(s, vpc, (443,), "search", said=s.may(0.6), cidr="10.0.0.0/8")
        inside = node.block("vpc_options")
        inside.link("subnet_ids", subnets[0], say="in <it>" if subnets[0].said else False, wrap=True)
        inside.link(
            "security_group_ids",
            guard,
            say=Say(np="<it> attached", that="uses <it>") if guard.said else False,
            wrap=True,
        )
    elif s.may(0.4):
        policy = s.resource(
            "aws_opensearch_domain_policy",
            "",
            "search",
            of=node,
            say=Say(
                np="an access policy for this account",
                do="let {this|the current} account use it by an access policy",
            ),
        )
        account = s.data("aws_caller_identity", "", "current")
        policy.link("domain_name", node, "domain_name")
        who = Template("arn:aws:iam::", account.ref("account_id"), ":root")
        policy.set(
            "access_policies",
            Document(Statement(("es:*",), (Template(node.ref("arn"), "/*"),), principals={"AWS": (who,)})),
            Say(implied=True, demand=PolicyStatement(("access_policies",), "Allow", unknown=True)),
        )
    if s.may(0.3):
        logs = parts.log_group(s, resource_name(s, "opensearch-logs"), "search", said=True)
        allowed = s.resource("aws_cloudwatch_log_resource_policy", "", "search", said=False).set(
            "policy_name", "opensearch-logs", False
        )
        allowed.set(
            "policy_document",
            Document(
                Statement(
                    ("logs:PutLogEvents", "logs:CreateLogStream"),
                    (Template(logs.ref("arn"), ":*"),),
                    principals={"Service": ("es.amazonaws.com",)},
                )
            ),
            False,
        )
        kind = s.pick("INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS", "ES_APPLICATION_LOGS")
        words = {
            "INDEX_SLOW_LOGS": "index slow logs",
            "SEARCH_SLOW_LOGS": "search slow logs",
            "ES_APPLICATION_LOGS": "application logs",
        }[kind]
        out = node.block(
            "log_publishing_options",
            Say(
                np=f"{words} published to the log group",
                do=f"publish {words} to the log group",
            ),
        )
        out.implied("log_type", kind).link("cloudwatch_log_group_arn", logs, "arn", Say(implied=True))


@blueprint("opensearch", weight=1.2)
def opensearch_serverless(s: Scene) -> None:
    """A collection and the policies that it needs."""
    name = resource_name(s, s.pick("search", "logs", "vectors"))[:30].rstrip("-")
    kind = s.pick("SEARCH", "TIMESERIES", "VECTORSEARCH")
    words = {"SEARCH": "search", "TIMESERIES": "time series", "VECTORSEARCH": "vector search"}[kind]
    main = s.resource(
        "aws_opensearchserverless_collection",
        "{OpenSearch Serverless collection|OpenSearch serverless collection}",
        "main",
    ).named("name", name)
    main.set("type", kind, Say(np=f"type {{{kind}|{words}}}", post=f"{{for {words}|of type {kind}}}"))
    if s.may(0.3):
        main.set(
            "standby_replicas",
            "DISABLED",
            Say(np="standby replicas {disabled|turned off}", do="turn off standby replicas"),
        )
    resource = f"collection/{name}"
    crypt = s.resource("aws_opensearchserverless_security_policy", "encryption policy", "encryption", said=s.may(0.6))
    crypt.set("name", s.pick("encryption", "at-rest"), False).set(
        "type", "encryption", Say(implied=True), extract=False
    )
    crypt.set(
        "policy", Json({"Rules": [{"ResourceType": "collection", "Resource": [resource]}], "AWSOwnedKey": True}), False
    )
    net = s.resource("aws_opensearchserverless_security_policy", "network policy", "network", said=s.may(0.6))
    net.set("name", s.pick("network", "public"), False).set("type", "network", Say(implied=True), extract=False)
    net.set(
        "policy",
        Json([{"Rules": [{"ResourceType": "collection", "Resource": [resource]}], "AllowFromPublic": True}]),
        False,
    )
    if s.may(0.6):
        account = s.data("aws_caller_identity", "", "current")
        data = s.resource("aws_opensearchserverless_access_policy", "data access policy", "data").named(
            "name", s.pick("data", "app-access")
        )
        data.set("type", "data", False, extract=False)
        data.set(
            "policy",
            Json(
                [
                    {
                        "Rules": [
                            {
                                "ResourceType": "index",
                                "Resource": [f"index/{name}/*"],
                                "Permission": ["aoss:ReadDocument", "aoss:WriteDocument"],
                            }
                        ],
                        "Principal": [account.ref("arn")],
                    }
                ]
            ),
            False,
        )
    main.depends_on = (crypt,)


# --- DMS --------------------------------------------------------------------------------------------------------------


def _endpoint(s: Scene, kind: str, engine: str) -> Node:
    node = s.resource("aws_dms_endpoint", f"{kind} endpoint", kind).named(
        "endpoint_id", resource_name(s, f"{kind}-{engine}")
    )
    node.implied("endpoint_type", kind)
    node.set(
        "engine_name",
        engine,
        Say(
            np="engine <v>",
            post="for {"
            + {
                "postgres": "PostgreSQL|Postgres",
                "mysql": "MySQL",
                "mariadb": "MariaDB",
                "aurora-postgresql": "Aurora PostgreSQL",
            }[engine]
            + "}",
        ),
        extract=False,
    )
    node.set(
        "server_name",
        f"{s.pick('db', 'legacy', 'crm', 'onprem')}.{s.pick('example.com', 'corp.internal')}",
        Say(np="{server|host} <v>", post="at <v>"),
    )
    node.set("port", 5432 if "postgres" in engine else 3306, None, extract=False)
    node.set("database_name", s.pick("shop", "crm", "orders"), Say(np="{the |}database <v>") if s.may(0.5) else False)
    node.set("username", "dms", None).set("password", _EXAMPLE, False, extract=False)
    if s.may(0.3):
        node.set("ssl_mode", "require", Say(np="SSL required", do="require SSL"))
    return node


@blueprint("dms", weight=2)
def dms_migration(s: Scene) -> None:
    """An instance, two endpoints, a task."""
    s.purpose = s.pick("to move our database to AWS", "for the migration", "")
    machine = s.resource("aws_dms_replication_instance", "{DMS replication instance|replication instance}", "main")
    machine.named("replication_instance_id", resource_name(s, s.pick("dms", "migration")))
    machine.set(
        "replication_instance_class",
        s.pick("dms.t3.micro", "dms.t3.medium", "dms.c5.large", "dms.r5.large"),
        Say(np="{instance |}class <v>", post="of class <v>"),
    )
    if s.may(0.6):
        machine.set("allocated_storage", s.pick(20, 50, 100), None)
    if s.may(0.3):
        machine.set("multi_az", s.may(0.5), None)
    if s.may(0.3):
        machine.set("publicly_accessible", False, Say(np="no public access", that="is not publicly accessible"))
    if s.may(0.5):
        _, subnets = parts.network(s, 2, said=s.may(0.5))
        group = subnet_group(
            s, "dms_replication_subnet_group", subnets, said=s.may(0.7), noun="{DMS |replication }subnet group"
        )
        machine.link("replication_subnet_group_id", group, "replication_subnet_group_id", "in <it>")
    source = _endpoint(s, "source", s.pick("mysql", "postgres", "mariadb"))
    if s.may(0.35):
        lake = bucket(s, "{target bucket|S3 bucket}", "target")
        role = parts.execution_role(s, "dms", "dms_s3", said=s.may(0.4))
        parts.role_policy(
            s, role, ("s3:PutObject", "s3:ListBucket"), (lake.ref("arn"), Template(lake.ref("arn"), "/*"))
        )
        target = s.resource("aws_dms_s3_endpoint", "{S3 target endpoint|target endpoint in S3}", "target").named(
            "endpoint_id", resource_name(s, "target-s3")
        )
        target.set("endpoint_type", "target", Say(implied=True), extract=False).link(
            "bucket_name", lake, "id", Say(post="for <it>", np="<it> as its bucket")
        )
        target.link(
            "service_access_role_arn", role, "arn", Say(np="<it> as its role", do="use <it>") if role.said else False
        )
        if s.may(0.5):
            target.set("data_format", "parquet", Say(np="Parquet {files|as the data format}", do="write Parquet"))
    else:
        target = _endpoint(s, "target", s.pick("aurora-postgresql", "postgres", "mysql"))
    if s.may(0.8):
        task = s.resource("aws_dms_replication_task", "{replication task|DMS task|migration task}", "main")
        task.named("replication_task_id", resource_name(s, s.pick("full-load", "migrate", "sync")))
        how = s.pick("full-load", "cdc", "full-load-and-cdc")
        task.set("migration_type", how, Say(np="{migration |}type <v>", post="of type <v>"), extract=False)
        task.link("replication_instance_arn", machine, "replication_instance_arn", Say(post="on <it>"))
        task.link("source_endpoint_arn", source, "endpoint_arn", Say(post="from <it>"))
        task.link("target_endpoint_arn", target, "endpoint_arn", Say(post="to <it>"))
        rule = {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "1",
            "object-locator": {"schema-name": "%", "table-name": "%"},
            "rule-action": "include",
        }
        task.set("table_mappings", Json({"rules": [rule]}), False)
    if s.may(0.25):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "dms").named("name", resource_name(s, "dms-events"))
        tells = s.resource("aws_dms_event_subscription", "DMS event subscription", "dms").named(
            "name", resource_name(s, "dms-events")
        )
        tells.set("event_categories", ["creation", "failure"], None).link("sns_topic_arn", topic, "arn", "to <it>")
        tells.set("source_type", "replication-instance", False, extract=False)
        tells.set("source_ids", [machine.ref("replication_instance_id")], False)


# --- together ---------------------------------------------------------------------------------------------------------


@blueprint("rds", "elasticache", "dynamodb", "s3", weight=2.5)
def data_layer(s: Scene) -> None:
    """What an application keeps its data in: a database, a cache, more, all in one network."""
    s.purpose = s.pick("for our web shop", "for the backend of our app", "for a three-tier application", "")
    vpc, subnets = parts.network(s, s.pick(2, 3), said=True)
    engine, port = s.pick(("postgres", 5432), ("mysql", 3306))
    words = {"postgres": "{PostgreSQL|Postgres}", "mysql": "MySQL"}[engine]
    clients = parts.security_group(s, vpc, (443,), "app", said=s.may(0.5))
    guard = s.resource("aws_security_group", "security group", "db", said=clients.said).named(
        "name", resource_name(s, "db-sg")
    )
    guard.link("vpc_id", vpc, say="in <it>" if clients.said else False)
    rule = guard.block(
        "ingress",
        Say(
            np=f"{{access|ingress}} on port {port} from the app security group",
            do=f"allow port {port} from the app security group",
        )
        if guard.said
        else None,
    )
    rule.implied("from_port", port).implied("to_port", port).implied("protocol", "tcp")
    rule.link("security_groups", clients, wrap=True)
    database = s.resource("aws_db_instance", f"{{{words} database|RDS {words} instance}}", "db").named(
        "identifier", resource_name(s, s.pick("app-db", "shop-db"))
    )
    database.implied("engine", engine)
    database.set("instance_class", s.pick("db.t3.micro", "db.t3.medium", "db.m6g.large"), True).set(
        "allocated_storage", s.pick(20, 50, 100), None
    )
    database.set("username", "app", False).set(
        "manage_master_user_password",
        True,
        Say(np="its password in Secrets Manager", do="keep its password in Secrets Manager") if s.may(0.4) else False,
    )
    if s.may(0.4):
        database.set("multi_az", True, Say(np="Multi-AZ", do="make it Multi-AZ"))
    if s.may(0.5):
        encrypted(database)
    group = subnet_group(s, "db_subnet_group", subnets, said=s.may(0.6), role="db")
    database.link("db_subnet_group_name", group, "name", "in <it>").link(
        "vpc_security_group_ids",
        guard,
        say=Say(np="the db security group attached") if guard.said else False,
        wrap=True,
    )
    database.set("skip_final_snapshot", True, False, extract=False)
    if s.may(0.6):
        cache = s.resource(
            "aws_elasticache_replication_group",
            "{Redis replication group|ElastiCache Redis replication group}",
            "cache",
        ).named("replication_group_id", resource_name(s, "cache"))
        cache.set("description", "Cache of the application", False).implied("engine", "redis")
        cache.set("node_type", s.pick("cache.t3.micro", "cache.t4g.small"), True)
        cache.set("num_cache_clusters", 2, Say(np="2 nodes") if s.may() else False).set(
            "automatic_failover_enabled", True, Say(np="automatic failover") if s.may() else False
        )
        place = subnet_group(s, "elasticache_subnet_group", subnets, said=False, role="cache")
        cache.link("subnet_group_name", place, "name").link("security_group_ids", guard, wrap=True)
    if s.may(0.5):
        sessions = s.resource("aws_dynamodb_table", "DynamoDB table", "sessions").named(
            "name", resource_name(s, "sessions")
        )
        sessions.set("billing_mode", "PAY_PER_REQUEST", Say(np="on-demand {billing|capacity}"))
        sessions.set("hash_key", "session_id", Say(np="{partition key|hash key} <v>"))
        sessions.block("attribute").set("name", "session_id", False, extract=False).set(
            "type", "S", False, extract=False
        )
        if s.may(0.5):
            sessions.block("ttl", Say(np="TTL on expires_at", do="expire items by expires_at")).implied(
                "attribute_name", "expires_at"
            ).implied("enabled", True)
    if s.may(0.4):
        bucket(s, "{S3 bucket|bucket} for uploads", "uploads")
    if s.may(0.4):
        s.output("db_endpoint", database.ref("endpoint"), "the database endpoint")
