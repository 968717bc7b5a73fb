"""Databases, further: snapshots, events, endpoints, clusters over regions, graphs, schedules, serverless replication."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.databases import encrypted, subnet_group
from terraformer.data.synthesis.expressions import Document, Json, Statement
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

_EXAMPLE = "ChangeMe12345"
_GRAPHS = {
    "docdb": ("{DocumentDB cluster|Amazon DocumentDB cluster}", "DocumentDB", "db.r6g.large"),
    "neptune": ("{Neptune cluster|Amazon Neptune cluster}", "Neptune", "db.r6g.large"),
}


def _graph(s: Scene, kind: str, role: str = "main", *, provider: str = "", noun: str = "", secret: bool = True) -> Node:
    """A small DocumentDB or Neptune cluster."""
    node = s.resource(f"aws_{kind}_cluster", noun or _GRAPHS[kind][0], role, provider=provider)
    node.named(
        "cluster_identifier",
        resource_name(s, s.pick("catalog", "graph", "store") if role == "main" else f"{role}-cluster"),
    )
    node.set("engine", kind, False, extract=False)
    if kind == "docdb" and secret:
        node.set("master_username", "dbadmin", False).set("master_password", _EXAMPLE, False, extract=False)
    node.set("skip_final_snapshot", True, False, extract=False)
    return node


@blueprint("docdb", "neptune", "rds")
def cluster_snapshots(s: Scene) -> None:
    """A manual snapshot of a cluster."""
    kind = s.pick("docdb", "neptune", "aurora")
    if kind == "aurora":
        main = s.resource("aws_rds_cluster", "Aurora {PostgreSQL|Postgres} cluster", "main").named(
            "cluster_identifier", resource_name(s, "aurora")
        )
        main.implied("engine", "aurora-postgresql").set("master_username", "dbadmin", None)
        main.set(
            "manage_master_user_password",
            True,
            Say(np="the master password managed by Secrets Manager") if s.may(0.4) else False,
        )
        main.set("skip_final_snapshot", True, False, extract=False)
        snapshot = s.resource("aws_db_cluster_snapshot", "{cluster snapshot|manual snapshot|snapshot}", "main")
    else:
        main = _graph(s, kind)
        snapshot = s.resource(f"aws_{kind}_cluster_snapshot", "{cluster snapshot|manual snapshot|snapshot}", "main")
    if s.may(0.5):
        encrypted(main)
    snapshot.named(
        "db_cluster_snapshot_identifier", resource_name(s, s.pick("before-upgrade", "baseline", "manual-snapshot"))
    )
    snapshot.link("db_cluster_identifier", main, say="of <it>")


@blueprint("docdb", "neptune", "sns")
def cluster_events(s: Scene) -> None:
    """Events of a cluster to a topic."""
    kind = s.pick("docdb", "neptune")
    main = _graph(s, kind)
    topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "events").named("name", resource_name(s, f"{kind}-events"))
    tells = s.resource(f"aws_{kind}_event_subscription", f"{{{_GRAPHS[kind][1]} |}}event subscription", "events").named(
        "name", resource_name(s, f"{kind}-events")
    )
    tells.link("sns_topic_arn", topic, "arn", "to <it>")
    tells.set("source_type", "db-cluster", Say(np="source type <v>") if s.may(0.4) else False, extract=False).set(
        "source_ids", [main.ref("id")], False
    )
    tells.set(
        "event_categories",
        s.some(["failover", "maintenance", "notification"], 1, 3),
        Say(np="the {event |}categories <v>"),
    )


@blueprint("docdb", "neptune", weight=0.8)
def global_clusters(s: Scene) -> None:
    """One cluster in each of two regions."""
    kind = s.pick("docdb", "neptune")
    word, away = _GRAPHS[kind][1], s.pick("us-west-2", "eu-west-1")
    other = s.also_in("aws", "secondary", away)
    world = s.resource(f"aws_{kind}_global_cluster", f"{{{word} global cluster|global {word} cluster}}", "global")
    world.named("global_cluster_identifier", resource_name(s, f"global-{kind}"))
    world.set("engine", kind, False, extract=False).set(
        "engine_version", "5.0.0" if kind == "docdb" else "1.4.1.0", None, extract=False
    )
    for role, provider in (("primary", ""), ("secondary", other)):
        node = _graph(s, kind, role, provider=provider, noun=f"{role} cluster", secret=not provider)
        if provider:
            node.says(Say(post=f"in {away}", demand=Attribute(("region",), Operator.EQUALS, away)))
        node.link("global_cluster_identifier", world, say=Say(post="of <it>"))
        node.set("engine_version", "5.0.0" if kind == "docdb" else "1.4.1.0", False, extract=False)
        member = s.resource(f"aws_{kind}_cluster_instance", f"instance in the {role} cluster", role, provider=provider)
        member.link("cluster_identifier", node, say=Say(implied=True)).set(
            "instance_class", s.pick("db.r6g.large", "db.r5.large"), True
        )


@blueprint("rds", "neptune")
def custom_endpoints(s: Scene) -> None:
    """An endpoint of a cluster for some of its instances."""
    aurora = s.may(0.6)
    kind = "rds" if aurora else "neptune"
    if aurora:
        main = s.resource("aws_rds_cluster", "Aurora MySQL cluster", "main").named(
            "cluster_identifier", resource_name(s, "aurora")
        )
        main.implied("engine", "aurora-mysql").set("master_username", "dbadmin", False).set(
            "master_password", _EXAMPLE, False, extract=False
        )
        main.set("skip_final_snapshot", True, False, extract=False)
    else:
        main = _graph(s, "neptune")
    names: list[Node] = []
    for number in (1, 2):
        member = s.resource(
            f"aws_{kind}_cluster_instance", "{cluster instance|instance}", ("first", "second")[number - 1]
        ).named("identifier", resource_name(s, f"node-{number}"))
        member.link("cluster_identifier", main, say="in <it>").set("instance_class", "db.r6g.large", True)
        if aurora:
            member.link("engine", main, "engine")
        names.append(member)
    door = s.resource(f"aws_{kind}_cluster_endpoint", "{custom endpoint|custom cluster endpoint}", "reports")
    door.named("cluster_endpoint_identifier", s.pick("reports", "analytics", "static"))
    door.link("cluster_identifier", main, say="of <it>")
    which = s.pick("READER", "ANY")
    door.set(
        "custom_endpoint_type" if aurora else "endpoint_type",
        which,
        Say(np="type <v>", post="of type <v>"),
        extract=False,
    )
    door.set(
        "static_members",
        [names[1].ref("id")],
        Say(np="the second instance as its only member", demand=parts.refers(names[1], "static_members")),
    )


@blueprint("rds", "kms", weight=0.8)
def replicated_backups(s: Scene) -> None:
    """Automated backups of an instance, kept in another region too."""
    home, away = s.pick(("us-east-1", "us-west-2"), ("eu-west-1", "eu-central-1"))
    s.in_region(home, s.may(0.5))
    other = s.also_in("aws", "replica", away)
    main = s.resource("aws_db_instance", "{PostgreSQL database|RDS PostgreSQL instance}", "main").named(
        "identifier", resource_name(s, "orders-db")
    )
    main.implied("engine", "postgres").set("instance_class", s.pick("db.t3.medium", "db.m6g.large"), True).set(
        "allocated_storage", s.pick(20, 50), None
    )
    main.set("username", "app", False).set("password", _EXAMPLE, False, extract=False)
    days = s.pick(7, 14)
    main.set(
        "backup_retention_period",
        days,
        Say(np=f"a backup retention of {days} days", do=f"keep backups for {days} days"),
    )
    main.set("storage_encrypted", True, False).set("skip_final_snapshot", True, False, extract=False)
    key = s.resource("aws_kms_key", "KMS key", "replica", said=False, provider=other)
    copy = s.resource(
        "aws_db_instance_automated_backups_replication",
        "",
        "main",
        of=main,
        provider=other,
        say=Say(np=f"its automated backups replicated to {away}", do=f"replicate the automated backups to {away}"),
    )
    copy.link("source_db_instance_arn", main, "arn").link("kms_key_id", key, "arn")
    copy.says(Say(implied=True, demand=Attribute(("region",), Operator.EQUALS, away)))
    kept = s.pick(7, 14)
    copy.set("retention_period", kept, Say(np=f"the replicated backups kept for {kept} days") if s.may(0.5) else False)


@blueprint("redshift", "iam", weight=1.2)
def redshift_schedule(s: Scene) -> None:
    """A cluster that sleeps at night."""
    main = s.resource("aws_redshift_cluster", "Redshift cluster", "main").named(
        "cluster_identifier", resource_name(s, s.pick("reports", "dev-warehouse"))
    )
    main.set("node_type", s.pick("ra3.large", "ra3.xlplus"), True).set(
        "cluster_type", "single-node", False, extract=False
    )
    main.set("master_username", "dbadmin", False).set("manage_master_password", True, False).set(
        "skip_final_snapshot", True, False, extract=False
    )
    role = s.resource("aws_iam_role", "IAM role", "scheduler", said=False).named(
        "name", resource_name(s, "redshift-scheduler-role")
    )
    role.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": ("scheduler.redshift.amazonaws.com",)})),
        False,
    )
    parts.role_policy(s, role, ("redshift:PauseCluster", "redshift:ResumeCluster"), (main.ref("arn"),))
    for action, hour in s.some([("pause", s.pick(18, 20, 22)), ("resume", s.pick(6, 7))], 1, 2):
        node = s.resource("aws_redshift_scheduled_action", "scheduled action", action)
        node.named("name", f"{action}-{s.pick('cluster', 'warehouse')}").link("iam_role", role, "arn")
        node.set(
            "schedule",
            f"cron(0 {hour} * * ? *)",
            Say(np=f"a schedule of {hour}:00 UTC every day", post=f"at {hour}:00 UTC every day"),
        )
        does = node.block("target_action").block(
            f"{action}_cluster", Say(np=f"{action} as its action", do=f"{action} the cluster")
        )
        does.link("cluster_identifier", main, "cluster_identifier", Say(implied=True))
    if s.may(0.4):
        limit = s.resource("aws_redshift_usage_limit", "usage limit", "spectrum").link(
            "cluster_identifier", main, say="for <it>"
        )
        limit.set(
            "feature_type", "concurrency-scaling", Say(np="feature <v>", post="on concurrency scaling"), extract=False
        ).set("limit_type", "time", False, extract=False)
        limit.set("amount", s.pick(60, 120), Say(np="{an amount of <v> minutes|<v> minutes}"))
    if s.may(0.4):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "events").named(
            "name", resource_name(s, "redshift-events")
        )
        tells = s.resource("aws_redshift_event_subscription", "{Redshift |}event subscription", "events").named(
            "name", resource_name(s, "redshift-events")
        )
        tells.link("sns_topic_arn", topic, "arn", "to <it>").set("source_type", "cluster", False, extract=False).set(
            "source_ids", [main.ref("id")], False
        )
        tells.set("severity", s.pick("INFO", "ERROR"), Say(np="severity <v>"))


@blueprint("neptune", weight=0.7)
def graph_analytics(s: Scene) -> None:
    node = s.resource("aws_neptunegraph_graph", "{Neptune Analytics graph|Neptune graph}", "main").named(
        "graph_name", resource_name(s, s.pick("fraud", "social", "products"))
    )
    node.set("provisioned_memory", s.pick(16, 32, 64, 128), Say(np="{<v> m-NCUs|a provisioned memory of <v>}"))
    if s.may(0.5):
        node.set(
            "public_connectivity", False, Say(np="no public connectivity", that="is not reachable from the internet")
        )
    if s.may(0.4):
        node.set("replica_count", s.pick(0, 1), None)
    if s.may(0.4):
        node.set("deletion_protection", s.may(), None)
    if s.may(0.5):
        size = s.pick(128, 384, 768)
        node.block(
            "vector_search_configuration",
            Say(np=f"vector search over {size} dimensions", do=f"enable vector search over {size} dimensions"),
        ).implied("vector_search_dimension", size)


@blueprint("dms", "vpc")
def dms_serverless(s: Scene) -> None:
    """Replication without an instance."""
    engine = s.pick("mysql", "postgres")
    port = 3306 if engine == "mysql" else 5432
    ends: list[Node] = []
    for kind, host in (("source", "legacy.example.com"), ("target", "new.example.com")):
        node = s.resource("aws_dms_endpoint", f"{kind} endpoint", kind).named(
            "endpoint_id", resource_name(s, f"{kind}-{engine}")
        )
        node.implied("endpoint_type", kind).set(
            "engine_name", engine, Say(np="engine <v>", post=f"for {engine}"), extract=False
        )
        node.set("server_name", host, Say(np="{server|host} <v>", post="at <v>")).set("port", port, None, extract=False)
        node.set("database_name", "app", False).set("username", "dms", None).set(
            "password", _EXAMPLE, False, extract=False
        )
        ends.append(node)
    _, subnets = parts.network(s, 2, said=s.may(0.4))
    group = subnet_group(
        s, "dms_replication_subnet_group", subnets, said=s.may(0.6), noun="{DMS |replication }subnet group"
    )
    main = s.resource(
        "aws_dms_replication_config",
        "{DMS Serverless replication|serverless DMS replication|DMS replication config}",
        "main",
    )
    main.named("replication_config_identifier", resource_name(s, s.pick("migration", "sync")))
    main.set(
        "replication_type",
        s.pick("full-load", "cdc", "full-load-and-cdc"),
        Say(np="{replication |}type <v>", post="of type <v>"),
        extract=False,
    )
    main.link("source_endpoint_arn", ends[0], "endpoint_arn", "from <it>").link(
        "target_endpoint_arn", ends[1], "endpoint_arn", "to <it>"
    )
    rule = {
        "rule-type": "selection",
        "rule-id": "1",
        "rule-name": "all",
        "object-locator": {"schema-name": "%", "table-name": "%"},
        "rule-action": "include",
    }
    main.set("table_mappings", Json({"rules": [rule]}), False)
    compute = main.block("compute_config")
    compute.link(
        "replication_subnet_group_id",
        group,
        "replication_subnet_group_id",
        Say(np="<it>", do="use <it>") if group.said else False,
    )
    most = s.pick(4, 8, 16)
    compute.set("max_capacity_units", most, Say(np=f"at most {most} DCUs", do=f"limit it to {most} DCUs"))
    compute.set("min_capacity_units", s.pick(1, 2), Say(np="at least <v> DCUs") if s.may(0.4) else False)


@blueprint("memorydb", "redshift", weight=0.8)
def further_snapshots(s: Scene) -> None:
    """Snapshots of MemoryDB and of Redshift Serverless."""
    if s.may(0.5):
        main = s.resource("aws_memorydb_cluster", "MemoryDB cluster", "main").named(
            "name", resource_name(s, "sessions")
        )
        main.set("node_type", s.pick("db.t4g.small", "db.r6g.large"), True).set(
            "acl_name", "open-access", None, extract=False
        )
        snapshot = s.resource("aws_memorydb_snapshot", "{MemoryDB snapshot|snapshot}", "main").named(
            "name", resource_name(s, "baseline")
        )
        snapshot.link("cluster_name", main, "name", "of <it>")
    else:
        main = s.resource("aws_redshiftserverless_namespace", "Redshift Serverless namespace", "main").named(
            "namespace_name", resource_name(s, "analytics")
        )
        work = s.resource("aws_redshiftserverless_workgroup", "workgroup", "main").named(
            "workgroup_name", resource_name(s, "analytics")
        )
        work.link("namespace_name", main, "namespace_name", "in <it>").set(
            "base_capacity", s.pick(8, 16, 32), Say(np="<v> RPUs")
        )
        snapshot = s.resource("aws_redshiftserverless_snapshot", "{snapshot|manual snapshot}", "main").named(
            "snapshot_name", resource_name(s, "baseline")
        )
        snapshot.link("namespace_name", main, "namespace_name", "of <it>")
        days = s.pick(7, 30)
        snapshot.set("retention_period", days, Say(np=f"a retention of {days} days", do=f"keep it for {days} days"))
        snapshot.depends_on = (work,)
