"""ElastiCache, MemoryDB, Redshift."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.databases import backups_kept, credentials, parameters, subnet_group
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

# --- ElastiCache, MemoryDB --------------------------------------------------------------------------------------------

_NODES = (
    "cache.t3.micro",
    "cache.t4g.micro",
    "cache.t3.small",
    "cache.t4g.small",
    "cache.m7g.large",
    "cache.r7g.large",
)


def _placed(s: Scene, node: Node, kind: str, port: int) -> None:
    """Perhaps in subnets and behind a security group."""
    if not s.may(0.55):
        return
    vpc, subnets = parts.network(s, 2, said=s.may(0.5))
    noun = "{ElastiCache |cache |}subnet group" if kind.startswith("elasticache") else "{MemoryDB |}subnet group"
    node.link("subnet_group_name", subnet_group(s, kind, subnets, said=s.may(0.7), noun=noun), "name", "in <it>")
    if s.may(0.6):
        guard = parts.security_group(s, vpc, (port,), "cache", said=s.may(0.7), cidr="10.0.0.0/8")
        node.link(
            "security_group_ids",
            guard,
            say=Say(np="<it> attached", that="uses <it>") if guard.said else False,
            wrap=True,
        )


@blueprint("elasticache", weight=2)
def redis_cluster(s: Scene) -> None:
    """One node of Redis, or of Memcached several."""
    s.purpose = s.pick("for session caching", "for our web shop", "", "")
    engine = s.pick("redis", "memcached")
    port = 6379 if engine == "redis" else 11211
    node = s.resource(
        "aws_elasticache_cluster",
        f"{{ElastiCache {engine.title()} cluster|{engine.title()} cluster{{ in ElastiCache| on ElastiCache}}}}",
        s.pick("cache", "sessions"),
    )
    node.named("cluster_id", resource_name(s, s.pick("cache", "sessions", engine)))
    node.implied("engine", engine)
    node.set("node_type", s.pick(*_NODES), True)
    count = 1 if engine == "redis" else s.pick(1, 2, 3)
    node.set(
        "num_cache_nodes",
        count,
        Say(np=f"{{{count}|{'a single' if count == 1 else count}}} {{cache |}}node{'s' * (count > 1)}"),
    )
    if s.may(0.4):
        version, family = ("7.1", "redis7") if engine == "redis" else ("1.6.22", "memcached1.6")
        node.set("engine_version", version, Say(np="{engine |}version <v>"))
        if s.may(0.5):
            group = s.resource("aws_elasticache_parameter_group", "{ElastiCache |}parameter group", "main").named(
                "name", resource_name(s, "cache-params")
            )
            group.set("family", family, Say(np="{the |}family <v>"))
            parameters(
                s,
                group,
                (("maxmemory-policy", "allkeys-lru"), ("timeout", "300"))
                if engine == "redis"
                else (("max_item_size", "10485760"),),
            )
            node.link("parameter_group_name", group, "name", Say(np="<it>", do="use <it>"))
    if s.may(0.4):
        node.set("port", port, None)
    if engine == "memcached" and count > 1 and s.may(0.5):
        node.set(
            "az_mode",
            "cross-az",
            Say(
                np="nodes spread over zones",
                do="spread {its|the} nodes over zones",
            ),
        )
    _placed(s, node, "elasticache_subnet_group", port)


@blueprint("elasticache", weight=2.5)
def redis_replicated(s: Scene) -> None:
    """A replication group, with or without shards."""
    engine = s.pick("redis", "redis", "valkey")
    word = engine.title()
    node = s.resource(
        "aws_elasticache_replication_group",
        f"{{ElastiCache {word} replication group|{word} replication group|{word} cluster on ElastiCache}}",
        "cache",
    )
    node.named("replication_group_id", resource_name(s, s.pick("cache", "sessions", engine)))
    node.set("description", s.pick("Session cache", "Application cache", f"{word} for the app"), False)
    node.implied("engine", engine)
    node.set("node_type", s.pick(*_NODES), True)
    if s.may(0.35):
        shards, copies = s.pick(2, 3), s.pick(1, 2)
        node.set("num_node_groups", shards, Say(np="{<v> shards|<v> node groups}"))
        node.set(
            "replicas_per_node_group",
            copies,
            Say(np=f"{copies} replica{'s' * (copies > 1)} {{per shard|for each shard}}"),
        )
        node.set("automatic_failover_enabled", True, Say(np="automatic failover", do="enable automatic failover"))
    else:
        count = s.pick(2, 2, 3)
        node.set(
            "num_cache_clusters",
            count,
            Say(np=f"{{{count} nodes|a primary and {'a replica' if count == 2 else 'two replicas'}}}"),
        )
        if s.may(0.6):
            node.set(
                "automatic_failover_enabled",
                True,
                Say(np="automatic failover", do="enable automatic failover", that="fails over automatically"),
            )
            if s.may(0.4):
                node.set("multi_az_enabled", True, Say(np="Multi-AZ{| enabled}", do="enable Multi-AZ"))
    if s.may(0.5):
        node.set("at_rest_encryption_enabled", True, Say(np="encryption at rest", do="encrypt data at rest"))
    if s.may(0.5):
        node.set(
            "transit_encryption_enabled",
            True,
            Say(np="{encryption in transit|TLS}", do="encrypt {data|connections} in transit"),
        )
    if s.may(0.3):
        node.set(
            "snapshot_retention_limit",
            s.pick(1, 3, 7),
            Say(np="snapshots kept for <v> days", do="keep snapshots for <v> days"),
        )
    if s.may(0.2):
        logs = parts.log_group(s, resource_name(s, "redis-slow-log"), "slow_log", said=True)
        out = node.block(
            "log_delivery_configuration",
            Say(np="slow logs delivered to the log group", do="send slow logs to the log group"),
        )
        out.link("destination", logs, "name", Say(implied=True))
        out.set("destination_type", "cloudwatch-logs", False, extract=False).set(
            "log_format", s.pick("json", "text"), False, extract=False
        )
        out.implied("log_type", "slow-log")
    _placed(s, node, "elasticache_subnet_group", 6379)


@blueprint("elasticache", weight=1.2)
def cache_serverless(s: Scene) -> None:
    engine = s.pick("redis", "valkey", "memcached")
    node = s.resource(
        "aws_elasticache_serverless_cache",
        f"{{serverless {engine.title()} cache|ElastiCache Serverless cache for {engine.title()}}}",
        "cache",
    )
    node.named("name", resource_name(s, s.pick("cache", "sessions", "app-cache"))).implied("engine", engine)
    if s.may(0.4) and engine != "memcached":
        node.set("major_engine_version", "7" if engine == "redis" else s.pick("7", "8"), Say(np="major version <v>"))
    if s.may(0.6):
        limits = node.block("cache_usage_limits")
        gigabytes = s.pick(5, 10, 20)
        limits.block(
            "data_storage", Say(np=f"at most {gigabytes} GB of data", do=f"limit {{its |}}data to {gigabytes} GB")
        ).implied("maximum", gigabytes).set("unit", "GB", False, extract=False)
        if s.may(0.5):
            units = s.pick(1000, 5000)
            limits.block(
                "ecpu_per_second",
                Say(np=f"at most {units} ECPUs per second", do=f"limit it to {units} ECPUs per second"),
            ).implied("maximum", units)
    if s.may(0.3) and engine != "memcached":
        node.set("snapshot_retention_limit", s.pick(1, 7), Say(np="a snapshot retention {limit |}of <v>"))


@blueprint("elasticache", weight=1)
def redis_users(s: Scene) -> None:
    """Users and their group, of Redis."""
    count = s.number(1, 2)
    default = s.resource("aws_elasticache_user", "{ElastiCache default user|default user}", "default", said=s.may(0.4))
    default.set("user_id", resource_name(s, "default-user"), False).implied("user_name", "default")
    default.set("access_string", "off ~keys* -@all +get", False, extract=False).set(
        "engine", "redis", False, extract=False
    )
    default.set("passwords", ["replace-this-password-1"], False, extract=False)
    users = [default]
    for name, access in s.some(
        [("app", "on ~app::* +@all"), ("reader", "on ~* -@all +@read"), ("worker", "on ~jobs:* +@all")], count, count
    ):
        user = s.resource("aws_elasticache_user", "{ElastiCache user|Redis user}", name).named("user_name", name, True)
        by_iam = s.may(0.5)
        user.set("user_id", name if by_iam else resource_name(s, f"{name}-user"), False)
        user.set("access_string", access, Say(np="{the |}access string <v>"))
        user.set("engine", "redis", False, extract=False)
        mode = user.block("authentication_mode")
        if by_iam:
            mode.set("type", "iam", Say(np="IAM authentication", do="authenticate it by IAM"), extract=False)
        else:
            mode.set("type", "password", False, extract=False).set(
                "passwords", ["replace-this-password-2"], False, extract=False
            )
        users.append(user)
    group = s.resource("aws_elasticache_user_group", "{ElastiCache |}user group", "main").named(
        "user_group_id", resource_name(s, "cache-users")
    )
    group.set("engine", "redis", False, extract=False)
    group.set(
        "user_ids",
        [u.ref("user_id") for u in users],
        Say(
            np="the users {in it|as members}",
            do="put the users into it",
            demand=parts.refers(default, "user_ids"),
        ),
    )


@blueprint("memorydb", weight=1.5)
def memorydb(s: Scene) -> None:
    """A cluster with its ACL and users."""
    node = s.resource("aws_memorydb_cluster", "{MemoryDB cluster|MemoryDB for Redis cluster}", "main").named(
        "name", resource_name(s, s.pick("memory", "sessions", "realtime"))
    )
    node.set("node_type", s.pick("db.t4g.small", "db.t4g.medium", "db.r6g.large", "db.r7g.large"), True)
    if s.may(0.6):
        node.set(
            "num_shards",
            s.pick(1, 2, 3),
            Say(
                np="a shard count of <v>",
                do="set the number of shards to <v>",
            ),
        )
    if s.may(0.5):
        node.set(
            "num_replicas_per_shard",
            s.pick(1, 2),
            Say(np="{a replica count of <v> per shard}"),
        )
    if s.may(0.6):
        user = s.resource("aws_memorydb_user", "{MemoryDB user|user}", "app").named(
            "user_name", s.pick("app", "service", "api")
        )
        user.set("access_string", s.pick("on ~* &* +@all", "on ~app:* +@all"), None, extract=False)
        mode = user.block("authentication_mode")
        mode.set("type", "password", False, extract=False).set(
            "passwords", ["replace-this-password-3"], False, extract=False
        )
        acl = s.resource("aws_memorydb_acl", "{MemoryDB ACL|ACL}", "main").named("name", resource_name(s, "acl"))
        acl.link(
            "user_names", user, "user_name", Say(np="<it> in it", that="includes <it>", do="add <it> to it"), wrap=True
        )
        node.link("acl_name", acl, "name", Say(np="<it>", do="use <it>", that="uses <it>"))
    else:
        node.set("acl_name", "open-access", None, extract=False)
    if s.may(0.4):
        node.set(
            "snapshot_retention_limit",
            s.pick(3, 7, 14),
            Say(np="snapshots kept for <v> days", do="keep snapshots for <v> days"),
        )
    if s.may(0.4):
        group = s.resource("aws_memorydb_parameter_group", "{MemoryDB |}parameter group", "main").named(
            "name", resource_name(s, "memorydb-params")
        )
        group.set("family", "memorydb_redis7", Say(np="{the |}family <v>"))
        parameters(s, group, (("maxmemory-policy", "allkeys-lru"), ("timeout", "300"), ("activedefrag", "yes")))
        node.link("parameter_group_name", group, "name", Say(np="<it>", do="use <it>"))
    _placed(s, node, "memorydb_subnet_group", 6379)


# --- Redshift ---------------------------------------------------------------------------------------------------------


@blueprint("redshift", weight=2)
def redshift_cluster(s: Scene) -> None:
    """A cluster, with some of subnet group, role, parameters, schedule."""
    s.purpose = s.pick("for reporting", "for our data warehouse", "")
    main = s.resource("aws_redshift_cluster", "{Redshift cluster|Amazon Redshift cluster}", "main")
    main.named("cluster_identifier", resource_name(s, s.pick("warehouse", "analytics", "dwh")))
    nodes = s.pick(1, 2, 2, 3)
    main.set("node_type", s.pick("ra3.large", "ra3.xlplus", "ra3.4xlarge"), True)
    if nodes > 1:
        main.set("cluster_type", "multi-node", False, extract=False)
        main.set("number_of_nodes", nodes, Say(np=f"{nodes} nodes", do=f"use {nodes} nodes", that=f"has {nodes} nodes"))
    else:
        main.set(
            "cluster_type",
            "single-node",
            Say(np="a single node", that="has a single node") if s.may() else False,
            extract=False,
        )
    main.set(
        "database_name",
        s.pick("analytics", "dwh", "reports"),
        Say(np="{a |the }database {named|called} <v>") if s.may(0.6) else False,
    )
    credentials(s, main, ("master_username", "master_password", "manage_master_password"))
    if s.may(0.5):
        main.set("encrypted", True, Say(np="encryption {at rest|}", do="encrypt it at rest", that="is encrypted"))
    if s.may(0.3):
        main.set("publicly_accessible", False, Say(np="no public access", that="is not publicly accessible"))
    if s.may(0.4):
        backups_kept(s, main, "automated_snapshot_retention_period")
    main.set("skip_final_snapshot", True, False, extract=False)
    if s.may(0.5):
        _, subnets = parts.network(s, 2, said=s.may(0.5))
        group = subnet_group(
            s, "redshift_subnet_group", subnets, said=s.may(0.7), noun="{Redshift |cluster |}subnet group"
        )
        main.link("cluster_subnet_group_name", group, "name", "in <it>")
    if s.may(0.4):
        role = parts.execution_role(s, "redshift", "redshift", said=True)
        parts.attach(s, role, "AmazonS3ReadOnlyAccess", said=True)
        main.link("iam_roles", role, "arn", Say(np="<it> attached", do="attach <it> to the cluster"), wrap=True)
    if s.may(0.4):
        group = s.resource("aws_redshift_parameter_group", "{Redshift |}parameter group", "main").named(
            "name", resource_name(s, "redshift-params")
        )
        group.set("family", "redshift-1.0", False, extract=False)
        parameters(
            s,
            group,
            (("require_ssl", "true"), ("enable_user_activity_logging", "true"), ("statement_timeout", "60000")),
        )
        main.link("cluster_parameter_group_name", group, "name", Say(np="<it>", do="use <it>"))
    if s.may(0.3):
        plan = s.resource("aws_redshift_snapshot_schedule", "snapshot schedule", "main").named(
            "identifier", resource_name(s, "snapshots")
        )
        hours = s.pick(6, 8, 12)
        plan.set(
            "definitions",
            [f"rate({hours} hours)"],
            Say(np=f"{{a |}}rate of {hours} hours", post=f"every {hours} hours"),
        )
        tie = s.resource(
            "aws_redshift_snapshot_schedule_association",
            "",
            "main",
            of=plan,
            say=Say(np="the cluster attached", do="attach it to the cluster"),
        )
        tie.link("cluster_identifier", main, say=Say(implied=True)).link("schedule_identifier", plan)


@blueprint("redshift", weight=1.5)
def redshift_serverless(s: Scene) -> None:
    space = s.resource(
        "aws_redshiftserverless_namespace", "{Redshift Serverless namespace|serverless Redshift namespace}", "main"
    )
    space.named("namespace_name", resource_name(s, s.pick("analytics", "reports", "warehouse")))
    if s.may(0.6):
        space.set(
            "db_name",
            s.pick("analytics", "dev", "reports"),
            Say(np="{the |}database <v>", do="create the database <v>"),
        )
    credentials(s, space, ("admin_username", "admin_user_password", "manage_admin_password"))
    if s.may(0.3):
        space.set(
            "log_exports",
            s.pick(["userlog"], ["userlog", "connectionlog"]),
            Say(np="log exports <v>", do="export the logs <v>"),
        )
    group = s.resource("aws_redshiftserverless_workgroup", "{Redshift Serverless workgroup|workgroup}", "main")
    group.named("workgroup_name", resource_name(s, s.pick("analytics-wg", "bi", "reports-wg")))
    group.link("namespace_name", space, "namespace_name", "{in|for} <it>")
    group.set(
        "base_capacity",
        s.pick(8, 16, 32, 64),
        Say(np="{a base capacity of <v> RPUs|<v> RPUs}", do="set the base capacity to <v> RPUs"),
    )
    if s.may(0.3):
        group.set("publicly_accessible", False, Say(np="no public access", that="is not publicly accessible"))
    if s.may(0.4):
        limit = s.resource("aws_redshiftserverless_usage_limit", "usage limit", "compute")
        limit.link("resource_arn", group, "arn", "{for|on} <it>")
        limit.set("usage_type", "serverless-compute", False, extract=False)
        limit.set(
            "amount",
            s.pick(60, 100, 500),
            Say(np="an amount of <v> RPU hours", post="of <v> RPU hours"),
        )
        limit.set("period", s.pick("daily", "weekly", "monthly"), Say(np="a <v> period"))
