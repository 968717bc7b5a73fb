"""Databases, larger, and what exists already: estates of an application, alarms, passwords made here, restores."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, RefersTo, Target
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.databases import backups_kept, encrypted, parameters, protected, subnet_group
from terraformer.data.synthesis.blueprints.databases2 import table
from terraformer.data.synthesis.blueprints.storage import bucket, private
from terraformer.data.synthesis.expressions import Json, Ref, Template, Value
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

_ENGINES = (
    ("postgres", "{PostgreSQL|Postgres}", "16.4", "postgres16", 5432),
    ("mysql", "MySQL", "8.0.40", "mysql8.0", 3306),
)


def _random_password(s: Scene, *, said: bool) -> Node:
    node = s.resource("random_password", "random password", "db", said=said)
    length = s.pick(16, 20, 24, 32)
    node.set("length", length, Say(np="<v> characters", post="of <v> characters") if s.may(0.6) else False)
    node.set(
        "special", False, Say(np="no special characters", do="leave out special characters") if s.may(0.3) else False
    )
    return node


def _secret(s: Scene, content: Value, *, said: bool = True) -> Node:
    """A secret with its first version."""
    secret = s.resource(
        "aws_secretsmanager_secret", "{Secrets Manager secret|secret in Secrets Manager}", "db", said=said
    )
    secret.named("name", resource_name(s, s.pick("db-credentials", "db-password", "database-master")))
    version = s.resource(
        "aws_secretsmanager_secret_version",
        "",
        "db",
        of=secret,
        said=said,
        say=Say(np="the credentials in it", do="store the credentials in it", that="holds the credentials"),
    )
    version.link("secret_id", secret).set("secret_string", content, False)
    return secret


def _alarm(
    s: Scene,
    topic: Node,
    of: Node,
    namespace: str,
    metric: str,
    words: str,
    dimension: str,
    attribute: str,
    threshold: int,
    role: str,
    *,
    below: bool = False,
) -> None:
    """A CloudWatch alarm that tells the topic."""
    node = s.resource("aws_cloudwatch_metric_alarm", f"{{CloudWatch alarm|alarm}} on {words}", role)
    node.named("alarm_name", resource_name(s, f"{role}-alarm"))
    node.set("comparison_operator", "LessThanThreshold" if below else "GreaterThanThreshold", False, extract=False)
    rounds = s.pick(1, 2, 3)
    node.set(
        "evaluation_periods",
        rounds,
        Say(np=f"{rounds} evaluation period{'s' * (rounds > 1)}") if s.may(0.3) else False,
    )
    node.implied("metric_name", metric).implied("namespace", namespace)
    node.set("period", s.pick(60, 300), Say(np="{a |}period of <v> seconds") if s.may(0.3) else False)
    node.set("statistic", s.pick("Average", "Maximum"), False)
    unit = {"CPUUtilization": " percent", "FreeStorageSpace": " bytes"}.get(metric, "")
    side, sign = ("below", "LessThan") if below else ("above", "GreaterThan")
    node.set(
        "threshold",
        threshold,
        Say(
            do=f"{{fire|alert}} {side} {threshold}{unit}",
            that=f"{{fires|goes off}} {side} {threshold}{unit}",
            demand=(
                Attribute(("threshold",), Operator.EQUALS, threshold),
                Attribute(("comparison_operator",), Operator.STARTS_WITH, sign),
            ),
        ),
    )
    node.set("dimensions", {dimension: of.ref(attribute)}, False)
    node.link(
        "alarm_actions", topic, "arn", Say(np="<it> as its action", that="notifies <it>", do="notify <it>"), wrap=True
    )


@blueprint("rds", "vpc", "secretsmanager", "cloudwatch", weight=3)
def rds_estate(s: Scene) -> None:
    """A database as a team runs it: network, secret, parameters, replica, alarms."""
    s.purpose = s.pick("for the production backend", "for our web shop", "", "")
    engine, words, version, family, port = s.pick(*_ENGINES)
    main = s.resource("aws_db_instance", f"{{{words} database|RDS {words} instance}}", "main").named(
        "identifier", resource_name(s, s.pick("app-db", "shop-db", "core-db"))
    )
    main.implied("engine", engine)
    main.set(
        "engine_version",
        version,
        Say(np="{engine |}version <v>", that="runs version <v>") if s.may(0.5) else False,
        extract=False,
    )
    main.set("instance_class", s.pick("db.t3.medium", "db.m6g.large", "db.r6g.large"), True).set(
        "allocated_storage", s.pick(50, 100, 200), None
    )
    main.set("db_name", "app", False).set("username", s.pick("app", "dbadmin"), None)
    password = _random_password(s, said=s.may(0.6))
    main.link("password", password, "result", Say(np="<it>", do="use <it>") if password.said else False)
    _secret(s, Json({"username": "app", "password": password.ref("result")}), said=s.may(0.8))
    vpc, subnets = parts.network(s, s.pick(2, 3), said=s.may(0.5))
    group = subnet_group(s, "db_subnet_group", subnets, said=s.may(0.6))
    guard = parts.security_group(s, vpc, (port,), "db", said=s.may(0.7), cidr="10.0.0.0/8")
    main.link("db_subnet_group_name", group, "name", "in <it>").link(
        "vpc_security_group_ids",
        guard,
        say=Say(np="<it> attached", that="uses <it>") if guard.said else False,
        wrap=True,
    )
    for part in s.some(["multi", "encrypted", "backups", "protected", "parameters"], 2, 4):
        if part == "multi":
            main.set("multi_az", True, Say(np="{Multi-AZ|a Multi-AZ deployment}", do="make it Multi-AZ"))
        elif part == "encrypted":
            encrypted(main)
        elif part == "backups":
            backups_kept(s, main)
        elif part == "protected":
            protected(main)
        else:
            tuned = s.resource("aws_db_parameter_group", "{DB |}parameter group", "main").named(
                "name", resource_name(s, f"{engine}-params")
            )
            tuned.set("family", family, Say(np="{the |}family <v>"))
            parameters(
                s,
                tuned,
                (("log_connections", "1"), ("log_min_duration_statement", "500"))
                if engine == "postgres"
                else (("slow_query_log", "1"), ("long_query_time", "2")),
            )
            main.link("parameter_group_name", tuned, "name", Say(np="<it>", do="use <it>"))
    main.set("skip_final_snapshot", True, False, extract=False)
    if s.may(0.4):
        copy = s.resource("aws_db_instance", "read replica", "replica").named("identifier", resource_name(s, "replica"))
        copy.link("replicate_source_db", main, "identifier", "of <it>").set(
            "instance_class", s.pick("db.t3.medium", "db.r6g.large"), None
        )
        copy.set("skip_final_snapshot", True, False, extract=False)
        if not any(getattr(i, "name", "") == "backup_retention_period" for i in main.items):
            main.set("backup_retention_period", 7, False)
    if s.may(0.6):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "alerts").named("name", resource_name(s, "db-alerts"))
        _alarm(
            s,
            topic,
            main,
            "AWS/RDS",
            "CPUUtilization",
            "the database's CPU utilization",
            "DBInstanceIdentifier",
            "identifier",
            s.pick(70, 80, 90),
            "db_cpu",
        )
        if s.may(0.5):
            _alarm(
                s,
                topic,
                main,
                "AWS/RDS",
                "FreeStorageSpace",
                "the database's free storage",
                "DBInstanceIdentifier",
                "identifier",
                5_000_000_000,
                "db_storage",
                below=True,
            )
    if s.may(0.4):
        s.output("db_endpoint", main.ref("endpoint"), "the {database |}endpoint")


@blueprint("rds", "vpc", weight=1.5)
def rds_default_network(s: Scene) -> None:
    """In the default VPC, whose subnets are looked up."""
    engine, words, _, _, port = s.pick(*_ENGINES)
    main = s.resource("aws_db_instance", f"{{{words} database|RDS {words} instance}}", "main").named(
        "identifier", resource_name(s, s.pick("db", "app-db"))
    )
    vpc = s.data(
        "aws_vpc",
        "",
        "default",
        said=True,
        say=Say(np="the default VPC", post="in the default VPC", do="put it into the default VPC"),
    )
    vpc.say = Say(
        np="its network in the default VPC", do="put it into the default VPC", that="lives in the default VPC"
    )
    vpc.feature_of = main
    vpc.implied("default", True)
    main.implied("engine", engine).set("instance_class", s.pick("db.t3.micro", "db.t4g.micro", "db.t3.small"), True)
    main.set("allocated_storage", s.pick(20, 30, 50), None).set("username", "app", None).set(
        "manage_master_user_password", True, False
    )
    found = s.data("aws_subnets", "", "default")
    found.block("filter").set("name", "vpc-id", False, extract=False).set("values", [vpc.ref("id")], False)
    group = s.resource("aws_db_subnet_group", "{DB |}subnet group", "default", said=s.may(0.6)).named(
        "name", resource_name(s, "default-subnets")
    )
    group.set(
        "subnet_ids",
        Ref(found, "ids"),
        Say(
            np="{all |}the subnets of the default VPC",
            that="spans the subnets of the default VPC",
            demand=parts.refers(found, "subnet_ids"),
        )
        if group.said
        else False,
    )
    guard = s.resource("aws_security_group", "security group", "db", said=s.may(0.7)).named(
        "name", resource_name(s, "db-sg")
    )
    guard.set("vpc_id", vpc.ref("id"), False)
    source = s.pick("10.0.0.0/8", "172.31.0.0/16")
    rule = guard.block(
        "ingress",
        Say(np=f"port {port} open to {source}", do=f"allow port {port} from {source}") if guard.said else None,
    )
    rule.implied("from_port", port).implied("to_port", port).implied("protocol", "tcp").implied("cidr_blocks", [source])
    main.link("db_subnet_group_name", group, "name", "in <it>").link(
        "vpc_security_group_ids", guard, say=Say(np="<it> attached") if guard.said else False, wrap=True
    )
    main.set("skip_final_snapshot", True, False, extract=False)


@blueprint("rds")
def rds_latest_version(s: Scene) -> None:
    """The engine's version is looked up."""
    engine, words, version, _, _ = s.pick(*_ENGINES)
    major = version.split(".")[0] if engine == "postgres" else "8.0"
    found = s.data("aws_rds_engine_version", "", engine)
    found.set("engine", engine, False, extract=False).set("version", major, False, extract=False).set(
        "latest", True, False, extract=False
    )
    main = s.resource("aws_db_instance", f"{{{words} database|RDS {words} instance}}", "main").named(
        "identifier", resource_name(s, s.pick("db", "reports-db"))
    )
    main.implied("engine", engine)
    main.set(
        "engine_version",
        found.ref("version_actual"),
        Say(
            np=f"the latest {major} version, {{looked up by|from}} a data source",
            do=f"look up the latest {major} version {{with|by}} a data source",
            demand=RefersTo(Target(data="aws_rds_engine_version"), ("engine_version",)),
        ),
    )
    main.set("instance_class", s.pick("db.t3.micro", "db.t3.small", "db.m6g.large"), True).set(
        "allocated_storage", s.pick(20, 50), None
    )
    main.set("username", "app", None).set(
        "manage_master_user_password", True, Say(np="the password managed by Secrets Manager") if s.may(0.4) else False
    )
    if s.may(0.5):
        encrypted(main)
    main.set("skip_final_snapshot", True, False, extract=False)


@blueprint("rds", weight=1.2)
def rds_from_existing(s: Scene) -> None:
    """A restore from the latest snapshot, or a replica, of a database that is already there."""
    name = s.pick("prod-db", "orders-db", "legacy-db")
    if s.may(0.5):
        main = s.resource("aws_db_instance", "{RDS instance|database instance|DB instance}", "restored").named(
            "identifier", resource_name(s, "restored-db")
        )
        found = s.data(
            "aws_db_snapshot",
            "",
            "latest",
            said=True,
            say=Say(
                np=f"the latest snapshot of {name} as its source",
                do=f"restore it from the latest snapshot of {name}",
                that=f"is restored from the latest snapshot of {name}",
            ),
        )
        found.feature_of = main
        found.implied("db_instance_identifier", name).implied("most_recent", True)
        main.implied("snapshot_identifier", found.ref("id"))
        if s.may(0.3):
            main.set("publicly_accessible", False, Say(np="no public access"))
    else:
        main = s.resource("aws_db_instance", "read replica", "replica").named("identifier", resource_name(s, "replica"))
        found = s.data(
            "aws_db_instance",
            "",
            "source",
            said=True,
            say=Say(
                np=f"the existing database {name} as its source (a data source)",
                do=f"look up the {{existing |}}database {name} and replicate it",
                that=f"replicates the existing database {name}, which a data source looks up",
            ),
        )
        found.feature_of = main
        found.implied("db_instance_identifier", name)
        main.implied("replicate_source_db", found.ref("db_instance_identifier"))
    main.set("instance_class", s.pick("db.t3.medium", "db.m6g.large", "db.r6g.large"), True)
    main.set("skip_final_snapshot", True, False, extract=False)


@blueprint("rds", "kms", "cloudwatch", weight=1.5)
def aurora_estate(s: Scene) -> None:
    """A cluster whose readers follow the load, encrypted, watched."""
    engine, words, version = s.pick(
        ("aurora-postgresql", "Aurora {PostgreSQL|Postgres}", "16.4"),
        ("aurora-mysql", "Aurora MySQL", "8.0.mysql_aurora.3.08.0"),
    )
    key = parts.kms_key(s, "aurora", said=s.may(0.7))
    main = s.resource("aws_rds_cluster", f"{words} cluster", "main").named(
        "cluster_identifier", resource_name(s, "aurora")
    )
    main.implied("engine", engine).set(
        "engine_version", version, Say(np="version <v>") if s.may(0.4) else False, extract=False
    )
    main.set("master_username", "dbadmin", False).set(
        "manage_master_user_password",
        True,
        Say(np="the master password managed by Secrets Manager") if s.may(0.5) else False,
    )
    main.set("storage_encrypted", True, False, extract=False).link(
        "kms_key_id", key, "arn", Say(np="encryption with <it>", post="encrypted with <it>") if key.said else False
    )
    _, subnets = parts.network(s, s.pick(2, 3), said=s.may(0.5))
    main.link("db_subnet_group_name", subnet_group(s, "db_subnet_group", subnets, said=s.may(0.5)), "name", "in <it>")
    main.set("skip_final_snapshot", True, False, extract=False)
    count = s.pick(2, 2, 3)
    member = s.resource("aws_rds_cluster_instance", "{cluster instance|Aurora instance}", "main").times(count)
    member.link("cluster_identifier", main, say="in <it>").set(
        "instance_class", s.pick("db.r6g.large", "db.r7g.large"), True
    ).link("engine", main, "engine")
    if s.may(0.6):
        least, most, goal = 1, s.pick(3, 5, 8), s.pick(60, 70, 75)
        target = s.resource(
            "aws_appautoscaling_target",
            "{autoscaling target|scalable target} for read replicas",
            "replicas",
        )
        target.implied("service_namespace", "rds").implied("scalable_dimension", "rds:cluster:ReadReplicaCount")
        target.set("resource_id", Template("cluster:", main.ref("cluster_identifier")), False)
        target.set(
            "min_capacity", least, Say(post=f"from {least} to {most}", np=f"a range of {least} to {most}")
        ).implied("max_capacity", most)
        policy = s.resource("aws_appautoscaling_policy", "scaling policy", "replicas")
        policy.set("name", resource_name(s, "replica-scaling"), False).set(
            "policy_type", "TargetTrackingScaling", False, extract=False
        )
        for argument in ("resource_id", "scalable_dimension", "service_namespace"):
            policy.link(argument, target, argument)
        tracking = policy.block("target_tracking_scaling_policy_configuration")
        tracking.set(
            "target_value",
            goal,
            Say(
                np=f"a target of {goal}{{%| percent}} {{reader |}}CPU",
                that=f"aims at {goal}{{%| percent}} {{reader |}}CPU",
            ),
        )
        tracking.block("predefined_metric_specification").implied(
            "predefined_metric_type", "RDSReaderAverageCPUUtilization"
        )
    if s.may(0.6):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "alerts").named(
            "name", resource_name(s, "aurora-alerts")
        )
        _alarm(
            s,
            topic,
            main,
            "AWS/RDS",
            "CPUUtilization",
            "the cluster's CPU utilization",
            "DBClusterIdentifier",
            "cluster_identifier",
            s.pick(75, 80, 90),
            "aurora_cpu",
        )


@blueprint("elasticache", "secretsmanager", "vpc", weight=1.5)
def redis_with_token(s: Scene) -> None:
    """Redis with TLS and a token that is made here and kept in a secret."""
    main = s.resource(
        "aws_elasticache_replication_group", "{ElastiCache Redis replication group|Redis replication group}", "cache"
    ).named("replication_group_id", resource_name(s, s.pick("cache", "sessions")))
    main.set("description", "Redis with a token", False).implied("engine", "redis")
    main.set("node_type", s.pick("cache.t4g.small", "cache.m7g.large"), True).set(
        "num_cache_clusters", 2, Say(np="2 nodes") if s.may() else False
    )
    if s.may(0.6):
        main.set("automatic_failover_enabled", True, Say(np="automatic failover", do="enable automatic failover"))
    main.set("transit_encryption_enabled", True, Say(np="{TLS|encryption in transit}", do="encrypt connections"))
    token = _random_password(s, said=True)
    main.link("auth_token", token, "result", Say(np="<it> as its auth token", do="use <it> as the auth token"))
    secret = s.resource(
        "aws_secretsmanager_secret", "{Secrets Manager secret|secret in Secrets Manager}", "token"
    ).named("name", resource_name(s, "redis-auth-token"))
    version = s.resource(
        "aws_secretsmanager_secret_version",
        "",
        "token",
        of=secret,
        say=Say(np="the token in it", do="store the token in it", that="holds the token"),
    )
    version.link("secret_id", secret).link("secret_string", token, "result", Say(implied=True))
    if s.may(0.6):
        vpc, subnets = parts.network(s, 2, said=s.may(0.5))
        main.link(
            "subnet_group_name",
            subnet_group(
                s, "elasticache_subnet_group", subnets, said=s.may(0.6), noun="{cache |ElastiCache }subnet group"
            ),
            "name",
            "in <it>",
        )
        guard = parts.security_group(s, vpc, (6379,), "redis", said=s.may(0.6), cidr="10.0.0.0/16")
        main.link(
            "security_group_ids",
            guard,
            say=Say(np="<it> attached", that="uses <it>") if guard.said else False,
            wrap=True,
        )


@blueprint("dynamodb", "cloudwatch", "sns", weight=1.2)
def dynamodb_watched(s: Scene) -> None:
    """Alarms on throttled requests and errors of a table."""
    main = table(s)
    topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "alerts").named("name", resource_name(s, "table-alerts"))
    if s.may(0.6):
        address = s.pick("ops@example.com", "oncall@example.com", "alerts@example.org")
        mail = s.resource(
            "aws_sns_topic_subscription",
            "",
            "mail",
            of=topic,
            say=Say(np=f"an email subscription for {address}", do=f"subscribe {address} to it by email"),
        )
        mail.link("topic_arn", topic, "arn").implied("protocol", "email").implied("endpoint", address)
    for metric, words, role in s.some(
        [
            ("ThrottledRequests", "throttled requests", "throttles"),
            ("SystemErrors", "system errors", "errors"),
            ("UserErrors", "user errors", "user_errors"),
        ],
        1,
        2,
    ):
        _alarm(s, topic, main, "AWS/DynamoDB", metric, words, "TableName", "name", s.pick(1, 5, 10), role)


@blueprint("redshift", "s3", "iam", "vpc", weight=1.5)
def warehouse(s: Scene) -> None:
    """Redshift that loads from a bucket and logs to another."""
    s.purpose = s.pick("for our BI team", "for the data warehouse", "")
    main = s.resource("aws_redshift_cluster", "{Redshift cluster|Amazon Redshift cluster}", "main").named(
        "cluster_identifier", resource_name(s, "warehouse")
    )
    count = s.pick(2, 3, 4)
    main.set("node_type", s.pick("ra3.large", "ra3.xlplus"), True).set(
        "cluster_type", "multi-node", False, extract=False
    )
    main.set("number_of_nodes", count, Say(np=f"{count} nodes", that=f"has {count} nodes"))
    main.set("database_name", "dwh", False).set("master_username", "dbadmin", False).set(
        "manage_master_password", True, Say(np="a managed master password") if s.may(0.4) else False
    )
    main.set(
        "encrypted", True, Say(np="encryption at rest", do="encrypt it", that="is encrypted") if s.may(0.6) else False
    ).set("skip_final_snapshot", True, False, extract=False)
    vpc, subnets = parts.network(s, 2, said=s.may(0.5))
    main.link(
        "cluster_subnet_group_name",
        subnet_group(s, "redshift_subnet_group", subnets, said=s.may(0.6), noun="{Redshift |}subnet group"),
        "name",
        "in <it>",
    )
    guard = parts.security_group(s, vpc, (5439,), "redshift", said=s.may(0.6), cidr="10.0.0.0/8")
    main.link(
        "vpc_security_group_ids",
        guard,
        say=Say(np="<it> attached", that="uses <it>") if guard.said else False,
        wrap=True,
    )
    source = bucket(s, "{S3 bucket|bucket} for the data to load", "load")
    role = parts.execution_role(s, "redshift", "redshift_load", said=True)
    parts.role_policy(
        s,
        role,
        ("s3:GetObject", "s3:ListBucket"),
        (source.ref("arn"), Template(source.ref("arn"), "/*")),
        said=True,
        words="read {from |}the bucket",
    )
    main.link("iam_roles", role, "arn", Say(np="<it> attached", do="attach <it> to the cluster"), wrap=True)
    if s.may(0.5):
        private(s, source)
    if s.may(0.6):
        logs = s.resource(
            "aws_redshift_logging",
            "",
            "main",
            of=main,
            say=Say(np="audit logs {sent |}to CloudWatch", do="send {its |}audit logs to CloudWatch"),
        )
        logs.link("cluster_identifier", main).implied("log_destination_type", "cloudwatch")
        logs.set("log_exports", ["connectionlog", "userlog"], False)
    if s.may(0.3):
        s.output("warehouse_endpoint", main.ref("endpoint"), "the cluster's endpoint")
